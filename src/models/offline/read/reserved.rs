//! Values that only some may set, where others set the same property to something else.

use super::decisions;
use super::draft::{Draft, Moved, Reserved};
use super::lexicon::verbs::Class;
use super::sentence::Pred;
use crate::domain::ClauseId;
use crate::models::offline::spec::Feature;

/// `Only janitors set a fault to solved` where others set it to something else: the steps to those values are theirs alone, or
/// the engine, which guards the property and not each value, cannot do what both sentences say.
pub fn settle(d: &mut Draft) {
    for Reserved { entity, field, values, who, clause } in std::mem::take(&mut d.reserved) {
        let name = d.entities[entity].entity.name.clone();
        let same = |e: &String, f: &String| *e == name && *f == field;
        let elsewhere = |m: &&Moved| m.entity == entity && m.field == field && m.clause != clause;
        let told = given_at_first(d, entity, &field, clause);
        let all = d.moves.iter().filter(elsewhere).cloned().chain(told);
        let others: Vec<Moved> = all.filter(|m| m.who.iter().any(|w| !who.contains(w))).collect();
        if others.is_empty() {
            continue;
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
