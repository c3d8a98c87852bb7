//! Links and control runs on a real application: what they prove, and what they refuse to prove.

mod fixture;

use fixture::{ledger, manifest, runner};
use g1::{
    domain::{
        evidence::TestOutcome,
        reply::{CodeLink, TestLink},
    },
    evidence::{
        ControlTarget, Runner, Stack, Tree, TreeFile,
        controls::{Effect, Trial},
        links,
    },
};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

const FILE: &str = "app/server.py";

fn symbol(name: &str) -> CodeLink {
    CodeLink { clause: "C-001".into(), path: FILE.into(), symbol: Some(name.into()), lines: None }
}

fn lines(first: u32, last: u32) -> CodeLink {
    CodeLink { clause: "C-001".into(), path: FILE.into(), symbol: None, lines: Some((first, last)) }
}

fn test(name: &str) -> TestLink {
    let test = format!("tests.test_entries.Entries.{name}");
    TestLink { clause: "C-001".into(), test, shows: "it".into(), measures: false }
}

/// The lines of the file that hold the text.
fn line_of(tree: &Tree, text: &str) -> u32 {
    let file = String::from_utf8_lossy(&tree.get(FILE).unwrap().bytes).into_owned();
    u32::try_from(file.lines().position(|line| line.contains(text)).unwrap()).unwrap() + 1
}

/// One control run of one link by one test.
async fn control(runner: &Runner, link: CodeLink, name: &str) -> (bool, Option<TestOutcome>) {
    let (tree, cancel) = (ledger(), CancellationToken::new());
    let ranges = links::resolve(runner, &tree, &[link], &cancel).await.unwrap();
    assert!(ranges.problems.is_empty(), "{ranges:?}");
    let tests = links::tests(runner, &tree, Stack::Python, &[test(name)], &cancel).await.unwrap();
    assert!(tests.problems.is_empty(), "{tests:?}");
    let range = ranges.found[0].clone();
    let target = ControlTarget { clause: range.clause, range, tests: tests.found };
    let controlled = runner.controls(&tree, &manifest(), &[target], None, &cancel).await.unwrap();
    assert_eq!(controlled.problems, []);
    let run = &controlled.runs[0];
    assert_eq!(run.proves(), run.booted && run.outcome == Some(TestOutcome::Failed));
    (run.booted, run.outcome)
}

#[tokio::test]
async fn a_good_test_fails_by_assertion_when_its_lines_are_taken_away() {
    let runner = runner().await;
    let tree = ledger();
    let row = line_of(&tree, "(\"amount\", \"integer\", True)");
    for (link, name) in [
        (symbol("create"), "test_create_and_list"),
        (symbol("required"), "test_title_is_required"),
        (lines(row, row), "test_amount_is_kept"),
        (symbol("FIELDS[amount]"), "test_amount_is_kept"),
        (symbol("LIMITS"), "test_title_is_limited"),
        (symbol("within_limit"), "test_title_is_limited"),
    ] {
        let shown = format!("{link:?} {name}");
        assert_eq!(control(&runner, link, name).await, (true, Some(TestOutcome::Failed)), "{shown}");
    }
}

#[tokio::test]
async fn a_test_that_does_not_depend_on_the_lines_proves_nothing() {
    let runner = runner().await;
    assert_eq!(control(&runner, symbol("within_limit"), "test_vacuous").await, (true, Some(TestOutcome::Passed)));
    assert_eq!(
        control(&runner, symbol("within_limit"), "test_title_is_required").await,
        (true, Some(TestOutcome::Passed))
    );
}

/// Whatever is taken away, a test that needs another one before it fails when it runs without it.
#[tokio::test]
async fn a_test_that_fails_without_the_others_proves_nothing() {
    const TESTS: &str = "tests/test_entries.py";
    let runner = runner().await;
    let (tree, cancel) = (ledger(), CancellationToken::new());
    let mut text = String::from_utf8(tree.get(TESTS).unwrap().bytes.to_vec()).unwrap();
    text.push_str(
        "\n\nSEEN = []\n\n\nclass Order(unittest.TestCase):\n    def test_a(self):\n        SEEN.append(1)\n        \
         self.assertEqual(SEEN, [1])\n\n    def test_b(self):\n        self.assertEqual(SEEN, [1])\n",
    );
    let changed = TreeFile { path: TESTS.into(), bytes: text.into_bytes().into(), executable: false };
    let tree = tree.with([changed]);
    let range = links::resolve(&runner, &tree, &[symbol("required")], &cancel).await.unwrap().found.remove(0);
    let order = TestLink { test: "tests.test_entries.Order.test_b".into(), ..test("") };
    let linked = [order, test("test_title_is_required")];
    let tests = links::tests(&runner, &tree, Stack::Python, &linked, &cancel).await.unwrap().found;
    let target = ControlTarget { clause: range.clause, range, tests };
    let controlled = runner.controls(&tree, &manifest(), &[target], None, &cancel).await.unwrap();
    let outcomes: Vec<_> = controlled.runs.iter().map(|run| run.outcome).collect();
    assert_eq!(outcomes, [None, Some(TestOutcome::Failed)], "{controlled:?}");
    let [problem] = &controlled.problems[..] else { panic!("{:?}", controlled.problems) };
    assert!(problem.as_str().starts_with("tests.test_entries.Order.test_b does not pass"), "{problem}");
    let note = controlled.recorded[0].executed.note.clone().unwrap();
    assert!(note.as_str().contains("1 do not pass without the other tests"), "{note}");
}

/// Nor one that needs a data folder in which no application was started before.
#[tokio::test]
async fn a_test_that_fails_after_the_application_was_started_proves_nothing() {
    const TESTS: &str = "tests/test_entries.py";
    let runner = runner().await;
    let (tree, cancel) = (ledger(), CancellationToken::new());
    let text = |path: &str| String::from_utf8(tree.get(path).unwrap().bytes.to_vec()).unwrap();
    let fresh = text(TESTS).replace("import unittest", "import os\nimport unittest")
        + "\n\nclass Fresh(unittest.TestCase):\n    def test_nothing_is_there(self):\n        \
           self.assertEqual(os.listdir(os.environ[\"APP_DATA_DIR\"]), [])\n";
    let serving = text(FILE).replace("def serve(port):\n", "def serve(port):\n    database()\n");
    let tree = tree.with([TreeFile::new(TESTS, fresh.into_bytes()), TreeFile::new(FILE, serving.into_bytes())]);
    let fresh = "tests.test_entries.Fresh.test_nothing_is_there".to_owned();
    let alone = runner.tests(&tree, &manifest(), Some(std::slice::from_ref(&fresh)), &cancel).await.unwrap();
    assert_eq!(alone.executed.exit, Some(0));
    let range = links::resolve(&runner, &tree, &[symbol("required")], &cancel).await.unwrap().found.remove(0);
    let linked = [TestLink { test: fresh, ..test("") }];
    let tests = links::tests(&runner, &tree, Stack::Python, &linked, &cancel).await.unwrap().found;
    let target = ControlTarget { clause: range.clause, range, tests };
    let controlled = runner.controls(&tree, &manifest(), &[target], None, &cancel).await.unwrap();
    assert_eq!((controlled.runs[0].booted, controlled.runs[0].outcome), (true, None), "{controlled:?}");
    assert_eq!(controlled.problems.len(), 1, "{:?}", controlled.problems);
}

#[tokio::test]
async fn breaking_is_not_failing() {
    let runner = runner().await;
    let broke = control(&runner, symbol("create"), "test_breaks_instead_of_failing").await;
    assert_eq!(broke, (true, Some(TestOutcome::Error)));
    // Without these lines nothing starts: no test is run at all.
    let dead = control(&runner, symbol("make"), "test_create_and_list").await;
    assert_eq!(dead, (false, None));
    let unhealthy = control(&runner, symbol("healthz"), "test_create_and_list").await;
    assert_eq!(unhealthy, (false, None));
}

#[tokio::test]
async fn a_trial_says_what_tests_notice_and_what_there_was_no_time_for() {
    let runner = runner().await;
    let (tree, cancel) = (ledger(), CancellationToken::new());
    let links = [symbol("required"), symbol("within_limit"), symbol("create"), symbol("make")];
    let ranges = links::resolve(&runner, &tree, &links, &cancel).await.unwrap();
    let mut places: Vec<(String, (u32, u32))> =
        ranges.found.into_iter().map(|range| (range.path, range.lines)).collect();
    let first = line_of(&tree, "def required");
    places.push((FILE.to_owned(), (first, 9999)));
    let name = |test: &str| format!("tests.test_entries.Entries.{test}");
    let tests = ["test_title_is_required", "test_vacuous", "test_breaks_instead_of_failing"].map(name);
    let trial = |until| Trial { places: &places, tests: &tests, until, reach: true };
    let (late, long) = (Instant::now(), Instant::now() + Duration::from_secs(600));
    let tried = runner.trial(&tree, &manifest(), trial(long), None, &cancel).await.unwrap();
    assert!(tried[..2].iter().all(|one| one.unreached.is_empty() && !one.idle), "{tried:?}");
    let first = Trial { places: &places[1..2], tests: &tests[..1], until: long, reach: true };
    let refused = runner.trial(&tree, &manifest(), first, None, &cancel).await.unwrap();
    assert!(refused[0].idle && !refused[0].unreached.is_empty(), "what has no title is refused before: {refused:?}");
    let effects: Vec<Effect> = tried.into_iter().map(|one| one.effect).collect();
    let noticed = |effect: &Effect| match effect {
        Effect::Noticed(by) => by.clone(),
        other => panic!("{other:?}"),
    };
    assert!(noticed(&effects[0]).contains(&tests[0]), "{effects:?}");
    assert_eq!(effects[1], Effect::Unnoticed);
    assert!(noticed(&effects[2]).contains(&tests[0]), "one assertion is enough, whatever breaks beside it");
    assert_eq!(effects[3], Effect::NotStarted);
    assert!(matches!(&effects[4], Effect::Impossible(_)), "{effects:?}");
    let breaking = Trial { places: &places[2..3], tests: &tests[1..], until: long, reach: false };
    let tried = runner.trial(&tree, &manifest(), breaking, None, &cancel).await.unwrap();
    assert_eq!(tried.len(), 1);
    assert!(tried[0].effect == Effect::Broken(tests[2..].to_vec()) && tried[0].unreached.is_empty(), "{tried:?}");
    let tried = runner.trial(&tree, &manifest(), trial(late), None, &cancel).await.unwrap();
    assert!(tried[..4].iter().all(|one| one.effect == Effect::NotTried), "{tried:?}");
}

/// Of many tests a trial runs those that reach the lines: it has four minutes, not a suite's time for each range.
#[tokio::test]
async fn a_trial_runs_only_the_tests_that_reach_the_lines() {
    const TESTS: &str = "tests/test_entries.py";
    let runner = runner().await;
    let (tree, cancel) = (ledger(), CancellationToken::new());
    let text = |path: &str| String::from_utf8(tree.get(path).unwrap().bytes.to_vec()).unwrap();
    // It notices when the lines are gone, and reaches nothing.
    let reads = format!(
        "{}\n\nclass Reads(unittest.TestCase):\n    def test_text(self):\n        \
         self.assertIn(\"is required\", open({FILE:?}).read())\n",
        text(TESTS)
    );
    let tree = tree.with([TreeFile::new(TESTS, reads.into_bytes())]);
    let range = links::resolve(&runner, &tree, &[symbol("required")], &cancel).await.unwrap().found.remove(0);
    let places = [(range.path, range.lines)];
    let tests = ["Entries.test_title_is_required", "Reads.test_text"].map(|test| format!("tests.test_entries.{test}"));
    let until = Instant::now() + Duration::from_secs(600);
    for (reach, seen) in [(true, &tests[..1]), (false, &tests[..])] {
        let trial = Trial { places: &places, tests: &tests, until, reach };
        let tried = runner.trial(&tree, &manifest(), trial, None, &cancel).await.unwrap();
        assert_eq!(tried[0].effect, Effect::Noticed(seen.to_vec()), "{reach}");
    }
}

#[tokio::test]
async fn one_run_serves_all_clauses_that_link_the_same_lines() {
    let runner = runner().await;
    let (tree, cancel) = (ledger(), CancellationToken::new());
    let range = links::resolve(&runner, &tree, &[symbol("required")], &cancel).await.unwrap().found.remove(0);
    let tests =
        links::tests(&runner, &tree, Stack::Python, &[test("test_title_is_required"), test("test_vacuous")], &cancel)
            .await
            .unwrap();
    let target = |clause: u32, tests| ControlTarget {
        clause: g1::domain::ClauseId(clause),
        range: g1::domain::artifact::CodeRange { clause: g1::domain::ClauseId(clause), ..range.clone() },
        tests,
    };
    let targets = [target(1, tests.found[..1].to_vec()), target(2, tests.found.clone())];
    let controlled = runner.controls(&tree, &manifest(), &targets, None, &cancel).await.unwrap();
    let proven: Vec<_> = controlled.runs.iter().map(|run| (run.clause.0, run.proves())).collect();
    assert_eq!(proven, [(1, true), (2, true), (2, false)]);
    assert_eq!(controlled.recorded.len(), 1);
    let note = controlled.recorded[0].executed.note.clone().unwrap();
    assert_eq!(note.as_str(), "1 ranges neutralised one at a time: 1 still started, 1 were caught");
    assert!(String::from_utf8_lossy(&controlled.recorded[0].output).contains("AssertionError"));
}

#[tokio::test]
async fn a_link_is_at_most_one_function_route_or_table() {
    let runner = runner().await;
    let (tree, cancel) = (ledger(), CancellationToken::new());
    let required = line_of(&tree, "def required");
    let bad = [
        symbol("nowhere"),
        symbol("Handler.nowhere"),
        lines(required, required + 9),
        lines(required, required + 1),
        lines(1, 9999),
        lines(0, 0),
        CodeLink { symbol: None, ..symbol("x") },
        CodeLink { path: "README.md".into(), ..symbol("x") },
        CodeLink { path: "../server.py".into(), ..symbol("x") },
        CodeLink { clause: "seven".into(), ..symbol("create") },
    ];
    let resolved = links::resolve(&runner, &tree, &bad, &cancel).await.unwrap();
    assert_eq!(resolved.found, []);
    assert_eq!(resolved.problems.len(), bad.len());

    let create = links::resolve(&runner, &tree, &[symbol("create")], &cancel).await.unwrap().found.remove(0);
    assert_eq!(
        create.lines.0,
        line_of(&tree, "@route(\"POST\", \"/api/entries\")"),
        "the route belongs to its function"
    );
    assert_eq!(&create.sha256, tree.sha256(FILE).unwrap());
}

#[tokio::test]
async fn a_linked_test_exists_asserts_something_and_is_not_skipped() {
    let runner = runner().await;
    let cancel = CancellationToken::new();
    let bad = [
        ("test_without_assertion", "asserts nothing"),
        ("test_asserts_only_a_constant", "asserts nothing"),
        ("test_skipped", "is skipped"),
        ("test_missing", "has no test"),
        ("expect", "has no test"),
    ];
    let links: Vec<TestLink> = bad
        .iter()
        .map(|(name, _)| test(name))
        .chain([TestLink { test: "tests.nowhere.A.test_b".into(), ..test("x") }])
        .collect();
    let found = links::tests(&runner, &ledger(), Stack::Python, &links, &cancel).await.unwrap();
    assert_eq!(found.found, []);
    for ((name, why), problem) in bad.iter().zip(&found.problems) {
        assert!(problem.contains(why), "{name}: {problem}");
    }
    assert_eq!(found.problems.len(), links.len());
    // The assertion of this one is in the helper of its base class.
    let helped =
        links::tests(&runner, &ledger(), Stack::Python, &[test("test_title_is_required")], &cancel).await.unwrap();
    assert_eq!(helped.found[0].path, "tests/test_entries.py");
}

#[tokio::test]
async fn a_test_that_looks_at_the_source_is_none() {
    let (runner, cancel) = (runner().await, CancellationToken::new());
    let head = "import inspect\nimport unittest\n\nfrom app import server\n\n\nclass Read(unittest.TestCase):\n    def test_source(self):\n";
    for (line, what) in [
        ("self.assertIn('title', inspect.getsource(server.Handler))", "getsource"),
        ("self.assertEqual(12, len(server.Handler.send.__code__.co_code))", "__code__"),
    ] {
        let text = format!("{head}        {line}\n");
        let tree = ledger().with([TreeFile::new("tests/test_read.py", text.into_bytes())]);
        let link = TestLink { test: "tests.test_read.Read.test_source".into(), ..test("x") };
        let found = links::tests(&runner, &tree, Stack::Python, &[link], &cancel).await.unwrap();
        assert!(found.found.is_empty() && found.problems[0].contains("reads the source of the program"), "{what}");
    }
}

#[tokio::test]
async fn a_helper_with_a_name_of_assertions_is_followed_whatever_it_is_given() {
    let (runner, cancel) = (runner().await, CancellationToken::new());
    let text = "from tests.support import LedgerTest\n\n\nclass Helped(LedgerTest):\n    def assert_refused(self, title):\n        \
                self.expect(422, \"POST\", \"/api/entries\", {\"title\": title})\n\n    def assert_nothing(self, title):\n        \
                self.send(\"POST\", \"/api/entries\", {\"title\": title})\n\n    def test_refused(self):\n        \
                self.assert_refused(\"Rent\")\n\n    def test_nothing(self):\n        self.assert_nothing(title=len(\"Rent\"))\n";
    let tree = ledger().with([TreeFile::new("tests/test_helped.py", text.as_bytes().to_vec())]);
    let link = |name: &str| TestLink { test: format!("tests.test_helped.Helped.{name}"), ..test("x") };
    let links = [link("test_refused"), link("test_nothing")];
    let found = links::tests(&runner, &tree, Stack::Python, &links, &cancel).await.unwrap();
    assert_eq!(found.found.iter().map(|f| f.path.as_str()).collect::<Vec<_>>(), ["tests/test_helped.py"]);
    assert!(
        found.problems.len() == 1 && found.problems[0].contains("test_nothing asserts nothing"),
        "{:?}",
        found.problems
    );
}

#[tokio::test]
async fn a_test_that_only_says_what_is_not_so_is_told_from_one_that_says_what_is() {
    let (runner, cancel) = (runner().await, CancellationToken::new());
    let denying = [
        "self.assertNotEqual(201, f())",
        "self.assertTrue(f() != 201)",
        "self.assertFalse(f() == 201)",
        "assert f() != 201",
        "assert not f() == 201",
        "self.assertNotIn(201, [f()])",
        "self.other(f())",
    ];
    let stating = [
        "self.assertEqual(422, f())",
        "self.assertFalse(f())",
        "assert f() is not None",
        "self.assertGreaterEqual(f(), 400)",
        "self.other(f())\n        self.assertTrue(f())",
        "with self.assertRaises(ValueError):\n            int('x', f())",
    ];
    let mut text = "import unittest\n\ndef f():\n    return 10\n\n\nclass Said(unittest.TestCase):\n    \
                    def other(self, status):\n        self.assertNotEqual(201, status)\n"
        .to_owned();
    let bodies: Vec<&str> = denying.iter().chain(&stating).copied().collect();
    let name = |at: usize| format!("tests.test_said.Said.test_{at}");
    for (at, body) in bodies.iter().enumerate() {
        text.push_str(&format!("\n    def test_{at}(self):\n        {body}\n"));
    }
    let tree = ledger().with([TreeFile::new("tests/test_said.py", text.into_bytes())]);
    let links: Vec<TestLink> = (0..bodies.len()).map(|at| TestLink { test: name(at), ..test("x") }).collect();
    let found = links::tests(&runner, &tree, Stack::Python, &links, &cancel).await.unwrap();
    assert_eq!(found.problems, []);
    for (at, body) in bodies.iter().enumerate() {
        assert_eq!(found.denying.contains(&name(at)), at < denying.len(), "{body}");
    }
}

#[tokio::test]
async fn rows_of_python_that_begin_alike_are_named_by_more_of_what_they_say_or_by_their_place() {
    let text = "GUARDS = [\n    {\"POST /keys\": \"owner\"},\n    {\"GET /keys\": \"owner\"},\n]\nRULES = (\n\
                \x20   (\"title\", required, \"give one\"),\n    (\"title\", shorter(80)),\n    (\"body\", required),\n\
                \x20   (\"body\", required),\n)\nNAMES = frozenset([\n    \"a\",\n    \"b\",\n])\nTABLES = [\n    \"CREATE TABLE plots (id INTEGER)\",\n\
                \x20   \"CREATE UNIQUE INDEX plots_number ON plots (number)\",\n]\n";
    let tree = Tree::new(vec![TreeFile::new(FILE.to_owned(), text.as_bytes().to_vec())]);
    let names = ["GUARDS[POST /keys]", "GUARDS['GET /keys']", "RULES[title required]", "RULES[title, 80]", "RULES[#4]"];
    let links: Vec<CodeLink> = names
        .into_iter()
        .chain([
            "NAMES[a]",
            "TABLES[CREATE UNIQUE INDEX plots_number]",
            "RULES[title]",
            "RULES[body]",
            "TABLES[CREATE]",
        ])
        .map(symbol)
        .collect();
    let resolved = links::resolve(&runner().await, &tree, &links, &CancellationToken::new()).await.unwrap();
    let found: Vec<u32> = resolved.found.iter().map(|range| range.lines.0).collect();
    assert_eq!(found, [2, 3, 6, 7, 9, 12, 17], "{resolved:?}");
    let [title, body, _] = resolved.problems.as_slice() else { panic!("{resolved:?}") };
    assert!(title.ends_with("RULES[title required], RULES[title 80]"), "{title}");
    assert!(body.ends_with("RULES[#3], RULES[#4]"), "{body}");
}
