
# People

SIGN_IN_WITH = "@SIGN_IN_WITH@"
OPEN_ROLES = @OPEN_ROLES@
PASSWORD = "correct horse battery"


class Account(Client):
    """Somebody with an account, signed up and logged in."""

    def __init__(self, name, password=PASSWORD):
        self.name = name
        self.password = password


_shipped = {}


@_before.append
def hash_quickly():
    """Hashing a password is slow on purpose. Tests sign up many people, so here it is quick."""
    # Rights are shown with several people, also where only one of them could sign up.
    _shipped.update(tell(set={"app.accounts.COST": 2**4, "app.accounts.LIMITS": []}))


def shipped_cost():
    """How much work hashing a password is where no test runs."""
    application()
    return _shipped["app.accounts.COST"]


class sign_up_as_shipped:
    """For a while as many can sign up as do where no test runs."""

    def __enter__(self):
        tell(restore=["app.accounts.LIMITS"])

    def __exit__(self, *_):
        tell(set={"app.accounts.LIMITS": []})


def traces(password):
    """What a file would hold if the password were in it: as it is, encoded, backwards, or hashed without salt."""
    raw = password.encode()
    found = [raw, raw[::-1], base64.b64encode(raw), base64.b64encode(raw)[:-4], raw.hex().encode()]
    for name in ("md5", "sha1", "sha256", "sha512"):
        made = hashlib.new(name, raw, usedforsecurity=False)
        found += [made.digest(), made.hexdigest().encode(), base64.b64encode(made.digest())]
    return found


def new_name():
    """A name to sign in with that nobody has."""
    return "person%d%s" % (next(_numbers), "@example.org" if SIGN_IN_WITH == "email" else "")


def new_profile():
    """What else an account says about itself."""
    return @PROFILE@


def sign_up(client, name, password=PASSWORD, profile=None):
    body = {**new_profile(), SIGN_IN_WITH: name, "password": password, **(profile or {})}
    return client.post("/api/@USERS@", {field: value for field, value in body.items() if value is not LEFT_OUT})


def log_in(client, name, password=PASSWORD):
    return client.post("/api/sessions", {SIGN_IN_WITH: name, "password": password})


class PeopleCase(AppCase):
    """A test with people in it. Accounts are shared between tests, for signing up takes its time."""

    def admin(self):
        """The first account, which holds every role and grants them."""
        if "admin" not in _people:
            _people["admin"] = self._sign_up()
        return _people["admin"]

    def someone(self, role=None, nth=1, profile=None):
        """An account with this role and the roles that everybody has; always the same one."""
        key = (role, nth, repr(profile))
        if key not in _people:
            _people[key] = self.newcomer(role, profile)
        return _people[key]

    def newcomer(self, role=None, profile=None, also=()):
        """A new account with this role, perhaps others beside it, and the roles that everybody has."""
        admin = self.admin()
        account = self._sign_up(profile)
        roles = [one for one in (role, *also) if one and one not in OPEN_ROLES]
        if roles:
            granted = self.expect(200, admin.put("/api/@USERS@/%d" % account.id, {"roles": roles}))
            self.assertLessEqual(set(roles), set(self.value(granted, "roles")))
        return account

    def _sign_up(self, profile=None):
        account = Account(new_name())
        made = self.expect(201, sign_up(account, account.name, profile=profile))
        account.id = self.value(made, "id")
        self.assertIsInstance(account.id, int)
        account.token = self.value(self.expect((200, 201), log_in(account, account.name)), "token")
        self.assertIsInstance(account.token, str)
        return account
