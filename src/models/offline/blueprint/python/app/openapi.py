"""The description of the API (OpenAPI 3.1), made from the same declarations as the API itself."""

from app import settings
from app.model import Immutable, Maximum, MaxLength, Minimum, MinLength
from app.values import initial, longest, words

FORMATS = {"date": "date", "datetime": "date-time", "time": "time", "email": "email", "url": "uri", "phone": "phone"}
TYPES = {"integer": "integer", "reference": "integer", "account": "integer", "decimal": "number", "boolean": "boolean"}
REASONS = {
    400: "The body is not valid JSON",
    401: "Nobody is signed in",
    403: "Not allowed",
    404: "There is no such record, or none that you may see",
    409: "It clashes with something that is already there",
    422: "Some values are not right",
}


def value_schema(entity, field):
    """What a value of this field looks like."""
    schema = {"type": TYPES.get(field.kind, "string")}
    if field.kind in FORMATS:
        schema["format"] = FORMATS[field.kind]
    if field.kind == "choice":
        schema["enum"] = list(field.choices)
    if field.money:
        schema["multipleOf"] = 0.01
    if field.is_text:
        schema["maxLength"] = longest(field)
        if entity.is_required(field):
            schema["minLength"] = 1
    for rule in entity.rules_for(field.name):
        # The most special kinds first: the length rules are kinds of limits, too.
        if isinstance(rule, MaxLength):
            schema["maxLength"] = rule.value
        elif isinstance(rule, MinLength):
            schema["minLength"] = max(rule.value, schema.get("minLength", 0))
        elif isinstance(rule, Maximum):
            schema["maximum"] = rule.value
        elif isinstance(rule, Minimum):
            schema["minimum"] = rule.value
        elif isinstance(rule, Immutable):
            schema["description"] = "Cannot be changed once it is set."
    return schema


def list_value_schema(entity, field):
    schema = value_schema(entity, field)
    return {key: schema[key] for key in ("type", "enum", "format") if key in schema}


def field_schema(entity, field):
    schema = {**value_schema(entity, field), "title": field.label}
    about = [schema["description"]] if "description" in schema else []
    if field.unit:
        about.append("In %s." % field.unit)
    if field.kind == "reference":
        about.append("The id of a %s." % words(field.entity).lower())
    if field.kind == "account":
        about.append("The id of an account%s." % (" with the role " + field.role if field.role else ""))
    if field.kind == "datetime":
        about.append("Local time unless a zone is given.")
    if about:
        schema["description"] = " ".join(about)
    default = initial(field)
    if default is not None and field.default not in ("today", "now"):
        schema["default"] = default
    if not entity.writable(field):
        schema["readOnly"] = True
        schema.pop("default", None)
    return schema


def entity_schema(entity, hidden=()):
    properties = {"id": {"type": "integer", "readOnly": True}}
    if entity.owned:
        properties["owner_id"] = {"type": "integer", "readOnly": True, "description": "The account that made it."}
    for field in entity.shown_fields():
        if field.name not in hidden:
            properties[field.name] = field_schema(entity, field)
    schema = {"type": "object", "title": entity.label, "properties": properties}
    required = [field.name for field in entity.fields if entity.is_required(field) and entity.writable(field)]
    required = [name for name in required if name not in hidden and entity.field(name).default is None]
    if required:
        schema["required"] = required
    return schema


def type_name(name):
    """workout_plan → WorkoutPlan"""
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


def describe(app):
    schemas = {
        "Error": {
            "type": "object",
            "properties": {
                "error": {"type": "string"},
                "fields": {"type": "object", "additionalProperties": {"type": "string"}},
            },
            "required": ["error"],
        }
    }
    for entity in app.registry.entities:
        schemas[type_name(entity.name)] = entity_schema(entity)
        hidden = [feature.first_value(entity)[0] for feature in entity.active() if hasattr(feature, "first_value")]
        if hidden:
            schemas["New" + type_name(entity.name)] = entity_schema(entity, hidden)
    schemas.update(app.schemas)
    paths = {}
    for method, pattern, operation in app.router.described:
        paths.setdefault(pattern, {})[method.lower()] = describe_operation(app, pattern, operation)
    document = {
        "openapi": "3.1.0",
        "info": {"title": settings.TITLE, "version": "1.0.0"},
        "paths": paths,
        "components": {"schemas": schemas},
    }
    if app.accounts is not None:
        document["components"]["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer"}}
    return document


def describe_operation(app, pattern, operation):
    answer = {"description": "Done"}
    if operation.answer is not None:
        answer["content"] = {operation.media: {"schema": reference(operation.answer)}}
    responses = {str(operation.status): answer}
    errors = set(operation.errors)
    if app.accounts is not None and not operation.open_to_all:
        errors |= {403} if operation.visitors else {401, 403}
    for status in sorted(errors):
        content = {"application/json": {"schema": reference("Error")}}
        responses[str(status)] = {"description": REASONS[status], "content": content}
    described = {"operationId": operation.name, "summary": operation.summary, "tags": [operation.tag]}
    if "{id}" in pattern:
        described["parameters"] = [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}]
    for name, schema, about in operation.params:
        parameter = {"name": name, "in": "query", "required": False, "schema": schema, "description": about}
        described.setdefault("parameters", []).append(parameter)
    if operation.body is not None:
        content = {"application/json": {"schema": reference(operation.body)}}
        described["requestBody"] = {"required": True, "content": content}
    described["responses"] = responses
    if app.accounts is not None:
        described["security"] = [] if operation.open_to_all else [{"bearer": []}]
        if operation.visitors:
            described["security"].append({})
    return described


def reference(name):
    if isinstance(name, list):
        return {"type": "array", "items": reference(name[0])}
    return {"$ref": "#/components/schemas/" + name} if isinstance(name, str) else name
