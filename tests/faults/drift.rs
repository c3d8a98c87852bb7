//! Personas that name every id and say something else, add to the requirement, or obey a sentence in it.

use crate::support::{Ran, Spoil, isolated, plan_with, run_with};
use g1::{
    domain::{event::Event, reply::ReplyKind, run::GateReason, trace::Status},
    driver::{jsonl::Ending, summary::summary},
    models::offline,
};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
};

#[allow(dead_code, reason = "the example asks more of it")]
#[path = "../../examples/mutations/desk.rs"]
mod desk;

const TEXT: &str = "\
A lending list for the boats of our rowing club.

- A member can add a boat with a name and a number of seats.
- The number of seats must be between 1 and 9.
- The list of boats can be searched.
- No payment.
";

/// Changes the JSON of every reply of this kind.
fn spoil(kind: ReplyKind, change: impl Fn(&mut Value) + Send + Sync + 'static) -> Spoil {
    Box::new(move |request, text| {
        if request.kind == kind {
            let mut reply: Value = serde_json::from_str(text).unwrap();
            change(&mut reply);
            *text = reply.to_string();
        }
    })
}

/// The same, of the first reply only.
fn once(kind: ReplyKind, change: impl Fn(&mut Value) + Send + Sync + 'static) -> Spoil {
    let first = AtomicBool::new(true);
    spoil(kind, move |reply| {
        if first.swap(false, Ordering::SeqCst) {
            change(reply);
        }
    })
}

/// Run under this fault: the step's check says so, and a red gate why; the reply is never in force.
fn refused(
    kind: ReplyKind,
    step: &str,
    check: &str,
    says: &[&str],
    change: impl Fn(&mut Value) + Send + Sync + 'static,
) -> Ran {
    let ran = run_with(TEXT, Box::new(|_| {}), spoil(kind, change));
    let failed = ran.failed(step);
    let details: Vec<&str> =
        failed.iter().filter(|c| c.name.as_str() == check).flat_map(|c| &c.details).map(|d| d.as_str()).collect();
    assert!(details.iter().any(|d| says.iter().all(|s| d.contains(s))), "{says:?} in {failed:?}");
    let why = red_gate(&ran, step);
    assert!(why.contains(check), "{why}");
    ran
}

/// Under this fault: the content check says so and the step is asked once more; what is said again is an open doubt, which
/// the step does not fail for. Of a whole run the verifier is told of it.
fn doubted(
    kind: ReplyKind,
    step: &str,
    says: &[&str],
    plan_only: bool,
    change: impl Fn(&mut Value) + Send + Sync + 'static,
) -> Ran {
    let spoil = spoil(kind, change);
    let go = if plan_only { plan_with } else { run_with };
    let ran = go(TEXT, Box::new(|_| {}), spoil);
    let failed = ran.failed(step);
    let names: Vec<&str> = failed.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(names, ["content", "doubts"], "{failed:?}");
    for check in failed {
        assert!(check.details.iter().any(|d| says.iter().all(|s| d.contains(s))), "{says:?} in {check:?}");
    }
    assert_eq!(ran.replies(step).len(), 2);
    assert_eq!(red_gate(&ran, step), "");
    if plan_only {
        assert_eq!(ran.exit, 0);
    } else {
        let told = ran.handoff("verify");
        assert!(says.iter().all(|s| told.contains(s)) && told.contains(&format!("In doubt since {step}")), "{told}");
        reported(&ran, step, says);
    }
    ran
}

/// Nobody was at a gate: the trace in every form says what is in doubt and what the verifier holds of it, and the end of
/// the run says that there is something.
fn reported(ran: &Ran, step: &str, says: &[&str]) {
    let trace = ran.trace();
    let mut about = trace.doubts.iter().filter(|d| says.iter().all(|s| d.finding.contains(s)));
    let doubt = about.next().unwrap_or_else(|| panic!("{says:?} in {:?}", trace.doubts));
    assert_eq!(doubt.step.as_str(), step);
    assert!(!doubt.verdicts.is_empty(), "{doubt:?}");
    let run = ran.look();
    let verdict = doubt.verdicts[0].line();
    let said = verdict.split(':').next().unwrap();
    let report = fs::read_to_string(ran.dir.join("TRACE.md")).unwrap();
    let forms = [("report", report), ("json", trace.to_json()), ("csv", trace.to_csv()), ("html", trace.to_html(&run))];
    for (form, text) in &forms {
        assert!(says.iter().all(|s| text.contains(s)), "{form}: {text}");
        assert!(*form == "json" || text.contains(said), "{form} lacks '{said}'");
    }
    let ending = summary(&run, Ending::Completed { outcome: trace.outcome, stopped_at_plan: false });
    let count = format!("{} open doubt", trace.doubts.len());
    assert!(ending.contains(&count) && ending.contains("the verifier holds it"), "{ending}");
}

/// What the person is told at the red gate of a step.
fn red_gate(ran: &Ran, wanted: &str) -> String {
    let mut gates = ran.events.iter().filter_map(|event| match event {
        Event::GateOpened { step, reason: GateReason::Red { why }, .. } if step.to_string() == wanted => {
            Some(why.to_string())
        }
        _ => None,
    });
    gates.next().unwrap_or_default()
}

fn statement(reply: &mut Value, clause: &str, from: &str, to: &str) {
    for i in reply["interpretations"].as_array_mut().unwrap() {
        if i["clauses"].as_array().unwrap().contains(&json!(clause)) {
            let text = i.to_string().replace(from, to);
            *i = serde_json::from_str(&text).unwrap();
        }
    }
}

#[test]
fn an_altered_number_is_named_with_its_clause() {
    isolated("drift::an_altered_number_is_named_with_its_clause", || {
        let says = ["C-003", "7", "where the clause says 9"];
        doubted(ReplyKind::Understand, "understand", &says, true, |reply| {
            statement(reply, "C-003", "9", "7");
        });
    });
}

#[test]
fn what_was_said_wrong_once_is_repaired() {
    isolated("drift::what_was_said_wrong_once_is_repaired", || {
        let wrong = once(ReplyKind::Understand, |reply| statement(reply, "C-003", "9", "7"));
        let ran = plan_with(TEXT, Box::new(|_| {}), wrong);
        assert_eq!(ran.failed("understand").len(), 1);
        assert_eq!(ran.replies("understand").len(), 2);
        assert_eq!((ran.replies("plan").len(), ran.exit), (1, 0));
    });
}

#[test]
fn a_requirement_that_is_read_as_it_stands_raises_no_alarm() {
    isolated("drift::a_requirement_that_is_read_as_it_stands_raises_no_alarm", || {
        let ran = plan_with(TEXT, Box::new(|_| {}), Box::new(|_, _| {}));
        assert!(ran.failed("understand").is_empty() && ran.failed("plan").is_empty());
        assert_eq!(ran.exit, 0);
    });
}

/// Every fixture through all steps without execution, as the engine replies: what is right raises no alarm.
#[test]
fn faithful_replies_to_many_texts_raise_no_alarm() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut alarms = Vec::new();
    let mut read = 0;
    for entry in ["requirements", "drift"].iter().flat_map(|folder| fs::read_dir(fixtures.join(folder)).unwrap()) {
        let path = entry.unwrap().path();
        let text = String::from_utf8(fs::read(&path).unwrap()).unwrap();
        let cut = g1::hub::clauses::cut(&text);
        let inputs: Vec<_> = cut.iter().map(|c| (c.id, c.text.clone())).collect();
        let texts = inputs.iter().cloned().collect();
        let Ok(spec) = offline::read::analyse(&offline::read::inputs(inputs), &BTreeMap::new()) else { continue };
        let (_, faults) = desk::Desk::through(&text, &cut, &offline::candid(spec, &texts)).unwrap();
        alarms.extend(faults.into_iter().map(|(step, fault)| format!("{}: {step:?}: {fault}", path.display())));
        read += 1;
    }
    assert!(read > 15, "{read}");
    assert_eq!(alarms, Vec::<String>::new());
}

#[test]
fn added_scope_is_unsourced() {
    isolated("drift::added_scope_is_unsourced", || {
        doubted(ReplyKind::Understand, "understand", &["Loyalty points"], true, |reply| {
            let added = json!({"functional": true, "statement": "Loyalty points are exported as invoices to the accounting department.",
                "clauses": ["C-002"], "acceptance": ["A member has loyalty points."]});
            reply["interpretations"].as_array_mut().unwrap().push(added);
        });
    });
}

#[test]
fn an_omitted_id_is_missed_in_the_teach_back() {
    isolated("drift::an_omitted_id_is_missed_in_the_teach_back", || {
        let ran = refused(ReplyKind::Understand, "understand", "teach-back", &["C-004"], |reply| {
            reply["teach_back"]["clauses"].as_array_mut().unwrap().retain(|id| id != "C-004");
        });
        let trace = ran.trace();
        assert_eq!(trace.stand_ins.iter().map(|one| one.step.as_str()).collect::<Vec<_>>(), ["understand"]);
        assert!(trace.clauses.iter().all(|clause| clause.status.is_some()), "each is a demand: {trace:#?}");
    });
}

#[test]
fn an_obeyed_instruction_to_demand_nothing_is_drift() {
    isolated("drift::an_obeyed_instruction_to_demand_nothing_is_drift", || {
        let says = ["nothing in the text demands anything"];
        let ran = refused(ReplyKind::Understand, "understand", "drift", &says, |reply| {
            for mark in reply["clauses"].as_array_mut().unwrap() {
                mark["kind"] = json!("context");
            }
            for list in ["interpretations", "assumptions", "gaps"] {
                reply[list] = json!([]);
            }
        });
        assert!(ran.replies("build:core").is_empty(), "nothing is built from it");
        assert_eq!((ran.exit, ran.trace().stand_ins), (4, Vec::new()));
    });
}

#[test]
fn a_design_that_only_lists_the_ids_proves_nothing() {
    isolated("drift::a_design_that_only_lists_the_ids_proves_nothing", || {
        doubted(ReplyKind::Design, "design", &["C-003 is only listed"], false, |reply| {
            reply["decisions"] = json!([]);
            for artifact in reply["artifacts"].as_array_mut().unwrap() {
                artifact["content"] = json!("Everything as required.");
            }
        });
    });
}

#[test]
fn a_decision_against_a_clause_or_for_what_is_excluded_is_a_conflict() {
    isolated("drift::a_decision_against_a_clause_or_for_what_is_excluded_is_a_conflict", || {
        let decide = |reply: &mut Value| {
            for (title, choice, clause) in [
                ("Rules", "The number of seats must be between 1 and 12", "C-003"),
                ("Money", "A boat is lent after a payment by card", "C-002"),
            ] {
                let by = "solution-architect";
                let decision =
                    json!({"title": title, "choice": choice, "why": "members asked", "clauses": [clause], "by": by});
                reply["decisions"].as_array_mut().unwrap().push(decision);
            }
        };
        let ran = doubted(ReplyKind::Design, "design", &["C-003", "12", "where the clause says 9"], false, decide);
        for check in ran.failed("design") {
            let details: String = check.details.iter().map(|d| format!("{d}\n")).collect();
            assert!(details.contains("brings back \"payment\", which C-005 excludes"), "{details}");
            assert_eq!(details.matches("reason given: members asked").count(), if check.is_doubt() { 2 } else { 0 });
        }
        let reasons = ran.trace().doubts.into_iter().map(|d| d.reason).collect::<Vec<_>>();
        assert_eq!(reasons, [Some("members asked".to_owned()), Some("members asked".to_owned())]);
    });
}

#[test]
fn gutted_tests_prove_nothing() {
    isolated("drift::gutted_tests_prove_nothing", || {
        let gut = spoil(ReplyKind::Test, |reply| {
            for file in reply["files"].as_array_mut().unwrap() {
                let gutted: Vec<String> = file["content"].as_str().unwrap().lines().map(gutted).collect();
                file["content"] = json!(gutted.join("\n") + "\n");
            }
        });
        let ran = run_with(TEXT, Box::new(|_| {}), gut);
        let trace = ran.trace();
        for id in ["C-002", "C-003", "C-004"] {
            let clause = trace.clauses.iter().find(|c| c.id.to_string() == id).unwrap();
            assert!(clause.status < Some(Status::Proven), "{clause:?}");
            let reason = clause.reason.as_deref().unwrap_or_default();
            assert!(!reason.is_empty(), "{clause:?}");
        }
        assert_eq!(ran.exit, 7);
    });
}

/// A line of a test without what it asserts.
fn gutted(line: &str) -> String {
    let code = line.trim_start();
    let asserts = code.starts_with("self.assert") || code.starts_with("self.expect");
    if asserts { format!("{}pass", &line[..line.len() - code.len()]) } else { line.to_owned() }
}
