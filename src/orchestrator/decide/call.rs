//! Calls and the judgement of their replies.

use super::Draft;
use crate::{
    domain::{
        Clean, Hash, StepId,
        artifact::FileEntry,
        event::Event,
        pack::Page,
        plan::Task,
        reply::ReplyKind,
        run::{Check, GateMode, GateReason, Outcome, PauseReason, Proposal, StepState},
        tool::Used,
        usage::Usage,
    },
    orchestrator::{
        budget, calls,
        checks::{self, schema},
        gates, needs_execution, propose,
        repair::{self, Next},
        summary,
    },
};

pub(super) fn starting(draft: &mut Draft, step: StepId, attempt: u32, request: Hash, model: Clean, worst_case: Usage) {
    if !draft.live() || draft.working(&step, attempt).is_none() {
        return;
    }
    let Some(budget::Lack { why, raise_to, scope }) = budget::lacks(&draft.run, &step, worst_case) else {
        draft.push(Event::CallIntended { step, attempt, request, model, worst_case });
        return;
    };
    if draft.run.settings.gates == GateMode::None {
        draft.push(Event::Paused { reason: PauseReason::Budget, detail: why });
        return;
    }
    let digest = Hash::of_parts([step.as_str(), request.as_str(), &why].map(str::as_bytes));
    let reason = GateReason::Budget { why, raise_to: Some(raise_to), scope };
    let gate = super::gate::next_id(&draft.run);
    draft.push(Event::GateOpened { gate, step, reason, digest });
}

pub(super) fn failed(
    draft: &mut Draft,
    step: &StepId,
    attempt: u32,
    error: Clean,
    pause: Option<PauseReason>,
    spent: Usage,
) {
    if draft.working(step, attempt).is_none() {
        return;
    }
    draft.push(Event::CallFailed { step: step.clone(), attempt, error: error.clone(), retry: pause.is_none(), spent });
    if let Some(reason) = pause {
        if draft.live() {
            draft.push(Event::Paused { reason, detail: error });
        }
        return;
    }
    let what = format!("the call gave no usable reply: {}", error.one_line(160));
    // The same failure of a smaller part is another one.
    let page =
        draft.run.step(step).and_then(|step| step.open_call()).map(|call| call.page).filter(|page| page.is_part());
    let of = page.map(|page| format!("page {} of {}", page.number, page.of));
    let check = checks::verdict("call", what, [error.to_string()].into_iter().chain(of).collect());
    draft.push(Event::CheckCompleted { step: step.clone(), attempt, check });
    red(draft, step, None);
}

/// A call whose result nobody will bring any more: what it may have cost stays counted.
pub(super) fn lost(draft: &mut Draft, step: StepId, spent: Option<Usage>) {
    let Some(open) = draft.run.step(&step).filter(|step| step.in_flight.is_some()) else { return };
    let (attempt, reserved) = (open.attempt, open.reserved);
    let error = match spent {
        Some(spent) => format!("the call was broken off; about {} tokens of it are paid for", spent.tokens()),
        None => format!(
            "the call was under way when G1 ended; the {} tokens that were reserved for it count as spent",
            reserved.tokens()
        ),
    };
    let spent = spent.unwrap_or(reserved);
    draft.push(Event::CallFailed { step, attempt, error: Clean::from(error), retry: true, spent });
}

/// A text the model cannot work on: with `--plan-only` the partition is the result, else the run pauses with the reason.
pub(super) fn refused(draft: &mut Draft, step: &StepId, attempt: u32, error: Clean) {
    if !draft.run.settings.plan_only {
        failed(draft, step, attempt, error, Some(PauseReason::Provider), Usage::default());
    } else if draft.live() && draft.working(step, attempt).is_some() {
        draft.push(Event::CallFailed { step: step.clone(), attempt, error, retry: false, spent: Usage::default() });
        draft.push(Event::RunCompleted { outcome: Outcome::Partial, tree: Hash::of_parts([]), evidence: None });
    }
}

/// Before the first page is paid for, how many there will be.
pub(super) fn told_of_pages(draft: &mut Draft, step: StepId, page: Page) {
    let in_parts = draft.run.step(&step).is_some_and(|step| repair::parts(step) > 1);
    let text = if in_parts {
        format!("No whole reply came for all clauses at once: they are read on {} pages, a call each.", page.of)
    } else {
        let room = draft.run.settings.pack_tokens;
        let why = format!("The clauses of this step do not fit into one prompt of {room} tokens");
        format!("{why}: everybody reads them on {} pages, a call each.", page.of)
    };
    draft.push(Event::Said { step: Some(step), speaker: Clean::from("g1"), text: Clean::from(text) });
}

/// The reply of a call: of `texts`, the replies of all calls of the attempt so far, it is the last.
pub(super) fn done(draft: &mut Draft, id: &StepId, attempt: u32, call: usize, finished: Event, texts: Vec<String>) {
    let Some(step) = draft.run.step(id).filter(|s| s.attempt == attempt) else { return };
    let again = step.state == StepState::Checking && (step.proposal.is_none() || !needs_execution(step.plan.produces));
    let expected = if again { step.answered().saturating_sub(1) } else { step.answered() };
    if (step.state != StepState::Working && !again) || call != expected || texts.len() != call + 1 {
        return;
    }
    // What it asks for is to be done first, or is done.
    if again && step.calls.last().is_some_and(|call| call.turn.is_some()) {
        return;
    }
    if !again {
        let by = if let Event::CallFinished { by, .. } = &finished { by.clone() } else { None };
        let mut with_it = step.clone();
        if with_it.open_call().is_none() {
            with_it.calls.push(calls::unrecorded(step));
        }
        let merged = calls::merged(&draft.run, &with_it, &texts).map(|text| Hash::of(text.as_bytes()));
        let turn = calls::turn(&draft.run, &with_it, &texts);
        draft.push(completed(finished, merged, turn.is_some()));
        if let Some(by) = by {
            let text = Clean::from(format!("{id} was answered by {by}, because the model it belongs to could not"));
            draft.push(Event::Said { step: Some(id.clone()), speaker: Clean::from("g1"), text });
        }
        if let Some(turn) = turn {
            let who = with_it.calls.last().and_then(|call| call.seat.personas.first());
            let text = Clean::new(turn.notes.trim());
            if let Some(who) = who.filter(|_| !text.is_empty()) {
                draft.push(Event::Said { step: Some(id.clone()), speaker: Clean::new(who.as_str()), text });
            }
            return;
        }
    }
    judge(draft, id, attempt, &texts, again);
}

fn completed(mut finished: Event, hash: Option<Hash>, is_turn: bool) -> Event {
    if let Event::CallFinished { merged, turn, .. } = &mut finished {
        (*merged, *turn) = (hash, is_turn);
    }
    finished
}

/// What the tools of a turn gave: its author is asked again.
pub(super) fn used(draft: &mut Draft, step: StepId, attempt: u32, call: usize, uses: Vec<Used>, files: Vec<FileEntry>) {
    let open = draft.run.step(&step).filter(|s| s.attempt == attempt && s.state == StepState::Checking);
    if !uses.is_empty() && open.is_some_and(|s| s.open_turn().is_some() && s.answered() == call + 1) {
        draft.push(Event::ToolsUsed { step, attempt, uses, draft: files });
    }
}

/// `heard`: its words are in the conversation already. What the newest reply means: the step is red, or goes on with its next call, or has its result.
pub(super) fn judge(draft: &mut Draft, id: &StepId, attempt: u32, texts: &[String], heard: bool) {
    let Some(step) = draft.run.step(id).cloned() else { return };
    let (Some(call), Some(text)) = (step.calls.last(), texts.last()) else { return };
    let check = |draft: &mut Draft, check: Check| {
        draft.push(Event::CheckCompleted { step: id.clone(), attempt, check });
    };
    let form = match call.seat.task {
        Task::Work => match schema::parse(step.plan.produces, text) {
            // It would count without what its author believes to have changed.
            Ok(_) if schema::turn(text).is_some_and(|turn| turn.changes_files()) => {
                Err("no turn with tools is left, so nothing of `use` was done: reply in full, give each file that it was to \
                     change whole in `files`, and leave `use` empty"
                    .to_owned())
            }
            Ok(reply) => Ok(summary::of(&step, &call.seat, &reply)),
            Err(_) if schema::turn(text).is_some() => {
                Err("no turn with tools is left: reply in full, and leave `use` empty".to_owned())
            }
            Err(error) => Err(error),
        },
        Task::Review => schema::parse(ReplyKind::Verify, text).map(|reply| summary::of(&step, &call.seat, &reply)),
        Task::TeachBack => schema::teach_back(text).map(|_| Vec::new()),
    };
    if let (Ok(said), false) = (&form, heard) {
        for (speaker, text) in said.clone() {
            draft.push(Event::Said { step: Some(id.clone()), speaker, text });
        }
    }
    check(draft, schema::check(&form));
    if form.is_err() {
        red(draft, id, None);
        return;
    }
    let last_page = call.page.is_last();
    match call.seat.task {
        Task::TeachBack if last_page => {
            let said = schema::teach_backs(&calls::pages_of_last(&step, texts));
            check(draft, checks::teach_back::check(&draft.run, &step, &said));
        }
        Task::Review if last_page => {
            let Some(Ok(reply)) = calls::reply(&draft.run, &step, texts) else { return };
            let findings = schema::findings(&calls::pages_of_last(&step, texts));
            check(draft, checks::review::check(&draft.run, &step, &reply, &findings));
        }
        Task::Work => {
            // Each of them could be read, so together they can.
            if let Some(Ok(reply)) = calls::reply(&draft.run, &step, texts) {
                for one in checks::all(&draft.run, &step, &reply) {
                    check(draft, one);
                }
            }
        }
        Task::TeachBack | Task::Review => {}
    }
    let reply = calls::reply(&draft.run, &step, texts).and_then(Result::ok);
    let proposal = reply.map(|reply| propose::proposal(&draft.run, &step, &reply));
    if is_red(draft, id) {
        red(draft, id, proposal);
    } else if calls::next(&draft.run, &step).is_some() {
        draft.push(Event::CallPassed { step: id.clone(), attempt });
    } else if let Some(proposal) = proposal {
        if needs_execution(step.plan.produces) {
            draft.push(Event::StepDrafted { step: id.clone(), attempt, draft: proposal });
        } else {
            green(draft, id, proposal);
        }
    }
}

pub(super) fn is_red(draft: &Draft, id: &StepId) -> bool {
    draft.run.step(id).is_some_and(|s| repair::red(s).next().is_some())
}

/// A green result: proposed, then to its gate (which scheduling decides where a policy may), or on its way.
pub(super) fn green(draft: &mut Draft, id: &StepId, proposal: Proposal) {
    let Some(digest) = proposed(draft, id, proposal) else { return };
    let wanted = draft.run.step(id).and_then(|step| gates::wanted(&draft.run, step));
    match wanted {
        None => draft.push(Event::StepAccepted { step: id.clone() }),
        Some(reason) => {
            let gate = super::gate::next_id(&draft.run);
            draft.push(Event::GateOpened { gate, step: id.clone(), reason, digest });
        }
    }
}

fn proposed(draft: &mut Draft, id: &StepId, proposal: Proposal) -> Option<Hash> {
    let attempt = draft.run.step(id)?.attempt;
    let digest = propose::digest(&proposal);
    draft.push(Event::StepProposed { step: id.clone(), attempt, proposal, digest: digest.clone() });
    Some(digest)
}

/// A red attempt: another one, or the red gate with the truth on it.
pub(super) fn red(draft: &mut Draft, id: &StepId, proposal: Option<Proposal>) {
    let Some(step) = draft.run.step(id) else { return };
    let attempt = step.attempt;
    let sent_back = repair::sends_back(&draft.run, step).map(|build| build.plan.id.clone());
    let why = match repair::next(&draft.run, step) {
        Next::Retry
            if sent_back.is_some() && (repair::blames_code(proposal.as_ref()) || repair::breaks_old_tests(step)) =>
        {
            Clean::default()
        }
        Next::Retry => {
            draft.push(Event::StepStarted { step: id.clone(), attempt: attempt + 1 });
            return;
        }
        Next::Stop(why) => why,
    };
    if let Some(step) = sent_back {
        draft.push(Event::StepReopened { step, by: id.clone() });
        return;
    }
    // A person who is asked about code gets to see it stored, resolved and executed, whatever else is red.
    if draft.run.settings.gates != GateMode::None
        && needs_execution(step.plan.produces)
        && step.proposal.is_none()
        && let Some(proposal) = &proposal
    {
        draft.push(Event::StepDrafted { step: id.clone(), attempt, draft: proposal.clone() });
        return;
    }
    red_gate(draft, id, proposal, why);
}

/// In every mode a red gate is opened; where nobody is asked, scheduling fails the step.
pub(super) fn red_gate(draft: &mut Draft, id: &StepId, proposal: Option<Proposal>, why: Clean) {
    let digest = match proposal {
        Some(proposal) => proposed(draft, id, proposal),
        None => None,
    };
    let digest = digest.unwrap_or_else(|| Hash::of_parts([id.as_str(), &why].map(str::as_bytes)));
    let gate = super::gate::next_id(&draft.run);
    let reason = GateReason::Red { why };
    draft.push(Event::GateOpened { gate, step: id.clone(), reason, digest });
}
