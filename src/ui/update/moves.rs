//! Moving, searching and copying in the panes.

use crate::{
    domain::{AssumptionId, Clean},
    ui::{
        Action, Cmd, Model,
        overlay::{Overlay, pager::Source},
        panes::{
            Pane, chat, code,
            hub::{self, HubRow},
            timeline::{self, TimelineRow},
        },
        view::layout,
        widgets::list::Search,
    },
};
use ratatui::layout::Rect;

fn inner(model: &Model, pane: Pane) -> Rect {
    layout::layout(model).inner(pane).unwrap_or(Rect { x: 0, y: 0, width: 40, height: 10 })
}

/// Positions stay inside after a change of size or content.
pub(super) fn clamp(model: &mut Model) {
    let hub = hub::list_height(inner(model, Pane::Hub));
    model.hub.list.clamp(model.hub.rows.len(), hub);
    let height = usize::from(inner(model, Pane::Timeline).height);
    model.timeline.list.clamp(model.timeline.rows.len(), height);
    let (list, _) = code::split(inner(model, Pane::Code), model.code.files.len());
    model.code.list.clamp(model.code.files.len(), usize::from(list.height));
}

pub(super) fn pane(model: &mut Model, action: Action, cmds: &mut Vec<Cmd>) {
    let Some(run) = model.run.clone() else { return };
    let area = inner(model, model.pane);
    match model.pane {
        Pane::Hub => {
            let (len, height) = (model.hub.rows.len(), hub::list_height(area));
            if action == Action::Open {
                open_row(model);
            } else {
                model.hub.list.act(action, len, height);
            }
        }
        Pane::Chat => {
            chat::act(model, &run, action, usize::from(area.width), usize::from(area.height));
        }
        Pane::Timeline => {
            if action == Action::Open {
                open_step(model);
            } else {
                let len = model.timeline.rows.len();
                model.timeline.list.act(action, len, usize::from(area.height));
            }
        }
        Pane::Code => {
            code::act(model, &run, action, area);
        }
    }
    if model.pane == Pane::Code {
        code::sync(model, cmds);
    }
}

/// An artifact opens as a text; everything else in the Hub is already shown whole below the list.
fn open_row(model: &mut Model) {
    if let Some(HubRow::Artifact(name)) = model.hub.current().cloned() {
        let title = format!("Document {name}");
        super::keys::open_pager(model, &title, Source::Artifact(name));
    }
}

/// A step opens what its persona was given; a gate opens its card.
fn open_step(model: &mut Model) {
    match model.timeline.rows.get(model.timeline.list.selected).cloned() {
        Some(TimelineRow::Step(id)) => {
            let title = format!("What {id} saw");
            super::keys::open_pager(model, &title, Source::Context(id));
        }
        Some(TimelineRow::Gate(id)) if model.waiting_gate().is_some_and(|g| g.id == id) => {
            super::gate::open_waiting(model);
        }
        _ => {}
    }
}

pub(super) fn selected_assumption(model: &Model) -> Option<AssumptionId> {
    match model.hub.current() {
        Some(HubRow::Assumption(id)) if model.pane == Pane::Hub => Some(*id),
        _ => None,
    }
}

pub(super) fn has_search(model: &Model) -> bool {
    match model.overlays.last() {
        Some(Overlay::Pager(p)) => p.list.search.is_some(),
        Some(_) => false,
        None => match model.pane {
            Pane::Hub => model.hub.list.search.is_some(),
            Pane::Chat => model.chat.search.is_some(),
            Pane::Timeline => model.timeline.list.search.is_some(),
            Pane::Code => model.code.text.search.is_some(),
        },
    }
}

/// Ends a search; false when there was none.
pub(super) fn clear_search(model: &mut Model) -> bool {
    match model.pane {
        Pane::Hub => model.hub.list.search.take().is_some(),
        Pane::Chat => model.chat.search.take().is_some(),
        Pane::Timeline => model.timeline.list.search.take().is_some(),
        Pane::Code => model.code.text.search.take().is_some(),
    }
}

/// Searches what a pane holds (not only what is on screen) and goes to the first match at or after the position.
pub(super) fn search(model: &mut Model, pane: Pane, query: &str, cmds: &mut Vec<Cmd>) {
    let Some(run) = model.run.clone() else { return };
    let found = match pane {
        Pane::Hub => {
            let search = Search::new(query, model.hub.rows.iter().map(|r| hub::row_text(&run, r)));
            let n = search.matches.len();
            model.hub.list.search = Some(search);
            n
        }
        Pane::Timeline => {
            let search = Search::new(query, model.timeline.rows.iter().map(|r| timeline::row_text(&run, r)));
            let n = search.matches.len();
            model.timeline.list.search = Some(search);
            n
        }
        Pane::Chat => {
            let search = Search::new(query, model.chat.entries.iter().map(|e| chat::entry_text(model, &run, e)));
            let n = search.matches.len();
            model.chat.search = Some(search);
            n
        }
        Pane::Code => {
            code::search(model, &run, query);
            model.code.text.search.as_ref().map_or(0, |s| s.matches.len())
        }
    };
    if found == 0 {
        return model.say(false, Clean::from(format!("'{query}' is not in the {}.", pane.name())));
    }
    model.pane = pane;
    self::pane(model, Action::SearchNext, cmds);
}

pub(super) fn copy(model: &mut Model, cmds: &mut Vec<Cmd>) {
    let Some(run) = model.run.clone() else { return };
    let text = match model.pane {
        Pane::Hub => model.hub.current().map(|r| hub::row_text(&run, r)),
        Pane::Chat => chat::current(model).map(|e| chat::entry_text(model, &run, e)),
        Pane::Timeline => model.timeline.rows.get(model.timeline.list.selected).map(|r| timeline::row_text(&run, r)),
        Pane::Code if model.code.in_text => code::text_rows(model, &run).get(model.code.text.selected).cloned(),
        Pane::Code => Some(code::text_rows(model, &run).join("\n")),
    };
    match text.filter(|t| !t.is_empty()) {
        Some(text) => cmds.push(Cmd::Copy(text)),
        None => model.say(false, "There is nothing to copy here."),
    }
}
