//! The offline engine: rules instead of a language model. It reads English, derives an [`spec::AppSpec`] from the clauses
//! in its pack and fills parametric blueprints. Deterministic, no network, no key.

pub mod blueprint;
pub mod read;
pub mod spec;
pub mod suite;
