//! Tests of fields that a formula computes.

use super::{
    python::{Test, lit, num},
    rules::test,
    samples,
    scene::Scene,
    sums::column,
    world::World,
};
use crate::{
    domain::ClauseId,
    models::offline::spec::{Access, Entity, Feature, Field, FieldType, Formula, Op, Over, Scope, Unit, Who},
};

pub(super) fn computed(
    world: World<'_>,
    entity: &Entity,
    field: &str,
    formula: &Formula,
    clauses: &[ClauseId],
) -> Option<Test> {
    let entity = world.entity(&entity.name)?;
    let label = column(entity, field).map_or_else(|| field.replace('_', " "), |f| f.label.to_lowercase());
    let mut scene = Scene::test(world);
    let name = lit(field);
    let value = |record: &str, field: &str| format!("self.value({record}, {})", lit(field));
    match formula {
        Formula::Percent { of, percent } => {
            let record = scene.make(entity, None, &[])?;
            scene.line(format!("expected = {} * {} / 100", value(&record, of), num(*percent)));
            scene.line(format!("self.assertAlmostEqual({}, expected, delta=0.0051)", value(&record, field)));
        }
        Formula::Product { a, b } => {
            let record = scene.make(entity, None, &[])?;
            scene.line(format!("expected = {} * {}", value(&record, a), value(&record, b)));
            scene.line(format!("self.assertAlmostEqual({}, expected, 2)", value(&record, field)));
        }
        Formula::Priced { link, of, by } => {
            let reference = column(entity, link)?;
            let parent = world.entity(super::world::target(reference)?)?;
            let (index, access) = world.maker(entity)?;
            if !world.sent_on_create(entity, reference, access) || !world.can_make(entity) {
                return None;
            }
            let made = scene.make(parent, None, &[])?;
            let shares = world.creator_shares(entity, parent) && !is_open(world, parent, &access.who);
            let maker = shares.then(|| format!("{made}.by"));
            let named = [(link.clone(), format!("{made}[\"id\"]"))];
            let record = scene.make_as(entity, index, maker.as_deref(), &named)?;
            scene.line(format!("expected = {} * {}", value(&made, of), value(&record, by)));
            scene.line(format!("self.assertAlmostEqual({}, expected, 2)", value(&record, field)));
        }
        Formula::Difference { a, b } => {
            let record = scene.make(entity, None, &[])?;
            scene.line(format!("expected = {} - {}", value(&record, a), value(&record, b)));
            scene.line(format!("self.assertAlmostEqual({}, expected, 2)", value(&record, field)));
        }
        Formula::Sum { fields } => {
            let record = scene.make(entity, None, &[])?;
            let terms: Vec<String> = fields.iter().map(|f| value(&record, f)).collect();
            scene.line(format!("self.assertAlmostEqual({}, {}, 2)", value(&record, field), terms.join(" + ")));
        }
        Formula::Length { start, end, unit, whole } => {
            length(&mut scene, entity, field, (start, end), (*unit, *whole))?
        }
        Formula::DaysAfter { of, days } => {
            let record = scene.make(entity, None, &[])?;
            scene.line(format!("start = datetime.date.fromisoformat({}[:10])", value(&record, of)));
            scene.line(format!("expected = (start + datetime.timedelta(days={days})).isoformat()"));
            scene.line(format!("self.assertEqual({}[:10], expected)", value(&record, field)));
        }
        Formula::RunningNumber => {
            let first = scene.make(entity, None, &[])?;
            let second = scene.make(entity, None, &[])?;
            scene.line(format!("self.assertGreaterEqual({}, 1)", value(&first, field)));
            scene.line(format!("self.assertLess({}, {})", value(&first, field), value(&second, field)));
            let reader = scene.allowed(entity, &first, Op::Read)?;
            if let Some(editor) = scene.allowed(entity, &first, Op::Update) {
                scene.line(format!("{editor}.put({first}.path, {{{name}: 987654}})"));
            }
            scene.line(format!("shown = self.stored({first}, by={reader})"));
            scene.line(format!("self.assertEqual({}, {})", value("shown", field), value(&first, field)));
            scene.line(format!("page = self.page(\"/{}/%d\" % {first}[\"id\"], {reader})", entity.plural));
            scene.line(format!("self.assertIn(\">%d<\" % {}, page)", value(&first, field)));
        }
        Formula::Held { entity: child, field: link, over } => {
            let parent = scene.make(entity, None, &[])?;
            let reader = scene.allowed(entity, &parent, Op::Read)?;
            let is = |word: &str| format!("self.assertIs({}, {word})", value("shown", field));
            let shown = format!("shown = self.stored({parent}, by={reader})");
            let made = {
                scene.line(shown.clone());
                scene.line(is("False"));
                held(&mut scene, entity, &parent, (child, link))?
            };
            scene.line(shown.clone());
            scene.line(is("True"));
            let child = world.entity(child)?;
            match over {
                Some(over) => super::flow::end(&mut scene, child, &made, over)?,
                None => {
                    let remover = scene.allowed(child, &made, Op::Delete)?;
                    scene.line(format!("self.expect(204, {remover}.delete({made}.path))"));
                }
            }
            scene.line(shown);
            scene.line(is("False"));
        }
        Formula::Waits { per, capacity } => waits(&mut scene, entity, field, (per, capacity))?,
        Formula::Left { capacity, entity: child, field: link, amount, over } => {
            left(&mut scene, entity, (field, capacity), (child, link), (amount.as_deref(), over.as_ref()))?;
        }
        Formula::CountOf { entity: child, field: link }
        | Formula::SumOf { entity: child, field: link, .. }
        | Formula::AverageOf { entity: child, field: link, .. } => {
            let child = world.entity(child)?;
            let reference = column(child, link)?;
            let (index, access) = world.maker(child)?;
            if !world.can_make(child) {
                return None;
            }
            let parent = scene.make(entity, None, &[])?;
            let reader = scene.allowed(entity, &parent, Op::Read)?;
            let by = if world.creator_shares(child, entity) && !is_open(world, entity, &access.who) {
                Some(format!("{parent}.by"))
            } else {
                None
            };
            let measure = match formula {
                Formula::SumOf { measure, .. } | Formula::AverageOf { measure, .. } => Some(column(child, measure)?),
                _ => None,
            };
            let sent = world.sent_on_create(child, reference, access);
            if !sent {
                return None;
            }
            // What is worked out of other fields follows from them.
            let given = measure.filter(|m| world.sent_on_create(child, m, access));
            let plain = given.map(|m| num(samples::plain_number(world.spec, child, m)));
            let amounts = [plain.clone(), given.and_then(|m| samples::other(world.spec, child, m)).or(plain)];
            let mut parts = Vec::new();
            // A second child by somebody else: some things one person does once.
            for (nth, amount) in amounts.into_iter().enumerate() {
                let mut fields = vec![(link.clone(), format!("{parent}[\"id\"]"))];
                fields.extend(given.zip(amount).map(|(m, amount)| (m.name.clone(), amount)));
                if nth == 1 {
                    fields.extend(told_apart(world, child, link, access, given));
                }
                let by = by.clone().or_else(|| {
                    (world.has_people() && access.who != Who::Anyone && nth == 1)
                        .then(|| scene.somebody_with(&access.who, 2, ""))
                });
                let made = scene.make_as(child, index, by.as_deref(), &fields)?;
                parts.extend(measure.map(|m| value(&made, &m.name)));
            }
            let expected = match formula {
                Formula::CountOf { .. } => "2".to_owned(),
                Formula::SumOf { .. } => parts.join(" + "),
                _ => format!("({}) / 2", parts.join(" + ")),
            };
            scene.line(format!("expected = {expected}"));
            scene.line(format!("shown = self.stored({parent}, by={reader})"));
            scene.line(format!("self.assertAlmostEqual({}, expected, delta=0.0051)", value("shown", field)));
        }
    }
    if let Some((index, _)) = world.maker(entity) {
        let made_up = if matches!(formula, Formula::DaysAfter { .. }) { "\"1999-12-31\"" } else { "987654" };
        let call = scene.making(entity, index, None, &[(field.to_owned(), made_up.into())]);
        scene.line(format!("self.assertNotEqual({call}.get({name}), {made_up})"));
    }
    Some(test(
        format!("test_{field}_is_computed"),
        format!("The {label} of a {} is computed, not entered.", entity.label.to_lowercase()),
        clauses,
        scene,
    ))
}

/// How long a sample record is, counted here.
fn length<'a>(
    scene: &mut Scene<'a>,
    entity: &'a Entity,
    field: &str,
    (from, to): (&str, &str),
    (unit, whole): (Unit, bool),
) -> Option<()> {
    // two hours and a half, where it is hours that count
    let at = |name: &str, minutes: i64| {
        let field = column(entity, name)?;
        let day = samples::offset(scene.world.spec, entity, column(entity, from)?);
        let time = format!("clock({minutes})");
        Some((name.to_owned(), if field.ty == FieldType::Time { time } else { format!("moment({day}, {time})") }))
    };
    let times = if unit == Unit::Hours { vec![at(from, 600)?, at(to, 750)?] } else { Vec::new() };
    let record = scene.make(entity, None, &times)?;
    let value = |field: &str| format!("self.value({record}, {})", lit(field));
    let day = if unit == Unit::Hours { "" } else { "[:10]" };
    for (name, of) in [("start", from), ("after", to)] {
        // a time of day is one of some day
        scene.line(format!("{name} = {}", value(of)));
        let at = format!("{name} if \"-\" in {name} else \"2026-01-01T\" + {name}");
        scene.line(format!("{name} = datetime.datetime.fromisoformat(({at}){day})"));
    }
    scene.line(match unit {
        Unit::Hours => "expected = (after - start).total_seconds() / 3600".to_owned(),
        _ => format!("expected = (after - start).days{}", if whole { " + 1" } else { "" }),
    });
    scene.line("self.assertGreater(expected, 0)");
    scene.line(format!("self.assertAlmostEqual({}, expected, 2)", value(field)));
    Some(())
}

/// Makes the record by which somebody has this one.
pub(super) fn held<'a>(
    scene: &mut Scene<'a>,
    entity: &'a Entity,
    parent: &str,
    (child, link): (&str, &str),
) -> Option<String> {
    let world = scene.world;
    let child = world.entity(child)?;
    let (index, access) = world.maker(child)?;
    if !world.sent_on_create(child, column(child, link)?, access) {
        return None;
    }
    let by =
        (world.creator_shares(child, entity) && !is_open(world, entity, &access.who)).then(|| format!("{parent}.by"));
    scene.make_as(child, index, by.as_deref(), &[(link.to_owned(), format!("{parent}[\"id\"]"))])
}

/// Of three times what one record takes, two are left of it when one has been taken.
fn left<'a>(
    scene: &mut Scene<'a>,
    entity: &Entity,
    (field, capacity): (&str, &str),
    (child, link): (&str, &str),
    (amount, over): (Option<&str>, Option<&Over>),
) -> Option<()> {
    let world = scene.world;
    let (entity, child) = (world.entity(&entity.name)?, world.entity(child)?);
    let (reference, room) = (column(child, link)?, column(entity, capacity)?);
    let (index, access) = world.maker(child)?;
    let sent = world.sent_on_create(child, reference, access);
    if !sent || !world.can_make(child) || !world.sent_on_create(entity, room, world.maker(entity)?.1) {
        return None;
    }
    let taken = amount.and_then(|a| column(child, a));
    if amount.is_some() && !taken.is_some_and(|f| world.sent_on_create(child, f, access)) {
        return None;
    }
    let one = taken.and_then(samples::minimum).map_or(1.0, |m| m.max(1.0));
    let all = samples::minimum(room).unwrap_or(0.0).max(one * 3.0);
    let parent = scene.make(entity, None, &[(capacity.to_owned(), num(all))])?;
    let reader = scene.allowed(entity, &parent, Op::Read)?;
    let by =
        (world.creator_shares(child, entity) && !is_open(world, entity, &access.who)).then(|| format!("{parent}.by"));
    let name = lit(field);
    scene.line(format!("shown = self.stored({parent}, by={reader})"));
    scene.line(format!("self.assertEqual(self.value(shown, {name}), {})", num(all)));
    let mut fields = vec![(link.to_owned(), format!("{parent}[\"id\"]"))];
    fields.extend(taken.map(|f| (f.name.clone(), num(one))));
    let made = scene.make_as(child, index, by.as_deref(), &fields)?;
    let left = |scene: &mut Scene<'_>, number: f64| {
        scene.line(format!("shown = self.stored({parent}, by={reader})"));
        scene.line(format!("self.assertEqual(self.value(shown, {name}), {})", num(number)));
    };
    left(scene, all - one);
    // what was called off gives back what it took
    let kept = scene.clone();
    match over.map(|over| super::flow::end(scene, child, &made, over)) {
        Some(Some(())) => left(scene, all),
        _ => *scene = kept,
    }
    Some(())
}

/// Of two records where there is room for one the later waits, until the earlier is gone.
fn waits<'a>(scene: &mut Scene<'a>, entity: &'a Entity, field: &str, (per, capacity): (&str, &str)) -> Option<()> {
    let world = scene.world;
    let reference = column(entity, per)?;
    let parent = world.entity(super::world::target(reference)?)?;
    let room = column(parent, capacity)?;
    let (index, access) = world.maker(entity)?;
    let sent = world.sent_on_create(entity, reference, access)
        && world.sent_on_create(parent, room, world.maker(parent)?.1)
        && samples::minimum(room).is_none_or(|least| least <= 1.0);
    if !sent || !world.can_make(entity) || world.creator_shares(entity, parent) && !is_open(world, parent, &access.who)
    {
        return None;
    }
    let made = scene.make(parent, None, &[(capacity.to_owned(), num(1.0))])?;
    let link = vec![(per.to_owned(), format!("{made}[\"id\"]"))];
    let first = scene.make_as(entity, index, None, &link)?;
    // somebody else: some things one person does once
    let other = (world.has_people() && access.who != Who::Anyone).then(|| scene.somebody_with(&access.who, 2, ""));
    let second = scene.make_as(entity, index, other.as_deref(), &link)?;
    let waiting = |record: &str, word: &str| format!("self.assertIs(self.value({record}, {}), {word})", lit(field));
    scene.line(waiting(&first, "False"));
    scene.line(waiting(&second, "True"));
    let remover = scene.allowed(entity, &first, Op::Delete)?;
    let reader = scene.allowed(entity, &second, Op::Read)?;
    scene.line(format!("self.expect(204, {remover}.delete({first}.path))"));
    scene.line(format!("shown = self.stored({second}, by={reader})"));
    scene.line(waiting("shown", "False"));
    Some(())
}

/// What tells a second record of one thing from the first, where another property makes them the same: `not twice on one day`.
fn told_apart(
    world: World<'_>,
    child: &Entity,
    link: &str,
    access: &Access,
    given: Option<&Field>,
) -> Vec<(String, String)> {
    let together = world.features_of(&child.name).filter_map(|f| match f {
        Feature::UniqueTogether { fields, .. } if fields.iter().any(|f| f == link) => Some(fields),
        _ => None,
    });
    let others = together.flatten().filter(|name| *name != link).filter_map(|name| column(child, name));
    others
        .filter(|f| given.is_none_or(|g| g.name != f.name) && world.sent_on_create(child, f, access))
        .filter_map(|f| Some((f.name.clone(), samples::other(world.spec, child, f)?)))
        .collect()
}

/// Whether everybody sees every record of the entity.
fn is_open(world: World<'_>, entity: &Entity, who: &Who) -> bool {
    let Some(entity) = world.entity(&entity.name) else { return false };
    world.accesses(entity, Op::Read).any(|a| a.scope == Scope::All && world.counts_as(who, &a.who))
}

#[cfg(test)]
mod tests {
    use crate::{domain::ClauseId, models::offline::read};
    use std::collections::BTreeMap;

    #[test]
    fn what_is_there_once_a_day_is_counted_on_two_days() {
        let lines = [
            "The leader adds looms with a name.",
            "Members reserve a loom for a day.",
            "Reservations in the past are not possible, and a loom cannot be reserved twice on the same day.",
            "The leader sees how many reservations each loom has.",
        ];
        let clauses = lines.iter().zip(1..).map(|(text, i)| (ClauseId(i), (*text).to_owned(), Vec::new()));
        let spec = read::analyse(&clauses.collect::<Vec<_>>(), &BTreeMap::new()).unwrap();
        let text = super::super::tests(&spec, "looms").files.into_iter().map(|f| f.content).collect::<String>();
        let at = text.find("def test_number_of_reservations_is_computed(").unwrap();
        let second = text[at..].lines().find(|l| l.contains("reservation_2 =")).unwrap();
        assert!(second.contains("date=day("), "{second}");
    }
}
