"""How far somebody has come towards a goal."""

import datetime

from app.database import quote
from app.features.formulas import tidy


def span(period, today=None):
    """First and last day of the current week (from Monday), month or year; None without an end."""
    today = today or datetime.date.today()
    word = str(period or "").lower()
    if "day" in word or "dai" in word:
        return today, today
    if "week" in word:
        start = today - datetime.timedelta(days=today.weekday())
        return start, start + datetime.timedelta(days=6)
    if "month" in word:
        after = (today.replace(day=28) + datetime.timedelta(days=4)).replace(day=1)
        return today.replace(day=1), after - datetime.timedelta(days=1)
    if "year" in word:
        return today.replace(month=1, day=1), today.replace(month=12, day=31)
    return None


def progress(db, goal, over, measure, target, date_field, period=None, between=None):
    """The sum of the measure of the same account's records in the period, and the percentage of the target."""
    if not db.has(over, date_field):
        return None
    what = "coalesce(sum(%s), 0)" % quote(measure) if db.has(over, measure) else "count(*)"
    conditions, values = ["1"], []
    if "owner_id" in goal and db.has(over, "owner_id"):
        conditions.append("owner_id IS ?")
        values.append(goal["owner_id"])
    days = span(period)
    first, last = (day.isoformat() for day in days) if days else (None, None)
    if between:
        first, last = (goal.get(name) for name in between)
    day = "substr(%s, 1, 10)" % quote(date_field)
    if first:
        conditions.append(day + " >= ?")
        values.append(first[:10])
    if last:
        conditions.append(day + " <= ?")
        values.append(last[:10])
    done = tidy(db.value("SELECT %s FROM %s WHERE %s" % (what, quote(over), " AND ".join(conditions)), values))
    aim = goal.get(target)
    return done, round(100 * done / aim, 1) if aim else None


def measured(goal, field, default):
    """The measure that the goal names, if it names one."""
    value = goal.get(field)
    return value.strip().lower().replace(" ", "_") if isinstance(value, str) else default
