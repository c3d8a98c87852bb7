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
use tokio_util::sync::CancellationToken;

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
            |((clause, lines), sha256)| CodeRange { clause, path: link.path.clone(), lines, sha256: sha256.clone() },
        );
        match range {
            Some(range) if !resolved.found.contains(&range) => resolved.found.push(range),
            Some(_) => {}
            None => resolved.problems.push(problem(&link.clause, answer.problem)),
        }
    }
    Ok(resolved)
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
) -> Result<Resolved<TestRef>, EvidenceError> {
    let questions: Vec<Question> = links
        .iter()
        .map(|link| Question::Test { test: link.test.clone(), language: Language::of_stack(stack) })
        .collect();
    let answers = syntax::ask(runner, tree, &questions, cancel).await?;
    let mut resolved = Resolved { found: vec![], problems: vec![] };
    for (link, answer) in links.iter().zip(answers) {
        let found = link.clause.parse::<ClauseId>().ok().zip(answer.path.clone());
        let test = found.and_then(|(clause, path)| {
            let sha256 = tree.sha256(&path)?.clone();
            let test = answer.name.clone().unwrap_or_else(|| link.test.clone());
            Some(TestRef { clause, test, path, sha256, measures: link.measures })
        });
        match test {
            Some(test) if !resolved.found.contains(&test) => resolved.found.push(test),
            Some(_) => {}
            None => resolved.problems.push(problem(&link.clause, answer.problem)),
        }
    }
    Ok(resolved)
}

fn problem(clause: &str, problem: Option<String>) -> Clean {
    Clean::from(format!("{clause}: {}", problem.unwrap_or_else(|| "this is not the id of a clause".to_owned())))
}
