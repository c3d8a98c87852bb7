//! Verbs that mean another act by what stands behind them.

use super::chunk::Np;
use super::lexicon::{
    nouns,
    verbs::{self, Class},
    words,
};
use super::sentence::{Pp, Pred};

/// `The owner can list the parts with a stock below 5`: those that are there are shown, and none is added.
pub fn lists(pred: &mut Pred) {
    let those = |np: &Np| np.plural && matches!(np.det.as_deref(), Some("the" | "all" | "those" | "these"));
    if pred.verb.base == "list" && !pred.verb.passive && pred.objects.first().is_some_and(those) {
        pred.verb.class = Class::Read;
    }
}

/// `A hirer asks for a room with a first day` is `requests a room with …`; who is asked, and a form that asks for a name,
/// stay what they are.
pub fn asks_for(pred: &mut Pred) {
    let right_behind = |pp: &Pp| pp.prep == "for" && pp.at == pred.verb.range.end;
    // `asks for a room with a first day`, `on a day` makes something, `asks for a date` only says what is entered
    let timed = |pp: &Pp| pp.nps.iter().any(|np| nouns::property(&np.head).is_some_and(|ty| ty.is_when()));
    let described = pred
        .preps
        .iter()
        .skip(1)
        .any(|pp| pp.prep == "with" || matches!(pp.prep.as_str(), "on" | "at" | "from") && timed(pp));
    let thing = |np: &Np| np.pronoun.is_none() && (described || nouns::property(&np.head).is_none());
    let by_people = !pred.subject.is_empty() && !pred.subject.iter().any(|np| words::system_noun(&np.head));
    if pred.verb.base == "ask"
        && !pred.verb.passive
        && pred.objects.is_empty()
        && by_people
        && pred.preps.first().is_some_and(|pp| right_behind(pp) && pp.nps.first().is_some_and(thing))
    {
        pred.objects = pred.preps.remove(0).nps;
        "request".clone_into(&mut pred.verb.base);
        pred.verb.class = verbs::class(&pred.verb.base);
    }
}

/// `The steward grants a request` decides on it; who grants access gives somebody something.
pub fn grants(pred: &mut Pred) {
    const GIVEN: &str = "access permission right privilege role licence license leave discount";
    let objects = if pred.verb.passive { &pred.subject } else { &pred.objects };
    let given = |np: &Np| GIVEN.split(' ').any(|w| w == np.head) || nouns::person(&np.head).is_some();
    if pred.verb.base == "grant" && !objects.iter().any(given) {
        pred.verb.class = Class::Decide;
    }
}

/// `The leader signs an entry` puts it into a state; who signs the guest book or a list writes something.
pub fn signs(pred: &mut Pred) {
    const WRITTEN: &str =
        "list book guestbook register sheet petition name document contract letter agreement form waiver";
    let objects = if pred.verb.passive { &pred.subject } else { &pred.objects };
    let [np] = &objects[..] else { return };
    let record = np.pronoun.is_none() && nouns::person(&np.head).is_none() && !words::system_noun(&np.head);
    let one = np.of.is_none() && np.nouns.is_empty() && !WRITTEN.split(' ').any(|w| w == np.head);
    if pred.verb.base == "sign" && record && one && pred.verb.class == Class::Other {
        pred.verb.class = Class::Decide;
    }
}

/// `The requests are ordered by day`, `see the requests listed by day`, `list requests by day`: nobody buys or adds anything.
pub fn ordered_by(pred: &mut Pred) {
    const WAYS: &str = "phone telephone email mail post fax sms";
    let thing = |np: &Np| np.pronoun.is_none() && nouns::person(&np.head).is_none();
    let bare = |np: &Np| np.det.is_none() && !np.plural || nouns::property(&np.head).is_some();
    let property = |np: &Np| thing(np) && bare(np) && !WAYS.split(' ').any(|w| w == np.head);
    let by = |known: &dyn Fn(&Np) -> bool| {
        pred.preps.iter().any(|pp| pp.prep == "by" && !pp.nps.is_empty() && pp.nps.iter().all(known))
    };
    match pred.verb.base.as_str() {
        "order" if pred.verb.passive && by(&property) => pred.verb.class = Class::Other,
        "list" if !pred.verb.passive && by(&thing) => pred.verb.class = Class::Read,
        _ => {}
    }
}
