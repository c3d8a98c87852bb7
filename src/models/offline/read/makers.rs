//! What whoever made a record may do with it, and others may not: `A comment can be changed only by its author.`, `Trips
//! can be deleted by whoever recorded them or by the steward.`, `Nobody but the writer may delete a letter.`

use super::chunk::{Item, Np, noun_phrase};
use super::draft::Draft;
use super::lexicon::{verbs::Class, verbs::Form, words};
use super::rights::unique;
use super::sentence::{Pred, Sentence};
use super::tag::{Tag, Word};
use super::{nobody, only};
use crate::domain::ClauseId;
use crate::models::offline::spec::{Op, Scope, Who};
use std::ops::Range;

/// A right of those who made the records. Who they are is known when all rights to add some are.
#[derive(Debug, Clone)]
pub struct ByMaker {
    entity: usize,
    ops: Vec<Op>,
    /// Those makers only: `the nurse who wrote it`.
    role: Option<Who>,
    /// Who may do it to all of them.
    others: Vec<Who>,
    only: bool,
    clause: ClauseId,
}

/// Nouns for whoever made something.
pub const MAKERS: [&str; 11] = [
    "author",
    "creator",
    "owner",
    "writer",
    "poster",
    "maker",
    "submitter",
    "uploader",
    "originator",
    "proposer",
    "publisher",
];

/// Verbs for making a record, whatever the record is.
const MADE: [&str; 18] = [
    "make",
    "create",
    "add",
    "enter",
    "write",
    "post",
    "record",
    "submit",
    "report",
    "publish",
    "upload",
    "propose",
    "suggest",
    "register",
    "file",
    "draft",
    "compose",
    "originate",
];

const UNKNOWN: &str = "the offline engine does not know who that is, so nobody gets the right";
const NOBODYS: &str = "nobody with an account adds them, so that whose they are is not known and nobody gets the right";

/// Who does something, as a phrase says it.
#[derive(Debug, Clone, PartialEq)]
enum Doer {
    Maker(Option<Who>),
    Other(Who),
    NobodyElse,
    /// `whoever saw them`
    Unknown,
}

/// What a predicate says, and where it says who.
struct Right {
    entity: usize,
    ops: Vec<Op>,
    target: Np,
    doers: Vec<(Range<usize>, Doer)>,
}

/// Whether a verb makes records of that kind: any such verb, or one that the text uses for it (`Teachers set tasks`).
#[must_use]
pub fn makes(d: &Draft, base: &str, e: usize) -> bool {
    let used = |p: &Pred| {
        let acts = !p.subordinate && !p.verb.negated && !p.verb.passive && p.verb.base == base;
        let person = p.subject.iter().any(|np| np.pronoun.is_none() && d.who(np).is_some());
        acts && person && p.objects.iter().any(|np| np.pronoun.is_none() && names(d, np, e))
    };
    MADE.contains(&base) || d.sentences.iter().flat_map(|s| &s.preds).any(used)
}

/// Whether a phrase names whole records of that kind, and not one property of them.
fn names(d: &Draft, np: &Np, e: usize) -> bool {
    d.find(&np.name()) == Some(e) || d.find(&np.head) == Some(e)
}

/// Where a clause behind a noun ends that says who made it: `who wrote it`, `that has posted a notice`.
fn made_it(d: &Draft, s: &Sentence, np: &Np, e: usize) -> Option<Result<usize, usize>> {
    let whoever = np.pronoun.as_deref() == Some("whoever");
    let mut at = np.range.end;
    match s.words.get(at) {
        Some(w) if w.is("who") || w.is("that") => at += 1,
        _ if whoever => {}
        _ => return None,
    }
    let small = |w: &Word| matches!(w.lower(), "has" | "have" | "had") || w.tag == Tag::Adv;
    while s.words.get(at).is_some_and(small) {
        at += 1;
    }
    let verb = s.words.get(at).filter(|w| matches!(w.tag, Tag::Verb(_)))?;
    let told = noun_phrase(&s.words, at + 1);
    let end = match &told {
        Some(np) if matches!(np.pronoun.as_deref(), Some("it" | "them" | "this" | "these")) => Some(np.range.end),
        Some(np) if np.pronoun.is_none() && names(d, np, e) => Some(np.range.end),
        Some(_) => None,
        None => Some(at + 1),
    };
    let finite = matches!(verb.tag, Tag::Verb(Form::Past)) || MADE.contains(&verb.base.as_str());
    match end.filter(|_| makes(d, &verb.base, e)) {
        Some(end) => Some(Ok(end)),
        // `whoever visits the page` is anybody
        None => (finite && whoever).then_some(Err(at + 1)),
    }
}

/// `writer` of `write`, `setter` of `set`
fn agent_of(noun: &str, d: &Draft, e: usize) -> bool {
    let base = noun.strip_suffix("er").or_else(|| noun.strip_suffix("or"));
    base.filter(|base| base.len() > 2).is_some_and(|base| {
        let doubled = base.chars().last().map(|last| base.trim_end_matches(last).to_owned() + &last.to_string());
        makes(d, base, e) || makes(d, &format!("{base}e"), e) || doubled.is_some_and(|base| makes(d, &base, e))
    })
}

fn whose(np: &Np) -> bool {
    matches!(np.det.as_deref(), Some("its" | "their"))
}

/// Whether the text means whoever made something by a noun wherever it uses it, and no kind of account.
fn never_an_account(d: &Draft, noun: &str) -> bool {
    let meant = |np: &Np| whose(np) || np.det.as_deref() == Some("the") && !np.plural;
    let phrases = d.sentences.iter().flat_map(|s| &s.items).filter_map(|i| match i {
        Item::Np(np) if np.head == noun && np.pronoun.is_none() => Some(np),
        _ => None,
    });
    let acts = |p: &Pred| {
        let makes = matches!(p.verb.class, Class::Create | Class::Transact | Class::SignUp | Class::LogIn);
        makes && !p.subordinate && !p.verb.passive && p.subject.iter().any(|np| np.head == noun)
    };
    let told = d.sentences.iter().any(|s| s.role.as_ref().is_some_and(|np| np.head == noun));
    phrases.into_iter().all(meant) && !told && !d.sentences.iter().flat_map(|s| &s.preds).any(acts)
}

/// `its author`, `the author of a comment`, `the author` where nobody else is called that.
fn is_maker(d: &Draft, np: &Np, e: usize) -> bool {
    let noun = MAKERS.contains(&np.head.as_str()) || agent_of(&np.head, d, e);
    if !noun || !np.nouns.is_empty() || !np.adjectives().all(|a| words::light(a) || a == "original") {
        return false;
    }
    let of = np.of.as_deref().is_some_and(|of| names(d, of, e));
    let alone = np.of.is_none() && np.head != "owner" && np.det.as_deref() == Some("the");
    // `the owner of the tool`, and then `the owner` of what belongs to one
    let elsewhere = d.holder.as_ref().is_some_and(|(noun, held)| *noun == np.head && *held != e);
    let account = d.find(&np.head).is_some() || d.field_named(e, &np.head).is_some();
    !account && (whose(np) || of || alone && !elsewhere) && never_an_account(d, &np.head)
}

fn doer(d: &Draft, s: &Sentence, np: &Np, e: usize) -> Option<(Range<usize>, Doer)> {
    let from = np.range.start;
    if np.pronoun.as_deref() == Some("nobody") {
        return Some((from..np.range.end, Doer::NobodyElse));
    }
    let somebody = matches!(np.head.as_str(), "person" | "one" | "user" | "account" | "somebody");
    let anybody = np.pronoun.as_deref() == Some("whoever") || somebody;
    match made_it(d, s, np, e) {
        Some(Ok(end)) if anybody => return Some((from..end, Doer::Maker(None))),
        Some(Ok(end)) => {
            let role = d.who(np).filter(|who| matches!(who, Who::Role(_)))?;
            return Some((from..end, Doer::Maker(Some(role))));
        }
        Some(Err(end)) => return Some((from..end, Doer::Unknown)),
        None => {}
    }
    if is_maker(d, np, e) {
        return Some((np.range.clone(), Doer::Maker(None)));
    }
    // `the members who …`: some of them
    let limited = s.words.get(np.range.end).is_some_and(|w| w.tag == Tag::Rel);
    let who = d.who(np).filter(|who| matches!(who, Who::Role(_)) && !limited);
    Some((np.range.clone(), who.map_or(Doer::Unknown, Doer::Other)))
}

/// The phrases for those who do it, if anybody does.
fn phrases(d: &Draft, s: &Sentence, pi: usize) -> Vec<Np> {
    let pred = &s.preds[pi];
    let is_nobody = |np: &Np| np.pronoun.as_deref() == Some("nobody");
    if pred.verb.passive {
        return agents(s, pred);
    }
    if pred.subject.iter().any(is_nobody) {
        return nobody::excepted(s, pred);
    }
    let si = d.sentences.iter().position(|x| x.id == s.id).unwrap_or_default();
    if pred.subject.is_empty() && only::allowed_to(d, si, pi).is_some() {
        let to = s.preds[pi + 1].preps.iter().filter(|pp| matches!(pp.prep.as_str(), "for" | "to" | "by"));
        return to.flat_map(|pp| pp.nps.clone()).collect();
    }
    pred.subject.clone()
}

/// `by the singer who added them or by the conductor`: also behind what tells more of the first.
fn agents(s: &Sentence, pred: &Pred) -> Vec<Np> {
    let end = (pred.verb.range.end..s.words.len()).find(|i| s.words[*i].tag == Tag::Sub).unwrap_or(s.words.len());
    let mut out: Vec<Np> = Vec::new();
    for at in (pred.verb.range.end..end).filter(|at| s.words[*at].is("by")) {
        // `the member who was invited by the host`
        let before = out.last().map_or(at, |np| np.range.end);
        if s.words[before..at].iter().all(|w| w.tag != Tag::Be) {
            out.extend(nobody::listed(s, at + 1, end));
        }
    }
    out
}

/// The right that a predicate gives to those who made something.
fn right(d: &Draft, s: &Sentence, pi: usize) -> Option<Right> {
    let pred = &s.preds[pi];
    let nobody = pred.subject.iter().any(|np| np.pronoun.as_deref() == Some("nobody"));
    let ops: &[Op] = match pred.verb.class {
        Class::Read => &[Op::Read],
        Class::Update => &[Op::Update],
        Class::Delete => &[Op::Delete],
        Class::Manage => &[Op::Read, Op::Update, Op::Delete],
        _ => return None,
    };
    if pred.subordinate || pred.verb.negated && (!nobody || pred.verb.passive) {
        return None;
    }
    let [target] = &(if pred.verb.passive { &pred.subject } else { &pred.objects })[..] else { return None };
    let is_named = |np: &Np| d.entity_of(np).filter(|e| np.pronoun.is_none() && names(d, np, *e));
    let named = s.items.iter().find_map(|item| match item {
        // `the author of a comment can change it`
        Item::Np(np) => is_named(np).or_else(|| is_named(np.of.as_deref()?)),
        _ => None,
    });
    let entity = if target.pronoun.is_some() { named.or(d.focus)? } else { d.entity_of(target)? };
    let whole = target.pronoun.is_some() || names(d, target, entity);
    if !whole || target.possessed() || d.entities[entity].person {
        return None;
    }
    let doers: Vec<_> = phrases(d, s, pi).iter().filter_map(|np| doer(d, s, np, entity)).collect();
    let says = |(range, doer): &(Range<usize>, Doer)| match doer {
        Doer::Maker(_) => true,
        Doer::Unknown => s.words[range.start].is("whoever"),
        _ => false,
    };
    doers.iter().any(says).then(|| Right { entity, ops: ops.to_vec(), target: target.clone(), doers })
}

/// Whether a sentence gives a right to whoever made something.
#[must_use]
pub fn says(d: &Draft, s: &Sentence) -> bool {
    (0..s.preds.len()).any(|pi| right(d, s, pi).is_some())
}

/// Whether that is what was read of a sentence.
#[must_use]
pub fn reads(d: &Draft, id: ClauseId) -> bool {
    d.by_maker.iter().any(|right| right.clause == id)
}

/// Forgets the roles that are none: `author`, where each sentence with that word gives a right to whoever made something.
pub fn detect(d: &mut Draft) {
    let names = |s: &Sentence, noun: &str| s.items.iter().any(|i| matches!(i, Item::Np(np) if np.head == noun));
    let none = |noun: &str| {
        let maker = MAKERS.contains(&noun) && never_an_account(d, noun);
        maker && d.sentences.iter().filter(|s| names(s, noun)).all(|s| says(d, s))
    };
    let gone: Vec<String> = d.roles.iter().map(|r| r.name.clone()).filter(|name| none(name)).collect();
    d.roles.retain(|r| !gone.contains(&r.name));
}

/// Reads what a sentence says of those who made something.
pub fn read(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    for pi in 0..s.preds.len() {
        if d.done[si].contains(&pi) {
            continue;
        }
        if let Some(right) = right(d, s, pi) {
            keep(d, si, pi, &right);
            mark(d, si, pi, &right);
        }
    }
}

fn keep(d: &mut Draft, si: usize, pi: usize, right: &Right) {
    let s = &d.sentences[si];
    let restricts = |w: &Word| matches!(w.lower(), "only" | "just" | "solely" | "exclusively" | "nobody" | "alone");
    let only = s.preds[pi].only || s.words.iter().any(restricts);
    d.touch(right.entity, s.id);
    if let Some((range, _)) = right.doers.iter().find(|(_, doer)| *doer == Doer::Unknown) {
        d.gap(s.id, &s.quote(range.clone()), UNKNOWN, true);
        return d.exclusive(right.entity, &right.ops, &[], s.id);
    }
    let others = right.doers.iter().filter_map(|(_, doer)| match doer {
        Doer::Other(who) => Some(who.clone()),
        _ => None,
    });
    let role = right.doers.iter().find_map(|(_, doer)| match doer {
        Doer::Maker(role) => Some(role.clone()),
        _ => None,
    });
    d.by_maker.push(ByMaker {
        entity: right.entity,
        ops: right.ops.clone(),
        role: role.flatten(),
        others: unique(others),
        only,
        clause: s.id,
    });
}

fn mark(d: &mut Draft, si: usize, pi: usize, right: &Right) {
    let s = &d.sentences[si];
    let end = right.doers.iter().map(|(range, _)| range.end).chain([s.preds[pi].verb.range.end]).max();
    let small = |w: &Word| {
        matches!(w.lower(), "only" | "just" | "solely" | "nobody" | "else" | "but" | "except" | "alone" | "possible")
    };
    let end = s.words.iter().skip(end.unwrap_or_default()).take_while(|w| small(w)).count() + end.unwrap_or_default();
    let around: Vec<usize> = (0..end.min(s.words.len())).filter(|i| small(&s.words[*i])).collect();
    d.mark_words(si, &around);
    d.mark_verb(si, &s.preds[pi]);
    d.mark_np(si, &right.target);
    for (range, _) in &right.doers {
        d.mark(si, range.clone());
    }
    let told = |at: usize| right.doers.iter().any(|(range, _)| range.contains(&at));
    let inside = (0..s.preds.len()).filter(|k| told(s.preds[*k].verb.range.start));
    d.done[si].extend(inside.chain([pi]));
    d.focus = Some(right.entity);
}

/// Gives the rights to those who add the records, now that these are known.
pub fn settle(d: &mut Draft, e: usize) {
    let all: Vec<ByMaker> = d.by_maker.iter().filter(|right| right.entity == e).cloned().collect();
    for right in all {
        let adds = d.entities[e].entity.access.iter().filter(|a| a.ops.contains(&Op::Create) && a.who != Who::Anyone);
        let mut makers = unique(adds.map(|a| a.who.clone()));
        if let Some(role) = &right.role {
            makers = vec![role.clone()];
        }
        if makers.is_empty() {
            d.gap(right.clause, "", NOBODYS, true);
        }
        for who in &makers {
            d.allow(e, who.clone(), &right.ops, Scope::Own, right.clause);
        }
        for who in &right.others {
            d.allow(e, who.clone(), &right.ops, Scope::All, right.clause);
        }
        d.entities[e].entity.owned |= !makers.is_empty();
        if right.only {
            let whos: Vec<Who> = makers.into_iter().chain(right.others).collect();
            d.exclusive(e, &right.ops, &whos, right.clause);
        }
    }
}

/// `tasks they set themselves`, `the notices which they have posted`: where a phrase is followed by that whoever does it made
/// it.
#[must_use]
pub fn they_made(d: &Draft, s: &Sentence, np: &Np, e: usize) -> Option<Range<usize>> {
    let is = |at: usize, list: &[&str]| s.words.get(at).is_some_and(|w| list.contains(&w.lower()));
    let mut at = np.range.end;
    at += usize::from(is(at, &["that", "which"]));
    if !is(at, &["they", "he", "she", "i", "we"]) {
        return None;
    }
    at += 1;
    at += usize::from(is(at, &["have", "has", "had"]));
    const SELVES: [&str; 5] = ["themselves", "himself", "herself", "myself", "ourselves"];
    at += usize::from(is(at, &SELVES));
    let verb = s.words.get(at)?;
    let own = makes(d, &verb.base, e) || makes(d, verb.lower(), e);
    at += 1;
    at += usize::from(is(at, &SELVES));
    let ends = s.words.get(at).is_none_or(|w| matches!(w.tag, Tag::Stop | Tag::Comma | Tag::Conj | Tag::Sub));
    (own && ends).then_some(np.range.end..at)
}
