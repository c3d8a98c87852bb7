"""What the kinds of values look like in JSON, in forms, in the database and to people."""

import datetime
import re

LIMIT = 2**63 - 1
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
CLOCK = re.compile(r"(\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?(Z|z|[+-]\d{2}:\d{2})?")
ADDRESS = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)*")
WEB = re.compile(r"https?://[^\s/?#]+[^\s]*", re.IGNORECASE)
LONGEST = {"text": 1000, "email": 254, "url": 2000, "phone": 50}


class Invalid(Exception):
    """Says to a person what is wrong with a value."""


# How far the clock of the application is ahead of that of the machine: only the tests move it.
AHEAD = datetime.timedelta()


def clock():
    return datetime.datetime.now() + AHEAD


def today():
    return clock().date().isoformat()


def day_from_today(days):
    """The date so many days from today."""
    return (clock().date() + datetime.timedelta(days=days)).isoformat()


def now():
    return clock().strftime("%Y-%m-%dT%H:%M:%S")


def longest(field):
    """How long a text may be unless a rule says otherwise."""
    return 20000 if field.multiline else LONGEST.get(field.kind, 1000)


def moment(text):
    """A date, a time of day or both as a number that can be compared; None if it is none of them."""
    if not isinstance(text, str):
        return None
    day, _, clock = text.replace("t", "T").replace(" ", "T").partition("T")
    try:
        if not DATE.fullmatch(day):
            return clock_seconds(day)
        year, month, number = (int(part) for part in day.split("-"))
        start = datetime.datetime(year, month, number)
        if not clock:
            return start.timestamp()
        seconds = clock_seconds(clock)
        if seconds is None:
            return None
        zone = CLOCK.fullmatch(clock).group(4)
        if zone:
            return start.replace(tzinfo=datetime.timezone.utc).timestamp() + seconds
        return (start + datetime.timedelta(seconds=seconds)).timestamp()
    except (ValueError, OverflowError, OSError):
        return None


def clock_seconds(text):
    match = CLOCK.fullmatch(text)
    if not match:
        return None
    hours, minutes, seconds = int(match.group(1)), int(match.group(2)), int(match.group(3) or 0)
    if hours > 23 or minutes > 59 or seconds > 60:
        return None
    zone = match.group(4)
    offset = 0
    if zone and zone not in "Zz":
        offset = int(zone[:3]) * 3600 + int(zone[0] + zone[4:]) * 60
    return hours * 3600 + minutes * 60 + seconds - offset


def clean(field, value):
    """The value as it is stored and given back, or Invalid."""
    kind = field.kind
    if kind == "boolean":
        if not isinstance(value, bool):
            raise Invalid("must be true or false")
        return value
    if kind in ("integer", "reference", "account"):
        return clean_integer(value)
    if kind == "decimal":
        return clean_decimal(field, value)
    if not isinstance(value, str):
        raise Invalid("must be text")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise Invalid("contains characters that are not valid") from None
    return clean_text(field, value)


def clean_integer(value):
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise Invalid("must be a whole number")
    if abs(value) > LIMIT:
        raise Invalid("is too large")
    return value


def clean_decimal(field, value):
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise Invalid("must be a number")
    if value != value or abs(value) > 1e15:
        raise Invalid("is too large")
    if field.money and abs(value * 100 - round(value * 100)) > 1e-6 * max(1, abs(value)):
        raise Invalid("may have two decimals at most")
    return value


def clean_text(field, value):
    kind = field.kind
    if kind == "choice":
        # Who writes `A` for a value `a` means that one.
        same = [choice for choice in field.choices if choice.casefold() == value.casefold()]
        if not same:
            raise Invalid("must be one of: " + ", ".join(field.choices))
        value = value if value in same else same[0]
    elif kind == "date":
        if not DATE.fullmatch(value) or moment(value) is None:
            raise Invalid("must be a date such as 2026-01-31")
    elif kind == "datetime":
        if not DATE.match(value) or len(value) < 16 or moment(value) is None:
            raise Invalid("must be a date and time such as 2026-01-31T10:00")
    elif kind == "time":
        if clock_seconds(value) is None:
            raise Invalid("must be a time such as 10:00")
    elif kind == "email":
        if not ADDRESS.fullmatch(value):
            raise Invalid("must be an address such as ann@example.org")
    elif kind == "url":
        if not WEB.fullmatch(value):
            raise Invalid("must be a web address that begins with https:// or http://")
    return value


def stored(value):
    return int(value) if isinstance(value, bool) else value


def loaded(field, value):
    """A value of the database as it is given back."""
    if value is not None and field.kind == "boolean":
        return bool(value)
    return value


def from_form(field, text):
    """What a form sent, as it would stand in JSON; None when nothing was entered."""
    if field.kind == "boolean":
        return text in ("on", "true", "yes", "1")
    if field.kind == "text" and field.multiline:
        text = text.replace("\r\n", "\n")
    if text.strip() == "":
        return None
    try:
        if field.kind in ("integer", "reference", "account"):
            return int(text.strip())
        if field.kind == "decimal":
            number = text.strip().replace(",", ".")
            return int(number) if re.fullmatch(r"[+-]?\d{1,15}", number) else float(number)
    except ValueError:
        return text
    return text.strip() if field.kind in ("email", "url", "phone") else text


def from_query(field, text):
    """A filter's value, or Invalid."""
    if field.kind == "boolean":
        if text.lower() not in ("true", "false", "1", "0", "yes", "no"):
            raise Invalid("must be true or false")
        return text.lower() in ("true", "1", "yes")
    if field.is_text:
        return text
    return clean(field, from_form(field, text))


def carried(field, value):
    """What was entered when the field was of another kind, as it is entered now; None if it cannot be."""
    try:
        return stored(clean(field, from_form(field, number_text(value) if isinstance(value, float) else str(value))))
    except Invalid:
        return None


def initial(field):
    """The value of a new record when nobody gives one."""
    value = field.default
    if value is None:
        return None
    if field.is_moment and value in ("today", "now"):
        return {"date": today(), "datetime": now()[:16], "time": now()[11:16]}[field.kind]
    if field.kind == "boolean":
        return value.lower() in ("true", "yes", "1")
    value = from_form(field, value)
    try:
        return clean(field, value) if value is not None else None
    except Invalid:
        return None


def number_text(value, money=False):
    if isinstance(value, float) or money:
        text = "%.2f" % value
        return text if money else text.rstrip("0").rstrip(".")
    return str(value)


def words(choice):
    """in_progress → In progress"""
    text = choice.replace("_", " ")
    return text[:1].upper() + text[1:]


def display(field, value):
    """A value for people."""
    if value is None or value == "":
        return ""
    if field.kind == "boolean":
        return "Yes" if value else "No"
    if field.kind == "choice":
        return words(value)
    if field.kind == "datetime":
        return value[:16].replace("T", " ")
    if field.is_number:
        text = number_text(value, field.money)
        return text + " " + field.unit if field.unit else text
    return str(value)
