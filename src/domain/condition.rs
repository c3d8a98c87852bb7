//! What a section of a persona file can be limited to: the kind of product, its stack, and what the step has to do with.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Holds or does not hold for a call. Of kind and stack one each holds once it is known, and all of them before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// `run` in the manifest takes a port.
    Web,
    /// `run` takes none.
    Program,
    /// There is no `run`.
    Library,
    Python,
    Node,
    Typescript,
    Rust,
    /// A stack that G1 does not run.
    Other,
    /// The step is about the first module of the plan.
    First,
    /// The step answers for an exclusion.
    Exclusions,
    /// Turns with tools may be taken before the reply.
    Tools,
    /// This machine has not what runs the stack.
    Missing,
    /// Nothing of the product was there before.
    New,
}

impl Condition {
    pub const KINDS: [Self; 3] = [Self::Web, Self::Program, Self::Library];
    pub const STACKS: [Self; 5] = [Self::Python, Self::Node, Self::Typescript, Self::Rust, Self::Other];
    pub const ALL: [Self; 13] = [
        Self::Web,
        Self::Program,
        Self::Library,
        Self::Python,
        Self::Node,
        Self::Typescript,
        Self::Rust,
        Self::Other,
        Self::First,
        Self::Exclusions,
        Self::Tools,
        Self::Missing,
        Self::New,
    ];

    /// As it is written in a persona file.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Program => "program",
            Self::Library => "library",
            Self::Python => "python",
            Self::Node => "node",
            Self::Typescript => "typescript",
            Self::Rust => "rust",
            Self::Other => "other",
            Self::First => "first",
            Self::Exclusions => "exclusions",
            Self::Tools => "tools",
            Self::Missing => "missing",
            Self::New => "new",
        }
    }

    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|condition| condition.word() == word)
    }

    /// What a reply says of the kind of product and its stack; a word that is none of ours says nothing.
    #[must_use]
    pub fn of_product(kind: &str, stack: &str) -> BTreeSet<Self> {
        let one_of = |all: &[Self], word: &str| Self::of_word(word.trim()).filter(|known| all.contains(known));
        one_of(&Self::KINDS, kind).into_iter().chain(one_of(&Self::STACKS, stack)).collect()
    }

    /// `program, python`: what is known of kind and stack; nothing where it is open.
    #[must_use]
    pub fn in_words(holds: &BTreeSet<Self>) -> Option<String> {
        let known = |all: &[Self]| match all.iter().filter(|one| holds.contains(one)).collect::<Vec<_>>()[..] {
            [one] => Some(one.word()),
            _ => None,
        };
        let words: Vec<&str> = [known(&Self::KINDS), known(&Self::STACKS)].into_iter().flatten().collect();
        (!words.is_empty()).then(|| words.join(", "))
    }

    /// The stack by the first word of its name: `python-stdlib`, `typescript-node`.
    #[must_use]
    pub fn of_stack(stack: &str) -> Self {
        let first = stack.split(|c: char| !c.is_alphanumeric()).find(|word| !word.is_empty()).unwrap_or_default();
        match first.to_lowercase().as_str() {
            "python" | "python3" => Self::Python,
            "node" | "nodejs" | "javascript" => Self::Node,
            "typescript" => Self::Typescript,
            "rust" | "cargo" => Self::Rust,
            _ => Self::Other,
        }
    }

    /// The kind by the command that runs it.
    pub fn of_run<'a>(run: impl IntoIterator<Item = &'a str>) -> Self {
        let mut arguments = run.into_iter().peekable();
        if arguments.peek().is_none() {
            Self::Library
        } else if arguments.any(|argument| argument.contains("{port}")) {
            Self::Web
        } else {
            Self::Program
        }
    }

    /// Kind and stack of what a manifest (`g1.toml`) describes; `None` where the text is none.
    #[must_use]
    pub fn of_manifest(text: &str) -> Option<[Self; 2]> {
        let file: toml::Table = toml::from_str(text).ok()?;
        let stack = file.get("app")?.get("stack")?.as_str()?;
        let run = file.get("commands")?.get("run").and_then(toml::Value::as_array).map_or(&[][..], Vec::as_slice);
        Some([Self::of_run(run.iter().filter_map(toml::Value::as_str)), Self::of_stack(stack)])
    }

    /// The same of a design that shows the manifest in a fence.
    #[must_use]
    pub fn of_design(text: &str) -> Option<[Self; 2]> {
        text.split("```toml").skip(1).find_map(|rest| Self::of_manifest(rest.split("```").next()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kind_and_stack_are_read_from_the_manifest_and_from_a_design_that_shows_it() {
        for (stack, run, expected) in [
            ("python-stdlib", r#"["python3", "-m", "app", "--port", "{port}"]"#, [Condition::Web, Condition::Python]),
            ("typescript-node", r#"["node", "src/main.ts"]"#, [Condition::Program, Condition::Typescript]),
            ("node", "[]", [Condition::Library, Condition::Node]),
            ("rust-std", r#"["cargo", "run"]"#, [Condition::Program, Condition::Rust]),
            ("go", r#"["go", "run", ".", "{port}"]"#, [Condition::Web, Condition::Other]),
        ] {
            let text = format!("[app]\nname = \"a\"\nstack = \"{stack}\"\n[commands]\ntest = [\"x\"]\nrun = {run}\n");
            assert_eq!(Condition::of_manifest(&text), Some(expected), "{stack}");
            let design = format!("# Build\n```toml\n[package]\n```\n## Manifest\n```toml\n{text}```\nMore.");
            assert_eq!(Condition::of_design(&design), Some(expected), "{stack}");
        }
        assert_eq!(Condition::of_manifest("not a manifest"), None);
        assert_eq!(Condition::of_design("It is written in Python."), None);
    }

    #[test]
    fn what_a_reply_says_of_the_product_is_one_kind_and_one_stack_or_open() {
        let said = |kind, stack| Condition::of_product(kind, stack);
        assert_eq!(said("program", "rust"), BTreeSet::from([Condition::Program, Condition::Rust]));
        assert_eq!(said(" web ", ""), BTreeSet::from([Condition::Web]));
        assert_eq!(said("rust", "web"), BTreeSet::new(), "neither word is one of its field");
        assert_eq!(said("tools", "first"), BTreeSet::new(), "nor a condition of another kind");
        assert_eq!(Condition::in_words(&said("program", "rust")).as_deref(), Some("program, rust"));
        assert_eq!(Condition::in_words(&said("", "other")).as_deref(), Some("other"));
        let open = Condition::KINDS.into_iter().chain([Condition::Python, Condition::Tools]).collect();
        assert_eq!(Condition::in_words(&open).as_deref(), Some("python"));
        assert_eq!(Condition::in_words(&BTreeSet::new()), None);
    }

    #[test]
    fn every_condition_has_a_word() {
        for condition in Condition::ALL {
            assert_eq!(Condition::of_word(condition.word()), Some(condition));
        }
        assert_eq!(Condition::of_word("mobile"), None);
    }
}
