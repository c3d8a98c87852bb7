//! A run on software that is there already: it is looked over before the run begins, and worked on beside where it lies,
//! so that nothing of the person's is touched.

use super::{
    jsonl::Ending,
    open::{self, OpenError},
};
use crate::{
    domain::{
        Clean, Hash, StepId,
        artifact::FileEntry,
        counted,
        existing::{Existing, STEP},
        run::Run,
    },
    hub::{Blobs, HubError},
    workspace::{
        self, Workspace,
        branch::{self, Committed, Limits},
        confidential, count_lines, git, paths, survey,
    },
};
use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

/// What this version works on. All of it is in memory while a project is begun, several times over.
const LIMITS: Limits = Limits { of_one: 4 << 20, files: 5_000, together: 128 << 20 };
/// So many files are in memory and open while a copy is made.
const AT_ONCE: usize = 128;

/// What was found.
pub(super) struct Found {
    pub existing: Existing,
    /// What the journal will name: every file in the order of its path, then the outline.
    pub contents: Vec<Vec<u8>>,
    pub note: Clean,
}

impl Found {
    pub(super) fn files(&self) -> impl Iterator<Item = (&FileEntry, &Vec<u8>)> {
        self.existing.files.values().zip(&self.contents)
    }
}

/// Software as a recording holds it, for a run in `dir`.
///
/// # Errors
/// There is too much of it, or a path of it leads elsewhere.
pub(super) fn recorded(dir: &Path, files: Vec<Committed>) -> Result<Found, OpenError> {
    for file in &files {
        paths::check(&file.path).map_err(|error| OpenError::Refused(Clean::from(error.to_string())))?;
    }
    found(dir, files, None, 0)
}

/// Looks a folder over. `None` where nothing is there that a new product would have to fit in with.
///
/// # Errors
/// The engine cannot change it, nothing is committed yet, it is part of a larger repository, or too large: the words say
/// what to do.
pub(super) fn survey(dir: &Path, requirement: &str, offline: bool) -> Result<Option<Found>, OpenError> {
    let refused = |text: String| Err(OpenError::Refused(Clean::from(text)));
    let shown = dir.display();
    let software = survey::holds_software(dir);
    if offline {
        return match software {
            true => refused(format!(
                "{shown} holds software, and the offline engine cannot change code that it did not write: choose a language \
                 model (-m PROVIDER/MODEL; `g1 models` lists them), or another folder with -C. What G1 made is changed with \
                 `g1 add` and `g1 amend`"
            )),
            false => Ok(None),
        };
    }
    let failed = |error: git::GitError| at(dir, &error);
    if branch::is_bare(dir) {
        return refused(format!(
            "{shown} is a bare repository, which holds no files to work on: clone it, and work there"
        ));
    }
    let Some(root) = branch::repository(dir) else {
        return match software {
            true => found(dir, survey::files(dir, &LIMITS).map_err(|e| at(dir, &e))?, None, 0).map(Some),
            false => Ok(None),
        };
    };
    let Some(commit) = branch::head(&root).map_err(failed)? else {
        return match software {
            true => refused(format!("nothing is committed in {shown} yet: commit, so that G1 can work on a branch")),
            false => Ok(None),
        };
    };
    if dir.canonicalize().ok().as_deref() != Some(root.as_path()) {
        let root = root.display();
        return refused(format!("{shown} is part of the repository {root}: work on the whole, with -C {root}"));
    }
    let name = branch::free(&root, &format!("g1/{}", open::slug(requirement)));
    let left = branch::uncommitted(&root).map_err(failed)?.len();
    let files = branch::files(&root, &commit, &LIMITS, &|path| paths::check(path).is_ok()).map_err(failed)?;
    found(dir, files, Some((Clean::from(name), Clean::from(commit))), left).map(Some)
}

fn at(dir: &Path, error: &dyn std::fmt::Display) -> OpenError {
    OpenError::Folder { dir: dir.to_owned(), source: io::Error::other(error.to_string()) }
}

fn found(
    dir: &Path,
    files: Vec<Committed>,
    branch: Option<(Clean, Clean)>,
    uncommitted: usize,
) -> Result<Found, OpenError> {
    let (secret, mut files): (Vec<_>, Vec<_>) =
        files.into_iter().partition(|file| confidential::is_secret(&file.path, &file.bytes));
    files.sort_by(|one, other| one.path.cmp(&other.path));
    files.dedup_by(|one, other| one.path == other.path);
    let step = StepId::new(STEP).map_err(|error| at(dir, &error))?;
    let mut outline = String::new();
    let mut entries = BTreeMap::new();
    let mut contents = Vec::new();
    for Committed { path, executable, bytes } in files {
        outline.push_str(&survey::outline(&path, &bytes));
        let sha256 = Hash::of(&bytes);
        let (size, lines) = (bytes.len() as u64, count_lines(&bytes));
        let entry = FileEntry { path: path.clone(), sha256, bytes: size, lines, executable, step: step.clone() };
        entries.insert(path, entry);
        contents.push(bytes);
    }
    let place = workspace::beside(dir);
    let place = place.display();
    let mut note = format!("{} files are there already; the work is done in {place}", entries.len());
    if let Some((branch, _)) = &branch {
        note.push_str(&format!(
            ", on the branch {branch}. Your files, your index and HEAD stay as they are; `git merge {branch}` takes it over"
        ));
    } else {
        note.push_str(", a copy with a history of its own; the folder itself stays as it is");
    }
    if uncommitted > 0 {
        note.push_str(&format!(
            ". It begins at your last commit: {uncommitted} paths with work that is not committed are not part of it"
        ));
    }
    if !secret.is_empty() {
        let names: Vec<&str> = secret.iter().map(|file| file.path.as_str()).take(5).collect();
        let more = if secret.len() > names.len() { "…" } else { "" };
        let hold = if secret.len() == 1 { "it holds" } else { "they hold" };
        note.push_str(&format!(
            ". {} left out because {hold} keys ({}{more}); of everything else the model is sent what it needs",
            counted(secret.len(), "file"),
            names.join(", ")
        ));
    }
    let existing = Existing { files: entries, outline: Hash::of(outline.as_bytes()), branch };
    contents.push(outline.into_bytes());
    Ok(Found { existing, contents, note: Clean::from(note) })
}

/// Makes the place where the work is done, if it is not there: a worktree of the branch, or a copy (of what has no
/// history, and of a fork's, whose history is elsewhere). It holds the bytes that are committed, whatever `.gitattributes`
/// says of line ends and the like, and over them what the run has written: its branch may be gone, and be made anew.
///
/// # Errors
/// git or the disk refuses.
pub(super) fn stand(dir: &Path, run: &Run, existing: &Existing, blobs: &Blobs) -> Result<(), OpenError> {
    let place = workspace::beside(dir);
    let failed = |error: &dyn std::fmt::Display| at(dir, error);
    let there = place.symlink_metadata().is_ok();
    if let Some((root, branch, commit)) = promised(dir, existing) {
        if there {
            return branch::adopt(&root, &place, branch).map_err(|e| failed(&e));
        }
        // git keeps the path it is given.
        let place = std::path::absolute(&place).map_err(|e| failed(&e))?;
        branch::worktree(&root, &place, branch, commit).map_err(|e| failed(&e))?;
    } else if there {
        return Ok(());
    } else {
        copy(dir, existing, &place, blobs)?;
    }
    // Going back puts its files there itself.
    if run.restoring.is_some() {
        return Ok(());
    }
    let mut files = Vec::new();
    for entry in run.files.values().filter(|entry| entry.step.as_str() != STEP) {
        files.push((entry.clone(), blobs.get(&entry.sha256)?));
    }
    // What is neither as it was before nor as the run wrote it is a person's own commit.
    let ours = |path: &str, there: &[u8]| existing.files.get(path).is_some_and(|file| file.sha256 == Hash::of(there));
    let workspace = Workspace::open(&place).map_err(|e| failed(&e))?;
    files.retain(|(entry, _)| workspace.read(&entry.path).map_or(true, |there| ours(&entry.path, &there)));
    if files.is_empty() {
        return Ok(());
    }
    workspace.write(&files, &ours).map_err(|e| failed(&e))?;
    let paths = files.iter().map(|(entry, _)| entry.path.as_str());
    if let Err(error) = git::commit(&place, "The work so far", paths) {
        tracing::info!(%error, "no git commit");
    }
    Ok(())
}

fn copy(dir: &Path, existing: &Existing, place: &Path, blobs: &Blobs) -> Result<(), OpenError> {
    let failed = |error: &dyn std::fmt::Display| at(dir, error);
    let half = place.with_extension("new");
    if half.symlink_metadata().is_ok() {
        fs::remove_dir_all(&half).map_err(|e| failed(&e))?;
    }
    fs::create_dir_all(&half).map_err(|e| failed(&e))?;
    let copy = Workspace::open(&half).map_err(|e| failed(&e))?;
    let entries: Vec<&FileEntry> = existing.files.values().collect();
    for some in entries.chunks(AT_ONCE) {
        let files = some.iter().map(|entry| Ok((FileEntry::clone(entry), blobs.get(&entry.sha256)?)));
        let files = files.collect::<Result<Vec<_>, HubError>>()?;
        copy.write(&files, &|_, _| false).map_err(|e| failed(&e))?;
    }
    // Without git there is no history, and the work goes on.
    let kept = git::init(&half).and_then(|()| {
        git::commit(&half, "The software as it was", existing.files.keys().map(String::as_str)).map(drop)
    });
    if let Err(error) = kept {
        tracing::info!(%error, "no history of the copy");
    }
    fs::rename(&half, place).map_err(|e| failed(&e))
}

/// The repository, and the branch of it on which the work is, with the commit at which that begins: none for what has no
/// history, and for a fork, whose history is elsewhere.
fn promised<'a>(dir: &Path, existing: &'a Existing) -> Option<(PathBuf, &'a Clean, &'a Clean)> {
    let (branch, commit) = existing.branch.as_ref()?;
    let root = branch::repository(dir).filter(|root| dir.canonicalize().is_ok_and(|dir| dir == *root))?;
    branch::has(&root, commit).then_some((root, branch, commit))
}

/// Commits what a commit that failed has left out of the branch.
///
/// # Errors
/// It fails again: the words say what git says.
pub(super) fn catch_up(run: &Run, dir: &Path) -> Result<(), Clean> {
    let lacking = changes(run, dir).lacking;
    if lacking.is_empty() {
        return Ok(());
    }
    let made = git::commit(&workspace::beside(dir), "The work so far", lacking.iter().map(String::as_str));
    made.map(drop).map_err(|error| Clean::from(format!("what was made is in the files, but not committed: {error}")))
}

/// Where the changes to software that was there before are.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// In words for a person: nothing where nothing was said of a branch.
    pub told: String,
    /// The files that the run has written and the branch does not hold.
    pub lacking: Vec<String>,
}

impl Changes {
    /// The exit code of a run that would end with `exit`: whoever goes on with the branch would go on without them.
    pub(super) fn exit(&self, exit: u8) -> u8 {
        if !self.lacking.is_empty() && [0, 7].contains(&exit) { 1 } else { exit }
    }

    /// Says it in the last line of a stream.
    pub(super) fn note(&self, line: &mut serde_json::Value) {
        if !self.lacking.is_empty() {
            line["uncommitted"] = self.lacking.clone().into();
        }
    }
}

/// So many files are named that a branch lacks.
const NAMED: usize = 5;

/// Where the changes of a run that ends so are; nothing is said of one that has built nothing yet.
pub(super) fn changes_of(run: &Run, ending: Ending<'_>, dir: &Path) -> Changes {
    match ending {
        Ending::Completed { stopped_at_plan: false, .. } => changes(run, dir),
        _ => Changes::default(),
    }
}

fn changes(run: &Run, dir: &Path) -> Changes {
    let Some((existing, (branch, _))) = run.existing.as_ref().and_then(|there| Some((there, there.branch.as_ref()?)))
    else {
        return Changes::default();
    };
    let only_told = |told: String| Changes { told, lacking: Vec::new() };
    let made = || run.files.values().filter(|file| file.step.as_str() != STEP).map(|file| file.path.as_str());
    if made().next().is_none() {
        return only_told(format!("Nothing was changed: the branch {branch} is as your last commit.\n"));
    }
    let place = workspace::beside(dir);
    if promised(dir, existing).is_none() {
        let place = place.display();
        return only_told(format!("The changes are in {place}, a copy with a history of its own.\n"));
    }
    let workspace = Workspace::open(&place).ok();
    let as_made = |path: &str| {
        let there = workspace.as_ref().and_then(|workspace| workspace.read(path).ok());
        there.is_some_and(|there| run.files.get(path).is_some_and(|file| file.sha256 == Hash::of(&there)))
    };
    // Where git does not say, nothing is known to be there.
    let lacking = branch::lacking(&place, branch, made(), &as_made).unwrap_or_else(|_| made().collect());
    if lacking.is_empty() {
        let first = before_merging(&branch::uncommitted(dir).unwrap_or_default(), made());
        return only_told(format!(
            "The changes are on {branch}: `git diff HEAD...{branch}` shows them, `git merge {branch}` takes them over{first}.\n"
        ));
    }
    let told = format!(
        "Not committed: the branch {branch} lacks {} ({}), so it is not to be merged yet. The work is in {}; `g1 resume` \
         commits it as soon as git can.\n",
        counted(lacking.len(), "file"),
        named(&lacking),
        place.display()
    );
    Changes { told, lacking: lacking.into_iter().map(str::to_owned).collect() }
}

/// What git would refuse a merge for: work of the person's that is not committed, in files that the branch has, too.
fn before_merging<'a>(uncommitted: &[String], made: impl Iterator<Item = &'a str>) -> String {
    let theirs =
        |path: &&str| uncommitted.iter().any(|left| left == path || left.ends_with('/') && path.starts_with(left));
    let both: Vec<&str> = made.filter(theirs).collect();
    match both.is_empty() {
        true => String::new(),
        false => format!("; commit or stash your own work on {} first", named(&both)),
    }
}

/// The first of these paths.
fn named(paths: &[&str]) -> String {
    let more = if paths.len() > NAMED { ", …" } else { "" };
    paths.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ") + more
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hub::fixture;
    use std::process::{Command, Stdio};

    #[test]
    fn a_copy_of_many_files_keeps_few_open() {
        const INSIDE: &str = "G1_TEST_WITH_FEW_DESCRIPTORS";
        if std::env::var_os(INSIDE).is_none() {
            // The limit is the process's: this test alone runs again in one of its own.
            let name = std::thread::current().name().expect("tests have names").to_owned();
            let mut again = Command::new("sh");
            again.args(["-c", "ulimit -n 300 && exec \"$0\" --exact \"$1\""]);
            again.arg(std::env::current_exe().unwrap()).arg(name).env(INSIDE, "1").stdout(Stdio::null());
            assert!(again.status().unwrap().success());
            return;
        }
        let dir = tempfile::tempdir().unwrap();
        let blobs = Blobs::at(dir.path());
        let step = StepId::new(STEP).unwrap();
        let texts: Vec<String> = (0..400).map(|n| format!("def f{n}(): pass\n")).collect();
        blobs.put_all(&texts).unwrap();
        let entry = |(n, text): (usize, &String)| {
            let path = format!("package{n}/module.py");
            let (sha256, bytes) = (Hash::of(text.as_bytes()), text.len() as u64);
            (path.clone(), FileEntry { path, sha256, bytes, lines: 1, executable: false, step: step.clone() })
        };
        let files: BTreeMap<String, FileEntry> = texts.iter().enumerate().map(entry).collect();
        let existing = Existing { files, outline: Hash::of(b""), branch: None };
        let place = dir.path().join("place");
        copy(dir.path(), &existing, &place, &blobs).unwrap();
        for (n, text) in texts.iter().enumerate() {
            assert_eq!(fs::read_to_string(place.join(format!("package{n}/module.py"))).unwrap(), *text);
            assert_eq!(fs::read_dir(place.join(format!("package{n}"))).unwrap().count(), 1);
        }
    }

    /// A repository, and a run on it that has written its files in the worktree; the branch has none of them.
    fn begun(dir: &Path) -> Run {
        let git = |args: &[&str]| {
            let mut git = Command::new("git");
            git.args(["-c", "user.name=x", "-c", "user.email=x@y"]).args(args).current_dir(dir);
            assert!(git.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap().success(), "git {args:?}");
        };
        git(&["init", "--quiet", "--initial-branch=main"]);
        git(&["commit", "--quiet", "--allow-empty", "-m", "empty"]);
        let commit = branch::head(dir).unwrap().unwrap();
        fs::create_dir(dir.join(".g1")).unwrap();
        let blobs = Blobs::at(&dir.join(".g1"));
        let mut run = fixture::run(&blobs);
        let branch = Some((Clean::new("g1/shelf"), Clean::from(commit)));
        let existing = Existing { files: BTreeMap::new(), outline: Hash::of(b""), branch };
        let mut planned = run.clone();
        planned.files.clear();
        stand(dir, &planned, &existing, &blobs).unwrap();
        let written: Vec<_> = run.files.values().map(|file| (file.clone(), blobs.get(&file.sha256).unwrap())).collect();
        Workspace::open(&workspace::beside(dir)).unwrap().write(&written, &|_, _| false).unwrap();
        run.existing = Some(existing);
        run
    }

    #[test]
    fn a_branch_that_lacks_what_was_made_is_not_said_to_hold_it_until_it_does() {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path().canonicalize().unwrap();
        let run = begun(&dir);
        let lock = dir.join(".git/worktrees/worktree/index.lock");
        fs::write(&lock, "").unwrap();
        let error = catch_up(&run, &dir).unwrap_err();
        assert!(error.contains("not committed: git: ") && error.contains("index.lock"), "{error}");
        let said = changes(&run, &dir);
        assert_eq!((said.lacking.len(), said.exit(0), said.exit(7), said.exit(4)), (run.files.len(), 1, 1, 4));
        assert!(said.told.contains("lacks") && !said.told.contains("git merge"), "{}", said.told);
        fs::remove_file(&lock).unwrap();
        catch_up(&run, &dir).unwrap();
        let said = changes(&run, &dir);
        assert!(said.lacking.is_empty() && said.told.contains("`git merge g1/shelf` takes them over"), "{}", said.told);
        assert_eq!((said.exit(0), said.exit(7)), (0, 7));
        // Who goes on with it there need not commit.
        let (path, _) = run.files.first_key_value().unwrap();
        fs::write(workspace::beside(&dir).join(path), "otherwise\n").unwrap();
        assert!(changes(&run, &dir).lacking.is_empty());
    }

    #[test]
    fn a_branch_without_changes_is_not_said_to_hold_some() {
        let dir = tempfile::tempdir().unwrap();
        let mut run = fixture::run(&Blobs::at(dir.path()));
        assert_eq!(changes(&run, dir.path()).told, "");
        let branch = Some((Clean::new("g1/shelf"), Clean::new("0a1b")));
        run.existing = Some(Existing { files: BTreeMap::new(), outline: Hash::of(b""), branch });
        let said = changes(&run, dir.path()).told;
        assert!(said.contains("a copy with a history of its own") && !said.contains("merge"), "a fork: {said}");
        run.files.clear();
        let said = changes(&run, dir.path()).told;
        assert!(said.contains("Nothing was changed") && !said.contains("merge"), "{said}");
    }

    #[test]
    fn what_git_would_not_merge_over_is_named() {
        let left = ["src/log.py", "notes/", "README.md"].map(str::to_owned);
        let said = before_merging(&left, ["src/log.py", "notes/a.txt", "tests/test_log.py"].into_iter());
        assert_eq!(said, "; commit or stash your own work on src/log.py, notes/a.txt first");
        assert_eq!(before_merging(&left, ["tests/test_log.py"].into_iter()), "");
    }
}
