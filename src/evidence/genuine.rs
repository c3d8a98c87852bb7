//! Files that put something else in the place of the stack's own test runner or compiler, whose words would then be taken
//! for results. What the manifest's command may be says [`super::Stack::is_own_runner`].

use toml::Table;

/// The kinds of targets whose tests `cargo test` runs.
const TESTED: [&str; 4] = ["lib", "bin", "test", "example"];
/// What cargo's configuration has run instead of the compiler.
const COMPILERS: [&str; 4] = ["rustc", "rustc-wrapper", "rustc-workspace-wrapper", "rustdoc"];

/// What such a file does, in words for its author; `None` for any other.
#[must_use]
pub fn replaces_runner(path: &str, content: &str) -> Option<String> {
    let parts: Vec<&str> = path.split('/').collect();
    match parts.as_slice() {
        ["unittest.py"] | ["unittest", ..] => {
            Some(format!("{path} would be imported instead of Python's own unittest: give it another name"))
        }
        [.., "Cargo.toml"] if has_own_harness(&table(content)) => Some(format!(
            "{path}: a target with `harness = false` prints its own results, and only those of cargo's harness are believed"
        )),
        [.., ".cargo", "config" | "config.toml"] => {
            let key = own_program(&table(content))?;
            Some(format!(
                "{path}: `{key}` has another program run than the compiled tests and the installed compiler: leave it out"
            ))
        }
        _ => None,
    }
}

fn table(content: &str) -> Table {
    content.parse().unwrap_or_default()
}

fn has_own_harness(manifest: &Table) -> bool {
    let targets = TESTED.iter().filter_map(|kind| manifest.get(*kind)).flat_map(|value| match value.as_array() {
        Some(several) => several.iter().collect(),
        None => vec![value],
    });
    targets.into_iter().any(|target| target.get("harness").and_then(toml::Value::as_bool) == Some(false))
}

fn own_program(config: &Table) -> Option<String> {
    let build = config.get("build").and_then(toml::Value::as_table);
    let compiler = COMPILERS.iter().find(|key| build.is_some_and(|build| build.contains_key(**key)));
    let targets = config.get("target").and_then(toml::Value::as_table).into_iter().flatten();
    let runner =
        |(name, target): (&String, &toml::Value)| target.get("runner").map(|_| format!("target.{name}.runner"));
    compiler.map(|key| format!("build.{key}")).or_else(|| targets.filter_map(runner).next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_print_results_of_its_own_is_named() {
        for (path, content, said) in [
            ("unittest.py", "", "instead of Python's own unittest"),
            ("unittest/__main__.py", "", "instead of Python's own unittest"),
            ("Cargo.toml", "[[test]]\nname = \"a\"\nharness = false\n", "`harness = false`"),
            ("crates/a/Cargo.toml", "[lib]\nharness = false\n", "`harness = false`"),
            (
                ".cargo/config.toml",
                "[target.x86_64-unknown-linux-gnu]\nrunner = \"./ok.sh\"\n",
                "target.x86_64-unknown-linux-gnu.runner",
            ),
            (".cargo/config", "[target.'cfg(all())']\nrunner = [\"true\"]\n", "target.cfg(all()).runner"),
            (".cargo/config.toml", "[build]\nrustc-wrapper = \"./w\"\n", "build.rustc-wrapper"),
        ] {
            let told = replaces_runner(path, content);
            assert!(
                told.as_ref().is_some_and(|told| told.contains(said) && told.starts_with(path)),
                "{path}: {told:?}"
            );
        }
    }

    #[test]
    fn what_only_looks_like_it_is_taken() {
        for (path, content) in [
            ("tests/unittest.py", ""),
            ("app/unittest/a.py", ""),
            (
                "Cargo.toml",
                "[package]\nname = \"a\"\n[[bench]]\nname = \"b\"\nharness = false\n[[test]]\nname = \"c\"\n",
            ),
            ("Cargo.toml", "not = [toml"),
            (".cargo/config.toml", "[build]\nrustflags = [\"-Dwarnings\"]\n[alias]\nt = \"test\"\n"),
        ] {
            assert_eq!(replaces_runner(path, content), None, "{path}");
        }
    }
}
