//! AppSpec → a `unittest` suite through HTTP, module by module, with links from clauses to tests.
//!
//! The suite relies on what `blueprint` says of URLs, statuses and in-process use. One demand, one small test, so that a
//! control run (the code of one demand taken away) turns exactly a test of that demand red, by an assertion: tests build
//! what they need inside the test itself, look up everything through asserting helpers, and share nothing but accounts.
//!
//! `world` knows who may do what, `scene` and `stage` set scenes; `samples` gives values; `factory` writes functions that make valid
//! records; `fields`, `field_rules`, `access`, `people`, `lists`, `rules`, `limits`, `sums` write the tests; `python` puts a file together.

mod access;
mod computed;
mod deadlines;
mod described;
mod factory;
mod field_rules;
mod fields;
mod flow;
mod limits;
mod lists;
mod overlaps;
mod own;
mod people;
mod people_blocked;
mod python;
mod rules;
mod samples;
mod scene;
mod shown;
mod spreadsheet;
mod stage;
mod sums;
mod together;
mod unshown;
mod views;
mod world;

pub use unshown::unshown;

use super::{
    blueprint::{self, ModuleSpec},
    spec::{AppSpec, Feature, Period},
};
use crate::domain::reply::{NewFile, NewSearch, TestLink};
use python::{Class, Module, Test, camel};
use std::collections::BTreeSet;
use world::World;

const SUPPORT: &str = include_str!("py/support.py");
const SERVED: &str = include_str!("py/served.py");
const PEOPLE: &str = include_str!("py/people.py");

/// What a test module may import.
const EXPORTED: &[&str] = &[
    "AppCase",
    "PeopleCase",
    "LEFT_OUT",
    "OPEN_ROLES",
    "PASSWORD",
    "SIGN_IN_WITH",
    "Account",
    "clock",
    "clock_at",
    "data_files",
    "day",
    "log_in",
    "moment",
    "new_name",
    "new_profile",
    "serial",
    "settings",
    "shipped_cost",
    "sign_up",
    "sign_up_as_shipped",
    "today",
    "traces",
    "unique",
    "years_ago",
];

/// The tests of one module: the content of a test reply.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Suite {
    pub files: Vec<NewFile>,
    pub links: Vec<TestLink>,
    pub searches: Vec<NewSearch>,
}

/// The tests of a module of the application; empty for a module that there is not.
#[must_use]
pub fn tests(spec: &AppSpec, module: &str) -> Suite {
    tests_without(spec, module, &BTreeSet::new())
}

/// The tests of a module but those of these names that stand for a clause. What they would have shown stays unshown.
#[must_use]
pub fn tests_without(spec: &AppSpec, module: &str, withdrawn: &BTreeSet<String>) -> Suite {
    let spec = &merged(spec);
    let module = blueprint::modules(spec).into_iter().find(|m| m.name == module);
    module.map(|m| module_tests(spec, &m, withdrawn)).unwrap_or_default()
}

/// The specification as it is built: what repeats itself within an entity is one feature.
fn merged(spec: &AppSpec) -> AppSpec {
    let mut homes: Vec<Option<&str>> = Vec::new();
    for feature in &spec.features {
        if !homes.contains(&feature.entity()) {
            homes.push(feature.entity());
        }
    }
    let features = homes
        .iter()
        .flat_map(|home| {
            let own: Vec<&Feature> = spec.features.iter().filter(|f| f.entity() == *home).collect();
            blueprint::merge::merge(&own)
        })
        .collect();
    AppSpec { features, ..spec.clone() }
}

fn module_tests(spec: &AppSpec, module: &ModuleSpec, withdrawn: &BTreeSet<String>) -> Suite {
    let world = World { spec };
    let core = module.name == "core";
    let mut file = Module {
        name: format!("tests.test_{}", module.name),
        doc: format!("{} Checked through HTTP, as a client would.", sentence(&module.purpose)),
        case: if spec.users.is_some() { "PeopleCase" } else { "AppCase" },
        blocks: Vec::new(),
        classes: Vec::new(),
    };
    let mut suite = Suite::default();
    if core {
        suite.files.push(NewFile { path: "tests/__init__.py".into(), content: String::new() });
        suite.files.push(NewFile { path: "tests/support.py".into(), content: support(world) });
        suite.files.push(NewFile { path: "tests/served.py".into(), content: SERVED.to_owned() });
        file.classes.push(platform(world));
        file.classes.extend(people::classes(world));
    }
    for entity in module.entities.iter().filter_map(|name| spec.entity(name)) {
        file.classes.extend(fields::classes(world, entity));
        file.classes.extend(access::classes(world, entity));
        file.classes.push(Class {
            name: format!("{}Pages", camel(&entity.name)),
            doc: format!("What a browser shows of {}.", entity.label_plural.to_lowercase()),
            tests: lists::pages(world, entity),
        });
    }
    for feature in module.features.iter().filter_map(|i| spec.features.get(*i)) {
        if let Feature::Exclusion { terms, clauses } = feature {
            suite
                .searches
                .extend(clauses.iter().map(|c| NewSearch { clause: c.to_string(), terms: search_terms(terms) }));
            continue;
        }
        let tests = feature_tests(world, feature);
        let name = feature.entity().map_or_else(|| "Whole".to_owned(), |e| format!("{}Rules", camel(e)));
        match file.classes.iter_mut().find(|c| c.name == name) {
            Some(class) => class.tests.extend(tests),
            None => {
                let doc = feature.entity().and_then(|e| spec.entity(e)).map_or_else(
                    || "The application as a whole.".to_owned(),
                    |e| format!("What holds for {}.", e.label_plural.to_lowercase()),
                );
                file.classes.push(Class { name, doc, tests });
            }
        }
    }
    described::add(world, module, &mut file.classes, &suite.searches);
    file.withdraw(withdrawn);
    let needed = needed_entities(spec, module);
    file.blocks = factory::blocks(world, &world.closure(&needed));
    let used: String =
        file.classes.iter().flat_map(|c| &c.tests).flat_map(|t| &t.lines).cloned().collect::<Vec<_>>().join("\n");
    file.blocks = factory::used(file.blocks, &used);
    suite.files.push(NewFile { path: format!("tests/test_{}.py", module.name), content: file.render(EXPORTED) });
    suite.links = file.links();
    suite
}

/// The entities whose records the tests of a module may make.
fn needed_entities(spec: &AppSpec, module: &ModuleSpec) -> Vec<String> {
    let mut names = module.entities.clone();
    for feature in module.features.iter().filter_map(|i| spec.features.get(*i)) {
        names.extend(feature.entity().map(str::to_owned));
        // what refers to a record is in a module of its own, where there are many
        if let Feature::InUse { by, .. } = feature {
            names.push(by.clone());
        }
    }
    names
}

fn sentence(text: &str) -> String {
    let text = text.trim().trim_end_matches('.');
    format!("{text}.")
}

fn support(world: World<'_>) -> String {
    let mut text = SUPPORT.to_owned();
    if let Some(users) = &world.spec.users {
        text = text.replace("import atexit\n", "import atexit\nimport base64\n");
        text = text.replace("import http.client\n", "import hashlib\nimport http.client\n");
        let open: Vec<&str> = users.roles.iter().filter(|r| r.open).map(|r| r.name.as_str()).collect();
        text.push('\n');
        text.push_str(
            &PEOPLE
                .replace("@SIGN_IN_WITH@", world.sign_in_with())
                .replace("@PROFILE@", &people::profile(world.spec))
                .replace("@OPEN_ROLES@", &python::list(&open))
                .replace("@USERS@", world.users_collection()),
        );
    }
    text
}

/// What every application keeps, whatever it is about.
fn platform(world: World<'_>) -> Class {
    let test = |name: &str, shows: &str, lines: &[&str]| Test {
        name: name.into(),
        shows: shows.into(),
        clauses: Vec::new(),
        measures: false,
        lines: lines.iter().map(|l| (*l).to_owned()).collect(),
    };
    let person =
        if world.has_people() { "self.page(\"/\", self.someone())" } else { "self.page(\"/\", self.anyone())" };
    Class {
        name: "Platform".into(),
        doc: "What every application keeps.".into(),
        tests: vec![
            test(
                "test_it_is_up",
                "The application says that it is up.",
                &["self.expect(200, self.anyone().get(\"/healthz\"))"],
            ),
            test(
                "test_it_describes_its_api",
                "The API description is there and names its version.",
                &[
                    "described = self.description()",
                    "self.assertTrue(str(self.value(described, \"openapi\")).startswith(\"3.1\"))",
                ],
            ),
            test("test_it_has_a_first_page", "There is a page to begin with.", &[person]),
            test(
                "test_nonsense_is_refused",
                "An unknown address is not found, and a body that is no JSON is refused.",
                &["self.expect(404, self.anyone().get(\"/api/no_such_thing\"))"],
            ),
        ],
    }
}

fn feature_tests(world: World<'_>, feature: &Feature) -> Vec<Test> {
    let entity = feature.entity().and_then(|name| world.spec.entity(name));
    let clauses = feature.clauses();
    let one = |test: Option<Test>| test.into_iter().collect::<Vec<_>>();
    match (feature, entity) {
        (Feature::Mobile { .. }, _) => vec![lists::mobile(world, clauses)],
        (Feature::Blocking { by, of, state, .. }, _) => {
            people_blocked::blocking(world, by, of.as_deref(), state, clauses)
        }
        (Feature::Security { what, .. }, _) => one(people::security(world, *what, clauses)),
        (Feature::Search { fields, .. }, Some(e)) => lists::search(world, e, fields, clauses),
        (Feature::Filter { field, .. }, Some(e)) => one(lists::filter(world, e, field, clauses)),
        (Feature::Sort { field, then, descending, default, .. }, Some(e)) => {
            let mut tests = one(lists::sort(world, e, field, *descending, *default, clauses));
            if *default {
                tests.extend(lists::sort_again(world, e, (field, then), *descending, clauses));
            }
            tests
        }
        (Feature::Csv { only, .. }, Some(e)) => one(spreadsheet::csv(world, e, only, clauses)),
        (Feature::Pagination { per_page, .. }, Some(e)) => one(lists::pagination(world, e, *per_page, clauses)),
        (Feature::Performance { records, millis, own_machine, .. }, Some(e)) => {
            one(lists::performance(world, e, *records, *millis, *own_machine, clauses))
        }
        (Feature::Grant { role, .. }, Some(e)) => rules::grant(world, e, role.as_ref(), clauses),
        (Feature::Workflow { field, initial, transitions, .. }, Some(e)) => {
            rules::workflow(world, e, field, initial, transitions, clauses)
        }
        (Feature::FieldGuard { field, who, .. }, Some(e)) => rules::field_guard(world, e, field, who, clauses),
        (Feature::Threshold { field, values, amount, limit, above, below, .. }, Some(e)) => {
            let rule = rules::Limit { field, values, amount, limit: *limit, above, below };
            rules::threshold(world, e, rule, clauses)
        }
        (Feature::History { readers, .. }, Some(e)) => rules::history(world, e, readers, clauses),
        (Feature::Totals { name, label, measures, date_field, days, group_by, each, everyone, .. }, Some(e)) => {
            let rule = sums::Totals {
                name,
                label,
                measures,
                date_field: date_field.as_deref(),
                days: *days,
                group_by: group_by.as_deref(),
                each: *each,
                everyone: *everyone,
            };
            sums::totals(world, e, rule, clauses)
        }
        (Feature::Progress { target, over, measure, measure_field, date_field, period, .. }, Some(e)) => {
            let rule =
                sums::Progress { target, over, measure, measure_field: measure_field.as_deref(), date_field, period };
            sums::progress(world, e, rule, clauses)
        }
        (Feature::NoOverlap { start, end, per, over, .. }, Some(e)) => {
            one(overlaps::no_overlap(world, e, (start, end), (per.as_deref(), over.as_ref()), clauses))
        }
        (Feature::UniqueTogether { fields, over, .. }, Some(e)) => {
            one(together::once(world, e, (fields, over.as_ref()), clauses))
        }
        (Feature::Limit { max, per, over, .. }, Some(e)) => {
            one(limits::limit(world, e, *max, (per.as_deref(), over.as_ref()), clauses))
        }
        (Feature::Capacity { per, capacity, amount, over, .. }, Some(e)) => {
            one(limits::capacity(world, e, per, capacity, (amount.as_deref(), over.as_ref()), clauses))
        }
        (Feature::Computed { field, formula, .. }, Some(e)) => {
            one(computed::computed(world, e, field, formula, clauses))
        }
        (Feature::Forbid { op, .. }, Some(e)) => one(limits::forbid(world, e, *op, clauses)),
        (Feature::Locked { op, field, values, only, .. }, Some(e)) => {
            one(limits::locked(world, e, (*op, only), field, values, clauses))
        }
        (Feature::View { name, label, conditions, .. }, Some(e)) => {
            views::view(world, e, (name, label), conditions, clauses)
        }
        (Feature::Home { view: None, .. }, Some(e)) => one(views::home(world, e, clauses)),
        (Feature::Home { view: Some(view), .. }, Some(e)) => one(views::home_of_view(world, e, view, clauses)),
        (Feature::Offer { parent, .. }, Some(e)) => one(views::offer(world, e, parent, clauses)),
        (Feature::InUse { by, .. }, Some(e)) => one(views::in_use(world, e, by, clauses)),
        (Feature::LimitIn { max, per, date_field, period, .. }, Some(e)) => {
            let span = match period {
                Period::Week => ("week", 8),
                Period::Year => ("year", 400),
                _ => ("month", 40),
            };
            one(views::limit_in(world, e, *max, per.as_deref(), (date_field, span.0, span.1), clauses))
        }
        (Feature::Unavailable { per, field, values, .. }, Some(e)) => {
            one(limits::unavailable(world, e, (per, field), values, clauses))
        }
        (Feature::Closes { op, sets, date, time, until, .. }, Some(e)) => {
            one(deadlines::closes(world, e, (*op, sets.as_ref()), (date, time.as_deref()), *until, clauses))
        }
        (Feature::NotOwn { op, sets, own, who, .. }, Some(e)) => {
            own::not_own(world, e, (*op, sets.as_ref()), own, who, clauses)
        }
        (Feature::ShownTo { field, who, .. }, Some(e)) => shown::shown_to(world, e, field, who, clauses),
        (Feature::Exclusion { .. }, _) | (_, None) => Vec::new(),
    }
}

/// The words that would show an excluded thing: those of the spec, each in its other spellings.
fn search_terms(terms: &[String]) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for term in terms {
        let term = term.trim().to_lowercase();
        let mut add = |t: String| {
            if t.len() > 2 && !out.contains(&t) {
                out.push(t);
            }
        };
        add(term.clone());
        if term.contains([' ', '-']) {
            add(term.replace([' ', '-'], "_"));
            add(term.replace([' ', '-'], ""));
        }
    }
    out
}
