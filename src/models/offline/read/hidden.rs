//! `Sold books are not listed.`, `Drafts are hidden from readers.`, `The owner can hide a bouquet.`: records in some state that
//! others do not see.

use super::chunk::Np;
use super::closed::many;
use super::draft::Draft;
use super::lexicon::words;
use super::once_shown;
use super::rights::unique;
use super::sentence::{Pred, Sentence};
use super::sight::see_the_others;
use crate::domain::ClauseId;
use crate::models::offline::spec::{Access, FieldType, Op, Scope, Who};

/// What a sentence hides, and from whom: from some, or from all but some.
struct Hidden {
    values: Vec<String>,
    from: Option<Vec<Who>>,
    spared: Vec<Who>,
    clause: ClauseId,
}

const HIDDEN: &str = "hidden";

/// Keeps records in such states from those who are not to see them.
pub fn settle(d: &mut Draft, e: usize) {
    let Some(field) = d.status(e) else { return };
    let of = d.entities[e].entity.fields.iter().find(|f| f.name == field);
    let Some(FieldType::Choice { values }) = of.map(|f| f.ty.clone()) else { return };
    let sentences = d.sentences;
    for (si, s) in sentences.iter().enumerate().filter(|(_, s)| !s.heading) {
        if let Some(shown) = once_shown::read(d, si, e) {
            let hidden = Hidden { values: vec![], from: None, spared: keepers(d, e), clause: s.id };
            if narrow(d, e, &hidden, &Scope::Where { field: field.clone(), values: shown }) {
                d.touch(e, s.id);
                d.mark(si, 0..s.words.len());
                d.done[si].extend(0..s.preds.len());
            }
            continue;
        }
        for (pi, pred) in s.preds.iter().enumerate() {
            let Some(hidden) = passively(d, s, pred, e, &values).or_else(|| actively(d, s, pred, e, &values)) else {
                continue;
            };
            let shown: Vec<String> = values.iter().filter(|v| !hidden.values.contains(v)).cloned().collect();
            if shown.is_empty() || !narrow(d, e, &hidden, &Scope::Where { field: field.clone(), values: shown }) {
                continue;
            }
            d.touch(e, s.id);
            if pred.verb.passive {
                mark(d, si, pred);
                d.done[si].insert(pi);
            }
        }
    }
}

/// `Sold books are not listed`, `Sold books are hidden from customers`
fn passively(d: &Draft, s: &Sentence, pred: &Pred, e: usize, values: &[String]) -> Option<Hidden> {
    let hides = match pred.verb.base.as_str() {
        "hide" => !pred.verb.negated,
        "list" | "show" | "display" | "see" => pred.verb.negated,
        _ => false,
    };
    let [np] = &pred.subject[..] else { return None };
    if !(hides && pred.verb.passive) || pred.subordinate || !names(d, np, e) {
        return None;
    }
    let of_state: Vec<String> = np.adjectives().filter(|a| values.iter().any(|v| v == a)).map(str::to_owned).collect();
    let told = np.adjectives().all(|a| words::light(a) || of_state.iter().any(|v| v == a));
    let whom: Vec<&Np> = pred.preps.iter().flat_map(|pp| &pp.nps).collect();
    let people = |prep: &str| matches!(prep, "from" | "to" | "for" | "by");
    let whos: Vec<Who> = whom.iter().filter_map(|np| d.role(np).map(|role| d.who_of(role))).collect();
    let known = whos.len() == whom.len() && pred.preps.iter().all(|pp| people(&pp.prep) && !pp.nps.is_empty());
    if of_state.is_empty() || !told || !known {
        return None;
    }
    let from = Some(whos).filter(|whos| !whos.is_empty());
    Some(Hidden { values: of_state, from, spared: keepers(d, e), clause: s.id })
}

/// `The owner can hide a bouquet`: whoever hides some goes on seeing them, and whoever changes any.
fn actively(d: &Draft, s: &Sentence, pred: &Pred, e: usize, values: &[String]) -> Option<Hidden> {
    let [np] = &pred.objects[..] else { return None };
    let hides = pred.verb.base == "hide" && !pred.verb.passive && !pred.verb.negated && !pred.subordinate;
    let spared = d.actors(pred);
    if !hides || spared.is_empty() || !names(d, np, e) || !pred.preps.is_empty() {
        return None;
    }
    let values = values.iter().filter(|v| *v == HIDDEN).cloned().collect::<Vec<_>>();
    let spared = unique(spared.into_iter().chain(keepers(d, e)));
    (!values.is_empty()).then_some(Hidden { values, from: None, spared, clause: s.id })
}

fn names(d: &Draft, np: &Np, e: usize) -> bool {
    np.pronoun.is_none() && d.find(&np.name()).or_else(|| d.find(&np.head)) == Some(e)
}

/// Those who change any of the records, and those who keep them for others.
fn keepers(d: &Draft, e: usize) -> Vec<Who> {
    let keeps = |a: &&Access| {
        let changes = a.ops.iter().any(|op| matches!(op, Op::Update | Op::Delete)) && a.scope == Scope::All;
        changes || a.ops.contains(&Op::Create) && !many(d, &a.who)
    };
    let named = |who: &Who| matches!(who, Who::Role(_));
    unique(d.entities[e].entity.access.iter().filter(keeps).map(|a| a.who.clone()).filter(named))
}

/// Whoever of many adds some sees their own in any state.
fn see_their_own(d: &mut Draft, e: usize, clause: ClauseId) {
    let adds = |a: &&Access| a.ops.contains(&Op::Create) && a.who != Who::Anyone && many(d, &a.who);
    let makers = unique(d.entities[e].entity.access.iter().filter(adds).map(|a| a.who.clone()));
    for who in makers {
        d.entities[e].entity.owned = true;
        d.allow(e, who, &[Op::Read], Scope::Own, clause);
    }
}

/// Leaves those from whom they are hidden the others. Nothing where nobody would be kept from any.
fn narrow(d: &mut Draft, e: usize, hidden: &Hidden, scope: &Scope) -> bool {
    let wide = |who: &Who| matches!(who, Who::Anyone | Who::SignedIn);
    let meant = |who: &Who| match &hidden.from {
        Some(from) => from.contains(who) || wide(who),
        None => !hidden.spared.contains(who),
    };
    let mut narrowed: Vec<Who> = Vec::new();
    for a in d.entities[e].entity.access.iter_mut().filter(|a| a.ops == [Op::Read] && a.scope == Scope::All) {
        if meant(&a.who) {
            a.scope = scope.clone();
            a.clauses.push(hidden.clause);
            narrowed.push(a.who.clone());
        }
    }
    // whom the text does not keep from them sees them as before
    let others: Vec<Who> = match &hidden.from {
        Some(from) => {
            let kept = |who: &Who| !from.contains(who) && !many(d, who);
            d.roles.iter().map(|r| d.who_of(r)).filter(kept).collect()
        }
        None => hidden.spared.clone(),
    };
    if narrowed.iter().any(wide) {
        for who in others {
            d.allow(e, who, &[Op::Read], Scope::All, hidden.clause);
        }
    }
    if !narrowed.is_empty() {
        see_their_own(d, e, hidden.clause);
        see_the_others(d, e);
    }
    !narrowed.is_empty()
}

fn mark(d: &mut Draft, si: usize, pred: &Pred) {
    d.mark_verb(si, pred);
    for np in &pred.subject {
        d.mark(si, np.range.clone());
    }
    for pp in &pred.preps {
        d.mark(si, pp.at..pp.at + 1);
        for np in &pp.nps {
            d.mark_np(si, np);
        }
    }
}
