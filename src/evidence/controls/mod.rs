//! Control runs: each linked range is neutralised alone, then the application must still start and the linked tests must
//! fail by an assertion. Whatever else happens shows nothing.

mod alone;
mod cargo;
mod coverage;
mod trial;

use alone::Alone;
pub(super) use coverage::Measured;
pub use trial::{Effect, Trial, Tried};

use super::{
    EvidenceError, Manifest, Recorded, Runner, Stack, Tree, TreeFile,
    report::Report,
    scratch::Scratch,
    syntax::{self, Answer, Question},
};
use crate::{
    domain::{
        ClauseId, Clean, EvidenceId, Hash,
        artifact::{CodeRange, TestRef},
        evidence::{ControlRun, Coverage, EvidenceKind, TestOutcome, TestResult},
    },
    orchestrator::input::Executed,
};
use futures::{FutureExt, StreamExt, future::BoxFuture, stream::FuturesUnordered};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Instant,
};
use tokio_util::sync::CancellationToken;

/// One linked range of one clause, and the clause's linked tests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ControlTarget {
    pub clause: ClauseId,
    pub range: CodeRange,
    pub tests: Vec<TestRef>,
}

/// How far the control runs are: ranges done, of how many.
pub type Progress = Arc<dyn Fn(usize, usize) + Send + Sync>;

/// The outcome of control runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Controlled {
    /// One record for the whole batch.
    pub recorded: Vec<Recorded>,
    /// `evidence` counts from 1 in `recorded`.
    pub runs: Vec<ControlRun>,
    /// Which lines the tests reach, target by target; `evidence` as in `runs`.
    pub coverage: Vec<Coverage>,
    /// Ranges that could not be neutralised alone; they have no run.
    pub problems: Vec<Clean>,
}

/// Path and lines.
pub(super) type Place = (String, (u32, u32));

/// What is run once for all clauses that name the same lines.
pub(super) struct Case {
    pub path: String,
    pub lines: (u32, u32),
    pub tests: BTreeSet<String>,
    /// The tests whose reach is measured; where there are none, nothing is.
    pub measured: BTreeSet<String>,
}

impl Case {
    fn place(&self) -> Place {
        (self.path.clone(), self.lines)
    }
    fn neutralised(&self) -> Question {
        Question::Neutralise { path: self.path.clone(), lines: self.lines }
    }
}

/// What one neutralised range did.
struct Outcome {
    booted: bool,
    tests: BTreeMap<String, TestOutcome>,
    output: Vec<u8>,
}

/// What a record says where it says nothing of lines.
const NOT_MEASURED: &str = "which lines the tests reach was not measured";
/// Output kept of each control run: enough to see the failing assertion.
const OUTPUT: usize = 6 << 10;

impl Runner {
    /// Makes the control runs of `targets`, several at a time.
    ///
    /// # Errors
    /// They could not be run at all.
    pub async fn controls(
        &self,
        tree: &Tree,
        manifest: &Manifest,
        targets: &[ControlTarget],
        progress: Option<Progress>,
        cancel: &CancellationToken,
    ) -> Result<Controlled, EvidenceError> {
        let cases = cases(targets);
        let questions: Vec<Question> = cases.iter().map(Case::neutralised).collect();
        let answers = syntax::ask(self, tree, &questions, cancel).await?;
        let ways = answers.into_iter().map(Without::of).collect();
        let work = Work::new(self, tree, manifest, progress, cancel).await?;
        let batch = work.run(&cases, ways).await?;
        let mut runs = vec![];
        for target in targets {
            let lines = target.range.lines;
            let Some(outcome) = batch.outcomes.get(&(target.range.path.clone(), lines)) else { continue };
            runs.extend(target.tests.iter().map(|test| ControlRun {
                clause: target.clause,
                path: target.range.path.clone(),
                lines,
                file_sha256: target.range.sha256.clone(),
                test: test.test.clone(),
                test_sha256: test.sha256.clone(),
                booted: outcome.booted,
                outcome: outcome.tests.get(&test.test).copied(),
                evidence: EvidenceId(1),
            }));
        }
        let coverage = batch.measured.of(targets, manifest.serves());
        let problems = batch.problems.into_iter().map(|(_, problem)| problem).chain(batch.dependent).collect();
        Ok(Controlled { recorded: vec![batch.recorded], runs, coverage, problems })
    }

    /// Which lines the tests of `targets` reach, without any control run: for what was shown before, with the tests that
    /// have come since.
    ///
    /// # Errors
    /// It could not be run at all. What could not be measured is said in the record.
    pub async fn coverage(
        &self,
        tree: &Tree,
        manifest: &Manifest,
        targets: &[ControlTarget],
        cancel: &CancellationToken,
    ) -> Result<Controlled, EvidenceError> {
        let cases = cases(targets);
        let cases: Vec<&Case> = cases.iter().collect();
        let work = Work::new(self, tree, manifest, None, cancel).await?;
        let started = Instant::now();
        let measured = match work.stack {
            Stack::Rust => work.measured_compiled(&cases).await?,
            Stack::Python | Stack::Node => work.measured(&cases).await?,
        };
        let coverage = measured.of(targets, manifest.serves());
        let note = match &measured.why {
            Some(why) => format!("{NOT_MEASURED}: {why}"),
            None => "every linked test was run to see which linked lines it reaches".to_owned(),
        };
        let recorded = work.recorded(note, vec![], measured.listed().into_bytes(), started);
        Ok(Controlled { recorded: vec![recorded], runs: vec![], coverage, problems: vec![] })
    }

    /// The same for ranges of which it is known how to take them away. Answers by path and lines.
    pub(super) async fn control_again(
        &self,
        tree: &Tree,
        manifest: &Manifest,
        ways: Vec<(Case, Without)>,
        progress: Option<Progress>,
        cancel: &CancellationToken,
    ) -> Result<(Recorded, Proofs, Measured), EvidenceError> {
        let work = Work::new(self, tree, manifest, progress, cancel).await?;
        let (cases, ways): (Vec<Case>, Vec<Result<Without, String>>) =
            ways.into_iter().map(|(case, way)| (case, Ok(way))).unzip();
        let batch = work.run(&cases, ways).await?;
        let proofs = batch.outcomes.into_iter().map(|(key, outcome)| (key, (outcome.booted, outcome.tests))).collect();
        Ok((batch.recorded, proofs, batch.measured))
    }
}

/// How a range is taken away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Without {
    /// This is the file without it.
    Text(String),
    /// One build holds a switch for it.
    Switch,
}

impl Without {
    pub(super) fn of(answer: Answer) -> Result<Self, String> {
        match (answer.text, answer.switch) {
            (Some(text), _) => Ok(Self::Text(text)),
            (None, true) => Ok(Self::Switch),
            (None, false) => Err(answer.problem.unwrap_or_default()),
        }
    }
}

/// By path and lines: booted, and what each test did.
pub(super) type Proofs = BTreeMap<Place, (bool, BTreeMap<String, TestOutcome>)>;

struct Batch {
    recorded: Recorded,
    outcomes: BTreeMap<Place, Outcome>,
    problems: Vec<Problem>,
    /// Tests whose results show nothing, and why.
    dependent: Vec<Clean>,
    measured: Measured,
}

/// Why these lines could not be taken away alone.
type Problem = (Place, Clean);

/// Ranges that several clauses link are run once, with the tests of all of them.
fn cases(targets: &[ControlTarget]) -> Vec<Case> {
    let mut cases: BTreeMap<(&str, (u32, u32)), BTreeSet<String>> = BTreeMap::new();
    for target in targets {
        let tests = cases.entry((target.range.path.as_str(), target.range.lines)).or_default();
        tests.extend(target.tests.iter().map(|test| test.test.clone()));
    }
    cases
        .into_iter()
        .filter(|(_, tests)| !tests.is_empty())
        .map(|((path, lines), tests)| Case { path: path.to_owned(), lines, measured: tests.clone(), tests })
        .collect()
}

struct Work<'a> {
    runner: &'a Runner,
    stack: Stack,
    /// As it was written, and as the stack runs it here.
    tree: &'a Tree,
    prepared: Tree,
    manifest: &'a Manifest,
    base: Scratch,
    progress: Option<Progress>,
    /// No control run begins later.
    until: Option<Instant>,
    cancel: &'a CancellationToken,
}

impl<'a> Work<'a> {
    async fn new(
        runner: &'a Runner,
        tree: &'a Tree,
        manifest: &'a Manifest,
        progress: Option<Progress>,
        cancel: &'a CancellationToken,
    ) -> Result<Self, EvidenceError> {
        let stack = runner.ready(manifest).await?;
        let prepared = runner.prepared(tree, stack, cancel).await?;
        let base = Scratch::of(&prepared, runner.owner(stack))?;
        Ok(Self { runner, stack, tree, prepared, manifest, base, progress, until: None, cancel })
    }

    fn is_in_time(&self) -> bool {
        self.until.is_none_or(|until| Instant::now() < until)
    }

    async fn run(&self, cases: &[Case], ways: Vec<Result<Without, String>>) -> Result<Batch, EvidenceError> {
        let started = Instant::now();
        let mut problems = vec![];
        let mut ready = vec![];
        for (case, way) in cases.iter().zip(ways) {
            match way {
                Ok(way) => ready.push((case, way)),
                Err(problem) => problems.push((case.place(), Clean::from(problem))),
            }
        }
        let linked = measured_of(&ready);
        let (mut outcomes, measured, alone) = match self.stack {
            Stack::Rust => self.compiled(ready, &mut problems).await?,
            // A trial has all tests and little time: what they reach says which of them to run.
            Stack::Python | Stack::Node if self.until.is_some() => {
                let measured = self.measured(&linked).await?;
                (self.interpreted(ready, &measured, &mut problems).await?, measured, Alone::default())
            }
            Stack::Python | Stack::Node => {
                let unknown = Measured::default();
                let outcomes = self.interpreted(ready, &unknown, &mut problems);
                let (outcomes, measured) = futures::try_join!(outcomes, self.measured(&linked))?;
                let alone = self.alone(&self.groups(&cases.iter().collect::<Vec<_>>(), &outcomes)).await?;
                (outcomes, measured, alone)
            }
        };
        let dependent = alone.drop_dependent(cases, &mut outcomes);
        let recorded = self.record(&outcomes, &measured, dependent.len(), started);
        Ok(Batch { recorded, outcomes, problems, dependent, measured })
    }

    /// Each range in a copy of its own, which shares all other files.
    async fn interpreted(
        &self,
        ready: Vec<(&Case, Without)>,
        reach: &Measured,
        problems: &mut Vec<Problem>,
    ) -> Result<BTreeMap<Place, Outcome>, EvidenceError> {
        let (cases, texts): (Vec<&Case>, Vec<(String, String)>) = ready
            .into_iter()
            .filter_map(|(case, way)| match way {
                Without::Text(text) => Some((case, (case.path.clone(), text))),
                Without::Switch => None,
            })
            .unzip();
        let texts = self.runner.without_types_in(self.tree, texts, self.cancel).await?;
        let mut runs = vec![];
        for (case, text) in cases.into_iter().zip(texts) {
            match text {
                Ok(text) => runs.push((case, text)),
                Err(problem) => problems.push((case.place(), Clean::from(problem))),
            }
        }
        // Collected and boxed first: a closure that makes futures cannot be proven `Send` for every lifetime.
        let runs: Vec<BoxFuture<'_, _>> = runs
            .into_iter()
            .map(|(case, text)| async move { (case.place(), self.one(case, reach, text).await) }.boxed())
            .collect();
        self.several(runs, self.progress.as_ref()).await
    }

    /// Several at a time.
    async fn several<K: Ord, T>(
        &self,
        runs: Vec<BoxFuture<'_, (K, Result<T, EvidenceError>)>>,
        progress: Option<&Progress>,
    ) -> Result<BTreeMap<K, T>, EvidenceError> {
        let total = runs.len();
        // One more than there are processors: booting waits for sockets, tests wait for password hashing and disk.
        let width = std::thread::available_parallelism().map_or(2, |cpus| cpus.get() + 1).min(8);
        let (mut waiting, mut running) = (runs.into_iter(), FuturesUnordered::new());
        let mut outcomes = BTreeMap::new();
        loop {
            while running.len() < width && self.is_in_time() {
                let Some(run) = waiting.next() else { break };
                running.push(run);
            }
            let Some((key, outcome)) = running.next().await else { break };
            outcomes.insert(key, outcome?);
            if let Some(progress) = progress {
                progress(outcomes.len(), total);
            }
        }
        Ok(outcomes)
    }

    async fn one(&self, case: &Case, reach: &Measured, text: String) -> Result<Outcome, EvidenceError> {
        let replaced = TreeFile {
            path: case.path.clone(),
            bytes: text.into_bytes().into(),
            executable: self.tree.is_executable(&case.path),
        };
        self.tried(Some(&replaced), &reach.narrowed(case)).await
    }

    /// Starts the application in a copy of its own, with one file replaced, and then runs these tests there.
    async fn tried(&self, replaced: Option<&TreeFile>, tests: &BTreeSet<String>) -> Result<Outcome, EvidenceError> {
        let owner = self.runner.owner(self.stack);
        let scratch = Scratch::like(&self.base, &self.prepared, replaced, owner)?;
        if let Some(finished) = self.runner.start(&scratch, self.manifest, self.cancel).await?.ended().await? {
            return Ok(Outcome { booted: false, tests: BTreeMap::new(), output: finished.output.bytes });
        }
        let names: Vec<String> = tests.iter().cloned().collect();
        let run = self.runner.run_tests(&scratch, self.tree, self.manifest, Some(&names), self.cancel).await?;
        let output = run.0.output.bytes;
        let report = self.runner.report(self.tree, self.stack, &output, self.cancel).await?;
        Ok(Outcome { booted: true, tests: outcomes(&report, &names), output })
    }

    /// One record for all: its output has a part for each range, its tests say what each linked test did for it.
    fn record(
        &self,
        outcomes: &BTreeMap<Place, Outcome>,
        measured: &Measured,
        dependent: usize,
        started: Instant,
    ) -> Recorded {
        let mut output = vec![];
        let mut tests = vec![];
        for ((path, (first, last)), outcome) in outcomes {
            let place = format!("{path}:{first}-{last}");
            output.extend_from_slice(format!("### {place} neutralised, ").as_bytes());
            let booted: &[u8] = if outcome.booted { b"started\n" } else { b"did not start\n" };
            output.extend_from_slice(booted);
            let from = outcome.output.len().saturating_sub(OUTPUT);
            output.extend_from_slice(outcome.output.get(from..).unwrap_or_default());
            output.push(b'\n');
            tests.extend(outcome.tests.iter().map(|(name, result)| TestResult {
                name: name.clone(),
                outcome: *result,
                detail: Clean::from(format!("without {place}")),
            }));
        }
        let booted = outcomes.values().filter(|outcome| outcome.booted).count();
        let caught = outcomes.values().filter(|o| o.tests.values().any(|test| *test == TestOutcome::Failed)).count();
        let note = format!(
            "{} ranges neutralised one at a time: {booted} still started, {caught} were caught",
            outcomes.len()
        );
        let note = match dependent {
            0 => note,
            n => format!("{note}; {n} do not pass without the other tests, and show nothing"),
        };
        let note = match &measured.why {
            Some(why) => format!("{note}; {NOT_MEASURED}: {why}"),
            None => note,
        };
        output.extend_from_slice(measured.listed().as_bytes());
        self.recorded(note, tests, output, started)
    }

    fn recorded(&self, note: String, tests: Vec<TestResult>, output: Vec<u8>, started: Instant) -> Recorded {
        let output: Arc<[u8]> = output.into();
        let executed = Executed {
            kind: EvidenceKind::Control,
            argv: self.manifest.test.clone(),
            exit: Some(0),
            tests,
            output_sha256: Hash::of(&output),
            tree: self.tree.hash(),
            sandbox: self.runner.sandbox().level,
            duration_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            note: Some(Clean::from(note)),
        };
        Recorded { executed, output }
    }
}

/// Those of which it is to be known what their tests reach.
fn measured_of<'a>(ready: &[(&'a Case, Without)]) -> Vec<&'a Case> {
    ready.iter().map(|(case, _)| *case).filter(|case| !case.measured.is_empty()).collect()
}

/// What each test did; nothing when the printed results do not add up, or the run was cut short.
fn outcomes(report: &Report, names: &[String]) -> BTreeMap<String, TestOutcome> {
    if !report.consistent {
        return BTreeMap::new();
    }
    names.iter().filter_map(|name| Some((name.clone(), report.outcome(name)?))).collect()
}
