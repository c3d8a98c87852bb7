//! What cannot be deleted while others refer to it.

use super::chunk::Item;
use super::draft::{Draft, SAME};
use super::field::identifier;
use super::lexicon::verbs::{self, Class, Form};
use super::sentence::{Pred, Sentence};
use super::tag::Tag;
use crate::models::offline::spec::Feature;

/// `A room cannot be deleted while it has bookings.`, `A category that still has products cannot be deleted.`
pub fn read(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    let Some(pred) = s.preds.iter().find(|p| p.verb.class == Class::Delete && p.verb.negated) else { return };
    let targets = if pred.verb.passive { &pred.subject } else { &pred.objects };
    let Some(e) = targets.iter().find_map(|np| d.entity_of(np)) else { return };
    let name = d.entities[e].entity.name.clone();
    let child = named_by(d, s, e);
    let condition = s.words.iter().any(|w| {
        matches!(
            w.lower(),
            "while" | "once" | "if" | "when" | "that" | "which" | "with" | "has" | "have" | "exist" | "after"
        )
    });
    // `A customer with orders cannot be deleted`: who is deleted deletes nothing
    let people = if pred.verb.passive { super::decisions::agents_by(d, pred) } else { d.actors(pred) };
    let Some(child) = child.filter(|_| condition && people.is_empty()) else { return };
    // another condition beside it is not carried
    let known = s.words.iter().all(|w| {
        !matches!(w.tag, Tag::Adj | Tag::Num) || super::lexicon::words::light(w.lower()) || w.is("own") || w.is("still")
    });
    let by = d.entities[child].entity.name.clone();
    d.feature(Feature::InUse { entity: name, by, clauses: vec![s.id] });
    d.touch(e, s.id);
    if known {
        d.mark(si, 0..s.words.len());
    }
    let all = d.sentences[si].preds.len();
    d.done[si].extend(0..all);
}

/// The records that a sentence names, or speaks of by what makes them, and that refer to the other.
fn named_by(d: &Draft, s: &Sentence, e: usize) -> Option<usize> {
    let name = &d.entities[e].entity.name;
    let refers = |child: &usize| *child != e && d.reference(*child, name).is_some();
    let named = s.items.iter().find_map(|i| match i {
        Item::Np(np) if np.pronoun.is_none() => d.entity_of(np).filter(refers),
        _ => None,
    });
    named.or_else(|| s.preds.iter().find_map(|p| been_done(d, s, p)).filter(refers))
}

/// `A cake that has been ordered`, and `that was ever ordered`: what is in some state now is not meant.
#[must_use]
pub fn been_done(d: &Draft, s: &Sentence, pred: &Pred) -> Option<usize> {
    let past = s.words[pred.verb.range.clone()].iter().any(|w| matches!(w.lower(), "been" | "was" | "were"));
    let bare = pred.subordinate && pred.verb.passive && !pred.verb.negated && pred.objects.is_empty();
    let record = super::access::record_entity(d, pred);
    record.filter(|_| bare && past && pred.preps.is_empty())
}

/// `Books that are lent may not be deleted`, `A borrowed book …`, where loans are kept: a loan refers to it. It is no state that
/// somebody sets by hand. Of changes that it keeps off nothing is read.
pub fn had(d: &mut Draft, si: usize, pred: &Pred, e: usize, state: &str) -> bool {
    let listed = d.status(e).is_some() && super::lifecycle::values(d, e).iter().any(|value| value == state);
    let Some(by) = makes_so(d, e, state).filter(|_| !listed) else { return false };
    let s = &d.sentences[si];
    let people = if pred.verb.passive { super::decisions::agents_by(d, pred) } else { d.actors(pred) };
    let alone = s.preds.iter().all(|p| p.subordinate || p.verb.range == pred.verb.range);
    let known = |w: &super::tag::Word| {
        w.is(state) || w.is("may") || super::lexicon::words::light(w.lower()) || !matches!(w.tag, Tag::Adj | Tag::Num)
    };
    if pred.verb.class == Class::Delete && people.is_empty() && alone && s.words.iter().all(known) {
        let (entity, by) = (d.entities[e].entity.name.clone(), d.entities[by].entity.name.clone());
        d.feature(Feature::InUse { entity, by, clauses: vec![s.id] });
        d.touch(e, s.id);
        d.mark(si, 0..s.words.len());
        d.done[si].extend(0..s.preds.len());
    }
    true
}

/// The records that somebody makes of a thing, so that it is called by that word: a loan, where a book is lent.
fn makes_so(d: &Draft, e: usize, state: &str) -> Option<usize> {
    let thing = &d.entities[e].entity.name;
    let records: Vec<&str> = match verbs::verb(state).filter(|(_, form)| *form == Form::Past) {
        Some((base, _)) => verbs::record_of(base).into_iter().collect(),
        None if super::lent::says_out(state) => vec!["loan"],
        None => Vec::new(),
    };
    let same = |name: &str| {
        let group = SAME.iter().filter(|group| records.iter().any(|record| group.contains(record)));
        records.contains(&name) || group.flat_map(|group| group.iter()).any(|word| *word == name)
    };
    let of_it = |r: &usize| d.entities[*r].about.as_deref().is_some_and(|about| identifier(about) == *thing);
    (0..d.entities.len()).find(|r| of_it(r) && same(&d.entities[*r].entity.name))
}

/// Whether records are kept of who has it.
#[must_use]
pub fn lent(d: &Draft, e: usize) -> bool {
    makes_so(d, e, "on loan").is_some()
}

/// What refers to what may be said by a right: `add orders for a customer`.
pub fn late(d: &mut Draft, si: usize) {
    let id = d.sentences[si].id;
    if !d.features.iter().any(|f| matches!(f, Feature::InUse { clauses, .. } if clauses.contains(&id))) {
        read(d, si);
    }
}
