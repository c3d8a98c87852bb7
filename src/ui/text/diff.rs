//! Plain unified diffs.

use similar::TextDiff;

/// The kind of a diff line, from its first character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiffLine {
    Header,
    Hunk,
    Add,
    Del,
    Same,
}

impl DiffLine {
    #[must_use]
    pub fn of(line: &str) -> Self {
        if line.starts_with("+++") || line.starts_with("---") {
            Self::Header
        } else if line.starts_with("@@") {
            Self::Hunk
        } else if line.starts_with('+') {
            Self::Add
        } else if line.starts_with('-') {
            Self::Del
        } else {
            Self::Same
        }
    }
}

/// A unified diff with three lines of context; empty when the texts are equal.
#[must_use]
pub fn unified(path: &str, old: Option<&str>, new: &str) -> Vec<String> {
    let from = if old.is_some() { format!("a/{path}") } else { "/dev/null".into() };
    let diff = TextDiff::from_lines(old.unwrap_or(""), new);
    let text = diff.unified_diff().context_radius(3).header(&from, &format!("b/{path}")).to_string();
    text.lines().map(str::to_owned).collect()
}

/// Lines added and removed.
#[must_use]
pub fn counts(lines: &[String]) -> (usize, usize) {
    let count = |kind| lines.iter().filter(|l| DiffLine::of(l) == kind).count();
    (count(DiffLine::Add), count(DiffLine::Del))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_file_is_all_additions() {
        let lines = unified("a.py", None, "x = 1\ny = 2\n");
        assert_eq!(counts(&lines), (2, 0));
        assert_eq!(lines[0], "--- /dev/null");
        assert_eq!(lines[1], "+++ b/a.py");
    }

    #[test]
    fn equal_texts_have_no_diff() {
        assert!(unified("a.py", Some("x\n"), "x\n").is_empty());
        assert_eq!(counts(&unified("a.py", Some("x\n"), "y\n")), (1, 1));
    }
}
