//! Lines of a summary that say what a person might take for granted.

use crate::domain::{run::Run, trace::Trace};

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
