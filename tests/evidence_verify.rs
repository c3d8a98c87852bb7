//! Proofs are reproduced on changed files, exclusions are searched for, and the application can be tried out.

mod fixture;

use fixture::{ledger, manifest, manifest_of, runner, runner_for, tree};
use g1::{
    domain::{
        ClauseId, Clean, EvidenceId, Hash, StepId,
        artifact::FileEntry,
        clause::{Clause, ClauseKind, Origin, Requirement},
        event::{EVENT_VERSION, Envelope, Event},
        evidence::{Evidence, EvidenceKind, SandboxLevel, TestOutcome},
        reply::{CodeLink, NewSearch, TestLink},
        run::{Run, RunSettings},
        trace::{self, Status},
    },
    evidence::{ControlTarget, Manifest, Recorded, Runner, Stack, Tree, TreeFile, Verified, links, verify},
    workspace::preview,
};
use std::collections::BTreeMap;
use tokio_util::sync::CancellationToken;

const FILE: &str = "app/server.py";
/// Clause, linked symbol, linked test.
const LINKS: [(u32, &str, &str); 3] = [
    (1, "create", "test_create_and_list"),
    (2, "required", "test_title_is_required"),
    (3, "FIELDS[amount]", "test_amount_is_kept"),
];

fn empty_run() -> Run {
    let event = Event::RunStarted {
        name: Clean::new("ledger"),
        requirement: Requirement { sha256: Hash::of(b""), bytes: 0 },
        settings: RunSettings::unattended("offline", 1000),
        who: Clean::new("test"),
        instructions: None,
    };
    let mut run = None;
    let envelope = Envelope { seq: 1, at: jiff::Timestamp::UNIX_EPOCH, v: EVENT_VERSION, event };
    g1::orchestrator::apply(&mut run, &envelope);
    run.unwrap()
}

fn evidence(id: u32, recorded: &Recorded) -> Evidence {
    let run = recorded.executed.clone();
    Evidence {
        id: EvidenceId(id),
        kind: run.kind,
        argv: run.argv,
        exit: run.exit,
        tests: run.tests,
        output_sha256: run.output_sha256,
        tree: run.tree,
        sandbox: run.sandbox,
        duration_ms: run.duration_ms,
        at: jiff::Timestamp::UNIX_EPOCH,
        note: run.note,
        step: None,
    }
}

/// A run over a tree whose clauses were built, tested and controlled: clause, path, linked symbol, linked test.
async fn linked_run(runner: &Runner, stack: Stack, tree: &Tree, links: &[(u32, &str, &str, &str)]) -> Run {
    let (cancel, manifest) = (CancellationToken::new(), manifest_of(tree));
    let mut run = empty_run();
    for (id, ..) in links {
        let clause = clause(*id, ClauseKind::Function);
        run.clauses.insert(clause.id, clause);
    }
    for file in tree.files() {
        let entry = FileEntry {
            path: file.path.clone(),
            sha256: Hash::of(&file.bytes),
            bytes: 0,
            lines: 0,
            executable: false,
            step: StepId::new("build:core").unwrap(),
        };
        run.files.insert(file.path.clone(), entry);
    }
    let code: Vec<CodeLink> = links
        .iter()
        .map(|(clause, path, symbol, _)| CodeLink {
            clause: ClauseId(*clause).to_string(),
            path: (*path).into(),
            symbol: Some((*symbol).into()),
            lines: None,
        })
        .collect();
    let tests: Vec<TestLink> = links
        .iter()
        .map(|(clause, _, _, test)| TestLink {
            clause: ClauseId(*clause).to_string(),
            test: (*test).into(),
            shows: String::new(),
            measures: false,
        })
        .collect();
    *run.code_links = links::resolve(runner, tree, &code, &cancel).await.unwrap().found;
    *run.test_links = links::tests(runner, tree, stack, &tests, &cancel).await.unwrap().found;
    assert_eq!((run.code_links.len(), run.test_links.len()), (links.len(), links.len()));
    let targets: Vec<ControlTarget> = run
        .code_links
        .iter()
        .map(|range| ControlTarget {
            clause: range.clause,
            range: range.clone(),
            tests: run.test_links.iter().filter(|test| test.clause == range.clause).cloned().collect(),
        })
        .collect();
    let controlled = runner.controls(tree, &manifest, &targets, None, &cancel).await.unwrap();
    *run.controls = controlled.runs;
    *run.coverage = controlled.coverage;
    let suite = runner.tests(tree, &manifest, None, &cancel).await.unwrap();
    *run.evidence = vec![evidence(1, &suite)];
    run
}

fn clause(id: u32, kind: ClauseKind) -> Clause {
    Clause {
        id: ClauseId(id),
        origin: Origin::Requirement,
        span: Some((0, 0)),
        text: "Nobody pays, and there is no newsletter.".into(),
        section: vec![],
        kind: Some(kind),
        kind_reason: None,
        retired: None,
        supersedes: None,
    }
}

fn all_proven(run: &Run) {
    let statuses: Vec<_> = trace::trace(run).clauses.iter().map(|clause| clause.status).collect();
    assert_eq!(statuses, vec![Some(Status::Proven); run.clauses.len()], "{:?}", trace::trace(run));
}

/// A finished run over the ledger: three proven clauses and a kept exclusion.
async fn proven_run(runner: &Runner) -> Run {
    let (tree, cancel) = (ledger(), CancellationToken::new());
    let tests = LINKS.map(|(_, _, test)| format!("tests.test_entries.Entries.{test}"));
    let links: Vec<(u32, &str, &str, &str)> =
        LINKS.iter().zip(&tests).map(|((id, symbol, _), test)| (*id, FILE, *symbol, test.as_str())).collect();
    let mut run = linked_run(runner, Stack::Python, &tree, &links).await;
    for (id, kind) in [(2, ClauseKind::Constraint), (3, ClauseKind::Data), (4, ClauseKind::Exclusion)] {
        run.clauses.insert(ClauseId(id), clause(id, kind));
    }
    let searches = [NewSearch { clause: "C-004".into(), terms: vec!["payment".into(), "newsletter".into()] }];
    let searched = runner.search(&tree, &manifest(), &searches, &cancel).await.unwrap();
    run.searches = searched
        .searches
        .iter()
        .cloned()
        .map(|search| g1::domain::evidence::ExclusionSearch { evidence: EvidenceId(2), ..search })
        .collect();
    run.evidence.push(evidence(2, &searched.recorded));
    all_proven(&run);
    run
}

async fn verified(runner: &Runner, run: &Run, recorded: Tree, tree: &Tree) -> Verified {
    let content =
        move |hash: &Hash| recorded.files().find(|file| Hash::of(&file.bytes) == *hash).map(|file| file.bytes.to_vec());
    let verified = verify(runner, run, tree, &content, None, &CancellationToken::new()).await.unwrap();
    assert_eq!(verified.claims.len(), run.clauses.len());
    assert!(verified.recorded.iter().all(|recorded| recorded.executed.sandbox >= SandboxLevel::L2));
    verified
}

async fn failed(runner: &Runner, run: &Run, recorded: Tree, tree: &Tree) -> BTreeMap<u32, String> {
    let verified = verified(runner, run, recorded, tree).await;
    verified.failed().map(|claim| (claim.clause.0, claim.failed.clone().unwrap().to_string())).collect()
}

fn edited(tree: &Tree, path: &str, edits: &[(&str, &str)]) -> Tree {
    let mut text = String::from_utf8(tree.get(path).unwrap().bytes.to_vec()).unwrap();
    for (from, to) in edits {
        assert!(text.contains(from), "{from}");
        text = text.replacen(from, to, 1);
    }
    tree.with([TreeFile::new(path, text.into_bytes())])
}

fn changed(path: &str, edits: &[(&str, &str)]) -> Tree {
    edited(&ledger(), path, edits)
}

#[tokio::test]
async fn what_was_proven_is_proven_again_or_its_clause_is_named() {
    let runner = runner().await;
    let run = proven_run(&runner).await;
    let same = verified(&runner, &run, ledger(), &ledger()).await;
    assert_eq!((same.failed().count(), same.reach), (0, vec![]));

    // Comments and code above, another row, a renamed variable elsewhere: everything is found again.
    let harmless = changed(
        FILE,
        &[
            ("import json\n", "# a comment\nimport json\n\n\ndef new():\n    return 1\n\n"),
            ("    (\"amount\",", "    # the sum\n    (\"colour\", \"text\", False),\n    (\"amount\","),
            ("make(port).serve_forever()", "make(port).serve_forever()  # for ever"),
        ],
    );
    let found = verified(&runner, &run, ledger(), &harmless).await;
    assert_eq!((found.failed().count(), &found.reach), (0, &vec![]));

    // The test of a clause takes a branch that it left out before.
    let more = "        self.send(\"POST\", \"/api/entries\", {})\n        made = self.expect(201, \"POST\"";
    let tree = changed("tests/test_entries.py", &[("        made = self.expect(201, \"POST\"", more)]);
    let wider = verified(&runner, &run, ledger(), &tree).await;
    assert_eq!(wider.failed().count(), 0);
    let reach: Vec<&str> = wider.reach.iter().map(Clean::as_str).collect();
    let [said] = reach.as_slice() else { panic!("{reach:?}") };
    assert!(said.starts_with("C-001: lines of app/server.py:") && said.contains("reaches: none now, line "), "{said}");

    let broken = [
        // The linked function does nothing any more.
        (changed(FILE, &[("    errors = required(body) or within_limit(body)\n", "    return None\n")]), vec![1, 2, 3]),
        // The linked function is gone.
        (changed(FILE, &[("def required(", "def needed("), ("required(body) or", "needed(body) or")]), vec![2]),
        // The linked row is gone.
        (changed(FILE, &[("    (\"amount\", \"integer\", True),\n", "")]), vec![3]),
        // The linked test asserts nothing any more, so nothing fails without the row.
        (
            changed(
                "tests/test_entries.py",
                &[("self.assertEqual(made.get(\"amount\"), 700)", "self.assertIsNotNone(made)")],
            ),
            vec![3],
        ),
        // The excluded thing has come in.
        (changed(FILE, &[("Entries and nothing else.", "Entries and our newsletters.")]), vec![4]),
    ];
    for (tree, clauses) in broken {
        let failed = failed(&runner, &run, ledger(), &tree).await;
        assert_eq!(failed.keys().copied().collect::<Vec<_>>(), clauses, "{failed:?}");
    }
}

/// What was linked in a project of another stack is proven, proven again under a comment, and named when it is broken.
async fn holds_and_is_named_when_broken(
    stack: Stack,
    name: &str,
    links: &[(u32, &str, &str, &str)],
    comment: (&str, &str, &str),
    broken: (&str, &str, &str),
    clause: u32,
) {
    let runner = runner_for(stack).await;
    let tree = tree(name);
    let run = linked_run(&runner, stack, &tree, links).await;
    all_proven(&run);
    let (path, from, to) = comment;
    let harmless = edited(&tree, path, &[(from, to)]);
    assert_eq!(failed(&runner, &run, tree.clone(), &harmless).await, BTreeMap::new(), "{name}");
    let (path, from, to) = broken;
    let named = failed(&runner, &run, tree.clone(), &edited(&tree, path, &[(from, to)])).await;
    assert_eq!(named.keys().copied().collect::<Vec<_>>(), [clause], "{name}: {named:?}");
}

#[tokio::test]
async fn a_typescript_project_is_verified_like_a_python_one() {
    let test = |name: &str| format!("test/notes.test.ts > notes > {name}");
    let (kept, needed, limited) =
        (test("are kept and listed"), test("need a title"), test("have a title of at most 20 characters"));
    let links = [
        (1, "src/server.ts", "create", kept.as_str()),
        (2, "src/rules.ts", "required", needed.as_str()),
        (3, "src/rules.ts", "LIMITS[title]", limited.as_str()),
    ];
    holds_and_is_named_when_broken(
        Stack::Node,
        "notes-ts",
        &links,
        ("src/rules.ts", "// What a note must be.\n", "// What a note must be.\n// And not be.\n"),
        ("src/rules.ts", "if (field.required && !draft[field.name])", "if (false)"),
        2,
    )
    .await;
}

#[tokio::test]
async fn a_rust_project_is_verified_like_a_python_one() {
    let links = [
        (1, "src/server.rs", "Shelf.create", "tests/books.rs::a_book_is_kept_and_listed"),
        (2, "src/rules.rs", "required", "tests/books.rs::a_title_is_required"),
        (3, "src/rules.rs", "RESERVED[untitled]", "src/lib.rs::rules::tests::a_reserved_title_is_refused"),
    ];
    holds_and_is_named_when_broken(
        Stack::Rust,
        "shelf-rs",
        &links,
        ("src/rules.rs", "//! What a book must be.\n", "//! What a book must be.\n// And not be.\n"),
        (
            "tests/books.rs",
            "expect(422, &app.send(\"POST\", \"/api/books\", \" \"));",
            "expect(201, &app.send(\"POST\", \"/api/books\", \"Emma\"));",
        ),
        2,
    )
    .await;
}

#[tokio::test]
async fn an_exclusion_is_searched_for_in_code_description_and_pages() {
    let runner = runner().await;
    let (manifest, cancel) = (manifest(), CancellationToken::new());
    let searches = [
        NewSearch { clause: "C-001".into(), terms: vec!["pay".into(), "credit card".into()] },
        NewSearch { clause: "C-002".into(), terms: vec!["entry".into()] },
        NewSearch { clause: "C-003".into(), terms: vec!["--".into()] },
    ];
    let found = runner.search(&ledger(), &manifest, &searches, &cancel).await.unwrap();
    assert_eq!(found.searches[0].hits, []);
    assert!(found.searches[1].hits.iter().any(|hit| hit.starts_with("page /about:")), "{found:?}");
    assert!(found.searches[1].hits.iter().any(|hit| hit.starts_with("openapi.json:")), "{found:?}");
    assert!(found.searches[1].hits.iter().any(|hit| hit.starts_with("app/server.py:")), "{found:?}");
    assert_eq!(found.problems.len(), 1);
    assert_eq!((found.recorded.executed.kind, found.recorded.executed.exit), (EvidenceKind::Search, Some(0)));

    // README, tests and comments may say what is excluded; a name in the code may not.
    let said = changed(FILE, &[("ROUTES = {}", "ROUTES = {}  # no payment here")]);
    assert_eq!(runner.search(&said, &manifest, &searches[..1], &cancel).await.unwrap().searches[0].hits, []);
    let named = changed(FILE, &[("ROUTES = {}", "ROUTES = {}\npaymentForm = 1")]);
    let hits = runner.search(&named, &manifest, &searches[..1], &cancel).await.unwrap().searches.remove(0).hits;
    assert_eq!(hits.len(), 1);

    // What does not start has not been searched.
    let dead = changed(FILE, &[("import sqlite3", "import sqlite4")]);
    let unseen = runner.search(&dead, &manifest, &searches[..1], &cancel).await.unwrap();
    assert_eq!((unseen.searches.len(), unseen.recorded.executed.exit), (0, Some(1)));
}

#[tokio::test]
async fn how_a_product_is_made_is_seen_in_its_manifests_and_imports() {
    let runner = runner().await;
    let (manifest, cancel) = (manifest(), CancellationToken::new());
    let asks = |terms: &[&str]| {
        let terms = terms.iter().map(ToString::to_string).collect();
        [NewSearch { clause: "C-001".into(), terms }]
    };
    let kept = asks(&["g1:packages", "g1:python"]);
    let found = runner.search(&ledger(), &manifest, &kept, &cancel).await.unwrap();
    assert_eq!((found.searches[0].hits.as_slice(), found.problems.as_slice()), (&[][..], &[][..]));
    assert!(found.searches[0].searched.iter().any(|what| what.as_str() == "manifests and imports"), "{found:?}");
    let other = runner.search(&ledger(), &manifest, &asks(&["g1:rust"]), &cancel).await.unwrap();
    assert_eq!(other.searches[0].hits, [Clean::new("g1.toml: the stack is python-stdlib")]);
    let unknown = runner.search(&ledger(), &manifest, &asks(&["g1:nothing"]), &cancel).await.unwrap();
    assert!(unknown.searches.is_empty() && unknown.problems[0].contains("g1:packages"), "{unknown:?}");

    let hits = async |tree: &Tree, manifest: &Manifest| -> Vec<String> {
        let found = runner.search(tree, manifest, &asks(&["g1:packages"]), &cancel).await.unwrap();
        found.searches[0].hits.iter().map(ToString::to_string).collect()
    };
    let optional = "import sqlite3\ntry:\n    import flask.views\nexcept ImportError:\n    pass";
    let imports = changed(FILE, &[("import sqlite3", optional)]);
    let line = hits(&imports, &manifest).await;
    assert!(line.len() == 1 && line[0].starts_with("app/server.py:") && line[0].ends_with(" (flask)"), "{line:?}");
    let requires = ledger().with([TreeFile::new("requirements.txt", b"flask>=3\n".to_vec())]);
    assert_eq!(hits(&requires, &manifest).await, ["requirements.txt (flask>=3)"]);
    // What tests import is no part of the product.
    let tested = ledger().with([TreeFile::new("tests/more.py", b"import pytest\n".to_vec())]);
    assert_eq!(hits(&tested, &manifest).await, [""; 0]);

    // A server answers whoever asks; what asks others is named with its line, and so is what a page loads.
    let network = asks(&["g1:network"]);
    let reached = async |tree: &Tree, manifest: &Manifest| -> Vec<String> {
        let found = runner.search(tree, manifest, &network, &cancel).await.unwrap();
        found.searches[0].hits.iter().map(ToString::to_string).collect()
    };
    assert_eq!(reached(&ledger(), &manifest).await, [""; 0]);
    let calls = "import sqlite3\nfrom urllib import request\nimport http.server\nPAGE = '<img src=\"https://example.org/a.png\">'";
    let calling = reached(&changed(FILE, &[("import sqlite3", calls)]), &manifest).await;
    assert!(calling.len() == 2, "{calling:?}");
    assert!(calling.iter().any(|hit| hit.ends_with("(urllib.request)")), "{calling:?}");
    assert!(calling.iter().any(|hit| hit.ends_with("(src=)")), "{calling:?}");
    let mailing = changed(FILE, &[("import sqlite3", "import sqlite3\nimport smtplib, socket")]);
    let sent = runner.search(&mailing, &manifest, &asks(&["g1:mail"]), &cancel).await.unwrap().searches.remove(0).hits;
    assert!(sent.len() == 1 && sent[0].ends_with("(smtplib)"), "{sent:?}");

    let tally = tree("tally-js");
    let node = manifest_of(&tally);
    assert_eq!(hits(&tally, &node).await, [""; 0]);
    let text = "import { join } from 'path';\nimport './a.js';\nimport left from 'left-pad';\nconst x = require('@a/b');\n\
                export * from 'node:fs';\nawait import('zod');\n";
    let more = tally.with([TreeFile::new("lib/more.js", text.as_bytes().to_vec())]);
    assert_eq!(hits(&more, &node).await, ["lib/more.js:3 (left-pad)", "lib/more.js:4 (@a/b)", "lib/more.js:6 (zod)"]);
}

#[tokio::test]
async fn the_application_can_be_tried_out_and_keeps_its_data() {
    use std::io::{Read, Write};
    let runner = runner().await;
    let (tree, manifest, cancel) = (ledger(), manifest(), CancellationToken::new());
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("preview/data");
    let ask = |url: &str, request: &str| {
        let host = url.trim_start_matches("http://").trim_end_matches('/').to_owned();
        let mut stream = std::net::TcpStream::connect(host).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    let first = preview::start(&runner, &tree, &manifest, None, &data, &cancel).await.unwrap();
    let body = r#"{"title": "Kept", "amount": 1}"#;
    let request = format!("POST /api/entries HTTP/1.0\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    assert!(ask(&first.url, &request).contains("201"));
    let port: u16 = first.url.trim_end_matches('/').rsplit(':').next().unwrap().parse().unwrap();
    assert!(first.ssh.starts_with(&format!("ssh -L {port}:127.0.0.1:{port} ")));
    first.stop().await;
    assert!(
        std::net::TcpListener::bind(("127.0.0.1", port)).is_ok() || cfg!(not(target_os = "linux")),
        "the port is free again"
    );

    let again = preview::start(&runner, &tree, &manifest, None, &data, &cancel).await.unwrap();
    assert!(ask(&again.url, "GET /api/entries HTTP/1.0\r\n\r\n").contains("Kept"));
    let taken: u16 = again.url.trim_end_matches('/').rsplit(':').next().unwrap().parse().unwrap();
    assert!(preview::start(&runner, &tree, &manifest, Some(taken), &data, &cancel).await.is_err());
    again.stop().await;
}

/// Where everybody can read the tool, its tests run as a user of their own, but what a person tries out does not.
#[tokio::test]
async fn what_runs_as_another_user_in_its_tests_can_be_tried_out_by_its_owner() {
    let runner = runner_for(Stack::Node).await;
    let (tree, dir) = (tree("notes-ts"), tempfile::tempdir().unwrap());
    let manifest = manifest_of(&tree);
    let cancel = CancellationToken::new();
    preview::start(&runner, &tree, &manifest, None, &dir.path().join("data"), &cancel).await.unwrap().stop().await;
}

#[test]
fn only_a_failed_assertion_after_a_boot_proves() {
    let outcomes = [
        None,
        Some(TestOutcome::Passed),
        Some(TestOutcome::Error),
        Some(TestOutcome::Skipped),
        Some(TestOutcome::Failed),
    ];
    let control = |booted, outcome| g1::domain::evidence::ControlRun {
        clause: ClauseId(1),
        path: FILE.into(),
        lines: (1, 1),
        file_sha256: Hash::of(b""),
        test: String::new(),
        test_sha256: Hash::of(b""),
        booted,
        outcome,
        evidence: EvidenceId(1),
    };
    for outcome in outcomes {
        assert!(!control(false, outcome).proves());
        assert_eq!(control(true, outcome).proves(), outcome == Some(TestOutcome::Failed));
    }
}
