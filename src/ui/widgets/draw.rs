//! Drawing into a buffer, clipped to the area: nothing here can write outside it or panic on a small one.

use crate::ui::{text, theme::Look};
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::{Modifier, Style},
    text::{Line, Span},
    widgets::{Block, Clear, Widget},
};

/// One line of text at a row of the area.
pub fn line(buf: &mut Buffer, area: Rect, row: usize, line: &Line<'_>) {
    let Ok(row) = u16::try_from(row) else { return };
    if row < area.height && area.width > 0 {
        put(buf, area.x, area.y + row, line, area.width);
    }
}

/// `Buffer::set_line`, cell by cell without the tables of Unicode where a byte is a cell.
fn put(buf: &mut Buffer, x: u16, y: u16, line: &Line<'_>, columns: u16) {
    let (mut at, end) = (x, x.saturating_add(columns).min(buf.area().right()));
    for span in &line.spans {
        if at >= end {
            break;
        }
        let style = line.style.patch(span.style);
        if !text::is_simple(&span.content) {
            (at, _) = buf.set_stringn(at, y, &span.content, usize::from(end - at), style);
            continue;
        }
        for byte in span.content.bytes() {
            if at >= end {
                break;
            }
            if let Some(cell) = buf.cell_mut((at, y)) {
                cell.set_char(char::from(byte)).set_style(style);
            }
            at += 1;
        }
    }
}

/// Columns of a line as it is drawn.
#[must_use]
pub fn columns(line: &Line<'_>) -> usize {
    line.spans.iter().map(|s| if text::is_simple(&s.content) { s.content.len() } else { s.width() }).sum()
}

/// Text at the right end of a row.
pub fn right(buf: &mut Buffer, area: Rect, row: u16, line: &Line<'_>) {
    let width = u16::try_from(columns(line)).unwrap_or(u16::MAX).min(area.width);
    if row < area.height && width > 0 {
        put(buf, area.x + area.width - width, area.y + row, line, width);
    }
}

/// Restyles a whole row, for a selection.
pub fn row_style(buf: &mut Buffer, area: Rect, row: usize, style: Style) {
    let Ok(row) = u16::try_from(row) else { return };
    if row < area.height {
        buf.set_style(Rect { y: area.y + row, height: 1, ..area }, style);
    }
}

/// A frame with a title; returns what is inside. Focus shows by double lines and a bold title, not by colour alone.
pub fn frame(buf: &mut Buffer, area: Rect, title: Vec<Span<'static>>, focused: bool, look: &Look) -> Rect {
    let (set, style) = if focused {
        (look.glyphs.border_focus, look.theme.border_focus)
    } else {
        (look.glyphs.border, look.theme.border)
    };
    let mut spans = vec![Span::raw(" ")];
    let mut room = usize::from(area.width).saturating_sub(4);
    for mut span in title {
        let columns = text::width(&span.content);
        if columns > room {
            span.content = text::cut(&span.content, room, look.glyphs.ellipsis).into();
        }
        room = room.saturating_sub(columns);
        spans.push(if focused { span.patch_style(Style::new().add_modifier(Modifier::BOLD)) } else { span });
    }
    spans.push(Span::raw(" "));
    let block = Block::bordered().border_set(set).border_style(style).title(Line::from(spans));
    let inner = block.inner(area);
    block.render(area, buf);
    inner
}

/// Wipes an area before something is drawn on top of the panes.
pub fn clear(buf: &mut Buffer, area: Rect) {
    Clear.render(area, buf);
}

/// A rectangle of at most this size in the middle of `area`.
#[must_use]
pub fn centred(area: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height }
}

/// Marks where a text is on the right border of its frame, when it does not fit.
pub fn scrollbar(buf: &mut Buffer, frame: Rect, top: usize, shown: usize, total: usize, look: &Look) {
    if total <= shown || frame.height < 4 || frame.width < 2 {
        return;
    }
    let track = usize::from(frame.height - 2);
    let thumb = (shown * track / total).clamp(1, track);
    let start = (top * (track - thumb)).checked_div(total - shown).unwrap_or(0).min(track - thumb);
    for i in 0..thumb {
        let y = frame.y + 1 + u16::try_from(start + i).unwrap_or(0);
        buf.set_string(frame.x + frame.width - 1, y, look.glyphs.thumb, look.theme.accent);
    }
}

/// Replaces what a terminal without UTF-8 cannot show: known marks by their twins, the rest by `?`.
pub fn to_ascii(buf: &mut Buffer) {
    for cell in &mut buf.content {
        let symbol = cell.symbol();
        if symbol.is_ascii() {
            continue;
        }
        let twin = match symbol {
            "\u{a0}" => " ",
            "…" => ".",
            "’" | "‘" => "'",
            "“" | "”" => "\"",
            "–" | "—" | "─" => "-",
            "→" => ">",
            "•" | "·" | "●" => "*",
            "✓" => "v",
            "✗" | "×" => "x",
            "≈" => "~",
            _ => "?",
        };
        cell.set_symbol(twin);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn lines_look_as_the_library_draws_them(
            pieces in prop::collection::vec("[ -~]{0,12}|[a é日\u{301}👩]{0,6}", 0..5), x in 0_u16..12, columns in 0_u16..30,
        ) {
            let area = Rect::new(0, 0, 30, 2);
            let (mut ours, mut theirs) = (Buffer::empty(area), Buffer::empty(area));
            let spans: Vec<Span<'_>> = pieces.iter().enumerate().map(|(i, p)| {
                Span::styled(p.as_str(), if i % 2 == 0 { Style::new().bold() } else { Style::new().reversed() })
            }).collect();
            let line = Line::from(spans).style(Style::new().italic());
            put(&mut ours, x, 1, &line, columns);
            theirs.set_line(x, 1, &line, columns);
            prop_assert_eq!(ours, theirs);
            prop_assert_eq!(super::columns(&line), line.width());
        }
    }
}
