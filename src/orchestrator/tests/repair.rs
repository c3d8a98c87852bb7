use super::*;
use crate::domain::{
    ClauseId, Clean, EvidenceId, Hash,
    command::Command,
    event::Envelope,
    evidence::{ExclusionSearch, TestOutcome},
    run::{GateReason, PauseReason, Step, Verb},
    usage::{Budget, Caps, Scope, Usage},
};
use crate::orchestrator::{Effect, Input, apply::apply, checks, parse, pending, repair};

fn attempts(sim: &Sim, id: &str) -> u32 {
    sim.step(id).attempt
}

#[test]
fn a_fault_is_repaired_with_the_failure_as_feedback() {
    for (id, fault) in [
        ("understand", Fault::Garbage),
        ("understand", Fault::Drop),
        ("plan", Fault::Drop),
        ("design", Fault::Drop),
        ("design", Fault::CallFails),
        ("build:notes", Fault::Drop),
        ("build:core", Fault::Fails),
        ("test:notes", Fault::Fails),
        ("test:core", Fault::Drop),
        ("verify", Fault::Drop),
    ] {
        let mut sim = Sim::start(GateMode::None).with_fault(id, 1, fault);
        sim.go();
        assert_eq!(exit_code(sim.run()), 0, "{id} {fault:?}");
        assert_eq!(attempts(&sim, id), 2, "{id} {fault:?}");
        let feedback = &sim.step(id).feedback;
        assert!(feedback.iter().any(|f| f.starts_with(repair::FAILED)), "{id} {fault:?}: {feedback:?}");
    }
}

#[test]
fn a_dropped_clause_shows() {
    let mut sim = Sim::start(GateMode::Risk).with_fault("build:notes", 0, Fault::Drop);
    sim.go();
    let gate = sim.run().open_gates().next().unwrap().clone();
    assert_eq!(gate.step.as_str(), "build:notes");
    let GateReason::Red { why } = &gate.reason else { panic!("{gate:?}") };
    assert!(why.contains("dropped 1"), "{why}");
    let drift = sim.step("build:notes").checks.iter().find(|c| c.name.as_str() == "drift").unwrap();
    assert!(drift.details.iter().any(|d| d.contains("C-004 is dropped")), "{drift:?}");
    // It was stored and executed all the same, so that the person sees all of it.
    assert!(sim.step("build:notes").proposal.is_some() && !sim.step("build:notes").evidence.is_empty());
    // Accepting the truth goes on with what there is, and the trace says what is not there.
    sim.decide_gate(gate.id, Verb::Approve).unwrap();
    sim.finish();
    assert_eq!(exit_code(sim.run()), 7);
    let trace = trace(sim.run());
    let dropped = trace.clauses.iter().find(|c| c.id.0 == 4).unwrap();
    assert_eq!(dropped.reason.as_deref(), Some("no code is linked to it"));
}

#[test]
fn what_is_found_in_words_alone_is_told_once_and_then_a_doubt() {
    let mut sim = Sim::start(GateMode::Step).with_fault("design", 0, Fault::Lists);
    let gate = loop {
        sim.go();
        let gate = sim.run().open_gates().next().unwrap().clone();
        if gate.step.as_str() == "design" {
            break gate;
        }
        sim.decide_gate(gate.id, Verb::Approve).unwrap();
    };
    let design = sim.step("design");
    assert_eq!((design.attempt, design.state), (2, StepState::AtGate));
    assert!(design.feedback.iter().any(|f| f.contains("content:") && f.contains("C-003 is only listed")));
    assert!(design.doubts().iter().any(|d| d.contains("C-003 is only listed")), "{:?}", design.checks);
    assert!(!gate.is_red(), "{gate:?}");
    // With a fault of another kind the step is red for that one.
    let mut sim = Sim::start(GateMode::Risk).with_fault("design", 1, Fault::Lists).with_fault("design", 2, Fault::Drop);
    sim.go();
    assert_eq!(attempts(&sim, "design"), 3);
    assert!(sim.step("design").doubts().is_empty());
    // What was told is known, whatever the attempt between was red for; what was not told is told first.
    let mut sim = Sim::start(GateMode::Risk)
        .with_fault("design", 1, Fault::Lists)
        .with_fault("design", 2, Fault::Drop)
        .with_fault("design", 3, Fault::Lists);
    sim.go();
    let mut design = sim.step("design").clone();
    assert_eq!((design.attempt, design.doubts().is_empty()), (3, false));
    let reply = parse(design.plan.produces, &sim.reply(&design)).unwrap();
    let check = |design: &Step| checks::content::check(sim.run(), design, &reply);
    assert!(check(&design).is_doubt());
    design.told = vec![repair::sense("C-002 is only listed")];
    assert_eq!(check(&design).name.as_str(), "content");
}

#[test]
fn the_same_failure_twice_stops() {
    let mut sim = Sim::start(GateMode::Risk).with_fault("design", 0, Fault::Garbage);
    sim.go();
    assert_eq!(attempts(&sim, "design"), 2);
    let gate = sim.run().open_gates().next().unwrap().clone();
    let GateReason::Red { why } = &gate.reason else { panic!("{gate:?}") };
    assert!(why.contains("the same failure twice"), "{why}");
    // A person asks for changes: repairs count from the start again.
    sim.faults.clear();
    sim.decide_gate(gate.id, Verb::Changes { text: "JSON, please".into() }).unwrap();
    assert_eq!((sim.step("design").attempt, sim.step("design").failures), (3, 0));
    sim.finish();
    assert_eq!(exit_code(sim.run()), 0);
}

#[test]
fn different_failures_stop_after_three_repairs() {
    let mut sim = Sim::start(GateMode::Risk)
        .with_fault("test:core", 1, Fault::Garbage)
        .with_fault("test:core", 2, Fault::Drop)
        .with_fault("test:core", 3, Fault::Fails)
        .with_fault("test:core", 4, Fault::Garbage);
    sim.go();
    assert_eq!(attempts(&sim, "test:core"), 4);
    let gate = sim.run().open_gates().next().unwrap().clone();
    let GateReason::Red { why } = &gate.reason else { panic!("{gate:?}") };
    assert!(why.contains("after 3 repairs"), "{why}");
    // There is no result to go on with: approving accepts that, and the step has failed.
    sim.decide_gate(gate.id, Verb::Approve).unwrap();
    assert_eq!(sim.step("test:core").state, StepState::Failed);
    sim.finish();
    assert_eq!(exit_code(sim.run()), 7);
}

#[test]
fn a_word_that_the_search_at_the_end_finds_goes_back_to_its_tester_once() {
    let mut sim = Sim::start(GateMode::None).with_fault("verify", 1, Fault::Hits);
    sim.go();
    let testers: Vec<&str> = ["test:core", "test:notes"].into_iter().filter(|id| attempts(&sim, id) == 2).collect();
    assert_eq!(testers.len(), 1, "who chose the word, and nobody else");
    let told = &sim.step(testers[0]).feedback;
    assert!(told.iter().any(|f| f.contains("The search of the whole product found what is excluded")), "{told:?}");
    assert_eq!((attempts(&sim, "verify"), exit_code(sim.run())), (2, 0));
    // It may be a real hit: it is shown after one more attempt, and no more is tried.
    let mut sim = Sim::start(GateMode::None).with_fault("verify", 0, Fault::Hits);
    sim.go();
    assert_eq!((attempts(&sim, "verify"), exit_code(sim.run())), (2, 7));
    // A recording of before does not hold the calls that this takes.
    let mut begun = begin(GateMode::None);
    if let Input::Begin { settings, .. } = &mut begun {
        settings.searches_go_back = false;
    }
    let mut sim = Sim::start_with(begun).with_fault("verify", 1, Fault::Hits);
    sim.go();
    assert_eq!((attempts(&sim, "verify"), exit_code(sim.run())), (1, 7));
}

#[test]
fn words_that_hit_stay_on_record_when_their_tester_chooses_others() {
    let mut sim = Sim::start(GateMode::None).with_fault("verify", 1, Fault::Hits);
    sim.go();
    let env = sim
        .journal
        .iter()
        .rfind(|env| matches!(&env.event, Event::SearchRecorded { step, .. } if step.as_str().starts_with("test:")))
        .unwrap();
    let Event::SearchRecorded { step, search } = env.event.clone() else { unreachable!() };
    let mut run = sim.run().clone();
    // One attempt of this tester, and one after it.
    let mut attempt = |n: u32, terms: &[&str], hits: &[&str]| {
        let mut evidence = run.evidence.iter().find(|e| e.id == search.evidence).unwrap().clone();
        evidence.id = EvidenceId(900 + n);
        run.evidence.push(evidence);
        let search = ExclusionSearch {
            terms: terms.iter().map(|term| (*term).to_owned()).collect(),
            hits: hits.iter().map(|hit| Clean::new(hit)).collect(),
            evidence: EvidenceId(900 + n),
            ..search.clone()
        };
        let event = Event::SearchRecorded { step: step.clone(), search };
        let mut folded = Some(run.clone());
        apply(&mut folded, &Envelope { event, ..env.clone() });
        run = folded.unwrap();
        let of_clause = run.searches.iter().filter(|s| run.searched_by(s) == Some(&step));
        of_clause.map(|s| (s.terms.concat(), s.given_up)).collect::<Vec<_>>()
    };
    let words = |word: &str, given_up| (word.to_owned(), given_up);
    assert_eq!(attempt(1, &["card"], &["app/pay.py:7"]), [words("card", false)]);
    assert_eq!(attempt(2, &["zzz"], &[]), [words("card", true), words("zzz", false)]);
    assert_eq!(
        attempt(3, &["yyy"], &[]),
        [words("card", true), words("yyy", false)],
        "of words without a hit nothing stays"
    );
    assert_eq!(attempt(4, &["yyy", "card"], &[]), [words("yyycard", false)], "they were searched for again");
}

#[test]
fn a_tester_who_blames_the_code_is_not_asked_to_soften_the_tests() {
    let mut sim = Sim::start(GateMode::None).with_fault("test:notes", 1, Fault::Blames);
    sim.go();
    assert_eq!(exit_code(sim.run()), 0);
    assert_eq!((attempts(&sim, "build:notes"), sim.step("build:notes").reworks), (2, 1), "at once, not after repairs");
    assert_eq!(attempts(&sim, "test:notes"), 2, "the tests run again on the new code");
    let told = &sim.step("build:notes").feedback;
    assert!(told.iter().any(|f| f.contains("The tester says: C-003: a note loses its title")), "{told:?}");
    // A build that was reworked already is not sent back again: the tester has to repair.
    let mut sim = Sim::start(GateMode::Risk).with_fault("test:notes", 0, Fault::Blames);
    sim.go();
    assert_eq!(sim.step("build:notes").reworks, 1);
    assert!(matches!(sim.run().open_gates().next().unwrap().reason, GateReason::Red { .. }));
}

#[test]
fn what_a_tester_holds_to_be_wrong_is_in_doubt_when_no_test_shows_it() {
    let mut sim = Sim::start(GateMode::None).with_fault("test:notes", 0, Fault::Objects);
    sim.go();
    assert_eq!(attempts(&sim, "build:notes"), 1, "nothing fails that could be repaired");
    assert_eq!(attempts(&sim, "test:notes"), 2, "the test that shows it is asked for once");
    let asked = &sim.step("test:notes").feedback;
    assert!(asked.iter().any(|f| f.contains("faults: 1 fault in the code that no test shows")), "{asked:?}");
    let doubts = trace(sim.run()).doubts;
    assert_eq!(doubts.len(), 1);
    assert!(doubts[0].finding.contains("C-003: a note loses its title"), "{doubts:?}");
    assert_eq!(doubts[0].clauses, [ClauseId(3)]);
    assert_eq!(doubts[0].verdicts.len(), 1, "the verifier has judged the clause");
    // Taken back, nothing is left of it; shown by a test, it is the developer's.
    let mut sim = Sim::start(GateMode::None).with_fault("test:notes", 1, Fault::Objects);
    sim.go();
    assert_eq!((attempts(&sim, "test:notes"), trace(sim.run()).doubts.len()), (2, 0));
    let mut sim = Sim::start(GateMode::None).with_fault("test:notes", 1, Fault::Objects).with_fault(
        "test:notes",
        2,
        Fault::Blames,
    );
    sim.go();
    assert_eq!((attempts(&sim, "build:notes"), sim.step("build:notes").reworks), (2, 1));
    assert_eq!((exit_code(sim.run()), trace(sim.run()).doubts.len()), (0, 0));
}

#[test]
fn linked_code_that_only_tests_could_call_is_asked_about_once_and_then_in_doubt() {
    let mut sim = Sim::start(GateMode::None).with_fault("build:notes", 0, Fault::Unused);
    sim.go();
    let build = sim.step("build:notes");
    assert_eq!((build.attempt, build.state, exit_code(sim.run())), (2, StepState::Done, 0));
    let asked = &build.feedback;
    assert!(asked.iter().any(|f| f.contains("unused: 1 link to code") && f.contains("`shorten`")), "{asked:?}");
    let doubts = trace(sim.run()).doubts;
    assert_eq!((doubts.len(), doubts[0].clauses.as_slice()), (1, &[ClauseId(3)][..]), "{doubts:?}");
    assert_eq!(doubts[0].verdicts.len(), 1, "the verifier has judged the clause");
    // Called or not linked any more, nothing is left of it.
    let mut sim = Sim::start(GateMode::None).with_fault("build:notes", 1, Fault::Unused);
    sim.go();
    assert_eq!((attempts(&sim, "build:notes"), trace(sim.run()).doubts.len()), (2, 0));
    // A recording of before does not hold the call that this takes.
    let mut begun = begin(GateMode::None);
    if let Input::Begin { settings, .. } = &mut begun {
        settings.unused_goes_back = false;
    }
    let mut sim = Sim::start_with(begun).with_fault("build:notes", 0, Fault::Unused);
    sim.go();
    assert_eq!((attempts(&sim, "build:notes"), trace(sim.run()).doubts.len()), (1, 1));
}

#[test]
fn a_link_that_the_tester_holds_to_be_wrong_goes_to_the_developer_once() {
    let mut sim = Sim::start(GateMode::None).with_fault("test:notes", 1, Fault::Mislinked);
    sim.go();
    let build = sim.step("build:notes");
    assert_eq!((build.attempt, build.reworks, attempts(&sim, "test:notes")), (2, 1, 2));
    let told = &build.feedback;
    assert!(told.iter().any(|f| f.contains("C-003 (app/notes.py): Link: line 1")), "{told:?}");
    assert_eq!((exit_code(sim.run()), trace(sim.run()).doubts.len()), (0, 0));
    // Whose link stays as it is: said again, it is in doubt, and nobody is asked for a test that could not show it.
    let mut sim = Sim::start(GateMode::None).with_fault("test:notes", 0, Fault::Mislinked);
    sim.go();
    assert_eq!((attempts(&sim, "build:notes"), attempts(&sim, "test:notes")), (2, 2));
    let doubts = trace(sim.run()).doubts;
    assert!(doubts.len() == 1 && doubts[0].finding.contains("Link: line 1"), "{doubts:?}");
}

#[test]
fn who_does_the_tests_again_hears_which_ranges_no_test_notices() {
    let mut sim = Sim::start(GateMode::Step).with_fault("test:notes", 0, Fault::Unnoticed);
    let gate = loop {
        sim.go();
        let gate = sim.run().open_gates().next().unwrap().clone();
        if gate.step.as_str() == "test:notes" {
            break gate;
        }
        sim.decide_gate(gate.id, Verb::Approve).unwrap();
    };
    sim.decide_gate(gate.id, Verb::Changes { text: "Notice it".into() }).unwrap();
    let told = &sim.step("test:notes").feedback;
    assert!(told.iter().any(|f| f.starts_with("Check failed – controls: ")), "{told:?}");
}

#[test]
fn unnoticed_code_is_asked_about_once_and_then_tested_not_red() {
    let sim = |goes_back: bool, fault: u32| {
        let mut begun = begin(GateMode::None);
        if let Input::Begin { settings, .. } = &mut begun {
            (settings.model, settings.untested_goes_back) = ("compat/some".into(), goes_back);
        }
        let mut sim = Sim::start_with(begun).with_fault("test:notes", fault, Fault::Unnoticed);
        sim.go();
        sim
    };
    let asked = sim(true, 0);
    let tests = asked.step("test:notes");
    assert_eq!((tests.attempt, tests.state, exit_code(asked.run())), (2, StepState::Done, 7));
    let told = &tests.feedback;
    assert!(told.iter().any(|f| f.contains("unnoticed: 1 range") && f.contains("app/notes.py:1-1")), "{told:?}");
    let trace = trace(asked.run());
    let notes = trace.clauses.iter().find(|c| c.id.0 == 3).unwrap();
    assert_eq!((notes.status.unwrap().word(), trace.doubts.len()), ("tested", 0));
    assert!(notes.reason.as_ref().unwrap().contains("still passes"), "{notes:?}");
    let noticed = sim(true, 1);
    assert_eq!((attempts(&noticed, "test:notes"), exit_code(noticed.run())), (2, 0));
    assert_eq!(attempts(&sim(false, 0), "test:notes"), 1, "a recording of before does not hold that call");
}

#[test]
fn a_failure_on_the_final_tree_is_no_work_for_the_verifier() {
    let mut sim = Sim::start(GateMode::None).with_fault("verify", 0, Fault::Fails);
    sim.verdicts.insert("C-003".into(), "unmet");
    sim.go();
    assert_eq!((sim.step("verify").attempt, sim.step("verify").state), (1, StepState::Failed));
    let trace = trace(sim.run());
    let failing = sim.run().evidence.iter().flat_map(|e| &e.tests).filter(|t| t.outcome == TestOutcome::Failed).count();
    assert_eq!(failing, 1);
    assert_eq!(trace.counts.built, 1, "the clause of the failing test: {trace:#?}");
    let objected = trace.clauses.iter().find(|c| c.id.0 == 3).unwrap();
    assert!(objected.reason.as_ref().unwrap().contains("verifier"), "findings count though the step failed");
}

#[test]
fn a_provider_that_fails_pauses_and_the_call_is_made_again() {
    let mut sim = Sim::start(GateMode::None);
    let error: Clean = "the key was refused".into();
    let step = step("understand");
    sim.feed(Input::CallFailed {
        step: step.clone(),
        attempt: 1,
        error,
        pause: Some(PauseReason::Provider),
        spent: crate::domain::usage::Usage::default(),
    })
    .unwrap();
    assert_eq!(exit_code(sim.run()), 6);
    assert!(pending(sim.run()).is_empty());
    sim.feed(Input::Command(Command::Resume { who: "Anna".into() })).unwrap();
    assert_eq!(pending(sim.run()), [Effect::Call { step, attempt: 1 }]);
    sim.finish();
    assert_eq!(exit_code(sim.run()), 0);
}

#[test]
fn a_late_or_repeated_result_changes_nothing() {
    let mut sim = Sim::start(GateMode::None);
    sim.go();
    let done = |attempt| Input::CallDone {
        step: step("design"),
        attempt,
        request: Hash::of(b"r"),
        reply: Hash::of(b"x"),
        text: "{}".into(),
        usage: Usage::default(),
        cached: false,
        by: None,
        call: 0,
        earlier: Vec::new(),
    };
    let checked = || Input::Checked { step: step("build:core"), attempt: 1, checked: Default::default() };
    for input in
        [done(1), done(7), checked(), Input::Committed { step: step("plan"), files: Vec::new() }, Input::Continue]
    {
        assert_eq!(sim.feed(input).unwrap(), []);
    }
}

fn with_budget(gates: GateMode, budget: Budget) -> Sim {
    let mut input = begin(gates);
    if let Input::Begin { settings, .. } = &mut input {
        settings.budget = Some(budget);
    }
    Sim::start_with(input)
}

#[test]
fn the_worst_case_is_reserved_before_a_call() {
    // Each made-up call takes 1500 tokens: three fit.
    let mut sim = with_budget(GateMode::Risk, Budget::Tokens(5_000));
    sim.go();
    let gate = sim.run().open_gates().next().unwrap().clone();
    let GateReason::Budget { why, raise_to, .. } = &gate.reason else { panic!("{gate:?}") };
    assert!(why.contains("can take 1500 tokens; 4500 of 5000"), "{why}");
    assert_eq!(*raise_to, Some(Budget::Tokens(6_000)));
    assert_eq!(exit_code(sim.run()), 5);
    assert_eq!(sim.paid, 3);
    assert!(sim.decide_gate(gate.id, Verb::Changes { text: "cheaper".into() }).is_err());
    sim.decide_gate(gate.id, Verb::Approve).unwrap();
    assert_eq!(sim.run().settings.budget, Some(Budget::Tokens(6_000)));
    sim.finish();
    assert_eq!(exit_code(sim.run()), 0);
}

#[test]
fn a_call_that_never_ended_counts_as_all_that_was_reserved_for_it() {
    let mut sim = with_budget(GateMode::None, Budget::Tokens(4_000));
    let id = step("understand");
    let worst_case = Usage { calls: 1, input_tokens: 1_000, output_tokens: 500, cost_micros: 9, ..Usage::default() };
    let lost = |spent| Input::CallLost { step: step("understand"), spent };
    assert_eq!(sim.feed(lost(None)).unwrap(), [], "nothing is under way");
    let start = |sim: &mut Sim| {
        let (step, request) = (id.clone(), Hash::of(b"r"));
        let starting = Input::CallStarting { step, attempt: 1, call: 0, request, model: "made-up".into(), worst_case };
        sim.feed(starting).unwrap().iter().any(|event| matches!(event, Event::CallIntended { .. }))
    };
    for n in 1..=2_u64 {
        assert!(start(&mut sim));
        sim.feed(lost(None)).unwrap();
        assert_eq!((sim.run().usage.tokens(), sim.step("understand").usage.tokens()), (n * 1_500, n * 1_500));
        assert_eq!(sim.feed(lost(None)).unwrap(), [], "and only once");
    }
    assert!(!start(&mut sim), "two lost calls leave no room for a third");
    assert!(matches!(sim.run().status, RunStatus::Paused { reason: PauseReason::Budget, .. }));
    sim.feed(Input::Command(Command::SetBudget { budget: None, who: "Anna".into() })).unwrap();
    sim.feed(Input::Command(Command::Resume { who: "Anna".into() })).unwrap();
    assert!(start(&mut sim));
    sim.feed(lost(Some(Usage { calls: 1, input_tokens: 7, ..Usage::default() }))).unwrap();
    assert_eq!(sim.run().usage.tokens(), 3_007, "what is known counts");
}

#[test]
fn vectors_of_a_search_are_reserved_and_settled_within_the_budget() {
    let mut sim = with_budget(GateMode::None, Budget::Tokens(1_000));
    let tokens = |input_tokens| Usage { calls: 1, input_tokens, ..Usage::default() };
    let reserve = |worst_case| Input::Command(Command::ReserveVectors { model: "x/e".into(), worst_case });
    let settle = |reserved, spent| Input::Command(Command::SettleVectors { model: "x/e".into(), reserved, spent });
    sim.feed(reserve(tokens(800))).unwrap();
    assert_eq!(sim.run().usage.tokens(), 800, "what dies on the way counts as spent");
    let refused = sim.feed(reserve(tokens(201))).unwrap_err();
    assert!(refused.0.contains("800 of 1000") && refused.0.contains("vectors"), "{}", refused.0);
    sim.feed(settle(tokens(800), tokens(30))).unwrap();
    assert_eq!((sim.run().usage.tokens(), sim.run().usage.calls), (30, 1));
    sim.feed(reserve(tokens(970))).unwrap();
}

#[test]
fn without_gates_the_budget_pauses_and_a_larger_one_goes_on() {
    let mut sim = with_budget(GateMode::None, Budget::CostMicros(5_000));
    sim.go();
    assert!(matches!(sim.run().status, RunStatus::Paused { reason: PauseReason::Budget, .. }));
    assert_eq!(exit_code(sim.run()), 5);
    sim.feed(Input::Command(Command::SetBudget { budget: None, who: "Anna".into() })).unwrap();
    sim.finish();
    assert_eq!(exit_code(sim.run()), 0);
}

#[test]
fn a_phase_and_a_step_have_bounds_of_their_own() {
    // Each call takes 1500 tokens: the second build is too much for its phase, any call for its step.
    for (caps, scope) in [
        (Caps { phase: Some(Budget::Tokens(2_000)), step: None }, Scope::Phase),
        (Caps { phase: None, step: Some(Budget::Tokens(1_000)) }, Scope::Step),
    ] {
        let mut input = begin(GateMode::Risk);
        if let Input::Begin { settings, .. } = &mut input {
            settings.caps = caps;
        }
        let mut sim = Sim::start_with(input);
        sim.go();
        let gate = sim.run().open_gates().next().unwrap().clone();
        let GateReason::Budget { why, scope: found, .. } = &gate.reason else { panic!("{gate:?}") };
        assert!(*found == scope && why.contains("can take 1500 tokens"), "{why}");
        assert_eq!(exit_code(sim.run()), 5);
        sim.decide_gate(gate.id, Verb::Approve).unwrap();
        assert!(sim.run().settings.caps != caps && sim.run().settings.budget.is_none());
        sim.feed(Input::Command(Command::SetCaps { caps: Caps::default(), who: "Anna".into() })).unwrap();
        sim.finish();
        assert_eq!(exit_code(sim.run()), 0);
    }
}

#[test]
fn tests_that_stay_red_go_back_to_the_developer_once() {
    let mut sim =
        Sim::start(GateMode::None).with_fault("test:notes", 1, Fault::Fails).with_fault("test:notes", 2, Fault::Fails);
    sim.go();
    assert_eq!((attempts(&sim, "build:notes"), attempts(&sim, "test:notes")), (2, 3));
    let build = sim.step("build:notes");
    assert!(build.feedback.iter().any(|f| f.contains("The tests of test:notes fail")), "{:?}", build.feedback);
    assert_eq!(exit_code(sim.run()), 0, "the second build has another hash, and all of it was proven again");
    let mut sim = Sim::start(GateMode::Risk).with_fault("test:notes", 0, Fault::Fails);
    sim.go();
    assert_eq!((attempts(&sim, "build:notes"), attempts(&sim, "test:notes")), (2, 3));
    assert_eq!(sim.run().open_gates().next().unwrap().step.as_str(), "test:notes");
}
