//! What nobody sees of others: `Votes are secret.`, `Nobody can see who voted how.`

use super::draft::Draft;
use super::lexicon::verbs::Class;
use super::sentence::{Pred, Sentence};
use super::tag::Tag;

/// Reads that records are whose they are and nobody else's.
pub fn read(d: &mut Draft, si: usize) {
    if !d.has_users() {
        return;
    }
    let s = &d.sentences[si];
    let Some((pi, e)) = secret(d, s).or_else(|| who_did(d, s)) else { return };
    let plain = |w: &super::tag::Word| !matches!(w.lower(), "until" | "unless" | "before" | "except" | "while" | "but");
    if !s.words.iter().all(plain) {
        return;
    }
    super::bans::unseen_by_others(d, e, &[], s.id);
    d.touch(e, s.id);
    for (k, pred) in s.preds.iter().enumerate().filter(|(k, p)| *k == pi || says_who(s, p)) {
        d.mark_verb(si, pred);
        super::access::mark_subject(d, si, pred);
        d.mark(si, pred.verb.range.end..pred.range.end);
        d.done[si].insert(k);
    }
    let who = s.preds.iter().position(|p| p.verb.class == Class::Transact && p.subordinate);
    if let Some(k) = who.filter(|_| s.preds.iter().any(|p| says_who(s, p))) {
        d.mark(si, s.preds[k].range.clone());
        d.done[si].insert(k);
    }
}

/// `Votes are secret`
fn secret(d: &Draft, s: &Sentence) -> Option<(usize, usize)> {
    let says = |p: &Pred| {
        let word = s.words.get(p.verb.range.end).is_some_and(|w| matches!(w.lower(), "secret" | "confidential"));
        let ends =
            s.words.get(p.verb.range.end + 1).is_none_or(|w| matches!(w.tag, Tag::Stop | Tag::Colon | Tag::Comma));
        p.verb.class == Class::Be && !p.verb.negated && !p.subordinate && word && ends
    };
    let pi = s.preds.iter().position(says)?;
    let [np] = &s.preds[pi].subject[..] else { return None };
    let e = d.find(&np.name()).or_else(|| d.find(&np.head))?;
    np.adjectives().all(super::lexicon::words::light).then_some((pi, e))
}

/// Whether a predicate is that nobody sees who did something.
fn says_who(s: &Sentence, pred: &Pred) -> bool {
    let sees = pred.verb.class == Class::Read && pred.objects.is_empty();
    let nobody = s.words[..pred.verb.range.start].iter().any(|w| w.is("nobody"));
    sees && nobody && s.words.get(pred.verb.range.end).is_some_and(|w| w.is("who"))
}

/// `Nobody can see who voted how`: the records of those who did.
fn who_did(d: &Draft, s: &Sentence) -> Option<(usize, usize)> {
    let pi = s.preds.iter().position(|p| !p.subordinate && says_who(s, p))?;
    let did = s.preds.get(pi + 1).filter(|p| p.verb.class == Class::Transact)?;
    super::access::record_entity(d, did).map(|e| (pi, e))
}
