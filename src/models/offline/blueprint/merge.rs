//! Features that say the same are written once, so that every row that is left shows when it is taken away.

use crate::models::offline::spec::Feature;
use serde_json::Value;

/// The features without repetitions; what is left fulfils the clauses of all it stands for.
pub fn merge(features: &[&Feature]) -> Vec<Feature> {
    let mut out: Vec<Feature> = Vec::new();
    for feature in features {
        match out.iter().position(|known| same(known, feature)) {
            Some(at) => out[at] = joined(&out[at], feature),
            None => out.push((*feature).clone()),
        }
    }
    out
}

fn without_clauses(feature: &Feature) -> Value {
    let mut value = serde_json::to_value(feature).unwrap_or_default();
    if let Some(map) = value.as_object_mut() {
        map.remove("clauses");
    }
    value
}

/// Whether two features of one entity would do the same, or the one part of the other.
fn same(a: &Feature, b: &Feature) -> bool {
    match (a, b) {
        (Feature::Search { fields: one, .. }, Feature::Search { fields: other, .. }) => {
            one.is_empty() || other.is_empty() || one.iter().any(|f| other.contains(f))
        }
        (Feature::Sort { field: one, .. }, Feature::Sort { field: other, .. })
        | (Feature::Filter { field: one, .. }, Feature::Filter { field: other, .. })
        | (Feature::Workflow { field: one, .. }, Feature::Workflow { field: other, .. })
        | (Feature::Computed { field: one, .. }, Feature::Computed { field: other, .. }) => one == other,
        (Feature::Pagination { .. }, Feature::Pagination { .. })
        | (Feature::History { .. }, Feature::History { .. })
        | (Feature::Grant { .. }, Feature::Grant { .. })
        | (Feature::Performance { .. }, Feature::Performance { .. })
        | (Feature::Progress { .. }, Feature::Progress { .. }) => true,
        (Feature::Totals { name: one, .. }, Feature::Totals { name: other, .. }) => one == other,
        _ => without_clauses(a) == without_clauses(b),
    }
}

/// Whether what `b` asks for on top of `a` would be lost: then the first is built, and not for the clauses of the second.
fn clashes(a: &Feature, b: &Feature) -> bool {
    match (a, b) {
        (Feature::Pagination { .. }, Feature::Pagination { .. })
        | (Feature::Grant { .. }, Feature::Grant { .. })
        | (Feature::Computed { .. }, Feature::Computed { .. })
        | (Feature::Totals { .. }, Feature::Totals { .. })
        | (Feature::Progress { .. }, Feature::Progress { .. }) => without_clauses(a) != without_clauses(b),
        (
            Feature::Sort { descending: one, then: more, default: true, .. },
            Feature::Sort { descending: other, then: further, default: true, .. },
        ) => one != other || !more.is_empty() && !further.is_empty() && more != further,
        (Feature::Workflow { initial: one, .. }, Feature::Workflow { initial: other, .. }) => one != other,
        (Feature::Performance { own_machine: one, .. }, Feature::Performance { own_machine: other, .. }) => {
            one != other
        }
        _ => false,
    }
}

/// One feature for both, with the clauses of both.
fn joined(a: &Feature, b: &Feature) -> Feature {
    let mut kept = a.clone();
    if clashes(a, b) {
        return kept;
    }
    let mut clauses = a.clauses().to_vec();
    clauses.extend(b.clauses().iter().copied());
    clauses.sort();
    clauses.dedup();
    match (&mut kept, b) {
        (Feature::Search { fields, .. }, Feature::Search { fields: more, .. }) => {
            if fields.is_empty() || more.is_empty() {
                fields.clear();
            } else {
                fields.extend(more.iter().filter(|f| !a_has(a, f)).cloned());
            }
        }
        (
            Feature::Sort { descending, then, default, .. },
            Feature::Sort { descending: down, then: further, default: true, .. },
        ) => {
            if !*default {
                *default = true;
                *descending = *down;
            }
            if then.is_empty() {
                then.clone_from(further);
            }
        }
        (Feature::History { readers, .. }, Feature::History { readers: more, .. }) => {
            for who in more {
                if !readers.contains(who) {
                    readers.push(who.clone());
                }
            }
        }
        (Feature::Workflow { transitions, .. }, Feature::Workflow { transitions: more, .. }) => {
            for step in more {
                if !transitions.contains(step) {
                    transitions.push(step.clone());
                }
            }
        }
        // The stricter of both keeps both.
        (Feature::Performance { records, millis, .. }, Feature::Performance { records: more, millis: fewer, .. }) => {
            *records = (*records).max(*more);
            *millis = (*millis).min(*fewer);
        }
        _ => {}
    }
    *kept.clauses_mut() = clauses;
    kept
}

fn a_has(feature: &Feature, field: &String) -> bool {
    matches!(feature, Feature::Search { fields, .. } if fields.contains(field))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ClauseId;

    fn search(fields: &[&str], clause: u32) -> Feature {
        Feature::Search {
            entity: "event".into(),
            fields: fields.iter().map(|f| (*f).to_owned()).collect(),
            clauses: vec![ClauseId(clause)],
        }
    }

    #[test]
    fn repeated_and_overlapping_searches_become_one_with_all_clauses() {
        let (a, b, c) = (search(&["title"], 1), search(&["title", "place"], 2), search(&["host"], 3));
        let merged = merge(&[&a, &b, &c]);
        assert_eq!(merged.len(), 2);
        assert_eq!(merged[0].clauses(), [ClauseId(1), ClauseId(2)]);
        assert!(matches!(&merged[0], Feature::Search { fields, .. } if fields.len() == 2));
        let everywhere = search(&[], 4);
        assert!(matches!(&merge(&[&a, &everywhere])[0], Feature::Search { fields, .. } if fields.is_empty()));
    }

    #[test]
    fn what_cannot_be_kept_together_is_not_claimed_for_the_second() {
        let pages = |per_page, clause| Feature::Pagination {
            entity: "event".into(),
            per_page,
            clauses: vec![ClauseId(clause)],
        };
        assert_eq!(merge(&[&pages(20, 1), &pages(50, 2)]), [pages(20, 1)]);
        assert_eq!(merge(&[&pages(20, 1), &pages(20, 2)])[0].clauses(), [ClauseId(1), ClauseId(2)]);
        let quick = |records, millis, clause| Feature::Performance {
            entity: "event".into(),
            records,
            millis,
            own_machine: false,
            clauses: vec![ClauseId(clause)],
        };
        let both = merge(&[&quick(1000, 200, 1), &quick(5000, 500, 2)]);
        assert!(matches!(&both[..], [Feature::Performance { records: 5000, millis: 200, .. }]), "{both:?}");
        assert_eq!(both[0].clauses(), [ClauseId(1), ClauseId(2)]);
    }

    #[test]
    fn the_default_order_wins() {
        let sort = |descending, default, clause| Feature::Sort {
            entity: "event".into(),
            field: "date".into(),
            then: Vec::new(),
            descending,
            default,
            clauses: vec![ClauseId(clause)],
        };
        let merged = merge(&[&sort(false, false, 1), &sort(true, true, 2)]);
        assert_eq!(
            merged,
            [Feature::Sort {
                entity: "event".into(),
                field: "date".into(),
                then: Vec::new(),
                descending: true,
                default: true,
                clauses: vec![ClauseId(1), ClauseId(2)],
            }]
        );
    }
}
