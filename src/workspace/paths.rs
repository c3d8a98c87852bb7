//! Which paths a model may name: relative, plain, visible, and nothing that some tool would execute or obey.

use super::WorkspaceError;
use crate::domain::Clean;
use std::collections::BTreeSet;

/// Hidden names that do no harm. Others configure editors, shells, hooks and pipelines, which run what they hold.
const HIDDEN_BUT_FINE: [&str; 4] = [".gitignore", ".editorconfig", ".dockerignore", ".env.example"];

/// Instructions for agents belong to the person; a model must not write what a later model obeys.
const INSTRUCTIONS: [&str; 3] = ["agents.md", "claude.md", "gemini.md"];

/// # Errors
/// The path is absolute, leaves the project, names `.git` or `.g1` in any spelling, or hides what it is.
pub fn check(path: &str) -> Result<(), WorkspaceError> {
    let refuse = |reason| Err(WorkspaceError::Path { path: Clean::new(path).one_line(200), reason });
    if path.is_empty() {
        return refuse("it is empty");
    }
    if path.len() > 1024 {
        return refuse("it is longer than 1024 bytes");
    }
    if path.starts_with('/') {
        return refuse("it is absolute");
    }
    if path.contains(['\n', '\t']) || Clean::new(path).as_str() != path || path.chars().any(is_deceptive) {
        return refuse("it holds control, invisible or direction-changing characters");
    }
    if path.contains(['\\', ':', '*', '?', '"', '<', '>', '|']) {
        return refuse("it holds a character that other systems give a meaning");
    }
    for part in path.split('/') {
        if part.is_empty() || part == "." {
            return refuse("it has an empty part");
        }
        if part == ".." {
            return refuse("it leaves the project");
        }
        if part.len() > 255 {
            return refuse("a part is longer than 255 bytes");
        }
        if part.starts_with(' ') || part.ends_with([' ', '.']) {
            return refuse("a part starts or ends with a space or ends with a dot");
        }
        let folded = part.to_lowercase();
        if folded == ".git" || folded == ".g1" || folded.starts_with("git~") || folded.starts_with("g1~") {
            return refuse("it belongs to git or to G1");
        }
        if folded.starts_with('.') && !HIDDEN_BUT_FINE.contains(&folded.as_str()) {
            return refuse("hidden files configure tools, which execute what they hold");
        }
        if part.starts_with('~') {
            return refuse("a part starts with ~");
        }
        if INSTRUCTIONS.contains(&folded.as_str()) {
            return refuse("instructions for agents are written by people only");
        }
    }
    Ok(())
}

/// Paths of one reply that cannot lie in one tree, in words: named twice, or a file where another needs a folder. `there`
/// are the files that it comes on top of.
pub fn clashes<'a>(paths: impl Iterator<Item = &'a str>, there: &[&'a str]) -> impl Iterator<Item = String> {
    let mut problems = Vec::new();
    let mut named = BTreeSet::new();
    for path in paths {
        if !named.insert(path) {
            problems.push(format!("{path} is named twice: send each file once"));
        }
    }
    let all: BTreeSet<&str> = named.iter().copied().chain(there.iter().copied()).collect();
    for path in &all {
        let folders = path.match_indices('/').map(|(at, _)| &path[..at]);
        let file = folders.into_iter().find(|folder| all.contains(folder));
        if let Some(file) = file.filter(|file| named.contains(path) || named.contains(file)) {
            problems.push(format!("{file} is a file, so {path} cannot lie in it"));
        }
    }
    problems.into_iter()
}

/// Looks like a dot or a slash, or like nothing.
fn is_deceptive(c: char) -> bool {
    matches!(c, '\u{00AD}' | '\u{034F}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200F}' | '\u{2024}' | '\u{2025}' | '\u{2044}' | '\u{2215}' | '\u{29F8}' | '\u{3164}'
        | '\u{FE00}'..='\u{FE0F}' | '\u{FE52}' | '\u{FF0E}' | '\u{FF0F}' | '\u{FFA0}' | '\u{FFFD}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(paths: &[&str], there: &[&str]) -> String {
        clashes(paths.iter().copied(), there).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn a_file_named_twice_or_in_the_place_of_a_folder_is_told() {
        assert_eq!(problems(&["a", "b/c", "b/d"], &["a", "x/y"]), "");
        assert_eq!(problems(&["a", "b", "a"], &[]), "a is named twice: send each file once");
        assert_eq!(problems(&["app", "app/x.py"], &[]), "app is a file, so app/x.py cannot lie in it");
        assert_eq!(problems(&["app"], &["app/x.py"]), "app is a file, so app/x.py cannot lie in it");
        assert_eq!(problems(&["app/x.py/y"], &["app/x.py"]), "app/x.py is a file, so app/x.py/y cannot lie in it");
        assert_eq!(problems(&["z"], &["app", "app/x.py"]), "", "what lay there before is not this reply's");
    }
}
