//! How many calls it takes until every demand has been before every persona, against the fewest that could do it.

use crate::{
    against::shown,
    text::{Text, count},
};
use g1::{
    domain::{ClauseId, pack::PackKind},
    hub::pack::Packed,
};
use std::{collections::BTreeSet, error::Error};

/// The row of one budget.
#[derive(Default)]
pub struct Row {
    texts: usize,
    /// Steps of all texts: each stands for the personas who work on it.
    steps: usize,
    unseen: usize,
    /// Texts of which a step takes more than one page.
    paged: usize,
    calls: u32,
    bound: u32,
    held: u32,
    /// Steps that take over a tenth more calls than ⌈tokens ÷ budget⌉.
    pub over: Vec<String>,
}

impl Row {
    pub fn line(&self, budget: u32) -> String {
        format!(
            "| {}k | {} | {} | {} | {} | {} | {} | {:.3} | {} | {} |",
            budget / 1000,
            self.texts,
            self.steps,
            self.unseen,
            self.paged,
            self.calls,
            self.bound,
            f64::from(self.calls) / f64::from(self.bound.max(1)),
            self.held,
            self.over.len(),
        )
    }
}

pub fn row(texts: &[&Text], budget: u32) -> Result<Row, Box<dyn Error>> {
    let mut row = Row { texts: texts.len(), ..Row::default() };
    for text in texts {
        let mut several = false;
        for step in &text.run.steps {
            let before = text.before(step);
            let wanted = before.clauses.values().filter(|c| c.kind.is_none_or(|k| k.demands()));
            let tokens: u32 = wanted.map(|c| count(&c.text)).sum();
            let bound = tokens.div_ceil(budget).max(1);
            let pages = text.pages(step, budget)?;
            let seen: BTreeSet<ClauseId> = pages.iter().flat_map(|p| shown(&p.pack)).collect();
            row.unseen += text.demanding().filter(|c| !seen.contains(&c.id)).count();
            let calls = u32::try_from(pages.len())?;
            let held = tokens.div_ceil(budget.saturating_sub(handoff(&pages)).max(1)).max(1);
            if f64::from(calls) > 1.1 * f64::from(bound) {
                let step = format!("{:?}", step.plan.produces).to_lowercase();
                row.over.push(format!(
                    "{}k {} {step}: {calls} calls for {tokens} tokens, ⌈tokens ÷ budget⌉ {bound}, ⌈tokens ÷ room⌉ {held}",
                    budget / 1000,
                    text.name
                ));
            }
            several |= calls > 1;
            row.steps += 1;
            row.calls += calls;
            row.bound += bound;
            row.held += held;
        }
        row.paged += usize::from(several);
    }
    Ok(row)
}

/// What every page has to say of itself, at the least.
fn handoff(pages: &[Packed]) -> u32 {
    pages.iter().flat_map(|p| p.pack.of_kind(PackKind::Handoff)).map(|item| item.tokens).min().unwrap_or(0)
}
