//! Reading a reply: a JSON object of the expected type, perhaps inside a Markdown fence or between sentences.

use super::verdict;
use crate::domain::{
    reply::{
        BuildReply, DesignReply, Finding, PlanReply, ReplyKind, TeachBack, TeachBackReply, TestReply, TurnReply,
        UnderstandReply, VerifyReply,
    },
    run::Check,
};
use serde::de::DeserializeOwned;

/// A typed reply. Untrusted: its ids are plain strings.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(untagged)]
pub enum Reply {
    Understand(UnderstandReply),
    Plan(PlanReply),
    Design(DesignReply),
    Build(BuildReply),
    Test(TestReply),
    Verify(VerifyReply),
}

impl Reply {
    #[must_use]
    pub fn teach_back(&self) -> &TeachBack {
        match self {
            Self::Understand(r) => &r.teach_back,
            Self::Plan(r) => &r.teach_back,
            Self::Design(r) => &r.teach_back,
            Self::Build(r) => &r.teach_back,
            Self::Test(r) => &r.teach_back,
            Self::Verify(r) => &r.teach_back,
        }
    }
}

/// Parse the reply of a step.
///
/// # Errors
/// The words for the persona: what is wrong and where.
pub fn parse(kind: ReplyKind, text: &str) -> Result<Reply, String> {
    Ok(match kind {
        ReplyKind::Understand => Reply::Understand(object(text)?),
        ReplyKind::Plan => Reply::Plan(object(text)?),
        ReplyKind::Design => Reply::Design(object(text)?),
        ReplyKind::Build => Reply::Build(object(text)?),
        ReplyKind::Test => Reply::Test(object(text)?),
        ReplyKind::Verify => Reply::Verify(object(text)?),
    })
}

/// A reply that asks for tools; `None` when it asks for none, or answers and only takes files out of its draft.
#[must_use]
pub fn turn(text: &str) -> Option<TurnReply> {
    // Most replies ask for none, and are long.
    if !text.contains("\"use\"") {
        return None;
    }
    object::<TurnReply>(text).ok().filter(|reply| !reply.uses.is_empty() && !reply.is_answer())
}

/// The answer in a turn that only changes files and gives everything else of a reply: what it is once they are changed.
#[must_use]
pub fn answer(turn: &str) -> Option<String> {
    let asked = self::turn(turn).filter(TurnReply::answers_when_done)?;
    let mut fields: serde_json::Map<String, serde_json::Value> = object(turn).ok()?;
    fields.shift_remove("use");
    // They were written before what stands in `use`.
    if !asked.files.is_empty() {
        fields.insert("files".to_owned(), serde_json::json!([]));
    }
    Some(serde_json::Value::Object(fields).to_string())
}

/// The reply of a teach-back call.
///
/// # Errors
/// As of [`parse`].
pub fn teach_back(text: &str) -> Result<TeachBack, String> {
    object::<TeachBackReply>(text).map(|reply| reply.teach_back)
}

/// What the pages of a teach-back say together. Pages that cannot be read were refused before.
#[must_use]
pub fn teach_backs(pages: &[&str]) -> TeachBack {
    let mut all = TeachBack::default();
    for page in pages.iter().filter_map(|text| teach_back(text).ok()) {
        all.clauses.extend(page.clauses);
        all.decisions.extend(page.decisions);
    }
    all
}

/// The findings of all pages of a review.
#[must_use]
pub fn findings(pages: &[&str]) -> Vec<Finding> {
    pages.iter().filter_map(|text| object::<VerifyReply>(text).ok()).flat_map(|reply| reply.findings).collect()
}

/// The `schema` check of a reply that did or did not parse.
#[must_use]
pub fn check<T>(parsed: &Result<T, String>) -> Check {
    match parsed {
        Ok(_) => verdict("schema", "the reply has the agreed form".to_owned(), Vec::new()),
        Err(error) => verdict("schema", "the reply does not have the agreed form".to_owned(), vec![error.clone()]),
    }
}

/// The first `{` that begins an object of the expected type wins; text around it is not looked at.
///
/// # Errors
/// As of [`parse`].
pub fn object<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    let mut first = None;
    // A model that explains itself first may use braces in its prose; a few places are tried, not all of a long text.
    for (start, _) in text.match_indices('{').filter(|(at, _)| begins(text, *at)).take(8) {
        let mut stream = serde_json::Deserializer::from_str(&text[start..]).into_iter::<T>();
        match stream.next() {
            Some(Ok(value)) => return Ok(value),
            Some(Err(error)) => {
                first.get_or_insert_with(|| describe(&text[start..], &error));
            }
            None => {}
        }
    }
    Err(first.unwrap_or_else(|| {
        if text.trim().is_empty() {
            "the reply is empty; answer with one JSON object".to_owned()
        } else {
            "the reply has no JSON object; answer with one JSON object and nothing else".to_owned()
        }
    }))
}

/// Objects begin the text, a line, or follow a fence.
fn begins(text: &str, at: usize) -> bool {
    text[..at]
        .chars()
        .rev()
        .find(|c| !matches!(c, ' ' | '\t' | '\u{feff}'))
        .is_none_or(|c| matches!(c, '\n' | '`' | ':'))
}

fn describe(text: &str, error: &serde_json::Error) -> String {
    let line = text.lines().nth(error.line().saturating_sub(1)).unwrap_or_default();
    let from = error.column().saturating_sub(40);
    let near: String = line.chars().skip(from).take(60).collect();
    if error.is_eof() {
        return format!("the JSON ends too early ({error}); was the reply cut off? Answer shorter, but complete");
    }
    format!("{error}, near: {near}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const VERIFY: &str = r#"{"teach_back":{"clauses":["C-001"]},"findings":[],"summary":"all {good}"}"#;

    #[test]
    fn a_use_that_cannot_be_read_is_one_failed_use_and_no_lost_reply() {
        let uses =
            |text: &str| turn(&format!("{{\"use\": {text}, \"files\": null, \"notes\": null}}")).map(|turn| turn.uses);
        for none in ["null", "[]", "[null]", "{}", "\"\"", "false"] {
            assert_eq!(uses(none), None, "{none}");
        }
        let read = uses(r#"[{"tool": "read", "lines": [-1, 5]}, {"tool": "read", "path": "a.py"}, 7]"#).unwrap();
        assert_eq!((read[0].tool.as_str(), read[1].wrong.is_none(), read.len()), ("read", true, 3));
        assert!(read[0].wrong.as_ref().is_some_and(|why| why.contains("-1")) && read[2].wrong.is_some(), "{read:?}");
        assert_eq!(uses(r#"{"tool": "run", "text": "test"}"#).unwrap()[0].tool, "run");
        let reply =
            r#"{"use": null, "teach_back": {"clauses": []}, "files": [], "links": [], "additions": [], "notes": ""}"#;
        assert!(parse(ReplyKind::Build, reply).is_ok());
    }

    #[test]
    fn an_answer_may_take_files_out_of_its_draft_and_nothing_else() {
        let asked = |uses: &str, links: &str| turn(&format!("{{\"use\": [{uses}], \"links\": [{links}]}}")).is_some();
        let (remove, read) = (r#"{"tool": "remove", "path": "a.py"}"#, r#"{"tool": "read", "path": "a.py"}"#);
        assert!(!asked(remove, "{}"));
        assert!(asked(remove, ""), "it says nothing else, so it is a turn");
        assert!(asked(&format!("{remove}, {read}"), "{}"), "what it reads it wants to see");
        assert!(asked(r#"{"tool": "remove"}"#, "{}"), "remove what?");
    }

    #[test]
    fn an_answer_may_patch_its_files_and_is_one_when_that_is_done() {
        let said = |uses: &str, more: &str| {
            let text = format!(
                "{{\"use\": [{uses}], \"files\": [{{\"path\": \"b.py\", \"content\": \"\"}}], \"notes\": \"n\"{more}}}"
            );
            (turn(&text).is_some(), answer(&text))
        };
        let patch = r#"{"tool": "patch", "path": "a.py", "old": "1", "text": "2"}"#;
        let remove = r#"{"tool": "remove", "path": "c.py"}"#;
        let (is_turn, answer) = said(&format!("{patch}, {remove}"), r#", "links": [{}]"#);
        assert!(is_turn, "what it asks for is done first");
        assert_eq!(answer.as_deref(), Some(r#"{"files":[],"notes":"n","links":[{}]}"#));
        assert!(said(patch, r#", "links": [], "stands": ["links"]"#).1.is_some(), "of a repair the rest stands");
        for (uses, more) in [
            (patch, r#", "links": []"#),
            (r#"{"tool": "read", "path": "a.py"}"#, r#", "links": [{}]"#),
            (r#"{"tool": "run", "text": "test"}"#, r#", "links": [{}]"#),
            ("", r#", "links": [{}]"#),
        ] {
            assert_eq!(said(uses, more).1, None, "{uses} {more}");
        }
    }

    #[test]
    fn objects_are_found_bare_fenced_and_after_words() {
        let bare = parse(ReplyKind::Verify, VERIFY).unwrap();
        for text in [
            format!("```json\n{VERIFY}\n```\nDone."),
            format!("Here {{it}} is:\n\n  {VERIFY}"),
            format!("\u{feff}{VERIFY}"),
            format!("{{not json}}\n{VERIFY}"),
        ] {
            assert_eq!(parse(ReplyKind::Verify, &text).as_ref(), Ok(&bare), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        let missing = parse(ReplyKind::Verify, r#"{"teach_back":{"clauses":[]},"findings":[]}"#).unwrap_err();
        assert!(missing.contains("summary"), "{missing}");
        let cut = parse(ReplyKind::Verify, &VERIFY[..40]).unwrap_err();
        assert!(cut.contains("too early"), "{cut}");
        assert!(parse(ReplyKind::Verify, "I cannot do this.").unwrap_err().contains("no JSON object"));
        assert!(parse(ReplyKind::Build, "").unwrap_err().contains("empty"));
    }

    #[test]
    fn any_text_is_survived() {
        for text in ["{", "{{{{{{{{{{", "é{\n{\"a\":1}", "[1]", "```", "\n{\"teach_back\":7}"] {
            assert!(parse(ReplyKind::Understand, text).is_err());
        }
    }
}
