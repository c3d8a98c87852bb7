//! `g1 log [--verify]`

use super::out::{self, Done, Fail, columns, talk};
use crate::{
    domain::{
        Clean,
        event::{Envelope, Event},
        tool::Used,
    },
    hub::{self, journal},
};
use serde_json::{Value, json};
use std::path::Path;

pub fn run(folder: Option<&Path>, check: bool, as_json: bool) -> Done {
    let dir = folder.unwrap_or(Path::new("."));
    if check {
        return verify(dir, as_json);
    }
    let path = dir.join(hub::project::FOLDER).join("journal");
    // The same complaint as for every other command where there is no project.
    drop(hub::read(dir).map_err(Fail::error)?);
    let scan = journal::scan(&path, None).map_err(Fail::error)?;
    if as_json {
        let lines: Vec<String> = scan.envelopes.iter().filter_map(|e| serde_json::to_string(e).ok()).collect();
        out::print(&(lines.join("\n") + "\n"))?;
    } else {
        let rows: Vec<Vec<String>> = scan.envelopes.iter().map(row).collect();
        out::show(&columns(&rows))?;
    }
    Ok(0)
}

fn verify(dir: &Path, as_json: bool) -> Done {
    let report = hub::verify(dir).map_err(Fail::error)?;
    let whole = report.problems.is_empty();
    if as_json {
        out::json(&json!({
            "records": report.records, "head": report.head, "blobs": report.blobs, "ok": whole,
            "problems": report.problems, "notes": report.notes,
        }))?;
    } else {
        report.notes.iter().for_each(|note| talk(note));
        report.problems.iter().for_each(|problem| talk(problem));
        let verdict = if whole { "whole" } else { "DAMAGED" };
        out::show(&format!("{verdict}: {} records, head {}, {} blobs", report.records, report.head, report.blobs))?;
    }
    Ok(u8::from(!whole))
}

fn row(envelope: &Envelope) -> Vec<String> {
    // The vocabulary's own names; the fields of an event that fit a line.
    let value = serde_json::to_value(&envelope.event).unwrap_or(Value::Null);
    let kind = value.get("type").and_then(Value::as_str).unwrap_or("?").to_owned();
    let at = envelope.at.strftime("%Y-%m-%d %H:%M:%S").to_string();
    vec![envelope.seq.to_string(), at, kind, words(&envelope.event)]
}

fn words(event: &Event) -> String {
    match event {
        Event::RunStarted { requirement, settings, who, .. } => {
            format!("{} bytes, {}, by {who}", requirement.bytes, settings.model)
        }
        Event::Attached { attachment } => format!("{} ({} bytes)", attachment.name, attachment.bytes),
        Event::Surveyed { existing } => match &existing.branch {
            Some((branch, commit)) => format!("{} files, {branch} from {commit}", existing.files.len()),
            None => format!("{} files", existing.files.len()),
        },
        Event::ClauseAdded { clause } => format!("{} {}", clause.id, clause.line(80)),
        Event::PhaseStarted { phase } | Event::PhaseCompleted { phase } => phase.name().to_owned(),
        Event::StepContext { step, tokens, items, cut, .. } => {
            format!("{step}: {items} items, {tokens} tokens, {cut} cut")
        }
        Event::CallFinished { step, usage, cached, .. } => {
            let from = if *cached { " (from the cache)" } else { "" };
            format!("{step}: {} tokens, ${:.4}{from}", usage.tokens(), usage.dollars())
        }
        Event::ToolsUsed { step, uses, .. } => {
            // What was run and what failed in words, the rest by name.
            let telling = |used: &Used| !used.ok || used.tool.as_str() == "run";
            let word = |u: &Used| if telling(u) { u.line() } else { format!("{} {}", u.tool, u.argument) };
            Clean::from(format!("{step}: {}", uses.iter().map(word).collect::<Vec<_>>().join("; "))).one_line(400)
        }
        Event::CallFailed { step, error, .. } => format!("{step}: {}", error.one_line(100)),
        Event::Said { speaker, text, .. } => format!("{speaker}: {}", text.one_line(100)),
        Event::CheckCompleted { step, check, .. } => {
            let verdict = match check.passed {
                true if check.is_caution() => "to be read",
                true => "ok",
                false if check.is_doubt() => "in doubt",
                false => "RED",
            };
            format!("{step}: {} {verdict}, {}", check.name, check.summary.one_line(80))
        }
        Event::EvidenceRecorded { step, evidence } => {
            let exit = evidence.exit.map_or("killed".to_owned(), |code| format!("exit {code}"));
            format!("{step}: {} {exit}, {}", evidence.id, evidence.argv.join(" "))
        }
        Event::GateOpened { gate, step, .. } => format!("{gate} {step}"),
        Event::GateDecided { gate, decided } => {
            let verb = serde_json::to_value(&decided.verb).unwrap_or(Value::Null);
            let verb = verb.as_str().map_or_else(|| "changes".to_owned(), str::to_owned);
            format!("{gate} {verb} by {}", decided.who)
        }
        Event::VectorsIntended { model, worst_case } => format!("{model}: {} tokens at most", worst_case.tokens()),
        Event::VectorsMade { model, spent, .. } => {
            format!("{model}: {} tokens, ${:.4}", spent.tokens(), spent.dollars())
        }
        Event::StepEdited { step, who, .. } => format!("{step} by {who}"),
        Event::StoodIn { step, why, .. } => format!("{step}: {}", why.one_line(100)),
        Event::StepFailed { step, reason } => format!("{step}: {}", reason.one_line(100)),
        Event::AssumptionAnswered { assumption, answer, who } => {
            format!("{assumption} {} ({who})", answer.one_line(80))
        }
        Event::Waived { waiver } => format!("{} by {}: {}", waiver.clause, waiver.who, waiver.why.one_line(80)),
        Event::RequirementChanged { retired, added, who } => {
            let retired = retired.iter().map(|(id, _)| format!("-{id}"));
            let added = added.iter().map(|clause| format!("+{}", clause.id));
            format!("{} by {who}", retired.chain(added).collect::<Vec<_>>().join(" "))
        }
        Event::Rewound { step, to, who, .. } => format!("to before {step}, record {to}, by {who}"),
        Event::Forked { from, step, who, .. } => {
            let at = step.as_ref().map_or_else(|| "as it stood".to_owned(), |step| format!("before {step}"));
            format!("of {from}, {at}, by {who}")
        }
        Event::Paused { detail, .. } => detail.one_line(100),
        other => {
            let value = serde_json::to_value(other).unwrap_or(Value::Null);
            value.get("step").and_then(Value::as_str).unwrap_or_default().to_owned()
        }
    }
}
