//! Whether the linked tests of a range pass without the other tests while nothing is taken away. One that does not fails in
//! every control run, whatever is missing there, and its failure shows nothing. One that passed in a control run of the same
//! tests, where other lines were missing, has shown that it can; only for the rest the tests are run once more.

use super::{Case, EvidenceError, Outcome, Place, Work};
use crate::domain::{Clean, evidence::TestOutcome};
use futures::{FutureExt, future::BoxFuture};
use std::collections::{BTreeMap, BTreeSet};

/// Tests that run together, and nothing else with them.
pub(super) type Group = BTreeSet<String>;

/// What the tests of each group did on the whole code.
#[derive(Debug, Default)]
pub(super) struct Alone(pub BTreeMap<Group, BTreeMap<String, TestOutcome>>);

impl Alone {
    /// Takes what tests did in control runs away that do not pass alone, and says which those are.
    pub(super) fn drop_dependent(&self, cases: &[Case], outcomes: &mut BTreeMap<Place, Outcome>) -> Vec<Clean> {
        let mut dependent = BTreeSet::new();
        for case in cases {
            let (Some(alone), Some(outcome)) = (self.0.get(&case.tests), outcomes.get_mut(&case.place())) else {
                continue;
            };
            outcome.tests.retain(|test, _| {
                let passes = alone.get(test) == Some(&TestOutcome::Passed);
                if !passes {
                    dependent.insert(test.clone());
                }
                passes
            });
        }
        let said = |test: String| {
            format!(
                "{test} does not pass when the tests of its range run without the others and nothing is taken away, so its failing \
                 shows nothing: it must not depend on other tests or on how it is run"
            )
        };
        dependent.into_iter().map(|test| Clean::from(said(test))).collect()
    }
}

impl Work<'_> {
    /// What ran together in the control runs and has a test that passed in none of them; nothing in a trial, which was told
    /// that its tests pass.
    pub(super) fn groups(&self, cases: &[&Case], outcomes: &BTreeMap<Place, Outcome>) -> Vec<Group> {
        if self.until.is_some() {
            return vec![];
        }
        let mut never: BTreeMap<&Group, BTreeSet<&String>> = BTreeMap::new();
        for case in cases {
            let Some(outcome) = outcomes.get(&case.place()).filter(|outcome| outcome.booted) else { continue };
            let passed = |test: &String| outcome.tests.get(test) == Some(&TestOutcome::Passed);
            never.entry(&case.tests).or_insert_with(|| case.tests.iter().collect()).retain(|test| !passed(test));
        }
        never.into_iter().filter(|(_, tests)| !tests.is_empty()).map(|(group, _)| group.clone()).collect()
    }

    /// Runs each group on the code as it is.
    pub(super) async fn alone(&self, groups: &[Group]) -> Result<Alone, EvidenceError> {
        let run = |group: &Group| {
            let group = group.clone();
            async move {
                let outcome = self.group(&group).await;
                (group, outcome)
            }
            .boxed()
        };
        let runs: Vec<BoxFuture<'_, _>> = groups.iter().map(run).collect();
        self.several(runs, None).await.map(Alone)
    }

    /// As in a control run: what starting the application leaves behind is there for the tests.
    async fn group(&self, group: &Group) -> Result<BTreeMap<String, TestOutcome>, EvidenceError> {
        Ok(self.tried(None, group).await?.tests)
    }
}
