//! The state machine as a whole: what people and faults do to a run.

mod calls;
mod change;
mod commands;
mod editing;
mod gates;
mod history;
mod properties;
mod repair;
mod stand_in;

use super::testing::*;
use crate::domain::{
    event::Event,
    run::{GateMode, Outcome, RunStatus, StepState},
    trace::{exit_code, trace},
};

#[test]
fn a_run_without_gates_goes_to_a_proven_end() {
    let mut sim = Sim::start(GateMode::None);
    sim.go();
    let trace = trace(sim.run());
    assert_eq!(
        sim.run().status,
        RunStatus::Completed { outcome: Outcome::Proven, stopped_at_plan: false },
        "{trace:#?}"
    );
    assert_eq!((trace.counts.demanding, trace.counts.proven, trace.counts.assumed), (5, 5, 1));
    assert_eq!(exit_code(sim.run()), 0);
    // understand and the plan in one gate, then design, two builds, two tests, verify
    assert_eq!(sim.run().gates.len(), 7);
    assert!(sim.run().gates.values().all(|g| g.decided.as_ref().is_some_and(|d| d.by_policy)));
    let phases = sim.journal.iter().filter(|e| matches!(e.event, Event::PhaseCompleted { .. })).count();
    assert_eq!(phases, 6);
    assert_eq!(sim.paid, 8);
}

#[test]
fn a_plan_only_run_ends_with_its_plan_and_asks_nobody() {
    let mut input = begin(GateMode::Step);
    if let super::Input::Begin { settings, .. } = &mut input {
        settings.plan_only = true;
    }
    let mut sim = Sim::start_with(input);
    sim.go();
    assert_eq!(sim.run().status, RunStatus::Completed { outcome: Outcome::Partial, stopped_at_plan: true });
    assert_eq!(sim.run().steps.len(), 8);
    assert!(sim.run().gates.is_empty());
    assert_eq!(exit_code(sim.run()), 0);
}

#[test]
fn a_failed_module_is_missing_with_its_reason_and_the_rest_goes_on() {
    let mut sim = Sim::start(GateMode::None).with_fault("build:notes", 0, Fault::Fails);
    sim.go();
    assert_eq!(sim.step("build:notes").state, StepState::Failed);
    assert_eq!(sim.step("test:notes").state, StepState::Blocked);
    assert_eq!(sim.step("verify").state, StepState::Done);
    assert_eq!(exit_code(sim.run()), 7);
    let trace = trace(sim.run());
    let notes = trace.clauses.iter().find(|c| c.id.0 == 3).unwrap();
    assert_eq!(notes.status.map(|s| s.word()), Some("missing"));
    assert!(notes.reason.as_ref().unwrap().contains("build:notes failed: the same failure twice"), "{notes:?}");
    assert_eq!(trace.counts.proven, 3);
    assert!(sim.run().open_gates().next().is_none());
}

#[test]
fn nothing_that_starts_is_a_failed_run() {
    let mut sim = Sim::start(GateMode::None).with_fault("build:core", 0, Fault::Fails);
    sim.go();
    assert_eq!(sim.run().status, RunStatus::Completed { outcome: Outcome::Failed, stopped_at_plan: false });
    assert_eq!(sim.step("verify").state, StepState::Blocked);
    assert_eq!(exit_code(sim.run()), 4);
}

#[test]
fn the_same_inputs_give_the_same_journal() {
    let journal = |mode| {
        let mut sim = Sim::start(mode);
        sim.finish();
        sim.journal
    };
    assert_eq!(journal(GateMode::Step), journal(GateMode::Step));
}

#[test]
fn a_text_the_model_refuses_still_has_its_clauses_when_only_a_plan_was_asked_for() {
    let mut input = begin(GateMode::Step);
    if let super::Input::Begin { settings, .. } = &mut input {
        settings.plan_only = true;
    }
    let mut sim = Sim::start_with(input);
    sim.feed(super::Input::Refused { step: step("understand"), attempt: 1, error: "not English".into() }).unwrap();
    assert_eq!(sim.run().status, RunStatus::Completed { outcome: Outcome::Partial, stopped_at_plan: true });
    assert_eq!(exit_code(sim.run()), 0);
    assert_eq!(sim.run().clauses.len(), TEXT.len());
}
