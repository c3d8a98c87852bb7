//! `test:<module>`: the suite of one module, which test shows which clause, and what exclusions are searched for.

use crate::{
    domain::{
        DecisionId,
        reply::{TestLink, TestReply},
    },
    models::offline::{spec::AppSpec, suite},
};
use std::collections::BTreeSet;

/// The reply for one module; `decisions` are those of the pack, `feedback` what it says of the last attempt.
///
/// A test that did not pass is withdrawn in the next attempt, so that one demand that was misread takes no other down
/// with it. The verifier, who knows the whole suite, then holds its clauses met in part at most.
#[must_use]
pub fn reply(spec: &AppSpec, feedback: &[&str], module: &str, decisions: Vec<DecisionId>) -> TestReply {
    let withdrawn = withdrawn(spec, feedback, module);
    let suite = suite::tests_without(spec, module, &withdrawn);
    let demanding = spec.marks.iter().filter(|m| m.kind.demands()).map(|m| m.clause);
    let mut notes = if suite.files.is_empty() {
        format!("The clauses in the pack ask for nothing that belongs into {module}.")
    } else {
        format!(
            "{} links from clauses to tests through HTTP, {} searches for what shall not be there.",
            suite.links.len(),
            suite.searches.len()
        )
    };
    if !withdrawn.is_empty() {
        let names: Vec<&str> = withdrawn.iter().map(String::as_str).collect();
        notes.push_str(&format!(" Left out, because the code does not pass them: {}.", names.join(", ")));
    }
    TestReply {
        uses: Vec::new(),
        teach_back: super::teach_back(demanding, decisions),
        files: suite.files,
        links: suite.links,
        searches: suite.searches,
        faults: Vec::new(),
        notes,
        took_away: Vec::new(),
    }
}

/// The tests that failed in the last attempt, and those that it left out already. None when what is understood now makes
/// another suite than that of the last attempt: its failures say nothing about this one.
fn withdrawn(spec: &AppSpec, feedback: &[&str], module: &str) -> BTreeSet<String> {
    let Some(last) = feedback.iter().find_map(|text| serde_json::from_str::<TestReply>(text).ok()) else {
        return BTreeSet::new();
    };
    let names = |links: &[TestLink]| links.iter().map(|l| l.test.clone()).collect::<BTreeSet<_>>();
    let known = names(&suite::tests(spec, module).links);
    let mut out: BTreeSet<String> = known.difference(&names(&last.links)).cloned().collect();
    if suite::tests_without(spec, module, &out).files != last.files {
        return BTreeSet::new();
    }
    let lines = feedback.iter().flat_map(|text| text.lines());
    let failed = lines.filter_map(|line| line.strip_prefix("- ")?.split_whitespace().next());
    out.extend(failed.filter(|name| known.contains(*name)).map(str::to_owned));
    out
}

/// The tests of the module under the name that the plan gave it.
pub fn rename(reply: &mut TestReply, found: &str, asked: &str) {
    if found == asked {
        return;
    }
    let (from, to) = (format!("tests/test_{found}.py"), format!("tests/test_{asked}.py"));
    for file in reply.files.iter_mut().filter(|file| file.path == from) {
        file.path.clone_from(&to);
    }
    let (from, to) = (format!("tests.test_{found}."), format!("tests.test_{asked}."));
    for link in &mut reply.links {
        if let Some(rest) = link.test.strip_prefix(&from) {
            link.test = format!("{to}{rest}");
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{domain::ClauseId, models::offline::read};

    fn spec(text: &str) -> AppSpec {
        read::analyse(&[(ClauseId(1), text.into(), Vec::new())], &Default::default()).unwrap()
    }

    #[test]
    fn a_test_that_failed_is_left_out_of_the_next_attempt_and_only_that() {
        let spec = spec("A member can add a tool with a name and a price.");
        let first = reply(&spec, &[], "tools", Vec::new());
        let (gone, next) = (&first.links[0].test, &first.links[first.links.len() - 1].test);
        let said = format!("Check failed – tests: 1 problem\n- {gone} Failed: File \"x\", line 3");
        let second = reply(&spec, &[&said, &serde_json::to_string(&first).unwrap()], "tools", Vec::new());
        assert!(second.links.iter().all(|l| l.test != *gone));
        let kept = first.links.iter().filter(|l| l.test != *gone).count();
        assert_eq!(second.links.len(), kept);
        assert!(second.notes.contains(gone));
        // what was left out stays out when another one fails
        let said = format!("Check failed – tests: 1 problem\n- {next} Failed: File \"x\", line 9");
        let third = reply(&spec, &[&said, &serde_json::to_string(&second).unwrap()], "tools", Vec::new());
        assert!(third.links.iter().all(|l| l.test != *gone && l.test != *next));
    }

    #[test]
    fn failures_of_another_suite_leave_nothing_out() {
        let before = reply(&spec("A member can add a tool with a name."), &[], "tools", Vec::new());
        let said = format!("Check failed – tests: 1 problem\n- {} Failed: …", before.links[0].test);
        let spec = spec("A member can add a tool with a name and a price.");
        let now = reply(&spec, &[&said, &serde_json::to_string(&before).unwrap()], "tools", Vec::new());
        assert_eq!(now, reply(&spec, &[], "tools", Vec::new()));
    }
}
