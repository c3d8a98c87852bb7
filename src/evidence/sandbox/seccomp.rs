//! The system calls a generated program has no business with.
//!
//! Landlock confines opening files, TCP, abstract sockets and signals. What it leaves open is denied here: other socket
//! families and types, changing modes and owners of files that are merely readable, other processes' limits and memory,
//! namespaces, mounts, keys, BPF, io_uring.

use nix::libc;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen::Dword, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
};
use std::collections::BTreeMap;

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// x86-64 kernels may know every call by a second number.
#[cfg(target_arch = "x86_64")]
const X32: Option<i64> = Some(0x4000_0000);
#[cfg(not(target_arch = "x86_64"))]
const X32: Option<i64> = None;

/// `counted`: a control group counts what lies in memory.
pub(super) fn apply(signals_are_scoped: bool, counted: bool) -> Result<(), seccompiler::Error> {
    let deny = u32::try_from(libc::EPERM).unwrap_or(1);
    let unknown = u32::try_from(libc::ENOSYS).unwrap_or(38);
    install(denied(signals_are_scoped)?, SeccompAction::Errno(deny))?;
    // Programs copy files with their modes and times as a matter of course: these calls succeed and do nothing.
    install(without_effect()?, SeccompAction::Errno(0))?;
    install(other_requests()?, SeccompAction::Errno(u32::try_from(libc::ENOTTY).unwrap_or(25)))?;
    install(unknown_calls(counted), SeccompAction::Errno(unknown))
}

fn install(rules: Rules, action: SeccompAction) -> Result<(), seccompiler::Error> {
    let arch = std::env::consts::ARCH.try_into().map_err(seccompiler::Error::Backend)?;
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, action, arch).map_err(seccompiler::Error::Backend)?;
    let program: BpfProgram = filter.try_into().map_err(seccompiler::Error::Backend)?;
    seccompiler::apply_filter(&program)
}

fn always(calls: &[i64]) -> Rules {
    calls.iter().flat_map(|call| numbers(*call)).map(|call| (call, vec![])).collect()
}

fn numbers(call: i64) -> impl Iterator<Item = i64> {
    [Some(call), X32.map(|x32| x32 | call)].into_iter().flatten()
}

/// The call is matched when all conditions of one rule hold: (argument, comparison, value).
fn when(rules: &mut Rules, call: i64, alternatives: &[&[(u8, SeccompCmpOp, u64)]]) -> Result<(), seccompiler::Error> {
    for number in numbers(call) {
        for conditions in alternatives {
            let conditions: Result<Vec<_>, _> = conditions
                .iter()
                .map(|(arg, op, value)| SeccompCondition::new(*arg, Dword, op.clone(), *value))
                .collect();
            let rule = conditions.and_then(SeccompRule::new).map_err(seccompiler::Error::Backend)?;
            rules.entry(number).or_default().push(rule);
        }
    }
    Ok(())
}

fn bits(value: i32) -> u64 {
    u64::from(value.cast_unsigned())
}

fn denied(signals_are_scoped: bool) -> Result<Rules, seccompiler::Error> {
    use SeccompCmpOp::{Eq, MaskedEq, Ne};
    let mut rules = always(DENIED);
    #[cfg(target_arch = "x86_64")]
    rules.extend(always(&[libc::SYS_inotify_init]));
    #[cfg(target_arch = "x86_64")]
    rules.extend(always(&[libc::SYS_mknod]));
    #[cfg(target_arch = "x86_64")]
    rules.extend(always(&[libc::SYS_iopl, libc::SYS_ioperm, libc::SYS_modify_ldt]));

    // Sockets: TCP over IP only. MPTCP and SCTP would pass Landlock by; a Unix socket reaches daemons such as Docker's.
    let kind = MaskedEq(0xf);
    let (inet, inet6) = (bits(libc::AF_INET), bits(libc::AF_INET6));
    let stream = bits(libc::SOCK_STREAM);
    when(&mut rules, libc::SYS_socket, &[&[(0, Ne, inet), (0, Ne, inet6)]])?;
    for other in (0..16).filter(|other| *other != stream) {
        when(&mut rules, libc::SYS_socket, &[&[(1, kind.clone(), other)]])?;
    }
    when(&mut rules, libc::SYS_socket, &[&[(2, Ne, 0), (2, Ne, bits(libc::IPPROTO_TCP))]])?;
    // Pairs are for life only where they are connections: the others can be sent to any socket that has a path.
    when(&mut rules, libc::SYS_socketpair, &[&[(0, Ne, bits(libc::AF_UNIX))]])?;
    let lasting = [stream, bits(libc::SOCK_SEQPACKET)];
    for other in (0..16).filter(|other| !lasting.contains(other)) {
        when(&mut rules, libc::SYS_socketpair, &[&[(1, kind.clone(), other)]])?;
    }
    // Data in the first packet connects without `connect`.
    let fast_open = bits(libc::MSG_FASTOPEN);
    for (call, flags) in [(libc::SYS_sendto, 3), (libc::SYS_sendmsg, 2), (libc::SYS_sendmmsg, 3)] {
        when(&mut rules, call, &[&[(flags, MaskedEq(fast_open), fast_open)]])?;
    }

    // Folders that their own user may not list: nobody could count or remove what is in them.
    for few in (0..0o7).map(|bits| bits << 6) {
        #[cfg(target_arch = "x86_64")]
        when(&mut rules, libc::SYS_mkdir, &[&[(1, MaskedEq(0o700), few)]])?;
        when(&mut rules, libc::SYS_mkdirat, &[&[(2, MaskedEq(0o700), few)]])?;
        when(&mut rules, libc::SYS_umask, &[&[(0, MaskedEq(0o700), few + 0o100)]])?;
    }

    // New namespaces of any kind.
    for flag in [
        libc::CLONE_NEWNS,
        libc::CLONE_NEWCGROUP,
        libc::CLONE_NEWUTS,
        libc::CLONE_NEWIPC,
        libc::CLONE_NEWUSER,
        libc::CLONE_NEWPID,
        libc::CLONE_NEWNET,
    ] {
        when(&mut rules, libc::SYS_clone, &[&[(0, MaskedEq(bits(flag)), bits(flag))]])?;
    }
    // Threads that have files of their own: who looks at a process sees those of one thread.
    let (thread, files) = (bits(libc::CLONE_THREAD), bits(libc::CLONE_FILES));
    when(&mut rules, libc::SYS_clone, &[&[(0, MaskedEq(thread | files), thread)]])?;
    when(&mut rules, libc::SYS_close_range, &[&[(2, MaskedEq(CLOSE_RANGE_UNSHARE), CLOSE_RANGE_UNSHARE)]])?;
    // Another process's limits, and the processors that it runs on.
    when(&mut rules, libc::SYS_prlimit64, &[&[(0, Ne, 0)]])?;
    when(&mut rules, libc::SYS_sched_setaffinity, &[&[(0, Ne, 0)]])?;
    // A process that its own user may not look into could keep anything.
    when(&mut rules, libc::SYS_prctl, &[&[(0, Eq, bits(libc::PR_SET_DUMPABLE)), (1, Ne, 1)]])?;
    // "Now" for a path: who touches a file makes it only when this fails (Python's `Path.touch`).
    when(&mut rules, libc::SYS_utimensat, &[&[(1, Ne, 0), (2, Eq, 0)]])?;
    if !signals_are_scoped {
        // Everybody at once, or a process group other than the own.
        when(&mut rules, libc::SYS_kill, &[&[(0, SeccompCmpOp::Ge, 0x8000_0000)]])?;
    }
    Ok(rules)
}

fn without_effect() -> Result<Rules, seccompiler::Error> {
    use SeccompCmpOp::{Eq, Ne};
    #[cfg(target_arch = "x86_64")]
    let by_path: &[i64] =
        &[libc::SYS_chmod, libc::SYS_chown, libc::SYS_lchown, libc::SYS_utime, libc::SYS_utimes, libc::SYS_futimesat];
    #[cfg(not(target_arch = "x86_64"))]
    let by_path: &[i64] = &[];
    let mut rules = always(by_path);
    rules.extend(always(&[libc::SYS_fchmod, libc::SYS_fchmodat, FCHMODAT2, libc::SYS_fchown, libc::SYS_fchownat]));
    when(&mut rules, libc::SYS_utimensat, &[&[(2, Ne, 0)], &[(1, Eq, 0)]])?;
    // Buffers of sockets are memory that nobody counts: they stay as large as they are.
    for option in [libc::SO_SNDBUF, libc::SO_RCVBUF, libc::SO_SNDBUFFORCE, libc::SO_RCVBUFFORCE] {
        when(&mut rules, libc::SYS_setsockopt, &[&[(1, Eq, bits(libc::SOL_SOCKET)), (2, Eq, bits(option))]])?;
    }
    Ok(rules)
}

/// Requests of `ioctl` other than what terminals, pipes and sockets are asked in a program's everyday life: some change
/// flags of files that are merely readable, some type into a terminal.
fn other_requests() -> Result<Rules, seccompiler::Error> {
    let everyday = EVERYDAY_REQUESTS.iter().map(|request| (1, SeccompCmpOp::Ne, *request));
    let mut rules = Rules::new();
    when(&mut rules, libc::SYS_ioctl, &[&everyday.collect::<Vec<_>>()])?;
    Ok(rules)
}

/// TCGETS, TCSETS, TCSETSW, TCSETSF, TIOCGPGRP, TIOCSPGRP, TIOCGWINSZ, FIONREAD, FIONBIO, TIOCNOTTY, TIOCGSID, FIONCLEX,
/// FIOCLEX, FIOASYNC and TCGETS2, as ioctl_list(2) has them.
const EVERYDAY_REQUESTS: &[u64] = &[
    0x5401,
    0x5402,
    0x5403,
    0x5404,
    0x540F,
    0x5410,
    0x5413,
    0x541B,
    0x5421,
    0x5422,
    0x5429,
    0x5450,
    0x5451,
    0x5452,
    0x802C_542A,
];

/// Calls that are answered as by a kernel that does not have them.
fn unknown_calls(counted: bool) -> Rules {
    // Its flags are behind a pointer that a filter cannot read; the C library then uses clone, whose flags it can.
    let mut calls = vec![libc::SYS_clone3];
    // Memory that nobody sees, and files in memory that only a control group counts wherever they are.
    calls.push(MEMFD_SECRET);
    if !counted {
        calls.push(libc::SYS_memfd_create);
    }
    // What kernels newer than this list have, or will have: 463 came with Linux 6.13. Programs do without.
    calls.extend(463..512);
    let mut rules = always(&calls);
    // Some calls have a number of their own on x32, which would pass by the rules for the others.
    rules.extend(X32.into_iter().flat_map(|x32| (512..548).map(move |call| (x32 | call, vec![]))));
    rules
}

/// The same on every architecture; the C library's crate does not name it everywhere.
const FCHMODAT2: i64 = 452;
const MEMFD_SECRET: i64 = 447;
const CLOSE_RANGE_UNSHARE: u64 = 2;

const DENIED: &[i64] = &[
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_process_madvise,
    libc::SYS_kcmp,
    libc::SYS_pidfd_getfd,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_open_tree,
    libc::SYS_move_mount,
    libc::SYS_fsopen,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fspick,
    libc::SYS_mount_setattr,
    libc::SYS_name_to_handle_at,
    libc::SYS_open_by_handle_at,
    libc::SYS_fanotify_init,
    // Landlock does not keep a program from watching folders that it may not list.
    libc::SYS_inotify_init1,
    libc::SYS_setxattr,
    libc::SYS_lsetxattr,
    libc::SYS_fsetxattr,
    libc::SYS_removexattr,
    libc::SYS_lremovexattr,
    libc::SYS_fremovexattr,
    libc::SYS_mknodat,
    libc::SYS_shmget,
    libc::SYS_shmat,
    libc::SYS_semget,
    libc::SYS_msgget,
    libc::SYS_mq_open,
    libc::SYS_setpriority,
    libc::SYS_ioprio_set,
    libc::SYS_sched_setscheduler,
    libc::SYS_sched_setparam,
    libc::SYS_sched_setattr,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_kexec_load,
    libc::SYS_reboot,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_acct,
    libc::SYS_quotactl,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_clock_adjtime,
    libc::SYS_adjtimex,
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
    libc::SYS_syslog,
    libc::SYS_vhangup,
    libc::SYS_personality,
];
