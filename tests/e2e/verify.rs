use crate::support::{Bed, TOOL_SHED, code, finished, text};
use std::fs;

#[test]
fn verify_names_the_clause_whose_lines_are_gone_and_forgives_a_comment() {
    let (bed, _) = finished(TOOL_SHED);
    let trace = bed.trace();
    let clauses = trace["clauses"].as_array().expect("clauses");
    let clause = clauses
        .iter()
        .find(|c| c["status"] == "proven" && c["files"].as_array().is_some_and(|f| !f.is_empty()))
        .expect("a proven clause with code");
    let id = clause["id"].as_str().expect("an id");
    let file = &clause["files"][0];
    let path = bed.dir.join(file["path"].as_str().expect("a path"));
    let whole = fs::read_to_string(&path).expect("readable");

    fs::write(&path, format!("{whole}\n# a remark\n")).expect("writable");
    let remark = bed.output(&["verify"]);
    assert_eq!(code(&remark), 0, "a comment changes nothing: {}{}", text(&remark.stdout), text(&remark.stderr));

    let (first, last) = (file["lines"][0].as_u64().expect("first"), file["lines"][1].as_u64().expect("last"));
    let broken: Vec<&str> = whole
        .lines()
        .enumerate()
        .filter(|(index, _)| !(first..=last).contains(&(*index as u64 + 1)))
        .map(|(_, line)| line)
        .collect();
    fs::write(&path, broken.join("\n")).expect("writable");
    let verify = bed.output(&["verify"]);
    assert_eq!(code(&verify), 4, "{}", text(&verify.stdout));
    assert!(text(&verify.stdout).contains(id), "{id} in {}", text(&verify.stdout));

    fs::write(&path, whole).expect("writable");
    assert_eq!(code(&bed.output(&["verify"])), 0, "mended");
}

#[test]
fn a_changed_journal_or_blob_is_named() {
    let bed = Bed::new();
    let output = bed.with_input(&["run", "-", "--gates", "plan"], TOOL_SHED.as_bytes());
    assert_eq!(code(&output), 3);
    assert_eq!(code(&bed.output(&["log", "--verify"])), 0);
    let journal = bed.dir.join(".g1/journal");
    let whole = fs::read(&journal).expect("readable");
    let mut changed = whole.clone();
    let at = changed.len() / 3;
    changed[at] ^= 1;
    fs::write(&journal, &changed).expect("writable");
    let verify = bed.output(&["log", "--verify"]);
    assert_eq!(code(&verify), 1, "{}", text(&verify.stdout));
    fs::write(&journal, whole).expect("writable");
    assert_eq!(code(&bed.output(&["log", "--verify"])), 0);
}
