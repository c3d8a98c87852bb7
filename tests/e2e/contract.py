"""A client that knows nothing of an application but its /openapi.json, and checks the web contract with it.

usage: contract.py http://127.0.0.1:PORT     prints one line per violation; exit 1 if there is any
"""
import datetime
import json
import sys
import urllib.error
import urllib.request

BASE = sys.argv[1].rstrip("/")
problems = []


def problem(text):
    problems.append(text)


def call(method, path, body=None, token=None, raw=None):
    data = raw if raw is not None else (None if body is None else json.dumps(body).encode())
    request = urllib.request.Request(BASE + path, data=data, method=method)
    if data is not None:
        request.add_header("Content-Type", "application/json")
    if token:
        request.add_header("Authorization", "Bearer " + token)
    try:
        with urllib.request.urlopen(request, timeout=20) as response:
            status, text = response.status, response.read()
    except urllib.error.HTTPError as error:
        status, text = error.code, error.read()
    try:
        return status, json.loads(text) if text else None
    except ValueError:
        return status, text.decode("utf-8", "replace")


status, _ = call("GET", "/healthz")
if status != 200:
    problem(f"/healthz answers {status}")
status, api = call("GET", "/openapi.json")
if status != 200 or not isinstance(api, dict):
    print(f"/openapi.json answers {status}")
    sys.exit(1)
if not str(api.get("openapi", "")).startswith("3.1"):
    problem(f"openapi is {api.get('openapi')}")


def resolve(schema):
    seen = 0
    while isinstance(schema, dict) and "$ref" in schema and seen < 10:
        target = api
        for part in schema["$ref"].lstrip("#/").split("/"):
            target = target[part]
        schema, seen = target, seen + 1
    merged = dict(schema or {})
    for part in merged.pop("allOf", []):
        part = resolve(part)
        merged.setdefault("properties", {}).update(part.get("properties", {}))
        merged["required"] = sorted(set(merged.get("required", [])) | set(part.get("required", [])))
    return merged


def body_schema(operation):
    content = operation.get("requestBody", {}).get("content", {})
    return resolve(content.get("application/json", {}).get("schema", {}))


def operations():
    for path, item in api.get("paths", {}).items():
        for method, operation in item.items():
            if method in ("get", "post", "put", "delete", "patch"):
                yield path, method, operation


by_id = {operation.get("operationId"): (path, method, operation) for path, method, operation in operations()}


def sample(name, schema, n):
    """A valid value, different for different n where the type allows it."""
    schema = resolve(schema)
    for one in schema.get("anyOf", []) + schema.get("oneOf", []):
        if resolve(one).get("type") != "null":
            return sample(name, one, n)
    if "enum" in schema:
        values = [value for value in schema["enum"] if value is not None]
        return values[n % len(values)]
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next(k for k in kind if k != "null")
    if kind in ("integer", "number"):
        low = schema.get("minimum", schema.get("exclusiveMinimum", 0) + (1 if "exclusiveMinimum" in schema else 0))
        high = schema.get("maximum", low + 1000)
        value = low + (n % (int(high - low) + 1))
        return int(value) if kind == "integer" else value
    if kind == "boolean":
        return n % 2 == 0
    if kind == "array":
        return [sample(name, schema.get("items", {}), n)]
    if kind == "object":
        return {}
    form = schema.get("format")
    if form == "email":
        return f"person{n}@example.org"
    if form == "date":
        return f"2031-03-{n % 27 + 1:02d}"
    if form == "date-time":
        return f"2031-03-{n % 27 + 1:02d}T10:00:00Z"
    if form == "time":
        return f"{n % 24:02d}:30"
    if form in ("uri", "url"):
        return f"https://example.org/{n}"
    text = f"{name} number {n}"
    text = text[: schema.get("maxLength", 200)]
    return text + "x" * max(0, schema.get("minLength", 0) - len(text))


# Other moments to try: later on the same day or the next, then long ago, then around today.
MOMENTS = {
    "date": lambda n: ["2031-03-13", "2031-04-30", "1980-01-31", day(0), day(1), day(-1)][n],
    "date-time": lambda n: ["2031-03-12T11:00:00Z", "2031-03-13T10:00:00Z", "1980-01-31T10:00:00Z"][n % 3],
    "time": lambda n: ["23:45", "00:15", "12:00"][n % 3],
}


def day(days):
    return (datetime.date.today() + datetime.timedelta(days=days)).isoformat()


token = admin = other = None
if "signUp" in by_id and "logIn" in by_id:
    (up, _, sign_up), (into, _, log_in) = by_id["signUp"], by_id["logIn"]
    tokens = []
    for n in (1, 2, 3):
        wanted = body_schema(sign_up)
        account = {k: sample(k, v, n) for k, v in wanted.get("properties", {}).items() if not resolve(v).get("readOnly")}
        account = {k: v for k, v in account.items() if not k.endswith("_id")}
        if "password" in account:
            account["password"] = f"a long pass phrase {n}"
        status, answer = call("POST", up, account)
        if status not in (200, 201):
            problem(f"signUp answers {status}: {answer}")
        credentials = {k: account.get(k, sample(k, v, n)) for k, v in body_schema(log_in).get("properties", {}).items()}
        status, answer = call("POST", into, credentials)
        if status != 200 or not isinstance(answer, dict) or "token" not in answer:
            problem(f"logIn answers {status}: {answer}")
            break
        tokens.append(answer["token"])
    if len(tokens) == 3:
        admin, token, other = tokens

collections = {}
for path, method, operation in operations():
    if path.startswith("/api/") and "{" not in path and method == "get" and path.count("/") == 2 and "." not in path:
        if path + "/{id}" in api["paths"]:
            collections[path] = api["paths"][path]


def entity(path):
    """The name of the entity of a collection, from the schema its operations refer to."""
    text = json.dumps(api["paths"][path + "/{id}"].get("get", {}).get("responses", {}))
    names = [part.split('"')[0] for part in text.split("#/components/schemas/")[1:]]
    names = [name for name in names if name.lower() not in ("error", "errors", "validationerror", "problem")]
    return names[0] if names else None


def snake(name):
    return "".join("_" + c.lower() if c.isupper() and i else c.lower() for i, c in enumerate(name or ""))


homes = {snake(entity(path)): path for path in collections}
made = {}


def create(path, who, n, deep=0):
    """A new record with every writable field, referenced records first; (status, sent, answer)."""
    post = api["paths"][path].get("post")
    if not post or deep > 5:
        return None
    sent = {}
    schema = body_schema(post)
    for name, field in schema.get("properties", {}).items():
        if resolve(field).get("readOnly"):
            continue
        if name.endswith("_id"):
            target = name[: -len("_id")]
            home = homes.get(target) or next((p for e, p in homes.items() if target.endswith(e)), None)
            if home and home in made:
                sent[name] = made[home]
            elif home and home != path:
                result = create(home, who, n + 7, deep + 1)
                if result and result[0] == 201:
                    made[home] = sent[name] = result[2]["id"]
            if name not in sent and name in schema.get("required", []):
                status, people = call("GET", "/api/users", token=who)
                if status == 200 and people:
                    sent[name] = people[0]["id"]
            continue
        sent[name] = sample(name, field, n)
    status, answer = call("POST", path, sent, who)
    # What fields must be to each other, or to today, no description says: the answer names the field, so try other moments.
    for attempt in range(6):
        named = answer.get("fields") if status in (400, 422) and isinstance(answer, dict) else None
        moments = [name for name in named or () if resolve(schema["properties"].get(name, {})).get("format") in MOMENTS]
        if not moments:
            break
        for name in moments:
            sent[name] = MOMENTS[resolve(schema["properties"][name])["format"]](attempt)
        status, answer = call("POST", path, sent, who)
    return status, sent, answer


for path in sorted(collections):
    item, one = api["paths"][path], api["paths"][path + "/{id}"]
    for method in ("GET", "POST", "PUT", "DELETE", "PATCH"):
        for where, described in ((path, item), (path + "/{id}", one)):
            if method.lower() not in described:
                status, _ = call(method, where.replace("{id}", "1"), {} if method != "GET" else None, admin)
                if status != 405:
                    problem(f"{method} {where} is not described but answers {status}, not 405")
    if path in ("/api/users", "/api/accounts"):
        continue
    if "post" not in item:
        status, answer = call("GET", path, token=admin)
        if status not in (200, 401, 403):
            problem(f"GET {path} answers {status}")
        continue
    if "401" in item["post"].get("responses", {}) and admin:
        status, _ = call("POST", path, {})
        if status != 401:
            problem(f"POST {path} without an account answers {status}, not 401 (before validation)")
    makers = [who for who in (admin, token) if who] or [None]
    for who in makers:
        result = create(path, who, 11)
        if result and result[0] == 201:
            break
    if result and result[0] == 403 and "403" in item["post"].get("responses", {}):
        continue  # a right that nobody has by signing up alone, such as one that somebody must grant
    if not result or result[0] != 201:
        problem(f"POST {path} answers {result[0] if result else '-'}: {result[2] if result else ''} for {result[1] if result else ''}")
        continue
    _, sent, record = result
    if not isinstance(record.get("id"), int):
        problem(f"POST {path}: id is {record.get('id')!r}")
        continue
    made.setdefault(path, record["id"])
    for name, value in sent.items():
        if record.get(name) != value:
            problem(f"POST {path}: {name} sent {value!r}, answered {record.get(name)!r}")
    place = f"{path}/{record['id']}"
    status, read = call("GET", place, token=who)
    if status == 200:
        for name, value in sent.items():
            if read.get(name) != value:
                problem(f"GET {place}: {name} sent {value!r}, read {read.get(name)!r}")
        status, listed = call("GET", path, token=who)
        items = listed.get("items", []) if isinstance(listed, dict) else listed
        if status != 200 or record["id"] not in [entry.get("id") for entry in items]:
            problem(f"GET {path} answers {status} without the new record")
    elif status not in (403, 404):
        problem(f"GET {place} answers {status}")
    required = [name for name in body_schema(item["post"]).get("required", []) if not name.endswith("_id")]
    if required:
        status, answer = call("POST", path, {}, who)
        if status not in (400, 422):
            problem(f"POST {path} without required fields answers {status}")
        elif required[0] not in json.dumps(answer):
            problem(f"POST {path}: the error does not name {required[0]}: {answer}")
    for raw in (b"{", b"[1]", b'"x"', b"\xff\xfe"):
        status, _ = call("POST", path, raw=raw, token=who)
        if status not in (400, 415, 422):
            problem(f"POST {path} with {raw!r} answers {status}")
    status, _ = call("GET", f"{path}/999999999", token=who)
    if status not in (404, 403):
        problem(f"GET {path}/999999999 answers {status}")
    if "put" in one:
        changed = dict(sent)
        status, answer = call("PUT", place, changed, who)
        if status not in (200, 403, 409):
            problem(f"PUT {place} answers {status}: {answer}")
    if "delete" in one:
        status, answer = call("DELETE", place, token=who)
        if status not in (200, 204, 403, 409):
            problem(f"DELETE {place} answers {status}: {answer}")
        elif status in (200, 204):
            if made.get(path) == record["id"]:
                del made[path]
            status, _ = call("GET", place, token=who)
            if status != 404:
                problem(f"GET of the deleted {place} answers {status}")

print("\n".join(problems) or f"{len(collections)} collections keep the contract")
sys.exit(1 if problems else 0)
