//! The life of a step: attempts, calls, checks, results.

use super::{
    super::{calls, repair},
    PLAN, UNDERSTAND, reset, step_id,
};
use crate::domain::{
    Clean, Hash, StepId,
    artifact::FileEntry,
    event::Event,
    evidence::{ControlRun, Coverage, Evidence, ExclusionSearch},
    plan::{Seat, Task},
    reply::ReplyKind,
    run::{Call, Check, Gate, Proposal, Run, Step, StepState},
    tool::{Turn, Used},
    usage::Usage,
};
use jiff::Timestamp;

/// The step, when the event is about its current attempt.
fn current<'a>(run: &'a mut Run, id: &StepId, attempt: u32) -> Option<&'a mut Step> {
    run.step_mut(id).filter(|s| s.attempt == attempt)
}

pub(super) fn started(run: &mut Run, id: &StepId, attempt: u32, at: Timestamp) {
    let failed = run.step(id).and_then(|step| repair::signature(run, step));
    let Some(step) = run.step_mut(id) else { return };
    if let Some(signature) = failed {
        step.failures += 1;
        step.last_signature = Some(signature);
        let told: Vec<Clean> = repair::told(step).filter(|finding| !step.told.contains(finding)).collect();
        step.told.extend(told);
        step.feedback.retain(|f| !f.starts_with(repair::FAILED));
        let failed = repair::feedback(step);
        step.feedback.extend(failed);
    }
    reset(step);
    step.state = StepState::Working;
    step.attempt = attempt;
    step.started_at = step.started_at.or(Some(at));
    // A plan made on an understanding that is being made again is no longer about anything.
    if id.as_str() == UNDERSTAND
        && let Some(plan) = run.step_mut(&step_id(PLAN)).filter(|s| s.state != StepState::Done)
    {
        reset(plan);
    }
}

pub(super) fn call(run: &mut Run, event: &Event) {
    match event {
        Event::StepContext { step, attempt, pack, blob, seat, page, covers, .. } => {
            if let Some(step) = current(run, step, *attempt) {
                step.pack = Some((pack.clone(), blob.clone()));
                if step.open_call().is_none() {
                    step.calls.push(calls::unrecorded(step));
                }
                if let Some(call) = step.calls.last_mut() {
                    call.seat = seat.clone().unwrap_or_else(|| Seat::shared(&step.plan));
                    (call.page, call.pack) = (*page, Some(blob.clone()));
                    call.covers.clone_from(covers);
                }
            }
        }
        Event::CallIntended { step, attempt, request, worst_case, .. } => {
            if let Some(step) = current(run, step, *attempt) {
                step.in_flight = Some(request.clone());
                step.reserved = *worst_case;
            }
        }
        Event::CallFinished { step, attempt, reply, usage, cached, by, merged, turn, .. } => {
            let spent = if *cached { Usage::default() } else { *usage };
            run.usage += spent;
            if let (Some(model), false) = (by, cached) {
                *run.by_others.entry(model.clone()).or_default() += 1;
            }
            if let Some(step) = run.step_mut(step) {
                step.usage += spent;
            }
            if let Some(step) = current(run, step, *attempt) {
                step.in_flight = None;
                step.reserved = Usage::default();
                if step.open_call().is_none() {
                    step.calls.push(calls::unrecorded(step));
                }
                let call = step.calls.last_mut();
                if !turn && call.as_ref().is_none_or(|call| call.seat.task == Task::Work) {
                    step.reply = Some(merged.as_ref().unwrap_or(reply).clone());
                }
                if let Some(call) = call {
                    call.reply = Some(reply.clone());
                    call.turn = turn.then(Turn::default);
                }
                step.state = StepState::Checking;
                // Of a call that gave nothing, when the journal ended before the next attempt.
                step.checks.retain(|c| c.name.as_str() != "call");
            }
        }
        Event::CallPassed { step, attempt } => {
            if let Some(step) = current(run, step, *attempt).filter(|s| s.state == StepState::Checking) {
                step.state = StepState::Working;
            }
        }
        Event::CallFailed { step, attempt, spent, .. } => {
            run.usage += *spent;
            if let Some(step) = run.step_mut(step) {
                step.usage += *spent;
            }
            if let Some(step) = current(run, step, *attempt) {
                step.in_flight = None;
                step.reserved = Usage::default();
            }
        }
        _ => {}
    }
}

/// Its author goes on; false when nobody waits for these results.
pub(super) fn used(run: &mut Run, id: &StepId, attempt: u32, uses: &[Used], draft: &[FileEntry]) -> bool {
    let Some(step) = current(run, id, attempt).filter(|s| s.state == StepState::Checking) else { return false };
    let open = step.open_turn().is_some();
    if let Some(call) = step.calls.last_mut().filter(|_| open) {
        call.turn = Some(Turn { uses: uses.to_vec(), draft: draft.to_vec() });
        step.state = StepState::Working;
    }
    open
}

pub(super) fn checked(run: &mut Run, id: &StepId, attempt: u32, check: &Check) {
    if let Some(step) = current(run, id, attempt) {
        // A check is repeated when the journal ended before its consequence.
        match step.checks.iter_mut().find(|c| c.name == check.name) {
            Some(old) => *old = check.clone(),
            None => step.checks.push(check.clone()),
        }
    }
}

pub(super) fn drafted(run: &mut Run, id: &StepId, attempt: u32, draft: &Proposal) {
    if let Some(step) = current(run, id, attempt) {
        step.proposal = Some(draft.clone());
        step.state = StepState::Checking;
    }
}

pub(super) fn proposed(run: &mut Run, id: &StepId, attempt: u32, proposal: &Proposal, digest: &Hash) {
    if let Some(step) = current(run, id, attempt) {
        step.proposal = Some(proposal.clone());
        step.digest = Some(digest.clone());
        step.state = StepState::Checking;
    }
}

pub(super) fn accepted(run: &mut Run, id: &StepId) {
    if let Some(step) = run.step_mut(id).filter(|s| s.state == StepState::Checking && s.digest.is_some()) {
        step.state = StepState::Committing;
    }
}

pub(super) fn edited(run: &mut Run, id: &StepId, attempt: u32, reply: &Hash, who: &Clean) {
    let why = Clean::from(format!("{who} edited {id}: it is shown again after its checks"));
    if let Some(step) = replaced(run, id, attempt, reply, why) {
        step.edited_by = Some(who.clone());
    }
}

pub(super) fn stood_in(run: &mut Run, id: &StepId, attempt: u32, reply: &Hash, why: &Clean) {
    let withdrawn = Clean::from(format!("G1 stands in for {id}: what it puts there is checked and shown"));
    if let Some(step) = replaced(run, id, attempt, reply, withdrawn) {
        step.stood_in = Some(why.clone());
    }
}

/// A reply that is not a persona's stands in the place of all calls of the step: its next attempt. What was shown of the
/// step is withdrawn.
fn replaced<'a>(run: &'a mut Run, id: &StepId, attempt: u32, reply: &Hash, why: Clean) -> Option<&'a mut Step> {
    let understanding = id.as_str() == UNDERSTAND;
    let shown = |gate: &Gate| gate.step == *id || (understanding && gate.step.as_str() == PLAN);
    for gate in run.gates.values_mut().filter(|g| g.is_open() && shown(g)) {
        gate.withdrawn = Some(why.clone());
    }
    // A plan on another understanding is no longer about anything.
    if understanding && let Some(plan) = run.step_mut(&step_id(PLAN)) {
        reset(plan);
    }
    let step = run.step_mut(id)?;
    let pack = step.pack.take();
    reset(step);
    step.pack = pack;
    step.attempt = attempt;
    step.state = StepState::Checking;
    step.reply = Some(reply.clone());
    step.calls = vec![Call { reply: Some(reply.clone()), ..calls::unrecorded(step) }];
    step.failures = 0;
    step.last_signature = None;
    Some(step)
}

/// What a step searches for again takes the place of what it searched for in an attempt before. Words that hit and are not
/// among the new ones are given up, and stay on record.
pub(super) fn searched(run: &mut Run, step: &StepId, search: &ExclusionSearch) {
    let mut known = std::mem::take(&mut run.searches);
    known.retain_mut(|s| {
        if s.clause != search.clause {
            return true;
        }
        if s.evidence == search.evidence {
            return s.terms != search.terms;
        }
        if !run.settings.searches_go_back || run.searched_by(s) != Some(step) {
            return true;
        }
        s.given_up = !s.hits.is_empty() && !s.terms.iter().all(|term| search.terms.contains(term));
        s.given_up
    });
    known.push(search.clone());
    run.searches = known;
}

pub(super) fn reopened(run: &mut Run, id: &StepId, by: &StepId) {
    let signature = run.step(by).and_then(|step| repair::signature(run, step));
    let Some(tests) = run.step_mut(by) else { return };
    let said: Vec<Clean> = match &tests.proposal {
        Some(Proposal::Test { faults, notes, .. }) => {
            let faults = faults.iter().map(|fault| Clean::from(format!("The tester says: {fault}")));
            let notes = (!notes.is_empty()).then(|| Clean::from(format!("The tester notes: {notes}")));
            faults.chain(notes).collect()
        }
        _ => Vec::new(),
    };
    let found: Vec<Clean> = repair::red(tests)
        .map(|check| {
            let details: Vec<String> = check.details.iter().take(40).map(|d| format!("\n- {d}")).collect();
            Clean::from(format!("The tests of {by} fail ({}):{}", check.summary, details.concat()))
        })
        .collect();
    let refuted = tests.checks.iter().find(|check| check.name.as_str() == "searches" && !check.passed).map(|check| {
        let details: Vec<String> = check.details.iter().take(40).map(|d| format!("\n- {d}")).collect();
        Clean::from(format!(
            "The search of the whole product found what is excluded:{}\nWhere the word is one that an innocent product \
             holds, search for other words: the clause then counts as tested, and a person judges the hit. Where it is a \
             real one, keep the words and say so in `faults`.",
            details.concat()
        ))
    });
    tests.feedback.retain(|f| !f.starts_with(repair::FAILED));
    tests.failures = 0;
    // If the new build fails the same tests, nothing was gained and nothing more is tried.
    tests.last_signature = signature;
    reset(tests);
    if let Some(step) = run.step_mut(id) {
        step.renews |= std::mem::take(&mut step.kept);
        step.feedback.extend(found);
        step.feedback.extend(said);
        step.feedback.extend(refuted.filter(|_| step.plan.produces == ReplyKind::Test));
        step.failures = 0;
        step.last_signature = None;
        step.reworks += 1;
        reset(step);
    }
}

pub(super) fn failed(run: &mut Run, id: &StepId, reason: &Clean, at: Timestamp) {
    for gate in run.gates.values_mut().filter(|g| &g.step == id && g.is_open()) {
        gate.withdrawn = Some(reason.clone());
    }
    if let Some(step) = run.step_mut(id) {
        step.state = StepState::Failed;
        step.in_flight = None;
        step.reserved = Usage::default();
        step.fail_reason = Some(reason.clone());
        step.ended_at = Some(at);
    }
}

pub(super) fn blocked(run: &mut Run, id: &StepId, by: &StepId, at: Timestamp) {
    if let Some(step) = run.step_mut(id) {
        step.state = StepState::Blocked;
        step.fail_reason = Some(Clean::from(format!("{by} did not succeed")));
        step.ended_at = Some(at);
    }
}

pub(super) fn evidence(run: &mut Run, id: &StepId, evidence: &Evidence) {
    let number = evidence.id;
    let evidence = Evidence { step: Some(id.clone()), ..evidence.clone() };
    match run.evidence.iter_mut().find(|e| e.id == number) {
        Some(old) => *old = evidence,
        None => run.evidence.push(evidence),
    }
    if let Some(step) = run.step_mut(id)
        && !step.evidence.contains(&number)
    {
        step.evidence.push(number);
    }
}

pub(super) fn controls(run: &mut Run, id: &StepId, controls: &[ControlRun], coverage: &[Coverage]) {
    if let Some(step) = run.step(id) {
        let again = step.evidence.clone();
        run.controls.retain(|c| !again.contains(&c.evidence));
        run.coverage.retain(|c| !again.contains(&c.evidence));
    }
    run.controls.extend_from_slice(controls);
    run.coverage.extend_from_slice(coverage);
}
