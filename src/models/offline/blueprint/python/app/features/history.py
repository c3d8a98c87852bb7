"""Who changed what and when, written down with every change and never altered."""

import json

from app import rights
from app.database import quote
from app.openapi import type_name
from app.router import Operation
from app.values import now
from app.web import json_response, not_found


class History:
    """Readable for these, or, without any, for those who may read the record."""

    def __init__(self, *readers):
        self.readers = readers

    @staticmethod
    def name(entity):
        return entity.name + "_changes"

    def tables(self, entity):
        columns = {entity.name + "_id": "INTEGER", "action": "TEXT", "user_id": "INTEGER", "user_name": "TEXT"}
        return {self.name(entity): {**columns, "at": "TEXT", "changes": "TEXT"}}

    def after(self, change):
        """Written in the same transaction as the change itself."""
        old, new = change.old or {}, change.new or {}
        changes = {}
        for field in change.entity.fields:
            before, after = old.get(field.name), new.get(field.name)
            if before != after and field.name not in change.entity.live_names():
                changes[field.name] = {"from": before, "to": after}
        if change.operation == "update" and not changes:
            return
        row = {
            change.entity.name + "_id": (change.new or change.old)["id"],
            "action": {"create": "created", "update": "updated", "delete": "deleted"}[change.operation],
            "user_id": change.account.id if change.account else None,
            "user_name": change.account.name if change.account else None,
            "at": now(),
            "changes": json.dumps(changes, ensure_ascii=False),
        }
        change.db.insert(self.name(change.entity), row)

    def may_read(self, account):
        return any(rights.holds(account, who) for who in self.readers)

    def condition(self, request, entity):
        """Which entries may be read, or 401, 403."""
        if self.may_read(request.account):
            return rights.EVERYTHING
        if not self.readers:
            rights.require_right(request, entity, "read")
            text, values = rights.visible(request.app, request.account, entity)
            sql = "h.%s IN (SELECT r.id FROM %s r WHERE %s)"
            return sql % (quote(entity.name + "_id"), quote(entity.plural), text), values
        rights.require_account(request)
        raise rights.forbidden()

    def entries(self, request, entity, more="1", values=()):
        text, limits = self.condition(request, entity)
        sql = "SELECT h.* FROM %s h WHERE %s AND %s ORDER BY h.id DESC LIMIT 1000" % (quote(self.name(entity)), text, more)
        unseen = rights.unseen(request.account, entity)
        found = []
        for row in request.db.rows(sql, [*limits, *values]):
            entry = {key: row[key] for key in row.keys() if row[key] is not None}
            changes = json.loads(row["changes"])
            entry["changes"] = {name: change for name, change in changes.items() if name not in unseen}
            found.append(entry)
        return found

    def mount(self, app, entity):
        reference = entity.name + "_id"

        def get_all(request):
            number = request.query.get(reference, "")
            if number.isascii() and number.isdigit() and len(number) < 19:
                return json_response(self.entries(request, entity, "h.%s = ?" % quote(reference), [int(number)]))
            return json_response(self.entries(request, entity))

        def get_one(request, number):
            found = self.entries(request, entity, "h.id = ?", [number])
            if not found:
                raise not_found()
            return json_response(found[0])

        name = type_name(entity.name) + "Change"
        app.schemas[name] = self.schema(entity)
        tag = "Changes of " + entity.label_plural.lower()
        params = [(reference, {"type": "integer"}, "Only of this one")]
        many = Operation("list%ss" % name, "Who changed what, newest first", tag, None, [name], params)
        one = Operation("get" + name, "Get one change", tag, None, name, errors=[404])
        app.router.add("GET", "/api/" + self.name(entity), get_all, many)
        app.router.add("GET", "/api/" + self.name(entity) + "/{id}", get_one, one)

    @staticmethod
    def schema(entity):
        kinds = {"id": "integer", entity.name + "_id": "integer", "user_id": "integer", "user_name": "string"}
        properties = {name: {"type": kind, "readOnly": True} for name, kind in kinds.items()}
        actions = ["created", "updated", "deleted"]
        properties["action"] = {"type": "string", "enum": actions, "readOnly": True}
        properties["at"] = {"type": "string", "format": "date-time", "readOnly": True}
        about = "Per field what it was and what it became."
        properties["changes"] = {"type": "object", "readOnly": True, "description": about}
        return {"type": "object", "title": "Change", "properties": properties}
