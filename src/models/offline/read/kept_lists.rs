//! `The shop keeps a price list: each price has a name and an amount`: a kind of record that is told by the list it stands in.

use super::chunk::Np;
use super::draft::Draft;
use super::lexicon::{nouns, verbs::Class};
use super::sentence::{Pred, Sentence};
use super::tag::Tag;
use crate::models::offline::spec::{Op, Scope};
use std::ops::Range;

/// A list, what stands in it, and the words that say that it is kept.
pub struct KeptList {
    pub name: String,
    /// What each of them has.
    pub each: Np,
    pred: usize,
    words: Range<usize>,
}

/// The list that a sentence tells of. `each entry` of a price list is a price, too.
#[must_use]
pub fn kept(s: &Sentence) -> Option<KeptList> {
    s.preds.iter().enumerate().find_map(|(pred, keeps)| {
        let (np, has) = (only(&keeps.objects)?, s.preds.get(pred + 1)?);
        let (each, list) = (only(&has.subject)?, listed(np)?);
        let says = matches!(keeps.verb.class, Class::Create | Class::Manage | Class::Have) && !keeps.verb.negated;
        let colon = (np.range.end..has.verb.range.start).find(|i| matches!(s.words[*i].tag, Tag::Colon | Tag::Stop))?;
        let every = matches!(each.det.as_deref(), Some("each" | "every" | "a" | "an")) && each.of.is_none();
        let item = matches!(each.head.as_str(), "item" | "article" | "piece");
        let one = item || each.name() == list || matches!(each.head.as_str(), "entry" | "line" | "row");
        let reads = says && !keeps.verb.passive && has.verb.class == Class::Have && !has.verb.negated && every && one;
        let words = keeps.verb.range.start..colon + 1;
        // `a stock list: each item has …`: the text calls them so
        let name = if item { each.name() } else { list };
        (reads && colon < each.range.start).then(|| KeptList { name, each: each.clone(), pred, words })
    })
}

fn only(nps: &[Np]) -> Option<&Np> {
    match nps {
        [np] if np.pronoun.is_none() => Some(np),
        _ => None,
    }
}

/// What a list is one of: `a price list`, `a list of prices`
fn listed(np: &Np) -> Option<String> {
    if !matches!(np.head.as_str(), "list" | "register" | "catalogue" | "catalog" | "directory" | "index" | "table") {
        return None;
    }
    match np.of.as_deref() {
        Some(of) => (of.plural && of.of.is_none()).then(|| of.name()),
        None => (!np.nouns.is_empty()).then(|| np.nouns.join(" ")),
    }
    .filter(|name| name.split(' ').next_back().is_some_and(|head| nouns::person(head).is_none()))
}

/// Reads that it is kept, where the phrase for the list names no kind of record by itself.
pub fn read(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    let Some(list) = kept(s) else { return };
    let keeps: &Pred = &s.preds[list.pred];
    // what somebody keeps is read as what they make, where the phrase names it
    let unnamed = keeps.verb.class == Class::Have || keeps.objects.iter().all(|np| d.entity_of(np).is_none());
    let Some(e) = d.find(&list.name).filter(|_| unnamed) else { return };
    for who in keeps.subject.iter().filter(|np| d.role(np).is_some()).filter_map(|np| d.who(np)).collect::<Vec<_>>() {
        d.allow(e, who, &[Op::Create], Scope::All, s.id);
    }
    d.touch(e, s.id);
    super::access::mark_subject(d, si, keeps);
    d.mark(si, list.words);
    d.done[si].insert(list.pred);
    d.focus = Some(e);
}
