//! What Node needs besides: a reporter that G1 can read, and TypeScript without its types for a Node that is too old.

use super::{
    EvidenceError, Manifest, Runner, Stack, Tree, TreeFile, genuine,
    scratch::Scratch,
    syntax::{self, Place, Question},
};
use std::{collections::BTreeSet, path::Path};
use tokio_util::sync::CancellationToken;

const REPORTER: &str = include_str!("aids/reporter.mjs");
const TYPES: &str = include_str!("aids/types.mjs");
/// What defines the marks; every Node process of a copy that has it loads it.
pub(super) const REACHED: &str = "reached.mjs";

fn url(path: &Path) -> String {
    format!("file://{}", path.to_string_lossy())
}

impl Runner {
    fn takes_types_off(&self) -> bool {
        self.tools().node().is_some_and(|node| !node.strips_types())
    }

    /// The tree as this machine's Node can run it.
    pub(super) async fn without_types(&self, tree: &Tree, cancel: &CancellationToken) -> Result<Tree, EvidenceError> {
        let typed: Vec<&TreeFile> = tree.files().filter(|file| syntax::is_typed(&file.path)).collect();
        if typed.is_empty() || !self.takes_types_off() {
            return Ok(tree.clone());
        }
        let questions: Vec<Question> =
            typed.iter().map(|file| Question::Erase { path: file.path.clone(), text: None }).collect();
        let answers = syntax::ask(self, tree, &questions, cancel).await?;
        let mut files = vec![];
        for (file, answer) in typed.iter().zip(answers) {
            let text = answer.text.ok_or_else(|| EvidenceError::Tool(answer.problem.unwrap_or_default()))?;
            let bytes = text.into_bytes().into();
            files.push(TreeFile { path: file.path.clone(), bytes, executable: file.executable });
        }
        Ok(tree.with(files))
    }

    /// One changed file of such a tree.
    pub(super) async fn without_types_in(
        &self,
        tree: &Tree,
        texts: Vec<(String, String)>,
        cancel: &CancellationToken,
    ) -> Result<Vec<Result<String, String>>, EvidenceError> {
        if !self.takes_types_off() {
            return Ok(texts.into_iter().map(|(_, text)| Ok(text)).collect());
        }
        let questions: Vec<Question> = texts
            .iter()
            .filter(|(path, _)| syntax::is_typed(path))
            .map(|(path, text)| Question::Erase { path: path.clone(), text: Some(text.clone()) })
            .collect();
        let mut answers = syntax::ask(self, tree, &questions, cancel).await?.into_iter();
        Ok(texts
            .into_iter()
            .map(|(path, text)| match syntax::is_typed(&path).then(|| answers.next()).flatten() {
                Some(answer) => answer.text.ok_or(answer.problem.unwrap_or_default()),
                None => Ok(text),
            })
            .collect())
    }

    pub(super) fn node_environment(&self, scratch: &Scratch) -> Result<Vec<(String, String)>, EvidenceError> {
        let mut env = vec![("NODE_DISABLE_COLORS".to_owned(), "1".to_owned())];
        let mut imports = vec![];
        if self.takes_types_off() {
            imports.push(scratch.aid("types.mjs", TYPES)?);
        }
        imports.extend(Some(scratch.aids().join(REACHED)).filter(|path| path.exists()));
        if !imports.is_empty() {
            let options: Vec<String> = imports.iter().map(|path| format!("--import={}", url(path))).collect();
            env.push(("NODE_OPTIONS".to_owned(), options.join(" ")));
        }
        Ok(env)
    }

    /// `node --test` with G1's reporter, one file at a time, because all of them get the same port. The files are named
    /// where an older Node would not find those in TypeScript.
    pub(super) fn node_tests(
        &self,
        scratch: &Scratch,
        tree: &Tree,
        manifest: &Manifest,
        only: Option<&[String]>,
    ) -> Result<(Vec<String>, Vec<String>), EvidenceError> {
        let reporter = url(&scratch.aid("reporter.mjs", REPORTER)?);
        let refused = || EvidenceError::Unsupported(manifest.test.join(" "), Stack::Node.own_runner());
        let (program, rest) = manifest.test.split_first().ok_or_else(refused)?;
        let (options, named) = genuine::node_words(rest).ok_or_else(refused)?;
        let mut files: Vec<String> = only.unwrap_or_default().iter().map(|name| file_of(name).to_owned()).collect();
        files.sort();
        files.dedup();
        if files.is_empty() {
            files = test_files(tree, &named, self.takes_types_off());
        }
        let added = [
            format!("--test-reporter={reporter}"),
            "--test-reporter-destination=stdout".into(),
            "--test-concurrency=1".into(),
        ];
        let argv = [vec![program.clone()], added.to_vec(), options.clone(), files.clone()].concat();
        let shown = [vec![program.clone()], options, files].concat();
        Ok((argv, shown))
    }
}

/// The files of a whole suite; none where node finds them by itself. An older Node would not find those in TypeScript, nor
/// know a pattern, and a newer one takes no folder.
fn test_files(tree: &Tree, named: &[String], takes_types_off: bool) -> Vec<String> {
    let all: Vec<&str> =
        tree.files().map(|file| file.path.as_str()).filter(|path| Stack::Node.is_test_file(path)).collect();
    let under = |folder: &str| -> Vec<String> {
        let folder = folder.trim_start_matches("./").trim_end_matches('/');
        let inside =
            |path: &&str| folder.contains('*') || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
        all.iter().copied().filter(inside).map(str::to_owned).collect()
    };
    if named.is_empty() {
        let typed = takes_types_off && all.iter().any(|path| syntax::is_typed(path));
        return if typed { all.into_iter().map(str::to_owned).collect() } else { vec![] };
    }
    let mut files: Vec<String> = named
        .iter()
        .flat_map(|name| match tree.get(name) {
            Some(_) => vec![name.clone()],
            None => Some(under(name)).filter(|found| !found.is_empty()).unwrap_or_else(|| vec![name.clone()]),
        })
        .collect();
    files.sort();
    files.dedup();
    files
}

/// What defines the marks, for these places and tests.
pub(super) fn marking(aid: &str, place: &Place, tests: &[String]) -> String {
    let files: BTreeSet<&str> = tests.iter().map(|test| file_of(test)).collect();
    let files = serde_json::json!(files).to_string();
    let quoted = |path: &str| serde_json::json!(path).to_string();
    aid.replace("\"{reached}\"", &quoted(&place.reached))
        .replace("\"{now}\"", &quoted(&place.now))
        .replace("{tests}", &files)
}

/// The file in `file > suite > test`.
fn file_of(test: &str) -> &str {
    test.split(" > ").next().unwrap_or(test)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_and_folders_are_the_files_of_tests_that_they_mean() {
        let paths = ["src/a.js", "test/a.test.js", "test/deep/b.test.js", "other/c.test.js"];
        let tree = Tree::new(paths.map(|path| TreeFile::new(path, vec![])).to_vec());
        let files = |named: &[&str]| {
            test_files(&tree, &named.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>(), true).join(" ")
        };
        assert_eq!(files(&[]), "", "node finds them by itself");
        assert_eq!(files(&["test/"]), "test/a.test.js test/deep/b.test.js");
        assert_eq!(files(&["./test", "other/c.test.js"]), "other/c.test.js test/a.test.js test/deep/b.test.js");
        assert_eq!(files(&["test/*.test.js"]), "other/c.test.js test/a.test.js test/deep/b.test.js");
        assert_eq!(files(&["nosuch"]), "nosuch");
        let typed = tree.with([TreeFile::new("test/d.test.ts", vec![])]);
        assert_eq!(test_files(&typed, &[], true).len(), 4);
        assert_eq!(test_files(&typed, &[], false).len(), 0);
    }
}
