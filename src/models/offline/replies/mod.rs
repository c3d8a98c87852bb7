//! The typed replies of the offline engine, one file per kind of step.

pub mod build;
pub mod design;
pub mod plan;
pub mod review;
mod section;
pub mod test;
pub mod understand;
pub mod verify;

use crate::domain::{ClauseId, DecisionId, reply::TeachBack};
pub use section::Section;

/// What a persona says it will honour.
pub(super) fn teach_back(clauses: impl Iterator<Item = ClauseId>, decisions: Vec<DecisionId>) -> TeachBack {
    TeachBack {
        clauses: clauses.map(|c| c.to_string()).collect(),
        decisions: decisions.iter().map(ToString::to_string).collect(),
    }
}
