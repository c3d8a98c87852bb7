//! Commits made in this process: in a repository whose every setting is known ([`super::git`]) a commit is a few small
//! files, and two processes for each step cost more than all else that the step does. It is what `git add --force` and
//! `git commit` do there, no more: the index takes the files up, its tree is written, and the branch moves.

use super::{Workspace, git::GitError};
use gix_index::{
    decode,
    entry::{Flags, Mode, Stage, Stat, stat},
    fs::Metadata,
};
use gix_object::{
    Commit, FindExt, Kind, Tree, WriteTo,
    bstr::{BStr, ByteSlice},
    tree::Editor,
};
use gix_ref::{
    Target,
    file::Store as Refs,
    transaction::{Change, LogChange, PreviousValue, RefEdit, RefLog},
};
use std::{collections::BTreeSet, path::Path};

const SHA1: gix_index::hash::Kind = gix_index::hash::Kind::Sha1;
/// Files of this name may say that content is to be changed on its way into a commit.
const ATTRIBUTES: &str = ".gitattributes";

/// Where objects are put that are not there yet.
struct Objects(gix_odb::loose::Store);

impl Objects {
    fn put(&self, kind: Kind, bytes: &[u8]) -> Result<gix_index::hash::ObjectId, GitError> {
        let id = gix_object::compute_hash(SHA1, kind, bytes).map_err(failed)?;
        if !self.0.contains(&id) {
            gix_object::Write::write_buf_with_known_id(&self.0, kind, bytes, id).map_err(failed)?;
        }
        Ok(id)
    }
}

fn failed(error: impl std::fmt::Display) -> GitError {
    GitError::Failed(error.to_string())
}

/// True where a file in the way of `paths` may ask for more than their bytes: then git has to be asked.
pub(super) fn has_attributes(dir: &Path, paths: &[&str]) -> bool {
    let above = |path: &&str| Path::new(*path).ancestors().skip(1).map(|at| dir.join(at)).collect::<Vec<_>>();
    let folders: BTreeSet<_> = paths.iter().flat_map(above).chain([dir.to_owned()]).collect();
    folders.iter().any(|folder| folder.join(ATTRIBUTES).symlink_metadata().is_ok())
}

/// Commits `paths`, which are there, in the repository of `workspace`. False when nothing changed.
///
/// # Errors
/// Something in the repository is not as G1 leaves it, or the disk refuses.
pub(super) fn commit(workspace: &Workspace, message: &str, paths: &[&str]) -> Result<bool, GitError> {
    let folder = workspace.dir().join(".git");
    let objects = gix_odb::at(folder.join("objects"), SHA1).map_err(failed)?;
    let store = Objects(gix_odb::loose::Store::at(folder.join("objects"), SHA1));

    let mut index = gix_index::File::at_or_default(folder.join("index"), SHA1, false, decode::Options::default())
        .map_err(failed)?;
    if take_up(&mut index, workspace, paths, &store)? {
        // What it caches of trees no longer holds.
        index.remove_tree();
        index.remove_resolve_undo();
        index.sort_entries();
        index.write(gix_index::write::Options::default()).map_err(failed)?;
    }
    let tree = tree_of(&index, &objects, &store)?;

    let refs = Refs::at(folder, SHA1);
    let parent = head(&refs)?;
    let unchanged = match parent {
        Some(parent) => objects.find_commit(&parent, &mut Vec::new()).map_err(failed)?.tree() == tree,
        None => index.entries().is_empty(),
    };
    if unchanged {
        return Ok(false);
    }
    let time = gix_object::date::Time::now_local_or_utc();
    let us = gix_actor::Signature { name: "G1".into(), email: "g1@localhost".into(), time };
    let commit = Commit {
        tree,
        parents: parent.into_iter().collect(),
        author: us.clone(),
        committer: us.clone(),
        encoding: None,
        message: cleaned(message).into(),
        extra_headers: Vec::new(),
    };
    let mut bytes = Vec::new();
    commit.write_to(&mut bytes)?;
    let id = store.put(Kind::Commit, &bytes)?;
    let first = if parent.is_some() { "" } else { " (initial)" };
    let log = format!("commit{first}: {}", message.lines().next().unwrap_or_default());
    let edit = RefEdit {
        name: "HEAD".try_into().map_err(failed)?,
        deref: true,
        change: Change::Update {
            log: LogChange { mode: RefLog::AndReference, force_create_reflog: false, message: log.into() },
            expected: parent
                .map_or(PreviousValue::MustNotExist, |parent| PreviousValue::ExistingMustMatch(Target::Object(parent))),
            new: Target::Object(id),
        },
    };
    let at_once = gix_lock::acquire::Fail::Immediately;
    let mut time = gix_object::date::parse::TimeBuf::default();
    let moved = refs.transaction().prepare([edit], at_once, at_once).map_err(failed)?;
    moved.commit(us.to_ref(&mut time)).map_err(failed)?;
    Ok(true)
}

/// Puts those of `paths` into the index whose content or kind is not what it has. True when there was one.
fn take_up(
    index: &mut gix_index::File,
    workspace: &Workspace,
    paths: &[&str],
    store: &Objects,
) -> Result<bool, GitError> {
    if index.entries().iter().any(|entry| entry.stage() != Stage::Unconflicted) {
        return Err(failed("a merge is not finished"));
    }
    let written = index.timestamp();
    let mut changed = false;
    let mut sorted = index.entries().len();
    for path in paths {
        let name: &BStr = path.as_bytes().as_bstr();
        let meta = Metadata::from_path_no_follow(&workspace.dir().join(path))?;
        let stat = Stat::from_fs(&meta).map_err(failed)?;
        let mode = if meta.is_executable() { Mode::FILE_EXECUTABLE } else { Mode::FILE };
        let at = index.entry_index_by_path_and_stage_bounded(name, Stage::Unconflicted, sorted);
        let how = stat::Options::default();
        if let Some(there) = at.map(|at| index.entry(at))
            && there.mode == mode
            && there.stat.matches(&stat, how)
            && !there.stat.is_racy(written, how)
        {
            continue;
        }
        let (bytes, _) = workspace.read_file(path).map_err(failed)?;
        let id = store.put(Kind::Blob, &bytes)?;
        changed = true;
        match at {
            Some(at) => {
                let entry = &mut index.entries_mut()[at];
                (entry.id, entry.stat, entry.mode, entry.flags) = (id, stat, mode, Flags::empty());
            }
            None => index.dangerously_push_entry(stat, id, Flags::empty(), mode, name),
        }
        sorted = sorted.min(index.entries().len());
    }
    Ok(changed)
}

/// Writes the trees of what is in the index.
fn tree_of(
    index: &gix_index::File,
    objects: &impl FindExt,
    store: &Objects,
) -> Result<gix_index::hash::ObjectId, GitError> {
    let mut tree = Editor::new(Tree::default(), objects, SHA1);
    for entry in index.entries() {
        let mode = entry.mode.to_tree_entry_mode().ok_or_else(|| failed("the index holds what no tree can"))?;
        tree.upsert(entry.path(index).split_str("/").map(BStr::new), mode.kind(), entry.id).map_err(failed)?;
    }
    tree.write(|tree| {
        let mut bytes = Vec::new();
        tree.write_to(&mut bytes)?;
        store.put(Kind::Tree, &bytes)
    })
}

/// The commit that is checked out, if there is one yet.
fn head(refs: &Refs) -> Result<Option<gix_index::hash::ObjectId>, GitError> {
    let mut name = "HEAD".to_owned();
    // A name that leads to a name that leads on is nothing git makes.
    for _ in 0..5 {
        match refs.try_find(name.as_str()).map_err(failed)?.map(|found| found.target) {
            None => return Ok(None),
            Some(Target::Object(id)) => return Ok(Some(id)),
            Some(Target::Symbolic(to)) => name = to.as_bstr().to_string(),
        }
    }
    Err(failed("HEAD leads nowhere"))
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
    use std::{fs, os::unix::fs::PermissionsExt, process::Stdio};

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

    fn here(dir: &Path, message: &str, paths: &[&str]) -> bool {
        commit(&Workspace::open(dir).unwrap(), message, paths).unwrap()
    }

    #[test]
    fn a_commit_made_here_is_the_one_that_git_makes() {
        let (ours, gits) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let steps: [&[(&str, &str)]; 3] = [
            &[("app.py", "a\n"), ("app/deep/er/x.py", "x\n"), ("app-more/y", ""), ("run.sh", "#!/bin/sh\n")],
            &[("app.py", "b\n"), ("z ü.md", "z\n"), ("run.sh", "no script\n")],
            &[("app/deep/er/x.py", "xx\n")],
        ];
        let mut paths: Vec<&str> = Vec::new();
        for (at, files) in steps.iter().enumerate() {
            paths.extend(files.iter().map(|(path, _)| *path).filter(|path| !paths.contains(path)).collect::<Vec<_>>());
            for dir in [ours.path(), gits.path()] {
                git::init(dir).unwrap();
                written(dir, files);
            }
            if at == 2 {
                // As a person may leave it.
                told(ours.path(), &["gc", "--quiet"]);
                told(ours.path(), &["pack-refs", "--all"]);
            }
            assert!(here(ours.path(), &format!("Step {at}: \n"), &paths));
            assert!(!here(ours.path(), "Again", &paths));
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
        assert_eq!(told(ours.path(), &["reflog"]).lines().count(), 3);

        git::forget(ours.path(), ["app-more/y"]).unwrap();
        fs::remove_file(ours.path().join("app-more/y")).unwrap();
        assert!(here(ours.path(), "Gone", &["app.py"]));
        assert_eq!(told(ours.path(), &["show", "--format=", "--name-status"]), "D\tapp-more/y\n");
    }

    #[test]
    fn what_cannot_be_done_here_is_left_to_git() {
        let dir = tempfile::tempdir().unwrap();
        git::init(dir.path()).unwrap();
        written(dir.path(), &[("docs/.gitattributes", "*.txt text\n"), ("docs/a.txt", "a\r\n"), ("b.txt", "b\r\n")]);
        assert!(!has_attributes(dir.path(), &["b.txt"]));
        assert!(has_attributes(dir.path(), &["docs/a.txt"]));
        assert!(git::commit(dir.path(), "Texts", ["docs/a.txt", "b.txt"]).unwrap());
        assert_eq!(told(dir.path(), &["show", "HEAD:docs/a.txt", "HEAD:b.txt"]), "a\nb\r\n");

        // Content is never read through a link, and a link is committed as what it is.
        std::os::unix::fs::symlink("b.txt", dir.path().join("link")).unwrap();
        assert!(commit(&Workspace::open(dir.path()).unwrap(), "A link", &["link"]).is_err());
        assert!(git::commit(dir.path(), "A link", ["link"]).unwrap());
        assert!(told(dir.path(), &["ls-files", "--stage", "link"]).starts_with("120000"));
    }
}
