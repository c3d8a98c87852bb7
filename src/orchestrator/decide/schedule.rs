//! After every input: what can start now is started, what never can is blocked, phases begin and end.

use super::Draft;
use crate::{
    domain::{
        artifact::tree_hash,
        event::Event,
        plan::Phase,
        run::{GateReason, Outcome, Run, Step},
    },
    orchestrator::gates,
};

pub(super) fn schedule(draft: &mut Draft, before: &Run) {
    while draft.live()
        && let Some(gate) = gates::policy_decides(&draft.run).cloned()
    {
        match gate.reason {
            GateReason::Red { why } => draft.push(Event::StepFailed { step: gate.step, reason: why }),
            _ => super::gate::by_policy(draft, gate.id, gate.digest),
        }
    }
    if draft.live() && gates::ends_at_plan(&draft.run) {
        let tree = tree_hash(draft.run.files.values());
        let evidence = super::finish::newest_tests(&draft.run);
        draft.push(Event::RunCompleted { outcome: Outcome::Partial, tree, evidence });
    }
    if draft.live() {
        while let Some((step, by)) = gates::blocked(&draft.run) {
            draft.push(Event::StepBlocked { step, by });
        }
    }
    for phase in Phase::ALL {
        if ended(&draft.run, phase) && !ended(before, phase) {
            draft.push(Event::PhaseCompleted { phase });
        }
    }
    while draft.live() {
        let Some(step) = gates::startable(&draft.run).next() else { break };
        let (id, attempt, phase) = (step.plan.id.clone(), step.attempt + 1, step.plan.phase);
        if !draft.run.steps().any(|s| s.plan.phase == phase && s.attempt > 0) {
            draft.push(Event::PhaseStarted { phase });
        }
        draft.push(Event::StepStarted { step: id, attempt });
    }
}

fn ended(run: &Run, phase: Phase) -> bool {
    let mut steps = run.steps().filter(|s| s.plan.phase == phase).peekable();
    steps.peek().is_some() && steps.all(Step::settled)
}
