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
    let mut summary = format!("{honoured}/{} clauses", expected.len());
    if !run.decisions.is_empty() {
        summary.push_str(&format!(", {decisions} decisions"));
    }
    verdict("teach-back", summary, details)
}
