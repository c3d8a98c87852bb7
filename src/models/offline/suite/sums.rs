//! Tests of what is counted and computed: totals, progress, formulas.

use super::{
    python::{Test, ident, lit, num},
    rules::test,
    samples,
    scene::Scene,
    world::World,
};
use crate::{
    domain::ClauseId,
    models::offline::spec::{Entity, Field, FieldType, Op, Period, Rule, Scope, Span, Who},
};

#[derive(Debug, Clone, Copy)]
pub(super) struct Totals<'s> {
    pub name: &'s str,
    pub label: &'s str,
    pub measures: &'s [String],
    pub date_field: Option<&'s str>,
    pub days: Option<u32>,
    pub group_by: Option<&'s str>,
    pub each: Option<Span>,
    pub everyone: bool,
}

pub(super) fn column<'a>(entity: &'a Entity, name: &str) -> Option<&'a Field> {
    entity.fields.iter().find(|f| f.name == name)
}

/// Somebody whose records are counted, and who reads the totals: a variable.
fn counted_person<'a>(scene: &mut Scene<'a>, entity: &'a Entity, everyone: bool) -> Option<String> {
    let (_, access) = scene.world.maker(entity)?;
    if everyone && scene.world.has_people() {
        let reader = scene.world.accesses(entity, Op::Read).find(|a| a.scope == Scope::All)?.who.clone();
        return Some(scene.person("reader", &scene.somebody(&reader)));
    }
    if entity.owned && scene.world.has_people() {
        let who = if access.who == Who::Anyone { Who::SignedIn } else { access.who.clone() };
        return Some(scene.person("person", &scene.newcomer(&who, "")));
    }
    let reader = scene.world.accesses(entity, Op::Read).next().map_or(access.who.clone(), |a| a.who.clone());
    Some(scene.person("reader", &scene.somebody(&reader)))
}

pub(super) fn totals(world: World<'_>, entity: &Entity, rule: Totals<'_>, clauses: &[ClauseId]) -> Vec<Test> {
    let Some(entity) = world.entity(&entity.name) else { return Vec::new() };
    let Some((index, access)) = world.maker(entity) else { return Vec::new() };
    // where nobody sees everybody's records, all that one sees is one's own
    let overseen = !entity.owned || world.accesses(entity, Op::Read).any(|a| a.scope == Scope::All);
    let rule = Totals { everyone: rule.everyone && overseen, ..rule };
    let path = lit(&format!("/api/{}", rule.name));
    let date = rule.date_field.and_then(|d| column(entity, d));
    let sent = |f: &Field| world.sent_on_create(entity, f, access);
    let day = |n: i64| match date.map(|f| &f.ty) {
        Some(FieldType::DateTime) => format!("moment({n}, \"00:00\")"),
        _ => format!("day({n})"),
    };
    // A record inside of the window, whatever its sample date would be.
    let inside: Vec<(String, String)> = date
        .filter(|f| sent(f) && rule.days.is_some() && !samples::has(f, &Rule::NotInPast))
        .map(|f| (f.name.clone(), day(0)))
        .into_iter()
        .collect();
    let own = entity.owned && world.has_people() && !rule.everyone;
    let mut tests = Vec::new();
    let start = || {
        let mut scene = Scene::test(world);
        let person = counted_person(&mut scene, entity, rule.everyone)?;
        Some((scene, person))
    };
    let by = |person: &str| own.then(|| person.to_owned());
    let what = rule.label.to_lowercase();

    if let Some((mut scene, person)) = start() {
        scene.line(format!("before = self.expect(200, {person}.get({path}))"));
        let record = scene.make(entity, by(&person).as_deref(), &inside);
        if let Some(record) = record {
            scene.line(format!("after = self.expect(200, {person}.get({path}))"));
            scene.line("self.assertEqual(self.value(after, \"count\"), self.value(before, \"count\") + 1)");
            // A field of that name is hidden by the number of records.
            for measure in rule.measures.iter().filter(|m| *m != "count") {
                let name = lit(measure);
                scene.line(format!(
                    "self.assertAlmostEqual(self.value(after, {name}), self.value(before, {name}) + self.value({record}, {name}), 2)"
                ));
            }
            tests.push(test(
                format!("test_{}_add_up", ident(rule.name)),
                format!("The totals ({what}) count each {} and add up its numbers.", entity.label.to_lowercase()),
                clauses,
                scene,
            ));
        }
    }
    if let (Some(days), Some(date)) = (rule.days, date)
        && sent(date)
        && !samples::has(date, &Rule::NotInPast)
        && let Some((mut scene, person)) = start()
        && world.can_make(entity)
    {
        let days = i64::from(days);
        scene.line(format!("before = self.expect(200, {person}.get({path}))"));
        let call = scene.making(entity, index, by(&person).as_deref(), &[(date.name.clone(), day(-days))]);
        scene.line(call);
        scene.line(format!("after = self.expect(200, {person}.get({path}))"));
        scene.line("self.assertEqual(self.value(after, \"count\"), self.value(before, \"count\"))");
        let call = scene.making(entity, index, by(&person).as_deref(), &[(date.name.clone(), day(1 - days))]);
        scene.line(call);
        scene.line(format!("after = self.expect(200, {person}.get({path}))"));
        scene.line("self.assertEqual(self.value(after, \"count\"), self.value(before, \"count\") + 1)");
        tests.push(test(
            format!("test_{}_cover_the_last_{days}_days", ident(rule.name)),
            format!("The totals ({what}) cover the last {days} days and nothing older."),
            clauses,
            scene,
        ));
    }
    let sees_all =
        world.accesses(entity, Op::Read).any(|a| a.scope == Scope::All && world.counts_as(&access.who, &a.who));
    if own
        && !sees_all
        && let Some((mut scene, person)) = start()
    {
        scene.line(format!("before = self.expect(200, {person}.get({path}))"));
        if scene.make(entity, None, &inside).is_some() {
            scene.line(format!("after = self.expect(200, {person}.get({path}))"));
            scene.line("self.assertEqual(self.value(after, \"count\"), self.value(before, \"count\"))");
            tests.push(test(
                format!("test_{}_are_ones_own", ident(rule.name)),
                format!("The totals ({what}) hold one's own records only."),
                clauses,
                scene,
            ));
        }
    }
    if let Some(group) = rule.group_by.and_then(|g| column(entity, g))
        && rule.each.is_none()
        && let Some((mut scene, person)) = start()
        && let Some(record) = scene.make(entity, by(&person).as_deref(), &inside)
    {
        scene.line(format!("totals = self.expect(200, {person}.get({path}))"));
        scene.line("groups = self.value(totals, \"groups\")");
        scene.line("self.assertIsInstance(groups, list)");
        scene.line("by_value = {group.get(\"value\"): group.get(\"count\") for group in groups}");
        scene.line(format!("value = self.value({record}, {})", lit(&group.name)));
        scene.line("self.assertIn(value, by_value)");
        if own {
            scene.line("self.assertEqual(by_value[value], 1)");
        } else {
            scene.line("self.assertGreaterEqual(by_value[value], 1)");
        }
        tests.push(test(
            format!("test_{}_are_grouped_by_{}", ident(rule.name), group.name),
            format!("The totals ({what}) are given for each {}.", group.label.to_lowercase()),
            clauses,
            scene,
        ));
    }
    if rule.everyone
        && let Some((mut scene, person)) = start()
    {
        // what others have added counts as well
        scene.line(format!("before = self.expect(200, {person}.get({path}))"));
        if let Some(record) = scene.make(entity, None, &inside) {
            scene.line(format!("after = self.expect(200, {person}.get({path}))"));
            scene.line("self.assertEqual(self.value(after, \"count\"), self.value(before, \"count\") + 1)");
            if rule.group_by == Some("owner_id") && rule.each.is_none() {
                scene.line(
                    "counts = {group.get(\"value\"): group.get(\"count\") for group in self.value(after, \"groups\")}",
                );
                scene.line(
                    "known = {group.get(\"value\"): group.get(\"count\") for group in self.value(before, \"groups\")}",
                );
                scene.line(format!("owner = self.value({record}, \"owner_id\")"));
                scene.line("self.assertEqual(counts.get(owner), known.get(owner, 0) + 1)");
            }
            tests.push(test(
                format!("test_{}_are_everybodys", ident(rule.name)),
                format!("The totals ({what}) hold everybody's records."),
                clauses,
                scene,
            ));
        }
    }
    if let (Some(span), Some(date)) = (rule.each, date)
        && sent(date)
        && let Some((mut scene, person)) = start()
        && let Some(test) = per_span(&mut scene, entity, rule, (span, date), (&person, by(&person).as_deref()))
    {
        tests.push(Test { clauses: clauses.to_vec(), ..test });
    }
    if let Some((mut scene, person)) = start() {
        scene.line(format!("page = self.page(\"/{}\", {person})", rule.name));
        scene.line(format!("self.assertIn(html.escape({}), page)", lit(rule.label)));
        scene.line(format!("self.assertIn(html.escape({}), self.page(\"/\", {person}))", lit(rule.label)));
        tests.push(test(
            format!("test_{}_has_a_page", ident(rule.name)),
            format!("A page of its own and the start page show the totals ({what})."),
            clauses,
            scene,
        ));
    }
    tests
}

/// A record of today counts in today's day, month or year, and one of a year ago does not.
fn per_span<'a>(
    scene: &mut Scene<'a>,
    entity: &'a Entity,
    rule: Totals<'_>,
    (span, date): (Span, &'a Field),
    (person, by): (&str, Option<&str>),
) -> Option<Test> {
    let path = lit(&format!("/api/{}", rule.name));
    let on = |n: i64| match date.ty {
        FieldType::DateTime => format!("moment({n}, \"12:00\")"),
        _ => format!("day({n})"),
    };
    let measures: Vec<&String> = rule.measures.iter().filter(|m| *m != "count").collect();
    scene.line(format!("period = day(0)[:{}]", span.length()));
    let sums = |scene: &mut Scene<'a>, name: &str| {
        scene.line(format!("answer = self.expect(200, {person}.get({path}))"));
        scene.line("rows = [row for row in self.value(answer, \"groups\") if row.get(\"period\") == period]");
        scene.line(format!("{name} = sum(row[\"count\"] for row in rows)"));
        for m in &measures {
            scene.line(format!("{name}_{} = sum(row[{}] for row in rows)", ident(m), lit(m)));
        }
    };
    sums(scene, "before");
    let record = scene.make(entity, by, &[(date.name.clone(), on(0))])?;
    sums(scene, "after");
    scene.line("self.assertEqual(after, before + 1)");
    for m in &measures {
        let (one, name) = (ident(m), lit(m));
        scene.line(format!("self.assertAlmostEqual(after_{one}, before_{one} + self.value({record}, {name}), 2)"));
    }
    if let Some(group) = rule.group_by {
        scene
            .line(format!("self.assertIn(self.value({record}, {}), [row.get(\"value\") for row in rows])", lit(group)));
    }
    if !samples::has(date, &Rule::NotInPast) {
        scene.make(entity, by, &[(date.name.clone(), on(-400))])?;
        sums(scene, "later");
        scene.line("self.assertEqual(later, after)");
    }
    let done = std::mem::replace(scene, Scene::test(scene.world));
    Some(test(
        format!("test_{}_are_for_each_{}", ident(rule.name), span.word()),
        format!("The totals ({}) are given for each {}.", rule.label.to_lowercase(), span.word()),
        &[],
        done,
    ))
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Progress<'s> {
    pub target: &'s str,
    pub over: &'s str,
    pub measure: &'s str,
    pub measure_field: Option<&'s str>,
    pub date_field: &'s str,
    pub period: &'s Period,
}

pub(super) fn progress(world: World<'_>, goal: &Entity, rule: Progress<'_>, clauses: &[ClauseId]) -> Vec<Test> {
    let (Some(goal), Some(over)) = (world.entity(&goal.name), world.entity(rule.over)) else { return Vec::new() };
    let (Some(target), Some(date)) = (column(goal, rule.target), column(over, rule.date_field)) else {
        return Vec::new();
    };
    let mut options: Vec<(Vec<(String, String)>, String)> = Vec::new();
    let mut fixed: Vec<(String, String)> = vec![(target.name.clone(), "100".into())];
    if samples::maximum(target).is_some_and(|m| m < 100.0) {
        fixed = vec![(target.name.clone(), num(samples::maximum(target).unwrap_or(10.0)))];
    }
    match rule.period {
        Period::Field { field } => {
            if let Some(FieldType::Choice { values }) = column(goal, field).map(|f| &f.ty) {
                let word = values.iter().find(|v| *v == "month").or_else(|| values.first());
                fixed.extend(word.map(|w| (field.clone(), lit(w))));
            }
        }
        Period::Between { start, end } => {
            fixed.push((start.clone(), "day(-1)".into()));
            fixed.push((end.clone(), "day(1)".into()));
        }
        _ => {}
    }
    match rule.measure_field.and_then(|f| column(goal, f)) {
        Some(field) => {
            let FieldType::Choice { values } = &field.ty else { return Vec::new() };
            for value in values.iter().filter(|v| column(over, v).is_some()) {
                options.push((vec![(field.name.clone(), lit(value))], value.clone()));
            }
        }
        None => options.push((Vec::new(), rule.measure.to_owned())),
    }
    let Some((_, access)) = world.maker(goal) else { return Vec::new() };
    let (Some((over_index, _)), true) = (world.creator_like(over, &access.who), world.can_make(over)) else {
        return Vec::new();
    };
    let today = match date.ty {
        FieldType::DateTime => "moment(0, \"00:00\")",
        _ => "today()",
    };
    let long_ago = match date.ty {
        FieldType::DateTime => "moment(-800)",
        _ => "day(-800)",
    };
    let mut tests = Vec::new();
    for (chosen, measure) in options {
        let Some(number) = column(over, &measure) else { continue };
        let mut scene = Scene::test(world);
        let person = scene.person("person", &scene.newcomer(&access.who, ""));
        let fields = [fixed.clone(), chosen].concat();
        let Some(made) = scene.make(goal, Some(&person), &fields) else { continue };
        let amount = samples::plain_number(world.spec, over, number);
        let record = |scene: &Scene<'_>, by: Option<&str>, when: &str| {
            let mut fields = vec![(measure.clone(), num(amount))];
            fields.push((date.name.clone(), when.to_owned()));
            Scene::making(scene, over, over_index, by, &fields)
        };
        scene.line(format!("self.assertEqual(self.value(self.stored({made}), \"progress\"), 0)"));
        let call = record(&scene, Some(&person), today);
        scene.line(call);
        let call = record(&scene, Some(&person), today);
        scene.line(call);
        if *rule.period != Period::AllTime && !samples::has(date, &Rule::NotInPast) {
            let call = record(&scene, Some(&person), long_ago);
            scene.line(call);
        }
        if over.owned {
            let call = record(&scene, None, today);
            scene.line(call);
        }
        scene.line(format!("shown = self.stored({made})"));
        scene.line(format!("self.assertAlmostEqual(self.value(shown, \"progress\"), {}, 2)", num(amount * 2.0)));
        scene.line(format!("percent = 100 * {} / self.value({made}, {})", num(amount * 2.0), lit(&target.name)));
        scene.line("self.assertAlmostEqual(self.value(shown, \"progress_percent\"), percent, delta=1)");
        tests.push(test(
            format!("test_{}_shows_its_progress_in_{measure}", goal.name),
            format!(
                "A {} shows how far the own {} have come ({}), and counts neither older ones nor those of others.",
                goal.label.to_lowercase(),
                over.label_plural.to_lowercase(),
                number.label.to_lowercase()
            ),
            clauses,
            scene,
        ));
    }
    tests
}
