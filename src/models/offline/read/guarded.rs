//! What only some may set must not be asked of the others: whoever requests an appointment leaves open which therapist is assigned
//! to it. Nor do the others set it when they add a record: it begins as all of them do.

use super::draft::Draft;
use super::held::covers;
use crate::models::offline::spec::{Access, Feature, Field, Op, Rule, Who};
use std::collections::BTreeSet;

/// Lets those add records who may not set all of their properties.
pub fn settle(d: &mut Draft) {
    beginnings(d);
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

/// `Clerks set the status of complaints`: a citizen's begins as it does where nothing is said, and never as one that is closed.
fn beginnings(d: &mut Draft) {
    for e in 0..d.entities.len() {
        let entity = &d.entities[e].entity;
        let Some(state) = d.status(e).filter(|_| !entity.system && d.has_users()) else { continue };
        let begins = |f: &Field| f.name == state && !f.read_only && f.default.is_some();
        let settled = |f: &Feature| match f {
            Feature::FieldGuard { entity: of, field, .. } | Feature::Workflow { entity: of, field, .. } => {
                *of == entity.name && *field == state
            }
            _ => false,
        };
        if !entity.fields.iter().any(begins) || d.features.iter().any(settled) {
            continue;
        }
        let sets =
            |a: &&Access| a.ops.contains(&Op::Update) && (a.only_fields.is_empty() || a.only_fields.contains(&state));
        let setters: Vec<&Access> = entity.access.iter().filter(sets).collect();
        let may_set = |who: &Who| setters.iter().any(|a| covers(&a.who, who));
        let adds = |a: &&Access| a.ops.contains(&Op::Create);
        if setters.is_empty() || entity.access.iter().filter(adds).all(|a| may_set(&a.who)) {
            continue;
        }
        let who = super::rights::unique(setters.iter().map(|a| a.who.clone()));
        let clauses: BTreeSet<_> = setters.iter().flat_map(|a| a.clauses.clone()).collect();
        let (entity, clauses) = (entity.name.clone(), clauses.into_iter().collect());
        d.feature(Feature::FieldGuard { entity, field: state, who, clauses });
    }
}
