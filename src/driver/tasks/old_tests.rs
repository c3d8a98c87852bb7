//! The tests that were there before the run: whether what passed before any change still does. They are run as they were and
//! with none of the run's own, which could change what they see, and also without the command that a reply brought, which
//! could leave them out.

use super::{
    TaskError,
    check::{Bench, BenchError, tree_of},
    suite::own_tests,
};
use crate::{
    domain::{
        Clean, counted,
        evidence::{EvidenceKind, TestOutcome, TestResult},
        run::Check,
    },
    evidence::{EvidenceError, Manifest, Recorded, Stack, Tree, TreeFile, uses::is_test},
};
use std::collections::{BTreeMap, BTreeSet};

/// So many tests are named in a line.
const NAMED: usize = 12;

/// A way to run the tests of the software as it was.
struct Way {
    manifest: Manifest,
    /// Only these, as the stack's runner names them.
    only: Option<Vec<String>>,
    /// What the record says of the software as it was.
    note: &'static str,
    /// By this way, before any change.
    old: Vec<TestResult>,
}

/// What the tests of the software said before any change.
pub(super) struct Before {
    tree: Tree,
    stack: Stack,
    ways: Vec<Way>,
}

impl Before {
    /// Old tests that were red and that nothing has made pass: no fault of the run.
    pub(super) fn red(&self) -> BTreeSet<&str> {
        let all = || self.ways.iter().flat_map(|way| &way.old);
        let names =
            |passed: bool| all().filter(move |t| (t.outcome == TestOutcome::Passed) == passed).map(|t| t.name.as_str());
        let passed: BTreeSet<&str> = names(true).collect();
        // A module that the command names and that is not there yet is told as a test, too.
        let is_old = |name: &&str| self.stack == Stack::Rust || self.files().any(|path| is_in(self.stack, name, path));
        names(false).filter(|name| !passed.contains(name)).filter(is_old).collect()
    }

    fn files(&self) -> impl Iterator<Item = &str> {
        self.tree.files().map(|file| file.path.as_str()).filter(|path| self.stack.is_test_file(path))
    }

    /// Files of tests of which nothing is told: what they hold is not for the stack's own runner.
    fn unrun(&self) -> Vec<&str> {
        let told =
            |path: &&str| self.ways.iter().flat_map(|way| &way.old).any(|test| is_in(self.stack, &test.name, path));
        // Cargo tells of a test by its function.
        if self.stack == Stack::Rust { vec![] } else { self.files().filter(|path| !told(path)).collect() }
    }

    /// The product as it is now with the tests, and what they share, as they were.
    fn over(&self, now: &Tree) -> Tree {
        let own = |tree: &Tree, tests: bool| -> Vec<TreeFile> {
            tree.files().filter(|file| is_test(self.stack, &file.path) == tests).cloned().collect()
        };
        Tree::new([own(now, false), own(&self.tree, true)].concat())
    }

    /// The file that the run changed and that a test depends on, its own or one that it shares with others.
    fn changed<'b>(&'b self, test: &str, now: &Tree) -> Option<&'b str> {
        let same = |file: &&TreeFile| now.get(&file.path).is_some_and(|other| other.bytes == file.bytes);
        let mut changed = self.tree.files().filter(|file| is_test(self.stack, &file.path) && !same(file));
        let of = |path: &str| !self.stack.is_test_file(path) || is_in(self.stack, test, path);
        changed.find(|file| of(&file.path)).map(|file| file.path.as_str())
    }
}

impl Bench<'_> {
    /// Runs the tests of the software as it was, once in a run; nothing where there are none.
    pub(super) async fn before(&mut self, manifest: &Manifest, stack: Stack) -> Result<Option<Before>, BenchError> {
        let Some(existing) = &self.run.existing else { return Ok(None) };
        // Rust has tests in any file.
        let may_test = |path: &String| stack.is_test_file(path) || stack == Stack::Rust && path.ends_with(".rs");
        if !existing.files.keys().any(may_test) {
            return Ok(None);
        }
        self.port.progress(&self.step.plan.id, "the tests that were there before run").await;
        let tree = tree_of(existing.files.values(), self.services)?;
        let files: Vec<&str> =
            existing.files.keys().map(String::as_str).filter(|path| stack.is_test_file(path)).collect();
        let note = "the software as it was, before any change";
        let mut ways = vec![Way { manifest: manifest.clone(), only: None, note, old: vec![] }];
        self.baseline(&tree, &mut ways[0]).await?;
        if !runs_all(manifest, stack, &files, &ways[0].old) {
            let only =
                (stack != Stack::Rust).then(|| own_tests(files.into_iter(), stack)).filter(|only| !only.is_empty());
            let manifest = Manifest { test: plain_command(manifest, stack), ..manifest.clone() };
            let note = "the software as it was, by its own files of tests";
            let mut way = Way { manifest, only, note, old: vec![] };
            self.baseline(&tree, &mut way).await?;
            ways.push(way);
        }
        ways.retain(|way| !way.old.is_empty());
        Ok(Some(Before { tree, stack, ways }))
    }

    /// What passes before any change by one way; a step before this one may have recorded it.
    async fn baseline(&mut self, tree: &Tree, way: &mut Way) -> Result<(), BenchError> {
        let hash = tree.hash();
        let same = |note: &Option<Clean>| note.as_ref().is_some_and(|note| note.starts_with(way.note));
        let known = self.run.evidence.iter().find(|e| e.kind == EvidenceKind::Tests && e.tree == hash && same(&e.note));
        if let Some(evidence) = known {
            way.old.clone_from(&evidence.tests);
            return Ok(());
        }
        let Some(mut recorded) = self.suite(tree, way).await? else { return Ok(()) };
        if recorded.executed.tests.is_empty() {
            return Ok(());
        }
        add(&mut recorded, way.note);
        way.old.clone_from(&recorded.executed.tests);
        self.record(recorded)
    }

    /// Runs them on the software as it is now. What fails is the run's doing; what fails only because the run changed its file
    /// may be what was asked for, and is in doubt.
    pub(super) async fn old_tests(&mut self, before: &Before) -> Result<(), BenchError> {
        let tree = before.over(&self.tree);
        let (mut broken, mut passed, mut runs) = (BTreeMap::new(), BTreeSet::new(), Vec::new());
        for way in &before.ways {
            let Some(recorded) = self.suite(&tree, way).await? else { continue };
            let now: BTreeMap<&str, &TestResult> =
                recorded.executed.tests.iter().map(|test| (test.name.as_str(), test)).collect();
            for test in way.old.iter().filter(|test| test.outcome == TestOutcome::Passed) {
                passed.insert(test.name.as_str());
                if let Some(said) = broken_by(now.get(test.name.as_str()).copied()) {
                    broken.entry(test.name.as_str()).or_insert(said);
                }
            }
            runs.push(recorded);
        }
        let (doubts, broken): (Vec<_>, Vec<_>) = broken
            .into_iter()
            .map(|(name, said)| (name, said, before.changed(name, &self.tree)))
            .partition(|one| one.2.is_some());
        let names: BTreeSet<&str> = broken.iter().map(|one| one.0).collect();
        self.in_doubt(before, &doubts);
        if before.ways.is_empty() {
            return Ok(());
        }
        let details =
            broken.iter().map(|(name, said, _)| Clean::from(format!("{name} passed before any change: {said}")));
        let summary = summary(&names, passed.len(), &before.red());
        for mut recorded in runs {
            add(&mut recorded, &format!("the old tests as they were, with the product as it is: {summary}"));
            self.record(recorded)?;
        }
        self.report(Check::OLD_TESTS, details.collect(), summary.clone());
        if let Some(check) = self.checked.checks.last_mut().filter(|check| !check.passed) {
            check.summary = Clean::from(format!(
                "{summary}. Have them pass as they are; where a clause asks for what they refuse, change them and say so in `notes`"
            ));
        }
        Ok(())
    }

    /// What cannot be said of old tests, unless a step before this one has said so.
    fn in_doubt(&mut self, before: &Before, changed: &[(&str, String, Option<&str>)]) {
        let fails = changed.iter().filter_map(|(name, said, path)| {
            Some(format!("the run changed {}: as it was, {name} passed before, and now: {said}", (*path)?))
        });
        let unrun = before.unrun().into_iter().map(|path| {
            format!("{path} was there before and holds no test that the stack's own runner runs: whether what it tests still works is not known")
        });
        let known: BTreeSet<&Clean> = self.run.steps().flat_map(|step| step.doubts()).collect();
        let new = |said: &Clean| !known.contains(said);
        let fails: Vec<Clean> = fails.map(Clean::from).filter(new).collect();
        let unrun: Vec<Clean> = unrun.map(Clean::from).filter(new).collect();
        for (check, details) in [(Check::OLD_CHANGED, fails), (Check::OLD_IN_DOUBT, unrun)] {
            self.tell(check, details);
        }
    }

    /// What the suite says, if this tree's can be run.
    async fn suite(&self, tree: &Tree, way: &Way) -> Result<Option<Recorded>, BenchError> {
        match self.runner.tests(tree, &way.manifest, way.only.as_deref(), &self.cancel).await {
            Ok(recorded) => Ok(Some(recorded)),
            Err(EvidenceError::Cancelled) => Err(BenchError::Task(TaskError::Cancelled)),
            Err(EvidenceError::Unsupported(..) | EvidenceError::Tool(_)) => Ok(None),
            Err(other) => Err(other.into()),
        }
    }
}

/// Whether a command, which a reply may have brought, leaves none of these files and none of their tests out.
fn runs_all(manifest: &Manifest, stack: Stack, files: &[&str], told: &[TestResult]) -> bool {
    let chooses = |word: &String| word.starts_with("-k") || word.contains("pattern") || word.contains("skip");
    match stack {
        Stack::Rust => manifest.test == plain_command(manifest, stack),
        _ => {
            let is_told = |path: &&str| told.iter().any(|test| is_in(stack, &test.name, path));
            !manifest.test.iter().any(chooses) && files.iter().all(is_told)
        }
    }
}

/// What runs the tests of a stack without being told which.
fn plain_command(manifest: &Manifest, stack: Stack) -> Vec<String> {
    let words: &[&str] = match stack {
        Stack::Python => &["-m", "unittest"],
        Stack::Node => &["--test"],
        Stack::Rust => &["test"],
    };
    manifest.test.iter().take(1).cloned().chain(words.iter().map(|word| (*word).to_owned())).collect()
}

/// Whether a test, by the name that its runner gives it, lies in a file.
fn is_in(stack: Stack, test: &str, path: &str) -> bool {
    match stack {
        Stack::Python => {
            let stem = path.rsplit('/').next().and_then(|name| name.strip_suffix(".py"));
            test.split('.').any(|part| Some(part) == stem)
        }
        Stack::Node => test.split(" > ").next() == Some(path),
        Stack::Rust => test.split("::").next() == Some(path),
    }
}

/// Why a test that passed does not any more.
fn broken_by(now: Option<&TestResult>) -> Option<String> {
    match now {
        Some(now) if now.outcome == TestOutcome::Passed => None,
        Some(now) => Some(format!("{:?}: {}", now.outcome, now.detail)),
        None => Some("it does not run any more".to_owned()),
    }
}

/// Says in the record what was run, beside what it says already.
fn add(recorded: &mut Recorded, what: &str) {
    let note = recorded.executed.note.as_ref().map(|note| format!("; {note}")).unwrap_or_default();
    recorded.executed.note = Some(Clean::from(format!("{what}{note}")));
}

fn summary(broken: &BTreeSet<&str>, passed: usize, red: &BTreeSet<&str>) -> String {
    let mut text = match broken.len() {
        0 => format!("what passed before any change still does ({})", counted(passed, "test")),
        n => format!("{n} of {passed} that passed before any change do not: {}", listed(broken)),
    };
    if !red.is_empty() {
        text.push_str(&format!("; did not pass before either: {}", listed(red)));
    }
    text
}

fn listed(names: &BTreeSet<&str>) -> String {
    let more = if names.len() > NAMED { ", …" } else { "" };
    format!("{}{more}", names.iter().take(NAMED).copied().collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn test(name: &str, outcome: TestOutcome) -> TestResult {
        TestResult { name: name.into(), outcome, detail: "1 != 2".into() }
    }

    #[test]
    fn what_passed_before_and_does_not_now_is_told_from_what_was_red_before() {
        assert_eq!(broken_by(Some(&test("t", TestOutcome::Passed))), None);
        assert_eq!(broken_by(Some(&test("t", TestOutcome::Error))).as_deref(), Some("Error: 1 != 2"));
        assert_eq!(broken_by(None).as_deref(), Some("it does not run any more"));
        let (broken, red) = (BTreeSet::from(["t.broken", "t.gone"]), BTreeSet::from(["t.red"]));
        assert_eq!(
            summary(&broken, 3, &red),
            "2 of 3 that passed before any change do not: t.broken, t.gone; did not pass before either: t.red"
        );
        assert_eq!(summary(&BTreeSet::new(), 1, &BTreeSet::new()), "what passed before any change still does (1 test)");
    }

    #[test]
    fn a_command_that_leaves_old_tests_out_is_not_the_only_way_they_are_run() {
        let files = ["tests/test_a.py", "tests/test_b.py"];
        let told = [test("tests.test_a.T.test_x", TestOutcome::Passed), test("test_b.T.test_x", TestOutcome::Failed)];
        let all =
            |command: &str, told: &[TestResult]| runs_all(&Manifest::tested_by(command), Stack::Python, &files, told);
        assert!(all("python3 -m unittest", &told));
        assert!(!all("python3 -m unittest tests.test_a", &told[..1]));
        assert!(!all("python3 -m unittest -k x", &told));
        assert!(runs_all(&Manifest::tested_by("cargo test"), Stack::Rust, &[], &[]));
        assert!(!runs_all(&Manifest::tested_by("cargo test --test new"), Stack::Rust, &[], &[]));
        assert_eq!(
            plain_command(&Manifest::tested_by("python3 -m unittest -k x"), Stack::Python),
            ["python3", "-m", "unittest"]
        );
        assert!(is_in(Stack::Node, "test/a.test.js > sums", "test/a.test.js"));
        assert!(!is_in(Stack::Node, "test/a.test.js > sums", "a.test.js"));
    }
}
