"""The pages on which people let others see their records."""

from app.pages import fields
from app.pages.frame import back, form, heading, page, page_path, sent_form
from app.pages.html import el, link
from app.web import HttpError


def mount(app):
    for entity in app.registry.entities:
        for feature in entity.active():
            if hasattr(feature, "grants_table"):
                Sharing(app, entity, feature)


class Sharing:
    def __init__(self, app, entity, feature):
        self.entity = entity
        self.feature = feature
        self.path = "/" + feature.grants_table(entity)
        app.router.add("GET", self.path, self.show)
        app.router.add("POST", self.path, self.give)
        app.router.add("POST", self.path + "/{id}/delete", self.take_back)

    def show(self, request, failure=None):
        self.feature.require_owner(request, self.entity)
        given = [one for one in self.feature.all(request, self.entity) if one["owner_id"] == request.account.id]
        taken = {one["user_id"] for one in given} | {request.account.id}
        many = self.entity.label_plural.lower()
        rows = []
        for one in given:
            account = request.app.accounts.get(one["user_id"])
            stop = form(request, "%s/%d/delete" % (self.path, one["id"]), el("button", "Take back", class_="button bad"))
            name = account.name if account is not None else "No. %d" % one["user_id"]
            rows.append(el("tr", el("td", el("span", name), data_label="Who"), el("td", stop, data_label="")))
        table = el("table", el("tbody", rows))
        shown = el("div", table, class_="scroll") if rows else el("p", "Nobody but you sees your %s." % many, class_="card empty")
        options = [(key, name) for key, name in request.app.accounts.names(self.feature.role) if key not in taken]
        box = fields.select(options, None, {"id": "f-user", "name": "user_id", "required": True})
        label = el("label", "Who may see all your %s" % many, for_="f-user")
        button = el("div", el("button", "Give access", class_="button main"), class_="actions")
        if options:
            more = form(request, self.path, el("div", label, box, class_="field"), button, class_="card narrow")
        else:
            more = el("p", "There is nobody else who could be given access.", class_="soft")
        note = el("p", failure.message, class_="notice bad", role="alert") if failure else None
        title = "Access to your " + many
        way = el("p", link(page_path(self.entity), "All " + many))
        return page(request, title, heading(title), note, shown, more, way, status=failure.status if failure else 200)

    def give(self, request):
        text = sent_form(request).get("user_id", [""])[0]
        try:
            self.feature.give(request, self.entity, {"user_id": int(text) if text.isdigit() and len(text) < 19 else None})
        except HttpError as failure:
            if failure.status == 401:
                raise
            return self.show(request, failure)
        return back(self.path, "given")

    def take_back(self, request, number):
        sent_form(request)
        self.feature.take_back(request, self.entity, number)
        return back(self.path, "taken")
