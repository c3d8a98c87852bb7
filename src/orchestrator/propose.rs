//! From a checked reply to a proposal: ids are assigned in the order of the reply, unknown ids are dropped (the checks
//! have named them), text passes the sanitiser.

use super::checks::schema::Reply;
use crate::domain::{
    AssumptionId, ClauseId, Clean, DecisionId, Hash, InterpretationId, InterpretationKind, PersonaId, StepId,
    artifact::Artifact,
    clause::{Assumption, Decision, Gap, Interpretation},
    condition::Condition,
    reply::{BuildReply, CodeFault, DesignReply, NewAssumption, NewDecision, NewGap, UnderstandReply},
    run::{Proposal, Run, Step},
};
use std::collections::{BTreeMap, BTreeSet};

/// The proposal a reply makes. For steps that need execution, files and links are still to be resolved.
#[must_use]
pub fn proposal(run: &Run, step: &Step, reply: &Reply) -> Proposal {
    match reply {
        Reply::Understand(r) => understand(run, step, r),
        Reply::Plan(r) => Proposal::Plan { plan: super::plan::make(run, r) },
        Reply::Design(r) => design(run, step, r),
        Reply::Build(r) => Proposal::Build {
            files: Vec::new(),
            links: Vec::new(),
            additions: r.additions.iter().map(|a| (Clean::new(&a.what), Clean::new(&a.source))).collect(),
            gaps: unbuilt(run, step, r),
            notes: Clean::new(&r.notes),
        },
        Reply::Test(r) => Proposal::Test {
            files: Vec::new(),
            links: Vec::new(),
            faults: r.faults.iter().map(fault).collect(),
            notes: Clean::new(&r.notes),
        },
        Reply::Verify(r) => Proposal::Verify {
            findings: r
                .findings
                .iter()
                .filter(|f| !clauses(run, std::slice::from_ref(&f.clause)).is_empty())
                .cloned()
                .collect(),
            summary: Clean::new(&r.summary),
        },
    }
}

/// The gaps that a build found in clauses of its own; where it has code for one after all, there is no whole gap.
fn unbuilt(run: &Run, step: &Step, reply: &BuildReply) -> Vec<Gap> {
    let linked: BTreeSet<&str> = reply.links.iter().map(|l| l.clause.as_str()).collect();
    let found = reply.gaps.iter().filter(|g| !g.whole || !linked.contains(g.clause.as_str()));
    found
        .filter_map(|g| gap(run, g, Some(&step.plan.id)))
        .filter(|gap| step.plan.clauses.contains(&gap.clause))
        .collect()
}

fn gap(run: &Run, new: &NewGap, step: Option<&StepId>) -> Option<Gap> {
    let clause = clauses(run, std::slice::from_ref(&new.clause)).first().copied()?;
    let (what, reason) = (Clean::new(&new.what), Clean::new(&new.reason));
    Some(Gap { clause, what, reason, whole: new.whole, step: step.cloned() })
}

fn fault(fault: &CodeFault) -> Clean {
    let place = if fault.path.is_empty() { String::new() } else { format!(" ({})", fault.path) };
    Clean::from(format!("{}{place}: {}", fault.clause, fault.what))
}

/// What a decision at a gate is about: any change of the proposal changes it.
#[must_use]
pub fn digest(proposal: &Proposal) -> Hash {
    // Serialising plain data with string keys cannot fail; if it ever did, the debug form identifies it as well.
    let bytes = serde_json::to_vec(proposal).unwrap_or_else(|_| format!("{proposal:?}").into_bytes());
    Hash::of(&bytes)
}

fn clauses(run: &Run, texts: &[String]) -> Vec<ClauseId> {
    let ids: BTreeSet<ClauseId> =
        texts.iter().filter_map(|t| t.parse().ok()).filter(|id| run.clauses.contains_key(id)).collect();
    ids.into_iter().collect()
}

/// The persona who signs: the one named if it sits in the step, else the one who leads it. What G1 stands in with is nobody
/// else's.
fn signer(step: &Step, named: &str) -> PersonaId {
    if step.stood_in.is_some() {
        return super::stand_in::author();
    }
    step.plan
        .personas
        .iter()
        .find(|p| p.as_str() == named.trim())
        .or_else(|| step.plan.personas.first())
        .cloned()
        .unwrap_or_else(|| super::persona_id("knowledge-hub"))
}

fn understand(run: &Run, step: &Step, reply: &UnderstandReply) -> Proposal {
    let concierge = signer(step, "requirement-concierge");
    let analyst = signer(step, "business-analyst");
    let mut seen = BTreeSet::new();
    let kinds = reply
        .clauses
        .iter()
        .filter_map(|m| {
            let id: ClauseId = m.id.parse().ok()?;
            (run.clauses.contains_key(&id) && seen.insert(id)).then(|| (id, m.kind, Clean::new(&m.reason)))
        })
        .collect();
    // What was understood before keeps its id; the others get ids that were not used.
    let mut before: BTreeMap<(InterpretationKind, Vec<ClauseId>), Vec<&Interpretation>> = BTreeMap::new();
    for item in run.interpretations.values() {
        before.entry((item.id.kind, item.clauses.clone())).or_default().push(item);
    }
    let last = |kind| run.interpretations.keys().filter(|id| id.kind == kind).map(|id| id.number).max().unwrap_or(0);
    let (mut functional, mut quality) = (last(InterpretationKind::Functional), last(InterpretationKind::NonFunctional));
    let interpretations = reply
        .interpretations
        .iter()
        .map(|i| {
            let (kind, counter) = if i.functional {
                (InterpretationKind::Functional, &mut functional)
            } else {
                (InterpretationKind::NonFunctional, &mut quality)
            };
            let (statement, clauses) = (Clean::new(&i.statement), clauses(run, &i.clauses));
            let mut same = before.get_mut(&(kind, clauses.clone()));
            let at = same.as_ref().and_then(|same| same.iter().position(|b| b.statement == statement));
            let id = match same.as_mut().zip(at) {
                Some((same, at)) => same.remove(at).id,
                None => {
                    *counter += 1;
                    InterpretationId { kind, number: *counter }
                }
            };
            Interpretation {
                id,
                statement,
                clauses,
                acceptance: i.acceptance.iter().map(|a| Clean::new(a)).collect(),
                by: analyst.clone(),
            }
        })
        .collect();
    let gaps = reply.gaps.iter().filter_map(|new| gap(run, new, None)).collect();
    Proposal::Understand {
        title: Clean::from(Clean::new(&reply.title).one_line(80)),
        product: Condition::of_product(&reply.product, &reply.stack),
        kinds,
        interpretations,
        assumptions: assumptions(run, &concierge, &reply.assumptions),
        gaps,
    }
}

/// A question that was asked before keeps its id, and the answer of a person stays in force.
fn assumptions(run: &Run, by: &PersonaId, new: &[NewAssumption]) -> Vec<Assumption> {
    let mut next = run.assumptions.keys().next_back().map_or(1, |id| id.0 + 1);
    let mut keys = BTreeSet::new();
    let mut list = Vec::new();
    for assumption in new {
        let key = Clean::new(assumption.key.trim());
        if !keys.insert(key.clone()) {
            continue;
        }
        let before = run.assumptions.values().find(|a| a.key == key);
        let id = before.map_or_else(
            || {
                next += 1;
                AssumptionId(next - 1)
            },
            |a| a.id,
        );
        let answered = before.filter(|a| a.answered_by.is_some());
        list.push(Assumption {
            id,
            question: Clean::new(&assumption.question),
            answer: answered.map_or_else(|| Clean::new(&assumption.default), |a| a.answer.clone()),
            clauses: clauses(run, &assumption.clauses),
            key,
            by: by.clone(),
            answered_by: answered.and_then(|a| a.answered_by.clone()),
            choices: assumption.choices.iter().map(|choice| Clean::new(choice.trim())).collect(),
        });
    }
    list
}

fn design(run: &Run, step: &Step, reply: &DesignReply) -> Proposal {
    let mut next = run.decisions.keys().next_back().map_or(1, |id| id.0 + 1);
    let mut before: Vec<&Decision> = if step.renews { run.decisions.values().collect() } else { Vec::new() };
    let mut number = |d: &NewDecision| {
        // A design made again keeps the ids of what it decides again.
        if let Some(at) = before.iter().position(|b| b.title.as_str() == Clean::new(&d.title).as_str()) {
            return before.remove(at).id;
        }
        next += 1;
        DecisionId(next - 1)
    };
    let decisions = reply
        .decisions
        .iter()
        .map(|d| Decision {
            id: number(d),
            title: Clean::new(&d.title),
            choice: Clean::new(&d.choice),
            why: Clean::new(&d.why),
            clauses: clauses(run, &d.clauses),
            by: signer(step, &d.by),
        })
        .collect();
    let artifacts = reply
        .artifacts
        .iter()
        .map(|a| Artifact {
            name: Clean::from(Clean::new(&a.name).one_line(60)),
            hash: Hash::of(a.content.as_bytes()),
            bytes: a.content.len() as u64,
            by: signer(step, &a.by),
            step: step.plan.id.clone(),
            clauses: clauses(run, &a.clauses),
        })
        .collect();
    let lead = signer(step, "");
    Proposal::Design { decisions, assumptions: assumptions(run, &lead, &reply.assumptions), artifacts }
}
