//! Tests of lists as CSV files.

use super::{
    python::{Test, lit},
    rules::test,
    scene::Scene,
    world::World,
};
use crate::{
    domain::ClauseId,
    models::offline::spec::{Entity, FieldType, Op, Scope, Who},
};

pub(super) fn csv(world: World<'_>, entity: &Entity, only: &[Who], clauses: &[ClauseId]) -> Option<Test> {
    let entity = world.entity(&entity.name)?;
    let mut scene = Scene::test(world);
    let record = scene.make(entity, None, &[])?;
    let among = |who: &Who| only.is_empty() || only.iter().any(|w| world.counts_as(who, w));
    let reads_all = |who: &Who| {
        let mut rights = world.accesses(entity, Op::Read);
        rights.any(|a| a.scope == Scope::All && world.counts_as(who, &a.who))
    };
    let reader = if only.is_empty() {
        scene.allowed(entity, &record, Op::Read)?
    } else if among(&world.maker(entity)?.1.who) {
        scene.allowed(entity, &record, Op::Read).filter(|reader| *reader == format!("{record}.by"))?
    } else {
        let who = world.people().into_iter().find(|who| among(who) && reads_all(who))?;
        scene.somebody(&who)
    };
    scene.line(format!("rows = self.csv_rows(\"/api/{}.csv\", {reader})", entity.plural));
    scene.line(format!("mine = [row for row in rows if row.get(\"id\") == str({record}[\"id\"])]"));
    scene.line("self.assertEqual(len(mine), 1)");
    for field in
        entity.fields.iter().filter(|f| matches!(f.ty, FieldType::Text { .. } | FieldType::Choice { .. })).take(3)
    {
        let name = lit(&field.name);
        scene.line(format!("self.assertEqual(mine[0].get({name}), {record}.get({name}, \"\"))"));
    }
    scene.line(format!("self.assertIn(\"/{0}.csv\", self.page(\"/{0}\", {reader}))", entity.plural));
    for other in world.people().into_iter().chain([Who::Anyone]).filter(|who| !among(who)) {
        let (status, other) = (if other == Who::Anyone { 401 } else { 403 }, scene.somebody(&other));
        scene.line(format!("self.expect({status}, {other}.get(\"/api/{}.csv\"))", entity.plural));
    }
    Some(test(
        format!("test_{}_are_exported", super::python::ident(&entity.label_plural)),
        format!("The {} can be had as CSV, a row each.", entity.label_plural.to_lowercase()),
        clauses,
        scene,
    ))
}
