//! `g1 verify` and `g1 preview`: look at a project without writing to it.

use super::client::{self, ClientError};
use crate::{
    domain::{Clean, run::Run},
    evidence::{self, Runner, verify::Verified},
    hub,
    workspace::{Workspace, preview},
};
use std::path::Path;
use tokio_util::sync::CancellationToken;

#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    #[error(transparent)]
    Client(#[from] ClientError),
    #[error(transparent)]
    Hub(#[from] hub::HubError),
    #[error("{0}")]
    Here(Clean),
    #[error("what was recorded is not as it was written, so nothing that it claims is: {}", .0.join("; "))]
    Record(Vec<String>),
}

/// Reads the whole journal and every blob, and runs the suite and the control runs again, in a scratch copy of the
/// workspace as it is now. Needs no lock, writes nothing, also in a copied folder.
///
/// # Errors
/// No run here, a damaged or rewritten record, or nothing can be confined on this machine.
pub async fn verify(
    dir: &Path,
    progress: Option<evidence::controls::Progress>,
    cancel: &CancellationToken,
) -> Result<(Run, Verified), VerifyError> {
    // The run comes from a checkpoint, which says nothing of what was done to the records before it.
    let record = hub::verify(dir)?;
    if !record.problems.is_empty() {
        return Err(VerifyError::Record(record.problems.iter().map(ToString::to_string).collect()));
    }
    let run = client::look(dir)?;
    let say = |error: &dyn std::fmt::Display| VerifyError::Here(Clean::from(error.to_string()));
    let runner = Runner::detect().await.map_err(|error| say(&error))?;
    let workspace = Workspace::of_project(dir, run.existing.is_some()).map_err(|error| say(&error))?;
    let tree = workspace.current(&run.files).map_err(|error| say(&error))?;
    let blobs = hub::project::blobs_of(dir);
    let content = move |hash: &crate::domain::Hash| blobs.get(hash).ok();
    let verified = evidence::verify::verify(&runner, &run, &tree, &content, progress, cancel)
        .await
        .map_err(|error| say(&error))?;
    Ok((run, verified))
}

/// Starts the application of a project nobody needs to have open.
///
/// # Errors
/// As for [`verify`]; the port is taken; the application does not start.
pub async fn serve(dir: &Path, port: Option<u16>) -> Result<preview::Preview, VerifyError> {
    let run = client::look(dir)?;
    let workspace = Workspace::of_project(dir, run.existing.is_some())
        .map_err(|error| VerifyError::Here(Clean::from(error.to_string())))?;
    let runner = Runner::detect().await.map_err(|error| VerifyError::Here(Clean::from(error.to_string())))?;
    super::preview::serve(dir, &workspace, &runner, &run, port).await.map_err(VerifyError::Here)
}
