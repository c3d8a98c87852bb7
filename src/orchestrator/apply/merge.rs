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
    if let Proposal::Build { links, .. } = &proposal {
        relink(run, id, links);
    }
    // Tests that this step declared earlier go with its earlier files.
    let own: BTreeSet<String> = run.files.values().filter(|f| &f.step == id).map(|f| f.path.clone()).collect();
    if renews {
        run.files.retain(|path, file| &file.step != id || files.iter().any(|f| &f.path == path));
        run.restore_existing();
    }
    for file in files {
        run.files.insert(file.path.clone(), FileEntry { step: id.clone(), ..file.clone() });
    }
    match proposal {
        Proposal::Understand { title, product, kinds, interpretations, assumptions, gaps } => {
            run.title = title;
            run.understood = product;
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
            run.plan = Some(plan.into());
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
        Proposal::Build { additions, gaps, .. } => {
            run.gaps.retain(|gap| gap.step.as_ref() != Some(id));
            run.gaps.extend(gaps);
            // Steps that run in parallel are committed in any order.
            run.gaps.sort_by(|a, b| a.step.cmp(&b.step));
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
        Proposal::Verify { findings, .. } => run.findings = findings.into(),
    }
}

/// The links of a build come into force: those that it declared earlier go. Links of other steps that found their lines in
/// a file that it rewrites come with its own; those that did not stay as they were, and their clauses show as changed.
fn relink(run: &mut Run, id: &StepId, links: &[CodeRange]) {
    let mut known = std::mem::take(&mut run.code_links);
    known.retain(|link| {
        let of = run.step_of(link);
        let carried = |new: &CodeRange| {
            new.step.is_some() && new.step.as_ref() == of && new.clause == link.clause && new.path == link.path
        };
        of != Some(id) && !links.iter().any(carried)
    });
    let declared =
        |link: &CodeRange| CodeRange { step: link.step.clone().or_else(|| Some(id.clone())), ..link.clone() };
    known.extend(links.iter().map(declared));
    run.code_links = known;
}

fn assume(run: &mut Run, assumptions: Vec<Assumption>) {
    run.assumptions.extend(assumptions.into_iter().map(|a| (a.id, a)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{ClauseId, Hash, run::GateMode},
        orchestrator::testing::{Sim, at, step},
    };

    #[test]
    fn links_belong_to_the_step_that_declared_them_whoever_writes_the_file() {
        let mut sim = Sim::start(GateMode::None);
        sim.finish();
        let mut run = sim.run().clone();
        let (core, notes) = (step("build:core"), step("build:notes"));
        let (path, before) = ("app/shared.py".to_owned(), Hash::of(b"before"));
        let link = |clause, line, text: &[u8], of: Option<&StepId>| CodeRange {
            clause: ClauseId(clause),
            path: "app/shared.py".into(),
            lines: (line, line),
            sha256: Hash::of(text),
            step: of.cloned(),
        };
        let commit = |run: &mut Run, of: &StepId, text: &[u8], links: Vec<CodeRange>| {
            let file = FileEntry {
                path: path.clone(),
                sha256: Hash::of(text),
                bytes: 1,
                lines: 9,
                executable: false,
                step: of.clone(),
            };
            let step = run.step_mut(of).unwrap();
            step.state = StepState::Committing;
            let (additions, gaps, notes) = (Vec::new(), Vec::new(), Default::default());
            step.proposal = Some(Proposal::Build { files: vec![file.clone()], links, additions, gaps, notes });
            committed(run, of, &[file], at());
            let shared = run.code_links.iter().filter(|l| l.path == path);
            shared.map(|l| (l.clause.0, l.lines.0, l.sha256.clone(), l.step.clone().unwrap())).collect::<Vec<_>>()
        };
        let there = commit(&mut run, &core, b"before", vec![link(2, 1, b"before", None)]);
        assert_eq!(there, [(2, 1, before.clone(), core.clone())]);
        // Another step writes the file: the link is carried, and the step's own comes with it.
        let mine = |line, text: &[u8]| vec![link(3, line, text, None), link(2, line + 1, text, Some(&core))];
        commit(&mut run, &notes, b"one", mine(4, b"one"));
        // And once more, after its tests sent it back.
        let there = commit(&mut run, &notes, b"two", mine(6, b"two"));
        let two = Hash::of(b"two");
        assert_eq!(there, [(3, 6, two.clone(), notes.clone()), (2, 7, two.clone(), core.clone())]);
        // It links lines of its own for the same clause and loses those of the other step: that one shows as changed.
        let there = commit(&mut run, &notes, b"three", vec![link(2, 8, b"three", None)]);
        assert_eq!(there, [(2, 7, two, core), (2, 8, Hash::of(b"three"), notes)]);
    }
}
