"""Values that are worked out of others. Every formula answers None when there is nothing to work with."""

import datetime

from app.database import quote
from app.values import moment


def tidy(value):
    """Without the dust that comes from calculating with binary fractions."""
    return round(value, 6) if isinstance(value, float) else value


def numbers(record, *names):
    values = [record.get(name) for name in names]
    if any(isinstance(value, bool) or not isinstance(value, (int, float)) for value in values):
        return None
    return values


def percent_of(record, name, percent):
    values = numbers(record, name)
    return round(values[0] * percent / 100, 2) if values else None


def product_of(record, first, second):
    values = numbers(record, first, second)
    return tidy(values[0] * values[1]) if values else None


def priced(db, record, table, link, of, by):
    """A number of the record times one of the record that it refers to."""
    values = numbers(record, by)
    each = db.value("SELECT %s FROM %s WHERE id = ?" % (quote(of), quote(table)), [record.get(link)])
    return tidy(values[0] * each) if values and each is not None else None


def sum_of_fields(record, *names):
    values = [value for name in names for value in numbers(record, name) or ()]
    return tidy(sum(values)) if values else None


def difference_of(record, first, second):
    """Between two numbers, or between two dates in days."""
    values = numbers(record, first, second)
    if values:
        return tidy(values[0] - values[1])
    late, early = moment(record.get(first)), moment(record.get(second))
    return tidy(round((late - early) / 86400, 6)) if late is not None and early is not None else None


def days_after(record, name, days):
    """The date so many days later; the time of day stays."""
    text = record.get(name)
    if moment(text) is None or len(text) < 10:
        return None
    try:
        return (datetime.date.fromisoformat(text[:10]) + datetime.timedelta(days=days)).isoformat() + text[10:]
    except (ValueError, OverflowError):
        return None


def days_of(record, start, end, whole=False):
    """How many days it is from one date to another; with `whole` the last of them counts, too."""
    first, last = moment(record.get(start)), moment(record.get(end))
    if first is None or last is None:
        return None
    days = datetime.date.fromisoformat(record[end][:10]) - datetime.date.fromisoformat(record[start][:10])
    return max(0, days.days + (1 if whole else 0))


def hours_of(record, start, end):
    """How many hours it is from one moment, or time of day, to another."""
    first, last = moment(record.get(start)), moment(record.get(end))
    if first is None or last is None:
        return None
    seconds = last - first
    if seconds < 0 and "-" not in record[end]:
        # a time of day that comes before the first is one of the next day
        seconds += 24 * 3600
    return tidy(max(0, seconds) / 3600)


def running_number(record):
    """One after the other, and none twice even when a record is gone."""
    return record.get("id")


def over_records(db, what, table, field, record, over=None):
    """An aggregate over the records that refer to this one and are not over."""
    if not db.has(table, field):
        return None
    sql, values = "SELECT %s FROM %s WHERE %s = ?" % (what, quote(table), quote(field)), [record["id"]]
    if over is not None and db.has(table, over[0]):
        name = quote(over[0])
        sql += " AND (%s IS NULL OR %s NOT IN (%s))" % (name, name, ", ".join("?" for _ in over[1]))
        values += over[1]
    return db.value(sql, values)


def count_of(db, record, table, field):
    return over_records(db, "count(*)", table, field, record)


def held_by(db, record, table, field, over=None):
    """Whether a record that is not over refers to this one."""
    return bool(over_records(db, "count(*)", table, field, record, over))


def sum_of(db, record, table, field, measure):
    if not db.has(table, measure):
        return None
    return tidy(over_records(db, "coalesce(sum(%s), 0)" % quote(measure), table, field, record))


def left_of(db, record, name, table, field, amount=None, over=None):
    """A number of the record without what the records that refer to it take of it, each one or its amount."""
    values = numbers(record, name)
    if amount is not None and not db.has(table, amount):
        return None
    what = "count(*)" if amount is None else "coalesce(sum(%s), 0)" % quote(amount)
    taken = over_records(db, what, table, field, record, over)
    return tidy(values[0] - taken) if values and taken is not None else None


def average_of(db, record, table, field, measure):
    if not db.has(table, measure):
        return None
    value = over_records(db, "avg(%s)" % quote(measure), table, field, record)
    return round(value, 2) if value is not None else None


def waits(db, record, table, per, parents, capacity):
    """Whether those who came before have taken all there is room for."""
    room = db.value("SELECT %s FROM %s WHERE id = ?" % (quote(capacity), quote(parents)), [record.get(per)])
    if room is None:
        return False
    sql = "SELECT count(*) FROM %s WHERE %s = ? AND id < ?" % (quote(table), quote(per))
    return db.value(sql, [record.get(per), record["id"]]) >= room
