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
    if trade(s, all) || possesses(s, all) {
        return Some(ClauseKind::Context);
    }
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

/// `An allotment society lends out gear to its members.`, `A village hall lends out its rooms.`: an organisation and its trade.
fn lends(pred: &Pred) -> bool {
    let owns = pred.objects.iter().all(|np| np.det.as_deref() == Some("its"));
    let thing = |np: &Np| np.pronoun.is_none() && nouns::person(&np.head).is_none() && !words::system_noun(&np.head);
    let house = |np: &Np| {
        let named = background::HOUSES.contains(&np.head.as_str()) || owns && thing(np);
        named && np.number.is_none() && np.det.as_deref() != Some("each")
    };
    lending(pred)
        && pred.verb.modal.is_none()
        && !pred.verb.passive
        && !pred.subject.is_empty()
        && pred.subject.iter().all(house)
}

/// `Our club keeps bees.`, `The park rents out boards and runs lessons.`: what an organisation does, in the first sentence of a
/// text that goes on to say of which other things records are kept.
fn trade(s: &Sentence, all: &[Sentence]) -> bool {
    let bound = |w: &super::tag::Word| matches!(w.tag, Tag::Colon | Tag::Rel | Tag::Sub | Tag::Num | Tag::Modal);
    let opens = all.iter().find(|x| !x.preds.is_empty() && !x.heading).is_some_and(|first| first.id == s.id);
    if !opens || s.role.is_some() || s.words.iter().any(bound) || !s.preds.iter().all(trades) {
        return false;
    }
    let known = |p: &Pred| matches!(p.verb.class, Class::Create | Class::Manage | Class::Transact);
    let others = || all.iter().filter(|x| x.id != s.id && !x.heading && !super::exclusion::is_exclusion(x));
    let spoken = |np: &Np| others().any(|x| x.words.iter().any(|w| w.base == np.head));
    s.preds.iter().any(known)
        && s.preds.iter().flat_map(|p| &p.subject).all(|np| organisation(np) && !spoken(np))
        && s.preds.iter().filter(|p| known(p)).flat_map(|p| &p.objects).any(|np| !np.head.is_empty() && !spoken(np))
        && others().any(keeps)
        && !(s.preds.iter().any(lending) && (others().any(lent) || others().any(any_thing) && !others().any(asks)))
}

/// `Our club owns six boats.`, `The film club shows films in the town hall.`: what an organisation has and does, likewise. What
/// it has may be spoken of again.
fn possesses(s: &Sentence, all: &[Sentence]) -> bool {
    const DOES: [&str; 6] = ["share", "show", "stage", "screen", "perform", "host"];
    let bound = |w: &super::tag::Word| matches!(w.tag, Tag::Colon | Tag::Rel | Tag::Sub | Tag::Modal);
    let opens = all.iter().find(|x| !x.preds.is_empty() && !x.heading).is_some_and(|first| first.id == s.id);
    let ([pred], true) = (&s.preds[..], opens && s.role.is_none() && !s.words.iter().any(bound)) else { return false };
    let house = |np: &Np| np.det.as_deref() == Some("our") || background::HOUSES.contains(&np.head.as_str());
    let others = || all.iter().filter(|x| x.id != s.id && !x.heading && !super::exclusion::is_exclusion(x));
    let spoken = |np: &Np| others().any(|x| x.words.iter().any(|w| w.base == np.head));
    let verb = match pred.verb.base.as_str() {
        "own" | "possess" => true,
        base => DOES.contains(&base) && pred.subject.iter().all(house),
    };
    verb && states(pred) && pred.subject.iter().all(|np| organisation(np) && !spoken(np)) && others().any(keeps)
}

/// A statement of what somebody does to some things, and not of what is kept of each.
fn trades(pred: &Pred) -> bool {
    let class = matches!(
        pred.verb.class,
        Class::Create | Class::Manage | Class::Transact | Class::Assign | Class::Other | Class::Unsupported
    );
    // `lends time on its lathes`: none is noted
    let property = |np: &Np| nouns::property(&np.head).is_some() && np.head != "time";
    class && states(pred) && !pred.objects.iter().any(property)
}

/// A plain statement about some things.
fn states(pred: &Pred) -> bool {
    let kept = |np: &Np| np.paren.is_some() || words::system_noun(&np.head);
    let listed = pred.preps.iter().any(|pp| matches!(pp.prep.as_str(), "with" | ":" | "including"));
    pred.verb.modal.is_none()
        && !pred.verb.negated
        && !pred.verb.passive
        && !pred.subordinate
        && !pred.only
        && !pred.subject.is_empty()
        && !pred.objects.is_empty()
        && !pred.objects.iter().any(kept)
        && !listed
}

/// `the library of our village`
fn of_a_place(np: &Np) -> bool {
    np.of.is_none() && (np.det.as_deref() == Some("our") || background::HOUSES.contains(&np.head.as_str()))
}

/// `our club`, `the park`, `Bellhaven Sailing Club`: neither people nor what is to be built.
#[must_use]
pub fn organisation(np: &Np) -> bool {
    const PRODUCTS: &str = "book diary log logbook register catalogue catalog directory inventory index calendar journal notebook \
        planner tracker organizer organiser scheduler list";
    let named = matches!(np.det.as_deref(), Some("our" | "the")) || background::HOUSES.contains(&np.head.as_str());
    let product = words::system_noun(&np.head) || PRODUCTS.split_whitespace().any(|w| w == np.head);
    named
        && !product
        && !np.plural
        && np.pronoun.is_none()
        && np.number.is_none()
        && np.of.as_deref().is_none_or(of_a_place)
        && np.det.as_deref() != Some("each")
        && nouns::person(&np.head).is_none()
        && nouns::property(&np.head).is_none()
}

/// Whether a sentence makes records of its own: somebody may add some, or it says what each of them has.
fn keeps(s: &Sentence) -> bool {
    let property = |np: &Np| nouns::property(&np.head).is_some();
    let detailed = |p: &Pred| p.preps.iter().any(|pp| pp.prep == "with" && pp.nps.iter().any(property));
    s.preds.iter().filter(|p| !p.verb.negated && !p.subordinate).any(|p| match p.verb.class {
        Class::Create => {
            p.verb.modal.is_some() || p.subject.iter().any(|np| nouns::person(&np.head).is_some()) || detailed(p)
        }
        Class::Have => p.objects.iter().any(property),
        _ => false,
    })
}

/// Whether what is done makes a record of who has something.
fn lending(pred: &Pred) -> bool {
    pred.verb.class == Class::Transact && verbs::record_of(&pred.verb.base).is_some_and(|record| LENT.contains(&record))
}

/// Whether a sentence speaks of things in a word for all of them: what is lent may be meant.
fn any_thing(s: &Sentence) -> bool {
    s.words.iter().any(|w| matches!(w.base.as_str(), "item" | "thing" | "object" | "piece" | "article"))
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
