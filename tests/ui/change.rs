//! A finished run goes on with what is typed: it is looked at, asked about, and only then done.

use crate::{bench::Bench, support::real::At};
use g1::{
    domain::{
        ClauseId,
        change::{Change, NewClause},
        command::Command,
    },
    ui::{Cmd, Msg, Wish, overlay::Overlay},
};

const WORDS: &str = "A member can rate a book.";

fn asked() -> (Bench, Change) {
    let mut bench = Bench::real(At::End, 80, 24);
    bench.typed(WORDS);
    bench.key("enter");
    assert_eq!(bench.sent.last(), Some(&Cmd::PlanChange(Wish::Add(WORDS.into()))));
    let change =
        Change { add: vec![NewClause { text: WORDS.into(), section: vec![], supersedes: None }], ..Change::default() };
    bench.send(Msg::ChangePlanned(Ok(change.clone())));
    (bench, change)
}

#[test]
fn words_on_a_finished_run_are_looked_at_and_asked_about() {
    let (mut bench, _) = asked();
    let text = bench.text();
    assert!(text.contains("rate a book") && text.contains("Made again") && text.contains("calls"), "{text}");
    assert!(!bench.sent.iter().any(|c| matches!(c, Cmd::Send(_))), "nothing is done yet");
    insta::assert_snapshot!("change_80x24", text);
}

#[test]
fn the_safe_answer_keeps_the_words() {
    let (mut bench, _) = asked();
    bench.wait(400);
    bench.key("n");
    assert!(bench.model.overlays.is_empty(), "no keeps it as it is");
    let (mut bench, _) = asked();
    bench.key("enter");
    assert!(bench.model.overlays.is_empty());
    assert!(!bench.sent.iter().any(|c| matches!(c, Cmd::Send(_))));
    assert_eq!(bench.model.draft.text(), WORDS);
}

#[test]
fn yes_does_it_and_a_paste_of_it_or_who_still_writes_does_not() {
    let (mut bench, change) = asked();
    bench.send(Msg::Paste("y\n".into()));
    bench.key("y");
    assert!(matches!(bench.model.overlays.last(), Some(Overlay::Confirm(_))), "it has only just come up");
    bench.wait(400);
    bench.send(Msg::Key { key: "y".parse().unwrap(), burst: true });
    assert!(matches!(bench.model.overlays.last(), Some(Overlay::Confirm(_))));
    bench.key("y");
    assert_eq!(bench.sent.last(), Some(&Cmd::Send(Command::Change { change, who: "sam".into() })));
    assert!(bench.model.draft.is_empty());
}

#[test]
fn a_wish_that_cannot_be_says_why_and_keeps_the_words() {
    let mut bench = Bench::real(At::End, 80, 24);
    bench.typed(WORDS);
    bench.key("enter");
    bench.send(Msg::ChangePlanned(Err("not changed: it is no English".into())));
    assert!(bench.text().contains("no English"));
    assert_eq!(bench.model.draft.text(), WORDS);
}

#[test]
fn sentences_are_amended_and_removed_by_number() {
    let mut bench = Bench::real(At::End, 80, 24);
    for (words, wish) in [
        ("/amend C-003 Books have a year.", Some(Wish::Amend(ClauseId(3), "Books have a year.".into()))),
        ("/remove C-003 C-004", Some(Wish::Remove(vec![ClauseId(3), ClauseId(4)]))),
        ("/add More of it.", Some(Wish::Add("More of it.".into()))),
        ("/remove", None),
        ("/amend C-003", None),
        ("/add", None),
    ] {
        let before = bench.sent.len();
        bench.typed(words);
        bench.key("enter");
        let got = bench.sent[before..].iter().find_map(|c| match c {
            Cmd::PlanChange(wish) => Some(wish.clone()),
            _ => None,
        });
        assert_eq!(got, wish, "{words}");
    }
}

#[test]
fn a_run_that_goes_on_is_not_changed() {
    let mut bench = Bench::real(At::Build, 80, 24);
    bench.key("esc");
    bench.typed("/add More of it.");
    bench.key("enter");
    assert!(!bench.sent.iter().any(|c| matches!(c, Cmd::PlanChange(_))));
    assert!(bench.text().contains("when the run has ended"));
}

#[test]
fn model_and_export_do_what_their_names_say() {
    let mut bench = Bench::real(At::Build, 80, 24);
    bench.key("esc");
    bench.typed("/model openai/gpt-5");
    bench.key("enter");
    let wanted = Command::UseModel { model: "openai/gpt-5".into(), who: "sam".into() };
    assert_eq!(bench.sent.last(), Some(&Cmd::Send(wanted)));
    bench.typed("/export ../out.tar.gz");
    bench.key("enter");
    assert_eq!(bench.sent.last(), Some(&Cmd::Export(Some("../out.tar.gz".into()))));
    bench.send(Msg::Exported(Ok("42 files in ../out.tar.gz".into())));
    assert!(bench.text().contains("42 files"));
}

#[test]
fn draft_and_place_are_there_again() {
    use g1::ui::{panes::Pane, saved};
    let mut bench = Bench::real(At::End, 80, 24);
    bench.typed("half a sen");
    bench.model.pane = Pane::Chat;
    bench.key("pgup");
    let anchor = bench.model.chat.anchor;
    assert!(anchor.is_some());
    let kept = saved::of(&bench.model).unwrap();
    let mut again = Bench::with(80, 24, g1::ui::Caps::default());
    again.model.recalled = saved::read(&kept);
    assert!(again.model.recalled.is_some() && saved::read("{ no").is_none());
    let run = std::sync::Arc::new(crate::support::real::run(At::End));
    again.send(Msg::Update(g1::domain::command::Update::Run(run)));
    assert_eq!((again.model.draft.text().as_str(), again.model.chat.anchor), ("half a sen", anchor));
}

#[test]
fn a_run_that_stands_still_says_why_and_how_it_goes_on() {
    use g1::domain::run::{PauseReason, RunStatus};
    let mut bench = Bench::with(80, 24, g1::ui::Caps::default());
    let mut run = crate::support::real::run(At::Working);
    run.status =
        RunStatus::Paused { reason: PauseReason::Provider, detail: "http://127.0.0.1:9 refused the connection".into() };
    bench.send(Msg::Update(g1::domain::command::Update::Run(std::sync::Arc::new(run))));
    let text = bench.text();
    assert!(text.contains("refused the connection") && text.contains("/resume") && text.contains("/model"), "{text}");
    assert!(!text.contains("… working") && text.contains("stands still"), "{text}");
}
