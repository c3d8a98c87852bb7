//! Head hashes kept outside the project, in the user's state directory: a journal that was rewritten or cut, even with a
//! perfect chain, no longer contains the record that is remembered here. Tamper-*evident*, not tamper-proof: who can
//! write both places can forge both.

use super::{
    blobs::write_atomically,
    journal::{Head, Link, hex},
};
use crate::domain::Hash;
use serde::{Deserialize, Serialize};
use std::{
    fs::{self, File, OpenOptions},
    os::unix::fs::{FileExt, MetadataExt},
    path::{Path, PathBuf},
    time::SystemTime,
};

/// What is remembered takes a multiple of this, so that a head after it has the same length.
const BLOCK: usize = 512;

/// What is remembered of one project folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remembered {
    pub dir: PathBuf,
    /// Link of the first record.
    pub genesis: String,
    /// The last synced record seen, and its link.
    pub seq: u64,
    pub link: String,
    /// Mismatches found when the project was opened for writing; they stay on record.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub breaks: Vec<String>,
}

/// The file of one project folder.
#[derive(Debug)]
pub struct Heads {
    file: PathBuf,
    dir: PathBuf,
    /// The file, once it was written, and its length.
    open: Option<(File, usize)>,
}

impl Heads {
    /// `state`: the user's state directory for G1. `dir`: the project's folder; `None` when it has no real path.
    #[must_use]
    pub fn of(state: &Path, dir: &Path) -> Option<Self> {
        let dir = fs::canonicalize(dir).ok()?;
        let name = Hash::of(dir.as_os_str().as_encoded_bytes());
        Some(Self { file: state.join("heads").join(format!("{}.json", &name.as_str()[..32])), dir, open: None })
    }

    #[must_use]
    pub fn load(&self) -> Option<Remembered> {
        serde_json::from_slice(&fs::read(&self.file).ok()?).ok()
    }

    /// Remembers `head`. Failing to is not an error: the project works without, and `verify` then says that nothing is
    /// remembered.
    ///
    /// It happens with every barrier, so a file that is open already is written over in place: one write of the same
    /// length within a block, of which a reader sees all or nothing.
    pub fn store(&mut self, genesis: &Link, head: &Head, breaks: Vec<String>) {
        let remembered =
            Remembered { dir: self.dir.clone(), genesis: hex(genesis), seq: head.seq, link: head.hex(), breaks };
        let Ok(mut json) = serde_json::to_vec(&remembered) else { return };
        json.resize(json.len().next_multiple_of(BLOCK), b' ');
        let there = |file: &File| file.metadata().is_ok_and(|meta| meta.nlink() > 0);
        if let Some((file, length)) = &self.open
            && *length == json.len()
            && there(file)
            && file.write_all_at(&json, 0).is_ok()
        {
            return;
        }
        self.open = None;
        let Some(parent) = self.file.parent() else { return };
        if fs::create_dir_all(parent).is_ok() && write_atomically(&self.file, &json, false).is_ok() {
            self.open = OpenOptions::new().write(true).open(&self.file).ok().map(|file| (file, json.len()));
        }
    }
}

impl Remembered {
    /// Compares with a journal's links (the first is that of record 1). `None` when they agree.
    #[must_use]
    pub fn mismatch(&self, links: &[Link]) -> Option<String> {
        if links.first().map(hex).is_some_and(|first| first != self.genesis) {
            return Some(
                "the journal is not the one this machine remembers for this folder: it was replaced".to_owned(),
            );
        }
        let at = usize::try_from(self.seq).unwrap_or(usize::MAX);
        if links.len() < at {
            return Some(format!(
                "the journal ends at record {}, but this machine remembers record {}: its end was cut off",
                links.len(),
                self.seq
            ));
        }
        let there = at.checked_sub(1).and_then(|i| links.get(i)).map(hex);
        (there.as_deref() != Some(self.link.as_str()) && at > 0).then(|| {
            format!(
                "record {} is not the one this machine remembers: the journal was rewritten at or before it",
                self.seq
            )
        })
    }
}

/// Everything that is remembered, what was worked on last first.
#[must_use]
pub fn all(state: &Path) -> Vec<Remembered> {
    let Ok(entries) = fs::read_dir(state.join("heads")) else { return Vec::new() };
    let read = |path: PathBuf| serde_json::from_slice(&fs::read(path).ok()?).ok();
    let when = |entry: &fs::DirEntry| entry.metadata().and_then(|meta| meta.modified()).ok();
    let mut all: Vec<(Option<SystemTime>, Remembered)> =
        entries.flatten().filter_map(|e| Some((when(&e), read(e.path())?))).collect();
    all.sort_by(|(one, a), (other, b)| other.cmp(one).then_with(|| a.dir.cmp(&b.dir)));
    all.into_iter().map(|(_, remembered)| remembered).collect()
}
