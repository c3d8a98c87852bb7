//! What the results of tests rest on: that the stack's own runner prints them. Commands and files that put something else in
//! its place, or in that of the compiler, are refused.

use super::{Stack, stack::file_name};
use std::hash::{BuildHasher, Hasher, RandomState};
use toml::Table;

/// Interpreter options that bring no code with them.
const PYTHON: [&str; 6] = ["-B", "-u", "-E", "-s", "-b", "-bb"];
/// Options of node that bring no code or other process into the runner, and whether a value belongs to them.
const NODE: [(&str, bool); 17] = [
    ("--test", false),
    ("--test-timeout", true),
    ("--test-concurrency", true),
    ("--test-force-exit", false),
    ("--test-name-pattern", true),
    ("--test-reporter", true),
    ("--test-reporter-destination", true),
    ("--experimental-test-coverage", false),
    ("--no-warnings", false),
    ("--enable-source-maps", false),
    ("--expose-gc", false),
    ("--experimental-strip-types", false),
    ("--experimental-transform-types", false),
    ("--experimental-sqlite", false),
    ("--trace-warnings", false),
    ("--unhandled-rejections", true),
    ("--stack-trace-limit", true),
];
/// Those of them that say who reports and how many files run at a time, which G1 does here.
const OWN: [&str; 3] = ["--test-reporter", "--test-reporter-destination", "--test-concurrency"];
/// Options of cargo that bring settings, other manifests or other targets.
const NOT_CARGO: [&str; 5] = ["--config", "-Z", "-C", "--manifest-path", "--target"];

impl Stack {
    /// Whether a manifest's test command calls the stack's own runner: what another one prints could say anything.
    #[must_use]
    pub fn is_own_runner(self, test: &[String]) -> bool {
        let Some((program, rest)) = test.split_first() else { return false };
        let words: Vec<&str> = rest.iter().map(String::as_str).collect();
        match self {
            Self::Python => {
                let runner = words.iter().position(|word| *word == "-m").map_or(&[][..], |at| &words[at..]);
                let mut before = words[..words.len() - runner.len()].iter();
                let harmless = before.all(|word| PYTHON.contains(word) || is_plain_setting(word));
                file_name(program).starts_with("python") && runner.starts_with(&["-m", "unittest"]) && harmless
            }
            Self::Node => file_name(program) == "node" && node_words(rest).is_some(),
            Self::Rust => {
                let own = words.split(|word| *word == "--").next().unwrap_or_default();
                let foreign = |word: &&str| NOT_CARGO.iter().any(|option| word.starts_with(option));
                file_name(program) == "cargo"
                    && own.iter().find(|word| !word.starts_with('-')) == Some(&"test")
                    && !own.iter().any(foreign)
            }
        }
    }

    /// What a manifest's test command is to look like, for its author.
    #[must_use]
    pub fn own_runner(self) -> &'static str {
        match self {
            Self::Python => {
                "tests are run with `python3 -m unittest`, without options of the interpreter that bring code"
            }
            Self::Node => {
                "tests are run with `node --test`, without options that load code: test files import what they need"
            }
            Self::Rust => "tests are run with `cargo test`, without `--config`, `--manifest-path` or another target",
        }
    }
}

/// What of a command behind `node` runs tests: its options, each with its value, and the files or folders that it names.
/// Nothing when it does not run them, or something else first, or with options that bring code into the runner.
pub(super) fn node_words(words: &[String]) -> Option<(Vec<String>, Vec<String>)> {
    let (mut options, mut files) = (vec![], vec![]);
    let mut tests = false;
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if !word.starts_with('-') {
            // What stands before `--test` would be run instead.
            files.push(tests.then(|| word.clone())?);
            continue;
        }
        let (name, value) = word.split_once('=').map_or((word.as_str(), None), |(name, value)| (name, Some(value)));
        let (_, wants) = NODE.iter().find(|(known, _)| *known == name)?;
        let value = match (value, wants) {
            (None, true) => Some(words.next()?.as_str()),
            (value, _) => value,
        };
        tests |= name == "--test";
        if !OWN.contains(&name) {
            options.push(value.map_or_else(|| name.to_owned(), |value| format!("{name}={value}")));
        }
    }
    tests.then_some((options, files))
}

/// Something that nobody knew when the software was written.
pub(super) fn random() -> u64 {
    // The standard library's way to the operating system's randomness.
    RandomState::new().build_hasher().finish()
}

/// The same as a number that always has nine digits.
pub(super) fn nine_digits() -> u32 {
    100_000_000 + u32::try_from(random() % 900_000_000).unwrap_or_default()
}

/// `-Werror`, `-Xdev`: with more than a word they could name a module to import.
fn is_plain_setting(word: &str) -> bool {
    ["-W", "-X"].iter().any(|option| {
        word.strip_prefix(option)
            .is_some_and(|value| !value.is_empty() && value.bytes().all(|b| b.is_ascii_lowercase()))
    })
}

/// The kinds of targets whose tests `cargo test` runs.
const TESTED: [&str; 4] = ["lib", "bin", "test", "example"];
/// What cargo's configuration has run instead of the compiler.
const COMPILERS: [&str; 4] = ["rustc", "rustc-wrapper", "rustc-workspace-wrapper", "rustdoc"];

/// What such a file does, in words for its author; `None` for any other.
#[must_use]
pub fn replaces_runner(path: &str, content: &str) -> Option<String> {
    let parts: Vec<&str> = path.split('/').collect();
    match parts.as_slice() {
        ["unittest.py"] | ["unittest", ..] => {
            Some(format!("{path} would be imported instead of Python's own unittest: give it another name"))
        }
        [.., "Cargo.toml"] if has_own_harness(&table(content)) => Some(format!(
            "{path}: a target with `harness = false` prints its own results, and only those of cargo's harness are believed"
        )),
        [.., ".cargo", "config" | "config.toml"] => {
            let key = own_program(&table(content))?;
            Some(format!(
                "{path}: `{key}` has another program run than the compiled tests and the installed compiler: leave it out"
            ))
        }
        _ => None,
    }
}

/// The same of a new text, where the one `before` did not do so already.
#[must_use]
pub fn newly_replaces_runner(path: &str, before: Option<&[u8]>, content: &str) -> Option<String> {
    let did = before.is_some_and(|before| replaces_runner(path, &String::from_utf8_lossy(before)).is_some());
    replaces_runner(path, content).filter(|_| !did)
}

fn table(content: &str) -> Table {
    content.parse().unwrap_or_default()
}

fn has_own_harness(manifest: &Table) -> bool {
    let targets = TESTED.iter().filter_map(|kind| manifest.get(*kind)).flat_map(|value| match value.as_array() {
        Some(several) => several.iter().collect(),
        None => vec![value],
    });
    targets.into_iter().any(|target| target.get("harness").and_then(toml::Value::as_bool) == Some(false))
}

fn own_program(config: &Table) -> Option<String> {
    let build = config.get("build").and_then(toml::Value::as_table);
    let compiler = COMPILERS.iter().find(|key| build.is_some_and(|build| build.contains_key(**key)));
    let targets = config.get("target").and_then(toml::Value::as_table).into_iter().flatten();
    let runner =
        |(name, target): (&String, &toml::Value)| target.get("runner").map(|_| format!("target.{name}.runner"));
    compiler.map(|key| format!("build.{key}")).or_else(|| targets.filter_map(runner).next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_run_by_the_runner_of_the_stack_and_by_nothing_that_looks_like_it() {
        let own = |stack: Stack, command: &str| {
            stack.is_own_runner(&command.split(' ').map(str::to_owned).collect::<Vec<_>>())
        };
        for (stack, good) in [
            (Stack::Python, "python3 -m unittest -v"),
            (Stack::Python, "/usr/bin/python3.12 -Werror -B -Xdev -m unittest discover -s tests"),
            (Stack::Node, "node --test"),
            (Stack::Node, "node --experimental-strip-types --no-warnings --test --test-timeout 9000 test/a.test.ts"),
            (Stack::Node, "node --test --test-reporter=spec"),
            (Stack::Rust, "cargo test"),
            (Stack::Rust, "cargo --quiet test --all -- --test-threads=1 --config"),
        ] {
            assert!(own(stack, good), "{good}");
        }
        for (stack, bad) in [
            (Stack::Python, "python3 run_tests.py"),
            (Stack::Python, "python3 run_tests.py -m unittest"),
            (Stack::Python, "python3 -c print() -m unittest"),
            (Stack::Python, "python3 -cprint() -m unittest"),
            (Stack::Python, "python3 -mtools -m unittest"),
            (Stack::Python, "python3 -Bmtools -m unittest"),
            (Stack::Python, "python3 -Werror::tools.Evil -m unittest"),
            (Stack::Python, "python3 -Xpresite=tools -m unittest"),
            (Stack::Python, "python3 -m tests"),
            (Stack::Python, "python3 -m tests -m unittest"),
            (Stack::Python, "sh -m unittest"),
            (Stack::Node, "node run.js --test"),
            (Stack::Node, "node --no-warnings run.js --test"),
            (Stack::Node, "node --import ./test/setup.js --test"),
            (Stack::Node, "node --test --require=./setup.cjs"),
            (Stack::Node, "node --test --env-file=.env"),
            (Stack::Node, "node -e 1 --test"),
            (Stack::Node, "node test.js"),
            (Stack::Node, "node --test --test-timeout"),
            (Stack::Node, "node --experimental-test-isolation=none --test"),
            (Stack::Rust, "cargo run --bin test"),
            (Stack::Rust, "cargo --config=a.toml test"),
            (Stack::Rust, "cargo test --manifest-path=b/Cargo.toml"),
            (Stack::Rust, "cargo +nightly test"),
            (Stack::Rust, "./cargo-like test"),
        ] {
            assert!(!own(stack, bad), "{bad}");
        }
        assert!(!Stack::Python.is_own_runner(&[]));
    }

    #[test]
    fn of_a_command_for_node_the_options_are_kept_with_their_values_and_reporters_are_not() {
        let words = |command: &str| {
            let words: Vec<String> = command.split(' ').map(str::to_owned).collect();
            node_words(&words).map(|(options, files)| (options.join(" "), files.join(" ")))
        };
        let found = words(
            "--no-warnings --test --test-timeout 9 --test-reporter spec --test-reporter-destination=stdout test/",
        );
        assert_eq!(found, Some(("--no-warnings --test --test-timeout=9".to_owned(), "test/".to_owned())));
        assert_eq!(words("a.js --test"), None);
    }

    #[test]
    fn what_would_print_results_of_its_own_is_named() {
        for (path, content, said) in [
            ("unittest.py", "", "instead of Python's own unittest"),
            ("unittest/__main__.py", "", "instead of Python's own unittest"),
            ("Cargo.toml", "[[test]]\nname = \"a\"\nharness = false\n", "`harness = false`"),
            ("crates/a/Cargo.toml", "[lib]\nharness = false\n", "`harness = false`"),
            (
                ".cargo/config.toml",
                "[target.x86_64-unknown-linux-gnu]\nrunner = \"./ok.sh\"\n",
                "target.x86_64-unknown-linux-gnu.runner",
            ),
            (".cargo/config", "[target.'cfg(all())']\nrunner = [\"true\"]\n", "target.cfg(all()).runner"),
            (".cargo/config.toml", "[build]\nrustc-wrapper = \"./w\"\n", "build.rustc-wrapper"),
        ] {
            let told = replaces_runner(path, content);
            assert!(
                told.as_ref().is_some_and(|told| told.contains(said) && told.starts_with(path)),
                "{path}: {told:?}"
            );
        }
    }

    #[test]
    fn what_only_looks_like_it_is_taken() {
        for (path, content) in [
            ("tests/unittest.py", ""),
            ("app/unittest/a.py", ""),
            (
                "Cargo.toml",
                "[package]\nname = \"a\"\n[[bench]]\nname = \"b\"\nharness = false\n[[test]]\nname = \"c\"\n",
            ),
            ("Cargo.toml", "not = [toml"),
            (".cargo/config.toml", "[build]\nrustflags = [\"-Dwarnings\"]\n[alias]\nt = \"test\"\n"),
        ] {
            assert_eq!(replaces_runner(path, content), None, "{path}");
        }
        let own = "[[test]]\nname = \"a\"\nharness = false\n";
        assert_eq!(newly_replaces_runner("Cargo.toml", Some(own.as_bytes()), own), None, "it is a person's");
        assert!(newly_replaces_runner("Cargo.toml", Some(b"[package]"), own).is_some());
        assert!(newly_replaces_runner("Cargo.toml", None, own).is_some());
    }
}
