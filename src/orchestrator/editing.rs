//! A reply as a text that a person can edit, and back: TOML, because code and prose stand in it as they are.

use super::checks::schema::{Reply, parse};
use crate::domain::{
    StepId,
    reply::{BuildReply, DesignReply, PlanReply, ReplyKind, TestReply, UnderstandReply, VerifyReply},
};
use serde::{Serialize, Serializer, de::DeserializeOwned, ser::SerializeMap};

/// A reply with the step it belongs to.
pub type Part = (StepId, ReplyKind, Reply);

struct Document<'a>(&'a [Part]);

impl Serialize for Document<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let [(_, _, reply)] = self.0 {
            return reply.serialize(serializer);
        }
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (step, _, reply) in self.0 {
            map.serialize_entry(step.as_str(), reply)?;
        }
        map.end()
    }
}

/// The text to edit: one reply, or one table for each step.
///
/// # Errors
/// The reply holds something that TOML cannot write; in words.
pub fn document(parts: &[Part]) -> Result<String, String> {
    let names: Vec<&str> = parts.iter().map(|(step, ..)| step.as_str()).collect();
    let body = toml::to_string_pretty(&Document(parts)).map_err(|e| e.to_string())?;
    Ok(format!(
        "# What was answered for {}. Change it, save and close: it is checked like a persona's answer and shown again.\n\
         # Left as it is, or emptied, nothing happens.\n\n{body}",
        names.join(" and ")
    ))
}

/// The first part that the text says otherwise, as the reply to send; `None` when nothing was changed.
///
/// # Errors
/// Where the text does not have the agreed form, with the line.
pub fn changed(parts: &[Part], text: &str) -> Result<Option<(StepId, String)>, String> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    for (step, kind, before) in parts {
        let now = if text.trim_start().starts_with('{') {
            parse(*kind, text)?
        } else if parts.len() == 1 {
            reply(*kind, text)?
        } else {
            // Only this part is read as what it is; the others are read in their turn.
            let table: toml::Table = toml::from_str(text).map_err(|e| e.to_string())?;
            let Some(part) = table.get(step.as_str()) else { continue };
            reply(*kind, &toml::to_string(part).map_err(|e| e.to_string())?).map_err(|e| format!("[{step}] {e}"))?
        };
        if now != *before {
            return serde_json::to_string(&now).map(|reply| Some((step.clone(), reply))).map_err(|e| e.to_string());
        }
    }
    Ok(None)
}

fn reply(kind: ReplyKind, text: &str) -> Result<Reply, String> {
    fn read<T: DeserializeOwned>(text: &str) -> Result<T, String> {
        toml::from_str(text).map_err(|e| e.to_string())
    }
    Ok(match kind {
        ReplyKind::Understand => Reply::Understand(read::<UnderstandReply>(text)?),
        ReplyKind::Plan => Reply::Plan(read::<PlanReply>(text)?),
        ReplyKind::Design => Reply::Design(read::<DesignReply>(text)?),
        ReplyKind::Build => Reply::Build(read::<BuildReply>(text)?),
        ReplyKind::Test => Reply::Test(read::<TestReply>(text)?),
        ReplyKind::Verify => Reply::Verify(read::<VerifyReply>(text)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::reply::{CodeLink, NewFile, TeachBack};

    fn build() -> Part {
        let reply = BuildReply {
            uses: vec![],
            teach_back: TeachBack { clauses: vec!["C-001".into()], decisions: vec![] },
            files: vec![NewFile {
                path: "app/a.py".into(),
                content: "def f():\n    return '''x''' + \"\"\"y\"\"\" + \"\\t\"\n\n\n# end \u{1b}\n".into(),
            }],
            links: vec![
                CodeLink { clause: "C-001".into(), path: "app/a.py".into(), symbol: None, lines: Some((1, 2)) },
                CodeLink { clause: "C-001".into(), path: "app/a.py".into(), symbol: Some("f".into()), lines: None },
            ],
            additions: vec![],
            gaps: vec![],
            notes: "one line\nand another".into(),
            took_away: vec![],
        };
        (StepId::new("build:core").unwrap(), ReplyKind::Build, Reply::Build(reply))
    }

    #[test]
    fn a_reply_survives_the_way_to_the_editor_and_back() {
        let parts = [build()];
        let text = document(&parts).unwrap();
        assert!(text.contains("\ndef f():\n"), "code stands in it as it is: {text}");
        assert_eq!(changed(&parts, &text), Ok(None));
        assert_eq!(changed(&parts, ""), Ok(None));
        let (step, json) = changed(&parts, &text.replace("one line", "another line")).unwrap().unwrap();
        assert_eq!(step.as_str(), "build:core");
        assert!(matches!(parse(ReplyKind::Build, &json), Ok(Reply::Build(r)) if r.notes.starts_with("another")));
    }

    #[test]
    fn of_two_parts_the_one_that_was_changed_is_found() {
        let understand = Reply::Understand(UnderstandReply { title: "A list".into(), ..UnderstandReply::default() });
        let plan = Reply::Plan(PlanReply { team_notes: "one".into(), ..PlanReply::default() });
        let id = |name| StepId::new(name).unwrap();
        let parts = [(id("understand"), ReplyKind::Understand, understand), (id("plan"), ReplyKind::Plan, plan)];
        let text = document(&parts).unwrap();
        assert_eq!(changed(&parts, &text), Ok(None), "{text}");
        let edited = changed(&parts, &text.replace("team_notes = \"one\"", "team_notes = \"two\"")).unwrap().unwrap();
        assert_eq!(edited.0.as_str(), "plan");
        let edited = changed(&parts, &text.replace("A list", "A book")).unwrap().unwrap();
        assert_eq!(edited.0.as_str(), "understand");
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let parts = [build()];
        let text = document(&parts).unwrap();
        let wrong = changed(&parts, &text.replace("notes = ", "notes ")).unwrap_err();
        assert!(wrong.contains("line"), "{wrong}");
        let lacks = changed(&parts, "notes = \"x\"").unwrap_err();
        assert!(lacks.contains("missing field"), "{lacks}");
    }
}
