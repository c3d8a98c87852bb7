//! The screens without a terminal: update tables, properties of any input, and snapshots of whole screens.
#![allow(clippy::unwrap_used)]

#[path = "../support/mod.rs"]
mod support;

mod answers;
mod bench;
mod change;
mod gate_keys;
mod gates;
mod picture;
mod properties;
mod screens;
mod tools;
mod updates;
mod watch;
mod ways;
mod welcome;
mod wire;
