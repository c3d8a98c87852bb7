//! Runs the effects of the orchestrator: the only writer of a project, with tasks for calls, checks and commits.
//!
//! [`engine`] is the loop: an [`Input`](crate::orchestrator::Input) is decided into events, the events are journalled,
//! folded and broadcast, and whatever is then pending is started. Tasks talk to the loop through [`handle::Port`]; front
//! ends through [`Handle`]; other shells through [`socket`].

pub mod back;
pub mod client;
mod engine;
mod existing;
mod follow;
mod handle;
pub mod headless;
pub mod jsonl;
mod open;
mod preview;
pub mod purse;
mod replay;
mod services;
mod socket;
mod subscribers;
pub mod summary;
mod tasks;
pub mod told;
pub mod transcript;
pub mod verify;

mod window;
mod wire;

pub use follow::{attach, is_live};
pub use handle::Handle;
pub use open::{OpenError, Prepared, Setup, Start, create, create_with, reopen, slug, who};
pub use replay::{Replayed, attached, replay};
pub use services::Services;
