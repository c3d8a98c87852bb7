//! Values for fields, as Python expressions: valid ones that keep every rule, a second valid one, and wrong ones.

use super::python::{lit, num};
use crate::models::offline::blueprint::functions::day_of;
use crate::models::offline::spec::{AppSpec, Entity, Feature, Field, FieldType, Formula, Period, Rule, Until};

/// Days between dates that must follow each other, so that moving one by a day breaks nothing.
const STEP: i64 = 7;

pub(super) fn minimum(field: &Field) -> Option<f64> {
    field.rules.iter().find_map(|r| if let Rule::Min { value } = r.rule { Some(value) } else { None })
}
pub(super) fn maximum(field: &Field) -> Option<f64> {
    field.rules.iter().find_map(|r| if let Rule::Max { value } = r.rule { Some(value) } else { None })
}
fn lengths(field: &Field) -> (usize, usize) {
    let (mut least, mut most) = (0, 120);
    for rule in &field.rules {
        match rule.rule {
            Rule::MinLength { value } => least = value as usize,
            Rule::MaxLength { value } => most = value as usize,
            _ => {}
        }
    }
    (least, most)
}
pub(super) fn has(field: &Field, rule: &Rule) -> bool {
    field.rules.iter().any(|r| &r.rule == rule)
}

/// How many dates come before this one in its record.
fn depth(spec: &AppSpec, entity: &Entity, field: &Field, left: u32) -> i64 {
    if left == 0 {
        return 0;
    }
    field
        .rules
        .iter()
        .filter_map(|r| match &r.rule {
            Rule::After { field, .. } => entity.fields.iter().find(|f| &f.name == field),
            _ => None,
        })
        .chain(spec.features.iter().filter_map(|f| match f {
            Feature::NoOverlap { entity: name, start, end, .. }
            | Feature::Progress { goal: name, period: Period::Between { start, end }, .. }
                if name == &entity.name && end == &field.name =>
            {
                entity.fields.iter().find(|f| &f.name == start)
            }
            _ => None,
        }))
        .map(|earlier| depth(spec, entity, earlier, left - 1) + 1)
        .max()
        .unwrap_or(0)
}

/// The days from today of a date field in a valid record.
pub(super) fn offset(spec: &AppSpec, entity: &Entity, field: &Field) -> i64 {
    let position = depth(spec, entity, field, 4) * STEP;
    let latest =
        entity.fields.iter().filter(|f| has(f, &Rule::NotInFuture)).map(|f| depth(spec, entity, f, 4) * STEP).max();
    let ahead = entity.fields.iter().any(|f| has(f, &Rule::NotInPast));
    let earliest = entity.fields.iter().filter_map(|f| ahead_bound(f, false)).max();
    // A day later than need be, so that moving it by a day breaks nothing.
    let first = earliest.map(|days| days + 1).or(ahead.then_some(1)).max(in_time(spec, entity));
    let free = position + first.unwrap_or_else(|| latest.map_or(0, |days| -days - 1));
    let free = ahead_bound(field, true).map_or(free, |most| free.min((most - 1).max(earliest.unwrap_or(0))));
    let bound = field.rules.iter().find_map(|r| match &r.rule {
        Rule::Within { field: earlier, days, both } if *earlier != field.name => {
            let earlier = entity.fields.iter().find(|f| &f.name == earlier)?;
            // Halfway, so that moving one of the two by a day breaks nothing.
            Some(offset(spec, entity, earlier) + i64::from(days / 2).max(i64::from(!*both || *days > 1)))
        }
        _ => None,
    });
    bound.map_or(free, |most| free.min(most))
}

/// The days from today that a date may have at most, or must have at least.
pub(super) fn ahead_bound(field: &Field, most: bool) -> Option<i64> {
    field.rules.iter().find_map(|r| match r.rule {
        Rule::UntilDay { days } if most => Some(i64::from(days)),
        Rule::FromDay { days } if !most => Some(i64::from(days)),
        _ => None,
    })
}

/// The days from today at which everything that closes before a date of these records can still be done.
fn in_time(spec: &AppSpec, entity: &Entity) -> Option<i64> {
    let closing = spec.features.iter().filter_map(|f| match f {
        Feature::Closes { entity: name, date, until, .. } => {
            let own = *name == entity.name && !date.contains('.');
            let of_child = date.split_once('.').is_some_and(|(link, _)| refers(spec, name, link, &entity.name));
            (own || of_child).then_some(until)
        }
        _ => None,
    });
    let days = closing.map(|until| match until {
        Until::Hours { before } => i64::from(before / 24) + 2,
        Until::Days { before } => i64::from(*before) + 1,
    });
    days.filter(|days| *days > 0).max()
}

/// Whether overlaps are kept apart by a parent of its own for each record: there are too few days for one each.
pub(super) fn crowded(entity: &Entity, start: &str, per: Option<&str>) -> bool {
    let named = |name: &str| entity.fields.iter().find(|f| f.name == name);
    per.and_then(named).is_some_and(|f| matches!(f.ty, FieldType::Reference { .. }) && super::world::is_required(f))
        && named(start).is_some_and(|f| ahead_bound(f, true).is_some())
}

/// How many years ago a date must be at least.
fn age(field: &Field) -> Option<u32> {
    field.rules.iter().find_map(|r| if let Rule::MinAge { years } = r.rule { Some(years) } else { None })
}

/// Whether dates of different records go back in time, for none may lie in the future.
pub(super) fn backwards(entity: &Entity) -> bool {
    entity.fields.iter().any(|f| has(f, &Rule::NotInFuture))
}

/// Whether each record must have its own value of this field.
pub(super) fn distinct(spec: &AppSpec, entity: &Entity, field: &Field) -> bool {
    if field.rules.iter().any(|r| matches!(r.rule, Rule::Unique { .. })) {
        return true;
    }
    spec.features.iter().any(|feature| match feature {
        Feature::UniqueTogether { entity: name, fields, .. } if name == &entity.name => {
            // Each record comes with a parent of its own: that makes the combination new.
            let parent = |f: &Field| matches!(f.ty, FieldType::Reference { .. }) && super::world::is_required(f);
            if entity.fields.iter().any(|f| fields.contains(&f.name) && parent(f)) {
                return false;
            }
            // `one booking of an employee a day, at most 14 days ahead`: the days give out before the people do
            let of_somebody = fields.iter().any(|name| name == "owner_id");
            let few = |f: &Field| of_somebody && ahead_bound(f, true).is_some();
            let scalar = fields.iter().find(|name| {
                entity.fields.iter().any(|f| {
                    &f.name == *name
                        && !few(f)
                        && !matches!(
                            f.ty,
                            FieldType::Choice { .. }
                                | FieldType::Boolean
                                | FieldType::Reference { .. }
                                | FieldType::UserReference { .. }
                        )
                })
            });
            scalar == Some(&field.name)
        }
        // so many of a day: each record has a day of its own
        Feature::Limit { entity: name, per: Some(per), .. } if name == &entity.name && per == &field.name => {
            !matches!(field.ty, FieldType::Reference { .. } | FieldType::UserReference { .. })
        }
        Feature::NoOverlap { entity: name, start, per, .. }
            if name == &entity.name && crowded(entity, start, per.as_deref()) =>
        {
            false
        }
        Feature::NoOverlap { entity: name, start, end, .. } if name == &entity.name => match day_of(entity, start) {
            Some(day) => day.name == field.name,
            None => start == &field.name || end == &field.name,
        },
        _ => false,
    })
}

/// A moment of a no-overlap test: so many steps after the slot begins.
pub(super) fn point(spec: &AppSpec, entity: &Entity, field: &Field, start: &Field, shift: i64) -> Option<String> {
    let at = offset(spec, entity, start);
    let sign = if backwards(entity) { "-" } else { "+" };
    Some(match field.ty {
        FieldType::Date => format!("day({} {sign} 100 * slot)", at + shift),
        FieldType::DateTime => format!("moment({} {sign} 100 * slot)", at + shift),
        // Each record has a day of its own, if it has one.
        FieldType::Time if day_of(entity, &start.name).is_some() => format!("clock({})", 600 + 10 * shift),
        FieldType::Time => format!("clock({} + 20 * slot)", 600 + shift),
        FieldType::Integer | FieldType::Decimal { .. } => format!("{} + 100 * slot", 1 + shift),
        _ => return None,
    })
}

/// The same where there are only so many days: hours of one day, or days if there are enough.
pub(super) fn within_days(spec: &AppSpec, entity: &Entity, field: &Field, start: &Field, shift: i64) -> Option<String> {
    let day = offset(spec, entity, start);
    let (least, most) = (ahead_bound(start, false).unwrap_or(0), ahead_bound(start, true)?);
    match field.ty {
        FieldType::DateTime => Some(format!("moment({day}, clock({}))", 720 + 60 * shift)),
        FieldType::Date if day - 3 >= least && day + 9 <= most => Some(format!("day({})", day + shift)),
        _ => None,
    }
}

/// Text that fits the length rules.
fn fitted(field: &Field, text: &str, room: usize) -> String {
    let (least, most) = lengths(field);
    let mut out: String = text.chars().take(most.saturating_sub(room)).collect();
    while out.chars().count() + room < least {
        out.push('x');
    }
    let trimmed = out.trim_end();
    if trimmed.chars().count() == out.chars().count() { out } else { format!("{trimmed}x") }
}

fn number(spec: &AppSpec, entity: &Entity, field: &Field) -> f64 {
    let (least, most) = (minimum(field), maximum(field));
    let wanted = if spec
        .features
        .iter()
        .any(|f| matches!(f, Feature::Capacity { capacity, per, entity: e, .. } if capacity == &field.name && refers(spec, e, per, &entity.name)))
    {
        1000.0
    } else if spec.features.iter().any(
        |f| matches!(f, Feature::Capacity { entity: e, amount: Some(a), .. } if e == &entity.name && a == &field.name),
    ) {
        2.0
    } else if spec.features.iter().any(|f| matches!(f, Feature::Progress { goal, target, .. } if goal == &entity.name && target == &field.name)) {
        100.0
    } else {
        match (least, most) {
            (Some(a), Some(b)) => a + ((b - a) / 2.0).floor(),
            (Some(a), None) => a + 5.0,
            (None, Some(b)) => b - 1.0,
            (None, None) => 12.0,
        }
    };
    let value = wanted.max(least.unwrap_or(wanted)).min(most.unwrap_or(wanted));
    if matches!(field.ty, FieldType::Integer) { value.ceil() } else { value }
}

/// The number in a sample record.
pub(super) fn plain_number(spec: &AppSpec, entity: &Entity, field: &Field) -> f64 {
    number(spec, entity, field)
}

fn refers(spec: &AppSpec, entity: &str, field: &str, target: &str) -> bool {
    spec.entity(entity)
        .and_then(|e| e.fields.iter().find(|f| f.name == field))
        .is_some_and(|f| matches!(&f.ty, FieldType::Reference { entity } if entity == target))
}

/// A valid value. References are not here: they need a record.
pub(super) fn valid(spec: &AppSpec, entity: &Entity, field: &Field) -> Option<String> {
    let distinct = distinct(spec, entity, field);
    let label = field.label.to_lowercase();
    let sign = if backwards(entity) { "-" } else { "+" };
    if let (Some(years), FieldType::Date) = (age(field), &field.ty) {
        return Some(format!("years_ago({})", years + 10));
    }
    Some(match &field.ty {
        FieldType::Text { .. } => {
            let (least, most) = lengths(field);
            if distinct && (most < 14 || (least > 0 && most.saturating_sub(least) < 8)) {
                format!("\"S%0{}d\" % serial()", most.saturating_sub(1))
            } else if distinct {
                let text = fitted(field, &format!("Sample {label}"), 6);
                format!("unique({})", lit(&format!("{text:x<least$}")))
            } else {
                lit(&fitted(field, &format!("Sample {label}"), 0))
            }
        }
        FieldType::Integer if distinct => format!("serial({})", num(minimum(field).unwrap_or(1.0).ceil())),
        FieldType::Decimal { .. } if distinct => format!("serial({})", num(minimum(field).unwrap_or(1.0))),
        FieldType::Integer | FieldType::Decimal { .. } => num(number(spec, entity, field)),
        FieldType::Boolean if unavailable(spec, entity, field, "true") || over(spec, entity, field, "true") => {
            "False".into()
        }
        FieldType::Boolean => "True".into(),
        FieldType::Date | FieldType::DateTime if distinct => {
            let call = if field.ty == FieldType::Date { "day" } else { "moment" };
            let first = offset(spec, entity, field);
            // `at most 14 days ahead`: the next ones lie between, as far as there is room
            let apart = match ahead_bound(field, true) {
                Some(most) if sign == "+" => format!("slot % {}", (most - first).max(0) + 1),
                _ => "100 * slot".to_owned(),
            };
            format!("{call}({first} {sign} {apart})")
        }
        FieldType::Time if distinct => format!("clock({} + 20 * slot)", offset(spec, entity, field).max(0)),
        FieldType::Date => format!("day({})", offset(spec, entity, field)),
        FieldType::DateTime => format!("moment({})", offset(spec, entity, field)),
        FieldType::Time => format!("clock({})", 600 + 10 * offset(spec, entity, field)),
        FieldType::Email if distinct => "\"sample%d@example.org\" % serial()".into(),
        FieldType::Email => lit("sample@example.org"),
        FieldType::Url if distinct => "\"https://example.org/%d\" % serial()".into(),
        FieldType::Url => lit("https://example.org/sample"),
        FieldType::Phone if distinct => "\"+49 30 \" + str(serial(100000))".into(),
        FieldType::Phone => lit("+49 30 123456"),
        FieldType::Choice { values } => {
            let to_be_had =
                values.iter().find(|v| !unavailable(spec, entity, field, v) && !over(spec, entity, field, v));
            lit(to_be_had.or(values.first())?)
        }
        FieldType::Reference { .. } | FieldType::UserReference { .. } => return None,
    })
}

/// Whether a record with this value of the field is one that others cannot name.
fn unavailable(spec: &AppSpec, entity: &Entity, field: &Field, value: &str) -> bool {
    spec.features.iter().any(|f| match f {
        Feature::Unavailable { entity: child, per, field: state, values, .. } => {
            state == &field.name && refers(spec, child, per, &entity.name) && values.iter().any(|v| v == value)
        }
        _ => false,
    })
}

/// Whether a record with this value of the field is over, and counts no longer.
fn over(spec: &AppSpec, entity: &Entity, field: &Field, value: &str) -> bool {
    spec.features.iter().any(|f| {
        let (of, over) = match f {
            Feature::Limit { entity, over: Some(over), .. }
            | Feature::LimitIn { entity, over: Some(over), .. }
            | Feature::UniqueTogether { entity, over: Some(over), .. }
            | Feature::Capacity { entity, over: Some(over), .. }
            | Feature::NoOverlap { entity, over: Some(over), .. } => (entity, over),
            Feature::Computed { formula: Formula::Held { entity, over: Some(over), .. }, .. } => (entity, over),
            _ => return false,
        };
        *of == entity.name && over.field == field.name && over.values.iter().any(|v| v == value)
    })
}

/// Another valid value than [`valid`].
pub(super) fn other(spec: &AppSpec, entity: &Entity, field: &Field) -> Option<String> {
    if distinct(spec, entity, field) && !field.ty.is_when() {
        return valid(spec, entity, field);
    }
    let days = offset(spec, entity, field) + if has(field, &Rule::NotInFuture) { -1 } else { 1 };
    let label = field.label.to_lowercase();
    if let (Some(years), FieldType::Date) = (age(field), &field.ty) {
        return Some(format!("years_ago({})", years + 11));
    }
    Some(match &field.ty {
        FieldType::Text { .. } => lit(&fitted(field, &format!("Another {label}"), 0)),
        FieldType::Integer | FieldType::Decimal { .. } => {
            let value = number(spec, entity, field);
            let step = if matches!(field.ty, FieldType::Integer) { 1.0 } else { 0.5 };
            if maximum(field).is_none_or(|most| value + step <= most) {
                num(value + step)
            } else if minimum(field).is_none_or(|least| value - step >= least) {
                num(value - step)
            } else {
                return None;
            }
        }
        FieldType::Boolean if unavailable(spec, entity, field, "true") || over(spec, entity, field, "true") => {
            "True".into()
        }
        FieldType::Boolean => "False".into(),
        FieldType::Date | FieldType::DateTime | FieldType::Time if distinct(spec, entity, field) => return None,
        FieldType::Date => format!("day({days})"),
        FieldType::DateTime => format!("moment({days})"),
        FieldType::Time => format!("clock({})", 601 + 10 * offset(spec, entity, field)),
        FieldType::Email => lit("another@example.org"),
        FieldType::Url => lit("https://example.org/another"),
        FieldType::Phone => lit("+49 30 654321"),
        FieldType::Choice { values } => lit(values.get(1)?),
        FieldType::Reference { .. } | FieldType::UserReference { .. } => return None,
    })
}

/// A text to be found and what to look for, given the variable of the record: neither is in other records.
pub(super) fn findable(field: &Field) -> (String, &'static str) {
    let (least, most) = lengths(field);
    if most < 14 {
        let digits = most.saturating_sub(1);
        return (format!("\"W%0{digits}d\" % serial()"), "self.value({record}, {name}).lower()");
    }
    let padding = "x".repeat(least.saturating_sub(8));
    (format!("unique({})", lit(&format!("Wombat{padding}"))), "\"wOMBAT\"")
}

/// A valid text without any of that.
pub(super) fn not_findable(spec: &AppSpec, entity: &Entity, field: &Field) -> Option<String> {
    if distinct(spec, entity, field) || lengths(field).1 < 14 {
        valid(spec, entity, field)
    } else {
        Some(lit(&fitted(field, "Something else", 0)))
    }
}

/// A value that is not of the field's type.
pub(super) fn wrong(field: &Field) -> Option<&'static str> {
    Some(match &field.ty {
        FieldType::Integer | FieldType::Decimal { .. } => "\"many\"",
        FieldType::Boolean => "\"perhaps\"",
        FieldType::Date => "\"2026-02-31\"",
        FieldType::DateTime => "\"2026-02-31T10:00\"",
        FieldType::Time => "\"25:61\"",
        FieldType::Email => "\"nobody\"",
        FieldType::Url => "\"not a link\"",
        FieldType::Choice { .. } => "\"no such choice\"",
        FieldType::Reference { .. } | FieldType::UserReference { .. } => "987654321",
        // The API says nothing of how a number is written.
        FieldType::Text { .. } | FieldType::Phone => "[\"not\", \"text\"]",
    })
}

/// What kind of value the field holds, in words.
pub(super) fn kind(field: &Field) -> &'static str {
    match &field.ty {
        FieldType::Text { .. } => "text",
        FieldType::Integer => "a whole number",
        FieldType::Decimal { money: true } => "an amount of money",
        FieldType::Decimal { money: false } => "a number",
        FieldType::Boolean => "yes or no",
        FieldType::Date => "a date",
        FieldType::DateTime => "a date with a time",
        FieldType::Time => "a time of day",
        FieldType::Email => "an email address",
        FieldType::Url => "a link",
        FieldType::Phone => "the text of a phone number",
        FieldType::Choice { .. } => "one of the choices",
        FieldType::Reference { .. } => "an existing record",
        FieldType::UserReference { .. } => "an existing account",
    }
}
