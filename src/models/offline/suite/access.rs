//! Tests of who may do what: each right holds, nobody else has it, and other people's records stay theirs.

use super::{
    python::{Class, Test, camel, ident, lit},
    samples,
    world::{PathEnd, Scene, World},
};
use crate::{
    domain::ClauseId,
    models::offline::spec::{Access, Entity, Feature, Field, FieldType, Op, Scope, Who},
};
use std::collections::BTreeSet;

const DEPTH: u32 = 5;

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
fn verb(op: Op) -> &'static str {
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

fn clauses_of(access: &Access, entity: &Entity) -> Vec<ClauseId> {
    if access.clauses.is_empty() { entity.clauses.clone() } else { access.clauses.clone() }
}

/// The account to whom the right applies, and a record it applies to: variables.
pub(super) fn stage<'a>(scene: &mut Scene<'a>, entity: &'a Entity, access: &'a Access) -> Option<(String, String)> {
    let world = scene.world;
    let who = &access.who;
    // What somebody may change or delete is, for them, only what they see.
    if access.scope == Scope::All && !access.ops.contains(&Op::Read) {
        let reading: Vec<&Access> = world.accesses(entity, Op::Read).filter(|a| world.counts_as(who, &a.who)).collect();
        if !reading.is_empty() && reading.iter().all(|a| a.scope != Scope::All) {
            for seen in reading {
                let kept = scene.clone();
                if let Some(found) = stage_for(scene, entity, seen, who) {
                    return Some(found);
                }
                *scene = kept;
            }
            return None;
        }
    }
    stage_for(scene, entity, access, who)
}

fn stage_for<'a>(
    scene: &mut Scene<'a>,
    entity: &'a Entity,
    access: &'a Access,
    who: &'a Who,
) -> Option<(String, String)> {
    let world = scene.world;
    let wanted = match who {
        Who::Anyone => "visitor".to_owned(),
        Who::SignedIn => "account".to_owned(),
        Who::Role(role) => ident(role),
    };
    if !world.can_make(entity) {
        return None;
    }
    match &access.scope {
        Scope::All => {
            // Somebody to whom no narrower right of theirs gives the record anyway.
            let profile = other_profile(scene, entity, who);
            let own = entity.access.iter().any(|a| a.scope == Scope::Own && world.counts_as(who, &a.who));
            let person = scene.person(&wanted, &scene.somebody_with(who, if own { 2 } else { 1 }, &profile));
            let record = scene.make(entity, None, &[])?;
            Some((person, record))
        }
        Scope::Own => {
            let (index, creating) = world.creator_like(entity, who)?;
            let holder = if *who == Who::Anyone && world.has_people() { &creating.who } else { who };
            let person = scene.person(&wanted, &scene.somebody(holder));
            let record = scene.make_as(entity, index, Some(&person), &[])?;
            Some((person, record))
        }
        Scope::Where { field, values } => {
            let person = scene.person(&wanted, &scene.somebody(who));
            let record = with_value(scene, entity, field, values)?;
            Some((person, record))
        }
        Scope::SameAs { profile, field } => {
            let person = scene.person(&wanted, &scene.somebody(who));
            let main = world.maker(entity)?.1;
            let sent = entity.fields.iter().any(|f| &f.name == field && world.sent_on_create(entity, f, main));
            let same = matches!(&main.scope, Scope::SameAs { profile: p, .. } if p == profile);
            let record = if sent && !same {
                scene.make(entity, None, &[(field.clone(), format!("new_profile()[{}]", lit(profile)))])?
            } else {
                scene.make(entity, None, &[])?
            };
            Some((person, record))
        }
        Scope::AssignedTo { field } => {
            let person = scene.person(&wanted, &scene.somebody(who));
            let main = world.maker(entity)?.1;
            let record = if world.counts_as(who, &main.who) && main.scope == access.scope {
                scene.make(entity, Some(&person), &[])?
            } else {
                scene.make_along(entity, None, field, &PathEnd::Is(&format!("{person}.id")), DEPTH)?
            };
            Some((person, record))
        }
        Scope::OwnParent { field } => {
            let person = scene.person(&wanted, &scene.somebody(who));
            let main = world.maker(entity)?.1;
            let record = if world.counts_as(who, &main.who) && main.scope == access.scope {
                scene.make(entity, Some(&person), &[])?
            } else {
                scene.make_along(entity, None, field, &PathEnd::MadeBy(&person, who), DEPTH)?
            };
            Some((person, record))
        }
        Scope::Granted => {
            let person = scene.person(&wanted, &scene.newcomer(who, ""));
            if world.grant_role(&entity.name).is_some() {
                let record = scene.make(entity, None, &[])?;
                scene.line(format!("grant_{}({record}.by, {person}, self)", entity.name));
                return Some((person, record));
            }
            let (index, creating) = world.maker(entity)?;
            if creating.scope == Scope::Granted && world.counts_as(who, &creating.who) {
                let record = scene.make_as(entity, index, Some(&person), &[])?;
                return Some((person, record));
            }
            let link = entity
                .fields
                .iter()
                .find(|f| super::world::target(f).is_some_and(|t| world.grant_role(t).is_some()))?;
            let parent = world.entity(super::world::target(link)?)?;
            let made = scene.make(parent, None, &[])?;
            scene.line(format!("grant_{}({made}.by, {person}, self)", parent.name));
            let record =
                scene.make(entity, Some(&format!("{made}.by")), &[(link.name.clone(), format!("{made}[\"id\"]"))])?;
            Some((person, record))
        }
    }
}

/// A record whose choice field has the first of these values that can be reached.
fn with_value<'a>(scene: &mut Scene<'a>, entity: &'a Entity, field: &str, values: &[String]) -> Option<String> {
    let world = scene.world;
    let column = entity.fields.iter().find(|f| f.name == field)?;
    let main = world.maker(entity)?.1;
    if let Some(Feature::Workflow { initial, .. }) = world.workflow(entity, field)
        && values.contains(initial)
    {
        return scene.make(entity, None, &[]);
    }
    let literal = |value: &String| match column.ty {
        FieldType::Boolean => {
            if value == "true" {
                "True".to_owned()
            } else {
                "False".to_owned()
            }
        }
        _ => lit(value),
    };
    if world.sent_on_create(entity, column, main) {
        return scene.make(entity, None, &[(field.to_owned(), literal(values.first()?))]);
    }
    for value in values {
        let kept = scene.clone();
        let record = scene.make(entity, None, &[])?;
        if scene.set(entity, &record, column, &literal(value), DEPTH) {
            return Some(record);
        }
        *scene = kept;
    }
    None
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
                scene.line(format!("self.change({record}, {{{name}: {value}}}, by={person})"));
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

/// A field that this right may change on the record as it is, and a new value.
pub(super) fn changeable<'a>(
    scene: &mut Scene<'a>,
    entity: &'a Entity,
    access: &'a Access,
    record: &str,
) -> Option<(&'a Field, String)> {
    let world = scene.world;
    let mut fields: Vec<&'a Field> = entity.fields.iter().filter(|f| world.may_change(entity, f, access)).collect();
    // What the text says this right is for comes first.
    fields.sort_by_key(|f| access.only_fields.iter().position(|n| n == &f.name).unwrap_or(usize::MAX));
    let fields: Vec<_> =
        fields.into_iter().filter(|f| !scoped_by(access, &f.name) || !access.only_fields.is_empty()).collect();
    for field in fields {
        if let Some(value) = new_value(scene, entity, access, field, record) {
            return Some((field, value));
        }
    }
    None
}

fn scoped_by(access: &Access, field: &str) -> bool {
    match &access.scope {
        Scope::Where { field: f, .. } | Scope::SameAs { field: f, .. } | Scope::AssignedTo { field: f } => f == field,
        _ => false,
    }
}

fn new_value<'a>(
    scene: &mut Scene<'a>,
    entity: &'a Entity,
    access: &Access,
    field: &'a Field,
    _record: &str,
) -> Option<String> {
    let world = scene.world;
    if let Some(Feature::Workflow { initial, transitions, .. }) = world.workflow(entity, &field.name) {
        let FieldType::Choice { values } = &field.ty else { return None };
        let from = match &access.scope {
            Scope::Where { field: f, values } if f == &field.name && !values.contains(initial) => values.first()?,
            _ => initial,
        };
        let next = if transitions.is_empty() {
            values.iter().find(|v| *v != from)
        } else {
            transitions
                .iter()
                .find(|t| {
                    t.from.contains(from) && (t.who.is_empty() || t.who.iter().any(|w| world.counts_as(&access.who, w)))
                })
                .map(|t| &t.to)
        };
        let next = next?;
        if let Some(Feature::Threshold { .. }) = world.threshold(entity, &field.name)
            && !threshold_allows(world, entity, field, next, &access.who)
        {
            return None;
        }
        return Some(lit(next));
    }
    if world.threshold(entity, &field.name).is_some() {
        let FieldType::Choice { values } = &field.ty else { return None };
        return values
            .iter()
            .rev()
            .find(|v| threshold_allows(world, entity, field, v, &access.who) && Some(*v) != values.first())
            .map(|v| lit(v));
    }
    match &field.ty {
        FieldType::Reference { entity: parent } => {
            let parent = world.entity(parent)?;
            if matches!(access.scope, Scope::OwnParent { .. } | Scope::Granted) || parent.name == entity.name {
                return None;
            }
            let seen =
                world.accesses(parent, Op::Read).any(|a| a.scope == Scope::All && world.counts_as(&access.who, &a.who));
            seen.then(|| scene.make(parent, None, &[])).flatten().map(|made| format!("{made}[\"id\"]"))
        }
        FieldType::UserReference { role } => {
            let role = role.as_ref().map_or(Who::SignedIn, |r| Who::Role(r.clone()));
            Some(format!("{}.id", scene.somebody_with(&role, 2, "")))
        }
        _ => samples::other(world.spec, entity, field),
    }
}

/// Whether the threshold lets `who` set this value on a sample record.
fn threshold_allows(world: World<'_>, entity: &Entity, field: &Field, value: &str, who: &Who) -> bool {
    let Some(Feature::Threshold { values, amount, limit, above, below, .. }) = world.threshold(entity, &field.name)
    else {
        return true;
    };
    if !values.iter().any(|v| v == value) {
        return true;
    }
    let sample = entity
        .fields
        .iter()
        .find(|f| &f.name == amount)
        .and_then(|f| samples::valid(world.spec, entity, f).and_then(|v| v.parse::<f64>().ok()));
    world.counts_as(who, if sample.is_some_and(|v| v > *limit) { above } else { below })
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
        name: format!("test_nobody_else_can_{}", verb(op)),
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
                "test_{}_has_no_{}_but_{}",
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

/// Somebody who holds the right, and a record outside of its scope.
fn outside<'a>(scene: &mut Scene<'a>, entity: &'a Entity, access: &'a Access) -> Option<(String, String)> {
    let world = scene.world;
    if !world.can_make(entity) {
        return None;
    }
    let who = &access.who;
    match &access.scope {
        Scope::All => None,
        Scope::Own | Scope::OwnParent { .. } | Scope::Granted => {
            let record = scene.make(entity, None, &[])?;
            let profile = other_profile(scene, entity, who);
            let person = scene.person("stranger", &scene.newcomer(who, &profile));
            Some((person, record))
        }
        Scope::AssignedTo { field } => {
            let main = world.maker(entity)?.1;
            let profile = other_profile(scene, entity, who);
            let record = if main.scope == access.scope {
                scene.make(entity, None, &[])?
            } else {
                let holder = scene.somebody(who);
                scene.make_along(entity, None, field, &PathEnd::Is(&format!("{holder}.id")), DEPTH)?
            };
            let person = scene.person("stranger", &scene.newcomer(who, &profile));
            Some((person, record))
        }
        Scope::SameAs { profile, .. } => {
            let value = super::people::other_profile_value(world, profile)?;
            let record = scene.make(entity, None, &[])?;
            let person = scene.person("stranger", &scene.newcomer(who, &format!("{}: {value}", lit(profile))));
            Some((person, record))
        }
        Scope::Where { field, values } => {
            let column = entity.fields.iter().find(|f| &f.name == field)?;
            let others: Vec<String> = match &column.ty {
                FieldType::Choice { values: all } => all.iter().filter(|v| !values.contains(v)).cloned().collect(),
                FieldType::Boolean => {
                    vec![if values.iter().any(|v| v == "true") { "false".into() } else { "true".into() }]
                }
                _ => return None,
            };
            let record = with_value(scene, entity, field, &others)?;
            let person = if *who == Who::Anyone { scene.somebody(who) } else { scene.newcomer(who, "") };
            let person = scene.person("stranger", &person);
            Some((person, record))
        }
    }
}

/// Sign-up data that keeps a stranger from seeing the record by another right.
fn other_profile(scene: &Scene<'_>, entity: &Entity, who: &Who) -> String {
    entity
        .access
        .iter()
        .filter(|a| scene.world.counts_as(who, &a.who))
        .find_map(|a| match &a.scope {
            Scope::SameAs { profile, .. } => {
                Some(format!("{}: {}", lit(profile), super::people::other_profile_value(scene.world, profile)?))
            }
            _ => None,
        })
        .unwrap_or_default()
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
