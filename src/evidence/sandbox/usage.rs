//! What the processes of a program have, as `/proc` and the folders that they write tell it to their own user.

use rustix::process::Pid;
use std::{
    collections::BTreeMap,
    fs,
    io::ErrorKind,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    time::Duration,
};

/// How often one is looked at that lets nobody look, and how long it is left alone in between: one that is about to
/// become another program, or to end, is soon another sight.
const LOOKS: u32 = 3;
const BETWEEN_LOOKS: Duration = Duration::from_millis(10);
/// PF_EXITING of the kernel, in the flags of proc_pid_stat(5).
const EXITING: u32 = 0x4;
/// What a file takes at least, be it empty: a page, or as much for its name and inode.
const LEAST_OF_A_FILE: u64 = 4096;

/// Bytes of files that are open and have no name any more, or never had one: removed ones, and those in memory. `None`
/// where a process that lives does not let its own user look at its files, whenever that is tried.
pub(super) fn nameless_bytes(processes: impl Fn() -> Vec<Pid>) -> Option<u64> {
    (0..LOOKS).find_map(|look| {
        if look > 0 {
            std::thread::sleep(BETWEEN_LOOKS);
        }
        nameless_now(&processes())
    })
}

fn nameless_now(processes: &[Pid]) -> Option<u64> {
    let mut files = BTreeMap::new();
    for pid in processes {
        for path in open_files(*pid)? {
            // Followed: what is open is told of, not the link.
            match fs::metadata(path) {
                Ok(meta) if meta.is_file() && meta.nlink() == 0 => {
                    files.insert((meta.dev(), meta.ino()), meta.blocks() * 512);
                }
                _ => {}
            }
        }
    }
    Some(files.values().sum())
}

/// `None` where a process that lives does not let its own user look.
fn open_files(pid: Pid) -> Option<Vec<PathBuf>> {
    for task in living_tasks(pid) {
        match fs::read_dir(task.join("fd")) {
            // All threads of a process have the same files open.
            Ok(open) => return Some(open.flatten().map(|entry| entry.path()).collect()),
            // The kernel gives what has no memory any more to root, and with it the list of its files.
            Err(error) if error.kind() == ErrorKind::PermissionDenied && !is_ending(&task) => return None,
            Err(_) => {}
        }
    }
    Some(vec![])
}

/// Whether any thread of a process runs, be it without the first one.
pub(super) fn is_alive(pid: Pid) -> bool {
    living_tasks(pid).next().is_some()
}

fn living_tasks(pid: Pid) -> impl Iterator<Item = PathBuf> {
    let tasks = fs::read_dir(format!("/proc/{}/task", pid.as_raw_nonzero()));
    tasks.into_iter().flatten().flatten().map(|task| task.path()).filter(|task| !is_ending(task))
}

/// Gone, a zombie, or on the way: its memory is given back before its files are closed, and nothing of its own can happen
/// in between. No program can look like that for long and go on.
fn is_ending(task: &Path) -> bool {
    let Ok(stat) = fs::read_to_string(task.join("stat")) else { return true };
    let mut fields = stat.rsplit_once(") ").map_or("", |(_, fields)| fields).split(' ');
    let state = fields.next().unwrap_or_default();
    // Behind its parent, group, session, terminal and the terminal's group.
    let flags = fields.nth(5).and_then(|text| text.parse::<u32>().ok()).unwrap_or_default();
    matches!(state, "Z" | "X" | "x") || flags & EXITING != 0
}

/// All threads of a process have the same memory; the first one may have ended and tells nothing of it.
pub(super) fn resident_bytes(pid: Pid) -> u64 {
    let told = living_tasks(pid).find_map(|task| {
        let status = fs::read_to_string(task.join("status")).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        line.split_whitespace().next()?.parse::<u64>().ok()
    });
    told.unwrap_or_default() * 1024
}

/// Bytes below a directory; links are not followed. `None` where something lies deeper than a path can say.
pub(super) fn disk_bytes(dir: &Path) -> Option<u64> {
    let mut bytes = 0;
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            // It is gone, or something else by now.
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => continue,
            Err(_) => return None,
        };
        for entry in entries.flatten() {
            match entry.metadata() {
                Ok(meta) if meta.is_dir() => {
                    folders.push(entry.path());
                    bytes += LEAST_OF_A_FILE;
                }
                Ok(meta) if meta.is_file() => bytes += meta.len().max(LEAST_OF_A_FILE),
                _ => bytes += LEAST_OF_A_FILE,
            }
        }
    }
    Some(bytes)
}
