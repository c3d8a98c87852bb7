//! Tests of what may not be: overlaps, second records, too many, forbidden operations, locked records.

use super::{
    flow,
    python::{Test, dict, ident, lit, num},
    rules::{attempted, test},
    samples,
    scene::Scene,
    world::{World, target},
};
use crate::{
    domain::ClauseId,
    models::offline::spec::{Entity, Feature, Field, FieldType, Op, Over, Scope, Who},
};
use std::collections::BTreeSet;

pub(super) const DEPTH: u32 = 5;

/// When one of the records is over, another can be made.
fn again_when_over<'a>(scene: &mut Scene<'a>, entity: &'a Entity, record: &str, over: &Over, call: String) {
    let kept = scene.clone();
    match flow::end(scene, entity, record, over) {
        Some(()) => scene.line(call),
        None => *scene = kept,
    }
}

fn names_owner(fields: &[String]) -> bool {
    fields.iter().any(|f| f == "owner_id")
}

pub(super) fn unique_together(
    world: World<'_>,
    entity: &Entity,
    (fields, over): (&[String], Option<&Over>),
    clauses: &[ClauseId],
) -> Option<Test> {
    let entity = world.entity(&entity.name)?;
    let (index, access) = world.maker(entity)?;
    let mut scene = Scene::test(world);
    let all = fields;
    let columns: Vec<&Field> = fields.iter().filter_map(|n| entity.fields.iter().find(|f| &f.name == n)).collect();
    let sent: Vec<&&Field> = columns.iter().filter(|f| world.sent_on_create(entity, f, access)).collect();
    // What need not be named is named here: records without it are no combination.
    let mut named = Vec::new();
    let names = |f: &&&&Field| target(f).is_some() && !super::world::is_required(f);
    let maker = sent.iter().find(names).map(|_| scene.person("by", &scene.somebody(&access.who)));
    for field in sent.iter().filter(|f| !super::world::is_required(f)) {
        let value = match &field.ty {
            FieldType::Reference { entity: parent } => {
                let made = super::factory::visible(&mut scene, world.entity(parent)?, &access.who)?;
                format!("{made}[\"id\"]")
            }
            FieldType::UserReference { role } => {
                let role = role.as_ref().map_or(Who::SignedIn, |r| Who::Role(r.clone()));
                format!("{}.id", scene.somebody(&role))
            }
            _ => continue,
        };
        named.push((field.name.clone(), value));
    }
    let first = scene.make(entity, maker.as_deref(), &named)?;
    let by = format!("{first}.by");
    let same: Vec<(String, String)> =
        sent.iter().map(|f| (f.name.clone(), format!("{first}.get({})", lit(&f.name)))).collect();
    let call = scene.making(entity, index, Some(&by), &same);
    scene.line(format!("self.expect(409, {})", attempted(&call)));
    let again = call;
    // With one of the values changed it is another combination.
    let other = sent.iter().find_map(|f| match f.ty {
        FieldType::Reference { .. } => super::world::is_required(f).then(|| (f.name.clone(), None)),
        _ => samples::other(world.spec, entity, f).map(|v| (f.name.clone(), Some(v))),
    });
    if let Some((name, value)) = other {
        let mut fields: Vec<(String, String)> = same.iter().filter(|(n, _)| n != &name).cloned().collect();
        fields.extend(value.map(|v| (name, v)));
        // By somebody else, who has none of the other combinations that may be there only once.
        let again = (world.has_people() && access.who != Who::Anyone && !names_owner(all))
            .then(|| scene.newcomer(&access.who, ""));
        let call = scene.making(entity, index, Some(again.as_deref().unwrap_or(&by)), &fields);
        scene.line(format!("self.expect(201, {})", attempted(&call)));
    }
    if fields.iter().any(|f| f == "owner_id") && world.has_people() {
        let somebody = scene.newcomer(&access.who, "");
        let other = scene.person("other", &somebody);
        let call = scene.making(entity, index, Some(&other), &same);
        scene.line(format!("self.expect(201, {})", attempted(&call)));
    }
    // what was called off stands in nobody's way
    if let Some(over) = over {
        again_when_over(&mut scene, entity, &first, over, again);
    }
    Some(test(
        format!("test_{}_are_unique_together", ident(&fields.join("_"))),
        format!("The same combination of {} is there only once.", fields.join(", ").replace('_', " ")),
        clauses,
        scene,
    ))
}

pub(super) fn limit(
    world: World<'_>,
    entity: &Entity,
    max: u32,
    (per, over): (Option<&str>, Option<&Over>),
    clauses: &[ClauseId],
) -> Option<Test> {
    let entity = world.entity(&entity.name)?;
    let (index, access) = world.maker(entity)?;
    let mut scene = Scene::test(world);
    let per = per.filter(|p| *p != "owner_id");
    let first = if per.is_none() && world.has_people() {
        let person = scene.person("person", &scene.newcomer(&access.who, ""));
        scene.make(entity, Some(&person), &[])?
    } else {
        scene.make(entity, None, &[])?
    };
    let by = format!("{first}.by");
    let same: Vec<(String, String)> =
        per.map(|p| (p.to_owned(), format!("self.value({first}, {})", lit(p)))).into_iter().collect();
    // who may have so many in all is somebody else each time, or that limit would refuse it
    let counts = |f: &Feature| matches!(f, Feature::Limit { per: None, .. });
    let others = per.is_some() && access.who != Who::Anyone && world.features_of(&entity.name).any(counts);
    let by = if others { scene.newcomer(&access.who, "") } else { by };
    let again = scene.making(entity, index, Some(&by), &same);
    if max > 1 {
        scene.line(format!("for _ in range({}):", max - 1));
        scene.line(format!("    {again}"));
    }
    scene.line(format!("self.expect(409, {})", attempted(&again)));
    // when one of them is over there is room for the next
    if let Some(over) = over {
        flow::end(&mut scene, entity, &first, over)?;
        scene.line(again);
    }
    Some(test(
        format!("test_at_most_{max}_{}", ident(&entity.label_plural)),
        format!(
            "At most {max} {} per {}.",
            entity.label_plural.to_lowercase(),
            per.map_or("account".into(), |p| p.trim_end_matches("_id").replace('_', " "))
        ),
        clauses,
        scene,
    ))
}

pub(super) fn capacity(
    world: World<'_>,
    entity: &Entity,
    per: &str,
    capacity: &str,
    (amount, over): (Option<&str>, Option<&Over>),
    clauses: &[ClauseId],
) -> Option<Test> {
    let entity = world.entity(&entity.name)?;
    let link = entity.fields.iter().find(|f| f.name == per)?;
    let parent = world.entity(target(link)?)?;
    let room = parent.fields.iter().find(|f| f.name == capacity)?;
    let (index, access) = world.maker(entity)?;
    let mut scene = Scene::test(world);
    let least = amount
        .and_then(|a| entity.fields.iter().find(|f| f.name == a))
        .and_then(samples::minimum)
        .map_or(1.0, |m| m.max(1.0));
    let total = num(samples::minimum(room).unwrap_or(0.0).max(least * 2.0));
    let by = scene.person("person", &scene.somebody(&access.who));
    // whoever sees only what is their own makes both
    let sees_all =
        world.accesses(parent, Op::Read).any(|a| a.scope == Scope::All && world.counts_as(&access.who, &a.who));
    let own = (world.creator_shares(entity, parent) && !sees_all).then_some(by.as_str());
    let parent_access = world.maker(parent)?.1;
    let made = if world.sent_on_create(parent, room, parent_access) {
        scene.make(parent, own, &[(capacity.to_owned(), total.clone())])?
    } else {
        let made = scene.make(parent, own, &[])?;
        scene.set(parent, &made, room, &total, DEPTH).then_some(made)?
    };
    let at = |count: String| {
        let mut fields = vec![(per.to_owned(), format!("{made}[\"id\"]"))];
        fields.extend(amount.map(|a| (a.to_owned(), count)));
        fields
    };
    // Who may have only one of them, or but few, takes no second place.
    let once = world.limited(entity)
        || world
            .features_of(&entity.name)
            .any(|f| matches!(f, Feature::UniqueTogether { fields, .. } if names_owner(fields)));
    let by = if once && own.is_none() { scene.newcomer(&access.who, "") } else { by.clone() };
    match amount {
        Some(_) => {
            let more = scene.making(entity, index, Some(&by), &at(format!("{total} - {}", num(least))));
            scene.line(more);
            let too_many = scene.making(entity, index, Some(&by), &at(num(least + 1.0)));
            scene.line(format!("self.expect(409, {})", attempted(&too_many)));
            let last = scene.making(entity, index, Some(&by), &at(num(least)));
            scene.line(format!("taken = {last}"));
        }
        None => {
            let one = scene.making(entity, index, Some(&by), &at(String::new()));
            scene.line(format!("for _ in range({total}):"));
            scene.line(format!("    taken = {one}"));
        }
    }
    let more = scene.making(entity, index, Some(&by), &at(num(least)));
    scene.line(format!("self.expect(409, {})", attempted(&more)));
    if let Some(over) = over {
        again_when_over(&mut scene, entity, "taken", over, more);
    }
    Some(test(
        format!("test_{capacity}_of_a_{}_is_not_exceeded", parent.name),
        format!(
            "{} never take more than the {} of their {}.",
            entity.label_plural,
            room.label.to_lowercase(),
            parent.label.to_lowercase()
        ),
        clauses,
        scene,
    ))
}

pub(super) fn forbid(world: World<'_>, entity: &Entity, op: Op, clauses: &[ClauseId]) -> Option<Test> {
    let entity = world.entity(&entity.name)?;
    let (method, verb) = match op {
        Op::Create => ("post", "created"),
        Op::Read => ("get", "read"),
        Op::Update => ("put", "changed"),
        Op::Delete => ("delete", "deleted"),
    };
    let mut scene = Scene::test(world);
    let list = format!("/api/{}", entity.plural);
    let item = format!("{list}/{{id}}");
    if op == Op::Create || op == Op::Read {
        scene.line(format!("self.assertNotIn({}, self.operations({}))", lit(method), lit(&list)));
    }
    if op != Op::Create {
        scene.line(format!("self.assertNotIn({}, self.operations({}))", lit(method), lit(&item)));
    }
    let mut people: Vec<String> = vec!["self.anyone()".into()];
    if world.has_people() {
        people = vec!["self.admin()".into(), "self.someone()".into()];
    }
    let record = if op == Op::Create { None } else { scene.make(entity, None, &[]) };
    if let Some(record) = &record {
        people.push(format!("{record}.by"));
    }
    let people: BTreeSet<String> = people.into_iter().collect();
    // An address without any operation does not exist at all.
    let beside: &[Op] = if op == Op::Create { &[Op::Read] } else { &[Op::Read, Op::Update, Op::Delete] };
    let beside = beside.iter().any(|other| *other != op && world.accesses(entity, *other).next().is_some());
    let refusal = if beside { "405" } else { "(404, 405)" };
    for person in people {
        let request = match (op, &record) {
            (Op::Create, _) => format!("{person}.post({}, {{}})", lit(&list)),
            (Op::Read, _) => format!("{person}.get({})", lit(&list)),
            (Op::Update, Some(record)) => format!("{person}.put({record}.path, {{}})"),
            (Op::Update, None) => format!("{person}.put({}, {{}})", lit(&format!("{list}/1"))),
            (Op::Delete, Some(record)) => format!("{person}.delete({record}.path)"),
            (Op::Delete, None) => format!("{person}.delete({})", lit(&format!("{list}/1"))),
        };
        scene.line(format!("self.expect({refusal}, {request})"));
    }
    Some(test(
        format!("test_{}_are_not_{verb}", ident(&entity.label_plural)),
        format!("{} cannot be {verb} by anybody: the operation does not exist.", entity.label_plural),
        clauses,
        scene,
    ))
}

/// A parent in such a state cannot be named; in another one it can.
pub(super) fn unavailable(
    world: World<'_>,
    entity: &Entity,
    (per, field): (&str, &str),
    values: &[String],
    clauses: &[ClauseId],
) -> Option<Test> {
    let entity = world.entity(&entity.name)?;
    let (index, access) = world.maker(entity)?;
    let link = entity.fields.iter().find(|f| f.name == per)?;
    let parent = world.entity(target(link)?)?;
    let state = parent.fields.iter().find(|f| f.name == field)?;
    if !world.sent_on_create(entity, link, access) {
        return None;
    }
    let mut scene = Scene::test(world);
    // a second one is refused for its state, and not for the first
    let by = scene.maker(entity, &access.who);
    for value in values {
        let literal = match state.ty {
            FieldType::Boolean if value == "true" => "True".to_owned(),
            FieldType::Boolean => "False".to_owned(),
            _ => lit(value),
        };
        let made = super::factory::visible(&mut scene, parent, &access.who)?;
        let named = [(per.to_owned(), format!("{made}[\"id\"]"))];
        let call = attempted(&scene.making(entity, index, Some(&by), &named));
        // One can be had before it comes to that state.
        scene.line(format!("self.expect(201, {call})"));
        let kept = scene.clone();
        let mut made = super::factory::visible(&mut scene, parent, &access.who)?;
        if !scene.set(parent, &made, state, &literal, DEPTH) {
            // where nobody changes it, it may be made so
            scene = kept;
            let seen =
                world.accesses(parent, Op::Read).any(|a| a.scope == Scope::All && world.counts_as(&access.who, &a.who));
            if !seen || !world.sent_on_create(parent, state, world.maker(parent)?.1) {
                return None;
            }
            made = scene.make(parent, None, &[(field.to_owned(), literal)])?;
        }
        let named = [(per.to_owned(), format!("{made}[\"id\"]"))];
        let call = attempted(&scene.making(entity, index, Some(&by), &named));
        scene.line(format!("self.expect(409, {call})"));
    }
    let said = if state.ty == FieldType::Boolean { state.label.to_lowercase() } else { values.join(" or ") };
    Some(test(
        format!("test_no_{}_of_{}_{}", ident(&entity.label_plural), ident(&said), ident(&parent.label_plural)),
        format!(
            "There are no {} of a {} that is {said}.",
            entity.label_plural.to_lowercase(),
            parent.label.to_lowercase()
        ),
        clauses,
        scene,
    ))
}

/// Where somebody may change the state alone: to another one, from which nothing holds it back.
fn another_state<'a>(
    scene: &Scene<'a>,
    entity: &'a Entity,
    record: &str,
    column: &'a Field,
    values: &[String],
) -> Option<(Scene<'a>, String, String)> {
    let world = scene.world;
    let stepwise =
        world.spec.features.iter().any(
            |f| matches!(f, Feature::Workflow { entity: e, field, .. } if *e == entity.name && *field == column.name),
        );
    let FieldType::Choice { values: all } = &column.ty else { return None };
    let next = all.iter().find(|v| !values.contains(v)).filter(|_| !stepwise)?;
    let mut trial = scene.clone();
    let by = trial.updater(entity, record, column, &[], DEPTH)?;
    Some((trial, by, dict(&[(column.name.clone(), lit(next))])))
}

pub(super) fn locked(
    world: World<'_>,
    entity: &Entity,
    (op, only): (Op, &[String]),
    field: &str,
    values: &[String],
    clauses: &[ClauseId],
) -> Option<Test> {
    let entity = world.entity(&entity.name)?;
    let column = entity.fields.iter().find(|f| f.name == field)?;
    let stays = |f: &&Field| f.name != field && (only.is_empty() || only.contains(&f.name));
    if !matches!(op, Op::Update | Op::Delete) {
        return None;
    }
    let mut blocks = Vec::new();
    for value in values {
        let mut scene = Scene::test(world);
        let (_, maker) = world.maker(entity)?;
        let literal = if matches!(column.ty, FieldType::Boolean) {
            if value == "true" { "True".to_owned() } else { "False".to_owned() }
        } else {
            lit(value)
        };
        let record = if world.sent_on_create(entity, column, maker) {
            scene.make(entity, None, &[(field.to_owned(), literal)])
        } else {
            scene.make(entity, None, &[]).filter(|record| scene.set(entity, record, column, &literal, DEPTH))
        };
        let Some(record) = record else { continue };
        if op == Op::Delete {
            let Some(by) = scene.allowed(entity, &record, Op::Delete) else { continue };
            scene.line(format!("self.expect(409, {by}.delete({record}.path))"));
        } else {
            let change = entity.fields.iter().filter(stays).filter(|f| !world.server_sets(entity, f)).find_map(|f| {
                let value = samples::other(world.spec, entity, f)?;
                let mut trial = scene.clone();
                let by = trial.updater(entity, &record, f, &[], DEPTH)?;
                Some((trial, by, dict(&[(f.name.clone(), value)])))
            });
            let state = || another_state(&scene, entity, &record, column, values).filter(|_| only.is_empty());
            let change = change.or_else(state);
            let Some((trial, by, body)) = change else { continue };
            scene = trial;
            scene.line(format!("self.expect(409, {by}.put({record}.path, {body}))"));
        }
        blocks.push(scene.lines);
    }
    if blocks.is_empty() {
        return None;
    }
    let mut scene = Scene::test(world);
    for (i, lines) in blocks.into_iter().enumerate() {
        if i > 0 {
            scene.line("");
        }
        scene.lines.extend(lines);
    }
    let verb = if op == Op::Delete { "deleted" } else { "changed" };
    Some(test(
        format!("test_{}_{}_is_not_{verb}", ident(&values.join("_")), entity.name),
        format!("A {} that is {} cannot be {verb}.", entity.label.to_lowercase(), values.join(" or ")),
        clauses,
        scene,
    ))
}
