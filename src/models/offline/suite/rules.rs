//! Tests of rules that span fields, records and people: workflows, guards, thresholds, limits, history, grants.

use super::{
    access::{capital, who_words},
    python::{Test, dict, ident, lit, num},
    samples,
    world::{Scene, World, target},
};
use crate::{
    domain::ClauseId,
    models::offline::spec::{Access, Entity, Feature, Field, FieldType, Op, Scope, Transition, Who},
};
use std::collections::BTreeSet;

const DEPTH: u32 = 5;

pub(super) fn test(name: String, shows: String, clauses: &[ClauseId], scene: Scene<'_>) -> Test {
    Test { name, shows: capital(&shows), clauses: clauses.to_vec(), measures: false, lines: scene.lines }
}

/// The same call, whose answer is looked at instead of expected.
fn attempted(call: &str) -> String {
    call.replacen("(self", "(self, send=self.attempt", 1)
}

pub(super) fn grant(world: World<'_>, entity: &Entity, role: Option<&String>, clauses: &[ClauseId]) -> Vec<Test> {
    let Some(entity) = world.entity(&entity.name) else { return Vec::new() };
    let who = role.map_or(Who::SignedIn, |r| Who::Role(r.clone()));
    let path = lit(&format!("/api/{}_grants", entity.name));
    let many = entity.label_plural.to_lowercase();
    let mut tests = Vec::new();
    let start = || {
        let mut scene = Scene::test(world);
        let record = scene.make(entity, None, &[])?;
        let person = scene.person("person", &scene.newcomer(&who, ""));
        Some((scene, record, person))
    };
    // Where everybody sees everything anyway, giving access changes nothing that could be seen.
    let open = world
        .accesses(entity, Op::Read)
        .any(|a| a.scope != Scope::Granted && world.counts_as(&who, &a.who) && a.scope != Scope::Own);
    let Some((mut scene, record, person)) = start() else { return tests };
    if !open {
        scene.line(format!("self.expect((403, 404), {person}.get({record}.path))"));
    }
    scene.line(format!("self.create({path}, {{\"user_id\": {person}.id}}, {record}.by)"));
    scene.line(format!("self.stored({record}, by={person})"));
    scene.line(format!("self.assertIn({record}[\"id\"], self.ids(\"/api/{}\", {person}))", entity.plural));
    tests.push(test(
        "test_access_is_given".into(),
        format!("Somebody lets another account see the own {many}, which it could not before."),
        clauses,
        scene,
    ));
    if let Some((mut scene, record, person)) = start() {
        scene.line(format!("given = self.create({path}, {{\"user_id\": {person}.id}}, {record}.by)"));
        scene.line(format!("self.expect((403, 404), {person}.delete(given.path))"));
        scene.line(format!("self.expect(204, {record}.by.delete(given.path))"));
        if !open {
            scene.line(format!("self.expect((403, 404), {person}.get({record}.path))"));
        }
        tests.push(test(
            "test_access_is_taken_back".into(),
            format!("Access to {many} can be taken back by whoever gave it."),
            clauses,
            scene,
        ));
    }
    if let (Some(role), Some((mut scene, record, _))) = (role, start()) {
        scene.line(format!("other = {}", scene.newcomer(&Who::SignedIn, "")));
        scene.line(format!("self.expect((400, 409, 422), {record}.by.post({path}, {{\"user_id\": other.id}}))"));
        tests.push(test(
            format!("test_only_a_{}_is_given_access", ident(role)),
            format!("Access to {many} is only given to an account that is {}.", role.replace('_', " ")),
            clauses,
            scene,
        ));
    }
    tests
}

pub(super) fn workflow(
    world: World<'_>,
    entity: &Entity,
    field: &str,
    initial: &str,
    transitions: &[Transition],
    clauses: &[ClauseId],
) -> Vec<Test> {
    let Some(entity) = world.entity(&entity.name) else { return Vec::new() };
    let Some(column) = entity.fields.iter().find(|f| f.name == field) else { return Vec::new() };
    let FieldType::Choice { values } = &column.ty else { return Vec::new() };
    let noun = entity.label.to_lowercase();
    let label = column.label.to_lowercase();
    let name = lit(field);
    let mut tests = Vec::new();
    let mut scene = Scene::test(world);
    let Some(record) = scene.make(entity, None, &[]) else { return tests };
    scene.line(format!("self.assertEqual(self.value({record}, {name}), {})", lit(initial)));
    tests.push(test(
        format!("test_{field}_starts_as_{}", ident(initial)),
        format!("A new {noun} has the {label} {initial}."),
        clauses,
        scene,
    ));
    let moves: Vec<(String, String, Vec<Who>)> = if transitions.is_empty() {
        values.iter().filter(|v| *v != initial).map(|v| (initial.to_owned(), v.clone(), Vec::new())).collect()
    } else {
        transitions.iter().flat_map(|t| t.from.iter().map(|f| (f.clone(), t.to.clone(), t.who.clone()))).collect()
    };
    for (from, to, who) in &moves {
        tests.extend(move_test(world, entity, column, (from, to, who), clauses));
    }
    if !transitions.is_empty() {
        tests.extend(forbidden_moves(world, entity, column, values, &moves, clauses));
    }
    tests.extend(move_by_others(world, entity, column, initial, &moves, clauses));
    tests
}

/// A record brought to `state`.
fn at<'a>(scene: &mut Scene<'a>, entity: &'a Entity, field: &'a Field, state: &str) -> Option<String> {
    let record = scene.make(entity, None, &[])?;
    scene.set(entity, &record, field, &lit(state), DEPTH).then_some(record)
}

fn move_test<'a>(
    world: World<'a>,
    entity: &'a Entity,
    field: &'a Field,
    (from, to, who): (&str, &str, &[Who]),
    clauses: &[ClauseId],
) -> Option<Test> {
    let mut scene = Scene::test(world);
    let record = at(&mut scene, entity, field, from)?;
    let by = scene.updater(entity, &record, field, who, DEPTH)?;
    let name = lit(&field.name);
    scene.line(format!("self.change({record}, {{{name}: {}}}, by={by})", lit(to)));
    scene.line(format!("self.assertEqual(self.value({record}, {name}), {})", lit(to)));
    Some(test(
        format!("test_{}_moves_from_{}_to_{}", field.name, ident(from), ident(to)),
        format!("A {} that is {from} can become {to}.", entity.label.to_lowercase()),
        clauses,
        scene,
    ))
}

/// Moves that nothing allows are refused, whoever tries.
fn forbidden_moves<'a>(
    world: World<'a>,
    entity: &'a Entity,
    field: &'a Field,
    values: &[String],
    moves: &[(String, String, Vec<Who>)],
    clauses: &[ClauseId],
) -> Option<Test> {
    let mut done = Vec::new();
    for from in values {
        for to in values.iter().filter(|v| *v != from) {
            if moves.iter().any(|(f, t, _)| f == from && t == to) || done.len() == 4 {
                continue;
            }
            let mut scene = Scene::test(world);
            let Some(record) = at(&mut scene, entity, field, from) else { continue };
            // Whoever makes some move may try this one.
            let anyone_moving = moves.iter().find_map(|(_, _, who)| {
                let mut trial = scene.clone();
                trial.updater(entity, &record, field, who, DEPTH).map(|by| (trial, by))
            });
            let Some((trial, by)) = anyone_moving else { continue };
            scene = trial;
            scene.line(format!("self.expect(409, {by}.put({record}.path, {{{}: {}}}))", lit(&field.name), lit(to)));
            done.push(scene.lines);
        }
    }
    if done.is_empty() {
        return None;
    }
    let mut scene = Scene::test(world);
    for (i, lines) in done.into_iter().enumerate() {
        if i > 0 {
            scene.line("");
        }
        scene.lines.extend(lines);
    }
    Some(test(
        format!("test_{}_makes_no_other_moves", field.name),
        format!("The {} of a {} makes no other moves.", field.label.to_lowercase(), entity.label.to_lowercase()),
        clauses,
        scene,
    ))
}

fn move_by_others<'a>(
    world: World<'a>,
    entity: &'a Entity,
    field: &'a Field,
    initial: &str,
    moves: &[(String, String, Vec<Who>)],
    clauses: &[ClauseId],
) -> Option<Test> {
    if !world.has_people() {
        return None;
    }
    let (_, to, who) = moves.iter().find(|(from, _, _)| from == initial)?;
    let mut scene = Scene::test(world);
    let record = scene.make(entity, None, &[])?;
    let allowed: Vec<&Access> =
        world.accesses(entity, Op::Update).filter(|a| world.may_change(entity, field, a)).collect();
    let mut any = false;
    for person in world.people() {
        let may = allowed.iter().any(|a| world.counts_as(&person, &a.who))
            && (who.is_empty() || who.iter().any(|w| world.counts_as(&person, w)));
        if may {
            continue;
        }
        let expression = scene.somebody(&person);
        scene.line(format!(
            "self.expect((403, 404), {expression}.put({record}.path, {{{}: {}}}))",
            lit(&field.name),
            lit(to)
        ));
        any = true;
    }
    any.then(|| {
        test(
            format!("test_{}_is_not_moved_by_others", field.name),
            format!("Nobody else changes the {} of a {}.", field.label.to_lowercase(), entity.label.to_lowercase()),
            clauses,
            scene,
        )
    })
}

pub(super) fn field_guard(
    world: World<'_>,
    entity: &Entity,
    field: &str,
    who: &[Who],
    clauses: &[ClauseId],
) -> Vec<Test> {
    let Some(entity) = world.entity(&entity.name) else { return Vec::new() };
    let Some(column) = entity.fields.iter().find(|f| f.name == field) else { return Vec::new() };
    let label = column.label.to_lowercase();
    let noun = entity.label.to_lowercase();
    let name = lit(field);
    let mut tests = Vec::new();
    let value = |scene: &mut Scene<'_>| -> Option<String> {
        if let Some(Feature::Workflow { initial, transitions, .. }) = world.workflow(entity, field) {
            let FieldType::Choice { values } = &column.ty else { return None };
            let to = transitions.iter().find(|t| t.from.contains(initial)).map(|t| &t.to);
            return to.or_else(|| values.iter().find(|v| *v != initial)).map(|v| lit(v));
        }
        match &column.ty {
            FieldType::UserReference { role } => {
                let role = role.as_ref().map_or(Who::SignedIn, |r| Who::Role(r.clone()));
                Some(format!("{}.id", scene.somebody_with(&role, 2, "")))
            }
            FieldType::Reference { entity: parent } => {
                let parent = world.entity(parent)?;
                let world_scene = Scene::test(world);
                let (index, _) = world.maker(parent)?;
                world.can_make(parent).then(|| format!("{}[\"id\"]", world_scene.making(parent, index, None, &[])))
            }
            _ => samples::other(world.spec, entity, column),
        }
    };
    for person in who {
        let mut scene = Scene::test(world);
        let Some(record) = scene.make(entity, None, &[]) else { continue };
        let Some(by) = scene.updater(entity, &record, column, std::slice::from_ref(person), DEPTH) else { continue };
        let Some(value) = value(&mut scene) else { continue };
        scene.line(format!("value = {value}"));
        scene.line(format!("self.change({record}, {{{name}: value}}, by={by})"));
        scene.line(format!("self.assertEqual(self.value({record}, {name}), value)"));
        tests.push(test(
            format!("test_{}_sets_{field}", ident(&who_words(person))),
            format!("{} sets the {label} of a {noun}.", who_words(person)),
            clauses,
            scene,
        ));
    }
    // Others who may change the record otherwise.
    let mut scene = Scene::test(world);
    let others: Vec<Who> = world.people().into_iter().filter(|p| !who.iter().any(|w| world.counts_as(p, w))).collect();
    let mut any = false;
    if let (Some(record), Some(value)) = (scene.make(entity, None, &[]), value(&mut scene.clone())) {
        scene.line(format!("value = {value}"));
        for person in &others {
            let accesses: Vec<&Access> =
                world.accesses(entity, Op::Update).filter(|a| world.counts_as(person, &a.who)).collect();
            for access in accesses {
                let kept = scene.clone();
                match scene.actor(entity, &record, access, person, DEPTH) {
                    Some(by) => {
                        scene.line(format!("self.expect(403, {by}.put({record}.path, {{{name}: value}}))"));
                        any = true;
                        break;
                    }
                    None => scene = kept,
                }
            }
        }
        let maker = world.maker(entity).map(|(_, a)| a);
        if let Some(maker) = maker
            && !who.iter().any(|w| world.counts_as(&maker.who, w))
            && world.workflow(entity, field).is_none()
            && let Some((index, _)) = world.maker(entity)
        {
            let call = scene.making(entity, index, None, &[(field.to_owned(), "value".to_owned())]);
            scene.line(format!("self.expect(403, {})", attempted(&call)));
            any = true;
        }
    }
    if any {
        tests.push(test(
            format!("test_nobody_else_sets_{field}"),
            format!(
                "Nobody but {} sets the {label} of a {noun}, even if they may change it otherwise.",
                who.iter().map(who_words).collect::<Vec<_>>().join(" and ")
            ),
            clauses,
            scene,
        ));
    }
    tests
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Limit<'s> {
    pub field: &'s str,
    pub values: &'s [String],
    pub amount: &'s str,
    pub limit: f64,
    pub above: &'s Who,
    pub below: &'s Who,
}

pub(super) fn threshold(world: World<'_>, entity: &Entity, rule: Limit<'_>, clauses: &[ClauseId]) -> Vec<Test> {
    let Some(entity) = world.entity(&entity.name) else { return Vec::new() };
    let (Some(column), Some(amount)) =
        (entity.fields.iter().find(|f| f.name == rule.field), entity.fields.iter().find(|f| f.name == rule.amount))
    else {
        return Vec::new();
    };
    let step = if matches!(amount.ty, FieldType::Integer) { 1.0 } else { 0.01 };
    let noun = entity.label.to_lowercase();
    let mut tests = Vec::new();
    let over = (num(rule.limit + step), rule.above, rule.below, "above", "more than");
    let under = (num(rule.limit), rule.below, rule.above, "up_to", "up to");
    for (value, decides, not, word, words) in [over, under] {
        let mut scene = Scene::test(world);
        let Some(record) = scene.make(entity, None, &[(rule.amount.to_owned(), value)]) else { continue };
        let person = scene.somebody(decides);
        let other = scene.somebody(not);
        let decisions: Vec<&String> = rule.values.iter().collect();
        let Some(first) = decisions.first() else { continue };
        let put = |by: &str, record: &str, value: &str| {
            format!("{by}.put({record}.path, {{{}: {}}})", lit(rule.field), lit(value))
        };
        if !world.counts_as(not, decides) {
            scene.line(format!("self.expect(403, {})", put(&other, &record, first)));
        }
        scene.line(format!("decided = self.expect(200, {})", put(&person, &record, first)));
        scene.line(format!("self.assertEqual(self.value(decided, {}), {})", lit(&column.name), lit(first)));
        tests.push(test(
            format!("test_{}_decides_{word}_{}", ident(&who_words(decides)), ident(&num(rule.limit))),
            format!("{} decides a {noun} of {words} {}, and nobody else.", who_words(decides), num(rule.limit)),
            clauses,
            scene,
        ));
        for value in decisions.iter().skip(1) {
            let mut scene = Scene::test(world);
            let amount = if word == "above" { num(rule.limit + step) } else { num(rule.limit) };
            let Some(record) = scene.make(entity, None, &[(rule.amount.to_owned(), amount)]) else { continue };
            if !world.counts_as(not, decides) {
                scene.line(format!("self.expect(403, {})", put(&other, &record, value)));
            }
            scene.line(format!("self.expect(200, {})", put(&person, &record, value)));
            tests.push(test(
                format!("test_{}_sets_{}_{word}_{}", ident(&who_words(decides)), ident(value), ident(&num(rule.limit))),
                format!("{} can set a {noun} of {words} {} to {value}.", who_words(decides), num(rule.limit)),
                clauses,
                scene,
            ));
        }
    }
    tests
}

pub(super) fn history(world: World<'_>, entity: &Entity, readers: &[Who], clauses: &[ClauseId]) -> Vec<Test> {
    let Some(entity) = world.entity(&entity.name) else { return Vec::new() };
    let (Some(reader), true) = (readers.first(), world.can_make(entity)) else { return Vec::new() };
    let path = lit(&format!("/api/{}_changes", entity.name));
    let noun = entity.label.to_lowercase();
    let link = lit(&format!("{}_id", entity.name));
    let mut tests = Vec::new();
    let entries = |scene: &mut Scene<'_>, record: &str, action: &str| {
        let reader = scene.somebody(reader);
        scene.line(format!("rows = self.listed({path}, {reader})"));
        scene.line(format!(
            "mine = [row for row in rows if row.get({link}) == {record}[\"id\"] and row.get(\"action\") == {}]",
            lit(action)
        ));
        scene.line(format!("self.assertEqual(len(mine), 1, \"entries of what was {action}\")"));
    };
    let check = |scene: &mut Scene<'_>, by: &str| {
        if world.has_people() {
            scene.line(format!("self.assertEqual(self.value(mine[0], \"user_id\"), {by}.id)"));
        }
        scene.line("self.assertEqual(self.value(mine[0], \"at\")[:10], today())");
    };
    let mut scene = Scene::test(world);
    if let Some(record) = scene.make(entity, None, &[]) {
        entries(&mut scene, &record, "created");
        check(&mut scene, &format!("{record}.by"));
        tests.push(test(
            format!("test_making_a_{}_is_recorded", entity.name),
            format!("A new {noun} is recorded with who made it and when."),
            clauses,
            scene,
        ));
    }
    for access in world.accesses(entity, Op::Update) {
        let mut scene = Scene::test(world);
        let Some((person, record)) = super::access::stage(&mut scene, entity, access) else { continue };
        let Some((field, value)) = super::access::changeable(&mut scene, entity, access, &record) else { continue };
        let name = lit(&field.name);
        scene.line(format!("reader = {}", scene.somebody(reader)));
        scene.line(format!("before = [row[\"id\"] for row in self.listed({path}, reader)]"));
        scene.line(format!("self.change({record}, {{{name}: {value}}}, by={person})"));
        scene.line(format!("mine = [row for row in self.listed({path}, reader) if row[\"id\"] not in before]"));
        scene.line("self.assertEqual(len(mine), 1, \"entries of one change\")");
        scene.line(format!("self.assertEqual(self.value(mine[0], {link}), {record}[\"id\"])"));
        scene.line(format!("self.assertIn({name}, self.value(mine[0], \"changes\"))"));
        check(&mut scene, &person);
        tests.push(test(
            format!("test_changing_a_{}_is_recorded", entity.name),
            format!("A change of a {noun} is recorded with who did it, when, and what changed."),
            clauses,
            scene,
        ));
        break;
    }
    for access in world.accesses(entity, Op::Delete) {
        let mut scene = Scene::test(world);
        let Some((person, record)) = super::access::stage(&mut scene, entity, access) else { continue };
        scene.line(format!("self.expect(204, {person}.delete({record}.path))"));
        entries(&mut scene, &record, "deleted");
        check(&mut scene, &person);
        tests.push(test(
            format!("test_deleting_a_{}_is_recorded", entity.name),
            format!("Deleting a {noun} is recorded with who did it and when."),
            clauses,
            scene,
        ));
        break;
    }
    let mut scene = Scene::test(world);
    for reader in readers {
        let reader = scene.somebody(reader);
        scene.line(format!("self.listed({path}, {reader})"));
    }
    if world.has_people() && !readers.contains(&Who::Anyone) {
        scene.line(format!("self.expect(401, self.anyone().get({path}))"));
        for person in world.people() {
            if !readers.iter().any(|r| world.counts_as(&person, r)) {
                let person = scene.somebody(&person);
                scene.line(format!("self.expect(403, {person}.get({path}))"));
            }
        }
    }
    scene.line(format!("self.assertEqual(self.operations({path}), [\"get\"])"));
    let reader = scene.somebody(reader);
    scene.line(format!("self.expect(405, {reader}.post({path}, {{}}))"));
    tests.push(test(
        format!("test_{}_history_is_read_only", entity.name),
        format!(
            "The history of a {noun} is read by {} only, and written by nobody.",
            readers.iter().map(who_words).collect::<Vec<_>>().join(" and ")
        ),
        clauses,
        scene,
    ));
    tests
}

/// A moment of a no-overlap test: so many steps after the slot begins.
fn point(world: World<'_>, entity: &Entity, field: &Field, start: &Field, shift: i64) -> Option<String> {
    let at = samples::offset(world.spec, entity, start);
    let sign = if samples::backwards(entity) { "-" } else { "+" };
    Some(match field.ty {
        FieldType::Date => format!("day({} {sign} 100 * slot)", at + shift),
        FieldType::DateTime => format!("moment({} {sign} 100 * slot)", at + shift),
        FieldType::Time => format!("clock({} + 20 * slot)", 600 + shift),
        FieldType::Integer | FieldType::Decimal { .. } => format!("{} + 100 * slot", 1 + shift),
        _ => return None,
    })
}

pub(super) fn no_overlap(
    world: World<'_>,
    entity: &Entity,
    (start, end): (&str, &str),
    per: Option<&str>,
    clauses: &[ClauseId],
) -> Option<Test> {
    let entity = world.entity(&entity.name)?;
    let first = entity.fields.iter().find(|f| f.name == start)?;
    let last = entity.fields.iter().find(|f| f.name == end)?;
    let (index, _) = world.maker(entity)?;
    let mut scene = Scene::test(world);
    scene.line("slot = serial()");
    let span = |from: i64, to: i64| {
        Some(vec![
            (start.to_owned(), point(world, entity, first, first, from)?),
            (end.to_owned(), point(world, entity, last, first, to)?),
        ])
    };
    let booked = scene.make(entity, None, &span(0, 6)?)?;
    let by = format!("{booked}.by");
    let same: Vec<(String, String)> = per
        .filter(|p| *p != "owner_id")
        .map(|p| (p.to_owned(), format!("self.value({booked}, {})", lit(p))))
        .into_iter()
        .collect();
    for (from, to) in [(3, 9), (-3, 3), (2, 4), (0, 6)] {
        let fields = [span(from, to)?, same.clone()].concat();
        let call = scene.making(entity, index, Some(&by), &fields);
        scene.line(format!("self.expect(409, {})", attempted(&call)));
    }
    let fields = [span(6, 8)?, same.clone()].concat();
    let call = scene.making(entity, index, Some(&by), &fields);
    scene.line(format!("self.expect(201, {})", attempted(&call)));
    let other = per.and_then(|p| entity.fields.iter().find(|f| f.name == p)).filter(|f| target(f).is_some());
    if other.is_some() {
        let call = scene.making(entity, index, Some(&by), &span(0, 6)?);
        scene.line(format!("self.expect(201, {})", attempted(&call)));
    }
    Some(test(
        format!("test_{}_do_not_overlap", ident(&entity.label_plural)),
        format!(
            "No two {} overlap{}; one may begin when another ends.",
            entity.label_plural.to_lowercase(),
            per.map(|p| format!(" for one {}", p.trim_end_matches("_id").replace('_', " "))).unwrap_or_default()
        ),
        clauses,
        scene,
    ))
}

pub(super) fn unique_together(
    world: World<'_>,
    entity: &Entity,
    fields: &[String],
    clauses: &[ClauseId],
) -> Option<Test> {
    let entity = world.entity(&entity.name)?;
    let (index, access) = world.maker(entity)?;
    let mut scene = Scene::test(world);
    let first = scene.make(entity, None, &[])?;
    let by = format!("{first}.by");
    let columns: Vec<&Field> = fields.iter().filter_map(|n| entity.fields.iter().find(|f| &f.name == n)).collect();
    let sent: Vec<&&Field> = columns.iter().filter(|f| world.sent_on_create(entity, f, access)).collect();
    let same: Vec<(String, String)> =
        sent.iter().map(|f| (f.name.clone(), format!("{first}.get({})", lit(&f.name)))).collect();
    let call = scene.making(entity, index, Some(&by), &same);
    scene.line(format!("self.expect(409, {})", attempted(&call)));
    // With one of the values changed it is another combination.
    let other = sent.iter().find_map(|f| match f.ty {
        FieldType::Reference { .. } => super::world::is_required(f).then(|| (f.name.clone(), None)),
        _ => samples::other(world.spec, entity, f).map(|v| (f.name.clone(), Some(v))),
    });
    if let Some((name, value)) = other {
        let mut fields: Vec<(String, String)> = same.iter().filter(|(n, _)| n != &name).cloned().collect();
        fields.extend(value.map(|v| (name, v)));
        let call = scene.making(entity, index, Some(&by), &fields);
        scene.line(format!("self.expect(201, {})", attempted(&call)));
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
    per: Option<&str>,
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
    let again = scene.making(entity, index, Some(&by), &same);
    if max > 1 {
        scene.line(format!("for _ in range({}):", max - 1));
        scene.line(format!("    {again}"));
    }
    scene.line(format!("self.expect(409, {})", attempted(&again)));
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
    amount: Option<&str>,
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
    let own = world.creator_shares(entity, parent).then_some(by.as_str());
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
    match amount {
        Some(_) => {
            let more = scene.making(entity, index, Some(&by), &at(format!("{total} - {}", num(least))));
            scene.line(more);
            let too_many = scene.making(entity, index, Some(&by), &at(num(least + 1.0)));
            scene.line(format!("self.expect(409, {})", attempted(&too_many)));
            let last = scene.making(entity, index, Some(&by), &at(num(least)));
            scene.line(last);
        }
        None => {
            let one = scene.making(entity, index, Some(&by), &at(String::new()));
            scene.line(format!("for _ in range({total}):"));
            scene.line(format!("    {one}"));
        }
    }
    let over = scene.making(entity, index, Some(&by), &at(num(least)));
    scene.line(format!("self.expect(409, {})", attempted(&over)));
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

pub(super) fn locked(
    world: World<'_>,
    entity: &Entity,
    op: Op,
    field: &str,
    values: &[String],
    clauses: &[ClauseId],
) -> Option<Test> {
    let entity = world.entity(&entity.name)?;
    let column = entity.fields.iter().find(|f| f.name == field)?;
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
            let change =
                entity.fields.iter().filter(|f| f.name != field && !world.server_sets(entity, f)).find_map(|f| {
                    let value = samples::other(world.spec, entity, f)?;
                    let mut trial = scene.clone();
                    let by = trial.updater(entity, &record, f, &[], DEPTH)?;
                    Some((trial, by, dict(&[(f.name.clone(), value)])))
                });
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
