"""People let others see their records, and take it back."""

from app import rights
from app.database import quote
from app.openapi import type_name
from app.router import Operation
from app.values import Invalid, clean_integer
from app.web import HttpError, invalid, json_response, no_content, not_found


class Grant:
    """To accounts with this role, or to any."""

    def __init__(self, role=None):
        self.role = role

    @staticmethod
    def grants_table(entity):
        return entity.name + "_grants"

    def tables(self, entity):
        return {self.grants_table(entity): {"owner_id": "INTEGER", "user_id": "INTEGER"}}

    def require_owner(self, request, entity):
        """Somebody who can have records to show."""
        rights.require_account(request)
        held = rights.rights_of(request.account, entity, "create") or rights.rights_of(request.account, entity, "update")
        if request.account is None or not held:
            raise rights.forbidden()

    def require_account(self, request):
        rights.require_account(request)
        if request.account is None:
            raise rights.forbidden()

    def all(self, request, entity):
        """What the account gave and what it was given."""
        sql = "SELECT * FROM %s WHERE owner_id = ? OR user_id = ? ORDER BY id" % quote(self.grants_table(entity))
        return [dict(row) for row in request.db.rows(sql, [request.account.id, request.account.id])]

    def give(self, request, entity, body):
        self.require_owner(request, entity)
        try:
            number = clean_integer(body.get("user_id"))
        except Invalid as problem:
            text = "is required" if body.get("user_id") is None else str(problem)
            raise invalid({"user_id": "Account %s." % text}) from None
        if number == request.account.id or not request.app.accounts.can_be_named(number, self.role):
            role = " with the role " + self.role if self.role else ""
            raise invalid({"user_id": "Account must be somebody else%s." % role})
        table = self.grants_table(entity)
        values = {"owner_id": request.account.id, "user_id": number}
        with request.db.transaction():
            sql = "SELECT 1 FROM %s WHERE owner_id = ? AND user_id = ?" % quote(table)
            if request.db.row(sql, values.values()) is not None:
                raise HttpError(409, "This account has access already.")
            return {"id": request.db.insert(table, values), **values}

    def take_back(self, request, entity, number):
        self.require_account(request)
        table = quote(self.grants_table(entity))
        with request.db.transaction():
            row = request.db.row("SELECT * FROM %s WHERE id = ?" % table, [number])
            if row is None or request.account.id not in (row["owner_id"], row["user_id"]):
                raise not_found()
            if row["owner_id"] != request.account.id:
                raise HttpError(403, "Only who gave access can take it back.")
            request.db.run("DELETE FROM %s WHERE id = ?" % table, [number])

    def mount(self, app, entity):
        path = "/api/" + self.grants_table(entity)

        def get_all(request):
            self.require_account(request)
            return json_response(self.all(request, entity))

        def get_one(request, number):
            self.require_account(request)
            for one in self.all(request, entity):
                if one["id"] == number:
                    return json_response(one)
            raise not_found()

        def post(request):
            self.require_owner(request, entity)
            given = self.give(request, entity, request.json())
            return json_response(given, 201, [("Location", "%s/%d" % (path, given["id"]))])

        def delete(request, number):
            self.take_back(request, entity, number)
            return no_content()

        name = type_name(entity.name) + "Grant"
        number = {"type": "integer", "readOnly": True}
        who = {"type": "integer", "description": "The account that may see your %s." % entity.label_plural.lower()}
        properties = {"id": number, "owner_id": number, "user_id": who}
        app.schemas[name] = {"type": "object", "properties": properties, "required": ["user_id"]}
        tag = "Access to " + entity.label_plural.lower()
        add = app.router.add
        add("GET", path, get_all, Operation("list%ss" % name, "Access given and received", tag, None, [name]))
        add("GET", path + "/{id}", get_one, Operation("get" + name, "Get one", tag, None, name, errors=[404]))
        add("POST", path, post, Operation("create" + name, "Give access", tag, name, name, (), 201, [409, 422]))
        gone = Operation("delete" + name, "Take access back", tag, status=204, errors=[404])
        add("DELETE", path + "/{id}", delete, gone)
