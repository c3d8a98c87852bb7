//! Every key at a gate does something or says why not.

use crate::{bench::Bench, support::real::At};
use g1::{
    domain::{
        Clean,
        command::{Command, Update},
        run::{GateReason, Run, Verb},
    },
    ui::{Msg, overlay::Overlay},
};
use std::sync::Arc;

/// What lies in front, as one line: words that were wrapped are found.
fn in_front(text: &str) -> String {
    let framed = text.lines().filter(|l| l.starts_with('║'));
    let words = framed.flat_map(|l| l.trim_matches(['║', '┃', ' ']).split_whitespace());
    words.collect::<Vec<_>>().join(" ")
}

fn read_on(bench: &mut Bench) {
    for _ in 0..30 {
        bench.draw();
        bench.key("space");
    }
    bench.draw();
    bench.wait(400);
}

/// The card of a step that the tests of its module sent back.
#[test]
fn why_a_step_came_back_is_said_where_it_is_decided_about() {
    let mut bench = Bench::real(At::Build, 120, 40);
    let mut run = Run::clone(bench.model.run.as_ref().unwrap());
    let id = run.open_gates().next().unwrap().step.clone();
    let step = run.step_mut(&id).unwrap();
    step.reworks = 1;
    step.feedback = vec!["The tests of test:core fail (5 of 6 passed):\n- test_weight Failed: 201 != 422".into()];
    step.last_reply = step.reply.clone();
    bench.model.overlays.clear();
    bench.send(Msg::Update(Update::Run(Arc::new(run))));
    bench.key("enter");
    let card = bench.text();
    for said in ["came back", "The tests of test:core fail (5 of 6 passed)", "201 != 422", "unchanged."] {
        assert!(card.contains(said), "{said}: {card}");
    }
}

/// The recorded run at a moment, with its waiting gate asked for another reason.
fn asked(at: At, reason: GateReason) -> Bench {
    let mut bench = Bench::real(at, 80, 24);
    let mut run = Run::clone(bench.model.run.as_ref().unwrap());
    let id = run.open_gates().next().unwrap().id;
    run.gates.get_mut(&id).unwrap().reason = reason;
    bench.model.overlays.clear();
    bench.send(Msg::Update(Update::Run(Arc::new(run))));
    bench.key("enter");
    bench.draw();
    assert!(matches!(bench.model.overlays.last(), Some(Overlay::Gate(_))));
    bench
}

#[test]
fn what_decides_is_shown_before_the_card_was_read_with_what_it_waits_for() {
    for at in [At::Plan, At::Build] {
        let mut bench = Bench::real(at, 80, 24);
        bench.wait(2_500);
        let unread = bench.text();
        for key in ["║ y ", " f ", " x reject & roll back", "more: read on with j or Space, then y"] {
            assert!(unread.contains(key), "{key}: {unread}");
        }
        let rows = |text: &str| text.lines().filter(|l| l.starts_with('║')).count();
        read_on(&mut bench);
        let read = bench.text();
        assert!(!read.contains("read on with") && rows(&read) == rows(&unread), "{read}");
    }
}

#[test]
fn what_waits_looks_different_from_what_acts() {
    let mut bench = Bench::real(At::Build, 80, 24);
    bench.wait(2_500);
    let style = |bench: &mut Bench, label: &str| {
        let buf = bench.draw();
        let text = crate::bench::text_of(&buf);
        let (y, line) = text.lines().enumerate().find(|(_, l)| l.starts_with('║') && l.contains(label)).unwrap();
        let x = line.split(label).next().unwrap().chars().count();
        buf[(u16::try_from(x).unwrap(), u16::try_from(y).unwrap())].style()
    };
    let (approve, change) = (style(&mut bench, "y approve"), style(&mut bench, "f request"));
    assert_ne!(approve, change);
    read_on(&mut bench);
    assert_eq!(style(&mut bench, "y approve"), change);
}

#[test]
fn a_key_of_other_gates_says_why_it_does_nothing_at_this_one() {
    let budget = GateReason::Budget { why: Clean::new("2.50 is spent"), raise_to: None, scope: Default::default() };
    for (mut bench, keys) in [
        (Bench::real(At::Plan, 80, 24), vec![("a", "at the gate of a step; here y builds"), ("b", "b does nothing")]),
        (asked(At::Build, GateReason::PhaseEnd), vec![("a", "a green step"), ("p", "at the first gate")]),
        (asked(At::Build, GateReason::Result), vec![("x", "/rewind"), ("e", "Nothing here"), ("enter", "any more")]),
        (asked(At::Build, budget), vec![("f", "about money"), ("tab", "No question can be answered")]),
    ] {
        bench.wait(2_500);
        bench.draw();
        for (key, said) in keys {
            bench.model.notice = None;
            bench.key(key);
            assert!(bench.notice().contains(said), "{key}: {:?}", bench.notice());
            assert!(bench.commands().is_empty(), "{key}");
        }
    }
}

#[test]
fn what_was_said_about_a_key_goes_with_the_card() {
    let mut bench = Bench::real(At::Build, 80, 24);
    bench.wait(2_500);
    bench.draw();
    bench.key("y");
    assert!(bench.notice().contains("There is more"));
    bench.key("space");
    assert_eq!(bench.notice(), "");
    bench.key("y");
    bench.key("esc");
    assert_eq!(bench.notice(), "");
}

#[test]
fn who_writes_to_the_offline_engine_is_told_before_and_as_long_as_they_write() {
    let mut bench = Bench::real(At::Build, 80, 24);
    bench.wait(2_500);
    bench.key("f");
    bench.typed("m");
    let text = in_front(&bench.text());
    assert!(text.contains("cannot use remarks") && text.contains("edit what the gate shows"), "{text}");
    assert!(!text.contains("answer a question"), "what rests on the answers is approved: {text}");
    let mut bench = Bench::real(At::Plan, 80, 24);
    bench.wait(2_500);
    bench.key("f");
    let text = in_front(&bench.text());
    assert!(text.contains("answer a question"), "{text}");
    let mut bench = asked(At::Build, GateReason::Result);
    bench.key("f");
    let text = in_front(&bench.text());
    assert!(text.contains("accept the result and then") && !text.contains("edit what"), "{text}");
}

#[test]
fn a_model_is_told_nothing_of_the_kind() {
    let mut bench = Bench::real(At::Build, 80, 24);
    let mut run = Run::clone(bench.model.run.as_ref().unwrap());
    run.settings.model = "openai/gpt-5".into();
    bench.send(Msg::Update(Update::Run(Arc::new(run))));
    bench.wait(2_500);
    bench.key("f");
    assert!(!bench.text().contains("cannot use remarks"), "{}", bench.text());
}

#[test]
fn how_it_was_read_is_shown_at_later_gates_and_outside_of_them() {
    let mut bench = Bench::real(At::Build, 80, 24);
    bench.wait(2_500);
    assert!(bench.text().contains("r how I read it"), "{}", bench.text());
    bench.key("r");
    assert!(bench.text().contains("What each clause is taken to demand"));
    let mut bench = Bench::real(At::Working, 80, 24);
    bench.key("esc");
    bench.key("space");
    assert!(bench.text().contains("how I read it"), "{}", bench.text());
    bench.key("h");
    assert!(bench.text().contains("What each clause is taken to demand"));
}

#[test]
fn yes_to_a_rejection_rejects_and_no_does_not() {
    let mut bench = Bench::real(At::Build, 80, 24);
    bench.wait(2_500);
    read_on(&mut bench);
    bench.key("x");
    bench.key("y");
    assert!(bench.commands().is_empty(), "the question was not on the screen yet");
    bench.wait(400);
    bench.key("n");
    assert!(bench.commands().is_empty() && matches!(bench.model.overlays.last(), Some(Overlay::Gate(_))));
    bench.draw();
    bench.wait(400);
    bench.key("x");
    bench.wait(400);
    bench.key("y");
    assert!(matches!(&bench.commands()[..], [Command::Decide { verb: Verb::Reject, .. }]));
}

#[test]
fn a_reason_that_several_gaps_have_is_said_once_on_a_card_and_in_the_report() {
    const REASON: &str = "rules did not understand these words";
    let mut bench = Bench::real(At::Plan, 80, 60);
    bench.wait(2_500);
    let card = in_front(&bench.text());
    assert_eq!(card.matches(REASON).count(), 1, "{card}");
    assert!(card.contains("✗ C-004 \"Pupils must never") && card.contains("it will be reported missing"), "{card}");
    let report = Bench::real(At::End, 80, 24).text();
    assert_eq!(report.matches(REASON).count(), 1, "{report}");
    assert!(report.contains("rating from 1 to 5 [1]") && report.contains("[1] the offline engine"), "{report}");
}

#[test]
fn the_way_to_the_application_over_ssh_is_one_line() {
    for (width, lead) in [(80, "over SSH, on your laptop:  ssh -L"), (50, "over SSH, on your laptop:\n")] {
        let mut bench = Bench::real(At::End, width, 40);
        let url = Some("http://127.0.0.1:40321".to_owned());
        bench.send(Msg::Update(Update::Preview { url, note: Clean::default() }));
        let text = bench.text();
        assert!(text.contains("ssh -L 40321:127.0.0.1:40321 devbox\n") && text.contains(lead), "{text}");
    }
}

#[test]
fn failing_tests_are_sent_to_the_developer_by_a_key_that_nothing_else_has() {
    let red = |failing: bool| {
        let mut bench = Bench::real(At::Test, 80, 24);
        let mut run = Run::clone(bench.model.run.as_ref().unwrap());
        let gate = run.open_gates().next().unwrap().clone();
        run.settings.model = "compat/any".to_owned();
        run.gates.get_mut(&gate.id).unwrap().reason = GateReason::Red { why: Clean::new("tests: 5 of 6 passed") };
        let step = run.step_mut(&gate.step).unwrap();
        let check = step.checks.iter_mut().find(|check| check.name.as_str() == "tests").unwrap();
        check.passed = !failing;
        bench.model.overlays.clear();
        bench.send(Msg::Update(Update::Run(Arc::new(run))));
        bench.key("enter");
        bench.draw();
        bench
    };
    let mut bench = red(true);
    assert!(in_front(&bench.text()).contains("c the code is wrong"), "{}", bench.text());
    bench.key("c");
    bench.typed("41 to 50 must be taken");
    bench.key("enter");
    let commands = bench.commands();
    let [Command::Decide { verb: Verb::Fault { text }, .. }] = &commands[..] else { panic!("{commands:?}") };
    assert_eq!(text.as_str(), "41 to 50 must be taken");
    let mut bench = red(false);
    assert!(!in_front(&bench.text()).contains("the code is wrong"), "{}", bench.text());
    bench.key("c");
    assert!(bench.commands().is_empty() && bench.notice().contains("Only failing tests"), "{}", bench.notice());
}
