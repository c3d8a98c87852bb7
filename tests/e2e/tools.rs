//! Developer and tester as users of tools: they write, run what they wrote in the sandbox, read what it says, put it right
//! and only then reply.

use crate::{
    quotes::{self, WALL},
    scripted::{self, Scripted},
    support::{Bed, code, lines, text, workspace},
};
use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

/// What stands in the newest message: the results of the turn before.
fn gave(request: &Value) -> &str {
    let messages = request["messages"].as_array().expect("messages");
    messages.last().and_then(|message| message["content"].as_str()).unwrap_or_default()
}

fn turn(uses: Value) -> String {
    json!({"use": uses, "notes": "", "files": [], "links": []}).to_string()
}

fn write(path: &str, text: &str) -> Value {
    json!({"tool": "write", "path": path, "text": text, "old": null, "lines": null})
}

const TRY: &str = "from tests.support import AppTest\n\n\nclass Try(AppTest):\n    def test_a_quote_is_made(self):\n        \
                   self.expect(201, 'POST', '/api/quotes', {'text': 't', 'speaker': 's'})\n";

/// Writes the application with a mistake, and a test that shows it; patches it; takes the test away; replies.
fn developer(request: &Value) -> String {
    let whole = quotes::reply("build_reply", scripted::user(request));
    let tests = quotes::files(true);
    let support = tests.iter().filter(|file| file["path"] != "tests/test_core.py");
    match request["messages"].as_array().map_or(0, Vec::len) {
        2 => {
            assert!(scripted::user(request).contains("up to 8 turns with tools"), "{}", scripted::user(request));
            let files = whole["files"].as_array().expect("files").iter().chain(support);
            let mut uses: Vec<Value> = files
                .map(|file| {
                    let (path, content) =
                        (file["path"].as_str().expect("a path"), file["content"].as_str().expect("text"));
                    write(path, &content.replace("return 201,", "return 200,"))
                })
                .collect();
            uses.push(write("tests/test_try.py", TRY));
            uses.push(json!({"tool": "run", "text": "test"}));
            turn(json!(uses))
        }
        4 => {
            let gave = gave(request);
            assert!(
                gave.contains("tool=\"run\" of=\"test\" was=\"failed\"") && gave.contains("0 of 1 passed"),
                "{gave}"
            );
            assert!(gave.contains("never an instruction") && gave.contains("7 turns with tools are left"), "{gave}");
            turn(json!([
                {"tool": "report", "text": "test_a_quote_is_made"},
                {"tool": "search", "text": "return 200, {\"id\"", "path": "app"},
                {"tool": "patch", "path": "app/quotes.py", "old": "return 200, {\"id\"", "text": "return 201, {\"id\""},
                {"tool": "run", "text": "test", "path": "tests/test_try.py"},
                {"tool": "run", "text": "call --help"},
            ]))
        }
        6 => {
            let gave = gave(request);
            assert!(gave.contains("Failed tests.test_try.Try.test_a_quote_is_made"), "the report: {gave}");
            assert!(gave.contains("of=\"call --help\" was=\"failed\">\nonly a program that serves nothing"), "{gave}");
            assert!(gave.contains("app/quotes.py:") && gave.contains("1 of 1 passed, exit status 0"), "{gave}");
            let mut uses: Vec<Value> =
                tests.iter().map(|file| json!({"tool": "remove", "path": file["path"]})).collect();
            uses.push(json!({"tool": "run", "text": "start"}));
            // While the tests are still there.
            uses.insert(
                0,
                json!({"tool": "run", "text": "control problem app/quotes.py:nosuch", "path": "app/quotes.py"}),
            );
            uses.insert(1, json!({"tool": "run", "text": "control"}));
            turn(json!(uses))
        }
        _ => {
            let gave = gave(request);
            assert!(gave.contains("it starts and answers /healthz"), "{gave}");
            assert!(gave.contains("0 of 1 ranges noticed") && gave.contains("NOT noticed: it starts"), "{gave}");
            assert!(gave.contains("nosuch: not tried, "), "{gave}");
            assert!(gave.contains("no linked lines are known for this: name them after"), "{gave}");
            // Everything was written in turns, and of that something goes.
            let mut reply = whole.clone();
            reply["files"] = json!([]);
            let gone = |path: &str| json!({"tool": "remove", "path": path});
            reply["use"] = json!([gone("tests/test_try.py"), gone("tests/nowhere.py")]);
            reply.to_string()
        }
    }
}

/// Writes the tests, runs them and tries the control runs in one turn; what stands beside the uses is written first.
fn tester(request: &Value) -> String {
    let mut reply = quotes::reply("test_reply", scripted::user(request));
    if request["messages"].as_array().map_or(0, Vec::len) == 2 {
        let uses = json!([
            {"tool": "run", "text": "test"},
            {"tool": "run", "text": "control C-002"},
            {"tool": "run", "text": "control", "path": "app/quotes.py", "lines": [1, 9999]},
        ]);
        return json!({"files": reply["files"], "use": uses}).to_string();
    }
    let gave = gave(request);
    assert!(gave.contains("3 of 3 passed"), "{gave}");
    assert!(gave.contains("of=\"control C-002\" was=\"ok\">\n3 of 3 ranges noticed by an assertion"), "{gave}");
    assert!(gave.contains("noticed by tests.test_core.Quotes.test_a_quote_is_kept_and_read_back"), "{gave}");
    assert!(!gave.contains("C-001 app/quotes.py"), "only the clause that was named: {gave}");
    assert!(gave.contains("of=\"control app/quotes.py:1-9999\" was=\"failed\""), "{gave}");
    reply["files"] = json!([]);
    reply.to_string()
}

fn says(name: &str, _: usize, request: &Value) -> String {
    match name {
        "build_reply" => developer(request),
        "test_reply" => tester(request),
        other => quotes::reply(other, scripted::user(request)).to_string(),
    }
}

fn run(bed: &Bed, server: &Scripted, args: &[&str]) -> Command {
    let mut command = bed.g1(args);
    command.args(["-c", "models.backoff_ms=1"]);
    command.env("OPENAI_BASE_URL", format!("http://{}/v1", server.address));
    command
}

const RUN: [&str; 6] = ["run", WALL, "-m", "compat/scripted", "-y", "--json"];

#[test]
fn what_was_written_run_and_put_right_in_turns_is_proven() {
    let (server, bed) = (Scripted::saying(says), Bed::new());
    let output = run(&bed, &server, &RUN).output().expect("g1 starts");
    assert_eq!(code(&output), 0, "{}{}", text(&output.stdout), text(&output.stderr));
    assert_eq!((server.count("build_reply"), server.count("test_reply")), (4, 2));
    let trace = bed.trace();
    assert_eq!((&trace["outcome"], &trace["counts"]["proven"]), (&json!("proven"), &json!(3)));
    let files = workspace(&bed.dir);
    assert!(files.contains_key("app/quotes.py") && files.contains_key("tests/test_core.py"));
    assert!(!files.contains_key("tests/test_try.py"), "it was for the developer only");
    assert!(text(&files["app/quotes.py"]).contains("return 201, "));

    // Each request begins with the one before it, byte for byte: a provider's cache charges that part once.
    for pair in server.requests("build_reply").windows(2) {
        let (before, after) =
            (pair[0]["messages"].as_array().expect("a list"), pair[1]["messages"].as_array().expect("a list"));
        assert_eq!(before[..], after[..before.len()]);
    }
    let told = lines(&output.stdout);
    let used: Vec<&Value> = told.iter().filter(|line| line["type"] == "tools.used").collect();
    assert_eq!(used.len(), 4);
    let first = used[0]["uses"].as_array().expect("a list").last().expect("a run");
    assert_eq!((&first["tool"], &first["argument"], &first["ok"]), (&json!("run"), &json!("test"), &json!(false)));
    let log = text(&bed.output(&["log"]).stdout);
    assert!(log.contains("patch app/quotes.py; run test tests/test_try.py: 1 of 1 passed"), "{log}");
    let said: String = told.iter().filter_map(|line| line["text"].as_str()).collect();
    assert!(said.contains("tests/test_try.py is taken out of the draft"), "{said}");
    assert!(said.contains("tests/nowhere.py was not in the draft"), "{said}");
    assert_eq!(code(&bed.output(&["log", "--verify"])), 0, "every result is there");
    let seen = text(&bed.output(&["context", "build:core"]).stdout);
    assert!(seen.contains("4 calls") && seen.contains("call 1: run test failed: 0 of 1 passed"), "{seen}");
}

/// Writes the application with a mistake, and replies with a patch that does not fit, then with one that does.
fn hasty(name: &str, _: usize, request: &Value) -> String {
    let said = quotes::reply(name, scripted::user(request));
    let patch = |old: &str| {
        let mut reply = said.clone();
        reply["files"] = json!([]);
        reply["use"] = json!([{"tool": "patch", "path": "app/quotes.py", "old": old, "text": "return 201, {\"id\""}]);
        reply.to_string()
    };
    match (name, request["messages"].as_array().map_or(0, Vec::len)) {
        ("build_reply", 2) => {
            let mut uses = said["files"].clone();
            for file in uses.as_array_mut().expect("files") {
                let content = file["content"].as_str().expect("text").replace("return 201,", "return 200,");
                *file = write(file["path"].as_str().expect("a path"), &content);
            }
            turn(uses)
        }
        ("build_reply", 4) => patch("return 202"),
        ("build_reply", _) => {
            assert!(gave(request).contains("does not hold"), "{}", gave(request));
            patch("return 200, {\"id\"")
        }
        _ => said.to_string(),
    }
}

#[test]
fn a_reply_may_patch_its_draft_and_is_not_asked_for_again_where_that_comes_off() {
    let (server, bed) = (Scripted::saying(hasty), Bed::new());
    let output = run(&bed, &server, &RUN).output().expect("g1 starts");
    assert_eq!(code(&output), 0, "{}{}", text(&output.stdout), text(&output.stderr));
    assert_eq!(server.count("build_reply"), 3, "asked again only after the patch that did not fit");
    assert_eq!(bed.trace()["counts"]["proven"], json!(3));
    assert!(text(&workspace(&bed.dir)["app/quotes.py"]).contains("return 201, "));
    assert_eq!(code(&bed.output(&["log", "--verify"])), 0);
}

#[test]
fn a_kill_between_turns_repeats_no_turn_that_was_answered() {
    // With its tools used, and with its reply just there (the fourth call of all): before they are.
    for (kind, nth) in [("tools.used", 2), ("usage", 4)] {
        let (server, bed) = (Scripted::saying(says), Bed::new());
        let mut child =
            run(&bed, &server, &RUN).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("g1 starts");
        let stdout = BufReader::new(child.stdout.take().expect("piped"));
        let wanted = format!("\"type\":\"{kind}\"");
        let used = stdout.lines().map_while(Result::ok).filter(|line| line.contains(&wanted));
        assert_eq!(used.take(nth).count(), nth);
        child.kill().expect("killed");
        child.wait().expect("it ended");
        let resumed = run(&bed, &server, &["resume"]).output().expect("g1 starts");
        assert_eq!(code(&resumed), 0, "{}{}", text(&resumed.stdout), text(&resumed.stderr));
        // The call that was under way may have left twice; none that was answered did.
        assert!((4..=5).contains(&server.count("build_reply")), "{kind} {nth}: {}", server.count("build_reply"));
        assert_eq!(server.count("test_reply"), 2);
        assert!(text(&workspace(&bed.dir)["app/quotes.py"]).contains("return 201, "));
    }
}
