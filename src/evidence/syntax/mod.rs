//! Questions about source files, answered from their syntax trees by small programs that are part of this binary: one in
//! Python for Python, one in Rust for JavaScript, TypeScript and Rust. They run confined like everything else, because
//! parsing alone can exhaust memory or crash a parser.

mod asserted;
mod javascript;
mod marks;
pub(super) mod native;
mod outline;
mod rows;
mod rust;
mod uses;

pub(super) use marks::{Place, Wanted};

use super::{
    EvidenceError, Manifest, Runner, Stack, Tree,
    sandbox::{Ended, INSIDE},
    scratch::Scratch,
};
use serde::{Deserialize, Serialize};
use std::{fs, io::Read, os::unix::fs::OpenOptionsExt};
use tokio_util::sync::CancellationToken;

/// Its parts are one program.
const TOOL: &str = concat!(
    include_str!("suite.py"),
    "\n\n",
    include_str!("marks.py"),
    "\n\n",
    include_str!("again.py"),
    "\n\n",
    include_str!("rows.py"),
    "\n\n",
    include_str!("uses.py"),
    "\n\n",
    include_str!("imports.py"),
    "\n\n",
    include_str!("network.py"),
    "\n\n",
    include_str!("tool.py")
);
const LARGEST_ANSWER: u64 = 256 << 20;

/// What a file is written in, as far as that can be taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Language {
    Python,
    JavaScript,
    Rust,
}

impl Language {
    pub(super) fn of(path: &str) -> Option<Self> {
        let ending = path.rsplit('/').next()?.rsplit_once('.')?.1;
        match ending {
            "py" => Some(Self::Python),
            "rs" => Some(Self::Rust),
            _ => javascript::ENDINGS.contains(&ending).then_some(Self::JavaScript),
        }
    }

    /// The same of a file that may be a program without an ending: it is written in what its first line says, else in what
    /// the manifest that runs it is. `read` gives files by their paths.
    pub(super) fn of_file(path: &str, read: impl Fn(&str) -> Option<String>) -> Option<Self> {
        if path.rsplit('/').next()?.contains('.') {
            return Self::of(path);
        }
        let text = read(path)?;
        if let Some(line) = text.lines().next().and_then(|line| line.strip_prefix("#!")) {
            let mut programs = line.split_whitespace().filter_map(|word| word.rsplit('/').next());
            return programs.find_map(|program| match program {
                "node" => Some(Self::JavaScript),
                python if python.starts_with("python") => Some(Self::Python),
                _ => None,
            });
        }
        let manifest = Manifest::parse(&read(Manifest::PATH)?).ok()?;
        let runs = manifest.run.iter().any(|word| word.strip_prefix("./").unwrap_or(word) == path);
        // What is compiled is not run by its text.
        Stack::of(&manifest.stack).filter(|stack| runs && *stack != Stack::Rust).map(Self::of_stack)
    }

    /// The same of a file of the tree.
    pub(super) fn in_tree(tree: &Tree, path: &str) -> Option<Self> {
        Self::of_file(path, |path| Some(String::from_utf8_lossy(&tree.get(path)?.bytes).into_owned()))
    }

    pub(super) fn of_stack(stack: Stack) -> Self {
        match stack {
            Stack::Python => Self::Python,
            Stack::Node => Self::JavaScript,
            Stack::Rust => Self::Rust,
        }
    }
}

/// True for files with types, which an older Node cannot run.
pub(super) fn is_typed(path: &str) -> bool {
    javascript::is_typed(path)
}

/// One question about a file of the tree.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum Question {
    /// Which lines a link means.
    Resolve { path: String, symbol: Option<String>, lines: Option<(u32, u32)> },
    /// The file with these lines alone made ineffective.
    Neutralise { path: String, lines: (u32, u32) },
    /// Where the lines of the old file are now, and the file without them.
    Locate { path: String, old: String, lines: (u32, u32) },
    /// Whether a test exists, asserts something and is not skipped.
    Test { test: String, language: Language },
    /// The file without comments and docstrings, line by line.
    Strip { path: String },
    /// The function that these lines are or lie in, where nothing but its name leads to it.
    Function { path: String, lines: (u32, u32) },
    /// The file without what names a function and does not use it: comments, docstrings, tests, lists of what is exported.
    Uses { path: String },
    /// What the file imports that is neither of the tree nor of its language, and where it connects to other machines.
    Imports { path: String },
    /// TypeScript without its types: a file of the tree, or this text of it.
    Erase { path: String, text: Option<String> },
    /// Rust with a switch at each of these numbered ranges, and with marks.
    Switches { path: String, ranges: Vec<(u32, (u32, u32))>, marks: Option<Wanted> },
    /// Python, JavaScript or TypeScript with marks.
    Mark {
        path: String,
        #[serde(flatten)]
        wanted: Wanted,
    },
    /// Where in a Rust file a panic is an assertion of a test.
    Places { path: String },
}

impl Question {
    fn is_for_python(&self, tree: &Tree) -> bool {
        match self {
            Self::Resolve { path, .. }
            | Self::Neutralise { path, .. }
            | Self::Locate { path, .. }
            | Self::Mark { path, .. }
            | Self::Function { path, .. }
            | Self::Uses { path }
            | Self::Imports { path }
            | Self::Strip { path } => Language::in_tree(tree, path) == Some(Language::Python),
            Self::Test { language, .. } => *language == Language::Python,
            Self::Erase { .. } | Self::Switches { .. } | Self::Places { .. } => false,
        }
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Answer {
    pub problem: Option<String>,
    pub lines: Option<(u32, u32)>,
    pub text: Option<String>,
    pub path: Option<String>,
    /// What G1 calls a test, however it was asked for; the name of a function.
    pub name: Option<String>,
    /// A test says nothing but what is not so.
    pub denies: bool,
    /// Lines and names of what is from outside.
    pub imports: Vec<(u32, String)>,
    /// Lines and names of what connects to other machines.
    pub connects: Vec<(u32, String)>,
    /// It may reach functions without naming them.
    pub reflects: bool,
    /// Nothing is deleted: the lines are switched off at run time.
    pub switch: bool,
    pub switched: Vec<u32>,
    /// Lines that have a mark.
    pub marked: Vec<u32>,
    pub regions: Vec<(u32, u32)>,
    pub asserts: Vec<u32>,
}

/// Asks all questions at once; as many answers come back, in order.
pub(super) async fn ask(
    runner: &Runner,
    tree: &Tree,
    questions: &[Question],
    cancel: &CancellationToken,
) -> Result<Vec<Answer>, EvidenceError> {
    let is_python: Vec<bool> = questions.iter().map(|question| question.is_for_python(tree)).collect();
    let of = |python: bool| -> Vec<&Question> {
        questions.iter().zip(&is_python).filter(|(_, is)| **is == python).map(|(question, _)| question).collect()
    };
    let mut python = put(runner, tree, &of(true), true, cancel).await?.into_iter();
    let mut native = put(runner, tree, &of(false), false, cancel).await?.into_iter();
    Ok(is_python.iter().filter_map(|is| if *is { python.next() } else { native.next() }).collect())
}

/// Puts questions to one of the two tools.
async fn put(
    runner: &Runner,
    tree: &Tree,
    questions: &[&Question],
    python: bool,
    cancel: &CancellationToken,
) -> Result<Vec<Answer>, EvidenceError> {
    if questions.is_empty() {
        return Ok(vec![]);
    }
    let owner = if python {
        runner.tools().find(Stack::Python).await?;
        runner.owner(Stack::Python)
    } else {
        Runner::fresh_owner()
    };
    let desk = Scratch::of(tree, owner)?;
    let (tool, request, response) =
        (desk.tmp().join("tool.py"), desk.tmp().join("ask.json"), desk.tmp().join("answer.json"));
    let text = serde_json::to_vec(questions).map_err(|error| EvidenceError::Tool(error.to_string()))?;
    fs::write(&tool, TOOL)
        .and_then(|()| fs::write(&request, text))
        .map_err(EvidenceError::io("writing the syntax tool"))?;
    let place = |path: &std::path::Path| path.to_string_lossy().into_owned();
    let spec = if python {
        let mut argv = vec!["python3".to_owned()];
        argv.extend(["-I", "-S", "-B"].map(str::to_owned));
        argv.extend([&tool, &request, &response].map(|path| place(path)));
        runner.spec(&desk, Stack::Python, &argv, None)?
    } else {
        runner.bare_spec(&desk, vec![INSIDE.to_owned(), place(&request), place(&response)])
    };
    let finished = runner.sandbox().run(&spec, cancel).await?;
    if finished.ended != Ended::Exited || finished.exit != Some(0) {
        return Err(EvidenceError::Tool(super::runner::last_line(&finished)));
    }
    let mut bytes = vec![];
    fs::OpenOptions::new()
        .read(true)
        .custom_flags(i32::try_from(rustix::fs::OFlags::NOFOLLOW.bits()).unwrap_or(0))
        .open(response)
        .and_then(|file| file.take(LARGEST_ANSWER).read_to_end(&mut bytes))
        .map_err(EvidenceError::io("reading the syntax tool's answer"))?;
    let answers: Vec<Answer> =
        serde_json::from_slice(&bytes).map_err(|error| EvidenceError::Tool(error.to_string()))?;
    if answers.len() != questions.len() {
        return Err(EvidenceError::Tool("it did not answer every question".to_owned()));
    }
    Ok(answers)
}

#[cfg(test)]
mod tests {
    use super::{super::TreeFile, *};

    #[test]
    fn a_program_without_an_ending_is_known_by_its_first_line_or_by_what_runs_it() {
        let of = |stack: &str, path: &str, text: &str| {
            let manifest = format!(
                "[app]\nname = \"a\"\nstack = \"{stack}\"\n[commands]\nsetup = []\ntest = [\"x\"]\nrun = [\"x\", \"./tidelog\"]\n"
            );
            let file = |path: &str, text: &str| TreeFile::new(path.to_owned(), text.as_bytes().to_vec());
            Language::in_tree(&Tree::new(vec![file(path, text), file("g1.toml", &manifest)]), path)
        };
        let python = "#!/usr/bin/env python3\nprint()\n";
        assert_eq!(of("node", "bin/tidelog", python), Some(Language::Python));
        assert_eq!(of("python", "tidelog", "#!/usr/bin/env -S node --no-warnings\n"), Some(Language::JavaScript));
        assert_eq!(of("python", "tidelog", "#!/bin/sh\n"), None);
        assert_eq!(of("python", "tidelog", "print()\n"), Some(Language::Python));
        assert_eq!(of("typescript-node", "tidelog", "print()\n"), Some(Language::JavaScript));
        assert_eq!(of("rust-std", "tidelog", "binary"), None);
        assert_eq!(of("python", "LICENSE", "MIT\n"), None);
        assert_eq!(of("python", "notes.txt", python), None, "its ending says what it is");
        assert_eq!(of("python", "app/a.mjs", ""), Some(Language::JavaScript));
    }
}
