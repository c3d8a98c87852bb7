//! The persona-designed workflow: a typed graph of steps grouped into phases.

use super::{ClauseId, Clean, PersonaId, StepId, persona::ReadKind, reply::ReplyKind};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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

/// How many calls a step is divided into.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlanVariant {
    #[default]
    Lean,
    Standard,
    Thorough,
}

impl PlanVariant {
    pub const ALL: [Self; 3] = [Self::Lean, Self::Standard, Self::Thorough];
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Lean => "lean",
            Self::Standard => "standard",
            Self::Thorough => "thorough",
        }
    }
    /// What it does more than the one before it, in a few words.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Self::Lean => "personas share a call",
            Self::Standard => "a call for each persona, a verifier reads understanding, design and code",
            Self::Thorough => {
                "also teach-backs, plan in two rounds, a tester blind to the code, a verifier on every step"
            }
        }
    }
}

/// What is asked in one call of a step.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// The reply of the step, or the part of it that those in this seat are responsible for.
    #[default]
    Work,
    /// Before the work: the ids that the receiver says it will honour, and nothing else.
    TeachBack,
    /// After the work: the verifier judges the draft against the original words.
    Review,
}

/// Those who answer together in one call of a step, and what they are asked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Seat {
    pub personas: Vec<PersonaId>,
    #[serde(default)]
    pub task: Task,
    /// From 1; in a second round everybody sees what all said in the first.
    #[serde(default = "first")]
    pub round: u32,
    /// Works from requirement and design alone: the code is not shown.
    #[serde(default)]
    pub blind: bool,
}

fn first() -> u32 {
    1
}

impl Seat {
    /// Everybody of the step in one call.
    #[must_use]
    pub fn shared(step: &StepPlan) -> Self {
        Self::work(step.personas.clone())
    }
    #[must_use]
    pub fn work(personas: Vec<PersonaId>) -> Self {
        Self { personas, task: Task::Work, round: 1, blind: false }
    }
    /// Developers and testers at their work may use tools. Those show the code: who works without having seen it has none.
    #[must_use]
    pub fn may_use_tools(&self, kind: ReplyKind) -> bool {
        matches!(kind, ReplyKind::Build | ReplyKind::Test) && self.task == Task::Work && !self.blind
    }
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
    /// Of these calls those that are further pages: the requirement does not fit into one prompt.
    #[serde(default)]
    pub pages: u32,
    /// Calls besides these in which developers and testers are expected to use tools.
    #[serde(default)]
    pub turns: u32,
}

impl Estimate {
    /// Both, one after the other.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            calls: self.calls.saturating_add(other.calls),
            tokens: self.tokens.saturating_add(other.tokens),
            cost_micros: self.cost_micros.saturating_add(other.cost_micros),
            seconds: self.seconds.saturating_add(other.seconds),
            pages: self.pages.saturating_add(other.pages),
            turns: self.turns.saturating_add(other.turns),
        }
    }
    /// What is not plain of the number of calls, in brackets: further pages, and turns with tools.
    #[must_use]
    pub fn besides(&self) -> String {
        let pages = (self.pages > 0).then(|| format!("{} of them further pages", self.pages));
        let turns = (self.turns > 0).then(|| format!("and about {} turns with tools", self.turns));
        let besides: Vec<String> = pages.into_iter().chain(turns).collect();
        if besides.is_empty() { String::new() } else { format!(" ({})", besides.join(", ")) }
    }
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
    /// What each way of carrying it out is expected to take, the leanest first.
    #[serde(default)]
    pub options: Vec<(PlanVariant, Estimate)>,
    /// The same for each step; the steps before the plan are in none of them.
    #[serde(default)]
    pub per_step: Vec<(PlanVariant, BTreeMap<StepId, Estimate>)>,
}

impl Plan {
    /// Without its steps, which follow from the modules.
    #[must_use]
    pub fn for_personas(&self) -> Self {
        Self {
            steps: Vec::new(),
            estimate: Estimate::default(),
            options: Vec::new(),
            per_step: Vec::new(),
            ..self.clone()
        }
    }
    /// What a step is expected to take when the plan is carried out in this way; `None` where nobody estimated it.
    #[must_use]
    pub fn expected(&self, variant: PlanVariant, step: &StepId) -> Option<Estimate> {
        let (_, steps) = self.per_step.iter().find(|(way, _)| *way == variant)?;
        steps.get(step).copied()
    }
}
