//! Makes a finished project large, to measure how large ones open: `cargo run --release --example large -- DIR 100` does
//! the steps of the run in DIR once more, and once more, until `.g1` holds so many megabytes. Everything goes through the
//! journal, the blobs and the fold of the real program; the words, packs, replies and reports are the run's own.

use g1::{
    domain::{
        Clean, Hash, StepId,
        event::{Envelope, Event},
        run::Run,
    },
    hub::{Blobs, HubError, Project, journal, project},
    orchestrator,
};
use std::{collections::BTreeMap, path::Path};

/// A project whose steps take turns: what each of them did the last time.
struct Rounds {
    blobs: Blobs,
    steps: Vec<Vec<Event>>,
    written: u64,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [dir, megabytes] = args.as_slice() else {
        return Err("usage: large DIR MEGABYTES, where DIR holds a finished run".into());
    };
    let (dir, wanted) = (Path::new(dir), megabytes.parse::<u64>()? << 20);
    let journal_path = dir.join(project::FOLDER).join("journal");
    let envelopes = journal::scan(&journal_path, None)?.envelopes;
    let (mut project, _) = Project::open(dir)?;
    let mut run: Option<Run> = None;
    envelopes.iter().for_each(|envelope| orchestrator::apply(&mut run, envelope));
    let mut rounds = Rounds { blobs: project.blobs().clone(), steps: histories(&envelopes), written: 0 };
    if rounds.steps.is_empty() {
        return Err("no step of this run was built or tested".into());
    }
    let at = envelopes.last().map_or_else(jiff::Timestamp::now, |envelope| envelope.at);
    for round in 1.. {
        let journal = std::fs::metadata(&journal_path)?.len();
        if rounds.written + journal >= wanted {
            break;
        }
        let attempt = run.as_ref().map_or(1, |run| run.steps().map(|s| s.attempt).max().unwrap_or(0)) + 1;
        let events = rounds.next(round, attempt)?;
        for envelope in project.append(events, at)? {
            orchestrator::apply(&mut run, &envelope);
        }
    }
    let run = run.ok_or("the journal holds no run")?;
    let fold = serde_json::to_vec(&run)?;
    project.write_checkpoint(run.seq, &fold)?;
    println!(
        "{} events, {} messages, {} pieces of evidence; checkpoint {} bytes, journal {} bytes, new blobs {} bytes",
        run.seq,
        run.chat.len(),
        run.evidence.len(),
        fold.len(),
        std::fs::metadata(&journal_path)?.len(),
        rounds.written,
    );
    Ok(())
}

/// What every module's steps did, from their start to their end, without the gates.
fn histories(envelopes: &[Envelope]) -> Vec<Vec<Event>> {
    let mut by_step: BTreeMap<StepId, Vec<Event>> = BTreeMap::new();
    for envelope in envelopes {
        let step = match &envelope.event {
            Event::StepStarted { step, .. } => {
                // Only the last attempt.
                by_step.remove(step);
                step
            }
            Event::StepContext { step, .. }
            | Event::CallIntended { step, .. }
            | Event::CallFinished { step, .. }
            | Event::Said { step: Some(step), .. }
            | Event::CheckCompleted { step, .. }
            | Event::StepDrafted { step, .. }
            | Event::StepProposed { step, .. }
            | Event::EvidenceRecorded { step, .. }
            | Event::ControlsRecorded { step, .. }
            | Event::StepCommitted { step, .. } => step,
            _ => continue,
        };
        if step.as_str().starts_with("build:") || step.as_str().starts_with("test:") {
            by_step.entry(step.clone()).or_default().push(envelope.event.clone());
        }
    }
    by_step.into_values().collect()
}

impl Rounds {
    /// One step once more.
    fn next(&mut self, round: u64, attempt: u32) -> Result<Vec<Event>, HubError> {
        let turn = usize::try_from(round).unwrap_or(0) % self.steps.len();
        let mut events = Vec::new();
        for mut event in self.steps[turn].clone() {
            match &mut event {
                Event::StepStarted { attempt: a, .. }
                | Event::CallIntended { attempt: a, .. }
                | Event::CheckCompleted { attempt: a, .. }
                | Event::StepDrafted { attempt: a, .. }
                | Event::StepProposed { attempt: a, .. } => *a = attempt,
                Event::StepContext { attempt: a, blob, .. } => {
                    *a = attempt;
                    *blob = self.another(blob, round)?;
                }
                Event::CallFinished { attempt: a, reply, .. } => {
                    *a = attempt;
                    *reply = self.another(reply, round)?;
                }
                Event::Said { text, .. } => *text = Clean::from(format!("{text}\n\nThis was round {round}.")),
                Event::EvidenceRecorded { evidence, .. } => {
                    evidence.id.0 += u32::try_from(round * 100).unwrap_or(u32::MAX);
                    evidence.output_sha256 = self.another(&evidence.output_sha256.clone(), round)?;
                }
                Event::StepCommitted { step, .. } => events.push(Event::StepAccepted { step: step.clone() }),
                _ => {}
            }
            events.push(event);
        }
        Ok(events)
    }

    /// The same contents with the number of the round behind it, as blanks: another blob that reads the same.
    fn another(&mut self, blob: &Hash, round: u64) -> Result<Hash, HubError> {
        let mut bytes = self.blobs.get(blob)?;
        bytes.extend((0..64).map(|bit| if round >> bit & 1 == 1 { b'\n' } else { b' ' }));
        self.written += bytes.len() as u64;
        self.blobs.put(&bytes)
    }
}
