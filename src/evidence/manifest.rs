//! `g1.toml`: the manifest of the generated software. Argument vectors only; nothing ever passes through a shell.

use super::{Kind, Stack};
use crate::domain::{artifact::MANIFEST, in_shell};
use serde::{Deserialize, Serialize};

/// What the generated software is and how it is set up, tested and run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    pub name: String,
    pub stack: String,
    pub setup: Vec<String>,
    pub test: Vec<String>,
    /// With `{port}` where the port goes; without it for a program that serves nothing, empty for a library.
    pub run: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    #[error("g1.toml cannot be read: {0}")]
    Syntax(String),
    #[error("g1.toml: `commands.{0}` must be a list of arguments such as [\"python3\", \"-m\", \"app\"]")]
    Empty(&'static str),
    #[error("g1.toml: an argument of `commands.{0}` holds a control character")]
    Control(&'static str),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    app: App,
    commands: Commands,
}
#[derive(Serialize, Deserialize)]
struct App {
    name: String,
    stack: String,
}
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Commands {
    #[serde(default)]
    setup: Vec<String>,
    test: Vec<String>,
    #[serde(default)]
    run: Vec<String>,
}

impl Manifest {
    /// The path of the manifest in the workspace.
    pub const PATH: &'static str = MANIFEST;

    /// # Errors
    /// The text is not the manifest of design 5.4: unknown keys, strings where lists belong.
    pub fn parse(text: &str) -> Result<Self, ManifestError> {
        let file: File = toml::from_str(text).map_err(|error| ManifestError::Syntax(error.message().to_owned()))?;
        let Commands { setup, test, run } = file.commands;
        for (name, argv, needed) in [("setup", &setup, false), ("test", &test, true), ("run", &run, false)] {
            if (needed && argv.is_empty()) || argv.first().is_some_and(|program| program.trim().is_empty()) {
                return Err(ManifestError::Empty(name));
            }
            if argv.iter().any(|arg| arg.chars().any(char::is_control)) {
                return Err(ManifestError::Control(name));
            }
        }
        Ok(Self { name: file.app.name, stack: file.app.stack, setup, test, run })
    }

    /// The `run` command for one port.
    #[must_use]
    pub fn run_on(&self, port: u16) -> Vec<String> {
        self.run.iter().map(|arg| arg.replace("{port}", &port.to_string())).collect()
    }

    /// Whether what is started answers at a port.
    #[must_use]
    pub fn serves(&self) -> bool {
        self.run.iter().any(|arg| arg.contains("{port}"))
    }

    /// `run` of a program that serves nothing, asked for its help.
    #[must_use]
    pub fn with_help(&self) -> Vec<String> {
        self.called(&["--help".to_owned()])
    }

    /// `run` of a program that serves nothing, with these arguments; what is behind `--` is its own.
    #[must_use]
    pub fn called(&self, arguments: &[String]) -> Vec<String> {
        let mut argv = self.run.clone();
        if Stack::of(&self.stack) == Some(Stack::Rust) && !argv.iter().any(|argument| argument == "--") {
            argv.push("--".to_owned());
        }
        argv.extend_from_slice(arguments);
        argv
    }

    /// What a person types, in the folder of a program that is called with arguments, to see which; nothing for what
    /// serves pages and for a library.
    #[must_use]
    pub fn help_line(&self) -> Option<String> {
        let words: Vec<String> = self.with_help().iter().map(|argument| in_shell(argument)).collect();
        (Kind::of(self) == Kind::Program).then(|| words.join(" "))
    }
}

#[cfg(test)]
impl Manifest {
    /// Of a Python product with this command for its tests.
    pub(crate) fn tested_by(test: &str) -> Self {
        let test = test.split(' ').map(str::to_owned).collect();
        Self { name: "a".to_owned(), stack: "python".to_owned(), setup: vec![], test, run: vec![] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_says_how_it_is_asked_for_its_arguments_and_nothing_else_does() {
        let of = |stack: &str, run: &[&str]| {
            let run = run.iter().map(|argument| (*argument).to_owned()).collect();
            Manifest { name: "seeds".into(), stack: stack.into(), setup: vec![], test: vec![], run }.help_line()
        };
        assert_eq!(of("python-stdlib", &["python3", "-m", "app"]).as_deref(), Some("python3 -m app --help"));
        assert_eq!(of("rust-std", &["cargo", "run", "--quiet"]).as_deref(), Some("cargo run --quiet -- --help"));
        assert_eq!(of("rust-std", &["cargo", "run", "--"]).as_deref(), Some("cargo run -- --help"));
        assert_eq!(of("node", &["node", "a b's.js"]).as_deref(), Some(r"node 'a b'\''s.js' --help"));
        assert_eq!(of("node", &["node", "src/server.js", "--port", "{port}"]), None);
        assert_eq!(of("rust-std", &[]), None);
    }

    const GOOD: &str = r#"
[app]
name = "fitness"
stack = "python-stdlib"
[commands]
setup = []
test = ["python3", "-m", "unittest", "-v"]
run = ["python3", "-m", "app", "--port", "{port}"]
"#;

    #[test]
    fn the_manifest_of_the_design_is_read() {
        let manifest = Manifest::parse(GOOD).unwrap();
        assert_eq!(manifest.name, "fitness");
        assert_eq!(manifest.run_on(8123).last().map(String::as_str), Some("8123"));
    }

    #[test]
    fn what_could_reach_a_shell_is_refused() {
        for (from, to) in [
            (r#"["python3", "-m", "unittest", "-v"]"#, r#""python3 -m unittest""#),
            (r#"["python3", "-m", "unittest", "-v"]"#, "[]"),
            ("setup = []", "setup = [\"\"]"),
            ("setup = []", "setup = [\"a\\u0007\"]"),
            ("setup = []", "deploy = []"),
            ("[app]", "[application]"),
        ] {
            assert!(GOOD.contains(from));
            assert!(Manifest::parse(&GOOD.replace(from, to)).is_err(), "{from} -> {to}");
        }
    }
}
