//! Lists of their own: the records that an adjective picks out (`overdue loans`, `upcoming events`, `open defects`).

use super::chunk::Np;
use super::draft::Draft;
use super::field::{identifier, sentence_case};
use super::rules::is_final;
use super::tag::Tag;
use crate::models::offline::spec::{Condition, Feature, FieldType};

/// Marks the adjectives of a phrase that some property carries; the records they pick out become a list of their own.
pub fn restrict(d: &mut Draft, si: usize, e: usize, np: &Np) {
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
    offer(d, si, e, conditions, &words, &used);
}

fn offer(d: &mut Draft, si: usize, e: usize, conditions: Vec<Condition>, words: &[String], used: &[usize]) {
    if conditions.is_empty() {
        return;
    }
    let id = d.sentences[si].id;
    let label = format!("{} {}", words.join(" "), d.entities[e].entity.label_plural.to_lowercase());
    d.feature(Feature::View {
        entity: d.entities[e].entity.name.clone(),
        name: identifier(&words.join(" ")),
        label: sentence_case(&label),
        conditions,
        clauses: vec![id],
    });
    d.touch(e, id);
    d.mark_words(si, used);
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
        let all = || fields.iter().filter(|f| matches!(f.ty, FieldType::Date | FieldType::DateTime));
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
    d.entities[e].entity.fields.iter().any(|f| f.name == name && matches!(f.ty, FieldType::Date | FieldType::DateTime))
}

fn states(d: &Draft, e: usize) -> Option<(String, Vec<String>)> {
    let field = d.status(e)?;
    let ty = d.entities[e].entity.fields.iter().find(|f| f.name == field).map(|f| f.ty.clone())?;
    match ty {
        FieldType::Choice { values } if values.len() > 1 => Some((field, values)),
        _ => None,
    }
}
