//! How many of one kind of record there are for each of another: `the number of votes of each option`, `how many loans each
//! tool has`.

use super::chunk::{self, Np};
use super::data::made;
use super::draft::Draft;
use super::formulas::unfold;
use super::lexicon::verbs::Class;
use super::sentence::{Pred, Sentence};
use super::tag::Tag;
use crate::domain::ClauseId;
use crate::models::offline::spec::{Feature, FieldType, Formula};
use std::ops::Range;

/// A number of records that a sentence asks for.
struct Asked {
    /// Where it begins.
    at: usize,
    counted: Np,
    /// The phrases that may say of what each.
    phrases: Vec<Np>,
    /// All words of it.
    words: Range<usize>,
}

/// `The number of votes of each option is shown.`, `The page of a course shows how many registrations it has.`
pub fn read(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    let Some(at) = (0..s.words.len()).find(|i| !s.aside[*i] && (s.words[*i].is("number") || many(s, *i))) else {
        return;
    };
    let Some(pi) = s.preds.iter().position(|p| {
        p.verb.class == Class::Read && (p.range.contains(&at) || p.subject.iter().any(|x| x.range.contains(&at)))
    }) else {
        return;
    };
    let pred = &s.preds[pi];
    // whoever sees the one record sees the number
    if pred.only || s.words.iter().any(|w| matches!(w.lower(), "only" | "alone" | "just")) {
        return;
    }
    let asked = if many(s, at) { how_many(s, pred, at) } else { number(s, pred, at) };
    let Some(Asked { at, counted, phrases, words }) = asked else { return };
    let Some(child) = d.find(&counted.name()).or_else(|| d.find(&counted.head)) else { return };
    let parent = phrases.iter().find_map(|p| {
        let e = d.entity_of(p).filter(|e| *e != child)?;
        d.reference(child, &d.entities[e].entity.name).map(|field| (p.clone(), e, field))
    });
    let Some((phrase, parent, field)) = parent else { return };
    let entity = d.entities[child].entity.name.clone();
    let name = format!("number_of_{}", d.entities[child].entity.plural);
    if d.field_mut(parent, &name).is_none() {
        let label = super::field::sentence_case(&name.replace('_', " "));
        let mut f = made(&name, &label, FieldType::Integer, s.id);
        f.read_only = true;
        d.entities[parent].entity.fields.push(f);
    }
    d.feature(Feature::Computed {
        entity: d.entities[parent].entity.name.clone(),
        field: name,
        formula: Formula::CountOf { entity, field },
        clauses: vec![s.id],
    });
    let whos = if pred.verb.passive { Vec::new() } else { d.actors(pred) };
    d.mark_verb(si, pred);
    for n in &pred.subject {
        d.mark_np(si, n);
    }
    if let Some(np) = chunk::noun_phrase(&s.words, at).filter(|np| np.head == "number") {
        d.mark_np(si, &np);
    } else {
        d.mark(si, words);
    }
    d.mark_np(si, &phrase);
    for who in whos {
        d.searchers.push((parent, who, s.id));
    }
    d.touch(parent, s.id);
    d.done[si].insert(pi);
    d.focus = Some(parent);
}

/// `sees the number of loans of each tool`: the number is read with the tool, and the loans are not.
#[must_use]
pub fn counts(d: &Draft, id: ClauseId, e: usize) -> bool {
    let name = &d.entities[e].entity.name;
    d.features.iter().any(|f| {
        matches!(f, Feature::Computed { formula: Formula::CountOf { entity, .. }, clauses, .. }
            if entity == name && clauses.contains(&id))
    })
}

fn many(s: &Sentence, at: usize) -> bool {
    s.words[at].is("how") && s.words.get(at + 1).is_some_and(|w| w.is("many"))
}

/// `the number of votes of each option`, `for each option the number of its votes`
fn number(s: &Sentence, pred: &Pred, at: usize) -> Option<Asked> {
    let from = if at > 0 && s.words[at - 1].tag == Tag::Det { at - 1 } else { at };
    let np = chunk::noun_phrase(&s.words, from).filter(|np| np.head == "number")?;
    let counted = np.of.as_deref().filter(|of| of.plural)?.clone();
    let led = |prep: &str| matches!(prep, "of" | "for" | "per" | "in" | "on");
    let behind = pred.preps.iter().filter(|pp| led(&pp.prep)).flat_map(|pp| pp.nps.clone());
    let phrases = counted.of.as_deref().cloned().into_iter().chain(behind);
    let phrases = phrases.chain(pred.subject.iter().flat_map(unfold)).collect();
    Some(Asked { at: from, counted, phrases, words: np.range })
}

/// `how many loans each tool has`, `how many loans it has`, `how many loans there are for each tool`
fn how_many(s: &Sentence, pred: &Pred, at: usize) -> Option<Asked> {
    let counted = chunk::noun_phrase(&s.words, at + 2).map(|np| cut_short(s, np)).filter(|np| np.plural)?;
    let from = counted.range.end;
    let each = |np: &Np| matches!(np.det.as_deref(), Some("each" | "every" | "a" | "an"));
    let is = |i: usize, list: &[&str]| s.words.get(i).is_some_and(|w| list.contains(&w.lower()));
    let ends = |i: usize| s.words.get(i).is_none_or(|w| w.tag == Tag::Stop);
    let (phrases, end) = if is(from, &["it", "they"]) && is(from + 1, &["has", "have", "got"]) {
        let ahead = pred.preps.iter().filter(|pp| pp.prep == "for" && pp.at < at).flat_map(|pp| pp.nps.clone());
        let whose = ahead.chain(pred.subject.iter().flat_map(unfold)).filter(|np| each(np));
        (whose.collect::<Vec<_>>(), from + 2)
    } else if is(from, &["there"]) && is(from + 1, &["are", "is"]) && is(from + 2, &["for", "of", "per", "in", "on"]) {
        let np = chunk::noun_phrase(&s.words, from + 3).filter(|np| each(np) || is(from + 2, &["per"]))?;
        let end = np.range.end;
        (vec![np], end)
    } else {
        let np = chunk::noun_phrase(&s.words, from).filter(each)?;
        let has = np.range.end;
        (vec![np], if is(has, &["has", "have", "got"]) { has + 1 } else { return None })
    };
    (ends(end) && !phrases.is_empty()).then_some(Asked { at, counted, phrases, words: at..end })
}

/// `how many loans each tool has`: the loans alone.
fn cut_short(s: &Sentence, np: Np) -> Np {
    let other = (np.range.start..np.range.end).find(|i| *i > np.range.start && s.words[*i].tag == Tag::Det);
    other.and_then(|at| chunk::noun_phrase(&s.words[..at], np.range.start)).unwrap_or(np)
}
