//! Software that was there before the run, and that the run changes.

use super::{Clean, Hash, StepId, artifact::FileEntry, run::Run};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Who wrote files that no step has written.
pub const STEP: &str = "existing";

/// The software as it was when the run began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Existing {
    /// By path. What is hidden, ignored or no plain file is left alone, and left out here.
    pub files: BTreeMap<String, FileEntry>,
    /// The blob of the list of its files with what each holds, a line a file.
    pub outline: Hash,
    /// The branch that the work goes onto, and the commit it begins at; none where there is no repository.
    pub branch: Option<(Clean, Clean)>,
}

impl Run {
    /// The files that a step works on: those of the steps before it, over the software that was there before.
    pub fn files_after(&self, before: impl Fn(&StepId) -> bool) -> Vec<&FileEntry> {
        let there = self.existing.iter().flat_map(|existing| existing.files.values());
        let written = self.files.values().filter(|file| before(&file.step));
        let files: BTreeMap<&str, &FileEntry> = there.chain(written).map(|file| (file.path.as_str(), file)).collect();
        files.into_values().collect()
    }

    /// Where no step writes a file any more that was there before, it is what it was then.
    pub fn restore_existing(&mut self) {
        for (path, file) in self.existing.iter().flat_map(|existing| &existing.files) {
            self.files.entry(path.clone()).or_insert_with(|| file.clone());
        }
    }
}
