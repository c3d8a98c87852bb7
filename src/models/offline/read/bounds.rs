//! Bounds on numbers: at most, at least, above, below.

use super::chunk::Np;
use super::draft::Draft;
use super::field;
use super::lexicon::nouns;
use super::sentence::Sentence;
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
