//! What a run of tests means for the step that it was made for.

use super::{check::Bench, old_tests::Before};
use crate::{
    domain::{ClauseId, Clean, Hash, artifact::TestRef, evidence::TestOutcome, run::Check},
    evidence::{Recorded, Stack, runner::RUN_S, without_last_line},
};
use std::collections::{BTreeMap, BTreeSet};

impl Bench<'_> {
    /// True when all tests passed but those that were red before any change.
    pub(super) fn judge_tests(&mut self, recorded: &Recorded, before: Option<&Before>) -> bool {
        let tests = &recorded.executed.tests;
        let red = before.map(Before::red).unwrap_or_default();
        let failing = || tests.iter().filter(|t| t.outcome != TestOutcome::Passed && !red.contains(t.name.as_str()));
        let only_red = failing().count() == 0 && tests.iter().any(|t| red.contains(t.name.as_str()));
        let mut problems: Vec<Clean> =
            failing().map(|t| Clean::from(format!("{} {:?}: {}", t.name, t.outcome, t.detail))).collect();
        if recorded.executed.exit != Some(0)
            && let Some(note) = &recorded.executed.note
        {
            // What failed last need not be the cause: the run did not come to its end.
            problems.insert(0, Clean::from(format!("the run of the tests, which may take {RUN_S} seconds: {note}")));
        }
        if tests.is_empty() {
            problems.push(Clean::from(format!("no test ran: {}", tail(recorded))));
        } else if recorded.executed.exit != Some(0) && problems.is_empty() && !only_red {
            problems.push(tail(recorded));
        }
        let green = problems.is_empty();
        // Which tests fail and how they end; what lies between (scratch folders, ports) is different every time.
        let signature = Hash::of_parts(
            failing().flat_map(|t| [t.name.as_bytes(), t.detail.lines().last().unwrap_or_default().as_bytes()]),
        );
        let passed = tests.iter().filter(|t| t.outcome == TestOutcome::Passed).count();
        self.report(Check::TESTS, problems, format!("{passed} of {} passed", tests.len()));
        if let (false, Some(check)) = (green, self.checked.checks.last_mut()) {
            check.signature = Some(signature);
        }
        green
    }

    /// Tells of the clauses all of whose tests are among these, which say nothing but what is not so.
    pub(super) fn denying(&mut self, tests: &BTreeSet<String>) {
        let said: Vec<Clean> = self
            .tested_here()
            .into_iter()
            .filter(|(_, links)| links.iter().all(|link| tests.contains(&link.test)))
            .map(|(clause, links)| {
                let says = if links.len() == 1 { "says" } else { "say" };
                let names: Vec<&str> = links.iter().map(|link| link.test.as_str()).collect();
                Clean::from(format!("{clause}: {} {says} only what is not so", names.join(", ")))
            })
            .collect();
        self.tell(Check::DENIES, said);
    }

    /// The linked tests of each clause that no other step tests.
    pub(super) fn tested_here(&self) -> BTreeMap<ClauseId, Vec<&TestRef>> {
        let links = &self.checked.test_links;
        let mine: BTreeSet<&str> = links.iter().map(|link| link.path.as_str()).collect();
        let of_others = self.run.test_links.iter().filter(|link| !mine.contains(link.path.as_str()));
        let elsewhere: BTreeSet<ClauseId> = of_others.map(|link| link.clause).collect();
        let mut by_clause: BTreeMap<ClauseId, Vec<&TestRef>> = BTreeMap::new();
        for link in links.iter().filter(|link| !elsewhere.contains(&link.clause)) {
            by_clause.entry(link.clause).or_default().push(link);
        }
        by_clause
    }
}

/// The last lines of what a command said, for the persona that has to repair it.
pub(super) fn tail(recorded: &Recorded) -> Clean {
    let text = Clean::from_bytes(&recorded.output);
    let lines: Vec<&str> = text.lines().collect();
    let from = lines.len().saturating_sub(25);
    let note = recorded.executed.note.as_deref().unwrap_or_default();
    let said = lines[from..].join("\n");
    match (note, said.trim()) {
        (note, "") => Clean::new(note),
        ("", said) => Clean::new(said),
        (note, said) => Clean::from(format!("{}:\n{said}", without_last_line(note))),
    }
}

/// The test modules among the files, as the stack's runner is limited to them: dotted names in Python
/// (`tests/test_workouts.py` → `tests.test_workouts`), files elsewhere.
pub(super) fn own_tests<'a>(paths: impl Iterator<Item = &'a str>, stack: Stack) -> Vec<String> {
    let own = paths.filter(|path| stack.is_test_file(path));
    own.map(|path| match (stack, path.strip_suffix(".py")) {
        (Stack::Python, Some(module)) => module.replace('/', "."),
        _ => path.to_owned(),
    })
    .collect()
}
