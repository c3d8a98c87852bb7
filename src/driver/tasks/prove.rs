//! Which ranges still want a control run, and with which tests.

use crate::{
    domain::{
        self, ClauseId, Clean, StepId,
        artifact::{CodeRange, TestRef},
        evidence::{ControlRun, Coverage, ExclusionSearch, TestOutcome},
        made::Made,
        reply::{NewSearch, ReplyKind},
        run::{Run, Step},
        trace::lines_in_words,
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

/// Linked ranges in files that the build of this step's module wrote.
pub fn of_module<'a>(run: &'a Run, step: &'a Step) -> impl Iterator<Item = &'a CodeRange> {
    let of_module =
        move |range: &&CodeRange| run.files.get(&range.path).is_some_and(|f| is_of_module(run, step, &f.step));
    run.code_links.iter().filter(of_module)
}

/// Whether that is a build of this step's module.
pub fn is_of_module(run: &Run, step: &Step, by: &StepId) -> bool {
    run.step(by).is_some_and(|s| s.plan.produces == ReplyKind::Build && s.plan.module == step.plan.module)
}

/// Linked ranges as they are, with all linked tests of their clauses, of which it is not known which lines those reach.
pub fn unmeasured(run: &Run, coverage: &[Coverage]) -> Vec<ControlTarget> {
    let mut tests: BTreeMap<ClauseId, Vec<TestRef>> = BTreeMap::new();
    for test in &run.test_links {
        tests.entry(test.clause).or_default().push(test.clone());
    }
    let ranges: Vec<CodeRange> = run
        .code_links
        .iter()
        .filter(|r| run.files.get(&r.path).is_some_and(|f| f.sha256 == r.sha256))
        .cloned()
        .collect();
    let mut left = targets(&ranges, &tests);
    left.retain(|target| {
        let tests = Coverage::tests(&target.tests);
        let known = run.coverage.iter().chain(coverage).filter(|one| one.is_of(&target.range, &tests));
        !known.into_iter().any(|one| one.unreached.is_some())
    });
    left
}

/// Of these ranges those that no linked test runs, or was seen to run.
pub fn unrun(coverage: &[Coverage], ranges: &[CodeRange]) -> Vec<Clean> {
    let told = |range: &CodeRange| {
        let is_its = |one: &&Coverage| (one.clause, &one.path, one.lines) == (range.clause, &range.path, range.lines);
        let one = coverage.iter().rfind(is_its)?;
        let place = format!("{}:{}-{}", range.path, range.lines.0, range.lines.1);
        let said = if one.is_idle() {
            format!("no linked test runs any of {place}; one that reads the text of a program shows nothing")
        } else if one.is_unseen() {
            format!(
                "no linked test was seen to run {place}: with marks in the source, which change nothing that it does, one of them \
                 failed or gave no result; what it shows must not depend on the source's text"
            )
        } else {
            return None;
        };
        Some(Clean::from(format!("{}: {said}", range.clause)))
    };
    ranges.iter().filter_map(told).collect()
}

/// Of ranges that linked tests do run, the lines that none of them comes by.
pub fn run_in_part(coverage: &[Coverage]) -> Vec<Clean> {
    let told = |one: &Coverage| {
        let lines = one.unreached.as_deref().filter(|lines| !lines.is_empty() && !one.is_idle())?;
        let (first, last) = one.lines;
        let what = format!("{}:{first}-{last}", one.path);
        Some(Clean::from(format!("{}: of {what} no linked test runs {}", one.clause, lines_in_words(lines))))
    };
    coverage.iter().filter_map(told).collect()
}

/// Clauses of which the tests run code, and none of it otherwise than by calling it themselves: that the product as it is
/// started answers so is shown by nothing.
pub fn inside(coverage: &[Coverage]) -> Vec<Clean> {
    let mut places: BTreeMap<ClauseId, Option<Vec<String>>> = BTreeMap::new();
    // What no test runs, and what has no statement, says nothing of how it is run.
    for one in coverage.iter().filter(|one| one.says_where()) {
        let place = || format!("{}:{}-{}", one.path, one.lines.0, one.lines.1);
        let told = places.entry(one.clause).or_insert_with(|| Some(vec![]));
        match one.inside {
            true => told.iter_mut().for_each(|told| told.push(place())),
            false => *told = None,
        }
    }
    let told = |(clause, told): (ClauseId, Option<Vec<String>>)| {
        Some(Clean::from(format!(
            "{clause}: {} runs in the process of its tests alone, and never in the product as it is started",
            told?.join(", ")
        )))
    };
    places.into_iter().filter_map(told).collect()
}

/// What follows of a range that no assertion notices where tests break off without it, as by a lost connection.
pub fn breaking(controls: &[ControlRun], range: &CodeRange) -> String {
    let of_range = |c: &&ControlRun| (c.clause, &c.path, c.lines) == (range.clause, &range.path, range.lines);
    let breaks = |c: &&ControlRun| c.booted && c.outcome == Some(TestOutcome::Error);
    let names: Vec<&str> = controls.iter().filter(of_range).filter(breaks).map(|c| c.test.as_str()).collect();
    if names.is_empty() {
        return String::new();
    }
    let (they, their) = if names.len() == 1 { ("breaks", "its") } else { ("break", "their") };
    format!(
        ": {} {they} off without it instead. What breaks is to end in a failed assertion of {their} helpers",
        names.join(", ")
    )
}

/// The searches to repeat on the finished application: the terms of each exclusion's testers together.
pub fn searches(run: &Run) -> Vec<NewSearch> {
    let mut terms: BTreeMap<ClauseId, BTreeSet<&str>> = BTreeMap::new();
    // Not what the verifier's search was before: a tester may have chosen other words since.
    let of_tester = |search: &&ExclusionSearch| {
        let step = run.searched_by(search).and_then(|step| run.step(step));
        !search.given_up && step.is_none_or(|step| step.plan.produces == ReplyKind::Test)
    };
    for search in run.searches.iter().filter(of_tester) {
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

/// The same searches, with what G1 looks at by itself where a clause speaks of it.
pub fn with_own(run: &Run, searches: &[NewSearch]) -> Vec<NewSearch> {
    let mut searches = searches.to_vec();
    for search in &mut searches {
        let clause = search.clause.parse().ok().and_then(|id: ClauseId| run.clauses.get(&id));
        let own = clause.and_then(|clause| Made::meant(&domain::words(&clause.text))).map(Made::term);
        search.terms.extend(own.filter(|own| !search.terms.contains(own)));
    }
    searches
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{EvidenceId, Hash};

    #[test]
    fn a_clause_of_which_the_started_product_runs_nothing_is_named() {
        let of = |clause: u32, line: u32, inside: bool| Coverage {
            clause: ClauseId(clause),
            path: "app/a.py".to_owned(),
            lines: (line, line),
            file_sha256: Hash::of(b"a"),
            tests: Hash::of(b"t"),
            unreached: Some(vec![]),
            statements: 1,
            inside,
            evidence: EvidenceId(1),
        };
        let row = Coverage { statements: 0, ..of(1, 9, false) };
        let told = inside(&[of(1, 1, true), of(1, 2, true), row, of(2, 1, true), of(2, 2, false), of(3, 3, false)]);
        let said = "C-001: app/a.py:1-1, app/a.py:2-2 runs in the process of its tests alone, and never in the product as it is started";
        assert_eq!(told, [Clean::from(said)]);
    }

    #[test]
    fn lines_of_a_range_that_its_tests_run_only_in_part_are_named() {
        let of = |clause: u32, unreached: Option<&[u32]>| Coverage {
            clause: ClauseId(clause),
            path: "app/a.py".to_owned(),
            lines: (3, 9),
            file_sha256: Hash::of(b"a"),
            tests: Hash::of(b"t"),
            unreached: unreached.map(<[u32]>::to_vec),
            statements: 4,
            inside: false,
            evidence: EvidenceId(1),
        };
        let told = run_in_part(&[of(1, Some(&[5, 7])), of(2, Some(&[])), of(3, None), of(4, Some(&[3, 5, 7, 8]))]);
        assert_eq!(
            told,
            [Clean::from("C-001: of app/a.py:3-9 no linked test runs lines 5, 7")],
            "another says all or nothing"
        );
    }

    #[test]
    fn ranges_that_no_test_was_seen_to_run_are_told() {
        let range = CodeRange {
            clause: ClauseId(1),
            path: "app/a.py".to_owned(),
            lines: (3, 9),
            sha256: Hash::of(b"a"),
            step: None,
        };
        let of = |unreached: Option<&[u32]>, statements| Coverage {
            clause: ClauseId(1),
            path: "app/a.py".to_owned(),
            lines: (3, 9),
            file_sha256: Hash::of(b"a"),
            tests: Hash::of(b"t"),
            unreached: unreached.map(<[u32]>::to_vec),
            statements,
            inside: false,
            evidence: EvidenceId(1),
        };
        let said = |one: Coverage| {
            unrun(&[one], std::slice::from_ref(&range)).first().map_or_else(String::new, ToString::to_string)
        };
        assert!(said(of(Some(&[3, 4]), 2)).contains("no linked test runs any of app/a.py:3-9"));
        assert!(said(of(None, 2)).contains("no linked test was seen to run app/a.py:3-9"));
        assert_eq!(said(of(None, 0)), "", "where no statement is there is nothing to run");
        assert_eq!(said(of(Some(&[3]), 2)), "");
        assert!(unrun(&[], std::slice::from_ref(&range)).is_empty());
    }
}
