//! `The list of rooms is public.`, `Topics are publicly visible.`, `Notices are visible to everyone.`: nobody needs an account to
//! see them.

use super::chunk::Np;
use super::draft::Draft;
use super::lexicon::{verbs::Class, words};
use super::sentence::{Pred, Sentence};
use super::tag::Tag;
use crate::models::offline::spec::{Op, Scope, Who};

/// Reads what everybody may see.
pub fn read(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    for (pi, pred) in s.preds.iter().enumerate() {
        if s.preds.len() > 1 || d.done[si].contains(&pi) || !d.has_users() || !says(s, pred) {
            continue;
        }
        let [np] = &pred.subject[..] else { continue };
        let Some(e) = records(d, np) else { continue };
        d.allow(e, Who::Anyone, &[Op::Read], Scope::All, s.id);
        d.touch(e, s.id);
        d.mark_np(si, np);
        d.mark(si, pred.range.clone());
        d.done[si].insert(pi);
        d.focus = Some(e);
    }
}

/// `is public`, `are publicly visible`, `is visible to the public`, and nothing more.
fn says(s: &Sentence, pred: &Pred) -> bool {
    if pred.verb.class != Class::Be || pred.verb.negated || pred.subordinate || pred.only {
        return false;
    }
    let content = |w: &&super::tag::Word| !matches!(w.tag, Tag::Be | Tag::Det | Tag::Stop | Tag::Modal);
    let said: Vec<&str> = s.words[pred.range.clone()].iter().filter(content).map(super::tag::Word::lower).collect();
    let seen = |w: &str| matches!(w, "visible" | "readable" | "accessible");
    let all = |w: &str| matches!(w, "everyone" | "everybody" | "anyone" | "anybody" | "public");
    match said[..] {
        ["public"] => true,
        ["publicly", how] => seen(how),
        [how, "to" | "for", whom] => seen(how) && all(whom),
        _ => false,
    }
}

/// Which records: all of a kind, or the list of them.
fn records(d: &Draft, np: &Np) -> Option<usize> {
    let plain = np.adjectives().all(words::light) && np.pronoun.is_none() && !np.possessed();
    let list = words::system_noun(&np.head) || matches!(np.head.as_str(), "list" | "overview" | "calendar");
    let named = match np.of.as_deref() {
        Some(of) if list && of.pronoun.is_none() && !of.possessed() => of,
        Some(_) => return None,
        None => np,
    };
    d.find(&named.name()).or_else(|| d.find(&named.head)).filter(|_| plain)
}
