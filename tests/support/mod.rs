//! What several tests and the examples share.
#![allow(dead_code, clippy::unwrap_used)]

pub mod picture;
pub mod real;
pub mod sample;
pub mod shelf;
pub mod svg;
