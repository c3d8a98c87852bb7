//! A text on top of the panes: diff, context, help, trace, report, a selection. Lines are made once per content and width.

use crate::{
    domain::{ClauseId, GateId, Hash, run::Run},
    ui::{
        Model,
        overlay::{
            context::{self, Seen},
            gate, help, readings, trace,
        },
        panes::{Pane, code},
        report,
        text::{self, wrap::plain},
        widgets::{draw, list::ListState},
    },
};
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};
use std::{collections::BTreeMap, sync::Arc};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    Help,
    Trace,
    /// What the clauses are taken to demand.
    Readings,
    Report,
    /// What the step of the gate would change.
    Diff(GateId),
    /// The context pack of a call of a step's newest attempt.
    Context(Seen),
    /// One item of it, word for word.
    Item(Seen, usize),
    /// The whole prompt of that call.
    Prompt(Seen),
    /// The pack against that of the step before.
    Compare(Seen),
    Artifact(String),
    /// What the use of a tool gave.
    Result(Hash),
    /// A test with what it said.
    Test(String),
    /// Lines as they are.
    Text(Arc<[String]>),
    /// What a pane holds, by logical line: without borders, marks and wraps.
    Lines(Pane, Arc<[String]>),
}

/// What `Enter` on a line goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Link {
    Item(Seen, usize),
    /// Another call of the same step.
    Call(Seen),
    Clause(ClauseId),
    /// What the use of a tool gave, under a title.
    Result(Hash, String),
    Nothing,
}

/// The content of a pager.
#[derive(Debug, Clone, Default)]
pub struct Page {
    pub lines: Vec<Line<'static>>,
    /// By line: where it leads, and what is said about it while it is selected.
    pub links: BTreeMap<usize, (Link, String)>,
}

impl Page {
    #[must_use]
    pub fn note(text: &str, style: Style) -> Self {
        Self { lines: vec![Line::styled(text.to_owned(), style)], ..Self::default() }
    }
    /// Links the next line.
    pub fn link(&mut self, link: Link, note: String) {
        self.links.insert(self.lines.len(), (link, note.replace('\n', " ")));
    }
}

impl From<Vec<Line<'static>>> for Page {
    fn from(lines: Vec<Line<'static>>) -> Self {
        Self { lines, ..Self::default() }
    }
}

#[derive(Debug, Clone)]
pub struct Pager {
    pub title: String,
    pub source: Source,
    pub lines: Arc<[Line<'static>]>,
    pub links: Arc<BTreeMap<usize, (Link, String)>>,
    pub list: ListState,
    /// Columns scrolled to the right.
    pub shift: usize,
    /// Where the selection of lines began.
    pub mark: Option<usize>,
}

/// Rows for what is said about the selected line.
const NOTE: u16 = 3;

impl Pager {
    #[must_use]
    pub fn new(title: impl Into<String>, source: Source) -> Self {
        Self {
            title: title.into(),
            source,
            lines: Arc::new([]),
            links: Arc::default(),
            list: ListState::default(),
            shift: 0,
            mark: None,
        }
    }

    /// Makes the lines anew: after a resize, a change of the run, or a blob that came.
    pub fn rebuild(&mut self, model: &Model) {
        let columns = usize::from(inner(self.area(model)).width).max(1);
        let page = self.page(model, model.run.as_deref(), columns);
        self.lines = page.lines.into();
        self.links = Arc::new(page.links);
        let height = self.height(model);
        self.list.top = self.list.top.min(self.lines.len().saturating_sub(height.max(1)));
        if self.has_cursor() {
            if !self.links.is_empty() && self.list.selected == 0 {
                self.list.selected = self.links.keys().next().copied().unwrap_or(0);
            }
            self.list.clamp(self.lines.len(), height);
        }
    }

    fn page(&self, model: &Model, run: Option<&Run>, columns: usize) -> Page {
        match (&self.source, run) {
            (Source::Help, _) => help::lines(model, columns).into(),
            (Source::Text(lines) | Source::Lines(_, lines), _) => {
                let style = model.look.theme.text;
                lines.iter().map(|l| Line::styled(l.replace('\t', "    "), style)).collect::<Vec<_>>().into()
            }
            (_, None) => Page::default(),
            (Source::Trace, Some(run)) => trace::page(model, run, columns),
            (Source::Readings, Some(run)) => readings::page(model, run, columns),
            (Source::Report, Some(run)) => report::lines(model, run, columns).into(),
            (Source::Diff(id), Some(run)) => gate::diff_lines(model, run, *id).into(),
            (Source::Context(seen), Some(run)) => context::page(model, run, seen, columns),
            (Source::Item(seen, i), Some(run)) => context::item(model, run, seen, *i, columns),
            (Source::Prompt(seen), Some(run)) => context::prompt(model, run, seen, columns),
            (Source::Compare(seen), Some(run)) => context::compare(model, run, seen, columns),
            (Source::Test(name), Some(run)) => test(model, run, name, columns).into(),
            (Source::Result(hash), Some(_)) => match model.blobs.get(hash) {
                Some(Some(text)) => text::wrap_plain(text, columns, model.look.theme.text).into(),
                Some(None) => Page::note("The result is not among the project's blobs.", model.look.theme.dim),
                None => Page::note("loading", model.look.theme.dim),
            },
            (Source::Artifact(name), Some(run)) => {
                let text = run.artifacts.get(name).and_then(|a| model.blobs.text(&a.hash));
                text.map_or_else(
                    || Page::note("loading", model.look.theme.dim),
                    |t| text::markdown::lines(t, columns, &model.look).into(),
                )
            }
        }
    }

    /// The call whose context is shown.
    #[must_use]
    pub fn seen(&self) -> Option<&Seen> {
        match &self.source {
            Source::Context(s) | Source::Item(s, _) | Source::Prompt(s) | Source::Compare(s) => Some(s),
            _ => None,
        }
    }
    /// A line is selected: because lines lead somewhere, or to be copied.
    #[must_use]
    pub fn has_cursor(&self) -> bool {
        self.mark.is_some() || !self.links.is_empty() || matches!(self.source, Source::Lines(..) | Source::Diff(_))
    }
    /// The first and last selected line.
    #[must_use]
    pub fn selected(&self) -> Option<(usize, usize)> {
        let mark = self.mark?;
        Some((mark.min(self.list.selected), mark.max(self.list.selected)))
    }

    #[must_use]
    pub fn area(&self, model: &Model) -> Rect {
        let body = crate::ui::view::layout::layout(model).body;
        let width = if body.width > 130 { 124 } else { body.width };
        draw::centred(body, width, body.height)
    }
    #[must_use]
    pub fn height(&self, model: &Model) -> usize {
        let inner = inner(self.area(model));
        usize::from(inner.height - self.note_rows(inner))
    }
    fn note_rows(&self, inner: Rect) -> u16 {
        if self.links.is_empty() || inner.height < 12 { 0 } else { NOTE }
    }
    #[must_use]
    pub fn texts(&self) -> Vec<String> {
        self.lines.iter().map(plain).collect()
    }
}

fn test(model: &Model, run: &Run, name: &str, columns: usize) -> Vec<Line<'static>> {
    let t = &model.look.theme;
    let Some(test) = code::tests(run).into_iter().find(|test| test.name == name) else { return Vec::new() };
    let clauses: Vec<String> = test.clauses.iter().map(ToString::to_string).collect();
    let mut out = text::wrap_plain(&test.name, columns, t.title);
    out.extend(text::wrap_plain(&format!("{:?}   {}", test.outcome, clauses.join(" ")), columns, t.dim));
    for control in run.controls.iter().filter(|c| c.test == name) {
        let word = if control.proves() { "fails without" } else { "was not shown to fail without" };
        let line = format!("{} {word} the code of {}", control.evidence, control.clause);
        out.extend(text::wrap_plain(&line, columns, if control.proves() { t.ok } else { t.warn }));
    }
    out.push(Line::default());
    let said = if test.detail.trim().is_empty() { "It said nothing." } else { &test.detail };
    out.extend(text::wrap_plain(said, columns, t.text));
    out
}

fn inner(area: Rect) -> Rect {
    let inner = crate::ui::view::layout::inside(area);
    Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner }
}

pub fn view(model: &Model, pager: &Pager, focused: bool, buf: &mut Buffer) {
    let look = &model.look;
    let t = &look.theme;
    let area = pager.area(model);
    draw::clear(buf, area);
    let mut title = vec![Span::raw(pager.title.clone())];
    if let Some(search) = &pager.list.search {
        title.push(Span::styled(format!("  /{} {}", search.query, search.count(pager.list.selected)), t.accent));
    }
    if let Some((from, to)) = pager.selected() {
        let n = to - from + 1;
        title.push(Span::styled(format!("  {n} line{} selected", if n == 1 { "" } else { "s" }), t.accent));
    }
    draw::frame(buf, area, title, focused, look);
    let inner = inner(area);
    let height = pager.height(model);
    let rows = Rect { height: u16::try_from(height).unwrap_or(inner.height), ..inner };
    let cursor = pager.has_cursor();
    for (y, (i, line)) in pager.lines.iter().enumerate().skip(pager.list.top).take(height).enumerate() {
        let width = if pager.shift == 0 {
            draw::line(buf, rows, y, line);
            line.width()
        } else {
            let text: String = plain(line).chars().skip(pager.shift).collect();
            let style = line.spans.first().map_or(line.style, |s| line.style.patch(s.style));
            let line = Line::styled(text, style);
            draw::line(buf, rows, y, &line);
            line.width()
        };
        // What goes on beyond the frame says so: `l` shows it. Of a table the last column is worth more than that.
        let mark = text::width(look.glyphs.ellipsis) as u16;
        let is_table = matches!(pager.source, Source::Context(_));
        if width > usize::from(rows.width) && rows.width > mark && !is_table {
            let end = Rect { x: rows.right() - mark, width: mark, ..rows };
            draw::line(buf, end, y, &Line::styled(look.glyphs.ellipsis, t.dim));
        }
        if pager.list.search.as_ref().is_some_and(|s| s.matches.binary_search(&i).is_ok()) {
            draw::row_style(buf, Rect { width: rows.width.min(2), ..rows }, y, t.matched);
        }
        let marked = pager.selected().is_some_and(|(from, to)| (from..=to).contains(&i));
        if marked || (cursor && focused && i == pager.list.selected) {
            draw::row_style(buf, rows, y, t.selection);
        }
    }
    if usize::from(inner.height) > height {
        let place = Rect { y: inner.y + rows.height, height: inner.height - rows.height, ..inner };
        draw::line(buf, place, 0, &Line::styled(look.glyphs.rule.repeat(usize::from(place.width)), t.border));
        let note = pager.links.get(&pager.list.selected).map_or("", |(_, note)| note.as_str());
        for (y, line) in text::wrap_plain(note, usize::from(place.width), t.text).iter().enumerate() {
            draw::line(buf, place, y + 1, line);
        }
    }
    draw::scrollbar(buf, area, pager.list.top, height, pager.lines.len(), look);
}
