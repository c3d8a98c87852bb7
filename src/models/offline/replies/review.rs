//! A review: whether the draft in the pack names each demand where a draft of its kind has to, and whether what it says
//! there is about it. Rules, no judgement: the engine says so in every argument.

use crate::{
    domain::{
        ClauseId, DecisionId,
        pack::{ContextPack, PackKind},
        reply::{Finding, Verdict, VerifyReply},
    },
    models::offline::spec::AppSpec,
};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The findings on the draft in `pack`; `decisions` are those of the pack.
#[must_use]
pub fn reply(spec: &AppSpec, pack: &ContextPack, decisions: Vec<DecisionId>) -> VerifyReply {
    let named = named(pack);
    let judged = pack.of_kind(PackKind::Draft).next().is_some();
    let demanding: Vec<ClauseId> = spec.marks.iter().filter(|m| m.kind.demands()).map(|m| m.clause).collect();
    let gaps: BTreeSet<ClauseId> = spec.gaps.iter().map(|g| g.clause).collect();
    let cut = pack.cut.iter().any(|c| c.kind == PackKind::Draft);
    let findings: Vec<Finding> = demanding
        .iter()
        .map(|id| {
            let (verdict, argument) = match named.get(id) {
                Some(places) => (Verdict::Met, format!("the draft names it in {}.", list(places))),
                None if gaps.contains(id) => {
                    (Verdict::Partly, "it is among what cannot be built, wholly or in part.".into())
                }
                None if cut || !judged => {
                    (Verdict::Partly, "the draft did not fit into this prompt, so nothing can be said of it.".into())
                }
                // A quality, or what needs no line of its own, may be kept without being named.
                None => (Verdict::Partly, "the draft does not name it.".into()),
            };
            Finding { clause: id.to_string(), verdict, argument }
        })
        .collect();
    let met = findings.iter().filter(|f| f.verdict == Verdict::Met).count();
    let summary = format!("By rule: {met} of {} demands are named where this draft has to name them.", findings.len());
    VerifyReply { teach_back: super::teach_back(demanding.into_iter(), decisions), findings, summary }
}

fn list(places: &BTreeSet<String>) -> String {
    places.iter().take(3).cloned().collect::<Vec<_>>().join(", ")
}

/// Clauses that the draft names, with the fields that do.
fn named(pack: &ContextPack) -> BTreeMap<ClauseId, BTreeSet<String>> {
    let mut named: BTreeMap<ClauseId, BTreeSet<String>> = BTreeMap::new();
    let mut add = |text: &str, place: &str| {
        if let Ok(id) = text.parse::<ClauseId>() {
            named.entry(id).or_default().insert(place.to_owned());
        }
    };
    for item in pack.of_kind(PackKind::Draft) {
        let field = item.id.rsplit_once('/').map_or(item.id.as_str(), |(_, field)| field);
        // Marks say what a clause is, not that anything is done for it.
        if field == "clauses" {
            continue;
        }
        if let Some(ids) = item.text.strip_prefix("Clauses: ").and_then(|text| text.lines().next()) {
            let ids: Vec<String> = serde_json::from_str(ids).unwrap_or_default();
            ids.iter().for_each(|id| add(id, &item.id));
            continue;
        }
        let Ok(Value::Array(entries)) = serde_json::from_str::<Value>(&item.text) else { continue };
        for entry in &entries {
            let many = entry["clauses"].as_array().into_iter().flatten();
            for id in many.chain([&entry["clause"]]).filter_map(Value::as_str) {
                add(id, field);
            }
        }
    }
    named
}
