//! Why somebody has an application made, beside sentences that say what it does: `The guild wants a page for its looms.`,
//! `An allotment society lends out gear to its members.`

use super::background;
use super::chunk::Np;
use super::lexicon::{
    nouns,
    verbs::{self, Class},
    words,
};
use super::sentence::{Pred, Sentence};
use super::tag::Tag;
use crate::domain::clause::ClauseKind;

/// What a sentence is that only says what for.
#[must_use]
pub fn kind(s: &Sentence, all: &[Sentence]) -> Option<ClauseKind> {
    let [pred] = &s.preds[..] else { return None };
    let joined = |w: &super::tag::Word| matches!(w.tag, Tag::Colon | Tag::Comma | Tag::Rel | Tag::Sub | Tag::Num);
    if s.role.is_some() || pred.subordinate || pred.verb.negated || s.words.iter().any(joined) {
        return None;
    }
    let others = || all.iter().filter(|x| x.id != s.id && !x.heading && !super::exclusion::is_exclusion(x));
    if wants_page(pred, &mut others()) {
        return Some(ClauseKind::Goal);
    }
    let opens = all.iter().find(|x| !x.preds.is_empty() && !x.heading).is_some_and(|first| first.id == s.id);
    (opens && lends(pred) && others().any(asks) && !others().any(lent)).then_some(ClauseKind::Context)
}

/// `The guild wants a page for its looms.`, where other sentences say what becomes of the looms.
fn wants_page<'s>(pred: &Pred, others: &mut impl Iterator<Item = &'s Sentence>) -> bool {
    const EVENTS: &str = "contest competition tournament fair festival party market wedding exhibition race anniversary \
        celebration league show";
    let plain = |m: &str| words::light(m) || words::system_noun(m) || matches!(m, "nice" | "little" | "good" | "own");
    let product = |np: &Np| words::system_noun(&np.head) && np.mods.iter().all(|m| plain(m)) && np.of.is_none();
    let house = |np: &Np| np.pronoun.is_none() && nouns::person(&np.head).is_none() && !words::system_noun(&np.head);
    let ([pp], true) = (&pred.preps[..], background::orders(pred)) else { return false };
    let [what] = &pp.nps[..] else { return false };
    let whose = matches!(what.det.as_deref(), Some("its" | "their" | "our" | "the"));
    let for_it = pp.prep == "for" && whose && what.of.is_none() && what.owner.is_none() && what.paren.is_none();
    if !for_it || !pred.subject.iter().all(house) || !pred.objects.iter().all(product) {
        return false;
    }
    let event = EVENTS.split(' ').any(|w| w == what.head);
    others.any(|s| event && !s.preds.is_empty() || s.words.iter().any(|w| w.tag == Tag::Noun && w.base == what.head))
}

/// `An allotment society lends out gear to its members.`: an organisation and its trade.
fn lends(pred: &Pred) -> bool {
    let house = |np: &Np| {
        background::HOUSES.contains(&np.head.as_str()) && np.number.is_none() && np.det.as_deref() != Some("each")
    };
    pred.verb.class == Class::Transact
        && verbs::record_of(&pred.verb.base).is_some_and(|record| LENT.contains(&record))
        && pred.verb.modal.is_none()
        && !pred.verb.passive
        && !pred.subject.is_empty()
        && pred.subject.iter().all(house)
}

/// Records of who has something.
const LENT: [&str; 2] = ["loan", "rental"];

/// Whether a sentence has to do with what is lent.
fn lent(s: &Sentence) -> bool {
    const SAYS: &str =
        "lend lent borrow borrowed loan rent rental hire hired return returned back overdue late out due";
    s.words.iter().any(|w| SAYS.split(' ').any(|x| x == w.base || x == w.lower()))
}

/// Whether a sentence says how people get something: they request it, they book it.
fn asks(s: &Sentence) -> bool {
    s.preds.iter().filter(|p| !p.verb.negated && !p.subordinate && !p.verb.passive).any(|p| {
        let person = p.subject.iter().any(|np| nouns::person(&np.head).is_some());
        let record = p.verb.base == "request"
            || matches!(verbs::record_of(&p.verb.base), Some("booking" | "reservation" | "order" | "application"));
        person && record && !p.objects.is_empty()
    })
}
