//! A repair that sends only what changes: fields of the last reply that its author says stand are taken from there, and what
//! is given of them takes the place of the entries with the same key.

use super::super::checks::schema;
use crate::domain::reply::STANDS;
use serde_json::{Map, Value};

/// By which its entries are known in a list: the first of these that they have.
const KEYS: [&str; 8] = ["id", "key", "name", "title", "clause", "path", "what", "clauses"];

/// The whole reply that a repair stands for; `None` when it says itself all that there is. Who wrote files in turns has them in
/// the draft, which is part of the reply, so that older ones must not be laid over them (`drafted`).
#[must_use]
pub fn whole(last: &str, repair: &str, drafted: bool) -> Option<String> {
    if !repair.contains(STANDS) || schema::turn(repair).is_some() {
        return None;
    }
    let mut new: Map<String, Value> = schema::object(repair).ok()?;
    let Value::Array(stands) = new.remove(STANDS)? else { return None };
    let last: Map<String, Value> = schema::object(last).ok()?;
    let fields = stands.iter().filter_map(Value::as_str).filter(|field| !(drafted && *field == "files"));
    let mut found = false;
    for (field, before) in fields.filter_map(|field| last.get_key_value(field)) {
        let after = new.remove(field).unwrap_or(Value::Null);
        new.insert(field.clone(), laid_over(before, after));
        found = true;
    }
    found.then(|| Value::Object(new).to_string())
}

fn laid_over(before: &Value, after: Value) -> Value {
    match (before, after) {
        (Value::Array(before), Value::Array(after)) => Value::Array(entries(before, after)),
        (Value::Object(before), Value::Object(after)) => {
            let mut all = before.clone();
            for (name, value) in after {
                let value = laid_over(all.get(&name).unwrap_or(&Value::Null), value);
                all.insert(name, value);
            }
            Value::Object(all)
        }
        (before, Value::Null) => before.clone(),
        (before, Value::String(text)) if text.trim().is_empty() => before.clone(),
        (_, after) => after,
    }
}

/// Where entries of a key are given, they stand in the place of all that had it; new ones come last.
fn entries(before: &[Value], after: Vec<Value>) -> Vec<Value> {
    let mut left = after;
    let mut all = Vec::with_capacity(before.len() + left.len());
    let mut replaced: Vec<Value> = Vec::new();
    for entry in before {
        let key = key(entry);
        let (same, others): (Vec<Value>, Vec<Value>) = left.into_iter().partition(|one| self::key(one) == key);
        left = others;
        if !same.is_empty() {
            all.extend(same);
            replaced.push(key);
        } else if !replaced.contains(&key) {
            all.push(entry.clone());
        }
    }
    all.extend(left);
    all
}

fn key(entry: &Value) -> Value {
    let named = KEYS.iter().find_map(|name| Some((*name, entry.get(name)?)));
    named.map_or_else(|| entry.clone(), |(name, value)| Value::Array(vec![name.into(), value.clone()]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn repaired(last: Value, repair: Value) -> Value {
        whole(&last.to_string(), &format!("```json\n{repair}\n```"), false)
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or(repair)
    }

    #[test]
    fn what_stands_is_taken_from_the_last_reply_and_what_is_given_takes_its_place() {
        let last = json!({
            "teach_back": {"clauses": ["C-001"], "decisions": []},
            "title": "Kiln book",
            "clauses": [{"id": "C-001", "kind": "goal"}, {"id": "C-002", "kind": "data"}],
            "interpretations": [
                {"statement": "One.", "clauses": ["C-001"]},
                {"statement": "Two.", "clauses": ["C-002"]},
                {"statement": "Two more.", "clauses": ["C-002"]},
            ],
            "gaps": [{"clause": "C-009"}],
        });
        let repair = json!({
            "stands": ["teach_back", "title", "clauses", "interpretations"],
            "teach_back": {"clauses": ["C-002"], "decisions": []},
            "title": "",
            "clauses": [{"id": "C-001", "kind": "function"}],
            "interpretations": [{"statement": "Two better.", "clauses": ["C-002"]}, {"statement": "3.", "clauses": ["C-003"]}],
            "gaps": [],
        });
        let expected = json!({
            "teach_back": {"clauses": ["C-001", "C-002"], "decisions": []},
            "title": "Kiln book",
            "clauses": [{"id": "C-001", "kind": "function"}, {"id": "C-002", "kind": "data"}],
            "interpretations": [
                {"statement": "One.", "clauses": ["C-001"]},
                {"statement": "Two better.", "clauses": ["C-002"]},
                {"statement": "3.", "clauses": ["C-003"]},
            ],
            "gaps": [],
        });
        assert_eq!(repaired(last, repair), expected);
    }

    #[test]
    fn a_full_reply_stays_as_it_is() {
        let last = json!({"files": [{"path": "a.py", "content": "1"}], "notes": "old"});
        for repair in [json!({"files": [], "notes": ""}), json!({"stands": [], "files": []}), json!({"stands": ["x"]})]
        {
            assert_eq!(whole(&last.to_string(), &repair.to_string(), false), None, "{repair}");
        }
        assert_eq!(whole("no JSON", r#"{"stands": ["files"]}"#, false), None);
    }

    #[test]
    fn files_that_turns_wrote_are_not_hidden_by_older_ones() {
        let last = r#"{"files": [{"path": "a.py", "content": "1"}], "notes": "old"}"#;
        let repair = r#"{"stands": ["files", "notes"], "files": [], "notes": ""}"#;
        let whole = |drafted: bool| -> Value { serde_json::from_str(&whole(last, repair, drafted).unwrap()).unwrap() };
        assert_eq!(whole(true), json!({"files": [], "notes": "old"}));
        assert_eq!(whole(false), serde_json::from_str::<Value>(last).unwrap());
        let turn = r#"{"stands": ["notes"], "use": [{"tool": "read", "path": "a.py"}], "notes": ""}"#;
        assert_eq!(super::whole(last, turn, false), None, "a turn is no reply yet");
    }
}
