//! The list of the files that were there before: whole where there is room, else those that the clauses speak of.

use crate::hub::index::Lexical;
use std::collections::BTreeSet;

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
    use super::lines;

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
