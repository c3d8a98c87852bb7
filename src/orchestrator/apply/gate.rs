//! Gates and what people decide at them.

use super::{PLAN, UNDERSTAND, YOU, reset, say, step_id};
use crate::domain::{
    AssumptionId, Clean, GateId, Hash, StepId,
    event::Envelope,
    reply::ReplyKind,
    run::{Decided, Gate, GateReason, PauseReason, Run, RunStatus, Step, StepState, Verb},
    usage::{Scope, Usage},
};
use jiff::Timestamp;

pub(super) fn opened(
    run: &mut Run,
    id: GateId,
    step: &StepId,
    reason: &GateReason,
    digest: &Hash,
    opened_at: Timestamp,
) {
    run.gates.insert(
        id,
        Gate {
            id,
            step: step.clone(),
            reason: reason.clone(),
            digest: digest.clone(),
            opened_at,
            decided: None,
            withdrawn: None,
        },
    );
    if let Some(step) = run.step_mut(step) {
        step.state = StepState::AtGate;
    }
}

pub(super) fn decided(run: &mut Run, id: GateId, decided: &Decided, env: &Envelope) {
    let Some(gate) = run.gates.get_mut(&id).filter(|g| g.is_open()) else { return };
    gate.decided = Some(decided.clone());
    let gate = gate.clone();
    match &decided.verb {
        Verb::Approve => approved(run, &gate.step, &gate.reason, decided, env.at),
        Verb::ApprovePhase => {
            approved(run, &gate.step, &gate.reason, decided, env.at);
            let phase = run.step(&gate.step).map(|s| s.plan.phase);
            if let Some(phase) = phase.filter(|p| !run.settings.relaxed.contains(p)) {
                run.settings.relaxed.push(phase);
            }
        }
        Verb::Changes { text } => {
            again(run, &gate.step, &gate.reason, Some(text));
            say(run, env, Some(gate.step), Clean::new(YOU), text.clone());
        }
        Verb::Fault { text } => {
            // The build is opened again by what is recorded next.
            let build = run.build_at_fault(&gate).map(|build| build.plan.id.clone());
            if let Some(step) = build.as_ref().and_then(|id| run.step_mut(id)) {
                step.feedback.push(text.clone());
            }
            say(run, env, build, Clean::new(YOU), text.clone());
        }
        Verb::Reject => {
            let detail = Clean::from(format!("{id} was rejected by {}: {}", decided.who, undone(run, &gate.step)));
            again(run, &gate.step, &gate.reason, None);
            run.status = RunStatus::Paused { reason: PauseReason::Gate, detail };
        }
    }
}

fn approved(run: &mut Run, step: &StepId, reason: &GateReason, decided: &Decided, at: Timestamp) {
    if let GateReason::Budget { raise_to, scope, .. } = reason {
        let settings = &mut run.settings;
        let bound = match scope {
            Scope::Run => &mut settings.budget,
            Scope::Phase => &mut settings.caps.phase,
            Scope::Step => &mut settings.caps.step,
        };
        // Of two gates that waited at once the second must not take back what the first allowed.
        if let Some(raised) = raise_to
            && bound.is_some_and(|budget| raised.exceeds(budget))
        {
            *bound = Some(*raised);
        }
        if let Some(step) = run.step_mut(step) {
            step.state = StepState::Working;
        }
        return;
    }
    let stands_in = run.step(step).is_some_and(|step| step.proposal.is_none() && run.may_stand_in(step));
    let Some(step) = run.step_mut(step) else { return };
    if !decided.by_policy {
        step.failures = 0;
        step.last_signature = None;
    }
    if step.proposal.is_some() {
        step.state = StepState::Committing;
    } else if !stands_in {
        step.state = StepState::Failed;
        step.fail_reason = Some(Clean::from(format!("{} accepted that it has no result", decided.who)));
        step.ended_at = Some(at);
    }
}

/// Another attempt, with fresh repairs: of the step, and for the plan gate of the understanding it covers too.
fn again(run: &mut Run, step: &StepId, reason: &GateReason, text: Option<&Clean>) {
    let mut names = vec![step.clone()];
    if *reason == GateReason::Plan {
        names.push(step_id(if step.as_str() == PLAN { UNDERSTAND } else { PLAN }));
    }
    for name in names {
        let Some(step) = run.step_mut(&name) else { continue };
        step.feedback.retain(|f| !f.starts_with(super::super::repair::FAILED));
        let failed = super::super::repair::feedback(step);
        step.feedback.extend(failed);
        step.feedback.extend(text.cloned());
        step.failures = 0;
        step.last_signature = None;
        step.reserved = Usage::default();
        reset(step);
    }
}

/// The steps that an answer to an assumption makes again: the understanding and the plan while the plan is not approved,
/// then the design while that is not approved, then none.
#[must_use]
pub(in super::super) fn reopens(run: &Run) -> Vec<StepId> {
    let approved = |s: &&Step| matches!(s.state, StepState::Committing | StepState::Done);
    let of = |kind| run.steps().find(|s| s.plan.produces == kind);
    match (of(ReplyKind::Plan), of(ReplyKind::Design)) {
        (_, Some(design)) if approved(&design) => Vec::new(),
        (_, Some(design)) => vec![design.plan.id.clone()],
        (Some(plan), None) if approved(&plan) => Vec::new(),
        (_, None) => vec![step_id(UNDERSTAND), step_id(PLAN)],
    }
}

pub(super) fn reopened(run: &mut Run, answered: AssumptionId) {
    for name in reopens(run) {
        for gate in run.gates.values_mut().filter(|g| g.step == name && g.is_open()) {
            gate.withdrawn =
                Some(Clean::from(format!("{answered} was answered; {name} is done again with the answer")));
        }
        if let Some(step) = run.step_mut(&name) {
            reset(step);
        }
    }
}

/// What rejecting the proposal of a step drops, in words. Nothing of it was in force.
pub(in super::super) fn undone(run: &Run, id: &StepId) -> String {
    use crate::domain::run::Proposal;
    let count = |n: usize, one: &str| if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") };
    let what = match run.step(id).and_then(|s| s.proposal.as_ref()) {
        None => "nothing was proposed".to_owned(),
        Some(Proposal::Understand { interpretations, assumptions, .. }) => {
            format!(
                "{} and {} are dropped",
                count(interpretations.len(), "interpretation"),
                count(assumptions.len(), "assumption")
            )
        }
        Some(Proposal::Plan { plan }) => {
            format!(
                "the plan ({}, {}) is dropped and the understanding is made again",
                count(plan.modules.len(), "module"),
                count(plan.steps.len(), "step")
            )
        }
        Some(Proposal::Design { decisions, artifacts, .. }) => {
            format!("{} and {} are dropped", count(decisions.len(), "decision"), count(artifacts.len(), "artifact"))
        }
        Some(Proposal::Build { files, links, .. }) => {
            format!("{} with {} are not written", count(files.len(), "file"), count(links.len(), "linked range"))
        }
        Some(Proposal::Test { files, links, .. }) => {
            format!("{} with {} are not written", count(files.len(), "file"), count(links.len(), "linked test"))
        }
        Some(Proposal::Verify { findings, .. }) => format!("{} are dropped", count(findings.len(), "finding")),
    };
    format!("{id}: {what}")
}
