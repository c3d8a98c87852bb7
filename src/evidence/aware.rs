//! Code of the product that can tell a test from a person: it looks at who calls it, or asks whether a test runner is there.
//! What such code answers to a test says nothing of what it answers to anybody else. And tests that change how they are judged.
//! Words are compared, so this finds less
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

/// By these a test can pass whatever the code does: an assertion is put in place of the runner's, or every process of
/// Python that it starts is changed before the program begins.
fn words_of_tests(stack: Stack) -> &'static [&'static str] {
    match stack {
        Stack::Python => &["sitecustomize", "usercustomize", ".pth", REPLACED[0]],
        Stack::Node => &[REPLACED[1]],
        Stack::Rust => &[],
    }
}

/// `unittest.TestCase.assertEqual = agree`, `assert.equal = agree`.
const REPLACED: [&str; 2] = ["TestCase.assert… =", "assert.… ="];

/// Whether a line of code has a word.
fn has(line: &str, word: &str) -> bool {
    let Some((start, _)) = word.split_once('…') else { return line.contains(word) };
    let name = |c: char| c.is_alphanumeric() || c == '_';
    line.split(start).skip(1).any(|rest| {
        let behind = rest.trim_start_matches(name).trim_start();
        behind.starts_with('=') && !behind.starts_with("==") && !behind.starts_with("=>")
    })
}

/// The places in those of `paths`, one for each word of a file: in the product's own code what knows of tests, in tests what
/// changes how they are judged. What cannot be parsed is not looked at.
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
    let text = |path: &str| tree.get(path).map(|file| String::from_utf8_lossy(&file.bytes).into_owned());
    let found = |path: &&str| text(path).is_some_and(|text| !places(stack, path, &text).is_empty());
    let paths: Vec<&str> = paths.filter(|path| Language::in_tree(tree, path).is_some()).filter(found).collect();
    if paths.is_empty() {
        return Ok(vec![]);
    }
    let questions: Vec<Question> = paths.iter().map(|path| Question::Uses { path: (*path).to_owned() }).collect();
    // Comments, and in Rust the tests of a module, say nothing of what the code does.
    let answers = syntax::ask(runner, tree, &questions, cancel).await?;
    let places =
        paths.iter().zip(answers).flat_map(|(path, answer)| places(stack, path, &answer.text.unwrap_or_default()));
    Ok(places.collect())
}

fn places(stack: Stack, path: &str, code: &str) -> Vec<Aware> {
    let words = if is_test(stack, path) { words_of_tests(stack) } else { words(stack) };
    let place = |word: &&'static str| {
        let within = || (1..).zip(code.lines()).find(|(_, line)| has(line, word)).map(|(line, _)| line);
        let line = if path.contains(word) { Some(1) } else { within() }?;
        Some(Aware { path: path.to_owned(), line, word })
    };
    words.iter().filter_map(place).collect()
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

    #[test]
    fn tests_that_change_how_they_are_judged_are_found() {
        let words = |stack, path: &str, code: &str| -> Vec<&str> {
            places(stack, path, code).iter().map(|one| one.word).collect()
        };
        let python = |code: &str| words(Stack::Python, "tests/support.py", code);
        assert_eq!(python("import unittest\nunittest.TestCase.assertEqual = agree\n"), [REPLACED[0]]);
        assert_eq!(python("open(folder + \"/sitecustomize.py\", \"w\")\n"), ["sitecustomize"]);
        assert_eq!(python("import unittest\nsame = TestCase.assertEqual == other\nself.assertEqual(1, 1)\n"), [""; 0]);
        assert_eq!(words(Stack::Python, "tests/fx/sitecustomize.py", "import app\n"), ["sitecustomize"]);
        assert_eq!(words(Stack::Node, "test/a.test.js", "assert.strictEqual = () => {};\n"), [REPLACED[1]]);
        assert_eq!(words(Stack::Node, "test/a.test.js", "const all = [1].map((assert) => assert.ok(1));\n"), [""; 0]);
    }
}
