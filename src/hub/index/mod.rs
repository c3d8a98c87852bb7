//! Finding things in the hub. The lexical index answers searches and ranks what goes into context packs. The vector
//! indices are complete and tested but nothing makes vectors yet: no text encoder is built in.

pub mod flat;
pub mod graph;
pub mod lexical;
pub mod vector;

pub use lexical::Lexical;
pub use vector::{Refused, VectorIndex};
