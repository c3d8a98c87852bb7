//! Sections of a persona file that are shown under a condition: between a line `::: web` (or `::: python or node`) and a
//! line `:::`. They may stand within each other; what is not known yet excludes nothing.

use super::FileError;
use crate::domain::condition::Condition;
use std::collections::BTreeSet;

/// The conditions of a line that opens a section; nothing for one that closes it.
fn marker(line: &str) -> Option<Vec<&str>> {
    let rest = line.trim().strip_prefix(":::")?;
    Some(rest.split_whitespace().filter(|word| *word != "or").collect())
}

/// Whether all sections are opened and closed, and their conditions known. `first` is the line on which the text begins.
pub(super) fn check(text: &str, first: usize) -> Result<(), FileError> {
    let mut open = Vec::new();
    for (number, line) in (first..).zip(text.lines()) {
        let Some(words) = marker(line) else { continue };
        if let Some(word) = words.iter().find(|word| Condition::of_word(word).is_none()) {
            let known: Vec<&str> = Condition::ALL.iter().map(|condition| condition.word()).collect();
            let what = format!("there is no condition '{word}'; a section is for one of {}", known.join(", "));
            return Err(FileError { line: number, what });
        }
        if !words.is_empty() {
            open.push(number);
        } else if open.pop().is_none() {
            return Err(FileError { line: number, what: "this ::: closes a section that was not opened".to_owned() });
        }
    }
    match open.pop() {
        Some(line) => Err(FileError { line, what: "this section is not closed by a line :::".to_owned() }),
        None => Ok(()),
    }
}

/// The text without the sections whose conditions do not hold; with all of them where nothing is known.
#[must_use]
pub fn applying(text: &str, holds: Option<&BTreeSet<Condition>>) -> String {
    let holds_word = |word: &str| {
        let condition = Condition::of_word(word);
        holds.is_none_or(|holds| condition.is_some_and(|condition| holds.contains(&condition)))
    };
    sections(text, holds_word)
}

/// The text without the sections none of whose words holds, and without the blank lines that they leave.
#[must_use]
pub fn sections(text: &str, holds: impl Fn(&str) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut shown: Vec<bool> = Vec::new();
    for line in text.lines() {
        match marker(line) {
            Some(words) if words.is_empty() => drop(shown.pop()),
            Some(words) => shown.push(words.iter().any(|word| holds(word))),
            None if line.is_empty() && out.ends_with("\n\n") => {}
            None if shown.iter().all(|shown| *shown) => {
                out.push_str(line);
                out.push('\n');
            }
            None => {}
        }
    }
    out.truncate(out.trim_end().len());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Always.\n::: web\nPages.\n::: python or rust\nBoth.\n:::\n:::\nEnd.";

    #[test]
    fn a_section_is_shown_where_its_condition_holds() {
        let of = |holds: &[Condition]| applying(TEXT, Some(&holds.iter().copied().collect()));
        assert_eq!(of(&[]), "Always.\nEnd.");
        assert_eq!(of(&[Condition::Rust]), "Always.\nEnd.");
        assert_eq!(of(&[Condition::Web]), "Always.\nPages.\nEnd.");
        assert_eq!(of(&[Condition::Web, Condition::Rust]), "Always.\nPages.\nBoth.\nEnd.");
        assert_eq!(applying(TEXT, None), "Always.\nPages.\nBoth.\nEnd.");
    }

    #[test]
    fn a_mistaken_section_is_named_with_its_line() {
        assert_eq!(check(TEXT, 9), Ok(()));
        for (text, line, what) in [
            ("a\n::: mobile\n:::", 11, "no condition 'mobile'"),
            ("a\n:::", 11, "not opened"),
            ("::: web\n::: rust\n:::", 10, "not closed"),
        ] {
            let error = check(text, 10).unwrap_err();
            assert!(error.line == line && error.what.contains(what), "{error:?}");
        }
    }
}
