//! Who publishes what others write does not write it: a state that the records are put into.

use super::chunk::Np;
use super::lexicon::{nouns, verbs::Class};
use super::sentence::{Pred, Sentence};

/// Lets `A moderator publishes reviews.` decide on reviews where the text says that somebody else writes them.
pub fn settle(all: &mut [Sentence]) {
    let made: Vec<(String, String)> = all
        .iter()
        .flat_map(|s| &s.preds)
        .filter(|p| p.verb.class == Class::Create && p.verb.base != "publish" && !p.verb.negated)
        .flat_map(|p| acts(p).into_iter().map(|(who, what)| (who.head.clone(), what.head.clone())).collect::<Vec<_>>())
        .collect();
    for pred in all.iter_mut().flat_map(|s| &mut s.preds).filter(|p| p.verb.base == "publish") {
        let with = pred.preps.iter().any(|pp| pp.prep == "with");
        let acts = acts(pred);
        let of_others = |(who, what): &(&Np, &Np)| {
            let writes = |head: &String| made.iter().any(|(w, x)| w == head && *x == what.head);
            nouns::person(&who.head).is_some() && !writes(&who.head) && made.iter().any(|(_, x)| *x == what.head)
        };
        if pred.verb.class == Class::Create && !with && !acts.is_empty() && acts.iter().all(of_others) {
            pred.verb.class = Class::Decide;
        }
    }
}

/// Who does it to what: by the subject, or by whom `by` names.
fn acts(pred: &Pred) -> Vec<(&Np, &Np)> {
    let by = pred.preps.iter().filter(|pp| pp.prep == "by").flat_map(|pp| &pp.nps);
    let (whos, whats): (Vec<&Np>, Vec<&Np>) = if pred.verb.passive {
        (by.collect(), pred.subject.iter().collect())
    } else {
        (pred.subject.iter().collect(), pred.objects.iter().collect())
    };
    let person = |np: &&&Np| np.pronoun.is_none() && nouns::person(&np.head).is_some();
    let whos: Vec<&Np> = whos.iter().filter(person).copied().collect();
    whos.into_iter().flat_map(|who| whats.iter().map(move |what| (who, *what))).collect()
}
