"""The web server: one thread per connection, one Application behind them."""

import http.server
import importlib
import os
import socket
import sys
import traceback

from app import openapi, settings
from app.database import Database
from app.registry import Registry
from app.router import Router
from app.web import HttpError, Request, Response, json_response

LARGEST_BODY = 1024 * 1024
SECURITY = [
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    (
        "Content-Security-Policy",
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'",
    ),
]


class Application:
    """The routes and the data; knows nothing of sockets."""

    def __init__(self, folder):
        self.registry = Registry()
        self.database = Database(folder)
        self.database.prepare(self.registry)
        self.router = Router()
        self.schemas = {}
        self.accounts = None
        self.error_page = None
        self.router.add("GET", "/healthz", health)
        self.router.add("GET", "/openapi.json", lambda request: json_response(openapi.describe(self)))
        for name in settings.PARTS:
            importlib.import_module(name).mount(self)
        self.database.close()

    def handle(self, request):
        """The answer to a request, whatever happens."""
        try:
            if self.accounts is not None:
                request.account = self.accounts.acting(request)
            return self.router.dispatch(request)
        except HttpError as error:
            return self.failure(request, error)
        except Exception:
            traceback.print_exc(file=sys.stderr)
            return self.failure(request, HttpError(500, "Something went wrong here."))

    def failure(self, request, error):
        if error.status == 204:
            return Response(204, b"", None, error.headers)
        if self.error_page is not None and not request.is_api:
            return self.error_page(request, error)
        body = {"error": error.message}
        if error.fields:
            body["fields"] = error.fields
        return json_response(body, error.status, error.headers)


def health(_request):
    return json_response({"status": "ok"})


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60

    def setup(self):
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def finish(self):
        self.server.app.database.close()
        super().finish()

    def answer(self):
        app = self.server.app
        body, error = self.read_body()
        request = Request(app, self.command, self.path, self.headers, body)
        response = app.failure(request, error) if error else app.handle(request)
        self.send(response, close=error is not None)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = answer

    def read_body(self):
        """The body, or why there is none; then the connection cannot be used any further."""
        if self.headers.get("Transfer-Encoding"):
            return b"", HttpError(411, "The length of the body must be given.")
        text = self.headers.get("Content-Length") or "0"
        if not text.isascii() or not text.isdigit() or len(text) > 18:
            return b"", HttpError(400, "The length of the body is not valid.")
        if int(text) > LARGEST_BODY:
            return b"", HttpError(413, "The body is too large.")
        body = self.rfile.read(int(text))
        if len(body) < int(text):
            return b"", HttpError(400, "The body ended too early.")
        return body, None

    def send(self, response, close=False):
        """Head and body in one piece, so that neither waits for the other."""
        self.send_response_only(response.status)
        headers = list(response.headers)
        if response.content_type is not None:
            headers.append(("Content-Type", response.content_type))
        if response.status not in (204, 304):
            headers.append(("Content-Length", str(len(response.body))))
        if not any(name == "Cache-Control" for name, _ in headers):
            headers.append(("Cache-Control", "no-store"))
        if close:
            self.close_connection = True
            headers.append(("Connection", "close"))
        for name, value in headers + SECURITY:
            self.send_header(name, value.replace("\r", "").replace("\n", ""))
        self._headers_buffer.append(b"\r\n")
        head = b"".join(self._headers_buffer)
        self._headers_buffer = []
        try:
            self.wfile.write(head if self.command == "HEAD" else head + response.body)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def log_message(self, *_arguments):
        """Silent: what fails is printed where it fails."""


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address, app):
        super().__init__(address, Handler)
        self.app = app

    def handle_error(self, request, client_address):
        """A client that goes away is no error of ours."""
        if not isinstance(sys.exc_info()[1], (ConnectionError, TimeoutError, socket.timeout)):
            super().handle_error(request, client_address)


def data_folder():
    """Where the data lives: never in the folder of the program."""
    if os.environ.get("APP_DATA_DIR"):
        return os.environ["APP_DATA_DIR"]
    base = os.environ.get("XDG_DATA_HOME") or os.path.join(os.path.expanduser("~"), ".local", "share")
    return os.path.join(base, settings.NAME)


def make_server(port=0, data_dir=None):
    """A server on this computer only; port 0 takes any free one."""
    return Server(("127.0.0.1", port), Application(data_dir or data_folder()))
