//! The manifest's commands, run for somebody who works on a draft, and what the last of them said.

mod call;
mod report;
mod trial;

use super::desk::{Desk, Gave, range};
use crate::{
    domain::{
        Clean, StepId,
        evidence::{Evidence, EvidenceKind, TestOutcome},
        reply::ReplyKind,
        run::{Run, Step},
        tool::Used,
    },
    driver::{
        handle::Port,
        services::Services,
        tasks::{
            TaskError,
            check::{WARNED, ancestors},
            suite::own_tests,
        },
    },
    evidence::{EvidenceError, Kind, Manifest, Recorded, cargo, runner::RUN_S, without_last_line},
};
use report::{is_report, report};
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use trial::Wish;

pub(super) struct Runs<'a> {
    run: &'a Run,
    step: &'a Step,
    services: &'a Services,
    port: &'a Port,
    cancel: CancellationToken,
    /// What the newest test run of this turn said.
    said: Option<String>,
    /// What trials of this turn have shown.
    known: Option<trial::Known>,
}

impl<'a> Runs<'a> {
    pub(super) fn new(
        run: &'a Run,
        step: &'a Step,
        services: &'a Services,
        port: &'a Port,
        cancel: CancellationToken,
    ) -> Self {
        Self { run, step, services, port, cancel, said: None, known: None }
    }

    pub(super) async fn run(
        &mut self,
        desk: &Desk,
        what: &str,
        path: &str,
        lines: Option<(u32, u32)>,
    ) -> Result<Gave, TaskError> {
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
        if let Some(words) = what.strip_prefix("control").filter(|rest| rest.is_empty() || rest.starts_with(' ')) {
            let mine: Vec<&str> = desk.draft().map(|(path, _)| path.as_str()).collect();
            return self.trial(&tree, &mine, &manifest, Wish { words, path, lines }).await;
        }
        if let Some(lines) = call::behind(what) {
            self.port.progress(&self.step.plan.id, "calling the program").await;
            return call::call(runner, &tree, &manifest, lines, &self.cancel).await.or_else(not_run);
        }
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
                return Ok(Gave::failed(format!(
                    "{other:?} is nothing that can be run: `test`, `start`, `call` or `control`"
                )));
            }
        };
        let recorded = match done {
            Ok(recorded) => recorded,
            Err(error) => return not_run(error),
        };
        if what == "start" {
            let mine = |path: &str| desk.draft().any(|(known, _)| known == path);
            return Ok(started(&manifest, &recorded, mine));
        }
        let executed = &recorded.executed;
        let mut text = report(&executed.tests, executed.exit, executed.note.as_ref(), &recorded.output);
        let slow = trial::slow(Duration::from_millis(executed.duration_ms), Duration::from_secs(RUN_S));
        if !slow.is_empty() {
            text = format!("{}\n{slow}", text.trim_end());
        }
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
        let of_tests = |used: &&Used| used.tool.as_str() == "run" && used.argument.starts_with("test");
        for used in turns.flat_map(|turn| turn.uses.iter().rev()).filter(of_tests) {
            let text = String::from_utf8_lossy(&self.services.blobs.get(&used.result)?).into_owned();
            if is_report(&text) {
                return Ok(Some(text));
            }
        }
        let Some(last) = seen(self.run, self.step) else { return Ok(None) };
        let output = self.services.blobs.get(&last.output_sha256)?;
        Ok(Some(report(&last.tests, last.exit, last.note.as_ref(), &output)))
    }
}

/// The newest test run that is of this step's concern: its own, one of a step it comes after, or of the tests of its module,
/// which may have sent it back. What a parallel step ran must not matter.
fn seen<'a>(run: &'a Run, step: &Step) -> Option<&'a Evidence> {
    let before = ancestors(run, step);
    let concerns = |of: &StepId| {
        let tests_it = |s: &Step| {
            let module = s.plan.module.as_ref();
            s.plan.produces == ReplyKind::Test && module.is_some() && module == step.plan.module.as_ref()
        };
        *of == step.plan.id || before.contains(of) || run.step(of).is_some_and(tests_it)
    };
    let mut tests = run.evidence.iter().rev().filter(|evidence| evidence.kind == EvidenceKind::Tests);
    tests.find(|evidence| evidence.step.as_ref().is_some_and(concerns))
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

fn started(manifest: &Manifest, recorded: &Recorded, is_mine: impl Fn(&str) -> bool) -> Gave {
    if recorded.executed.exit == Some(0) {
        let warned = cargo::warnings(&String::from_utf8_lossy(&recorded.output), is_mine);
        let mut text = Kind::of(manifest).started().to_owned();
        warned.iter().take(WARNED).for_each(|line| text.push_str(&format!("\nthe compiler warns: {line}")));
        return Gave::good(text);
    }
    let note = recorded.executed.note.as_deref().unwrap_or("it did not start");
    let printed = Clean::from_bytes(&recorded.output);
    let note = if printed.trim().is_empty() { note } else { without_last_line(note) };
    Gave::failed(format!("{note}\n{printed}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::run::GateMode,
        orchestrator::testing::{Sim, step},
    };

    #[test]
    fn what_a_parallel_step_ran_is_not_seen() {
        let mut sim = Sim::start(GateMode::None);
        sim.finish();
        let mut run = sim.run().clone();
        let of = |run: &Run, id: &str| {
            let found = seen(run, run.step(&step(id)).unwrap());
            found.and_then(|evidence| evidence.step.as_ref()).map(ToString::to_string)
        };
        run.evidence.retain(|e| e.step.as_ref().is_some_and(|s| s.as_str() != "verify"));
        let tests = |e: &&Evidence| e.step == Some(step("test:notes")) && e.kind == EvidenceKind::Tests;
        let late = run.evidence.iter().find(tests).unwrap().clone();
        run.evidence.push(late);
        assert_eq!(of(&run, "test:core").as_deref(), Some("test:core"));
        assert_eq!(of(&run, "build:core").as_deref(), Some("test:core"), "its tests may have sent it back");
        assert_eq!(of(&run, "test:notes").as_deref(), Some("test:notes"));
        assert_eq!(of(&run, "design"), None);
    }
}
