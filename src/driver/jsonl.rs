//! The `--json` stream (design 5.2): one object a line, the journal's events in words that scripts can rely on.

use crate::domain::{
    Clean, StepId,
    command::Update,
    event::{Envelope, Event},
    run::{Outcome, PauseReason, Proposal, Run},
    trace,
};
use serde_json::{Map, Value, json};

/// The line for one update, if it has one.
#[must_use]
pub fn line(update: &Update) -> Option<Value> {
    match update {
        Update::Event(envelope) => event_line(envelope),
        Update::Delta { step, text } => {
            Some(json!({"at": jiff::Timestamp::now(), "type": "item.delta", "step": step, "text": text}))
        }
        _ => None,
    }
}

fn event_line(envelope: &Envelope) -> Option<Value> {
    let (name, body) = body(&envelope.event)?;
    Some(object(envelope.seq, envelope.at, name, body))
}

fn object(seq: u64, at: jiff::Timestamp, name: &str, body: Value) -> Value {
    let mut line = Map::new();
    line.insert("seq".into(), json!(seq));
    line.insert("at".into(), json!(at));
    line.insert("type".into(), json!(name));
    if let Value::Object(fields) = body {
        line.extend(fields);
    }
    Value::Object(line)
}

fn body(event: &Event) -> Option<(&'static str, Value)> {
    Some(match event {
        Event::RunStarted { name, requirement, settings, who, .. } => (
            "run.started",
            json!({"name": name, "requirement": requirement, "model": settings.model, "gates": settings.gates,
                   "plan": settings.plan, "budget": settings.budget, "who": who}),
        ),
        Event::Attached { attachment } => ("requirement.attached", json!(attachment)),
        Event::Surveyed { existing } => (
            "existing.surveyed",
            json!({"files": existing.files.len(), "branch": existing.branch.as_ref().map(|(branch, _)| branch),
                   "base": existing.branch.as_ref().map(|(_, commit)| commit)}),
        ),
        Event::ClauseAdded { clause } => (
            "clause.added",
            json!({"id": clause.id, "origin": clause.origin, "span": clause.span, "text": clause.text,
                   "section": clause.section}),
        ),
        Event::PhaseStarted { phase } => ("phase.started", json!({"phase": phase})),
        Event::PhaseCompleted { phase } => ("phase.completed", json!({"phase": phase})),
        Event::StepStarted { step, attempt } => ("step.started", json!({"step": step, "attempt": attempt})),
        Event::StepContext { step, attempt, pack, tokens, items, cut, seat, page, .. } => (
            "step.context",
            json!({"step": step, "attempt": attempt, "pack": pack, "tokens": tokens, "items": items, "cut": cut,
                   "page": page.number, "pages": page.of, "task": seat.as_ref().map(|seat| seat.task),
                   "personas": seat.as_ref().map(|seat| &seat.personas)}),
        ),
        Event::Said { step, speaker, text } => {
            ("item.completed", json!({"step": step, "speaker": speaker, "text": text}))
        }
        Event::CallFinished { step, attempt, usage, cached, .. } => (
            "usage",
            json!({"step": step, "attempt": attempt, "cached": cached, "usage": usage, "cost": usage.dollars()}),
        ),
        Event::StoodIn { step, attempt, why, .. } => {
            ("step.stood_in", json!({"step": step, "attempt": attempt, "why": why}))
        }
        Event::ToolsUsed { step, attempt, uses, draft } => {
            let draft: Vec<Value> = draft.iter().map(file).collect();
            ("tools.used", json!({"step": step, "attempt": attempt, "uses": uses, "draft": draft}))
        }
        Event::CheckCompleted { step, attempt, check } => {
            ("check.completed", json!({"step": step, "attempt": attempt, "check": check}))
        }
        Event::StepProposed { proposal: Proposal::Plan { plan }, step, .. } => {
            ("plan.proposed", json!({"step": step, "plan": plan}))
        }
        Event::EvidenceRecorded { step, evidence } => {
            ("evidence.recorded", json!({"step": step, "evidence": evidence}))
        }
        Event::GateOpened { gate, step, reason, digest } => {
            ("gate.opened", json!({"gate": gate, "step": step, "reason": reason, "digest": digest}))
        }
        Event::GateDecided { gate, decided } => ("gate.decided", json!({"gate": gate, "decided": decided})),
        Event::StepCommitted { step, files } => artifact(step, files),
        Event::Rewound { step, to, who, .. } => ("run.rewound", json!({"step": step, "to": to, "who": who})),
        _ => return None,
    })
}

fn file(f: &crate::domain::artifact::FileEntry) -> Value {
    json!({"path": f.path, "sha256": f.sha256, "lines": f.lines})
}

fn artifact(step: &StepId, files: &[crate::domain::artifact::FileEntry]) -> (&'static str, Value) {
    let files: Vec<Value> = files.iter().map(file).collect();
    ("artifact.committed", json!({"step": step, "files": files}))
}

/// How the stream ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending<'a> {
    Completed {
        outcome: Outcome,
        stopped_at_plan: bool,
    },
    Paused {
        reason: PauseReason,
    },
    /// The run cannot go on: the project is damaged, the disk is full.
    Failed {
        error: &'a str,
    },
}

/// The last line of a stream whose run did not begin.
#[must_use]
pub fn refused(error: &str, exit: u8) -> Value {
    json!({"at": jiff::Timestamp::now(), "type": "run.failed", "error": Clean::new(error), "exit": exit})
}

/// The last line: how it ended, clause counts by status, evidence, usage, cost.
#[must_use]
pub fn last_line(run: &Run, ending: Ending<'_>, exit: u8) -> Value {
    let trace = trace::trace(run);
    let evidence: Vec<Value> = trace
        .evidence
        .iter()
        .map(|e| json!({"id": e.id, "exit": e.exit, "passed": e.passed, "failed": e.failed, "skipped": e.skipped}))
        .collect();
    let mut body = json!({
        "clauses": trace.counts, "evidence": evidence, "usage": run.usage, "cost": run.usage.dollars(), "exit": exit,
        "doubts": trace.doubts.len(),
    });
    if !trace.stand_ins.is_empty() {
        body["stand_ins"] = json!(trace.stand_ins);
    }
    let name = match ending {
        Ending::Completed { outcome, stopped_at_plan } => {
            body["outcome"] = json!(outcome);
            if stopped_at_plan {
                body["stopped"] = json!("plan");
            }
            "run.completed"
        }
        Ending::Paused { reason } => {
            body["reason"] = json!(reason);
            body["gates"] = json!(run.open_gates().map(|g| g.id).collect::<Vec<_>>());
            "run.paused"
        }
        Ending::Failed { error } => {
            body["error"] = json!(error);
            "run.failed"
        }
    };
    object(run.seq, run.updated_at, name, body)
}

#[cfg(test)]
mod tests {
    /// Whatever a script may read is written down for who writes it.
    #[test]
    fn every_type_of_line_and_what_tells_of_stand_ins_is_in_the_docs() {
        let (source, docs) = (include_str!("jsonl.rs"), include_str!("../../docs/json.md"));
        let source = source.split("mod tests").next().unwrap();
        let is_type = |text: &&str| {
            let apart = text.split_once('.');
            apart.is_some_and(|(a, b)| [a, b].iter().all(|t| t.chars().all(|c| c.is_ascii_lowercase() || c == '_')))
                && !text.starts_with('.')
        };
        let types: Vec<&str> = source.split('"').filter(is_type).collect();
        assert!(types.len() > 20, "{types:?}");
        for name in types.into_iter().chain(["usage", "stand_ins", "doubts"]) {
            assert!(docs.contains(&format!("`{name}`")), "docs/json.md does not know `{name}`");
        }
    }
}
