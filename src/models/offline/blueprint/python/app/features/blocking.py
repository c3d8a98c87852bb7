"""Accounts that are shut out: they cannot log in until somebody lets them in again."""

from app import people
from app.database import quote
from app.rights import require_account
from app.router import Operation
from app.web import HttpError, invalid, json_response, not_found

TABLE = "app_blocked"


def mount(app):
    with app.database.transaction():
        app.database.table(TABLE, {"account_id": "INTEGER"})
        app.database.run("CREATE UNIQUE INDEX IF NOT EXISTS app_is_blocked ON %s (account_id)" % quote(TABLE))
    app.accounts.entrance.append(keep_out)
    app.accounts.overseen.append(may_block)
    properties = {"blocked": {"type": "boolean", "description": "Whether the account is %s." % people.BLOCKED}}
    app.schemas["Blocking"] = {"type": "object", "properties": properties, "required": ["blocked"]}
    path = "/api/%s/{id}/blocked" % people.COLLECTION
    show = Operation("getBlocked", "Whether an account is %s" % people.BLOCKED, "Accounts", None, "Blocking", errors=[404])
    change = Operation("setBlocked", "Shut an account out, or let it in again", "Accounts", "Blocking", "Blocking", errors=[404, 422])
    app.router.add("GET", path, get_blocked, show)
    app.router.add("PUT", path, put_blocked, change)


def may_block(account, other):
    """Nobody shuts out the own account or the administrator's."""
    if other.administrator or other.id == account.id:
        return False
    return any(
        (account.administrator or account.roles & set(rule.by)) and (rule.of is None or rule.of in other.roles)
        for rule in people.BLOCKING
    )


def is_blocked(db, number):
    return db.row("SELECT 1 FROM %s WHERE account_id = ?" % quote(TABLE), [number]) is not None


def keep_out(request, number):
    """Why this account may not log in; None if it may."""
    return "This account is %s." % people.BLOCKED if is_blocked(request.db, number) else None


def blockable(request, number):
    """The account, for somebody who may shut it out."""
    require_account(request)
    other = request.app.accounts.get(number)
    if other is None:
        if not any(request.account.roles & set(rule.by) for rule in people.BLOCKING):
            raise HttpError(403, "You may not do this.")
        raise not_found()
    if not may_block(request.account, other):
        raise HttpError(403, "You may not do this with this account.")
    return other


def get_blocked(request, number):
    return json_response({"blocked": is_blocked(request.db, blockable(request, number).id)})


def put_blocked(request, number):
    """Shut an account out, which ends its log-ins, or let it in again."""
    other = blockable(request, number)
    blocked = request.json().get("blocked")
    if not isinstance(blocked, bool):
        raise invalid({"blocked": "Blocked must be true or false."})
    set_blocked(request, other, blocked)
    return json_response({"blocked": is_blocked(request.db, other.id)})


def set_blocked(request, other, blocked):
    with request.db.transaction():
        request.db.run("DELETE FROM %s WHERE account_id = ?" % quote(TABLE), [other.id])
        if blocked:
            request.db.insert(TABLE, {"account_id": other.id})
            request.db.run("DELETE FROM app_sessions WHERE account_id = ?", [other.id])
