//! Running the tests of Python projects.

use super::{EvidenceError, Manifest, Stack, Tree, TreeFile, report::Report, scratch::Scratch};
use std::{
    fs::{self, DirEntry},
    path::Path,
};

const SUITE: &str = include_str!("aids/suite.py");

/// The same command by G1's own way into `unittest`, which nothing in the project can stand in front of.
pub(super) fn launched(
    argv: &[String],
    scratch: &Scratch,
    manifest: &Manifest,
    tree: &Tree,
) -> Result<Vec<String>, EvidenceError> {
    let suite = scratch.aid("suite.py", SUITE)?.to_string_lossy().into_owned();
    let mut argv = argv.to_vec();
    let runner = argv.windows(2).position(|pair| pair == ["-m", "unittest"]);
    let at = runner.ok_or_else(|| EvidenceError::Unsupported(argv.join(" "), Stack::Python.own_runner()))?;
    let beside = apart(manifest, tree).map(|folder| format!("--beside={folder}"));
    argv.splice(at..at + 2, [suite].into_iter().chain(beside));
    Ok(argv)
}

/// Where packages lie in the usual place below the project's folder, as if they were installed from there: `src`, with a
/// package in it.
pub(super) fn source(tree: &Path) -> Option<String> {
    let source = tree.join("src");
    let is_package = |entry: &DirEntry| entry.path().join("__init__.py").is_file();
    let mut inside = fs::read_dir(&source).ok()?.flatten();
    inside.any(|entry| is_package(&entry)).then(|| source.to_string_lossy().into_owned())
}

/// The folder of tests that is no package, where the manifest has `discover` begin there: its runner names the modules
/// without it (`test_a.Case.test_one`), and they find each other so.
fn apart<'m>(manifest: &'m Manifest, tree: &Tree) -> Option<&'m str> {
    let at = manifest.test.iter().position(|word| word == "discover")?;
    let folder = start(&manifest.test[at + 1..]).filter(|folder| !matches!(*folder, "" | "."))?;
    tree.get(&format!("{folder}/__init__.py")).is_none().then_some(folder)
}

/// The results under names as they are used everywhere else: see [`by_path`].
pub(super) fn named_by_path(mut report: Report, tree: &Tree) -> Report {
    for test in &mut report.tests {
        if let Some(name) = by_path(&test.name, tree) {
            test.name = name;
        }
    }
    report.tests.sort_by(|a, b| a.name.cmp(&b.name));
    report
}

/// Another name than the runner has for a test: by the path from the project's folder, where the module lies in one folder
/// alone and not where its name says.
pub(super) fn by_path(name: &str, tree: &Tree) -> Option<String> {
    let (module, _) = name.split_once('.')?;
    let inside = format!("{module}/");
    if tree.files().any(|file| file.path.starts_with(&inside)) {
        return None;
    }
    let its = |file: &TreeFile| {
        let path = file.path.strip_suffix(".py").or_else(|| file.path.strip_suffix("/__init__.py"))?;
        let above = path.strip_suffix(module)?;
        (above.is_empty() || above.ends_with('/')).then(|| above.to_owned())
    };
    let mut above = tree.files().filter_map(its);
    let (folder, None) = (above.next()?, above.next()) else { return None };
    let folder = folder.strip_suffix('/')?;
    let named = folder.split('/').all(|part| !part.is_empty() && !part.contains(['.', '-']));
    named.then(|| format!("{}.{name}", folder.replace('/', ".")))
}

/// Each test is told by name, whatever the manifest says: what is not named cannot be evidence. Only some modules, classes
/// or tests, when they are named: from the project's folder, in the place of what the manifest names or looks for.
pub(super) fn test_command(manifest: &Manifest, tree: &Tree, only: Option<&[String]>) -> Vec<String> {
    let silent = |word: &&String| !matches!(word.as_str(), "-q" | "--quiet");
    let mut argv: Vec<String> = manifest.test.iter().filter(silent).cloned().collect();
    let Some(at) = argv.iter().position(|word| word == "unittest").map(|at| at + 1) else { return argv };
    let looks = argv.get(at).is_some_and(|word| word == "discover");
    if only.is_some() {
        let flags = ["-b", "--buffer", "-f", "--failfast", "-c", "--catch", "-v", "--verbose", "--locals"];
        let kept: Vec<String> = argv.drain(at..).filter(|word| flags.contains(&word.as_str())).collect();
        argv.extend(kept);
    } else if looks
        && !argv.iter().any(|word| word.starts_with("-t") || word.starts_with("--top"))
        && let Some(start) = start(&argv[at + 1..])
        && tree.get(&format!("{start}/__init__.py")).is_some()
    {
        // As they are named everywhere else.
        argv.extend(["-t".to_owned(), ".".to_owned()]);
    }
    if !argv.iter().any(|word| word == "-v" || word == "--verbose") {
        // `discover` must stay next to the module, and takes the option too.
        argv.insert(at + usize::from(looks && only.is_none()), "-v".to_owned());
    }
    let folder = apart(manifest, tree).map(|folder| folder.replace('/', ".") + ".");
    let bare =
        |name: &String| folder.as_deref().and_then(|folder| name.strip_prefix(folder)).unwrap_or(name).to_owned();
    argv.extend(only.unwrap_or_default().iter().map(bare));
    argv
}

/// The folder that `discover` begins in, where it is said alone.
fn start(words: &[String]) -> Option<&str> {
    let mut found = vec![];
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match word.split_once('=') {
            Some(("--start-directory", folder)) => found.push(folder),
            _ if word == "-s" || word == "--start-directory" => found.push(words.next()?),
            _ if ["-p", "--pattern", "-k"].contains(&word.as_str()) => drop(words.next()),
            _ if !word.starts_with('-') => found.push(word),
            _ => {}
        }
    }
    match found.as_slice() {
        [one] => Some(one.trim_start_matches("./").trim_end_matches('/')),
        _ => None,
    }
}

/// Where the command begins to say which modules are tested; nowhere when they are looked for.
pub(super) fn first_module(argv: &[String]) -> Option<usize> {
    const WITH_VALUE: [&str; 2] = ["-k", "--durations"];
    let from = argv.iter().position(|word| word == "unittest")?;
    let is_module = |at: &usize| !argv[*at].starts_with('-') && !WITH_VALUE.contains(&argv[*at - 1].as_str());
    let first = (from + 1..argv.len()).find(is_module)?;
    (argv[first] != "discover").then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        Clean,
        evidence::{TestOutcome, TestResult},
    };

    fn command(test: &str, only: Option<&[String]>) -> String {
        let tree = Tree::new(vec![TreeFile::new("tests/__init__.py", vec![])]);
        test_command(&Manifest::tested_by(test), &tree, only).join(" ")
    }

    #[test]
    fn tests_are_told_by_name_also_where_the_manifest_forgot_it() {
        for (test, run) in [
            ("python3 -m unittest", "python3 -m unittest -v"),
            ("python3 -m unittest -v", "python3 -m unittest -v"),
            ("python3 -m unittest --verbose", "python3 -m unittest --verbose"),
            ("python3 -m unittest -q", "python3 -m unittest -v"),
            ("python3 -m unittest discover -s tests", "python3 -m unittest discover -v -s tests -t ."),
            ("python3 -m unittest discover ./tests/ -q", "python3 -m unittest discover -v ./tests/ -t ."),
            ("python3 -m unittest discover -s spec", "python3 -m unittest discover -v -s spec"),
            ("python3 -m unittest discover -s tests -t .", "python3 -m unittest discover -v -s tests -t ."),
            ("python3 -m unittest discover -p test_*.py", "python3 -m unittest discover -v -p test_*.py"),
            ("python3 -m unittest discover tests *.py", "python3 -m unittest discover -v tests *.py"),
        ] {
            assert_eq!(command(test, None), run, "{test}");
        }
    }

    #[test]
    fn what_is_to_run_alone_stands_in_the_place_of_what_the_manifest_names() {
        let one = ["tests.test_a".to_owned()];
        for (test, run) in [
            ("python3 -m unittest", "python3 -m unittest -v tests.test_a"),
            ("python3 -B -m unittest -v", "python3 -B -m unittest -v tests.test_a"),
            ("python3 -m unittest discover -s tests -q", "python3 -m unittest -v tests.test_a"),
            ("python3 -m unittest -b -f tests.test_a tests.test_b", "python3 -m unittest -v -b -f tests.test_a"),
        ] {
            assert_eq!(command(test, Some(&one)), run, "{test}");
        }
    }

    #[test]
    fn a_test_has_one_name_wherever_its_runner_begins_to_look() {
        let files =
            ["tests/test_a.py", "test_b.py", "tests/test_b.py", "app/__init__.py", "a-b/test_c.py", "x/y/test_d.py"];
        let tree = Tree::new(files.iter().map(|path| TreeFile::new(*path, vec![])).collect());
        let named = |name: &str| {
            let (name, outcome, detail) = (name.to_owned(), TestOutcome::Passed, Clean::default());
            let report = Report { tests: vec![TestResult { name, outcome, detail }], ran: Some(1), consistent: true };
            named_by_path(report, &tree).tests[0].name.clone()
        };
        for (told, name) in [
            ("test_a.Case.one", "tests.test_a.Case.one"),
            ("tests.test_a.Case.one", "tests.test_a.Case.one"),
            ("test_b.Case.one", "test_b.Case.one"),
            ("app.Case.one", "app.Case.one"),
            ("test_c.Case.one", "test_c.Case.one"),
            ("test_d.Case.one", "x.y.test_d.Case.one"),
            ("unknown.Case.one", "unknown.Case.one"),
        ] {
            assert_eq!(named(told), name);
        }
    }

    #[test]
    fn a_folder_that_is_no_package_is_looked_in_for_what_its_modules_import() {
        let (bare, package) = (Tree::default(), Tree::new(vec![TreeFile::new("tests/__init__.py", vec![])]));
        for (test, tree, folder) in [
            ("python3 -m unittest discover -s tests", &bare, Some("tests")),
            ("python3 -m unittest discover -v ./tests", &bare, Some("tests")),
            ("python3 -m unittest discover -s tests", &package, None),
            ("python3 -m unittest discover -s .", &bare, None),
            ("python3 -m unittest", &bare, None),
        ] {
            assert_eq!(apart(&Manifest::tested_by(test), tree), folder, "{test}");
        }
    }
}
