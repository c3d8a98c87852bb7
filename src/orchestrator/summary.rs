//! What the personas are heard saying about a reply: a few lines for the conversation, in place of raw JSON.

use super::checks::schema::Reply;
use crate::domain::{
    Clean,
    condition::Condition,
    counted,
    plan::Seat,
    reply::{NewUse, Verdict},
    run::Step,
};

/// Speaker and words, one entry per persona of the seat that has something to say.
#[must_use]
pub fn of(step: &Step, seat: &Seat, reply: &Reply) -> Vec<(Clean, Clean)> {
    let mut said: Vec<(String, String)> = Vec::new();
    let lead = seat.personas.first().map_or("g1", |p| p.as_str()).to_owned();
    let shared = seat.personas == step.plan.personas;
    match reply {
        Reply::Understand(r) => {
            let demands = r.clauses.iter().filter(|m| m.kind.demands()).count();
            let kind = Condition::in_words(&Condition::of_product(&r.product, &r.stack));
            let kind = kind.map(|kind| format!(" ({kind})")).unwrap_or_default();
            let mut text = format!(
                "“{}”{kind}. {}, {} of them demand something.",
                r.title,
                counted(r.clauses.len(), "clause"),
                demands
            );
            for a in r.assumptions.iter().take(6) {
                text.push_str(&format!("\n- {} I assume: {}", a.question, a.default));
            }
            more(&mut text, r.assumptions.len(), 6);
            said.push(("requirement-concierge".to_owned(), text));
            let mut text = format!("I understand {}.", counted(r.interpretations.len(), "demand"));
            for gap in r.gaps.iter().take(6) {
                text.push_str(&format!("\n- {} cannot be done: {} ({})", gap.clause, gap.what, gap.reason));
            }
            more(&mut text, r.gaps.len(), 6);
            said.push(("business-analyst".to_owned(), text));
        }
        Reply::Plan(r) => {
            let names: Vec<&str> = r.modules.iter().map(|m| m.name.as_str()).collect();
            let text = format!(
                "{}: {}. {}.",
                counted(r.modules.len(), "module"),
                names.join(", "),
                counted(r.steps.len(), "step")
            );
            said.push(("workflow-designer".to_owned(), text));
            said.push(("team-architect".to_owned(), r.team_notes.clone()));
            said.push(("communication-architect".to_owned(), r.communication_notes.clone()));
        }
        Reply::Design(r) => {
            for persona in seat.personas.iter().map(|p| p.as_str()) {
                let mut lines: Vec<String> = r
                    .artifacts
                    .iter()
                    .filter(|a| a.by == persona)
                    .map(|a| format!("- I wrote the {} design.", a.name))
                    .collect();
                lines.extend(
                    r.decisions.iter().filter(|d| d.by == persona).map(|d| format!("- {}: {}", d.title, d.choice)),
                );
                said.push((persona.to_owned(), lines.join("\n")));
            }
        }
        Reply::Build(r) => {
            let mut text =
                format!("{}, {}.\n{}", counted(r.files.len(), "file"), counted(r.links.len(), "linked range"), r.notes);
            for gap in r.gaps.iter().take(6) {
                text.push_str(&format!("\n- {} cannot be built: {} ({})", gap.clause, gap.what, gap.reason));
            }
            more(&mut text, r.gaps.len(), 6);
            text.push_str(&removed(step, &r.uses));
            said.push((lead.clone(), text));
        }
        Reply::Test(r) => {
            let mut text = format!(
                "{}, {}.\n{}",
                counted(r.files.len(), "test file"),
                counted(r.links.len(), "linked test"),
                r.notes
            );
            text.push_str(&removed(step, &r.uses));
            said.push((lead.clone(), text));
        }
        Reply::Verify(r) => {
            let of = |verdict| r.findings.iter().filter(|f| f.verdict == verdict).count();
            let (met, partly, unmet) = (of(Verdict::Met), of(Verdict::Partly), of(Verdict::Unmet));
            said.push((lead.clone(), format!("{}\n{met} met, {partly} partly, {unmet} unmet.", r.summary)));
        }
    }
    said.into_iter()
        .map(|(speaker, text)| (seat.personas.iter().any(|p| p.as_str() == speaker), speaker, text))
        // Of a seat of its own a persona speaks for its own section only.
        .filter(|(seated, _, text)| !text.trim().is_empty() && (*seated || shared))
        .map(|(seated, speaker, text)| {
            // A persona that does not sit in the step says nothing; its words go to the one who leads.
            (Clean::from(if seated { speaker } else { lead.clone() }), Clean::new(text.trim()))
        })
        .collect()
}

/// What a reply takes out of the draft that its turns left.
fn removed(step: &Step, uses: &[NewUse]) -> String {
    let Some(turn) = step.calls.iter().rev().find_map(|call| call.turn.as_ref()) else { return String::new() };
    let line = |path: &str| match turn.draft.iter().any(|file| file.path == path) {
        true => format!("\n- {path} is taken out of the draft"),
        false => format!("\n- {path} was not in the draft"),
    };
    uses.iter().filter_map(NewUse::removes).map(line).collect()
}

fn more(text: &mut String, all: usize, shown: usize) {
    if all > shown {
        text.push_str(&format!("\n- and {} more", all - shown));
    }
}
