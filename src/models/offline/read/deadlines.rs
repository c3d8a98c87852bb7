//! Limits in time: how far ahead a date may lie, and until when something can still be done.

use super::chunk::{Np, noun_phrase};
use super::draft::Draft;
use super::lexicon::verbs::Class;
use super::sentence::{Pred, Sentence};
use super::tag::Tag;
use crate::models::offline::spec::{Feature, FieldRule, FieldType, Op, Rule, Scope, Until};
use std::ops::Range;

/// Reads the limits in time of a sentence.
pub fn read(d: &mut Draft, si: usize) {
    ahead(d, si);
    past(d, si);
    closes(d, si);
}

/// Reads until when something can be done of what belongs to something that only a right says.
pub fn late(d: &mut Draft, si: usize) {
    let id = d.sentences[si].id;
    let read = |f: &Feature| matches!(f, Feature::Closes { clauses, .. } if clauses.contains(&id));
    if !d.features.iter().any(read) {
        closes(d, si);
        not_for_past(d, si);
    }
}

/// `Past tours cannot be booked`, `Tours in the past cannot be booked.`: nobody makes a record for what is over.
fn not_for_past(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    let [pred] = &s.preds[..] else { return };
    let bans = pred.verb.passive && pred.verb.negated && pred.preps.is_empty() && pred.verb.class == Class::Transact;
    let [np] = &pred.subject[..] else { return };
    let adjectives: Vec<&str> = np.adjectives().collect();
    let behind = pred.verb.range.start == np.range.end + 3 && phrase_at(s, np.range.end, "in the past");
    let over = adjectives == ["past"] && pred.verb.range.start == np.range.end || behind && adjectives.is_empty();
    let Some(e) = super::access::record_entity(d, pred).filter(|_| bans && over) else { return };
    let Some(parent) = d.find(&np.head).filter(|parent| *parent != e) else { return };
    let Some(link) = d.reference(e, &d.entities[parent].entity.name) else { return };
    let Some(date) = main_date(d, parent) else { return };
    let (entity, id) = (d.entities[e].entity.name.clone(), s.id);
    let date = format!("{link}.{date}");
    require(d, e, &date);
    let until = Until::Days { before: 0 };
    d.feature(Feature::Closes { entity, op: Op::Create, sets: None, date, time: None, until, clauses: vec![id] });
    d.touch(e, id);
    d.mark(si, np.range.start..pred.verb.range.end);
    d.done[si].insert(0);
}

/// `2 weeks`, `24 hours`: how many, of which unit, and the words.
pub(super) struct Stretch {
    count: u32,
    unit: String,
    pub range: Range<usize>,
}

pub(super) fn stretch(s: &Sentence, at: usize) -> Option<Stretch> {
    let value = s.words.get(at)?.token.value.filter(|v| *v >= 0.0 && v.fract() == 0.0 && *v < 10_000.0)?;
    let unit = s.words.get(at + 1)?.base.clone();
    matches!(unit.as_str(), "hour" | "day" | "week").then_some(Stretch { count: value as u32, unit, range: at..at + 2 })
}

impl Stretch {
    pub fn days(&self) -> Option<u32> {
        match self.unit.as_str() {
            "day" => Some(self.count),
            "week" => Some(self.count * 7),
            _ => (self.count.is_multiple_of(24)).then_some(self.count / 24),
        }
    }
}

fn phrase_at(s: &Sentence, at: usize, phrase: &str) -> bool {
    phrase.split(' ').enumerate().all(|(k, w)| s.words.get(at + k).is_some_and(|x| x.is(w)))
}

/// Which of the phrases ends right before a word, and where it begins.
pub(super) fn led<'p>(s: &Sentence, at: usize, phrases: &[&'p str]) -> Option<(&'p str, usize)> {
    phrases.iter().find_map(|p| {
        let from = at.checked_sub(p.split(' ').count())?;
        phrase_at(s, from, p).then_some((*p, from))
    })
}

/// The date by which records of a kind are ordered in time: when they begin, or their only date.
fn main_date(d: &Draft, e: usize) -> Option<String> {
    let fields = &d.entities[e].entity.fields;
    let dated = |f: &&crate::models::offline::spec::Field| f.ty.is_day();
    let begins = ["start", "begin", "from", "arrival", "check_in", "pick_up", "first"];
    let named = |name: &str| begins.iter().any(|w| name.starts_with(w));
    let all: Vec<_> = fields.iter().filter(dated).filter(|f| !f.read_only).collect();
    let start = all.iter().find(|f| named(&f.name)).or_else(|| all.iter().find(|f| f.name == "date"));
    start.copied().or(if let [one] = all[..] { Some(one) } else { None }).map(|f| f.name.clone())
}

fn is_dated(d: &Draft, e: usize, name: &str) -> bool {
    d.entities[e].entity.fields.iter().any(|f| f.name == name && f.ty.is_day())
}

/// `can be booked at most 14 days in advance`, `must be at least 2 days from now`
fn ahead(d: &mut Draft, si: usize) {
    const TAILS: [&str; 9] = [
        "in advance",
        "ahead of time",
        "ahead",
        "from now",
        "from today",
        "in the future",
        "into the future",
        "beforehand",
        "after today",
    ];
    const MOST: [&str; 8] =
        ["at most", "no more than", "not more than", "up to", "a maximum of", "maximum", "within", "more than"];
    const LEAST: [&str; 5] = ["at least", "no less than", "not less than", "a minimum of", "less than"];
    let s = &d.sentences[si];
    for (pi, pred) in s.preds.iter().enumerate() {
        if pred.subordinate {
            continue;
        }
        let found = (pred.verb.range.start..pred.range.end.min(s.words.len())).find_map(|at| {
            let time = stretch(s, at)?;
            let tail = TAILS.iter().find(|t| phrase_at(s, time.range.end, t))?;
            let end = time.range.end + tail.split(' ').count();
            let most = led(s, at, &MOST).map(|(p, from)| (true, p, from));
            let (most, words, from) = most.or_else(|| led(s, at, &LEAST).map(|(p, from)| (false, p, from)))?;
            // `not more than 3 days`, `cannot be booked more than 3 days`: a comparison of its own needs a ban
            let bare = matches!(words, "more than" | "less than");
            (!bare || pred.verb.negated).then_some((time.days()?, most, from..end))
        });
        let Some((days, most, range)) = found else { continue };
        let Some((e, name)) = limited(d, pred) else { continue };
        let mut rules = vec![if most { Rule::UntilDay { days } } else { Rule::FromDay { days } }];
        let past = s.find("in the past").filter(|r| r.start >= range.end && s.words[r.start - 1].is("not"));
        if past.is_some() {
            rules.push(Rule::NotInPast);
        }
        let id = s.id;
        if let Some(f) = d.field_mut(e, &name) {
            for rule in rules {
                match f.rules.iter_mut().find(|r| r.rule == rule) {
                    Some(r) => r.clauses.push(id),
                    None => f.rules.push(FieldRule { rule, clauses: vec![id] }),
                }
            }
            // a record without the date would slip through
            f.required = true;
        }
        d.touch(e, id);
        d.mark(si, range);
        if let Some(past) = past {
            d.mark(si, past.start - 1..past.end);
        }
        for np in &pred.subject {
            d.mark_np(si, np);
        }
        if pred.verb.class == Class::Be || pred.verb.passive {
            d.mark_verb(si, pred);
            d.done[si].insert(pi);
        }
    }
}

/// `Past rehearsals cannot be changed any more.`: from the day after their date on.
fn past(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    for (pi, pred) in s.preds.iter().enumerate() {
        let op = match pred.verb.class {
            Class::Update => Op::Update,
            Class::Delete => Op::Delete,
            _ => continue,
        };
        let bans = pred.verb.passive && pred.verb.negated && !pred.subordinate && pred.preps.is_empty();
        let [np] = &pred.subject[..] else { continue };
        let only_past = np.adjectives().collect::<Vec<_>>() == ["past"];
        let Some(e) = d.find(&np.head).filter(|_| bans && only_past && !d.done[si].contains(&pi)) else { continue };
        let Some(date) = main_date(d, e) else { continue };
        let (entity, id) = (d.entities[e].entity.name.clone(), s.id);
        if let Some(f) = d.field_mut(e, &date) {
            f.required = true;
        }
        let until = Until::Days { before: 0 };
        d.feature(Feature::Closes { entity, op, sets: None, date, time: None, until, clauses: vec![id] });
        d.touch(e, id);
        d.mark(si, np.range.clone());
        d.mark_verb(si, pred);
        d.done[si].insert(pi);
    }
}

/// The date that a limit of a predicate is about: the one that its subject is, or that of the records it makes.
fn limited(d: &Draft, pred: &Pred) -> Option<(usize, String)> {
    let named = pred.subject.iter().find_map(|np| super::rules::subject_field(d, np));
    if let Some((e, name)) = named.filter(|(e, f)| is_dated(d, *e, f)) {
        return Some((e, name));
    }
    let makes = matches!(pred.verb.class, Class::Transact | Class::Create) || pred.verb.base == "request";
    let phrases = if pred.verb.passive { &pred.subject } else { &pred.objects };
    let record = super::access::record_entity(d, pred);
    let e = record.or_else(|| phrases.iter().find_map(|np| d.entity_of(np))).filter(|_| makes)?;
    Some((e, main_date(d, e)?))
}

/// `can be cancelled until 24 hours before it starts`, `until the day before`, `until 2 days after the game`
fn closes(d: &mut Draft, si: usize) {
    const UNTIL: [&str; 8] =
        ["until", "up until", "up to", "till", "no later than", "not later than", "at the latest", "at least"];
    let s = &d.sentences[si];
    for (pi, pred) in s.preds.iter().enumerate() {
        if pred.subordinate {
            continue;
        }
        let Some((what, e)) = act(d, si, pred) else { continue };
        let found = (pred.verb.range.end..next_right(s, pi)).find_map(|at| {
            let one_day = phrase_at(s, at, "the day") || phrase_at(s, at, "one day");
            let time = stretch(s, at)
                .or_else(|| one_day.then(|| Stretch { count: 1, unit: "day".into(), range: at..at + 2 }))?;
            let side = s.words.get(time.range.end).filter(|w| w.is("before") || w.is("after"))?.is("before");
            let lead = led(s, at, &UNTIL).filter(|_| !pred.verb.negated);
            let ban = led(s, at, &["later than", "less than"]).filter(|_| pred.verb.negated && side);
            let (word, from) = lead.or(ban)?;
            (side || word != "at least").then_some((time, side, from))
        });
        let found = found.or_else(|| until_it_begins(s, pred)).or_else(|| once_it_has_begun(s, pred));
        let Some((time, before, from)) = found else { continue };
        let begun = time.unit.is_empty() && pred.verb.negated;
        let stop = s.words.iter().rposition(|w| w.tag != Tag::Stop).map_or(0, |i| i + 1);
        let found = if begun {
            own_or_referred(d, e).map(|date| (date, stop))
        } else {
            reference(d, si, e, time.range.end + 1)
        };
        let Some((date, end)) = found else { continue };
        let Some((mut exact, clock)) = with_time(d, e, &date) else { continue };
        let hours = matches!(time.unit.as_str(), "" | "hour") && before;
        let clock = clock.filter(|_| hours && !exact);
        exact |= clock.is_some();
        let until = match (time.unit.as_str(), before) {
            // a date without a time begins with its day
            ("", _) if exact => Until::Hours { before: 0 },
            ("", _) => Until::Days { before: 1 },
            ("hour", true) if exact => Until::Hours { before: time.count },
            ("hour", _) => continue,
            (_, true) => Until::Days { before: time.days().unwrap_or_default() as i32 },
            (_, false) => Until::Days { before: -(time.days().unwrap_or_default() as i32) },
        };
        let (op, sets) = what;
        let (entity, id) = (d.entities[e].entity.name.clone(), s.id);
        require(d, e, &date);
        if let Some(clock) = &clock {
            require(d, e, &date.rsplit_once('.').map_or_else(|| clock.clone(), |(link, _)| format!("{link}.{clock}")));
        }
        d.feature(Feature::Closes { entity, op, sets, date, time: clock, until, clauses: vec![id] });
        d.touch(e, id);
        d.mark(si, from..end);
        let takes_back = takes_back(pred);
        if takes_back {
            for who in d.actors(pred) {
                d.allow(e, who, &[Op::Delete], Scope::Own, id);
            }
        }
        if op == Op::Create || takes_back {
            d.mark(si, pred.verb.range.clone());
            d.mark(si, pred.range.start..from);
            for np in &pred.subject {
                d.mark_np(si, np);
            }
            d.done[si].insert(pi);
        }
        for (k, p) in s.preds.iter().enumerate().skip(pi + 1) {
            if p.range.start >= from && p.range.end <= end + 1 {
                d.done[si].insert(k);
            }
        }
    }
}

/// Where the sentence gives another right of its own: `can book a seat and may withdraw until the day before` limits the
/// withdrawing alone.
fn next_right(s: &Sentence, pi: usize) -> usize {
    let own = |p: &&Pred| !p.subordinate && s.words[p.verb.range.start].tag == Tag::Modal;
    s.preds[pi + 1..].iter().find(own).map_or(s.words.len(), |p| p.verb.range.start)
}

/// `until it starts`, `before they begin`: no stretch of time before it.
fn until_it_begins(s: &Sentence, pred: &Pred) -> Option<(Stretch, bool, usize)> {
    let at = (pred.verb.range.end..s.words.len().saturating_sub(2)).find(|i| {
        let pronoun = matches!(s.words[i + 1].lower(), "it" | "they");
        let begins = matches!(s.words[i + 2].base.as_str(), "start" | "begin");
        matches!(s.words[*i].lower(), "until" | "before" | "till") && pronoun && begins
    })?;
    let none = Stretch { count: 0, unit: String::new(), range: at..at };
    (!pred.verb.negated).then_some((none, true, at))
}

/// `once it has started`, `after they have begun`: no later.
fn once_it_has_begun(s: &Sentence, pred: &Pred) -> Option<(Stretch, bool, usize)> {
    let at = (pred.verb.range.end..s.words.len().saturating_sub(3)).find(|i| {
        let pronoun = matches!(s.words[i + 1].lower(), "it" | "they");
        let has = matches!(s.words[i + 2].base.as_str(), "have" | "has");
        let begun = matches!(s.words[i + 3].base.as_str(), "start" | "begin");
        let ends = s.words.get(i + 4).is_none_or(|w| w.tag == Tag::Stop);
        matches!(s.words[*i].lower(), "once" | "after" | "when" | "if") && pronoun && has && begun && ends
    })?;
    let none = Stretch { count: 0, unit: String::new(), range: at..at };
    pred.verb.negated.then_some((none, true, at))
}

/// What a predicate lets people do, with the records it is about.
#[allow(clippy::type_complexity)]
fn act(d: &Draft, si: usize, pred: &Pred) -> Option<((Op, Option<(String, String)>), usize)> {
    let s = &d.sentences[si];
    let phrases = if pred.verb.passive { &pred.subject } else { &pred.objects };
    let about = phrases.iter().find_map(|np| d.entity_of(np));
    match pred.verb.class {
        // `leave a shift`: the record of who takes part goes, and no shift
        _ if pred.verb.base == "leave" && !pred.verb.passive => {
            Some(((Op::Delete, None), super::relations::taking_part(d, about?)?))
        }
        _ if takes_back(pred) => Some(((Op::Delete, None), taken_before(d, s, pred)?)),
        Class::Delete => {
            let e = about?;
            let cancelled = d.status(e).and_then(|field| {
                let f = d.entities[e].entity.fields.iter().find(|f| f.name == field)?;
                let FieldType::Choice { values } = &f.ty else { return None };
                let value = values.iter().find(|v| matches!(v.as_str(), "cancelled" | "canceled"))?;
                (pred.verb.base == "cancel").then(|| (field.clone(), value.clone()))
            });
            Some(if cancelled.is_some() { ((Op::Update, cancelled), e) } else { ((Op::Delete, None), e) })
        }
        Class::Update => Some(((Op::Update, None), about?)),
        Class::Transact => Some(((Op::Create, None), super::access::record_entity(d, pred).or(about)?)),
        Class::Create => Some(((Op::Create, None), about?)),
        // `Registration is possible until …`
        Class::Be if s.words[pred.range.clone()].iter().any(|w| w.is("possible") || w.is("open")) => {
            let e = pred.subject.iter().find_map(|np| d.entity_of(np))?;
            Some(((Op::Create, None), e))
        }
        _ => None,
    }
}

/// `may withdraw`, from what the sentence speaks of before.
fn takes_back(pred: &Pred) -> bool {
    matches!(pred.verb.base.as_str(), "withdraw" | "cancel") && pred.objects.is_empty() && !pred.verb.passive
}

/// The record that the sentence lets the same people make: the registration of `can sign up for a duty and may withdraw`.
fn taken_before(d: &Draft, s: &Sentence, pred: &Pred) -> Option<usize> {
    let before = s.preds.iter().take_while(|p| p.verb.range.start < pred.verb.range.start);
    let makes = |p: &&Pred| p.verb.class == Class::Transact && !p.verb.negated && p.subject == pred.subject;
    before.filter(makes).last().and_then(|p| super::access::record_entity(d, p))
}

/// The date behind `before`: `it starts`, `the start`, `the trip`, or nothing. Gives where its words end.
fn reference(d: &Draft, si: usize, e: usize, at: usize) -> Option<(String, usize)> {
    let s = &d.sentences[si];
    let stop = (at..s.words.len()).find(|i| s.words[*i].tag == Tag::Stop).unwrap_or(s.words.len());
    if at >= stop {
        return Some((own_or_referred(d, e)?, stop));
    }
    let begins = |i: usize| matches!(s.words.get(i).map_or("", |w| w.base.as_str()), "start" | "begin");
    let pronoun = matches!(s.words[at].lower(), "it" | "they" | "this");
    if pronoun && begins(at + 1) && at + 2 == stop {
        return Some((own_or_referred(d, e)?, stop));
    }
    let np = noun_phrase(&s.words, at)?;
    let rest = np.range.end..stop;
    if !(rest.is_empty() || rest.len() == 1 && begins(rest.start)) {
        return None;
    }
    Some((date_of(d, e, &np)?, stop))
}

/// When a record begins, or the one thing with a date that it is about.
fn own_or_referred(d: &Draft, e: usize) -> Option<String> {
    let referred = d.entities[e].entity.fields.iter().filter_map(|f| {
        let FieldType::Reference { entity } = &f.ty else { return None };
        Some(format!("{}.{}", f.name, main_date(d, d.find(entity)?)?))
    });
    main_date(d, e).or_else(|| match &referred.collect::<Vec<_>>()[..] {
        [one] => Some(one.clone()),
        _ => None,
    })
}

fn date_of(d: &Draft, e: usize, np: &Np) -> Option<String> {
    // `the trip starts`, read as one phrase
    let begins = matches!(np.head.as_str(), "start" | "begin" | "beginning");
    let owner = np.of.as_deref().and_then(|of| d.entity_of(of));
    let within = np.nouns.last().and_then(|n| d.find(n));
    let kind = owner.or(within).or_else(|| d.find(&np.name()).or_else(|| d.find(&np.head)));
    if let Some(field) = d.field_of(e, np).filter(|f| is_dated(d, e, f)) {
        return Some(field);
    }
    match kind {
        Some(p) if p == e => main_date(d, e),
        Some(p) => {
            let link = d.reference(e, &d.entities[p].entity.name)?;
            Some(format!("{link}.{}", main_date(d, p)?))
        }
        None if begins => main_date(d, e),
        // `the departure` of a stay
        None => {
            let fields = &d.entities[e].entity.fields;
            let named =
                |f: &&crate::models::offline::spec::Field| f.name.starts_with(&np.head) && is_dated(d, e, &f.name);
            fields.iter().find(named).map(|f| f.name.clone())
        }
    }
}

/// A record without the date would slip through: neither it nor what leads to it may be missing.
fn require(d: &mut Draft, e: usize, path: &str) {
    let (name, rest) = path.split_once('.').map_or((path, None), |(link, field)| (link, Some(field)));
    let Some(f) = d.field_mut(e, name) else { return };
    f.required = true;
    let to = if let FieldType::Reference { entity } = &f.ty { Some(entity.clone()) } else { None };
    if let (Some(to), Some(field)) = (to.and_then(|to| d.find(&to)), rest)
        && let Some(f) = d.field_mut(to, field)
    {
        f.required = true;
    }
}

/// Whether the date has a time of day, and the field beside it that holds one; `None` if there is no such date.
fn with_time(d: &Draft, e: usize, date: &str) -> Option<(bool, Option<String>)> {
    let (e, field) = match date.split_once('.') {
        Some((link, field)) => {
            let f = d.entities[e].entity.fields.iter().find(|f| f.name == link)?;
            let FieldType::Reference { entity } = &f.ty else { return None };
            (d.find(entity)?, field)
        }
        None => (e, date),
    };
    let fields = &d.entities[e].entity.fields;
    let f = fields.iter().find(|f| f.name == field)?;
    let clocks: Vec<&str> = fields.iter().filter(|f| f.ty == FieldType::Time).map(|f| f.name.as_str()).collect();
    let begins = |name: &&&str| ["start", "begin", "from", "opens"].iter().any(|w| name.starts_with(w));
    let clock = clocks.iter().find(begins).or(if let [one] = &clocks[..] { Some(one) } else { None });
    Some((f.ty == FieldType::DateTime, clock.map(|name| (*name).to_owned())))
}
