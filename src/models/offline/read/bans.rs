//! What a sentence forbids somebody: `must never see each other's workouts`, `cannot be edited`.

use super::access::mark_subject;
use super::chunk::Np;
use super::draft::Draft;
use super::lexicon::{nouns, verbs::Class, words};
use super::sentence::{Pred, Sentence};
use super::tag::Tag;
use crate::domain::ClauseId;
use crate::models::offline::spec::{Access, Feature, FieldRule, FieldType, Op, Rule, Scope, Who};

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
    // `Readers under 16 cannot comment`, `A member with an overdue tool cannot borrow`, `Readers younger than …`
    let narrowed = |np: &Np| {
        let after = s.words.get(np.range.end..pred.verb.range.start.max(np.range.end)).unwrap_or_default();
        // `Nobody except the steward …` leaves some out of a ban on all
        let left_out =
            |w: &super::tag::Word| matches!(w.lower(), "of" | "but" | "except" | "besides" | "other" | "apart");
        let narrows = |w: &&super::tag::Word| matches!(w.tag, Tag::Prep | Tag::Adj | Tag::Verb(_)) && !left_out(w);
        after.first().filter(narrows).is_some()
    };
    // `cannot join two shifts that overlap`: one of them they can
    let some = |np: &Np| {
        // `cannot rate a room they have not booked`
        let whose = |w: &super::tag::Word| {
            w.tag == Tag::Rel || matches!(w.lower(), "they" | "he" | "she" | "it" | "you" | "we" | "i")
        };
        // the `which` of `comments which they cannot change` stands before the verb, and for all of them
        let behind = np.range.start >= pred.verb.range.end;
        behind && s.words.get(np.range.end).is_some_and(whose) || np.number.is_some()
    };
    let known = |np: &Np| limited(np) || !pred.verb.passive && (told(np) || narrowed(np));
    pred.subject.iter().any(known) || pred.objects.iter().any(some)
}

/// `Members must not change the deposit.`: one property of a record. Who may change it is settled when all rights are known.
pub fn of_property(d: &mut Draft, si: usize, pi: usize, pred: &Pred, whos: &[Who]) -> bool {
    let s = &d.sentences[si];
    let [np] = &pred.objects[..] else { return false };
    let says = pred.verb.class == Class::Update && pred.verb.negated && !pred.verb.passive && pred.preps.is_empty();
    let roles = !whos.is_empty() && whos.len() == pred.subject.len() && whos.iter().all(|w| matches!(w, Who::Role(_)));
    let property = nouns::property(&np.head).is_some() && d.find(&np.head).is_none() && d.find(&np.name()).is_none();
    if !(says && roles && property) || np.possessed() || s.preds.len() > 1 {
        return false;
    }
    let [(e, field)] = &whose_property(d, np)[..] else { return false };
    d.property_bans.push((*e, field.clone(), whos.to_vec(), s.id));
    d.touch(*e, s.id);
    d.mark_verb(si, pred);
    mark_subject(d, si, pred);
    d.mark_np(si, np);
    d.done[si].insert(pi);
    true
}

/// The records that have the property a phrase names, and what it is called there.
pub fn whose_property(d: &Draft, np: &Np) -> Vec<(usize, String)> {
    let all = d.entity_of(np).map_or_else(|| (0..d.entities.len()).collect(), |e| vec![e]);
    all.into_iter().filter_map(|e| Some((e, d.field_of(e, np)?))).collect()
}

/// What [`of_property`] read: nobody else is kept from it, and somebody must be able to do it.
pub fn settle(d: &mut Draft) {
    for (e, field, whos, id) in std::mem::take(&mut d.property_bans) {
        let access = &mut d.entities[e].entity.access;
        let changes =
            |a: &Access| a.ops.contains(&Op::Update) && (a.only_fields.is_empty() || a.only_fields.contains(&field));
        let everybody = |who: &Who| matches!(who, Who::Anyone | Who::SignedIn);
        let banned = |who: &Who| whos.contains(who) || everybody(who);
        let mut rest: Vec<Who> = Vec::new();
        for a in access.iter().filter(|a| changes(a) && !banned(&a.who)) {
            if !rest.contains(&a.who) {
                rest.push(a.who.clone());
            }
        }
        let could = access.iter().any(|a| changes(a) && banned(&a.who));
        // whoever adds a record says what the property is, and only from then on may not change it
        let adds = access.iter().any(|a| a.ops.contains(&Op::Create) && banned(&a.who));
        if rest.is_empty() {
            d.gap(id, &field.replace('_', " "), super::lexicon::NOT_UNDERSTOOD, true);
        } else if could && adds {
            let fields: Vec<String> = d.entities[e].entity.fields.iter().map(|f| f.name.clone()).collect();
            let access = &mut d.entities[e].entity.access;
            access.retain(|a| a.only_fields != [field.clone()] || !banned(&a.who));
            for a in access.iter_mut().filter(|a| a.ops == [Op::Update] && changes(a) && banned(&a.who)) {
                let may = if a.only_fields.is_empty() { &fields } else { &a.only_fields };
                a.only_fields = may.iter().filter(|f| **f != field).cloned().collect();
                a.clauses.push(id);
            }
            access.retain(|a| !(a.ops == [Op::Update] && banned(&a.who) && a.only_fields.is_empty()));
        } else if could {
            let entity = d.entities[e].entity.name.clone();
            super::decisions::merge_guard(d, &entity, &field, &rest, id);
        } else {
            for a in access.iter_mut().filter(|a| changes(a) && !a.clauses.contains(&id)) {
                a.clauses.push(id);
            }
        }
    }
}

/// `cannot be entered for a day in the past`, `cannot be changed on the day`: at some time, in some way. That nothing may be
/// added at all is said without more.
fn somehow(pred: &Pred, ops: &[Op]) -> bool {
    let timed = |np: &Np| nouns::property(&np.head).is_some_and(|ty| ty.is_when());
    let more = |pp: &super::sentence::Pp| match pp.prep.as_str() {
        "by" | "to" | "from" | "of" => false,
        "during" | "within" | "until" | "without" | "while" => true,
        _ => {
            ops == [Op::Create]
                || pp.nps.iter().any(|np| timed(np) || matches!(np.head.as_str(), "past" | "future" | "advance"))
        }
    };
    pred.preps.iter().any(more)
}

/// `Readers cannot comment if they are under 16`: where no rule knows the condition, it is no ban without it.
fn on_condition(d: &Draft, si: usize) -> bool {
    let s = &d.sentences[si];
    let unread = |(pi, p): (usize, &Pred)| p.subordinate && !d.done[si].contains(&pi);
    s.words.iter().any(|w| w.tag == Tag::Sub && !w.is("that")) && s.preds.iter().enumerate().any(unread)
}

/// `Trips of last year cannot be changed`: those of a time, and no others.
fn of_some_time(np: &Np) -> bool {
    let time = |of: &Np| {
        matches!(of.head.as_str(), "year" | "month" | "week" | "day" | "season" | "quarter" | "today" | "yesterday")
    };
    np.of.as_deref().is_some_and(time)
}

/// `Approved expenses cannot be changed by the employee`: those, and no others.
fn in_some_state(np: &Np) -> bool {
    np.pronoun.is_none() && !np.adjectives().all(words::light)
}

/// Whether a sentence speaks of what is somebody else's.
pub fn of_others(s: &Sentence) -> bool {
    const OTHERS: [&str; 12] = [
        "each other",
        "other user",
        "other people",
        "others'",
        "of others",
        "one another",
        "someone else",
        "somebody else",
        "anyone else",
        "anybody else",
        "another ",
        " other ",
    ];
    OTHERS.iter().any(|words| s.lower.contains(words))
}

/// Records that nobody sees but whoever added them, and these.
pub fn unseen_by_others(d: &mut Draft, e: usize, seers: &[Who], id: ClauseId) {
    let entity = &mut d.entities[e].entity;
    entity.owned = true;
    if !entity.private.contains(&id) {
        entity.private.push(id);
    }
    // Where nobody is named, it is what is supposed of them anyway.
    if !seers.is_empty() {
        let who = d.ordinary();
        d.allow(e, who, &[Op::Read], Scope::Own, id);
    }
    for who in seers {
        d.allow(e, who.clone(), &[Op::Read], Scope::All, id);
    }
}

/// `must never see each other's workouts`, `cannot be edited`, `a tenant cannot delete a defect`
pub fn negated(d: &mut Draft, si: usize, pi: usize, pred: &Pred, whos: &[Who], targets: &[(usize, Np)], ops: &[Op]) {
    let s = &d.sentences[si];
    // `may not be deleted by anyone`: nobody is named
    let mut by = pred.preps.iter().filter(|pp| pp.prep == "by").flat_map(|pp| &pp.nps);
    let by_anyone = by.any(|np| matches!(np.pronoun.as_deref(), Some("anyone" | "anybody")));
    let whos = if by_anyone { &[] } else { whos };
    let others = of_others(s);
    for (e, np) in targets {
        d.touch(*e, s.id);
        // `Refused suggestions are not shown to other readers`: the others are
        let others = others && (ops != [Op::Read] || super::lifecycle::before(d, np, *e).is_empty());
        if others && ops == [Op::Read] {
            let seers = super::nobody::left_out(d, s, pred).unwrap_or_default();
            unseen_by_others(d, *e, &seers, s.id);
            // whoever is named sees no more than that, whatever they would see by default
            let named = whos.iter().filter(|who| matches!(who, Who::Role(_)));
            d.limited.extend(named.map(|who| (*e, who.clone(), Scope::Own)));
            d.mark(si, 0..s.words.len());
        } else if others {
            d.entities[*e].entity.owned = true;
            let who = whos.first().cloned().unwrap_or_else(|| d.ordinary());
            d.allow(*e, who, ops, Scope::Own, s.id);
            d.mark(si, 0..s.words.len());
        } else if whos.is_empty() || in_some_state(np) {
            // no longer than some condition: the rules read those first
            let conditional = pred.preps.iter().any(|pp| matches!(pp.prep.as_str(), "after" | "before" | "once"))
                || somehow(pred, ops)
                || of_some_time(np)
                // `Trips of the past …`
                || s.words[..pred.verb.range.start].windows(3).any(|w| w[0].is("of") && w[1].is("the") && w[2].is("past"))
                || s.preds.iter().any(|p| p.subordinate)
                // `Suppliers with open orders can't be deleted`: not every supplier
                || s.words[..pred.verb.range.start].iter().any(|w| matches!(w.lower(), "with" | "without"))
                // `A rehearsal in the past cannot be changed`
                || pred.verb.passive
                    && s.words[np.head_at..pred.verb.range.start.max(np.head_at)]
                        .iter()
                        .any(|w| w.tag == Tag::Prep && !w.is("of"));
            // `honorary members` are told apart by their state, whatever kind of word it is
            let kinds = np.nouns.iter().filter(|n| super::lifecycle::values(d, *e).contains(n)).cloned();
            let states: Vec<String> = np.adjectives().map(str::to_owned).chain(kinds).collect();
            let locked = d.status(*e).filter(|f| {
                let values = d.entities[*e].entity.fields.iter().find(|x| x.name == *f).map(|x| x.ty.clone());
                matches!(values, Some(FieldType::Choice { values }) if states.iter().any(|s| values.contains(s)))
            });
            if locked.is_some() && ops == [Op::Read] {
                // `Sold books are not listed`: who does not see them is settled when it is known who sees the others
            } else if let Some(field) = locked {
                for op in ops {
                    let entity = d.entities[*e].entity.name.clone();
                    d.feature(Feature::Locked {
                        entity,
                        op: *op,
                        field: field.clone(),
                        values: states.clone(),
                        only: Vec::new(),
                        clauses: vec![s.id],
                    });
                }
                d.mark_verb(si, pred);
                d.mark(si, np.range.clone());
                // who is named is looked at when all rights are known: others may do it still
                mark_subject(d, si, pred);
                for np in pred.preps.iter().filter(|pp| pp.prep == "by").flat_map(|pp| &pp.nps) {
                    d.mark_np(si, np);
                }
            } else if !whos.is_empty() {
                continue;
            } else if nouns::property(&np.head).is_some() && d.find(&np.head).is_none() && d.find(&np.name()).is_none()
            {
                // one property of the records, and not all that they are
                let field = d.field_of(*e, np).filter(|_| !conditional && ops == [Op::Update]);
                let rule = FieldRule { rule: Rule::Immutable, clauses: vec![s.id] };
                let Some(f) = field.and_then(|name| d.field_mut(*e, &name)) else { continue };
                f.rules.push(rule);
                d.mark_verb(si, pred);
                d.mark(si, np.range.clone());
            } else if !conditional
                && states.iter().all(|x| words::light(x))
                && (np.nouns.is_empty() || d.find(&np.name()).is_some())
            {
                for op in ops {
                    let entity = d.entities[*e].entity.name.clone();
                    d.feature(Feature::Forbid { entity, op: *op, clauses: vec![s.id] });
                }
                d.mark_verb(si, pred);
                d.mark_np(si, np);
            }
        } else if !somehow(pred, ops) && !on_condition(d, si) {
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
