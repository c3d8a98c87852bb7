//! Files of the workspace that a person has changed and a step writes anew.

use super::{Services, TaskError};
use crate::{
    domain::{Clean, Hash, artifact::FileEntry, run::Run},
    workspace::{count_lines, merge},
};
use std::collections::BTreeMap;

/// A file and what it is to hold.
type Content = (FileEntry, Vec<u8>);

/// What is to be written so that what a person changed stays: nothing where the step leaves the file as it was, and both
/// changes where they are in other lines. Beside it the contents of theirs that this replaces. What cannot be had so is
/// left as it is given, for the workspace to refuse.
///
/// What G1 tests and proves stays its own version.
pub(super) fn beside_a_persons(
    known: &Run,
    contents: Vec<Content>,
    services: &Services,
) -> Result<(Vec<Content>, BTreeMap<String, Hash>), TaskError> {
    let (mut written, mut theirs) = (Vec::with_capacity(contents.len()), BTreeMap::new());
    for (entry, bytes) in contents {
        let there = services.workspace.read(&entry.path).ok();
        let (Some(there), Some(was)) = (there, known.files.get(&entry.path)) else {
            written.push((entry, bytes));
            continue;
        };
        let hash = Hash::of(&there);
        if hash == was.sha256 || hash == entry.sha256 {
            written.push((entry, bytes));
        } else if entry.sha256 != was.sha256 {
            let base = services.blobs.get(&was.sha256)?;
            let merged = merge::merged(&there, &base, &bytes)
                .map_err(|error| TaskError::Failed(Clean::from(error.to_string())))?;
            match merged {
                Some(merged) => {
                    theirs.insert(entry.path.clone(), hash);
                    written.push((holding(entry, &merged), merged));
                }
                None => written.push((entry, bytes)),
            }
        }
    }
    Ok((written, theirs))
}

fn holding(entry: FileEntry, bytes: &[u8]) -> FileEntry {
    FileEntry { sha256: Hash::of(bytes), bytes: bytes.len() as u64, lines: count_lines(bytes), ..entry }
}
