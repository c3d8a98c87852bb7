//! Tests that no two records are there for the same time: of all, or of those of which it was decided.

use super::{
    flow,
    limits::DEPTH,
    python::{Test, ident, lit},
    rules::{attempted, test},
    samples,
    scene::Scene,
    world::{World, target},
};
use crate::{
    domain::ClauseId,
    models::offline::{
        blueprint::functions::day_of,
        spec::{Entity, Feature, Field, FieldType, Over, Who},
    },
};

/// When a record begins and ends.
#[derive(Clone, Copy)]
struct Slot<'a> {
    first: &'a Field,
    last: &'a Field,
    /// Whether records are made for few days.
    crowded: bool,
}

impl Slot<'_> {
    /// The two fields of a record that is there from one hour or day to another.
    fn fields(&self, world: World<'_>, entity: &Entity, (from, to): (i64, i64)) -> Option<Vec<(String, String)>> {
        let at = |field: &Field, shift: i64| match self.crowded {
            true => samples::within_days(world.spec, entity, field, self.first, shift),
            false => samples::point(world.spec, entity, field, self.first, shift),
        };
        Some(vec![(self.first.name.clone(), at(self.first, from)?), (self.last.name.clone(), at(self.last, to)?)])
    }
}

pub(super) fn no_overlap(
    world: World<'_>,
    entity: &Entity,
    (start, end): (&str, &str),
    (per, over): (Option<&str>, Option<&Over>),
    clauses: &[ClauseId],
) -> Option<Test> {
    let entity = world.entity(&entity.name)?;
    let first = entity.fields.iter().find(|f| f.name == start)?;
    let last = entity.fields.iter().find(|f| f.name == end)?;
    let (index, access) = world.maker(entity)?;
    let mut scene = Scene::test(world);
    let day = day_of(entity, start).filter(|d| Some(d.name.as_str()) != per);
    let crowded = samples::crowded(entity, start, per);
    if day.is_none() && !crowded {
        scene.line("slot = serial()");
    }
    let slot = Slot { first, last, crowded };
    if let Some(over) = over.filter(|over| starts_over(entity, over)) {
        return decided(world, entity, (slot, over), (per, day), clauses);
    }
    let booked = scene.make(entity, None, &slot.fields(world, entity, (0, 6))?)?;
    let by = format!("{booked}.by");
    let same: Vec<(String, String)> = per
        .filter(|p| *p != "owner_id")
        .into_iter()
        .chain(day.map(|d| d.name.as_str()))
        .map(|p| (p.to_owned(), format!("self.value({booked}, {})", lit(p))))
        .collect();
    let span = |from: i64, to: i64| slot.fields(world, entity, (from, to));
    // Where days are whole, the last of them is taken, too.
    let days = i64::from(entity.whole_days(start, end));
    // Where one person may have but so many, others make the rest.
    let few = per != Some("owner_id") && world.limited(entity);
    let maker = |scene: &Scene<'_>| if few { scene.newcomer(&access.who, "") } else { by.clone() };
    for (status, from, to) in [(409, 3, 9), (409, -3, 3), (409, 2, 4), (409, 6 * days, 8), (201, 6 + days, 8)] {
        let by = maker(&scene);
        let call = scene.making(entity, index, Some(&by), &[span(from, to)?, same.clone()].concat());
        scene.line(format!("self.expect({status}, {})", attempted(&call)));
    }
    if let Some(day) = day {
        // The same time on another day: records come with a day of their own.
        let elsewhere: Vec<(String, String)> = same.iter().filter(|(name, _)| *name != day.name).cloned().collect();
        let by = maker(&scene);
        let call = scene.making(entity, index, Some(&by), &[span(0, 6)?, elsewhere].concat());
        scene.line(format!("self.expect(201, {})", attempted(&call)));
    }
    let other = per.and_then(|p| entity.fields.iter().find(|f| f.name == p)).filter(|f| target(f).is_some());
    if other.is_some() {
        let when: Vec<(String, String)> =
            same.iter().filter(|(name, _)| day.is_some_and(|d| d.name == *name)).cloned().collect();
        let by = maker(&scene);
        let call = scene.making(entity, index, Some(&by), &[span(0, 6)?, when].concat());
        scene.line(format!("self.expect(201, {})", attempted(&call)));
    }
    if per == Some("owner_id") && world.has_people() {
        // somebody else's records are beside the point
        let other = scene.person("other", &scene.newcomer(&access.who, ""));
        let call = scene.making(entity, index, Some(&other), &[span(0, 6)?, same.clone()].concat());
        scene.line(format!("self.expect(201, {})", attempted(&call)));
    }
    // what was called off leaves its time to the next
    if let Some(over) = over {
        flow::end(&mut scene, entity, &booked, over)?;
        let by = maker(&scene);
        let call = scene.making(entity, index, Some(&by), &[span(0, 6)?, same.clone()].concat());
        scene.line(format!("self.expect(201, {})", attempted(&call)));
    }
    Some(test(
        format!("test_{}_do_not_overlap", ident(&entity.label_plural)),
        format!(
            "No two {} overlap{}; one may begin {} another ends.",
            entity.label_plural.to_lowercase(),
            per.map(|p| format!(" for one {}", p.trim_end_matches("_id").replace('_', " "))).unwrap_or_default(),
            if days > 0 { "on the day after" } else { "when" }
        ),
        clauses,
        scene,
    ))
}

/// Whether a record takes no time as it begins: only what was decided later does.
fn starts_over(entity: &Entity, over: &Over) -> bool {
    let field = entity.fields.iter().find(|f| f.name == over.field);
    field.and_then(flow::begins).is_some_and(|first| over.values.iter().any(|value| value == first))
}

/// Records for the same time can be there until one is put into a state in which it takes its time: the next cannot be.
fn decided(
    world: World<'_>,
    entity: &Entity,
    (slot, over): (Slot<'_>, &Over),
    (per, day): (Option<&str>, Option<&Field>),
    clauses: &[ClauseId],
) -> Option<Test> {
    let entity = world.entity(&entity.name)?;
    let field = entity.fields.iter().find(|f| f.name == over.field)?;
    let FieldType::Choice { values } = &field.ty else { return None };
    let held = values.iter().find(|value| !over.values.contains(value))?;
    let mut scene = Scene::test(world);
    if day.is_none() && !slot.crowded {
        scene.line("slot = serial()");
    }
    let taken = scene.make(entity, None, &slot.fields(world, entity, (0, 6))?)?;
    let names = per.into_iter().chain(day.map(|d| d.name.as_str()));
    let value = |name: &str| match name {
        "owner_id" => None,
        _ => Some((name.to_owned(), format!("self.value({taken}, {})", lit(name)))),
    };
    let same: Vec<(String, String)> = names.filter_map(value).collect();
    let by = (per == Some("owner_id")).then(|| format!("{taken}.by"));
    let days = i64::from(entity.whole_days(&slot.first.name, &slot.last.name));
    scene.set(entity, &taken, field, &lit(held), DEPTH).then_some(())?;
    for (status, from, to) in [(409, 3, 9), (409, -3, 3), (409, 2, 4), (200, 6 + days, 8)] {
        let fields = [slot.fields(world, entity, (from, to))?, same.clone()].concat();
        let other = scene.make(entity, by.as_deref(), &fields)?;
        let call = deciding(&mut scene, entity, &other, field, held)?;
        scene.line(format!("self.expect({status}, {call})"));
    }
    let many = entity.label_plural.to_lowercase();
    Some(test(
        format!("test_{held}_{}_do_not_overlap", ident(&entity.label_plural)),
        format!("No two {many} that are {held} overlap; others take no time."),
        clauses,
        scene,
    ))
}

/// The call that puts a record into a state, after those that come before it.
fn deciding<'a>(scene: &mut Scene<'a>, entity: &'a Entity, record: &str, field: &'a Field, to: &str) -> Option<String> {
    let mut moves = match scene.world.workflow(entity, &field.name) {
        Some(Feature::Workflow { initial, transitions, .. }) => flow::route(initial, transitions, to)?,
        _ => vec![(Vec::<Who>::new(), to.to_owned())],
    };
    let (who, last) = moves.pop()?;
    if let Some((_, before)) = moves.last() {
        scene.set(entity, record, field, &lit(before), DEPTH).then_some(())?;
    }
    let by = scene.updater(entity, record, field, &who, DEPTH)?;
    Some(format!("{by}.put({record}.path, {})", scene.world.body(entity, field, &lit(&last))))
}
