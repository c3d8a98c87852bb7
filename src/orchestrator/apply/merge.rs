//! An approved proposal comes into force.

use super::{PLAN, step_id};
use crate::domain::{
    StepId,
    artifact::{CodeRange, FileEntry},
    clause::Assumption,
    run::{Proposal, Run, StepState},
};
use jiff::Timestamp;
use std::collections::BTreeSet;

pub(super) fn committed(run: &mut Run, id: &StepId, files: &[FileEntry], at: Timestamp) {
    let Some(step) = run.step_mut(id).filter(|s| s.state == StepState::Committing) else { return };
    step.state = StepState::Done;
    step.ended_at = Some(at);
    step.failures = 0;
    step.last_signature = None;
    let renews = std::mem::take(&mut step.renews);
    let Some(proposal) = step.proposal.clone() else { return };
    // Links that this step declared earlier go with its earlier files; links of others into a file that it rewrites stay
    // and show as stale.
    let own: BTreeSet<String> = run.files.values().filter(|f| &f.step == id).map(|f| f.path.clone()).collect();
    if renews {
        run.files.retain(|path, file| &file.step != id || files.iter().any(|f| &f.path == path));
        run.restore_existing();
    }
    for file in files {
        run.files.insert(file.path.clone(), FileEntry { step: id.clone(), ..file.clone() });
    }
    match proposal {
        Proposal::Understand { title, kinds, interpretations, assumptions, gaps } => {
            run.title = title;
            for (id, kind, reason) in kinds {
                if let Some(clause) = run.clauses.get_mut(&id) {
                    clause.kind = Some(kind);
                    clause.kind_reason = Some(reason);
                }
            }
            run.interpretations = interpretations.into_iter().map(|i| (i.id, i)).collect();
            // What a person answered stays, also when the persona no longer asks.
            run.assumptions.retain(|_, a| a.answered_by.is_some());
            assume(run, assumptions);
            // What kept builds could not do stays so until they are made again.
            run.gaps.retain(|gap| gap.step.is_some());
            run.gaps.splice(..0, gaps);
            let demanding: Vec<_> = run.demanding().map(|c| c.id).collect();
            if let Some(plan) = run.step_mut(&step_id(PLAN)) {
                plan.plan.clauses = demanding;
            }
        }
        Proposal::Plan { mut plan } => {
            // Another variant may have been chosen at the gate.
            plan.variant = run.settings.plan;
            if let Some((_, estimate)) = plan.options.iter().find(|(variant, _)| *variant == plan.variant) {
                plan.estimate = *estimate;
            }
            super::change::replan(run, &plan);
            run.plan = Some(plan);
        }
        Proposal::Design { decisions, assumptions, artifacts } => {
            if renews {
                run.decisions.clear();
                run.artifacts.retain(|_, artifact| &artifact.step != id);
            }
            run.decisions.extend(decisions.into_iter().map(|d| (d.id, d)));
            assume(run, assumptions);
            run.artifacts.extend(artifacts.into_iter().map(|a| (a.name.to_string(), a)));
        }
        Proposal::Build { links, additions, gaps, .. } => {
            run.gaps.retain(|gap| gap.step.as_ref() != Some(id));
            run.gaps.extend(gaps);
            // Steps that run in parallel are committed in any order.
            run.gaps.sort_by(|a, b| a.step.cmp(&b.step));
            // Links of others that found their lines in the rewritten file come with this step's own.
            let carried = |l: &CodeRange| links.iter().any(|new| new.clause == l.clause && new.path == l.path);
            run.code_links.retain(|l| !own.contains(&l.path) && !carried(l));
            run.code_links.extend(links);
            for addition in additions {
                if !run.additions.contains(&addition) {
                    run.additions.push(addition);
                }
            }
        }
        Proposal::Test { links, .. } => {
            run.test_links.retain(|l| !own.contains(&l.path));
            run.test_links.extend(links);
        }
        Proposal::Verify { findings, .. } => run.findings = findings,
    }
}

fn assume(run: &mut Run, assumptions: Vec<Assumption>) {
    run.assumptions.extend(assumptions.into_iter().map(|a| (a.id, a)));
}
