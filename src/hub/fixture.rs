//! Runs for the tests of this module; compiled for them only.
#![cfg(test)]

use super::{Blobs, clauses};
use crate::{
    domain::{
        Clean, Hash, PersonaId, Shared, StepId,
        artifact::FileEntry,
        clause::{ClauseKind, Requirement},
        event::{EVENT_VERSION, Envelope, Event},
        persona::ReadKind,
        plan::{Phase, StepPlan},
        reply::ReplyKind,
        run::{Run, RunSettings, Step, StepState},
    },
    orchestrator,
};

pub const TEXT: &str = "Users log workouts. Users set goals. Users see charts of workouts. It rained yesterday.";

pub fn events(text: &str) -> Vec<Event> {
    let settings = RunSettings::unattended("offline", 10_000);
    let requirement = Requirement { sha256: Hash::of(text.as_bytes()), bytes: text.len() as u64 };
    let name = Clean::new("p");
    let mut events =
        vec![Event::RunStarted { name, requirement, settings, who: Clean::new("ann"), instructions: None }];
    events.extend(clauses::cut(text).into_iter().map(|clause| Event::ClauseAdded { clause }));
    events
}

pub fn run_of(events: Vec<Event>) -> Run {
    let mut run = None;
    for (seq, event) in (1..).zip(events) {
        let at = jiff::Timestamp::UNIX_EPOCH;
        orchestrator::apply(&mut run, &Envelope { seq, at, v: EVENT_VERSION, event });
    }
    run.expect("it was started")
}

pub fn step(id: &str, kind: ReplyKind, clauses: &[u32], after: &[&str]) -> Step {
    use ReadKind::*;
    let module = id.split_once(':').map(|(_, m)| Clean::new(m));
    let mut step = Step::new(StepPlan {
        id: StepId::new(id).unwrap(),
        phase: Phase::Development,
        title: Clean::new(id),
        personas: vec![PersonaId::new("developer").unwrap()],
        produces: kind,
        module,
        clauses: clauses.iter().map(|n| crate::domain::ClauseId(*n)).collect(),
        after: after.iter().map(|a| StepId::new(*a).unwrap()).collect(),
        reads: vec![Clauses, Interpretations, Assumptions, Decisions, Gaps, Plan, Artifacts, Files, Tests, Evidence],
    });
    step.state = StepState::Done;
    step
}

/// The run of [`TEXT`] with two modules, built and tested.
pub fn run(blobs: &Blobs) -> Run {
    let mut run = run_of(events(TEXT));
    for clause in run.clauses.values_mut() {
        clause.kind = Some(if clause.id.0 == 4 { ClauseKind::Context } else { ClauseKind::Function });
    }
    run.steps = [
        step("understand", ReplyKind::Understand, &[], &[]),
        step("plan", ReplyKind::Plan, &[], &["understand"]),
        step("design", ReplyKind::Design, &[], &["plan"]),
        step("build:core", ReplyKind::Build, &[1], &["design"]),
        step("build:goals", ReplyKind::Build, &[2], &["build:core"]),
        step("test:core", ReplyKind::Test, &[1], &["build:core"]),
        step("verify", ReplyKind::Verify, &[], &["build:goals", "test:core"]),
    ]
    .into_iter()
    .map(Shared::from)
    .collect();
    for (path, by) in
        [("app/core.py", "build:core"), ("app/goals.py", "build:goals"), ("tests/test_core.py", "test:core")]
    {
        let text = format!("# {path} of workouts\n");
        let sha256 = blobs.put(text.as_bytes()).unwrap();
        let step = StepId::new(by).unwrap();
        let entry =
            FileEntry { path: path.to_owned(), sha256, bytes: text.len() as u64, lines: 1, executable: false, step };
        run.files.insert(path.to_owned(), entry);
    }
    run
}
