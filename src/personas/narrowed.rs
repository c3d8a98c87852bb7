//! The schema of a reply, narrowed to what the prompt shows: a model that cannot count is held to it by its server.

use super::schema;
use serde_json::{Map, Value, json};

/// More ids than these make a schema that servers take long to read.
const MOST: usize = 64;

/// The ids that a prompt shows.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    pub clauses: &'a [&'a str],
    pub decisions: &'a [&'a str],
}

/// The same schema for a prompt that shows these ids: where a clause or a decision is named it is one of them, lists of what
/// is said of each clause are no longer than honest ones, and ids, names and paths no longer than such.
#[must_use]
pub fn narrowed(schema: &Value, shown: Shown<'_>) -> Value {
    if shown.clauses.is_empty() || shown.clauses.len().max(shown.decisions.len()) > MOST {
        return schema.clone();
    }
    node(schema, shown, "")
}

/// `name` is the property that the node, or the list it is an item of, stands for.
fn node(schema: &Value, shown: Shown<'_>, name: &str) -> Value {
    let Some(object) = schema.as_object() else { return schema.clone() };
    let is = |kind: &str| object.get("type").is_some_and(|of| of == kind);
    if let Some(ids) = named(name, shown).filter(|ids| is("string") && !ids.is_empty()) {
        return json!({"type": "string", "enum": ids});
    }
    let mut out = Map::new();
    for (key, value) in object {
        let value = match (key.as_str(), value) {
            ("properties", Value::Object(properties)) => {
                // Of what is said of each clause, `id` is the clause's.
                let name =
                    |key: &str| if (name, key) == ("clauses", "id") { "clause".to_owned() } else { key.to_owned() };
                properties.iter().map(|(key, value)| (key.clone(), node(value, shown, &name(key)))).collect()
            }
            ("items", _) => node(value, shown, name),
            ("anyOf", Value::Array(ways)) => ways.iter().map(|way| node(way, shown, name)).collect(),
            _ => value.clone(),
        };
        out.insert(key.clone(), value);
    }
    if is("string")
        && !out.contains_key("enum")
        && !out.contains_key("maxLength")
        && let Some(most) = schema::short(name)
    {
        out.insert("maxLength".to_owned(), json!(most));
    }
    if is("array") && !out.contains_key("maxItems") {
        let of_strings = object.get("items").and_then(|items| items.get("type")) == Some(&json!("string"));
        if let Some(most) = most(name, shown, of_strings) {
            out.insert("maxItems".to_owned(), json!(most));
        }
    }
    Value::Object(out)
}

/// The ids among which a property names one.
fn named<'a>(property: &str, shown: Shown<'a>) -> Option<&'a [&'a str]> {
    match property {
        "clause" | "clauses" => Some(shown.clauses),
        "decisions" => Some(shown.decisions),
        _ => None,
    }
}

fn most(property: &str, shown: Shown<'_>, of_strings: bool) -> Option<usize> {
    let clauses = shown.clauses.len();
    match property {
        "clauses" | "findings" => Some(clauses),
        "decisions" if of_strings => Some(shown.decisions.len()),
        "gaps" => Some(2 * clauses),
        "interpretations" | "assumptions" => Some(3 * clauses + 4),
        "decisions" => Some(3 * clauses + 12),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{domain::reply::ReplyKind, personas::schema};

    #[test]
    fn ids_are_those_that_the_prompt_shows_and_lists_end() {
        let shown = Shown { clauses: &["C-001", "C-002"], decisions: &[] };
        let understand = narrowed(&schema(ReplyKind::Understand), shown);
        let at = |path: &str| understand.pointer(path).cloned().unwrap_or_else(|| panic!("{path} in {understand:#}"));
        let ids = json!(["C-001", "C-002"]);
        for path in [
            "/properties/clauses/items/properties/id/enum",
            "/properties/teach_back/properties/clauses/items/enum",
            "/properties/interpretations/items/properties/clauses/items/enum",
            "/properties/gaps/items/properties/clause/enum",
        ] {
            assert_eq!(at(path), ids, "{path}");
        }
        assert_eq!(at("/properties/clauses/maxItems"), 2);
        assert_eq!(at("/properties/teach_back/properties/decisions/maxItems"), 0, "there are none to name");
        assert_eq!(at("/properties/interpretations/maxItems"), 10);
        assert_eq!(at("/properties/clauses/items/properties/reason/maxLength"), 2000, "the rest is as it was");
        assert_eq!(at("/properties/title/maxLength"), 120);
        let criteria = "/properties/interpretations/items/properties/acceptance/maxItems";
        assert_eq!(at(criteria), 6, "as the business analyst is told");
        assert_eq!(at("/properties/assumptions/items/properties/key/maxLength"), 120, "no text runs on for ever");
        let decided = Shown { decisions: &["D-001"], ..shown };
        let design = narrowed(&schema(ReplyKind::Design), decided);
        assert_eq!(design.pointer("/properties/teach_back/properties/decisions/items/enum"), Some(&json!(["D-001"])));
        assert_eq!(design.pointer("/properties/decisions/maxItems"), Some(&json!(18)));
        assert!(design.pointer("/properties/decisions/items/properties/title/enum").is_none());
    }

    #[test]
    fn without_clauses_or_with_very_many_it_stays_as_it_is() {
        let whole = schema(ReplyKind::Plan);
        let many = vec!["C-001"; 65];
        for clauses in [&[][..], &many] {
            assert_eq!(narrowed(&whole, Shown { clauses, decisions: &[] }), whole);
        }
    }
}
