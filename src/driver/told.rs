//! Lines of a summary that say what a person might take for granted, and what a plan is.

use crate::domain::{
    plan::{Estimate, Plan},
    run::Run,
    trace::Trace,
};
use std::fmt::Write;

/// Ids that are named before the rest is only counted.
const NAMED: usize = 8;

/// Which clauses nothing is asked of: who wrote them may see it otherwise.
pub(super) fn undemanding(trace: &Trace) -> String {
    let ids: Vec<String> = trace
        .clauses
        .iter()
        .filter(|c| c.retired.is_none() && c.kind.is_some_and(|kind| !kind.demands()))
        .map(|c| c.id.to_string())
        .collect();
    let more = if ids.len() > NAMED { "…" } else { "" };
    let named = ids[..ids.len().min(NAMED)].join(", ");
    match ids.len() {
        0 => String::new(),
        1 => format!("1 clause is taken to demand nothing: {named}\n"),
        n => format!("{n} clauses are taken to demand nothing: {named}{more}\n"),
    }
}

/// What of clauses that are planned will not be there, while there is nothing built yet.
pub(super) fn in_part(run: &Run) -> String {
    let line = |gap: &crate::domain::clause::Gap| {
        format!("  in part  {} {}  {}\n", gap.clause, gap.what.one_line(100), gap.reason.one_line(200))
    };
    run.gaps.iter().filter(|gap| !gap.whole).map(line).collect()
}

/// What is planned: modules, steps, and what each way of going about it is expected to take.
#[must_use]
pub fn plan(plan: &Plan) -> String {
    let mut text = String::new();
    for module in &plan.modules {
        let _ = writeln!(text, "  module {}: {}", module.name, module.purpose.one_line(120));
    }
    for step in &plan.steps {
        let after: Vec<&str> = step.after.iter().map(|s| s.as_str()).collect();
        let after = if after.is_empty() { String::new() } else { format!(" after {}", after.join(", ")) };
        let takes = plan.expected(plan.variant, &step.id).map_or_else(String::new, |e| format!(": {}", takes(&e)));
        let _ = writeln!(text, "  {}{after}{takes}", step.id);
    }
    let options = match plan.options.as_slice() {
        [] => &[(plan.variant, plan.estimate)],
        options => options,
    };
    for (variant, e) in options {
        let mark = if *variant == plan.variant { "expected" } else { "or" };
        let _ = writeln!(text, "  {mark}: {} {}", variant.word(), takes(e));
    }
    text
}

fn takes(e: &Estimate) -> String {
    let calls = crate::domain::counted(e.calls as usize, "call");
    format!("{calls}{}, {} tokens, ${:.2}, {} s", e.besides(), e.tokens, e.cost_micros as f64 / 1e6, e.seconds)
}

/// What a run that stopped at its plan came to: the plan, and what would be assumed.
pub(super) fn planned(run: &Run) -> String {
    let mut text = run.plan.as_deref().map(plan).unwrap_or_default();
    for one in run.assumptions.values() {
        let answer = if one.answered_by.is_some() { "answered" } else { "assumed" };
        let _ = writeln!(text, "  {answer}  {} {} -> {}", one.id, one.question.one_line(90), one.answer.one_line(80));
    }
    text
}
