//! Booting and testing a real application in the sandbox.

mod fixture;

use fixture::{ledger, manifest, runner, sandbox_without};
use g1::{
    domain::evidence::{SandboxLevel, TestOutcome},
    evidence::{EvidenceError, Manifest, Python, Runner, Tree, TreeFile},
};
use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};
use tokio_util::sync::CancellationToken;

fn with(path: &str, from: &str, to: &str) -> Tree {
    let tree = ledger();
    let text = String::from_utf8(tree.get(path).unwrap().bytes.to_vec()).unwrap();
    assert!(text.contains(from));
    tree.with([TreeFile::new(path, text.replace(from, to).into_bytes())])
}

#[tokio::test]
async fn the_application_boots_and_its_suite_is_recorded() {
    let (tree, cancel) = (ledger(), CancellationToken::new());
    let runner = runner().await;
    let boot = runner.boot(&tree, &manifest(), &cancel).await.unwrap();
    assert_eq!(boot.executed.exit, Some(0), "{}", String::from_utf8_lossy(&boot.output));
    assert_eq!(boot.executed.note, None);

    let tests = runner.tests(&tree, &manifest(), None, &cancel).await.unwrap();
    let text = String::from_utf8_lossy(&tests.output);
    assert_eq!(tests.executed.exit, Some(0), "{text}");
    assert_eq!(tests.executed.tree, tree.hash());
    assert!(tests.executed.sandbox >= SandboxLevel::L2);
    let outcomes: Vec<_> = tests.executed.tests.iter().map(|test| (test.name.as_str(), test.outcome)).collect();
    assert_eq!(outcomes.len(), 9, "{text}");
    assert!(outcomes.contains(&("tests.test_entries.Entries.test_create_and_list", TestOutcome::Passed)), "{text}");
    assert!(outcomes.contains(&("tests.test_entries.Entries.test_skipped", TestOutcome::Skipped)), "{text}");

    let one = ["tests.test_entries.Entries.test_vacuous".to_owned()];
    let only = runner.tests(&tree, &manifest(), Some(&one), &cancel).await.unwrap();
    assert_eq!(only.executed.tests.len(), 1);
    assert_eq!(only.executed.argv.last(), one.first());
}

#[tokio::test]
async fn a_suite_that_patches_its_runner_is_not_believed() {
    let (runner, cancel) = (runner().await, CancellationToken::new());
    let forged = [
        // Prints what a good run prints.
        "import os, unittest.runner\n\
         def run(self, suite):\n    \
             os.write(2, b'test_a (tests.test_entries.Entries.test_a) ... ok\\n\\nRan 1 test in 0.1s\\n\\nOK\\n')\n    os._exit(0)\n\
         unittest.runner.TextTestRunner.run = run\n",
        // Counts failures as successes.
        "import unittest\n\
         def fail(self, test, error):\n    self.addSuccess(test)\n\
         unittest.TextTestResult.addFailure = unittest.TextTestResult.addError = fail\n",
        // Asserts nothing.
        "import unittest\nunittest.TestCase.assertEqual = lambda *words, **more: None\n",
        // Runs no test.
        "import unittest\nunittest.TestCase._callTestMethod = lambda self, method: None\n",
    ];
    for patch in forged {
        let forged = with("tests/test_entries.py", "import unittest\n", &format!("import unittest\n{patch}"));
        let tests = runner.tests(&forged, &manifest(), None, &cancel).await.unwrap();
        assert_ne!(tests.executed.exit, Some(0), "{patch}{}", String::from_utf8_lossy(&tests.output));
        assert!(tests.executed.note.unwrap().contains("does not report a failing test as failing"), "{patch}");
        let only = ["tests.test_entries".to_owned()];
        let some = runner.tests(&forged, &manifest(), Some(&only), &cancel).await.unwrap();
        assert_ne!(some.executed.exit, Some(0), "{patch}{}", String::from_utf8_lossy(&some.output));
    }
    let loads = "def load_tests(loader, tests, pattern):\n    return tests\n";
    let honest = with("tests/test_entries.py", "import unittest\n", &format!("import unittest\n{loads}"));
    let tests = runner.tests(&honest, &manifest(), None, &cancel).await.unwrap();
    assert_eq!((tests.executed.exit, tests.executed.note), (Some(0), None));
    let only = ["tests.test_entries".to_owned()];
    for command in ["", "discover -s tests -t .", "-b -f -q tests.test_entries"] {
        let words = ["python3", "-m", "unittest"].into_iter().chain(command.split_whitespace());
        let manifest = Manifest { test: words.map(str::to_owned).collect(), ..manifest() };
        for only in [None, Some(&only[..])].into_iter().take(if command.is_empty() { 2 } else { 1 }) {
            let tests = runner.tests(&ledger(), &manifest, only, &cancel).await.unwrap();
            assert_eq!((tests.executed.exit, tests.executed.note), (Some(0), None), "{command}");
        }
    }
}

#[tokio::test]
async fn no_module_of_the_project_takes_the_place_of_the_runner() {
    let (runner, cancel) = (runner().await, CancellationToken::new());
    let forged = "import os\n\
         os.write(2, b'test_a (tests.test_entries.Entries.test_a) ... ok\\n\\nRan 1 test in 0.1s\\n\\nOK\\n')\nos._exit(0)\n";
    // These tests start no product, for that would find the project's modules first, and rightly so.
    let plain = "import unittest\n\n\nclass Entries(unittest.TestCase):\n    def test_one(self):\n        \
                 self.assertEqual(len(\"one\"), 3)\n\n    def test_two(self):\n        self.assertEqual(len(\"two\"), 3)\n";
    let ledger = ledger().with([TreeFile::new("tests/test_entries.py", plain.as_bytes().to_vec())]);
    let whole = runner.tests(&ledger, &manifest(), None, &cancel).await.unwrap();
    for path in ["unittest/__main__.py", "unittest.py", "signal.py", "traceback.py", "argparse.py"] {
        let tree = ledger.with([TreeFile::new(path, forged.as_bytes().to_vec())]);
        let tests = runner.tests(&tree, &manifest(), None, &cancel).await.unwrap();
        let names = |recorded: &g1::evidence::Recorded| {
            recorded.executed.tests.iter().map(|test| test.name.clone()).collect::<Vec<_>>()
        };
        assert_eq!(names(&tests), names(&whole), "{path}: {}", String::from_utf8_lossy(&tests.output));
    }
}

#[tokio::test]
async fn an_application_that_does_not_start_is_evidence_that_says_why() {
    let runner = runner().await;
    let cancel = CancellationToken::new();
    let broken = with("app/server.py", "import sqlite3", "import sqlite4");
    let boot = runner.boot(&broken, &manifest(), &cancel).await.unwrap();
    assert_ne!(boot.executed.exit, Some(0));
    assert!(boot.executed.note.unwrap().contains("sqlite4"));
    let tests = runner.tests(&broken, &manifest(), None, &cancel).await.unwrap();
    assert_eq!(tests.executed.tests[0].outcome, TestOutcome::Error);
    assert_eq!(tests.executed.tests[0].name, "tests.test_entries.Entries.setUpClass");
    assert_ne!(tests.executed.exit, Some(0));
}

#[tokio::test]
async fn a_program_is_called_with_arguments_and_finds_what_it_kept_before() {
    let program = "import os, pathlib, sys\n\
        kept = pathlib.Path(os.environ['APP_DATA_DIR'])\n\
        kept.mkdir(parents=True, exist_ok=True)\n\
        if sys.argv[1:2] == ['add']:\n    (kept / sys.argv[2]).touch()\n    print('kept', file=open('log.txt', 'a'))\n\
        elif sys.argv[1:2] == ['wait']:\n    os.kill(os.getpid(), 9)\n\
        elif sys.argv[1:]:\n    sys.exit(f'no such command: {sys.argv[1]}')\n\
        else:\n    print(*sorted(path.name for path in kept.iterdir()), len(open('log.txt').readlines()), sep=', ')\n";
    let tree = Tree::new(vec![TreeFile::new("app/__main__.py", program.as_bytes().to_vec())]);
    let manifest = Manifest { run: ["python3", "-m", "app"].map(str::to_owned).to_vec(), ..manifest() };
    let calls: Vec<Vec<String>> = [&["add", "Poppy seeds"][..], &["add", "$HOME;ls"], &["nosuch"], &[], &["wait"], &[]]
        .map(|words| words.iter().map(|word| (*word).to_owned()).collect())
        .to_vec();
    let called = runner().await.called(&tree, &manifest, &calls, &CancellationToken::new()).await.unwrap().unwrap();
    let said: Vec<_> = called.iter().map(|one| (one.exit, String::from_utf8_lossy(&one.output.bytes))).collect();
    assert_eq!(called.len(), 5, "nothing is called after what was killed: {said:?}");
    assert_eq!((said[2].0, said[2].1.trim()), (Some(1), "no such command: nosuch"));
    assert_eq!((said[3].0, said[3].1.trim()), (Some(0), "$HOME;ls, Poppy seeds, 2"), "{said:?}");
    assert!(called[4].ended.note().unwrap().contains("signal 9"), "{said:?}");
}

#[tokio::test]
async fn the_tree_cannot_be_changed_by_what_runs_in_it() {
    let runner = runner().await;
    let writes = with("app/server.py", "ROUTES = {}", "ROUTES = {}\nopen('app/new.py', 'w').write('x')");
    let boot = runner.boot(&writes, &manifest(), &CancellationToken::new()).await.unwrap();
    assert_ne!(boot.executed.exit, Some(0));
    assert!(boot.executed.note.unwrap().contains("Permission denied"));
}

#[tokio::test]
async fn other_programs_than_python_are_refused() {
    let runner = runner().await;
    let shell = Manifest { run: vec!["/bin/sh".into(), "{port}".into()], ..manifest() };
    let refused = runner.boot(&ledger(), &shell, &CancellationToken::new()).await;
    assert!(matches!(refused, Err(EvidenceError::Unsupported(..))));
}

#[tokio::test]
async fn a_cancelled_run_ends_with_everything_it_started() {
    let runner = runner().await;
    let sleeps = with("tests/test_entries.py", "import unittest\n", "import time\ntime.sleep(1000)\nimport unittest\n");
    let cancel = CancellationToken::new();
    let stop = cancel.clone();
    let manifest = manifest();
    let (result, ()) = tokio::join!(runner.tests(&sleeps, &manifest, None, &cancel), async { stop.cancel() });
    assert!(matches!(result, Err(EvidenceError::Cancelled)));
}

/// A server that listens on an address.
fn listens(address: &str) -> (Tree, Manifest) {
    let file = TreeFile::new("listens.py", include_bytes!("fixtures/probes/listens.py").as_slice());
    let run = ["python3", "listens.py", address, "{port}"].map(str::to_owned).to_vec();
    let manifest = Manifest { name: "x".into(), stack: "python-stdlib".into(), setup: vec![], test: run.clone(), run };
    (Tree::new(vec![file]), manifest)
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn without_a_network_of_its_own_what_listens_everywhere_serves_nobody() {
    let (dir, cancel) = (tempfile::tempdir().unwrap(), CancellationToken::new());
    let data = dir.path().join("data");
    std::fs::create_dir(&data).unwrap();
    let sandbox = sandbox_without("namespaces", dir.path());
    assert!(!sandbox.has_own_network() && sandbox.level >= SandboxLevel::L2, "{:?}", sandbox.notes);
    let bare = Runner::new(sandbox, Python::find().await.unwrap());

    let (tree, everywhere) = listens("0.0.0.0");
    let refused = bare.serve(&tree, &everywhere, None, &data, &cancel).await.unwrap_err().to_string();
    assert!(refused.contains("every address of this machine") && refused.contains("127.0.0.1 only"), "{refused}");
    let boot = bare.boot(&tree, &everywhere, &cancel).await.unwrap();
    assert_eq!(boot.executed.exit, Some(0), "it starts, and is stopped at once");
    assert!(boot.executed.note.is_some_and(|note| note.contains("every address of this machine")));

    let (_, own) = listens("127.0.0.1");
    assert_eq!(bare.boot(&tree, &own, &cancel).await.unwrap().executed.note, None);
    let mut served = bare.serve(&tree, &own, None, &data, &cancel).await.unwrap();
    assert!(tokio::time::timeout(Duration::from_millis(2_500), served.ended()).await.is_err(), "it goes on");
    let mut caller = TcpStream::connect(("127.0.0.1", served.port)).unwrap();
    caller.write_all(b"GET /open HTTP/1.0\r\n\r\n").unwrap();
    caller.read_to_end(&mut vec![]).unwrap();
    let said = tokio::time::timeout(Duration::from_secs(30), served.ended()).await.expect("it is stopped").unwrap();
    assert!(said.starts_with("stopped: it listens on every address"), "{said}");
    assert!(TcpStream::connect(("127.0.0.1", served.port)).is_err(), "nothing of it is left");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn in_a_network_of_its_own_a_program_may_listen_everywhere() {
    let (dir, cancel) = (tempfile::tempdir().unwrap(), CancellationToken::new());
    let sandbox = fixture::sandbox();
    assert!(sandbox.has_own_network(), "nothing was tested: {:?}", sandbox.notes);
    let runner = Runner::new(sandbox, Python::find().await.unwrap());
    let (tree, everywhere) = listens("0.0.0.0");
    assert_eq!(runner.boot(&tree, &everywhere, &cancel).await.unwrap().executed.note, None);
    runner.serve(&tree, &everywhere, None, dir.path(), &cancel).await.unwrap().stop().await;
}

/// A folder of tests without `__init__.py`, as many projects have it: each test has the same name and the same neighbours,
/// whether all of them run or this one alone.
#[tokio::test]
async fn tests_beside_each_other_in_a_folder_that_is_no_package_are_found_by_path() {
    let (runner, cancel) = (runner().await, CancellationToken::new());
    let test = "import unittest\nfrom helping import three\n\n\nclass Count(unittest.TestCase):\n    def test_three(self):\n        \
                self.assertEqual(three(), 3)\n";
    // The standard library has a package `test`, too.
    for folder in ["tests", "test"] {
        let manifest = Manifest {
            test: ["python3", "-m", "unittest", "discover", "-s", folder].map(str::to_owned).into(),
            ..manifest()
        };
        let tree = Tree::new(vec![
            TreeFile::new(format!("{folder}/test_count.py"), test.as_bytes().to_vec()),
            TreeFile::new(format!("{folder}/helping.py"), b"def three():\n    return 3\n".to_vec()),
        ]);
        let name = format!("{folder}.test_count.Count.test_three");
        for only in [None, Some(vec![format!("{folder}.test_count")]), Some(vec![name.clone()])] {
            let run = runner.tests(&tree, &manifest, only.as_deref(), &cancel).await.unwrap();
            let told: Vec<_> = run.executed.tests.iter().map(|test| (test.name.as_str(), test.outcome)).collect();
            assert_eq!(told, [(name.as_str(), TestOutcome::Passed)], "{}", String::from_utf8_lossy(&run.output));
            assert_eq!((run.executed.exit, run.executed.note), (Some(0), None));
        }
    }
}

#[tokio::test]
async fn packages_below_src_are_found_as_if_they_were_installed() {
    let (runner, cancel) = (runner().await, CancellationToken::new());
    let test = "import subprocess\nimport sys\nimport unittest\nfrom ledgers import count\n\n\nclass Count(unittest.TestCase):\n    \
                def test_count(self):\n        self.assertEqual(count.three(), 3)\n\n    def test_started(self):\n        \
                ended = subprocess.run([sys.executable, \"-m\", \"ledgers\"], capture_output=True, text=True)\n        \
                self.assertEqual(ended.stdout, \"3\\n\")\n";
    let tree = Tree::new(vec![
        TreeFile::new("src/ledgers/__init__.py", vec![]),
        TreeFile::new("src/ledgers/count.py", b"def three():\n    return 3\n".to_vec()),
        TreeFile::new("src/ledgers/__main__.py", b"from ledgers import count\n\nprint(count.three())\n".to_vec()),
        TreeFile::new("tests/__init__.py", vec![]),
        TreeFile::new("tests/test_count.py", test.as_bytes().to_vec()),
    ]);
    let run = runner.tests(&tree, &manifest(), None, &cancel).await.unwrap();
    assert_eq!((run.executed.exit, run.executed.tests.len()), (Some(0), 2), "{}", String::from_utf8_lossy(&run.output));
}

/// As other runners than the standard library's have them: of what was there before, more can be said to work still.
#[tokio::test]
async fn functions_that_are_tests_and_want_nothing_are_run_as_well() {
    let (runner, cancel) = (runner().await, CancellationToken::new());
    let test = "import unittest\n\n\ndef test_sum():\n    \"\"\"Adds.\"\"\"\n    assert 1 + 2 == 3\n\n\ndef test_wrong():\n    \
                assert 1 + 2 == 4, \"no\"\n\n\ndef test_given(tmp_path):\n    assert False\n\n\ndef testing():\n    assert False\n\n\n\
                class Case(unittest.TestCase):\n    def test_case(self):\n        self.assertEqual(1, 1)\n";
    let tree = Tree::new(vec![
        TreeFile::new("tests/__init__.py", vec![]),
        TreeFile::new("tests/test_sums.py", test.as_bytes().to_vec()),
    ]);
    let told = |run: &g1::evidence::Recorded| {
        let tests = run.executed.tests.iter();
        tests.map(|test| (test.name.clone(), test.outcome)).collect::<Vec<_>>()
    };
    let named = |name: &str, outcome| (format!("tests.test_sums.{name}"), outcome);
    let all = [
        named("Case.test_case", TestOutcome::Passed),
        named("test_sum", TestOutcome::Passed),
        named("test_wrong", TestOutcome::Failed),
    ];
    let run = runner.tests(&tree, &manifest(), None, &cancel).await.unwrap();
    assert_eq!(told(&run), all, "{}", String::from_utf8_lossy(&run.output));
    let one = ["tests.test_sums.test_sum".to_owned()];
    let run = runner.tests(&tree, &manifest(), Some(&one), &cancel).await.unwrap();
    assert_eq!((told(&run).as_slice(), run.executed.exit), (&all[1..2], Some(0)));
}
