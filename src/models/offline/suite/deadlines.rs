//! Tests of what can be done only until some time before or after a date. They move the clock of the application.

use super::{
    factory,
    python::{Test, ident, lit},
    rules::{attempted, test},
    samples,
    scene::Scene,
    world::{World, target},
};
use crate::{
    domain::ClauseId,
    models::offline::spec::{Entity, Feature, Op, Rule, Until},
};

const DEPTH: u32 = 5;

/// Minutes from the date at which it is just not too late, and just too late.
fn around(until: Until) -> (i64, i64) {
    let last = match until {
        Until::Hours { before } => -i64::from(before) * 60,
        // The whole day counts.
        Until::Days { before } => (1 - i64::from(before)) * 1440,
    };
    (last - 2, last + 2)
}

pub(super) fn closes(
    world: World<'_>,
    entity: &Entity,
    (op, sets): (Op, Option<&(String, String)>),
    (date, time): (&str, Option<&str>),
    until: Until,
    clauses: &[ClauseId],
) -> Option<Test> {
    let entity = world.entity(&entity.name)?;
    let (index, access) = world.maker(entity)?;
    let mut scene = Scene::test(world);
    let (open, late) = around(until);
    let at = |record: &str, date: &str| match (until, time) {
        (Until::Days { .. }, _) => format!("self.value({record}, {})[:10]", lit(date)),
        (_, None) => format!("self.value({record}, {})", lit(date)),
        (_, Some(time)) => {
            format!("self.value({record}, {})[:10] + \"T\" + self.value({record}, {})", lit(date), lit(time))
        }
    };
    let (given, by, moment) = match date.split_once('.') {
        Some((link, field)) => {
            let link = entity.fields.iter().find(|f| f.name == link)?;
            let parent = world.entity(target(link)?)?;
            if !world.sent_on_create(entity, link, access) {
                return None;
            }
            let by = scene.person("by", &scene.somebody(&access.who));
            let made = factory::visible(&mut scene, parent, &access.who)?;
            let given = vec![(link.name.clone(), format!("{made}[\"id\"]"))];
            (given, Some(by), at(&made, field))
        }
        None => (Vec::new(), None, String::new()),
    };
    let (done, what) = match op {
        Op::Create => {
            // At a later time other rules on its dates may stand against a new one.
            let tied = |r: &Rule| matches!(r, Rule::NotInPast | Rule::FromDay { .. });
            if by.is_none() || entity.fields.iter().any(|f| f.rules.iter().any(|r| tied(&r.rule))) {
                return None;
            }
            scene.line(format!("start = {moment}"));
            let call = attempted(&scene.making(entity, index, by.as_deref(), &given));
            scene.line(format!("with clock_at(start, {late}):"));
            scene.line(format!("    self.expect(409, {call})"));
            scene.line(format!("with clock_at(start, {open}):"));
            scene.line(format!("    self.expect(201, {call})"));
            ("made", "make")
        }
        Op::Delete => {
            let mut trial = scene.clone();
            let plain = trial.make(entity, by.as_deref(), &given).and_then(|record| {
                let remover = trial.allowed(entity, &record, Op::Delete)?;
                Some((trial, remover, record))
            });
            // who may is named in the record: one that names somebody
            let named = || {
                world.accesses(entity, Op::Delete).filter(|_| given.is_empty()).find_map(|access| {
                    let mut trial = scene.clone();
                    let (remover, record) = super::stage::stage(&mut trial, entity, access)?;
                    Some((trial, remover, record))
                })
            };
            let (trial, remover, record) = plain.or_else(named)?;
            scene = trial;
            start(&mut scene, &moment, || at(&record, date));
            scene.line(format!("with clock_at(start, {late}):"));
            scene.line(format!("    self.expect(409, {remover}.delete({record}.path))"));
            scene.line(format!("with clock_at(start, {open}):"));
            scene.line(format!("    self.expect(204, {remover}.delete({record}.path))"));
            ("deleted", "delete")
        }
        Op::Update => {
            let record = scene.make(entity, by.as_deref(), &given)?;
            let (by, body) = match sets {
                Some((name, value)) => {
                    let column = entity.fields.iter().find(|f| &f.name == name)?;
                    let mut who = Vec::new();
                    if let Some(Feature::Workflow { initial, transitions, .. }) = world.workflow(entity, name) {
                        let mut moves = super::flow::route(initial, transitions, value)?;
                        who = moves.pop()?.0;
                        if let Some((_, before)) = moves.last()
                            && !scene.set(entity, &record, column, &lit(before), DEPTH)
                        {
                            return None;
                        }
                    }
                    (scene.updater(entity, &record, column, &who, DEPTH)?, world.body(entity, column, &lit(value)))
                }
                None => {
                    let access = world.accesses(entity, Op::Update).next()?;
                    let (field, value) = super::stage::changeable(&mut scene, entity, access, &record)?;
                    if samples::distinct(world.spec, entity, field) {
                        return None;
                    }
                    let by = scene.updater(entity, &record, field, &[], DEPTH)?;
                    let body = world.body(entity, field, &value);
                    scene.line(format!("body = {body}"));
                    (by, "body".to_owned())
                }
            };
            start(&mut scene, &moment, || at(&record, date));
            scene.line(format!("with clock_at(start, {late}):"));
            scene.line(format!("    self.expect(409, {by}.put({record}.path, {body}))"));
            scene.line(format!("with clock_at(start, {open}):"));
            scene.line(format!("    self.expect(200, {by}.put({record}.path, {body}))"));
            sets.map_or(("changed", "change"), |(_, value)| (value.as_str(), value.as_str()))
        }
        Op::Read => return None,
    };
    Some(test(
        format!("test_{}_{}_in_time", ident(what), ident(&entity.label_plural)),
        format!("{} can be {done} until shortly before it is too late, and not after.", entity.label_plural),
        clauses,
        scene,
    ))
}

/// The line that says from when on the minutes count.
fn start(scene: &mut Scene<'_>, moment: &str, own: impl Fn() -> String) {
    let moment = if moment.is_empty() { own() } else { moment.to_owned() };
    scene.line(format!("start = {moment}"));
}
