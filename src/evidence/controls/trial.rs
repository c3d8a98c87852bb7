//! Trial control runs, for somebody who still writes: the same sandbox, the same code and the same neutralising as in the
//! control runs that count, with whatever tests are there. Nothing of them becomes evidence.

use super::{Case, EvidenceError, Manifest, Outcome, Place, Progress, Runner, Tree, Without, Work, syntax};
use crate::{
    domain::{Clean, evidence::TestOutcome},
    evidence::syntax::Question,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Instant,
};
use tokio_util::sync::CancellationToken;

/// What is to be tried.
#[derive(Debug, Clone)]
pub struct Trial<'a> {
    /// Path and lines, each taken away alone.
    pub places: &'a [(String, (u32, u32))],
    /// Tests that pass while nothing is taken away.
    pub tests: &'a [String],
    /// No run begins later.
    pub until: Instant,
}

/// What became of the application and its tests without some lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// These tests fail by an assertion.
    Noticed(Vec<String>),
    /// None does, and these end in another way, which shows nothing.
    Broken(Vec<String>),
    /// Every test still passes.
    Unnoticed,
    NotStarted,
    /// The tests gave no result, as when a run is cut short.
    Unclear,
    /// The lines cannot be taken away alone.
    Impossible(Clean),
    /// There was no time left for it.
    NotTried,
}

impl Effect {
    fn of(outcome: &Outcome) -> Self {
        let ended = |wanted: &dyn Fn(TestOutcome) -> bool| -> Vec<String> {
            outcome.tests.iter().filter(|(_, end)| wanted(**end)).map(|(name, _)| name.clone()).collect()
        };
        if !outcome.booted {
            return Self::NotStarted;
        }
        if outcome.tests.is_empty() {
            return Self::Unclear;
        }
        let failed = ended(&|end| end == TestOutcome::Failed);
        if !failed.is_empty() {
            return Self::Noticed(failed);
        }
        let broken = ended(&|end| end != TestOutcome::Passed);
        if broken.is_empty() { Self::Unnoticed } else { Self::Broken(broken) }
    }
}

impl Runner {
    /// Takes each place away alone and says what the tests did, in the order of the places.
    ///
    /// # Errors
    /// Nothing could be run at all.
    pub async fn trial(
        &self,
        tree: &Tree,
        manifest: &Manifest,
        trial: Trial<'_>,
        progress: Option<Progress>,
        cancel: &CancellationToken,
    ) -> Result<Vec<Effect>, EvidenceError> {
        let cases = cases(&trial);
        let questions: Vec<Question> = cases.iter().map(Case::neutralised).collect();
        let answers = syntax::ask(self, tree, &questions, cancel).await?;
        let mut work = Work::new(self, tree, manifest, progress, cancel).await?;
        work.until = Some(trial.until);
        let batch = work.run(&cases, answers.into_iter().map(Without::of).collect()).await?;
        let problems: BTreeMap<Place, Clean> = batch.problems.into_iter().collect();
        let effect = |place: &Place| match (batch.outcomes.get(place), problems.get(place)) {
            (Some(outcome), _) => Effect::of(outcome),
            (None, Some(why)) => Effect::Impossible(why.clone()),
            (None, None) => Effect::NotTried,
        };
        Ok(trial.places.iter().map(effect).collect())
    }
}

fn cases(trial: &Trial<'_>) -> Vec<Case> {
    let tests: BTreeSet<String> = trial.tests.iter().cloned().collect();
    let case = |(path, lines): &Place| Case {
        path: path.clone(),
        lines: *lines,
        tests: tests.clone(),
        measured: BTreeSet::new(),
    };
    trial.places.iter().map(case).collect()
}
