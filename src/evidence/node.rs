//! What Node needs besides: a reporter that G1 can read, and TypeScript without its types for a Node that is too old.

use super::{
    EvidenceError, Manifest, Runner, Stack, Tree, TreeFile,
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
        let (program, rest) = match manifest.test.split_first() {
            Some((program, rest)) if rest.iter().any(|argument| argument == "--test") => (program.clone(), rest),
            _ => return Err(EvidenceError::Unsupported(manifest.test.join(" "), Stack::Node.own_runner())),
        };
        let mut files: Vec<String> = only.unwrap_or_default().iter().map(|name| file_of(name).to_owned()).collect();
        files.sort();
        files.dedup();
        let named = rest.iter().any(|argument| tree.get(argument).is_some());
        let typed = tree.files().any(|file| syntax::is_typed(&file.path) && Stack::Node.is_test_file(&file.path));
        if files.is_empty() && !named && typed && self.takes_types_off() {
            files.extend(tree.files().map(|file| file.path.clone()).filter(|path| Stack::Node.is_test_file(path)));
        }
        let kept: Vec<String> =
            rest.iter().filter(|argument| files.is_empty() || argument.starts_with('-')).cloned().collect();
        let added = [
            format!("--test-reporter={reporter}"),
            "--test-reporter-destination=stdout".into(),
            "--test-concurrency=1".into(),
        ];
        let argv = [vec![program.clone()], added.to_vec(), kept.clone(), files.clone()].concat();
        let shown = [vec![program], kept, files].concat();
        Ok((argv, shown))
    }
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
