//! Review: what the verifier, who reads a draft against the original words, finds that it does not meet.

use super::{known, responsible, schema::Reply, verdict};
use crate::domain::{
    ClauseId,
    reply::{Finding, Verdict},
    run::{Check, Run, Step},
};
use std::collections::BTreeSet;

/// Only `unmet` sends a draft back. A clause without a finding is told, but it is the verifier who left it out, and the
/// author of the draft could not repair that.
#[must_use]
pub fn check(run: &Run, step: &Step, reply: &Reply, findings: &[Finding]) -> Check {
    let mut asked: BTreeSet<ClauseId> = responsible(run, step);
    if let Reply::Understand(r) = reply {
        // Kinds and gaps are being proposed in this very step.
        let demands = r.clauses.iter().filter(|m| m.kind.demands()).map(|m| &m.id);
        let (demands, gaps) = (known(run, demands).0, known(run, r.gaps.iter().map(|g| &g.clause)).0);
        asked.retain(|id| demands.contains(id) && !gaps.contains(id));
    }
    let mut judged = BTreeSet::new();
    let mut details = Vec::new();
    let (mut met, mut partly) = (0, 0);
    for finding in findings {
        let Some(id) = finding.clause.parse::<ClauseId>().ok().filter(|id| asked.contains(id)) else { continue };
        // A page may show a clause of another page, too: its worst verdict counts.
        judged.insert(id);
        match finding.verdict {
            Verdict::Met => met += 1,
            Verdict::Partly => partly += 1,
            Verdict::Unmet => {
                let words: String = finding.argument.chars().take(400).collect();
                details.push(format!("{id} is not met by this, says the verifier: {words}"));
            }
        }
    }
    let mut summary = format!("{met} met, {partly} partly, {} unmet", details.len());
    match asked.difference(&judged).count() {
        0 => {}
        n => summary.push_str(&format!(", {n} not judged")),
    }
    verdict("review", summary, details)
}
