"""Accounts: signing up, logging in, roles. Passwords and log-ins are stored only as hashes."""

import hashlib
import hmac
import os
import secrets
import time

from app import people, rules
from app.database import quote
from app.model import Email, Text
from app.values import Invalid, clean, stored
from app.web import HttpError, invalid

TABLE = people.PERSON.plural
SIGN_IN = Email("email", "Email address") if people.SIGN_IN_WITH == "email" else Text("user_name", "User name")
SHORTEST, LONGEST = max((rule.value for rule in people.PASSWORD), default=1), 200
# After so many wrong passwords in a row an account has to wait so many seconds.
TRIES, PAUSE = 20, 30
# How much work a password hash is; kept with each hash, so that it can be raised later.
COST = 2**14


class Account:
    """Who is acting."""

    def __init__(self, accounts, row):
        self.id = row["id"]
        self.sign_in = row["sign_in"]
        self.administrator = bool(row["administrator"])
        self.roles = accounts.roles_of(row)
        self.profile = {field.name: row[field.name] for field in people.PERSON.fields}
        for field in people.PERSON.fields:
            if field.kind == "boolean" and self.profile[field.name] is not None:
                self.profile[field.name] = bool(self.profile[field.name])

    @property
    def name(self):
        """What others see."""
        for name in ("name", "full_name", "display_name", "nickname"):
            if self.profile.get(name):
                return str(self.profile[name])
        both = [str(self.profile[name]) for name in ("first_name", "last_name") if self.profile.get(name)]
        return " ".join(both) or self.sign_in.partition("@")[0]

    def public(self, whole):
        """The account in an answer; `whole` for the account itself and the administrator."""
        answer = {"id": self.id, "name": self.name, "roles": sorted(self.roles)}
        if whole:
            answer[SIGN_IN.name] = self.sign_in
            answer["administrator"] = self.administrator
            answer.update({name: value for name, value in self.profile.items() if value is not None})
        return answer


class Accounts:
    def __init__(self, app):
        self.app = app
        self.db = app.database
        self.failures = {}
        # What keeps an account out, and whose accounts somebody looks after: set by the parts that need it.
        self.entrance = []
        self.overseen = []
        self.about = []
        with self.db.transaction():
            columns = {"sign_in": "TEXT", "sign_in_key": "TEXT", "password": "TEXT", "administrator": "INTEGER"}
            for field in people.PERSON.fields:
                columns[field.name] = "TEXT" if field.is_text else "NUMERIC" if field.is_number else ""
            self.db.set_aside(TABLE, people.PERSON.fields)
            self.db.table(TABLE, columns)
            self.db.table("app_roles", {"account_id": "INTEGER", "role": "TEXT"})
            self.db.table("app_sessions", {"account_id": "INTEGER", "token": "TEXT", "since": "INTEGER"})
            self.db.run("CREATE UNIQUE INDEX IF NOT EXISTS app_sign_in ON %s (sign_in_key)" % quote(TABLE))
            self.db.run("CREATE UNIQUE INDEX IF NOT EXISTS app_role ON app_roles (account_id, role)")
            self.db.run("CREATE UNIQUE INDEX IF NOT EXISTS app_token ON app_sessions (token)")

    def roles_of(self, row):
        """The first account holds every role, the others the open ones and what they were granted."""
        if row["administrator"]:
            return {role.name for role in people.ROLES}
        granted = {one["role"] for one in self.db.rows("SELECT role FROM app_roles WHERE account_id = ?", [row["id"]])}
        return {role.name for role in people.ROLES if role.open or role.name in granted}

    def acting(self, request):
        return current_account(request)

    def get(self, number):
        row = self.db.row("SELECT * FROM %s WHERE id = ?" % quote(TABLE), [number])
        return Account(self, row) if row is not None else None

    def is_empty(self):
        return self.db.row("SELECT 1 FROM %s" % quote(TABLE)) is None

    def is_closed(self):
        return is_closed(self.db)

    def everybody(self):
        return [Account(self, row) for row in self.db.rows("SELECT * FROM %s ORDER BY id" % quote(TABLE))]

    def can_be_named(self, number, role):
        """Whether a record may refer to this account."""
        account = self.get(number)
        return account is not None and (role is None or role in account.roles)

    def pickable(self, account):
        """Who may be chosen: the roles that fields and grants ask for; None stands for everybody."""
        roles = set()
        for entity in self.app.registry.entities:
            roles |= {field.role for field in entity.fields if field.kind == "account" and entity.writable(field)}
            roles |= {feature.role for feature in entity.features if hasattr(feature, "grants_table")}
        return roles

    def oversees(self, account, other):
        """Whether somebody looks after this account."""
        return account.administrator or any(test(account, other) for test in self.overseen)

    def visible_to(self, account):
        if account.administrator:
            return self.everybody()
        roles = self.pickable(account)
        seen = lambda one: one.id == account.id or None in roles or roles & one.roles or self.oversees(account, one)
        return [one for one in self.everybody() if seen(one)]

    def names(self, role=None):
        """Id and name of everybody who holds the role, for choosing."""
        return [(one.id, one.name) for one in self.everybody() if role is None or role in one.roles]


def hash_password(password, salt=None, cost=None):
    """A salted scrypt hash, slow on purpose."""
    salt, cost = salt or os.urandom(16), cost or COST
    key = hashlib.scrypt(password.encode("utf-8"), salt=salt, n=cost, r=8, p=1, maxmem=2**26)
    return "scrypt$%d$%s$%s" % (cost, salt.hex(), key.hex())


def is_password(password, known):
    """Compared in constant time; an account that does not exist takes as long."""
    kind, cost, salt, _ = (known or "scrypt$%d$%s$" % (COST, "00" * 16)).split("$")
    given = hash_password(password, bytes.fromhex(salt), int(cost))
    return kind == "scrypt" and given is not None and hmac.compare_digest(given, known or "-")


def check_password(name, value):
    """The password as text, or a message about the field."""
    if not isinstance(value, str) or not value:
        raise invalid({name: "Password is required."})
    if not SHORTEST <= len(value) <= LONGEST:
        raise invalid({name: "Password must have %d to %d characters." % (SHORTEST, LONGEST)})
    if any("\ud800" <= letter <= "\udfff" for letter in value):
        raise invalid({name: "Password contains characters that are not valid."})
    return value


def check_sign_in(body):
    value = body.get(SIGN_IN.name)
    if not isinstance(value, str) or not value.strip():
        raise Invalid("is required")
    value = clean(SIGN_IN, value)
    if len(value) > 254:
        raise Invalid("may have at most 254 characters")
    return value


def new_account_problems(request, body):
    """Everything that is wrong with the data of a new account, and the data."""
    problems = {}
    sign_in = values = None
    try:
        sign_in = check_sign_in(body)
    except Invalid as problem:
        problems[SIGN_IN.name] = "%s %s." % (SIGN_IN.label, problem)
    try:
        check_password("password", body.get("password"))
    except HttpError as error:
        problems.update(error.fields)
    try:
        values = rules.check(request, people.PERSON, body, None)
    except HttpError as error:
        problems.update(error.fields or {})
    return problems, sign_in, values


# How many accounts there may be, where that is said.
LIMITS = list(getattr(people, "SIGN_UP", ()))


def is_closed(db):
    """Whether nobody else can sign up."""
    return bool(LIMITS) and db.value("SELECT count(*) FROM %s" % quote(TABLE)) >= min(one.number for one in LIMITS)


def sign_up(request, body):
    """Make an account; the first one administers."""
    if is_closed(request.db):
        raise HttpError(403, "Nobody else can sign up here.")
    problems, sign_in, values = new_account_problems(request, body)
    if problems:
        raise invalid(problems)
    hashed = hash_password(body["password"])
    if hashed is None:
        return None
    db = request.db
    with db.transaction():
        key = sign_in.casefold()
        if db.row("SELECT 1 FROM %s WHERE sign_in_key = ?" % quote(TABLE), [key]) is not None:
            message = "There is already an account with this %s." % SIGN_IN.label.lower()
            raise HttpError(409, message, {SIGN_IN.name: message})
        if is_closed(db):
            raise HttpError(403, "Nobody else can sign up here.")
        change = PersonChange(request, None, values)
        rules.check_unique(change)
        first = db.value("SELECT count(*) FROM %s" % quote(TABLE)) == 0
        row = {"sign_in": sign_in, "sign_in_key": key, "password": hashed, "administrator": int(first)}
        row.update({name: stored(value) for name, value in values.items()})
        return request.app.accounts.get(db.insert(TABLE, row))


class PersonChange:
    """What the check for unique values needs to know."""

    def __init__(self, request, old, new):
        self.entity = people.PERSON
        self.db = request.db
        self.account = request.account
        self.old = old
        self.new = new


def log_in(request, body):
    """A new token for who knows the password."""
    name, password = body.get(SIGN_IN.name), body.get("password")
    problems = {}
    if not isinstance(name, str) or not name:
        problems[SIGN_IN.name] = SIGN_IN.label + " is required."
    if not isinstance(password, str) or not password:
        problems["password"] = "Password is required."
    if problems:
        raise invalid(problems)
    key = name.encode("utf-8", "replace").decode("utf-8").casefold()
    password = password.encode("utf-8", "replace").decode("utf-8")
    failures = request.app.accounts.failures
    count, since = failures.get(key, (0, 0))
    if count >= TRIES and time.monotonic() - since < PAUSE:
        raise HttpError(429, "Too many wrong passwords. Please wait a moment.", headers=[("Retry-After", str(PAUSE))])
    # Counted before the slow part, so that many tries at once count, too.
    if len(failures) > 10000:
        failures.clear()
    failures[key] = (count + 1, time.monotonic())
    row = request.db.row("SELECT * FROM %s WHERE sign_in_key = ?" % quote(TABLE), [key])
    if not is_password(password, row["password"] if row is not None else None):
        raise HttpError(401, "%s or password is wrong." % SIGN_IN.label)
    failures.pop(key, None)
    for reason in filter(None, (test(request, row["id"]) for test in request.app.accounts.entrance)):
        raise HttpError(403, reason)
    token = secrets.token_urlsafe(32)
    with request.db.transaction():
        request.db.run("DELETE FROM app_sessions WHERE since < ?", [int(time.time()) - session_seconds()])
        values = {"account_id": row["id"], "token": fingerprint(token), "since": int(time.time())}
        request.db.insert("app_sessions", values)
    return token


def log_out(request):
    """End the log-in that this request came with."""
    token = given_token(request)
    if token:
        with request.db.transaction():
            request.db.run("DELETE FROM app_sessions WHERE token = ?", [fingerprint(token)])


def fingerprint(token):
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def session_seconds():
    """How long a log-in lasts: two weeks unless the environment says otherwise."""
    text = os.environ.get("APP_SESSION_SECONDS", "")
    return int(text) if text.isdigit() else 14 * 24 * 3600


def session_is_over(since):
    """A log-in ends by itself."""
    return time.time() >= since + session_seconds()


def given_token(request):
    """The bearer token for the API, the cookie for pages."""
    if request.is_api:
        kind, _, token = (request.headers.get("Authorization") or "").partition(" ")
        return token.strip() if kind.lower() == "bearer" else None
    return request.cookies.get("session")


def current_account(request):
    """The account that acts in this request; None for a visitor."""
    token = given_token(request)
    if not token:
        return None
    row = request.db.row("SELECT * FROM app_sessions WHERE token = ?", [fingerprint(token)])
    if row is None or session_is_over(row["since"]):
        return None
    return request.app.accounts.get(row["account_id"])


def change_password(request, body):
    """Who knows the old password sets a new one; every other log-in ends."""
    new = check_password("new_password", body.get("new_password"))
    old = body.get("old_password")
    if not isinstance(old, str) or not old:
        raise invalid({"old_password": "Old password is required."})
    db = request.db
    known = db.value("SELECT password FROM %s WHERE id = ?" % quote(TABLE), [request.account.id])
    if not is_password(old.encode("utf-8", "replace").decode("utf-8"), known):
        raise HttpError(403, "The old password is wrong.", {"old_password": "The old password is wrong."})
    with db.transaction():
        db.update(TABLE, request.account.id, {"password": hash_password(new)})
        keep = fingerprint(given_token(request) or "")
        db.run("DELETE FROM app_sessions WHERE account_id = ? AND token != ?", [request.account.id, keep])
    return request.app.accounts.get(request.account.id)


def update_own_account(request, body):
    """People keep their own data up to date, except what their rights hang on."""
    rights = [right for entity in request.app.registry.entities for right in entity.access]
    fixed = {right.scope.profile for right in rights if hasattr(right.scope, "profile")}
    profile = request.account.profile
    for name in sorted(fixed):
        if name in profile and name in body and body[name] != profile[name] and not request.account.administrator:
            raise HttpError(403, "Only the administrator may change: %s." % people.PERSON.field(name).label)
    return update_profile(request, request.account, body)


def update_profile(request, account, body):
    values = rules.check(request, people.PERSON, body, account.profile)
    with request.db.transaction():
        old = {**account.profile, "id": account.id, "owner_id": None}
        rules.check_unique(PersonChange(request, old, {**old, **values}))
        request.db.update(TABLE, account.id, {name: stored(value) for name, value in values.items()})
    return request.app.accounts.get(account.id)


def check_roles(names):
    known = {role.name for role in people.ROLES}
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise invalid({"roles": "Roles must be a list of role names."})
    unknown = sorted(set(names) - known)
    if unknown:
        raise invalid({"roles": "There is no role %s." % ", ".join(unknown)})


def grant_roles(request, account, names):
    """The administrator says which roles an account holds beside the open ones."""
    check_roles(names)
    with request.db.transaction():
        request.db.run("DELETE FROM app_roles WHERE account_id = ?", [account.id])
        for name in sorted(set(names)):
            request.db.insert("app_roles", {"account_id": account.id, "role": name})
    return request.app.accounts.get(account.id)


def mount(app):
    app.accounts = Accounts(app)
