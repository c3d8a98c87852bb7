//! Running the generated application and its tests in a scratch copy of exactly one tree.

use super::{
    EvidenceError, Manifest, Python, Sandbox, Tree, http,
    ports::Lease,
    report,
    sandbox::{Ended, Finished, Limits, Running, Spec},
    scratch::Scratch,
};
use crate::{
    domain::{
        Clean, Hash,
        evidence::{EvidenceKind, TestResult},
    },
    orchestrator::input::Executed,
};
use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};
use tokio_util::sync::CancellationToken;

/// How long an application may take to answer `/healthz`.
const BOOT: Duration = Duration::from_secs(20);
/// How long it may answer `/healthz` with something else than 200, such as 503 while it warms up.
const UNHEALTHY: Duration = Duration::from_secs(3);
/// Somebody else may take a port between our closing and the program's opening it.
const PORT_TRIES: u32 = 3;

const FOREVER_MS: u64 = 365 * 24 * 3600 * 1000;
/// What a person may keep in an application that they try out.
const PREVIEW: Limits = Limits {
    wall_ms: FOREVER_MS,
    cpu_s: FOREVER_MS / 1000,
    memory_bytes: 2 << 30,
    file_bytes: 1 << 30,
    disk_bytes: 4 << 30,
    open_files: 1024,
    processes: 64,
    output_bytes: 1 << 40,
};

/// The record of one command, and beside it what it printed (whose hash the record names).
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    pub executed: Executed,
    pub output: Arc<[u8]>,
}

/// Runs generated programs, always confined.
#[derive(Debug, Clone)]
pub struct Runner {
    sandbox: Sandbox,
    python: Python,
    limits: Limits,
    /// G1 is root, and everybody can read the Python installation: what runs becomes a user of its own.
    unprivileged: bool,
}

/// A booted application. Dropping it kills everything of it.
#[derive(Debug)]
pub(super) struct Booted {
    pub(super) port: u16,
    pub(super) running: Running,
    _lease: Lease,
}

/// How starting an application ended.
pub(super) enum Boot {
    Up(Booted),
    /// It ended, or did not answer in time.
    Down(Finished),
}

/// An application that serves a person. Dropping it stops it.
#[derive(Debug)]
pub struct Served {
    pub port: u16,
    running: Running,
    _scratch: Scratch,
    _lease: Lease,
}

impl Served {
    /// Ends when the application ends, with what is to be said about it.
    ///
    /// # Errors
    /// Its supervisor vanished.
    pub async fn ended(&mut self) -> Result<String, EvidenceError> {
        let finished = self.running.wait().await?;
        Ok(finished.ended.note().unwrap_or_else(|| format!("it ended; last line: {}", last_line(&finished))))
    }

    /// Kills everything of it and waits until that is done.
    pub async fn stop(mut self) {
        self.running.stop();
        let _ = self.running.wait().await;
    }
}

impl Runner {
    #[must_use]
    pub fn new(sandbox: Sandbox, python: Python) -> Self {
        let unprivileged = rustix::process::geteuid().is_root() && python.is_readable_by_all();
        Self { sandbox, python, limits: Limits::default(), unprivileged }
    }

    /// The machine's sandbox and Python, ready to run.
    ///
    /// # Errors
    /// Nothing can be confined here, or there is no Python.
    pub async fn detect() -> Result<Self, EvidenceError> {
        let sandbox = tokio::task::spawn_blocking(Sandbox::probe)
            .await
            .map_err(|error| EvidenceError::Setup(error.to_string()))?;
        sandbox.require()?;
        Ok(Self::new(sandbox, Python::find().await?))
    }

    /// True when G1 is root and what it runs is not.
    #[must_use]
    pub fn becomes_unprivileged(&self) -> bool {
        self.unprivileged
    }

    /// A user for one scratch copy, out of the range that systemd gives to services without an account. Each copy has
    /// another, so that the kernel's count of processes is one program's.
    pub(super) fn owner(&self) -> Option<u32> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        const FIRST: u32 = 61_184;
        const MANY: u32 = 4_000;
        let next = std::process::id().wrapping_mul(31).wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed));
        self.unprivileged.then_some(FIRST + next % MANY)
    }

    /// Other bounds than the defaults.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    #[must_use]
    pub fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }
    #[must_use]
    pub fn python(&self) -> &Python {
        &self.python
    }

    /// Starts the application and waits for `GET /healthz` to answer 200: exit 0 when it did.
    ///
    /// # Errors
    /// It could not be run at all. An application that does not start is evidence with its output and a note.
    pub async fn boot(
        &self,
        tree: &Tree,
        manifest: &Manifest,
        cancel: &CancellationToken,
    ) -> Result<Recorded, EvidenceError> {
        supported(manifest)?;
        let scratch = Scratch::of(tree, self.owner())?;
        let boot = self.start(&scratch, manifest, cancel).await?;
        let (finished, up) = match boot {
            Boot::Up(mut booted) => {
                booted.running.stop();
                (booted.running.wait().await?, true)
            }
            Boot::Down(finished) => (finished, false),
        };
        let note = if up { None } else { Some(why_not_booted(&finished)) };
        let mut recorded = self.record(EvidenceKind::Boot, manifest.run.clone(), tree, finished, vec![]);
        recorded.executed.exit =
            if up { Some(0) } else { recorded.executed.exit.filter(|code| *code != 0).or(Some(1)) };
        recorded.executed.note = note.map(Clean::from);
        Ok(recorded)
    }

    /// Runs the test suite, or only some test modules, classes or tests of it.
    ///
    /// # Errors
    /// It could not be run at all. Failing tests are evidence.
    pub async fn tests(
        &self,
        tree: &Tree,
        manifest: &Manifest,
        only: Option<&[String]>,
        cancel: &CancellationToken,
    ) -> Result<Recorded, EvidenceError> {
        supported(manifest)?;
        let scratch = Scratch::of(tree, self.owner())?;
        let (finished, argv) = self.run_tests(&scratch, manifest, only, cancel).await?;
        let report = report::unittest(&finished.output.bytes);
        let doubt = (finished.ended == Ended::Exited && !report.consistent).then_some(match report.ran {
            None => "the test runner printed no result",
            Some(_) => "the printed results do not add up to the printed total",
        });
        let mut recorded = self.record(EvidenceKind::Tests, argv, tree, finished, report.tests);
        if let Some(doubt) = doubt {
            recorded.executed.note = Some(doubt.into());
            recorded.executed.exit = recorded.executed.exit.filter(|code| *code != 0);
        }
        Ok(recorded)
    }

    pub(super) async fn run_tests(
        &self,
        scratch: &Scratch,
        manifest: &Manifest,
        only: Option<&[String]>,
        cancel: &CancellationToken,
    ) -> Result<(Finished, Vec<String>), EvidenceError> {
        let mut argv = manifest.test.clone();
        argv.extend(only.unwrap_or_default().iter().cloned());
        let mut tries = 0;
        loop {
            tries += 1;
            let mut lease = Lease::any()?;
            let port = lease.hand_over();
            let spec = self.spec(scratch, &argv, Some(port))?;
            let mut finished = self.sandbox.run(&spec, cancel).await?;
            if tries < PORT_TRIES && address_in_use(&finished) {
                continue;
            }
            finished.output.bytes = settled(&finished.output.bytes, scratch, port);
            return Ok((finished, argv));
        }
    }

    /// Starts the application of a scratch copy on a port of its own.
    pub(super) async fn start(
        &self,
        scratch: &Scratch,
        manifest: &Manifest,
        cancel: &CancellationToken,
    ) -> Result<Boot, EvidenceError> {
        let mut tries = 0;
        loop {
            tries += 1;
            let mut lease = Lease::any()?;
            let port = lease.hand_over();
            let spec = self.spec(scratch, &manifest.run_on(port), Some(port))?;
            let mut running = self.sandbox.start(&spec)?;
            if healthy(port, &running, BOOT, cancel).await? {
                return Ok(Boot::Up(Booted { port, running, _lease: lease }));
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

    /// The sandbox for one command in a scratch copy: the tree is readable, only its `tmp` is writable.
    pub(super) fn spec(&self, scratch: &Scratch, argv: &[String], port: Option<u16>) -> Result<Spec, EvidenceError> {
        let (program, args) = argv.split_first().ok_or_else(|| EvidenceError::Unsupported(String::new()))?;
        let tmp = scratch.tmp();
        let text = |path: PathBuf| path.to_string_lossy().into_owned();
        let mut env = vec![
            ("PATH".to_owned(), self.path()),
            ("HOME".to_owned(), text(tmp.clone())),
            ("TMPDIR".to_owned(), text(tmp.clone())),
            ("APP_DATA_DIR".to_owned(), text(tmp.join("data"))),
            // Every Python since 3.7 has UTF-8 under this name, whatever locales are installed.
            ("LANG".to_owned(), "C.UTF-8".to_owned()),
            ("PYTHONDONTWRITEBYTECODE".to_owned(), "1".to_owned()),
            ("PYTHONHASHSEED".to_owned(), "0".to_owned()),
            ("PYTHONNOUSERSITE".to_owned(), "1".to_owned()),
            ("PYTHONUNBUFFERED".to_owned(), "1".to_owned()),
            // Each thread's arena would reserve 64 MB of the limited address space.
            ("MALLOC_ARENA_MAX".to_owned(), "2".to_owned()),
        ];
        env.extend(port.map(|port| ("PORT".to_owned(), port.to_string())));
        let mut read = self.python.read.clone();
        read.push(scratch.tree());
        Ok(Spec {
            argv: std::iter::once(self.program(program)?).chain(args.iter().cloned()).collect(),
            cwd: scratch.tree(),
            env,
            read,
            write: vec![tmp],
            port,
            limits: self.limits,
            drop_to: scratch.owner(),
            required: self.sandbox.level,
        })
    }

    fn path(&self) -> String {
        let own = self.python.executable.parent().map(|dir| dir.to_string_lossy().into_owned());
        own.into_iter().chain(["/usr/bin".to_owned(), "/bin".to_owned()]).collect::<Vec<_>>().join(":")
    }

    /// Only the interpreter that was found; a manifest cannot name another program.
    fn program(&self, name: &str) -> Result<String, EvidenceError> {
        if matches!(name, "python3" | "python") {
            return Ok(self.python.executable.to_string_lossy().into_owned());
        }
        Err(EvidenceError::Unsupported(name.to_owned()))
    }

    /// Runs the application for a person, until it is stopped or dropped: confined as in tests, but its data stays in
    /// `data`, and neither time nor processor time is bounded.
    ///
    /// # Errors
    /// The port is taken, it cannot be run, or it does not start.
    pub async fn serve(
        &self,
        tree: &Tree,
        manifest: &Manifest,
        port: Option<u16>,
        data: &Path,
        cancel: &CancellationToken,
    ) -> Result<Served, EvidenceError> {
        supported(manifest)?;
        // Its data lies in a folder of the person who runs G1, so it runs as that person, root included.
        let scratch = Scratch::of(tree, None)?;
        let mut tries = 0;
        loop {
            tries += 1;
            let mut lease = port.map_or_else(Lease::any, Lease::exactly)?;
            let number = lease.hand_over();
            let mut spec = self.spec(&scratch, &manifest.run_on(number), Some(number))?;
            let place = data.to_string_lossy().into_owned();
            spec.env
                .iter_mut()
                .filter(|(name, _)| name == "APP_DATA_DIR")
                .for_each(|(_, value)| value.clone_from(&place));
            spec.write.push(data.to_owned());
            spec.limits = PREVIEW;
            let mut running = self.sandbox.start(&spec)?;
            if healthy(number, &running, BOOT, cancel).await? {
                return Ok(Served { port: number, running, _scratch: scratch, _lease: lease });
            }
            running.stop();
            let finished = running.wait().await?;
            if !address_in_use(&finished) || tries >= PORT_TRIES {
                return Err(EvidenceError::NotStarted(why_not_booted(&finished)));
            }
        }
    }

    pub(super) fn record(
        &self,
        kind: EvidenceKind,
        argv: Vec<String>,
        tree: &Tree,
        finished: Finished,
        tests: Vec<TestResult>,
    ) -> Recorded {
        let output: Arc<[u8]> = finished.output.bytes.into();
        let executed = Executed {
            kind,
            argv,
            exit: finished.exit,
            tests,
            output_sha256: Hash::of(&output),
            tree: tree.hash(),
            sandbox: self.sandbox.level,
            duration_ms: u64::try_from(finished.duration.as_millis()).unwrap_or(u64::MAX),
            note: finished.ended.note().map(Clean::from),
        };
        Recorded { executed, output }
    }
}

/// What was printed, without what is different every time although nothing else is: where the scratch copy lay, the port
/// it was given, and how long the suite took. So the same result has the same hash, and no path of this machine is kept.
fn settled(output: &[u8], scratch: &Scratch, port: u16) -> Vec<u8> {
    let text = String::from_utf8_lossy(output);
    let (tree, tmp) = (scratch.tree(), scratch.tmp());
    let (tree, tmp) = (tree.to_string_lossy(), tmp.to_string_lossy());
    let text = text.replace(&format!("{tree}/"), "").replace(&*tree, ".").replace(&*tmp, "$TMPDIR");
    let mut text = text;
    for before in ["127.0.0.1:", "127.0.0.1', ", "--port "] {
        text = text.replace(&format!("{before}{port}"), &format!("{before}{{port}}"));
    }
    let lines = text.split_inclusive('\n').map(|line| {
        let untimed = line.strip_prefix("Ran ").and_then(|_| line.rfind(" in ")).filter(|_| line.contains(" test"));
        untimed.map_or_else(|| line.to_owned(), |at| format!("{}\n", &line[..at]))
    });
    lines.collect::<String>().into_bytes()
}

/// The one stack whose applications are executed.
pub const STACK: &str = "python-stdlib";

/// # Errors
/// [`EvidenceError::Unsupported`]: another stack, or a set-up that would install something.
pub fn supported(manifest: &Manifest) -> Result<(), EvidenceError> {
    if manifest.stack != STACK {
        return Err(EvidenceError::Unsupported(manifest.stack.clone()));
    }
    if !manifest.setup.is_empty() {
        return Err(EvidenceError::Unsupported(manifest.setup.join(" ")));
    }
    Ok(())
}

/// Asks `/healthz` until it answers 200, the program ends, or time is up.
pub(crate) async fn healthy(
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

pub(super) fn address_in_use(finished: &Finished) -> bool {
    let text = String::from_utf8_lossy(&finished.output.bytes);
    text.contains("Address already in use") || text.contains("EADDRINUSE")
}

pub(super) fn why_not_booted(finished: &Finished) -> String {
    let last = last_line(finished);
    match (finished.ended, finished.exit) {
        (Ended::Stopped, _) => format!("did not answer /healthz with 200; last line: {last}"),
        (Ended::Exited, Some(code)) => format!("ended with exit status {code} instead of serving; last line: {last}"),
        (ended, _) => ended.note().unwrap_or_else(|| "did not start".to_owned()),
    }
}

/// The last thing it printed, for people.
pub(super) fn last_line(finished: &Finished) -> String {
    let text = Clean::from_bytes(&finished.output.bytes);
    let last = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it printed nothing");
    Clean::new(last).one_line(200)
}
