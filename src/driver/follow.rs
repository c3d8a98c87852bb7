//! A second screen: folds the journal by itself and follows the live writer through the socket.

use super::{
    subscribers::QUEUE,
    wire::{MAX_LINE, Wire, socket_path},
};
use crate::{
    domain::{
        command::{Command, Update},
        event::Event,
        run::Run,
    },
    hub, orchestrator,
};
use std::{path::Path, sync::Arc};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::UnixStream,
    sync::mpsc,
};

/// True when a writer listens on the project's socket.
pub async fn is_live(dir: &Path) -> bool {
    let Ok((path, _directory)) = socket_path(dir) else { return false };
    UnixStream::connect(path).await.is_ok()
}

/// Attaches to the live writer of `dir`: commands go to it, updates come from it. The writer's end is told as
/// [`Update::Ended`].
///
/// # Errors
/// Nobody listens.
pub async fn attach(dir: &Path) -> std::io::Result<(mpsc::Sender<Command>, mpsc::Receiver<Update>)> {
    let (path, _directory) = socket_path(dir)?;
    let stream = UnixStream::connect(path).await?;
    let (read, mut write) = stream.into_split();
    let (commands, mut wishes) = mpsc::channel::<Command>(64);
    let (updates, screen) = mpsc::channel::<Update>(QUEUE);
    tokio::spawn(async move {
        let mut next = Some(Command::Attach);
        loop {
            let command = match next.take() {
                Some(command) => command,
                None => match wishes.recv().await {
                    Some(command) => command,
                    None => break,
                },
            };
            let Ok(mut line) = serde_json::to_vec(&command) else { continue };
            line.push(b'\n');
            if write.write_all(&line).await.is_err() || matches!(command, Command::Quit { .. }) {
                break;
            }
        }
    });
    let dir = dir.to_owned();
    tokio::spawn(async move {
        let mut read = BufReader::new(read);
        let mut run: Option<Run> = None;
        loop {
            let mut line = String::new();
            match (&mut read).take(MAX_LINE * 64).read_line(&mut line).await {
                Ok(n) if n > 0 => {}
                _ => break,
            }
            let Ok(wire) = serde_json::from_str::<Wire>(&line) else { continue };
            let Some(update) = translate(wire, &mut run, &dir) else { continue };
            let event = matches!(update, Update::Event(_));
            if updates.send(update).await.is_err() {
                return;
            }
            if let (true, Some(run)) = (event, &run)
                && updates.send(Update::Run(Arc::new(run.clone()))).await.is_err()
            {
                return;
            }
        }
        // The screen may have closed before the writer did.
        let _ = updates.send(Update::Ended { exit: 0 }).await;
    });
    Ok((commands, screen))
}

/// The first thing that arrives makes this side read the journal; events it already has are passed over.
fn translate(wire: Wire, run: &mut Option<Run>, dir: &Path) -> Option<Update> {
    match wire {
        Wire::Done => {
            if run.is_none() {
                *run = super::open::fold(dir, &hub::read(dir).ok()?).ok()?;
                return run.as_ref().map(|run| Update::Run(Arc::new(run.clone())));
            }
            None
        }
        Wire::Event { event } => {
            let known = run.as_ref().map_or(0, |run| run.seq);
            if event.seq <= known {
                return None;
            }
            let goes_back = matches!(event.event, Event::Rewound { .. });
            if event.seq == known + 1 && !goes_back {
                orchestrator::apply(run, &event);
            } else {
                // It is not a step forward, or something was dropped on the way: the journal has it.
                *run = super::open::fold(dir, &hub::read(dir).ok()?).ok()?;
            }
            Some(Update::Event(Arc::new(*event)))
        }
        Wire::State { seq } => {
            // Journalled before it was told.
            if run.as_ref().is_some_and(|run| run.seq >= seq) {
                return None;
            }
            *run = super::open::fold(dir, &hub::read(dir).ok()?).ok()?;
            run.as_ref().map(|run| Update::Run(Arc::new(run.clone())))
        }
        Wire::Refused { text } => Some(Update::Notice { error: true, text }),
        Wire::Delta { step, text } => Some(Update::Delta { step, text }),
        Wire::Progress { step, text } => Some(Update::Progress { step, text }),
        Wire::Preview { url, note } => Some(Update::Preview { url, note }),
        Wire::Keyboard { screen } => Some(Update::Keyboard { screen }),
        Wire::Notice { error, text } => Some(Update::Notice { error, text }),
        Wire::Ended { exit } => Some(Update::Ended { exit }),
    }
}
