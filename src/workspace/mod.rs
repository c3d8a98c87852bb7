//! The workspace: the generated software in the user's folder. Everything a model names is untrusted here, paths first.

pub mod branch;
pub mod confidential;
#[cfg(target_os = "linux")]
mod created;
pub mod git;
pub mod merge;
mod objects;
pub mod paths;
pub mod preview;
mod repository;
mod snapshot;
pub mod survey;
pub mod tooling;

use crate::{
    domain::{Hash, artifact::FileEntry},
    evidence::{Tree, TreeFile},
};
use rustix::{
    fs::{AtFlags, Dir, FileType, Mode, OFlags, fstat, fsync, mkdirat, openat, renameat, statat, unlinkat},
    io::Errno,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io::{Read, Write},
    os::fd::{AsFd, OwnedFd},
    path::{Path, PathBuf},
};

/// No file of a generated application is larger.
const LARGEST: u64 = 16 << 20;
/// So many files that are written together are waited for together, with whatever else the file system holds.
const MANY: usize = 64;
/// Files that are not tracked but lie beside tracked ones belong to what `verify` runs, up to this many.
const MOST_UNTRACKED: usize = 500;

/// Why a path or file was refused.
#[derive(Debug, thiserror::Error)]
pub enum WorkspaceError {
    #[error("{path:?} is refused: {reason}")]
    Path { path: String, reason: &'static str },
    #[error("{path}: {reason}; move it away, then try again")]
    InTheWay { path: String, reason: &'static str },
    #[error("{path}: its content is not what was approved")]
    Content { path: String },
    #[error("{path}: {error}")]
    Io { path: String, error: std::io::Error },
}

impl WorkspaceError {
    /// There is nothing of that name.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Io { error, .. } if error.kind() == std::io::ErrorKind::NotFound)
    }
    fn io(path: &str) -> impl FnOnce(Errno) -> Self {
        let path = path.to_owned();
        move |error| match error {
            Errno::LOOP | Errno::NOTDIR => {
                Self::InTheWay { path, reason: "a link or a file is where a folder belongs" }
            }
            error => Self::Io { path, error: error.into() },
        }
    }
}

/// A folder, opened once; every path is followed from it without ever following a link.
#[derive(Debug)]
pub struct Workspace {
    dir: PathBuf,
    root: OwnedFd,
}

/// A file that lies beside its target, complete.
struct Staged<'a> {
    path: &'a str,
    folder: OwnedFd,
    name: &'a str,
    temporary: String,
}

impl Staged<'_> {
    /// The path of its folder.
    fn above(&self) -> &str {
        self.path.strip_suffix(self.name).unwrap_or_default()
    }
}

/// Where the work of the project in `dir` is done when its software was there before: beside it, out of the person's way.
#[must_use]
pub fn beside(dir: &Path) -> PathBuf {
    dir.join(".g1").join("worktree")
}

impl Workspace {
    /// The workspace of the project in `dir`: that folder or, if its software was there before (`existing`), the place
    /// beside. Where that is gone there is none: the folder is the person's.
    ///
    /// # Errors
    /// It is not a folder that can be opened.
    pub fn of_project(dir: &Path, existing: bool) -> Result<Self, WorkspaceError> {
        let beside = beside(dir);
        Self::open(if existing { &beside } else { dir })
    }

    /// # Errors
    /// `dir` is not a folder that can be opened.
    pub fn open(dir: &Path) -> Result<Self, WorkspaceError> {
        let shown = dir.display().to_string();
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let root = rustix::fs::open(dir, flags, Mode::empty()).map_err(WorkspaceError::io(&shown))?;
        Ok(Self { dir: dir.to_owned(), root })
    }

    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Writes all files or, when one is refused or does not fit on the disk, none: each is staged beside its target and
    /// synced before the first is renamed. Writing the same files again changes nothing. A file that is there is replaced
    /// only if it has the new content already or `ours` knows its path and bytes: what a person wrote is not lost.
    ///
    /// # Errors
    /// A path is hostile, a target is not a regular file or somebody else's, content and hash differ, or the disk fails.
    pub fn write(
        &self,
        files: &[(FileEntry, Vec<u8>)],
        ours: &dyn Fn(&str, &[u8]) -> bool,
    ) -> Result<(), WorkspaceError> {
        for (entry, bytes) in files {
            paths::check(&entry.path)?;
            if Hash::of(bytes) != entry.sha256 {
                return Err(WorkspaceError::Content { path: entry.path.clone() });
            }
            match self.read(&entry.path) {
                Ok(there) if there == *bytes || ours(&entry.path, &there) => {}
                Ok(_) => {
                    let reason = "it was written or changed by somebody else";
                    return Err(WorkspaceError::InTheWay { path: entry.path.clone(), reason });
                }
                Err(error) if error.is_missing() => {}
                // Too large to be one of G1's, or not to be read: whatever it holds is a person's.
                Err(error) => return Err(error),
            }
        }
        let mut staged = vec![];
        let together = cfg!(target_os = "linux") && files.len() >= MANY;
        let done = files.iter().try_for_each(|(entry, bytes)| {
            staged.push(self.stage(entry, bytes, !together)?);
            Ok(())
        });
        let done = done.and_then(|()| {
            if together {
                self.sync_all()?;
            }
            for file in &staged {
                renameat(&file.folder, &file.temporary, &file.folder, file.name)
                    .map_err(WorkspaceError::io(file.path))?;
            }
            // Each folder once, however many files it got.
            let folders: BTreeMap<&str, &Staged<'_>> = staged.iter().map(|file| (file.above(), file)).collect();
            folders.values().try_for_each(|file| fsync(&file.folder).map_err(WorkspaceError::io(file.path)))
        });
        if done.is_err() {
            for file in &staged {
                // Those already renamed have no temporary file any more.
                let _ = unlinkat(&file.folder, &file.temporary, AtFlags::empty());
            }
        }
        done
    }

    /// Waits for everything that was written in this file system.
    fn sync_all(&self) -> Result<(), WorkspaceError> {
        #[cfg(target_os = "linux")]
        rustix::fs::syncfs(&self.root).map_err(WorkspaceError::io(&self.dir.display().to_string()))?;
        Ok(())
    }

    fn stage<'a>(&self, entry: &'a FileEntry, bytes: &[u8], sync: bool) -> Result<Staged<'a>, WorkspaceError> {
        let path = entry.path.as_str();
        let (folder, name) = self.folder_of(path, true)?;
        match statat(&folder, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile => {
                return Err(WorkspaceError::InTheWay {
                    path: path.to_owned(),
                    reason: "it is there and not a plain file",
                });
            }
            Ok(_) | Err(Errno::NOENT) => {}
            Err(error) => return Err(WorkspaceError::io(path)(error)),
        }
        // One writer per project holds the lock, so a fixed name can only be left over from a crash.
        let temporary = format!(".g1-{}.tmp", &Hash::of(name.as_bytes()).short());
        match unlinkat(&folder, &temporary, AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => {}
            Err(error) => return Err(WorkspaceError::io(path)(error)),
        }
        let mode = if entry.executable { Mode::from_raw_mode(0o755) } else { Mode::from_raw_mode(0o644) };
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = openat(&folder, &temporary, flags, mode).map_err(WorkspaceError::io(path))?;
        let staged = Staged { path, folder, name, temporary };
        let mut file = File::from(file);
        if let Err(error) = file.write_all(bytes).and_then(|()| if sync { file.sync_all() } else { Ok(()) }) {
            let _ = unlinkat(&staged.folder, &staged.temporary, AtFlags::empty());
            return Err(WorkspaceError::Io { path: path.to_owned(), error });
        }
        Ok(staged)
    }

    /// Takes files away that are no longer part of the application. One that is not as it was written has become a
    /// person's: it stays.
    ///
    /// # Errors
    /// The disk fails.
    pub fn remove(&self, files: &[FileEntry]) -> Result<(), WorkspaceError> {
        for entry in files {
            self.remove_if(&entry.path, &|bytes| Hash::of(bytes) == entry.sha256)?;
        }
        Ok(())
    }

    /// Takes a file away if its content is `known`.
    ///
    /// # Errors
    /// The disk fails.
    pub fn remove_if(&self, path: &str, known: &dyn Fn(&[u8]) -> bool) -> Result<(), WorkspaceError> {
        if !self.read(path).is_ok_and(|bytes| known(&bytes)) {
            return Ok(());
        }
        let (folder, name) = self.folder_of(path, false)?;
        match unlinkat(&folder, name, AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => fsync(&folder).map_err(WorkspaceError::io(path)),
            Err(error) => Err(WorkspaceError::io(path)(error)),
        }
    }

    /// The bytes of a regular file.
    ///
    /// # Errors
    /// The path is hostile, leads through a link, or names no regular file of a sensible size.
    pub fn read(&self, path: &str) -> Result<Vec<u8>, WorkspaceError> {
        Ok(self.read_file(path)?.0)
    }

    fn read_file(&self, path: &str) -> Result<(Vec<u8>, bool), WorkspaceError> {
        paths::check(path)?;
        let (folder, name) = self.folder_of(path, false)?;
        // A FIFO would block without NONBLOCK.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = openat(&folder, name, flags, Mode::empty()).map_err(WorkspaceError::io(path))?;
        let stat = fstat(&file).map_err(WorkspaceError::io(path))?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
            return Err(WorkspaceError::InTheWay { path: path.to_owned(), reason: "it is not a plain file" });
        }
        if u64::try_from(stat.st_size).unwrap_or(u64::MAX) > LARGEST {
            return Err(WorkspaceError::InTheWay { path: path.to_owned(), reason: "it is larger than 16 MiB" });
        }
        // One more than there is: the end is seen without another look.
        let mut bytes = Vec::with_capacity(usize::try_from(stat.st_size).unwrap_or_default() + 1);
        File::from(file)
            .take(LARGEST)
            .read_to_end(&mut bytes)
            .map_err(|error| WorkspaceError::Io { path: path.to_owned(), error })?;
        Ok((bytes, stat.st_mode & 0o111 != 0))
    }

    /// The tracked files as they are now; what is gone is left out.
    ///
    /// # Errors
    /// A tracked file cannot be read.
    pub fn tree<'a>(&self, files: impl IntoIterator<Item = &'a FileEntry>) -> Result<Tree, WorkspaceError> {
        let mut found = vec![];
        for entry in files {
            match self.read_file(&entry.path) {
                Ok((bytes, executable)) => {
                    found.push(TreeFile { path: entry.path.clone(), bytes: bytes.into(), executable });
                }
                Err(WorkspaceError::Io { error, .. }) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Tree::new(found))
    }

    /// What `verify` and `preview` run: the tracked files as they are now, and what a person added beside them.
    ///
    /// # Errors
    /// A tracked file cannot be read.
    pub fn current(&self, files: &BTreeMap<String, FileEntry>) -> Result<Tree, WorkspaceError> {
        let tracked = self.tree(files.values())?;
        let folders: BTreeSet<&str> =
            files.keys().filter_map(|path| path.rsplit_once('/').map(|(folder, _)| folder)).collect();
        let mut added = vec![];
        for folder in folders {
            for name in self.names(folder) {
                let path = format!("{folder}/{name}");
                if files.contains_key(&path) || name.ends_with(".pyc") || added.len() >= MOST_UNTRACKED {
                    continue;
                }
                if let Ok((bytes, executable)) = self.read_file(&path) {
                    added.push(TreeFile { path, bytes: bytes.into(), executable });
                }
            }
        }
        Ok(tracked.with(added))
    }

    /// Names of the regular files of one folder, sorted.
    fn names(&self, folder: &str) -> Vec<String> {
        let inside = format!("{folder}/x");
        let opened = self.folder_of(&inside, false).ok();
        let entries = opened.and_then(|(folder, _)| Dir::read_from(folder).ok());
        let mut names: Vec<String> = entries
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|entry| entry.file_name().to_str().ok().map(str::to_owned))
            .filter(|name| paths::check(name).is_ok())
            .collect();
        names.sort();
        names
    }

    /// Opens the folder that holds `path`, one component at a time, never through a link.
    fn folder_of<'a>(&self, path: &'a str, create: bool) -> Result<(OwnedFd, &'a str), WorkspaceError> {
        let (folders, name) = path.rsplit_once('/').map_or((None, path), |(folders, name)| (Some(folders), name));
        let mut at = self.root.try_clone().map_err(|error| WorkspaceError::Io { path: path.to_owned(), error })?;
        for part in folders.into_iter().flat_map(|folders| folders.split('/')) {
            let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            let next = match openat(at.as_fd(), part, flags, Mode::empty()) {
                Err(Errno::NOENT) if create => {
                    match mkdirat(at.as_fd(), part, Mode::from_raw_mode(0o755)) {
                        Ok(()) | Err(Errno::EXIST) => {}
                        Err(error) => return Err(WorkspaceError::io(path)(error)),
                    }
                    fsync(at.as_fd()).map_err(WorkspaceError::io(path))?;
                    openat(at.as_fd(), part, flags, Mode::empty())
                }
                other => other,
            };
            at = next.map_err(WorkspaceError::io(path))?;
        }
        Ok((at, name))
    }
}

/// Lines of a file as editors count them.
#[must_use]
pub fn count_lines(bytes: &[u8]) -> u32 {
    let ends = bytes.iter().filter(|byte| **byte == b'\n').count();
    let open = usize::from(bytes.last().is_some_and(|byte| *byte != b'\n'));
    u32::try_from(ends + open).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
