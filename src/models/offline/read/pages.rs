//! Where something is to be found: on the page of a record, on the start page.

use super::chunk::Np;
use super::draft::Draft;
use super::lexicon::verbs::Class;
use super::sentence::Pred;
use crate::models::offline::spec::Feature;

/// `buy tickets directly from the event page`: the page of an event offers it. `None`: no page of a record is named;
/// `Some(false)`: what is made there does not belong to that record, so its page cannot offer it.
pub fn offered(d: &mut Draft, si: usize, pred: &Pred, np: &Np) -> Option<bool> {
    if np.head != "page" || !matches!(pred.verb.class, Class::Create | Class::Transact) || pred.verb.negated {
        return None;
    }
    let parent =
        np.nouns.iter().rev().find_map(|m| d.find(m)).or_else(|| np.of.as_deref().and_then(|o| d.entity_of(o)))?;
    let id = d.sentences[si].id;
    let made = super::access::record_entity(d, pred).or_else(|| pred.objects.iter().find_map(|o| d.entity_of(o)))?;
    if made == parent {
        return Some(false);
    }
    let name = d.entities[parent].entity.name.clone();
    if d.reference(made, &name).is_none() && d.reference(parent, &d.entities[made].entity.name.clone()).is_none() {
        // what is bought there is a record of its own, which may be made elsewhere too
        d.add_reference(made, parent, pred.verb.class == Class::Create, id);
    }
    if d.reference(made, &name).is_none() {
        return Some(false);
    }
    d.feature(Feature::Offer { entity: d.entities[made].entity.name.clone(), parent: name, clauses: vec![id] });
    Some(true)
}

/// `events shown on the homepage`
pub fn at_home(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    let Some(at) = s.words.iter().position(|w| matches!(w.base.as_str(), "homepage" | "frontpage")).or_else(|| {
        s.find("start page").or_else(|| s.find("home page")).or_else(|| s.find("front page")).map(|r| r.start)
    }) else {
        return;
    };
    let Some(pi) = s.preds.iter().position(|p| {
        matches!(p.verb.base.as_str(), "show" | "display" | "list" | "see" | "appear" | "present") && !p.verb.negated
    }) else {
        return;
    };
    let pred = &s.preds[pi];
    let home = pred.range.contains(&at) || pred.subject.iter().any(|np| np.range.contains(&at));
    let phrases: Vec<Np> = pred.objects.iter().chain(&pred.subject).cloned().collect();
    let listed = phrases
        .iter()
        .find_map(|np| d.entity_of(np).filter(|e| np.plural && d.find(&np.head) == Some(*e)).map(|e| (np.clone(), e)));
    let Some((np, e)) = listed.filter(|_| home) else { return };
    let total = s.words.iter().any(|w| matches!(w.base.as_str(), "number" | "total" | "sum" | "average"));
    if total {
        return;
    }
    let id = s.id;
    // another order than that of the page
    let (sorted, by_date) = (s.lower.contains("sort") || s.lower.contains("ordered by"), s.lower.contains("by date"));
    let view = super::views::picked_out(d, si, e, &np).or_else(|| super::views::relative(d, si, e, &np));
    // `the tools that are out`: not all of them
    if view.is_none() && super::views::related(s, &np) {
        return;
    }
    if s.lower.contains("today") && view.is_none() {
        return;
    }
    if sorted && !(by_date && view.is_some()) {
        d.gap(id, "the order on the start page", "the start page shows the newest first", false);
    }
    d.feature(Feature::Home { entity: d.entities[e].entity.name.clone(), view, clauses: vec![id] });
    d.touch(e, id);
    d.unnamed_readers.push((e, id));
    for i in at..(at + 2).min(s.words.len()) {
        if matches!(s.words[i].lower(), "start" | "home" | "front" | "page" | "homepage" | "frontpage") {
            d.mark(si, i..i + 1);
        }
    }
}
