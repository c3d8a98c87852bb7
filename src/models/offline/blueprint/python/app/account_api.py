"""The JSON interface of accounts and log-ins."""

from app import accounts, people
from app.openapi import field_schema
from app.rights import require_account
from app.router import Operation
from app.web import HttpError, json_response, no_content, not_found

PASSWORD = {"type": "string", "format": "password", "minLength": accounts.SHORTEST, "maxLength": accounts.LONGEST}
TAG = "Accounts"


def mount(app):
    app.schemas.update(schemas())
    users = "/api/" + people.COLLECTION
    add = app.router.add
    add("POST", users, post_user, operation("signUp", "Make an account", "NewAccount", "Account", 201, [409, 422], True))
    add("GET", users, get_users, operation("listUsers", "List the accounts you may see", None, ["Account"]))
    add("GET", users + "/{id}", get_user, operation("getUser", "Get one account", None, "Account", errors=[404]))
    about = "Set the roles and the data of an account (administrator only)"
    add("PUT", users + "/{id}", put_user, operation("updateUser", about, "AccountUpdate", "Account", errors=[404, 422]))
    add("POST", "/api/sessions", post_session, operation("logIn", "Log in", "LogIn", "Token", 200, [401, 422], True))
    add("DELETE", "/api/sessions", delete_session, operation("logOut", "Log out", status=204))
    add("GET", "/api/me", get_me, operation("getAccount", "Get your own account", None, "Account"))
    add("PUT", "/api/me", put_me, operation("updateAccount", "Change your own data", "Profile", "Account", errors=[422]))
    change = operation("changePassword", "Change your password", "PasswordChange", None, 204, [422])
    add("PUT", "/api/me/password", put_password, change)


def operation(name, summary, body=None, answer=None, status=200, errors=(), open_to_all=False):
    return Operation(name, summary, TAG, body, answer, (), status, errors, open_to_all)


def schemas():
    """The named schemas of accounts."""
    person = people.PERSON
    profile = {field.name: field_schema(person, field) for field in person.fields}
    required = [f.name for f in person.fields if person.is_required(f) and person.writable(f) and f.default is None]
    name = {"type": "string", "minLength": 1, "maxLength": 254}
    if accounts.SIGN_IN.kind == "email":
        name["format"] = "email"
    name["title"] = accounts.SIGN_IN.label
    key = accounts.SIGN_IN.name
    roles = {"type": "array", "items": {"type": "string"}, "description": "What the account may do."}
    if people.ROLES:
        roles["items"]["enum"] = [role.name for role in people.ROLES]
    fixed = {
        "id": {"type": "integer", "readOnly": True},
        key: {**name, "readOnly": True},
        "name": {"type": "string", "readOnly": True},
        "administrator": {"type": "boolean", "readOnly": True, "description": "Grants roles; the first account."},
    }
    both = {"password": {**PASSWORD, "writeOnly": True}}
    log_in = {key: name, "password": {"type": "string", "format": "password"}}
    passwords = {"old_password": {"type": "string", "format": "password"}, "new_password": PASSWORD}
    return {
        "Account": obj({**fixed, "roles": {**roles, "readOnly": True}, **profile}, ["id"]),
        "NewAccount": obj({key: name, **both, **profile}, [key, "password", *required]),
        "AccountUpdate": obj({"roles": roles, **profile}),
        "Profile": obj(profile),
        "LogIn": obj(log_in, [key, "password"]),
        "Token": obj({"token": {"type": "string"}}, ["token"]),
        "PasswordChange": obj(passwords, ["old_password", "new_password"]),
    }


def obj(properties, required=()):
    schema = {"type": "object", "properties": properties}
    if required:
        schema["required"] = list(required)
    return schema


def post_user(request):
    account = accounts.sign_up(request, request.json())
    return json_response(account.public(True), 201) if account is not None else None


def get_users(request):
    require_account(request)
    seen = signed_in(request).visible_to(request.account)
    whole = request.account.administrator
    return json_response([one.public(whole or one.id == request.account.id) for one in seen])


def get_user(request, number):
    require_account(request)
    for one in signed_in(request).visible_to(request.account):
        if one.id == number:
            return json_response(one.public(request.account.administrator or number == request.account.id))
    raise not_found()


def put_user(request, number):
    require_account(request)
    known = signed_in(request)
    if not request.account.administrator:
        raise HttpError(403, "Only the administrator may do this.")
    body = request.json()
    account = known.get(number)
    if "roles" in body:
        accounts.check_roles(body["roles"])
    if account is None:
        raise not_found()
    account = accounts.update_profile(request, account, body)
    if "roles" in body:
        account = accounts.grant_roles(request, account, body["roles"])
    return json_response(account.public(True))


def post_session(request):
    token = accounts.log_in(request, request.json())
    if token is None:
        return None
    return json_response({"token": token}).set_cookie("session", token)


def delete_session(request):
    require_account(request)
    accounts.log_out(request)
    return no_content()


def get_me(request):
    require_account(request)
    signed_in(request)
    return json_response(request.account.public(True))


def put_me(request):
    require_account(request)
    signed_in(request)
    account = accounts.update_own_account(request, request.json())
    return json_response(account.public(True)) if account is not None else None


def put_password(request):
    require_account(request)
    signed_in(request)
    account = accounts.change_password(request, request.json())
    return no_content() if account is not None else None


def signed_in(request):
    """The accounts, for somebody who has one."""
    if request.account is None:
        raise HttpError(403, "This is for people with an account.")
    return request.app.accounts
