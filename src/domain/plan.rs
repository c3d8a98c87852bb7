//! The persona-designed workflow: a typed graph of steps grouped into phases.

use super::{ClauseId, Clean, PersonaId, StepId, persona::ReadKind, reply::ReplyKind};
use serde::{Deserialize, Serialize};

/// The phases every plan has, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    Requirements,
    Planning,
    Architecture,
    Development,
    Testing,
    Output,
}

impl Phase {
    pub const ALL: [Self; 6] =
        [Self::Requirements, Self::Planning, Self::Architecture, Self::Development, Self::Testing, Self::Output];
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Requirements => "Requirements",
            Self::Planning => "Planning",
            Self::Architecture => "Architecture",
            Self::Development => "Development",
            Self::Testing => "Testing",
            Self::Output => "Output",
        }
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlanVariant {
    #[default]
    Lean,
    Standard,
    Thorough,
}

/// One piece of work of one or more personas, as planned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepPlan {
    pub id: StepId,
    pub phase: Phase,
    pub title: Clean,
    /// Who signs; the first one leads. Several may share one call.
    pub personas: Vec<PersonaId>,
    pub produces: ReplyKind,
    /// The module this step builds or tests.
    pub module: Option<Clean>,
    /// Clauses this step is responsible for. `understand`, `plan`, `design` and `verify` own all demanding clauses.
    pub clauses: Vec<ClauseId>,
    /// Steps whose results must be approved first; also the only steps whose artifacts and files its pack may show.
    pub after: Vec<StepId>,
    pub reads: Vec<ReadKind>,
}

/// A part of the application built and tested on its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Module {
    pub name: Clean,
    pub purpose: Clean,
    pub clauses: Vec<ClauseId>,
    pub depends_on: Vec<Clean>,
}

/// What the rest of the run is expected to take.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Estimate {
    pub calls: u32,
    pub tokens: u64,
    pub cost_micros: u64,
    pub seconds: u64,
}

/// The validated plan. Steps are in plan order: ids are merged and results recorded in this order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    pub variant: PlanVariant,
    pub modules: Vec<Module>,
    pub steps: Vec<StepPlan>,
    pub team_notes: Clean,
    pub communication_notes: Clean,
    pub estimate: Estimate,
}
