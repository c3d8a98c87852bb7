//! What G1 ran, as the hub puts it into a pack, and the words in which a persona reads it.

use crate::domain::{ClauseId, Clean, evidence::SandboxLevel};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

/// A test suite, or a start of the product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ran {
    pub argv: Vec<String>,
    /// `None` when it was killed.
    pub exit: Option<i32>,
    pub passed: usize,
    pub failed: Vec<String>,
    pub skipped: Vec<String>,
    /// Those that passed.
    pub tests: Vec<String>,
    pub sandbox: SandboxLevel,
    pub note: Option<Clean>,
}

/// A search for what is excluded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Searched {
    /// The words looked for, by the clause that excludes them.
    pub terms: BTreeMap<ClauseId, Vec<String>>,
    /// Where, each with how much there was of it.
    pub searched: BTreeSet<String>,
    /// What was found of each clause.
    pub note: Option<Clean>,
}

impl Ran {
    /// The command, how it ended and what became of its tests.
    #[must_use]
    pub fn words(&self) -> String {
        let exit = self.exit.map_or("killed".to_owned(), |status| format!("exit {status}"));
        let mut text = format!("`{}` in sandbox {:?}: {exit}", self.argv.join(" "), self.sandbox);
        for (outcome, tests) in [("passed", &self.tests), ("failed", &self.failed), ("skipped", &self.skipped)] {
            if !tests.is_empty() {
                let _ = write!(text, "\n{} {outcome}: {}", tests.len(), names(tests.iter().map(String::as_str)));
            }
        }
        text + &noted(self.note.as_ref())
    }
}

impl Searched {
    /// What was looked for, where, and what was found.
    #[must_use]
    pub fn words(&self) -> String {
        let terms = self.terms.iter().map(|(clause, terms)| format!("{clause} by {}", terms.join(", ")));
        let places: Vec<&str> = self.searched.iter().map(String::as_str).collect();
        let note = noted(self.note.as_ref());
        format!("{}\nin {}{note}", terms.collect::<Vec<_>>().join("; "), places.join(", "))
    }
}

fn noted(note: Option<&Clean>) -> String {
    note.map(|note| format!("\n{note}")).unwrap_or_default()
}

/// A name that begins like the one before it by its last part, `.test_c` after `tests.test_a.T.test_b`; `before` is the
/// beginning of that one, and then of this.
pub fn told<'a>(test: &'a str, before: &mut &'a str) -> &'a str {
    let (group, name) = test.split_at(test.rfind(['.', ':', '>']).unwrap_or(0));
    let same = !group.is_empty() && group == std::mem::replace(before, group);
    if same { name } else { test }
}

/// Names in a row, as [`told`]: `tests.test_a.T.test_b, .test_c`.
pub fn names<'a>(tests: impl Iterator<Item = &'a str>) -> String {
    let mut before = "";
    tests.map(|test| told(test, &mut before)).collect::<Vec<_>>().join(", ")
}
