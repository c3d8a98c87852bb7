//! The calls a step is made of: who answers in which order, page by page where the requirement does not fit into one
//! prompt, and what their replies say together.
//!
//! | plan | calls of a step |
//! |---|---|
//! | lean | one, all personas of the step share it |
//! | standard | one for each persona; after understanding, design and each build one of the verifier |
//! | thorough | a teach-back before each work; planning in two rounds; a second tester who does not see the code; the verifier after every step but the last, which is his own |
//!
//! The steps are the same in all three, so a plan can be carried out in another way without being made again.

mod merge;
mod overlay;

use super::{Reply, checks::schema, persona_id};
use crate::domain::{
    ClauseId,
    pack::Page,
    plan::{PlanVariant, Seat, StepPlan, Task},
    reply::{BuildReply, NewFile, ReplyKind, TestReply, TurnReply},
    run::{Call, Run, Step},
};
pub use merge::{merge, text};
pub use overlay::whole;

/// Who answers, call by call, pages aside.
#[must_use]
pub fn seats(variant: PlanVariant, step: &StepPlan) -> Vec<Seat> {
    if variant == PlanVariant::Lean {
        return vec![Seat::shared(step)];
    }
    let thorough = variant == PlanVariant::Thorough;
    let kind = step.produces;
    let mut personas = step.personas.clone();
    if kind == ReplyKind::Verify {
        // The evidence is doubted first; the verifier, who leads, has the last word.
        let doubter = persona_id("qa-specialist");
        personas.retain(|p| *p != doubter);
        personas.insert(0, doubter);
    }
    let rounds = if thorough && kind == ReplyKind::Plan { 2 } else { 1 };
    let mut seats = Vec::new();
    let mut work = |seat: Seat| {
        if thorough && seat.round == 1 && kind != ReplyKind::Understand {
            seats.push(Seat { task: Task::TeachBack, ..seat.clone() });
        }
        seats.push(seat);
    };
    for round in 1..=rounds {
        for persona in &personas {
            work(Seat { round, ..Seat::work(vec![persona.clone()]) });
        }
    }
    if thorough && kind == ReplyKind::Test {
        work(Seat { blind: true, ..Seat::work(personas.iter().take(1).cloned().collect()) });
    }
    let reviewed = match kind {
        ReplyKind::Understand | ReplyKind::Design | ReplyKind::Build => true,
        ReplyKind::Plan | ReplyKind::Test => thorough,
        ReplyKind::Verify => false,
    };
    if reviewed {
        seats.push(Seat { task: Task::Review, ..Seat::work(vec![persona_id("verifier")]) });
    }
    seats
}

/// The call that is made next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Next {
    pub seat: Seat,
    /// From 1.
    pub page: u32,
    /// What earlier pages of this seat have put before it.
    pub covered: Vec<ClauseId>,
    /// How many of the calls just made were turns of this one: it is asked again, with what its tools gave.
    pub turns: usize,
}

/// `None` when every call of the attempt has its reply.
#[must_use]
pub fn next(run: &Run, step: &Step) -> Option<Next> {
    after(run, step, &step.calls[..step.answered()])
}

/// The call after `made`.
fn after(run: &Run, step: &Step, made: &[Call]) -> Option<Next> {
    if step.is_replaced() {
        // What stands there is the whole reply.
        return None;
    }
    let answers = || made.iter().filter(|call| call.turn.is_none());
    let seated = answers().filter(|call| call.page.is_last()).count();
    let pages = answers().rev().take_while(|call| !call.page.is_last());
    let covered: Vec<ClauseId> = pages.clone().flat_map(|call| call.covers.iter().copied()).collect();
    let page = u32::try_from(pages.count()).unwrap_or(u32::MAX) + 1;
    let seat = seats(run.settings.plan, &step.plan).into_iter().nth(seated)?;
    let turns = made.iter().rev().take_while(|call| call.turn.is_some()).count();
    Some(Next { seat, page, covered, turns })
}

/// How many turns with tools the calls of this attempt may still take.
#[must_use]
pub fn turns_left(run: &Run, step: &Step) -> u32 {
    run.settings.turns.saturating_sub(turns_taken(step))
}

fn turns_taken(step: &Step) -> u32 {
    u32::try_from(step.calls.iter().filter(|call| call.turn.is_some()).count()).unwrap_or(u32::MAX)
}

/// How many were left before those that the next call goes on from.
#[must_use]
pub fn turns_offered(run: &Run, step: &Step) -> u32 {
    let these = u32::try_from(step.turns_before(step.answered()).len()).unwrap_or(u32::MAX);
    run.settings.turns.saturating_sub(turns_taken(step).saturating_sub(these))
}

/// The newest of `texts` as a turn: its author asks for tools and may. When no turn is left, a reply that only patches its
/// files is one still, once, for nobody has to be asked again for it; anything else that asks for tools is read as the reply,
/// so a step cannot go on for ever.
#[must_use]
pub fn turn(run: &Run, step: &Step, texts: &[String]) -> Option<TurnReply> {
    let (call, text) = (step.calls.get(texts.len().checked_sub(1)?)?, texts.last()?);
    let may = call.seat.may_use_tools(step.plan.produces) && !step.is_replaced();
    let left = turns_left(run, step) > 0;
    let none_too_many = run.settings.turns > 0 && turns_taken(step) == run.settings.turns;
    schema::turn(text).filter(|turn| may && (left || none_too_many && turn.answers_when_done()))
}

/// Whether what this call brought counts in the reply of the step: an answer does, and of the turns before an answer the
/// last one, whose draft holds what all of them wrote.
#[must_use]
pub fn counts(step: &Step, call: usize) -> bool {
    let is_turn = |at: usize| step.calls.get(at).is_some_and(|call| call.turn.is_some());
    !is_turn(call) || !is_turn(call + 1) && step.calls[call].turn.as_ref().is_some_and(|turn| !turn.draft.is_empty())
}

/// What a turn stands for in the reply of the step: a reply of these files and nothing else.
#[must_use]
pub fn draft(kind: ReplyKind, files: Vec<NewFile>) -> String {
    text(&match kind {
        ReplyKind::Test => Reply::Test(TestReply { files, ..TestReply::default() }),
        _ => Reply::Build(BuildReply { files, ..BuildReply::default() }),
    })
}

/// True when no work is still to be done after the calls made: what is left, if anything, is a review.
#[must_use]
pub fn work_is_done(run: &Run, step: &Step, made: &[Call]) -> bool {
    made.last().is_some_and(|call| call.turn.is_none() && call.page.is_last())
        && after(run, step, made).is_none_or(|next| next.seat.task == Task::Review)
}

/// The calls that work on the reply, with the texts of theirs among `texts` (one for each call of the attempt).
fn working<'a>(step: &'a Step, texts: &'a [String]) -> Vec<(&'a Call, &'a str)> {
    let all = step.calls.iter().zip(texts.iter().map(String::as_str)).enumerate();
    let working = all.filter(|(at, (call, _))| call.seat.task == Task::Work && counts(step, *at));
    working.map(|(_, one)| one).collect()
}

/// What the calls of an attempt say together, of which `texts` are the replies; `None` while work is still to be done.
///
/// # Errors
/// One of them cannot be read; the words are for the persona.
pub fn reply(run: &Run, step: &Step, texts: &[String]) -> Option<Result<Reply, String>> {
    let made = step.calls.get(..texts.len())?;
    work_is_done(run, step, made).then(|| merge(step.plan.produces, &working(step, texts)))
}

/// The text that stands for several calls, to be stored before the last of them is judged; `None` when one call did all
/// the work, whose own words stand, and while work is still to be done.
#[must_use]
pub fn merged(run: &Run, step: &Step, texts: &[String]) -> Option<String> {
    let made = step.calls.get(..texts.len())?;
    let this = made.last()?;
    if this.seat.task != Task::Work || working(step, texts).len() < 2 || turn(run, step, texts).is_some() {
        return None;
    }
    reply(run, step, texts)?.ok().map(|reply| text(&reply))
}

/// The pages of the seat whose last page was just answered, with their texts.
pub(super) fn pages_of_last<'a>(step: &'a Step, texts: &'a [String]) -> Vec<&'a str> {
    let mut pages: Vec<&str> = Vec::new();
    for (call, text) in step.calls.iter().zip(texts).rev() {
        if !pages.is_empty() && call.page.is_last() {
            break;
        }
        pages.push(text);
    }
    pages.reverse();
    pages
}

/// A call that was made without its context having been recorded, as journals of earlier versions could end.
pub(super) fn unrecorded(step: &Step) -> Call {
    Call {
        seat: Seat::shared(&step.plan),
        page: Page::default(),
        covers: Vec::new(),
        pack: None,
        reply: None,
        turn: None,
    }
}
