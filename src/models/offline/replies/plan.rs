//! `plan`: modules of the application, and the steps that design, build, test and verify them.

use crate::domain::{
    ClauseId, DecisionId,
    persona::ReadKind,
    reply::{NewModule, NewStep, PlanReply, ReplyKind},
};
use crate::models::offline::{blueprint, spec::AppSpec};
use std::collections::BTreeSet;

/// The reply for a specification; `decisions` are those of the pack.
#[must_use]
pub fn reply(spec: &AppSpec, decisions: Vec<DecisionId>) -> PlanReply {
    let modules = modules(spec);
    let steps = steps(&modules);
    let demanding = spec.marks.iter().filter(|m| m.kind.demands()).map(|m| m.clause);
    let names: Vec<&str> = modules.iter().map(|m| m.name.as_str()).collect();
    PlanReply {
        teach_back: super::teach_back(demanding, decisions),
        team_notes: format!(
            "One developer and one tester per module ({}); the four architects share one design, because they decide \
             about the same records; verifier and QA specialist look at the whole.",
            names.join(", ")
        ),
        communication_notes:
            "Everybody reads the clauses themselves, word for word, with interpretations, assumptions \
                              and gaps. Builders also read the design; testers the code of what they test; the \
                              verifier everything."
                .to_owned(),
        modules,
        steps,
    }
}

/// The blueprint's modules; a demand that none of them claims belongs to the one everything rests on.
fn modules(spec: &AppSpec) -> Vec<NewModule> {
    let whole: BTreeSet<ClauseId> = spec.gaps.iter().filter(|g| g.whole).map(|g| g.clause).collect();
    let mut claimed: BTreeSet<ClauseId> = BTreeSet::new();
    let mut out: Vec<NewModule> = blueprint::modules(spec)
        .into_iter()
        .map(|m| {
            claimed.extend(&m.clauses);
            NewModule {
                name: m.name,
                purpose: m.purpose,
                clauses: m.clauses.iter().filter(|c| !whole.contains(c)).map(ToString::to_string).collect(),
                depends_on: m.depends_on,
            }
        })
        .collect();
    let left = spec
        .marks
        .iter()
        .filter(|m| m.kind.demands() && !claimed.contains(&m.clause) && !whole.contains(&m.clause))
        .map(|m| m.clause.to_string());
    if let Some(first) = out.first_mut() {
        first.clauses.extend(left);
    }
    out
}

fn steps(modules: &[NewModule]) -> Vec<NewStep> {
    let step = |id: String,
                title: String,
                produces,
                personas: &[&str],
                module: Option<&str>,
                after: Vec<String>,
                more: &[ReadKind]| {
        NewStep {
            id,
            title,
            produces,
            personas: personas.iter().map(|p| (*p).to_owned()).collect(),
            module: module.map(str::to_owned),
            after,
            reads: ReadKind::MEANING.iter().chain(more).copied().collect(),
        }
    };
    let architects = ["solution-architect", "technical-architect", "api-designer", "database-architect"];
    let mut out = vec![step(
        "design".into(),
        "Design the application".into(),
        ReplyKind::Design,
        &architects,
        None,
        vec!["plan".into()],
        &[],
    )];
    for m in modules {
        let mut after = vec!["design".to_owned()];
        after.extend(m.depends_on.iter().map(|d| format!("build:{d}")));
        let title = format!("Build {}", m.name.replace('_', " "));
        out.push(step(
            format!("build:{}", m.name),
            title,
            ReplyKind::Build,
            &["developer"],
            Some(&m.name),
            after,
            &[ReadKind::Artifacts, ReadKind::Files],
        ));
    }
    // the first module brings what all tests rest on
    let first = modules.first().map(|m| m.name.clone());
    for m in modules {
        let mut after = vec![format!("build:{}", m.name)];
        if let Some(first) = first.as_ref().filter(|f| **f != m.name) {
            after.push(format!("test:{first}"));
        }
        let title = format!("Test {}", m.name.replace('_', " "));
        out.push(step(
            format!("test:{}", m.name),
            title,
            ReplyKind::Test,
            &["tester"],
            Some(&m.name),
            after,
            &[ReadKind::Artifacts, ReadKind::Files, ReadKind::Tests],
        ));
    }
    let all = modules.iter().map(|m| format!("test:{}", m.name)).collect();
    out.push(step(
        "verify".into(),
        "Verify the whole against the requirement".into(),
        ReplyKind::Verify,
        &["verifier", "qa-specialist"],
        None,
        all,
        &[ReadKind::Files, ReadKind::Tests, ReadKind::Evidence],
    ));
    out
}

/// What a person reads while it works.
#[must_use]
pub fn narration(reply: &PlanReply) -> Vec<String> {
    let mut lines = vec![format!("{} modules, {} steps.\n", reply.modules.len(), reply.steps.len())];
    for m in &reply.modules {
        lines.push(format!("{}: {} ({} clauses)\n", m.name, m.purpose, m.clauses.len()));
    }
    lines
}
