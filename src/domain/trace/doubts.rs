//! Open doubts: what a persona holds to although, by its words, it says something else than a clause. Nobody need have seen
//! them when no gate was open, so the trace says which there are, why their author holds to them, and what the verifier
//! holds of their clauses.

use super::judge;
use crate::domain::{
    ClauseId, Clean, StepId,
    reply::{Finding, ReplyKind, Verdict},
    run::{Run, Step},
};
use serde::{Deserialize, Serialize};

/// Stands between a finding and what its author says for it, in the details of a check.
const REASON: &str = " (reason given: ";

/// One thing that is said otherwise than in the original, and that its author holds to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doubt {
    /// The step whose author holds to it.
    pub step: StepId,
    /// The clauses it is about.
    pub clauses: Vec<ClauseId>,
    pub finding: String,
    /// What its author says for it.
    pub reason: Option<String>,
    /// What the verifier holds of these clauses; empty while it has not judged them.
    pub verdicts: Vec<Judgement>,
}

/// The verifier's finding on one clause of a doubt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    pub clause: ClauseId,
    pub verdict: Verdict,
    pub argument: String,
}

/// A finding with what its author says for it, as one detail of a check.
#[must_use]
pub fn with_reason(finding: &str, reason: &str) -> String {
    format!("{finding}{REASON}{reason})")
}

/// The clauses that a text names.
#[must_use]
pub fn named(text: &str) -> Vec<ClauseId> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    let mut ids: Vec<ClauseId> = words.filter_map(|word| word.parse().ok()).collect();
    ids.sort();
    ids.dedup();
    ids
}

/// The open doubts of one step, without the verifier's word on them.
pub fn of_step(step: &Step) -> impl Iterator<Item = Doubt> + '_ {
    step.doubts().iter().map(|detail| {
        let cut = detail.split_once(REASON);
        let (finding, reason) = cut.map_or((detail.as_str(), None), |(finding, reason)| (finding, Some(reason)));
        Doubt {
            step: step.plan.id.clone(),
            clauses: named(finding),
            finding: finding.to_owned(),
            reason: reason.map(|r| r.strip_suffix(')').unwrap_or(r).to_owned()),
            verdicts: Vec::new(),
        }
    })
}

/// All open doubts of a run, in the order of its steps. One about clauses that are all retired is over.
pub(super) fn of(run: &Run) -> Vec<Doubt> {
    let findings = judge::findings(run);
    let mut doubts = Vec::new();
    for step in &run.steps {
        // A verifier's own words are no judgement on themselves.
        let judges = step.plan.produces != ReplyKind::Verify;
        for mut doubt in of_step(step) {
            let names = !doubt.clauses.is_empty();
            doubt.clauses.retain(|id| run.clauses.get(id).is_some_and(|c| c.retired.is_none()));
            if names && doubt.clauses.is_empty() {
                continue;
            }
            let judged = doubt.clauses.iter().filter(|_| judges).filter_map(|id| Some((*id, *findings.get(id)?)));
            doubt.verdicts = judged.map(|(clause, finding)| Judgement::new(clause, finding)).collect();
            doubts.push(doubt);
        }
    }
    doubts
}

impl Judgement {
    fn new(clause: ClauseId, finding: &Finding) -> Self {
        Self { clause, verdict: finding.verdict, argument: Clean::new(&finding.argument).one_line(400) }
    }

    /// `the verifier holds C-003 met: …`
    #[must_use]
    pub fn line(&self) -> String {
        format!("the verifier holds {} {}: {}", self.clause, self.verdict.word(), self.argument)
    }
}

impl Doubt {
    /// The clauses as words: `C-003 C-005`.
    #[must_use]
    pub fn ids(&self) -> String {
        self.clauses.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    }

    /// Where it comes from, and which clauses it is about where it names any: `C-003 since test:core`.
    #[must_use]
    pub fn origin(&self, step: &str) -> String {
        if self.clauses.is_empty() { format!("since {step}") } else { format!("{} since {step}", self.ids()) }
    }

    /// What became of it, in lines: why its author holds to it, and the verifier's word.
    #[must_use]
    pub fn said(&self) -> Vec<String> {
        let reason = self.reason.as_ref().map_or("no reason was given".to_owned(), |r| format!("reason given: {r}"));
        let mut lines = vec![reason];
        if self.verdicts.is_empty() {
            lines.push("the verifier has not judged it".to_owned());
        }
        lines.extend(self.verdicts.iter().map(Judgement::line));
        lines
    }
}
