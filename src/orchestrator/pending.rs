//! What is still to be done, from the state alone.

use super::{Effect, gates, needs_execution, stand_in};
use crate::domain::run::{Run, RunStatus, Step, StepState};

/// Effects in plan order. Nothing while the run is paused or over. An effect is issued until its result is an event, so
/// the driver keeps a set of those it has under way.
#[must_use]
pub fn pending(run: &Run) -> Vec<Effect> {
    // Whatever the run does next, it does on the files of its state: even a paused one has them put back.
    if run.restoring.is_some() {
        return vec![Effect::Restore];
    }
    if !matches!(run.status, RunStatus::Running | RunStatus::WaitingAtGate) {
        return Vec::new();
    }
    let mut effects: Vec<Effect> = run.steps().filter_map(|step| effect(run, step)).collect();
    if effects.is_empty() && !run.steps.is_empty() && run.steps().all(Step::settled) {
        effects.push(Effect::Finish);
    }
    let overdue = gates::startable(run).next().is_some()
        || gates::blocked(run).is_some()
        || gates::policy_decides(run).is_some()
        || gates::ends_at_plan(run);
    if overdue {
        effects.push(Effect::Continue);
    }
    effects
}

fn effect(run: &Run, step: &Step) -> Option<Effect> {
    let id = step.plan.id.clone();
    match step.state {
        StepState::Working => Some(Effect::Call { step: id, attempt: step.attempt }),
        StepState::Checking if step.open_turn().is_some() => Some(Effect::Use { step: id, attempt: step.attempt }),
        StepState::Checking if needs_execution(step.plan.produces) && step.proposal.is_some() => {
            Some(Effect::Check { step: id, attempt: step.attempt })
        }
        // The journal ends before the reply was judged: the call cache delivers it again, nothing is paid.
        StepState::Checking => Some(Effect::Call { step: id, attempt: step.attempt }),
        StepState::Committing => Some(Effect::Commit { step: id }),
        StepState::AtGate if stand_in::due(run, step).is_some() => {
            Some(Effect::StandIn { step: id, attempt: step.attempt + 1 })
        }
        StepState::Waiting | StepState::AtGate | StepState::Done | StepState::Failed | StepState::Blocked => None,
    }
}
