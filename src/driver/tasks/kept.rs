//! Files of the workspace that a person has changed and a step writes anew.

use super::{Services, TaskError};
use crate::{
    domain::{Clean, Hash, artifact::FileEntry, run::Run},
    workspace::{count_lines, merge},
};
use std::collections::BTreeMap;

/// A file and what it is to hold.
type Content = (FileEntry, Vec<u8>);

/// Writes so that what a person changed stays: nothing where the step leaves the file as it was, and both changes where
/// they are in other lines. What cannot be had so the workspace refuses again. Gives what was written.
///
/// What G1 tests and proves stays its own version.
pub(super) fn write_beside(
    known: &Run,
    contents: Vec<Content>,
    services: &Services,
) -> Result<Vec<Content>, TaskError> {
    let (mut written, mut theirs) = (Vec::with_capacity(contents.len()), BTreeMap::new());
    for (entry, bytes) in contents {
        let there = services.workspace.read(&entry.path).ok();
        let changed = there.as_deref().map(Hash::of).zip(known.files.get(&entry.path));
        let changed = changed.filter(|(hash, was)| *hash != was.sha256 && *hash != entry.sha256);
        match (there, changed) {
            (Some(_), Some((_, was))) if was.sha256 == entry.sha256 => {}
            (Some(there), Some((hash, was))) => {
                let base = services.blobs.get(&was.sha256)?;
                let merged = merge::merged(&there, &base, &bytes)
                    .map_err(|error| TaskError::Failed(Clean::from(error.to_string())))?;
                written.push(match merged {
                    Some(merged) => {
                        theirs.insert(entry.path.clone(), hash);
                        (holding(entry, &merged), merged)
                    }
                    None => (entry, bytes),
                });
            }
            _ => written.push((entry, bytes)),
        }
    }
    let known_there = |path: &str, there: &[u8]| {
        let there = Hash::of(there);
        known.files.get(path).is_some_and(|file| file.sha256 == there) || theirs.get(path) == Some(&there)
    };
    services.workspace.write(&written, &known_there)?;
    Ok(written)
}

fn holding(entry: FileEntry, bytes: &[u8]) -> FileEntry {
    FileEntry { sha256: Hash::of(bytes), bytes: bytes.len() as u64, lines: count_lines(bytes), ..entry }
}
