//! The README that goes with a generated application.

use super::{access, core::slug, writer::prose};
use crate::models::offline::spec::{AppSpec, Scope, SignInWith, Who};
use std::fmt::Write as _;

pub fn write(spec: &AppSpec) -> String {
    let mut out = format!("# {}\n\n", prose(&spec.title));
    out.push_str(
        "A web application in Python's standard library (3.9 or newer) with SQLite; there is nothing to install.\n\n\
         ## Run it\n\n```\npython3 -m app --port 8000\n```\n\nThen open http://127.0.0.1:8000/ in a browser. The application \
         listens on this computer only.\n\n## Test it\n\n```\npython3 -m unittest -v\n```\n\n## Where the data lives\n\n",
    );
    let _ = write!(
        out,
        "In `$APP_DATA_DIR`, else in `$XDG_DATA_HOME/{0}`, else in `~/.local/share/{0}`: one SQLite file, never in this \
         folder. To make a copy, stop the application and copy that folder.\n\n",
        slug(&spec.title)
    );
    if let Some(users) = &spec.users {
        let with = if users.sign_in_with == SignInWith::Email { "email address" } else { "user name" };
        let _ = write!(
            out,
            "## Accounts\n\nPeople sign up with {with} and password. **The first account administers**: it holds every \
             role and grants roles on the page *People*. Everybody else starts with what anyone may do.\n\n"
        );
        if !users.roles.is_empty() {
            out.push_str("| role | who holds it |\n|---|---|\n");
            for role in &users.roles {
                let who = if role.open { "everybody with an account" } else { "who is granted it" };
                let _ = writeln!(out, "| {} | {who} |", prose(&role.label));
            }
            out.push('\n');
        }
        out.push_str("A log-in lasts two weeks; `APP_SESSION_SECONDS` sets another time.\n\n");
    }
    out.push_str("## Who may do what\n\n| what | who | may | which |\n|---|---|---|---|\n");
    for entity in &spec.entities {
        for right in access::disjoint(spec, entity) {
            let words: Vec<&str> = right.ops.iter().map(|op| access::word(*op)).collect();
            let _ = writeln!(
                out,
                "| {} | {} | {} | {} |",
                prose(&entity.label_plural),
                who(spec, &right.who),
                words.join(", "),
                scope(&right.scope)
            );
        }
        if entity.system {
            let _ = writeln!(out, "| {} | the application itself | write | all |", prose(&entity.label_plural));
        }
    }
    out.push_str(
        "\n## For programs\n\n`GET /openapi.json` describes the API, `GET /healthz` says whether the application runs.",
    );
    if spec.users.is_some() {
        out.push_str(" `logIn` gives a token that goes into the header `Authorization: Bearer …`.");
    }
    out.push_str(
        "\n\n## How it is made\n\n- `app/modules/`: what the application is about. Each file declares kinds of records: a row \
         per field, rule, right and ability, and small functions for what is special.\n- `app/`: the machinery: server, \
         database, rights, validation, API and its description.\n- `app/pages/`: the pages. `app/features/`: abilities that \
         modules use.\n- `tests/`: the test suite, through HTTP.\n",
    );
    out
}

fn who(spec: &AppSpec, who: &Who) -> String {
    match who {
        Who::Anyone => "anyone".into(),
        Who::SignedIn => "everybody with an account".into(),
        Who::Role(name) => {
            let role = spec.users.iter().flat_map(|u| &u.roles).find(|r| r.name == *name);
            role.map_or_else(|| prose(name), |r| prose(&r.label))
        }
    }
}

fn scope(scope: &Scope) -> String {
    match scope {
        Scope::All => "all".into(),
        Scope::Own => "their own".into(),
        Scope::AssignedTo { .. } => "those assigned to them".into(),
        Scope::OwnParent { .. } => "those of their own records".into(),
        Scope::Granted => "those they were given access to".into(),
        Scope::SameAs { field, .. } => {
            format!("those with their own {}", prose(&field.trim_end_matches("_id").replace('_', " ")))
        }
        Scope::Where { field, values } => {
            format!(
                "those whose {} is {}",
                prose(&field.replace('_', " ")),
                prose(&values.join(" or ").replace('_', " "))
            )
        }
    }
}
