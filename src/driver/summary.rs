//! The end of a run without a screen in a few lines, and what can be done then.

use super::{jsonl::Ending, told};
use crate::{
    domain::{
        Clean, counted,
        run::{GateReason, Outcome, PauseReason, Run},
        trace::{self, Doubt, Trace},
    },
    evidence::{Kind, Manifest},
};
use std::{borrow::Cow, fmt::Write, path::Path};

pub(super) fn gate_word(reason: &GateReason) -> String {
    match reason {
        GateReason::Plan => "understanding and plan".into(),
        GateReason::Step => "a step is done".into(),
        GateReason::PhaseEnd => "a phase is done".into(),
        GateReason::Red { why } => format!("red: {why}"),
        GateReason::Budget { why, .. } => format!("budget: {why}"),
        GateReason::Result => "the result".into(),
    }
}

/// The end in a few lines: what is proven, what is not and why, what to do next.
#[must_use]
pub fn summary(run: &Run, ending: Ending<'_>) -> String {
    let trace = trace::trace(run);
    let counts = &trace.counts;
    let mut text = String::new();
    let _ = writeln!(text, "{}", first_line(run, &trace, ending));
    for failing in &trace.red {
        let _ = writeln!(text, "The whole suite is not green: {failing}");
    }
    // What nobody has built yet is not missing for good.
    let planned = matches!(ending, Ending::Completed { stopped_at_plan: true, .. });
    let missing = if run.is_over() && !planned { "missing" } else { "open" };
    let _ = writeln!(
        text,
        "{} of {} proven · {} tested · {} built · {}{} {missing} · {} waived    {} calls, ${:.2}",
        counts.proven,
        counts.demanding,
        counts.tested,
        counts.built,
        if counts.designed == 0 { String::new() } else { format!("{} designed · ", counts.designed) },
        counts.missing,
        counts.waived,
        run.usage.calls,
        run.usage.dollars()
    );
    text.push_str(&told::undemanding(&trace));
    let open = trace.clauses.iter().filter_map(|c| c.status.filter(|s| *s < trace::Status::Proven).map(|s| (c, s)));
    for (clause, status) in open {
        let never = run.gaps.iter().any(|gap| gap.clause == clause.id && gap.whole);
        if planned && !never {
            continue;
        }
        let reason = clause.reason.as_deref().unwrap_or("");
        let words = Clean::new(&clause.text).one_line(60);
        let word = if status == trace::Status::Missing && !never { missing } else { status.word() };
        let _ = writeln!(text, "  {word:<8} {} \"{words}\"  {reason}", clause.id);
    }
    if run.files.is_empty() {
        text.push_str(&told::in_part(run));
    }
    if planned {
        text.push_str(&told::planned(run));
    }
    for one in &trace.stand_ins {
        let _ = writeln!(text, "  stood in by G1: {}", Clean::from(one.line()).one_line(200));
    }
    in_doubt(&mut text, &trace.doubts);
    for gate in run.open_gates() {
        let _ = writeln!(
            text,
            "  gate {} · {} · {}   g1 gate show {}",
            gate.id,
            gate.step,
            gate_word(&gate.reason),
            gate.id
        );
    }
    text
}

/// How it has ended.
fn first_line(run: &Run, trace: &Trace, ending: Ending<'_>) -> String {
    let words = match ending {
        Ending::Completed { stopped_at_plan: true, .. } if run.plan.is_none() => {
            "Nothing is planned: the requirement was not understood, see above."
        }
        Ending::Completed { stopped_at_plan: true, .. } => {
            let clauses = counted(trace.clauses.len(), "clause");
            let demanding = trace.counts.demanding;
            return format!(
                "Planned, nothing built (--plan-only). {clauses}, {demanding} of them demanding something."
            );
        }
        Ending::Completed { outcome: Outcome::Proven, .. } => "Done: every demanding clause is proven or waived.",
        Ending::Completed { outcome: Outcome::Partial, .. } if !trace.red.is_empty() => {
            "Finished; tests of the whole fail."
        }
        Ending::Completed { outcome: Outcome::Partial, .. } => "Finished honestly; not everything is proven.",
        Ending::Completed { outcome: Outcome::Failed, .. } => "Failed: nothing that starts was built.",
        Ending::Paused { reason: PauseReason::Gate } => "Waiting at a gate.",
        Ending::Paused { reason: PauseReason::Budget } => "Paused: the budget is reached.",
        Ending::Paused { reason: PauseReason::Provider } => {
            "Paused: the model cannot be reached or does not accept the call."
        }
        Ending::Paused { reason: PauseReason::Interrupted } => "Interrupted; nothing is lost.",
        Ending::Paused { reason: PauseReason::Failed } => "Stopped; nothing is lost.",
        Ending::Failed { error } => return format!("Stopped: {error}"),
    };
    words.to_owned()
}

/// How many doubts are open, which, and what the verifier holds of them.
fn in_doubt(text: &mut String, doubts: &[Doubt]) {
    if doubts.is_empty() {
        return;
    }
    let count = counted(doubts.len(), "open doubt");
    let _ = writeln!(text, "{count} (g1 trace says why)");
    for doubt in doubts {
        let held = match doubt.verdicts.iter().map(|j| j.verdict).max() {
            None => "not judged by the verifier".to_owned(),
            Some(worst) => format!("the verifier holds it {}", worst.word()),
        };
        let finding = Clean::new(&doubt.finding).one_line(160);
        let _ = writeln!(text, "  in doubt {}: {finding}; {held}", doubt.origin(doubt.step.as_str()));
    }
}

/// What can be done now.
pub(super) fn next(ending: Ending<'_>, manifest: Option<&Manifest>, dir: &Path) -> Cow<'static, str> {
    let text = match ending {
        Ending::Completed { stopped_at_plan: false, outcome: Outcome::Proven | Outcome::Partial } => {
            let look = "the whole trace: g1 trace    check it again: g1 verify\n";
            return match manifest.map(|manifest| (Kind::of(manifest), manifest.help_line())) {
                Some((Kind::Web, _)) => format!("Run it: g1 preview    {look}").into(),
                Some((_, Some(line))) => format!("How to run it, in {}: {line}    {look}", dir.display()).into(),
                _ => "The whole trace: g1 trace    check it again: g1 verify\n".into(),
            };
        }
        Ending::Completed { .. } => "",
        Ending::Paused { reason: PauseReason::Gate } => {
            "Decide with `g1 gate approve ID` or open the workbench with `g1`; then `g1 resume` goes on.\n"
        }
        Ending::Paused { reason: PauseReason::Budget } => {
            "`g1 resume --budget MORE` (or -c budget_phase=MORE, -c budget_step=MORE) goes on from here.\n"
        }
        Ending::Paused { .. } | Ending::Failed { .. } => "`g1 resume` goes on from here.\n",
    };
    text.into()
}
