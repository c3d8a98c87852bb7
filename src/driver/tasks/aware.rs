//! Code of a build that can tell a test from a person, and tests that change how they are judged. What becomes of it is for
//! the orchestrator to say.

use super::{
    TaskError,
    check::{Bench, BenchError},
};
use crate::{
    domain::{
        ClauseId, Clean,
        reply::{NewFile, ReplyKind},
        run::Check,
    },
    evidence::{EvidenceError, Stack, aware},
};
use std::collections::BTreeSet;

impl Bench<'_> {
    pub(super) async fn aware(&mut self, stack: Stack, files: &[NewFile]) -> Result<(), BenchError> {
        let paths = files.iter().map(|file| file.path.as_str());
        let found = match aware::aware(self.runner, &self.tree, stack, paths, &self.cancel).await {
            Ok(found) => found,
            Err(EvidenceError::Cancelled) => return Err(BenchError::Task(TaskError::Cancelled)),
            // It is no proof of anything, so nothing is lost without it.
            Err(_) => return Ok(()),
        };
        if found.is_empty() {
            return Ok(());
        }
        let said: Vec<Clean> = found
            .iter()
            .map(|one| {
                let whose = self.linked_in(&one.path);
                let so = match self.step.plan.produces {
                    ReplyKind::Test => "a test can pass whatever the code does",
                    _ => "the product can tell a test from a person",
                };
                Clean::from(format!("{whose}line {} of {} has `{}`: so {so}", one.line, one.path, one.word))
            })
            .collect();
        self.tell(Check::AWARE, said);
        Ok(())
    }

    /// The clauses that have code in a file, as the beginning of what is said of it.
    fn linked_in(&self, path: &str) -> String {
        let links = self.checked.code_links.iter().chain(&self.run.code_links).filter(|link| link.path == path);
        let tests = self.checked.test_links.iter().filter(|link| link.path == path);
        let clauses: BTreeSet<ClauseId> = links.map(|link| link.clause).chain(tests.map(|link| link.clause)).collect();
        let clauses: Vec<String> = clauses.iter().map(ToString::to_string).collect();
        if clauses.is_empty() { String::new() } else { format!("{}: ", clauses.join(", ")) }
    }
}
