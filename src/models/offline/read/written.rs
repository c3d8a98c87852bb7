//! How long what somebody writes may be, where the record itself is named: `A comment is at most 200 letters long.`

use super::bounds;
use super::data::made;
use super::draft::Draft;
use super::lexicon::verbs::Class;
use crate::models::offline::spec::{Field, FieldRule, FieldType};

/// Records that are nothing but what somebody writes, unless the text says otherwise.
const WRITTEN: [&str; 7] = ["comment", "reply", "feedback", "remark", "answer", "response", "message"];

/// Bounds the text of such records.
pub fn read(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    let [pred] = &s.preds[..] else { return };
    let [np] = &pred.subject[..] else { return };
    let measured = s.words.iter().any(|w| matches!(w.base.as_str(), "character" | "letter"));
    let says = pred.verb.class == Class::Be && s.words.iter().any(|w| w.is("long") || w.is("longer"))
        || pred.verb.class == Class::Have;
    let plain = np.mods.is_empty() && np.of.is_none() && np.owner.is_none() && np.pronoun.is_none();
    if !measured || !says || !plain || pred.subordinate || d.done[si].contains(&0) {
        return;
    }
    let Some(e) = d.find(&np.head).filter(|_| WRITTEN.contains(&np.head.as_str())) else { return };
    let numbers: Vec<f64> = s.words.iter().filter_map(|w| w.token.value).collect();
    let rules = bounds::lengths(&s.lower, &numbers, pred.verb.negated);
    let Some(name) = text_of(d, si, e).filter(|_| !rules.is_empty() && !bounds::spelled(&s.lower)) else { return };
    let id = s.id;
    let end = s.words.len();
    if let Some(field) = d.field_mut(e, &name) {
        field.rules.extend(rules.into_iter().map(|rule| FieldRule { rule, clauses: vec![id] }));
    }
    d.touch(e, id);
    d.mark(si, 0..end);
    d.done[si].insert(0);
}

/// The one property that holds what is written; where nothing is said of what such a record has, it is its text.
fn text_of(d: &mut Draft, si: usize, e: usize) -> Option<String> {
    let id = d.sentences[si].id;
    let fields = &mut d.entities[e].entity.fields;
    let texts: Vec<String> =
        fields.iter().filter(|f| matches!(f.ty, FieldType::Text { .. })).map(|f| f.name.clone()).collect();
    let refers = |f: &Field| matches!(f.ty, FieldType::Reference { .. } | FieldType::UserReference { .. });
    let told = fields.iter().any(|f| !refers(f) && f.name != "status");
    match (&texts[..], told) {
        ([one], _) => Some(one.clone()),
        ([], false) => {
            let mut field = made("text", "Text", FieldType::Text { multiline: true }, id);
            field.required = true;
            fields.push(field);
            Some("text".to_owned())
        }
        _ => None,
    }
}
