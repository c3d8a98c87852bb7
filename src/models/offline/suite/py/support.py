"""What every test uses: the application, started once in a process and a folder of its own, and requests that never raise."""

import atexit
import csv
import datetime
import http.client
import io
import itertools
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.parse

sys.dont_write_bytecode = True

LEFT_OUT = object()

_numbers = itertools.count(1)
_running = {}
_here = threading.local()
# What the application is told as soon as it runs.
_before = []


class NotServed(AssertionError):
    """The application does not start, or does not answer to what it is told."""


def application():
    """Host and port of the application, started at the first call."""
    if "failure" in _running:
        raise NotServed(_running["failure"])
    if not _running:
        try:
            _start()
        except NotServed as error:
            _running["failure"] = str(error)
            raise
    return _running["address"]


def _start():
    folder = tempfile.mkdtemp(prefix="app-test-")
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.served", "--port", os.environ.get("PORT") or "0"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "APP_DATA_DIR": folder},
    )
    _running.update(process=process, folder=folder)
    atexit.register(_stop)
    address = re.fullmatch(r"http://([\d.]+):(\d+)/\n", process.stdout.readline())
    if not address:
        raise NotServed("the application does not start")
    _running["address"] = address[1], int(address[2])
    for prepare in _before:
        prepare()


def tell(**order):
    """Tells the application's process what tests/served.py knows to set; gives its answer."""
    application()
    process = _running["process"]
    try:
        process.stdin.write(json.dumps(order) + "\n")
        process.stdin.flush()
        answer = json.loads(process.stdout.readline())
    except (OSError, ValueError):
        answer = {"error": "it has ended"}
    if "error" in answer:
        raise NotServed("the application cannot be told %s: %s" % (order, answer["error"]))
    return answer


def _connection():
    """The connection of this thread to the application; everybody's requests take it, for each says who sends it."""
    if getattr(_here, "connection", None) is None:
        _here.connection = http.client.HTTPConnection(*application(), timeout=30)
    return _here.connection


def _disconnect():
    if getattr(_here, "connection", None) is not None:
        _here.connection.close()
        _here.connection = None


def _stop():
    _disconnect()
    process = _running["process"]
    # Its data goes, too, so nothing is lost.
    process.kill()
    process.wait()
    process.stdin.close()
    process.stdout.close()
    shutil.rmtree(_running["folder"], ignore_errors=True)


def data_files():
    """Every file that the application keeps its data in."""
    application()
    return sorted(os.path.join(top, name) for top, _, names in os.walk(_running["folder"]) for name in names)


# Values for records


def today():
    return datetime.date.today().isoformat()


def day(days):
    """The date so many days from today."""
    return (datetime.date.today() + datetime.timedelta(days=days)).isoformat()


def years_ago(years, later=0):
    """This day so many years ago, or so many days later."""
    today = datetime.date.today()
    last = 28 if (today.month, today.day) == (2, 29) else today.day
    return (today.replace(year=today.year - years, day=last) + datetime.timedelta(days=later)).isoformat()


def moment(days, time="10:00"):
    """Ten o'clock so many days from today."""
    return day(days) + "T" + time


def clock(minutes):
    """A time of day."""
    return "%02d:%02d" % (minutes // 60 % 24, minutes % 60)


def serial(start=1):
    """A number nobody else got."""
    return int(start) + next(_numbers)


def unique(text):
    """Text nobody else got."""
    return "%s %d" % (text, next(_numbers))


# Requests


class Answer:
    """What the application answered; status 0 when it gave no answer at all."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body
        self.text = body.decode("utf-8", "replace")

    @property
    def json(self):
        """The body read as JSON, or nothing."""
        try:
            return json.loads(self.text)
        except ValueError:
            return None

    def header(self, name):
        """The header, or an empty text."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")


class Client:
    """Somebody who sends requests: a visitor, or an account with its token."""

    id = None
    token = None
    name = None

    def send(self, method, path, body=None, headers=None):
        """Sends one request and gives the answer, whatever it is."""
        headers = dict(headers or {})
        if self.token and "Cookie" not in headers:
            headers["Authorization"] = "Bearer " + self.token
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            headers.setdefault("Content-Type", "application/json")
        for last in (False, True):
            try:
                connection = _connection()
                connection.request(method, path, body, headers)
                answer = connection.getresponse()
                return Answer(answer.status, answer.getheaders(), answer.read())
            except NotServed as error:
                return Answer(0, [], str(error).encode())
            except (OSError, http.client.HTTPException):
                _disconnect()
                if last:
                    return Answer(0, [], b"")

    def get(self, path, **query):
        return self.send("GET", path + ("?" + urllib.parse.urlencode(query) if query else ""))

    def post(self, path, body):
        return self.send("POST", path, body)

    def put(self, path, body):
        return self.send("PUT", path, body)

    def delete(self, path):
        return self.send("DELETE", path)


class Record(dict):
    """A stored record, with its address and who made it."""

    def __init__(self, values, path, by):
        super().__init__(values)
        self.path = path
        self.by = by


class AppCase(unittest.TestCase):
    """A test through HTTP. Whatever the application answers, a test fails by an assertion, never by a crash."""

    maxDiff = 2000

    def anyone(self):
        """A visitor without an account."""
        return _people.setdefault("anyone", Client())

    # Asserting

    def expect(self, status, answer):
        """The answer has this status (or one of these); gives its JSON."""
        allowed = status if isinstance(status, tuple) else (status,)
        self.assertIn(answer.status, allowed, "answered %s: %s" % (answer.status, answer.text[:300]))
        return answer.json

    def expect_refused(self, answer, field=None):
        """The answer says that the body is invalid and, if a field is given, that this field is the reason."""
        body = self.expect((400, 422), answer)
        if field is not None:
            errors = body.get("fields") if isinstance(body, dict) else None
            self.assertIsInstance(errors, dict, "no errors per field: " + answer.text[:300])
            self.assertIn(field, errors)

    def value(self, record, field):
        """The field of a record, which must be there."""
        self.assertIsInstance(record, dict, "no record: %r" % (record,))
        self.assertIn(field, record)
        return record[field]

    # Records

    def attempt(self, path, body, by):
        """Sends what shall become a record, without what is to be left out; gives the answer."""
        return by.post(path, {name: value for name, value in body.items() if value is not LEFT_OUT})

    def create(self, path, body, by):
        """Creates a record, which must be accepted."""
        made = self.expect(201, self.attempt(path, body, by))
        identity = self.value(made, "id")
        self.assertIsInstance(identity, int)
        return Record(made, "%s/%d" % (path, identity), by)

    def change(self, record, fields, by=None):
        """Changes a record, which must be accepted."""
        changed = self.expect(200, (by or record.by).put(record.path, fields))
        self.value(changed, "id")
        record.update(changed)
        return record

    def stored(self, record, by=None):
        """The record as it is read back."""
        found = self.expect(200, (by or record.by).get(record.path))
        self.assertEqual(self.value(found, "id"), record["id"])
        return found

    def listed(self, path, by, **query):
        """The records of a list, in its order."""
        query.setdefault("per_page", 1000)
        rows = self.expect(200, by.get(path, **query))
        self.assertIsInstance(rows, list)
        for row in rows:
            self.value(row, "id")
        return rows

    def ids(self, path, by, **query):
        """The ids of the records of a list, in its order."""
        return [row["id"] for row in self.listed(path, by, **query)]

    def order(self, path, by, records, **query):
        """The given records' ids in the order of the list."""
        wanted = [record["id"] for record in records]
        return [identity for identity in self.ids(path, by, **query) if identity in wanted]

    def csv_rows(self, path, by):
        """The rows of a CSV file, by their header."""
        answer = by.get(path)
        self.expect(200, answer)
        self.assertIn("text/csv", answer.header("Content-Type"))
        return list(csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff"), newline="")))

    def page(self, path, by):
        """The HTML of a page, as a browser of this person sees it."""
        for _ in range(3):
            answer = by.send("GET", path, headers={"Accept": "text/html", "Cookie": "session=" + (by.token or "")})
            if answer.status not in (302, 303, 307):
                break
            path = answer.header("Location")
            self.assertNotIn("/log-in", path, "asked to log in")
        self.expect(200, answer)
        self.assertIn("text/html", answer.header("Content-Type"))
        return answer.text

    @staticmethod
    def links(page, path):
        """The ids of the records that a page leads to, in its order."""
        found = re.findall(r'href="%s/(\d+)"' % re.escape(path), page)
        return [int(number) for number in dict.fromkeys(found)]

    def linked(self, path, by, **query):
        """The ids of the records on the page of a list, in its order."""
        query.setdefault("per_page", 1000)
        return self.links(self.page(path + "?" + urllib.parse.urlencode(query), by), path)

    def styles(self, page):
        """The style sheets that a page names."""
        sheets = re.findall(r'<link[^>]*rel="stylesheet"[^>]*href="([^"]+)"', page)
        return "\n".join(self.anyone().get(path).text for path in sheets)

    def multiply(self, record, table, count):
        """Puts copies of a stored record into the database until there are so many; they go when the test ends."""
        files = [path for path in data_files() if path.endswith(".sqlite3")]
        self.assertEqual(len(files), 1, "one database: %r" % files)
        database = sqlite3.connect(files[0], timeout=30, isolation_level=None)
        self.addCleanup(database.close)
        name = '"%s"' % table.replace('"', '""')
        columns = [row[1] for row in database.execute("PRAGMA table_info(%s)" % name) if row[1] != "id"]
        self.assertTrue(columns, "no table " + table)
        there, last = database.execute("SELECT count(*), max(id) FROM " + name).fetchone()
        row = database.execute(
            "SELECT %s FROM %s WHERE id = ?" % (", ".join('"%s"' % c for c in columns), name), [record["id"]]
        ).fetchone()
        self.assertIsNotNone(row, "the record is not in its table")
        self.addCleanup(database.execute, "DELETE FROM %s WHERE id > %d" % (name, last))
        marks = ", ".join("?" for _ in columns)
        sql = "INSERT INTO %s (%s) VALUES (%s)" % (name, ", ".join('"%s"' % c for c in columns), marks)
        database.execute("BEGIN")
        database.executemany(sql, itertools.repeat(row, max(0, count - there)))
        database.execute("COMMIT")

    def milliseconds(self, action, times=5):
        """How long an action takes: the median of a few times."""
        took = []
        for _ in range(times):
            start = time.perf_counter()
            action()
            took.append((time.perf_counter() - start) * 1000)
        return sorted(took)[times // 2]

    def description(self):
        """The API description."""
        described = self.expect(200, self.anyone().get("/openapi.json"))
        self.assertIsInstance(self.value(described, "paths"), dict)
        return described

    def operations(self, path):
        """The methods that the API description has for a path."""
        found = self.description()["paths"].get(path, {})
        self.assertIsInstance(found, dict)
        return sorted(found)

    def properties(self, path):
        """The names of the fields that the API description has for the records of a collection."""
        described = self.description()
        operation = described["paths"].get(path, {}).get("get", {})
        text = json.dumps(operation.get("responses", {}).get("200", {}))
        names = re.findall(r'"#/components/schemas/([^"]+)"', text)
        schemas = described.get("components", {}).get("schemas", {})
        return sorted(name for schema in names for name in schemas.get(schema, {}).get("properties", {}))


_people = {}


class clock_at:
    """The clock of the application shows this moment, or so many minutes later, for a while."""

    def __init__(self, text, minutes=0):
        self.moment = datetime.datetime.fromisoformat(str(text)[:16]) + datetime.timedelta(minutes=minutes)

    def __enter__(self):
        tell(clock=(self.moment - datetime.datetime.now()).total_seconds())

    def __exit__(self, *_):
        tell(clock=0)


class settings:
    """The application's environment has these values for a while."""

    def __init__(self, **values):
        self.values = values

    def __enter__(self):
        tell(environment=self.values)

    def __exit__(self, *_):
        tell(environment={name: os.environ.get(name) for name in self.values})
