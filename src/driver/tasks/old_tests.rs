//! The tests that were there before the run: whether what passed before any change still does. It is evidence that the
//! verifier reads; whether the product as a whole is red is for the last run to say.

use super::{
    TaskError,
    check::{Bench, BenchError, tree_of},
};
use crate::{
    domain::{
        Clean, counted,
        evidence::{EvidenceKind, TestOutcome, TestResult},
    },
    evidence::{EvidenceError, Manifest, Recorded, Stack, Tree},
};
use std::collections::BTreeMap;

/// So many tests are named in a line.
const NAMED: usize = 12;

impl Bench<'_> {
    /// Runs the whole suite, and once that of the software as it was.
    pub(super) async fn old_tests(&mut self, manifest: &Manifest, stack: Stack) -> Result<(), BenchError> {
        let Some(existing) = &self.run.existing else { return Ok(()) };
        // Rust has tests in any file.
        let may_test = |path: &String| stack.is_test_file(path) || stack == Stack::Rust && path.ends_with(".rs");
        if !existing.files.keys().any(may_test) {
            return Ok(());
        }
        self.port.progress(&self.step.plan.id, "the tests that were there before run").await;
        let before = tree_of(existing.files.values(), self.services)?;
        let hash = before.hash();
        let known = self.run.evidence.iter().find(|e| e.kind == EvidenceKind::Tests && e.tree == hash);
        let old = match known {
            Some(evidence) => evidence.tests.clone(),
            None => {
                let Some(mut recorded) = self.suite(&before, manifest).await? else { return Ok(()) };
                if recorded.executed.tests.is_empty() {
                    return Ok(());
                }
                add(&mut recorded, "the software as it was, before any change");
                let tests = recorded.executed.tests.clone();
                self.record(recorded)?;
                tests
            }
        };
        let tree = self.tree.clone();
        let Some(mut recorded) = self.suite(&tree, manifest).await? else { return Ok(()) };
        let Compared { broken, summary } = compared(&old, &recorded.executed.tests);
        add(&mut recorded, &format!("the whole suite: {summary}"));
        self.record(recorded)?;
        self.report("old tests", broken, summary);
        Ok(())
    }

    /// What the suite says, if this tree's can be run.
    async fn suite(&self, tree: &Tree, manifest: &Manifest) -> Result<Option<Recorded>, BenchError> {
        match self.runner.tests(tree, manifest, None, &self.cancel).await {
            Ok(recorded) => Ok(Some(recorded)),
            Err(EvidenceError::Cancelled) => Err(BenchError::Task(TaskError::Cancelled)),
            Err(EvidenceError::Unsupported(..) | EvidenceError::Tool(_)) => Ok(None),
            Err(other) => Err(other.into()),
        }
    }
}

/// Says in the record what was run, beside what it says already.
fn add(recorded: &mut Recorded, what: &str) {
    let note = recorded.executed.note.as_ref().map(|note| format!("; {note}")).unwrap_or_default();
    recorded.executed.note = Some(Clean::from(format!("{what}{note}")));
}

struct Compared {
    /// What passed before and does not now.
    broken: Vec<Clean>,
    summary: String,
}

fn compared(old: &[TestResult], now: &[TestResult]) -> Compared {
    let now: BTreeMap<&str, &TestResult> = now.iter().map(|test| (test.name.as_str(), test)).collect();
    let (passed, red): (Vec<&TestResult>, Vec<&TestResult>) =
        old.iter().partition(|test| test.outcome == TestOutcome::Passed);
    let mut broken = vec![];
    let mut names = vec![];
    for test in &passed {
        let said = match now.get(test.name.as_str()) {
            Some(now) if now.outcome == TestOutcome::Passed => continue,
            Some(now) => format!("{:?}: {}", now.outcome, now.detail),
            None => "it does not run any more".to_owned(),
        };
        names.push(test.name.as_str());
        broken.push(Clean::from(format!("{} passed before any change: {said}", test.name)));
    }
    let mut summary = match names.len() {
        0 => format!("what passed before any change still does ({})", counted(passed.len(), "test")),
        _ => format!("{} of {} that passed before any change do not: {}", names.len(), passed.len(), listed(&names)),
    };
    if !red.is_empty() {
        let names: Vec<&str> = red.iter().map(|test| test.name.as_str()).collect();
        summary.push_str(&format!("; did not pass before either: {}", listed(&names)));
    }
    Compared { broken, summary }
}

fn listed(names: &[&str]) -> String {
    let more = if names.len() > NAMED { ", …" } else { "" };
    format!("{}{more}", names.iter().take(NAMED).copied().collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passed_before_and_does_not_now_is_told_from_what_was_red_before() {
        let test = |name: &str, outcome| TestResult { name: name.into(), outcome, detail: "1 != 2".into() };
        let old = [
            test("t.kept", TestOutcome::Passed),
            test("t.broken", TestOutcome::Passed),
            test("t.gone", TestOutcome::Passed),
            test("t.red", TestOutcome::Failed),
        ];
        let now = [
            test("t.kept", TestOutcome::Passed),
            test("t.broken", TestOutcome::Error),
            test("t.red", TestOutcome::Failed),
            test("t.new", TestOutcome::Failed),
        ];
        let Compared { broken, summary } = compared(&old, &now);
        let broken: Vec<&str> = broken.iter().map(|one| one.as_str()).collect();
        assert_eq!(
            broken,
            [
                "t.broken passed before any change: Error: 1 != 2",
                "t.gone passed before any change: it does not run any more"
            ]
        );
        assert_eq!(
            summary,
            "2 of 3 that passed before any change do not: t.broken, t.gone; did not pass before either: t.red"
        );
        let Compared { broken, summary } = compared(&old[..1], &now);
        assert!(broken.is_empty());
        assert_eq!(summary, "what passed before any change still does (1 test)");
    }
}
