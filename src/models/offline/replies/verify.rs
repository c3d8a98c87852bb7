//! `verify`: every demand of the original text once more, against what was tested.

use crate::{
    domain::{
        ClauseId, DecisionId,
        clause::ClauseKind,
        pack::{
            ContextPack, PackKind,
            report::{Ran, Searched},
        },
        reply::{Finding, Verdict, VerifyReply},
    },
    models::offline::{
        blueprint,
        spec::{AppSpec, SpecGap},
        suite,
    },
};
use std::collections::{BTreeMap, BTreeSet};

/// The reply for a specification and what the pack says was run; `decisions` are those of the pack.
#[must_use]
pub fn reply(spec: &AppSpec, pack: &ContextPack, decisions: Vec<DecisionId>) -> VerifyReply {
    let judge = Judge::new(spec, pack);
    let findings: Vec<Finding> =
        spec.marks.iter().filter(|m| m.kind.demands()).map(|m| judge.finding(m.clause, m.kind)).collect();
    let count = |verdict| findings.iter().filter(|f| f.verdict == verdict).count();
    let summary = format!(
        "{} demands: {} met, {} partly met, {} unmet.",
        findings.len(),
        count(Verdict::Met),
        count(Verdict::Partly),
        count(Verdict::Unmet)
    );
    let demanding = spec.marks.iter().filter(|m| m.kind.demands()).map(|m| m.clause);
    VerifyReply { teach_back: super::teach_back(demanding, decisions), findings, summary }
}

struct Judge<'a> {
    words: BTreeMap<ClauseId, String>,
    gaps: BTreeMap<ClauseId, &'a SpecGap>,
    /// Tests by the clause they are linked to.
    linked: BTreeMap<ClauseId, BTreeSet<String>>,
    passed: BTreeSet<String>,
    failed: BTreeSet<String>,
    /// Exclusions that were searched for, with the place where something was found.
    searched: BTreeMap<ClauseId, Option<String>>,
}

impl<'a> Judge<'a> {
    fn new(spec: &'a AppSpec, pack: &ContextPack) -> Self {
        let words = pack
            .of_kind(PackKind::Clause)
            .filter_map(|item| Some((item.id.parse().ok()?, quote(&item.text))))
            .collect();
        let mut gaps: BTreeMap<ClauseId, &SpecGap> = BTreeMap::new();
        for gap in &spec.gaps {
            let known = gaps.entry(gap.clause).or_insert(gap);
            if gap.whole {
                *known = gap;
            }
        }
        let mut linked: BTreeMap<ClauseId, BTreeSet<String>> = BTreeMap::new();
        for module in blueprint::modules(spec) {
            for link in suite::tests(spec, &module.name).links {
                if let Ok(clause) = link.clause.parse() {
                    linked.entry(clause).or_default().insert(link.test);
                }
            }
        }
        let of = |label: &'static str| {
            let items = pack.of_kind(PackKind::Evidence).filter(move |item| item.label.as_str() == label);
            items.map(|item| item.text.as_str())
        };
        let searches: Vec<Searched> = of("search").filter_map(|text| serde_json::from_str(text).ok()).collect();
        let searched = searched(&searches);
        let reports: Vec<Ran> = of("tests").filter_map(|text| serde_json::from_str(text).ok()).collect();
        let passed = reports.iter().flat_map(|r| r.tests.iter().cloned()).collect();
        let failed = reports.iter().flat_map(|r| r.failed.iter().cloned()).collect();
        Self { words, gaps, linked, passed, failed, searched }
    }

    fn finding(&self, clause: ClauseId, kind: ClauseKind) -> Finding {
        let words = self.words.get(&clause).map_or("", String::as_str);
        let (verdict, why) = self.verdict(clause, kind);
        Finding { clause: clause.to_string(), verdict, argument: format!("“{words}”: {why}") }
    }

    fn verdict(&self, clause: ClauseId, kind: ClauseKind) -> (Verdict, String) {
        if let Some(gap) = self.gaps.get(&clause) {
            let verdict = if gap.whole { Verdict::Unmet } else { Verdict::Partly };
            return (verdict, format!("“{}” is not there: {}", gap.what, gap.reason));
        }
        if kind == ClauseKind::Exclusion {
            return match self.searched.get(&clause) {
                Some(None) => {
                    (Verdict::Met, "the recorded search of code, description and pages found nothing.".into())
                }
                Some(Some(place)) => (Verdict::Unmet, format!("the recorded search found it in {place}.")),
                None => (Verdict::Unmet, "no recorded search says that it is not there.".into()),
            };
        }
        let Some(tests) = self.linked.get(&clause) else {
            return (Verdict::Unmet, "no test is linked to it.".into());
        };
        if let Some(broken) = tests.iter().find(|t| self.failed.contains(*t)) {
            return (Verdict::Unmet, format!("its test {broken} did not pass."));
        }
        let passed = tests.iter().filter(|t| self.passed.contains(*t)).count();
        match passed {
            0 => (Verdict::Unmet, "none of its tests was run.".into()),
            n if n < tests.len() => (Verdict::Partly, format!("{n} of its {} tests passed.", tests.len())),
            n => (Verdict::Met, format!("{n} tests of it passed, each asks for it through HTTP.")),
        }
    }
}

/// `C-011: not found; C-012: found in app/pages.py:3`, of all searches; what one of them found was found.
fn searched(searches: &[Searched]) -> BTreeMap<ClauseId, Option<String>> {
    let mut all: BTreeMap<ClauseId, Option<String>> = BTreeMap::new();
    for result in searches.iter().filter_map(|r| r.note.as_deref()).flat_map(|note| note.split("; ")) {
        let Some((clause, found)) = result.split_once(": ") else { continue };
        let Ok(clause) = clause.parse::<ClauseId>() else { continue };
        let place = found.strip_prefix("found in ").map(str::to_owned);
        let known = all.entry(clause).or_default();
        if place.is_some() || found != "not found" {
            *known = place.or_else(|| Some("a place that was not named".into()));
        }
    }
    all
}

fn quote(text: &str) -> String {
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let cut: String = flat.chars().take(160).collect();
    if cut.len() < flat.len() { format!("{cut}…") } else { cut }
}

/// What a person reads while it works.
#[must_use]
pub fn narration(reply: &VerifyReply) -> Vec<String> {
    let open = reply.findings.iter().filter(|f| f.verdict != Verdict::Met);
    let mut lines: Vec<String> = open.map(|f| format!("{}: {}\n", f.clause, f.argument)).collect();
    lines.push(format!("{}\n", reply.summary));
    lines
}
