//! `Guests book a place on a course`: they book the course, unless the text keeps records of places.

use super::chunk::Np;
use super::lexicon::verbs::Class;
use super::sentence::{Pred, Sentence};

const SEATS: [&str; 3] = ["place", "seat", "spot"];

/// Lets predicates that take a place of something take the thing.
pub fn taken(all: &mut [Sentence]) {
    let things: Vec<&str> =
        SEATS.into_iter().filter(|word| all.iter().any(|s| s.preds.iter().any(|p| kept(p, word)))).collect();
    for pred in all.iter_mut().flat_map(|s| &mut s.preds) {
        day(pred);
        let Some(at) = seat(pred, &things) else { continue };
        let of = pred.preps.remove(at).nps.swap_remove(0);
        let from = pred.objects[0].range.start;
        pred.objects = vec![Np { range: from..of.range.end, ..of }];
    }
}

/// `Medicines are withdrawn` where withdrawals are kept: what is recorded takes nothing away.
pub fn recorded(all: &mut [Sentence]) {
    let keeps = |p: &Pred, act: &str| {
        let told = matches!(p.verb.class, Class::Create | Class::Have | Class::Manage | Class::Read);
        told && p.subject.iter().chain(&p.objects).any(|np| np.head == act)
    };
    let acts: Vec<String> = all
        .iter()
        .flat_map(|s| &s.preds)
        .filter(|p| p.verb.class == Class::Delete)
        .map(|p| format!("{}al", p.verb.base.trim_end_matches('e')))
        .filter(|act| all.iter().any(|s| s.preds.iter().any(|p| keeps(p, act))))
        .collect();
    for pred in all.iter_mut().flat_map(|s| &mut s.preds).filter(|p| p.verb.class == Class::Delete) {
        if acts.contains(&format!("{}al", pred.verb.base.trim_end_matches('e'))) {
            pred.verb.class = Class::Other;
        }
    }
}

/// `books a day for a dog`: it books the dog, for a day.
fn day(pred: &mut Pred) {
    let [np] = &pred.objects[..] else { return };
    let plain = matches!(np.head.as_str(), "day" | "date") && np.mods.is_empty() && np.of.is_none() && !np.plural;
    let takes = pred.verb.class == Class::Transact && !pred.verb.passive && np.number.is_none_or(|n| n == 1.0);
    let of = pred
        .preps
        .iter()
        .position(|pp| pp.at == np.range.end && pp.prep == "for" && pp.nps.len() == 1 && pp.nps[0].pronoun.is_none());
    let Some(at) = of.filter(|_| plain && takes) else { return };
    let day = pred.objects.remove(0);
    let pp = &mut pred.preps[at];
    let thing = pp.nps.remove(0);
    // the words of the day are where it stands, before those of the thing
    pred.objects.push(Np { range: pp.at..thing.range.end, ..thing });
    pp.at = day.range.start;
    pp.range = day.range.clone();
    pp.nps = vec![day];
}

/// Whether the predicate speaks of places as of things with properties, or that somebody adds.
fn kept(pred: &Pred, word: &str) -> bool {
    let phrases = match pred.verb.class {
        Class::Have => &pred.subject,
        Class::Create | Class::Manage if !pred.verb.passive => &pred.objects,
        _ => return false,
    };
    phrases.iter().any(|np| np.head == word && np.nouns.is_empty())
}

/// Which prepositional phrase says of what the place is.
fn seat(pred: &Pred, things: &[&str]) -> Option<usize> {
    let [np] = &pred.objects[..] else { return None };
    let plain = np.mods.is_empty() && np.of.is_none() && !np.plural && np.number.is_none_or(|n| n == 1.0);
    let takes = pred.verb.class == Class::Transact && !pred.verb.passive;
    if !takes || !plain || !SEATS.contains(&np.head.as_str()) || things.contains(&np.head.as_str()) {
        return None;
    }
    pred.preps.iter().position(|pp| {
        pp.at == np.range.end
            && matches!(pp.prep.as_str(), "on" | "in" | "at" | "for")
            && pp.nps.len() == 1
            && pp.nps[0].pronoun.is_none()
    })
}
