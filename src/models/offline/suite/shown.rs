//! Tests of fields that not everybody sees who sees the record.

use super::{
    access::who_words,
    limits::DEPTH,
    python::{Test, lit},
    rules::test,
    samples,
    scene::Scene,
    world::World,
};
use crate::{
    domain::ClauseId,
    models::offline::spec::{Entity, FieldType, Op, Scope, Who},
};

/// Somebody who sees every record of the kind, and this field of it: an expression.
pub(super) fn seer<'a>(scene: &Scene<'a>, entity: &'a Entity, field: &str) -> Option<String> {
    let world = scene.world;
    let who = world.people().into_iter().chain([Who::Anyone]).find(|person| {
        let reads = |a: &crate::models::offline::spec::Access| a.scope == Scope::All && world.counts_as(person, &a.who);
        world.sees(entity, field, person) && world.accesses(entity, Op::Read).any(reads)
    })?;
    Some(scene.somebody(&who))
}

/// Those who shall see the field do; others who see the record see everything else of it.
pub(super) fn shown_to(world: World<'_>, entity: &Entity, field: &str, who: &[Who], clauses: &[ClauseId]) -> Vec<Test> {
    let Some(entity) = world.entity(&entity.name) else { return Vec::new() };
    hidden(world, entity, field, who, clauses).into_iter().collect()
}

/// Brings a record into a state in which somebody sees those of others.
fn put_in_sight<'a>(scene: &mut Scene<'a>, entity: &'a Entity, record: &str, reading: &[&Scope]) -> bool {
    let in_state = |scope: &&Scope| match scope {
        Scope::Where { field, values } => Some((field.clone(), values.first()?.clone())),
        _ => None,
    };
    let Some((name, value)) = reading.iter().find_map(in_state) else { return false };
    let Some(field) = entity.fields.iter().find(|f| f.name == name) else { return false };
    scene.set(entity, record, field, &lit(&value), DEPTH)
}

fn hidden<'a>(world: World<'a>, entity: &'a Entity, field: &str, who: &[Who], clauses: &[ClauseId]) -> Option<Test> {
    let column = entity.fields.iter().find(|f| f.name == field)?;
    let (_, maker) = world.maker(entity)?;
    let name = lit(field);
    let mut scene = Scene::test(world);
    let given = match samples::other(world.spec, entity, column).or_else(|| samples::valid(world.spec, entity, column))
    {
        Some(value) if world.sent_on_create(entity, column, maker) => {
            scene.line(format!("shown = {value}"));
            vec![(field.to_owned(), "shown".to_owned())]
        }
        // What is worked out is there by itself.
        _ if world.server_sets(entity, column) => Vec::new(),
        _ => return None,
    };
    let record = scene.make(entity, None, &given)?;
    let reader = seer(&scene, entity, field)?;
    scene.line(format!("found = self.value(self.stored({record}, by={reader}), {name})"));
    if !given.is_empty() {
        scene.line("self.assertEqual(found, shown)");
    }
    let mut others = false;
    let everybody = world.people().into_iter().chain(world.has_people().then_some(Who::Anyone));
    for person in everybody.filter(|p| !who.iter().any(|w| world.counts_as(p, w))) {
        let reading: Vec<&Scope> =
            world.accesses(entity, Op::Read).filter(|a| world.counts_as(&person, &a.who)).map(|a| &a.scope).collect();
        let own = reading.contains(&&Scope::Own) || person != Who::Anyone && !reading.is_empty();
        let by_maker = own && world.counts_as(&maker.who, &person) && !world.sees(entity, field, &maker.who);
        let other = if reading.contains(&&Scope::All) || put_in_sight(&mut scene, entity, &record, &reading) {
            scene.somebody(&person)
        } else if by_maker {
            format!("{record}.by")
        } else {
            continue;
        };
        scene.line(format!("self.assertNotIn({name}, self.stored({record}, by={other}))"));
        scene.line(format!("rows = self.listed(\"/api/{}\", {other})", entity.plural));
        scene.line(format!("self.assertNotIn({name}, [key for row in rows for key in row])"));
        if matches!(column.ty, FieldType::Text { .. } | FieldType::Email | FieldType::Phone | FieldType::Url) {
            scene.line(format!("page = self.page(\"/{}/%d\" % {record}[\"id\"], {other})", entity.plural));
            scene.line("self.assertNotIn(html.escape(str(found)), page)");
        }
        others = true;
    }
    others.then(|| {
        let whos: Vec<String> = who.iter().map(who_words).collect();
        test(
            format!("test_{field}_is_shown_to_some_only"),
            format!(
                "The {} of a {} is shown to {} only, in answers, lists and on pages.",
                column.label.to_lowercase(),
                entity.label.to_lowercase(),
                whos.join(" and ")
            ),
            clauses,
            scene,
        )
    })
}
