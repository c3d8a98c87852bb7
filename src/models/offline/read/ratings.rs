//! `a comment and a rating from 1 to 5`: the bounds of a number that is a record of its own.

use super::draft::Draft;
use crate::models::offline::spec::{FieldRule, FieldType, Rule};

/// Gives the ratings of a sentence the bounds that it says, once it is settled what is kept of them.
pub fn read(d: &mut Draft) {
    for si in 0..d.sentences.len() {
        let s = &d.sentences[si];
        let number = |i: usize| s.words.get(i).and_then(|w| w.token.value).filter(|v| v.fract() == 0.0);
        let found = (0..s.words.len()).find_map(|i| {
            let (from, to) = (s.words.get(i + 1)?, s.words.get(i + 3)?);
            let led =
                from.is("from") && to.is("to") || from.is("of") && to.is("to") || from.is("between") && to.is("and");
            let rating = matches!(s.words[i].base.as_str(), "rating" | "score") && led;
            Some((i, number(i + 2)?, number(i + 4)?)).filter(|(_, a, b)| rating && a < b)
        });
        let Some((at, least, most)) = found else { continue };
        let (id, name) = (s.id, s.words[at].base.clone());
        let Some(e) = d.find(&name).filter(|e| d.entities[*e].entity.clauses.contains(&id)) else { continue };
        let Some(field) = d.field_mut(e, &name).filter(|f| f.ty == FieldType::Integer) else { continue };
        field.rules.retain(|r| !matches!(r.rule, Rule::Min { .. } | Rule::Max { .. }));
        field.rules.extend(
            [Rule::Min { value: least }, Rule::Max { value: most }].map(|rule| FieldRule { rule, clauses: vec![id] }),
        );
        d.mark(si, at + 1..at + 5);
    }
}
