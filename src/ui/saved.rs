//! What of the screens survives a lost connection, a closed terminal and the next start: the draft and where one was.

use super::{Model, model::Screen, panes::Pane};
use crate::domain::Clean;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Saved {
    draft: Clean,
    /// Position of the pane among all panes.
    pane: Option<usize>,
    side: Option<usize>,
    zoom: bool,
    hub: usize,
    timeline: usize,
    /// Entry and line at the top of the chat; `None` follows the end.
    chat: Option<(usize, usize)>,
    file: Option<String>,
    line: usize,
}

fn index(pane: Pane) -> Option<usize> {
    Pane::ALL.iter().position(|p| *p == pane)
}

/// What to keep, when there is a run on the screen.
#[must_use]
pub fn of(model: &Model) -> Option<String> {
    if model.screen != Screen::Work || model.run.is_none() {
        return None;
    }
    let saved = Saved {
        draft: Clean::new(&model.draft.text()),
        pane: index(model.pane),
        side: index(model.side),
        zoom: model.zoom,
        hub: model.hub.list.selected,
        timeline: model.timeline.list.selected,
        chat: model.chat.anchor,
        file: Some(model.code.path.clone()).filter(|path| !path.is_empty()),
        line: model.code.text.selected,
    };
    serde_json::to_string(&saved).ok()
}

/// A file of another version, or of nobody, is as good as none.
#[must_use]
pub fn read(text: &str) -> Option<Saved> {
    serde_json::from_str(text).ok()
}

/// Once the run is on the screen. Positions that are no more go to the nearest.
pub(super) fn restore(model: &mut Model, saved: &Saved) {
    let pane = |at: Option<usize>| at.and_then(|at| Pane::ALL.get(at).copied());
    if model.draft.is_empty() && !saved.draft.is_empty() {
        model.draft.set(&saved.draft);
    }
    model.pane = pane(saved.pane).unwrap_or(model.pane);
    model.side = pane(saved.side).unwrap_or(model.side);
    model.zoom = saved.zoom;
    model.hub.list.selected = saved.hub;
    model.timeline.list.selected = saved.timeline;
    model.chat.anchor = saved.chat.filter(|(entry, _)| *entry < model.chat.entries.len());
    if let Some(file) = &saved.file {
        model.code.show(file, saved.line + 1, 10);
        model.code.in_text = false;
    }
}
