//! Evidence: records of commands that G1 executed, and of control runs.

use super::{
    ClauseId, Clean, EvidenceId, Hash, StepId,
    artifact::{CodeRange, TestRef},
};
use serde::{Deserialize, Serialize};

/// How strongly a command was confined, as enforced, not as wished.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum SandboxLevel {
    /// Nothing: refused.
    L0,
    /// Seccomp and resource limits only.
    L1,
    /// Landlock, seccomp and resource limits.
    L2,
    /// L2 inside namespaces and a cgroup.
    L3,
}

/// How much confinement is asked for before programs run that G1 did not write itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confinement {
    /// Files by Landlock, and TCP to the assigned port alone.
    #[default]
    Full,
    /// What the machine has. A person types it for one command.
    Weaker,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TestOutcome {
    Passed,
    /// An assertion was false.
    Failed,
    /// It broke before or beside an assertion.
    Error,
    Skipped,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestResult {
    pub name: String,
    pub outcome: TestOutcome,
    /// The last lines of its traceback.
    #[serde(default)]
    pub detail: Clean,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceKind {
    /// The whole test suite, or a module's.
    Tests,
    /// The application started and answered `/healthz`.
    Boot,
    /// A recorded search for something excluded.
    Search,
    /// One batch of control runs.
    Control,
}

/// The record of one command that G1 executed. Times live here, in `.g1/`, never in the workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    pub id: EvidenceId,
    pub kind: EvidenceKind,
    pub argv: Vec<String>,
    /// `None` when it was killed (time, output or memory limit).
    pub exit: Option<i32>,
    pub tests: Vec<TestResult>,
    /// Hash of the captured output, which is a blob.
    pub output_sha256: Hash,
    /// Hash of the tree it ran on.
    pub tree: Hash,
    pub sandbox: SandboxLevel,
    pub duration_ms: u64,
    pub at: jiff::Timestamp,
    /// What ended it early or why it could not run, in words for people.
    pub note: Option<Clean>,
    /// The step that it was made for: the record that brings it says so, the state keeps it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<StepId>,
}

impl Evidence {
    #[must_use]
    pub fn count(&self, outcome: TestOutcome) -> usize {
        self.tests.iter().filter(|t| t.outcome == outcome).count()
    }
}

/// What happened when one linked range was neutralised alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ControlRun {
    pub clause: ClauseId,
    pub path: String,
    pub lines: (u32, u32),
    /// Hash of the file whose range was neutralised, and of the test's file.
    pub file_sha256: Hash,
    pub test: String,
    pub test_sha256: Hash,
    /// The application still imported and answered `/healthz`.
    pub booted: bool,
    /// What the linked test did then. Only `Failed` after a boot proves anything.
    pub outcome: Option<TestOutcome>,
    pub evidence: EvidenceId,
}

impl ControlRun {
    #[must_use]
    pub fn proves(&self) -> bool {
        self.booted && self.outcome == Some(TestOutcome::Failed)
    }
}

/// Which lines of one linked range the linked tests of its clause came by, when nothing was taken away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    pub clause: ClauseId,
    pub path: String,
    pub lines: (u32, u32),
    pub file_sha256: Hash,
    /// [`Coverage::tests`] of the linked tests: with another test it is another question.
    pub tests: Hash,
    /// Lines on which a statement begins that no linked test reached; `None` when it was not measured.
    pub unreached: Option<Vec<u32>>,
    /// On how many lines of the range a statement begins; 0 in journals of earlier versions.
    #[serde(default)]
    pub statements: usize,
    /// The product is one that is started and asked, and the range ran in the tests' own program only.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub inside: bool,
    pub evidence: EvidenceId,
}

impl Coverage {
    /// What stands for these tests as they are, in any order.
    #[must_use]
    pub fn tests<'a>(tests: impl IntoIterator<Item = &'a TestRef>) -> Hash {
        let mut tests: Vec<(&str, &str)> =
            tests.into_iter().map(|test| (test.test.as_str(), test.sha256.as_str())).collect();
        tests.sort_unstable();
        tests.dedup();
        Hash::of_parts(tests.iter().flat_map(|(name, sha256)| [name.as_bytes(), sha256.as_bytes()]))
    }

    /// No linked test runs any of the range. One that notices all the same that it is gone has read it as a text, or looked
    /// whether it is there.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.statements > 0 && self.unreached.as_ref().is_some_and(|lines| lines.len() >= self.statements)
    }

    /// The range has statements, and it could not be seen whether a linked test runs any of them: with marks in the source,
    /// which change nothing that a program does, one failed or gave no result.
    #[must_use]
    pub fn is_unseen(&self) -> bool {
        self.statements > 0 && self.unreached.is_none()
    }

    /// It says how the range is run.
    #[must_use]
    pub fn says_where(&self) -> bool {
        self.statements > 0 && !self.is_idle() && !self.is_unseen()
    }

    /// True when it is about this range as it is and the tests that `tests` stands for.
    #[must_use]
    pub fn is_of(&self, range: &CodeRange, tests: &Hash) -> bool {
        self.clause == range.clause
            && self.path == range.path
            && self.lines == range.lines
            && self.file_sha256 == range.sha256
            && self.tests == *tests
    }
}

/// The recorded search that an exclusion is proven by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExclusionSearch {
    pub clause: ClauseId,
    pub terms: Vec<String>,
    /// `path:line` of each hit; empty proves the exclusion.
    pub hits: Vec<Clean>,
    /// What was searched: code, API description, pages.
    pub searched: Vec<Clean>,
    pub evidence: EvidenceId,
    /// Its words hit, and who chose them has chosen others since: no proof stands beside them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub given_up: bool,
}
