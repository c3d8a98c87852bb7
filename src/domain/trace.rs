//! The trace: every clause tied to code and tests, with the status its evidence supports. Pure: a function of the run.
//! Its JSON form is a fixed contract (design 5.3).

mod about;
pub mod doubts;
mod html;
mod judge;
mod render;
#[cfg(test)]
mod tests;

pub use about::is_about;
pub use doubts::Doubt;
pub use render::REPORT_TITLE;

use super::{
    AssumptionId, ClauseId, Clean, DecisionId, EvidenceId, Hash, InterpretationId, baseline,
    clause::{ClauseKind, Origin, Requirement, Retired},
    evidence::{EvidenceKind, SandboxLevel, TestOutcome},
    reply::ReplyKind,
    run::{Check, GateReason, Outcome, PauseReason, Run, RunStatus},
    stand_in::{self, StandIn},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Missing,
    Designed,
    Built,
    Tested,
    Proven,
    Waived,
}

impl Status {
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Designed => "designed",
            Self::Built => "built",
            Self::Tested => "tested",
            Self::Proven => "proven",
            Self::Waived => "waived",
        }
    }
}

/// How many demanding clauses have each status, and what rests on no clause or on an open question.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    pub demanding: u32,
    pub proven: u32,
    pub tested: u32,
    pub built: u32,
    pub designed: u32,
    pub missing: u32,
    pub waived: u32,
    /// Additions with neither a clause, nor an assumption, nor a baseline entry.
    pub unsourced: u32,
    /// Assumptions whose default nobody has confirmed.
    pub assumed: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkedFile {
    pub path: String,
    pub lines: (u32, u32),
    pub sha256: Hash,
    /// Lines of it on which a statement begins that no linked test of the clause reaches; `None` when it was not measured.
    #[serde(default)]
    pub unreached: Option<Vec<u32>>,
}

impl LinkedFile {
    /// What is to be said of the lines that tests reach: nothing when it was not measured.
    #[must_use]
    pub fn reach(&self) -> Option<String> {
        let unreached = self.unreached.as_deref()?;
        Some(match unreached {
            [] => "linked tests reach every line".to_owned(),
            some => format!("no linked test reaches {}", lines_in_words(some)),
        })
    }
}

/// `line 14`, `lines 14, 22–23`.
#[must_use]
pub fn lines_in_words(lines: &[u32]) -> String {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for line in lines {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == *line => *last = *line,
            _ => runs.push((*line, *line)),
        }
    }
    let said: Vec<String> = runs.iter().map(|(a, b)| if a == b { a.to_string() } else { format!("{a}–{b}") }).collect();
    format!("{} {}", if lines.len() == 1 { "line" } else { "lines" }, said.join(", "))
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkedTest {
    pub name: String,
    pub passed: bool,
    /// It failed by an assertion in a control run of this clause.
    pub control_failed: bool,
    /// Where it was last run.
    pub evidence: Option<EvidenceId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClauseTrace {
    pub id: ClauseId,
    pub origin: Origin,
    pub span: Option<(u64, u64)>,
    pub text: String,
    pub kind: Option<ClauseKind>,
    /// `None` for a clause that demands nothing, and, until the run is over, for one that nobody has read.
    pub status: Option<Status>,
    /// A linked file or test has changed since its proof.
    pub stale: bool,
    /// Why it is not proven, in words for people.
    pub reason: Option<String>,
    pub supersedes: Option<ClauseId>,
    pub retired: Option<Retired>,
    pub interpretations: Vec<InterpretationId>,
    pub decisions: Vec<DecisionId>,
    pub assumptions: Vec<AssumptionId>,
    pub files: Vec<LinkedFile>,
    pub tests: Vec<LinkedTest>,
    /// Of an exclusion: the words whose absence stands for it. Whether they are the right ones only a person can say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub searched: Vec<Clean>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceTrace {
    pub id: EvidenceId,
    pub argv: Vec<String>,
    pub exit: Option<i32>,
    pub passed: usize,
    pub failed: usize,
    pub skipped: usize,
    pub output_sha256: Hash,
    pub tree: Hash,
    pub sandbox: SandboxLevel,
    pub at: jiff::Timestamp,
}

/// The whole trace; serialised it is `g1 trace --format json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trace {
    pub version: u32,
    pub requirement: Requirement,
    pub outcome: Outcome,
    pub counts: Counts,
    pub clauses: Vec<ClauseTrace>,
    pub evidence: Vec<EvidenceTrace>,
    /// What of the whole suite fails on the final tree, or does not pass any more as it did before the run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub red: Vec<String>,
    /// What personas hold to although, by its words, it says something else than a clause.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub doubts: Vec<Doubt>,
    /// The steps whose results are nobody's, for which G1 stands in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stand_ins: Vec<StandIn>,
}

/// The trace of a run whose workspace holds what the run wrote.
#[must_use]
pub fn trace(run: &Run) -> Trace {
    let hashes = run.files.values().map(|f| (f.path.clone(), f.sha256.clone())).collect();
    trace_of(run, &hashes)
}

/// The trace of a run against the files as they are now: a linked file that has changed makes the proof stale.
#[must_use]
pub fn trace_of(run: &Run, files: &BTreeMap<String, Hash>) -> Trace {
    let clauses = judge::clauses(run, files);
    let counts = count(run, &clauses);
    let mut evidence: Vec<EvidenceTrace> = run
        .evidence
        .iter()
        .map(|e| EvidenceTrace {
            id: e.id,
            argv: e.argv.clone(),
            exit: e.exit,
            passed: e.count(TestOutcome::Passed),
            failed: e.count(TestOutcome::Failed) + e.count(TestOutcome::Error),
            skipped: e.count(TestOutcome::Skipped),
            output_sha256: e.output_sha256.clone(),
            tree: e.tree.clone(),
            sandbox: e.sandbox,
            at: e.at,
        })
        .collect();
    evidence.sort_by_key(|e| e.id);
    Trace {
        version: 1,
        requirement: run.requirement.clone(),
        outcome: outcome(run, counts),
        counts,
        clauses,
        evidence,
        red: red(run),
        doubts: doubts::of(run),
        stand_ins: stand_in::of(run),
    }
}

fn count(run: &Run, clauses: &[ClauseTrace]) -> Counts {
    let with = |status| clauses.iter().filter(|c| c.status == Some(status)).count() as u32;
    let sourced = |source: &str| {
        baseline::names(source)
            || source.parse::<ClauseId>().is_ok_and(|id| run.clauses.contains_key(&id))
            || source.parse::<AssumptionId>().is_ok_and(|id| run.assumptions.contains_key(&id))
    };
    Counts {
        demanding: clauses.iter().filter(|c| c.status.is_some()).count() as u32,
        proven: with(Status::Proven),
        tested: with(Status::Tested),
        built: with(Status::Built),
        designed: with(Status::Designed),
        missing: with(Status::Missing),
        waived: with(Status::Waived),
        unsourced: run.additions.iter().filter(|(_, source)| !sourced(source.trim())).count() as u32,
        assumed: run.assumptions.values().filter(|a| a.answered_by.is_none()).count() as u32,
    }
}

/// The counts by status alone, for a screen that shows no more.
#[must_use]
pub fn counts(run: &Run) -> Counts {
    trace(run).counts
}

/// What of the whole suite fails on the final tree, or does not pass any more as it did before the run.
fn red(run: &Run) -> Vec<String> {
    let last = run.steps.iter().filter(|step| step.plan.produces == ReplyKind::Verify).flat_map(|step| &step.checks);
    let (old, all): (Vec<&Check>, Vec<&Check>) =
        last.filter(|c| c.tests_fail()).partition(|c| c.name.as_str() == Check::OLD_TESTS);
    let mut red: Vec<String> = Vec::new();
    for detail in old.into_iter().chain(all).flat_map(|check| &check.details) {
        // How it fails stands in the step's check.
        let short = detail.split(": ").next().unwrap_or_default();
        let test = short.split(' ').next().unwrap_or_default();
        if !red.iter().any(|said| said.split(' ').next() == Some(test)) {
            red.push(Clean::new(short).one_line(200));
        }
    }
    red
}

fn outcome(run: &Run, counts: Counts) -> Outcome {
    if let RunStatus::Completed { stopped_at_plan: true, .. } = run.status {
        return Outcome::Partial;
    }
    let gone = matches!(run.status, RunStatus::Completed { outcome: Outcome::Failed, .. });
    let over = matches!(run.status, RunStatus::Completed { .. });
    if gone || (over && !starts(run)) {
        Outcome::Failed
    } else if counts.demanding > 0 && counts.proven + counts.waived == counts.demanding && red(run).is_empty() {
        Outcome::Proven
    } else {
        Outcome::Partial
    }
}

/// Something that starts was built: the application answered in a run that G1 made.
#[must_use]
pub fn starts(run: &Run) -> bool {
    !run.files.is_empty()
        && run.evidence.iter().any(|e| e.kind == EvidenceKind::Boot && e.exit == Some(0) && e.note.is_none())
}

/// The exit code that a run in this state gives (design 5.1); `--allow-partial` is the caller's.
#[must_use]
pub fn exit_code(run: &Run) -> u8 {
    match &run.status {
        RunStatus::Completed { stopped_at_plan: true, .. } => 0,
        RunStatus::Completed { outcome, .. } => match outcome {
            Outcome::Proven => 0,
            Outcome::Partial => 7,
            Outcome::Failed => 4,
        },
        RunStatus::WaitingAtGate => {
            let budget = run.open_gates().all(|g| matches!(g.reason, GateReason::Budget { .. }));
            if budget { 5 } else { 3 }
        }
        RunStatus::Paused { reason, .. } => match reason {
            PauseReason::Gate => 3,
            PauseReason::Budget => 5,
            PauseReason::Provider => 6,
            PauseReason::Interrupted => 130,
            PauseReason::Failed => 1,
        },
        RunStatus::Running => 130,
    }
}
