//! `g1 log --verify`: the whole journal and every blob, ignoring the checkpoint.

use super::{Blobs, HubError, heads::Heads, journal, project};
use crate::{
    config::dirs,
    domain::{Clean, Hash},
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
                named.extend(envelope.event.blobs());
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
