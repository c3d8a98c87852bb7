//! Denials that stand beside what is said, not at the verb: `neither visitors nor guides may …`, `the chair, but not the
//! boatman, can …`, `reports have no deadline`. Read as if they were not there they would give what the text withholds.

use super::chunk::Np;
use super::lexicon::verbs::Class;
use super::sentence::{Pp, Pred, Sentence};
use super::tag::{Tag, Word};

/// Puts each denial where the other rules look for it: at the verb.
pub fn settle(all: &mut [Sentence]) {
    for s in all {
        for pred in &mut s.preds {
            neither(&s.words, pred);
            has_none(&s.words, pred);
        }
        let denied: Vec<Pred> = s.preds.iter_mut().filter_map(|pred| but_not(&s.words, pred)).collect();
        s.preds.extend(denied);
    }
}

fn before(words: &[Word], at: usize) -> Option<&Word> {
    at.checked_sub(1).and_then(|i| words.get(i))
}

/// `neither`, or `nor` behind it.
fn led(words: &[Word], at: usize) -> bool {
    before(words, at).is_some_and(|w| w.is("neither") || w.is("nor"))
}

/// `Exhibits are changed neither by visitors nor by guides`, `… by neither of them`, `Guides neither change nor …`, `Neither a
/// visitor nor a guide …`. Where it is the article of the subject it is seen with `no`.
fn neither(words: &[Word], pred: &mut Pred) {
    let led = |at: usize| led(words, at);
    let by = |pp: &Pp| {
        let first = pp.nps.first().and_then(|np| np.det.as_deref());
        pp.prep == "by" && (led(pp.at) || first == Some("neither"))
    };
    let inside = words.get(pred.verb.range.clone()).is_some_and(|w| w.iter().any(|w| w.is("neither")));
    let subject = pred.subject.iter().any(|np| led(np.range.start));
    // `Outsiders see neither minutes nor comments`
    let none = |np: &Np| led(np.range.start) || np.det.as_deref() == Some("neither");
    let objects = !pred.objects.is_empty() && pred.objects.iter().all(none);
    if inside
        || subject
        || objects && pred.verb.class != Class::Have
        || led(pred.verb.range.start)
        || pred.verb.passive && pred.preps.iter().any(by)
    {
        pred.verb.negated = true;
    }
}

/// `Reports have no deadline` is `Reports do not have a deadline`; beside what they do have it is no property of theirs.
fn has_none(words: &[Word], pred: &mut Pred) {
    if pred.verb.class != Class::Have || pred.verb.negated {
        return;
    }
    let none = |np: &Np| none(words, np.range.start) || led(words, np.range.start);
    if pred.objects.is_empty() || !pred.objects.iter().any(none) {
        return;
    }
    if pred.objects.iter().all(none) {
        pred.verb.negated = true;
    } else {
        pred.objects.retain(|np| !none(np));
    }
}

/// Whether what a phrase names is what is not there: `no deadline`. `no more than three loans` is a bound, `no. of seats` a number.
pub(super) fn none(words: &[Word], at: usize) -> bool {
    const OTHERWISE: [&str; 9] = ["more", "less", "fewer", "longer", "later", "earlier", "other", "of", "."];
    let plain = |w: &Word| !OTHERWISE.contains(&w.lower());
    let denies = |w: &Word| w.is("no") || w.is("neither");
    words.get(at).is_some_and(denies) && words.get(at + 1).is_some_and(plain)
}

/// `The chair, but not the boatman, can delete outings`: takes the boatman out of what the chair can, and gives back what is
/// denied him.
fn but_not(words: &[Word], pred: &mut Pred) -> Option<Pred> {
    if pred.verb.negated {
        return None;
    }
    let mut denied = pred.clone();
    denied.verb.negated = true;
    if pred.verb.passive {
        (pred.preps, denied.preps) = parted(words, &pred.preps);
        return denied.preps.iter().any(|pp| pp.prep == "by").then_some(denied);
    }
    let kept = |np: &Np| !behind_not(words, np.range.start);
    if pred.subject.iter().all(kept) || !pred.subject.iter().any(kept) {
        return None;
    }
    (pred.subject, denied.subject) = std::mem::take(&mut pred.subject).into_iter().partition(kept);
    Some(denied)
}

/// Whether `, but not`, `and not`, `, never` stands before a phrase.
fn behind_not(words: &[Word], at: usize) -> bool {
    let not = before(words, at).is_some_and(|w| w.tag == Tag::Not || w.is("not") || w.is("never"));
    let joined = |w: &Word| matches!(w.tag, Tag::Comma | Tag::Conj | Tag::Open) || w.is("but");
    not && at >= 2 && joined(&words[at - 2])
}

/// Those by whom something is done, and those by whom it is not: `by the chair, but not by the boatman`.
fn parted(words: &[Word], preps: &[Pp]) -> (Vec<Pp>, Vec<Pp>) {
    let (mut kept, mut denied) = (Vec::new(), Vec::new());
    for pp in preps {
        if pp.prep != "by" {
            kept.push(pp.clone());
        } else if behind_not(words, pp.at) {
            denied.push(pp.clone());
        } else {
            let (not, by): (Vec<Np>, Vec<Np>) =
                pp.nps.iter().cloned().partition(|np| behind_not(words, np.range.start));
            if !not.is_empty() {
                denied.push(Pp { nps: not, ..pp.clone() });
            }
            kept.push(Pp { nps: by, ..pp.clone() });
        }
    }
    (kept, denied)
}
