use super::*;
use crate::domain::{
    Hash,
    command::Command,
    plan::Phase,
    run::{GateReason, PauseReason, Verb},
};

/// The steps at whose gates a person was asked, in order.
fn asked(mode: GateMode) -> Vec<(String, GateReason)> {
    let mut sim = Sim::start(mode);
    sim.finish();
    assert_eq!(exit_code(sim.run()), 0, "{mode:?}");
    sim.run().gates.values().map(|g| (g.step.to_string(), g.reason.clone())).collect()
}

#[test]
fn each_mode_asks_where_it_says() {
    use GateReason::{PhaseEnd, Plan, Result, Step};
    let named =
        |list: &[(&str, GateReason)]| list.iter().map(|(s, r)| ((*s).to_owned(), r.clone())).collect::<Vec<_>>();
    let step = [
        ("plan", Plan),
        ("design", Step),
        ("build:core", Step),
        ("build:notes", Step),
        ("test:core", Step),
        ("test:notes", Step),
        ("verify", Result),
    ];
    let mut mine = asked(GateMode::Step);
    mine[2..6].sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(mine, named(&step));
    let phase =
        [("plan", Plan), ("design", PhaseEnd), ("build:notes", PhaseEnd), ("test:notes", PhaseEnd), ("verify", Result)];
    assert_eq!(asked(GateMode::Phase), named(&phase));
    assert_eq!(asked(GateMode::Plan), named(&[("plan", Plan), ("verify", Result)]));
    assert_eq!(asked(GateMode::Risk), []);
}

#[test]
fn nothing_of_a_later_phase_starts_before_its_gate_in_phase_mode() {
    let mut sim = Sim::start(GateMode::Phase);
    sim.go();
    for expected in ["plan", "design"] {
        let gate = sim.run().open_gates().next().unwrap().clone();
        assert_eq!(gate.step.as_str(), expected);
        sim.decide_gate(gate.id, Verb::Approve).unwrap();
        sim.go();
    }
    assert_eq!(sim.step("build:core").state, StepState::Done);
    assert_eq!(sim.step("test:core").state, StepState::Waiting, "testing waits for the gate of development");
    assert_eq!(sim.run().status, RunStatus::WaitingAtGate);
    assert_eq!(exit_code(sim.run()), 3);
}

#[test]
fn only_a_decision_on_what_is_shown_counts() {
    let mut sim = Sim::start(GateMode::Step);
    sim.go();
    let gate = sim.run().open_gates().next().unwrap().clone();
    let decide = |digest: Hash, verb: Verb| {
        super::super::Input::Command(Command::Decide { gate: gate.id, digest, verb, who: "Anna".into() })
    };
    let other = sim.feed(decide(Hash::of(b"other"), Verb::Approve)).unwrap_err();
    assert!(other.to_string().contains("has changed"), "{other}");
    let empty = sim.feed(decide(gate.digest.clone(), Verb::Changes { text: " ".into() })).unwrap_err();
    assert!(empty.to_string().contains("what shall change"), "{empty}");
    sim.decide_gate(gate.id, Verb::Approve).unwrap();
    let twice = sim.decide_gate(gate.id, Verb::Approve).unwrap_err();
    assert!(twice.to_string().contains("already decided by Anna"), "{twice}");
}

#[test]
fn changes_at_the_plan_gate_make_understanding_and_plan_again_with_the_words() {
    let mut sim = Sim::start(GateMode::Plan);
    sim.go();
    let gate = sim.run().open_gates().next().unwrap().id;
    sim.decide_gate(gate, Verb::Changes { text: "smaller, please".into() }).unwrap();
    assert_eq!((sim.step("understand").state, sim.step("understand").attempt), (StepState::Working, 2));
    assert_eq!(sim.step("plan").state, StepState::Waiting);
    assert!(sim.step("plan").feedback.iter().any(|f| f.contains("smaller")));
    sim.go();
    assert_eq!(sim.step("plan").attempt, 2);
    assert!(
        sim.step("plan").feedback.iter().any(|f| f.contains("smaller")),
        "the words stay for the attempt they are for"
    );
    let again = sim.run().open_gates().next().unwrap().id;
    assert_ne!(again, gate);
}

#[test]
fn a_rejected_step_is_dropped_named_and_pauses_the_run() {
    let mut sim = Sim::start(GateMode::Step);
    for _ in 0..2 {
        sim.go();
        let gate = sim.run().open_gates().next().unwrap().id;
        sim.decide_gate(gate, Verb::Approve).unwrap();
    }
    sim.go();
    let gate = sim.run().open_gates().next().unwrap().id;
    sim.decide_gate(gate, Verb::Reject).unwrap();
    let RunStatus::Paused { reason: PauseReason::Gate, detail } = &sim.run().status else {
        panic!("{:?}", sim.run().status)
    };
    assert!(detail.contains("build:core: 1 file with 2 linked ranges are not written"), "{detail}");
    assert!(sim.run().files.is_empty());
    assert_eq!(exit_code(sim.run()), 3);
    sim.feed(super::super::Input::Command(Command::Resume { who: "Anna".into() })).unwrap();
    assert_eq!((sim.step("build:core").state, sim.step("build:core").attempt), (StepState::Working, 2));
    sim.finish();
    assert_eq!(exit_code(sim.run()), 0);
}

#[test]
fn the_rest_of_a_phase_can_be_approved_in_advance() {
    let mut sim = Sim::start(GateMode::Step);
    loop {
        sim.go();
        let gate = sim.run().open_gates().next().unwrap().clone();
        let verb = if gate.step.as_str() == "build:core" { Verb::ApprovePhase } else { Verb::Approve };
        sim.decide_gate(gate.id, verb.clone()).unwrap();
        if verb == Verb::ApprovePhase {
            break;
        }
    }
    assert_eq!(sim.run().settings.relaxed, [Phase::Development]);
    sim.finish();
    assert!(!sim.run().gates.values().any(|g| g.step.as_str() == "build:notes"));
    assert!(sim.run().gates.values().any(|g| g.step.as_str() == "test:notes"));
}

#[test]
fn switching_to_no_gates_lets_the_policy_decide_what_is_green() {
    let mut sim = Sim::start(GateMode::Step);
    sim.go();
    sim.feed(super::super::Input::Command(Command::SetGates { gates: GateMode::None, who: "Anna".into() })).unwrap();
    sim.go();
    assert_eq!(exit_code(sim.run()), 0);
}

#[test]
fn who_asks_the_offline_engine_for_something_else_is_told_that_it_reads_no_remarks() {
    for (model, told) in [("offline", true), ("openai/gpt-5", false)] {
        let mut input = begin(GateMode::Plan);
        if let crate::orchestrator::Input::Begin { settings, .. } = &mut input {
            settings.model = model.into();
        }
        let mut sim = Sim::start_with(input);
        sim.go();
        let gate = sim.run().open_gates().next().unwrap().id;
        sim.decide_gate(gate, Verb::Changes { text: "smaller, please".into() }).unwrap();
        let said =
            sim.run().chat.iter().any(|item| item.text.contains("cannot use remarks. What helps: answer a question"));
        assert_eq!(said, told, "{model}");
    }
}

/// The offline engine does not listen to words.
fn asked_of_a_model(gates: GateMode) -> Sim {
    let mut begun = begin(gates);
    if let super::super::Input::Begin { settings, .. } = &mut begun {
        settings.model = "compat/any".to_owned();
    }
    Sim::start_with(begun)
}

#[test]
fn who_finds_the_code_wrong_at_failing_tests_sends_that_to_its_developer() {
    let mut sim = asked_of_a_model(GateMode::Risk).with_fault("test:notes", 0, Fault::Fails);
    sim.go();
    let gate = sim.run().open_gates().next().unwrap().clone();
    assert_eq!(
        (gate.step.as_str(), sim.step("build:notes").reworks),
        ("test:notes", 1),
        "it was sent back once by rule"
    );
    let (builds, tests) = (sim.step("build:notes").attempt, sim.step("test:notes").attempt);
    assert!(sim.decide_gate(gate.id, Verb::Fault { text: " ".into() }).is_err(), "nothing was said");
    sim.faults.clear();
    sim.decide_gate(gate.id, Verb::Fault { text: "A title may be empty".into() }).unwrap();
    let build = sim.step("build:notes");
    assert!(build.feedback.iter().any(|said| said.starts_with("The tests of test:notes fail")));
    assert!(build.feedback.iter().any(|said| said.as_str() == "A title may be empty"), "{:?}", build.feedback);
    sim.finish();
    assert_eq!((sim.step("build:notes").attempt, sim.step("test:notes").attempt), (builds + 1, tests + 1));
    assert_eq!(exit_code(sim.run()), 0);
}

#[test]
fn only_failing_tests_are_sent_to_a_developer() {
    let mut sim = asked_of_a_model(GateMode::Step).with_fault("test:notes", 0, Fault::Garbage);
    let mut refused = 0;
    loop {
        sim.go();
        let Some(gate) = sim.run().open_gates().next().cloned() else { break };
        assert!(sim.run().build_at_fault(&gate).is_none(), "{gate:?}");
        let said = sim.decide_gate(gate.id, Verb::Fault { text: "wrong".into() }).unwrap_err();
        assert!(said.to_string().contains("does not show failing tests"), "{said}");
        refused += 1;
        sim.decide_gate(gate.id, Verb::Approve).unwrap();
    }
    assert!(refused > 5, "{refused}");
}
