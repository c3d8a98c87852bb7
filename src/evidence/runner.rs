//! Running the generated application and its tests in a scratch copy of exactly one tree.

use super::{
    EvidenceError, Kind, Manifest, Sandbox, Stack, Tools, Tree, http,
    ports::Lease,
    report::{self, Report},
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
    address_bytes: 2 << 30,
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
    tools: Tools,
    limits: Option<Limits>,
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
    /// It serves; a program that serves nothing did what it is started by and ended.
    Up(Option<Booted>),
    /// It ended, or did not answer in time.
    Down(Finished),
}

impl Boot {
    /// Stops what was started: `None` when it was up.
    pub(super) async fn ended(self) -> Result<Option<Finished>, EvidenceError> {
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
    pub fn new(sandbox: Sandbox, tools: impl Into<Tools>) -> Self {
        Self { sandbox, tools: tools.into(), limits: None }
    }

    /// The machine's sandbox, ready to run. Tools are looked for when they are needed.
    ///
    /// # Errors
    /// Nothing can be confined here.
    pub async fn detect() -> Result<Self, EvidenceError> {
        let sandbox = tokio::task::spawn_blocking(Sandbox::probe)
            .await
            .map_err(|error| EvidenceError::Setup(error.to_string()))?;
        sandbox.require()?;
        Ok(Self::new(sandbox, Tools::default()))
    }

    /// The stack of a manifest, and its tool found on this machine.
    ///
    /// # Errors
    /// [`EvidenceError::Unsupported`]: another stack, or a set-up that would install something;
    /// [`EvidenceError::NoTool`]: the stack's tool is missing.
    pub async fn ready(&self, manifest: &Manifest) -> Result<Stack, EvidenceError> {
        let only = "only Python, Node and Rust are run";
        let stack =
            Stack::of(&manifest.stack).ok_or_else(|| EvidenceError::Unsupported(manifest.stack.clone(), only))?;
        if !manifest.setup.is_empty() {
            return Err(EvidenceError::Unsupported(manifest.setup.join(" "), "nothing is installed before it runs"));
        }
        self.tools.find(stack).await?;
        Ok(stack)
    }

    /// True when G1 is root and what it runs is not, because everybody can read the tools of this stack.
    #[must_use]
    pub fn becomes_unprivileged(&self, stack: Stack) -> bool {
        rustix::process::geteuid().is_root() && self.tools.is_readable_by_all(stack)
    }

    /// A user for one scratch copy, out of the range that systemd gives to services without an account. Each copy has
    /// another, so that the kernel's count of processes is one program's.
    pub(super) fn fresh_owner() -> Option<u32> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        const FIRST: u32 = 61_184;
        const MANY: u32 = 4_000;
        let next = std::process::id().wrapping_mul(31).wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed));
        rustix::process::geteuid().is_root().then_some(FIRST + next % MANY)
    }

    /// The same where everybody can read what the stack needs.
    pub(super) fn owner(&self, stack: Stack) -> Option<u32> {
        self.becomes_unprivileged(stack).then(Self::fresh_owner).flatten()
    }

    /// Other bounds than the defaults.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = Some(limits);
        self
    }

    #[must_use]
    pub fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }
    #[must_use]
    pub fn tools(&self) -> &Tools {
        &self.tools
    }

    /// The tree as its stack can run it on this machine.
    pub(super) async fn prepared(
        &self,
        tree: &Tree,
        stack: Stack,
        cancel: &CancellationToken,
    ) -> Result<Tree, EvidenceError> {
        match stack {
            Stack::Python => Ok(tree.clone()),
            Stack::Node => self.without_types(tree, cancel).await,
            Stack::Rust => self.with_lock(tree, cancel).await,
        }
    }

    /// A copy of it.
    pub(super) async fn scratch(
        &self,
        tree: &Tree,
        stack: Stack,
        cancel: &CancellationToken,
    ) -> Result<Scratch, EvidenceError> {
        Scratch::of(&self.prepared(tree, stack, cancel).await?, self.owner(stack))
    }

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
        let boot = self.start(&scratch, manifest, cancel).await?;
        let (finished, up) = match boot {
            Boot::Up(Some(mut booted)) => {
                booted.running.stop();
                (booted.running.wait().await?, true)
            }
            Boot::Up(None) => (Finished::nothing(), true),
            Boot::Down(finished) => (finished, false),
        };
        let note = if up { None } else { Some(why_not_booted(&finished)) };
        let argv = if manifest.run.is_empty() { manifest.test.clone() } else { manifest.run.clone() };
        let mut recorded = self.record(EvidenceKind::Boot, argv, tree, finished, vec![]);
        recorded.executed.exit =
            if up { Some(0) } else { recorded.executed.exit.filter(|code| *code != 0).or(Some(1)) };
        recorded.executed.note = note.map(Clean::from);
        Ok(recorded)
    }

    /// Runs the test suite, or only some of it: test modules, classes or tests in Python, files elsewhere.
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
        let stack = self.ready(manifest).await?;
        let scratch = self.scratch(tree, stack, cancel).await?;
        let (finished, argv) = self.run_tests(&scratch, tree, manifest, only, cancel).await?;
        let report = self.report(tree, stack, &finished.output.bytes, cancel).await?;
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

    /// What a test run of this stack says.
    pub(super) async fn report(
        &self,
        tree: &Tree,
        stack: Stack,
        output: &[u8],
        cancel: &CancellationToken,
    ) -> Result<Report, EvidenceError> {
        match stack {
            Stack::Python => Ok(report::unittest(output)),
            Stack::Node => Ok(report::node(output)),
            Stack::Rust => {
                let (mut report, panics) = report::libtest(output);
                self.tell_assertions(tree, &mut report, &panics, cancel).await?;
                Ok(report)
            }
        }
    }

    pub(super) async fn run_tests(
        &self,
        scratch: &Scratch,
        tree: &Tree,
        manifest: &Manifest,
        only: Option<&[String]>,
        cancel: &CancellationToken,
    ) -> Result<(Finished, Vec<String>), EvidenceError> {
        let stack = self.ready(manifest).await?;
        let (argv, shown) = self.test_command(scratch, tree, manifest, stack, only)?;
        let mut tries = 0;
        loop {
            tries += 1;
            let mut lease = Lease::any()?;
            let port = lease.hand_over();
            let spec = self.spec(scratch, stack, &argv, Some(port))?;
            let mut finished = self.sandbox.run(&spec, cancel).await?;
            if tries < PORT_TRIES && address_in_use(&finished) {
                continue;
            }
            finished.output.bytes = settled(&finished.output.bytes, scratch, port);
            return Ok((finished, shown));
        }
    }

    /// The command that runs the tests, and how the record shows it: without the places of this machine.
    fn test_command(
        &self,
        scratch: &Scratch,
        tree: &Tree,
        manifest: &Manifest,
        stack: Stack,
        only: Option<&[String]>,
    ) -> Result<(Vec<String>, Vec<String>), EvidenceError> {
        match stack {
            Stack::Python => {
                let argv = super::python::test_command(manifest, only);
                Ok((argv.clone(), argv))
            }
            Stack::Node => self.node_tests(scratch, tree, manifest, only),
            Stack::Rust => Ok(super::cargo::test_command(manifest, only)),
        }
    }

    /// Starts the application of a scratch copy on a port of its own.
    pub(super) async fn start(
        &self,
        scratch: &Scratch,
        manifest: &Manifest,
        cancel: &CancellationToken,
    ) -> Result<Boot, EvidenceError> {
        let stack = self.ready(manifest).await?;
        if stack == Stack::Rust
            && let Some(failed) = self.compile(scratch, cancel).await?
        {
            return Ok(Boot::Down(failed));
        }
        let spec = |port: Option<u16>| {
            let argv = match (Kind::of(manifest), port) {
                (Kind::Web, Some(port)) => manifest.run_on(port),
                (Kind::Library, _) => import(scratch, stack),
                _ => with_help(manifest, stack),
            };
            self.spec(scratch, stack, &argv, port)
        };
        self.start_as(&spec, Kind::of(manifest), scratch, cancel).await
    }

    /// Starts what `spec` says for a port; see [`Runner::boot`] for what counts as started.
    pub(super) async fn start_as(
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

    /// The sandbox for one command in a scratch copy: the tree is readable, only its `tmp` is writable.
    pub(super) fn spec(
        &self,
        scratch: &Scratch,
        stack: Stack,
        argv: &[String],
        port: Option<u16>,
    ) -> Result<Spec, EvidenceError> {
        let (program, args) =
            argv.split_first().ok_or_else(|| EvidenceError::Unsupported(String::new(), "it is empty"))?;
        // Only the tool that was found; a manifest cannot name another program.
        let program = self.tools.program(stack, program).ok_or_else(|| {
            EvidenceError::Unsupported(
                program.clone(),
                "commands begin with python3, node or cargo, as the stack demands",
            )
        })?;
        let argv = std::iter::once(program.to_string_lossy().into_owned()).chain(args.iter().cloned()).collect();
        let mut spec = self.bare_spec(scratch, argv);
        spec.env.extend(self.environment(scratch, stack)?);
        spec.env.extend(port.map(|port| ("PORT".to_owned(), port.to_string())));
        spec.read.extend(self.tools.read(stack));
        spec.limits = self.limits.unwrap_or_else(|| limits(stack));
        spec.port = port;
        Ok(spec)
    }

    /// The sandbox without any tool: nothing but the scratch copy can be read.
    pub(super) fn bare_spec(&self, scratch: &Scratch, argv: Vec<String>) -> Spec {
        let tmp = scratch.tmp();
        let text = |path: PathBuf| path.to_string_lossy().into_owned();
        Spec {
            argv,
            cwd: scratch.tree(),
            env: vec![
                ("HOME".to_owned(), text(tmp.clone())),
                ("TMPDIR".to_owned(), text(tmp.clone())),
                ("APP_DATA_DIR".to_owned(), text(tmp.join("data"))),
                // Every Python since 3.7 has UTF-8 under this name, whatever locales are installed.
                ("LANG".to_owned(), "C.UTF-8".to_owned()),
                // Each thread's arena would reserve 64 MB of the limited address space.
                ("MALLOC_ARENA_MAX".to_owned(), "2".to_owned()),
            ],
            read: vec![scratch.tree(), scratch.aids()],
            write: vec![tmp],
            port: None,
            limits: self.limits.unwrap_or_default(),
            drop_to: scratch.owner(),
            required: self.sandbox.level,
        }
    }

    fn environment(&self, scratch: &Scratch, stack: Stack) -> Result<Vec<(String, String)>, EvidenceError> {
        let program = self.tools.program(stack, stack.tool());
        let own = program.and_then(Path::parent).map(|dir| dir.to_string_lossy().into_owned());
        let path = own.into_iter().chain(["/usr/bin".to_owned(), "/bin".to_owned()]).collect::<Vec<_>>().join(":");
        let set = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        let mut env = set(&[("PATH", &path)]);
        env.extend(match stack {
            Stack::Python => set(&[
                ("PYTHONDONTWRITEBYTECODE", "1"),
                ("PYTHONHASHSEED", "0"),
                ("PYTHONNOUSERSITE", "1"),
                ("PYTHONUNBUFFERED", "1"),
            ]),
            Stack::Node => self.node_environment(scratch)?,
            Stack::Rust => self.cargo_environment(scratch),
        });
        Ok(env)
    }

    /// Runs the application for a person, until it is stopped or dropped: confined as in tests, but its data stays in
    /// `data`, and neither time nor processor time is bounded.
    ///
    /// # Errors
    /// The port is taken, it cannot be run, it serves nothing, or it does not start.
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
            return Err(EvidenceError::NotStarted(
                "it serves no pages; run it in its folder as README.md says".to_owned(),
            ));
        }
        let mut scratch = self.scratch(tree, stack, cancel).await?;
        // Its data lies in a folder of the person who runs G1, so it runs as that person, root included.
        scratch.owned_by_nobody_else();
        if stack == Stack::Rust
            && let Some(failed) = self.compile(&scratch, cancel).await?
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
pub(super) fn settled(output: &[u8], scratch: &Scratch, port: u16) -> Vec<u8> {
    let text = String::from_utf8_lossy(output);
    let (tree, tmp) = (scratch.tree(), scratch.tmp());
    let (tree, tmp) = (tree.to_string_lossy(), tmp.to_string_lossy());
    let text = text.replace(&format!("{tree}/"), "").replace(&*tree, ".").replace(&*tmp, "$TMPDIR");
    let mut text = text;
    for before in ["127.0.0.1:", "127.0.0.1', ", "--port "] {
        text = text.replace(&format!("{before}{port}"), &format!("{before}{{port}}"));
    }
    text.split_inclusive('\n').map(untimed).collect::<String>().into_bytes()
}

/// A line without the time that its runner adds, and without the number of its thread.
fn untimed(line: &str) -> String {
    let unittest = line.starts_with("Ran ") && line.contains(" test");
    let cargo = line.trim_start().starts_with("Finished ") && line.contains(" target(s) in ");
    if (unittest || cargo)
        && let Some(at) = line.rfind(" in ")
    {
        return format!("{}\n", &line[..at]);
    }
    if line.starts_with("test result: ")
        && let Some(at) = line.rfind("; finished in ")
    {
        return format!("{}\n", &line[..at]);
    }
    if let Some((name, rest)) = line.strip_prefix("thread '").and_then(|rest| rest.split_once("' ("))
        && let Some((number, place)) = rest.split_once(") panicked at ")
        && number.bytes().all(|byte| byte.is_ascii_digit())
    {
        return format!("thread '{name}' panicked at {place}");
    }
    if let Some((binary, hash)) = line.trim_end().strip_suffix(')').and_then(|line| line.rsplit_once('-'))
        && line.trim_start().starts_with("Running ")
        && hash.len() == 16
    {
        return format!("{binary})\n");
    }
    line.to_owned()
}

/// What the programs of a stack may use up.
fn limits(stack: Stack) -> Limits {
    let usual = Limits::default();
    match stack {
        Stack::Python => usual,
        // V8 reserves ranges of addresses that it never touches.
        Stack::Node => Limits { address_bytes: 256 << 30, ..usual },
        // A compiler and a linker work there, too.
        Stack::Rust => Limits {
            wall_ms: 300_000,
            cpu_s: 300,
            memory_bytes: 4 << 30,
            address_bytes: 16 << 30,
            file_bytes: 512 << 20,
            disk_bytes: 2 << 30,
            open_files: 1024,
            processes: 128,
            ..usual
        },
    }
}

/// Asks a program that serves nothing for its help; what is behind `--` is its own.
fn with_help(manifest: &Manifest, stack: Stack) -> Vec<String> {
    let mut argv = manifest.run.clone();
    if stack == Stack::Rust && !argv.iter().any(|argument| argument == "--") {
        argv.push("--".to_owned());
    }
    argv.push("--help".to_owned());
    argv
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
        (Ended::Exited, Some(code)) => format!("ended with exit status {code} instead of starting; last line: {last}"),
        (ended, _) => ended.note().unwrap_or_else(|| "did not start".to_owned()),
    }
}

/// The last thing it printed, for people.
pub(super) fn last_line(finished: &Finished) -> String {
    let text = Clean::from_bytes(&finished.output.bytes);
    let last = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it printed nothing");
    Clean::new(last).one_line(200)
}
