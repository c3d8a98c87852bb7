//! Which entities and features belong together in one module.

use super::ModuleSpec;
use crate::{
    domain::ClauseId,
    models::offline::spec::{AppSpec, Entity, Feature, FieldType, Formula},
};
use std::collections::{BTreeMap, BTreeSet};

/// Modules beside `core`; more would only mean more calls.
const MOST: usize = 6;

/// `core` first, then at most six modules of related entities, each after those it needs.
#[must_use]
pub fn modules(spec: &AppSpec) -> Vec<ModuleSpec> {
    let groups = order(spec, shrink(spec, merge_cycles(spec, families(spec))));
    let mut taken = BTreeSet::from(["core".to_owned()]);
    let mut modules = vec![ModuleSpec {
        name: "core".into(),
        purpose: "Server, database, API description, pages and everything about accounts".into(),
        entities: Vec::new(),
        features: Vec::new(),
        clauses: Vec::new(),
        depends_on: Vec::new(),
    }];
    for group in &groups {
        let entities: Vec<&Entity> = spec.entities.iter().filter(|e| group.contains(e.name.as_str())).collect();
        let Some(first) = entities.first() else { continue };
        let labels: Vec<String> = entities.iter().map(|e| e.label_plural.clone()).collect();
        modules.push(ModuleSpec {
            name: module_name(&first.plural, &mut taken),
            purpose: labels.join(", "),
            entities: entities.iter().map(|e| e.name.clone()).collect(),
            features: Vec::new(),
            clauses: Vec::new(),
            depends_on: Vec::new(),
        });
    }
    for (index, feature) in spec.features.iter().enumerate() {
        let home = feature.entity().and_then(|name| modules.iter().position(|m| m.entities.iter().any(|e| e == name)));
        modules[home.unwrap_or(0)].features.push(index);
    }
    for index in 0..modules.len() {
        let (clauses, depends_on) = (clauses(spec, &modules[index]), depends_on(spec, &modules, index));
        modules[index].clauses = clauses;
        modules[index].depends_on = depends_on;
    }
    leftovers(spec, &mut modules);
    modules
}

/// The longest name that a plan takes.
const LONGEST: usize = 40;

/// A file name that is a Python identifier, no keyword, and no other module's.
fn module_name(plural: &str, taken: &mut BTreeSet<String>) -> String {
    const KEYWORDS: [&str; 24] = [
        "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif", "else", "except",
        "for", "from", "global", "if", "import", "in", "is", "lambda", "pass", "return", "with",
    ];
    let mut name: String =
        plural.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect();
    if name.is_empty() || name.starts_with(|c: char| !c.is_ascii_lowercase()) || KEYWORDS.contains(&name.as_str()) {
        name = format!("the_{name}");
    }
    // Whole words, with room for a number.
    if name.len() > LONGEST {
        name.truncate(LONGEST - 3);
        name.truncate(name.rfind('_').filter(|at| *at > 0).unwrap_or(name.len()));
    }
    let mut unique = name.clone();
    let mut count = 1;
    while !taken.insert(unique.clone()) {
        count += 1;
        unique = format!("{name}_{count}");
    }
    unique
}

/// Every entity with those that exist only as its parts: the first required reference names the parent.
fn families(spec: &AppSpec) -> Vec<BTreeSet<&str>> {
    let mut home: BTreeMap<&str, usize> = BTreeMap::new();
    let mut groups: Vec<BTreeSet<&str>> = Vec::new();
    for entity in &spec.entities {
        let parent = entity.fields.iter().find_map(|field| match &field.ty {
            FieldType::Reference { entity } if field.required && !entity.is_empty() => {
                home.get(entity.as_str()).copied()
            }
            _ => None,
        });
        let index = parent.unwrap_or_else(|| {
            groups.push(BTreeSet::new());
            groups.len() - 1
        });
        groups[index].insert(&entity.name);
        home.insert(&entity.name, index);
    }
    groups
}

/// Entities whose code of this one's module makes use of.
fn needs<'a>(spec: &'a AppSpec, entity: &'a Entity) -> BTreeSet<&'a str> {
    let mut needed: BTreeSet<&str> = entity
        .fields
        .iter()
        .filter_map(|field| if let FieldType::Reference { entity } = &field.ty { Some(entity.as_str()) } else { None })
        .collect();
    for feature in spec.features.iter().filter(|f| f.entity() == Some(&entity.name)) {
        match feature {
            Feature::Progress { over, .. } => {
                needed.insert(over);
            }
            Feature::Computed {
                formula:
                    Formula::CountOf { entity, .. }
                    | Formula::SumOf { entity, .. }
                    | Formula::AverageOf { entity, .. }
                    | Formula::Held { entity, .. }
                    | Formula::Left { entity, .. },
                ..
            } => {
                needed.insert(entity);
            }
            _ => {}
        }
    }
    needed.retain(|name| *name != entity.name && spec.entity(name).is_some());
    needed
}

fn edges(spec: &AppSpec, groups: &[BTreeSet<&str>]) -> Vec<BTreeSet<usize>> {
    groups
        .iter()
        .enumerate()
        .map(|(index, group)| {
            let needed = spec.entities.iter().filter(|e| group.contains(e.name.as_str())).flat_map(|e| needs(spec, e));
            needed
                .filter_map(|name| groups.iter().position(|other| other.contains(name)))
                .filter(|other| *other != index)
                .collect()
        })
        .collect()
}

fn reaches(edges: &[BTreeSet<usize>], from: usize, to: usize) -> bool {
    let mut seen = BTreeSet::new();
    let mut open = vec![from];
    while let Some(at) = open.pop() {
        for next in &edges[at] {
            if *next == to {
                return true;
            }
            if seen.insert(*next) {
                open.push(*next);
            }
        }
    }
    false
}

/// Modules that need each other become one.
fn merge_cycles<'a>(spec: &AppSpec, mut groups: Vec<BTreeSet<&'a str>>) -> Vec<BTreeSet<&'a str>> {
    loop {
        let edges = edges(spec, &groups);
        let pair = (0..groups.len())
            .flat_map(|a| (a + 1..groups.len()).map(move |b| (a, b)))
            .find(|(a, b)| reaches(&edges, *a, *b) && reaches(&edges, *b, *a));
        let Some((a, b)) = pair else { return groups };
        let moved = groups.remove(b);
        groups[a].extend(moved);
    }
}

/// Merge the smallest neighbours until there are few enough.
fn shrink<'a>(spec: &AppSpec, mut groups: Vec<BTreeSet<&'a str>>) -> Vec<BTreeSet<&'a str>> {
    while groups.len() > MOST {
        let smallest = (0..groups.len() - 1).min_by_key(|i| groups[*i].len() + groups[*i + 1].len()).unwrap_or(0);
        let moved = groups.remove(smallest + 1);
        groups[smallest].extend(moved);
        groups = merge_cycles(spec, groups);
    }
    groups
}

/// Each after those it needs, else as declared.
fn order<'a>(spec: &AppSpec, mut groups: Vec<BTreeSet<&'a str>>) -> Vec<BTreeSet<&'a str>> {
    let mut sorted: Vec<BTreeSet<&str>> = Vec::new();
    while !groups.is_empty() {
        let edges = edges(spec, &groups);
        let free = edges.iter().position(BTreeSet::is_empty).unwrap_or(0);
        sorted.push(groups.remove(free));
    }
    sorted
}

fn clauses(spec: &AppSpec, module: &ModuleSpec) -> Vec<ClauseId> {
    let mut all: BTreeSet<ClauseId> = BTreeSet::new();
    for entity in spec.entities.iter().filter(|e| module.entities.contains(&e.name)) {
        all.extend(entity.clauses.iter().chain(&entity.private).cloned());
        all.extend(entity.access.iter().flat_map(|a| a.clauses.iter().cloned()));
        for field in &entity.fields {
            all.extend(field.clauses.iter().chain(field.rules.iter().flat_map(|r| &r.clauses)).cloned());
        }
    }
    for feature in &module.features {
        all.extend(spec.features[*feature].clauses().iter().cloned());
    }
    if let (Some(users), "core") = (&spec.users, module.name.as_str()) {
        all.extend(users.clauses.iter().chain(&users.sign_up).chain(&users.log_in).cloned());
        all.extend(users.change_password.iter().chain(&users.edit_profile).cloned());
        all.extend(users.roles.iter().flat_map(|r| r.clauses.iter().cloned()));
        for field in &users.profile {
            all.extend(field.clauses.iter().chain(field.rules.iter().flat_map(|r| &r.clauses)).cloned());
        }
    }
    all.into_iter().collect()
}

fn depends_on(spec: &AppSpec, modules: &[ModuleSpec], index: usize) -> Vec<String> {
    let module = &modules[index];
    if index == 0 {
        return Vec::new();
    }
    let mut needed = BTreeSet::from([0]);
    for entity in spec.entities.iter().filter(|e| module.entities.contains(&e.name)) {
        for name in needs(spec, entity) {
            needed.extend(modules.iter().position(|m| m.entities.iter().any(|e| e == name)));
        }
    }
    needed.remove(&index);
    needed.into_iter().map(|i| modules[i].name.clone()).collect()
}

/// A demanding clause that no element names still has a builder, who can say so.
fn leftovers(spec: &AppSpec, modules: &mut [ModuleSpec]) {
    let reached: BTreeSet<ClauseId> = modules.iter().flat_map(|m| m.clauses.iter().cloned()).collect();
    let hopeless: BTreeSet<&ClauseId> = spec.gaps.iter().filter(|g| g.whole).map(|g| &g.clause).collect();
    let left = spec.marks.iter().filter(|m| m.kind.demands()).map(|m| &m.clause);
    let left: BTreeSet<ClauseId> = left.filter(|c| !reached.contains(c) && !hopeless.contains(c)).cloned().collect();
    modules[0].clauses.extend(left);
    modules[0].clauses.sort();
}
