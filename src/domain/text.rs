//! The one sanitiser. All text from a model, file, test run or server becomes [`Clean`] on entry; only this module builds it.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{borrow::Cow, fmt, ops::Deref, sync::Arc};

/// Text that is safe to show: no control characters but newline and tab, no bidirectional overrides, no invisible tag
/// characters. What was replaced stays visible (`ESC` becomes `␛`, U+202E becomes `<U+202E>`), so nothing is hidden
/// from the person who approves. A copy of it has the same bytes: a run is copied with every record, and is mostly text.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Clean(Arc<str>);

impl Clean {
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(sanitise(text).into())
    }

    /// Bytes from outside: invalid UTF-8 becomes U+FFFD, then [`Clean::new`].
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self::new(&String::from_utf8_lossy(bytes))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// One line for lists and titles: newlines and tabs become spaces, at most `max` characters, `…` when cut.
    #[must_use]
    pub fn one_line(&self, max: usize) -> String {
        let flat = self.0.split_whitespace().collect::<Vec<_>>().join(" ");
        if flat.chars().count() <= max {
            return flat;
        }
        let mut cut: String = flat.chars().take(max.saturating_sub(1)).collect();
        cut.push('…');
        cut
    }
}

impl Deref for Clean {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}
impl fmt::Display for Clean {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl From<&str> for Clean {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}
impl From<String> for Clean {
    fn from(text: String) -> Self {
        Self::new(&text)
    }
}
impl Serialize for Clean {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&self.0)
    }
}
impl<'de> Deserialize<'de> for Clean {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d).map(Self::from)
    }
}

fn is_unsafe(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t') || is_invisible(c)
}

/// Characters that reorder or hide text: bidi controls, zero-width marks, tag characters, variation selectors supplement.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{061C}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{E0000}'..='\u{E0FFF}')
}

fn sanitise(text: &str) -> Cow<'_, str> {
    // At the beginning it says how a file is encoded and hides nothing.
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    if !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut clean = String::with_capacity(text.len() + 16);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' if chars.peek() == Some(&'\n') => {}
            '\u{0}'..='\u{1F}' if c != '\n' && c != '\t' => {
                clean.push(char::from_u32(0x2400 + c as u32).unwrap_or('\u{FFFD}'));
            }
            '\u{7F}' => clean.push('\u{2421}'),
            c if is_unsafe(c) => clean.push_str(&format!("<U+{:04X}>", c as u32)),
            c => clean.push(c),
        }
    }
    Cow::Owned(clean)
}

/// `1 file`, `2 files`: a number with a noun that takes an `s`.
#[must_use]
pub fn counted(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// An argument as a shell reads it.
#[must_use]
pub fn in_shell(argument: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c);
    if !argument.is_empty() && argument.chars().all(plain) {
        return argument.to_owned();
    }
    format!("'{}'", argument.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controls_are_shown_not_obeyed() {
        assert_eq!(Clean::new("a\u{1b}[2Jb\r\nc\u{7}").as_str(), "a␛[2Jb\nc␇");
        assert_eq!(Clean::new("\u{feff}A guest book.\u{feff}").as_str(), "A guest book.<U+FEFF>");
        assert_eq!(Clean::new("x\u{202e}y\u{9b}").as_str(), "x<U+202E>y<U+009B>");
        assert_eq!(Clean::new("tab\tand\nline").as_str(), "tab\tand\nline");
    }

    #[test]
    fn cleaning_twice_changes_nothing() {
        let once = Clean::new("\u{0}\u{feff}é\u{e0041}");
        assert_eq!(Clean::new(&once), once);
    }

    #[test]
    fn one_line_is_cut_by_characters() {
        assert_eq!(Clean::new("ab\ncd  ef").one_line(6), "ab cd…");
    }
}
