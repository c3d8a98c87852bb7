//! Folding one event into the state. Total: an event that does not fit (a damaged or foreign journal) changes nothing but
//! the sequence number; nothing here panics.

mod change;
pub(super) mod gate;
mod merge;
mod step;

use super::{PLAN, UNDERSTAND, gates, persona_id, step_id};
use crate::domain::{
    Clean, Shared, StepId,
    event::{Envelope, Event},
    persona::ReadKind,
    plan::{Phase, StepPlan},
    reply::ReplyKind,
    run::{ChatItem, Outcome, PauseReason, Restoring, Run, RunStatus, Step},
};
use std::collections::BTreeMap;

/// Fold one journal record. Only `RunStarted` makes a run out of none.
pub fn apply(run: &mut Option<Run>, env: &Envelope) {
    match run {
        Some(run) => fold(run, env),
        None => *run = begin(env),
    }
}

fn begin(env: &Envelope) -> Option<Run> {
    let Event::RunStarted { name, requirement, settings, instructions, .. } = &env.event else {
        return None;
    };
    Some(Run {
        seq: env.seq,
        name: name.clone(),
        title: name.clone(),
        understood: Default::default(),
        requirement: requirement.clone(),
        settings: settings.clone(),
        instructions: instructions.clone(),
        attachments: Shared::default(),
        existing: None,
        started_at: env.at,
        updated_at: env.at,
        status: RunStatus::Running,
        clauses: Shared::default(),
        interpretations: Shared::default(),
        decisions: Shared::default(),
        assumptions: Shared::default(),
        gaps: Shared::default(),
        artifacts: Shared::default(),
        plan: None,
        steps: vec![Step::new(understand()).into(), Step::new(planning()).into()],
        gates: Shared::default(),
        files: Shared::default(),
        code_links: Shared::default(),
        test_links: Shared::default(),
        additions: Shared::default(),
        evidence: Shared::default(),
        controls: Shared::default(),
        coverage: Shared::default(),
        searches: Shared::default(),
        findings: Shared::default(),
        waivers: Shared::default(),
        usage: crate::domain::usage::Usage::default(),
        chat: Shared::default(),
        by_others: BTreeMap::new(),
        restoring: None,
    })
}

fn understand() -> StepPlan {
    StepPlan {
        id: step_id(UNDERSTAND),
        phase: Phase::Requirements,
        title: Clean::new("Understand the requirement"),
        personas: vec![persona_id("requirement-concierge"), persona_id("business-analyst")],
        produces: ReplyKind::Understand,
        module: None,
        clauses: Vec::new(),
        after: Vec::new(),
        reads: vec![ReadKind::Clauses, ReadKind::Assumptions, ReadKind::Instructions],
    }
}

fn planning() -> StepPlan {
    StepPlan {
        id: step_id(PLAN),
        phase: Phase::Planning,
        title: Clean::new("Plan the work and the team"),
        personas: vec![
            persona_id("workflow-designer"),
            persona_id("team-architect"),
            persona_id("communication-architect"),
        ],
        produces: ReplyKind::Plan,
        module: None,
        clauses: Vec::new(),
        after: vec![step_id(UNDERSTAND)],
        reads: vec![
            ReadKind::Clauses,
            ReadKind::Interpretations,
            ReadKind::Assumptions,
            ReadKind::Gaps,
            ReadKind::Instructions,
        ],
    }
}

pub(super) fn fold(run: &mut Run, env: &Envelope) {
    run.seq = env.seq;
    run.updated_at = env.at;
    event(run, env);
    if matches!(run.status, RunStatus::Running | RunStatus::WaitingAtGate) {
        run.status = if gates::waits(run) { RunStatus::WaitingAtGate } else { RunStatus::Running };
    }
}

fn event(run: &mut Run, env: &Envelope) {
    match &env.event {
        Event::RunStarted { .. } | Event::PhaseStarted { .. } | Event::PhaseCompleted { .. } => {}
        Event::Surveyed { existing } => {
            run.files.extend(existing.files.clone());
            run.existing = Some(existing.clone());
        }
        Event::Attached { attachment } => run.attachments.push(attachment.clone()),
        Event::ClauseAdded { clause } => {
            run.clauses.insert(clause.id, clause.clone());
            if let Some(step) = run.step_mut(&step_id(UNDERSTAND)) {
                step.plan.clauses.push(clause.id);
            }
        }
        Event::StepStarted { step, attempt } => step::started(run, step, *attempt, env.at),
        Event::StepContext { .. }
        | Event::CallIntended { .. }
        | Event::CallFinished { .. }
        | Event::CallPassed { .. }
        | Event::CallFailed { .. } => step::call(run, &env.event),
        Event::ToolsUsed { step, attempt, uses, draft } => {
            if step::used(run, step, *attempt, uses, draft) {
                let call = run.step(step).and_then(|s| s.calls.last());
                let who = call.and_then(|call| call.seat.personas.first()).map_or(G1, |persona| persona.as_str());
                let lines: Vec<String> = uses.iter().map(|used| format!("- {}", used.line())).collect();
                say(run, env, Some(step.clone()), Clean::new(who), Clean::from(lines.join("\n")));
            }
        }
        Event::Said { step, speaker, text } => {
            if speaker.as_str() == YOU
                && let Some(target) = step.as_ref().and_then(|id| run.step_mut(id))
            {
                target.feedback.push(text.clone());
            }
            say(run, env, step.clone(), speaker.clone(), text.clone());
        }
        Event::CheckCompleted { step, attempt, check } => step::checked(run, step, *attempt, check),
        Event::StepDrafted { step, attempt, draft } => step::drafted(run, step, *attempt, draft),
        Event::StepProposed { step, attempt, proposal, digest } => {
            step::proposed(run, step, *attempt, proposal, digest);
        }
        Event::StepAccepted { step } => step::accepted(run, step),
        Event::StepEdited { step, attempt, reply, who } => {
            step::edited(run, step, *attempt, reply, who);
            say(run, env, Some(step.clone()), Clean::new(YOU), Clean::from(format!("{who} edited this.")));
        }
        Event::StoodIn { step, attempt, reply, why } => step::stood_in(run, step, *attempt, reply, why),
        Event::StepReopened { step, by } => step::reopened(run, step, by),
        Event::StepFailed { step, reason } => step::failed(run, step, reason, env.at),
        Event::StepBlocked { step, by } => step::blocked(run, step, by, env.at),
        Event::EvidenceRecorded { step, evidence } => step::evidence(run, step, evidence),
        Event::ControlsRecorded { step, controls, coverage } => step::controls(run, step, controls, coverage),
        Event::SearchRecorded { step, search } => step::searched(run, step, search),
        Event::GateOpened { gate, step, reason, digest } => gate::opened(run, *gate, step, reason, digest, env.at),
        Event::GateDecided { gate, decided } => gate::decided(run, *gate, decided, env),
        Event::StepCommitted { step, files } => merge::committed(run, step, files, env.at),
        Event::AssumptionAnswered { assumption: id, answer, who } => {
            if let Some(assumption) = run.assumptions.get_mut(id) {
                assumption.answer = answer.clone();
                assumption.answered_by = Some(who.clone());
                gate::reopened(run, *id);
            }
        }
        Event::Waived { waiver } => {
            run.waivers.insert(waiver.clause, waiver.clone());
            judge_again(run);
        }
        Event::VectorsIntended { worst_case, .. } => run.usage += *worst_case,
        Event::VectorsMade { reserved, spent, .. } => {
            run.usage = run.usage.less(*reserved);
            run.usage += *spent;
        }
        Event::RequirementChanged { retired, added, .. } => change::requirement(run, retired, added),
        Event::SettingsChanged { settings, .. } => run.settings = settings.clone(),
        // One event does not hold the state it goes back to: `history::replay` does it.
        Event::Rewound { .. } => {}
        Event::Forked { name, from, step, .. } => {
            run.name = name.clone();
            run.restoring = Some(Restoring::default());
            nothing_under_way(run);
            let at = step.as_ref().map_or_else(|| "as it stood".to_owned(), |step| format!("before {step}"));
            say(run, env, None, Clean::new(G1), Clean::from(format!("A fork of {from}, {at}.")));
            if !run.is_over() {
                let detail = Clean::from(format!("forked from {from}, {at}"));
                run.status = RunStatus::Paused { reason: PauseReason::Interrupted, detail };
            }
        }
        Event::Restored => run.restoring = None,
        Event::Paused { reason, detail } => {
            if !run.is_over() {
                run.status = RunStatus::Paused { reason: *reason, detail: detail.clone() };
            }
        }
        Event::Resumed { .. } => {
            if matches!(run.status, RunStatus::Paused { .. }) {
                run.status = RunStatus::Running;
            }
        }
        Event::RunCompleted { outcome, .. } => {
            run.status = RunStatus::Completed { outcome: *outcome, stopped_at_plan: stopped_at_plan(run, *outcome) };
        }
    }
}

/// The speaker of a person's words.
pub const YOU: &str = "you";
/// The speaker of what no persona said.
pub(super) const G1: &str = crate::domain::stand_in::AUTHOR;

pub(super) fn say(run: &mut Run, env: &Envelope, step: Option<StepId>, speaker: Clean, text: Clean) {
    run.chat.push(ChatItem { seq: env.seq, at: env.at, step, speaker, text });
}

/// Calls that were under way at a record that a run goes back to, or begins with, ended elsewhere.
pub(super) fn nothing_under_way(run: &mut Run) {
    for step in run.steps.iter_mut().filter(|step| step.in_flight.is_some()) {
        step.in_flight = None;
        step.reserved = crate::domain::usage::Usage::default();
    }
}

/// A run that was asked for a plan only and has it, or, where the model refuses the text, the clauses.
fn stopped_at_plan(run: &Run, outcome: Outcome) -> bool {
    run.settings.plan_only && outcome == Outcome::Partial
}

/// A person's waiver after the end can make the outcome `proven`; nothing else changes it.
fn judge_again(run: &mut Run) {
    if let RunStatus::Completed { outcome: Outcome::Partial, stopped_at_plan: false } = run.status {
        let outcome = crate::domain::trace::trace(run).outcome;
        run.status = RunStatus::Completed { outcome, stopped_at_plan: false };
    }
}

/// Back to waiting, everything of the last attempt dropped.
fn reset(step: &mut Step) {
    step.state = crate::domain::run::StepState::Waiting;
    step.pack = None;
    if !step.draft().is_empty() {
        step.last_draft = step.draft().to_vec();
    }
    step.calls.clear();
    step.in_flight = None;
    step.reserved = crate::domain::usage::Usage::default();
    step.edited_by = None;
    step.stood_in = None;
    step.last_reply = step.reply.take().or_else(|| step.last_reply.take());
    step.checks.clear();
    step.proposal = None;
    step.digest = None;
    step.evidence.clear();
    step.ended_at = None;
    step.fail_reason = None;
}
