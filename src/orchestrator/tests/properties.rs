//! Whatever happens, in whatever order. `Sim::feed` checks the invariants after every input.

use super::*;
use crate::domain::{
    AssumptionId, ClauseId, GateId, Hash, StepId,
    command::Command,
    plan::PlanVariant,
    run::{PauseReason, Run, Verb},
    tool::Used,
    trace::Trace,
    usage::{Budget, Caps},
};
use crate::orchestrator::{Effect, Input, history, pending, stand_in};
use proptest::prelude::*;

#[derive(Debug, Clone)]
enum Op {
    /// The n-th effect.
    Perform(usize),
    /// The n-th effect that was ever seen, whether it still fits or not.
    Stale(usize),
    Decide(usize, Verb, bool),
    Command(Command),
    Interrupt,
    Fault(usize, u32, Fault),
    /// So many turns with tools before the answer.
    Turns(usize, u32, u32),
    Restart,
    Rewind(usize),
}

fn any_verb() -> impl Strategy<Value = Verb> {
    prop_oneof![
        4 => Just(Verb::Approve),
        1 => Just(Verb::ApprovePhase),
        1 => Just(Verb::Changes { text: "otherwise".into() }),
        1 => Just(Verb::Fault { text: "wrong".into() }),
        1 => Just(Verb::Reject),
    ]
}

fn any_mode() -> impl Strategy<Value = GateMode> {
    prop_oneof![
        Just(GateMode::Step),
        Just(GateMode::Phase),
        Just(GateMode::Plan),
        Just(GateMode::Risk),
        Just(GateMode::None)
    ]
}

fn any_fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        Just(Fault::Garbage),
        Just(Fault::Drop),
        Just(Fault::Fails),
        Just(Fault::Blames),
        Just(Fault::Objects),
        Just(Fault::Mislinked),
        Just(Fault::Unused),
        Just(Fault::Unnoticed),
        Just(Fault::CallFails),
        Just(Fault::Hits),
        Just(Fault::Mute),
        Just(Fault::Unmet)
    ]
}

fn any_plan() -> impl Strategy<Value = PlanVariant> {
    prop_oneof![Just(PlanVariant::Lean), Just(PlanVariant::Standard), Just(PlanVariant::Thorough)]
}

/// Clauses that fit into one prompt: all, or so few that there are pages.
fn any_size() -> impl Strategy<Value = usize> {
    prop_oneof![2 => Just(usize::MAX), 1 => 1usize..6]
}

fn any_command() -> impl Strategy<Value = Command> {
    let who = || crate::domain::Clean::from("Anna");
    prop_oneof![
        Just(Command::Pause { who: who() }),
        Just(Command::Resume { who: who() }),
        any_mode().prop_map(move |gates| Command::SetGates { gates, who: who() }),
        prop::option::of(0u64..20_000)
            .prop_map(move |n| Command::SetBudget { budget: n.map(Budget::Tokens), who: who() }),
        (0_u64..9_000).prop_map(move |n| {
            let caps = Caps { phase: Some(Budget::Tokens(3 * n)), step: Some(Budget::Tokens(n)) };
            Command::SetCaps { caps, who: who() }
        }),
        (0..STEPS.len()).prop_map(move |n| Command::Say { step: Some(step(STEPS[n])), text: "hm".into(), who: who() }),
        any_plan().prop_map(move |plan| Command::SetPlan { plan, who: who() }),
        Just(Command::Say { step: None, text: "well".into(), who: who() }),
        (0u32..3, "[a-z]{0,3}").prop_map(move |(n, text)| Command::AnswerAssumption {
            assumption: AssumptionId(n),
            answer: text.into(),
            who: who()
        }),
        (0u32..8).prop_map(move |n| Command::Waive { clause: ClauseId(n), why: "no".into(), who: who() }),
    ]
}

const STEPS: [&str; 8] =
    ["understand", "plan", "design", "build:core", "build:notes", "test:core", "test:notes", "verify"];

fn any_op() -> impl Strategy<Value = Op> {
    prop_oneof![
        12 => (0usize..4).prop_map(Op::Perform),
        1 => (0usize..64).prop_map(Op::Stale),
        4 => (0usize..3, any_verb(), prop::bool::weighted(0.9)).prop_map(|(n, verb, right)| Op::Decide(n, verb, right)),
        2 => any_command().prop_map(Op::Command),
        1 => Just(Op::Interrupt),
        2 => (0..STEPS.len(), 1u32..4, 0u32..4).prop_map(|(n, attempt, turns)| Op::Turns(n, attempt, turns)),
        2 => (0..STEPS.len(), 1u32..4, any_fault()).prop_map(|(n, attempt, fault)| Op::Fault(n, attempt, fault)),
        1 => Just(Op::Restart),
        1 => (0..STEPS.len()).prop_map(Op::Rewind),
    ]
}

fn carry_out(sim: &mut Sim, op: Op, seen: &mut Vec<Effect>) {
    match op {
        Op::Perform(n) => {
            let effects = pending(sim.run());
            if let Some(effect) = effects.get(n).or_else(|| effects.first()) {
                seen.push(effect.clone());
                sim.perform(&effect.clone());
            }
        }
        Op::Stale(n) => {
            let Some(effect) = seen.get(n % seen.len().max(1)).cloned() else { return };
            let there = |id: &StepId| sim.run().step(id).is_some();
            let input = match effect {
                // A plan that was gone back from knows steps that are no more.
                Effect::Call { step, .. } if !there(&step) => return,
                Effect::Call { step, attempt } => Input::CallDone {
                    // It may be the answer that is waited for: then later calls build on it.
                    reply: store(&sim.reply(sim.step(step.as_str()))),
                    text: sim.reply(sim.step(step.as_str())),
                    step,
                    attempt,
                    request: Hash::of(b"stale"),
                    usage: Default::default(),
                    cached: false,
                    by: None,
                    call: 0,
                    earlier: Vec::new(),
                },
                Effect::Use { step, .. } if !there(&step) => return,
                Effect::Use { step, attempt } => {
                    let used = Used {
                        tool: "run".into(),
                        argument: "test".into(),
                        ok: false,
                        summary: "stale".into(),
                        result: store("stale"),
                    };
                    Input::Used { step, attempt, call: 0, uses: vec![used], draft: Vec::new() }
                }
                Effect::StandIn { step, attempt } => {
                    let Some(of) = sim.run().step(&step) else { return };
                    let text = stand_in::text(sim.run(), of);
                    store(&text);
                    Input::StoodIn { step, attempt, text }
                }
                Effect::Check { step, attempt } => Input::Checked { step, attempt, checked: Default::default() },
                Effect::Commit { step } => Input::Committed { step, files: Vec::new() },
                Effect::Finish => Input::Finished { tree: Hash::of(b"stale"), booted: true },
                Effect::Restore => Input::Restored,
                Effect::Continue => Input::Continue,
            };
            sim.feed(input).unwrap();
        }
        Op::Decide(n, verb, right) => {
            let open: Vec<GateId> = sim.run().open_gates().map(|g| g.id).collect();
            let Some(gate) = open.get(n).or_else(|| open.first()).copied() else { return };
            if right {
                // Refused where it does not fit (changes at a budget gate); that is no panic.
                let _ = sim.decide_gate(gate, verb);
            } else {
                let digest = Hash::of(b"something else");
                let wrong = Command::Decide { gate, digest, verb, who: "Anna".into() };
                assert!(sim.feed(Input::Command(wrong)).is_err());
            }
        }
        Op::Command(command) => {
            let _ = sim.feed(Input::Command(command));
        }
        Op::Interrupt => {
            sim.feed(Input::Interrupted { reason: PauseReason::Interrupted, detail: "signal".into() }).unwrap();
        }
        Op::Fault(n, attempt, fault) => {
            sim.faults.insert((STEPS[n].into(), attempt), fault);
        }
        Op::Turns(n, attempt, turns) => {
            sim.turns.insert((STEPS[n].into(), attempt), turns);
        }
        Op::Rewind(n) => {
            // Refused before it has begun; that is no panic.
            let _ = sim.rewind(&step(STEPS[n]));
        }
        Op::Restart => {
            let again = Sim::of(sim.journal.clone());
            assert_eq!(again.run, sim.run);
            sim.names_its_blobs();
            sim.run = again.run;
        }
    }
}

/// What two runs of the same story must agree on, however they were interrupted.
fn result(sim: &Sim) -> (Trace, RunStatus, Vec<(String, StepState, u32)>, u32) {
    let steps = sim.run().steps.iter().map(|s| (s.plan.id.to_string(), s.state, s.attempt)).collect();
    (trace(sim.run()), sim.run().status.clone(), steps, sim.run().usage.calls)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_sequence_of_inputs_breaks_a_run(mode in any_mode(), plan in any_plan(), size in any_size(), ops in prop::collection::vec(any_op(), 0..120)) {
        let mut sim = Sim::start_as(mode, plan, size);
        let mut seen = Vec::new();
        for op in ops {
            carry_out(&mut sim, op, &mut seen);
        }
        prop_assert_eq!(&history::replay(&sim.journal), &sim.run, "the fold of the journal is the state");
        let text = serde_json::to_string(sim.run()).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Run>(&text).unwrap(), sim.run(), "a checkpoint holds all of it");
        // And it can still be brought to an end.
        sim.faults.clear();
        sim.turns.clear();
        if !sim.run().is_over() {
            sim.feed(Input::Command(Command::SetBudget { budget: None, who: "Anna".into() })).unwrap();
            sim.feed(Input::Command(Command::SetCaps { caps: Caps::default(), who: "Anna".into() })).unwrap();
            sim.finish();
        }
    }

    #[test]
    fn a_run_that_is_cut_anywhere_ends_as_if_it_had_not_been(
        mode in any_mode(),
        plan in any_plan(),
        size in any_size(),
        cuts in prop::collection::vec(0.0f64..1.0, 1..4),
        faults in prop::collection::btree_map((0..STEPS.len(), 1u32..3), any_fault(), 0..4),
        turns in prop::collection::btree_map((3usize..7, 0u32..3), 1u32..4, 0..3),
    ) {
        let faults: std::collections::BTreeMap<_, _> =
            faults.into_iter().map(|((n, attempt), fault)| ((STEPS[n].to_owned(), attempt), fault)).collect();
        let turns: std::collections::BTreeMap<_, _> =
            turns.into_iter().map(|((n, attempt), turns)| ((STEPS[n].to_owned(), attempt), turns)).collect();
        let mut whole = Sim::start_as(mode, plan, size);
        let first = whole.journal.len();
        whole.faults = faults.clone();
        whole.turns = turns.clone();
        whole.finish();
        let mut journal = whole.journal.clone();
        for cut in cuts {
            // The events that begin a run are journalled together, before the project exists.
            let keep = first + ((journal.len() - first) as f64 * cut) as usize;
            journal.truncate(keep);
            let mut again = Sim::of(journal);
            again.faults = faults.clone();
            again.turns = turns.clone();
            again.page_size = size;
            again.finish();
            prop_assert_eq!(result(&again), result(&whole));
            journal = again.journal;
        }
    }

    #[test]
    fn the_order_in_which_parallel_steps_finish_does_not_matter(plan in any_plan(), size in any_size(), order in prop::collection::vec(0usize..4, 0..80)) {
        let mut straight = Sim::start_as(GateMode::None, plan, size);
        straight.go();
        let mut sim = Sim::start_as(GateMode::None, plan, size);
        for n in order {
            let effects = pending(sim.run());
            if effects.is_empty() {
                break;
            }
            sim.perform(&effects[n % effects.len()].clone());
        }
        sim.go();
        prop_assert_eq!(sim.run().files.clone(), straight.run().files.clone());
        let (mut mine, theirs) = (trace(sim.run()), trace(straight.run()));
        for (mine, theirs) in mine.evidence.iter_mut().zip(&theirs.evidence) {
            // The made-up driver runs a step on all files there are; what it ran on depends on the order.
            mine.tree = theirs.tree.clone();
        }
        prop_assert_eq!(mine, theirs);
    }
}
