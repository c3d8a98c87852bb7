//! Drift: what the step has to account for, against what the reply covers, by id; what is said of each is for
//! [`super::content`]. Ids the requirement does not have are named too.

use super::{kind_of, known, responsible, schema::Reply, verdict};
use crate::domain::{
    ClauseId,
    clause::ClauseKind,
    reply::{DesignReply, PlanReply, TestReply, UnderstandReply, VerifyReply},
    run::{Check, Run, Step},
};
use std::collections::{BTreeMap, BTreeSet};

/// What a reply says about clauses.
#[derive(Debug, Default)]
struct Covered {
    ids: BTreeSet<ClauseId>,
    unknown: Vec<String>,
    /// Further faults, in words.
    faults: Vec<String>,
}

impl Covered {
    fn of<'a>(run: &Run, texts: impl IntoIterator<Item = &'a String>) -> Self {
        let (ids, unknown) = known(run, texts);
        Self { ids, unknown, faults: Vec::new() }
    }
}

#[must_use]
pub fn check(run: &Run, step: &Step, reply: &Reply) -> Check {
    let (summary, details) = by_id(run, step, reply);
    verdict("drift", summary, details)
}

/// What is in the way of a step that has everything, with a summary.
fn by_id(run: &Run, step: &Step, reply: &Reply) -> (String, Vec<String>) {
    let mut expected = responsible(run, step);
    let (covered, how) = match reply {
        Reply::Understand(r) => return understood(run, &expected, r),
        Reply::Plan(r) => (planned(run, r), "belongs to no module"),
        Reply::Design(r) => (designed(run, r), "is in no decision and no artifact"),
        Reply::Build(r) => {
            // Nothing is written for what shall not be there, and a quality may need no line of its own.
            expected.retain(|id| !matches!(kind_of(run, *id), Some(ClauseKind::Exclusion | ClauseKind::Quality)));
            // What cannot be built is said, not dropped: the trace reports it missing.
            let named: BTreeSet<ClauseId> =
                r.gaps.iter().filter(|g| g.whole).filter_map(|g| g.clause.parse().ok()).collect();
            expected.retain(|id| !named.contains(id));
            let mut covered = Covered::of(run, r.links.iter().map(|l| &l.clause));
            covered.unknown.extend(known(run, r.gaps.iter().map(|g| &g.clause)).1);
            let bare = r.gaps.iter().filter(|g| g.reason.trim().is_empty());
            covered.faults.extend(bare.map(|g| format!("the gap of {} has no reason", g.clause)));
            (covered, "is linked to no code and named in no gap")
        }
        Reply::Test(r) => {
            expected.retain(|id| kind_of(run, *id) != Some(ClauseKind::Quality));
            (tested(run, r), "has no test (an exclusion: no words in `searches`)")
        }
        Reply::Verify(r) => (judged(run, r), "has no finding"),
    };
    summarise(&expected, &covered, how)
}

fn summarise(expected: &BTreeSet<ClauseId>, covered: &Covered, how: &str) -> (String, Vec<String>) {
    let dropped: Vec<_> = expected.difference(&covered.ids).collect();
    let mut details: Vec<String> = dropped.iter().map(|id| format!("{id} is dropped: it {how}")).collect();
    details.extend(covered.unknown.iter().map(|id| format!("'{id}' is not a clause of this requirement")));
    details.extend(covered.faults.iter().cloned());
    let mut summary =
        format!("covered {}/{}, dropped {}", expected.len() - dropped.len(), expected.len(), dropped.len());
    if !covered.unknown.is_empty() {
        summary.push_str(&format!(", unknown {}", covered.unknown.len()));
    }
    (summary, details)
}

/// Every clause marked exactly once, and every demanding one interpreted or named as a gap.
fn understood(run: &Run, all: &BTreeSet<ClauseId>, reply: &UnderstandReply) -> (String, Vec<String>) {
    let mut marks: BTreeMap<ClauseId, u32> = BTreeMap::new();
    let (_, mut unknown) = known(run, reply.clauses.iter().map(|m| &m.id));
    let mut demanding = BTreeSet::new();
    for mark in &reply.clauses {
        let Some(id) = mark.id.parse().ok().filter(|id| all.contains(id)) else { continue };
        *marks.entry(id).or_default() += 1;
        if mark.kind.demands() {
            demanding.insert(id);
        }
    }
    let mut details: Vec<String> = all
        .iter()
        .filter(|id| !marks.contains_key(id))
        .map(|id| format!("{id} is dropped: it is not marked"))
        .collect();
    let dropped = details.len();
    details.extend(marks.iter().filter(|(_, n)| **n > 1).map(|(id, n)| format!("{id} is marked {n} times")));
    let named = reply
        .interpretations
        .iter()
        .flat_map(|i| &i.clauses)
        .chain(reply.gaps.iter().map(|g| &g.clause))
        .chain(reply.assumptions.iter().flat_map(|a| &a.clauses));
    unknown.extend(known(run, named).1);
    let interpreted = reply.interpretations.iter().flat_map(|i| &i.clauses).chain(reply.gaps.iter().map(|g| &g.clause));
    let (interpreted, _) = known(run, interpreted);
    let bare: Vec<_> = demanding.difference(&interpreted).collect();
    details.extend(
        bare.iter().map(|id| format!("{id} demands something, but has neither an interpretation nor a named gap")),
    );
    unknown.sort();
    unknown.dedup();
    details.extend(unknown.iter().map(|id| format!("'{id}' is not a clause of this requirement")));
    if demanding.is_empty() && !run.settings.plan_only {
        details.push("nothing in the text demands anything: say what shall be built".to_owned());
    }
    let summary = format!(
        "marked {}/{}, {} demand something, {} of them interpreted, dropped {dropped}",
        all.len() - dropped,
        all.len(),
        demanding.len(),
        demanding.len() - bare.len(),
    );
    (summary, details)
}

fn planned(run: &Run, reply: &PlanReply) -> Covered {
    Covered::of(run, reply.modules.iter().flat_map(|m| &m.clauses))
}

fn designed(run: &Run, reply: &DesignReply) -> Covered {
    Covered::of(
        run,
        reply.decisions.iter().flat_map(|d| &d.clauses).chain(reply.artifacts.iter().flat_map(|a| &a.clauses)),
    )
}

fn tested(run: &Run, reply: &TestReply) -> Covered {
    let mut covered = Covered::of(run, reply.links.iter().map(|l| &l.clause));
    let (searched, unknown) = known(run, reply.searches.iter().map(|s| &s.clause));
    covered.unknown.extend(unknown);
    for search in &reply.searches {
        if search.terms.iter().all(|t| t.trim().is_empty()) {
            covered.faults.push(format!("the search for {} has no terms", search.clause));
        }
    }
    for id in searched {
        if kind_of(run, id) == Some(ClauseKind::Exclusion) {
            covered.ids.insert(id);
        } else {
            covered.faults.push(format!("{id} is no exclusion: a search says nothing about it, it needs a test"));
        }
    }
    covered
}

fn judged(run: &Run, reply: &VerifyReply) -> Covered {
    let mut covered = Covered::of(run, reply.findings.iter().map(|f| &f.clause));
    let mut seen = BTreeSet::new();
    for finding in &reply.findings {
        if !seen.insert(&finding.clause) {
            covered.faults.push(format!("{} has more than one finding", finding.clause));
        }
    }
    covered
}
