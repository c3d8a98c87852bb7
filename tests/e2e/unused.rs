//! A developer links code that nothing in the product calls, and that can tell a test from a person.

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
