"""What can stand against a change. Every check answers None when there is nothing to say."""

from app.database import quote


def threshold(change, field, values, amount, limit, above, below):
    """Setting the field to one of the values is for `above` when the amount exceeds the limit, else for `below`."""
    if change.new is None or not change.changes(field) or change.new.get(field) not in values:
        return None
    worth = change.new.get(amount)
    who = above if worth is not None and worth > limit else below
    return None if change.by(who) else "This decision is not yours to make."


def locked(change, field, values, message):
    """A record in such a state stays as it is."""
    return message if change.old is not None and change.old.get(field) in values else None


def others(change, condition, values):
    """How many other records meet the condition."""
    sql = "SELECT count(*) FROM %s WHERE id IS NOT ? AND %s" % (quote(change.entity.plural), condition)
    return change.db.value(sql, [(change.old or {}).get("id"), *values])


def has(change, *names):
    return change.new is not None and all(name is None or change.entity.field(name) for name in names)


def overlap(change, start, end, per, message):
    """Two records of the same `per` may not cover the same time; one may begin when the other ends."""
    if not has(change, start, end, per):
        return None
    values = [change.new.get(name) for name in ([per] if per else []) + [end, start]]
    if None in values:
        return None
    condition = "moment(%s) < moment(?) AND moment(?) < moment(%s)" % (quote(start), quote(end))
    if per:
        condition = quote(per) + " = ? AND " + condition
    return message if others(change, condition, values) else None


def taken(change, fields, message):
    """Another record has the same combination of values."""
    if not has(change, *fields):
        return None
    values = [change.new.get(name) for name in fields]
    if None in values:
        return None
    return message if others(change, " AND ".join(quote(name) + " = ?" for name in fields), values) else None


def too_many(change, most, per, message):
    """There are as many as there may be, per account or per referenced record."""
    if change.operation != "create" and (per is None or not change.changes(per)):
        return None
    if per is not None:
        if not has(change, per) or change.new.get(per) is None:
            return None
        number = others(change, quote(per) + " = ?", [change.new[per]])
    elif change.entity.owned:
        number = others(change, "owner_id IS ?", [change.account.id if change.account else None])
    else:
        number = others(change, "1", [])
    return message if number >= most else None


def over_capacity(change, per, capacity, amount, message):
    """More than the referenced record has room for."""
    if not has(change, per, amount) or change.new.get(per) is None:
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
    used = change.db.value(sql, [(change.old or {}).get("id"), change.new[per]])
    more = (change.new.get(amount) or 0) if amount else 1
    return message if used + more > room else None
