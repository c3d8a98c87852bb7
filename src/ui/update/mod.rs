//! `update`: the only place where the model changes. Routed by concern; this file only routes.

mod change;
pub mod gate;
mod keys;
mod mouse;
mod moves;
mod news;
mod pager;
mod prompt;
mod run;
pub mod slash;
pub mod watch;
mod welcome;

use super::{
    Action, Cmd, Model, Msg,
    keymap::Context,
    model::{Focus, QUIT_WAIT, Screen},
    overlay::{Overlay, pager::Source},
    panes::{Pane, code},
};
use crate::domain::{
    command::Command,
    run::{GateReason, RunStatus},
};
use jiff::Timestamp;

/// Applies one message. `now` never goes back: an earlier time counts as the last one.
pub fn update(model: &mut Model, msg: Msg, now: Timestamp) -> Vec<Cmd> {
    model.now = model.now.max(now);
    let mut cmds = Vec::new();
    match msg {
        Msg::Drawn(shown) => {
            gate::drawn(model, &shown);
            return cmds;
        }
        Msg::Key { key, burst } => {
            model.last_key = Some(model.now);
            keys::key(model, key, burst, &mut cmds);
        }
        Msg::Paste(text) => {
            model.last_key = Some(model.now);
            keys::paste(model, &text);
        }
        Msg::Resize(width, height) => {
            model.size = (width, height);
            refit(model);
        }
        Msg::Update(change) => run::update(model, change, &mut cmds),
        Msg::Blob { hash, bytes } => {
            model.blobs.arrived(hash, bytes.as_deref());
            rebuild_overlays(model);
        }
        Msg::Highlighted { hash, lines } => model.highlights.arrived(hash, lines),
        Msg::Mouse(at) => mouse::act(model, at, &mut cmds),
        Msg::Prompt { pack, text } => {
            model.prompts.insert(pack, text);
            rebuild_overlays(model);
        }
        Msg::FilesSeen(changed) => run::files_seen(model, changed),
        Msg::Tick => {
            if model.notice.as_ref().and_then(|n| n.until).is_some_and(|at| at <= model.now) {
                model.notice = None;
            }
        }
        Msg::Edited(Ok(text)) => prompt::edited(model, &text),
        Msg::Edited(Err(why)) | Msg::FileRead(Err(why)) => model.say(true, why),
        Msg::ProposalEdited { gate, digest, result } => gate::edited(model, gate, digest, result, &mut cmds),
        Msg::FileRead(Ok(file)) => welcome::file_read(model, file),
        Msg::Looked(looked) => {
            model.welcome.info.needs = looked.needs;
            model.welcome.info.recent = looked.recent;
            model.welcome.found(looked.models);
        }
        Msg::Started(result) => welcome::started(model, result),
        Msg::ChangePlanned(result) => change::planned(model, result),
        Msg::Exported(Ok(what)) => model.say(false, what),
        Msg::Compared(Ok(text)) => {
            let lines = text.lines().map(str::to_owned).collect();
            model.notice = None;
            keys::open_pager(model, "This run and the other one", Source::Text(lines));
        }
        Msg::Attached(Ok(file)) => welcome::attached(model, file),
        Msg::Exported(Err(why)) | Msg::Compared(Err(why)) | Msg::Attached(Err(why)) => model.say(true, why),
        Msg::Copied(what) => model.say(false, what),
        Msg::DriverGone => {
            if model.ended.is_none() && model.screen == Screen::Work {
                model.ended = Some(1);
                model.say(true, "The driver has stopped. Everything up to now is in the project; leave with /quit and run g1 resume.");
            }
        }
    }
    settle(model, &mut cmds);
    if model.watching {
        watch::withhold(model, &mut cmds);
    }
    model.dirty = true;
    cmds
}

/// What follows from any change: blobs to load, a gate to open, a quit to finish.
fn settle(model: &mut Model, cmds: &mut Vec<Cmd>) {
    if model.screen == Screen::Work {
        code::sync(model, cmds);
        gate::offer(model);
    }
    gate::want_blobs(model, cmds);
    news::tell(model, cmds);
    if let Some(asked) = model.quitting
        && (model.ended.is_some() || model.now.duration_since(asked) >= QUIT_WAIT)
        && !cmds.contains(&Cmd::Quit)
    {
        cmds.push(Cmd::Quit);
    }
}

/// After a change of size or of the run: positions stay inside, texts are made for the new width.
pub(super) fn refit(model: &mut Model) {
    moves::clamp(model);
    rebuild_overlays(model);
}

/// Texts on top of the panes show the newest state.
pub(super) fn rebuild_overlays(model: &mut Model) {
    let mut overlays = std::mem::take(&mut model.overlays);
    let run = model.run.clone();
    // Each is rebuilt while it counts as lying on the ones below it, as it does on screen.
    for overlay in overlays.drain(..) {
        let mut overlay = overlay;
        match &mut overlay {
            Overlay::Pager(pager) => pager.rebuild(model),
            Overlay::Gate(card) => {
                if let Some(run) = run.as_deref()
                    && let Some(gate) = run.gates.get(&card.gate)
                {
                    card.rebuild(model, run, gate);
                }
            }
            Overlay::Prompt(_) | Overlay::Palette(_) | Overlay::Confirm(_) => {}
        }
        model.overlays.push(overlay);
    }
}

/// True when the action does something now: palette, help and hints show only these.
#[must_use]
pub fn available(model: &Model, action: Action) -> bool {
    use Action as A;
    let work = model.screen == Screen::Work;
    let run = model.run.as_deref();
    let status = run.map(|r| &r.status);
    let over = run.is_some_and(crate::domain::run::Run::is_over);
    let context = model.context();
    match action {
        A::TakeOver => model.watching,
        _ if model.watching && watch::acts(action) => false,
        A::Hub | A::Chat | A::Timeline | A::Code | A::Zoom | A::ToPanes | A::ToInput => work,
        A::Trace | A::Report => run.is_some(),
        A::Readings => run.is_some_and(|r| !super::overlay::card::understanding(r).kinds.is_empty()),
        A::Context => run.is_some_and(|r| r.steps.iter().any(|s| s.pack.is_some())),
        A::ReviewGate => work && model.waiting_gate().is_some(),
        A::Pause => matches!(status, Some(RunStatus::Running)) && model.ended.is_none(),
        A::Resume => matches!(status, Some(RunStatus::Paused { .. })) && model.ended.is_none(),
        A::Preview => work && model.preview.url.is_none() && run.is_some_and(|r| !r.files.is_empty()),
        A::StopPreview => model.preview.url.is_some(),
        A::Approve | A::RequestChanges | A::Fault | A::Reject | A::ApprovePhase => match model.overlays.last() {
            Some(Overlay::Pager(p)) => {
                let open = |id| run.and_then(|r| r.gates.get(id)).is_some_and(crate::domain::run::Gate::is_open);
                action == A::RequestChanges && matches!(&p.source, Source::Diff(id) if open(id))
            }
            Some(Overlay::Gate(card)) => card.ready(model.now) && is_offered(model, action),
            _ => false,
        },
        A::AskMe if context == Context::Confirm => {
            matches!(model.overlays.last(), Some(Overlay::Confirm(c)) if matches!(c.sure, super::overlay::confirm::Sure::Change(_)))
        }
        A::AskMe => work && !over && run.is_some(),
        A::NextPlan => gate_reason(model).is_some_and(|r| matches!(r, GateReason::Plan)),
        A::EditProposal | A::GateDiff => is_offered(model, action),
        A::GateContext => gate_reason(model).is_some(),
        A::Answer => match context {
            Context::Gate => {
                let asked = |r: &GateReason| matches!(r, GateReason::Plan);
                gate_reason(model).is_some_and(asked)
                    && run.is_some_and(|r| !super::overlay::card::questions(r).is_empty())
                    || !over && moves::next_question(model).is_some()
            }
            Context::Panes => model.pane == Pane::Hub && !over && moves::next_question(model).is_some(),
            _ => work && !over && moves::next_question(model).is_some(),
        },
        A::Waive => work && !over && moves::selected_clause(model).is_some(),
        A::ToClause => context == Context::Panes && (model.pane == Pane::Code || model.pane == Pane::Timeline),
        A::Fold | A::FoldAll => {
            context == Context::Panes
                && (model.pane == Pane::Chat || (model.pane == Pane::Code && action == A::Fold && !model.code.in_text))
        }
        A::NextStep | A::PrevStep => match model.overlays.last() {
            Some(Overlay::Pager(p)) => p.links.is_empty() && matches!(p.source, Source::Diff(_)),
            _ => context == Context::Panes,
        },
        A::Prompt | A::Compare => match model.overlays.last() {
            Some(Overlay::Pager(p)) => p.seen().is_some() && !matches!(p.source, Source::Prompt(_)),
            _ => false,
        },
        A::Confirm if context == Context::Pager => match model.overlays.last() {
            Some(Overlay::Pager(p)) => !p.links.is_empty(),
            _ => false,
        },
        A::Select | A::CopyAll => matches!(context, Context::Panes | Context::Pager),
        A::Mouse | A::Theme => true,
        A::Start | A::Example => model.screen == Screen::Welcome && !model.welcome.starting,
        A::SearchNext | A::SearchPrev => moves::has_search(model),
        A::ToggleDiff | A::ShowTests => work && (context != Context::Panes || model.pane == Pane::Code),
        A::Search => work || context == Context::Pager,
        A::Copy => matches!(context, Context::Panes | Context::Pager),
        A::NextPane | A::PrevPane if context == Context::Gate => {
            gate_reason(model).is_some_and(|r| matches!(r, GateReason::Plan))
                && run.is_some_and(|r| super::overlay::card::questions(r).len() > 1)
        }
        A::Down | A::Up | A::PageDown | A::PageUp if context == Context::Gate => match model.overlays.last() {
            Some(Overlay::Gate(card)) => card.lines.len() > card.visible(model),
            _ => false,
        },
        A::Editor => matches!(context, Context::Input | Context::EmptyInput | Context::Welcome | Context::Prompt),
        _ => true,
    }
}

fn gate_reason(model: &Model) -> Option<&GateReason> {
    let Some(Overlay::Gate(card)) = model.overlays.last() else { return None };
    model.run.as_deref()?.gates.get(&card.gate).map(|g| &g.reason)
}

/// Whether the card in front has a key for it.
fn is_offered(model: &Model, action: Action) -> bool {
    let Some((Overlay::Gate(card), run)) = model.overlays.last().zip(model.run.as_deref()) else { return false };
    let gate = run.gates.get(&card.gate);
    gate.is_some_and(|gate| super::overlay::gate::actions(run, gate).iter().any(|(offered, _)| *offered == action))
}

impl Model {
    /// The context under the topmost overlay: what help and palette are about.
    #[must_use]
    pub fn context_below(&self) -> Context {
        match self.overlays.len().checked_sub(2).and_then(|i| self.overlays.get(i)) {
            Some(Overlay::Gate(_)) => Context::Gate,
            Some(Overlay::Pager(_)) => Context::Pager,
            Some(Overlay::Prompt(_)) => Context::Prompt,
            Some(Overlay::Palette(_)) => Context::Palette,
            Some(Overlay::Confirm(_)) => Context::Confirm,
            None if self.screen == Screen::Welcome => Context::Welcome,
            None if self.focus == Focus::Panes => Context::Panes,
            None => Context::EmptyInput,
        }
    }
}

/// Ctrl-C and `/quit`: what is lost least first.
pub(super) fn interrupt(model: &mut Model, cmds: &mut Vec<Cmd>) {
    let prompt_has_text = matches!(model.overlays.last(), Some(Overlay::Prompt(p)) if !p.draft.is_empty());
    if let (true, Some(Overlay::Prompt(p))) = (prompt_has_text, model.overlays.last_mut()) {
        p.draft.clear();
        return;
    }
    if matches!(model.overlays.last(), Some(Overlay::Prompt(_) | Overlay::Palette(_) | Overlay::Confirm(_))) {
        model.overlays.pop();
        return;
    }
    if model.screen == Screen::Welcome {
        if model.welcome.draft.is_empty() || model.welcome.starting {
            cmds.push(Cmd::Quit);
        } else {
            // Taken, not thrown away: Up brings it back.
            model.welcome.draft.take();
            model.say(false, "Cleared; Up brings it back. Ctrl-C again leaves.");
        }
        return;
    }
    if !model.draft.is_empty() {
        model.draft.take();
        model.say(false, "Cleared; Up brings it back.");
    } else if available(model, Action::Pause) && model.is_working() && model.quitting.is_none() && !model.pause_asked()
    {
        cmds.push(Cmd::Send(Command::Pause { who: model.setup.who.clone() }));
        model.say(false, "The call is stopped, and made again later. Ctrl-C again leaves G1; nothing is lost.");
    } else {
        quit(model, cmds);
    }
}

impl Model {
    /// A pause was asked for and nothing was typed since.
    fn pause_asked(&self) -> bool {
        self.notice.as_ref().is_some_and(|n| n.text.starts_with("The call is stopped"))
    }
}

pub(super) fn quit(model: &mut Model, cmds: &mut Vec<Cmd>) {
    let driver_lives = model.screen == Screen::Work && model.run.is_some() && model.ended.is_none();
    if driver_lives && model.quitting.is_none() {
        model.quitting = Some(model.now);
        cmds.push(Cmd::Send(Command::Quit { detach: false }));
        model.say(false, "Leaving: the project is being closed.");
    } else {
        cmds.push(Cmd::Quit);
    }
}
