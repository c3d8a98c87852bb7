//! What people request: of a text that speaks of bookings it is a booking, not another room.

use super::chunk::Item;
use super::lexicon::{nouns, verbs};
use super::sentence::{Pred, Sentence};

/// The records that requests of something become, and the verb that makes them.
const MADE: [(&str, &str); 2] = [("booking", "book"), ("reservation", "reserve")];

/// `A hirer requests a room with a first day.` in a text of bookings and of no requests is `books a room with …`.
pub fn settle(all: &mut [Sentence]) {
    let speaks =
        |head: &str| all.iter().any(|s| s.items.iter().any(|item| matches!(item, Item::Np(np) if np.head == head)));
    let Some((record, base)) = MADE.into_iter().find(|(record, _)| speaks(record)).filter(|_| !speaks("request"))
    else {
        return;
    };
    for pred in all.iter_mut().flat_map(|s| &mut s.preds).filter(|p| p.verb.base == "request" && !p.verb.passive) {
        // `a room` may be a property of something, with properties of its own it is none
        let described = pred.preps.iter().any(|pp| pp.prep == "with");
        let thing = |head: &str| head != record && (described || nouns::property(head).is_none());
        let of_something = pred.objects.iter().all(|np| np.pronoun.is_none() && thing(&np.head));
        if of_something && !pred.objects.is_empty() {
            base.clone_into(&mut pred.verb.base);
            pred.verb.class = verbs::class(base);
        }
    }
}

/// `send a request with a title and a text`: what is asked for is kept as it was asked; no message leaves for it.
pub fn sent(pred: &mut Pred) {
    const ASKED: [&str; 9] =
        ["request", "application", "report", "complaint", "inquiry", "enquiry", "proposal", "claim", "order"];
    let asked = |np: &super::chunk::Np| ASKED.contains(&np.head.as_str()) && np.pronoun.is_none();
    let described = pred.preps.iter().any(|pp| pp.prep == "with" && pp.nps.len() > 1);
    // to whom, or by which way, is another demand
    let plain = pred.preps.iter().all(|pp| matches!(pp.prep.as_str(), "with" | "for" | "of" | "about"));
    if pred.verb.base == "send" && !pred.verb.passive && described && plain && pred.objects.iter().all(asked) {
        pred.verb.class = verbs::Class::Create;
    }
}
