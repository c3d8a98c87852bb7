//! What the hub holds, in the words in which a persona reads it: the ids of its clauses, then what is said of them, without
//! the names of fields and without who said it.

use super::{
    PackKind,
    report::{Ran, Searched},
};
use crate::domain::{
    ClauseId, Clean,
    clause::{Assumption, Decision, Gap, Interpretation},
    plan::{Module, Plan},
};
use serde::de::DeserializeOwned;

/// `None` for what is no JSON of the hub: it is shown as it is.
pub(super) fn of(kind: PackKind, text: &str) -> Option<String> {
    match kind {
        PackKind::Interpretation => read::<Interpretation>(text).map(|one| {
            let criteria = one.acceptance.iter().map(|criterion| format!("\n- {criterion}"));
            format!("{}{}{}", about(&one.clauses), one.statement, criteria.collect::<String>())
        }),
        PackKind::Assumption => read::<Assumption>(text).map(|one| {
            let said = if one.answered_by.is_some() { "A person answers" } else { "Default" };
            format!("{}{}\n{said}: {}", about(&one.clauses), one.question, one.answer)
        }),
        PackKind::Decision => read::<Decision>(text)
            .map(|one| format!("{}{}: {}\nWhy: {}", about(&one.clauses), one.title, one.choice, one.why)),
        PackKind::Gap => read::<Gap>(text).map(|one| {
            let part = if one.whole { "All of it" } else { "In part" };
            format!("{part}: {}\nWhy: {}", one.what, one.reason)
        }),
        PackKind::Plan => {
            read::<Module>(text).map(|one| module(&one)).or_else(|| read::<Plan>(text).map(|one| plan(&one)))
        }
        PackKind::Evidence => {
            read::<Ran>(text).map(|one| one.words()).or_else(|| read::<Searched>(text).map(|one| one.words()))
        }
        _ => None,
    }
}

/// An interpretation beside its clause, of which `clause` gives the words: what both say word for word is not said twice.
/// `None` where each says something.
pub(super) fn beside<'a>(text: &str, clause: impl Fn(ClauseId) -> Option<&'a str>) -> Option<String> {
    let one: Interpretation = read(text)?;
    let [id] = one.clauses[..] else { return None };
    let statement = one.statement.trim();
    (clause(id)?.trim() == statement).then(|| {
        let criteria = one.acceptance.iter().filter(|criterion| criterion.trim() != statement);
        format!("{id}: as it says{}", criteria.map(|criterion| format!("\n- {criterion}")).collect::<String>())
    })
}

fn read<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_str(text).ok()
}

fn list(ids: &[ClauseId]) -> String {
    ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn about(ids: &[ClauseId]) -> String {
    if ids.is_empty() { String::new() } else { format!("{}: ", list(ids)) }
}

fn module(one: &Module) -> String {
    let names: Vec<&str> = one.depends_on.iter().map(Clean::as_str).collect();
    let after = if names.is_empty() { String::new() } else { format!("; depends on {}", names.join(", ")) };
    format!("{}: {} ({}{after})", one.name, one.purpose, list(&one.clauses))
}

/// Which steps there are follows from the modules.
fn plan(plan: &Plan) -> String {
    let notes = [&plan.team_notes, &plan.communication_notes].into_iter().filter(|notes| !notes.is_empty());
    let lines = plan.modules.iter().map(module).chain(notes.map(ToString::to_string));
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_an_interpretation_and_its_clause_say_alike_is_not_said_twice() {
        let of = |statement: &str, clauses: &[&str], acceptance: &[&str]| {
            let value = json!({"id": "FR-002", "statement": statement, "clauses": clauses, "acceptance": acceptance,
                "by": "business-analyst"});
            beside(&value.to_string(), |id| (id == ClauseId(2)).then_some("A kiln has a size.\n"))
        };
        let said = of("A kiln has a size.", &["C-002"], &["A kiln has a size.", "No size is refused."]);
        assert_eq!(said.as_deref(), Some("C-002: as it says\n- No size is refused."));
        assert_eq!(of("A kiln has a size.", &["C-002"], &[]).as_deref(), Some("C-002: as it says"));
        assert_eq!(of("A kiln has its size.", &["C-002"], &[]), None);
        assert_eq!(of("A kiln has a size.", &["C-003"], &[]), None, "what is not shown beside it");
        assert_eq!(of("A kiln has a size.", &["C-002", "C-003"], &[]), None);
    }

    #[test]
    fn what_the_hub_holds_is_read_in_plain_words_and_nothing_that_is_said_is_lost() {
        let shown = |kind, value: serde_json::Value| of(kind, &value.to_string()).unwrap_or_default();
        assert_eq!(
            shown(
                PackKind::Interpretation,
                json!({"id": "FR-002", "statement": "A kiln has a size.", "clauses": ["C-002", "C-004"],
                    "acceptance": ["The size is read back.", "No size is refused."], "by": "business-analyst"})
            ),
            "C-002, C-004: A kiln has a size.\n- The size is read back.\n- No size is refused."
        );
        let assumption = |who: Option<&str>| {
            let value = json!({"id": "A-001", "question": "How hot?", "answer": "1200", "clauses": ["C-002"],
                "key": "heat", "by": "requirement-concierge", "answered_by": who});
            shown(PackKind::Assumption, value)
        };
        assert_eq!(assumption(None), "C-002: How hot?\nDefault: 1200");
        assert_eq!(assumption(Some("Ada")), "C-002: How hot?\nA person answers: 1200");
        assert_eq!(
            shown(
                PackKind::Decision,
                json!({"id": "D-001", "title": "Store", "choice": "One file.", "why": "Simple.", "clauses": [],
                    "by": "technical-architect"})
            ),
            "Store: One file.\nWhy: Simple."
        );
        assert_eq!(
            shown(PackKind::Gap, json!({"clause": "C-003", "what": "by post", "reason": "No post.", "whole": false})),
            "In part: by post\nWhy: No post."
        );
        let module = json!({"name": "kilns", "purpose": "Kilns.", "clauses": ["C-002"], "depends_on": ["core"]});
        assert_eq!(shown(PackKind::Plan, module.clone()), "kilns: Kilns. (C-002; depends on core)");
        let plan = json!({"variant": "lean", "modules": [module], "steps": [], "team_notes": "Mind C-002.",
            "communication_notes": "", "estimate": {"calls": 1, "tokens": 1, "cost_micros": 1, "seconds": 1}});
        assert_eq!(shown(PackKind::Plan, plan), "kilns: Kilns. (C-002; depends on core)\nMind C-002.");
        assert_eq!(
            shown(
                PackKind::Evidence,
                json!({"argv": ["python3", "-m", "unittest", "tests.test_kilns"], "exit": 1, "passed": 2,
                    "failed": ["tests.test_kilns.Sizes.test_none"], "skipped": [], "sandbox": "L2", "note": "Slow.",
                    "tests": ["tests.test_kilns.Kilns.test_one", "tests.test_kilns.Kilns.test_two"]})
            ),
            "`python3 -m unittest tests.test_kilns` in sandbox L2: exit 1\n\
             2 passed: tests.test_kilns.Kilns.test_one, .test_two\n1 failed: tests.test_kilns.Sizes.test_none\nSlow."
        );
        assert_eq!(
            shown(
                PackKind::Evidence,
                json!({"terms": {"C-004": ["payment", "checkout"]}, "searched": ["code: 5 files", "pages: 2"],
                    "note": "C-004: not found"})
            ),
            "C-004 by payment, checkout\nin code: 5 files, pages: 2\nC-004: not found"
        );
        assert_eq!(of(PackKind::Interpretation, "no JSON"), None);
        assert_eq!(of(PackKind::Evidence, "2 of 2 ranges were noticed"), None);
        assert_eq!(of(PackKind::File, "{}"), None);
    }
}
