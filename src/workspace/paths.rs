//! Which paths a model may name: relative, plain, visible, and nothing that some tool would execute or obey.

use super::WorkspaceError;
use crate::domain::Clean;

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

/// Looks like a dot or a slash, or like nothing.
fn is_deceptive(c: char) -> bool {
    matches!(c, '\u{00AD}' | '\u{034F}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200F}' | '\u{2024}' | '\u{2025}' | '\u{2044}' | '\u{2215}' | '\u{29F8}' | '\u{3164}'
        | '\u{FE00}'..='\u{FE0F}' | '\u{FE52}' | '\u{FF0E}' | '\u{FF0F}' | '\u{FFA0}' | '\u{FFFD}')
}
