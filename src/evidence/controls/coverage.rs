//! Which lines of the linked ranges the linked tests come by: one more run of all linked tests, of a copy of the source with
//! a mark before each statement of the ranges. A mark says, as it is come by, which test is running; so it does not matter
//! in which process or thread it lies, nor how that ends. What runs while no test does, such as loading a module or
//! setting up a class, counts for every test.

use super::{Case, Place, Work};
use crate::{
    domain::{
        EvidenceId,
        evidence::{Coverage, TestOutcome},
        trace::lines_in_words,
    },
    evidence::{
        EvidenceError, Stack, Tree, TreeFile, node, python,
        report::Report,
        scratch::Scratch,
        syntax::{self, Place as Told, Question, Wanted},
    },
};
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

const PYTHON: &str = include_str!("../aids/reached.py");
const NODE: &str = include_str!("../aids/reached.mjs");
/// What the marks of one run may say.
const LARGEST: u64 = 64 << 20;

/// A line of a numbered file.
type Line = (u32, u32);

/// What was measured, or why nothing was.
#[derive(Debug, Default)]
pub(in crate::evidence) struct Measured {
    /// The marked lines of each range.
    lines: BTreeMap<Place, BTreeSet<u32>>,
    files: BTreeMap<String, u32>,
    /// By test that passed: what it reached.
    reached: BTreeMap<String, BTreeSet<Line>>,
    /// Lines that ran while a test did: in the tests' own program, and in another.
    own: BTreeSet<Line>,
    elsewhere: BTreeSet<Line>,
    /// Why nothing, or less than everything, was measured.
    pub why: Option<String>,
}

impl Measured {
    pub(super) fn not(why: impl Into<String>) -> Self {
        Self { why: Some(why.into()), ..Self::default() }
    }

    /// Marked lines of the range that none of the tests reached; `None` when one of them was not measured.
    pub(in crate::evidence) fn unreached<'t>(
        &self,
        place: &Place,
        tests: impl IntoIterator<Item = &'t str>,
    ) -> Option<Vec<u32>> {
        let mut left = self.lines.get(place)?.clone();
        if left.is_empty() {
            return Some(vec![]);
        }
        let file = self.files.get(&place.0)?;
        for test in tests {
            let reached = self.reached.get(test)?;
            left.retain(|line| !reached.contains(&(*file, *line)));
        }
        Some(left.into_iter().collect())
    }

    /// Those of its tests that reach the range, and those of which it is not known; all of them where none is left.
    pub(super) fn narrowed<'c>(&self, case: &'c Case) -> Cow<'c, BTreeSet<String>> {
        let all = Cow::Borrowed(&case.tests);
        let place = case.place();
        // Where no statement begins, as on one line of a table, no test is known to reach it nor to pass by.
        let lines = self.lines.get(&place).filter(|lines| !lines.is_empty());
        let (Some(lines), Some(file)) = (lines, self.files.get(&place.0)) else { return all };
        let mut reaching = BTreeSet::new();
        for test in &case.tests {
            let reaches = |reached: &BTreeSet<Line>| lines.iter().any(|line| reached.contains(&(*file, *line)));
            if self.reached.get(test).is_none_or(reaches) {
                reaching.insert(test.clone());
            }
        }
        if reaching.is_empty() { all } else { Cow::Owned(reaching) }
    }

    /// On how many lines of the range a statement begins.
    pub(super) fn statements(&self, place: &Place) -> usize {
        self.lines.get(place).map_or(0, BTreeSet::len)
    }

    /// Whether the range ran, and only where the tests themselves do: what is started and asked never came by it.
    fn is_inside(&self, place: &Place) -> bool {
        let (Some(lines), Some(file)) = (self.lines.get(place), self.files.get(&place.0)) else { return false };
        let ran = |there: &BTreeSet<Line>| lines.iter().any(|line| there.contains(&(*file, *line)));
        ran(&self.own) && !ran(&self.elsewhere)
    }

    /// Place by place the marked lines that no test reached at all, for the record.
    pub(super) fn listed(&self) -> String {
        let all: BTreeSet<Line> = self.reached.values().flatten().copied().collect();
        let mut said = String::new();
        for ((path, (first, last)), lines) in &self.lines {
            let Some(file) = self.files.get(path) else { continue };
            let left: Vec<u32> = lines.iter().copied().filter(|line| !all.contains(&(*file, *line))).collect();
            if self.why.is_none() && !left.is_empty() {
                said.push_str(&format!(
                    "### {path}:{first}-{last}: no linked test reaches {}\n",
                    lines_in_words(&left)
                ));
            }
        }
        said
    }

    /// The record of each target; `serves`: of a product that is started and asked.
    pub(super) fn of(&self, targets: &[super::ControlTarget], serves: bool) -> Vec<Coverage> {
        let of = |target: &super::ControlTarget| {
            let place = (target.range.path.clone(), target.range.lines);
            Coverage {
                clause: target.clause,
                path: target.range.path.clone(),
                lines: target.range.lines,
                file_sha256: target.range.sha256.clone(),
                tests: Coverage::tests(&target.tests),
                unreached: self.unreached(&place, target.tests.iter().map(|test| test.test.as_str())),
                statements: self.statements(&place),
                inside: serves && self.is_inside(&place),
                evidence: EvidenceId(1),
            }
        };
        targets.iter().map(of).collect()
    }
}

/// What is marked, file by file.
pub(super) struct Plan {
    /// In the order of their numbers.
    paths: Vec<String>,
    wanted: Vec<Wanted>,
    tests: Vec<String>,
}

impl Plan {
    pub(super) fn of(cases: &[&Case], place: &Told) -> Self {
        let mut ranges: BTreeMap<&str, Vec<(u32, u32)>> = BTreeMap::new();
        for case in cases {
            ranges.entry(&case.path).or_default().push(case.lines);
        }
        let tests: BTreeSet<&String> = cases.iter().flat_map(|case| &case.measured).collect();
        let paths = ranges.keys().map(|path| (*path).to_owned()).collect();
        let wanted = (0..)
            .zip(ranges.into_values())
            .map(|(file, ranges)| Wanted { file, ranges, place: place.clone(), tests: vec![] })
            .collect();
        Self { paths, wanted, tests: tests.into_iter().cloned().collect() }
    }

    /// What is wanted of a file, `tests` being those whose beginning it may hold.
    pub(super) fn file(&self, path: &str, place: &Told) -> Wanted {
        let known = self.paths.iter().position(|known| known == path).and_then(|at| self.wanted.get(at)).cloned();
        let none = Wanted { file: u32::MAX, ranges: vec![], place: place.clone(), tests: vec![] };
        Wanted { tests: self.tests.clone(), ..known.unwrap_or(none) }
    }

    pub(super) fn tests(&self) -> &[String] {
        &self.tests
    }

    /// What came out: `marked` says by path which lines have a mark.
    pub(super) fn read(
        &self,
        cases: &[&Case],
        marked: &BTreeMap<String, Vec<u32>>,
        (scratch, tree): (&Scratch, &Tree),
        report: &Report,
    ) -> Measured {
        let mut measured = self.lines(cases, marked);
        if measured.lines.values().all(BTreeSet::is_empty) {
            return measured;
        }
        // Which lines there are to reach is known all the same.
        let mut not = |why: &str| Measured { why: Some(why.to_owned()), ..std::mem::take(&mut measured) };
        let Some(said) = scratch.left(REACHED, LARGEST) else { return not("no mark was come by") };
        if !report.consistent {
            return not("the run with marks was cut short");
        }
        let told = Reached::read(&String::from_utf8_lossy(&said), &|name| python::by_path(name, tree));
        let passed = self.tests.iter().filter(|test| report.outcome(test) == Some(TestOutcome::Passed));
        let reached: BTreeMap<String, BTreeSet<Line>> =
            passed.filter_map(|test| Some((test.clone(), told.by(test)?))).collect();
        let without = self.tests.len() - reached.len();
        measured.why = (without > 0).then(|| format!("{without} of {} tests gave no result", self.tests.len()));
        measured.reached = reached;
        (measured.own, measured.elsewhere) = (told.own, told.elsewhere);
        measured
    }

    /// Before anything ran: where there is no statement there is nothing to reach.
    pub(super) fn lines(&self, cases: &[&Case], marked: &BTreeMap<String, Vec<u32>>) -> Measured {
        let mut lines = BTreeMap::new();
        for case in cases {
            if let Some(marked) = marked.get(&case.path) {
                let inside = marked.iter().copied().filter(|line| (case.lines.0..=case.lines.1).contains(line));
                lines.insert((case.path.clone(), case.lines), inside.collect());
            }
        }
        Measured { lines, files: self.paths.iter().cloned().zip(0..).collect(), ..Measured::default() }
    }
}

/// Names of the two files that marks use, in the temporary directory of what runs.
const NOW: &str = "g1-now";
const REACHED: &str = "g1-reached";

pub(super) fn told(scratch: &Scratch, aid: &str) -> Told {
    let place = |name: &str| scratch.tmp().join(name).to_string_lossy().into_owned();
    let aid = scratch.aids().join(aid).to_string_lossy().into_owned();
    Told { aid, now: place(NOW), reached: place(REACHED) }
}

/// What the marks said.
#[derive(Debug, Default)]
struct Reached {
    /// By test, the times in which it ran.
    windows: BTreeMap<String, BTreeSet<String>>,
    /// By time: what was reached, and by which processes.
    lines: BTreeMap<String, BTreeSet<Line>>,
    processes: BTreeMap<String, BTreeSet<String>>,
    /// What counts for every test.
    shared: BTreeSet<Line>,
    /// What a process that tests use reached in the time in which it was started: it may serve later tests, too.
    first: BTreeMap<String, (String, BTreeSet<Line>)>,
    /// What ran while a test did: in the tests' own program, and in another.
    own: BTreeSet<Line>,
    elsewhere: BTreeSet<Line>,
}

impl Reached {
    /// `renamed` gives the name by which a test is known, where it is another than its runner's.
    fn read(text: &str, renamed: &dyn Fn(&str) -> Option<String>) -> Self {
        let mut told = Self::default();
        let mut testers = BTreeSet::new();
        let mut hits = vec![];
        for line in text.lines() {
            let parts: Vec<&str> = line.split('\t').collect();
            match *parts.as_slice() {
                ["t", process, window, ref name @ ..] => {
                    testers.insert(process);
                    let name = name.join("\t");
                    let name = renamed(&name).unwrap_or(name);
                    told.windows.entry(name).or_default().insert(window.to_owned());
                }
                // Last the process in which its program began, where it may have forked since.
                ["r", process, window, file, line, ref begun @ ..] => {
                    if let (Ok(file), Ok(line)) = (file.parse(), line.parse()) {
                        hits.push((process, window, (file, line), begun.first().copied().unwrap_or(process)));
                    }
                }
                _ => {}
            }
        }
        let known: BTreeSet<&String> = told.windows.values().flatten().collect();
        let known: BTreeSet<String> = known.into_iter().cloned().collect();
        for (process, window, line, begun) in hits {
            match (testers.contains(begun), window) {
                (true, "-") => {}
                (true, _) => drop(told.own.insert(line)),
                (false, _) => drop(told.elsewhere.insert(line)),
            }
            if !known.contains(window) {
                told.shared.insert(line);
                continue;
            }
            told.lines.entry(window.to_owned()).or_default().insert(line);
            if !testers.contains(process) {
                told.processes.entry(window.to_owned()).or_default().insert(process.to_owned());
                let first = told.first.entry(process.to_owned());
                let (begun, lines) = first.or_insert_with(|| (window.to_owned(), BTreeSet::new()));
                if begun == window {
                    lines.insert(line);
                }
            }
        }
        told
    }

    /// What a test reached, its subtests included; `None` when it never said that it begins.
    fn by(&self, test: &str) -> Option<BTreeSet<Line>> {
        let below = format!("{test} > ");
        let windows = self.windows.iter().filter(|(name, _)| *name == test || name.starts_with(&below));
        let windows: Vec<&String> = windows.flat_map(|(_, windows)| windows).collect();
        if windows.is_empty() {
            return None;
        }
        let mut lines = self.shared.clone();
        for window in windows {
            lines.extend(self.lines.get(window).into_iter().flatten());
            for process in self.processes.get(window).into_iter().flatten() {
                lines.extend(self.first.get(process).into_iter().flat_map(|(_, lines)| lines));
            }
        }
        Some(lines)
    }
}

impl Work<'_> {
    /// Measures what is interpreted. A run that does not come about is no failure: it says so.
    pub(super) async fn measured(&self, cases: &[&Case]) -> Result<Measured, EvidenceError> {
        if cases.is_empty() {
            return Ok(Measured::default());
        }
        match self.marked_run(cases).await {
            Err(EvidenceError::Cancelled) => Err(EvidenceError::Cancelled),
            Err(error) => Ok(Measured::not(error.to_string())),
            Ok(measured) => Ok(measured),
        }
    }

    async fn marked_run(&self, cases: &[&Case]) -> Result<Measured, EvidenceError> {
        let scratch = Scratch::empty(self.runner.owner(self.stack))?;
        let (name, aid) = match self.stack {
            Stack::Node => (node::REACHED, NODE),
            Stack::Python | Stack::Rust => ("reached.py", PYTHON),
        };
        let place = told(&scratch, name);
        let plan = Plan::of(cases, &place);
        let aid = if self.stack == Stack::Node { node::marking(aid, &place, plan.tests()) } else { aid.to_owned() };
        scratch.aid(name, &aid)?;
        let tested = |path: &str| self.stack == Stack::Python && self.stack.is_test_file(path);
        let files: Vec<&TreeFile> =
            self.tree.files().filter(|file| plan.paths.contains(&file.path) || tested(&file.path)).collect();
        let question = |file: &&TreeFile| {
            let wanted = plan.file(&file.path, &place);
            let tests = if tested(&file.path) { wanted.tests } else { vec![] };
            Question::Mark { path: file.path.clone(), wanted: Wanted { tests, ..wanted } }
        };
        let questions: Vec<Question> = files.iter().map(question).collect();
        let answers = syntax::ask(self.runner, self.tree, &questions, self.cancel).await?;
        let (mut marked, mut texts) = (BTreeMap::new(), vec![]);
        for (file, answer) in files.iter().zip(answers) {
            if let Some(text) = answer.text {
                marked.insert(file.path.clone(), answer.marked);
                texts.push((file.path.clone(), text));
            }
        }
        if marked.values().all(Vec::is_empty) {
            return Ok(plan.lines(cases, &marked));
        }
        let paths: Vec<String> = texts.iter().map(|(path, _)| path.clone()).collect();
        let texts = self.runner.without_types_in(self.tree, texts, self.cancel).await?;
        let mut changed = vec![];
        for (path, text) in paths.into_iter().zip(texts) {
            let executable = self.tree.get(&path).is_some_and(|file| file.executable);
            let bytes = text.map_err(EvidenceError::Tool)?.into_bytes().into();
            changed.push(TreeFile { path, bytes, executable });
        }
        scratch.fill(&self.prepared.with(changed))?;
        let (finished, _) =
            self.runner.run_tests(&scratch, self.tree, self.manifest, Some(plan.tests()), self.cancel).await?;
        let report = self.runner.report(self.tree, self.stack, &finished.output.bytes, self.cancel).await?;
        Ok(plan.read(cases, &marked, (&scratch, self.tree), &report))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str, test: &str) -> Option<Vec<u32>> {
        Some(Reached::read(text, &|_| None).by(test)?.into_iter().map(|(_, line)| line).collect())
    }

    #[test]
    fn a_range_without_a_statement_is_tried_with_all_of_its_tests() {
        let tests: BTreeSet<String> = ["measured", "elsewhere", "failed"].map(str::to_owned).into();
        let case = |lines| Case { path: "a.ts".to_owned(), lines, tests: tests.clone(), measured: BTreeSet::new() };
        let measured = Measured {
            lines: [(("a.ts".to_owned(), (1, 3)), [2].into()), (("a.ts".to_owned(), (9, 9)), BTreeSet::new())].into(),
            files: [("a.ts".to_owned(), 0)].into(),
            reached: [("measured".to_owned(), [(0, 2)].into()), ("elsewhere".to_owned(), BTreeSet::new())].into(),
            ..Measured::default()
        };
        let tried = |lines| measured.narrowed(&case(lines)).into_owned();
        assert_eq!(tried((1, 3)), ["failed", "measured"].map(str::to_owned).into());
        assert_eq!(tried((9, 9)), tests);
    }

    #[test]
    fn a_line_counts_for_the_test_that_was_running_and_otherwise_for_all() {
        let said = "r\t1\t-\t0\t1\nr\t1\t\t0\t2\nt\t1\t1.1\tA.one\nr\t1\t1.1\t0\t3\nr\t7\t1.1\t0\t4\n\
                    t\t1\t1.2\tA.two\nr\t1\t1.2\t0\t5\nr\tnonsense\n";
        assert_eq!(lines(said, "A.one"), Some(vec![1, 2, 3, 4]));
        assert_eq!(lines(said, "A.two"), Some(vec![1, 2, 5]));
        assert_eq!(lines(said, "A.three"), None, "it never began");
    }

    #[test]
    fn what_only_the_tests_themselves_run_is_told_from_what_is_asked() {
        let text = "t\t1\t1.1\ta\nr\t1\t-\t0\t1\t1\nr\t1\t1.1\t0\t2\t1\nr\t5\t1.1\t0\t3\t1\nr\t1\t1.1\t0\t4\t1\n\
                    r\t7\t-\t0\t4\t7\nr\t1\t1.1\t0\t5\nr\t8\t1.1\t0\t6\t7\n";
        let told = Reached::read(text, &|_| None);
        let at = |line| ("a.py".to_owned(), (line, line));
        let measured = Measured {
            lines: (1..=6).map(|line| (at(line), [line].into())).collect(),
            files: [("a.py".to_owned(), 0)].into(),
            own: told.own,
            elsewhere: told.elsewhere,
            ..Measured::default()
        };
        // Loaded, called by a test, served by a fork of the tests, run by the product's own process too, called by a test in
        // a language that does not say where it began, and served by a fork of the product.
        let inside = [false, true, true, false, true, false];
        assert_eq!([1, 2, 3, 4, 5, 6].map(|line| measured.is_inside(&at(line))), inside);
    }

    #[test]
    fn what_a_server_does_at_its_start_counts_for_the_later_tests_that_use_it() {
        let said = "t\t1\t1.1\ta\nr\t7\t1.1\t0\t1\nt\t1\t1.2\tb\nr\t7\t1.2\t0\t2\nt\t1\t1.3\tc\nr\t7\t1.3\t0\t3\n\
                    t\t1\t1.4\td\nr\t1\t1.4\t0\t4\n";
        assert_eq!(lines(said, "b"), Some(vec![1, 2]));
        assert_eq!(lines(said, "c"), Some(vec![1, 3]));
        assert_eq!(lines(said, "d"), Some(vec![4]));
    }

    #[test]
    fn a_test_has_reached_what_its_subtests_reached() {
        let said = "t\t1\t1.1\tf > a\nt\t1\t1.2\tf > a > b\nr\t1\t1.2\t0\t9\nt\t1\t1.3\tf > ab\nr\t1\t1.3\t0\t8\n";
        assert_eq!(lines(said, "f > a"), Some(vec![9]));
    }
}
