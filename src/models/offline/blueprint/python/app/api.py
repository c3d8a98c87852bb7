"""The JSON interface of every kind of record."""

from app import listing, records
from app.model import ANYONE, Filter, Search, Sort, View
from app.openapi import list_value_schema, type_name
from app.rights import require_right
from app.router import Operation
from app.web import json_response, no_content


def mount(app):
    """Routes for every operation that exists."""
    for entity in app.registry.entities:
        for operation in ("read", "create", "update", "delete"):
            if operation in entity.operations():
                ADDERS[operation](app.router, entity)
        for feature in entity.active():
            if hasattr(feature, "mount"):
                feature.mount(app, entity)


def add_read(router, entity):
    def get_all(request):
        _, (found, total) = listing.read(request, entity, request.query)
        headers = [("X-Total-Count", str(total))]
        return json_response([records.public(request, entity, one) for one in found], 200, headers)

    def get_one(request, number):
        return json_response(records.public(request, entity, records.find(request, entity, number)))

    name = type_name(entity.name)
    many = Operation("list" + type_name(entity.plural), "List " + entity.label_plural.lower(), entity.label_plural)
    many.answer, many.params, many.errors = [name], list_params(entity), [422]
    many.visitors = visitors_may(entity, "read")
    one = Operation("get" + name, "Get one " + entity.label.lower(), entity.label_plural, answer=name, errors=[404])
    one.visitors = many.visitors
    router.add("GET", "/api/" + entity.plural, get_all, many)
    router.add("GET", "/api/" + entity.plural + "/{id}", get_one, one)


def add_create(router, entity):
    def post(request):
        record = records.create(request, entity, request_body(request, entity, "create"))
        path = "/api/%s/%d" % (entity.plural, record["id"])
        return json_response(records.public(request, entity, record), 201, [("Location", path)])

    name = type_name(entity.name)
    operation = Operation("create" + name, "Make a new " + entity.label.lower(), entity.label_plural, answer=name)
    operation.body, operation.status, operation.errors = new_name(entity), 201, [400, 409, 422]
    operation.visitors = visitors_may(entity, "create")
    router.add("POST", "/api/" + entity.plural, post, operation)


def add_update(router, entity):
    def put(request, number):
        body = request_body(request, entity, "update")
        return json_response(records.public(request, entity, records.update(request, entity, number, body)))

    name = type_name(entity.name)
    summary = "Change a %s; fields that are left out stay as they are" % entity.label.lower()
    operation = Operation("update" + name, summary, entity.label_plural, body=name, answer=name)
    operation.errors = [400, 404, 409, 422]
    operation.visitors = visitors_may(entity, "update")
    router.add("PUT", "/api/" + entity.plural + "/{id}", put, operation)


def add_delete(router, entity):
    def delete(request, number):
        records.delete(request, entity, number)
        return no_content()

    summary = "Delete a " + entity.label.lower()
    operation = Operation("delete" + type_name(entity.name), summary, entity.label_plural, status=204, errors=[404, 409])
    operation.visitors = visitors_may(entity, "delete")
    router.add("DELETE", "/api/" + entity.plural + "/{id}", delete, operation)


ADDERS = {"read": add_read, "create": add_create, "update": add_update, "delete": add_delete}


def request_body(request, entity, operation):
    """The body, after the rights were looked at: who may not do it learns nothing else."""
    require_right(request, entity, operation)
    return request.json()


def visitors_may(entity, operation):
    """Whether it takes no account."""
    return any(right.who == ANYONE and operation in right.operations for right in entity.access)


def new_name(entity):
    """The schema of a new record; a field with a fixed first value is not part of it."""
    hidden = [feature for feature in entity.active() if hasattr(feature, "first_value")]
    return ("New" if hidden else "") + type_name(entity.name)


def list_params(entity):
    """What can be asked of a list, as (name, schema, description)."""
    params = []
    if entity.of(Search):
        params.append(("q", {"type": "string"}, "Text to look for, in upper or lower case"))
    for item in entity.of(Filter):
        field = entity.field(item.field)
        schema = list_value_schema(entity, field)
        params.append((field.name, schema, "Only with this %s" % field.label.lower()))
        if field.is_number or field.is_moment:
            params.append((field.name + "_min", schema, "%s at least" % field.label))
            params.append((field.name + "_max", schema, "%s at most" % field.label))
    names = [item.field for item in entity.of(Sort)]
    if names:
        both = [way + name for name in names for way in ("", "-")]
        params.append(("sort", {"type": "string", "enum": both}, "Field to sort by, with - downwards"))
    views = [item.name for item in entity.of(View)]
    if views:
        params.append(("view", {"type": "string", "enum": views}, "Only what belongs into this list"))
    params.append(("page", {"type": "integer", "minimum": 1}, "Which page, from 1"))
    params.append(("per_page", {"type": "integer", "minimum": 1, "maximum": 1000}, "How many a page"))
    return params
