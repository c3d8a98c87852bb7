//! The `.git` of a repository that G1 created, opened once: its settings, its branch and its files, as git keeps them. What
//! is not as G1 and `git init` leave it is an error here, and left to git.

use super::{Workspace, git::GitError, objects::Objects};
use gix_index::hash::ObjectId;
use rustix::{
    fs::{AtFlags, FileType, Mode, OFlags, Stat, fstat, mkdirat, openat, renameat, statat, unlinkat},
    io::Errno,
};
use std::{
    fs::File,
    io::{Read, Write},
    os::fd::OwnedFd,
};

/// Lies in the `.git` of a repository that G1 created.
pub(super) const MARK: &str = "g1-created";
pub(super) const CONFIG: &str = "config";

pub(super) fn failed(error: impl std::fmt::Display) -> GitError {
    GitError::Failed(error.to_string())
}

#[derive(Debug)]
pub(super) struct Repository {
    folder: OwnedFd,
}

/// The branch that is checked out, and its last commit if there is one yet.
#[derive(Debug)]
pub(super) struct Tip {
    branch: String,
    pub commit: Option<ObjectId>,
}

impl Repository {
    /// The repository in `workspace`, if G1 created it. The mark alone could be copied in; so the configuration must be the
    /// one that `git init` writes and nothing else: filters, monitors, signing programs and includes all need a line more.
    pub fn of(workspace: &Workspace) -> Option<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let this = Self { folder: openat(&workspace.root, ".git", flags, Mode::empty()).ok()? };
        let (config, _) = this.read(CONFIG).ok()??;
        let config = String::from_utf8(config).ok()?;
        let harmless = config.lines().map(str::trim).filter(|line| !line.is_empty()).all(|line| {
            let key = line.split('=').next().unwrap_or_default().trim();
            let known =
                ["repositoryformatversion", "filemode", "bare", "logallrefupdates", "ignorecase", "precomposeunicode"];
            line == "[core]" || known.contains(&key)
        });
        let marked = this.stat(MARK).is_some_and(|stat| is_file(&stat));
        (marked && !config.is_empty() && harmless && this.stat("info/attributes").is_none()).then_some(this)
    }

    pub fn objects(&self) -> Result<Objects, GitError> {
        Ok(Objects::of(&self.folder)?)
    }

    /// A file's content and what the system says of it, if it is there.
    pub fn read(&self, name: &str) -> Result<Option<(Vec<u8>, Stat)>, GitError> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = match openat(&self.folder, name, flags, Mode::empty()) {
            Err(Errno::NOENT) => return Ok(None),
            other => File::from(other.map_err(std::io::Error::from)?),
        };
        let stat = fstat(&file).map_err(std::io::Error::from)?;
        if !is_file(&stat) {
            return Err(failed(format!("{name} is no plain file")));
        }
        let mut bytes = Vec::with_capacity(usize::try_from(stat.st_size).unwrap_or_default() + 1);
        (&file).read_to_end(&mut bytes)?;
        Ok(Some((bytes, stat)))
    }

    pub fn stat(&self, name: &str) -> Option<Stat> {
        statat(&self.folder, name, AtFlags::SYMLINK_NOFOLLOW).ok()
    }

    /// Puts `bytes` in the place of a file, under the lock that git takes for it and only if it is `as_before`.
    pub fn replace(
        &self,
        name: &str,
        bytes: &[u8],
        as_before: impl FnOnce() -> Result<bool, GitError>,
    ) -> Result<(), GitError> {
        let lock = format!("{name}.lock");
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = openat(&self.folder, &lock, flags, Mode::from_raw_mode(0o666)).map_err(std::io::Error::from)?;
        let write = || {
            File::from(file).write_all(bytes)?;
            if !as_before()? {
                return Err(failed(format!("{name} was changed by somebody else")));
            }
            Ok(renameat(&self.folder, &lock, &self.folder, name).map_err(std::io::Error::from)?)
        };
        let written = write();
        if written.is_err() {
            let _ = unlinkat(&self.folder, &lock, AtFlags::empty());
        }
        written
    }

    pub fn tip(&self) -> Result<Tip, GitError> {
        let head = self.read("HEAD")?.and_then(|(text, _)| String::from_utf8(text).ok()).unwrap_or_default();
        let branch = head.strip_prefix("ref: ").map(str::trim_end).filter(|name| is_branch(name));
        let branch = branch.ok_or_else(|| failed("no branch is checked out"))?;
        Ok(Tip { commit: self.last(branch)?, branch: branch.to_owned() })
    }

    fn last(&self, branch: &str) -> Result<Option<ObjectId>, GitError> {
        match self.read(branch)? {
            Some((text, _)) => ObjectId::from_hex(text.trim_ascii_end()).map(Some).map_err(failed),
            None if self.stat("packed-refs").is_some() => Err(failed("its branches are packed")),
            None => Ok(None),
        }
    }

    /// Moves the branch on to `commit` if it is where it was; `who` and `why` go into its log.
    pub fn advance(&self, tip: &Tip, commit: ObjectId, who: &str, why: &str) -> Result<(), GitError> {
        let branch = &tip.branch;
        self.replace(branch, format!("{commit}\n").as_bytes(), || Ok(self.last(branch)? == tip.commit))?;
        let before = tip.commit.unwrap_or_else(|| ObjectId::null(commit.kind()));
        let line = format!("{before} {commit} {who}\t{why}\n");
        self.log(branch, &line)?;
        self.log("HEAD", &line)
    }

    fn log(&self, name: &str, line: &str) -> Result<(), GitError> {
        let name = format!("logs/{name}");
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::APPEND | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let open = || openat(&self.folder, &name, flags, Mode::from_raw_mode(0o666));
        let file = match open() {
            Err(Errno::NOENT) => {
                for (at, _) in name.match_indices('/') {
                    match mkdirat(&self.folder, &name[..at], Mode::from_raw_mode(0o777)) {
                        Ok(()) | Err(Errno::EXIST) => {}
                        Err(error) => return Err(std::io::Error::from(error).into()),
                    }
                }
                open()
            }
            other => other,
        };
        Ok(File::from(file.map_err(std::io::Error::from)?).write_all(line.as_bytes())?)
    }
}

pub(super) fn is_file(stat: &Stat) -> bool {
    FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile
}

/// A name that leads to a file below `refs/heads` and nowhere else.
fn is_branch(name: &str) -> bool {
    let fine = |part: &str| !part.is_empty() && !part.starts_with('.') && !part.ends_with(".lock");
    name.strip_prefix("refs/heads/").is_some_and(|rest| rest.split('/').all(fine))
}
