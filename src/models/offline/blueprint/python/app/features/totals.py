"""Counts and sums, as an answer of the API and as a page."""

import datetime

from app import rights
from app.database import quote
from app.features.formulas import tidy
from app.openapi import type_name
from app.router import Operation
from app.values import loaded
from app.web import json_response, not_found


# How much of an ISO date names a day, a month, a year.
SPANS = {"day": 10, "month": 7, "year": 4}


class Totals:
    """A dashboard: the function gives its numbers."""

    def __init__(self, name, label, entity, function, by=None, each=None):
        self.name = name
        self.label = label
        self.entity = entity
        self.function = function
        # The field of the groups, and the stretch of time they are for.
        self.by = by
        self.each = each

    def mount(self, app):
        def get(request):
            answer = self.function(request)
            return json_response(answer) if answer is not None else None

        schema = type_name(self.name) + "Totals"
        number = {"type": "number", "readOnly": True}
        entity = app.registry.entity(self.entity)
        measures = {field.name: number for field in entity.fields if field.is_number} if entity else {}
        day = {"type": "string", "format": "date", "readOnly": True}
        count = {"type": "integer", "readOnly": True}
        group = {"type": "object", "properties": {"value": {}, "period": {"type": "string"}, "count": count, **measures}}
        groups = {"type": "array", "items": group, "readOnly": True}
        properties = {"count": count, "from": day, "to": day, "groups": groups, **measures}
        app.schemas[schema] = {"type": "object", "properties": properties}
        operation = Operation("get" + schema, self.label, self.label, answer=schema)
        app.router.add("GET", "/api/" + self.name, get, operation)


def mount(app):
    for totals in app.registry.totals:
        totals.mount(app)


def add_up(request, name, measures=(), date_field=None, days=None, group_by=None, each=None, everyone=False):
    """Count and sums of the records of the last days; of the account's own ones where records have an owner.

    `everyone`: of all that the account may see. `each`: also for every day, month or year.
    """
    entity = request.app.registry.entity(name)
    if entity is None:
        raise not_found()
    rights.require_right(request, entity, "read")
    text, values = rights.visible(request.app, request.account, entity)
    if entity.owned and request.account is not None and not everyone:
        text, values = "(%s) AND r.owner_id = ?" % text, [*values, request.account.id]
    answer = {}
    if days and entity.field(date_field or ""):
        last = datetime.date.today()
        first = last - datetime.timedelta(days=days - 1)
        answer = {"from": first.isoformat(), "to": last.isoformat()}
        text = "(%s) AND substr(r.%s, 1, 10) BETWEEN ? AND ?" % (text, quote(date_field))
        values = [*values, answer["from"], answer["to"]]
    unseen = rights.unseen(request.account, entity)
    measures = [measure for measure in measures if entity.field(measure) and measure not in unseen]
    sums = "".join(", coalesce(sum(r.%s), 0) AS %s" % (quote(one), quote(one)) for one in measures)
    sql = "SELECT count(*) AS count%s FROM %s r WHERE %s" % (sums, quote(entity.plural), text)
    answer = {**numbers(request.db.row(sql, values), measures), **answer}
    field = entity.field(group_by or "")
    columns = {}
    if each and entity.field(date_field or ""):
        columns["period"] = "substr(r.%s, 1, %d)" % (quote(date_field), SPANS[each])
    if field is not None or group_by == "owner_id" and entity.owned:
        columns["value"] = "r." + quote(group_by)
    if not columns:
        return answer
    named = ", ".join("%s AS %s" % (column, name) for name, column in columns.items())
    order = ", ".join(columns.values())
    sql = "SELECT %s, count(*) AS count%s FROM %s r WHERE %s GROUP BY %s ORDER BY %s"
    rows = request.db.rows(sql % (named, sums, quote(entity.plural), text, order, order), values)
    answer["groups"] = []
    for row in rows:
        group = {name: row[name] for name in columns}
        if field is not None:
            group["value"] = loaded(field, group["value"])
        answer["groups"].append({**group, **numbers(row, measures)})
    if field is not None and field.kind == "choice" and "period" not in columns:
        order = {choice: position for position, choice in enumerate(field.choices)}
        answer["groups"].sort(key=lambda group: order.get(group["value"], len(order)))
    return answer


def numbers(row, measures):
    return {"count": row["count"], **{measure: tidy(row[measure]) for measure in measures}}
