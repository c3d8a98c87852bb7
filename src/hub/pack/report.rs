//! What G1 ran, as a persona reads it: without times, so that the same result reads the same, and of control runs and
//! searches only what they say about clauses.

use crate::domain::{
    ClauseId, Clean, StepId, counted,
    evidence::{ControlRun, Coverage, Evidence, EvidenceKind, ExclusionSearch, TestOutcome},
    pack::report::{Ran, Searched, names},
    run::{Run, Step},
    trace::lines_in_words,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

/// Tests named for a range: the others are counted.
const NAMED: usize = 2;

/// The tests of one clause while one range was taken away, by what they did.
type Did<'a> = BTreeMap<&'static str, BTreeSet<&'a str>>;

/// What became of a product without one range: whether it started, and what the tests of each clause did.
struct Without<'a> {
    started: bool,
    clauses: BTreeMap<ClauseId, Did<'a>>,
}

/// What was run for these steps. Of the starts of the product only the newest: it has changed since the others.
pub(super) fn told<'a>(run: &'a Run, steps: &BTreeSet<StepId>) -> Vec<(&'a Step, &'a Evidence)> {
    let made: Vec<(&Step, &Evidence)> = run
        .steps()
        .filter(|step| steps.contains(&step.plan.id))
        .flat_map(|step| step.evidence.iter().map(move |id| (step, id)))
        .filter_map(|(step, id)| Some((step, run.evidence.iter().find(|one| one.id == *id)?)))
        .collect();
    let is_start = |one: &Evidence| one.kind == EvidenceKind::Boot;
    let is_its = |one: &&Evidence| is_start(one) && made.iter().any(|(_, its)| its.id == one.id);
    let newest = run.evidence.iter().rev().find(is_its).map(|one| one.id);
    made.into_iter().filter(|(_, one)| !is_start(one) || Some(one.id) == newest).collect()
}

pub(super) fn of(run: &Run, evidence: &Evidence) -> String {
    let controls: Vec<&ControlRun> = run.controls.iter().filter(|c| c.evidence == evidence.id).collect();
    let coverage: Vec<&Coverage> = run.coverage.iter().filter(|c| c.evidence == evidence.id).collect();
    let searches: Vec<&ExclusionSearch> = run.searches.iter().filter(|s| s.evidence == evidence.id).collect();
    match evidence.kind {
        EvidenceKind::Control if !controls.is_empty() || !coverage.is_empty() => control(&controls, &coverage),
        EvidenceKind::Search if !searches.is_empty() => super::gather::json(&search(evidence, &searches)),
        _ => super::gather::json(&ran(evidence)),
    }
}

fn ran(evidence: &Evidence) -> Ran {
    let named = |outcomes: &[TestOutcome]| {
        let tests = evidence.tests.iter().filter(|t| outcomes.contains(&t.outcome));
        tests.map(|t| t.name.clone()).collect::<Vec<_>>()
    };
    Ran {
        argv: evidence.argv.clone(),
        exit: evidence.exit,
        passed: evidence.count(TestOutcome::Passed),
        failed: named(&[TestOutcome::Failed, TestOutcome::Error]),
        skipped: named(&[TestOutcome::Skipped]),
        tests: named(&[TestOutcome::Passed]),
        sandbox: evidence.sandbox,
        note: evidence.note.clone(),
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

fn some(tests: &BTreeSet<&str>) -> String {
    let text = names(tests.iter().take(NAMED).copied());
    let more = tests.len().saturating_sub(NAMED);
    if more > 0 { format!("{text} and {more} more") } else { text }
}

fn search(evidence: &Evidence, searches: &[&ExclusionSearch]) -> Searched {
    let mut terms: BTreeMap<ClauseId, Vec<String>> = BTreeMap::new();
    for search in searches {
        terms.entry(search.clause).or_default().extend(search.terms.iter().cloned());
    }
    let searched = searches.iter().flat_map(|s| &s.searched).map(Clean::to_string).collect();
    Searched { terms, searched, note: evidence.note.clone() }
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
            inside: false,
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
