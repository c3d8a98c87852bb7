//! A finished run goes on: what a person wants to be different, what that touches, and the question before it is done.

use crate::{
    domain::{Clean, change::Change, command::Command},
    ui::{
        Action, Cmd, Key, Model, Wish,
        model::GATE_GUARD,
        overlay::{
            Overlay,
            confirm::{Confirm, Sure},
        },
    },
};

/// Has the wish looked at; the answer opens the question. The words stay in the input until it is done.
pub(super) fn wish(model: &mut Model, wish: Wish, cmds: &mut Vec<Cmd>) {
    if !model.run.as_deref().is_some_and(crate::domain::run::Run::is_over) {
        return model.say(
            true,
            "The requirement can change when the run has ended. Until then say it to the personas, or at a gate.",
        );
    }
    model.say(false, "Looking at what that touches.");
    cmds.push(Cmd::PlanChange(wish));
}

pub(super) fn planned(model: &mut Model, result: Result<Change, Clean>) {
    let Some(run) = model.run.clone().filter(|r| r.is_over()) else { return };
    match result {
        Ok(change) => {
            model.notice = None;
            model.overlays.push(Overlay::Confirm(Confirm::change(&run, change).since(model.now)));
        }
        Err(why) => model.say(true, why),
    }
}

/// Keys on a question before something is done.
pub(super) fn confirm(model: &mut Model, action: Action, burst: bool, cmds: &mut Vec<Cmd>) {
    use Action as A;
    let Some(Overlay::Confirm(confirm)) = model.overlays.last_mut() else { return };
    match action {
        A::NextPane | A::PrevPane | A::Open | A::Back => confirm.yes = !confirm.yes,
        A::AskMe if matches!(confirm.sure, Sure::Change(_)) => super::gate::turn_mode(model, cmds),
        A::Confirm if burst => {}
        A::Confirm => {
            let confirm = confirm.clone();
            model.overlays.pop();
            if confirm.yes {
                sure(model, confirm.sure, cmds);
            }
        }
        A::Cancel | A::Later | A::ToPanes => {
            model.overlays.pop();
        }
        _ => {}
    }
}

/// `y` does it, `n` does not. Whoever was still writing when the question came up has answered nothing.
pub(super) fn typed(model: &mut Model, key: Key, burst: bool, cmds: &mut Vec<Cmd>) {
    let Some(Overlay::Confirm(confirm)) = model.overlays.last_mut() else { return };
    confirm.yes = match key.typed() {
        Some('y') => true,
        Some('n') => false,
        _ => return,
    };
    if burst || model.now.duration_since(confirm.since) < GATE_GUARD {
        return model.say(false, "A moment: the question has only just come up. Press it once more.");
    }
    self::confirm(model, Action::Confirm, false, cmds);
}

/// The question says how the run is now.
pub(super) fn refresh(model: &mut Model) {
    let Some(run) = model.run.clone() else { return };
    for overlay in &mut model.overlays {
        if let Overlay::Confirm(Confirm { sure: Sure::Change(change), text, .. }) = overlay {
            *text = Confirm::change(&run, change.clone()).text;
        }
    }
    if !run.is_over() {
        model.overlays.retain(|o| !matches!(o, Overlay::Confirm(Confirm { sure: Sure::Change(_), .. })));
    }
}

fn sure(model: &mut Model, sure: Sure, cmds: &mut Vec<Cmd>) {
    match sure {
        Sure::Reject { gate, digest } => {
            super::gate::send(model, gate, digest, crate::domain::run::Verb::Reject, cmds);
        }
        Sure::Change(change) => {
            cmds.push(Cmd::Send(Command::Change { change, who: model.setup.who.clone() }));
            // Kept in the history, as everything that was sent.
            model.draft.take();
            model.chat.follow();
            model.say(false, "It goes on with that.");
        }
    }
}
