//! What came of it: the end of the chat, the result gate, `/report`, and the lines left on the primary screen.

use crate::{
    domain::{
        clause::Clause,
        counted, in_shell,
        run::{Outcome, Run, RunStatus},
        trace::Status,
    },
    ui::{
        Model,
        panes::timeline,
        text::{self, wrap_plain, wrap_spans},
    },
};
use ratatui::text::Line;
use std::collections::BTreeSet;

/// `12 of 14 proven by 31 tests G1 ran · 1 tested · 1 missing`
#[must_use]
pub fn verdict(model: &Model, run: &Run) -> String {
    let c = model.statuses.counts;
    let mut parts = vec![match model.statuses.passing {
        1 => format!("{} of {} proven by 1 test G1 ran", c.proven, c.demanding),
        n => format!("{} of {} proven by {n} tests G1 ran", c.proven, c.demanding),
    }];
    for (n, word) in [
        (c.tested, "tested"),
        (c.built, "built"),
        (c.open, if run.is_over() { "designed" } else { "open" }),
        (c.missing, "missing"),
        (c.waived, "waived"),
    ] {
        if n > 0 {
            parts.push(format!("{n} {word}"));
        }
    }
    parts.join(&format!(" {} ", model.look.glyphs.sep))
}

fn opening(run: &Run) -> String {
    let took = timeline::clock(run.started_at, run.updated_at);
    let word = match &run.status {
        RunStatus::Completed { stopped_at_plan: true, .. } => "Planned",
        RunStatus::Completed { outcome: Outcome::Failed, .. } => "Ended: nothing that starts was built",
        RunStatus::Completed { .. } => "Done",
        _ => "So far",
    };
    format!("{word} in {took}, {}, {}.", counted(run.usage.calls as usize, "call"), timeline::money(&run.usage))
}

/// The `ssh -L` line for a preview URL.
#[must_use]
pub fn ssh_line(model: &Model, url: &str) -> Option<String> {
    let port: u16 = url.trim_end_matches('/').rsplit(':').next()?.split('/').next()?.parse().ok()?;
    Some(format!("ssh -L {port}:127.0.0.1:{port} {}", model.setup.host))
}

/// Why a clause is not proven; `None`: it is.
fn falls_short(model: &Model, clause: &Clause) -> Option<String> {
    let state = model.statuses.by_clause.get(&clause.id)?;
    if state.status >= Status::Proven && state.status != Status::Waived {
        return None;
    }
    // A reason that begins with the sentence itself says it twice.
    let reason = state.reason.clone().unwrap_or_default();
    let rest = reason.strip_prefix(clause.text.trim()).map(|rest| rest.trim_start_matches([':', ' ']).to_owned());
    Some(rest.unwrap_or(reason))
}

/// What several clauses fall short for is said once, below them: each of them has a number in its place.
fn said_once(run: &Run, short: &mut [(&Clause, String)]) -> Vec<String> {
    let mut notes: Vec<String> = Vec::new();
    let reasons: BTreeSet<String> = run.gaps.iter().map(|gap| gap.reason.one_line(300)).collect();
    for reason in reasons.iter().filter(|reason| !reason.is_empty()) {
        if short.iter().filter(|(_, why)| why.contains(reason)).count() < 2 {
            continue;
        }
        let mark = format!("[{}]", notes.len() + 1);
        for (_, why) in short.iter_mut() {
            *why = why.replace(&format!(": {reason}"), &format!(" {mark}")).replace(reason, &mark);
        }
        notes.push(format!("{mark} {reason}"));
    }
    notes
}

#[must_use]
pub fn lines(model: &Model, run: &Run, columns: usize) -> Vec<Line<'static>> {
    let look = &model.look;
    let t = &look.theme;
    let mut out = wrap_spans(&[(opening(run), t.title)], columns, 2);
    out.extend(wrap_spans(&[(verdict(model, run), t.text)], columns, 2));
    let mut short: Vec<_> =
        run.clauses.values().filter_map(|clause| Some((clause, falls_short(model, clause)?))).collect();
    let notes = said_once(run, &mut short);
    for (clause, reason) in short {
        let (mark, word, style) = model.statuses.show(run, clause, look);
        let half = columns.saturating_sub(22).max(10);
        let pieces = vec![
            (format!("  {mark} {word:<8} "), style),
            (format!("{} ", clause.id), t.id),
            (format!("\"{}\"", clause.line(half.min(60))), t.text),
            (format!("  {reason}"), t.dim),
        ];
        out.extend(wrap_spans(&pieces, columns, 13));
    }
    for note in notes {
        out.extend(wrap_spans(&[(format!("    {note}"), t.dim)], columns, 8));
    }
    match &model.preview.url {
        Some(url) => {
            out.extend(wrap_spans(&[("Running  ".into(), t.title), (url.clone(), t.accent)], columns, 2));
            if let Some(ssh) = ssh_line(model, url) {
                // Somebody copies it: it has a line of its own, if need be.
                let lead = "over SSH, on your laptop:";
                let whole = format!("{lead}  {ssh}");
                if text::width(&whole) <= columns {
                    out.push(Line::styled(whole, t.dim));
                } else {
                    out.extend(wrap_plain(lead, columns, t.dim));
                    out.extend(wrap_plain(&ssh, columns, t.dim));
                }
            }
            out.extend(wrap_plain("/stop ends it", columns, t.dim));
        }
        None if run.is_over() => {
            out.extend(wrap_plain("/preview runs it here and shows its address", columns, t.dim));
        }
        None => {}
    }
    // With an address the note is its `ssh -L` line, which is shown already.
    if model.preview.url.is_none() && !model.preview.note.is_empty() {
        out.extend(wrap_plain(&model.preview.note, columns, t.dim));
    }
    if run.is_over() {
        out.extend(wrap_plain(
            &format!("/trace every clause {0} /files the code {0} or type what should come to it", look.glyphs.sep),
            columns,
            t.dim,
        ));
    }
    out
}

/// Four lines for the primary screen after the workbench has gone.
#[must_use]
pub fn farewell(model: &Model) -> Vec<String> {
    let Some(run) = model.run.as_deref() else { return Vec::new() };
    let title = if run.title.is_empty() { run.name.one_line(60) } else { run.title.one_line(60) };
    let state = match &run.status {
        RunStatus::Completed { .. } => opening(run),
        RunStatus::WaitingAtGate => {
            let gate = run.open_gates().next().map_or_else(String::new, |g| format!(" {}", g.id));
            format!("Waiting at gate{gate}; nothing is lost.")
        }
        RunStatus::Paused { detail, .. } => format!("Paused. {}", detail.one_line(80)),
        RunStatus::Running => "Stopped in the middle of a step; nothing is lost.".into(),
    };
    // They are typed in another folder than the one that was given.
    let folder = Some(in_shell(&model.setup.folder)).filter(|folder| folder != ".");
    let at = folder.as_ref().map_or_else(String::new, |folder| format!(" -C {folder}"));
    let next = if run.is_over() {
        format!("g1 preview{at}   g1 trace{at}   g1 verify{at}")
    } else {
        let opens = folder.map_or_else(|| "g1".to_owned(), |folder| format!("g1 {folder}"));
        format!("g1 resume{at}   or {opens} to open the workbench again")
    };
    let mut lines =
        vec![format!("{title} in {}", model.setup.folder), state, verdict(model, run), format!("Next: {next}")];
    if model.look.glyphs.ascii {
        for line in &mut lines {
            *line = line.chars().map(|c| if c.is_ascii() { c } else { '?' }).collect();
        }
    }
    lines
}
