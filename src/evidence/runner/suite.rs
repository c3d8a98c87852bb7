//! Running the generated tests and reading what their runner printed.

use super::{PORT_TRIES, Recorded, Runner, address_in_use, settle::settled};
use crate::{
    domain::evidence::EvidenceKind,
    evidence::{
        EvidenceError, Manifest, Stack, Tree, cargo,
        ports::Lease,
        python,
        report::{self, Report},
        sandbox::{Ended, Finished},
        scratch::Scratch,
    },
};
use tokio_util::sync::CancellationToken;

impl Runner {
    /// Runs the test suite, or only some of it: test modules, classes or tests in Python, files elsewhere.
    ///
    /// # Errors
    /// It could not be run at all. Failing tests are evidence.
    pub async fn tests(
        &self,
        tree: &Tree,
        manifest: &Manifest,
        only: Option<&[String]>,
        cancel: &CancellationToken,
    ) -> Result<Recorded, EvidenceError> {
        let stack = self.ready(manifest).await?;
        let scratch = self.scratch(tree, stack, cancel).await?;
        let (finished, argv) = self.run_tests(&scratch, tree, manifest, only, cancel).await?;
        let report = self.report(tree, stack, &finished.output.bytes, cancel).await?;
        let ended = finished.ended == Ended::Exited;
        let doubt = match report.ran {
            None if ended && !report.consistent => Some("the test runner printed no result"),
            Some(_) if ended && !report.consistent => Some("the printed results do not add up to the printed total"),
            _ if stack == Stack::Python
                && report.is_green()
                && !self.tells_failures(tree, manifest, only, &report, cancel).await? =>
            {
                Some(
                    "the test runner does not report a failing test as failing, so none of its results are believed: test modules \
                     and what they import must not change unittest",
                )
            }
            _ => None,
        };
        let mut recorded = self.record(EvidenceKind::Tests, argv, tree, finished, report.tests);
        if let Some(doubt) = doubt {
            recorded.executed.note = Some(doubt.into());
            recorded.executed.exit = recorded.executed.exit.filter(|code| *code != 0);
        }
        Ok(recorded)
    }

    /// What a test run of this stack says.
    pub(in crate::evidence) async fn report(
        &self,
        tree: &Tree,
        stack: Stack,
        output: &[u8],
        cancel: &CancellationToken,
    ) -> Result<Report, EvidenceError> {
        match stack {
            Stack::Python => Ok(python::named_by_path(report::unittest(output), tree)),
            Stack::Node => Ok(report::node(output)),
            Stack::Rust => {
                let (mut report, panics) = report::libtest(output);
                self.tell_assertions(tree, &mut report, &panics, cancel).await?;
                Ok(report)
            }
        }
    }

    pub(in crate::evidence) async fn run_tests(
        &self,
        scratch: &Scratch,
        tree: &Tree,
        manifest: &Manifest,
        only: Option<&[String]>,
        cancel: &CancellationToken,
    ) -> Result<(Finished, Vec<String>), EvidenceError> {
        let stack = self.ready(manifest).await?;
        let (argv, shown) = self.test_command(scratch, tree, manifest, stack, only)?;
        Ok((self.on_a_port(scratch, stack, &argv, cancel).await?, shown))
    }

    /// Runs a test command in a scratch copy, with a port that nobody else uses.
    pub(super) async fn on_a_port(
        &self,
        scratch: &Scratch,
        stack: Stack,
        argv: &[String],
        cancel: &CancellationToken,
    ) -> Result<Finished, EvidenceError> {
        let mut tries = 0;
        loop {
            tries += 1;
            let mut lease = Lease::any()?;
            let port = lease.hand_over();
            let spec = self.spec(scratch, stack, argv, Some(port))?;
            let mut finished = self.sandbox.run(&spec, cancel).await?;
            if tries < PORT_TRIES && address_in_use(&finished) {
                continue;
            }
            finished.output.bytes = settled(&finished.output.bytes, scratch, port);
            return Ok(finished);
        }
    }

    /// The command that runs the tests, and how the record shows it: without the places of this machine.
    fn test_command(
        &self,
        scratch: &Scratch,
        tree: &Tree,
        manifest: &Manifest,
        stack: Stack,
        only: Option<&[String]>,
    ) -> Result<(Vec<String>, Vec<String>), EvidenceError> {
        match stack {
            Stack::Python => {
                let shown = python::test_command(manifest, tree, only);
                Ok((python::launched(&shown, scratch, manifest, tree)?, shown))
            }
            Stack::Node => self.node_tests(scratch, tree, manifest, only),
            Stack::Rust => Ok(cargo::test_command(manifest, only)),
        }
    }
}
