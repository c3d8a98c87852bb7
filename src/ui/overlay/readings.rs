//! `/readings`: what each clause is taken to demand, in other words than its own, so that a person sees what will be built
//! before it is.

use super::{
    card::understanding,
    pager::{Link, Page},
};
use crate::{
    domain::{Clean, clause::Clause, run::Run},
    ui::{Model, text::wrap_spans},
};
use std::collections::BTreeSet;

#[must_use]
pub fn page(model: &Model, run: &Run, columns: usize) -> Page {
    let t = &model.look.theme;
    let u = understanding(run);
    let mut page = Page::default();
    // What several clauses say together stands below the first of them.
    let mut said = BTreeSet::new();
    let demands =
        |clause: &&Clause| clause.retired.is_none() && u.kinds.get(&clause.id).is_some_and(|kind| kind.demands());
    for clause in run.clauses.values().filter(demands) {
        let text = Clean::new(clause.text.trim()).replace('\n', " ");
        page.link(Link::Clause(clause.id), format!("{} {text}", clause.id));
        page.lines.extend(wrap_spans(&[(format!("{} ", clause.id), t.id), (text.clone(), t.title)], columns, 6));
        let mut under = |mark: &str, text: &str, style| {
            let pieces = [(format!("      {mark} "), t.dim), (text.replace('\n', " "), style)];
            page.lines.extend(wrap_spans(&pieces, columns, 8));
        };
        for one in u.interpretations.iter().filter(|one| one.clauses.contains(&clause.id)) {
            if one.statement.trim() != text && said.insert(one.statement.clone()) {
                under(model.look.glyphs.bullet, &one.statement, t.text);
            }
            for criterion in one.acceptance.iter().filter(|criterion| said.insert((*criterion).clone())) {
                under(model.look.glyphs.bullet, criterion, t.text);
            }
        }
        for gap in u.gaps.iter().filter(|gap| gap.clause == clause.id) {
            under(model.look.glyphs.missing, &format!("not “{}”: {}", gap.what, gap.reason), t.warn);
        }
    }
    if page.lines.is_empty() {
        return Page::note("Nothing is understood yet.", t.dim);
    }
    page
}
