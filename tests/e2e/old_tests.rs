//! A developer breaks what the tests that were there before hold to, or builds nothing.

use crate::{
    existing::{NEW_TESTS, OLD_TESTS, WISH, changed, reply, software},
    scripted::{self, Scripted},
    support::{Bed, code, text},
};
use serde_json::{Value, json};

/// The developer's reply, with what an old test asserts written otherwise, and the verifier's.
fn breaking(name: &str, nth: usize, request: &Value) -> String {
    if name == "verify_reply" {
        return verdict("unmet", "“how many pages its books have together”: no test of it was green.");
    }
    // The other test's first replies are refused for something else.
    let mut body: Value = serde_json::from_str(&reply(name, nth + 2, request)).expect("a reply");
    if name == "build_reply" {
        body["files"][0]["content"] = json!(changed().replace("%s (%d pages)", "%s: %d pages"));
    }
    body.to_string()
}

fn repairing(name: &str, nth: usize, request: &Value) -> String {
    match (name, nth) {
        ("verify_reply", _) => verdict("met", "“how many pages its books have together”: it adds them up."),
        ("build_reply", 1) => breaking(name, nth, request),
        _ => reply(name, nth + 2, request),
    }
}

fn verdict(verdict: &str, argument: &str) -> String {
    json!({
        "teach_back": {"clauses": ["C-001"], "decisions": ["D-001"]},
        "findings": [{"clause": "C-001", "verdict": verdict, "argument": argument}],
        "summary": "It counts pages.",
    })
    .to_string()
}

fn run(says: fn(&str, usize, &Value) -> String) -> (Scripted, Bed, std::process::Output) {
    let (server, bed) = (Scripted::saying(says), Bed::new());
    software(&bed.dir);
    let mut command = bed.g1(&["run", WISH, "-m", "compat/scripted", "-y", "--existing"]);
    let output = command.env("OPENAI_BASE_URL", format!("http://{}/v1", server.address)).output().expect("g1 starts");
    (server, bed, output)
}

#[test]
fn an_old_test_that_the_code_breaks_goes_back_to_the_developer() {
    let (server, _bed, output) = run(repairing);
    assert_eq!(code(&output), 0, "{}{}", text(&output.stdout), text(&output.stderr));
    assert_eq!((server.count("build_reply"), server.count("test_reply")), (2, 2));
    let told = scripted::user(&server.requests("build_reply")[1]).to_owned();
    assert!(told.contains("tests.test_store.Store.test_describe passed before any change: Failed"), "{told}");
}

#[test]
fn a_run_that_leaves_an_old_test_broken_is_not_done() {
    let (_server, bed, output) = run(breaking);
    assert_eq!(code(&output), 7, "{}{}", text(&output.stdout), text(&output.stderr));
    let said = "The whole suite is not green: tests.test_store.Store.test_describe passed before any change";
    assert!(text(&output.stdout).contains(said), "{}", text(&output.stdout));
    assert_eq!(bed.trace()["red"], json!(["tests.test_store.Store.test_describe passed before any change"]));
}

/// The tester makes the old test fit what the developer broke, and says nothing of it.
fn refitting(name: &str, nth: usize, request: &Value) -> String {
    match name {
        "verify_reply" => verdict("met", "“how many pages its books have together”: it adds them up."),
        "test_reply" => {
            let mut body: Value = serde_json::from_str(&reply(name, nth, request)).expect("a reply");
            let fitting = OLD_TESTS.replace(" (120 pages)", ": 120 pages");
            assert_ne!(fitting, OLD_TESTS);
            let files = body["files"].as_array_mut().expect("files");
            files.push(json!({"path": "tests/test_store.py", "content": fitting}));
            body.to_string()
        }
        _ => breaking(name, nth, request),
    }
}

#[test]
fn an_old_test_that_is_changed_without_a_word_is_asked_about_once_and_then_in_doubt() {
    let (server, bed, output) = run(refitting);
    assert_eq!(code(&output), 0, "{}{}", text(&output.stdout), text(&output.stderr));
    assert_eq!((server.count("build_reply"), server.count("test_reply")), (1, 2));
    let asked = scripted::user(&server.requests("test_reply")[1]).to_owned();
    assert!(asked.contains("old tests changed: 1 old test changed without a word"), "{asked}");
    let said = "the run changed tests/test_store.py: as it was, tests.test_store.Store.test_describe passed before";
    assert!(asked.contains(said) && bed.trace()["doubts"].to_string().contains(said), "{}", bed.trace()["doubts"]);
}

/// The developer builds nothing, and links what was there.
fn idle(name: &str, nth: usize, request: &Value) -> String {
    match name {
        "verify_reply" => verdict("met", "“how many pages its books have together”: there are titles."),
        "build_reply" => {
            let mut body: Value = serde_json::from_str(&reply(name, nth + 2, request)).expect("a reply");
            body["files"] = json!([body["files"][1]]);
            body["links"][0]["symbol"] = json!("Shelf.titles");
            body.to_string()
        }
        "test_reply" => {
            let titles = NEW_TESTS.replace("shelf.pages_together(), 153", "shelf.titles(), [\"Moss\", \"Fern\"]");
            json!({
                "teach_back": {"clauses": ["C-001"], "decisions": ["D-001"]},
                "files": [{"path": "tests/test_pages.py", "content": titles}],
                "links": [{"clause": "C-001", "test": "tests.test_pages.Pages.test_pages_together", "shows": "The pages add up.", "measures": false}],
                "searches": [],
                "notes": "",
            })
            .to_string()
        }
        _ => reply(name, nth, request),
    }
}

#[test]
fn a_demand_for_which_nothing_was_changed_is_asked_about_and_then_in_doubt() {
    let (server, bed, output) = run(idle);
    assert_eq!(code(&output), 0, "{}{}", text(&output.stdout), text(&output.stderr));
    let said = "C-001: shelf/store.py:14-15 is as it was before the run, and nothing else is linked";
    let asked = server.requests("build_reply");
    assert!(asked.len() == 2 && scripted::user(&asked[1]).contains(said), "{}", scripted::user(&asked[1]));
    let doubts = bed.trace()["doubts"].to_string();
    assert!(doubts.contains(said), "{doubts}");
}
