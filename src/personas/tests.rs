use super::*;
use crate::domain::{
    clause::ClauseKind,
    persona::ReadKind,
    reply::{
        Addition, BuildReply, CodeFault, CodeLink, DesignReply, Finding, MarkedClause, NewArtifact, NewAssumption,
        NewDecision, NewFile, NewGap, NewInterpretation, NewModule, NewSearch, NewStep, NewUse, PlanReply, ReplyKind,
        TeachBack, TestLink, TestReply, UnderstandReply, Verdict, VerifyReply,
    },
};
use serde_json::{Value, json};

const KINDS: [ReplyKind; 6] =
    [ReplyKind::Understand, ReplyKind::Plan, ReplyKind::Design, ReplyKind::Build, ReplyKind::Test, ReplyKind::Verify];

/// Checks `value` against the subset of JSON Schema that the strict schemas use; any other keyword is an error, so the
/// schemas cannot quietly start to need more.
fn errors(schema: &Value, value: &Value, at: &str) -> Vec<String> {
    let mut found = Vec::new();
    let object = schema.as_object().expect("a schema is an object");
    for (key, rule) in object {
        match key.as_str() {
            "properties" => {}
            "type" => {
                let types: Vec<&str> = match rule {
                    Value::String(one) => vec![one],
                    Value::Array(many) => many.iter().filter_map(Value::as_str).collect(),
                    _ => vec![],
                };
                let fits = types.iter().any(|t| match *t {
                    "object" => value.is_object(),
                    "array" => value.is_array(),
                    "string" => value.is_string(),
                    "boolean" => value.is_boolean(),
                    "integer" => value.is_u64() || value.is_i64(),
                    "null" => value.is_null(),
                    _ => false,
                });
                if !fits {
                    found.push(format!("{at}: not {types:?}"));
                }
            }
            "enum" => {
                if !rule.as_array().is_some_and(|a| a.contains(value)) {
                    found.push(format!("{at}: {value} is not in {rule}"));
                }
            }
            "anyOf" => {
                let fits = rule.as_array().is_some_and(|a| a.iter().any(|s| errors(s, value, at).is_empty()));
                if !fits {
                    found.push(format!("{at}: none of anyOf"));
                }
            }
            "required" => {
                for name in rule.as_array().into_iter().flatten().filter_map(Value::as_str) {
                    if value.is_object() && value.get(name).is_none() {
                        found.push(format!("{at}: {name} is missing"));
                    }
                }
            }
            "additionalProperties" => {
                for name in value.as_object().into_iter().flat_map(|o| o.keys()) {
                    if object["properties"].get(name).is_none() {
                        found.push(format!("{at}: {name} is unknown"));
                    }
                }
            }
            "items" => {
                for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                    found.extend(errors(rule, item, &format!("{at}[{index}]")));
                }
            }
            "minItems" | "maxItems" | "maxLength" | "minimum" => {
                let limit = rule.as_u64().expect("a bound is a number");
                let ok = match (key.as_str(), value) {
                    ("minItems", Value::Array(a)) => a.len() as u64 >= limit,
                    ("maxItems", Value::Array(a)) => a.len() as u64 <= limit,
                    ("maxLength", Value::String(s)) => s.chars().count() as u64 <= limit,
                    ("minimum", Value::Number(n)) => n.as_u64().is_some_and(|n| n >= limit),
                    _ => true,
                };
                if !ok {
                    found.push(format!("{at}: {key} {limit}"));
                }
            }
            other => found.push(format!("{at}: keyword {other} is outside the strict subset")),
        }
    }
    for (name, rule) in object.get("properties").and_then(Value::as_object).into_iter().flatten() {
        if let Some(value) = value.get(name) {
            found.extend(errors(rule, value, &format!("{at}.{name}")));
        }
    }
    found
}

/// Every object is closed and requires all its properties, as strict modes demand.
fn assert_strict(schema: &Value, at: &str) {
    if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
        let required: Vec<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let names: Vec<&str> = properties.keys().map(String::as_str).collect();
        assert_eq!(required, names, "{at}");
        assert_eq!(schema["additionalProperties"], json!(false), "{at}");
        for (name, property) in properties {
            assert_strict(property, &format!("{at}.{name}"));
        }
    }
    if let Some(items) = schema.get("items") {
        assert_strict(items, &format!("{at}[]"));
    }
    for variant in schema.get("anyOf").and_then(Value::as_array).into_iter().flatten() {
        assert_strict(variant, at);
    }
}

fn ids(list: &[&str]) -> Vec<String> {
    list.iter().map(|s| (*s).to_owned()).collect()
}

fn teach() -> TeachBack {
    TeachBack { clauses: ids(&["C-001"]), decisions: ids(&["D-001"]) }
}

fn assumption() -> NewAssumption {
    NewAssumption {
        key: "k".into(),
        question: "q?".into(),
        default: "d".into(),
        clauses: ids(&["C-001"]),
        choices: Vec::new(),
    }
}

fn looked_up() -> NewUse {
    NewUse { tool: "read".into(), path: Some("app/a.py".into()), lines: Some((1, 9)), ..NewUse::default() }
}

/// A full reply of each kind, with every optional part both present and absent.
fn written(kind: ReplyKind) -> Value {
    let file = NewFile { path: "app/a.py".into(), content: "x = 1\n".repeat(2000) };
    let reply = match kind {
        ReplyKind::Understand => serde_json::to_value(UnderstandReply {
            teach_back: teach(),
            title: "T".into(),
            product: "program".into(),
            stack: "rust".into(),
            clauses: vec![MarkedClause { id: "C-001".into(), kind: ClauseKind::Exclusion, reason: "r".into() }],
            interpretations: vec![NewInterpretation {
                functional: true,
                statement: "s".into(),
                clauses: ids(&["C-001"]),
                acceptance: ids(&["a"]),
            }],
            assumptions: vec![assumption()],
            gaps: vec![NewGap { clause: "C-001".into(), what: "w".into(), reason: "r".into(), whole: true }],
        }),
        ReplyKind::Plan => serde_json::to_value(PlanReply {
            teach_back: teach(),
            modules: vec![NewModule {
                name: "core".into(),
                purpose: "p".into(),
                clauses: ids(&["C-001"]),
                depends_on: vec![],
            }],
            steps: [Some("core".to_owned()), None]
                .map(|module| NewStep {
                    id: "build:core".into(),
                    title: "t".into(),
                    produces: ReplyKind::Build,
                    personas: ids(&["developer"]),
                    module,
                    after: ids(&["design"]),
                    reads: vec![ReadKind::Clauses, ReadKind::Files],
                })
                .to_vec(),
            team_notes: "t".into(),
            communication_notes: "c".into(),
        }),
        ReplyKind::Design => serde_json::to_value(DesignReply {
            teach_back: teach(),
            decisions: vec![NewDecision {
                title: "t".into(),
                choice: "c".into(),
                why: "w".into(),
                clauses: ids(&["C-001"]),
                by: "api-designer".into(),
            }],
            assumptions: vec![assumption()],
            artifacts: vec![NewArtifact {
                name: "api".into(),
                by: "api-designer".into(),
                content: "# API\n".repeat(1000),
                clauses: ids(&["C-001"]),
            }],
        }),
        ReplyKind::Build => serde_json::to_value(BuildReply {
            uses: vec![looked_up()],
            teach_back: teach(),
            files: vec![file],
            links: vec![
                CodeLink { clause: "C-001".into(), path: "app/a.py".into(), symbol: Some("A.b".into()), lines: None },
                CodeLink { clause: "C-001".into(), path: "app/a.py".into(), symbol: None, lines: Some((1, 9)) },
            ],
            additions: vec![Addition { what: "w".into(), source: "baseline:health".into() }],
            gaps: vec![],
            notes: String::new(),
            took_away: vec![],
        }),
        ReplyKind::Test => serde_json::to_value(TestReply {
            uses: vec![looked_up()],
            teach_back: teach(),
            files: vec![file],
            links: vec![TestLink {
                clause: "C-001".into(),
                test: "tests.t.A.b".into(),
                shows: "s".into(),
                measures: true,
            }],
            searches: vec![NewSearch { clause: "C-001".into(), terms: ids(&["payment"]) }],
            faults: vec![CodeFault { clause: "C-001".into(), path: "app/a.py".into(), what: "w".into() }],
            notes: String::new(),
            took_away: vec![],
        }),
        ReplyKind::Verify => serde_json::to_value(VerifyReply {
            teach_back: teach(),
            findings: vec![Finding { clause: "C-001".into(), verdict: Verdict::Partly, argument: "a".into() }],
            summary: "s".into(),
        }),
    };
    reply.expect("replies serialise")
}

#[test]
fn the_schema_accepts_what_serde_writes() {
    for kind in KINDS {
        let found = errors(&schema(kind), &written(kind), "$");
        assert!(found.is_empty(), "{kind:?}: {found:#?}");
        assert!(errors(&without_bounds(&schema(kind)), &written(kind), "$").is_empty());
    }
}

#[test]
fn the_schema_refuses_what_serde_would_refuse() {
    for kind in KINDS {
        let full = written(kind);
        let object = full.as_object().unwrap();
        for name in object.keys() {
            let mut cut = object.clone();
            cut.remove(name);
            assert!(!errors(&schema(kind), &Value::Object(cut), "$").is_empty(), "{kind:?} without {name}");
        }
        let mut more = object.clone();
        more.insert("surprise".into(), json!(1));
        assert!(!errors(&schema(kind), &Value::Object(more), "$").is_empty());
    }
}

#[test]
fn the_schema_is_strict_and_self_contained() {
    for kind in KINDS {
        let schema = schema(kind);
        assert_strict(&schema, "$");
        assert_strict(&repairing(schema.clone()), "$");
        let text = schema.to_string();
        assert!(!text.contains("$ref") && !text.contains("$defs") && !text.contains("\"default\":null"), "{text}");
        assert!(!without_bounds(&schema).to_string().contains("maxLength"));
    }
}

#[test]
fn every_built_in_persona_loads() {
    let (library, warnings) = Library::load(None, None);
    assert_eq!(warnings, vec![]);
    let names: Vec<&str> = library.iter().map(|p| p.id.as_str()).collect();
    assert_eq!(
        names,
        [
            "api-designer",
            "business-analyst",
            "communication-architect",
            "database-architect",
            "developer",
            "knowledge-hub",
            "qa-specialist",
            "requirement-concierge",
            "solution-architect",
            "team-architect",
            "technical-architect",
            "tester",
            "transition-manager",
            "verifier",
            "workflow-designer",
        ]
    );
    for kind in KINDS {
        assert!(library.iter().any(|p| p.produces.contains(&kind)), "nobody produces {kind:?}");
    }
    let glyphs: std::collections::BTreeSet<&str> = library.iter().map(|p| p.glyph.as_str()).collect();
    assert_eq!(glyphs.len(), 15, "glyphs tell personas apart");
}

/// The prompt of a persona that answers calls explains every field of the reply it signs alone or with others.
#[test]
fn the_prompts_of_a_kind_explain_every_field_of_its_reply() {
    let (library, _) = Library::load(None, None);
    for kind in KINDS {
        let prompts: String =
            library.iter().filter(|p| p.produces.contains(&kind)).map(|p| p.prompt.as_str()).collect();
        let schema = schema(kind);
        for name in schema["properties"].as_object().unwrap().keys().filter(|n| *n != "teach_back") {
            assert!(prompts.contains(&format!("`{name}`")), "{kind:?}: no persona explains `{name}`");
        }
    }
}

#[test]
fn a_project_file_overrides_the_users_and_the_users_the_built_in() {
    let (user, project) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let file = |role: &str| {
        format!(
            "+++\nname = \"Dev\"\nrole = \"{role}\"\nglyph = \"d\"\nascii_glyph = \"d\"\ncolor = 1\nproduces = [\"build\"]\n+++\nWork.\n"
        )
    };
    fs::write(user.path().join("developer.md"), file("user's")).unwrap();
    fs::write(user.path().join("poet.md"), file("extra")).unwrap();
    let id = PersonaId::new("developer").unwrap();
    let (library, warnings) = Library::load(Some(project.path()), Some(user.path()));
    assert_eq!(warnings, vec![]);
    assert_eq!(library.get(&id).unwrap().source, PersonaSource::User);
    assert_eq!(library.iter().count(), 16);
    fs::write(project.path().join("developer.md"), file("project's")).unwrap();
    let (library, _) = Library::load(Some(project.path()), Some(user.path()));
    assert_eq!(library.get(&id).unwrap().role.as_str(), "project's");
    assert_eq!(library.get(&id).unwrap().prompt, "Work.");
}

#[test]
fn a_bad_file_is_skipped_and_named_with_its_line() {
    let front = "+++\nname = \"N\"\nrole = \"R\"\nglyph = \"n\"\nascii_glyph = \"n\"\ncolor = 1\n";
    let cases: &[(&str, Vec<u8>, &str)] = &[
        ("a.md", b"no front matter".to_vec(), "a.md:1:"),
        ("b.md", b"+++\nname = \"N\"\n".to_vec(), "b.md:1:"),
        ("c.md", b"+++\nname = \"N\"\nrole = = 1\n+++\nx".to_vec(), "c.md:3:"),
        ("d.md", format!("{front}tone = \"warm\"\n+++\nx").into_bytes(), "d.md:7:"),
        ("e.md", format!("{front}+++\n  \n").into_bytes(), "e.md:8:"),
        ("f.md", front.replace("color = 1", "color = 9").into_bytes(), "f.md:1:"),
        ("Upper.md", format!("{front}+++\nx").into_bytes(), "Upper.md:1:"),
        ("h.md", b"+++\nname = \"\xff\"\n+++\nx".to_vec(), "h.md:2:"),
        ("i.md", vec![b'x'; 200_000], "i.md:1:"),
    ];
    let dir = tempfile::tempdir().unwrap();
    for (name, bytes, _) in cases {
        fs::write(dir.path().join(name), bytes).unwrap();
    }
    let (library, warnings) = Library::load(Some(dir.path()), None);
    assert_eq!(library.iter().count(), 15);
    assert_eq!(warnings.len(), cases.len());
    for (name, _, expected) in cases {
        let named = warnings.iter().filter(|w| w.contains(&format!("/{expected}"))).count();
        assert_eq!(named, 1, "{name}: {warnings:#?}");
    }
}
