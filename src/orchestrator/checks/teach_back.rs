//! Teach-back: the ids that the persona says it will honour, compared with those it is responsible for.

use super::{known, responsible, verdict};
use crate::domain::{
    DecisionId,
    reply::TeachBack,
    run::{Check, Run, Step},
};

#[must_use]
pub fn check(run: &Run, step: &Step, said: &TeachBack) -> Check {
    let expected = responsible(run, step);
    let (clauses, unknown) = known(run, &said.clauses);
    let mut details: Vec<String> = expected
        .iter()
        .filter(|id| !clauses.contains(id))
        .map(|id| format!("{id} is not in your teach-back, but this step is responsible for it"))
        .collect();
    details.extend(unknown.iter().map(|id| format!("'{id}' is not a clause of this requirement")));
    let mut decisions = 0;
    for text in &said.decisions {
        if text.parse::<DecisionId>().is_ok_and(|id| run.decisions.contains_key(&id)) {
            decisions += 1;
        } else {
            let text: String = text.chars().take(60).collect();
            details.push(format!("'{text}' is not a decision of this run"));
        }
    }
    let honoured = expected.iter().filter(|id| clauses.contains(id)).count();
    // Clauses of which a part cannot be done are not demanded back, but what is said of them counts.
    let in_part = clauses.iter().filter(|id| !expected.contains(id) && step.plan.clauses.contains(id)).count();
    let mut summary = match (expected.len(), in_part) {
        (0, 0) => "nothing here can be asked for".to_owned(),
        (0, n) => format!("{n} clauses, each with a part that cannot be done"),
        (all, 0) => format!("{honoured}/{all} clauses"),
        (all, n) => format!("{honoured}/{all} clauses and {n} that can only be done in part"),
    };
    if !run.decisions.is_empty() {
        summary.push_str(&format!(", {decisions} decisions"));
    }
    verdict("teach-back", summary, details)
}
