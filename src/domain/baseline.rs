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
    entry("healthz", false, "GET /healthz: it runs"),
    entry("openapi", false, "GET /openapi.json"),
    entry("pages", false, "to list, show, make, change and delete what the API offers, in light and dark"),
    entry("pagination", false, "long lists page by page"),
    entry("errors", false, "answers and pages with a message per field"),
    entry("security", false, "CSRF tokens, headers, a limit for requests"),
    entry("manifest", false, "g1.toml, README.md"),
    entry("sign-up", true, "making an account"),
    entry("log-in", true, "and out"),
    entry("own-account", true, "seeing and changing it and its password"),
    entry("people", true, "the first account sees accounts and grants roles"),
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
