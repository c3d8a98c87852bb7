//! What a person should know before they write, above the line in which they do.

use super::layout::Layout;
use crate::ui::{
    Model,
    overlay::Prompt,
    text::{wrap_plain, wrap_spans},
    widgets::draw,
};
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
};

pub fn view(model: &Model, prompt: &Prompt, l: &Layout, buf: &mut Buffer) {
    let t = &model.look.theme;
    let width = l.body.width.min(90);
    let columns = usize::from(width.saturating_sub(4)).max(1);
    let mut lines: Vec<Line<'static>> =
        prompt.about.iter().flat_map(|text| wrap_plain(text, columns, t.text)).collect();
    let chosen = prompt.chosen();
    for (i, choice) in prompt.choices.iter().enumerate() {
        let (mark, style) = if chosen == Some(i) {
            (model.look.glyphs.radio_on, t.title)
        } else {
            (model.look.glyphs.radio_off, t.text)
        };
        let pieces = [(format!("{} ", i + 1), t.key), (format!("{mark} {choice}"), style)];
        lines.extend(wrap_spans(&pieces, columns, 4));
    }
    if let [_] = prompt.choices[..] {
        lines.extend(wrap_plain("Nothing else can be built here.", columns, t.dim));
    }
    if lines.is_empty() || l.body.height < 3 {
        return;
    }
    let height = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX).min(l.body.height);
    let area = Rect { y: l.rule.y.saturating_sub(height), height, width, ..l.body };
    draw::clear(buf, area);
    let inner = draw::frame(buf, area, vec![Span::styled(prompt.label.clone(), t.title)], true, &model.look);
    let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    for (y, line) in lines.iter().take(usize::from(inner.height)).enumerate() {
        draw::line(buf, inner, y, line);
    }
}
