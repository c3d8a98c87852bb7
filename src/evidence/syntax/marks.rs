//! Marks in a copy of the source: a call before each statement of the linked ranges, which says at run time that it was
//! come by. One mark a line: of several statements that begin on a line the first stands for it.

use super::outline::Edit;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Where marks are told, as the marked copy names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// What defines the mark, where a module has to load it.
    pub aid: String,
    /// The file that says which test is running.
    pub now: String,
    /// The file that what was reached is added to.
    pub reached: String,
}

/// What is marked in one file, `file` being its number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    pub file: u32,
    pub ranges: Vec<(u32, u32)>,
    pub place: Place,
    /// By name; Rust: those whose beginning is told. Elsewhere any says that the file holds tests.
    pub tests: Vec<String>,
}

/// Edits that put the marks in, and the lines that have one.
pub struct Marker<'w> {
    wanted: &'w Wanted,
    starts: Vec<usize>,
    lines: BTreeSet<u32>,
    pub edits: Vec<Edit>,
}

impl<'w> Marker<'w> {
    pub fn new(text: &str, wanted: &'w Wanted) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        Self { wanted, starts: std::iter::once(0).chain(ends).collect(), lines: BTreeSet::new(), edits: vec![] }
    }

    /// The line of what begins at this byte, when it is to be marked and no statement has marked it yet.
    pub fn line(&mut self, at: usize) -> Option<u32> {
        let line = u32::try_from(self.starts.partition_point(|start| *start <= at)).unwrap_or(u32::MAX);
        let wanted = self.wanted.ranges.iter().any(|(first, last)| (*first..=*last).contains(&line));
        (wanted && self.lines.insert(line)).then_some(line)
    }

    pub fn file(&self) -> u32 {
        self.wanted.file
    }

    pub fn insert(&mut self, at: usize, text: impl Into<String>) {
        self.edits.push(Edit::new(at, at, text));
    }

    pub fn finish(self) -> (Vec<Edit>, Vec<u32>) {
        (self.edits, self.lines.into_iter().collect())
    }
}
