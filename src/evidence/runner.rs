//! Running the generated application and its tests in a scratch copy of exactly one tree.

mod boot;
mod called;
mod canary;
mod open;
mod settle;
mod suite;

pub(super) use boot::{Boot, last_line, why_not_booted};
pub use boot::{Served, without_last_line};
pub(super) use settle::settled;

use super::{
    EvidenceError, Manifest, Sandbox, Stack, Tools, Tree, python,
    sandbox::{Finished, Limits, Spec},
    scratch::Scratch,
};
use crate::{
    domain::{
        Clean, Hash,
        evidence::{Confinement, EvidenceKind, TestResult},
    },
    orchestrator::input::Executed,
};
use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};
use tokio_util::sync::CancellationToken;

/// Somebody else may take a port between our closing and the program's opening it.
const PORT_TRIES: u32 = 3;

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

impl Runner {
    #[must_use]
    pub fn new(sandbox: Sandbox, tools: impl Into<Tools>) -> Self {
        Self { sandbox, tools: tools.into(), limits: None }
    }

    /// The machine's sandbox, ready to run. Tools are looked for when they are needed.
    ///
    /// # Errors
    /// Nothing can be confined here, or less than is asked for.
    pub async fn detect(wanted: Confinement) -> Result<Self, EvidenceError> {
        /// What confines once goes on to: one probe does for all runs of a process. One that failed is made again.
        static FOUND: OnceLock<Sandbox> = OnceLock::new();
        let sandbox = match FOUND.get() {
            Some(found) => found.clone(),
            None => tokio::task::spawn_blocking(Sandbox::probe)
                .await
                .map_err(|error| EvidenceError::Setup(error.to_string()))?,
        };
        let runner = Self::confined(sandbox, wanted)?;
        FOUND.get_or_init(|| runner.sandbox.clone());
        Ok(runner)
    }

    /// What runs programs in `sandbox`.
    ///
    /// # Errors
    /// It confines nothing, or less than is asked for.
    pub fn confined(sandbox: Sandbox, wanted: Confinement) -> Result<Self, EvidenceError> {
        sandbox.require()?;
        if wanted == Confinement::Full && !sandbox.is_full() {
            return Err(EvidenceError::ConfinedInPart(sandbox.notes.join("; ")));
        }
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

    /// What is missing to run the software of a stack, in words for a person.
    pub async fn lack(&self, stack: Stack) -> Option<String> {
        self.tools.find(stack).await.err().map(|error| match error {
            EvidenceError::NoTool { stack, why } => stack.missing(&why),
            other => other.to_string(),
        })
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
            own_network: self.sandbox.has_own_network(),
            cgroup: self.sandbox.has_cgroup(),
            cgroups: vec![],
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
            Stack::Python => {
                let mut python = set(&[
                    ("PYTHONDONTWRITEBYTECODE", "1"),
                    ("PYTHONHASHSEED", "0"),
                    ("PYTHONNOUSERSITE", "1"),
                    ("PYTHONUNBUFFERED", "1"),
                ]);
                python.extend(python::source(&scratch.tree()).map(|path| ("PYTHONPATH".to_owned(), path)));
                python
            }
            Stack::Node => self.node_environment(scratch)?,
            Stack::Rust => self.cargo_environment(scratch),
        });
        Ok(env)
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

/// Seconds that one run of a test suite or a program may take: suites that start the application for each test need
/// minutes on a busy machine.
pub const RUN_S: u64 = 300;

/// What the programs of a stack may use up.
fn limits(stack: Stack) -> Limits {
    let usual = Limits { wall_ms: RUN_S * 1_000, ..Limits::default() };
    match stack {
        Stack::Python => usual,
        // V8 reserves ranges of addresses that it never touches, and each start brings a dozen threads.
        Stack::Node => Limits { address_bytes: 256 << 30, threads: 1024, ..usual },
        // A compiler and a linker work there, too.
        Stack::Rust => Limits {
            cpu_s: 300,
            memory_bytes: 4 << 30,
            address_bytes: 16 << 30,
            file_bytes: 512 << 20,
            disk_bytes: 2 << 30,
            open_files: 1024,
            processes: 128,
            threads: 512,
            ..usual
        },
    }
}

pub(super) fn address_in_use(finished: &Finished) -> bool {
    let text = String::from_utf8_lossy(&finished.output.bytes);
    text.contains("Address already in use") || text.contains("EADDRINUSE")
}
