use crate::support::{Bed, TOOL_SHED, code, finished, lines, text, workspace};
use serde_json::Value;
use std::process::{Command, Stdio};

#[test]
fn a_requirement_becomes_a_tested_application_with_a_trace() {
    let bed = Bed::new();
    let output = bed.with_input(&["run", "-", "-y", "--json"], TOOL_SHED.as_bytes());
    assert!([0, 7].contains(&code(&output)), "exit {}: {}", code(&output), text(&output.stderr));

    let stream = lines(&output.stdout);
    let names: Vec<&str> = stream.iter().map(|line| line["type"].as_str().expect("a type")).collect();
    assert_eq!(names.first(), Some(&"run.started"));
    assert_eq!(names.last(), Some(&"run.completed"));
    for wanted in
        ["clause.added", "plan.proposed", "step.context", "check.completed", "gate.decided", "evidence.recorded"]
    {
        assert!(names.contains(&wanted), "{wanted} in {names:?}");
    }
    let numbered: Vec<u64> = stream.iter().filter_map(|line| line["seq"].as_u64()).collect();
    assert!(numbered.windows(2).all(|pair| pair[0] <= pair[1]), "{numbered:?}");
    assert!(stream.iter().filter(|l| l["type"] == "item.delta").all(|l| l.get("seq").is_none()));

    let trace = bed.trace();
    assert_partition(&trace, TOOL_SHED);
    let counts = &trace["counts"];
    let demanding = counts["demanding"].as_u64().expect("a count");
    let proven = counts["proven"].as_u64().expect("a count");
    assert!(demanding >= 5 && proven * 2 >= demanding, "{counts}");
    assert_eq!(counts["waived"], 0);
    assert_eq!(counts["unsourced"], 0);
    for clause in trace["clauses"].as_array().expect("clauses") {
        if clause["status"] == "proven" && clause["kind"] != "exclusion" {
            assert!(!clause["files"].as_array().expect("files").is_empty(), "{clause}");
            let caught = clause["tests"].as_array().expect("tests").iter().any(|t| t["control_failed"] == true);
            assert!(caught, "{clause}");
        }
        if clause["status"] == "missing" {
            assert!(clause["reason"].is_string(), "{clause}");
        }
    }
    let exclusion = trace["clauses"].as_array().expect("clauses").iter().find(|c| c["kind"] == "exclusion");
    assert_eq!(exclusion.expect("no payment is an exclusion")["status"], "proven");

    let files = workspace(&bed.dir);
    for wanted in ["g1.toml", "README.md", "TRACE.md"] {
        assert!(files.contains_key(wanted), "{wanted} in {:?}", files.keys());
    }
    assert_eq!(workspace(&finished(TOOL_SHED).0.dir), files, "another run of one text gives the same bytes");
    let bare = Command::new("python3")
        .args(["-m", "unittest"])
        .current_dir(&bed.dir)
        .env("HOME", &bed.home)
        .stdin(Stdio::null())
        .output()
        .expect("python3");
    assert!(bare.status.success(), "{}", text(&bare.stderr));
    assert_eq!(workspace(&bed.dir), files, "the suite leaves nothing behind");

    let verify = bed.output(&["verify"]);
    assert_eq!(code(&verify), 0, "{}{}", text(&verify.stdout), text(&verify.stderr));

    let again = bed.output(&["resume"]);
    assert_eq!(code(&again), code(&output), "resume of a finished run: {}", text(&again.stderr));
    let second = bed.output(&["run", "something else"]);
    assert_eq!(code(&second), 2);
    assert!(text(&second.stderr).contains("resume"), "{}", text(&second.stderr));
}

/// The spans partition `[0, len)` and each text is exactly its bytes.
fn assert_partition(trace: &Value, requirement: &str) {
    let mut at = 0;
    for clause in trace["clauses"].as_array().expect("clauses") {
        let (from, to) = (clause["span"][0].as_u64().expect("from"), clause["span"][1].as_u64().expect("to"));
        assert_eq!(from, at);
        assert_eq!(clause["text"].as_str().expect("text"), &requirement[from as usize..to as usize]);
        at = to;
    }
    assert_eq!(at as usize, requirement.len());
}

#[test]
fn plan_only_stops_before_anything_is_built() {
    let bed = Bed::new();
    let output = bed.with_input(&["run", "-", "--plan-only", "--json"], TOOL_SHED.as_bytes());
    assert_eq!(code(&output), 0, "{}", text(&output.stderr));
    let stream = lines(&output.stdout);
    let last = stream.last().expect("a last line");
    assert_eq!(
        (&last["type"], &last["outcome"], &last["stopped"]),
        (&"run.completed".into(), &"partial".into(), &"plan".into())
    );
    assert!(workspace(&bed.dir).is_empty());
}

#[test]
fn plan_only_shows_the_plan_and_what_it_would_cost() {
    let output = Bed::new().with_input(&["run", "-", "--plan-only"], TOOL_SHED.as_bytes());
    let shown = String::from_utf8_lossy(&output.stdout);
    for wanted in
        ["Planned, nothing built", "module core: ", "build:core", "expected: lean ", "assumed  A-001 ", " open "]
    {
        assert!(shown.contains(wanted), "{wanted} in {shown}");
    }
    assert!(!shown.contains("missing") && !shown.contains("is not done yet"), "{shown}");
}

#[test]
fn plan_only_partitions_any_language() {
    let bed = Bed::new();
    let german = "Ein Gästebuch für unsere Hochzeit. Jeder Gast kann einen Gruß mit seinem Namen hinterlassen.\n";
    let output = bed.with_input(&["run", "-", "--plan-only", "--json"], german.as_bytes());
    assert_eq!(code(&output), 0, "{}", text(&output.stderr));
    assert_partition(&bed.trace(), german);
}
