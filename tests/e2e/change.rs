//! `g1 add`, `amend` and `remove` on a finished run.

use crate::support::{Bed, code, lines, text, workspace};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

const GARDEN: [&str; 4] = [
    "A website for our garden club. ",
    "Members record harvests with a date, a crop and a weight in kilograms. ",
    "The treasurer records payments with an amount in euros and a date. ",
    "The board publishes notices with a title and a text.",
];

/// What became of each clause in force, by its words.
fn verdicts(trace: &Value) -> BTreeMap<String, String> {
    let clauses = trace["clauses"].as_array().expect("clauses").iter().filter(|c| c["retired"].is_null());
    clauses.map(|c| (c["text"].as_str().unwrap_or_default().trim().to_owned(), c["status"].to_string())).collect()
}

/// The list that a change prints first, and the steps for which the model was asked after it.
fn changed(bed: &Bed, args: &[&str]) -> (Value, Vec<String>) {
    let output = bed.output(args);
    assert!([0, 7].contains(&code(&output)), "exit {}: {}", code(&output), text(&output.stderr));
    let stream = lines(&output.stdout);
    assert_eq!(stream[0]["type"], "change", "{:?}", stream[0]);
    let calls = stream.iter().filter(|line| line["type"] == "usage");
    let calls = calls.map(|line| line["step"].as_str().unwrap_or_default().to_owned()).collect();
    (stream[0]["dependents"].clone(), calls)
}

fn names(value: &Value) -> BTreeSet<&str> {
    value.as_array().expect("a list").iter().filter_map(Value::as_str).collect()
}

#[test]
fn a_finished_project_follows_its_requirement_and_keeps_what_is_not_touched() {
    let bed = Bed::new();
    let output = bed.with_input(&["run", "-", "-y"], GARDEN.concat().as_bytes());
    assert!([0, 7].contains(&code(&output)), "{}", text(&output.stderr));
    let before = workspace(&bed.dir);
    assert!(before.contains_key("app/modules/payments.py"));
    let trace = bed.trace();
    let payments = trace["clauses"].as_array().expect("clauses").iter().find(|c| c["text"] == GARDEN[2]);
    let payments = payments.expect("the clause")["id"].as_str().expect("an id").to_owned();

    for (args, why) in [
        (&["amend", "C-999", "Anything else."][..], "there is no clause C-999"),
        (&["pause"], "there is nothing to pause"),
    ] {
        let refused = bed.output(args);
        assert_eq!(code(&refused), 2, "{args:?}: {}", text(&refused.stderr));
        assert!(text(&refused.stderr).contains(why), "{}", text(&refused.stderr));
        assert!(refused.stdout.is_empty(), "no plan of what is refused: {}", text(&refused.stdout));
    }

    let (listed, calls) = changed(&bed, &["remove", &payments, "--plan-only", "--json"]);
    assert!(calls.is_empty(), "only listed: {calls:?}");
    assert_eq!(workspace(&bed.dir), before);
    assert!(names(&listed["kept"]).contains("build:notices"), "{listed}");
    assert!(listed["code"].to_string().contains("app/modules/payments.py"), "{listed}");

    let (listed, calls) = changed(&bed, &["remove", &payments, "--json"]);
    let asked: BTreeSet<&str> = calls.iter().map(String::as_str).collect();
    let kept = names(&listed["kept"]);
    assert!(
        names(&listed["steps"]).is_subset(&asked.iter().copied().chain(["build:payments", "test:payments"]).collect())
    );
    assert!(kept.contains("build:harvests") && !asked.contains("build:harvests"), "{calls:?}");
    // The tests of the notices had the treasurer try what only the board may do: they were made again without one.
    assert!(kept.contains("build:notices") && asked.contains("test:notices"), "{calls:?}");
    assert_eq!(calls.len(), names(&listed["steps"]).len() - 2 + 3, "{calls:?}");
    let after = workspace(&bed.dir);
    assert!(!after.contains_key("app/modules/payments.py") && !after.contains_key("tests/test_payments.py"));
    assert_eq!(after["app/modules/notices.py"], before["app/modules/notices.py"]);
    let trace = bed.trace();
    let gone =
        trace["clauses"].as_array().expect("clauses").iter().find(|c| c["id"] == payments.as_str()).expect("kept");
    assert_eq!((gone["retired"].as_str(), gone["status"].is_null()), (Some("removed"), true));

    // A run that was never asked for payments is judged the same.
    let fresh = Bed::new();
    let output = fresh.with_input(&["run", "-", "-y"], [GARDEN[0], GARDEN[1], GARDEN[3]].concat().as_bytes());
    assert!([0, 7].contains(&code(&output)), "{}", text(&output.stderr));
    assert_eq!(verdicts(&trace), verdicts(&fresh.trace()));
    assert_eq!(code(&bed.output(&["verify"])), 0);
    let page = text(&bed.output(&["trace", "--format", "html"]).stdout);
    assert!(page.contains("by policy") && page.contains("<del>"), "{page}");
}

/// A person edits what was built, then wants something more.
#[test]
fn what_a_person_changed_stays_when_the_requirement_changes() {
    let bed = Bed::new();
    let wall = "A notice board. Members publish notices with a title and a text.";
    assert!([0, 7].contains(&code(&bed.with_input(&["run", "-", "-y"], wall.as_bytes()))));
    let path = |name: &str| bed.dir.join(name);
    let read = |name: &str| fs::read_to_string(path(name)).expect("readable");
    // One file that comes again as it was, and one that comes with other lines.
    let style = read("app/pages/style.css") + "/* mine */\n";
    fs::write(path("app/pages/style.css"), &style).expect("written");
    let readme = read("README.md") + "\nAsk Anna for the password.\n";
    fs::write(path("README.md"), &readme).expect("written");
    let output = bed.output(&["add", "Members record harvests with a date and a crop.", "-y"]);
    assert!([0, 7].contains(&code(&output)), "{}{}", text(&output.stdout), text(&output.stderr));
    assert_eq!(read("app/pages/style.css"), style);
    let merged = read("README.md");
    assert!(merged.contains("Ask Anna") && merged != readme && merged.contains("Harvests"), "{merged}");
    // The lines that a step changes: nothing is chosen, nothing is lost.
    fs::write(path("README.md"), "Mine alone.\n").expect("written");
    let output = bed.output(&["add", "Members record payments with a date and an amount.", "-y"]);
    assert_eq!(code(&output), 1, "{}", text(&output.stdout));
    assert!(text(&output.stderr).contains("README.md: it was written or changed by somebody else"));
    assert_eq!(read("README.md"), "Mine alone.\n");
}
