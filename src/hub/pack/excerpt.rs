//! Files of code in part, each line with its number; the rest is `read` by who wants it. A tester needs what a file under test
//! declares and the lines that are linked: tests that were written with the whole code in view repeat it. Who builds on another
//! module needs what can be used of it.

use crate::domain::outline;

/// A declaration is told to its end, which is not farther away than so many lines.
const SIGNATURE: usize = 8;

/// The lines of a type that are told at most: its fields are used by their names.
const FIELDS: usize = 40;

/// What a tester is shown; nothing where it would not be much shorter than the file, or the file is none of code: a README
/// says how the product is used.
pub(super) fn of(text: &str, linked: &[(u32, u32)]) -> Option<String> {
    let lines: Vec<&str> = text.lines().collect();
    let mut told = declarations(&lines);
    for (first, last) in linked {
        let range = (*first as usize).saturating_sub(1)..(*last as usize).min(lines.len());
        told.get_mut(range).into_iter().flatten().for_each(|line| *line = true);
    }
    render(text, &lines, &told)
}

/// What a developer is shown of another module: signatures, the fields of types, constants. Nothing as above.
pub(super) fn interface(text: &str) -> Option<String> {
    let lines: Vec<&str> = text.lines().collect();
    let mut told = declarations(&lines);
    let indent = |line: &str| line.len() - line.trim_start().len();
    for (at, line) in lines.iter().enumerate() {
        let bare = line.trim_start().trim_start_matches("export ").trim_start_matches("pub ");
        let inside = || lines[at + 1..].iter().take_while(|l| l.trim().is_empty() || indent(l) > indent(line));
        if ["struct ", "enum ", "interface ", "type "].iter().any(|word| bare.starts_with(word)) {
            let all = inside().count().min(FIELDS);
            told[at..=at + all].fill(true);
        } else if bare.starts_with("class ") {
            for (number, one) in (at + 1..).zip(inside()) {
                told[number] |= indent(one) <= indent(line) + 4 && (is_field(one) || is_method(one));
            }
        } else if indent(line) == 0 && is_constant(line) {
            told[at] = true;
        }
    }
    render(text, &lines, &told)
}

/// `name: str`, `name: str = ""`
fn is_field(line: &str) -> bool {
    let name = line.trim_start().split(':').next().unwrap_or_default();
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    is_name && line.contains(':') && !line.trim_end().ends_with(':')
}

/// `add(title) {`, `async add(title: string): Note {`: as JavaScript and TypeScript declare it within a class.
fn is_method(line: &str) -> bool {
    const BEFORE: [&str; 8] = ["async ", "static ", "get ", "set ", "public ", "private ", "protected ", "readonly "];
    const NONE: [&str; 6] = ["if", "for", "while", "switch", "catch", "with"];
    let mut rest = line.trim();
    while let Some(bare) = BEFORE.iter().find_map(|word| rest.strip_prefix(word)) {
        rest = bare;
    }
    let Some((name, _)) = rest.split_once('(') else { return false };
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "_$#".contains(c));
    is_name && rest.ends_with('{') && !NONE.contains(&name)
}

/// `DAYS = 14`, `export const ROLES = [`, `pub const DAYS: u32 = 14;`, `pub static ...`
fn is_constant(line: &str) -> bool {
    let named = |words: &[&str]| words.iter().any(|word| line.starts_with(word));
    let name = line.split(['=', ':']).next().unwrap_or_default().trim();
    let loud = name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    named(&["export const ", "export let ", "pub const ", "pub static ", "pub use "]) || loud && line.contains('=')
}

/// The lines that declare something, each declaration to its end.
pub(super) fn declarations(lines: &[&str]) -> Vec<bool> {
    let mut told = vec![false; lines.len()];
    for (at, line) in lines.iter().enumerate() {
        if outline::declared(line).is_some() {
            let end = signature(&lines[at..]);
            told[at..at + end].fill(true);
        }
    }
    told
}

/// What is told of a file, if that is much shorter than it.
pub(super) fn render(text: &str, lines: &[&str], told: &[bool]) -> Option<String> {
    if !told.contains(&true) {
        return None;
    }
    let mut excerpt = String::new();
    let mut left_out = false;
    for (at, line) in lines.iter().enumerate() {
        if !told[at] {
            left_out |= !line.trim().is_empty();
            continue;
        }
        if std::mem::take(&mut left_out) {
            excerpt.push_str("…\n");
        }
        excerpt.push_str(&format!("{} {line}\n", at + 1));
    }
    if left_out {
        excerpt.push_str("…\n");
    }
    (excerpt.len() * 4 < text.len() * 3).then_some(excerpt)
}

/// Lines of a declaration: until every bracket that it opens is closed, but for the one that opens its body.
fn signature(lines: &[&str]) -> usize {
    let mut open = 0_i32;
    for (at, line) in lines.iter().take(SIGNATURE).enumerate() {
        open += line.matches('(').count() as i32 - line.matches(')').count() as i32;
        if open <= 0 {
            return at + 1;
        }
    }
    1
}

#[cfg(test)]
mod tests {
    use super::{interface, of};

    const FILE: &str = "\
\"\"\"Rules of loans.\"\"\"

import datetime

DAYS = 14


def is_late(
    loan,
    today,
):
    \"\"\"Whether it should be back.\"\"\"
    due = loan[\"since\"] + datetime.timedelta(days=DAYS)
    return today > due and loan[\"back\"] is None


def fee(days):
    # Ten cents a day.
    total = 0
    for _ in range(days):
        total += 10
    return total
";

    #[test]
    fn a_tester_is_told_what_is_declared_and_what_is_linked_with_the_numbers_of_the_lines() {
        let told = of(FILE, &[(12, 13)]).unwrap();
        assert_eq!(
            told,
            "…\n8 def is_late(\n9     loan,\n10     today,\n11 ):\n12     \"\"\"Whether it should be back.\"\"\"\n\
             13     due = loan[\"since\"] + datetime.timedelta(days=DAYS)\n…\n17 def fee(days):\n…\n"
        );
    }

    #[test]
    fn who_builds_on_a_module_is_told_what_can_be_used_of_it() {
        let told = interface(FILE).unwrap();
        assert_eq!(
            told,
            "…\n5 DAYS = 14\n8 def is_late(\n9     loan,\n10     today,\n11 ):\n…\n17 def fee(days):\n…\n"
        );
        let body = |lines: usize| "        const x = compute(this.all, 1)\n".repeat(lines);
        let typescript = format!(
            "export interface Note {{\n    title: string\n}}\n\nconst hidden = 3\nexport const LIMIT = 10\n\n\
             export class Notes {{\n    all: Note[] = []\n    async add(title: string): Note {{\n        if (title) {{\n{}        }}\n    }}\n}}\n",
            body(9)
        );
        assert_eq!(
            interface(&typescript).unwrap(),
            "1 export interface Note {\n2     title: string\n…\n6 export const LIMIT = 10\n8 export class Notes {\n\
             9     all: Note[] = []\n10     async add(title: string): Note {\n…\n"
        );
        let rust = format!(
            "pub struct Loan {{\n    pub since: u32,\n}}\n\npub const DAYS: u32 = 14;\n\nimpl Loan {{\n    pub fn is_late(&self) -> bool {{\n{}    }}\n}}\n",
            body(9)
        );
        assert_eq!(
            interface(&rust).unwrap(),
            "1 pub struct Loan {\n2     pub since: u32,\n…\n5 pub const DAYS: u32 = 14;\n7 impl Loan {\n\
             8     pub fn is_late(&self) -> bool {\n…\n"
        );
        assert_eq!(interface("<p>One page.</p>\n"), None, "nothing is declared");
    }

    #[test]
    fn a_file_that_is_mostly_linked_is_shown_whole() {
        assert_eq!(of(FILE, &[(1, 22)]), None);
        assert_eq!(of(FILE, &[(5, 900)]), None, "more lines than there are");
        assert_eq!(of("", &[(1, 3)]), None);
        assert_eq!(of("# A shelf\n\nCall it with a title, and it is kept.\n", &[]), None, "nothing is declared");
    }

    #[test]
    fn a_bracket_that_never_closes_takes_no_whole_file_along() {
        let file = "def broken(\n".to_owned() + &"    x = 1\n".repeat(50);
        assert_eq!(of(&file, &[]).unwrap(), "1 def broken(\n…\n");
    }
}
