//! The last resort for demands whose records no test can make: that the API description has them.

use super::{
    python::{Class, Test, ident, lit},
    world::World,
};
use crate::{
    domain::{ClauseId, reply::NewSearch},
    models::offline::{
        blueprint::ModuleSpec,
        spec::{Entity, Op},
    },
};
use std::collections::{BTreeMap, BTreeSet};

const CLASS: &str = "Described";

/// Whether a test, by its dotted name, asks for no more than that the API description has something.
pub(super) fn only_describes(test: &str) -> bool {
    test.split('.').any(|part| part == CLASS)
}

/// Adds a test for each clause of the module that no other test is linked to, where an element names the clause.
pub(super) fn add(world: World<'_>, module: &ModuleSpec, classes: &mut Vec<Class>, searches: &[NewSearch]) {
    let mut covered: BTreeSet<ClauseId> =
        classes.iter().flat_map(|c| &c.tests).flat_map(|t| &t.clauses).copied().collect();
    covered.extend(searches.iter().filter_map(|s| s.clause.parse::<ClauseId>().ok()));
    let mut tests = Vec::new();
    for entity in module.entities.iter().filter_map(|name| world.entity(name)) {
        let mut wanted: BTreeMap<ClauseId, BTreeSet<String>> = BTreeMap::new();
        for (clause, line) in lines(world, entity) {
            if module.clauses.contains(&clause) && !covered.contains(&clause) {
                wanted.entry(clause).or_default().insert(line);
            }
        }
        for (clause, lines) in wanted {
            covered.insert(clause);
            tests.push(Test {
                name: format!("test_{}_is_described_{}", entity.name, ident(&clause.to_string())),
                shows: format!("The API description has what is asked of {}.", entity.label_plural.to_lowercase()),
                clauses: vec![clause],
                measures: false,
                lines: lines.into_iter().collect(),
            });
        }
    }
    if !tests.is_empty() {
        classes.push(Class { name: CLASS.into(), doc: "What the API description has.".into(), tests });
    }
}

/// What the description must have for each clause of the entity's elements.
fn lines(world: World<'_>, entity: &Entity) -> Vec<(ClauseId, String)> {
    let mut out = Vec::new();
    let list = lit(&format!("/api/{}", entity.plural));
    let item = lit(&format!("/api/{}/{{id}}", entity.plural));
    let there = format!("self.assertTrue(self.operations({list}))");
    out.extend(entity.clauses.iter().chain(&entity.private).map(|c| (*c, there.clone())));
    for field in &entity.fields {
        let line = format!("self.assertIn({}, self.properties({list}))", lit(&field.name));
        let rules = field.rules.iter().flat_map(|r| &r.clauses);
        out.extend(field.clauses.iter().chain(rules).map(|c| (*c, line.clone())));
    }
    for access in &entity.access {
        for op in access.ops.iter().filter(|op| !world.forbidden(entity, **op)) {
            let (method, path) = match op {
                Op::Create => ("post", &list),
                Op::Read => ("get", &list),
                Op::Update => ("put", &item),
                Op::Delete => ("delete", &item),
            };
            let line = format!("self.assertIn({}, self.operations({path}))", lit(method));
            out.extend(access.clauses.iter().map(|c| (*c, line.clone())));
        }
    }
    // Nothing is left of a right whose operations are all forbidden.
    out.extend(entity.access.iter().flat_map(|a| &a.clauses).map(|c| (*c, there.clone())));
    for feature in world.features_of(&entity.name) {
        out.extend(feature.clauses().iter().map(|c| (*c, there.clone())));
    }
    out
}
