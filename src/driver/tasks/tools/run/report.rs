//! A test run in words: the sum, each test once, what failed whole, and of what passed no more than its name.

use crate::domain::{
    Clean,
    evidence::{TestOutcome, TestResult},
};

/// The sum, each test with what it said, then what was printed.
pub(super) fn report(tests: &[TestResult], exit: Option<i32>, note: Option<&Clean>, output: &[u8]) -> String {
    let passed = tests.iter().filter(|test| test.outcome == TestOutcome::Passed).count();
    let status = exit.map_or_else(|| "killed".to_owned(), |code| format!("exit status {code}"));
    let note = note.map(|note| format!("; {note}")).unwrap_or_default();
    let mut text = if tests.is_empty() {
        format!("no test ran, {status}{note}\n")
    } else {
        format!("{passed} of {} passed, {status}{note}\n", tests.len())
    };
    for test in tests.iter().filter(|test| test.outcome != TestOutcome::Passed) {
        text.push_str(&format!("{:?} {}\n", test.outcome, test.name));
        test.detail.lines().for_each(|line| text.push_str(&format!("    {line}\n")));
    }
    for test in tests.iter().filter(|test| test.outcome == TestOutcome::Passed) {
        text.push_str(&format!("Passed {}\n", test.name));
    }
    let is_green = !tests.is_empty() && passed == tests.len() && exit == Some(0);
    let printed = Clean::from_bytes(output);
    let (rest, left) = quiet(&printed, tests, is_green);
    match (rest.is_empty(), left) {
        (true, 1..) => {}
        (_, 0) => text.push_str(&format!("--- printed\n{rest}")),
        (false, _) => text.push_str(&format!("--- printed, without {left} lines on what passed\n{rest}")),
    }
    text
}

/// Whether a result says what tests did, and not why they did not run.
pub(super) fn is_report(text: &str) -> bool {
    let first = text.lines().next().unwrap_or_default();
    let counted = |rest: &str| rest.split_once(" passed, ").is_some_and(|(of, _)| of.parse::<usize>().is_ok());
    first.starts_with("no test ran, ")
        || first.split_once(" of ").is_some_and(|(passed, rest)| passed.parse::<usize>().is_ok() && counted(rest))
}

/// What was printed, without the lines that say again which tests passed; where all did, also without the sums of the
/// test runner and warnings of the interpreter. And how many lines that left out.
fn quiet(printed: &str, tests: &[TestResult], is_green: bool) -> (String, usize) {
    let passed: Vec<&str> =
        tests.iter().filter(|test| test.outcome == TestOutcome::Passed).map(|test| short(&test.name)).collect();
    let is_told = |line: &str| passed.iter().any(|name| line.contains(name));
    let lines: Vec<&str> = printed.lines().collect();
    let mut kept: Vec<&str> = vec![];
    let mut warned = false;
    for (at, line) in lines.iter().enumerate() {
        let next = lines.get(at + 1).copied().unwrap_or_default();
        // With a description, `unittest` tells the outcome in the line below the name.
        let says_ok = |line: &str| line.starts_with("ok    ") || line.ends_with("... ok");
        let described = line.starts_with("test") && line.ends_with(')') && next.ends_with("... ok") && !is_told(next);
        let description = at > 0 && line.ends_with("... ok") && lines[at - 1].ends_with(')') && is_told(lines[at - 1]);
        let again = (says_ok(line) || described) && is_told(line) || description;
        let quoted = warned && line.starts_with("  ");
        warned = is_warning(line) || quoted;
        if !(again || is_green && (warned || is_sum(line))) {
            kept.push(line);
        }
    }
    let left = lines.len() - kept.len();
    if left == 0 {
        return (printed.to_owned(), 0);
    }
    let text = kept.join("\n");
    if is_green { (text.trim().to_owned(), left) } else { (text, left) }
}

/// The part of a test's name that each runner prints.
fn short(name: &str) -> &str {
    let name = name.rsplit_once("::").map_or(name, |(_, last)| last);
    if name.contains(" > ") { name } else { name.rsplit_once('.').map_or(name, |(_, last)| last) }
}

/// A warning of Python's about the program, such as a file that nobody closed.
fn is_warning(line: &str) -> bool {
    line.starts_with("ResourceWarning: ")
        || line.split_once("Warning: ").is_some_and(|(place, _)| place.rsplit_once(": ").is_some_and(is_place))
}

/// A file and a line, then the name of a kind of warning.
fn is_place((place, kind): (&str, &str)) -> bool {
    place.rsplit_once(':').is_some_and(|(_, line)| line.parse::<u32>().is_ok())
        && kind.chars().all(|c| c.is_ascii_alphabetic())
}

/// How the runners say that all is well.
fn is_sum(line: &str) -> bool {
    let counted = |before: &str, after: &str| {
        line.strip_prefix(before)
            .and_then(|rest| rest.split(' ').next().filter(|_| rest.contains(after)))
            .is_some_and(|number| number.parse::<u32>().is_ok())
    };
    let ruled = line.len() > 9 && line.bytes().all(|byte| byte == b'-');
    ruled
        || line == "OK"
        || line.starts_with("test result: ok.")
        || counted("Ran ", " in ")
        || counted("ran ", "")
        || counted("running ", " test")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn test(name: &str, outcome: TestOutcome, detail: &str) -> TestResult {
        TestResult { name: name.into(), outcome, detail: detail.into() }
    }

    #[test]
    fn a_report_says_the_sum_first_and_what_failed_before_what_passed() {
        let tests = [
            test("t.a", TestOutcome::Passed, ""),
            test("t.b", TestOutcome::Failed, "Traceback\nAssertionError: 1 != 2"),
        ];
        let text = report(&tests, Some(1), None, b"noise\x1b[2J");
        assert!(text.starts_with(
            "1 of 2 passed, exit status 1\nFailed t.b\n    Traceback\n    AssertionError: 1 != 2\nPassed t.a\n"
        ));
        assert!(text.ends_with("\u{241b}[2J"), "text of a program is made harmless: {text:?}");
        assert!(report(&[], None, Some(&"too long".into()), b"").starts_with("no test ran, killed; too long"));
    }

    #[test]
    fn a_run_that_did_not_come_to_its_tests_is_no_report() {
        for text in [report(&[], Some(1), None, b"x"), report(&[], None, Some(&"too long".into()), b"")] {
            assert!(is_report(&text), "{text}");
        }
        assert!(is_report(&report(&[test("t", TestOutcome::Passed, "")], Some(0), None, b"")));
        for text in
            ["app/x.py is no test file", "not run: 1 of 2 passed, no Python", "1 of x passed, is no test file", ""]
        {
            assert!(!is_report(text), "{text}");
        }
    }

    #[test]
    fn a_green_run_names_each_test_once_and_keeps_what_the_program_printed() {
        let python = "test_keeps (tests.test_log.Log.test_keeps) ... ok\ntest_says (tests.test_log.Log.test_says)\n\
                      What it is for. ... ok\n/w/app/log.py:12: ResourceWarning: unclosed file <x>\n  read(open(path))\n\
                      ResourceWarning: Enable tracemalloc to get the object allocation traceback\nstate: 7 ok\n\n\
                      ----------------------------------\nRan 2 tests in 0.010s\n\nOK\n";
        let tests = ["tests.test_log.Log.test_keeps", "tests.test_log.Log.test_says"];
        let green = tests.map(|name| test(name, TestOutcome::Passed, ""));
        let said =
            "2 of 2 passed, exit status 0\nPassed tests.test_log.Log.test_keeps\nPassed tests.test_log.Log.test_says\n";
        let text = report(&green, Some(0), None, python.as_bytes());
        assert_eq!(text, format!("{said}--- printed, without 9 lines on what passed\nstate: 7 ok"));

        let node = "ok    test/log.test.js > keeps\nran 1\n";
        let green = [test("test/log.test.js > keeps", TestOutcome::Passed, "")];
        let said = "1 of 1 passed, exit status 0\nPassed test/log.test.js > keeps\n";
        assert_eq!(report(&green, Some(0), None, node.as_bytes()), said);

        let rust = "running 1 test\ntest keeps ... ok\n\ntest result: ok. 1 passed; 0 failed\n";
        let green = [test("tests/log.rs::keeps", TestOutcome::Passed, "")];
        let said = "1 of 1 passed, exit status 0\nPassed tests/log.rs::keeps\n";
        assert_eq!(report(&green, Some(0), None, rust.as_bytes()), said);
    }

    #[test]
    fn of_a_red_run_all_stays_but_the_names_of_what_passed() {
        let printed = "test_a (t.T.test_a) ... ok\ntest_b (t.T.test_b) ... FAIL\napp.py:3: ResourceWarning: unclosed\n\
                       =====\nFAIL: test_b\nAssertionError: 1 != 2\n\nRan 2 tests in 0.1s\n";
        let tests = [test("t.T.test_a", TestOutcome::Passed, ""), test("t.T.test_b", TestOutcome::Failed, "1 != 2")];
        let text = report(&tests, Some(1), None, printed.as_bytes());
        let rest = printed.split_once('\n').unwrap().1.trim_end();
        assert!(text.ends_with(&format!("--- printed, without 1 lines on what passed\n{rest}")), "{text}");
        let lost = report(&[], Some(1), None, b"Ran 0 tests in 0.0s\n\nOK\n");
        assert!(lost.ends_with("--- printed\nRan 0 tests in 0.0s\n\nOK\n"), "{lost}");
    }
}
