//! Reading what `cargo test` prints. Every failure is a panic there: whether it was an assertion of the test is told by
//! where it happened, which only the syntax tree of that place knows.

use super::Report;
use crate::domain::{
    Clean,
    evidence::{TestOutcome, TestResult},
};
use std::collections::BTreeMap;

const DETAIL_LINES: usize = 12;

/// Where the thread of a failed test panicked, and what it said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Panic {
    pub test: String,
    pub path: String,
    pub line: u32,
    pub message: String,
}

impl Panic {
    /// An assertion of the test itself, given the places of the file it happened in.
    #[must_use]
    pub fn is_assertion(&self, regions: &[(u32, u32)], asserts: &[u32]) -> bool {
        let inside = regions.iter().any(|(first, last)| (*first..=*last).contains(&self.line));
        inside && (self.message.starts_with("assertion ") || asserts.contains(&self.line))
    }
}

/// One test binary's part of the output.
#[derive(Default)]
struct Part {
    root: String,
    tests: BTreeMap<String, Option<TestOutcome>>,
    details: BTreeMap<String, Vec<String>>,
    counts: Option<[u32; 3]>,
}

/// The results, with every failure taken for an error, and the panics that may turn out to be assertions.
#[must_use]
pub fn libtest(output: &[u8]) -> (Report, Vec<Panic>) {
    let text = Clean::from_bytes(output);
    let mut parts: Vec<Part> = vec![];
    let mut open: Option<String> = None;
    let mut section: Option<String> = None;
    for line in text.lines() {
        if let Some(root) = root(line) {
            parts.push(Part { root, ..Part::default() });
            (open, section) = (None, None);
            continue;
        }
        let Some(part) = parts.last_mut() else { continue };
        if let Some(counts) = line.strip_prefix("test result: ").and_then(counts) {
            part.counts = Some(counts);
            (open, section) = (None, None);
        } else if let Some(name) = line.strip_prefix("---- ").and_then(|rest| rest.strip_suffix(" stdout ----")) {
            section = Some(name.to_owned());
        } else if let Some(name) = &section {
            if line == "failures:" {
                section = None;
            } else {
                part.details.entry(name.clone()).or_default().push(line.to_owned());
            }
        } else if let Some((name, rest)) = line.strip_prefix("test ").and_then(|rest| rest.split_once(" ... ")) {
            let name = name.strip_suffix(" - should panic").unwrap_or(name);
            let outcome = outcome(rest);
            part.tests.insert(name.to_owned(), outcome);
            open = outcome.is_none().then(|| name.to_owned());
        } else if let Some(name) = &open
            && let Some(outcome) = outcome(line)
        {
            // Something else was printed between a test and its result.
            part.tests.insert(name.clone(), Some(outcome));
            open = None;
        }
    }
    let consistent = !parts.is_empty() && parts.iter().all(Part::is_consistent);
    let ran = (!parts.is_empty() && parts.iter().all(|part| part.counts.is_some()))
        .then(|| parts.iter().map(|part| u32::try_from(part.tests.len()).unwrap_or(u32::MAX)).sum());
    let panics = parts.iter().flat_map(Part::panics).collect();
    let mut tests: Vec<TestResult> = parts.into_iter().flat_map(Part::results).collect();
    tests.sort_by(|a, b| a.name.cmp(&b.name));
    (Report { tests, ran, consistent }, panics)
}

/// `Running unittests src/lib.rs (target/…)`, `Running tests/api.rs (…)`, `Doc-tests books`
fn root(line: &str) -> Option<String> {
    let line = line.trim_start();
    if let Some(name) = line.strip_prefix("Doc-tests ") {
        return Some(format!("doc {name}"));
    }
    let (path, binary) = line.strip_prefix("Running ")?.split_once(" (")?;
    binary.ends_with(')').then(|| path.strip_prefix("unittests ").unwrap_or(path).to_owned())
}

fn outcome(text: &str) -> Option<TestOutcome> {
    let text = text.trim_end();
    if text == "ok" {
        Some(TestOutcome::Passed)
    } else if text == "FAILED" {
        Some(TestOutcome::Error)
    } else if text == "ignored" || text.starts_with("ignored, ") {
        Some(TestOutcome::Skipped)
    } else {
        None
    }
}

/// `FAILED. 2 passed; 1 failed; 3 ignored; …`
fn counts(line: &str) -> Option<[u32; 3]> {
    let (_, line) = line.split_once(". ")?;
    let number = |word: &str| line.split("; ").find_map(|part| part.strip_suffix(word)?.trim().parse().ok());
    Some([number(" passed")?, number(" failed")?, number(" ignored")?])
}

impl Part {
    fn name(&self, test: &str) -> String {
        format!("{}::{test}", self.root)
    }

    /// What was found adds up to what was counted, so nothing was hidden or made up.
    fn is_consistent(&self) -> bool {
        let with = |outcome| self.tests.values().filter(|found| **found == Some(outcome)).count();
        let found = [TestOutcome::Passed, TestOutcome::Error, TestOutcome::Skipped].map(with);
        self.counts.is_some_and(|counts| counts.iter().zip(found).all(|(count, found)| *count as usize == found))
    }

    fn panics(&self) -> Vec<Panic> {
        let mut found = vec![];
        for (test, lines) in &self.details {
            let expected = lines.iter().any(|line| line.starts_with("note: test did not panic as expected"));
            if expected {
                // That it must panic was all that it asserted.
                found.push(Panic {
                    test: self.name(test),
                    path: String::new(),
                    line: 0,
                    message: "assertion failed: did not panic".to_owned(),
                });
            }
            for (at, line) in lines.iter().enumerate() {
                let Some(place) = line.strip_prefix("thread '").and_then(|rest| rest.strip_prefix(test.as_str()))
                else {
                    continue;
                };
                let Some((_, place)) = place.split_once(" panicked at ") else { continue };
                let mut numbers = place.trim_end_matches(':').rsplitn(3, ':');
                let (_, line_number, path) = (numbers.next(), numbers.next(), numbers.next());
                let Some((path, number)) = path.zip(line_number.and_then(|text| text.parse().ok())) else { continue };
                let message = lines.get(at + 1).cloned().unwrap_or_default();
                found.push(Panic { test: self.name(test), path: path.to_owned(), line: number, message });
                break;
            }
        }
        found
    }

    fn results(self) -> Vec<TestResult> {
        let named: Vec<(String, String, TestOutcome)> = self
            .tests
            .iter()
            .map(|(test, outcome)| (self.name(test), test.clone(), outcome.unwrap_or(TestOutcome::Error)))
            .collect();
        named
            .into_iter()
            .map(|(name, test, outcome)| {
                let lines = self.details.get(&test).cloned().unwrap_or_default();
                let kept: Vec<&String> =
                    lines.iter().filter(|line| !line.trim().is_empty()).take(DETAIL_LINES).collect();
                let detail = kept.into_iter().cloned().collect::<Vec<_>>().join("\n");
                TestResult { name, outcome, detail: Clean::from(detail) }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PRINTED: &str = "\
   Compiling books v0.1.0 (.)
    Finished `test` profile [unoptimized + debuginfo] target(s) in 0.5s
     Running unittests src/lib.rs ($TMPDIR/target/debug/deps/books-0123456789abcdef)

running 2 tests
test store::tests::keeps ... ok
test store::tests::later ... ignored, not yet

test result: ok. 1 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s

     Running tests/api.rs ($TMPDIR/target/debug/deps/api-0123456789abcdef)

running 3 tests
test adds ... listening
FAILED
test breaks ... FAILED
test lists ... ok

failures:

---- adds stdout ----

thread 'adds' (4242) panicked at tests/api.rs:12:5:
assertion `left == right` failed
  left: 404
 right: 201
note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace

---- breaks stdout ----

thread 'breaks' panicked at src/store.rs:7:9:
called `Option::unwrap()` on a `None` value


failures:
    adds
    breaks

test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s

error: test failed, to rerun pass `--test api`
";

    #[test]
    fn tests_of_all_binaries_are_read_and_panics_are_told_apart_by_their_place() {
        let (report, panics) = libtest(PRINTED.as_bytes());
        let found: Vec<_> = report.tests.iter().map(|test| (test.name.as_str(), test.outcome)).collect();
        let expected = [
            ("src/lib.rs::store::tests::keeps", TestOutcome::Passed),
            ("src/lib.rs::store::tests::later", TestOutcome::Skipped),
            ("tests/api.rs::adds", TestOutcome::Error),
            ("tests/api.rs::breaks", TestOutcome::Error),
            ("tests/api.rs::lists", TestOutcome::Passed),
        ];
        assert_eq!(found, expected);
        assert!(report.consistent);
        assert_eq!(panics.len(), 2);
        assert!(panics[0].is_assertion(&[(1, 40)], &[]), "{panics:?}");
        assert!(!panics[0].is_assertion(&[], &[12]), "an assertion of the product is none of the test");
        assert!(!panics[1].is_assertion(&[(1, 40)], &[12]));
        let custom = Panic { message: "no book".into(), ..panics[0].clone() };
        assert!(custom.is_assertion(&[(1, 40)], &[12]));
        assert!(!custom.is_assertion(&[(1, 40)], &[13]));
    }

    #[test]
    fn what_does_not_add_up_is_not_believed() {
        assert!(!libtest(PRINTED.replace("1 passed; 2 failed", "2 passed; 1 failed").as_bytes()).0.consistent);
        assert!(!libtest(b"error: could not compile `books`").0.consistent);
        let cut = PRINTED.split("test lists").next().unwrap();
        assert!(!libtest(cut.as_bytes()).0.consistent);
    }

    proptest! {
        #[test]
        fn any_output_is_read_without_panic(text in "(     Running [a-z/.]{1,8} \\(x\\)\n|test [a-c] \\.\\.\\. (ok|FAILED|ignored)?\n|---- [a-c] stdout ----\n|thread '[a-c]' panicked at a:1:2:\n|failures:\n|test result: ok\\. [0-9] passed; 0 failed; 0 ignored;\n|\\PC|\n){0,30}") {
            let _ = libtest(text.as_bytes());
        }
    }
}
