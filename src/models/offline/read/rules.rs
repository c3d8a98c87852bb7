//! Rules on values and states: required, unique, limits, deciding, assigning, thresholds, overlaps.

use super::chunk::Np;
use super::draft::Draft;
use super::field;
use super::lexicon::{
    nouns,
    verbs::{self, Class},
    words,
};
use super::sentence::Pred;
use super::tag::Tag;
use crate::domain::ClauseId;
use crate::models::offline::spec::{Feature, FieldRule, FieldType, Op, Rule, Scope, Who};

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
    at_most(d, si);
    let s = &d.sentences[si];
    for (pi, pred) in s.preds.iter().enumerate() {
        if d.done[si].contains(&pi) {
            continue;
        }
        d.attend(si, pi);
        match pred.verb.class {
            Class::Assign => assign(d, si, pi, pred),
            Class::Decide => decide(d, si, pi, pred),
            Class::Update | Class::Create if pred.only || marks_state(d, pred) => guard(d, si, pi, pred),
            Class::Delete if pred.verb.base == "cancel" => cancel(d, si, pi, pred),
            _ => {}
        }
    }
}

/// The field a subject phrase names, in the entity it names or in the one spoken of last.
fn subject_field(d: &Draft, np: &Np) -> Option<(usize, String)> {
    let candidates = d.entity_of(np).into_iter().chain(d.focus).chain(0..d.entities.len());
    for e in candidates {
        if d.find(&np.name()) == Some(e) && nouns::property(&np.head).is_none() {
            continue;
        }
        if let Some(f) = d.field_of(e, np) {
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
            || matches!(pred.verb.base.as_str(), "exceed" | "lie");
        if !is_be || pred.subordinate || d.done[si].contains(&pi) {
            continue;
        }
        let tail = pred.verb.range.start..pred.range.end;
        let text = s.quote(tail.clone()).to_lowercase();
        let numbers: Vec<f64> = s.words[tail.clone()].iter().filter_map(|w| w.token.value).collect();
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
                rules.push(if text.contains("at least") || text.contains("minimum") {
                    Rule::MinLength { value: n }
                } else {
                    Rule::MaxLength { value: n }
                });
            } else if text.contains("between") && numbers.len() >= 2 || text.contains("from") && numbers.len() == 2 {
                rules.push(Rule::Min { value: numbers[0] });
                rules.push(Rule::Max { value: numbers[1] });
            } else if numbers.len() == 1 {
                let n = numbers[0];
                let upper = text.contains("at most")
                    || text.contains("no more than")
                    || text.contains("maximum")
                    || text.contains("exceed")
                    || text.contains("not be more")
                    || text.contains("not be greater")
                    || text.contains("not be higher")
                    || text.contains("up to")
                    || text.contains("not be above")
                    || text.contains("less than") && !pred.verb.negated
                    || text.contains("below") && !pred.verb.negated;
                let lower = text.contains("at least")
                    || text.contains("minimum")
                    || text.contains("not be less")
                    || text.contains("not be below")
                    || text.contains("not be lower")
                    || text.contains("greater than")
                    || text.contains("more than")
                    || text.contains("above");
                if upper {
                    rules.push(Rule::Max { value: n });
                } else if lower {
                    rules.push(Rule::Min { value: n });
                }
            } else if (text.contains("after")
                || text.contains("later than")
                || text.contains("before") && pred.verb.negated)
                && let Some(other) =
                    pred.objects.iter().chain(pred.preps.iter().flat_map(|pp| &pp.nps)).find_map(|o| d.field_of(e, o))
            {
                rules.push(Rule::After { field: other, or_equal: text.contains("before") });
            }
            if rules.is_empty() {
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
    let mut value = s.words[at].token.value.unwrap_or(0.0);
    let cents = s.words.get(at + 1).is_some_and(|w| w.base == "cent");
    if cents {
        value /= 100.0;
    }
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
    let rule = if minimum { Rule::Min { value } } else { Rule::Max { value } };
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
    let bans =
        s.preds.iter().any(|p| p.verb.negated) || l.contains("no two") || l.contains("prevent") || l.contains("avoid");
    if !overlap || !bans {
        return;
    }
    // the entity with a beginning and an end
    let record = s
        .preds
        .iter()
        .find_map(|p| (p.verb.class == Class::Transact).then(|| verbs::record_of(&p.verb.base)).flatten())
        .and_then(|r| d.find(r));
    let mentioned = s
        .preds
        .iter()
        .flat_map(|p| p.subject.iter().chain(&p.objects))
        .find_map(|np| d.entity_of(np).filter(|e| span(d, *e).is_some()));
    let Some(e) = record.or(mentioned).or_else(|| (0..d.entities.len()).find(|e| span(d, *e).is_some())) else {
        return;
    };
    let per = s
        .preds
        .iter()
        .flat_map(|p| p.subject.iter().chain(&p.objects).chain(p.preps.iter().flat_map(|pp| &pp.nps)))
        .filter_map(|np| d.entity_of(np))
        .find_map(|x| d.reference(e, &d.entities[x].entity.name));
    let per = per.or_else(|| {
        d.entities[e].entity.fields.iter().find(|f| matches!(f.ty, FieldType::Reference { .. })).map(|f| f.name.clone())
    });
    let name = d.entities[e].entity.name.clone();
    match span(d, e) {
        Some((start, end)) => d.feature(Feature::NoOverlap { entity: name, start, end, per, clauses: vec![s.id] }),
        None => {
            let date = d.entities[e]
                .entity
                .fields
                .iter()
                .find(|f| matches!(f.ty, FieldType::Date | FieldType::DateTime))
                .map(|f| f.name.clone());
            let (Some(date), Some(per)) = (date, per) else { return };
            let time = d.entities[e].entity.fields.iter().find(|f| f.ty == FieldType::Time).map(|f| f.name.clone());
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

/// `A member can borrow at most 3 books.` `no more than 2 bookings per week` (a period is a gap).
fn at_most(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    let phrase = ["at most", "no more than", "a maximum of", "up to", "maximum of"].iter().find_map(|p| s.find(p));
    let negated_more = s.find("more than").filter(|_| s.preds.iter().any(|p| p.verb.negated));
    let Some(range) = phrase.or(negated_more) else { return };
    let Some(value) = s.words.get(range.end).and_then(|w| w.token.value) else { return };
    let Some(np) = super::chunk::noun_phrase(&s.words, range.end) else { return };
    if s.preds.is_empty()
        && let Some(e) = d.entity_of(&np)
    {
        let per_role = s.words[range.end..].iter().any(|w| w.is("per") || w.is("each"))
            && s.items.iter().any(|i| matches!(i, super::chunk::Item::Np(n) if d.role(n).is_some()));
        if per_role && d.has_users() {
            d.entities[e].entity.owned = true;
            let entity = d.entities[e].entity.name.clone();
            d.feature(Feature::Limit { entity, max: value as u32, per: None, clauses: vec![s.id] });
            d.touch(e, s.id);
            d.mark(si, 0..s.words.len());
        }
        return;
    }
    for (pi, pred) in s.preds.iter().enumerate() {
        if !pred.range.contains(&range.start) && !pred.subject.iter().any(|x| x.range.contains(&range.start)) {
            continue;
        }
        let record = super::access::record_entity(d, pred);
        let Some(e) = record.or_else(|| d.entity_of(&np)) else { continue };
        if !matches!(pred.verb.class, Class::Create | Class::Transact | Class::Have) {
            continue;
        }
        let name = d.entities[e].entity.name.clone();
        // `an event has at most 20 registrations`: per referenced record; otherwise per account
        let parent = pred.subject.iter().find_map(|x| d.entity_of(x)).filter(|p| *p != e);
        let per = parent.and_then(|p| d.reference(e, &d.entities[p].entity.name.clone()));
        if per.is_none() && !d.has_users() {
            continue;
        }
        if per.is_none() {
            d.entities[e].entity.owned = true;
        }
        if record.is_some() {
            super::access::mark_record(d, si, pred, e);
        }
        d.feature(Feature::Limit { entity: name, max: value as u32, per, clauses: vec![s.id] });
        d.touch(e, s.id);
        let end = np.range.end.min(s.words.len());
        d.mark(si, range.start..end);
        let subject = pred.subject.clone();
        for n in &subject {
            d.mark_np(si, n);
        }
        d.mark_verb(si, pred);
        d.done[si].insert(pi);
        return;
    }
}

/// `can assign each to a contractor`
fn assign(d: &mut Draft, si: usize, pi: usize, pred: &Pred) {
    let s = &d.sentences[si];
    let objects = if pred.verb.passive { &pred.subject } else { &pred.objects };
    let Some(e) = objects.iter().find_map(|np| d.entity_of(np)) else { return };
    let to = pred.preps.iter().find(|pp| matches!(pp.prep.as_str(), "to" | "as")).and_then(|pp| pp.nps.first());
    let Some(to) = to else { return };
    let field = if let Some(target) = d.entity_of(to).filter(|t| *t != e) {
        d.add_reference(e, target, false, s.id)
    } else if let Some(role) = d.role(to).cloned().filter(|_| d.has_users()) {
        let name = format!("{}_id", role.name);
        let label = field::sentence_case(&role.name.replace('_', " "));
        if d.field_named(e, &name).is_none() {
            let f = super::data::made(
                &name,
                &label,
                FieldType::UserReference { role: Some(role.name.clone()).filter(|_| !role.open) },
                s.id,
            );
            d.entities[e].entity.fields.push(f);
        }
        name
    } else if nouns::person(&to.head).is_some() && d.has_users() {
        let f = super::data::made("assignee_id", "Assignee", FieldType::UserReference { role: None }, s.id);
        if d.field_named(e, "assignee_id").is_none() {
            d.entities[e].entity.fields.push(f);
        }
        "assignee_id".into()
    } else {
        return;
    };
    let mut whos = d.actors(pred);
    if whos.is_empty() {
        whos.push(d.ordinary());
    }
    let entity = d.entities[e].entity.name.clone();
    for who in &whos {
        d.allow_fields(e, who.clone(), &[Op::Update], Scope::All, std::slice::from_ref(&field), s.id);
    }
    if d.has_users() {
        d.feature(Feature::FieldGuard { entity, field, who: whos, clauses: vec![s.id] });
    }
    d.touch(e, s.id);
    d.mark_verb(si, pred);
    for np in pred.subject.iter().chain(&pred.objects).chain([to]) {
        d.mark_np(si, np);
    }
    if let Some(pp) = pred.preps.iter().find(|pp| pp.prep == "to") {
        d.mark(si, pp.at..pp.at + 1);
    }
    d.focus = Some(e);
    d.done[si].insert(pi);
}

/// `The board approves or rejects a quote above 500 euros; below that the caretaker does.`
fn decide(d: &mut Draft, si: usize, pi: usize, pred: &Pred) {
    let s = &d.sentences[si];
    // all decisions in a row with the same object
    let mut group = vec![pi];
    for (k, p) in s.preds.iter().enumerate().skip(pi + 1) {
        let joined = p.verb.class == Class::Decide
            && p.verb.range.start > 0
            && matches!(s.words[p.verb.range.start - 1].tag, Tag::Conj | Tag::Comma)
            && s.preds[k - 1].objects == p.objects;
        if !joined {
            break;
        }
        group.push(k);
    }
    let last = &s.preds[*group.last().unwrap_or(&pi)];
    let objects = if pred.verb.passive { pred.subject.clone() } else { last.objects.clone() };
    let Some(target) = objects.iter().find(|np| d.entity_of(np).is_some()) else { return };
    let Some(e) = d.entity_of(target) else { return };
    if d.find(&target.name()).is_none() && d.find(&target.head).is_none() && target.pronoun.is_none() {
        return;
    }
    let values: Vec<String> = group.iter().map(|k| verbs::state_of(&s.preds[*k].verb.base)).collect();
    let mut whos = if pred.verb.passive { agents_by(d, last) } else { d.actors(pred) };
    if whos.is_empty() {
        whos.push(d.ordinary());
    }
    let initial = if matches!(
        values[0].as_str(),
        "approved" | "accepted" | "confirmed" | "rejected" | "declined" | "denied" | "verified"
    ) {
        "pending"
    } else {
        "open"
    };
    let field = d.ensure_status(e, &values, Some(initial), s.id);
    let entity = d.entities[e].entity.name.clone();
    let above =
        s.words.iter().position(|w| matches!(w.lower(), "above" | "over" | "exceeding") || w.is("than")).filter(|i| {
            s.words.get(i + 1).and_then(|w| w.token.value).is_some()
                || s.words.get(i + 1).is_some_and(|w| matches!(w.lower(), "€" | "$" | "£"))
        });
    if let Some(a) = above
        && let Some(limit) = s.words[a..].iter().find_map(|w| w.token.value)
        && let Some(below) = other_actor(d, si, &whos)
        && let Some(amount) = d.entities[e]
            .entity
            .fields
            .iter()
            .find(|f| matches!(f.ty, FieldType::Decimal { .. } | FieldType::Integer))
            .map(|f| f.name.clone())
    {
        d.feature(Feature::Threshold {
            entity,
            field: field.clone(),
            values,
            amount,
            limit,
            above: whos[0].clone(),
            below: below.clone(),
            clauses: vec![s.id],
        });
        for who in whos.iter().chain([&below]) {
            d.allow(e, who.clone(), &[Op::Read], Scope::All, s.id);
            d.allow_fields(e, who.clone(), &[Op::Update], Scope::All, std::slice::from_ref(&field), s.id);
        }
        d.mark(si, 0..s.words.len());
        for k in 0..s.preds.len() {
            d.done[si].insert(k);
        }
        d.focus = Some(e);
        return;
    }
    for who in &whos {
        d.allow_fields(e, who.clone(), &[Op::Update], Scope::All, std::slice::from_ref(&field), s.id);
        d.allow(e, who.clone(), &[Op::Read], Scope::All, s.id);
    }
    if d.has_users() {
        merge_guard(d, &entity, &field, &whos, s.id);
    }
    d.touch(e, s.id);
    for k in group {
        d.mark_verb(si, &s.preds[k]);
        d.done[si].insert(k);
    }
    for np in
        pred.subject.iter().chain([target]).chain(last.preps.iter().filter(|pp| pp.prep == "by").flat_map(|pp| &pp.nps))
    {
        d.mark_np(si, np);
    }
    d.focus = Some(e);
}

fn agents_by(d: &Draft, pred: &Pred) -> Vec<Who> {
    pred.preps.iter().filter(|pp| pp.prep == "by").flat_map(|pp| &pp.nps).filter_map(|np| d.who(np)).collect()
}

/// A second role in the sentence: who decides below the limit.
fn other_actor(d: &Draft, si: usize, not: &[Who]) -> Option<Who> {
    d.sentences[si]
        .preds
        .iter()
        .flat_map(|p| p.subject.iter().chain(p.preps.iter().flat_map(|pp| &pp.nps)))
        .filter_map(|np| d.who(np))
        .find(|w| !not.contains(w) && *w != Who::Anyone)
}

fn merge_guard(d: &mut Draft, entity: &str, field: &str, whos: &[Who], id: ClauseId) {
    for f in &mut d.features {
        if let Feature::FieldGuard { entity: e, field: n, who, clauses } = f
            && e == entity
            && n == field
        {
            for w in whos {
                if !who.contains(w) {
                    who.push(w.clone());
                }
            }
            if !clauses.contains(&id) {
                clauses.push(id);
            }
            return;
        }
    }
    d.feature(Feature::FieldGuard {
        entity: entity.into(),
        field: field.into(),
        who: whos.to_vec(),
        clauses: vec![id],
    });
}

/// `mark tasks as done`, `change the status of an order`
fn marks_state(d: &Draft, pred: &Pred) -> bool {
    let object_state = pred.objects.iter().any(|np| matches!(np.head.as_str(), "status" | "state"))
        && !pred.objects.iter().any(|np| np.head == "status" && d.find("status").is_some());
    let as_state = matches!(pred.verb.base.as_str(), "mark" | "label" | "set" | "complete")
        && (pred.preps.iter().any(|pp| pp.prep == "as") || pred.verb.base == "complete");
    (object_state || as_state) && pred.verb.class == Class::Update
}

/// `Only the caretaker changes this.` `mark a task as done`
fn guard(d: &mut Draft, si: usize, pi: usize, pred: &Pred) {
    let s = &d.sentences[si];
    let objects = if pred.verb.passive { pred.subject.clone() } else { pred.objects.clone() };
    let mut whos = if pred.verb.passive { agents_by(d, pred) } else { d.actors(pred) };
    if whos.is_empty() {
        whos.push(d.ordinary());
    }
    let Some(np) = objects.first() else { return };
    let state_word = matches!(np.head.as_str(), "status" | "state");
    let pronoun = matches!(np.pronoun.as_deref(), Some("this" | "it" | "that"));
    let Some(e) = d.entity_of(np).or(if state_word || pronoun { d.focus } else { None }) else { return };
    // a state the record is put into
    let to = pred.preps.iter().find(|pp| matches!(pp.prep.as_str(), "as" | "to"));
    let mut values: Vec<String> = Vec::new();
    if let Some(pp) = to {
        let stop = pred.range.end;
        values = field::choice_values(s, pp.at + 1..stop).into_iter().filter(|v| v.split(' ').count() <= 3).collect();
    }
    if pred.verb.base == "complete" {
        values = vec!["done".into()];
    }
    let field = if state_word || pronoun || !values.is_empty() {
        if d.status(e).is_none() && values.is_empty() && !state_word {
            return;
        }
        d.ensure_status(e, &values, Some("open"), s.id)
    } else {
        match d.field_of(e, np).filter(|_| nouns::property(&np.head).is_some()) {
            Some(f) => f,
            None => return,
        }
    };
    let entity = d.entities[e].entity.name.clone();
    let scope = if np.possessed() && d.has_users() { own_scope(d, e, &whos) } else { Scope::All };
    for who in &whos {
        d.allow_fields(e, who.clone(), &[Op::Update], scope.clone(), std::slice::from_ref(&field), s.id);
    }
    if d.has_users() && (pred.only || whos.iter().all(|w| *w != d.ordinary())) {
        merge_guard(d, &entity, &field, &whos, s.id);
    }
    d.touch(e, s.id);
    d.mark_verb(si, pred);
    for n in pred.subject.iter().chain(&objects) {
        d.mark_np(si, n);
        if s.words.get(n.range.start.wrapping_sub(1)).is_some_and(|w| w.is("only")) {
            d.mark(si, n.range.start - 1..n.range.start);
        }
    }
    if let Some(pp) = to.filter(|_| !values.is_empty()) {
        d.mark(si, pp.at..pred.range.end);
    }
    d.focus = Some(e);
    d.done[si].insert(pi);
}

/// Somebody's own: what names them, else what they added.
fn own_scope(d: &Draft, e: usize, whos: &[Who]) -> Scope {
    let roles: Vec<String> =
        whos.iter().filter_map(|w| if let Who::Role(r) = w { Some(r.clone()) } else { None }).collect();
    names(d, e, &roles).map_or(Scope::Own, |field| Scope::AssignedTo { field })
}

/// Cancelling keeps the record and changes its state.
fn cancel(d: &mut Draft, si: usize, pi: usize, pred: &Pred) {
    let s = &d.sentences[si];
    if pred.verb.negated {
        return;
    }
    let objects = if pred.verb.passive { &pred.subject } else { &pred.objects };
    let Some(np) = objects.iter().find(|np| d.entity_of(np).is_some()) else { return };
    let Some(e) = d.entity_of(np) else { return };
    let mut whos = if pred.verb.passive { agents_by(d, pred) } else { d.actors(pred) };
    if whos.is_empty() {
        whos.push(d.ordinary());
    }
    let field = d.ensure_status(e, &["cancelled".into()], Some("active"), s.id);
    let scope = if np.possessed() && np.det.as_deref().is_some_and(words::possessive) && d.has_users() {
        own_scope(d, e, &whos)
    } else {
        Scope::All
    };
    for who in whos {
        d.allow_fields(e, who, &[Op::Update], scope.clone(), std::slice::from_ref(&field), s.id);
    }
    d.touch(e, s.id);
    d.mark_verb(si, pred);
    for n in pred.subject.iter().chain([np]) {
        d.mark_np(si, n);
    }
    d.focus = Some(e);
    d.done[si].insert(pi);
}
