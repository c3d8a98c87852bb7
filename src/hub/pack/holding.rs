//! What is known of the product and of the step, by which the sections of persona files are chosen.

use super::{Ask, pages::Chunk};
use crate::{
    domain::{
        Clean, StepId,
        artifact::MANIFEST,
        clause::{Clause, ClauseKind},
        condition::Condition,
        pack::PackKind,
        reply::ReplyKind,
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
    let mut holds = match product(run, upstream, hub, blobs)? {
        Some(known) => known.into_iter().collect(),
        // Who reads the requirement says it; until then, and where nobody has said it, all may be.
        None => understood(run, step),
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
    if run.existing.is_none() {
        holds.insert(Condition::New);
    }
    // Known beforehand only where the stack is.
    if Condition::STACKS.iter().filter(|stack| holds.contains(stack)).all(|stack| ask.lacks.contains(stack)) {
        holds.insert(Condition::Missing);
    }
    Ok(holds)
}

/// What runs the product on this machine, where its stack is known.
pub(super) fn runs_on(holds: &BTreeSet<Condition>, ask: &Ask<'_>) -> Option<Clean> {
    let mut stacks = Condition::STACKS.iter().filter(|stack| holds.contains(stack));
    let (known, None) = (stacks.next()?, stacks.next()) else { return None };
    ask.tools.get(known).cloned()
}

/// Kind and stack as they were understood, with all that each of them may be where it is open.
fn understood(run: &Run, step: &Step) -> BTreeSet<Condition> {
    let said = |all: &[Condition]| -> Vec<Condition> {
        let known: Vec<Condition> = all.iter().copied().filter(|one| run.understood.contains(one)).collect();
        if known.is_empty() || step.plan.produces == ReplyKind::Understand { all.to_vec() } else { known }
    };
    said(&Condition::KINDS).into_iter().chain(said(&Condition::STACKS)).collect()
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
