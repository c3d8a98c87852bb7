//! Checks on replies that need no I/O. What they expect comes from the run, not from the reply and not from the pack:
//! a clause the step is responsible for that was cut out of its pack shows as dropped.

pub mod conflicts;
pub mod content;
pub mod drift;
pub mod review;
pub mod schema;
pub mod teach_back;
pub mod unsourced;

use crate::domain::{
    ClauseId, Clean, Hash,
    clause::ClauseKind,
    reply::ReplyKind,
    run::{Check, Run, Step},
};
use schema::Reply;
use std::collections::BTreeSet;

/// The names of the checks that need no I/O.
pub const PURE: [&str; 9] =
    ["schema", "teach-back", "drift", "unsourced", "conflicts", "content", "plan", "call", "review"];

/// All checks of a parsed reply, in the order people read them.
#[must_use]
pub fn all(run: &Run, step: &Step, reply: &Reply) -> Vec<Check> {
    let mut checks = vec![
        teach_back::check(run, step, reply.teach_back()),
        drift::check(run, step, reply),
        unsourced::check(run, reply),
        conflicts::check(run, step, reply),
        content::check(run, step, reply),
    ];
    if let Reply::Plan(plan) = reply {
        checks.push(super::plan::check(run, plan));
    }
    checks
}

/// A check with the signature of its failure.
#[must_use]
pub fn verdict(name: &str, summary: String, details: Vec<String>) -> Check {
    let passed = details.is_empty();
    let signature = (!passed).then(|| Hash::of_parts(details.iter().map(String::as_bytes)));
    Check {
        name: Clean::new(name),
        passed,
        summary: Clean::from(summary),
        details: details.into_iter().map(Clean::from).collect(),
        signature,
    }
}

/// Demanding clauses that a step has to account for one by one: those in its responsibility without a gap that was named
/// for them and without a waiver. For `understand` (which marks kinds) every clause in force.
#[must_use]
pub fn responsible(run: &Run, step: &Step) -> BTreeSet<ClauseId> {
    let all = || run.clauses.values().filter(|c| c.retired.is_none());
    match step.plan.produces {
        ReplyKind::Understand => all().map(|c| c.id).collect(),
        ReplyKind::Plan | ReplyKind::Design | ReplyKind::Verify => owed(run, step).collect(),
        ReplyKind::Build | ReplyKind::Test => {
            let own: BTreeSet<ClauseId> = step.plan.clauses.iter().copied().collect();
            owed(run, step).filter(|id| own.contains(id)).collect::<BTreeSet<_>>()
        }
    }
}

fn owed(run: &Run, step: &Step) -> impl Iterator<Item = ClauseId> {
    let gaps: BTreeSet<ClauseId> = run.gaps_for(step).map(|gap| gap.clause).collect();
    run.demanding().map(|c| c.id).filter(move |id| !run.waivers.contains_key(id) && !gaps.contains(id))
}

/// The kind of a clause as it stands in the run.
#[must_use]
pub fn kind_of(run: &Run, id: ClauseId) -> Option<ClauseKind> {
    run.clauses.get(&id).and_then(|c| c.kind)
}

/// The clause ids among `texts`, and what is not the id of a clause of this run.
#[must_use]
pub fn known<'a>(run: &Run, texts: impl IntoIterator<Item = &'a String>) -> (BTreeSet<ClauseId>, Vec<String>) {
    let mut ids = BTreeSet::new();
    let mut unknown = Vec::new();
    for text in texts {
        match text.parse::<ClauseId>().ok().filter(|id| run.clauses.contains_key(id)) {
            Some(id) => {
                ids.insert(id);
            }
            None => unknown.push(text.chars().take(60).collect()),
        }
    }
    unknown.sort();
    unknown.dedup();
    (ids, unknown)
}
