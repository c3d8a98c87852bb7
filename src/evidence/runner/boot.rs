//! Starting the generated application: to see that it starts, for control runs and searches, and for a person.

use super::{PORT_TRIES, Recorded, Runner, address_in_use, open::is_heard_elsewhere, settle::settled};
use crate::{
    domain::{Clean, evidence::EvidenceKind},
    evidence::{
        EvidenceError, Kind, Manifest, Stack, Tree, http,
        ports::Lease,
        sandbox::{Ended, Finished, Limits, Running, Spec},
        scratch::Scratch,
    },
};
use std::{path::Path, time::Duration};
use tokio_util::sync::CancellationToken;

/// How long an application may take to answer `/healthz`.
const BOOT: Duration = Duration::from_secs(20);
/// How long it may answer `/healthz` with something else than 200, such as 503 while it warms up.
const UNHEALTHY: Duration = Duration::from_secs(3);

/// How often it is seen whether what serves a person can be called from elsewhere.
const WATCH: Duration = Duration::from_secs(1);
const OPEN: &str = "it listens on every address of this machine, so that others could use it: have it listen on 127.0.0.1 \
                    only, or let programs have a network of their own (`g1 doctor` says why they have none)";

const FOREVER_MS: u64 = 365 * 24 * 3600 * 1000;
/// What a person may keep in an application that they try out.
const PREVIEW: Limits = Limits {
    wall_ms: FOREVER_MS,
    cpu_s: FOREVER_MS / 1000,
    memory_bytes: 2 << 30,
    address_bytes: 2 << 30,
    file_bytes: 1 << 30,
    disk_bytes: 4 << 30,
    open_files: 1024,
    processes: 64,
    threads: 1024,
    output_bytes: 1 << 40,
};

/// A booted application. Dropping it kills everything of it.
#[derive(Debug)]
pub(in crate::evidence) struct Booted {
    pub(in crate::evidence) port: u16,
    pub(in crate::evidence) running: Running,
    _lease: Lease,
}

/// How starting an application ended.
pub(in crate::evidence) enum Boot {
    /// It serves; a program that serves nothing did what it is started by and ended.
    Up(Option<Booted>),
    /// It ended, or did not answer in time.
    Down(Finished),
}

impl Boot {
    /// Stops what was started: `None` when it was up.
    pub(in crate::evidence) async fn ended(self) -> Result<Option<Finished>, EvidenceError> {
        match self {
            Self::Up(Some(mut booted)) => {
                booted.running.stop();
                booted.running.wait().await?;
                Ok(None)
            }
            Self::Up(None) => Ok(None),
            Self::Down(finished) => Ok(Some(finished)),
        }
    }
}

/// An application that serves a person. Dropping it stops it.
#[derive(Debug)]
pub struct Served {
    pub port: u16,
    running: Running,
    own_network: bool,
    _scratch: Scratch,
    _lease: Lease,
}

impl Served {
    /// Ends when the application ends, with what is to be said about it. One that others can call meanwhile is stopped.
    ///
    /// # Errors
    /// Its supervisor vanished.
    pub async fn ended(&mut self) -> Result<String, EvidenceError> {
        let finished = loop {
            tokio::select! {
                finished = self.running.wait() => break finished?,
                () = tokio::time::sleep(WATCH), if !self.own_network => {}
            }
            if is_heard_elsewhere(self.port).await {
                self.running.stop();
                self.running.wait().await?;
                return Ok(format!("stopped: {OPEN}"));
            }
        };
        Ok(finished.ended.note().unwrap_or_else(|| format!("it ended; last line: {}", last_line(&finished))))
    }

    /// Kills everything of it and waits until that is done.
    pub async fn stop(mut self) {
        self.running.stop();
        let _ = self.running.wait().await;
    }
}

impl Runner {
    /// Starts the application: a server answers `GET /healthz` with 200, a program `--help` with exit status 0, a library
    /// is imported or compiled. Exit 0 when it did.
    ///
    /// # Errors
    /// It could not be run at all. An application that does not start is evidence with its output and a note.
    pub async fn boot(
        &self,
        tree: &Tree,
        manifest: &Manifest,
        cancel: &CancellationToken,
    ) -> Result<Recorded, EvidenceError> {
        let stack = self.ready(manifest).await?;
        let scratch = self.scratch(tree, stack, cancel).await?;
        let (boot, said) = self.compiled(&scratch, manifest, cancel).await?;
        let mut open = false;
        let (mut finished, up) = match boot {
            Boot::Up(Some(mut booted)) => {
                // It is stopped in a moment, which a person would not do with it: a word, no verdict.
                open = !self.sandbox.has_own_network() && is_heard_elsewhere(booted.port).await;
                booted.running.stop();
                (booted.running.wait().await?, true)
            }
            Boot::Up(None) => (Finished::nothing(), true),
            Boot::Down(finished) => (finished, false),
        };
        let kind = Kind::of(manifest);
        let note = match (up, &said) {
            (true, _) => open.then(|| OPEN.to_owned()),
            (false, Some(_)) if kind == Kind::Program => Some(why_no_help(&finished)),
            (false, _) => Some(why_not_booted(&finished)),
        };
        // What the compiler warns of is for whoever wrote it.
        if let Some(said) = said
            && up
            && said.windows(9).any(|window| window == b"warning: ")
        {
            finished.output.bytes.splice(0..0, said);
        }
        let argv = match kind {
            // The port is another each time.
            Kind::Web => manifest.run.clone(),
            Kind::Program => manifest.with_help(),
            Kind::Library => manifest.test.clone(),
        };
        let mut recorded = self.record(EvidenceKind::Boot, argv, tree, finished, vec![]);
        recorded.executed.exit =
            if up { Some(0) } else { recorded.executed.exit.filter(|code| *code != 0).or(Some(1)) };
        recorded.executed.note = note.map(Clean::from);
        Ok(recorded)
    }

    /// Starts the application of a scratch copy on a port of its own.
    pub(in crate::evidence) async fn start(
        &self,
        scratch: &Scratch,
        manifest: &Manifest,
        cancel: &CancellationToken,
    ) -> Result<Boot, EvidenceError> {
        Ok(self.compiled(scratch, manifest, cancel).await?.0)
    }

    /// The same, with what the compiler said where there is one: `None` where it refused, and nothing was started.
    async fn compiled(
        &self,
        scratch: &Scratch,
        manifest: &Manifest,
        cancel: &CancellationToken,
    ) -> Result<(Boot, Option<Vec<u8>>), EvidenceError> {
        let stack = self.ready(manifest).await?;
        let mut said = vec![];
        if stack == Stack::Rust {
            match self.compile(scratch, cancel).await? {
                Ok(output) => said = output,
                Err(failed) => return Ok((Boot::Down(failed), None)),
            }
        }
        let spec = |port: Option<u16>| {
            let argv = match (Kind::of(manifest), port) {
                (Kind::Web, Some(port)) => manifest.run_on(port),
                (Kind::Library, _) => import(scratch, stack),
                _ => manifest.with_help(),
            };
            self.spec(scratch, stack, &argv, port)
        };
        Ok((self.start_as(&spec, Kind::of(manifest), scratch, cancel).await?, Some(said)))
    }

    /// Starts what `spec` says for a port; see [`Runner::boot`] for what counts as started.
    pub(in crate::evidence) async fn start_as(
        &self,
        spec: &(dyn Fn(Option<u16>) -> Result<Spec, EvidenceError> + Sync),
        kind: Kind,
        scratch: &Scratch,
        cancel: &CancellationToken,
    ) -> Result<Boot, EvidenceError> {
        if kind != Kind::Web {
            let mut spec = spec(None)?;
            spec.limits.wall_ms = u64::try_from(BOOT.as_millis()).unwrap_or(u64::MAX);
            let mut finished = self.sandbox.run(&spec, cancel).await?;
            finished.output.bytes = settled(&finished.output.bytes, scratch, 0);
            let up = finished.ended == Ended::Exited && finished.exit == Some(0);
            return Ok(if up { Boot::Up(None) } else { Boot::Down(finished) });
        }
        let mut tries = 0;
        loop {
            tries += 1;
            let mut lease = Lease::any()?;
            let port = lease.hand_over();
            let spec = spec(Some(port))?;
            let mut running = self.sandbox.start(&spec)?;
            if healthy(port, &running, BOOT, cancel).await? {
                return Ok(Boot::Up(Some(Booted { port, running, _lease: lease })));
            }
            running.stop();
            let mut finished = running.wait().await?;
            if tries < PORT_TRIES && address_in_use(&finished) {
                continue;
            }
            finished.output.bytes = settled(&finished.output.bytes, scratch, port);
            return Ok(Boot::Down(finished));
        }
    }

    /// Runs the application for a person, until it is stopped or dropped: confined as in tests, but its data stays in
    /// `data`, and neither time nor processor time is bounded.
    ///
    /// # Errors
    /// The port is taken, it cannot be run, it serves nothing, it does not start, or others could call it.
    pub async fn serve(
        &self,
        tree: &Tree,
        manifest: &Manifest,
        port: Option<u16>,
        data: &Path,
        cancel: &CancellationToken,
    ) -> Result<Served, EvidenceError> {
        let stack = self.ready(manifest).await?;
        if Kind::of(manifest) != Kind::Web {
            return Err(EvidenceError::NotStarted(match manifest.help_line() {
                Some(line) => format!("it serves no pages; in its folder `{line}` says how to run it"),
                None => "it serves no pages; README.md says how it is used".to_owned(),
            }));
        }
        let mut scratch = self.scratch(tree, stack, cancel).await?;
        // Its data lies in a folder of the person who runs G1, so it runs as that person, root included.
        scratch.owned_by_nobody_else()?;
        if stack == Stack::Rust
            && let Err(failed) = self.compile(&scratch, cancel).await?
        {
            return Err(EvidenceError::NotStarted(why_not_booted(&failed)));
        }
        let mut tries = 0;
        loop {
            tries += 1;
            let mut lease = port.map_or_else(Lease::any, Lease::exactly)?;
            let number = lease.hand_over();
            let mut spec = self.spec(&scratch, stack, &manifest.run_on(number), Some(number))?;
            let place = data.to_string_lossy().into_owned();
            spec.env
                .iter_mut()
                .filter(|(name, _)| name == "APP_DATA_DIR")
                .for_each(|(_, value)| value.clone_from(&place));
            spec.write.push(data.to_owned());
            spec.limits = Limits { address_bytes: spec.limits.address_bytes, ..PREVIEW };
            let mut running = self.sandbox.start(&spec)?;
            if healthy(number, &running, BOOT, cancel).await? {
                let own_network = self.sandbox.has_own_network();
                if !own_network && is_heard_elsewhere(number).await {
                    running.stop();
                    running.wait().await?;
                    return Err(EvidenceError::Open(OPEN));
                }
                return Ok(Served { port: number, running, own_network, _scratch: scratch, _lease: lease });
            }
            running.stop();
            let finished = running.wait().await?;
            if !address_in_use(&finished) || tries >= PORT_TRIES {
                return Err(EvidenceError::NotStarted(why_not_booted(&finished)));
            }
        }
    }
}

/// Imports a library; one that is compiled was compiled before.
fn import(scratch: &Scratch, stack: Stack) -> Vec<String> {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    match stack {
        Stack::Python => {
            let code = "import importlib, os\n\
                for entry in sorted(os.scandir('.'), key=lambda e: e.name):\n    \
                name = entry.name\n    \
                package = entry.is_dir() and os.path.exists(os.path.join(name, '__init__.py'))\n    \
                if package or name.endswith('.py'):\n        \
                name = name.removesuffix('.py')\n        \
                if name.isidentifier() and not name.startswith(('test', 'conftest', 'setup', '__main__')):\n            \
                importlib.import_module(name)\n";
            words(&["python3", "-c", code])
        }
        Stack::Node => {
            let tree = scratch.tree();
            let manifest = std::fs::read(tree.join("package.json")).unwrap_or_default();
            let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap_or_default();
            let main = manifest.get("main").and_then(serde_json::Value::as_str).map(str::to_owned);
            let usual = ["index.js", "index.mjs", "index.ts", "src/index.js", "src/index.mjs", "src/index.ts"];
            let usual = usual.iter().find(|path| tree.join(path).is_file()).map(|path| (*path).to_owned());
            let main = main.or(usual).unwrap_or_else(|| "index.js".to_owned());
            words(&["node", "--input-type=module", "-e", &format!("await import({:?})", format!("./{main}"))])
        }
        Stack::Rust => words(&["cargo", "build", "--quiet"]),
    }
}

/// Asks `/healthz` until it answers 200, the program ends, or time is up.
async fn healthy(
    port: u16,
    running: &Running,
    patience: Duration,
    cancel: &CancellationToken,
) -> Result<bool, EvidenceError> {
    let deadline = tokio::time::Instant::now() + patience;
    let mut pause = Duration::from_millis(10);
    let mut unhealthy_since = None;
    loop {
        if let Ok(answer) = http::send(port, "GET", "/healthz", &[], None, Duration::from_secs(5)).await {
            if answer.status == 200 {
                // The answer must be the program's own, not that of somebody who took the port.
                return Ok(!running.is_finished());
            }
            let since = *unhealthy_since.get_or_insert_with(tokio::time::Instant::now);
            if since.elapsed() >= UNHEALTHY {
                return Ok(false);
            }
        }
        if running.is_finished() || tokio::time::Instant::now() >= deadline {
            return Ok(false);
        }
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = cancel.cancelled() => return Err(EvidenceError::Cancelled),
        }
        pause = (pause * 3 / 2).min(Duration::from_millis(200));
    }
}

pub(in crate::evidence) fn why_not_booted(finished: &Finished) -> String {
    let last = last_line(finished);
    match (finished.ended, finished.exit) {
        (Ended::Stopped, _) => format!("did not answer /healthz with 200{LAST_LINE}{last}"),
        (Ended::Exited, Some(code)) => format!("ended with exit status {code} instead of starting{LAST_LINE}{last}"),
        (ended, _) => ended.note().unwrap_or_else(|| "did not start".to_owned()),
    }
}

/// The same of a program, whose author may not know how it is called; one that would serve ends because no port is
/// permitted but the one it is given, or does not end.
fn why_no_help(finished: &Finished) -> String {
    let printed = Clean::from_bytes(&finished.output.bytes).to_ascii_lowercase();
    let serves = finished.ended == Ended::TimedOut || PORTS.iter().any(|word| printed.contains(word));
    let hint = if serves { NO_PORT } else { "" };
    match (finished.ended, finished.exit) {
        (Ended::Exited, Some(code)) => {
            let last = last_line(finished);
            format!("called with --help it ended with exit status {code} instead of 0{hint}{LAST_LINE}{last}")
        }
        (ended, _) => {
            format!("called with --help: {}{hint}", ended.note().unwrap_or_else(|| "did not start".to_owned()))
        }
    }
}

/// What is said where a port is not to be had.
const PORTS: [&str; 6] = ["permission denied", "eacces", "eperm", "operation not permitted", "bind", "listen"];
const NO_PORT: &str =
    " (what serves pages takes its port from {port} among the words of `run` in g1.toml, and no other is permitted)";

const LAST_LINE: &str = "; last line: ";

/// Why something did not start, for those who are shown what it printed as well.
#[must_use]
pub fn without_last_line(note: &str) -> &str {
    note.split_once(LAST_LINE).map_or(note, |(why, _)| why)
}

/// The last thing it printed, for people.
pub(in crate::evidence) fn last_line(finished: &Finished) -> String {
    let text = Clean::from_bytes(&finished.output.bytes);
    let last = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it printed nothing");
    Clean::new(last).one_line(200)
}
