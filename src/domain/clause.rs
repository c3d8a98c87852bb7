//! Clauses and what personas make of them.

use super::{AssumptionId, ClauseId, Clean, DecisionId, Hash, InterpretationId, PersonaId, StepId};
use serde::{Deserialize, Serialize};

/// The largest requirement, in bytes.
pub const LARGEST_REQUIREMENT: u64 = 1_000_000;

/// The user's original text. The bytes live in the blob store under `sha256`; they are never rewritten.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requirement {
    pub sha256: Hash,
    pub bytes: u64,
}

/// What a clause is about. All but `Goal` and `Context` demand something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClauseKind {
    Function,
    Data,
    Quality,
    Constraint,
    /// A thing that shall not be part of the product; a ban on behaviour is a `Constraint`.
    Exclusion,
    Goal,
    Context,
}

impl ClauseKind {
    #[must_use]
    pub fn demands(self) -> bool {
        !matches!(self, Self::Goal | Self::Context)
    }
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Function => "function",
            Self::Data => "data",
            Self::Quality => "quality",
            Self::Constraint => "constraint",
            Self::Exclusion => "exclusion",
            Self::Goal => "goal",
            Self::Context => "context",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    Requirement,
    Amendment,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Retired {
    Superseded,
    Removed,
}

/// An immutable numbered span of the requirement (byte offsets, end exclusive) or an amendment (no span).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clause {
    pub id: ClauseId,
    pub origin: Origin,
    pub span: Option<(u64, u64)>,
    /// Exactly the bytes of the span. Show it through [`Clean`], never raw.
    pub text: String,
    /// Headings above the clause, outermost first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub section: Vec<String>,
    /// `None` until the concierge has marked it.
    pub kind: Option<ClauseKind>,
    /// Why it has this kind.
    pub kind_reason: Option<Clean>,
    pub retired: Option<Retired>,
    pub supersedes: Option<ClauseId>,
}

impl Clause {
    /// True when somebody must build or forbid something because of this clause.
    #[must_use]
    pub fn demands(&self) -> bool {
        self.retired.is_none() && self.kind.is_some_and(ClauseKind::demands)
    }
    /// True in force and before anybody has said what kind of clause it is.
    #[must_use]
    pub fn is_unread(&self) -> bool {
        self.retired.is_none() && self.kind.is_none()
    }
    /// The text trimmed and made safe for one line of a screen.
    #[must_use]
    pub fn line(&self, max: usize) -> String {
        Clean::new(&self.text).one_line(max)
    }
}

/// What a persona understands clauses to demand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interpretation {
    pub id: InterpretationId,
    pub statement: Clean,
    pub clauses: Vec<ClauseId>,
    /// Acceptance criteria, each checkable by a test.
    pub acceptance: Vec<Clean>,
    pub by: PersonaId,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    pub id: DecisionId,
    pub title: Clean,
    pub choice: Clean,
    pub why: Clean,
    pub clauses: Vec<ClauseId>,
    pub by: PersonaId,
}

/// An open question answered with a default, so that work never stalls on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assumption {
    pub id: AssumptionId,
    pub question: Clean,
    /// The answer in force: the persona's default, or what a person said.
    pub answer: Clean,
    pub clauses: Vec<ClauseId>,
    /// A stable key by which the persona that asked recognises its question again, such as `entity-fields:entry`.
    pub key: Clean,
    pub by: PersonaId,
    /// Who answered, when it was not the persona's own default.
    pub answered_by: Option<Clean>,
    /// Answers that the persona can follow, its default first. One alone: nothing else can be built. None: any words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Clean>,
}

/// How a gap ends that is about words of an answer which nobody could follow.
#[must_use]
pub fn in_answer_to(question: &str) -> String {
    format!(" in the answer to “{question}”")
}

impl Assumption {
    /// The words of a person's answer that are not followed according to this gap.
    #[must_use]
    pub fn left_out<'g>(&self, gap: &'g Gap) -> Option<&'g str> {
        self.answered_by.as_ref()?;
        gap.what.strip_suffix(&in_answer_to(&self.question))
    }
}

/// What the personas at hand cannot do for a clause, named before anything is built.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    pub clause: ClauseId,
    /// The words of the clause that stay unfulfilled.
    pub what: Clean,
    pub reason: Clean,
    /// True: nothing of the clause will be built (it ends `missing`). False: the other part will (it ends at most `tested`).
    pub whole: bool,
    /// The build that found it; `None`: it was named when the requirement was understood.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<StepId>,
}

/// A person's decision to live without a clause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiver {
    pub clause: ClauseId,
    pub who: Clean,
    pub why: Clean,
    pub at: jiff::Timestamp,
}
