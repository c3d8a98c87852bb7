//! `No harvest without a crop.`, `No negative amounts.`, `There must be no two plots with the same number.`: of what the text
//! keeps elsewhere it is a rule, and no thing that the product shall not have.

use super::chunk::{Np, noun_phrase};
use super::lexicon::{nouns, verbs::Class, words};
use super::sentence::{Pred, Sentence};
use super::tag::{Tag, Word};
use std::collections::BTreeSet;

/// Puts each such rule in the words in which the other rules know it. What has no such words stays as it is.
pub fn settle(all: &mut [Sentence]) {
    let kept = kept(all);
    for s in all.iter_mut() {
        let [at] = denials(s)[..] else { continue };
        let Some(said) = rule(s, at, &kept).and_then(|rule| in_full(s, &rule, &kept)) else { continue };
        s.read_as(&said);
    }
}

/// Whether a sentence that begins like a list of unwanted things is about what another one keeps, or about when something is
/// done.
#[must_use]
pub fn is_rule(s: &Sentence, all: &[Sentence]) -> bool {
    let kept = kept(all);
    denials(s).into_iter().any(|at| timed(s, at) || rule(s, at, &kept).is_some())
}

/// `No editing after the concert`
fn timed(s: &Sentence, at: usize) -> bool {
    const WHEN: [&str; 8] = ["after", "before", "once", "when", "while", "during", "by", "without"];
    let next = s.words.get(at + 1);
    s.words.get(at).and_then(act).is_some() && next.is_some_and(|w| WHEN.contains(&w.lower()))
}

/// What is not to be: the words for it, behind `no`.
struct Rule {
    /// Where they begin.
    from: usize,
    /// What they speak of: the plots of `two plots`, the invoices of `changes to paid invoices`.
    of: Np,
    act: Option<Act>,
}

#[derive(Clone, Copy, PartialEq)]
enum Act {
    Change,
    Delete,
}

/// `changes to …`, `deletion of …`, `editing …`
fn act(w: &Word) -> Option<Act> {
    match w.lower() {
        "change" | "changes" | "changing" | "editing" | "edits" | "edit" | "modification" | "modifications" => {
            Some(Act::Change)
        }
        "deletion" | "deletions" | "deleting" | "removal" | "removing" => Some(Act::Delete),
        _ => None,
    }
}

fn rule(s: &Sentence, from: usize, kept: &BTreeSet<String>) -> Option<Rule> {
    let act = s.words.get(from).and_then(act);
    let start = match act {
        Some(_) if s.words.get(from + 1).is_some_and(|w| w.is("to") || w.is("of")) => from + 2,
        Some(_) => from + 1,
        None => from,
    };
    let of = noun_phrase(&s.words, start)?;
    kept.contains(&of.head).then_some(Rule { from, of, act })
}

/// The words behind each `no` of `No …, no …` and of `There must be no …`.
fn denials(s: &Sentence) -> Vec<usize> {
    let first = s.words.iter().take(5).position(|w| w.is("no"));
    let there = s.words.first().is_some_and(|w| w.is("there"));
    if s.heading || s.role.is_some() || !first.is_some_and(|at| at == 0 || there) {
        return Vec::new();
    }
    (0..s.words.len()).filter(|i| s.words[*i].is("no") || s.words[*i].is("nor")).map(|i| i + 1).collect()
}

/// What the text has people add, and what it says that each of them has.
fn kept(all: &[Sentence]) -> BTreeSet<String> {
    let plain = |s: &&Sentence| !s.heading && denials(s).is_empty() && !super::exclusion::is_exclusion(s);
    all.iter().filter(plain).flat_map(|s| &s.preds).filter(|p| !p.verb.negated).flat_map(named).collect()
}

fn named(pred: &Pred) -> Vec<String> {
    let thing = |np: &&Np| {
        let other = nouns::unsupported(&np.head).is_some() && !nouns::is_kept(&np.head);
        let ours = words::system_noun(&np.head) && nouns::property(&np.head).is_none();
        np.pronoun.is_none() && nouns::person(&np.head).is_none() && !ours && !other
    };
    let told: Vec<&Np> = match pred.verb.class {
        Class::Create | Class::Manage | Class::Update | Class::Delete | Class::Transact => {
            let about = pred.preps.iter().filter(|pp| matches!(pp.prep.as_str(), "with" | ":" | "for"));
            let objects = if pred.verb.passive { &pred.subject } else { &pred.objects };
            objects.iter().chain(about.flat_map(|pp| &pp.nps)).collect()
        }
        Class::Have => pred.subject.iter().chain(&pred.objects).collect(),
        Class::Read if !pred.verb.passive => pred.objects.iter().collect(),
        _ => Vec::new(),
    };
    told.into_iter().filter(thing).map(|np| np.head.clone()).collect()
}

/// The rule with a verb.
fn in_full(s: &Sentence, rule: &Rule, kept: &BTreeSet<String>) -> Option<String> {
    let Rule { from, of, act } = rule;
    let end = s.words.iter().rposition(|w| w.tag != Tag::Stop)? + 1;
    let there = *from > 1;
    if s.preds.iter().any(|p| !p.subordinate && !there) || s.preds.len() > usize::from(there) {
        return None;
    }
    let said = |range: std::ops::Range<usize>| s.quote(range.start..range.end.min(end));
    let thing = said(of.range.start..of.head_at + 1);
    let next = of.head_at + 1;
    let tail = said(next..end);
    let one = || super::readings::a(&of.name());
    let is = |at: usize, word: &str| s.words.get(at).is_some_and(|w| w.is(word));
    if let Some(act) = act {
        let done = if *act == Act::Change { "changed" } else { "deleted" };
        let many = nouns::plural(&s.words[of.head_at].base);
        let which = said(of.range.start..of.head_at);
        return Some(format!("{which} {many} cannot be {done} {tail}."));
    }
    let bare = of.adjectives().all(words::light);
    if of.number.is_some() && is(next, "with") && tail.contains(" same ") {
        return Some(format!("No {thing} have {}.", said(next + 1..end)));
    }
    // `No rehearsal without the conductor`: nothing of it is kept
    let known = s.words[next..end].iter().filter(|w| w.tag == Tag::Noun).all(|w| kept.contains(&w.base));
    if bare && known && of.number.is_none() && is(next, "without") {
        return Some(format!("{} must have {}.", one(), said(next + 1..end)));
    }
    if bare && matches!(tail.as_str(), "in the future" | "in the past") {
        return Some(format!("{} must not be {tail}.", one()));
    }
    let how = of.adjectives().filter(|a| !words::light(a)).collect::<Vec<_>>();
    (tail.is_empty() && matches!(how[..], ["negative" | "empty"]))
        .then(|| format!("The {} must not be {}.", of.name(), how[0]))
}
