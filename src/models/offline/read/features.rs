//! What goes beyond fields and plain access: searching, sorting, totals, progress, history, granting, qualities.

use super::answers::{Asked, all_of};
use super::chunk::Np;
use super::draft::Draft;
use super::exports::export;
use super::lexicon::{nouns, verbs::Class};
use super::listing::{by_which, filter, nominal, ordered, search, sort};
use super::order::order_phrase;
use super::sentence::Sentence;
use super::tag::Tag;
use crate::domain::{ClauseId, clause::ClauseKind};
use crate::models::offline::spec::{Feature, Op, Scope, Who};

/// Reads the features of a sentence, before its plain rights.
pub fn read(d: &mut Draft, si: usize, kind: ClauseKind) {
    if kind == ClauseKind::Quality {
        quality(d, si);
    }
    history(d, si);
    grant(d, si);
    progress(d, si);
    super::numbering::read(d, si);
    super::stock::read(d, si);
    super::formulas::read(d, si);
    totals(d, si);
    super::tallies::read(d, si);
    let s = &d.sentences[si];
    for (pi, pred) in s.preds.iter().enumerate() {
        if d.done[si].contains(&pi) {
            continue;
        }
        d.attend(si, pi);
        match pred.verb.class {
            Class::Search => search(d, si, pred),
            Class::Filter => filter(d, si, pred),
            Class::Sort => sort(d, si, pred),
            Class::Export => export(d, si, pred),
            _ if ordered(d, si, pred) => sort(d, si, pred),
            Class::Read if by_which(pred) => search(d, si, pred),
            _ => {}
        }
    }
    order_phrase(d, si);
    nominal(d, si);
}

pub fn mentioned(d: &Draft, si: usize) -> Option<usize> {
    d.sentences[si].items.iter().find_map(|item| match item {
        super::chunk::Item::Np(np) if np.pronoun.is_none() => d.entity_of(np),
        _ => None,
    })
}

/// The entity the text speaks of most.
#[must_use]
pub fn main_entity(d: &Draft) -> Option<usize> {
    (0..d.entities.len()).max_by_key(|e| (d.entities[*e].weight, std::cmp::Reverse(*e)))
}

/// `The system records who changed a treatment and when.`
fn records_who(s: &Sentence) -> bool {
    let records =
        |w: &super::tag::Word| matches!(w.base.as_str(), "record" | "log" | "store" | "save" | "remember" | "keep");
    // `see who changed a song and when`: what is to be seen has been recorded
    let sees = |w: &super::tag::Word| matches!(w.base.as_str(), "see" | "view" | "know" | "show" | "display" | "read");
    let when = s.words.iter().any(|w| w.is("when"));
    let more = s.words.iter().any(|w| matches!(w.lower(), "why" | "reason" | "old" | "previous" | "before"));
    s.words.windows(3).any(|w| {
        (records(&w[0]) || sees(&w[0]) && when)
            && w[1].is("who")
            && matches!(w[2].base.as_str(), "change" | "edit" | "update" | "modify")
    }) && !more
}

/// `on the day it was recorded`, `the member who recorded it`, `whoever has logged a trip`: the record was made, and its changes
/// are not recorded by that.
fn made(s: &Sentence) -> bool {
    let who =
        |w: &super::tag::Word| matches!(w.lower(), "who" | "whoever" | "they" | "he" | "she" | "i" | "you" | "we");
    let it = |w: &super::tag::Word| w.is("it") || w.is("they");
    let between = |w: &super::tag::Word| matches!(w.lower(), "have" | "has" | "had" | "first" | "originally");
    s.words.iter().enumerate().filter(|(_, w)| matches!(w.lower(), "recorded" | "logged" | "tracked")).any(|(at, _)| {
        let before = |n: usize| at.checked_sub(n).map(|at| &s.words[at]);
        let passive = before(1).is_some_and(|w| w.is("was") || w.is("were")) && before(2).is_some_and(it);
        let active = before(1).is_some_and(who) || before(1).is_some_and(between) && before(2).is_some_and(who);
        passive || active
    })
}

/// `Every change of a defect is recorded with who did it and when, and can be read by the board.`
fn history(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    let l = &s.lower;
    // An auditor is a person, and who is logged in is not recorded by that.
    let audited = s.words.iter().any(|w| matches!(w.lower(), "audit" | "audits" | "audited"));
    let signed_in = |rest: &str| {
        let rest = rest.trim_start_matches([' ', '-']);
        // `logged in the journal`
        let place = |rest: &str| [" a ", " an ", " the "].iter().any(|det| rest.starts_with(det));
        ["in", "on", "out"].iter().any(|way| rest.strip_prefix(way).is_some_and(|rest| !place(rest)))
    };
    let logged = l.match_indices("logged").any(|(at, word)| !signed_in(&l[at + word.len()..]));
    let recorded = [
        "recorded",
        "tracked",
        "history of changes",
        "change history",
        "audit trail",
        "audit log",
        "keeps a record",
        "log of all changes",
        "is noted",
    ]
    .iter()
    .any(|w| l.contains(w))
        || logged
        || audited
        || records_who(s);
    let change = audited || ["change", "modification", "edit", "update"].iter().any(|w| l.contains(w));
    // `No change is recorded`
    let none = s.words.first().is_some_and(|w| w.is("no"))
        || s.preds
            .iter()
            .any(|p| p.verb.negated && matches!(p.verb.base.as_str(), "record" | "track" | "log" | "note"));
    if none || !recorded || !change || made(s) && !audited && !records_who(s) {
        return;
    }
    let target = s.items.iter().find_map(|item| match item {
        super::chunk::Item::Np(np) if np.pronoun.is_none() => {
            np.of.as_deref().and_then(|of| d.entity_of(of)).or_else(|| d.entity_of(np))
        }
        _ => None,
    });
    // `Every change is logged`: that of each kind of record
    let any =
        s.words.windows(2).any(|w| matches!(w[0].lower(), "every" | "all" | "each" | "any") && w[1].base == "change");
    let all: Vec<usize> = match target {
        None if any => (0..d.entities.len()).collect(),
        _ => target.or(d.focus).into_iter().collect(),
    };
    let Some(e) = all.first().copied() else { return };
    let readers: Vec<Who> = s
        .preds
        .iter()
        .flat_map(|p| {
            if p.verb.passive {
                p.preps
                    .iter()
                    .filter(|pp| matches!(pp.prep.as_str(), "by" | "to" | "for"))
                    .flat_map(|pp| pp.nps.clone())
                    .collect::<Vec<_>>()
            } else {
                p.subject.clone()
            }
        })
        .filter(|np| np.pronoun.as_deref() != Some("who"))
        .filter_map(|np| d.role(&np).map(|r| d.who_of(r)))
        .collect();
    let entity = d.entities[e].entity.name.clone();
    let readers = if readers.is_empty() {
        let default = d.keepers().first().cloned().unwrap_or_else(|| d.ordinary());
        let (key, default_word) = (format!("history:{entity}"), d.word_for(&default));
        let question = format!("Who may read the recorded changes of a {}?", entity.replace('_', " "));
        let asked = Asked { key: &key, question: &question, default: &default_word, clauses: &[s.id] };
        d.ask_who(asked, all_of(vec![default])).into_iter().map(|h| h.who).collect()
    } else {
        super::rights::unique(readers.into_iter())
    };
    for e in all {
        let entity = d.entities[e].entity.name.clone();
        d.feature(Feature::History { entity, readers: readers.clone(), clauses: vec![s.id] });
        d.touch(e, s.id);
    }
    d.mark(si, 0..s.words.len());
    for pi in 0..s.preds.len() {
        d.done[si].insert(pi);
    }
}

/// `A trainer can be given access to a user's workouts by that user.` `Users can share their lists with other users.`
fn grant(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    for (pi, pred) in s.preds.iter().enumerate() {
        let gives = matches!(pred.verb.base.as_str(), "give" | "grant" | "allow");
        let access = s.words.iter().any(|w| w.is("access"));
        let (e, role) = if gives && access {
            let Some(e) = pred.preps.iter().flat_map(|pp| &pp.nps).chain(&pred.objects).find_map(|np| d.entity_of(np))
            else {
                continue;
            };
            let people: Vec<Np> = if pred.verb.passive { pred.subject.clone() } else { pred.objects.clone() };
            let role = people.iter().find_map(|np| d.role(np)).filter(|r| !r.open).map(|r| r.name.clone());
            (e, role)
        } else if pred.verb.class == Class::Share && !pred.verb.passive {
            let Some(e) = pred.objects.iter().find_map(|np| d.entity_of(np)) else { continue };
            let Some(pp) = pred.preps.iter().find(|pp| pp.prep == "with") else { continue };
            let Some(np) = pp.nps.first().filter(|np| nouns::person(&np.head).is_some() || np.pronoun.is_some()) else {
                continue;
            };
            (e, d.role(np).filter(|r| !r.open).map(|r| r.name.clone()))
        } else {
            continue;
        };
        if !d.has_users() {
            continue;
        }
        let entity = d.entities[e].entity.name.clone();
        d.entities[e].entity.owned = true;
        d.feature(Feature::Grant { entity, role: role.clone(), clauses: vec![s.id] });
        let who = role.map_or_else(|| d.ordinary(), Who::Role);
        d.allow(e, who, &[Op::Read], Scope::Granted, s.id);
        d.touch(e, s.id);
        d.mark(si, pred.verb.range.start..pred.range.end);
        for np in &pred.subject {
            d.mark_np(si, np);
        }
        d.focus = Some(e);
        d.done[si].insert(pi);
    }
}

/// `sees the progress towards each goal`
fn progress(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    let Some(at) =
        s.words.iter().position(|w| w.is("progress")).filter(|i| !s.aside[*i] && (*i == 0 || !s.words[i - 1].is("in")))
    else {
        return;
    };
    let goal = s.items.iter().filter_map(|i| match i {
        super::chunk::Item::Np(np) => Some(np),
        _ => None,
    });
    let goal = goal
        .filter_map(|np| d.find(&np.head).or_else(|| np.of.as_deref().and_then(|o| d.find(&o.head))))
        .find(|e| is_goal(&d.entities[*e].entity.name));
    let Some(goal) = goal.or_else(|| (0..d.entities.len()).find(|e| is_goal(&d.entities[*e].entity.name))) else {
        return;
    };
    d.pending_progress.push((goal, s.id));
    d.touch(goal, s.id);
    let from = (0..at).rev().find(|i| matches!(s.words[*i].tag, Tag::Verb(_))).unwrap_or(at);
    let mut to = at + 1;
    while to < s.words.len() && !matches!(s.words[to].tag, Tag::Stop | Tag::Comma | Tag::Conj | Tag::Sub) {
        to += 1;
    }
    d.mark(si, from..to);
    for (pi, pred) in s.preds.iter().enumerate() {
        if pred.range.contains(&at) {
            d.done[si].insert(pi);
            for np in &pred.subject {
                d.mark_np(si, np);
            }
        }
    }
    d.focus = Some(goal);
}

#[must_use]
pub fn is_goal(name: &str) -> bool {
    name.split('_').any(|w| matches!(w, "goal" | "target" | "objective" | "challenge" | "budget"))
}

/// Works out what the progress of a goal is the sum of, once all fields are known.
pub fn finish_progress(d: &mut Draft) {
    for (goal, id) in std::mem::take(&mut d.pending_progress) {
        super::sums::goal_progress(d, goal, id);
    }
}

/// `a dashboard with the totals of the last four weeks`, `the total amount per category`
fn totals(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    // a value of each record, and no page of numbers
    if super::formulas::is_sum(s) {
        return;
    }
    let at = s.words.iter().position(|w| {
        matches!(w.lower(), "total" | "totals" | "sum" | "sums" | "statistics" | "summary")
            && !d_is_property(s, w.lower())
    });
    let Some(at) = at.filter(|i| !s.aside[*i] && !d.is_used(si, *i)) else { return };
    if s.lower.contains("order summary")
        || s.words.get(at + 1).is_some_and(|w| w.is("price")) && s.lower.contains("deduct")
    {
        return;
    }
    // `the total value of the stock`: of something that no record keeps
    let counted = |w: &super::tag::Word| {
        matches!(
            w.base.as_str(),
            "amount" | "number" | "sum" | "cost" | "price" | "fee" | "expense" | "weight" | "hour"
        ) || d.find(&w.base).is_some()
            || (0..d.entities.len()).any(|e| {
                let fields = &d.entities[e].entity.fields;
                fields.iter().any(|f| f.name.split('_').any(|p| p == w.lower() || p == w.base))
            })
    };
    let next = s.words.get(at + 1).filter(|w| w.tag == Tag::Noun && s.words[at].is("total"));
    if next.is_some_and(|w| !counted(w)) {
        return;
    }
    d.pending_totals.push((si, at, d.focus));
    let _ = Np::name;
    for (pi, pred) in s.preds.iter().enumerate() {
        if pred.range.contains(&at) || pred.subject.iter().any(|np| np.range.contains(&at)) {
            d.done[si].insert(pi);
        }
    }
}

fn d_is_property(s: &Sentence, w: &str) -> bool {
    // `the total of an order` as a field of a list
    w == "total" && s.preds.iter().any(|p| p.verb.class == Class::Have)
}

/// Qualities the platform keeps and a test can show.
fn quality(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    let l = s.lower.as_str();
    let id: ClauseId = s.id;
    let mobile =
        ["phone", "mobile", "smartphone", "small screen", "responsive", "tablet"].iter().any(|w| l.contains(w))
            && !l.contains("phone number")
            && !l.contains("native")
            && !l.contains("mobile app");
    if mobile {
        d.feature(Feature::Mobile { clauses: vec![id] });
        for (i, w) in s.words.iter().enumerate() {
            if matches!(
                w.base.as_str(),
                "phone"
                    | "mobile"
                    | "smartphone"
                    | "usable"
                    | "work"
                    | "works"
                    | "responsive"
                    | "tablet"
                    | "device"
                    | "desktop"
                    | "look"
                    | "display"
                    | "use"
                    | "screen"
                    | "well"
                    | "fit"
                    | "computer"
            ) || matches!(
                w.lower(),
                "usable" | "work" | "works" | "phones" | "mobile" | "responsive" | "use" | "used"
            ) {
                d.mark(si, i..i + 1);
            }
        }
    }
    let timed = s
        .words
        .iter()
        .position(|w| matches!(w.lower(), "ms" | "milliseconds" | "second" | "seconds"))
        .filter(|i| *i > 0 && s.words[i - 1].token.value.is_some());
    if let Some(t) = timed
        && (l.contains("within")
            || l.contains("under")
            || l.contains("less than")
            || l.contains("faster than")
            || l.contains("at most")
            || l.contains("no more than")
            || l.contains("response time")
            || l.contains("below")
            || l.contains("in "))
    {
        let n = s.words[t - 1].token.value.unwrap_or(1.0);
        let millis = if s.words[t].lower().starts_with("ms") || s.words[t].lower().starts_with("milli") {
            n
        } else {
            n * 1000.0
        };
        let Some(e) = mentioned(d, si).or(d.focus).or_else(|| main_entity(d)) else { return };
        let records = (0..s.words.len()).filter(|i| *i != t - 1).find_map(|i| {
            s.words[i].token.value.filter(|v| *v >= 10.0 && s.words.get(i + 1).is_some_and(|w| w.tag == Tag::Noun))
        });
        let own_machine = [
            "'s old",
            "'s pc",
            "our pc",
            "our server",
            "our machine",
            "our computer",
            "laptop",
            "raspberry",
            " old pc",
            "hardware",
            "'s computer",
            "'s server",
        ]
        .iter()
        .any(|w| l.contains(w));
        let concurrent = l.contains("concurrent") || l.contains("simultaneous") || l.contains("users");
        let records = records.unwrap_or_else(|| load(d, id));
        d.feature(Feature::Performance {
            entity: d.entities[e].entity.name.clone(),
            records: records as u32,
            millis: millis as u32,
            own_machine,
            clauses: vec![id],
        });
        if !concurrent {
            d.mark(si, 0..s.words.len());
        }
    }
}

/// How many records there are when the time is measured, where the text does not say.
fn load(d: &mut Draft, id: ClauseId) -> f64 {
    const USUAL: f64 = 1000.0;
    let key = format!("load:{id}");
    let question = "How many records must be there when the response time is measured?";
    let answer = d.ask(&key, question, "1000", &[id]);
    d.offer(&key, "1000", ["100", "10000"]);
    let number: Result<u32, _> = answer.replace([',', ' '], "").trim_end_matches("records").parse();
    match number {
        Ok(records) if (1..=100_000).contains(&records) => f64::from(records),
        _ => {
            let asked = Asked { key: &key, question, default: "1000", clauses: &[id] };
            d.not_followed(asked, &answer, "it is no number from 1 to 100000");
            USUAL
        }
    }
}
