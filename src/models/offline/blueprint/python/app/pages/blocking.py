"""On the page of the people: who is shut out, and the button that changes it."""

from app import people
from app.features import blocking
from app.pages.frame import back, form, sent_form
from app.pages.html import el


def mount(app):
    app.accounts.about.append(state)
    app.router.add("POST", "/users/{id}/blocked", post_blocked)


def state(request, other):
    """Whether this account is shut out, for those who may change it."""
    if not blocking.may_block(request.account, other):
        return None
    blocked = blocking.is_blocked(request.db, other.id)
    word = people.BLOCKED.capitalize()
    say = el("p", word + ": cannot log in." if blocked else "Can log in.", class_="soft")
    label = ("Let %s in again" if blocked else "Shut %s out") % other.name
    value = el("input", type="hidden", name="blocked", value="" if blocked else "yes")
    button = el("button", label, class_="button" if blocked else "button bad")
    return [say, form(request, "/users/%d/blocked" % other.id, value, button)]


def post_blocked(request, number):
    given = sent_form(request)
    other = blocking.blockable(request, number)
    blocking.set_blocked(request, other, bool(given.get("blocked", [""])[0]))
    return back("/users", "updated")
