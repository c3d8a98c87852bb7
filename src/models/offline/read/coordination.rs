//! Phrases and verbs joined by `and`: what they share, and where a list of them ends.

use super::chunk::{Item, Np};
use super::lexicon::{nouns, verbs::Form};
use super::sentence::Pred;
use super::tag::{Tag, Word};

/// `their own bicycles and repairs`: the repairs are their own as well.
pub fn shared(before: Option<&Np>, np: &Np) -> Np {
    let mut np = np.clone();
    if let Some(before) = before
        && np.det.is_none()
        && np.owner.is_none()
        && before.det.as_deref().is_some_and(super::lexicon::words::possessive)
    {
        np.det.clone_from(&before.det);
        if before.mods.iter().any(|m| m == "own") {
            np.mods.insert(0, "own".to_owned());
        }
    }
    np
}

/// Whether the noun phrases from `k` on are followed directly by a finite verb: they are its subject.
pub fn leads_to_verb(items: &[Item], mut k: usize) -> bool {
    loop {
        match items.get(k) {
            Some(Item::Np(_)) => {}
            _ => return false,
        }
        match (items.get(k + 1), items.get(k + 2), items.get(k + 3)) {
            (Some(Item::Vg(vg)), ..) => return vg.finite && !vg.infinitive,
            (Some(Item::Comma(_) | Item::Conj(_)), Some(Item::Np(_)), _) => k += 2,
            (Some(Item::Comma(_)), Some(Item::Conj(_)), Some(Item::Np(_))) => k += 3,
            _ => return false,
        }
    }
}

/// `with a title and a text, and members comment`: the first `and` joins two of a list, the clause begins behind the comma.
pub fn ends_a_list(items: &[Item], k: usize) -> bool {
    let clause = |k: usize| matches!((items.get(k), items.get(k + 1)), (Some(Item::Comma(_)), Some(Item::Conj(_))));
    if k >= 2 && clause(k - 2) {
        return false;
    }
    let mut next = k + 1;
    loop {
        match (items.get(next), items.get(next + 1)) {
            _ if clause(next) => return true,
            (Some(Item::Comma(_) | Item::Conj(_)), Some(Item::Np(_))) => next += 2,
            _ => return false,
        }
    }
}

pub fn boundary_before(items: &[Item], k: usize) -> bool {
    k == 0 || matches!(items[k - 1], Item::Comma(_) | Item::Conj(_) | Item::Stop(_) | Item::Sub(_) | Item::Colon(_))
}

/// `at most 80 but never less than 5`: the other bound of the same number.
pub fn second_bound(words: &[Word], but: usize) -> bool {
    let behind = words[but + 1..].iter().take(5);
    let small =
        behind.take_while(|w| w.tag != Tag::Num && !matches!(w.tag, Tag::Noun | Tag::Verb(_) | Tag::Modal)).count();
    let number = words.get(but + 1 + small).is_some_and(|w| w.tag == Tag::Num);
    number
        && words[but + 1..but + 1 + small]
            .iter()
            .any(|w| matches!(w.lower(), "than" | "most" | "least" | "above" | "below"))
}

/// Whether the item before is a comma or conjunction: a further element of a list. The words of a bound stand in between:
/// `a start date and at most 12 places`.
pub fn joins(items: &[Item], k: usize) -> bool {
    let before = items[..k].iter().rfind(|item| !matches!(item, Item::Other(_)));
    before.is_some_and(|item| matches!(item, Item::Comma(_) | Item::Conj(_)))
}

/// `create, edit and delete tasks`: the verbs share their object.
pub fn share(words: &[Word], preds: &mut [Pred]) {
    for i in (0..preds.len().saturating_sub(1)).rev() {
        let (left, right) = preds.split_at_mut(i + 1);
        let (this, next) = (&mut left[i], &right[0]);
        let between = &words[this.verb.range.end.min(next.verb.range.start)..next.verb.range.start];
        let joined = !between.is_empty()
            && between.iter().all(|w| matches!(w.tag, Tag::Conj | Tag::Comma | Tag::Adv | Tag::Other));
        if joined
            && this.objects.is_empty()
            && this.preps.is_empty()
            && this.verb.passive == next.verb.passive
            && !next.objects.is_empty()
        {
            this.objects.clone_from(&next.objects);
            this.preps.clone_from(&next.preps);
        }
    }
}

/// `Helpers can enter counts but they cannot delete them`: who does the one does not do the other. With other people in
/// between, who is meant is not known.
pub fn same_people(preds: &mut [Pred]) {
    let person = |np: &Np| nouns::person(&np.head).is_some();
    for k in 1..preds.len() {
        let (before, this) = preds.split_at_mut(k);
        let [np] = &this[0].subject[..] else { continue };
        let Some(first) = before.iter().find(|p| p.subject.iter().any(person)) else { continue };
        let others = before.iter().flat_map(|p| p.objects.iter().chain(p.preps.iter().flat_map(|pp| &pp.nps)));
        let they = matches!(np.pronoun.as_deref(), Some("they" | "he" | "she"));
        if they && first.subject.len() == 1 && !others.clone().any(person) && !this[0].subordinate {
            this[0].subject.clone_from(&first.subject);
        }
    }
}

/// Whether what was done by somebody is said right behind a noun, without a word that leads it in.
#[must_use]
pub fn contact(words: &[Word], items: &[Item], k: usize) -> bool {
    let (Some(Item::Np(what)), Item::Np(who), Some(Item::Vg(vg))) =
        (k.checked_sub(1).map(|k| &items[k]), &items[k], items.get(k + 1))
    else {
        return false;
    };
    let person = matches!(who.pronoun.as_deref(), Some("they" | "he" | "she" | "i" | "we"));
    let behind = what.range.end == who.range.start && who.range.end == vg.range.start && what.pronoun.is_none();
    let past = words[vg.range.clone()].iter().rfind(|w| matches!(w.tag, Tag::Verb(_)));
    let done = past.is_some_and(|w| w.tag == Tag::Verb(Form::Past)) && vg.modal.is_none() && !vg.negated && !vg.passive;
    person && behind && done
}
