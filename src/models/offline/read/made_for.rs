//! `The clerk adds invoices. Customers see only their own invoices.`: whose a record is that somebody else adds, whoever adds it
//! says.

use super::answers::Asked;
use super::chunk::Item;
use super::data::made;
use super::draft::Draft;
use super::field::sentence_case;
use super::lexicon::nouns::Person;
use super::rights::unique;
use crate::domain::ClauseId;
use crate::models::offline::spec::{Access, FieldType, Op, Scope, Who};

/// Names the person in each record of a kind that people have of their own and cannot add: without it they would have none.
pub fn settle(d: &mut Draft, e: usize) {
    let entity = &d.entities[e].entity;
    let adds = |who: &Who| entity.access.iter().any(|a| a.who == *who && a.ops.contains(&Op::Create));
    // `the board sees its own` names nobody in particular
    let ordinary = |who: &Who| d.roles.iter().any(|r| r.kind == Person::Ordinary && *who == Who::Role(r.name.clone()));
    let named = |a: &&Access| a.scope == Scope::Own && ordinary(&a.who) && !adds(&a.who);
    let theirs = unique(entity.access.iter().filter(named).map(|a| a.who.clone()));
    let added = entity.access.iter().any(|a| a.ops.contains(&Op::Create));
    let refers = entity.fields.iter().any(|f| matches!(f.ty, FieldType::UserReference { .. }));
    // Whoever else adds some may be one of them.
    let anybody = d.roles.iter().any(|r| r.kind == Person::User && adds(&Who::Role(r.name.clone())));
    if !added || refers || anybody || adds(&Who::SignedIn) || adds(&Who::Anyone) {
        return;
    }
    let [Who::Role(role)] = &theirs[..] else { return };
    let own = |a: &&Access| a.who == theirs[0] && a.scope == Scope::Own;
    let clauses = unique(entity.access.iter().filter(own).flat_map(|a| a.clauses.clone()));
    // What is private to others is not theirs for that.
    let of_theirs = |item: &Item| match item {
        Item::Np(np) => np.possessed() && d.find(&np.name()).or_else(|| d.find(&np.head)) == Some(e),
        _ => false,
    };
    if d.sentences.iter().any(|s| clauses.contains(&s.id) && s.items.iter().any(of_theirs)) {
        name(d, e, role, &clauses);
    }
}

fn name(d: &mut Draft, e: usize, role: &str, clauses: &[ClauseId]) {
    let Some(home) = clauses.first().copied() else { return };
    let open = d.roles.iter().any(|r| r.name == role && r.open);
    let person = role.replace('_', " ");
    let field = format!("{role}_id");
    let ty = FieldType::UserReference { role: Some(role.to_owned()).filter(|_| !open) };
    let mut whose = made(&field, &sentence_case(&person), ty, home);
    whose.required = true;
    d.entities[e].entity.fields.push(whose);
    for a in d.entities[e].entity.access.iter_mut().filter(|a| a.scope == Scope::Own) {
        if a.who == Who::Role(role.to_owned()) {
            a.scope = Scope::AssignedTo { field: field.clone() };
        }
    }
    let label = d.entities[e].entity.label.to_lowercase();
    d.ask_only(Asked {
        key: &format!("whose:{}", d.entities[e].entity.name.clone()),
        question: &format!("Whose is {}?", super::readings::a(&label)),
        default: &format!("the {person} whom whoever adds it names"),
        clauses,
    });
}
