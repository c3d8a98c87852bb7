"""Lists as CSV files, for spreadsheets."""

import csv
import io

from app import listing, records, rights
from app.api import list_params
from app.openapi import type_name
from app.router import Operation
from app.web import Response


class Csv:
    """The whole list, filtered as asked; where some are named, for these only."""

    def __init__(self, *who):
        self.who = who

    def may(self, account):
        return not self.who or any(rights.holds(account, who) for who in self.who)

    def answer(self, request, entity):
        if not self.may(request.account):
            rights.require_account(request)
            raise rights.forbidden()
        _, (found, _) = listing.read(request, entity, request.query, everything=True)
        unseen = rights.unseen(request.account, entity)
        names = ["id"] + [field.name for field in entity.shown_fields() if field.name not in unseen]
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(names)
        for record in found:
            values = records.public(request, entity, record)
            writer.writerow([cell(values.get(name)) for name in names])
        name = 'attachment; filename="%s.csv"' % entity.plural
        return Response(200, text.getvalue(), "text/csv; charset=utf-8", [("Content-Disposition", name)])

    def mount(self, app, entity):
        def get_csv(request):
            return self.answer(request, entity)

        operation = Operation("export" + type_name(entity.plural), "The list as CSV", entity.label_plural)
        operation.params = [param for param in list_params(entity) if param[0] not in ("page", "per_page")]
        operation.media = "text/csv"
        operation.answer = {"type": "string"}
        app.router.add("GET", "/api/%s.csv" % entity.plural, get_csv, operation)
        app.router.add("GET", "/%s.csv" % entity.plural, get_csv)


def cell(value):
    """A text that a spreadsheet would take for a formula is made plain text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return "'" + value
    return "" if value is None else value
