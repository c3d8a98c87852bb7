//! Limits that a clause says in figures, and whether its tests try them on both sides.

use super::acts::{self, Act, NEAR};

/// What stands before a limit.
const BEFORE: [&str; 19] = [
    "at most",
    "at least",
    "up to",
    "no more than",
    "not more than",
    "no fewer than",
    "no less than",
    "more than",
    "less than",
    "fewer than",
    "greater than",
    "longer than",
    "shorter than",
    "larger than",
    "smaller than",
    "maximum of",
    "minimum of",
    "exceed",
    "exceeds",
];
/// What stands behind one.
const BEHIND: [&str; 4] = ["or more", "or less", "or fewer", "or above"];
/// Units in which tests say another figure: two hours are 120 minutes, or two points in time.
const CONVERTED: [&str; 23] = [
    "second",
    "seconds",
    "minute",
    "minutes",
    "hour",
    "hours",
    "day",
    "days",
    "week",
    "weeks",
    "month",
    "months",
    "year",
    "years",
    "ms",
    "milliseconds",
    "kb",
    "mb",
    "gb",
    "kilobytes",
    "megabytes",
    "times",
    "users",
];
/// Smaller figures stand in any test for something else.
const LEAST: u32 = 10;

/// The limits of 10 and more that a text says in figures, in its order: `from 1 to 50`, `at most 200 letters`.
#[must_use]
pub fn of(text: &str) -> Vec<u32> {
    let words: Vec<String> = text.split_whitespace().map(bare).collect();
    let number = |at: usize| words.get(at).and_then(|word| figure(word));
    let mut found = Vec::new();
    for at in 0..words.len() {
        let Some(value) = number(at).filter(|value| *value >= LEAST) else { continue };
        let said = |from: usize, to: usize| words.get(from..to).map(|words| words.join(" ")).unwrap_or_default();
        let before = said(at.saturating_sub(3), at);
        let led = BEFORE.iter().any(|lead| before == *lead || before.ends_with(&format!(" {lead}")));
        let followed = BEHIND.contains(&said(at + 1, at + 3).as_str());
        let joins = |at: usize| matches!(words.get(at).map(String::as_str), Some("to" | "and"));
        let between = |at: usize| at > 0 && matches!(words[at - 1].as_str(), "between" | "from");
        // `1 to 50`; with `and` only behind `between`.
        let lower = joins(at + 1) && number(at + 2).is_some() && (words[at + 1] == "to" || between(at));
        let upper = at >= 2 && joins(at - 1) && number(at - 2).is_some() && (words[at - 1] == "to" || between(at - 2));
        let unit = if lower { at + 3 } else { at + 1 };
        let converted = words.get(unit).is_some_and(|unit| CONVERTED.contains(&unit.as_str()));
        if (led || followed || lower || upper) && !converted && !found.contains(&value) {
            found.push(value);
        }
    }
    found
}

/// Whether a text of tests has the limit and a value at most one away, as written out or by one more or less.
#[must_use]
pub fn is_tried(limit: u32, tests: &str) -> bool {
    let limit = f64::from(limit);
    let (mut at, mut next) = (false, tests.contains(" + 1") || tests.contains(" - 1"));
    for number in numbers(tests) {
        at |= number == limit;
        next |= number != limit && (number - limit).abs() <= 1.0;
    }
    at && next
}

/// Whether the limit, or the value next to it, stands near a line that does this.
#[must_use]
pub fn is_tried_by(act: Act, limit: u32, tests: &str) -> bool {
    let lines: Vec<&str> = tests.lines().collect();
    let near = |at: usize| {
        let (from, to) = (at.saturating_sub(NEAR), lines.len().min(at + NEAR + 1));
        lines[from..to].iter().any(|line| acts::is_done_in(act, line))
    };
    let has = |line: &str| numbers(line).any(|number| (number - f64::from(limit)).abs() <= 1.0);
    (0..lines.len()).any(|at| has(lines[at]) && near(at))
}

/// A word without what stands around it, in small letters.
fn bare(word: &str) -> String {
    word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase()
}

/// `200`, `1,000`; nothing with decimals, and no part of a name, a date or a time.
fn figure(word: &str) -> Option<u32> {
    let grouped = word.split(',').skip(1).all(|group| group.len() == 3);
    let digits: String = word.chars().filter(|c| *c != ',').collect();
    (grouped && digits.bytes().all(|byte| byte.is_ascii_digit())).then(|| digits.parse().ok()).flatten()
}

/// The numbers of a program's text, `1_000` and `50.01` among them.
fn numbers(text: &str) -> impl Iterator<Item = f64> + '_ {
    let of_number = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
    let parts = text.split(move |c: char| !of_number(c)).filter(|part| part.starts_with(|c: char| c.is_ascii_digit()));
    parts.filter_map(|part| {
        let digits = part.trim_end_matches('.').replace('_', "");
        digits.parse().ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_figures_that_the_text_bounds_something_by() {
        let cases: [(&str, &[u32]); 16] = [
            ("A tool has a weight from 1 to 50.", &[50]),
            ("A text of at most 200 letters.", &[200]),
            ("Between 12 and 40 seats.", &[12, 40]),
            ("The weight in kg (10 to 120).", &[10, 120]),
            ("No more than 1,000 entries are shown.", &[1000]),
            ("An age of 18 or more.", &[18]),
            ("The price may not exceed €500.", &[500]),
            ("A photo has at most 1000 bytes.", &[1000]),
            ("Up to 25 members, and at least 12 of them with a boat.", &[25, 12]),
            ("It lasts at most 90 minutes.", &[]),
            ("From 10 to 30 days.", &[]),
            ("It answers at least 100 users.", &[]),
            ("Opened in 1998, it has 30 rooms and 12 boats.", &[]),
            ("From 10:00 to 17:00 on 2026-01-31.", &[]),
            ("At most 3 per member.", &[]),
            ("A discount of up to 12.5 percent.", &[]),
        ];
        for (text, limits) in cases {
            assert_eq!(of(text), limits, "{text}");
        }
    }

    #[test]
    fn a_limit_is_tried_by_itself_and_by_what_lies_next_to_it() {
        for tests in ["add(50); add(51)", "[49, 50]", "'x' * 50, 'x' * (50 + 1)", "50, 50.01", "let n = 5_0; f(50, 51)"]
        {
            assert!(is_tried(50, tests), "{tests}");
        }
        for tests in ["add(0); add(100)", "add(50)", "add(51)", "add(50); add(500)", "test_50, x51", ""] {
            assert!(!is_tried(50, tests), "{tests}");
        }
        assert!(is_tried(1000, "f(1_000); f(1_001)"));
    }

    #[test]
    fn a_limit_is_tried_by_what_is_done_near_it() {
        let far = "\n".repeat(NEAR);
        for tests in ["add(40)\nchange(id, 41)", "for way in (add, update):\n    way('x' * 41)", "PUT = 1\n\n40"] {
            assert!(is_tried_by(Act::Change, 40, tests), "{tests}");
        }
        for tests in [format!("add(40); add(41)\n{far}change(id, 12)"), "change(id, 42)".into(), "input(40)".into()] {
            assert!(!is_tried_by(Act::Change, 40, &tests), "{tests}");
        }
    }
}
