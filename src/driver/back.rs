//! Going back to before a step, and going another way from there in a folder of its own.

use super::{
    existing,
    open::{directory_name, refold, whole},
    tasks::restore::{PutBackError, changed_by_a_person, put_back},
};
use crate::{
    domain::{Clean, StepId, event::Event, run::Run},
    hub::{self, Blobs, HubError, Project, project},
    orchestrator::{Input, Refusal, history},
    workspace::{Workspace, WorkspaceError, git},
};
use std::path::Path;

/// Why a project cannot go back or be forked.
#[derive(Debug, thiserror::Error)]
pub enum BackError {
    #[error("{0}")]
    Refused(Clean),
    #[error(transparent)]
    Hub(#[from] HubError),
    #[error(transparent)]
    Files(#[from] PutBackError),
}

impl From<Refusal> for BackError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Clean::from(refusal.0))
    }
}

impl From<WorkspaceError> for BackError {
    fn from(error: WorkspaceError) -> Self {
        Self::Files(error.into())
    }
}

/// What takes the project in `dir`, whose state is `run`, back to before `step`. Nothing is changed yet.
///
/// # Errors
/// The step has not begun, or files that a person changed would be in the way (and are not to be moved `aside`).
pub fn plan(dir: &Path, run: &Run, step: StepId, aside: bool, who: Clean) -> Result<Input, BackError> {
    let records = whole(dir)?;
    let to = history::before(&records, &step)?;
    let then = history::replay(records.get(..usize::try_from(to).unwrap_or(0)).unwrap_or_default());
    let Some(then) = then else { return Err(Refusal("there is nothing before the beginning".to_owned()).into()) };
    let mut was = run.restoring.as_ref().map(|unfinished| unfinished.was.clone()).unwrap_or_default();
    was.extend(run.files.iter().map(|(path, file)| (path.clone(), file.clone())));
    let changed = changed_by_a_person(&then, &was, &workspace(run, dir, &hub::project::blobs_of(dir))?);
    if !changed.is_empty() && !aside {
        return Err(BackError::Refused(Clean::from(format!(
            "changed by somebody else since G1 wrote them: {}; with --aside they are moved to .g1/aside first",
            changed.join(", ")
        ))));
    }
    Ok(Input::Rewind { step, to, aside, who })
}

/// Puts the files back that the project just opened asks for, and says so in its journal. Returns the run after it.
///
/// # Errors
/// See [`put_back`].
pub fn settle(project: &mut Project, dir: &Path) -> Result<Option<Run>, BackError> {
    let Some(run) = refold(dir)? else { return Ok(None) };
    if run.restoring.is_none() {
        return Ok(Some(run));
    }
    put_back(&run, dir, &workspace(&run, dir, project.blobs())?, project.blobs())?;
    project.append(vec![Event::Restored], jiff::Timestamp::now())?;
    Ok(refold(dir)?)
}

/// Where the files of the run are; of software that was there before the place beside it, made again if it is gone.
fn workspace(run: &Run, dir: &Path, blobs: &Blobs) -> Result<Workspace, BackError> {
    if let Some(there) = &run.existing {
        existing::stand(dir, run, there, blobs).map_err(|error| BackError::Refused(Clean::from(error.to_string())))?;
    }
    Ok(Workspace::of_project(dir, run.existing.is_some())?)
}

/// Makes `target` a project that begins with the state of the one in `dir` before `step` (`None`: as it is now). The one
/// in `dir` is only read.
///
/// # Errors
/// The step has not begun, `target` is neither absent nor empty, or the disk refuses.
pub fn fork(dir: &Path, step: Option<StepId>, target: &Path, who: Clean) -> Result<Run, BackError> {
    let holds = |name: &std::ffi::OsStr| !project::is_own(&name.to_string_lossy());
    let taken = match std::fs::read_dir(target) {
        Ok(entries) => entries.flatten().any(|entry| holds(&entry.file_name())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => false,
        Err(error) => return Err(HubError::io("cannot use", target)(error).into()),
    };
    if taken || target.join(project::FOLDER).symlink_metadata().is_ok() {
        let text = format!("{} is not empty: a fork takes an absent or an empty folder", target.display());
        return Err(BackError::Refused(Clean::from(text)));
    }
    let scan = hub::journal::scan(&dir.join(project::FOLDER).join("journal"), None)?;
    let to = match &step {
        Some(step) => history::before(&scan.envelopes, step)?,
        None => scan.head.seq,
    };
    let count = usize::try_from(to).unwrap_or(0);
    let end = count.checked_sub(1).and_then(|last| scan.ends.get(last).copied());
    let Some(end) = end else { return Err(Refusal("there is nothing before the beginning".to_owned()).into()) };
    let blobs = scan.envelopes.iter().take(count).flat_map(|env| env.event.blobs()).collect();
    let event =
        Event::Forked { name: Clean::from(directory_name(target)), from: Clean::from(directory_name(dir)), step, who };
    let (mut project, _) = Project::fork(target, dir, end, &blobs, &[event], jiff::Timestamp::now())?;
    // Software that was there before lies beside, in a copy with a history of its own.
    let existing = refold(target)?.is_some_and(|run| run.existing.is_some());
    if !existing && let Err(error) = git::init(target) {
        tracing::info!(%error, "no repository of its own");
    }
    let run = settle(&mut project, target)?;
    run.ok_or_else(|| Refusal("the fork holds no run".to_owned()).into())
}
