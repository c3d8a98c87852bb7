//! How long something may last: `A loan lasts at most 14 days.`, `A tool may be borrowed for up to two weeks.`

use super::deadlines::{led, stretch};
use super::draft::Draft;
use super::lexicon::verbs::Class;
use super::sentence::Pred;
use crate::domain::ClauseId;
use crate::models::offline::spec::{Field, FieldRule, FieldType, Rule};

/// Reads how long records may last, in whole days: the end lies at most so many days after the start.
pub fn read(d: &mut Draft, si: usize) {
    const MOST: [&str; 7] =
        ["at most", "no more than", "not more than", "up to", "a maximum of", "no longer than", "not longer than"];
    let s = &d.sentences[si];
    for (pi, pred) in s.preds.iter().enumerate() {
        if pred.subordinate || d.done[si].contains(&pi) {
            continue;
        }
        let found = (pred.verb.range.end..pred.range.end.min(s.words.len())).find_map(|at| {
            let time = stretch(s, at)?;
            let (_, from) = led(s, at, &MOST)
                .or_else(|| led(s, at, &["longer than", "more than"]).filter(|_| pred.verb.negated))?;
            let long = s.words.get(time.range.end).is_some_and(|w| w.is("long"));
            let end = time.range.end + usize::from(long);
            let ends = s.words.get(end).is_none_or(|w| !matches!(w.tag, super::tag::Tag::Prep | super::tag::Tag::Noun));
            let lead = from - usize::from(s.words[from - 1].is("for"));
            let longer = s.words[from].is("longer") || long;
            ends.then(|| Some((time.days()?, lead..end, longer, lead < from))).flatten()
        });
        let Some((days, range, longer, lead)) = found else { continue };
        let Some((e, whole)) = lasting(d, pred, longer, lead) else { continue };
        limit(d, si, e, days);
        d.mark(si, range.clone());
        if !whole && !pred.verb.negated {
            // that it may be done at all is a right beside it
            continue;
        }
        d.mark_verb(si, pred);
        // what is kept is what the records are about
        if let Some(held) = pred.objects.iter().find_map(|np| d.find(&np.head)) {
            d.touch(held, s.id);
        }
        for np in pred.subject.iter().chain(&pred.objects) {
            d.mark_np(si, np);
        }
        d.done[si].insert(pi);
        d.focus = Some(e);
    }
}

/// The records that a predicate says the length of, and whether it says nothing else.
fn lasting(d: &Draft, pred: &Pred, longer: bool, lead: bool) -> Option<(usize, bool)> {
    let spans = |e: usize| span(d, e).is_some() || undated(d, e) || ends(d, e).is_some();
    if let Some(e) = super::access::record_entity(d, pred).filter(|_| longer || lead) {
        return spans(e).then_some((e, false));
    }
    let lasts = matches!(pred.verb.base.as_str(), "last" | "take" | "run") || pred.verb.class == Class::Be && longer;
    if lasts && let [np] = &pred.subject[..] {
        let e = d.entity_of(np).filter(|_| np.pronoun.is_none())?;
        return spans(e).then_some((e, true));
    }
    // `Nobody may keep a tool longer than 14 days`: the record of who has it
    let keeps = matches!(pred.verb.base.as_str(), "keep" | "have" | "hold") && (longer || lead);
    let [np] = &pred.objects[..] else { return None };
    let held = d.find(&np.name()).or_else(|| d.find(&np.head)).filter(|_| keeps)?;
    let name = &d.entities[held].entity.name;
    let of = |e: &usize| d.entities[*e].about.as_deref().is_some_and(|a| super::field::identifier(a) == *name);
    match (0..d.entities.len()).filter(of).collect::<Vec<_>>()[..] {
        [e] => spans(e).then_some((e, true)),
        _ => None,
    }
}

/// The days on which a record begins and ends.
fn span(d: &Draft, e: usize) -> Option<(String, String)> {
    let (start, end) = super::overlaps::span(d, e)?;
    let dated = |name: &str| {
        let mut fields = d.entities[e].entity.fields.iter();
        fields.any(|f| f.name == name && f.ty.is_day())
    };
    (dated(&start) && dated(&end)).then_some((start, end))
}

/// What people do with something, of which the text names no day: what lasts has a beginning and an end.
fn undated(d: &Draft, e: usize) -> bool {
    let timed = |ty: &FieldType| ty.is_when();
    d.entities[e].about.is_some() && !d.entities[e].entity.fields.iter().any(|f| timed(&f.ty))
}

/// The one day that what people do with something has, where it is the day on which it ends: when it is due.
fn ends(d: &Draft, e: usize) -> Option<String> {
    const ENDS: [&str; 8] = ["due", "return", "until", "end", "last", "back", "deadline", "finish"];
    let timed = |ty: &FieldType| ty.is_when();
    let mut days = d.entities[e].entity.fields.iter().filter(|f| timed(&f.ty));
    let (only, None) = (days.next()?, days.next()) else { return None };
    let label = only.label.to_lowercase();
    let last = only.name.split('_').chain(label.split(' ')).any(|word| ENDS.contains(&word));
    (d.entities[e].about.is_some() && last && only.ty == FieldType::Date).then(|| only.name.clone())
}

fn limit(d: &mut Draft, si: usize, e: usize, days: u32) {
    let id = d.sentences[si].id;
    let (start, end) = span(d, e).unwrap_or_else(|| {
        // what lasts has a beginning and an end
        let end = ends(d, e);
        let made = [("start_date", "Start date"), ("end_date", "End date")];
        for (name, label) in made.into_iter().take(if end.is_some() { 1 } else { 2 }) {
            d.entities[e].entity.fields.push(super::data::made(name, label, FieldType::Date, id));
        }
        (made[0].0.to_owned(), end.unwrap_or_else(|| made[1].0.to_owned()))
    });
    // without one of them it would slip through
    for f in d.entities[e].entity.fields.iter_mut().filter(|f| f.name == start || f.name == end) {
        f.required = true;
    }
    let both = d.entities[e].entity.whole_days(&start, &end);
    if let Some(f) = d.field_mut(e, &end) {
        let rule = Rule::Within { field: start.clone(), days, both };
        match f.rules.iter_mut().find(|r| r.rule == rule) {
            Some(r) => r.clauses.push(id),
            None => f.rules.push(FieldRule { rule, clauses: vec![id] }),
        }
        not_before(f, &start, id);
    }
    d.touch(e, id);
}

/// What lasts so many days ends no earlier than it begins, unless the text says more exactly how the two lie.
pub fn not_before(end: &mut Field, start: &str, id: ClauseId) {
    let ordered = |r: &&mut FieldRule| matches!(&r.rule, Rule::After { field, .. } if field == start);
    match end.rules.iter_mut().find(ordered) {
        Some(r) if !r.clauses.contains(&id) => r.clauses.push(id),
        Some(_) => {}
        None => {
            let rule = Rule::After { field: start.to_owned(), or_equal: true };
            end.rules.push(FieldRule { rule, clauses: vec![id] });
        }
    }
}
