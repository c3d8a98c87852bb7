//! The picture of the Code pane: the tree, and beside or below it source, diff or test results.

use super::{Change, Mode, marks, tests, tree::Node};
use crate::{
    domain::{evidence::TestOutcome, run::Run},
    ui::{
        Look, Model,
        text::{self, diff, highlight::Roles},
        widgets::draw,
    },
};
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
};

pub fn view(model: &Model, run: &Run, inner: Rect, focused: bool, buf: &mut Buffer) {
    let look = &model.look;
    let (g, t) = (&look.glyphs, &look.theme);
    if model.code.files.is_empty() && model.code.mode != Mode::Tests {
        let text = "No files yet. They appear here as soon as a developer proposes them.";
        for (y, line) in text::wrap_plain(text, usize::from(inner.width), t.dim).iter().enumerate() {
            draw::line(buf, inner, y, line);
        }
        return;
    }
    let (list, body) = super::split(inner, model.code.rows.len());
    tree(model, list, focused, buf);
    if list.width < inner.width {
        for y in 0..inner.height {
            buf.set_string(list.x + list.width, inner.y + y, g.bar, t.border);
        }
    } else if list.y + list.height < inner.y + inner.height {
        let rule = g.rule.repeat(usize::from(inner.width));
        buf.set_string(inner.x, list.y + list.height, rule, t.border);
    }
    text_view(model, run, body, focused, buf, look);
}

fn tree(model: &Model, list: Rect, focused: bool, buf: &mut Buffer) {
    let (g, t) = (&model.look.glyphs, &model.look.theme);
    let state = &model.code;
    for (y, (i, row)) in state.rows.iter().enumerate().skip(state.list.top).take(usize::from(list.height)).enumerate() {
        let indent = " ".repeat(row.depth.min(6));
        let (mark, name, count, style) = match &row.node {
            Node::Folder { path, files, open } => {
                let name = path.trim_end_matches('/').rsplit('/').next().unwrap_or(path);
                let fold = if *open { g.fold_open } else { g.fold_closed };
                (fold, format!("{name}/"), if *open { String::new() } else { format!("({files})") }, t.dim)
            }
            Node::File(at) => {
                let Some(file) = state.files.get(*at) else { continue };
                let (mark, style) = match file.change {
                    Change::Same => (" ", t.text),
                    Change::New => ("+", t.add),
                    Change::Changed => ("~", t.warn),
                };
                let name = file.path.rsplit('/').next().unwrap_or(&file.path);
                (mark, name.to_owned(), file.entry.lines.to_string(), style)
            }
        };
        let room = usize::from(list.width).saturating_sub(count.len() + indent.len() + 3);
        let line = Line::from(vec![
            Span::raw(indent),
            Span::styled(format!("{mark} "), style),
            Span::styled(text::pad(&name, room, g.ellipsis), style),
            Span::styled(format!(" {count}"), t.dim),
        ]);
        draw::line(buf, list, y, &line);
        if i == state.list.selected {
            let style = if focused && !state.in_text { t.selection } else { t.title };
            draw::row_style(buf, list, y, style);
        }
    }
}

fn title(model: &Model, run: &Run) -> String {
    let path = model.code.current().map_or("", |f| f.path.as_str());
    match model.code.mode {
        Mode::Source => format!("{path}  source"),
        Mode::Diff => format!("{path}  diff since the last approval"),
        Mode::Tests => {
            let all = tests(run);
            let passed = all.iter().filter(|t| t.outcome == TestOutcome::Passed).count();
            format!("tests G1 ran: {passed} of {} passed", all.len())
        }
    }
}

fn text_view(model: &Model, run: &Run, body: Rect, focused: bool, buf: &mut Buffer, look: &Look) {
    let t = &look.theme;
    let columns = usize::from(body.width);
    let state = &model.code.text;
    let mut title = title(model, run);
    if let Some(found) = &state.search {
        title = format!("{title}  /{} {}", found.query, found.count(state.selected));
    }
    draw::line(buf, body, 0, &Line::styled(text::cut(&title, columns, look.glyphs.ellipsis), t.title));
    let rows = Rect { y: body.y + body.height.min(1), height: body.height.saturating_sub(1), ..body };
    let visible = usize::from(rows.height);
    let lines = match model.code.mode {
        Mode::Source => source(model, run, columns, visible),
        Mode::Diff => changes(model, columns, visible),
        Mode::Tests => results(model, run, columns, visible),
    };
    for (y, line) in lines.iter().enumerate() {
        let i = state.top + y;
        draw::line(buf, rows, y, line);
        if state.search.as_ref().is_some_and(|s| s.matches.binary_search(&i).is_ok()) {
            draw::row_style(buf, Rect { width: rows.width.min(2), ..rows }, y, t.matched);
        }
        if focused && model.code.in_text && i == state.selected {
            draw::row_style(buf, rows, y, t.selection);
        }
    }
}

fn source(model: &Model, run: &Run, columns: usize, visible: usize) -> Vec<Line<'static>> {
    let (g, t) = (&model.look.glyphs, &model.look.theme);
    let Some(file) = model.code.current() else { return Vec::new() };
    let Some(source) = model.blobs.text(&file.entry.sha256) else {
        let gone = model.blobs.get(&file.entry.sha256).is_some();
        let note =
            if gone { "its content is not in the project's blobs: g1 log --verify says more" } else { "loading" };
        return vec![Line::styled(note, t.dim)];
    };
    let marks = marks::gutter(run, &file.path);
    let room = columns.saturating_sub(8);
    let roles = model.highlights.get(&file.entry.sha256);
    let line = |(i, text): (usize, &str)| {
        let (mark, bar) = match marks.get(&(i + 1)) {
            Some(marks::Mark::Begins(clause, 0)) => (format!("{clause:>5} "), g.thumb),
            Some(marks::Mark::Begins(clause, _)) => (format!("{clause:>5}+"), g.thumb),
            Some(marks::Mark::Inside) => (" ".repeat(6), g.thumb),
            None => (" ".repeat(6), g.bar),
        };
        let bar_style = if bar == g.thumb { t.id } else { t.border };
        let mut spans = vec![Span::styled(mark, t.id), Span::styled(format!("{bar} "), bar_style)];
        spans.extend(painted(text, room, roles.and_then(|r| r.get(i)), &model.look));
        Line::from(spans)
    };
    source.lines().enumerate().skip(model.code.text.top).take(visible).map(line).collect()
}

/// A line of source in its colours, cut to the room there is. Without knowledge of the language it is plain.
fn painted(text: &str, room: usize, roles: Option<&Roles>, look: &Look) -> Vec<Span<'static>> {
    let t = &look.theme;
    let plain = |text: &str, style| Span::styled(text.replace('\t', "    "), style);
    let mut spans = Vec::new();
    let mut at = 0;
    for (range, role) in roles.into_iter().flatten() {
        let (Some(before), Some(inside)) = (text.get(at..range.start), text.get(range.clone())) else { break };
        if !before.is_empty() {
            spans.push(plain(before, t.text));
        }
        spans.push(plain(inside, t.syntax.of(*role)));
        at = range.end;
    }
    if let Some(rest) = text.get(at..).filter(|r| !r.is_empty()) {
        spans.push(plain(rest, t.text));
    }
    let mut left = room;
    let mut out = Vec::new();
    let total: usize = spans.iter().map(|s| text::width(&s.content)).sum();
    for span in spans {
        let width = text::width(&span.content);
        if width <= left && (total <= room || width < left) {
            left -= width;
            out.push(span);
        } else {
            let all = format!("{}{}", span.content, if total > room { " ".repeat(room) } else { String::new() });
            out.push(Span::styled(text::cut(&all, left, look.glyphs.ellipsis), span.style));
            break;
        }
    }
    out
}

fn changes(model: &Model, columns: usize, visible: usize) -> Vec<Line<'static>> {
    let t = &model.look.theme;
    let Some((_, lines)) = &model.code.diff else { return vec![Line::styled("loading", t.dim)] };
    if lines.is_empty() {
        return vec![Line::styled("unchanged since the last approval", t.dim)];
    }
    let shown = lines.iter().skip(model.code.text.top).take(visible);
    shown.map(|text| diff_line(text, columns, &model.look)).collect()
}

fn results(model: &Model, run: &Run, columns: usize, visible: usize) -> Vec<Line<'static>> {
    let (g, t) = (&model.look.glyphs, &model.look.theme);
    let all = tests(run);
    if all.is_empty() {
        return vec![Line::styled("no test has run yet", t.dim)];
    }
    let line = |test: &super::TestRow| {
        let (mark, word, style) = match test.outcome {
            TestOutcome::Passed => (g.done, "passed", t.ok),
            TestOutcome::Failed => (g.failed, "failed", t.error),
            TestOutcome::Error => (g.failed, "error", t.error),
            TestOutcome::Skipped => (g.blocked, "skipped", t.warn),
        };
        let clauses: Vec<String> = test.clauses.iter().map(ToString::to_string).collect();
        let clauses = format!("{} ", clauses.join(" "));
        let clauses = if test.clauses.is_empty() { String::new() } else { clauses };
        let last = test.detail.lines().last().unwrap_or("");
        let room = columns.saturating_sub(10 + text::width(&clauses));
        let name = if columns < 60 { test.name.rsplit('.').next().unwrap_or(&test.name) } else { short(&test.name) };
        Line::from(vec![
            Span::styled(format!("{mark} {word:<8}"), style),
            Span::styled(clauses, t.id),
            Span::styled(text::cut(&format!("{name}  {last}"), room, g.ellipsis), t.text),
        ])
    };
    all.iter().skip(model.code.text.top).take(visible).map(line).collect()
}

/// Class and method of a test: where it lies is the same for most of them and would take the room of what it is about.
fn short(name: &str) -> &str {
    name.rmatch_indices('.').nth(1).map_or(name, |(at, _)| &name[at + 1..])
}

#[must_use]
pub fn diff_line(text: &str, columns: usize, look: &Look) -> Line<'static> {
    let t = &look.theme;
    let style = match diff::DiffLine::of(text) {
        diff::DiffLine::Header => t.title,
        diff::DiffLine::Hunk => t.hunk,
        diff::DiffLine::Add => t.add,
        diff::DiffLine::Del => t.del,
        diff::DiffLine::Same => t.text,
    };
    Line::styled(text::cut(&text.replace('\t', "    "), columns, look.glyphs.ellipsis), style)
}
