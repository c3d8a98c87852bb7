//! Systems without Landlock and seccomp: nothing can be confined, so nothing that was generated is run (L0).

use super::{Probed, SETUP_EXIT, spec::Spec};
use crate::domain::evidence::SandboxLevel;
use std::io::Write;

const WHY: &str =
    "this operating system has neither Landlock nor seccomp; run G1 on Linux to execute what it generates";

pub(super) fn exec(_: &Spec) -> i32 {
    use std::os::fd::AsFd;
    // The channel to the supervisor; see `confine.rs`.
    let channel = std::io::stdin().as_fd().try_clone_to_owned().map(std::fs::File::from);
    let _ = channel.and_then(|mut channel| channel.write_all(WHY.as_bytes()));
    SETUP_EXIT
}

pub(super) fn close_inherited_files() {}

pub(super) fn probe() -> i32 {
    let probed = Probed {
        level: SandboxLevel::L0,
        landlock_abi: 0,
        own_network: false,
        own_processes: false,
        cgroup: false,
        notes: vec![WHY.to_owned()],
    };
    let line = serde_json::to_string(&probed).unwrap_or_default();
    i32::from(std::io::stdout().write_all(line.as_bytes()).is_err())
}
