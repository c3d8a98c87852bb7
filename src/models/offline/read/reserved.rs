//! Values that only some may set, where others set the same property to something else.

use super::decisions;
use super::draft::{Draft, Moved, Reserved};
use super::lexicon::verbs::Class;
use super::sentence::Pred;
use crate::domain::ClauseId;
use crate::models::offline::spec::{Feature, FieldType, Transition, Who};

/// `Only janitors set a fault to solved` where others set it to something else: the steps to those values are theirs alone, or
/// the engine, which guards the property and not each value, cannot do what both sentences say.
pub fn settle(d: &mut Draft) {
    for Reserved { entity, field, values, who, clause } in std::mem::take(&mut d.reserved) {
        let name = d.entities[entity].entity.name.clone();
        let same = |e: &String, f: &String| *e == name && *f == field;
        let elsewhere = |m: &&Moved| {
            m.entity == entity && m.field == field && (m.clause != clause || m.to.iter().all(|v| !values.contains(v)))
        };
        let told = given_at_first(d, entity, &field, clause);
        let all = d.moves.iter().filter(elsewhere).cloned().chain(told);
        let others: Vec<Moved> = all.filter(|m| m.who.iter().any(|w| !who.contains(w))).collect();
        if others.is_empty() {
            continue;
        }
        if let Some((steps, clauses)) = steps_told(d, entity, &field, &values, &who) {
            begin_with_steps(d, &name, &field, steps, clauses);
        }
        let mut missing = values.clone();
        for f in &mut d.features {
            if let Feature::Workflow { entity: e, field: g, transitions, .. } = f
                && same(e, g)
            {
                for step in transitions.iter_mut().filter(|step| values.contains(&step.to)) {
                    missing.retain(|v| *v != step.to);
                    step.who.clone_from(&who);
                }
            }
        }
        if !missing.is_empty() {
            let why = format!(
                "others set the {}, too, and the offline engine does not tell its values apart",
                field.replace('_', " ")
            );
            d.gap(clause, &format!("only … {}", missing.join(", ")), &why, others.iter().all(|m| !m.to.is_empty()));
        }
        // who may take another step is not kept from it
        let rest =
            others.iter().flat_map(|m| m.who.iter().map(|w| (w.clone(), m.clause))).filter(|(w, _)| !who.contains(w));
        for (who, id) in rest.collect::<Vec<_>>() {
            decisions::merge_guard(d, &name, &field, &[who], id);
        }
    }
}

/// `Developers set a bug to in progress. Only testers close it.`: where the text says of each state but the first who sets it, the
/// steps to each are those of these people.
fn steps_told(
    d: &Draft,
    entity: usize,
    field: &str,
    alone: &[String],
    who: &[Who],
) -> Option<(Vec<Transition>, Vec<ClauseId>)> {
    let ty = d.entities[entity].entity.fields.iter().find(|f| f.name == field).map(|f| &f.ty);
    let Some(FieldType::Choice { values }) = ty else { return None };
    let (_, later) = values.split_first()?;
    let moves = || d.moves.iter().filter(|m| m.entity == entity && m.field == field);
    let sets = |value: &String, m: &&Moved| m.to.contains(value);
    let known = moves().all(|m| !m.to.is_empty() && m.to.iter().all(|to| values.contains(to)));
    let each = later.iter().all(|value| moves().any(|m| sets(value, &m)));
    let theirs = moves().filter(|m| alone.iter().any(|value| m.to.contains(value))).all(|m| m.who == who);
    let sets_it = |id: ClauseId| moves().any(|m| m.clause == id);
    let given = moves().flat_map(|m| given_at_first(d, entity, field, m.clause)).any(|m| !sets_it(m.clause));
    let ordered = d
        .features
        .iter()
        .any(|f| matches!(f, Feature::Workflow { entity: e, .. } if *e == d.entities[entity].entity.name));
    if !(known && each && theirs) || given || ordered {
        return None;
    }
    let step = |m: &Moved, to: &String| {
        let told: Vec<String> = m.from.iter().filter(|v| values.contains(v)).cloned().collect();
        let any = || values.iter().filter(|v| *v != to).cloned().collect();
        Transition { from: if told.is_empty() { any() } else { told }, to: to.clone(), who: m.who.clone() }
    };
    let mut clauses: Vec<ClauseId> = moves().map(|m| m.clause).collect();
    clauses.sort();
    clauses.dedup();
    Some((moves().flat_map(|m| m.to.iter().map(move |to| step(m, to))).collect(), clauses))
}

/// A record begins in the first state, and whoever takes a step is let through to the property.
fn begin_with_steps(d: &mut Draft, entity: &str, field: &str, transitions: Vec<Transition>, clauses: Vec<ClauseId>) {
    let Some(e) = d.find(entity) else { return };
    let first = d.entities[e].entity.fields.iter().find(|f| f.name == field).and_then(|f| match &f.ty {
        FieldType::Choice { values } => values.first().cloned(),
        _ => None,
    });
    let Some(initial) = first else { return };
    for step in &transitions {
        decisions::merge_guard(d, entity, field, &step.who, clauses[0]);
    }
    let (entity, field) = (entity.to_owned(), field.to_owned());
    d.feature(Feature::Workflow { entity, field, initial, transitions, clauses });
}

/// `Clerks can add an applicant with a name and a status`: who says in which state a record is when they add it.
fn given_at_first(d: &Draft, entity: usize, field: &str, not: ClauseId) -> Vec<Moved> {
    let known = d.entities[entity].entity.fields.iter().find(|f| f.name == field);
    let told = |id: &ClauseId| *id != not && known.is_some_and(|f| f.clauses.contains(id));
    let mut out = Vec::new();
    for s in d.sentences.iter().filter(|s| told(&s.id)) {
        let adds = |p: &&Pred| {
            let what = p.objects.iter().any(|np| d.entity_of(np) == Some(entity));
            p.verb.class == Class::Create && !p.verb.negated && !p.verb.passive && what
        };
        for pred in s.preds.iter().filter(adds) {
            let (field, who) = (field.to_owned(), d.actors(pred));
            out.push(Moved { entity, field, from: Vec::new(), to: Vec::new(), who, clause: s.id });
        }
    }
    out
}
