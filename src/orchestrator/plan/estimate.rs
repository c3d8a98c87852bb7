//! What a plan is expected to take, in each way of carrying it out: an estimate, shown as one.

use crate::{
    domain::{
        StepId,
        plan::{Estimate, PlanVariant, StepPlan, Task},
        reply::ReplyKind,
        run::Run,
        usage::estimate_tokens,
    },
    orchestrator::calls,
};
use std::collections::BTreeMap;

/// Turns with tools before a developer's or a tester's reply: what strong models took on average (`docs/models.md`).
const TURNS: u32 = 2;

/// The whole run, repairs aside: the calls that its first steps took, and the steps of the plan. It does not depend on what
/// was spent, so that a plan which is made again after going back is the same plan.
pub(super) fn whole(run: &Run, steps: &[StepPlan], variant: PlanVariant) -> Estimate {
    let mut total = Estimate::default();
    for step in &run.steps {
        if !steps.iter().any(|planned| planned.id == step.plan.id) {
            let calls = u32::try_from(step.answered()).unwrap_or(u32::MAX);
            let planned = unpriced(run, &step.plan, run.settings.plan);
            total = total.plus(Estimate { calls, tokens: planned.tokens, ..Estimate::default() });
        }
    }
    let planned = steps.iter().map(|step| unpriced(run, step, variant));
    priced(run, planned.fold(total, Estimate::plus))
}

/// What each of the steps is expected to take, repairs aside.
pub(super) fn each(run: &Run, steps: &[StepPlan], variant: PlanVariant) -> BTreeMap<StepId, Estimate> {
    steps.iter().map(|step| (step.id.clone(), priced(run, unpriced(run, step, variant)))).collect()
}

/// With the money its tokens cost when they cost what those of the run cost so far.
fn priced(run: &Run, estimate: Estimate) -> Estimate {
    let spent = run.usage.tokens();
    if spent == 0 {
        return estimate;
    }
    let cost = u128::from(estimate.tokens) * u128::from(run.usage.cost_micros) / u128::from(spent);
    Estimate { cost_micros: u64::try_from(cost).unwrap_or(u64::MAX), ..estimate }
}

/// Calls, tokens and time of a step.
fn unpriced(run: &Run, step: &StepPlan, variant: PlanVariant) -> Estimate {
    let mut total = Estimate::default();
    let offline = run.settings.is_offline();
    let budget = u64::from(run.settings.pack_tokens).max(1);
    let own: u64 = demanded(run, step);
    let pages = own.div_ceil(budget).max(1);
    for seat in calls::seats(variant, step) {
        // What it reads besides the requirement, and what it writes.
        let (reads, writes) = match (seat.task, step.produces) {
            (Task::TeachBack, _) => (2_000, 300),
            (Task::Review, _) => (6_000, 2_000),
            (Task::Work, ReplyKind::Understand | ReplyKind::Plan) => (1_000, 2_000),
            (Task::Work, ReplyKind::Design) => (4_000, 6_000),
            (Task::Work, ReplyKind::Build) => (10_000, 8_000),
            (Task::Work, ReplyKind::Test) => (14_000, 8_000),
            (Task::Work, ReplyKind::Verify) => (14_000, 3_000),
        };
        // Each in a seat of his own writes only his section.
        let shared = if seat.personas.len() < step.personas.len() { step.personas.len() as u64 } else { 1 };
        let each = (own / pages + reads).min(budget.max(1_000)) + (writes / shared).max(300);
        total.calls = total.calls.saturating_add(u32::try_from(pages).unwrap_or(u32::MAX));
        total.pages = total.pages.saturating_add(u32::try_from(pages - 1).unwrap_or(u32::MAX));
        total.tokens = total.tokens.saturating_add(each.saturating_mul(pages));
        total.seconds += if offline { 0 } else { 60 * pages };
        let tools = seat.may_use_tools(step.produces) && !offline;
        let turns = if tools { u64::from(run.settings.turns.min(TURNS)) * pages } else { 0 };
        // Each is sent all that was said before it, and what is written in a turn is not written again.
        total.turns = total.turns.saturating_add(u32::try_from(turns).unwrap_or(u32::MAX));
        total.tokens = total.tokens.saturating_add(each.saturating_mul(turns));
        total.seconds += 60 * turns;
    }
    total.seconds += match step.produces {
        ReplyKind::Build => 2,
        ReplyKind::Test => 15,
        ReplyKind::Verify => 10,
        _ => 0,
    };
    total
}

/// Tokens of the clauses that have to be in a prompt of the step.
fn demanded(run: &Run, step: &StepPlan) -> u64 {
    let own = run.demanding().filter(|clause| step.clauses.contains(&clause.id));
    own.map(|clause| u64::from(estimate_tokens(&clause.text))).sum()
}
