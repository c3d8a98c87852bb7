//! The bytes of one journal record.
//!
//! ```text
//! length  u32 LE   of the payload
//! crc32   u32 LE   over length, seq, prev and payload
//! seq     u64 LE   from 1, without gaps
//! prev    [u8; 32] sha256 of the record before (of the file's magic for the first)
//! payload          JSON of the envelope
//! ```

use crate::domain::event::Envelope;
use sha2::{Digest, Sha256};

/// First bytes of a journal; the last one is the format's version.
pub(super) const MAGIC: &[u8; 8] = b"G1JRNL\n\x01";
pub(super) const HEADER: usize = 4 + 4 + 8 + 32;
/// Larger than any event can be: a 10 MB requirement cut into clauses stays below it.
const MAX_PAYLOAD: usize = 256 << 20;

/// A link of the chain.
pub type Link = [u8; 32];

pub(super) fn first_link() -> Link {
    Sha256::digest(MAGIC).into()
}

fn checksum(len: &[u8], rest: &[u8]) -> u32 {
    let mut crc = crc32fast::Hasher::new();
    crc.update(len);
    crc.update(rest);
    crc.finalize()
}

/// Appends a record to `out` and returns its link.
pub(super) fn encode(seq: u64, prev: &Link, payload: &[u8], out: &mut Vec<u8>) -> Link {
    let start = out.len();
    let len = u32::try_from(payload.len()).unwrap_or(u32::MAX).to_le_bytes();
    out.extend_from_slice(&len);
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(&seq.to_le_bytes());
    out.extend_from_slice(prev);
    out.extend_from_slice(payload);
    let crc = checksum(&len, &out[start + 8..]);
    out[start + 4..start + 8].copy_from_slice(&crc.to_le_bytes());
    Sha256::digest(&out[start + 8..]).into()
}

/// A record whose checksum is right.
#[derive(Debug, Clone, Copy)]
pub(super) struct Raw<'a> {
    pub seq: u64,
    pub prev: Link,
    pub payload: &'a [u8],
    pub link: Link,
    /// Bytes it takes.
    pub len: usize,
}

/// The record that starts at the beginning of `bytes`, if one does.
pub(super) fn decode(bytes: &[u8]) -> Option<Raw<'_>> {
    let len_bytes: [u8; 4] = bytes.get(..4)?.try_into().ok()?;
    let len = u32::from_le_bytes(len_bytes) as usize;
    if len == 0 || len > MAX_PAYLOAD {
        return None;
    }
    let crc = u32::from_le_bytes(bytes.get(4..8)?.try_into().ok()?);
    let rest = bytes.get(8..HEADER + len)?;
    if checksum(&len_bytes, rest) != crc {
        return None;
    }
    Some(Raw {
        seq: u64::from_le_bytes(rest[..8].try_into().ok()?),
        prev: rest[8..40].try_into().ok()?,
        payload: &rest[40..],
        link: Sha256::digest(rest).into(),
        len: HEADER + len,
    })
}

/// Whether a valid record starts anywhere in `bytes`. Only plausible headers are checksummed, so this is close to linear.
pub(super) fn any_valid(bytes: &[u8], after_seq: u64) -> bool {
    let plausible = |window: &[u8]| {
        let seq = window.get(8..16).and_then(|b| b.try_into().ok()).map(u64::from_le_bytes);
        seq.is_some_and(|seq| seq > after_seq && seq - after_seq < 1 << 32)
    };
    (0..bytes.len().saturating_sub(HEADER)).any(|at| plausible(&bytes[at..]) && decode(&bytes[at..]).is_some())
}

/// Only the version, to name a newer writer before its vocabulary fails to parse.
#[derive(serde::Deserialize)]
pub(super) struct Version {
    pub v: u16,
}

pub(super) fn payload(envelope: &Envelope) -> Vec<u8> {
    // Plain data with string keys: serialising to memory cannot fail.
    serde_json::to_vec(envelope).unwrap_or_default()
}
