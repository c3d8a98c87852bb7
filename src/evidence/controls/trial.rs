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
    /// Whether it is measured which lines the tests reach, which takes one more run of them.
    pub reach: bool,
}

/// A place that was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    pub effect: Effect,
    /// Lines on which a statement begins that no test reached; none where that was not measured.
    pub unreached: Vec<u32>,
    /// No test ran any of it: one that notices all the same has read it as a text.
    pub idle: bool,
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
    ) -> Result<Vec<Tried>, EvidenceError> {
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
        let tried = |place: &Place| {
            let unreached = batch.measured.unreached(place, trial.tests.iter().map(String::as_str)).unwrap_or_default();
            let idle = !unreached.is_empty() && unreached.len() >= batch.measured.statements(place);
            Tried { effect: effect(place), unreached, idle }
        };
        Ok(trial.places.iter().map(tried).collect())
    }
}

fn cases(trial: &Trial<'_>) -> Vec<Case> {
    let tests: BTreeSet<String> = trial.tests.iter().cloned().collect();
    let case = |(path, lines): &Place| Case {
        path: path.clone(),
        lines: *lines,
        tests: tests.clone(),
        measured: if trial.reach { tests.clone() } else { BTreeSet::new() },
    };
    trial.places.iter().map(case).collect()
}
