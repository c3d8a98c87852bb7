//! `the owner of the tool`: whoever added it, no role of its own.

use super::chunk::{Item, Np};
use super::draft::Draft;
use super::sentence::Pred;
use crate::models::offline::spec::Scope;

fn word(np: &Np) -> bool {
    matches!(np.head.as_str(), "owner" | "creator" | "author" | "poster") && np.nouns.is_empty()
}

/// Finds out whether the text calls those who add records their owners; then `owner` is no role.
pub fn detect(d: &mut Draft) {
    let mut held: Option<(String, usize)> = None;
    for s in d.sentences {
        for item in &s.items {
            let Item::Np(np) = item else { continue };
            if np.pronoun.is_none()
                && word(np)
                && let Some(e) = np.of.as_deref().and_then(|of| d.find(&of.head))
                && !d.entities[e].person
            {
                held.get_or_insert((np.head.clone(), e));
            }
        }
    }
    let Some((name, e)) = held.or_else(|| named_alone(d)) else { return };
    // somebody who has an entity of their own by that name is a record
    if d.find(&name).is_some() || d.sentences.iter().any(|s| s.role.as_ref().is_some_and(|r| r.head == name)) {
        return;
    }
    d.roles.retain(|r| r.name != name);
    d.holder = Some((name, e));
}

/// `Rejected requests can be reopened by the author`: nobody else is called that, and there is but the one author of each.
fn named_alone(d: &Draft) -> Option<(String, usize)> {
    let wrote = |np: &Np| matches!(np.head.as_str(), "author" | "creator" | "poster" | "requester" | "submitter");
    let phrases = || {
        d.sentences.iter().flat_map(|s| &s.items).filter_map(|i| match i {
            Item::Np(np) if np.pronoun.is_none() && wrote(np) => Some(np),
            _ => None,
        })
    };
    let name = phrases().next()?.head.clone();
    let one = |np: &Np| np.det.as_deref() == Some("the") && !np.plural && np.mods.is_empty() && np.of.is_none();
    // somebody must write them
    let others = d.roles.iter().any(|r| r.name != name && r.kind != super::lexicon::nouns::Person::Stranger);
    if !others || !phrases().all(|np| np.head == name && one(np)) {
        return None;
    }
    // what that one does, or has done to what
    let preds = || d.sentences.iter().flat_map(|s| &s.preds);
    preds().find_map(|p| {
        let by = p.preps.iter().filter(|pp| pp.prep == "by").flat_map(|pp| &pp.nps);
        let acts = if p.verb.passive { by.collect::<Vec<_>>() } else { p.subject.iter().collect() };
        let what = if p.verb.passive { &p.subject } else { &p.objects };
        let does = acts.iter().any(|np| np.head == name);
        let e = what.iter().find_map(|np| d.find(&np.name()).or_else(|| d.find(&np.head))).filter(|_| does)?;
        (!d.entities[e].person).then(|| (name.clone(), e))
    })
}

/// Those records, and what belongs to them.
#[must_use]
pub fn scope(d: &Draft, pred: &Pred, e: usize) -> Option<Scope> {
    let (name, held) = d.holder.as_ref()?;
    let agents = pred.preps.iter().filter(|pp| pp.prep == "by").flat_map(|pp| &pp.nps);
    let means = if pred.verb.passive { agents.collect::<Vec<_>>() } else { pred.subject.iter().collect() };
    if !d.has_users() || !means.iter().any(|np| np.head == *name && np.nouns.is_empty()) {
        return None;
    }
    if e == *held {
        return Some(Scope::Own);
    }
    d.reference(e, &d.entities[*held].entity.name).map(|field| Scope::OwnParent { field })
}

/// The records whose owners the text speaks of belong to those who add them.
pub fn own(d: &mut Draft) {
    if let Some((_, e)) = d.holder
        && d.has_users()
    {
        d.entities[e].entity.owned = true;
    }
}
