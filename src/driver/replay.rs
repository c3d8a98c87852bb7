//! Recorded runs: what a recording says of the run beside its calls, and the run played again from it.

use super::{
    existing::{self, Found},
    headless::Closing,
    open::{self, OpenError, Prepared, Setup, Start},
    services::Services,
};
use crate::{
    domain::{
        Clean,
        artifact::{FileEntry, tree_hash},
        attachment::Attachment,
        run::{GateMode, Run, RunSettings, RunStatus},
        trace,
        usage::Caps,
    },
    models::{
        Model,
        cassette::{self, Attached, Begun, Cassette, Content, Ended, Tally, Was},
        registry,
    },
    workspace::branch::Committed,
};
use serde_json::json;
use std::{fmt::Write, fs, path::PathBuf, sync::Arc};
use tokio::sync::OnceCell;

/// What the run that begins is given.
pub(super) fn given(start: &Start, instructions: Option<&[u8]>, found: Option<&Found>) -> Begun {
    let was = |(file, bytes): (&FileEntry, &Vec<u8>)| Was {
        path: file.path.clone(),
        executable: file.executable,
        content: bytes.as_slice().into(),
    };
    let attached = |(file, bytes): &(Attachment, Vec<u8>)| attached(file.clone(), bytes);
    Begun {
        g1: env!("CARGO_PKG_VERSION").to_owned(),
        // It was read as UTF-8 before.
        requirement: String::from_utf8_lossy(&start.requirement).into_owned(),
        settings: start.settings.clone(),
        attachments: start.attachments.iter().map(attached).collect(),
        instructions: instructions.map(Content::from),
        existing: found.is_some(),
        software: found.map_or_else(Vec::new, |found| found.files().map(was).collect()),
    }
}

/// A file that comes with a requirement, as a recording holds it.
#[must_use]
pub fn attached(file: Attachment, bytes: &[u8]) -> Attached {
    Attached { file, content: bytes.into() }
}

/// Notes on the recording how the run ended.
pub(super) fn ended(run: &Run, services: &Services) {
    let (Some(path), Some(ended)) = (&services.record, end_of(run)) else { return };
    if let Err(error) = cassette::end(path, &ended) {
        tracing::warn!("how the run ended could not be recorded onto {}: {error}", path.display());
    }
}

fn end_of(run: &Run) -> Option<Ended> {
    let RunStatus::Completed { outcome, stopped_at_plan: false } = run.status else { return None };
    let counts = trace::trace(run).counts;
    Some(Ended { outcome, tree: tree_hash(run.files.values()), proven: counts.proven, demanding: counts.demanding })
}

/// A recorded run that is played again in `dir`: what it was given then, and nobody but the cassette answering.
///
/// # Errors
/// See [`OpenError`].
pub async fn replay(
    dir: PathBuf,
    begun: &Begun,
    plan_only: bool,
    cassette: &Arc<Cassette>,
    mut setup: Setup,
) -> Result<Prepared, OpenError> {
    let refused = |what: &str| OpenError::Refused(Clean::from(format!("the recording is damaged: {what}")));
    let found = match (begun.existing, begun.software.as_slice()) {
        (false, _) => None,
        (true, []) => {
            let what = "an earlier version recorded it on software that was there already, and did not keep that: record it again";
            return Err(OpenError::Refused(Clean::from(what)));
        }
        (true, software) => {
            let file = |was: &Was| {
                let (path, executable) = (was.path.clone(), was.executable);
                Some(Committed { path, executable, bytes: was.content.bytes()? })
            };
            let files = software.iter().map(file).collect::<Option<_>>();
            Some(existing::recorded(&dir, files.ok_or_else(|| refused("a file that was there cannot be read"))?)?)
        }
    };
    let mut attachments = Vec::new();
    for Attached { file, content } in &begun.attachments {
        let bytes = content.bytes().ok_or_else(|| refused(&format!("{} cannot be read", file.name)))?;
        attachments.push((file.clone(), bytes));
    }
    if let Some(content) = &begun.instructions {
        let bytes = content.bytes().ok_or_else(|| refused("AGENTS.md cannot be read"))?;
        let written = fs::create_dir_all(&dir).and_then(|()| fs::write(dir.join("AGENTS.md"), bytes));
        written.map_err(|source| OpenError::Folder { dir: dir.clone(), source })?;
    }
    // The pack is as large as it was; nobody is asked anything, and nothing is paid.
    setup.models.context = None;
    let settings = RunSettings {
        model: cassette.id().to_owned(),
        gates: GateMode::None,
        budget: None,
        caps: Caps::default(),
        plan_only: begun.settings.plan_only || plan_only,
        relaxed: Vec::new(),
        ..begun.settings.clone()
    };
    let models = registry::replayed(cassette.clone(), &setup.models)?;
    let requirement = begun.requirement.clone().into_bytes();
    let start = Start { dir, requirement, attachments, existing: begun.existing, settings, setup };
    open::begin(start, found, models, OnceCell::new())
}

/// How a replay compares with its recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replayed {
    pub calls: Tally,
    /// How the recorded run ended, if the recording says so.
    pub then: Option<Ended>,
    /// How it ended now, if it did; `None` too when only the plan was asked for.
    pub now: Option<Ended>,
}

impl Replayed {
    #[must_use]
    pub fn of(run: &Run, cassette: &Cassette) -> Self {
        Self { calls: cassette.tally(), then: cassette.ended().cloned(), now: end_of(run) }
    }

    /// Whether the files are those of the recorded run; `None` where one of the two is not known.
    #[must_use]
    pub fn same_tree(&self) -> Option<bool> {
        Some(self.then.as_ref()?.tree == self.now.as_ref()?.tree)
    }

    /// In words, as an object, and as an exit code: a tree that differs is a claim that failed.
    #[must_use]
    pub fn closing(&self) -> Closing {
        let Tally { same, by_place, unanswered, unused } = self.calls;
        let answered = same + by_place;
        let mut text =
            format!("Replay: {answered} of {} calls were answered from the recording", answered + unanswered);
        if by_place > 0 {
            let _ =
                write!(text, ", {same} in the same words and {by_place} by their place in the run (prompts differ)");
        } else if answered > 0 {
            text.push_str(", each in the same words");
        }
        text.push('.');
        if unused > 0 {
            let _ = write!(text, " {unused} recorded calls were not asked for.");
        }
        text.push('\n');
        let _ = match (&self.then, &self.now) {
            (_, None) => writeln!(text, "It was not built to its end, so no files are compared."),
            (None, Some(now)) => {
                writeln!(text, "The recording does not say how it ended, so nothing is compared. Tree {}.", now.tree)
            }
            (Some(then), Some(now)) if then.tree == now.tree => {
                writeln!(text, "Every file is the recorded one, byte for byte: tree {}.", now.tree)
            }
            (Some(then), Some(now)) => {
                writeln!(text, "The files DIFFER from the recorded ones: tree {}, recorded {}.", now.tree, then.tree)
            }
        };
        if let (Some(then), Some(now)) = (&self.then, &self.now)
            && (then.proven, then.demanding, then.outcome) != (now.proven, now.demanding, now.outcome)
        {
            let _ = writeln!(
                text,
                "Proven now: {} of {}; when it was recorded: {} of {}.",
                now.proven, now.demanding, then.proven, then.demanding
            );
        }
        let json = json!({"calls": self.calls, "same_tree": self.same_tree(), "recorded": self.then, "now": self.now});
        Closing { text, json, exit: (self.same_tree() == Some(false)).then_some(4) }
    }
}
