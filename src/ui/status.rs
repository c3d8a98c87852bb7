//! What the screens say about each clause. One function, so that nothing on screen can claim more than the trace does.

use super::theme::Look;
use crate::domain::{
    ClauseId, Hash,
    clause::Clause,
    evidence::TestOutcome,
    run::Run,
    trace::{LinkedFile, Status, trace_of},
};
use ratatui::style::Style;
use std::collections::{BTreeMap, BTreeSet};

/// Files that are no longer as the run wrote them, each as it is now; `None`: it is gone.
pub type Changed = BTreeMap<String, Option<Hash>>;

/// A clause's state in words for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClauseStatus {
    pub status: Status,
    pub stale: bool,
    /// Why it is not more than it is.
    pub reason: Option<String>,
    pub files: Vec<LinkedFile>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub demanding: usize,
    pub proven: usize,
    /// Linked lines exist, or a linked test passed, but nothing shows that it fails without them.
    pub built: usize,
    pub tested: usize,
    pub open: usize,
    pub missing: usize,
    pub waived: usize,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Statuses {
    pub by_clause: BTreeMap<ClauseId, ClauseStatus>,
    pub counts: Counts,
    pub over: bool,
    /// Tests that passed in the last run of them that G1 made.
    pub passing: usize,
}

/// Every evidence there is has to be looked through, so this is done once for a state of the run.
fn passing_tests(run: &Run) -> usize {
    let mut passed = BTreeSet::new();
    for test in run.evidence.iter().flat_map(|e| &e.tests) {
        if test.outcome == TestOutcome::Passed {
            passed.insert(&test.name);
        } else {
            passed.remove(&test.name);
        }
    }
    passed.len()
}

impl Statuses {
    /// `changed`: files that are no longer as the run wrote them, each as it is now, if it is there.
    #[must_use]
    pub fn of(run: &Run, changed: &Changed) -> Self {
        let over = run.is_over();
        let as_written = run.files.values().filter(|file| !changed.contains_key(&file.path));
        let as_written = as_written.map(|file| (file.path.clone(), file.sha256.clone()));
        let now = changed.iter().filter_map(|(path, hash)| Some((path.clone(), hash.clone()?)));
        let files = as_written.chain(now).collect();
        let by_clause: BTreeMap<_, _> = trace_of(run, &files)
            .clauses
            .into_iter()
            .filter(|c| c.retired.is_none())
            .filter_map(|c| {
                Some((c.id, ClauseStatus { status: c.status?, stale: c.stale, reason: c.reason, files: c.files }))
            })
            .collect();
        let mut counts = Counts { demanding: by_clause.len(), ..Counts::default() };
        for (id, state) in &by_clause {
            let known_missing = over || run.gaps.iter().any(|g| g.clause == *id && g.whole);
            match state.status {
                Status::Proven => counts.proven += 1,
                Status::Tested => counts.tested += 1,
                Status::Built => counts.built += 1,
                Status::Waived => counts.waived += 1,
                Status::Missing if known_missing => counts.missing += 1,
                Status::Missing | Status::Designed => counts.open += 1,
            }
        }
        Self { by_clause, counts, over, passing: passing_tests(run) }
    }

    /// Mark, word and style for a clause. Before the end, what nobody has built yet is `open`, not `missing`.
    #[must_use]
    pub fn show(&self, run: &Run, clause: &Clause, look: &Look) -> (&'static str, &'static str, Style) {
        let (g, t) = (&look.glyphs, &look.theme);
        if clause.retired.is_some() {
            return (g.quiet, "retired", t.dim);
        }
        match clause.kind {
            None if !self.over => return (g.open, "unread", t.dim),
            Some(kind) if !kind.demands() => return (g.quiet, kind.word(), t.dim),
            _ => {}
        }
        let Some(state) = self.by_clause.get(&clause.id) else { return (g.open, "open", t.dim) };
        match state.status {
            Status::Proven => (g.proven, "proven", t.ok),
            Status::Tested => (g.tested, "tested", t.accent),
            // What was shown of it was shown of other files.
            Status::Built if state.stale => (g.built, "stale", t.warn),
            Status::Built => (g.built, "built", t.accent),
            Status::Waived => (g.waived, "waived", t.warn),
            Status::Designed => (g.open, "designed", t.text),
            Status::Missing if self.over || run.gaps.iter().any(|x| x.clause == clause.id && x.whole) => {
                (g.missing, "missing", t.error)
            }
            Status::Missing => (g.open, "open", t.text),
        }
    }
}
