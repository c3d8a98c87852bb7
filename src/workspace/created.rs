//! A repository as `git init` makes it with an empty template: five folders, two files and the mark.

use super::{
    Workspace,
    git::GitError,
    repository::{CONFIG, MARK},
};
use rustix::fs::{AtFlags, Mode, OFlags, RenameFlags, fchmod, fstat, mkdirat, openat, renameat, renameat_with, statat};
use std::{fs::File, io, io::Write, os::fd::OwnedFd};

/// Its name until it is complete. One writer per project holds the lock, so one that is there is left over from a crash.
const NEW: &str = ".git.g1-new";

/// Makes it in the folder of `workspace`, where it appears whole. Only on Linux: elsewhere git finds out more about the
/// file system than this does.
///
/// # Errors
/// There is one already, or the disk refuses.
pub(super) fn create(workspace: &Workspace) -> Result<(), GitError> {
    let new = workspace.dir().join(NEW);
    if new.symlink_metadata().is_ok() {
        std::fs::remove_dir_all(&new)?;
    }
    let made = fill(&workspace.root);
    if made.is_err() {
        let _ = std::fs::remove_dir_all(&new);
    }
    Ok(made?)
}

fn fill(root: &OwnedFd) -> io::Result<()> {
    let folder = Mode::from_raw_mode(0o777);
    mkdirat(root, NEW, folder)?;
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let new = openat(root, NEW, flags, Mode::empty())?;
    for below in ["objects", "objects/info", "objects/pack", "refs", "refs/heads", "refs/tags"] {
        mkdirat(&new, below, folder)?;
    }
    file(&new, "HEAD")?.write_all(b"ref: refs/heads/main\n")?;
    let mut config = file(&new, CONFIG)?;
    let filemode = keeps_modes(&config);
    let mut text = format!(
        "[core]\n\trepositoryformatversion = 0\n\tfilemode = {filemode}\n\tbare = false\n\tlogallrefupdates = true\n"
    );
    if statat(&new, "CoNfIg", AtFlags::SYMLINK_NOFOLLOW).is_ok() {
        text.push_str("\tignorecase = true\n");
    }
    config.write_all(text.as_bytes())?;
    file(&new, MARK)?;
    // What is there is not replaced, not even an empty folder.
    match renameat_with(root, NEW, root, ".git", RenameFlags::NOREPLACE) {
        Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS) => Ok(renameat(root, NEW, root, ".git")?),
        other => Ok(other?),
    }
}

fn file(folder: &OwnedFd, name: &str) -> io::Result<File> {
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
    Ok(openat(folder, name, flags, Mode::from_raw_mode(0o666))?.into())
}

/// Whether the file system remembers who may execute a file.
fn keeps_modes(file: &File) -> bool {
    const EXECUTE: u32 = 0o100;
    let mode = || fstat(file).map(|stat| stat.st_mode);
    let toggled = || {
        let before = mode()?;
        fchmod(file, Mode::from_raw_mode(before ^ EXECUTE))?;
        let after = mode()?;
        fchmod(file, Mode::from_raw_mode(before))?;
        Ok::<_, rustix::io::Errno>(before & EXECUTE == 0 && after & EXECUTE != 0)
    };
    toggled().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::super::{
        git::{git, run},
        repository::Repository,
    };
    use super::*;
    use std::{collections::BTreeMap, fs, path::Path};

    fn tree(dir: &Path, below: &str, found: &mut BTreeMap<String, Option<String>>) {
        for entry in fs::read_dir(dir.join(below)).unwrap().map(Result::unwrap) {
            let path = format!("{below}/{}", entry.file_name().to_str().unwrap());
            let text = fs::read_to_string(entry.path()).ok();
            if text.is_none() {
                tree(dir, &path, found);
            }
            found.insert(path, text);
        }
    }

    #[test]
    fn a_repository_made_here_is_the_one_that_git_makes() {
        let (ours, gits) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        // Left by a run that was killed in the middle.
        fs::create_dir_all(ours.path().join(NEW).join("refs")).unwrap();
        let workspace = Workspace::open(ours.path()).unwrap();
        create(&workspace).unwrap();
        assert!(Repository::of(&workspace).is_some());
        run(git(gits.path()).args(["init", "--quiet", "--template=", "--initial-branch=main"])).unwrap();
        let [mut here, mut there] = [BTreeMap::new(), BTreeMap::new()];
        tree(ours.path(), ".git", &mut here);
        tree(gits.path(), ".git", &mut there);
        assert_eq!(here.remove(".git/g1-created"), Some(Some(String::new())));
        assert_eq!(here, there);
        assert_eq!(fs::read_dir(ours.path()).unwrap().count(), 1);
        // A second one is not made.
        assert!(create(&workspace).is_err());
        assert_eq!(fs::read_dir(ours.path()).unwrap().count(), 1);
    }
}
