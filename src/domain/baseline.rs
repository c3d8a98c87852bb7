//! The platform baseline: what every application may have although no clause asks for it. Closed, the same for every
//! project, no business entity; `docs/baseline.md` explains the entries to people.

use super::condition::Condition;
use std::collections::BTreeSet;

/// One entry; a reply names it as `baseline:<name>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    pub name: &'static str,
    /// The kind of product that has it; every kind where there is none.
    pub kind: Option<Condition>,
    /// Only an application with accounts has it.
    pub accounts: bool,
    pub what: &'static str,
}

const fn web(name: &'static str, what: &'static str) -> Entry {
    Entry { name, kind: Some(Condition::Web), accounts: false, what }
}

const fn account(name: &'static str, what: &'static str) -> Entry {
    Entry { name, kind: Some(Condition::Web), accounts: true, what }
}

pub const ENTRIES: &[Entry] = &[
    web("healthz", "GET /healthz: it runs"),
    web("openapi", "GET /openapi.json"),
    web("pages", "to list, show, make, change and delete what the API offers, in light and dark"),
    web("pagination", "long lists page by page"),
    Entry { name: "help", kind: Some(Condition::Program), accounts: false, what: "--help, its exit status 0" },
    Entry { name: "errors", kind: None, accounts: false, what: "refusals in words, a message per field" },
    web("security", "CSRF tokens, headers, a limit for requests"),
    Entry { name: "manifest", kind: None, accounts: false, what: "g1.toml, README.md" },
    account("sign-up", "making an account"),
    account("log-in", "and out"),
    account("own-account", "seeing and changing it and its password"),
    account("people", "the first account sees accounts and grants roles"),
];

/// The entries that a product may have of which so much is known; all of them where its kind is open.
pub fn of(known: &BTreeSet<Condition>) -> impl Iterator<Item = &'static Entry> {
    let open = Condition::KINDS.iter().all(|kind| !known.contains(kind));
    ENTRIES.iter().filter(move |entry| open || entry.kind.is_none_or(|kind| known.contains(&kind)))
}

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

    #[test]
    fn what_every_product_has_depends_on_its_kind() {
        let of = |known: &[Condition]| -> Vec<&str> {
            super::of(&known.iter().copied().collect()).map(|entry| entry.name).collect()
        };
        assert_eq!(of(&[Condition::Program, Condition::Rust]), ["help", "errors", "manifest"]);
        assert_eq!(of(&[Condition::Library]), ["errors", "manifest"]);
        let web = of(&[Condition::Web]);
        assert!(web.contains(&"pages") && web.contains(&"people") && !web.contains(&"help"), "{web:?}");
        assert_eq!(of(&[Condition::Python]).len(), ENTRIES.len(), "its kind is open");
    }
}
