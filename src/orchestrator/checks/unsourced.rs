//! Unsourced: what the reply adds beyond the clauses must name where it comes from.

use super::{schema::Reply, verdict};
use crate::domain::{
    AssumptionId, ClauseId,
    run::{Check, Run},
};

#[must_use]
pub fn check(run: &Run, reply: &Reply) -> Check {
    let mut items = 0;
    let mut details = Vec::new();
    let mut need = |sourced: bool, what: String| {
        items += 1;
        if !sourced {
            details.push(what);
        }
    };
    let short = |text: &str| text.chars().take(80).collect::<String>();
    match reply {
        Reply::Understand(r) => {
            for i in &r.interpretations {
                need(
                    names_one(run, &i.clauses),
                    format!("no clause is named for the interpretation '{}'", short(&i.statement)),
                );
            }
            for a in &r.assumptions {
                need(
                    names_one(run, &a.clauses),
                    format!("no clause is named for the assumption '{}'", short(&a.question)),
                );
            }
        }
        Reply::Design(r) => {
            for a in &r.assumptions {
                need(
                    names_one(run, &a.clauses),
                    format!("no clause is named for the assumption '{}'", short(&a.question)),
                );
            }
            for d in &r.decisions {
                need(names_one(run, &d.clauses), format!("no clause is named for the decision '{}'", short(&d.title)));
            }
        }
        Reply::Build(r) => {
            for a in &r.additions {
                let why = format!(
                    "'{}' has the source '{}', which is neither a clause nor an assumption nor baseline:…",
                    short(&a.what),
                    short(&a.source)
                );
                need(sourced(run, &a.source), why);
            }
        }
        Reply::Plan(_) | Reply::Test(_) | Reply::Verify(_) => {}
    }
    verdict("unsourced", format!("unsourced {} of {items}", details.len()), details)
}

fn names_one(run: &Run, clauses: &[String]) -> bool {
    clauses.iter().any(|text| text.parse::<ClauseId>().is_ok_and(|id| run.clauses.contains_key(&id)))
}

/// A clause id, an assumption id, or an entry of the platform baseline.
#[must_use]
pub fn sourced(run: &Run, source: &str) -> bool {
    let source = source.trim();
    if let Some(entry) = source.strip_prefix("baseline:") {
        return !entry.trim().is_empty();
    }
    source.parse::<ClauseId>().is_ok_and(|id| run.clauses.contains_key(&id))
        || source.parse::<AssumptionId>().is_ok_and(|id| run.assumptions.contains_key(&id))
}
