//! Steps of several calls: the variants of a plan, and pages.

use super::*;
use crate::domain::{
    ClauseId, Hash, PersonaId,
    clause::Clause,
    command::Command,
    plan::{Estimate, PlanVariant, Seat, Task},
    reply::ReplyKind,
    run::{Call, Proposal, Step, Verb},
};
use crate::orchestrator::{Input, calls, checks::schema::Reply, pending};
use std::collections::BTreeSet;

fn paid(plan: PlanVariant, page_size: usize) -> Sim {
    let mut sim = Sim::start_as(GateMode::None, plan, page_size);
    sim.go();
    assert!(
        matches!(sim.run().status, RunStatus::Completed { outcome: Outcome::Proven, .. }),
        "{:?}",
        sim.run().status
    );
    sim
}

#[test]
fn every_variant_ends_in_the_same_product_for_the_calls_it_announced() {
    let lean = paid(PlanVariant::Lean, usize::MAX);
    for plan in PlanVariant::ALL {
        let sim = paid(plan, usize::MAX);
        assert_eq!(sim.run().files, lean.run().files, "{plan:?}");
        assert_eq!(trace(sim.run()).counts, trace(lean.run()).counts, "{plan:?}");
        let announced = sim.run().plan.as_ref().unwrap();
        assert_eq!((announced.variant, announced.estimate.calls), (plan, sim.paid), "{plan:?}");
        let options: Vec<PlanVariant> = announced.options.iter().map(|(variant, _)| *variant).collect();
        assert_eq!(options, PlanVariant::ALL);
    }
}

#[test]
fn every_step_takes_the_calls_it_announced() {
    for plan in PlanVariant::ALL {
        for page_size in [usize::MAX, 40] {
            let sim = paid(plan, page_size);
            let announced = sim.run().plan.as_ref().unwrap();
            let steps: Vec<_> = announced.steps.iter().map(|step| &step.id).collect();
            let expected = |id| announced.expected(plan, id).expect("an estimate for every step");
            if page_size == usize::MAX {
                for id in &steps {
                    let took = sim.run().step(id).map(|step| step.answered());
                    assert_eq!(took, Some(expected(id).calls as usize), "{plan:?} {id}");
                }
            }
            // The steps before the plan are the rest of what was announced for the whole.
            let sum = steps.iter().map(|id| expected(id)).fold(Estimate::default(), Estimate::plus);
            let first: usize = ["understand", "plan"].iter().map(|id| sim.step(id).answered()).sum();
            assert_eq!(announced.estimate.calls, sum.calls + first as u32, "{plan:?}");
            assert!(sum.tokens < announced.estimate.tokens && sum.tokens > 0, "{plan:?}");
        }
    }
}

#[test]
fn a_plan_seats_whom_the_design_says() {
    let of = |plan, id: &str| {
        let sim = paid(plan, usize::MAX);
        let seats = calls::seats(plan, &sim.step(id).plan);
        seats
            .iter()
            .map(|s| format!("{:?} {} {}", s.task, s.personas[0], if s.blind { "blind" } else { "" }))
            .collect::<Vec<_>>()
    };
    use PlanVariant::*;
    assert_eq!(
        of(Standard, "understand"),
        ["Work requirement-concierge ", "Work business-analyst ", "Review verifier "]
    );
    assert_eq!(of(Standard, "plan").len(), 3);
    assert_eq!(of(Thorough, "plan").iter().filter(|s| s.starts_with("Work workflow-designer")).count(), 2);
    assert_eq!(of(Standard, "test:core"), ["Work tester "]);
    assert_eq!(
        of(Thorough, "test:core"),
        ["TeachBack tester ", "Work tester ", "TeachBack tester blind", "Work tester blind", "Review verifier "]
    );
    assert_eq!(of(Standard, "verify"), ["Work qa-specialist ", "Work verifier "]);
}

#[test]
fn pages_put_every_clause_before_everybody_and_change_nothing() {
    let whole = paid(PlanVariant::Thorough, usize::MAX);
    for size in 1..6 {
        let sim = paid(PlanVariant::Thorough, size);
        assert_eq!(sim.run().files, whole.run().files, "{size} clauses a page");
        assert_eq!(trace(sim.run()).counts, trace(whole.run()).counts);
        for step in &sim.run().steps {
            let responsible = crate::orchestrator::checks::responsible(sim.run(), step);
            for seat in calls::seats(PlanVariant::Thorough, &step.plan) {
                let pages: Vec<&Call> = step.calls.iter().filter(|c| c.seat == seat).collect();
                let covered: BTreeSet<ClauseId> = pages.iter().flat_map(|c| c.covers.iter().copied()).collect();
                assert_eq!(pages.len(), responsible.len().div_ceil(size).max(1), "{} {seat:?}", step.plan.id);
                assert!(pages.len() == 1 || covered == responsible, "{} {seat:?}", step.plan.id);
                assert!(pages.last().unwrap().page.is_last());
            }
        }
        let told = sim.run().chat.iter().any(|item| item.speaker.as_str() == "g1" && item.text.contains("pages"));
        assert!(told, "how many pages there are is said before they are paid");
    }
}

#[test]
fn a_teach_back_that_leaves_an_id_out_stops_the_work_before_it_is_paid() {
    let mut sim = Sim::start_as(GateMode::None, PlanVariant::Thorough, usize::MAX).with_fault("design", 1, Fault::Mute);
    sim.go();
    let design = sim.step("design");
    assert_eq!((design.state, design.attempt), (StepState::Done, 2));
    let first: Vec<_> = sim
        .journal
        .iter()
        .filter(|e| matches!(&e.event, Event::CallFinished { step, attempt: 1, .. } if step.as_str() == "design"))
        .collect();
    assert_eq!(first.len(), 1, "nothing but the teach-back was asked of the first attempt");
}

#[test]
fn what_the_verifier_finds_unmet_goes_back_to_its_author_with_the_argument() {
    let mut sim =
        Sim::start_as(GateMode::None, PlanVariant::Standard, usize::MAX).with_fault("design", 1, Fault::Unmet);
    sim.go();
    assert_eq!(sim.step("design").attempt, 2);
    let red = sim.journal.iter().find_map(|e| match &e.event {
        Event::CheckCompleted { step, check, .. } if step.as_str() == "design" && !check.passed => Some(check),
        _ => None,
    });
    let red = red.unwrap();
    assert_eq!(red.name.as_str(), "review");
    assert!(red.details[0].contains("is not met by this, says the verifier: as I read it"), "{red:?}");
}

#[test]
fn the_plan_is_chosen_at_its_gate_and_nowhere_else() {
    let mut sim = Sim::start(GateMode::Step);
    let choose = |plan| Input::Command(Command::SetPlan { plan, who: "Anna".into() });
    assert!(sim.feed(choose(PlanVariant::Standard)).is_err());
    sim.go();
    sim.feed(choose(PlanVariant::Standard)).unwrap();
    let gate = sim.run().open_gates().next().unwrap().id;
    sim.decide_gate(gate, Verb::Approve).unwrap();
    assert!(sim.feed(choose(PlanVariant::Lean)).is_err());
    sim.finish();
    assert_eq!(sim.run().plan.as_ref().unwrap().variant, PlanVariant::Standard);
    assert_eq!(sim.step("design").calls.len(), 2, "the architect and the verifier");
    assert_eq!(sim.step("understand").calls.len(), 1, "what was done before the choice stays");
}

#[test]
fn a_call_that_is_cut_off_is_the_only_one_paid_twice() {
    let mut sim = Sim::start_as(GateMode::None, PlanVariant::Standard, 2);
    // Until some call of the design is under way.
    while sim.run().step(&step("design")).is_none_or(|s| s.answered() < 2) {
        let effect = pending(sim.run()).first().cloned().unwrap();
        sim.perform(&effect);
    }
    let made = sim.step("design").answered();
    let mut again = Sim::of(sim.journal.clone());
    again.page_size = 2;
    assert_eq!(again.step("design").answered(), made, "the pages that were answered stay answered");
    again.go();
    let whole = paid(PlanVariant::Standard, 2);
    assert_eq!(again.run().usage.calls, whole.run().usage.calls);
}

fn page_of(seat: &Seat, number: u32, of: u32, covers: &[u32]) -> Call {
    let page = crate::domain::pack::Page { number, of };
    Call {
        seat: seat.clone(),
        page,
        covers: covers.iter().map(|n| ClauseId(*n)).collect(),
        pack: None,
        reply: None,
        turn: None,
    }
}

#[test]
fn two_pages_that_disagree_are_a_conflict_and_neighbours_do_not_count() {
    let seat = Seat::work(vec![PersonaId::new("requirement-concierge").unwrap()]);
    let (one, two) = (page_of(&seat, 1, 2, &[1]), page_of(&seat, 2, 2, &[2]));
    let text = |first: &str, second: &str, default: &str| {
        serde_json::json!({
            "teach_back": {"clauses": ["C-001"]}, "title": "T",
            "clauses": [{"id": "C-001", "kind": first, "reason": ""}, {"id": "C-002", "kind": second, "reason": ""}],
            "interpretations": [], "gaps": [],
            "assumptions": [{"key": "k", "question": "?", "default": default, "clauses": ["C-001"]}],
        })
        .to_string()
    };
    let (a, b) = (text("function", "context", "yes"), text("context", "data", "no"));
    let Reply::Understand(reply) = calls::merge(ReplyKind::Understand, &[(&one, &a), (&two, &b)]).unwrap() else {
        panic!("another kind")
    };
    let marks: Vec<String> = reply.clauses.iter().map(|m| format!("{} {}", m.id, m.kind.word())).collect();
    assert_eq!(marks, ["C-001 function", "C-002 data"], "a clause is marked by the page that is about it");
    assert_eq!(reply.assumptions.len(), 2, "both stay, and the check names the conflict");
    let sim = Sim::start(GateMode::None);
    let conflicts = |calls: &[Call]| {
        let step = Step { calls: calls.to_vec(), ..sim.step("understand").clone() };
        crate::orchestrator::checks::conflicts::check(sim.run(), &step, &Reply::Understand(reply.clone()))
    };
    let check = conflicts(&[]);
    assert!(!check.passed && check.details[0].contains("two defaults"), "{check:?}");
    let check = conflicts(&[one.clone(), two.clone()]);
    assert!(check.passed && check.summary.contains("the first answer stands"), "pages of one text: told, {check:?}");
}

#[test]
fn code_that_a_later_page_writes_again_keeps_only_links_by_name() {
    let seat = Seat::work(vec![PersonaId::new("developer").unwrap()]);
    let (one, two) = (page_of(&seat, 1, 2, &[1]), page_of(&seat, 2, 2, &[2]));
    let reply = |content: &str, links: serde_json::Value| {
        serde_json::json!({"teach_back": {"clauses": []}, "files": [{"path": "a.py", "content": content}], "links": links, "additions": [], "notes": ""}).to_string()
    };
    let link = |clause: &str, symbol: Option<&str>| serde_json::json!({"clause": clause, "path": "a.py", "symbol": symbol, "lines": symbol.is_none().then_some([1, 2])});
    let a = reply("one", serde_json::json!([link("C-001", None), link("C-001", Some("f"))]));
    let b = reply("two", serde_json::json!([link("C-002", Some("g"))]));
    let Reply::Build(merged) = calls::merge(ReplyKind::Build, &[(&one, &a), (&two, &b)]).unwrap() else {
        panic!("another kind")
    };
    assert_eq!(merged.files.len(), 1);
    assert_eq!(merged.files[0].content, "two");
    let symbols: Vec<Option<&str>> = merged.links.iter().map(|l| l.symbol.as_deref()).collect();
    assert_eq!(symbols, [Some("f"), Some("g")]);
}

#[test]
fn a_plan_made_page_by_page_is_one_plan() {
    let seat = Seat::work(vec![PersonaId::new("workflow-designer").unwrap()]);
    let (one, two) = (page_of(&seat, 1, 2, &[1]), page_of(&seat, 2, 2, &[2]));
    let all: Vec<String> = (1..=6).map(|n| format!("C-00{n}")).collect();
    let (first, second): (Vec<_>, Vec<_>) = all.iter().cloned().partition(|id| id.as_str() < "C-004");
    let (a, b) = (with_teach_back(plan(&first)), with_teach_back(plan(&second)));
    let Reply::Plan(merged) = calls::merge(ReplyKind::Plan, &[(&one, &a), (&two, &b)]).unwrap() else {
        panic!("another kind")
    };
    let Reply::Plan(whole) = crate::orchestrator::parse(ReplyKind::Plan, &with_teach_back(plan(&all))).unwrap() else {
        panic!("another kind")
    };
    assert_eq!(merged.modules, whole.modules);
    assert_eq!(merged.steps, whole.steps);
}

fn with_teach_back(mut plan: serde_json::Value) -> String {
    plan["teach_back"] = serde_json::json!({"clauses": []});
    plan.to_string()
}

#[test]
fn a_round_made_again_replaces_the_first_one() {
    let seat = |round| Seat { round, ..Seat::work(vec![PersonaId::new("workflow-designer").unwrap()]) };
    let (one, two) = (page_of(&seat(1), 1, 1, &[]), page_of(&seat(2), 1, 1, &[]));
    let ids: Vec<String> = vec!["C-002".into(), "C-003".into()];
    let mut better = plan(&ids);
    better["modules"].as_array_mut().unwrap().pop();
    let (a, b) = (with_teach_back(plan(&ids)), with_teach_back(better));
    let Reply::Plan(merged) = calls::merge(ReplyKind::Plan, &[(&one, &a), (&two, &b)]).unwrap() else {
        panic!("another kind")
    };
    assert_eq!(merged.modules.len(), 1, "what was dropped in the second round is not there");
}

#[test]
fn the_choice_is_not_lost_with_the_proposal() {
    let mut sim = Sim::start(GateMode::Plan);
    sim.go();
    let Some(Proposal::Plan { plan }) = &sim.step("plan").proposal else { panic!("no plan") };
    let calls: Vec<u32> = plan.options.iter().map(|(_, estimate)| estimate.calls).collect();
    assert!(calls[0] < calls[1] && calls[1] < calls[2], "{calls:?}");
    assert!(sim.step("plan").calls.iter().all(|call| call.seat.task == Task::Work));
    let clauses: Vec<&Clause> = sim.run().clauses.values().collect();
    assert_eq!(clauses.len(), TEXT.len());
}

#[test]
fn what_turns_wrote_is_part_of_the_reply_and_changes_nothing_else() {
    let plain = paid(PlanVariant::Thorough, usize::MAX);
    let mut sim = Sim::start_as(GateMode::None, PlanVariant::Thorough, usize::MAX);
    for step in ["build:core", "build:notes", "test:core", "test:notes"] {
        sim.turns.insert((step.into(), 0), 3);
    }
    sim.go();
    assert_eq!(sim.run().files, plain.run().files);
    assert_eq!(trace(sim.run()).counts, trace(plain.run()).counts);
    let used = |e: &&crate::domain::event::Envelope| matches!(e.event, Event::ToolsUsed { .. });
    assert!(sim.journal.iter().filter(used).count() >= 12);
    // One seat, so its raw words would stand, were it not for what it wrote before them.
    let build = sim.step("build:core");
    let (raw, whole) = (build.calls.last().and_then(|call| call.reply.clone()), build.reply.clone());
    assert_eq!(build.calls.iter().filter(|call| call.turn.is_some()).count(), 3);
    assert_ne!(raw, whole);
    let shown = sim.run().chat.iter().filter(|item| item.text.starts_with("- write app/core.py: wrote")).count();
    assert_eq!(shown, 3);
}

#[test]
fn who_asks_for_tools_for_ever_is_stopped_with_words() {
    let mut sim = Sim::start(GateMode::None);
    sim.turns.insert(("build:core".into(), 0), u32::MAX);
    sim.go();
    let build = sim.step("build:core");
    assert_eq!(build.state, StepState::Failed);
    let attempts = sim.run().settings.turns + 1;
    let calls = |e: &&crate::domain::event::Envelope| matches!(&e.event, Event::CallFinished { step, .. } if step.as_str() == "build:core");
    assert_eq!(sim.journal.iter().filter(calls).count() as u32, 2 * attempts, "the same failure twice stops");
    let told = build.checks.iter().find(|c| !c.passed).map(|c| c.details[0].clone());
    assert!(told.is_some_and(|d| d.contains("no turn with tools is left")), "{:?}", build.checks);
}

#[test]
fn results_for_a_turn_that_is_over_are_not_taken() {
    let mut sim = Sim::start(GateMode::None);
    sim.turns.insert(("build:core".into(), 0), 2);
    while sim.run().step(&step("build:core")).is_none_or(|s| s.open_turn().is_none()) {
        let effect = pending(sim.run())[0].clone();
        sim.perform(&effect);
    }
    let turn = sim.used(sim.step("build:core"));
    let input = |call, attempt| Input::Used {
        step: step("build:core"),
        attempt,
        call,
        uses: turn.uses.clone(),
        draft: turn.draft.clone(),
    };
    assert_eq!(sim.feed(input(1, 1)).unwrap(), []);
    assert_eq!(sim.feed(input(0, 2)).unwrap(), []);
    assert_eq!(sim.feed(input(0, 1)).unwrap().len(), 1);
    assert_eq!(sim.feed(input(0, 1)).unwrap(), [], "once");
}

#[test]
fn what_was_written_outlives_a_reply_that_nobody_can_read() {
    let mut sim = Sim::start(GateMode::None);
    sim.turns.insert(("build:core".into(), 1), 2);
    while sim.run().step(&step("build:core")).is_none_or(|s| s.calls.len() < 3) {
        let effect = pending(sim.run())[0].clone();
        // The turns are over: what comes now is no JSON.
        if sim.run().step(&step("build:core")).is_some_and(|s| s.answered() == 2 && s.open_turn().is_none()) {
            sim.faults.insert(("build:core".into(), 1), Fault::Garbage);
        }
        sim.perform(&effect);
        if sim.run().step(&step("build:core")).is_some_and(|s| s.attempt == 2) {
            break;
        }
    }
    let build = sim.step("build:core");
    assert_eq!((build.attempt, build.last_draft.len()), (2, 1));
    assert_eq!(build.last_draft[0].path, "app/core.py");
    assert!(build.draft().is_empty(), "the new attempt has written nothing yet");
}

#[test]
fn who_tests_without_having_seen_the_code_does_not_get_to_it_by_a_tool() {
    let sim = Sim::start(GateMode::None);
    let asks = r#"{"use": [{"tool": "read", "path": "app/core.py"}]}"#.to_owned();
    let is_turn = |blind| {
        let mut test = Step::new(sim.step("plan").plan.clone());
        test.plan.produces = ReplyKind::Test;
        let seat = Seat { blind, ..Seat::work(vec![PersonaId::new("tester").unwrap()]) };
        test.calls.push(page_of(&seat, 1, 1, &[]));
        calls::turn(sim.run(), &test, std::slice::from_ref(&asks)).is_some()
    };
    assert!(is_turn(false) && !is_turn(true));
}

#[test]
fn a_reply_that_only_patches_its_files_is_taken_as_meant_when_no_turn_is_left() {
    let sim = Sim::start(GateMode::None);
    let mut build = Step::new(sim.step("plan").plan.clone());
    build.plan.produces = ReplyKind::Build;
    let seat = Seat::work(vec![PersonaId::new("developer").unwrap()]);
    let use_of = |tool: &str, more: &str| {
        format!(r#"{{"use": [{{"tool": "{tool}", "path": "app/core.py", "old": "1", "text": "2"}}]{more}}}"#)
    };
    let links = r#", "links": [{"clause": "C-001"}]"#;
    let (patches, reads, only) = (use_of("patch", links), use_of("read", links), use_of("patch", ""));
    for (taken, turns) in [(7, [true; 3]), (8, [true, false, false]), (9, [false; 3])] {
        build.calls =
            vec![Call { turn: Some(crate::domain::tool::Turn::default()), ..page_of(&seat, 1, 1, &[]) }; taken];
        build.calls.push(page_of(&seat, 1, 1, &[]));
        let is_turn = |text: &String| calls::turn(sim.run(), &build, &vec![text.clone(); taken + 1]).is_some();
        assert_eq!([&patches, &reads, &only].map(is_turn), turns, "after {taken} of 8");
    }
}

#[test]
fn a_patch_that_nobody_carries_out_any_more_is_refused_with_words() {
    let mut sim = Sim::start(GateMode::None);
    sim.faults.insert(("build:core".into(), 0), Fault::Patches);
    sim.go();
    let build = sim.step("build:core");
    assert_eq!(build.state, StepState::Failed, "it was told, and patched again");
    let turns = build.calls.iter().filter(|call| call.turn.is_some()).count() as u32;
    assert_eq!(turns, sim.run().settings.turns + 1, "once more than turns may be taken");
    let told = build.checks.iter().find(|c| !c.passed).map(|c| c.details[0].clone());
    assert!(told.is_some_and(|d| d.contains("nothing of `use` was done")), "{:?}", build.checks);
}

#[test]
fn the_kind_of_product_is_known_once_the_requirement_is_understood() {
    use crate::domain::condition::Condition;
    let mut sim = Sim::start(GateMode::None);
    let text = sim.reply(sim.step("understand"));
    assert!(sim.run().understood.is_empty());
    let mut reply: serde_json::Value = serde_json::from_str(&text).unwrap();
    (reply["product"], reply["stack"]) = ("program".into(), "rust".into());
    let text = reply.to_string();
    let (reply, request) = (Hash::of(text.as_bytes()), Hash::of(b"request"));
    let done = Input::CallDone {
        step: step("understand"),
        attempt: 1,
        request,
        reply,
        text,
        usage: Default::default(),
        cached: false,
        by: None,
        call: 0,
        earlier: Vec::new(),
    };
    sim.feed(done).unwrap();
    sim.finish();
    assert_eq!(sim.run().understood, BTreeSet::from([Condition::Program, Condition::Rust]));
    let mut run = serde_json::to_value(sim.run()).unwrap();
    assert_eq!(run["understood"], serde_json::json!(["program", "rust"]));
    run.as_object_mut().unwrap().remove("understood");
    assert!(serde_json::from_value::<crate::domain::run::Run>(run).unwrap().understood.is_empty(), "an older journal");
}

#[test]
fn of_several_calls_the_one_that_leads_says_what_kind_of_product_it_is() {
    let call = |who: &str| Call {
        seat: Seat::work(vec![PersonaId::new(who).unwrap()]),
        page: Default::default(),
        covers: Vec::new(),
        pack: None,
        reply: None,
        turn: None,
    };
    let text = |more: &str| {
        format!(
            r#"{{"teach_back":{{"clauses":[]}},"title":"","clauses":[],"interpretations":[],"assumptions":[],"gaps":[]{more}}}"#
        )
    };
    let (concierge, analyst) = (call("requirement-concierge"), call("business-analyst"));
    let said = |first: &str, second: &str| {
        let texts = [text(first), text(second)];
        let both = [(&concierge, texts[0].as_str()), (&analyst, texts[1].as_str())];
        match calls::merge(ReplyKind::Understand, &both) {
            Ok(Reply::Understand(reply)) => (reply.product, reply.stack),
            other => panic!("{other:?}"),
        }
    };
    let both = |kind: &str, stack: &str| (kind.to_owned(), stack.to_owned());
    let leads = r#","product":"library","stack":null"#;
    assert_eq!(said(leads, r#","product":"web","stack":"node""#), both("library", "node"));
    assert_eq!(said("", ""), both("", ""), "replies of earlier versions");
}
