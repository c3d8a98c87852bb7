//! A project on disk: `.g1/`, its one writer and its many readers.

use super::{
    Blobs, HubError, blobs, checkpoint,
    heads::Heads,
    journal::{self, Head, Journal, Link, Scan},
};
use crate::{
    config::dirs,
    domain::{
        Clean, Hash,
        event::{EVENT_VERSION, Envelope, Event},
    },
};
use jiff::Timestamp;
use std::{
    collections::BTreeSet,
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read, Seek, Write},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// The folder inside a project's folder that holds everything of G1's own.
pub const FOLDER: &str = ".g1";
const NEW_PREFIX: &str = ".g1.new-";
/// So long at most lies between making such a folder and locking it.
const FRESH: Duration = Duration::from_secs(10);
/// Everything in `.g1` stays out of a repository around the project.
const GITIGNORE: &str = "*\n";
/// Group commit: this many unsynced bytes at most before the journal is synced without being asked to.
const GROUP_BYTES: usize = 1 << 20;

/// A lock held for longer than this is a writer's.
const LOOK: Duration = Duration::from_millis(200);

/// What the journal says.
#[derive(Debug)]
pub struct Opened {
    /// The newest checkpoint that fits the journal: the sequence number it was taken at, and the fold.
    pub checkpoint: Option<(u64, Vec<u8>)>,
    /// The records after the checkpoint, or all.
    pub tail: Vec<Envelope>,
    /// What had to be put right on opening, for people.
    pub recovery: Option<Clean>,
}

/// A project, open for writing. The lock dies with the process.
#[derive(Debug)]
pub struct Project {
    dir: PathBuf,
    journal: Journal,
    blobs: Blobs,
    heads: Option<Heads>,
    genesis: Link,
    breaks: Vec<String>,
    ungrouped: usize,
    _lock: File,
}

fn state_dir() -> PathBuf {
    // Unit tests must not write into the home of whoever runs them.
    if cfg!(test) { std::env::temp_dir().join("g1-unit-tests-state") } else { dirs::state() }
}

impl Project {
    /// Makes `dir` a project: `.g1` appears by rename, whole, with `contents` (the requirement, and what else `first`
    /// names) stored and `first` journalled and synced.
    ///
    /// # Errors
    /// There is a project already, or the disk refuses.
    pub fn create(
        dir: &Path,
        contents: &[&[u8]],
        first: &[Event],
        at: Timestamp,
    ) -> Result<(Self, Vec<Envelope>), HubError> {
        Self::create_with(dir, contents, first, at, Some(&state_dir()))
    }

    /// The same with the place where its head is remembered; `None`: nowhere.
    ///
    /// # Errors
    /// As [`Project::create`].
    pub fn create_with(
        dir: &Path,
        contents: &[&[u8]],
        first: &[Event],
        at: Timestamp,
        state: Option<&Path>,
    ) -> Result<(Self, Vec<Envelope>), HubError> {
        let fill = |new: &Path| {
            let blobs = Blobs::at(&new.join("blobs"));
            blobs.put_all(contents)?;
            Journal::create(&new.join("journal"))
        };
        Self::appear(dir, &fill, first, at, state)
    }

    /// Makes `dir` a project that begins with the records of the one in `source` up to the one that ends at `end`, and
    /// goes its own way with `first`. `blobs` are what those records name.
    ///
    /// # Errors
    /// There is a project already, something of the source is missing or damaged, or the disk refuses.
    pub fn fork(
        dir: &Path,
        source: &Path,
        end: u64,
        blobs: &BTreeSet<Hash>,
        first: &[Event],
        at: Timestamp,
    ) -> Result<(Self, Vec<Envelope>), HubError> {
        let fill = |new: &Path| {
            let (from, to) = (blobs_of(source), Blobs::at(&new.join("blobs")));
            to.try_put_all(blobs.iter().map(|hash| from.get(hash)))?;
            for own in ["config.toml", "personas"] {
                let path = source.join(FOLDER).join(own);
                copy_plain(&path, &new.join(own)).map_err(HubError::io("cannot copy", path))?;
            }
            Journal::copy(&new.join("journal"), &source.join(FOLDER).join("journal"), end)
        };
        Self::appear(dir, &fill, first, at, Some(&state_dir()))
    }

    /// `.g1` appears by rename, with what `fill` puts into it and `first` at the end of its journal.
    fn appear(
        dir: &Path,
        fill: &dyn Fn(&Path) -> Result<Journal, HubError>,
        first: &[Event],
        at: Timestamp,
        state: Option<&Path>,
    ) -> Result<(Self, Vec<Envelope>), HubError> {
        fs::create_dir_all(dir).map_err(HubError::io("cannot create", dir))?;
        let target = dir.join(FOLDER);
        if target.symlink_metadata().is_ok() {
            return Err(HubError::Exists(dir.to_owned()));
        }
        sweep(dir);
        let new = tempfile::Builder::new()
            .prefix(NEW_PREFIX)
            .tempdir_in(dir)
            .map_err(HubError::io("cannot create a folder in", dir))?;
        private(new.path()).map_err(HubError::io("cannot make private", new.path()))?;
        let lock = lock(new.path())?;
        for sub in ["blobs", "logs"] {
            fs::create_dir(new.path().join(sub)).map_err(HubError::io("cannot create", new.path().join(sub)))?;
        }
        let ignore = new.path().join(".gitignore");
        fs::write(&ignore, GITIGNORE).map_err(HubError::io("cannot write", ignore))?;
        let mut journal = fill(new.path())?;
        let envelopes = number(first.to_vec(), journal.head().seq, at);
        journal.append(&envelopes, true)?;
        blobs::sync_dir(new.path()).map_err(HubError::io("cannot sync", new.path()))?;
        fs::rename(new.path(), &target).map_err(|e| match e.kind() {
            io::ErrorKind::DirectoryNotEmpty | io::ErrorKind::AlreadyExists => HubError::Exists(dir.to_owned()),
            _ => HubError::io("cannot create", &target)(e),
        })?;
        // It has moved: nothing is left to remove.
        let _ = new.keep();
        journal.moved(&target.join("journal"));
        blobs::sync_dir(dir).map_err(HubError::io("cannot sync", dir))?;

        let genesis = journal::first(&target.join("journal")).unwrap_or_default();
        let mut heads = state.and_then(|state| Heads::of(state, dir));
        if let Some(heads) = &mut heads {
            heads.store(&genesis, &journal.head(), Vec::new());
        }
        let project = Self {
            dir: dir.to_owned(),
            journal,
            blobs: Blobs::at(&target.join("blobs")),
            heads,
            genesis,
            breaks: Vec::new(),
            ungrouped: 0,
            _lock: lock,
        };
        Ok((project, envelopes))
    }

    /// Takes the writer's lock and reads what there is to fold.
    ///
    /// # Errors
    /// No project, another writer, or damage.
    pub fn open(dir: &Path) -> Result<(Self, Opened), HubError> {
        let g1 = folder(dir)?;
        let lock = lock(&g1)?;
        let path = g1.join("journal");
        let (checkpoint, scan) = load(&g1)?;
        let (journal, aside) = Journal::open(&path, &scan)?;
        let mut notes = Vec::new();
        if let Some(aside) = aside {
            let name = aside.file_name().unwrap_or_default().to_string_lossy().into_owned();
            notes.push(format!(
                "the last record was incomplete ({} bytes, a write was interrupted); it was moved to .g1/{name}",
                scan.torn
            ));
        }
        let genesis = match &checkpoint {
            None => scan.links.first().copied().unwrap_or_default(),
            Some(_) => journal::first(&path).unwrap_or_default(),
        };
        let heads = Heads::of(&state_dir(), dir);
        let mut breaks = Vec::new();
        if let Some(remembered) = heads.as_ref().and_then(Heads::load) {
            breaks.clone_from(&remembered.breaks);
            // The whole chain is read by `verify` only; here the part that was read has to do.
            let whole = if checkpoint.is_none() { Some(scan.links.clone()) } else { None };
            let found = match whole {
                Some(links) => remembered.mismatch(&links),
                None if scan.head.seq < remembered.seq => Some(format!(
                    "the journal ends at record {}, this machine remembers {}",
                    scan.head.seq, remembered.seq
                )),
                None => None,
            };
            if let Some(found) = found.filter(|f| !breaks.contains(f)) {
                notes.push(found.clone());
                breaks.push(found);
            }
        }
        let mut project = Self {
            dir: dir.to_owned(),
            journal,
            blobs: Blobs::at(&g1.join("blobs")),
            heads,
            genesis,
            breaks,
            ungrouped: 0,
            _lock: lock,
        };
        project.remember();
        let recovery = (!notes.is_empty()).then(|| Clean::new(&notes.join("; ")));
        let checkpoint = checkpoint.map(|(head, fold)| (head.seq, fold));
        Ok((project, Opened { checkpoint, tail: scan.envelopes, recovery }))
    }

    /// Numbers, chains and writes events. Durable before this returns iff one of them is a barrier.
    ///
    /// # Errors
    /// The disk refuses; then none of them is in the journal.
    pub fn append(&mut self, events: Vec<Event>, at: Timestamp) -> Result<Vec<Envelope>, HubError> {
        if events.is_empty() {
            return Ok(Vec::new());
        }
        let barrier = events.iter().any(Event::is_barrier);
        let envelopes = number(events, self.journal.head().seq, at);
        let before = self.journal.head().end;
        self.journal.append(&envelopes, barrier)?;
        self.ungrouped += usize::try_from(self.journal.head().end - before).unwrap_or(GROUP_BYTES);
        if barrier {
            self.ungrouped = 0;
            self.remember();
        } else if self.ungrouped > GROUP_BYTES {
            self.sync()?;
        }
        Ok(envelopes)
    }

    /// Makes everything appended durable: the end of a group commit.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn sync(&mut self) -> Result<(), HubError> {
        self.journal.sync()?;
        if self.ungrouped > 0 {
            self.ungrouped = 0;
            self.remember();
        }
        Ok(())
    }

    /// Stores the fold up to record `seq`, which must be the last one; otherwise nothing is written.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn write_checkpoint(&mut self, seq: u64, fold: &[u8]) -> Result<(), HubError> {
        self.sync()?;
        let head = self.journal.head();
        if head.seq != seq {
            return Ok(());
        }
        checkpoint::write(&self.folder().join("checkpoint"), &head, fold)
    }

    #[must_use]
    pub fn blobs(&self) -> &Blobs {
        &self.blobs
    }

    /// The project's folder, which is the workspace.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// `.g1` inside it.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        self.dir.join(FOLDER)
    }

    fn remember(&mut self) {
        if let Some(heads) = &mut self.heads {
            heads.store(&self.genesis, &self.journal.head(), self.breaks.clone());
        }
    }
}

/// What the journal says, for readers: no lock, no store, and nothing is put right. An incomplete last record is left
/// out, because a writer may be in the middle of it.
///
/// # Errors
/// No project, or damage.
pub fn read(dir: &Path) -> Result<Opened, HubError> {
    let (checkpoint, scan) = load(&folder(dir)?)?;
    let checkpoint = checkpoint.map(|(head, fold)| (head.seq, fold));
    Ok(Opened { checkpoint, tail: scan.envelopes, recovery: None })
}

/// The blobs of a project, for readers.
#[must_use]
pub fn blobs_of(dir: &Path) -> Blobs {
    Blobs::at(&dir.join(FOLDER).join("blobs"))
}

/// Whether this machine has worked on the project in `dir` before: it was begun or gone on with here, not just copied.
#[must_use]
pub fn is_remembered(dir: &Path) -> bool {
    let first = journal::first(&dir.join(FOLDER).join("journal"));
    let remembered = Heads::of(&state_dir(), dir).and_then(|h| h.load());
    first.zip(remembered).is_some_and(|(first, remembered)| journal::hex(&first) == remembered.genesis)
}

/// The process that holds the writer's lock, if one does. Only a hint: it may be gone the next moment.
#[must_use]
pub fn writer(dir: &Path) -> Option<u32> {
    writer_of(&dir.join(FOLDER))
}

/// Whether a run was begun in `dir`: a folder of G1's own may be there without one.
#[must_use]
pub fn holds_run(dir: &Path) -> bool {
    let g1 = dir.join(FOLDER);
    g1.symlink_metadata().is_ok_and(|m| m.is_dir()) && g1.join("journal").is_file()
}

pub(super) fn folder(dir: &Path) -> Result<PathBuf, HubError> {
    let g1 = dir.join(FOLDER);
    if !holds_run(dir) {
        return Err(HubError::NoProject(dir.to_owned()));
    }
    match link_in(&g1).map_err(HubError::io("cannot look into", &g1))? {
        Some(link) => Err(HubError::Link(link)),
        None => Ok(g1),
    }
}

/// A link among G1's own files. A project may come from somebody else, and what is written there must not go elsewhere.
/// What is built and what it keeps is not G1's own.
fn link_in(g1: &Path) -> io::Result<Option<PathBuf>> {
    let mut folders = vec![(g1.to_owned(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            // A writer may be at work.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            entries => entries?,
        };
        for entry in entries {
            let (entry, built) = (entry?, ["worktree", "preview"]);
            let kind = entry.file_type()?;
            if kind.is_symlink() {
                return Ok(Some(entry.path()));
            }
            if kind.is_dir() && depth < DEEPEST && !built.iter().any(|name| entry.file_name() == *name) {
                folders.push((entry.path(), depth + 1));
            }
        }
    }
    Ok(None)
}

/// Folders of G1's own lie no deeper in `.g1`.
const DEEPEST: u32 = 3;

type Loaded = (Option<(Head, Vec<u8>)>, Scan);

fn load(g1: &Path) -> Result<Loaded, HubError> {
    let path = g1.join("journal");
    let checkpoint = checkpoint::load(&g1.join("checkpoint"), &path);
    let scan = journal::scan(&path, checkpoint.as_ref().map(|(head, _)| *head))?;
    Ok((checkpoint, scan))
}

fn number(events: Vec<Event>, after: u64, at: Timestamp) -> Vec<Envelope> {
    (after + 1..).zip(events).map(|(seq, event)| Envelope { seq, at, v: EVENT_VERSION, event }).collect()
}

fn pid_in(file: &mut File) -> u32 {
    let mut text = String::new();
    let _ = file.rewind();
    let _ = file.take(32).read_to_string(&mut text);
    text.trim().parse().unwrap_or(0)
}

fn lock(g1: &Path) -> Result<File, HubError> {
    let path = g1.join("lock");
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(HubError::io("cannot open", &path))?;
    let since = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => break,
            // Somebody who only looks whether there is a writer holds it for a moment, too.
            Err(TryLockError::WouldBlock) if since.elapsed() < LOOK => std::thread::sleep(LOOK / 20),
            Err(TryLockError::WouldBlock) => return Err(HubError::Locked { pid: pid_in(&mut file) }),
            Err(TryLockError::Error(e)) => return Err(HubError::io("cannot lock", path)(e)),
        }
    }
    let pid = format!("{}\n", std::process::id());
    let written = file.set_len(0).and_then(|()| file.write_all(pid.as_bytes()));
    written.map_err(HubError::io("cannot write", path))?;
    Ok(file)
}

/// Removes what an interrupted [`Project::create`] left: folders whose lock nobody holds any more. A fresh one may be just
/// about to be locked.
fn sweep(dir: &Path) {
    let Ok(entries) = fs::read_dir(dir) else { return };
    for entry in entries.flatten().filter(|e| e.file_name().to_string_lossy().starts_with(NEW_PREFIX)) {
        let made = entry.metadata().and_then(|meta| meta.modified()).ok();
        let is_fresh = made.and_then(|made| made.elapsed().ok()).is_some_and(|age| age < FRESH);
        if !is_fresh && writer_of(&entry.path()).is_none() {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn writer_of(g1: &Path) -> Option<u32> {
    let mut file = File::open(g1.join("lock")).ok()?;
    matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)).then(|| pid_in(&mut file))
}

/// A file, or a folder of files, if it is there. Links are not followed: they would lead out of the project.
fn copy_plain(from: &Path, to: &Path) -> io::Result<()> {
    let Ok(meta) = from.symlink_metadata() else { return Ok(()) };
    if meta.is_file() {
        return fs::copy(from, to).map(drop);
    }
    if !meta.is_dir() {
        return Ok(());
    }
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

#[cfg(unix)]
fn private(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o700))
}
#[cfg(not(unix))]
fn private(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Whether `name` is G1's own in a project's folder: a folder that holds nothing else counts as empty.
#[must_use]
pub fn is_own(name: &str) -> bool {
    name == FOLDER || name.starts_with(NEW_PREFIX)
}
