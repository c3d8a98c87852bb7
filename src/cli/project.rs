//! The project a command is about, read without lock and without the store.

use super::out::Fail;
use crate::{
    domain::run::Run,
    driver::client::{self, ClientError},
    hub::{self, Blobs},
};
use std::path::{Path, PathBuf};

pub struct Looked {
    pub dir: PathBuf,
    pub run: Run,
    pub blobs: Blobs,
}

/// # Errors
/// There is no project, or its journal is damaged: exit 1.
pub fn look(folder: Option<&Path>) -> Result<Looked, Fail> {
    let dir = folder.unwrap_or(Path::new(".")).to_owned();
    let run = client::look(&dir).map_err(|e| fail(&e))?;
    let blobs = hub::project::blobs_of(&dir);
    Ok(Looked { dir, run, blobs })
}

pub fn fail(error: &ClientError) -> Fail {
    let code = if matches!(error, ClientError::Refused(_)) { 2 } else { 1 };
    Fail { code, text: error.to_string() }
}
