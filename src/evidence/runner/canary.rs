//! Whether the runner of a Python suite tells a failing test as failing. Test modules share a process with the runner, so
//! one that patches it could have all pass; before a green report is believed, the same command has to report a test of
//! G1's own that fails. (Node and cargo run each file of tests in a process of its own, which they report from outside.)

use super::Runner;
use crate::{
    domain::evidence::{TestOutcome, TestResult},
    evidence::{
        EvidenceError, Manifest, Stack, Tree, TreeFile,
        genuine::random,
        python,
        report::{self, Report},
        sandbox::Ended,
        scratch::Scratch,
    },
};
use std::fmt::Write;
use tokio_util::sync::CancellationToken;

/// The ways in which it fails: a patch may know only some.
const FAILS: [&str; 4] = [
    "self.assertEqual(1, 2, REASON)",
    "self.assertTrue(False, REASON)",
    "self.fail(REASON)",
    "raise AssertionError(REASON)",
];

/// A test module with names that nobody knew when the suite was written.
struct Canary {
    file: TreeFile,
    stem: String,
    /// As the command names modules, where it names some.
    module: String,
    reason: String,
}

impl Canary {
    /// Beside a module whose tests were reported; where none of them is a file of the tree, there is no such place.
    fn beside(tree: &Tree, report: &Report) -> Option<Self> {
        let (stem, reason) = (format!("test_g1_{:016x}", random()), format!("canary {:016x}", random()));
        let (folder, package) =
            tree.files().filter(|file| Stack::Python.is_test_file(&file.path)).find_map(|file| {
                let (folder, name) = file.path.rsplit_once('/').unwrap_or(("", &file.path));
                let name = name.strip_suffix(".py")?;
                let parts = report.tests.iter().map(|test| test.name.split('.').collect::<Vec<_>>());
                let package = parts.filter_map(|parts| {
                    let at = parts.iter().position(|part| *part == name)?;
                    Some(parts.get(..at)?.join("."))
                });
                Some((folder.to_owned(), package.into_iter().next()?))
            })?;
        let under = |above: &str, between: char| match above {
            "" => stem.clone(),
            above => format!("{above}{between}{stem}"),
        };
        let (mut text, reason) =
            (String::from("import unittest\n\n\nclass Canary(unittest.TestCase):\n"), format!("{reason:?}"));
        for (number, fails) in (1..).zip(FAILS) {
            let _ = write!(text, "    def test_{number}(self):\n        {}\n\n", fails.replace("REASON", &reason));
        }
        let (path, module) = (format!("{}.py", under(&folder, '/')), under(&package, '.'));
        Some(Self { file: TreeFile::new(path, text.into_bytes()), stem, module, reason })
    }

    /// The command that was run, limited to this test. Names of modules have to stay together, behind the option.
    fn command(&self, manifest: &Manifest, tree: &Tree, only: Option<&[String]>) -> Vec<String> {
        let only = only.map(|only| only.iter().chain([&self.module]).cloned().collect::<Vec<_>>());
        let mut argv = python::test_command(manifest, tree, only.as_deref());
        // All of its tests are to fail.
        argv.retain(|word| word != "-f" && word != "--failfast");
        if let (None, Some(at)) = (&only, python::first_module(&argv)) {
            argv.insert(at, self.module.clone());
        }
        let at = argv.iter().position(|word| word == "unittest").map_or(argv.len(), |at| at + 1);
        let at = at + usize::from(argv.get(at).is_some_and(|word| word == "discover"));
        argv.splice(at..at, ["-k".to_owned(), self.stem.clone()]);
        argv
    }

    /// True when it was told as what it is, or when the command does not come by it and ran nothing.
    fn is_told(&self, report: &Report) -> bool {
        let own = |name: &str| name.split('.').any(|part| part == self.stem);
        let told = |test: &&TestResult| {
            own(&test.name) && test.outcome == TestOutcome::Failed && test.detail.contains(&self.reason)
        };
        match report.tests.as_slice() {
            [] => report.ran == Some(0),
            tests => tests.iter().filter(told).count() == FAILS.len(),
        }
    }
}

impl Runner {
    /// Whether the command that reported these tests reports a failing one as failing.
    pub(super) async fn tells_failures(
        &self,
        tree: &Tree,
        manifest: &Manifest,
        only: Option<&[String]>,
        report: &Report,
        cancel: &CancellationToken,
    ) -> Result<bool, EvidenceError> {
        let Some(canary) = Canary::beside(tree, report) else { return Ok(true) };
        let scratch = Scratch::of(&tree.with([canary.file.clone()]), self.owner(Stack::Python))?;
        let argv = python::launched(&canary.command(manifest, tree, only), &scratch, manifest, tree)?;
        let finished = self.on_a_port(&scratch, Stack::Python, &argv, cancel).await?;
        let ended = finished.ended == Ended::Exited;
        Ok(ended && canary.is_told(&report::unittest(&finished.output.bytes)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canary(test: &str, file: &str, reported: &str) -> (String, Vec<String>) {
        let manifest = Manifest::tested_by(test);
        let report = report::unittest(format!("{reported} ... ok\n\nRan 1 test in 0s\n\nOK\n").as_bytes());
        let tree = Tree::new(vec![TreeFile::new(file, vec![])]);
        let canary = Canary::beside(&tree, &report).unwrap();
        let named = |text: &str| text.replace(&canary.stem, "CANARY");
        (named(&canary.file.path), canary.command(&manifest, &tree, None).iter().map(|word| named(word)).collect())
    }

    #[test]
    fn it_stands_where_the_command_looks_for_tests() {
        let (path, argv) = canary("python3 -m unittest", "tests/test_a.py", "test_x (tests.test_a.T.test_x)");
        assert_eq!((path.as_str(), argv.join(" ").as_str()), ("tests/CANARY.py", "python3 -m unittest -k CANARY -v"));
        let (path, argv) =
            canary("python3 -m unittest discover -s tests", "tests/test_a.py", "test_x (test_a.T.test_x)");
        assert_eq!(path, "tests/CANARY.py");
        assert_eq!(argv.join(" "), "python3 -m unittest discover -k CANARY -v -s tests");
        let (_, argv) = canary("python3 -m unittest tests.test_a", "tests/test_a.py", "test_x (tests.test_a.T.test_x)");
        assert_eq!(argv.join(" "), "python3 -m unittest -k CANARY -v tests.CANARY tests.test_a");
        let (path, argv) = canary("python3 -m unittest -f -k x test_a -v", "test_a.py", "test_x (test_a.T.test_x)");
        assert_eq!(path, "CANARY.py");
        assert_eq!(argv.join(" "), "python3 -m unittest -k CANARY -k x CANARY test_a -v");
    }

    #[test]
    fn only_its_own_failure_is_believed_or_that_nothing_ran() {
        let canary = Canary {
            file: TreeFile::new("a.py", vec![]),
            stem: "test_g1_1".into(),
            module: "test_g1_1".into(),
            reason: "canary 2".into(),
        };
        let told = |text: &str| canary.is_told(&report::unittest(text.as_bytes()));
        let rule = "=".repeat(70);
        let thin = "-".repeat(70);
        let failed = |reasons: &[&str]| {
            let (mut lines, mut sections) = (String::new(), String::new());
            for (number, reason) in (1..).zip(reasons) {
                let name = format!("test_{number} (test_g1_1.Canary.test_{number})");
                lines += &format!("{name} ... FAIL\n");
                sections += &format!("\n{rule}\nFAIL: {name}\n{thin}\nAssertionError: {reason}\n");
            }
            let many = reasons.len();
            format!("{lines}{sections}\n{thin}\nRan {many} tests in 0s\n\nFAILED (failures={many})\n")
        };
        assert!(told(&failed(&["canary 2"; 4])));
        assert!(!told(&failed(&["canary 2"; 3])), "one way to fail is not told");
        assert!(!told(&failed(&["something else"; 4])));
        assert!(told("\nRan 0 tests in 0s\n\nNO TESTS RAN\n"));
        assert!(!told("test_fails (test_g1_1.Canary.test_fails) ... ok\n\nRan 1 test in 0s\n\nOK\n"));
        assert!(!told("test_x (tests.test_a.T.test_x) ... ok\n\nRan 1 test in 0s\n\nOK\n"));
        assert!(!told("all is well\n"));
    }
}
