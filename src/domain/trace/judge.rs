//! The status of each clause, and the reason in words when it is not proven.

use super::{ClauseTrace, LinkedFile, LinkedTest, Status, is_about};
use crate::domain::{
    AssumptionId, ClauseId, Clean, DecisionId, EvidenceId, Hash, InterpretationId,
    artifact::{CodeRange, TestRef, tree_hash},
    clause::{Clause, ClauseKind, Gap},
    evidence::{ControlRun, Coverage, Evidence, EvidenceKind, ExclusionSearch, TestOutcome},
    reply::{Finding, ReplyKind, Verdict},
    run::{Proposal, Run, RunStatus, Step, StepState},
    stand_in,
};
use std::collections::BTreeMap;

pub(super) fn clauses(run: &Run, files: &BTreeMap<String, Hash>) -> Vec<ClauseTrace> {
    let judge = Judge::new(run, files);
    run.clauses.values().map(|clause| judge.clause(clause)).collect()
}

struct Judge<'a> {
    run: &'a Run,
    files: &'a BTreeMap<String, Hash>,
    /// Hash of the files in force.
    tree: Hash,
    /// The newest result of each test, and where it is recorded.
    results: BTreeMap<&'a str, (TestOutcome, EvidenceId)>,
    findings: BTreeMap<ClauseId, &'a Finding>,
    code: BTreeMap<ClauseId, Vec<&'a CodeRange>>,
    tests: BTreeMap<ClauseId, Vec<&'a TestRef>>,
    controls: BTreeMap<ClauseId, Vec<&'a ControlRun>>,
    coverage: BTreeMap<ClauseId, Vec<&'a Coverage>>,
    gaps: BTreeMap<ClauseId, Vec<&'a Gap>>,
    interpretations: BTreeMap<ClauseId, Vec<InterpretationId>>,
    decisions: BTreeMap<ClauseId, Vec<DecisionId>>,
    assumptions: BTreeMap<ClauseId, Vec<AssumptionId>>,
}

/// The ids of what names each clause, in their order.
fn naming<'a, I: Copy + PartialEq>(items: impl Iterator<Item = (I, &'a [ClauseId])>) -> BTreeMap<ClauseId, Vec<I>> {
    let mut map: BTreeMap<ClauseId, Vec<I>> = BTreeMap::new();
    for (item, clauses) in items {
        for clause in clauses {
            let ids = map.entry(*clause).or_default();
            if ids.last() != Some(&item) {
                ids.push(item);
            }
        }
    }
    map
}

fn by_clause<T>(items: &[T], clause: impl Fn(&T) -> ClauseId) -> BTreeMap<ClauseId, Vec<&T>> {
    let mut map: BTreeMap<ClauseId, Vec<&T>> = BTreeMap::new();
    for item in items {
        map.entry(clause(item)).or_default().push(item);
    }
    map
}

/// A status with the reason why it is no better.
type Verdicted = (Status, Option<String>);

impl<'a> Judge<'a> {
    fn new(run: &'a Run, files: &'a BTreeMap<String, Hash>) -> Self {
        let tree = tree_hash(run.files.values());
        let results = results(run, &tree);
        // Sorted, because steps that run in parallel are committed in any order.
        let mut code = by_clause(&run.code_links, |l| l.clause);
        let mut tests = by_clause(&run.test_links, |l| l.clause);
        for links in code.values_mut() {
            links.sort();
            links.dedup();
        }
        for links in tests.values_mut() {
            links.sort();
            links.dedup();
        }
        let controls = by_clause(&run.controls, |c| c.clause);
        Self {
            run,
            files,
            tree,
            results,
            findings: findings(run),
            code,
            tests,
            controls,
            coverage: by_clause(&run.coverage, |c| c.clause),
            gaps: by_clause(&run.gaps, |g| g.clause),
            interpretations: naming(run.interpretations.values().map(|i| (i.id, i.clauses.as_slice()))),
            decisions: naming(run.decisions.values().map(|d| (d.id, d.clauses.as_slice()))),
            assumptions: naming(run.assumptions.values().map(|a| (a.id, a.clauses.as_slice()))),
        }
    }

    fn clause(&self, clause: &Clause) -> ClauseTrace {
        let id = clause.id;
        let code: &[&CodeRange] = self.code.get(&id).map_or(&[], Vec::as_slice);
        let tests: &[&TestRef] = self.tests.get(&id).map_or(&[], Vec::as_slice);
        let stale = code.iter().any(|l| self.changed(&l.path, &l.sha256))
            || tests.iter().any(|l| self.changed(&l.path, &l.sha256));
        let (status, reason) = if clause.demands() {
            let (status, reason) = self.status(clause, code, tests, stale);
            (Some(status), reason)
        } else if clause.is_unread() && matches!(self.run.status, RunStatus::Completed { .. }) {
            // Whatever it demands, nobody has built it: a run in which nothing was understood is not one without demands.
            let (waived, why) = (self.run.waivers.contains_key(&id), "no persona has said what it demands");
            (Some(if waived { Status::Waived } else { Status::Missing }), Some(why.to_owned()))
        } else {
            (None, None)
        };
        // What has changed since was not measured.
        let measured = (!stale).then(|| Coverage::tests(tests.iter().copied()));
        ClauseTrace {
            id,
            origin: clause.origin,
            span: clause.span,
            text: clause.text.clone(),
            kind: clause.kind,
            status,
            stale,
            reason,
            supersedes: clause.supersedes,
            retired: clause.retired,
            interpretations: self.interpretations.get(&id).cloned().unwrap_or_default(),
            decisions: self.decisions.get(&id).cloned().unwrap_or_default(),
            assumptions: self.assumptions.get(&id).cloned().unwrap_or_default(),
            files: code
                .iter()
                .map(|l| LinkedFile {
                    path: l.path.clone(),
                    lines: l.lines,
                    sha256: l.sha256.clone(),
                    unreached: measured.as_ref().and_then(|tests| self.measured(l, tests)?.unreached.clone()),
                })
                .collect(),
            tests: self.linked_tests(clause, tests),
            searched: self.searched(clause.id),
        }
    }

    /// The words of the search that counts for an exclusion.
    fn searched(&self, clause: ClauseId) -> Vec<Clean> {
        let of_clause = || self.run.searches.iter().filter(|s| s.clause == clause && !s.given_up);
        let Some(newest) = of_clause().next_back() else { return Vec::new() };
        let same_run = of_clause().filter(|s| s.evidence == newest.evidence);
        same_run.flat_map(|s| &s.terms).map(|term| Clean::new(term)).collect()
    }

    /// As the newest measurement of this range and these tests says.
    fn measured(&self, range: &CodeRange, tests: &Hash) -> Option<&Coverage> {
        let known = self.coverage.get(&range.clause)?;
        known.iter().rev().find(|coverage| coverage.is_of(range, tests)).copied()
    }

    fn linked_tests(&self, clause: &Clause, links: &[&TestRef]) -> Vec<LinkedTest> {
        let mut tests: Vec<LinkedTest> = Vec::new();
        for link in links {
            if tests.iter().any(|t| t.name == link.test) {
                continue;
            }
            let result = self.results.get(link.test.as_str());
            let caught = |c: &ControlRun| c.test == link.test && c.proves() && self.fresh(c);
            tests.push(LinkedTest {
                name: link.test.clone(),
                passed: result.is_some_and(|(outcome, _)| *outcome == TestOutcome::Passed),
                control_failed: self.controls(clause.id).iter().any(|c| caught(c)),
                evidence: result.map(|(_, id)| *id),
            });
        }
        tests
    }

    fn changed(&self, path: &str, sha256: &Hash) -> bool {
        self.files.get(path) != Some(sha256)
    }

    /// The control run neutralised the file as it is now.
    fn fresh(&self, control: &ControlRun) -> bool {
        !self.changed(&control.path, &control.file_sha256)
    }

    fn status(&self, clause: &Clause, code: &[&CodeRange], tests: &[&TestRef], stale: bool) -> Verdicted {
        if let Some(waiver) = self.run.waivers.get(&clause.id) {
            return (Status::Waived, Some(format!("waived by {}: {}", waiver.who, waiver.why)));
        }
        let gaps: &[&Gap] = self.gaps.get(&clause.id).map_or(&[], Vec::as_slice);
        // What one build could not do another one may have done.
        if let Some(gap) = gaps.iter().find(|g| g.whole && (g.step.is_none() || code.is_empty())) {
            return (Status::Missing, Some(format!("{}: {}", gap.what.one_line(200), gap.reason.one_line(300))));
        }
        let (mut status, mut reason) = if clause.kind == Some(ClauseKind::Exclusion) {
            self.exclusion(clause, tests)
        } else {
            self.demand(clause, code, tests, stale)
        };
        // The other part is built and tested, and what its tests show holds; the clause as a whole is not kept.
        if let Some(gap) = gaps.iter().find(|g| !g.whole || g.step.is_none())
            && status > Status::Built
        {
            let rest = reason.map(|reason| format!("; of the rest: {reason}")).unwrap_or_default();
            status = Status::Tested;
            reason = Some(format!("only in part; {}: {}{rest}", gap.what.one_line(200), gap.reason.one_line(300)));
        }
        if status == Status::Proven && self.is_stood_in(clause) {
            status = Status::Tested;
            let why = "no persona has read what kind of demand it is: G1 stood in for the understanding";
            reason = Some(why.to_owned());
        }
        if let Some(finding) = self.objection(clause)
            && status > Status::Tested
        {
            status = Status::Tested;
            let argument = Clean::new(&finding.argument).one_line(400);
            reason = Some(format!("the verifier holds it {}: {argument}", finding.verdict.word()));
        }
        (status, if status == Status::Proven { None } else { reason })
    }

    /// Nobody but G1 has said what the clause means. It may be a quality, which no test proves that does not measure it.
    fn is_stood_in(&self, clause: &Clause) -> bool {
        let said = self.interpretations.get(&clause.id).into_iter().flatten();
        let mut said = said.filter_map(|id| self.run.interpretations.get(id)).peekable();
        said.peek().is_some() && said.all(|one| one.by.as_str() == stand_in::AUTHOR)
    }

    fn objection(&self, clause: &Clause) -> Option<&Finding> {
        self.findings.get(&clause.id).copied().filter(|f| f.verdict != Verdict::Met)
    }

    fn controls(&self, clause: ClauseId) -> &[&ControlRun] {
        self.controls.get(&clause).map_or(&[], Vec::as_slice)
    }

    fn demand(&self, clause: &Clause, code: &[&CodeRange], tests: &[&TestRef], stale: bool) -> Verdicted {
        if code.is_empty() {
            return self.unbuilt(clause);
        }
        let built = |reason: String| (Status::Built, Some(reason));
        if stale {
            return built(self.what_changed(code, tests));
        }
        if tests.is_empty() {
            return built(self.untested(clause));
        }
        let passed: Vec<&TestRef> =
            tests.iter().copied().filter(|t| self.outcome(t) == Some(TestOutcome::Passed)).collect();
        // One linked test that fails says that the clause is not kept, whatever the others say.
        if let Some(test) =
            tests.iter().find(|t| matches!(self.outcome(t), Some(TestOutcome::Failed | TestOutcome::Error)))
        {
            return built(format!("the linked test {} failed", test.test));
        }
        if passed.is_empty() {
            let (test, how) = match self.outcome(tests[0]) {
                Some(TestOutcome::Skipped) => (&tests[0].test, "was skipped"),
                _ => (&tests[0].test, "was not run on the finished application"),
            };
            return built(format!("the linked test {test} {how}"));
        }
        if let Some(silent) = tests.iter().find(|t| self.outcome(t) != Some(TestOutcome::Passed)) {
            return (Status::Tested, Some(format!("the linked test {} has no passing run", silent.test)));
        }
        let proving: Vec<&TestRef> = if clause.kind == Some(ClauseKind::Quality) {
            passed.into_iter().filter(|t| t.measures).collect()
        } else {
            passed
        };
        if proving.is_empty() {
            return (Status::Tested, Some("no test measures the quality itself on what the clause names".to_owned()));
        }
        let linked = Coverage::tests(tests.iter().copied());
        let unproven =
            || code.iter().find_map(|range| self.unproven(range, &proving).or_else(|| self.idle(range, &linked)));
        match unproven().or_else(|| self.inside(code, &linked)) {
            Some(reason) => (Status::Tested, Some(reason)),
            None => (Status::Proven, None),
        }
    }

    fn outcome(&self, test: &TestRef) -> Option<TestOutcome> {
        self.results.get(test.test.as_str()).map(|(outcome, _)| *outcome)
    }

    /// Why a range is not proven by any of the tests; `None` when one of them fails without it.
    fn unproven(&self, range: &CodeRange, tests: &[&TestRef]) -> Option<String> {
        let place = format!("{}:{}-{}", range.path, range.lines.0, range.lines.1);
        let mut reason = format!("{place} was not neutralised in a control run");
        let mut breaks = false;
        for control in self
            .controls(range.clause)
            .iter()
            .filter(|c| c.path == range.path && c.lines == range.lines && c.file_sha256 == range.sha256)
        {
            let Some(test) = tests.iter().find(|t| t.test == control.test && t.sha256 == control.test_sha256) else {
                continue;
            };
            if control.proves() {
                return None;
            }
            // Of several tests one that breaks is nearest to showing something.
            if breaks {
                continue;
            }
            breaks = control.booted && control.outcome == Some(TestOutcome::Error);
            reason = match (control.booted, control.outcome) {
                (false, _) => {
                    format!("without {place} the application does not start, which proves nothing about the clause")
                }
                (true, Some(TestOutcome::Passed)) => format!("without {place} {} still passes", test.test),
                (true, Some(TestOutcome::Error)) => {
                    format!("without {place} {} breaks instead of failing by an assertion", test.test)
                }
                (true, _) => format!(
                    "without {place} {} gave no result that shows anything: it was cut short, or it fails without the other tests",
                    test.test
                ),
            };
        }
        Some(reason)
    }

    /// Why it proves nothing that tests notice the absence of a range that they do not run, or were not seen to run.
    fn idle(&self, range: &CodeRange, tests: &Hash) -> Option<String> {
        let coverage = self.measured(range, tests)?;
        let place = format!("{}:{}-{}", range.path, range.lines.0, range.lines.1);
        if coverage.is_idle() {
            return Some(format!(
                "no linked test runs any of {place}: one that reads the text of a program shows nothing of what it does"
            ));
        }
        coverage.is_unseen().then(|| {
            format!(
                "no linked test was seen to run {place}: with marks in the source, which change nothing that it does, one failed or \
                 gave no result"
            )
        })
    }

    /// Why tests that call all of a clause's code themselves do not prove that the product, as it is started, does it.
    fn inside(&self, code: &[&CodeRange], tests: &Hash) -> Option<String> {
        let measured = || code.iter().filter_map(|range| self.measured(range, tests)).filter(|one| one.says_where());
        let first = measured().next().filter(|_| measured().all(|one| one.inside))?;
        Some(format!(
            "its tests run {}:{}-{} in their own process, and none asks the product as it is started",
            first.path, first.lines.0, first.lines.1
        ))
    }

    /// An exclusion is kept when a recorded search of the finished application has no hits, and no test of it fails.
    fn exclusion(&self, clause: &Clause, tests: &[&TestRef]) -> Verdicted {
        let fails = |t: &&&TestRef| matches!(self.outcome(t), Some(TestOutcome::Failed | TestOutcome::Error));
        if let Some(test) = tests.iter().find(fails) {
            return (Status::Missing, Some(format!("the linked test {} failed", test.test)));
        }
        let of_clause = || self.run.searches.iter().filter(|s| s.clause == clause.id);
        let Some(search) = of_clause().rfind(|s| !s.given_up) else {
            return self.unbuilt_because(clause, "no search has shown that it is kept".to_owned());
        };
        // One run may have searched for several groups of words.
        let same_run = |s: &&ExclusionSearch| !s.given_up && s.evidence == search.evidence;
        if let Some(hit) = of_clause().filter(same_run).find_map(|s| s.hits.first()) {
            return (Status::Missing, Some(format!("what is excluded was found: {}", hit.one_line(200))));
        }
        let given_up = of_clause().filter(|s| s.given_up).find_map(|s| Some((s, s.hits.first()?)));
        if let Some((before, hit)) = given_up {
            let words = Clean::from(format!("\"{}\"", before.terms.join("\", \""))).one_line(200);
            let hit = hit.one_line(200);
            let why = format!("{words} was found ({hit}), and the tester chose other words: a person has to judge it");
            return (Status::Tested, Some(why));
        }
        let terms: Vec<&str> = of_clause().filter(same_run).flat_map(|s| &s.terms).map(String::as_str).collect();
        if !is_about(self.run, clause, terms.iter().copied()) {
            let words = Clean::from(format!("\"{}\"", terms.join("\", \""))).one_line(200);
            let why = format!("searched for {words} only, which is no word of the clause: a person has to judge it");
            return (Status::Tested, Some(why));
        }
        let on_this_tree = self.evidence(search.evidence).is_some_and(|e| e.tree == self.tree)
            && self.run.files.values().all(|f| !self.changed(&f.path, &f.sha256));
        if on_this_tree {
            (Status::Proven, None)
        } else {
            (Status::Tested, Some("the search was of an earlier state of the application".to_owned()))
        }
    }

    fn evidence(&self, id: EvidenceId) -> Option<&Evidence> {
        self.run.evidence.iter().find(|e| e.id == id)
    }

    fn what_changed(&self, code: &[&CodeRange], tests: &[&TestRef]) -> String {
        let mut links = code.iter().map(|l| (&l.path, &l.sha256)).chain(tests.iter().map(|l| (&l.path, &l.sha256)));
        let path = links.find(|(path, sha256)| self.changed(path, sha256)).map_or("a file", |(path, _)| path);
        let what = if self.files.contains_key(path) { "has changed" } else { "is gone" };
        format!("{path} {what} since it was linked")
    }

    fn unbuilt(&self, clause: &Clause) -> Verdicted {
        let why = self.stuck(clause, ReplyKind::Build, "no code is linked to it");
        // A design that nobody will build any more is no step towards the clause.
        let given_up = self
            .responsible(clause, ReplyKind::Build)
            .any(|step| matches!(step.state, StepState::Failed | StepState::Blocked));
        if given_up { (Status::Missing, Some(why)) } else { self.unbuilt_because(clause, why) }
    }

    fn unbuilt_because(&self, clause: &Clause, why: String) -> Verdicted {
        let designed = self.decisions.contains_key(&clause.id)
            || self.run.artifacts.values().any(|a| a.clauses.contains(&clause.id));
        (if designed { Status::Designed } else { Status::Missing }, Some(why))
    }

    fn untested(&self, clause: &Clause) -> String {
        self.stuck(clause, ReplyKind::Test, "no test is linked to it")
    }

    fn responsible(&self, clause: &Clause, kind: ReplyKind) -> impl Iterator<Item = &Step> {
        let id = clause.id;
        self.run.steps().filter(move |s| s.plan.produces == kind && s.plan.clauses.contains(&id))
    }

    /// What became of the steps that should have dealt with the clause.
    fn stuck(&self, clause: &Clause, kind: ReplyKind, otherwise: &str) -> String {
        let steps: Vec<_> = self.responsible(clause, kind).collect();
        if steps.is_empty() {
            // Nothing further is planned yet, or an earlier step went wrong.
            if let Some(failed) = self.run.steps().find(|s| s.state == StepState::Failed) {
                return format!("{} failed: {}", failed.plan.id, reason_of(failed.fail_reason.as_ref()));
            }
            return if self.run.plan.is_some() {
                "no step is responsible for it"
            } else {
                "nothing is planned for it yet"
            }
            .to_owned();
        }
        if let Some(failed) = steps.iter().find(|s| s.state == StepState::Failed) {
            return format!("{} failed: {}", failed.plan.id, reason_of(failed.fail_reason.as_ref()));
        }
        if let Some(blocked) = steps.iter().find(|s| s.state == StepState::Blocked) {
            return format!("{} was blocked: {}", blocked.plan.id, reason_of(blocked.fail_reason.as_ref()));
        }
        if let Some(open) = steps.iter().find(|s| s.state != StepState::Done) {
            return format!("{} is not done yet", open.plan.id);
        }
        otherwise.to_owned()
    }
}

/// What the verifier found of each clause. Of several findings the worst counts; they count even when its step was not
/// approved, for they can only lower a status.
pub(super) fn findings(run: &Run) -> BTreeMap<ClauseId, &Finding> {
    let uncommitted = run.steps().find_map(|s| match &s.proposal {
        Some(Proposal::Verify { findings, .. }) => Some(findings.as_slice()),
        _ => None,
    });
    let mut worst: BTreeMap<ClauseId, &Finding> = BTreeMap::new();
    for finding in uncommitted.unwrap_or(&run.findings) {
        let Ok(id) = finding.clause.parse() else { continue };
        let kept = worst.entry(id).or_insert(finding);
        if finding.verdict > kept.verdict {
            *kept = finding;
        }
    }
    worst
}

fn reason_of(reason: Option<&Clean>) -> String {
    reason.map_or_else(|| "no reason was recorded".to_owned(), |r| r.one_line(300))
}

/// The newest result of each test. A run of the whole suite on the tree in force says all there is to say; while there is
/// none, each test's latest run counts.
fn results<'a>(run: &'a Run, tree: &Hash) -> BTreeMap<&'a str, (TestOutcome, EvidenceId)> {
    let tests = || run.evidence.iter().filter(|e| e.kind == EvidenceKind::Tests);
    let verified = run.steps().filter(|s| s.plan.produces == ReplyKind::Verify).flat_map(|s| &s.evidence);
    let full = verified.rev().find_map(|id| tests().find(|e| e.id == *id && e.tree == *tree));
    let mut results = BTreeMap::new();
    let mut runs: Vec<&Evidence> = full.map_or_else(|| tests().collect(), |e| vec![e]);
    runs.sort_by_key(|e| e.at);
    for evidence in runs {
        for test in &evidence.tests {
            results.insert(test.name.as_str(), (test.outcome, evidence.id));
        }
    }
    results
}
