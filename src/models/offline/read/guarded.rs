//! What only some may set must not be asked of the others: whoever requests an appointment leaves open which therapist is assigned
//! to it.

use super::draft::Draft;
use crate::models::offline::spec::{Feature, Op, Rule, Who};

/// Lets those add records who may not set all of their properties.
pub fn settle(d: &mut Draft) {
    let guards: Vec<(usize, String, Vec<Who>)> = d
        .features
        .iter()
        .filter_map(|f| match f {
            Feature::FieldGuard { entity, field, who, .. } => Some((d.find(entity)?, field.clone(), who.clone())),
            _ => None,
        })
        .collect();
    for (e, field, who) in guards {
        let others = |w: &Who| !who.contains(w);
        let added = d.entities[e].entity.access.iter().filter(|a| a.ops.contains(&Op::Create)).any(|a| others(&a.who));
        let Some(f) = d.field_mut(e, &field).filter(|_| added) else { continue };
        let stated = f.rules.iter().any(|r| r.rule == Rule::Required);
        f.required &= stated || f.default.is_some();
    }
}
