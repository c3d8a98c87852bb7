//! `The organiser can close a course for registration`: once it is closed nobody makes such a record of it any more.

use super::chunk::Np;
use super::draft::{Draft, SAME};
use super::field::identifier;
use super::lexicon::{
    verbs::{self, Form},
    words,
};
use super::sentence::{Pred, Sentence};
use super::tag::Tag;
use super::takers;
use crate::models::offline::spec::{Feature, FieldType};
use std::ops::Range;

/// Whether a predicate only says for what the one before it closes something: `close a snack for voting`.
#[must_use]
pub fn says(s: &Sentence, pi: usize) -> bool {
    let (Some(pred), Some(before)) = (s.preds.get(pi), pi.checked_sub(1).and_then(|at| s.preds.get(at))) else {
        return false;
    };
    let at = pred.verb.range.start;
    let gerund = s.words[at].tag == Tag::Verb(Form::Ing) && at > 0 && s.words[at - 1].is("for");
    gerund && matches!(before.verb.base.as_str(), "close" | "open" | "reopen" | "lock" | "release")
}

/// What a predicate closes something for: the records that are made of it then no more, and where that is said.
fn closed_for(d: &Draft, s: &Sentence, pi: usize) -> Option<(usize, Range<usize>)> {
    let pred = &s.preds[pi];
    if says(s, pi + 1) {
        let verb = &s.preds[pi + 1].verb;
        let record = d.find(verbs::record_of(&verb.base)?)?;
        return Some((record, verb.range.start - 1..verb.range.end));
    }
    let pp = pred.preps.iter().find(|pp| matches!(pp.prep.as_str(), "for" | "to"))?;
    let [np] = &pp.nps[..] else { return None };
    let plain = np.adjectives().all(|a| words::light(a) || matches!(a, "new" | "further" | "more"));
    Some((kind(d, np)?, pp.at..np.range.end)).filter(|_| plain)
}

fn kind(d: &Draft, np: &Np) -> Option<usize> {
    let same = || SAME.iter().filter(|group| group.contains(&np.head.as_str())).flat_map(|group| group.iter());
    d.find(&np.name()).or_else(|| d.find(&np.head)).or_else(|| same().find_map(|word| d.find(word)))
}

/// Reads for what something is closed, now that its state is known.
pub fn read(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    for (pi, pred) in s.preds.iter().enumerate() {
        if pred.verb.base != "close" || pred.verb.negated || pred.subordinate {
            continue;
        }
        let Some(parent) = closed(d, pred) else { continue };
        let Some((record, said)) = closed_for(d, s, pi).filter(|(record, _)| *record != parent) else { continue };
        let about = d.entities[record].about.as_deref().map(identifier);
        let of_it = about.is_some_and(|about| about == d.entities[parent].entity.name);
        let Some(field) = state(d, parent).filter(|_| of_it) else { continue };
        let Some(per) = takers::reference(d, record, parent) else { continue };
        let entity = d.entities[record].entity.name.clone();
        d.feature(Feature::Unavailable { entity, per, field, values: vec![CLOSED.into()], clauses: vec![s.id] });
        d.touch(record, s.id);
        d.mark(si, said);
        if says(s, pi + 1) {
            d.done[si].insert(pi + 1);
        }
    }
}

const CLOSED: &str = "closed";

fn closed(d: &Draft, pred: &Pred) -> Option<usize> {
    let phrases = if pred.verb.passive { &pred.subject } else { &pred.objects };
    let [np] = &phrases[..] else { return None };
    d.find(&np.name()).or_else(|| d.find(&np.head)).filter(|_| np.pronoun.is_none())
}

/// The property that says whether it is closed.
fn state(d: &Draft, parent: usize) -> Option<String> {
    let field = d.status(parent)?;
    let of = d.entities[parent].entity.fields.iter().find(|f| f.name == field)?;
    matches!(&of.ty, FieldType::Choice { values } if values.iter().any(|v| v == CLOSED)).then_some(field)
}
