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
use crate::domain::{AssumptionId, ClauseId, Clean, GateId, Hash};

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
    /// What can be chosen instead of written.
    pub choices: Vec<Clean>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// Words for `request changes` at this gate.
    Changes {
        gate: GateId,
        digest: Hash,
    },
    /// What is wrong with the code whose tests fail at this gate.
    Fault {
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
    /// Which choice is written.
    #[must_use]
    pub fn chosen(&self) -> Option<usize> {
        let written = self.draft.text();
        self.choices.iter().position(|choice| choice.as_str() == written)
    }

    /// The next choice, or the one before.
    pub fn turn(&mut self, forward: bool) {
        let n = self.choices.len();
        let at = match (self.chosen(), forward) {
            (Some(at), true) => (at + 1) % n,
            (Some(at), false) => (at + n - 1) % n,
            (None, true) => 0,
            (None, false) => n.saturating_sub(1),
        };
        if let Some(choice) = self.choices.get(at) {
            self.draft.set(choice);
        }
    }

    /// The choice that a digit on the empty line means, unless answers begin with digits.
    #[must_use]
    pub fn numbered(&self, typed: char) -> Option<&Clean> {
        let digits = self.choices.iter().any(|choice| choice.starts_with(|c: char| c.is_ascii_digit()));
        let n = typed.to_digit(10).filter(|_| !digits && self.draft.is_empty())?;
        self.choices.get((n as usize).checked_sub(1)?)
    }

    #[must_use]
    pub fn new(label: &str, purpose: Purpose) -> Self {
        Self { label: label.to_owned(), purpose, draft: Draft::default(), about: Vec::new(), choices: Vec::new() }
    }
}
