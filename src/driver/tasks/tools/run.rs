//! The manifest's commands, run for somebody who works on a draft, and what the last of them said.

use super::desk::{Desk, Gave, range};
use crate::{
    domain::{
        Clean,
        evidence::{EvidenceKind, TestOutcome, TestResult},
        run::{Run, Step},
    },
    driver::{
        handle::Port,
        services::Services,
        tasks::{TaskError, check::own_tests},
    },
    evidence::{EvidenceError, Kind, Manifest, Recorded},
};
use tokio_util::sync::CancellationToken;

pub(super) struct Runs<'a> {
    run: &'a Run,
    step: &'a Step,
    services: &'a Services,
    port: &'a Port,
    cancel: CancellationToken,
    /// What the newest test run of this turn said.
    said: Option<String>,
}

impl<'a> Runs<'a> {
    pub(super) fn new(
        run: &'a Run,
        step: &'a Step,
        services: &'a Services,
        port: &'a Port,
        cancel: CancellationToken,
    ) -> Self {
        Self { run, step, services, port, cancel, said: None }
    }

    pub(super) async fn run(&mut self, desk: &Desk, what: &str, path: &str) -> Result<Gave, TaskError> {
        let tree = desk.tree();
        let manifest = match tree.get(Manifest::PATH).map(|file| Manifest::parse(&String::from_utf8_lossy(&file.bytes)))
        {
            None => return Ok(Gave::failed("there is no g1.toml yet, which says how to run and test".to_owned())),
            Some(Err(error)) => return Ok(Gave::failed(error.to_string())),
            Some(Ok(manifest)) => manifest,
        };
        // Without a sandbox nothing is run, here as in the checks: the run pauses and says why.
        let runner = self.services.runner().await.map_err(TaskError::Failed)?;
        let slot = tokio::select! {
            slot = self.services.check_slot.clone().acquire_owned() => slot,
            () = self.cancel.cancelled() => return Err(TaskError::Cancelled),
        };
        let _slot = slot.ok();
        let what = what.trim();
        let done = match what {
            "" | "test" => {
                let stack = match runner.ready(&manifest).await {
                    Ok(stack) => stack,
                    Err(error) => return not_run(error),
                };
                let only = own_tests(std::iter::once(path).filter(|path| !path.is_empty()), stack);
                if only.is_empty() && !path.is_empty() {
                    return Ok(Gave::failed(format!("{path} is no test file")));
                }
                self.port.progress(&self.step.plan.id, "tests running").await;
                runner.tests(&tree, &manifest, (!only.is_empty()).then_some(only.as_slice()), &self.cancel).await
            }
            "start" => {
                self.port.progress(&self.step.plan.id, "starting the application").await;
                runner.boot(&tree, &manifest, &self.cancel).await
            }
            other => {
                let other = Clean::new(other).one_line(60);
                return Ok(Gave::failed(format!("{other:?} is no command of the manifest: `test` or `start`")));
            }
        };
        let recorded = match done {
            Ok(recorded) => recorded,
            Err(error) => return not_run(error),
        };
        if what == "start" {
            return Ok(started(&manifest, &recorded));
        }
        let executed = &recorded.executed;
        let text = report(&executed.tests, executed.exit, executed.note.as_ref(), &recorded.output);
        let all = !executed.tests.is_empty() && executed.tests.iter().all(|test| test.outcome == TestOutcome::Passed);
        self.said = Some(text.clone());
        Ok(Gave::of(all && executed.exit == Some(0), text))
    }

    /// The newest test run: of this turn, of a turn before it, or the last that G1 itself made.
    pub(super) fn report(&self, words: &str, lines: Option<(u32, u32)>) -> Result<Gave, TaskError> {
        let Some(text) = self.newest()? else {
            return Ok(Gave::failed("no test has run yet: use `run` with `test`".to_owned()));
        };
        let wanted = words.trim().to_lowercase();
        let chosen: Vec<&str> = if wanted.is_empty() {
            text.lines().collect()
        } else {
            // A test and what it said: its line, and those below it that are indented.
            let mut inside = false;
            let mut keep = |line: &&str| {
                let holds = line.to_lowercase().contains(&wanted);
                inside = holds || (inside && line.starts_with(' '));
                inside
            };
            text.lines().filter(|line| keep(line)).collect()
        };
        if chosen.is_empty() {
            return Ok(Gave::failed(format!("nothing in the report holds “{}”", Clean::new(words).one_line(80))));
        }
        let (from, to) = range(lines, chosen.len());
        let shown = &chosen[from - 1..to.max(from - 1)];
        Ok(Gave::good(format!("lines {from} to {to} of {}\n{}", chosen.len(), shown.join("\n"))))
    }

    fn newest(&self) -> Result<Option<String>, TaskError> {
        if self.said.is_some() {
            return Ok(self.said.clone());
        }
        let turns = self.step.calls.iter().rev().filter_map(|call| call.turn.as_ref());
        let of_tests =
            |used: &&crate::domain::tool::Used| used.tool.as_str() == "run" && used.argument.starts_with("test");
        if let Some(used) = turns.flat_map(|turn| turn.uses.iter().rev()).find(of_tests) {
            return Ok(Some(String::from_utf8_lossy(&self.services.blobs.get(&used.result)?).into_owned()));
        }
        let Some(last) = self.run.evidence.iter().rev().find(|e| e.kind == EvidenceKind::Tests) else {
            return Ok(None);
        };
        let output = self.services.blobs.get(&last.output_sha256)?;
        Ok(Some(report(&last.tests, last.exit, last.note.as_ref(), &output)))
    }
}

/// What cannot be run is told to its author where he can do something about it; the rest stops the run.
fn not_run(error: EvidenceError) -> Result<Gave, TaskError> {
    match error {
        EvidenceError::Cancelled => Err(TaskError::Cancelled),
        EvidenceError::Unsupported(..) | EvidenceError::NoTool { .. } | EvidenceError::Tool(_) => {
            Ok(Gave::failed(format!("not run: {error}")))
        }
        other => Err(TaskError::Failed(Clean::from(other.to_string()))),
    }
}

fn started(manifest: &Manifest, recorded: &Recorded) -> Gave {
    if recorded.executed.exit == Some(0) {
        return Gave::good(Kind::of(manifest).started().to_owned());
    }
    let note = recorded.executed.note.as_deref().unwrap_or("it did not start");
    Gave::failed(format!("{note}\n{}", Clean::from_bytes(&recorded.output)))
}

/// A test run in words: the sum, each test with what it said, then what was printed.
fn report(tests: &[TestResult], exit: Option<i32>, note: Option<&Clean>, output: &[u8]) -> String {
    let passed = tests.iter().filter(|test| test.outcome == TestOutcome::Passed).count();
    let exit = exit.map_or_else(|| "killed".to_owned(), |code| format!("exit status {code}"));
    let note = note.map(|note| format!("; {note}")).unwrap_or_default();
    let mut text = if tests.is_empty() {
        format!("no test ran, {exit}{note}\n")
    } else {
        format!("{passed} of {} passed, {exit}{note}\n", tests.len())
    };
    for test in tests.iter().filter(|test| test.outcome != TestOutcome::Passed) {
        text.push_str(&format!("{:?} {}\n", test.outcome, test.name));
        test.detail.lines().for_each(|line| text.push_str(&format!("    {line}\n")));
    }
    for test in tests.iter().filter(|test| test.outcome == TestOutcome::Passed) {
        text.push_str(&format!("Passed {}\n", test.name));
    }
    text.push_str("--- printed\n");
    text.push_str(&Clean::from_bytes(output));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_says_the_sum_first_and_what_failed_before_what_passed() {
        let test = |name: &str, outcome, detail: &str| TestResult { name: name.into(), outcome, detail: detail.into() };
        let tests = [
            test("t.a", TestOutcome::Passed, ""),
            test("t.b", TestOutcome::Failed, "Traceback\nAssertionError: 1 != 2"),
        ];
        let text = report(&tests, Some(1), None, b"noise\x1b[2J");
        assert!(text.starts_with(
            "1 of 2 passed, exit status 1\nFailed t.b\n    Traceback\n    AssertionError: 1 != 2\nPassed t.a\n"
        ));
        assert!(text.ends_with("\u{241b}[2J"), "text of a program is made harmless: {text:?}");
        assert!(report(&[], None, Some(&"too long".into()), b"").starts_with("no test ran, killed; too long"));
    }
}
