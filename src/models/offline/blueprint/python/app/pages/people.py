"""The pages of accounts: signing up, logging in and out, one's own account, and who holds which role."""

from app import accounts, people
from app.pages import fields
from app.pages.frame import MESSAGES, back, entry, form, heading, page, sent_form
from app.pages.html import el, link
from app.rights import require_account
from app.values import from_form, initial
from app.web import HttpError, not_found


def mount(app):
    MESSAGES.update(
        {
            "welcome": "Welcome! Your account is ready.",
            "in": "You are logged in.",
            "out": "You are logged out.",
            "password": "Your password is changed.",
        }
    )
    app.accounts.navigation = navigation
    add = app.router.add
    add("GET", "/sign-up", sign_up)
    add("POST", "/sign-up", post_sign_up)
    add("GET", "/log-in", log_in)
    add("POST", "/log-in", post_log_in)
    add("POST", "/log-out", post_log_out)
    add("GET", "/account", own)
    add("POST", "/account", post_own)
    add("POST", "/account/password", post_password)
    add("GET", "/users", users)
    add("POST", "/users/{id}", post_user)


def navigation(request, here):
    """The right end of the navigation."""
    if request.account is None:
        enter = entry("Log in", "/log-in", here)
        return [enter] if accounts.is_closed(request.db) else [enter, entry("Sign up", "/sign-up", here)]
    items = [entry("People", "/users", here)] if looked_after(request) else []
    leave = form(request, "/log-out", el("button", "Log out"))
    return items + [entry(request.account.name, "/account", here), leave]


def sign_in_entry(value, problem):
    field = accounts.SIGN_IN
    key = "f-" + field.name
    kind = "email" if field.kind == "email" else "text"
    box = el("input", type=kind, name=field.name, id=key, value=value or "", required=True, autocomplete="username",
             aria_invalid="true" if problem else None)
    return el("div", el("label", field.label, for_=key), box, error(problem), class_="field")


def password_entry(name, label, problem, new):
    key = "f-" + name
    hint = el("span", " (at least %d characters)" % accounts.SHORTEST, class_="soft") if new else None
    box = el("input", type="password", name=name, id=key, required=True, maxlength=accounts.LONGEST,
             autocomplete="new-password" if new else "current-password", aria_invalid="true" if problem else None)
    return el("div", el("label", label, hint, for_=key), box, error(problem), class_="field")


def error(problem):
    return el("p", problem, class_="error") if problem else None


def profile_entries(request, values, problems):
    person = people.PERSON
    shown = [field for field in person.fields if person.writable(field)]
    return [fields.entry(request, person, one, values.get(one.name), problems.get(one.name)) for one in shown]


def profile_of(given):
    """What a form says about a person, as the API would get it."""
    person = people.PERSON
    shown = [field for field in person.fields if person.writable(field)]
    return {field.name: from_form(field, given.get(field.name, [""])[0]) for field in shown}


def typed(given):
    return {name: values[0] for name, values in given.items()}


def notice(failure):
    return el("p", failure.message, class_="notice bad", role="alert") if failure else None


def next_path(text):
    """Only to a page of our own."""
    return text if text.startswith("/") and not text.startswith(("//", "/\\")) else "/"


def sign_up(request, values=None, failure=None):
    values = values or {field.name: initial(field) for field in people.PERSON.fields}
    problems = (failure.fields or {}) if failure else {}
    first = request.app.accounts.is_empty()
    parts = [
        el("p", "The first account administers: it holds every role and grants roles.", class_="soft") if first else None,
        sign_in_entry(values.get(accounts.SIGN_IN.name), problems.get(accounts.SIGN_IN.name)),
        password_entry("password", "Password", problems.get("password"), True),
        profile_entries(request, values, problems),
        el("div", el("button", "Sign up", class_="button main"), class_="actions"),
    ]
    other = el("p", "You have an account? ", link("/log-in", "Log in"))
    card = form(request, "/sign-up", parts, class_="card narrow")
    return page(request, "Sign up", heading("Sign up"), notice(failure), card, other, status=failure.status if failure else 200)


def post_sign_up(request):
    given = sent_form(request)
    body = {**profile_of(given), **{name: given.get(name, [""])[0] for name in (accounts.SIGN_IN.name, "password")}}
    try:
        if accounts.sign_up(request, body) is None:
            return None
        token = accounts.log_in(request, body)
    except HttpError as failure:
        return sign_up(request, typed(given), failure)
    if token is None:
        return back("/log-in", "created")
    return back("/", "welcome").set_cookie("session", token, accounts.session_seconds())


def log_in(request, values=None, failure=None):
    values = values or {}
    problems = (failure.fields or {}) if failure else {}
    target = next_path(values.get("next") or request.query.get("next", "/"))
    parts = [
        sign_in_entry(values.get(accounts.SIGN_IN.name), problems.get(accounts.SIGN_IN.name)),
        password_entry("password", "Password", problems.get("password"), False),
        el("input", type="hidden", name="next", value=target),
        el("div", el("button", "Log in", class_="button main"), class_="actions"),
    ]
    other = None if accounts.is_closed(request.db) else el("p", "No account yet? ", link("/sign-up", "Sign up"))
    card = form(request, "/log-in", parts, class_="card narrow")
    return page(request, "Log in", heading("Log in"), notice(failure), card, other, status=failure.status if failure else 200)


def post_log_in(request):
    given = sent_form(request)
    try:
        token = accounts.log_in(request, typed(given))
    except HttpError as failure:
        return log_in(request, typed(given), failure)
    if token is None:
        return None
    target = next_path(given.get("next", ["/"])[0])
    return back(target, "in").set_cookie("session", token, accounts.session_seconds())


def post_log_out(request):
    sent_form(request)
    accounts.log_out(request)
    return back("/", "out").set_cookie("session", "", 0)


def own(request, values=None, failure=None):
    """One's own data and password."""
    require_account(request)
    account = known(request)
    problems = (failure.fields or {}) if failure else {}
    roles = [role.label for role in people.ROLES if role.name in account.roles]
    rows = [el("dt", accounts.SIGN_IN.label), el("dd", account.sign_in)]
    rows += [el("dt", "Roles"), el("dd", ", ".join(roles) or "–")] if people.ROLES else []
    parts = [heading("Your account"), notice(failure), el("div", el("dl", rows), class_="card narrow")]
    entries = profile_entries(request, {**account.profile, **(values or {})}, problems)
    if entries:
        save = el("div", el("button", "Save", class_="button main"), class_="actions")
        parts += [el("h2", "Your data"), form(request, "/account", entries, save, class_="card narrow")]
    change = [
        password_entry("old_password", "Old password", problems.get("old_password"), False),
        password_entry("new_password", "New password", problems.get("new_password"), True),
        el("div", el("button", "Change password", class_="button main"), class_="actions"),
    ]
    parts += [el("h2", "Password"), form(request, "/account/password", change, class_="card narrow")]
    return page(request, "Your account", *parts, status=failure.status if failure else 200)


def known(request):
    if request.account is None:
        raise not_found()
    return request.account


def post_own(request):
    require_account(request)
    known(request)
    given = sent_form(request)
    try:
        if accounts.update_own_account(request, profile_of(given)) is None:
            return None
    except HttpError as failure:
        return own(request, typed(given), failure)
    return back("/account", "updated")


def post_password(request):
    require_account(request)
    known(request)
    given = sent_form(request)
    try:
        if accounts.change_password(request, typed(given)) is None:
            return None
    except HttpError as failure:
        return own(request, None, failure)
    return back("/account", "password")


def users(request):
    """Everybody somebody looks after; for the administrator also their data and who holds which role."""
    require_account(request)
    shown = looked_after(request)
    if not shown:
        administrator(request)
    whole = request.account.administrator
    cards = []
    for one in shown:
        rows = [el("dt", accounts.SIGN_IN.label), el("dd", one.sign_in)] if whole else []
        for field in people.PERSON.fields if whole else []:
            rows += [el("dt", field.label), el("dd", fields.show(request, people.PERSON, field, one.profile))]
        boxes = []
        for role in people.ROLES if whole else []:
            fixed = role.open or one.administrator
            box = el("input", type="checkbox", name="role", value=role.name, checked=role.name in one.roles, disabled=fixed)
            boxes.append(el("div", el("label", box, role.label), class_="check"))
        save = el("button", "Save roles", class_="button") if boxes and not one.administrator else None
        note = el("p", "Administers; holds every role.", class_="soft") if one.administrator else None
        parts = [el("h2", one.name), el("dl", rows) if rows else None, note]
        parts.append([tell(request, one) for tell in request.app.accounts.about])
        parts.append(form(request, "/users/%d" % one.id, el("div", boxes, class_="field"), save) if boxes else None)
        cards.append(el("section", parts, class_="card"))
    return page(request, "People", heading("People"), cards)


def looked_after(request):
    known(request)
    return [one for one in request.app.accounts.everybody() if request.app.accounts.oversees(request.account, one)]


def administrator(request):
    require_account(request)
    if not known(request).administrator:
        raise HttpError(403, "Only the administrator may do this.")


def post_user(request, number):
    administrator(request)
    given = sent_form(request)
    account = request.app.accounts.get(number)
    if account is None:
        raise not_found()
    accounts.grant_roles(request, account, given.get("role", []))
    return back("/users", "updated")
