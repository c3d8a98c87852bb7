//! Tests of lists with a name, of the start page, and of what a record's page leads to.

use super::{
    factory,
    lists::DEPTH,
    python::{Test, ident, list, lit},
    rules::test,
    samples,
    scene::Scene,
    world::{World, target},
};
use crate::{
    domain::ClauseId,
    models::offline::spec::{Condition, Entity, Feature, Field, FieldType, Formula, Op, Rule},
};

/// Values that a record shall have: some when it is made, others set afterwards.
type Wanted<'a> = Vec<(&'a Field, String)>;

pub(super) fn view(
    world: World<'_>,
    entity: &Entity,
    (name, label): (&str, &str),
    conditions: &[Condition],
    clauses: &[ClauseId],
) -> Vec<Test> {
    let Some(entity) = world.entity(&entity.name) else { return Vec::new() };
    let Some(good) = meeting_all(world, entity, conditions) else { return Vec::new() };
    let mut tests = Vec::new();
    for (index, condition) in conditions.iter().enumerate() {
        let mut shown = false;
        let mut scene = Scene::test(world);
        let Some(inside) = having(&mut scene, entity, &good) else { return Vec::new() };
        let Some(reader) = scene.allowed(entity, &inside, Op::Read) else { return Vec::new() };
        for bad in missing(world, entity, condition) {
            let values = changed(&good, bad);
            let kept = scene.clone();
            let Some(outside) = having(&mut scene, entity, &values) else {
                scene = kept;
                continue;
            };
            let Some(other) = scene.allowed(entity, &outside, Op::Read) else {
                scene = kept;
                continue;
            };
            let path = lit(&format!("/api/{}", entity.plural));
            scene.line(format!("self.assertIn({outside}[\"id\"], self.ids({path}, {other}))"));
            scene.line(format!("self.assertNotIn({outside}[\"id\"], self.ids({path}, {other}, view={}))", lit(name)));
            shown = true;
        }
        if !shown {
            // of a day from and to which a list reaches one side may be beyond what can be entered
            if conditions.iter().any(|c| c != condition && c.field() == condition.field()) {
                continue;
            }
            return Vec::new();
        }
        let (path, page) = (lit(&format!("/api/{}", entity.plural)), lit(&format!("/{}", entity.plural)));
        scene.line(format!("self.assertIn({inside}[\"id\"], self.ids({path}, {reader}, view={}))", lit(name)));
        scene.line(format!("self.assertIn({inside}[\"id\"], self.linked({page}, {reader}, view={}))", lit(name)));
        let number = if conditions.len() > 1 { format!("_{}", index + 1) } else { String::new() };
        tests.push(test(
            format!("test_{}_{}_by_{}{number}", ident(name), ident(&entity.label_plural), ident(condition.field())),
            format!(
                "The list {label} holds the {} {}, and no others.",
                entity.label_plural.to_lowercase(),
                words(entity, condition)
            ),
            clauses,
            scene,
        ));
    }
    tests
}

fn words(entity: &Entity, condition: &Condition) -> String {
    let field = entity.fields.iter().find(|f| f.name == condition.field());
    let label = field.map_or_else(|| condition.field().replace('_', " "), |f| f.label.to_lowercase());
    let day = |days: i32| match days {
        0 => "today".to_owned(),
        n if n > 0 => format!("{n} days from today"),
        n => format!("{} days ago", -n),
    };
    match condition {
        Condition::From { days, .. } => format!("whose {label} is {} or later", day(*days)),
        Condition::Before { days, .. } => format!("whose {label} is before {}", day(*days)),
        Condition::In { values, .. } => format!("whose {label} is {}", values.join(" or ")),
        Condition::NotIn { values, .. } => format!("whose {label} is not {}", values.join(" or ")),
    }
}

/// Values with which a record meets the condition.
fn meeting<'a>(world: World<'a>, entity: &'a Entity, condition: &Condition) -> Option<Wanted<'a>> {
    match condition {
        Condition::From { field, days } => dated(world, entity, field, i64::from(*days)),
        Condition::Before { field, days } => dated(world, entity, field, i64::from(*days) - 1),
        Condition::In { field, values } => {
            let field = column(entity, field)?;
            Some(vec![(field, literal(field, values.first()?))])
        }
        Condition::NotIn { field, values } => {
            let field = column(entity, field)?;
            let other = all_values(field).into_iter().find(|v| !values.contains(v))?;
            Some(vec![(field, literal(field, &other))])
        }
    }
}

/// Values with which a record meets all of them.
fn meeting_all<'a>(world: World<'a>, entity: &'a Entity, conditions: &[Condition]) -> Option<Wanted<'a>> {
    conditions.iter().try_fold(Vec::new(), |all, c| Some(changed(&all, meeting(world, entity, c)?)))
}

/// The values, with some of them in place of those of the same fields.
fn changed<'a>(values: &Wanted<'a>, other: Wanted<'a>) -> Wanted<'a> {
    let mut all = values.clone();
    for (field, value) in other {
        all.retain(|(known, _)| known.name != field.name);
        all.push((field, value));
    }
    all
}

/// Values with which a record fails just this condition, each way on its own.
fn missing<'a>(world: World<'a>, entity: &'a Entity, condition: &Condition) -> Vec<Wanted<'a>> {
    let with = |name: &str, values: Vec<String>| -> Vec<Wanted<'a>> {
        let Some(field) = column(entity, name) else { return Vec::new() };
        values.iter().map(|v| vec![(field, literal(field, v))]).collect()
    };
    match condition {
        Condition::From { field, days } => dated(world, entity, field, i64::from(*days) - 1).into_iter().collect(),
        Condition::Before { field, days } => dated(world, entity, field, i64::from(*days)).into_iter().collect(),
        Condition::In { field, values } => {
            let others = column(entity, field).map(all_values).unwrap_or_default();
            with(field, others.into_iter().filter(|v| !values.contains(v)).collect())
        }
        Condition::NotIn { field, values } => with(field, values.clone()),
    }
}

fn column<'a>(entity: &'a Entity, name: &str) -> Option<&'a Field> {
    entity.fields.iter().find(|f| f.name == name)
}

fn all_values(field: &Field) -> Vec<String> {
    match &field.ty {
        FieldType::Choice { values } => values.clone(),
        FieldType::Boolean => vec!["true".into(), "false".into()],
        _ => Vec::new(),
    }
}

fn literal(field: &Field, value: &str) -> String {
    match field.ty {
        FieldType::Boolean if value == "true" => "True".into(),
        FieldType::Boolean => "False".into(),
        _ => lit(value),
    }
}

/// The date field so many days from today, and the dates that are tied to it moved along.
fn dated<'a>(world: World<'a>, entity: &'a Entity, name: &str, days: i64) -> Option<Wanted<'a>> {
    let computed = world.features_of(&entity.name).find_map(|f| match f {
        Feature::Computed { field, formula: Formula::DaysAfter { of, days }, .. } if field == name => Some((of, *days)),
        _ => None,
    });
    if let Some((of, later)) = computed {
        return dated(world, entity, of, days - i64::from(later));
    }
    let field = column(entity, name)?;
    if samples::distinct(world.spec, entity, field) {
        return None;
    }
    let shift = days - samples::offset(world.spec, entity, field);
    let tied = |f: &&Field| f.name == name || (is_day(f) && is_tied(entity, f) && is_tied(entity, field));
    entity
        .fields
        .iter()
        .filter(tied)
        .map(|f| {
            let day = samples::offset(world.spec, entity, f) + shift;
            let refused = (day < 0 && samples::has(f, &Rule::NotInPast))
                || (day > 0 && samples::has(f, &Rule::NotInFuture))
                || samples::ahead_bound(f, true).is_some_and(|most| day > most)
                || samples::ahead_bound(f, false).is_some_and(|least| day < least);
            let value = if matches!(f.ty, FieldType::DateTime) {
                // The whole day counts, and what may not lie in the past must still be to come.
                format!("moment({day}, \"{}\")", if day == 0 { "23:59" } else { "10:00" })
            } else {
                format!("day({day})")
            };
            (!refused && is_day(f)).then_some((f, value))
        })
        .collect()
}

fn is_day(field: &Field) -> bool {
    field.ty.is_day()
}

/// Whether a rule compares it with another date of the record.
fn is_tied(entity: &Entity, field: &Field) -> bool {
    entity.fields.iter().any(|f| {
        f.rules.iter().any(|r| match &r.rule {
            Rule::After { field: earlier, .. } | Rule::Within { field: earlier, .. } => {
                f.name == field.name || *earlier == field.name
            }
            _ => false,
        })
    })
}

/// A record with these values.
fn having<'a>(scene: &mut Scene<'a>, entity: &'a Entity, wanted: &Wanted<'a>) -> Option<String> {
    let world = scene.world;
    let (_, access) = world.maker(entity)?;
    // whether somebody has it follows from the records that say so
    let formula = |name: &str| {
        world.features_of(&entity.name).find_map(|f| match f {
            Feature::Computed { field, formula: Formula::Held { entity, field: link, .. }, .. } if field == name => {
                Some((entity.as_str(), link.as_str()))
            }
            _ => None,
        })
    };
    let had: Vec<_> =
        wanted.iter().filter(|(_, value)| value == "True").filter_map(|(field, _)| formula(&field.name)).collect();
    let wanted: Wanted<'a> = wanted.iter().filter(|(field, _)| formula(&field.name).is_none()).cloned().collect();
    let (sent, later): (Wanted<'a>, Wanted<'a>) =
        wanted.iter().cloned().partition(|(field, _)| world.sent_on_create(entity, field, access));
    let mut values: Vec<(String, String)> = sent.into_iter().map(|(f, v)| (f.name.clone(), v)).collect();
    values.dedup_by(|a, b| a.0 == b.0);
    let record = scene.make(entity, None, &values)?;
    for (field, value) in later {
        let starts = matches!(world.workflow(entity, &field.name),
            Some(Feature::Workflow { initial, .. }) if lit(initial) == value);
        if !starts && !scene.set(entity, &record, field, &value, DEPTH) {
            return None;
        }
    }
    for link in had {
        super::computed::held(scene, entity, &record, link)?;
    }
    Some(record)
}

pub(super) fn home(world: World<'_>, entity: &Entity, clauses: &[ClauseId]) -> Option<Test> {
    let entity = world.entity(&entity.name)?;
    let mut scene = Scene::test(world);
    let record = scene.make(entity, None, &[])?;
    let reader = scene.allowed(entity, &record, Op::Read)?;
    let page = lit(&format!("/{}", entity.plural));
    scene.line(format!("self.assertIn({record}[\"id\"], self.links(self.page(\"/\", {reader}), {page}))"));
    scene.line(format!("self.page(\"/{}/%d\" % {record}[\"id\"], {reader})", entity.plural));
    Some(test(
        format!("test_{}_stand_on_the_start_page", ident(&entity.label_plural)),
        format!("The start page shows new {} and leads to the page of each.", entity.label_plural.to_lowercase()),
        clauses,
        scene,
    ))
}

/// The records of a view stand on the start page, others do not; where days are yet to come, the soonest is first.
pub(super) fn home_of_view(world: World<'_>, entity: &Entity, view: &str, clauses: &[ClauseId]) -> Option<Test> {
    let entity = world.entity(&entity.name)?;
    let (label, conditions) = world.features_of(&entity.name).find_map(|f| match f {
        Feature::View { name, label, conditions, .. } if name == view => Some((label, conditions)),
        _ => None,
    })?;
    let good = meeting_all(world, entity, conditions)?;
    let mut scene = Scene::test(world);
    let section = |by: &str| {
        let heading = lit(&format!(">{label}"));
        let whole = format!("self.page(\"/\", {by}).split(\"<h2\")");
        format!("next((part for part in {whole} if part.partition(\"</h2>\")[0] == {heading}), \"\")")
    };
    let path = lit(&format!("/{}", entity.plural));
    let mut outsiders = 0;
    for bad in conditions.iter().flat_map(|c| missing(world, entity, c)) {
        let kept = scene.clone();
        let made = having(&mut scene, entity, &changed(&good, bad));
        let Some((outside, reader)) = made.and_then(|o| scene.allowed(entity, &o, Op::Read).map(|by| (o, by))) else {
            scene = kept;
            continue;
        };
        scene.line(format!("self.assertNotIn({outside}[\"id\"], self.links({}, {path}))", section(&reader)));
        outsiders += 1;
    }
    let bounded = conditions.iter().any(|c| matches!(c, Condition::Before { .. }));
    let coming = conditions.iter().find_map(|c| match c {
        Condition::From { field, days } if !bounded => Some((field, i64::from(*days))),
        _ => None,
    });
    let later = match coming {
        Some((field, days)) => {
            Some(having(&mut scene, entity, &changed(&good, dated(world, entity, field, days + 1)?))?)
        }
        None => None,
    };
    let inside = having(&mut scene, entity, &good)?;
    let reader = scene.allowed(entity, &inside, Op::Read)?;
    scene.line(format!("shown = self.links({}, {path})", section(&reader)));
    scene.line(format!("self.assertIn({inside}[\"id\"], shown)"));
    scene.line(format!("self.page(\"/{}/%d\" % {inside}[\"id\"], {reader})", entity.plural));
    if let Some(later) = later {
        let other = scene.allowed(entity, &later, Op::Read)?;
        scene.line(format!("self.assertIn({later}[\"id\"], self.links({}, {path}))", section(&other)));
        scene.line(format!("if {later}[\"id\"] in shown:"));
        scene.line(format!("    self.assertLess(shown.index({inside}[\"id\"]), shown.index({later}[\"id\"]))"));
    }
    (outsiders > 0).then(|| {
        test(
            format!("test_{}_{}_stand_on_the_start_page", ident(view), ident(&entity.label_plural)),
            format!("The start page shows the list {label}, and no other {}.", entity.label_plural.to_lowercase()),
            clauses,
            scene,
        )
    })
}

pub(super) fn offer(world: World<'_>, entity: &Entity, parent: &str, clauses: &[ClauseId]) -> Option<Test> {
    let (entity, parent) = (world.entity(&entity.name)?, world.entity(parent)?);
    let (_, access) = world.maker(entity)?;
    let link = entity.fields.iter().find(|f| target(f) == Some(&parent.name))?;
    if !world.can_make(entity) || !world.sent_on_create(entity, link, access) {
        return None;
    }
    let mut scene = Scene::test(world);
    scene.person("by", &scene.somebody(&access.who));
    let made = factory::visible(&mut scene, parent, &access.who)?;
    scene.line(format!("page = self.page(\"/{}/%d\" % {made}[\"id\"], by)", parent.plural));
    scene.line(format!("form = \"/{}/new?{}=%d\" % {made}[\"id\"]", entity.plural, link.name));
    // The top of the page: before what the record says.
    scene.line("self.assertIn('href=\"%s\"' % form, page.partition(\"<dl\")[0])");
    scene.line("page = self.page(form, by)");
    scene.line(format!("self.assertIn({}, page)", lit(&format!("name=\"{}\"", link.name))));
    scene.line(format!("self.assertRegex(page, 'value=\"%d\" selected' % {made}[\"id\"])"));
    Some(test(
        format!("test_the_page_of_a_{}_leads_to_a_new_{}", parent.name, entity.name),
        format!(
            "The page of a {} leads to the form for a new {}, with the {} filled in.",
            parent.label.to_lowercase(),
            entity.label.to_lowercase(),
            link.label.to_lowercase()
        ),
        clauses,
        scene,
    ))
}

pub(super) fn in_use(world: World<'_>, entity: &Entity, by: &str, clauses: &[ClauseId]) -> Option<Test> {
    let (entity, child) = (world.entity(&entity.name)?, world.entity(by)?);
    let (_, access) = world.maker(child)?;
    let link = child.fields.iter().find(|f| target(f) == Some(&entity.name))?;
    if !world.sent_on_create(child, link, access) {
        return None;
    }
    let mut scene = Scene::test(world);
    let free = scene.make(entity, None, &[])?;
    let remover = scene.allowed(entity, &free, Op::Delete)?;
    scene.line(format!("self.expect(204, {remover}.delete({free}.path))"));
    let by = scene.person("by", &scene.somebody(&access.who));
    let used = factory::visible(&mut scene, entity, &access.who)?;
    scene.make(child, Some(&by), &[(link.name.clone(), format!("{used}[\"id\"]"))])?;
    let remover = scene.allowed(entity, &used, Op::Delete)?;
    scene.line(format!("self.expect(409, {remover}.delete({used}.path))"));
    if let Some(reader) = scene.allowed(entity, &used, Op::Read) {
        scene.line(format!("self.stored({used}, by={reader})"));
    }
    Some(test(
        format!("test_a_{}_with_{}_is_not_deleted", entity.name, ident(&child.label_plural)),
        format!(
            "A {} that {} refer to cannot be deleted; one that nothing refers to can.",
            entity.label.to_lowercase(),
            child.label_plural.to_lowercase()
        ),
        clauses,
        scene,
    ))
}

/// The periods of a limit, and how many days lead into another one.
pub(super) fn limit_in(
    world: World<'_>,
    entity: &Entity,
    max: u32,
    per: Option<&str>,
    (date, word, far): (&str, &str, i64),
    clauses: &[ClauseId],
) -> Option<Test> {
    let entity = world.entity(&entity.name)?;
    let (index, access) = world.maker(entity)?;
    let field = column(entity, date)?;
    if !world.sent_on_create(entity, field, access) || samples::distinct(world.spec, entity, field) {
        return None;
    }
    let mut scene = Scene::test(world);
    let per = per.filter(|p| *p != "owner_id");
    let here = dated(world, entity, date, samples::offset(world.spec, entity, field))?;
    let far = if samples::backwards(entity) { -far } else { far };
    let there = dated(world, entity, date, samples::offset(world.spec, entity, field) + far)?;
    let named = |wanted: Wanted<'_>| -> Vec<(String, String)> {
        wanted.into_iter().map(|(f, v)| (f.name.clone(), v)).collect()
    };
    let first = if per.is_none() && world.has_people() {
        let person = scene.person("person", &scene.newcomer(&access.who, ""));
        scene.make(entity, Some(&person), &named(here.clone()))?
    } else {
        scene.make(entity, None, &named(here.clone()))?
    };
    let by = format!("{first}.by");
    let same: Vec<(String, String)> =
        per.map(|p| (p.to_owned(), format!("self.value({first}, {})", lit(p)))).into_iter().collect();
    let again = scene.making(entity, index, Some(&by), &[named(here), same.clone()].concat());
    if max > 1 {
        scene.line(format!("for _ in range({}):", max - 1));
        scene.line(format!("    {again}"));
    }
    scene.line(format!("self.expect(409, {})", super::rules::attempted(&again)));
    let later = scene.making(entity, index, Some(&by), &[named(there), same].concat());
    scene.line(format!("self.expect(201, {})", super::rules::attempted(&later)));
    Some(test(
        format!("test_at_most_{max}_{}_a_{word}", ident(&entity.label_plural)),
        format!(
            "At most {max} {} a {word} per {}; another {word} is another matter.",
            entity.label_plural.to_lowercase(),
            per.map_or("account".into(), |p| p.trim_end_matches("_id").replace('_', " "))
        ),
        clauses,
        scene,
    ))
}

/// A value that another one calls for: refused without it, accepted with it.
pub(super) fn required_when<'a>(
    world: World<'a>,
    entity: &'a Entity,
    field: &'a Field,
    (other, values): (&str, &[String]),
) -> Option<Vec<String>> {
    let (_, access) = world.maker(entity)?;
    let decider = column(entity, other)?;
    let own = lit(&field.name);
    let left_out = (field.name.clone(), "LEFT_OUT".to_owned());
    let sent = world.sent_on_create(entity, field, access);
    let (index, _) = world.maker(entity)?;
    let mut scene = Scene::test(world);
    if world.sent_on_create(entity, decider, access) {
        if !sent {
            return None;
        }
        let attempt = |scene: &Scene<'a>, value: &str, without: bool| {
            let mut fields = vec![(other.to_owned(), value.to_owned())];
            fields.extend(without.then(|| left_out.clone()));
            super::rules::attempted(&scene.making(entity, index, None, &fields))
        };
        let call = attempt(&scene, "choice", true);
        scene.line(format!("for choice in {}:", list(values)));
        scene.line(format!("    self.expect_refused({call}, {own})"));
        let call = attempt(&scene, "choice", false);
        scene.line(format!("    self.expect(201, {call})"));
        if let Some(free) = all_values(decider).into_iter().find(|v| !values.contains(v)) {
            let call = attempt(&scene, &literal(decider, &free), true);
            scene.line(format!("self.expect(201, {call})"));
        }
        return Some(scene.lines);
    }
    let value = values.first()?;
    // without a workflow whoever decides sets any value at once
    let mut moves = match world.workflow(entity, other) {
        Some(Feature::Workflow { initial, transitions, .. }) => super::flow::route(initial, transitions, value)?,
        _ => vec![(Vec::new(), value.clone())],
    };
    let (who, _) = moves.pop()?;
    let record = scene.make(entity, None, if sent { std::slice::from_ref(&left_out) } else { &[] })?;
    if let Some((_, before)) = moves.last()
        && !scene.set(entity, &record, decider, &lit(before), DEPTH)
    {
        return None;
    }
    let by = scene.updater(entity, &record, decider, &who, DEPTH)?;
    scene.line(format!("self.expect_refused({by}.put({record}.path, {{{}: {}}}), {own})", lit(other), lit(value)));
    let reason = samples::valid(world.spec, entity, field)?;
    let by = scene.updater(entity, &record, field, &who, DEPTH)?;
    scene.line(format!(
        "self.expect(200, {by}.put({record}.path, {{{}: {}, {own}: {reason}}}))",
        lit(other),
        lit(value)
    ));
    Some(scene.lines)
}
