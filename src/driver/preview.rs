//! The built application, run for a person to look at.

use super::{handle::Port, services::Services};
use crate::{
    domain::{Clean, run::Run},
    evidence::{Manifest, Runner},
    workspace::{Workspace, preview},
};
use std::path::Path;
use tokio_util::sync::{CancellationToken, DropGuard};

/// A running application; stopping or dropping it ends its whole session.
pub struct Preview {
    url: String,
    ssh: String,
    stop: DropGuard,
    ended: tokio::task::JoinHandle<()>,
}

impl Preview {
    /// Starts what is in the workspace now.
    pub async fn start(
        services: &Services,
        run: &Run,
        port: Option<u16>,
        engine: Port,
        generation: u64,
    ) -> Result<Self, Clean> {
        let mut started = serve(&services.dir, &services.workspace, services.runner().await?, run, port).await?;
        let (url, ssh) = (started.url.clone(), started.ssh.clone());
        let stop = CancellationToken::new();
        let token = stop.clone();
        let ended = tokio::spawn(async move {
            let note = tokio::select! {
                () = token.cancelled() => {
                    started.stop().await;
                    return;
                }
                ended = started.ended() => ended.unwrap_or_else(|error| error.to_string()),
            };
            engine.preview_ended(generation, Clean::from(note)).await;
        });
        Ok(Self { url, ssh, stop: stop.drop_guard(), ended })
    }
    pub fn url(&self) -> &str {
        &self.url
    }
    /// The line that makes it reachable from the laptop at the other end of an SSH connection.
    pub fn note(&self) -> Clean {
        Clean::new(&self.ssh)
    }
    pub async fn stop(self) {
        drop(self.stop);
        // It has been killed by now; how it ended is of no interest.
        let _ = self.ended.await;
    }
}

/// The application of the workspace as it is now, with its data beside the journal, never in the workspace.
pub(super) async fn serve(
    dir: &Path,
    workspace: &Workspace,
    runner: &Runner,
    run: &Run,
    port: Option<u16>,
) -> Result<preview::Preview, Clean> {
    let say = |error: &dyn std::fmt::Display| Clean::from(error.to_string());
    let tree = workspace.current(&run.files).map_err(|error| say(&error))?;
    let Some(manifest) = tree.get(Manifest::PATH) else {
        return Err(Clean::from("nothing to run yet: no g1.toml has been built and approved; go on with `g1 resume`"));
    };
    let manifest = Manifest::parse(&String::from_utf8_lossy(&manifest.bytes)).map_err(|error| say(&error))?;
    // The application runs in a scratch copy: a relative path would mean another place there.
    let data = std::path::absolute(dir.join(".g1").join("preview")).map_err(|error| say(&error))?;
    let cancel = CancellationToken::new();
    preview::start(runner, &tree, &manifest, port, &data, &cancel).await.map_err(|error| say(&error))
}
