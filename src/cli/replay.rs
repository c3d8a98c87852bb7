//! `g1 replay`: a recorded run again, without a model, a key or a network.

use super::{
    args, input,
    out::{Done, Fail},
    run::{self, Headless},
};
use crate::{
    driver::{self, Replayed, headless},
    models::cassette::{Begun, Cassette},
};
use std::sync::Arc;

pub fn run(replay: &args::Replay, how: &Headless<'_>) -> Done {
    if how.model_given {
        return Err(Fail::usage("nobody but the recording answers in a replay: leave out -m, or use `g1 run -m …`"));
    }
    let cassette = Arc::new(Cassette::open(&replay.cassette).map_err(Fail::usage)?);
    let begun = begun(replay, how, &cassette)?;
    // Dropped, and with it removed, after everything that works in it.
    let passing = match how.folder {
        Some(_) => None,
        None => Some(tempfile::tempdir().map_err(|e| Fail::error(format!("no temporary folder: {e}")))?),
    };
    let dir = match &passing {
        Some(passing) => passing.path().join(driver::slug(&begun.requirement)),
        None => input::folder(how.folder, false, &begun.requirement)?,
    };
    let options = headless::Options {
        json: how.json,
        allow_partial: replay.allow_partial,
        passing: passing.is_some(),
        ..headless::Options::default()
    };
    run::block_on(async {
        let setup = run::setup(how.config);
        let prepared = driver::replay(dir, &begun, how.plan_only, &cassette, setup).await.map_err(|e| run::fail(&e))?;
        let closing = |run: &_| Replayed::of(run, &cassette).closing();
        Ok(headless::drive_with(prepared, options, Some(&closing)).await)
    })?
}

/// What the recorded run was given: as the recording says, else as the command line does.
fn begun(replay: &args::Replay, how: &Headless<'_>, cassette: &Cassette) -> Result<Begun, Fail> {
    match (cassette.begun(), &replay.file) {
        (Some(begun), None) => Ok(begun.clone()),
        (Some(_), Some(_)) => Err(Fail::usage("the recording holds its requirement and settings: leave out -f")),
        (None, Some(file)) => {
            let (requirement, original) = input::given(None, Some(file), "the requirement")?;
            let attachments = original.into_iter().map(|(file, bytes)| driver::attached(file, &bytes)).collect();
            let settings = run::settings(how.config, how.plan_only);
            let (g1, instructions, existing, software) = (String::new(), None, false, Vec::new());
            Ok(Begun { g1, requirement, settings, attachments, instructions, existing, software })
        }
        (None, None) => Err(Fail::usage(format!(
            "{} was recorded by an earlier version and does not hold its requirement: give it with -f FILE (and --plan as it \
             was then)",
            replay.cassette.display()
        ))),
    }
}
