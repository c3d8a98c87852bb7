//! Node, TypeScript and Rust: what starts, what is tested, what is proven, and what is refused.

mod fixture;

use fixture::{manifest_of, runner_for, tree};
use g1::{
    domain::{
        ClauseId,
        evidence::{SandboxLevel, TestOutcome},
        reply::{CodeLink, TestLink},
    },
    evidence::{ControlTarget, Runner, Stack, Tree, TreeFile, links, uses},
};
use tokio_util::sync::CancellationToken;

fn link(path: &str, symbol: &str) -> CodeLink {
    CodeLink { clause: "C-001".into(), path: path.into(), symbol: Some(symbol.into()), lines: None }
}

fn test_link(test: &str) -> TestLink {
    TestLink { clause: "C-001".into(), test: test.into(), shows: String::new(), measures: false }
}

/// The suite's outcomes by name.
async fn suite(runner: &Runner, tree: &Tree) -> Vec<(String, TestOutcome)> {
    let cancel = CancellationToken::new();
    let boot = runner.boot(tree, &manifest_of(tree), &cancel).await.unwrap();
    assert_eq!(boot.executed.exit, Some(0), "{}", String::from_utf8_lossy(&boot.output));
    let tests = runner.tests(tree, &manifest_of(tree), None, &cancel).await.unwrap();
    let text = String::from_utf8_lossy(&tests.output);
    assert!(tests.executed.sandbox >= SandboxLevel::L2);
    assert_eq!(tests.executed.note, None, "{text}");
    assert!(!text.contains("/g1-"), "no place of this machine is kept: {text}");
    tests.executed.tests.iter().map(|test| (test.name.clone(), test.outcome)).collect()
}

/// Whether it started, and what the linked test did.
type Seen = (bool, Option<TestOutcome>);

/// All control runs in one batch: link, test, and what is to come out.
async fn controls(runner: &Runner, stack: Stack, tree: &Tree, cases: &[(CodeLink, &str, Seen)]) {
    let cancel = CancellationToken::new();
    let mut targets = vec![];
    for (number, (code, test, _)) in (1..).zip(cases) {
        let ranges = links::resolve(runner, tree, std::slice::from_ref(code), &cancel).await.unwrap();
        assert_eq!(ranges.problems, [], "{code:?}");
        let tests = links::tests(runner, tree, stack, &[test_link(test)], &cancel).await.unwrap();
        assert_eq!(tests.problems, [], "{test}");
        let mut range = ranges.found[0].clone();
        range.clause = ClauseId(number);
        targets.push(ControlTarget { clause: range.clause, range, tests: tests.found });
    }
    let done = runner.controls(tree, &manifest_of(tree), &targets, None, &cancel).await.unwrap();
    assert_eq!(done.problems, []);
    let output = String::from_utf8_lossy(&done.recorded[0].output);
    for (number, (code, test, expected)) in (1..).zip(cases) {
        let run = done.runs.iter().find(|run| run.clause == ClauseId(number)).unwrap();
        assert_eq!((run.booted, run.outcome), *expected, "{code:?} {test}\n{output}");
    }
}

const CAUGHT: Seen = (true, Some(TestOutcome::Failed));

#[tokio::test]
async fn typescript_is_tested_and_proven_on_any_supported_node() {
    let runner = runner_for(Stack::Node).await;
    let notes = tree("notes-ts");
    let outcomes = suite(&runner, &notes).await;
    assert_eq!(outcomes.len(), 9, "{outcomes:?}");
    let of = |name: &str| outcomes.iter().find(|(test, _)| test == name).unwrap().1;
    assert_eq!(of("test/notes.test.ts > notes > are kept and listed"), TestOutcome::Passed);
    assert_eq!(of("test/notes.test.ts > notes > are sorted"), TestOutcome::Skipped);
    assert_eq!(of("test/notes.test.ts > takes two"), TestOutcome::Passed);

    let file = String::from_utf8(notes.get("src/server.ts").unwrap().bytes.to_vec()).unwrap();
    let post = u32::try_from(file.lines().position(|line| line.starts_with("route(\"POST\"")).unwrap()).unwrap() + 1;
    let route = CodeLink { symbol: None, lines: Some((post, post)), ..link("src/server.ts", "") };
    let cases = [
        (link("src/server.ts", "create"), "are kept and listed", CAUGHT),
        (link("src/server.ts", "Store.add"), "notes > are kept and listed", CAUGHT),
        (link("src/rules.ts", "required"), "test/notes.test.ts > notes > need a title", CAUGHT),
        (link("src/rules.ts", "withinLimit"), "have a title of at most 20 characters", CAUGHT),
        (link("src/rules.ts", "LIMITS[title]"), "have a title of at most 20 characters", CAUGHT),
        (link("src/rules.ts", "FIELDS[title]"), "need a title", CAUGHT),
        (route, "are kept and listed", CAUGHT),
        // What does not depend on the lines proves nothing; what breaks does not prove either.
        (link("src/rules.ts", "LIMITS[body]"), "vacuous", (true, Some(TestOutcome::Passed))),
        (link("src/server.ts", "Store.all"), "breaks instead of failing", (true, Some(TestOutcome::Passed))),
        (link("src/server.ts", "Store.add"), "breaks instead of failing", (true, Some(TestOutcome::Error))),
        (link("src/server.ts", "answer"), "need a title", (false, None)),
    ];
    controls(&runner, Stack::Node, &notes, &cases).await;
}

#[tokio::test]
async fn a_program_without_a_port_starts_when_it_helps() {
    let runner = runner_for(Stack::Node).await;
    let tally = tree("tally-js");
    assert_eq!(suite(&runner, &tally).await.len(), 2);
    let cases = [
        (link("words.js", "folded"), "counts whatever the case", CAUGHT),
        (link("words.js", "order.byCount"), "most frequent first", CAUGHT),
        (link("tally.js", "main"), "most frequent first", (true, Some(TestOutcome::Passed))),
    ];
    controls(&runner, Stack::Node, &tally, &cases).await;
    let silent = tree("tally-js").with([g1::evidence::TreeFile::new("tally.js", *b"process.exit(3)")]);
    let boot = runner.boot(&silent, &manifest_of(&silent), &CancellationToken::new()).await.unwrap();
    assert_eq!(boot.executed.exit, Some(3));
    let note = boot.executed.note.as_deref();
    assert_eq!(
        note,
        Some("called with --help it ended with exit status 3 instead of 0; last line: it printed nothing")
    );
}

#[tokio::test]
async fn a_test_file_that_fails_as_a_whole_says_why() {
    let runner = runner_for(Stack::Node).await;
    let loads = b"const test = require(\"node:test\");\n\nrequire(\"node:fs\").mkdtempSync(\"/nowhere/notes-\");\n";
    let tally = tree("tally-js").with([TreeFile::new("test/loads.test.js", *loads)]);
    let ran = runner.tests(&tally, &manifest_of(&tally), None, &CancellationToken::new()).await.unwrap().executed;
    let failed = ran.tests.iter().find(|test| test.name == "test/loads.test.js").expect("told as one test");
    let says = ["the file failed as a whole", "Error: E", "mkdtemp '/nowhere/notes-", "loads.test.js:3"];
    assert!(says.iter().all(|word| failed.detail.contains(word)), "{}", failed.detail);
}

#[tokio::test]
async fn tests_end_as_what_is_set_up_for_all_of_them_does() {
    use TestOutcome::{Error, Failed, Passed, Skipped};
    let runner = runner_for(Stack::Node).await;
    let hooks =
        b"const { before, describe, test } = require(\"node:test\");\nconst assert = require(\"node:assert\");\n\n\
        describe(\"asserts\", () => {\n  before(() => assert.equal(1, 2));\n  test(\"one\", () => {});\n  \
        test.skip(\"later\", () => {});\n  describe(\"within\", () => {\n    test(\"two\", () => {});\n  });\n});\n\
        describe(\"throws\", () => {\n  before(() => null.x);\n  test(\"one\", () => {});\n});\n\
        test(\"leaves\", (t) => {\n  t.test(\"open\", () => new Promise((done) => setTimeout(done, 60000)));\n});\n\
        test(\"itself\", () => {});\n";
    let tally = tree("tally-js").with([TreeFile::new("test/hooks.test.js", *hooks)]);
    let ran = runner.tests(&tally, &manifest_of(&tally), None, &CancellationToken::new()).await.unwrap().executed;
    let ended = |name: &str| ran.tests.iter().find(|test| test.name == format!("test/hooks.test.js > {name}"));
    for (name, outcome) in [
        ("asserts > one", Failed),
        ("asserts > within > two", Failed),
        ("asserts > later", Skipped),
        ("throws > one", Error),
        ("leaves > open", Error),
        ("itself", Passed),
    ] {
        let test = ended(name).unwrap_or_else(|| panic!("{name}: {:?}", ran.tests));
        assert_eq!(test.outcome, outcome, "{name}: {}", test.detail);
    }
    let says = ended("asserts > within > two").map(|test| test.detail.to_string()).unwrap_or_default();
    assert!(says.contains("AssertionError"), "why it was not run: {says}");
}

#[tokio::test]
async fn a_server_that_lacks_its_port_is_told_so() {
    let runner = runner_for(Stack::Node).await;
    let serves = b"require(\"node:http\").createServer(() => {}).listen(8080, \"127.0.0.1\");\n";
    let tally = tree("tally-js").with([TreeFile::new("tally.js", *serves)]);
    let boot = runner.boot(&tally, &manifest_of(&tally), &CancellationToken::new()).await.unwrap().executed;
    let note = boot.note.unwrap_or_default();
    assert!(note.contains("called with --help") && note.contains("takes its port from {port}"), "{note}");
}

/// A program that is started by a file without an ending, which holds all of it.
fn started_by(stack: &str, run: &str, program: &str, tests: &[(&str, &str)]) -> Tree {
    let test = if stack == "node" { r#"["node", "--test"]"# } else { r#"["python3", "-m", "unittest", "-v"]"# };
    let manifest = format!(
        "[app]\nname = \"tidelog\"\nstack = \"{stack}\"\n[commands]\nsetup = []\ntest = {test}\nrun = [\"{run}\", \"tidelog\"]\n"
    );
    let file = |path: &str, text: &str| TreeFile::new(path.to_owned(), text.as_bytes().to_vec());
    let files = [file("g1.toml", &manifest), file("tidelog", program)];
    Tree::new(files.into_iter().chain(tests.iter().map(|(path, text)| file(path, text))).collect())
}

#[tokio::test]
async fn a_start_file_without_an_ending_is_linked_like_any_other() {
    let python = started_by(
        "python-stdlib",
        "python3",
        "#!/usr/bin/env python3\nimport sys\n\n\ndef refusal(words):\n    return '' if words else 'say what'\n\n\n\
         why = refusal(sys.argv[1:])\nprint(why or 'usage')\nsys.exit(1 if why else 0)\n",
        &[
            ("tests/__init__.py", ""),
            (
                "tests/test_core.py",
                "import subprocess\nimport sys\nimport unittest\n\n\nclass Core(unittest.TestCase):\n    \
                 def test_refuses(self):\n        done = subprocess.run([sys.executable, 'tidelog'], capture_output=True)\n        \
                 self.assertEqual(done.returncode, 1)\n",
            ),
        ],
    );
    let cases = [(link("tidelog", "refusal"), "tests.test_core.Core.test_refuses", CAUGHT)];
    controls(&runner_for(Stack::Python).await, Stack::Python, &python, &cases).await;
    // Without a first line that says it, the manifest does.
    let node = started_by(
        "node",
        "node",
        "function refusal(words) {\n  return words.length ? '' : 'say what';\n}\n\n\
         const why = refusal(process.argv.slice(2));\nconsole.log(why || 'usage');\nprocess.exitCode = why ? 1 : 0;\n",
        &[(
            "test/core.test.mjs",
            "import { test } from 'node:test';\nimport assert from 'node:assert/strict';\n\
             import { spawnSync } from 'node:child_process';\n\ntest('refuses', () => {\n  \
             assert.equal(spawnSync(process.execPath, ['tidelog']).status, 1);\n});\n",
        )],
    );
    let cases = [(link("tidelog", "refusal"), "test/core.test.mjs > refuses", CAUGHT)];
    controls(&runner_for(Stack::Node).await, Stack::Node, &node, &cases).await;
}

#[tokio::test]
async fn a_test_may_start_sixteen_node_programs_at_once() {
    let tree = started_by(
        "node",
        "node",
        "setTimeout(() => console.log('up'), 1000);\n",
        &[(
            "test/core.test.mjs",
            "import { test } from 'node:test';\nimport assert from 'node:assert/strict';\n\
             import { execFile } from 'node:child_process';\nimport { promisify } from 'node:util';\n\n\
             test('all start', async () => {\n  const start = () => promisify(execFile)(process.execPath, ['tidelog']);\n  \
             const all = await Promise.all(Array.from({ length: 16 }, start));\n  \
             assert.deepEqual(all.map((one) => one.stdout), Array(16).fill('up\\n'));\n});\n",
        )],
    );
    let passed = [("test/core.test.mjs > all start".to_owned(), TestOutcome::Passed)];
    assert_eq!(suite(&runner_for(Stack::Node).await, &tree).await, passed);
}

#[tokio::test]
async fn rust_is_tested_and_proven_in_one_build() {
    let runner = runner_for(Stack::Rust).await;
    let shelf = tree("shelf-rs");
    let outcomes = suite(&runner, &shelf).await;
    let of = |name: &str| outcomes.iter().find(|(test, _)| test == name).unwrap_or_else(|| panic!("{outcomes:?}")).1;
    assert_eq!(of("tests/books.rs::a_book_is_kept_and_listed"), TestOutcome::Passed);
    assert_eq!(of("src/lib.rs::rules::tests::a_reserved_title_is_refused"), TestOutcome::Passed);
    assert_eq!(of("tests/books.rs::is_not_run"), TestOutcome::Skipped);

    let file = String::from_utf8(shelf.get("src/server.rs").unwrap().bytes.to_vec()).unwrap();
    let line = |text: &str| u32::try_from(file.lines().position(|line| line.contains(text)).unwrap()).unwrap() + 1;
    let delete = line("(\"DELETE\", ");
    let clear = line("self.books.clear()");
    let lines = |first, last| CodeLink { symbol: None, lines: Some((first, last)), ..link("src/server.rs", "") };
    let cases = [
        (link("src/rules.rs", "required"), "a_title_is_required", CAUGHT),
        (link("src/rules.rs", "within_limit"), "tests/books.rs::a_title_has_at_most_20_characters", CAUGHT),
        (link("src/rules.rs", "allowed"), "rules::tests::a_reserved_title_is_refused", CAUGHT),
        // A function whose type has no default, an arm of a match, a statement.
        (link("src/server.rs", "Shelf.create"), "books::a_book_is_kept_and_listed", CAUGHT),
        (lines(delete, delete + 3), "the_shelf_can_be_emptied", CAUGHT),
        (lines(clear, clear), "the_shelf_can_be_emptied", CAUGHT),
        // Constants are built without their lines.
        (link("src/rules.rs", "RESERVED[untitled]"), "a_reserved_title_is_refused", CAUGHT),
        (link("src/rules.rs", "LONGEST"), "a_title_has_at_most_20_characters", CAUGHT),
        (link("src/server.rs", "Shelf.create"), "breaks_instead_of_failing", (true, Some(TestOutcome::Error))),
        (link("src/server.rs", "Shelf.list"), "a_title_is_required", (true, Some(TestOutcome::Passed))),
        (link("src/server.rs", "Shelf.answer"), "a_title_is_required", (false, None)),
    ];
    controls(&runner, Stack::Rust, &shelf, &cases).await;
}

#[tokio::test]
async fn a_linked_test_of_any_stack_exists_asserts_and_is_not_skipped() {
    let cancel = CancellationToken::new();
    for (stack, name, bad) in [
        (
            Stack::Node,
            "notes-ts",
            [("asserts nothing", "asserts nothing"), ("are sorted", "is skipped"), ("nowhere", "no test")],
        ),
        (
            Stack::Rust,
            "shelf-rs",
            [("asserts_nothing", "asserts nothing"), ("is_not_run", "is skipped"), ("nowhere", "no test")],
        ),
    ] {
        let runner = runner_for(stack).await;
        for (test, why) in bad {
            let found = links::tests(&runner, &tree(name), stack, &[test_link(test)], &cancel).await.unwrap();
            assert_eq!(found.found, [], "{test}");
            assert!(found.problems[0].contains(why), "{test}: {}", found.problems[0]);
        }
    }
}

/// The functions among the symbols that nothing but a test could call.
async fn unused(stack: Stack, path: &str, files: &[(&str, &str)], symbols: &[&str]) -> Vec<String> {
    let runner = fixture::runner().await;
    let tree = Tree::new(files.iter().map(|(path, text)| TreeFile::new(*path, text.as_bytes().to_vec())).collect());
    let cancel = CancellationToken::new();
    let links: Vec<CodeLink> = symbols.iter().map(|symbol| link(path, symbol)).collect();
    let ranges = links::resolve(&runner, &tree, &links, &cancel).await.unwrap();
    assert_eq!(ranges.problems, [], "{symbols:?}");
    let found = uses::unused(&runner, &tree, stack, &ranges.found, &cancel).await.unwrap();
    found.into_iter().map(|one| one.function).collect()
}

#[tokio::test]
async fn linked_code_that_only_its_own_test_calls_is_named_in_every_stack() {
    let python = [
        (
            "app/rules.py",
            "\"\"\"total and late are explained here.\"\"\"\nfrom functools import lru_cache\n\n__all__ = ['total', 'late']\n\n\
             def total(rows):\n    return sum(rows) if rows else total([0])\n\n@lru_cache\ndef late(day):\n    if day > 3:\n        return True\n    return False\n\n\
             def by_name(x):\n    return x\n\ndef cmd_add(x):\n    return x\n\n@route('/a')\ndef page(x):\n    return x\n\n\
             class Store:\n    def put(self, x):\n        self.x = x\n    def fetch(self):\n        return self.x\n\n\
             class Handler(Base):\n    def do_GET(self):\n        return 1\n",
        ),
        (
            "app/main.py",
            "from app.rules import Store\n# total(rows)\ngetattr(rules, 'by_name')\ngetattr(rules, 'cmd_' + word)\nStore().put(1)\n",
        ),
        ("tests/test_rules.py", "from app.rules import total, late\ntotal([1])\nStore().fetch()\n"),
        ("README.md", "`total` and `fetch`\n"),
    ];
    let linked = ["total", "late", "by_name", "cmd_add", "page", "Store.put", "Store.fetch", "Handler.do_GET"];
    assert_eq!(unused(Stack::Python, "app/rules.py", &python, &linked).await, ["Store.fetch", "late", "total"]);
    let mut called = python;
    called[1].1 = "from app.rules import total\nprint(total([]))\nfetch = late = 1\n";
    assert_eq!(unused(Stack::Python, "app/rules.py", &called, &["total", "late", "Store.fetch"]).await, [""; 0]);
    called[1].1 = "import inspect, app.rules\nfor name, f in inspect.getmembers(app.rules):\n    f()\n";
    assert_eq!(unused(Stack::Python, "app/rules.py", &called, &["total", "late"]).await, [""; 0]);

    let node = [
        (
            "src/rules.ts",
            "export function total(rows: number[]) { return rows.length; }\nexport const late = (day: number) => day > 3;\n\
             function page() { return 1; }\nexport { page };\n// total\nconst HANDLERS = {\n add(x) { return x; },\n};\n\
             class Store {\n put(x) { this.x = x; }\n fetch() { return this.x; }\n}\n\
             class Late extends Store {\n run() { return 1; }\n}\n",
        ),
        ("src/main.ts", "import { total } from './rules.ts';\nconst s = new Store();\ns.put(total([]));\n"),
        ("test/rules.test.ts", "import { late, page } from '../src/rules.ts';\nlate(1); page(); s.fetch();\n"),
    ];
    let linked = ["total", "late", "page", "HANDLERS.add", "Store.put", "Store.fetch", "Late.run"];
    assert_eq!(unused(Stack::Node, "src/rules.ts", &node, &linked).await, ["Store.fetch", "late", "page"]);
    let mut all = node;
    all[1].1 = "import * as rules from './rules.ts';\nfor (const rule of Object.values(rules)) rule(1);\n";
    assert_eq!(unused(Stack::Node, "src/rules.ts", &all, &linked).await, [""; 0]);

    let rust = [
        (
            "src/lib.rs",
            "/// As total.\npub fn total(rows: &[u32]) -> u32 { rows.iter().sum() }\npub fn late(day: u32) -> bool { day > 3 }\n\
             pub struct Store;\nimpl Store {\n pub fn put(&self) -> u32 { 1 }\n}\n\
             impl std::fmt::Display for Store {\n fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { Ok(()) }\n}\n\
             #[cfg(test)]\nmod tests { use super::*; #[test] fn of() { total(&[]); } }\n",
        ),
        ("src/main.rs", "fn main() { println!(\"{}\", crate_name::late(1)); }\n"),
        ("tests/rules.rs", "#[test]\nfn of() { assert_eq!(Store.put(), total(&[1])); }\n"),
    ];
    assert_eq!(
        unused(Stack::Rust, "src/lib.rs", &rust, &["total", "late", "Store.put", "Store.fmt"]).await,
        ["Store.put", "total"]
    );
}
