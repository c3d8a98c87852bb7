//! A finished program called with arguments, for somebody who still writes it. Nothing of it becomes evidence.

use super::{Runner, settle::settled};
use crate::evidence::{
    EvidenceError, Manifest, Stack, Tree,
    sandbox::{Ended, Finished},
};
use tokio_util::sync::CancellationToken;

/// How long one call may take.
const CALL_MS: u64 = 20_000;

impl Runner {
    /// Calls the program with each list of arguments, one after the other in one copy of the tree, so that a call finds the
    /// data of those before it. What ends otherwise than by itself is the last; what does not compile is not called.
    ///
    /// # Errors
    /// It could not be run at all.
    pub async fn called(
        &self,
        tree: &Tree,
        manifest: &Manifest,
        calls: &[Vec<String>],
        cancel: &CancellationToken,
    ) -> Result<Result<Vec<Finished>, Finished>, EvidenceError> {
        let stack = self.ready(manifest).await?;
        let scratch = self.scratch(tree, stack, cancel).await?;
        if stack == Stack::Rust
            && let Err(failed) = self.compile(&scratch, cancel).await?
        {
            return Ok(Err(failed));
        }
        // Some keep their data in the current folder, as their requirement says.
        scratch.open_the_folder()?;
        let mut all = Vec::new();
        for arguments in calls {
            let mut spec = self.spec(&scratch, stack, &manifest.called(arguments), None)?;
            spec.limits.wall_ms = CALL_MS;
            spec.write.push(scratch.tree());
            let mut finished = self.sandbox.run(&spec, cancel).await?;
            finished.output.bytes = settled(&finished.output.bytes, &scratch, 0);
            let ended = finished.ended == Ended::Exited;
            all.push(finished);
            if !ended {
                break;
            }
        }
        Ok(Ok(all))
    }
}
