//! What may not overlap begins before it ends, whether the text says so or not: what ends first would lie beside everything.

use super::super::draft::Draft;
use crate::domain::ClauseId;
use crate::models::offline::spec::{Feature, FieldRule, FieldType, Rule};

/// Adds to the end of each such record that it lies no earlier than the beginning; times of a day lie apart.
pub fn settle(d: &mut Draft) {
    let apart = |f: &Feature| match f {
        Feature::NoOverlap { entity, start, end, clauses, .. } => {
            Some((entity.clone(), start.clone(), end.clone(), *clauses.first()?))
        }
        _ => None,
    };
    let found: Vec<_> = d.features.iter().filter_map(apart).collect();
    for (entity, start, end, id) in found {
        let worked_out = |f: &Feature| matches!(f, Feature::Computed { entity: of, field, .. } if *of == entity && [&start, &end].contains(&field));
        if !d.features.iter().any(worked_out) && start != end {
            in_order(d, &entity, &start, &end, id);
        }
    }
}

fn in_order(d: &mut Draft, entity: &str, start: &str, end: &str, id: ClauseId) {
    let Some(e) = d.find(entity) else { return };
    let Some(begins) = d.entities[e].entity.fields.iter().find(|f| f.name == start).map(|f| f.ty.clone()) else {
        return;
    };
    let Some(ends) = d.field_mut(e, end).filter(|f| f.ty == begins && f.ty.is_when() && !f.read_only) else { return };
    let ordered = |r: &FieldRule| matches!(&r.rule, Rule::After { field, .. } if field == start);
    if !ends.rules.iter().any(ordered) {
        let rule = Rule::After { field: start.to_owned(), or_equal: begins == FieldType::Date };
        ends.rules.push(FieldRule { rule, clauses: vec![id] });
    }
}
