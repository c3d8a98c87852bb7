//! Budget: the worst case of a call is reserved before it is made.

use crate::domain::{
    Clean, StepId,
    run::{Run, Step},
    usage::{Budget, Scope, Usage},
};

/// What is spent, and what the calls under way can still cost (that of `except` aside).
fn committed(run: &Run, except: Option<&StepId>) -> Usage {
    let mut sum = run.usage;
    for step in run.steps().filter(|s| Some(&s.plan.id) != except) {
        sum += step.reserved;
    }
    sum
}

/// A call that a bound does not cover: why, and what that bound would have to become.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lack {
    pub why: Clean,
    pub raise_to: Budget,
    pub scope: Scope,
}

/// The first bound that a call of `step` would break: that of the run, of its phase, or its own.
#[must_use]
pub fn lacks(run: &Run, step: &StepId, worst_case: Usage) -> Option<Lack> {
    let phase = run.step(step).map(|s| s.plan.phase);
    let within = |wanted: &dyn Fn(&Step) -> bool| {
        let mut sum = Usage::default();
        for one in run.steps().filter(|s| wanted(s)) {
            sum += one.usage;
            if one.plan.id != *step {
                sum += one.reserved;
            }
        }
        sum
    };
    let settings = &run.settings;
    let bounds = [
        (settings.budget, Scope::Run, committed(run, Some(step))),
        (settings.caps.phase, Scope::Phase, within(&|s| Some(s.plan.phase) == phase)),
        (settings.caps.step, Scope::Step, within(&|s| s.plan.id == *step)),
    ];
    bounds.into_iter().find_map(|(bound, scope, used)| {
        let (why, raise_to) = lack(&format!("the call for {step}"), bound?, scope, used, worst_case)?;
        Some(Lack { why, raise_to, scope })
    })
}

/// Why the run's budget does not cover the vectors of a search, if it does not.
#[must_use]
pub fn lacks_for_vectors(run: &Run, worst_case: Usage) -> Option<Clean> {
    let whose = "the search for vectors of a server";
    lack(whose, run.settings.budget?, Scope::Run, committed(run, None), worst_case).map(|(why, _)| why)
}

fn lack(what: &str, bound: Budget, scope: Scope, used: Usage, worst_case: Usage) -> Option<(Clean, Budget)> {
    let whose = match scope {
        Scope::Run => "",
        Scope::Phase => " for a phase",
        Scope::Step => " for a step",
    };
    let mut after = used;
    after += worst_case;
    match bound {
        Budget::Tokens(limit) if after.tokens() > limit => Some((
            Clean::from(format!(
                "{what} can take {} tokens; {} of {limit}{whose} are spent or reserved",
                worst_case.tokens(),
                used.tokens()
            )),
            Budget::Tokens(after.tokens()),
        )),
        Budget::CostMicros(limit) if after.cost_micros > limit => Some((
            Clean::from(format!(
                "{what} can cost ${:.4}; ${:.4} of ${:.2}{whose} are spent or reserved",
                worst_case.dollars(),
                used.dollars(),
                limit as f64 / 1e6
            )),
            Budget::CostMicros(after.cost_micros),
        )),
        _ => None,
    }
}

/// Nothing is left, whatever the next call takes.
#[must_use]
pub fn exhausted(run: &Run) -> Option<Clean> {
    let used = committed(run, None);
    let gone = match run.settings.budget? {
        Budget::Tokens(limit) => used.tokens() >= limit,
        Budget::CostMicros(limit) => used.cost_micros >= limit && used.cost_micros > 0,
    };
    gone.then(|| Clean::new("the budget is used up"))
}
