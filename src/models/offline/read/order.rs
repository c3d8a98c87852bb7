//! In which order a list comes: `the most urgent first`, `The newest loans come first`.

use super::chunk::Np;
use super::draft::Draft;
use super::features::mentioned;
use super::lexicon::nouns;
use super::lexicon::verbs::Class;
use super::listing::entity;
use super::sentence::{Pred, Sentence};
use super::tag::Tag;
use crate::domain::ClauseId;
use crate::models::offline::spec::{Feature, FieldType};
use std::collections::BTreeMap;

/// What a day says of the order of records that have a time besides goes on with the time: the one, or that of the beginning.
#[must_use]
pub fn time_of(d: &Draft, e: usize, day: &str, descending: bool) -> Vec<String> {
    let fields = &d.entities[e].entity.fields;
    if !fields.iter().any(|f| f.name == day && f.ty == FieldType::Date) {
        return Vec::new();
    }
    let begins = |name: &str| matches!(name, "time" | "start" | "from") || name.starts_with("start_");
    let times: Vec<&str> = fields.iter().filter(|f| f.ty == FieldType::Time).map(|f| f.name.as_str()).collect();
    let time = if let [one] = times[..] { Some(one) } else { times.into_iter().find(|name| begins(name)) };
    time.map(|name| if descending { format!("-{name}") } else { name.to_owned() }).into_iter().collect()
}

/// `Tenants are sorted by name`, `Tenants can be searched by name`, `Guests are shown by table`: a sentence that says how a
/// list comes or what finds something in it, and nothing of who does.
#[must_use]
pub fn only_orders(d: &Draft, clause: ClauseId) -> bool {
    let by_property = |pred: &Pred| {
        let told = |np: &Np| nouns::person(&np.head).is_none() && d.entity_of(np).is_none();
        pred.preps.iter().any(|pp| pp.prep == "by" && !pp.nps.is_empty() && pp.nps.iter().all(told))
    };
    let orders = |pred: &Pred| {
        pred.verb.passive
            && match pred.verb.class {
                Class::Sort | Class::Search | Class::Filter => true,
                Class::Read => by_property(pred),
                _ => false,
            }
    };
    let mut told = d.sentences.iter().filter(|s| s.id == clause).flat_map(|s| &s.preds).peekable();
    told.peek().is_some() && told.all(orders)
}

/// Where a sentence says that something stands ahead of the rest of a list: `first`, `at the top`.
fn ahead(s: &Sentence) -> Option<std::ops::Range<usize>> {
    let first = || s.words.iter().position(|w| w.is("first")).map(|i| i..i + 1);
    let top = || ["at the top", "on top", "at the beginning"].iter().find_map(|phrase| s.find(phrase));
    first().or_else(top).filter(|r| r.start > 0)
}

/// `The newest loans come first`, `… are shown at the top`: what stands ahead is said before the verb.
fn comes_ahead(s: &Sentence, at: usize) -> Option<usize> {
    let pred = s.preds.iter().find(|p| p.verb.range.end == at && !p.verb.negated && !p.subordinate)?;
    let comes = matches!(pred.verb.base.as_str(), "come" | "appear" | "stand" | "go" | "be")
        || pred.verb.passive
            && matches!(pred.verb.base.as_str(), "list" | "show" | "display" | "put" | "place" | "sort");
    let [np] = &pred.subject[..] else { return None };
    (comes && np.range.end == pred.verb.range.start).then_some(np.range.start)
}

/// `the most urgent first`, `newest first`, `The newest loans come first`
pub fn order_phrase(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    let Some(place) = ahead(s) else { return };
    let first = place.start;
    let before = (0..first)
        .rev()
        .take_while(|i| {
            matches!(
                s.words[*i].tag,
                Tag::Det | Tag::Adj | Tag::Adv | Tag::Noun | Tag::Prep | Tag::Verb(super::lexicon::verbs::Form::Base)
            ) && !s.words[*i].is("with")
                || matches!(s.words[*i].lower(), "the" | "one" | "ones")
        })
        .last()
        .unwrap_or(first);
    let from = comes_ahead(s, first).unwrap_or(before);
    let text: Vec<&str> = s.words[from..first].iter().map(|w| w.lower()).collect();
    let Some(e) = mentioned(d, si).or_else(|| s.preds.iter().find_map(|p| entity(d, si, p))).or(d.focus) else {
        return;
    };
    let has = |w: &str| text.contains(&w);
    let fields = &d.entities[e].entity.fields;
    let date = d.date_of(e);
    let ranked =
        |names: &[&str]| fields.iter().find(|f| names.iter().any(|n| f.name.contains(n))).map(|f| f.name.clone());
    let pick: Option<(String, bool)> = if has("urgent") {
        ranked(&["urgency", "priority", "severity"]).map(|f| (f, true))
    } else if has("important") {
        ranked(&["importance", "priority"]).map(|f| (f, true))
    } else if has("newest") || has("recent") || has("new") || has("oldest") {
        // the first that was made has the lowest number
        let made = super::moments::made_on(&d.entities[e].entity).unwrap_or_else(|| "id".into());
        Some((made, !has("oldest")))
    } else if has("latest") {
        date.map(|f| (f, true)).or(Some(("id".into(), true)))
    } else if has("earliest") || has("next") || has("soonest") {
        date.map(|f| (f, false)).or(Some(("id".into(), false)))
    } else if has("cheapest") {
        ranked(&["price", "cost", "amount"]).map(|f| (f, false))
    } else if has("highest") || has("best") || has("largest") || has("most") || has("biggest") {
        text.iter()
            .rev()
            .find_map(|w| d.field_named(e, w))
            .or_else(|| ranked(&["rating", "score", "amount", "price"]).filter(|_| !of_others(d, e, &text)))
            .map(|f| (f, true))
    } else {
        None
    };
    // `sorted by name and date, the newest first`: that order is read with the properties it names
    let read = |f: &Feature| {
        matches!(f, Feature::Sort { entity, field, then, default: true, clauses, .. }
        if *entity == d.entities[e].entity.name && clauses.contains(&s.id)
            && pick.iter().any(|(p, _)| p == field || then.iter().any(|t| t.trim_start_matches('-') == p)))
    };
    if d.features.iter().any(read) {
        return d.mark(si, from..place.end);
    }
    if let Some((field, descending)) = pick {
        d.feature(Feature::Sort {
            entity: d.entities[e].entity.name.clone(),
            then: time_of(d, e, &field, descending),
            field,
            descending,
            default: true,
            clauses: vec![s.id],
        });
        d.mark(si, from..place.end);
    }
}

/// `The snack with the most votes is at the top`: how many there are of something else is no property of what is listed.
fn of_others(d: &Draft, e: usize, text: &[&str]) -> bool {
    text.iter().filter_map(|w| d.find(&nouns::singular(w))).any(|other| other != e)
}

/// A list comes in one order by itself: what another sentence asks for beside the first is an order to choose, and is said to
/// be no more.
pub fn settle(d: &mut Draft) {
    let mut first: BTreeMap<String, String> = BTreeMap::new();
    let mut beside: Vec<(ClauseId, String)> = Vec::new();
    for f in &mut d.features {
        let Feature::Sort { entity, field, default, clauses, .. } = f else { continue };
        if !*default || first.entry(entity.clone()).or_insert_with(|| field.clone()) == field {
            continue;
        }
        *default = false;
        beside.extend(clauses.iter().map(|id| (*id, field.replace('_', " "))));
    }
    for (id, field) in beside {
        let what = format!("in the order of {}", if field == "id" { "entry" } else { &field });
        d.gap(id, &what, "another sentence says in which order the list comes; this one can be chosen", false);
    }
}
