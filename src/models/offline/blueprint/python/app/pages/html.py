"""HTML made of elements; text is escaped unless it is an element itself."""

import html


class Markup(str):
    """Text that is HTML already."""


def escape(value):
    return value if isinstance(value, Markup) else Markup(html.escape(str(value), quote=True))


def join(parts):
    """Children in order; None is nothing, lists are flattened."""
    out = []
    for part in parts:
        if part is None or part is False:
            continue
        out.append(join(part) if isinstance(part, (list, tuple)) else escape(part))
    return Markup("".join(out))


VOID = ("input", "meta", "link", "br", "hr", "img")


def el(tag, /, *children, **attributes):
    """An element; `class_` and `for_` stand for the reserved words, True for an attribute without a value."""
    text = ""
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        key = key.rstrip("_").replace("_", "-")
        text += " " + key if value is True else ' %s="%s"' % (key, escape(value))
    if tag in VOID:
        return Markup("<%s%s>" % (tag, text))
    return Markup("<%s%s>%s</%s>" % (tag, text, join(children), tag))


def link(path, text, class_=None):
    return el("a", text, href=path, class_=class_)


def viewport():
    """Pages are as wide as the screen they are on, also on a phone."""
    return el("meta", name="viewport", content="width=device-width, initial-scale=1")
