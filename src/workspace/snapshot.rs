//! Commits made in this process: in a repository whose every setting is known ([`Repository::of`]) a commit is a few small
//! files, and two processes for each step cost more than all else that the step does. It is what `git add --force` and
//! `git commit` do there, no more: the index takes the files up, its tree is written, and the branch moves. Nothing is kept
//! from one commit to the next: a person may use git in between.

use super::{
    Workspace,
    git::GitError,
    objects::{Objects, SHA1},
    repository::{Repository, failed, is_file},
};
use gix_index::{
    State, decode,
    entry::{
        Flags, Mode, Stage, Stat,
        stat::{self, Time},
    },
    hash::{ObjectId, hasher},
};
use gix_object::{
    Kind, Tree, WriteTo,
    bstr::{BStr, ByteSlice},
    find::Never,
    tree::Editor,
};
use jiff::Zoned;
use rustix::fs::{AtFlags, statat};
use std::collections::BTreeSet;

/// Files of this name may say that content is to be changed on its way into a commit.
const ATTRIBUTES: &str = ".gitattributes";
const INDEX: &str = "index";
/// A file may be changed twice in a second.
const PRECISE: stat::Options = stat::Options { trust_ctime: true, check_stat: true, use_nsec: true, use_stdev: false };

/// True where a file in the way of `paths` may ask for more than their bytes: then git has to be asked.
pub(super) fn has_attributes(workspace: &Workspace, paths: &[&str]) -> bool {
    let folders: BTreeSet<&str> =
        paths.iter().flat_map(|path| path.match_indices('/').map(|(at, _)| &path[..=at])).chain([""]).collect();
    let there =
        |folder: &str| statat(&workspace.root, format!("{folder}{ATTRIBUTES}"), AtFlags::SYMLINK_NOFOLLOW).is_ok();
    folders.into_iter().any(there)
}

/// Commits those of `paths` that are there in the repository of `workspace`. False when nothing changed.
///
/// # Errors
/// Something in the repository is not as G1 leaves it, or the disk refuses.
pub(super) fn commit(
    workspace: &Workspace,
    repository: &Repository,
    message: &str,
    paths: &[&str],
) -> Result<bool, GitError> {
    let mut objects = repository.objects()?;
    let mut index = Index::read(repository)?;
    if take_up(&mut index, workspace, paths, &mut objects)? {
        index.write(repository)?;
    }
    let tree = tree_of(&index.state, &mut objects)?;
    let tip = repository.tip()?;
    let unchanged = match &tip.commit {
        Some(parent) => objects.tree_of(parent)? == tree,
        None => index.state.entries().is_empty(),
    };
    if unchanged {
        return Ok(false);
    }
    let who = format!("G1 <g1@localhost> {}", Zoned::now().strftime("%s %z"));
    let parent = tip.commit.map(|parent| format!("parent {parent}\n")).unwrap_or_default();
    let message = cleaned(message);
    let commit = format!("tree {tree}\n{parent}author {who}\ncommitter {who}\n\n{message}");
    let commit = objects.put(Kind::Commit, commit.as_bytes())?;
    let first = if tip.commit.is_some() { "" } else { " (initial)" };
    let why = format!("commit{first}: {}", message.lines().next().unwrap_or_default());
    repository.advance(&tip, commit, &who, &why)?;
    Ok(true)
}

/// What git's index holds.
struct Index {
    state: State,
    /// When it was written, and as which file.
    written: Time,
    file: Option<(u64, i64, Stat)>,
}

impl Index {
    fn read(repository: &Repository) -> Result<Self, GitError> {
        let mut state = State::new(SHA1);
        let Some((bytes, stat)) = repository.read(INDEX)? else {
            return Ok(Self { state, written: Time::default(), file: None });
        };
        let (content, checksum) = bytes.split_at(bytes.len().saturating_sub(SHA1.len_in_bytes()));
        if checksum.iter().any(|byte| *byte != 0) && checksum_of(content)?.as_slice() != checksum {
            return Err(failed("its index is damaged"));
        }
        // The time is only passed through, and one thread reads so few entries fastest.
        let one = decode::Options { thread_limit: Some(1), ..decode::Options::default() };
        state = State::from_bytes(&bytes, state.timestamp(), SHA1, one).map_err(failed)?.0;
        if state.link().is_some() || state.is_sparse() {
            return Err(failed("its index is only a part"));
        }
        let odd = |flags: Flags| flags.contains(Flags::INTENT_TO_ADD) || flags.stage() != Stage::Unconflicted;
        if state.entries().iter().any(|entry| odd(entry.flags)) {
            return Err(failed("a merge or an addition is not finished"));
        }
        let known = of_system(&stat);
        Ok(Self { state, written: known.mtime, file: Some(identity(&stat)) })
    }

    fn write(&mut self, repository: &Repository) -> Result<(), GitError> {
        // What it caches of trees no longer holds.
        self.state.remove_tree();
        self.state.remove_resolve_undo();
        self.state.sort_entries();
        let mut bytes = Vec::new();
        self.state.write_to(&mut bytes, gix_index::write::Options::default()).map_err(failed)?;
        let checksum = checksum_of(&bytes)?;
        bytes.extend_from_slice(checksum.as_slice());
        let as_before = || Ok(repository.stat(INDEX).as_ref().map(identity) == self.file);
        repository.replace(INDEX, &bytes, as_before)
    }
}

/// Puts those of `paths` into the index whose content or kind is not what it has. True when there was one.
fn take_up(index: &mut Index, workspace: &Workspace, paths: &[&str], objects: &mut Objects) -> Result<bool, GitError> {
    let (written, state) = (index.written, &mut index.state);
    let mut changed = false;
    let sorted = state.entries().len();
    for path in paths {
        let name: &BStr = path.as_bytes().as_bstr();
        let Ok(there) = statat(&workspace.root, *path, AtFlags::SYMLINK_NOFOLLOW) else { continue };
        let stat = of_system(&there);
        let mode = if is_file(&there) && there.st_mode & 0o100 != 0 { Mode::FILE_EXECUTABLE } else { Mode::FILE };
        let at = state.entry_index_by_path_and_stage_bounded(name, Stage::Unconflicted, sorted);
        if let Some(known) = at.map(|at| state.entry(at))
            && known.mode == mode
            && known.stat.matches(&stat, PRECISE)
            && known.stat.mtime < written
        {
            continue;
        }
        let (bytes, _) = workspace.read_file(path).map_err(failed)?;
        let id = objects.put(Kind::Blob, &bytes)?;
        changed = true;
        match at {
            Some(at) => {
                let entry = &mut state.entries_mut()[at];
                (entry.id, entry.stat, entry.mode, entry.flags) = (id, stat, mode, Flags::empty());
            }
            None => state.dangerously_push_entry(stat, id, Flags::empty(), mode, name),
        }
    }
    Ok(changed)
}

/// Writes the trees of what is in the index.
fn tree_of(index: &State, objects: &mut Objects) -> Result<ObjectId, GitError> {
    let mut tree = Editor::new(Tree::default(), &Never, SHA1);
    for entry in index.entries() {
        let mode = entry.mode.to_tree_entry_mode().ok_or_else(|| failed("its index holds what no tree can"))?;
        tree.upsert(entry.path(index).split_str("/").map(BStr::new), mode.kind(), entry.id).map_err(failed)?;
    }
    tree.write(|tree| {
        let mut bytes = Vec::new();
        tree.write_to(&mut bytes)?;
        Ok(objects.put(Kind::Tree, &bytes)?)
    })
}

fn checksum_of(bytes: &[u8]) -> Result<ObjectId, GitError> {
    let mut hasher = hasher(SHA1);
    hasher.update(bytes);
    hasher.try_finalize().map_err(failed)
}

/// What an index remembers of a file: of each figure the low 32 bits.
fn of_system(stat: &rustix::fs::Stat) -> Stat {
    Stat {
        mtime: Time { secs: stat.st_mtime as u32, nsecs: stat.st_mtime_nsec as u32 },
        ctime: Time { secs: stat.st_ctime as u32, nsecs: stat.st_ctime_nsec as u32 },
        dev: stat.st_dev as u32,
        ino: stat.st_ino as u32,
        uid: stat.st_uid,
        gid: stat.st_gid,
        size: stat.st_size as u32,
    }
}

/// Which file it is, in which state.
fn identity(stat: &rustix::fs::Stat) -> (u64, i64, Stat) {
    (stat.st_ino, stat.st_size, of_system(stat))
}

/// As `--cleanup=whitespace` has it.
fn cleaned(message: &str) -> String {
    let mut text = String::new();
    let mut empty = true;
    for line in message.lines().map(str::trim_end) {
        if !line.is_empty() || !empty {
            text.push_str(line);
            text.push('\n');
        }
        empty = line.is_empty();
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::super::git::{self, git as program, run};
    use super::*;
    use std::{fs, os::unix::fs::PermissionsExt, path::Path, process::Stdio};

    fn told(dir: &Path, args: &[&str]) -> String {
        let output = program(dir).args(args).stdout(Stdio::piped()).output().unwrap();
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn written(dir: &Path, files: &[(&str, &str)]) {
        for (path, text) in files {
            let path = dir.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
            let mode = if text.starts_with("#!") { 0o755 } else { 0o644 };
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        }
    }

    fn here(dir: &Path, message: &str, paths: &[&str]) -> Result<bool, GitError> {
        let workspace = Workspace::open(dir).unwrap();
        let repository = Repository::of(&workspace).expect("a repository of G1's own");
        commit(&workspace, &repository, message, paths)
    }

    #[test]
    fn a_commit_made_here_is_the_one_that_git_makes() {
        let (ours, gits) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let long = "more than a block of the disk\n".repeat(400);
        let steps: [&[(&str, &str)]; 3] = [
            &[("app.py", "a\n"), ("app/deep/er/x.py", "x\n"), ("app-more/y", ""), ("run.sh", "#!/bin/sh\n")],
            &[("app.py", "b\n"), ("z ü.md", "z\n"), ("run.sh", "no script\n"), ("app/long.txt", &long)],
            &[("app/deep/er/x.py", "xx\n")],
        ];
        let mut paths: Vec<&str> = vec!["is/not/there"];
        for (at, files) in steps.iter().enumerate() {
            paths.extend(files.iter().map(|(path, _)| *path).filter(|path| !paths.contains(path)).collect::<Vec<_>>());
            for dir in [ours.path(), gits.path()] {
                git::init(dir).unwrap();
                written(dir, files);
            }
            assert!(here(ours.path(), &format!("Step {at}: \n"), &paths).unwrap());
            assert!(!here(ours.path(), "Again", &paths).unwrap());
            run(program(gits.path()).args(["add", "."])).unwrap();
            run(program(gits.path()).args(["commit", "--quiet", "-m", "git"])).unwrap();
            for asked in [["rev-parse", "HEAD^{tree}"], ["ls-files", "--stage"]] {
                assert_eq!(told(ours.path(), &asked), told(gits.path(), &asked), "{asked:?} after step {at}");
            }
            assert_eq!(told(ours.path(), &["status", "--porcelain"]), "");
        }
        told(ours.path(), &["fsck", "--strict"]);
        let log = "G1 <g1@localhost> Step 2:\nG1 <g1@localhost> Step 1:\nG1 <g1@localhost> Step 0:\n";
        assert_eq!(told(ours.path(), &["log", "--format=%an <%ae> %B"]).replace("\n\n", "\n"), log);
        for log in ["HEAD", "main"] {
            let lines = told(ours.path(), &["reflog", "show", "--format=%gn <%ge> %gs", log]);
            assert_eq!(lines.lines().count(), 3);
            assert_eq!(lines.lines().last(), Some("G1 <g1@localhost> commit (initial): Step 0:"));
        }

        git::forget(ours.path(), ["app-more/y"]).unwrap();
        fs::remove_file(ours.path().join("app-more/y")).unwrap();
        assert!(here(ours.path(), "Gone", &["app.py"]).unwrap());
        assert_eq!(told(ours.path(), &["show", "--format=", "--name-status"]), "D\tapp-more/y\n");
    }

    #[test]
    fn a_file_changed_again_at_once_is_committed_again() {
        let dir = tempfile::tempdir().unwrap();
        git::init(dir.path()).unwrap();
        for round in 0..20 {
            written(dir.path(), &[("a.txt", &format!("{round:03}")), ("docs/b.txt", &format!("{:03}", round / 2))]);
            assert!(here(dir.path(), "Round", &["a.txt", "docs/b.txt"]).unwrap());
            assert_eq!(told(dir.path(), &["show", "HEAD:a.txt"]), format!("{round:03}"));
            assert_eq!(told(dir.path(), &["status", "--porcelain"]), "");
        }
    }

    #[test]
    fn what_a_person_does_in_between_is_gone_on_from() {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path();
        git::init(dir).unwrap();
        written(dir, &[("a.txt", "1\n"), ("docs/b.txt", "1\n")]);
        assert!(here(dir, "One", &["a.txt", "docs/b.txt"]).unwrap());
        // A commit of their own, on a branch of their own.
        run(program(dir).args(["checkout", "--quiet", "-b", "topic/mine"])).unwrap();
        written(dir, &[("mine.txt", "mine\n")]);
        run(program(dir).args(["add", "mine.txt"])).unwrap();
        run(program(dir).args(["commit", "--quiet", "-m", "Mine"])).unwrap();
        written(dir, &[("a.txt", "2\n")]);
        assert!(here(dir, "Two", &["a.txt", "docs/b.txt"]).unwrap());
        assert_eq!(told(dir, &["log", "--format=%s", "topic/mine"]), "Two\nMine\nOne\n");
        assert_eq!(told(dir, &["log", "--format=%s", "main"]), "One\n");
        assert_eq!(told(dir, &["show", "HEAD:mine.txt"]), "mine\n");
        // Everything packed: git makes the next one, and then it goes on here.
        run(program(dir).args(["gc", "--quiet", "--prune=now"])).unwrap();
        written(dir, &[("a.txt", "3\n")]);
        assert!(here(dir, "Three", &["a.txt", "docs/b.txt"]).is_err());
        assert!(git::commit(dir, "Three", ["a.txt", "docs/b.txt"]).unwrap());
        assert!(!here(dir, "Again", &["a.txt", "docs/b.txt"]).unwrap());
        written(dir, &[("a.txt", "4\n")]);
        assert!(here(dir, "Four", &["a.txt", "docs/b.txt"]).unwrap());
        assert_eq!(told(dir, &["log", "--format=%s"]), "Four\nThree\nTwo\nMine\nOne\n");
        // Objects alone packed.
        run(program(dir).args(["repack", "-a", "-d", "--quiet"])).unwrap();
        written(dir, &[("a.txt", "5\n")]);
        assert!(git::commit(dir, "Five", ["a.txt", "docs/b.txt"]).unwrap());
        // An addition that is only announced has no content that could be committed.
        written(dir, &[("later.txt", "later\n"), ("a.txt", "6\n")]);
        run(program(dir).args(["add", "--intent-to-add", "later.txt"])).unwrap();
        assert!(here(dir, "Six", &["a.txt"]).is_err());
        assert!(git::commit(dir, "Six", ["a.txt"]).unwrap());
        // Without a branch nothing is moved but HEAD.
        run(program(dir).args(["rm", "--quiet", "--cached", "later.txt"])).unwrap();
        run(program(dir).args(["checkout", "--quiet", "--detach"])).unwrap();
        written(dir, &[("a.txt", "7\n")]);
        assert!(here(dir, "Seven", &["a.txt"]).is_err());
        assert!(git::commit(dir, "Seven", ["a.txt"]).unwrap());
        assert_eq!(told(dir, &["log", "--format=%s", "-2"]), "Seven\nSix\n");
        assert_eq!(told(dir, &["show", "HEAD:a.txt"]), "7\n");
        told(dir, &["fsck", "--strict"]);
    }

    #[test]
    fn a_commit_that_was_cut_off_is_made_the_next_time() {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path();
        git::init(dir).unwrap();
        written(dir, &[("a.txt", "1\n"), ("docs/b.txt", "1\n")]);
        // Killed before the branch moved: the index has it.
        let workspace = Workspace::open(dir).unwrap();
        let repository = Repository::of(&workspace).unwrap();
        let mut index = Index::read(&repository).unwrap();
        assert!(take_up(&mut index, &workspace, &["a.txt"], &mut repository.objects().unwrap()).unwrap());
        index.write(&repository).unwrap();
        // A power cut took the content of an object that has its name.
        let blob = told(dir, &["hash-object", "docs/b.txt"]);
        let object = dir.join(".git/objects").join(&blob[..2]).join(blob[2..].trim_end());
        fs::remove_file(&object).unwrap();
        fs::write(&object, "").unwrap();
        assert!(here(dir, "One", &["a.txt", "docs/b.txt"]).unwrap());
        told(dir, &["fsck", "--strict"]);
        assert_eq!(told(dir, &["ls-tree", "-r", "--name-only", "HEAD"]), "a.txt\ndocs/b.txt\n");
    }

    #[test]
    fn what_somebody_else_is_changing_is_not_written_over() {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path();
        git::init(dir).unwrap();
        written(dir, &[("a.txt", "1\n"), ("b.txt", "1\n")]);
        assert!(here(dir, "One", &["a.txt"]).unwrap());
        let workspace = Workspace::open(dir).unwrap();
        let repository = Repository::of(&workspace).unwrap();
        let (mut index, tip) = (Index::read(&repository).unwrap(), repository.tip().unwrap());
        // Between the look and the write.
        run(program(dir).args(["add", "b.txt"])).unwrap();
        run(program(dir).args(["commit", "--quiet", "-m", "Theirs"])).unwrap();
        assert!(index.write(&repository).is_err());
        assert!(repository.advance(&tip, tip.commit.unwrap(), "G1 <g1@localhost> 0 +0000", "x").is_err());
        // Under their lock.
        for lock in [".git/index.lock", ".git/refs/heads/main.lock"] {
            written(dir, &[("a.txt", lock)]);
            fs::write(dir.join(lock), "").unwrap();
            assert!(here(dir, "Two", &["a.txt"]).is_err());
            fs::remove_file(dir.join(lock)).expect("their lock is left alone");
        }
        assert!(here(dir, "Two", &["a.txt"]).unwrap());
        assert_eq!(told(dir, &["log", "--format=%s"]), "Two\nTheirs\nOne\n");
        told(dir, &["fsck", "--strict"]);
    }

    #[test]
    fn what_cannot_be_done_here_is_left_to_git() {
        let dir = tempfile::tempdir().unwrap();
        git::init(dir.path()).unwrap();
        written(dir.path(), &[("docs/.gitattributes", "*.txt text\n"), ("docs/a.txt", "a\r\n"), ("b.txt", "b\r\n")]);
        let workspace = Workspace::open(dir.path()).unwrap();
        assert!(!has_attributes(&workspace, &["b.txt"]));
        assert!(has_attributes(&workspace, &["b.txt", "docs/a.txt"]));
        assert!(git::commit(dir.path(), "Texts", ["docs/a.txt", "b.txt"]).unwrap());
        assert_eq!(told(dir.path(), &["show", "HEAD:docs/a.txt", "HEAD:b.txt"]), "a\nb\r\n");

        // Content is never read through a link, and a link is committed as what it is.
        std::os::unix::fs::symlink("b.txt", dir.path().join("link")).unwrap();
        assert!(here(dir.path(), "A link", &["link"]).is_err());
        assert!(git::commit(dir.path(), "A link", ["link"]).unwrap());
        assert!(told(dir.path(), &["ls-files", "--stage", "link"]).starts_with("120000"));
    }
}
