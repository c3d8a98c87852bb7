//! Questions about Python files, answered from their syntax trees by a small program that is part of this binary. It
//! runs confined like everything else, because parsing alone can exhaust memory or crash an interpreter.

use super::{EvidenceError, Runner, sandbox::Ended, scratch::Scratch};
use serde::{Deserialize, Serialize};
use std::{fs, io::Read, os::unix::fs::OpenOptionsExt};
use tokio_util::sync::CancellationToken;

const TOOL: &str = include_str!("tool.py");
const LARGEST_ANSWER: u64 = 256 << 20;

/// One question about a file of the tree.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum Question {
    /// Which lines a link means.
    Resolve { path: String, symbol: Option<String>, lines: Option<(u32, u32)> },
    /// The file with these lines alone made ineffective.
    Neutralise { path: String, lines: (u32, u32) },
    /// Where the lines of the old file are now, and the file without them.
    Locate { path: String, old: String, lines: (u32, u32) },
    /// Whether a test exists, asserts something and is not skipped.
    Test { test: String },
    /// The file without comments and docstrings, line by line.
    Strip { path: String },
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct Answer {
    pub problem: Option<String>,
    pub lines: Option<(u32, u32)>,
    pub text: Option<String>,
    pub path: Option<String>,
}

/// Asks all questions at once; as many answers come back, in order.
pub(super) async fn ask(
    runner: &Runner,
    scratch: &Scratch,
    questions: &[Question],
    cancel: &CancellationToken,
) -> Result<Vec<Answer>, EvidenceError> {
    if questions.is_empty() {
        return Ok(vec![]);
    }
    // The tool gets a place of its own: what ran in the scratch copy before cannot have prepared anything there.
    let desk = Scratch::empty(scratch.owner())?;
    let (tool, request, response) =
        (desk.tmp().join("tool.py"), desk.tmp().join("ask.json"), desk.tmp().join("answer.json"));
    let text = serde_json::to_vec(questions).map_err(|error| EvidenceError::Tool(error.to_string()))?;
    fs::write(&tool, TOOL)
        .and_then(|()| fs::write(&request, text))
        .map_err(EvidenceError::io("writing the syntax tool"))?;
    let mut argv = vec!["python3".to_owned()];
    argv.extend(["-I", "-S", "-B"].map(str::to_owned));
    argv.extend([&tool, &request, &response].map(|path| path.to_string_lossy().into_owned()));
    let mut spec = runner.spec(&desk, &argv, None)?;
    spec.read.push(scratch.tree());
    spec.cwd = scratch.tree();
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
