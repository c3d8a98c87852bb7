//! News from the driver.

use super::{change, gate, refit, watch};
use crate::{
    domain::{
        command::Update,
        run::{Run, RunStatus, StepState},
    },
    ui::{
        Cmd, Model,
        model::Screen,
        overlay::Overlay,
        status::{Changed, Statuses},
    },
};
use std::sync::Arc;

pub(super) fn update(model: &mut Model, change: Update, cmds: &mut Vec<Cmd>) {
    match change {
        Update::Run(run) => snapshot(model, run, cmds),
        Update::Event(_) => {}
        Update::Delta { step, text } => {
            model.heard.insert(step.clone(), model.now);
            model.streams.entry(step).or_default().push(&text);
        }
        Update::Progress { step, text } => {
            if let Some(step) = &step {
                model.heard.insert(step.clone(), model.now);
            }
            model.progress.insert(step, text);
        }
        Update::Preview { url, note } => {
            if let Some(url) = &url {
                model.say(false, format!("Running at {url}"));
            } else if !note.is_empty() {
                model.say(false, note.clone());
            }
            model.preview.url = url;
            model.preview.note = note;
            refit(model);
        }
        Update::Keyboard { screen } => watch::keyboard(model, screen, cmds),
        Update::Notice { error, text } => {
            // A refused decision must be possible again.
            if error {
                model.gates.sent.clear();
            }
            model.say(error, text);
        }
        Update::Ended { exit } => {
            model.ended = Some(exit);
            if model.quitting.is_some() && !cmds.contains(&Cmd::Quit) {
                cmds.push(Cmd::Quit);
            }
        }
    }
}

/// What of the files is not as the run wrote it any more: proofs that rest on it are stale.
pub(super) fn files_seen(model: &mut Model, changed: Changed) {
    model.changed = changed;
    if let Some(run) = model.run.clone() {
        model.statuses = Statuses::of(&run, &model.changed);
        refit(model);
    }
}

fn snapshot(model: &mut Model, run: Arc<Run>, cmds: &mut Vec<Cmd>) {
    let first = model.run.is_none();
    if model.run.as_ref().is_some_and(|old| old.seq > run.seq) {
        return;
    }
    model.statuses = Statuses::of(&run, &model.changed);
    // While it works it writes files itself.
    let rests = |run: &Run| !matches!(run.status, RunStatus::Running);
    if rests(&run) && !model.run.as_deref().is_some_and(rests) {
        cmds.push(Cmd::LookAtFiles(Arc::clone(&run)));
    }
    model.hub.refresh(&run);
    model.chat.refresh(&run);
    model.timeline.rows = crate::ui::panes::timeline::rows(&run);
    model.code.refresh(&run);
    // Words of steps that are no longer at work have settled into messages.
    let at_work = |id: &crate::domain::StepId| {
        run.step(id).is_some_and(|s| matches!(s.state, StepState::Working | StepState::Checking))
    };
    // A reply that is being checked stands in a message already.
    let speaks = |id: &crate::domain::StepId| run.step(id).is_some_and(|s| s.state == StepState::Working);
    model.streams.retain(|id, _| speaks(id));
    model.heard.retain(|id, _| at_work(id));
    // A step may have begun long ago, and rested since: silence counts from when it was seen at work.
    for step in run.steps().filter(|step| at_work(&step.plan.id)) {
        model.heard.entry(step.plan.id.clone()).or_insert(model.now);
    }
    model.progress.retain(|id, _| id.as_ref().is_none_or(at_work));
    if run.is_over() {
        model.progress.clear();
    }
    model.run = Some(run);
    if first {
        model.screen = Screen::Work;
        model.overlays.retain(|o| !matches!(o, Overlay::Prompt(_)));
        if let Some(saved) = model.recalled.take() {
            crate::ui::saved::restore(model, &saved);
        }
    }
    gate::refresh(model);
    change::refresh(model);
    refit(model);
}
