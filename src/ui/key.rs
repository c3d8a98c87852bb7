//! Keys as G1 knows them, independent of any terminal library, so that `update` can be tested with plain values.

use std::{fmt, str::FromStr};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    Char(char),
    Enter,
    Esc,
    Tab,
    BackTab,
    Backspace,
    Delete,
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
    PageUp,
    PageDown,
    F(u8),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    pub code: Code,
    pub ctrl: bool,
    pub alt: bool,
}

impl Key {
    #[must_use]
    pub const fn plain(code: Code) -> Self {
        Self { code, ctrl: false, alt: false }
    }
    #[must_use]
    pub const fn char(c: char) -> Self {
        Self::plain(Code::Char(c))
    }
    #[must_use]
    pub const fn ctrl(c: char) -> Self {
        Self { code: Code::Char(c), ctrl: true, alt: false }
    }
    #[must_use]
    pub const fn alt(code: Code) -> Self {
        Self { code, ctrl: false, alt: true }
    }
    /// The character this key types, if it types one.
    #[must_use]
    pub fn typed(self) -> Option<char> {
        match self.code {
            Code::Char(c) if !self.ctrl && !self.alt => Some(c),
            _ => None,
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.ctrl {
            f.write_str("Ctrl-")?;
        }
        if self.alt {
            f.write_str("Alt-")?;
        }
        match self.code {
            Code::Char(' ') => f.write_str("Space"),
            Code::Char(c) if self.ctrl => write!(f, "{}", c.to_ascii_uppercase()),
            Code::Char(c) => write!(f, "{c}"),
            Code::F(n) => write!(f, "F{n}"),
            Code::BackTab => f.write_str("Shift-Tab"),
            Code::PageUp => f.write_str("PgUp"),
            Code::PageDown => f.write_str("PgDn"),
            code => write!(f, "{code:?}"),
        }
    }
}

/// A text that names no key, such as `ctrl-`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a key; write for example ctrl-p, alt-enter, pgdn, g or ?")]
pub struct KeyError(String);

impl FromStr for Key {
    type Err = KeyError;
    fn from_str(text: &str) -> Result<Self, KeyError> {
        let bad = || KeyError(text.chars().take(40).collect());
        let (mut rest, mut ctrl, mut alt) = (text, false, false);
        loop {
            let lower = rest.to_ascii_lowercase();
            if rest.len() > 5 && lower.starts_with("ctrl-") {
                (ctrl, rest) = (true, &rest[5..]);
            } else if rest.len() > 4 && lower.starts_with("alt-") {
                (alt, rest) = (true, &rest[4..]);
            } else {
                break;
            }
        }
        let mut chars = rest.chars();
        let code = match (chars.next(), chars.next()) {
            (Some(c), None) => Code::Char(if ctrl { c.to_ascii_lowercase() } else { c }),
            (Some(_), Some(_)) => match rest.to_ascii_lowercase().as_str() {
                "space" => Code::Char(' '),
                "enter" => Code::Enter,
                "esc" => Code::Esc,
                "tab" => Code::Tab,
                "shift-tab" => Code::BackTab,
                "backspace" => Code::Backspace,
                "delete" => Code::Delete,
                "up" => Code::Up,
                "down" => Code::Down,
                "left" => Code::Left,
                "right" => Code::Right,
                "home" => Code::Home,
                "end" => Code::End,
                "pgup" => Code::PageUp,
                "pgdn" => Code::PageDown,
                f if f.starts_with('f') => Code::F(f[1..].parse().map_err(|_| bad())?),
                _ => return Err(bad()),
            },
            _ => return Err(bad()),
        };
        Ok(Self { code, ctrl, alt })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_print_as_they_are_read() {
        for text in ["Ctrl-P", "Alt-Enter", "g", "G", "?", "PgDn", "Space", "Shift-Tab", "F2", "Ctrl-J"] {
            let key: Key = text.parse().unwrap();
            assert_eq!(key.to_string(), text);
        }
        assert!("".parse::<Key>().is_err());
        assert!("ctrl-".parse::<Key>().is_err());
        assert!("hyper-x".parse::<Key>().is_err());
    }
}
