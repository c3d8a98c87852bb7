//! The platform baseline: what every application may have although no clause asks for it. Closed, the same for every
//! project, no business entity; `docs/baseline.md` explains the entries to people.

/// One entry; a reply names it as `baseline:<name>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    pub name: &'static str,
    /// Only an application with accounts has it.
    pub accounts: bool,
    pub what: &'static str,
}

const fn entry(name: &'static str, accounts: bool, what: &'static str) -> Entry {
    Entry { name, accounts, what }
}

pub const ENTRIES: &[Entry] = &[
    entry("healthz", false, "GET /healthz says that the application runs"),
    entry("openapi", false, "GET /openapi.json describes the API"),
    entry("pages", false, "Pages to list, show, make, change and delete what the API offers, in light and dark"),
    entry("pagination", false, "Long lists come page by page"),
    entry("errors", false, "Error answers and error pages with a message per field"),
    entry("security", false, "CSRF tokens, security headers, a limit for the size of requests"),
    entry("manifest", false, "g1.toml and README.md: how to run and test it"),
    entry("sign-up", true, "Making an account"),
    entry("log-in", true, "Logging in and out"),
    entry("own-account", true, "Seeing and changing one's own account and password"),
    entry("people", true, "The first account sees the accounts and grants roles"),
];

/// Whether `source` is `baseline:<name>` of an entry.
#[must_use]
pub fn names(source: &str) -> bool {
    let name = source.trim().strip_prefix("baseline:").map(str::trim);
    name.is_some_and(|name| ENTRIES.iter().any(|e| e.name == name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_closed() {
        assert!(names("baseline:healthz") && names(" baseline: people "));
        assert!(!names("baseline:invoices") && !names("healthz") && !names("baseline:"));
    }
}
