//! G1: a terminal workbench in which a team of AI personas turns a business requirement into running, tested software.
//!
//! Two pure state machines, and I/O only at the rim. The dependency rule (`tests/architecture.rs` enforces it):
//! `domain ← orchestrator ← driver`, `domain ← ui`; only `hub` knows sled and hnsw_rs, only `models` knows
//! async-openai, only `term` and `ui` know ratatui and crossterm. `docs/architecture.md` is the ten-minute tour.

// A panic would leave the terminal to the panic hook and a run to its next start: failures are values here.
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub mod allocator;
pub mod cli;
pub mod config;
pub mod domain;
pub mod driver;
pub mod evidence;
pub mod files;
pub mod hub;
pub mod import;
pub mod models;
pub mod orchestrator;
pub mod personas;
pub mod plain;
pub mod secrets;
pub mod term;
pub mod ui;
pub mod workspace;
