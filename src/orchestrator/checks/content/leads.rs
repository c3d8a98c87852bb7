//! Lists whose lead begins what each of its items ends: `Helpers cannot:` above `- delete looms`.

use super::{Original, words::negator};
use crate::domain::{ClauseId, run::Run};
use std::collections::BTreeMap;

/// The items of lists below a clause that ends with a colon, each with that clause.
pub(super) fn leads(run: &Run) -> BTreeMap<ClauseId, ClauseId> {
    let mut found = BTreeMap::new();
    let mut lead = None;
    for clause in run.clauses.values().filter(|c| c.retired.is_none()) {
        let text = clause.text.trim();
        let number = text.trim_start_matches('(').split(['.', ')']).next().unwrap_or_default();
        let numbered = !number.is_empty() && number.len() < text.len() && number.bytes().all(|b| b.is_ascii_digit());
        let is_item = numbered || text.starts_with(['-', '*', '+', '•', '–']);
        match lead {
            _ if text.ends_with(':') => lead = Some(clause.id),
            Some(above) if is_item => {
                found.insert(clause.id, above);
            }
            _ => lead = None,
        }
    }
    found
}

impl Original {
    /// Whether the items below a clause end what it begins.
    pub(super) fn leads_others(&self, id: &str) -> bool {
        id.parse().is_ok_and(|id: ClauseId| self.leads.values().any(|lead| *lead == id))
    }

    /// Whether what an item says is negated by what stands above its list.
    pub(super) fn is_led_by_a_negation(&self, id: ClauseId) -> bool {
        let lead = self.leads.get(&id).and_then(|lead| self.clauses.get(lead));
        lead.is_some_and(|(clause, _)| (0..clause.text.words.len()).any(|at| negator(&clause.text.words, at)))
    }
}
