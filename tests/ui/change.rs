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
        Change { retire: vec![], add: vec![NewClause { text: WORDS.into(), section: vec![], supersedes: None }] };
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
    bench.key("enter");
    assert!(bench.model.overlays.is_empty());
    assert!(!bench.sent.iter().any(|c| matches!(c, Cmd::Send(_))));
    assert_eq!(bench.model.draft.text(), WORDS);
}

#[test]
fn yes_and_enter_do_it_and_a_paste_of_them_does_not() {
    let (mut bench, change) = asked();
    bench.send(Msg::Paste("y\n".into()));
    assert!(matches!(bench.model.overlays.last(), Some(Overlay::Confirm(_))));
    bench.key("y");
    bench.key("enter");
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
