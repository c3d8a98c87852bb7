//! `design`: what the four architects decide about the application, with an artifact each.

mod api;
mod database;
mod decisions;

use crate::{
    domain::{
        ClauseId, DecisionId,
        reply::{DesignReply, NewArtifact},
    },
    models::offline::{blueprint, spec::AppSpec},
};
use std::{collections::BTreeSet, fmt::Write as _};

/// The reply for a specification; `known` are the decisions of the pack.
#[must_use]
pub fn reply(spec: &AppSpec, known: Vec<DecisionId>) -> DesignReply {
    let demanding: Vec<ClauseId> = spec.marks.iter().filter(|m| m.kind.demands()).map(|m| m.clause).collect();
    let whole: BTreeSet<ClauseId> = spec.gaps.iter().filter(|g| g.whole).map(|g| g.clause).collect();
    let feasible: Vec<String> = demanding.iter().filter(|c| !whole.contains(c)).map(ToString::to_string).collect();
    let entities = texts(spec.entities.iter().flat_map(|e| &e.clauses));
    let artifact = |name: &str, by: &str, content: String, clauses: &[String]| NewArtifact {
        name: name.into(),
        by: by.into(),
        content,
        clauses: clauses.to_vec(),
    };
    DesignReply {
        teach_back: super::teach_back(demanding.iter().copied(), known),
        decisions: decisions::all(spec),
        assumptions: Vec::new(),
        artifacts: vec![
            artifact("solution", "solution-architect", solution(spec), &feasible),
            artifact("technical", "technical-architect", technical(spec), &entities),
            artifact("api", "api-designer", api::outline(spec), &entities),
            artifact("database", "database-architect", database::schema(spec), &entities),
        ],
    }
}

/// Ids in order, each once.
fn texts<'a>(clauses: impl Iterator<Item = &'a ClauseId>) -> Vec<String> {
    clauses.collect::<BTreeSet<_>>().into_iter().map(ToString::to_string).collect()
}

fn named(clauses: &[ClauseId]) -> String {
    texts(clauses.iter()).join(", ")
}

/// What there is, in which modules, and what is left out.
fn solution(spec: &AppSpec) -> String {
    let mut out =
        format!("# {}\n\nA web application for several people with pages and a JSON interface.\n\n", spec.title);
    out.push_str("## Modules\n\n| module | what it holds | needs | clauses |\n|---|---|---|---|\n");
    for module in blueprint::modules(spec) {
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} |",
            module.name,
            module.purpose,
            module.depends_on.join(", "),
            named(&module.clauses)
        );
    }
    out.push_str("\n## Records\n\n");
    for entity in &spec.entities {
        let fields: Vec<&str> = entity.fields.iter().map(|f| f.label.as_str()).collect();
        let _ = writeln!(out, "- **{}**: {} ({})", entity.label, fields.join(", "), named(&entity.clauses));
    }
    if !spec.gaps.is_empty() {
        out.push_str("\n## Not built\n\n");
        for gap in &spec.gaps {
            let _ = writeln!(out, "- {}: {} – {}", gap.clause, gap.what, gap.reason);
        }
    }
    out
}

fn technical(spec: &AppSpec) -> String {
    let accounts = if spec.users.is_some() {
        "- Accounts: passwords as salted scrypt hashes compared in constant time, log-ins as random tokens of which only a \
         hash is stored, a bearer token for the API and an HttpOnly same-site cookie for pages.\n"
    } else {
        ""
    };
    format!(
        "# How it is built\n\n\
         - Python 3.9 or newer, standard library only; `http.server` with a thread per connection on 127.0.0.1.\n\
         - SQLite in `APP_DATA_DIR` (never in the workspace), parameterised statements, one writer at a time, every check \
         in the transaction of the change it guards.\n\
         - Modules declare records as tables of rows (fields, rules, rights, abilities) and small named functions; the \
         machinery reads these declarations for the API, its description, the validation and the pages alike.\n\
         {accounts}\
         - Pages are written by the server without scripts; every form carries a token against cross-site requests; \
         everything is escaped; a content security policy allows nothing from elsewhere.\n\
         - Order of refusal: 401, 403, 400/422 with a message per field, 404, 409. What somebody may not see does not exist \
         for them.\n\
         - Every demand has a row or function of its own, so that taking it away alone leaves an application that starts.\n"
    )
}

/// What a person reads while it works.
#[must_use]
pub fn narration(reply: &DesignReply) -> Vec<String> {
    let mut lines: Vec<String> = reply.decisions.iter().map(|d| format!("{}: {}\n", d.title, d.choice)).collect();
    lines.extend(reply.artifacts.iter().map(|a| format!("{} by {}\n", a.name, a.by)));
    lines
}
