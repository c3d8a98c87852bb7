//! Accounts that are shut out: `An admin can block a member; blocked members cannot log in.`

use super::answers::Asked;
use super::chunk::Np;
use super::draft::Draft;
use super::lexicon::{
    nouns,
    verbs::{self, Class},
    words,
};
use super::sentence::{Pred, Sentence};
use super::tag::Tag;
use crate::domain::ClauseId;
use crate::models::offline::spec::{Feature, Who};

/// What one does to an account that may not log in any more.
const SHUTS: [&str; 9] = ["block", "suspend", "lock", "ban", "deactivate", "disable", "bar", "exclude", "freeze"];

/// That accounts in some state cannot log in: where it is said, and of whom.
struct Ban {
    sentence: usize,
    /// The predicate and the words that say it; none in the purpose of a story.
    pred: Option<(usize, Vec<usize>)>,
    verb: String,
    state: String,
}

/// Reads who shuts accounts out, where the text says that whoever is shut out cannot log in. One without the other is
/// no rule: blocking alone may mean anything.
pub fn read(d: &mut Draft) {
    if !d.has_users() {
        return;
    }
    let bans: Vec<Ban> = (0..d.sentences.len()).filter_map(|si| ban(d, si)).collect();
    let mut claimed: Vec<usize> = Vec::new();
    for si in 0..d.sentences.len() {
        for pi in 0..d.sentences[si].preds.len() {
            if let Some(at) = act(d, si, pi, &bans) {
                claimed.push(at);
            }
        }
    }
    for (at, ban) in bans.iter().enumerate().filter(|(at, _)| !claimed.contains(at)) {
        // who does it, the text leaves open
        let said_elsewhere = claimed.iter().any(|c| bans[*c].verb == ban.verb && *c != at);
        if ban.pred.is_some() && !said_elsewhere {
            let id = d.sentences[ban.sentence].id;
            let keepers = d.keepers().into_iter().filter_map(appointed).next();
            let by: Vec<String> = keepers.into_iter().collect();
            let default =
                by.first().map_or("the administrator".to_owned(), |role| d.word_for(&Who::Role(role.clone())));
            let question = "Who blocks accounts?";
            d.ask_only(Asked { key: "block:account", question, default: &default, clauses: &[id] });
            let feature = Feature::Blocking { by, of: None, state: ban.state.clone(), clauses: vec![id] };
            d.feature(feature);
            take(d, ban);
        }
    }
}

fn appointed(who: Who) -> Option<String> {
    if let Who::Role(role) = who { Some(role) } else { None }
}

/// The verb that a participle comes from: blocked → block.
fn shutting(word: &str) -> Option<String> {
    let base = verbs::verb(word).map_or_else(
        || SHUTS.iter().find(|v| verbs::state_of(v) == word || format!("{v}d") == word).map(|v| (*v).to_owned()),
        |(base, _)| Some(base.to_owned()),
    )?;
    SHUTS.contains(&base.as_str()).then_some(base)
}

/// Somebody with an account, and nothing that the application keeps records of.
fn person(d: &Draft, np: &Np) -> bool {
    let account = np.head == "account" && np.nouns.is_empty();
    let known = d.find(&np.name()).or_else(|| d.find(&np.head)).is_some();
    !known && (account || d.role(np).is_some() || nouns::person(&np.head).is_some())
}

/// `blocked members cannot log in`, `a member who is blocked can no longer log in`; in a story also its purpose.
fn ban(d: &Draft, si: usize) -> Option<Ban> {
    let s = &d.sentences[si];
    let bans = |p: &Pred| p.verb.class == Class::LogIn && p.verb.negated && !p.subordinate && p.objects.is_empty();
    if let Some(pi) = s.preds.iter().position(bans) {
        let [np] = &s.preds[pi].subject[..] else { return None };
        if !person(d, np) {
            return None;
        }
        let end = s.preds[pi].verb.range.start;
        let participle = |i: &usize| shutting(s.words[*i].lower()).is_some();
        let said: Vec<usize> = (np.range.start..end).filter(participle).collect();
        let [at] = said[..] else { return None };
        let rest: Vec<&str> = np.adjectives().filter(|a| !words::light(a) && *a != s.words[at].lower()).collect();
        let relative = at >= np.range.end;
        let between = s.words[np.range.end.min(end)..end].iter().all(|w| {
            matches!(w.tag, Tag::Rel | Tag::Be | Tag::Comma | Tag::Adv)
                || w.lower() == s.words[at].lower()
                || w.is("has")
        });
        let words: Vec<usize> = if relative { (np.range.end..end).collect() } else { vec![at] };
        let state = s.words[at].lower().to_owned();
        let verb = shutting(&state)?;
        let tail = s.preds[pi].preps.is_empty();
        return (rest.is_empty() && between && tail).then_some(Ban {
            sentence: si,
            pred: Some((pi, words)),
            verb,
            state,
        });
    }
    purpose(s, si)
}

/// `… so that locked people cannot log in`
fn purpose(s: &Sentence, si: usize) -> Option<Ban> {
    let from = s.find("so that")?.end;
    let said: Vec<&super::tag::Word> = s.words[from..].iter().filter(|w| w.tag != Tag::Stop).collect();
    let at = said.iter().position(|w| shutting(w.lower()).is_some()).filter(|at| *at <= 1)?;
    let state = said[at].lower().to_owned();
    let rest: Vec<&str> = said[at + 1..].iter().map(|w| w.lower()).collect();
    let says = ["cannot log in", "can not log in", "cannot sign in", "can not sign in", "cannot login"];
    let text = rest.iter().skip(1).copied().collect::<Vec<_>>().join(" ");
    let verb = shutting(&state)?;
    says.contains(&text.as_str()).then_some(Ban { sentence: si, pred: None, verb, state })
}

/// `An admin can block a member`: who does it to whom. Gives the ban that it leads to.
fn act(d: &mut Draft, si: usize, pi: usize, bans: &[Ban]) -> Option<usize> {
    let s = &d.sentences[si];
    let pred = &s.preds[pi];
    let does = !pred.verb.negated && !pred.subordinate && SHUTS.contains(&pred.verb.base.as_str());
    let objects = if pred.verb.passive { &pred.subject } else { &pred.objects };
    let [object] = &objects[..] else { return None };
    let plain = object.adjectives().all(words::light) && (object.owner.is_none() && !object.possessed());
    if !does || !plain || !person(d, object) || d.done[si].contains(&pi) {
        return None;
    }
    let whose = object.of.as_deref().filter(|_| object.head == "account").unwrap_or(object);
    let of = match d.who(whose) {
        Some(Who::Role(role)) if d.roles.iter().any(|r| r.name == role && !r.open) => Some(role),
        Some(Who::Anyone) => return None,
        _ => None,
    };
    let whos = if pred.verb.passive { super::decisions::agents_by(d, pred) } else { d.actors(pred) };
    let by: Vec<String> = whos.iter().cloned().filter_map(appointed).collect();
    // where everybody may do it, nobody is kept from it
    let open = by.iter().any(|role| d.roles.iter().any(|r| r.name == *role && r.open));
    if by.is_empty() || by.len() != whos.len() || open {
        return None;
    }
    let at = bans
        .iter()
        .position(|b| b.verb == pred.verb.base && b.sentence == si)
        .or_else(|| bans.iter().position(|b| b.verb == pred.verb.base))?;
    let id = s.id;
    let mut clauses: Vec<ClauseId> = vec![id, d.sentences[bans[at].sentence].id];
    clauses.dedup();
    d.feature(Feature::Blocking { by, of, state: bans[at].state.clone(), clauses });
    d.mark_verb(si, pred);
    let by = pred.preps.iter().filter(|pp| pp.prep == "by").flat_map(|pp| &pp.nps);
    for np in pred.subject.iter().chain(&pred.objects).chain(by) {
        d.mark_np(si, np);
    }
    d.mark(si, object.range.clone());
    d.done[si].insert(pi);
    again(d, si, pi);
    take(d, &bans[at]);
    Some(at)
}

/// `… and unblock them`: letting in again is part of it.
fn again(d: &mut Draft, si: usize, pi: usize) {
    let s = &d.sentences[si];
    let Some(next) = s.preds.get(pi + 1).filter(|p| !p.verb.negated && !p.subordinate) else { return };
    let undoes =
        matches!(next.verb.base.as_str(), "unblock" | "unlock" | "activate" | "reactivate" | "enable" | "unban");
    let same = next.objects.iter().all(|np| np.pronoun.is_some() || Some(np) == s.preds[pi].objects.first());
    if undoes && same && next.preps.is_empty() {
        d.mark(si, next.verb.range.start..next.range.end);
        d.done[si].insert(pi + 1);
    }
}

fn take(d: &mut Draft, ban: &Ban) {
    let Some((pi, words)) = &ban.pred else { return };
    let pred = &d.sentences[ban.sentence].preds[*pi];
    d.mark_verb(ban.sentence, pred);
    for np in &pred.subject {
        d.mark_np(ban.sentence, np);
        d.mark(ban.sentence, np.head_at..np.head_at + 1);
    }
    d.mark_words(ban.sentence, words);
    let preds = &d.sentences[ban.sentence].preds;
    let within = |p: &Pred| words.first().is_some_and(|w| p.verb.range.contains(w));
    let parts: Vec<usize> = (0..preds.len()).filter(|k| k == pi || within(&preds[*k])).collect();
    d.done[ban.sentence].extend(parts);
}
