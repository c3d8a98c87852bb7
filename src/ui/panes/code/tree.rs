//! The files as a tree: folders that open and close, files below them.

use super::FileRow;
use std::collections::BTreeSet;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// A folder with its path, and how many files are in it.
    Folder { path: String, files: usize, open: bool },
    /// Index into the files.
    File(usize),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeRow {
    pub depth: usize,
    pub node: Node,
}

/// The rows of a tree; `files` are sorted by path, `closed` names the folders that are closed.
#[must_use]
pub fn rows(files: &[FileRow], closed: &BTreeSet<String>) -> Vec<TreeRow> {
    let mut rows = Vec::new();
    below("", 0, files, 0, closed, &mut rows);
    rows
}

fn below(
    folder: &str,
    depth: usize,
    files: &[FileRow],
    first: usize,
    closed: &BTreeSet<String>,
    rows: &mut Vec<TreeRow>,
) {
    // Folders first, as people expect of a tree; then the files of this folder.
    let rest = |f: &FileRow| f.path[folder.len()..].find('/').map(|at| f.path[..folder.len() + at + 1].to_owned());
    let mut at = 0;
    while at < files.len() {
        let Some(path) = rest(&files[at]) else {
            at += 1;
            continue;
        };
        let end = at + files[at..].iter().take_while(|f| f.path.starts_with(&path)).count();
        let open = !closed.contains(&path);
        rows.push(TreeRow { depth, node: Node::Folder { path: path.clone(), files: end - at, open } });
        if open {
            below(&path, depth + 1, &files[at..end], first + at, closed, rows);
        }
        at = end;
    }
    let own = files.iter().enumerate().filter(|(_, f)| rest(f).is_none());
    rows.extend(own.map(|(i, _)| TreeRow { depth, node: Node::File(first + i) }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{Hash, StepId, artifact::FileEntry},
        ui::panes::code::Change,
    };

    fn files(paths: &[&str]) -> Vec<FileRow> {
        let entry = |path: &str| FileEntry {
            path: path.into(),
            sha256: Hash::of(path.as_bytes()),
            bytes: 1,
            lines: 1,
            executable: false,
            step: StepId::new("build:core").unwrap(),
        };
        let row = |p: &&str| FileRow { path: (*p).into(), entry: entry(p), change: Change::Same, old: None };
        paths.iter().map(row).collect()
    }

    fn shown(paths: &[&str], closed: &[&str]) -> Vec<String> {
        let files = files(paths);
        let closed = closed.iter().map(|c| (*c).to_owned()).collect();
        rows(&files, &closed)
            .into_iter()
            .map(|r| {
                let name = match r.node {
                    Node::Folder { path, files, .. } => format!("{path} {files}"),
                    Node::File(i) => files[i].path.clone(),
                };
                format!("{}{name}", "-".repeat(r.depth))
            })
            .collect()
    }

    #[test]
    fn folders_come_first_and_can_be_closed() {
        let paths = ["README.md", "app/a.py", "app/pages/x.py", "app/z.py", "tests/t.py"];
        assert_eq!(
            shown(&paths, &[]),
            [
                "app/ 3",
                "-app/pages/ 1",
                "--app/pages/x.py",
                "-app/a.py",
                "-app/z.py",
                "tests/ 1",
                "-tests/t.py",
                "README.md"
            ]
        );
        assert_eq!(shown(&paths, &["app/"]), ["app/ 3", "tests/ 1", "-tests/t.py", "README.md"]);
    }

    #[test]
    fn a_folder_whose_name_begins_another_is_its_own() {
        assert_eq!(shown(&["a-b/x", "a/x"], &[]), ["a-b/ 1", "-a-b/x", "a/ 1", "-a/x"]);
    }
}
