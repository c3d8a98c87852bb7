//! Tests of what an entity stores: each field, each rule, at its limits.

use super::{
    field_rules::rule_tests,
    python::{Class, Test, camel, list, lit, num},
    samples,
    scene::Scene,
    world::{World, is_required, target},
};
use crate::{
    domain::ClauseId,
    models::offline::spec::{Entity, Feature, Field, FieldType, Op, Rule, Scope, Who},
};

const DEPTH: u32 = 5;

/// How a test gets a value into a field.
pub(super) enum Way {
    /// When the record is made.
    Create,
    /// Afterwards, by this person, on the record in this variable.
    Change { record: String, by: String },
}

pub(super) fn classes(world: World<'_>, entity: &Entity) -> Vec<Class> {
    let Some(entity) = world.entity(&entity.name) else { return Vec::new() };
    if !world.can_make(entity) {
        return Vec::new();
    }
    let mut tests = Vec::new();
    tests.extend(kept(world, entity));
    for field in &entity.fields {
        field_tests(world, entity, field, &mut tests);
    }
    let doc = format!("What is stored of each {}.", entity.label.to_lowercase());
    vec![Class { name: format!("{}Fields", camel(&entity.name)), doc, tests }]
}

/// A record is stored, read back and listed.
fn kept(world: World<'_>, entity: &Entity) -> Option<Test> {
    let entity = world.entity(&entity.name)?;
    let mut scene = Scene::test(world);
    let record = scene.make(entity, None, &[])?;
    if let Some(reader) = scene.allowed(entity, &record, Op::Read) {
        scene.line(format!("self.stored({record}, by={reader})"));
        scene.line(format!("self.assertIn({record}[\"id\"], self.ids(\"/api/{}\", {reader}))", entity.plural));
    }
    let method = if world.accesses(entity, Op::Read).next().is_some() { "get" } else { "post" };
    scene.line(format!("self.assertIn({}, self.operations(\"/api/{}\"))", lit(method), entity.plural));
    Some(Test {
        name: format!("test_{}_is_kept", entity.name),
        shows: format!("A {} is stored, read back and listed.", entity.label.to_lowercase()),
        clauses: entity.clauses.clone(),
        lines: scene.lines,
        ..Test::default()
    })
}

fn clauses_of(field: &Field, entity: &Entity, own: &[ClauseId]) -> Vec<ClauseId> {
    [own, &field.clauses, &entity.clauses].into_iter().find(|c| !c.is_empty()).map(<[_]>::to_vec).unwrap_or_default()
}

fn field_tests<'a>(world: World<'a>, entity: &'a Entity, field: &'a Field, tests: &mut Vec<Test>) {
    let label = field.label.to_lowercase();
    let noun = entity.label.to_lowercase();
    let clauses = clauses_of(field, entity, &[]);
    let mut push = |name: String, shows: String, clauses: &[ClauseId], lines: Option<Vec<String>>| {
        if let Some(lines) = lines {
            tests.push(Test { name, shows, clauses: clauses.to_vec(), measures: false, lines });
        }
    };
    // Who enters it and does not see it gets no answer that shows what became of it.
    if world.maker(entity).is_some_and(|(_, a)| !world.sees(entity, &field.name, &a.who)) {
        push(
            format!("test_keeps_{}", field.name),
            format!("The {label} of a {noun} is stored, and read back by those who see it."),
            &clauses,
            kept_unseen(world, entity, field),
        );
        return;
    }
    push(
        format!("test_keeps_{}", field.name),
        format!("The {label} of a {noun} is stored and read back as {}.", samples::kind(field)),
        &clauses,
        keeps(world, entity, field),
    );
    if world.server_sets(entity, field) {
        return;
    }
    if let Some(wrong) = samples::wrong(field) {
        push(
            format!("test_refuses_a_wrong_{}", field.name),
            format!(
                "A {noun} whose {label} is not {} is refused, and the answer names the field.",
                samples::kind(field)
            ),
            &clauses,
            refuses(world, entity, field, wrong),
        );
    }
    if let FieldType::Choice { values } = &field.ty {
        push(
            format!("test_{}_takes_each_choice", field.name),
            format!("The {label} of a {noun} can be {}.", values.join(", ")),
            &clauses,
            each_choice(world, entity, field, values),
        );
    }
    if let Some(default) = &field.default {
        push(
            format!("test_{}_has_its_default", field.name),
            format!("A {noun} whose {label} is not given gets the default."),
            &clauses,
            default_value(world, entity, field, default),
        );
    }
    if is_required(field) {
        let own: Vec<ClauseId> =
            field.rules.iter().filter(|r| r.rule == Rule::Required).flat_map(|r| r.clauses.clone()).collect();
        push(
            format!("test_requires_{}", field.name),
            format!("A {noun} without {label} is refused, and the answer names the field."),
            &clauses_of(field, entity, &own),
            required(world, entity, field),
        );
    }
    for rule in &field.rules {
        let clauses = clauses_of(field, entity, &rule.clauses);
        for (name, shows, lines) in rule_tests(world, entity, field, &rule.rule) {
            push(name, shows, &clauses, lines);
        }
    }
}

/// The lines so far and how the value goes in.
pub(super) fn way<'a>(world: World<'a>, entity: &'a Entity, field: &'a Field) -> Option<(Scene<'a>, Way)> {
    let mut scene = Scene::test(world);
    let (_, access) = world.maker(entity)?;
    if world.sent_on_create(entity, field, access) {
        return Some((scene, Way::Create));
    }
    let record = scene.make(entity, None, &[])?;
    let by = scene.updater(entity, &record, field, &[], DEPTH)?;
    Some((scene, Way::Change { record, by }))
}

/// Sends a value; gives the expression of the answer.
pub(super) fn sending(scene: &Scene<'_>, entity: &Entity, field: &Field, way: &Way, value: &str) -> Option<String> {
    let entity = scene.world.entity(&entity.name)?;
    Some(match way {
        Way::Create => {
            let (index, _) = scene.world.maker(entity)?;
            let call = scene.making(entity, index, None, &[(field.name.clone(), value.to_owned())]);
            call.replacen("(self", "(self, send=self.attempt", 1)
        }
        Way::Change { record, by } => format!("{by}.put({record}.path, {{{}: {value}}})", lit(&field.name)),
    })
}

pub(super) fn accepted(scene: &mut Scene<'_>, entity: &Entity, field: &Field, way: &Way, value: &str) -> Option<()> {
    let answer = sending(scene, entity, field, way, value)?;
    scene.line(format!("answer = self.expect((200, 201), {answer})"));
    scene.line(format!("self.assertEqual(self.value(answer, {}), {value})", lit(&field.name)));
    Some(())
}

pub(super) fn refused(scene: &mut Scene<'_>, entity: &Entity, field: &Field, way: &Way, value: &str) -> Option<()> {
    let answer = sending(scene, entity, field, way, value)?;
    scene.line(format!("self.expect_refused({answer}, {})", lit(&field.name)));
    Some(())
}

fn refuses<'a>(world: World<'a>, entity: &'a Entity, field: &'a Field, value: &str) -> Option<Vec<String>> {
    let (mut scene, way) = way(world, entity, field)?;
    refused(&mut scene, entity, field, &way, value)?;
    Some(scene.lines)
}

/// Checks that the answer to making or changing the record, and reading it again, hold the value.
fn read_back<'a>(scene: &mut Scene<'a>, entity: &'a Entity, record: &str, field: &Field, value: &str) {
    let name = lit(&field.name);
    scene.line(format!("self.assertEqual(self.value({record}, {name}), {value})"));
    if let Some(reader) = scene.allowed(entity, record, Op::Read) {
        scene.line(format!("self.assertEqual(self.value(self.stored({record}, by={reader}), {name}), {value})"));
        if matches!(field.ty, FieldType::Text { .. } | FieldType::Email | FieldType::Url | FieldType::Phone) {
            scene.line(format!("page = self.page(\"/{}/%d\" % {record}[\"id\"], {reader})", entity.plural));
            scene.line(format!("self.assertIn(html.escape({value}), page)"));
        }
    }
}

fn keeps<'a>(world: World<'a>, entity: &'a Entity, field: &'a Field) -> Option<Vec<String>> {
    let mut scene = Scene::test(world);
    let (_, access) = world.maker(entity)?;
    if world.server_sets(entity, field) {
        return set_by_server(scene, entity, field);
    }
    let created = world.sent_on_create(entity, field, access);
    let value = match &field.ty {
        FieldType::Reference { .. } => {
            if is_required(field) && created {
                let record = scene.make(entity, None, &[])?;
                scene.line(format!("self.assertIsInstance(self.value({record}, {}), int)", lit(&field.name)));
                if let Some(reader) = scene.allowed(entity, &record, Op::Read) {
                    scene.line(format!(
                        "self.assertEqual(self.value(self.stored({record}, by={reader}), {name}), {record}[{name}])",
                        name = lit(&field.name)
                    ));
                }
                return Some(scene.lines);
            }
            let parent = world.entity(target(field)?)?;
            let by = created.then(|| scene.person("by", &scene.somebody(&access.who)));
            let made = if created {
                super::factory::visible(&mut scene, parent, &access.who)?
            } else {
                scene.make(parent, None, &[])?
            };
            if created {
                let value = format!("{made}[\"id\"]");
                let record = scene.make(entity, by.as_deref(), &[(field.name.clone(), value.clone())])?;
                read_back(&mut scene, entity, &record, field, &value);
                return Some(scene.lines);
            }
            format!("{made}[\"id\"]")
        }
        FieldType::UserReference { role } => {
            let role = role.as_ref().map_or(Who::SignedIn, |r| Who::Role(r.clone()));
            format!("{}.id", scene.named(entity, &field.name, &role))
        }
        FieldType::Choice { values } => lit(values.last()?),
        // Its own moment for each record: what the factory chose must be there and come back.
        FieldType::Date | FieldType::DateTime | FieldType::Time if samples::distinct(world.spec, entity, field) => {
            let record = scene.make(entity, None, &[])?;
            let name = lit(&field.name);
            scene.line(format!("self.assertRegex(str(self.value({record}, {name})), r\"^[\\d:T-]+$\")"));
            if let Some(reader) = scene.allowed(entity, &record, Op::Read) {
                scene.line(format!(
                    "self.assertEqual(self.value(self.stored({record}, by={reader}), {name}), {record}[{name}])"
                ));
            }
            return Some(scene.lines);
        }
        _ => samples::other(world.spec, entity, field).or_else(|| samples::valid(world.spec, entity, field))?,
    };
    let value = if simple(&value) {
        value
    } else {
        scene.line(format!("value = {value}"));
        "value".to_owned()
    };
    let record = if created {
        scene.make(entity, None, &[(field.name.clone(), value.clone())])?
    } else {
        let record = scene.make(entity, None, &[])?;
        scene.set(entity, &record, field, &value, DEPTH).then_some(record)?
    };
    read_back(&mut scene, entity, &record, field, &value);
    Some(scene.lines)
}

/// What its maker enters and others see.
fn kept_unseen<'a>(world: World<'a>, entity: &'a Entity, field: &'a Field) -> Option<Vec<String>> {
    let mut scene = Scene::test(world);
    let value = samples::other(world.spec, entity, field).filter(|v| simple(v))?;
    let (_, access) = world.maker(entity)?;
    if !world.sent_on_create(entity, field, access) {
        return None;
    }
    let record = scene.make(entity, None, &[(field.name.clone(), value.clone())])?;
    let reader = super::shown::seer(&scene, entity, &field.name)?;
    let name = lit(&field.name);
    scene.line(format!("self.assertEqual(self.value(self.stored({record}, by={reader}), {name}), {value})"));
    Some(scene.lines)
}

/// Whether an expression has the same value however often it is evaluated, and is short.
fn simple(value: &str) -> bool {
    !["serial(", "unique(", "slot", ".newcomer("].iter().any(|made| value.contains(made))
}

/// A field that moves along a workflow: it has a value from the start, and another one after a move.
fn moves<'a>(mut scene: Scene<'a>, entity: &'a Entity, field: &'a Field) -> Option<Vec<String>> {
    let FieldType::Choice { values } = &field.ty else { return None };
    let record = scene.make(entity, None, &[])?;
    let name = lit(&field.name);
    scene.line(format!("self.assertIn(self.value({record}, {name}), {})", list(values)));
    for value in values.iter().rev() {
        let kept = scene.clone();
        if scene.set(entity, &record, field, &lit(value), DEPTH) && scene.lines.len() > kept.lines.len() {
            read_back(&mut scene, entity, &record, field, &lit(value));
            break;
        }
        scene = kept;
    }
    Some(scene.lines)
}

/// What the server sets by itself: checked where it is known what it must be.
fn set_by_server<'a>(mut scene: Scene<'a>, entity: &'a Entity, field: &'a Field) -> Option<Vec<String>> {
    let world = scene.world;
    if world.workflow(entity, &field.name).is_some() {
        return moves(scene, entity, field);
    }
    if !field.read_only || world.features_of(&entity.name).any(|f| matches!(f, Feature::Computed { field: g, .. } | Feature::Workflow { field: g, .. } if g == &field.name)) {
        return None;
    }
    let record = scene.make(entity, None, &[])?;
    let name = lit(&field.name);
    match &field.ty {
        FieldType::UserReference { .. } => {
            scene.line(format!("self.assertEqual(self.value({record}, {name}), {record}.by.id)"));
        }
        FieldType::Date | FieldType::DateTime => {
            scene.line(format!("self.assertEqual(self.value({record}, {name})[:10], today())"));
        }
        _ => {
            let profile = entity.access.iter().find_map(|a| match &a.scope {
                Scope::SameAs { profile, field: f } if f == &field.name => Some(profile),
                _ => None,
            })?;
            scene.line(format!("self.assertEqual(self.value({record}, {name}), new_profile()[{}])", lit(profile)));
        }
    }
    Some(scene.lines)
}

fn each_choice<'a>(world: World<'a>, entity: &'a Entity, field: &'a Field, values: &[String]) -> Option<Vec<String>> {
    let (mut scene, way) = way(world, entity, field)?;
    if world.threshold(entity, &field.name).is_some() || matches!(way, Way::Change { .. }) {
        return None;
    }
    let answer = sending(&scene, entity, field, &way, "choice")?;
    scene.line(format!("for choice in {}:", list(values)));
    scene.line(format!("    made = self.expect(201, {answer})"));
    scene.line(format!("    self.assertEqual(self.value(made, {}), choice)", lit(&field.name)));
    Some(scene.lines)
}

fn default_value<'a>(world: World<'a>, entity: &'a Entity, field: &'a Field, default: &str) -> Option<Vec<String>> {
    let (mut scene, way) = way(world, entity, field)?;
    if !matches!(way, Way::Create) {
        return None;
    }
    let answer = sending(&scene, entity, field, &way, "LEFT_OUT")?;
    scene.line(format!("made = self.expect(201, {answer})"));
    let name = lit(&field.name);
    let (shown, expected) = match &field.ty {
        FieldType::Integer | FieldType::Decimal { .. } => {
            (format!("self.value(made, {name})"), num(default.parse::<f64>().ok()?))
        }
        FieldType::Boolean => {
            let yes = matches!(default.to_lowercase().as_str(), "true" | "yes" | "1");
            (format!("self.value(made, {name})"), if yes { "True".into() } else { "False".into() })
        }
        FieldType::Date | FieldType::DateTime if matches!(default, "today" | "now") => {
            (format!("self.value(made, {name})[:10]"), "today()".into())
        }
        FieldType::Reference { .. } | FieldType::UserReference { .. } => return None,
        _ => (format!("self.value(made, {name})"), lit(default)),
    };
    scene.line(format!("self.assertEqual({shown}, {expected})"));
    Some(scene.lines)
}

fn required<'a>(world: World<'a>, entity: &'a Entity, field: &'a Field) -> Option<Vec<String>> {
    let (mut scene, way) = way(world, entity, field)?;
    if !matches!(way, Way::Create) || field.default.is_some() {
        return None;
    }
    let (_, access) = world.maker(entity)?;
    let filled = matches!(
        &access.scope,
        Scope::AssignedTo { field: f } | Scope::SameAs { field: f, .. } if f == &field.name
    );
    if filled {
        return None;
    }
    refused(&mut scene, entity, field, &way, "LEFT_OUT")?;
    Some(scene.lines)
}
