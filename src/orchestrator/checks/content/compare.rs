//! What a text says of clauses, against the clauses word for word. A difference counts only where it is one of the small
//! things by which a demand turns into another: a number, a bound, a negation, a limit, who acts.

use super::{
    actors::{People, anybody, deeds, subjects},
    amounts::{Amount, amounts},
    words::{Text, Word, bounds, is_turning, listed, negator, undone_by},
};
use std::collections::BTreeSet;

/// A wording that is held against clauses.
#[derive(Debug, Clone)]
pub struct Wording {
    pub text: Text,
    pub amounts: Vec<Amount>,
}

impl Wording {
    #[must_use]
    pub fn new(text: &str) -> Self {
        let text = Text::new(text);
        Self { amounts: amounts(&text), text }
    }
}

/// Numbers of the clause that nothing said of it has.
#[must_use]
pub fn lost_numbers(clause: &Wording, said: &Wording) -> Vec<String> {
    let is = |a: &Amount, b: &Amount| a.equals(b) || b.counts(a, &said.text);
    let borders = |a: &Amount, b: &Amount| {
        a.borders(b)
            && (a.bound.is_some() && b.bound.is_some() || a.of == b.of && b.is_refused_for(a, &said.text, &clause.text))
    };
    let kept = |a: &Amount| said.amounts.iter().any(|b| is(a, b) || borders(a, b));
    let instead = |a: &Amount| {
        let other = |b: &Amount| !b.is_factor(&said.text) && !clause.amounts.iter().any(|c| is(c, b));
        said.amounts.iter().find(|b| a.comparable(b) && other(b))
    };
    let lost = clause.amounts.iter().filter(|a| !kept(a));
    let mut faults: Vec<String> = lost
        .filter_map(|a| match instead(a) {
            Some(b) => Some(format!("it says {b} where the clause says {a}")),
            // Those may be named one by one again.
            None if a.back => None,
            None => Some(format!("the {a} of the clause is lost")),
        })
        .collect();
    faults.dedup();
    faults
}

/// Numbers that neither the clauses nor what else is known of them have.
#[must_use]
pub fn new_numbers(clauses: &Wording, known: &[Amount], said: &Wording) -> Vec<String> {
    // Nothing and one are the ends of every scale.
    let is = |a: &Amount, b: &Amount| {
        let refused = || b.is_refused_for(a, &said.text, &clauses.text);
        a.equals(b) || b.counts(a, &said.text) || a.borders(b) && (a.bound.is_some() || refused())
    };
    let counted = clauses.amounts.iter().any(|a| a.back);
    let new = |b: &&Amount| {
        b.value.max(b.written) > 1.0
            && (counted || !b.back)
            && !b.is_factor(&said.text)
            && !clauses.amounts.iter().chain(known).any(|a| is(a, b))
    };
    said.amounts.iter().filter(new).map(|b| format!("it says {b}, which the clause does not")).collect()
}

/// The same number bounds the other way.
#[must_use]
pub fn turned_bounds(clause: &Wording, said: &Wording) -> Vec<String> {
    let plain = |w: &Wording, a: &Amount| !w.text.sentence_turns(a.sentence);
    let mut faults = Vec::new();
    for a in clause.amounts.iter().filter(|a| plain(clause, a)) {
        let Some(bound) = a.bound else { continue };
        let same: Vec<&Amount> = said.amounts.iter().filter(|b| a.equals(b) && b.bound.is_some()).collect();
        let other_in_clause = |b: &Amount| clause.amounts.iter().any(|c| c.equals(b) && c.bound == b.bound);
        if same.iter().all(|b| b.bound != Some(bound))
            && let Some(b) = same.iter().find(|b| plain(said, b) && !other_in_clause(b))
            && let Some(turned) = b.bound
        {
            faults.push(format!("it says {} {b} where the clause says {} {a}", turned.word(), bound.word()));
        }
    }
    faults.dedup();
    faults
}

/// The clause says what shall not be, or limits, and what is said of it does so in no way at all.
#[must_use]
pub fn lost_limit(clause: &Wording, said: &Wording) -> Option<String> {
    if said.text.limits() || (0..said.text.words.len()).any(|at| bounds(&said.text.words, at)) {
        return None;
    }
    let words = &clause.text.words;
    // `Nobody uses it without a key` may be told as `Who uses it has a key`.
    let known = said.text.roots();
    let is_told = |from: usize| words[from..].iter().any(|w| w.is_content() && known.contains(&w.root()));
    let pairs = (0..words.len()).filter_map(|at| Some((at, undone_by(words, at)?)));
    let undone: BTreeSet<usize> =
        pairs.filter(|(_, without)| is_told(*without)).flat_map(|(at, without)| [at, without]).collect();
    let small = |at: usize| {
        negator(words, at) && !undone.contains(&at) || listed(SMALL, &words[at].lower) && !before(words, at, "not")
    };
    let at = (0..words.len()).find(|at| small(*at) && !words[*at].purpose)?;
    Some(format!("the \"{}\" of the clause is lost: nothing in it limits or forbids anything", words[at].lower))
}

/// The condition of a clause of which nothing said of it has a word: `unless a steward agrees`.
#[must_use]
pub fn lost_condition(clause: &Wording, said: &Wording) -> Option<String> {
    let words = &clause.text.words;
    let known = said.text.roots();
    (0..words.len()).filter(|at| !words[*at].purpose && listed(CONDITIONS, &words[*at].lower)).find_map(|at| {
        let own =
            words[at + 1..].iter().take_while(|w| (w.sentence, w.segment) == (words[at].sentence, words[at].segment));
        let terms: Vec<&Word> = own.filter(|w| w.is_content() && !anybody(&w.lower)).collect();
        let lost = terms.len() > 1 && terms.iter().all(|w| !known.contains(&w.root()));
        lost.then(|| format!("the \"{} … {}\" of the clause is lost", words[at].lower, terms[terms.len() - 1].lower))
    })
}

const CONDITIONS: &str = "unless except if when while until";

fn before(words: &[Word], at: usize, word: &str) -> bool {
    at > 0 && words[at - 1].is(word)
}

/// A wording with nearly the same words keeps the small ones, too; a paraphrase may turn a sentence round and mean the same.
const NEAR: f64 = 0.7;

/// What stands under a negation on one side and never on the other.
#[must_use]
pub fn turned_negation(clause: &Wording, said: &Wording) -> Option<String> {
    let polarity = |text: &Text, root: &str| {
        let all: Vec<bool> = text.content().filter(|w| w.root() == root).map(|w| w.negated).collect();
        (!all.is_empty() && all.iter().all(|n| *n == all[0])).then(|| all[0])
    };
    let near = is_near(&clause.text, &said.text);
    for word in said.text.content().filter(|w| w.negated && !w.purpose) {
        // Only a clause that limits nothing at all can be said to be turned round by a negation.
        let may = near || !clause.text.turns();
        if may && polarity(&clause.text, &word.root()) == Some(false) && forbids(&said.text, word) {
            return Some(format!("it negates \"{}\", which the clause does not", word.lower));
        }
    }
    // What refuses or denies anything may do so in its own way.
    if near && !said.text.turns() {
        for word in clause.text.content().filter(|w| w.negated && !w.purpose && forbids(&clause.text, w)) {
            if polarity(&said.text, &word.root()) == Some(false) {
                return Some(format!("it does not negate \"{}\", which the clause does", word.lower));
            }
        }
    }
    None
}

/// An `only`, `except` or `unless` that nearly the same words have on one side alone.
#[must_use]
pub fn turned_limit(clause: &Wording, said: &Wording) -> Option<String> {
    if !is_near(&clause.text, &said.text) {
        return None;
    }
    let small =
        |text: &Text| text.words.iter().find(|w| !w.purpose && listed(SMALL, &w.lower)).map(|w| w.lower.clone());
    match (small(&clause.text), small(&said.text)) {
        (Some(word), None) if !said.text.turns() => Some(format!("the \"{word}\" of the clause is lost")),
        (None, Some(word)) if !clause.text.limits() => Some(format!("it says \"{word}\", which the clause does not")),
        _ => None,
    }
}

pub const SMALL: &str = "only except exclusively solely unless";

/// The word is the first one of meaning after a `not`, `never` or `no`, in a sentence that does not turn it round again
/// (`without a name it is refused`).
fn forbids(text: &Text, word: &Word) -> bool {
    let words = &text.words;
    let Some(at) = words.iter().position(|w| std::ptr::eq(w, word)) else { return false };
    let Some(back) = (0..at).rev().find(|i| negator(words, *i) || words[*i].is_content()) else { return false };
    let strong = negator(words, back) && !listed("without non nor neither", &words[back].lower);
    // `No password is stored in clear`: it is how, not what, that is forbidden.
    let how = words[back].is("no") && words[at + 1..].iter().any(|w| w.sentence == word.sentence && w.is_content());
    let twice = words.iter().filter(|w| w.sentence == word.sentence && is_turning(w)).count() > 0
        || undone_by(words, back).is_some();
    let condition = words[..back]
        .iter()
        .any(|w| w.sentence == word.sentence && listed("if when while where who that which as", &w.lower));
    strong && !how && !twice && !condition
}

/// Somebody else acts than in the clause.
#[must_use]
pub fn other_actor(clause: &Wording, said: &Wording, people: &People) -> Option<String> {
    let (here, there) = (deeds(&clause.text, people), deeds(&said.text, people));
    for (who, verb) in &there {
        let in_clause: BTreeSet<&str> = here.iter().filter(|(_, v)| v == verb).map(|(w, _)| *w).collect();
        let in_said = there.iter().filter(|(_, v)| v == verb).any(|(w, _)| in_clause.contains(w));
        if let Some(meant) = in_clause.first()
            && !in_said
            && !anybody(who)
            && !clause.text.turns()
        {
            return Some(format!("the {who} does it, where in the clause the {meant} does"));
        }
    }
    absent_actor(clause, said, people).or_else(|| other_person(clause, said, people))
}

/// Those who act in the clause are nowhere in what is said of it, and somebody else acts there.
#[must_use]
pub fn absent_actor(clause: &Wording, said: &Wording, people: &People) -> Option<String> {
    // `admin` is the administrator.
    let short = |a: &str, b: &str| a.len() >= 4 && b.starts_with(a);
    let mentions =
        |text: &Text, who: &str| text.words.iter().any(|w| short(&w.stem, who) || short(who, &w.stem) || w.stem == who);
    let acting = subjects(&clause.text, people);
    let new = subjects(&said.text, people).into_iter().find(|who| !mentions(&clause.text, who))?;
    let lost = acting.first().filter(|_| !acting.iter().any(|who| mentions(&said.text, who)))?;
    Some(format!("the {new} acts, where in the clause the {lost} does"))
}

/// Nearly the same words about other people.
fn other_person(clause: &Wording, said: &Wording, people: &People) -> Option<String> {
    let (first, second) = (people.in_order(&clause.text), people.in_order(&said.text));
    let (rest, said_rest) = (others(&clause.text, people), others(&said.text, people));
    let missing = |from: &[&str], of: &[&str]| {
        let mut left = of.to_vec();
        let gone = from.iter().find(|who| match left.iter().position(|o| o == *who) {
            Some(at) => {
                left.remove(at);
                false
            }
            None => true,
        });
        gone.map(ToString::to_string)
    };
    match (missing(&first, &second), missing(&second, &first)) {
        (Some(lost), Some(new)) => {
            let (a, b): (BTreeSet<_>, BTreeSet<_>) = (rest.iter().collect(), said_rest.iter().collect());
            let near = 5 * a.intersection(&b).count() >= 4 * a.len().max(b.len());
            (near && !a.is_empty()).then(|| format!("it says {new} where the clause says {lost}"))
        }
        (None, None) if first != second && rest == said_rest => {
            Some(format!("{} and {} have changed places", first[0], second[0]))
        }
        _ => None,
    }
}

fn others(text: &Text, people: &People) -> Vec<String> {
    text.content().filter(|w| !people.has(&w.stem)).map(Word::root).collect()
}

/// Some where the clause says all, or all where it says some.
#[must_use]
pub fn other_extent(clause: &Wording, said: &Wording) -> Option<String> {
    const ALL: &str = "all every each any";
    const SOME: &str = "some certain selected several few";
    let of = |text: &Text, list: &str| -> BTreeSet<String> {
        let words = &text.words;
        let nouns = (0..words.len()).filter(|at| listed(list, &words[*at].lower));
        nouns.filter_map(|at| words[at + 1..].iter().take(2).find(|w| w.is_content()).map(|w| w.stem.clone())).collect()
    };
    let extent = |from: &str, to: &str| -> Option<String> {
        let (lost, new) = (of(&clause.text, from), of(&said.text, to));
        lost.intersection(&new)
            .find(|n| !of(&said.text, from).contains(*n) && !of(&clause.text, to).contains(*n))
            .cloned()
    };
    if let Some(noun) = extent(ALL, SOME) {
        return Some(format!("it says some {noun} where the clause says all"));
    }
    extent(SOME, ALL).map(|noun| format!("it says all {noun} where the clause says some"))
}

/// Whether two texts share nearly all their words of meaning, of those of the longer one.
fn is_near(a: &Text, b: &Text) -> bool {
    let (a, b) = (a.roots(), b.roots());
    let (longer, shared) = (a.len().max(b.len()) as f64, a.intersection(&b).count());
    let share = shared as f64 / longer.max(1.0);
    share >= NEAR && shared >= 4 || share > 0.99
}
