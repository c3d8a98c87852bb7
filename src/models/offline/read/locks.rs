//! What stays as it is in some state, when all rights and states are known: what of it, what may still happen to it, and that
//! it is not deleted instead.

use super::draft::{Draft, Moved};
use super::lexicon::{NOT_UNDERSTOOD, nouns, verbs::Class};
use super::sentence::Sentence;
use crate::domain::ClauseId;
use crate::models::offline::spec::{Access, Feature, Field, Op, Who};

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
    of_some_people(d);
    of_all_others(d);
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
            let further = goes_on(d, &lock);
            if further || state_of_others(d, &lock) {
                let rest = |f: &&Field| f.name != lock.field && !f.read_only;
                let fields = d.entities[lock.entity].entity.fields.iter();
                stays = fields.filter(rest).map(|f| f.name.clone()).collect();
                if further && !in_steps(d, &lock) {
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

/// `Approved trips can no longer be changed or deleted by the driver.`: not by the driver, and others still may. Who is kept
/// from it in some state alone is more than a lock can tell, and none keeps the others from it.
fn of_some_people(d: &mut Draft) {
    let sentences = d.sentences;
    for s in sentences {
        let whos = kept_people(d, s);
        // who decides on its state is not kept from that by what stays as it is
        let others = |entity: &String, op: Op| {
            let does = |a: &Access| a.ops.contains(&op) && a.only_fields.is_empty() && !whos.contains(&a.who);
            d.find(entity).is_some_and(|e| d.entities[e].entity.access.iter().any(does))
        };
        let wide = |f: &Feature| match f {
            Feature::Locked { entity, op, clauses, .. } => clauses.contains(&s.id) && others(entity, *op),
            _ => false,
        };
        if whos.is_empty() || !d.features.iter().any(wide) {
            continue;
        }
        let locked = |f: &Feature| matches!(f, Feature::Locked { .. }) && f.clauses() == [s.id];
        d.features.retain(|f| !locked(f));
        let why = "the offline engine keeps everybody from changing what is in some state, or nobody";
        d.gap(s.id, &s.text.clone(), why, true);
    }
}

/// `Approved litters may only be changed by the registrar.` where breeders change litters: nobody changes those, as no lock
/// leaves one kind of people out, and that is said.
fn of_all_others(d: &mut Draft) {
    let sentences = d.sentences;
    for (si, s) in sentences.iter().enumerate() {
        for pred in s.preds.iter().filter(|p| !p.verb.negated && !p.subordinate) {
            let Some((e, op, values)) = alone_in_state(d, si, pred) else { continue };
            let whos = if pred.verb.passive { super::decisions::agents_by(d, pred) } else { d.actors(pred) };
            let does = |a: &Access| a.ops.contains(&op) && a.only_fields.is_empty() && !whos.contains(&a.who);
            let others = d.entities[e].entity.access.iter().any(does);
            let Some(field) = d.status(e).filter(|_| others && !whos.is_empty()) else { continue };
            let (entity, clauses) = (d.entities[e].entity.name.clone(), vec![s.id]);
            d.feature(Feature::Locked { entity, op, field, values, only: Vec::new(), clauses });
            let why = "the offline engine keeps everybody from what is in some state, or nobody; now it is everybody";
            d.gap(s.id, &super::rights::words_for(d, &whos), why, false);
        }
    }
}

/// What a sentence lets some people alone do to the records in these states.
fn alone_in_state(d: &Draft, si: usize, pred: &super::sentence::Pred) -> Option<(usize, Op, Vec<String>)> {
    let s = &d.sentences[si];
    let op = match pred.verb.class {
        Class::Update => Op::Update,
        Class::Delete => Op::Delete,
        _ => return None,
    };
    let objects = if pred.verb.passive { &pred.subject } else { &pred.objects };
    // `Only approved litters may be changed by …` says which, and not who
    let behind = objects.last()?.head_at;
    let passive = pred.verb.passive && s.words[behind..].iter().any(|w| w.is("only") || w.is("alone"));
    let e = objects.iter().find_map(|np| d.entity_of(np))?;
    let said = |v: &String| s.words.iter().any(|w| w.lower() == v.replace('_', " "));
    let values: Vec<String> = super::lifecycle::values(d, e).into_iter().filter(said).collect();
    let alone = passive || pred.only || super::only::alone(d, si, pred);
    (alone && !values.is_empty()).then_some((e, op, values))
}

/// The people whom a sentence keeps from something.
fn kept_people(d: &Draft, s: &Sentence) -> Vec<Who> {
    let mut whos: Vec<Who> = Vec::new();
    for pred in s.preds.iter().filter(|p| p.verb.negated && !p.subordinate) {
        whos.extend(if pred.verb.passive { super::decisions::agents_by(d, pred) } else { d.actors(pred) });
    }
    whos.retain(|who| matches!(who, Who::Role(_)));
    whos
}

/// `Approved expenses cannot be changed by the employee`: whoever approves them may set their state as before.
fn state_of_others(d: &Draft, lock: &Lock) -> bool {
    let mut named = d.sentences.iter().filter(|s| lock.clauses.contains(&s.id)).map(|s| kept_people(d, s)).peekable();
    let rows = &d.entities[lock.entity].entity.access;
    let sets = |a: &&Access| a.ops.contains(&Op::Update) && a.only_fields.contains(&lock.field);
    named.peek().is_some()
        && named.all(|whos| !whos.is_empty() && rows.iter().filter(sets).any(|a| !whos.contains(&a.who)))
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
    in_steps(d, lock) || d.moves.iter().any(moved) || listed_further(d, lock)
}

/// `Orders are open, closed or delivered.`, where closed ones are locked: what is delivered was closed. What was rejected
/// or cancelled instead is no further state.
fn listed_further(d: &Draft, lock: &Lock) -> bool {
    const INSTEAD: [&str; 18] = [
        "rejected",
        "declined",
        "denied",
        "refused",
        "cancelled",
        "canceled",
        "withdrawn",
        "lost",
        "failed",
        "expired",
        "void",
        "deleted",
        "abandoned",
        "discarded",
        "missed",
        "disapproved",
        "dismissed",
        "revoked",
    ];
    let instead = |v: &String| INSTEAD.contains(&v.as_str());
    let name = &d.entities[lock.entity].entity.name;
    let steps =
        |f: &Feature| matches!(f, Feature::Workflow { entity, field, .. } if entity == name && *field == lock.field);
    if lock.values.iter().any(instead) || d.features.iter().any(steps) {
        return false;
    }
    d.named_states.iter().filter(|(e, field, ..)| *e == lock.entity && *field == lock.field).any(|(_, _, listed, _)| {
        let last = listed.iter().rposition(|v| lock.values.contains(v));
        // what another sentence says of how a state is reached is no guess
        let told =
            |v: &String| d.moves.iter().any(|m| m.entity == lock.entity && m.to.contains(v) && !m.from.is_empty());
        last.is_some_and(|at| listed[at + 1..].iter().any(|v| !instead(v) && !told(v)))
    })
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
