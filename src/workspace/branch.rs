//! A person's repository: read as it is at HEAD, and worked on in a worktree of a branch of its own. HEAD, index and
//! files of the person stay as they are; not even the index's cached times are written. Programs that its configuration
//! names (filters, hooks, monitors) never run, so it does not matter who owns it.

use super::git::{GitError, git, run};
use std::{
    collections::BTreeSet,
    ffi::OsStr,
    fs,
    io::{BufRead, BufReader, Read, Seek, Write},
    os::unix::{ffi::OsStrExt, fs::OpenOptionsExt},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// Lies in git's own folder of a worktree that G1 made.
const MARK: &str = "g1-created";

/// A file of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committed {
    pub path: String,
    pub executable: bool,
    pub bytes: Vec<u8>,
}

/// The top of the repository that `dir` lies in.
#[must_use]
pub fn repository(dir: &Path) -> Option<PathBuf> {
    let dir = dir.canonicalize().ok()?;
    dir.ancestors().find(|above| fs::symlink_metadata(above.join(".git")).is_ok()).map(Path::to_owned)
}

/// True for a repository without files of its own, such as one that is pushed to.
#[must_use]
pub fn is_bare(dir: &Path) -> bool {
    let is = |name: &str, folder: bool| fs::symlink_metadata(dir.join(name)).is_ok_and(|meta| meta.is_dir() == folder);
    is("HEAD", false) && is("config", false) && is("objects", true) && is("refs", true)
}

/// The commit that is checked out; none when there is none yet.
///
/// # Errors
/// git is not there or refuses to work here.
pub fn head(root: &Path) -> Result<Option<String>, GitError> {
    told(root, ["rev-parse", "--is-inside-work-tree"])?;
    let found = told(root, ["rev-parse", "--verify", "--quiet", "HEAD^{commit}"]);
    Ok(found.ok().map(|text| String::from_utf8_lossy(&text).trim().to_owned()))
}

/// The paths with work that is not committed; a folder that git does not know ends in `/`.
///
/// # Errors
/// git fails.
pub fn uncommitted(root: &Path) -> Result<Vec<String>, GitError> {
    let listed =
        told(root, ["status", "--porcelain", "-z", "--untracked-files=normal", "--no-renames", "--ignore-submodules"])?;
    let path = |entry: &[u8]| entry.get(3..).map(|path| String::from_utf8_lossy(path).into_owned());
    Ok(listed.split(|byte| *byte == 0).filter_map(path).filter(|path| !path.is_empty()).collect())
}

/// The paths of other repositories in what is checked out: nothing below them can be committed here.
///
/// # Errors
/// git fails.
pub fn submodules(root: &Path) -> Result<Vec<String>, GitError> {
    let listed = told(root, ["ls-files", "--stage", "-z"])?;
    let entries = listed.split(|byte| *byte == 0).filter_map(staged).filter(|(mode, _, _)| *mode == SUBMODULE);
    Ok(entries.filter_map(|(_, _, path)| path.to_str().map(str::to_owned)).collect())
}

/// Which of `paths` the branch does not hold, or otherwise than they are in the worktree at `at`. Where a path is not
/// `as_made` there, somebody goes on with it, and nothing is said of what differs.
///
/// # Errors
/// git fails.
pub fn lacking<'a>(
    at: &Path,
    branch: &str,
    paths: impl IntoIterator<Item = &'a str>,
    as_made: &dyn Fn(&str) -> bool,
) -> Result<Vec<&'a str>, GitError> {
    let commit = format!("refs/heads/{branch}");
    let held = told(at, ["ls-tree", "-r", "-z", "--name-only", "--full-tree", &commit])?;
    let compare =
        ["diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", "--no-relative", "--ignore-submodules"];
    let differing = told(at, compare.into_iter().chain([commit.as_str(), "--"]))?;
    let (held, differing) = (names(&held), names(&differing));
    let lacks = |path: &&str| !held.contains(path.as_bytes()) || (differing.contains(path.as_bytes()) && as_made(path));
    Ok(paths.into_iter().filter(lacks).collect())
}

fn names(listed: &[u8]) -> BTreeSet<&[u8]> {
    listed.split(|byte| *byte == 0).collect()
}

/// How much of software that is there already is worked on.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes; no larger file is looked over.
    pub of_one: u64,
    pub files: usize,
    /// Bytes of all files that are looked over.
    pub together: u64,
}

impl Limits {
    pub(super) fn check(&self, files: usize, bytes: u64) -> Result<(), String> {
        if files > self.files {
            return Err(format!("it holds {files} files; this version works on up to {}", self.files));
        }
        if bytes > self.together {
            let (bytes, most) = (bytes >> 20, self.together >> 20);
            return Err(format!("its files have {bytes} MB together; this version works on up to {most} MB"));
        }
        Ok(())
    }
}

/// The plain files of a commit whose paths are `wanted`, but for the larger ones.
///
/// # Errors
/// git fails, or there is more than the limits allow.
pub fn files(
    root: &Path,
    commit: &str,
    limits: &Limits,
    wanted: &dyn Fn(&str) -> bool,
) -> Result<Vec<Committed>, GitError> {
    let listed = told(root, ["ls-tree", "-r", "-l", "-z", "--full-tree", commit])?;
    let mut found: Vec<(Committed, String, u64)> = Vec::new();
    for entry in listed.split(|byte| *byte == 0) {
        // `100644 blob 3b18e51…      12<TAB>path`
        let Ok(entry) = std::str::from_utf8(entry) else { continue };
        let Some((about, path)) = entry.split_once('\t') else { continue };
        let mut about = about.split_whitespace();
        let (mode, kind, object, size) = (about.next(), about.next(), about.next(), about.next());
        let (Some(mode), Some("blob"), Some(object)) = (mode, kind, object) else { continue };
        let Some(size) = size.and_then(|size| size.parse::<u64>().ok()) else { return Err(lacks(path)) };
        if mode.starts_with("100") && size <= limits.of_one && wanted(path) {
            let executable = mode == "100755";
            found.push((Committed { path: path.to_owned(), executable, bytes: Vec::new() }, object.to_owned(), size));
        }
    }
    limits.check(found.len(), found.iter().map(|(_, _, size)| size).sum()).map_err(GitError::Failed)?;
    let mut asked = tempfile::tempfile()?;
    asked.write_all(found.iter().map(|(_, object, _)| format!("{object}\n")).collect::<String>().as_bytes())?;
    asked.rewind()?;
    let mut git =
        git_in(root).args(["cat-file", "--batch"]).stdin(Stdio::from(asked)).stdout(Stdio::piped()).spawn()?;
    let read = git.stdout.take().map_or(Ok(()), |content| {
        let mut content = BufReader::new(content);
        found.iter_mut().try_for_each(|(file, _, _)| {
            let size = size_of_next(&mut content)?;
            (&mut content).take(size).read_to_end(&mut file.bytes)?;
            // A line's end.
            Ok::<_, GitError>(content.read_exact(&mut [0])?)
        })
    });
    let ended = git.wait()?;
    read?;
    if !ended.success() {
        return Err(unreadable());
    }
    Ok(found.into_iter().map(|(file, _, _)| file).collect())
}

/// `3b18e51… blob 12`, before the bytes of an object.
fn size_of_next(content: &mut impl BufRead) -> Result<u64, GitError> {
    let mut header = String::new();
    content.read_line(&mut header)?;
    header.trim_end().rsplit(' ').next().and_then(|size| size.parse().ok()).ok_or_else(unreadable)
}

/// The first of `name`, `name-2`… that can be made a branch: none has it, none lies below it, and none is what it would
/// lie below (where a branch `g1` is, `g1/shelf` cannot be: then it is `g1-shelf`).
#[must_use]
pub fn free(root: &Path, name: &str) -> String {
    let above = name.match_indices('/').any(|(end, _)| is_branch(root, &name[..end]));
    let name = if above { name.replace('/', "-") } else { name.to_owned() };
    let below = |name: &str| {
        let found = told(root, ["for-each-ref", "--count=1", &format!("refs/heads/{name}/")]);
        found.is_ok_and(|found| !found.is_empty())
    };
    let mut names = std::iter::once(name.clone()).chain((2..1000).map(|n| format!("{name}-{n}")));
    names.find(|name| !is_branch(root, name) && !below(name)).unwrap_or(name)
}

/// True if the repository has this commit.
#[must_use]
pub fn has(root: &Path, commit: &str) -> bool {
    told(root, ["cat-file", "-e", &format!("{commit}^{{commit}}")]).is_ok()
}

fn is_branch(root: &Path, name: &str) -> bool {
    told(root, ["show-ref", "--verify", "--quiet", &format!("refs/heads/{name}")]).is_ok()
}

/// Checks the branch out at `at`; it begins at `commit` where it is not there yet. Files are as they are committed,
/// whatever attributes say: git makes the worktree and its index, and the files are written here. A checkout by git would
/// read the configuration as it is for that worktree and branch, which nobody could look through before.
///
/// # Errors
/// git fails.
pub fn worktree(root: &Path, at: &Path, branch: &str, commit: &str) -> Result<(), GitError> {
    let mut add = git_in(root);
    add.args(["worktree", "add", "--quiet", "--force", "--no-checkout"]);
    if is_branch(root, branch) {
        add.arg(at).arg(branch);
    } else {
        add.args(["-b", branch]).arg(at).arg(commit);
    }
    run(&mut add)?;
    adopt(root, at, branch)
}

/// Writes what HEAD names into a worktree that G1 has made and not filled yet, or not to the end.
fn check_out(at: &Path) -> Result<(), GitError> {
    // It refuses paths that lead out of the worktree or into `.git`.
    run(git_in(at).args(["read-tree", "HEAD"]))?;
    let listed = told(at, ["ls-files", "--stage", "-z"])?;
    let mut entries: Vec<(&str, &str, &Path)> = listed.split(|byte| *byte == 0).filter_map(staged).collect();
    // What is written later never follows a link.
    entries.sort_by_key(|(mode, _, _)| *mode == LINK);
    let mut asked = tempfile::tempfile()?;
    let blobs = entries.iter().filter(|(mode, _, _)| *mode != SUBMODULE);
    asked.write_all(blobs.map(|(_, object, _)| format!("{object}\n")).collect::<String>().as_bytes())?;
    asked.rewind()?;
    let mut git = git_in(at).args(["cat-file", "--batch"]).stdin(Stdio::from(asked)).stdout(Stdio::piped()).spawn()?;
    let written = git.stdout.take().map_or(Ok(()), |content| write_out(at, &entries, BufReader::new(content)));
    let ended = git.wait()?;
    written?;
    if ended.success() { Ok(()) } else { Err(unreadable()) }
}

const LINK: &str = "120000";
const SUBMODULE: &str = "160000";

/// `100644 3b18e51… 0<TAB>path`
fn staged(entry: &[u8]) -> Option<(&str, &str, &Path)> {
    let end = entry.iter().position(|byte| *byte == b'\t')?;
    let mut about = std::str::from_utf8(entry.get(..end)?).ok()?.split(' ');
    let path = Path::new(OsStr::from_bytes(entry.get(end + 1..)?));
    Some((about.next()?, about.next()?, path))
}

fn write_out(at: &Path, entries: &[(&str, &str, &Path)], mut content: impl BufRead) -> Result<(), GitError> {
    for (mode, _, path) in entries {
        let path = at.join(path);
        if *mode == SUBMODULE {
            // As git leaves one that is not initialised.
            fs::create_dir_all(&path)?;
            continue;
        }
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        // Then the bytes, and a line's end.
        let size = size_of_next(&mut content)?;
        let mut bytes = (&mut content).take(size);
        if *mode == LINK {
            let mut target = Vec::new();
            bytes.read_to_end(&mut target)?;
            let _ = fs::remove_file(&path);
            std::os::unix::fs::symlink(OsStr::from_bytes(&target), &path)?;
        } else {
            let permissions = if *mode == "100755" { 0o777 } else { 0o666 };
            let mut file =
                fs::OpenOptions::new().write(true).create(true).truncate(true).mode(permissions).open(&path)?;
            if std::io::copy(&mut bytes, &mut file)? != size {
                return Err(unreadable());
            }
        }
        content.read_exact(&mut [0])?;
    }
    Ok(())
}

fn lacks(path: &str) -> GitError {
    GitError::Failed(format!(
        "this repository lacks the content of {path}, as a partial clone does; G1 fetches nothing: \
         `git fetch --refetch --no-filter` brings it"
    ))
}

fn unreadable() -> GitError {
    GitError::Failed("the content of a commit cannot be read".to_owned())
}

/// Makes sure that the worktree at `at` is one in which G1 commits: that it is of this repository, on the branch, and
/// marked. The repository may have been moved since, and a run killed before it was filled and marked.
///
/// # Errors
/// It is something else: the words say what to do.
pub fn adopt(root: &Path, at: &Path, branch: &str) -> Result<(), GitError> {
    if is_ours(at) {
        return Ok(());
    }
    relink(root, at)?;
    let own = || {
        let own = own_folder(at)?.canonicalize().ok()?;
        // Not from the file: where references are kept in tables it says nothing.
        let on = told(at, ["symbolic-ref", "--quiet", "HEAD"]).ok()?;
        let same = common(&own)? == common(&git_folder(root)?)?;
        let leads_back = back_of(&own)? == at.join(".git").canonicalize().ok()?;
        (same && leads_back && on.trim_ascii_end() == format!("refs/heads/{branch}").as_bytes()).then_some(own)
    };
    let own = own().ok_or_else(|| {
        let at = at.display();
        GitError::Failed(format!(
            "{at} is no worktree of {branch} any more: move it away (what was committed is on the branch), then go on"
        ))
    })?;
    if fs::symlink_metadata(own.join(MARK)).is_err() {
        check_out(at)?;
        fs::write(own.join(MARK), "")?;
    }
    Ok(())
}

/// Leads the worktree at `at` and what its repository knows of it to each other again, where the repository was moved or
/// copied with it. `git worktree repair` would lead all other worktrees here as well: those of a repository of which this
/// is a copy would then commit into the copy.
fn relink(root: &Path, at: &Path) -> Result<(), GitError> {
    let places = || {
        let (at, link) = (at.canonicalize().ok()?, own_folder(at)?);
        let own = common(&git_folder(root)?)?.join("worktrees").join(link.file_name()?).canonicalize().ok()?;
        Some((at.join(".git"), link, own))
    };
    // Then it is none of this repository, and is not taken for one.
    let Some((file, link, own)) = places() else { return Ok(()) };
    let back = back_of(&own);
    let leads = |link: &Path| link.canonicalize().is_ok_and(|link| link == own);
    if leads(&link) && back.as_ref() == Some(&file) {
        return Ok(());
    }
    let is_another =
        back.is_some_and(|back| back != file && back.parent().and_then(own_folder).is_some_and(|link| leads(&link)));
    if is_another || fs::symlink_metadata(own.join(MARK)).is_err() {
        return Ok(());
    }
    fs::write(own.join("gitdir"), [file.as_os_str().as_bytes(), b"\n"].concat())?;
    fs::write(&file, [b"gitdir: ", own.as_os_str().as_bytes(), b"\n"].concat())?;
    Ok(())
}

/// The `.git` of the worktree of which git keeps this, if it is there.
fn back_of(own: &Path) -> Option<PathBuf> {
    let back = fs::read_to_string(own.join("gitdir")).ok()?;
    own.join(back.trim_end()).canonicalize().ok()
}

/// True for a worktree that G1 made of the repository of the project it lies in ([`super::beside`]), wherever that keeps
/// its own: it may be a linked worktree itself, or a submodule.
pub(super) fn is_ours(dir: &Path) -> bool {
    let ours = || {
        let own = own_folder(dir)?.canonicalize().ok()?;
        let marked = fs::symlink_metadata(own.join(MARK)).is_ok_and(|meta| meta.is_file());
        // A copy of a worktree's link is no worktree.
        let back = back_of(&own)? == dir.join(".git").canonicalize().ok()?;
        let project = dir.parent()?.parent()?;
        Some(marked && back && common(&own)? == common(&git_folder(project)?)?)
    };
    ours().unwrap_or(false)
}

/// Where git keeps what all worktrees of a repository share, told by the folder of one of them.
fn common(own: &Path) -> Option<PathBuf> {
    match fs::read_to_string(own.join("commondir")) {
        Ok(shared) => own.join(shared.trim_end()).canonicalize().ok(),
        Err(_) => own.canonicalize().ok(),
    }
}

/// `.git`, or where it leads to, as a link or in words.
fn git_folder(dir: &Path) -> Option<PathBuf> {
    let own = dir.join(".git");
    if own.is_dir() { Some(own) } else { own_folder(dir) }
}

/// Where git keeps what it knows of a worktree: `ROOT/.git/worktrees/NAME`.
fn own_folder(dir: &Path) -> Option<PathBuf> {
    let link = dir.join(".git");
    if !fs::symlink_metadata(&link).is_ok_and(|meta| meta.is_file() && meta.len() < 4096) {
        return None;
    }
    let text = fs::read_to_string(link).ok()?;
    // A submodule's is relative.
    Some(dir.join(text.strip_prefix("gitdir: ")?.trim_end()))
}

/// git in a repository with a configuration of its own, of which no program runs on the content of files.
pub(super) fn git_in(root: &Path) -> Command {
    let all = |dir: &Path| {
        let mut git = git(dir);
        git.args(["-c", "safe.directory=*"]);
        git
    };
    let asked = ["config", "-z", "--name-only", "--get-regexp", r"^filter\..*\.(clean|smudge|process|required)$"];
    let named = all(root).args(asked).stdout(Stdio::piped()).output().map(|output| output.stdout).unwrap_or_default();
    let mut git = all(root);
    let mut count = 0;
    for name in named.split(|byte| *byte == 0).filter(|name| !name.is_empty()) {
        git.env(format!("GIT_CONFIG_KEY_{count}"), OsStr::from_bytes(name));
        git.env(format!("GIT_CONFIG_VALUE_{count}"), if name.ends_with(b".required") { "false" } else { "" });
        count += 1;
    }
    git.env("GIT_CONFIG_COUNT", count.to_string());
    git
}

fn told<S: AsRef<OsStr>>(root: &Path, args: impl IntoIterator<Item = S>) -> Result<Vec<u8>, GitError> {
    // Otherwise looking would write the index.
    let output = git_in(root).env("GIT_OPTIONAL_LOCKS", "0").args(args).stdout(Stdio::piped()).output()?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    Err(GitError::Failed(crate::domain::Clean::from_bytes(&output.stderr).one_line(300)))
}

#[cfg(test)]
mod tests;
