//! `keymap.toml`: a table per place, keys to action names.

use super::{Chord, Context, Keymap};
use crate::ui::{action::Action, key::KeyError};
use toml::de::{DeTable, DeValue};

impl Keymap {
    /// The defaults with a person's `keymap.toml` over them. A line that is wrong changes nothing and is reported with
    /// its number.
    #[must_use]
    pub fn with_file(text: &str) -> (Self, Vec<(usize, String)>) {
        let mut map = Self::default();
        let mut wrong = Vec::new();
        let line = |at: usize| text.as_bytes()[..at.min(text.len())].iter().filter(|b| **b == b'\n').count() + 1;
        let table = match DeTable::parse(text) {
            Ok(table) => table,
            Err(e) => return (map, vec![(line(e.span().map_or(0, |s| s.start)), e.message().to_owned())]),
        };
        for (name, keys) in table.get_ref() {
            let Some(context) = Context::ALL.into_iter().find(|c| c.id() == name.get_ref().as_ref()) else {
                let known: Vec<&str> = Context::ALL.iter().map(|c| c.id()).collect();
                wrong.push((
                    line(name.span().start),
                    format!("there is no place '{}'; there are {}", name.get_ref(), known.join(", ")),
                ));
                continue;
            };
            let DeValue::Table(keys) = keys.get_ref() else {
                wrong.push((
                    line(name.span().start),
                    format!("write [{}] and below it \"ctrl-y\" = \"copy\"", context.id()),
                ));
                continue;
            };
            for (key, action) in keys {
                if let Err(what) = map.bind(context, key.get_ref(), action.get_ref()) {
                    wrong.push((line(key.span().start), what));
                }
            }
        }
        (map, wrong)
    }

    fn bind(&mut self, context: Context, key: &str, action: &DeValue<'_>) -> Result<(), String> {
        let chord: Chord = key.parse().map_err(|e: KeyError| e.to_string())?;
        let DeValue::String(name) = action else {
            return Err(format!("'{key}' wants the name of an action in quotes"));
        };
        let text = matches!(
            context,
            Context::Input | Context::Prompt | Context::Palette | Context::Welcome | Context::Everywhere
        );
        if text && chord.0[0].typed().is_some() {
            return Err(format!("'{key}' is text where people write; use a key with ctrl or alt"));
        }
        if name == "none" {
            self.bindings.retain(|(c, x, _)| *c != context || *x != chord);
            return Ok(());
        }
        let action = Action::by_id(name).ok_or_else(|| {
            let alike = |a: &&Action| similar::TextDiff::from_chars(a.id(), name.as_ref()).ratio();
            let near = Action::ALL.iter().max_by(|a, b| alike(a).total_cmp(&alike(b))).filter(|a| alike(a) > 0.6);
            let hint = near
                .map_or_else(|| "the help (?) names them all".to_owned(), |a| format!("did you mean '{}'?", a.id()));
            format!("there is no action '{name}'; {hint}")
        })?;
        // A key that began longer ones stands for itself now, and the other way round.
        self.bindings.retain(|(c, x, _)| *c != context || !(x.0.starts_with(&chord.0) || chord.0.starts_with(&x.0)));
        // Before the defaults: hints show the key a person chose.
        self.bindings.insert(0, (context, chord, action));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{Meaning, defaults::DEFAULT},
        *,
    };
    use crate::ui::key::Key;

    #[test]
    fn a_file_changes_keys_and_names_what_is_wrong() {
        let text = "[panes]\n\"ctrl-y\" = \"copy\"\n\"y\" = \"none\"\nx = \"coppy\"\n\"hyper-x\" = \"copy\"\n\n[input]\nq = \"quit\"\n[desk]\na = \"b\"\n";
        let (map, wrong) = Keymap::with_file(text);
        assert_eq!(map.lookup(Context::Panes, &[Key::ctrl('y')]), Meaning::Act(Action::Copy));
        assert_eq!(map.lookup(Context::Panes, &[Key::char('y')]), Meaning::Nothing);
        assert_eq!(map.key_for(Context::Panes, Action::Copy).unwrap().to_string(), "Ctrl-Y");
        let mut lines: Vec<usize> = wrong.iter().map(|(line, _)| *line).collect();
        lines.sort_unstable();
        assert_eq!(lines, [4, 5, 8, 9], "{wrong:?}");
        assert!(wrong.iter().any(|(_, what)| what.contains("did you mean 'copy'?")));
        let (broken, wrong) = Keymap::with_file("[panes\n");
        assert_eq!((wrong.len(), wrong[0].0, broken.bindings.len()), (1, 1, DEFAULT.len()));
    }

    #[test]
    fn a_longer_chord_takes_the_place_of_a_key() {
        let (map, wrong) = Keymap::with_file("[panes]\n\"z z\" = \"zoom\"\n");
        assert!(wrong.is_empty(), "{wrong:?}");
        assert_eq!(map.lookup(Context::Panes, &[Key::char('z')]), Meaning::Prefix);
        assert_eq!(map.lookup(Context::Panes, &[Key::char('z'), Key::char('z')]), Meaning::Act(Action::Zoom));
    }
}
