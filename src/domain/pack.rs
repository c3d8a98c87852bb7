//! Context packs: exactly what a persona is given for one step.

pub mod report;
mod words;

use super::{ClauseId, Clean, Hash, PersonaId, StepId, condition::Condition, plan::Seat};
use serde::{Deserialize, Serialize};
use std::{borrow::Cow, collections::BTreeSet};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PackKind {
    /// A clause, verbatim. `id` is the clause id, `label` its kind if marked.
    Clause,
    /// JSON of [`super::clause::Interpretation`].
    Interpretation,
    /// JSON of [`super::clause::Assumption`].
    Assumption,
    /// JSON of [`super::clause::Decision`].
    Decision,
    /// JSON of [`super::clause::Gap`].
    Gap,
    /// JSON of [`super::plan::Plan`] or of the module this step is about.
    Plan,
    /// A design artifact, its content as written.
    Artifact,
    /// A workspace file from an upstream step.
    File,
    /// The report of an execution: JSON of [`report::Ran`] or [`report::Searched`], or the lines of a control run.
    Evidence,
    /// A text that came with the requirement.
    Attachment,
    /// `AGENTS.md` of the project.
    Instructions,
    /// The transition manager's handoff: what is done, what to honour, what is open.
    Handoff,
    /// Why the last attempt was refused: failed checks, or what a person asked for.
    Feedback,
    /// What others, or the same persona on earlier pages, replied in this attempt of the step. Not approved yet.
    Draft,
    /// The files of software that was there before, a line each with what it declares.
    Existing,
    /// Of each clause the linked lines and tests, and what each test is said to show.
    Links,
}

/// Which part of a requirement that does not fit into one prompt a call is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// From 1.
    pub number: u32,
    /// As far as is known when this page is made: it is the last one when both are equal.
    pub of: u32,
}

impl Default for Page {
    fn default() -> Self {
        Self { number: 1, of: 1 }
    }
}

impl Page {
    #[must_use]
    pub fn is_last(self) -> bool {
        self.number >= self.of
    }
    /// The requirement does not fit: this is one page of several.
    #[must_use]
    pub fn is_part(self) -> bool {
        self.number > 1 || self.of > 1
    }
}

/// One thing a persona was given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PackItem {
    pub kind: PackKind,
    /// The hub's id of it: `C-004`, `D-002`, `FR-001`, a path, an artifact name.
    pub id: String,
    pub label: Clean,
    /// What it is; clause text is the original bytes. The persona sees [`Self::shown`].
    pub text: String,
    pub hash: Hash,
    /// Retrieval score, `None` when pinned by the plan.
    pub score: Option<f32>,
    pub tokens: u32,
    /// Why it is here, for the context inspector.
    pub why: Clean,
}

impl PackItem {
    /// What the persona sees: what the hub holds as JSON in plain words, everything else unchanged.
    #[must_use]
    pub fn shown(&self) -> Cow<'_, str> {
        words::of(self.kind, &self.text).map_or(Cow::Borrowed(&self.text), Cow::Owned)
    }

    /// The same in a prompt in which `clause` gives the words of the clauses.
    #[must_use]
    pub fn shown_beside<'a>(&self, clause: impl Fn(ClauseId) -> Option<&'a str>) -> Cow<'_, str> {
        let alike = if self.kind == PackKind::Interpretation { words::beside(&self.text, clause) } else { None };
        alike.map_or_else(|| self.shown(), Cow::Owned)
    }
}

/// One thing that did not fit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CutItem {
    pub kind: PackKind,
    pub id: String,
    pub tokens: u32,
    pub hash: Hash,
    pub why: Clean,
}

/// Exactly what a persona is given for one attempt at one step.
///
/// `id` is the hash of everything the persona sees (personas, items in order, reply kind), so the same pack means the
/// same call and the call cache can answer it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ContextPack {
    pub id: Hash,
    pub step: StepId,
    /// From 1; an attempt after a refusal has `Feedback` items.
    pub attempt: u32,
    pub personas: Vec<PersonaId>,
    pub module: Option<Clean>,
    pub budget_tokens: u32,
    /// Who answers this call of the step and what is asked; `None` in packs of earlier versions.
    #[serde(default)]
    pub seat: Option<Seat>,
    #[serde(default)]
    pub page: Page,
    /// Personas of the step that answer for other sections of its reply, in calls of their own.
    #[serde(default)]
    pub beside: Vec<PersonaId>,
    /// What is known of the product and of the step, which decides the sections of the persona files that are shown; `None`
    /// in packs of earlier versions, with which all are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holds: Option<BTreeSet<Condition>>,
    /// What runs the product on this machine, such as `Node.js 20.20`, where that is known and matters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runs_on: Option<Clean>,
    pub items: Vec<PackItem>,
    pub cut: Vec<CutItem>,
}

/// Of a step's notes so many characters are handed on, as its author is told; where there are more, it is said.
pub const NOTED: usize = 900;

/// The id of the feedback item that holds the reply which is to be repaired.
pub const LAST_REPLY: &str = "last-reply";

impl ContextPack {
    /// Whether its reply may leave out what stands of the last one: that is shown, and one call gives the whole.
    #[must_use]
    pub fn repairs(&self) -> bool {
        let whole = self.task() == super::plan::Task::Work && self.beside.is_empty() && !self.page.is_part();
        whole && self.of_kind(PackKind::Feedback).any(|item| item.id == LAST_REPLY)
    }
    #[must_use]
    pub fn tokens(&self) -> u32 {
        self.items.iter().map(|item| item.tokens).sum()
    }
    /// What is asked of those who get it.
    #[must_use]
    pub fn task(&self) -> super::plan::Task {
        self.seat.as_ref().map(|seat| seat.task).unwrap_or_default()
    }
    pub fn of_kind(&self, kind: PackKind) -> impl Iterator<Item = &PackItem> {
        self.items.iter().filter(move |item| item.kind == kind)
    }
}
