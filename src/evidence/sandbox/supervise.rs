//! The supervisor: starts the confined child, watches time, processes, memory and disk, and leaves no process behind.

use super::{
    SUBCOMMAND,
    spec::{Ended, Report, Spec},
    usage::{Kept, disk_bytes, is_alive, kept, resident_bytes},
};
use rustix::process::{Pid, Signal, WaitOptions, kill_process, wait, waitpid};
use std::{
    fs,
    io::{Read, Write},
    os::{
        fd::{AsFd, OwnedFd},
        unix::net::UnixStream,
    },
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

const TICK: Duration = Duration::from_millis(50);
/// Five seconds of ticks: whoever sends a file to another process has it received sooner.
const LOOKS_IN_FLIGHT: u32 = 20;
/// Killing takes no time; a process in an uninterruptible system call does.
const KILL_GRACE: Duration = Duration::from_secs(5);

/// Runs `spec` to its end, writes the report to stdout, returns the exit status.
pub(super) fn main(spec: &Spec) -> i32 {
    let _ = rustix::process::setsid();
    #[cfg(target_os = "linux")]
    {
        // Orphans of the program become children of this process, so that none is ever lost.
        let me = rustix::process::getpid();
        if let Err(error) = rustix::process::set_child_subreaper(Some(me)) {
            return report(&failed(format!("cannot become a subreaper: {error}")));
        }
    }
    super::confine::close_inherited_files();
    #[cfg(target_os = "linux")]
    if spec.own_network
        && let Err(ended) = own_network(spec)
    {
        return report(&ended);
    }
    report(&run(spec))
}

/// Takes this process and all that it starts into a network of their own.
#[cfg(target_os = "linux")]
fn own_network(spec: &Spec) -> Result<(), Report> {
    use super::network;
    let outside = network::outside(spec).map_err(|error| {
        // What a program says whose port somebody else took; who started it tries another.
        let _ = writeln!(std::io::stderr(), "port {}: {error}", spec.port.unwrap_or_default());
        Report { exit: Some(1), ended: Ended::Exited, survivors: 0, left: 0, error: None }
    })?;
    network::leave().map_err(|error| failed(format!("a network of its own: {error}")))?;
    if let (Some(outside), Some(port)) = (outside, spec.port) {
        network::relay(outside, port).map_err(|error| failed(format!("the relay of its port: {error}")))?;
    }
    Ok(())
}

fn report(report: &Report) -> i32 {
    let line = serde_json::to_string(report).unwrap_or_default();
    i32::from(std::io::stdout().write_all(line.as_bytes()).is_err())
}

fn failed(error: String) -> Report {
    Report { exit: None, ended: Ended::Setup, survivors: 0, left: 0, error: Some(error) }
}

fn run(spec: &Spec) -> Report {
    #[cfg(target_os = "linux")]
    let group = spec.cgroup.then(|| super::cgroup::Cgroup::make(&spec.limits)).flatten();
    #[cfg(target_os = "linux")]
    let spec =
        &Spec { cgroups: group.as_ref().map_or_else(Vec::new, |group| group.folders().to_vec()), ..spec.clone() };
    #[cfg(target_os = "linux")]
    let init = match super::init::Init::make() {
        Ok(init) => init,
        Err(error) => return failed(format!("cannot start the first of its processes: {error}")),
    };
    let (child, mut channel) = match start(spec) {
        Ok(started) => started,
        Err(error) => return failed(format!("cannot start the confined process: {error}")),
    };
    let program = Program {
        main: Pid::from_child(&child),
        #[cfg(target_os = "linux")]
        init: init.as_ref().map(super::init::Init::pid),
        #[cfg(not(target_os = "linux"))]
        init: None,
    };
    let ended = program.watch(spec);
    let survivors = if matches!(ended, Watched::Exited(_)) { program.survivors() } else { 0 };
    let left = program.kill_all();
    // Closed since the program began, and nobody is left who could hold it.
    let mut unconfined = String::new();
    let _ = channel.read_to_string(&mut unconfined);
    if !unconfined.is_empty() {
        return failed(unconfined);
    }
    #[cfg(target_os = "linux")]
    let ended = match ended {
        Watched::Exited(_) if group.as_ref().is_some_and(super::cgroup::Cgroup::ran_out_of_memory) => {
            Watched::Limit(Ended::TooMuchMemory)
        }
        other => other,
    };
    let (exit, ended) = match ended {
        Watched::Limit(limit) => (None, limit),
        Watched::Exited(status) => match (status.exit_status(), status.terminating_signal()) {
            (Some(code), _) => (Some(code), Ended::Exited),
            (None, Some(signal)) => (None, Ended::Signalled(signal)),
            (None, None) => (None, Ended::Signalled(0)),
        },
    };
    Report { exit, ended, survivors, left, error: None }
}

/// The confined process, and the other end of the channel on which it says that it could not confine itself.
fn start(spec: &Spec) -> std::io::Result<(Child, UnixStream)> {
    use std::os::unix::process::CommandExt;
    let text = serde_json::to_string(spec)?;
    let output = std::io::stderr().as_fd().try_clone_to_owned()?;
    // stdout of this process is the report's; the program's own stdout and stderr share one pipe, in order.
    let (channel, theirs) = UnixStream::pair()?;
    let child = Command::new(super::own_exe())
        .arg0("g1")
        .args([SUBCOMMAND, "exec", &text])
        .env_clear()
        .stdin(Stdio::from(OwnedFd::from(theirs)))
        .stdout(Stdio::from(output))
        .stderr(Stdio::inherit())
        .spawn()?;
    Ok((child, channel))
}

#[derive(Clone, Copy)]
enum Watched {
    Exited(rustix::process::WaitStatus),
    Limit(Ended),
}

/// What was seen of a program until now.
#[derive(Default)]
struct Looks {
    ticks: u32,
    /// How often without a break files waited in a socket to be received.
    in_flight: u32,
}

/// A program that runs, with all that it starts.
struct Program {
    main: Pid,
    /// The first process of its namespace, where it has one.
    init: Option<Pid>,
}

impl Program {
    fn watch(&self, spec: &Spec) -> Watched {
        let deadline = Instant::now() + Duration::from_millis(spec.limits.wall_ms);
        let mut looks = Looks::default();
        loop {
            match waitpid(Some(self.main), WaitOptions::NOHANG) {
                Ok(Some((_, status))) => return Watched::Exited(status),
                Ok(None) | Err(rustix::io::Errno::INTR) => {}
                Err(_) => return Watched::Limit(Ended::Signalled(0)),
            }
            if stdin_is_closed(self.main) {
                return Watched::Limit(Ended::Stopped);
            }
            if Instant::now() >= deadline {
                return Watched::Limit(Ended::TimedOut);
            }
            if let Some(limit) = self.over_limits(spec, &mut looks) {
                return Watched::Limit(limit);
            }
            self.reap_orphans();
        }
    }

    fn over_limits(&self, spec: &Spec, looks: &mut Looks) -> Option<Ended> {
        looks.ticks = looks.ticks.wrapping_add(1);
        let processes = self.processes();
        if processes.len() > spec.limits.processes as usize {
            return Some(Ended::TooManyProcesses);
        }
        // The sums cost more than the count: every fifth tick is often enough for what takes seconds to grow.
        if !looks.ticks.is_multiple_of(5) {
            return None;
        }
        let counted = !spec.cgroups.is_empty();
        let named: Option<u64> = spec.write.iter().map(|dir| disk_bytes(dir)).sum();
        let (Some(named), Some(Kept { nameless, uncounted })) =
            (named, kept(|| self.processes(), &spec.write, counted))
        else {
            return Some(Ended::Hidden);
        };
        looks.in_flight = if uncounted.in_flight { looks.in_flight + 1 } else { 0 };
        let resident: u64 = processes.iter().map(|pid| resident_bytes(*pid)).sum();
        if resident + uncounted.memory > spec.limits.memory_bytes {
            return Some(Ended::TooMuchMemory);
        }
        // Nobody can tell how large those are.
        let mapped = uncounted.mapped.saturating_mul(spec.limits.file_bytes);
        if (named + nameless).saturating_add(mapped) > spec.limits.disk_bytes {
            return Some(Ended::TooMuchDisk);
        }
        (looks.in_flight >= LOOKS_IN_FLIGHT).then_some(Ended::Hidden)
    }

    fn processes(&self) -> Vec<Pid> {
        let mut processes = descendants();
        processes.retain(|pid| Some(*pid) != self.init);
        processes
    }

    /// How many are still there after the program itself has ended.
    fn survivors(&self) -> u32 {
        let left = |pid: &&Pid| **pid != self.main && is_alive(**pid);
        u32::try_from(self.processes().iter().filter(left).count()).unwrap_or(u32::MAX)
    }

    /// Kills every descendant and reaps it. Returns how many are left.
    fn kill_all(&self) -> u32 {
        let deadline = Instant::now() + KILL_GRACE;
        if let Some(init) = self.init {
            // With the first of a namespace the kernel ends all of them.
            let _ = kill_process(init, Signal::KILL);
        }
        loop {
            // The program's own group at once, which ends a fork bomb in one system call; then who left the group. They
            // are stopped first: what is stopped cannot fork away while the others are killed.
            let _ = rustix::process::kill_process_group(self.main, Signal::KILL);
            for pid in &descendants() {
                let _ = kill_process(*pid, Signal::STOP);
            }
            for pid in &descendants() {
                let _ = kill_process(*pid, Signal::KILL);
            }
            loop {
                match wait(WaitOptions::NOHANG) {
                    Ok(Some(_)) | Err(rustix::io::Errno::INTR) => {}
                    Ok(None) => break,
                    // No child of any kind is left.
                    Err(_) => return 0,
                }
            }
            if Instant::now() >= deadline {
                // There is a child, be it one that was gone when it was looked for.
                return u32::try_from(descendants().len()).unwrap_or(u32::MAX).max(1);
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Zombies of daemons that ended while the program still runs.
    fn reap_orphans(&self) {
        for pid in self.processes() {
            if pid != self.main && state(pid) == Some('Z') {
                let _ = waitpid(Some(pid), WaitOptions::NOHANG);
            }
        }
    }
}

/// Waits one tick, or until the program ends or G1 closes the other end of stdin; true for the latter.
fn stdin_is_closed(pid: Pid) -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let stdin = std::io::stdin();
    let timeout = Timespec { tv_sec: 0, tv_nsec: i64::from(TICK.subsec_nanos()) };
    #[cfg(target_os = "linux")]
    let pidfd = rustix::process::pidfd_open(pid, rustix::process::PidfdFlags::empty()).ok();
    #[cfg(not(target_os = "linux"))]
    let (pidfd, _) = (None::<std::os::fd::OwnedFd>, pid);
    let mut fds = vec![PollFd::new(&stdin, PollFlags::IN)];
    if let Some(pidfd) = &pidfd {
        fds.push(PollFd::new(pidfd, PollFlags::IN));
    }
    if poll(&mut fds, Some(&timeout)).is_err() {
        return false;
    }
    let happened = fds.first().map_or(PollFlags::empty(), PollFd::revents);
    // Nothing is ever written to it: whatever happens on it is its end.
    happened.intersects(PollFlags::IN | PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL)
}

fn state(pid: Pid) -> Option<char> {
    let stat = fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero())).ok()?;
    stat.rsplit_once(") ")?.1.chars().next()
}

/// All processes below this one, nearest first. Without `/proc/<pid>/task/<tid>/children` (an option of the kernel) the
/// whole of /proc is searched.
fn descendants() -> Vec<Pid> {
    let me = rustix::process::getpid();
    let mut found = vec![];
    let mut queue = vec![me];
    while let Some(pid) = queue.pop() {
        let Some(children) = children_of(pid) else { return descendants_by_parent(me) };
        for child in children {
            if !found.contains(&child) {
                found.push(child);
                queue.push(child);
            }
        }
    }
    found
}

/// `None` when the kernel does not offer the list. A process that has just ended has no children.
fn children_of(pid: Pid) -> Option<Vec<Pid>> {
    let tasks = match fs::read_dir(format!("/proc/{}/task", pid.as_raw_nonzero())) {
        Ok(tasks) => tasks,
        Err(_) if pid == rustix::process::getpid() => return None,
        Err(_) => return Some(vec![]),
    };
    let mut children = vec![];
    for task in tasks.flatten() {
        match fs::read_to_string(task.path().join("children")) {
            Ok(text) => children.extend(text.split_whitespace().filter_map(parse_pid)),
            Err(_) if task.path().join("stat").exists() => return None,
            Err(_) => {}
        }
    }
    Some(children)
}

fn parse_pid(text: &str) -> Option<Pid> {
    text.parse().ok().and_then(Pid::from_raw)
}

fn descendants_by_parent(me: Pid) -> Vec<Pid> {
    let parent_of = |pid: Pid| {
        let stat = fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero())).ok()?;
        parse_pid(stat.rsplit_once(") ")?.1.split(' ').nth(1)?)
    };
    let all: Vec<(Pid, Option<Pid>)> = fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| parse_pid(entry.file_name().to_str()?))
        .map(|pid| (pid, parent_of(pid)))
        .collect();
    let mut found: Vec<Pid> = vec![];
    loop {
        let new: Vec<Pid> = all
            .iter()
            .filter(|(pid, parent)| !found.contains(pid) && parent.is_some_and(|p| p == me || found.contains(&p)))
            .map(|(pid, _)| *pid)
            .collect();
        if new.is_empty() {
            return found;
        }
        found.extend(new);
    }
}
