//! What examples that go over requirement texts have in common: finding the files, and a run of a text at its beginning.

use g1::{
    domain::{
        Clean, Hash,
        clause::{Clause, Requirement},
        event::{EVENT_VERSION, Envelope, Event},
        run::{Run, RunSettings},
    },
    orchestrator::{self, Input},
};
use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
};

/// Every requirement below a folder, or the file itself. Gold data are answers, not requirements.
pub fn find(path: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    if !path.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        let path = entry?.path();
        let readable = path.extension().is_some_and(|e| e == "txt" || e == "md");
        let named = path.file_stem().is_some_and(|n| !n.eq_ignore_ascii_case("readme"));
        if path.is_dir() && path.file_name().is_some_and(|n| n != "gold") || readable && named {
            find(&path, files)?;
        }
    }
    Ok(())
}

/// A run of this text at its beginning, without gates, with the offline engine.
pub fn begun(name: &str, text: &str, cut: &[Clause], pack_tokens: u32) -> Result<Run, Box<dyn Error>> {
    let begin = Input::Begin {
        name: Clean::new(name),
        requirement: Requirement { sha256: Hash::of(text.as_bytes()), bytes: text.len() as u64 },
        clauses: cut.to_vec(),
        existing: None,
        attachments: Vec::new(),
        settings: RunSettings::unattended("offline", pack_tokens),
        who: Clean::new("example"),
        instructions: None,
    };
    let mut run = None;
    feed(&mut run, begin)?;
    Ok(run.ok_or("the run did not begin")?)
}

/// Decides on an input and folds what comes of it; answers with the events.
pub fn feed(run: &mut Option<Run>, input: Input) -> Result<Vec<Event>, Box<dyn Error>> {
    let at = jiff::Timestamp::UNIX_EPOCH;
    let events = orchestrator::decide(run.as_ref(), input, at).map_err(|e| e.to_string())?;
    for event in &events {
        let seq = run.as_ref().map_or(0, |r| r.seq) + 1;
        orchestrator::apply(run, &Envelope { seq, at, v: EVENT_VERSION, event: event.clone() });
    }
    Ok(events)
}
