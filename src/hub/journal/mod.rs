//! The journal: append-only, checksummed, hash-chained. The truth of a run and its audit log.
//!
//! A tail is *torn* only if no valid record follows it (a crash during an append): it is moved aside and reported. Anything
//! else that does not check is *damage* and is named with its sequence number and offset; nothing is changed then.

mod record;
#[cfg(test)]
mod tests;

use super::HubError;
use crate::domain::event::{EVENT_VERSION, Envelope};
pub use record::Link;
use record::{HEADER, MAGIC, Version};
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

/// Where the journal ends: what the next record is chained to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Of the last record; 0 when there is none.
    pub seq: u64,
    pub link: Link,
    /// Offset at which the last record starts, and at which it ends.
    pub start: u64,
    pub end: u64,
}

impl Head {
    fn empty() -> Self {
        let end = MAGIC.len() as u64;
        Self { seq: 0, link: record::first_link(), start: end, end }
    }
    /// The link as people see it.
    #[must_use]
    pub fn hex(&self) -> String {
        hex(&self.link)
    }
}

pub(super) fn hex(link: &Link) -> String {
    use std::fmt::Write;
    link.iter().fold(String::with_capacity(64), |mut s, b| {
        let _ = write!(s, "{b:02x}");
        s
    })
}

/// What a scan found.
#[derive(Debug)]
pub struct Scan {
    pub envelopes: Vec<Envelope>,
    /// The link of every envelope, in the same order.
    pub links: Vec<Link>,
    /// The offset at which each of them ends in the file.
    pub ends: Vec<u64>,
    pub head: Head,
    /// Bytes after the head that are no record: a torn tail.
    pub torn: u64,
}

/// Reads the journal after `from` (`None`: from the beginning).
///
/// # Errors
/// Damage that is not a torn tail, or a record of a newer version.
pub fn scan(path: &Path, from: Option<Head>) -> Result<Scan, HubError> {
    let mut file = File::open(path).map_err(HubError::io("cannot open", path))?;
    let mut bytes = Vec::new();
    let mut head = Head::empty();
    if let Some(from) = from {
        head = from;
        file.seek(SeekFrom::Start(from.end)).map_err(HubError::io("cannot read", path))?;
    }
    let base = if from.is_some() { head.end } else { 0 };
    file.read_to_end(&mut bytes).map_err(HubError::io("cannot read", path))?;
    if from.is_none() {
        match bytes.get(..MAGIC.len()) {
            Some(magic) if magic == MAGIC => {}
            _ => return Err(HubError::Damaged { seq: 0, offset: 0, what: "it does not begin as a G1 journal" }),
        }
    }
    scan_bytes(&bytes, base, head)
}

fn scan_bytes(bytes: &[u8], base: u64, mut head: Head) -> Result<Scan, HubError> {
    let (mut envelopes, mut links, mut ends) = (Vec::new(), Vec::new(), Vec::new());
    let mut torn = 0;
    loop {
        let at = usize::try_from(head.end - base).unwrap_or(usize::MAX);
        let rest = bytes.get(at..).unwrap_or_default();
        if rest.is_empty() {
            break;
        }
        let damaged = |what| HubError::Damaged { seq: head.seq + 1, offset: head.end, what };
        let Some(raw) = record::decode(rest) else {
            if record::any_valid(&rest[1..], head.seq) {
                return Err(damaged("its checksum is wrong"));
            }
            torn = rest.len() as u64;
            break;
        };
        if raw.seq != head.seq + 1 {
            return Err(damaged("its number is out of order"));
        }
        if raw.prev != head.link {
            return Err(damaged("it is not chained to the record before it"));
        }
        if let Ok(Version { v }) = serde_json::from_slice(raw.payload)
            && v > EVENT_VERSION
        {
            return Err(HubError::Newer { seq: raw.seq, version: v });
        }
        let envelope: Envelope =
            serde_json::from_slice(raw.payload).map_err(|_| damaged("it is no event that this g1 knows"))?;
        if envelope.seq != raw.seq {
            return Err(damaged("its number is out of order"));
        }
        envelopes.push(envelope);
        links.push(raw.link);
        head = Head { seq: raw.seq, link: raw.link, start: head.end, end: head.end + raw.len as u64 };
        ends.push(head.end);
    }
    Ok(Scan { envelopes, links, ends, head, torn })
}

/// The record that starts at `start`, if it is the one `head` describes: how a checkpoint is matched with its journal.
#[must_use]
pub fn matches(path: &Path, head: &Head) -> bool {
    let read = || -> io::Result<Vec<u8>> {
        let mut file = File::open(path)?;
        if head.start < MAGIC.len() as u64 || head.end <= head.start || file.metadata()?.len() < head.end {
            return Err(io::ErrorKind::InvalidData.into());
        }
        file.seek(SeekFrom::Start(head.start))?;
        let mut bytes = Vec::new();
        file.take(head.end - head.start).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    read().is_ok_and(|bytes| {
        record::decode(&bytes).is_some_and(|raw| raw.seq == head.seq && raw.link == head.link && raw.len == bytes.len())
    })
}

/// The link of the first record.
#[must_use]
pub fn first(path: &Path) -> Option<Link> {
    let mut file = File::open(path).ok()?;
    let mut bytes = vec![0; MAGIC.len() + 4];
    file.read_exact(&mut bytes).ok()?;
    let len = u32::from_le_bytes(bytes.get(MAGIC.len()..)?.try_into().ok()?);
    file.take(HEADER as u64 + u64::from(len)).read_to_end(&mut bytes).ok()?;
    record::decode(&bytes[MAGIC.len()..]).map(|raw| raw.link)
}

/// The journal, open for appending by its one writer.
#[derive(Debug)]
pub struct Journal {
    file: File,
    path: PathBuf,
    head: Head,
    /// Bytes written and not yet synced.
    unsynced: bool,
    poisoned: bool,
}

impl Journal {
    /// A new, empty journal; not yet durable.
    ///
    /// # Errors
    /// It exists, or the disk refuses.
    pub fn create(path: &Path) -> Result<Self, HubError> {
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .open(path)
            .map_err(HubError::io("cannot create", path))?;
        file.write_all(MAGIC).map_err(HubError::io("cannot write", path))?;
        Ok(Self { file, path: path.to_owned(), head: Head::empty(), unsynced: true, poisoned: false })
    }

    /// A new journal that begins with the records of `source` up to the one that ends at `end`, byte for byte, so that
    /// their chain holds here too; not yet durable.
    ///
    /// # Errors
    /// It exists, `source` is damaged up to there, or the disk refuses.
    pub fn copy(path: &Path, source: &Path, end: u64) -> Result<Self, HubError> {
        let mut bytes = Vec::new();
        let from = File::open(source).map_err(HubError::io("cannot open", source))?;
        from.take(end).read_to_end(&mut bytes).map_err(HubError::io("cannot read", source))?;
        let records = bytes.get(MAGIC.len()..).unwrap_or_default();
        let scan = scan_bytes(records, MAGIC.len() as u64, Head::empty())?;
        let mut journal = Self::create(path)?;
        journal.file.write_all(records).map_err(HubError::io("cannot write", path))?;
        journal.head = scan.head;
        Ok(journal)
    }

    /// Its folder was renamed: errors name the place where it is now.
    pub fn moved(&mut self, path: &Path) {
        path.clone_into(&mut self.path);
    }

    /// Opens for appending after `scan`; a torn tail is moved to `journal.torn-<offset>` first. Returns that path.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn open(path: &Path, scan: &Scan) -> Result<(Self, Option<PathBuf>), HubError> {
        let mut file =
            OpenOptions::new().read(true).write(true).open(path).map_err(HubError::io("cannot open", path))?;
        let head = scan.head;
        let mut aside = None;
        if scan.torn > 0 {
            let target = path.with_extension(format!("torn-{}", head.end));
            let mut bytes = Vec::new();
            let mut cut = || -> io::Result<()> {
                file.seek(SeekFrom::Start(head.end))?;
                file.read_to_end(&mut bytes)?;
                fs::write(&target, &bytes)?;
                File::open(&target)?.sync_all()?;
                file.set_len(head.end)?;
                file.sync_data()
            };
            cut().map_err(HubError::io("cannot set a torn tail aside at", &target))?;
            aside = Some(target);
        }
        file.seek(SeekFrom::Start(head.end)).map_err(HubError::io("cannot read", path))?;
        Ok((Self { file, path: path.to_owned(), head, unsynced: false, poisoned: false }, aside))
    }

    #[must_use]
    pub fn head(&self) -> Head {
        self.head
    }

    /// Appends in one write. The envelopes carry the sequence numbers after the head. `barrier`: durable before this
    /// returns; else durable with the next barrier or [`Journal::sync`] (group commit).
    ///
    /// # Errors
    /// The disk refuses. What was written of these records is taken back; when that fails too, the journal is poisoned.
    pub fn append(&mut self, envelopes: &[Envelope], barrier: bool) -> Result<(), HubError> {
        if self.poisoned {
            return Err(HubError::Poisoned);
        }
        let mut bytes = Vec::new();
        let mut head = self.head;
        for envelope in envelopes {
            debug_assert_eq!(envelope.seq, head.seq + 1);
            let before = bytes.len() as u64;
            let link = record::encode(envelope.seq, &head.link, &record::payload(envelope), &mut bytes);
            let start = self.head.end + before;
            head = Head { seq: envelope.seq, link, start, end: self.head.end + bytes.len() as u64 };
        }
        if let Err(e) = self.file.write_all(&bytes) {
            let back = self.file.set_len(self.head.end).and_then(|()| self.file.seek(SeekFrom::Start(self.head.end)));
            self.poisoned = back.is_err();
            return Err(HubError::io("cannot write", &self.path)(e));
        }
        self.head = head;
        self.unsynced = true;
        if barrier { self.sync() } else { Ok(()) }
    }

    /// Makes everything appended so far durable.
    ///
    /// # Errors
    /// The disk refuses; after a failed sync nobody knows what it holds, so the journal is poisoned.
    pub fn sync(&mut self) -> Result<(), HubError> {
        if self.poisoned {
            return Err(HubError::Poisoned);
        }
        if !self.unsynced {
            return Ok(());
        }
        self.file.sync_data().map_err(|e| {
            self.poisoned = true;
            HubError::io("cannot sync", &self.path)(e)
        })?;
        self.unsynced = false;
        Ok(())
    }
}

/// The smallest journal there can be; a shorter file is damaged.
pub const MIN_LEN: u64 = MAGIC.len() as u64;
