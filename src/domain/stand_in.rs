//! Standing in: where nobody gives a usable reply of a step that all others wait for, G1 puts the plainest one in its place.

use super::{
    StepId,
    reply::ReplyKind,
    run::{Gate, GateReason, Proposal, Run, Step},
};
use serde::{Deserialize, Serialize};

/// Who signs what nobody else answers for.
pub const AUTHOR: &str = "g1";

/// A step whose result is nobody's: what G1 stands in with, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandIn {
    pub step: StepId,
    pub what: String,
    pub why: String,
}

impl StandIn {
    /// `design: what the clauses say …, because still red after 3 repairs: …`
    #[must_use]
    pub fn line(&self) -> String {
        format!("{}: {}, because no reply of it could be used: {}", self.step, self.what, self.why)
    }
}

/// All of them, in the order of the steps.
#[must_use]
pub fn of(run: &Run) -> Vec<StandIn> {
    let one = |step: &Step| {
        let why = step.stood_in.as_ref()?.to_string();
        Some(StandIn { step: step.plan.id.clone(), what: about(step).to_owned(), why })
    };
    run.steps().filter_map(one).collect()
}

/// What the plainest reply of a step is, in words for people.
#[must_use]
pub fn about(step: &Step) -> &'static str {
    match step.plan.produces {
        ReplyKind::Plan => "one module that holds everything, designed, built, tested and verified in turn",
        ReplyKind::Design => "what the clauses say, in the stack that is there, else plain Python",
        _ => "each clause in its own words, each a demand",
    }
}

impl Run {
    /// Whether G1 can stand in for a step: once, before anything is built, and never to contradict a reading by which there
    /// is nothing to build. What a change of the requirement makes again is not replaced by something plainer.
    #[must_use]
    pub fn may_stand_in(&self, step: &Step) -> bool {
        matches!(step.plan.produces, ReplyKind::Understand | ReplyKind::Plan | ReplyKind::Design)
            && step.stood_in.is_none()
            && !step.renews
            && !self.settings.plan_only
            && !self.asks_for_nothing(step)
    }

    /// What G1 puts in the place of a step when this gate is approved, because there is nothing else to approve.
    #[must_use]
    pub fn stands_in_at(&self, gate: &Gate) -> Option<&'static str> {
        let step = self.step(&gate.step).filter(|step| step.proposal.is_none() && self.may_stand_in(step))?;
        (gate.is_open() && matches!(gate.reason, GateReason::Red { .. })).then(|| about(step))
    }

    fn asks_for_nothing(&self, step: &Step) -> bool {
        let Some(Proposal::Understand { kinds, .. }) = &step.proposal else { return false };
        let in_force = self.clauses.values().filter(|clause| clause.retired.is_none());
        kinds.len() >= in_force.count() && !kinds.iter().any(|(_, kind, _)| kind.demands())
    }
}
