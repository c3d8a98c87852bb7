//! The Code: the files of the workspace and of the open gate's proposal, their source with clause marks, the diff
//! against the last approved version, and the results of the tests that G1 ran.

use crate::{
    domain::{
        Hash,
        artifact::{CodeRange, FileEntry},
        evidence::TestOutcome,
        run::{Proposal, Run},
    },
    ui::{
        Action, Cmd, Look, Model,
        text::{self, diff},
        widgets::{
            draw,
            list::{ListState, Search},
        },
    },
};
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
};
use std::{collections::BTreeMap, sync::Arc};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    Same,
    New,
    Changed,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRow {
    pub path: String,
    pub entry: FileEntry,
    pub change: Change,
    /// The approved version a proposal replaces.
    pub old: Option<Hash>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Mode {
    #[default]
    Source,
    Diff,
    Tests,
}

/// The approved version, if there is one, and the shown one.
pub type Versions = (Option<Hash>, Hash);

#[derive(Debug, Clone, Default)]
pub struct CodeState {
    pub files: Vec<FileRow>,
    pub list: ListState,
    pub mode: Mode,
    /// The keys go to the text, not to the file list.
    pub in_text: bool,
    pub text: ListState,
    /// The diff of these two versions.
    pub diff: Option<(Versions, Arc<[String]>)>,
}

/// Files in force, overlaid by what steps at a gate or under check propose.
#[must_use]
pub fn files(run: &Run) -> Vec<FileRow> {
    let mut rows: BTreeMap<&str, FileRow> = run
        .files
        .values()
        .map(|f| (f.path.as_str(), FileRow { path: f.path.clone(), entry: f.clone(), change: Change::Same, old: None }))
        .collect();
    for step in run.steps.iter().filter(|s| !s.settled()) {
        if let Some(Proposal::Build { files, .. } | Proposal::Test { files, .. }) = &step.proposal {
            for f in files {
                let old = run.files.get(&f.path);
                if old.is_some_and(|o| o.sha256 == f.sha256) {
                    continue;
                }
                let change = if old.is_some() { Change::Changed } else { Change::New };
                let old = old.map(|o| o.sha256.clone());
                rows.insert(&f.path, FileRow { path: f.path.clone(), entry: f.clone(), change, old });
            }
        }
    }
    rows.into_values().collect()
}

/// Results of the newest run of each test, failures first.
#[must_use]
pub fn tests(run: &Run) -> Vec<(String, TestOutcome, String)> {
    let mut newest: BTreeMap<&str, (TestOutcome, String)> = BTreeMap::new();
    let runs = run.evidence.iter().filter(|e| e.kind == crate::domain::evidence::EvidenceKind::Tests);
    for test in runs.flat_map(|e| &e.tests) {
        newest.insert(&test.name, (test.outcome, test.detail.to_string()));
    }
    let mut rows: Vec<_> = newest.into_iter().map(|(n, (o, d))| (n.to_owned(), o, d)).collect();
    rows.sort_by_key(|(_, o, _)| *o == TestOutcome::Passed);
    rows
}

impl CodeState {
    pub fn refresh(&mut self, run: &Run) {
        let current = self.current().map(|f| f.path.clone());
        self.files = files(run);
        if let Some(at) = current.and_then(|p| self.files.iter().position(|f| f.path == p)) {
            self.list.selected = at;
        } else if let Some(at) = self.files.iter().position(|f| f.path.starts_with("app/") && f.entry.lines > 0) {
            self.list.selected = at;
        }
        self.list.clamp(self.files.len(), 8);
    }
    #[must_use]
    pub fn current(&self) -> Option<&FileRow> {
        self.files.get(self.list.selected)
    }
}

/// Asks for what the pane shows and makes the diff when both versions are here.
pub fn sync(model: &mut Model, cmds: &mut Vec<Cmd>) {
    let Some(file) = model.code.current().cloned() else { return };
    model.want_blob(&file.entry.sha256, cmds);
    if model.code.mode != Mode::Diff {
        return;
    }
    if let Some(old) = &file.old {
        model.want_blob(old, cmds);
    }
    let key = (file.old.clone(), file.entry.sha256.clone());
    if model.code.diff.as_ref().is_some_and(|(k, _)| *k == key) {
        return;
    }
    let Some(new) = model.blobs.text(&file.entry.sha256) else { return };
    let lines = if file.change == Change::Same {
        Vec::new()
    } else {
        match &file.old {
            None => diff::unified(&file.path, None, new),
            Some(old) => match model.blobs.text(old) {
                Some(old) => diff::unified(&file.path, Some(old), new),
                None => return,
            },
        }
    };
    model.code.diff = Some((key, lines.into()));
}

/// File list above or beside the text.
#[must_use]
pub fn split(inner: Rect, files: usize) -> (Rect, Rect) {
    if inner.width >= 70 {
        let width = (inner.width * 3 / 10).clamp(20, 34);
        let list = Rect { width, ..inner };
        (list, Rect { x: inner.x + width + 1, width: inner.width - width - 1, ..inner })
    } else {
        let most = (inner.height / 3).max(1);
        let height = u16::try_from(files.max(1)).unwrap_or(most).min(most);
        let list = Rect { height, ..inner };
        let rest = inner.height.saturating_sub(height + 1);
        (list, Rect { y: (inner.y + height + 1).min(inner.y + inner.height), height: rest, ..inner })
    }
}

/// Number of rows of the text part.
fn text_len(model: &Model, run: &Run) -> usize {
    match model.code.mode {
        Mode::Tests => tests(run).len(),
        Mode::Diff => model.code.diff.as_ref().map_or(0, |(_, l)| l.len()),
        Mode::Source => {
            model.code.current().and_then(|f| model.blobs.text(&f.entry.sha256)).map_or(0, |t| t.lines().count())
        }
    }
}

/// The rows of the text part as plain text: searched and copied.
#[must_use]
pub fn text_rows(model: &Model, run: &Run) -> Vec<String> {
    match model.code.mode {
        Mode::Tests => tests(run).into_iter().map(|(n, _, _)| n).collect(),
        Mode::Diff => model.code.diff.as_ref().map_or_else(Vec::new, |(_, l)| l.to_vec()),
        Mode::Source => model
            .code
            .current()
            .and_then(|f| model.blobs.text(&f.entry.sha256))
            .map_or_else(Vec::new, |t| t.lines().map(str::to_owned).collect()),
    }
}

pub fn act(model: &mut Model, run: &Run, action: Action, inner: Rect) -> bool {
    let (list, text) = split(inner, model.code.files.len());
    let body = usize::from(text.height.saturating_sub(1));
    match action {
        Action::ToggleDiff => {
            model.code.mode = if model.code.mode == Mode::Diff { Mode::Source } else { Mode::Diff };
            model.code.text = ListState::default();
        }
        Action::ShowTests => {
            model.code.mode = if model.code.mode == Mode::Tests { Mode::Source } else { Mode::Tests };
            model.code.text = ListState::default();
        }
        Action::Open => model.code.in_text = true,
        Action::Back => model.code.in_text = false,
        _ if model.code.in_text || model.code.mode == Mode::Tests => {
            let len = text_len(model, run);
            return model.code.text.act(action, len, body);
        }
        Action::SearchNext | Action::SearchPrev => {
            let len = text_len(model, run);
            model.code.text.act(action, len, body);
            model.code.in_text = true;
        }
        _ => {
            let before = model.code.list.selected;
            if !model.code.list.act(action, model.code.files.len(), usize::from(list.height)) {
                return false;
            }
            if model.code.list.selected != before {
                model.code.text = ListState::default();
            }
        }
    }
    true
}

pub fn search(model: &mut Model, run: &Run, query: &str) {
    model.code.text.search = Some(Search::new(query, text_rows(model, run).into_iter()));
}

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
    let (list, body) = split(inner, model.code.files.len());
    for (y, (i, file)) in
        model.code.files.iter().enumerate().skip(model.code.list.top).take(usize::from(list.height)).enumerate()
    {
        let (mark, style) = match file.change {
            Change::Same => (" ", t.text),
            Change::New => ("+", t.add),
            Change::Changed => ("~", t.warn),
        };
        let count = format!("{}", file.entry.lines);
        let room = usize::from(list.width).saturating_sub(count.len() + 4);
        let line = Line::from(vec![
            Span::styled(if i == model.code.list.selected { g.fold_closed } else { " " }, t.key),
            Span::styled(format!("{mark} "), style),
            Span::styled(text::pad(&file.path, room, g.ellipsis), style),
            Span::styled(format!(" {count}"), t.dim),
        ]);
        draw::line(buf, list, y, &line);
        if i == model.code.list.selected {
            let style = if focused && !model.code.in_text { t.selection } else { t.title };
            draw::row_style(buf, list, y, style);
        }
    }
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

fn text_view(model: &Model, run: &Run, body: Rect, focused: bool, buf: &mut Buffer, look: &Look) {
    let (g, t) = (&look.glyphs, &look.theme);
    let columns = usize::from(body.width);
    let path = model.code.current().map_or("", |f| f.path.as_str());
    let title = match model.code.mode {
        Mode::Source => format!("{path}  source"),
        Mode::Diff => format!("{path}  diff since the last approval"),
        Mode::Tests => {
            let all = tests(run);
            let passed = all.iter().filter(|(_, o, _)| *o == TestOutcome::Passed).count();
            format!("tests G1 ran: {passed} of {} passed", all.len())
        }
    };
    let found = model.code.text.search.as_ref();
    let title = found.map_or(title.clone(), |s| format!("{title}  /{} {}", s.query, s.count(model.code.text.selected)));
    draw::line(buf, body, 0, &Line::styled(text::cut(&title, columns, g.ellipsis), t.title));
    let rows = Rect { y: body.y + body.height.min(1), height: body.height.saturating_sub(1), ..body };
    let state = &model.code.text;
    let visible = usize::from(rows.height);
    let mark_row = |buf: &mut Buffer, y: usize, i: usize| {
        if found.is_some_and(|s| s.matches.binary_search(&i).is_ok()) {
            draw::row_style(buf, Rect { width: rows.width.min(2), ..rows }, y, t.matched);
        }
        if focused && model.code.in_text && i == state.selected {
            draw::row_style(buf, rows, y, t.selection);
        }
    };
    match model.code.mode {
        Mode::Source => {
            let Some(file) = model.code.current() else { return };
            let Some(source) = model.blobs.text(&file.entry.sha256) else {
                let gone = model.blobs.get(&file.entry.sha256).is_some();
                let note = if gone { "its content is not in the project's blobs" } else { "loading" };
                draw::line(buf, rows, 0, &Line::styled(note, t.dim));
                return;
            };
            let marks = marks(run, &file.path);
            for (y, (i, text)) in source.lines().enumerate().skip(state.top).take(visible).enumerate() {
                let mark = marks.get(&(i + 1)).map_or("", String::as_str);
                let line = Line::from(vec![
                    Span::styled(format!("{mark:>5}"), t.id),
                    Span::styled(format!("{} ", g.bar), t.border),
                    Span::styled(text::cut(&text.replace('\t', "    "), columns.saturating_sub(7), g.ellipsis), t.text),
                ]);
                draw::line(buf, rows, y, &line);
                mark_row(buf, y, i);
            }
        }
        Mode::Diff => {
            let Some((_, lines)) = &model.code.diff else {
                draw::line(buf, rows, 0, &Line::styled("loading", t.dim));
                return;
            };
            if lines.is_empty() {
                draw::line(buf, rows, 0, &Line::styled("unchanged since the last approval", t.dim));
            }
            for (y, (i, text)) in lines.iter().enumerate().skip(state.top).take(visible).enumerate() {
                draw::line(buf, rows, y, &diff_line(text, columns, look));
                mark_row(buf, y, i);
            }
        }
        Mode::Tests => {
            let all = tests(run);
            if all.is_empty() {
                draw::line(buf, rows, 0, &Line::styled("no test has run yet", t.dim));
            }
            for (y, (i, (name, outcome, detail))) in all.iter().enumerate().skip(state.top).take(visible).enumerate() {
                let (mark, word, style) = match outcome {
                    TestOutcome::Passed => (g.done, "passed", t.ok),
                    TestOutcome::Failed => (g.failed, "failed", t.error),
                    TestOutcome::Error => (g.failed, "error", t.error),
                    TestOutcome::Skipped => (g.blocked, "skipped", t.warn),
                };
                let last = detail.lines().last().unwrap_or("");
                let text = text::cut(&format!("{name}  {last}"), columns.saturating_sub(10), g.ellipsis);
                let line =
                    Line::from(vec![Span::styled(format!("{mark} {word:<8}"), style), Span::styled(text, t.text)]);
                draw::line(buf, rows, y, &line);
                mark_row(buf, y, i);
            }
        }
    }
}

/// First lines of linked ranges, with the clause they implement.
fn marks(run: &Run, path: &str) -> BTreeMap<usize, String> {
    let mut marks: BTreeMap<usize, String> = BTreeMap::new();
    let proposed = run.steps.iter().filter(|s| !s.settled()).filter_map(|s| match &s.proposal {
        Some(Proposal::Build { links, .. }) => Some(links.as_slice()),
        _ => None,
    });
    let all: Vec<&[CodeRange]> = std::iter::once(run.code_links.as_slice()).chain(proposed).collect();
    for link in all.into_iter().flatten().filter(|l| l.path == path) {
        marks.entry(link.lines.0 as usize).or_insert_with(|| link.clause.to_string());
    }
    marks
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
