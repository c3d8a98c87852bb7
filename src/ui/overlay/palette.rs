//! The palette: every action by name, those that work now first.

use crate::ui::{
    Action, Model, text,
    update::available,
    widgets::{draw, input::Draft, list::ListState},
};
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
};

#[derive(Debug, Clone, Default)]
pub struct Palette {
    pub draft: Draft,
    pub list: ListState,
}

/// Actions that only make sense on their own key: they edit, move or decide. Listed last, to be found by name.
fn minor(action: Action) -> bool {
    use Action as A;
    matches!(
        action,
        A::Send
            | A::Newline
            | A::LineStart
            | A::LineEnd
            | A::WordLeft
            | A::WordRight
            | A::KillToStart
            | A::KillToEnd
            | A::KillWord
            | A::Yank
            | A::Undo
            | A::HistoryBack
            | A::HistoryForward
            | A::HistorySearch
            | A::Down
            | A::Up
            | A::HalfDown
            | A::HalfUp
            | A::PageDown
            | A::PageUp
            | A::Top
            | A::Bottom
            | A::Open
            | A::Back
            | A::ToPanes
            | A::ToInput
            | A::NextPane
            | A::PrevPane
            | A::Later
    )
}

/// The palette itself, and what means something only inside it.
fn listed(action: Action) -> bool {
    !matches!(action, Action::Palette | Action::Cancel | Action::Confirm)
}

/// Matching actions that work now. Letters of the query must appear in order in the name or the sentence.
#[must_use]
pub fn matches(model: &Model, query: &str) -> Vec<Action> {
    let query = query.to_lowercase();
    let mut hits: Vec<(usize, Action)> = Action::ALL
        .iter()
        .copied()
        .filter(|a| listed(*a) && available(model, *a))
        .filter_map(|a| {
            let name = a.label().to_lowercase();
            let rank = if name.starts_with(&query) {
                0
            } else if name.contains(&query) || a.id().contains(&query) {
                1
            } else if a.doc().to_lowercase().contains(&query) {
                2
            } else if in_order(&query, &name) {
                3
            } else {
                return None;
            };
            Some((rank + if minor(a) { 10 } else { 0 }, a))
        })
        .collect();
    hits.sort_by_key(|(rank, _)| *rank);
    hits.into_iter().map(|(_, a)| a).collect()
}

fn in_order(query: &str, name: &str) -> bool {
    let mut letters = name.chars();
    query.chars().all(|q| letters.any(|c| c == q))
}

#[must_use]
pub fn rows(body: Rect) -> usize {
    usize::from(body.height.saturating_sub(5).min(14))
}

/// Paints it and says where the cursor stands.
pub fn view(model: &Model, palette: &Palette, body: Rect, buf: &mut Buffer) -> (u16, u16) {
    let look = &model.look;
    let t = &look.theme;
    let hits = matches(model, &palette.draft.text());
    let shown = rows(body).max(1);
    let height = u16::try_from(shown).unwrap_or(14) + 4;
    let area = Rect { y: body.y, ..draw::centred(body, 78, height) };
    draw::clear(buf, area);
    let inner = draw::frame(buf, area, vec![Span::raw("Actions")], true, look);
    let columns = usize::from(inner.width);
    let picture = palette.draft.picture(columns.saturating_sub(3), 1);
    let query = picture.rows.first().cloned().unwrap_or_default();
    draw::line(
        buf,
        inner,
        0,
        &Line::from(vec![Span::styled(format!("{} ", look.glyphs.prompt), t.key), Span::raw(query)]),
    );
    draw::line(buf, inner, 1, &Line::styled(look.glyphs.rule.repeat(columns), t.border));
    let list = Rect { y: inner.y + inner.height.min(2), height: inner.height.saturating_sub(2), ..inner };
    if hits.is_empty() {
        draw::line(buf, list, 0, &Line::styled("no action has these letters", t.dim));
    }
    for (y, (i, action)) in hits.iter().enumerate().skip(palette.list.top).take(shown).enumerate() {
        let key = model.key(model.context_below(), *action);
        let doc = text::cut(action.doc(), columns.saturating_sub(32), look.glyphs.ellipsis);
        let line = Line::from(vec![
            Span::styled(format!(" {:<16}", action.label()), t.text),
            Span::styled(format!("{key:<12} "), t.key),
            Span::styled(doc, t.dim),
        ]);
        draw::line(buf, list, y, &line);
        if i == palette.list.selected {
            draw::row_style(buf, list, y, t.selection);
        }
    }
    (inner.x + 2 + u16::try_from(picture.cursor.1).unwrap_or(0), inner.y)
}
