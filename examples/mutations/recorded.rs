//! What the content checks say of recorded replies: each finding on a reply that is right is a false alarm.

use super::desk;
use g1::{
    domain::{
        clause::Clause,
        event::{EVENT_VERSION, Envelope, Event},
        reply::ReplyKind,
        run::Run,
    },
    hub::clauses,
    orchestrator::{self, checks::content, propose},
};
use serde::Deserialize;
use std::{collections::BTreeMap, error::Error, fs, path::Path};

/// Of a line of a cassette what matters here.
#[derive(Deserialize)]
struct Recorded {
    kind: ReplyKind,
    step: String,
    attempt: u32,
    response: Said,
}

#[derive(Deserialize)]
struct Said {
    text: String,
}

/// Prints every finding on every reply of a lean run; the last reply of each step is taken over as it is. Answers how many
/// replies there were, and how many findings.
pub fn report(requirement: &Path, cassette: &Path) -> Result<(usize, usize), Box<dyn Error>> {
    let bytes = fs::read(requirement)?;
    let text = clauses::decode(&bytes).map_err(|e| format!("{}: {e:?}", requirement.display()))?;
    let lines = fs::read_to_string(cassette)?;
    let replies: Vec<Recorded> =
        lines.lines().filter(|l| !l.trim().is_empty()).map(serde_json::from_str).collect::<Result<_, _>>()?;
    let last: BTreeMap<&str, usize> = replies.iter().enumerate().map(|(at, r)| (r.step.as_str(), at)).collect();
    let cut: Vec<Clause> = clauses::cut(text);
    let mut run = Some(desk::begun(text, &cut)?);
    let mut findings = 0;
    for (at, recorded) in replies.iter().enumerate() {
        let name = format!("{}, attempt {}", recorded.step, recorded.attempt);
        let Some(step) = run.as_ref().and_then(|r| r.steps.iter().find(|s| s.plan.id.as_str() == recorded.step)) else {
            println!("{name}: there is no such step in the plan");
            continue;
        };
        let id = step.plan.id.clone();
        push(&mut run, Event::StepStarted { step: id.clone(), attempt: recorded.attempt });
        let Some((now, step)) = run.as_ref().and_then(|r| Some((r, r.step(&id)?))) else { continue };
        let reply = match orchestrator::parse(recorded.kind, &recorded.response.text) {
            Ok(reply) => reply,
            Err(error) => {
                println!("{name}: {error}");
                continue;
            }
        };
        let found = content::findings(now, &reply);
        println!("{name}: {} findings", found.len());
        for finding in &found {
            println!("    {finding}");
        }
        findings += found.len();
        if last.get(recorded.step.as_str()) == Some(&at) {
            let proposal = propose::proposal(now, step, &reply);
            let digest = propose::digest(&proposal);
            push(&mut run, Event::StepProposed { step: id.clone(), attempt: recorded.attempt, proposal, digest });
            push(&mut run, Event::StepAccepted { step: id.clone() });
            push(&mut run, Event::StepCommitted { step: id, files: Vec::new() });
        }
    }
    Ok((replies.len(), findings))
}

fn push(run: &mut Option<Run>, event: Event) {
    let (seq, at) = (run.as_ref().map_or(0, |r| r.seq) + 1, jiff::Timestamp::UNIX_EPOCH);
    orchestrator::apply(run, &Envelope { seq, at, v: EVENT_VERSION, event });
}
