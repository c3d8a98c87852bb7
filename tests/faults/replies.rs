//! Replies that are well-formed and wrong.

use crate::support::{isolated, run_with};
use g1::domain::reply::ReplyKind;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

const TEXT: &str = "A guest book for our wedding.";

/// Changes the reply's JSON where a build of the core is answered.
fn core(change: impl Fn(&mut Value) + Send + Sync + 'static) -> crate::support::Spoil {
    Box::new(move |request, text| {
        if request.kind == ReplyKind::Build && request.pack.step.as_str() == "build:core" {
            let mut reply: Value = serde_json::from_str(text).unwrap();
            change(&mut reply);
            *text = reply.to_string();
        }
    })
}

fn manifest(reply: &mut Value, from: &str, to: &str) {
    let files = reply["files"].as_array_mut().unwrap();
    let file = files.iter_mut().find(|f| f["path"] == "g1.toml").unwrap();
    file["content"] = json!(file["content"].as_str().unwrap().replace(from, to));
}

#[test]
fn a_stack_that_is_not_executed_is_told_and_its_clauses_end_built_at_best() {
    isolated("replies::a_stack_that_is_not_executed_is_told_and_its_clauses_end_built_at_best", || {
        let ran = run_with(TEXT, Box::new(|_| {}), core(|reply| manifest(reply, "python-stdlib", "fortran")));
        assert!(ran.failed("build:core").is_empty(), "{:?}", ran.failed("build:core"));
        assert_eq!(ran.status("C-001"), Some(g1::domain::trace::Status::Built));
        assert_eq!(ran.exit, 4, "nothing was seen to start");
    });
}

#[test]
fn what_cannot_be_run_or_written_goes_back_to_its_author_with_its_own_words() {
    isolated("replies::what_cannot_be_run_or_written_goes_back_to_its_author_with_its_own_words", || {
        type Change = Box<dyn Fn(&mut Value) + Send + Sync>;
        let twice: Change = Box::new(|reply| {
            let file = reply["files"][0].clone();
            reply["files"].as_array_mut().unwrap().push(file);
        });
        let folder: Change = Box::new(|reply| {
            reply["files"].as_array_mut().unwrap().push(json!({"path": "app", "content": "a file"}));
        });
        let setup: Change = Box::new(|reply| manifest(reply, "setup = []", "setup = [\"pip\", \"install\", \"x\"]"));
        for (change, says) in [(twice, "is named twice"), (folder, "app is a file"), (setup, "pip install x")] {
            let packs = Arc::new(Mutex::new(Vec::new()));
            let seen = packs.clone();
            let change = Arc::new(change);
            let ran = run_with(
                TEXT,
                Box::new(move |request| {
                    if request.pack.step.as_str() == "build:core" {
                        let ids: Vec<String> = request.pack.items.iter().map(|item| item.id.clone()).collect();
                        seen.lock().unwrap().push((request.user.clone(), ids));
                    }
                }),
                // Only the first reply is wrong.
                {
                    let first = Mutex::new(true);
                    core(move |reply| {
                        if std::mem::take(&mut *first.lock().unwrap()) {
                            change(reply);
                        }
                    })
                },
            );
            assert_eq!(ran.exit, 0, "{says}: it was repaired");
            let packs = packs.lock().unwrap();
            assert_eq!(packs.len(), 2, "{says}");
            assert!(packs[1].0.contains(says), "{says}: {}", packs[1].0);
            assert!(packs[1].1.contains(&"last-reply".to_owned()), "who repairs sees what is to be repaired");
        }
    });
}
