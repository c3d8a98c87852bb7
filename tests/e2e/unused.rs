//! What a developer or tester is asked about once: linked code that nothing calls or that can tell a test from a person, and tests
//! that only say what is not so.

use crate::{
    quotes::{self, WALL},
    scripted::{self, Scripted},
    support::{Bed, code, text},
};
use serde_json::{Value, json};

/// Beside what keeps the first clause something that only a test could call is linked for it.
fn says(name: &str, _: usize, request: &Value) -> String {
    let mut reply = quotes::reply(name, scripted::user(request));
    if name == "build_reply" {
        let add = |list: &mut Value, one: Value| list.as_array_mut().expect("a list").push(one);
        let content = "import sys\n\n\ndef weigh(quote):\n    \"\"\"weigh\"\"\"\n    if \"unittest\" in sys.modules:\n        \
                       return 1\n    return len(quote)  # weigh\n";
        add(&mut reply["files"], json!({"path": "app/extra.py", "content": content}));
        let link = json!({"clause": "C-001", "path": "app/extra.py", "symbol": "weigh", "lines": null});
        add(&mut reply["links"], link);
        reply["notes"] = json!("weigh is called by a plug-in.");
    }
    reply.to_string()
}

#[test]
fn linked_code_that_nothing_calls_is_asked_about_once_and_shown_to_the_verifier() {
    let (server, bed) = (Scripted::saying(says), Bed::new());
    let mut command = bed.g1(&["run", WALL, "-m", "compat/scripted", "-y", "--json"]);
    command.args(["-c", "models.backoff_ms=1"]);
    command.env("OPENAI_BASE_URL", format!("http://{}/v1", server.address));
    let output = command.output().expect("g1 starts");
    assert_eq!(code(&output), 7, "no test notices that it is gone: {}", text(&output.stdout));
    assert_eq!(server.count("build_reply"), 2, "it is asked once");
    let asked = &server.requests("build_reply")[1];
    let said = "C-001: nothing in the product has the name of `weigh` in app/extra.py";
    let seen = scripted::user(asked);
    assert!(seen.contains("unused: 1 link to code that nothing in the product seems to call"), "{seen}");
    let aware = "C-001: line 6 of app/extra.py has `in sys.modules`: so the product can tell a test from a person";
    assert!(seen.contains("aware: 1 place where the product looks at what runs it") && seen.contains(aware), "{seen}");
    assert!(seen.contains(said) && !seen.contains("name of `create`"), "what is called is not named: {seen}");
    let verified = &server.requests("verify_reply")[0];
    for said in [&format!("{said}: only a test could call it"), aware] {
        let held = format!("In doubt since build:core: {said} (reason given: weigh is called by a plug-in.)");
        assert!(scripted::user(verified).contains(&held), "{}", scripted::user(verified));
    }
    let doubts = bed.trace()["doubts"].clone();
    assert_eq!(doubts.as_array().map(Vec::len), Some(2), "{doubts}");
}

/// The second clause has a test that is content with any answer but one.
fn denies(name: &str, _: usize, request: &Value) -> String {
    let mut reply = quotes::reply(name, scripted::user(request));
    if name == "test_reply" {
        let kept = |link: &Value| link["clause"] != "C-002";
        reply["links"].as_array_mut().expect("a list").retain(kept);
        let link = json!({"clause": "C-002", "test": "tests.test_core.Quotes.test_refused", "shows": "It is refused.", "measures": false});
        reply["links"].as_array_mut().expect("a list").push(link);
        for file in reply["files"].as_array_mut().expect("a list") {
            if file["path"] == "tests/test_core.py" {
                let with = "\n    def test_refused(self):\n        answer = self.request(\"POST\", \"/api/quotes\", {\"text\": \"t\"})\n        \
                            self.assertNotEqual(201, answer[0])\n";
                file["content"] = json!(file["content"].as_str().expect("text").to_owned() + with);
            }
        }
        reply["notes"] = json!("Any refusal will do.");
    }
    reply.to_string()
}

#[test]
fn tests_that_only_deny_or_leave_out_a_limit_or_a_refusal_are_asked_about_once_and_are_in_doubt_after() {
    let (server, bed) = (Scripted::saying(denies), Bed::new());
    let bounded =
        WALL.replace("who said it.", "who said it, with at most 300 letters, and only that person can delete it.");
    let mut command = bed.g1(&["run", &bounded, "-m", "compat/scripted", "-y", "--json"]);
    command.args(["-c", "models.backoff_ms=1"]);
    command.env("OPENAI_BASE_URL", format!("http://{}/v1", server.address));
    let output = command.output().expect("g1 starts");
    assert_eq!(server.count("test_reply"), 2, "it is asked once: {}", text(&output.stdout));
    let asked = &server.requests("test_reply")[1];
    let seen = scripted::user(asked);
    let said = "C-002: tests.test_core.Quotes.test_refused says only what is not so";
    assert!(seen.contains("denies: 1 clause whose tests say only what is not so") && seen.contains(said), "{seen}");
    let untried = "C-002: no test has both 300 and the value next to it";
    assert!(
        seen.contains("limits: 1 limit that its tests do not try on both sides") && seen.contains(untried),
        "{seen}"
    );
    let allowed = "C-002: no test shows that deleting is refused";
    assert!(
        seen.contains("refusals: 1 act left to some people of which its tests show no refusal")
            && seen.contains(allowed),
        "{seen}"
    );
    let doubts = bed.trace()["doubts"].to_string();
    assert!(
        doubts.contains(allowed)
            && doubts.contains(said)
            && doubts.contains(untried)
            && doubts.contains("Any refusal will do."),
        "{doubts}"
    );
}
