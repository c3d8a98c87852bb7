//! Writing approved work into the workspace, and the end of a run.

use super::{Port, Services, TaskError};
use crate::{
    domain::{
        Clean, Hash, StepId,
        artifact::{FileEntry, tree_hash},
        run::{Proposal, Run, Step},
        trace,
    },
    orchestrator::Input,
    workspace::{count_lines, git},
};
use std::sync::Arc;

/// The report in the workspace. Not a tracked file: it is about the tree, so it cannot be part of its hash.
pub const TRACE_FILE: &str = "TRACE.md";

/// Writes the step's files, all or nothing per file; writing them again changes nothing.
pub async fn commit(step: &StepId, run: Arc<Run>, services: Arc<Services>, port: &Port) -> Result<(), TaskError> {
    let Some(planned) = run.step(step) else { return Ok(()) };
    let files: Vec<FileEntry> = match &planned.proposal {
        Some(Proposal::Build { files, .. } | Proposal::Test { files, .. }) => files.clone(),
        _ => Vec::new(),
    };
    let title = format!("{}: {}", step, planned.plan.title);
    let entries = files.clone();
    let gone = no_longer(&run, planned, &files);
    let (step, known) = (step.clone(), run.clone());
    blocking(move || {
        if entries.is_empty() && gone.is_empty() {
            return Ok(());
        }
        let contents: Vec<(FileEntry, Vec<u8>)> = entries
            .into_iter()
            .map(|entry| services.blobs.get(&entry.sha256).map(|bytes| (entry, bytes)))
            .collect::<Result<_, _>>()?;
        let ours = |path: &str, there: &[u8]| known.files.get(path).is_some_and(|file| file.sha256 == Hash::of(there));
        services.workspace.write(&contents, &ours).map_err(|e| TaskError::Failed(Clean::from(e.to_string())))?;
        services.workspace.remove(&gone).map_err(|e| TaskError::Failed(Clean::from(e.to_string())))?;
        if !gone.is_empty()
            && git::may_commit(&services.dir)
            && let Err(error) = git::forget(&services.dir, gone.iter().map(|file| file.path.as_str()))
        {
            tracing::warn!(%error, "git still knows files that are gone");
        }
        let new = contents.iter().map(|(entry, _)| entry.path.as_str());
        snapshot(&services, &title, known.files.keys().map(String::as_str).chain(new));
        Ok(())
    })
    .await?;
    port.ask(Input::Committed { step, files }).await?;
    Ok(())
}

/// Files of the application before the requirement changed that are not part of it any more: what a step made then and
/// not now, and everything of steps that the new plan does not have.
fn no_longer(run: &Run, step: &Step, files: &[FileEntry]) -> Vec<FileEntry> {
    if !step.renews {
        return Vec::new();
    }
    let goes = |file: &&FileEntry| match &step.proposal {
        Some(Proposal::Plan { plan }) => !plan.steps.iter().any(|planned| planned.id == file.step),
        Some(Proposal::Build { .. } | Proposal::Test { .. }) => {
            file.step == step.plan.id && !files.iter().any(|new| new.path == file.path)
        }
        _ => false,
    };
    run.files.values().filter(goes).cloned().collect()
}

/// Writes TRACE.md and the last snapshot.
pub async fn finish(run: Arc<Run>, services: Arc<Services>, port: &Port) -> Result<(), TaskError> {
    let tree = tree_hash(run.files.values());
    let booted = trace::starts(&run);
    if let Some(step) = run.files.values().map(|file| file.step.clone()).next_back() {
        let report = trace::trace(&run).to_report(&run.title);
        let known = run.clone();
        blocking(move || {
            let entry = FileEntry {
                path: TRACE_FILE.into(),
                sha256: Hash::of(report.as_bytes()),
                bytes: report.len() as u64,
                lines: count_lines(report.as_bytes()),
                executable: false,
                step,
            };
            let ours = |_: &str, there: &[u8]| there.starts_with(trace::REPORT_TITLE.as_bytes());
            let written = services.workspace.write(&[(entry, report.into_bytes())], &ours);
            written.map_err(|e| TaskError::Failed(Clean::from(e.to_string())))?;
            snapshot(&services, "trace report", known.files.keys().map(String::as_str).chain([TRACE_FILE]));
            Ok(())
        })
        .await?;
    }
    port.ask(Input::Finished { tree, booted }).await?;
    Ok(())
}

/// A commit in a repository of G1's own. The workspace never depends on it, so a failure is only noted.
fn snapshot<'a>(services: &Services, message: &str, paths: impl IntoIterator<Item = &'a str>) {
    if !git::may_commit(&services.dir) {
        return;
    }
    if let Err(error) = git::commit(&services.dir, message, paths) {
        tracing::warn!(%error, "no git commit");
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, TaskError> + Send + 'static,
) -> Result<T, TaskError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| TaskError::Failed(Clean::from(error.to_string())))?
}
