"""The words in which modules describe their records: fields, rules, rights and features."""

ANYONE = "anyone"
SIGNED_IN = "signed_in"


class Field:
    """One value of a record."""

    def __init__(self, kind, name, label, required=False, read_only=False, default=None, unit=None, **more):
        self.kind = kind
        self.name = name
        self.label = label
        self.required = required
        self.read_only = read_only
        self.default = default
        self.unit = unit
        self.multiline = more.get("multiline", False)
        self.money = more.get("money", False)
        self.choices = tuple(more.get("choices", ()))
        # What a reference refers to, and for accounts the role they must hold.
        self.entity = more.get("entity")
        self.role = more.get("role")

    @property
    def is_text(self):
        return self.kind in ("text", "email", "url", "phone")

    @property
    def is_number(self):
        return self.kind in ("integer", "decimal")

    @property
    def is_moment(self):
        return self.kind in ("date", "datetime", "time")

    @property
    def is_reference(self):
        return self.kind in ("reference", "account")


def Text(name, label, multiline=False, **options):
    return Field("text", name, label, multiline=multiline, **options)


def Integer(name, label, **options):
    return Field("integer", name, label, **options)


def Decimal(name, label, **options):
    return Field("decimal", name, label, **options)


def Money(name, label, **options):
    return Field("decimal", name, label, money=True, **options)


def Boolean(name, label, **options):
    return Field("boolean", name, label, **options)


def Date(name, label, **options):
    return Field("date", name, label, **options)


def DateTime(name, label, **options):
    return Field("datetime", name, label, **options)


def Time(name, label, **options):
    return Field("time", name, label, **options)


def Email(name, label, **options):
    return Field("email", name, label, **options)


def Url(name, label, **options):
    return Field("url", name, label, **options)


def Phone(name, label, **options):
    return Field("phone", name, label, **options)


def Choice(name, label, choices, **options):
    return Field("choice", name, label, choices=choices, **options)


def Reference(name, label, entity, **options):
    return Field("reference", name, label, entity=entity, **options)


def Account(name, label, role=None, **options):
    return Field("account", name, label, role=role, **options)


class Rule:
    """A demand on the value of one field."""

    def __init__(self, field):
        self.field = field


class Required(Rule):
    """There must be a value."""


class Immutable(Rule):
    """Once set it stays."""


class NotInPast(Rule):
    """Today or later."""


class NotInFuture(Rule):
    """Today or earlier."""


class Minimum(Rule):
    def __init__(self, field, value):
        super().__init__(field)
        self.value = value


class Maximum(Minimum):
    pass


class MinLength(Minimum):
    pass


class MaxLength(Minimum):
    pass


class Unique(Rule):
    """No second record with the same value, or none of the same owner."""

    def __init__(self, field, per_owner=False):
        super().__init__(field)
        self.per_owner = per_owner


class After(Rule):
    """Later than another field of the record."""

    def __init__(self, field, other, or_equal=False):
        super().__init__(field)
        self.other = other
        self.or_equal = or_equal


class Within(Rule):
    """At most so many days after another date of the record."""

    def __init__(self, field, other, days):
        super().__init__(field)
        self.other = other
        self.days = days


class RequiredWhen(Rule):
    """There must be a value while another field has one of these."""

    def __init__(self, field, other, *values):
        super().__init__(field)
        self.other = other
        self.values = values


class Earliest(Rule):
    """A day so many days from today, or later."""

    def __init__(self, field, days):
        super().__init__(field)
        self.days = days


class Latest(Earliest):
    """A day so many days from today, or earlier."""


class MinimumAge(Rule):
    """A day so many years ago or earlier."""

    def __init__(self, field, years):
        super().__init__(field)
        self.years = years


class Everything:
    """Every record."""


class Own:
    """The records that the account made."""


class Granted:
    """The records of people who let the account see theirs."""


class AssignedTo:
    """The records whose field, or path over references, is the account."""

    def __init__(self, path):
        self.path = path


class OwnParent:
    """The records that belong to a record of the account's own."""

    def __init__(self, path):
        self.path = path


class SameAs:
    """The records whose field equals what the account's profile says."""

    def __init__(self, field, profile):
        self.path = field
        self.profile = profile


class Where:
    """The records with one of these values."""

    def __init__(self, field, *values):
        self.path = field
        self.values = values


class Allow:
    """Who may do what with which records; nobody else may."""

    def __init__(self, who, operations, scope=None, only=()):
        self.who = who
        self.operations = tuple(operations.split())
        self.scope = scope or Everything()
        self.only = tuple(only)


class Search:
    """Finds text anywhere in these fields, or in all text fields."""

    def __init__(self, *fields):
        self.fields = fields


class Filter:
    def __init__(self, field):
        self.field = field


class Sort:
    """An order; `then` are the fields that order those with the same value, downwards with a minus before their name."""

    def __init__(self, field, *then, descending=False, default=False):
        self.field = field
        self.then = then
        self.descending = descending
        self.default = default


class Pagination:
    def __init__(self, per_page):
        self.per_page = per_page


class View:
    """A list of its own: what meets every condition."""

    def __init__(self, name, label, *conditions):
        self.name = name
        self.label = label
        self.conditions = conditions


class FromDay:
    """The date lies so many days from today, or later."""

    def __init__(self, field, days):
        self.field = field
        self.days = days


class BeforeDay(FromDay):
    """The date lies before the day so many days from today."""


class OneOf:
    """The field has one of these values."""

    def __init__(self, field, *values):
        self.field = field
        self.values = values


class NoneOf(OneOf):
    """The field has none of these values."""


class Home:
    """The newest records, or those of a view, stand on the start page."""

    def __init__(self, view=None):
        self.view = view


class Offer:
    """The page of the record that this field names leads to the form for a new record of this kind."""

    def __init__(self, field):
        self.field = field


class OnlyBy:
    """Only these may set the field."""

    def __init__(self, field, *who):
        self.field = field
        self.who = who


class ShownTo:
    """Only these see the field."""

    def __init__(self, field, *who):
        self.field = field
        self.who = who


class Forbid:
    """An operation that does not exist."""

    def __init__(self, operation):
        self.operation = operation


class Entity:
    """One kind of record."""

    def __init__(self, name, plural, label, label_plural, owned=False, system=False, possible=()):
        self.name = name
        self.plural = plural
        self.label = label
        self.label_plural = label_plural
        self.owned = owned
        # Only the application itself writes these.
        self.system = system
        # Operations that exist although no right names them, unless forbidden.
        self.possible = possible
        self.fields = []
        self.rules = []
        self.access = []
        self.lists = []
        self.features = []
        self.formulas = []
        self.guards = []
        self.conflicts = []
        self.decided = set()
        self.privacy = None
        self.reader = None

    def field(self, name):
        for field in self.fields:
            if field.name == name:
                return field
        return None

    def rules_for(self, name, kind=Rule):
        return [rule for rule in self.rules if rule.field == name and isinstance(rule, kind)]

    def is_required(self, field):
        return field.required or bool(self.rules_for(field.name, Required))

    def active(self):
        """The features and list abilities whose field still exists; records are numbered without a field."""
        found = self.features + self.lists
        return [item for item in found if getattr(item, "field", "id") == "id" or self.field(item.field)]

    def of(self, kind):
        return [item for item in self.active() if isinstance(item, kind)]

    def writable(self, field):
        return not field.read_only and not self.system and field.name not in self.computed_names()

    def computed_names(self):
        return {name for formula in self.formulas for name in formula.names}

    def live_names(self):
        """Computed from other records, so known only when a record is read."""
        return {name for formula in self.formulas if formula.live for name in formula.names}

    def shown_fields(self):
        """All fields of an answer: the stored ones and those that exist only as a computation."""
        names = {field.name for field in self.fields}
        extra = [field for formula in self.formulas for field in formula.fields if field.name not in names]
        return self.fields + extra

    def operations(self):
        named = {operation for right in self.access for operation in right.operations}
        named |= {"read"} if self.system else set()
        named -= {"create", "update", "delete"} if self.system else set()
        named |= {"create", "update", "delete", "read"} & set(self.possible)
        return named - {item.operation for item in self.of(Forbid)}

    def computed(self, *fields, live=False):
        """Decorator: the function works out the value of a field, or of several as a tuple."""

        def keep(function):
            self.formulas.append(Formula(fields, function, live))
            return function

        return keep

    def guard(self, function):
        """Decorator: the function says why a change is not allowed (403), or None."""
        self.guards.append(function)
        return function

    def conflict(self, *operations, about=None):
        """Decorator: the function says what a change would clash with (409), or None.

        `about`: the kind of records whose references to this one it decides about."""

        def keep(function):
            self.conflicts.append((operations, function))
            self.decided.add(about)
            return function

        return keep

    def private(self, function):
        """Decorator: the function keeps readers within their limits."""
        self.privacy = function
        return function

    def listing(self, function):
        """Decorator: the function reads the records of a list."""
        self.reader = function
        return function


class Formula:
    def __init__(self, fields, function, live):
        self.fields = [field for field in fields if isinstance(field, Field)]
        self.names = [field.name if isinstance(field, Field) else field for field in fields]
        self.function = function
        self.live = live

    def apply(self, db, record):
        value = self.function(db, record)
        values = value if isinstance(value, tuple) else (value,) * len(self.names)
        for name, item in zip(self.names, values):
            record[name] = item
