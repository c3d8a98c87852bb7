//! Reading what `python3 -m unittest -v` prints.
//!
//! The application under test prints into the same stream, at any moment, so a status may stand at the end of any line
//! or on a line of its own. Three sources are joined: the progress lines, the `FAIL:`/`ERROR:` sections (which never
//! lie about failures), and the final counts (which settle what is left open).

use super::Report;
use crate::domain::{
    Clean,
    evidence::{TestOutcome, TestResult},
};
use std::collections::BTreeMap;

const RULE: &str = "======================================================================";
const THIN_RULE: &str = "----------------------------------------------------------------------";
const FAILED_IMPORT: &str = "unittest.loader._FailedTest";
const FIXTURES: [&str; 4] = ["setUpClass", "setUpModule", "tearDownClass", "tearDownModule"];
/// Lines of a traceback that are kept.
const DETAIL_LINES: usize = 12;

/// Reads the output of the test runner.
#[must_use]
pub fn unittest(output: &[u8]) -> Report {
    let text = Clean::from_bytes(output);
    let lines: Vec<&str> = text.lines().collect();
    let first_section = lines.iter().position(|line| *line == RULE).unwrap_or(lines.len());
    let mut found = progress(lines.get(..first_section).unwrap_or_default());
    let counts = Counts::read(&lines);
    if counts.is_some() {
        // An application may print "ERROR" on a line of its own; a real one has its section below.
        for test in found.values_mut().filter(|test| matches!(test.status, Some(Status::Failed | Status::Error))) {
            test.status = None;
        }
    }
    for section in sections(lines.get(first_section..).unwrap_or_default()) {
        let test = found.entry(section.name).or_default();
        // A failed assertion beside an error is an error: something else broke, too.
        if test.status != Some(Status::Error) {
            test.status = Some(section.status);
        }
        test.detail = section.detail;
    }
    let open = found.values().filter(|test| test.status.is_none()).count();
    if let Some(counts) = &counts {
        // All failures are known from their sections. What is open passed, unless a skip is missing.
        let skips = found.values().filter(|test| test.status == Some(Status::Skipped)).count();
        let all_skipped_found = skips >= counts.skipped as usize;
        let status = if all_skipped_found { Status::Passed } else { Status::Skipped };
        for test in found.values_mut().filter(|test| test.status.is_none()) {
            test.status = Some(status);
        }
    }
    let consistent = counts.as_ref().is_some_and(|counts| counts.fit(&found, open));
    let tests = found
        .into_iter()
        .map(|(name, test)| TestResult {
            name,
            outcome: test.status.map_or(TestOutcome::Error, Status::outcome),
            detail: Clean::new(&test.detail),
        })
        .collect();
    Report { tests, ran: counts.map(|counts| counts.ran), consistent }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    Passed,
    Failed,
    Error,
    Skipped,
    ExpectedFailure,
    UnexpectedSuccess,
}

impl Status {
    fn outcome(self) -> TestOutcome {
        match self {
            Self::Passed => TestOutcome::Passed,
            Self::Failed | Self::UnexpectedSuccess => TestOutcome::Failed,
            Self::Error => TestOutcome::Error,
            // A test that is expected to fail shows nothing.
            Self::Skipped | Self::ExpectedFailure => TestOutcome::Skipped,
        }
    }

    /// A line that is nothing but a status.
    fn exact(line: &str) -> Option<Self> {
        Some(match line.trim_end() {
            "ok" => Self::Passed,
            "FAIL" => Self::Failed,
            "ERROR" => Self::Error,
            "expected failure" => Self::ExpectedFailure,
            "unexpected success" => Self::UnexpectedSuccess,
            line if is_skipped(line) => Self::Skipped,
            _ => return None,
        })
    }
}

fn is_skipped(line: &str) -> bool {
    line.strip_prefix("skipped ").is_some_and(|reason| {
        matches!((reason.chars().next(), reason.chars().last()), (Some('\'' | '"'), Some('\'' | '"')))
            && reason.len() > 1
    })
}

#[derive(Debug, Default)]
struct Found {
    status: Option<Status>,
    detail: String,
}

/// The lines before the first section: `test_a (tests.test_x.Class.test_a) ... ok`.
fn progress(lines: &[&str]) -> BTreeMap<String, Found> {
    let mut found: BTreeMap<String, Found> = BTreeMap::new();
    let mut current: Option<String> = None;
    for line in lines {
        let mut rest = *line;
        // Python before 3.11 ends no line after a failed sub-test, so several descriptions may share one line.
        while let Some((name, is_subtest, after)) = description(rest) {
            rest = after;
            if !is_subtest {
                found.entry(name.clone()).or_default();
                current = Some(name);
            }
        }
        let Some(test) = current.as_ref().and_then(|name| found.get_mut(name)) else { continue };
        // On the line of the description, of its docstring, or alone after something else was printed.
        let status = Status::exact(rest.rsplit(" ... ").next().unwrap_or(rest));
        if let Some(status) = status
            && test.status.is_none()
        {
            test.status = Some(status);
        }
    }
    found
}

/// Finds `name (dotted.path)` in a line; returns the full name, whether it is a sub-test, and what follows.
fn description(line: &str) -> Option<(String, bool, &str)> {
    let mut from = 0;
    while let Some(open) = line.get(from..)?.find(" (").map(|at| from + at) {
        from = open + 2;
        let before = line.get(..open)?;
        let start = before.char_indices().rev().take_while(|(_, c)| is_name(*c) || *c == '.').last().map(|(at, _)| at);
        let dotted = before.get(start.unwrap_or(open)..)?;
        let inside = line.get(open + 2..)?;
        let Some(close) = inside.find(')') else { continue };
        let (path, after) = (inside.get(..close)?, inside.get(close + 1..)?);
        if path.is_empty() || !path.split('.').all(|part| !part.is_empty() && part.chars().all(is_name)) {
            continue;
        }
        if let Some(module) = path.strip_prefix(FAILED_IMPORT) {
            // A module that could not be imported: its own name, dots included, is the test's.
            return Some((module.strip_prefix('.').unwrap_or(dotted).to_owned(), false, after));
        }
        let name = dotted.rsplit('.').next().unwrap_or(dotted);
        if !name.starts_with("test") && !FIXTURES.contains(&name) {
            continue;
        }
        let is_subtest = after.starts_with(" (") || after.starts_with(" [");
        return Some((full_name(name, path), is_subtest, after));
    }
    None
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Python from 3.11 repeats the method's name in the path; before, it does not.
fn full_name(name: &str, path: &str) -> String {
    if path.rsplit('.').next() == Some(name) { path.to_owned() } else { format!("{path}.{name}") }
}

struct Section {
    name: String,
    status: Status,
    detail: String,
}

fn sections(lines: &[&str]) -> Vec<Section> {
    let mut sections = vec![];
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        at += 1;
        if *line != RULE {
            continue;
        }
        let Some(title) = lines.get(at) else { break };
        let Some((status, title)) = [
            ("FAIL: ", Status::Failed),
            ("ERROR: ", Status::Error),
            ("UNEXPECTED SUCCESS: ", Status::UnexpectedSuccess),
        ]
        .into_iter()
        .find_map(|(word, status)| Some((status, title.strip_prefix(word)?))) else {
            continue;
        };
        let Some(name) = description(title).map(|(name, _, _)| name) else { continue };
        let body: Vec<&str> = lines
            .get(at + 1..)
            .unwrap_or_default()
            .iter()
            .skip_while(|line| **line != THIN_RULE)
            .skip(1)
            .take_while(|line| **line != RULE && **line != THIN_RULE)
            .copied()
            .collect();
        let body = body.join("\n");
        let kept: Vec<&str> = body.trim().lines().collect();
        let detail = kept.get(kept.len().saturating_sub(DETAIL_LINES)..).unwrap_or_default().join("\n");
        sections.push(Section { name, status, detail });
    }
    sections
}

/// Whether a traceback, or the end of one, ends in a failed assertion.
pub(super) fn is_assertion(detail: &str) -> bool {
    let lines: Vec<&str> = detail.lines().collect();
    let last_frame = lines.iter().rposition(|line| line.starts_with("  File \"")).unwrap_or(0);
    // Below the frame's own line its source and marks are indented; what an assertion says may be anything.
    let error = lines.iter().skip(last_frame).find(|line| !line.starts_with(' '));
    error.is_some_and(|line| {
        line.strip_prefix("AssertionError").is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
    })
}

struct Counts {
    ran: u32,
    failures: u32,
    errors: u32,
    skipped: u32,
}

impl Counts {
    /// `Ran 3 tests in 0.1s` … `FAILED (failures=1, errors=2, skipped=1)`; the last ones win.
    fn read(lines: &[&str]) -> Option<Self> {
        let at = lines.iter().rposition(|line| line.starts_with("Ran ") && line.contains(" test"))?;
        let ran = lines.get(at)?.split(' ').nth(1)?.parse().ok()?;
        let verdict = lines.get(at + 1..)?.iter().find(|line| is_verdict(line))?;
        let number = |key: &str| {
            let tail = verdict.split([' ', '(', ',', ')']).find_map(|part| part.strip_prefix(key)?.strip_prefix('='));
            tail.and_then(|digits| digits.parse().ok()).unwrap_or(0)
        };
        Some(Self { ran, failures: number("failures"), errors: number("errors"), skipped: number("skipped") })
    }

    /// Sub-tests count each, and a broken class counts no test, so the numbers are bounds rather than equal.
    fn fit(&self, found: &BTreeMap<String, Found>, open: usize) -> bool {
        let with = |status: Status| found.values().filter(|test| test.status == Some(status)).count();
        let (failed, errors) = (with(Status::Failed), with(Status::Error));
        let enough = found.len() >= self.ran as usize;
        let as_bad = (self.failures > 0 || self.errors > 0) == (failed + errors > 0);
        // A faked `ok` cannot hide a failure: each is counted, and each has its section.
        let sections = failed + errors <= (self.failures + self.errors) as usize;
        enough && as_bad && sections && open <= self.ran as usize
    }
}

fn is_verdict(line: &str) -> bool {
    ["OK", "FAILED", "NO TESTS RAN"]
        .iter()
        .any(|word| line.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with(" (")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn outcomes(text: &str) -> Vec<(String, TestOutcome)> {
        unittest(text.as_bytes()).tests.into_iter().map(|test| (test.name, test.outcome)).collect()
    }

    const NEW: &str = r#"test_a (tests.test_x.First.test_a) ... ok
test_b (tests.test_x.First.test_b)
Says what it shows. ... 127.0.0.1 - - [x] "GET / HTTP/1.1" 200 -
ok
test_c (tests.test_x.First.test_c) ... skipped 'no network'
test_d (tests.test_x.First.test_d) ... noise without an endok
test_e (tests.test_x.First.test_e) ... FAIL
test_f (tests.test_x.First.test_f) ... ERROR
test_g (tests.test_x.First.test_g) ...   test_g (tests.test_x.First.test_g) (i=1) ... FAIL
expected failure
test_h (tests.test_x.First.test_h) ... expected failure

======================================================================
FAIL: test_e (tests.test_x.First.test_e)
----------------------------------------------------------------------
Traceback (most recent call last):
  File "x", line 1, in test_e
AssertionError: 1 != 2

======================================================================
ERROR: test_f (tests.test_x.First.test_f)
----------------------------------------------------------------------
KeyError: 'x'

======================================================================
FAIL: test_g (tests.test_x.First.test_g) (i=1)
----------------------------------------------------------------------
AssertionError: 3 != 4

----------------------------------------------------------------------
Ran 8 tests in 0.1s

FAILED (failures=2, errors=1, skipped=1, expected failures=1)
"#;

    #[test]
    fn every_outcome_is_read_through_noise_docstrings_and_sub_tests() {
        use TestOutcome::{Error, Failed, Passed, Skipped};
        let expected = [Passed, Passed, Skipped, Passed, Failed, Error, Failed, Skipped];
        let names = ["a", "b", "c", "d", "e", "f", "g", "h"].map(|l| format!("tests.test_x.First.test_{l}"));
        assert_eq!(outcomes(NEW), names.into_iter().zip(expected).collect::<Vec<_>>());
        let report = unittest(NEW.as_bytes());
        assert!(report.consistent && !report.is_green());
        assert_eq!(report.ran, Some(8));
        assert!(report.tests[4].detail.ends_with("AssertionError: 1 != 2"));
    }

    #[test]
    fn older_pythons_do_not_repeat_the_method_and_end_no_line_after_a_failed_sub_test() {
        let text = "test_a (tests.test_x.First) ... test_b (tests.test_x.First) ... ok\n\n\
            ======================================================================\n\
            FAIL: test_a (tests.test_x.First) (i=1)\n\
            ----------------------------------------------------------------------\n\
            AssertionError\n\n\
            ----------------------------------------------------------------------\n\
            Ran 2 tests in 0.0s\n\nFAILED (failures=1)\n";
        let expected = [("test_a", TestOutcome::Failed), ("test_b", TestOutcome::Passed)];
        assert_eq!(outcomes(text), expected.map(|(n, o)| (format!("tests.test_x.First.{n}"), o)));
        assert!(unittest(text.as_bytes()).consistent);
    }

    #[test]
    fn a_module_that_cannot_be_imported_is_an_error_of_its_tests() {
        for title in
            ["tests.test_x (unittest.loader._FailedTest.tests.test_x)", "tests.test_x (unittest.loader._FailedTest)"]
        {
            let text = format!(
                "{title} ... ERROR\n\n{RULE}\nERROR: {title}\n{THIN_RULE}\nImportError: Failed to import\n\n{THIN_RULE}\n\
                 Ran 1 test in 0.0s\n\nFAILED (errors=1)\n"
            );
            let report = unittest(text.as_bytes());
            assert_eq!(report.tests[0].name, "tests.test_x", "{title}");
            assert_eq!(report.outcome("tests.test_x.First.test_a"), Some(TestOutcome::Error));
            assert_eq!(report.outcome("tests.test_xy.First.test_a"), None);
            assert!(report.consistent);
        }
    }

    #[test]
    fn a_class_that_cannot_be_set_up_takes_its_tests_with_it() {
        let text = format!(
            "setUpClass (tests.test_x.First) ... ERROR\n\n{RULE}\nERROR: setUpClass (tests.test_x.First)\n{THIN_RULE}\nOSError\n\n\
             {THIN_RULE}\nRan 0 tests in 0.0s\n\nFAILED (errors=1)\n"
        );
        let report = unittest(text.as_bytes());
        assert_eq!(report.outcome("tests.test_x.First.test_a"), Some(TestOutcome::Error));
        assert_eq!(report.outcome("tests.test_x.Second.test_a"), None);
        assert!(!report.is_green());
    }

    #[test]
    fn tests_fail_by_an_assertion_where_what_is_set_up_for_them_does() {
        let said = |error: &str| {
            let text = format!(
                "setUpClass (tests.t.C) ... ERROR\n\n{RULE}\nERROR: setUpClass (tests.t.C)\n{THIN_RULE}\nTraceback (most recent call last):\n\
                 \x20 File \"t.py\", line 9, in setUpClass\n    cls.one = person()\n              ^^^^\n{error}\n\n{THIN_RULE}\n\
                 Ran 0 tests in 0.0s\n\nFAILED (errors=1)\n"
            );
            let report = unittest(text.as_bytes());
            assert!(report.consistent && !report.is_green());
            (report.outcome("tests.t.C.test_a"), report.outcome("tests.t.D.test_a"))
        };
        assert_eq!(
            said("AssertionError: 201 != 404 : {\n  \"error\": 1}\nOSError: no"),
            (Some(TestOutcome::Failed), None)
        );
        assert_eq!(said("AssertionError"), (Some(TestOutcome::Failed), None));
        for error in ["KeyError: 'AssertionError'", "AssertionErrors: x", "  AssertionError: x\nOSError: 1"] {
            assert_eq!(said(error).0, Some(TestOutcome::Error), "{error}");
        }
    }

    #[test]
    fn what_the_application_prints_can_neither_hide_a_failure_nor_make_one_up() {
        let hidden = NEW.replace(
            "test_e (tests.test_x.First.test_e) ... FAIL",
            "test_e (tests.test_x.First.test_e) ... x\nok\nFAIL",
        );
        assert_eq!(unittest(hidden.as_bytes()).outcome("tests.test_x.First.test_e"), Some(TestOutcome::Failed));
        let made_up = "test_a (tests.t.C.test_a) ... x\nERROR\nok\n\n----\nRan 1 test in 0.0s\n\nOK\n";
        assert_eq!(outcomes(made_up), [("tests.t.C.test_a".to_owned(), TestOutcome::Passed)]);
        // More tests than were run, or fewer: not to be believed.
        let fewer = NEW.replace("Ran 8 tests", "Ran 9 tests");
        assert!(!unittest(fewer.as_bytes()).consistent);
    }

    #[test]
    fn a_run_that_was_killed_is_not_green() {
        let cut = "test_a (tests.t.C.test_a) ... ok\ntest_b (tests.t.C.test_b) ... ";
        let report = unittest(cut.as_bytes());
        assert_eq!(report.outcome("tests.t.C.test_b"), Some(TestOutcome::Error));
        assert!(!report.is_green() && !report.consistent);
        assert!(!unittest(b"\nRan 0 tests in 0.0s\n\nOK\n").is_green());
    }

    proptest! {
        #[test]
        fn any_output_is_read_without_panic(text in "(test_[ab] \\(t\\.C(\\.test_a)?\\)| \\.\\.\\. |ok|FAIL: |ERROR|\n|=|-{70}\n|={70}\n|Ran [0-9] tests\n|skipped '|\\PC){0,40}") {
            let report = unittest(text.as_bytes());
            prop_assert!(report.tests.windows(2).all(|pair| pair[0].name < pair[1].name));
        }

        #[test]
        fn each_printed_test_is_found_with_its_outcome(outcomes in prop::collection::vec(0..3_u8, 1..20), noise in "[a-z ]{0,12}") {
            let mut text = String::new();
            let mut sections = String::new();
            let mut failures = 0;
            let mut skipped = 0;
            for (i, outcome) in outcomes.iter().enumerate() {
                let id = format!("test_{i:02} (tests.m.C.test_{i:02})");
                text += &format!("{id} ... {noise}\n");
                match outcome {
                    0 => text += "ok\n",
                    1 => {
                        failures += 1;
                        text += "FAIL\n";
                        sections += &format!("{RULE}\nFAIL: {id}\n{THIN_RULE}\nAssertionError: {i}\n\n");
                    }
                    _ => { skipped += 1; text += "skipped 'why'\n" }
                }
            }
            let verdict = if failures > 0 { format!("FAILED (failures={failures}, skipped={skipped})") } else { format!("OK (skipped={skipped})") };
            let all = format!("{text}\n{sections}{THIN_RULE}\nRan {} tests in 1s\n\n{verdict}\n", outcomes.len());
            let report = unittest(all.as_bytes());
            prop_assert!(report.consistent);
            for (i, outcome) in outcomes.iter().enumerate() {
                let expected = [TestOutcome::Passed, TestOutcome::Failed, TestOutcome::Skipped][usize::from(*outcome)];
                prop_assert_eq!(report.outcome(&format!("tests.m.C.test_{i:02}")), Some(expected));
            }
        }
    }
}
