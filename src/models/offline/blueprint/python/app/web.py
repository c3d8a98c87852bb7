"""Requests, answers and errors, independent of the server that carries them."""

import http.cookies
import json
import urllib.parse


class HttpError(Exception):
    """An answer other than success; `fields` says what is wrong with which field."""

    def __init__(self, status, message, fields=None, headers=()):
        super().__init__(message)
        self.status = status
        self.message = message
        self.fields = fields
        self.headers = list(headers)


def not_found():
    return HttpError(404, "There is nothing here, or nothing that you may see.")


def invalid(fields):
    return HttpError(422, "Some values are not right.", fields)


class Response:
    def __init__(self, status=200, body=b"", content_type="text/plain; charset=utf-8", headers=()):
        self.status = status
        self.body = body if isinstance(body, bytes) else body.encode("utf-8")
        self.content_type = content_type
        self.headers = list(headers)

    def set_cookie(self, name, value, seconds=None):
        """HttpOnly and same-site: no script reads it, no other site uses it."""
        text = "%s=%s; Path=/; HttpOnly; SameSite=Lax" % (name, value)
        if seconds is not None:
            text += "; Max-Age=%d" % seconds
        self.headers.append(("Set-Cookie", text))
        return self


def json_response(value, status=200, headers=()):
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Response(status, text, "application/json", headers)


def no_content():
    return Response(204, b"", None)


def redirect(path):
    return Response(303, b"", None, [("Location", path)])


class Request:
    """One request on its way through the application."""

    def __init__(self, app, method, target, headers, body):
        self.app = app
        self.method = method
        path, _, query = target.partition("?")
        self.path = urllib.parse.unquote(path, errors="replace")
        self.query = {}
        for name, value in urllib.parse.parse_qsl(query, keep_blank_values=True, errors="replace"):
            self.query.setdefault(name, value)
        self.headers = headers
        self.body = body
        self.account = None
        self.cookies = {}
        try:
            jar = http.cookies.SimpleCookie(headers.get("Cookie") or "")
            self.cookies = {name: morsel.value for name, morsel in jar.items()}
        except http.cookies.CookieError:
            pass

    @property
    def db(self):
        return self.app.database

    @property
    def is_api(self):
        return self.path.startswith("/api/") or self.path in ("/openapi.json", "/healthz")

    def json(self):
        """The body as an object."""
        try:
            value = json.loads(self.body.decode("utf-8"), parse_constant=refuse_constant)
        except (ValueError, RecursionError):
            raise HttpError(400, "The body is not valid JSON.") from None
        if not isinstance(value, dict):
            raise HttpError(400, "The body must be a JSON object.")
        return value

    def form(self):
        """The fields of a page's form."""
        try:
            pairs = urllib.parse.parse_qsl(self.body.decode("utf-8"), keep_blank_values=True, errors="strict")
        except ValueError:
            raise HttpError(400, "The form is not valid.") from None
        form = {}
        for name, value in pairs:
            form.setdefault(name, []).append(value)
        return form


def refuse_constant(name):
    raise ValueError(name)
