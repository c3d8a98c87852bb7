//! The state machine as a whole.

use super::testing::*;
use crate::domain::run::{GateMode, Outcome, RunStatus};

#[test]
fn a_run_without_gates_goes_to_a_proven_end() {
    let mut sim = Sim::start(GateMode::None);
    sim.go();
    let trace = crate::domain::trace::trace(sim.run());
    assert_eq!(
        sim.run().status,
        RunStatus::Completed { outcome: Outcome::Proven, stopped_at_plan: false },
        "{trace:#?}"
    );
}
