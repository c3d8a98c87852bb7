//! The list of the files that were there before: whole where there is room, else those that the clauses speak of.

use crate::hub::index::Lexical;
use std::collections::BTreeSet;

/// So many files are shown to those who read the requirement and plan; who designs or makes a change sees all that fit.
const NEAREST: usize = 8;

/// The files that tell most about the product and the clauses: what the product says of itself, then the best `hits`
/// (indices of `paths`, best first), then any.
pub(super) fn nearest<'a>(paths: &[&'a str], hits: impl Iterator<Item = usize>) -> BTreeSet<&'a str> {
    let readme = |at: &usize| !paths[*at].contains('/') && paths[*at].to_ascii_lowercase().starts_with("readme");
    let ordered = (0..paths.len()).filter(readme).chain(hits).chain(0..paths.len());
    let mut taken = BTreeSet::new();
    for at in ordered {
        if taken.len() == NEAREST {
            break;
        }
        taken.insert(paths[at]);
    }
    taken
}

/// The lines of `list` for a pack of so many tokens, in their order. A quarter of it is the most; a token has some four
/// bytes.
pub(super) fn lines(list: &str, query: &str, tokens: u32) -> String {
    let room = tokens as usize;
    if list.len() <= room {
        return list.to_owned();
    }
    let lines: Vec<&str> = list.lines().collect();
    let mut index = Lexical::default();
    for line in &lines {
        index.add(line);
    }
    let ranked = index.search(query, usize::MAX, |_| true).into_iter().map(|(at, _)| at as usize);
    let mut taken = BTreeSet::new();
    let mut used = 0;
    for at in ranked.chain(0..lines.len()) {
        let size = lines[at].len() + 1;
        if used + size <= room && taken.insert(at) {
            used += size;
        }
    }
    let mut text: String = taken.iter().map(|at| format!("{}\n", lines[*at])).collect();
    text.push_str(&format!("… and {} more files\n", lines.len() - taken.len()));
    text
}

#[cfg(test)]
mod tests {
    use super::{NEAREST, lines, nearest};

    #[test]
    fn who_reads_and_plans_sees_what_a_product_says_of_itself_and_what_is_nearest() {
        let names: Vec<String> = (0..20).map(|n| format!("src/part{n:02}.js")).collect();
        let mut paths: Vec<&str> = names.iter().map(String::as_str).collect();
        paths.push("README.md");
        let seen = nearest(&paths, [17, 3].into_iter());
        assert_eq!(seen.len(), NEAREST);
        assert!(
            ["README.md", "src/part17.js", "src/part03.js", "src/part00.js"].iter().all(|path| seen.contains(path))
        );
        assert!(!seen.contains("src/part10.js"));
        assert_eq!(nearest(&paths[..2], std::iter::empty()).len(), 2);
    }

    #[test]
    fn where_the_list_is_too_long_what_the_clauses_speak_of_comes_first() {
        let list: String =
            (0..50).map(|n| format!("src/part{n}.js · {}\n", if n == 40 { "function invoice" } else { "x" })).collect();
        assert_eq!(lines(&list, "invoices", 10_000), list);
        let text = lines(&list, "Print the invoice.", 200);
        assert!(text.contains("part40.js · function invoice") && text.len() < 260, "{text}");
        assert!(text.contains("part0.js") && text.ends_with("more files\n"), "{text}");
    }
}
