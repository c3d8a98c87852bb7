//! Process numbers of the program's own, as pid_namespaces(7) has them, where the machine grants them: the first process in
//! there reaps what is left behind, and when it ends the kernel ends all of them at once, also those that fork faster than
//! anybody could look. It ends with the supervisor, also when that is killed.

use super::SUBCOMMAND;
use nix::{
    sched::{CloneFlags, unshare},
    sys::{
        signal::{SigSet, Signal},
        signalfd::{SfdFlags, SignalFd},
    },
};
use rustix::{
    event::{PollFd, PollFlags, poll},
    process::{Pid, WaitOptions, wait},
};
use std::{
    io,
    os::unix::process::CommandExt,
    process::{Child, Command, Stdio},
};

/// The first process of the namespace. It lives while the end of its stdin in here is open.
#[derive(Debug)]
pub(super) struct Init(Child);

impl Init {
    /// Makes a namespace for what this thread starts from now on. `None` where there can be none.
    ///
    /// # Errors
    /// There is one, and its first process did not start: nothing else may be the first.
    pub fn make() -> io::Result<Option<Self>> {
        if !granted() {
            return Ok(None);
        }
        let mut command = Command::new(super::own_exe());
        command.arg0("g1").args([SUBCOMMAND, "init"]).env_clear().current_dir("/");
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().map(|child| Some(Self(child)))
    }

    pub fn pid(&self) -> Pid {
        Pid::from_child(&self.0)
    }
}

/// Whether what this thread starts from now on is in a namespace of its own.
pub(super) fn granted() -> bool {
    unshare(CloneFlags::CLONE_NEWPID).is_ok()
}

/// Reaps until its stdin closes.
pub(super) fn main() -> i32 {
    // Before anybody can end: a signal that is not blocked is lost.
    let child = SigSet::from(Signal::SIGCHLD);
    let reaped = child.thread_block().and_then(|()| {
        let flags = SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK;
        let signals = SignalFd::with_flags(&child, flags)?;
        let stdin = io::stdin();
        loop {
            while let Ok(Some(_)) = wait(WaitOptions::NOHANG) {}
            let mut either = [PollFd::new(&stdin, PollFlags::IN), PollFd::new(&signals, PollFlags::IN)];
            match poll(&mut either, None) {
                // Nothing is ever written to it: whatever happens on it is its end.
                Ok(_) if !either[0].revents().is_empty() => return Ok(()),
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(nix::errno::Errno::from_raw(error.raw_os_error())),
            }
            while let Ok(Some(_)) = signals.read_signal() {}
        }
    });
    i32::from(reaped.is_err())
}
