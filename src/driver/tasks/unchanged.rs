//! Demands on existing software for which a build changes nothing. What becomes of it is for the orchestrator to say: what is
//! asked for may be there already.

use super::check::{Bench, BenchError};
use crate::domain::{ClauseId, Clean, clause::ClauseKind, run::Check};
use std::collections::BTreeMap;

impl Bench<'_> {
    /// Names each clause that this build links, where all lines that are linked for it stand so in the file as it was. A
    /// constraint may well be that something stays as it is.
    pub(super) fn unchanged(&mut self) -> Result<(), BenchError> {
        let Some(existing) = &self.run.existing else { return Ok(()) };
        let asks = |id: &ClauseId| {
            let kind = self.run.clauses.get(id).and_then(|clause| clause.kind);
            matches!(kind, Some(ClauseKind::Function | ClauseKind::Data))
        };
        let mut places: BTreeMap<ClauseId, Option<Vec<String>>> =
            self.checked.code_links.iter().map(|link| link.clause).filter(asks).map(|id| (id, Some(vec![]))).collect();
        for link in self.checked.code_links.iter().chain(&self.run.code_links) {
            let (Some(told), Some(now)) = (places.get_mut(&link.clause), self.tree.get(&link.path)) else { continue };
            let old = match existing.files.get(&link.path) {
                Some(file) => Some(self.services.blobs.get(&file.sha256).map_err(super::TaskError::from)?),
                None => None,
            };
            match (old, told.as_mut()) {
                (Some(old), Some(told)) if is_as_it_was(&old, &now.bytes, link.lines) => {
                    told.push(format!("{}:{}-{}", link.path, link.lines.0, link.lines.1));
                }
                _ => *told = None,
            }
        }
        let said: Vec<Clean> = places
            .into_iter()
            .filter_map(|(clause, told)| {
                let mut told = told?;
                told.dedup();
                Some(Clean::from(format!(
                    "{clause}: {} is as it was before the run, and nothing else is linked",
                    told.join(", ")
                )))
            })
            .collect();
        self.tell(Check::UNCHANGED, said);
        Ok(())
    }
}

/// Whether these lines, counted from 1, follow each other somewhere in the file as it was.
fn is_as_it_was(old: &[u8], now: &[u8], (first, last): (u32, u32)) -> bool {
    let split = |bytes: &[u8]| -> Vec<String> { String::from_utf8_lossy(bytes).lines().map(str::to_owned).collect() };
    let (old, now) = (split(old), split(now));
    let at = |line: u32| usize::try_from(line).unwrap_or(usize::MAX);
    let Some(lines) = now.get(at(first).saturating_sub(1)..at(last).min(now.len())) else { return false };
    !lines.is_empty() && old.windows(lines.len()).any(|window| window == lines)
}

#[cfg(test)]
mod tests {
    use super::is_as_it_was;

    #[test]
    fn lines_that_only_moved_are_as_they_were() {
        let (old, now) = (b"a\nb\nc\n".as_slice(), b"new\r\na\r\nb\r\nc2\r\n".as_slice());
        assert!(is_as_it_was(old, now, (2, 3)));
        for lines in [(1, 2), (3, 4), (4, 4), (9, 12), (0, 0)] {
            assert!(!is_as_it_was(old, now, lines), "{lines:?}");
        }
    }
}
