//! Lists of their own: the records that an adjective picks out (`overdue loans`, `upcoming events`, `open defects`).

use super::chunk::Np;
use super::draft::Draft;
use super::field::{identifier, sentence_case};
use super::rules::is_final;
use super::tag::Tag;
use crate::models::offline::spec::{Condition, Feature, FieldType};

/// Marks the adjectives of a phrase that some property carries; the records they pick out become a list of their own.
pub fn restrict(d: &mut Draft, si: usize, e: usize, np: &Np) {
    picked_out(d, si, e, np);
}

/// As [`restrict`]; the name of the list, if there is one.
pub fn picked_out(d: &mut Draft, si: usize, e: usize, np: &Np) -> Option<String> {
    let s = &d.sentences[si];
    let end = np.paren.as_ref().map_or(np.range.end, |p| p.start).min(s.words.len());
    let mut conditions: Vec<Condition> = Vec::new();
    let mut used: Vec<usize> = Vec::new();
    let mut words: Vec<String> = Vec::new();
    for i in np.range.start..end {
        let word = s.words[i].lower().to_owned();
        if s.words[i].tag != Tag::Adj && !matches!(word.as_str(), "overdue" | "expired") {
            continue;
        }
        let found = by_word(d, e, &word);
        if !found.is_empty() {
            conditions.extend(found.into_iter().filter(|c| !conditions.contains(c)).collect::<Vec<_>>());
            used.push(i);
            words.push(word);
        }
    }
    // `unpaid invoices past their due date`
    if s.words.get(end).is_some_and(|w| w.is("past"))
        && let Some(date) = super::chunk::noun_phrase(&s.words, end + 1)
        && let Some(field) = d.field_of(e, &date).filter(|f| dated(d, e, f))
    {
        conditions.retain(|c| !matches!(c, Condition::Before { .. } | Condition::From { .. }));
        conditions.push(Condition::Before { field, days: 0 });
        used.extend(end..date.range.end);
        words.push("overdue".into());
    }
    if let Some((at, field)) = of_today(d, si, e, np) {
        conditions.push(Condition::From { field: field.clone(), days: 0 });
        conditions.push(Condition::Before { field, days: 1 });
        used.extend(at);
        words.push("today".into());
    }
    if let Some(soon) = of_the_next_days(d, si, e, np) {
        conditions.push(Condition::From { field: soon.field.clone(), days: 0 });
        conditions.push(Condition::Before { field: soon.field, days: soon.days + 1 });
        used.extend(soon.used);
        words.push(format!("next {} days", soon.days));
    }
    offer(d, si, e, conditions, &words, &used)
}

/// `all loans that are overdue`, `the tools that are out`: the state behind the noun. The name of the list, if there is one.
pub fn relative(d: &mut Draft, si: usize, e: usize, np: &Np) -> Option<String> {
    let s = &d.sentences[si];
    let at = np.range.end;
    s.words.get(at + 1).filter(|w| w.tag == Tag::Be && related(s, np))?;
    let name = stated(d, si, e, at + 2)?;
    d.mark(si, at..at + 2);
    Some(name)
}

/// Whether a clause behind the noun says more of it.
#[must_use]
pub fn related(s: &super::sentence::Sentence, np: &Np) -> bool {
    s.words.get(np.range.end).is_some_and(|w| w.tag == Tag::Rel)
}

/// `out`, `not done`, `at home` behind `are`, to the end of its part of the sentence: the records that this picks out.
pub fn stated(d: &mut Draft, si: usize, e: usize, at: usize) -> Option<String> {
    const MOST: usize = 3;
    let s = &d.sentences[si];
    let denied = s.words.get(at).is_some_and(|w| w.tag == Tag::Not);
    let from = at + usize::from(denied);
    let ends = |w: &super::tag::Word| matches!(w.tag, Tag::Stop | Tag::Comma | Tag::Conj | Tag::Sub);
    let to = (from..s.words.len()).find(|i| ends(&s.words[*i])).unwrap_or(s.words.len());
    if !(from + 1..=from + MOST).contains(&to) {
        return None;
    }
    let words: Vec<String> = s.words[from..to].iter().map(|w| w.lower().to_owned()).collect();
    let mut conditions = in_state(d, e, &words.join(" "));
    if denied {
        conditions = match &conditions[..] {
            [Condition::In { field, values }] => {
                vec![Condition::NotIn { field: field.clone(), values: values.clone() }]
            }
            [Condition::NotIn { field, values }] => {
                vec![Condition::In { field: field.clone(), values: values.clone() }]
            }
            _ => return None,
        };
    }
    let used: Vec<usize> = (at..to).collect();
    let not = denied.then(|| "not".to_owned());
    let words: Vec<String> = not.into_iter().chain(words).collect();
    offer(d, si, e, conditions, &words, &used)
}

/// What a state picks out: one of those the record can be in, what it is or is not, or what [`by_word`] knows.
fn in_state(d: &Draft, e: usize, state: &str) -> Vec<Condition> {
    if let Some((field, values)) = states(d, e)
        && values.iter().any(|v| v == state || v.replace('_', " ") == state)
    {
        let values = values.into_iter().filter(|v| v.replace('_', " ") == state).collect();
        return vec![Condition::In { field, values }];
    }
    let name = identifier(state);
    if let Some(f) = d.entities[e].entity.fields.iter().find(|f| f.ty == FieldType::Boolean && f.name == name) {
        return vec![Condition::In { field: f.name.clone(), values: vec!["true".into()] }];
    }
    if let Some(field) = super::lent::flag(d, e) {
        let values = vec!["true".into()];
        if super::lent::says_out(state) {
            return vec![Condition::In { field, values }];
        }
        if super::lent::says_in(state) {
            return vec![Condition::NotIn { field, values }];
        }
    }
    if state.contains(' ') { Vec::new() } else { by_word(d, e, state) }
}

struct Soon {
    field: String,
    days: i32,
    used: Vec<usize>,
}

/// `the classes of the next 7 days`, `tools that must be returned within the next three days`
fn of_the_next_days(d: &Draft, si: usize, e: usize, np: &Np) -> Option<Soon> {
    let s = &d.sentences[si];
    let end = np.range.end.min(s.words.len());
    let at = (np.head_at + 1..s.words.len().saturating_sub(2)).find(|i| s.words[*i].is("next"))?;
    let count = s.words[at + 1].token.value.filter(|v| (1.0..400.0).contains(v) && v.fract() == 0.0)? as i32;
    let days = match s.words[at + 2].base.as_str() {
        "day" => count,
        "week" => count * 7,
        _ => return None,
    };
    let lead = if s.words[at - 1].is("the") { at - 2 } else { at - 1 };
    let led = matches!(s.words[lead].lower(), "of" | "in" | "within" | "for" | "during" | "on");
    let rest = s.words.get(at + 3..)?.iter().all(|w| {
        matches!(w.tag, Tag::Stop | Tag::Comma)
            || w.tag == Tag::Prep
            || matches!(w.base.as_str(), "page" | "start" | "home" | "the" | "dashboard" | "homepage")
    });
    let mut dates = d.entities[e].entity.fields.iter().filter(|f| f.ty.is_day());
    let (first, more) = (dates.next()?, dates.next());
    // what is said of them in between: nothing, or when they begin or are due
    let between = &s.words[end.min(lead)..lead];
    let begins = |w: &super::tag::Word| {
        matches!(w.tag, Tag::Rel | Tag::Be | Tag::Modal)
            || matches!(w.base.as_str(), "take" | "place" | "start" | "begin" | "happen" | "be")
    };
    let field = if between.iter().all(begins) {
        more.is_none().then(|| first.name.clone())
    } else {
        let said = |w: &super::tag::Word| matches!(w.tag, Tag::Rel | Tag::Be | Tag::Modal) || w.is("due");
        let verb: Vec<&super::tag::Word> = between.iter().filter(|w| !said(w)).collect();
        let fields = &d.entities[e].entity.fields;
        let due = |name: &str| match verb[..] {
            [] => name.starts_with("due"),
            [one] => name.split('_').any(|part| part == one.base),
            _ => false,
        };
        fields.iter().find(|f| due(&f.name) && dated(d, e, &f.name)).map(|f| f.name.clone())
    }?;
    (led && rest).then(|| Soon { field, days, used: (end.min(lead)..at + 3).collect() })
}

/// `today's lessons`, `the lessons of today`: where a record has one date only, it is clear which is meant.
fn of_today(d: &Draft, si: usize, e: usize, np: &Np) -> Option<(Vec<usize>, String)> {
    let s = &d.sentences[si];
    let word = |i: usize| s.words.get(i).map_or("", |w| w.lower());
    let at = (0..s.words.len()).find(|i| word(*i) == "today" && !s.aside[*i])?;
    let before = matches!(word(at + 1), "'s" | "’s") && np.range.start <= at + 2 && at + 2 <= np.head_at;
    let behind = at == np.head_at + 2 && matches!(word(at - 1), "of" | "for");
    let used: Vec<usize> = if before {
        vec![at, at + 1]
    } else if behind {
        vec![at - 1, at]
    } else {
        return None;
    };
    let mut dates = d.entities[e].entity.fields.iter().filter(|f| f.ty.is_day());
    match (dates.next(), dates.next()) {
        (Some(only), None) => Some((used, only.name.clone())),
        _ => None,
    }
}

fn offer(
    d: &mut Draft,
    si: usize,
    e: usize,
    conditions: Vec<Condition>,
    words: &[String],
    used: &[usize],
) -> Option<String> {
    if conditions.is_empty() {
        return None;
    }
    let id = d.sentences[si].id;
    let many = d.entities[e].entity.label_plural.to_lowercase();
    let label = match words {
        [day] if day == "today" => format!("{many} of today"),
        [days] if days.starts_with("next ") => format!("{many} of the {days}"),
        _ => format!("{} {many}", words.join(" ")),
    };
    let name = identifier(&words.join(" "));
    d.feature(Feature::View {
        entity: d.entities[e].entity.name.clone(),
        name: name.clone(),
        label: sentence_case(&label),
        conditions,
        clauses: vec![id],
    });
    d.touch(e, id);
    d.mark_words(si, used);
    Some(name)
}

/// What an adjective says of a record.
fn by_word(d: &Draft, e: usize, word: &str) -> Vec<Condition> {
    let values = states(d, e);
    if let Some((field, values)) = &values {
        if values.iter().any(|v| v == word) {
            return vec![Condition::In { field: field.clone(), values: vec![word.to_owned()] }];
        }
        let positive = word.strip_prefix("un").or_else(|| word.strip_prefix("non-"));
        if let Some(state) = positive.filter(|p| values.iter().any(|v| v == p)) {
            return vec![Condition::NotIn { field: field.clone(), values: vec![state.to_owned()] }];
        }
        let ends: Vec<String> = values.iter().filter(|v| is_final(v)).cloned().collect();
        let open = matches!(word, "open" | "active" | "outstanding" | "pending" | "unresolved" | "current");
        if open && !ends.is_empty() && ends.len() < values.len() {
            return vec![Condition::NotIn { field: field.clone(), values: ends }];
        }
    }
    let flag = d.entities[e].entity.fields.iter().find(|f| f.ty == FieldType::Boolean && f.name == word);
    if let Some(f) = flag {
        return vec![Condition::In { field: f.name.clone(), values: vec!["true".into()] }];
    }
    let date = |names: &[&str]| {
        let fields = &d.entities[e].entity.fields;
        let all = || fields.iter().filter(|f| f.ty.is_day());
        if names.is_empty() {
            return all().next().map(|f| f.name.clone());
        }
        all().find(|f| names.iter().any(|n| f.name.contains(n))).map(|f| f.name.clone())
    };
    match word {
        "upcoming" | "future" => date(&[]).map(|field| vec![Condition::From { field, days: 0 }]).unwrap_or_default(),
        "past" | "previous" | "earlier" => {
            date(&[]).map(|field| vec![Condition::Before { field, days: 0 }]).unwrap_or_default()
        }
        "overdue" | "expired" => {
            let Some(field) =
                date(&["due", "until", "end", "return", "last", "deadline", "expiry", "best_before", "valid"])
            else {
                return Vec::new();
            };
            let mut out = vec![Condition::Before { field, days: 0 }];
            if word == "overdue"
                && let Some((status, values)) = values
            {
                let ends: Vec<String> = values.iter().filter(|v| is_final(v)).cloned().collect();
                if !ends.is_empty() && ends.len() < values.len() {
                    out.push(Condition::NotIn { field: status, values: ends });
                }
            }
            out
        }
        _ => Vec::new(),
    }
}

fn dated(d: &Draft, e: usize, name: &str) -> bool {
    d.entities[e].entity.fields.iter().any(|f| f.name == name && f.ty.is_day())
}

fn states(d: &Draft, e: usize) -> Option<(String, Vec<String>)> {
    let field = d.status(e)?;
    let ty = d.entities[e].entity.fields.iter().find(|f| f.name == field).map(|f| f.ty.clone())?;
    match ty {
        FieldType::Choice { values } if values.len() > 1 => Some((field, values)),
        _ => None,
    }
}
