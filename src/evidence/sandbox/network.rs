//! A network of the program's own: nothing but its loopback interface, and one port that G1's side can call.
//!
//! Landlock confines TCP to a port, on whatever host. In a network namespace without routes there is no other host, and a
//! socket that listens without having been bound is heard by nobody outside. The port is relayed: a listener that was
//! opened before the namespace changed still belongs to the outside.

use super::spec::Spec;
use nix::sched::{CloneFlags, unshare};
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, recv, send, socket_with};
use std::{
    fs, io,
    net::{Ipv4Addr, Shutdown, TcpListener, TcpStream},
    thread,
};

/// Leaves the network of the machine for a new one, whose loopback interface is up. Only for a process with one thread.
///
/// # Errors
/// Words on what the kernel, a container or a security module does not permit.
pub(super) fn leave() -> Result<(), String> {
    if rustix::process::geteuid().is_root() && unshare(CloneFlags::CLONE_NEWNET).is_ok() {
        return raise_loopback();
    }
    let (user, group) = (rustix::process::geteuid().as_raw(), rustix::process::getegid().as_raw());
    unshare(CloneFlags::CLONE_NEWUSER | CloneFlags::CLONE_NEWNET).map_err(|error| format!("unshare: {error}"))?;
    // Nobody changes identity inside: the one user and group are who they were.
    for (file, text) in [
        ("setgroups", "deny".to_owned()),
        ("uid_map", format!("{user} {user} 1")),
        ("gid_map", format!("{group} {group} 1")),
    ] {
        fs::write(format!("/proc/self/{file}"), text).map_err(|error| format!("{file}: {error}"))?;
    }
    raise_loopback()
}

/// `ip link set lo up`, as rtnetlink(7) has it: one RTM_NEWLINK, acknowledged with an error code of 0.
fn raise_loopback() -> Result<(), String> {
    const LENGTH: u32 = 32;
    const RTM_NEWLINK: u16 = 16;
    const REQUEST_AND_ACK: u16 = 1 | 4;
    /// The loopback interface of every namespace.
    const LOOPBACK: u32 = 1;
    const UP: u32 = 1;
    let mut request = Vec::with_capacity(LENGTH as usize);
    request.extend(LENGTH.to_ne_bytes());
    request.extend(RTM_NEWLINK.to_ne_bytes());
    request.extend(REQUEST_AND_ACK.to_ne_bytes());
    // Sequence number and sender, then address family and hardware type.
    request.extend([0; 12]);
    for word in [LOOPBACK, UP, UP] {
        request.extend(word.to_ne_bytes());
    }
    let told = |error: rustix::io::Errno| format!("loopback interface: {error}");
    let socket = socket_with(AddressFamily::NETLINK, SocketType::RAW, SocketFlags::CLOEXEC, None).map_err(told)?;
    send(&socket, &request, SendFlags::empty()).map_err(told)?;
    let mut answer = [0_u8; 256];
    let (_, length) = recv(&socket, &mut answer, RecvFlags::empty()).map_err(told)?;
    // Behind the header of 16 bytes: the negated error number.
    let code = answer.get(16..20).filter(|_| length >= 20).and_then(|bytes| bytes.try_into().ok());
    match code.map(i32::from_ne_bytes) {
        Some(0) => Ok(()),
        Some(code) => Err(format!("loopback interface: {}", io::Error::from_raw_os_error(code.wrapping_neg()))),
        None => Err("loopback interface: no answer".to_owned()),
    }
}

/// Takes the program's port on the machine's side of the border, if it has one.
///
/// # Errors
/// Somebody else has it.
pub(super) fn outside(spec: &Spec) -> io::Result<Option<TcpListener>> {
    spec.port.map(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, port))).transpose()
}

/// Carries connections from `outside` to the same port inside, until this process ends. A connection that comes before
/// the program listens is closed at once, as if nobody were there.
pub(super) fn relay(outside: TcpListener, port: u16) -> io::Result<()> {
    thread::Builder::new()
        .spawn(move || {
            for caller in outside.incoming().flatten() {
                // One that cannot be carried is dropped, which its caller sees.
                let _ = thread::Builder::new().spawn(move || carry(&caller, port));
            }
        })
        .map(drop)
}

fn carry(caller: &TcpStream, port: u16) -> io::Result<()> {
    let program = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    for stream in [caller, &program] {
        stream.set_nodelay(true)?;
    }
    thread::scope(|scope| {
        scope.spawn(|| one_way(caller, &program));
        one_way(&program, caller);
    });
    Ok(())
}

/// Copies until one side ends, and hands the end on.
fn one_way(mut from: &TcpStream, mut to: &TcpStream) {
    let copied = io::copy(&mut from, &mut to);
    let _ = to.shutdown(Shutdown::Write);
    if copied.is_err() {
        // Reset by one side: the other must not wait for the rest.
        let _ = from.shutdown(Shutdown::Both);
        let _ = to.shutdown(Shutdown::Both);
    }
}
