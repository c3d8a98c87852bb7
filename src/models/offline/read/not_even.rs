//! `…, not even by the head nurse`, `Not even the board can …`: nobody can, and whoever is named least of all.

use super::draft::Draft;
use super::sentence::{Pred, Sentence};
use super::tag::Tag;

/// Whether a word stands right behind `not even`, or behind `even` where the rest is denied.
fn behind(s: &Sentence, at: usize, denied: bool) -> bool {
    let is = |back: usize, word: &str| at.checked_sub(back).is_some_and(|i| s.words[i].is(word));
    is(1, "even") && (denied || is(2, "not"))
}

/// Takes those named out of what is said of the others, so that a ban on everybody stays one.
pub fn settle(all: &mut [Sentence]) {
    for s in all {
        for pi in 0..s.preds.len() {
            let denied = s.preds[pi].verb.negated;
            let by = |s: &Sentence, pp: &super::sentence::Pp| behind(s, pp.at, denied) && denied;
            let kept: Vec<bool> = s.preds[pi].preps.iter().map(|pp| !by(s, pp)).collect();
            let mut keep = kept.into_iter();
            s.preds[pi].preps.retain(|_| keep.next().unwrap_or(true));
            let named: Vec<bool> = s.preds[pi].objects.iter().map(|np| behind(s, np.range.start, denied)).collect();
            let mut named = named.into_iter();
            s.preds[pi].objects.retain(|_| !named.next().unwrap_or(false));
            nobody_at_all(s, pi);
        }
    }
}

/// `Not even the board can delete a vote`: nobody can.
fn nobody_at_all(s: &mut Sentence, pi: usize) {
    let Pred { subject, verb, .. } = &s.preds[pi];
    let [np] = &subject[..] else { return };
    if !behind(s, np.range.start, false) || verb.passive || np.range.start > 2 {
        return;
    }
    let mut nobody = np.clone();
    nobody.pronoun = Some("nobody".to_owned());
    nobody.head.clear();
    nobody.mods.clear();
    nobody.nouns.clear();
    let pred = &mut s.preds[pi];
    pred.subject = vec![nobody];
    pred.verb.negated = true;
}

/// Marks who is named as read: whom a ban on everybody keeps from it is kept from it.
pub fn mark(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    let Some(even) = s.words.iter().position(|w| w.is("even")) else { return };
    let from = even + 1 + usize::from(s.words.get(even + 1).is_some_and(|w| w.is("by")));
    let Some(np) = super::chunk::noun_phrase(&s.words, from) else { return };
    let said = s.words.get(even.wrapping_sub(1)).is_some_and(|w| w.is("not") || w.tag == Tag::Comma);
    if said && d.role(&np).is_some() {
        d.mark(si, even..np.range.end);
    }
}
