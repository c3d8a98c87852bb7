//! Standard and thorough plans, and pages: a run that takes many calls for a step ends like one that takes one, and may be
//! killed between any two of them.

use crate::{
    kill::kill_at,
    support::{Bed, TOOL_SHED, code, lines, text, workspace},
};
use serde_json::Value;
use std::{collections::BTreeMap, path::Path};

fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = workspace(dir);
    // It counts the calls.
    files.remove("TRACE.md");
    files
}

#[test]
fn every_plan_builds_the_same_application_for_the_calls_its_gate_announced() {
    let lean = Bed::new();
    let end = code(&lean.with_input(&["run", "-", "-y"], TOOL_SHED.as_bytes()));
    for plan in ["standard", "thorough"] {
        let bed = Bed::new();
        let output = bed.with_input(&["run", "-", "-y", "--plan", plan, "--json"], TOOL_SHED.as_bytes());
        assert_eq!(code(&output), end, "{plan}: {}", text(&output.stderr));
        assert_eq!(files(&bed.dir), files(&lean.dir), "{plan}");
        let lines = lines(&output.stdout);
        let last = lines.last().expect("a last line");
        let announced = lines.iter().find(|l| l["type"] == "plan.proposed").expect("a plan");
        assert_eq!(last["usage"]["calls"], announced["plan"]["estimate"]["calls"], "{plan}");
        let reviews = lines.iter().filter(|l| l["type"] == "check.completed" && l["check"]["name"] == "review");
        assert!(reviews.clone().count() >= 3 && reviews.clone().all(|l| l["check"]["passed"] == true), "{plan}");
    }
}

/// A page of it holds two or three sentences.
const SMALL: &str = "pack_tokens=70";

#[test]
fn a_text_that_does_not_fit_is_read_page_by_page_and_survives_kills() {
    let whole = Bed::new();
    let output = whole.with_input(&["run", "-", "-y", "--json", "-c", SMALL], TOOL_SHED.as_bytes());
    let end = code(&output);
    assert!([0, 7].contains(&end), "{}", text(&output.stderr));
    let stream = lines(&output.stdout);
    let contexts: Vec<&Value> = stream.iter().filter(|l| l["type"] == "step.context").collect();
    assert!(contexts.iter().any(|l| l["step"] == "understand" && l["pages"].as_u64() > Some(1)), "{contexts:?}");
    assert!(contexts.iter().all(|l| l["tokens"].as_u64() <= Some(70)), "no page is over the budget");
    let dropped = stream.iter().filter(|l| l["type"] == "check.completed" && l["check"]["name"] == "drift");
    assert!(dropped.clone().count() > 3);
    assert!(dropped.clone().all(|l| l["check"]["passed"] == true), "{:?}", dropped.collect::<Vec<_>>());
    let wanted = workspace(&whole.dir);
    let calls = stream.last().expect("a last line")["usage"]["calls"].clone();

    for nth in [1, 2, 5] {
        let bed = Bed::new();
        std::fs::create_dir_all(&bed.dir).expect("a folder");
        let brief = bed.home.join("brief.txt");
        std::fs::write(&brief, TOOL_SHED).expect("written");
        let brief = brief.to_str().expect("UTF-8");
        assert!(kill_at(&bed, &["run", "-f", brief, "-y", "--json", "-c", SMALL], "usage", nth));
        let resumed = bed.output(&["resume"]);
        assert_eq!(code(&resumed), end, "{nth}: {}", text(&resumed.stderr));
        assert_eq!(workspace(&bed.dir), wanted, "{nth}");
        let status: Value = serde_json::from_slice(&bed.output(&["status", "--json"]).stdout).expect("JSON");
        assert_eq!(status["usage"]["calls"], calls, "{nth}: pages that were answered are not paid again");
    }
}
