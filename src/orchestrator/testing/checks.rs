//! Made-up results of checks.

use super::{Fault, Sim, blob};
use crate::{
    domain::{
        ClauseId, Clean, EvidenceId, Hash,
        artifact::{CodeRange, FileEntry, TestRef, tree_hash},
        evidence::{ControlRun, EvidenceKind, ExclusionSearch, SandboxLevel, TestOutcome, TestResult},
        reply::ReplyKind,
        run::{Check, Step},
    },
    orchestrator::{Checked, Executed, checks::verdict, parse},
};
use serde_json::Value;
use std::collections::BTreeMap;

impl Sim {
    /// What a driver finds when it stores, resolves and executes a reply.
    pub(super) fn check(&self, step: &Step) -> Checked {
        let run = self.run();
        let text = step.reply.as_ref().map_or_else(|| self.reply(step), blob);
        let fault = self.fault(step);
        let mut checked = Checked::default();
        // A red attempt is checked too when a person is asked about it; a reply that cannot be read brings nothing.
        let (Ok(reply), true) = (serde_json::from_str::<Value>(&text), parse(step.plan.produces, &text).is_ok()) else {
            return checked;
        };
        for file in reply["files"].as_array().into_iter().flatten() {
            let content = file["content"].as_str().unwrap();
            checked.files.push(FileEntry {
                path: file["path"].as_str().unwrap().into(),
                sha256: Hash::of(content.as_bytes()),
                bytes: content.len() as u64,
                lines: content.lines().count() as u32,
                executable: false,
                step: step.plan.id.clone(),
            });
        }
        let mut tree: BTreeMap<String, FileEntry> = (*run.files).clone();
        tree.extend(checked.files.iter().map(|f| (f.path.clone(), f.clone())));
        let tree = tree_hash(tree.values());
        let file = |path: &str| checked.files.iter().find(|f| f.path == path).map(|f| f.sha256.clone()).unwrap();
        let clause = |v: &Value| v["clause"].as_str().unwrap().parse::<ClauseId>().unwrap();
        let ok = |name: &str, passed| verdict(name, name.into(), if passed { vec![] } else { vec!["wrong".into()] });
        match step.plan.produces {
            ReplyKind::Build => {
                checked.code_links = reply["links"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|l| {
                        let path = l["path"].as_str().unwrap();
                        let line = l["lines"][0].as_u64().unwrap() as u32;
                        CodeRange {
                            clause: clause(l),
                            path: path.into(),
                            lines: (line, line),
                            sha256: file(path),
                            step: None,
                        }
                    })
                    .collect();
                let up = fault != Some(Fault::Fails);
                checked.executed = vec![executed(EvidenceKind::Boot, &tree, i32::from(!up), Vec::new())];
                checked.checks = vec![ok("boot", up)];
                if fault == Some(Fault::Unused) {
                    let said = "C-003: nothing in the product has the name of `shorten` in app/notes.py";
                    checked.checks.push(verdict(Check::UNUSED, "1 link".into(), vec![said.into()]));
                }
            }
            ReplyKind::Test => {
                let path = reply["files"][0]["path"].as_str().unwrap();
                checked.test_links = reply["links"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|l| TestRef {
                        clause: clause(l),
                        test: l["test"].as_str().unwrap().into(),
                        path: path.into(),
                        sha256: file(path),
                        measures: l["measures"].as_bool().unwrap_or(false),
                        shows: l["shows"].as_str().unwrap().into(),
                    })
                    .collect();
                let fails = matches!(fault, Some(Fault::Fails | Fault::Blames));
                let names: Vec<String> = checked.test_links.iter().map(|t| t.test.clone()).collect();
                checked.executed = vec![
                    executed(EvidenceKind::Tests, &tree, i32::from(fails), results(&names, fails)),
                    executed(EvidenceKind::Control, &tree, 0, Vec::new()),
                    executed(EvidenceKind::Search, &tree, 0, Vec::new()),
                ];
                for range in &run.code_links {
                    for test in checked.test_links.iter().filter(|t| t.clause == range.clause) {
                        let passed = fault == Some(Fault::Unnoticed);
                        checked.controls.push(ControlRun {
                            clause: range.clause,
                            path: range.path.clone(),
                            lines: range.lines,
                            file_sha256: range.sha256.clone(),
                            test: test.test.clone(),
                            test_sha256: test.sha256.clone(),
                            booted: true,
                            outcome: Some(if passed { TestOutcome::Passed } else { TestOutcome::Failed }),
                            evidence: EvidenceId(2),
                        });
                    }
                }
                checked.searches = reply["searches"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|s| search(clause(s), fault == Some(Fault::Hits), 3))
                    .collect();
                checked.checks = vec![ok("tests", !fails), ok("controls", fault != Some(Fault::Unnoticed))];
                if fault == Some(Fault::Unnoticed) {
                    let said = "C-003: app/notes.py:1-1 can be taken away and no linked test fails by an assertion";
                    checked.checks.push(verdict(Check::UNNOTICED, "1 range".into(), vec![said.into()]));
                }
            }
            ReplyKind::Verify => {
                let fails = fault == Some(Fault::Fails);
                let names: Vec<String> = run.test_links.iter().map(|t| t.test.clone()).collect();
                checked.executed = vec![
                    executed(EvidenceKind::Boot, &tree, 0, Vec::new()),
                    executed(EvidenceKind::Tests, &tree, i32::from(fails), results(&names, fails)),
                    executed(EvidenceKind::Search, &tree, 0, Vec::new()),
                ];
                checked.checks =
                    vec![ok("boot", true), ok("tests", !fails), ok("searches", fault != Some(Fault::Hits))];
                let mut excluded: Vec<&ExclusionSearch> = run.searches.iter().collect();
                excluded.sort_by_key(|s| s.clause);
                excluded.dedup_by_key(|s| s.clause);
                checked.searches = excluded.iter().map(|s| search(s.clause, fault == Some(Fault::Hits), 3)).collect();
            }
            _ => {}
        }
        checked
    }
}

fn executed(kind: EvidenceKind, tree: &Hash, exit: i32, tests: Vec<TestResult>) -> Executed {
    Executed {
        kind,
        argv: vec!["python3".into()],
        exit: Some(exit),
        tests,
        output_sha256: Hash::of(b"output"),
        tree: tree.clone(),
        sandbox: SandboxLevel::L2,
        duration_ms: 1,
        note: None,
    }
}

fn results(names: &[String], first_fails: bool) -> Vec<TestResult> {
    let outcome = |n| if first_fails && n == 0 { TestOutcome::Failed } else { TestOutcome::Passed };
    (0..)
        .zip(names)
        .map(|(n, name)| TestResult { name: name.clone(), outcome: outcome(n), detail: Clean::default() })
        .collect()
}

fn search(clause: ClauseId, hits: bool, evidence: u32) -> ExclusionSearch {
    ExclusionSearch {
        clause,
        terms: vec!["payment".into()],
        hits: if hits { vec!["app/notes.py:3".into()] } else { Vec::new() },
        searched: vec!["code".into()],
        evidence: EvidenceId(evidence),
        given_up: false,
    }
}
