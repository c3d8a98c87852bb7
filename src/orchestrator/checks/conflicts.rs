//! Conflicts: decisions and links that contradict one another, what was decided before, or an exclusion.

use super::{kind_of, schema::Reply, verdict};
use crate::domain::{
    ClauseId,
    clause::ClauseKind,
    reply::{DesignReply, UnderstandReply},
    run::{Check, Run, Step},
};
use std::collections::BTreeMap;

#[must_use]
pub fn check(run: &Run, step: &Step, reply: &Reply) -> Check {
    let details = match reply {
        Reply::Understand(r) => understanding(r),
        Reply::Design(r) => design(run, r),
        Reply::Build(r) => excluded(run, r.links.iter().map(|l| (&l.clause, format!("code in {}", l.path)))),
        Reply::Plan(_) | Reply::Test(_) | Reply::Verify(_) => Vec::new(),
    };
    // A question that two pages of one text answer differently is still one open question with a default, which a person
    // sees and may change: the first answer stands, and it is said that there was another.
    if matches!(reply, Reply::Understand(_)) && step.calls.iter().any(|call| call.page.is_part()) {
        let told: Vec<String> = details.iter().take(3).cloned().collect();
        let summary = match details.len() {
            0 => "no conflicts".to_owned(),
            n => format!(
                "{n} questions were answered differently on two pages; the first answer stands: {}",
                told.join("; ")
            ),
        };
        return verdict("conflicts", summary, Vec::new());
    }
    let summary = if details.is_empty() { "no conflicts".to_owned() } else { format!("{} conflicts", details.len()) };
    verdict("conflicts", summary, details)
}

/// A clause that shall not be in the product has no code.
fn excluded<'a>(run: &Run, named: impl Iterator<Item = (&'a String, String)>) -> Vec<String> {
    let mut details: Vec<String> = named
        .filter_map(|(text, what)| {
            let id = text.parse::<ClauseId>().ok()?;
            (kind_of(run, id) == Some(ClauseKind::Exclusion))
                .then(|| format!("{what} is linked to {id}, which is excluded"))
        })
        .collect();
    details.sort();
    details.dedup();
    details
}

fn understanding(reply: &UnderstandReply) -> Vec<String> {
    let mut defaults: BTreeMap<&str, &str> = BTreeMap::new();
    let mut details = Vec::new();
    for assumption in &reply.assumptions {
        match defaults.insert(&assumption.key, &assumption.default) {
            Some(other) if other != assumption.default => {
                details.push(format!(
                    "the assumption '{}' has two defaults: '{other}' and '{}'",
                    assumption.key, assumption.default
                ));
            }
            _ => {}
        }
    }
    details
}

fn design(run: &Run, reply: &DesignReply) -> Vec<String> {
    let title = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    let mut choices: BTreeMap<String, &str> = BTreeMap::new();
    let mut details = Vec::new();
    for decision in &reply.decisions {
        if let Some(other) = choices.insert(title(&decision.title), &decision.choice)
            && other != decision.choice
        {
            details.push(format!("'{}' is decided twice: '{other}' and '{}'", decision.title, decision.choice));
        }
        for before in run.decisions.values() {
            let same_by = before.by.as_str() == decision.by;
            if title(&before.title) == title(&decision.title) && before.choice.as_str() != decision.choice && !same_by {
                details.push(format!("'{}' contradicts {}: '{}'", decision.title, before.id, before.choice));
            }
        }
    }
    let mut names: BTreeMap<&str, u32> = BTreeMap::new();
    for artifact in &reply.artifacts {
        *names.entry(&artifact.name).or_default() += 1;
    }
    details.extend(names.iter().filter(|(_, n)| **n > 1).map(|(name, n)| format!("{n} artifacts are named '{name}'")));
    details
}
