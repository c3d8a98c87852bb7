//! Repair: a red check goes back to the persona, at most three times; the same failure twice stops.

use crate::domain::{
    Clean, Hash,
    reply::ReplyKind,
    run::{Check, Run, Step, StepState},
};

/// Further attempts after the first one.
pub const MAX_REPAIRS: u32 = 3;
/// Feedback lines that begin so come from checks and are replaced by those of the next failure; a person's words stay.
pub const FAILED: &str = "Check failed – ";

/// What happens after a red attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    Retry,
    Stop(Clean),
}

/// Checks whose failure is the truth about some clauses rather than a fault to repair: the trace shows it (a clause whose
/// control runs fail stays `tested`, an exclusion with hits is not proven).
#[must_use]
pub fn informs(check: &Check) -> bool {
    matches!(check.name.as_str(), "controls" | "searches")
}

/// The checks that make the current attempt red.
pub fn red(step: &Step) -> impl Iterator<Item = &Check> {
    step.checks.iter().filter(|c| !c.passed && !informs(c))
}

/// One signature for everything that is red.
#[must_use]
pub fn signature(step: &Step) -> Option<Hash> {
    let mut parts: Vec<String> = red(step)
        .map(|c| {
            let of = c.signature.as_ref().map_or_else(
                || Hash::of_parts(c.details.iter().map(|d| d.as_bytes()).chain([c.summary.as_bytes()])),
                Clone::clone,
            );
            format!("{}\0{of}", c.name)
        })
        .collect();
    parts.sort();
    (!parts.is_empty()).then(|| Hash::of_parts(parts.iter().map(String::as_bytes)))
}

/// Whether the persona may try again. `step.failures` counts the red attempts before this one since a person last looked.
#[must_use]
pub fn next(run: &Run, step: &Step) -> Next {
    let what = words(step);
    if step.last_signature.is_some() && step.last_signature == signature(step) {
        return Next::Stop(Clean::from(format!("the same failure twice: {what}")));
    }
    if step.failures >= MAX_REPAIRS {
        return Next::Stop(Clean::from(format!("still red after {MAX_REPAIRS} repairs: {what}")));
    }
    if let Some(why) = super::budget::exhausted(run) {
        return Next::Stop(Clean::from(format!("{why}, and {what}")));
    }
    Next::Retry
}

/// How often failing tests send a build back to its developer.
pub const MAX_REWORKS: u32 = 1;

/// The build that the failing tests of `step` are sent back to once the tester can do no more: the fault may be in the
/// code, and a tester who is asked again and again would only weaken the tests.
#[must_use]
pub fn sends_back<'a>(run: &'a Run, step: &Step) -> Option<&'a Step> {
    let failing = red(step).any(|c| c.name.as_str() == "tests");
    if step.plan.produces != ReplyKind::Test || !failing || super::budget::exhausted(run).is_some() {
        return None;
    }
    run.steps.iter().find(|s| {
        s.plan.produces == ReplyKind::Build
            && s.plan.module == step.plan.module
            && s.state == StepState::Done
            && s.reworks < MAX_REWORKS
    })
}

/// What is red, in one line.
#[must_use]
pub fn words(step: &Step) -> String {
    let all: Vec<String> = red(step).map(|c| format!("{}: {}", c.name, c.summary.one_line(200))).collect();
    if all.is_empty() { "nothing is red".to_owned() } else { all.join("; ") }
}

/// The red checks as feedback for the next attempt.
#[must_use]
pub fn feedback(step: &Step) -> Vec<Clean> {
    red(step)
        .map(|c| {
            let mut text = format!("{FAILED}{}: {}", c.name, c.summary);
            for detail in c.details.iter().take(40) {
                text.push_str("\n- ");
                text.push_str(detail);
            }
            if c.details.len() > 40 {
                text.push_str(&format!("\n- and {} more", c.details.len() - 40));
            }
            Clean::from(text)
        })
        .collect()
}
