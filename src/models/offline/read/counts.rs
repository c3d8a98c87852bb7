//! How often something may be there: once per pair, so many in a period.

use super::chunk::{Item, Np};
use super::draft::Draft;
use super::lexicon::{nouns, verbs::Class};
use super::tag::Tag;
use crate::models::offline::spec::{Feature, Field, FieldRule, FieldType, Period, Rule, Who};

/// Reads the rules of a sentence that count.
pub fn read(d: &mut Draft, si: usize) {
    super::in_use::read(d, si);
    if capacity(d, si) || super::daily::room(d, si) {
        return;
    }
    if !d.done[si].is_empty() && d.sentences[si].preds.len() == d.done[si].len() {
        return;
    }
    if taken(d, si) {
        return;
    }
    if !in_period(d, si) {
        super::once::read(d, si);
    }
    ages(d, si);
}

fn all_done(d: &mut Draft, si: usize) {
    let n = d.sentences[si].preds.len();
    d.done[si].extend(0..n);
}

/// `No more students can register than the course has places.`, `Nobody can book a course that is full.`
fn capacity(d: &mut Draft, si: usize) -> bool {
    let s = &d.sentences[si];
    let l = &s.lower;
    let full = l.contains(" full")
        || l.contains("overbooked")
        || l.contains("fully booked")
        || l.contains("no free")
        || l.contains("places are taken")
        || l.contains("seats are taken");
    let bans = s.preds.iter().any(|p| p.verb.negated)
        || l.contains("no further")
        || l.contains("no more")
        || l.contains("nobody");
    let compares = l.contains("no more") && l.contains(" than ")
        || l.contains("exceed")
        || l.contains("more ") && l.contains(" than ") && s.preds.iter().any(|p| p.verb.negated);
    let stocked = compares && s.words.iter().any(|w| w.is("stock"));
    let number = s.words.iter().zip(&s.aside).any(|(w, a)| !a && w.token.value.is_some_and(|v| v > 1.0));
    if number {
        return false;
    }
    if !(full && bans || compares && bans) {
        while_free(d, si);
        return false;
    }
    let record = s.preds.iter().find_map(|p| super::access::record_entity(d, p));
    let named: Vec<usize> = s
        .items
        .iter()
        .filter_map(|i| match i {
            Item::Np(np) if np.pronoun.is_none() => {
                d.entity_of(np).or_else(|| np.of.as_deref().and_then(|of| d.entity_of(of)))
            }
            _ => None,
        })
        .collect();
    // what people register for, where the sentence names that alone
    let about = (0..d.entities.len())
        .filter(|c| named.iter().any(|p| d.entities[*c].about.as_deref().is_some_and(|a| d.find(a) == Some(*p))));
    let children: Vec<usize> = record.into_iter().chain(named.iter().copied()).chain(about).collect();
    let places =
        s.words.iter().any(|w| matches!(w.base.as_str(), "place" | "seat" | "spot" | "space" | "capacity" | "maximum"));
    let pair = children.iter().find_map(|c| {
        d.entities[*c].entity.fields.iter().find_map(|f| match &f.ty {
            FieldType::Reference { entity } => {
                let parent = d.find(entity)?;
                // the room meant is named, or it is full
                let field = room(d, parent, stocked)?;
                let said = full
                    || places
                    || s.words.iter().any(|w| field.name.split('_').any(|p| p == w.lower() || p == w.base));
                (said && (named.contains(&parent) || record == Some(*c) || stocked))
                    .then(|| (*c, f.name.clone(), field.name.clone()))
            }
            _ => None,
        })
    });
    let Some((child, per, capacity)) = pair else { return false };
    let entity = d.entities[child].entity.name.clone();
    let amount = pieces(d, child).filter(|_| stocked);
    if let Some(name) = &amount
        && let Some(f) = d.field_mut(child, name)
    {
        f.required = true;
    }
    d.feature(Feature::Capacity { entity, per, capacity, amount, over: None, clauses: vec![s.id] });
    d.touch(child, s.id);
    d.mark(si, 0..s.words.len());
    all_done(d, si);
    d.focus = Some(child);
    true
}

/// `can join a shift as long as there are free places`: who may is another matter.
fn while_free(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    let places = |w: &super::tag::Word| matches!(w.base.as_str(), "place" | "seat" | "spot" | "space");
    let free = |w: &super::tag::Word| matches!(w.lower(), "free" | "available" | "left" | "remaining");
    let Some(lead) = s.words.iter().position(|w| matches!(w.lower(), "while" | "if")).filter(|i| *i > 0) else {
        return;
    };
    let tail = &s.words[lead..];
    let plain = tail.len() < 9 && !tail.iter().any(|w| matches!(w.tag, Tag::Not | Tag::Modal) || w.is("no"));
    if !plain || !tail.iter().any(places) || !tail.iter().any(free) {
        return;
    }
    let acts = |p: &&super::sentence::Pred| p.verb.class == Class::Transact && !p.verb.negated && p.range.start < lead;
    let Some(e) = s.preds.iter().find(acts).and_then(|p| super::access::record_entity(d, p)) else { return };
    let found = d.entities[e].entity.fields.iter().find_map(|f| {
        let FieldType::Reference { entity } = &f.ty else { return None };
        let parent = d.find(entity)?;
        Some((f.name.clone(), room(d, parent, false)?.name.clone()))
    });
    let Some((per, capacity)) = found else { return };
    let (entity, id) = (d.entities[e].entity.name.clone(), s.id);
    d.feature(Feature::Capacity { entity, per, capacity, amount: None, over: None, clauses: vec![id] });
    d.mark(si, lead..s.words.len());
    let behind = s.preds.iter().enumerate().filter(|(_, p)| p.verb.range.start > lead);
    d.done[si].extend(behind.map(|(k, _)| k));
}

/// The number of a record that says how many others it has room for, or how many of it there are.
pub fn room<'d>(d: &'d Draft<'_>, e: usize, stocked: bool) -> Option<&'d Field> {
    let named = ["capacity", "places", "seats", "maximum", "max", "spaces", "limit", "participants"];
    let says = |part: &str| named.contains(&part) || stocked && part == "stock";
    // `the number of helpers needed`
    let people =
        |f: &Field| f.name.strip_prefix("number_of_").is_some_and(|who| nouns::person(&nouns::singular(who)).is_some());
    let whole = |f: &&Field| f.ty == FieldType::Integer && !f.read_only;
    let fields = &d.entities[e].entity.fields;
    fields
        .iter()
        .filter(whole)
        .find(|f| f.name.split('_').any(says))
        .or_else(|| fields.iter().filter(whole).find(|f| people(f)))
}

/// How many a record takes of what it refers to, where it says so.
pub fn pieces(d: &Draft, e: usize) -> Option<String> {
    let says = |f: &&Field| {
        f.ty == FieldType::Integer && matches!(f.name.as_str(), "quantity" | "amount" | "number" | "pieces" | "count")
    };
    d.entities[e].entity.fields.iter().find(says).map(|f| f.name.clone())
}

/// A period named behind `per`, `a`, `each`: `two bookings per week`.
fn period(d: &Draft, si: usize) -> Option<(usize, Period)> {
    let s = &d.sentences[si];
    (1..s.words.len()).find_map(|i| {
        let led = matches!(s.words[i - 1].lower(), "per" | "a" | "each" | "every")
            || s.words[i - 1].is("and") && s.words[..i - 1].iter().any(|w| w.is("per"));
        let period = match s.words[i].base.as_str() {
            "week" => Period::Week,
            "month" => Period::Month,
            "year" => Period::Year,
            _ => return None,
        };
        (led && !s.aside[i]).then_some((i, period))
    })
}

pub fn day(d: &Draft, si: usize) -> Option<usize> {
    let s = &d.sentences[si];
    (1..s.words.len()).find(|i| {
        s.words[*i].is("day")
            && (matches!(s.words[i - 1].lower(), "per" | "same" | "a" | "each")
                || s.words[i - 1].is("and") && s.words[..i - 1].iter().any(|w| w.is("per")))
    })
}

pub fn dated(d: &Draft, e: usize) -> Option<String> {
    let fields = &d.entities[e].entity.fields;
    let is_day = |n: &String| fields.iter().any(|f| f.name == *n && f.ty.is_day());
    // what begins and ends on one day has the day beside it
    let start = super::overlaps::span(d, e).map(|(start, _)| start).filter(is_day);
    start
        .or_else(|| fields.iter().find(|f| f.ty == FieldType::Date).map(|f| f.name.clone()))
        .or_else(|| fields.iter().find(|f| f.ty == FieldType::DateTime).map(|f| f.name.clone()))
}

/// `A borrowed tool cannot be borrowed by someone else`, `Once a book is reserved nobody else can reserve it`, `You can't
/// take a wish twice`: one record for each other record, as long as it is there.
fn taken(d: &mut Draft, si: usize) -> bool {
    let s = &d.sentences[si];
    let again = s.words.iter().any(|w| matches!(w.lower(), "else" | "again" | "twice" | "already" | "nobody"))
        || ["that is ", "which is "].iter().any(|w| s.lower.contains(w));
    let Some(pred) = s.preds.iter().find(|p| p.verb.negated && !p.subordinate && p.verb.class == Class::Transact)
    else {
        return false;
    };
    let Some(e) = super::access::record_entity(d, pred).filter(|_| again && !s.lower.contains("same")) else {
        return false;
    };
    // said of what is taken already: the same word once more, or that it may not be twice
    let verb = pred.verb.base.as_str();
    let participle = |w: &super::tag::Word| {
        super::lexicon::verbs::verb(w.lower()).is_some_and(|(b, f)| b == verb && f == super::lexicon::verbs::Form::Past)
    };
    // `…, and the seller can't change the price any more` asks for more
    if s.preds.iter().filter(|p| !p.subordinate).count() > 1 {
        return false;
    }
    let had =
        ["is out", "is away", "is gone", "is taken", "is on loan", "is in use"].iter().any(|w| s.lower.contains(w));
    let said = s.words.iter().enumerate().any(|(i, w)| participle(w) && !pred.verb.range.contains(&i))
        || s.words.iter().any(|w| w.is("twice")) && pred.verb.passive
        || had;
    // who does it once only, or within a period, is another rule
    let (day, period) = (day(d, si), period(d, si));
    let span = super::overlaps::span(d, e);
    let timed = span.is_some() && !had || day.is_some() || period.is_some();
    let Some(about) = d.entities[e].about.clone().filter(|_| said && !timed) else { return false };
    let Some(parent) = d.find(&about) else { return false };
    // a record with states may be over without being gone, and one without days does not say that something is out
    if d.status(e).is_some() || had && span.is_none() {
        return false;
    }
    let per = Some(d.add_reference(e, parent, true, s.id));
    let (entity, clauses) = (d.entities[e].entity.name.clone(), vec![s.id]);
    match span {
        // it is out from the one day to the other
        Some((start, end)) => {
            for f in d.entities[e].entity.fields.iter_mut().filter(|f| f.name == start || f.name == end) {
                f.required = true;
            }
            d.feature(Feature::NoOverlap { entity, start, end, per, over: None, clauses });
        }
        None => d.feature(Feature::Limit { entity, max: 1, per, over: None, clauses }),
    }
    d.touch(e, s.id);
    d.mark(si, 0..s.words.len());
    all_done(d, si);
    d.focus = Some(e);
    true
}

/// The records a sentence counts: those a transaction makes, else those its number stands before.
pub fn counted(d: &Draft, si: usize) -> Option<(usize, Option<Np>)> {
    let s = &d.sentences[si];
    let record = s.preds.iter().find_map(|p| super::access::record_entity(d, p));
    let phrase = s.items.iter().find_map(|i| match i {
        Item::Np(np) if np.number.is_some() && np.pronoun.is_none() => d.entity_of(np).map(|e| (e, np.clone())),
        _ => None,
    });
    match (record, phrase) {
        (Some(r), Some((_, np))) => Some((r, Some(np))),
        (Some(r), None) => Some((r, None)),
        (None, Some((e, np))) => Some((e, Some(np))),
        (None, None) => None,
    }
}

/// Whose records are counted: a reference to the thing named, or the account. What the number stands before is counted
/// itself: in `3 courts per week` no court has a limit.
pub fn per(d: &Draft, si: usize, e: usize, counted: Option<&Np>) -> Vec<String> {
    let s = &d.sentences[si];
    let mut out: Vec<String> = Vec::new();
    for item in &s.items {
        let Item::Np(np) = item else { continue };
        if np.pronoun.is_some() || s.aside[np.head_at] || counted.is_some_and(|c| c.head_at == np.head_at) {
            continue;
        }
        let people: Vec<String> = d.role(np).map(|r| r.name.clone()).into_iter().collect();
        let key = d
            .entity_of(np)
            .filter(|t| *t != e)
            .and_then(|t| d.reference(e, &d.entities[t].entity.name.clone()))
            .or_else(|| {
                (!people.is_empty() && d.has_users()).then(|| {
                    super::rules::names(d, e, &people).filter(|f| !f.contains('.')).unwrap_or_else(|| "owner_id".into())
                })
            })
            .or_else(|| property(d, si, e, np));
        if let Some(key) = key
            && !out.contains(&key)
        {
            out.push(key);
        }
    }
    out
}

/// `only one grade per subject and date`: what the record itself keeps. A moment is no key: no two are the same.
fn property(d: &Draft, si: usize, e: usize, np: &Np) -> Option<String> {
    let per = d.sentences[si].words.iter().position(|w| w.is("per"))?;
    let name = d.field_of(e, np).filter(|_| np.head_at > per)?;
    let field = d.entities[e].entity.fields.iter().find(|f| f.name == name)?;
    (field.ty != FieldType::DateTime).then_some(name)
}

/// `Households may receive one parcel per week.`, `at most two bookings per member and month`
fn in_period(d: &mut Draft, si: usize) -> bool {
    let Some((at, period)) = period(d, si) else { return false };
    let s = &d.sentences[si];
    let limits = ["at most", "no more than", "up to", "maximum", "only", "more than", "per "]
        .iter()
        .any(|w| s.lower.contains(w));
    let Some((e, np)) = counted(d, si).filter(|_| limits) else { return false };
    let once = s.words.iter().any(|w| w.is("once"));
    let number = np.as_ref().and_then(|np| np.number).or(once.then_some(1.0));
    let Some(max) = number.filter(|n| *n >= 1.0 && *n <= 1000.0) else { return false };
    let totals =
        s.words.iter().any(|w| matches!(w.base.as_str(), "total" | "sum" | "report" | "statistics" | "average"));
    let rule = s.preds.is_empty() || s.preds.iter().any(|p| p.verb.modal.is_some() || p.verb.negated || p.only || once);
    let Some(date_field) = dated(d, e).filter(|_| !totals && rule) else { return false };
    let keys = per(d, si, e, np.as_ref());
    if keys.len() > 1 {
        return false;
    }
    let key = keys.first().cloned();
    if matches!(key.as_deref(), None | Some("owner_id")) {
        if !d.has_users() {
            return false;
        }
        d.entities[e].entity.owned = true;
    }
    let entity = d.entities[e].entity.name.clone();
    let key = key.filter(|k| k != "owner_id");
    d.feature(Feature::LimitIn {
        entity,
        max: max as u32,
        per: key,
        date_field,
        period,
        over: None,
        clauses: vec![s.id],
    });
    finish(d, si, e, at)
}

/// Somebody who has an account, or nobody of those: `Nobody signs up twice for the same shift.`
pub fn person(d: &Draft, np: &Np) -> bool {
    np.pronoun.as_deref() == Some("nobody") || d.who(np).is_some_and(|w| w != Who::Anyone)
}

/// Marks what such a rule carries; the right it takes for granted is read with it.
pub fn finish(d: &mut Draft, si: usize, e: usize, period: usize) -> bool {
    let s = &d.sentences[si];
    d.touch(e, s.id);
    for item in &s.items {
        let Item::Np(np) = item else { continue };
        let counts = d.entity_of(np).is_some() || d.role(np).is_some() || property(d, si, e, np).is_some();
        if counts || np.head == "day" || np.range.contains(&period) {
            d.mark_np(si, np);
        }
    }
    for pred in &s.preds {
        d.mark_verb(si, pred);
    }
    for i in 0..s.words.len() {
        let counting = matches!(
            s.words[i].lower(),
            "once" | "twice" | "only" | "most" | "more" | "than" | "maximum" | "same" | "no" | "per" | "one" | "up"
        ) || i == period && period > 0
            || s.words[i].tag == Tag::Num;
        if counting {
            d.mark(si, i..i + 1);
        }
    }
    for (pi, pred) in s.preds.iter().enumerate() {
        if super::access::record_entity(d, pred) == Some(e) && !pred.verb.negated && !pred.verb.passive {
            super::relations::mark_record(d, si, pred, e);
        }
        d.done[si].insert(pi);
    }
    d.focus = Some(e);
    true
}

/// `A donor must be at least 18 years old.`
fn ages(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    let Some(at) = s.words.iter().position(|w| w.token.value.is_some()).filter(|i| {
        s.words.get(i + 1).is_some_and(|w| w.base == "year")
            && s.words.get(i + 2).is_some_and(|w| matches!(w.lower(), "old" | "of"))
    }) else {
        return;
    };
    let least =
        s.lower.contains("at least") || s.preds.iter().any(|p| p.verb.negated) && s.lower.contains("younger than");
    let born = |e: usize| {
        d.entities[e]
            .entity
            .fields
            .iter()
            .find(|f| f.ty == FieldType::Date && f.name.contains("birth"))
            .map(|f| f.name.clone())
    };
    let subject = s.preds.first().and_then(|p| p.subject.first());
    let Some((e, name)) =
        subject.and_then(|np| d.entity_of(np).or_else(|| d.find(&np.head))).and_then(|e| born(e).map(|n| (e, n)))
    else {
        return;
    };
    if !least || s.preds.len() != 1 {
        return;
    }
    let years = s.words[at].token.value.unwrap_or(0.0) as u32;
    if let Some(f) = d.field_mut(e, &name) {
        f.rules.push(FieldRule { rule: Rule::MinAge { years }, clauses: vec![s.id] });
    }
    d.touch(e, s.id);
    d.mark(si, 0..s.words.len());
    all_done(d, si);
}
