use super::*;
use crate::{
    domain::{
        command::Command,
        reply::ReplyKind,
        run::{GateReason, Proposal},
    },
    orchestrator::{Input, Reply, parse},
};

/// At the gate of this step, with the reply that is shown there.
fn at_gate(name: &str) -> (Sim, String) {
    let mut sim = Sim::start(GateMode::Step);
    loop {
        sim.go();
        let gate = sim.run().open_gates().next().unwrap().clone();
        if gate.step.as_str() == name {
            let text = sim.reply(sim.step(name));
            return (sim, text);
        }
        sim.decide_gate(gate.id, crate::domain::run::Verb::Approve).unwrap();
    }
}

fn edit(sim: &mut Sim, name: &str, reply: &str) -> Result<(), crate::orchestrator::Refusal> {
    let gate = sim.run().open_gates().next().unwrap().clone();
    let command =
        Command::Edit { gate: gate.id, digest: gate.digest, step: step(name), reply: reply.into(), who: "Anna".into() };
    store(reply);
    sim.feed(Input::Command(command)).map(|_| ())
}

#[test]
fn what_a_person_wrote_is_checked_and_shown_again() {
    let (mut sim, text) = at_gate("design");
    let before = sim.run().open_gates().next().unwrap().clone();
    let Ok(Reply::Design(mut reply)) = parse(ReplyKind::Design, &text) else { panic!("{text}") };
    reply.decisions[0].choice = "Something else entirely".into();
    edit(&mut sim, "design", &serde_json::to_string(&reply).unwrap()).unwrap();
    sim.go();
    let gate = sim.run().open_gates().next().unwrap().clone();
    assert_ne!((gate.id, &gate.digest), (before.id, &before.digest));
    assert!(sim.run().gates[&before.id].withdrawn.as_ref().unwrap().contains("Anna edited design"));
    let shown = sim.step("design");
    assert_eq!(shown.edited_by.as_deref(), Some("Anna"));
    assert!(shown.checks.iter().any(|c| c.name.as_str() == "drift"), "{:?}", shown.checks);
    let Some(Proposal::Design { decisions, .. }) = &shown.proposal else { panic!("{shown:?}") };
    assert_eq!(decisions[0].choice.as_str(), "Something else entirely");
    sim.finish();
    assert!(sim.run().decisions.values().any(|d| d.choice.as_str() == "Something else entirely"));
    assert_eq!(exit_code(sim.run()), 0);
}

#[test]
fn what_a_person_wrote_is_not_given_to_the_persona_when_it_is_red() {
    let (mut sim, text) = at_gate("design");
    let paid = sim.paid;
    let Ok(Reply::Design(mut reply)) = parse(ReplyKind::Design, &text) else { panic!("{text}") };
    reply.teach_back.clauses.clear();
    edit(&mut sim, "design", &serde_json::to_string(&reply).unwrap()).unwrap();
    sim.go();
    let gate = sim.run().open_gates().next().unwrap();
    assert!(matches!(&gate.reason, GateReason::Red { why } if why.contains("as Anna edited it")), "{gate:?}");
    assert_eq!(sim.paid, paid, "nobody was asked");
}

#[test]
fn at_the_plan_another_understanding_makes_the_plan_again() {
    let (mut sim, _) = at_gate("plan");
    let text = sim.reply(sim.step("understand"));
    let Ok(Reply::Understand(mut reply)) = parse(ReplyKind::Understand, &text) else { panic!("{text}") };
    reply.title = "Something better".into();
    edit(&mut sim, "understand", &serde_json::to_string(&reply).unwrap()).unwrap();
    sim.go();
    assert_eq!(sim.run().title.as_str(), "Something better");
    assert_eq!((sim.step("understand").attempt, sim.step("plan").attempt), (2, 2));
    assert!(matches!(sim.run().open_gates().next().unwrap().reason, GateReason::Plan));
    sim.finish();
    assert_eq!(exit_code(sim.run()), 0);
}

#[test]
fn what_is_no_reply_or_belongs_elsewhere_is_refused() {
    let (mut sim, text) = at_gate("design");
    let refused = edit(&mut sim, "design", "{\"decisions\": 3}").unwrap_err();
    assert!(refused.to_string().contains("agreed form"), "{refused}");
    let refused = edit(&mut sim, "build:core", &text).unwrap_err();
    assert!(refused.to_string().contains("design can be edited"), "{refused}");
    assert_eq!(sim.step("design").attempt, 1);
}

#[test]
fn an_answer_does_not_drop_what_a_person_wrote() {
    let (mut sim, text) = at_gate("design");
    let Ok(Reply::Design(mut reply)) = parse(ReplyKind::Design, &text) else { panic!("{text}") };
    reply.decisions[0].choice = "Something else entirely".into();
    edit(&mut sim, "design", &serde_json::to_string(&reply).unwrap()).unwrap();
    sim.go();
    let answer = Command::AnswerAssumption {
        assumption: crate::domain::AssumptionId(1),
        answer: "title only".into(),
        who: "Berta".into(),
    };
    let refused = sim.feed(Input::Command(answer.clone())).unwrap_err().to_string();
    assert!(refused.contains("Anna edited design") && refused.contains("send it back"), "{refused}");
    assert_eq!(sim.step("design").edited_by.as_deref(), Some("Anna"));
    let mut run = sim.run().clone();
    let gate = run.open_gates().next().unwrap().clone();
    run.settings.model = "offline".into();
    let told = run.instead_of_remarks(&gate).unwrap();
    assert!(told.ends_with("Sent back, design is worked out anew without what Anna edited."), "{told}");
    sim.decide_gate(gate.id, crate::domain::run::Verb::Changes { text: "Without that.".into() }).unwrap();
    sim.feed(Input::Command(answer)).unwrap();
}
