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

    /// Whether a manifest's test command calls the stack's own runner: what another one prints could say anything.
    #[must_use]
    pub fn is_own_runner(self, test: &[String]) -> bool {
        let Some((program, rest)) = test.split_first() else { return false };
        let words: Vec<&str> = rest.iter().map(String::as_str).collect();
        let is_option = |word: &&str| word.starts_with('-') && *word != "-c" && *word != "-e";
        match self {
            Self::Python => {
                let runner = words.iter().skip_while(|word| is_option(word) && **word != "-m").take(2);
                file_name(program).starts_with("python") && runner.eq(&["-m", "unittest"])
            }
            // What is before `--test` and is no option or its value would be run instead.
            Self::Node => {
                const WITH_VALUE: [&str; 4] = ["--import", "--require", "-r", "--env-file"];
                let before = words.split(|word| *word == "--test").next().unwrap_or_default();
                let given = |at: usize| at > 0 && WITH_VALUE.contains(&before[at - 1]);
                let harmless = (0..before.len()).all(|at| is_option(&before[at]) || given(at));
                // The results come by G1's reporter, from a process of its own that no test runs in.
                let reported = ["--test-reporter", "--test-isolation", "--experimental-test-isolation"];
                let own = !words.iter().any(|word| reported.iter().any(|option| word.starts_with(option)));
                file_name(program) == "node" && before.len() < words.len() && harmless && own
            }
            Self::Rust => {
                file_name(program) == "cargo"
                    && words.iter().find(|word| !word.starts_with(['-', '+'])) == Some(&"test")
            }
        }
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

fn file_name(path: &str) -> &str {
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
    fn tests_are_run_by_the_runner_of_the_stack_and_by_nothing_that_looks_like_it() {
        let own = |stack: Stack, command: &str| {
            stack.is_own_runner(&command.split(' ').map(str::to_owned).collect::<Vec<_>>())
        };
        for (stack, good) in [
            (Stack::Python, "python3 -m unittest -v"),
            (Stack::Python, "/usr/bin/python3.12 -Werror -m unittest discover -s tests"),
            (Stack::Node, "node --test"),
            (Stack::Node, "node --import ./test/setup.js --no-warnings --test test/a.test.js"),
            (Stack::Rust, "cargo test"),
            (Stack::Rust, "cargo --quiet test --all"),
        ] {
            assert!(own(stack, good), "{good}");
        }
        for (stack, bad) in [
            (Stack::Python, "python3 run_tests.py"),
            (Stack::Python, "python3 run_tests.py -m unittest"),
            (Stack::Python, "python3 -c print() -m unittest"),
            (Stack::Python, "python3 -m tests"),
            (Stack::Python, "sh -m unittest"),
            (Stack::Node, "node run.js --test"),
            (Stack::Node, "node --no-warnings run.js --test"),
            (Stack::Node, "node -e 1 --test"),
            (Stack::Node, "node test.js"),
            (Stack::Node, "node --test --test-reporter=./ok.mjs"),
            (Stack::Node, "node --experimental-test-isolation=none --test"),
            (Stack::Rust, "cargo run --bin test"),
            (Stack::Rust, "./cargo-like test"),
        ] {
            assert!(!own(stack, bad), "{bad}");
        }
        assert!(!Stack::Python.is_own_runner(&[]));
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
