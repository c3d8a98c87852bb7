//! What every application has although no clause asks for it: the closed list of `docs/baseline.md`.

use super::ModuleSpec;
use crate::{
    domain::{baseline::ENTRIES, reply::Addition},
    models::offline::spec::AppSpec,
};

/// The additions of a module, each with its place in the baseline or the clause whose gap it fills.
pub fn additions(spec: &AppSpec, module: &ModuleSpec) -> Vec<Addition> {
    let mut out = Vec::new();
    if module.name == "core" {
        let entries = ENTRIES.iter().filter(|e| !e.accounts || spec.users.is_some());
        out.extend(entries.map(|e| Addition { what: e.what.to_owned(), source: format!("baseline:{}", e.name) }));
    }
    for entity in spec.entities.iter().filter(|e| module.entities.contains(&e.name)) {
        let Some(clause) = entity.clauses.first() else { continue };
        for field in entity.fields.iter().filter(|f| f.clauses.is_empty()) {
            let what = format!("{} of {}", field.label, entity.label_plural.to_lowercase());
            out.push(Addition { what, source: clause.to_string() });
        }
    }
    out
}
