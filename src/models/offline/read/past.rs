//! Days that lie behind or ahead of today: `Rehearsals cannot be entered for a day in the past.`

use super::chunk::Np;
use super::draft::Draft;
use super::lexicon::verbs::Class;
use super::sentence::{Pred, content};
use super::tag::Tag;
use crate::models::offline::spec::{FieldRule, Rule};
use std::ops::Range;

/// Reads that nothing is entered for a day in the past, or in the future: a rule on the day that such records have.
pub fn read(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    for (pi, pred) in s.preds.iter().enumerate() {
        if pred.verb.negated && !pred.subordinate && !d.done[si].contains(&pi) {
            banned(d, si, pi, pred);
        }
    }
}

/// `A reservation is for today or later`, `A booking must be for today or a later day`: not for a day that is over.
pub fn today_or_later(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    let [pred] = &s.preds[..] else { return };
    let [np] = &pred.subject[..] else { return };
    let is = pred.verb.class == Class::Be && !pred.verb.negated && !pred.subordinate && !d.done[si].contains(&0);
    let said: Vec<&str> =
        s.words[pred.verb.range.end..].iter().filter(|w| w.tag != Tag::Stop).map(super::tag::Word::lower).collect();
    let said = said.join(" ");
    let said = said.strip_prefix("for ").or_else(|| said.strip_prefix("on ")).unwrap_or(&said);
    let ahead =
        matches!(said, "today or later" | "today or a later day" | "today or a day after" | "today or in the future");
    let plain = np.mods.is_empty() && np.of.is_none() && np.pronoun.is_none();
    let Some(e) = d.find(&np.name()).filter(|_| is && ahead && plain) else { return };
    let days: Vec<String> =
        d.entities[e].entity.fields.iter().filter(|f| f.ty.is_day() && !f.read_only).map(|f| f.name.clone()).collect();
    let start = super::overlaps::span(d, e).map(|(start, _)| start).filter(|start| days.contains(start));
    let Some(day) = start.or_else(|| days.first().filter(|_| days.len() == 1).cloned()) else { return };
    let (id, end) = (s.id, s.words.len());
    if let Some(f) = d.field_mut(e, &day) {
        f.required = true;
        f.rules.push(FieldRule { rule: Rule::NotInPast, clauses: vec![id] });
    }
    d.touch(e, id);
    d.mark(si, 0..end);
    d.done[si].insert(0);
}

/// From the subject of a predicate to where the next one begins.
fn span(d: &Draft, si: usize, pi: usize, pred: &Pred) -> Range<usize> {
    let s = &d.sentences[si];
    if let [_] = &s.preds[..] {
        return 0..s.words.len();
    }
    let from = pred.subject.first().map_or(pred.verb.range.start, |np| np.range.start);
    let next = s.preds.get(pi + 1).map(|p| p.subject.first().map_or(p.verb.range.start, |np| np.range.start));
    let end = next.unwrap_or(s.words.len()).max(pred.verb.range.end);
    from..end
}

fn banned(d: &mut Draft, si: usize, pi: usize, pred: &Pred) {
    let s = &d.sentences[si];
    let clause = span(d, si, pi, pred);
    // `Bookings in the past are not possible`, `… are not allowed`: what is not to be entered is the subject
    let possible = |w: &str| matches!(w, "possible" | "allowed" | "permitted" | "accepted" | "valid");
    let allows = matches!(pred.verb.class, Class::Be | Class::Allow | Class::Decide) && pred.objects.is_empty();
    let one = pred.subject.len() == 1;
    let refused = allows && one && s.words[pred.verb.range.start..clause.end].iter().any(|w| possible(w.lower()));
    // `A booking cannot be in the past`, `… must not lie in the past`
    let lies = one && !refused && (pred.verb.class == Class::Be || pred.verb.base == "lie") && !pred.verb.passive;
    // `An entry cannot be dated in the future`
    let dated = one && matches!(pred.verb.base.as_str(), "date" | "dated") && pred.verb.passive;
    let enters = matches!(pred.verb.class, Class::Create | Class::Transact | Class::Update) || refused || lies || dated;
    if !enters {
        return;
    }
    let start = if refused { pred.subject[0].range.end } else { pred.verb.range.end };
    let Some((from, rule)) = (start..clause.end).find_map(|i| match s.words[i].lower() {
        "past" => Some((i, Rule::NotInPast)),
        "future" => Some((i, Rule::NotInFuture)),
        _ => None,
    }) else {
        return;
    };
    let things = if pred.verb.passive || refused || lies { &pred.subject } else { &pred.objects };
    let kind = |np: &Np| d.find(&np.name()).or_else(|| d.find(&np.head)).filter(|_| np.pronoun.is_none());
    // `A booking in the past cannot be changed` is about those, and no other
    let record = super::access::record_entity(d, pred).or_else(|| things.iter().find_map(kind));
    let Some(e) = record.filter(|_| from > start) else { return };
    let days = d.entities[e].entity.fields.iter();
    let days: Vec<String> = days.filter(|f| f.ty.is_day() && !f.read_only).map(|f| f.name.clone()).collect();
    let start = super::overlaps::span(d, e).map(|(start, _)| start).filter(|start| days.contains(start));
    let Some(day) = start.or_else(|| days.first().filter(|_| days.len() == 1).cloned()) else { return };
    let told = |i: &usize| {
        let w = &s.words[*i];
        let thing = things
            .iter()
            .chain(&pred.subject)
            .any(|np| np.range.contains(i) && (kind(np).is_some() || d.role(np).is_some()));
        !content(w)
            || thing
            || pred.verb.range.contains(i)
            || refused && possible(w.lower())
            || matches!(w.base.as_str(), "day" | "date" | "past" | "future" | "time")
    };
    if !clause.clone().all(|i| s.aside[i] || told(&i)) || s.words[clause.clone()].iter().any(|w| w.tag == Tag::Num) {
        return;
    }
    let id = s.id;
    if let Some(f) = d.field_mut(e, &day) {
        f.required = true;
        match f.rules.iter_mut().find(|r| r.rule == rule) {
            Some(r) => r.clauses.push(id),
            None => f.rules.push(FieldRule { rule, clauses: vec![id] }),
        }
    }
    d.touch(e, id);
    d.mark(si, clause);
    d.done[si].insert(pi);
    d.focus = Some(e);
}
