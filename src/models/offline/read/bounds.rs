//! Bounds on numbers: at most, at least, above, below.

use super::chunk::Np;
use super::draft::Draft;
use super::field;
use super::lexicon::{nouns, verbs::Class};
use super::sentence::Sentence;
use super::tag::Tag;
use crate::models::offline::spec::{FieldRule, FieldType, Rule};

/// What a number bounds, by the words around it.
#[must_use]
pub fn bound(text: &str, n: f64, negated: bool, whole: bool) -> Option<Rule> {
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
    ]) || says(&["less than", "below"]) && !negated
        || says(&["above"]) && negated;
    let lower = says(&[
        "at least",
        "minimum",
        "not be less",
        "not be below",
        "not be lower",
        "greater than",
        "more than",
        "above",
    ]) || says(&["below"]) && negated;
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
#[must_use]
pub fn amount(s: &Sentence, at: usize) -> Option<f64> {
    let value = s.words.get(at)?.token.value?;
    let cents = s.words.get(at + 1).is_some_and(|w| w.base == "cent");
    Some(if cents { value / 100.0 } else { value })
}

/// The number a step away. To the hundredth, as it is said: 0.05 and 0.01 make 0.06, not 0.060000000000000005.
fn beside(value: f64, step: f64) -> f64 {
    if step == 0.0 { value } else { ((value + step) * 100.0).round() / 100.0 }
}

/// `A booking is for at least 2 people`, `A team has 3 to 8 players`: bounds on the number that a record keeps of them.
pub fn counted(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    for (pi, pred) in s.preds.iter().enumerate() {
        let is_for = |at: usize| s.words[pred.verb.range.end..at].iter().any(|w| w.is("for"));
        let number = (pred.verb.range.end..pred.range.end.min(s.words.len()))
            .find(|i| s.words[*i].token.value.is_some() && !s.aside[*i]);
        let Some(first) = number.filter(|_| !pred.subordinate && !d.done[si].contains(&pi)) else { continue };
        let record = super::access::record_entity(d, pred).filter(|_| is_for(first));
        let named = match &pred.subject[..] {
            [np] if pred.verb.class == Class::Have || pred.verb.class == Class::Be && is_for(first) => d.entity_of(np),
            _ => None,
        };
        let Some(e) = record.or(named) else { continue };
        let range = s.words.get(first + 1).is_some_and(|w| matches!(w.lower(), "to" | "and" | "-" | "–"))
            && s.words.get(first + 2).is_some_and(|w| w.token.value.is_some());
        let last = first + if range { 2 } else { 0 };
        let Some(np) = super::chunk::noun_phrase(&s.words, last).filter(|np| np.head_at == last + 1) else { continue };
        let Some(name) = count_of(d, e, &np.head) else { continue };
        let value = |i: usize| s.words[i].token.value.unwrap_or_default();
        let text = s.quote(pred.verb.range.end..first).to_lowercase();
        let says = |list: &[&str]| list.iter().any(|w| text.contains(w));
        let negated = pred.verb.negated;
        let most = says(&["at most", "no more than", "up to", "maximum of"]) || negated && says(&["more than"]);
        let least = says(&["at least", "no fewer than", "no less than", "minimum of"])
            || negated && says(&["fewer than", "less than"]);
        let rules = match (range, most, least) {
            (true, false, false) if !negated => {
                vec![Rule::Min { value: value(first) }, Rule::Max { value: value(last) }]
            }
            (false, true, false) => vec![Rule::Max { value: value(first) }],
            (false, false, true) => vec![Rule::Min { value: value(first) }],
            _ => continue,
        };
        // `per week`, `at a time`: another limit
        if s.words.get(last + 2).is_some_and(|w| w.tag == Tag::Prep) {
            continue;
        }
        let id = s.id;
        if let Some(f) = d.field_mut(e, &name) {
            f.required = true;
            for rule in rules {
                match f.rules.iter_mut().find(|r| r.rule == rule) {
                    Some(r) => r.clauses.push(id),
                    None => f.rules.push(FieldRule { rule, clauses: vec![id] }),
                }
            }
        }
        d.touch(e, id);
        d.mark(si, pred.verb.range.end..last + 2);
        if record.is_some() && !pred.verb.negated {
            // that it may be done at all is a right beside it
            continue;
        }
        d.mark_verb(si, pred);
        for np in &pred.subject {
            d.mark_np(si, np);
        }
        d.done[si].insert(pi);
    }
}

/// The number that a record keeps of something: `number_of_people`, `guests`.
fn count_of(d: &Draft, e: usize, noun: &str) -> Option<String> {
    let numeric =
        |f: &&crate::models::offline::spec::Field| matches!(f.ty, FieldType::Integer | FieldType::Decimal { .. });
    let fields = || d.entities[e].entity.fields.iter().filter(numeric).filter(|f| !f.read_only);
    let says = |f: &&crate::models::offline::spec::Field| {
        f.name.split('_').next_back().is_some_and(|part| nouns::singular(part) == noun)
    };
    let found = fields().find(says).or_else(|| fields().find(|f| noun == "person" && f.name == "party_size"));
    found.map(|f| f.name.clone())
}

/// `set any price above 5 cents for the ticket`, `the minimum price for a ticket at 5 cents`
pub fn bounded_property(d: &mut Draft, si: usize) {
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
    // `medicines whose quantity is below 10`: which ones, and no bound
    if s.preds.iter().any(|p| p.subordinate && p.range.contains(&at)) {
        return;
    }
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
