//! Tests of who may do what: each right holds, nobody else has it, and other people's records stay theirs.

use super::{
    python::{Class, Test, camel, ident, lit},
    samples,
    scene::Scene,
    stage::{changeable, outside, stage, unlock},
    world::World,
};
use crate::{
    domain::ClauseId,
    models::offline::spec::{Access, Entity, Op, Scope, Who},
};
use std::collections::BTreeSet;

pub(super) fn classes(world: World<'_>, entity: &Entity) -> Vec<Class> {
    let Some(entity) = world.entity(&entity.name) else { return Vec::new() };
    let mut tests = Vec::new();
    for (index, access) in entity.access.iter().enumerate() {
        for op in &access.ops {
            if !world.forbidden(entity, *op) {
                tests.extend(holds(world, entity, index, access, *op));
            }
        }
        if !access.only_fields.is_empty() && access.ops.contains(&Op::Update) {
            tests.extend(only_fields(world, entity, access));
        }
    }
    if world.has_people() {
        for op in [Op::Create, Op::Read, Op::Update, Op::Delete] {
            tests.extend(nobody_else(world, entity, op));
        }
        tests.extend(private(world, entity));
    }
    if entity.system {
        tests.extend(system(entity));
    }
    let doc = format!("Who may do what with {}.", entity.label_plural.to_lowercase());
    vec![Class { name: format!("{}Access", camel(&entity.name)), doc, tests }]
}

pub(super) fn who_words(who: &Who) -> String {
    match who {
        Who::Anyone => "anybody".into(),
        Who::SignedIn => "somebody with an account".into(),
        Who::Role(role) => format!("the {}", role.replace('_', " ")),
    }
}
fn who_name(who: &Who) -> String {
    match who {
        Who::Anyone => "anybody".into(),
        Who::SignedIn => "an_account".into(),
        Who::Role(role) => ident(role),
    }
}
pub(super) fn verb(op: Op) -> &'static str {
    match op {
        Op::Create => "create",
        Op::Read => "read",
        Op::Update => "change",
        Op::Delete => "delete",
    }
}
fn scope_words(scope: &Scope) -> String {
    match scope {
        Scope::All => "any".into(),
        Scope::Own => "their own".into(),
        Scope::AssignedTo { .. } => "an assigned".into(),
        Scope::OwnParent { .. } => "a".into(),
        Scope::Granted => "a shared".into(),
        Scope::SameAs { profile, .. } => format!("a {}'s", profile.replace('_', " ")),
        Scope::Where { values, .. } => format!("a {}", values.join(" or ").replace('_', " ")),
    }
}
/// A word for each scope, so that two rights of one role are told apart.
fn scope_name(scope: &Scope) -> String {
    match scope {
        Scope::All => "any".into(),
        Scope::Own => "own".into(),
        Scope::AssignedTo { .. } => "assigned".into(),
        Scope::OwnParent { .. } => "received".into(),
        Scope::Granted => "shared".into(),
        Scope::SameAs { profile, .. } => format!("same_{}", ident(profile)),
        Scope::Where { values, .. } => ident(&values.join("_")),
    }
}

const NOBODY_ELSE: &str = "test_nobody_else_can_";
const BEYOND: &str = "_has_no_";

/// Whether a test, by its dotted name, only shows that somebody is refused.
pub(super) fn only_refuses(test: &str) -> bool {
    let name = test.rsplit('.').next().unwrap_or(test);
    name.starts_with(NOBODY_ELSE) || (name.contains(BEYOND) && name.contains("_but_"))
}

fn clauses_of(access: &Access, entity: &Entity) -> Vec<ClauseId> {
    if access.clauses.is_empty() { entity.clauses.clone() } else { access.clauses.clone() }
}

fn holds<'a>(world: World<'a>, entity: &'a Entity, index: usize, access: &'a Access, op: Op) -> Option<Test> {
    let mut scene = Scene::test(world);
    let path = format!("/api/{}", entity.plural);
    if op == Op::Create {
        if !world.can_make(entity) {
            return None;
        }
        let record = scene.make_as(entity, index, None, &[])?;
        scene.line(format!("self.assertIn(\"id\", {record})"));
        if let Some(reader) = scene.allowed(entity, &record, Op::Read) {
            scene.line(format!("self.stored({record}, by={reader})"));
        }
    } else {
        let (person, record) = stage(&mut scene, entity, access)?;
        if op == Op::Delete || op == Op::Update && access.only_fields.is_empty() {
            unlock(&mut scene, entity, op, &record)?;
        }
        match op {
            Op::Read => {
                scene.line(format!("self.stored({record}, by={person})"));
                scene.line(format!("self.assertIn({record}[\"id\"], self.ids({}, {person}))", lit(&path)));
            }
            Op::Update => {
                let (field, value) = changeable(&mut scene, entity, access, &record)?;
                let name = lit(&field.name);
                let value = if value.contains("serial(") || value.contains("unique(") {
                    scene.line(format!("value = {value}"));
                    "value".to_owned()
                } else {
                    value
                };
                let body = world.body(entity, field, &value);
                scene.line(format!("self.change({record}, {body}, by={person})"));
                scene.line(format!("self.assertEqual(self.value({record}, {name}), {value})"));
            }
            _ => {
                scene.line(format!("self.expect(204, {person}.delete({record}.path))"));
                if let Some(reader) = scene.allowed(entity, &record, Op::Read) {
                    scene.line(format!("self.expect(404, {reader}.get({record}.path))"));
                }
            }
        }
    }
    let noun = entity.label.to_lowercase();
    let what = if op == Op::Create { format!("a {noun}") } else { format!("{} {noun}", scope_words(&access.scope)) };
    let mut name = format!("test_{}_can_{}", who_name(&access.who), verb(op));
    if op != Op::Create {
        name = format!("{name}_{}", scope_name(&access.scope));
    }
    Some(Test {
        name,
        shows: capital(&format!("{} can {} {what}.", who_words(&access.who), verb(op))),
        clauses: clauses_of(access, entity),
        measures: false,
        lines: scene.lines,
    })
}

pub(super) fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|c| c.to_uppercase().to_string() + chars.as_str()).unwrap_or_default()
}

/// The holder of a right limited to some fields cannot change others.
fn only_fields<'a>(world: World<'a>, entity: &'a Entity, access: &'a Access) -> Option<Test> {
    let field = entity.fields.iter().find(|f| {
        !access.only_fields.contains(&f.name)
            && !world.server_sets(entity, f)
            && samples::other(world.spec, entity, f).is_some()
            && !entity.access.iter().any(|a| {
                !std::ptr::eq(a, access)
                    && a.ops.contains(&Op::Update)
                    && world.counts_as(&access.who, &a.who)
                    && (a.only_fields.is_empty() || a.only_fields.contains(&f.name))
            })
    })?;
    let mut scene = Scene::test(world);
    let (person, record) = stage(&mut scene, entity, access)?;
    let value = samples::other(world.spec, entity, field)?;
    scene.line(format!("self.expect(403, {person}.put({record}.path, {{{}: {value}}}))", lit(&field.name)));
    Some(Test {
        name: format!("test_{}_cannot_change_other_fields", who_name(&access.who)),
        shows: capital(&format!(
            "{} changes only {} of a {}, nothing else.",
            who_words(&access.who),
            access.only_fields.join(", ").replace('_', " "),
            entity.label.to_lowercase()
        )),
        clauses: clauses_of(access, entity),
        measures: false,
        lines: scene.lines,
    })
}

/// What somebody sends who tries an operation on a record.
fn request(person: &str, op: Op, path: &str, record: &str) -> String {
    match op {
        Op::Create => format!("{person}.post({}, {{}})", lit(path)),
        Op::Read => format!("{person}.get({record}.path)"),
        Op::Update => format!("{person}.put({record}.path, dict({record}))"),
        Op::Delete => format!("{person}.delete({record}.path)"),
    }
}

/// Everybody without the right is refused: visitors first, then accounts that do not hold it.
fn nobody_else<'a>(world: World<'a>, entity: &'a Entity, op: Op) -> Option<Test> {
    if world.forbidden(entity, op) || (entity.system && op != Op::Read) {
        return None;
    }
    let holders: Vec<&Access> = world.accesses(entity, op).collect();
    if holders.iter().any(|a| a.who == Who::Anyone) || holders.is_empty() || !world.can_make(entity) {
        return None;
    }
    let mut scene = Scene::test(world);
    let path = format!("/api/{}", entity.plural);
    let record = if op == Op::Create { String::new() } else { scene.make(entity, None, &[])? };
    scene.line(format!("self.expect(401, {})", request("self.anyone()", op, &path, &record)));
    if op == Op::Read {
        scene.line(format!("self.expect(401, self.anyone().get({}))", lit(&path)));
    }
    let reads = |who: &Who| world.accesses(entity, Op::Read).any(|a| world.counts_as(who, &a.who));
    for who in world.people() {
        if holders.iter().any(|a| world.counts_as(&who, &a.who)) {
            continue;
        }
        let status = if matches!(op, Op::Update | Op::Delete) && reads(&who) { "(403, 404, 422)" } else { "403" };
        scene.line(format!("self.expect({status}, {})", request(&scene.somebody(&who), op, &path, &record)));
        if op == Op::Read {
            scene.line(format!("self.expect(403, {}.get({}))", scene.somebody(&who), lit(&path)));
        }
    }
    let clauses: BTreeSet<ClauseId> = holders.iter().flat_map(|a| clauses_of(a, entity)).collect();
    let names: BTreeSet<String> = holders.iter().map(|a| who_words(&a.who)).collect();
    Some(Test {
        name: format!("{NOBODY_ELSE}{}", verb(op)),
        shows: capital(&format!(
            "Nobody but {} can {} {}; without an account everybody is asked to log in.",
            names.into_iter().collect::<Vec<_>>().join(" and "),
            verb(op),
            entity.label_plural.to_lowercase()
        )),
        clauses: clauses.into_iter().collect(),
        measures: false,
        lines: scene.lines,
    })
}

/// Records outside the scope of a right: not found, not listed, not changed.
fn private<'a>(world: World<'a>, entity: &'a Entity) -> Vec<Test> {
    let mut tests = Vec::new();
    for access in entity.access.iter().filter(|a| a.scope != Scope::All && a.ops.iter().any(|op| *op != Op::Create)) {
        if access.who == Who::Anyone && !matches!(access.scope, Scope::Where { .. }) {
            continue;
        }
        let mut scene = Scene::test(world);
        let Some((person, record)) = outside(&mut scene, entity, access) else { continue };
        let wider = |op: Op| {
            entity.access.iter().any(|a| {
                !std::ptr::eq(a, access)
                    && a.ops.contains(&op)
                    && world.counts_as(&access.who, &a.who)
                    && !matches!(a.scope, Scope::Own | Scope::AssignedTo { .. } | Scope::Granted)
            })
        };
        let mut checked = false;
        let path = lit(&format!("/api/{}", entity.plural));
        if access.ops.contains(&Op::Read) && !wider(Op::Read) {
            scene.line(format!("self.expect(404, {person}.get({record}.path))"));
            scene.line(format!("self.assertNotIn({record}[\"id\"], self.ids({path}, {person}))"));
            checked = true;
        }
        if access.ops.contains(&Op::Update) && !wider(Op::Update) {
            // Whoever does not see what the record refers to may hear of that first.
            scene.line(format!("self.expect((403, 404, 422), {person}.put({record}.path, dict({record})))"));
            checked = true;
        }
        if access.ops.contains(&Op::Delete) && !wider(Op::Delete) {
            scene.line(format!("self.expect((403, 404), {person}.delete({record}.path))"));
            checked = true;
        }
        if !checked {
            continue;
        }
        let mut clauses: BTreeSet<ClauseId> = access.clauses.iter().copied().collect();
        if access.ops.contains(&Op::Read) {
            clauses.extend(&entity.private);
        }
        tests.push(Test {
            name: format!(
                "test_{}{BEYOND}{}_but_{}",
                who_name(&access.who),
                ident(&entity.label_plural),
                scope_name(&access.scope)
            ),
            shows: capital(&format!(
                "{} neither sees nor changes a {} that is not {}.",
                who_words(&access.who),
                entity.label.to_lowercase(),
                match &access.scope {
                    Scope::Own => "their own".to_owned(),
                    Scope::AssignedTo { .. } => "assigned to them".to_owned(),
                    Scope::OwnParent { .. } => "about something of theirs".to_owned(),
                    Scope::Granted => "shared with them".to_owned(),
                    Scope::SameAs { profile, .. } => format!("of the same {}", profile.replace('_', " ")),
                    Scope::Where { values, .. } => values.join(" or ").replace('_', " "),
                    Scope::All => String::new(),
                }
            )),
            clauses: if clauses.is_empty() { entity.clauses.clone() } else { clauses.into_iter().collect() },
            measures: false,
            lines: scene.lines,
        });
    }
    tests
}

/// What the system writes itself has no other operations.
fn system(entity: &Entity) -> Vec<Test> {
    let path = format!("/api/{}", entity.plural);
    let lines = vec![
        format!("self.assertEqual(self.operations({}), [\"get\"])", lit(&path)),
        format!("self.expect(405, self.anyone().post({}, {{}}))", lit(&path)),
    ];
    vec![Test {
        name: "test_only_the_system_writes".into(),
        shows: format!("{} are written by the system and can only be read.", capital(&entity.label_plural)),
        clauses: entity.clauses.clone(),
        measures: false,
        lines,
    }]
}
