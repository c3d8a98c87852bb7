//! What is known of the product and of the step, by which the sections of persona files are chosen.

use super::{Ask, pages::Chunk};
use crate::{
    domain::{
        StepId,
        artifact::MANIFEST,
        clause::{Clause, ClauseKind},
        condition::Condition,
        pack::PackKind,
        run::{Run, Step},
    },
    hub::{Blobs, Hub, HubError},
};
use std::collections::BTreeSet;

pub(super) fn of(
    run: &Run,
    step: &Step,
    ask: &Ask<'_>,
    chunk: &Chunk,
    upstream: &BTreeSet<StepId>,
    hub: &Hub,
    blobs: &Blobs,
) -> Result<BTreeSet<Condition>, HubError> {
    let mut holds: BTreeSet<Condition> = match product(run, upstream, hub, blobs)? {
        Some(known) => known.into_iter().collect(),
        None => Condition::KINDS.into_iter().chain(Condition::STACKS).collect(),
    };
    let first = run.plan.as_ref().and_then(|plan| plan.modules.first());
    if first.is_some_and(|first| step.plan.module.as_ref() == Some(&first.name)) {
        holds.insert(Condition::First);
    }
    let excludes = |clause: &Clause| clause.kind == Some(ClauseKind::Exclusion);
    if chunk.own.iter().filter_map(|id| run.clauses.get(id)).any(excludes) {
        holds.insert(Condition::Exclusions);
    }
    if has_tools(run, step, ask) {
        holds.insert(Condition::Tools);
    }
    Ok(holds)
}

/// Whether who is asked can look at files by himself.
pub(super) fn has_tools(run: &Run, step: &Step, ask: &Ask<'_>) -> bool {
    ask.seat.may_use_tools(step.plan.produces) && run.settings.turns > 0
}

/// Kind and stack by the manifest that is there, else by the one that the technical design shows.
fn product(
    run: &Run,
    upstream: &BTreeSet<StepId>,
    hub: &Hub,
    blobs: &Blobs,
) -> Result<Option<[Condition; 2]>, HubError> {
    if let Some(file) = run.files_after(|step| upstream.contains(step)).into_iter().find(|f| f.path == MANIFEST)
        && let Some(text) = hub.content(PackKind::File, &file.path, &file.sha256, blobs)?
        && let Some(known) = Condition::of_manifest(&text)
    {
        return Ok(Some(known));
    }
    let Some(design) = run.artifacts.get("technical").filter(|artifact| upstream.contains(&artifact.step)) else {
        return Ok(None);
    };
    let text = hub.content(PackKind::Artifact, design.name.as_str(), &design.hash, blobs)?;
    Ok(text.as_deref().and_then(Condition::of_design))
}
