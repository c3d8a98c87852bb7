"""Dashboards: counts and sums on a page of their own and on the start page."""

from app import rights
from app.pages.frame import heading, page, page_path
from app.pages.fields import show as show_value
from app.pages.html import el, link
from app.values import display, number_text


def mount(app):
    app.home_sections.append(overview)
    for totals in app.registry.totals:
        add(app, totals)


def add(app, totals):
    def show(request):
        answer = totals.function(request)
        if answer is None:
            return None
        entity = request.app.registry.entity(totals.entity)
        more = el("p", link(page_path(entity), "All " + entity.label_plural.lower()))
        return page(request, totals.label, heading(totals.label), numbers(request, entity, answer, totals), more)

    app.router.add("GET", "/" + totals.name, show)


def overview(request):
    """The dashboards that the account may see, for the start page."""
    parts = []
    for totals in request.app.registry.totals:
        entity = request.app.registry.entity(totals.entity)
        if entity is None or not rights.rights_of(request.account, entity, "read"):
            continue
        answer = totals.function(request)
        if answer is not None:
            parts += [el("h2", totals.label), numbers(request, entity, answer, totals)]
    return parts


def numbers(request, entity, answer, totals):
    """The answer of a dashboard as tiles and a table."""
    names = [name for name in answer if name not in ("count", "from", "to", "groups")]
    tiles = [tile(entity.label_plural, str(answer["count"]))]
    tiles += [tile(title(entity, name), amount(entity, name, answer[name])) for name in names]
    span = el("p", "From %s to %s" % (answer["from"], answer["to"]), class_="soft") if "from" in answer else None
    return [span, el("div", tiles, class_="tiles"), groups(request, entity, answer, names, totals)]


def tile(label, value):
    return el("div", el("strong", value), label, class_="tile")


def title(entity, name):
    field = entity.field(name)
    return field.label if field is not None else name


def amount(entity, name, value):
    field = entity.field(name)
    return display(field, value) if field is not None else number_text(value)


def named(request, entity, by, value):
    """The group as people call it: the record that a reference names, the account that added the records."""
    if value is None:
        return "–"
    if by == "owner_id":
        account = request.app.accounts.get(value) if request.app.accounts is not None else None
        return account.name if account is not None else "No. %d" % value
    field = entity.field(by)
    return show_value(request, entity, field, {by: value}) if field is not None else str(value)


def groups(request, entity, answer, names, totals):
    rows = []
    by = totals.by
    kind = "Added by" if by == "owner_id" else title(entity, by or "value")
    span = totals.each.capitalize() if totals.each else None
    most = max((group["count"] for group in answer.get("groups", ())), default=0)
    for group in answer.get("groups", ()):
        cells = []
        if "period" in group:
            cells.append(el("td", el("span", group["period"] or "–"), data_label=span))
        if "value" in group:
            label = named(request, entity, by, group["value"])
            cells.append(el("td", el("span", label), data_label=kind))
        bar = el("progress", max=most, value=group["count"], aria_label="Share")
        cells.append(el("td", el("span", group["count"], " ", bar), data_label=entity.label_plural))
        cells += [
            el("td", el("span", amount(entity, name, group[name])), class_="number", data_label=title(entity, name))
            for name in names
        ]
        rows.append(el("tr", cells))
    if not rows:
        return None
    head = [el("th", word, scope="col") for word in (span, kind if by else None) if word]
    head.append(el("th", entity.label_plural, scope="col"))
    head += [el("th", title(entity, name), scope="col", class_="number") for name in names]
    return el("div", el("table", el("thead", el("tr", head)), el("tbody", rows)), class_="scroll")
