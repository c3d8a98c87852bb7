//! The requirement of a finished run changes: what was said of retired clauses goes, and the run is taken up again from its
//! understanding. Which of the other steps keep their results is seen when the new plan is in force.

use super::{PLAN, UNDERSTAND, reset, step_id};
use crate::domain::{
    ClauseId, Shared, StepId,
    change::spread,
    clause::{Clause, Retired},
    plan::Plan,
    reply::ReplyKind,
    run::{Run, RunStatus, Step, StepState},
};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn requirement(run: &mut Run, retired: &[(ClauseId, Retired)], added: &[Clause]) {
    for (id, how) in retired {
        if let Some(clause) = run.clauses.get_mut(id) {
            clause.retired = Some(*how);
        }
    }
    run.clauses.extend(added.iter().map(|clause| (clause.id, clause.clone())));
    let gone: BTreeSet<ClauseId> = retired.iter().map(|(id, _)| *id).collect();
    // What was said of a retired clause and of others holds for the others.
    let prune = |clauses: &mut Vec<ClauseId>| {
        let before = clauses.len();
        clauses.retain(|id| !gone.contains(id));
        before == 0 || !clauses.is_empty()
    };
    run.interpretations.retain(|_, item| prune(&mut item.clauses));
    run.decisions.retain(|_, item| prune(&mut item.clauses));
    run.assumptions.retain(|_, item| prune(&mut item.clauses));
    for artifact in run.artifacts.values_mut() {
        artifact.clauses.retain(|id| !gone.contains(id));
    }
    run.gaps.retain(|gap| !gone.contains(&gap.clause));
    run.code_links.retain(|link| !gone.contains(&link.clause));
    run.test_links.retain(|link| !gone.contains(&link.clause));
    run.controls.retain(|control| !gone.contains(&control.clause));
    run.coverage.retain(|coverage| !gone.contains(&coverage.clause));
    run.searches.retain(|search| !gone.contains(&search.clause));
    // The verifier judges the new whole; its old verdicts are about another one.
    run.findings.clear();
    let in_force: Vec<ClauseId> = run.clauses.values().filter(|c| c.retired.is_none()).map(|c| c.id).collect();
    for name in [UNDERSTAND, PLAN] {
        if let Some(step) = run.step_mut(&step_id(name)) {
            again(step);
            step.plan.clauses.clone_from(&in_force);
        }
    }
    run.status = RunStatus::Running;
}

/// Back to waiting with all its repairs. It does not begin with what it made before: that may be about clauses that hold
/// no more.
fn again(step: &mut Step) {
    reset(step);
    step.last_reply = None;
    step.last_draft.clear();
    step.told.clear();
    step.feedback.clear();
    step.failures = 0;
    step.last_signature = None;
    step.reworks = 0;
    step.renews = true;
    (step.started_at, step.ended_at) = (None, None);
}

/// The steps of a new plan. Where there was one before, whatever neither a change nor its neighbours touch keeps its
/// result; the rest is done again, and files of steps that are no more are no longer part of the application.
pub(super) fn replan(run: &mut Run, plan: &Plan) {
    let mut before: BTreeMap<StepId, Shared<Step>> =
        run.steps.split_off(2.min(run.steps.len())).into_iter().map(|s| (s.plan.id.clone(), s)).collect();
    let was = run.plan.as_ref().map_or(&[][..], |old| old.modules.as_slice());
    // Clauses of a module that it had and has not, or has and had not; all of one that has no finished result.
    let mut changed: BTreeMap<ClauseId, BTreeSet<&str>> = BTreeMap::new();
    for (module, other) in plan.modules.iter().map(|m| (m, was)).chain(was.iter().map(|m| (m, plan.modules.as_slice())))
    {
        let counterpart = other.iter().find(|m| m.name == module.name);
        let mut steps = before.values().filter(|s| s.plan.module.as_ref() == Some(&module.name)).peekable();
        let finished = steps.peek().is_some() && steps.all(|s| s.state == StepState::Done);
        let same = |id: &ClauseId| finished && counterpart.is_some_and(|m| m.clauses.contains(id));
        for id in module.clauses.iter().filter(|id| !same(id)) {
            changed.entry(*id).or_default().insert(module.name.as_str());
        }
    }
    let gone = was.iter().filter(|old| plan.modules.iter().all(|m| m.name != old.name));
    let redone = spread(&plan.modules.iter().chain(gone).collect::<Vec<_>>(), &changed);
    for planned in &plan.steps {
        let step = match before.remove(&planned.id) {
            None => Step::new(planned.clone()).into(),
            Some(mut old) => {
                let kept = matches!(planned.produces, ReplyKind::Build | ReplyKind::Test)
                    && old.state == StepState::Done
                    && planned.module.as_ref().is_some_and(|m| !redone.contains(m.as_str()));
                old.plan = planned.clone();
                old.kept = kept;
                if !kept {
                    again(&mut old);
                }
                old
            }
        };
        run.steps.push(step);
    }
    let there: BTreeSet<&StepId> = plan.steps.iter().map(|s| &s.id).collect();
    run.files.retain(|_, file| there.contains(&file.step));
    run.restore_existing();
    let files: BTreeSet<&String> = run.files.keys().collect();
    run.code_links.retain(|link| files.contains(&link.path) && link.step.as_ref().is_none_or(|s| there.contains(s)));
    run.test_links.retain(|link| files.contains(&link.path));
}
