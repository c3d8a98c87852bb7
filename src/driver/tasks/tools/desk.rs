//! The draft of a step as its author works on it: the files of the steps before it, which he may read, and over them his
//! own. It lies in memory. Nothing here opens a file, so there is nothing that a path could lead out of.

use crate::{
    domain::{Clean, reply::NewFile},
    evidence::Tree,
    workspace::paths,
};
use std::{collections::BTreeMap, sync::Arc};

/// No draft is larger.
const LARGEST: usize = 16 << 20;
/// Lines that a search shows.
const FOUND: usize = 200;
/// Bytes of a result that are kept; what of it a model is shown is less.
const KEPT: usize = 256 << 10;

/// What a tool gave.
#[derive(Debug)]
pub(super) struct Gave {
    pub ok: bool,
    pub text: String,
}

impl Gave {
    pub(super) fn of(ok: bool, text: String) -> Self {
        if text.len() <= KEPT {
            return Self { ok, text };
        }
        let end = (0..=KEPT / 2).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let begin = (text.len() - KEPT / 2..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
        let text = format!("{}\n[… {} bytes left out …]\n{}", &text[..end], begin - end, &text[begin..]);
        Self { ok, text }
    }
    pub(super) fn good(text: String) -> Self {
        Self::of(true, text)
    }
    pub(super) fn failed(text: String) -> Self {
        Self::of(false, text)
    }
}

#[derive(Debug)]
pub(super) struct Desk {
    before: Tree,
    draft: BTreeMap<String, Arc<[u8]>>,
}

impl Desk {
    /// Files whose paths are refused are left out: the check of the reply that brought them has said so.
    pub(super) fn new(before: Tree, files: Vec<NewFile>) -> Self {
        let mut desk = Self { before, draft: BTreeMap::new() };
        for file in files {
            if desk.refused(&file.path).is_none() {
                desk.draft.insert(file.path, file.content.into_bytes().into());
            }
        }
        desk
    }

    /// What a run runs on.
    pub(super) fn tree(&self) -> Tree {
        self.before.rewritten(self.draft.iter().map(|(path, bytes)| (path.clone(), bytes.clone())))
    }

    pub(super) fn draft(&self) -> impl Iterator<Item = (&String, &Arc<[u8]>)> {
        self.draft.iter()
    }

    fn paths(&self) -> Vec<&str> {
        let before = self.before.files().map(|file| file.path.as_str()).filter(|path| !self.draft.contains_key(*path));
        let mut all: Vec<&str> = before.chain(self.draft.keys().map(String::as_str)).collect();
        all.sort_unstable();
        all
    }

    fn get(&self, path: &str) -> Option<&[u8]> {
        let mine = self.draft.get(path).map(|bytes| &**bytes);
        mine.or_else(|| self.before.get(path).map(|file| &*file.bytes))
    }

    /// Why nothing may be written there.
    fn refused(&self, path: &str) -> Option<String> {
        if let Err(error) = paths::check(path) {
            return Some(error.to_string());
        }
        paths::clashes(std::iter::once(path), &self.paths()).next()
    }

    fn missing(&self, path: &str) -> Gave {
        match paths::check(path) {
            Err(error) => Gave::failed(error.to_string()),
            Ok(()) => Gave::failed(format!("there is no file {path:?}; `read` without a path lists what there is")),
        }
    }

    pub(super) fn read(&self, path: &str, lines: Option<(u32, u32)>) -> Gave {
        if path.trim().is_empty() {
            let paths = self.paths();
            let line = |path: &&str| {
                let lines = self.get(path).map_or(0, |bytes| String::from_utf8_lossy(bytes).lines().count());
                let mine = if self.draft.contains_key(*path) { ", in your draft" } else { "" };
                format!("{path} ({lines} lines{mine})")
            };
            let list: Vec<String> = paths.iter().map(line).collect();
            return Gave::good(format!("{} files\n{}", paths.len(), list.join("\n")));
        }
        let Some(bytes) = self.get(path) else { return self.missing(path) };
        let text = String::from_utf8_lossy(bytes);
        let all = text.lines().count();
        let (from, to) = range(lines, all);
        let shown = text.lines().enumerate().skip(from - 1).take((to + 1).saturating_sub(from));
        let shown: Vec<String> = shown.map(|(at, line)| format!("{:>5}\t{line}", at + 1)).collect();
        Gave::good(format!("{path}, lines {from} to {to} of {all}\n{}", shown.join("\n")))
    }

    pub(super) fn search(&self, words: &str, below: &str) -> Gave {
        if words.is_empty() {
            return Gave::failed("`text` says what to search for".to_owned());
        }
        let below = below.trim().trim_end_matches('/');
        let wanted = words.to_lowercase();
        let is_below = |path: &str| {
            below.is_empty() || path.strip_prefix(below).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let mut hits = Vec::new();
        for path in self.paths().into_iter().filter(|path| is_below(path)) {
            let Some(bytes) = self.get(path) else { continue };
            let text = String::from_utf8_lossy(bytes);
            let found = text.lines().enumerate().filter(|(_, line)| line.to_lowercase().contains(&wanted));
            hits.extend(
                found.map(|(at, line)| format!("{path}:{}: {}", at + 1, Clean::new(line.trim()).one_line(200))),
            );
        }
        let found = hits.len();
        let more = if found > FOUND { format!("\nand {} more", found - FOUND) } else { String::new() };
        hits.truncate(FOUND);
        Gave::good(format!("{found} lines hold “{}”\n{}{more}", Clean::new(words).one_line(80), hits.join("\n")))
    }

    pub(super) fn write(&mut self, path: &str, text: &str) -> Gave {
        match self.put(path, text.to_owned()) {
            Err(why) => Gave::failed(why),
            Ok(true) => Gave::good(format!("{path} has {} lines now", text.lines().count())),
            Ok(false) => Gave::good(format!("{path} is new: {} lines", text.lines().count())),
        }
    }

    /// True when there was such a file before.
    fn put(&mut self, path: &str, text: String) -> Result<bool, String> {
        if let Some(why) = self.refused(path) {
            return Err(why);
        }
        let others = self.draft.iter().filter(|(known, _)| *known != path).map(|(_, bytes)| bytes.len());
        if others.sum::<usize>() + text.len() > LARGEST {
            return Err("the draft would be larger than 16 MiB".to_owned());
        }
        let known = self.get(path).is_some();
        self.draft.insert(path.to_owned(), text.into_bytes().into());
        Ok(known)
    }

    pub(super) fn patch(&mut self, path: &str, old: &str, new: &str) -> Gave {
        let Some(bytes) = self.get(path) else { return self.missing(path) };
        let Ok(text) = std::str::from_utf8(bytes) else {
            return Gave::failed(format!("{path} is no text"));
        };
        if old.is_empty() {
            return Gave::failed("`old` is the passage to replace, word for word".to_owned());
        }
        let mut places = text.match_indices(old).map(|(at, _)| at);
        let at = match (places.next(), places.count()) {
            (None, _) => {
                return Gave::failed(format!(
                    "{path} does not hold this passage; read it and give `old` exactly as it stands"
                ));
            }
            (Some(at), 0) => at,
            (Some(_), more) => {
                return Gave::failed(format!(
                    "{path} holds this passage {} times: give more of the lines around it",
                    more + 1
                ));
            }
        };
        let line = text[..at].matches('\n').count() + 1;
        let patched = format!("{}{new}{}", &text[..at], &text[at + old.len()..]);
        match self.put(path, patched) {
            Err(why) => Gave::failed(why),
            Ok(_) => {
                let (was, is) = (old.lines().count(), new.lines().count());
                let last = line + is.saturating_sub(1);
                Gave::good(format!("{path} is changed at line {line}: {was} lines became {is} (now {line}–{last})"))
            }
        }
    }

    pub(super) fn remove(&mut self, path: &str) -> Gave {
        match self.draft.remove(path) {
            Some(_) if self.before.get(path).is_some() => {
                Gave::good(format!("{path} is again as it was before this step"))
            }
            Some(_) => Gave::good(format!("{path} is no longer in your draft")),
            None if self.get(path).is_some() => Gave::failed(format!("{path} belongs to a step before this one")),
            None => self.missing(path),
        }
    }
}

/// First and last line within `all`, from 1.
pub(super) fn range(lines: Option<(u32, u32)>, all: usize) -> (usize, usize) {
    let (from, to) = lines.unwrap_or((1, u32::MAX));
    let (from, to) = (usize::try_from(from).unwrap_or(1), usize::try_from(to).unwrap_or(usize::MAX));
    (from.clamp(1, all.max(1)), to.min(all))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::TreeFile;
    use proptest::prelude::*;

    fn desk() -> Desk {
        let before =
            Tree::new(vec![TreeFile::new("app/core.py", *b"one\ntwo\ntwo\n"), TreeFile::new("g1.toml", *b"[app]\n")]);
        Desk::new(before, vec![NewFile { path: "app/mine.py".into(), content: "x = 1\n".into() }])
    }

    #[test]
    fn what_is_written_can_be_read_and_is_what_runs() {
        let mut desk = desk();
        assert!(desk.write("app/new.py", "a\nb\n").ok);
        assert!(desk.patch("app/core.py", "one", "ONE").ok, "a file of a step before may be changed");
        let read = desk.read("app/core.py", Some((1, 2)));
        assert_eq!(read.text, "app/core.py, lines 1 to 2 of 3\n    1\tONE\n    2\ttwo");
        let tree = desk.tree();
        assert_eq!(&*tree.get("app/new.py").unwrap().bytes, b"a\nb\n");
        assert_eq!(&*tree.get("app/core.py").unwrap().bytes, b"ONE\ntwo\ntwo\n");
        assert!(desk.read("", None).text.starts_with("4 files\napp/core.py (3 lines, in your draft)"));
        assert!(desk.remove("app/core.py").ok && desk.tree().get("app/core.py").unwrap().bytes.starts_with(b"one"));
        assert!(!desk.remove("app/core.py").ok, "it belongs to another step");
        assert!(desk.remove("app/new.py").ok && desk.tree().get("app/new.py").is_none());
    }

    #[test]
    fn a_patch_fits_exactly_once_or_not_at_all() {
        let mut desk = desk();
        for (old, says) in [("two", "2 times"), ("three", "does not hold"), ("", "word for word")] {
            let gave = desk.patch("app/core.py", old, "x");
            assert!(!gave.ok && gave.text.contains(says), "{}", gave.text);
        }
        assert!(desk.patch("app/core.py", "two\ntwo", "three").ok);
        assert_eq!(desk.get("app/core.py").unwrap(), b"one\nthree\n");
        assert!(!desk.patch("app/none.py", "a", "b").ok);
    }

    #[test]
    fn a_search_names_file_and_line() {
        let desk = desk();
        assert_eq!(desk.search("TWO", "").text, "2 lines hold “TWO”\napp/core.py:2: two\napp/core.py:3: two");
        assert!(desk.search("two", "app/mine.py").text.starts_with("0 lines"));
        assert!(desk.search("x", "app").text.contains("app/mine.py:1"));
        assert!(desk.search("x", "ap").text.starts_with("0 lines"), "a folder, not the beginning of a name");
    }

    #[test]
    fn nothing_is_written_or_read_outside_of_the_project() {
        let mut desk = desk();
        let hostile = [
            "../x",
            "a/../../x",
            "/etc/passwd",
            "~/x",
            ".git/hooks/post-commit",
            ".GIT/config",
            "git~1/config",
            ".g1/journal",
            ".envrc",
            ".github/workflows/x.yml",
            ".vscode/tasks.json",
            "AGENTS.md",
            "a\\b",
            "a//b",
            "./a",
            "",
            "a\u{202e}b",
            "a\n",
            "/proc/self/environ",
            "app/core.py/x",
        ];
        for path in hostile {
            let before = desk.tree().hash();
            assert!(!desk.write(path, "owned").ok, "{path:?}");
            assert!(!desk.patch(path, "a", "owned").ok, "{path:?}");
            assert!(!desk.remove(path).ok, "{path:?}");
            assert!(path.is_empty() || !desk.read(path, None).ok, "{path:?}");
            assert_eq!(desk.tree().hash(), before, "{path:?}");
        }
        // A link that somebody laid into the workspace is no file of the draft, so it leads nowhere.
        let dir = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("/etc/passwd", dir.path().join("link")).unwrap();
        assert!(!desk.read("link", None).ok && !desk.read(&dir.path().join("link").display().to_string(), None).ok);
    }

    proptest! {
        #[test]
        fn no_use_panics_and_every_path_of_a_draft_is_a_good_one(
            uses in prop::collection::vec(("[a-z./~é]{0,8}", ".{0,12}", ".{0,6}", prop::option::of((0u32..9, 0u32..9))), 0..12)
        ) {
            let mut desk = desk();
            for (path, text, old, lines) in uses {
                desk.write(&path, &text);
                desk.read(&path, lines);
                desk.search(&old, &path);
                desk.patch(&path, &old, &text);
                if text.len() % 3 == 0 {
                    desk.remove(&path);
                }
            }
            for (path, _) in desk.draft() {
                prop_assert!(paths::check(path).is_ok());
            }
            prop_assert!(desk.tree().len() >= 2);
        }
    }
}
