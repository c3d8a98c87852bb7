"""The pages of every kind of record: list, record, form, deletion."""

import functools
import urllib.parse

from app import listing, records, rights
from app.database import quote
from app.model import Everything, Filter, FromDay, Home, Offer, OnlyBy, SameAs, Search, Sort, View
from app.pages import fields
from app.pages.frame import back, form, heading, page, page_path, sent_form
from app.pages.html import el, link
from app.values import from_form, words
from app.web import HttpError

PER_PAGE = 25
# Records of a kind, or of a view, on the start page.
NEWEST, OF_VIEW = 10, 100
COLUMNS = 7


def mount(app):
    for entity in app.registry.entities:
        pages = Pages(app, entity)
        for item in entity.of(Home):
            app.home_sections.append(pages.newest if item.view is None else functools.partial(pages.of_view, item.view))


class Pages:
    """The pages of one kind of record."""

    def __init__(self, app, entity):
        self.entity = entity
        self.path = page_path(entity)
        operations = entity.operations()
        add = app.router.add
        if "read" in operations:
            add("GET", self.path, self.list)
            add("GET", self.path + "/{id}", self.record)
        if "create" in operations:
            add("GET", self.path + "/new", self.new)
            add("POST", self.path, self.create)
        if "update" in operations:
            add("GET", self.path + "/{id}/edit", self.edit)
            add("POST", self.path + "/{id}", self.update)
        if "delete" in operations:
            add("POST", self.path + "/{id}/delete", self.delete)

    def may(self, request, operation):
        exists = operation in self.entity.operations()
        return exists and bool(rights.rights_of(request.account, self.entity, operation))

    def seen_fields(self, request):
        """The fields that the account sees."""
        unseen = rights.unseen(request.account, self.entity)
        return [field for field in self.entity.shown_fields() if field.name not in unseen]

    # Lists

    def list(self, request):
        entity = self.entity
        problems = {}
        try:
            query, (found, total) = listing.read(request, entity, request.query, PER_PAGE, newest_first=True)
        except HttpError as error:
            if error.status != 422:
                raise
            problems = error.fields
            query, (found, total) = listing.read(request, entity, {}, PER_PAGE, newest_first=True)
        actions = []
        if any(hasattr(feature, "answer") and feature.may(request.account) for feature in entity.lists):
            text = urllib.parse.urlencode({k: v for k, v in request.query.items() if k != "page"})
            actions.append(link(self.path_of_file() + ("?" + text if text else ""), "Download CSV", "button"))
        for feature in entity.active():
            if hasattr(feature, "grants_table") and self.may(request, "create"):
                actions.append(link("/" + feature.grants_table(entity), "Give access", "button"))
        few = len(self.form_fields(request, None)) <= 3
        inline = few and self.may(request, "create") and request.account is None and request.app.accounts is None
        if self.may(request, "create") and not inline:
            actions.append(link(self.path + "/new", "New " + entity.label.lower(), "button main"))
        parts = [heading(entity.label_plural, *actions)]
        if inline:
            parts.append(self.form(request, None, self.first_values(request), {}))
        parts += [el("p", text, class_="notice bad", role="alert") for text in problems.values()]
        parts.append(self.views(request))
        parts.append(self.filters(request))
        parts.append(self.rows(request, query, found) if found else self.empty(request, query))
        parts.append(self.pager(request, query, total))
        return page(request, entity.label_plural, *parts)

    def path_of_file(self):
        return "/%s.csv" % self.entity.plural

    def empty(self, request, query):
        if query.view is not None and len(query.conditions) == 1 + len(query.view.conditions) and not query.live:
            return el("div", el("p", "There is nothing here."), class_="card empty")
        if query.text or len(query.conditions) > 1 or query.live:
            return el("div", el("p", "Nothing fits."), link(self.path, "Show all", "button"), class_="card empty")
        text = "There are no %s yet." % self.entity.label_plural.lower()
        return el("div", el("p", text), class_="card empty")

    def views(self, request):
        """The lists that this kind of record has, as tabs."""
        known = self.entity.of(View)
        if not known:
            return None
        chosen = request.query.get("view", "")
        tabs = [("", "All")] + [(view.name, view.label) for view in known]
        links = []
        for name, label in tabs:
            path = self.path + ("?" + urllib.parse.urlencode({"view": name}) if name else "")
            links.append(el("a", label, href=path, aria_current="page" if name == chosen else None))
        return el("nav", links, class_="tabs", aria_label="Lists")

    def newest(self, request):
        """The newest records, for the start page."""
        if "read" not in self.entity.operations() or not self.may(request, "read"):
            return None
        query = listing.Query(request, self.entity, {}, NEWEST)
        query.sort = None
        found, _ = query.fetch(newest_first=True)
        shown = self.rows(request, query, found) if found else self.empty(request, query)
        return [el("h2", self.entity.label_plural), shown]

    def of_view(self, name, request):
        """The records of a view, the soonest first, for the start page."""
        view = next((view for view in self.entity.of(View) if view.name == name), None)
        if view is None or "read" not in self.entity.operations() or not self.may(request, "read"):
            return None
        query = listing.Query(request, self.entity, {"view": name}, OF_VIEW)
        dates = [condition.field for condition in view.conditions if isinstance(condition, FromDay)]
        query.sort, query.descending = (self.entity.field(dates[0]) if dates else None), False
        found, _ = query.fetch(newest_first=True)
        shown = self.rows(request, query, found) if found else self.empty(request, query)
        return [el("h2", view.label), shown]

    def filters(self, request):
        """Search, filters and order in one form."""
        entity, given, parts = self.entity, request.query, []

        def labelled(name, label, control):
            return el("div", el("label", label, for_="q-" + name), control, class_="field")

        if entity.of(Search):
            box = el("input", type="search", name="q", id="q-q", value=given.get("q", ""))
            parts.append(labelled("q", "Search", box))
        unseen = rights.unseen(request.account, entity)
        for item in entity.of(Filter):
            field = entity.field(item.field)
            if field.name in unseen:
                continue
            for name, label in self.filter_names(field):
                attributes = {"id": "q-" + name, "name": name}
                if field.kind == "boolean":
                    control = fields.select([("true", "Yes"), ("false", "No")], given.get(name), attributes)
                else:
                    control = fields.control(request, entity, field, given.get(name), attributes, None)
                parts.append(labelled(name, label, control))
        sorts = [item for item in entity.of(Sort) if item.field not in unseen]
        if len(sorts) > 1 or (sorts and (parts or not sorts[0].default)):
            options = []
            for item in sorts:
                label = "Entered" if item.field == "id" else entity.field(item.field).label
                options += [(item.field, label + ", upwards"), ("-" + item.field, label + ", downwards")]
            parts.append(labelled("sort", "Order", fields.select(options, given.get("sort"), {"id": "q-sort", "name": "sort"})))
        if not parts:
            return None
        if given.get("view"):
            parts.append(el("input", type="hidden", name="view", value=given["view"]))
        buttons = el("div", el("button", "Show", class_="button"), class_="actions")
        return el("form", parts, buttons, class_="card filters", method="get", action=self.path, role="search")

    @staticmethod
    def filter_names(field):
        if field.is_number or field.is_moment:
            return [(field.name + "_min", field.label + " from"), (field.name + "_max", field.label + " to")]
        return [(field.name, field.label)]

    def rows(self, request, query, found, parent=None):
        entity = self.entity
        shown = [field for field in self.seen_fields(request) if field is not parent]
        if any(field.multiline for field in shown) and len(shown) <= 5:
            return [self.card(request, record, shown) for record in found]
        plain = [field for field in shown if not field.multiline][:COLUMNS]
        title = next((field for field in plain if field.kind == "text"), plain[0] if plain else None)
        if title in plain[1:]:
            plain.remove(title)
            plain.insert(0, title)
        head = [el("th", field.label, scope="col", class_="number" if field.is_number else None) for field in plain]
        several = self.several_makers(request, found)
        if several:
            head.append(el("th", "By", scope="col"))
        lines = []
        for record in found:
            cells = []
            for field in plain:
                value = fields.show(request, entity, field, record, short=True)
                if field is title and field.kind not in ("reference", "url"):
                    value = el("a", value, href="%s/%d" % (self.path, record["id"]))
                kind = "number" if field.is_number else None
                cells.append(el("td", el("span", value), class_=kind, data_label=field.label))
            if several:
                cells.append(el("td", el("span", self.maker(request, record) or "-"), data_label="By"))
            if not plain:
                cells.append(el("td", link("%s/%d" % (self.path, record["id"]), "%s %d" % (entity.label, record["id"]))))
            if title is not None and title.kind in ("reference", "url"):
                more = link("%s/%d" % (self.path, record["id"]), "Show")
                cells.append(el("td", more, data_label=entity.label))
            lines.append(el("tr", cells))
        if title is not None and title.kind in ("reference", "url"):
            head.append(el("th", entity.label, scope="col"))
        table = el("table", el("thead", el("tr", head)), el("tbody", lines))
        return el("div", table, class_="scroll")

    def several_makers(self, request, found):
        """Whether somebody looks at records of others and wants to know whose they are."""
        if not self.entity.owned or request.app.accounts is None or request.account is None:
            return False
        return any(record.get("owner_id") not in (None, request.account.id) for record in found)

    def maker(self, request, record):
        """The name of who made a record."""
        if not self.entity.owned or request.app.accounts is None or not record.get("owner_id"):
            return None
        owner = request.app.accounts.get(record["owner_id"])
        return owner.name if owner is not None else None

    def card(self, request, record, shown):
        """A record that is mostly text."""
        entity = self.entity
        long = [field for field in shown if field.multiline]
        short = [field for field in shown if not field.multiline and record.get(field.name) is not None]
        name = next((field for field in short if field.kind == "text"), None)
        text = fields.show(request, entity, name, record) if name else "%s %d" % (entity.label, record["id"])
        rest = [el("span", fields.show(request, entity, field, record)) for field in short if field is not name]
        maker = self.maker(request, record) if self.several_makers(request, [record]) else None
        if maker is not None:
            rest.append(el("span", "By %s" % maker))
        body = [el("p", record[field.name]) for field in long if record.get(field.name)]
        head = el("header", link("%s/%d" % (self.path, record["id"]), text), rest)
        return el("article", head, body, class_="card entry")

    def pager(self, request, query, total):
        last = max(1, -(-total // query.per_page))
        if last == 1:
            return None

        def to(number, text):
            params = {**request.query, "page": number}
            return link(self.path + "?" + urllib.parse.urlencode(params), text, "button")

        parts = [to(query.page - 1, "Previous") if query.page > 1 else None]
        parts.append(el("span", "Page %d of %d, %d in all" % (query.page, last, total), class_="soft"))
        parts.append(to(query.page + 1, "Next") if query.page < last else None)
        return el("nav", parts, class_="pages", aria_label="Pages")

    # One record

    def record(self, request, number):
        entity = self.entity
        record = records.find(request, entity, number)
        title = fields.label_of(request, entity, record)
        actions = []
        for other, field in request.app.registry.referring_to(entity):
            may = self.known(request, other).may(request, "create") and not fields.refused(request, other, field, record)
            if self.offered(other, field) and may:
                path = "%s/new?%s=%d" % (page_path(other), field.name, number)
                actions.append(link(path, "New " + other.label.lower(), "button main"))
        if self.reaches(request, record, "update"):
            actions.append(link("%s/%d/edit" % (self.path, number), "Change", "button" if actions else "button main"))
        if self.reaches(request, record, "delete"):
            sure = form(request, "%s/%d/delete" % (self.path, number), el("button", "Yes, delete it", class_="button bad"))
            actions.append(el("details", el("summary", "Delete", class_="button bad"), sure))
        rows = []
        for field in self.seen_fields(request):
            rows += [el("dt", field.label), el("dd", fields.show(request, entity, field, record))]
        maker = self.maker(request, record)
        rows += [el("dt", "By"), el("dd", maker)] if maker is not None else []
        parts = [heading(title, *actions), el("div", el("dl", rows), class_="card")]
        for other, field in request.app.registry.referring_to(entity):
            parts.append(self.part(request, Pages.known(request, other), field, record))
        for feature in entity.active():
            if hasattr(feature, "entries"):
                parts.append(self.history(request, feature, number))
        parts.append(el("p", link(self.path, "All " + entity.label_plural.lower())))
        return page(request, title, *parts)

    @staticmethod
    def known(request, entity):
        pages = Pages.__new__(Pages)
        pages.entity = entity
        pages.path = page_path(entity)
        return pages

    @staticmethod
    def offered(other, field):
        """Whether the top of this page offers to make one of these."""
        return any(item.field == field.name for item in other.of(Offer))

    def part(self, request, pages, field, record):
        """The records that refer to this one."""
        other, number = pages.entity, record["id"]
        parts = []
        condition = rights.visible(request.app, request.account, other) if "read" in other.operations() else None
        if condition is not None:
            sql = "SELECT r.* FROM %s r WHERE r.%s = ? AND (%s) ORDER BY r.id DESC LIMIT 50"
            rows = request.db.rows(sql % (quote(other.plural), quote(field.name), condition[0]), [number, *condition[1]])
            found = [records.load(request, other, row) for row in rows]
            parts.append(pages.rows(request, None, found, field) if found else None)
        may = pages.may(request, "create") and not fields.refused(request, other, field, record)
        if may and other.writable(field) and not self.offered(other, field):
            path = "%s/new?%s=%d" % (pages.path, field.name, number)
            parts.append(el("p", link(path, "New " + other.label.lower(), "button")))
        return [el("h2", other.label_plural), parts] if any(parts) else None

    def history(self, request, feature, number):
        """Who changed it and when, for those who may know."""
        reference = "h.%s = ?" % quote(self.entity.name + "_id")
        try:
            entries = feature.entries(request, self.entity, reference, [number])
        except HttpError:
            return None
        lines = []
        for entry in entries:
            changed = []
            for name, change in entry["changes"].items():
                field = self.entity.field(name)
                label = field.label if field is not None else name
                values = [str(change[key]) if change[key] is not None else "–" for key in ("from", "to")]
                changed.append(el("div", "%s: %s → %s" % (label, *values)))
            cells = [("When", entry["at"].replace("T", " ")), ("Who", entry.get("user_name", "–"))]
            cells += [("What", words(entry["action"])), ("Changes", el("span", changed))]
            lines.append(el("tr", [el("td", el("span", value), data_label=label) for label, value in cells]))
        head = el("tr", [el("th", label, scope="col") for label in ("When", "Who", "What", "Changes")])
        table = el("table", el("thead", head), el("tbody", lines))
        return [el("h2", "History"), el("div", table, class_="scroll")] if lines else None

    def reaches(self, request, record, operation):
        """Whether the account may do it with this record."""
        rules, number = self.entity.active(), record["id"]
        if any(hasattr(one, "keeps_from") and one.keeps_from(request.account, record, operation) for one in rules):
            return False
        held = rights.rights_of(request.account, self.entity, operation) if self.may(request, operation) else []
        return any(rights.is_within(request.app, request.account, self.entity, number, one.scope) for one in held)

    # Forms

    def form_fields(self, request, record):
        """The fields that the account may fill in."""
        entity = self.entity
        held = rights.rights_of(request.account, entity, "create" if record is None else "update")
        if record is not None:
            inside = [r for r in held if rights.is_within(request.app, request.account, entity, record["id"], r.scope)]
            held = inside
        # What somebody enters and does not see is entered once.
        hidden = rights.unseen(request.account, entity) if record is not None else set()
        if record is None:
            hidden |= {one.first_value(entity)[0] for one in entity.active() if hasattr(one, "first_value")}
            if not any(isinstance(right.scope, Everything) for right in held):
                hidden |= {right.scope.path for right in held if isinstance(right.scope, SameAs)}
        for rule in entity.of(OnlyBy):
            if not any(rights.holds(request.account, who) for who in rule.who):
                hidden.add(rule.field)
        only = None if any(not right.only for right in held) else {name for right in held for name in right.only}
        shown = [field for field in entity.fields if entity.writable(field) and field.name not in hidden]
        return [field for field in shown if only is None or field.name in only]

    def first_values(self, request):
        return {field.name: fields.first_value(request, field) for field in self.entity.fields}

    def form(self, request, record, values, problems):
        parts = []
        for field in self.form_fields(request, record):
            problem = problems.get(field.name)
            parts.append(fields.entry(request, self.entity, field, values.get(field.name), problem, record))
        cancel = self.path if record is None else "%s/%d" % (self.path, record["id"])
        buttons = [el("button", "Save", class_="button main")]
        if record is not None or request.path != self.path:
            buttons.append(link(cancel, "Cancel", "button"))
        action = self.path if record is None else "%s/%d" % (self.path, record["id"])
        return form(request, action, parts, el("div", buttons, class_="actions"), class_="card narrow")

    def form_page(self, request, record, values, error=None):
        label = self.entity.label
        title = "New " + label.lower() if record is None else "Change " + fields.label_of(request, self.entity, record)
        note = el("p", error.message, class_="notice bad", role="alert") if error else None
        problems = (error.fields or {}) if error else {}
        status = error.status if error else 200
        return page(request, title, heading(title), note, self.form(request, record, values, problems), status=status)

    def sent(self, request, record):
        """What the form sent, as the API would get it, and as it was typed."""
        given = sent_form(request)
        body, typed = {}, {}
        for field in self.form_fields(request, record):
            text = given.get(field.name, [""])[0]
            typed[field.name] = text
            value = from_form(field, text)
            old = record.get(field.name) if record is not None else None
            if field.kind == "datetime" and isinstance(old, str) and old[:16] == value:
                value = old
            if record is None and value is None:
                continue
            body[field.name] = value
        return body, typed

    def new(self, request):
        records.exists(self.entity, "create")
        rights.require_right(request, self.entity, "create")
        return self.form_page(request, None, self.first_values(request))

    def create(self, request):
        body, typed = self.sent(request, None)
        try:
            record = records.create(request, self.entity, body)
        except HttpError as error:
            if error.status == 401:
                raise
            return self.form_page(request, None, typed, error)
        if records.is_visible(request, self.entity, record["id"]):
            alone = len(request.app.registry.entities) == 1
            return back(self.path if alone else "%s/%d" % (self.path, record["id"]), "created")
        return back("/", "created")

    def seen(self, request, number):
        """The record, for who may read and change it."""
        record = records.find(request, self.entity, number)
        records.within(request, self.entity, number, rights.require_right(request, self.entity, "update"))
        return record

    def edit(self, request, number):
        record = self.seen(request, number)
        return self.form_page(request, record, record)

    def update(self, request, number):
        record = self.seen(request, number)
        body, typed = self.sent(request, record)
        try:
            records.update(request, self.entity, number, body)
        except HttpError as error:
            if error.status in (401, 404):
                raise
            return self.form_page(request, record, typed, error)
        return back("%s/%d" % (self.path, number), "updated")

    def delete(self, request, number):
        sent_form(request)
        records.delete(request, self.entity, number)
        return back(self.path, "deleted")
