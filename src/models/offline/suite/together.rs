//! What may be there only once together, where somebody else than who adds a record sets a part of it: a therapist whom the
//! receptionist assigns has no second appointment at that time.

use super::limits::{self, DEPTH};
use super::python::{Test, ident, lit};
use super::rules::test;
use super::scene::Scene;
use super::world::World;
use crate::domain::ClauseId;
use crate::models::offline::spec::{Access, Entity, Field, FieldType, Op, Over, Scope, Who};

/// The test that a combination is there only once.
pub(super) fn once(
    world: World<'_>,
    entity: &Entity,
    (fields, over): (&[String], Option<&Over>),
    clauses: &[ClauseId],
) -> Option<Test> {
    let of = world.entity(&entity.name)?;
    let (_, access) = world.maker(of)?;
    let columns: Vec<&Field> = fields.iter().filter_map(|name| of.fields.iter().find(|f| f.name == *name)).collect();
    match set_later(world, of, &columns, access) {
        Some(later) => refused_later(world, of, access, (&columns, later), clauses),
        None => limits::unique_together(world, entity, (fields, over), clauses),
    }
}

/// The one property of a combination that whoever adds the record may not set, and others may of all of them.
fn set_later<'a>(world: World<'a>, entity: &Entity, columns: &[&'a Field], access: &Access) -> Option<&'a Field> {
    let sets = |f: &Field, who: &[Who]| {
        let all = |a: &Access| a.scope == Scope::All && who.contains(&a.who) && world.may_change(entity, f, a);
        world.accesses(entity, Op::Update).any(all)
    };
    let later = |f: &&&Field| {
        let guarded = world.guard(entity, &f.name).is_some_and(|who| sets(f, who));
        guarded && !world.sent_on_create(entity, f, access)
    };
    let mut all = columns.iter().filter(later);
    let field = all.next().filter(|_| all.next().is_none())?;
    matches!(field.ty, FieldType::UserReference { .. }).then_some(*field)
}

/// The second record that is the same but for that property: setting it is refused.
fn refused_later<'a>(
    world: World<'a>,
    entity: &'a Entity,
    access: &'a Access,
    (columns, later): (&[&'a Field], &'a Field),
    clauses: &[ClauseId],
) -> Option<Test> {
    let FieldType::UserReference { role } = &later.ty else { return None };
    let role = role.as_ref().map_or(Who::SignedIn, |r| Who::Role(r.clone()));
    let mut scene = Scene::test(world);
    let first = scene.make(entity, None, &[])?;
    let sent = columns.iter().filter(|f| world.sent_on_create(entity, f, access));
    let same: Vec<(String, String)> =
        sent.map(|f| (f.name.clone(), format!("{first}.get({})", lit(&f.name)))).collect();
    let somebody = scene.newcomer(&access.who, "");
    let second = scene.make(entity, Some(&somebody), &same)?;
    let who = world.guard(entity, &later.name)?;
    let by = scene.updater(entity, &first, later, who, DEPTH)?;
    let value = scene.somebody(&role);
    let name = lit(&later.name);
    scene.line(format!("value = {value}.id"));
    scene.line(format!("self.change({first}, {{{name}: value}}, by={by})"));
    scene.line(format!("self.expect(409, {by}.put({second}.path, {{{name}: value}}))"));
    let names: Vec<&str> = columns.iter().map(|f| f.name.as_str()).collect();
    Some(test(
        format!("test_{}_are_unique_together", ident(&names.join("_"))),
        format!("The same combination of {} is there only once.", names.join(", ").replace('_', " ")),
        clauses,
        scene,
    ))
}
