//! What every application has although no clause asks for it: the closed list of `docs/baseline.md`.

use super::ModuleSpec;
use crate::{
    domain::{baseline::ENTRIES, reply::Addition},
    models::offline::spec::AppSpec,
};

/// The additions of a module, each with its place in the baseline.
pub fn additions(spec: &AppSpec, module: &ModuleSpec) -> Vec<Addition> {
    if module.name != "core" {
        return Vec::new();
    }
    ENTRIES
        .iter()
        .filter(|e| !e.accounts || spec.users.is_some())
        .map(|e| Addition { what: e.what.to_owned(), source: format!("baseline:{}", e.name) })
        .collect()
}
