//! Unsourced: what the reply adds beyond the clauses must name where it comes from.

use super::{schema::Reply, verdict};
use crate::domain::{
    AssumptionId, ClauseId, baseline,
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
                    "'{}' has the source '{}', which is no clause, no assumption and no entry of the baseline ({})",
                    short(&a.what),
                    short(&a.source),
                    baseline::of(&run.understood)
                        .map(|e| format!("baseline:{}", e.name))
                        .collect::<Vec<_>>()
                        .join(", ")
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
    baseline::names(source)
        || source.parse::<ClauseId>().is_ok_and(|id| run.clauses.contains_key(&id))
        || source.parse::<AssumptionId>().is_ok_and(|id| run.assumptions.contains_key(&id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{
            reply::{Addition, BuildReply},
            run::GateMode,
        },
        orchestrator::testing::Sim,
    };

    #[test]
    fn an_addition_needs_a_clause_an_assumption_or_a_baseline_entry() {
        let mut sim = Sim::start(GateMode::Plan);
        sim.go();
        let with = |source: &str| {
            let addition = Addition { what: "an export".into(), source: source.into() };
            check(sim.run(), &Reply::Build(BuildReply { additions: vec![addition], ..BuildReply::default() }))
        };
        for good in ["C-001", "A-001", " baseline:healthz "] {
            assert!(with(good).passed, "{good}");
        }
        for bad in ["", "C-099", "A-042", "baseline:invoices", "it is useful"] {
            let check = with(bad);
            assert!(!check.passed && check.summary.as_str() == "unsourced 1 of 1", "{bad}");
        }
    }
}
