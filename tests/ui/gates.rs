//! The gate card and what leads to a decision, on a recorded run.

use crate::{bench::Bench, support::real::At};
use g1::{
    domain::{
        command::{Command, Update},
        plan::{Estimate, PlanVariant},
        run::Proposal,
    },
    ui::{Cmd, Msg, StartRequest, overlay::Overlay},
};

/// The first gate offers each way of carrying the plan out with what it takes; turning it decides nothing.
#[test]
fn the_plan_is_turned_at_its_gate_and_the_card_shows_what_it_would_take() {
    let mut bench = Bench::real(At::Plan, 100, 60);
    bench.draw();
    bench.wait(2_500);
    let text = bench.text();
    for row in ["● lean       8 calls ≈ 113k tok", "○ standard  15 calls ≈ 162k tok", "○ thorough  31 calls"]
    {
        assert!(text.contains(row), "{row} in {text}");
    }
    bench.wait(400);
    bench.key("p");
    let [Command::SetPlan { plan: PlanVariant::Standard, .. }] = &bench.commands()[..] else { panic!() };
    let mut run = g1::domain::run::Run::clone(bench.model.run.as_ref().unwrap());
    run.settings.plan = PlanVariant::Standard;
    bench.send(Msg::Update(Update::Run(std::sync::Arc::new(run))));
    bench.key("y");
    assert!(bench.commands().is_empty(), "what the card says now was not on the screen yet");
    let text = bench.text();
    assert!(text.contains("○ lean ") && text.contains("● standard"), "{text}");
    bench.wait(400);
    bench.key("y");
    assert!(matches!(&bench.commands()[..], [Command::Decide { .. }]));
    bench.typed("/plan thorough");
    bench.key("enter");
    assert!(bench.commands().is_empty() && bench.notice().contains("at its gate"), "{}", bench.notice());
}

/// Before anything is built a person sees what each sentence is taken to demand, in other words than its own.
#[test]
fn what_each_clause_is_taken_to_demand_is_shown_before_it_is_built() {
    let mut bench = Bench::real(At::Plan, 100, 60);
    bench.wait(2_500);
    bench.draw();
    bench.key("r");
    bench.draw();
    let run = bench.model.run.clone().expect("a run");
    let criterion = run.interpretations.values().flat_map(|one| &one.acceptance).next().expect("one").to_string();
    let text = bench.text();
    assert!(text.contains("What each clause is taken to demand") && text.contains(&criterion), "{criterion}: {text}");
    let times = bench.pager().texts().iter().filter(|line| line.contains(&criterion)).count();
    assert_eq!(times, 1, "what several clauses say together is said once");
    bench.key("esc");
    assert!(matches!(bench.model.overlays.last(), Some(Overlay::Gate(_))), "the gate is still there");
}

#[test]
fn remarks_on_lines_of_the_diff_become_the_words_that_ask_for_changes() {
    let mut bench = Bench::real(At::Build, 120, 60);
    bench.wait(2_500);
    bench.key("d");
    while !bench.pager().texts()[bench.pager().list.selected].starts_with("+++ b/app/accounts.py") {
        bench.key("]");
    }
    for _ in 0..4 {
        bench.key("j");
    }
    bench.key("f");
    bench.typed("say why");
    bench.key("enter");
    bench.key("esc");
    for _ in 0..20 {
        bench.draw();
        bench.key("space");
    }
    bench.draw();
    bench.wait(400);
    assert!(bench.text().contains("request changes (1 remark)"), "{}", bench.text());
    bench.key("f");
    bench.key("enter");
    let commands = bench.commands();
    let [Command::Decide { verb: g1::domain::run::Verb::Changes { text }, .. }] = &commands[..] else {
        panic!("{commands:?}")
    };
    assert_eq!(text.as_str(), "app/accounts.py:3: say why");
}

#[test]
fn changes_can_be_asked_for_before_all_was_read() {
    let mut bench = Bench::real(At::Build, 80, 24);
    bench.wait(2_500);
    bench.draw();
    bench.key("y");
    assert!(bench.commands().is_empty() && bench.notice().contains("There is more"), "{}", bench.notice());
    bench.key("f");
    bench.typed("m is kept");
    bench.key("enter");
    let commands = bench.commands();
    let [Command::Decide { verb: g1::domain::run::Verb::Changes { text }, .. }] = &commands[..] else {
        panic!("{commands:?}")
    };
    assert_eq!(text.as_str(), "m is kept");
}

#[test]
fn what_was_read_stays_read_in_another_size() {
    let mut bench = Bench::real(At::Build, 80, 24);
    bench.wait(2_500);
    for _ in 0..30 {
        bench.draw();
        bench.key("space");
    }
    bench.draw();
    bench.send(Msg::Resize(200, 50));
    bench.draw();
    bench.wait(400);
    bench.key("y");
    assert!(matches!(&bench.commands()[..], [Command::Decide { .. }]), "{}", bench.notice());
}

#[test]
fn a_question_is_answered_with_a_keystroke_from_its_sentence() {
    let mut bench = Bench::real(At::Plan, 80, 24);
    bench.key("esc");
    bench.key("1");
    bench.key("a");
    bench.typed("two weeks");
    bench.key("enter");
    let commands = bench.commands();
    assert!(
        matches!(&commands[..], [Command::AnswerAssumption { answer, .. }] if answer.as_str() == "two weeks"),
        "{commands:?}"
    );
    let mut bench = Bench::real(At::Working, 80, 24);
    bench.key("1");
    bench.key("a");
    assert!(bench.notice().contains("No question can be answered any more"), "{}", bench.notice());
}

#[test]
fn when_to_be_asked_is_chosen_before_the_start() {
    let mut bench = Bench::welcome(80, 24);
    bench.typed("A guest book for our wedding.");
    bench.key("tab");
    bench.key("space");
    bench.key("enter");
    bench.key("enter");
    let Some(Cmd::Start(StartRequest::New { plan, gates, .. })) = bench.sent.pop() else { panic!("not started") };
    assert_eq!((format!("{plan:?}"), format!("{gates:?}")), ("Lean".into(), "Phase".into()));
}

#[test]
fn what_a_gate_proposes_is_edited_and_a_text_that_cannot_be_taken_is_kept() {
    let mut bench = Bench::real(At::Build, 80, 24);
    bench.draw();
    bench.wait(400);
    bench.send(Msg::Key { key: "e".parse().unwrap(), burst: true });
    assert!(!bench.sent.iter().any(|c| matches!(c, Cmd::EditProposal(_))), "no paste opens an editor");
    bench.key("e");
    let Some(Cmd::EditProposal(wanted)) = bench.sent.last().cloned() else { panic!("{:?}", bench.sent) };
    assert_eq!((wanted.parts.len(), wanted.kept.as_deref()), (1, None));
    let step = wanted.parts[0].step.clone();
    let (gate, digest) = (wanted.gate, wanted.digest);
    let edited = |result| Msg::ProposalEdited { gate, digest: digest.clone(), result };
    bench.send(edited(Ok(("half".into(), Err("line 3: expected `=`".into())))));
    assert!(bench.notice().contains("line 3") && bench.notice().contains("e opens it again"), "{}", bench.notice());
    bench.key("e");
    assert!(matches!(bench.sent.last(), Some(Cmd::EditProposal(w)) if w.kept.as_deref() == Some("half")));
    bench.send(edited(Ok(("same".into(), Ok(None)))));
    assert!(bench.notice().contains("Nothing was changed"));
    assert!(bench.commands().is_empty());
    bench.send(edited(Ok(("whole".into(), Ok(Some((step.clone(), "{}".into())))))));
    let sent = bench.commands();
    assert!(matches!(&sent[..], [Command::Edit { step: s, reply, .. }] if *s == step && reply == "{}"), "{sent:?}");
    assert!(bench.model.overlays.is_empty(), "the card comes again with what the checks say");
}

/// A person who answers a gate in the input line means the gate, and must read it first.
#[test]
fn yes_in_the_input_opens_the_card_and_is_not_said_to_anybody() {
    for word in ["y", "Yes", "approve"] {
        let mut bench = Bench::real(At::Build, 80, 24);
        bench.key("esc");
        bench.typed(word);
        bench.key("enter");
        assert!(bench.commands().is_empty(), "{word}");
        assert!(matches!(bench.model.overlays.last(), Some(Overlay::Gate(_))));
        assert!(bench.notice().contains("Read G-03 first"), "{}", bench.notice());
    }
    let mut bench = Bench::real(At::Working, 80, 24);
    bench.typed("yes");
    bench.key("enter");
    assert!(matches!(&bench.commands()[..], [Command::Say { .. }]), "no gate waits: they are words");
}

/// On a low screen a card still shows something to read, and what is said over it is whole.
#[test]
fn a_low_screen_has_room_for_the_card_and_for_what_is_said_about_it() {
    let mut bench = Bench::real(At::Build, 40, 12);
    bench.key("esc");
    bench.typed("y");
    bench.key("enter");
    let text = bench.text();
    assert!(text.contains("Read G-03 first") && text.contains("approves it."), "{text}");
    bench.wait(7_000);
    let text = bench.text();
    assert!(text.lines().filter(|l| l.starts_with('║')).count() >= 6 && text.contains("e edit"), "{text}");
    assert!(!text.contains("y approve"), "a key that decides nothing yet is not offered: {text}");
    assert_eq!(text.matches("reject").count(), 0, "the help has the rest of the keys: {text}");
}

/// A glance is no reading: what was on the screen for a moment only must be read in the other size.
#[test]
fn what_was_only_glanced_at_is_not_read_in_another_size() {
    let mut bench = Bench::real(At::Plan, 100, 60);
    bench.draw();
    bench.wait(100);
    bench.send(Msg::Resize(60, 14));
    bench.draw();
    bench.wait(2_500);
    bench.draw();
    bench.key("y");
    assert!(bench.commands().is_empty(), "{}", bench.text());
}

/// Each step is estimated in the way that is chosen, and another way says other figures.
#[test]
fn the_card_says_what_each_step_would_take_in_the_chosen_way() {
    let mut bench = Bench::real(At::Plan, 100, 60);
    let mut run = g1::domain::run::Run::clone(bench.model.run.as_ref().unwrap());
    let at = run.steps.iter().position(|step| matches!(step.proposal, Some(Proposal::Plan { .. }))).unwrap();
    let mut step = g1::domain::run::Step::clone(&run.steps[at]);
    let Some(Proposal::Plan { plan }) = &mut step.proposal else { panic!("no plan") };
    let each = |calls: u32| {
        let one = Estimate { calls, tokens: 1_500 * u64::from(calls), seconds: 40, ..Estimate::default() };
        plan.steps.iter().map(|step| (step.id.clone(), one)).collect()
    };
    plan.per_step = vec![(PlanVariant::Lean, each(1)), (PlanVariant::Standard, each(3))];
    run.steps[at] = step.into();
    let rows = |text: &str, takes: &str| text.lines().filter(|line| line.contains(takes)).count();
    bench.send(Msg::Update(Update::Run(std::sync::Arc::new(run.clone()))));
    bench.wait(2_500);
    bench.draw();
    let text = bench.text();
    assert!(text.contains("Each step design        1 call  ≈ 1.5k tok ≈ $0.00 ≈ 40 s"), "{text}");
    assert_eq!(rows(&text, "1 call  ≈ 1.5k tok"), 6, "{text}");
    run.settings.plan = PlanVariant::Standard;
    bench.send(Msg::Update(Update::Run(std::sync::Arc::new(run))));
    bench.draw();
    let text = bench.text();
    assert_eq!((rows(&text, "3 calls ≈ 4.5k tok"), rows(&text, "1 call  ≈ 1.5k tok")), (6, 0), "{text}");
}
