//! What keys, pastes and news do.

use crate::{
    bench::Bench,
    support::sample::{Moment, Sample},
};
use g1::{
    domain::{
        ClauseId, GateId, Hash, StepId,
        command::{Command, Update},
        run::{GateMode, GateReason, StepState, Verb},
    },
    ui::{
        Caps, Cmd, Key, Msg, StartRequest,
        keymap::Context,
        panes::{Pane, timeline},
        status::ClauseStatus,
    },
};
use std::sync::Arc;

fn read_card(bench: &mut Bench) {
    // All of it comes on screen, page by page, and stays for a moment.
    for _ in 0..20 {
        bench.draw();
        bench.key("space");
    }
    bench.draw();
    bench.wait(350);
}

fn verbs(bench: &mut Bench) -> Vec<Verb> {
    bench
        .commands()
        .into_iter()
        .filter_map(|c| match c {
            Command::Decide { verb, .. } => Some(verb),
            _ => None,
        })
        .collect()
}

#[test]
fn a_gate_opens_by_itself_only_when_nothing_is_written_and_no_key_was_pressed() {
    let mut bench = Bench::at(Moment::Building, 80, 24);
    bench.typed("x");
    bench.show(Moment::BuildGate);
    assert_eq!(bench.model.context(), Context::Input, "a draft keeps the focus");
    bench.wait(10_000);
    assert_eq!(bench.model.context(), Context::Input);
    assert!(bench.text().contains("Gate 3 ready – Enter on an empty line to review"));
    bench.key("backspace");
    assert_eq!(bench.model.context(), Context::EmptyInput, "a key less than two seconds ago");
    bench.wait(1_900);
    assert_eq!(bench.model.context(), Context::EmptyInput);
    bench.wait(200);
    assert_eq!(bench.model.context(), Context::Gate);
}

#[test]
fn enter_on_an_empty_line_opens_the_gate_and_esc_puts_it_off() {
    let mut bench = Bench::at(Moment::Building, 80, 24);
    bench.key("esc");
    bench.key("i");
    bench.show(Moment::BuildGate);
    bench.key("enter");
    assert_eq!(bench.model.context(), Context::Gate);
    bench.key("esc");
    bench.wait(60_000);
    assert_eq!(bench.model.context(), Context::EmptyInput, "it is not opened again by itself");
    bench.key("enter");
    assert_eq!(bench.model.context(), Context::Gate);
}

#[test]
fn keys_decide_only_what_was_wholly_on_screen_for_a_moment() {
    let mut bench = Bench::at(Moment::BuildGate, 80, 24);
    assert_eq!(bench.model.context(), Context::Gate);
    bench.key("y");
    assert!(verbs(&mut bench).is_empty(), "no frame has shown it");
    read_card(&mut bench);
    bench.key("y");
    assert_eq!(verbs(&mut bench), [Verb::Approve]);
    assert_eq!(bench.model.context(), Context::EmptyInput);
}

#[test]
fn a_low_screen_must_be_scrolled_to_the_end_first() {
    let mut bench = Bench::at(Moment::PlanGate, 80, 14);
    for _ in 0..5 {
        bench.draw();
        bench.wait(1_000);
    }
    bench.key("y");
    assert!(verbs(&mut bench).is_empty());
    assert!(bench.text().contains("read on"));
    read_card(&mut bench);
    bench.key("y");
    assert_eq!(verbs(&mut bench), [Verb::Approve]);
}

#[test]
fn who_went_to_the_end_at_once_is_told_that_the_rest_is_above() {
    let mut bench = Bench::at(Moment::PlanGate, 80, 14);
    bench.draw();
    bench.key("G");
    bench.draw();
    bench.wait(1_000);
    bench.key("y");
    assert!(verbs(&mut bench).is_empty());
    assert!(bench.text().contains("further up"), "{}", bench.text());
}

#[test]
fn a_file_that_was_changed_since_makes_what_rests_on_it_stale_on_the_screen() {
    let mut bench = Bench::at(Moment::Done, 120, 40);
    assert_eq!(bench.looked, 1, "nobody works on it: the files can be looked at");
    let (before, proven) = (bench.text(), bench.model.statuses.counts.proven);
    let path = bench.model.run.as_ref().unwrap().code_links[0].path.clone();
    for (now, why) in [(Some(Hash::of(b"another")), "has changed since"), (None, "is gone since")] {
        bench.send(Msg::FilesSeen([(path.clone(), now)].into()));
        assert!(bench.model.statuses.counts.proven < proven, "of {proven}");
        assert!(!before.contains("stale") && bench.text().contains("stale"), "{}", bench.text());
        let said = |of: &ClauseStatus| of.stale && of.reason.as_ref().is_some_and(|reason| reason.contains(why));
        assert!(bench.model.statuses.by_clause.values().any(said), "{why}: {:?}", bench.model.statuses.by_clause);
    }
    bench.send(Msg::FilesSeen([].into()));
    assert_eq!(bench.model.statuses.counts.proven, proven);
}

#[test]
fn a_gate_that_was_withdrawn_waits_for_nobody() {
    let mut sample = Sample::default();
    let mut run = sample.run(Moment::BuildGate);
    let gate = run.gates.values_mut().find(|gate| gate.is_open()).unwrap();
    gate.withdrawn = Some("A-001 was answered".into());
    let gate = gate.clone();
    assert_eq!(timeline::gate_word(&gate), "withdrawn");
}

#[test]
fn the_card_of_the_end_of_a_phase_names_what_was_taken_over_before() {
    let mut sample = Sample::default();
    let mut run = sample.run(Moment::BuildGate);
    let gate = run.gates.values_mut().find(|gate| gate.is_open()).unwrap();
    gate.reason = GateReason::PhaseEnd;
    let step = gate.step.clone();
    let mut before = run.step(&step).unwrap().clone();
    (before.plan.id, before.state) = (StepId::new("build:first").unwrap(), StepState::Done);
    before.plan.title = "Build what comes first".into();
    run.steps.push(before.into());
    let mut bench = Bench::with(120, 40, Caps::default());
    bench.send(Msg::Update(Update::Run(Arc::new(run))));
    bench.key("enter");
    let text = bench.text();
    for row in ["before    build:core Build the module core, 4 files", "          build:first Build what comes first"] {
        assert!(text.contains(row), "{row} in {text}");
    }
}

#[test]
fn a_text_on_top_of_the_card_starts_the_moment_again() {
    let mut bench = Bench::at(Moment::BuildGate, 120, 40);
    bench.draw();
    bench.wait(200);
    bench.key("d");
    bench.draw();
    bench.wait(1_000);
    bench.key("esc");
    bench.key("y");
    assert!(verbs(&mut bench).is_empty(), "it was covered");
    bench.draw();
    bench.wait(350);
    bench.key("y");
    assert_eq!(verbs(&mut bench), [Verb::Approve]);
}

#[test]
fn pastes_and_bursts_decide_nothing() {
    let mut bench = Bench::at(Moment::BuildGate, 120, 40);
    read_card(&mut bench);
    bench.send(Msg::Paste("y".into()));
    for c in "yax".chars() {
        bench.send(Msg::Key { key: Key::char(c), burst: true });
    }
    assert!(verbs(&mut bench).is_empty());
    assert_eq!(bench.model.draft.text(), "y", "the pasted text is kept");
}

#[test]
fn changes_are_sent_with_the_words_and_the_digest() {
    let mut bench = Bench::at(Moment::BuildGate, 120, 40);
    read_card(&mut bench);
    bench.key("f");
    bench.typed("no role check, a grant");
    bench.key("ctrl-j");
    bench.typed("please");
    bench.key("enter");
    let sent = bench.commands();
    let Command::Decide { gate, verb: Verb::Changes { text }, who, .. } = &sent[0] else { panic!("{sent:?}") };
    assert_eq!((*gate, text.as_str(), who.as_str()), (GateId(3), "no role check, a grant\nplease", "sam"));
}

#[test]
fn rejecting_asks_first_and_the_safe_choice_is_selected() {
    let mut bench = Bench::at(Moment::BuildGate, 120, 40);
    read_card(&mut bench);
    bench.key("x");
    assert!(bench.text().contains("1 proposed file"), "it names what is undone");
    bench.key("enter");
    assert!(verbs(&mut bench).is_empty());
    bench.draw();
    bench.wait(350);
    bench.key("x");
    bench.key("tab");
    bench.key("enter");
    assert_eq!(verbs(&mut bench), [Verb::Reject]);
}

#[test]
fn a_gate_decided_elsewhere_closes_its_card() {
    let mut bench = Bench::at(Moment::BuildGate, 120, 40);
    bench.show(Moment::Done);
    // The sample's end has no gate G-03: the card has nothing to decide any more.
    assert_eq!(bench.model.context(), Context::EmptyInput);
}

#[test]
fn approving_by_words_needs_a_read_card() {
    let mut bench = Bench::at(Moment::BuildGate, 120, 40);
    bench.key("esc");
    bench.typed("/approve");
    bench.key("enter");
    assert!(verbs(&mut bench).is_empty());
    assert_eq!(bench.model.context(), Context::Gate);
    read_card(&mut bench);
    bench.key("esc");
    bench.typed("/approve");
    bench.key("enter");
    assert_eq!(verbs(&mut bench), [Verb::Approve]);
}

#[test]
fn words_go_to_the_personas() {
    let mut bench = Bench::at(Moment::Building, 80, 24);
    bench.typed("keep it short");
    bench.key("enter");
    bench.typed("@build:workouts use a table");
    bench.key("enter");
    let said: Vec<_> = bench
        .commands()
        .into_iter()
        .filter_map(|c| match c {
            Command::Say { step, text, .. } => Some((step.map(|s| s.to_string()), text.to_string())),
            _ => None,
        })
        .collect();
    assert_eq!(said, [(None, "keep it short".into()), (Some("build:workouts".into()), "use a table".into())]);
}

#[test]
fn slash_commands_do_what_they_say() {
    let mut bench = Bench::at(Moment::Building, 80, 24);
    for line in ["/assume A-002 Sunday", "/waive C-007 not needed", "/ask phase", "/preview 8123", "/pause"] {
        bench.typed(line);
        bench.key("enter");
    }
    let sent = bench.commands();
    assert!(matches!(&sent[0], Command::AnswerAssumption { answer, .. } if answer.as_str() == "Sunday"), "{sent:?}");
    assert!(matches!(&sent[1], Command::Waive { clause: ClauseId(7), why, .. } if why.as_str() == "not needed"));
    assert!(matches!(&sent[2], Command::SetGates { gates: GateMode::Phase, .. }));
    assert!(matches!(&sent[3], Command::StartPreview { port: Some(8123) }));
    assert!(matches!(&sent[4], Command::Pause { .. }));
    bench.typed("/nonsense");
    bench.key("enter");
    assert!(bench.model.notice.as_ref().is_some_and(|n| n.error));
}

#[test]
fn every_slash_command_in_help_is_understood() {
    for command in g1::ui::update::slash::COMMANDS {
        let mut bench = Bench::at(Moment::BuildGate, 80, 24);
        bench.key("esc");
        bench.typed(&format!("/{} A-001 x", command.name));
        bench.key("enter");
        let unknown = bench.model.notice.as_ref().is_some_and(|n| n.text.contains("There is no /"));
        assert!(!unknown, "{}", command.name);
    }
}

#[test]
fn ctrl_c_clears_then_pauses_then_quits() {
    let mut bench = Bench::at(Moment::Building, 80, 24);
    bench.typed("half a thought");
    bench.key("ctrl-c");
    assert!(bench.model.draft.is_empty());
    assert!(bench.commands().is_empty());
    bench.key("ctrl-c");
    assert!(matches!(bench.commands()[..], [Command::Pause { .. }]));
    bench.key("ctrl-c");
    assert!(matches!(bench.commands()[..], [Command::Quit { detach: false }]));
    bench.send(Msg::Update(Update::Ended { exit: 0 }));
    assert!(bench.sent.contains(&Cmd::Quit));
    bench.key("up");
    assert_eq!(bench.model.draft.text(), "half a thought", "what was cleared is in the history");
}

#[test]
fn a_driver_that_does_not_answer_cannot_hold_the_person() {
    let mut bench = Bench::at(Moment::Building, 80, 24);
    bench.typed("/quit");
    bench.key("enter");
    assert!(!bench.sent.contains(&Cmd::Quit));
    bench.wait(5_100);
    assert!(bench.sent.contains(&Cmd::Quit));
}

#[test]
fn single_characters_on_an_empty_line_are_shortcuts_and_text_otherwise() {
    let mut bench = Bench::at(Moment::Building, 80, 24);
    bench.key("4");
    assert_eq!(bench.model.pane, Pane::Code);
    bench.key("i");
    bench.typed("a4?");
    assert_eq!(bench.model.draft.text(), "a4?");
    assert_eq!(bench.model.pane, Pane::Code);
}

#[test]
fn searching_counts_and_walks() {
    let mut bench = Bench::at(Moment::Done, 80, 24);
    bench.key("1");
    bench.key("/");
    bench.typed("workouts");
    bench.key("enter");
    let found = bench.model.hub.list.search.clone().unwrap();
    assert!(found.matches.len() > 2);
    let first = bench.model.hub.list.selected;
    bench.key("n");
    assert_ne!(bench.model.hub.list.selected, first);
    bench.key("N");
    assert_eq!(bench.model.hub.list.selected, first);
    bench.key("esc");
    assert!(bench.model.hub.list.search.is_none());
}

#[test]
fn copying_takes_the_logical_text() {
    let mut bench = Bench::at(Moment::Done, 60, 24);
    bench.key("1");
    bench.key("j");
    bench.key("y");
    let copied = bench.sent.iter().find_map(|c| match c {
        Cmd::Copy(text) => Some(text.clone()),
        _ => None,
    });
    let copied = copied.unwrap();
    assert!(copied.starts_with("C-002 People sign up") && copied.ends_with("from 1 to 10."), "{copied}");
}

#[test]
fn reading_back_is_not_disturbed_by_news() {
    let mut bench = Bench::at(Moment::Building, 80, 12);
    bench.draw();
    bench.key("2");
    bench.key("g");
    let before = bench.text();
    assert!(before.contains("I read 10 clauses"), "{before}");
    bench.show(Moment::BuildGate);
    assert!(bench.text().contains("I read 10 clauses"));
    bench.key("G");
    assert!(!bench.text().contains("I read 10 clauses"));
}

#[test]
fn the_welcome_screen_starts_a_run_with_the_exact_text() {
    let mut bench = Bench::welcome(80, 24);
    bench.key("enter");
    assert!(bench.sent.is_empty());
    bench.send(Msg::Paste("Build a guest book.\r\n\r\n- name\r\n- message".into()));
    bench.key("enter");
    let [Cmd::Start(StartRequest::New { requirement, model, .. })] = &bench.sent[..] else {
        panic!("{:?}", bench.sent)
    };
    assert_eq!(String::from_utf8_lossy(requirement), "Build a guest book.\r\n\r\n- name\r\n- message");
    assert_eq!(model, "offline");
    bench.send(Msg::Started(Err("That is not English; choose a model with Tab.".into())));
    assert!(bench.text().contains("not English"));
    assert!(!bench.model.welcome.draft.is_empty(), "the text is still there");
}

#[test]
fn a_paste_without_brackets_does_not_start_at_its_first_line_end() {
    let mut bench = Bench::welcome(80, 24);
    for key in ["a", "enter", "b"] {
        bench.send(Msg::Key { key: key.parse().unwrap(), burst: true });
    }
    assert!(bench.sent.is_empty());
    assert_eq!(bench.model.welcome.draft.text(), "a\nb");
}

#[test]
fn idle_screens_ask_for_no_wake_up() {
    let mut bench = Bench::at(Moment::Done, 80, 24);
    bench.draw();
    assert_eq!(bench.model.deadline(), None);
    let mut bench = Bench::at(Moment::BuildGate, 80, 24);
    bench.draw();
    bench.wait(400);
    bench.key("esc");
    bench.wait(10_000);
    assert_eq!(bench.model.deadline(), None);
}

#[test]
fn streams_are_bounded_and_settle() {
    let mut bench = Bench::at(Moment::Building, 80, 24);
    let step: g1::domain::StepId = "build:workouts".parse().unwrap();
    for _ in 0..3_000 {
        bench.send(Msg::Update(Update::Delta { step: step.clone(), text: "word and another word, ".repeat(4).into() }));
    }
    assert!(bench.model.streams[&step].len() <= 64 << 10);
    bench.show(Moment::Done);
    assert!(bench.model.streams.is_empty());
}
