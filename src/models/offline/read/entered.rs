//! What is entered *for* something: `Pupils enter for a book how many pages they have read and on which day` makes entries that
//! belong to the book which somebody else has added, and no more books. What somebody may add to their own record, such as
//! `a remark of at most 80 letters`, is a property of it, and no list of remarks.

use super::chunk::{Item, Np, noun_phrase};
use super::lexicon::{
    nouns,
    verbs::{self, Class, Form},
};
use super::sentence::{Pred, Sentence, split_list};
use super::tag::{Tag, Word};
use std::ops::Range;

/// Verbs for writing down what happened.
const ENTERS: [&str; 8] = ["enter", "record", "note", "log", "register", "track", "write", "put"];
/// What is said in a few words beside the rest of a record.
const BESIDE: [&str; 4] = ["remark", "comment", "note", "message"];

/// Puts such sentences the way the grammar knows: `Pupils can add an entry for a book with a number of pages read and a day.`
pub fn settle(all: &mut [Sentence]) {
    for si in 0..all.len() {
        if let Some(found) = entered(all, si) {
            match found.said(&all[si], speaks_of_entries(all, si)) {
                Some(text) => replace(&mut all[si], &text),
                // how much of a thing somebody did is none of the properties of the thing, nor are entries things
                None if found.counts => {
                    all[si].preds[found.pred].verb.class = Class::Other;
                    leave_entries(all);
                }
                None => {}
            }
        } else if let Some(text) = beside(all, si) {
            replace(&mut all[si], &text);
        }
    }
}

fn replace(s: &mut Sentence, text: &str) {
    s.written = Some(s.text.clone());
    s.read_as(text);
}

/// Whether another sentence speaks of entries, and none says of itself how they come about.
fn speaks_of_entries(all: &[Sentence], si: usize) -> bool {
    let entry = |np: &Np| np.head == "entry" && np.nouns.is_empty();
    let speaks = |s: &Sentence| s.items.iter().any(|item| matches!(item, Item::Np(np) if entry(np)));
    all.iter().enumerate().any(|(i, s)| i != si && !s.heading && speaks(s))
}

/// Where nobody knows what an entry has, nothing that is said of entries is about anything else.
fn leave_entries(all: &mut [Sentence]) {
    for pred in all.iter_mut().flat_map(|s| &mut s.preds) {
        if pred.subject.iter().chain(&pred.objects).any(|np| np.head == "entry" && np.nouns.is_empty()) {
            pred.verb.class = Class::Other;
        }
    }
}

struct Entered {
    pred: usize,
    thing: Np,
    /// Who does it, with what stands before them.
    who: Range<usize>,
    elements: Vec<Range<usize>>,
    /// Some of it says how many, how much or how.
    counts: bool,
}

fn entered(all: &[Sentence], si: usize) -> Option<Entered> {
    let s = &all[si];
    if s.heading || s.role.is_some() {
        return None;
    }
    let enters = |p: &Pred| {
        let does = ENTERS.contains(&p.verb.base.as_str()) && !p.verb.negated && !p.verb.passive && !p.subordinate;
        does && p.subject.iter().all(|np| nouns::person(&np.head).is_some())
    };
    let pred = s.preds.iter().position(enters)?;
    let (thing, who, list) = parts(s, &s.preds[pred])?;
    let one = matches!(thing.det.as_deref(), Some("a" | "an" | "each" | "every" | "any")) && thing.of.is_none();
    if !one || thing.plural || !others_add(all, si, &s.preds[pred], &thing.head) {
        return None;
    }
    let elements = split_list(&s.words, list);
    let counts = elements.iter().any(|part| s.words[part.start].is("how"));
    (!elements.is_empty()).then_some(Entered { pred, thing, who, elements, counts })
}

/// `enter for a book …`, `enter … for a book`, `For a book, pupils enter …`: the thing, who enters, and what they enter.
fn parts(s: &Sentence, pred: &Pred) -> Option<(Np, Range<usize>, Range<usize>)> {
    let stop = s.words.iter().position(|w| w.tag == Tag::Stop).unwrap_or(s.words.len());
    let verb = pred.verb.range.end;
    let for_one = |at: usize| noun_phrase(&s.words, at + 1).filter(|_| s.words[at].is("for"));
    if let Some(np) = s.words.first().and_then(|_| for_one(0)) {
        let (thing, from) = apart(&s.words, np);
        let comma = usize::from(s.words.get(from).is_some_and(|w| w.tag == Tag::Comma));
        let who = noun_phrase(&s.words, from + comma)?;
        let ahead = who.range.end <= pred.verb.range.start && nouns::person(&who.head).is_some();
        return ahead.then_some((thing, who.range, verb..stop));
    }
    let last = pred.subject.last()?;
    if verb >= stop {
        return None;
    }
    if let Some(thing) = for_one(verb).filter(|np| np.range.end < stop) {
        let list = thing.range.end..stop;
        return Some((thing, 0..last.range.end, list));
    }
    let at = (verb + 1..stop).rev().find(|at| s.words[*at].is("for"))?;
    let thing = for_one(at).filter(|np| np.range.end == stop)?;
    Some((thing, 0..last.range.end, verb..at))
}

/// `For each book pupils …`: the book, and where those who act begin.
fn apart(words: &[Word], np: Np) -> (Np, usize) {
    match np.nouns.last() {
        Some(thing) if nouns::person(&np.head).is_some() && words[np.head_at - 1].base == *thing => {
            let (head, at) = (thing.clone(), np.head_at);
            let plural = words[at - 1].base != words[at - 1].lower();
            (
                Np {
                    head,
                    head_at: at - 1,
                    range: np.range.start..at,
                    mods: Vec::new(),
                    nouns: Vec::new(),
                    plural,
                    ..np
                },
                at,
            )
        }
        _ => {
            let end = np.range.end;
            (np, end)
        }
    }
}

/// Whether the text says that these things are added, and not by those who enter something for one.
fn others_add(all: &[Sentence], si: usize, pred: &Pred, thing: &str) -> bool {
    let adds = |p: &&Pred| {
        let makes = matches!(p.verb.class, Class::Create | Class::Manage) && !p.verb.negated && !p.subordinate;
        makes && !p.verb.passive && p.objects.iter().any(|np| np.head == thing)
    };
    let acts = |head: &str| all[si].words[..pred.verb.range.start].iter().any(|w| w.base == head);
    let others = |p: &Pred| !p.subject.iter().any(|np| acts(&np.head));
    let mut added =
        all.iter().enumerate().filter(|(i, _)| *i != si).flat_map(|(_, s)| s.preds.iter().filter(adds)).peekable();
    added.peek().is_some() && added.all(others)
}

impl Entered {
    /// The sentence in plain words, where all of what is entered is understood and is entered again and again.
    fn said(&self, s: &Sentence, entries: bool) -> Option<String> {
        let elements: Vec<(String, bool)> =
            self.elements.iter().map(|part| element(&s.words[part.clone()])).collect::<Option<_>>()?;
        let dated = elements.iter().any(|(_, day)| *day);
        let counted = self.counts || elements.iter().any(|(text, _)| text.contains("number of"));
        if !entries && !(dated && counted) {
            return None;
        }
        let list: Vec<&str> = elements.iter().map(|(text, _)| text.as_str()).collect();
        let list = match &list[..] {
            [all @ .., last] if !all.is_empty() => format!("{} and {last}", all.join(", ")),
            _ => list.concat(),
        };
        let who = s.quote(self.who.clone());
        Some(format!("{who} can add an entry for a {} with {list}.", self.thing.name()))
    }
}

/// What is entered as a property, and whether it says when: `how many pages they have read`, `on which day`, `the date`.
fn element(words: &[Word]) -> Option<(String, bool)> {
    let text = |list: &[Word]| list.iter().map(Word::lower).collect::<Vec<_>>().join(" ");
    let is = |at: usize, list: &[&str]| words.get(at).is_some_and(|w| list.contains(&w.lower()));
    if is(0, &["how"]) && is(1, &["many", "much"]) {
        let measure = if is(1, &["many"]) { "number" } else { "amount" };
        let noun = words.get(2).filter(|w| w.tag == Tag::Noun)?;
        let (done, between) = match &words[3..] {
            [between @ .., last] if participle(last) => (format!(" {}", last.lower()), between),
            between => (String::new(), between),
        };
        let small = |w: &Word| {
            let helps = matches!(w.tag, Tag::Pron | Tag::Be | Tag::Det) || matches!(w.base.as_str(), "have" | "do");
            helps || nouns::person(&w.base).is_some()
        };
        return between.iter().all(small).then(|| (format!("a {measure} of {}{done}", noun.lower()), false));
    }
    let which = usize::from(is(0, &["on", "at"]));
    if is(which, &["which", "what"]) && words.len() == which + 2 {
        let when = &words[which + 1];
        return matches!(when.lower(), "day" | "date" | "time").then(|| (format!("a {}", when.lower()), true));
    }
    if is(0, &["when"]) && words.len() <= 5 {
        return Some(("a date".to_owned(), true));
    }
    let np = noun_phrase(words, 0)?;
    let rest = &words[np.range.end..];
    let named = np.pronoun.is_none() && !np.possessed() && nouns::person(&np.head).is_none();
    match rest {
        // `the pages read`, where the last word could be a noun
        [] if named && np.head_at > 0 && participle(&words[np.head_at]) && plural(&words[np.head_at - 1]) => {
            Some((format!("a number of {}", text(&words[np.head_at - 1..])), false))
        }
        [] if named => Some((text(words), nouns::property(&np.head).is_some_and(|ty| ty.is_when()))),
        // `the pages read`
        [done] if named && participle(done) && np.plural => {
            Some((format!("a number of {} {}", words[np.head_at].lower(), done.lower()), false))
        }
        [done] if named && participle(done) => Some((text(words), false)),
        _ => None,
    }
}

fn plural(w: &Word) -> bool {
    w.tag == Tag::Noun && w.base != w.lower()
}

fn participle(w: &Word) -> bool {
    let past = verbs::verb(w.lower()).is_some_and(|(_, form)| form == Form::Past) || verbs::looks_past(w.lower());
    past || w.is("read") || w.is("put")
}

/// `Customers can add a remark of at most 80 letters.` as what the record has that they make, where nothing else is said of
/// remarks.
fn beside(all: &[Sentence], si: usize) -> Option<String> {
    let s = &all[si];
    let [pred] = &s.preds[..] else { return None };
    let [np] = &pred.objects[..] else { return None };
    let adds = matches!(pred.verb.base.as_str(), "add" | "write" | "leave" | "enter" | "give")
        && !pred.verb.negated
        && !pred.verb.passive;
    let long = s.words.iter().any(|w| matches!(w.base.as_str(), "character" | "letter" | "sign"));
    let bounded = ["at most", "up to", "no more than", "maximum"].iter().any(|most| s.find(most).is_some());
    if !adds || !long || !bounded || !BESIDE.contains(&np.head.as_str()) || spoken_of(all, si, &np.head) {
        return None;
    }
    let to = pred.preps.iter().find(|pp| pp.prep == "to" && s.words.get(pp.at + 1).is_some_and(|w| w.tag != Tag::Num));
    let (record, end) = match to.and_then(|pp| Some((pp.nps.first()?, pp.at))) {
        Some((np, at)) => (np.name(), at),
        None => (makes(&all[..si], pred)?, s.words.iter().position(|w| w.tag == Tag::Stop).unwrap_or(s.words.len())),
    };
    (np.range.start < end).then(|| format!("A {record} may have {}.", s.quote(np.range.start..end)))
}

fn spoken_of(all: &[Sentence], si: usize, head: &str) -> bool {
    let named = |s: &Sentence| s.items.iter().any(|item| matches!(item, Item::Np(np) if np.head == head));
    all.iter().enumerate().any(|(i, s)| i != si && named(s))
}

/// The record that the same people make, as was said last.
fn makes(before: &[Sentence], pred: &Pred) -> Option<String> {
    let same = |p: &&Pred| {
        let theirs = p.subject.iter().any(|np| pred.subject.iter().any(|who| who.head == np.head));
        theirs && !p.verb.negated && !p.verb.passive && !p.subordinate
    };
    before.iter().rev().flat_map(|s| s.preds.iter().rev().filter(same)).find_map(|p| match p.verb.class {
        Class::Transact => super::things::record_of(p).map(str::to_owned),
        Class::Create => p.objects.first().filter(|np| np.pronoun.is_none()).map(Np::name),
        _ => None,
    })
}
