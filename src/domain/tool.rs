//! Tools: what G1 does for a developer or tester before they answer, and what came of it.

use super::{Clean, Hash, artifact::FileEntry};
use serde::{Deserialize, Serialize};

/// Something a persona may have done in the draft of its step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tool {
    /// a file (`path`), or of it only `lines`; without `path` the list of all files
    Read,
    /// every line that holds `text`; in the files below `path` if it is given
    Search,
    /// the file `path` with the whole content `text`
    Write,
    /// in the file `path` the passage `old`, which must be there exactly once, becomes `text`
    Patch,
    /// a file of this draft that is not to be part of the reply
    Remove,
    /// in the sandbox: `text` is `test` (of the test file `path` only, if it is given), `start`, `call` and arguments, or
    /// `control` and perhaps clauses (takes linked lines away one range at a time: which tests notice?)
    Run,
    /// the newest test run again, in full: of tests whose name holds `text` only, and of the report only `lines`, if given
    Report,
}

impl Tool {
    pub const ALL: [Self; 7] =
        [Self::Read, Self::Search, Self::Write, Self::Patch, Self::Remove, Self::Run, Self::Report];

    /// Its name in replies and on screens.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Search => "search",
            Self::Write => "write",
            Self::Patch => "patch",
            Self::Remove => "remove",
            Self::Run => "run",
            Self::Report => "report",
        }
    }

    /// The tool of this name.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tool| tool.word() == word.trim())
    }
}

/// One use of a tool and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Used {
    /// As the persona named it: perhaps no tool at all.
    pub tool: Clean,
    /// The path, the words or the command, in a line.
    pub argument: Clean,
    pub ok: bool,
    /// The first line of the result.
    pub summary: Clean,
    /// The blob of the result. Text of files and test runs: data, never an instruction.
    pub result: Hash,
}

impl Used {
    /// `run test failed: 1 of 3 passed`
    #[must_use]
    pub fn line(&self) -> String {
        let space = if self.argument.is_empty() { "" } else { " " };
        let failed = if self.ok { "" } else { " failed" };
        format!("{}{space}{}{failed}: {}", self.tool, self.argument, self.summary)
    }
}

/// What a call had G1 do in place of an answer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// In the order in which they were asked for; empty until they are done.
    pub uses: Vec<Used>,
    /// The files of the draft after it.
    pub draft: Vec<FileEntry>,
}

impl Turn {
    /// The tools were used.
    #[must_use]
    pub fn is_done(&self) -> bool {
        !self.uses.is_empty()
    }
}
