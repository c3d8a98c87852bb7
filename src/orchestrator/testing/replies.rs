//! Made-up replies.

use super::{Fault, Sim, kind};
use crate::domain::{
    clause::{Clause, ClauseKind},
    plan::{Seat, Task},
    reply::ReplyKind,
    run::Step,
};
use serde_json::{Value, json};

impl Sim {
    /// The clauses a made-up reply speaks of.
    fn clauses(&self, step: &Step) -> Vec<&Clause> {
        let run = self.run();
        let all = run.clauses.values();
        let mut list: Vec<&Clause> = match step.plan.produces {
            ReplyKind::Understand => all.filter(|c| c.retired.is_none()).collect(),
            ReplyKind::Build | ReplyKind::Test => {
                all.filter(|c| c.demands() && step.plan.clauses.contains(&c.id)).collect()
            }
            _ => all.filter(|c| c.demands()).collect(),
        };
        if let Some(call) = step.open_call().filter(|call| call.page.is_part()) {
            list.retain(|c| call.covers.contains(&c.id));
        }
        if self.fault(step) == Some(Fault::Drop) {
            // Of those whose absence is an error in every kind of reply.
            let last = list.iter().rposition(|c| matches!(kind(&c.text), ClauseKind::Function | ClauseKind::Data));
            if let Some(last) = last {
                list.remove(last);
            }
        }
        list
    }

    fn wanted_turns(&self, step: &Step) -> u32 {
        let id = step.plan.id.to_string();
        let shared = Seat::shared(&step.plan);
        let works = step.open_call().map_or(&shared, |call| &call.seat).may_use_tools(step.plan.produces);
        let wanted = self.turns.get(&(id.clone(), step.attempt)).or_else(|| self.turns.get(&(id, 0)));
        wanted.copied().filter(|_| works).unwrap_or(0)
    }

    /// The reply to the call that is open, or to one for the whole step.
    pub fn reply(&self, step: &Step) -> String {
        let ids = |list: Vec<&Clause>| list.iter().map(|c| c.id.to_string()).collect::<Vec<_>>();
        match step.open_call().map(|call| call.seat.task) {
            Some(Task::TeachBack) => {
                let mut ids = ids(self.clauses(step));
                if self.fault(step) == Some(Fault::Mute) {
                    ids.pop();
                }
                return json!({"teach_back": {"clauses": ids, "decisions": []}}).to_string();
            }
            Some(Task::Review) => {
                let unmet = self.fault(step) == Some(Fault::Unmet);
                let finding = |(n, id): (usize, String)| {
                    let verdict = if unmet && n == 0 { "unmet" } else { "met" };
                    json!({"clause": id, "verdict": verdict, "argument": "as I read it"})
                };
                let demands = self.clauses(step).into_iter().filter(|c| kind(&c.text).demands()).collect();
                let findings: Vec<Value> = ids(demands).into_iter().enumerate().map(finding).collect();
                return json!({"teach_back": {"clauses": [], "decisions": []}, "findings": findings, "summary": ""})
                    .to_string();
            }
            Some(Task::Work) | None => {}
        }
        if self.fault(step) == Some(Fault::Garbage) {
            return "I would rather not.".into();
        }
        let clauses = self.clauses(step);
        let ids: Vec<String> = clauses.iter().map(|c| c.id.to_string()).collect();
        let taken = step.calls.iter().rev().skip(1).take_while(|call| call.turn.is_some()).count();
        if taken < self.wanted_turns(step) as usize {
            return turn(step, taken);
        }
        // What its turns wrote it need not say again; after one turn only, it is wrong.
        let written = taken > 1;
        let mut value = match step.plan.produces {
            ReplyKind::Understand => understand(&clauses),
            ReplyKind::Plan => plan(&ids),
            ReplyKind::Design => {
                let says = clauses.iter().map(|c| c.text.as_str()).collect::<String>();
                let content = if self.fault(step) == Some(Fault::Lists) { "as required".to_owned() } else { says };
                json!({
                    "decisions": [{"title": "Storage", "choice": "SQLite", "why": "small", "clauses": ids, "by": "database-architect"}],
                    "assumptions": [],
                    "artifacts": [{"name": "api", "by": "api-designer", "content": content, "clauses": ids}],
                })
            }
            ReplyKind::Build => {
                let (path, content) = file(step);
                let links: Vec<Value> = (1..)
                    .zip(clauses.iter().filter(|c| c.kind != Some(ClauseKind::Exclusion)))
                    .map(|(n, c)| json!({"clause": c.id.to_string(), "path": path, "symbol": null, "lines": [n, n]}))
                    .collect();
                json!({
                    "files": if written { json!([]) } else { json!([{"path": path, "content": content}]) },
                    "links": links,
                    "additions": [{"what": "health check", "source": "baseline:healthz"}],
                    "notes": "done",
                })
            }
            ReplyKind::Test => {
                let module = step.plan.module.clone().unwrap();
                let (path, content) = file(step);
                let (excluded, tested): (Vec<&&Clause>, Vec<&&Clause>) =
                    clauses.iter().partition(|c| c.kind == Some(ClauseKind::Exclusion));
                let links: Vec<Value> = tested
                    .iter()
                    .map(|c| {
                        json!({"clause": c.id.to_string(), "test": format!("tests.test_{module}.T.test_{}", c.id.0),
                        "shows": c.text.trim(), "measures": c.kind == Some(ClauseKind::Quality)})
                    })
                    .collect();
                let searches: Vec<Value> =
                    excluded.iter().map(|c| json!({"clause": c.id.to_string(), "terms": ["payment"]})).collect();
                let faults = match self.fault(step) {
                    Some(Fault::Blames | Fault::Objects) => {
                        json!([{"clause": "C-003", "path": "", "what": "a note loses its title"}])
                    }
                    Some(Fault::Mislinked) => {
                        json!([{"clause": "C-003", "path": "app/notes.py", "what": "Link: line 1 is of another clause"}])
                    }
                    _ => json!([]),
                };
                json!({
                    "faults": faults,
                    "files": if written { json!([]) } else { json!([{"path": path, "content": content}]) },
                    "links": links, "searches": searches, "notes": "done",
                })
            }
            ReplyKind::Verify => {
                let findings: Vec<Value> = clauses
                    .iter()
                    .map(|c| {
                        let id = c.id.to_string();
                        let verdict = self.verdicts.get(&id).unwrap_or(&"met");
                        json!({"clause": id, "verdict": verdict, "argument": format!("as I read \"{}\"", c.text.trim())})
                    })
                    .collect();
                json!({"findings": findings, "summary": "looks right"})
            }
        };
        value["teach_back"] = json!({"clauses": ids, "decisions": []});
        if self.fault(step) == Some(Fault::Patches) {
            value["use"] = json!([{"tool": "patch", "path": file(step).0, "text": "# other\n", "old": "#"}]);
        }
        value.to_string()
    }
}

/// One that writes the step's file, wrong at first.
fn turn(step: &Step, taken: usize) -> String {
    let (path, content) = file(step);
    let text = if taken == 0 { "# wrong\n".to_owned() } else { content };
    json!({"use": [{"tool": "write", "path": path, "text": text, "old": null, "lines": null}], "notes": ""}).to_string()
}

/// The one file that a build or test brings.
fn file(step: &Step) -> (String, String) {
    let module = step.plan.module.clone().unwrap_or_default();
    match step.plan.produces {
        ReplyKind::Test => (format!("tests/test_{module}.py"), "# tests\n".to_owned()),
        _ => (format!("app/{module}.py"), format!("# {module}\n# {}\n", step.feedback.len())),
    }
}

fn understand(clauses: &[&Clause]) -> Value {
    let marks: Vec<Value> = clauses
        .iter()
        .map(|c| json!({"id": c.id.to_string(), "kind": kind(&c.text), "reason": "as it says"}))
        .collect();
    let readings: Vec<Value> = clauses
        .iter()
        .filter(|c| kind(&c.text).demands())
        .map(|c| {
            json!({"functional": kind(&c.text) != ClauseKind::Quality, "statement": c.text.trim(),
            "clauses": [c.id.to_string()], "acceptance": ["it does"]})
        })
        .collect();
    json!({
        "title": "Diary",
        "clauses": marks,
        "interpretations": readings,
        "assumptions": [{"key": "fields:note", "question": "What has a note?", "default": "title and text", "clauses": ["C-003"],
            "choices": ["title and text", "title only"]}],
        "gaps": [],
    })
}

pub fn plan(ids: &[String]) -> Value {
    let core: Vec<&String> = ids.iter().filter(|id| *id != "C-003" && *id != "C-004").collect();
    let notes: Vec<&String> = ids.iter().filter(|id| *id == "C-003" || *id == "C-004").collect();
    let step = |id: &str, produces: &str, persona: &str, module: Option<&str>, after: &[&str]| {
        json!({"id": id, "title": id, "produces": produces, "personas": [persona], "module": module, "after": after,
        "reads": ["clauses"]})
    };
    json!({
        "modules": [
            {"name": "core", "purpose": "the frame", "clauses": core, "depends_on": []},
            {"name": "notes", "purpose": "notes", "clauses": notes, "depends_on": ["core"]},
        ],
        "steps": [
            step("design", "design", "solution-architect", None, &["plan"]),
            step("build:core", "build", "developer", Some("core"), &["design"]),
            step("build:notes", "build", "developer", Some("notes"), &["build:core"]),
            step("test:core", "test", "tester", Some("core"), &["build:core"]),
            step("test:notes", "test", "tester", Some("notes"), &["build:notes", "test:core"]),
            step("verify", "verify", "verifier", None, &["test:core", "test:notes"]),
        ],
        "team_notes": "small team",
        "communication_notes": "everybody reads the clauses",
    })
}
