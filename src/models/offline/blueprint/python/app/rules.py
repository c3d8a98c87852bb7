"""Whether values are right: kinds, rules and references, with a message per field."""

import datetime

from app import rights
from app.database import quote
from app.model import (
    After,
    Earliest,
    Immutable,
    Latest,
    Maximum,
    MaxLength,
    Minimum,
    MinimumAge,
    MinLength,
    NotInFuture,
    NotInPast,
    RequiredWhen,
    SameAs,
    Unique,
    Within,
)
from app.values import Invalid, clean, day_from_today, initial, longest, moment, now, number_text, today
from app.web import HttpError, invalid


def check(request, entity, body, old, partly=False):
    """The values to store, cleaned; 422 with every problem at once. `partly`: only what the body holds counts."""
    values = {}
    problems = {}
    for field in entity.fields:
        name = field.name
        if not entity.writable(field):
            if old is None and name not in entity.computed_names():
                values[name] = automatic(request, entity, field)
            elif old is not None and field.kind in ("date", "datetime"):
                if name.startswith(("updated", "changed", "modified")):
                    values[name] = today() if field.kind == "date" else now()
            continue
        if name not in body and (partly or old is not None):
            continue
        value = body.get(name)
        if value is None and old is None:
            value = initial(field)
        try:
            values[name] = check_value(request, entity, field, value, old)
        except Invalid as problem:
            problems[name] = "%s %s." % (field.label, problem)
    merged = {**(old or {}), **values}
    for field in entity.fields:
        if field.name not in problems and (field.name in values or starts_with(entity, field, values)):
            problem = check_order(entity, field, merged)
            if problem:
                problems[field.name] = problem
        if field.name not in problems and is_missing(entity, field, merged):
            problems[field.name] = "%s is required." % field.label
    if problems:
        raise invalid(problems)
    return values


def starts_with(entity, field, values):
    """Whether what this field is measured from changes."""
    return any(rule.other in values for rule in entity.rules_for(field.name) if isinstance(rule, (After, Within)))


def automatic(request, entity, field):
    """The value of a read-only field of a new record."""
    if field.kind == "account":
        return request.account.id if request.account is not None else None
    for right in entity.access:
        # What decides who sees the record comes from the profile of who makes it.
        if isinstance(right.scope, SameAs) and right.scope.path == field.name and request.account is not None:
            return request.account.profile.get(right.scope.profile)
    if field.default is None and field.kind == "date":
        return today()
    if field.default is None and field.kind == "datetime":
        return now()
    return initial(field)


def check_value(request, entity, field, value, old):
    before = old.get(field.name) if old is not None else None
    if value is None or (value == "" and entity.is_required(field)):
        if entity.is_required(field):
            raise Invalid("is required")
        if before is not None and entity.rules_for(field.name, Immutable):
            raise Invalid("may not be changed")
        return None
    value = clean(field, value)
    if old is not None and value == before:
        return value
    if before is not None and entity.rules_for(field.name, Immutable):
        raise Invalid("may not be changed")
    if isinstance(value, str) and entity.is_required(field) and not value.strip():
        raise Invalid("is required")
    for rule in entity.rules_for(field.name):
        check_rule(rule, field, value)
    if isinstance(value, str) and field.is_text and not entity.rules_for(field.name, MaxLength):
        if len(value) > longest(field):
            raise Invalid("may have at most %d characters" % longest(field))
    if field.is_reference:
        check_reference(request, entity, field, value)
    return value


def check_rule(rule, field, value):
    if isinstance(rule, MaxLength):
        if isinstance(value, str) and len(value) > rule.value:
            raise Invalid("may have at most %d characters" % rule.value)
    elif isinstance(rule, MinLength):
        if isinstance(value, str) and len(value) < rule.value:
            raise Invalid("must have at least %d characters" % rule.value)
    elif isinstance(rule, Maximum):
        if field.is_number and value > rule.value:
            raise Invalid("must be %s at most" % number_text(rule.value))
    elif isinstance(rule, Minimum):
        if field.is_number and value < rule.value:
            raise Invalid("must be %s at least" % number_text(rule.value))
    elif isinstance(rule, NotInPast):
        if is_before_now(field, value):
            raise Invalid("may not be in the past")
    elif isinstance(rule, NotInFuture):
        if is_after_now(field, value):
            raise Invalid("may not be in the future")
    elif isinstance(rule, Latest):
        if field.kind in ("date", "datetime") and value[:10] > day_from_today(rule.days):
            raise Invalid("may be at most %d days from today" % rule.days)
    elif isinstance(rule, Earliest):
        if field.kind in ("date", "datetime") and value[:10] < day_from_today(rule.days):
            raise Invalid("must be after today" if rule.days == 1 else "must be at least %d days from today" % rule.days)
    elif isinstance(rule, MinimumAge):
        if field.kind in ("date", "datetime") and value[:10] > years_ago(rule.years):
            raise Invalid("must be at least %d years ago" % rule.years)


def years_ago(years):
    """This day so many years ago; the 28th of February where the 29th is missing."""
    day = datetime.date.today()
    last = 28 if (day.month, day.day) == (2, 29) else day.day
    return day.replace(year=day.year - years, day=last).isoformat()


def is_missing(entity, field, record):
    """Whether a value that another one calls for is not there."""
    value = record.get(field.name)
    if value is not None and not (isinstance(value, str) and not value.strip()):
        return False
    return any(record.get(rule.other) in rule.values for rule in entity.rules_for(field.name, RequiredWhen))


def is_before_now(field, value):
    if field.kind == "date":
        return value < today()
    return field.kind == "datetime" and moment(value) < moment(now()) - 60


def is_after_now(field, value):
    if field.kind == "date":
        return value > today()
    return field.kind == "datetime" and moment(value) > moment(now()) + 60


def check_order(entity, field, record):
    for rule in entity.rules_for(field.name, After):
        other = entity.field(rule.other)
        late, early = record.get(field.name), record.get(rule.other)
        if other is None or late is None or early is None:
            continue
        if field.is_moment and other.is_moment:
            late, early = moment(late), moment(early)
        if late is None or early is None or type(late) is str or type(early) is str:
            continue
        if late < early or (late == early and not rule.or_equal):
            return "%s must be %s %s." % (field.label, "at or after" if rule.or_equal else "after", other.label)
    for rule in entity.rules_for(field.name, Within):
        other = entity.field(rule.other)
        late, early = moment(record.get(field.name)), moment(record.get(rule.other))
        if other is not None and late is not None and early is not None and late > early + rule.days * 86400:
            return "%s must be at most %d days after %s." % (field.label, rule.days, other.label)
    return None


def check_reference(request, owner, field, number):
    if field.kind == "account":
        accounts = request.app.accounts
        if accounts is not None and not accounts.can_be_named(number, field.role):
            raise Invalid("must be an account%s" % (" with the role " + field.role if field.role else ""))
        return
    entity = request.app.registry.entity(field.entity)
    if entity is None:
        return
    condition = rights.nameable(request.app, request.account, owner, field)
    sql = "SELECT 1 FROM %s r WHERE r.id = ? AND (%s)" % (quote(entity.plural), condition[0])
    if request.db.row(sql, [number, *condition[1]]) is None:
        raise Invalid("does not exist")


def check_unique(change):
    entity = change.entity
    for field in entity.fields:
        for rule in entity.rules_for(field.name, Unique):
            value = change.new.get(field.name)
            if value is None:
                continue
            # upper and lower case make no other address
            same = "lower(%s) = lower(?)" if field.kind == "email" else "%s = ?"
            sql = "SELECT 1 FROM %s WHERE %s AND id IS NOT ?" % (quote(entity.plural), same % quote(field.name))
            values = [value, (change.old or {}).get("id")]
            if rule.per_owner and entity.owned:
                sql += " AND owner_id IS ?"
                owner = change.old["owner_id"] if change.old else change.account.id if change.account else None
                values.append(owner)
            if change.db.row(sql, values) is not None:
                message = "There is already one with this %s." % field.label.lower()
                raise HttpError(409, message, {field.name: message})
