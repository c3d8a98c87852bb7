//! Linked code that only tests could call: nothing else in the product has its name. Names are compared, not calls, so this
//! finds less than there is and is never a proof; a name in a string (a table, a route, `getattr`) is a use like any other.

use super::{
    EvidenceError, Runner, Stack, Tree,
    syntax::{self, Language, Question},
};
use crate::domain::{ClauseId, artifact::CodeRange};
use std::collections::BTreeSet;
use tokio_util::sync::CancellationToken;

/// A linked function that nothing but a test could call.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unused {
    pub clause: ClauseId,
    pub path: String,
    /// As a symbol calls it: `total`, `Store.put`.
    pub function: String,
}

/// A file of the product, as far as it can use anything.
struct Source<'t> {
    path: &'t str,
    text: String,
}

/// Those of `ranges` that are, or lie in, a function whose name stands nowhere else in the product.
///
/// # Errors
/// The syntax tool could not be run.
pub async fn unused(
    runner: &Runner,
    tree: &Tree,
    stack: Stack,
    ranges: &[CodeRange],
    cancel: &CancellationToken,
) -> Result<Vec<Unused>, EvidenceError> {
    let ranges: Vec<&CodeRange> = ranges
        .iter()
        .filter(|range| Language::in_tree(tree, &range.path).is_some() && !is_test(stack, &range.path))
        .collect();
    if ranges.is_empty() {
        return Ok(vec![]);
    }
    let files: Vec<_> = tree.files().filter(|file| !is_test(stack, &file.path) && !is_document(&file.path)).collect();
    let parsed: BTreeSet<&str> =
        files.iter().map(|file| file.path.as_str()).filter(|path| Language::in_tree(tree, path).is_some()).collect();
    let functions = ranges.iter().map(|range| Question::Function { path: range.path.clone(), lines: range.lines });
    let uses = parsed.iter().map(|path| Question::Uses { path: (*path).to_owned() });
    let questions: Vec<Question> = functions.chain(uses).collect();
    let mut answers = syntax::ask(runner, tree, &questions, cancel).await?;
    let uses = answers.split_off(ranges.len());
    if uses.iter().any(|answer| answer.reflects) {
        return Ok(vec![]);
    }
    let mut uses = uses.into_iter();
    let sources: Vec<Source<'_>> = files
        .iter()
        .filter_map(|file| {
            let code =
                if parsed.contains(file.path.as_str()) { uses.next().and_then(|answer| answer.text) } else { None };
            // What cannot be parsed is read as it is.
            let text = code.or_else(|| String::from_utf8(file.bytes.to_vec()).ok())?;
            Some(Source { path: &file.path, text })
        })
        .collect();
    let mut found = BTreeSet::new();
    for (range, answer) in ranges.iter().zip(answers) {
        let (Some(function), Some(lines)) = (answer.name, answer.lines) else { continue };
        let name = function.rsplit('.').next().unwrap_or(&function);
        let used = sources.iter().any(|source| {
            let own = (source.path == range.path).then_some(lines);
            is_used(name, &source.text, own)
        });
        if !used {
            found.insert(Unused { clause: range.clause, path: range.path.clone(), function });
        }
    }
    Ok(found.into_iter().collect())
}

/// Whether a text has the name, outside of the lines that define it, or the beginning of it as a string to be completed.
fn is_used(name: &str, text: &str, own: Option<(u32, u32)>) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    let beginnings: Vec<&str> = name.match_indices('_').map(|(at, _)| &name[..=at]).filter(|b| *b != "_").collect();
    let completed = |line: &str| {
        let quoted = |start: &str, quote: char| {
            [quote, '{', '%', '$'].iter().any(|end| line.contains(&format!("{quote}{start}{end}")))
        };
        beginnings.iter().any(|start| ['"', '\'', '`'].into_iter().any(|quote| quoted(start, quote)))
    };
    let lines = (1_u32..).zip(text.lines());
    let others = lines.filter(|(number, _)| own.is_none_or(|(first, last)| !(first..=last).contains(number)));
    others.into_iter().any(|(_, line)| line.split(|c| !part(c)).any(|word| word == name) || completed(line))
}

/// Tests and what they share.
#[must_use]
pub fn is_test(stack: Stack, path: &str) -> bool {
    let holds_tests = |name: &str| matches!(name, "test" | "tests" | "__tests__" | "spec" | "testing");
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = name.split('.').next().unwrap_or(name);
    stack.is_test_file(path) || folders.split('/').any(holds_tests) || holds_tests(stem) || stem == "conftest"
}

/// What tells people of the product, or of what it is made with.
fn is_document(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    path.starts_with("docs/")
        || matches!(ending, "md" | "txt" | "rst" | "lock" | "csv")
        || ["readme", "license", "changelog"].iter().any(|start| name.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_used_outside_of_its_own_lines_also_in_a_string_and_also_in_part() {
        let text = "def total(rows):\n    return total(rows[1:])\n\nTABLE = {'sum': 'subtotal'}\n";
        assert!(!is_used("total", text, Some((1, 2))) && is_used("total", text, None));
        assert!(is_used("total", "getattr(rules, 'total')", None));
        assert!(is_used("cmd_add", "call = globals_of('cmd_' + word)", None));
        assert!(is_used("cmd_add", "call(f\"cmd_{word}\")", None));
        assert!(!is_used("cmd_add", "cmd_list = 'add'", None));
    }

    #[test]
    fn tests_and_documents_are_no_part_of_the_product() {
        for path in ["tests/test_a.py", "tests/support.py", "test/a.test.ts", "src/tests.rs", "src/a/tests/b.rs"] {
            assert!([Stack::Python, Stack::Node, Stack::Rust].iter().all(|stack| is_test(*stack, path)), "{path}");
        }
        for path in ["app/rules.py", "src/contest.ts", "src/lib.rs", "g1.toml", "pages/latest.html"] {
            assert!([Stack::Python, Stack::Node, Stack::Rust].iter().all(|stack| !is_test(*stack, path)), "{path}");
            assert!(!is_document(path), "{path}");
        }
        assert!(is_document("README.md") && is_document("LICENSE") && is_document("docs/rules.html"));
    }
}
