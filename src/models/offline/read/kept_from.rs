//! What is kept from somebody in words that stand around the verb: `Claims of others are hidden from owners`, and what somebody
//! does not do with what they see: `The host sees all ratings but does not rate`.

use super::access::mark_subject;
use super::chunk::Np;
use super::draft::Draft;
use super::lexicon::{
    nouns,
    verbs::{Class, record_of},
};
use super::sentence::{Pp, Pred, Sentence};
use super::tag::Word;
use super::{bans, only, people};
use crate::models::offline::spec::{Op, Who};

/// Lets whom it is hidden from not see it, as the other rules know it.
pub fn settle(all: &mut [Sentence]) {
    for s in all.iter_mut().filter(|s| bans::of_others(s)) {
        for pred in &mut s.preds {
            if let Some(whom) = kept_from(&s.words, pred) {
                pred.objects = std::mem::replace(&mut pred.subject, whom);
                pred.preps.clear();
                (pred.verb.passive, pred.verb.negated) = (false, true);
                pred.verb.modal = Some("can".to_owned());
                (pred.verb.base, pred.verb.class) = ("see".to_owned(), Class::Read);
            }
        }
    }
}

/// From whom a predicate hides what is of others. `A booking is not visible to other guests` says by itself whose it is.
fn kept_from(words: &[Word], pred: &Pred) -> Option<Vec<Np>> {
    let theirs = |w: &Word| matches!(w.lower(), "other" | "others" | "else" | "another");
    let from = |pp: &Pp| matches!(pp.prep.as_str(), "from" | "to" | "for");
    let whom: Vec<Np> = pred.preps.iter().filter(|pp| from(pp)).flat_map(|pp| pp.nps.clone()).collect();
    let people = whom.iter().all(|np| nouns::person(&np.head).is_some() || people::agent_noun(np));
    let told = !whom.is_empty() && people && pred.preps.iter().all(from);
    let others = words[..pred.verb.range.start].iter().any(theirs);
    (told && others && !pred.subordinate && only::hides(words, pred)).then_some(whom)
}

/// Reads who does not do what others do: nobody of those adds any.
pub fn read(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    for (pi, pred) in s.preds.iter().enumerate().skip(1) {
        let bare = pred
            .objects
            .iter()
            .all(|np| matches!(np.pronoun.as_deref(), Some("any" | "one" | "them")) || np.head.is_empty());
        if d.done[si].contains(&pi) || pred.subordinate || !pred.verb.negated || pred.verb.passive || !bare {
            continue;
        }
        let whos = d.actors(pred);
        let named = whos.iter().all(|who| matches!(who, Who::Role(_))) && !whos.is_empty();
        let Some(e) = made(d, s, pi).filter(|_| named && pred.preps.is_empty()) else { continue };
        d.denials.push((e, whos, vec![Op::Create], s.id));
        d.touch(e, s.id);
        d.mark_verb(si, pred);
        mark_subject(d, si, pred);
        d.mark(si, pred.verb.range.start..pred.range.end.min(s.words.len()));
        d.done[si].insert(pi);
    }
}

/// The records that somebody would make: those that the verb makes, or those spoken of before it.
fn made(d: &Draft, s: &Sentence, pi: usize) -> Option<usize> {
    let pred = &s.preds[pi];
    let named = || record_of(&pred.verb.base).and_then(|record| d.find(record)).or_else(|| d.find(&pred.verb.base));
    let before = || s.preds[..pi].iter().rev().flat_map(|p| &p.objects).find_map(|np| d.entity_of(np));
    match pred.verb.class {
        Class::Create if !pred.objects.is_empty() => before(),
        Class::Update | Class::Delete | Class::Read => None,
        _ if pred.objects.is_empty() => named(),
        _ => None,
    }
}
