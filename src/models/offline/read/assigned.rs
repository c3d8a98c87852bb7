//! Who is to do something: `The caretaker assigns each fault to a craftsman.`

use super::decisions::{agents_by, somebody_unknown};
use super::draft::Draft;
use super::field;
use super::lexicon::nouns;
use super::sentence::Pred;
use crate::models::offline::spec::{Feature, FieldType, Op, Scope};

/// `can assign each to a contractor`
pub fn read(d: &mut Draft, si: usize, pi: usize, pred: &Pred) {
    let s = &d.sentences[si];
    if pred.verb.negated {
        return;
    }
    let objects = if pred.verb.passive { &pred.subject } else { &pred.objects };
    let Some(e) = objects.iter().find_map(|np| d.entity_of(np)) else { return };
    let to = pred.preps.iter().find(|pp| matches!(pp.prep.as_str(), "to" | "as")).and_then(|pp| pp.nps.first());
    let Some(to) = to else { return };
    let field = if let Some(target) = d.entity_of(to).filter(|t| *t != e) {
        d.add_reference(e, target, false, s.id)
    } else if let Some(role) = d.role(to).cloned().filter(|_| d.has_users()) {
        let name = format!("{}_id", role.name);
        let label = field::sentence_case(&role.name.replace('_', " "));
        if d.field_named(e, &name).is_none() {
            let f = super::data::made(
                &name,
                &label,
                FieldType::UserReference { role: Some(role.name.clone()).filter(|_| !role.open) },
                s.id,
            );
            d.entities[e].entity.fields.push(f);
        }
        name
    } else if nouns::person(&to.head).is_some() && d.has_users() {
        let f = super::data::made("assignee_id", "Assignee", FieldType::UserReference { role: None }, s.id);
        if d.field_named(e, "assignee_id").is_none() {
            d.entities[e].entity.fields.push(f);
        }
        "assignee_id".into()
    } else {
        return;
    };
    let mut whos = if pred.verb.passive { agents_by(d, pred) } else { d.actors(pred) };
    if whos.is_empty() && somebody_unknown(d, pred) {
        return;
    }
    let named = !whos.is_empty() && whos.iter().all(|w| *w != d.ordinary());
    if whos.is_empty() {
        whos.push(d.ordinary());
    }
    let entity = d.entities[e].entity.name.clone();
    for who in &whos {
        d.allow_fields(e, who.clone(), &[Op::Update], Scope::All, std::slice::from_ref(&field), s.id);
    }
    if d.has_users() && named {
        d.feature(Feature::FieldGuard { entity, field, who: whos, clauses: vec![s.id] });
    }
    d.touch(e, s.id);
    d.mark_verb(si, pred);
    for np in pred.subject.iter().chain(&pred.objects).chain([to]) {
        d.mark_np(si, np);
    }
    if let Some(pp) = pred.preps.iter().find(|pp| pp.prep == "to") {
        d.mark(si, pp.at..pp.at + 1);
    }
    d.focus = Some(e);
    d.done[si].insert(pi);
}
