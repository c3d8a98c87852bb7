//! What the processes of a program have, as `/proc` and the folders that they write tell it to their own user.

use rustix::process::Pid;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::ErrorKind,
    os::unix::fs::{FileTypeExt, MetadataExt},
    path::{Path, PathBuf},
    time::Duration,
};

/// How often one is looked at that lets nobody look, and how long it is left alone in between: one that is about to
/// become another program, or to end, is soon another sight.
const LOOKS: u32 = 3;
const BETWEEN_LOOKS: Duration = Duration::from_millis(10);
/// PF_EXITING of the kernel, in the flags of proc_pid_stat(5).
const EXITING: u32 = 0x4;
/// What waits in a socket to be received, with what the kernel needs for it: buffers stay as large as they are by default.
const MOST_OF_A_SOCKET: u64 = 256 << 10;
/// What a file takes at least, be it empty: a page, or as much for its name and inode.
const LEAST_OF_A_FILE: u64 = 4096;

/// What processes have that lies in none of their folders.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// Bytes of files that are open and have no name any more, or never had one: removed ones, and those in memory.
    pub nameless: u64,
    /// What only a control group counts exactly; these are the most that it can be.
    pub uncounted: Uncounted,
}

#[derive(Debug, Default)]
pub(super) struct Uncounted {
    /// Bytes of memory that is shared, and of what waits in sockets to be received.
    pub memory: u64,
    /// Files without a name that are mapped and not open.
    pub mapped: u64,
    /// Files wait in a socket to be received.
    pub in_flight: bool,
}

/// `None` where a process that lives does not let its own user look at its files, whenever that is tried.
pub(super) fn kept(processes: impl Fn() -> Vec<Pid>, write: &[PathBuf], counted: bool) -> Option<Kept> {
    (0..LOOKS).find_map(|look| {
        if look > 0 {
            std::thread::sleep(BETWEEN_LOOKS);
        }
        kept_now(&processes(), write, counted)
    })
}

fn kept_now(processes: &[Pid], write: &[PathBuf], counted: bool) -> Option<Kept> {
    let (mut files, mut sockets) = (BTreeMap::new(), BTreeSet::new());
    let mut kept = Kept::default();
    for pid in processes {
        for path in open_files(*pid)? {
            // Followed: what is open is told of, not the link.
            match fs::metadata(&path) {
                Ok(meta) if meta.is_file() && meta.nlink() == 0 => {
                    files.insert((meta.dev(), meta.ino()), meta.blocks() * 512);
                }
                Ok(meta) if !counted && meta.file_type().is_socket() && sockets.insert(meta.ino()) => {
                    kept.uncounted.in_flight |= has_files_in_flight(&path);
                }
                _ => {}
            }
        }
    }
    kept.nameless = files.values().sum();
    if !counted {
        let (mut shared, mut mapped) = (BTreeMap::new(), BTreeSet::new());
        for pid in processes {
            let maps = living_tasks(*pid).find_map(|task| fs::read_to_string(task.join("maps")).ok());
            for map in maps.iter().flat_map(|maps| maps.lines()).filter_map(removed_map) {
                if map.path.starts_with("/dev/zero") {
                    let end = shared.entry(map.inode).or_insert(0);
                    *end = map.end.max(*end);
                } else if write.iter().any(|dir| Path::new(map.path).starts_with(dir))
                    && !files.keys().any(|(_, inode)| *inode == map.inode)
                {
                    mapped.insert(map.inode);
                }
            }
        }
        kept.uncounted.memory = shared.values().sum::<u64>() + sockets.len() as u64 * MOST_OF_A_SOCKET;
        kept.uncounted.mapped = mapped.len() as u64;
    }
    Some(kept)
}

/// What `/proc/<pid>/fdinfo` says of a Unix socket since Linux 5.6.
fn has_files_in_flight(open: &Path) -> bool {
    let (Some(number), Some(process)) = (open.file_name(), open.ancestors().nth(2)) else { return false };
    let info = fs::read_to_string(process.join("fdinfo").join(number)).unwrap_or_default();
    info.lines().find_map(|line| line.strip_prefix("scm_fds:")).is_some_and(|count| count.trim() != "0")
}

/// A part of a file that has no name any more, as a process sees it.
#[derive(Debug, PartialEq, Eq)]
struct RemovedMap<'a> {
    inode: u64,
    /// How far into the file it reaches.
    end: u64,
    path: &'a str,
}

/// A line of `/proc/<pid>/maps`: `7f00-7f10 rw-s 00000000 00:01 1042    /dev/zero (deleted)`.
fn removed_map(line: &str) -> Option<RemovedMap<'_>> {
    let line = line.strip_suffix(" (deleted)")?;
    let (fields, path) = line.split_at(line.find('/')?);
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let [range, _, offset, _, inode] = fields.as_slice() else { return None };
    let number = |text| u64::from_str_radix(text, 16).ok();
    let (from, to) = range.split_once('-')?;
    let length = number(to)?.checked_sub(number(from)?)?;
    Some(RemovedMap { inode: inode.parse().ok()?, end: number(offset)?.checked_add(length)?, path })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_name_any_more_is_read_from_the_maps() {
        let shared = "7f2c00000000-7f2c00001000 rw-s 00002000 00:01 1042                       /dev/zero (deleted)";
        assert_eq!(removed_map(shared), Some(RemovedMap { inode: 1042, end: 0x3000, path: "/dev/zero" }));
        let named = "55d0c0000000-55d0c0020000 r--p 00000000 08:01 393              /home/a b/x (deleted) (deleted)";
        assert_eq!(removed_map(named).map(|map| map.path), Some("/home/a b/x (deleted)"));
        for other in [
            "55d0c0000000-55d0c0020000 r--p 00000000 08:01 393              /usr/bin/python3",
            "7ffd00000000-7ffd00021000 rw-p 00000000 00:00 0                [stack]",
            "7ffd00000000-7ffd00021000 rw-p 00000000 00:00 0",
            "x-y rw-s 0 00:01 1 /dev/zero (deleted)",
            "20-10 rw-s 0 00:01 1 /dev/zero (deleted)",
            "/ (deleted)",
            "",
        ] {
            assert_eq!(removed_map(other), None, "{other}");
        }
    }
}
