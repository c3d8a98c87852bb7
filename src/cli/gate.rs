//! `g1 gate …`

use super::{
    args::Gate as Action,
    command::{self, Who},
    desk, input,
    out::{self, Done, Fail, columns},
    project::{self, Looked},
    status::reason_words,
};
use crate::{
    domain::{
        Clean, GateId,
        artifact::FileEntry,
        clause::{Assumption, Gap, Interpretation},
        command::Command,
        condition::Condition,
        run::{Gate, GateReason, Proposal, Run, Verb},
        stand_in,
        trace::trace,
    },
    driver,
    hub::project::blobs_of,
    orchestrator::editing,
};
use serde_json::json;
use std::{collections::BTreeSet, fmt::Write, path::Path};

pub fn run(folder: Option<&Path>, action: &Action, who: &Who, as_json: bool) -> Done {
    let Looked { dir, run, .. } = project::look(folder)?;
    let (id, verb) = match action {
        Action::List => return list(&run, as_json),
        Action::Show { id, reply: true } => return reply(&dir, &run, gate(&run, id)?),
        Action::Show { id, .. } => return show(&run, gate(&run, id)?, as_json),
        Action::Edit { id, file } => return edit(&dir, &run, gate(&run, id)?, file, who, as_json),
        Action::Approve { id } => (id, Verb::Approve),
        Action::Changes { id, text } => (id, Verb::Changes { text: text.as_str().into() }),
        Action::Fault { id, text } => (id, Verb::Fault { text: text.as_str().into() }),
        Action::Reject { id } => (id, Verb::Reject),
    };
    let gate = gate(&run, id)?;
    let word = match verb {
        Verb::Approve | Verb::ApprovePhase => match run.stands_in_at(gate) {
            Some(what) => format!("approved: there is no result of {}, and G1 stands in with {what}", gate.step),
            None => "approved".to_owned(),
        },
        Verb::Changes { .. } => run
            .instead_of_remarks(gate)
            .map_or("sent back with your words".to_owned(), |why| format!("sent back. {why}")),
        Verb::Fault { .. } => "sent to the developer with your words".to_owned(),
        Verb::Reject => "rejected; the run is paused".to_owned(),
    };
    let wish = Command::Decide { gate: gate.id, digest: gate.digest.clone(), verb, who: who.name() };
    command::send(&dir, wish, &format!("{} {word}", gate.id), as_json)
}

/// What was answered, as the text that a person edits.
fn reply(dir: &Path, run: &Run, gate: &Gate) -> Done {
    let parts = desk::parts(&blobs_of(dir), &run.editable(gate)).map_err(Fail::error)?;
    if parts.is_empty() {
        return Err(Fail::usage(format!("at {} nothing can be edited", gate.id)));
    }
    out::print(&editing::document(&parts).map_err(Fail::error)?)?;
    Ok(0)
}

fn edit(dir: &Path, run: &Run, gate: &Gate, file: &Path, who: &Who, as_json: bool) -> Done {
    // What can be edited is another thing by now, so that the text would seem to have a wrong form.
    if let Some(why) = gate.why_closed() {
        return Err(Fail::usage(why));
    }
    let parts = desk::parts(&blobs_of(dir), &run.editable(gate)).map_err(Fail::error)?;
    let text = match file.to_str() {
        Some("-") => input::given(Some("-"), None, "the edited text")?.0,
        _ => input::given(None, Some(file), "the edited text")?.0,
    };
    let changed = editing::changed(&parts, &text);
    let changed = changed.map_err(|why| Fail::usage(format!("the text does not have the agreed form: {why}")))?;
    let Some((step, reply)) = changed else {
        return Err(Fail::usage("nothing is different from what was answered: the gate stays as it is"));
    };
    let done = format!("{step} edited: it is checked, then asked again");
    let wish = Command::Edit { gate: gate.id, digest: gate.digest.clone(), step, reply, who: who.name() };
    command::send(dir, wish, &done, as_json)
}

fn gate<'a>(run: &'a Run, id: &str) -> Result<&'a Gate, Fail> {
    let open = || {
        let open: Vec<String> = run.open_gates().map(|g| g.id.to_string()).collect();
        if open.is_empty() { "no gate is open".to_owned() } else { format!("open: {}", open.join(", ")) }
    };
    let found = id.parse::<GateId>().ok().and_then(|id| run.gates.get(&id));
    found.ok_or_else(|| Fail::usage(format!("there is no gate '{id}'; {}", open())))
}

fn list(run: &Run, as_json: bool) -> Done {
    let open: Vec<&Gate> = run.open_gates().collect();
    if as_json {
        for gate in open {
            out::json(gate)?;
        }
        return Ok(0);
    }
    let rows: Vec<Vec<String>> =
        open.iter().map(|g| vec![g.id.to_string(), g.step.to_string(), reason_words(g)]).collect();
    out::show(&if rows.is_empty() { "No gate is open.\n".to_owned() } else { columns(&rows) })?;
    Ok(0)
}

fn show(run: &Run, gate: &Gate, as_json: bool) -> Done {
    let step = run.step(&gate.step);
    if as_json {
        let checks = step.map(|s| &s.checks);
        out::json(&json!({"gate": gate, "checks": checks, "proposal": step.and_then(|s| s.proposal.as_ref())}))?;
        return Ok(0);
    }
    let mut text = format!("{} {}: {}\n", gate.id, gate.step, reason_words(gate));
    if let Some(decided) = &gate.decided {
        let _ = writeln!(text, "Decided by {} at {}.", decided.who, decided.at);
    } else if let Some(why) = &gate.withdrawn {
        let _ = writeln!(text, "Withdrawn: {why}");
    }
    if let Some(step) = step {
        let _ = writeln!(text, "Step: {}, attempt {}", step.plan.title, step.attempt);
        for check in &step.checks {
            let verdict = match check.passed {
                true if check.is_caution() => "!  ",
                true => "ok ",
                false if check.is_doubt() => "?  ",
                false => "RED",
            };
            let _ = writeln!(text, "  {verdict} {}: {}", check.name, check.summary);
            for detail in &check.details {
                let _ = writeln!(text, "        {}", detail.one_line(160));
            }
        }
        // Who decides about a plan decides about what was understood, and what cannot be done.
        if gate.reason == GateReason::Plan {
            let _ = write!(text, "\n{}", understood(run));
        }
        if let Some(proposal) = &step.proposal {
            let _ = write!(text, "\n{}", proposed(proposal));
        } else if let Some(what) = run.stands_in_at(gate) {
            let _ = writeln!(text, "\nNothing to approve but this: G1 stands in with {what}.");
        }
    }
    for one in stand_in::of(run) {
        let _ = writeln!(text, "\nStood in by G1 for {}", Clean::from(one.line()));
    }
    if gate.step.as_str() == "plan"
        && let Some(plan) = &run.plan
    {
        let _ = write!(text, "\n{}", proposed(&Proposal::Plan { plan: (**plan).clone() }));
    }
    // What earlier steps hold to is decided with the whole.
    if matches!(gate.reason, GateReason::Plan | GateReason::Result) {
        for doubt in trace(run).doubts {
            let _ = writeln!(text, "\nIn doubt since {}: {}", doubt.step, Clean::new(&doubt.finding));
            for line in doubt.said() {
                let _ = writeln!(text, "    {}", Clean::from(line));
            }
        }
    }
    let _ = writeln!(text, "\nDigest {}", gate.digest.short());
    out::show(&text)?;
    Ok(0)
}

fn files(text: &mut String, files: &[FileEntry]) {
    for file in files {
        let _ = writeln!(text, "  {} ({} lines)", file.path, file.lines);
    }
}

fn write_gaps(text: &mut String, gaps: &[Gap]) {
    for gap in gaps {
        let _ = writeln!(text, "  gap {}: {} ({})", gap.clause, gap.what.one_line(80), gap.reason.one_line(80));
    }
}

fn write_understood<'a>(
    text: &mut String,
    interpretations: impl IntoIterator<Item = &'a Interpretation>,
    assumptions: impl IntoIterator<Item = &'a Assumption>,
    gaps: &[Gap],
) {
    // What several of them say together stands below the first.
    let mut said = BTreeSet::new();
    for item in interpretations {
        let _ = writeln!(text, "  {} {}", item.id, item.statement.one_line(140));
        for criterion in item.acceptance.iter().filter(|criterion| said.insert((*criterion).clone())) {
            let _ = writeln!(text, "      {}", criterion.one_line(140));
        }
    }
    for item in assumptions {
        let _ = writeln!(text, "  {} {} -> {}", item.id, item.question.one_line(90), item.answer.one_line(60));
    }
    write_gaps(text, gaps);
}

fn write_kind(text: &mut String, product: &BTreeSet<Condition>) {
    if let Some(kind) = Condition::in_words(product) {
        let _ = writeln!(text, "  product: {kind}");
    }
}

fn understood(run: &Run) -> String {
    let mut text = String::new();
    write_kind(&mut text, &run.understood);
    write_understood(&mut text, run.interpretations.values(), run.assumptions.values(), &run.gaps);
    text
}

fn proposed(proposal: &Proposal) -> String {
    let mut text = String::new();
    match proposal {
        Proposal::Understand { product, interpretations, assumptions, gaps, .. } => {
            write_kind(&mut text, product);
            write_understood(&mut text, interpretations, assumptions, gaps);
        }
        Proposal::Plan { plan } => {
            text.push_str(&driver::told::plan(plan));
        }
        Proposal::Design { decisions, artifacts, .. } => {
            for item in decisions {
                let _ = writeln!(text, "  {} {}: {}", item.id, item.title.one_line(60), item.choice.one_line(100));
            }
            for item in artifacts {
                let _ = writeln!(text, "  design {} by {} ({} bytes)", item.name, item.by, item.bytes);
            }
        }
        Proposal::Build { files: f, additions, gaps, notes, .. } => {
            files(&mut text, f);
            write_gaps(&mut text, gaps);
            for (what, source) in additions {
                let _ = writeln!(text, "  added: {} ({source})", what.one_line(100));
            }
            let _ = writeln!(text, "  {}", notes.one_line(400));
        }
        Proposal::Test { files: f, faults, notes, .. } => {
            files(&mut text, f);
            for fault in faults {
                let _ = writeln!(text, "  fault in the code: {}", fault.one_line(400));
            }
            let _ = writeln!(text, "  {}", notes.one_line(400));
        }
        Proposal::Verify { findings, summary } => {
            for finding in findings {
                let _ = writeln!(text, "  {} {:?}: {}", finding.clause, finding.verdict, finding.argument);
            }
            let _ = writeln!(text, "  {}", summary.one_line(400));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hub::{Blobs, fixture};

    #[test]
    fn who_decides_about_a_plan_sees_what_was_understood_assumed_and_left_out() {
        let dir = tempfile::tempdir().unwrap();
        let mut run = fixture::run(&Blobs::at(dir.path()));
        let clause = *run.clauses.keys().next().unwrap();
        let (what, reason) = (Clean::new("once each"), Clean::new("nobody counts"));
        *run.gaps = vec![Gap { clause, what, reason, whole: false, step: None }];
        let text = understood(&run);
        assert!(!text.contains("product:"), "nobody has said it: {text}");
        run.understood = Condition::of_product("program", "rust");
        let text = understood(&run);
        assert!(text.starts_with("  product: program, rust\n"), "{text}");
        let known = run.interpretations.values().all(|one| text.contains(&one.id.to_string()));
        assert!(known && text.contains("once each (nobody counts)"), "{text}");
    }
}
