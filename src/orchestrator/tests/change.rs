use super::*;
use crate::{
    domain::{
        ClauseId, StepId,
        change::{Change, NewClause, dependents},
        clause::{Origin, Retired},
        command::Command,
        trace::Status,
    },
    orchestrator::{Effect, Input, pending},
};

fn change(sim: &mut Sim, change: Change) -> Result<Vec<Event>, String> {
    sim.feed(Input::Command(Command::Change { change, who: "Anna".into() })).map_err(|r| r.to_string())
}

fn added(text: &str, supersedes: Option<u32>) -> Change {
    let supersedes = supersedes.map(ClauseId);
    let add = vec![NewClause { text: text.into(), section: Vec::new(), supersedes }];
    Change { retire: supersedes.into_iter().collect(), add, ..Change::default() }
}

fn attempts(sim: &Sim) -> Vec<(String, u32)> {
    sim.run().steps.iter().map(|s| (s.plan.id.to_string(), s.attempt)).collect()
}

fn names(steps: &[StepId]) -> String {
    steps.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

#[test]
fn only_a_finished_run_is_changed_and_only_where_there_is_something() {
    let mut sim = Sim::start(GateMode::None);
    let refused = |sim: &mut Sim, c: Change, why: &str| {
        let text = change(sim, c).unwrap_err();
        assert!(text.contains(why), "{text}");
    };
    refused(&mut sim, added("A map.", None), "g1 resume");
    sim.finish();
    refused(&mut sim, Change::default(), "empty");
    refused(&mut sim, Change { retire: vec![ClauseId(99)], ..Change::default() }, "no clause C-099");
    refused(&mut sim, Change { retire: vec![ClauseId(3), ClauseId(3)], ..Change::default() }, "twice");
    refused(&mut sim, Change { retire: vec![], ..added("A map.", Some(3)) }, "retired with it");
    let all: Vec<ClauseId> = sim.run().demanding().map(|c| c.id).collect();
    refused(&mut sim, Change { retire: all, ..Change::default() }, "nothing that demands");
    change(&mut sim, Change { retire: vec![ClauseId(3)], ..Change::default() }).unwrap();
    sim.finish();
    refused(&mut sim, Change { retire: vec![ClauseId(3)], ..Change::default() }, "no longer holds");
}

#[test]
fn a_removal_takes_everything_of_its_clause_away_and_makes_only_its_module_again() {
    let mut sim = Sim::start(GateMode::None);
    sim.finish();
    let (before, paid) = (attempts(&sim), sim.paid);
    let removal = Change { retire: vec![ClauseId(3)], ..Change::default() };
    let listed = dependents(sim.run(), &removal);
    assert_eq!(names(&listed.steps), "understand plan design build:core build:notes test:core test:notes verify");
    assert_eq!(listed.code, ["app/notes.py:1-1"]);
    assert_eq!(listed.tests, ["tests.test_notes.T.test_3"]);
    change(&mut sim, removal).unwrap();
    let run = sim.run();
    assert_eq!(run.clauses[&ClauseId(3)].retired, Some(Retired::Removed));
    let left = |clauses: &[ClauseId]| !clauses.contains(&ClauseId(3));
    assert!(run.interpretations.values().all(|i| left(&i.clauses)));
    assert!(run.code_links.iter().all(|l| l.clause != ClauseId(3)));
    sim.finish();
    assert_eq!(sim.paid - paid, listed.calls as u32);
    assert!(attempts(&sim).iter().zip(&before).all(|(now, then)| now.1 == then.1 + 1));
    assert_eq!(exit_code(sim.run()), 0, "{:#?}", trace(sim.run()));
    let clause = trace(sim.run()).clauses.into_iter().find(|c| c.id == ClauseId(3)).unwrap();
    assert_eq!((clause.status, clause.retired), (None, Some(Retired::Removed)));
    assert!(clause.span.is_some());
}

#[test]
fn an_addition_is_understood_planned_built_and_proven_and_old_readings_keep_their_ids() {
    let mut sim = Sim::start(GateMode::None);
    sim.finish();
    let readings = sim.run().interpretations.clone();
    let paid = sim.paid;
    // The plan of the made-up meta-personas puts new clauses into the module that the other one rests on.
    change(&mut sim, added("There is a page about us.", None)).unwrap();
    sim.finish();
    assert_eq!(sim.paid - paid, 8, "the notes rest on what changed");
    assert_eq!(exit_code(sim.run()), 0);
    for (id, reading) in &readings {
        assert_eq!(&sim.run().interpretations[id], reading, "what was understood keeps its id");
    }
    let clauses = trace(sim.run()).clauses;
    let new = clauses.last().unwrap();
    assert_eq!((new.origin, new.span), (Origin::Amendment, None));
    assert_eq!(new.status, Some(Status::Proven));
}

#[test]
fn a_superseded_clause_stays_in_the_trace_and_demands_nothing() {
    let mut sim = Sim::start(GateMode::None);
    sim.finish();
    change(&mut sim, added("A note has a title and two texts.", Some(3))).unwrap();
    sim.finish();
    let clauses = trace(sim.run()).clauses;
    assert_eq!(clauses[2].retired, Some(Retired::Superseded));
    assert_eq!(clauses.last().unwrap().supersedes, Some(ClauseId(3)));
    assert_eq!(exit_code(sim.run()), 0);
    assert_eq!(sim.run().decisions.len(), 1, "the design was made again, not added to");
}

#[test]
fn what_is_made_again_does_not_begin_with_what_was_made_before() {
    let mut sim = Sim::start(GateMode::None);
    sim.turns.insert(("build:notes".into(), 0), 2);
    sim.finish();
    change(&mut sim, Change { retire: vec![ClauseId(3)], ..Change::default() }).unwrap();
    let mut begun = Vec::new();
    while let Some(effect) = pending(sim.run()).first().cloned() {
        if let Effect::Call { step, .. } = &effect
            && let Some(step) = sim.run().step(step).filter(|s| s.renews && s.calls.is_empty())
        {
            assert!(step.last_reply.is_none() && step.last_draft.is_empty(), "{}", step.plan.id);
            begun.push(step.plan.id.to_string());
        }
        sim.perform(&effect);
    }
    assert!(["build:notes", "test:notes", "design"].iter().all(|id| begun.contains(&(*id).into())), "{begun:?}");
    assert_eq!(exit_code(sim.run()), 0);
}
