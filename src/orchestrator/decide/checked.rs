//! Results of the checks that need I/O: evidence gets its ids, the draft its files and links.

use super::{
    Draft,
    call::{green, is_red, red, red_gate},
};
use crate::{
    domain::{
        ClauseId, Clean, EvidenceId, StepId, counted,
        event::Event,
        evidence::{Evidence, EvidenceKind, TestOutcome},
        reply::ReplyKind,
        run::{Check, Proposal, Run, Step, StepState},
        trace::doubts,
    },
    orchestrator::{
        Checked, asked, budget, checks, needs_execution,
        repair::{self, Next},
    },
};
use std::collections::BTreeSet;

/// Evidence ids are scoped to the step, so that steps that run in parallel number theirs the same whoever is first:
/// the third step of the plan has `E-301` to `E-399`.
const BLOCK: u32 = 100;

pub(super) fn checked(draft: &mut Draft, id: &StepId, attempt: u32, mut checked: Checked) {
    let Some(step) = draft.run.step(id).filter(|s| s.attempt == attempt && s.state == StepState::Checking) else {
        return;
    };
    let (kind, proposal) = (step.plan.produces, step.proposal.clone());
    // Red before it was executed: it was executed only so that a person sees all of it at the red gate.
    let was_red = repair::red(step).any(|c| checks::PURE.contains(&c.name.as_str()));
    let red_before = was_red.then(|| match repair::next(&draft.run, step) {
        Next::Stop(why) => why,
        Next::Retry => Clean::from(repair::words(step)),
    });
    let Some(proposal) = proposal.filter(|_| needs_execution(kind)) else { return };
    ask_about_code(&draft.run, step, &proposal, was_red, &mut checked);
    record(draft, id, attempt, &checked);
    let Checked { files, code_links, test_links, .. } = checked;
    let proposal = match proposal {
        Proposal::Build { additions, gaps, notes, .. } => {
            Proposal::Build { files, links: code_links, additions, gaps, notes }
        }
        Proposal::Test { faults, notes, .. } => Proposal::Test { files, links: test_links, faults, notes },
        other => other,
    };
    if let Some(why) = red_before {
        red_gate(draft, id, Some(proposal), why);
    } else if let Some(testers) = refuted(&draft.run, id) {
        for step in testers {
            draft.push(Event::StepReopened { step, by: id.clone() });
        }
    } else if !is_red(draft, id) && unshown(draft, id, attempt, &proposal) {
        red(draft, id, Some(proposal));
    } else if let Some(step) = relinked(draft, id, &proposal) {
        draft.push(Event::StepReopened { step, by: id.clone() });
    } else if !is_red(draft, id) {
        object(draft, id, attempt, &proposal);
        green(draft, id, proposal);
    } else if let Some(outdated) = outdated(&draft.run, id) {
        for step in outdated {
            draft.push(Event::StepReopened { step, by: id.clone() });
        }
    } else if kind == ReplyKind::Verify {
        // What fails on the final tree is not for the verifier to repair.
        let why = draft.run.step(id).map(repair::words).unwrap_or_default();
        red_gate(draft, id, Some(proposal), Clean::from(why));
    } else {
        red(draft, id, Some(proposal));
    }
}

/// Names and words alone say these of the code, so they refuse nothing for good: who made it is asked once. What stays so
/// is in doubt, and so is what nobody can be asked about.
fn ask_about_code(run: &Run, step: &Step, proposal: &Proposal, was_red: bool, checked: &mut Checked) {
    let found = |checked: &Checked, name| checked.checks.iter().position(|c| c.name.as_str() == name && !c.passed);
    let mut held = Vec::new();
    // No persona can make them run.
    if let Some(at) = found(checked, Check::OLD_IN_DOUBT) {
        held.extend(checked.checks.remove(at).details);
    }
    let reason = match proposal {
        Proposal::Build { notes, .. } | Proposal::Test { notes, .. } => notes.one_line(400),
        _ => String::new(),
    };
    for asked in asked::ALL {
        let asked::Asked { of, check, thing, advice } = asked;
        let Some(at) = found(checked, check) else { continue };
        // A changed rule may want a changed test: who says so has answered.
        let answered = check == Check::OLD_CHANGED && !reason.is_empty();
        let asks = step.plan.produces == of && asked.goes_back(&run.settings) && !answered;
        let details = &checked.checks[at].details;
        let new: Vec<String> = match asks && !was_red && !repair::is_final(run, step) {
            true => details.iter().filter(|d| !step.told.contains(d)).map(ToString::to_string).collect(),
            false => Vec::new(),
        };
        if new.is_empty() {
            let stays = checked.checks.remove(at).details;
            held.extend(stays.into_iter().filter(|_| asked.is_doubted()));
            continue;
        }
        let stands = if asked.is_doubted() { ": it then stands as a doubt for whoever decides" } else { "" };
        let summary = format!("{} {advice}{stands}", counted(new.len(), thing));
        checked.checks[at] = checks::verdict(check, summary, new);
    }
    if held.is_empty() {
        return;
    }
    let held = held.into_iter().map(|detail| match reason.is_empty() {
        true => detail,
        false => Clean::from(doubts::with_reason(&detail, &reason)),
    });
    checked.checks.push(doubt(step.doubts().iter().cloned().chain(held).collect(), "as it stands"));
}

/// A check that holds these as open doubts.
fn doubt(mut details: Vec<Clean>, although: &str) -> Check {
    // The journal may have ended after they were recorded, and before what follows from them.
    let mut seen = BTreeSet::new();
    details.retain(|detail| seen.insert(detail.clone()));
    let summary = Clean::from(format!("{} in doubt {although}", counted(details.len(), "thing")));
    Check { name: Clean::new(Check::DOUBTS), passed: false, summary, details, signature: None }
}

/// A fault that the tester names and no test shows is nobody's to repair: it is asked once for the test. True when it is.
fn unshown(draft: &mut Draft, id: &StepId, attempt: u32, proposal: &Proposal) -> bool {
    let Proposal::Test { faults, .. } = proposal else { return false };
    let Some(step) = draft.run.step(id).filter(|step| !repair::is_final(&draft.run, step)) else { return false };
    let new = faults.iter().filter(|f| !repair::is_of_link(f) && !step.told.contains(&repair::fault_of(f)));
    let new: Vec<String> = new.map(ToString::to_string).collect();
    if new.is_empty() {
        return false;
    }
    let summary = format!(
        "{} in the code that no test shows. Add the test that is red because of it: it goes to the developer at once. Where none \
         can show it, name it again, and it stands as a doubt; where there is none, leave it out",
        counted(new.len(), "fault")
    );
    draft.push(Event::CheckCompleted { step: id.clone(), attempt, check: checks::verdict("faults", summary, new) });
    true
}

/// The build whose link the tester holds to be wrong, where nothing else is wrong with the tests.
fn relinked(draft: &Draft, id: &StepId, proposal: &Proposal) -> Option<StepId> {
    let step = draft.run.step(id).filter(|_| !is_red(draft, id))?;
    repair::relinks(&draft.run, step, proposal).map(|build| build.plan.id.clone())
}

/// What the tester holds to be wrong although the tests pass is in doubt, for whoever decides and for the verifier.
fn object(draft: &mut Draft, id: &StepId, attempt: u32, proposal: &Proposal) {
    let Proposal::Test { faults, .. } = proposal else { return };
    let Some(step) = draft.run.step(id).filter(|_| !faults.is_empty()) else { return };
    let held = faults.iter().map(|fault| Clean::from(format!("the tester holds the code to be wrong: {fault}")));
    let check = doubt(step.doubts().iter().cloned().chain(held).collect(), "although the tests pass");
    draft.push(Event::CheckCompleted { step: id.clone(), attempt, check });
}

/// The testers whose words the search at the end found, in modules that came after theirs: a word may be badly chosen, which
/// nobody else can put right. Each is asked again once.
fn refuted(run: &Run, id: &StepId) -> Option<Vec<StepId>> {
    let step = run.step(id).filter(|s| s.plan.produces == ReplyKind::Verify && repair::red(s).next().is_none())?;
    if !run.settings.searches_go_back || budget::exhausted(run).is_some() {
        return None;
    }
    let found = run.searches.iter().filter(|s| !s.hits.is_empty() && step.evidence.contains(&s.evidence));
    let found: BTreeSet<ClauseId> = found.map(|s| s.clause).collect();
    let chose = |tester: &Step| {
        run.searches.iter().any(|s| found.contains(&s.clause) && run.searched_by(s) == Some(&tester.plan.id))
    };
    let again =
        |s: &&Step| s.plan.produces == ReplyKind::Test && s.state == StepState::Done && s.reworks < repair::MAX_REWORKS;
    let testers: Vec<StepId> = run.steps().filter(again).filter(|s| chose(s)).map(|s| s.plan.id.clone()).collect();
    (!testers.is_empty()).then_some(testers)
}

/// Modules that kept their results when the requirement changed and whose tests fail on the new whole: what they rest on
/// has changed under them. Each comes back once, because a step that is done again is no longer kept.
fn outdated(run: &Run, id: &StepId) -> Option<Vec<StepId>> {
    let step = run.step(id).filter(|s| s.plan.produces == ReplyKind::Verify)?;
    let failed: BTreeSet<&str> = run
        .evidence
        .iter()
        .filter(|e| e.kind == EvidenceKind::Tests && step.evidence.contains(&e.id))
        .flat_map(|e| &e.tests)
        .filter(|t| matches!(t.outcome, TestOutcome::Failed | TestOutcome::Error))
        .map(|t| t.name.as_str())
        .collect();
    let fails = |test: &Step| {
        let linked = run.test_links.iter().filter(|l| failed.contains(l.test.as_str())).map(|l| l.path.as_str());
        linked.filter_map(|path| run.files.get(path)).any(|file| file.step == test.plan.id)
    };
    let modules: BTreeSet<_> = run
        .steps
        .iter()
        .filter(|s| s.kept && s.plan.produces == ReplyKind::Test && fails(s))
        .filter_map(|s| s.plan.module.clone())
        .collect();
    // The tests first: it is they that are told what failed.
    let of = |kind| {
        let modules = &modules;
        let mine = move |s: &&Step| s.plan.module.as_ref().is_some_and(|module| modules.contains(module));
        run.steps().filter(move |s| s.kept && s.plan.produces == kind).filter(mine).map(|s| s.plan.id.clone())
    };
    let steps: Vec<StepId> = of(ReplyKind::Test).chain(of(ReplyKind::Build)).collect();
    (!steps.is_empty()).then_some(steps)
}

fn record(draft: &mut Draft, id: &StepId, attempt: u32, checked: &Checked) {
    let ids = mint(&draft.run, id, checked.executed.len());
    let at = draft.at;
    for (id_of, run) in ids.iter().zip(&checked.executed) {
        let evidence = Evidence {
            id: *id_of,
            kind: run.kind,
            argv: run.argv.clone(),
            exit: run.exit,
            tests: run.tests.clone(),
            output_sha256: run.output_sha256.clone(),
            tree: run.tree.clone(),
            sandbox: run.sandbox,
            duration_ms: run.duration_ms,
            at,
            note: run.note.clone(),
            step: None,
        };
        draft.push(Event::EvidenceRecorded { step: id.clone(), evidence });
    }
    // An index that names no execution proves nothing: the record is left out.
    let real = |index: EvidenceId| (index.0 as usize).checked_sub(1).and_then(|i| ids.get(i)).copied();
    let controls: Vec<_> = checked
        .controls
        .iter()
        .filter_map(|c| real(c.evidence).map(|evidence| crate::domain::evidence::ControlRun { evidence, ..c.clone() }))
        .collect();
    let coverage: Vec<_> = checked
        .coverage
        .iter()
        .filter_map(|c| real(c.evidence).map(|evidence| crate::domain::evidence::Coverage { evidence, ..c.clone() }))
        .collect();
    if !controls.is_empty() || !coverage.is_empty() {
        draft.push(Event::ControlsRecorded { step: id.clone(), controls, coverage });
    }
    for search in &checked.searches {
        if let Some(evidence) = real(search.evidence) {
            let search = crate::domain::evidence::ExclusionSearch { evidence, ..search.clone() };
            draft.push(Event::SearchRecorded { step: id.clone(), search });
        }
    }
    for check in &checked.checks {
        draft.push(Event::CheckCompleted { step: id.clone(), attempt, check: check.clone() });
    }
}

/// Ids for the executions of one attempt. Those that this attempt recorded before (the journal ended before their
/// consequence) are used again, so nothing is recorded twice.
fn mint(run: &Run, id: &StepId, count: usize) -> Vec<EvidenceId> {
    let Some(index) = run.steps().position(|s| &s.plan.id == id) else { return Vec::new() };
    let own: &[EvidenceId] = &run.steps[index].evidence;
    let taken: BTreeSet<EvidenceId> = run.evidence.iter().map(|e| e.id).filter(|e| !own.contains(e)).collect();
    let first = u32::try_from(index + 1).unwrap_or(u32::MAX / BLOCK).saturating_mul(BLOCK);
    let block = (first + 1..first + BLOCK).map(EvidenceId);
    // More than a block holds goes beyond all blocks.
    let beyond = (1_000_000..).map(EvidenceId);
    block.chain(beyond).filter(|e| !taken.contains(e)).take(count).collect()
}
