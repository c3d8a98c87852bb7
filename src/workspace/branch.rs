//! A person's repository: read as it is at HEAD, and worked on in a worktree of a branch of its own. HEAD, index and
//! files of the person stay as they are; not even the index's cached times are written. Programs that its configuration
//! names (filters, hooks, monitors) never run, so it does not matter who owns it.

use super::git::{GitError, git, run};
use std::{
    ffi::OsStr,
    fs,
    io::{Seek, Write},
    os::unix::ffi::OsStrExt,
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

/// The commit that is checked out; none when there is none yet.
///
/// # Errors
/// git is not there or refuses to work here.
pub fn head(root: &Path) -> Result<Option<String>, GitError> {
    told(root, ["rev-parse", "--is-inside-work-tree"])?;
    let found = told(root, ["rev-parse", "--verify", "--quiet", "HEAD^{commit}"]);
    Ok(found.ok().map(|text| String::from_utf8_lossy(&text).trim().to_owned()))
}

/// How many paths hold work that is not committed.
///
/// # Errors
/// git fails.
pub fn uncommitted(root: &Path) -> Result<usize, GitError> {
    let listed =
        told(root, ["status", "--porcelain", "-z", "--untracked-files=normal", "--no-renames", "--ignore-submodules"])?;
    Ok(listed.split(|byte| *byte == 0).filter(|entry| entry.len() > 3).count())
}

/// The plain files of a commit whose paths are `wanted` and that are not larger than `most`.
///
/// # Errors
/// git fails.
pub fn files(root: &Path, commit: &str, most: u64, wanted: &dyn Fn(&str) -> bool) -> Result<Vec<Committed>, GitError> {
    let listed = told(root, ["ls-tree", "-r", "-l", "-z", "--full-tree", commit])?;
    let mut found: Vec<(Committed, String)> = Vec::new();
    for entry in listed.split(|byte| *byte == 0) {
        // `100644 blob 3b18e51…      12<TAB>path`
        let Ok(entry) = std::str::from_utf8(entry) else { continue };
        let Some((about, path)) = entry.split_once('\t') else { continue };
        let mut about = about.split_whitespace();
        let (mode, _, object, size) = (about.next(), about.next(), about.next(), about.next());
        let (Some(mode), Some(object), Some(size)) = (mode, object, size.and_then(|size| size.parse::<u64>().ok()))
        else {
            continue;
        };
        if mode.starts_with("100") && size <= most && wanted(path) {
            let executable = mode == "100755";
            found.push((Committed { path: path.to_owned(), executable, bytes: Vec::new() }, object.to_owned()));
        }
    }
    let mut asked = tempfile::tempfile()?;
    asked.write_all(found.iter().map(|(_, object)| format!("{object}\n")).collect::<String>().as_bytes())?;
    asked.rewind()?;
    let output =
        git_in(root).args(["cat-file", "--batch"]).stdin(Stdio::from(asked)).stdout(Stdio::piped()).output()?;
    let mut rest = output.stdout.as_slice();
    let odd = || GitError::Failed("the content of a commit cannot be read".to_owned());
    for (file, _) in &mut found {
        // `3b18e51… blob 12`, the bytes, a line's end.
        let end = rest.iter().position(|byte| *byte == b'\n').ok_or_else(odd)?;
        let header = std::str::from_utf8(&rest[..end]).map_err(|_| odd())?;
        let size: usize = header.rsplit(' ').next().and_then(|size| size.parse().ok()).ok_or_else(odd)?;
        let body = &rest[end + 1..];
        file.bytes = body.get(..size).ok_or_else(odd)?.to_vec();
        rest = body.get(size + 1..).ok_or_else(odd)?;
    }
    Ok(found.into_iter().map(|(file, _)| file).collect())
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

/// Checks the branch out at `at`; it begins at `commit` where it is not there yet. Files of up to `most` bytes are as they
/// are committed, whatever attributes say.
///
/// # Errors
/// git fails.
pub fn worktree(root: &Path, at: &Path, branch: &str, commit: &str, most: u64) -> Result<(), GitError> {
    let mut add = git_in(root);
    add.args(["worktree", "add", "--quiet", "--force"]);
    if is_branch(root, branch) {
        add.arg(at).arg(branch);
    } else {
        add.args(["-b", branch]).arg(at).arg(commit);
    }
    run(&mut add)?;
    adopt(root, at, branch)?;
    // Attributes may have changed ends of lines and the like.
    for file in files(root, branch, most, &|_| true)? {
        let path = at.join(&file.path);
        if fs::symlink_metadata(&path).is_ok_and(|meta| meta.is_file()) && fs::read(&path)? != file.bytes {
            fs::write(&path, &file.bytes)?;
        }
    }
    Ok(())
}

/// Makes sure that the worktree at `at` is one in which G1 commits: that it is of this repository, on the branch, and
/// marked. The repository may have been moved since, and a run killed before it was marked.
///
/// # Errors
/// It is something else: the words say what to do.
pub fn adopt(root: &Path, at: &Path, branch: &str) -> Result<(), GitError> {
    if is_ours(at) {
        return Ok(());
    }
    run(git_in(root).args(["worktree", "repair"]).arg(at))?;
    let own = || {
        let own = own_folder(at)?.canonicalize().ok()?;
        let on = fs::read_to_string(own.join("HEAD")).ok()?;
        let same = common(&own)? == common(&git_folder(root)?)?;
        (same && on.trim_end() == format!("ref: refs/heads/{branch}")).then_some(own)
    };
    let own = own().ok_or_else(|| {
        let at = at.display();
        GitError::Failed(format!(
            "{at} is no worktree of {branch} any more: move it away (what was committed is on the branch), then go on"
        ))
    })?;
    fs::write(own.join(MARK), "")?;
    Ok(())
}

/// True for a worktree that G1 made of the repository of the project it lies in ([`super::beside`]), wherever that keeps
/// its own: it may be a linked worktree itself, or a submodule.
pub(super) fn is_ours(dir: &Path) -> bool {
    let ours = || {
        let own = own_folder(dir)?.canonicalize().ok()?;
        let marked = fs::symlink_metadata(own.join(MARK)).is_ok_and(|meta| meta.is_file());
        // A copy of a worktree's link is no worktree.
        let back = fs::read_to_string(own.join("gitdir")).ok()?;
        let back = Path::new(back.trim_end()).canonicalize().ok()? == dir.join(".git").canonicalize().ok()?;
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

/// `.git`, or where it leads to.
fn git_folder(dir: &Path) -> Option<PathBuf> {
    let own = dir.join(".git");
    if fs::symlink_metadata(&own).is_ok_and(|meta| meta.is_dir()) { Some(own) } else { own_folder(dir) }
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
mod tests {
    use super::*;

    fn repository_in(dir: &Path) {
        fs::create_dir_all(dir).unwrap();
        fs::write(dir.join("a.txt"), "a\n").unwrap();
        run(git(dir).args(["init", "--quiet", "--initial-branch=main"])).unwrap();
        run(git(dir).args(["add", "."])).unwrap();
        run(git(dir).args(["commit", "--quiet", "-m", "a"])).unwrap();
    }

    #[test]
    fn a_worktree_is_ours_where_git_keeps_it_for_the_same_repository() {
        let dir = tempfile::tempdir().unwrap();
        let (main, linked) = (dir.path().join("main"), dir.path().join("linked"));
        repository_in(&main);
        run(git(&main).args(["worktree", "add", "--quiet", "-b", "topic"]).arg(&linked)).unwrap();
        for (project, name) in [(&main, "g1/one"), (&linked, "g1/two")] {
            let place = super::super::beside(project);
            fs::create_dir(project.join(".g1")).unwrap();
            worktree(project, &place, name, "HEAD", 100).unwrap();
            assert!(is_ours(&place), "{name}");
            // Its link alone leads git there, and it is no worktree for all that.
            let copy = super::super::beside(&dir.path().join("other"));
            fs::create_dir_all(&copy).unwrap();
            fs::copy(place.join(".git"), copy.join(".git")).unwrap();
            assert!(!is_ours(&copy), "{name}");
        }
        // A person's own worktree is not.
        assert!(!is_ours(&linked));
    }

    #[test]
    fn a_worktree_is_found_again_when_the_repository_was_moved_or_the_mark_is_missing() {
        let dir = tempfile::tempdir().unwrap();
        let (before, after) = (dir.path().join("before"), dir.path().join("after"));
        repository_in(&before);
        fs::create_dir(before.join(".g1")).unwrap();
        worktree(&before, &super::super::beside(&before), "g1/one", "HEAD", 100).unwrap();
        fs::rename(&before, &after).unwrap();
        let place = super::super::beside(&after);
        assert!(!is_ours(&place));
        adopt(&after, &place, "g1/one").unwrap();
        assert!(is_ours(&place));
        fs::remove_file(own_folder(&place).unwrap().join(MARK)).unwrap();
        assert!(!is_ours(&place));
        assert!(adopt(&after, &place, "g1/two").is_err() && !is_ours(&place), "another branch is checked out");
        adopt(&after, &place, "g1/one").unwrap();
        assert!(is_ours(&place));
        fs::remove_dir_all(&place).unwrap();
        fs::create_dir(&place).unwrap();
        assert!(adopt(&after, &place, "g1/one").is_err());
    }

    #[test]
    fn no_program_that_the_configuration_names_runs() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("root");
        repository_in(&root);
        fs::write(root.join(".gitattributes"), "*.txt filter=own filter=a=b\n").unwrap();
        run(git(&root).args(["add", ".gitattributes"])).unwrap();
        run(git(&root).args(["commit", "--quiet", "-m", "attributes"])).unwrap();
        fs::write(root.join("b.txt"), "b\n").unwrap();
        let ran = dir.path().join("ran");
        let config = root.join(".git/config");
        let mut text = fs::read_to_string(&config).unwrap();
        for name in ["own", "a=b"] {
            text += &format!("[filter \"{name}\"]\n\trequired = true\n");
            for way in ["clean", "smudge", "process"] {
                text += &format!("\t{way} = \"touch {} && cat\"\n", ran.display());
            }
        }
        fs::write(&config, text).unwrap();
        let at = root.canonicalize().unwrap();
        assert_eq!(uncommitted(&at).unwrap(), 1);
        let commit = head(&at).unwrap().unwrap();
        assert_eq!(files(&at, &commit, 100, &|_| true).unwrap().len(), 2);
        fs::create_dir(root.join(".g1")).unwrap();
        let place = super::super::beside(&at);
        worktree(&at, &place, "g1/one", &commit, 100).unwrap();
        fs::write(place.join("a.txt"), "changed\n").unwrap();
        assert!(super::super::git::commit(&place, "A step", ["a.txt"]).unwrap());
        assert!(!ran.exists(), "a filter ran");
    }

    #[test]
    fn work_beside_a_sparse_checkout_is_committed_whole_and_leaves_it_sparse() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("root");
        repository_in(&root);
        fs::create_dir(root.join("docs")).unwrap();
        fs::create_dir(root.join("src")).unwrap();
        fs::write(root.join("docs/a.md"), "a\n").unwrap();
        fs::write(root.join("src/old.py"), "old\n").unwrap();
        run(git(&root).args(["add", "."])).unwrap();
        run(git(&root).args(["commit", "--quiet", "-m", "more"])).unwrap();
        let own = || {
            // As a person has it, without the settings of G1.
            let mut git = Command::new("git");
            git.current_dir(&root).env("GIT_CONFIG_GLOBAL", "/dev/null").env("HOME", "/nonexistent");
            git
        };
        assert!(own().args(["sparse-checkout", "set", "docs"]).status().unwrap().success());
        assert!(!root.join("src").exists());
        let at = root.canonicalize().unwrap();
        assert_eq!(uncommitted(&at).unwrap(), 0);
        fs::create_dir(root.join(".g1")).unwrap();
        let place = super::super::beside(&at);
        worktree(&at, &place, "g1/one", &head(&at).unwrap().unwrap(), 100).unwrap();
        assert!(place.join("src/old.py").exists());
        fs::write(place.join("src/new.py"), "new\n").unwrap();
        assert!(super::super::git::commit(&place, "A step", ["src/new.py", "src/old.py"]).unwrap());
        let told = told(&at, ["diff", "--name-status", "main", "g1/one"]).unwrap();
        assert_eq!(String::from_utf8(told).unwrap(), "A\tsrc/new.py\n");
        assert!(!root.join("src").exists());
        assert!(own().args(["status", "--porcelain"]).output().unwrap().stdout.starts_with(b"?? .g1"));
    }

    #[test]
    fn a_branch_gets_a_name_that_it_can_have() {
        let dir = tempfile::tempdir().unwrap();
        repository_in(dir.path());
        let branch = |name: &str| run(git(dir.path()).args(["branch", name])).unwrap();
        assert_eq!(free(dir.path(), "g1/shelf"), "g1/shelf");
        branch("g1/shelf");
        assert_eq!(free(dir.path(), "g1/shelf"), "g1/shelf-2");
        branch("g1/shelf-2/more");
        assert_eq!(free(dir.path(), "g1/shelf"), "g1/shelf-3");
        run(git(dir.path()).args(["branch", "-D", "g1/shelf", "g1/shelf-2/more"])).unwrap();
        branch("g1");
        assert_eq!(free(dir.path(), "g1/shelf"), "g1-shelf");
    }
}
