//! `The puzzles are sorted by title, the reservations by date`: two lists, each in its own order, under one verb.

use super::chunk::Np;
use super::lexicon::verbs::Class;
use super::sentence::{Pp, Pred, Sentence};
use super::tag::{Tag, Word};

/// Gives each list a predicate of its own.
pub fn settle(all: &mut [Sentence]) {
    for s in all {
        let mut added: Vec<Pred> = Vec::new();
        for pred in s.preds.iter_mut().filter(|p| sorts(p)) {
            let mut rest = second(&s.words, pred);
            while let Some(mut next) = rest {
                rest = second(&s.words, &mut next);
                added.push(next);
            }
        }
        s.preds.extend(added);
    }
}

fn sorts(pred: &Pred) -> bool {
    let lists = matches!(pred.verb.base.as_str(), "list" | "show" | "display" | "order" | "arrange");
    (pred.verb.class == Class::Sort || lists) && pred.verb.passive && !pred.verb.negated
}

/// What is said of the next list: its name stands at the end of the first order, right before `by`.
fn second(words: &[Word], pred: &mut Pred) -> Option<Pred> {
    let by = |pp: &Pp| pp.prep == "by";
    let first = pred.preps.iter().position(by)?;
    let at = first + 1 + pred.preps[first + 1..].iter().position(by)?;
    let next = pred.preps[at].at;
    let list = pred.preps[at - 1].nps.last().filter(|np| names_a_list(words, np, next))?.clone();
    let mut second = pred.clone();
    second.subject = vec![list];
    second.preps = pred.preps.split_off(at);
    pred.preps.last_mut()?.nps.pop();
    pred.preps.last().is_some_and(|pp| !pp.nps.is_empty()).then_some(second)
}

fn names_a_list(words: &[Word], np: &Np, by: usize) -> bool {
    let joined = np.range.start.checked_sub(1).is_some_and(|i| matches!(words[i].tag, Tag::Comma | Tag::Conj));
    joined && np.plural && np.pronoun.is_none() && np.range.end == by
}
