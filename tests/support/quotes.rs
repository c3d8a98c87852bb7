//! What a capable model answers about one small requirement. The application it "writes" lies in `tests/fixtures/quotes`.

use crate::support::{text, workspace};
use serde_json::{Value, json};
use std::path::Path;

pub const WALL: &str = "A quote wall for our office.\nA quote has a text and who said it.\nNo payment.\n";

pub fn files(tests: bool) -> Vec<Value> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/quotes");
    workspace(&root)
        .into_iter()
        .filter(|(path, _)| path.starts_with("tests/") == tests && !path.contains("__pycache__"))
        .map(|(path, content)| json!({"path": path, "content": text(&content)}))
        .collect()
}

/// The reply of that name to a request for it; `user` is the text of the request.
pub fn reply(name: &str, user: &str) -> Value {
    let all = json!(["C-001", "C-002", "C-003"]);
    let decisions = if user.contains("<decision id=D-001") { json!(["D-001"]) } else { json!([]) };
    let teach_back = json!({"clauses": all, "decisions": decisions});
    let mut body = match name {
        "understand_reply" => understand(),
        "plan_reply" => plan(&all),
        "design_reply" => json!({
            "decisions": [{"title": "Stack", "choice": "python-stdlib", "why": "It runs anywhere.", "clauses": ["C-001"], "by": "technical-architect"}],
            "assumptions": [],
            "artifacts": [{"name": "api", "by": "api-designer", "content": "POST and GET /api/quotes", "clauses": all}],
        }),
        "build_reply" => {
            let link = |clause: &str, symbol: &str| json!({"clause": clause, "path": "app/quotes.py", "symbol": symbol, "lines": null});
            json!({
                "files": files(false),
                "links": [link("C-001", "create"), link("C-001", "index"), link("C-001", "show"), link("C-002", "FIELDS[text]"), link("C-002", "FIELDS[speaker]"), link("C-002", "problem")],
                "additions": [{"what": "A health check", "source": "baseline:healthz"}],
                "notes": "",
            })
        }
        "test_reply" => {
            assert!(user.contains("Lines linked to C-002: app/quotes.py"), "{user}");
            let link = |clause: &str, test: &str| json!({"clause": clause, "test": format!("tests.test_core.Quotes.{test}"), "shows": "It is so.", "measures": false});
            json!({
                "files": files(true),
                "links": [link("C-001", "test_a_quote_is_kept_and_read_back"), link("C-001", "test_quotes_are_on_the_wall"), link("C-002", "test_a_quote_is_kept_and_read_back"), link("C-002", "test_limits")],
                "searches": [{"clause": "C-003", "terms": ["payment", "checkout"]}],
                "notes": "",
            })
        }
        "verify_reply" => json!({
            "findings": [finding("C-001", "quote wall"), finding("C-002", "a text and who said it"), finding("C-003", "No payment")],
            "summary": "It is a quote wall.",
        }),
        other => panic!("nobody asks for {other:?}"),
    };
    body["teach_back"] = teach_back;
    body
}

fn understand() -> Value {
    let mark = |id: &str, kind: &str| json!({"id": id, "kind": kind, "reason": "as it says"});
    let clauses = vec![mark("C-001", "function"), mark("C-002", "data"), mark("C-003", "exclusion")];
    let read = |id: &str, statement: &str| json!({"functional": true, "statement": statement, "clauses": [id], "acceptance": ["It is so."]});
    json!({
        "title": "Quote wall",
        "clauses": clauses,
        "interpretations": [read("C-001", "People put quotes on a wall."), read("C-002", "A quote has a text and a speaker."), read("C-003", "There is no payment.")],
        "assumptions": [{"key": "fields:quote", "question": "How long may they be?", "default": "Text up to 500, speaker up to 80 characters.", "clauses": ["C-002"]}],
        "gaps": [],
    })
}

fn plan(all: &Value) -> Value {
    let reads = json!([
        "clauses",
        "interpretations",
        "assumptions",
        "decisions",
        "gaps",
        "plan",
        "artifacts",
        "files",
        "tests",
        "evidence"
    ]);
    let step = |id: &str, produces: &str, personas: &[&str], module: Option<&str>, after: &[&str]| json!({"id": id, "title": id, "produces": produces, "personas": personas, "module": module, "after": after, "reads": reads});
    json!({
        "modules": [{"name": "core", "purpose": "The wall", "clauses": all, "depends_on": []}],
        "steps": [
            step("design", "design", &["solution-architect", "technical-architect", "api-designer", "database-architect"], None, &[]),
            step("build:core", "build", &["developer"], Some("core"), &["design"]),
            step("test:core", "test", &["tester"], Some("core"), &["build:core"]),
            step("verify", "verify", &["verifier", "qa-specialist"], None, &["test:core"]),
        ],
        "team_notes": "",
        "communication_notes": "",
    })
}

fn finding(clause: &str, words: &str) -> Value {
    json!({"clause": clause, "verdict": "met", "argument": format!("“{words}”: it is there.")})
}
