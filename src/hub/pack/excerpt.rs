//! Of a file under test what its tester needs: what it declares and the lines that are linked, each with its number. The rest
//! is `read` by who wants it; tests that were written with the whole code in view repeat it.

use crate::domain::outline;

/// A declaration is told to its end, which is not farther away than so many lines.
const SIGNATURE: usize = 8;

/// The excerpt; nothing where it would not be much shorter than the file, or the file is none of code: a README says how the
/// product is used.
pub(super) fn of(text: &str, linked: &[(u32, u32)]) -> Option<String> {
    let lines: Vec<&str> = text.lines().collect();
    let mut told = vec![false; lines.len()];
    for (first, last) in linked {
        let range = (*first as usize).saturating_sub(1)..(*last as usize).min(lines.len());
        told.get_mut(range).into_iter().flatten().for_each(|line| *line = true);
    }
    for (at, line) in lines.iter().enumerate() {
        if outline::declared(line).is_some() {
            let end = signature(&lines[at..]);
            told[at..at + end].fill(true);
        }
    }
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
    use super::of;

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
