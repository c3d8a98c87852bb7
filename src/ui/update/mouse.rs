//! The mouse, while it was asked for: the wheel scrolls what lies under it, a click goes there. It never decides anything.

use super::{keys, moves};
use crate::ui::{
    Action, Cmd, Model, Mouse, MouseKind,
    model::{Focus, Screen},
    overlay::Overlay,
    panes::{Pane, code},
    view::layout::{self, Class},
};
use ratatui::layout::{Position, Rect};

/// Lines a turn of the wheel goes.
const WHEEL: usize = 3;

pub(super) fn toggle(model: &mut Model, cmds: &mut Vec<Cmd>) {
    model.mouse = !model.mouse;
    cmds.push(Cmd::Mouse(model.mouse));
    let text = if model.mouse {
        "The wheel scrolls and a click goes there; with Shift the terminal selects text as before."
    } else {
        "The mouse is the terminal's again."
    };
    model.say(false, text);
}

pub(super) fn act(model: &mut Model, mouse: Mouse, cmds: &mut Vec<Cmd>) {
    if !model.mouse || model.screen == Screen::Welcome {
        return;
    }
    match mouse.kind {
        MouseKind::Click => click(model, mouse),
        MouseKind::ScrollUp => scroll(model, mouse, Action::Up, cmds),
        MouseKind::ScrollDown => scroll(model, mouse, Action::Down, cmds),
    }
}

fn under(model: &Model, at: Position) -> Option<(Pane, Rect)> {
    let layout = layout::layout(model);
    let pane = layout.panes.iter().find(|(_, area)| area.contains(at)).map(|(pane, _)| *pane)?;
    Some((pane, layout.inner(pane)?))
}

fn scroll(model: &mut Model, mouse: Mouse, action: Action, cmds: &mut Vec<Cmd>) {
    match model.overlays.last() {
        Some(Overlay::Gate(_) | Overlay::Pager(_) | Overlay::Palette(_)) => {
            for _ in 0..WHEEL {
                keys::act(model, action, false, cmds);
            }
        }
        Some(_) => {}
        None => {
            let Some((pane, _)) = under(model, Position { x: mouse.x, y: mouse.y }) else { return };
            // The wheel scrolls what it is over and changes nothing else.
            let before = std::mem::replace(&mut model.pane, pane);
            for _ in 0..WHEEL {
                moves::pane(model, action, cmds);
            }
            model.pane = before;
        }
    }
}

fn click(model: &mut Model, mouse: Mouse) {
    if !model.overlays.is_empty() {
        return;
    }
    let layout = layout::layout(model);
    let at = Position { x: mouse.x, y: mouse.y };
    if layout.input.contains(at) {
        model.focus = Focus::Input;
        return;
    }
    if layout.class == Class::One && layout.tabs.is_some_and(|t| t.contains(at)) {
        // The tabs stand as the tab line paints them: one blank, then each name in brackets and a blank.
        let mut x = 1;
        for pane in Pane::ALL {
            let width = pane.name().len() as u16 + 4;
            if (x..x + width).contains(&at.x) {
                keys::show_pane(model, pane);
                model.focus = Focus::Panes;
            }
            x += width + 1;
        }
        return;
    }
    let Some((pane, inner)) = under(model, at) else { return };
    keys::show_pane(model, pane);
    model.focus = Focus::Panes;
    if !inner.contains(at) {
        return;
    }
    let row = usize::from(at.y - inner.y);
    match pane {
        Pane::Hub if row < crate::ui::panes::hub::list_height(inner) => {
            model.hub.list.selected = (model.hub.list.top + row).min(model.hub.rows.len().saturating_sub(1));
        }
        Pane::Timeline if row < crate::ui::panes::timeline::list_height(inner) => {
            let last = model.timeline.rows.len().saturating_sub(1);
            model.timeline.list.selected = (model.timeline.list.top + row).min(last);
        }
        Pane::Code => {
            let (list, text) = code::split(inner, model.code.rows.len());
            model.code.in_text = text.contains(at);
            if list.contains(at) {
                model.code.click(model.code.list.top + row);
            } else if model.code.in_text {
                model.code.text.selected = model.code.text.top + usize::from((at.y - text.y).saturating_sub(1));
            }
        }
        _ => {}
    }
    moves::clamp(model);
}
