//! The trace: every clause tied to code and tests, with the status its evidence supports. Pure: a function of the run.
//! Its JSON form is a fixed contract (design 5.3).

use serde::{Deserialize, Serialize};

/// Weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Missing,
    Designed,
    Built,
    Tested,
    Proven,
    Waived,
}

impl Status {
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Designed => "designed",
            Self::Built => "built",
            Self::Tested => "tested",
            Self::Proven => "proven",
            Self::Waived => "waived",
        }
    }
}
