use super::*;
use crate::domain::{AssumptionId, ClauseId, GateId, Hash, command::Command, run::Verb};
use crate::orchestrator::{Input, decide, pending};

fn command(sim: &mut Sim, command: Command) -> Result<Vec<Event>, String> {
    sim.feed(Input::Command(command)).map_err(|r| r.to_string())
}

fn answer(text: &str) -> Command {
    Command::AnswerAssumption { assumption: AssumptionId(1), answer: text.into(), who: "Anna".into() }
}

#[test]
fn nothing_happens_without_a_run_and_none_begins_twice() {
    let resume = Input::Command(Command::Resume { who: "Anna".into() });
    assert!(decide(None, resume, at()).unwrap_err().to_string().contains("g1 run"));
    let mut sim = Sim::start(GateMode::Step);
    assert!(sim.feed(begin(GateMode::Step)).unwrap_err().to_string().contains("g1 resume"));
    let mut empty = begin(GateMode::Step);
    if let Input::Begin { clauses, .. } = &mut empty {
        clauses.clear();
    }
    assert!(decide(None, empty, at()).unwrap_err().to_string().contains("empty"));
}

#[test]
fn an_answer_before_the_plan_gate_makes_the_understanding_again() {
    let mut sim = Sim::start(GateMode::Plan);
    sim.go();
    let gate = sim.run().open_gates().next().unwrap().clone();
    command(&mut sim, answer("title, text and date")).unwrap();
    assert_eq!(sim.step("understand").attempt, 2);
    let old = sim.feed(Input::Command(Command::Decide {
        gate: gate.id,
        digest: gate.digest,
        verb: Verb::Approve,
        who: "Anna".into(),
    }));
    assert!(old.unwrap_err().to_string().contains("A-001 was answered"));
    sim.go();
    let assumption = &sim.run().assumptions[&AssumptionId(1)];
    assert_eq!(assumption.answer.as_str(), "title, text and date", "the persona's default does not come back");
    assert_eq!(sim.run().open_gates().count(), 1);
    sim.finish();
    assert_eq!(exit_code(sim.run()), 0);
    assert_eq!(trace(sim.run()).counts.assumed, 0);
}

#[test]
fn an_answer_before_the_design_is_approved_makes_the_design_again_and_later_it_is_refused() {
    let mut sim = Sim::start(GateMode::Step);
    sim.go();
    let gate = sim.run().open_gates().next().unwrap().id;
    sim.decide_gate(gate, Verb::Approve).unwrap();
    sim.go();
    assert_eq!(sim.step("design").state, StepState::AtGate);
    command(&mut sim, answer("title only")).unwrap();
    assert_eq!((sim.step("design").state, sim.step("design").attempt), (StepState::Working, 2));
    sim.go();
    let gate = sim.run().open_gates().next().unwrap().id;
    sim.decide_gate(gate, Verb::Approve).unwrap();
    let late = command(&mut sim, answer("nothing at all")).unwrap_err();
    assert!(late.contains("already approved"), "{late}");
}

/// Nobody would say any more that such an answer is not followed.
#[test]
fn after_the_plan_the_offline_engine_takes_only_answers_that_it_follows() {
    let mut input = begin(GateMode::Step);
    if let Input::Begin { settings, .. } = &mut input {
        settings.model = "offline".into();
    }
    let mut sim = Sim::start_with(input);
    sim.go();
    command(&mut sim, answer("the moon")).unwrap();
    sim.go();
    let gate = sim.run().open_gates().next().unwrap().id;
    sim.decide_gate(gate, Verb::Approve).unwrap();
    sim.go();
    assert_eq!(sim.step("design").state, StepState::AtGate);
    let refused = command(&mut sim, answer("the sun")).unwrap_err();
    assert!(refused.contains("title and text | title only"), "{refused}");
    command(&mut sim, answer("Title only")).unwrap();
    assert_eq!(sim.step("design").attempt, 2);
}

#[test]
fn words_reach_the_step_that_works_next() {
    let mut sim = Sim::start(GateMode::Plan);
    sim.go();
    let say = |step, text: &str| Command::Say { step, text: text.into(), who: "Anna".into() };
    let gate = sim.run().open_gates().next().unwrap().id;
    sim.decide_gate(gate, Verb::Approve).unwrap();
    let commit = pending(sim.run())[0].clone();
    sim.perform(&commit);
    command(&mut sim, say(None, "use blue")).unwrap();
    assert!(sim.step("design").feedback.iter().any(|f| f.contains("use blue")));
    command(&mut sim, say(Some(step("verify")), "be strict")).unwrap();
    assert!(sim.step("verify").feedback.iter().any(|f| f.contains("be strict")));
    assert!(command(&mut sim, say(Some(step("understand")), "too late")).is_err());
    assert!(command(&mut sim, say(Some(step("dance")), "what")).is_err());
    assert_eq!(sim.run().chat.iter().filter(|c| c.speaker.as_str() == "you").count(), 2);
}

#[test]
fn a_person_waives_with_a_reason_and_that_can_complete_a_run() {
    let mut sim = Sim::start(GateMode::None).with_fault("test:core", 0, Fault::Hits);
    sim.faults.insert(("verify".into(), 0), Fault::Hits);
    sim.go();
    assert_eq!(exit_code(sim.run()), 7);
    let waive = |clause, why: &str| Command::Waive { clause: ClauseId(clause), why: why.into(), who: "Anna".into() };
    assert!(command(&mut sim, waive(5, " ")).is_err());
    assert!(command(&mut sim, waive(1, "a goal demands nothing")).is_err());
    assert!(command(&mut sim, waive(99, "unknown")).is_err());
    command(&mut sim, waive(5, "we take cash after all")).unwrap();
    assert_eq!(exit_code(sim.run()), 0);
    let after = trace(sim.run());
    assert_eq!((after.counts.waived, after.counts.proven), (1, 4));
}

#[test]
fn pausing_stops_new_work_but_keeps_what_was_paid_for() {
    let mut sim = Sim::start(GateMode::None);
    command(&mut sim, Command::Pause { who: "Anna".into() }).unwrap();
    assert!(pending(sim.run()).is_empty());
    let text = sim.reply(sim.step("understand"));
    let reply = Hash::of(text.as_bytes());
    let request = Hash::of(b"request");
    let usage =
        crate::domain::usage::Usage { calls: 1, input_tokens: 9, cached_tokens: 0, output_tokens: 9, cost_micros: 9 };
    sim.feed(Input::CallDone {
        step: step("understand"),
        attempt: 1,
        request,
        reply,
        text,
        usage,
        cached: false,
        by: None,
        call: 0,
        earlier: Vec::new(),
    })
    .unwrap();
    assert_eq!(sim.run().usage.calls, 1);
    assert_eq!(sim.step("understand").state, StepState::Committing);
    assert!(pending(sim.run()).is_empty());
    assert_eq!(command(&mut sim, Command::Pause { who: "Anna".into() }).unwrap(), []);
    sim.finish();
    assert_eq!(exit_code(sim.run()), 0);
}

#[test]
fn a_finished_run_takes_no_decisions() {
    let mut sim = Sim::start(GateMode::None);
    sim.go();
    for wish in [
        Command::Pause { who: "Anna".into() },
        Command::Resume { who: "Anna".into() },
        Command::Decide { gate: GateId(1), digest: Hash::of(b""), verb: Verb::Reject, who: "Anna".into() },
        answer("too late"),
    ] {
        assert!(command(&mut sim, wish).unwrap_err().contains("finished"));
    }
}
