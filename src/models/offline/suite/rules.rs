//! Tests of rules that span fields, records and people: workflows, guards, thresholds, limits, history, grants.

use super::{
    access::{capital, who_words},
    python::{Test, ident, lit, num},
    samples,
    scene::Scene,
    world::World,
};
use crate::{
    domain::ClauseId,
    models::offline::spec::{Access, Entity, Feature, Field, FieldType, Op, Scope, Transition, Who},
};

const DEPTH: u32 = 5;

pub(super) fn test(name: String, shows: String, clauses: &[ClauseId], scene: Scene<'_>) -> Test {
    Test { name, shows: capital(&shows), clauses: clauses.to_vec(), measures: false, lines: scene.lines }
}

/// The same call, whose answer is looked at instead of expected.
pub(super) fn attempted(call: &str) -> String {
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
    let body = world.body(entity, field, &lit(to));
    scene.line(format!("self.change({record}, {body}, by={by})"));
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
            let body = world.body(entity, field, &lit(to));
            scene.line(format!("self.expect(409, {by}.put({record}.path, {body}))"));
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
        let body = world.body(entity, field, &lit(to));
        scene.line(format!("self.expect((403, 404), {expression}.put({record}.path, {body}))"));
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
    let value = |scene: &mut Scene<'_>, person: Option<&Who>| -> Option<String> {
        if let Some(Feature::Workflow { initial, transitions, .. }) = world.workflow(entity, field) {
            let FieldType::Choice { values } = &column.ty else { return None };
            // the first step may be somebody else's
            let takes = |t: &&Transition| person.is_none_or(|p| t.who.is_empty() || t.who.contains(p));
            let mut first = transitions.iter().filter(|t| t.from.contains(initial));
            let to = first.find(takes).map(|t| &t.to);
            if to.is_none() && person.is_some() && transitions.iter().any(|t| t.from.contains(initial)) {
                return None;
            }
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
            // what nobody gives to their own would be refused without the guard, too
            _ => super::own::free_value(world, entity, column).or_else(|| samples::other(world.spec, entity, column)),
        }
    };
    for person in who {
        let mut scene = Scene::test(world);
        let Some(record) = scene.make(entity, None, &[]) else { continue };
        let Some(by) = scene.updater(entity, &record, column, std::slice::from_ref(person), DEPTH) else { continue };
        let Some(value) = value(&mut scene, Some(person)) else { continue };
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
    if let (Some(record), Some(value)) = (scene.make(entity, None, &[]), value(&mut scene.clone(), None)) {
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
            format!("{by}.put({record}.path, {})", world.body(entity, column, &lit(value)))
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
        let Some((person, record)) = super::stage::stage(&mut scene, entity, access) else { continue };
        let Some((field, value)) = super::stage::changeable(&mut scene, entity, access, &record) else { continue };
        let name = lit(&field.name);
        scene.line(format!("reader = {}", scene.somebody(reader)));
        scene.line(format!("before = [row[\"id\"] for row in self.listed({path}, reader)]"));
        scene.line(format!("self.change({record}, {}, by={person})", world.body(entity, field, &value)));
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
        let Some((person, record)) = super::stage::stage(&mut scene, entity, access) else { continue };
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
