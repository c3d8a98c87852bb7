//! Context packs: exactly what a persona is given for one step, as the communication plan says (`StepPlan::reads` and
//! `after`). A pack is a function of the run as far as the step's declared upstream goes: two runs that reach the same
//! state give the same pack, whatever ran beside it meanwhile.

mod drafts;
mod excerpt;
mod existing;
mod gather;
mod handoff;
mod holding;
mod judged;
mod packing;
mod pages;
mod report;
mod sight;
#[cfg(test)]
mod tests;

use super::{Blobs, Hub, HubError};
use crate::domain::{
    ClauseId, Clean, Hash, StepId,
    condition::Condition,
    pack::{ContextPack, CutItem, PackItem},
    plan::{Seat, Task},
    reply::ReplyKind,
    run::Run,
};
use gather::Candidate;
use std::collections::{BTreeMap, BTreeSet};

/// A call of a step, as far as its pack depends on it.
#[derive(Debug, Clone)]
pub struct Ask<'a> {
    pub seat: &'a Seat,
    /// From 1.
    pub page: u32,
    /// What earlier pages of this seat have put before it.
    pub covered: &'a BTreeSet<ClauseId>,
    /// The least pages on which the clauses are read, as far as there are clauses; 1: all at once where they fit.
    pub parts: u32,
    /// What was replied earlier in this attempt of the step and what this seat may see of it.
    pub earlier: &'a [Earlier],
    /// Tokens the pack may hold.
    pub budget: u32,
    /// The stacks that this machine cannot run.
    pub lacks: &'a BTreeSet<Condition>,
    /// What runs the others here, as far as it was looked for.
    pub tools: &'a BTreeMap<Condition, Clean>,
}

/// A reply of an earlier call of the same attempt.
#[derive(Debug, Clone)]
pub struct Earlier {
    /// Who said it; empty for the draft that is reviewed.
    pub by: String,
    /// On an earlier page of the same seat: what was named there keeps its name.
    pub page: bool,
    pub text: String,
}

/// A pack and what has to be recorded of it.
#[derive(Debug, Clone)]
pub struct Packed {
    pub pack: ContextPack,
    /// The clauses this page is about; empty when all were in one prompt.
    pub covers: Vec<ClauseId>,
}

/// Builds the pack of the next call of a step. `count` counts tokens as the model at hand does. Clauses that demand
/// something of the step come first, word for word; where they do not fit, this is one page of several. Everything else is
/// taken in the order of its importance while it fits, and what is left out is listed in `cut` with the reason.
///
/// # Errors
/// There is no such step, or a blob is missing or damaged.
pub fn build(
    run: &Run,
    step: &StepId,
    ask: &Ask<'_>,
    hub: &Hub,
    blobs: &Blobs,
    count: &dyn Fn(&str) -> u32,
) -> Result<Packed, HubError> {
    let step = run.step(step).ok_or_else(|| HubError::NoStep(step.to_string()))?;
    let budget = ask.budget;
    let upstream = gather::upstream(run, step);
    let chunk = pages::chunk(run, step, ask, &upstream, budget, count);
    let holds = holding::of(run, step, ask, &chunk, &upstream, hub, blobs)?;
    let (mut candidates, mut cut) = gather::all(run, step, ask, &chunk, upstream, hub, blobs)?;

    // By importance for the budget; by kind and place for the reader.
    let mut order: Vec<usize> = (0..candidates.len()).collect();
    order.sort_by(|a, b| {
        let (a, b) = (&candidates[*a], &candidates[*b]);
        let score = |c: &Candidate| c.item.score.unwrap_or(0.0);
        a.priority.cmp(&b.priority).then(score(b).total_cmp(&score(a)))
    });
    let mut used: u32 = 0;
    let mut taken = vec![false; candidates.len()];
    for at in order {
        let candidate = &mut candidates[at];
        let item = &mut candidate.item;
        item.tokens = count(&item.text);
        if candidate.priority == gather::ALWAYS || used.saturating_add(item.tokens) <= budget {
            used = used.saturating_add(item.tokens);
            taken[at] = true;
        } else {
            let left = budget.saturating_sub(used);
            cut.push(CutItem {
                kind: item.kind,
                id: item.id.clone(),
                tokens: item.tokens,
                hash: item.hash.clone(),
                why: format!("it takes {} tokens and {left} of {budget} were left ({})", item.tokens, item.why).into(),
            });
        }
    }
    let mut keep = taken.iter();
    candidates.retain(|_| *keep.next().unwrap_or(&false));
    let items: Vec<PackItem> = candidates.into_iter().map(|c| c.item).collect();
    cut.sort_by(|a, b| a.kind.cmp(&b.kind).then_with(|| a.id.cmp(&b.id)));

    let runs_on = holding::runs_on(&holds, ask);
    let pack = ContextPack {
        id: identity(ask.seat, step.plan.produces, &step.plan.id, (&holds, runs_on.as_ref()), &items, &cut),
        step: step.plan.id.clone(),
        attempt: step.attempt,
        personas: ask.seat.personas.clone(),
        module: step.plan.module.clone(),
        budget_tokens: budget,
        seat: Some(ask.seat.clone()),
        page: chunk.page,
        beside: step.plan.personas.iter().filter(|p| !ask.seat.personas.contains(p)).cloned().collect(),
        holds: Some(holds),
        runs_on,
        items,
        cut,
    };
    Ok(Packed { pack, covers: chunk.covers })
}

/// The hash of what the persona sees. The number of the attempt is not part of it: an attempt differs by its feedback.
fn identity(
    seat: &Seat,
    kind: ReplyKind,
    step: &StepId,
    (holds, runs_on): (&BTreeSet<Condition>, Option<&Clean>),
    items: &[PackItem],
    cut: &[CutItem],
) -> Hash {
    let mut parts: Vec<Vec<u8>> = vec![format!("{kind:?}").into_bytes(), step.as_str().as_bytes().to_vec()];
    parts.extend(seat.personas.iter().map(|p| p.as_str().as_bytes().to_vec()));
    if (seat.task, seat.round, seat.blind) != (Task::Work, 1, false) {
        parts.push(format!("{:?} {} {}", seat.task, seat.round, seat.blind).into_bytes());
    }
    parts.extend(holds.iter().map(|condition| condition.word().as_bytes().to_vec()));
    parts.extend(runs_on.map(|tool| tool.as_str().as_bytes().to_vec()));
    for item in items {
        parts.push(format!("{:?}", item.kind).into_bytes());
        parts.extend([&item.id, item.label.as_str(), &item.text].map(|s| s.as_bytes().to_vec()));
    }
    for item in cut {
        parts.extend([format!("cut {:?}", item.kind), item.id.clone(), item.why.to_string()].map(String::into_bytes));
    }
    Hash::of_parts(parts.iter().map(Vec::as_slice))
}
