//! Evidence: whatever runs, runs in a scratch copy of exactly the hashed tree, confined, and is recorded.
//!
//! A test that passes shows little; a test that passes, and fails by an assertion when the linked lines alone are
//! neutralised while the application still starts, shows that those lines do what the clause demands. [`controls`] makes
//! those control runs, [`search`] records the proof of an exclusion, [`verify`] does both again on changed files.

pub mod acts;
pub mod aware;
pub mod cargo;
pub mod controls;
pub mod genuine;
mod http;
pub mod limits;
pub mod links;
pub mod manifest;
mod node;
mod ports;
mod python;
pub mod report;
pub mod runner;
pub mod sandbox;
mod scratch;
pub mod search;
pub mod sign_in;
mod stack;
mod syntax;
mod tools;
pub mod tree;
pub mod uses;
pub mod verify;
pub mod ways;

pub use controls::{ControlTarget, Controlled};
pub use manifest::{Manifest, ManifestError};
pub use runner::{Recorded, Runner, Served, without_last_line};
pub use sandbox::Sandbox;
pub use search::Searched;
pub use stack::{Kind, Stack};
pub use tools::{Cargo, Node, Python, Tools, lacking, not_on_path};
pub use tree::{Tree, TreeFile};
pub use verify::{Verified, verify};

/// Why a command could not be run at all. A command that ran and failed is evidence, not an error.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
    #[error("this machine cannot confine programs ({0}), so nothing that was generated is run")]
    NotConfined(String),
    #[error(
        "this machine confines programs only in part ({0}), so what others wrote is not run; to run it all the same, add \
         -c sandbox=weaker to the command"
    )]
    ConfinedInPart(String),
    #[error("{} is needed to run what was generated: {why}; install {}", stack.tool(), stack.wanted())]
    NoTool { stack: Stack, why: String },
    #[error("the sandbox could not be set up: {0}")]
    Setup(String),
    #[error("stopped")]
    Cancelled,
    #[error("cannot run `{0}`: {1}")]
    Unsupported(String, &'static str),
    #[error("the application does not start: {0}")]
    NotStarted(String),
    #[error("the application was stopped: {0}")]
    Open(&'static str),
    #[error("no free TCP port on 127.0.0.1: {0}")]
    NoPort(std::io::Error),
    #[error("port {port} on 127.0.0.1 cannot be used ({error}): give another with --port, or none")]
    PortTaken { port: u16, error: std::io::Error },
    #[error("{what}: {error}")]
    Io { what: String, error: std::io::Error },
    #[error("the syntax tool failed: {0}")]
    Tool(String),
}

impl EvidenceError {
    pub(crate) fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let what = what.into();
        move |error| Self::Io { what, error }
    }
}
