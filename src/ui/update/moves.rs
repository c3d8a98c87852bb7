//! Moving, searching and copying in the panes, and the ways between them.

use crate::{
    domain::{AssumptionId, ClauseId, Clean},
    ui::{
        Action, Cmd, Model,
        model::Focus,
        overlay::pager::Source,
        panes::{
            Pane, chat,
            code::{self, Mode, marks},
            hub::{self, HubRow},
            timeline::{self, TimelineRow},
        },
        view::layout,
        widgets::list::{ListState, Search},
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
    let height = timeline::list_height(inner(model, Pane::Timeline));
    model.timeline.list.clamp(model.timeline.rows.len(), height);
    let (list, _) = code::split(inner(model, Pane::Code), model.code.rows.len());
    model.code.list.clamp(model.code.rows.len(), usize::from(list.height));
}

pub(super) fn pane(model: &mut Model, action: Action, cmds: &mut Vec<Cmd>) {
    let Some(run) = model.run.clone() else { return };
    let area = inner(model, model.pane);
    match model.pane {
        Pane::Hub => {
            let (len, height) = (model.hub.rows.len(), hub::list_height(area));
            match action {
                Action::Open => open_row(model),
                Action::NextStep | Action::PrevStep => {
                    let section = |r: &HubRow| matches!(r, HubRow::Section(_));
                    jump(&mut model.hub.list, &model.hub.rows, action == Action::NextStep, height, section);
                }
                _ => {
                    model.hub.list.act(action, len, height);
                }
            }
        }
        Pane::Chat => {
            chat::act(model, &run, action, usize::from(area.width), usize::from(area.height));
        }
        Pane::Timeline => {
            let (len, height) = (model.timeline.rows.len(), timeline::list_height(area));
            match action {
                Action::Open => open_step(model),
                Action::NextStep | Action::PrevStep => {
                    let phase = |r: &TimelineRow| matches!(r, TimelineRow::Phase(_));
                    jump(&mut model.timeline.list, &model.timeline.rows, action == Action::NextStep, height, phase);
                }
                _ => {
                    model.timeline.list.act(action, len, height);
                }
            }
        }
        Pane::Code if action == Action::Open && model.code.mode == Mode::Tests => open_test(model),
        Pane::Code => {
            code::act(model, &run, action, area);
        }
    }
    if model.pane == Pane::Code {
        code::sync(model, cmds);
    }
}

/// To the next row that begins a section.
fn jump<T>(list: &mut ListState, rows: &[T], forward: bool, height: usize, begins: impl Fn(&T) -> bool) {
    let at = list.selected;
    let found = if forward {
        rows.iter().enumerate().skip(at + 1).find(|(_, r)| begins(r))
    } else {
        rows.iter().enumerate().take(at).rev().find(|(_, r)| begins(r))
    };
    if let Some((i, _)) = found {
        list.selected = i;
        list.clamp(rows.len(), height);
    }
}

/// An artifact opens as a text, a sentence goes to its code; everything else is shown whole below the list.
fn open_row(model: &mut Model) {
    match model.hub.current().cloned() {
        Some(HubRow::Artifact(name)) => {
            let title = format!("Document {name}");
            super::keys::open_pager(model, &title, Source::Artifact(name));
        }
        Some(HubRow::Clause(id)) => to_code(model, id),
        _ => {}
    }
}

/// From a sentence to the code that stands for it; once more goes to the next place.
fn to_code(model: &mut Model, id: ClauseId) {
    let Some(run) = model.run.clone() else { return };
    let places = marks::places(&run, id);
    if places.is_empty() {
        return model.say(false, format!("{id} is linked to no code."));
    }
    let n = match model.hub.visited {
        Some((clause, n)) if clause == id => (n + 1) % places.len(),
        _ => 0,
    };
    model.hub.visited = Some((id, n));
    let place = &places[n];
    super::keys::show_pane(model, Pane::Code);
    model.focus = Focus::Panes;
    let (_, text) = code::split(inner(model, Pane::Code), model.code.rows.len());
    if model.code.show(&place.path, place.lines.0, usize::from(text.height)) {
        let back = model.key(crate::ui::keymap::Context::Panes, Action::ToClause);
        let of = if places.len() > 1 { format!(" (place {} of {})", n + 1, places.len()) } else { String::new() };
        model.say(false, format!("{id} is {}:{}-{}{of}; {back} goes back.", place.path, place.lines.0, place.lines.1));
        clamp(model);
    } else {
        model.say(true, format!("{} is not among the files.", place.path));
    }
}

/// From a line of code, a test or a step to the sentence it stands for.
pub(super) fn to_clause(model: &mut Model) {
    let Some(run) = model.run.clone() else { return };
    let clauses = match (model.pane, model.code.mode) {
        (Pane::Code, Mode::Tests) => {
            code::tests(&run).get(model.code.text.selected).map_or_else(Vec::new, |t| t.clauses.clone())
        }
        (Pane::Code, Mode::Source) if model.code.in_text => {
            marks::clauses_at(&run, &model.code.path, model.code.text.selected + 1)
        }
        (Pane::Code, _) => {
            let path = &model.code.path;
            let mut all: Vec<ClauseId> = marks::links(&run).filter(|l| l.path == *path).map(|l| l.clause).collect();
            all.sort();
            all
        }
        (Pane::Hub, _) => match model.hub.current() {
            Some(HubRow::Clause(id)) => vec![*id],
            Some(HubRow::Interpretation(id)) => {
                run.interpretations.get(id).map_or_else(Vec::new, |i| i.clauses.clone())
            }
            Some(HubRow::Decision(id)) => run.decisions.get(id).map_or_else(Vec::new, |d| d.clauses.clone()),
            Some(HubRow::Assumption(id)) => run.assumptions.get(id).map_or_else(Vec::new, |a| a.clauses.clone()),
            _ => Vec::new(),
        },
        (Pane::Timeline, _) => match model.timeline.rows.get(model.timeline.list.selected) {
            Some(TimelineRow::Step(id)) => run.step(id).map_or_else(Vec::new, |s| s.plan.clauses.clone()),
            _ => Vec::new(),
        },
        (Pane::Chat, _) => Vec::new(),
    };
    match clauses.first() {
        Some(id) => show_clause(model, *id),
        None => model.say(false, "This line stands for no sentence of the requirement."),
    }
}

pub(super) fn show_clause(model: &mut Model, id: ClauseId) {
    let Some(at) = model.hub.rows.iter().position(|r| *r == HubRow::Clause(id)) else { return };
    super::keys::show_pane(model, Pane::Hub);
    model.focus = Focus::Panes;
    model.hub.list.selected = at;
    clamp(model);
}

/// A step opens what its persona was given; a gate opens its card.
fn open_step(model: &mut Model) {
    match model.timeline.rows.get(model.timeline.list.selected).cloned() {
        Some(TimelineRow::Step(id)) => {
            let title = format!("What {id} saw");
            super::keys::open_pager(model, &title, Source::Context(id.into()));
        }
        Some(TimelineRow::Gate(id)) if model.waiting_gate().is_some_and(|g| g.id == id) => {
            super::gate::open_waiting(model);
        }
        Some(TimelineRow::Gate(id)) => {
            super::keys::open_pager(model, &format!("What {id} was about"), Source::Diff(id));
        }
        _ => {}
    }
}

fn open_test(model: &mut Model) {
    let Some(run) = model.run.clone() else { return };
    if let Some(test) = code::tests(&run).into_iter().nth(model.code.text.selected) {
        super::keys::open_pager(model, "Test", Source::Test(test.name));
    }
}

/// The question to answer: the selected one, one of the selected sentence, or the next that is open.
pub(super) fn next_question(model: &Model) -> Option<AssumptionId> {
    let run = model.run.as_deref().filter(|run| run.takes_answers())?;
    let open = |a: &&crate::domain::clause::Assumption| a.answered_by.is_none();
    if model.pane == Pane::Hub {
        match model.hub.current() {
            Some(HubRow::Assumption(id)) => return Some(*id),
            Some(HubRow::Clause(id)) => {
                let own = run.assumptions.values().filter(open).find(|a| a.clauses.contains(id));
                if own.is_some() {
                    return own.map(|a| a.id);
                }
            }
            _ => {}
        }
    }
    run.assumptions.values().find(open).map(|a| a.id)
}

pub(super) fn selected_clause(model: &Model) -> Option<ClauseId> {
    let run = model.run.as_deref()?;
    match model.hub.current() {
        Some(HubRow::Clause(id)) if model.pane == Pane::Hub => {
            run.clauses.get(id).filter(|c| c.demands()).map(|c| c.id)
        }
        _ => None,
    }
}

pub(super) fn has_search(model: &Model) -> bool {
    match model.overlays.last() {
        Some(crate::ui::overlay::Overlay::Pager(p)) => p.list.search.is_some(),
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
    search_of(model, model.pane).take().is_some()
}

fn search_of(model: &mut Model, pane: Pane) -> &mut Option<Search> {
    match pane {
        Pane::Hub => &mut model.hub.list.search,
        Pane::Chat => &mut model.chat.search,
        Pane::Timeline => &mut model.timeline.list.search,
        Pane::Code => &mut model.code.text.search,
    }
}

/// What a pane holds, not only what is on screen, as its parts.
fn texts(model: &Model, pane: Pane) -> Vec<String> {
    let Some(run) = model.run.as_deref() else { return Vec::new() };
    match pane {
        Pane::Hub => model.hub.rows.iter().map(|r| hub::row_text(run, r)).collect(),
        Pane::Timeline => model.timeline.rows.iter().map(|r| timeline::row_text(run, r)).collect(),
        Pane::Chat => model.chat.entries.iter().map(|e| chat::entry_text(model, run, e)).collect(),
        Pane::Code => code::text_rows(model, run),
    }
}

/// Searches a pane and goes to the first match after the position.
pub(super) fn search(model: &mut Model, pane: Pane, query: &str, cmds: &mut Vec<Cmd>) {
    let search = Search::new(query, texts(model, pane).into_iter());
    if search.matches.is_empty() {
        *search_of(model, pane) = None;
        return model.say(false, Clean::from(format!("'{query}' is not in the {}.", pane.name())));
    }
    *search_of(model, pane) = Some(search);
    model.pane = pane;
    self::pane(model, Action::SearchNext, cmds);
}

pub(super) fn copy(model: &mut Model, cmds: &mut Vec<Cmd>, all: bool) {
    let Some(run) = model.run.clone() else { return };
    let text = match model.pane {
        Pane::Code if all => Some(code::text_rows(model, &run).join("\n")),
        _ if all => Some(texts(model, model.pane).join("\n")),
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

/// Copy mode: what the pane holds by logical line, from the line that is at hand.
pub(super) fn lines(model: &mut Model) {
    let pane = model.pane;
    let parts = texts(model, pane);
    let at = match pane {
        Pane::Hub => model.hub.list.selected,
        Pane::Timeline => model.timeline.list.selected,
        Pane::Chat => model.chat.anchor.map_or(parts.len().saturating_sub(1), |(e, _)| e),
        Pane::Code => model.code.text.selected,
    };
    let before: usize = parts.iter().take(at).map(|p| p.trim_end().split('\n').count()).sum();
    let all: Vec<String> = parts.iter().flat_map(|p| p.trim_end().split('\n')).map(str::to_owned).collect();
    if all.is_empty() {
        return model.say(false, "There is nothing to copy here.");
    }
    let title = format!("{}: v selects lines, y copies them", pane.name());
    super::keys::open_pager(model, &title, Source::Lines(pane, all.into()));
    if let Some(crate::ui::overlay::Overlay::Pager(pager)) = model.overlays.last_mut() {
        pager.list.selected = before;
    }
    super::rebuild_overlays(model);
}
