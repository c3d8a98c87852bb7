//! What the server answers: a plan of four modules, and code in a stack that G1 does not execute, or in one that it does.

use super::stack::Stack;
use serde_json::{Value, json};

pub const REQUIREMENT: &str = "\
A weighbridge book for our quarry.
A haulier has a name and a telephone number.
A lorry has a plate and belongs to a haulier.
A ticket has a lorry, a gross weight and a tare weight in kilograms.
The net weight of a ticket is gross weight minus tare weight.
Tickets are listed by day.
The net weight of a month is shown for each haulier.
No payment.
";

/// Calls of one run: understand, plan, design, four modules built and tested, verify.
pub const CALLS: usize = 12;

/// Modules with the clauses they own.
const MODULES: [(&str, &[&str]); 4] = [
    ("core", &["C-001", "C-008"]),
    ("hauliers", &["C-002", "C-003"]),
    ("tickets", &["C-004", "C-005"]),
    ("reports", &["C-006", "C-007"]),
];
const EXCLUSION: &str = "C-008";
const KINDS: [&str; 8] = ["function", "data", "data", "data", "function", "function", "function", "exclusion"];

fn all() -> Vec<&'static str> {
    let mut all: Vec<&str> = MODULES.iter().flat_map(|(_, clauses)| clauses.iter().copied()).collect();
    all.sort_unstable();
    all
}

/// The clause, word for word.
fn words(clause: &str) -> &'static str {
    let number = clause.trim_start_matches("C-").parse::<usize>().unwrap_or(1);
    REQUIREMENT.lines().nth(number - 1).unwrap_or_default()
}

/// The reply to a request, by the schema that it asks for and the step that it names.
pub fn reply(stack: Stack, request: &Value) -> Value {
    let user = request["messages"][1]["content"].as_str().unwrap_or_default();
    let module = MODULES.iter().find(|(name, _)| {
        user.contains(&format!("Step: `build:{name}`")) || user.contains(&format!("Step: `test:{name}`"))
    });
    let (name, owned) = module.copied().unwrap_or(("core", &[]));
    let (mut body, mut clauses) = match request["response_format"]["json_schema"]["name"].as_str().unwrap_or_default() {
        "understand_reply" => (understand(stack), all()),
        "plan_reply" => (plan(), all()),
        "design_reply" => (design(stack), all()),
        "build_reply" => (build(stack, name, owned), owned.to_vec()),
        "test_reply" => (test(stack, name, owned), owned.to_vec()),
        _ => (verify(), all()),
    };
    clauses.sort_unstable();
    let decisions = if user.contains("<decision id=D-001") { json!(["D-001"]) } else { json!([]) };
    body["teach_back"] = json!({"clauses": clauses, "decisions": decisions});
    body
}

fn understand(stack: Stack) -> Value {
    let clauses: Vec<Value> =
        all().iter().zip(KINDS).map(|(id, kind)| json!({"id": id, "kind": kind, "reason": "as it says"})).collect();
    let demands: Vec<&str> = REQUIREMENT.lines().collect();
    let interpretations: Vec<Value> = all()
        .iter()
        .zip(demands)
        .map(|(id, line)| json!({"functional": true, "statement": line, "clauses": [id], "acceptance": [line]}))
        .collect();
    let [product, stack] = stack.product();
    json!({"title": "Weighbridge book", "product": product, "stack": stack, "clauses": clauses, "interpretations": interpretations, "assumptions": [], "gaps": []})
}

fn plan() -> Value {
    // As the Communication Architect is told to.
    let reads = |produces: &str| {
        let more: &[&str] = match produces {
            "design" => &["plan"],
            "build" => &["decisions", "plan", "artifacts", "files"],
            "test" => &["decisions", "plan", "artifacts", "files", "tests"],
            _ => &["decisions", "artifacts", "files", "tests", "evidence"],
        };
        ["clauses", "assumptions", "gaps", "instructions", "interpretations"]
            .iter()
            .chain(more)
            .copied()
            .collect::<Vec<_>>()
    };
    let step = |id: String, produces: &str, personas: &[&str], module: Option<&str>, after: Vec<String>| json!({"id": id, "title": id, "produces": produces, "personas": personas, "module": module, "after": after, "reads": reads(produces)});
    let architects = ["solution-architect", "technical-architect", "api-designer", "database-architect"];
    let mut steps = vec![step("design".into(), "design", &architects, None, vec![])];
    let mut before = "design".to_owned();
    for (name, _) in MODULES {
        steps.push(step(format!("build:{name}"), "build", &["developer"], Some(name), vec![before]));
        before = format!("build:{name}");
    }
    for (name, _) in MODULES {
        steps.push(step(format!("test:{name}"), "test", &["tester"], Some(name), vec![before]));
        before = format!("test:{name}");
    }
    steps.push(step("verify".into(), "verify", &["verifier", "qa-specialist"], None, vec![before]));
    let modules: Vec<Value> = MODULES
        .iter()
        .map(|(name, clauses)| json!({"name": name, "purpose": format!("The {name}"), "clauses": clauses, "depends_on": if *name == "core" { vec![] } else { vec!["core"] }}))
        .collect();
    json!({"modules": modules, "steps": steps, "team_notes": "", "communication_notes": ""})
}

fn design(stack: Stack) -> Value {
    json!({
        "decisions": [{"title": "Stack", "choice": stack.name(), "why": "Nothing to install.", "clauses": ["C-001"], "by": "technical-architect"}],
        "assumptions": [],
        "artifacts": [{"name": "api", "by": "api-designer", "content": "POST and GET /api/hauliers, /api/lorries, /api/tickets; GET /api/months", "clauses": all()}],
    })
}

/// What is built and tested: the last clause is an exclusion, which only a search can show.
fn demands<'a>(owned: &[&'a str]) -> impl Iterator<Item = (usize, &'a str)> {
    owned.iter().copied().filter(|clause| *clause != EXCLUSION).enumerate()
}

fn build(stack: Stack, module: &str, owned: &[&str]) -> Value {
    let mut files = vec![json!({"path": stack.code_path(module), "content": stack.code(module)})];
    if module == "core" {
        files.push(json!({"path": "g1.toml", "content": stack.manifest()}));
        files.extend(stack.beside().iter().map(|path| json!({"path": path, "content": ""})));
    }
    let links: Vec<Value> = demands(owned)
        .map(|(n, clause)| json!({"clause": clause, "path": stack.code_path(module), "symbol": null, "lines": stack.lines(n)}))
        .collect();
    json!({"files": files, "links": links, "additions": [], "notes": ""})
}

fn test(stack: Stack, module: &str, owned: &[&str]) -> Value {
    let parts: Vec<usize> = demands(owned).map(|(n, _)| n).collect();
    let mut files = vec![json!({"path": stack.test_path(module), "content": stack.test(module, &parts)})];
    if module == "core" {
        files.extend(stack.beside_tests().iter().map(|path| json!({"path": path, "content": ""})));
    }
    let links: Vec<Value> = demands(owned)
        .map(|(n, clause)| json!({"clause": clause, "test": stack.test_name(module, n), "shows": words(clause), "measures": false}))
        .collect();
    let searches: Vec<Value> = owned
        .iter()
        .filter(|clause| **clause == EXCLUSION)
        .map(|clause| json!({"clause": clause, "terms": ["payment", "checkout"]}))
        .collect();
    json!({"files": files, "links": links, "searches": searches, "notes": ""})
}

fn verify() -> Value {
    let findings: Vec<Value> =
        all().iter().map(|clause| json!({"clause": clause, "verdict": "met", "argument": format!("“{}”: it is there.", words(clause))})).collect();
    json!({"findings": findings, "summary": "It is a weighbridge book."})
}
