"""Who may do what with which records. Conditions are SQL over the alias r, with their values."""

from app.database import quote
from app.model import ANYONE, SIGNED_IN, AssignedTo, Granted, Own, OwnParent, SameAs, ShownTo, Where
from app.web import HttpError

NOTHING = ("0", [])
EVERYTHING = ("1", [])


def holds(account, who):
    """Whether the account (None: nobody signed in) is one of those meant."""
    if who == ANYONE:
        return True
    if account is None:
        return False
    return who == SIGNED_IN or who in account.roles


def require_account(request):
    """Who is not signed in is asked to sign in."""
    if request.account is None and request.app.accounts is not None:
        raise HttpError(401, "Please sign in first.", headers=[("WWW-Authenticate", "Bearer")])


def rights_of(account, entity, operation):
    """The rights that let the account do it with some records."""
    return [right for right in entity.access if operation in right.operations and holds(account, right.who)]


def require_right(request, entity, operation):
    """The rights in force, or 401, 403."""
    rights = rights_of(request.account, entity, operation)
    if not rights:
        require_account(request)
        raise forbidden()
    return rights


def unseen(account, entity):
    """The fields that this account does not see, whichever records it sees."""
    rules = entity.of(ShownTo)
    return {rule.field for rule in rules if not any(holds(account, who) for who in rule.who)}


def any_of(conditions):
    texts = []
    values = []
    for text, more in conditions:
        if text == "1":
            return EVERYTHING
        if text != "0":
            texts.append(text)
            values.extend(more)
    return ("(" + " OR ".join(texts) + ")", values) if texts else NOTHING


def visible(app, account, entity):
    """The condition for what the account may read; None if it may read nothing of this kind."""
    rights = rights_of(account, entity, "read")
    if not rights:
        return None
    limits = any_of(scope_condition(app, account, entity, right.scope) for right in rights)
    if entity.privacy is not None:
        limits = entity.privacy(account, limits)
        return EVERYTHING if limits is None else limits
    return limits


def nameable(app, account, entity, field):
    """The condition for the records that a reference may name: what the account may read, and what a right of its own
    to write such records leads through. Existence is enough for who may read nothing of the kind or can have none."""
    parent = app.registry.entity(field.entity)
    readable = visible(app, account, parent)
    if readable is None or cannot_have(account, parent):
        return EVERYTHING
    scopes = [right.scope for operation in ("create", "update") for right in rights_of(account, entity, operation)]
    scopes = [behind(scope, field.name) for scope in scopes]
    return any_of([readable] + [scope_condition(app, account, parent, scope) for scope in scopes if scope is not None])


def cannot_have(account, entity):
    """Whether somebody reads only records of their own but never makes any; others make what they choose from."""
    held = rights_of(account, entity, "read")
    return entity.privacy is None and not rights_of(account, entity, "create") and all(is_own(one.scope) for one in held)


def is_own(scope):
    return isinstance(scope, Own)


def behind(scope, name):
    """What a scope that leads through this reference says about the record referred to; None if it does not."""
    if isinstance(scope, (AssignedTo, OwnParent)):
        head, _, rest = scope.path.partition(".")
        if head == name:
            return type(scope)(rest) if rest else Own() if isinstance(scope, OwnParent) else None
    return scope if isinstance(scope, Granted) else None


def is_within(app, account, entity, number, scope):
    """Whether the stored record lies within the scope."""
    text, values = scope_condition(app, account, entity, scope)
    sql = "SELECT 1 FROM %s r WHERE r.id = ? AND (%s)" % (quote(entity.plural), text)
    return app.database.row(sql, [number, *values]) is not None


def scope_condition(app, account, entity, scope):
    number = account.id if account is not None else None
    if isinstance(scope, Own):
        return owner_condition("r.owner_id", number) if entity.owned else NOTHING
    if isinstance(scope, AssignedTo):
        return owner_condition(path_sql(app.registry, entity, scope.path), number)
    if isinstance(scope, OwnParent):
        return owner_condition(path_sql(app.registry, entity, scope.path, owner=True), number)
    if isinstance(scope, Granted):
        return granted_condition(app.registry, entity, "r", number, 3)
    if isinstance(scope, SameAs):
        value = account.profile.get(scope.profile) if account is not None else None
        return owner_condition(path_sql(app.registry, entity, scope.path), value)
    if isinstance(scope, Where):
        if entity.field(scope.path) is None or not scope.values:
            return NOTHING
        blanks = ", ".join("?" for _ in scope.values)
        return "r.%s IN (%s)" % (quote(scope.path), blanks), list(scope.values)
    return EVERYTHING


def owner_condition(expression, value):
    if expression is None or value is None:
        return NOTHING
    return expression + " = ?", [value]


def path_sql(registry, entity, path, owner=False):
    """The value at the end of a path over references, as SQL; None if there is no such path."""
    steps = path.split(".")
    if len(steps) == 1 and entity.field(path) is None and not owner:
        # A single name that is not here may be the parent's.
        for field in entity.fields:
            parent = registry.entity(field.entity) if field.kind == "reference" else None
            if parent is not None and parent.field(path) is not None:
                steps = [field.name, path]
                break
    expression = None
    here = entity
    for position, step in enumerate(steps):
        field = here.field(step) if here is not None else None
        if field is None:
            return None
        column = quote(step)
        expression = "r." + column if expression is None else joined(here, column, expression)
        last = position == len(steps) - 1
        if last and owner and field.kind == "account":
            return expression
        here = registry.entity(field.entity) if field.kind == "reference" else None
        if not last and here is None:
            return None
    if owner:
        return joined(here, "owner_id", expression) if here is not None and here.owned else None
    return expression


def joined(entity, column, expression):
    return "(SELECT %s FROM %s WHERE id = %s)" % (column, quote(entity.plural), expression)


def granted_condition(registry, entity, alias, number, depth):
    """Records whose owner, or whose parent's owner, lets this account see them."""
    if number is None or depth == 0:
        return NOTHING
    conditions = []
    for feature in entity.features:
        if hasattr(feature, "grants_table"):
            table = quote(feature.grants_table(entity))
            conditions.append(("%s.owner_id IN (SELECT owner_id FROM %s WHERE user_id = ?)" % (alias, table), [number]))
    for field in entity.fields:
        parent = registry.entity(field.entity) if field.kind == "reference" else None
        if parent is not None and not conditions:
            inner = "p%d" % depth
            text, values = granted_condition(registry, parent, inner, number, depth - 1)
            if text != "0":
                column = "%s.%s" % (alias, quote(field.name))
                sql = "EXISTS (SELECT 1 FROM %s %s WHERE %s.id = %s AND %s)"
                conditions.append((sql % (quote(parent.plural), inner, inner, column, text), values))
    return any_of(conditions)


def forbidden():
    return HttpError(403, "You may not do this.")
