//! What looks understood is read again, by other means than the first time: every word of a demand must be accounted for
//! by an element that is linked to its clause, and words that ask for something particular by one that can mean it. Where
//! there is none, the clause is built in part at best, whatever its other elements show.

mod meant;
mod meant_features;
mod phrases;
mod senses;
mod things;
mod words;

use super::read::sentence::Sentence;
use super::spec::{AppSpec, SpecGap};
use crate::domain::{ClauseId, clause::ClauseKind};
use std::collections::BTreeMap;

const NOTHING_STANDS_FOR: &str = "nothing of what the offline engine built stands for these words; a model (-m) may";

/// A partial gap for each demand with words that nothing of the specification stands for.
#[must_use]
pub fn doubts(spec: &AppSpec, texts: &BTreeMap<ClauseId, String>) -> Vec<SpecGap> {
    let known = senses::senses(spec);
    let meant = meant::by_clause(spec);
    let open = spec.marks.iter().filter(|m| m.kind.demands() && m.kind != ClauseKind::Exclusion);
    let no_things = things::no_things(spec, texts);
    let first = spec.marks.iter().find(|m| m.kind.demands()).map(|m| m.clause);
    open.filter(|mark| !spec.gaps.iter().any(|g| g.clause == mark.clause))
        .filter_map(|mark| {
            let text = texts.get(&mark.clause)?;
            let what = senses::unmet(spec, known.get(&mark.clause), text)
                .or_else(|| things::unasked(spec, &no_things, mark.clause, text))
                .or_else(|| phrases::unmet(spec, meant.get(&mark.clause), &Sentence::new(mark.clause, text, &[])))
                .or_else(|| {
                    words::unaccounted(meant.get(&mark.clause), mark.clause, text, first == Some(mark.clause))
                })?;
            Some(SpecGap { clause: mark.clause, what, reason: NOTHING_STANDS_FOR.into(), whole: false })
        })
        .collect()
}
