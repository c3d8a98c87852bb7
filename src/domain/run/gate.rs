//! Gates: where a run waits for a decision, and the decision.

use crate::domain::{
    Clean, GateId, Hash, StepId,
    usage::{Budget, Scope},
};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GateReason {
    /// Understanding and plan in one decision.
    Plan,
    Step,
    PhaseEnd,
    /// Checks stayed red after the permitted repairs.
    Red {
        why: Clean,
    },
    /// The budget does not cover the next call.
    Budget {
        why: Clean,
        /// What the budget becomes when a person approves.
        #[serde(default)]
        raise_to: Option<Budget>,
        /// Whose bound that is.
        #[serde(default)]
        scope: Scope,
    },
    /// The result of the whole run.
    Result,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    Approve,
    /// Approve this and the rest of its phase while green.
    ApprovePhase,
    Changes {
        text: Clean,
    },
    /// Reject: the step's proposal is dropped, the run pauses.
    Reject,
}

/// Who decided what, when, on exactly which content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    pub verb: Verb,
    /// A person's name, or `by policy` for green gates under `--gates none`.
    pub who: Clean,
    pub by_policy: bool,
    pub at: jiff::Timestamp,
    /// Digest of the proposal that was shown; a decision on another digest is refused.
    pub digest: Hash,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gate {
    pub id: GateId,
    pub step: StepId,
    pub reason: GateReason,
    pub digest: Hash,
    pub opened_at: jiff::Timestamp,
    pub decided: Option<Decided>,
    /// Why nobody will decide it any more: its step failed by policy, or what it showed was re-opened.
    #[serde(default)]
    pub withdrawn: Option<Clean>,
}

impl Gate {
    /// Somebody still has to decide it.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.decided.is_none() && self.withdrawn.is_none()
    }
    #[must_use]
    pub fn is_red(&self) -> bool {
        matches!(self.reason, GateReason::Red { .. } | GateReason::Budget { .. })
    }
}
