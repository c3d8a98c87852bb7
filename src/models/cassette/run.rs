//! What a recording says beside its calls: what the run was given, and how it ended. With that it is played again without
//! anything else at hand.

use super::{Entry, VERSION};
use crate::domain::{
    Clean, Hash,
    attachment::Attachment,
    run::{Outcome, RunSettings},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{
    fs,
    io::{self, Write},
    path::Path,
};

/// What a run was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begun {
    /// The version of G1 that recorded it.
    pub g1: String,
    pub requirement: String,
    /// As they were in force, the size of a context pack included.
    pub settings: RunSettings,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attached>,
    /// `AGENTS.md` of the folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instructions: Option<Content>,
    /// It changed software that was there before.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub existing: bool,
    /// That software.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub software: Vec<Was>,
}

/// A file that was there before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Was {
    pub path: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub executable: bool,
    pub content: Content,
}

/// A file that came with the requirement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attached {
    pub file: Attachment,
    pub content: Content,
}

/// Bytes in a line of JSON: readable where they are text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    Text(String),
    Hex(String),
}

impl From<&[u8]> for Content {
    fn from(bytes: &[u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::Text(text.to_owned()),
            Err(_) => Self::Hex(bytes.iter().map(|byte| format!("{byte:02x}")).collect()),
        }
    }
}

impl Content {
    /// The bytes, if they are written as bytes are.
    #[must_use]
    pub fn bytes(&self) -> Option<Vec<u8>> {
        match self {
            Self::Text(text) => Some(text.clone().into_bytes()),
            Self::Hex(hex) => {
                let digits = hex.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).ok());
                let byte = |pair: Option<&str>| u8::from_str_radix(pair.filter(|pair| pair.len() == 2)?, 16).ok();
                digits.map(byte).collect()
            }
        }
    }
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    pub outcome: Outcome,
    /// Hash of the tracked files.
    pub tree: Hash,
    pub proven: u32,
    pub demanding: u32,
}

/// How often a cassette was asked, and what it had to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Calls that the recording holds in the same words.
    pub same: usize,
    /// Calls in other words, answered by the recorded call at the same place of the run.
    pub by_place: usize,
    pub unanswered: usize,
    /// Recorded calls that nobody asked for.
    pub unused: usize,
}

pub(super) enum Line {
    Begun(Box<Begun>),
    Ended(Ended),
    Call(Box<Entry>),
}

/// Reads a line; else what it is not.
pub(super) fn line(text: &str) -> Result<Line, String> {
    let no_line = |error: serde_json::Error| format!("is no recorded call: {error}");
    let mut value: Value = serde_json::from_str(text).map_err(no_line)?;
    let version = &value["version"];
    if version.is_u64() && version != VERSION {
        return Err(format!("has version {version}, this G1 reads {VERSION}; record it again"));
    }
    let part = |value: &mut Value, name: &str| value.get_mut(name).map(Value::take);
    if let Some(begun) = part(&mut value, "begun") {
        return serde_json::from_value(begun).map(|begun| Line::Begun(Box::new(begun))).map_err(no_line);
    }
    if let Some(ended) = part(&mut value, "ended") {
        return serde_json::from_value(ended).map(Line::Ended).map_err(no_line);
    }
    serde_json::from_value(value).map(|entry| Line::Call(Box::new(entry))).map_err(no_line)
}

/// Whether a run can be recorded onto this file.
///
/// # Errors
/// It holds something, and a cassette holds one run. The words say what to do.
pub fn free(path: &Path) -> Result<(), Clean> {
    if fs::metadata(path).is_ok_and(|meta| meta.len() > 0) {
        return Err(Clean::from(format!(
            "cannot record onto {}: it holds something, and a cassette holds one run; name a file that is not there",
            path.display()
        )));
    }
    Ok(())
}

/// Writes the first line.
///
/// # Errors
/// The file cannot be written.
pub fn begin(path: &Path, begun: &Begun) -> io::Result<()> {
    append(path, &json!({"version": VERSION, "begun": begun}))
}

/// Writes how the run ended.
///
/// # Errors
/// The file cannot be written.
pub fn end(path: &Path, ended: &Ended) -> io::Result<()> {
    append(path, &json!({"version": VERSION, "ended": ended}))
}

fn append(path: &Path, line: &Value) -> io::Result<()> {
    let mut file = fs::OpenOptions::new().create(true).append(true).open(path)?;
    file.write_all(format!("{line}\n").as_bytes())
}
