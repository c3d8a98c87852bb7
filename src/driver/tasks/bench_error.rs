//! Why a check could not be finished: for the reply, whose author hears of it, or for something that is not his.

use super::TaskError;
use crate::{domain::Clean, evidence::EvidenceError, hub::HubError};

/// Why a check could not be finished.
pub(super) enum BenchError {
    /// Something in the reply is at fault.
    Reply(Clean),
    Task(TaskError),
}

impl From<EvidenceError> for BenchError {
    fn from(error: EvidenceError) -> Self {
        match error {
            EvidenceError::Cancelled => Self::Task(TaskError::Cancelled),
            EvidenceError::Unsupported(..) | EvidenceError::Tool(_) => Self::Reply(Clean::from(error.to_string())),
            other => Self::Task(TaskError::Failed(Clean::from(other.to_string()))),
        }
    }
}

impl From<TaskError> for BenchError {
    fn from(error: TaskError) -> Self {
        Self::Task(error)
    }
}

impl From<HubError> for BenchError {
    fn from(error: HubError) -> Self {
        Self::Task(error.into())
    }
}
