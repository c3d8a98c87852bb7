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
    let Some((name, e)) = held else { return };
    // somebody who has an entity of their own by that name is a record
    if d.find(&name).is_some() || d.sentences.iter().any(|s| s.role.as_ref().is_some_and(|r| r.head == name)) {
        return;
    }
    d.roles.retain(|r| r.name != name);
    d.holder = Some((name, e));
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
