//! Models that fail their task, each in one way, driven through whole runs: the check that is there for it must fire.
#![allow(clippy::unwrap_used)]

mod bugs;
mod drift;
mod dropped;
mod replies;
mod support;
