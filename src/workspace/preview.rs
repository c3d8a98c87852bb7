//! `g1 preview`: the built application for a person to try, on 127.0.0.1, confined as in its tests.

use crate::evidence::{EvidenceError, Manifest, Runner, Served, Tree};
use std::{fs, os::unix::fs::DirBuilderExt, path::Path};
use tokio_util::sync::CancellationToken;

/// A running application. Dropping it stops it.
#[derive(Debug)]
pub struct Preview {
    pub url: String,
    /// How to see it from another machine.
    pub ssh: String,
    served: Served,
}

/// Starts the application on `port`, or on a free one. What it stores is kept in `data`, which is made if need be.
///
/// # Errors
/// The port is taken, nothing can be confined here, or the application does not start.
pub async fn start(
    runner: &Runner,
    tree: &Tree,
    manifest: &Manifest,
    port: Option<u16>,
    data: &Path,
    cancel: &CancellationToken,
) -> Result<Preview, EvidenceError> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(data)
        .map_err(|error| EvidenceError::Io { what: "making the folder for its data".to_owned(), error })?;
    let served = runner.serve(tree, manifest, port, data, cancel).await?;
    let port = served.port;
    Ok(Preview { url: format!("http://127.0.0.1:{port}/"), ssh: ssh_line(port), served })
}

impl Preview {
    /// Ends when the application ends by itself, with what is to be said about it.
    ///
    /// # Errors
    /// Its supervisor vanished.
    pub async fn ended(&mut self) -> Result<String, EvidenceError> {
        self.served.ended().await
    }

    /// Stops it and everything it started.
    pub async fn stop(self) {
        self.served.stop().await;
    }
}

/// The line to type on the other machine. User and host are known when this is an SSH session.
fn ssh_line(port: u16) -> String {
    let user = std::env::var("USER").ok().filter(|user| is_plain(user));
    // CLIENT CLIENT-PORT SERVER SERVER-PORT
    let connection = std::env::var("SSH_CONNECTION").unwrap_or_default();
    let host = connection.split(' ').nth(2).filter(|host| is_plain(host)).unwrap_or("HOST");
    let target = user.map_or_else(|| host.to_owned(), |user| format!("{user}@{host}"));
    format!("ssh -L {port}:127.0.0.1:{port} {target}")
}

fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | ':' | '-' | '_'))
}
