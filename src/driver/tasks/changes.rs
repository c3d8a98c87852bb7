//! What a reply does to software that was there before: as little as the clauses ask for.

use super::check::Bench;
use crate::{
    domain::{Clean, counted, existing::Existing, reply::NewFile},
    evidence::{Manifest, Tree},
    hub::HubError,
    workspace::{branch, survey::Ignored},
};
use similar::{ChangeTag, TextDiff};

/// Shorter files may be rewritten.
const SHORT: usize = 10;
/// The summary names so many changed files.
const NAMED: usize = 6;

/// Problems, and in a line what changes.
pub(super) struct Changes {
    pub problems: Vec<Clean>,
    pub summary: String,
}

/// A file keeps the ends of its lines: models write LF, and mean nothing by it. They mean as little by the CR and LF of a
/// project whose working files have them (`* text eol=crlf`) and whose commits do not: those are what is worked on.
pub(super) fn keep_line_ends(tree: &Tree, files: &mut [NewFile]) {
    for file in files.iter_mut() {
        let Some(before) = tree.get(&file.path).map(|before| String::from_utf8_lossy(&before.bytes)) else { continue };
        let ends = before.matches('\n').count();
        if ends == 0 {
            continue;
        }
        if !before.contains('\r') {
            file.content = file.content.replace("\r\n", "\n");
        } else if before.matches("\r\n").count() == ends && !file.content.contains('\r') {
            file.content = file.content.replace('\n', "\r\n");
        }
    }
}

/// What is ignored is not kept, but for the one file that has no other place: commits take it in all the same.
fn is_kept_out(ignored: &Ignored, path: &str) -> bool {
    path != Manifest::PATH && ignored.keeps_out(path)
}

/// True for a path below one of these folders.
fn is_inside(folders: &[String], path: &str) -> bool {
    folders.iter().any(|folder| path.strip_prefix(folder.as_str()).is_some_and(|rest| rest.starts_with('/')))
}

impl Bench<'_> {
    /// True where something is that was not looked over, and so is not in the tree.
    fn is_taken(&self, path: &str) -> bool {
        let known = self.run.files.contains_key(path) || self.tree.get(path).is_some();
        !known && !self.services.workspace.read(path).is_err_and(|error| error.is_missing())
    }

    /// Compares the files of a reply with those that were there; `None` where none were.
    pub(super) fn changes(&self, files: &[NewFile]) -> Result<Option<Changes>, HubError> {
        let Some(existing) = &self.run.existing else { return Ok(None) };
        let ignored = self.ignored(existing)?;
        // Without git there is none.
        let modules = branch::submodules(self.services.workspace.dir()).unwrap_or_default();
        let (mut problems, mut told) = (Vec::new(), Vec::new());
        let (mut new, mut new_lines) = (0, 0);
        for file in files {
            let before = existing.files.contains_key(&file.path).then(|| self.tree.get(&file.path)).flatten();
            let Some(before) = before else {
                new += 1;
                new_lines += file.content.lines().count();
                if is_kept_out(&ignored, &file.path) {
                    let text = "matches the project's ignore rules, so it would never be kept: choose another path";
                    problems.push(Clean::from(format!("{} {text}", file.path)));
                } else if self.is_taken(&file.path) || is_inside(&modules, &file.path) {
                    let text = "is there, or lies below what is there, and is left as it is (a link, a module of its own, a \
                                file that holds keys or a very large one): choose another path";
                    problems.push(Clean::from(format!("{} {text}", file.path)));
                }
                continue;
            };
            let before = String::from_utf8_lossy(&before.bytes);
            let (mut added, mut gone, mut kept) = (0, 0, 0);
            for change in TextDiff::from_lines(before.as_ref(), file.content.as_str()).iter_all_changes() {
                match change.tag() {
                    ChangeTag::Equal => kept += 1,
                    ChangeTag::Insert => added += 1,
                    ChangeTag::Delete => gone += 1,
                }
            }
            told.push(format!("{} +{added} −{gone}", file.path));
            if kept + gone >= SHORT && gone > kept {
                problems.push(Clean::from(format!(
                    "{}: {gone} of its {} lines are gone or changed. Send the file whole, with every line that no clause asks \
                     to change as it was, line endings too",
                    file.path,
                    kept + gone
                )));
            }
        }
        let changed = counted(told.len(), "existing file");
        let mut summary = format!("{} (+{new_lines} lines), {changed} changed", counted(new, "new file"));
        if !told.is_empty() {
            let more = if told.len() > NAMED { ", …" } else { "" };
            told.truncate(NAMED);
            summary.push_str(&format!(": {}{more}", told.join(", ")));
        }
        Ok(Some(Changes { problems, summary }))
    }

    fn ignored(&self, existing: &Existing) -> Result<Ignored, HubError> {
        let rules = existing.files.values().filter(|file| file.path.rsplit('/').next() == Some(".gitignore"));
        let mut texts = Vec::new();
        for file in rules {
            let bytes = self.services.blobs.get(&file.sha256)?;
            texts.push((file.path.as_str(), String::from_utf8_lossy(&bytes).into_owned()));
        }
        Ok(Ignored::of(texts.iter().map(|(path, text)| (*path, text.as_str()))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::TreeFile;

    #[test]
    fn the_manifest_is_kept_whatever_a_project_ignores() {
        let ignored = Ignored::of([(".gitignore", "*.toml\n")]);
        assert!(is_kept_out(&ignored, "app/settings.toml") && !is_kept_out(&ignored, Manifest::PATH));
    }

    #[test]
    fn a_path_is_inside_a_folder_whose_whole_name_it_begins_with() {
        let modules = ["vendor/led".to_owned()];
        assert!(is_inside(&modules, "vendor/led/small.py") && is_inside(&modules, "vendor/led/a/b.py"));
        assert!(!is_inside(&modules, "vendor/ledger.py") && !is_inside(&modules, "vendor/led"));
    }

    #[test]
    fn files_keep_the_ends_of_their_lines() {
        let there = [("dos.py", "a\r\nb\r\n"), ("unix.py", "a\nb\n"), ("mixed.py", "a\r\nb\n"), ("one.py", "a")];
        let tree = Tree::new(there.iter().map(|(path, text)| TreeFile::new(*path, text.as_bytes())).collect());
        let now = |path: &str, content: &str| {
            let mut files = [NewFile { path: path.into(), content: content.into() }];
            keep_line_ends(&tree, &mut files);
            files[0].content.to_string()
        };
        assert_eq!(now("dos.py", "a\nc\n"), "a\r\nc\r\n");
        assert_eq!(now("dos.py", "a\r\nc\n"), "a\r\nc\n", "what is said is meant");
        assert_eq!(now("unix.py", "a\r\nc\r\n"), "a\nc\n", "commits have them so");
        assert_eq!(now("unix.py", "a\r\nc\n"), "a\nc\n");
        assert_eq!(now("mixed.py", "a\r\nc\r\n"), "a\r\nc\r\n");
        for path in ["unix.py", "mixed.py", "one.py", "new.py"] {
            assert_eq!(now(path, "a\nc\n"), "a\nc\n", "{path}");
        }
    }
}
