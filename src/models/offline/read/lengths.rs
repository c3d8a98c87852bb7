//! How long something is, as a number that others are multiplied by: `the price per day times the days`.

use super::chunk::Np;
use super::data::made;
use super::draft::Draft;
use super::formulas::{operand, priced, set};
use super::lexicon::words;
use super::sentence::Sentence;
use super::tag::Tag;
use crate::models::offline::spec::{Feature, Field, FieldType, Formula, Unit};

/// `the days`, `the number of nights`, `the hours of the booking`
fn unit(np: &Np) -> Option<Unit> {
    let counted = if np.head == "number" { np.of.as_deref()? } else { np };
    let plain = |m: &str| words::light(m) || matches!(m, "booked" | "rented" | "hired" | "reserved");
    let many = counted.plural && counted.number.is_none() && counted.mods.iter().all(|m| plain(m));
    match counted.head.as_str() {
        "day" if many => Some(Unit::Days),
        "night" if many => Some(Unit::Nights),
        "hour" if many => Some(Unit::Hours),
        _ => None,
    }
}

/// The length of records of a kind, where they have a beginning and an end that it can be told from.
fn length(d: &Draft, e: usize, unit: Unit) -> Option<Formula> {
    let entity = &d.entities[e].entity;
    let ty = |name: &str| entity.fields.iter().find(|f| f.name == name).map(|f| f.ty.clone());
    let (start, end) = super::overlaps::span(d, e)?;
    let fits = match (ty(&start)?, ty(&end)?) {
        (FieldType::Date, FieldType::Date) => unit != Unit::Hours,
        (FieldType::DateTime, FieldType::DateTime) | (FieldType::Time, FieldType::Time) => unit == Unit::Hours,
        _ => false,
    };
    let whole = unit == Unit::Days && entity.whole_days(&start, &end);
    fits.then_some(Formula::Length { start, end, unit, whole })
}

/// `The total of a booking is the price per day times the days`: the days become a number of the booking that is worked out,
/// and what the total is worked out of.
pub fn times(d: &mut Draft, si: usize, candidates: &[usize], target: &Np, (a, b): (&Np, &Np)) -> bool {
    let s = &d.sentences[si];
    // what is added or taken off behind it is more than a product
    let more =
        |np: &Np| s.words[np.range.end..].iter().any(|w| matches!(w.tag, Tag::Conj | Tag::Comma) || adds(w.lower()));
    if more(if a.range.start > b.range.start { a } else { b }) {
        return false;
    }
    for (each, by) in [(a, b), (b, a)] {
        let Some(unit) = unit(by) else { continue };
        for &e in candidates {
            // a number of days that somebody enters is one like any other
            if operand(d, s, e, by).is_some() {
                continue;
            }
            let Some(formula) = length(d, e, unit).filter(|_| named(d, s, e, each)) else { continue };
            let name = measured(d, si, e, unit, formula);
            return match operand(d, s, e, each) {
                Some(a) => set(d, si, e, target, &[&a, &name], Formula::Product { a: a.clone(), b: name.clone() }),
                None => priced(d, si, e, target, (each, name)),
            };
        }
    }
    false
}

fn adds(word: &str) -> bool {
    matches!(word, "plus" | "minus" | "less" | "without" | "if" | "for" | "except")
}

/// Whether the price is a number of the record, or of the one thing that it names.
fn named(d: &Draft, s: &Sentence, e: usize, each: &Np) -> bool {
    let of = |f: &Field| match &f.ty {
        FieldType::Reference { entity } => d.find(entity).filter(|p| *p != e),
        _ => None,
    };
    let parents = d.entities[e].entity.fields.iter().filter_map(of);
    operand(d, s, e, each).is_some() || parents.filter(|p| operand(d, s, *p, each).is_some()).count() == 1
}

/// The field with the length, made where there is none yet.
fn measured(d: &mut Draft, si: usize, e: usize, unit: Unit, formula: Formula) -> String {
    let id = d.sentences[si].id;
    let name = unit.word().to_owned();
    if let Formula::Length { start, end, .. } = &formula {
        // without one of them there is no length
        let (start, end) = (start.clone(), end.clone());
        for f in d.entities[e].entity.fields.iter_mut().filter(|f| f.name == start || f.name == end) {
            f.required = true;
        }
    }
    if d.field_mut(e, &name).is_none() {
        let ty = if unit == Unit::Hours { FieldType::Decimal { money: false } } else { FieldType::Integer };
        let mut field = made(&name, &super::field::sentence_case(&name), ty, id);
        field.read_only = true;
        d.entities[e].entity.fields.push(field);
    }
    let entity = d.entities[e].entity.name.clone();
    d.feature(Feature::Computed { entity, field: name.clone(), formula, clauses: vec![id] });
    name
}
