//! Rules on values and states: required, unique, limits, deciding, assigning, thresholds, overlaps.

use super::chunk::Np;
use super::decisions::{assign, cancel, decide, guard, marks_state};
use super::draft::Draft;
use super::field;
use super::lexicon::{
    nouns,
    verbs::{self, Class},
};
use super::sentence::Sentence;
use crate::models::offline::spec::{Feature, FieldRule, FieldType, Rule};

/// Whether a state ends the life of a record.
#[must_use]
pub fn is_final(state: &str) -> bool {
    matches!(
        state,
        "done"
            | "closed"
            | "resolved"
            | "rejected"
            | "cancelled"
            | "canceled"
            | "finished"
            | "completed"
            | "archived"
            | "declined"
            | "returned"
            | "delivered"
            | "paid"
            | "expired"
            | "fixed"
            | "denied"
    )
}

/// The path from a record of `e` to the account it is assigned to.
#[must_use]
pub fn assignee(d: &Draft, e: usize) -> Option<String> {
    for f in &d.entities[e].entity.fields {
        match &f.ty {
            FieldType::UserReference { .. } => return Some(f.name.clone()),
            FieldType::Reference { entity } => {
                let to = d.find(entity)?;
                if d.entities[to].person
                    && let Some(account) =
                        d.entities[to].entity.fields.iter().find(|f| matches!(f.ty, FieldType::UserReference { .. }))
                {
                    return Some(format!("{}.{}", f.name, account.name));
                }
            }
            _ => {}
        }
    }
    None
}

/// The path from a record of `e` to an account of one of `roles` that it names.
#[must_use]
pub fn names(d: &Draft, e: usize, roles: &[String]) -> Option<String> {
    d.entities[e].entity.fields.iter().find_map(|f| match &f.ty {
        FieldType::UserReference { role: Some(r) } if roles.contains(r) => Some(f.name.clone()),
        FieldType::Reference { entity } if roles.contains(entity) => {
            let to = d.find(entity)?;
            let account =
                d.entities[to].entity.fields.iter().find(|f| matches!(f.ty, FieldType::UserReference { .. }))?;
            Some(format!("{}.{}", f.name, account.name))
        }
        _ => None,
    })
}

/// Reads the rules of a sentence.
pub fn read(d: &mut Draft, si: usize) {
    value_rules(d, si);
    if d.done[si].is_empty() {
        bounded_property(d, si);
    }
    overlaps(d, si);
    super::conditions::read(d, si);
    super::lifecycle::read(d, si);
    super::counts::read(d, si);
    if !d.done[si].is_empty() && d.done[si].len() == d.sentences[si].preds.len() {
        return;
    }
    super::limits::at_most(d, si);
    let s = &d.sentences[si];
    for (pi, pred) in s.preds.iter().enumerate() {
        if d.done[si].contains(&pi) {
            continue;
        }
        d.attend(si, pi);
        match pred.verb.class {
            Class::Assign => assign(d, si, pi, pred),
            // `Once an item is claimed, …` says when, not that it may be done
            Class::Decide if pred.subordinate && s.preds.iter().any(|p| !p.subordinate) => {}
            Class::Decide => decide(d, si, pi, pred),
            Class::Update | Class::Create | Class::Other if pred.only || marks_state(d, pred) => guard(d, si, pi, pred),
            Class::Delete if pred.verb.base == "cancel" && keeps_cancelled(d, pred) => cancel(d, si, pi, pred),
            _ => {}
        }
    }
}

/// Whether what is cancelled is kept with that state: the text names it. Otherwise it is gone, and its place is free.
fn keeps_cancelled(d: &Draft, pred: &super::sentence::Pred) -> bool {
    let objects = if pred.verb.passive { &pred.subject } else { &pred.objects };
    objects.iter().filter_map(|np| d.entity_of(np)).any(|e| {
        d.entities[e].entity.fields.iter().any(|f| match &f.ty {
            FieldType::Choice { values } => values.iter().any(|v| matches!(v.as_str(), "cancelled" | "canceled")),
            _ => false,
        })
    })
}

/// The field a subject phrase names, in the entity it names or in the one spoken of last.
fn subject_field(d: &Draft, np: &Np) -> Option<(usize, String)> {
    // a person or a thing is no value, even if a record refers to it
    let refers =
        |e: usize, name: &str| {
            d.entities[e].entity.fields.iter().any(|f| {
                f.name == name && matches!(f.ty, FieldType::Reference { .. } | FieldType::UserReference { .. })
            })
        };
    let candidates = d.entity_of(np).into_iter().chain(d.focus).chain(0..d.entities.len());
    for e in candidates {
        if d.find(&np.name()) == Some(e) && nouns::property(&np.head).is_none() {
            continue;
        }
        // `A bid must be at least 1 euro` is about bids, not about the minimum bid of an item
        let another = |f: &str| d.find(&np.name()).is_some() && nouns::property(&np.head).is_none() && f != np.head;
        if let Some(f) = d.field_of(e, np).filter(|f| np.pronoun.is_some() || !refers(e, f) && !another(f)) {
            return Some((e, f));
        }
    }
    None
}

/// `The phone number is required.` `An amount may not be negative.` `The name must be unique.`
fn value_rules(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    for (pi, pred) in s.preds.iter().enumerate() {
        let is_be = pred.verb.class == Class::Be
            || pred.verb.passive
                && matches!(pred.verb.base.as_str(), "require" | "enter" | "fill" | "provide" | "need")
            || matches!(pred.verb.base.as_str(), "exceed" | "lie")
            || measured_in_characters(s, pred);
        if !is_be || pred.subordinate || d.done[si].contains(&pi) {
            continue;
        }
        let tail = pred.verb.range.start..pred.range.end;
        let text = s.quote(tail.clone()).to_lowercase();
        let numbers: Vec<f64> = tail.clone().filter_map(|i| amount(s, i)).collect();
        for np in &pred.subject {
            let Some((e, name)) = subject_field(d, np) else { continue };
            let mut rules: Vec<Rule> = Vec::new();
            if text.contains("negative") && pred.verb.negated {
                rules.push(Rule::Min { value: 0.0 });
            } else if text.contains("positive")
                || text.contains("greater than zero")
                || text.contains("above zero")
                || text.contains("more than zero")
            {
                let integer = d.field_mut(e, &name).is_some_and(|f| f.ty == FieldType::Integer);
                rules.push(Rule::Min { value: if integer { 1.0 } else { 0.01 } });
            } else if text.contains("unique") || text.contains("only be used once") {
                rules.push(Rule::Unique { per_owner: text.contains("per user") });
            } else if (text.contains("required")
                || text.contains("mandatory")
                || text.contains("compulsory")
                || text.contains("empty") && pred.verb.negated
                || text.contains("must be entered")
                || text.contains("must be filled")
                || text.contains("must be provided"))
                && !text.contains("not required")
            {
                rules.push(Rule::Required);
            } else if text.contains("optional") || text.contains("not required") {
                if let Some(f) = d.field_mut(e, &name) {
                    f.required = false;
                    f.clauses.push(s.id);
                }
                d.mark(si, np.range.start..pred.range.end);
                d.done[si].insert(pi);
                continue;
            } else if text.contains("in the past") {
                rules.push(if pred.verb.negated { Rule::NotInPast } else { Rule::NotInFuture });
            } else if text.contains("in the future") {
                rules.push(if pred.verb.negated { Rule::NotInFuture } else { Rule::NotInPast });
            } else if text.contains("character") && !numbers.is_empty() {
                let n = numbers[0] as u32;
                if text.contains("exactly") {
                    rules.push(Rule::MinLength { value: n });
                }
                let least = text.contains("at least") || text.contains("minimum");
                let most = ["at most", "maximum", "up to", "no more", "exceed", "more than", "longer than", "max"]
                    .iter()
                    .any(|w| text.contains(w));
                if least || !most {
                    rules.push(Rule::MinLength { value: n });
                }
                if most || !least {
                    rules.push(Rule::MaxLength { value: n });
                }
            } else if text.contains("between") && numbers.len() >= 2 || text.contains("from") && numbers.len() == 2 {
                rules.push(Rule::Min { value: numbers[0] });
                rules.push(Rule::Max { value: numbers[1] });
            } else if numbers.len() == 1
                && text.contains("day")
                && text.contains("after")
                && (text.contains("at most")
                    || text.contains("within")
                    || text.contains("more than") && pred.verb.negated)
                && let Some(other) =
                    pred.objects.iter().chain(pred.preps.iter().flat_map(|pp| &pp.nps)).find_map(|o| d.field_of(e, o))
            {
                rules.push(Rule::Within { field: other, days: numbers[0] as u32 });
            } else if !numbers.is_empty() {
                let whole = d.entities[e].entity.fields.iter().any(|f| f.name == name && f.ty == FieldType::Integer);
                // `more than 0.5 km and at most 100 km`: each number has a part of its own
                let parts: Vec<&str> = if numbers.len() == 1 {
                    vec![&text]
                } else {
                    text.split(" and ").flat_map(|part| part.split(" but ")).collect()
                };
                if parts.len() == numbers.len() {
                    let bounds = parts.iter().zip(&numbers).map(|(part, n)| bound(part, *n, pred.verb.negated, whole));
                    rules.extend(bounds.collect::<Option<Vec<Rule>>>().unwrap_or_default());
                }
            } else if (text.contains("after")
                || text.contains("later than")
                || text.contains("before") && pred.verb.negated)
                && let Some(other) =
                    pred.objects.iter().chain(pred.preps.iter().flat_map(|pp| &pp.nps)).find_map(|o| d.field_of(e, o))
            {
                rules.push(Rule::After { field: other, or_equal: text.contains("before") });
            }
            if rules.is_empty() && is_valid(d, e, &name, &text) && !pred.verb.negated {
                if let Some(f) = d.field_mut(e, &name)
                    && !f.clauses.contains(&s.id)
                {
                    f.clauses.push(s.id);
                }
                d.touch(e, s.id);
                d.mark(si, pred.subject[0].range.start..pred.range.end);
                d.done[si].insert(pi);
                continue;
            }
            let fits = d.entities[e].entity.fields.iter().find(|f| f.name == name).is_some_and(|f| {
                let numeric = matches!(f.ty, FieldType::Integer | FieldType::Decimal { .. });
                let dated = matches!(f.ty, FieldType::Date | FieldType::DateTime | FieldType::Time);
                rules.iter().all(|r| match r {
                    Rule::Min { .. } | Rule::Max { .. } => numeric,
                    Rule::MinLength { .. } | Rule::MaxLength { .. } => !numeric && !dated,
                    Rule::After { .. } | Rule::Within { .. } | Rule::NotInPast | Rule::NotInFuture => dated,
                    _ => true,
                })
            });
            if rules.is_empty() || !fits {
                continue;
            }
            let rules_new: Vec<FieldRule> =
                rules.into_iter().map(|rule| FieldRule { rule, clauses: vec![s.id] }).collect();
            if let Some(f) = d.field_mut(e, &name) {
                for r in rules_new {
                    match f.rules.iter_mut().find(|x| x.rule == r.rule) {
                        Some(old) => old.clauses.push(s.id),
                        None => {
                            f.required |= r.rule == Rule::Required;
                            f.rules.push(r);
                        }
                    }
                }
            }
            d.touch(e, s.id);
            d.mark(si, np.range.start..pred.range.end);
            d.mark(si, pred.subject[0].range.start..pred.range.end);
            d.done[si].insert(pi);
        }
    }
}

/// `The title may have up to 80 characters.`
fn measured_in_characters(s: &Sentence, pred: &super::sentence::Pred) -> bool {
    let counts = s.words[pred.range.clone()].iter().any(|w| matches!(w.base.as_str(), "character" | "letter"));
    counts && (pred.verb.class == Class::Have || matches!(pred.verb.base.as_str(), "consist" | "contain"))
}

/// `The e-mail address must be valid.`: what the type of the property checks of itself.
fn is_valid(d: &Draft, e: usize, name: &str, text: &str) -> bool {
    let plain = text.trim_end_matches(['.', ' ']);
    let says =
        ["valid", "a valid one", "well-formed", "a valid email address", "a valid e-mail address", "a valid date"];
    says.iter().any(|w| plain.ends_with(w))
        && d.entities[e]
            .entity
            .fields
            .iter()
            .any(|f| f.name == name && matches!(f.ty, FieldType::Email | FieldType::Url | FieldType::Date))
}

/// What a number bounds, by the words around it.
fn bound(text: &str, n: f64, negated: bool, whole: bool) -> Option<Rule> {
    let says = |list: &[&str]| list.iter().any(|w| text.contains(w));
    let upper = says(&[
        "at most",
        "no more than",
        "maximum",
        "exceed",
        "not be more",
        "not be greater",
        "not be higher",
        "up to",
        "not be above",
    ]) || says(&["less than", "below"]) && !negated;
    let lower = says(&[
        "at least",
        "minimum",
        "not be less",
        "not be below",
        "not be lower",
        "greater than",
        "more than",
        "above",
    ]);
    // `more than 5` is not 5 itself, unless it is what may not be
    let strict = !negated
        && says(&["greater than", "more than", "above", "less than", "below", "higher than", "lower than"])
        && !says(&["no more than", "no less than"]);
    let step = match (strict, whole) {
        (false, _) => 0.0,
        (true, true) => 1.0,
        (true, false) => 0.01,
    };
    if upper {
        Some(Rule::Max { value: beside(n, -step) })
    } else {
        lower.then(|| Rule::Min { value: beside(n, step) })
    }
}

/// The number at a place; `5 cents` are 0.05.
fn amount(s: &Sentence, at: usize) -> Option<f64> {
    let value = s.words.get(at)?.token.value?;
    let cents = s.words.get(at + 1).is_some_and(|w| w.base == "cent");
    Some(if cents { value / 100.0 } else { value })
}

/// The number a step away. To the hundredth, as it is said: 0.05 and 0.01 make 0.06, not 0.060000000000000005.
fn beside(value: f64, step: f64) -> f64 {
    if step == 0.0 { value } else { ((value + step) * 100.0).round() / 100.0 }
}

/// `set any price above 5 cents for the ticket`, `the minimum price for a ticket at 5 cents`
fn bounded_property(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    let word = |i: usize| s.words.get(i).map_or("", |w| w.lower());
    let before = |at: usize, k: usize| at.checked_sub(k).map_or("", word);
    let number = (0..s.words.len()).find(|i| {
        s.words[*i].token.value.is_some()
            && !s.aside[*i]
            && matches!(
                before(*i, 1),
                "above" | "over" | "least" | "most" | "below" | "under" | "than" | "at" | "of" | "is"
            )
    });
    let Some(at) = number else { return };
    let said = |list: &[&str]| s.words[..at].iter().any(|w| list.contains(&w.lower()));
    let minimum = said(&["minimum", "minimal", "lowest"])
        || matches!(before(at, 1), "above" | "over" | "least")
        || before(at, 1) == "than" && before(at, 2) == "more";
    let maximum = said(&["maximum", "maximal", "highest"]) || matches!(before(at, 1), "below" | "under" | "most");
    if minimum == maximum {
        return;
    }
    let value = amount(s, at).unwrap_or(0.0);
    let cents = s.words.get(at + 1).is_some_and(|w| w.base == "cent");
    let numeric = |np: &Np| matches!(nouns::property(&np.head), Some(FieldType::Decimal { .. } | FieldType::Integer));
    let property = s.items.iter().find_map(|i| match i {
        super::chunk::Item::Np(np) if np.range.end <= at && numeric(np) => Some(np.clone()),
        _ => None,
    });
    let Some(np) = property else { return };
    let entity = s.items.iter().find_map(|i| match i {
        super::chunk::Item::Np(n) if n.head != np.head => d.entity_of(n),
        _ => None,
    });
    let Some(e) = d.entity_of(&np).or(entity) else { return };
    let Some(draft) = field::field(s, np.head_at..np.head_at + 1) else { return };
    let name = d.add_field(e, draft, s.id);
    let strict = matches!(before(at, 1), "above" | "over" | "below" | "under") || before(at, 1) == "than";
    let whole = d.entities[e].entity.fields.iter().any(|f| f.name == name && f.ty == FieldType::Integer);
    let step = if !strict {
        0.0
    } else if whole {
        1.0
    } else {
        0.01
    };
    let rule =
        if minimum { Rule::Min { value: beside(value, step) } } else { Rule::Max { value: beside(value, -step) } };
    if let Some(f) = d.field_mut(e, &name) {
        match f.rules.iter_mut().find(|r| r.rule == rule) {
            Some(r) => r.clauses.push(s.id),
            None => f.rules.push(FieldRule { rule, clauses: vec![s.id] }),
        }
        if !f.clauses.contains(&s.id) {
            f.clauses.push(s.id);
        }
    }
    d.touch(e, s.id);
    let start = s.aside.iter().position(|a| !*a).unwrap_or(0);
    d.mark(si, start..at + 1 + usize::from(cents));
    for i in at + 1..s.words.len() {
        let w = &s.words[i];
        if matches!(w.base.as_str(), "sell" | "cent" | "euro" | "dollar") || d.find(&w.base) == Some(e) {
            d.mark(si, i..i + 1);
        }
    }
    for pi in 0..s.preds.len() {
        d.done[si].insert(pi);
    }
    d.focus = Some(e);
}

/// `A room cannot be booked twice at the same time.` `Bookings of the same room may not overlap.`
fn overlaps(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    let l = &s.lower;
    let overlap = l.contains("overlap")
        || l.contains("double-book")
        || l.contains("double book")
        || l.contains("at the same time")
        || l.contains("booked twice")
        || l.contains("reserved twice")
        || l.contains("lent twice")
        || l.contains("rented twice");
    let timed = |d: &Draft, e: usize| {
        d.entities[e].entity.fields.iter().any(|f| matches!(f.ty, FieldType::Date | FieldType::DateTime))
    };
    let bans = s.preds.iter().any(|p| p.verb.negated)
        || l.contains("no two")
        || l.starts_with("no ")
        || l.contains("not allowed")
        || l.contains("prevent")
        || l.contains("avoid");
    if !overlap || !bans {
        return;
    }
    // the entity with a beginning and an end
    let record = s
        .preds
        .iter()
        .find_map(|p| (p.verb.class == Class::Transact).then(|| verbs::record_of(&p.verb.base)).flatten())
        .and_then(|r| d.find(r));
    let phrases = || s.preds.iter().flat_map(|p| p.subject.iter().chain(&p.objects));
    let overlapping = l.contains("overlap").then(|| phrases().find_map(|np| d.entity_of(np))).flatten();
    let mentioned = phrases().find_map(|np| d.entity_of(np).filter(|e| span(d, *e).is_some())).or(overlapping);
    // `A vet cannot be booked twice`: the records that name the vet and have a time
    let people: Vec<String> =
        s.preds.iter().flat_map(|p| &p.subject).filter_map(|np| d.role(np).map(|r| r.name.clone())).collect();
    let named = |e: usize| super::rules::names(d, e, &people).filter(|f| !f.contains('.'));
    let person = (0..d.entities.len()).find(|e| named(*e).is_some() && timed(d, *e));
    let Some(e) = record.or(mentioned).or(person).or_else(|| (0..d.entities.len()).find(|e| span(d, *e).is_some()))
    else {
        return;
    };
    let spoken_of = record == Some(e) || mentioned == Some(e);
    if span(d, e).is_none() && l.contains("overlap") && spoken_of && !timed(d, e) {
        // what overlaps has a beginning and an end
        for (name, label) in [("start", "Start"), ("end", "End")] {
            let f = super::data::made(name, label, FieldType::DateTime, s.id);
            d.entities[e].entity.fields.push(f);
        }
    }
    let named = |e: usize| super::rules::names(d, e, &people).filter(|f| !f.contains('.'));
    let by_person = named(e);
    let per = s
        .preds
        .iter()
        .flat_map(|p| p.subject.iter().chain(&p.objects).chain(p.preps.iter().flat_map(|pp| &pp.nps)))
        .filter_map(|np| d.entity_of(np))
        .find_map(|x| d.reference(e, &d.entities[x].entity.name));
    let per = by_person.or(per).or_else(|| {
        d.entities[e].entity.fields.iter().find(|f| matches!(f.ty, FieldType::Reference { .. })).map(|f| f.name.clone())
    });
    // a time and a length: where they end is worked out by nobody
    if l.contains("overlap") && span(d, e).is_none() {
        return;
    }
    // `for the same room`: which room, or nothing is the same
    let same = s.items.iter().find_map(|i| match i {
        super::chunk::Item::Np(np) => {
            let all = [Some(np), np.of.as_deref()];
            let same = all.into_iter().flatten().find(|n| n.mods.iter().any(|m| m == "same") && n.head != "time");
            same.and_then(|n| d.find(&n.name()).or_else(|| d.find(&n.head))).filter(|x| *x != e)
        }
        _ => None,
    });
    let per = match same {
        Some(x) => Some(d.add_reference(e, x, true, s.id)),
        None if per.is_none()
            && s.words
                .iter()
                .enumerate()
                .any(|(i, w)| w.is("same") && s.words.get(i + 1).is_some_and(|n| !n.is("time") && !n.is("day"))) =>
        {
            return;
        }
        None => per,
    };
    let name = d.entities[e].entity.name.clone();
    match span(d, e) {
        Some((start, end)) => {
            // a booking without a time, or of nothing in particular, overlaps with nothing
            let day = d.entities[e].entity.fields.iter().find(|f| f.ty == FieldType::Date).map(|f| f.name.clone());
            for f in &mut d.entities[e].entity.fields {
                let named = [day.as_ref(), per.as_ref()].contains(&Some(&f.name));
                if f.name == start || f.name == end || named {
                    f.required = true;
                }
            }
            d.feature(Feature::NoOverlap { entity: name, start, end, per, clauses: vec![s.id] });
        }
        None => {
            let date = d.entities[e]
                .entity
                .fields
                .iter()
                .find(|f| matches!(f.ty, FieldType::Date | FieldType::DateTime))
                .map(|f| f.name.clone());
            let (Some(date), Some(per)) = (date, per) else { return };
            for f in d.entities[e].entity.fields.iter_mut().filter(|f| f.name == date || f.name == per) {
                f.required = true;
            }
            let time = d.entities[e].entity.fields.iter().find(|f| f.ty == FieldType::Time).map(|f| f.name.clone());
            if let Some(f) = time.as_ref().and_then(|t| d.field_mut(e, t)) {
                f.required = true;
            }
            d.feature(Feature::UniqueTogether {
                entity: name,
                fields: [per, date].into_iter().chain(time).collect(),
                clauses: vec![s.id],
            });
        }
    }
    d.touch(e, s.id);
    d.mark(si, 0..s.words.len());
    for pi in 0..s.preds.len() {
        d.done[si].insert(pi);
    }
}

/// The fields with which a record begins and ends.
#[must_use]
pub fn span(d: &Draft, e: usize) -> Option<(String, String)> {
    let fields = &d.entities[e].entity.fields;
    let timed = |f: &&crate::models::offline::spec::Field| {
        matches!(f.ty, FieldType::Date | FieldType::DateTime | FieldType::Time)
    };
    let start = fields.iter().filter(timed).find(|f| {
        ["start", "begin", "from", "check_in", "arrival", "pick", "first"].iter().any(|w| f.name.starts_with(w))
    })?;
    let end = fields.iter().filter(timed).find(|f| {
        ["end", "until", "to_", "check_out", "departure", "return", "due", "last", "finish"]
            .iter()
            .any(|w| f.name.starts_with(w))
    })?;
    Some((start.name.clone(), end.name.clone()))
}
