//! Two projects side by side, such as two forks of one: what each built, proved and spent. Pure.

use super::{
    Clean, Hash,
    evidence::TestOutcome,
    run::{Run, RunStatus},
    trace::{self, Counts, Status},
    usage::Usage,
};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What one of the two came to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Side {
    pub name: Clean,
    pub status: RunStatus,
    pub counts: Counts,
    pub tests_passed: usize,
    pub tests_failed: usize,
    pub files: usize,
    pub lines: u64,
    /// Everything that was spent in its journal, what came before a fork included.
    pub usage: Usage,
}

/// Something that is not the same in both; `None`: it is not there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row<T> {
    pub key: String,
    pub here: Option<T>,
    pub there: Option<T>,
}

/// A file's content and size.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Content {
    pub sha256: Hash,
    pub lines: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    pub here: Side,
    pub there: Side,
    /// By its words: how well each clause in force is shown.
    pub clauses: Vec<Row<Status>>,
    /// By title: what was chosen.
    pub decisions: Vec<Row<Clean>>,
    /// Designs by name.
    pub designs: Vec<Row<Hash>>,
    pub files: Vec<Row<Content>>,
    pub tests: Vec<Row<TestOutcome>>,
}

#[must_use]
pub fn compare(here: &Run, there: &Run) -> Comparison {
    let (a, b) = (trace::trace(here), trace::trace(there));
    let clauses = |trace: &trace::Trace| {
        let shown = trace.clauses.iter().filter_map(|c| Some((Clean::new(c.text.trim()).to_string(), c.status?)));
        shown.collect::<BTreeMap<_, _>>()
    };
    let decisions =
        |run: &Run| run.decisions.values().map(|d| (d.title.to_string(), d.choice.clone())).collect::<BTreeMap<_, _>>();
    let designs = |run: &Run| run.artifacts.iter().map(|(name, a)| (name.clone(), a.hash.clone())).collect();
    let files = |run: &Run| {
        let content = |f: &super::artifact::FileEntry| Content { sha256: f.sha256.clone(), lines: f.lines };
        run.files.iter().map(|(path, f)| (path.clone(), content(f))).collect()
    };
    Comparison {
        clauses: differing(clauses(&a), clauses(&b)),
        decisions: differing(decisions(here), decisions(there)),
        designs: differing(designs(here), designs(there)),
        files: differing(files(here), files(there)),
        tests: differing(tests(here), tests(there)),
        here: side(here, a.counts),
        there: side(there, b.counts),
    }
}

fn side(run: &Run, counts: Counts) -> Side {
    let tests = tests(run);
    let passed = tests.values().filter(|outcome| **outcome == TestOutcome::Passed).count();
    let skipped = tests.values().filter(|outcome| **outcome == TestOutcome::Skipped).count();
    Side {
        name: run.name.clone(),
        status: run.status.clone(),
        counts,
        tests_passed: passed,
        tests_failed: tests.len() - passed - skipped,
        files: run.files.len(),
        lines: run.files.values().map(|file| u64::from(file.lines)).sum(),
        usage: run.usage,
    }
}

/// The last outcome of each test of the application.
fn tests(run: &Run) -> BTreeMap<String, TestOutcome> {
    let linked: BTreeSet<&str> = run.test_links.iter().map(|link| link.test.as_str()).collect();
    let runs = run.evidence.iter().filter(|e| e.kind == super::evidence::EvidenceKind::Tests).flat_map(|e| &e.tests);
    // A test that was taken out of the application is no longer linked.
    runs.filter(|test| linked.contains(test.name.as_str())).map(|test| (test.name.clone(), test.outcome)).collect()
}

fn differing<T: PartialEq + Clone>(here: BTreeMap<String, T>, there: BTreeMap<String, T>) -> Vec<Row<T>> {
    let keys: BTreeSet<&String> = here.keys().chain(there.keys()).collect();
    let rows = keys.into_iter().map(|key| Row {
        key: key.clone(),
        here: here.get(key).cloned(),
        there: there.get(key).cloned(),
    });
    rows.filter(|row| row.here != row.there).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_listed_and_what_one_lacks_is_said() {
        let of = |rows: &[(&str, u8)]| rows.iter().map(|(k, v)| ((*k).to_owned(), *v)).collect();
        let rows = differing(of(&[("a", 1), ("b", 2), ("c", 3)]), of(&[("a", 1), ("b", 4), ("d", 5)]));
        let rows: Vec<_> = rows.iter().map(|r| (r.key.as_str(), r.here, r.there)).collect();
        assert_eq!(rows, [("b", Some(2), Some(4)), ("c", Some(3), None), ("d", None, Some(5))]);
    }
}
