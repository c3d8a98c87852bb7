//! Which step may start, and which gate mode asks whom about its result.
//!
//! | mode | asks a person about |
//! |---|---|
//! | `step` | the plan (with the understanding), every further step, the result |
//! | `phase` | the plan, the last step of each phase to become green (its gate stands for the phase), the result |
//! | `plan` | the plan and the result |
//! | `risk` | red results only |
//! | `none` | nothing: green gates are decided by policy, red ones fail their step |
//!
//! In `phase` mode the earlier green steps of a phase are accepted without a gate, because later ones of the same phase
//! build on them; in exchange no step of a later phase starts before the phase is settled, so nothing goes beyond what a
//! person has looked at. A run that stops at the plan asks nobody: it executes nothing.

use crate::domain::{
    StepId,
    reply::ReplyKind,
    run::{Gate, GateMode, GateReason, Run, Step, StepState},
};

/// Recorded as the decider of green gates under `--gates none`.
pub const BY_POLICY: &str = "by policy";

/// The gate that the green result of `step` opens; `None`: it goes on without one.
#[must_use]
pub fn wanted(run: &Run, step: &Step) -> Option<GateReason> {
    let kind = step.plan.produces;
    if kind == ReplyKind::Understand || run.settings.plan_only {
        return None;
    }
    let mode = run.settings.gates;
    let reason = match kind {
        ReplyKind::Plan => GateReason::Plan,
        ReplyKind::Verify => GateReason::Result,
        _ => GateReason::Step,
    };
    match mode {
        GateMode::None => return Some(reason),
        GateMode::Risk => return None,
        GateMode::Step | GateMode::Phase | GateMode::Plan => {}
    }
    if reason == GateReason::Plan {
        return Some(reason);
    }
    if run.settings.relaxed.contains(&step.plan.phase) {
        return None;
    }
    match mode {
        GateMode::Step => Some(reason),
        GateMode::Plan => (reason == GateReason::Result).then_some(reason),
        GateMode::Phase if reason == GateReason::Result => Some(reason),
        GateMode::Phase => last_of_its_phase(run, step).then_some(GateReason::PhaseEnd),
        GateMode::Risk | GateMode::None => None,
    }
}

fn last_of_its_phase(run: &Run, step: &Step) -> bool {
    run.steps().filter(|s| s.plan.phase == step.plan.phase && s.plan.id != step.plan.id).all(Step::settled)
}

/// Steps that may start now, in plan order.
pub fn startable(run: &Run) -> impl Iterator<Item = &Step> {
    run.steps().filter(|step| step.state == StepState::Waiting && ready(run, step))
}

fn ready(run: &Run, step: &Step) -> bool {
    if run.settings.plan_only && !matches!(step.plan.produces, ReplyKind::Understand | ReplyKind::Plan) {
        return false;
    }
    if run.settings.gates == GateMode::Phase
        && run.steps().any(|other| other.plan.phase < step.plan.phase && !other.settled())
    {
        return false;
    }
    let mut upstream = step.plan.after.iter().filter_map(|id| run.step(id));
    if step.plan.produces == ReplyKind::Verify {
        // The verifier judges what there is: a failed module is a finding, not a reason to look at nothing.
        upstream.clone().all(Step::settled) && (something_built(run) || !upstream.any(lost))
    } else {
        upstream.all(|s| s.state == StepState::Done)
    }
}

fn lost(step: &Step) -> bool {
    matches!(step.state, StepState::Failed | StepState::Blocked)
}

fn something_built(run: &Run) -> bool {
    run.steps().any(|s| s.plan.produces == ReplyKind::Build && s.state == StepState::Done)
}

/// The oldest open gate that the policy of `--gates none` deals with. Money is never decided by a policy, and where G1
/// stands in, that comes first.
#[must_use]
pub fn policy_decides(run: &Run) -> Option<&Gate> {
    let stands_in = |g: &Gate| run.step(&g.step).is_some_and(|step| super::stand_in::due(run, step).is_some());
    let waits = |g: &&Gate| !matches!(g.reason, GateReason::Budget { .. }) && !stands_in(g);
    run.open_gates().filter(|_| run.settings.gates == GateMode::None).find(waits)
}

/// The run was asked for a plan only, and has it.
#[must_use]
pub fn ends_at_plan(run: &Run) -> bool {
    let planned = |s: &Step| s.plan.produces == ReplyKind::Plan && s.state == StepState::Done;
    run.settings.plan_only && run.steps().any(planned)
}

/// A waiting step that can never start, and the step that blocks it.
#[must_use]
pub fn blocked(run: &Run) -> Option<(StepId, StepId)> {
    run.steps().filter(|s| s.state == StepState::Waiting).find_map(|step| {
        let mut upstream = step.plan.after.iter().filter_map(|id| run.step(id));
        if step.plan.produces == ReplyKind::Verify && (something_built(run) || !upstream.clone().all(Step::settled)) {
            return None;
        }
        let by = upstream.find(|s| lost(s))?;
        Some((step.plan.id.clone(), by.plan.id.clone()))
    })
}

/// True when a run in this state waits for a person and for nothing else.
#[must_use]
pub fn waits(run: &Run) -> bool {
    run.open_gates().next().is_some() && super::pending(run).is_empty()
}
