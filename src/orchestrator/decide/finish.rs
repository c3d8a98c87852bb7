//! The end.

use super::Draft;
use crate::{
    domain::{
        EvidenceId, Hash,
        event::Event,
        evidence::EvidenceKind,
        run::{Outcome, Run},
        trace::trace,
    },
    orchestrator::{Effect, pending},
};

pub(super) fn finished(draft: &mut Draft, tree: Hash, booted: bool) {
    if pending(&draft.run) != [Effect::Finish] {
        return;
    }
    let outcome = if booted { trace(&draft.run).outcome } else { Outcome::Failed };
    let evidence = newest_tests(&draft.run);
    draft.push(Event::RunCompleted { outcome, tree, evidence });
}

pub(super) fn newest_tests(run: &Run) -> Option<EvidenceId> {
    run.evidence.iter().rev().find(|e| e.kind == EvidenceKind::Tests).map(|e| e.id)
}
