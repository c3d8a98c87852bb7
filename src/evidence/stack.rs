//! What generated software is built with, as far as G1 can run it, and what kind of program it is.

use super::{Manifest, syntax};
use crate::domain::condition::Condition;

/// The stacks whose software is executed, tested and proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stack {
    Python,
    Node,
    Rust,
}

/// What starting means for a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `run` takes a port: it answers `/healthz`.
    Web,
    /// `run` takes none: with `--help` it ends with exit status 0.
    Program,
    /// There is no `run`: it can be imported or compiled.
    Library,
}

impl Stack {
    pub const ALL: [Self; 3] = [Self::Python, Self::Node, Self::Rust];

    /// By the first word of the manifest's `stack`: `python-stdlib`, `node`, `typescript-node`, `rust-std`.
    #[must_use]
    pub fn of(stack: &str) -> Option<Self> {
        match Condition::of_stack(stack) {
            Condition::Python => Some(Self::Python),
            Condition::Node | Condition::Typescript => Some(Self::Node),
            Condition::Rust => Some(Self::Rust),
            _ => None,
        }
    }

    /// The stacks of prompts that are run by it.
    #[must_use]
    pub fn conditions(self) -> &'static [Condition] {
        match self {
            Self::Python => &[Condition::Python],
            Self::Node => &[Condition::Node, Condition::Typescript],
            Self::Rust => &[Condition::Rust],
        }
    }

    /// The program that a manifest of this stack names.
    #[must_use]
    pub fn tool(self) -> &'static str {
        match self {
            Self::Python => "python3",
            Self::Node => "node",
            Self::Rust => "cargo",
        }
    }

    /// What to install, for people.
    #[must_use]
    pub fn wanted(self) -> &'static str {
        match self {
            Self::Python => "Python 3.9 or newer",
            Self::Node => "Node.js 20.10 or newer",
            Self::Rust => "Rust with cargo, and a C compiler to link with",
        }
    }

    /// What follows where its tool is not there, or too old, for the reason given.
    #[must_use]
    pub fn lack(self, why: &str) -> String {
        format!("{why}: what is written for it cannot be run or proven here; install {}", self.wanted())
    }

    /// The same where nobody has said yet what it is about.
    #[must_use]
    pub fn missing(self, why: &str) -> String {
        format!("{} is missing: {}", self.tool(), self.lack(why))
    }

    /// The files that hold tests only, which a suite can be limited to; a module's tests run without the others'.
    #[must_use]
    pub fn is_test_file(self, path: &str) -> bool {
        let name = file_name(path);
        match self {
            Self::Python => name.starts_with("test") && name.ends_with(".py"),
            Self::Node => {
                let tested =
                    [".test.", "-test.", "_test."].iter().any(|part| name.contains(part)) || name.starts_with("test");
                tested && syntax::Language::of(path) == Some(syntax::Language::JavaScript)
            }
            Self::Rust => path.starts_with("tests/") && path.matches('/').count() == 1 && name.ends_with(".rs"),
        }
    }
}

pub(super) fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

impl Kind {
    #[must_use]
    pub fn of(manifest: &Manifest) -> Self {
        match Condition::of_run(manifest.run.iter().map(String::as_str)) {
            Condition::Library => Self::Library,
            Condition::Web => Self::Web,
            _ => Self::Program,
        }
    }

    /// What is promised when it started.
    #[must_use]
    pub fn started(self) -> &'static str {
        match self {
            Self::Web => "it starts and answers /healthz",
            Self::Program => "it starts: --help ends with exit status 0",
            Self::Library => "it can be imported or compiled",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stacks_are_known_by_their_first_word() {
        for (text, stack) in [
            ("python-stdlib", Some(Stack::Python)),
            ("Python 3", Some(Stack::Python)),
            ("typescript-node", Some(Stack::Node)),
            ("node", Some(Stack::Node)),
            ("rust-std", Some(Stack::Rust)),
            ("go", None),
            ("pythonic", None),
            ("", None),
        ] {
            assert_eq!(Stack::of(text), stack, "{text}");
        }
    }

    #[test]
    fn a_module_is_tested_by_its_own_files() {
        for (stack, path, is) in [
            (Stack::Python, "tests/test_books.py", true),
            (Stack::Python, "tests/support.py", false),
            (Stack::Node, "test/books.test.ts", true),
            (Stack::Node, "test/support.mjs", false),
            (Stack::Rust, "tests/books.rs", true),
            (Stack::Rust, "tests/support/mod.rs", false),
            (Stack::Rust, "src/tests.rs", false),
        ] {
            assert_eq!(stack.is_test_file(path), is, "{path}");
        }
    }
}
