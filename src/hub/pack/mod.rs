//! Context packs: exactly what a persona is given for one step, as the communication plan says (`StepPlan::reads` and
//! `after`). A pack is a function of the run as far as the step's declared upstream goes: two runs that reach the same
//! state give the same pack, whatever ran beside it meanwhile.

mod gather;
mod handoff;
#[cfg(test)]
mod tests;

use super::{Blobs, Hub, HubError};
use crate::domain::{
    Hash, StepId,
    pack::{ContextPack, CutItem, PackItem},
    reply::ReplyKind,
    run::Run,
};
use gather::Candidate;

/// Builds the pack of a step's current attempt. `count` counts tokens as the model at hand does. Clauses that demand
/// something of the step are always whole and always in, even beyond the budget; everything else is taken in the order of
/// its importance while it fits, and what is left out is listed in `cut` with the reason.
///
/// # Errors
/// There is no such step, or a blob is missing or damaged.
pub fn build(
    run: &Run,
    step: &StepId,
    hub: &Hub,
    blobs: &Blobs,
    count: &dyn Fn(&str) -> u32,
) -> Result<ContextPack, HubError> {
    let step = run.step(step).ok_or_else(|| HubError::NoStep(step.to_string()))?;
    let budget = run.settings.pack_tokens;
    let (mut candidates, mut cut) = gather::all(run, step, hub, blobs)?;

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

    let personas = step.plan.personas.clone();
    Ok(ContextPack {
        id: identity(&personas, step.plan.produces, &step.plan.id, &items, &cut),
        step: step.plan.id.clone(),
        attempt: step.attempt,
        personas,
        module: step.plan.module.clone(),
        budget_tokens: budget,
        items,
        cut,
    })
}

/// The hash of what the persona sees. The number of the attempt is not part of it: an attempt differs by its feedback.
fn identity(
    personas: &[crate::domain::PersonaId],
    kind: ReplyKind,
    step: &StepId,
    items: &[PackItem],
    cut: &[CutItem],
) -> Hash {
    let mut parts: Vec<Vec<u8>> = vec![format!("{kind:?}").into_bytes(), step.as_str().as_bytes().to_vec()];
    parts.extend(personas.iter().map(|p| p.as_str().as_bytes().to_vec()));
    for item in items {
        parts.push(format!("{:?}", item.kind).into_bytes());
        parts.extend([&item.id, item.label.as_str(), &item.text].map(|s| s.as_bytes().to_vec()));
    }
    for item in cut {
        parts.extend([format!("cut {:?}", item.kind), item.id.clone(), item.why.to_string()].map(String::into_bytes));
    }
    Hash::of_parts(parts.iter().map(Vec::as_slice))
}
