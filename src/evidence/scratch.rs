//! Scratch copies: exactly the files of a tree, in a private directory that vanishes with its handle.

use super::{EvidenceError, Tree, TreeFile};
use rustix::fs::{FlockOperation, flock};
use std::{
    fs,
    io::{Read, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Component, Path, PathBuf},
    sync::Once,
    time::Duration,
};
use tempfile::TempDir;

const PREFIX: &str = "g1-run-";
/// After this time a copy that nobody uses was left behind.
const FORGOTTEN: Duration = Duration::from_secs(3600);

/// `tree/` is what runs and is never writable for it; `tmp/` is its home, temporary and data directory; `aids/` holds
/// what G1 adds, such as a reporter.
#[derive(Debug)]
pub(super) struct Scratch {
    root: TempDir,
    /// Locked as long as this copy is in use, so that others can tell one whose process was killed.
    _in_use: fs::File,
    /// The unprivileged user that what runs here becomes, when G1 is root.
    owner: Option<u32>,
}

impl Scratch {
    pub(super) fn of(tree: &Tree, owner: Option<u32>) -> Result<Self, EvidenceError> {
        let scratch = Self::empty(owner)?;
        scratch.fill(tree)?;
        Ok(scratch)
    }

    pub(super) fn fill(&self, tree: &Tree) -> Result<(), EvidenceError> {
        tree.files().try_for_each(|file| self.put(file))
    }

    /// What ran here left this file in its temporary directory: its first bytes, when it is a file.
    pub(super) fn left(&self, name: &str, most: u64) -> Option<Vec<u8>> {
        let mut bytes = vec![];
        let file = fs::OpenOptions::new()
            .read(true)
            .custom_flags(i32::try_from((rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK).bits()).ok()?)
            .open(self.tmp().join(name))
            .ok()?;
        file.take(most).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    }

    /// The same files as hard links, with one replaced or none: the cost does not grow with their size.
    pub(super) fn like(
        other: &Self,
        tree: &Tree,
        replaced: Option<&TreeFile>,
        owner: Option<u32>,
    ) -> Result<Self, EvidenceError> {
        let scratch = Self::empty(owner)?;
        for file in tree.files().filter(|file| replaced.is_none_or(|replaced| file.path != replaced.path)) {
            let (from, to) = (other.tree().join(&file.path), scratch.target(&file.path)?);
            if fs::hard_link(&from, &to).is_err() {
                scratch.put(file)?;
            }
        }
        if let Some(replaced) = replaced {
            scratch.put(replaced)?;
        }
        Ok(scratch)
    }

    pub(super) fn empty(owner: Option<u32>) -> Result<Self, EvidenceError> {
        let failed = |error| EvidenceError::io("making a scratch directory")(error);
        static SWEPT: Once = Once::new();
        SWEPT.call_once(|| sweep(&base(), FORGOTTEN));
        let root = tempfile::Builder::new()
            .prefix(PREFIX)
            .permissions(fs::Permissions::from_mode(0o700))
            .tempdir_in(base())
            .map_err(failed)?;
        let in_use = fs::File::open(root.path()).map_err(EvidenceError::io("making a scratch directory"))?;
        let _ = flock(&in_use, FlockOperation::NonBlockingLockShared);
        let scratch = Self { root, _in_use: in_use, owner };
        folder(&scratch.tree()).and_then(|()| folder(&scratch.aids())).map_err(failed)?;
        [scratch.tmp(), scratch.tmp().join("data")].iter().try_for_each(|dir| folder(dir)).map_err(failed)?;
        scratch.give_to(owner)?;
        Ok(scratch)
    }

    fn give_to(&self, owner: Option<u32>) -> Result<(), EvidenceError> {
        let give = |dir: &Path| std::os::unix::fs::chown(dir, owner, owner);
        [self.tmp(), self.tmp().join("data"), self.root.path().to_owned()]
            .iter()
            .try_for_each(|dir| give(dir))
            .map_err(EvidenceError::io("giving away a scratch directory"))
    }

    /// What runs here may make files where it is started, as a program that a person calls in a folder does.
    pub(super) fn open_the_folder(&self) -> Result<(), EvidenceError> {
        std::os::unix::fs::chown(self.tree(), self.owner, self.owner)
            .map_err(EvidenceError::io("giving away a scratch directory"))
    }

    /// What runs here stays the user that G1 is. Without capabilities even root enters only what is its own.
    pub(super) fn owned_by_nobody_else(&mut self) -> Result<(), EvidenceError> {
        let (user, others) = (rustix::process::geteuid().as_raw(), self.owner.take());
        if others.is_some() { self.give_to(Some(user)) } else { Ok(()) }
    }

    /// A file of G1's own that programs here read, outside of the tree.
    pub(super) fn aid(&self, name: &str, text: &str) -> Result<PathBuf, EvidenceError> {
        let path = self.aids().join(name);
        if !path.exists() {
            fs::write(&path, text)
                .and_then(|()| fs::set_permissions(&path, fs::Permissions::from_mode(0o644)))
                .map_err(EvidenceError::io(format!("writing {name}")))?;
        }
        Ok(path)
    }

    pub(super) fn owner(&self) -> Option<u32> {
        self.owner
    }

    pub(super) fn tree(&self) -> PathBuf {
        self.root.path().join("tree")
    }
    pub(super) fn aids(&self) -> PathBuf {
        self.root.path().join("aids")
    }
    pub(super) fn tmp(&self) -> PathBuf {
        self.root.path().join("tmp")
    }

    fn target(&self, path: &str) -> Result<PathBuf, EvidenceError> {
        let relative = Path::new(path);
        // The workspace refuses such paths long before; a scratch copy must not trust that.
        if path.is_empty() || !relative.components().all(|part| matches!(part, Component::Normal(_))) {
            return Err(EvidenceError::Setup(format!("{path:?} is not a path inside the project")));
        }
        let target = self.tree().join(relative);
        let mut parent = self.tree();
        for part in relative.parent().into_iter().flat_map(Path::components) {
            parent.push(part);
            if !parent.is_dir() {
                folder(&parent).map_err(EvidenceError::io("making a scratch directory"))?;
            }
        }
        Ok(target)
    }

    /// Another content for a file that is there.
    pub(super) fn replace(&self, file: &TreeFile) -> Result<(), EvidenceError> {
        let target = self.target(&file.path)?;
        fs::remove_file(&target).map_err(EvidenceError::io(format!("replacing {}", file.path)))?;
        self.put(file)
    }

    fn put(&self, file: &TreeFile) -> Result<(), EvidenceError> {
        let target = self.target(&file.path)?;
        let mode = if file.executable { 0o755 } else { 0o644 };
        fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(mode)
            .open(target)
            .and_then(|mut out| out.write_all(&file.bytes).map(|()| out))
            .and_then(|out| out.set_permissions(fs::Permissions::from_mode(mode)))
            .map_err(EvidenceError::io(format!("copying {}", file.path)))
    }
}

/// Readable whatever the umask is; the directory around it is private.
fn folder(path: &Path) -> std::io::Result<()> {
    fs::create_dir(path)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = remove(self.root.path()) {
            tracing::warn!(path = %self.root.path().display(), %error, "a scratch copy stays behind");
        }
    }
}

/// Removes a folder with all that programs left in it.
fn remove(folder: &Path) -> std::io::Result<()> {
    fs::remove_dir_all(folder).or_else(|_| remove_deep(folder))
}

/// The same without a file that is open for each level: what is nested is moved up before its folder is removed.
fn remove_deep(root: &Path) -> std::io::Result<()> {
    let mut moved = 0_u64;
    loop {
        let mut nested = None;
        for entry in fs::read_dir(root)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                nested = Some(entry.path());
                break;
            }
            fs::remove_file(entry.path())?;
        }
        let Some(folder) = nested else { return fs::remove_dir(root) };
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                moved += 1;
                fs::rename(entry.path(), root.join(format!("{PREFIX}up-{moved}")))?;
            } else {
                fs::remove_file(entry.path())?;
            }
        }
        fs::remove_dir(folder)?;
    }
}

/// Removes what processes that were killed left in `base`: copies that are `older` and that nobody has locked.
fn sweep(base: &Path, older: Duration) {
    for entry in fs::read_dir(base).into_iter().flatten().flatten() {
        let ours = entry.file_name().to_string_lossy().starts_with(PREFIX);
        let age =
            entry.metadata().ok().filter(fs::Metadata::is_dir).and_then(|meta| meta.modified().ok()?.elapsed().ok());
        if !ours || age.is_none_or(|age| age < older) {
            continue;
        }
        let Ok(root) = fs::File::open(entry.path()) else { continue };
        if flock(&root, FlockOperation::NonBlockingLockExclusive).is_ok() {
            let removed = remove(&entry.path());
            tracing::info!(path = %entry.path().display(), ok = removed.is_ok(), "a scratch copy that was left behind");
        }
    }
}

/// Memory where there is plenty: databases of generated applications sync often, and nothing here must survive.
fn base() -> PathBuf {
    const ENOUGH: u64 = 1 << 30;
    let memory = Path::new("/dev/shm");
    let free = rustix::fs::statvfs(memory).map_or(0, |fs| fs.f_bavail * fs.f_frsize);
    let writable = rustix::fs::access(memory, rustix::fs::Access::WRITE_OK | rustix::fs::Access::EXEC_OK).is_ok();
    if cfg!(target_os = "linux") && free >= ENOUGH && writable { memory.to_owned() } else { std::env::temp_dir() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_shares_what_did_not_change_and_vanishes() {
        let tree = Tree::new(vec![TreeFile::new("app/a.py", *b"1"), TreeFile::new("app/b.py", *b"2")]);
        let first = Scratch::of(&tree, None).unwrap();
        let second = Scratch::like(&first, &tree, Some(&TreeFile::new("app/b.py", *b"3")), None).unwrap();
        assert_eq!(fs::read(second.tree().join("app/a.py")).unwrap(), b"1");
        assert_eq!(fs::read(second.tree().join("app/b.py")).unwrap(), b"3");
        assert_eq!(fs::read(first.tree().join("app/b.py")).unwrap(), b"2");
        let gone = second.tree();
        drop(second);
        assert!(!gone.exists());
    }

    #[test]
    fn what_lies_deeper_than_a_path_can_say_is_removed() {
        let base = tempfile::tempdir().unwrap();
        let root = base.path().join("copy");
        fs::create_dir_all(root.join("wide/one/two")).unwrap();
        fs::write(root.join("wide/one/file"), "x").unwrap();
        // Each level is made below what was there: no path is as long as all of them.
        let name = "n".repeat(200);
        for _ in 0..40 {
            let (inner, outer) = (base.path().join("inner"), base.path().join("outer"));
            if inner.exists() {
                fs::create_dir(&outer).unwrap();
                fs::rename(&inner, outer.join(&name)).unwrap();
                fs::rename(&outer, &inner).unwrap();
            } else {
                fs::create_dir(&inner).unwrap();
                fs::write(inner.join("file"), "x").unwrap();
            }
        }
        fs::rename(base.path().join("inner"), root.join("deep")).unwrap();
        remove_deep(&root).unwrap();
        assert!(!root.exists());
    }

    #[test]
    fn what_a_killed_process_left_is_removed_and_what_is_in_use_is_not() {
        let base = tempfile::tempdir().unwrap();
        let at = |name: &str| base.path().join(name);
        for name in ["g1-run-left", "g1-run-used", "g1-other"] {
            fs::create_dir_all(at(name).join("tree/app")).unwrap();
        }
        let used = fs::File::open(at("g1-run-used")).unwrap();
        flock(&used, FlockOperation::NonBlockingLockShared).unwrap();
        sweep(base.path(), FORGOTTEN);
        assert!(at("g1-run-left").exists(), "it may be of a process that has only begun");
        sweep(base.path(), Duration::ZERO);
        let there = ["g1-run-left", "g1-run-used", "g1-other"].map(|name| at(name).exists());
        assert_eq!(there, [false, true, true]);
        let live = Scratch::empty(None).unwrap();
        let again = fs::File::open(live.root.path()).unwrap();
        assert!(flock(&again, FlockOperation::NonBlockingLockExclusive).is_err());
    }

    #[test]
    fn a_hostile_path_leaves_no_file_anywhere() {
        for path in ["../x", "/tmp/g1-x", "a/../../x", "", "."] {
            assert!(Scratch::of(&Tree::new(vec![TreeFile::new(path, *b"x")]), None).is_err(), "{path}");
        }
    }
}
