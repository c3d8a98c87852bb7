//! A proposal is in force once its files are written.

use super::{Draft, finish};
use crate::domain::{
    StepId,
    artifact::{FileEntry, tree_hash},
    event::Event,
    reply::ReplyKind,
    run::{Outcome, StepState},
};

pub(super) fn committed(draft: &mut Draft, id: StepId, files: Vec<FileEntry>) {
    let Some(step) = draft.run.step(&id).filter(|s| s.state == StepState::Committing) else { return };
    let plan = step.plan.produces == ReplyKind::Plan;
    draft.push(Event::StepCommitted { step: id, files });
    if plan && draft.run.settings.plan_only {
        let tree = tree_hash(draft.run.files.values());
        let evidence = finish::newest_tests(&draft.run);
        draft.push(Event::RunCompleted { outcome: Outcome::Partial, tree, evidence });
    }
}
