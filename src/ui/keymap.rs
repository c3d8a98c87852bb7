//! Which key means which action where. Looked up by context; help and hints read the same table.

use super::{action::Action, key::Key};

/// Where the next key goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Context {
    /// Checked after every other context.
    Everywhere,
    /// The input line, nothing written.
    EmptyInput,
    Input,
    Panes,
    Gate,
    /// A text on top of the panes: diff, context, help, trace.
    Pager,
    /// A one-question line in place of the input.
    Prompt,
    Palette,
    Confirm,
    Welcome,
}

impl Context {
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Everywhere => "Everywhere",
            Self::EmptyInput => "On an empty input line",
            Self::Input => "While writing",
            Self::Panes => "In the panes",
            Self::Gate => "At a gate",
            Self::Pager => "In a text (diff, context, help)",
            Self::Prompt => "Answering a question",
            Self::Palette => "In the palette",
            Self::Confirm => "Before something is undone",
            Self::Welcome => "On the welcome screen",
        }
    }
    pub const ALL: [Self; 10] = [
        Self::EmptyInput,
        Self::Input,
        Self::Panes,
        Self::Gate,
        Self::Pager,
        Self::Prompt,
        Self::Palette,
        Self::Confirm,
        Self::Welcome,
        Self::Everywhere,
    ];
}

#[derive(Debug, Clone)]
pub struct Keymap {
    bindings: Vec<(Context, Key, Action)>,
}

/// The default keys, in the order help shows them. No key that tmux, screen or flow control own as a first key.
const DEFAULT: &[(Context, &str, Action)] = {
    use Action as A;
    use Context as C;
    &[
        (C::EmptyInput, "enter", A::ReviewGate),
        (C::EmptyInput, "?", A::Help),
        (C::EmptyInput, ":", A::Palette),
        (C::EmptyInput, "1", A::Hub),
        (C::EmptyInput, "2", A::Chat),
        (C::EmptyInput, "3", A::Timeline),
        (C::EmptyInput, "4", A::Code),
        (C::Input, "enter", A::Send),
        (C::Input, "ctrl-j", A::Newline),
        (C::Input, "alt-enter", A::Newline),
        (C::Input, "esc", A::ToPanes),
        (C::Input, "tab", A::NextPane),
        (C::Input, "shift-tab", A::PrevPane),
        (C::Input, "pgup", A::PageUp),
        (C::Input, "pgdn", A::PageDown),
        (C::Input, "ctrl-g", A::Editor),
        (C::Input, "ctrl-a", A::LineStart),
        (C::Input, "home", A::LineStart),
        (C::Input, "ctrl-e", A::LineEnd),
        (C::Input, "end", A::LineEnd),
        (C::Input, "alt-b", A::WordLeft),
        (C::Input, "alt-f", A::WordRight),
        (C::Input, "ctrl-u", A::KillToStart),
        (C::Input, "ctrl-k", A::KillToEnd),
        (C::Input, "ctrl-w", A::KillWord),
        (C::Input, "alt-backspace", A::KillWord),
        (C::Input, "ctrl-y", A::Yank),
        (C::Input, "ctrl-_", A::Undo),
        (C::Input, "up", A::HistoryBack),
        (C::Input, "down", A::HistoryForward),
        (C::Input, "ctrl-r", A::HistorySearch),
        (C::Panes, "i", A::ToInput),
        (C::Panes, "enter", A::ToInput),
        (C::Panes, "1", A::Hub),
        (C::Panes, "2", A::Chat),
        (C::Panes, "3", A::Timeline),
        (C::Panes, "4", A::Code),
        (C::Panes, "tab", A::NextPane),
        (C::Panes, "shift-tab", A::PrevPane),
        (C::Panes, "z", A::Zoom),
        (C::Panes, "j", A::Down),
        (C::Panes, "down", A::Down),
        (C::Panes, "k", A::Up),
        (C::Panes, "up", A::Up),
        (C::Panes, "ctrl-d", A::HalfDown),
        (C::Panes, "ctrl-u", A::HalfUp),
        (C::Panes, "pgdn", A::PageDown),
        (C::Panes, "pgup", A::PageUp),
        (C::Panes, "g", A::Top),
        (C::Panes, "home", A::Top),
        (C::Panes, "G", A::Bottom),
        (C::Panes, "end", A::Bottom),
        (C::Panes, "/", A::Search),
        (C::Panes, "n", A::SearchNext),
        (C::Panes, "N", A::SearchPrev),
        (C::Panes, "y", A::Copy),
        (C::Panes, "o", A::Open),
        (C::Panes, "l", A::Open),
        (C::Panes, "right", A::Open),
        (C::Panes, "h", A::Back),
        (C::Panes, "left", A::Back),
        (C::Panes, "a", A::Answer),
        (C::Panes, "d", A::ToggleDiff),
        (C::Panes, "t", A::ShowTests),
        (C::Panes, "esc", A::Cancel),
        (C::Panes, "?", A::Help),
        (C::Panes, ":", A::Palette),
        (C::Gate, "y", A::Approve),
        (C::Gate, "f", A::RequestChanges),
        (C::Gate, "d", A::GateDiff),
        (C::Gate, "v", A::GateContext),
        (C::Gate, "a", A::ApprovePhase),
        (C::Gate, "x", A::Reject),
        (C::Gate, "m", A::AskMe),
        (C::Gate, "tab", A::NextPane),
        (C::Gate, "enter", A::Answer),
        (C::Gate, "j", A::Down),
        (C::Gate, "down", A::Down),
        (C::Gate, "k", A::Up),
        (C::Gate, "up", A::Up),
        (C::Gate, "ctrl-d", A::HalfDown),
        (C::Gate, "ctrl-u", A::HalfUp),
        (C::Gate, "space", A::PageDown),
        (C::Gate, "pgdn", A::PageDown),
        (C::Gate, "pgup", A::PageUp),
        (C::Gate, "g", A::Top),
        (C::Gate, "G", A::Bottom),
        (C::Gate, "?", A::Help),
        (C::Gate, "esc", A::Later),
        (C::Pager, "j", A::Down),
        (C::Pager, "down", A::Down),
        (C::Pager, "k", A::Up),
        (C::Pager, "up", A::Up),
        (C::Pager, "ctrl-d", A::HalfDown),
        (C::Pager, "ctrl-u", A::HalfUp),
        (C::Pager, "space", A::PageDown),
        (C::Pager, "pgdn", A::PageDown),
        (C::Pager, "pgup", A::PageUp),
        (C::Pager, "g", A::Top),
        (C::Pager, "home", A::Top),
        (C::Pager, "G", A::Bottom),
        (C::Pager, "end", A::Bottom),
        (C::Pager, "l", A::Open),
        (C::Pager, "right", A::Open),
        (C::Pager, "h", A::Back),
        (C::Pager, "left", A::Back),
        (C::Pager, "/", A::Search),
        (C::Pager, "n", A::SearchNext),
        (C::Pager, "N", A::SearchPrev),
        (C::Pager, "y", A::Copy),
        (C::Pager, "q", A::Cancel),
        (C::Pager, "esc", A::Cancel),
        (C::Prompt, "enter", A::Send),
        (C::Prompt, "ctrl-j", A::Newline),
        (C::Prompt, "alt-enter", A::Newline),
        (C::Prompt, "ctrl-g", A::Editor),
        (C::Prompt, "esc", A::Cancel),
        (C::Palette, "enter", A::Confirm),
        (C::Palette, "down", A::Down),
        (C::Palette, "ctrl-n", A::Down),
        (C::Palette, "up", A::Up),
        (C::Palette, "ctrl-p", A::Up),
        (C::Palette, "esc", A::Cancel),
        (C::Confirm, "enter", A::Confirm),
        (C::Confirm, "tab", A::NextPane),
        (C::Confirm, "left", A::NextPane),
        (C::Confirm, "right", A::NextPane),
        (C::Confirm, "esc", A::Cancel),
        (C::Welcome, "enter", A::Start),
        (C::Welcome, "ctrl-j", A::Newline),
        (C::Welcome, "alt-enter", A::Newline),
        (C::Welcome, "tab", A::NextPane),
        (C::Welcome, "shift-tab", A::PrevPane),
        (C::Welcome, "ctrl-g", A::Editor),
        (C::Everywhere, "ctrl-p", A::Palette),
        (C::Everywhere, "f1", A::Help),
        (C::Everywhere, "ctrl-c", A::Interrupt),
        (C::Everywhere, "ctrl-l", A::Redraw),
        (C::Everywhere, "ctrl-z", A::Suspend),
    ]
};

impl Default for Keymap {
    fn default() -> Self {
        let bindings = DEFAULT.iter().filter_map(|(c, key, action)| Some((*c, key.parse().ok()?, *action))).collect();
        Self { bindings }
    }
}

impl Keymap {
    /// What `key` means in `context`, falling back from a special input to [`Context::Input`] and to everywhere.
    #[must_use]
    pub fn lookup(&self, context: Context, key: Key) -> Option<Action> {
        let find = |c: Context| self.bindings.iter().find(|(x, k, _)| *x == c && *k == key).map(|(_, _, a)| *a);
        let editing = matches!(context, Context::EmptyInput | Context::Prompt | Context::Welcome | Context::Palette);
        find(context)
            .or_else(|| if editing { find(Context::Input) } else { None })
            .or_else(|| find(Context::Everywhere))
    }
    /// The first key for `action` in `context`, for hints and cards.
    #[must_use]
    pub fn key_for(&self, context: Context, action: Action) -> Option<Key> {
        let find = |c: Context| self.bindings.iter().find(|(x, _, a)| *x == c && *a == action).map(|(_, k, _)| *k);
        let editing = matches!(context, Context::EmptyInput | Context::Prompt | Context::Welcome | Context::Palette);
        find(context)
            .or_else(|| if editing { find(Context::Input) } else { None })
            .or_else(|| find(Context::Everywhere))
    }
    /// All keys of a context, grouped by action, in table order.
    #[must_use]
    pub fn of(&self, context: Context) -> Vec<(Action, Vec<Key>)> {
        let mut out: Vec<(Action, Vec<Key>)> = Vec::new();
        for (c, key, action) in &self.bindings {
            if *c != context {
                continue;
            }
            match out.iter_mut().find(|(a, _)| a == action) {
                Some((_, keys)) => keys.push(*key),
                None => out.push((*action, vec![*key])),
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_default_key_is_valid_and_used_once_per_context() {
        let map = Keymap::default();
        assert_eq!(map.bindings.len(), DEFAULT.len());
        let mut seen = BTreeSet::new();
        for (c, key, action) in &map.bindings {
            assert!(seen.insert((*c, *key)), "{key} twice in {c:?} ({action:?})");
        }
    }

    #[test]
    fn no_key_that_multiplexers_or_flow_control_own_is_the_only_way() {
        let map = Keymap::default();
        for (c, key, action) in &map.bindings {
            if *key == Key::ctrl('b') || *key == Key::ctrl('s') || *key == Key::ctrl('q') {
                panic!("{key} in {c:?} for {action:?}");
            }
        }
    }

    #[test]
    fn the_empty_input_falls_back_to_the_input() {
        let map = Keymap::default();
        assert_eq!(map.lookup(Context::EmptyInput, Key::char('?')), Some(Action::Help));
        assert_eq!(map.lookup(Context::Input, Key::char('?')), None);
        assert_eq!(map.lookup(Context::EmptyInput, Key::ctrl('a')), Some(Action::LineStart));
        assert_eq!(map.lookup(Context::Gate, Key::ctrl('c')), Some(Action::Interrupt));
    }
}
