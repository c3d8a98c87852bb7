//! What cannot be deleted while others refer to it.

use super::chunk::Item;
use super::draft::Draft;
use super::lexicon::verbs::Class;
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

/// What refers to what may be said by a right: `add orders for a customer`.
pub fn late(d: &mut Draft, si: usize) {
    let id = d.sentences[si].id;
    if !d.features.iter().any(|f| matches!(f, Feature::InUse { clauses, .. } if clauses.contains(&id))) {
        read(d, si);
    }
}
