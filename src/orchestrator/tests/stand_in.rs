use super::*;
use crate::domain::{
    Shared,
    clause::{ClauseKind, Gap},
    reply::PlanReply,
    run::{GateReason, Proposal, Step, Verb},
    trace::Trace,
};
use crate::orchestrator::{Effect, Input, pending, stand_in};

/// Where the run stands in the journal for somebody who reads it.
fn stood_in(sim: &Sim) -> Vec<String> {
    let of = |event: &Event| if let Event::StoodIn { step, .. } = event { Some(step.to_string()) } else { None };
    sim.journal.iter().filter_map(|env| of(&env.event)).collect()
}

fn reasons(trace: &Trace) -> Vec<String> {
    trace.stand_ins.iter().map(|one| one.step.to_string()).collect()
}

#[test]
fn where_nobody_is_asked_the_plainest_reply_takes_the_place_of_one_that_stays_red() {
    for (id, fault) in [
        ("understand", Fault::Garbage),
        ("understand", Fault::Drop),
        ("understand", Fault::CallFails),
        ("plan", Fault::Garbage),
        ("plan", Fault::Drop),
        ("design", Fault::CallFails),
        ("design", Fault::Drop),
    ] {
        let mut sim = Sim::start(GateMode::None).with_fault(id, 0, fault);
        sim.go();
        let trace = trace(sim.run());
        assert_eq!((stood_in(&sim), reasons(&trace)), (vec![id.to_owned()], vec![id.to_owned()]), "{fault:?}");
        let step = sim.step(id);
        assert_eq!((step.state, step.attempt), (StepState::Done, 3), "{id} {fault:?}: {:?}", step.checks);
        assert!(step.checks.iter().all(|check| check.passed), "judged like any other: {:?}", step.checks);
        let said = sim.run().chat.iter().find(|item| item.text.contains("No persona has said any of it")).unwrap();
        assert!(said.speaker.as_str() == "g1" && said.text.contains("the same failure twice"), "{said:?}");
        // What comes after stands on its own: all of it is built and proven here.
        assert_eq!(trace.counts.missing, 0, "{id} {fault:?}: {trace:#?}");
        // What kind of demand a clause is, somebody has to have read: it may be a quality that no test measures.
        let unread = id == "understand";
        assert_eq!(exit_code(sim.run()), if unread { 7 } else { 0 }, "{id} {fault:?}: {trace:#?}");
        assert_eq!(trace.counts.proven == 0, unread, "{id} {fault:?}");
        let (_, after) = trace
            .to_markdown(&"Diary".into())
            .split_once("## Stood in by G1")
            .map_or_else(|| panic!("the report says so"), |(before, after)| (before.to_owned(), after.to_owned()));
        assert!(after.contains(&format!("- {id}: ")), "{after}");
        assert!(trace.to_html(sim.run()).contains("Stood in by G1"));
    }
}

#[test]
fn a_model_that_plans_nothing_is_asked_for_the_code_all_the_same() {
    let mut sim = Sim::start(GateMode::None);
    for id in ["understand", "plan", "design"] {
        sim = sim.with_fault(id, 0, Fault::Garbage);
    }
    sim = sim.with_fault("build:core", 0, Fault::Garbage);
    sim.go();
    assert_eq!(stood_in(&sim), ["understand", "plan", "design"]);
    assert_eq!((sim.step("build:core").state, sim.paid), (StepState::Failed, 8), "two calls a step");
    assert_eq!(exit_code(sim.run()), 4);
    let trace = trace(sim.run());
    assert_eq!((trace.counts.demanding, trace.counts.missing), (6, 6));
    let reason = |n: usize| trace.clauses[n].reason.clone().unwrap_or_default();
    assert!(reason(2).contains("build:core failed"), "{}", reason(2));
}

#[test]
fn each_clause_is_a_demand_in_its_own_words_and_nobody_has_signed_it() {
    let mut sim = Sim::start(GateMode::None).with_fault("understand", 0, Fault::Garbage);
    sim.go();
    let run = sim.run();
    assert!(run.clauses.values().all(|clause| clause.kind == Some(ClauseKind::Function)));
    let said: Vec<String> = run.interpretations.values().map(|i| format!("{}\n", i.statement)).collect();
    assert_eq!(said, TEXT);
    assert!(run.interpretations.values().all(|i| i.by.as_str() == "g1"));
    assert!(run.assumptions.is_empty() && run.gaps.is_empty());
}

/// At the red gate of the step.
fn at_red_gate(id: &str, fault: Fault) -> Sim {
    let mut sim = Sim::start(GateMode::Risk).with_fault(id, 0, fault);
    sim.go();
    let gate = sim.run().open_gates().next().unwrap();
    assert!(gate.step.as_str() == id && matches!(gate.reason, GateReason::Red { .. }), "{gate:?}");
    sim
}

fn approve(sim: &mut Sim) {
    let gate = sim.run().open_gates().next().unwrap().id;
    sim.decide_gate(gate, Verb::Approve).unwrap();
}

#[test]
fn a_person_is_asked_first() {
    let mut sim = at_red_gate("design", Fault::Garbage);
    assert!(pending(sim.run()).is_empty() && stood_in(&sim).is_empty());
    let early = stand_in::text(sim.run(), sim.step("design"));
    store(&early);
    let input = Input::StoodIn { step: step("design"), attempt: 3, text: early };
    assert_eq!(sim.feed(input).unwrap(), [], "nobody has said so");
    let gate = sim.run().open_gates().next().unwrap().clone();
    assert!(sim.run().stands_in_at(&gate).is_some_and(|what| what.contains("what the clauses say")));
    approve(&mut sim);
    assert_eq!(sim.run().stands_in_at(&sim.run().gates[&gate.id]), None, "it was decided");
    assert_eq!(pending(sim.run()), [Effect::StandIn { step: step("design"), attempt: 3 }]);
    // A crash between the decision and the reply: it is done then.
    let mut again = Sim::of(sim.journal.clone());
    again.finish();
    assert_eq!((stood_in(&again), exit_code(again.run())), (vec!["design".to_owned()], 0));
    // What was proposed and red is what a person approves, not something else.
    let mut sim = at_red_gate("plan", Fault::Drop);
    let gate = sim.run().open_gates().next().unwrap().clone();
    assert_eq!(sim.run().stands_in_at(&gate), None);
    approve(&mut sim);
    sim.finish();
    assert!(stood_in(&sim).is_empty());
    // In the other modes what G1 stands in with is shown in its turn.
    let mut sim = Sim::start(GateMode::Step).with_fault("understand", 0, Fault::Garbage);
    sim.go();
    approve(&mut sim);
    sim.go();
    let gate = sim.run().open_gates().next().unwrap().clone();
    assert_eq!((gate.reason.clone(), stood_in(&sim)), (GateReason::Plan, vec!["understand".to_owned()]));
    // Sent back from there, it is the personas' again.
    sim.faults.clear();
    sim.decide_gate(gate.id, Verb::Changes { text: "read it".into() }).unwrap();
    sim.go();
    assert!(matches!(sim.step("understand"), Step { stood_in: None, attempt: 4, .. }));
}

#[test]
fn it_stands_in_for_no_code_no_plan_alone_and_no_reading_by_which_there_is_nothing_to_build() {
    for id in ["build:core", "test:core", "verify"] {
        let mut sim = Sim::start(GateMode::None).with_fault(id, 0, Fault::Garbage);
        sim.go();
        assert_eq!((sim.step(id).state, stood_in(&sim).len()), (StepState::Failed, 0), "{id}");
    }
    let mut input = begin(GateMode::None);
    if let Input::Begin { settings, .. } = &mut input {
        settings.plan_only = true;
    }
    let mut sim = Sim::start_with(input).with_fault("plan", 0, Fault::Garbage);
    sim.go();
    assert_eq!((sim.step("plan").state, stood_in(&sim).len()), (StepState::Failed, 0));
    let mut sim = at_red_gate("understand", Fault::Drop);
    let mut step = sim.step("understand").clone();
    assert!(sim.run().may_stand_in(&step));
    let Some(Proposal::Understand { kinds, .. }) = &mut step.proposal else { panic!("{step:?}") };
    *kinds = sim.run().clauses.keys().map(|id| (*id, ClauseKind::Context, "".into())).collect();
    assert!(!sim.run().may_stand_in(&step));
    approve(&mut sim);
}

/// What can be built in part belongs to the module: the check of the plan asks for it, also of G1's own.
#[test]
fn what_cannot_be_done_in_part_is_planned_all_the_same() {
    for whole in [false, true] {
        let mut sim = Sim::start(GateMode::Plan);
        sim.go();
        let mut run = sim.run().clone();
        let clauses: Vec<_> = run.demanding().map(|clause| clause.id).collect();
        let gap = |clause| Gap { clause, what: "by post".into(), reason: "no post".into(), whole, step: None };
        run.gaps = Shared::from(clauses.iter().map(|clause| gap(*clause)).collect::<Vec<_>>());
        let text = stand_in::text(&run, sim.step("plan"));
        let reply: PlanReply = serde_json::from_str(&text).unwrap();
        let check = crate::orchestrator::plan::check(&run, &reply);
        assert!(check.passed, "{check:?}");
        assert_eq!(reply.modules[0].clauses.len(), if whole { 0 } else { clauses.len() });
    }
}
