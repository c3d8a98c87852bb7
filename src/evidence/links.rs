//! Links: from what a persona declared to lines of one file, and to tests that exist, assert something and run.

use super::{
    EvidenceError, Runner, Stack, Tree,
    syntax::{self, Language, Question},
};
use crate::domain::{
    ClauseId, Clean,
    artifact::{CodeRange, TestRef},
    reply::{CodeLink, TestLink},
};
use std::collections::{BTreeMap, BTreeSet};
use tokio_util::sync::CancellationToken;

/// What became of links to tests.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tests {
    pub found: Vec<TestRef>,
    pub problems: Vec<Clean>,
    /// The names of those that say nothing but what is not so.
    pub denying: BTreeSet<String>,
}

/// What became of some links. A problem names what its author must repair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved<T> {
    pub found: Vec<T>,
    pub problems: Vec<Clean>,
}

/// Resolves symbols and lines to ranges of at most one function, route or table, each of which can be taken away alone.
///
/// # Errors
/// The syntax tool could not be run.
pub async fn resolve(
    runner: &Runner,
    tree: &Tree,
    links: &[CodeLink],
    cancel: &CancellationToken,
) -> Result<Resolved<CodeRange>, EvidenceError> {
    let questions: Vec<Question> = links
        .iter()
        .map(|link| Question::Resolve { path: link.path.clone(), symbol: link.symbol.clone(), lines: link.lines })
        .collect();
    let answers = syntax::ask(runner, tree, &questions, cancel).await?;
    let mut resolved = Resolved { found: vec![], problems: vec![] };
    for (link, answer) in links.iter().zip(answers) {
        let range = link.clause.parse::<ClauseId>().ok().zip(answer.lines).zip(tree.sha256(&link.path)).map(
            |((clause, lines), sha256)| CodeRange {
                clause,
                path: link.path.clone(),
                lines,
                sha256: sha256.clone(),
                step: None,
            },
        );
        match range {
            Some(range) if !resolved.found.contains(&range) => resolved.found.push(range),
            Some(_) => {}
            None => resolved.problems.push(problem(&link.clause, answer.problem)),
        }
    }
    Ok(resolved)
}

/// Takes the lines of links as they are given: for software in a stack that is not executed here, where nothing can be
/// taken away and shown. They must be there.
#[must_use]
pub fn as_given(tree: &Tree, links: &[CodeLink]) -> Resolved<CodeRange> {
    let mut resolved = Resolved { found: vec![], problems: vec![] };
    for link in links {
        match given(tree, link) {
            Ok(range) if !resolved.found.contains(&range) => resolved.found.push(range),
            Ok(_) => {}
            Err(why) => resolved.problems.push(problem(&link.clause, why)),
        }
    }
    resolved
}

fn given(tree: &Tree, link: &CodeLink) -> Result<CodeRange, Option<String>> {
    let path = &link.path;
    let file = tree.get(path).ok_or_else(|| format!("{path} does not exist"))?;
    let sha256 = tree.sha256(path).ok_or_else(|| format!("{path} does not exist"))?.clone();
    let lines =
        link.lines.ok_or_else(|| format!("{path}: symbols of this stack are not known; give first and last line"))?;
    let there = file.bytes.split_inclusive(|byte| *byte == b'\n').count();
    if lines.0 == 0 || lines.0 > lines.1 || lines.1 as usize > there {
        return Err(Some(format!("{path} has no lines {}-{}; it has {there}", lines.0, lines.1)));
    }
    let clause = link.clause.parse::<ClauseId>().map_err(|_| None)?;
    Ok(CodeRange { clause, path: path.clone(), lines, sha256, step: None })
}

/// Links of other steps into files that this one rewrites: a range whose lines stand unchanged, and only once, in the
/// new file is linked there; its proof is made again. Where one of a step's ranges for a clause in a file is lost, none of
/// them is carried over, so that the clause shows as changed.
#[must_use]
pub fn carried(before: &Tree, after: &Tree, links: &[CodeRange]) -> Vec<CodeRange> {
    let mut by_place = BTreeMap::<_, Vec<Option<CodeRange>>>::new();
    for link in links.iter().filter(|link| after.sha256(&link.path).is_some_and(|sha256| *sha256 != link.sha256)) {
        by_place.entry((link.step.as_ref(), link.clause, &link.path)).or_default().push(moved(before, after, link));
    }
    by_place.into_values().filter_map(|ranges| ranges.into_iter().collect::<Option<Vec<_>>>()).flatten().collect()
}

fn moved(before: &Tree, after: &Tree, link: &CodeRange) -> Option<CodeRange> {
    if before.sha256(&link.path) != Some(&link.sha256) {
        return None;
    }
    let lines = |tree: &Tree| -> Option<Vec<Vec<u8>>> {
        Some(tree.get(&link.path)?.bytes.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect())
    };
    let (old, new) = (lines(before)?, lines(after)?);
    let (first, last) = (link.lines.0.checked_sub(1)? as usize, link.lines.1 as usize);
    let range = old.get(first..last).filter(|range| !range.is_empty())?;
    let mut places = new.windows(range.len()).enumerate().filter(|(_, window)| *window == range);
    let (at, _) = places.next()?;
    if places.next().is_some() {
        return None;
    }
    let (first, length) = (u32::try_from(at).ok()? + 1, u32::try_from(range.len()).ok()?);
    let sha256 = after.sha256(&link.path)?.clone();
    Some(CodeRange { lines: (first, first + length - 1), sha256, ..link.clone() })
}

/// Finds each linked test: it must exist, assert something and not be skipped. What is found has the name that the
/// stack's runner reports it by, however the link called it.
///
/// # Errors
/// The syntax tool could not be run.
pub async fn tests(
    runner: &Runner,
    tree: &Tree,
    stack: Stack,
    links: &[TestLink],
    cancel: &CancellationToken,
) -> Result<Tests, EvidenceError> {
    let questions: Vec<Question> = links
        .iter()
        .map(|link| Question::Test { test: link.test.clone(), language: Language::of_stack(stack) })
        .collect();
    let answers = syntax::ask(runner, tree, &questions, cancel).await?;
    let mut resolved = Tests::default();
    for (link, answer) in links.iter().zip(answers) {
        let found = link.clause.parse::<ClauseId>().ok().zip(answer.path.clone());
        let test = found.and_then(|(clause, path)| {
            let sha256 = tree.sha256(&path)?.clone();
            let test = answer.name.clone().unwrap_or_else(|| link.test.clone());
            if answer.denies {
                resolved.denying.insert(test.clone());
            }
            Some(TestRef { clause, test, path, sha256, measures: link.measures, shows: Clean::new(&link.shows) })
        });
        // What is said of it twice is one link.
        let known = |test: &TestRef| {
            resolved.found.iter().any(|one| TestRef { shows: test.shows.clone(), ..one.clone() } == *test)
        };
        match test {
            Some(test) if !known(&test) => resolved.found.push(test),
            Some(_) => {}
            None => resolved.problems.push(problem(&link.clause, answer.problem)),
        }
    }
    Ok(resolved)
}

fn problem(clause: &str, problem: Option<String>) -> Clean {
    Clean::from(format!("{clause}: {}", problem.unwrap_or_else(|| "this is not the id of a clause".to_owned())))
}

#[cfg(test)]
mod tests {
    use super::{super::TreeFile, *};

    #[test]
    fn links_of_others_follow_their_lines_through_a_rewritten_file_and_get_lost_together() {
        let tree = |text: &str| Tree::new(vec![TreeFile::new("rows.ts".to_owned(), text.as_bytes().to_vec())]);
        let before = tree("one\ntwo\nthree\nfour\nfive\n");
        let link = |clause, lines| CodeRange {
            clause: ClauseId(clause),
            path: "rows.ts".to_owned(),
            lines,
            sha256: before.sha256("rows.ts").unwrap().clone(),
            step: None,
        };
        let links = [link(1, (2, 3)), link(2, (1, 1)), link(2, (4, 4)), link(3, (5, 5))];
        let lines = |after: &Tree| -> Vec<_> {
            carried(&before, after, &links).into_iter().map(|link| (link.clause.0, link.lines)).collect()
        };
        // Clause 2 loses line four, clause 3 has its line twice.
        let after = tree("new\none\ntwo\nthree\nfive\nFOUR\nfive\n");
        assert_eq!(lines(&after), [(1, (3, 4))]);
        assert_eq!(carried(&before, &after, &links)[0].sha256, *after.sha256("rows.ts").unwrap());
        assert_eq!(lines(&before), [], "nothing to carry over where nothing changed");
        assert_eq!(lines(&tree("two three")), []);
    }

    #[test]
    fn links_of_a_stack_that_is_not_run_are_lines_that_exist() {
        let tree =
            Tree::new(vec![TreeFile::new("wall/wall.go".to_owned(), b"package wall\n\nfunc Put() {}\n".to_vec())]);
        let link = |path: &str, symbol: Option<&str>, lines| CodeLink {
            clause: "C-001".to_owned(),
            path: path.to_owned(),
            symbol: symbol.map(str::to_owned),
            lines,
        };
        let good = link("wall/wall.go", None, Some((3, 3)));
        let resolved = as_given(&tree, &[good.clone(), good]);
        assert_eq!((resolved.found.len(), resolved.problems.len()), (1, 0), "{resolved:?}");
        assert_eq!(resolved.found[0].lines, (3, 3));
        for (bad, word) in [
            (link("wall/wall.go", Some("Put"), None), "first and last line"),
            (link("wall/wall.go", None, Some((2, 4))), "it has 3"),
            (link("wall/wall.go", None, Some((0, 1))), "no lines 0-1"),
            (link("other.go", None, Some((1, 1))), "does not exist"),
        ] {
            let resolved = as_given(&tree, &[bad]);
            assert!(resolved.found.is_empty() && resolved.problems[0].contains(word), "{resolved:?}");
        }
    }
}
