//! What G1 ran, as a persona reads it: without times, so that the same result reads the same, and of control runs and
//! searches only what they say about clauses.

use crate::domain::{
    ClauseId, Clean,
    evidence::{ControlRun, Coverage, Evidence, EvidenceKind, ExclusionSearch, SandboxLevel, TestOutcome},
    run::Run,
    trace::lines_in_words,
};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Report<'a> {
    Run(Program<'a>),
    Control(Control<'a>),
    Search(Search<'a>),
}

#[derive(Serialize)]
pub(super) struct Program<'a> {
    argv: &'a [String],
    exit: Option<i32>,
    passed: usize,
    failed: Vec<&'a str>,
    skipped: Vec<&'a str>,
    tests: Vec<&'a str>,
    sandbox: SandboxLevel,
    note: Option<&'a Clean>,
}

/// Runs of tests, each without one linked range.
#[derive(Serialize)]
pub(super) struct Control<'a> {
    control_runs: Vec<Without<'a>>,
    /// Lines of linked ranges that no linked test of the clause reaches; what is not here is reached or was not measured.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unreached: Vec<String>,
}

#[derive(Serialize)]
struct Without<'a> {
    without: String,
    clauses: BTreeSet<ClauseId>,
    started: bool,
    /// What the tests linked to those clauses did then: `failed` is what proves.
    linked_tests: BTreeMap<&'a str, &'static str>,
}

#[derive(Serialize)]
pub(super) struct Search<'a> {
    /// The words looked for, by the clause that excludes them.
    terms: BTreeMap<ClauseId, Vec<&'a str>>,
    searched: BTreeSet<&'a str>,
    note: Option<&'a Clean>,
}

pub(super) fn of<'a>(run: &'a Run, evidence: &'a Evidence) -> Report<'a> {
    let controls: Vec<&ControlRun> = run.controls.iter().filter(|c| c.evidence == evidence.id).collect();
    let coverage: Vec<&Coverage> = run.coverage.iter().filter(|c| c.evidence == evidence.id).collect();
    let searches: Vec<&ExclusionSearch> = run.searches.iter().filter(|s| s.evidence == evidence.id).collect();
    match evidence.kind {
        EvidenceKind::Control if !controls.is_empty() || !coverage.is_empty() => {
            Report::Control(control(&controls, &coverage))
        }
        EvidenceKind::Search if !searches.is_empty() => Report::Search(search(evidence, &searches)),
        _ => Report::Run(program(evidence)),
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

fn control<'a>(controls: &[&'a ControlRun], coverage: &[&Coverage]) -> Control<'a> {
    let did = |outcome| match outcome {
        Some(TestOutcome::Failed) => "failed",
        Some(TestOutcome::Passed) => "still passed",
        Some(TestOutcome::Error) => "broke without an assertion",
        Some(TestOutcome::Skipped) | None => "gave no result",
    };
    let mut ranges: BTreeMap<(&str, (u32, u32)), Without<'a>> = BTreeMap::new();
    for one in controls {
        let range = ranges.entry((&one.path, one.lines)).or_insert_with(|| Without {
            without: format!("{}:{}-{}", one.path, one.lines.0, one.lines.1),
            clauses: BTreeSet::new(),
            started: true,
            linked_tests: BTreeMap::new(),
        });
        range.clauses.insert(one.clause);
        range.started &= one.booted;
        range.linked_tests.insert(&one.test, did(one.outcome));
    }
    let unreached = coverage
        .iter()
        .filter_map(|one| Some((one, one.unreached.as_deref().filter(|lines| !lines.is_empty())?)))
        .map(|(one, lines)| format!("{} {}: {}", one.clause, one.path, lines_in_words(lines)))
        .collect();
    Control { control_runs: ranges.into_values().collect(), unreached }
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
    use serde_json::json;

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
        let runs = [
            control_of(4, (3, 9), "tests.A.limit", Some(TestOutcome::Failed)),
            control_of(5, (3, 9), "tests.A.page", Some(TestOutcome::Passed)),
            control_of(5, (12, 12), "tests.A.list", None),
        ];
        let unreached = |lines: &[u32]| Coverage {
            clause: ClauseId(4),
            path: "app/loans.py".into(),
            lines: (3, 9),
            file_sha256: Hash::of(b"a"),
            tests: Hash::of(b"t"),
            unreached: Some(lines.to_vec()),
            evidence: EvidenceId(301),
        };
        let coverage = [unreached(&[5, 7, 8]), unreached(&[])];
        let report = control(&runs.iter().collect::<Vec<_>>(), &coverage.iter().collect::<Vec<_>>());
        let report = serde_json::to_value(report).unwrap();
        let expected = json!({"control_runs": [
            {
                "without": "app/loans.py:3-9",
                "clauses": ["C-004", "C-005"],
                "started": true,
                "linked_tests": {"tests.A.limit": "failed", "tests.A.page": "still passed"},
            },
            {
                "without": "app/loans.py:12-12",
                "clauses": ["C-005"],
                "started": true,
                "linked_tests": {"tests.A.list": "gave no result"},
            },
        ], "unreached": ["C-004 app/loans.py: lines 5, 7–8"]});
        assert_eq!(report, expected);
    }
}
