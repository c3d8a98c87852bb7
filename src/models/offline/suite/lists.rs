//! Tests of lists and pages: search, filter, order, pages, speed, what people see in a browser.

use super::{
    python::{Test, lit},
    samples,
    scene::Scene,
    world::{World, target},
};
use crate::{
    domain::ClauseId,
    models::offline::spec::{Entity, Feature, Field, FieldType, Op, Rule},
};

pub(super) const DEPTH: u32 = 5;

fn test(name: String, shows: String, clauses: &[ClauseId], scene: Scene<'_>) -> Test {
    Test { name, shows, clauses: clauses.to_vec(), measures: false, lines: scene.lines }
}

/// Two records of one maker whose field has two values, the second one first if `swapped`; variables, and who reads them.
pub(super) fn pair<'a>(
    scene: &mut Scene<'a>,
    entity: &'a Entity,
    field: &'a Field,
    values: (&str, &str),
) -> Option<(String, String, String)> {
    let (_, access) = scene.world.maker(entity)?;
    let (first, second);
    if scene.world.sent_on_create(entity, field, access) {
        first = scene.make(entity, None, &[(field.name.clone(), values.0.to_owned())])?;
        let by = format!("{first}.by");
        second = scene.make(entity, Some(&by), &[(field.name.clone(), values.1.to_owned())])?;
    } else {
        first = scene.make(entity, None, &[])?;
        let by = format!("{first}.by");
        second = scene.make(entity, Some(&by), &[])?;
        for (record, value) in [(&first, values.0), (&second, values.1)] {
            let starts = match scene.world.workflow(entity, &field.name) {
                Some(Feature::Workflow { initial, .. }) => lit(initial) == value,
                _ => false,
            };
            if !starts && !scene.set(entity, record, field, value, DEPTH) {
                return None;
            }
        }
    }
    let reader = scene.allowed(entity, &first, Op::Read)?;
    Some((first, second, reader))
}

/// Two values of a field, the lower first where there is an order.
pub(super) fn values(world: World<'_>, entity: &Entity, field: &Field) -> Option<(String, String)> {
    let days = samples::offset(world.spec, entity, field);
    let earlier = i64::from(!samples::has(field, &Rule::NotInPast));
    Some(match &field.ty {
        FieldType::Choice { values } => (lit(values.first()?), lit(values.get(1)?)),
        FieldType::Boolean => ("False".into(), "True".into()),
        FieldType::Integer | FieldType::Decimal { .. } => {
            let (a, b) = (samples::plain_number(world.spec, entity, field), samples::other(world.spec, entity, field)?);
            let b: f64 = b.parse().ok()?;
            (super::python::num(a.min(b)), super::python::num(a.max(b)))
        }
        FieldType::Date => (format!("day({})", days - earlier), format!("day({})", days + 1 - earlier)),
        FieldType::DateTime => (format!("moment({})", days - earlier), format!("moment({})", days + 1 - earlier)),
        FieldType::Time => ("clock(540)".into(), "clock(600)".into()),
        FieldType::Text { .. } => (lit("Aardvark"), lit("Zebra")),
        FieldType::Email => (lit("aardvark@example.org"), lit("zebra@example.org")),
        FieldType::Url => (lit("https://example.org/aardvark"), lit("https://example.org/zebra")),
        FieldType::Phone => (lit("+49 30 100000"), lit("+49 30 900000")),
        FieldType::Reference { .. } | FieldType::UserReference { .. } => return None,
    })
}

pub(super) fn search(world: World<'_>, entity: &Entity, fields: &[String], clauses: &[ClauseId]) -> Vec<Test> {
    let Some(entity) = world.entity(&entity.name) else { return Vec::new() };
    let searched = |f: &&Field| {
        matches!(f.ty, FieldType::Text { .. }) && (fields.is_empty() || fields.contains(&f.name)) && !f.read_only
    };
    let mut tests = Vec::new();
    for field in entity.fields.iter().filter(searched) {
        let mut scene = Scene::test(world);
        let (value, query) = samples::findable(field);
        let Some(other_value) = samples::not_findable(world.spec, entity, field) else { continue };
        let Some((found, other, reader)) = pair(&mut scene, entity, field, (&value, &other_value)) else { continue };
        let query = query.replace("{record}", &found).replace("{name}", &lit(&field.name));
        scene.line(format!("hits = self.ids(\"/api/{}\", {reader}, q={query})", entity.plural));
        scene.line(format!("self.assertIn({found}[\"id\"], hits)"));
        scene.line(format!("self.assertNotIn({other}[\"id\"], hits)"));
        scene.line(format!("self.assertIn('name=\"q\"', self.page(\"/{}\", {reader}))", entity.plural));
        scene.line(format!("hits = self.linked(\"/{}\", {reader}, q={query})", entity.plural));
        scene.line(format!("self.assertIn({found}[\"id\"], hits)"));
        scene.line(format!("self.assertNotIn({other}[\"id\"], hits)"));
        tests.push(test(
            format!("test_{}_are_searched_by_{}", super::python::ident(&entity.label_plural), field.name),
            format!(
                "A search finds {} by their {}, in whatever case, and nothing else.",
                entity.label_plural.to_lowercase(),
                field.label.to_lowercase()
            ),
            clauses,
            scene,
        ));
    }
    tests
}

pub(super) fn filter(world: World<'_>, entity: &Entity, field: &str, clauses: &[ClauseId]) -> Option<Test> {
    let entity = world.entity(&entity.name)?;
    let field = entity.fields.iter().find(|f| f.name == field)?;
    let mut scene = Scene::test(world);
    let path = lit(&format!("/api/{}", entity.plural));
    let name = lit(&field.name);
    let (first, second, reader) = match &field.ty {
        FieldType::Reference { .. } => {
            let parent = world.entity(target(field)?)?;
            let (_, access) = world.maker(entity)?;
            let required = super::world::is_required(field) && world.sent_on_create(entity, field, access);
            let first = scene.make(entity, None, &[])?;
            let by = format!("{first}.by");
            let second = scene.make(entity, Some(&by), &[])?;
            if !required {
                for record in [&first, &second] {
                    let made = scene.make(parent, None, &[])?;
                    if !scene.set(entity, record, field, &format!("{made}[\"id\"]"), DEPTH) {
                        return None;
                    }
                }
            }
            let reader = scene.allowed(entity, &first, Op::Read)?;
            (first, second, reader)
        }
        FieldType::UserReference { .. } => return None,
        _ => {
            let (a, b) = values(world, entity, field)?;
            pair(&mut scene, entity, field, (&a, &b))?
        }
    };
    let shown = match field.ty {
        FieldType::Boolean => "\"false\"".to_owned(),
        _ => format!("self.value({first}, {name})"),
    };
    let hits = |scene: &mut Scene<'_>, key: &str, value: &str, has: &str, lacks: &str| {
        scene.line(format!("hits = self.ids({path}, {reader}, **{{{}: {value}}})", lit(key)));
        scene.line(format!("self.assertIn({has}[\"id\"], hits)"));
        scene.line(format!("self.assertNotIn({lacks}[\"id\"], hits)"));
    };
    hits(&mut scene, &field.name, &shown, &first, &second);
    let page = lit(&format!("/{}", entity.plural));
    scene.line(format!("hits = self.linked({page}, {reader}, **{{{name}: {shown}}})"));
    scene.line(format!("self.assertIn({first}[\"id\"], hits)"));
    scene.line(format!("self.assertNotIn({second}[\"id\"], hits)"));
    if matches!(
        field.ty,
        FieldType::Integer | FieldType::Decimal { .. } | FieldType::Date | FieldType::DateTime | FieldType::Time
    ) {
        let high = format!("self.value({second}, {name})");
        hits(&mut scene, &format!("{}_min", field.name), &high, &second, &first);
        hits(&mut scene, &format!("{}_max", field.name), &shown, &first, &second);
    }
    Some(test(
        format!("test_{}_are_filtered_by_{}", super::python::ident(&entity.label_plural), field.name),
        format!(
            "The list of {} can be narrowed by {}.",
            entity.label_plural.to_lowercase(),
            field.label.to_lowercase()
        ),
        clauses,
        scene,
    ))
}

/// Of records with the same values in the fields before, the order by each of the next ones.
pub(super) fn sort_again(
    world: World<'_>,
    entity: &Entity,
    (first, then): (&str, &[String]),
    upside_down: bool,
    clauses: &[ClauseId],
) -> Vec<Test> {
    let names: Vec<&str> = [first].into_iter().chain(then.iter().map(|name| name.trim_start_matches('-'))).collect();
    let next = then.iter().enumerate();
    next.filter_map(|(k, name)| by_next(world, entity, &names[..k + 2], (name.starts_with('-'), upside_down), clauses))
        .collect()
}

/// The order by the last of these fields where all before it are the same.
fn by_next(
    world: World<'_>,
    entity: &Entity,
    names: &[&str],
    (down, upside_down): (bool, bool),
    clauses: &[ClauseId],
) -> Option<Test> {
    let entity = world.entity(&entity.name)?;
    let named = names.iter().map(|name| entity.fields.iter().find(|f| f.name == *name));
    let fields = named.collect::<Option<Vec<&Field>>>()?;
    let (field, same) = fields.split_last()?;
    let (_, access) = world.maker(entity)?;
    // What is unique is never the same, and nothing else decides behind it.
    let is_unique = |f: &&Field| f.rules.iter().any(|r| matches!(r.rule, Rule::Unique { .. }));
    if !fields.iter().all(|f| world.sent_on_create(entity, f, access)) || same.iter().any(is_unique) {
        return None;
    }
    let ends = |f: &Field| match &f.ty {
        FieldType::Choice { values } => Some((lit(values.first()?), lit(values.last()?))),
        // Not the words of the other tests, which may have taken them where they are unique.
        FieldType::Text { .. } => Some((lit("Abacus"), lit("Zither"))),
        _ => values(world, entity, f),
    };
    let mut scene = Scene::test(world);
    let kept = same.iter().map(|f| Some((f.name.clone(), ends(f)?.1))).collect::<Option<Vec<_>>>()?;
    let end = end_of(world, entity, field);
    let with = |kept: Vec<(String, String)>, value: String| {
        let until = end.zip(an_hour_after(&value)).map(|(end, hour)| (end.name.clone(), hour));
        kept.into_iter().chain([(field.name.clone(), value)]).chain(until).collect::<Vec<_>>()
    };
    // Records that nothing else tells apart come as they were made, or the other way round; never as is asked for.
    let (low, high) = ends(field)?;
    let (ahead, behind) = if down { (high, low) } else { (low, high) };
    let (early, late) = if upside_down { (ahead, behind) } else { (behind, ahead) };
    // Where none may overlap, the first has a day of its own, and the other the same.
    let first = if end.is_some() { Vec::new() } else { kept.clone() };
    let one = scene.make(entity, None, &with(first, early))?;
    let by = format!("{one}.by");
    let as_one = |(name, _): &(String, String)| (name.clone(), format!("{one}[{}]", lit(name)));
    let kept = if end.is_some() { kept.iter().map(as_one).collect() } else { kept };
    let other = scene.make(entity, Some(&by), &with(kept, late))?;
    let reader = scene.allowed(entity, &one, Op::Read)?;
    let path = lit(&format!("/api/{}", entity.plural));
    let (ahead, behind) = if upside_down { (&one, &other) } else { (&other, &one) };
    let wanted = format!("[{ahead}[\"id\"], {behind}[\"id\"]]");
    scene.line(format!("self.assertEqual(self.order({path}, {reader}, ({one}, {other})), {wanted})"));
    let before = same.iter().map(|f| f.label.to_lowercase()).collect::<Vec<_>>().join(" and ");
    Some(test(
        format!(
            "test_{}_of_one_{}_are_ordered_by_{}",
            super::python::ident(&entity.label_plural),
            names[..names.len() - 1].join("_and_"),
            field.name
        ),
        format!(
            "The list of {} with the same {before} comes by {}, {} first.",
            entity.label_plural.to_lowercase(),
            field.label.to_lowercase(),
            if down { "the highest" } else { "the lowest" }
        ),
        clauses,
        scene,
    ))
}

/// The end of what begins at this time, where two records of one day must not overlap.
fn end_of<'w>(world: World<'w>, entity: &'w Entity, begin: &Field) -> Option<&'w Field> {
    let end = world.spec.features.iter().find_map(|feature| match feature {
        Feature::NoOverlap { entity: name, start, end, .. } if *name == entity.name && *start == begin.name => {
            Some(end)
        }
        _ => None,
    })?;
    entity.fields.iter().find(|f| f.name == *end && f.ty == FieldType::Time && begin.ty == FieldType::Time)
}

/// `clock(540)` → `clock(600)`
fn an_hour_after(time: &str) -> Option<String> {
    let minutes: u32 = time.strip_prefix("clock(")?.strip_suffix(')')?.parse().ok()?;
    Some(format!("clock({})", minutes + 60))
}

pub(super) fn sort(
    world: World<'_>,
    entity: &Entity,
    field: &str,
    descending: bool,
    default: bool,
    clauses: &[ClauseId],
) -> Option<Test> {
    let entity = world.entity(&entity.name)?;
    if field == "id" {
        return entered(world, entity, descending, clauses);
    }
    let field = entity.fields.iter().find(|f| f.name == field)?;
    let mut scene = Scene::test(world);
    let (low, high) = match &field.ty {
        FieldType::Choice { values } => (lit(values.first()?), lit(values.last()?)),
        _ => values(world, entity, field)?,
    };
    // The order of making is never the order that is asked for.
    let values = if descending { (low.as_str(), high.as_str()) } else { (high.as_str(), low.as_str()) };
    let (first, second, reader) = pair(&mut scene, entity, field, values)?;
    let path = lit(&format!("/api/{}", entity.plural));
    let (up, down) = if descending {
        (format!("[{first}[\"id\"], {second}[\"id\"]]"), format!("[{second}[\"id\"], {first}[\"id\"]]"))
    } else {
        (format!("[{second}[\"id\"], {first}[\"id\"]]"), format!("[{first}[\"id\"], {second}[\"id\"]]"))
    };
    scene.line(format!("both = ({first}, {second})"));
    if default {
        let wanted = if descending { &down } else { &up };
        scene.line(format!("self.assertEqual(self.order({path}, {reader}, both), {wanted})"));
    }
    scene.line(format!("self.assertEqual(self.order({path}, {reader}, both, sort={}), {up})", lit(&field.name)));
    scene.line(format!(
        "self.assertEqual(self.order({path}, {reader}, both, sort={}), {down})",
        lit(&format!("-{}", field.name))
    ));
    scene.line(format!(
        "shown = self.linked({}, {reader}, sort={})",
        lit(&format!("/{}", entity.plural)),
        lit(&format!("-{}", field.name))
    ));
    scene.line(format!("self.assertEqual([one for one in shown if one in {down}], {down})"));
    Some(test(
        format!("test_{}_are_ordered_by_{}", super::python::ident(&entity.label_plural), field.name),
        if default {
            format!(
                "The list of {} comes by {}, {} first.",
                entity.label_plural.to_lowercase(),
                field.label.to_lowercase(),
                if descending { "the highest" } else { "the lowest" }
            )
        } else {
            format!(
                "The list of {} can be ordered by {}.",
                entity.label_plural.to_lowercase(),
                field.label.to_lowercase()
            )
        },
        clauses,
        scene,
    ))
}

/// Records are numbered as they are entered: what was made last comes first, or last.
fn entered(world: World<'_>, entity: &Entity, descending: bool, clauses: &[ClauseId]) -> Option<Test> {
    let mut scene = Scene::test(world);
    let first = scene.make(entity, None, &[])?;
    let second = scene.make(entity, Some(&format!("{first}.by")), &[])?;
    let reader = scene.allowed(entity, &first, Op::Read)?;
    let path = lit(&format!("/api/{}", entity.plural));
    let (one, other) = if descending { (&second, &first) } else { (&first, &second) };
    let wanted = format!("[{one}[\"id\"], {other}[\"id\"]]");
    scene.line(format!("self.assertEqual(self.order({path}, {reader}, ({first}, {second})), {wanted})"));
    scene.line(format!("shown = self.linked({}, {reader})", lit(&format!("/{}", entity.plural))));
    scene.line(format!("self.assertEqual([one for one in shown if one in {wanted}], {wanted})"));
    let way = if descending { "newest" } else { "oldest" };
    Some(test(
        format!("test_the_{way}_of_{}_comes_first", super::python::ident(&entity.label_plural)),
        format!("The list of {} comes with the {way} first.", entity.label_plural.to_lowercase()),
        clauses,
        scene,
    ))
}

pub(super) fn pagination(world: World<'_>, entity: &Entity, per_page: u32, clauses: &[ClauseId]) -> Option<Test> {
    let entity = world.entity(&entity.name)?;
    let mut scene = Scene::test(world);
    let (index, _) = world.maker(entity)?;
    let first = scene.make(entity, None, &[])?;
    let by = format!("{first}.by");
    let again = scene.making(entity, index, Some(&by), &[]);
    scene.line(format!("made = [{first}[\"id\"]] + [{again}[\"id\"] for _ in range({})]", per_page.min(100)));
    let reader = scene.allowed(entity, &first, Op::Read)?;
    let path = lit(&format!("/api/{}", entity.plural));
    if per_page <= 100 {
        scene.line(format!("shown = self.expect(200, {reader}.get({path}))"));
        scene.line("self.assertIsInstance(shown, list)");
        scene.line(format!("self.assertEqual(len(shown), {per_page})"));
    }
    scene.line(format!("one = self.ids({path}, {reader}, page=1, per_page=2)"));
    scene.line(format!("two = self.ids({path}, {reader}, page=2, per_page=2)"));
    scene.line("self.assertEqual(len(one), 2)");
    scene.line("self.assertFalse(set(one) & set(two))");
    Some(test(
        format!("test_{}_come_in_pages", super::python::ident(&entity.label_plural)),
        format!("The list of {} comes in pages of {per_page}.", entity.label_plural.to_lowercase()),
        clauses,
        scene,
    ))
}

pub(super) fn performance(
    world: World<'_>,
    entity: &Entity,
    records: u32,
    millis: u32,
    own_machine: bool,
    clauses: &[ClauseId],
) -> Option<Test> {
    let entity = world.entity(&entity.name)?;
    let mut scene = Scene::test(world);
    let record = scene.make(entity, None, &[])?;
    let reader = scene.allowed(entity, &record, Op::Read)?;
    let path = lit(&format!("/api/{}", entity.plural));
    scene.line(format!("self.multiply({record}, {}, {records})", lit(&entity.plural)));
    scene.line(format!("answer = {reader}.get({path}, per_page=1)"));
    scene.line("self.expect(200, answer)");
    scene.line(format!("self.assertGreaterEqual(int(answer.header(\"X-Total-Count\") or 0), {records})"));
    scene.line(format!("took = self.milliseconds(lambda: self.expect(200, {reader}.get({path})))"));
    scene.line(format!("self.assertLess(took, {millis})"));
    let mut made = test(
        format!("test_{}_answer_in_time", super::python::ident(&entity.label_plural)),
        format!(
            "With {records} {} stored, their list answers within {millis} ms{}.",
            entity.label_plural.to_lowercase(),
            if own_machine { " (measured here, not on the machine that the text names)" } else { "" }
        ),
        clauses,
        scene,
    );
    made.measures = !own_machine;
    Some(made)
}

/// The pages of an entity: the list shows the record, the form asks for its fields.
pub(super) fn pages(world: World<'_>, entity: &Entity) -> Vec<Test> {
    let Some(entity) = world.entity(&entity.name) else { return Vec::new() };
    let mut tests = Vec::new();
    let mut scene = Scene::test(world);
    let Some(record) = scene.make(entity, None, &[]) else { return tests };
    if let Some(reader) = scene.allowed(entity, &record, Op::Read) {
        scene.line(format!("page = self.page(\"/{}\", {reader})", entity.plural));
        scene.line(format!("self.assertIn({}, page)", lit(&html(&entity.label_plural))));
        scene.line(format!("page = self.page(\"/{}/%d\" % {record}[\"id\"], {reader})", entity.plural));
        for field in entity.fields.iter().filter(|f| matches!(f.ty, FieldType::Text { .. })).take(2) {
            let name = lit(&field.name);
            scene.line(format!("self.assertIn(html.escape({record}.get({name}, \"\")), page)"));
        }
        tests.push(test(
            format!("test_{}_have_pages", super::python::ident(&entity.label_plural)),
            format!("A browser shows the list of {} and each of them.", entity.label_plural.to_lowercase()),
            &entity.clauses,
            scene,
        ));
    }
    if let Some((_, access)) = world.maker(entity) {
        let mut scene = Scene::test(world);
        let who = if access.who == crate::models::offline::spec::Who::Anyone && entity.owned && world.has_people() {
            crate::models::offline::spec::Who::SignedIn
        } else {
            access.who.clone()
        };
        let person = scene.somebody(&who);
        scene.line(format!("page = self.page(\"/{}/new\", {person})", entity.plural));
        for field in entity.fields.iter().filter(|f| world.sent_on_create(entity, f, access)) {
            scene.line(format!("self.assertIn({}, page)", lit(&format!("name=\"{}\"", field.name))));
        }
        tests.push(test(
            format!("test_{}_form_asks_for_its_fields", entity.name),
            format!("The form for a new {} asks for its fields.", entity.label.to_lowercase()),
            &entity.clauses,
            scene,
        ));
    }
    tests
}

fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#x27;")
}

pub(super) fn mobile(world: World<'_>, clauses: &[ClauseId]) -> Test {
    let mut scene = Scene::test(world);
    // Only what is there before any other module: the frame of every page is the same.
    let (person, paths): (&str, &[&str]) =
        if world.has_people() { ("self.someone()", &["/", "/account", "/sign-up"]) } else { ("self.anyone()", &["/"]) };
    scene.line(format!("for path in {}:", super::python::list(paths)));
    scene.line(format!("    page = self.page(path, {person})"));
    scene.line("    self.assertRegex(page, r'<meta name=\"viewport\" content=\"[^\"]*width=device-width')");
    scene.line("    for width in re.findall(r\"[^-]width:\\s*(\\d+)px\", page + self.styles(page)):");
    scene.line("        self.assertLess(int(width), 360, \"wider than a phone\")");
    Test {
        name: "test_pages_fit_a_phone".into(),
        shows: "Pages take the width of the device and set no width that a phone has not.".into(),
        clauses: clauses.to_vec(),
        measures: false,
        lines: scene.lines,
    }
}
