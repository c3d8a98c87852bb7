//! What cargo needs besides: a lock file, a place to build in, and the syntax tree to tell assertions from other panics.

use super::{
    EvidenceError, Manifest, Runner, Stack, Tree, TreeFile,
    report::{Panic, Report},
    sandbox::{Ended, Finished},
    scratch::Scratch,
    syntax::{self, Question},
};
use crate::domain::{Clean, evidence::TestOutcome};
use std::{collections::BTreeSet, fs, io::Read, os::unix::fs::OpenOptionsExt};
use tokio_util::sync::CancellationToken;

const LOCK: &str = "Cargo.lock";
const LARGEST_LOCK: u64 = 4 << 20;

impl Runner {
    pub(super) fn cargo_environment(&self, scratch: &Scratch) -> Vec<(String, String)> {
        let tmp = scratch.tmp();
        let place = |name: &str| tmp.join(name).to_string_lossy().into_owned();
        let rustc = self.tools().cargo().map(|cargo| cargo.rustc.to_string_lossy().into_owned()).unwrap_or_default();
        [
            // Neither the person's configuration nor the packages and keys of this machine.
            ("CARGO_HOME", place("cargo")),
            ("CARGO_TARGET_DIR", place("target")),
            ("CARGO_NET_OFFLINE", "true".to_owned()),
            ("CARGO_TERM_COLOR", "never".to_owned()),
            ("CARGO_PROFILE_DEV_DEBUG", "0".to_owned()),
            ("RUSTC", rustc),
            ("RUST_BACKTRACE", "0".to_owned()),
            // All tests of a binary get the same port.
            ("RUST_TEST_THREADS", "1".to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .to_vec()
    }

    /// The tree with a lock file. Nothing in the tree is writable for what runs, so cargo could not make it there.
    pub(super) async fn with_lock(&self, tree: &Tree, cancel: &CancellationToken) -> Result<Tree, EvidenceError> {
        if tree.get(LOCK).is_some() || tree.get("Cargo.toml").is_none() {
            return Ok(tree.clone());
        }
        let scratch = Scratch::of(tree, self.owner(Stack::Rust))?;
        let argv = ["cargo", "generate-lockfile", "--offline"].map(str::to_owned);
        let mut spec = self.spec(&scratch, Stack::Rust, &argv, None)?;
        // Only a file of this copy's own tree is made, and only that file is taken from it.
        spec.write.push(scratch.tree());
        let finished = self.sandbox().run(&spec, cancel).await?;
        if finished.ended != Ended::Exited || finished.exit != Some(0) {
            // What is wrong with the package shows when it is built.
            return Ok(tree.clone());
        }
        let mut bytes = vec![];
        let read = fs::OpenOptions::new()
            .read(true)
            .custom_flags(i32::try_from(rustix::fs::OFlags::NOFOLLOW.bits()).unwrap_or(0))
            .open(scratch.tree().join(LOCK))
            .and_then(|file| file.take(LARGEST_LOCK).read_to_end(&mut bytes));
        Ok(if read.is_ok() { tree.with([TreeFile::new(LOCK, bytes)]) } else { tree.clone() })
    }

    /// Builds the product: what the compiler said, or how it refused.
    pub(super) async fn compile(
        &self,
        scratch: &Scratch,
        cancel: &CancellationToken,
    ) -> Result<Result<Vec<u8>, Finished>, EvidenceError> {
        let argv = ["cargo", "build", "--offline"].map(str::to_owned);
        let mut finished = self.sandbox().run(&self.spec(scratch, Stack::Rust, &argv, None)?, cancel).await?;
        finished.output.bytes = super::runner::settled(&finished.output.bytes, scratch, 0);
        let compiled = finished.ended == Ended::Exited && finished.exit == Some(0);
        Ok(if compiled { Ok(finished.output.bytes) } else { Err(finished) })
    }

    /// Failures whose panic was an assertion of the test become failures of an assertion.
    pub(super) async fn tell_assertions(
        &self,
        tree: &Tree,
        report: &mut Report,
        panics: &[Panic],
        cancel: &CancellationToken,
    ) -> Result<(), EvidenceError> {
        let paths: BTreeSet<&str> =
            panics.iter().map(|panic| panic.path.as_str()).filter(|path| !path.is_empty()).collect();
        let questions: Vec<Question> = paths.iter().map(|path| Question::Places { path: (*path).to_owned() }).collect();
        let answers = syntax::ask(self, tree, &questions, cancel).await?;
        for panic in panics {
            let at = paths.iter().position(|path| *path == panic.path);
            let assertion = match at.and_then(|at| answers.get(at)) {
                Some(answer) => panic.is_assertion(&answer.regions, &answer.asserts),
                None => panic.path.is_empty(),
            };
            if let (true, Some(test)) = (assertion, report.tests.iter_mut().find(|test| test.name == panic.test)) {
                test.outcome = TestOutcome::Failed;
            }
        }
        Ok(())
    }
}

/// All binaries are run, whichever fails; only those of some files, when files are named.
pub(super) fn test_command(manifest: &Manifest, only: Option<&[String]>) -> (Vec<String>, Vec<String>) {
    let mut shown = manifest.test.clone();
    let roots: BTreeSet<&str> =
        only.unwrap_or_default().iter().map(|name| name.split("::").next().unwrap_or(name)).collect();
    let at = shown.iter().position(|argument| argument == "--").unwrap_or(shown.len());
    let mut targets: Vec<String> = roots.iter().flat_map(|root| target(root)).collect();
    targets.dedup();
    shown.splice(at..at, targets);
    // Each test is told by name, whatever the manifest says.
    let silent = |word: &&String| !matches!(word.as_str(), "-q" | "--quiet" | "--format=terse");
    let mut argv: Vec<String> = shown.iter().filter(silent).cloned().collect();
    let after = argv.iter().position(|argument| argument == "test").map_or(argv.len(), |at| at + 1);
    // Said twice, cargo refuses it.
    let added = ["--offline", "--no-fail-fast"].into_iter().filter(|flag| !shown.iter().any(|word| word == flag));
    argv.splice(after..after, added.map(str::to_owned));
    (argv, shown)
}

/// The arguments that choose the binary of a root file.
pub(super) fn target(root: &str) -> Vec<String> {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    let stem = |path: &str| {
        let path = path.strip_suffix("/main.rs").or(path.strip_suffix(".rs")).unwrap_or(path);
        path.rsplit('/').next().unwrap_or(path).to_owned()
    };
    match root {
        "src/lib.rs" => words(&["--lib"]),
        "src/main.rs" => words(&["--bins"]),
        root if root.starts_with("tests/") => words(&["--test", &stem(root)]),
        root if root.starts_with("src/bin/") => words(&["--bin", &stem(root)]),
        _ => vec![],
    }
}

/// What the compiler warns of in the files that are meant, a line each: ``unused variable: `x` (src/a.rs:3)``.
#[must_use]
pub fn warnings(output: &str, is_meant: impl Fn(&str) -> bool) -> Vec<String> {
    let (mut found, mut open) = (Vec::new(), None);
    for line in output.lines() {
        if let Some(warning) = line.strip_prefix("warning: ") {
            open = Some(warning);
        } else if line.starts_with("error") {
            open = None;
        } else if let Some(place) = line.trim_start().strip_prefix("--> ")
            && let Some(warning) = open.take()
            && let Some((place, _)) = place.rsplit_once(':')
            && place.rsplit_once(':').is_some_and(|(path, _)| is_meant(path))
        {
            found.push(Clean::new(&format!("{warning} ({place})")).one_line(200));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_manifest_says_already_is_not_said_twice() {
        let manifest = |test: &str| {
            let text =
                format!("[app]\nname = \"a\"\nstack = \"rust-std\"\n[commands]\nsetup = []\ntest = {test}\nrun = []\n");
            test_command(&Manifest::parse(&text).unwrap(), None).0.join(" ")
        };
        assert_eq!(manifest(r#"["cargo", "test"]"#), "cargo test --offline --no-fail-fast");
        assert_eq!(manifest(r#"["cargo", "test", "--offline"]"#), "cargo test --no-fail-fast --offline");
        assert_eq!(manifest(r#"["cargo", "-q", "test", "--", "--quiet"]"#), "cargo test --offline --no-fail-fast --");
    }

    #[test]
    fn warnings_are_told_with_their_places_and_only_of_files_that_are_meant() {
        let said = "   Compiling seeds v0.1.0\nwarning: unused variable: `x`\n --> src/a.rs:3:9\n  |\n3 |     let x = 1;\n\n\
            warning: function `end` is never used\n  --> src/b.rs:12:4\n\nwarning: `seeds` (lib) generated 2 warnings\n\
            error: expected `;`\n --> src/a.rs:9:1\n";
        assert_eq!(warnings(said, |path| path == "src/a.rs"), ["unused variable: `x` (src/a.rs:3)"]);
        assert_eq!(warnings(said, |_| true).len(), 2);
    }
}
