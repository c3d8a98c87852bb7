//! Gates: where a run waits for a decision, and the decision.

use super::{Check, Run, Step, StepState};
use crate::domain::{
    Clean, GateId, Hash, StepId,
    reply::ReplyKind,
    usage::{Budget, Scope},
};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GateReason {
    /// Understanding and plan in one decision.
    Plan,
    Step,
    PhaseEnd,
    /// Checks stayed red after the permitted repairs.
    Red {
        why: Clean,
    },
    /// The budget does not cover the next call.
    Budget {
        why: Clean,
        /// What the budget becomes when a person approves.
        #[serde(default)]
        raise_to: Option<Budget>,
        /// Whose bound that is.
        #[serde(default)]
        scope: Scope,
    },
    /// The result of the whole run.
    Result,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    Approve,
    /// Approve this and the rest of its phase while green.
    ApprovePhase,
    Changes {
        text: Clean,
    },
    /// The tests fail because the code is wrong: what is wrong with it goes to its developer, then the tests run again.
    Fault {
        text: Clean,
    },
    /// Reject: the step's proposal is dropped, the run pauses.
    Reject,
}

/// Who decided what, when, on exactly which content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    pub verb: Verb,
    /// A person's name, or `by policy` for green gates under `--gates none`.
    pub who: Clean,
    pub by_policy: bool,
    pub at: jiff::Timestamp,
    /// Digest of the proposal that was shown; a decision on another digest is refused.
    pub digest: Hash,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gate {
    pub id: GateId,
    pub step: StepId,
    pub reason: GateReason,
    pub digest: Hash,
    pub opened_at: jiff::Timestamp,
    pub decided: Option<Decided>,
    /// Why nobody will decide it any more: its step failed by policy, or what it showed was re-opened.
    #[serde(default)]
    pub withdrawn: Option<Clean>,
}

impl Gate {
    /// Somebody still has to decide it.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.decided.is_none() && self.withdrawn.is_none()
    }
    /// Why nothing is decided here any more, in words.
    #[must_use]
    pub fn why_closed(&self) -> Option<String> {
        let decided =
            self.decided.as_ref().map(|decided| format!("{} was already decided by {}", self.id, decided.who));
        decided.or_else(|| self.withdrawn.as_ref().map(|why| format!("{} is no longer open: {why}", self.id)))
    }
    #[must_use]
    pub fn is_red(&self) -> bool {
        matches!(self.reason, GateReason::Red { .. } | GateReason::Budget { .. })
    }
}

impl Run {
    /// Whether an answer to a question changes anything yet: what rests on it is made again until the design is approved.
    #[must_use]
    pub fn takes_answers(&self) -> bool {
        let kept = |s: &Step| matches!(s.state, StepState::Committing | StepState::Done);
        let settled = self.steps().any(|s| s.plan.produces == ReplyKind::Design && kept(s));
        !self.is_over() && !settled && !self.assumptions.is_empty()
    }
    /// The build whose code a person may hold to be what the failing tests at this gate show. None where nobody reads
    /// words, and where the tests are a person's own: they would be written anew.
    #[must_use]
    pub fn build_at_fault(&self, gate: &Gate) -> Option<&Step> {
        let tests = self.step(&gate.step).filter(|step| step.plan.produces == ReplyKind::Test)?;
        let red = matches!(gate.reason, GateReason::Red { .. }) && tests.checks.iter().any(Check::tests_fail);
        let heard = !self.settings.is_offline() && tests.edited_by.is_none();
        self.build_of(tests).filter(|_| red && heard)
    }
    /// The finished build of the module that a step tests.
    #[must_use]
    pub fn build_of(&self, tests: &Step) -> Option<&Step> {
        self.steps().find(|s| {
            s.plan.produces == ReplyKind::Build && s.plan.module == tests.plan.module && s.state == StepState::Done
        })
    }
    /// What helps at this gate in the place of remarks, where the offline engine works: it works everything out from the
    /// clauses and the answers. `None`: a model reads them.
    #[must_use]
    pub fn instead_of_remarks(&self, gate: &Gate) -> Option<String> {
        if !self.settings.is_offline() {
            return None;
        }
        let mut ways = Vec::new();
        if self.takes_answers() {
            ways.push("answer a question");
        }
        if !self.editable(gate).is_empty() {
            ways.push("edit what the gate shows");
        }
        if gate.reason == GateReason::Result {
            ways.push("accept the result and then say what shall be different");
        }
        ways.push("choose a model (-m, in the workbench /model)");
        let last = ways.pop().unwrap_or_default();
        let ways = if ways.is_empty() { last.to_owned() } else { format!("{}, or {last}", ways.join(", ")) };
        let edited = self.steps_at(gate).find_map(|step| Some((step.edited_by.as_ref()?, &step.plan.id)));
        let lost = edited.map_or_else(String::new, |(who, step)| {
            format!(" Sent back, {step} is worked out anew without what {who} edited.")
        });
        Some(format!("The offline engine cannot use remarks. What helps: {ways}.{lost}"))
    }
}
