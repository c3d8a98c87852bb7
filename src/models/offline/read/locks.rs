//! What stays as it is in some state, when all rights and states are known: what of it, what may still happen to it, and that
//! it is not deleted instead.

use super::draft::{Draft, Moved};
use super::lexicon::{NOT_UNDERSTOOD, nouns, verbs::Class};
use crate::domain::ClauseId;
use crate::models::offline::spec::{Feature, Field, Op};

/// One lock on changes.
struct Lock {
    entity: usize,
    field: String,
    values: Vec<String>,
    clauses: Vec<ClauseId>,
}

/// `Once an expense is approved, its amount cannot be changed`: the amount. `Once shipped, an order cannot be changed` where
/// it goes from shipped to invoiced: all but its state. And who could delete it would change more than that.
pub fn settle(d: &mut Draft) {
    let locks: Vec<Lock> = d
        .features
        .iter()
        .filter_map(|f| match f {
            Feature::Locked { entity, op: Op::Update, field, values, clauses, .. } => {
                let (field, values, clauses) = (field.clone(), values.clone(), clauses.clone());
                Some(Lock { entity: d.find(entity)?, field, values, clauses })
            }
            _ => None,
        })
        .collect();
    for lock in locks {
        let mut stays = properties(d, &lock);
        if stays.is_empty() {
            if goes_on(d, &lock) {
                let rest = |f: &&Field| f.name != lock.field && !f.read_only;
                let fields = d.entities[lock.entity].entity.fields.iter();
                stays = fields.filter(rest).map(|f| f.name.clone()).collect();
                if !in_steps(d, &lock) {
                    // whoever sets it to the one state may set it to another
                    let label = lock.field.replace('_', " ");
                    for id in &lock.clauses {
                        d.gap(
                            *id,
                            &label,
                            "another sentence says that it goes on from there, and no step says to what",
                            false,
                        );
                    }
                }
            }
            kept(d, &lock);
        }
        for f in &mut d.features {
            if let Feature::Locked { entity, op: Op::Update, field, values, only, .. } = f
                && *entity == d.entities[lock.entity].entity.name
                && (&*field, &*values) == (&lock.field, &lock.values)
            {
                only.clone_from(&stays);
            }
        }
    }
}

/// The properties that the sentences of a lock speak of, where they speak of nothing else.
fn properties(d: &mut Draft, lock: &Lock) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut unknown: Vec<ClauseId> = Vec::new();
    for s in d.sentences.iter().filter(|s| lock.clauses.contains(&s.id)) {
        for pred in s.preds.iter().filter(|p| p.verb.class == Class::Update && !p.subordinate) {
            for np in if pred.verb.passive { &pred.subject } else { &pred.objects } {
                let thing = d.find(&np.head).is_some() || d.find(&np.name()).is_some();
                if np.pronoun.is_some() || thing || nouns::property(&np.head).is_none() {
                    return Vec::new();
                }
                match d.field_of(lock.entity, np) {
                    Some(name) if !out.contains(&name) => out.push(name),
                    Some(_) => {}
                    None => unknown.push(s.id),
                }
            }
        }
    }
    for id in unknown {
        d.gap(id, "what cannot be changed", NOT_UNDERSTOOD, true);
    }
    out
}

/// Whether the text lets a record go on from the state in which it is locked.
fn goes_on(d: &Draft, lock: &Lock) -> bool {
    let further = |v: &String| !lock.values.contains(v);
    let moved = |m: &Moved| {
        m.entity == lock.entity && m.from.iter().any(|v| lock.values.contains(v)) && m.to.iter().any(further)
    };
    in_steps(d, lock) || d.moves.iter().any(moved)
}

fn in_steps(d: &Draft, lock: &Lock) -> bool {
    let name = &d.entities[lock.entity].entity.name;
    d.features.iter().any(|f| match f {
        Feature::Workflow { entity, field, transitions, .. } if entity == name && *field == lock.field => transitions
            .iter()
            .any(|step| step.from.iter().any(|v| lock.values.contains(v)) && !lock.values.contains(&step.to)),
        _ => false,
    })
}

/// What cannot be changed is not deleted by those who may delete others.
fn kept(d: &mut Draft, lock: &Lock) {
    let bans = |id: &ClauseId| {
        let of = d.sentences.iter().filter(|s| s.id == *id);
        of.flat_map(|s| &s.preds).any(|p| p.verb.class == Class::Update && p.verb.negated && p.verb.passive)
    };
    let clauses: Vec<ClauseId> = lock.clauses.iter().copied().filter(bans).collect();
    let entity = d.entities[lock.entity].entity.name.clone();
    let told = |f: &Feature| match f {
        Feature::Locked { entity: e, op: Op::Delete, field, values, .. } => {
            *e == entity && *field == lock.field && lock.values.iter().all(|v| values.contains(v))
        }
        Feature::Forbid { entity: e, op: Op::Delete, .. } => *e == entity,
        _ => false,
    };
    let deletes = d.entities[lock.entity].entity.access.iter().any(|a| a.ops.contains(&Op::Delete));
    if clauses.is_empty() || !deletes || d.features.iter().any(told) {
        return;
    }
    let (field, values) = (lock.field.clone(), lock.values.clone());
    d.feature(Feature::Locked { entity, op: Op::Delete, field, values, only: Vec::new(), clauses });
}
