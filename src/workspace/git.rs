//! Commits, only in a repository or worktree that G1 created itself, without hooks, filters or anybody's configuration.

use super::{
    Workspace,
    repository::{MARK, Repository},
    snapshot,
};
use std::{
    collections::BTreeSet,
    fs,
    io::{Seek, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
};

#[derive(Debug, thiserror::Error)]
pub enum GitError {
    #[error("this is not a repository that G1 created, so G1 does not commit in it")]
    NotOurs,
    #[error("git: {0}")]
    Failed(String),
    #[error("git: {0}")]
    Io(#[from] std::io::Error),
}

/// True when G1 may commit in `dir`: its own repository is there, or none is there nor above, and git is installed.
#[must_use]
pub fn may_commit(dir: &Path) -> bool {
    let Ok(dir) = dir.canonicalize() else { return false };
    let free = !dir.ancestors().any(|above| fs::symlink_metadata(above.join(".git")).is_ok());
    (free || is_ours(&dir)) && program().is_some()
}

/// Whether git is there and runs.
#[must_use]
pub fn is_there() -> bool {
    program().is_some()
}

/// Where git is, if it is there and runs: looked for once. A program with a path is started without a copy of this
/// process's page tables, which costs more than git itself.
fn program() -> Option<&'static Path> {
    static PROGRAM: OnceLock<Option<PathBuf>> = OnceLock::new();
    let search = || {
        let path = std::env::var_os("PATH")?;
        let runs = |file: &PathBuf| {
            let git = Command::new(file)
                .arg("--version")
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status();
            git.is_ok_and(|status| status.success())
        };
        std::env::split_paths(&path).filter(|folder| folder.is_absolute()).map(|folder| folder.join("git")).find(runs)
    };
    PROGRAM.get_or_init(search).as_deref()
}

/// Creates the repository if there is none.
///
/// # Errors
/// There is a repository here or above that G1 did not create, or git fails.
pub fn init(dir: &Path) -> Result<(), GitError> {
    let dir = dir.canonicalize()?;
    if is_ours(&dir) {
        return Ok(());
    }
    if !may_commit(&dir) {
        return Err(GitError::NotOurs);
    }
    #[cfg(target_os = "linux")]
    if Workspace::open(&dir).is_ok_and(|workspace| super::created::create(&workspace).is_ok()) {
        return Ok(());
    }
    // An empty template: no hooks, no description, no exclude file of this machine.
    run(git(&dir).args(["init", "--quiet", "--template=", "--initial-branch=main"]))?;
    fs::write(dir.join(".git").join(MARK), "")?;
    Ok(())
}

/// Commits the files of `paths` that are there, and no others: what else lies in the folder is the person's. False when
/// nothing changed.
///
/// # Errors
/// The repository is not G1's, or git fails.
pub fn commit<'a>(dir: &Path, message: &str, paths: impl IntoIterator<Item = &'a str>) -> Result<bool, GitError> {
    // What a step writes anew is named as what is there and as what comes: the index has each path once.
    let paths: Vec<&str> = paths.into_iter().collect::<BTreeSet<_>>().into_iter().collect();
    let workspace = Workspace::open(dir).map_err(|error| GitError::Failed(error.to_string()))?;
    let repository = Repository::of(&workspace);
    if let Some(repository) = &repository
        && !snapshot::has_attributes(&workspace, &paths)
    {
        match snapshot::commit(&workspace, repository, message, &paths) {
            Ok(made) => return Ok(made),
            Err(error) => tracing::info!(%error, "this commit is left to git"),
        }
    }
    let dir = dir.canonicalize()?;
    if repository.is_none() && !super::branch::is_ours(&dir) {
        return Err(GitError::NotOurs);
    }
    let there: Vec<&str> = paths.into_iter().filter(|path| dir.join(path).symlink_metadata().is_ok()).collect();
    let mut list = tempfile::tempfile()?;
    list.write_all(there.join("\0").as_bytes())?;
    list.rewind()?;
    let git = || git_of(&dir);
    run(git()
        .args(["--literal-pathspecs", "add", "--force", "--pathspec-from-file=-", "--pathspec-file-nul"])
        .stdin(Stdio::from(list)))?;
    let output = git()
        .args(["commit", "--quiet", "--no-verify", "--no-gpg-sign", "--cleanup=whitespace", "-m", message])
        .output()?;
    match output.status.code() {
        Some(0) => Ok(true),
        // Nothing to commit is said on the standard output, a failure on the other.
        Some(1) if output.stderr.is_empty() => Ok(false),
        _ => Err(failed(&output.stderr)),
    }
}

/// Leaves files out of the next commit that G1 has taken away. Those that are there again are added by [`commit`].
///
/// # Errors
/// The repository is not G1's, or git fails.
pub fn forget<'a>(dir: &Path, paths: impl IntoIterator<Item = &'a str>) -> Result<(), GitError> {
    let dir = dir.canonicalize()?;
    if !is_ours(&dir) {
        return Err(GitError::NotOurs);
    }
    let mut list = tempfile::tempfile()?;
    list.write_all(paths.into_iter().collect::<Vec<_>>().join("\0").as_bytes())?;
    list.rewind()?;
    run(git_of(&dir)
        .args(["--literal-pathspecs", "rm", "--cached", "--quiet", "--ignore-unmatch"])
        .args(["--pathspec-from-file=-", "--pathspec-file-nul"])
        .stdin(Stdio::from(list)))
}

fn is_ours(dir: &Path) -> bool {
    super::branch::is_ours(dir) || Workspace::open(dir).is_ok_and(|workspace| Repository::of(&workspace).is_some())
}

/// git where G1 may commit.
fn git_of(dir: &Path) -> Command {
    if super::branch::is_ours(dir) { super::branch::git_in(dir) } else { git(dir) }
}

pub(super) fn git(dir: &Path) -> Command {
    let mut git = Command::new(program().unwrap_or(Path::new("git")));
    git.current_dir(dir).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).env_clear();
    if let Some(path) = std::env::var_os("PATH") {
        git.env("PATH", path);
    }
    git.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
    // A repository may name a server, or a command in place of one, for content that it lacks. The configuration can allow
    // single protocols against `protocol.allow`, and nothing against the environment.
    git.env("GIT_ALLOW_PROTOCOL", "none").env("GIT_NO_LAZY_FETCH", "1");
    git.env("GIT_TERMINAL_PROMPT", "0").env("GIT_ATTR_NOSYSTEM", "1").env("HOME", "/nonexistent").env("LC_ALL", "C");
    for setting in [
        "core.hooksPath=/dev/null",
        "core.fsmonitor=false",
        "core.attributesFile=/dev/null",
        "core.excludesFile=/dev/null",
        "core.autocrlf=false",
        // A person's worktree may hold a part of the files; ours holds all of them.
        "core.sparseCheckout=false",
        "commit.gpgSign=false",
        "gc.auto=0",
        "maintenance.auto=false",
        "user.name=G1",
        "user.email=g1@localhost",
    ] {
        git.args(["-c", setting]);
    }
    git
}

pub(super) fn run(command: &mut Command) -> Result<(), GitError> {
    let output = command.output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(failed(&output.stderr))
}

fn failed(words: &[u8]) -> GitError {
    GitError::Failed(crate::domain::Clean::from_bytes(words).one_line(300))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(dir: &Path) -> String {
        let output =
            git(dir).args(["log", "--format=%an <%ae> %s", "--name-only"]).stdout(Stdio::piped()).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    }

    #[test]
    fn only_the_files_that_g1_wrote_are_committed_under_an_own_identity() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join(".g1")).unwrap();
        fs::write(dir.path().join(".g1/journal"), "x").unwrap();
        fs::write(dir.path().join("a.py"), "1").unwrap();
        fs::write(dir.path().join(".env"), "KEY=1").unwrap();
        init(dir.path()).unwrap();
        init(dir.path()).unwrap();
        assert!(commit(dir.path(), "Step build:core", ["a.py", "gone.py"]).unwrap());
        assert!(!commit(dir.path(), "Again", ["a.py"]).unwrap());
        assert_eq!(log(dir.path()), "G1 <g1@localhost> Step build:core\n\na.py\n");
    }

    #[test]
    fn a_path_that_is_named_twice_is_committed_once() {
        let dir = tempfile::tempdir().unwrap();
        init(dir.path()).unwrap();
        fs::write(dir.path().join("a.py"), "1").unwrap();
        assert!(commit(dir.path(), "Step build:core", ["a.py", "a.py"]).unwrap());
        assert_eq!(log(dir.path()), "G1 <g1@localhost> Step build:core\n\na.py\n");
        run(git(dir.path()).args(["fsck", "--strict"])).unwrap();
        let output = git(dir.path()).args(["ls-files"]).stdout(Stdio::piped()).output().unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap(), "a.py\n");
    }

    #[test]
    fn a_repository_of_somebody_else_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        run(git(dir.path()).args(["init", "--quiet"])).unwrap();
        let below = dir.path().join("project");
        fs::create_dir(&below).unwrap();
        for place in [dir.path(), &below] {
            assert!(!may_commit(place));
            assert!(matches!(init(place), Err(GitError::NotOurs)));
            assert!(matches!(commit(place, "x", ["a.py"]), Err(GitError::NotOurs)));
        }
    }

    #[test]
    fn hooks_and_added_configuration_never_run() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        init(dir.path()).unwrap();
        let hook = dir.path().join(".git/hooks/pre-commit");
        fs::create_dir_all(hook.parent().unwrap()).unwrap();
        fs::write(&hook, "#!/bin/sh\ntouch hooked\n").unwrap();
        fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
        fs::write(dir.path().join("a.py"), "1").unwrap();
        assert!(commit(dir.path(), "x", ["a.py"]).unwrap());
        assert!(!dir.path().join("hooked").exists());
        let config = dir.path().join(".git/config");
        let text = fs::read_to_string(&config).unwrap() + "[filter \"x\"]\n\tclean = touch filtered\n";
        fs::write(&config, text).unwrap();
        assert!(matches!(commit(dir.path(), "y", ["a.py"]), Err(GitError::NotOurs)));
    }
}
