//! The project a command is about, read without lock and without the store.

use super::out::{Fail, talk};
use crate::{
    domain::{counted, run::Run},
    driver::client::{self, ClientError},
    hub::{Blobs, project},
};
use std::path::{Path, PathBuf};

pub struct Looked {
    pub dir: PathBuf,
    pub run: Run,
    pub blobs: Blobs,
}

impl Looked {
    /// Says where something is lost on which what is shown rests. Whether the rest is as it was written is for `g1 verify`,
    /// which reads all of it.
    pub fn warn_of_losses(&self) {
        let lost = self.run.rests_on().into_iter().filter(|hash| !self.blobs.holds(hash)).count();
        if lost > 0 {
            let place = self.dir.join(project::FOLDER).join("blobs");
            talk(&format!(
                "{} of what this rests on {} missing in {}, so it cannot be shown again: put them back from a copy; \
                 `g1 log --verify` names them",
                counted(lost, "file"),
                if lost == 1 { "is" } else { "are" },
                place.display()
            ));
        }
    }
}

/// # Errors
/// There is no project, or its journal is damaged: exit 1.
pub fn look(folder: Option<&Path>) -> Result<Looked, Fail> {
    let dir = folder.unwrap_or(Path::new(".")).to_owned();
    let run = client::look(&dir).map_err(|e| fail(&e))?;
    let blobs = project::blobs_of(&dir);
    Ok(Looked { dir, run, blobs })
}

pub fn fail(error: &ClientError) -> Fail {
    let code = if matches!(error, ClientError::Refused(_)) { 2 } else { 1 };
    Fail { code, text: error.to_string() }
}
