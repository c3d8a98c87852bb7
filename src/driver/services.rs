//! What the tasks of one run share.

use crate::{
    domain::Clean,
    evidence::Runner,
    hub::{Blobs, Hub},
    models::assigned::Assigned,
    personas::Library,
    workspace::Workspace,
};
use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::{OnceCell, Semaphore};

/// What tasks share. All of it may be used from several tasks at once.
pub struct Services {
    pub dir: PathBuf,
    pub blobs: Blobs,
    pub hub: Mutex<Hub>,
    pub models: Assigned,
    pub library: Arc<Library>,
    /// Found when it is first needed; see [`Services::runner`].
    pub runner: OnceCell<Result<Runner, Clean>>,
    pub workspace: Workspace,
    /// Held while files are written and committed: steps end at the same time, git and the workspace have one writer.
    pub writing: Mutex<()>,
    /// The cassette that this run is recorded onto.
    pub record: Option<PathBuf>,
    /// One sandboxed check at a time: each uses all cores by itself.
    pub check_slot: Arc<Semaphore>,
}

impl std::fmt::Debug for Services {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Services")
            .field("dir", &self.dir)
            .field("model", &self.models.main().id())
            .finish_non_exhaustive()
    }
}

impl Services {
    /// What runs generated code; or why nothing can be run here. Looking for it starts processes, so it happens when it
    /// is needed and once.
    ///
    /// # Errors
    /// No sandbox or no Python, in words for a person.
    pub async fn runner(&self) -> Result<&Runner, Clean> {
        let find = || async { Runner::detect().await.map_err(|error| Clean::from(error.to_string())) };
        self.runner.get_or_init(find).await.as_ref().map_err(Clean::clone)
    }
    /// The hub; a panic elsewhere while it was held does not make it unusable, for it can be rebuilt.
    pub fn hub(&self) -> std::sync::MutexGuard<'_, Hub> {
        self.hub.lock().unwrap_or_else(PoisonError::into_inner)
    }
    /// The right to write files and to commit.
    pub fn writing(&self) -> std::sync::MutexGuard<'_, ()> {
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
