//! Bounds on numbers: at most, at least, above, below.

use super::chunk::Np;
use super::draft::Draft;
use super::field;
use super::lexicon::{nouns, verbs::Class};
use super::sentence::{Pp, Pred, Sentence};
use super::tag::Tag;
use crate::domain::ClauseId;
use crate::models::offline::spec::{FieldRule, FieldType, Rule};

/// What a number bounds, by the words around it.
#[must_use]
pub fn bound(text: &str, n: f64, negated: bool, whole: bool) -> Option<Rule> {
    let says = |list: &[&str]| list.iter().any(|w| text.contains(w));
    let more = says(&["more than", "greater than", "higher than", "larger than", "longer than", "above", "exceed"]);
    let less = says(&["less than", "fewer than", "lower than", "smaller than", "shorter than", "below"]);
    let word = |w: &str| text.split_whitespace().any(|x| x == w);
    let (more, less) = (more || word("over"), less || word("under"));
    let not = negated || turned(text);
    let upper = says(&["at most", "maximum", "up to"]) || more && not || less && !not;
    let lower = says(&["at least", "minimum"]) || less && not || more && !not;
    // `more than 5` is not 5 itself, unless it is what may not be
    let step = match ((more || less) && !not, whole) {
        (false, _) => 0.0,
        (true, true) => 1.0,
        (true, false) => 0.01,
    };
    match (upper, lower) {
        (true, false) => Some(Rule::Max { value: beside(n, -step) }),
        (false, true) => Some(Rule::Min { value: beside(n, step) }),
        _ => None,
    }
}

/// `not more than`, `no less than`, `never above`: what compares is turned round.
pub fn turned(text: &str) -> bool {
    const COMPARE: [&str; 15] = [
        "more", "less", "fewer", "greater", "higher", "lower", "larger", "smaller", "longer", "shorter", "above",
        "below", "exceed", "over", "under",
    ];
    let words: Vec<&str> = text.split_whitespace().filter(|w| *w != "be").collect();
    words.windows(2).any(|w| matches!(w[0], "no" | "not" | "never") && COMPARE.iter().any(|c| w[1].starts_with(c)))
}

/// `above 100`, `shorter than 3`: on one side of a number, which a sentence that permits it does not bound.
#[must_use]
pub fn compares(text: &str) -> bool {
    const BEYOND: [&str; 14] = [
        "more than",
        "greater than",
        "higher than",
        "larger than",
        "longer than",
        "above ",
        "over ",
        "exceed",
        "less than",
        "fewer than",
        "lower than",
        "smaller than",
        "shorter than",
        "below ",
    ];
    let bounded = ["at most", "at least", "up to", "between", "maximum", "minimum"].iter().any(|w| text.contains(w));
    BEYOND.iter().any(|w| text.contains(w)) && !bounded && !turned(text)
}

/// The bounds of all numbers in `text`; none where one of them is not understood. `more than 0.5 km and at most 100 km`: each
/// number has a part of its own.
#[must_use]
pub fn bounds(text: &str, numbers: &[f64], negated: bool, whole: bool) -> Vec<Rule> {
    if let ([least, most], false) = (numbers, negated)
        && (text.contains("between") || text.contains("from"))
    {
        return vec![Rule::Min { value: *least }, Rule::Max { value: *most }];
    }
    let digits = |part: &&str| part.bytes().any(|b| b.is_ascii_digit()) || part.contains("zero");
    let either = if negated { " or " } else { " but " };
    let parts: Vec<&str> = if numbers.len() == 1 {
        vec![text]
    } else {
        let cut = text.split(" and ").flat_map(|part| part.split(" but "));
        cut.flat_map(|part| part.split(either)).filter(digits).collect()
    };
    if parts.len() != numbers.len() {
        return Vec::new();
    }
    let all = parts.iter().zip(numbers).map(|(part, n)| bound(part, *n, negated, whole));
    all.collect::<Option<Vec<Rule>>>().unwrap_or_default()
}

/// On which side of zero a number is: `must be positive`, `may not be negative`. `may be negative` leaves it open.
#[must_use]
pub fn sign(text: &str, negated: bool, permitted: bool, whole: bool) -> Option<Rule> {
    let says = |list: &[&str]| list.iter().any(|w| text.contains(w));
    let least = if whole { 1.0 } else { 0.01 };
    let above = says(&["positive", "greater than zero", "above zero", "more than zero"]);
    let below = says(&["negative", "less than zero", "below zero", "lower than zero"]);
    let zero_too = says(&["or zero", "zero or"]);
    match (above, below) {
        _ if permitted && !negated => None,
        (true, false) if negated => Some(Rule::Max { value: 0.0 }),
        (true, false) => Some(Rule::Min { value: if zero_too { 0.0 } else { least } }),
        (false, true) if negated => Some(Rule::Min { value: if zero_too { least } else { 0.0 } }),
        (false, true) if says(&["non-negative", "not negative", "not be negative"]) => Some(Rule::Min { value: 0.0 }),
        (false, true) => Some(Rule::Max { value: if zero_too { 0.0 } else { -least } }),
        _ => None,
    }
}

/// How long a text may be: `between 5 and 80 characters long`, `longer than 3 letters`.
#[must_use]
pub fn lengths(text: &str, numbers: &[f64], negated: bool) -> Vec<Rule> {
    let says = |list: &[&str]| list.iter().any(|w| text.contains(w));
    let most = says(&["at most", "maximum", "max", "up to"]);
    let least = says(&["at least", "minimum", "min"]);
    match *numbers {
        [a, b] if !negated && a <= b && (says(&["between", "from", " to ", "–", "-"]) || least && most) => {
            vec![Rule::MinLength { value: a as u32 }, Rule::MaxLength { value: b as u32 }]
        }
        [n] => {
            let n = n as u32;
            let more = says(&["more than", "longer than", "exceed", "over ", "above"]);
            let less = says(&["fewer than", "less than", "shorter than", "under ", "below"]);
            let not = negated || turned(text);
            let upper = most || more && not || less && !not;
            let lower = least || less && not || more && !not;
            let step = u32::from((more || less) && !not);
            match (upper, lower) {
                (true, false) => vec![Rule::MaxLength { value: n.saturating_sub(step) }],
                (false, true) => vec![Rule::MinLength { value: n + step }],
                (false, false) if !negated => vec![Rule::MinLength { value: n }, Rule::MaxLength { value: n }],
                _ => Vec::new(),
            }
        }
        _ => Vec::new(),
    }
}

/// `one capital letter followed by three digits`: which characters stand where, and no length.
#[must_use]
pub fn spelled(text: &str) -> bool {
    ["followed", "capital", "uppercase", "upper-case", "lowercase", "lower-case", "digit", "begin", "start"]
        .iter()
        .any(|w| text.contains(w))
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

/// `A talk must not last longer than 45 minutes`: a bound on the number of them that the record keeps.
pub fn lasting(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    let [pred] = &s.preds[..] else { return };
    let ([np], "last" | "take") = (&pred.subject[..], pred.verb.base.as_str()) else { return };
    let tail = pred.verb.range.start..pred.range.end.min(s.words.len());
    let numbers: Vec<usize> = tail.clone().filter(|i| s.words[*i].token.value.is_some()).collect();
    let [at] = numbers[..] else { return };
    let text = s.quote(tail.clone()).to_lowercase();
    let plain = np.adjectives().all(super::lexicon::words::light) && pred.objects.is_empty();
    let unit = s.words.get(at + 1).and_then(|w| field::unit_of(&w.base));
    let told = tail.clone().all(|i| i <= at + 1 || !super::sentence::content(&s.words[i]));
    let Some((e, unit)) = d.entity_of(np).zip(unit).filter(|_| plain && told && !d.done[si].contains(&0)) else {
        return;
    };
    let kept = d.entities[e].entity.fields.iter().find(|f| {
        let numeric = matches!(f.ty, FieldType::Integer | FieldType::Decimal { .. });
        let lasts = f.name.split('_').any(|part| matches!(part, "duration" | "length" | "minutes" | "hours" | "time"));
        numeric && lasts && f.unit.as_deref() == Some(&unit)
    });
    let Some((name, whole)) = kept.map(|f| (f.name.clone(), f.ty == FieldType::Integer)) else { return };
    let rules = bounds(&text, &[s.words[at].token.value.unwrap_or_default()], pred.verb.negated, whole);
    let id = s.id;
    if let ([rule], Some(f)) = (&rules[..], d.field_mut(e, &name)) {
        f.rules.push(FieldRule { rule: rule.clone(), clauses: vec![id] });
        d.touch(e, id);
        d.mark(si, 0..s.words.len());
        d.done[si].insert(0);
    }
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
        // `There are at most 80 guests`: on the number of them that some record keeps
        let there = || {
            let says = pred.verb.class == Class::Be && pred.subject.is_empty() && s.lower.starts_with("there ");
            let noun = s.words.get(first + 1).filter(|_| says)?.base.clone();
            let keeps = |e: &usize| count_of(d, *e, &noun).is_some();
            let mut all = (0..d.entities.len()).filter(keeps);
            let only = all.next().filter(|_| all.next().is_none());
            d.focus.filter(keeps).or(only).filter(|_| d.find(&noun).is_none())
        };
        let Some(e) = record.or(named).or_else(there) else { continue };
        let range = s.words.get(first + 1).is_some_and(|w| matches!(w.lower(), "to" | "and" | "-" | "–"))
            && s.words.get(first + 2).is_some_and(|w| w.token.value.is_some());
        let last = first + if range { 2 } else { 0 };
        let Some(np) = super::chunk::noun_phrase(&s.words, last).filter(|np| np.head_at == last + 1) else { continue };
        let Some(name) = count_of(d, e, &np.head) else { continue };
        let value = |i: usize| s.words[i].token.value.unwrap_or_default();
        let text = s.quote(pred.verb.range.end..first).to_lowercase();
        let says = |list: &[&str]| list.iter().any(|w| text.contains(w));
        let negated = pred.verb.negated || turned(&text);
        let most = says(&["at most", "up to", "maximum of"]) || negated && says(&["more than"]);
        let least = says(&["at least", "minimum of"]) || negated && says(&["fewer than", "less than"]);
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

/// `list the parts with a stock below 5`: which of the records, and no bound of their properties.
#[must_use]
pub fn selects(s: &Sentence, pred: &Pred, pp: &Pp) -> bool {
    let end = pred.range.end.min(s.words.len());
    let stop = (pp.at + 1..end).find(|i| s.words[*i].tag == Tag::Comma).unwrap_or(end);
    let compares =
        |i: &usize| matches!(s.words[*i].lower(), "above" | "over" | "below" | "under" | "than" | "least" | "most");
    let compared = (pp.at + 1..stop).any(|i| s.words[i].token.value.is_some() && compares(&(i - 1)));
    let Some(np) = pred.objects.last().filter(|np| np.range.end <= pp.at) else { return false };
    let picks = matches!(
        pred.verb.class,
        Class::Read | Class::Search | Class::Filter | Class::Sort | Class::Export | Class::Share | Class::Delete
    ) || pred.verb.base == "list";
    let those = np.plural && matches!(np.det.as_deref(), Some("the" | "all" | "those" | "any"));
    matches!(pp.prep.as_str(), "with" | "having") && compared && (picks || those)
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
    // `medicines whose quantity is below 10`, `Amounts above 200 euros need an approval`: which ones, and no bound
    let tells_apart = |np: &Np| np.head_at < at;
    if s.preds.iter().any(|p| {
        p.subordinate && p.range.contains(&at) || p.verb.range.start > at && p.subject.first().is_some_and(tells_apart)
    }) {
        return;
    }
    let open = |p: &Pred| {
        let may = matches!(p.verb.modal.as_deref(), Some("may" | "can" | "could" | "might")) && !p.verb.negated;
        may && p.verb.class == Class::Be && p.range.contains(&at) && compares(&s.quote(p.range.clone()).to_lowercase())
    };
    if s.preds.iter().any(open) {
        return;
    }
    // said of a field already, `the parts with a stock below 5`, `not above 5`
    if d.is_used(si, at)
        || s.preds
            .iter()
            .flat_map(|p| p.preps.iter().map(move |pp| (p, pp)))
            .any(|(p, pp)| pp.at < at && selects(s, p, pp))
        || s.words[..at].iter().any(|w| w.tag == Tag::Not || w.is("no"))
    {
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
    // not the scores of a choir, which are things
    let numeric = |np: &Np| {
        let number = matches!(nouns::property(&np.head), Some(FieldType::Decimal { .. } | FieldType::Integer));
        number && d.find(&np.head).is_none()
    };
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

/// A bound on what is neither a number nor a text cannot be kept: no date is `at most 30`, no crew `up to six`.
pub fn misplaced(d: &mut Draft) {
    let mut lost: Vec<(ClauseId, String)> = Vec::new();
    for field in d.entities.iter_mut().flat_map(|e| &mut e.entity.fields) {
        let numeric = matches!(field.ty, FieldType::Integer | FieldType::Decimal { .. });
        let fits = |rule: &FieldRule| match rule.rule {
            Rule::Min { .. } | Rule::Max { .. } => numeric,
            Rule::MinLength { .. } | Rule::MaxLength { .. } => !numeric && !field.ty.is_when(),
            _ => true,
        };
        let gone: Vec<FieldRule> = field.rules.iter().filter(|rule| !fits(rule)).cloned().collect();
        field.rules.retain(fits);
        let label = field.label.to_lowercase();
        lost.extend(gone.into_iter().flat_map(|rule| rule.clauses).map(|clause| (clause, label.clone())));
    }
    for (clause, label) in lost {
        d.gap(clause, &label, "it is kept as it is written, and no bound is; a model (-m) may", false);
    }
}
