//! Least-covered paging. When the clauses a step answers for do not fit into one prompt, each call of a seat gets those
//! that no earlier one has put before it, in the order of the document, until none is left. The number of pages is the
//! smallest that this order permits, and they are evenly full, so that each has room for what else it needs.

use super::{Ask, drafts, handoff};
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
    /// The transition manager's handoff, as it was measured.
    pub handoff: String,
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
    let part = |ids: &BTreeSet<ClauseId>, page: Page| handoff::part(run, step, ids, upstream, page);
    let all: u32 = left.iter().map(|(_, tokens)| *tokens).fold(0, u32::saturating_add);
    if ask.page == 1 {
        let page = Page::default();
        let fits = |handoff: &String| all.saturating_add(count(handoff)) <= budget;
        // A second page is not worth a long handoff.
        let handoff = Some(handoff::text(run, step, &own, upstream)).filter(fits);
        if let Some(handoff) = handoff.or_else(|| Some(part(&own, page)).filter(fits)) {
            return Chunk { own, others: BTreeSet::new(), page, covers: Vec::new(), handoff };
        }
    }
    // The handoff of a page is about as long as that of the first.
    let sizes: Vec<u32> = left.iter().map(|(_, tokens)| *tokens).collect();
    let first: BTreeSet<ClauseId> = left[..fill(&sizes, budget)].iter().map(|(id, _)| *id).collect();
    let told: u32 = step.feedback.iter().filter_map(|f| drafts::concerning(f, &first)).map(|f| count(&f)).sum();
    let handoff = count(&part(&first, Page { number: ask.page, of: ask.page + 1 }));
    let room = budget.saturating_sub(handoff.min(budget / 4)).saturating_sub(told.min(budget / 4));
    // One page is too few, as was seen above.
    let room = if ask.page == 1 { room.min(all.saturating_sub(1)) } else { room };
    let (pages, cap) = even(&sizes, room);
    let ids: Vec<ClauseId> = left[..fill(&sizes, cap)].iter().map(|(id, _)| *id).collect();
    let here: BTreeSet<ClauseId> = ids.iter().copied().collect();
    let others = own.iter().copied().filter(|id| demands(run, *id) && !here.contains(id)).collect();
    // What demands nothing explains its neighbours.
    let around = ids.first().zip(ids.last()).map(|(first, last)| *first..=*last);
    let context = own.iter().filter(|id| !demands(run, **id) && around.as_ref().is_some_and(|r| r.contains(id)));
    let page = Page { number: ask.page, of: ask.page + pages.max(1) - 1 };
    let own: BTreeSet<ClauseId> = here.iter().chain(context).copied().collect();
    let handoff = part(&own, page);
    Chunk { own, others, page, covers: ids, handoff }
}

/// How many of the first sizes fit into `room`; one at least, however large.
fn fill(sizes: &[u32], room: u32) -> usize {
    let mut used = 0_u32;
    let fits = sizes.iter().take_while(|size| {
        used = used.saturating_add(**size);
        used <= room
    });
    fits.count().max(1).min(sizes.len())
}

fn pages(sizes: &[u32], room: u32) -> u32 {
    let (mut at, mut count) = (0, 0);
    while at < sizes.len() {
        at += fill(&sizes[at..], room);
        count += 1;
    }
    count
}

/// The smallest number of pages of at most `room`, and the smallest room that needs no more.
fn even(sizes: &[u32], room: u32) -> (u32, u32) {
    let fewest = pages(sizes, room);
    let (mut low, mut high) = (0, room);
    while low < high {
        let middle = low + (high - low) / 2;
        if pages(sizes, middle) <= fewest { high = middle } else { low = middle + 1 }
    }
    (fewest, high)
}
