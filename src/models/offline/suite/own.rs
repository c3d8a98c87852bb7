//! Tests of what nobody does with what is their own, though others do it.

use super::{
    access::verb,
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
    models::offline::spec::{Access, Entity, Feature, Field, FieldType, Op, Scope, Who},
};

/// The values of a field, where it is about giving it one.
type Sets<'s> = Option<&'s (String, Vec<String>)>;

pub(super) fn not_own(
    world: World<'_>,
    entity: &Entity,
    (op, sets): (Op, Sets<'_>),
    own: &[String],
    who: &[Who],
    clauses: &[ClauseId],
) -> Vec<Test> {
    let Some(entity) = world.entity(&entity.name).filter(|e| world.has_people() && world.can_make(e)) else {
        return Vec::new();
    };
    let mut tests = Vec::new();
    for path in own {
        if let Some((link, name)) = path.split_once('.') {
            tests.extend(about_own(world, entity, (link, name), who, clauses));
            continue;
        }
        match sets {
            Some((field, values)) => {
                tests.extend(values.iter().filter_map(|v| value_of_own(world, entity, (field, v), path, who, clauses)));
            }
            None => tests.extend(change_of_own(world, entity, op, path, who, clauses)),
        }
    }
    tests
}

/// Somebody new who can make a record and also holds a right, as a variable.
fn one_person(scene: &mut Scene<'_>, making: &Access, acting: &Who) -> String {
    let maker = if making.who == Who::Anyone { Who::SignedIn } else { making.who.clone() };
    let both = scene.both(&maker, acting);
    scene.person("person", &both)
}

/// A record that is the person's: made by them, or naming them.
fn owned<'a>(scene: &mut Scene<'a>, entity: &'a Entity, path: &str, person: &str) -> Option<String> {
    let (index, access) = scene.world.maker(entity)?;
    if path == "owner_id" {
        return scene.make_as(entity, index, Some(person), &[]);
    }
    let field = entity.fields.iter().find(|f| f.name == path)?;
    let sent = scene.world.sent_on_create(entity, field, access);
    sent.then(|| scene.make_as(entity, index, None, &[(path.to_owned(), format!("{person}.id"))])).flatten()
}

/// Whether it is about these people at all.
fn bound(world: World<'_>, who: &[Who], holder: &Who) -> bool {
    who.is_empty() || who.iter().any(|w| world.counts_as(holder, w))
}

/// A record that refers to one of one's own is refused, and one that refers to somebody else's is not.
fn about_own<'a>(
    world: World<'a>,
    entity: &'a Entity,
    (link, name): (&str, &str),
    who: &[Who],
    clauses: &[ClauseId],
) -> Option<Test> {
    let field = entity.fields.iter().find(|f| f.name == link)?;
    let parent = world.entity(target(field)?)?;
    let creating = |(_, a): &(usize, &Access)| a.ops.contains(&Op::Create) && bound(world, who, &a.who);
    let (index, access) = match world.maker(entity).filter(|found| creating(found)) {
        Some(found) => found,
        None => entity.access.iter().enumerate().find(creating)?,
    };
    let mut scene = Scene::test(world);
    let person = one_person(&mut scene, world.maker(parent)?.1, &access.who);
    let mine = owned(&mut scene, parent, name, &person)?;
    let making = |scene: &Scene<'a>, of: &str| {
        attempted(&scene.making(entity, index, Some(&person), &[(link.to_owned(), format!("{of}[\"id\"]"))]))
    };
    scene.line(format!("self.expect(403, {})", making(&scene, &mine)));
    let theirs = super::factory::visible(&mut scene, parent, &access.who)?;
    let leads = lit(&format!("/{}/new?{link}=%d\"", entity.plural));
    if world.accesses(parent, Op::Read).any(|a| world.counts_as(&access.who, &a.who)) {
        for (record, check) in [(&mine, "assertNotIn"), (&theirs, "assertIn")] {
            let page = format!("self.page(\"/{}/%d\" % {record}[\"id\"], {person})", parent.plural);
            scene.line(format!("self.{check}({leads} % {record}[\"id\"], {page})"));
        }
    }
    scene.line(format!("self.expect(201, {})", making(&scene, &theirs)));
    let (noun, of) = (entity.label.to_lowercase(), parent.label.to_lowercase());
    Some(test(
        format!("test_no_{}_of_ones_own_{}", entity.name, parent.name),
        format!("Nobody makes a {noun} of a {of} that is their own, and others make one."),
        clauses,
        scene,
    ))
}

/// One's own record is not given this value, by whoever gives it to those of others.
fn value_of_own<'a>(
    world: World<'a>,
    entity: &'a Entity,
    (field, value): (&str, &str),
    path: &str,
    who: &[Who],
    clauses: &[ClauseId],
) -> Option<Test> {
    let column = entity.fields.iter().find(|f| f.name == field)?;
    let mut moves = match world.workflow(entity, field) {
        Some(Feature::Workflow { initial, transitions, .. }) => flow::route(initial, transitions, value)?,
        _ => vec![(Vec::new(), value.to_owned())],
    };
    let (last, _) = moves.pop()?;
    let (_, holder) = acting(world, entity, Op::Update, Some(column), &last, who)?;
    let mut scene = Scene::test(world);
    let person = one_person(&mut scene, world.maker(entity)?.1, &holder);
    let mine = owned(&mut scene, entity, path, &person)?;
    for (by, next) in moves {
        let by = scene.updater(entity, &mine, column, &by, DEPTH)?;
        scene.line(format!("self.change({mine}, {}, by={by})", world.body(entity, column, &lit(&next))));
    }
    let body = world.body(entity, column, &lit(value));
    scene.line(format!("self.expect(403, {person}.put({mine}.path, {body}))"));
    let reads = world.accesses(entity, Op::Read).any(|a| world.counts_as(&holder, &a.who));
    let other = scene.person("other", &scene.newcomer(&holder, ""));
    if reads && !column.read_only {
        let option = lit(&format!("value=\"{value}\""));
        for (by, check) in [(&person, "assertNotIn"), (&other, "assertIn")] {
            let form = format!("self.page(\"/{}/%d/edit\" % {mine}[\"id\"], {by})", entity.plural);
            scene.line(format!("self.{check}({option}, {form})"));
        }
    }
    scene.line(format!("self.expect(200, {other}.put({mine}.path, {body}))"));
    let noun = entity.label.to_lowercase();
    let whose = if path == "owner_id" { String::new() } else { format!("_by_{}", ident(path.trim_end_matches("_id"))) };
    Some(test(
        format!("test_ones_own_{}_is_not_set_to_{}{whose}", entity.name, ident(value)),
        format!("Nobody sets a {noun} that is their own to {value}, and somebody else does."),
        clauses,
        scene,
    ))
}

/// One's own record is not changed, or not deleted, by whoever does it with those of others.
fn change_of_own<'a>(
    world: World<'a>,
    entity: &'a Entity,
    op: Op,
    path: &str,
    who: &[Who],
    clauses: &[ClauseId],
) -> Option<Test> {
    let (access, holder) = acting(world, entity, op, None, &[], who)?;
    let mut scene = Scene::test(world);
    let person = one_person(&mut scene, world.maker(entity)?.1, &holder);
    let mine = owned(&mut scene, entity, path, &person)?;
    let (page, other) = (format!("/{}/%d", entity.plural), scene.person("other", &scene.newcomer(&holder, "")));
    let (call, done, offered) = if op == Op::Delete {
        (format!("delete({mine}.path)"), 204, format!("{page}/delete"))
    } else {
        let (field, value) = super::stage::changeable(&mut scene, entity, access, &mine)?;
        scene.line(format!("value = {value}"));
        let body = world.body(entity, field, "value");
        (format!("put({mine}.path, {body})"), 200, format!("{page}/edit"))
    };
    scene.line(format!("self.expect(403, {person}.{call})"));
    if world.accesses(entity, Op::Read).any(|a| world.counts_as(&holder, &a.who)) {
        for (by, check) in [(&person, "assertNotIn"), (&other, "assertIn")] {
            let shown = format!("self.page({} % {mine}[\"id\"], {by})", lit(&page));
            scene.line(format!("self.{check}({} % {mine}[\"id\"], {shown})", lit(&offered)));
        }
    }
    scene.line(format!("self.expect({done}, {other}.{call})"));
    let (noun, verb) = (entity.label.to_lowercase(), verb(op));
    Some(test(
        format!("test_nobody_can_{verb}_ones_own_{}", entity.name),
        format!("Nobody can {verb} a {noun} that is their own, and somebody else can."),
        clauses,
        scene,
    ))
}

/// Another value of a field that one may give it in a record of one's own.
pub(super) fn free_value(world: World<'_>, entity: &Entity, field: &Field) -> Option<String> {
    let usual = samples::other(world.spec, entity, field)?;
    let kept: Vec<String> = world.kept_from_owner(entity, &field.name).map(|v| lit(v)).collect();
    match &field.ty {
        FieldType::Choice { values } if kept.contains(&usual) => {
            values.iter().skip(1).map(|v| lit(v)).find(|v| !kept.contains(v))
        }
        _ => Some(usual),
    }
}

/// A right to do it with the records of others, and who holds it.
fn acting<'a>(
    world: World<'a>,
    entity: &'a Entity,
    op: Op,
    column: Option<&Field>,
    step: &[Who],
    who: &[Who],
) -> Option<(&'a Access, Who)> {
    let taken = |holder: &Who| step.is_empty() || step.iter().any(|w| world.counts_as(holder, w));
    let fits = |a: &&Access| {
        a.scope == Scope::All
            && a.who != Who::Anyone
            && column.is_none_or(|c| world.may_change(entity, c, a))
            && taken(&a.who)
            && bound(world, who, &a.who)
    };
    world.accesses(entity, op).find(fits).map(|a| (a, a.who.clone()))
}

#[cfg(test)]
mod tests {
    use crate::{domain::ClauseId, models::offline::read};
    use std::collections::BTreeMap;

    #[test]
    fn a_guard_is_shown_by_a_value_that_nothing_else_refuses() {
        let lines = [
            "Employees enter requests with a title.",
            "A new request is pending.",
            "The team lead approves or rejects requests.",
            "Nobody may approve his or her own request.",
        ];
        let clauses = lines.iter().zip(1..).map(|(text, i)| (ClauseId(i), (*text).to_owned(), Vec::new()));
        let spec = read::analyse(&clauses.collect::<Vec<_>>(), &BTreeMap::new()).unwrap();
        let text = super::super::tests(&spec, "requests").files.into_iter().map(|f| f.content).collect::<String>();
        let at = text.find("def test_nobody_else_sets_status(").unwrap();
        let body: String = text[at..].lines().skip(1).take_while(|l| !l.trim_start().starts_with("def ")).collect();
        assert!(body.contains("\"rejected\"") && !body.contains("\"approved\""), "{body}");
        assert!(text.contains("test_ones_own_request_is_not_set_to_approved"));
    }
}
