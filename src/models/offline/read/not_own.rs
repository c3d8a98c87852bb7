//! What nobody does with what is their own: `Nobody may approve his or her own request.`, `Members rate recipes, but not
//! their own.`

use super::chunk::Np;
use super::decisions;
use super::draft::Draft;
use super::field;
use super::lexicon::verbs::{self, Class};
use super::sentence::{Pred, Sentence};
use super::tag::Tag;
use crate::domain::ClauseId;
use crate::models::offline::spec::{Access, Feature, Field, FieldType, Op, Scope, Who};
use std::ops::Range;

/// A ban as it stands in the text; whether it can be kept is known when all rights and states are.
#[derive(Debug, Clone)]
pub struct NotOwn {
    entity: usize,
    op: Op,
    /// The states that are not given.
    values: Vec<String>,
    /// The kind of records that is one's own, where what is made refers to it.
    of: Option<usize>,
    /// Nobody, when there is none.
    who: Vec<Who>,
    clause: ClauseId,
    words: Range<usize>,
}

/// Words that make it a ban at some time, or of some records only.
const SOMETIMES: [&str; 16] = [
    "only", "if", "while", "until", "after", "before", "once", "when", "unless", "without", "than", "twice", "same",
    "except", "but", "longer",
];

/// Reads the bans of a sentence.
pub fn read(d: &mut Draft, si: usize) {
    if !d.has_users() {
        return;
    }
    let s = &d.sentences[si];
    let tail = others_only(s);
    for (pi, pred) in s.preds.iter().enumerate() {
        if pred.subordinate || d.done[si].contains(&pi) {
            continue;
        }
        let found = match &tail {
            Some(tail) => but_not(d, si, pred, tail),
            None => banned(d, si, pi, pred),
        };
        if let Some(ban) = found {
            if tail.is_none() {
                mark(d, si, pi, pred);
            } else {
                d.mark(si, ban.words.clone());
                // `only … that are not their own` says no more
                let only: Vec<usize> = (0..ban.words.start).filter(|i| s.words[*i].is("only")).collect();
                d.mark_words(si, &only);
            }
            d.touch(ban.entity, s.id);
            d.not_own.push(ban);
            return;
        }
    }
}

/// Whether a sentence tells what somebody does with their own from what they do with what is of others.
#[must_use]
pub fn says(s: &Sentence) -> bool {
    let told = |p: &Pred| {
        let from = p.verb.range.end.min(s.words.len());
        let own = s.words[from..].iter().any(|w| w.is("own")) || made_by_them(s, from).is_some();
        let act = matches!(p.verb.class, Class::Decide | Class::Update | Class::Delete | Class::Transact);
        !p.subordinate && act && own && (nobody(p) || p.verb.negated && p.verb.modal.is_some())
    };
    others_only(s).is_some() || s.preds.iter().any(told)
}

/// Words for having made something.
const MADE: [&str; 16] = [
    "make", "create", "add", "enter", "submit", "request", "write", "report", "record", "file", "post", "upload",
    "propose", "register", "claim", "hand",
];

/// `requests that they made`, `by the person who submitted them`: where it says so, after a word.
fn made_by_them(s: &Sentence, from: usize) -> Option<Range<usize>> {
    let rel = (from..s.words.len()).find(|i| matches!(s.words[*i].lower(), "that" | "which" | "who"))?;
    let end = (rel + 1..s.words.len()).find(|i| s.words[*i].tag == Tag::Stop).unwrap_or(s.words.len());
    let small = |w: &super::tag::Word| {
        let selves = matches!(w.lower(), "himself" | "herself" | "themselves" | "themself" | "oneself");
        selves || matches!(w.lower(), "he" | "she" | "they" | "or" | "it" | "them" | "has" | "have" | "had" | "in")
    };
    let verb = |w: &super::tag::Word| matches!(w.tag, Tag::Verb(_)) && MADE.contains(&w.base.as_str());
    let words = &s.words[rel + 1..end];
    let said = words.iter().filter(|w| verb(w)).count() == 1 && words.iter().all(|w| small(w) || verb(w));
    said.then_some(rel..end)
}

/// `…, but not their own`, `… except my own`, `… that are not their own`: where that stands.
fn others_only(s: &Sentence) -> Option<Range<usize>> {
    let own = s.words.iter().position(|w| w.is("own"))?;
    let whose = |w: &super::tag::Word| {
        matches!(w.lower(), "his" | "her" | "their" | "my" | "our" | "your" | "one's" | "or") || w.tag == Tag::Poss
    };
    let mut from = own;
    while from > 0 && whose(&s.words[from - 1]) {
        from -= 1;
    }
    let mut led = from.checked_sub(1)?;
    // `but not for their own`
    if led > 1
        && matches!(s.words[led].lower(), "for" | "on" | "to" | "in" | "with" | "at")
        && s.words[led - 1].is("not")
    {
        led -= 1;
    }
    let from = match s.words[led].lower() {
        "not" if led > 0 && matches!(s.words[led - 1].lower(), "but" | "and" | "though") => led - 1,
        "not" if led > 0 && s.words[led - 1].tag == Tag::Comma => led,
        "except" | "besides" => led,
        "than" if led > 0 && s.words[led - 1].is("other") => led - 1,
        "for" if led > 0 && s.words[led - 1].is("except") => led - 1,
        "not" if led > 1 && s.words[led - 1].tag == Tag::Be && matches!(s.words[led - 2].lower(), "that" | "which") => {
            led - 2
        }
        _ => return None,
    };
    let end = (own + 1..s.words.len()).find(|i| matches!(s.words[*i].tag, Tag::Stop | Tag::Comma))?;
    // `but not their own recipes`, `but not their own ones`
    (end - own <= 3).then_some(from..end)
}

/// `Users rate recipes of others, but not their own`: who may do it to others' records may not to their own.
fn but_not(d: &Draft, si: usize, pred: &Pred, tail: &Range<usize>) -> Option<NotOwn> {
    let s = &d.sentences[si];
    if pred.verb.negated || pred.verb.range.start > tail.start || nobody(pred) {
        return None;
    }
    let phrases = || pred.objects.iter().chain(pred.preps.iter().flat_map(|pp| &pp.nps));
    let np = phrases().find(|np| np.range.start < tail.start && d.entity_of(np).is_some())?;
    let act = act(d, si, &[pred], d.entity_of(np)?, Some(np))?;
    Some(NotOwn { words: tail.clone(), who: Vec::new(), clause: s.id, ..act })
}

fn nobody(pred: &Pred) -> bool {
    let no = |np: &Np| np.pronoun.as_deref() == Some("nobody") || np.det.as_deref() == Some("no");
    pred.subject.iter().any(no)
}

/// `Nobody can delete his or her own loan`, `A manager cannot approve their own`, `No member may book a tool of their own`
fn banned(d: &Draft, si: usize, pi: usize, pred: &Pred) -> Option<NotOwn> {
    let s = &d.sentences[si];
    let everybody = nobody(pred);
    if let Some(by) = by_the_maker(d, si, pred) {
        return Some(by);
    }
    if pred.verb.passive || !(pred.verb.negated || everybody) {
        return None;
    }
    let made = made_by_them(s, pred.verb.range.end);
    let beside = |p: &Pred| p.subordinate && !made.as_ref().is_some_and(|r| r.contains(&p.verb.range.start));
    if s.words.iter().any(|w| SOMETIMES.contains(&w.lower())) || s.preds.iter().any(beside) {
        return None;
    }
    // `approve or reject their own request`
    let end = s.words.len();
    let all: Vec<&Pred> = s.preds[pi..].iter().filter(|p| !p.subordinate).collect();
    let joined = |p: &&Pred| p.verb.range.start == pred.verb.range.start || p.subject == pred.subject;
    if !all.iter().all(joined) {
        return None;
    }
    let from = pred.verb.range.end;
    let own = (from..end).find(|i| s.words[*i].is("own")).or_else(|| made.as_ref().map(|r| r.start))?;
    let phrases = || all.iter().flat_map(|p| p.objects.iter().chain(p.preps.iter().flat_map(|pp| &pp.nps)));
    let whose = phrases().find(|np| np.range.contains(&own));
    let named = whose.filter(|np| !matches!(np.head.as_str(), "" | "own" | "one")).and_then(|np| d.entity_of(np));
    // `a request of their own`, `cannot approve their own`
    let entity = named.or_else(|| phrases().find_map(|np| if np.pronoun.is_none() { d.entity_of(np) } else { None }));
    let entity = entity.or(d.focus)?;
    let mut who: Vec<Who> = Vec::new();
    if !everybody {
        who = pred.subject.iter().filter_map(|np| d.who(np)).collect();
        if who.is_empty() || who.len() < pred.subject.len() || who.contains(&Who::Anyone) {
            return None;
        }
        if who.contains(&d.ordinary()) || who.contains(&Who::SignedIn) {
            who.clear();
        }
    } else if pred.subject.iter().any(|np| np.pronoun.is_none() && d.who(np).is_none_or(|who| who != d.ordinary())) {
        who = pred.subject.iter().filter_map(|np| d.who(np)).collect();
        if who.len() < pred.subject.len() {
            return None;
        }
    }
    let act = act(d, si, &all, entity, whose.filter(|_| named.is_some()))?;
    Some(NotOwn { words: from..end, who, clause: s.id, ..act })
}

/// `Requests must not be approved by the person who made them.`
fn by_the_maker(d: &Draft, si: usize, pred: &Pred) -> Option<NotOwn> {
    let s = &d.sentences[si];
    let by = pred.preps.iter().find(|pp| pp.prep == "by").filter(|_| pred.verb.passive && pred.verb.negated)?;
    let [np] = &by.nps[..] else { return None };
    let somebody = matches!(np.head.as_str(), "person" | "one" | "user" | "account") || d.role(np).is_some();
    let made = made_by_them(s, by.at).filter(|r| somebody && r.start == np.range.end && s.words[r.start].is("who"))?;
    let inside = |p: &Pred| made.contains(&p.verb.range.start) || p.verb.range.start == pred.verb.range.start;
    if !s.preds.iter().all(inside) || s.words.iter().any(|w| SOMETIMES.contains(&w.lower())) {
        return None;
    }
    let [target] = &pred.subject[..] else { return None };
    let act = act(d, si, &[pred], d.entity_of(target)?, Some(target))?;
    Some(NotOwn { words: by.at..made.end, who: Vec::new(), clause: s.id, ..act })
}

/// What the predicates do with records of that kind.
fn act(d: &Draft, si: usize, preds: &[&Pred], entity: usize, np: Option<&Np>) -> Option<NotOwn> {
    let s = &d.sentences[si];
    let first = preds.first()?;
    let made = |entity, op, values, of| NotOwn {
        entity,
        op,
        values,
        of,
        who: Vec::new(),
        clause: s.id,
        words: first.range.clone(),
    };
    if let Some(record) = super::access::record_entity(d, first).filter(|r| *r != entity) {
        return (preds.len() == 1).then(|| made(record, Op::Create, Vec::new(), Some(entity)));
    }
    let mut values = Vec::new();
    for pred in preds {
        if pred.verb.class == Class::Decide {
            values.push(verbs::state_of(&pred.verb.base));
        } else if decisions::sets_to(pred) || decisions::marks_state(d, pred) {
            let pp = pred.preps.iter().find(|pp| matches!(pp.prep.as_str(), "as" | "to"))?;
            values.extend(field::choice_values(s, pp.at + 1..pred.range.end));
        }
    }
    if !values.is_empty() {
        return (values.len() >= preds.len()).then(|| made(entity, Op::Update, values, None));
    }
    // the records and not one property of them
    let name = &d.entities[entity].entity.name;
    let whole = |np: &Np| {
        d.find(&np.name()) == Some(entity)
            || d.find(&np.head) == Some(entity)
            || name.ends_with(&format!("_{}", np.head))
    };
    let op = match first.verb.class {
        Class::Update => Op::Update,
        Class::Delete => Op::Delete,
        _ => return None,
    };
    (preds.len() == 1 && np.is_none_or(whole)).then(|| made(entity, op, Vec::new(), None))
}

fn mark(d: &mut Draft, si: usize, pi: usize, pred: &Pred) {
    let s = &d.sentences[si];
    super::access::mark_subject(d, si, pred);
    let plain = |i: &usize| {
        let w = &s.words[*i];
        w.tag == Tag::Poss || matches!(w.lower(), "own" | "or" | "of" | "nobody" | "no" | "one" | "her" | "his")
    };
    let own: Vec<usize> = (0..s.words.len()).filter(plain).collect();
    d.mark_words(si, &own);
    if let Some(made) = made_by_them(s, pred.verb.range.end) {
        d.mark(si, made);
    }
    for (k, p) in s.preds.iter().enumerate().skip(pi) {
        d.mark_verb(si, p);
        for np in p.objects.iter().chain(p.preps.iter().flat_map(|pp| &pp.nps)) {
            d.mark_np(si, np);
        }
        for pp in &p.preps {
            d.mark(si, pp.at..pp.range.end);
        }
        d.done[si].insert(k);
    }
}

/// Keeps the bans, now that all rights are known; those that cannot be kept are gaps.
pub fn settle(d: &mut Draft) {
    for ban in std::mem::take(&mut d.not_own) {
        match kept(d, &ban) {
            Ok(feature) => {
                if let Feature::NotOwn { own, .. } = &feature
                    && own.iter().any(|path| path.ends_with("owner_id"))
                {
                    d.entities[ban.of.unwrap_or(ban.entity)].entity.owned = true;
                }
                d.feature(feature);
                join(d, &ban);
            }
            Err(why) => {
                let s = d.sentences.iter().find(|s| s.id == ban.clause);
                let what = s.map_or_else(String::new, |s| s.quote(ban.words.clone()));
                d.gap(ban.clause, &what, why, true);
            }
        }
    }
}

/// What nobody does some people do not do either: one ban fulfils both sentences.
fn join(d: &mut Draft, ban: &NotOwn) {
    let name = d.entities[ban.entity].entity.name.clone();
    let key = |f: &Feature| match f {
        Feature::NotOwn { entity, op, sets, own, who, .. } if *entity == name => {
            Some((*op, sets.clone(), own.clone(), who.is_empty()))
        }
        _ => None,
    };
    let all: Vec<_> = d.features.iter().map(key).collect();
    for (at, found) in all.iter().enumerate().rev() {
        let Some((op, sets, own, false)) = found else { continue };
        let wide = Some((*op, sets.clone(), own.clone(), true));
        if let Some(other) = all.iter().position(|f| *f == wide) {
            let clauses = d.features[at].clauses().to_vec();
            d.features[other].clauses_mut().extend(clauses);
            d.features.remove(at);
            return;
        }
    }
}

const NOBODY_ELSE: &str = "nobody but whose they are can do it, so nobody could at all";
const WHOSE: &str = "a record does not tell whose it is";
const NO_STATE: &str = "there is no such state";
const UNSEEN: &str = "nobody sees those of others";

fn kept(d: &Draft, ban: &NotOwn) -> Result<Feature, &'static str> {
    let acts = &d.entities[ban.entity].entity;
    let sets = if ban.values.is_empty() {
        None
    } else {
        let state = d.status(ban.entity).ok_or(NO_STATE)?;
        let known = acts.fields.iter().find(|f| f.name == state).map(|f| &f.ty);
        let all = matches!(known, Some(FieldType::Choice { values }) if ban.values.iter().all(|v| values.contains(v)));
        Some(if all { (state, ban.values.clone()) } else { return Err(NO_STATE) })
    };
    let reaches = |a: &&Access| {
        let field = sets.as_ref().is_none_or(|(f, _)| a.only_fields.is_empty() || a.only_fields.contains(f));
        a.ops.contains(&ban.op) && field && a.who != Who::Anyone
    };
    let holders: Vec<&Access> = acts.access.iter().filter(reaches).collect();
    let gone = |f: &Feature| matches!(f, Feature::Forbid { entity, op, .. } if *entity == acts.name && *op == ban.op);
    if !holders.iter().any(|a| ban.op == Op::Create || a.scope == Scope::All) || d.features.iter().any(gone) {
        return Err(NOBODY_ELSE);
    }
    let owner = &d.entities[ban.of.unwrap_or(ban.entity)].entity;
    let mut own = whose(d, ban, &holders)?;
    if ban.of.is_some() {
        let link = d.reference(ban.entity, &owner.name).ok_or(WHOSE)?;
        let seen = |a: &&Access| a.ops.contains(&Op::Read) && !matches!(a.scope, Scope::Own | Scope::OwnParent { .. });
        if !owner.access.iter().any(|a| seen(&a)) {
            return Err(UNSEEN);
        }
        own = own.into_iter().map(|name| format!("{link}.{name}")).collect();
    }
    let entity = acts.name.clone();
    Ok(Feature::NotOwn { entity, op: ban.op, sets, own, who: ban.who.clone(), clauses: vec![ban.clause] })
}

/// What says whose a record is: who made it, or the person it is about.
fn whose(d: &Draft, ban: &NotOwn, holders: &[&Access]) -> Result<Vec<String>, &'static str> {
    let e = ban.of.unwrap_or(ban.entity);
    let entity = &d.entities[e].entity;
    let acting = |role: &String| holders.iter().any(|a| a.who == Who::Role(role.clone()));
    let person = |f: &&Field| match &f.ty {
        FieldType::UserReference { role: Some(role) } => !acting(role) || ban.who.contains(&Who::Role(role.clone())),
        _ => false,
    };
    let mut own: Vec<String> = entity.fields.iter().filter(person).map(|f| f.name.clone()).collect();
    let mut makers = entity.access.iter().filter(|a| a.ops.contains(&Op::Create)).peekable();
    if makers.peek().is_some() && makers.all(|a| a.who != Who::Anyone) {
        own.insert(0, "owner_id".into());
    }
    if own.is_empty() { Err(WHOSE) } else { Ok(own) }
}

/// Whether what is built keeps a sentence from what it says nobody does with their own.
#[must_use]
pub fn keeps(d: &Draft, s: &Sentence, pred: &Pred, entity: &str, on: Op) -> bool {
    let state = verbs::state_of(&pred.verb.base);
    d.features.iter().any(|f| match f {
        Feature::NotOwn { entity: of, op, sets, own, clauses, .. } => {
            let meant = match sets {
                Some((_, values)) => pred.verb.class != Class::Decide || values.contains(&state),
                None => on != Op::Create || own.iter().all(|path| path.contains('.')),
            };
            of == entity && *op == on && meant && clauses.contains(&s.id)
        }
        _ => false,
    })
}
