mod doubts;
mod forms;

use super::*;
use crate::domain::{
    Clean, GateId, PersonaId, Shared, StepId,
    artifact::{CodeRange, FileEntry, TestRef, tree_hash},
    clause::{Clause, Decision, Gap, Waiver},
    evidence::{ControlRun, Coverage, Evidence, ExclusionSearch, TestResult},
    plan::{Phase, StepPlan},
    reply::{Finding, ReplyKind, Verdict},
    run::{Gate, RunSettings, Step},
    usage::Usage,
};
use serde_json::json;

const CODE: &str = "app/notes.py";
const TEST: &str = "tests/test_notes.py";
const NAME: &str = "tests.test_notes.Create.test_it";

fn hash(text: &str) -> Hash {
    Hash::of(text.as_bytes())
}
fn step(id: &str) -> StepId {
    StepId::new(id).unwrap()
}
fn file(path: &str) -> FileEntry {
    FileEntry {
        path: path.into(),
        sha256: hash(path),
        bytes: 9,
        lines: 9,
        executable: false,
        step: step("build:notes"),
    }
}
fn clause(n: u32, kind: ClauseKind) -> Clause {
    Clause {
        id: ClauseId(n),
        origin: Origin::Requirement,
        span: Some((0, 9)),
        text: "Write, \"notes\"\n".into(),
        section: Vec::new(),
        kind: Some(kind),
        kind_reason: None,
        retired: None,
        supersedes: None,
    }
}
fn range(first: u32, last: u32) -> CodeRange {
    CodeRange { clause: ClauseId(1), path: CODE.into(), lines: (first, last), sha256: hash(CODE), step: None }
}
fn link() -> TestRef {
    TestRef {
        clause: ClauseId(1),
        test: NAME.into(),
        path: TEST.into(),
        sha256: hash(TEST),
        measures: false,
        shows: "".into(),
    }
}
fn control(lines: (u32, u32), booted: bool, outcome: TestOutcome) -> ControlRun {
    ControlRun {
        clause: ClauseId(1),
        path: CODE.into(),
        lines,
        file_sha256: hash(CODE),
        test: NAME.into(),
        test_sha256: hash(TEST),
        booted,
        outcome: Some(outcome),
        evidence: EvidenceId(2),
    }
}
fn evidence(id: u32, kind: EvidenceKind, tree: Hash, tests: &[(&str, TestOutcome)]) -> Evidence {
    Evidence {
        id: EvidenceId(id),
        kind,
        argv: vec!["python3".into(), "-m".into(), "unittest".into()],
        exit: Some(0),
        tests: tests
            .iter()
            .map(|(n, o)| TestResult { name: (*n).into(), outcome: *o, detail: Clean::default() })
            .collect(),
        output_sha256: hash("output"),
        tree,
        sandbox: SandboxLevel::L2,
        duration_ms: 5,
        at: jiff::Timestamp::UNIX_EPOCH,
        note: None,
        step: None,
    }
}

/// One clause, one range, one test that passes and fails without the range.
fn proven() -> Run {
    let files: BTreeMap<String, FileEntry> = [CODE, TEST].map(|p| (p.to_owned(), file(p))).into();
    let tree = tree_hash(files.values());
    let verify = Step {
        evidence: vec![EvidenceId(3)],
        ..Step::new(StepPlan {
            id: step("verify"),
            phase: Phase::Output,
            title: "Verify".into(),
            personas: Vec::new(),
            produces: ReplyKind::Verify,
            module: None,
            clauses: Vec::new(),
            after: Vec::new(),
            reads: Vec::new(),
        })
    };
    Run {
        seq: 9,
        name: "notes".into(),
        title: "Notes".into(),
        understood: Default::default(),
        requirement: Requirement { sha256: hash("text"), bytes: 9 },
        settings: RunSettings::unattended("offline", 9),
        instructions: None,
        existing: None,
        attachments: Shared::default(),
        started_at: jiff::Timestamp::UNIX_EPOCH,
        updated_at: jiff::Timestamp::UNIX_EPOCH,
        status: RunStatus::Running,
        clauses: [(ClauseId(1), clause(1, ClauseKind::Function))].into_iter().collect(),
        interpretations: Shared::default(),
        decisions: Shared::default(),
        assumptions: Shared::default(),
        gaps: Shared::default(),
        artifacts: Shared::default(),
        plan: None,
        steps: vec![verify.into()],
        gates: Shared::default(),
        files: files.into(),
        code_links: vec![range(1, 3)].into(),
        test_links: vec![link()].into(),
        additions: Shared::default(),
        evidence: vec![
            evidence(1, EvidenceKind::Boot, tree.clone(), &[]),
            evidence(2, EvidenceKind::Control, tree.clone(), &[]),
            evidence(3, EvidenceKind::Tests, tree, &[(NAME, TestOutcome::Passed)]),
        ]
        .into(),
        controls: vec![control((1, 3), true, TestOutcome::Failed)].into(),
        coverage: Shared::default(),
        searches: Shared::default(),
        findings: Shared::default(),
        waivers: Shared::default(),
        usage: Usage::default(),
        chat: Shared::default(),
        by_others: BTreeMap::new(),
        restoring: None,
    }
}

/// The only clause's status and reason after `change`.
fn judged(change: impl FnOnce(&mut Run)) -> (Status, String) {
    let mut run = proven();
    change(&mut run);
    let clause = trace(&run).clauses.remove(0);
    (clause.status.unwrap(), clause.reason.unwrap_or_default())
}

#[test]
fn a_clause_is_proven_by_code_a_passing_test_and_its_control_run() {
    assert_eq!(judged(|_| {}), (Status::Proven, String::new()));
    let trace = trace(&proven());
    assert_eq!(trace.outcome, Outcome::Proven);
    assert!(trace.clauses[0].tests[0].control_failed && trace.clauses[0].tests[0].passed);
}

fn breaks_and_passes(run: &mut Run) {
    *run.controls = [TestOutcome::Error, TestOutcome::Passed].map(|outcome| control((1, 3), true, outcome)).to_vec();
}

#[test]
fn whatever_is_missing_of_a_proof_is_named() {
    type Change = fn(&mut Run);
    let cases: [(Change, Status, &str); 18] = [
        (breaks_and_passes, Status::Tested, "instead of failing by an assertion"),
        (|r| r.controls.clear(), Status::Tested, "app/notes.py:1-3 was not neutralised"),
        (|r| r.controls[0].outcome = Some(TestOutcome::Passed), Status::Tested, "still passes"),
        (|r| r.controls[0].outcome = Some(TestOutcome::Error), Status::Tested, "instead of failing by an assertion"),
        (|r| r.controls[0].booted = false, Status::Tested, "does not start"),
        (|r| r.controls[0].test_sha256 = hash("older"), Status::Tested, "was not neutralised"),
        (|r| r.controls[0].clause = ClauseId(7), Status::Tested, "was not neutralised"),
        (|r| r.code_links.push(range(5, 6)), Status::Tested, "app/notes.py:5-6 was not neutralised"),
        (|r| r.evidence[2].tests[0].outcome = TestOutcome::Failed, Status::Built, "failed"),
        (|r| r.evidence[2].tests[0].outcome = TestOutcome::Skipped, Status::Built, "was skipped"),
        (|r| r.evidence[2].tests.clear(), Status::Built, "was not run"),
        (|r| r.test_links.clear(), Status::Built, "nothing is planned"),
        (|r| r.files.get_mut(CODE).unwrap().sha256 = hash("edited"), Status::Built, "app/notes.py has changed"),
        (|r| drop(r.files.remove(TEST)), Status::Built, "tests/test_notes.py is gone"),
        (|r| r.code_links.clear(), Status::Missing, "nothing is planned"),
        (|r| *r.gaps = vec![gap(true)], Status::Missing, "by post: no printer"),
        (|r| *r.gaps = vec![gap(false)], Status::Tested, "only in part; by post"),
        (|r| *r.findings = vec![finding(Verdict::Partly)], Status::Tested, "met only in part: half of it"),
    ];
    for (change, status, reason) in cases {
        let (is, why) = judged(change);
        assert!(is == status && why.contains(reason), "{is:?} {why} instead of {status:?} {reason}");
    }
}

#[test]
fn what_is_left_of_a_gap_is_tested_at_best_and_a_whole_gap_is_missing_whatever_is_linked() {
    assert_eq!(
        judged(|run| *run.gaps = vec![gap(false)]),
        (Status::Tested, "only in part; by post: no printer".into())
    );
    let (status, why) = judged(|run| {
        *run.gaps = vec![gap(false)];
        run.controls.clear();
    });
    assert!(
        status == Status::Tested && why.contains("only in part; by post") && why.contains("of the rest: "),
        "{why}"
    );
    let (status, why) = judged(|run| {
        *run.gaps = vec![gap(false)];
        run.evidence[2].tests[0].outcome = TestOutcome::Failed;
    });
    assert!(status == Status::Built && why.contains("failed"), "{why}");
    let unbuilt = |run: &mut Run| {
        *run.gaps = vec![gap(false)];
        run.code_links.clear();
    };
    assert_eq!(judged(unbuilt).0, Status::Missing, "a gap in part is no excuse for the rest");
    assert_eq!(judged(|run| *run.gaps = vec![gap(false), gap(true)]).0, Status::Missing);
}

fn gap(whole: bool) -> Gap {
    Gap { clause: ClauseId(1), what: "by post".into(), reason: "no printer".into(), whole, step: None }
}
fn finding(verdict: Verdict) -> Finding {
    Finding { clause: "C-001".into(), verdict, argument: "half of it".into() }
}

#[test]
fn an_older_pass_does_not_count_against_the_last_run_of_the_whole() {
    let (status, reason) = judged(|run| {
        let tree = run.evidence[2].tree.clone();
        run.evidence.push(evidence(4, EvidenceKind::Tests, tree, &[]));
        run.steps[0].evidence.push(EvidenceId(4));
    });
    assert_eq!(status, Status::Built);
    assert!(reason.contains("was not run on the finished application"), "{reason}");
}

#[test]
fn a_quality_needs_a_test_that_measures_it() {
    let quality = |run: &mut Run, measures| {
        run.clauses.get_mut(&ClauseId(1)).unwrap().kind = Some(ClauseKind::Quality);
        run.test_links[0].measures = measures;
    };
    let (status, reason) = judged(|run| quality(run, false));
    assert_eq!(status, Status::Tested);
    assert!(reason.contains("no test measures"), "{reason}");
    assert_eq!(judged(|run| quality(run, true)).0, Status::Proven);
}

fn coverage(unreached: Option<&[u32]>) -> Coverage {
    Coverage {
        clause: ClauseId(1),
        path: CODE.into(),
        lines: (1, 3),
        file_sha256: hash(CODE),
        tests: Coverage::tests(&[link()]),
        unreached: unreached.map(<[u32]>::to_vec),
        statements: 3,
        inside: false,
        evidence: EvidenceId(2),
    }
}

#[test]
fn lines_that_no_linked_test_reaches_are_said_and_change_no_status() {
    let reach = |change: &dyn Fn(&mut Run)| {
        let mut run = proven();
        *run.coverage = vec![coverage(Some(&[])), coverage(Some(&[2, 3]))];
        change(&mut run);
        let trace = trace(&run);
        (trace.clauses[0].files[0].unreached.clone(), trace.clauses[0].status, trace)
    };
    let (unreached, status, trace) = reach(&|_| {});
    assert_eq!((unreached, status), (Some(vec![2, 3]), Some(Status::Proven)));
    let said = "no linked test reaches lines 2–3";
    assert!(trace.to_report(&Clean::new("t")).contains(&format!("lines 1–3; {said}\n")));
    assert!(trace.to_html(&proven()).contains(&format!("</code>; {said}</li>")));
    assert!(trace.to_csv().contains("app/notes.py:1-3 lines 2–3"));
    assert!(trace.to_json().contains("\"unreached\": ["));
    // The newest word counts; of another text or other tests nothing was measured.
    type Change = fn(&mut Run);
    let cases: [(Change, Option<Vec<u32>>); 6] = [
        (|r| r.coverage.truncate(1), Some(vec![])),
        (|r| r.coverage.push(coverage(None)), None),
        (|r| r.coverage.iter_mut().for_each(|c| c.file_sha256 = hash("older")), None),
        (|r| r.test_links.push(TestRef { test: "tests.Other.test".into(), ..link() }), None),
        (|r| r.files.get_mut(TEST).unwrap().sha256 = hash("edited"), None),
        (|r| r.coverage.clear(), None),
    ];
    for (at, (change, expected)) in cases.into_iter().enumerate() {
        assert_eq!(reach(&change).0, expected, "case {at}");
    }
    let unseen = reach(&|r| r.coverage.push(coverage(None)));
    assert_eq!(unseen.1, Some(Status::Tested), "a test that notices marks may have read the source");
    assert!(unseen.2.clauses[0].reason.as_ref().is_some_and(|why| why.contains("was seen to run")));
    assert_eq!(lines_in_words(&[14, 22, 23, 25]), "lines 14, 22–23, 25");
    assert_eq!(lines_in_words(&[7]), "line 7");
}

#[test]
fn noticing_that_code_is_gone_proves_nothing_where_it_never_ran() {
    let (status, why) = judged(|run| *run.coverage = vec![coverage(Some(&[1, 2, 3]))]);
    assert!(status == Status::Tested && why.contains("no linked test runs any of app/notes.py:1-3"), "{why}");
    // Said by a version that did not count them.
    let old = Coverage { statements: 0, ..coverage(Some(&[1, 2, 3])) };
    assert_eq!(judged(|run| *run.coverage = vec![old]).0, Status::Proven);
    // Rows of a table have no statements.
    let rows = Coverage { statements: 0, ..coverage(Some(&[])) };
    assert_eq!(judged(|run| *run.coverage = vec![rows]).0, Status::Proven);
}

#[test]
fn what_only_tests_call_is_not_shown_of_the_product_that_is_started() {
    let inside = Coverage { inside: true, ..coverage(Some(&[])) };
    let (status, why) = judged(|run| *run.coverage = vec![inside.clone()]);
    assert!(status == Status::Tested && why.contains("none asks the product as it is started"), "{why}");
    assert_eq!(judged(|run| *run.coverage = vec![inside.clone(), coverage(Some(&[]))]).0, Status::Proven);
    // What never ran says nothing of where.
    let row = Coverage { statements: 0, ..inside.clone() };
    assert_eq!(judged(|run| *run.coverage = vec![row]).0, Status::Proven);
}

#[test]
fn a_run_without_the_record_of_lines_can_still_be_read() {
    let mut run = serde_json::to_value(proven()).unwrap();
    run.as_object_mut().unwrap().remove("coverage").unwrap();
    assert_eq!(serde_json::from_value::<Run>(run).unwrap().coverage, Shared::default());
}

fn excluded(run: &mut Run, tree: Option<Hash>, hits: Vec<Clean>) {
    let clause = run.clauses.get_mut(&ClauseId(1)).unwrap();
    (clause.kind, clause.text) = (Some(ClauseKind::Exclusion), "Nobody pays.".into());
    run.code_links.clear();
    let tree = tree.unwrap_or_else(|| run.evidence[2].tree.clone());
    run.evidence.push(evidence(5, EvidenceKind::Search, tree, &[]));
    let terms = vec!["payment".into()];
    let (searched, evidence) = (Vec::new(), EvidenceId(5));
    *run.searches = vec![ExclusionSearch { clause: ClauseId(1), terms, hits, searched, evidence, given_up: false }];
}

#[test]
fn the_words_that_an_exclusion_was_searched_for_are_shown() {
    let mut run = proven();
    excluded(&mut run, None, Vec::new());
    run.searches[0].terms = vec!["payment".into(), "a`b".into()];
    let trace = trace(&run);
    assert!(trace.to_markdown(&"x".into()).contains("- Searched for: `payment`, `a'b`\n"));
    assert!(trace.to_html(&run).contains("<p>Searched for: <code>payment</code>, "));
    let searched = |trace: &Trace| trace.clauses[0].searched.clone();
    assert_eq!(searched(&trace), ["payment", "a`b"].map(Clean::new));
    run.searches[0].given_up = true;
    assert!(searched(&super::trace(&run)).is_empty());
}

#[test]
fn an_exclusion_is_proven_by_a_search_of_the_finished_application() {
    assert_eq!(judged(|run| excluded(run, None, Vec::new())).0, Status::Proven);
    let (status, why) = judged(|run| excluded(run, Some(hash("earlier")), Vec::new()));
    assert!(status == Status::Tested && why.contains("earlier state"), "{why}");
    let (status, why) = judged(|run| excluded(run, None, vec!["app/pay.py:7".into()]));
    assert!(status == Status::Missing && why.contains("app/pay.py:7"), "{why}");
    let (status, why) = judged(|run| {
        excluded(run, None, Vec::new());
        run.searches.clear();
    });
    assert!(status == Status::Missing && why.contains("no search"), "{why}");
    // What it must never do when it runs may have a test besides.
    let (status, why) = judged(|run| {
        excluded(run, None, Vec::new());
        run.evidence[2].tests[0].outcome = TestOutcome::Failed;
    });
    assert!(status == Status::Missing && why.contains(NAME) && why.contains("failed"), "{why}");
    // Words that have nothing to do with it are not there in any product.
    let (status, why) = judged(|run| {
        excluded(run, None, Vec::new());
        run.searches[0].terms = vec!["zebra".into()];
    });
    assert!(status == Status::Tested && why.contains("\"zebra\""), "{why}");
    // Other words that are not there prove nothing about the ones that are.
    let (status, why) = judged(|run| {
        excluded(run, None, Vec::new());
        let (terms, hits) = (vec!["card".into()], vec!["app/pay.py:7".into()]);
        let first = run.searches[0].clone();
        run.searches.push(ExclusionSearch { terms, hits, given_up: true, ..first });
    });
    assert!(status == Status::Tested && why.contains("\"card\"") && why.contains("app/pay.py:7"), "{why}");
}

#[test]
fn a_waiver_is_a_persons_and_outranks_everything_but_is_no_proof() {
    let mut run = proven();
    run.code_links.clear();
    let waiver = Waiver { clause: ClauseId(1), who: "Anna".into(), why: "later".into(), at: run.started_at };
    run.waivers.insert(ClauseId(1), waiver);
    let trace = trace(&run);
    assert_eq!((trace.counts.waived, trace.counts.proven, trace.outcome), (1, 0, Outcome::Proven));
    assert_eq!(trace.clauses[0].reason.as_deref(), Some("waived by Anna: later"));
}

#[test]
fn a_decision_makes_a_clause_designed_and_a_failed_verifier_is_still_heard() {
    let (status, _) = judged(|run| {
        run.code_links.clear();
        let by = PersonaId::new("api-designer").unwrap();
        let id = DecisionId(1);
        let clauses = vec![ClauseId(1)];
        run.decisions.insert(id, Decision { id, title: "t".into(), choice: "c".into(), why: "w".into(), clauses, by });
    });
    assert_eq!(status, Status::Designed);
    let (status, why) = judged(|run| {
        let findings = vec![finding(Verdict::Met), finding(Verdict::Unmet)];
        run.steps[0].proposal = Some(crate::domain::run::Proposal::Verify { findings, summary: "s".into() });
    });
    assert!(status == Status::Tested && why.contains("unmet: half of it"), "{why}");
}

#[test]
fn changed_files_on_disk_make_a_proof_stale() {
    let run = proven();
    let mut disk: BTreeMap<String, Hash> = run.files.values().map(|f| (f.path.clone(), f.sha256.clone())).collect();
    assert!(!trace_of(&run, &disk).clauses[0].stale);
    disk.insert(TEST.into(), hash("edited by hand"));
    let changed = trace_of(&run, &disk);
    assert!(changed.clauses[0].stale);
    assert_eq!((changed.clauses[0].status, changed.outcome), (Some(Status::Built), Outcome::Partial));
}

#[test]
fn what_demands_nothing_has_no_status_and_retired_clauses_are_not_counted() {
    let mut run = proven();
    run.clauses.insert(ClauseId(2), clause(2, ClauseKind::Goal));
    run.clauses.insert(ClauseId(3), Clause { retired: Some(Retired::Removed), ..clause(3, ClauseKind::Data) });
    let trace = trace(&run);
    assert_eq!(trace.counts.demanding, 1);
    assert_eq!((trace.clauses[1].status, trace.clauses[2].status), (None, None));
    assert_eq!(trace.clauses[2].retired, Some(Retired::Removed));
}

#[test]
fn what_nobody_has_read_is_missing_once_the_run_is_over() {
    let mut run = proven();
    let mut unread = clause(2, ClauseKind::Function);
    unread.kind = None;
    run.clauses.insert(unread.id, unread);
    assert_eq!((trace(&run).clauses[1].status, counts(&run).demanding), (None, 1));
    run.status = RunStatus::Completed { outcome: Outcome::Failed, stopped_at_plan: false };
    let over = trace(&run);
    assert_eq!((over.counts.demanding, over.counts.missing), (2, 1));
    assert!(over.clauses[1].reason.as_deref().unwrap().contains("no persona"));
    assert_ne!(over.outcome, Outcome::Proven);
}

#[test]
fn exit_codes_follow_the_status() {
    let mut run = proven();
    let mut code = |status: RunStatus| {
        run.status = status;
        exit_code(&run)
    };
    let done = |outcome| RunStatus::Completed { outcome, stopped_at_plan: false };
    assert_eq!(code(done(Outcome::Proven)), 0);
    assert_eq!(code(done(Outcome::Partial)), 7);
    assert_eq!(code(done(Outcome::Failed)), 4);
    assert_eq!(code(RunStatus::Completed { outcome: Outcome::Partial, stopped_at_plan: true }), 0);
    for (reason, exit) in [
        (PauseReason::Gate, 3),
        (PauseReason::Budget, 5),
        (PauseReason::Provider, 6),
        (PauseReason::Interrupted, 130),
        (PauseReason::Failed, 1),
    ] {
        assert_eq!(code(RunStatus::Paused { reason, detail: Clean::default() }), exit);
    }
    let mut gate = |reason| {
        let id = GateId(1);
        let opened_at = jiff::Timestamp::UNIX_EPOCH;
        let gate =
            Gate { id, step: step("verify"), reason, digest: hash(""), opened_at, decided: None, withdrawn: None };
        run.gates.insert(id, gate);
        run.status = RunStatus::WaitingAtGate;
        exit_code(&run)
    };
    assert_eq!(gate(GateReason::Result), 3);
    assert_eq!(gate(GateReason::Budget { why: Clean::default(), raise_to: None, scope: Default::default() }), 5);
}
