//! `Members can change their own.`: what is theirs is what the text says that they make, or what was spoken of last.

use super::chunk::Np;
use super::lexicon::{
    nouns,
    verbs::{self, Class},
    words,
};
use super::sentence::{Pred, Sentence};

/// Names what is somebody's own wherever a sentence leaves it out.
pub fn settle(all: &mut [Sentence]) {
    for si in 0..all.len() {
        for pi in 0..all[si].preds.len() {
            let pred = &all[si].preds[pi];
            if !pred.objects.iter().any(bare) {
                continue;
            }
            let ahead = all[si].preds[..pi].iter().rev().find_map(named);
            let made = ahead.or_else(|| makers(&all[..si], pred)).or_else(|| spoken_of(&all[..si]));
            let Some((head, nouns)) = made else { continue };
            for np in all[si].preds[pi].objects.iter_mut().filter(|np| bare(np)) {
                np.pronoun = None;
                np.head.clone_from(&head);
                np.mods = [vec!["own".to_owned()], nouns.clone()].concat();
                np.nouns.clone_from(&nouns);
                np.plural = true;
            }
        }
    }
}

fn bare(np: &Np) -> bool {
    np.pronoun.as_deref() == Some("ones") && np.det.as_deref().is_some_and(words::possessive)
}

/// What somebody makes, by its name: that of which was spoken last among several.
fn makers(before: &[Sentence], pred: &Pred) -> Option<(String, Vec<String>)> {
    let person = pred.subject.iter().find(|np| np.pronoun.is_none())?;
    let same = |p: &&Pred| {
        !p.subordinate && !p.verb.negated && !p.verb.passive && p.subject.iter().any(|np| np.name() == person.name())
    };
    let plain = |s: &&Sentence| !s.heading && !super::exclusion::is_exclusion(s);
    let acts: Vec<&Pred> = before.iter().filter(plain).flat_map(|s| &s.preds).filter(same).collect();
    let made: Vec<(String, Vec<String>)> = acts.into_iter().filter_map(record).collect();
    let last = spoken_of(before).filter(|name| made.contains(name));
    last.or_else(|| made.last().cloned())
}

/// What the same sentence has named: what is booked is the booking of whoever books.
fn named(pred: &Pred) -> Option<(String, Vec<String>)> {
    let np = pred.objects.iter().find(|np| names(np))?;
    let made = record(pred).filter(|_| pred.verb.class == Class::Transact && !pred.subordinate);
    made.or_else(|| Some((np.head.clone(), np.nouns.clone())))
}

/// The record that an act makes.
fn record(pred: &Pred) -> Option<(String, Vec<String>)> {
    let thing = pred.objects.iter().find(|np| names(np))?;
    let itself = Some((thing.head.clone(), thing.nouns.clone()));
    match pred.verb.class {
        _ if pred.verb.base == "request" => super::things::record_of(pred).map(|r| (r.to_owned(), Vec::new())),
        Class::Create => itself,
        Class::Transact => super::things::record_of(pred)
            .filter(|_| verbs::record_of(&pred.verb.base).is_some())
            .map(|r| (r.to_owned(), Vec::new()))
            .or(itself),
        _ => None,
    }
}

/// What the sentence before is about: what has properties, or what is done something with.
fn spoken_of(before: &[Sentence]) -> Option<(String, Vec<String>)> {
    let s = before.iter().rev().find(|s| !s.heading)?;
    let pred = s.preds.iter().rfind(|p| !p.subordinate)?;
    let subject = pred.verb.passive || matches!(pred.verb.class, Class::Have | Class::Be);
    let np = if subject { pred.subject.first() } else { pred.objects.first() };
    np.filter(|np| names(np)).map(|np| (np.head.clone(), np.nouns.clone()))
}

/// Whether a phrase names something of which somebody can have their own.
fn names(np: &Np) -> bool {
    np.pronoun.is_none()
        && !np.head.is_empty()
        && nouns::person(&np.head).is_none()
        && !words::system_noun(&np.head)
        && nouns::property(&np.head).is_none()
}
