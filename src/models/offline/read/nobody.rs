//! Bans on everybody, and who is left out of them: `Nobody but the board may approve requests`, `Nobody changes a fee, only the
//! steward does`.

use super::access::mark_subject;
use super::chunk::{Np, noun_phrase};
use super::draft::Draft;
use super::lexicon::verbs::Class;
use super::relations::mark_places;
use super::sentence::{Pred, Sentence};
use super::tag::Tag;
use crate::domain::ClauseId;
use crate::models::offline::spec::{Access, Op, Scope, Who};

/// Whether nobody is who does it.
fn banned(pred: &Pred) -> bool {
    pred.subject.iter().any(|np| np.pronoun.as_deref() == Some("nobody"))
}

/// `Nobody but the board may approve requests`: those who are left out of a ban on everybody.
#[must_use]
pub fn but_for(d: &Draft, s: &Sentence, pred: &Pred) -> Option<Vec<Who>> {
    let owned = pred.subject.iter().chain(&pred.objects).any(Np::possessed);
    if owned { None } else { left_out(d, s, pred) }
}

/// The same of whatever records: `Nobody but the warden sees other members' bookings`.
#[must_use]
pub fn left_out(d: &Draft, s: &Sentence, pred: &Pred) -> Option<Vec<Who>> {
    // `except the person who wrote it` is another right
    let plain = |np: &Np| s.words.get(np.range.end).is_none_or(|w| w.tag != Tag::Rel);
    let phrases = excepted(s, pred);
    let whos: Vec<Who> = phrases.iter().filter(|np| plain(np)).filter_map(|np| d.who(np)).collect();
    let known = !whos.is_empty() && whos.len() == phrases.len() && !whos.contains(&Who::Anyone);
    known.then_some(whos)
}

/// The phrases for those who are left out.
pub(super) fn excepted(s: &Sentence, pred: &Pred) -> Vec<Np> {
    let excepts = |i: &usize| matches!(s.words[*i].lower(), "but" | "except" | "than" | "besides");
    let Some(first) = pred.subject.first().filter(|_| banned(pred)) else { return Vec::new() };
    match (first.range.start..pred.range.end.min(s.words.len())).find(excepts) {
        Some(at) if at < pred.verb.range.start => listed(s, at + 1, pred.verb.range.start),
        Some(at) => listed(s, at + 1, pred.range.end),
        None => doer(s, pred).map(|p| p.subject.clone()).unwrap_or_default(),
    }
}

/// `the steward and the warden`: the phrases of a list that ends before `end`.
pub(super) fn listed(s: &Sentence, from: usize, end: usize) -> Vec<Np> {
    let mut out = Vec::new();
    let mut at = from;
    while let Some(np) = noun_phrase(&s.words, at).filter(|np| np.range.end <= end) {
        at = np.range.end;
        out.push(np);
        match s.words.get(at) {
            Some(w) if w.tag == Tag::Conj && at < end => at += 1,
            _ => break,
        }
    }
    out
}

/// A verb that only stands for the one before it: `does`, `may`.
fn stands_for_another(pred: &Pred) -> bool {
    let bare = pred.objects.is_empty() && pred.preps.is_empty() && !pred.subordinate;
    pred.verb.base == "do" && pred.verb.modal.is_some() && bare
}

/// `nobody changes a fee, only the steward does`: who does it, if nobody else.
fn doer<'s>(s: &'s Sentence, pred: &Pred) -> Option<&'s Pred> {
    let at = s.preds.iter().position(|p| p.verb.range == pred.verb.range)?;
    let does = |p: &&Pred| stands_for_another(p) && p.only && !p.verb.negated;
    s.preds.get(at + 1).filter(does)
}

/// Marks the short sentence behind a comma as read where the one before it was: `…, only the steward does`, and
/// `Only the steward changes a fee, nobody else does`.
pub fn short(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    for (pi, pair) in s.preds.windows(2).enumerate() {
        let [said, short] = pair else { continue };
        let nobody_else = said.only && banned(short) && !said.verb.negated;
        let but_them = banned(said) && short.only && !short.verb.negated;
        let read = d.done[si].contains(&pi) && !d.done[si].contains(&(pi + 1));
        if !(stands_for_another(short) && read && (nobody_else || but_them)) {
            continue;
        }
        d.mark_verb(si, short);
        mark_subject(d, si, short);
        let from = said.range.end.min(short.verb.range.start);
        for i in
            (from.saturating_sub(1)..short.verb.range.start).filter(|i| matches!(s.words[*i].lower(), "only" | "else"))
        {
            d.mark(si, i..i + 1);
        }
        d.done[si].insert(pi + 1);
    }
}

/// `The janitor deletes defects, nobody else can, except the caretaker.`: what the sentence before gave is theirs alone.
pub fn else_than(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    for (pi, pair) in s.preds.windows(2).enumerate() {
        let [said, short] = pair else { continue };
        let excepts = |pp: &super::sentence::Pp| matches!(pp.prep.as_str(), "except" | "but" | "besides");
        let bare = short.verb.base == "do" && short.objects.is_empty() && short.preps.iter().all(excepts);
        let read = d.done[si].contains(&pi) && !d.done[si].contains(&(pi + 1));
        if !(bare && banned(short) && read) || said.verb.negated || short.subordinate {
            continue;
        }
        let left_out = excepted(s, short);
        let whos: Vec<Who> = left_out.iter().filter_map(|np| d.role(np).map(|role| d.who_of(role))).collect();
        let holders = if said.verb.passive { super::decisions::agents_by(d, said) } else { d.actors(said) };
        if whos.len() < left_out.len() || holders.is_empty() || holders.contains(&Who::Anyone) {
            continue;
        }
        share(d, s.id, &holders, &whos);
        d.mark_verb(si, short);
        mark_subject(d, si, short);
        for np in &left_out {
            d.mark_np(si, np);
        }
        let small: Vec<usize> = short.preps.iter().map(|pp| pp.at).collect();
        d.mark_words(si, &small);
        d.done[si].insert(pi + 1);
    }
}

/// Gives what a sentence gave to some to others, too, and to nobody else.
fn share(d: &mut Draft, id: ClauseId, holders: &[Who], others: &[Who]) {
    let all: Vec<Who> = holders.iter().chain(others).cloned().collect();
    for e in 0..d.entities.len() {
        let given = |a: &&Access| a.clauses.contains(&id) && holders.contains(&a.who);
        let rows: Vec<Access> = d.entities[e].entity.access.iter().filter(given).cloned().collect();
        for a in rows {
            for who in others {
                d.allow_fields(e, who.clone(), &a.ops, a.scope.clone(), &a.only_fields, id);
            }
            if a.only_fields.is_empty() {
                d.exclusive(e, &a.ops, &all, id);
            }
        }
    }
}

/// `Nobody else may change a course than the trainer who created it.`
pub fn nobody_but(d: &mut Draft, si: usize, pi: usize, pred: &Pred, targets: &[(usize, Np)], ops: &[Op]) -> bool {
    let s = &d.sentences[si];
    if !banned(pred) || !pred.verb.negated {
        return false;
    }
    // `Nobody can delete his or her own loan`: others can
    if pred.objects.iter().any(|np| np.mods.iter().any(|m| m == "own")) {
        return true;
    }
    let except = excepted(s, pred);
    let whos: Vec<Who> = except.iter().filter_map(|np| d.who(np)).filter(|w| *w != Who::Anyone).collect();
    if whos.is_empty() {
        // who else may is said elsewhere: without that it is no rule
        return s.lower.contains(" else");
    }
    let creator = ["who created", "who added", "who wrote", "who entered", "who posted", "who made"]
        .iter()
        .any(|w| s.lower.contains(w));
    // `Nobody sees the bookings of others except the warden`: their own they see
    let own_aside = ops == [Op::Read] && !creator && super::bans::of_others(s);
    for (e, np) in targets {
        let scope = if creator { Scope::Own } else { Scope::All };
        if own_aside {
            super::bans::unseen_by_others(d, *e, &whos, s.id);
        }
        if creator {
            d.entities[*e].entity.owned = true;
        }
        for who in &whos {
            d.allow(*e, who.clone(), ops, scope.clone(), s.id);
        }
        if !own_aside {
            d.exclusive(*e, ops, &whos, s.id);
        }
        d.touch(*e, s.id);
        d.mark_np(si, np);
    }
    d.mark_verb(si, pred);
    for np in &except {
        d.mark_np(si, np);
    }
    for i in 0..s.words.len() {
        if matches!(s.words[i].lower(), "nobody" | "else") {
            d.mark(si, i..i + 1);
        }
    }
    if creator {
        for p in s.preds.iter().filter(|p| p.subordinate) {
            d.mark(si, p.range.clone());
        }
    }
    mark_places(d, si, pred);
    d.done[si].insert(pi);
    true
}

/// `Nobody changes the fee, only the steward does`: one property of a record, which is kept from all others.
pub fn property_but(d: &mut Draft, si: usize, pi: usize, pred: &Pred) -> bool {
    let s = &d.sentences[si];
    let ([np], Class::Update) = (&pred.objects[..], pred.verb.class) else { return false };
    let record = d.find(&np.head).is_some() || d.find(&np.name()).is_some() || np.pronoun.is_some();
    let Some(whos) = but_for(d, s, pred).filter(|_| !record && pred.preps.is_empty()) else { return false };
    let [(e, field)] = &super::bans::whose_property(d, np)[..] else { return false };
    keep_property(d, (*e, field), &whos, s.id);
    d.mark_verb(si, pred);
    mark_subject(d, si, pred);
    for np in excepted(s, pred).iter().chain([np]) {
        d.mark_np(si, np);
    }
    d.done[si].insert(pi);
    true
}

/// `Only the manager can change a price`: the same.
pub fn property_alone(d: &mut Draft, si: usize, pi: usize, pred: &Pred, whos: &[Who]) -> bool {
    let s = &d.sentences[si];
    let ([np], Class::Update, true) = (&pred.objects[..], pred.verb.class, pred.only) else { return false };
    let plain = !pred.verb.negated && !pred.verb.passive && pred.preps.is_empty() && s.preds.len() == 1;
    let record = d.find(&np.head).is_some() || d.find(&np.name()).is_some() || np.pronoun.is_some();
    let roles = !whos.is_empty() && whos.len() == pred.subject.len() && whos.iter().all(|w| matches!(w, Who::Role(_)));
    if !plain || record || !roles || np.possessed() {
        return false;
    }
    let [(e, field)] = &super::bans::whose_property(d, np)[..] else { return false };
    keep_property(d, (*e, field), whos, s.id);
    d.mark_verb(si, pred);
    mark_subject(d, si, pred);
    d.mark_np(si, np);
    let only = pred.subject[0].range.start;
    d.mark(si, only.saturating_sub(1)..only);
    d.done[si].insert(pi);
    true
}

/// Lets these change a property, and nobody else.
fn keep_property(d: &mut Draft, (e, field): (usize, &String), whos: &[Who], id: ClauseId) {
    let all = d.roles.iter().map(|r| Who::Role(r.name.clone()));
    let others: Vec<Who> = all.filter(|who| !whos.contains(who)).collect();
    let changes = |a: &Access, who: &Who| a.who == *who && a.ops.contains(&Op::Update);
    for who in whos {
        if !d.entities[e].entity.access.iter().any(|a| changes(a, who)) {
            d.allow_fields(e, who.clone(), &[Op::Update], Scope::All, std::slice::from_ref(field), id);
        }
    }
    d.property_bans.push((e, field.clone(), others, id));
    d.touch(e, id);
}
