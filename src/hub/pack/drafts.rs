//! Replies of earlier calls of the same attempt, cut into items so that what is about other pages can stay away, and
//! feedback reduced to what concerns a page.

use super::Earlier;
use crate::domain::{ClauseId, Clean};
use serde_json::Value;
use std::collections::BTreeSet;

/// A reply whose files are named and not shown; nothing where it has none.
pub(super) fn without_files(reply: &str) -> Option<String> {
    let mut fields: serde_json::Map<String, Value> = serde_json::from_str(reply).ok()?;
    let files = fields.get_mut("files")?.as_array_mut().filter(|files| !files.is_empty())?;
    for file in files {
        // No object any more: nobody takes it for the content of a file.
        *file = format!("{} stands as it is", file["path"].as_str()?).into();
    }
    Some(Value::Object(fields).to_string())
}

/// A reply without what says nothing in it; nothing where all of it says something.
pub(super) fn without_defaults(reply: &str) -> Option<String> {
    let mut fields: Value = serde_json::from_str(reply).ok()?;
    let links = fields.get_mut("links")?.as_array_mut()?;
    let said = links.iter_mut().map(says).collect::<Vec<bool>>();
    (!said.iter().all(|all| *all)).then(|| fields.to_string())
}

/// Takes out of a link that its test measures nothing; false where it said so.
fn says(link: &mut Value) -> bool {
    let measures_nothing = link["measures"] == false;
    if let Some(fields) = link.as_object_mut().filter(|_| measures_nothing) {
        fields.shift_remove("measures");
    }
    !measures_nothing
}

pub(super) struct Draft {
    pub id: String,
    pub by: String,
    pub text: String,
    /// The whole text of a file.
    pub file: bool,
}

/// One item for each field of a reply, one for each artifact and file. `about`: of a page, the clauses it is about; what
/// names others only is left out.
pub(super) fn items(earlier: &[Earlier], about: Option<&BTreeSet<ClauseId>>) -> Vec<Draft> {
    let mut items = Vec::new();
    for said in earlier {
        let id = |field: &str| if said.by.is_empty() { field.to_owned() } else { format!("{}/{field}", said.by) };
        let Ok(Value::Object(fields)) = serde_json::from_str::<Value>(&said.text) else {
            // Some models answer with words around their JSON; those who come after see it as it is.
            items.push(Draft { id: id("reply"), by: said.by.clone(), text: said.text.clone(), file: false });
            continue;
        };
        for (field, mut value) in fields {
            // Of earlier pages of one's own the names matter, not what was made of other clauses.
            const NAMES: [&str; 6] = ["title", "assumptions", "modules", "decisions", "artifacts", "files"];
            if field == "teach_back" || said.page && !NAMES.contains(&field.as_str()) {
                continue;
            }
            if let (Value::Array(list), Some(about), false) = (&mut value, about, said.page) {
                list.retain(|one| concerns(one, about));
            }
            if let Value::Array(links) = &mut value {
                for link in links {
                    says(link);
                }
            }
            match value {
                Value::Array(list) if list.is_empty() => {}
                Value::String(text) if text.trim().is_empty() => {}
                Value::Array(list) if field == "files" || field == "artifacts" => {
                    items.extend(list.iter().filter_map(|one| document(one, &id(&field), &said.by)));
                }
                // One by one, so that as many stay as there is room for.
                Value::Array(list) if said.page => {
                    items.extend(list.into_iter().enumerate().map(|(n, one)| Draft {
                        id: format!("{}/{}", id(&field), n + 1),
                        by: said.by.clone(),
                        text: one.to_string(),
                        file: false,
                    }));
                }
                Value::String(text) => items.push(Draft { id: id(&field), by: said.by.clone(), text, file: false }),
                other => {
                    items.push(Draft { id: id(&field), by: said.by.clone(), text: other.to_string(), file: false });
                }
            }
        }
    }
    // A file that was written twice is what was written last.
    let mut seen = BTreeSet::new();
    let mut last_first: Vec<Draft> =
        items.into_iter().rev().filter(|item| !item.file || seen.insert(item.id.clone())).collect();
    last_first.reverse();
    last_first
}

/// A file under its path, an artifact under its name.
fn document(one: &Value, field: &str, by: &str) -> Option<Draft> {
    let text = one["content"].as_str()?.to_owned();
    match one["path"].as_str() {
        Some(path) => Some(Draft { id: path.to_owned(), by: by.to_owned(), text, file: true }),
        None => {
            let name = one["name"].as_str()?;
            let clauses = serde_json::to_string(&one["clauses"]).unwrap_or_default();
            let text = format!("Clauses: {clauses}\n{text}");
            Some(Draft { id: format!("{field}/{name}"), by: by.to_owned(), text, file: false })
        }
    }
}

/// An entry that names a clause of the page, or none at all.
fn concerns(entry: &Value, about: &BTreeSet<ClauseId>) -> bool {
    let one = ["clause", "id"].iter().filter_map(|key| entry[*key].as_str());
    let many = entry["clauses"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let mut named = one.chain(many).filter_map(|text| text.parse::<ClauseId>().ok()).peekable();
    named.peek().is_none() || named.any(|id| about.contains(&id))
}

/// Of words that name clauses line by line those about these clauses; `None` when all of them are about others.
pub(super) fn concerning(words: &Clean, about: &BTreeSet<ClauseId>) -> Option<String> {
    let named = |line: &str| -> Vec<ClauseId> {
        line.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).filter_map(|word| word.parse().ok()).collect()
    };
    let (head, rest) = words.split_once('\n').map_or((words.as_str(), None), |(head, rest)| (head, Some(rest)));
    let Some(rest) = rest else {
        let ids = named(head);
        return (ids.is_empty() || ids.iter().any(|id| about.contains(id))).then(|| head.to_owned());
    };
    let kept: Vec<&str> = rest
        .lines()
        .filter(|line| {
            let ids = named(line);
            ids.is_empty() || ids.iter().any(|id| about.contains(id))
        })
        .collect();
    // The head of a check counts what all pages together got wrong: on its own it tells a page nothing.
    (!kept.is_empty()).then(|| format!("{head}\n{}", kept.join("\n")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_without_its_files_names_them() {
        let reply = r#"{"files": [{"path": "tests/a.py", "content": "x = 1"}], "notes": "n"}"#;
        assert_eq!(without_files(reply).unwrap(), r#"{"files":["tests/a.py stands as it is"],"notes":"n"}"#);
        for other in [r#"{"files": []}"#, r#"{"files": [3]}"#, "no JSON"] {
            assert_eq!(without_files(other), None, "{other}");
        }
    }

    #[test]
    fn that_a_test_measures_nothing_is_not_said() {
        let reply = r#"{"links": [{"clause": "C-001", "measures": false}, {"clause": "C-002", "measures": true}]}"#;
        let short = r#"{"links":[{"clause":"C-001"},{"clause":"C-002","measures":true}]}"#;
        assert_eq!(without_defaults(reply).as_deref(), Some(short));
        assert_eq!(without_defaults(short), None);
        assert_eq!(without_defaults("no JSON"), None);
        let said = [Earlier { by: "tester".into(), page: false, text: reply.into() }];
        assert_eq!(items(&said, None)[0].text, r#"[{"clause":"C-001"},{"clause":"C-002","measures":true}]"#);
    }

    #[test]
    fn feedback_reaches_the_pages_it_is_about() {
        let about = |ids: &[u32]| ids.iter().map(|n| ClauseId(*n)).collect::<BTreeSet<_>>();
        let words = Clean::new("Check failed – drift: covered 8/10\n- C-003 is dropped\n- C-012 is dropped");
        let first = concerning(&words, &about(&[1, 2, 3])).unwrap();
        assert!(first.contains("C-003") && !first.contains("C-012"), "{first}");
        assert_eq!(concerning(&words, &about(&[4, 5])), None, "a page that was right is not told anything");
        let person = Clean::new("Use plain words.");
        assert_eq!(concerning(&person, &about(&[4])).as_deref(), Some("Use plain words."));
        let told = Clean::new("Check failed – schema: bad\n- the reply is empty");
        assert!(concerning(&told, &about(&[4])).is_some(), "what names no clause concerns everybody");
    }

    #[test]
    fn drafts_of_other_pages_stay_away_and_the_last_file_counts() {
        let earlier = |by: &str, text: &str| Earlier { by: by.into(), page: false, text: text.into() };
        let said = [
            earlier(
                "developer",
                r##"{"teach_back":{"clauses":[]},"files":[{"path":"a.py","content":"1"}],"links":[{"clause":"C-001","path":"a.py"},{"clause":"C-009","path":"a.py"}],"notes":""}"##,
            ),
            earlier("developer", r##"{"files":[{"path":"a.py","content":"2"}]}"##),
            earlier("api-designer", r##"{"artifacts":[{"name":"api","content":"# API","clauses":["C-001"]}]}"##),
            earlier("tester", "no JSON"),
        ];
        let about = BTreeSet::from([ClauseId(1)]);
        let items = items(&said, Some(&about));
        let ids: Vec<&str> = items.iter().map(|i| i.id.as_str()).collect();
        assert_eq!(ids, ["developer/links", "a.py", "api-designer/artifacts/api", "tester/reply"]);
        assert!(items[0].text.contains("C-001") && !items[0].text.contains("C-009"));
        assert_eq!(items[1].text, "2");
    }

    #[test]
    fn names_given_on_earlier_pages_stay_known() {
        let text =
            r#"{"clauses":[{"id":"C-009"}],"assumptions":[{"key":"a","clauses":["C-009"]},{"key":"b"}],"gaps":[]}"#;
        let said = [Earlier { by: "requirement-concierge".into(), page: true, text: text.into() }];
        let items = items(&said, Some(&BTreeSet::from([ClauseId(1)])));
        let ids: Vec<&str> = items.iter().map(|i| i.id.as_str()).collect();
        assert_eq!(ids, ["requirement-concierge/assumptions/1", "requirement-concierge/assumptions/2"]);
    }
}
