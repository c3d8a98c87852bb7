//! Properties that some people see and others do not.

use super::chunk::{Np, noun_phrase};
use super::draft::Draft;
use super::lexicon::{nouns::Person, verbs::Class};
use super::sentence::Pred;
use crate::models::offline::spec::{Feature, FieldType, Op, Scope, Who};
use std::ops::Range;

/// The property a phrase names; whole records are another matter.
fn property(d: &Draft, np: &Np) -> Option<(usize, String)> {
    let (e, name) = super::rules::subject_field(d, np)?;
    // `the walkers' names` are none of a dog
    let whose = np.owner.as_deref().or(np.of.as_deref()).filter(|n| n.pronoun.is_none());
    if whose.is_some_and(|whose| d.find(&whose.name()).or_else(|| d.find(&whose.head)) != Some(e)) {
        return None;
    }
    let plain = |f: &crate::models::offline::spec::Field| {
        !matches!(f.ty, FieldType::Reference { .. } | FieldType::UserReference { .. })
    };
    d.entities[e].entity.fields.iter().any(|f| f.name == name && plain(f)).then_some((e, name))
}

/// Everybody but these, if they can be told apart: whoever signs up holds the open roles.
fn all_but(d: &Draft, hidden: &[Who]) -> Option<Vec<Who>> {
    if !d.has_users() || hidden.is_empty() {
        return None;
    }
    if hidden == [Who::Anyone] {
        return Some(vec![Who::SignedIn]);
    }
    let roles = d.roles.iter().filter(|r| r.kind != Person::Stranger);
    let rest: Vec<_> = roles.filter(|r| !hidden.contains(&d.who_of(r))).collect();
    let apart = !rest.is_empty() && rest.iter().all(|r| !r.open) && !hidden.contains(&Who::SignedIn);
    apart.then(|| rest.into_iter().map(|r| d.who_of(r)).collect())
}

fn show(d: &mut Draft, si: usize, np: &Np, who: &[Who]) -> bool {
    let Some((e, field)) = property(d, np) else { return false };
    let id = d.sentences[si].id;
    let entity = d.entities[e].entity.name.clone();
    // `insured` of `the insured value` is part of what it is called
    let s = &d.sentences[si];
    let called: Vec<usize> =
        (np.range.start..np.head_at).filter(|i| field.split('_').any(|part| s.words[*i].is(part))).collect();
    d.mark_words(si, &called);
    d.feature(Feature::ShownTo { entity, field, who: who.to_vec(), clauses: vec![id] });
    d.touch(e, id);
    d.mark_np(si, np);
    true
}

/// `Only staff see the phone number`, `Translators do not see the price`, `The public can see the plots, but not the rent`
pub fn read(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    for (pi, pred) in s.preds.iter().enumerate() {
        if pred.verb.class != Class::Read || pred.verb.passive || pred.subordinate || d.done[si].contains(&pi) {
            continue;
        }
        let whos = d.actors(pred);
        if whos.is_empty() || whos.len() != pred.subject.len() {
            continue;
        }
        except(d, si, pred, &whos);
        let only = pred.only || super::only::alone(d, si, pred);
        let shown = match (only, pred.verb.negated) {
            (true, false) if !whos.contains(&Who::Anyone) => Some(whos),
            (false, true) => all_but(d, &whos),
            _ => None,
        };
        let Some(shown) = shown else { continue };
        let properties = pred.objects.iter().filter(|np| property(d, np).is_some()).count();
        if properties == 0 || properties != pred.objects.len() {
            continue;
        }
        for np in &pred.objects {
            show(d, si, np, &shown);
        }
        mark(d, si, pred);
        d.done[si].insert(pi);
    }
}

fn mark(d: &mut Draft, si: usize, pred: &Pred) {
    d.mark_verb(si, pred);
    super::access::mark_subject(d, si, pred);
    let s = &d.sentences[si];
    let only: Vec<usize> = (0..s.words.len()).filter(|i| s.words[*i].is("only") || s.words[*i].is("alone")).collect();
    d.mark_words(si, &only);
}

/// `…, but not the rent`
fn except(d: &mut Draft, si: usize, pred: &Pred, whos: &[Who]) {
    let s = &d.sentences[si];
    let Some(range) = s.find("but not").filter(|r| r.start >= pred.verb.range.end) else { return };
    let Some(np) = noun_phrase(&s.words, range.end) else { return };
    let ends = s.words.get(np.range.end).is_none_or(|w| w.tag == super::tag::Tag::Stop);
    let Some(shown) = all_but(d, whos).filter(|_| ends && !pred.verb.negated) else { return };
    if show(d, si, &np, &shown) {
        d.mark(si, range.start..np.range.end);
    }
}

/// `The phone number is visible only to staff`, `is seen by staff only`, `The price must not be visible to translators`, `is hidden
/// from the public`
pub fn visible(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    for (pi, pred) in s.preds.iter().enumerate() {
        let words = &s.words[pred.range.clone()];
        let seen = pred.verb.passive && matches!(pred.verb.base.as_str(), "see" | "read" | "view");
        let says = seen || words.iter().any(|w| matches!(w.lower(), "visible" | "shown" | "readable" | "accessible"));
        let hidden = words.iter().any(|w| matches!(w.lower(), "hidden" | "invisible"));
        if !(says || hidden) || pred.subordinate || d.done[si].contains(&pi) {
            continue;
        }
        let prepositions = if seen { &["by"][..] } else { &["to", "for", "from"] };
        let to: Vec<Np> = pred
            .preps
            .iter()
            .filter(|pp| prepositions.contains(&pp.prep.as_str()))
            .flat_map(|pp| pp.nps.clone())
            .collect();
        let whos: Vec<Who> = to.iter().filter_map(|np| d.who(np)).collect();
        let spared = spared(d, si, pred);
        let more = pred.preps.iter().filter(|pp| !is_except(&pp.prep)).count() > 1;
        if whos.is_empty() || whos.len() != to.len() || more {
            continue;
        }
        let only = pred.only || words.iter().any(|w| w.is("only"));
        let shown = match (hidden || pred.verb.negated, only) {
            (false, true) if !whos.contains(&Who::Anyone) => whos,
            (true, false) => match spared.clone().map(|(_, whos)| whos).or_else(|| all_but(d, &whos)) {
                Some(shown) => shown,
                None => continue,
            },
            _ => continue,
        };
        if pred.subject.is_empty() || !pred.subject.iter().all(|np| property(d, np).is_some()) {
            continue;
        }
        for np in &pred.subject {
            show(d, si, np, &shown);
        }
        for np in &to {
            d.mark_np(si, np);
        }
        if let Some((range, _)) = spared {
            d.mark(si, range);
        }
        d.mark(si, pred.verb.range.clone());
        let said: Vec<usize> = pred
            .range
            .clone()
            .filter(|i| {
                matches!(
                    s.words[*i].lower(),
                    "visible" | "shown" | "readable" | "accessible" | "hidden" | "invisible" | "only"
                )
            })
            .collect();
        d.mark_words(si, &said);
        d.done[si].insert(pi);
    }
}

/// `… to anybody but the warden and the steward`: those who are spared, and where that is said.
fn spared(d: &Draft, si: usize, pred: &Pred) -> Option<(Range<usize>, Vec<Who>)> {
    let s = &d.sentences[si];
    let words = &s.words;
    let at = (pred.verb.range.end..words.len()).find(|i| is_except(words[*i].lower()))?;
    let listed = super::nobody::listed(s, at + 1, words.len());
    let end = listed.last()?.range.end;
    let whos: Vec<Who> = listed.iter().filter_map(|np| d.who(np)).collect();
    let ends = words.get(end).is_none_or(|w| w.tag == super::tag::Tag::Stop);
    (ends && whos.len() == listed.len() && !whos.contains(&Who::Anyone)).then_some((at..end, whos))
}

fn is_except(word: &str) -> bool {
    matches!(word, "but" | "except" | "besides")
}

/// Those who see a property see the records it is of. Where nobody else does, the records themselves are theirs alone.
pub fn settle(d: &mut Draft) {
    let features = std::mem::take(&mut d.features);
    for feature in features {
        let Feature::ShownTo { entity, who, clauses, .. } = &feature else {
            d.features.push(feature);
            continue;
        };
        let Some(e) = d.find(entity) else { continue };
        let reads = |d: &Draft, who: &Who| {
            let access = &d.entities[e].entity.access;
            access
                .iter()
                .any(|a| a.ops.contains(&Op::Read) && (a.who == *who || matches!(a.who, Who::Anyone | Who::SignedIn)))
        };
        let missing: Vec<Who> = who.iter().filter(|w| !reads(d, w)).cloned().collect();
        for (who, id) in missing.iter().flat_map(|w| clauses.iter().map(move |c| (w, c))) {
            d.allow(e, who.clone(), &[Op::Read], Scope::All, *id);
        }
        // whoever signs up holds the open roles
        let open = |who: &Who| matches!(who, Who::Role(r) if d.roles.iter().any(|x| x.open && x.name == *r));
        let everybody = who.iter().any(open);
        let mut readers = d.entities[e].entity.access.iter().filter(|a| a.ops.contains(&Op::Read));
        if readers.all(|a| who.contains(&a.who) || everybody && a.who != Who::Anyone) {
            let (whos, clauses) = (who.clone(), clauses.clone());
            for (who, id) in whos.iter().flat_map(|w| clauses.iter().map(move |c| (w, c))) {
                d.allow(e, who.clone(), &[Op::Read], Scope::All, *id);
            }
            continue;
        }
        d.features.push(feature);
    }
}
