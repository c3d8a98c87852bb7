//! What lies on top of the panes, one on another; the last one has the keys.

pub mod card;
pub mod confirm;
pub mod context;
pub mod gate;
pub mod help;
pub mod pager;
pub mod palette;
pub mod readings;
pub mod trace;

use super::{panes::Pane, widgets::input::Draft};
use crate::domain::{AssumptionId, ClauseId, GateId, Hash};

#[derive(Debug, Clone)]
pub enum Overlay {
    Gate(Box<gate::Card>),
    Pager(pager::Pager),
    Prompt(Box<Prompt>),
    Palette(Box<palette::Palette>),
    Confirm(confirm::Confirm),
}

/// A question in the place of the input line.
#[derive(Debug, Clone)]
pub struct Prompt {
    pub label: String,
    pub purpose: Purpose,
    pub draft: Draft,
    /// What to know before writing, shown above the line as long as it is open.
    pub about: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// Words for `request changes` at this gate.
    Changes {
        gate: GateId,
        digest: Hash,
    },
    /// A remark on a place in the diff of this gate.
    Remark {
        gate: GateId,
        digest: Hash,
        place: String,
    },
    Answer(AssumptionId),
    Waive(ClauseId),
    SearchPane(Pane),
    SearchPager,
}

impl Prompt {
    #[must_use]
    pub fn new(label: &str, purpose: Purpose) -> Self {
        Self { label: label.to_owned(), purpose, draft: Draft::default(), about: Vec::new() }
    }
}
