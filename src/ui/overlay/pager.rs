//! A text on top of the panes: diff, context, help, trace, report. Lines are made once per content and width.

use crate::{
    domain::{GateId, StepId},
    ui::{
        Model,
        overlay::{context, gate, help, trace},
        report,
        text::wrap::plain,
        widgets::{draw, list::ListState},
    },
};
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
};
use std::sync::Arc;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    Help,
    Trace,
    Report,
    /// What the step of the gate would change.
    Diff(GateId),
    /// The context pack of a step's newest attempt.
    Context(StepId),
    Artifact(String),
}

#[derive(Debug, Clone)]
pub struct Pager {
    pub title: String,
    pub source: Source,
    pub lines: Arc<[Line<'static>]>,
    pub list: ListState,
    /// Columns scrolled to the right.
    pub shift: usize,
}

impl Pager {
    #[must_use]
    pub fn new(title: impl Into<String>, source: Source) -> Self {
        Self { title: title.into(), source, lines: Arc::new([]), list: ListState::default(), shift: 0 }
    }

    /// Makes the lines anew: after a resize, a change of the run, or a blob that came.
    pub fn rebuild(&mut self, model: &Model) {
        let columns = usize::from(inner(self.area(model)).width).max(1);
        let run = model.run.as_deref();
        let lines = match (&self.source, run) {
            (Source::Help, _) => help::lines(model, columns),
            (_, None) => Vec::new(),
            (Source::Trace, Some(run)) => trace::lines(model, run, columns),
            (Source::Report, Some(run)) => report::lines(model, run, columns),
            (Source::Diff(id), Some(run)) => gate::diff_lines(model, run, *id),
            (Source::Context(step), Some(run)) => context::lines(model, run, step, columns),
            (Source::Artifact(name), Some(run)) => {
                let text = run.artifacts.get(name).and_then(|a| model.blobs.text(&a.hash));
                text.map_or_else(
                    || vec![Line::styled("loading", model.look.theme.dim)],
                    |t| crate::ui::text::markdown::lines(t, columns, &model.look),
                )
            }
        };
        self.lines = lines.into();
        let height = usize::from(inner(self.area(model)).height);
        self.list.top = self.list.top.min(self.lines.len().saturating_sub(height.max(1)));
    }

    #[must_use]
    pub fn area(&self, model: &Model) -> Rect {
        let body = crate::ui::view::layout::layout(model).body;
        let width = if body.width > 130 { 124 } else { body.width };
        draw::centred(body, width, body.height)
    }
    #[must_use]
    pub fn height(&self, model: &Model) -> usize {
        usize::from(inner(self.area(model)).height)
    }
    #[must_use]
    pub fn texts(&self) -> Vec<String> {
        self.lines.iter().map(plain).collect()
    }
}

fn inner(area: Rect) -> Rect {
    let inner = crate::ui::view::layout::inside(area);
    Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner }
}

pub fn view(model: &Model, pager: &Pager, focused: bool, buf: &mut Buffer) {
    let look = &model.look;
    let area = pager.area(model);
    draw::clear(buf, area);
    let mut title = vec![Span::raw(pager.title.clone())];
    if let Some(search) = &pager.list.search {
        title.push(Span::styled(
            format!("  /{} {}", search.query, search.count(pager.list.selected)),
            look.theme.accent,
        ));
    }
    draw::frame(buf, area, title, focused, look);
    let inner = inner(area);
    let height = usize::from(inner.height);
    for (y, (i, line)) in pager.lines.iter().enumerate().skip(pager.list.top).take(height).enumerate() {
        if pager.shift == 0 {
            draw::line(buf, inner, y, line);
        } else {
            let text: String = plain(line).chars().skip(pager.shift).collect();
            let style = line.spans.first().map_or(line.style, |s| line.style.patch(s.style));
            draw::line(buf, inner, y, &Line::styled(text, style));
        }
        if pager.list.search.as_ref().is_some_and(|s| s.matches.binary_search(&i).is_ok()) {
            draw::row_style(buf, Rect { width: inner.width.min(2), ..inner }, y, look.theme.matched);
        }
    }
    draw::scrollbar(buf, area, pager.list.top, height, pager.lines.len(), look);
}
