//! A proposal is in force once its files are written.

use super::Draft;
use crate::domain::{StepId, artifact::FileEntry, event::Event, run::StepState};

pub(super) fn committed(draft: &mut Draft, id: StepId, files: Vec<FileEntry>) {
    if draft.run.step(&id).is_some_and(|s| s.state == StepState::Committing) {
        draft.push(Event::StepCommitted { step: id, files });
    }
}
