//! Finding things in the hub: by words ([`Lexical`]), by what they say ([`VectorIndex`]), and by both ([`Retrieval`]).
//!
//! Context packs are ranked by words alone: vectors differ in their last digits from one processor to the next, and a
//! pack has to be the same on every machine.

pub mod flat;
pub mod graph;
pub mod lexical;
pub mod retrieval;
pub mod vector;

pub use lexical::Lexical;
pub use retrieval::{Found, Retrieval};
pub use vector::{Refused, VectorIndex};
