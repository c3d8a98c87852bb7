//! What a text names and keeps no records of: `a permit with a licence plate and a street` tells of permits, and a plate is no
//! kind of its own because a sentence corrects it.

use super::chunk::Np;
use super::lexicon::{nouns, verbs::Class};
use super::sentence::{Pred, Sentence};

/// Whether what goes by this name is a state, a time or a property of something else.
#[must_use]
pub fn names(sentences: &[Sentence], name: &str) -> bool {
    signed_in_time(sentences, name) || begins_as(sentences, name) || property(sentences, name)
}

/// `A request starts as a draft`, `mark a recipe as draft`: the state of something else, and nothing of its own.
fn begins_as(sentences: &[Sentence], name: &str) -> bool {
    let says = |p: &Pred| matches!(p.verb.base.as_str(), "start" | "begin" | "mark" | "save");
    sentences.iter().filter(|s| s.preds.iter().any(says)).any(|s| {
        (1..s.words.len()).any(|i| {
            let article = matches!(s.words[i - 1].lower(), "a" | "an");
            s.words[i].base == name
                && !s.aside[i]
                && i.checked_sub(1 + usize::from(article)).is_some_and(|at| s.words[at].is("as"))
        })
    })
}

/// `A session ends after 30 minutes of inactivity`: the time somebody is signed in, and no lesson or show.
fn signed_in_time(sentences: &[Sentence], name: &str) -> bool {
    const TECHNICAL: &str = "user login browser web http cookie token log sign account password inactivity inactive expire \
        timeout authentication authenticate idle";
    let technical = |word: &str| TECHNICAL.split_whitespace().any(|w| w == word);
    let speaks = |s: &&Sentence| s.words.iter().any(|w| w.base == "session");
    name.split(' ').next_back() == Some("session")
        && !super::things::attended(sentences, "session")
        && (name.split(' ').any(technical)
            || sentences.iter().filter(speaks).any(|s| s.words.iter().any(|w| technical(&w.base))))
}

/// Whether records get this as one of several properties, and nothing is kept of it itself.
fn property(sentences: &[Sentence], name: &str) -> bool {
    let preds = || sentences.iter().filter(|s| !s.heading).flat_map(|s| &s.preds).filter(|p| !p.verb.negated);
    preds().any(|p| listed(p, name)) && !preds().any(|p| kept(p, name)) && preds().any(|p| corrected(p, name))
}

fn is(np: &Np, name: &str) -> bool {
    np.pronoun.is_none() && np.name() == name
}

fn phrases(pred: &Pred) -> &[Np] {
    if pred.verb.passive { &pred.subject } else { &pred.objects }
}

/// `apply for a permit with a licence plate and a street`
fn listed(pred: &Pred, name: &str) -> bool {
    let makes =
        matches!(pred.verb.class, Class::Create | Class::Manage | Class::Transact) || pred.verb.base == "request";
    let one = |np: &Np| is(np, name) && !np.plural && matches!(np.det.as_deref(), Some("a" | "an" | "the" | "its"));
    let list = pred.preps.iter().filter(|pp| matches!(pp.prep.as_str(), "with" | ":"));
    makes && list.filter(|pp| pp.nps.len() > 1).flat_map(|pp| &pp.nps).any(one)
}

/// Somebody adds it, takes it or deletes it, there are several of them, or it has properties: `A plate has a number and a country`.
fn kept(pred: &Pred, name: &str) -> bool {
    let named = |nps: &[Np]| nps.iter().any(|np| is(np, name));
    let several = |nps: &[Np]| nps.iter().any(|np| is(np, name) && np.plural);
    let told = pred.objects.iter().any(|np| nouns::property(&np.head).is_some());
    match pred.verb.class {
        Class::Create | Class::Manage | Class::Transact | Class::Delete => named(phrases(pred)),
        Class::Have => named(&pred.subject) && told,
        _ => several(&pred.subject) || several(&pred.objects),
    }
}

/// `The clerk may correct the licence plate`
fn corrected(pred: &Pred, name: &str) -> bool {
    let one = |np: &Np| is(np, name) && !np.plural && np.of.is_none();
    pred.verb.class == Class::Update && phrases(pred).iter().any(one)
}
