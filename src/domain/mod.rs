//! Plain data, no I/O. Every other layer depends on this one and this one on none.

pub mod artifact;
pub mod attachment;
pub mod baseline;
mod call;
pub mod change;
pub mod clause;
pub mod command;
pub mod compare;
pub mod condition;
pub mod event;
pub mod evidence;
pub mod existing;
pub mod hash;
pub mod ids;
pub mod made;
pub mod outline;
pub mod pack;
pub mod persona;
pub mod plan;
pub mod reply;
pub mod run;
mod shared;
pub mod stand_in;
pub mod text;
pub mod tool;
pub mod trace;
pub mod usage;
mod words;

pub use hash::Hash;
pub use ids::{
    AssumptionId, ClauseId, DecisionId, EvidenceId, GateId, InterpretationId, InterpretationKind, PersonaId, StepId,
};
pub use shared::Shared;
pub use text::{Clean, counted, in_shell};
pub use words::words;
