//! Output: the result to stdout, the talk to stderr, nothing unsafe to either, and a closed pipe is no error.

use crate::domain::Clean;
use std::io::{self, Write};

/// Why a command ends without its result, and with which code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fail {
    pub code: u8,
    pub text: String,
}

impl Fail {
    /// Exit 1.
    pub fn error(text: impl ToString) -> Self {
        Self { code: 1, text: text.to_string() }
    }
    /// Exit 2: usage, or input that is refused.
    pub fn usage(text: impl ToString) -> Self {
        Self { code: 2, text: text.to_string() }
    }
}

/// What a command comes to: its exit code, or why there is none.
pub type Done = Result<u8, Fail>;

/// Writes to stdout. A reader that has gone away (`| head`) is no error.
///
/// # Errors
/// stdout cannot be written for another reason, such as a full disk.
pub fn print(text: &str) -> Result<(), Fail> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(e) if e.kind() != io::ErrorKind::BrokenPipe => Err(Fail::error(format!("cannot write the result: {e}"))),
        _ => Ok(()),
    }
}

/// Text from anywhere, sanitised, with a final newline.
///
/// # Errors
/// See [`print`].
pub fn show(text: &str) -> Result<(), Fail> {
    let mut text = Clean::new(text).to_string();
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    print(&text)
}

/// One JSON value a line.
///
/// # Errors
/// See [`print`].
pub fn json(value: &impl serde::Serialize) -> Result<(), Fail> {
    // Plain data with string keys: serialising to memory cannot fail.
    let mut line = serde_json::to_string(value).unwrap_or_default();
    line.push('\n');
    print(&line)
}

/// A line of talk.
pub fn talk(text: &str) {
    // Nobody may be listening.
    let _ = writeln!(io::stderr().lock(), "g1: {}", Clean::new(text));
}

/// Columns wide enough for their content, two spaces apart; the last one runs free.
#[must_use]
pub fn columns(rows: &[Vec<String>]) -> String {
    use unicode_width::UnicodeWidthStr;
    let width = |n: usize| rows.iter().filter_map(|r| r.get(n)).map(|c| c.width()).max().unwrap_or(0);
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..count).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (n, cell) in row.iter().enumerate() {
            line.push_str(cell);
            if n + 1 < row.len() {
                line.push_str(&" ".repeat(widths[n].saturating_sub(cell.width()) + 2));
            }
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_whatever_the_script() {
        let rows = [vec!["C-1".into(), "漢字".into(), "x".into()], vec!["C-100".into(), "a".into(), "y".into()]];
        assert_eq!(columns(&rows), "C-1    漢字  x\nC-100  a     y\n");
    }
}
