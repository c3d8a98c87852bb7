//! `test:<module>`: the suite of one module, which test shows which clause, and what exclusions are searched for.

use crate::{
    domain::{DecisionId, reply::TestReply},
    models::offline::{spec::AppSpec, suite},
};

/// The reply for one module; `decisions` are those of the pack.
#[must_use]
pub fn reply(spec: &AppSpec, module: &str, decisions: Vec<DecisionId>) -> TestReply {
    let suite = suite::tests(spec, module);
    let demanding = spec.marks.iter().filter(|m| m.kind.demands()).map(|m| m.clause);
    let notes = if suite.files.is_empty() {
        format!("The clauses in the pack ask for nothing that belongs into {module}.")
    } else {
        format!(
            "{} links from clauses to tests through HTTP, {} searches for what shall not be there.",
            suite.links.len(),
            suite.searches.len()
        )
    };
    TestReply {
        teach_back: super::teach_back(demanding, decisions),
        files: suite.files,
        links: suite.links,
        searches: suite.searches,
        notes,
    }
}

/// What a person reads while it works.
#[must_use]
pub fn narration(reply: &TestReply) -> Vec<String> {
    let mut lines: Vec<String> =
        reply.files.iter().map(|f| format!("{} ({} lines)\n", f.path, f.content.lines().count())).collect();
    lines.push(format!("{}\n", reply.notes));
    lines
}
