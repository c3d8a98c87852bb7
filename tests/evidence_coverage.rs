//! Which lines of a linked range the linked tests come by: exactly those that none does are named, in whatever process they
//! run, and what cannot be measured is said not to be.

mod fixture;

use fixture::{manifest_of, runner_for};
use g1::{
    domain::{
        ClauseId,
        evidence::Coverage,
        reply::{CodeLink, TestLink},
    },
    evidence::{ControlTarget, Controlled, Manifest, Runner, Stack, Tree, TreeFile, links},
};
use tokio_util::sync::CancellationToken;

fn tree_of(files: &[(&str, &str)]) -> Tree {
    Tree::new(files.iter().map(|(path, text)| TreeFile::new(*path, text.as_bytes().to_vec())).collect())
}

/// A clause: the symbol that it links, and its tests.
type Linked<'a> = (&'a str, &'a [&'a str]);

async fn targets(runner: &Runner, stack: Stack, tree: &Tree, path: &str, linked: &[Linked<'_>]) -> Vec<ControlTarget> {
    let cancel = CancellationToken::new();
    let mut targets = vec![];
    for (number, (symbol, tests)) in (1..).zip(linked) {
        let clause = ClauseId(number);
        let link =
            CodeLink { clause: clause.to_string(), path: path.into(), symbol: Some((*symbol).into()), lines: None };
        let ranges = links::resolve(runner, tree, &[link], &cancel).await.unwrap();
        assert_eq!(ranges.problems, [], "{symbol}");
        let tests: Vec<TestLink> = tests
            .iter()
            .map(|test| TestLink {
                clause: clause.to_string(),
                test: (*test).into(),
                shows: String::new(),
                measures: false,
            })
            .collect();
        let tests = links::tests(runner, tree, stack, &tests, &cancel).await.unwrap();
        assert_eq!(tests.problems, [], "{symbol}");
        targets.push(ControlTarget { clause, range: ranges.found[0].clone(), tests: tests.found });
    }
    targets
}

async fn controlled(runner: &Runner, stack: Stack, tree: &Tree, path: &str, linked: &[Linked<'_>]) -> Controlled {
    let targets = targets(runner, stack, tree, path, linked).await;
    let done = runner.controls(tree, &manifest_of(tree), &targets, None, &CancellationToken::new()).await.unwrap();
    assert_eq!(done.problems, []);
    for target in &targets {
        let mut runs = done.runs.iter().filter(|run| run.clause == target.clause);
        let output = String::from_utf8_lossy(&done.recorded[0].output);
        assert!(runs.any(|run| run.proves()), "{}: marks change nothing that is shown\n{output}", target.clause);
        assert!(!output.contains("/g1-"), "no place of this machine is kept: {output}");
    }
    done
}

/// The lines of the file that say these texts.
fn lines(tree: &Tree, path: &str, texts: &[&str]) -> Option<Vec<u32>> {
    let file = String::from_utf8(tree.get(path).unwrap().bytes.to_vec()).unwrap();
    let line = |text: &&str| u32::try_from(file.lines().position(|line| line.trim() == *text).unwrap()).unwrap() + 1;
    Some(texts.iter().map(line).collect())
}

fn unreached(coverage: &[Coverage], clause: u32) -> Option<Vec<u32>> {
    coverage.iter().find(|one| one.clause == ClauseId(clause)).unwrap().unreached.clone()
}

const PYTHON: [(&str, &str); 4] = [
    (
        "g1.toml",
        "[app]\nname = \"toll\"\nstack = \"python-stdlib\"\n[commands]\nsetup = []\n\
         test = [\"python3\", \"-m\", \"unittest\", \"-v\"]\nrun = []\n",
    ),
    (
        "toll.py",
        r#""""What vehicles pay."""
from __future__ import annotations

FREE = [
    "ambulance",
]


def toll(kind, axles):
    """In coins."""
    if kind == "bus": return 5
    elif kind in FREE:
        return 0
    elif kind == "lorry":
        # Heavy.
        if (axles
                > 3):
            return 20
        return 10
    total: int
    total = 0
    for _ in range(axles):
        total += 1
    else:
        total += 0
    try:
        return check(total)
    except ValueError:
        return None


def check(total):
    if total > 9:
        raise ValueError("too much")
    return total
"#,
    ),
    ("tests/__init__.py", ""),
    (
        "tests/test_toll.py",
        r#"import subprocess, sys, threading, unittest
from toll import toll


class Toll(unittest.TestCase):
    def test_car(self):
        self.assertEqual(toll("car", 2), 2)

    def test_lorry(self):
        paid = []
        thread = threading.Thread(target=lambda: paid.append(toll("lorry", 2)))
        thread.start()
        thread.join()
        self.assertEqual(paid, [10])

    def test_heavy(self):
        say = "import sys; sys.path.insert(0, '.'); from toll import toll; print(toll('lorry', 4), toll('ambulance', 1))"
        done = subprocess.run([sys.executable, "-c", say], env={}, capture_output=True, text=True)
        self.assertEqual(done.stdout.split(), ["20", "0"])

    def test_many(self):
        self.assertIsNone(toll("car", 12))

    def test_source(self):
        self.assertEqual(toll("car", 1), 1)
        with open("toll.py") as file:
            self.assertLess(len(file.read().splitlines()), 40)
            file.seek(0)
            self.assertNotIn("mark", file.read())
"#,
    ),
];

#[tokio::test]
async fn python_lines_are_reached_in_threads_and_processes() {
    let runner = runner_for(Stack::Python).await;
    let tree = tree_of(&PYTHON);
    let all = ["Toll.test_car", "Toll.test_lorry", "Toll.test_heavy", "Toll.test_many"]
        .map(|t| format!("tests.test_toll.{t}"));
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    let linked: [Linked<'_>; 5] = [
        ("toll", &all[..1]),
        ("toll", &all[1..2]),
        ("toll", &all),
        ("FREE[ambulance]", &all[2..3]),
        ("check", &all[..1]),
    ];
    let done = controlled(&runner, Stack::Python, &tree, "toll.py", &linked).await;
    let named = |texts: &[&str]| lines(&tree, "toll.py", texts);
    let heavy = ["if (axles", "return 20", "return 10"];
    let car = [&["return 0"][..], &heavy, &["return None"]].concat();
    assert_eq!(unreached(&done.coverage, 1), named(&car));
    let rest = ["total = 0", "for _ in range(axles):", "total += 1", "total += 0", "try:", "return check(total)"];
    let lorry = [&["return 0", "return 20"][..], &rest, &["return None"]].concat();
    assert_eq!(unreached(&done.coverage, 2), named(&lorry));
    assert_eq!(unreached(&done.coverage, 3), Some(vec![]), "all of them together reach all");
    assert_eq!(unreached(&done.coverage, 4), Some(vec![]), "a row is no statement");
    assert_eq!(unreached(&done.coverage, 5), named(&["raise ValueError(\"too much\")"]));
    let note = done.recorded[0].executed.note.clone().unwrap();
    assert!(!note.contains("not measured"), "{note}");

    let targets = targets(&runner, Stack::Python, &tree, "toll.py", &linked).await;
    let alone = runner.coverage(&tree, &manifest_of(&tree), &targets, &CancellationToken::new()).await.unwrap();
    assert_eq!(alone.coverage, done.coverage, "the same without control runs");

    // Of what is started and asked, `check` is run by nothing but the tests themselves.
    let run = ["python3", "toll.py", "--port", "{port}"].map(str::to_owned).to_vec();
    let served = Manifest { run, ..manifest_of(&tree) };
    let served = runner.coverage(&tree, &served, &targets, &CancellationToken::new()).await.unwrap();
    let inside = |coverage: &[Coverage]| coverage.iter().map(|one| one.inside).collect::<Vec<_>>();
    assert_eq!(inside(&served.coverage), [false, false, false, false, true]);
    assert_eq!(inside(&done.coverage), [false; 5], "a library");
}

#[tokio::test]
async fn a_test_that_marks_disturb_was_not_seen_to_run_anything() {
    let runner = runner_for(Stack::Python).await;
    let linked: [Linked<'_>; 2] =
        [("toll", &["tests.test_toll.Toll.test_source"]), ("toll", &["tests.test_toll.Toll.test_car"])];
    let done = controlled(&runner, Stack::Python, &tree_of(&PYTHON), "toll.py", &linked).await;
    assert_eq!(unreached(&done.coverage, 1), None);
    let unseen: Vec<bool> = done.coverage.iter().map(Coverage::is_unseen).collect();
    assert_eq!(unseen, [true, false]);
    assert!(unreached(&done.coverage, 2).is_some_and(|lines| !lines.is_empty()));
    let note = done.recorded[0].executed.note.clone().unwrap();
    assert!(note.ends_with("which lines the tests reach was not measured: 1 of 2 tests gave no result"), "{note}");
}

const NODE: [(&str, &str); 4] = [
    (
        "g1.toml",
        "[app]\nname = \"toll\"\nstack = \"typescript-node\"\n[commands]\nsetup = []\n\
         test = [\"node\", \"--test\"]\nrun = []\n",
    ),
    ("package.json", "{\"type\": \"module\", \"main\": \"src/toll.ts\"}"),
    (
        "src/toll.ts",
        r#"type Kind = "car" | "lorry" | "bus";
export const most: number = 9;

export function toll(kind: Kind, axles: number): number | null {
  let total: number;
  if (kind === "bus")
    return 5;
  else if (kind === "lorry")
    if (axles > 3) return 20;
    else return 10;
  total = 0;
  outer: for (const one of Array.from({ length: axles }, (_, at) => at))
    for (;;) {
      total += 1;
      if (one >= 0) continue outer;
      break;
    }
  const sums = [total].map((sum) =>
    sum + 0);
  switch (sums[0]) {
    case 12:
      return null
    default:
      return sums[0]
  }
}

export const half = (coins: number): number =>
  coins / 2;
"#,
    ),
    (
        "test/toll.test.ts",
        r#"import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { describe, it, test } from "node:test";
import { half, toll } from "../src/toll.ts";

const elsewhere = (say: string) =>
  execFileSync(process.execPath, ["--input-type=module", "-e", `import { toll } from "./src/toll.ts"; ${say}`]).toString();

describe("toll", () => {
  it("of a car", () => assert.equal(toll("car", 2), 2));
  it("of a lorry", async () => {
    await Promise.resolve();
    assert.equal(toll("lorry", 2), 10);
  });
  it("of a bus", () => assert.equal(elsewhere("console.log(toll('bus', 2));"), "5\n"));
});
test("others", async (t) => {
  await t.test("heavy", () => assert.equal(toll("lorry", 4), 20));
  assert.equal(toll("car", 12), null);
  assert.equal(half(4), 2);
});
test("source", () => {
  toll("car", 2);
  assert.match(toll.toString(), /continue outer/);
});
"#,
    ),
];

#[tokio::test]
async fn typescript_lines_are_reached_wherever_they_run() {
    let runner = runner_for(Stack::Node).await;
    let tree = tree_of(&NODE);
    let car = "test/toll.test.ts > toll > of a car";
    let all = [car, "toll > of a lorry", "toll > of a bus", "others"];
    let linked: [Linked<'_>; 5] =
        [("toll", &all[..1]), ("toll", &all[1..2]), ("toll", &all[2..3]), ("toll", &all[..3]), ("half", &all[3..])];
    let done = controlled(&runner, Stack::Node, &tree, "src/toll.ts", &linked).await;
    let named = |texts: &[&str]| lines(&tree, "src/toll.ts", texts);
    let heavy = ["if (axles > 3) return 20;", "else return 10;"];
    assert_eq!(unreached(&done.coverage, 1), named(&[&["return 5;"][..], &heavy, &["break;", "return null"]].concat()));
    let rest = [
        "total = 0;",
        "outer: for (const one of Array.from({ length: axles }, (_, at) => at))",
        "for (;;) {",
        "total += 1;",
        "if (one >= 0) continue outer;",
        "break;",
        "const sums = [total].map((sum) =>",
        "sum + 0);",
        "switch (sums[0]) {",
        "return null",
        "return sums[0]",
    ];
    assert_eq!(unreached(&done.coverage, 2), named(&[&["return 5;"][..], &rest].concat()));
    let lorry = ["else if (kind === \"lorry\")", "if (axles > 3) return 20;", "else return 10;"];
    assert_eq!(unreached(&done.coverage, 3), named(&[&lorry[..], &rest].concat()));
    assert_eq!(unreached(&done.coverage, 4), named(&["break;", "return null"]));
    assert_eq!(unreached(&done.coverage, 5), Some(vec![]));
}

#[tokio::test]
async fn a_test_that_looks_at_the_text_of_a_function_was_not_seen_to_run_it() {
    let runner = runner_for(Stack::Node).await;
    let linked: [Linked<'_>; 2] = [("toll", &["source"]), ("toll", &["toll > of a car"])];
    let done = controlled(&runner, Stack::Node, &tree_of(&NODE), "src/toll.ts", &linked).await;
    let unseen: Vec<bool> = done.coverage.iter().map(Coverage::is_unseen).collect();
    assert_eq!(unseen, [true, false]);
}

const RUST: [(&str, &str); 5] = [
    (
        "g1.toml",
        "[app]\nname = \"toll\"\nstack = \"rust-std\"\n[commands]\nsetup = []\ntest = [\"cargo\", \"test\"]\n\
         run = [\"cargo\", \"run\"]\n",
    ),
    ("Cargo.toml", "[package]\nname = \"toll\"\nversion = \"0.1.0\"\nedition = \"2021\"\n"),
    (
        "src/main.rs",
        "fn main() {\n    let word = std::env::args().nth(1).unwrap_or_default();\n    if word != \"--help\" {\n        \
         println!(\"{:?}\", toll::toll(&word, 2));\n    }\n}\n",
    ),
    (
        "src/lib.rs",
        r#"//! What vehicles pay.

pub fn toll(kind: &str, axles: u32) -> Option<u32> {
    let total;
    let coins = match kind {
        "bus" => 5,
        "lorry" if axles > 3 => {
            20
        }
        "lorry" =>
            10,
        _ => {
            total = (0..axles).map(|_|
                1).sum::<u32>();
            total
        }
    };
    if coins > most() {
        return None;
    }
    Some(coins)
}

pub const fn most() -> u32 {
    let most = 30;
    most
}

pub fn half(coins: u32) -> u32 {
    coins / 2
}

#[cfg(test)]
mod tests {
    #[test]
    fn half_of_it() {
        assert_eq!(super::half(4), 2);
    }
}
"#,
    ),
    (
        "tests/toll.rs",
        r#"use toll::toll;

#[test]
fn of_a_car() {
    assert_eq!(toll("car", 2), Some(2));
}

#[test]
fn of_a_lorry() {
    let paid = std::thread::spawn(|| toll("lorry", 4)).join().unwrap();
    assert_eq!(paid, Some(20));
}

#[test]
fn of_a_bus() {
    let done = std::process::Command::new(env!("CARGO_BIN_EXE_toll")).arg("bus").output().unwrap();
    assert_eq!(String::from_utf8_lossy(&done.stdout), "Some(5)\n");
}
"#,
    ),
];

#[tokio::test]
async fn rust_lines_are_reached_in_the_build_of_the_control_runs() {
    let runner = runner_for(Stack::Rust).await;
    let tree = tree_of(&RUST);
    let all = ["tests/toll.rs::of_a_car", "of_a_lorry", "of_a_bus"];
    let linked: [Linked<'_>; 5] = [
        ("toll", &all[..1]),
        ("toll", &all[1..2]),
        ("toll", &all[2..]),
        ("toll", &all),
        ("half", &["tests::half_of_it"]),
    ];
    let done = controlled(&runner, Stack::Rust, &tree, "src/lib.rs", &linked).await;
    let named = |texts: &[&str]| lines(&tree, "src/lib.rs", texts);
    let car = ["total = (0..axles).map(|_|", "1).sum::<u32>();", "total"];
    let (bus, heavy, light, none) = (["\"bus\" => 5,"], ["20"], ["10,"], ["return None;"]);
    assert_eq!(unreached(&done.coverage, 1), named(&[&bus[..], &heavy, &light, &none].concat()));
    assert_eq!(unreached(&done.coverage, 2), named(&[&bus[..], &light, &car, &none].concat()));
    assert_eq!(unreached(&done.coverage, 3), named(&[&heavy[..], &light, &car, &none].concat()));
    assert_eq!(unreached(&done.coverage, 4), named(&[&light[..], &none].concat()));
    assert_eq!(unreached(&done.coverage, 5), Some(vec![]));

    // What the compiler refuses with marks is not measured, and is proven as before.
    let text = String::from_utf8(tree.get("src/lib.rs").unwrap().bytes.to_vec()).unwrap();
    let text = text.replace("    coins / 2\n", "    sized::<{\n        2\n    }>(coins)\n");
    let text = format!("{text}\nfn sized<const N: u32>(coins: u32) -> u32 {{\n    coins / N\n}}\n");
    let refused = tree.with([TreeFile::new("src/lib.rs", text.into_bytes())]);
    let done = controlled(&runner, Stack::Rust, &refused, "src/lib.rs", &linked[4..]).await;
    assert_eq!(unreached(&done.coverage, 1), None);
    let note = done.recorded[0].executed.note.clone().unwrap();
    assert!(note.contains("not measured"), "{note}");
}

/// Where the runner begins in a folder that is no package it names tests without it.
#[tokio::test]
async fn what_tests_of_a_bare_folder_reach_is_known_under_their_one_name() {
    let manifest = "[app]\nname = \"sums\"\nstack = \"python-stdlib\"\n[commands]\nsetup = []\n\
                    test = [\"python3\", \"-m\", \"unittest\", \"discover\", \"-s\", \"tests\"]\nrun = []\n";
    let test = "import unittest\nimport helping\n\n\nclass Sums(unittest.TestCase):\n    def test_twice(self):\n        \
                self.assertEqual(helping.twice(4), 8)\n";
    let tree = tree_of(&[
        ("g1.toml", manifest),
        ("app/__init__.py", ""),
        ("app/sums.py", "def twice(n):\n    return 2 * n\n"),
        ("tests/helping.py", "from app.sums import twice\n"),
        ("tests/test_sums.py", test),
    ]);
    let runner = runner_for(Stack::Python).await;
    let linked: [Linked<'_>; 1] = [("twice", &["tests.test_sums.Sums.test_twice"])];
    let done = controlled(&runner, Stack::Python, &tree, "app/sums.py", &linked).await;
    assert_eq!(done.coverage[0].unreached, Some(vec![]), "{}", String::from_utf8_lossy(&done.recorded[0].output));
}
