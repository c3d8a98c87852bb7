//! What people request: of a text that speaks of bookings it is a booking, not another room. Of what others add it is a record
//! of its own: whoever requests a tool or enters a race makes no more of them.

use super::chunk::{Item, Np};
use super::draft::Draft;
use super::lexicon::{
    nouns,
    verbs::{self, Class},
};
use super::sentence::{Pred, Sentence};
use std::collections::BTreeSet;

/// The records that requests of something become, and the verb that makes them.
const MADE: [(&str, &str); 2] = [("booking", "book"), ("reservation", "reserve")];

/// `A hirer requests a room with a first day.` in a text of bookings and of no requests is `books a room with …`.
pub fn settle(all: &mut [Sentence]) {
    applied_for(all);
    of_others(all);
    are_requests(all);
    are_suggestions(all);
    only_suggested(all);
    so_many(all);
    let speaks =
        |head: &str| all.iter().any(|s| s.items.iter().any(|item| matches!(item, Item::Np(np) if np.head == head)));
    let Some((record, base)) = MADE.into_iter().find(|(record, _)| speaks(record)).filter(|_| !speaks("request"))
    else {
        return;
    };
    for pred in all.iter_mut().flat_map(|s| &mut s.preds).filter(|p| p.verb.base == "request" && !p.verb.passive) {
        // `a room` may be a property of something, with properties of its own it is none
        let described = pred.preps.iter().any(|pp| pp.prep == "with");
        let thing = |head: &str| head != record && (described || nouns::property(head).is_none());
        let of_something = pred.objects.iter().all(|np| np.pronoun.is_none() && thing(&np.head));
        if of_something && !pred.objects.is_empty() {
            base.clone_into(&mut pred.verb.base);
            pred.verb.class = verbs::class(base);
        }
    }
}

/// `Residents apply for a permit with a plate and a street.`: what is applied for is told of, so it is what is kept; where the
/// text speaks of applications, or where somebody adds permits, an application is a record about one.
fn applied_for(all: &mut [Sentence]) {
    let speaks = |s: &Sentence| s.items.iter().any(|item| matches!(item, Item::Np(np) if np.head == "application"));
    if all.iter().any(speaks) {
        return;
    }
    let added = added(all);
    for pred in all.iter_mut().flat_map(|s| &mut s.preds).filter(|p| p.verb.base == "apply" && !p.verb.passive) {
        let described = pred.preps.iter().any(|pp| pp.prep == "with" && pp.nps.len() > 1);
        let thing = |np: &Np| np.pronoun.is_none() && nouns::person(&np.head).is_none() && !added.contains(&np.head);
        let applies = pred.verb.class == Class::Transact && matches!(&pred.objects[..], [np] if thing(np));
        if !(applies && described) {
            continue;
        }
        pred.verb.class = Class::Create;
    }
}

/// `Patients request appointments. The office confirms each request.`: what is there because somebody asked for it is the request.
fn are_requests(all: &mut [Sentence]) {
    let added = added(all);
    let asks = |p: &&Pred| p.verb.base == "request" && !p.verb.passive && !p.objects.is_empty();
    let asked: BTreeSet<String> = all
        .iter()
        .flat_map(|s| s.preds.iter().filter(asks))
        .flat_map(|p| &p.objects)
        .map(|np| np.head.clone())
        .collect();
    let mut heads = asked.iter();
    let (Some(head), None) = (heads.next(), heads.next()) else { return };
    if !BY_ASKING.contains(&head.as_str()) || head == "request" || added.contains(head) {
        return;
    }
    let rename = |np: &mut Np| {
        if np.head == "request" && np.pronoun.is_none() && np.nouns.is_empty() {
            head.clone_into(&mut np.head);
        }
    };
    for s in all.iter_mut() {
        s.items.iter_mut().for_each(|item| {
            if let Item::Np(np) = item {
                rename(np);
            }
        });
        for pred in &mut s.preds {
            let phrases = pred.preps.iter_mut().flat_map(|pp| &mut pp.nps);
            pred.subject.iter_mut().chain(&mut pred.objects).chain(phrases).for_each(rename);
        }
    }
}

/// `Readers suggest a book with a title.` in a text that says what becomes of a suggestion: this makes one, and no book.
fn are_suggestions(all: &mut [Sentence]) {
    if nouns::unsupported("suggestion").is_some() {
        return;
    }
    for pred in all.iter_mut().flat_map(|s| &mut s.preds).filter(|p| p.verb.base == "suggest" && !p.verb.passive) {
        let person = pred.subject.iter().all(|np| nouns::person(&np.head).is_some());
        let described = pred.preps.iter().any(|pp| matches!(pp.prep.as_str(), "with" | ":"));
        if let ([np], true) = (&mut pred.objects[..], person && described) {
            "suggestion".clone_into(&mut np.head);
            (np.mods, np.nouns) = (Vec::new(), Vec::new());
        }
    }
}

/// `Singers can suggest new scores` where the librarian enters scores: a wish for one, and no score that is there.
fn only_suggested(all: &mut [Sentence]) {
    let suggests = |p: &Pred| matches!(p.verb.base.as_str(), "suggest" | "propose" | "recommend");
    let makes = |p: &&Pred| {
        let adds = matches!(p.verb.class, Class::Create | Class::Manage) && !suggests(p);
        adds && !p.verb.negated && !p.verb.passive && !p.subordinate
    };
    let person = |np: &&Np| np.pronoun.is_none() && nouns::person(&np.head).is_some();
    let mut added: Vec<(String, Vec<String>)> = Vec::new();
    for pred in all.iter().flat_map(|s| &s.preds).filter(makes) {
        let whos: Vec<String> = pred.subject.iter().filter(person).map(|np| np.head.clone()).collect();
        added.extend(pred.objects.iter().map(|np| (np.head.clone(), whos.clone())));
    }
    for pred in all.iter_mut().flat_map(|s| &mut s.preds).filter(|p| suggests(p) && !p.verb.passive) {
        let told = pred.preps.iter().any(|pp| matches!(pp.prep.as_str(), "with" | ":"));
        let others = |what: &Np| {
            let theirs = |whos: &[String]| !whos.is_empty() && pred.subject.iter().all(|np| !whos.contains(&np.head));
            let mut adders = added.iter().filter(|(head, _)| *head == what.head).peekable();
            adders.peek().is_some() && adders.all(|(_, whos)| theirs(whos))
        };
        if !told && !pred.objects.is_empty() && pred.objects.iter().all(others) {
            pred.verb.class = Class::Other;
        }
    }
}

/// `send a request with a title and a text`: what is asked for is kept as it was asked; no message leaves for it.
pub fn sent(pred: &mut Pred) {
    const ASKED: [&str; 9] =
        ["request", "application", "report", "complaint", "inquiry", "enquiry", "proposal", "claim", "order"];
    let asked = |np: &Np| ASKED.contains(&np.head.as_str()) && np.pronoun.is_none();
    let described = pred.preps.iter().any(|pp| pp.prep == "with" && pp.nps.len() > 1);
    // to whom, or by which way, is another demand
    let plain = pred.preps.iter().all(|pp| matches!(pp.prep.as_str(), "with" | "for" | "of" | "about"));
    if pred.verb.base == "send" && !pred.verb.passive && described && plain && pred.objects.iter().all(asked) {
        pred.verb.class = verbs::Class::Create;
    }
}

/// Whether what goes by this name is there because somebody asks for it.
#[must_use]
pub fn is_asked_for(noun: &str) -> bool {
    BY_ASKING.contains(&noun)
}

/// The record that somebody asks for: the appointment of `request an appointment`.
#[must_use]
pub fn asked_for(d: &Draft, pred: &Pred) -> Option<usize> {
    let named = |np: &Np| d.find(&np.head).filter(|_| BY_ASKING.contains(&np.head.as_str()));
    pred.objects.iter().find_map(named).filter(|_| pred.verb.base == "request")
}

/// Verbs that may add what their object names, or only take part in it.
const TAKES_UP: [&str; 4] = ["request", "ask", "enter", "join"];
/// What one enters oneself for.
const ENTERED_FOR: [&str; 12] = [
    "race",
    "competition",
    "tournament",
    "contest",
    "raffle",
    "draw",
    "lottery",
    "league",
    "cup",
    "championship",
    "event",
    "regatta",
];
/// What is there because somebody asks for it.
const BY_ASKING: [&str; 10] =
    ["appointment", "booking", "reservation", "visit", "request", "leave", "holiday", "absence", "vacation", "quote"];

/// `Runners can enter a race.` where `The organiser can add a race.`: a registration for it. `Members can request tools.` where
/// somebody adds them: a request for one.
fn of_others(all: &mut [Sentence]) {
    let added = added(all);
    for pred in all.iter_mut().flat_map(|s| &mut s.preds).filter(|p| !p.verb.passive && !p.objects.is_empty()) {
        let theirs = |head: &String| added.contains(head) && nouns::person(head).is_none();
        let of = |list: &[&str]| pred.objects.iter().all(|np| np.pronoun.is_none() && list.contains(&np.head.as_str()));
        if !pred.objects.iter().all(|np| theirs(&np.head)) {
            continue;
        }
        match pred.verb.base.as_str() {
            "request" if !pred.objects.iter().any(|np| BY_ASKING.contains(&np.head.as_str())) => {
                pred.verb.class = Class::Transact;
            }
            "enter" if of(&ENTERED_FOR) => {
                "register".clone_into(&mut pred.verb.base);
                pred.verb.class = Class::Transact;
            }
            _ => {}
        }
    }
}

/// What the text says that somebody adds.
fn added(all: &[Sentence]) -> BTreeSet<String> {
    let adds = |p: &&Pred| {
        let makes = matches!(p.verb.class, Class::Create | Class::Manage | Class::Share);
        makes && !p.verb.negated && !p.subordinate && !TAKES_UP.contains(&p.verb.base.as_str())
    };
    let named = |p: &Pred| {
        let objects = if p.verb.passive { &p.subject } else { &p.objects };
        objects.iter().filter(|np| np.pronoun.is_none()).map(|np| np.head.clone()).collect::<Vec<_>>()
    };
    all.iter().filter(|s| !s.heading).flat_map(|s| s.preds.iter().filter(adds)).flat_map(named).collect()
}

/// `join at most 3 walks`, `lend at most 2 tools`: the walks and the tools are what it is done to, and no place where.
fn so_many(all: &mut [Sentence]) {
    for s in all.iter_mut() {
        let words = &s.words;
        for pred in s.preds.iter_mut().filter(|p| p.verb.class == Class::Transact && p.objects.is_empty()) {
            let bounds = |pp: &super::sentence::Pp| {
                pp.prep == "at" && words.get(pp.at + 1).is_some_and(|w| w.is("most")) && pp.at == pred.verb.range.end
            };
            let Some(at) = pred.preps.iter().position(bounds).filter(|at| pred.preps[*at].nps.len() == 1) else {
                continue;
            };
            pred.objects = pred.preps.remove(at).nps;
        }
    }
}
