//! What G1 itself costs, without models and without what it runs: `cargo run --release --example flows -- [--tested] [RUNS…]`.
//!
//! A server with scripted replies and no delay runs in a process of its own; for each number of concurrent runs (default 1,
//! then 100) as many projects are driven from the requirement to the end in this process, twelve calls each, with journal,
//! blobs, packs, checks and workspace on disk as in any run. The software in the replies is in a stack that G1 does not
//! execute, so that no test suite is measured; with `--tested` it is in one that it does, every suite and control run is made,
//! and what is sent holds their results. Prints the tables of `docs/performance.md`: the first line of each number
//! is with the cold caches of a new process, and what was sent upstream comes last, by what it is.

mod parts;
mod replies;
mod server;
mod stack;

use g1::{
    domain::{
        command::{Command, Update},
        run::{RunSettings, RunStatus},
    },
    driver::{self, Setup, Start},
    hub::journal,
    models::settings::{ModelSettings, ProviderSettings},
};
use nix::sys::{
    resource::{UsageWho, getrusage},
    time::{TimeVal, TimeValLike},
};
use stack::Stack;
use std::{
    error::Error,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// Times that each number of runs is measured.
const TIMES: usize = 3;

fn main() -> Result<(), Box<dyn Error>> {
    g1::evidence::sandbox::main_if_child();
    g1::allocator::give_back();
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [word, stack] = &*arguments
        && word == server::WORD
    {
        return server::main(if stack == Stack::Python.name() { Stack::Python } else { Stack::Unrun });
    }
    let stack = if arguments.first().is_some_and(|word| word == "--tested") { Stack::Python } else { Stack::Unrun };
    if stack == Stack::Python {
        arguments.remove(0);
    }
    let mut numbers = arguments
        .iter()
        .map(|word| word.parse().map_err(|_| format!("'{word}' is no number of runs")))
        .collect::<Result<Vec<usize>, _>>()?;
    if numbers.is_empty() {
        numbers = vec![1, 100];
    }
    let server = server::Child::start(stack)?;
    // They stay till the end: a file system may keep away from the inodes of files deleted lately, and searches for others.
    let folder = tempfile::tempdir()?;
    println!(
        "| concurrent runs | CPU ms per call | with what it starts | flows per CPU second | wall s | barriers per call | sent upstream per flow, bytes | peak memory, MiB | of it per run |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    for runs in numbers {
        for time in 0..TIMES {
            println!("{}", measure(&server, &folder.path().join(format!("{runs}-{time}")), runs)?.line());
        }
    }
    let all = server.count()?;
    let mut parts: Vec<(String, u64)> = all.parts.into_iter().collect();
    parts.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
    println!("\n| sent upstream per flow | bytes |\n|---|---|");
    for (part, bytes) in parts {
        println!("| {part} | {} |", bytes * replies::CALLS as u64 / all.calls);
    }
    Ok(())
}

/// One line of the table.
#[derive(Debug)]
struct Figures {
    runs: usize,
    cpu: Duration,
    /// Of the processes that it started and that have ended.
    started: Duration,
    wall: Duration,
    barriers: usize,
    calls: u64,
    sent: u64,
    memory: [u64; 2],
}

impl Figures {
    fn line(&self) -> String {
        let calls = self.calls as f64;
        let cpu = self.cpu.as_secs_f64();
        let mib = |bytes: u64| bytes as f64 / f64::from(1 << 20);
        format!(
            "| {} | {:.2} | {:.2} | {:.0} | {:.2} | {:.1} | {} | {:.1} | {:.2} |",
            self.runs,
            cpu * 1e3 / calls,
            (cpu + self.started.as_secs_f64()) * 1e3 / calls,
            self.runs as f64 / cpu,
            self.wall.as_secs_f64(),
            self.barriers as f64 / calls,
            self.sent / self.runs as u64,
            mib(self.memory[1]),
            mib(self.memory[1].saturating_sub(self.memory[0])) / self.runs as f64,
        )
    }
}

fn measure(server: &server::Child, folder: &Path, runs: usize) -> Result<Figures, Box<dyn Error>> {
    let folders: Vec<PathBuf> = (0..runs).map(|n| folder.join(format!("run-{n}"))).collect();
    let before = server.count()?;
    forget_peak()?;
    let memory = status("VmRSS:")?;
    let spent = || Ok::<_, Box<dyn Error>>((spent(UsageWho::RUSAGE_SELF)?, spent(UsageWho::RUSAGE_CHILDREN)?));
    let (began, before_it) = (Instant::now(), spent()?);
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(all(&folders, &server.base_url()))?;
    let (wall, after_it) = (began.elapsed(), spent()?);
    let after = server.count()?;
    let mut barriers = 0;
    for folder in &folders {
        barriers +=
            journal::scan(&folder.join(".g1/journal"), None)?.envelopes.iter().filter(|e| e.event.is_barrier()).count();
    }
    let calls = after.calls - before.calls;
    if calls != (runs * replies::CALLS) as u64 {
        return Err(format!("{calls} calls for {runs} runs: these are not the runs that are meant").into());
    }
    Ok(Figures {
        runs,
        cpu: after_it.0 - before_it.0,
        started: after_it.1 - before_it.1,
        wall,
        barriers,
        calls,
        sent: after.bytes - before.bytes,
        memory: [memory, status("VmHWM:")?],
    })
}

async fn all(folders: &[PathBuf], base_url: &str) -> Result<(), Box<dyn Error>> {
    let flows: Vec<_> = folders.iter().map(|folder| tokio::spawn(flow(folder.clone(), base_url.to_owned()))).collect();
    for flow in flows {
        flow.await?.map_err(|why| -> Box<dyn Error> { why.into() })?;
    }
    Ok(())
}

/// One run from the requirement to its end.
async fn flow(dir: PathBuf, base_url: String) -> Result<(), String> {
    let mut models = ModelSettings::default();
    models.providers.insert("flows".into(), ProviderSettings { base_url, ..ProviderSettings::default() });
    let settings = RunSettings::unattended("flows/scripted", 100_000);
    let start = Start {
        dir: dir.clone(),
        requirement: replies::REQUIREMENT.into(),
        existing: false,
        attachments: Vec::new(),
        settings,
        setup: Setup { models, ..Setup::default() },
    };
    let (handle, engine) = driver::create(start).await.map_err(|e| e.to_string())?.launch();
    let mut updates = handle.subscribe(true).await.ok_or("the run ended before it began")?;
    let mut end = None;
    while let Some(update) = updates.recv().await {
        match update {
            Update::Run(run) if matches!(run.status, RunStatus::Completed { .. } | RunStatus::Paused { .. }) => {
                end = Some(run.status.clone());
                let _ = handle.sender().try_send(Command::Quit { detach: false });
            }
            Update::Ended { .. } => break,
            _ => {}
        }
    }
    engine.await.map_err(|e| e.to_string())?.map_err(|e| e.to_string())?;
    match end {
        Some(RunStatus::Completed { .. }) => Ok(()),
        other => Err(format!("a run ended as {other:?}")),
    }
}

/// User and system time of this process, or of its children that have ended.
fn spent(whose: UsageWho) -> Result<Duration, Box<dyn Error>> {
    let usage = getrusage(whose)?;
    let time = |t: TimeVal| Duration::from_micros(t.num_microseconds().unsigned_abs());
    Ok(time(usage.user_time()) + time(usage.system_time()))
}

/// A figure of `/proc/self/status` in bytes.
fn status(name: &str) -> Result<u64, Box<dyn Error>> {
    let text = std::fs::read_to_string("/proc/self/status")?;
    let line = text.lines().find_map(|line| line.strip_prefix(name)).ok_or("this system does not tell its memory")?;
    Ok(line.trim().trim_end_matches("kB").trim().parse::<u64>()? * 1024)
}

/// Lets `VmHWM` begin again.
fn forget_peak() -> std::io::Result<()> {
    std::fs::write(Path::new("/proc/self/clear_refs"), "5")
}
