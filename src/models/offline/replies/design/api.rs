//! The outline of the API as OpenAPI 3.1; the application's own `/openapi.json` is the full one.

use crate::models::offline::spec::{AppSpec, Entity, Feature, Field, FieldType, Op, Rule};
use serde_json::{Map, Value, json};

pub fn outline(spec: &AppSpec) -> String {
    let mut schemas = Map::new();
    let mut paths = Map::new();
    for entity in &spec.entities {
        schemas.insert(type_name(&entity.name), schema(entity));
        collection(spec, entity, &mut paths);
    }
    if spec.users.is_some() {
        let users = if spec.entities.iter().any(|e| e.plural == "users") { "accounts" } else { "users" };
        paths.insert(
            format!("/api/{users}"),
            json!({"post": {"operationId": "signUp"}, "get": {"operationId": "listUsers"}}),
        );
        let one = json!({"get": {"operationId": "getUser"}, "put": {"operationId": "updateUser"}});
        paths.insert(format!("/api/{users}/{{id}}"), one);
        let sessions = json!({"post": {"operationId": "logIn"}, "delete": {"operationId": "logOut"}});
        paths.insert("/api/sessions".into(), sessions);
    }
    for feature in &spec.features {
        match feature {
            Feature::Grant { entity, .. } => {
                let name = type_name(entity);
                let all = json!({
                    "get": {"operationId": format!("list{name}Grants")},
                    "post": {"operationId": format!("create{name}Grant")},
                });
                paths.insert(format!("/api/{entity}_grants"), all);
            }
            Feature::History { entity, .. } => {
                let name = format!("list{}Changes", type_name(entity));
                paths.insert(format!("/api/{entity}_changes"), json!({"get": {"operationId": name}}));
            }
            Feature::Totals { name, .. } => {
                let operation = format!("get{}Totals", type_name(name));
                paths.insert(format!("/api/{name}"), json!({"get": {"operationId": operation}}));
            }
            Feature::Csv { entity, .. } => {
                if let Some(entity) = spec.entity(entity) {
                    let operation = format!("export{}", type_name(&entity.plural));
                    paths.insert(format!("/api/{}.csv", entity.plural), json!({"get": {"operationId": operation}}));
                }
            }
            _ => {}
        }
    }
    let document = json!({
        "openapi": "3.1.0",
        "info": {"title": spec.title, "version": "1.0.0"},
        "paths": paths,
        "components": {"schemas": schemas},
    });
    serde_json::to_string_pretty(&document).unwrap_or_default()
}

/// `workout_plan` → `WorkoutPlan`
fn type_name(name: &str) -> String {
    name.split('_').map(|part| part[..part.len().min(1)].to_uppercase() + part.get(1..).unwrap_or_default()).collect()
}

fn collection(spec: &AppSpec, entity: &Entity, paths: &mut Map<String, Value>) {
    let forbidden = |op: Op| {
        spec.features
            .iter()
            .any(|f| matches!(f, Feature::Forbid { entity: name, op: gone, .. } if *name == entity.name && *gone == op))
    };
    let exists = |op: Op| {
        let held = entity.access.iter().any(|a| a.ops.contains(&op));
        !forbidden(op) && if entity.system { op == Op::Read } else { held }
    };
    let (one, many) = (type_name(&entity.name), type_name(&entity.plural));
    let (mut all, mut single) = (Map::new(), Map::new());
    let named = |verb: &str, name: &str| json!({"operationId": format!("{verb}{name}")});
    if exists(Op::Read) {
        all.insert("get".into(), named("list", &many));
        single.insert("get".into(), named("get", &one));
    }
    if exists(Op::Create) {
        all.insert("post".into(), named("create", &one));
    }
    if exists(Op::Update) {
        single.insert("put".into(), named("update", &one));
    }
    if exists(Op::Delete) {
        single.insert("delete".into(), named("delete", &one));
    }
    paths.insert(format!("/api/{}", entity.plural), all.into());
    paths.insert(format!("/api/{}/{{id}}", entity.plural), single.into());
}

fn schema(entity: &Entity) -> Value {
    let mut properties = Map::new();
    properties.insert("id".into(), json!({"type": "integer", "readOnly": true}));
    if entity.owned {
        properties.insert("owner_id".into(), json!({"type": "integer", "readOnly": true}));
    }
    let mut required = Vec::new();
    for field in &entity.fields {
        properties.insert(field.name.clone(), property(field));
        let needed = field.required || field.rules.iter().any(|r| r.rule == Rule::Required);
        if needed && !field.read_only && field.default.is_none() {
            required.push(field.name.clone());
        }
    }
    json!({"type": "object", "properties": properties, "required": required})
}

fn property(field: &Field) -> Value {
    let (kind, format) = match &field.ty {
        FieldType::Integer | FieldType::Reference { .. } | FieldType::UserReference { .. } => ("integer", None),
        FieldType::Decimal { .. } => ("number", None),
        FieldType::Boolean => ("boolean", None),
        FieldType::Date => ("string", Some("date")),
        FieldType::DateTime => ("string", Some("date-time")),
        FieldType::Time => ("string", Some("time")),
        FieldType::Email => ("string", Some("email")),
        FieldType::Url => ("string", Some("uri")),
        FieldType::Phone => ("string", Some("phone")),
        FieldType::Text { .. } | FieldType::Choice { .. } => ("string", None),
    };
    let mut out = Map::new();
    out.insert("type".into(), kind.into());
    if let Some(format) = format {
        out.insert("format".into(), format.into());
    }
    if let FieldType::Choice { values } = &field.ty {
        out.insert("enum".into(), json!(values));
    }
    if field.read_only {
        out.insert("readOnly".into(), true.into());
    }
    for rule in &field.rules {
        let (name, value) = match rule.rule {
            Rule::Min { value } => ("minimum", json!(value)),
            Rule::Max { value } => ("maximum", json!(value)),
            Rule::MinLength { value } => ("minLength", json!(value)),
            Rule::MaxLength { value } => ("maxLength", json!(value)),
            _ => continue,
        };
        out.insert(name.into(), value);
    }
    out.into()
}
