//! Code of the product that can tell a test from a person: it looks at who calls it, or asks whether a test runner is there.
//! What such code answers to a test says nothing of what it answers to anybody else. Words are compared, so this finds less
//! than there is, and an honest use of one of them is found as well: a person is told, and nothing is refused for good.

use super::{
    EvidenceError, Runner, Stack, Tree,
    syntax::{self, Language, Question},
    uses::is_test,
};
use tokio_util::sync::CancellationToken;

/// A place where the product looks at what runs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aware {
    pub path: String,
    /// From 1.
    pub line: u32,
    /// What is written there.
    pub word: &'static str,
}

/// By these a program knows its callers or a test runner; none is of use to an application that is not its own tool.
fn words(stack: Stack) -> &'static [&'static str] {
    match stack {
        Stack::Python => &[
            "_getframe",
            "currentframe",
            "inspect.stack",
            "extract_stack",
            "format_stack",
            "in sys.modules",
            "import unittest",
            "from unittest",
            "import pytest",
            "PYTEST_CURRENT_TEST",
        ],
        Stack::Node => &["NODE_TEST_CONTEXT", "node:test", "captureStackTrace", "Error().stack"],
        Stack::Rust => &["cfg!(test)", "cfg(not(test))", "Backtrace::", "RUST_TEST_", "G1_OFF"],
    }
}

/// The places in those of `paths` that are the product's own code, one for each word of a file. What cannot be parsed is
/// not looked at.
///
/// # Errors
/// The syntax tool could not be run.
pub async fn aware(
    runner: &Runner,
    tree: &Tree,
    stack: Stack,
    paths: impl Iterator<Item = &str>,
    cancel: &CancellationToken,
) -> Result<Vec<Aware>, EvidenceError> {
    let read = |path: &str| {
        tree.get(path).is_some_and(|file| std::str::from_utf8(&file.bytes).is_ok_and(|text| has_word(stack, text)))
    };
    let paths: Vec<&str> =
        paths.filter(|path| Language::in_tree(tree, path).is_some() && !is_test(stack, path) && read(path)).collect();
    if paths.is_empty() {
        return Ok(vec![]);
    }
    let questions: Vec<Question> = paths.iter().map(|path| Question::Uses { path: (*path).to_owned() }).collect();
    // Comments, and in Rust the tests of a module, say nothing of what the product does.
    let answers = syntax::ask(runner, tree, &questions, cancel).await?;
    let places =
        paths.iter().zip(answers).flat_map(|(path, answer)| places(stack, path, &answer.text.unwrap_or_default()));
    Ok(places.collect())
}

fn has_word(stack: Stack, text: &str) -> bool {
    words(stack).iter().any(|word| text.contains(word))
}

fn places(stack: Stack, path: &str, code: &str) -> Vec<Aware> {
    let place = |word: &&'static str| {
        let (line, _) = (1..).zip(code.lines()).find(|(_, line)| line.contains(word))?;
        Some(Aware { path: path.to_owned(), line, word })
    };
    words(stack).iter().filter_map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_place_of_each_word_is_found() {
        let code = "import sys\n\ndef double(n):\n    if \"unittest\" in sys.modules:\n        return 2 * n\n    return sys._getframe(1)\n";
        let found: Vec<(u32, &str)> =
            places(Stack::Python, "a.py", code).iter().map(|one| (one.line, one.word)).collect();
        assert_eq!(found, [(6, "_getframe"), (4, "in sys.modules")]);
        assert_eq!(places(Stack::Python, "a.py", "import sys\nprint(sys.modules[__name__])\n"), []);
    }
}
