//! Least-covered paging. When the clauses a step answers for do not fit into one prompt, each call of a seat gets those
//! that no earlier one has put before it, until none is left. There are as few pages as can be found, in the order of the
//! document and evenly full where that costs no page, so that each has room for what else it needs.

use super::{Ask, drafts, handoff, packing};
use crate::domain::{
    ClauseId, StepId,
    pack::Page,
    reply::ReplyKind,
    run::{Run, Step},
};
use std::collections::BTreeSet;

/// What one page is about.
pub(super) struct Chunk {
    /// The clauses the persona answers for on this page, those that demand nothing included when all fit.
    pub own: BTreeSet<ClauseId>,
    /// Clauses of the step that other pages are about.
    pub others: BTreeSet<ClauseId>,
    pub page: Page,
    /// What has to be recorded: nothing when there is one page.
    pub covers: Vec<ClauseId>,
    /// The transition manager's handoff, as it was measured; empty where it would cost a page.
    pub handoff: String,
    /// No other demand may stand beside these: the handoff does not tell them apart.
    pub alone: bool,
}

/// The clauses a step answers for: for those over the whole application all of them.
pub(super) fn own_clauses(run: &Run, step: &Step) -> BTreeSet<ClauseId> {
    let in_force = run.clauses.values().filter(|c| c.retired.is_none()).map(|c| c.id);
    match step.plan.produces {
        ReplyKind::Build | ReplyKind::Test => in_force.filter(|id| step.plan.clauses.contains(id)).collect(),
        _ => in_force.collect(),
    }
}

/// A clause that has to be in a prompt of everybody who answers for it. Unmarked ones may demand something.
pub(super) fn demands(run: &Run, id: ClauseId) -> bool {
    run.clauses.get(&id).is_some_and(|c| c.kind.is_none_or(|k| k.demands()))
}

pub(super) fn chunk(
    run: &Run,
    step: &Step,
    ask: &Ask<'_>,
    upstream: &BTreeSet<StepId>,
    budget: u32,
    count: &dyn Fn(&str) -> u32,
) -> Chunk {
    let own = own_clauses(run, step);
    let left: Vec<(ClauseId, u32)> = own
        .iter()
        .filter(|id| demands(run, **id) && !ask.covered.contains(id))
        .filter_map(|id| run.clauses.get(id).map(|c| (*id, count(&c.text))))
        .collect();
    let all: u32 = left.iter().map(|(_, tokens)| *tokens).fold(0, u32::saturating_add);
    let demanded = || own.iter().filter(|id| demands(run, **id));
    let parts = ask.parts.min(u32::try_from(demanded().count()).unwrap_or(u32::MAX));
    if ask.page == 1 && parts <= 1 {
        let fits = |handoff: &String| all.saturating_add(count(handoff)) <= budget;
        let duties = handoff::duties(run, step, &own, upstream);
        // A second page is not worth a long handoff, nor one that says no more than the task does.
        let long = Some(handoff::text(run, step, &own, upstream)).filter(fits);
        let short = || Some(handoff::part(step, range(&own), Page::default(), &duties)).filter(fits);
        if let Some(handoff) = long.or_else(short).or_else(|| Some(duties.clone()).filter(fits)) {
            let alone = handoff == duties;
            return Chunk { own, others: BTreeSet::new(), page: Page::default(), covers: Vec::new(), handoff, alone };
        }
    }
    let sizes: Vec<u32> = left.iter().map(|(_, tokens)| *tokens).collect();
    let begin: BTreeSet<ClauseId> = left[..packing::fill(&sizes, budget)].iter().map(|(id, _)| *id).collect();
    let back: u32 = step.feedback.iter().filter_map(|f| drafts::concerning(f, &begin)).map(|f| count(&f)).sum();
    let duties = handoff::duties(run, step, &begin, upstream);
    let room = |handoff: &str| {
        let room = budget.saturating_sub(count(handoff).min(budget / 4)).saturating_sub(back.min(budget / 4));
        // Asked in smaller parts: each has about as much of the whole.
        let whole =
            demanded().filter_map(|id| run.clauses.get(id)).map(|c| count(&c.text)).fold(0, u32::saturating_add);
        let room = if parts > 1 { room.min(whole.div_ceil(parts)) } else { room };
        // One page is too few, as was seen above.
        if ask.page == 1 { room.min(all.saturating_sub(1)) } else { room }
    };
    // As long as a page's handoff can be, so that each page counts with the same.
    let widest = handoff::part(step, range(&own), Page { number: 1_000, of: 1_000 }, &duties);
    let with = packing::first(&sizes, room(&widest));
    let without = packing::first(&sizes, room(&duties));
    let bare = without.pages < with.pages;
    let first = if bare { without } else { with };

    let ids: Vec<ClauseId> = first.here.iter().filter_map(|at| left.get(*at)).map(|(id, _)| *id).collect();
    let here: BTreeSet<ClauseId> = ids.iter().copied().collect();
    let others: BTreeSet<ClauseId> = own.iter().copied().filter(|id| demands(run, *id) && !here.contains(id)).collect();
    // What demands nothing explains its neighbours.
    let around = ids.first().zip(ids.last()).map(|(first, last)| *first..=*last);
    // The range that a handoff names has clauses of this page only.
    let whole = !others.iter().any(|id| around.as_ref().is_some_and(|r| r.contains(id)));
    let context = own.iter().filter(|id| !demands(run, **id) && around.as_ref().is_some_and(|r| r.contains(id)));
    let page = Page { number: ask.page, of: ask.page + first.pages.max(1) - 1 };
    let own: BTreeSet<ClauseId> = here.iter().chain(context).copied().collect();
    let duties = handoff::duties(run, step, &own, upstream);
    let handoff = match bare {
        true => duties,
        false => handoff::part(step, range(&own).filter(|_| whole), page, &duties),
    };
    // In a small budget the room that is kept for a handoff is smaller than it may be: one that does not fit tells nobody
    // which clauses are meant.
    let used: u32 = first.here.iter().filter_map(|at| sizes.get(*at)).fold(0, |sum, size| sum.saturating_add(*size));
    let told = used.saturating_add(count(&handoff)) <= budget;
    // Who is asked in smaller parts has failed on the whole.
    Chunk { own, others, page, covers: ids, handoff, alone: bare || !whole || !told || parts > 1 }
}

fn range(ids: &BTreeSet<ClauseId>) -> Option<(ClauseId, ClauseId)> {
    ids.first().copied().zip(ids.last().copied())
}
