//! Totals through a reference: `The total weight is shown for each donor.` adds up what the donations of a donor weigh.

use super::chunk::{Item, Np};
use super::data::made;
use super::draft::Draft;
use super::formulas::shown_for;
use super::lexicon::verbs::Class;
use super::sentence::Sentence;
use crate::models::offline::spec::{Feature, FieldType, Formula};

/// Reads a total that is shown of the records that refer to each record of another kind.
pub fn read(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    if !d.done[si].is_empty() || s.preds.len() != 1 {
        return;
    }
    let Some((np, measured)) = total(s) else { return };
    let pred = &s.preds[0];
    let at = np.head_at;
    let shows = pred.verb.class == Class::Read && pred.verb.passive && !pred.verb.negated && !pred.subordinate;
    let wholes = shown_for(s, at);
    let ([whole], true) = (&wholes[..], shows) else { return };
    let Some(parent) = d.find(&whole.name()).or_else(|| d.find(&whole.head)) else { return };
    // the one kind of record that refers to it and has such a number
    let below: Vec<(usize, String, String)> = (0..d.entities.len())
        .filter(|child| *child != parent)
        .filter_map(|child| {
            let link = d.reference(child, &d.entities[parent].entity.name)?;
            let field = d.field_named(child, &measured)?;
            let fields = &d.entities[child].entity.fields;
            let number = |t: &FieldType| matches!(t, FieldType::Integer | FieldType::Decimal { .. });
            fields.iter().any(|f| f.name == field && number(&f.ty)).then_some((child, link, field))
        })
        .collect();
    let [(child, link, measure)] = &below[..] else { return };
    let name = format!("total_{measure}");
    let (id, entity) = (s.id, d.entities[*child].entity.name.clone());
    let summed = d.entities[*child].entity.fields.iter().find(|f| f.name == *measure).cloned();
    let Some(summed) = summed else { return };
    if d.field_mut(parent, &name).is_none() {
        let label = super::field::sentence_case(&name.replace('_', " "));
        let mut field = made(&name, &label, summed.ty, id);
        field.unit = summed.unit;
        field.read_only = true;
        d.entities[parent].entity.fields.push(field);
    }
    d.feature(Feature::Computed {
        entity: d.entities[parent].entity.name.clone(),
        field: name,
        formula: Formula::SumOf { entity, field: link.clone(), measure: measure.clone() },
        clauses: vec![id],
    });
    d.touch(parent, id);
    d.mark_verb(si, pred);
    d.mark(si, np.range.clone());
    d.mark_np(si, whole);
    d.done[si].insert(0);
    d.focus = Some(parent);
}

/// `the total weight`, `the sum of the weights`: the phrase, and the property that is added up.
fn total(s: &Sentence) -> Option<(Np, String)> {
    let Some(Item::Np(np)) = s.items.first() else { return None };
    let bare = np.owner.is_none() && np.pronoun.is_none();
    if matches!(np.head.as_str(), "total" | "sum") && np.mods.is_empty() {
        let of = np.of.as_deref().filter(|of| bare && of.of.is_none() && of.mods.is_empty())?;
        return Some((np.clone(), of.head.clone()));
    }
    let total = np.mods == ["total"] && np.of.is_none();
    (bare && total).then(|| (np.clone(), np.head.clone()))
}
