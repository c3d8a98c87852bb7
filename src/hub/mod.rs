//! What personas work from, and the truth it is folded from.
//!
//! `.g1/journal` and `.g1/blobs/` are the truth. Everything else here is derived: the checkpoint (so that a long project
//! opens at once), the store (look-ups, the call cache), the indices and the context packs. Derived things are rebuilt
//! unasked whenever they are missing, behind or damaged.

pub mod blobs;
pub mod checkpoint;
pub mod clauses;
pub mod encoder;
mod error;
mod facade;
#[cfg(test)]
pub(crate) mod fixture;
pub mod heads;
pub mod index;
pub mod journal;
pub mod pack;
pub mod project;
#[cfg(test)]
mod project_tests;
pub mod store;
pub mod verify;

pub use blobs::Blobs;
pub use error::HubError;
pub use facade::{Document, Filter, Hit, Hub};
pub use project::{Opened, Project, read, writer};
pub use verify::{VerifyReport, verify};
