//! `Checked petitions can be read by everybody.`, `The clerk may delete refused permits.`: a right over the records in some
//! state, which is none over the others.

use super::chunk::Np;
use super::draft::Draft;
use super::lexicon::{verbs::Class, words};
use super::sentence::Pred;
use super::{lifecycle, sight};
use crate::domain::ClauseId;
use crate::models::offline::spec::{Access, Feature, Op, Scope, Who};

/// What a sentence gives, and over which records.
struct InState {
    clause: ClauseId,
    op: Op,
    values: Vec<String>,
}

/// Leaves to each such right the records that it is about; where it is not known which these are, nothing.
pub fn settle(d: &mut Draft, e: usize) {
    let sentences = d.sentences;
    for (si, s) in sentences.iter().enumerate().filter(|(_, s)| !s.heading) {
        for pred in &s.preds {
            let Some((np, op)) = thing(pred).filter(|(np, _)| d.entity_of(np) == Some(e)) else { continue };
            match (d.status(e), states(d, np, e)) {
                (Some(field), Some(values)) => {
                    if narrow(d, e, &field, &InState { clause: s.id, op, values }) {
                        d.mark(si, np.range.start..np.head_at + 1);
                    }
                }
                _ => withhold(d, e, np, s.id, op),
            }
        }
    }
}

/// `Checked petitions can be read by everybody` where no sentence says how one comes to be checked.
fn withhold(d: &mut Draft, e: usize, np: &Np, clause: ClauseId, op: Op) {
    let unknown =
        |word: &&str| word.ends_with("ed") && !words::light(word) && !d.entities[e].entity.name.contains(*word);
    let Some(word) = np.adjectives().find(unknown).map(str::to_owned) else { return };
    let mut gone = false;
    // What is about one's own opens nothing to others.
    let wide = |a: &&mut Access| a.clauses == [clause] && a.only_fields.is_empty() && a.scope != Scope::Own;
    for a in d.entities[e].entity.access.iter_mut().filter(wide) {
        gone |= a.ops.contains(&op);
        a.ops.retain(|other| *other != op);
    }
    d.entities[e].entity.access.retain(|a| !a.ops.is_empty());
    if !gone {
        return;
    }
    if op == Op::Read {
        others_see_them(d, e);
    }
    d.gap(clause, &word, "no sentence says which these are, so nobody is given it", true);
}

/// What is changed, deleted or, by whom the sentence names last, read. `Members can read open offers` tells of a list.
fn thing(pred: &Pred) -> Option<(&Np, Op)> {
    let op = match pred.verb.class {
        Class::Read if pred.verb.passive => Op::Read,
        Class::Update => Op::Update,
        Class::Delete => Op::Delete,
        _ => return None,
    };
    let things = if pred.verb.passive { &pred.subject } else { &pred.objects };
    match &things[..] {
        [np] if !pred.verb.negated && !pred.subordinate => Some((np, op)),
        _ => None,
    }
}

/// The states that stand before the thing, where nothing else does.
fn states(d: &Draft, np: &Np, e: usize) -> Option<Vec<String>> {
    let said = lifecycle::before(d, np, e);
    let others = np.adjectives().filter(|word| !words::light(word) && !said.contains(&word.replace(' ', "_"))).count();
    (!said.is_empty() && others == 0).then_some(said)
}

/// True where all that the sentence gives of it is a right over these records now.
fn narrow(d: &mut Draft, e: usize, field: &str, right: &InState) -> bool {
    let given = |a: &Access| a.clauses == [right.clause] && a.ops == [right.op] && a.only_fields.is_empty();
    let rights = d.entities[e].entity.access.clone();
    let (mine, others): (Vec<&Access>, Vec<&Access>) = rights.iter().partition(|a| given(a));
    // Who adds them may be meant to change their own alone: that is for what is not understood to say.
    let adds = |who: &Who| rights.iter().any(|a| a.who == *who && a.ops.contains(&Op::Create));
    if mine.is_empty() || right.op != Op::Read && mine.iter().any(|a| a.scope == Scope::All && adds(&a.who)) {
        return false;
    }
    if mine.iter().all(|a| a.scope == Scope::All) {
        let scope = Scope::Where { field: field.to_owned(), values: right.values.clone() };
        for a in d.entities[e].entity.access.iter_mut().filter(|a| given(a)) {
            a.scope = scope.clone();
        }
        if right.op == Op::Read {
            others_see_them(d, e);
        }
        return true;
    }
    // No right is over one's own in some state: what nobody else does is kept from all in the others.
    let alone = !others.iter().any(|a| a.ops.contains(&right.op) && a.only_fields.is_empty());
    if right.op == Op::Read || !alone {
        return false;
    }
    let values = lifecycle::values(d, e).into_iter().filter(|value| !right.values.contains(value)).collect();
    let (entity, clauses) = (d.entities[e].entity.name.clone(), vec![right.clause]);
    d.feature(Feature::Locked { entity, op: right.op, field: field.to_owned(), values, only: Vec::new(), clauses });
    true
}

/// Who changes or deletes any of them sees them in any state; where there is nobody, who adds them.
fn others_see_them(d: &mut Draft, e: usize) {
    let changes = |a: &Access| a.scope == Scope::All && (a.ops.contains(&Op::Update) || a.ops.contains(&Op::Delete));
    let changers: Vec<Access> = d.entities[e].entity.access.iter().filter(|a| changes(a)).cloned().collect();
    for a in changers {
        for id in a.clauses {
            d.allow(e, a.who.clone(), &[Op::Read], Scope::All, id);
        }
    }
    sight::see_the_others(d, e);
}
