//! What G1 ran, as a persona reads it: without times, so that the same result reads the same, and of control runs and
//! searches only what they say about clauses.

use crate::domain::{
    ClauseId, Clean, counted,
    evidence::{ControlRun, Coverage, Evidence, EvidenceKind, ExclusionSearch, SandboxLevel, TestOutcome},
    run::Run,
    trace::lines_in_words,
};
use serde::Serialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

/// Tests named for a range: the others are counted.
const NAMED: usize = 2;

#[derive(Serialize)]
struct Program<'a> {
    argv: &'a [String],
    exit: Option<i32>,
    passed: usize,
    failed: Vec<&'a str>,
    skipped: Vec<&'a str>,
    tests: Vec<&'a str>,
    sandbox: SandboxLevel,
    note: Option<&'a Clean>,
}

#[derive(Serialize)]
struct Search<'a> {
    /// The words looked for, by the clause that excludes them.
    terms: BTreeMap<ClauseId, Vec<&'a str>>,
    searched: BTreeSet<&'a str>,
    note: Option<&'a Clean>,
}

/// The tests of one clause while one range was taken away, by what they did.
type Did<'a> = BTreeMap<&'static str, BTreeSet<&'a str>>;

/// What became of a product without one range: whether it started, and what the tests of each clause did.
struct Without<'a> {
    started: bool,
    clauses: BTreeMap<ClauseId, Did<'a>>,
}

pub(super) fn of(run: &Run, evidence: &Evidence) -> String {
    let controls: Vec<&ControlRun> = run.controls.iter().filter(|c| c.evidence == evidence.id).collect();
    let coverage: Vec<&Coverage> = run.coverage.iter().filter(|c| c.evidence == evidence.id).collect();
    let searches: Vec<&ExclusionSearch> = run.searches.iter().filter(|s| s.evidence == evidence.id).collect();
    match evidence.kind {
        EvidenceKind::Control if !controls.is_empty() || !coverage.is_empty() => control(&controls, &coverage),
        EvidenceKind::Search if !searches.is_empty() => super::gather::json(&search(evidence, &searches)),
        _ => super::gather::json(&program(evidence)),
    }
}

fn program(evidence: &Evidence) -> Program<'_> {
    let named = |outcomes: &[TestOutcome]| {
        let tests = evidence.tests.iter().filter(|t| outcomes.contains(&t.outcome));
        tests.map(|t| t.name.as_str()).collect::<Vec<_>>()
    };
    Program {
        argv: &evidence.argv,
        exit: evidence.exit,
        passed: evidence.count(TestOutcome::Passed),
        failed: named(&[TestOutcome::Failed, TestOutcome::Error]),
        skipped: named(&[TestOutcome::Skipped]),
        tests: named(&[TestOutcome::Passed]),
        sandbox: evidence.sandbox,
        note: evidence.note.as_ref(),
    }
}

/// A line for each range: who noticed that it was gone, and where nobody did, what happened instead.
fn control(controls: &[&ControlRun], coverage: &[&Coverage]) -> String {
    let mut ranges: BTreeMap<(&str, (u32, u32)), Without> = BTreeMap::new();
    for one in controls {
        let new = || Without { started: true, clauses: BTreeMap::new() };
        let range = ranges.entry((&one.path, one.lines)).or_insert_with(new);
        range.started &= one.booted;
        range.clauses.entry(one.clause).or_default().entry(did(one.outcome)).or_default().insert(&one.test);
    }
    let shown = |range: &&Without| range.started && range.clauses.values().all(|did| did.contains_key(NOTICED));
    let noticed = ranges.values().filter(shown).count();
    let mut text = format!(
        "{noticed} of {} taken away alone were noticed: a linked test of each clause failed by an assertion\n",
        counted(ranges.len(), "range")
    );
    for ((path, (first, last)), Without { started, clauses }) in &ranges {
        let lines = if first == last { first.to_string() } else { format!("{first}-{last}") };
        let _ = write!(text, "{path}:{lines}");
        if !started {
            let ids: Vec<String> = clauses.keys().map(ToString::to_string).collect();
            let _ = writeln!(text, " {}: NOT shown, the application does not start without it", ids.join(" "));
            continue;
        }
        // Clauses of which the same is to be said are named together.
        let mut said: Vec<(String, Vec<String>)> = Vec::new();
        for (clause, did) in clauses {
            let words = words(did);
            match said.iter_mut().find(|(known, _)| *known == words) {
                Some((_, ids)) => ids.push(clause.to_string()),
                None => said.push((words, vec![clause.to_string()])),
            }
        }
        let said: Vec<String> = said.into_iter().map(|(words, ids)| format!("{}: {words}", ids.join(" "))).collect();
        let _ = writeln!(text, " {}", said.join("; "));
    }
    for one in coverage {
        if let Some(lines) = one.unreached.as_deref().filter(|lines| !lines.is_empty()) {
            let lines = lines_in_words(lines);
            let _ = writeln!(text, "not reached by a linked test of {}: {} {lines}", one.clause, one.path);
        }
    }
    text
}

/// What proves.
const NOTICED: &str = "noticed by";

fn did(outcome: Option<TestOutcome>) -> &'static str {
    match outcome {
        Some(TestOutcome::Failed) => NOTICED,
        Some(TestOutcome::Passed) => "still passes",
        Some(TestOutcome::Error) => "breaks without an assertion",
        Some(TestOutcome::Skipped) | None => "gives no result",
    }
}

fn words(did: &Did) -> String {
    if let Some(tests) = did.get(NOTICED) {
        return format!("{NOTICED} {}", some(tests));
    }
    let others: Vec<String> = did.iter().map(|(how, tests)| format!("{how} {}", some(tests))).collect();
    format!("NOT noticed, {}", others.join(", "))
}

/// Names that begin like the one before them are told by their last part: `tests.test_a.T.test_b, .test_c`.
fn some(tests: &BTreeSet<&str>) -> String {
    let mut text = String::new();
    let mut before = "";
    for test in tests.iter().take(NAMED) {
        let own = test.rfind(['.', ':', '>']).unwrap_or(0);
        let (group, name) = test.split_at(own);
        let gap = if text.is_empty() { "" } else { ", " };
        let _ = write!(text, "{gap}{}", if group == before && own > 0 { name } else { test });
        before = group;
    }
    let more = tests.len().saturating_sub(NAMED);
    if more > 0 { format!("{text} and {more} more") } else { text }
}

fn search<'a>(evidence: &'a Evidence, searches: &[&'a ExclusionSearch]) -> Search<'a> {
    let mut terms: BTreeMap<ClauseId, Vec<&str>> = BTreeMap::new();
    for search in searches {
        terms.entry(search.clause).or_default().extend(search.terms.iter().map(String::as_str));
    }
    let searched = searches.iter().flat_map(|s| &s.searched).map(Clean::as_str).collect();
    Search { terms, searched, note: evidence.note.as_ref() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{EvidenceId, Hash};

    #[test]
    fn a_control_run_says_what_was_taken_away_and_what_the_linked_tests_did() {
        let control_of = |clause, lines, test: &str, outcome| ControlRun {
            clause: ClauseId(clause),
            path: "app/loans.py".into(),
            lines,
            file_sha256: Hash::of(b"a"),
            test: test.into(),
            test_sha256: Hash::of(b"b"),
            booted: true,
            outcome,
            evidence: EvidenceId(301),
        };
        let mut runs = vec![
            control_of(4, (3, 9), "tests.A.limit", Some(TestOutcome::Failed)),
            control_of(5, (3, 9), "tests.A.page", Some(TestOutcome::Passed)),
            control_of(5, (12, 12), "tests.A.list", None),
        ];
        for (clause, test) in [4, 5].into_iter().flat_map(|clause| "abcdef".chars().map(move |test| (clause, test))) {
            let test = format!("tests.A.{test}");
            runs.push(control_of(clause, (20, 22), &test, Some(TestOutcome::Failed)));
        }
        let dead = control_of(6, (1, 1), "tests.A.limit", Some(TestOutcome::Failed));
        runs.push(ControlRun { path: "app/start.py".into(), booted: false, ..dead });
        let unreached = |lines: &[u32]| Coverage {
            clause: ClauseId(4),
            path: "app/loans.py".into(),
            lines: (3, 9),
            file_sha256: Hash::of(b"a"),
            tests: Hash::of(b"t"),
            unreached: Some(lines.to_vec()),
            statements: 9,
            evidence: EvidenceId(301),
        };
        let coverage = [unreached(&[5, 7, 8]), unreached(&[])];
        let report = control(&runs.iter().collect::<Vec<_>>(), &coverage.iter().collect::<Vec<_>>());
        assert_eq!(
            report,
            "1 of 4 ranges taken away alone were noticed: a linked test of each clause failed by an assertion\n\
             app/loans.py:3-9 C-004: noticed by tests.A.limit; C-005: NOT noticed, still passes tests.A.page\n\
             app/loans.py:12 C-005: NOT noticed, gives no result tests.A.list\n\
             app/loans.py:20-22 C-004 C-005: noticed by tests.A.a, .b and 4 more\n\
             app/start.py:1 C-006: NOT shown, the application does not start without it\n\
             not reached by a linked test of C-004: app/loans.py lines 5, 7–8\n"
        );
    }
}
