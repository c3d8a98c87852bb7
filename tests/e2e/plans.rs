//! Standard and thorough plans: a run that takes many calls for a step ends like one that takes one.

use crate::support::{Bed, TOOL_SHED, code, finished, lines, text, workspace};
use std::{collections::BTreeMap, path::Path};

fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = workspace(dir);
    // It counts the calls.
    files.remove("TRACE.md");
    files
}

#[test]
fn every_plan_builds_the_same_application_for_the_calls_its_gate_announced() {
    let (lean, end) = finished(TOOL_SHED);
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

/// A plan that nothing can be built from says so before it is built, and what was only designed is not called built.
#[test]
fn what_this_machine_lacks_is_said_before_anything_is_built() {
    let bed = Bed::new();
    let output =
        bed.g1(&["run", "A guest book for our wedding.", "-y"]).env("PATH", &bed.home).output().expect("g1 starts");
    let (out, talk) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(code(&output), 1, "{talk}");
    let said = talk.find("python3 is missing").unwrap_or_else(|| panic!("{talk}"));
    assert!(talk.find("understand").is_some_and(|first| said < first), "{talk}");
    assert!(out.contains("0 built") && out.contains("1 designed"), "{out}");
}
