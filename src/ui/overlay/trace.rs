//! `/trace`: every clause with its status, code and tests.

use super::pager::{Link, Page};
use crate::{
    domain::{Clean, run::Run},
    ui::{Model, text::wrap_spans},
};

#[must_use]
pub fn page(model: &Model, run: &Run, columns: usize) -> Page {
    let t = &model.look.theme;
    let mut page = Page::default();
    for clause in run.clauses.values() {
        let (mark, word, style) = model.statuses.show(run, clause, &model.look);
        let text = Clean::new(clause.text.trim()).replace('\n', " ");
        page.link(Link::Clause(clause.id), format!("{} {text}", clause.id));
        let pieces = vec![(format!("{mark} {:<9}", word), style), (format!("{} ", clause.id), t.id), (text, t.text)];
        page.lines.extend(wrap_spans(&pieces, columns, 17));
        let mut under = |label: &str, text: String| {
            page.lines.extend(wrap_spans(&[(format!("           {label} "), t.dim), (text, t.dim)], columns, 17));
        };
        if let Some(reason) = model.statuses.by_clause.get(&clause.id).and_then(|s| s.reason.clone()) {
            under("why  ", reason);
        }
        for link in run.code_links.iter().filter(|l| l.clause == clause.id) {
            let files =
                model.statuses.by_clause.get(&clause.id).map(|state| state.files.as_slice()).unwrap_or_default();
            let file = files.iter().find(|file| file.path == link.path && file.lines == link.lines);
            let reach = file.and_then(|file| file.reach()).map_or_else(String::new, |reach| format!(" ({reach})"));
            under("code ", format!("{}:{}-{}{reach}", link.path, link.lines.0, link.lines.1));
        }
        for test in run.test_links.iter().filter(|l| l.clause == clause.id) {
            let proved = run.controls.iter().any(|c| c.clause == clause.id && c.test == test.test && c.proves());
            let note = if proved { "fails without the code" } else { "not shown to fail without the code" };
            under("test ", format!("{} ({note})", test.test));
        }
    }
    page
}
