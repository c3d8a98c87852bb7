//! What a person asks for.

use super::{Draft, gate};
use crate::{
    domain::{
        AssumptionId, ClauseId, Clean, StepId,
        attachment::Attachment,
        change::Change,
        clause::Waiver,
        command::Command,
        event::Event,
        plan::PlanVariant,
        reply::ReplyKind,
        run::{PauseReason, Run, RunSettings, RunStatus, Step, StepState},
    },
    orchestrator::{
        Refusal,
        apply::{YOU, gate::reopens},
        budget,
    },
};
use std::collections::BTreeSet;

pub(super) fn command(draft: &mut Draft, command: Command) -> Result<(), Refusal> {
    match command {
        Command::Decide { gate, digest, verb, who } => {
            not_over(draft)?;
            gate::decide(draft, gate, digest, verb, who)
        }
        Command::Edit { gate, digest, step, reply, who } => {
            not_over(draft)?;
            gate::edit(draft, gate, &digest, &step, &reply, who)
        }
        Command::Pause { who } => {
            if draft.run.is_over() {
                return Err(Refusal("the run is finished: there is nothing to pause".to_owned()));
            }
            if draft.live() {
                let detail = Clean::from(format!("paused by {who}"));
                draft.push(Event::Paused { reason: PauseReason::Interrupted, detail });
            }
            Ok(())
        }
        Command::Resume { who } => {
            not_over(draft)?;
            if !draft.live() {
                draft.push(Event::Resumed { who });
            }
            Ok(())
        }
        Command::Say { step, text, .. } => {
            not_over(draft)?;
            say(draft, step, text)
        }
        Command::AnswerAssumption { assumption, answer, who } => {
            not_over(draft)?;
            answer_assumption(draft, assumption, answer, who)
        }
        Command::Waive { clause, why, who } => waive(draft, clause, why, who),
        Command::Change { change, who } => change_requirement(draft, &change, who),
        Command::UseModel { model, who } => {
            if draft.run.settings.model != model {
                let settings = RunSettings { model, ..draft.run.settings.clone() };
                draft.push(Event::SettingsChanged { settings, who });
            }
            Ok(())
        }
        Command::SetGates { gates, who } => {
            // Of a finished run it says how a change of it will ask.
            if draft.run.settings.gates != gates {
                let mut settings = draft.run.settings.clone();
                settings.gates = gates;
                draft.push(Event::SettingsChanged { settings, who });
            }
            Ok(())
        }
        Command::SetPlan { plan, who } => {
            not_over(draft)?;
            set_plan(draft, plan, who)
        }
        Command::SetBudget { budget, who } => {
            not_over(draft)?;
            let settings = RunSettings { budget, ..draft.run.settings.clone() };
            draft.push(Event::SettingsChanged { settings, who });
            Ok(())
        }
        Command::SetCaps { caps, who } => {
            not_over(draft)?;
            let settings = RunSettings { caps, ..draft.run.settings.clone() };
            draft.push(Event::SettingsChanged { settings, who });
            Ok(())
        }
        Command::ReserveVectors { model, worst_case } => match budget::lacks_for_vectors(&draft.run, worst_case) {
            Some(why) => Err(Refusal(why.to_string())),
            None => {
                draft.push(Event::VectorsIntended { model, worst_case });
                Ok(())
            }
        },
        Command::SettleVectors { model, reserved, spent } => {
            draft.push(Event::VectorsMade { model, reserved, spent });
            Ok(())
        }
        // The driver's own; they change nothing that is journalled.
        // A rewind reaches the run as an input of its own, once the journal was asked where to.
        Command::Rewind { .. }
        | Command::Fork { .. }
        | Command::StartPreview { .. }
        | Command::StopPreview
        | Command::TakeKeyboard { .. }
        | Command::Attach
        | Command::Quit { .. } => Ok(()),
    }
}

/// The steps are the same in every variant and nothing of them has begun: only how many calls they take changes.
fn set_plan(draft: &mut Draft, plan: PlanVariant, who: Clean) -> Result<(), Refusal> {
    let waits = draft.run.steps().any(|s| s.plan.produces == ReplyKind::Plan && s.state == StepState::AtGate);
    if !waits {
        return Err(Refusal("the plan is chosen at its gate, and that is not open".to_owned()));
    }
    if draft.run.settings.plan != plan {
        let settings = RunSettings { plan, ..draft.run.settings.clone() };
        draft.push(Event::SettingsChanged { settings, who });
    }
    Ok(())
}

fn not_over(draft: &Draft) -> Result<(), Refusal> {
    if draft.run.is_over() {
        return Err(Refusal("the run is finished: there is nothing to decide any more".to_owned()));
    }
    Ok(())
}

/// Words reach the next pack of their step: the one that was named, or the next one whose pack is not built yet.
fn say(draft: &mut Draft, step: Option<StepId>, text: Clean) -> Result<(), Refusal> {
    if text.trim().is_empty() {
        return Err(Refusal("there is nothing to say".to_owned()));
    }
    let step = match step {
        Some(id) => match draft.run.step(&id) {
            None => return Err(Refusal(format!("there is no step {id}"))),
            Some(step) if step.settled() => {
                return Err(Refusal(format!("{id} is over; its persona will not read this")));
            }
            Some(_) => Some(id),
        },
        None => {
            let unpacked =
                |s: &&Step| s.state == StepState::Waiting || (s.state == StepState::Working && s.pack.is_none());
            let mut steps = draft.run.steps();
            steps.clone().find(unpacked).or_else(|| steps.find(|s| !s.settled())).map(|s| s.plan.id.clone())
        }
    };
    draft.push(Event::Said { step, speaker: Clean::new(YOU), text });
    Ok(())
}

/// An answer re-opens what was made on the assumption: the understanding while the plan is not approved, the design while
/// that is not approved. Later it would have to undo approved work, which an amendment does.
fn answer_assumption(draft: &mut Draft, id: AssumptionId, answer: Clean, who: Clean) -> Result<(), Refusal> {
    let Some(assumption) = draft.run.assumptions.get(&id) else {
        return Err(Refusal(format!("there is no assumption {id}: `g1 assumptions` lists those there are")));
    };
    if answer.trim().is_empty() {
        return Err(Refusal("the answer is empty".to_owned()));
    }
    if assumption.answer == answer && assumption.answered_by.is_some() {
        return Ok(());
    }
    if !draft.run.takes_answers() {
        return Err(Refusal(format!(
            "the design that rests on {id} is already approved: an answer can no longer change it in this run"
        )));
    }
    // What of an answer cannot be followed is found out by the understanding, and that is not made again any more.
    let settled = draft.run.steps().any(|s| s.plan.produces == ReplyKind::Design);
    let known = |choice: &Clean| choice.trim().eq_ignore_ascii_case(answer.trim());
    if settled
        && draft.run.settings.is_offline()
        && !assumption.choices.is_empty()
        && !assumption.choices.iter().any(known)
    {
        let choices: Vec<&str> = assumption.choices.iter().map(Clean::as_str).collect();
        return Err(Refusal(format!(
            "since the plan is approved, {id} takes only an answer that is known to be followed: {}",
            choices.join(" | ")
        )));
    }
    if let Some((step, by)) = edited_and_reopened(&draft.run) {
        return Err(Refusal(format!(
            "{by} edited {step}, and an answer would make it again without that: write the answer into it, or send it back \
             first"
        )));
    }
    draft.push(Event::AssumptionAnswered { assumption: id, answer, who });
    Ok(())
}

/// What a person wrote and an answer would drop.
fn edited_and_reopened(run: &Run) -> Option<(&StepId, &Clean)> {
    reopens(run)
        .into_iter()
        .filter_map(|id| run.step(&id))
        .find_map(|step| Some((&step.plan.id, step.edited_by.as_ref()?)))
}

fn change_requirement(draft: &mut Draft, change: &Change, who: Clean) -> Result<(), Refusal> {
    let run = &draft.run;
    if !run.is_over() {
        return Err(Refusal(
            "the run is not finished: go on with `g1 resume`, or say at a gate what should be different".to_owned(),
        ));
    }
    let mut seen = BTreeSet::new();
    for id in &change.retire {
        match run.clauses.get(id) {
            None => return Err(Refusal(format!("there is no clause {id}: `g1 trace` lists them"))),
            Some(clause) if clause.retired.is_some() => {
                return Err(Refusal(format!("{id} no longer holds: it was superseded or removed before")));
            }
            Some(_) if !seen.insert(*id) => return Err(Refusal(format!("{id} is named twice"))),
            Some(_) => {}
        }
    }
    if change.add.iter().filter_map(|new| new.supersedes).any(|id| !seen.contains(&id)) {
        return Err(Refusal("what is superseded has to be retired with it".to_owned()));
    }
    if change.add.iter().any(|new| new.text.trim().is_empty()) || (change.add.is_empty() && seen.is_empty()) {
        return Err(Refusal("the change is empty".to_owned()));
    }
    if change.add.is_empty() && run.demanding().all(|clause| seen.contains(&clause.id)) {
        return Err(Refusal("nothing that demands anything would be left".to_owned()));
    }
    let retired = change.retire.iter().map(|id| (*id, change.fate(*id))).collect();
    let added = change.clauses(run);
    let documents = documents(run, &change.documents);
    draft.push(Event::RequirementChanged { retired, added, who });
    for attachment in documents {
        draft.push(Event::Attached { attachment });
    }
    Ok(())
}

/// The documents of a change that are not kept yet, each under a name of its own: another version often has the old name.
fn documents(run: &Run, given: &[Attachment]) -> Vec<Attachment> {
    let mut kept = run.attachments.clone();
    for document in given {
        if kept.iter().any(|file| file.sha256 == document.sha256) {
            continue;
        }
        let (stem, ending) = document.name.rsplit_once('.').unwrap_or((&document.name, ""));
        let dot = if ending.is_empty() { "" } else { "." };
        let names = (1..).map(|n| if n == 1 { document.name.clone() } else { format!("{stem} ({n}){dot}{ending}") });
        let free = names.into_iter().find(|name| kept.iter().all(|file| file.name != *name));
        kept.push(Attachment { name: free.unwrap_or_default(), ..document.clone() });
    }
    kept.split_off(run.attachments.len())
}

fn waive(draft: &mut Draft, clause: ClauseId, why: Clean, who: Clean) -> Result<(), Refusal> {
    let Some(found) = draft.run.clauses.get(&clause) else {
        return Err(Refusal(format!("there is no clause {clause}")));
    };
    if found.kind.is_some() && !found.demands() {
        return Err(Refusal(format!("{clause} demands nothing, so there is nothing to waive")));
    }
    if why.trim().is_empty() || who.trim().is_empty() {
        return Err(Refusal("a waiver needs a name and a reason".to_owned()));
    }
    if matches!(draft.run.status, RunStatus::Completed { stopped_at_plan: true, .. }) {
        return Err(Refusal("this run stopped at the plan: nothing was judged that could be waived".to_owned()));
    }
    draft.push(Event::Waived { waiver: Waiver { clause, who, why, at: draft.at } });
    Ok(())
}
