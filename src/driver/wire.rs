//! What goes over `.g1/sock`: commands in, these out, one JSON object a line each way.

use crate::domain::{Clean, StepId, command::Update, event::Envelope};
use serde::{Deserialize, Serialize};
use std::{
    io,
    os::fd::AsRawFd,
    path::{Path, PathBuf},
};

/// A line longer than this ends the connection.
pub const MAX_LINE: u64 = 1 << 20;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "wire", rename_all = "snake_case")]
pub enum Wire {
    /// The command was carried out.
    Done,
    Refused {
        text: Clean,
    },
    Event {
        event: Box<Envelope>,
    },
    /// The run is at this record; who is not has missed some.
    State {
        seq: u64,
    },
    Delta {
        step: StepId,
        text: Clean,
    },
    Progress {
        step: Option<StepId>,
        text: Clean,
    },
    Preview {
        url: Option<String>,
        note: Clean,
    },
    Keyboard {
        screen: Option<u32>,
    },
    Notice {
        error: bool,
        text: Clean,
    },
    Ended {
        exit: u8,
    },
}

impl Wire {
    /// Snapshots do not travel, only their numbers: the other side folds the journal itself when it lacks something.
    pub fn of(update: Update) -> Option<Self> {
        Some(match update {
            Update::Run(run) => Self::State { seq: run.seq },
            Update::Event(event) => Self::Event { event: Box::new((*event).clone()) },
            Update::Delta { step, text } => Self::Delta { step, text },
            Update::Progress { step, text } => Self::Progress { step, text },
            Update::Preview { url, note } => Self::Preview { url, note },
            Update::Keyboard { screen } => Self::Keyboard { screen },
            Update::Notice { error, text } => Self::Notice { error, text },
            Update::Ended { exit } => Self::Ended { exit },
        })
    }
}

/// A path for the socket that fits into the 108 bytes the system allows, however deep the project lies. The directory
/// handle must live as long as the path is used.
pub fn socket_path(dir: &Path) -> io::Result<(PathBuf, Option<std::fs::File>)> {
    let whole = dir.join(".g1").join("sock");
    if whole.as_os_str().len() < 100 || !cfg!(target_os = "linux") {
        return Ok((whole, None));
    }
    let handle = std::fs::File::open(dir.join(".g1"))?;
    let short = PathBuf::from(format!("/proc/self/fd/{}/sock", handle.as_raw_fd()));
    Ok((short, Some(handle)))
}
