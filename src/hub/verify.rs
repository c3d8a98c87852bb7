//! `g1 log --verify`: the whole journal and every blob, ignoring the checkpoint.

use super::{Blobs, HubError, heads::Heads, journal, project};
use crate::{
    config::dirs,
    domain::{Clean, Hash, event::Event, run::Proposal},
};
use std::{collections::BTreeSet, path::Path};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyReport {
    pub records: u64,
    /// Link of the last record.
    pub head: String,
    pub blobs: usize,
    /// What is wrong; empty means everything is as it was written.
    pub problems: Vec<Clean>,
    /// What is worth knowing and not wrong.
    pub notes: Vec<Clean>,
}

/// # Errors
/// There is no project, or it cannot be read at all. Damage is not an error here but a problem in the report.
pub fn verify(dir: &Path) -> Result<VerifyReport, HubError> {
    verify_with(dir, &dirs::state())
}

pub(super) fn verify_with(dir: &Path, state: &Path) -> Result<VerifyReport, HubError> {
    let g1 = project::folder(dir)?;
    let mut report = VerifyReport { records: 0, head: String::new(), blobs: 0, problems: vec![], notes: vec![] };
    let problem = |text: String| Clean::new(&text);
    let mut named = BTreeSet::new();
    match journal::scan(&g1.join("journal"), None) {
        Ok(scan) => {
            report.records = scan.head.seq;
            report.head = scan.head.hex();
            if scan.torn > 0 && project::writer(dir).is_none() {
                report.problems.push(problem(format!(
                    "the last {} bytes of the journal are no record: a write was interrupted, or record {} was damaged \
                     (byte {}); `g1 resume` moves them aside",
                    scan.torn,
                    scan.head.seq + 1,
                    scan.head.end
                )));
            }
            match Heads::of(state, dir).and_then(|h| h.load()) {
                // A live writer may be ahead of what was read here.
                Some(remembered) if project::writer(dir).is_none() || remembered.seq <= scan.head.seq => {
                    report.problems.extend(remembered.breaks.iter().map(|b| Clean::new(b)));
                    if let Some(found) = remembered.mismatch(&scan.links) {
                        report.problems.push(problem(found));
                    }
                }
                Some(_) => {}
                None => report.notes.push(Clean::new(
                    "this machine remembers no head of this folder, so only the chain itself was checked",
                )),
            }
            for envelope in &scan.envelopes {
                named.extend(blobs_named(&envelope.event));
            }
        }
        Err(e @ (HubError::Damaged { .. } | HubError::Newer { .. })) => report.problems.push(problem(e.to_string())),
        Err(e) => return Err(e),
    }
    let blobs = Blobs::at(&g1.join("blobs"));
    let there: BTreeSet<Hash> = blobs.all()?.into_iter().collect();
    report.blobs = there.len();
    for hash in there.union(&named) {
        if let Err(e) = blobs.get(hash) {
            report.problems.push(problem(e.to_string()));
        }
    }
    Ok(report)
}

/// The blobs a record relies on.
#[must_use]
pub fn blobs_named(event: &Event) -> Vec<Hash> {
    match event {
        Event::RunStarted { requirement, instructions, .. } => {
            let mut named = vec![requirement.sha256.clone()];
            named.extend(instructions.clone());
            named
        }
        Event::Attached { attachment } => vec![attachment.sha256.clone()],
        Event::Surveyed { existing } => {
            let files = existing.files.values().map(|file| file.sha256.clone());
            files.chain([existing.outline.clone()]).collect()
        }
        Event::StepContext { blob, .. } => vec![blob.clone()],
        Event::CallFinished { reply, .. } => vec![reply.clone()],
        Event::ToolsUsed { uses, draft, .. } => {
            uses.iter().map(|used| used.result.clone()).chain(draft.iter().map(|file| file.sha256.clone())).collect()
        }
        Event::StepProposed { proposal, .. } => match proposal {
            Proposal::Design { artifacts, .. } => artifacts.iter().map(|a| a.hash.clone()).collect(),
            Proposal::Build { files, .. } | Proposal::Test { files, .. } => {
                files.iter().map(|f| f.sha256.clone()).collect()
            }
            _ => Vec::new(),
        },
        Event::EvidenceRecorded { evidence, .. } => vec![evidence.output_sha256.clone()],
        Event::StepCommitted { files, .. } => files.iter().map(|f| f.sha256.clone()).collect(),
        _ => Vec::new(),
    }
}
