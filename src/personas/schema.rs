//! The JSON schema of each reply, derived from the types that parse it, in the strict subset that providers enforce:
//! every object closed, every property required (nullable where the type is optional), nothing by reference. What a field
//! means is said once, by the persona's prompt: descriptions are left out.

use crate::domain::reply::{
    BuildReply, DesignReply, PlanReply, ReplyKind, STANDS, TeachBackReply, TestReply, UnderstandReply, VerifyReply,
};
use serde_json::{Map, Value, json};
use std::sync::OnceLock;

/// The strict schema of a reply of this kind.
#[must_use]
pub fn schema(kind: ReplyKind) -> Value {
    static MADE: [OnceLock<Value>; 6] = [const { OnceLock::new() }; 6];
    let make = || {
        closed(match kind {
            ReplyKind::Understand => schemars::schema_for!(UnderstandReply),
            ReplyKind::Plan => schemars::schema_for!(PlanReply),
            ReplyKind::Design => schemars::schema_for!(DesignReply),
            ReplyKind::Build => schemars::schema_for!(BuildReply),
            ReplyKind::Test => schemars::schema_for!(TestReply),
            ReplyKind::Verify => schemars::schema_for!(VerifyReply),
        })
    };
    MADE[kind as usize].get_or_init(make).clone()
}

/// The schema of a repair, which may name fields that stand.
#[must_use]
pub fn repairing(mut schema: Value) -> Value {
    schema["properties"][STANDS] = json!({"type": "array", "items": {"type": "string"}});
    if let Some(required) = schema["required"].as_array_mut() {
        required.push(STANDS.into());
    }
    schema
}

/// The strict schema of a teach-back before the work.
#[must_use]
pub fn teach_back_schema() -> Value {
    closed(schemars::schema_for!(TeachBackReply))
}

fn closed(root: schemars::Schema) -> Value {
    let mut root = root.to_value();
    let defs = root.as_object_mut().and_then(|o| o.remove("$defs")).unwrap_or(Value::Null);
    strict(&root, &defs, "")
}

/// The same schema without bounds on lengths, counts and numbers, for servers whose strict mode does not know them.
#[must_use]
pub fn without_bounds(schema: &Value) -> Value {
    match schema {
        Value::Object(object) => {
            let kept = object.iter().filter(|(key, value)| {
                !(matches!(key.as_str(), "maxLength" | "maxItems" | "minItems") && value.is_number())
            });
            Value::Object(kept.map(|(k, v)| (k.clone(), without_bounds(v))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(without_bounds).collect()),
        other => other.clone(),
    }
}

/// Rewrites one node. `name` is the property it stands for, which decides its bounds.
fn strict(node: &Value, defs: &Value, name: &str) -> Value {
    let Some(object) = node.as_object() else {
        return node.clone();
    };
    if let Some(target) = object.get("$ref").and_then(Value::as_str) {
        let key = target.rsplit('/').next().unwrap_or_default();
        return strict(&defs[key], defs, name);
    }
    if let Some(variants) = object.get("oneOf").and_then(Value::as_array)
        && let Some(merged) = merge_enum(variants)
    {
        return merged;
    }
    let mut out = Map::new();
    for key in ["type", "enum"] {
        if let Some(value) = object.get(key) {
            out.insert(key.to_owned(), value.clone());
        }
    }
    if let Some(value) = object.get("const") {
        out.insert("enum".to_owned(), json!([value]));
    }
    if let Some(any) = object.get("anyOf").and_then(Value::as_array) {
        out.insert("anyOf".to_owned(), any.iter().map(|v| strict(v, defs, name)).collect());
    }
    if let Some(properties) = object.get("properties").and_then(Value::as_object) {
        let rewritten: Map<String, Value> =
            properties.iter().map(|(key, value)| (key.clone(), strict(value, defs, key))).collect();
        out.insert("required".to_owned(), rewritten.keys().cloned().collect());
        out.insert("properties".to_owned(), Value::Object(rewritten));
        out.insert("additionalProperties".to_owned(), Value::Bool(false));
    }
    if let Some(tuple) = object.get("prefixItems").and_then(Value::as_array) {
        // Strict modes know no positional items; all our tuples are pairs of one type.
        out.insert("items".to_owned(), tuple.first().map_or_else(|| json!({}), |item| strict(item, defs, "")));
        out.insert("minItems".to_owned(), json!(tuple.len()));
        out.insert("maxItems".to_owned(), json!(tuple.len()));
    } else if let Some(items) = object.get("items") {
        out.insert("items".to_owned(), strict(items, defs, name));
        if let Some(most) = max_items(name) {
            out.insert("maxItems".to_owned(), json!(most));
        }
    }
    let is = |word: &str| match object.get("type") {
        Some(Value::String(one)) => one == word,
        Some(Value::Array(many)) => many.iter().any(|t| t == word),
        _ => false,
    };
    if is("string")
        && !out.contains_key("enum")
        && let Some(most) = max_length(name)
    {
        out.insert("maxLength".to_owned(), json!(most));
    }
    Value::Object(out)
}

/// An enum whose variants carry doc comments comes as a list of constants; one `enum` says the same in the strict subset.
fn merge_enum(variants: &[Value]) -> Option<Value> {
    let mut words = Vec::new();
    for variant in variants {
        let these: Vec<&Value> = match (variant.get("const"), variant.get("enum").and_then(Value::as_array)) {
            (Some(word), _) => vec![word],
            (None, Some(several)) => several.iter().collect(),
            (None, None) => return None,
        };
        words.extend(these.into_iter().cloned());
    }
    let mut out = Map::new();
    out.insert("type".to_owned(), json!("string"));
    out.insert("enum".to_owned(), Value::Array(words));
    Some(Value::Object(out))
}

/// A bound keeps a model that runs away from filling its whole output with one text; it is far above honest use. Whole
/// files have none, and ids, names and paths get theirs only for a model that has run away: see [`short`].
fn max_length(property: &str) -> Option<u32> {
    const FREE: [&str; 12] = [
        "statement",
        "acceptance",
        "question",
        "default",
        "reason",
        "what",
        "choice",
        "why",
        "shows",
        "argument",
        "summary",
        "notes",
    ];
    match property {
        "title" => short(property),
        free => FREE.contains(&free).then_some(2000),
    }
}

/// The bound of what is a few words at most: a title, an id, a name, a path.
pub(super) fn short(property: &str) -> Option<u32> {
    match property {
        "id" | "clause" | "by" | "name" | "module" => Some(64),
        "clauses" | "decisions" | "personas" | "after" | "depends_on" => Some(64),
        "title" | "key" | "terms" => Some(120),
        "path" | "symbol" | "source" | "test" => Some(240),
        _ => None,
    }
}

fn max_items(property: &str) -> Option<u32> {
    match property {
        "acceptance" => Some(6),
        "modules" => Some(12),
        "artifacts" => Some(8),
        "terms" | "depends_on" | "reads" | "personas" => Some(20),
        "steps" => Some(40),
        _ => None,
    }
}
