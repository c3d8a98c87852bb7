//! What is reported or offered goes by that name: `Villagers report a broken thing with a place. The mayor may delete a report.`
//! speaks of one record, and of no list of things beside the reports.

use super::chunk::{Item, Np};
use super::lexicon::{nouns, verbs::Class};
use super::sentence::{Pred, Sentence};

/// Verbs that are nouns for what they make.
const NAMED: [&str; 2] = ["report", "offer"];

/// Calls what is made by the noun of the verb, where the text goes on with that noun only.
pub fn settle(all: &mut [Sentence]) {
    for noun in NAMED {
        let Some((si, pi)) = made(all, noun).filter(|(si, _)| goes_on(all, *si, noun)) else { continue };
        let s = &mut all[si];
        let range = s.preds[pi].objects[0].range.clone();
        call(&mut s.preds[pi].objects[0], noun);
        for item in &mut s.items {
            if let Item::Np(np) = item
                && np.range == range
            {
                call(np, noun);
            }
        }
    }
}

fn call(np: &mut Np, noun: &str) {
    noun.clone_into(&mut np.head);
    np.mods.clear();
    np.nouns.clear();
}

/// The one place where something is made with that verb, and what is kept of it is said.
fn made(all: &[Sentence], noun: &str) -> Option<(usize, usize)> {
    let property = |np: &Np| nouns::property(&np.head).is_some();
    let makes = |p: &Pred| {
        let described = p.preps.iter().any(|pp| pp.prep == "with" && pp.nps.iter().any(property));
        let one = matches!(&p.objects[..], [np] if np.pronoun.is_none() && np.head != noun && np.of.is_none());
        p.verb.base == noun && !p.verb.negated && !p.verb.passive && described && one
    };
    let preds = all.iter().enumerate().flat_map(|(si, s)| s.preds.iter().enumerate().map(move |(pi, p)| (si, pi, p)));
    let mut found = preds.filter(|(.., p)| makes(p)).map(|(si, pi, _)| (si, pi));
    found.next().filter(|_| found.next().is_none())
}

/// Whether the other sentences speak of records of that name, say nothing of what such a record has, and never of the thing.
fn goes_on(all: &[Sentence], si: usize, noun: &str) -> bool {
    let thing = all[si].preds.iter().find(|p| p.verb.base == noun).and_then(|p| p.objects.first()).map(|np| &np.head);
    let others = || all.iter().enumerate().filter(|(i, s)| *i != si && !s.heading).map(|(_, s)| s);
    let thing_again = others().flat_map(|s| &s.words).any(|w| Some(&w.base) == thing);
    let it = |np: &Np| np.head == noun && np.nouns.is_empty() && np.pronoun.is_none();
    let own = |p: &Pred| {
        let made = p.verb.class == Class::Create && p.objects.iter().any(it);
        made || p.verb.class == Class::Have && p.subject.iter().any(it)
    };
    let touched = |p: &Pred| {
        let acts = matches!(p.verb.class, Class::Update | Class::Delete | Class::Decide | Class::Transact);
        acts && p.objects.iter().any(it)
    };
    !thing_again && !others().flat_map(|s| &s.preds).any(own) && others().flat_map(|s| &s.preds).any(touched)
}
