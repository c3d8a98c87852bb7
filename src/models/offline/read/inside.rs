//! What strangers do not see: `Photos are not visible to visitors.`, `Visitors must not see the photos.` Whoever has an
//! account still may.

use super::chunk::Np;
use super::draft::Draft;
use super::lexicon::{nouns, nouns::Person, verbs::Class, words};
use super::sentence::{Pred, Sentence};
use super::tag::Tag;
use crate::models::offline::spec::{Op, Who};

fn strangers(nps: &[Np]) -> bool {
    let stranger = |np: &Np| nouns::person(&np.head) == Some(Person::Stranger) && np.adjectives().all(words::light);
    !nps.is_empty() && nps.iter().all(stranger)
}

/// The records that a predicate keeps from strangers, as the text names them.
fn kept<'p>(d: &Draft, si: usize, pred: &'p Pred) -> Option<&'p [Np]> {
    let s = &d.sentences[si];
    let by = |preps: &[&str]| match &pred.preps[..] {
        [pp] => preps.contains(&pp.prep.as_str()) && strangers(&pp.nps),
        _ => false,
    };
    let seen = || {
        let says =
            |w: &super::tag::Word| matches!(w.lower(), "visible" | "readable" | "accessible" | "shown" | "public");
        s.words[pred.range.clone()].iter().any(says)
    };
    if !pred.verb.negated || pred.subordinate || super::waived::freed(s, pred) {
        return None;
    }
    match pred.verb.class {
        Class::Be if seen() && by(&["to", "for"]) => Some(&pred.subject),
        Class::Read if pred.verb.passive && by(&["by", "to"]) => Some(&pred.subject),
        Class::Read if !pred.verb.passive && strangers(&pred.subject) && pred.preps.is_empty() => Some(&pred.objects),
        _ => None,
    }
}

/// `Visitors without an account see nothing.`, `Nothing is visible without signing in.`, `Without an account nobody sees
/// anything.`: whether a sentence keeps all there is from those who have no account.
#[must_use]
pub fn nothing_shown(s: &Sentence) -> bool {
    const SEES: &str = "see view read access open browse visit";
    const SEEN: &str = "visible seen shown accessible readable public viewed read displayed";
    let of = |list: &str, w: &str| list.split(' ').any(|x| x == w);
    let outside = super::sign_in::anonymous(s);
    let left: Vec<usize> = (0..s.words.len())
        .filter(|i| !outside.as_ref().is_some_and(|r| r.contains(i)) && !s.aside[*i])
        .filter(|i| !matches!(s.words[*i].tag, Tag::Stop | Tag::Comma))
        .collect();
    let words: Vec<&str> = left.iter().map(|i| s.words[*i].lower()).collect();
    let may = |w: &str| matches!(w, "can" | "may" | "should" | "shall" | "must" | "at" | "all");
    let words: Vec<&str> = words.into_iter().filter(|w| !may(w)).collect();
    let person = |w: &str| nouns::person(&nouns::singular(w));
    let stranger = |w: &str| person(w) == Some(Person::Stranger);
    let sees = |w: &str| super::lexicon::verbs::verb(w).is_some_and(|(base, _)| of(SEES, base));
    let who = |w: &str| if outside.is_some() { person(w).is_some() } else { stranger(w) };
    match words[..] {
        [who_is, verb, "nothing"] => who(who_is) && sees(verb),
        [who_is, "not" | "cannot", verb, "anything"] | [who_is, "do", "not", verb, "anything"] => {
            who(who_is) && sees(verb)
        }
        ["nobody", verb, "anything"] => outside.is_some() && sees(verb),
        ["nothing", "is" | "be", seen] => outside.is_some() && of(SEEN, seen),
        ["nothing", "is" | "be", seen, "to" | "for" | "by", whom] => stranger(whom) && of(SEEN, seen),
        _ => false,
    }
}

/// All there is stays inside.
fn everything(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    if !d.has_users() || d.entities.is_empty() {
        return;
    }
    for e in 0..d.entities.len() {
        d.inside.push((e, s.id));
        d.touch(e, s.id);
    }
    d.mark(si, 0..s.words.len());
    d.done[si].extend(0..s.preds.len());
}

/// Reads from whom whole records are kept.
pub fn read(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    if nothing_shown(s) {
        return everything(d, si);
    }
    for (pi, pred) in s.preds.iter().enumerate() {
        let Some(nps) = kept(d, si, pred).filter(|_| !d.done[si].contains(&pi)) else { continue };
        let whole = |np: &Np| {
            let plain = np.adjectives().all(words::light) && np.of.is_none() && np.pronoun.is_none();
            d.find(&np.name()).or_else(|| d.find(&np.head)).filter(|_| plain)
        };
        let Some(all) = nps.iter().map(whole).collect::<Option<Vec<usize>>>().filter(|all| !all.is_empty()) else {
            continue;
        };
        d.done[si].insert(pi);
        // without accounts everybody is a stranger
        if !d.has_users() || s.preds.iter().any(|p| p.subordinate) {
            continue;
        }
        for e in all {
            d.inside.push((e, s.id));
            d.touch(e, s.id);
        }
        d.mark(si, pred.subject.first().map_or(pred.range.start, |np| np.range.start)..pred.range.end);
    }
}

/// The rights that are left say it, once all are known.
pub fn settle(d: &mut Draft) {
    for (e, id) in d.inside.clone() {
        let rights = &mut d.entities[e].entity.access;
        for a in rights.iter_mut().filter(|a| a.ops.contains(&Op::Read) && a.who != Who::Anyone) {
            if !a.clauses.contains(&id) {
                a.clauses.push(id);
            }
        }
    }
}
