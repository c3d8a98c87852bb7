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

/// The file and line that a line of a diff is about: of the new version, or of the old one where it was removed.
#[must_use]
pub fn place(lines: &[String], at: usize) -> Option<(String, usize)> {
    let mut path = None;
    let (mut old, mut new) = (0, 0);
    for (i, line) in lines.iter().enumerate().take(at + 1) {
        match DiffLine::of(line) {
            DiffLine::Header => {
                if let Some(name) = line.strip_prefix("+++ ") {
                    path = Some(name.strip_prefix("b/").unwrap_or(name).to_owned());
                    (old, new) = (0, 0);
                }
            }
            DiffLine::Hunk => {
                let start =
                    |sign: char| line.split(' ').find_map(|w| w.strip_prefix(sign)?.split(',').next()?.parse().ok());
                (old, new) = (start('-').unwrap_or(1), start('+').unwrap_or(1));
                if i == at {
                    return Some((path?, new));
                }
            }
            kind => {
                if i == at {
                    return Some((path?, if kind == DiffLine::Del { old } else { new }));
                }
                old += usize::from(kind != DiffLine::Add);
                new += usize::from(kind != DiffLine::Del);
            }
        }
    }
    Some((path?, new.max(1)))
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
    fn a_line_of_a_diff_knows_its_place() {
        let lines = unified("a.py", Some("one\ntwo\nthree\n"), "one\n2\nthree\nfour\n");
        let at = |text: &str| place(&lines, lines.iter().position(|l| l == text).unwrap());
        assert_eq!(at(" one"), Some(("a.py".into(), 1)));
        assert_eq!(at("-two"), Some(("a.py".into(), 2)));
        assert_eq!(at("+2"), Some(("a.py".into(), 2)));
        assert_eq!(at("+four"), Some(("a.py".into(), 4)));
        assert_eq!(place(&["+D-001 SQLite".into()], 0), None);
    }

    #[test]
    fn equal_texts_have_no_diff() {
        assert!(unified("a.py", Some("x\n"), "x\n").is_empty());
        assert_eq!(counts(&unified("a.py", Some("x\n"), "y\n")), (1, 1));
    }
}
