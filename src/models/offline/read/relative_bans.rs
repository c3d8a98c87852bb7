//! `Officers add remarks which residents must never see`: a ban on what a sentence has somebody add, said of it in a relative
//! clause. Passed over it would leave the records to whom it keeps from them.

use super::chunk::Np;
use super::lexicon::{nouns, verbs::Class};
use super::sentence::{Pp, Pred, Sentence};
use super::tag::Tag;

/// Gives each such ban the place of a demand of its own: `residents must never see remarks`.
pub fn settle(all: &mut [Sentence]) {
    for s in all {
        for pi in 1..s.preds.len() {
            if let Some(ban) = said_of_what_is_added(s, pi) {
                s.preds[pi] = ban;
            }
        }
    }
}

fn said_of_what_is_added(s: &Sentence, pi: usize) -> Option<Pred> {
    let (main, ban) = (&s.preds[pi - 1], &s.preds[pi]);
    let adds = matches!(main.verb.class, Class::Create | Class::Manage) && !main.subordinate && !main.verb.negated;
    let [np] = &main.objects[..] else { return None };
    if !adds || main.verb.passive || !withholds(s, ban) {
        return None;
    }
    let added = stands_for(np, pronoun(s, main, ban)?);
    let told = Pred { subordinate: false, ..ban.clone() };
    if ban.verb.passive || ban.verb.class == Class::Be {
        let whom = |pp: &&Pp| matches!(pp.prep.as_str(), "by" | "to" | "from" | "for");
        let kept_from = ban.preps.iter().filter(whom).flat_map(|pp| &pp.nps);
        // `books that cannot be lent`: some of them are told from others, and nobody is named
        return kept_from.into_iter().any(is_somebody).then(|| Pred { subject: vec![added], ..told });
    }
    let subject: Vec<Np> = ban.subject.iter().map(|np| meant(np, &main.subject)).collect();
    subject.iter().all(is_somebody).then(|| Pred { subject, objects: vec![added], ..told })
}

/// The pronoun for every one of what is added, in whichever words the sentence speaks of it: `a private note which`, `a list of
/// warnings that`.
fn stands_for(np: &Np, at: usize) -> Np {
    let listed = np.of.as_deref().filter(|_| matches!(np.head.as_str(), "list" | "register" | "record" | "log"));
    let what = listed.unwrap_or(np);
    Np { range: at..at + 1, head_at: at, mods: what.nouns.clone(), of: None, paren: None, ..what.clone() }
}

/// Where `which` stands, if the ban is said right behind what the sentence says before.
fn pronoun(s: &Sentence, main: &Pred, ban: &Pred) -> Option<usize> {
    let end = ban.verb.range.start;
    let rel = (main.verb.range.end..end).rfind(|i| s.words[*i].tag == Tag::Rel && !s.words[*i].is("who"))?;
    // its own subject, where it has one, stands behind the pronoun
    let subject = ban.verb.passive || ban.verb.class == Class::Be || ban.subject.iter().all(|np| np.range.start > rel);
    let bare = ban.objects.is_empty() && ban.subordinate && (rel..end).all(|i| s.words[i].tag != Tag::Sub);
    (bare && subject).then_some(rel)
}

fn withholds(s: &Sentence, ban: &Pred) -> bool {
    if super::only::hides(&s.words, ban) {
        return true;
    }
    let deals = matches!(ban.verb.class, Class::Read | Class::Update | Class::Delete | Class::Manage);
    let has_done = ban.verb.modal.is_none() && !ban.verb.passive && ban.verb.class != Class::Read;
    deals && !has_done && (ban.verb.negated || ban.only)
}

/// `that only she may read`: she is who adds them.
fn meant(np: &Np, adders: &[Np]) -> Np {
    let pronoun = matches!(np.pronoun.as_deref(), Some("he" | "she" | "they" | "it"));
    match adders {
        [one] if pronoun => Np { range: np.range.clone(), head_at: np.head_at, ..one.clone() },
        _ => np.clone(),
    }
}

fn is_somebody(np: &Np) -> bool {
    let pronoun = matches!(np.pronoun.as_deref(), Some("nobody" | "i" | "we"));
    pronoun || np.pronoun.is_none() && nouns::person(&np.head).is_some()
}
