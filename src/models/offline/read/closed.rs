//! What a sentence restricts in words that were not understood is opened to nobody: the right that the rest of it would give
//! reaches no further than to whoever made a record, and the clause is a gap that says so.

use super::chunk::{Item, Np};
use super::draft::Draft;
use super::gaps;
use super::lexicon::{nouns::Person, verbs::Class};
use super::sentence::{Pred, Sentence};
use super::tag::{Tag, Word};
use crate::models::offline::spec::{Access, Entity, Op, Scope, Who};
use std::ops::Range;

/// Whether a word leaves somebody or some records out.
fn leaves_out(w: &Word) -> bool {
    matches!(
        w.lower(),
        "unless" | "except" | "besides" | "whoever" | "themselves" | "himself" | "herself" | "only" | "just"
    )
}

/// `the games they played`: what people have to do with some of the records, and not with all.
fn theirs(s: &Sentence, at: usize) -> bool {
    let named = at.checked_sub(1).is_some_and(|before| s.words[before].tag == Tag::Noun);
    let clause = |p: &Pred| p.subordinate && !p.verb.negated && p.subject.iter().any(|np| np.range.start == at);
    named && matches!(s.words[at].lower(), "they" | "he" | "she") && s.preds.iter().any(clause)
}

/// `withdraw a report on the same day`
fn same_time(s: &Sentence, at: usize) -> bool {
    let time = |w: &Word| matches!(w.base.as_str(), "day" | "evening" | "morning" | "week" | "month" | "year" | "hour");
    s.words[at].is("same") && s.words.get(at + 1).is_some_and(time)
}

/// `changed within 3 days`, `changed for a week`
fn for_a_time(s: &Sentence, at: usize) -> bool {
    let unit = |w: &Word| matches!(w.base.as_str(), "minute" | "hour" | "day" | "week" | "month" | "year");
    let follows = s.words[at + 1..].iter().take(3).take_while(|w| w.tag != Tag::Comma).any(unit);
    matches!(s.words[at].lower(), "within" | "for" | "during") && follows
}

/// `sees the hours but not what they did`
fn but_not(s: &Sentence, at: usize) -> bool {
    let not = s.words.get(at + 1).is_some_and(|w| w.tag == Tag::Not || w.is("not") || w.is("never"));
    s.words[at].is("but") && not
}

/// From the restricting word on, what of a sentence was not understood.
fn not_understood(d: &Draft, si: usize) -> Option<Range<usize>> {
    let s = &d.sentences[si];
    let mut depth = 0;
    let cue = s.words.iter().enumerate().position(|(i, w)| {
        depth += i32::from(w.tag == Tag::Open) - i32::from(w.tag == Tag::Close);
        (leaves_out(w) || but_not(s, i) || theirs(s, i) || same_time(s, i) || for_a_time(s, i))
            && !s.aside[i]
            && depth == 0
    })?;
    // `but not where they were`: none of these words says much, and all of them together withhold
    let asked = but_not(s, cue) && s.words.get(cue + 2).is_some_and(|w| matches!(w.tag, Tag::Sub | Tag::Rel));
    let end = s.words.iter().rposition(|w| w.tag != Tag::Stop).filter(|_| asked);
    let last = gaps::left(d, si).into_iter().filter(|i| *i > cue).max().or(end)?;
    // `but not the bookings`: another kind of record, of which nothing was given
    let records = |item: &Item| matches!(item, Item::Np(np) if np.range.start > cue && np.pronoun.is_none() && d.entity_of(np).is_some());
    if but_not(s, cue) && s.items.iter().any(records) {
        return None;
    }
    Some(cue..last + 1)
}

/// Whom a restriction is about, and whether it is about what they do: `Only the leader …` says who, and not when.
struct Restricted {
    whos: Vec<Who>,
    act: bool,
}

/// `admins see all of them, while members see only …` restricts the members.
fn restricted(d: &Draft, s: &Sentence, cue: usize) -> Restricted {
    let from = |p: &Pred| p.subject.first().map_or(p.verb.range.start, |np| np.range.start);
    let pred = s.preds.iter().rfind(|p| !p.subordinate && from(p) <= cue + 1);
    let whos = pred.map(|p| if p.verb.passive { super::decisions::agents_by(d, p) } else { d.actors(p) });
    Restricted { whos: whos.unwrap_or_default(), act: pred.is_some_and(|p| p.verb.range.start < cue) }
}

/// Whether these are all who sign up, or nearly so.
#[must_use]
pub fn many(d: &Draft, who: &Who) -> bool {
    match who {
        Who::Anyone | Who::SignedIn => true,
        Who::Role(name) => {
            d.roles.iter().any(|r| r.name == *name && (r.open || matches!(r.kind, Person::Ordinary | Person::User)))
        }
    }
}

/// Takes back what the rest of such a sentence gave to all.
pub fn find(d: &mut Draft) {
    let sentences = d.sentences;
    for (si, s) in sentences.iter().enumerate() {
        if !d.has_users() || d.gaps.iter().any(|g| g.clause == s.id && g.whole) {
            continue;
        }
        let Some(range) = not_understood(d, si) else { continue };
        let restricted = restricted(d, s, range.start);
        if but_not(s, range.start) {
            withdraw(d, s, &range, &restricted.whos);
            continue;
        }
        if s.words[range.clone()].iter().any(|w| w.is("unless")) {
            spare(d, s, &range, &restricted.whos);
        }
        for e in 0..d.entities.len() {
            if let Some(told) = narrow(d, e, s, &restricted) {
                let why = format!("as this is not understood, no more than whoever added them can {told}");
                d.gap(s.id, &s.quote(range.clone()), &why, false);
            }
        }
    }
}

/// Takes back what somebody sees of records of which they are not to see all: which part that is was not understood.
fn withdraw(d: &mut Draft, s: &Sentence, range: &Range<usize>, whos: &[Who]) {
    let seen =
        |a: &Access| a.ops == [Op::Read] && a.scope != Scope::Own && a.clauses == [s.id] && whos.contains(&a.who);
    for e in 0..d.entities.len() {
        let entity = &mut d.entities[e].entity;
        if entity.access.iter().any(seen) {
            entity.access.retain(|a| !seen(a));
            let why = format!("as this is not understood, nobody sees {} by it", entity.label_plural.to_lowercase());
            d.gap(s.id, &s.quote(range.clone()), &why, false);
        }
    }
}

/// Takes back what somebody changes or deletes of their own: in which cases they may not was not understood.
fn spare(d: &mut Draft, s: &Sentence, range: &Range<usize>, whos: &[Who]) {
    let given = |a: &Access| {
        let acts = a.ops.iter().all(|op| matches!(op, Op::Update | Op::Delete));
        acts && a.scope == Scope::Own && a.clauses == [s.id] && whos.contains(&a.who)
    };
    for e in 0..d.entities.len() {
        let entity = &mut d.entities[e].entity;
        if entity.access.iter().any(given) {
            entity.access.retain(|a| !given(a));
            let many = entity.label_plural.to_lowercase();
            let why = format!("as this is not understood, nobody changes or deletes {many} by it");
            d.gap(s.id, &s.quote(range.clone()), &why, false);
        }
    }
}

/// Leaves the rights that a sentence alone gave to many to whoever made the records. Says what that was. What is supposed where
/// the text is silent is no right that the sentence gave.
fn narrow(d: &mut Draft, e: usize, s: &Sentence, restricted: &Restricted) -> Option<String> {
    let Restricted { whos, act } = restricted;
    let Entity { name, access, .. } = &d.entities[e].entity;
    let asked = |kind: &str| d.questions.iter().any(|q| q.key == format!("{kind}:{name}") && q.clauses.contains(&s.id));
    let (see, edit) = (asked("see"), asked("edit"));
    let told = |a: &Access| if a.ops.contains(&Op::Read) { !see } else { !edit && !a.ops.contains(&Op::Create) };
    let wide = |a: &Access| {
        let theirs = whos.is_empty() || whos.contains(&a.who);
        // `A teacher can change an absence only on the day …`, where teachers add them
        let maker = *act && access.iter().any(|b| b.who == a.who && b.ops.contains(&Op::Create));
        // what another sentence denies others is no right that it gives
        let bans = |id| d.sentences.iter().any(|x| x.id == id && x.preds.iter().any(|p| p.verb.negated));
        let alone = a.clauses.contains(&s.id) && a.clauses.iter().all(|id| *id == s.id || bans(*id));
        alone && a.scope == Scope::All && told(a) && theirs && (maker || many(d, &a.who))
    };
    let ops: Vec<Op> = access.iter().filter(|a| wide(a)).flat_map(|a| a.ops.clone()).collect();
    let made = access.iter().any(|a| a.ops.contains(&Op::Create) && a.who != Who::Anyone);
    let own = |a: Access| if wide(&a) { Access { scope: Scope::Own, ..a } } else { a };
    let kept: Vec<Access> =
        access.iter().filter(|a| !wide(a) || made && a.who != Who::Anyone).cloned().map(own).collect();
    let verb = match ops.first()? {
        Op::Read => "see",
        Op::Delete => "delete",
        Op::Create | Op::Update => "change",
    };
    let entity = &mut d.entities[e].entity;
    entity.owned |= made;
    entity.access = kept;
    Some(format!("{verb} {}", entity.label_plural.to_lowercase()))
}

/// `Absences can only be changed on the day on which they were recorded`: who changes them is left open, when is not, and that
/// was not understood.
#[must_use]
pub fn unchanged(d: &Draft, e: usize) -> bool {
    let named = |np: &Np| d.find(&np.name()) == Some(e) || d.find(&np.head) == Some(e);
    let changes = |p: &Pred| {
        let changed = if p.verb.passive { &p.subject } else { &p.objects };
        matches!(p.verb.class, Class::Update | Class::Delete) && changed.iter().any(named)
    };
    let mut told = d.sentences.iter().enumerate().filter(|(_, s)| s.preds.iter().any(changes));
    told.any(|(si, _)| not_understood(d, si).is_some())
}

/// Whether what was not read keeps somebody from seeing these records: where the text leaves open who sees them, not everybody
/// does.
#[must_use]
pub fn unseen(d: &Draft, e: usize) -> bool {
    let built = super::assemble::built(d);
    let sees = |s: &Sentence, p: &Pred| {
        let shown = if p.verb.passive { &p.subject } else { &p.objects };
        let named = |np: &Np| d.find(&np.name()) == Some(e) || d.find(&np.head) == Some(e);
        // `A pupil cannot see what other pupils have read`: whatever they add
        let theirs = || {
            let makes = |a: &Access| a.ops.contains(&Op::Create) && d.actors(p).contains(&a.who);
            let unnamed = shown.iter().all(|np| d.entity_of(np).is_none()) && p.verb.negated && !p.verb.passive;
            unnamed && super::bans::of_others(s) && d.entities[e].entity.access.iter().any(makes)
        };
        p.verb.class == Class::Read && (shown.iter().any(named) || theirs())
    };
    let denies = |s: &Sentence| {
        let word = |w: &Word| matches!(w.lower(), "nobody" | "only" | "except" | "unless");
        s.preds.iter().any(|p| p.verb.negated) || s.words.iter().any(word)
    };
    let withheld = |(pi, p): (usize, &Pred), si: usize| {
        let says = (p.verb.negated || p.only) && !p.subordinate && sees(&d.sentences[si], p);
        says && !d.done[si].contains(&pi)
    };
    d.sentences.iter().enumerate().any(|(si, s)| {
        let unread = d.done[si].is_empty() && !built.contains(&s.id) && !super::exclusion::is_exclusion(s);
        unread && denies(s) && s.preds.iter().any(|p| sees(s, p))
            || s.preds.iter().enumerate().any(|told| withheld(told, si))
    })
}

/// Whether a sentence that has these records says of something, in words that were not understood, that not everybody is to see
/// it: `confidential reports`, `a report, to which parents have no access`.
#[must_use]
pub fn kept_back(d: &Draft, e: usize) -> bool {
    const SIGHT: &str = "visible invisible readable accessible hidden private internal eyes";
    const SECRET: [&str; 2] = ["confidential", "secret"];
    let named = |item: &Item| match item {
        Item::Np(np) => np.pronoun.is_none() && (d.find(&np.name()) == Some(e) || d.find(&np.head) == Some(e)),
        _ => false,
    };
    let secret = |item: &Item| matches!(item, Item::Np(np) if np.mods.iter().any(|m| SECRET.contains(&m.as_str())));
    let word = |w: &Word| SIGHT.split(' ').any(|word| w.is(word)) || SECRET.contains(&w.lower());
    let says =
        |s: &Sentence, i: usize| word(&s.words[i]) || s.words[i].is("access") && i > 0 && s.words[i - 1].is("no");
    // `Notes that only the nurse may read are kept`
    let limits = |si: usize, (pi, p): (usize, &Pred)| {
        // and not the ones that have not been read
        let denied = p.verb.negated && p.verb.modal.is_some();
        p.subordinate && p.verb.class == Class::Read && (denied || p.only) && !d.done[si].contains(&pi)
    };
    d.sentences.iter().enumerate().filter(|(_, s)| !super::exclusion::is_exclusion(s)).any(|(si, s)| {
        let mut told = s.items.iter().filter(|item| named(item)).peekable();
        let unread = || gaps::left(d, si).into_iter().any(|i| says(s, i));
        let kept_back = || unread() || s.preds.iter().enumerate().any(|pred| limits(si, pred));
        told.peek().is_some() && (kept_back() || told.any(secret))
    })
}
