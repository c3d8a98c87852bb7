//! The run as a pure state machine: [`decide`] turns an input into events, [`apply`] folds one event, [`pending`] says
//! what is still to be done. Resume is: fold the journal, then carry out `pending`.
//!
//! No I/O, no clock, no randomness: the same inputs give the same events. `decide` works on a draft of the run to which it
//! applies each event it emits, so the rules of `apply` are written once and every event is decided on the state that the
//! events before it make. A journal cut anywhere, even within the events of one input, can be continued: what the missing
//! events would have said is decided again from the effect that `pending` issues again.

pub mod apply;
mod asked;
pub mod budget;
pub mod calls;
pub mod checks;
pub mod decide;
pub mod editing;
pub mod gates;
pub mod history;
pub mod input;
pub mod pending;
pub mod plan;
pub mod propose;
pub mod repair;
pub mod stand_in;
pub mod summary;
#[cfg(test)]
pub mod testing;
#[cfg(test)]
mod tests;

pub use apply::apply;
pub use checks::schema::{Reply, parse};
pub use decide::{Decided, advance, decide};
pub use input::{Checked, Effect, Executed, Input, Refusal};
pub use pending::pending;

use crate::domain::{PersonaId, StepId, reply::ReplyKind};

/// The two steps that every run begins with; the others come with the plan.
pub const UNDERSTAND: &str = "understand";
pub const PLAN: &str = "plan";

/// Steps of these kinds bring something that G1 stores, resolves or executes before it believes it.
#[must_use]
pub fn needs_execution(kind: ReplyKind) -> bool {
    matches!(kind, ReplyKind::Build | ReplyKind::Test | ReplyKind::Verify)
}

/// An id written in this source, known to be well formed.
#[expect(clippy::expect_used, reason = "names in this source; the tests make every one of them")]
fn step_id(name: &'static str) -> StepId {
    StepId::new(name).expect("built-in step ids are well formed")
}
#[expect(clippy::expect_used, reason = "names in this source; the tests make every one of them")]
fn persona_id(name: &'static str) -> PersonaId {
    PersonaId::new(name).expect("built-in persona ids are well formed")
}
