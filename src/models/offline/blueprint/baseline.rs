//! What every application has although no clause asks for it: the closed list of `docs/baseline.md`.

use super::ModuleSpec;
use crate::{domain::reply::Addition, models::offline::spec::AppSpec};

/// Entries of `docs/baseline.md`: name, whether it takes accounts, what it is.
const ENTRIES: &[(&str, bool, &str)] = &[
    ("healthz", false, "GET /healthz says that the application runs"),
    ("openapi", false, "GET /openapi.json describes the API"),
    ("pages", false, "Pages to list, show, make, change and delete what the API offers, in light and dark"),
    ("pagination", false, "Long lists come page by page"),
    ("errors", false, "Error answers and error pages with a message per field"),
    ("security", false, "CSRF tokens, security headers, a limit for the size of requests"),
    ("manifest", false, "g1.toml and README.md: how to run and test it"),
    ("sign-up", true, "Making an account"),
    ("log-in", true, "Logging in and out"),
    ("own-account", true, "Seeing and changing one's own account and password"),
    ("people", true, "The first account sees the accounts and grants roles"),
];

/// The additions of a module, each with its place in the baseline.
pub fn additions(spec: &AppSpec, module: &ModuleSpec) -> Vec<Addition> {
    if module.name != "core" {
        return Vec::new();
    }
    ENTRIES
        .iter()
        .filter(|(_, accounts, _)| !accounts || spec.users.is_some())
        .map(|(name, _, what)| Addition { what: (*what).to_owned(), source: format!("baseline:{name}") })
        .collect()
}
