//! The Hub: clauses with their status, interpretations, decisions, assumptions, and the whole of what is selected.

use crate::{
    domain::{AssumptionId, ClauseId, Clean, DecisionId, InterpretationId, run::Run},
    ui::{
        Look, Model,
        text::{self, markdown, wrap_spans},
        widgets::{draw, list::ListState},
    },
};
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HubRow {
    Section(String),
    Clause(ClauseId),
    Interpretation(InterpretationId),
    Decision(DecisionId),
    Assumption(AssumptionId),
    Artifact(String),
    Attachment(String),
}

#[derive(Debug, Clone, Default)]
pub struct HubState {
    /// The clause whose code was gone to last, and which of its places.
    pub visited: Option<(ClauseId, usize)>,
    pub rows: Vec<HubRow>,
    pub list: ListState,
}

/// The rows of a run, made once per change of it.
#[must_use]
pub fn rows(run: &Run) -> Vec<HubRow> {
    let mut rows = vec![HubRow::Section(format!("Clauses {}", run.clauses.len()))];
    rows.extend(run.clauses.keys().map(|id| HubRow::Clause(*id)));
    let mut section = |name: &str, items: Vec<HubRow>| {
        if !items.is_empty() {
            rows.push(HubRow::Section(format!("{name} {}", items.len())));
            rows.extend(items);
        }
    };
    section("Assumptions", run.assumptions.keys().map(|id| HubRow::Assumption(*id)).collect());
    section("Interpretations", run.interpretations.keys().map(|id| HubRow::Interpretation(*id)).collect());
    section("Decisions", run.decisions.keys().map(|id| HubRow::Decision(*id)).collect());
    section("Attachments", run.attachments.iter().map(|f| HubRow::Attachment(f.name.clone())).collect());
    section("Artifacts", run.artifacts.keys().map(|n| HubRow::Artifact(n.clone())).collect());
    rows
}

impl HubState {
    pub fn refresh(&mut self, run: &Run) {
        let selected = self.rows.get(self.list.selected).cloned();
        self.rows = rows(run);
        // The selection stays on what it was on, not on the row number.
        if let Some(at) = selected.and_then(|s| self.rows.iter().position(|r| *r == s)) {
            self.list.selected = at;
        } else if matches!(self.rows.get(self.list.selected), Some(HubRow::Section(_))) && self.rows.len() > 1 {
            self.list.selected = 1;
        }
    }
    #[must_use]
    pub fn current(&self) -> Option<&HubRow> {
        self.rows.get(self.list.selected)
    }
}

/// Rows left for the list when the detail of the selection is shown below it.
#[must_use]
pub fn list_height(inner: Rect) -> usize {
    usize::from(inner.height - detail_rows(inner))
}

fn detail_rows(inner: Rect) -> u16 {
    if inner.height >= 14 { (inner.height * 2 / 5).min(14) } else { 0 }
}

pub fn view(model: &Model, run: &Run, inner: Rect, focused: bool, buf: &mut Buffer) {
    let look = &model.look;
    let state = &model.hub;
    let detail = detail_rows(inner);
    let list = Rect { height: inner.height - detail, ..inner };
    for (y, (i, row)) in state.rows.iter().enumerate().skip(state.list.top).take(usize::from(list.height)).enumerate() {
        let matched = state.list.search.as_ref().is_some_and(|s| s.matches.binary_search(&i).is_ok());
        let line = row_line(model, run, row, usize::from(list.width), look);
        draw::line(buf, list, y, &line);
        if matched {
            draw::row_style(buf, Rect { width: list.width.min(2), ..list }, y, look.theme.matched);
        }
        if i == state.list.selected && focused {
            draw::row_style(buf, list, y, look.theme.selection);
        }
    }
    if detail > 0 {
        let area = Rect { y: list.y + list.height, height: detail, ..inner };
        let rule = look.glyphs.rule.repeat(usize::from(area.width));
        draw::line(buf, area, 0, &Line::styled(rule, look.theme.border));
        if let Some(row) = state.current() {
            for (y, line) in
                details(model, run, row, usize::from(area.width)).iter().enumerate().take(usize::from(detail) - 1)
            {
                draw::line(buf, area, y + 1, line);
            }
        }
    }
}

fn row_line(model: &Model, run: &Run, row: &HubRow, columns: usize, look: &Look) -> Line<'static> {
    let (g, t) = (&look.glyphs, &look.theme);
    let item = |mark: &str, style: Style, id: String, word: &str, text: &str| {
        let mut used = text::width(mark) + 1 + text::width(&id) + 1;
        let mut spans = vec![Span::styled(format!("{mark} "), style), Span::styled(format!("{id} "), t.id)];
        if !word.is_empty() && columns >= 34 {
            let word = format!("{word:<8} ");
            used += text::width(&word);
            spans.push(Span::styled(word, style));
        }
        spans.push(Span::styled(text::cut(text, columns.saturating_sub(used), g.ellipsis), t.text));
        Line::from(spans)
    };
    match row {
        HubRow::Section(name) => Line::styled(name.clone(), t.title),
        HubRow::Clause(id) => {
            let Some(clause) = run.clauses.get(id) else { return Line::default() };
            let (mark, word, style) = model.statuses.show(run, clause, look);
            item(mark, style, id.to_string(), word, &clause.line(columns))
        }
        HubRow::Interpretation(id) => {
            let text = run.interpretations.get(id).map_or_else(String::new, |i| i.statement.one_line(columns));
            item(g.quiet, t.dim, id.to_string(), "", &text)
        }
        HubRow::Decision(id) => {
            let text = run
                .decisions
                .get(id)
                .map_or_else(String::new, |d| format!("{}: {}", d.title, d.choice.one_line(columns)));
            item(g.quiet, t.dim, id.to_string(), "", &text)
        }
        HubRow::Assumption(id) => {
            let Some(a) = run.assumptions.get(id) else { return Line::default() };
            let (mark, word, style) =
                if a.answered_by.is_some() { (g.done, "answered", t.ok) } else { ("?", "assumed", t.warn) };
            item(mark, style, id.to_string(), word, &format!("{} {} {}", a.question, g.arrow, a.answer))
        }
        HubRow::Artifact(name) => {
            let by = run.artifacts.get(name).map_or_else(String::new, |a| format!("by {}", a.by));
            item(g.quiet, t.dim, name.clone(), "", &by)
        }
        HubRow::Attachment(name) => {
            let Some(file) = run.attachments.iter().find(|f| f.name == *name) else { return Line::default() };
            item(g.quiet, t.dim, name.clone(), "", file.not_read(&run.settings.model).unwrap_or("read"))
        }
    }
}

/// The text a row stands for: searched and copied.
#[must_use]
pub fn row_text(run: &Run, row: &HubRow) -> String {
    match row {
        HubRow::Section(name) => name.clone(),
        HubRow::Clause(id) => {
            format!("{id} {}", run.clauses.get(id).map_or_else(String::new, |c| Clean::new(c.text.trim()).to_string()))
        }
        HubRow::Interpretation(id) => run.interpretations.get(id).map_or_else(String::new, |i| {
            format!("{id} {}\n{}", i.statement, i.acceptance.iter().map(|a| format!("- {a}\n")).collect::<String>())
        }),
        HubRow::Decision(id) => run
            .decisions
            .get(id)
            .map_or_else(String::new, |d| format!("{id} {}\n{}\nbecause {}", d.title, d.choice, d.why)),
        HubRow::Assumption(id) => {
            run.assumptions.get(id).map_or_else(String::new, |a| format!("{id} {} -> {}", a.question, a.answer))
        }
        HubRow::Artifact(name) | HubRow::Attachment(name) => name.clone(),
    }
}

fn list_ids<T: ToString>(ids: impl IntoIterator<Item = T>) -> String {
    ids.into_iter().map(|i| i.to_string()).collect::<Vec<_>>().join(" ")
}

/// Everything known about a row, wrapped.
#[must_use]
pub fn details(model: &Model, run: &Run, row: &HubRow, columns: usize) -> Vec<Line<'static>> {
    let look = &model.look;
    let t = &look.theme;
    let mut out = Vec::new();
    let mut field = |name: &str, text: String| {
        if !text.is_empty() {
            let mut pieces = vec![(format!("{name}  "), t.dim)];
            pieces.extend(markdown::inline(&text.replace('\n', " "), look));
            out.extend(wrap_spans(&pieces, columns, 2));
        }
    };
    match row {
        HubRow::Section(_) => {}
        HubRow::Clause(id) => {
            let Some(c) = run.clauses.get(id) else { return out };
            let (mark, word, _) = model.statuses.show(run, c, look);
            let kind = c.kind.map_or("not read yet", |k| k.word());
            field(&id.to_string(), Clean::new(c.text.trim()).to_string());
            let state = model.statuses.by_clause.get(id);
            let why = state.and_then(|s| s.reason.clone()).map_or_else(String::new, |r| format!(": {r}"));
            field("status", format!("{mark} {word}{why}"));
            field("section", c.section.iter().map(|s| Clean::new(s).to_string()).collect::<Vec<_>>().join(" › "));
            field("kind", c.kind_reason.as_ref().map_or_else(|| kind.into(), |r| format!("{kind}: {r}")));
            let with = |clauses: &Vec<ClauseId>| clauses.contains(id);
            field("read as", list_ids(run.interpretations.values().filter(|i| with(&i.clauses)).map(|i| i.id)));
            field("decided", list_ids(run.decisions.values().filter(|d| with(&d.clauses)).map(|d| d.id)));
            field("assumed", list_ids(run.assumptions.values().filter(|a| with(&a.clauses)).map(|a| a.id)));
            let code: Vec<String> = run
                .code_links
                .iter()
                .filter(|l| l.clause == *id)
                .map(|l| format!("{}:{}-{}", l.path, l.lines.0, l.lines.1))
                .collect();
            field("code", code.join(" "));
            for link in run.test_links.iter().filter(|l| l.clause == *id) {
                let proves = run.controls.iter().any(|c| c.clause == *id && c.test == link.test && c.proves());
                let note = if proves { "" } else { " (not shown to fail without the code)" };
                field("test", format!("{}{note}", link.test.strip_prefix("tests.").unwrap_or(&link.test)));
            }
        }
        HubRow::Interpretation(id) => {
            let Some(i) = run.interpretations.get(id) else { return out };
            field(&id.to_string(), i.statement.to_string());
            field("clauses", list_ids(&i.clauses));
            for a in &i.acceptance {
                field("accepted when", a.to_string());
            }
            field("by", i.by.to_string());
        }
        HubRow::Decision(id) => {
            let Some(d) = run.decisions.get(id) else { return out };
            field(&id.to_string(), d.title.to_string());
            field("choice", d.choice.to_string());
            field("why", d.why.to_string());
            field("clauses", list_ids(&d.clauses));
            field("by", d.by.to_string());
        }
        HubRow::Assumption(id) => {
            let Some(a) = run.assumptions.get(id) else { return out };
            field(&id.to_string(), a.question.to_string());
            let by = a.answered_by.as_ref().map_or_else(|| "assumed for now".into(), |w| format!("answered by {w}"));
            field("answer", format!("{} ({by})", a.answer));
            field("clauses", list_ids(&a.clauses));
            if a.answered_by.is_none() {
                field("a", "answers it in your own words; what depended on the old answer is done again".into());
            }
        }
        HubRow::Artifact(name) => {
            let Some(a) = run.artifacts.get(name) else { return out };
            field("artifact", name.clone());
            field("by", format!("{} in step {}", a.by, a.step));
            field("clauses", list_ids(&a.clauses));
            field("o", "opens it".into());
        }
        HubRow::Attachment(name) => {
            let Some(file) = run.attachments.iter().find(|f| f.name == *name) else { return out };
            field("attachment", file.line(&run.settings.model));
            field("read by", file.reader.as_ref().map_or_else(String::new, ToString::to_string));
            field("sha256", file.sha256.to_string());
        }
    }
    out
}
