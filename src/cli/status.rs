//! `g1 status`

use super::{
    out::{self, Done, columns},
    project::{self, Looked},
};
use crate::{
    domain::{
        counted,
        run::{Gate, GateReason, Run, RunStatus, Step, StepState},
        trace::{Counts, exit_code, trace},
    },
    hub,
};
use serde_json::json;
use std::{fmt::Write, path::Path};

pub fn run(folder: Option<&Path>, as_json: bool) -> Done {
    let looked = project::look(folder)?;
    looked.warn_of_losses();
    let Looked { dir, run, .. } = looked;
    let writer = hub::writer(&dir);
    let now = super::trace::now(&dir, &run).counts;
    if as_json {
        out::json(&machine(&run, now, writer))?;
    } else {
        out::show(&text(&run, now, writer))?;
        if run.is_over() && trace(&run).counts != now {
            out::show("Files were changed since it ended: `g1 verify` runs what is there now.\n")?;
        }
    }
    Ok(0)
}

fn machine(run: &Run, counts: Counts, writer: Option<u32>) -> serde_json::Value {
    let steps: Vec<_> = run
        .steps
        .iter()
        .map(|s| json!({"id": s.plan.id, "title": s.plan.title, "phase": s.plan.phase, "state": s.state, "attempt": s.attempt}))
        .collect();
    let gates: Vec<_> =
        run.open_gates().map(|g| json!({"id": g.id, "step": g.step, "reason": g.reason, "digest": g.digest})).collect();
    json!({
        "name": run.name, "title": run.title, "seq": run.seq, "status": run.status, "exit": exit_code(run),
        "writer": writer, "model": run.settings.model, "gates": gates, "steps": steps,
        "counts": counts, "usage": run.usage, "by_others": run.by_others, "cost": run.usage.dollars(),
    })
}

pub fn status_words(run: &Run) -> String {
    match &run.status {
        RunStatus::Running => "running".to_owned(),
        RunStatus::WaitingAtGate => "waiting for a decision".to_owned(),
        RunStatus::Paused { detail, .. } if detail.is_empty() => "paused".to_owned(),
        RunStatus::Paused { detail, .. } => format!("paused: {detail}"),
        RunStatus::Completed { stopped_at_plan: true, .. } => "planned, nothing built (--plan-only)".to_owned(),
        RunStatus::Completed { outcome, .. } => format!("finished, {}", format!("{outcome:?}").to_lowercase()),
    }
}

pub fn reason_words(gate: &Gate) -> String {
    match &gate.reason {
        GateReason::Plan => "understanding and plan".to_owned(),
        GateReason::Step => "result of the step".to_owned(),
        GateReason::PhaseEnd => "end of the phase".to_owned(),
        GateReason::Red { why } => format!("red: {why}"),
        GateReason::Budget { why, .. } => format!("budget: {why}"),
        GateReason::Result => "result of the run".to_owned(),
    }
}

fn state_word(step: &Step) -> &'static str {
    match step.state {
        StepState::Waiting => "waiting",
        StepState::Working => "working",
        StepState::Checking => "checking",
        StepState::AtGate => "at gate",
        StepState::Committing => "writing",
        StepState::Done => "done",
        StepState::Failed => "failed",
        StepState::Blocked => "blocked",
    }
}

fn text(run: &Run, counts: Counts, writer: Option<u32>) -> String {
    let mut text = String::new();
    let title = if run.title.is_empty() { &run.name } else { &run.title };
    // A run that is "running" in its journal stands still when nobody has it open.
    let live = match (writer, &run.status) {
        (Some(pid), _) => format!(" (g1 {pid} has it open)"),
        (None, RunStatus::Running) => " (nobody works on it: go on with `g1 resume`)".to_owned(),
        (None, _) => String::new(),
    };
    let _ = writeln!(text, "{}: {}{live}", title.one_line(60), status_words(run));
    if counts.demanding > 0 {
        // What nobody has built yet is not missing for good.
        let missing = if run.is_over() { "missing" } else { "open" };
        let _ = writeln!(
            text,
            "{}: {} proven, {} tested, {} built, {} designed, {} {missing}, {} waived",
            counted(counts.demanding as usize, "demanding clause"),
            counts.proven,
            counts.tested,
            counts.built,
            counts.designed,
            counts.missing,
            counts.waived
        );
    }
    let usage = &run.usage;
    let others: Vec<String> =
        run.by_others.iter().map(|(model, calls)| format!("{calls} answered by {model}")).collect();
    let others = if others.is_empty() { String::new() } else { format!(" ({})", others.join(", ")) };
    let _ = writeln!(
        text,
        "{}: {} calls{others}, {} tokens, ${:.2}",
        run.settings.model,
        usage.calls,
        usage.tokens(),
        usage.dollars()
    );
    let rows: Vec<Vec<String>> = run
        .steps
        .iter()
        .map(|s| {
            let attempt = if s.attempt > 1 { format!("attempt {}", s.attempt) } else { String::new() };
            let why = s.fail_reason.as_ref().map_or(attempt, |why| why.one_line(80));
            vec![state_word(s).to_owned(), s.plan.id.to_string(), s.plan.title.one_line(48), why]
        })
        .collect();
    if !rows.is_empty() {
        let _ = write!(text, "\n{}", columns(&rows));
    }
    let gates: Vec<Vec<String>> =
        run.open_gates().map(|g| vec![g.id.to_string(), g.step.to_string(), reason_words(g)]).collect();
    if !gates.is_empty() {
        let _ = write!(text, "\nOpen gates (`g1 gate show ID`, `g1 gate approve ID`):\n{}", columns(&gates));
    }
    text
}
