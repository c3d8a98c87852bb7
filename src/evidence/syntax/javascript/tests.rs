#![cfg(test)]
//! Outlines, tests and texts without types.

use super::*;

const FILE: &str = r#"import { a } from "./a.js";
// before
export const LIMITS = {
  title: 20, // characters
  body: 200,
};

export default function (x) {
  if (x) return 1;
  x.push(2);
  return 3;
}

const ROUTES = new Map([
  ["GET /a", list],
  ["POST /a", create],
]);

class Store extends Base {
  #kept = [];
  constructor(x) {
    super(x);
    this.x = x;
  }
  async add(one) { this.#kept.push(one); }
}

export const twice = async (x) => x * 2;
app.get("/b", (request) => {
  respond(request);
});
module.exports.helper = function () {
  return 1;
};
switch (kind) {
  case "a":
    one();
    break;
  default:
    two();
}
"#;

fn without(symbol: &str) -> Result<String, String> {
    let outline = outline("a.js", FILE).unwrap();
    let unit = outline.symbol(symbol)?;
    let text = outline.without(&unit)?;
    super::outline("a.js", &text).unwrap();
    let (first, last) = outline.lines(unit.span());
    assert_eq!(outline.at(first, last).unwrap().span(), unit.span(), "{symbol}");
    Ok(text)
}

/// What is gone and what is there instead.
fn changed(symbol: &str) -> (String, String) {
    let text = without(symbol).unwrap();
    let same = |a: &str, b: &str| a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    let head = same(FILE, &text);
    let turn = |text: &str| text.bytes().rev().map(char::from).collect::<String>();
    let tail = same(&turn(&FILE[head..]), &turn(&text[head..]));
    (FILE[head..FILE.len() - tail].to_owned(), text[head..text.len() - tail].to_owned())
}

#[test]
fn each_kind_of_unit_is_taken_away_alone() {
    assert!(without("LIMITS").unwrap().contains("LIMITS = {};"));
    assert_eq!(changed("LIMITS[title]").0.trim(), "title: 20,");
    assert!(without("default").unwrap().contains("function (x) {}"));
    assert!(without("ROUTES").unwrap().contains("ROUTES = new Map();"));
    assert!(!without("ROUTES[POST /a]").unwrap().contains("POST"));
    assert!(without("Store.constructor").unwrap().contains("{ super(...arguments); }"));
    assert!(without("Store.add").unwrap().contains("async add(one) {}"));
    assert!(without("twice").unwrap().contains("async (x) => undefined"));
    assert!(without("module.exports.helper").unwrap().contains("function () {};"));
    // As `exports.helper = …` is called from elsewhere.
    assert_eq!(without("helper"), without("module.exports.helper"));
    assert!(without("nowhere").unwrap_err().contains("nowhere; it has LIMITS, "), "{:?}", without("nowhere"));
    for (symbol, why) in
        [("Store", "more than one function"), ("nowhere", "has no nowhere"), ("LIMITS[x]", "no single row")]
    {
        let problem = without(symbol).unwrap_err();
        assert!(problem.contains(why), "{problem}");
    }
}

#[test]
fn rows_that_begin_alike_are_named_by_more_of_what_they_say_or_by_their_place() {
    const TABLES: &str = r#"const GUARDS = [
  { "POST /keys": "owner" },
  { "GET /keys": "owner" },
];
const RULES = Object.freeze([
  ["title", required, "give one"],
  ["title", shorter(80)],
  ["title", shorter(90)],
  ["body", required],
  ["body", required],
]);
const ROUTES = new Map([
  ["GET /a", list],
  ["GET /b", list],
]);
const TABLES = [
  "CREATE TABLE plots (id INTEGER PRIMARY KEY)",
  "CREATE UNIQUE INDEX plots_number ON plots (number)",
];
"#;
    let outline = outline("a.js", TABLES).unwrap();
    let line = |symbol: &str| outline.symbol(symbol).map(|unit| outline.lines(unit.span()).0);
    for (symbol, at) in [
        ("GUARDS[POST /keys]", 2),
        ("GUARDS['GET /keys']", 3),
        ("RULES[title required]", 6),
        ("RULES[title, 80]", 7),
        ("RULES[title 90]", 8),
        ("RULES[#5]", 10),
        ("ROUTES[GET /a]", 13),
        ("TABLES[CREATE UNIQUE INDEX plots_number]", 18),
    ] {
        assert_eq!(line(symbol), Ok(at), "{symbol}");
        let unit = outline.symbol(symbol).unwrap();
        assert_eq!(outline.at(at, at).unwrap().span(), unit.span(), "{symbol} is the whole row");
        assert_eq!(outline.without(&unit).unwrap().lines().nth(at as usize - 1).unwrap().trim(), "", "{symbol}");
    }
    let problem = line("RULES[title]").unwrap_err();
    assert!(problem.ends_with("\"title\": RULES[title required], RULES[title 80], RULES[title 90]"), "{problem}");
    let problem = line("RULES[body]").unwrap_err();
    assert!(problem.ends_with("RULES[#4], RULES[#5]"), "{problem}");
    assert!(line("TABLES[CREATE]").is_err() && line("TABLES[CREATE TABLE plot]").is_err());
    assert!(line("RULES[#6]").is_err() && line("RULES[#0]").is_err() && line("RULES[titl]").is_err());
}

#[test]
fn lines_mean_a_route_statements_or_a_case() {
    let outline = outline("a.js", FILE).unwrap();
    let at = |text: &str| u32::try_from(FILE.lines().position(|line| line.contains(text)).unwrap()).unwrap() + 1;
    let gone = |first: u32, last: u32| outline.at(first, last).and_then(|unit| outline.without(&unit));
    let route = at("app.get");
    assert!(!gone(route, route + 2).unwrap().contains("/b"));
    assert!(!gone(at("x.push"), at("x.push") + 1).unwrap().contains("return 3"));
    assert!(gone(at("case \"a\""), at("case \"a\"") + 2).unwrap().contains("case Symbol():"));
    for (first, last) in
        [(1, 1), (at("default:"), at("default:") + 1), (at("LIMITS"), route), (2, 2), (900, 901), (0, 0)]
    {
        assert!(gone(first, last).is_err(), "{first}-{last}");
    }
}

#[test]
fn what_moved_is_found_again_by_name_by_words_or_by_registration() {
    let old = outline("a.js", FILE).unwrap();
    let text = FILE
        .replace("// before\n", "// before\nfunction fresh() {\n  return 9;\n}\n")
        .replace("  title: 20, // characters\n  body: 200,", "  body: 200,\n  title: 20,")
        .replace("respond(request);", "respond(request, 2);");
    let new = outline("a.js", &text).unwrap();
    for symbol in ["LIMITS[title]", "default", "Store.add", "ROUTES[GET /a]", "twice"] {
        let unit = old.symbol(symbol).unwrap();
        let found = old.located(&unit, &new).unwrap();
        assert_eq!(found.span(), new.symbol(symbol).unwrap().span(), "{symbol}");
    }
    let line = u32::try_from(FILE.lines().position(|line| line.contains("app.get")).unwrap()).unwrap() + 1;
    let route = old.at(line, line + 2).unwrap();
    assert!(new.text[old.located(&route, &new).unwrap().span().0..].starts_with("app.get"));
    let less = outline("a.js", &FILE.replace("  title: 20, // characters\n", "")).unwrap();
    assert!(old.located(&old.symbol("LIMITS[title]").unwrap(), &less).is_err());
}

#[test]
fn types_become_blanks_and_nothing_moves() {
    let typed = "import { type A, b } from './x.ts';\nimport type { C } from './y.ts';\nexport type D = { e: string };\n\
        abstract class F<T extends A> extends G<T> implements H, I {\n  private readonly j?: number = 1;\n  declare k: string;\n  abstract l(): void;\n  \
        protected static async m<U>(this: F<T>, n?: U, { o }: { o: number } = { o: 1 }): Promise<U | undefined> { return n as unknown as U; }\n}\n\
        let p!: string;\nfunction q(r: number): number;\nfunction q(r: any): any { return <number>r!; }\nconst s = b<string>('t') satisfies A;\n";
    let plain = erased("a.ts", typed).unwrap();
    assert_eq!(plain.len(), typed.len());
    assert_eq!(plain.lines().count(), typed.lines().count());
    outline("a.mjs", &plain).unwrap();
    for gone in [
        "type",
        "private",
        "readonly",
        "abstract",
        "implements",
        "Promise",
        "satisfies",
        "unknown",
        "<",
        "!",
        "declare",
    ] {
        assert!(!plain.contains(gone), "{gone}: {plain}");
    }
    for kept in ["static async m", "j", "= 1;", "{ o }", "= { o: 1 }", "return n", "extends G", "b", "('t')"] {
        assert!(plain.contains(kept), "{kept}: {plain}");
    }
    for compiled in [
        "enum A { B }",
        "namespace A { export const b = 1 }",
        "class A { constructor(private b: string) {} }",
        "import a = require('a');",
    ] {
        assert!(erased("a.ts", compiled).unwrap_err().contains("needs a compiler"), "{compiled}");
    }
}

#[test]
fn a_test_that_only_says_what_is_not_so_is_told_from_one_that_says_what_is() {
    let tests = "import { test } from 'node:test'; import assert, { notEqual as differ } from 'node:assert/strict';\n\
        const ok = (answer) => assert.equal(answer.status, 200); const other = (a) => assert.notEqual(a.status, 201);\n\
        test('not', () => { assert.notStrictEqual(f(), 1); }); test('by name', () => { differ(f(), 1); }); test('helped', () => { other(f()); });\n\
        test('unequal', () => { assert(f() !== 1); }); test('turned', () => { assert.ok(!(f() === 1)); });\n\
        test('both', () => { ok(f()); other(f()); }); test('is', () => { assert.ok(f() === 1); }); test('no', () => { assert.ok(!f()); });\n\
        test('some', () => { assert.notEqual(f(), null); }); test('there', () => { assert(f() !== undefined); });";
    let suite = Suite::read(&["test/a.test.mjs".to_owned()], |_| Some(tests.to_owned()));
    let denies = |wanted: &str| suite.check(wanted).map(|(_, _, asserted)| asserted.only_denies());
    for name in ["not", "by name", "helped", "unequal", "turned"] {
        assert_eq!(denies(name), Ok(true), "{name}");
    }
    for name in ["both", "is", "no", "some", "there"] {
        assert_eq!(denies(name), Ok(false), "{name}");
    }
}

#[test]
fn tests_are_found_by_any_part_of_their_name_and_must_assert() {
    let support = "import assert from 'node:assert'; export class Client { expect(a, b) { assert.equal(a, b); } send() {} } export const check = (x) => { assert.ok(x); };";
    let tests = "import { test, describe } from 'node:test'; import assert from 'node:assert/strict'; import { check } from './support.mjs'; import * as help from './support.mjs';\n\
        describe('S', () => { test('own', () => { assert.equal(f(), 1); }); test('helped', () => check(f())); test('by module', () => help.check(1));\n\
        test('constant', () => { assert.ok(true); }); test('none', () => { f(); }); test('off', { skip: true }, () => { assert.ok(f()); }); test('on', { skip: false }, () => { assert.ok(f()); });\n\
        test('later', (t) => { t.skip(); assert.ok(f()); }); }); describe.skip('T', () => { test('own', () => { assert.ok(f()); }); });\n\
        for (const x of [1]) test(`made of ${x}`, () => { assert.ok(x); });";
    let files = ["test/support.mjs".to_owned(), "test/a.test.mjs".to_owned()];
    let suite = Suite::read(&files, |path| Some(if path.contains("support") { support } else { tests }.to_owned()));
    let name = |wanted: &str| suite.check(wanted).map(|(_, name, _)| name);
    assert_eq!(name("S > own").unwrap(), "test/a.test.mjs > S > own");
    for wanted in ["helped", "by module", "on", "test/a.test.mjs > S > helped", "S::helped"] {
        assert!(name(wanted).is_ok(), "{wanted}: {:?}", name(wanted));
    }
    assert_eq!(name("made of 1").unwrap(), "test/a.test.mjs > made of 1");
    for (wanted, why) in [
        ("own", "2 tests are called"),
        ("T > own", "is skipped"),
        ("off", "is skipped"),
        ("later", "is skipped"),
        ("constant", "asserts nothing"),
        ("none", "asserts nothing"),
        ("absent", "no test"),
    ] {
        let problem = name(wanted).unwrap_err();
        assert!(problem.contains(why), "{wanted}: {problem}");
    }
}
