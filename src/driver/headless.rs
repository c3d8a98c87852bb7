//! `g1 run` and `g1 resume` without a screen: progress on stderr, the result or JSON lines on stdout, an exit code.

use super::{
    existing,
    handle::Handle,
    jsonl::{self, Ending},
    open::{Prepared, who},
    services::Services,
    summary::{gate_word, next, summary},
};
use crate::{
    domain::{
        Clean,
        command::{Command, Update},
        event::Event,
        run::{Check, GateMode, PauseReason, Run, RunStatus},
        tool::Used,
        trace,
        usage::{Budget, Caps},
    },
    orchestrator::{self, Refusal},
};
use std::{
    io::{self, Write},
    sync::Arc,
    time::Instant,
};
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::mpsc,
};

#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// JSON lines on stdout instead of a summary.
    pub json: bool,
    /// Exit 0 instead of 7.
    pub allow_partial: bool,
    /// A paused run is told to go on first.
    pub resume: bool,
    /// How a run that goes on asks from now on, if that is to change.
    pub gates: Option<GateMode>,
    /// What it may spend from now on, if that is to change; `Some(None)` lifts the bound.
    pub budget: Option<Option<Budget>>,
    /// What each phase and each step may spend from now on, if that is to change.
    pub caps: Option<Caps>,
    /// The folder goes with the run: nothing is said of what could be done there next.
    pub passing: bool,
}

/// What is to be said after the end of a run.
#[derive(Debug, Default)]
pub struct Closing {
    /// For people, after the summary.
    pub text: String,
    /// In the last line of JSON, as `replay`.
    pub json: serde_json::Value,
    /// The exit code, if not that of the run.
    pub exit: Option<u8>,
}

impl Options {
    /// What is to be said to the run before anything else.
    fn opening(self, run: &Run) -> Vec<Command> {
        let mut commands = Vec::new();
        commands.extend(self.gates.map(|gates| Command::SetGates { gates, who: who() }));
        commands.extend(self.budget.map(|budget| Command::SetBudget { budget, who: who() }));
        commands.extend(self.caps.map(|caps| Command::SetCaps { caps, who: who() }));
        if self.resume && matches!(run.status, RunStatus::Paused { .. }) {
            commands.push(Command::Resume { who: who() });
        }
        commands
    }
}

/// Drives the run until it ends or needs a person; returns the exit code of design 5.1.
pub async fn drive(prepared: Prepared, options: Options) -> u8 {
    drive_with(prepared, options, None).await
}

/// The same, with something to say about how it ended.
pub async fn drive_with(prepared: Prepared, options: Options, closing: Option<&dyn Fn(&Run) -> Closing>) -> u8 {
    let services = Arc::clone(prepared.services());
    let mut out = Printer { json: options.json, started: Instant::now(), closed: false, closing, services };
    for note in &prepared.notes {
        out.talk(note);
    }
    if let (RunStatus::Completed { .. }, None) = (&prepared.run.status, &prepared.run.restoring) {
        let run = prepared.run.clone();
        out.talk("nothing to do: this run has ended");
        existing::catch_up(&run, &prepared.services().dir).err().iter().for_each(|error| out.talk(error));
        return out.end(&run, None, options);
    }
    // What cannot be done is said before anything is built.
    for lack in prepared.services().lacks(&prepared.run).await {
        out.talk(&lack);
    }
    for envelope in &prepared.first {
        out.show(&Update::Event(Arc::new(envelope.clone())));
    }
    let mut run = Arc::new(prepared.run.clone());
    let opening = options.opening(&run);
    let (handle, engine) = prepared.launch();
    let Some(mut updates) = handle.subscribe(true).await else { return 1 };
    // Everything is said while listening: a run that waits for this listener could not answer otherwise.
    let wishes = handle.sender();
    let mut said = false;
    // Updates that were queued before everything was said; what they show may be over.
    let mut behind = 0_usize;
    let mut opening = std::pin::pin!(say(&handle, opening));
    let mut stopped_by: Option<u8> = None;
    let mut signals = Signals::new();
    loop {
        let update = tokio::select! {
            biased;
            answer = &mut opening, if !said => {
                said = true;
                if let Err(refusal) = answer {
                    out.talk(&refusal.0);
                }
                behind = updates.len();
                if behind == 0 && needs_person(&run) {
                    quit(&wishes);
                }
                continue;
            }
            code = signals.next() => {
                stopped_by = Some(code);
                quit(&wishes);
                continue;
            }
            update = updates.recv() => update,
        };
        behind = behind.saturating_sub(1);
        match update {
            None | Some(Update::Ended { .. }) => break,
            Some(Update::Run(newer)) => run = newer,
            Some(update) => out.show(&update),
        }
        if said && behind == 0 && stopped_by.is_none() && needs_person(&run) {
            quit(&wishes);
        }
        if out.closed {
            stopped_by.get_or_insert(141);
            quit(&wishes);
        }
    }
    match engine.await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => return out.fail(&run, &error.to_string()),
        Err(error) => return out.fail(&run, &error.to_string()),
    }
    out.end(&run, stopped_by, options)
}

async fn say(handle: &Handle, commands: Vec<Command>) -> Result<(), Refusal> {
    let mut said = Ok(());
    for command in commands {
        said = handle.command(command).await;
        if said.is_err() {
            break;
        }
    }
    // The answer comes behind a snapshot of the state after all of it.
    handle.command(Command::Attach).await.and(said)
}

fn quit(wishes: &mpsc::Sender<Command>) {
    // It may be closing already, or have been told before.
    let _ = wishes.try_send(Command::Quit { detach: false });
}

/// Nothing goes on without somebody: it ended, paused, or only an open gate is left.
fn needs_person(run: &Run) -> bool {
    match run.status {
        RunStatus::Completed { .. } | RunStatus::Paused { .. } => true,
        RunStatus::WaitingAtGate => orchestrator::pending(run).is_empty(),
        RunStatus::Running => false,
    }
}

struct Signals {
    interrupt: Option<tokio::signal::unix::Signal>,
    terminate: Option<tokio::signal::unix::Signal>,
    hangup: Option<tokio::signal::unix::Signal>,
}

impl Signals {
    fn new() -> Self {
        Self {
            interrupt: signal(SignalKind::interrupt()).ok(),
            terminate: signal(SignalKind::terminate()).ok(),
            hangup: signal(SignalKind::hangup()).ok(),
        }
    }
    /// The exit code that belongs to the next signal.
    async fn next(&mut self) -> u8 {
        async fn wait(signal: &mut Option<tokio::signal::unix::Signal>) {
            match signal {
                Some(signal) => {
                    signal.recv().await;
                }
                None => std::future::pending().await,
            }
        }
        tokio::select! {
            () = wait(&mut self.interrupt) => 130,
            () = wait(&mut self.terminate) => 143,
            () = wait(&mut self.hangup) => 129,
        }
    }
}

struct Printer<'a> {
    json: bool,
    started: Instant,
    /// stdout was closed by its reader.
    closed: bool,
    closing: Option<&'a dyn Fn(&Run) -> Closing>,
    services: Arc<Services>,
}

impl Printer<'_> {
    fn show(&mut self, update: &Update) {
        if self.json {
            if let Some(line) = jsonl::line(update) {
                self.print(&line.to_string());
            }
            if let Update::Notice { error: true, text } = update {
                self.talk(text);
            }
            return;
        }
        match update {
            Update::Event(envelope) => {
                if let Some(text) = narrate(&envelope.event) {
                    self.talk(&text);
                }
            }
            Update::Notice { text, .. } => self.talk(text),
            Update::Progress { text, .. } => tracing::debug!(%text, "progress"),
            _ => {}
        }
    }

    /// To stderr, with the time since the start.
    fn talk(&self, text: &str) {
        let seconds = self.started.elapsed().as_secs();
        // Nobody may be listening; the exit code tells the same.
        let _ = writeln!(io::stderr(), "{:>2}:{:02} {text}", seconds / 60, seconds % 60);
    }

    fn print(&mut self, line: &str) {
        if writeln!(io::stdout(), "{line}").and_then(|()| io::stdout().flush()).is_err() {
            self.closed = true;
        }
    }

    fn fail(&mut self, run: &Run, error: &str) -> u8 {
        let ending = Ending::Failed { error: &Clean::new(error) };
        if self.json {
            self.print(&jsonl::last_line(run, ending, 1).to_string());
        } else {
            self.print(
                format!("{}{}", summary(run, ending), next(ending, None, self.services.workspace.dir())).trim_end(),
            );
        }
        self.talk(error);
        1
    }

    fn end(&mut self, run: &Run, stopped_by: Option<u8>, options: Options) -> u8 {
        let mut exit = stopped_by.unwrap_or_else(|| trace::exit_code(run));
        if exit == 7 && options.allow_partial {
            exit = 0;
        }
        let ending = match &run.status {
            RunStatus::Completed { outcome, stopped_at_plan } => {
                Ending::Completed { outcome: *outcome, stopped_at_plan: *stopped_at_plan }
            }
            RunStatus::Paused { reason: PauseReason::Failed, detail } => Ending::Failed { error: detail },
            RunStatus::Paused { reason, .. } => Ending::Paused { reason: *reason },
            RunStatus::WaitingAtGate if stopped_by.is_none() => {
                Ending::Paused { reason: if exit == 5 { PauseReason::Budget } else { PauseReason::Gate } }
            }
            RunStatus::WaitingAtGate | RunStatus::Running => Ending::Paused { reason: PauseReason::Interrupted },
        };
        let closing = self.closing.filter(|_| stopped_by.is_none()).map(|closing| closing(run));
        let changes = existing::changes_of(run, ending, &self.services.dir);
        exit = changes.exit(closing.as_ref().and_then(|closing| closing.exit).unwrap_or(exit));
        if self.json {
            let mut line = jsonl::last_line(run, ending, exit);
            changes.note(&mut line);
            if let Some(closing) = closing {
                line["replay"] = closing.json;
            }
            self.print(&line.to_string());
        } else {
            let mut text = summary(run, ending);
            if !options.passing {
                text.push_str(&next(ending, self.services.manifest(run).as_ref(), self.services.workspace.dir()));
            }
            text.push_str(&changes.told);
            if let Some(closing) = closing {
                text.push_str(&closing.text);
            }
            self.print(text.trim_end());
        }
        exit
    }
}

/// What happened, in a line for people; `None` for what only the machinery cares about.
fn narrate(event: &Event) -> Option<String> {
    Some(match event {
        Event::PhaseStarted { phase } => format!("── {} ──", phase.name()),
        Event::StepStarted { step, attempt: 1 } => format!("● {step}"),
        Event::StepStarted { step, attempt } => format!("● {step}, attempt {attempt}"),
        Event::Said { speaker, text, .. } => format!("  {speaker}: {}", text.one_line(160)),
        Event::ToolsUsed { uses, .. } => {
            let line = |used: &Used| {
                format!("  {} {}", if used.ok { "·" } else { "✗" }, Clean::from(used.line()).one_line(160))
            };
            uses.iter().map(line).collect::<Vec<_>>().join("\n")
        }
        Event::CallFailed { step, error, .. } => format!("✗ {step}: {error}"),
        Event::CheckCompleted { check, .. } => narrate_check(check),
        Event::GateOpened { gate, reason, .. } => format!("◆ gate {gate}: {}", gate_word(reason)),
        Event::GateDecided { gate, decided } => format!("◆ gate {gate} decided {}", decided.who),
        Event::StepFailed { step, reason } => format!("✗ {step}: {reason}"),
        Event::StepBlocked { step, by } => format!("✗ {step} is blocked by {by}"),
        Event::Restored => "the files are as they were then".to_owned(),
        Event::Paused { detail, .. } => format!("paused: {detail}"),
        _ => return None,
    })
}

fn narrate_check(check: &Check) -> String {
    let mark = match check.passed {
        true if check.is_caution() => "!",
        true => "✓",
        false if check.is_doubt() => "?",
        false => "✗",
    };
    let mut line = format!("  {mark} {}: {}", check.name, check.summary);
    if !check.passed {
        for detail in check.details.iter().take(3) {
            line.push_str("\n      ");
            line.push_str(&detail.one_line(200));
        }
    }
    line
}
