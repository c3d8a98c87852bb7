//! Budget: the worst case of a call is reserved before it is made.

use crate::domain::{
    Clean, StepId,
    run::Run,
    usage::{Budget, Usage},
};

/// What is spent, and what the calls under way can still cost (that of `except` aside).
fn committed(run: &Run, except: Option<&StepId>) -> Usage {
    let mut sum = run.usage;
    for step in run.steps.iter().filter(|s| Some(&s.plan.id) != except) {
        sum += step.reserved;
    }
    sum
}

/// A call that the budget does not cover: why, and what the budget would have to become.
#[must_use]
pub fn lacks(run: &Run, step: &StepId, worst_case: Usage) -> Option<(Clean, Budget)> {
    let budget = run.settings.budget?;
    let mut after = committed(run, Some(step));
    after += worst_case;
    let spent = run.usage;
    match budget {
        Budget::Tokens(limit) if after.tokens() > limit => Some((
            Clean::from(format!(
                "the call for {step} can take {} tokens; {} of {limit} are spent or reserved",
                worst_case.tokens(),
                after.tokens() - worst_case.tokens()
            )),
            Budget::Tokens(after.tokens()),
        )),
        Budget::CostMicros(limit) if after.cost_micros > limit => Some((
            Clean::from(format!(
                "the call for {step} can cost ${:.4}; ${:.4} of ${:.2} are spent",
                worst_case.dollars(),
                spent.dollars(),
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
