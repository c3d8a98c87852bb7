//! `Members can change their own.`: what is theirs is what the text says that they make, or what was spoken of last. `The
//! caretaker adds rooms and changes their prices.`: those of the rooms.

use super::chunk::Np;
use super::lexicon::{
    nouns,
    verbs::{self, Class},
    words,
};
use super::sentence::{Pred, Sentence};
use std::collections::BTreeSet;

/// Names what is somebody's own wherever a sentence leaves it out.
pub fn settle(all: &mut [Sentence]) {
    let has: BTreeSet<(String, String)> = all.iter().flat_map(|s| &s.preds).flat_map(properties).collect();
    all.iter_mut().for_each(|s| of_things(s, &has));
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

/// What a thing has, by its name and that of the property.
fn properties(pred: &Pred) -> Vec<(String, String)> {
    let has = pred.verb.class == Class::Have && !pred.verb.negated;
    let pairs = pred.subject.iter().flat_map(|thing| {
        let listed = pred.objects.iter().chain(pred.preps.iter().flat_map(|pp| &pp.nps));
        listed.map(|np| (thing.head.clone(), np.head.clone()))
    });
    pairs.filter(|_| has).collect()
}

/// A property of what the predicate before it, of the same people, is done to: one that such a thing `has`, or that of what
/// they make, unless people have it.
fn of_things(s: &mut Sentence, has: &BTreeSet<(String, String)>) {
    const OF_PEOPLE: [&str; 7] = ["name", "address", "email", "e-mail", "phone", "password", "telephone"];
    for at in 1..s.preds.len() {
        let (before, rest) = s.preds.split_at_mut(at);
        let (Some(before), Some(pred)) = (before.last(), rest.first_mut()) else { continue };
        let [thing] = &before.objects[..] else { continue };
        let people = |pred: &Pred| pred.subject.iter().map(Np::name).collect::<Vec<_>>();
        let together = !pred.subordinate && !before.verb.passive && people(before) == people(pred);
        if !together || nouns::person(&thing.head).is_some() || thing.pronoun.is_some() {
            continue;
        }
        let made = matches!(before.verb.class, Class::Create | Class::Manage);
        let theirs = |np: &&mut Np| {
            let whose = np.det.as_deref() == Some(if thing.plural { "their" } else { "its" }) && np.of.is_none();
            let listed = has.contains(&(thing.head.clone(), np.head.clone()));
            let meant = made && nouns::property(&np.head).is_some() && !OF_PEOPLE.contains(&np.head.as_str());
            whose && (listed || meant)
        };
        for np in pred.objects.iter_mut().filter(theirs) {
            np.det = Some("the".to_owned());
            np.of = Some(Box::new(thing.clone()));
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
