"""SQLite: tables made from the declarations, one connection per thread, writes one after the other."""

import contextlib
import os
import sqlite3
import sys
import threading

from app.values import carried, moment

TYPES = {"integer": "INTEGER", "reference": "INTEGER", "account": "INTEGER", "boolean": "INTEGER", "decimal": "NUMERIC"}


def quote(name):
    return '"' + name.replace('"', '""') + '"'


def fold(text):
    return text.casefold() if isinstance(text, str) else text


class Database:
    def __init__(self, folder):
        os.makedirs(folder, mode=0o700, exist_ok=True)
        self.path = os.path.join(folder, "data.sqlite3")
        self.local = threading.local()
        self.writing = threading.RLock()

    def connection(self):
        connection = getattr(self.local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(self.path, timeout=30, isolation_level=None, cached_statements=256)
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
            connection.execute("PRAGMA foreign_keys=ON")
            connection.create_function("fold", 1, fold, deterministic=True)
            connection.create_function("moment", 1, moment)
            self.local.connection = connection
        return connection

    def close(self):
        """Close the connection of this thread."""
        connection = getattr(self.local, "connection", None)
        if connection is not None:
            self.local.connection = None
            connection.close()

    @contextlib.contextmanager
    def transaction(self):
        """All or nothing; inside another transaction it is part of that one."""
        with self.writing:
            connection = self.connection()
            if connection.in_transaction:
                yield connection
                return
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def rows(self, sql, values=()):
        return self.connection().execute(sql, tuple(values)).fetchall()

    def row(self, sql, values=()):
        return self.connection().execute(sql, tuple(values)).fetchone()

    def value(self, sql, values=()):
        row = self.row(sql, values)
        return row[0] if row is not None else None

    def run(self, sql, values=()):
        return self.connection().execute(sql, tuple(values))

    def insert(self, table, values):
        names = ", ".join(quote(name) for name in values)
        blanks = ", ".join("?" for _ in values)
        sql = "INSERT INTO %s (%s) VALUES (%s)" % (quote(table), names, blanks)
        if not values:
            sql = "INSERT INTO %s DEFAULT VALUES" % quote(table)
        return self.run(sql, values.values()).lastrowid

    def update(self, table, number, values):
        if values:
            names = ", ".join(quote(name) + " = ?" for name in values)
            self.run("UPDATE %s SET %s WHERE id = ?" % (quote(table), names), [*values.values(), number])

    def prepare(self, registry):
        """Make the tables, and the columns that a newer declaration adds."""
        with self.transaction():
            for entity in registry.entities:
                columns = {"owner_id": "INTEGER"} if entity.owned else {}
                for field in entity.fields:
                    columns[field.name] = TYPES.get(field.kind, "TEXT")
                self.set_aside(entity.plural, entity.fields)
                self.table(entity.plural, columns)
                for name in columns:
                    field = entity.field(name)
                    if field is None or field.is_reference:
                        index = quote(entity.plural + "_by_" + name)
                        self.run("CREATE INDEX IF NOT EXISTS %s ON %s (%s)" % (index, quote(entity.plural), quote(name)))
                for feature in entity.features:
                    for table, more in extra_tables(feature, entity).items():
                        self.table(table, more)

    def set_aside(self, table, fields):
        """Text where a newer declaration has numbers, or numbers where it has text: the column gets another name, and a new
        one takes over what can be said in the new way."""
        known = {row["name"]: row["type"] for row in self.rows("PRAGMA table_info(%s)" % quote(table))}
        for field in fields:
            kind = TYPES.get(field.kind, "TEXT")
            if field.name not in known or (known[field.name] == "TEXT") == (kind == "TEXT"):
                continue
            aside = field.name + "_before"
            while aside in known:
                aside += "_that"
            known[aside] = known[field.name]
            self.run("DROP INDEX IF EXISTS %s" % quote(table + "_by_" + field.name))
            self.run("ALTER TABLE %s RENAME COLUMN %s TO %s" % (quote(table), quote(field.name), quote(aside)))
            self.table(table, {field.name: kind})
            self.take_over(table, field, aside)

    def take_over(self, table, field, aside):
        """Fills a new column from the one that was set aside."""
        rows = self.rows("SELECT id, %s FROM %s WHERE %s IS NOT NULL" % (quote(aside), quote(table), quote(aside)))
        values = {row["id"]: carried(field, row[aside]) for row in rows}
        for number, value in values.items():
            self.update(table, number, {field.name: value})
        lost = sum(value is None for value in values.values())
        if lost:
            said = "%d of %d values of %s in %s are of another kind now: what was there stays in the column %s"
            print(said % (lost, len(values), field.name, table, aside), file=sys.stderr)

    def has(self, table, column):
        """Whether there is such a column."""
        return any(row["name"] == column for row in self.rows("PRAGMA table_info(%s)" % quote(table)))

    def table(self, name, columns):
        self.run("CREATE TABLE IF NOT EXISTS %s (id INTEGER PRIMARY KEY AUTOINCREMENT)" % quote(name))
        known = {row["name"] for row in self.rows("PRAGMA table_info(%s)" % quote(name))}
        for column, kind in columns.items():
            if column not in known:
                self.run("ALTER TABLE %s ADD COLUMN %s %s" % (quote(name), quote(column), kind))


def extra_tables(feature, entity):
    """Tables that a feature needs beside the entity's own: name → columns."""
    return feature.tables(entity) if hasattr(feature, "tables") else {}
