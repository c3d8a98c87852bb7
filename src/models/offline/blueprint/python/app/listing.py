"""Lists: what was asked for, as one SQL query."""

from app import records, rights
from app.database import quote
from app.model import BeforeDay, Filter, FromDay, NoneOf, Pagination, Search, Sort, View
from app.values import Invalid, day_from_today, from_query
from app.web import HttpError, invalid

MOST = 1000


class Query:
    """A list that was asked for: its condition, order and part."""

    def __init__(self, request, entity, params, per_page=None):
        self.request = request
        self.entity = entity
        self.problems = {}
        visible = rights.visible(request.app, request.account, entity) or rights.NOTHING
        self.conditions = [visible]
        self.live = []
        self.unseen = rights.unseen(request.account, entity)
        self.text = (params.get("q") or "").strip()
        self.search()
        for item in entity.of(Filter):
            if item.field not in self.unseen:
                self.filter(entity.field(item.field), params)
        self.view = None
        self.choose(params.get("view") or "")
        self.by_number = False
        self.then = []
        self.sort, self.descending = self.order(params.get("sort") or "")
        self.page = self.number(params, "page", 1, 10**9)
        pages = entity.of(Pagination)
        self.per_page = self.number(params, "per_page", per_page or (pages[0].per_page if pages else MOST), MOST)
        if self.problems:
            raise invalid(self.problems)

    def at_most(self, records):
        """A smaller part unless somebody asked for more."""
        if not self.request.query.get("per_page"):
            self.per_page = min(self.per_page, records)
        return self

    def number(self, params, name, default, most):
        text = params.get(name)
        if text is None or text == "":
            return default
        if not text.isascii() or not text.isdigit() or len(text) > 9 or int(text) < 1:
            self.problems[name] = "%s must be a whole number from 1." % name
            return default
        return min(int(text), most)

    def search(self):
        names = []
        for item in self.entity.of(Search):
            texts = [field.name for field in self.entity.fields if field.is_text or field.kind == "choice"]
            names += [name for name in item.fields if self.entity.field(name)] or texts
        names = [name for name in names if name not in self.unseen]
        if self.text and names:
            # SQLite's own LIKE knows upper and lower case only in plain English letters, but is much faster.
            pattern, value = "instr(fold(r.%s), fold(?))", self.text
            if self.text.isascii():
                escaped = self.text.replace("!", "!!").replace("%", "!%").replace("_", "!_")
                pattern, value = "r.%s LIKE ? ESCAPE '!'", "%" + escaped + "%"
            parts = [pattern % quote(name) for name in names]
            self.conditions.append(("(" + " OR ".join(parts) + ")", [value] * len(parts)))

    def filter(self, field, params):
        comparisons = [(field.name, "=")]
        if field.is_number or field.is_moment:
            comparisons += [(field.name + "_min", ">="), (field.name + "_max", "<=")]
        for name, comparison in comparisons:
            text = params.get(name)
            if text is None or text == "":
                continue
            try:
                value = from_query(field, text)
            except Invalid as problem:
                self.problems[name] = "%s %s." % (field.label, problem)
                continue
            if field.name in self.entity.live_names():
                self.live.append((field.name, comparison, value))
            elif field.kind in ("datetime", "time"):
                pattern = "moment(r.%s) %s moment(?)" if comparison != "=" else "r.%s %s ?"
                self.conditions.append((pattern % (quote(field.name), comparison), [value]))
            elif field.is_text:
                self.conditions.append(("fold(r.%s) = fold(?)" % quote(field.name), [value]))
            else:
                self.conditions.append(("r.%s %s ?" % (quote(field.name), comparison), [value]))

    def choose(self, name):
        """The view that is asked for, if any."""
        known = self.entity.of(View)
        if not name or not known:
            return
        self.view = next((view for view in known if view.name == name), None)
        if self.view is None:
            self.problems["view"] = "There is no such view."
            return
        for condition in self.view.conditions:
            field = self.entity.field(condition.field)
            if field is not None and field.name in self.entity.live_names():
                self.live.append((field.name, "not in" if isinstance(condition, NoneOf) else "in", chosen(field, condition)))
            elif field is not None:
                self.conditions.append(meets(field, condition))

    def order(self, text):
        """The field to sort by and whether downwards."""
        name = text[1:] if text.startswith("-") else text
        known = [item for item in self.entity.of(Sort) if item.field not in self.unseen]
        for item in known:
            if item.field == name:
                return self.by(name), text.startswith("-")
        if text:
            self.problems["sort"] = "This list cannot be sorted by that."
        for item in known:
            if item.default:
                self.then = self.next(item)
                return self.by(item.field), item.descending
        return None, False

    def next(self, item):
        """What orders those with the same value: fields, and whether downwards."""
        named = [(name.lstrip("-"), name.startswith("-")) for name in item.then]
        return [(self.entity.field(name), down) for name, down in named if name not in self.unseen]

    def by(self, name):
        """The field of that name; records are numbered as they are entered."""
        self.by_number = name == "id"
        return self.entity.field(name)

    def order_sql(self, newest_first):
        if self.sort is None:
            return "r.id DESC" if (self.descending if self.by_number else newest_first) else "r.id"
        parts = [in_order(field, down) for field, down in self.keys()]
        return ", ".join([*parts, "r.id DESC" if self.descending else "r.id"])

    def keys(self):
        """The fields to sort by, the one that counts most first, and whether downwards."""
        return [] if self.sort is None else [(self.sort, self.descending), *self.then]

    def where(self):
        return " AND ".join("(%s)" % text for text, _ in self.conditions), [v for _, more in self.conditions for v in more]

    def fetch(self, newest_first=False, everything=False):
        """The records of the page asked for, and how many there are in all."""
        entity = self.entity
        where, values = self.where()
        table = quote(entity.plural)
        in_python = self.live or any(field.name in entity.live_names() for field, _ in self.keys())
        total = None if in_python else self.request.db.value("SELECT count(*) FROM %s r WHERE %s" % (table, where), values)
        sql = "SELECT r.* FROM %s r WHERE %s" % (table, where)
        if not in_python:
            sql += " ORDER BY " + self.order_sql(newest_first)
        if not in_python and not everything:
            sql += " LIMIT ? OFFSET ?"
            values = [*values, self.per_page, (self.page - 1) * self.per_page]
        found = [records.load(self.request, entity, row) for row in self.request.db.rows(sql, values)]
        if in_python:
            found = self.in_python(found)
            total = len(found)
            start = (self.page - 1) * self.per_page
            found = found if everything else found[start : start + self.per_page]
        return found, total

    def in_python(self, found):
        """Filters and order over values that are computed from other records."""
        for name, comparison, value in self.live:
            tests = {
                "=": lambda a, b: a == b,
                ">=": lambda a, b: a >= b,
                "<=": lambda a, b: a <= b,
                "in": lambda a, b: a in b,
                "not in": lambda a, b: a not in b,
            }
            found = [one for one in found if one.get(name) is not None and tests[comparison](one[name], value)]
        if self.sort is not None or self.by_number:
            found = sorted(found, key=lambda one: one["id"], reverse=self.descending)
        for field, down in reversed(self.keys()):
            with_value = [one for one in found if one.get(field.name) is not None]
            with_value.sort(key=lambda one: rank(field, one[field.name]), reverse=down)
            found = with_value + [one for one in found if one.get(field.name) is None]
        return found


def in_order(field, down):
    """The order by a field as SQL. What has no value comes last."""
    column = "r." + quote(field.name)
    key = column
    if field.kind == "choice":
        cases = " ".join("WHEN '%s' THEN %d" % (c.replace("'", "''"), i) for i, c in enumerate(field.choices))
        key = "CASE %s %s END" % (column, cases)
    elif field.kind in ("datetime", "time"):
        key = "moment(%s)" % column
    elif field.is_text:
        key = "fold(%s)" % column
    return "%s IS NULL, %s%s" % (column, key, " DESC" if down else "")


def rank(field, value):
    """What a value is compared by where it is sorted without SQL."""
    if field.kind == "choice" and value in field.choices:
        return field.choices.index(value)
    return value.casefold() if field.is_text else value


def meets(field, condition):
    """A condition of a view as SQL. What has no date is in no view of dates."""
    column = "r." + quote(field.name)
    if isinstance(condition, FromDay):
        way = "<" if isinstance(condition, BeforeDay) else ">="
        return "substr(%s, 1, 10) %s ?" % (column, way), [day_from_today(condition.days)]
    values = chosen(field, condition)
    text = "%s IN (%s)" % (column, ", ".join("?" for _ in values))
    return ("(%s IS NULL OR NOT %s)" % (column, text) if isinstance(condition, NoneOf) else text), values


def chosen(field, condition):
    """The values that a condition of a view names."""
    return [value.lower() == "true" if field.kind == "boolean" else value for value in condition.values]


def read(request, entity, params, per_page=None, newest_first=False, everything=False):
    """The query and its answer, or 401, 403, 405, 422."""
    records.exists(entity, "read")
    rights.require_right(request, entity, "read")
    query = Query(request, entity, params, per_page)
    if entity.reader is None:
        return query, query.fetch(newest_first, everything)
    answer = entity.reader(query, newest_first, everything)
    if answer is None:
        raise HttpError(501, "This list is not there.")
    return query, answer
