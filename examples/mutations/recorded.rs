//! What the content checks say of recorded replies: each finding on a reply that is right is a false alarm. Then one clause
//! of the requirement at a time is changed under the replies, which so become misreadings in a strong model's own words:
//! how many of them are noticed, and where.

use super::{
    Inputs, desk,
    mutate::{Kind, Luck, of_these, roles},
    read,
};
use g1::{
    domain::{
        ClauseId,
        clause::Clause,
        event::{EVENT_VERSION, Envelope, Event},
        reply::ReplyKind,
        run::Run,
    },
    hub::clauses,
    orchestrator::{self, Reply, checks::content, propose},
};
use serde::Deserialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error,
    fs,
    path::Path,
};

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
    // The first and the last line say what the run was given and how it ended.
    let calls = lines.lines().filter(|l| !l.trim().is_empty() && !is_frame(l));
    let replies: Vec<Recorded> = calls.map(serde_json::from_str).collect::<Result<_, _>>()?;
    let last: BTreeMap<&str, usize> = replies.iter().enumerate().map(|(at, r)| (r.step.as_str(), at)).collect();
    let cut: Vec<Clause> = clauses::cut(text);
    let mut run = Some(desk::begun(text, &cut)?);
    let mut findings = 0;
    let mut taken: Vec<Taken> = Vec::new();
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
            taken.push((now.clone(), reply, found));
            push(&mut run, Event::StepProposed { step: id.clone(), attempt: recorded.attempt, proposal, digest });
            push(&mut run, Event::StepAccepted { step: id.clone() });
            push(&mut run, Event::StepCommitted { step: id, files: Vec::new() });
        }
    }
    if let Some(end) = &run {
        changed(end, &cut, text, &taken);
    }
    Ok((replies.len(), findings))
}

/// A run, a reply to it that is right, and what is found in that all the same.
type Taken = (Run, Reply, Vec<String>);

/// Changes every demand that can be changed, once for each kind of change, and prints where it is noticed.
fn changed(end: &Run, cut: &[Clause], text: &str, taken: &[Taken]) {
    let inputs: Inputs = cut.iter().map(|c| (c.id, c.text.clone())).collect();
    let roles = read(&inputs).map(|spec| roles(&spec)).unwrap_or_default();
    let demands: BTreeSet<ClauseId> = end.demanding().map(|c| c.id).collect();
    println!("\n| change | made | understanding | design | tests | any |\n|---|---|---|---|---|---|");
    for kind in Kind::BOTH_WAYS {
        let places = of_these(kind, &inputs, &demands, &roles, &mut Luck::new(1, text));
        let mut noticed = [0; 4];
        for (id, other, note) in &places {
            let at = |wanted: &[ReplyKind]| {
                taken.iter().any(|(run, reply, before)| {
                    let mut run = run.clone();
                    for (id, text) in other {
                        run.clauses.entry(*id).and_modify(|clause| clause.text.clone_from(text));
                    }
                    let found = || content::findings(&run, reply);
                    wanted.contains(&kind_of(reply))
                        && found().iter().any(|f| !before.contains(f) && f.contains(&id.to_string()))
                })
            };
            let places = [at(&[ReplyKind::Understand]), at(&[ReplyKind::Design]), at(&[ReplyKind::Test])];
            let any = places.contains(&true);
            for (count, is) in noticed.iter_mut().zip(places.into_iter().chain([any])) {
                *count += usize::from(is);
            }
            println!("    {} {note}", if any { "noticed" } else { "missed " });
        }
        let [understood, designed, tested, any] = noticed;
        println!("| {} | {} | {understood} | {designed} | {tested} | {any} |", kind.words(), places.len());
    }
}

fn kind_of(reply: &Reply) -> ReplyKind {
    match reply {
        Reply::Understand(_) => ReplyKind::Understand,
        Reply::Plan(_) => ReplyKind::Plan,
        Reply::Design(_) => ReplyKind::Design,
        Reply::Build(_) => ReplyKind::Build,
        Reply::Test(_) => ReplyKind::Test,
        Reply::Verify(_) => ReplyKind::Verify,
    }
}

fn is_frame(line: &str) -> bool {
    serde_json::from_str::<serde_json::Value>(line).is_ok_and(|v| v.get("begun").is_some() || v.get("ended").is_some())
}

fn push(run: &mut Option<Run>, event: Event) {
    let (seq, at) = (run.as_ref().map_or(0, |r| r.seq) + 1, jiff::Timestamp::UNIX_EPOCH);
    orchestrator::apply(run, &Envelope { seq, at, v: EVENT_VERSION, event });
}
