//! What is left: `The system shows how many of each product are left.`

use super::chunk::Item;
use super::counts::{pieces, room};
use super::data::made;
use super::draft::Draft;
use super::lexicon::{nouns, verbs::Class};
use crate::models::offline::spec::{Feature, FieldType, Formula};

/// Reads a number that is what others leave of another one.
pub fn read(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    let word = |i: usize| s.words.get(i).map_or("", |w| w.lower());
    let rest = |i: &usize| matches!(word(*i), "left" | "remaining" | "available" | "free") && !s.aside[*i];
    let Some(left) = (0..s.words.len()).find(rest) else { return };
    let asked = (0..s.words.len())
        .find(|i| matches!((word(*i), word(i + 1)), ("how", "many") | ("number", "of")) && !s.aside[*i] && *i < left);
    let Some(at) = asked.filter(|_| d.done[si].is_empty()) else { return };
    let shows = |p: &super::sentence::Pred| p.verb.class == Class::Read && !p.verb.negated && !p.subordinate;
    let Some(pi) = s.preds.iter().position(|p| {
        let told = p.verb.passive && p.subject.iter().any(|np| np.range.contains(&at));
        shows(p) && (p.verb.range.end <= at || told)
    }) else {
        return;
    };
    // what it is counted of, and the only kind of record that takes some of it
    let whole = s.items.iter().find_map(|i| match i {
        Item::Np(np) if np.pronoun.is_none() => d.entity_of(np).and_then(|e| taken(d, e).map(|found| (e, found))),
        _ => None,
    });
    let Some((e, (capacity, child, field))) = whole else { return };
    let amount = pieces(d, child).filter(|_| capacity.contains("stock"));
    // seats are counted, pieces in stock are added up
    if capacity.contains("stock") && amount.is_none() {
        return;
    }
    let id = s.id;
    let name = "left";
    if d.field_mut(e, name).is_none() {
        let mut f = made(name, "Left", FieldType::Integer, id);
        f.read_only = true;
        d.entities[e].entity.fields.push(f);
    }
    // what is not said is not left either
    if let Some(f) = d.field_mut(e, &capacity) {
        f.required = true;
    }
    let (entity, child) = (d.entities[e].entity.name.clone(), d.entities[child].entity.name.clone());
    let whos = d.actors(&s.preds[pi]);
    let formula = Formula::Left { capacity: capacity.clone(), entity: child, field, amount, over: None };
    d.feature(Feature::Computed { entity, field: name.into(), formula, clauses: vec![id] });
    d.touch(e, id);
    for who in whos {
        d.searchers.push((e, who, id));
    }
    let pred = &s.preds[pi];
    d.mark_verb(si, pred);
    for np in &pred.subject {
        d.mark_np(si, np);
    }
    d.mark(si, at..at + 2);
    d.mark(si, left..left + 1);
    for item in &s.items {
        if let Item::Np(np) = item
            && (d.entity_of(np) == Some(e)
                || np.range.start > at && capacity.split('_').any(|w| nouns::singular(w) == np.head))
        {
            d.mark_np(si, np);
        }
    }
    let plain =
        |i: &usize| matches!(word(*i), "of" | "each" | "every" | "are" | "is" | "still" | "piece" | "pieces" | "that");
    let plain: Vec<usize> = (at..s.words.len()).filter(plain).collect();
    d.mark_words(si, &plain);
    let covered = s.preds.iter().enumerate().filter(|(_, p)| p.verb.range.start > at && p.verb.range.start <= left);
    d.done[si].extend(covered.map(|(k, _)| k).chain([pi]));
    d.focus = Some(e);
}

/// The number of a record that others take from, the one kind that does, and by which reference.
fn taken(d: &Draft, e: usize) -> Option<(String, usize, String)> {
    let capacity = room(d, e, true)?.name.clone();
    let name = &d.entities[e].entity.name;
    let mut children = (0..d.entities.len()).filter(|c| *c != e).filter_map(|c| d.reference(c, name).map(|f| (c, f)));
    match (children.next(), children.next()) {
        (Some((child, field)), None) => Some((capacity, child, field)),
        _ => None,
    }
}
