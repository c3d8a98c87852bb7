//! What the tasks of one run share.

use crate::{
    domain::{Clean, evidence::Confinement, run::Run},
    evidence::{self, Manifest, Runner, Stack},
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
    /// What must be confined before anything of this run's is executed.
    pub confinement: Confinement,
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
        let find = || async { Runner::detect(self.confinement).await.map_err(|error| Clean::from(error.to_string())) };
        self.runner.get_or_init(find).await.as_ref().map_err(Clean::clone)
    }
    /// What this machine lacks to run and prove what `run` makes, in words for a person: of the stack of its manifest, of
    /// Python for the offline engine, and of every stack where nobody can know yet.
    pub async fn lacks(&self, run: &Run) -> Vec<Clean> {
        let runner = match self.runner().await {
            Ok(runner) => runner,
            Err(why) => return vec![why],
        };
        let known = self.manifest(run).and_then(|manifest| Stack::of(&manifest.stack));
        let offline = run.settings.is_offline();
        let lacks = match known.or(offline.then_some(Stack::Python)) {
            Some(stack) => runner.lack(stack).await.into_iter().collect(),
            None => evidence::not_on_path(),
        };
        lacks.into_iter().map(Clean::from).collect()
    }

    /// How the software is run and tested, once that is written.
    #[must_use]
    pub fn manifest(&self, run: &Run) -> Option<Manifest> {
        let file = run.files_after(|_| true).into_iter().find(|file| file.path == Manifest::PATH)?;
        let text = String::from_utf8(self.blobs.get(&file.sha256).ok()?).ok()?;
        Manifest::parse(&text).ok()
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
