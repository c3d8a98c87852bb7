//! Decisions with their reasons, each naming the clauses it serves.

use super::texts;
use crate::{
    domain::{ClauseId, reply::NewDecision},
    models::offline::spec::{AppSpec, Feature, Scope, SignInWith},
};

const SOLUTION: &str = "solution-architect";
const TECHNICAL: &str = "technical-architect";
const API: &str = "api-designer";
const DATABASE: &str = "database-architect";

/// All decisions that the specification calls for; one without clauses is none.
pub fn all(spec: &AppSpec) -> Vec<NewDecision> {
    let mut out = Vec::new();
    let mut decide = |title: &str, choice: String, why: &str, clauses: Vec<String>, by: &str| {
        if !clauses.is_empty() {
            out.push(NewDecision { title: title.into(), choice, why: why.into(), clauses, by: by.into() });
        }
    };
    let entities = texts(spec.entities.iter().flat_map(|e| &e.clauses));
    decide(
        "Stack",
        "Python's standard library and SQLite, one process on 127.0.0.1".into(),
        "Nothing has to be installed, and whoever gets the application can read all of it",
        entities.clone(),
        TECHNICAL,
    );
    decide(
        "Interface",
        "A flat collection per kind of record under /api, described by /openapi.json; pages use the same code".into(),
        "Pages and programs can then never disagree about what is allowed",
        entities.clone(),
        API,
    );
    decide(
        "Storage",
        match spec.users {
            Some(_) => {
                "A table per kind of record; references by id; owned records carry the account that made them".into()
            }
            None => "A table per kind of record; references by id".into(),
        },
        "Rights can be asked for in the same statement that reads the records",
        entities,
        DATABASE,
    );
    if let Some(users) = &spec.users {
        let with = if users.sign_in_with == SignInWith::Email { "email address" } else { "user name" };
        let all: Vec<&ClauseId> = users.clauses.iter().chain(&users.sign_up).chain(&users.log_in).collect();
        decide(
            "Accounts",
            format!("People sign up with {with} and password; the first account holds every role and grants them"),
            "Somebody has to be able to grant the first role without an installer's help",
            texts(all.into_iter()),
            SOLUTION,
        );
        let roles: Vec<&str> = users.roles.iter().map(|r| r.name.as_str()).collect();
        decide(
            "Roles",
            format!("{}; what is not granted by a row of the rights table is refused", roles.join(", ")),
            "A forgotten right then fails safe",
            texts(users.roles.iter().flat_map(|r| &r.clauses)),
            SOLUTION,
        );
    }
    for entity in &spec.entities {
        let many = entity.label_plural.to_lowercase();
        decide(
            &format!("Privacy of {many}"),
            format!(
                "Readers of {many} are kept within their rights by one guard; to others a record does not exist (404)"
            ),
            "Not even the existence of somebody else's record may show",
            texts(entity.private.iter()),
            TECHNICAL,
        );
        let limited = entity.access.iter().filter(|a| a.scope != Scope::All).flat_map(|a| &a.clauses);
        decide(
            &format!("Rights to {many}"),
            format!("Who may do what with {many} is limited per record, in the statement that reads it"),
            "A list and a single record then obey the same limits",
            texts(limited),
            DATABASE,
        );
    }
    for feature in &spec.features {
        if let Some((title, choice, why, by)) = of_feature(spec, feature) {
            decide(&title, choice, why, texts(feature.clauses().iter()), by);
        }
    }
    out
}

fn of_feature(spec: &AppSpec, feature: &Feature) -> Option<(String, String, &'static str, &'static str)> {
    let many = |name: &str| spec.entity(name).map_or_else(|| name.to_owned(), |e| e.label_plural.to_lowercase());
    Some(match feature {
        Feature::Workflow { entity, field, initial, transitions, .. } => {
            let moves: Vec<String> = transitions.iter().map(|t| format!("{} → {}", t.from.join("/"), t.to)).collect();
            let moves = if moves.is_empty() { "any move".to_owned() } else { moves.join("; ") };
            (
                format!("{field} of {}", many(entity)),
                format!("Starts as {initial}; {moves}; anything else is a conflict (409)"),
                "A state nobody foresaw cannot come about",
                SOLUTION,
            )
        }
        Feature::Threshold { entity, amount, limit, .. } => (
            format!("Decisions about {}", many(entity)),
            format!("A guard compares {amount} with {limit}: exactly {limit} still counts as below"),
            "\"Above\" excludes the limit itself",
            SOLUTION,
        ),
        Feature::History { entity, .. } => (
            format!("History of {}", many(entity)),
            "Written in the transaction of the change, read only, kept after deletion".into(),
            "No change can be without its entry, and none can be rewritten",
            DATABASE,
        ),
        Feature::Grant { entity, .. } => (
            format!("Access to {}", many(entity)),
            "The owner gives access to all of them at once and takes it back; it gives reading, not changing".into(),
            "It is what the owner decides about, and it must be easy to undo",
            SOLUTION,
        ),
        Feature::NoOverlap { entity, .. }
        | Feature::UniqueTogether { entity, .. }
        | Feature::Limit { entity, .. }
        | Feature::LimitIn { entity, .. }
        | Feature::InUse { entity, .. }
        | Feature::Capacity { entity, .. } => (
            format!("Conflicts between {}", many(entity)),
            "Checked in the transaction that writes; the loser gets 409".into(),
            "Two people at the same moment must not both succeed",
            DATABASE,
        ),
        Feature::View { entity, label, .. } => (
            format!("{label}: {}", many(entity)),
            "A named part of the list, worked out from today's date whenever it is asked for".into(),
            "Nobody has to move a record from one list to another",
            SOLUTION,
        ),
        Feature::Totals { label, days, .. } => (
            // Two totals of one kind of record may differ in nothing but their time.
            days.map_or_else(|| label.clone(), |d| format!("{label}, last {d} days")),
            days.map_or_else(
                || "Counts and sums over all records".to_owned(),
                |d| format!("Counts and sums over the last {d} days up to and including today"),
            ),
            "Worked out when asked for, so never out of date",
            SOLUTION,
        ),
        Feature::Progress { goal, .. } => (
            format!("Progress of {}", many(goal)),
            "Worked out from the records of the period whenever a goal is read; weeks begin on Monday".into(),
            "A late entry counts at once",
            SOLUTION,
        ),
        Feature::Csv { entity, .. } => (
            format!("{} as CSV", many(entity)),
            "The whole list with its filters; text that looks like a formula is marked as text".into(),
            "A spreadsheet must not run what somebody typed",
            API,
        ),
        Feature::Mobile { .. } => (
            "Small screens".into(),
            "Pages as wide as the screen, tables become cards, no scripts".into(),
            "The same pages serve a phone and a desktop",
            TECHNICAL,
        ),
        Feature::Exclusion { terms, .. } => (
            format!("Left out: {}", terms.join(", ")),
            "Neither code nor interface nor pages have it".into(),
            "The requirement says that it shall not be part of the product",
            SOLUTION,
        ),
        _ => return None,
    })
}
