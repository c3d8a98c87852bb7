//! Whether what a model has written so far is on its way to the object that was asked for. Nobody waits for the end of a
//! call to learn that a server which never gave a reply writes something else.

use super::json;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Far more than any text of a reply that is no file: their bounds in the schema are half of it.
const LONGEST_TEXT: usize = 4_000;
/// So many clauses that nobody spoke of are no slip of the pen.
const MOST_UNHEARD: usize = 20;
/// The same thing is listed no more often by any model that still knows what it does.
const MOST_LISTED: usize = 4;
/// What holds whole files or parts of them, of any length.
const FILES: [&str; 3] = ["content", "text", "old"];

/// What is known of the object that is asked for.
#[derive(Debug, Default)]
pub struct Course {
    keys: Vec<String>,
    /// The clauses that it is about.
    clauses: BTreeSet<String>,
}

impl Course {
    /// Towards a reply of this schema.
    pub fn to(schema: &Value) -> Self {
        let properties = schema.get("properties").and_then(Value::as_object);
        let keys = properties.map(|all| all.keys().cloned().collect()).unwrap_or_default();
        Self { keys, clauses: BTreeSet::new() }
    }

    /// About the clauses that this request names.
    pub fn about(mut self, request: &str) -> Self {
        self.clauses = clauses_in(request).map(str::to_owned).collect();
        self
    }

    /// The text, without what was thought aside of it, holds no beginning of the object, only keys that nobody asked for, or a text or a list without end.
    pub fn is_lost(&self, text: &str) -> bool {
        let Some(begin) = json::begin(text) else { return true };
        let so_far = Written::of(&text[begin..]);
        let asked = |key: &&str| self.keys.iter().any(|asked| asked == key);
        let is_strange = !self.keys.is_empty() && !so_far.keys.is_empty() && !so_far.keys.iter().any(asked);
        let in_file = so_far.key.is_some_and(|key| FILES.contains(&key));
        is_strange || (so_far.open > LONGEST_TEXT && !in_file) || self.is_list_without_end(&text[begin..], &so_far)
    }

    /// Clauses that do not exist, one after the other, or the same thing over and over.
    fn is_list_without_end(&self, text: &str, so_far: &Written<'_>) -> bool {
        let unheard = clauses_in(text).filter(|id| !self.clauses.contains(*id)).count();
        (!self.clauses.is_empty() && unheard > MOST_UNHEARD) || so_far.listed.values().any(|times| *times > MOST_LISTED)
    }
}

/// Whatever has the form of a clause's id.
fn clauses_in(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("C-").filter_map(|(at, mark)| {
        let digits = text[at + mark.len()..].bytes().take_while(u8::is_ascii_digit).count();
        (digits > 0).then(|| &text[at..at + mark.len() + digits])
    })
}

/// An object, as far as it has been written.
#[derive(Debug, Default, PartialEq, Eq)]
struct Written<'a> {
    /// Its own keys, without those of objects inside.
    keys: Vec<&'a str>,
    /// The last key, at whatever depth.
    key: Option<&'a str>,
    /// How often each `id` was given.
    listed: BTreeMap<&'a str, usize>,
    /// Bytes of the string that has not ended yet.
    open: usize,
}

impl<'a> Written<'a> {
    fn of(text: &'a str) -> Self {
        let (mut this, mut depth, mut at) = (Self::default(), 0_usize, 0);
        while let Some(found) = text[at..].find(['"', '{', '[', '}', ']']) {
            at += found + 1;
            match text.as_bytes()[at - 1] {
                b'{' | b'[' => depth += 1,
                b'"' => {
                    let Some(length) = end_of_string(&text[at..]) else {
                        this.open = text.len() - at;
                        return this;
                    };
                    let said = &text[at..at + length];
                    at += length + 1;
                    if text[at..].trim_start().starts_with(':') {
                        this.key = Some(said);
                        this.keys.extend((depth == 1).then_some(said));
                    } else if this.key == Some("id") {
                        *this.listed.entry(said).or_default() += 1;
                    }
                }
                _ => depth = depth.saturating_sub(1),
            }
        }
        this
    }
}

/// Where the quote stands that ends a string which has begun.
fn end_of_string(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn course() -> Course {
        Course::to(&json!({"properties": {"title": {}, "files": {}}}))
    }

    #[test]
    fn keys_that_nobody_asked_for_lead_nowhere() {
        assert!(!course().is_lost(r#"{"title": "A"#));
        assert!(!course().is_lost("Sure:\n{\"thoughts\": \"so\", \"title\": "), "one is enough");
        assert!(course().is_lost(r#"{"thoughts": "on and on"#));
        assert!(course().is_lost(r#"{"data": [{"title": "of something else"}, {"title": "#), "not its own key");
        assert!(course().is_lost("words, and no object"));
        assert!(!Course::default().is_lost(r#"{"thoughts": "on and on"#), "nothing is known of what was asked");
    }

    #[test]
    fn a_text_without_end_leads_nowhere_and_a_file_may_be_long() {
        let long = "new words, ".repeat(500);
        assert!(course().is_lost(&format!("{{\"title\": \"{long}")));
        assert!(course().is_lost(&format!("{{\"title\": \"a\", \"{long}")), "a key is no file");
        assert!(!course().is_lost(&format!("{{\"title\": \"{long}\", \"files\": [")), "it has ended");
        assert!(!course().is_lost(&format!("{{\"files\": [{{\"path\": \"a.py\", \"content\": \"say(\\\"{long}")));
    }

    #[test]
    fn a_list_without_end_leads_nowhere() {
        let course =
            Course::to(&json!({"properties": {"teach_back": {}, "clauses": {}}})).about("<clause id=C-001> C-002");
        let ids = |from: u32, to: u32| (from..to).map(|n| format!(",\"C-{n:03}\"")).collect::<String>();
        let told = |ids: &str| format!("{{\"teach_back\": {{\"clauses\": [\"C-001\"{ids}");
        assert!(!course.is_lost(&told(&ids(1, 12))), "a slip of the pen");
        assert!(course.is_lost(&told(&ids(1, 60))));
        assert!(!Course::to(&json!({})).about("no clause").is_lost(&told(&ids(1, 60))), "nothing is known of them");
        let entry = |n: u32| format!("{{\"id\": \"C-001\", \"kind\": \"function\", \"reason\": \"because of {n}\"}},");
        let listed = |times: u32| format!("{{\"clauses\": [{}", (0..times).map(entry).collect::<String>());
        assert!(!course.is_lost(&listed(2)) && course.is_lost(&listed(9)));
    }

    proptest! {
        #[test]
        fn an_object_is_on_its_way_wherever_it_is_looked_at(title in "\\PC{0,30}", content in "[\\PC\n]{0,60}", at in 9usize..200) {
            let whole = json!({"title": title, "files": [{"path": "a", "content": content}]}).to_string();
            let at = (at.min(whole.len())..).find(|at| whole.is_char_boundary(*at)).unwrap();
            prop_assert!(!course().is_lost(&whole[..at]), "{}", &whole[..at]);
            let all = Written::of(&whole);
            prop_assert_eq!((all.keys, all.key, all.open), (vec!["title", "files"], Some("content"), 0));
        }
    }
}
