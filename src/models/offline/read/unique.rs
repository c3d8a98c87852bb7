//! What no two records have in common: `No two plots have the same number.`

use super::chunk::Np;
use super::draft::Draft;
use super::lexicon::verbs::Class;
use crate::models::offline::spec::{Feature, Field, FieldRule, FieldType, Rule};

/// Reads that a property, or several of them together, are of one record only.
pub fn read(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    let [pred] = &s.preds[..] else { return };
    let ([np], true) = (&pred.subject[..], pred.verb.negated && pred.preps.is_empty()) else { return };
    let share = pred.verb.base == "share";
    let same = |o: &Np| share || o.mods.iter().any(|m| m == "same");
    let says = np.number == Some(2.0) && (share || pred.verb.class == Class::Have) && !d.done[si].contains(&0);
    let Some(e) = d.entity_of(np).filter(|_| says && np.adjectives().all(super::lexicon::words::light)) else { return };
    // `the same date and place`: both are the same
    if !pred.objects.first().is_some_and(same) || s.words.iter().any(|w| w.is("or")) {
        return;
    }
    let plain = |o: &Np| Np { mods: o.mods.iter().filter(|m| *m != "same").cloned().collect(), ..o.clone() };
    let names: Option<Vec<String>> = pred.objects.iter().map(|o| d.field_of(e, &plain(o))).collect();
    let Some(names) = names else { return };
    let refers = |f: &Field| matches!(f.ty, FieldType::Reference { .. } | FieldType::UserReference { .. });
    let id = s.id;
    if let [name] = &names[..] {
        let Some(f) = d.field_mut(e, name).filter(|f| !refers(f)) else { return };
        f.rules.push(FieldRule { rule: Rule::Unique { per_owner: false }, clauses: vec![id] });
    } else {
        for f in d.entities[e].entity.fields.iter_mut().filter(|f| names.contains(&f.name)) {
            f.required = true;
        }
        let entity = d.entities[e].entity.name.clone();
        d.feature(Feature::UniqueTogether { entity, fields: names, clauses: vec![id] });
    }
    d.touch(e, id);
    d.mark(si, 0..s.words.len());
    d.done[si].insert(0);
}
