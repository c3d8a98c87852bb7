//! The welcome screen: what should be built, with which model, what is needed, where it goes, what was worked on.

use super::{chrome, layout::Layout};
use crate::{
    domain::{Clean, counted},
    ui::{
        Model, text,
        welcome::{ASKS, Field},
        widgets::draw,
    },
};
use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    text::{Line, Span},
};

pub fn view(model: &Model, l: &Layout, buf: &mut Buffer) -> Option<Position> {
    let (g, t) = (&model.look.glyphs, &model.look.theme);
    let w = &model.welcome;
    let full = Rect { x: 0, y: 0, width: model.size.0, height: l.hints.y };
    let width = full.width.min(112);
    let area = Rect { x: (full.width - width) / 2, width, ..full };
    let columns = usize::from(width);
    let mut cursor = None;

    let about = match columns {
        0..76 => "  every sentence tied to a test",
        _ => "  every sentence of your requirement, tied to code and to a test G1 ran",
    };
    let title =
        vec![Span::styled(" G1", t.accent.add_modifier(ratatui::style::Modifier::BOLD)), Span::styled(about, t.dim)];
    draw::line(buf, area, 0, &Line::from(title));

    // The lower part has a fixed height; the requirement takes what is left.
    let lower = below(model, columns);
    let lower_rows = u16::try_from(lower.len()).unwrap_or(0);
    let box_top = if area.height >= 18 { 2 } else { 1 };
    let box_height = area.height.saturating_sub(box_top + lower_rows + 2).clamp(3, 18);
    let frame = Rect { y: area.y + box_top, height: box_height, ..area };
    let focused = w.field == Field::Requirement && model.overlays.is_empty();
    let heading = vec![Span::styled("What should be built?", t.title)];
    let inner = draw::frame(buf, frame, heading, focused, &model.look);
    let field = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    if w.draft.is_empty() {
        let hint = match columns {
            0..76 => ["Paste or type it, or /example", "@brief.md takes a file"],
            _ => [
                "Paste or type a requirement: sentences, lists, user stories.",
                "@brief.md takes a file, /example fills in one to try.",
            ],
        };
        for (y, text) in hint.iter().enumerate() {
            draw::line(buf, field, y, &Line::styled(text::cut(text, usize::from(field.width), g.ellipsis), t.dim));
        }
    }
    let picture = w.draft.picture(usize::from(field.width).max(1), usize::from(field.height).max(1));
    if !w.draft.is_empty() {
        for (y, row) in picture.rows.iter().enumerate() {
            draw::line(buf, field, y, &Line::styled(row.clone(), t.text));
        }
        let kept = w.kept().map_or_else(String::new, |k| format!(", {k}"));
        let beside: Vec<&str> = w.beside.iter().map(|(_, file)| file.name.as_str()).collect();
        let beside = if beside.is_empty() { String::new() } else { format!(", with {}", beside.join(", ")) };
        let size = format!(" {}{kept}{beside} ", size_note(&w.draft.text()));
        let size = text::cut(&Clean::new(&size), columns.saturating_sub(6), g.ellipsis);
        let foot = Rect { y: frame.y + frame.height - 1, height: 1, width: frame.width.saturating_sub(2), ..frame };
        draw::right(buf, foot, 0, &Line::styled(size, t.dim));
    }
    if focused {
        cursor = Some(Position {
            x: field.x + u16::try_from(picture.cursor.1).unwrap_or(0),
            y: field.y + u16::try_from(picture.cursor.0).unwrap_or(0),
        });
    }
    let rest_y = frame.y + frame.height;
    let rest = Rect { y: rest_y, height: full.height.saturating_sub(rest_y), ..area };
    for (y, (line, typed)) in lower.iter().enumerate() {
        draw::line(buf, rest, y, line);
        if let Some((field, column)) = typed
            && *field == w.field
            && model.overlays.is_empty()
        {
            let draft = if *field == Field::Model { &w.name } else { &w.folder };
            let at = draft.picture(columns, 1).cursor.1;
            cursor = Some(Position {
                x: rest.x + u16::try_from(column + at).unwrap_or(0),
                y: rest.y + u16::try_from(y).unwrap_or(0),
            });
        }
    }
    notice(model, l, area, buf);
    chrome::hints(model, l.hints, buf);
    cursor
}

/// What there is to say stands over the lowest rows.
fn notice(model: &Model, l: &Layout, area: Rect, buf: &mut Buffer) {
    let (g, t) = (&model.look.glyphs, &model.look.theme);
    if let Some(notice) = &model.notice {
        let style = if notice.error { t.error } else { t.accent };
        let mark = if notice.error { format!("{} ", g.failed) } else { String::new() };
        let lines =
            text::wrap_plain(&format!("{mark}{}", notice.text), usize::from(area.width).saturating_sub(2), style);
        let count = u16::try_from(lines.len()).unwrap_or(1).min(4);
        let place = Rect {
            x: area.x + 1,
            y: l.hints.y.saturating_sub(count),
            height: count,
            width: area.width.saturating_sub(2),
        };
        draw::clear(buf, place);
        for (y, line) in lines.iter().enumerate() {
            draw::line(buf, place, y, line);
        }
    }
}

fn size_note(text: &str) -> String {
    let words = counted(text.split_whitespace().count(), "word");
    if text.len() < 10_000 { words } else { format!("{words}, {} KB", text.len() / 1000) }
}

/// A row of the lower part; with the field that is typed in it, and the column where.
type Row = (Line<'static>, Option<(Field, usize)>);

/// Model, needs, folder, recent projects.
fn below(model: &Model, columns: usize) -> Vec<Row> {
    let mut out = vec![(Line::default(), None)];
    out.extend(models(model, columns));
    out.push((asks(model, columns), None));
    out.extend(needs(model, columns).map(|line| (line, None)));
    out.push(folder(model, columns));
    out.extend(recent(model, columns));
    out
}

/// The name of a row; marked when the keys go there.
fn label(model: &Model, text: &str, on: bool) -> Span<'static> {
    let mark = if on { model.look.glyphs.fold_closed } else { " " };
    Span::styled(format!("{mark}{text:<8} "), if on { model.look.theme.key } else { model.look.theme.title })
}

fn models(model: &Model, columns: usize) -> Vec<Row> {
    let (g, t) = (&model.look.glyphs, &model.look.theme);
    let w = &model.welcome;
    let mut out = Vec::new();
    // On a low screen the chosen one stands alone, as with the other lists; Down goes on.
    let low = model.size.1 < 20;
    let shown = w.info.models.iter().enumerate().filter(|(i, _)| !low || *i == w.info.model);
    for (row, (i, choice)) in shown.enumerate() {
        let on = i == w.info.model;
        let mark = if on { g.radio_on } else { g.radio_off };
        let style = if on { t.accent } else { t.dim };
        let spec = match (on, choice.spec.ends_with('/')) {
            (true, true) => w.model(),
            (false, true) => format!("{}{}", choice.spec, g.ellipsis),
            (_, false) => choice.spec.clone(),
        };
        let name = format!("{mark} {:<14} ", Clean::new(&spec).as_str());
        let note = match on && w.asks_name() {
            true if !w.name.is_empty() => "used from the start on, and only by this run",
            true if choice.names.is_empty() => "which of its models? type its name",
            true => &format!("which? type its name: {}", choice.names),
            false => choice.note.as_str(),
        };
        let note = match w.info.models.len() {
            n if low && n > 1 => format!("{} of {n}", i + 1),
            _ => note.to_owned(),
        };
        let room = columns.saturating_sub(10 + text::width(&name));
        let typed = (on && w.asks_name()).then(|| (Field::Model, 12 + text::width(&choice.spec)));
        out.push((
            Line::from(vec![
                if row == 0 { label(model, "Model", w.field == Field::Model) } else { Span::raw(" ".repeat(10)) },
                Span::styled(name, style),
                Span::styled(text::cut(&note, room, g.ellipsis), t.dim),
            ]),
            typed,
        ));
    }
    out
}

/// When a person is asked.
fn asks(model: &Model, columns: usize) -> Line<'static> {
    let (g, t) = (&model.look.glyphs, &model.look.theme);
    let w = &model.welcome;
    let wide = columns >= 76;
    let focused = w.field == Field::Ask;
    let mut ask = vec![label(model, "Ask me", focused)];
    // Where there is no room for all of them the chosen one stands alone; Space goes on.
    for (gates, name) in ASKS.iter().filter(|(gates, _)| wide || *gates == w.info.gates) {
        let on = *gates == w.info.gates;
        let style = match (on, focused) {
            (true, true) => t.selection,
            (true, false) => t.accent,
            (false, _) => t.dim,
        };
        ask.push(Span::styled(format!("{} {name}", if on { g.radio_on } else { g.radio_off }), style));
        ask.push(Span::raw("  "));
    }
    Line::from(ask)
}

/// What this machine must offer; nothing before that is known.
fn needs(model: &Model, columns: usize) -> Option<Line<'static>> {
    let (g, t) = (&model.look.glyphs, &model.look.theme);
    let w = &model.welcome;
    let mut needs = vec![label(model, "Needs", false)];
    // What is missing comes first; what has no room is left out whole.
    let mut order: Vec<_> = w.info.needs.iter().collect();
    order.sort_by_key(|need| need.ok || need.optional);
    let mut left = columns.saturating_sub(10);
    for need in order {
        let (mark, style) = match (need.ok, need.optional) {
            (true, _) => (g.done, t.ok),
            (false, true) => (g.blocked, t.dim),
            (false, false) => (g.failed, t.error),
        };
        let text = format!("{mark} {}", need.name);
        if text::width(&text) > left {
            break;
        }
        left = left.saturating_sub(text::width(&text) + 3);
        needs.push(Span::styled(text, style));
        needs.push(Span::raw("   "));
    }
    (!w.info.needs.is_empty()).then(|| Line::from(needs))
}

fn folder(model: &Model, columns: usize) -> Row {
    let (g, t) = (&model.look.glyphs, &model.look.theme);
    let w = &model.welcome;
    let shown = w.folder.text();
    let blank = if shown.is_empty() && w.field != Field::Folder { "" } else { "   " };
    (
        Line::from(vec![
            label(model, "Folder", w.field == Field::Folder),
            Span::styled(text::cut(&shown, columns.saturating_sub(12), g.ellipsis), t.text),
            match w.existing {
                true => Span::styled(format!("{blank}the software there is changed, on a branch of its own"), t.accent),
                false => Span::styled(format!("{blank}{}", w.info.folder_note), t.dim),
            },
        ]),
        Some((Field::Folder, 10)),
    )
}

/// What was worked on last.
fn recent(model: &Model, columns: usize) -> Vec<Row> {
    let (g, t) = (&model.look.glyphs, &model.look.theme);
    let w = &model.welcome;
    let mut out = Vec::new();
    for (i, recent) in w.info.recent.iter().enumerate().take(4) {
        let on = w.field == Field::Recent && i == w.recent;
        let room = columns.saturating_sub(14);
        let text = text::cut(&format!("{}  {}", recent.folder, recent.note), room, g.ellipsis);
        out.push((
            Line::from(vec![
                if i == 0 { label(model, "Recent", w.field == Field::Recent) } else { Span::raw(" ".repeat(10)) },
                Span::styled(text, if on { t.selection } else { t.text }),
            ]),
            None,
        ));
    }
    out
}
