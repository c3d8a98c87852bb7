//! Putting the workspace into the state of a run that went back or was forked.

use super::{
    Port, Services, TaskError,
    commit::{TRACE_FILE, blocking, is_report, snapshot, write_report},
};
use crate::{
    domain::{
        Clean, Hash,
        artifact::FileEntry,
        run::{Restoring, Run},
    },
    hub::{self, Blobs, HubError},
    orchestrator::Input,
    workspace::{Workspace, WorkspaceError, git},
};
use std::{collections::BTreeMap, fs, path::Path, sync::Arc};

/// Answers [`crate::orchestrator::Effect::Restore`].
pub async fn restore(run: Arc<Run>, services: Arc<Services>, port: &Port) -> Result<(), TaskError> {
    blocking(move || {
        let _alone = services.writing();
        Ok(put_back(&run, &services.dir, &services.workspace, &services.blobs)?)
    })
    .await?;
    port.ask(Input::Restored).await?;
    Ok(())
}

/// Puts the workspace's files into the state of a run that went back or was forked. Doing it again changes nothing.
///
/// # Errors
/// A file that a person changed is in the way and was not to be moved aside, a blob is damaged, or the disk fails.
pub fn put_back(run: &Run, dir: &Path, workspace: &Workspace, blobs: &Blobs) -> Result<(), PutBackError> {
    let Some(Restoring { was, aside }) = &run.restoring else { return Ok(()) };
    if *aside {
        for path in changed_by_a_person(run, was, workspace) {
            set_aside(dir, workspace, &path, run.seq)?;
        }
    }
    let contents: Vec<(FileEntry, Vec<u8>)> = run
        .files
        .values()
        .map(|entry| blobs.get(&entry.sha256).map(|bytes| (entry.clone(), bytes)))
        .collect::<Result<_, _>>()?;
    let ours = |path: &str, there: &[u8]| {
        let known = [was.get(path), there_before(run, path)];
        known.into_iter().flatten().any(|file| file.sha256 == Hash::of(there))
    };
    workspace.write(&contents, &ours)?;
    let gone: Vec<FileEntry> = was.values().filter(|file| !run.files.contains_key(&file.path)).cloned().collect();
    workspace.remove(&gone)?;
    if run.existing.is_some() {
        // One that is there is the person's.
    } else if run.is_over() {
        write_report(run, workspace)?;
    } else {
        // It tells of an end that is no more.
        workspace.remove_if(TRACE_FILE, &is_report)?;
    }
    let report = run.existing.is_none().then_some(TRACE_FILE);
    let left = gone.iter().map(|file| file.path.as_str()).chain(report);
    let place = workspace.dir();
    if git::may_commit(place)
        && let Err(error) = git::forget(place, left)
    {
        tracing::warn!(%error, "git still knows files that are gone");
    }
    let _ = snapshot(place, "the state that was gone back to", run.files.keys().map(String::as_str).chain(report));
    Ok(())
}

/// Files where G1 has its own that hold neither what it wrote nor what it is to write now.
#[must_use]
pub fn changed_by_a_person(run: &Run, was: &BTreeMap<String, FileEntry>, workspace: &Workspace) -> Vec<String> {
    let mut paths: Vec<&String> = was.keys().chain(run.files.keys()).collect();
    paths.sort_unstable();
    paths.dedup();
    let known = |path: &str, there: &Hash| {
        [was.get(path), run.files.get(path), there_before(run, path)]
            .into_iter()
            .flatten()
            .any(|file| file.sha256 == *there)
    };
    let changed = |path: &&String| match workspace.read(path) {
        Ok(there) => !known(path, &Hash::of(&there)),
        // What is there and is no plain file is not G1's either.
        Err(error) => !error.is_missing(),
    };
    paths.into_iter().filter(changed).cloned().collect()
}

/// What a file was before the run, where the software was there before.
fn there_before<'a>(run: &'a Run, path: &str) -> Option<&'a FileEntry> {
    run.existing.as_ref().and_then(|existing| existing.files.get(path))
}

/// Keeps a person's file under `.g1/aside/<record>/` and takes it away from where it was.
fn set_aside(dir: &Path, workspace: &Workspace, path: &str, seq: u64) -> Result<(), PutBackError> {
    let bytes = workspace.read(path)?;
    let target = dir.join(hub::project::FOLDER).join("aside").join(seq.to_string()).join(path);
    let io = |error| WorkspaceError::Io { path: path.to_owned(), error };
    if let Some(parent) = target.parent() {
        fs::create_dir_all(parent).map_err(io)?;
    }
    fs::write(&target, &bytes).and_then(|()| fs::File::open(&target)?.sync_all()).map_err(io)?;
    Ok(workspace.remove_if(path, &|there| there == bytes)?)
}

/// Why files could not be put back.
#[derive(Debug, thiserror::Error)]
pub enum PutBackError {
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
    #[error(transparent)]
    Hub(#[from] HubError),
}

impl From<PutBackError> for TaskError {
    fn from(error: PutBackError) -> Self {
        Self::Failed(Clean::from(error.to_string()))
    }
}
