"""How values look on pages and how they are entered."""

from app import rights
from app.database import quote
from app.model import MaxLength, Maximum, Minimum, MinLength
from app.pages.frame import page_path
from app.pages.html import el, join, link
from app.records import load
from app.values import display, initial, longest, number_text, words

MOST_CHOICES = 500


def label_of(request, entity, record):
    """What a record is called: its name or title, else its first text, else its kind and number."""
    named = sorted(entity.fields, key=lambda field: field.name not in ("name", "title"))
    unseen = rights.unseen(request.account, entity)
    for field in named:
        if field.kind == "text" and not field.multiline and record.get(field.name) and field.name not in unseen:
            text = record[field.name]
            return text if len(text) <= 80 else text[:79] + "…"
    return "%s %d" % (entity.label, record["id"])


def referred(request, field, number):
    """The visible record that a reference names, with its label; None if there is none."""
    entity = request.app.registry.entity(field.entity)
    condition = rights.visible(request.app, request.account, entity) if entity is not None else None
    if condition is None:
        return None
    known = request.__dict__.setdefault("labels", {})
    key = (entity.name, number)
    if key not in known:
        sql = "SELECT * FROM %s r WHERE r.id = ? AND (%s)" % (quote(entity.plural), condition[0])
        row = request.db.row(sql, [number, *condition[1]])
        known[key] = label_of(request, entity, load(request, entity, row)) if row is not None else None
    return (entity, known[key]) if known[key] is not None else None


def show(request, entity, field, record, short=False):
    """A value as HTML."""
    value = record.get(field.name)
    if value is None or value == "":
        return el("span", "–", class_="soft")
    if field.kind == "reference":
        found = referred(request, field, value)
        return link("%s/%d" % (page_path(found[0]), value), found[1]) if found else "No. %d" % value
    if field.kind == "account":
        account = request.app.accounts.get(value) if request.app.accounts is not None else None
        return account.name if account is not None else "No. %d" % value
    if field.kind == "choice":
        return el("span", words(value), class_="chosen")
    if field.kind == "url":
        return el("a", value if len(value) < 60 else value[:57] + "…", href=value, rel="noopener noreferrer nofollow")
    if field.name == "progress_percent":
        bar = el("progress", max="100", value=min(max(value, 0), 100), aria_label=field.label)
        return join([bar, " ", display(field, value)])
    text = display(field, value)
    if short and len(text) > 120:
        return text[:117] + "…"
    return el("span", text, class_="text") if field.multiline else text


def entry(request, entity, field, value, problem, record=None):
    """A labelled input with its help and, if there is one, the message about it."""
    key = "f-" + field.name
    required = entity.is_required(field)
    attributes = {"id": key, "name": field.name, "required": required and field.kind != "boolean"}
    if problem:
        attributes.update({"aria_invalid": "true", "aria_describedby": key + "-error"})
    error = el("p", problem, class_="error", id=key + "-error") if problem else None
    if field.kind == "boolean":
        box = el("input", type="checkbox", checked=value is True or value == "on", **attributes)
        return el("div", el("label", box, field.label), error, class_="field check")
    hint = [field.unit] if field.unit else []
    hint += [] if required else ["optional"]
    label = el("label", field.label, el("span", " (%s)" % ", ".join(hint), class_="soft") if hint else None, for_=key)
    # a record yet to be made has no values, and is not the same as none
    entered = control(request, entity, field, value, attributes, {} if record is None else record)
    return el("div", label, entered, error, class_="field")


def control(request, entity, field, value, attributes, record):
    options = None
    if field.kind == "choice":
        options = [(choice, words(choice)) for choice in choices(entity, field, request.account, record)]
    elif field.kind == "reference":
        options = reference_options(request, entity, field)
    elif field.kind == "account" and request.app.accounts is not None:
        options = request.app.accounts.names(field.role)
    if options is not None:
        return select(options, value, attributes)
    text = "" if value is None else str(value)
    limits = {type(rule): rule.value for rule in entity.rules_for(field.name) if isinstance(rule, Minimum)}
    if field.is_text and field.multiline:
        return el("textarea", "\n" + text if text.startswith("\n") else text, rows="6", **attributes)
    kinds = {"date": "date", "datetime": "datetime-local", "time": "time", "email": "email", "url": "url", "phone": "tel"}
    attributes["type"] = "number" if field.is_number or field.is_reference else kinds.get(field.kind, "text")
    if field.is_number:
        attributes["step"] = "1" if field.kind == "integer" else "0.01" if field.money else "any"
        for kind, name in ((Minimum, "min"), (Maximum, "max")):
            if kind in limits:
                attributes[name] = number_text(limits[kind])
    if field.is_text:
        attributes["maxlength"] = limits.get(MaxLength, longest(field))
        attributes["minlength"] = limits.get(MinLength)
    if field.kind == "datetime":
        text = text[:16]
    return el("input", value=text, **attributes)


def select(options, value, attributes):
    rows = [el("option", "– choose –" if attributes.get("required") else "–", value="")]
    for key, label in options:
        rows.append(el("option", label, value=key, selected=str(key) == str(value) if value is not None else False))
    return el("select", rows, **attributes)


def reference_options(request, owner, field):
    """The records that may be chosen; None when they cannot be listed."""
    entity = request.app.registry.entity(field.entity)
    if entity is None or rights.visible(request.app, request.account, entity) is None:
        return None
    text, values = rights.nameable(request.app, request.account, owner, field)
    sql = "SELECT * FROM %s r WHERE %s ORDER BY r.id DESC LIMIT %d" % (quote(entity.plural), text, MOST_CHOICES)
    found = [load(request, entity, row) for row in request.db.rows(sql, values)]
    found = [record for record in found if not refused(request, owner, field, record)]
    return [(record["id"], label_of(request, entity, record)) for record in found]


def refused(request, owner, field, record):
    """Whether the account makes no record that names this one here."""
    rules = [feature for feature in owner.active() if hasattr(feature, "refused")]
    return any(rule.refused(request.account, field.name, record) for rule in rules)


def first_value(request, field):
    """What a form for a new record begins with."""
    given = request.query.get(field.name)
    return given if given is not None else initial(field)


def choices(entity, field, account, record):
    """The values of a choice that make sense now."""
    values, now = field.choices, record.get(field.name) if record is not None else None
    for feature in entity.active():
        if hasattr(feature, "choices") and feature.field == field.name and record is not None:
            values = feature.choices(account, entity, now)
    rules = [feature for feature in entity.active() if hasattr(feature, "withheld") and record is not None]
    withheld = [one for rule in rules for one in rule.withheld(account, record, field.name)]
    return [value for value in values if value == now or value not in withheld]
