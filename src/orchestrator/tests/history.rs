use super::*;
use crate::{
    domain::{ClauseId, Shared, StepId, change::Change, command::Command, run::Run},
    orchestrator::{Effect, Input, history, pending},
};

/// What a run that went back must agree on with one that did not: all but the records' numbers, the talk, and which step
/// paid for a reply that was known the second time.
fn result(run: &Run) -> Run {
    let mut run = Run { seq: 0, chat: Shared::default(), ..run.clone() };
    run.steps.iter_mut().for_each(|step| step.usage = Default::default());
    run
}

fn steps(sim: &Sim) -> Vec<StepId> {
    sim.run().steps.iter().map(|s| s.plan.id.clone()).collect()
}

#[test]
fn going_back_to_any_step_and_on_again_changes_nothing() {
    let mut straight = Sim::start(GateMode::None);
    straight.finish();
    for step in steps(&straight) {
        let mut sim = Sim::of(straight.journal.clone());
        sim.rewind(&step).unwrap();
        let then = sim.run();
        assert_eq!(then.step(&step).map(|s| s.state), Some(StepState::Waiting), "{step}");
        assert!(matches!(then.status, RunStatus::Paused { .. }));
        assert_eq!(then.usage, straight.run().usage, "what was spent stays spent");
        assert_eq!(pending(then), [Effect::Restore], "even a paused run puts its files back");
        assert_eq!(then.restoring.as_ref().map(|r| r.was.clone()), Some((*straight.run().files).clone()));
        sim.finish();
        assert!(result(sim.run()) == result(straight.run()), "{step}");
        assert_eq!(sim.paid, 0, "what is known is not asked again");
        assert_eq!(sim.journal[..straight.journal.len()], straight.journal);
    }
}

#[test]
fn one_goes_back_before_a_repair_and_before_the_last_change_only() {
    let mut sim = Sim::start(GateMode::None).with_fault("build:core", 1, Fault::Fails);
    sim.finish();
    let core = step("build:core");
    sim.rewind(&core).unwrap();
    assert_eq!(sim.step("build:core").attempt, 0, "not to its second attempt");
    sim.finish();
    sim.feed(Input::Command(Command::Change {
        change: Change { retire: vec![ClauseId(3)], ..Change::default() },
        who: "Anna".into(),
    }))
    .unwrap();
    sim.finish();
    sim.rewind(&step("understand")).unwrap();
    assert!(sim.run().clauses[&ClauseId(3)].retired.is_some(), "the change still holds");
    sim.rewind(&core).unwrap();
    assert!(sim.run().clauses[&ClauseId(3)].retired.is_none(), "it was last begun before the change");
    sim.finish();
    let nowhere = history::before(&sim.journal, &step("build:nowhere")).unwrap_err();
    assert!(nowhere.0.contains("has not begun"), "{nowhere}");
    assert_eq!(exit_code(sim.run()), 0);
}

#[test]
fn going_back_twice_goes_back_twice() {
    let mut sim = Sim::start(GateMode::None);
    sim.finish();
    let straight = result(sim.run());
    for id in ["verify", "design", "test:core", "plan"] {
        if sim.rewind(&step(id)).is_err() {
            sim.finish();
            sim.rewind(&step(id)).unwrap();
        }
    }
    assert_eq!(sim.run().steps.len(), 2, "before the plan there are no others");
    sim.finish();
    assert!(result(sim.run()) == straight);
}
