//! Decisions at gates.

use super::{Draft, call};
use crate::{
    domain::{
        Clean, GateId, Hash, StepId,
        event::Event,
        run::{Decided, Gate, GateReason, PauseReason, Proposal, Run, RunStatus, StepState, Verb},
        stand_in::about,
    },
    orchestrator::{Refusal, apply::G1, checks::schema, gates, plan, stand_in::due},
};

pub(super) fn next_id(run: &Run) -> GateId {
    run.gates.keys().next_back().map_or(GateId(1), |id| GateId(id.0 + 1))
}

/// The recorded policy of `--gates none`; only green gates come here.
pub(super) fn by_policy(draft: &mut Draft, gate: GateId, digest: Hash) {
    let who = Clean::new(gates::BY_POLICY);
    let decided = Decided { verb: Verb::Approve, who, by_policy: true, at: draft.at, digest };
    draft.push(Event::GateDecided { gate, decided });
}

/// The gate, when it is open and still shows what the person saw.
fn open<'a>(draft: &'a Draft, id: GateId, digest: &Hash) -> Result<&'a Gate, Refusal> {
    let refuse = |text: String| Err(Refusal(text));
    let Some(gate) = draft.run.gates.get(&id) else {
        return refuse(format!("there is no gate {id}: `g1 gate list` shows those there are"));
    };
    if let Some(why) = gate.why_closed() {
        return refuse(why);
    }
    if gate.digest != *digest {
        return refuse(format!("what {id} shows has changed since you looked: look again, then decide"));
    }
    Ok(gate)
}

/// A person's own version of a reply is the next attempt of its step.
pub(super) fn edit(
    draft: &mut Draft,
    id: GateId,
    digest: &Hash,
    step: &StepId,
    reply: &str,
    who: Clean,
) -> Result<(), Refusal> {
    let gate = open(draft, id, digest)?;
    let parts = draft.run.editable(gate);
    let Some(part) = parts.iter().find(|p| p.step == *step) else {
        let all: Vec<String> = parts.iter().map(|p| p.step.to_string()).collect();
        let there = if all.is_empty() { "nothing".to_owned() } else { all.join(" and ") };
        return Err(Refusal(format!("at {id} {there} can be edited, not {step}")));
    };
    if let Err(error) = schema::parse(part.kind, reply) {
        return Err(Refusal(format!("the edited text does not have the agreed form: {error}")));
    }
    let attempt = draft.run.step(step).map_or(1, |s| s.attempt + 1);
    draft.push(Event::StepEdited { step: step.clone(), attempt, reply: Hash::of(reply.as_bytes()), who });
    call::judge(draft, step, attempt, &[reply.to_owned()], true);
    Ok(())
}

/// What G1 stands in with is the next attempt of its step, judged like any other.
pub(super) fn stand_in(draft: &mut Draft, id: StepId, attempt: u32, text: String) {
    let Some(step) = draft.run.step(&id).filter(|step| step.attempt + 1 == attempt) else { return };
    let Some(why) = due(&draft.run, step).cloned() else { return };
    let said = format!(
        "No usable reply for {id}: {why}. I stand in with the plainest one, so that the rest can go on: {}. No persona \
         has said any of it.",
        about(step)
    );
    let reply = Hash::of(text.as_bytes());
    draft.push(Event::StoodIn { step: id.clone(), attempt, reply, why });
    draft.push(Event::Said { step: Some(id.clone()), speaker: Clean::new(G1), text: Clean::from(said) });
    call::judge(draft, &id, attempt, &[text], true);
}

pub(super) fn decide(draft: &mut Draft, id: GateId, digest: Hash, verb: Verb, who: Clean) -> Result<(), Refusal> {
    let refuse = |text: String| Err(Refusal(text));
    let gate = open(draft, id, &digest)?;
    if matches!(verb, Verb::Approve | Verb::ApprovePhase)
        && let Some(Proposal::Plan { plan }) = draft.run.step(&gate.step).and_then(|s| s.proposal.as_ref())
        && !plan::runnable(plan)
    {
        return refuse(format!("the plan at {id} cannot be carried out: ask for changes, or reject it"));
    }
    if let Verb::Changes { text } = &verb {
        if matches!(gate.reason, GateReason::Budget { .. }) {
            return refuse(format!("{id} is about money: approve it, or reject it to stop here"));
        }
        if text.trim().is_empty() {
            return refuse("say what shall change".to_owned());
        }
    }
    let step = gate.step.clone();
    let at_fault = match &verb {
        Verb::Fault { text } if text.trim().is_empty() => return refuse("say what is wrong with the code".to_owned()),
        Verb::Fault { .. } => match draft.run.build_at_fault(gate) {
            Some(build) => Some(build.plan.id.clone()),
            None => return refuse(format!("{id} does not show failing tests that a developer could be asked about")),
        },
        _ => None,
    };
    let rejected = verb == Verb::Reject;
    let helps = draft.run.instead_of_remarks(gate).filter(|_| matches!(verb, Verb::Changes { .. }));
    let decided = Decided { verb, who, by_policy: false, at: draft.at, digest };
    draft.push(Event::GateDecided { gate: id, decided });
    if let Some(helps) = helps {
        draft.push(Event::Said { step: Some(step.clone()), speaker: Clean::new(G1), text: Clean::from(helps) });
    }
    if let Some(build) = at_fault {
        draft.push(Event::StepReopened { step: build, by: step.clone() });
    }
    if rejected {
        // The fold has paused the run already; the event says so to whoever follows the journal.
        if let RunStatus::Paused { detail, .. } = draft.run.status.clone() {
            draft.push(Event::Paused { reason: PauseReason::Gate, detail });
        }
    }
    if let Some(failed) = draft.run.step(&step).filter(|s| s.state == StepState::Failed) {
        let reason = failed.fail_reason.clone().unwrap_or_default();
        draft.push(Event::StepFailed { step, reason });
    }
    Ok(())
}
