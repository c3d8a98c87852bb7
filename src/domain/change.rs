//! A change of the requirement after the fact, and what hangs on the clauses it touches.

use super::{
    AssumptionId, ClauseId, Clean, DecisionId, InterpretationId, StepId,
    attachment::Attachment,
    clause::{Clause, Origin, Retired},
    plan::Module,
    reply::ReplyKind,
    run::Run,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A piece of an amendment, not yet numbered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewClause {
    pub text: String,
    #[serde(default)]
    pub section: Vec<String>,
    /// The clause it stands for from now on.
    pub supersedes: Option<ClauseId>,
}

/// Clauses that no longer hold, and new ones. What is superseded has to be among the retired.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub retire: Vec<ClauseId>,
    pub add: Vec<NewClause>,
    /// The documents that the new text was read out of; their contents are among the project's blobs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<Attachment>,
}

impl Change {
    /// What becomes of a retired clause.
    #[must_use]
    pub fn fate(&self, clause: ClauseId) -> Retired {
        let superseded = self.add.iter().any(|new| new.supersedes == Some(clause));
        if superseded { Retired::Superseded } else { Retired::Removed }
    }

    /// The new clauses as they will be numbered.
    #[must_use]
    pub fn clauses(&self, run: &Run) -> Vec<Clause> {
        let first = run.clauses.keys().next_back().map_or(1, |last| last.0 + 1);
        (first..)
            .zip(&self.add)
            .map(|(number, new)| Clause {
                id: ClauseId(number),
                origin: Origin::Amendment,
                span: None,
                text: new.text.clone(),
                section: new.section.clone(),
                kind: None,
                kind_reason: None,
                retired: None,
                supersedes: new.supersedes,
            })
            .collect()
    }
}

/// Everything that depends on the retired clauses, and the steps that a change makes again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Dependents {
    pub interpretations: Vec<InterpretationId>,
    pub decisions: Vec<DecisionId>,
    pub assumptions: Vec<AssumptionId>,
    /// `path:first-last`.
    pub code: Vec<String>,
    pub tests: Vec<String>,
    /// In plan order. Of an addition the module is only known when it is planned: its steps are not among these.
    pub steps: Vec<StepId>,
    /// Steps that keep their results.
    pub kept: Vec<StepId>,
    /// Calls to the model, repairs aside; what an addition's own module takes comes on top.
    pub calls: usize,
}

/// What `change` would touch, before anything is done.
#[must_use]
pub fn dependents(run: &Run, change: &Change) -> Dependents {
    let gone: BTreeSet<ClauseId> = change.retire.iter().copied().collect();
    let about = |clauses: &[ClauseId]| clauses.iter().any(|id| gone.contains(id));
    let modules = run.plan.as_ref().map_or(&[][..], |plan| plan.modules.as_slice());
    let holders = |id: &ClauseId| modules.iter().filter(|m| m.clauses.contains(id)).map(|m| m.name.as_str()).collect();
    let changed: BTreeMap<ClauseId, BTreeSet<&str>> = gone.iter().map(|id| (*id, holders(id))).collect();
    let again = spread(&modules.iter().collect::<Vec<_>>(), &changed);
    let mut tests: Vec<String> =
        run.test_links.iter().filter(|l| gone.contains(&l.clause)).map(|l| l.test.clone()).collect();
    tests.sort();
    tests.dedup();
    let mut code: Vec<String> = run
        .code_links
        .iter()
        .filter(|l| gone.contains(&l.clause))
        .map(|l| format!("{}:{}-{}", l.path, l.lines.0, l.lines.1))
        .collect();
    code.sort();
    code.dedup();
    let redone = |step: &&super::run::Step| match step.plan.produces {
        ReplyKind::Build | ReplyKind::Test => {
            step.plan.module.as_ref().is_some_and(|module| again.contains(module.as_str()))
        }
        _ => true,
    };
    let steps: Vec<StepId> = run.steps().filter(redone).map(|s| s.plan.id.clone()).collect();
    let kept = run.steps().filter(|s| !redone(s)).map(|s| s.plan.id.clone()).collect();
    Dependents {
        interpretations: run.interpretations.values().filter(|i| about(&i.clauses)).map(|i| i.id).collect(),
        decisions: run.decisions.values().filter(|d| about(&d.clauses)).map(|d| d.id).collect(),
        assumptions: run.assumptions.values().filter(|a| about(&a.clauses)).map(|a| a.id).collect(),
        code,
        tests,
        calls: steps.len(),
        steps,
        kept,
    }
}

/// The change in words: what goes and comes, what depends on it, what is made again and about what that takes.
#[must_use]
pub fn describe(run: &Run, change: &Change, dependents: &Dependents) -> Vec<String> {
    let mut out = Vec::new();
    out.extend(
        change.retire.iter().filter_map(|id| run.clauses.get(id)).map(|c| format!("- {} {}", c.id, c.line(100))),
    );
    for clause in change.clauses(run) {
        let stands_for = clause.supersedes.map_or_else(String::new, |id| format!(" (for {id})"));
        out.push(format!("+ {}{stands_for} {}", clause.id, clause.line(100)));
    }
    if !change.retire.is_empty() {
        out.push("What depends on what goes:".to_owned());
        let rows = [
            ("interpretations", names(&dependents.interpretations)),
            ("decisions", names(&dependents.decisions)),
            ("assumptions", names(&dependents.assumptions)),
            ("code", names(&dependents.code)),
            ("tests", names(&dependents.tests)),
        ];
        out.extend(rows.into_iter().map(|(name, items)| format!("  {name:<16} {items}")));
    }
    out.push(format!("Made again: {}", names(&dependents.steps)));
    if !change.add.is_empty() {
        out.push("  and the modules that the new plan gives the new clauses to, with what they rest on".to_owned());
    }
    if !dependents.kept.is_empty() {
        let kept = names(&dependents.kept);
        out.push(format!("Kept, unless the new plan touches them or their tests fail on the new whole: {kept}"));
    }
    let cost = dependents.calls as f64 * run.usage.dollars() / f64::from(run.usage.calls.max(1));
    out.push(format!("About {} calls and ${cost:.2}, repairs aside", dependents.calls));
    out
}

fn names<T: ToString>(items: &[T]) -> String {
    let items: Vec<String> = items.iter().map(ToString::to_string).collect();
    if items.is_empty() { "none".to_owned() } else { items.join(", ") }
}

/// The modules that are built and tested again: those the changed clauses are at home in, what is built on these (it uses
/// what changes) and what these are built on (a new demand may need more of it, a removed one less).
///
/// A clause is at home in the modules that have it and that no other one of them is built on: where the base of an
/// application does a little for every demand, only the demands of the base alone concern everything that rests on it.
#[must_use]
pub fn spread<'a>(modules: &[&'a Module], changed: &BTreeMap<ClauseId, BTreeSet<&'a str>>) -> BTreeSet<&'a str> {
    let mut homes = BTreeSet::new();
    for holders in changed.values() {
        let bases: BTreeSet<&str> =
            holders.iter().flat_map(|holder| below(modules, BTreeSet::from([*holder]))).collect();
        homes.extend(holders.difference(&bases).copied());
    }
    let mut again = homes.clone();
    while let Some(next) = modules
        .iter()
        .find(|m| !again.contains(m.name.as_str()) && m.depends_on.iter().any(|d| again.contains(d.as_str())))
    {
        again.insert(next.name.as_str());
    }
    again.extend(below(modules, homes));
    again
}

/// Everything that `from` is built on, without `from` itself.
fn below<'a>(modules: &[&'a Module], from: BTreeSet<&'a str>) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::new();
    let mut open: Vec<&str> = from.into_iter().collect();
    while let Some(name) = open.pop() {
        for module in modules.iter().filter(|m| m.name.as_str() == name) {
            open.extend(module.depends_on.iter().map(Clean::as_str).filter(|d| found.insert(*d)));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_spreads_to_what_rests_on_it_and_to_what_it_rests_on() {
        let module = |name: &str, depends_on: &[&str]| Module {
            name: name.into(),
            purpose: "".into(),
            clauses: Vec::new(),
            depends_on: depends_on.iter().map(|d| (*d).into()).collect(),
        };
        let modules = [
            module("core", &[]),
            module("boats", &["core"]),
            module("notices", &["core"]),
            module("bookings", &["boats"]),
        ];
        let modules: Vec<&Module> = modules.iter().collect();
        let of = |holders: &[&'static str]| {
            let changed = BTreeMap::from([(ClauseId(1), holders.iter().copied().collect())]);
            spread(&modules, &changed).into_iter().collect::<Vec<_>>().join(" ")
        };
        assert_eq!(of(&["core"]), "boats bookings core notices");
        assert_eq!(of(&["boats"]), "boats bookings core");
        assert_eq!(of(&["notices"]), "core notices");
        assert_eq!(of(&["bookings"]), "boats bookings core");
        assert_eq!(of(&["core", "notices"]), "core notices", "the base does its part for the notices");
        assert_eq!(of(&["boats", "notices"]), "boats bookings core notices");
        assert_eq!(of(&[]), "");
    }
}
