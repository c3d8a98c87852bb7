//! Linux: limits, session, no privileges, Landlock, seccomp; then the process becomes the program.

use super::{
    EXEC_EXIT, Probed, SETUP_EXIT, cgroup, init, network, seccomp,
    spec::{INSIDE, Spec},
};
use crate::domain::evidence::SandboxLevel;
use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, LandlockStatus, NetPort, PathBeneath, PathFd, Ruleset,
    RulesetAttr, RulesetCreatedAttr, RulesetStatus, Scope,
};
use rustix::process::{Resource, Rlimit, Signal, setrlimit};
use rustix::thread::{CapabilitySet, CapabilitySets};
use std::{
    fs,
    io::Write,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::Command,
};

/// The newest interface asked for; an older kernel enforces what it has, and [`Probed::landlock_abi`] says so.
const NEWEST: ABI = ABI::V6;

/// What any dynamically linked program needs and everybody may read. Never a home, never `/proc`.
const SYSTEM: &[&str] = &[
    "/usr",
    "/lib",
    "/lib32",
    "/lib64",
    "/bin",
    "/sbin",
    "/nix/store",
    "/gnu/store",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/ld.so.preload",
    "/etc/localtime",
    "/etc/timezone",
    "/etc/mime.types",
    "/etc/hosts",
    "/etc/host.conf",
    "/etc/nsswitch.conf",
    "/etc/resolv.conf",
    "/etc/gai.conf",
    "/etc/protocols",
    "/etc/services",
    "/etc/passwd",
    "/etc/group",
    "/etc/ssl/openssl.cnf",
    "/etc/pki/tls/openssl.cnf",
    "/dev/urandom",
    "/dev/random",
    "/dev/zero",
];

type Failure = String;

/// Confines this process and becomes the program. Returns only when it cannot.
pub(super) fn exec(spec: &Spec) -> i32 {
    close_inherited_files();
    let mut channel = match take_channel() {
        Ok(channel) => channel,
        // There is nobody to tell.
        Err(_) => return SETUP_EXIT,
    };
    if let Err(error) = confine(spec) {
        let _ = channel.write_all(error.as_bytes());
        return SETUP_EXIT;
    }
    drop(channel);
    match become_program(spec) {
        Ok(code) => code,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "{error}");
            EXEC_EXIT
        }
    }
}

/// What stdin was, for nobody else: the program finds `/dev/null` in its place.
fn take_channel() -> std::io::Result<fs::File> {
    use std::os::fd::AsFd;
    let channel = std::io::stdin().as_fd().try_clone_to_owned()?;
    rustix::stdio::dup2_stdin(fs::File::open("/dev/null")?)?;
    Ok(channel.into())
}

/// Returns what the part of G1 that runs confined ended with, or why it is not the program.
fn become_program(spec: &Spec) -> Result<i32, Failure> {
    if let [INSIDE, request, response] = spec.argv.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        std::env::set_current_dir(&spec.cwd).map_err(|error| error.to_string())?;
        return Ok(crate::evidence::syntax::native::main(request, response));
    }
    let (program, args) = spec.argv.split_first().ok_or("nothing to run")?;
    let error = Command::new(program)
        .args(args)
        .env_clear()
        .envs(spec.env.iter().map(|(name, value)| (name, value)))
        .current_dir(&spec.cwd)
        .exec();
    Err(format!("{program}: {error}"))
}

fn confine(spec: &Spec) -> Result<(), Failure> {
    // The supervisor ends the session; should it be killed itself, the kernel ends the program.
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL)).map_err(|e| failure("death signal", e))?;
    rustix::process::setsid().map_err(|e| failure("session", e))?;
    let _ = rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    cgroup::enter(&spec.cgroups).map_err(|e| failure("control group", e))?;
    set_limits(spec)?;
    rustix::thread::set_no_new_privs(true).map_err(|e| failure("no new privileges", e))?;
    let landlock = restrict(spec)?;
    drop_privileges(spec.drop_to)?;
    seccomp::apply(landlock >= 6, !spec.cgroups.is_empty()).map_err(|e| failure("seccomp", e))?;
    let level = if landlock >= 1 { SandboxLevel::L2 } else { SandboxLevel::L1 };
    if level < spec.required {
        return Err(format!("level {:?} was promised, only {level:?} could be enforced", spec.required));
    }
    Ok(())
}

fn failure(what: &str, error: impl std::fmt::Display) -> Failure {
    format!("{what}: {error}")
}

/// Everything but stdin, stdout and stderr. What G1 opens is close-on-exec; what it inherited from a shell may not be.
pub(super) fn close_inherited_files() {
    let open: Vec<i32> = fs::read_dir("/proc/self/fd")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|fd| *fd > 2)
        .collect();
    for fd in open {
        // The one that listed the directory is closed already, which is no harm.
        let _ = nix::unistd::close(fd);
    }
}

fn set_limits(spec: &Spec) -> Result<(), Failure> {
    let limits = &spec.limits;
    // The kernel counts all processes and threads of the user; the supervisor counts this program's.
    let others = if spec.drop_to.is_some() { 0 } else { tasks_of_this_user() + 128 };
    let processes = u64::from(limits.processes) + u64::from(limits.threads) + others;
    for (name, resource, value) in [
        ("memory limit", Resource::As, limits.address_bytes),
        ("file size limit", Resource::Fsize, limits.file_bytes),
        ("open files limit", Resource::Nofile, limits.open_files),
        ("CPU time limit", Resource::Cpu, limits.cpu_s),
        ("core dump limit", Resource::Core, 0),
        ("process limit", Resource::Nproc, processes),
    ] {
        let hard = rustix::process::getrlimit(resource).maximum;
        let value = hard.map_or(value, |hard| hard.min(value));
        setrlimit(resource, Rlimit { current: Some(value), maximum: Some(value) }).map_err(|e| failure(name, e))?;
    }
    Ok(())
}

fn tasks_of_this_user() -> u64 {
    use std::os::unix::fs::MetadataExt;
    let me = rustix::process::getuid().as_raw();
    fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.file_name().to_str().is_some_and(|name| name.bytes().all(|b| b.is_ascii_digit())))
        .filter(|entry| entry.metadata().is_ok_and(|meta| meta.uid() == me))
        .map(|entry| fs::metadata(entry.path().join("task")).map_or(1, |meta| meta.nlink().saturating_sub(2)))
        .sum()
}

/// Landlock. Returns the interface version in force, 0 for none.
fn restrict(spec: &Spec) -> Result<u32, Failure> {
    let problem = |error: landlock::RulesetError| failure("landlock", error);
    let read = AccessFs::from_read(NEWEST);
    let everything = AccessFs::from_all(NEWEST);
    let of_file = AccessFs::from_file(NEWEST);
    let mut rules = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(everything)
        .and_then(|rules| rules.handle_access(AccessNet::from_all(NEWEST)))
        .and_then(|rules| rules.scope(Scope::from_all(NEWEST)))
        .and_then(Ruleset::create)
        .map_err(problem)?;
    let reads = SYSTEM.iter().map(PathBuf::from).chain(spec.read.iter().cloned()).map(|path| (path, read));
    let writes = spec.write.iter().cloned().map(|path| (path, everything));
    let null = (PathBuf::from("/dev/null"), AccessFs::ReadFile | AccessFs::WriteFile | AccessFs::IoctlDev);
    for (path, access) in reads.chain(writes).chain([null]) {
        // What does not exist needs no rule; a directory that must be there is missed by the program itself.
        let Ok(opened) = PathFd::new(&path) else { continue };
        let access = if is_directory(&path) { access } else { access & of_file };
        rules = rules.add_rule(PathBeneath::new(opened, access)).map_err(problem)?;
    }
    if let Some(port) = spec.port {
        rules = rules.add_rule(NetPort::new(port, AccessNet::from_all(NEWEST))).map_err(problem)?;
    }
    let status = rules.restrict_self().map_err(problem)?;
    Ok(match (status.ruleset, status.landlock) {
        (RulesetStatus::NotEnforced, _) => 0,
        (_, LandlockStatus::Available { effective_abi, .. }) => effective_abi as u32,
        _ => 0,
    })
}

fn is_directory(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|meta| meta.is_dir())
}

/// No capability survives, also not by executing something as root, and root becomes a nobody where asked.
fn drop_privileges(drop_to: Option<u32>) -> Result<(), Failure> {
    let _ = rustix::thread::clear_ambient_capability_set();
    for bit in 0..64 {
        // Needs a capability itself, so it fails for everybody who has none to lose.
        let _ = rustix::thread::remove_capability_from_bounding_set(CapabilitySet::from_bits_retain(1 << bit));
    }
    if let Some(id) = drop_to {
        let (uid, gid) = (rustix::process::Uid::from_raw(id), rustix::process::Gid::from_raw(id));
        rustix::thread::set_thread_groups(&[]).map_err(|e| failure("groups", e))?;
        rustix::thread::set_thread_res_gid(gid, gid, gid).map_err(|e| failure("group", e))?;
        rustix::thread::set_thread_res_uid(uid, uid, uid).map_err(|e| failure("user", e))?;
    }
    let none = CapabilitySet::empty();
    rustix::thread::set_capabilities(None, CapabilitySets { effective: none, permitted: none, inheritable: none })
        .map_err(|e| failure("capabilities", e))
}

/// Confines itself with everything there is and says what held.
pub(super) fn probe() -> i32 {
    let mut notes = vec![];
    let spec = Spec {
        argv: vec![],
        cwd: PathBuf::from("/"),
        env: vec![],
        read: vec![],
        write: vec![],
        port: Some(1),
        own_network: true,
        cgroup: true,
        cgroups: vec![],
        limits: super::Limits::default(),
        drop_to: None,
        required: SandboxLevel::L1,
    };
    // First, for these take what is given up after them.
    let cgroup = cgroup::Cgroup::make(&spec.limits).is_some();
    let own_network = network::leave();
    let own_processes = init::granted();
    let held = rustix::thread::set_no_new_privs(true)
        .map_err(|e| failure("no new privileges", e))
        .and_then(|()| set_limits(&spec))
        .and_then(|()| restrict(&spec))
        .and_then(|abi| drop_privileges(None).map(|()| abi))
        .and_then(|abi| seccomp::apply(abi >= 6, cgroup).map(|()| abi).map_err(|e| failure("seccomp", e)));
    let probed = match held {
        Err(error) => Probed {
            level: SandboxLevel::L0,
            landlock_abi: 0,
            own_network: false,
            own_processes: false,
            cgroup: false,
            notes: vec![error],
        },
        Ok(landlock_abi) => {
            match landlock_abi {
                0 => notes.push("no Landlock: files outside the scratch copy can be read and written".to_owned()),
                1..6 => notes.push(format!("Landlock {landlock_abi}: signals can leave the sandbox")),
                _ => {}
            }
            if let Err(why) = &own_network {
                let reach = if landlock_abi >= 4 { "the assigned port of other hosts" } else { "any port of any host" };
                notes.push(format!("no network of their own for programs ({why}): {reach} can be called"));
            }
            if !cgroup {
                notes.push(
                    "no control group: the kernel bounds the memory of each process only, and G1 looks four times a \
                     second at what all of them have and stops what has too much (for a moment, or with files that \
                     wait in sockets, a program may have more)"
                        .to_owned(),
                );
            }
            if !own_processes {
                notes.push(
                    "no process numbers of their own for programs: some that fork without end may escape".to_owned(),
                );
            }
            let level = if landlock_abi == 0 { SandboxLevel::L1 } else { SandboxLevel::L2 };
            Probed { level, landlock_abi, own_network: own_network.is_ok(), own_processes, cgroup, notes }
        }
    };
    let line = serde_json::to_string(&probed).unwrap_or_default();
    i32::from(std::io::stdout().write_all(line.as_bytes()).is_err())
}
