//! The trace as JSON, as the report in the workspace, and as CSV.

use super::*;

#[test]
fn json_has_the_agreed_shape() {
    let value: serde_json::Value = serde_json::from_str(&trace(&proven()).to_json()).unwrap();
    let keys = |v: &serde_json::Value| v.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ");
    assert_eq!(keys(&value), "version requirement outcome counts clauses evidence");
    assert_eq!(value["requirement"], json!({"sha256": hash("text"), "bytes": 9}));
    assert_eq!(value["outcome"], "proven");
    assert_eq!(keys(&value["counts"]), "demanding proven tested built designed missing waived unsourced assumed");
    let clause = &value["clauses"][0];
    assert_eq!(
        keys(clause),
        "id origin span text kind status stale reason supersedes retired interpretations decisions assumptions files tests"
    );
    assert_eq!(clause["id"], "C-001");
    assert_eq!((&clause["origin"], &clause["span"]), (&json!("requirement"), &json!([0, 9])));
    assert_eq!(
        (&clause["status"], &clause["reason"], &clause["retired"]),
        (&json!("proven"), &json!(null), &json!(null))
    );
    assert_eq!(clause["files"], json!([{"path": CODE, "lines": [1, 3], "sha256": hash(CODE), "unreached": null}]));
    assert_eq!(clause["tests"], json!([{"name": NAME, "passed": true, "control_failed": true, "evidence": "E-003"}]));
    assert_eq!(keys(&value["evidence"][0]), "id argv exit passed failed skipped output_sha256 tree sandbox at");
    assert_eq!(value["evidence"][2]["passed"], 1);
    assert_eq!(value["evidence"][2]["sandbox"], "L2");
}

#[test]
fn the_report_in_the_workspace_has_no_time_and_shows_text_as_text() {
    let mut run = proven();
    run.clauses.get_mut(&ClauseId(1)).unwrap().text = "<script>|x| `a`\n# no heading\u{1b}[2J".into();
    let md = trace(&run).to_report(&run.title);
    assert!(md.contains("## C-001 · function · proven"), "{md}");
    assert!(md.contains("> \\<script\\>\\|x\\| \\`a\\`\n> \\# no heading␛"), "{md}");
    assert!(!md.contains("1970") && !md.contains("E-003"), "{md}");
    assert!(trace(&run).to_markdown(&run.title).contains("E-003"));
}

#[test]
fn csv_quotes_and_never_starts_a_formula() {
    let mut run = proven();
    run.clauses.insert(ClauseId(2), Clause { text: "=1+1".into(), ..clause(2, ClauseKind::Data) });
    let csv = trace(&run).to_csv();
    let lines: Vec<&str> = csv.split("\r\n").collect();
    assert!(lines[1].starts_with("C-001,requirement,0,9,function,proven,false,,,\"Write, \"\"notes\"\"\n\","), "{csv}");
    assert!(lines[2].contains(",\"'=1+1\","), "{csv}");
}
