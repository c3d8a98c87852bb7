//! `g1 verify` and `g1 preview`: look at a project without writing to it.

use super::client::{self, ClientError};
use crate::{
    domain::{Clean, Hash, artifact::FileEntry, evidence::Confinement, run::Run},
    evidence::{self, Runner, verify::Verified},
    hub,
    workspace::{self, Workspace, preview},
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
/// No run here, a damaged or rewritten record, or this machine confines nothing, or less than is `wanted`.
pub async fn verify(
    dir: &Path,
    wanted: Confinement,
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
    let runner = Runner::detect(wanted).await.map_err(|error| say(&error))?;
    let workspace = workspace_of(dir, &run)?;
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
pub async fn serve(dir: &Path, wanted: Confinement, port: Option<u16>) -> Result<preview::Preview, VerifyError> {
    let run = client::look(dir)?;
    let workspace = workspace_of(dir, &run)?;
    let runner = Runner::detect(wanted).await.map_err(|error| VerifyError::Here(Clean::from(error.to_string())))?;
    super::preview::serve(dir, &workspace, &runner, &run, port).await.map_err(VerifyError::Here)
}

fn workspace_of(dir: &Path, run: &Run) -> Result<Workspace, VerifyError> {
    Workspace::of_project(dir, run.existing.is_some()).map_err(|error| {
        VerifyError::Here(Clean::from(if run.existing.is_some() && error.is_missing() {
            let place = workspace::beside(dir);
            format!(
                "{}, in which the work is done, is gone: `g1 resume` makes it anew, as it was committed",
                place.display()
            )
        } else {
            error.to_string()
        }))
    })
}

/// That files are not as the run wrote them, in words: what it claims is of its own.
pub fn written_otherwise(run: &Run, workspace: &Workspace) -> Option<Clean> {
    let as_written = |file: &FileEntry| workspace.read(&file.path).is_ok_and(|bytes| Hash::of(&bytes) == file.sha256);
    let other: Vec<&str> = run.files.values().filter(|f| !as_written(f)).map(|f| f.path.as_str()).collect();
    let (first, rest) = other.split_at(other.len().min(3));
    let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
    (!first.is_empty()).then(|| {
        Clean::from(format!(
            "{}{more}: not as G1 wrote it. What it tests and proves is its own version; `g1 verify` runs what is there",
            first.join(", ")
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::run::GateMode;
    use crate::orchestrator::testing::{Sim, begin};

    #[test]
    fn files_that_are_not_as_they_were_written_are_named() {
        let mut sim = Sim::start_with(begin(GateMode::None));
        let dir = tempfile::tempdir().unwrap();
        let workspace = Workspace::open(dir.path()).unwrap();
        assert_eq!(written_otherwise(sim.run(), &workspace), None, "nothing was written yet");
        sim.finish();
        let mut run = sim.run().clone();
        let count = run.files.len();
        let told = written_otherwise(&run, &workspace).unwrap();
        assert!(told.contains(": not as G1 wrote it"), "{told}");
        assert_eq!(told.contains(&format!("and {} more", count.saturating_sub(3))), count > 3, "{told}");
        for (path, file) in run.files.iter_mut() {
            let at = dir.path().join(path);
            std::fs::create_dir_all(at.parent().unwrap()).unwrap();
            std::fs::write(at, path).unwrap();
            file.sha256 = Hash::of(path.as_bytes());
        }
        assert_eq!(written_otherwise(&run, &workspace), None);
        let (first, _) = run.files.iter().next().unwrap();
        std::fs::write(dir.path().join(first), "mine").unwrap();
        assert!(written_otherwise(&run, &workspace).unwrap().starts_with(first.as_str()));
    }
}
