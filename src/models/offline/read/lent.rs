//! What somebody has for a while: a thing that is out is in until it is lent, and again when it is back.

use super::chunk::{Item, Np};
use super::data::made;
use super::draft::Draft;
use super::field::{identifier, sentence_case};
use super::lexicon::verbs::{self, Class, Form};
use super::sentence::{Pred, Sentence};
use super::tag::{Tag, Word};
use crate::models::offline::spec::{Access, Feature, FieldType, Formula, Op, Over, Scope, Who};
use std::ops::Range;

/// The records of what somebody has for a while.
const RECORDS: [&str; 3] = ["loan", "rental", "borrowing"];
/// What is said of a thing that somebody has.
const OUT: [&str; 12] =
    ["out", "lent", "borrowed", "loaned", "rented", "hired", "away", "taken", "gone", "on loan", "lent out", "in use"];
/// What is said of a thing that nobody has.
const IN: [&str; 5] = ["in", "available", "free", "back", "at home"];
const RETURNED: &str = "returned";

/// Whether a sentence lets them say that something is back.
#[must_use]
pub fn brings_back(d: &Draft, e: usize, who: &Who) -> bool {
    let says = |a: &Access| a.who == *who && a.ops == [Op::Update] && a.only_fields == [RETURNED];
    d.entities[e].entity.access.iter().any(says)
}

/// Whether a word says that somebody has a thing.
#[must_use]
pub fn says_out(state: &str) -> bool {
    OUT.contains(&state)
}

/// Whether a word says that nobody has it.
#[must_use]
pub fn says_in(state: &str) -> bool {
    IN.contains(&state)
}

/// The property of a thing that says whether somebody has it.
#[must_use]
pub fn flag(d: &Draft, e: usize) -> Option<String> {
    let name = &d.entities[e].entity.name;
    d.features.iter().find_map(|f| match f {
        Feature::Computed { entity, field, formula: Formula::Held { .. }, .. } if entity == name => Some(field.clone()),
        _ => None,
    })
}

/// Whether somebody makes such records: who only sees what is lent lends nothing.
fn done(d: &Draft, r: usize) -> bool {
    let acts = |s: &Sentence| {
        let made = |p: &Pred| !p.verb.negated && !p.subordinate && super::access::record_entity(d, p) == Some(r);
        let looks = |p: &Pred| p.verb.class == Class::Read;
        let kept = |p: &Pred| {
            let said = if p.verb.passive { &p.subject } else { &p.objects };
            matches!(p.verb.class, Class::Create | Class::Manage) && said.iter().any(|np| d.find(&np.head) == Some(r))
        };
        s.preds.iter().any(kept) || s.preds.iter().any(made) && !s.preds.iter().any(looks)
    };
    d.sentences.iter().any(acts)
}

/// The records of who has a thing.
fn record(d: &Draft, thing: usize) -> Option<usize> {
    let name = &d.entities[thing].entity.name;
    let of = |e: &usize| {
        RECORDS.contains(&d.entities[*e].entity.name.as_str())
            && d.entities[*e].about.as_deref().is_some_and(|a| identifier(a) == *name)
    };
    match (0..d.entities.len()).filter(of).collect::<Vec<_>>()[..] {
        [e] if done(d, e) => Some(e),
        _ => None,
    }
}

/// Whether these are records of who has something.
#[must_use]
pub fn is_record(d: &Draft, e: usize) -> bool {
    RECORDS.contains(&d.entities[e].entity.name.as_str())
}

/// When a record of who has something is over, as far as it says so itself.
pub fn over(d: &Draft, e: usize) -> Option<Over> {
    let fields = &d.entities[e].entity.fields;
    if fields.iter().any(|f| f.name == RETURNED && f.ty == FieldType::Boolean) {
        return Some(Over { field: RETURNED.into(), values: vec!["true".into()] });
    }
    let status = d.status(e)?;
    let FieldType::Choice { values } = &fields.iter().find(|f| f.name == status)?.ty else { return None };
    let ends: Vec<String> = values.iter().filter(|v| super::rules::is_final(v)).cloned().collect();
    (!ends.is_empty() && ends.len() < values.len()).then_some(Over { field: status, values: ends })
}

/// Reads that things come back, before the rules that count who has them.
pub fn read(d: &mut Draft, si: usize) {
    comes_back(d, si);
    until_back(d, si);
}

/// The thing that a predicate hands out or takes back, and its records.
fn thing(d: &Draft, np: &Np) -> Option<(usize, usize)> {
    let e = match &np.pronoun {
        Some(_) => d.focus?,
        None => d.find(&np.name()).or_else(|| d.find(&np.head))?,
    };
    if let Some(r) = record(d, e) {
        return Some((e, r));
    }
    // the loan itself is brought back
    let about = RECORDS.contains(&d.entities[e].entity.name.as_str()).then(|| d.entities[e].about.clone()).flatten()?;
    Some((d.find(&about)?, e))
}

/// Gives the records a property that says that the thing is back, where they have no states of their own.
fn returnable(d: &mut Draft, r: usize, si: usize) -> bool {
    let id = d.sentences[si].id;
    if let Some(f) = d.field_mut(r, RETURNED) {
        if f.ty != FieldType::Boolean {
            return false;
        }
        if !f.clauses.contains(&id) {
            f.clauses.push(id);
        }
        return true;
    }
    if d.status(r).is_some() {
        return over(d, r).is_some();
    }
    let mut field = made(RETURNED, &sentence_case(RETURNED), FieldType::Boolean, id);
    field.default = None;
    d.entities[r].entity.fields.push(field);
    d.optional.insert((r, RETURNED.into()));
    d.touch(r, id);
    true
}

/// `Members return tools`, `The caretaker takes keys back`: who says that it is back.
fn comes_back(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    for (pi, pred) in s.preds.iter().enumerate() {
        let back = (pred.verb.range.start..pred.range.end).find(|i| s.words[*i].is("back"));
        let returns = match pred.verb.base.as_str() {
            "return" => true,
            "take" | "bring" | "give" | "hand" | "get" => back.is_some(),
            _ => false,
        };
        if !returns || pred.verb.negated || pred.subordinate || pred.verb.passive || d.done[si].contains(&pi) {
            continue;
        }
        d.attend(si, pi);
        let [np] = &pred.objects[..] else { continue };
        let Some((e, r)) = thing(d, np) else { continue };
        let whos = d.actors(pred);
        let plain = np.adjectives().all(super::lexicon::words::light) && pred.preps.iter().all(|pp| pp.nps.is_empty());
        if whos.is_empty() || !plain || !returnable(d, r, si) {
            continue;
        }
        let Some(over) = over(d, r).filter(|over| over.field == RETURNED) else { continue };
        let own = np.possessed() || whos.iter().all(|w| *w == d.ordinary()) && d.has_users();
        for who in whos {
            let scope = if own && who != crate::models::offline::spec::Who::Anyone { Scope::Own } else { Scope::All };
            d.allow_fields(r, who.clone(), &[Op::Update], scope.clone(), std::slice::from_ref(&over.field), s.id);
            d.allow(r, who, &[Op::Read], scope, s.id);
        }
        d.touch(e, s.id);
        d.mark_verb(si, pred);
        super::access::mark_subject(d, si, pred);
        d.mark_np(si, np);
        d.mark_words(si, &back.into_iter().collect::<Vec<_>>());
        d.done[si].insert(pi);
        d.focus = Some(e);
    }
}

/// Where a sentence says `until it is back`, `before it has been returned`.
fn back_again(s: &Sentence) -> Option<(usize, Np, Range<usize>)> {
    let lead = (1..s.words.len()).find(|i| {
        matches!(s.words[*i].lower(), "until" | "till" | "before" | "unless" | "once" | "after" | "when" | "while")
    })?;
    let subject = super::chunk::noun_phrase(&s.words, lead + 1)?;
    let mut at = subject.range.end;
    while s.words.get(at).is_some_and(|w| {
        let aside = w.tag == Tag::Be || w.tag == Tag::Adv || matches!(w.base.as_str(), "have" | "come" | "be" | "not");
        aside && !matches!(w.lower(), "back" | "in")
    }) {
        at += 1;
    }
    let said = s.words.get(at)?;
    let end = match said.lower() {
        "back" | "returned" | "in" => at + 1,
        "brought" | "given" | "handed" | "taken" if s.words.get(at + 1).is_some_and(|w| w.is("back")) => at + 2,
        _ => return None,
    };
    let over = |w: &Word| matches!(w.tag, Tag::Stop | Tag::Comma);
    let end = end + usize::from(s.words.get(end).is_some_and(|w| w.is("again")));
    s.words.get(end).is_none_or(over).then_some((lead, subject, lead..end))
}

/// `A tool cannot be borrowed again until it is back.`, `A lent key can only be lent once it is back.`
fn until_back(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    let Some((lead, what, range)) = back_again(s) else { return };
    let Some((pi, pred)) = s
        .preds
        .iter()
        .enumerate()
        .find(|(_, p)| !p.subordinate && p.verb.class == Class::Transact && p.range.start < lead)
    else {
        return;
    };
    let only = s.words[..lead].iter().any(|w| w.is("only")) || pred.only;
    let denied = s.words[range.clone()].iter().any(|w| w.tag == Tag::Not);
    let refuses = match s.words[lead].lower() {
        "until" | "till" | "before" | "unless" => pred.verb.negated && !denied,
        "once" | "after" | "when" => only && !pred.verb.negated && !denied,
        "while" => pred.verb.negated && denied,
        _ => false,
    };
    let things = if pred.verb.passive { &pred.subject } else { &pred.objects };
    let [np] = &things[..] else { return };
    let more = s.preds.iter().enumerate().any(|(k, p)| k != pi && !p.subordinate && p.range.start < lead);
    let Some((e, r)) = thing(d, np).filter(|_| refuses && !more && !d.done[si].contains(&pi)) else { return };
    // `until the caretaker is back` is about somebody else
    let itself = match what.pronoun.as_deref() {
        Some(word) => matches!(word, "it" | "they"),
        None => d.find(&what.name()).is_some_and(|x| x == e || x == r),
    };
    if !itself {
        return;
    }
    // whoever may do it at all, and the thing that is out: nothing else is said
    let participle =
        |w: &Word| verbs::verb(w.lower()).is_some_and(|(b, f)| f == Form::Past && verbs::record_of(b).is_some());
    let known = |i: &usize| {
        let w = &s.words[*i];
        let small = !super::sentence::content(w);
        let said = participle(w) || says_out(w.lower()) || matches!(w.lower(), "again" | "only" | "once" | "more");
        small || said || pred.verb.range.contains(i) || np.range.contains(i) && *i == np.head_at
    };
    let person = |i: &usize| {
        s.items.iter().any(|item| match item {
            Item::Np(np) => np.range.contains(i) && (np.pronoun.is_some() || d.role(np).is_some()),
            _ => false,
        })
    };
    if !(0..lead).all(|i| s.aside[i] || known(&i) || person(&i)) || !returnable(d, r, si) {
        return;
    }
    let (id, name) = (s.id, d.entities[r].entity.name.clone());
    let per = Some(d.add_reference(r, e, true, id));
    let over = over(d, r);
    d.feature(Feature::Limit { entity: name, max: 1, per, over, clauses: vec![id] });
    d.touch(r, id);
    d.touch(e, id);
    d.mark(si, 0..range.end);
    d.done[si].extend(0..s.preds.len());
    d.focus = Some(e);
}

/// `Everyone sees which tools are out.`: gives the thing that is seen so the property that says it. Runs before rights are
/// read, and when all sentences have said what comes back.
pub fn seen(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    let looks = |p: &Pred| p.verb.class == Class::Read && !p.verb.negated && !p.subordinate;
    if !s.preds.iter().any(looks) {
        return;
    }
    let states = |w: &Word| says_out(w.lower()) || says_in(w.lower());
    let Some((e, word)) = s.items.iter().find_map(|item| {
        let Item::Np(np) = item else { return None };
        let e = d.find(&np.name()).or_else(|| d.find(&np.head)).filter(|_| np.pronoun.is_none())?;
        let before = (np.range.start..np.head_at).find(|i| says_out(s.words[*i].lower()));
        let be = (np.range.end..s.words.len().min(np.range.end + 3)).find(|i| s.words[*i].tag == Tag::Be);
        let behind = be.and_then(|be| (be + 1..s.words.len().min(be + 4)).find(|i| states(&s.words[*i])));
        let at = before.or(behind)?;
        Some((e, s.words[at].lower().to_owned()))
    }) else {
        return;
    };
    let Some(r) = record(d, e) else { return };
    let known = |f: &crate::models::offline::spec::Field| match &f.ty {
        FieldType::Choice { values } => values.iter().any(|v| says_out(v) || *v == word),
        FieldType::Boolean => says_out(&f.name) || f.name == word,
        _ => false,
    };
    let dated = super::overlaps::span(d, r).is_some();
    // from one day to another it is out only then, and a state of its own says whether it is
    if flag(d, e).is_none() && (d.entities[e].entity.fields.iter().any(known) || dated && over(d, r).is_none()) {
        return;
    }
    if d.status(r).is_some() && over(d, r).is_none() {
        return;
    }
    let id = s.id;
    let name = flag(d, e).unwrap_or_else(|| if says_out(&word) { word.clone() } else { "out".into() });
    if d.field_mut(e, &name).is_none() {
        let mut field = made(&name, &sentence_case(&name), FieldType::Boolean, id);
        field.read_only = true;
        d.entities[e].entity.fields.push(field);
    }
    let (entity, thing) = (d.entities[r].entity.name.clone(), d.entities[e].entity.name.clone());
    let per = d.add_reference(r, e, true, id);
    let formula = Formula::Held { entity, field: per, over: over(d, r) };
    d.feature(Feature::Computed { entity: thing, field: name, formula, clauses: vec![id] });
    d.touch(e, id);
    whether(d, si, e);
}

/// `Everyone sees whether a key is lent.`: it is part of what is seen of each.
fn whether(d: &mut Draft, si: usize, e: usize) {
    let s = &d.sentences[si];
    let Some(at) = s.words.iter().position(|w| matches!(w.lower(), "whether" | "if")) else { return };
    let Some(np) = super::chunk::noun_phrase(&s.words, at + 1).filter(|np| d.entity_of(np) == Some(e)) else { return };
    let Some(pi) = s.preds.iter().position(|p| p.verb.class == Class::Read && p.verb.range.end == at) else { return };
    let Some(end) = (np.range.end..s.words.len()).find(|i| s.words[*i].tag == Tag::Stop) else { return };
    let said = s.words[np.range.end..end].iter().all(|w| {
        w.tag == Tag::Be || says_out(w.lower()) || says_in(w.lower()) || matches!(w.lower(), "or" | "not" | "currently")
    });
    if !said {
        return;
    }
    let pred = &s.preds[pi];
    let whos = d.actors(pred);
    for who in whos {
        d.searchers.push((e, who, s.id));
    }
    d.mark_verb(si, pred);
    super::access::mark_subject(d, si, pred);
    d.mark(si, at..end);
    d.done[si].extend(0..s.preds.len());
}

/// `A book that is lent cannot be lent again`: not while it is out, which is from the one day to the other where each loan says
/// from when until when.
pub fn out_for_some_days(d: &mut Draft) {
    let span = |d: &Draft, entity: &str| {
        let e = d.find(entity).filter(|e| is_record(d, *e) && over(d, *e).is_none())?;
        let day = |name: &str| d.entities[e].entity.fields.iter().any(|f| f.name == name && f.ty == FieldType::Date);
        let plain = || (day("date") && day("end_date")).then(|| ("date".to_owned(), "end_date".to_owned()));
        super::overlaps::span(d, e).or_else(plain)
    };
    let spans: Vec<Option<(String, String)>> = d
        .features
        .iter()
        .map(|f| match f {
            Feature::Limit { entity, max: 1, per: Some(_), over: None, .. } => span(d, entity),
            _ => None,
        })
        .collect();
    for (feature, span) in d.features.iter_mut().zip(spans) {
        if let (Some((start, end)), Feature::Limit { entity, per, clauses, .. }) = (span, &*feature) {
            let (entity, per, clauses) = (entity.clone(), per.clone(), clauses.clone());
            *feature = Feature::NoOverlap { entity, start, end, per, over: None, clauses };
        }
    }
}

/// What is counted of who has something is what is not over.
pub fn settle(d: &mut Draft) {
    let features = std::mem::take(&mut d.features);
    for mut feature in features {
        if let Feature::NoOverlap { entity, per: Some(per), clauses, .. } = &feature
            && per == "owner_id"
            && RECORDS.contains(&entity.as_str())
            && let Some(over) = d.find(entity).and_then(|e| over(d, e)).filter(|over| over.field == RETURNED)
            && clauses.iter().all(|id| d.sentences.iter().any(|s| s.id == *id && super::overlaps::at_once(s)))
        {
            // who has not brought the one back has it still, whatever day was agreed
            let (entity, clauses) = (entity.clone(), clauses.clone());
            feature = Feature::Limit { entity, max: 1, per: None, over: Some(over), clauses };
        }
        if let Feature::Limit { entity, per, over: none @ None, .. } = &mut feature
            && RECORDS.contains(&entity.as_str())
            && let Some(e) = d.find(entity)
        {
            let refers = |name: &String| {
                name == "owner_id"
                    || d.entities[e].entity.fields.iter().any(|f| {
                        f.name == *name && matches!(f.ty, FieldType::Reference { .. } | FieldType::UserReference { .. })
                    })
            };
            if per.as_ref().is_none_or(refers) {
                *none = over(d, e).filter(|over| over.field == RETURNED);
            }
        }
        d.feature(feature);
    }
}
