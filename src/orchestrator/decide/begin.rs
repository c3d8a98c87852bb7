//! The first events of a run.

use super::{Draft, schedule};
use crate::{
    domain::{
        attachment::Attachment,
        clause::Clause,
        event::{EVENT_VERSION, Envelope, Event},
        existing::Existing,
        run::Run,
    },
    orchestrator::{Refusal, apply::apply},
};
use jiff::Timestamp;

pub(super) fn begin(
    run: Option<&Run>,
    started: Event,
    attachments: Vec<Attachment>,
    existing: Option<Existing>,
    clauses: Vec<Clause>,
    at: Timestamp,
) -> Result<Vec<Event>, Refusal> {
    if run.is_some() {
        return Err(Refusal("a run was already started here: `g1 resume` goes on with it".to_owned()));
    }
    if clauses.is_empty() {
        return Err(Refusal("the requirement is empty: say what shall be built".to_owned()));
    }
    let mut state = None;
    apply(&mut state, &Envelope { seq: 1, at, v: EVENT_VERSION, event: started.clone() });
    let Some(state) = state else {
        return Err(Refusal("the run could not be started".to_owned()));
    };
    let before = state.clone();
    let mut draft = Draft { run: state, events: vec![started], at };
    for attachment in attachments {
        draft.push(Event::Attached { attachment });
    }
    if let Some(existing) = existing {
        draft.push(Event::Surveyed { existing });
    }
    for clause in clauses {
        draft.push(Event::ClauseAdded { clause });
    }
    schedule::schedule(&mut draft, &before);
    Ok(draft.events)
}
