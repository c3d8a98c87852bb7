//! The four panes. Each has its state, its rows and its picture.

pub mod chat;
pub mod code;
pub mod hub;
pub mod timeline;

use super::action::Action;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pane {
    Hub,
    Chat,
    Timeline,
    Code,
}

impl Pane {
    pub const ALL: [Self; 4] = [Self::Hub, Self::Chat, Self::Timeline, Self::Code];
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Hub => "Hub",
            Self::Chat => "Chat",
            Self::Timeline => "Timeline",
            Self::Code => "Code",
        }
    }
    #[must_use]
    pub fn action(self) -> Action {
        match self {
            Self::Hub => Action::Hub,
            Self::Chat => Action::Chat,
            Self::Timeline => Action::Timeline,
            Self::Code => Action::Code,
        }
    }
    /// The pane `steps` after this one.
    #[must_use]
    pub fn turn(self, forward: bool) -> Self {
        let at = Self::ALL.iter().position(|p| *p == self).unwrap_or(0);
        Self::ALL[(at + if forward { 1 } else { 3 }) % 4]
    }
}
