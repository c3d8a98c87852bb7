"""What every page has around it: head, navigation, messages, error pages; and the protection of its forms."""

import hashlib
import hmac
import os
import secrets
import urllib.parse

from app import rights, settings
from app.database import quote
from app.pages.html import Markup, el, link, viewport
from app.web import HttpError, Response, redirect

# What a page says after something was done, by the word that the note carries.
MESSAGES = {
    "created": "Saved.",
    "updated": "Your changes are saved.",
    "deleted": "Deleted.",
    "given": "Access given.",
    "taken": "Access taken back.",
}


def page(request, title, *content, status=200, headers=()):
    """A whole page."""
    note = MESSAGES.get(request.cookies.get("note", ""))
    head = el(
        "head",
        el("meta", charset="utf-8"),
        viewport(),
        el("title", "%s · %s" % (title, settings.TITLE) if title != settings.TITLE else title),
        el("link", rel="stylesheet", href="/style.css"),
        el("link", rel="icon", href="data:,"),
    )
    main = el("main", el("p", note, class_="notice", role="status") if note else None, content, id="main")
    body = el("body", link("#main", "Skip to the content", "skip"), top(request), main)
    html = Markup("<!doctype html>\n") + el("html", head, body, lang="en")
    response = Response(status, html, "text/html; charset=utf-8", headers)
    if note:
        response.set_cookie("note", "", 0)
    if getattr(request, "new_visitor", None):
        response.set_cookie("visitor", request.new_visitor)
    return response


def top(request):
    """Name and navigation."""
    app = request.app
    here = request.path
    links = [(one.label, "/" + one.name) for one in app.registry.totals if readable(request, one.entity)]
    links += [(one.label_plural, page_path(one)) for one in app.registry.entities if listed(request, one)]
    items = [entry(label, path, here) for label, path in links]
    if app.accounts is not None:
        items += app.accounts.navigation(request, here)
    bar = el("div", link("/", settings.TITLE, "brand"), el("nav", items, aria_label="Main"), class_="bar")
    return el("header", bar)


def entry(label, path, here):
    current = "page" if here == path or here.startswith(path + "/") else None
    return el("a", label, href=path, aria_current=current)


def readable(request, name):
    entity = request.app.registry.entity(name)
    return entity is not None and bool(rights.rights_of(request.account, entity, "read"))


def listed(request, entity):
    """Whether the navigation leads to it."""
    return "read" in entity.operations() and bool(rights.rights_of(request.account, entity, "read"))


def page_path(entity):
    """Where the pages of this kind of record are."""
    taken = ("account", "api", "log-in", "log-out", "sign-up", "users", "healthz")
    return "/" + entity.plural + ("-list" if entity.plural in taken else "")


def back(path, note):
    """Go on to another page, with a message there."""
    return redirect(path).set_cookie("note", note, 60)


def secret(app):
    """Known to this application only; signs what forms carry."""
    path = os.path.join(os.path.dirname(app.database.path), "secret")
    if not hasattr(app, "secret"):
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(secrets.token_hex(32))
        except FileExistsError:
            pass
        with open(path, encoding="ascii") as file:
            app.secret = file.read().encode("ascii")
    return app.secret


def form_token(request):
    """Ties a form to this browser and log-in, so that no other site can send it."""
    visitor = request.cookies.get("visitor") or getattr(request, "new_visitor", None)
    if not visitor:
        visitor = request.new_visitor = secrets.token_urlsafe(24)
    text = visitor + "|" + request.cookies.get("session", "")
    return hmac.new(secret(request.app), text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def sent_form(request):
    """The fields of a form that came from one of our own pages."""
    form = request.form()
    given = form.get("csrf", [""])[0]
    if not request.cookies.get("visitor") or not hmac.compare_digest(given.encode(), form_token(request).encode()):
        raise HttpError(403, "This form is too old. Please go back, reload the page and send it again.")
    return form


def form(request, action, *content, class_=None):
    """A form that changes something."""
    token = el("input", type="hidden", name="csrf", value=form_token(request))
    return el("form", token, content, method="post", action=action, class_=class_)


def heading(title, *actions):
    return el("div", el("h1", title), el("div", actions, class_="actions") if any(actions) else None, class_="head")


def error_page(request, error):
    """What went wrong, in words; who must sign in is led there."""
    if error.status == 401 and request.app.accounts is not None:
        target = request.path if request.method == "GET" else "/"
        return redirect("/log-in?next=" + urllib.parse.quote(target))
    titles = {403: "Not allowed", 404: "Not found", 405: "Not possible", 409: "Not possible", 413: "Too large"}
    title = titles.get(error.status, "Something went wrong" if error.status >= 500 else "Not understood")
    card = el("div", el("p", error.message), link("/", "Go to the start page", "button"), class_="card")
    try:
        return page(request, title, heading(title), card, status=error.status, headers=error.headers)
    except Exception:
        return Response(error.status, error.message, headers=error.headers)


def style(_request):
    path = os.path.join(os.path.dirname(__file__), "style.css")
    with open(path, encoding="utf-8") as file:
        return Response(200, file.read(), "text/css; charset=utf-8", [("Cache-Control", "max-age=300")])


def home(request):
    """The start page: dashboards, or an overview of what there is."""
    app = request.app
    entities = [entity for entity in app.registry.entities if listed(request, entity)]
    if len(app.registry.entities) == 1 and len(entities) == 1 and not app.registry.totals and not app.home_sections:
        return redirect(page_path(entities[0]))
    parts = [section(request) for section in app.home_sections]
    if request.account is None and app.accounts is not None:
        closed = app.accounts.is_closed()
        welcome = el("p", "Log in to begin." if closed else "Log in or make an account to begin.", class_="soft")
        make = None if closed else link("/sign-up", "Sign up", "button main")
        buttons = el("div", make, link("/log-in", "Log in", "button main" if closed else "button"), class_="actions")
        parts.insert(0, el("div", welcome, buttons, class_="card"))
    tiles = []
    for entity in entities:
        text, values = rights.visible(app, request.account, entity)
        sql = "SELECT count(*) FROM %s r WHERE %s" % (quote(entity.plural), text)
        count = request.db.value(sql, values)
        tiles.append(el("a", el("strong", count), entity.label_plural, class_="tile", href=page_path(entity)))
    if tiles:
        parts += [el("h2", "Overview") if any(parts) else None, el("div", tiles, class_="tiles")]
    buttons = []
    for entity in app.registry.entities:
        if "create" in entity.operations() and rights.rights_of(request.account, entity, "create"):
            buttons.append(link(page_path(entity) + "/new", "New " + entity.label.lower(), "button"))
    parts.append(el("div", buttons, class_="actions") if buttons else None)
    return page(request, settings.TITLE, heading(settings.TITLE), parts)


def mount(app):
    app.error_page = error_page
    app.home_sections = []
    app.router.add("GET", "/", home)
    app.router.add("GET", "/style.css", style)
