//! The offline engine behind a fault, and a run of it in a process with a home of its own.

use futures::future::BoxFuture;
use g1::{
    domain::{
        Clean,
        event::Event,
        pack::{ContextPack, PackKind},
        run::{Check, Run, RunSettings},
        trace::{Status, Trace, trace},
        usage::Usage,
    },
    driver::{self, headless},
    evidence::{Python, Runner, Sandbox},
    hub,
    models::{Model, ModelError, Request, Response, offline::Offline},
};
use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// What is done to a request before the engine sees it.
pub type Fault = Box<dyn Fn(&mut Request) + Send + Sync>;
/// What is done to the engine's reply before G1 sees it.
pub type Spoil = Box<dyn Fn(&Request, &mut String) + Send + Sync>;

pub struct Faulty {
    inner: Offline,
    fault: Fault,
    spoil: Spoil,
}

impl Model for Faulty {
    fn id(&self) -> &str {
        self.inner.id()
    }
    fn count_tokens(&self, text: &str) -> u32 {
        self.inner.count_tokens(text)
    }
    fn accepts(&self, clauses: &[g1::domain::clause::Clause]) -> Result<(), ModelError> {
        self.inner.accepts(clauses)
    }
    fn has_price(&self) -> bool {
        self.inner.has_price()
    }
    fn worst_case(&self, request: &Request) -> Usage {
        self.inner.worst_case(request)
    }
    fn call<'a>(
        &'a self,
        request: &'a Request,
        deltas: mpsc::Sender<Clean>,
        cancel: CancellationToken,
    ) -> BoxFuture<'a, Result<Response, ModelError>> {
        Box::pin(async move {
            let mut spoiled = request.clone();
            (self.fault)(&mut spoiled);
            let mut response = self.inner.call(&spoiled, deltas, cancel).await?;
            (self.spoil)(request, &mut response.text);
            Ok(response)
        })
    }
}

/// Runs `body` in a process of its own whose `G1_HOME` is a temporary folder: the test named `name` runs itself again.
pub fn isolated(name: &str, body: impl FnOnce()) {
    const INSIDE: &str = "G1_FAULT_TEST_INSIDE";
    if std::env::var_os(INSIDE).is_some() {
        return body();
    }
    let home = tempfile::tempdir().unwrap();
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .env(INSIDE, "1")
        .env("G1_HOME", home.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}{}", String::from_utf8_lossy(&output.stderr));
}

/// A finished run: where it lies, how it ended, every event of its journal.
pub struct Ran {
    _root: tempfile::TempDir,
    pub dir: PathBuf,
    pub exit: u8,
    pub events: Vec<Event>,
}

impl Ran {
    pub fn look(&self) -> Run {
        driver::client::look(&self.dir).unwrap()
    }

    pub fn trace(&self) -> Trace {
        trace(&self.look())
    }

    /// Every reply of a step, as it came, first attempt first.
    pub fn replies(&self, wanted: &str) -> Vec<String> {
        let blobs = hub::project::blobs_of(&self.dir);
        let replies = self.events.iter().filter_map(|event| match event {
            Event::CallFinished { step, reply, .. } if step.to_string() == wanted => Some(reply),
            _ => None,
        });
        replies.map(|hash| String::from_utf8(blobs.get(hash).unwrap()).unwrap()).collect()
    }

    /// What the transition manager handed to the newest call of a step.
    pub fn handoff(&self, wanted: &str) -> String {
        let blobs = hub::project::blobs_of(&self.dir);
        let newest = self.events.iter().rev().find_map(|event| match event {
            Event::StepContext { step, blob, .. } if step.to_string() == wanted => Some(blob),
            _ => None,
        });
        let pack: ContextPack = serde_json::from_slice(&blobs.get(newest.unwrap()).unwrap()).unwrap();
        pack.of_kind(PackKind::Handoff).map(|item| item.text.clone()).collect()
    }

    /// The failed checks of a step.
    pub fn failed(&self, wanted: &str) -> Vec<&Check> {
        let checks = self.events.iter().filter_map(|event| match event {
            Event::CheckCompleted { step, check, .. } if step.to_string() == wanted => Some(check),
            _ => None,
        });
        checks.filter(|check| !check.passed).collect()
    }

    pub fn status(&self, clause: &str) -> Option<Status> {
        self.trace().clauses.into_iter().find(|c| c.id.to_string() == clause).unwrap().status
    }
}

/// The whole run of `text`, by policy, with this fault in what the engine is asked.
pub fn run(text: &str, fault: Fault) -> Ran {
    run_with(text, fault, Box::new(|_, _| {}))
}

/// The same with a fault in what it answers.
pub fn run_with(text: &str, fault: Fault, spoil: Spoil) -> Ran {
    drive(text, fault, spoil, false)
}

/// The same up to the plan.
pub fn plan_with(text: &str, fault: Fault, spoil: Spoil) -> Ran {
    drive(text, fault, spoil, true)
}

fn drive(text: &str, fault: Fault, spoil: Spoil, plan_only: bool) -> Ran {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("project");
    let settings = RunSettings { plan_only, ..RunSettings::unattended("offline", 100_000) };
    let start = driver::Start {
        dir: dir.clone(),
        attachments: Vec::new(),
        existing: false,
        requirement: text.as_bytes().to_vec(),
        settings,
        setup: driver::Setup::default(),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let exit = runtime.block_on(async {
        let model = Arc::new(Faulty { inner: Offline::new(), fault, spoil });
        // The sandbox's own process is the real binary; this one is a test harness.
        let sandbox = Sandbox::probe_with(Path::new(env!("CARGO_BIN_EXE_g1")));
        let runner = Runner::new(sandbox, Python::find().await.unwrap());
        let prepared = driver::create_with(start, model, Ok(runner)).await.unwrap();
        headless::drive(prepared, headless::Options::default()).await
    });
    let journal = dir.join(hub::project::FOLDER).join("journal");
    let events = hub::journal::scan(&journal, None).unwrap().envelopes.into_iter().map(|e| e.event).collect();
    Ran { _root: root, dir, exit, events }
}
