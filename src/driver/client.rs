//! Commands from another shell: to the live writer through its socket, or, when nobody holds the project, by taking the
//! lock for a moment and deciding here.

use super::wire::{Wire, socket_path};
use crate::{
    domain::{Clean, command::Command, run::Run},
    hub::{HubError, Project},
    orchestrator::{self, Input},
};
use std::{
    io::{BufRead, BufReader, Write},
    os::unix::net::UnixStream,
    path::Path,
    time::Duration,
};

/// A live writer that does not answer within this time is reported, not waited for.
const ANSWER: Duration = Duration::from_secs(10);

/// Who carried the command out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The `g1` that has the project open; it goes on with its work.
    LiveRun,
    /// This process; nothing goes on until somebody resumes the run.
    Here,
}

#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// It does not fit the run's state.
    #[error("{0}")]
    Refused(Clean),
    #[error("another g1 (pid {pid}) has this project open but does not answer; look at it, or end it and try again")]
    Silent { pid: u32 },
    #[error(transparent)]
    Hub(#[from] HubError),
    #[error("there is no run in {0}: start one with `g1 run`")]
    NoRun(String),
}

/// Carries out `command` on the project in `dir`.
///
/// # Errors
/// See [`ClientError`].
pub fn send(dir: &Path, command: Command) -> Result<By, ClientError> {
    if let Some(answer) = ask_live(dir, &command) {
        return answer.map(|()| By::LiveRun);
    }
    match Project::open(dir) {
        Ok((mut project, opened)) => {
            let mut run = super::open::fold(dir, &opened)?;
            let at = jiff::Timestamp::now();
            let events = orchestrator::decide(run.as_ref(), Input::Command(command), at)
                .map_err(|refusal| ClientError::Refused(Clean::from(refusal.0)))?;
            for envelope in project.append(events, at)? {
                orchestrator::apply(&mut run, &envelope);
            }
            project.sync()?;
            Ok(By::Here)
        }
        Err(HubError::Locked { pid }) => {
            // It may have come up between the two looks.
            ask_live(dir, &command).unwrap_or(Err(ClientError::Silent { pid })).map(|()| By::LiveRun)
        }
        Err(error) => Err(error.into()),
    }
}

/// The state of the run in `dir`, read without lock and without the store.
///
/// # Errors
/// No project, or a damaged journal.
pub fn look(dir: &Path) -> Result<Run, ClientError> {
    let opened = crate::hub::read(dir)?;
    super::open::fold(dir, &opened)?.ok_or_else(|| ClientError::NoRun(dir.display().to_string()))
}

/// `None` when nobody listens.
fn ask_live(dir: &Path, command: &Command) -> Option<Result<(), ClientError>> {
    let (path, _directory) = socket_path(dir).ok()?;
    let mut stream = UnixStream::connect(path).ok()?;
    stream.set_read_timeout(Some(ANSWER)).ok()?;
    stream.set_write_timeout(Some(ANSWER)).ok()?;
    let mut line = serde_json::to_vec(command).ok()?;
    line.push(b'\n');
    stream.write_all(&line).ok()?;
    for line in BufReader::new(stream).lines() {
        match serde_json::from_str::<Wire>(&line.ok()?) {
            Ok(Wire::Done) => return Some(Ok(())),
            Ok(Wire::Refused { text }) => return Some(Err(ClientError::Refused(text))),
            _ => {}
        }
    }
    None
}
