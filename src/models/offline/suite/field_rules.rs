//! Tests of the rules on a field's value, at their limits.

use super::{
    fields::{Way, accepted, refused, way},
    python::{ident, lit, num},
    samples,
    scene::Scene,
    world::World,
};
use crate::models::offline::spec::{Entity, Field, FieldType, Op, Rule};

type RuleTest = (String, String, Option<Vec<String>>);

pub(super) fn rule_tests<'a>(world: World<'a>, entity: &'a Entity, field: &'a Field, rule: &Rule) -> Vec<RuleTest> {
    let label = field.label.to_lowercase();
    let noun = entity.label.to_lowercase();
    let unit = field.unit.as_ref().map(|u| format!(" {u}")).unwrap_or_default();
    let both = |good: &str, bad: &str| {
        let (mut scene, way) = way(world, entity, field)?;
        accepted(&mut scene, entity, field, &way, good)?;
        refused(&mut scene, entity, field, &way, bad)?;
        Some(scene.lines)
    };
    let step = if matches!(field.ty, FieldType::Integer) { 1.0 } else { 0.01 };
    if !applies(rule, field) {
        return Vec::new();
    }
    match rule {
        Rule::Required => Vec::new(),
        Rule::Min { value } => vec![(
            format!("test_{}_is_at_least_{}", field.name, ident(&num(*value))),
            format!("The {label} of a {noun} may be {}{unit}, but not less.", num(*value)),
            both(&num(*value), &num(round(value - step))),
        )],
        Rule::Max { value } => vec![(
            format!("test_{}_is_at_most_{}", field.name, ident(&num(*value))),
            format!("The {label} of a {noun} may be {}{unit}, but not more.", num(*value)),
            both(&num(*value), &num(round(value + step))),
        )],
        Rule::MinLength { value } => vec![(
            format!("test_{}_has_at_least_{value}_characters", field.name),
            format!("The {label} of a {noun} may have {value} characters, but not fewer."),
            both(&format!("\"y\" * {value}"), &format!("\"y\" * {}", value.saturating_sub(1))),
        )],
        Rule::MaxLength { value } => vec![(
            format!("test_{}_has_at_most_{value}_characters", field.name),
            format!("The {label} of a {noun} may have {value} characters, but not more."),
            both(&format!("\"x\" * {value}"), &format!("\"x\" * {}", value + 1)),
        )],
        Rule::NotInPast | Rule::NotInFuture => {
            let past = *rule == Rule::NotInPast;
            let day = |n: i64| match field.ty {
                FieldType::DateTime => format!("moment({n}, \"{}\")", if past == (n < 0) { "00:00" } else { "23:59" }),
                _ => format!("day({n})"),
            };
            let (good, bad) = if past { (1, -1) } else { (-1, 1) };
            let (name, word) = if past { ("past", "past") } else { ("future", "future") };
            let other = offsets_follow(entity, field);
            vec![(
                format!("test_{}_is_not_in_the_{name}", field.name),
                format!("The {label} of a {noun} may not lie in the {word}."),
                if other {
                    way(world, entity, field).and_then(|(mut scene, way)| {
                        refused(&mut scene, entity, field, &way, &day(bad)).map(|()| scene.lines)
                    })
                } else {
                    both(&day(if matches!(field.ty, FieldType::Date) { 0 } else { good }), &day(bad))
                },
            )]
        }
        Rule::Unique { per_owner } => vec![(
            format!("test_{}_is_unique", field.name),
            if *per_owner {
                format!("Nobody has two {} with the same {label}.", entity.label_plural.to_lowercase())
            } else {
                format!("No two {} have the same {label}.", entity.label_plural.to_lowercase())
            },
            unique(world, entity, field, *per_owner),
        )],
        Rule::After { field: earlier, or_equal } => vec![(
            format!("test_{}_is_after_{earlier}", field.name),
            format!("The {label} of a {noun} must lie after its {}.", earlier.replace('_', " ")),
            after(world, entity, field, earlier, *or_equal),
        )],
        Rule::Immutable => vec![(
            format!("test_{}_cannot_be_changed", field.name),
            format!("The {label} of a {noun} stays as it was once it is set."),
            immutable(world, entity, field),
        )],
        Rule::Within { field: earlier, days, both } => vec![(
            format!("test_{}_is_within_{days}_days", field.name),
            if *both {
                format!(
                    "From the {} to the {label} of a {noun} there are {days} days at most.",
                    earlier.replace('_', " ")
                )
            } else {
                format!("The {label} of a {noun} lies {days} days after its {} at most.", earlier.replace('_', " "))
            },
            within(world, entity, field, earlier, i64::from(*days) - i64::from(*both)),
        )],
        Rule::RequiredWhen { field: other, values } => vec![(
            format!("test_{}_is_needed_when_{}", field.name, ident(&values.join("_"))),
            format!(
                "A {noun} whose {} is {} needs a {label}.",
                other.replace('_', " "),
                values.join(" or ").replace('_', " ")
            ),
            super::views::required_when(world, entity, field, (other, values)),
        )],
        Rule::MinAge { years } => vec![(
            format!("test_{}_is_{years}_years_ago", field.name),
            format!("The {label} of a {noun} may be {years} years ago to the day, but not later."),
            both(&format!("years_ago({years})"), &format!("years_ago({years}, 1)")),
        )],
        Rule::FromDay { days } | Rule::UntilDay { days } => {
            let days = i64::from(*days);
            let earliest = matches!(rule, Rule::FromDay { .. });
            let at =
                |n: i64| if field.ty == FieldType::DateTime { format!("moment({n})") } else { format!("day({n})") };
            let unit = if days == 1 { "day" } else { "days" };
            let (word, bad) = if earliest { ("at_least", days - 1) } else { ("at_most", days + 1) };
            vec![(
                format!("test_{}_is_{word}_{days}_{unit}_ahead", field.name),
                format!("The {label} of a {noun} is {} {days} {unit} from today.", word.replace('_', " "),),
                if offsets_follow(entity, field) {
                    way(world, entity, field).and_then(|(mut scene, way)| {
                        refused(&mut scene, entity, field, &way, &at(bad)).map(|()| scene.lines)
                    })
                } else {
                    both(&at(days), &at(bad))
                },
            )]
        }
    }
}

/// Whether the rule says anything about values of this kind.
fn applies(rule: &Rule, field: &Field) -> bool {
    let (day, day_or_time) = (field.ty.is_day(), field.ty.is_when());
    let number = matches!(field.ty, FieldType::Integer | FieldType::Decimal { .. });
    // Of two bounds only the stricter one can be reached.
    let stricter = |other: &Rule| match (rule, other) {
        (Rule::Min { value }, Rule::Min { value: other }) => other > value,
        (Rule::Max { value }, Rule::Max { value: other }) => other < value,
        _ => false,
    };
    match rule {
        Rule::Min { .. } | Rule::Max { .. } => number && !field.rules.iter().any(|r| stricter(&r.rule)),
        Rule::MinLength { .. } | Rule::MaxLength { .. } => {
            matches!(field.ty, FieldType::Text { .. } | FieldType::Phone)
        }
        Rule::NotInPast | Rule::NotInFuture | Rule::Within { .. } | Rule::FromDay { .. } | Rule::UntilDay { .. } => day,
        Rule::MinAge { .. } => field.ty == FieldType::Date,
        Rule::After { .. } => day_or_time,
        Rule::Required | Rule::Unique { .. } | Rule::Immutable | Rule::RequiredWhen { .. } => true,
    }
}

/// Whether another date of the record must follow or precede this one.
fn offsets_follow(entity: &Entity, field: &Field) -> bool {
    entity.fields.iter().any(|f| {
        f.rules.iter().any(|r| match &r.rule {
            Rule::After { field: earlier, .. } => f.name == field.name || earlier == &field.name,
            _ => false,
        })
    })
}

fn round(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

fn unique<'a>(world: World<'a>, entity: &'a Entity, field: &'a Field, per_owner: bool) -> Option<Vec<String>> {
    let (mut scene, way) = way(world, entity, field)?;
    if !matches!(way, Way::Create) {
        return None;
    }
    let first = scene.make(entity, None, &[])?;
    let (index, access) = world.maker(entity)?;
    let value = format!("{first}[{}]", lit(&field.name));
    scene.line(format!("self.value({first}, {})", lit(&field.name)));
    let by = format!("{first}.by");
    let again = scene.making(entity, index, Some(&by), &[(field.name.clone(), value.clone())]);
    scene.line(format!("self.expect(409, {})", again.replacen("(self", "(self, send=self.attempt", 1)));
    if field.ty == FieldType::Email {
        // upper and lower case make no other address
        let again = scene.making(entity, index, Some(&by), &[(field.name.clone(), format!("{value}.upper()"))]);
        scene.line(format!("self.expect(409, {})", again.replacen("(self", "(self, send=self.attempt", 1)));
    }
    if per_owner {
        let other = scene.somebody_with(&access.who, 2, "");
        let fine = scene.making(entity, index, Some(&other), &[(field.name.clone(), value)]);
        scene.line(fine);
    }
    Some(scene.lines)
}

fn after<'a>(
    world: World<'a>,
    entity: &'a Entity,
    field: &'a Field,
    earlier: &str,
    or_equal: bool,
) -> Option<Vec<String>> {
    let (mut scene, way) = way(world, entity, field)?;
    if !matches!(way, Way::Create) {
        return None;
    }
    let first = entity.fields.iter().find(|f| f.name == earlier)?;
    let (index, access) = world.maker(entity)?;
    if !world.sent_on_create(entity, first, access) {
        return None;
    }
    let at = samples::offset(world.spec, entity, first);
    let value = |field: &Field, shift: i64| match field.ty {
        FieldType::Date => Some(format!("day({})", at + shift)),
        FieldType::DateTime => Some(format!("moment({})", at + shift)),
        FieldType::Time => Some(format!("clock({})", 720 + shift)),
        _ => None,
    };
    let pair =
        |shift: i64| Some(vec![(earlier.to_owned(), value(first, 0)?), (field.name.clone(), value(field, shift)?)]);
    let attempt = |scene: &Scene<'a>, fields: &[(String, String)]| {
        scene.making(entity, index, None, fields).replacen("(self", "(self, send=self.attempt", 1)
    };
    let call = attempt(&scene, &pair(-1)?);
    scene.line(format!("self.expect_refused({call}, {})", lit(&field.name)));
    let call = attempt(&scene, &pair(0)?);
    if or_equal {
        scene.line(format!("self.expect(201, {call})"));
    } else {
        scene.line(format!("self.expect_refused({call}, {})", lit(&field.name)));
        let call = attempt(&scene, &pair(1)?);
        scene.line(format!("self.expect(201, {call})"));
    }
    Some(scene.lines)
}

fn within<'a>(world: World<'a>, entity: &'a Entity, field: &'a Field, earlier: &str, days: i64) -> Option<Vec<String>> {
    let (mut scene, way) = way(world, entity, field)?;
    let first = entity.fields.iter().find(|f| f.name == earlier)?;
    let (index, access) = world.maker(entity)?;
    if !matches!(way, Way::Create) || !world.sent_on_create(entity, first, access) {
        return None;
    }
    let at = samples::offset(world.spec, entity, first);
    let value = |field: &Field, shift: i64| match field.ty {
        FieldType::Date => Some(format!("day({})", at + shift)),
        FieldType::DateTime => Some(format!("moment({})", at + shift)),
        _ => None,
    };
    for (shift, fits) in [(days, true), (days + 1, false)] {
        let pair = [(earlier.to_owned(), value(first, 0)?), (field.name.clone(), value(field, shift)?)];
        let call = scene.making(entity, index, None, &pair).replacen("(self", "(self, send=self.attempt", 1);
        scene.line(if fits {
            format!("self.expect(201, {call})")
        } else {
            format!("self.expect_refused({call}, {})", lit(&field.name))
        });
    }
    Some(scene.lines)
}

fn immutable<'a>(world: World<'a>, entity: &'a Entity, field: &'a Field) -> Option<Vec<String>> {
    let value = samples::other(world.spec, entity, field)?;
    let mut scene = Scene::test(world);
    let record = scene.make(entity, None, &[])?;
    let by = scene.allowed(entity, &record, Op::Update)?;
    let name = lit(&field.name);
    scene.line(format!("before = self.value({record}, {name})"));
    scene.line(format!("self.expect((400, 403, 409, 422), {by}.put({record}.path, {{{name}: {value}}}))"));
    if let Some(reader) = scene.allowed(entity, &record, Op::Read) {
        scene.line(format!("self.assertEqual(self.value(self.stored({record}, by={reader}), {name}), before)"));
    }
    Some(scene.lines)
}
