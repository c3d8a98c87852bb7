//! What the verifier, who has no tools, is shown of the code: all that is linked, whole, with all that it uses by name, in
//! whatever file that is; of the rest what is declared. And what is said of each clause: the lines that keep it and the tests
//! that show it.

use super::excerpt;
use crate::domain::{
    ClauseId, StepId,
    artifact::{CodeRange, TestRef},
    outline,
    pack::report::told,
    run::Run,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    ops::Range,
};

/// A declaration, or any other statement that stands by itself: lines, and the name by which others use it.
struct Block<'a> {
    lines: Range<usize>,
    name: &'a str,
}

/// Of each file that need not be shown whole what is, by its path.
pub(super) fn excerpts(files: &[(&str, &str)], links: &[CodeRange]) -> BTreeMap<String, String> {
    let files: Vec<(&str, &str, Vec<&str>)> =
        files.iter().map(|(path, text)| (*path, *text, text.lines().collect())).collect();
    let mut told: Vec<Vec<bool>> = files.iter().map(|(.., lines)| excerpt::declarations(lines)).collect();
    let mut left: Vec<(usize, Block<'_>)> = files
        .iter()
        .enumerate()
        .flat_map(|(at, (.., lines))| blocks(lines).into_iter().map(move |b| (at, b)))
        .collect();
    let is_linked = |at: usize, block: &Block<'_>| {
        links.iter().any(|link| {
            let (first, last) = link.lines;
            link.path == files[at].0 && block.lines.start < last as usize && first as usize <= block.lines.end
        })
    };
    let (mut open, rest): (Vec<_>, Vec<_>) = left.into_iter().partition(|(at, block)| is_linked(*at, block));
    left = rest;
    let mut used: BTreeSet<&str> = BTreeSet::new();
    // What objects hold is set and changed by other methods than the one that is linked.
    let mut held: BTreeSet<(usize, &str)> = BTreeSet::new();
    while !open.is_empty() {
        for (at, block) in open {
            told[at][block.lines.clone()].fill(true);
            for line in &files[at].2[block.lines] {
                used.extend(words(line));
                held.extend(attributes(line).map(|name| (at, name)));
            }
        }
        let is_used = |(at, block): &(usize, Block<'_>)| {
            let lines = &files[*at].2[block.lines.clone()];
            used.contains(block.name)
                || lines.iter().flat_map(|line| attributes(line)).any(|a| held.contains(&(*at, a)))
        };
        let (next, rest): (Vec<_>, Vec<_>) = left.into_iter().partition(is_used);
        (open, left) = (next, rest);
    }
    let of = |((path, text, lines), told): (&(&str, &str, Vec<&str>), &Vec<bool>)| {
        // What declares nothing is no code: a page, a README.
        let is_code = lines.iter().any(|line| outline::declared(line).is_some());
        Some(((*path).to_owned(), excerpt::render(text, lines, told).filter(|_| is_code)?))
    };
    files.iter().zip(&told).filter_map(of).collect()
}

fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty())
}

/// `books` of `self.books.append(book)`.
fn attributes(line: &str) -> impl Iterator<Item = &str> {
    let after = |own: &'static str| line.split(own).skip(1).filter_map(|rest| words(rest).next());
    after("self.").chain(after("this."))
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// The blocks of a file: what stands at its margin, and of classes what stands at theirs. Lines that close a block belong to it,
/// as do those that say something of what follows them.
fn blocks<'a>(lines: &[&'a str]) -> Vec<Block<'a>> {
    within(lines, 0..lines.len(), "")
}

/// `group`: the class that they stand in.
fn within<'a>(lines: &[&'a str], range: Range<usize>, group: &'a str) -> Vec<Block<'a>> {
    let mut found = Vec::new();
    let is_own = |at: &usize| {
        let bare = lines[*at].trim_start();
        !bare.is_empty() && !bare.starts_with(['}', ')', ']'])
    };
    let Some(margin) = range.clone().filter(is_own).map(|at| indent(lines[at])).min() else { return found };
    let begins = |at: usize| is_own(&at) && indent(lines[at]) == margin;
    let about = |at: usize| {
        let bare = lines[at].trim_start();
        ["@", "#", "//", "/*", "*"].iter().any(|mark| bare.starts_with(mark))
    };
    let mut at = range.start;
    while at < range.end {
        let mut head = at;
        while head < range.end && (!begins(head) || about(head)) {
            head += 1;
        }
        if head == range.end {
            break;
        }
        let next = (head + 1..range.end).find(|at| begins(*at)).unwrap_or(range.end);
        let end = (head + 1..next).rfind(|at| !lines[*at].trim().is_empty()).unwrap_or(head) + 1;
        // What makes one is used by the name of the class.
        let name = match named(lines[head]) {
            "__init__" | "constructor" => group,
            name => name,
        };
        let groups = ["class ", "impl ", "trait "];
        let is_group = outline::declared(lines[head]).is_some_and(|name| groups.iter().any(|g| name.starts_with(g)));
        if is_group {
            found.push(Block { lines: at..head + 1, name });
            found.extend(within(lines, head + 1..end, name));
        } else {
            found.push(Block { lines: at..end, name });
        }
        at = next;
    }
    found
}

/// The last word before what a line declares or sets: `is_late` of `def is_late(loan):`, `DAYS` of `pub const DAYS: u32 = 14;`.
fn named(line: &str) -> &str {
    let head = line.split(['(', '=', ':', '{', '<', ';']).next().unwrap_or_default();
    words(head).last().unwrap_or_default()
}

/// Of each of these clauses the linked lines, then its tests with what each is said to show; empty where nothing is linked.
pub(super) fn links(run: &Run, own: &BTreeSet<ClauseId>, upstream: &BTreeSet<StepId>) -> String {
    let known = |path: &str| run.files.get(path).is_some_and(|file| upstream.contains(&file.step));
    let mut text = String::new();
    for id in own {
        let mut files: BTreeMap<&str, BTreeSet<(u32, u32)>> = BTreeMap::new();
        for link in run.code_links.iter().filter(|l| l.clause == *id && known(&l.path)) {
            files.entry(&link.path).or_default().insert(link.lines);
        }
        let tests: Vec<&TestRef> = run.test_links.iter().filter(|l| l.clause == *id && known(&l.path)).collect();
        if files.is_empty() && tests.is_empty() {
            continue;
        }
        let range = |(first, last): &(u32, u32)| {
            if first == last { first.to_string() } else { format!("{first}-{last}") }
        };
        let place = |(path, lines): (&&str, &BTreeSet<(u32, u32)>)| {
            format!("{path} {}", lines.iter().map(range).collect::<Vec<_>>().join(", "))
        };
        let places: String = files.iter().map(place).map(|place| format!(" {place};")).collect();
        let _ = writeln!(text, "{id}:{}", places.trim_end_matches(';'));
        let mut before = "";
        for test in tests {
            let name = told(&test.test, &mut before);
            let said = if test.shows.is_empty() { String::new() } else { format!(": {}", test.shows.one_line(2000)) };
            let _ = writeln!(text, "- {name}{said}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Hash;

    fn link(path: &str, lines: (u32, u32)) -> CodeRange {
        CodeRange { clause: ClauseId(1), path: path.into(), lines, sha256: Hash::of(b"x"), step: None }
    }

    const LOANS: &str = "\
import datetime

DAYS = 14
FEE = 10


# Whether it should be back.
def is_late(loan, today):
    return days_out(loan, today) > DAYS


def fee(days):
    total = 0
    for _ in range(days):
        total += FEE
    return total


class Desk:
    def __init__(self):
        self.open = True
        self.loans = []

    def close(self):
        self.open = False
        self.loans.clear()

    def sign(self):
        text = \"Desk\"
        return text
";
    const DATES: &str = "\
def days_out(loan, today):
    return (today - loan[\"since\"]).days


def in_words(days):
    text = str(days)
    return text + \" days\"


def in_weeks(days):
    text = str(days // 7)
    return text + \" weeks\"
";

    #[test]
    fn the_verifier_sees_what_is_linked_with_all_that_it_uses_and_of_the_rest_what_is_declared() {
        let files = [("app/loans.py", LOANS), ("app/dates.py", DATES), ("README.md", "# Loans\n\nLend books.\n")];
        let told = excerpts(&files, &[link("app/loans.py", (9, 9))]);
        assert_eq!(
            told["app/loans.py"],
            "…\n3 DAYS = 14\n…\n7 # Whether it should be back.\n8 def is_late(loan, today):\n\
             9     return days_out(loan, today) > DAYS\n12 def fee(days):\n…\n19 class Desk:\n\
             20     def __init__(self):\n…\n24     def close(self):\n…\n28     def sign(self):\n…\n"
        );
        assert!(told["app/dates.py"].contains("today - loan") && !told["app/dates.py"].contains("weeks\""), "{told:?}");
        assert!(!told.contains_key("README.md"), "what declares nothing is shown whole");
        let told = excerpts(&files, &[link("app/loans.py", (25, 25))]);
        assert!(told["app/loans.py"].contains("26         self.loans.clear()"), "the whole of a linked method");
        assert!(told["app/loans.py"].contains("self.loans = []"), "and of another that sets what it uses");
        assert!(!told["app/loans.py"].contains("return text"), "and of no other: {told:?}");
    }

    #[test]
    fn blocks_of_languages_with_brackets_end_where_they_close() {
        let text = "pub const DAYS: u32 = 14;\n\n#[derive(Debug)]\npub struct Loan {\n    since: u32,\n}\n\nimpl Loan {\n    /// Late.\n    \
                    pub fn is_late(\n        &self,\n    ) -> bool {\n        self.since > DAYS\n    }\n\n    fn other(&self) {}\n}\n";
        let lines: Vec<&str> = text.lines().collect();
        let found: Vec<(&str, Range<usize>)> = blocks(&lines).into_iter().map(|b| (b.name, b.lines)).collect();
        assert_eq!(found, [("DAYS", 0..1), ("Loan", 2..6), ("Loan", 7..8), ("is_late", 8..14), ("other", 15..17)]);
        for text in ["", "\n\n", "}\n", "# only a remark\n", "    x\n  y\n"] {
            assert!(blocks(&text.lines().collect::<Vec<_>>()).len() <= 2, "{text:?}");
        }
    }
}
