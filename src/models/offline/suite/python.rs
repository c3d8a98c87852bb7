//! A test module in Python, put together class by class, test by test, with what each test shows of which clause.

use crate::domain::{ClauseId, reply::TestLink};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

/// One test: a few lines, one demand.
#[derive(Debug, Clone, Default)]
pub(super) struct Test {
    /// `test_…`
    pub name: String,
    /// One sentence: the docstring, and what the link says the test shows.
    pub shows: String,
    pub clauses: Vec<ClauseId>,
    /// It measures the very thing that its clause limits.
    pub measures: bool,
    /// The body, unindented.
    pub lines: Vec<String>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Class {
    pub name: String,
    pub doc: String,
    pub tests: Vec<Test>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Module {
    /// `tests.test_workouts`
    pub name: String,
    pub doc: String,
    /// The class of `support` that its classes extend.
    pub case: &'static str,
    /// Constants and functions before the classes, each a block of lines.
    pub blocks: Vec<String>,
    pub classes: Vec<Class>,
}

impl Module {
    /// The text of the file. Only the names of `support` that the text uses are imported.
    pub fn render(&self, exported: &[&str]) -> String {
        let mut body = String::new();
        for block in &self.blocks {
            let _ = write!(body, "\n\n{}\n", block.trim_end());
        }
        for class in self.classes.iter().filter(|c| !c.tests.is_empty()) {
            let _ = write!(body, "\n\nclass {}({}):\n    \"\"\"{}\"\"\"\n", class.name, self.case, prose(&class.doc));
            for test in unique(&class.tests) {
                let _ = write!(body, "\n    def {}(self):\n        \"\"\"{}\"\"\"\n", test.name, prose(&test.shows));
                for line in &test.lines {
                    let _ = if line.is_empty() { writeln!(body) } else { writeln!(body, "        {line}") };
                }
            }
        }
        let words = words(&body);
        let mut names: Vec<&str> = exported.iter().copied().filter(|name| words.contains(name)).collect();
        names.sort_unstable();
        let mut text = format!("\"\"\"{}\"\"\"\n\n", prose(&self.doc));
        for import in ["datetime", "html", "re", "unittest"] {
            if import == "unittest" || body.contains(&format!("{import}.")) {
                let _ = writeln!(text, "import {import}");
            }
        }
        if !names.is_empty() {
            let _ = write!(text, "\nfrom tests.support import {}\n", names.join(", "));
        }
        text.push_str(&body);
        text.push_str("\n\nif __name__ == \"__main__\":\n    unittest.main()\n");
        text
    }

    /// Takes out the tests of these full names that stand for a clause.
    pub fn withdraw(&mut self, names: &BTreeSet<String>) {
        if names.is_empty() {
            return;
        }
        for class in &mut self.classes {
            // numbered before any goes: the others keep their names
            class.tests = unique(&class.tests);
            class.tests.retain(|t| {
                t.clauses.is_empty() || !names.contains(&format!("{}.{}.{}", self.name, class.name, t.name))
            });
        }
    }

    pub fn links(&self) -> Vec<TestLink> {
        let mut links = Vec::new();
        for class in &self.classes {
            for test in unique(&class.tests) {
                for clause in test.clauses.iter().collect::<BTreeSet<_>>() {
                    links.push(TestLink {
                        clause: clause.to_string(),
                        test: format!("{}.{}.{}", self.name, class.name, test.name),
                        shows: test.shows.clone(),
                        measures: test.measures,
                    });
                }
            }
        }
        links
    }
}

/// Tests of one class with one name get a number, so that none hides another.
fn unique(tests: &[Test]) -> Vec<Test> {
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    let mut out = Vec::with_capacity(tests.len());
    for test in tests {
        let count = seen.entry(test.name.clone()).or_default();
        *count += 1;
        let mut test = test.clone();
        if *count > 1 {
            test.name = format!("{}_{count}", test.name);
        }
        out.push(test);
    }
    out
}

fn words(text: &str) -> BTreeSet<&str> {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).collect()
}

/// Text inside a docstring: one line, without what would end it.
fn prose(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ").replace('\\', "/").replace("\"\"\"", "'''");
    match line.strip_suffix('"') {
        Some(rest) => format!("{rest}'"),
        None => line,
    }
}

/// A string literal.
pub(super) fn lit(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if (c as u32) < 0x20 || c as u32 == 0x7f => {
                let _ = write!(out, "\\x{:02x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A number literal: no fraction when there is none.
pub(super) fn num(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 1e15 { format!("{value:.0}") } else { format!("{value}") }
}

/// `{"a": x, "b": y}`
pub(super) fn dict(pairs: &[(String, String)]) -> String {
    format!("{{{}}}", pairs.iter().map(|(k, v)| format!("{}: {v}", lit(k))).collect::<Vec<_>>().join(", "))
}

/// `["a", "b"]`
pub(super) fn list<S: AsRef<str>>(values: &[S]) -> String {
    format!("[{}]", values.iter().map(|v| lit(v.as_ref())).collect::<Vec<_>>().join(", "))
}

/// `WorkoutFields` of `workout` and `Fields`.
pub(super) fn camel(name: &str) -> String {
    name.split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|part| !part.is_empty())
        .map(|part| {
            let mut chars = part.chars();
            chars.next().map(|c| c.to_ascii_uppercase()).into_iter().chain(chars).collect::<String>()
        })
        .collect()
}

/// An identifier out of any words.
pub(super) fn ident(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            out.push(c.to_ascii_lowercase());
        } else if !out.ends_with('_') && !out.is_empty() {
            out.push('_');
        }
    }
    out.trim_end_matches('_').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_survive_quotes_and_control_characters() {
        assert_eq!(lit("a\"b\\c\n\u{1}é"), "\"a\\\"b\\\\c\\n\\x01é\"");
        assert_eq!(num(500.0), "500");
        assert_eq!(num(0.05), "0.05");
        assert_eq!(camel("quote_change"), "QuoteChange");
        assert_eq!(ident("In progress!"), "in_progress");
    }

    #[test]
    fn a_docstring_cannot_end_early() {
        assert_eq!(prose("says \"\"\"no\"\"\"\n\\ \"x\""), "says '''no''' / \"x'");
    }

    #[test]
    fn tests_of_one_name_are_told_apart_in_the_text_and_in_the_links() {
        let test = Test { name: "test_a".into(), shows: "A.".into(), clauses: vec![ClauseId(1)], ..Test::default() };
        let class = Class { name: "K".into(), doc: "K.".into(), tests: vec![test.clone(), test] };
        let module = Module {
            name: "tests.test_m".into(),
            doc: "M.".into(),
            case: "AppCase",
            blocks: Vec::new(),
            classes: vec![class],
        };
        assert!(module.render(&["AppCase"]).contains("def test_a_2(self):"));
        let names: Vec<_> = module.links().into_iter().map(|l| l.test).collect();
        assert_eq!(names, ["tests.test_m.K.test_a", "tests.test_m.K.test_a_2"]);
    }
}
