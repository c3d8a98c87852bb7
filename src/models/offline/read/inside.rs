//! What strangers do not see: `Photos are not visible to visitors.`, `Visitors must not see the photos.` Whoever has an
//! account still may.

use super::chunk::Np;
use super::draft::Draft;
use super::lexicon::{nouns, nouns::Person, verbs::Class, words};
use super::sentence::Pred;
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

/// Reads from whom whole records are kept.
pub fn read(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
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
