//! What a sentence forbids somebody: `must never see each other's workouts`, `cannot be edited`.

use super::access::mark_subject;
use super::chunk::Np;
use super::draft::Draft;
use super::lexicon::words;
use super::sentence::{Pred, Sentence};
use super::tag::Tag;
use crate::models::offline::spec::{Feature, FieldType, Op, Scope, Who};

/// `A member who owes a fee cannot book`, `Blocked members cannot book`, `Members whose fee is due …`: not every member.
pub fn of_some(d: &Draft, s: &Sentence, pred: &Pred) -> bool {
    const EVERY: [&str; 8] =
        ["ordinary", "normal", "regular", "common", "simple", "registered", "logged-in", "signed-in"];
    let told = |np: &Np| {
        let plain = |a: &str| words::light(a) || EVERY.contains(&a) || a == "other";
        d.role(np).is_some_and(|r| np.adjectives().any(|a| !plain(a) && !r.name.split('_').any(|part| part == a)))
    };
    let limited = |np: &Np| {
        let after = s.words.get(np.range.end..pred.verb.range.start.max(np.range.end)).unwrap_or_default();
        after.iter().any(|w| w.tag == Tag::Rel)
    };
    // `cannot join two shifts that overlap`: one of them they can
    let some = |np: &Np| s.words.get(np.range.end).is_some_and(|w| w.tag == Tag::Rel) || np.number.is_some();
    pred.subject.iter().any(|np| limited(np) || !pred.verb.passive && told(np)) || pred.objects.iter().any(some)
}

/// `must never see each other's workouts`, `cannot be edited`, `a tenant cannot delete a defect`
pub fn negated(d: &mut Draft, si: usize, pi: usize, pred: &Pred, whos: &[Who], targets: &[(usize, Np)], ops: &[Op]) {
    let s = &d.sentences[si];
    let others = s.lower.contains("each other")
        || s.lower.contains("other user")
        || s.lower.contains("other people")
        || s.lower.contains("others'")
        || s.lower.contains("of others")
        || s.lower.contains("one another")
        || s.lower.contains("someone else")
        || s.lower.contains("another ")
        || s.lower.contains(" other ");
    for (e, np) in targets {
        d.touch(*e, s.id);
        if others && ops == [Op::Read] {
            let entity = &mut d.entities[*e].entity;
            entity.owned = true;
            if !entity.private.contains(&s.id) {
                entity.private.push(s.id);
            }
            d.mark(si, 0..s.words.len());
        } else if others {
            d.entities[*e].entity.owned = true;
            let who = whos.first().cloned().unwrap_or_else(|| d.ordinary());
            d.allow(*e, who, ops, Scope::Own, s.id);
            d.mark(si, 0..s.words.len());
        } else if whos.is_empty() {
            // no longer than some condition: the rules read those first
            let conditional = pred.preps.iter().any(|pp| matches!(pp.prep.as_str(), "after" | "before" | "once"))
                || s.preds.iter().any(|p| p.subordinate)
                // `Suppliers with open orders can't be deleted`: not every supplier
                || s.words[..pred.verb.range.start].iter().any(|w| matches!(w.lower(), "with" | "without"));
            let states: Vec<String> = np.adjectives().map(str::to_owned).collect();
            let locked = d.status(*e).filter(|f| {
                let values = d.entities[*e].entity.fields.iter().find(|x| x.name == *f).map(|x| x.ty.clone());
                matches!(values, Some(FieldType::Choice { values }) if states.iter().any(|s| values.contains(s)))
            });
            if let Some(field) = locked {
                for op in ops {
                    let entity = d.entities[*e].entity.name.clone();
                    d.feature(Feature::Locked {
                        entity,
                        op: *op,
                        field: field.clone(),
                        values: states.clone(),
                        clauses: vec![s.id],
                    });
                }
                d.mark_verb(si, pred);
                d.mark(si, np.range.clone());
            } else if !conditional && states.iter().all(|x| words::light(x)) {
                for op in ops {
                    let entity = d.entities[*e].entity.name.clone();
                    d.feature(Feature::Forbid { entity, op: *op, clauses: vec![s.id] });
                }
                d.mark_verb(si, pred);
                d.mark_np(si, np);
            }
        } else {
            d.denials.push((*e, whos.to_vec(), ops.to_vec(), s.id));
            d.mark_verb(si, pred);
            d.mark_np(si, np);
            mark_subject(d, si, pred);
        }
    }
    if !targets.is_empty() {
        d.done[si].insert(pi);
    }
}
