//! The tree that a command runs on: exactly the tracked files, in memory, content-addressed.

use crate::domain::Hash;
use std::{collections::BTreeMap, sync::Arc};

/// One tracked file with its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeFile {
    /// Relative, forward slashes.
    pub path: String,
    pub bytes: Arc<[u8]>,
    pub executable: bool,
}

impl TreeFile {
    #[must_use]
    pub fn new(path: impl Into<String>, bytes: impl Into<Arc<[u8]>>) -> Self {
        Self { path: path.into(), bytes: bytes.into(), executable: false }
    }
}

/// Files by path, each with the hash of its content.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tree {
    files: BTreeMap<String, (TreeFile, Hash)>,
    hash: Option<Hash>,
}

impl Tree {
    /// The last file of a path wins.
    #[must_use]
    pub fn new(files: Vec<TreeFile>) -> Self {
        let files: BTreeMap<_, _> = files
            .into_iter()
            .map(|file| {
                let hash = Hash::of(&file.bytes);
                (file.path.clone(), (file, hash))
            })
            .collect();
        let lines: Vec<String> =
            files.iter().map(|(path, (file, hash))| format!("{path}\0{}\0{hash}", u8::from(file.executable))).collect();
        let hash = Hash::of_parts(lines.iter().map(String::as_bytes));
        Self { files, hash: Some(hash) }
    }

    /// Equal to [`crate::domain::artifact::tree_hash`] of the same files.
    #[must_use]
    pub fn hash(&self) -> Hash {
        self.hash.clone().unwrap_or_else(|| Hash::of_parts([]))
    }

    /// In order of their paths.
    pub fn files(&self) -> impl Iterator<Item = &TreeFile> {
        self.files.values().map(|(file, _)| file)
    }

    #[must_use]
    pub fn get(&self, path: &str) -> Option<&TreeFile> {
        self.files.get(path).map(|(file, _)| file)
    }

    #[must_use]
    pub fn sha256(&self, path: &str) -> Option<&Hash> {
        self.files.get(path).map(|(_, hash)| hash)
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.files.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// True for a file of the tree that may be executed.
    #[must_use]
    pub fn is_executable(&self, path: &str) -> bool {
        self.get(path).is_some_and(|file| file.executable)
    }

    /// The same tree with other bytes in some files; those that are new are not executable, the others as they were.
    #[must_use]
    pub fn rewritten<B: Into<Arc<[u8]>>>(&self, files: impl IntoIterator<Item = (String, B)>) -> Self {
        let file = |(path, bytes): (String, B)| {
            let executable = self.is_executable(&path);
            TreeFile { path, bytes: bytes.into(), executable }
        };
        self.with(files.into_iter().map(file).collect::<Vec<_>>())
    }

    /// The same tree with some files replaced or added.
    #[must_use]
    pub fn with(&self, changed: impl IntoIterator<Item = TreeFile>) -> Self {
        Self::new(self.files().cloned().chain(changed).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        StepId,
        artifact::{FileEntry, tree_hash},
    };
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_tree_and_its_entries_have_the_same_hash(files in prop::collection::btree_map("[a-z/._-]{1,12}", (".{0,20}", any::<bool>()), 0..8)) {
            let entries: Vec<FileEntry> = files.iter().map(|(path, (text, executable))| FileEntry {
                path: path.clone(), sha256: Hash::of(text.as_bytes()), bytes: 0, lines: 0, executable: *executable,
                step: StepId::new("build:core").unwrap(),
            }).collect();
            let tree = Tree::new(files.iter().map(|(path, (text, executable))| TreeFile {
                path: path.clone(), bytes: text.as_bytes().into(), executable: *executable,
            }).collect());
            prop_assert_eq!(tree.hash(), tree_hash(&entries));
        }
    }

    #[test]
    fn replacing_a_file_changes_the_hash_and_nothing_else() {
        let tree = Tree::new(vec![TreeFile::new("a", *b"1"), TreeFile::new("b", *b"2")]);
        let other = tree.with([TreeFile::new("b", *b"3")]);
        assert_eq!(other.len(), 2);
        assert_eq!(other.get("a"), tree.get("a"));
        assert_ne!(other.hash(), tree.hash());
        assert_eq!(other.with([TreeFile::new("b", *b"2")]).hash(), tree.hash());
    }
}
