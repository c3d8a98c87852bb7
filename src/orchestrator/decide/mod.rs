//! Turning an input into events, one file per concern.

mod begin;
mod call;
mod checked;
mod command;
mod commit;
mod finish;
mod gate;
mod schedule;

use super::{Input, Refusal, apply};
use crate::domain::{
    StepId,
    event::{EVENT_VERSION, Envelope, Event},
    run::{Run, RunStatus, Step},
};
use jiff::Timestamp;

/// What happens because of an input, and the state after it.
#[derive(Debug)]
pub struct Decided {
    pub events: Vec<Event>,
    /// The run with the events folded in, as [`super::apply`] does it; `None` where the first of them begins one, or one
    /// goes back to a state that the run as it is does not tell.
    pub run: Option<Run>,
}

/// What happens because of `input`, as [`advance`] says it, without the state after it.
///
/// # Errors
/// [`Refusal`], whose text is for the person who asked.
pub fn decide(run: Option<&Run>, input: Input, at: Timestamp) -> Result<Vec<Event>, Refusal> {
    advance(run, input, at).map(|decided| decided.events)
}

/// What happens because of `input`. An input that no longer fits (a late result of an old attempt, a repeated one) makes
/// no events; a person's command that does not fit is refused in words.
///
/// # Errors
/// [`Refusal`], whose text is for the person who asked.
pub fn advance(run: Option<&Run>, input: Input, at: Timestamp) -> Result<Decided, Refusal> {
    if let Input::Begin { name, requirement, clauses, attachments, existing, settings, who, instructions } = input {
        let started = Event::RunStarted { name, requirement, settings, who, instructions };
        let events = begin::begin(run, started, attachments, existing, clauses, at)?;
        return Ok(Decided { events, run: None });
    }
    let Some(run) = run else {
        return Err(Refusal("there is no run here yet: start one with `g1 run`".to_owned()));
    };
    let mut draft = Draft { run: run.clone(), events: Vec::new(), at };
    match input {
        Input::Begin { .. } => {}
        Input::Packed { step, attempt, call, seat, page, covers, pack, blob, tokens, items, cut } => {
            if draft.working(&step, attempt).is_some_and(|s| s.calls.len() == call && s.open_call().is_none()) {
                let (id, seat) = (step.clone(), Some(seat));
                draft.push(Event::StepContext { step, attempt, pack, blob, tokens, items, cut, seat, page, covers });
                if call == 0 && page.is_part() {
                    call::told_of_pages(&mut draft, id, page);
                }
            }
        }
        Input::CallStarting { step, attempt, call, request, model, worst_case } => {
            if draft.working(&step, attempt).is_some_and(|s| s.answered() == call) {
                call::starting(&mut draft, step, attempt, request, model, worst_case);
            }
        }
        Input::CallDone { step, attempt, call, earlier, request, reply, text, usage, cached, by } => {
            let (step_id, merged, turn) = (step.clone(), None, false);
            let finished =
                Event::CallFinished { step: step_id, attempt, request, reply, usage, cached, by, merged, turn };
            call::done(&mut draft, &step, attempt, call, finished, earlier.into_iter().chain([text]).collect());
        }
        Input::Used { step, attempt, call, uses, draft: files } => {
            call::used(&mut draft, step, attempt, call, uses, files);
        }
        Input::CallFailed { step, attempt, error, pause, spent } => {
            call::failed(&mut draft, &step, attempt, error, pause, spent);
        }
        Input::CallLost { step, spent } => call::lost(&mut draft, step, spent),
        Input::Refused { step, attempt, error } => call::refused(&mut draft, &step, attempt, error),
        Input::StoodIn { step, attempt, text } => gate::stand_in(&mut draft, step, attempt, text),
        Input::Checked { step, attempt, checked } => checked::checked(&mut draft, &step, attempt, checked),
        Input::Committed { step, files } => commit::committed(&mut draft, step, files),
        Input::Finished { tree, booted } => finish::finished(&mut draft, tree, booted),
        // The state it goes back to decides what follows, and that is not this draft's.
        Input::Rewind { step, to, aside, who } => {
            return Ok(Decided { events: vec![Event::Rewound { step, to, aside, who }], run: None });
        }
        Input::Restored => {
            if draft.run.restoring.is_some() {
                draft.push(Event::Restored);
            }
        }
        Input::Command(command) => command::command(&mut draft, command)?,
        Input::Continue => {}
        Input::Interrupted { reason, detail } => {
            if draft.live() {
                draft.push(Event::Paused { reason, detail });
            }
        }
    }
    schedule::schedule(&mut draft, run);
    Ok(Decided { events: draft.events, run: Some(draft.run) })
}

/// The run as it will be once the events so far are applied.
struct Draft {
    run: Run,
    events: Vec<Event>,
    at: Timestamp,
}

impl Draft {
    fn push(&mut self, event: Event) {
        let env = Envelope { seq: self.run.seq + 1, at: self.at, v: EVENT_VERSION, event };
        apply::fold(&mut self.run, &env);
        self.events.push(env.event);
    }
    /// Neither paused nor over.
    fn live(&self) -> bool {
        matches!(self.run.status, RunStatus::Running | RunStatus::WaitingAtGate)
    }
    /// The step, when it is at this attempt and a persona works on it.
    fn working(&self, step: &StepId, attempt: u32) -> Option<&Step> {
        let step = self.run.step(step)?;
        (step.attempt == attempt && step.state == crate::domain::run::StepState::Working).then_some(step)
    }
}
