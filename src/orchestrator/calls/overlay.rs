//! A repair that sends only what changes: fields of the last reply that its author says stand are taken from there, and what
//! is given of them takes the place of the entries with the same key. So one link given of a clause takes the place of all its
//! links; what is lost by that stays written in the reply, for the checks to ask about.

use super::super::checks::schema;
use crate::domain::{
    Clean,
    reply::{STANDS, TOOK_AWAY},
    run::is_about_words,
};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// By which its entries are known in a list: the first of these that they have.
const KEYS: [&str; 8] = ["id", "key", "name", "title", "clause", "path", "what", "clauses"];

/// The whole reply that a repair stands for; `None` when it says itself all that there is. Who wrote files in turns has them in
/// the draft, which is part of the reply, so that older ones must not be laid over them (`drafted`). What `feedback` names is
/// taken away on purpose.
#[must_use]
pub fn whole(last: &str, repair: &str, drafted: bool, feedback: &[Clean]) -> Option<String> {
    let words = is_about_words(feedback);
    if !words && !repair.contains(STANDS) || schema::turn(repair).is_some() {
        return None;
    }
    let mut new: Map<String, Value> = schema::object(repair).ok()?;
    let mut stands = match new.remove(STANDS) {
        Some(Value::Array(stands)) => stands,
        _ if words => Vec::new(),
        _ => return None,
    };
    let last: Map<String, Value> = schema::object(last).ok()?;
    // Who is asked about words alone was not shown the files again.
    if words && !stands.iter().any(|field| field == FILES) && new.get(FILES).is_none_or(is_empty) {
        stands.push(FILES.into());
    }
    let fields = stands.iter().filter_map(Value::as_str).filter(|field| !(drafted && *field == FILES));
    let mut found = false;
    for (field, before) in fields.filter_map(|field| last.get_key_value(field)) {
        let after = new.remove(field).unwrap_or(Value::Null);
        new.insert(field.clone(), laid_over(before, after));
        found = true;
    }
    let lost = if stands.iter().any(|field| field == LINKS) { lost(&last, &new, feedback) } else { Vec::new() };
    new.remove(TOOK_AWAY);
    if !lost.is_empty() {
        new.insert(TOOK_AWAY.to_owned(), lost.into());
    }
    found.then(|| Value::Object(new).to_string())
}

fn is_empty(value: &Value) -> bool {
    value.as_array().is_none_or(Vec::is_empty)
}

/// The field of whole files.
const FILES: &str = "files";
/// The field whose entries are what a clause is judged by.
const LINKS: &str = "links";

/// The links of clauses that have fewer now, and those lost before, as far as they are not there again.
fn lost(last: &Map<String, Value>, new: &Map<String, Value>, feedback: &[Clean]) -> Vec<String> {
    let (before, after) = (linked(last), linked(new));
    let mut lost: Vec<String> = last
        .get(TOOK_AWAY)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|one| one.as_str().map(str::to_owned))
        .collect();
    for (clause, places) in &before {
        let left: &[Place] = after.get(clause).map_or(&[], Vec::as_slice);
        let gone = places.iter().filter(|place| left.len() < places.len() && !left.contains(place));
        lost.extend(gone.filter(|place| !place.is_named(clause, feedback)).map(|place| place.of(clause)));
    }
    let there = |one: &String| after.iter().any(|(clause, places)| places.iter().any(|place| place.of(clause) == *one));
    lost.retain(|one| !there(one));
    lost.dedup();
    lost
}

/// What a clause is linked to: lines of code, or a test.
#[derive(PartialEq)]
struct Place {
    /// Empty for tests, which are named without it.
    path: String,
    name: String,
}

fn linked(reply: &Map<String, Value>) -> BTreeMap<&str, Vec<Place>> {
    let mut all: BTreeMap<&str, Vec<Place>> = BTreeMap::new();
    for link in reply.get(LINKS).and_then(Value::as_array).into_iter().flatten() {
        let text = |name: &str| link.get(name).and_then(Value::as_str).unwrap_or_default();
        let lines = || match link.get("lines").and_then(Value::as_array).map(Vec::as_slice) {
            Some([first, last]) => format!("{first}-{last}"),
            _ => String::new(),
        };
        let name = ["test", "symbol"].map(text).into_iter().find(|name| !name.is_empty());
        let place = Place { path: text("path").to_owned(), name: name.map_or_else(lines, str::to_owned) };
        let known = all.entry(text("clause")).or_default();
        if !known.contains(&place) {
            known.push(place);
        }
    }
    all
}

impl Place {
    fn of(&self, clause: &str) -> String {
        let gap = if self.path.is_empty() { "" } else { " " };
        format!("{clause}: {}{gap}{}", self.path, self.name)
    }

    /// Whether a line of the feedback is about it.
    fn is_named(&self, clause: &str, feedback: &[Clean]) -> bool {
        let apart = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | ',' | ';' | ':' | '(' | ')');
        let names = |line: &str| {
            if self.name.contains(apart) {
                line.contains(&self.name)
            } else {
                line.split(apart).any(|w| w == self.name)
            }
        };
        let about = |line: &str| self.path.is_empty() || line.contains(clause);
        feedback.iter().flat_map(|text| text.lines()).any(|line| about(line) && names(line))
    }
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
        whole(&last.to_string(), &format!("```json\n{repair}\n```"), false, &[])
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
            assert_eq!(whole(&last.to_string(), &repair.to_string(), false, &[]), None, "{repair}");
        }
        assert_eq!(whole("no JSON", r#"{"stands": ["files"]}"#, false, &[]), None);
    }

    #[test]
    fn who_is_asked_about_words_alone_keeps_the_files_without_naming_them() {
        let last = json!({"files": [{"path": "a.py", "content": "1"}], "notes": "old", "links": [{"clause": "C-001"}]});
        let words = [Clean::from("Check failed \u{2013} content: 1 said otherwise")];
        let after = |repair: Value, feedback: &[Clean]| {
            let whole = whole(&last.to_string(), &repair.to_string(), false, feedback)?;
            Some(serde_json::from_str::<Value>(&whole).unwrap())
        };
        let new = json!({"files": [], "notes": "new", "links": []});
        let kept = after(new.clone(), &words).unwrap();
        assert_eq!((&kept["files"], &kept["notes"]), (&last["files"], &json!("new")));
        let other = json!({"stands": ["links"], "files": [{"path": "b.py", "content": "2"}], "links": []});
        let kept = after(other, &words).unwrap();
        assert_eq!((&kept["files"][0]["path"], &kept["links"]), (&json!("b.py"), &last["links"]), "files are given");
        let failed = Clean::from("Check failed \u{2013} tests: 1 problem");
        assert_eq!(after(new.clone(), &[words[0].clone(), failed]), None, "not words alone");
        assert_eq!(after(new, &[words[0].clone(), Clean::from("Make it blue.")]), None, "a person asks for more");
    }

    #[test]
    fn files_that_turns_wrote_are_not_hidden_by_older_ones() {
        let last = r#"{"files": [{"path": "a.py", "content": "1"}], "notes": "old"}"#;
        let repair = r#"{"stands": ["files", "notes"], "files": [], "notes": ""}"#;
        let whole =
            |drafted: bool| -> Value { serde_json::from_str(&whole(last, repair, drafted, &[]).unwrap()).unwrap() };
        assert_eq!(whole(true), json!({"files": [], "notes": "old"}));
        assert_eq!(whole(false), serde_json::from_str::<Value>(last).unwrap());
        let turn = r#"{"stands": ["notes"], "use": [{"tool": "read", "path": "a.py"}], "notes": ""}"#;
        assert_eq!(super::whole(last, turn, false, &[]), None, "a turn is no reply yet");
    }

    fn links(of: &[(&str, &str)]) -> Value {
        let link = |(clause, symbol): &(&str, &str)| json!({"clause": clause, "path": "app/a.py", "symbol": symbol, "lines": null});
        of.iter().map(link).collect()
    }

    fn took_away(last: &Value, repair: &Value, feedback: &str) -> (Value, Vec<String>) {
        let whole = whole(&last.to_string(), &repair.to_string(), false, &[Clean::from(feedback)]).unwrap();
        let whole: Value = serde_json::from_str(&whole).unwrap();
        let lost = whole.get(TOOK_AWAY).and_then(Value::as_array).into_iter().flatten();
        let lost = lost.map(|one| one.as_str().unwrap().to_owned()).collect();
        (whole, lost)
    }

    #[test]
    fn one_link_given_of_a_clause_takes_the_others_away_and_says_so_until_they_are_back() {
        let last =
            json!({"links": links(&[("C-001", "notes"), ("C-001", "main"), ("C-001", "nosuch"), ("C-002", "x")])});
        let one = json!({"stands": ["links"], "links": links(&[("C-001", "speed")])});
        let refused = "Check failed \u{2013} links: 3 links\n- C-001: app/a.py has no nosuch";
        let (whole, lost) = took_away(&last, &one, refused);
        assert_eq!(whole["links"], links(&[("C-001", "speed"), ("C-002", "x")]));
        assert_eq!(lost, ["C-001: app/a.py notes", "C-001: app/a.py main"], "what was refused may go");
        // Said of other things, and still gone.
        let (whole, lost) = took_away(&whole, &json!({"stands": ["links"], "links": [], "notes": "x"}), "");
        assert_eq!(lost.len(), 2);
        let back = links(&[("C-001", "speed"), ("C-001", "main")]);
        let (whole, lost) = took_away(&whole, &json!({"stands": ["links"], "links": back}), "");
        assert_eq!(lost, ["C-001: app/a.py notes"]);
        // Who gives a field in full says all that shall stand.
        let full = json!({"stands": ["notes"], "links": links(&[("C-001", "main")])});
        assert_eq!(took_away(&json!({"links": whole["links"], "notes": "x"}), &full, "").1, [""; 0]);
    }

    #[test]
    fn a_link_in_the_place_of_another_takes_nothing_away() {
        let last = json!({"links": links(&[("C-001", "notes"), ("C-001", "main")])});
        let other = json!({"stands": ["links"], "links": links(&[("C-001", "notes"), ("C-001", "start")])});
        assert_eq!(took_away(&last, &other, "").1, [""; 0]);
        let test = |name: &str| json!({"clause": "C-001", "test": name, "shows": "s", "measures": false});
        let last = json!({"links": [test("t.A.a"), test("t.A.b"), test("t.A.c")]});
        let repair = json!({"stands": ["links"], "links": [test("t.A.a")]});
        assert_eq!(
            took_away(&last, &repair, "Check failed \u{2013} tests: 1 of 3\n- t.A.b: failed").1,
            ["C-001: t.A.c"]
        );
    }
}
