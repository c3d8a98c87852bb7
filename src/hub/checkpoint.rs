//! `.g1/checkpoint`: the fold up to some record, so that a long project opens at once. Never trusted: it counts only if
//! its own checksum is right and the journal still holds exactly the record it was taken at.

use super::{HubError, blobs::write_atomically, journal, journal::Head};
use sha2::{Digest, Sha256};
use std::{fs, path::Path};

const MAGIC: &[u8; 8] = b"G1CKPT\n\x01";
const HEADER: usize = 8 + 8 + 8 + 8 + 32 + 32;

/// # Errors
/// The disk refuses. Losing a checkpoint costs time only, so it is not synced.
pub fn write(path: &Path, head: &Head, fold: &[u8]) -> Result<(), HubError> {
    let mut bytes = Vec::with_capacity(HEADER + fold.len());
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&head.seq.to_le_bytes());
    bytes.extend_from_slice(&head.start.to_le_bytes());
    bytes.extend_from_slice(&head.end.to_le_bytes());
    bytes.extend_from_slice(&head.link);
    bytes.extend_from_slice(&checksum(&bytes, fold));
    bytes.extend_from_slice(fold);
    write_atomically(path, &bytes, false)
}

/// The checkpoint, if it is whole and fits the journal.
#[must_use]
pub fn load(path: &Path, journal_path: &Path) -> Option<(Head, Vec<u8>)> {
    let mut bytes = fs::read(path).ok()?;
    if bytes.len() < HEADER || bytes.get(..8)? != MAGIC {
        return None;
    }
    let number = |at: usize| Some(u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?));
    let head =
        Head { seq: number(8)?, start: number(16)?, end: number(24)?, link: bytes.get(32..64)?.try_into().ok()? };
    if checksum(&bytes[..64], &bytes[HEADER..]) != bytes[64..HEADER] {
        return None;
    }
    if !journal::matches(journal_path, &head) {
        return None;
    }
    Some((head, bytes.split_off(HEADER)))
}

fn checksum(header: &[u8], fold: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(header).chain_update(fold).finalize().into()
}
