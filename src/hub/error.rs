//! What can go wrong between G1 and a project on disk. Every text says what to do.

use crate::domain::Hash;
use std::{io, path::PathBuf};

#[derive(Debug, thiserror::Error)]
pub enum HubError {
    #[error("{} holds no G1 project; start one with `g1 run`", .0.display())]
    NoProject(PathBuf),
    #[error("{} already holds a G1 project; go on with `g1 resume`", .0.display())]
    Exists(PathBuf),
    #[error(
        "{} is a link: what G1 writes there would go elsewhere. Put the file or folder itself in its place, or remove it",
        .0.display()
    )]
    Link(PathBuf),
    #[error("another g1 (process {pid}) is working on this project; attach with `g1` or wait until it has ended")]
    Locked { pid: u32 },
    #[error(
        "the journal is damaged at record {seq}, byte {offset}: {what}; valid records follow, so nothing was changed. \
         Restore .g1/journal from a copy, or look at it with `g1 log --verify`"
    )]
    Damaged { seq: u64, offset: u64, what: &'static str },
    #[error("record {seq} was written by a newer g1 (event version {version}); use that version to open this project")]
    Newer { seq: u64, version: u16 },
    #[error(
        "a write to the journal failed before and its state on disk is unknown; nothing more is written. \
         Close g1 and open the project again"
    )]
    Poisoned,
    #[error("blob {hash} is missing; restore .g1/blobs from a copy")]
    BlobMissing { hash: Hash },
    #[error("blob {hash} is damaged: its content no longer has that hash; restore .g1/blobs from a copy")]
    BlobDamaged { hash: Hash },
    #[error("there is no step {0} in this run; `g1 status` lists the steps")]
    NoStep(String),
    #[error("{what} {}: {source}", .path.display())]
    Io { what: &'static str, path: PathBuf, source: io::Error },
}

impl HubError {
    pub(crate) fn io(what: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { what, path, source }
    }
}
