//! What a property is: its type, the values it may take, whose it is, and what a word names that elsewhere names no record.

use super::tests::{cut, field, read, whole};
use crate::domain::ClauseId;
use crate::models::offline::candid;
use crate::models::offline::spec::{AppSpec, Feature, FieldType, Formula, Rule};
use std::collections::BTreeMap;

/// What is read, and doubted after that.
fn judged(text: &str) -> AppSpec {
    let texts: BTreeMap<ClauseId, String> = cut(text).into_iter().map(|(id, text, _)| (id, text)).collect();
    candid(read(text), &texts)
}

fn choices(spec: &AppSpec, entity: &str, name: &str) -> Vec<String> {
    match field(spec, entity, name).map(|f| &f.ty) {
        Some(FieldType::Choice { values }) => values.clone(),
        _ => Vec::new(),
    }
}

fn text() -> Option<FieldType> {
    Some(FieldType::Text { multiline: false })
}

fn ty(spec: &AppSpec, entity: &str, name: &str) -> Option<FieldType> {
    field(spec, entity, name).map(|f| f.ty.clone())
}

fn has(spec: &AppSpec, entity: &str, name: &str, rule: &Rule) -> bool {
    field(spec, entity, name).is_some_and(|f| f.rules.iter().any(|r| r.rule == *rule))
}

#[test]
fn a_list_is_ordered_by_the_next_property_where_the_first_is_the_same() {
    for (text, first, next, down) in [
        (
            "A member can add a contact with a call sign, a date and a time. The newest contacts come first.",
            "date",
            "-time",
            true,
        ),
        (
            "A leader can add a shift with a date and a start time. Shifts are listed by date and start time.",
            "date",
            "start_time",
            false,
        ),
        (
            "A clerk can add a concert with a date and a title. Concerts are sorted by date and title.",
            "date",
            "title",
            false,
        ),
        (
            "A clerk can add a book with a title and an author. Books are sorted by author and title.",
            "author",
            "title",
            false,
        ),
    ] {
        let spec = judged(text);
        let sorted = spec.features.iter().any(|f| {
            matches!(f, Feature::Sort { field, then, descending, default: true, .. }
                if field == first && then == &[next] && *descending == down)
        });
        assert!(sorted && whole(&spec, 2), "{text}: {:?} {:?}", spec.features, spec.gaps);
    }
    let spec = read("A clerk can add a concert with a date and a title. The newest concerts come first.");
    assert!(spec.features.iter().any(|f| matches!(f, Feature::Sort { then, .. } if then.is_empty())));
}
