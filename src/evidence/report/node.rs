//! Reading what G1's own reporter for `node:test` prints (`aids/reporter.mjs`): one line a test, with what it says
//! indented below it. Whatever the application prints comes through the reporter behind a bar, so it cannot pretend.

use super::Report;
use crate::domain::{
    Clean,
    evidence::{TestOutcome, TestResult},
};
use std::collections::BTreeMap;

const DETAIL_LINES: usize = 12;

#[must_use]
pub fn node(output: &[u8]) -> Report {
    let text = Clean::from_bytes(output);
    let mut tests: BTreeMap<String, TestResult> = BTreeMap::new();
    let mut ran = None;
    let mut twice = false;
    let mut current: Option<String> = None;
    for line in text.lines() {
        if let Some(detail) = line.strip_prefix("      ") {
            if let Some(test) = current.as_ref().and_then(|name| tests.get_mut(name)) {
                let mut lines: Vec<&str> = test.detail.lines().collect();
                if lines.len() < DETAIL_LINES {
                    lines.push(detail);
                }
                test.detail = Clean::from(lines.join("\n"));
            }
            continue;
        }
        current = None;
        let outcomes = [
            ("ok    ", TestOutcome::Passed),
            ("FAIL  ", TestOutcome::Failed),
            ("ERROR ", TestOutcome::Error),
            ("skip  ", TestOutcome::Skipped),
        ];
        let found = outcomes.into_iter().find_map(|(word, outcome)| Some((line.strip_prefix(word)?, outcome)));
        if let Some((name, outcome)) = found {
            let result = TestResult { name: name.to_owned(), outcome, detail: Clean::default() };
            twice |= tests.insert(name.to_owned(), result).is_some();
            current = Some(name.to_owned());
        } else if let Some(total) = line.strip_prefix("ran ") {
            ran = total.parse().ok();
        }
    }
    let consistent = !twice && ran.is_some_and(|ran: u32| ran as usize == tests.len());
    Report { tests: tests.into_values().collect(), ran, consistent }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_outcome_is_read_and_what_the_application_prints_is_none() {
        let text = "ok    test/a.test.js > plain\n| ok    test/a.test.js > made up\nFAIL  test/a.test.js > S > fails\n      1 !== 2\n\
                    ERROR test/a.test.js > breaks\n      TypeError: null\nskip  test/a.test.js > later\nran 4\n";
        let report = node(text.as_bytes());
        use TestOutcome::{Error, Failed, Passed, Skipped};
        let expected = [
            ("test/a.test.js > S > fails", Failed),
            ("test/a.test.js > breaks", Error),
            ("test/a.test.js > later", Skipped),
            ("test/a.test.js > plain", Passed),
        ];
        let found: Vec<_> = report.tests.iter().map(|test| (test.name.as_str(), test.outcome)).collect();
        assert_eq!(found, expected);
        assert!(report.consistent && !report.is_green());
        assert_eq!(report.tests[0].detail.as_str(), "1 !== 2");
        assert!(!node(b"ok    a > b\nran 2\n").consistent, "more were run than are told of");
        assert!(!node(b"ok    a > b\nFAIL  a > b\nran 1\n").consistent, "told of twice");
        assert!(!node(b"ok    a > b\n").consistent, "it did not get to its end");
    }

    proptest! {
        #[test]
        fn any_output_is_read_without_panic(text in "((ok|FAIL|ERROR|skip) {1,6}[a-c]|ran [0-9]|\\||\n| |\\PC){0,40}") {
            let report = node(text.as_bytes());
            prop_assert!(report.tests.windows(2).all(|pair| pair[0].name < pair[1].name));
        }
    }
}
