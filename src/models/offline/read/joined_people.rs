//! `The student who made a reservation or an instructor can cancel it`: whoever is told more of does it, too, and not only whoever
//! stands next to the verb.

use super::lexicon::nouns;
use super::sentence::{Pred, Sentence};
use super::tag::Tag;

/// Gives the main clause back those of whom a relative clause tells.
pub fn settle(all: &mut [Sentence]) {
    for s in all {
        for pi in 1..s.preds.len() {
            if joined(s, &s.preds[pi - 1], &s.preds[pi]) {
                let first = s.preds[pi - 1].subject.clone();
                s.preds[pi].subject.splice(0..0, first);
            }
        }
    }
}

/// Whether the people before `who` and those before the main verb are joined.
fn joined(s: &Sentence, told: &Pred, main: &Pred) -> bool {
    let ([first], [second]) = (&told.subject[..], &main.subject[..]) else { return false };
    let relative = s.words.get(first.range.end).is_some_and(|w| w.tag == Tag::Rel && w.is("who"));
    let apart = told.verb.range.end <= second.range.start && second.range.end <= main.verb.range.start;
    let and = second.range.start.checked_sub(1).is_some_and(|at| s.words[at].tag == Tag::Conj);
    let begins = s.preds.first().is_some_and(|p| p.verb.range == told.verb.range);
    let people = [first, second].iter().all(|np| np.pronoun.is_none() && nouns::person(&np.head).is_some());
    told.subordinate && !main.subordinate && begins && relative && apart && and && people && first.head != second.head
}
