//! The calls that a step is made of.

use super::{
    ClauseId, Hash,
    pack::Page,
    plan::{Seat, Task},
    reply::ReplyKind,
    run::{Run, Step},
    tool::Turn,
};
use serde::{Deserialize, Serialize};

/// One call of the current attempt of a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    pub seat: Seat,
    pub page: Page,
    /// The clauses that this page put before the persona; empty when all were in one prompt.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub covers: Vec<ClauseId>,
    /// The blob of its pack.
    pub pack: Option<Hash>,
    /// The blob of the raw reply; `None` while it is being made.
    pub reply: Option<Hash>,
    /// The reply asked for tools in place of answering: a turn, after which the same is asked again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn: Option<Turn>,
}

impl Run {
    /// What the prompts of a step call the product: nothing before somebody has named it, so that the name of a folder is no
    /// part of what is asked.
    #[must_use]
    pub fn product(&self, step: &Step) -> &str {
        let named = step.plan.produces != ReplyKind::Understand || step.renews;
        if named { &self.title } else { "" }
    }
}

impl Call {
    /// Who was asked for what, in a line: `developer, page 2 of 3`.
    #[must_use]
    pub fn title(&self) -> String {
        let mut parts = vec![self.seat.personas.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")];
        match self.seat.task {
            Task::Work => {}
            Task::TeachBack => parts.push("teach-back".into()),
            Task::Review => parts.push("review".into()),
        }
        if self.seat.round > 1 {
            parts.push(format!("round {}", self.seat.round));
        }
        if self.page.is_part() {
            parts.push(format!("page {} of {}", self.page.number, self.page.of));
        }
        if self.turn.is_some() {
            parts.push("tools".into());
        }
        parts.join(", ")
    }
}
