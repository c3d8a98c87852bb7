//! `It appears only after an editor has approved it.`, `Only approved reviews are shown.`: the states in which those see a record
//! who neither keep it nor decide on it.

use super::chunk::Np;
use super::draft::Draft;
use super::lexicon::{
    nouns,
    verbs::{self, Class},
    words,
};
use super::lifecycle;
use super::sentence::{Pred, Sentence};
use super::tag::Tag;

/// What stands before a state from which on something is so, and before one until which it is.
const FROM: [&str; 4] = ["after", "once", "when", "if"];
const UNTIL: [&str; 3] = ["until", "before", "unless"];

/// Lets `It appears only after an editor has approved it.` say that editors approve.
pub fn settle(all: &mut [Sentence]) {
    for s in all.iter_mut() {
        let Some(main) = s.preds.iter().position(|p| !p.subordinate && shows(s, p).is_some()) else { continue };
        let decides = |p: &Pred| {
            let person = p.subject.iter().all(|np| np.pronoun.is_none() && nouns::person(&np.head).is_some());
            p.verb.class == Class::Decide && !p.verb.passive && !p.verb.negated && person && !p.objects.is_empty()
        };
        let behind = s.preds.iter().skip(main + 1).position(|p| p.subordinate && decides(p));
        if let Some(at) = behind {
            s.preds[main + 1 + at].subordinate = false;
        }
    }
}

/// Whether a sentence makes it depend on something whether a record is shown.
pub fn says(s: &Sentence) -> bool {
    let main = s.preds.iter().find(|p| !p.subordinate && shows(s, p).is_some() && thing(p).is_some());
    main.is_some_and(|p| p.only) || main.is_some() && s.words.iter().any(|w| joins(w.lower()))
}

fn joins(word: &str) -> bool {
    FROM.contains(&word) || UNTIL.contains(&word)
}

/// The states in which a sentence lets the records of `e` be seen.
pub fn read(d: &Draft, si: usize, e: usize) -> Option<Vec<String>> {
    let s = &d.sentences[si];
    let pred = s.preds.iter().find(|p| !p.subordinate && shows(s, p).is_some())?;
    let shown = shows(s, pred)?;
    let np = thing(pred)?;
    let record = if np.pronoun.is_some() { spoken_of(d, si) } else { d.find(&np.name()).or_else(|| d.find(&np.head)) };
    if record != Some(e) {
        return None;
    }
    let values = lifecycle::values(d, e);
    let (said, holds) = named_before(d, s, pred, np, e).or_else(|| condition(s, pred, &values))?;
    // Shown from then on, or hidden until then.
    let seen = |value: &String| (said.contains(value) == holds) == shown;
    let seen: Vec<String> = values.iter().filter(|value| seen(value)).cloned().collect();
    (!seen.is_empty() && seen.len() < values.len()).then_some(seen)
}

/// Whether a predicate says of something that it is shown, or that it is not. Where it is shown would be another demand.
fn shows(s: &Sentence, pred: &Pred) -> Option<bool> {
    let behind = &s.words[pred.verb.range.end..pred.range.end.max(pred.verb.range.end)];
    let next = behind.iter().find(|w| !matches!(w.tag, Tag::Adv | Tag::Not)).map_or("", |w| w.lower());
    let shown = match pred.verb.base.as_str() {
        "list" | "show" | "display" | "see" | "publish" if pred.verb.passive => true,
        "hide" if pred.verb.passive => false,
        "appear" => true,
        "be" if matches!(next, "visible" | "public" | "online" | "published") => true,
        "be" if matches!(next, "invisible" | "hidden") => false,
        "go" if matches!(next, "online" | "live" | "public") => true,
        "see" | "read" | "find" | "view" if by_nobody(pred) => true,
        _ => return None,
    };
    let site = |np: &Np| words::system_noun(&np.head) && np.nouns.is_empty();
    let place = |(at, prep): (usize, &str)| {
        let pp = &pred.preps[at];
        joins(prep) || prep == "by" && at > 0 || matches!(prep, "on" | "in") && pp.nps.iter().all(site)
    };
    let nowhere = pred.preps.iter().enumerate().all(|(at, pp)| place((at, &pp.prep)));
    nowhere.then_some(shown != pred.verb.negated)
}

fn by_nobody(pred: &Pred) -> bool {
    let nobody = |np: &Np| matches!(np.pronoun.as_deref(), Some("nobody" | "no one" | "noone"));
    !pred.subject.is_empty() && pred.subject.iter().all(nobody) && pred.verb.negated && !pred.verb.passive
}

fn thing(pred: &Pred) -> Option<&Np> {
    let things = if by_nobody(pred) { &pred.objects } else { &pred.subject };
    let [np] = &things[..] else { return None };
    let meant = |np: &Np| np.pronoun.as_deref().is_none_or(|word| matches!(word, "it" | "they"));
    Some(np).filter(|np| meant(np) && np.of.is_none() && np.owner.is_none())
}

/// What the sentence before speaks of.
fn spoken_of(d: &Draft, si: usize) -> Option<usize> {
    let before = d.sentences[..si].iter().rev().find(|s| !s.heading && !s.preds.is_empty())?;
    before.preds.iter().rev().flat_map(|p| p.objects.iter().chain(&p.subject)).find_map(|np| d.entity_of(np))
}

/// `Only approved reviews`, `Reviews that are not approved`: states, and whether the thing is in one of them.
fn named_before(d: &Draft, s: &Sentence, pred: &Pred, np: &Np, e: usize) -> Option<(Vec<String>, bool)> {
    let values = lifecycle::values(d, e);
    let said = lifecycle::before(d, np, e);
    let others = np.adjectives().filter(|word| !words::light(word) && !said.contains(&word.replace(' ', "_"))).count();
    if pred.only && !said.is_empty() && others == 0 {
        return Some((said, true));
    }
    let which = s.words.get(np.range.end).is_some_and(|w| matches!(w.lower(), "that" | "which"));
    let when = s.preds.iter().find(|p| p.subordinate && p.verb.range.start == np.range.end + 1).filter(|_| which)?;
    let state =
        state_in(s, when.verb.range.end.saturating_sub(1)..pred.verb.range.start.max(when.verb.range.end), &values)?;
    // `Reviews that are approved are shown` says nothing of the others.
    let says_of_others = !shows(s, pred)? || pred.only;
    says_of_others.then_some((vec![state], !when.verb.negated))
}

/// `after an editor has approved it`, `until it is approved`: the state, and whether what is said holds in it.
fn condition(s: &Sentence, pred: &Pred, values: &[String]) -> Option<(Vec<String>, bool)> {
    let mut conditions = (0..s.words.len()).filter(|i| joins(s.words[*i].lower()));
    let (Some(at), None) = (conditions.next(), conditions.next()) else { return None };
    let end = if at > pred.verb.range.start {
        s.words.len()
    } else {
        (at..s.words.len()).find(|i| s.words[*i].tag == Tag::Comma)?
    };
    let state = state_in(s, at + 1..end, values)?;
    Some((vec![state], FROM.contains(&s.words[at].lower())))
}

/// The one state that a few words name, by itself, by the verb that puts a record into it, or by the noun for that.
fn state_in(s: &Sentence, range: std::ops::Range<usize>, values: &[String]) -> Option<String> {
    const FEW: usize = 8;
    let words = s.words.get(range).filter(|words| words.len() <= FEW)?;
    let of = |w: &super::tag::Word| {
        let by_verb = verbs::verb(w.lower()).map(|(base, _)| verbs::state_of(base));
        let all = [w.lower().to_owned()].into_iter().chain(by_verb).chain(verbs::results_of(w.lower()));
        all.into_iter().find(|state| values.contains(state))
    };
    let mut named: Vec<String> = words.iter().filter_map(of).collect();
    named.dedup();
    let plain = !words.iter().any(|w| matches!(w.tag, Tag::Not | Tag::Conj | Tag::Num));
    named.pop().filter(|_| named.is_empty() && plain)
}
