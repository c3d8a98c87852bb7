//! The writer's end of `.g1/sock`. Only its own user and root are talked to, whatever became of the folder's mode (0700).

use super::{
    handle::Handle,
    wire::{MAX_LINE, Wire, socket_path},
};
use crate::domain::{Clean, command::Command};
use std::{io, os::unix::fs::PermissionsExt, path::Path};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{UnixListener, UnixStream},
    sync::mpsc,
};
use tokio_util::sync::CancellationToken;

/// Serves until cancelled. The caller holds the project's lock, so a socket file that is there already is a leftover.
pub fn serve(dir: &Path, handle: Handle, cancel: CancellationToken) -> io::Result<()> {
    let (path, _directory) = socket_path(dir)?;
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(&path)?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
    let whole = dir.join(".g1").join("sock");
    let ours = identity(&whole);
    tokio::spawn(async move {
        loop {
            tokio::select! {
                () = cancel.cancelled() => break,
                accepted = listener.accept() => {
                    if let Ok((stream, _)) = accepted
                        && is_own(&stream)
                    {
                        tokio::spawn(talk(stream, handle.clone(), cancel.child_token()));
                    }
                }
            }
        }
        // Only tidiness: a leftover is removed by the next writer, who may be here already with a socket of its own. While
        // the listener lives no other file can have its identity.
        if ours.is_some() && identity(&whole) == ours {
            let _ = std::fs::remove_file(whole);
        }
        drop(listener);
    });
    Ok(())
}

/// Whether the other end is a process of the same user, or of root.
fn is_own(stream: &UnixStream) -> bool {
    let own = rustix::process::geteuid().as_raw();
    stream.peer_cred().is_ok_and(|peer| peer.uid() == own || peer.uid() == 0)
}

fn identity(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    path.symlink_metadata().ok().map(|m| (m.dev(), m.ino()))
}

async fn talk(stream: UnixStream, handle: Handle, cancel: CancellationToken) {
    let (read, mut write) = stream.into_split();
    let (lines, mut outgoing) = mpsc::channel::<Wire>(256);
    let writer = tokio::spawn(async move {
        while let Some(wire) = outgoing.recv().await {
            let Ok(mut line) = serde_json::to_vec(&wire) else { continue };
            line.push(b'\n');
            if write.write_all(&line).await.is_err() {
                break;
            }
        }
    });
    let mut read = BufReader::new(read);
    let mut screen = None;
    loop {
        let mut line = String::new();
        let mut limited = (&mut read).take(MAX_LINE);
        let got = tokio::select! {
            () = cancel.cancelled() => break,
            got = limited.read_line(&mut line) => got,
        };
        match got {
            Ok(0) | Err(_) => break,
            Ok(_) if !line.ends_with('\n') => break,
            Ok(_) => {}
        }
        let answer = match serde_json::from_str::<Command>(&line) {
            Ok(Command::Attach) => {
                attach(&handle, lines.clone()).await;
                Wire::Done
            }
            // The front end that started the run decides when it ends; a second screen only leaves.
            Ok(Command::Quit { .. }) => break,
            Ok(command) => {
                if let Command::TakeKeyboard { screen: this } = &command {
                    screen = Some(*this);
                }
                match handle.command(command).await {
                    Ok(()) => Wire::Done,
                    Err(refusal) => Wire::Refused { text: Clean::from(refusal.0) },
                }
            }
            Err(error) => Wire::Refused { text: Clean::from(format!("not a command: {error}")) },
        };
        if lines.send(answer).await.is_err() {
            break;
        }
    }
    if let Some(screen) = screen {
        handle.left(screen).await;
    }
    drop(lines);
    // Ends with the connection; a broken pipe has been seen by then.
    let _ = writer.await;
}

async fn attach(handle: &Handle, lines: mpsc::Sender<Wire>) {
    let Some(mut updates) = handle.subscribe(false).await else { return };
    tokio::spawn(async move {
        while let Some(update) = updates.recv().await {
            if let Some(wire) = Wire::of(update)
                && lines.send(wire).await.is_err()
            {
                break;
            }
        }
    });
}
