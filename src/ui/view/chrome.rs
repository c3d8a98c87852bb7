//! Everything around the panes: header, tabs, the rule with announcements, the input line, hints, the small-screen card.

use super::layout::{self, Layout};
use crate::{
    domain::run::{Run, RunStatus},
    ui::{
        Action, Model,
        keymap::Context,
        model::Focus,
        overlay::{Overlay, Prompt},
        panes::{Pane, timeline},
        text::{self, wrap_plain},
        update::{available, slash, watch},
        widgets::draw,
    },
};
use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    style::Style,
    text::{Line, Span},
};

/// What the run is doing, in a mark and a few words.
fn state(model: &Model, run: &Run) -> (String, Style) {
    let (g, t) = (&model.look.glyphs, &model.look.theme);
    if model.ended.is_some() && !run.is_over() {
        return (format!("{} stopped", g.blocked), t.warn);
    }
    if let Some(gate) = model.waiting_gate() {
        let style = if gate.is_red() { t.error } else { t.gate };
        let red = if gate.is_red() { "red" } else { "ready" };
        return (format!("{} {} {red}", g.gate, gate.id), style);
    }
    match &run.status {
        RunStatus::Running | RunStatus::WaitingAtGate => (format!("{} working", g.running), t.accent),
        RunStatus::Paused { .. } => (format!("{} paused", g.blocked), t.warn),
        RunStatus::Completed { stopped_at_plan: true, .. } => (format!("{} planned", g.done), t.ok),
        RunStatus::Completed { outcome, .. } => match outcome {
            crate::domain::run::Outcome::Proven => (format!("{} done, all proven", g.done), t.ok),
            crate::domain::run::Outcome::Partial => (format!("{} done, not all proven", g.tested), t.warn),
            crate::domain::run::Outcome::Failed => (format!("{} failed", g.failed), t.error),
        },
    }
}

pub fn header(model: &Model, area: Rect, buf: &mut Buffer) {
    let (g, t) = (&model.look.glyphs, &model.look.theme);
    let Some(run) = model.run.as_deref() else {
        draw::line(buf, area, 0, &Line::from(vec![Span::styled(" g1 ", t.title), Span::styled("opening", t.dim)]));
        return;
    };
    let c = model.statuses.counts;
    if area.width < 60 {
        return narrow_header(model, run, area, buf);
    }
    let wide = area.width >= 100;
    let mut right: Vec<Span<'static>> = Vec::new();
    let mut push = |text: String, style: Style| {
        if !right.is_empty() {
            right.push(Span::styled(format!(" {} ", g.sep), t.dim));
        }
        right.push(Span::styled(text, style));
    };
    push(format!("{} proven", c.proven), if c.proven > 0 { t.ok } else { t.dim });
    if c.tested > 0 {
        push(format!("{} tested", c.tested), t.warn);
    }
    if c.built > 0 || c.tested == 0 {
        push(format!("{} built", c.built), if c.built > 0 { t.accent } else { t.dim });
    }
    if c.open > 0 || !run.is_over() {
        push(format!("{} {}", c.open, if run.is_over() { "designed" } else { "open" }), t.text);
    }
    if c.missing > 0 {
        push(format!("{} missing", c.missing), t.error);
    }
    if wide {
        let end = if run.is_over() || !model.is_working() { run.updated_at } else { model.now };
        push(timeline::money(&run.usage), t.dim);
        push(timeline::clock(run.started_at, end), t.dim);
    }
    let (word, style) = state(model, run);
    right.push(Span::raw("  "));
    right.push(Span::styled(format!("{word} "), style));
    let right = Line::from(right);
    let name = if run.title.is_empty() { &run.name } else { &run.title };
    let room = usize::from(area.width).saturating_sub(draw::columns(&right) + 1);
    let plan = format!("{:?}", run.settings.plan).to_lowercase();
    let model_note = format!("{name} {} {}", g.sep, run.settings.model);
    // What has no room is left out whole: half of a model's name says nothing.
    let full = [format!("{model_note} {} {plan} plan", g.sep), model_note]
        .into_iter()
        .find(|full| text::width(full) + 5 <= room)
        .unwrap_or_else(|| name.to_string());
    let title = text::cut(&full.replace('\n', " "), room.saturating_sub(5), g.ellipsis);
    draw::line(buf, area, 0, &Line::from(vec![Span::styled(" g1  ", t.accent), Span::styled(title, t.title)]));
    draw::right(buf, area, 0, &right);
}

/// On a narrow screen what is going on comes first, and the counts are marks with numbers.
fn narrow_header(model: &Model, run: &Run, area: Rect, buf: &mut Buffer) {
    let (g, t) = (&model.look.glyphs, &model.look.theme);
    let c = model.statuses.counts;
    let (word, style) = state(model, run);
    let mut right = Vec::new();
    for (mark, n, style) in [
        (g.proven, c.proven, t.ok),
        (g.tested, c.tested, t.warn),
        (g.built, c.built, t.accent),
        (g.open, c.open, t.text),
        (g.missing, c.missing, t.error),
    ] {
        if mark == g.tested && n == 0 {
            continue;
        }
        right.push(Span::styled(format!("{mark}{n} "), if n > 0 { style } else { t.dim }));
    }
    let right = Line::from(right);
    let room = usize::from(area.width).saturating_sub(draw::columns(&right) + 5);
    let word = text::cut(&word, room, g.ellipsis);
    draw::line(buf, area, 0, &Line::from(vec![Span::styled(" g1 ", t.accent), Span::styled(word, style)]));
    draw::right(buf, area, 0, &right);
}

/// What is searched for in a pane and how often it is there; of the chat also how much is below.
pub fn pane_note(model: &Model, pane: Pane) -> Option<String> {
    let (search, at) = match pane {
        Pane::Hub => (&model.hub.list.search, model.hub.list.selected),
        Pane::Chat => (&model.chat.search, model.chat.anchor.map_or(0, |(e, _)| e)),
        Pane::Timeline => (&model.timeline.list.search, model.timeline.list.selected),
        Pane::Code => (&model.code.text.search, model.code.text.selected),
    };
    if let Some(s) = search {
        return Some(format!("/{} {}", s.query, s.count(at)));
    }
    if pane != Pane::Chat {
        return None;
    }
    let down = model.look.glyphs.down;
    match (model.chat.anchor, model.chat.unseen) {
        (Some(_), n) if n > 0 => Some(format!("{down} {n} new, G follows")),
        (Some(_), _) => Some(format!("{down} G follows")),
        (None, _) => None,
    }
}

pub fn tabs(model: &Model, area: Rect, buf: &mut Buffer) {
    let t = &model.look.theme;
    let mut spans = vec![Span::raw(" ")];
    for (i, pane) in Pane::ALL.iter().enumerate() {
        let label = format!("{} {}", i + 1, pane.name());
        if *pane == model.pane {
            let style = if model.focus == Focus::Panes { t.selection } else { t.title };
            spans.push(Span::styled(format!("[{label}]"), style));
        } else {
            spans.push(Span::styled(format!(" {label} "), t.dim));
        }
        spans.push(Span::raw(" "));
    }
    let used: usize = spans.iter().map(|s| s.width()).sum();
    draw::line(buf, area, 0, &Line::from(spans));
    if let Some(run) = model.run.as_deref() {
        let note = pane_note(model, model.pane);
        let text = note.unwrap_or_else(|| timeline::one_line(model, run));
        let room = usize::from(area.width).saturating_sub(used + 1);
        let text = text::cut(&text, room, model.look.glyphs.ellipsis);
        draw::right(buf, Rect { width: area.width.saturating_sub(1), ..area }, 0, &Line::styled(text, t.accent));
    }
}

/// The line above the input: a notice, or the gate that waits.
pub fn rule(model: &Model, area: Rect, buf: &mut Buffer) {
    let (g, t) = (&model.look.glyphs, &model.look.theme);
    buf.set_string(area.x, area.y, g.rule.repeat(usize::from(area.width)), t.border);
    let room = usize::from(area.width).saturating_sub(6);
    let (text, style) = if let Some(notice) = &model.notice {
        let mark = if notice.error { format!("{} ", g.failed) } else { String::new() };
        (format!("{mark}{}", notice.text.one_line(400)), if notice.error { t.error } else { t.accent })
    } else if model.watching {
        let whole = watch::read_only(model);
        let key = model.key(Context::Gate, Action::TakeOver);
        let short = format!("read-only: {key} takes over");
        (if text::width(&whole) <= room { whole } else { short }, t.warn)
    } else if let Some(gate) = model.waiting_gate().filter(|_| model.overlays.is_empty()) {
        let n = model.run.as_deref().map_or(1, |r| r.open_gates().count());
        let more = if n > 1 { format!(" ({n} wait)") } else { String::new() };
        (
            format!(
                "{} {} ready{more} {} {}",
                g.gate,
                gate_name(gate),
                if g.ascii { "-" } else { "–" },
                if room < 56 { "Enter reviews" } else { "Enter on an empty line to review" }
            ),
            if gate.is_red() { t.error } else { t.gate },
        )
    } else {
        return;
    };
    let place = Rect { x: area.x + 2, width: area.width.saturating_sub(2), ..area };
    let lines = wrap_plain(&text, room.max(1), style);
    let Some(notice) = model.notice.as_ref().filter(|_| lines.len() > 1) else {
        let text = text::cut(&text, room, g.ellipsis);
        return draw::line(buf, place, 0, &Line::styled(format!(" {text} "), style));
    };
    // What went wrong is worth the rows it needs; for anything else two are enough, and of what lies on top no more than
    // the border is covered.
    let on_top = !model.overlays.is_empty();
    let most = if notice.error && !on_top { 4 } else { 2 };
    let count = u16::try_from(lines.len().min(most)).unwrap_or(2).min(area.y);
    let over = Rect { y: area.y + 1 - count, height: count, ..area };
    if !on_top {
        buf.set_string(over.x, over.y - 1, g.rule.repeat(usize::from(area.width)), t.border);
    }
    draw::clear(buf, over);
    let indented = Rect { x: over.x + 3, width: over.width.saturating_sub(3), ..over };
    for (y, line) in lines.iter().take(usize::from(count)).enumerate() {
        if y + 1 == usize::from(count) && lines.len() > y + 1 {
            let rest: Vec<String> = lines[y..].iter().map(text::wrap::plain).collect();
            let cut = text::cut(&rest.join(" "), room, g.ellipsis);
            draw::line(buf, indented, y, &Line::styled(cut, style));
        } else {
            draw::line(buf, indented, y, line);
        }
    }
}

fn gate_name(gate: &crate::domain::run::Gate) -> String {
    format!("Gate {}", gate.id.0)
}

/// The input line, or the question in its place. Gives the cursor when it belongs here.
pub fn input(model: &Model, l: &Layout, buf: &mut Buffer) -> Option<Position> {
    let (g, t) = (&model.look.glyphs, &model.look.theme);
    let area = l.input;
    let prompt = match model.overlays.last() {
        Some(Overlay::Prompt(p)) => Some(p),
        _ => None,
    };
    let draft = prompt.map_or(&model.draft, |p| &p.draft);
    let indent = u16::try_from(layout::prompt_columns(model)).unwrap_or(2);
    let active = prompt.is_some() || (model.focus == Focus::Input && model.overlays.is_empty());
    let mark_style = if active { t.key } else { t.dim };
    let mark = prompt.map_or_else(
        || g.prompt.to_owned(),
        |p| format!("{} {}", text::cut(&p.label, usize::from(indent).saturating_sub(3), g.ellipsis), g.prompt),
    );
    draw::line(buf, area, 0, &Line::styled(mark, mark_style));
    let field = Rect { x: area.x + indent.min(area.width), width: area.width.saturating_sub(indent), ..area };
    if draft.is_empty() {
        let text = text::cut(placeholder(model, prompt.map(AsRef::as_ref)), usize::from(field.width), g.ellipsis);
        draw::line(buf, field, 0, &Line::styled(text, t.dim));
    }
    let picture = draft.picture(layout::input_columns(model), usize::from(area.height));
    for (y, row) in picture.rows.iter().enumerate() {
        if !draft.is_empty() {
            draw::line(buf, field, y, &Line::styled(row.clone(), t.text));
        }
    }
    active.then(|| Position {
        x: field.x + u16::try_from(picture.cursor.1).unwrap_or(0),
        y: field.y + u16::try_from(picture.cursor.0).unwrap_or(0),
    })
}

fn placeholder(model: &Model, prompt: Option<&Prompt>) -> &'static str {
    match prompt {
        Some(prompt) if prompt.choices.len() > 1 => return "Up and Down choose, or write it here",
        Some(_) => return "write it here",
        None => {}
    }
    match model.run.as_deref() {
        _ if model.watching => "you are looking on",
        Some(run) if run.is_over() => "what should come to it or be different? /preview runs it, /quit leaves",
        _ if model.focus == Focus::Panes => "",
        _ => "say something to the personas, or / for a command",
    }
}

/// Actions for the hint bar, most useful first; only those that do something now are shown.
fn hint_actions(context: Context) -> &'static [Action] {
    use Action as A;
    match context {
        Context::EmptyInput => &[A::TakeOver, A::ReviewGate, A::ToPanes, A::Palette, A::Editor, A::Interrupt],
        Context::Input => &[A::Send, A::Newline, A::Editor, A::ToPanes, A::Interrupt],
        Context::Panes => &[
            A::TakeOver,
            A::ToInput,
            A::NextPane,
            A::Down,
            A::Open,
            A::Answer,
            A::ToClause,
            A::ToggleDiff,
            A::ShowTests,
            A::NextStep,
            A::Fold,
            A::Search,
            A::SearchNext,
            A::Waive,
            A::Select,
            A::Copy,
            A::Zoom,
            A::Bottom,
            A::Palette,
        ],
        Context::Gate => &[A::TakeOver, A::Down, A::PageDown, A::NextPane, A::Later],
        Context::Pager => &[
            A::Down,
            A::Confirm,
            A::Prompt,
            A::Compare,
            A::RequestChanges,
            A::NextStep,
            A::PageDown,
            A::Search,
            A::SearchNext,
            A::Select,
            A::Copy,
            A::Cancel,
        ],
        Context::Prompt => &[A::Send, A::Newline, A::Editor, A::Cancel],
        Context::Palette => &[A::Confirm, A::Down, A::Cancel],
        Context::Confirm => &[A::NextPane, A::Confirm, A::AskMe, A::Cancel],
        Context::Welcome => &[A::Start, A::Newline, A::NextPane, A::Editor, A::Interrupt],
        Context::Everywhere => &[],
    }
}

pub fn hints(model: &Model, area: Rect, buf: &mut Buffer) {
    let t = &model.look.theme;
    let context = model.context();
    let help = if matches!(context, Context::Input | Context::Prompt | Context::Palette) { "F1" } else { "?" };
    let mouse = if model.mouse { "mouse  " } else { "" };
    let tail = Line::from(vec![Span::styled(mouse, t.dim), Span::styled(help, t.key), Span::styled(" help ", t.dim)]);
    let room = usize::from(area.width).saturating_sub(draw::columns(&tail) + 2);
    let mut spans = vec![Span::raw(" ")];
    let mut used = 1;
    for action in hint_actions(context) {
        if !available(model, *action) {
            continue;
        }
        let Some(key) = model.keymap.key_for(context, *action) else { continue };
        let (key, label) = (key.to_string(), label(context, *action));
        let width = text::width(&key) + text::width(label) + 3;
        if used + width > room {
            break;
        }
        used += width;
        spans.push(Span::styled(key, t.key));
        spans.push(Span::styled(format!(" {label}  "), t.dim));
    }
    draw::line(buf, area, 0, &Line::from(spans));
    draw::right(buf, area, 0, &tail);
}

fn label(context: Context, action: Action) -> &'static str {
    match (context, action) {
        (Context::Confirm, Action::NextPane) => "change",
        (Context::Welcome, Action::NextPane) => "next field",
        (Context::Welcome, Action::Interrupt) => "clear / quit",
        (Context::Gate, Action::NextPane) => "next question",
        (Context::Pager, Action::Confirm) => "open",
        (Context::Pager, Action::RequestChanges) => "remark",
        (Context::Pager, Action::NextStep) => "next section",
        _ => action.label(),
    }
}

/// What `/` and `@` could become, above the line being written; Tab completes.
pub fn suggestions(model: &Model, l: &Layout, buf: &mut Buffer) {
    if model.focus != Focus::Input || !model.overlays.is_empty() {
        return;
    }
    let hits = slash::suggestions(model);
    let exact = hits.len() == 1 && hits[0].0 == model.draft.text();
    if hits.is_empty() || exact {
        return;
    }
    let t = &model.look.theme;
    let most = usize::from(l.body.height).saturating_sub(3).min(8);
    let rows = hits.len().min(most);
    if rows == 0 {
        return;
    }
    let more = hits.len() - rows;
    let height = u16::try_from(rows).unwrap_or(8) + 2;
    let area = Rect { y: l.rule.y.saturating_sub(height), height, width: l.body.width.min(90), ..l.body };
    draw::clear(buf, area);
    let title = if more > 0 { format!("Tab completes, {more} more") } else { "Tab completes".to_owned() };
    let inner = draw::frame(buf, area, vec![Span::styled(title, t.dim)], false, &model.look);
    let wide = hits.iter().take(rows).map(|(w, _)| text::width(w)).max().unwrap_or(0).min(24);
    for (y, (word, about)) in hits.iter().take(rows).enumerate() {
        let name = text::pad(word, wide, model.look.glyphs.ellipsis);
        let room = usize::from(inner.width).saturating_sub(wide + 4);
        let about = about.strip_prefix(word.as_str()).map_or(about.as_str(), str::trim_start);
        let line = Line::from(vec![
            Span::styled(format!(" {name}  "), t.key),
            Span::styled(text::cut(about, room, model.look.glyphs.ellipsis), t.dim),
        ]);
        draw::line(buf, inner, y, &line);
    }
}

/// After the first key of longer ones: what may follow.
pub fn which_key(model: &Model, l: &Layout, buf: &mut Buffer) {
    if model.pending.is_empty() {
        return;
    }
    let t = &model.look.theme;
    let next = model.keymap.after(model.context(), &model.pending);
    let so_far: Vec<String> = model.pending.iter().map(ToString::to_string).collect();
    const CELL: usize = 24;
    let columns = (usize::from(l.body.width).saturating_sub(4) / CELL).max(1);
    let rows = next.len().div_ceil(columns);
    let height = u16::try_from(rows).unwrap_or(8) + 2;
    let height = height.min(l.body.height);
    let area = Rect { y: l.body.y + l.body.height - height, height, ..l.body };
    draw::clear(buf, area);
    let inner = draw::frame(buf, area, vec![Span::raw(format!("{} then", so_far.join(" ")))], true, &model.look);
    for (i, (key, action)) in next.iter().enumerate() {
        let (x, y) = (i / rows * CELL, i % rows);
        let cell = Rect { x: inner.x + 1 + u16::try_from(x).unwrap_or(0), width: CELL as u16, ..inner };
        let cell = cell.intersection(inner);
        let works = available(model, *action);
        let (key_style, style) = if works { (t.key, t.text) } else { (t.dim, t.dim) };
        let label = text::cut(action.label(), CELL - 8, model.look.glyphs.ellipsis);
        let line =
            Line::from(vec![Span::styled(format!("{:<6} ", key.to_string()), key_style), Span::styled(label, style)]);
        draw::line(buf, cell, y, &line);
    }
}

/// Too small for panes: what is going on, in a few words, while the run goes on.
pub fn too_small(model: &Model, buf: &mut Buffer) {
    let area = *buf.area();
    let t = &model.look.theme;
    let (w, h) = model.size;
    let mut lines = vec![Line::styled(format!("g1 {w}x{h}, needs 40x10"), t.title)];
    if let Some(run) = model.run.as_deref() {
        let (word, style) = state(model, run);
        lines.push(Line::styled(word, style));
        lines.push(Line::styled(timeline::one_line(model, run), t.text));
        lines.push(Line::styled(
            format!("{} of {} proven", model.statuses.counts.proven, model.statuses.counts.demanding),
            t.text,
        ));
        lines.push(Line::styled("The run goes on.", t.dim));
    }
    lines.push(Line::styled("Ctrl-C leaves", t.dim));
    for (y, line) in lines.iter().enumerate() {
        draw::line(buf, area, y, line);
    }
}
