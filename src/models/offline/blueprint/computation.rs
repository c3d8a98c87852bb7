//! What a computed value is worked out by: the function, its arguments, whether other records count, and words for it.

use super::{
    functions::{label, when_over},
    writer::{number, text},
};
use crate::models::offline::spec::{AppSpec, Entity, FieldType, Formula, Unit};

pub fn computation(spec: &AppSpec, entity: &Entity, formula: &Formula) -> (&'static str, Vec<String>, bool, String) {
    let record = |more: Vec<String>| {
        let mut all = vec!["record".to_owned()];
        all.extend(more);
        all
    };
    let table = |name: &str| spec.entity(name).map_or_else(|| name.to_owned(), |e| e.plural.clone());
    let other = |name: &str, more: &[&str]| {
        let mut all = vec!["db".to_owned(), "record".to_owned(), text(&table(name))];
        all.extend(more.iter().map(|m| text(m)));
        all
    };
    let say = |name: &str| label(entity, name).to_lowercase();
    match formula {
        Formula::Percent { of, percent } => {
            ("percent_of", record(vec![text(of), number(*percent)]), false, format!("{percent} % of {}", say(of)))
        }
        Formula::Product { a, b } => {
            ("product_of", record(vec![text(a), text(b)]), false, format!("{} times {}", say(a), say(b)))
        }
        Formula::Priced { link, of, by } => {
            let parent = entity.fields.iter().find(|f| f.name == *link).and_then(|f| match &f.ty {
                FieldType::Reference { entity } => Some(entity.as_str()),
                _ => None,
            });
            let each = parent.and_then(|p| spec.entity(p)).map_or_else(|| of.clone(), |p| label(p, of).to_lowercase());
            let arguments = other(parent.unwrap_or_default(), &[link, of, by]);
            ("priced", arguments, true, format!("{} times the {each} of the {}", say(by), say(link)))
        }
        Formula::Sum { fields } => {
            let names: Vec<String> = fields.iter().map(|f| say(f)).collect();
            ("sum_of_fields", record(fields.iter().map(|f| text(f)).collect()), false, names.join(" plus "))
        }
        Formula::Difference { a, b } => {
            ("difference_of", record(vec![text(a), text(b)]), false, format!("{} minus {}", say(a), say(b)))
        }
        Formula::Length { start, end, unit, whole } => {
            let call = if *unit == Unit::Hours { "hours_of" } else { "days_of" };
            let mut arguments = record(vec![text(start), text(end)]);
            arguments.extend(whole.then(|| "whole=True".to_owned()));
            (call, arguments, false, format!("{} from {} to {}", unit.word(), say(start), say(end)))
        }
        Formula::DaysAfter { of, days } => (
            "days_after",
            record(vec![text(of), days.to_string()]),
            false,
            format!("{days} days after the {}", say(of)),
        ),
        Formula::RunningNumber => {
            ("running_number", record(Vec::new()), true, "given when the record is made, one after the other".into())
        }
        Formula::CountOf { entity, field } => (
            "count_of",
            other(entity, &[field]),
            true,
            format!("how many {} there are", table(entity).replace('_', " ")),
        ),
        Formula::Waits { per, capacity } => {
            let parent = entity.fields.iter().find(|f| f.name == *per).and_then(|f| match &f.ty {
                FieldType::Reference { entity } => Some(table(entity)),
                _ => None,
            });
            let mut arguments = vec!["db".to_owned(), "record".to_owned(), text(&entity.plural), text(per)];
            arguments.extend([text(&parent.unwrap_or_default()), text(capacity)]);
            ("waits", arguments, true, format!("whether all the room of the {} was taken before", say(per)))
        }
        Formula::Held { entity, field, over } => {
            let mut arguments = other(entity, &[field]);
            arguments.extend(over.as_ref().map(|over| when_over(spec.entity(entity), over)));
            ("held_by", arguments, true, format!("whether one of its {} is not over", table(entity).replace('_', " ")))
        }
        Formula::Left { capacity, entity, field, amount, over } => {
            let mut arguments = vec!["db".to_owned(), "record".to_owned(), text(capacity)];
            arguments.extend([text(&table(entity)), text(field)]);
            arguments.extend(amount.iter().map(|a| text(a)));
            arguments.extend(over.as_ref().map(|over| when_over(spec.entity(entity), over)));
            let taken = table(entity).replace('_', " ");
            ("left_of", arguments, true, format!("what its {taken} leave of the {}", say(capacity)))
        }
        Formula::SumOf { entity, field, measure } => {
            let say = format!("the sum of {} over its {}", measure.replace('_', " "), table(entity).replace('_', " "));
            ("sum_of", other(entity, &[field, measure]), true, say)
        }
        Formula::AverageOf { entity, field, measure } => {
            let say =
                format!("the average of {} over its {}", measure.replace('_', " "), table(entity).replace('_', " "));
            ("average_of", other(entity, &[field, measure]), true, say)
        }
    }
}
