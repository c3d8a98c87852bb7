//! `view`: paints the model into a buffer. It only reads; what it remembers in `Cache` may be dropped at any time.

mod chrome;
pub mod layout;
mod prompt;
mod welcome;

use super::{
    Model, Shown,
    model::{Focus, Screen},
    overlay::{Overlay, confirm, gate, pager, palette},
    panes::{Pane, chat, code, hub, timeline},
    widgets::draw,
};
use layout::{Class, Layout};
use ratatui::{
    buffer::Buffer,
    layout::Position,
    style::{Color, Style},
    text::Span,
};

/// Lines that were wrapped before.
#[derive(Debug, Default)]
pub struct Cache {
    chat: chat::LineCache,
    styled: u64,
}

/// What a frame showed and where the cursor stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frame {
    pub shown: Shown,
    pub cursor: Option<Position>,
}

/// Paints the whole screen. `buf` has the size of the model.
pub fn view(model: &Model, cache: &mut Cache, buf: &mut Buffer) -> Frame {
    let mut frame = Frame::default();
    if cache.styled != model.styled {
        *cache = Cache { styled: model.styled, ..Cache::default() };
    }
    let l = layout::layout(model);
    if l.class == Class::Card {
        chrome::too_small(model, buf);
    } else if model.screen == Screen::Welcome {
        frame.cursor = welcome::view(model, &l, buf);
        overlays(model, &l, buf, &mut frame);
    } else {
        work(model, &l, cache, buf);
        frame.cursor = chrome::input(model, &l, buf);
        chrome::suggestions(model, &l, buf);
        overlays(model, &l, buf, &mut frame);
        if model.notice.is_some() && !model.overlays.is_empty() {
            chrome::rule(model, l.rule, buf);
        }
        chrome::which_key(model, &l, buf);
    }
    paint_screen(model.look.theme.screen, buf);
    if model.look.glyphs.ascii {
        draw::to_ascii(buf);
    }
    let area = *buf.area();
    frame.cursor = frame
        .cursor
        .map(|p| Position { x: p.x.min(area.width.saturating_sub(1)), y: p.y.min(area.height.saturating_sub(1)) });
    frame
}

/// What has no colour of its own takes those of the screen, when the theme has any.
fn paint_screen(screen: Style, buf: &mut Buffer) {
    if (screen.fg, screen.bg) == (None, None) {
        return;
    }
    let (fg, bg) = (screen.fg.unwrap_or(Color::Reset), screen.bg.unwrap_or(Color::Reset));
    for cell in &mut buf.content {
        if cell.fg == Color::Reset {
            cell.fg = fg;
        }
        if cell.bg == Color::Reset {
            cell.bg = bg;
        }
    }
}

fn work(model: &Model, l: &Layout, cache: &mut Cache, buf: &mut Buffer) {
    chrome::header(model, l.header, buf);
    if let Some(tabs) = l.tabs {
        chrome::tabs(model, tabs, buf);
    }
    if let (Some(area), Some(run)) = (l.strip, model.run.as_deref()) {
        for (y, line) in
            timeline::strip(model, run, usize::from(area.width), usize::from(area.height)).iter().enumerate()
        {
            draw::line(buf, area, y, line);
        }
    }
    for (pane, area) in &l.panes {
        let focused = model.focus == Focus::Panes && model.pane == *pane && model.overlays.is_empty();
        let inner =
            if l.framed { draw::frame(buf, *area, pane_title(model, *pane), focused, &model.look) } else { *area };
        let Some(run) = model.run.as_deref() else { continue };
        match pane {
            Pane::Hub => hub::view(model, run, inner, focused, buf),
            Pane::Chat => chat::view(model, run, inner, &mut cache.chat, buf),
            Pane::Timeline => timeline::view(model, run, inner, focused, buf),
            Pane::Code => code::view(model, run, inner, focused, buf),
        }
    }
    chrome::rule(model, l.rule, buf);
    chrome::hints(model, l.hints, buf);
}

fn pane_title(model: &Model, pane: Pane) -> Vec<Span<'static>> {
    let t = &model.look.theme;
    let number = Pane::ALL.iter().position(|p| *p == pane).map_or(0, |i| i + 1);
    let mut title = vec![Span::styled(format!("{number} "), t.dim), Span::styled(pane.name(), t.title)];
    let note = chrome::pane_note(model, pane).or_else(|| match pane {
        Pane::Timeline => model.run.as_deref().map(timeline::summary),
        Pane::Code if !model.code.files.is_empty() => Some(crate::domain::counted(model.code.files.len(), "file")),
        _ => None,
    });
    if let Some(note) = note {
        title.push(Span::styled(format!("  {note}"), t.dim));
    }
    title
}

fn overlays(model: &Model, l: &Layout, buf: &mut Buffer, frame: &mut Frame) {
    let last = model.overlays.len();
    for (i, overlay) in model.overlays.iter().enumerate() {
        let top = i + 1 == last;
        match overlay {
            Overlay::Gate(card) => {
                let shown = gate::view(model, card, top, buf);
                if top {
                    frame.shown.card = shown;
                }
            }
            Overlay::Pager(p) => pager::view(model, p, top, buf),
            Overlay::Confirm(c) => confirm::view(model, c, l.body, buf),
            Overlay::Palette(p) => {
                let (x, y) = palette::view(model, p, l.body, buf);
                frame.cursor = Some(Position { x, y });
            }
            // The line itself is drawn in the place of the input.
            Overlay::Prompt(p) if top => prompt::view(model, p, l, buf),
            Overlay::Prompt(_) => {}
        }
    }
    // Only a question or the palette has a text cursor; under anything else the cursor would mislead.
    if model.overlays.last().is_some_and(|o| !matches!(o, Overlay::Prompt(_) | Overlay::Palette(_))) {
        frame.cursor = None;
    }
}
