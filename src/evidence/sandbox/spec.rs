//! What a sandboxed process is told, and what its supervisor reports.

use crate::domain::evidence::SandboxLevel;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// In place of a program: the confined process answers questions about source files itself.
pub const INSIDE: &str = "g1:syntax";

/// One program to run confined.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Spec {
    /// The first is an absolute path, or [`INSIDE`].
    pub argv: Vec<String>,
    pub cwd: PathBuf,
    /// The whole environment.
    pub env: Vec<(String, String)>,
    /// Files and directories it may read and execute.
    pub read: Vec<PathBuf>,
    /// Directories it may also write.
    pub write: Vec<PathBuf>,
    /// The only TCP port it may bind or connect to.
    pub port: Option<u16>,
    /// Run in a network namespace of its own, to which the port is relayed.
    pub own_network: bool,
    /// Run in a control group, where one can be made.
    pub cgroup: bool,
    /// The folders of that group; its supervisor makes them.
    #[serde(default)]
    pub cgroups: Vec<PathBuf>,
    pub limits: Limits,
    /// Run as this user and group instead of root.
    pub drop_to: Option<u32>,
    /// Refuse to run below this level.
    pub required: SandboxLevel,
}

/// Bounds of one run. Time is wall clock; addresses are per process by the kernel, memory in use is in sum by the
/// supervisor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    pub wall_ms: u64,
    pub cpu_s: u64,
    pub memory_bytes: u64,
    /// Of one process, used or not: some programs reserve much more than they ever touch.
    pub address_bytes: u64,
    pub file_bytes: u64,
    pub disk_bytes: u64,
    pub open_files: u64,
    pub processes: u32,
    /// Of all its processes together, besides the first of each.
    pub threads: u32,
    /// Bytes of output after which it is stopped; what is kept is much less.
    pub output_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            wall_ms: 120_000,
            cpu_s: 120,
            memory_bytes: 2 << 30,
            address_bytes: 2 << 30,
            file_bytes: 64 << 20,
            disk_bytes: 256 << 20,
            open_files: 512,
            processes: 64,
            threads: 64,
            output_bytes: 64 << 20,
        }
    }
}

/// Why a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// By itself.
    Exited,
    Signalled(i32),
    TimedOut,
    /// G1 closed the supervisor's stdin.
    Stopped,
    TooManyProcesses,
    TooMuchMemory,
    TooMuchDisk,
    TooMuchOutput,
    /// It keeps its supervisor from looking at its files.
    Hidden,
    /// It could not be confined or started; nothing of it ran.
    Setup,
}

impl Ended {
    /// For people; `None` when nothing is to be said.
    #[must_use]
    pub fn note(self) -> Option<String> {
        let text = match self {
            Self::Exited | Self::Stopped => return None,
            Self::Signalled(signal) => return Some(format!("ended by signal {signal}")),
            Self::TimedOut => "stopped: it took longer than permitted",
            Self::TooManyProcesses => "stopped: it started too many processes",
            Self::TooMuchMemory => "stopped: it used too much memory",
            Self::TooMuchDisk => "stopped: it wrote too much to disk",
            Self::TooMuchOutput => "stopped: it printed too much",
            Self::Hidden => "stopped: it hid its files",
            Self::Setup => "it could not be confined or started",
        };
        Some(text.to_owned())
    }
}

/// The supervisor's one line of JSON on stdout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    pub exit: Option<i32>,
    pub ended: Ended,
    /// Processes that were still alive after the program itself had ended, and were killed.
    pub survivors: u32,
    /// Processes that could not be killed within the grace period.
    pub left: u32,
    pub error: Option<String>,
}
