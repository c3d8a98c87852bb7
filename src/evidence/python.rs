//! Running the tests of Python projects.

use super::{EvidenceError, Manifest, Stack, scratch::Scratch};

const SUITE: &str = include_str!("aids/suite.py");

/// The same command by G1's own way into `unittest`, which nothing in the project can stand in front of.
pub(super) fn launched(argv: &[String], scratch: &Scratch) -> Result<Vec<String>, EvidenceError> {
    let suite = scratch.aid("suite.py", SUITE)?.to_string_lossy().into_owned();
    let mut argv = argv.to_vec();
    let runner = argv.windows(2).position(|pair| pair == ["-m", "unittest"]);
    let at = runner.ok_or_else(|| EvidenceError::Unsupported(argv.join(" "), Stack::Python.own_runner()))?;
    argv.splice(at..at + 2, [suite]);
    Ok(argv)
}

/// Each test is told by name, whatever the manifest says: what is not named cannot be evidence. Only some modules, classes
/// or tests, when they are named.
pub(super) fn test_command(manifest: &Manifest, only: Option<&[String]>) -> Vec<String> {
    let mut argv = manifest.test.clone();
    let told = argv.iter().any(|argument| argument == "-v" || argument == "--verbose");
    if let (false, Some(at)) = (told, argv.iter().position(|argument| argument == "unittest")) {
        // `discover` must stay next to the module, and takes the option too.
        let after = at + 1 + usize::from(argv.get(at + 1).is_some_and(|word| word == "discover"));
        argv.insert(after, "-v".to_owned());
    }
    argv.extend(only.unwrap_or_default().iter().cloned());
    argv
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

    fn command(test: &str, only: Option<&[String]>) -> String {
        let words: Vec<String> = test.split(' ').map(|word| format!("{word:?}")).collect();
        let manifest = format!(
            "[app]\nname = \"a\"\nstack = \"python\"\n[commands]\nsetup = []\ntest = [{}]\nrun = []\n",
            words.join(", ")
        );
        test_command(&Manifest::parse(&manifest).unwrap(), only).join(" ")
    }

    #[test]
    fn tests_are_told_by_name_also_where_the_manifest_forgot_it() {
        let one = ["tests.test_a".to_owned()];
        assert_eq!(command("python3 -m unittest", None), "python3 -m unittest -v");
        assert_eq!(command("python3 -m unittest", Some(&one)), "python3 -m unittest -v tests.test_a");
        assert_eq!(command("python3 -m unittest -v", None), "python3 -m unittest -v");
        assert_eq!(command("python3 -m unittest --verbose", None), "python3 -m unittest --verbose");
        assert_eq!(command("python3 -m unittest discover -s tests", None), "python3 -m unittest discover -v -s tests");
    }
}
