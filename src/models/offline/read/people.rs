//! Who acts: the persons of a text as roles.

use super::chunk::{Item, Np};
use super::draft::RoleDraft;
use super::field::identifier;
use super::lexicon::{
    nouns::{self, Person},
    verbs::Class,
    words,
};
use super::sentence::{Pred, Sentence};
use crate::domain::ClauseId;

/// `The pet owner … The owner …`: the same people, when the short name only ever points back.
pub fn same_people(sentences: &[Sentence], mut roles: Vec<RoleDraft>) -> Vec<RoleDraft> {
    let short: Vec<String> = roles.iter().map(|r| r.name.clone()).filter(|n| !n.contains('_')).collect();
    for name in short {
        let mut longer = roles.iter().filter(|r| r.name.ends_with(&format!("_{name}")));
        let (Some(long), None) = (longer.next().map(|r| r.name.clone()), longer.next()) else { continue };
        let story = sentences.iter().any(|s| s.role.as_ref().is_some_and(|np| identifier(&np.name()) == name));
        let points_back = sentences.iter().flat_map(|s| &s.items).all(|i| match i {
            Item::Np(np) if np.head == name && np.nouns.is_empty() => {
                np.det.as_deref() == Some("the") && np.mods.is_empty()
                    || np.det.is_none() && np.plural && np.mods.is_empty()
                    // `Bell ringers log in. A ringer answers.`: a word that no list knows
                    || nouns::is_learned(&name) && matches!(np.det.as_deref(), Some("a" | "an" | "each" | "every"))
            }
            _ => true,
        });
        // `teachers` and `the head teacher` are two
        let first = |n: &str| roles.iter().position(|r| r.name == n);
        if story || !points_back || first(&long) > first(&name) {
            continue;
        }
        let Some(at) = first(&name) else { continue };
        let gone = roles.remove(at);
        if let Some(r) = roles.iter_mut().find(|r| r.name == long) {
            for c in gone.clauses {
                if !r.clauses.contains(&c) {
                    r.clauses.push(c);
                }
            }
        }
    }
    roles
}

pub fn add_role(roles: &mut Vec<RoleDraft>, np: &Np, id: ClauseId, story: bool) {
    if np.head.is_empty() {
        return;
    }
    let kind = nouns::person(&np.head);
    let mods: Vec<&str> = np
        .nouns
        .iter()
        .map(String::as_str)
        .filter(|m| !words::light(m) && !words::system_noun(m) || nouns::person(m).is_some())
        .filter(|m| !matches!(*m, "signed-in" | "logged-in" | "registered" | "authenticated"))
        .collect();
    let name = if kind == Some(Person::User) && mods.is_empty() {
        "user".to_owned()
    } else {
        [mods.as_slice(), &[np.head.as_str()]].concat().join(" ")
    };
    let kind = match kind {
        Some(Person::User) if !mods.is_empty() => Person::Ordinary,
        Some(k) => k,
        None if story => Person::Ordinary,
        None => Person::Appointed,
    };
    let name = identifier(&name);
    match roles.iter_mut().find(|r| r.name == name) {
        Some(r) => {
            if !r.clauses.contains(&id) {
                r.clauses.push(id);
            }
        }
        None => roles.push(RoleDraft { name, kind, clauses: vec![id], open: false }),
    }
}

/// Persons who do something are roles.
pub fn agents(roles: &mut Vec<RoleDraft>, s: &Sentence, pred: &Pred) {
    // `Donors remain anonymous`: what they are, and nothing that they do
    let stays = matches!(pred.verb.base.as_str(), "remain" | "stay" | "become" | "seem" | "appear")
        && pred.verb.modal.as_deref().is_none_or(|m| matches!(m, "must" | "shall" | "should" | "will"))
        && pred.objects.is_empty();
    let acts = !pred.verb.passive && !stays && !matches!(pred.verb.class, Class::Have | Class::Be)
        || pred.verb.class == Class::Have && pred.verb.modal.is_some();
    if acts {
        for np in &pred.subject {
            // `The parish council needs a program`: for that alone it is nobody who uses it
            if super::background::orders(pred) && !np.plural && COLLECTIVE.contains(&np.head.as_str()) {
                continue;
            }
            // `the person who made it` is whoever did
            if np.head == "person" && s.words.get(np.range.end).is_some_and(|w| w.tag == super::tag::Tag::Rel) {
                continue;
            }
            // `Only accounting can …`: whoever alone may do something is somebody
            let alone = pred.only
                && pred.verb.modal.is_some()
                && np.pronoun.is_none()
                && !np.plural
                && !words::system_noun(&np.head)
                && nouns::property(&np.head).is_none()
                && matches!(np.det.as_deref(), None | Some("the"));
            let known = roles.iter().any(|r| r.name == identifier(&np.name()));
            if alone
                || known && np.pronoun.is_none()
                || department(np) && (works(pred) || pred.verb.class == Class::Assign)
            {
                add_role(roles, np, s.id, false);
                continue;
            }
            if nouns::person(&np.head).is_some()
                || agent_noun(np)
                    && (pred.verb.modal.is_some() || np.det.is_some() || np.plural)
                    && !changes_by_itself(pred)
                    && (works(pred) || matches!(pred.verb.class, Class::Search | Class::Export | Class::Share))
            {
                add_role(roles, np, s.id, false);
            }
        }
    }
    let granted = pred.verb.class == Class::Allow || matches!(pred.verb.base.as_str(), "give" | "grant");
    if granted {
        let to = pred.preps.iter().filter(|pp| pp.prep == "to").flat_map(|pp| &pp.nps);
        for np in pred.objects.iter().chain(if pred.verb.passive { pred.subject.iter() } else { [].iter() }).chain(to) {
            if nouns::person(&np.head).is_some() {
                add_role(roles, np, s.id, false);
            }
        }
    }
    for np in super::nobody::excepted(s, pred).iter().filter(|np| left_out(np)) {
        add_role(roles, np, s.id, false);
    }
    let lists = matches!(pred.verb.class, Class::Filter | Class::Sort | Class::Search)
        || matches!(pred.verb.base.as_str(), "list" | "group");
    if (pred.verb.passive || pred.verb.base == "be") && !lists {
        for np in pred.preps.iter().filter(|pp| matches!(pp.prep.as_str(), "by" | "to" | "for")).flat_map(|pp| &pp.nps)
        {
            let several = np.number.is_some() || np.head == "person";
            let agent = pred.verb.passive && works(pred) && np.det.as_deref() == Some("the") && agent_noun(np);
            if (nouns::person(&np.head).is_some() || agent) && (!np.possessed() || np.det.is_none()) && !several {
                add_role(roles, np, s.id, false);
            }
        }
    }
}

/// `Nobody sees them except the warden`: who is left out of a ban is somebody. Whoever made something is no group of people.
fn left_out(np: &Np) -> bool {
    let maker = super::makers::MAKERS.contains(&np.head.as_str()) || matches!(np.head.as_str(), "person" | "user");
    nouns::person(&np.head).is_some() && !maker && !np.possessed() && np.pronoun.is_none()
}

/// Whether records of people are made or kept. Who `sets the therapist of an appointment` makes no therapist.
#[must_use]
pub fn keeps_people(pred: &Pred) -> bool {
    let keeps = matches!(pred.verb.class, Class::Create | Class::Manage | Class::Delete | Class::Update);
    keeps && pred.verb.base != "set"
}

/// Several people who are called by one word.
const COLLECTIVE: [&str; 7] = ["council", "board", "committee", "company", "management", "family", "household"];

/// `The office enters members.`: those who work there.
fn department(np: &Np) -> bool {
    let bare =
        np.det.as_deref() == Some("the") && !np.plural && np.of.is_none() && np.nouns.is_empty() && np.mods.is_empty();
    bare && matches!(
        np.head.as_str(),
        "office" | "secretariat" | "reception" | "administration" | "management" | "accounting"
    )
}

/// `The ladder changes`, `The folder closes on Friday`: nobody does it to anything.
fn changes_by_itself(pred: &Pred) -> bool {
    const TURNS: [&str; 8] = ["change", "close", "open", "end", "start", "begin", "update", "move"];
    pred.objects.is_empty() && pred.verb.modal.is_none() && TURNS.contains(&pred.verb.base.as_str())
}

/// What is done with records.
fn works(pred: &Pred) -> bool {
    matches!(
        pred.verb.class,
        Class::Create | Class::Update | Class::Delete | Class::Manage | Class::Decide | Class::Transact | Class::Read
    )
}

/// `beekeeper`, `translator`, `boatman`: a noun for somebody who does something.
pub fn agent_noun(np: &Np) -> bool {
    let h = np.head.as_str();
    let man = ["man", "woman"].iter().any(|e| h.len() > e.len() + 2 && h.ends_with(e));
    if man && np.pronoun.is_none() && !matches!(h, "human" | "german" | "roman" | "talisman" | "shaman" | "ottoman") {
        return true;
    }
    np.pronoun.is_none()
        && h.len() > 5
        && ["er", "or", "ist", "ian", "ant"].iter().any(|e| h.ends_with(e))
        && nouns::property(h).is_none()
        && nouns::unsupported(h).is_none()
        && !thing_that_does(h)
}

/// Ends like somebody who does something and is a thing.
pub fn thing_that_does(noun: &str) -> bool {
    const THINGS: &str = "order number calendar newsletter folder server computer browser container letter voucher chapter \
        poster register planner tracker filter footer header reminder timer router printer scanner sensor \
        error list monitor counter plant restaurant grant variant paper offer quarter semester trailer \
        parameter character water weather dinner flower tractor vector motor factor checklist playlist \
        wishlist watchlist shortlist center corner floor matter answer member boulder locker shelter theater \
        tower power wonder summer winter sticker layer slider marker banner ladder drawer heater cooker mixer freezer \
        charger adapter projector generator elevator detector indicator corridor mirror sector scooter";
    THINGS.split_whitespace().any(|w| w == noun)
}
