"""Creating, reading, changing and deleting records: one way for the API and for the pages."""

from app import rights, rules
from app.database import quote
from app.model import AssignedTo, Everything, OnlyBy, SameAs
from app.values import initial, loaded, stored
from app.web import HttpError, not_found


class Change:
    """A change about to be made, for guards, conflicts and features."""

    def __init__(self, request, entity, operation, old, new, sent):
        self.app = request.app
        self.db = request.db
        self.account = request.account
        self.entity = entity
        self.operation = operation
        self.old = old
        self.new = new
        self.sent = sent

    def changes(self, name):
        """Whether the value of this field becomes another one."""
        return self.value(self.old, name) != self.value(self.new, name)

    @staticmethod
    def value(record, name):
        return (record or {}).get(name)

    def by(self, *who):
        return any(rights.holds(self.account, one) for one in who)


def exists(entity, operation):
    if operation not in entity.operations():
        names = {"create": "POST", "read": "GET", "update": "PUT", "delete": "DELETE"}
        raise HttpError(405, "This operation does not exist.", headers=[("Allow", allowed(entity, names))])


def allowed(entity, names):
    return ", ".join(names[operation] for operation in sorted(entity.operations()))


def load(request, entity, row):
    """A database row as a record, computed fields included."""
    record = {"id": row["id"]}
    if entity.owned:
        record["owner_id"] = row["owner_id"]
    for field in entity.fields:
        record[field.name] = loaded(field, row[field.name])
    for formula in entity.formulas:
        formula.apply(request.db, record)
    return record


def fetch(request, entity, number):
    """The record with this id, whoever may see it; None if there is none."""
    row = request.db.row("SELECT * FROM %s WHERE id = ?" % quote(entity.plural), [number])
    return load(request, entity, row) if row is not None else None


def is_visible(request, entity, number):
    condition = rights.visible(request.app, request.account, entity)
    if condition is None:
        return False
    sql = "SELECT 1 FROM %s r WHERE r.id = ? AND (%s)" % (quote(entity.plural), condition[0])
    return request.db.row(sql, [number, *condition[1]]) is not None


def find(request, entity, number):
    """A record that the account may read; otherwise it does not exist."""
    exists(entity, "read")
    rights.require_right(request, entity, "read")
    if not is_visible(request, entity, number):
        raise not_found()
    return fetch(request, entity, number)


def create(request, entity, body):
    exists(entity, "create")
    held = rights.require_right(request, entity, "create")
    with request.db.transaction():
        body = fill_in(request, entity, held, body)
        sent = {field.name for field in entity.fields if entity.writable(field) and body.get(field.name) is not None}
        sent -= {name for name in sent if body[name] == initial(entity.field(name))}
        refuse_fields(entity, held, sent)
        refuse_guarded(request, entity, sent)
        values = rules.check(request, entity, body, None)
        change = Change(request, entity, "create", None, values, sent)
        for feature in entity.active():
            if hasattr(feature, "start"):
                feature.start(change)
        before(change)
        row = {name: stored(value) for name, value in values.items() if entity.field(name) is not None}
        if entity.owned:
            row["owner_id"] = request.account.id if request.account is not None else None
        number = request.db.insert(entity.plural, row)
        if not any(rights.is_within(request.app, request.account, entity, number, right.scope) for right in held):
            raise HttpError(403, "You may not make such a record.")
        change.new = settle(request, entity, number)
        after(change)
        return change.new


def update(request, entity, number, body):
    exists(entity, "update")
    held = rights.require_right(request, entity, "update")
    with request.db.transaction():
        # Who may change but not read knows the record by its number alone.
        blind = not rights.rights_of(request.account, entity, "read")
        seen = blind or is_visible(request, entity, number)
        old = fetch(request, entity, number) if seen else None
        if old is not None:
            held = within(request, entity, number, held)
            sent = {
                field.name
                for field in entity.fields
                if entity.writable(field) and field.name in body and not same(body[field.name], old[field.name])
            }
            refuse_fields(entity, held, sent)
            refuse_guarded(request, entity, sent)
        values = rules.check(request, entity, body, old, partly=True)
        if old is None:
            raise not_found()
        change = Change(request, entity, "update", old, {**old, **values}, sent)
        before(change)
        request.db.update(entity.plural, number, {name: stored(value) for name, value in values.items()})
        change.new = settle(request, entity, number)
        after(change)
        return change.new


def delete(request, entity, number):
    exists(entity, "delete")
    held = rights.require_right(request, entity, "delete")
    with request.db.transaction():
        if not is_visible(request, entity, number):
            # Who may delete but not read knows the record by its number alone.
            if rights.rights_of(request.account, entity, "read") or fetch(request, entity, number) is None:
                raise not_found()
        within(request, entity, number, held)
        remove(request, entity, fetch(request, entity, number))


def remove(request, entity, old):
    """Delete a record with what cannot be without it."""
    change = Change(request, entity, "delete", old, None, set())
    before(change)
    for other, field in request.app.registry.referring_to(entity):
        where = "SELECT * FROM %s WHERE %s = ?" % (quote(other.plural), quote(field.name))
        for row in request.db.rows(where, [old["id"]]):
            if not other.is_required(field):
                request.db.update(other.plural, row["id"], {field.name: None})
            elif entity.owned or other.name in entity.decided:
                remove(request, other, load(request, other, row))
            else:
                raise HttpError(409, "There are %s that refer to this." % other.label_plural.lower())
    request.db.run("DELETE FROM %s WHERE id = ?" % quote(entity.plural), [old["id"]])
    after(change)


def within(request, entity, number, held):
    """Those of the rights that reach this record, or 403."""
    reaching = [right for right in held if rights.is_within(request.app, request.account, entity, number, right.scope)]
    if not reaching:
        raise HttpError(403, "You may not change this.")
    return reaching


def same(sent, value):
    return sent == value and isinstance(sent, bool) == isinstance(value, bool)


def refuse_fields(entity, held, sent):
    """Rights that reach only some fields do not reach the others."""
    if any(not right.only for right in held):
        return
    allowed_names = {name for right in held for name in right.only}
    for name in sorted(sent - allowed_names):
        raise HttpError(403, "You may not set: %s." % entity.field(name).label)


def refuse_guarded(request, entity, sent):
    for rule in entity.of(OnlyBy):
        if rule.field in sent and not any(rights.holds(request.account, who) for who in rule.who):
            raise HttpError(403, "You may not set: %s." % entity.field(rule.field).label)


def fill_in(request, entity, held, body):
    """What follows from who acts, where nothing was given."""
    body = dict(body)
    account = request.account
    if account is None:
        return body
    for right in held:
        field = entity.field(right.scope.path) if isinstance(right.scope, (AssignedTo, SameAs)) else None
        if field is None:
            continue
        if isinstance(right.scope, SameAs):
            value = account.profile.get(right.scope.profile)
        else:
            value = account.id if not any(isinstance(other.scope, Everything) for other in held) else None
        if value is not None and (field.read_only or body.get(field.name) is None):
            body[field.name] = value
    return body


def before(change):
    """Everything that can stand against a change: first what is not allowed, then what clashes."""
    for feature in change.entity.active():
        if hasattr(feature, "guard"):
            refuse(403, feature.guard(change))
    for guard in change.entity.guards:
        refuse(403, guard(change))
    for feature in change.entity.active():
        if hasattr(feature, "conflict"):
            refuse(409, feature.conflict(change))
    for operations, conflict in change.entity.conflicts:
        if change.operation in operations:
            refuse(409, conflict(change))
    if change.new is not None:
        rules.check_unique(change)


def refuse(status, message):
    if message is not None:
        raise HttpError(status, message)


def settle(request, entity, number):
    """The record as it now is; what is computed from it is stored with it."""
    record = fetch(request, entity, number)
    live = entity.live_names()
    names = entity.computed_names() - live
    request.db.update(entity.plural, number, {name: record[name] for name in sorted(names) if entity.field(name)})
    return record


def after(change):
    for feature in change.entity.active():
        if hasattr(feature, "after"):
            feature.after(change)


def public(request, entity, record):
    """The record as the API gives it: without the values that are not there, or not for this account."""
    answer = {"id": record["id"]}
    if entity.owned and record.get("owner_id") is not None:
        answer["owner_id"] = record["owner_id"]
    unseen = rights.unseen(request.account, entity)
    for field in entity.shown_fields():
        value = record.get(field.name)
        if value is not None and field.name not in unseen:
            answer[field.name] = value
    return answer
