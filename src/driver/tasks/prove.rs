//! Which ranges still want a control run, and with which tests.

use crate::{
    domain::{
        ClauseId,
        artifact::{CodeRange, TestRef},
        reply::NewSearch,
        run::Run,
    },
    evidence::ControlTarget,
};
use std::collections::{BTreeMap, BTreeSet};

/// Linked ranges of tested clauses that no control run has proven at the file's present content.
pub fn unproven(run: &Run) -> Vec<CodeRange> {
    let tested: BTreeSet<ClauseId> = run.test_links.iter().map(|t| t.clause).collect();
    let proven: BTreeSet<_> = run
        .controls
        .iter()
        .filter(|c| c.proves())
        .map(|c| (c.clause, c.path.as_str(), c.lines, &c.file_sha256))
        .collect();
    run.code_links
        .iter()
        .filter(|r| tested.contains(&r.clause) && run.files.contains_key(&r.path))
        .filter(|r| !proven.contains(&(r.clause, r.path.as_str(), r.lines, &r.sha256)))
        .cloned()
        .collect()
}

/// The searches to repeat on the finished application: the terms of each exclusion's testers together.
pub fn searches(run: &Run) -> Vec<NewSearch> {
    let mut terms: BTreeMap<ClauseId, BTreeSet<&str>> = BTreeMap::new();
    for search in &run.searches {
        terms.entry(search.clause).or_default().extend(search.terms.iter().map(String::as_str));
    }
    terms
        .into_iter()
        .map(|(clause, terms)| NewSearch {
            clause: clause.to_string(),
            terms: terms.into_iter().map(str::to_owned).collect(),
        })
        .collect()
}

/// One target per range, with all tests of its clause; ranges without tests have nothing to show.
pub fn targets(ranges: &[CodeRange], tests: &BTreeMap<ClauseId, Vec<TestRef>>) -> Vec<ControlTarget> {
    ranges
        .iter()
        .filter_map(|range| {
            let tests = tests.get(&range.clause)?.clone();
            (!tests.is_empty()).then(|| ControlTarget { clause: range.clause, range: range.clone(), tests })
        })
        .collect()
}
