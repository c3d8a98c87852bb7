//! What to call the application.

use super::chunk::{Item, Np};
use super::draft::Draft;
use super::field::sentence_case;
use super::lexicon::{
    nouns,
    verbs::{self, Class, Form},
    words,
};
use super::occasions;
use super::sentence::{Pred, Sentence};
use super::tag::Tag;
use crate::domain::Clean;

/// The longest name, in characters.
const LONGEST: usize = 60;

/// The heading of the text, the name, the product or the organisation that its first sentence names, or what is mainly kept.
#[must_use]
pub fn title(all: &[Sentence], d: &Draft) -> String {
    let first = || spoken(all).and_then(|s| labelled(s).or_else(|| product(d, s)).or_else(|| house(s)));
    match heading(all).or_else(first) {
        Some(name) => Clean::new(&sentence_case(&name)).one_line(LONGEST),
        None => kept(d).map_or_else(|| "Application".into(), |e| d.entities[e].entity.label_plural.clone()),
    }
}

/// `The skate park rents out boards.`: a name of several words tells whose application it is.
fn house(s: &Sentence) -> Option<String> {
    let [np] = &s.preds.first()?.subject[..] else { return None };
    let named = occasions::organisation(np) && np.owner.is_none() && !np.mods.is_empty();
    named.then(|| np.mods.iter().map(String::as_str).chain([np.head.as_str()]).collect::<Vec<_>>().join(" "))
}

/// The record that says most of what the application is for: the one the text speaks of most, but what is written about
/// others, or could be anything, only where there is nothing else.
fn kept(d: &Draft) -> Option<usize> {
    const BESIDE: &str = "report comment note review rating message notice item entry thing photo file category";
    let beside = |e: &usize| {
        let name = &d.entities[*e].entity.name;
        BESIDE.split(' ').any(|w| w == name)
    };
    (0..d.entities.len()).max_by_key(|e| (!beside(e), d.entities[*e].weight, std::cmp::Reverse(*e)))
}

/// The first sentence that is more than words to the reader.
fn spoken(all: &[Sentence]) -> Option<&Sentence> {
    all.iter().find(|s| !super::background::courtesy(s))
}

fn heading(all: &[Sentence]) -> Option<String> {
    const GENERIC: [&str; 5] = ["requirements", "overview", "introduction", "user stories", "specification"];
    let s = all.iter().find(|s| s.heading && s.words.len() <= 14)?;
    let text = s.text.trim_end_matches([':', '.']);
    let short = text.split(" for ").next().unwrap_or(text);
    (!GENERIC.contains(&text.to_lowercase().as_str())).then(|| short.to_owned())
}

/// `Money Tracker: an app that …`
fn labelled(s: &Sentence) -> Option<String> {
    let (name, rest) = s.text.split_once(':')?;
    let label = name.split_whitespace().count() <= 4 && rest.split_whitespace().count() > 3;
    (label && s.words.first().is_some_and(|w| w.token.capitalised())).then(|| name.trim().to_owned())
}

/// The product that the first sentence names: its first phrase, before what it has (`with user login`), and with what it
/// is for or of where the word alone says little: `A shop for plants`, `an app for reservations`.
fn product(d: &Draft, s: &Sentence) -> Option<String> {
    if s.role.is_some() {
        return None;
    }
    let asks = s.preds.first().is_some_and(|p| matches!(p.verb.base.as_str(), "want" | "need" | "like" | "look"));
    let wished = super::product::named(d, s, true).filter(|_| asks).map(|(_, np)| np);
    // `Build me a …`: an order, and no phrase of its own
    let orders = |np: &Np| {
        let bare = np.det.is_none() && np.mods.is_empty() && !np.plural && np.of.is_none();
        bare && verbs::verb(&np.head).is_some_and(|(_, form)| form == Form::Base)
    };
    let first = s.items.iter().find_map(|item| match item {
        Item::Np(np)
            if np.pronoun.is_none() && !np.head.is_empty() && nouns::person(&np.head).is_none() && !orders(np) =>
        {
            Some(np)
        }
        _ => None,
    });
    // what is said of people or records names no product
    let np = wished.or_else(|| first.filter(|_| names(s)))?;
    // `Requirements for a tracker`: the text itself
    let text = matches!(np.head.as_str(), "requirement" | "specification" | "description" | "document" | "proposal");
    let np = if text { s.items.iter().find_map(|item| behind(item, np)).unwrap_or(np) } else { np };
    let plain = |m: &&str| !matches!(*m, "small" | "simple" | "new" | "modern" | "little" | "please");
    let words: Vec<&str> = np.mods.iter().map(String::as_str).filter(plain).chain([np.head.as_str()]).collect();
    let name = words.join(" ");
    let system = words::system_noun(&np.head);
    if words.len() > 1 && !(system && words.iter().all(|w| words::system_noun(w))) {
        return Some(name);
    }
    match purpose(s, np) {
        Some(what) => Some(format!("{name} {what}")),
        // a single word is a name behind `a`, and a heading by itself
        None => {
            let one = matches!(np.det.as_deref(), Some("a" | "an")) || wished.is_some();
            (words.len() > 1 || one && !system && !np.plural).then_some(name)
        }
    }
}

/// The phrase of an item behind another one.
fn behind<'s>(item: &'s Item, np: &Np) -> Option<&'s Np> {
    match item {
        Item::Np(other) if other.range.start >= np.range.end && other.pronoun.is_none() => Some(other),
        _ => None,
    }
}

/// The first sentence only names what is to be built.
fn names(s: &Sentence) -> bool {
    let builds = |p: &Pred| {
        let makes = matches!(
            p.verb.base.as_str(),
            "build" | "create" | "develop" | "make" | "design" | "want" | "need" | "implement" | "write" | "program"
        );
        makes && !p.subject.iter().any(|np| nouns::person(&np.head).is_some())
    };
    s.preds.first().is_none_or(|p| p.subordinate || p.verb.class == Class::Be || builds(p))
}

/// `for plants`, `of our choir`, `for lending bikes` right behind the phrase, up to what the product has or does.
fn purpose(s: &Sentence, np: &Np) -> Option<String> {
    const MOST: usize = 6;
    let at = np.of.as_ref().map_or(np.range.end, |of| of.range.start - 1);
    s.words.get(at).filter(|w| w.is("for") || w.is("of"))?;
    let ends = |i: &usize| {
        let w = &s.words[*i];
        matches!(
            w.tag,
            Tag::Comma | Tag::Stop | Tag::Colon | Tag::Open | Tag::Rel | Tag::Sub | Tag::Modal | Tag::Be | Tag::To
        ) || matches!(w.lower(), "with" | "where" | "that" | "including")
    };
    let end = (at + 1..s.words.len()).find(ends).unwrap_or(s.words.len());
    // `for each …` goes on to say what it does
    // `for its lessons` does not say whose
    let named = s.words[at + 1].tag != Tag::Pron && !matches!(s.words[at + 1].lower(), "its" | "their");
    let short = (2..=MOST).contains(&(end - at)) && named;
    short.then(|| s.quote(at..end))
}
