//! Questions that the text leaves open: what can be chosen, and what of an answer is not followed.

use crate::{bench::Bench, support::real::At};
use g1::{
    domain::{
        AssumptionId, Clean,
        clause::{Gap, in_answer_to},
        command::{Command, Update},
        run::Run,
    },
    ui::{Msg, overlay::Overlay},
};
use std::sync::Arc;

const CHOICES: [&str; 3] = ["everyone who is signed in", "the teacher", "nobody"];

/// The recorded run at its first gate, where A-006 has choices.
fn bench(width: u16, height: u16) -> Bench {
    let mut bench = Bench::real(At::Plan, width, height);
    let mut run = Run::clone(bench.model.run.as_ref().unwrap());
    run.assumptions.get_mut(&AssumptionId(6)).unwrap().choices = CHOICES.map(Clean::new).to_vec();
    bench.send(Msg::Update(Update::Run(Arc::new(run))));
    bench.wait(2_500);
    for _ in 0..5 {
        bench.key("tab");
    }
    bench.key("enter");
    bench
}

fn answer(bench: &mut Bench) -> String {
    match &bench.commands()[..] {
        [Command::AnswerAssumption { assumption: AssumptionId(6), answer, .. }] => answer.to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_question_shows_what_can_be_chosen_and_takes_it_by_number_or_arrow_or_in_own_words() {
    let mut asked = bench(80, 24);
    let text = asked.text();
    for line in ["Who sees comments?", "1 ○ everyone who is signed in", "2 ○ the teacher", "3 ○ nobody"] {
        assert!(text.contains(line), "{line}: {text}");
    }
    asked.key("2");
    let text = asked.text();
    assert!(text.contains("2 ● the teacher") && text.contains("answer A-006 › the teacher"), "{text}");
    asked.key("enter");
    assert_eq!(answer(&mut asked), "the teacher");
    let mut asked = bench(80, 24);
    asked.key("up");
    asked.key("up");
    asked.key("enter");
    assert_eq!(answer(&mut asked), "the teacher");
    let mut asked = bench(80, 24);
    asked.typed("pupils, but not 2 of them");
    asked.key("enter");
    assert_eq!(answer(&mut asked), "pupils, but not 2 of them");
}

#[test]
fn what_can_be_chosen_has_room_on_a_low_screen_and_a_paste_chooses_nothing() {
    let mut asked = bench(40, 12);
    let text = asked.text();
    assert!(text.contains("1 ○ everyone") && text.contains("answer A-006"), "{text}");
    asked.send(Msg::Paste("2".into()));
    asked.key("enter");
    assert_eq!(answer(&mut asked), "2");
}

#[test]
fn a_digit_is_a_digit_where_answers_begin_with_one() {
    let mut asked = bench(80, 24);
    if let Some(Overlay::Prompt(p)) = asked.model.overlays.last_mut() {
        p.choices = ["1000", "100"].map(Clean::new).to_vec();
    }
    asked.typed("200");
    asked.key("enter");
    assert_eq!(answer(&mut asked), "200");
}

#[test]
fn an_answer_that_is_not_followed_is_said_where_it_stands_and_when_the_card_comes_again() {
    let mut asked = bench(80, 24);
    asked.typed("the moon");
    asked.key("enter");
    answer(&mut asked);
    let mut run = Run::clone(asked.model.run.as_ref().unwrap());
    let question = run.assumptions[&AssumptionId(6)].question.clone();
    let item = run.assumptions.get_mut(&AssumptionId(6)).unwrap();
    (item.answer, item.answered_by) = ("the moon".into(), Some("sam".into()));
    let clause = item.clauses[0];
    let gap =
        |what: String, reason: &str| Gap { clause, what: what.into(), reason: reason.into(), whole: false, step: None };
    run.gaps
        .push(gap(format!("“the moon”{}", in_answer_to(&question)), "nobody is called so; in force stays: everyone"));
    let gate = run.open_gates().next().unwrap().id;
    run.gates.get_mut(&gate).unwrap().digest = g1::domain::Hash::of(b"another");
    asked.model.overlays.clear();
    asked.send(Msg::Update(Update::Run(Arc::new(run))));
    asked.wait(2_500);
    assert!(asked.notice().contains("A-006: “the moon” is not followed: nobody is called so"), "{}", asked.notice());
    asked.model.notice = None;
    let text = asked.text();
    assert!(text.contains("▸ A-006") && text.contains("✗ “the moon” is not followed"), "{text}");
    assert_eq!(text.matches("the moon").count(), 2, "the gap stands with its question alone: {text}");
}

#[test]
fn the_marked_question_is_on_the_screen_of_whatever_height() {
    let mut bench = Bench::real(At::Plan, 40, 12);
    bench.wait(2_500);
    bench.draw();
    for id in ["A-002", "A-003", "A-004", "A-005", "A-006", "A-007", "A-001", "A-002"] {
        bench.key("tab");
        let text = bench.text();
        assert!(text.contains(&format!("▸ {id}")), "{id}: {text}");
    }
    bench.key("y");
    assert!(bench.commands().is_empty(), "going from question to question is no reading of the rest");
}

#[test]
fn who_answers_several_questions_goes_on_with_the_next() {
    let mut asked = bench(80, 24);
    asked.key("2");
    asked.key("enter");
    answer(&mut asked);
    let mut run = Run::clone(asked.model.run.as_ref().unwrap());
    let gate = run.open_gates().next().unwrap().id;
    run.gates.get_mut(&gate).unwrap().digest = g1::domain::Hash::of(b"another");
    asked.model.overlays.clear();
    asked.send(Msg::Update(Update::Run(Arc::new(run))));
    asked.wait(2_500);
    assert!(asked.text().contains("▸ A-007"), "{}", asked.text());
}
