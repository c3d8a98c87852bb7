"""What can stand against a change. Every check answers None when there is nothing to say."""

import datetime

from app.database import quote
from app.values import moment, now, today


def threshold(change, field, values, amount, limit, above, below):
    """Setting the field to one of the values is for `above` when the amount exceeds the limit, else for `below`."""
    if change.new is None or not change.changes(field) or change.new.get(field) not in values:
        return None
    worth = change.new.get(amount)
    who = above if worth is not None and worth > limit else below
    return None if change.by(who) else "This decision is not yours to make."


def locked(change, field, values, message, only=()):
    """A record in such a state stays as it is, or `only` these properties of it do."""
    if only and change.new is not None and not any(change.changes(name) for name in only):
        return None
    return message if change.old is not None and change.old.get(field) in values else None


def referred(change, record, path):
    """The value of a field, or of a field of the record that a reference names; None if there is none."""
    name, _, rest = path.partition(".")
    value = record.get(name)
    if not rest or value is None:
        return value
    field = change.entity.field(name)
    parent = change.app.registry.entity(field.entity) if field is not None else None
    if parent is None or parent.field(rest) is None:
        return None
    return change.db.value("SELECT %s FROM %s WHERE id = ?" % (quote(rest), quote(parent.plural)), [value])


def unavailable(change, per, field, values, message):
    """The record that `per` names is in a state in which it is not to be had."""
    if change.new is None or not change.changes(per):
        return None
    return message if referred(change, change.new, per + "." + field) in values else None


def closed(change, date, message, sets=None, hours=None, days=None, time=None):
    """It is later than so many hours before the moment, or than the end of the day so many days before the date."""
    if sets is not None:
        name, value = sets
        if change.new is None or not change.changes(name) or change.new.get(name) != value:
            return None
    text = referred(change, change.old or change.new, date)
    if text and time is not None:
        beside = date.rpartition(".")[0] + "." + time if "." in date else time
        text = "%sT%s" % (text[:10], referred(change, change.old or change.new, beside))
    if moment(text) is None or len(text) < 10:
        return None
    if hours is not None:
        return message if moment(now()) > moment(text) - hours * 3600 else None
    last = datetime.date.fromisoformat(text[:10]) - datetime.timedelta(days=days)
    return message if today() > last.isoformat() else None


def others(change, condition, values):
    """How many other records meet the condition."""
    sql = "SELECT count(*) FROM %s WHERE id IS NOT ? AND %s" % (quote(change.entity.plural), condition)
    return change.db.value(sql, [(change.old or {}).get("id"), *values])


def has(change, *names):
    return change.new is not None and all(name is None or change.entity.field(name) for name in names)


def overlap(change, start, end, same, message, days=False, over=None):
    """Two records with the same values of `same` may not cover the same time; one may begin when the other ends.

    With `days` they have the whole of their last day. `owner_id` stands for whose record it is. What is `over` takes
    no time."""
    if over is not None and has(change, over[0]) and change.new.get(over[0]) in over[1]:
        return None
    own = change.entity.owned and "owner_id" in same
    if not has(change, start, end, *(name for name in same if not (own and name == "owner_id"))):
        return None
    values = [owner(change) if own and name == "owner_id" else change.new.get(name) for name in [*same, end, start]]
    if None in values:
        return None
    parts = [quote(name) + " = ?" for name in same]
    if days:
        parts.append("moment(%s) <= moment(?) AND moment(?) <= moment(%s)" % (quote(start), quote(end)))
    else:
        # two that begin together are in each other's way, however short they are
        times = "(moment(%s) < moment(?) AND moment(?) < moment(%s) OR moment(%s) = moment(?))"
        parts.append(times % (quote(start), quote(end), quote(start)))
        values.append(values[-1])
    if over is not None and has(change, over[0]):
        blanks = ", ".join("?" for _ in over[1])
        parts.append("(%s IS NULL OR %s NOT IN (%s))" % (quote(over[0]), quote(over[0]), blanks))
        values = [*values, *over[1]]
    condition = " AND ".join(parts)
    return message if others(change, condition, values) else None


def counting(change, over):
    """The condition for the records that are not over, with its values; None if this one is over and needs no look."""
    if over is None or not has(change, over[0]):
        return "", []
    name, ended = over
    if change.new.get(name) in ended:
        return None
    return " AND (%s IS NULL OR %s NOT IN (%s))" % (quote(name), quote(name), ", ".join("?" for _ in ended)), list(ended)


def comes_back(change, over):
    """Whether a record that was over is so no more."""
    return over is not None and change.old is not None and change.old.get(over[0]) in over[1]


def owner(change):
    """Whose record it is."""
    if change.old is not None:
        return change.old.get("owner_id")
    return change.account.id if change.account is not None else None


def taken(change, fields, message, over=None):
    """Another record that is not over has the same combination of values; `owner_id` stands for whose it is."""
    counted = counting(change, over)
    own = change.entity.owned and "owner_id" in fields
    if not has(change, *(name for name in fields if not (own and name == "owner_id"))):
        return None
    values = [owner(change) if own and name == "owner_id" else change.new.get(name) for name in fields]
    if None in values or counted is None:
        return None
    condition = " AND ".join(quote(name) + " = ?" for name in fields) + counted[0]
    return message if others(change, condition, [*values, *counted[1]]) else None


def too_many(change, most, per, message, over=None):
    """There are as many as there may be, per account or per referenced record. What is over does not count."""
    counted = counting(change, over)
    if counted is None:
        return None
    rest, ended = counted
    if change.operation != "create" and not comes_back(change, over) and (per is None or not change.changes(per)):
        return None
    if per is not None:
        if not has(change, per) or change.new.get(per) is None:
            return None
        number = others(change, quote(per) + " = ?" + rest, [change.new[per], *ended])
    elif change.entity.owned:
        number = others(change, "owner_id IS ?" + rest, [owner(change), *ended])
    else:
        number = others(change, "1" + rest, ended)
    return message if number >= most else None


def bounds(day, period):
    """First and last day of the week (from Monday), month or year that a day lies in."""
    if period == "week":
        first = day - datetime.timedelta(days=day.weekday())
        return first, first + datetime.timedelta(days=6)
    if period == "year":
        return day.replace(month=1, day=1), day.replace(month=12, day=31)
    after = (day.replace(day=28) + datetime.timedelta(days=4)).replace(day=1)
    return day.replace(day=1), after - datetime.timedelta(days=1)


def too_many_in(change, most, per, date_field, period, message, over=None):
    """There are as many as there may be in the week, month or year of the record, per account or per `per`."""
    counted = counting(change, over)
    if counted is None or not has(change, date_field, per) or not change.new.get(date_field):
        return None
    same = not change.changes(date_field) and (per is None or not change.changes(per))
    if change.operation != "create" and same and not comes_back(change, over):
        return None
    first, last = bounds(datetime.date.fromisoformat(change.new[date_field][:10]), period)
    condition = "substr(%s, 1, 10) BETWEEN ? AND ?" % quote(date_field)
    values = [first.isoformat(), last.isoformat()]
    if per is not None:
        condition += " AND %s = ?" % quote(per)
        values.append(change.new.get(per))
    elif change.entity.owned:
        condition += " AND owner_id IS ?"
        values.append(owner(change))
    return message if others(change, condition + counted[0], [*values, *counted[1]]) >= most else None


def in_use(change, name, message):
    """Other records refer to this one."""
    for other, field in change.app.registry.referring_to(change.entity):
        if other.name == name:
            sql = "SELECT 1 FROM %s WHERE %s = ?" % (quote(other.plural), quote(field.name))
            if change.db.row(sql, [change.old["id"]]) is not None:
                return message
    return None


def over_capacity(change, per, capacity, amount, message, over=None):
    """More than the referenced record has room for; what is over takes no room."""
    counted = counting(change, over)
    if counted is None or not has(change, per, amount) or change.new.get(per) is None:
        return None
    parent = change.app.registry.entity(change.entity.field(per).entity)
    if parent is None or parent.field(capacity) is None:
        return None
    sql = "SELECT %s FROM %s WHERE id = ?" % (quote(capacity), quote(parent.plural))
    room = change.db.value(sql, [change.new[per]])
    if room is None:
        return None
    what = "coalesce(sum(%s), 0)" % quote(amount) if amount else "count(*)"
    sql = "SELECT %s FROM %s WHERE id IS NOT ? AND %s = ?" % (what, quote(change.entity.plural), quote(per))
    used = change.db.value(sql + counted[0], [(change.old or {}).get("id"), change.new[per], *counted[1]])
    more = (change.new.get(amount) or 0) if amount else 1
    return message if used + more > room else None
