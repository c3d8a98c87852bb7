#![cfg(test)]
//! Outlines, switches and tests.

use super::*;

const FILE: &str = r##"//! é: bytes are not characters.
use std::fmt;

/// Rows.
pub const TABLE: &[(&str, u32)] = &[
    ("title", 20), // characters
    ("body", 200),
];
const MOST: usize = 5;

/// Documentation is no code.
#[inline]
pub fn required(text: &str) -> Option<String> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Some("missing /* no comment */".to_owned());
    }
    log('"', "//", r#"""#);
    None
}

struct Store { kept: Vec<String>, size: Size }
enum Size { Small(u8), Large }

impl Store {
    fn answer(&self, method: &str, path: &str) -> Size {
        match (method, path) {
            ("GET", "/a") => Size::Large,
            ("POST", p) if p.len() > 1 => Size::Small(1),
            _ => Size::Large,
        }
    }
    const fn fixed() -> u8 { 1 }
    fn many(&self) -> impl Iterator<Item = u8> { [1, 2].into_iter() }
}
impl fmt::Display for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { write!(f, "{}", self.kept.len()) }
}
"##;

fn line(text: &str) -> u32 {
    u32::try_from(FILE.lines().position(|line| line.contains(text)).unwrap()).unwrap() + 1
}

#[test]
fn units_are_functions_arms_statements_and_rows() {
    let outline = outline("src/lib.rs", FILE).unwrap();
    let of = |symbol: &str| outline.symbol(symbol).map(|unit| outline.lines(unit.span()));
    let (first, last) = of("required").unwrap();
    assert_eq!((first, last), (line("#[inline]"), line("struct Store") - 2));
    assert_eq!(of("Store.answer").unwrap().0, line("fn answer"));
    assert_eq!(of("Store::fmt").unwrap().0, line("fn fmt"));
    assert_eq!(of("TABLE[body]").unwrap(), (line("(\"body\""), line("(\"body\"")));
    assert_eq!(of("Store.answer[GET /a]").unwrap().0, line("(\"GET\""));
    assert!(of("Store").is_err() && of("nothing").is_err());
    let without = |symbol: &str| outline.symbol(symbol).and_then(|unit| outline.without(&unit));
    assert!(!without("TABLE[title]").unwrap().contains("title"));
    assert!(without("MOST").unwrap().contains("MOST: usize = 0;"));
    assert!(without("TABLE").unwrap().contains("= &[];"));
    assert!(without("Store.fixed").unwrap_err().contains("const fn"));
    assert!(without("Store.many").unwrap_err().contains("without a name"));
}

#[test]
fn rows_that_begin_alike_are_named_by_more_of_what_they_say_or_by_their_place() {
    const TABLES: &str = r#"pub const RULES: &[(&str, Rule)] = &[
    ("title", Rule::Required),
    ("title", Rule::Shorter(80)),
    ("title", Rule::Shorter(90)),
    ("body", Rule::Required),
    ("body", Rule::Required),
];
static GUARDS: &[Guard] = &[
    Guard { method: "POST", path: "/keys", role: Role::Owner },
    Guard { method: "POST", path: "/notes", role: Role::Owner },
];
"#;
    let outline = outline("src/rules.rs", TABLES).unwrap();
    let line = |symbol: &str| outline.symbol(symbol).map(|unit| outline.lines(unit.span()));
    for (symbol, at) in [
        ("RULES[title Rule::Required]", 2),
        ("RULES[title 80]", 3),
        ("RULES[\"title\", 90]", 4),
        ("RULES[#4]", 5),
        ("GUARDS[POST /keys]", 9),
        ("GUARDS[POST /notes]", 10),
    ] {
        assert_eq!(line(symbol), Ok((at, at)), "{symbol}");
        assert!(outline.symbol(symbol).and_then(|unit| outline.without(&unit)).is_ok(), "{symbol}");
    }
    let problem = line("GUARDS[POST]").unwrap_err();
    assert!(problem.ends_with("GUARDS[POST /keys], GUARDS[POST /notes]"), "{problem}");
    assert!(line("RULES[body]").unwrap_err().ends_with("RULES[#4], RULES[#5]"));
}

#[test]
fn switches_are_put_into_one_text_that_still_parses_line_by_line() {
    let ranges = [
        (1, (line("pub fn required"), line("struct Store") - 2)),
        (2, (line("if trimmed"), line("if trimmed") + 2)),
        (3, (line("(\"GET\""), line("(\"GET\""))),
        (4, (line("(\"POST\""), line("(\"POST\""))),
        (5, (line("(\"title\""), line("(\"title\""))),
    ];
    let Instrumented { text, switched, .. } = instrumented("src/lib.rs", FILE, &ranges, None).unwrap();
    assert_eq!(switched, [1, 2, 3, 4], "a row of a constant table has no switch");
    syn::parse_file(&text).unwrap();
    assert!(text.lines().count() > FILE.lines().count(), "the root has the module");
    let shown = |part: &str| assert!(text.contains(part), "{part}\n{text}");
    shown("pub fn required(text: &str) -> Option<String> { if crate::__g1::off(1) {");
    shown("if !crate::__g1::off(2) { if trimmed.is_empty() {");
    shown("(\"GET\", \"/a\") if !crate::__g1::off(3) =>");
    shown("if !crate::__g1::off(4) && (p.len() > 1) =>");
    shown("impl crate::__g1::Neutral for Store {");
    shown("impl crate::__g1::Neutral for Size {");
    shown("{ #[allow(unused_imports)] use crate::__g1::{A as _, B as _, C as _}; Self::Large }");
    let part = instrumented("src/store.rs", FILE, &[], None).unwrap().text;
    assert_eq!(part.lines().count(), FILE.lines().count(), "lines stay where they are");
}

#[test]
fn comments_are_found_and_strings_are_not() {
    let bare = outline("src/lib.rs", FILE).unwrap().without_comments();
    assert!(bare.contains("missing /* no comment */") && bare.contains("\"//\""));
    assert!(!bare.contains("characters") && !bare.contains("Documentation"));
    assert_eq!(bare.len(), FILE.len());
}

#[test]
fn what_moved_is_found_again() {
    let old = outline("src/lib.rs", FILE).unwrap();
    let moved = FILE
        .replace("const MOST", "fn new() {}\nconst MOST")
        .replace("(\"body\", 200),", "(\"x\", 1), // more\n    (\"body\", 300),");
    let new = outline("src/lib.rs", &moved).unwrap();
    for symbol in ["required", "Store.answer", "TABLE[title]", "TABLE[body]", "MOST", "Store.answer[GET /a]"] {
        let found = old.located(&old.symbol(symbol).unwrap(), &new).unwrap();
        assert_eq!(found.span(), new.symbol(symbol).unwrap().span(), "{symbol}");
    }
    let gone = outline("src/lib.rs", &FILE.replace("fn required", "fn needed")).unwrap();
    assert!(old.located(&old.symbol("required").unwrap(), &gone).is_err());
}

#[test]
fn tests_have_the_names_that_cargo_prints_and_places_tell_assertions() {
    let files = [
        ("src/lib.rs", "pub mod store; mod tests;"),
        ("src/main.rs", "mod cli;\nfn main() {}"),
        ("src/cli.rs", "#[cfg(test)]\nmod tests {\n#[test]\nfn helps() {\nassert_eq!(super::x(), 1);\n}\n}"),
        (
            "src/store.rs",
            "pub fn add() { assert!(true_enough()); }\n#[cfg(test)] mod tests { use super::*;\n#[test] fn adds() { assert!(list().is_empty()); }\n}",
        ),
        ("tests/support/mod.rs", "pub fn expect(a: u8) { assert_eq!(a, 1); }\npub fn start() { panic!(\"never\"); }"),
        (
            "tests/api.rs",
            "mod support; use support::*;\n#[test] fn adds() { expect(2); }\n#[test] fn panics() {\nmatch x() { 1 => {},\n_ => panic!(\"no\") } }\n\
            #[test]\n#[should_panic] fn must() { x(); }\n#[test] fn idle() { start(); assert!(true); }\n#[test] #[ignore = \"slow\"] fn slow() { assert!(x()); }\n#[cfg(unix)]\n#[test] fn some() { assert!(x()); }",
        ),
    ];
    let names: Vec<String> = files.iter().map(|(path, _)| (*path).to_owned()).collect();
    let text = |path: &str| files.iter().find(|(known, _)| *known == path).map(|(_, text)| (*text).to_owned());
    let suite = Suite::read(&names, text);
    let name = |wanted: &str| suite.check(wanted).map(|(_, name, _)| name);
    assert_eq!(name("helps").unwrap(), "src/main.rs::cli::tests::helps");
    assert_eq!(name("store::tests::adds").unwrap(), "src/lib.rs::store::tests::adds");
    assert_eq!(name("tests/api.rs::adds").unwrap(), "tests/api.rs::adds");
    assert_eq!(name("api::adds").unwrap(), "tests/api.rs::adds");
    assert!(name("panics").is_ok() && name("must").is_ok());
    for (wanted, why) in
        [("adds", "2 tests"), ("idle", "asserts nothing"), ("slow", "skipped"), ("some", "skipped"), ("x", "no test")]
    {
        let problem = name(wanted).unwrap_err();
        assert!(problem.contains(why), "{wanted}: {problem}");
    }
    let store = suite.places("src/store.rs");
    assert!(
        !store.regions.iter().any(|(first, last)| (*first..=*last).contains(&1)),
        "an assertion of the product is no test's"
    );
    assert!(store.asserts.contains(&3));
    assert_eq!(suite.places("tests/support/mod.rs").asserts, [1], "a helper that gives up asserts nothing");
    assert_eq!(suite.places("tests/api.rs").asserts.first(), Some(&5));
}

#[test]
fn a_test_that_only_says_what_is_not_so_is_told_from_one_that_says_what_is() {
    let text = "fn other(a: u16) { assert_ne!(a, 201); } fn ok(a: u16) { assert_eq!(a, 200); }\n\
        #[test] fn not() { assert_ne!(f(), 1); } #[test] fn helped() { other(f()); } #[test] fn unequal() { assert!(f() != 1); }\n\
        #[test] fn turned() { assert!(!(f() == 1), \"no\"); } #[test] fn both() { ok(f()); other(f()); }\n\
        #[test] fn is() { assert!(f() == 1); } #[test] fn no() { assert!(!f()); }";
    let suite = Suite::read(&["tests/a.rs".to_owned()], |_| Some(text.to_owned()));
    let denies = |wanted: &str| suite.check(wanted).map(|(_, _, asserted)| asserted.only_denies());
    for name in ["not", "helped", "unequal", "turned"] {
        assert_eq!(denies(name), Ok(true), "{name}");
    }
    for name in ["both", "is", "no"] {
        assert_eq!(denies(name), Ok(false), "{name}");
    }
}
