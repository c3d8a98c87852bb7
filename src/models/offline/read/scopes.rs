//! Whose records a right reaches: all, one's own, those below one's own, those assigned.

use super::chunk::Np;
use super::draft::Draft;
use super::lexicon::{nouns, verbs::Class};
use super::sentence::{Pred, Sentence};
use super::tag::Tag;
use crate::models::offline::spec::{Feature, Op, Scope, Who};

/// Whose records: the account's own, those assigned to it, all.
pub fn scope(d: &Draft, si: usize, pred: &Pred, e: usize, np: &Np, ops: &[Op]) -> Scope {
    let s = &d.sentences[si];
    let assigned = np.adjectives().any(|a| a == "assigned")
        || s.lower.contains("assigned to me")
        || s.lower.contains("assigned to them")
        || s.lower.contains("assigned to him")
        || s.lower.contains("assigned to her");
    let named = |w: &Who| if let Who::Role(role) = w { Some(role.clone()) } else { None };
    let roles: Vec<String> = d.actors(pred).iter().filter_map(named).collect();
    if assigned && let Some(field) = super::rules::assignee(d, e, &roles) {
        return Scope::AssignedTo { field };
    }
    if ops == [Op::Create] {
        return Scope::All;
    }
    // what one has booked or bought is one's own affair
    let all = np.det.as_deref() == Some("all") || s.words.get(np.range.start).is_some_and(|w| w.is("all"));
    let everything = all && !np.possessed();
    let ordinary = d.ordinary();
    if d.entities[e].about.is_some()
        && d.has_users()
        && !everything
        && ops == [Op::Read]
        && !pred.verb.passive
        && !d.actors(pred).is_empty()
        && d.actors(pred).iter().all(|w| *w == ordinary)
    {
        return Scope::Own;
    }
    if let Some(held) = super::holders::scope(d, pred, e) {
        return held;
    }
    if made_it(s, pred) && d.has_users() {
        return Scope::Own;
    }
    if d.has_users() && (they_made(d, s, pred, (e, np)).is_some() || the_one_who_adds(d, pred, e, np)) {
        return Scope::Own;
    }
    if let Some(parent) = below(d, pred, e, np)
        && d.has_users()
        && let Some(field) = d.reference(e, &d.entities[parent].entity.name)
    {
        return Scope::OwnParent { field };
    }
    let by_me = s.lower.contains("i have published")
        || s.lower.contains("i published")
        || s.lower.contains("i created")
        || s.lower.contains("i have created")
        || s.lower.contains("i have added")
        || s.lower.contains("i wrote");
    // `one of my plots`
    let np = np.of.as_deref().filter(|_| np.pronoun.is_some() || np.head.is_empty()).unwrap_or(np);
    let own = np.possessed()
        && np.det.as_deref() != Some("our")
        && np.owner.as_deref().is_none_or(|o| d.who(o).is_some_and(|w| d.actors(pred).contains(&w)));
    if (own || by_me) && d.has_users() {
        // `my appointments` of a doctor are those that name the doctor
        let roles: Vec<String> =
            d.actors(pred).iter().filter_map(|w| if let Who::Role(r) = w { Some(r.clone()) } else { None }).collect();
        return match super::rules::names(d, e, &roles) {
            Some(field) => Scope::AssignedTo { field },
            None => Scope::Own,
        };
    }
    if let Some(of) = np.of.as_deref().filter(|o| o.possessed())
        && d.has_users()
    {
        // `the defects of their own flat`
        let name = super::field::identifier(&of.name());
        if d.users.profile.iter().any(|f| f.name == name) && d.field_named(e, &name).is_some() {
            return Scope::SameAs { profile: name.clone(), field: name };
        }
        if let Some(parent) = d.entity_of(of).filter(|p| *p != e)
            && let Some(field) = d.reference(e, &d.entities[parent].entity.name)
        {
            return Scope::OwnParent { field };
        }
    }
    Scope::All
}

/// `Drivers offer rides. The driver can cancel a ride.`: of the many who offer rides, the one who offered it.
fn the_one_who_adds(d: &Draft, pred: &Pred, e: usize, np: &Np) -> bool {
    let [who] = &pred.subject[..] else { return false };
    let one = |np: &Np| matches!(np.det.as_deref(), Some("the" | "its")) && !np.plural && np.mods.is_empty();
    let article = matches!(np.det.as_deref(), Some("a" | "an" | "the"));
    let acts = matches!(pred.verb.class, Class::Update | Class::Delete) && !pred.verb.passive && !pred.verb.negated;
    if !acts || !one(who) || who.of.is_some() || np.plural || !article || !np.mods.is_empty() {
        return false;
    }
    let many_add = |p: &Pred| {
        let makes = p.verb.class == Class::Create && !p.subordinate && !p.verb.negated && !p.verb.passive;
        let theirs = p.subject.iter().any(|other| other.head == who.head && other.plural);
        makes && theirs && p.objects.iter().any(|made| d.entity_of(made) == Some(e))
    };
    d.sentences.iter().flat_map(|s| &s.preds).any(many_add)
}

/// `the owner of a bike or a mechanic`: the owner's own ones, and all of them.
pub fn scope_of(d: &Draft, si: usize, pred: &Pred, who: &Who, (e, np): (usize, &Np), ops: &[Op]) -> Scope {
    scope(d, si, &as_if_alone(d, pred, who), e, np, ops)
}

/// A predicate as if nobody did it beside these.
#[must_use]
pub fn as_if_alone(d: &Draft, pred: &Pred, who: &Who) -> Pred {
    let mut alone = pred.clone();
    let meant = |np: &Np| d.who(np).is_none_or(|w| w == *who);
    if pred.verb.passive {
        for pp in alone.preps.iter_mut().filter(|pp| pp.prep == "by") {
            pp.nps.retain(meant);
        }
    } else {
        alone.subject.retain(meant);
    }
    alone
}

/// `only the person who made a booking can change it`, `by the teacher who reported it`
#[must_use]
pub fn made_it(s: &Sentence, pred: &Pred) -> bool {
    const MADE: [&str; 11] =
        ["made", "created", "added", "booked", "entered", "wrote", "posted", "owns", "reported", "submitted", "handed"];
    let agents = pred.preps.iter().filter(|pp| pp.prep == "by" && pred.verb.passive).flat_map(|pp| &pp.nps);
    pred.subject.iter().chain(agents).any(|np| {
        s.words.get(np.range.end).is_some_and(|w| w.is("who"))
            && s.words[np.range.end..].iter().take(4).any(|w| MADE.contains(&w.lower()))
    })
}

/// `the bookings (that) they have made`, `only the plots he added`: whoever does it made them, and where that is said.
pub fn they_made(d: &Draft, s: &Sentence, pred: &Pred, (e, np): (usize, &Np)) -> Option<std::ops::Range<usize>> {
    let people = |np: &Np| np.pronoun.is_none() && d.who(np).is_some();
    if let Some(range) = super::makers::they_made(d, s, np, e).filter(|_| pred.subject.iter().all(people)) {
        return Some(range);
    }
    const MADE: [&str; 9] = ["make", "create", "add", "enter", "write", "post", "record", "submit", "report"];
    let who = |np: &Np| matches!(np.pronoun.as_deref(), Some("they" | "he" | "she" | "i" | "we"));
    let person = |np: &Np| who(np) || d.who(np).is_some();
    let made = s.preds.iter().find(|p| {
        let near = p.verb.range.start >= np.range.end && p.verb.range.start <= np.range.end + 3;
        p.subordinate
            && near
            && !p.verb.passive
            && !p.verb.negated
            && p.subject.iter().all(who)
            && !p.subject.is_empty()
    })?;
    let own = match made.verb.class {
        Class::Transact => {
            super::access::record_entity(d, made) == Some(e)
                || d.entities[e].about.is_some()
                    && super::things::record_of(made) == Some(d.entities[e].entity.name.as_str())
        }
        _ => MADE.contains(&made.verb.base.as_str()),
    };
    let alone = made.objects.is_empty() && made.preps.is_empty() && pred.subject.iter().all(person);
    (own && alone).then_some(np.range.end..made.verb.range.end)
}

/// Whether a sentence speaks of records that whoever does something with them made.
pub fn says_they_made(d: &Draft, s: &Sentence) -> bool {
    let made = |p: &Pred, np: &Np| d.entity_of(np).is_some_and(|e| they_made(d, s, p, (e, np)).is_some());
    s.preds.iter().any(|p| p.objects.iter().any(|np| np.pronoun.is_none() && made(p, np)))
}

/// `the requests for my own tools`: the record they belong to.
pub fn below(d: &Draft, pred: &Pred, e: usize, np: &Np) -> Option<usize> {
    pred.preps
        .iter()
        .filter(|pp| pp.at == np.range.end && matches!(pp.prep.as_str(), "for" | "of" | "on" | "to" | "in"))
        .flat_map(|pp| &pp.nps)
        .filter(|p| p.possessed() && p.det.as_deref() != Some("our"))
        .find_map(|p| d.entity_of(p).filter(|x| *x != e))
}

/// `the trips of their own children`: nothing of a record tells whose children they are.
pub fn somebody_elses(d: &Draft, e: usize, np: &Np) -> bool {
    d.has_users()
        && np.of.as_deref().is_some_and(|of| {
            of.possessed()
                && of.det.as_deref() != Some("our")
                && of.det.as_deref() != Some("its")
                && d.entity_of(of).is_none_or(|x| x != e && d.reference(e, &d.entities[x].entity.name).is_none())
                && !d.users.profile.iter().any(|f| f.name == super::field::identifier(&of.name()))
                && nouns::person(&of.head).is_some()
        })
}

/// `…, guests only their own`, `…; a hirer sees only their own`: somebody, with the verb of the rest or none, and where it
/// stands.
pub fn without_verb(s: &Sentence) -> Option<(Np, std::ops::Range<usize>)> {
    let end = s.words.iter().rposition(|w| w.tag != Tag::Stop)? + 1;
    let end = if s.words[end - 1].is("ones") { end - 1 } else { end };
    let own = s.words.get(end.checked_sub(1)?)?.is("own");
    let whose = end >= 4 && s.words[end - 2].tag == Tag::Poss;
    if !own || !whose {
        return None;
    }
    let ahead = |i: &usize| matches!(s.words[*i].tag, Tag::Comma | Tag::Conj | Tag::Sub | Tag::Stop);
    let from = (0..end - 2).rev().find(ahead)?;
    // `guests` and `a guest or a hirer` alike
    let np = super::chunk::noun_phrase(&s.words, from + 1).filter(|np| np.range.end <= end - 3)?;
    let between = &s.words[np.range.end..end - 2];
    let only = between.iter().filter(|w| matches!(w.lower(), "only" | "just")).count() == 1;
    let sees = |w: &super::tag::Word| matches!(w.tag, Tag::Verb(_)) && matches!(w.base.as_str(), "see" | "view");
    let small = |w: &super::tag::Word| matches!(w.lower(), "only" | "just") || w.tag == Tag::Modal || sees(w);
    let told = only && between.iter().all(small);
    (told && np.pronoun.is_none() && nouns::person(&np.head).is_some()).then_some((np, from..end))
}

/// What is done with what is seen: `see and delete all bookings`. Nothing where one of it is no such right.
fn done_beside(d: &Draft, s: &Sentence, sees: &Pred, range: &std::ops::Range<usize>) -> Option<Vec<Op>> {
    let beside =
        |p: &&Pred| !p.subordinate && p.verb.range.start > sees.verb.range.start && p.range.start < range.start;
    let also = s.preds.iter().filter(beside).filter(|p| p.subject == sees.subject && p.objects == sees.objects);
    let op = |p: &Pred| match p.verb.class {
        Class::Read => Some(Op::Read),
        Class::Update => Some(Op::Update),
        Class::Delete => Some(Op::Delete).filter(|_| !super::rules::keeps_cancelled(d, p)),
        _ => None,
    };
    std::iter::once(sees).chain(also).map(op).collect()
}

/// `Staff can see all bookings, guests only their own.`
pub fn only_their_own(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    let Some((np, range)) = without_verb(s).filter(|_| d.has_users()) else { return };
    let reads =
        |p: &&Pred| p.verb.class == Class::Read && !p.verb.negated && !p.subordinate && p.range.start < range.start;
    let Some(sees) = s.preds.iter().find(reads) else { return };
    let Some(e) = sees.objects.iter().find_map(|o| d.entity_of(o)) else { return };
    let Some(ops) = done_beside(d, s, sees, &range) else { return };
    let Some(who) = d.role(&np).cloned().map(|role| d.who_of(&role)).filter(|who| *who != Who::Anyone) else { return };
    let roles: Vec<String> = if let Who::Role(role) = &who { vec![role.clone()] } else { Vec::new() };
    let scope = super::rules::names(d, e, &roles).map_or(Scope::Own, |field| Scope::AssignedTo { field });
    d.entities[e].entity.owned |= scope == Scope::Own;
    d.allow(e, who.clone(), &ops, scope.clone(), s.id);
    d.limited.push((e, who, scope));
    d.touch(e, s.id);
    let said: Vec<usize> = (0..s.preds.len()).filter(|pi| range.contains(&s.preds[*pi].verb.range.start)).collect();
    d.done[si].extend(said);
    d.mark(si, range);
}

/// Where a role may only create below what it has access to: comments on granted workouts, quotes for assigned defects.
pub fn create_scope(d: &Draft, si: usize, pred: &Pred, e: usize, who: &Who) -> Option<Scope> {
    let s = &d.sentences[si];
    let named = |w: &Who| if let Who::Role(role) = w { vec![role.clone()] } else { Vec::new() };
    // `reserve a book, except their own books`: of all others
    let leaves_out = |pp: &super::sentence::Pp| matches!(pp.prep.as_str(), "except" | "but" | "besides" | "than");
    for np in pred.preps.iter().filter(|pp| !leaves_out(pp)).flat_map(|pp| &pp.nps) {
        let Some(parent) = d.entity_of(np).filter(|p| *p != e) else { continue };
        let assigned = np.adjectives().any(|a| a == "assigned");
        if assigned && let Some(path) = super::rules::assignee(d, parent, named(who).as_slice()) {
            let reference = format!("{}_id", d.entities[parent].entity.name);
            return Some(Scope::AssignedTo { field: format!("{reference}.{path}") });
        }
        let granted = d.features.iter().any(|f| matches!(f, Feature::Grant { entity, role, .. } if *entity == d.entities[parent].entity.name && (role.is_none() || matches!(who, Who::Role(r) if Some(r) == role.as_ref()))));
        if granted && *who != d.ordinary() {
            return Some(Scope::Granted);
        }
        if np.possessed() && s.role.is_none() {
            return Some(Scope::OwnParent { field: format!("{}_id", d.entities[parent].entity.name) });
        }
    }
    None
}
