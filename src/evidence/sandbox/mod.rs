//! The sandbox: a hidden subcommand of the own binary that confines itself and then becomes the program.
//!
//! ```text
//! g1 ── g1 __sandbox supervise ── g1 __sandbox exec → python3 …
//!        stdin: closing it stops everything        own session, limits, no privileges, Landlock, seccomp
//!        subreaper: no descendant outlives it      stdout and stderr go to one pipe; stdin is a channel on which it says
//!        own network: relays the assigned port     why it is not confined, and is closed before the program begins
//! ```
//!
//! Re-executing avoids running code between fork and exec in a threaded process, and the supervisor ends everything it
//! started even when G1 itself is killed, because its stdin then reaches its end. Levels: L3 adds all
//! namespaces and is not built; L2 is Landlock, seccomp and limits; L1 lacks Landlock; L0 lacks both and runs nothing. A
//! network namespace and a control group are had at each level, wherever the kernel grants them. Below L2, and where neither
//! Landlock nor such a network confines TCP, only what the offline engine made is run, unless a person types that more may
//! ([`crate::domain::evidence::Confinement`]).

#[cfg(target_os = "linux")]
mod cgroup;
#[cfg(target_os = "linux")]
mod confine;
#[cfg(not(target_os = "linux"))]
#[path = "confine_other.rs"]
mod confine;
#[cfg(target_os = "linux")]
mod init;
#[cfg(target_os = "linux")]
mod network;
mod process;
#[cfg(target_os = "linux")]
mod seccomp;
mod spec;
mod supervise;
mod usage;

pub use process::{Finished, Output, Running};
pub use spec::{Ended, INSIDE, Limits, Spec};

use super::EvidenceError;
use crate::domain::evidence::SandboxLevel;
use serde::{Deserialize, Serialize};
use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

const SUBCOMMAND: &str = "__sandbox";
/// Exit status of a child that could not confine itself. Why stands in its channel, which no program ever holds.
const SETUP_EXIT: i32 = 125;
/// Exit status of a confined child that could not become the program, as shells have it.
const EXEC_EXIT: i32 = 127;

/// Call this first in `main`: when the process was started as a part of the sandbox, it never returns.
pub fn main_if_child() {
    let mut args = std::env::args_os().skip(1);
    if args.next().as_deref() != Some(OsStr::new(SUBCOMMAND)) {
        return;
    }
    let role = args.next().unwrap_or_default();
    let spec = args.next().and_then(|text| text.into_string().ok());
    let spec = spec.as_deref().map(serde_json::from_str::<Spec>).and_then(Result::ok);
    let code = match (role.to_str(), spec) {
        (Some("supervise"), Some(spec)) => supervise::main(&spec),
        (Some("exec"), Some(spec)) => confine::exec(&spec),
        #[cfg(target_os = "linux")]
        (Some("init"), _) => init::main(),
        (Some("probe"), _) => confine::probe(),
        _ => {
            // Nobody but G1 calls this; say so to a person who tries.
            use std::io::Write;
            let _ = writeln!(std::io::stderr(), "g1: __sandbox is used by g1 itself");
            2
        }
    };
    std::process::exit(code);
}

/// Makes the environment and memory of this process unreadable for other processes of the same user, and forbids core
/// dumps: a generated test must not find a key in `/proc/<pid>/environ`. Call it once at the start of `main`. It does
/// not stop root; there the sandbox drops the capabilities that would be needed.
pub fn harden_this_process() {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
        let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    }
}

/// What this machine can enforce, found by doing it once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sandbox {
    pub level: SandboxLevel,
    /// What is weaker than it could be, in words for people.
    pub notes: Vec<String>,
    /// The binary that holds [`main_if_child`].
    exe: PathBuf,
    landlock_abi: u32,
    own_network: bool,
    own_processes: bool,
    cgroup: bool,
}

/// The answer of `g1 __sandbox probe`.
#[derive(Debug, Serialize, Deserialize)]
struct Probed {
    level: SandboxLevel,
    landlock_abi: u32,
    own_network: bool,
    own_processes: bool,
    cgroup: bool,
    notes: Vec<String>,
}

impl Sandbox {
    /// Confines a short-lived child with everything there is and reports what held.
    #[must_use]
    pub fn probe() -> Self {
        Self::probe_with(&own_exe())
    }

    /// For tests of the library, whose own binary is the test harness.
    #[must_use]
    pub fn probe_with(exe: &Path) -> Self {
        let none = |why: String| Self {
            level: SandboxLevel::L0,
            notes: vec![why],
            exe: exe.to_owned(),
            landlock_abi: 0,
            own_network: false,
            own_processes: false,
            cgroup: false,
        };
        let output = Command::new(exe).args([SUBCOMMAND, "probe"]).env_clear().stdin(Stdio::null()).output();
        let output = match output {
            Ok(output) => output,
            Err(error) => return none(format!("the sandbox process did not start: {error}")),
        };
        match serde_json::from_slice::<Probed>(&output.stdout) {
            Ok(Probed { level, landlock_abi, own_network, own_processes, cgroup, mut notes }) => {
                if rustix::process::geteuid().is_root() {
                    let own = "running as root: programs run without capabilities, and as a user of their own where \
                               everybody can read the Python installation";
                    let counted = "; else the kernel does not limit how many processes they start, and G1 counts and \
                                   stops them";
                    notes.push(format!("{own}{}", if cgroup { "" } else { counted }));
                }
                Self { level, notes, exe: exe.to_owned(), landlock_abi, own_network, own_processes, cgroup }
            }
            Err(_) => none(format!("the sandbox process ended with {}", output.status)),
        }
    }

    /// # Errors
    /// The machine enforces nothing (L0): generated programs are not run at all.
    pub fn require(&self) -> Result<(), EvidenceError> {
        if self.level == SandboxLevel::L0 {
            return Err(EvidenceError::NotConfined(self.notes.join("; ")));
        }
        Ok(())
    }

    /// True when what others wrote can run here: files and TCP are confined.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.level >= SandboxLevel::L2 && self.confines_tcp()
    }

    /// True when the kernel limits TCP to the assigned port: on this machine, or at least on whatever host.
    #[must_use]
    pub fn confines_tcp(&self) -> bool {
        self.own_network || self.landlock_abi >= 4
    }

    /// True when a control group bounds the memory and the tasks of each program in sum.
    #[must_use]
    pub fn has_cgroup(&self) -> bool {
        self.cgroup
    }

    /// True when the kernel ends all processes of a program at once, whatever becomes of its supervisor.
    #[must_use]
    pub fn has_own_processes(&self) -> bool {
        self.own_processes
    }

    /// True when programs run in a network namespace of their own: no other host can be called at all.
    #[must_use]
    pub fn has_own_network(&self) -> bool {
        self.own_network
    }
}

/// Through `/proc/self/exe` the same binary is started even when its file was replaced meanwhile.
fn own_exe() -> PathBuf {
    if cfg!(target_os = "linux") {
        return PathBuf::from("/proc/self/exe");
    }
    std::env::current_exe().unwrap_or_else(|_| PathBuf::from("g1"))
}
