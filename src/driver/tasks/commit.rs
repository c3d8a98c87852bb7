//! Writing approved work into the workspace, and the end of a run.

use super::{Port, Services, TaskError, kept};
use crate::{
    domain::{
        Clean, Hash, StepId,
        artifact::{FileEntry, tree_hash},
        command::Update,
        run::{Proposal, Run, Step},
        trace,
    },
    driver::{existing, verify},
    orchestrator::Input,
    workspace::{
        Workspace, WorkspaceError, count_lines,
        git::{self, GitError},
    },
};
use std::{path::Path, sync::Arc};

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
    // What was there before the run does not go with the step that changed it: it is what it was then.
    let before = |path: &str| run.existing.as_ref().and_then(|existing| existing.files.get(path));
    let (back, gone): (Vec<_>, Vec<_>) =
        no_longer(&run, planned, &files).into_iter().partition(|file| before(&file.path).is_some());
    let back: Vec<FileEntry> = back.iter().filter_map(|file| before(&file.path).cloned()).collect();
    let (step, known) = (step.clone(), run.clone());
    let kept = blocking(move || {
        if entries.is_empty() && gone.is_empty() && back.is_empty() {
            return Ok(Ok(()));
        }
        let contents: Vec<(FileEntry, Vec<u8>)> = entries
            .into_iter()
            .chain(back)
            .map(|entry| services.blobs.get(&entry.sha256).map(|bytes| (entry, bytes)))
            .collect::<Result<_, _>>()?;
        let _alone = services.writing();
        let ours = |path: &str, there: &[u8]| known.files.get(path).is_some_and(|file| file.sha256 == Hash::of(there));
        let contents = match services.workspace.write(&contents, &ours) {
            Err(WorkspaceError::InTheWay { .. }) => kept::write_beside(&known, contents, &services)?,
            done => done.map(|()| contents)?,
        };
        services.workspace.remove(&gone)?;
        if !gone.is_empty()
            && git::may_commit(services.workspace.dir())
            && let Err(error) = git::forget(services.workspace.dir(), gone.iter().map(|file| file.path.as_str()))
        {
            tracing::warn!(%error, "git still knows files that are gone");
        }
        let new = contents.iter().map(|(entry, _)| entry.path.as_str());
        Ok(snapshot(services.workspace.dir(), &title, known.files.keys().map(String::as_str).chain(new)))
    })
    .await?;
    // A branch was promised; a project of G1's own does without git where there is none.
    let branch = run.existing.as_ref().and_then(|existing| existing.branch.as_ref());
    if let (Err(error), Some((branch, _))) = (kept, branch) {
        let text =
            Clean::from(format!("the work of this step is in the files, but not committed on {branch}: {error}"));
        port.show(Update::Notice { error: true, text }).await;
    }
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
    let known = run.clone();
    let other = blocking(move || {
        let _alone = services.writing();
        if write_report(&known, &services.workspace)? {
            let paths = known.files.keys().map(String::as_str).chain([TRACE_FILE]);
            let _ = snapshot(services.workspace.dir(), "trace report", paths);
        }
        let lost = existing::catch_up(&known, &services.dir).err();
        Ok(lost.into_iter().chain(verify::written_otherwise(&known, &services.workspace)))
    })
    .await?;
    for text in other {
        port.show(Update::Notice { error: true, text }).await;
    }
    port.ask(Input::Finished { tree, booted }).await?;
    Ok(())
}

/// Writes TRACE.md; false where there is no application to write it for, or it was there before: then a report of G1's is
/// no part of it.
pub(super) fn write_report(run: &Run, workspace: &Workspace) -> Result<bool, WorkspaceError> {
    if run.existing.is_some() {
        return Ok(false);
    }
    let Some(step) = run.files.values().map(|file| file.step.clone()).next_back() else { return Ok(false) };
    let report = trace::trace(run).to_report(&run.title);
    let entry = FileEntry {
        path: TRACE_FILE.into(),
        sha256: Hash::of(report.as_bytes()),
        bytes: report.len() as u64,
        lines: count_lines(report.as_bytes()),
        executable: false,
        step,
    };
    workspace.write(&[(entry, report.into_bytes())], &|_, there| is_report(there)).map(|()| true)
}

pub(super) fn is_report(bytes: &[u8]) -> bool {
    bytes.starts_with(trace::REPORT_TITLE.as_bytes())
}

impl From<WorkspaceError> for TaskError {
    fn from(error: WorkspaceError) -> Self {
        Self::Failed(Clean::from(error.to_string()))
    }
}

/// A commit in a repository of G1's own. The workspace never depends on it, so a failure is only told.
pub(super) fn snapshot<'a>(
    dir: &Path,
    message: &str,
    paths: impl IntoIterator<Item = &'a str>,
) -> Result<(), GitError> {
    let made = git::commit(dir, message, paths).map(drop);
    if let Err(error) = &made {
        tracing::info!(%error, "no git commit");
    }
    made
}

pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, TaskError> + Send + 'static,
) -> Result<T, TaskError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| TaskError::Failed(Clean::from(error.to_string())))?
}
