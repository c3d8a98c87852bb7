//! What is one group's alone, and what is kept from one: who does it then.

use super::answers::{Asked, Holder};
use super::decisions::agents_by;
use super::draft::Draft;
use super::rights::{unique, words_for};
use super::sentence::{Pred, Sentence};
use super::{scopes, sight};
use crate::domain::ClauseId;
use crate::models::offline::spec::{Access, Feature, Op, Scope, Who};

/// `Only the leader who added a walk may change it.`, where walkers add walks: whoever added it, or nobody changes theirs.
pub fn whoever_added(d: &mut Draft, e: usize, alone: &[(Who, Vec<ClauseId>)]) {
    let sentences = d.sentences;
    let makers = d.entities[e].entity.access.iter().filter(|a| a.ops.contains(&Op::Create));
    let makers = unique(makers.map(|a| a.who.clone()).filter(|who| matches!(who, Who::Role(_))));
    for (who, clauses) in alone {
        for id in clauses {
            let made = sentences.iter().any(|s| s.id == *id && s.preds.iter().any(|p| scopes::made_it(s, p)));
            let given = d.entities[e].entity.access.iter().filter(|a| a.who == *who && a.clauses.contains(id));
            let ops: Vec<Op> =
                given.flat_map(|a| a.ops.clone()).filter(|op| matches!(op, Op::Update | Op::Delete)).collect();
            let others: Vec<Who> = makers.iter().filter(|maker| *maker != who).cloned().collect();
            if !made || others.is_empty() || ops.is_empty() {
                continue;
            }
            for (.., whos, _) in d.exclusives.iter_mut().filter(|(of, .., from)| *of == e && from == id) {
                whos.extend(others.clone());
            }
            let why =
                format!("another sentence says that {} adds them, so whoever added one may", words_for(d, &others));
            let what = d.word_for(who);
            d.gap(*id, &what, &why, false);
            for maker in others {
                d.allow(e, maker, &ops, Scope::Own, *id);
            }
        }
    }
}

/// `Counter staff cannot delete machines.` says that others do it, where there are any.
fn others_instead(d: &mut Draft, e: usize, denied: &[Who], op: Op, id: ClauseId) {
    let entity = &d.entities[e].entity;
    if !matches!(op, Op::Update | Op::Delete) || entity.access.iter().any(|a| a.ops.contains(&op)) || entity.system {
        return;
    }
    let name = entity.name.clone();
    let gone = |f: &Feature| matches!(f, Feature::Forbid { entity, op: o, .. } if *entity == name && *o == op);
    let others = |who: &Who| !denied.contains(who) && *who != Who::Anyone && *who != Who::SignedIn;
    let rows = |op: Option<Op>| {
        let rows = entity.access.iter().filter(|a| op.is_none_or(|op| a.ops.contains(&op)));
        unique(rows.map(|a| a.who.clone()).filter(others))
    };
    let keepers = || d.keepers().into_iter().filter(others).collect();
    // whoever signs up does not get what is kept from those who work there
    let open = |who: &Who| matches!(who, Who::Role(name) if d.roles.iter().any(|r| r.open && r.name == *name));
    let appointed = || rows(None).into_iter().filter(|who| !open(who)).collect();
    let whos = [rows(Some(Op::Create)), keepers(), appointed()].into_iter().find(|whos: &Vec<Who>| !whos.is_empty());
    let Some(whos) = whos.filter(|_| !d.features.iter().any(gone)) else { return };
    let label = super::readings::a(&entity.label.to_lowercase());
    let verb = if op == Op::Delete { "delete" } else { "change" };
    let own = whos.iter().all(open);
    let default = if own { "whoever added it".to_owned() } else { words_for(d, &whos) };
    let holders = whos.into_iter().map(|who| Holder { who, own }).collect();
    let (key, question) = (format!("{verb}:{name}"), format!("Who may {verb} {label}?"));
    let asked = Asked { key: &key, question: &question, default: &default, clauses: &[id] };
    for Holder { who, own } in d.ask_who(asked, holders) {
        let own = own && who != Who::Anyone;
        d.entities[e].entity.owned |= own;
        d.allow(e, who, &[op], if own { Scope::Own } else { Scope::All }, id);
    }
    sight::see_what_one_changes(d, e);
}

/// `The organiser closes a course` beside `Only teachers can change courses`: another sentence names them for one property.
fn named_for_a_property(d: &Draft, a: &Access, id: ClauseId) -> bool {
    let names = |p: &Pred| {
        let whos = if p.verb.passive { agents_by(d, p) } else { d.actors(p) };
        !p.subordinate && !p.verb.negated && whos.contains(&a.who)
    };
    let elsewhere = |s: &&Sentence| s.id != id && a.clauses.contains(&s.id);
    !a.only_fields.is_empty() && d.sentences.iter().filter(elsewhere).any(|s| s.preds.iter().any(names))
}

/// `only the board approves`, `a tenant cannot delete a defect`: others lose the right.
pub fn exclusives(d: &mut Draft) {
    for (e, ops, whos, id) in std::mem::take(&mut d.exclusives) {
        let told: Vec<bool> = d.entities[e].entity.access.iter().map(|a| named_for_a_property(d, a, id)).collect();
        for (a, told) in d.entities[e].entity.access.iter_mut().zip(told) {
            if !whos.contains(&a.who) && !told {
                a.ops.retain(|op| !ops.contains(op));
            }
        }
        d.entities[e].entity.access.retain(|a| !a.ops.is_empty());
        d.touch(e, id);
    }
    for (e, whos, ops, id) in std::mem::take(&mut d.denials) {
        for a in &mut d.entities[e].entity.access {
            if whos.contains(&a.who) {
                a.ops.retain(|op| !ops.contains(op));
            }
        }
        d.entities[e].entity.access.retain(|a| !a.ops.is_empty());
        // when nobody is left the operation does not exist
        for op in ops {
            others_instead(d, e, &whos, op, id);
            if !d.entities[e].entity.access.iter().any(|a| a.ops.contains(&op)) {
                let entity = d.entities[e].entity.name.clone();
                d.feature(Feature::Forbid { entity, op, clauses: vec![id] });
            } else {
                for a in d.entities[e].entity.access.iter_mut().filter(|a| a.ops.contains(&op)) {
                    if !a.clauses.contains(&id) {
                        a.clauses.push(id);
                    }
                }
            }
        }
        d.touch(e, id);
    }
}
