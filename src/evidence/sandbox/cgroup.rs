//! A control group for one program, where the machine lets this process make one: then the kernel itself bounds the sum of
//! its memory, with files in memory that no process holds open any more, and the number of its tasks, also for root.
//! Both versions of the interface, as cgroups(7) has them.

use super::Limits;
use std::{
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

const MOUNTED: &str = "/sys/fs/cgroup";
/// As long as the kernel may take to notice that the last process is gone.
const EMPTYING: Duration = Duration::from_secs(1);

/// The folders of one group: one, or one for each controller. Dropping it removes them.
#[derive(Debug)]
pub(super) struct Cgroup {
    folders: Vec<PathBuf>,
}

impl Cgroup {
    /// A group below the one that this process is in. `None` where it may make none, or one without limits.
    pub fn make(limits: &Limits) -> Option<Self> {
        let own = fs::read_to_string("/proc/self/cgroup").ok()?;
        let name = format!("g1-{}", std::process::id());
        // Files of a scratch copy may lie in memory: they are counted there, too.
        let memory = (limits.memory_bytes + limits.disk_bytes).to_string();
        let tasks = (u64::from(limits.processes) + u64::from(limits.threads)).to_string();
        let mut made = Self { folders: vec![] };
        if let Some(parent) = unified(&own) {
            // Refused where processes are in the parent, unless it is the root of all; then no file of limits is there.
            let _ = fs::write(parent.join("cgroup.subtree_control"), "+memory +pids");
            let folder = made.folder(&parent, &name)?;
            if fs::write(folder.join("memory.max"), &memory).is_ok()
                && fs::write(folder.join("pids.max"), &tasks).is_ok()
            {
                let _ = fs::write(folder.join("memory.swap.max"), "0");
                return Some(made);
            }
            drop(made);
            made = Self { folders: vec![] };
        }
        for (controller, file, value) in [("memory", "memory.limit_in_bytes", &memory), ("pids", "pids.max", &tasks)] {
            let folder = made.folder(&separate(&own, controller)?, &name)?;
            fs::write(folder.join(file), value).ok()?;
        }
        Some(made)
    }

    fn folder(&mut self, parent: &Path, name: &str) -> Option<PathBuf> {
        let folder = parent.join(name);
        // One that a killed supervisor of the same number left.
        let _ = fs::remove_dir(&folder);
        fs::create_dir(&folder).ok()?;
        self.folders.push(folder.clone());
        Some(folder)
    }

    pub fn folders(&self) -> &[PathBuf] {
        &self.folders
    }

    /// True when the kernel killed a process because all together had too much.
    pub fn ran_out_of_memory(&self) -> bool {
        let counts =
            self.folders.iter().flat_map(|folder| ["memory.events", "memory.oom_control"].map(|f| folder.join(f)));
        counts.filter_map(|file| fs::read_to_string(file).ok()).any(|text| {
            let killed = text.lines().find_map(|line| line.strip_prefix("oom_kill "));
            killed.is_some_and(|count| count.trim() != "0")
        })
    }
}

impl Drop for Cgroup {
    fn drop(&mut self) {
        let deadline = Instant::now() + EMPTYING;
        for folder in &self.folders {
            while let Err(error) = fs::remove_dir(folder)
                && error.kind() != io::ErrorKind::NotFound
                && Instant::now() < deadline
            {
                std::thread::sleep(Duration::from_millis(2));
            }
        }
    }
}

/// Moves this process into the group of these folders.
pub(super) fn enter(folders: &[PathBuf]) -> io::Result<()> {
    folders.iter().try_for_each(|folder| fs::write(folder.join("cgroup.procs"), "0"))
}

/// Version 2: `0::/user.slice`. Beside version 1 it lies elsewhere and has no controllers.
fn unified(own: &str) -> Option<PathBuf> {
    let path = own.lines().find_map(|line| line.strip_prefix("0::/"))?;
    let folder = Path::new(MOUNTED).join(path);
    folder.join("cgroup.controllers").is_file().then_some(folder)
}

/// Version 1: `4:memory:/user.slice`. Inside of a container the path may be that of the machine outside.
fn separate(own: &str, controller: &str) -> Option<PathBuf> {
    let path = own.lines().find_map(|line| {
        let (controllers, path) = line.split_once(':')?.1.split_once(':')?;
        controllers.split(',').any(|one| one == controller).then_some(path)
    })?;
    let root = Path::new(MOUNTED).join(controller);
    let below = root.join(path.trim_start_matches('/'));
    [below, root].into_iter().find(|folder| folder.join("cgroup.procs").is_file())
}
