//! Artifacts and workspace files with their provenance.

use super::{ClauseId, Clean, Hash, PersonaId, StepId, run::Run};
use serde::{Deserialize, Serialize};

/// The path of the manifest in a workspace.
pub const MANIFEST: &str = "g1.toml";

/// A design document a step produced; its content is the blob `hash`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Artifact {
    /// `solution`, `technical`, `api`, `database`…; unique, the newest wins.
    pub name: Clean,
    pub hash: Hash,
    pub bytes: u64,
    pub by: PersonaId,
    pub step: StepId,
    pub clauses: Vec<ClauseId>,
}

/// A file of the workspace; its content is the blob `sha256`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Relative, forward slashes.
    pub path: String,
    pub sha256: Hash,
    pub bytes: u64,
    pub lines: u32,
    #[serde(default)]
    pub executable: bool,
    /// The step that wrote it last.
    pub step: StepId,
}

/// Lines of one file that implement one clause, resolved to a range (from 1, inclusive).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CodeRange {
    pub clause: ClauseId,
    pub path: String,
    pub lines: (u32, u32),
    /// Hash of the file the range was resolved in; another hash means stale.
    pub sha256: Hash,
    /// The step that declared it, which need not be the one that wrote the file last. `None` in a proposal: the step whose
    /// result it is part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<StepId>,
}

impl Run {
    /// The step that declared a link. Earlier versions did not write it down: then the one that wrote the file.
    #[must_use]
    pub fn step_of<'a>(&'a self, link: &'a CodeRange) -> Option<&'a StepId> {
        link.step.as_ref().or_else(|| self.files.get(&link.path).map(|file| &file.step))
    }
}

/// A test that checks one clause.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TestRef {
    pub clause: ClauseId,
    pub test: String,
    /// The file that holds it, and its hash when it was declared.
    pub path: String,
    pub sha256: Hash,
    pub measures: bool,
    /// What its author says that it shows of the clause; empty in journals of earlier versions.
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub shows: Clean,
}

/// A content-addressed tree: the manifest of tracked files, sorted by path.
#[must_use]
pub fn tree_hash<'a>(files: impl IntoIterator<Item = &'a FileEntry>) -> Hash {
    let mut files: Vec<_> = files.into_iter().collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let lines: Vec<String> =
        files.iter().map(|f| format!("{}\0{}\0{}", f.path, u8::from(f.executable), f.sha256)).collect();
    Hash::of_parts(lines.iter().map(String::as_bytes))
}
