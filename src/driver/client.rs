//! Commands from another shell: to the live writer through its socket, or, when nobody holds the project, by taking the
//! lock for a moment and deciding here.

use super::{
    back::{self, BackError},
    tasks::restore::PutBackError,
    wire::{MAX_LINE, Wire, socket_path},
};
use crate::{
    domain::{Clean, command::Command, run::Run},
    hub::{HubError, Opened, Project},
    orchestrator::{self, Input},
};
use std::{
    io::{BufRead, BufReader, Write},
    os::unix::net::UnixStream,
    path::Path,
    time::{Duration, Instant},
};

/// A live writer that does not answer within this time is reported, not waited for.
const ANSWER: Duration = Duration::from_secs(10);
/// Between two looks at a writer that holds the project and cannot be reached: it is coming up, or going.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

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
    #[error(
        "the g1 that has this project open took the command but has not answered: look with `g1 status` whether it was \
         carried out before you give it again"
    )]
    Unanswered,
    #[error(transparent)]
    Hub(#[from] HubError),
    #[error(transparent)]
    Files(#[from] PutBackError),
    #[error("there is no run in {0}: start one with `g1 run`")]
    NoRun(String),
}

impl From<BackError> for ClientError {
    fn from(error: BackError) -> Self {
        match error {
            BackError::Refused(text) => Self::Refused(text),
            BackError::Hub(error) => Self::Hub(error),
            BackError::Files(error) => Self::Files(error),
        }
    }
}

/// Carries out `command` on the project in `dir`.
///
/// # Errors
/// See [`ClientError`].
pub fn send(dir: &Path, command: Command) -> Result<By, ClientError> {
    let began = Instant::now();
    send_while(dir, command, || {
        std::thread::sleep(LOOK_AGAIN);
        began.elapsed() < ANSWER
    })
}

/// The same; `wait` passes the time between two looks and says whether there is another.
fn send_while(dir: &Path, command: Command, mut wait: impl FnMut() -> bool) -> Result<By, ClientError> {
    loop {
        if let Asked::Answered(answer) = ask_live(dir, &command)? {
            return answer.map(|()| By::LiveRun);
        }
        match Project::open(dir) {
            Ok((project, opened)) => return decide_here(dir, project, &opened, command),
            // The lock is there before the socket, and goes after it.
            Err(HubError::Locked { .. }) if wait() => {}
            Err(HubError::Locked { pid }) => return Err(ClientError::Silent { pid }),
            Err(error) => return Err(error.into()),
        }
    }
}

fn decide_here(dir: &Path, mut project: Project, opened: &Opened, command: Command) -> Result<By, ClientError> {
    let run = super::open::fold(dir, opened)?;
    super::tasks::store_edit(run.as_ref(), &command, project.blobs())?;
    let at = jiff::Timestamp::now();
    let goes_back = matches!(command, Command::Rewind { .. });
    let input = match (command, &run) {
        (Command::Rewind { step, aside, who }, Some(run)) => back::plan(dir, run, step, aside, who)?,
        (Command::Fork { step, dir: target, who }, Some(_)) => {
            back::fork(dir, step, &target, who)?;
            return Ok(By::Here);
        }
        (command, _) => Input::Command(command),
    };
    let events = orchestrator::decide(run.as_ref(), input, at)
        .map_err(|refusal| ClientError::Refused(Clean::from(refusal.0)))?;
    project.append(events, at)?;
    project.sync()?;
    if goes_back {
        back::settle(&mut project, dir)?;
    }
    Ok(By::Here)
}

/// The state of the run in `dir`, read without lock and without the store.
///
/// # Errors
/// No project, or a damaged journal.
pub fn look(dir: &Path) -> Result<Run, ClientError> {
    let opened = crate::hub::read(dir)?;
    super::open::fold(dir, &opened)?.ok_or_else(|| ClientError::NoRun(dir.display().to_string()))
}

enum Asked {
    Nobody,
    Answered(Result<(), ClientError>),
}

/// A command that was handed over is never given twice: who took it and does not answer may still carry it out.
fn ask_live(dir: &Path, command: &Command) -> Result<Asked, ClientError> {
    let Some(mut stream) = connect(dir) else { return Ok(Asked::Nobody) };
    let Ok(mut line) = serde_json::to_vec(command) else { return Ok(Asked::Nobody) };
    line.push(b'\n');
    if line.len() as u64 > MAX_LINE {
        return Ok(Asked::Answered(Err(ClientError::Refused(Clean::from(format!(
            "{} KB are more than a live run takes at once: quit the g1 that has the project open and try again",
            line.len() / 1000
        ))))));
    }
    // A socket that is closed before it takes the line belongs to a writer that is going.
    if stream.write_all(&line).is_err() {
        return Ok(Asked::Nobody);
    }
    for line in BufReader::new(stream).lines() {
        let Ok(line) = line else { break };
        match serde_json::from_str::<Wire>(&line) {
            Ok(Wire::Done) => return Ok(Asked::Answered(Ok(()))),
            Ok(Wire::Refused { text }) => return Ok(Asked::Answered(Err(ClientError::Refused(text)))),
            _ => {}
        }
    }
    Err(ClientError::Unanswered)
}

fn connect(dir: &Path) -> Option<UnixStream> {
    let (path, _directory) = socket_path(dir).ok()?;
    let stream = UnixStream::connect(path).ok()?;
    stream.set_read_timeout(Some(ANSWER)).ok()?;
    stream.set_write_timeout(Some(ANSWER)).ok()?;
    Some(stream)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pause() -> Command {
        Command::Pause { who: Clean::new("kim") }
    }

    /// A `g1` that is just opening or closing the project has the lock and no socket.
    #[test]
    fn a_writer_that_cannot_be_reached_yet_is_waited_for() {
        let dir = tempfile::tempdir().unwrap();
        let (project, _) = Project::create_with(dir.path(), &[], &[], jiff::Timestamp::now(), None).unwrap();
        let mut held = Some(project);
        let mut looks = 0;
        let sent = send_while(dir.path(), pause(), || {
            looks += 1;
            if looks == 3 {
                held = None;
            }
            true
        });
        // It got as far as the state machine, which has no run to pause.
        assert!(matches!(sent, Err(ClientError::Refused(_))), "{sent:?}");
        assert_eq!(looks, 3);
    }

    #[test]
    fn a_writer_that_stays_silent_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let _project = Project::create_with(dir.path(), &[], &[], jiff::Timestamp::now(), None).unwrap();
        let me = std::process::id();
        let sent = send_while(dir.path(), pause(), || false);
        assert!(matches!(sent, Err(ClientError::Silent { pid }) if pid == me), "{sent:?}");
    }
}
