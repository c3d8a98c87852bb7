//! Which key means which action where. Looked up by context; help and hints read the same table.

mod defaults;
mod file;

use super::{
    action::Action,
    key::{Key, KeyError},
};
use defaults::DEFAULT;

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
    /// Its name in `keymap.toml`.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Everywhere => "everywhere",
            Self::EmptyInput => "empty-input",
            Self::Input => "input",
            Self::Panes => "panes",
            Self::Gate => "gate",
            Self::Pager => "pager",
            Self::Prompt => "prompt",
            Self::Palette => "palette",
            Self::Confirm => "confirm",
            Self::Welcome => "welcome",
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

/// One key, or several in a row (`Space t`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Chord(Vec<Key>);

impl Chord {
    #[must_use]
    pub fn keys(&self) -> &[Key] {
        &self.0
    }
}

impl std::fmt::Display for Chord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (i, key) in self.0.iter().enumerate() {
            write!(f, "{}{key}", if i == 0 { "" } else { " " })?;
        }
        Ok(())
    }
}

impl std::str::FromStr for Chord {
    type Err = KeyError;
    fn from_str(text: &str) -> Result<Self, KeyError> {
        let keys = text.split_whitespace().map(str::parse).collect::<Result<Vec<Key>, _>>()?;
        if keys.is_empty() { "".parse::<Key>().map(|k| Self(vec![k])) } else { Ok(Self(keys)) }
    }
}

/// What the keys pressed so far mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    Act(Action),
    /// The beginning of longer ones.
    Prefix,
    Nothing,
}

#[derive(Debug, Clone)]
pub struct Keymap {
    bindings: Vec<(Context, Chord, Action)>,
}

impl Default for Keymap {
    fn default() -> Self {
        let bindings = DEFAULT.iter().filter_map(|(c, key, action)| Some((*c, key.parse().ok()?, *action))).collect();
        Self { bindings }
    }
}

/// Where a context looks, in order.
fn chain(context: Context) -> impl Iterator<Item = Context> {
    let editing = matches!(context, Context::EmptyInput | Context::Prompt | Context::Welcome | Context::Palette);
    [Some(context), editing.then_some(Context::Input), Some(Context::Everywhere)].into_iter().flatten()
}

impl Keymap {
    /// What `keys` mean in `context`, falling back from a special input to [`Context::Input`] and to everywhere.
    #[must_use]
    pub fn lookup(&self, context: Context, keys: &[Key]) -> Meaning {
        for place in chain(context) {
            let mut here =
                self.bindings.iter().filter(|(c, chord, _)| *c == place && chord.0.starts_with(keys)).peekable();
            if here.peek().is_some() {
                return here
                    .find(|(_, chord, _)| chord.0.len() == keys.len())
                    .map_or(Meaning::Prefix, |(_, _, a)| Meaning::Act(*a));
            }
        }
        Meaning::Nothing
    }
    /// The first key for `action` in `context`, for hints and cards.
    #[must_use]
    pub fn key_for(&self, context: Context, action: Action) -> Option<&Chord> {
        chain(context).find_map(|place| {
            self.bindings.iter().find(|(c, _, a)| *c == place && *a == action).map(|(_, chord, _)| chord)
        })
    }
    /// All keys of a context, grouped by action, in table order.
    #[must_use]
    pub fn of(&self, context: Context) -> Vec<(Action, Vec<&Chord>)> {
        let mut out: Vec<(Action, Vec<&Chord>)> = Vec::new();
        for (c, chord, action) in &self.bindings {
            if *c != context {
                continue;
            }
            match out.iter_mut().find(|(a, _)| a == action) {
                Some((_, chords)) => chords.push(chord),
                None => out.push((*action, vec![chord])),
            }
        }
        out
    }
    /// What may follow these keys: the next key and what it leads to.
    #[must_use]
    pub fn after(&self, context: Context, keys: &[Key]) -> Vec<(Key, Action)> {
        let mut out: Vec<(Key, Action)> = Vec::new();
        for place in chain(context) {
            for (_, chord, action) in
                self.bindings.iter().filter(|(c, chord, _)| *c == place && chord.0.starts_with(keys))
            {
                if let Some(next) = chord.0.get(keys.len())
                    && !out.iter().any(|(k, _)| k == next)
                {
                    out.push((*next, *action));
                }
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
            assert!(seen.insert((*c, key.clone())), "{key} twice in {c:?} ({action:?})");
        }
    }

    #[test]
    fn no_key_that_multiplexers_or_flow_control_own_is_the_only_way() {
        let map = Keymap::default();
        for (c, key, action) in &map.bindings {
            if ['b', 's', 'q'].map(Key::ctrl).contains(&key.keys()[0]) {
                panic!("{key} in {c:?} for {action:?}");
            }
        }
    }

    #[test]
    fn the_empty_input_falls_back_to_the_input() {
        let map = Keymap::default();
        let is = |c, key, action| assert_eq!(map.lookup(c, &[key]), Meaning::Act(action));
        is(Context::EmptyInput, Key::char('?'), Action::Help);
        assert_eq!(map.lookup(Context::Input, &[Key::char('?')]), Meaning::Nothing);
        is(Context::EmptyInput, Key::ctrl('a'), Action::LineStart);
        is(Context::Gate, Key::ctrl('c'), Action::Interrupt);
    }

    #[test]
    fn no_key_is_also_the_beginning_of_longer_ones() {
        let map = Keymap::default();
        for (c, chord, _) in &map.bindings {
            for (d, longer, _) in map.bindings.iter().filter(|(d, _, _)| d == c) {
                assert!(longer == chord || !longer.0.starts_with(&chord.0), "{chord} and {longer} in {d:?}");
            }
        }
    }

    #[test]
    fn a_prefix_waits_and_names_what_follows() {
        let map = Keymap::default();
        let space = Key::char(' ');
        assert_eq!(map.lookup(Context::Panes, &[space]), Meaning::Prefix);
        assert_eq!(map.lookup(Context::Panes, &[space, Key::char('t')]), Meaning::Act(Action::Trace));
        assert_eq!(map.lookup(Context::Panes, &[space, Key::char('!')]), Meaning::Nothing);
        assert!(map.after(Context::Panes, &[space]).contains(&(Key::char('t'), Action::Trace)));
    }
}
