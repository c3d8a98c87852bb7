//! Reading what test runners print.

mod libtest;
mod node;
mod unittest;

pub use libtest::{Panic, libtest};
pub use node::node;
pub use unittest::unittest;

use crate::domain::evidence::{TestOutcome, TestResult};
use std::iter::repeat;

/// What `unittest` sets up for many tests at once, by the last part of its name.
const FIXTURES: [&str; 2] = ["setUpClass", "setUpModule"];

/// What the output says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// In order of their names.
    pub tests: Vec<TestResult>,
    /// `Ran N tests`; `None` when the run did not get that far.
    pub ran: Option<u32>,
    /// False when the tests found do not add up to the final counts: then nothing of it may be believed.
    pub consistent: bool,
}

impl Report {
    #[must_use]
    pub fn outcome(&self, test: &str) -> Option<TestOutcome> {
        if let Some(found) = self.tests.iter().find(|result| result.name == test) {
            return Some(found.outcome);
        }
        // A class or module that could not be set up takes its tests with it: they end as that did.
        let of =
            |name: &str| name.split('.').zip(test.split('.').map(Some).chain(repeat(None))).all(|(a, b)| Some(a) == b);
        let ends = |result: &TestResult| {
            let above = FIXTURES.iter().find_map(|fixture| result.name.strip_suffix(fixture)?.strip_suffix('.'));
            let fails = above.is_some() && unittest::is_assertion(&result.detail);
            let broken = result.outcome == TestOutcome::Error && of(above.unwrap_or(&result.name));
            broken.then_some(if fails { TestOutcome::Failed } else { TestOutcome::Error })
        };
        self.tests.iter().find_map(ends)
    }

    /// True when it ran at all, everything passed or was skipped, and the numbers add up.
    #[must_use]
    pub fn is_green(&self) -> bool {
        self.consistent
            && self.tests.iter().any(|test| test.outcome == TestOutcome::Passed)
            && self.tests.iter().all(|test| matches!(test.outcome, TestOutcome::Passed | TestOutcome::Skipped))
    }
}
