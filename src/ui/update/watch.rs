//! A screen that looks on while another one has the keyboard: it shows everything live and decides nothing, until its
//! person takes the keyboard over.

use crate::{
    domain::command::Command,
    ui::{Action, Cmd, Model, keymap::Context},
};

/// The command is for whoever has the keyboard. The others only say who looks, who leaves, and who takes it.
#[must_use]
pub fn needs_keyboard(command: &Command) -> bool {
    !matches!(command, Command::Attach | Command::Quit { .. } | Command::TakeKeyboard { .. })
}

/// What is done to the run, not only looked at.
pub(super) fn acts(action: Action) -> bool {
    use Action as A;
    matches!(
        action,
        A::Approve
            | A::ApprovePhase
            | A::RequestChanges
            | A::Fault
            | A::Reject
            | A::EditProposal
            | A::NextPlan
            | A::AskMe
            | A::Answer
            | A::Waive
            | A::Pause
            | A::Resume
            | A::Preview
            | A::StopPreview
    )
}

/// Why nothing can be done here, and what to do about it.
#[must_use]
pub fn read_only(model: &Model) -> String {
    let key = model.key(Context::Gate, Action::TakeOver);
    format!("read-only: another screen has the keyboard; {key} takes over")
}

/// Somebody has the keyboard now. When nobody has it, this screen asks for it.
pub(super) fn keyboard(model: &mut Model, screen: Option<u32>, cmds: &mut Vec<Cmd>) {
    let Some(screen) = screen else { return take(model, cmds) };
    let watching = screen != model.setup.screen;
    if watching == model.watching {
        return;
    }
    model.watching = watching;
    if watching {
        model.notice = None;
    } else if model.notice.as_ref().is_none_or(|n| n.error) {
        // Whoever is told why it has come here already needs no second word.
        model.say(false, "This screen has the keyboard now.");
    }
}

pub(super) fn take(model: &Model, cmds: &mut Vec<Cmd>) {
    cmds.push(Cmd::Send(Command::TakeKeyboard { screen: model.setup.screen }));
}

/// Whatever way a command was made, it does not leave a screen that only looks on.
pub(super) fn withhold(model: &mut Model, cmds: &mut Vec<Cmd>) {
    let before = cmds.len();
    cmds.retain(|cmd| !matches!(cmd, Cmd::Send(command) if needs_keyboard(command)));
    if cmds.len() < before {
        // What was taken for decided is open again.
        model.gates.sent.clear();
        let why = read_only(model);
        model.say(true, why);
    }
}
