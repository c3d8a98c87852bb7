//! The line-oriented front end: for `--plain`, `TERM=dumb`, pipes and screen readers. The same model, the same words,
//! printed once and in order; no cursor movement, no colour, no box. Every gate can be answered by typed words.

use crate::{
    domain::{
        Clean, Hash,
        change::Change,
        command::{Command, Update},
        run::{Gate, Run, RunStatus, StepState, Verb},
    },
    term::{Handle, Outcome, Project, Start},
    ui::{
        Cmd, Key, Model, Msg, Setup, StartRequest, WelcomeInfo,
        key::Code,
        model::Screen,
        overlay::{
            Overlay, Purpose, card,
            confirm::{Confirm, Sure},
            gate as gate_card,
        },
        panes::timeline,
        report, text, update,
        update::watch,
        welcome::EXAMPLE,
    },
};
use jiff::Timestamp;
use std::{collections::BTreeSet, io::Write, path::Path, sync::Arc};
use tokio::io::{AsyncBufRead, AsyncBufReadExt, Lines};

/// What the plain front end needs.
pub struct Plain<R, W> {
    pub setup: Setup,
    /// `None`: ask what should be built.
    pub handle: Option<Handle>,
    pub start: Start,
    /// `--model`, for a run that starts here.
    pub model: String,
    /// Where it goes, by which plan, and when a person is asked.
    pub info: WelcomeInfo,
    pub input: R,
    pub output: W,
    /// Input comes from a script, not from a person at a terminal: its lines wait until something is asked.
    pub scripted: bool,
}

impl<R, W> std::fmt::Debug for Plain<R, W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Plain").field("setup", &self.setup).finish_non_exhaustive()
    }
}

const COLUMNS: usize = 78;
const READ_ONLY: &str = "Read-only: another screen has the keyboard; /take takes it over.";

struct Session<W> {
    model: Model,
    out: W,
    project: Option<Arc<dyn Project>>,
    /// The change that `yes` carries out.
    sure: Option<Change>,
    /// Sequence of the last printed message.
    said: u64,
    states: Vec<StepState>,
    asked: BTreeSet<(crate::domain::GateId, Hash)>,
    /// `reject` was typed for this gate; typing it once more does it.
    rejecting: Option<(crate::domain::GateId, Hash)>,
    over: bool,
}

/// Runs until the run ends, the input ends, or the person leaves.
///
/// # Errors
/// The output could not be written.
pub async fn run<R: AsyncBufRead + Unpin, W: Write>(plain: Plain<R, W>) -> std::io::Result<Outcome> {
    let mut lines = plain.input.lines();
    let mut model = Model::new(plain.setup, (80, 24), Timestamp::now());
    model.screen = Screen::Work;
    let mut session = Session {
        model,
        out: plain.output,
        project: None,
        sure: None,
        said: 0,
        states: Vec::new(),
        asked: BTreeSet::new(),
        rejecting: None,
        over: false,
    };
    let mut handle = match plain.handle {
        Some(handle) => handle,
        None => match session.intake(&mut lines, &plain.start, &plain.model, &plain.info).await? {
            Some(handle) => handle,
            None => return Ok(Outcome { exit: 0 }),
        },
    };
    session.project = Some(handle.project.clone());
    session.model.setup.folder = handle.folder.clone();
    let _ = handle.commands.send(Command::Attach).await;
    let mut reading = true;
    let mut leaving = false;
    loop {
        // A script's next line is an answer: it waits for the question.
        let ask = reading && (!plain.scripted || session.wants_an_answer());
        tokio::select! {
            news = handle.updates.recv() => match news {
                Some(Update::Ended { exit }) => return Ok(Outcome { exit }),
                Some(change) => {
                    for command in session.news(change)? {
                        let _ = handle.commands.send(command).await;
                    }
                }
                None => return Ok(Outcome { exit: 1 }),
            },
            line = lines.next_line(), if ask => match line {
                Ok(Some(line)) => {
                    for command in session.allowed(line.trim())? {
                        leaving |= matches!(command, Command::Quit { .. });
                        let _ = handle.commands.send(command).await;
                    }
                }
                Ok(None) | Err(_) => {
                    reading = false;
                    if !leaving && (!plain.scripted || session.wants_an_answer() || session.over) {
                        leaving = true;
                        let _ = handle.commands.send(Command::Quit { detach: false }).await;
                    }
                }
            },
        }
        // Nothing more can be answered: the driver closes the project, and says how it stands.
        if !reading && !leaving && session.wants_an_answer() {
            leaving = true;
            let _ = handle.commands.send(Command::Quit { detach: false }).await;
        }
    }
}

impl<W: Write> Session<W> {
    fn say(&mut self, text: &str) -> std::io::Result<()> {
        let text = if self.model.look.glyphs.ascii {
            text.chars().map(|c| if c.is_ascii() { c } else { '?' }).collect()
        } else {
            text.to_owned()
        };
        writeln!(self.out, "{text}")?;
        self.out.flush()
    }

    fn wants_an_answer(&self) -> bool {
        let paused = self.model.run.as_deref().is_some_and(|r| matches!(r.status, RunStatus::Paused { .. }));
        paused || self.over || self.model.waiting_gate().is_some_and(|g| self.asked.contains(&(g.id, g.digest.clone())))
    }

    async fn intake<R: AsyncBufRead + Unpin>(
        &mut self,
        lines: &mut Lines<R>,
        start: &Start,
        model: &str,
        info: &WelcomeInfo,
    ) -> std::io::Result<Option<Handle>> {
        loop {
            self.say(
                "What should be built? Write it, then a line with only a dot. /example, @FILE and /quit work too.",
            )?;
            let mut text = String::new();
            let ended = loop {
                let Some(line) = lines.next_line().await? else { break true };
                match line.trim() {
                    "/quit" => return Ok(None),
                    "/example" if text.is_empty() => {
                        text = EXAMPLE.to_owned();
                        self.say(EXAMPLE)?;
                        break false;
                    }
                    "." => break false,
                    at if text.is_empty() && at.starts_with('@') => {
                        match std::fs::read_to_string(Path::new(&at[1..])) {
                            Ok(file) => {
                                text = file;
                                break false;
                            }
                            Err(error) => self.say(&Clean::from(format!("{}: {error}", &at[1..])))?,
                        }
                    }
                    _ => {
                        text.push_str(&line);
                        text.push('\n');
                    }
                }
            };
            if text.trim().is_empty() {
                if ended {
                    return Ok(None);
                }
                continue;
            }
            let request = StartRequest::New {
                requirement: text.into_bytes(),
                files: Vec::new(),
                folder: info.folder.clone(),
                existing: false,
                model: model.into(),
                plan: info.plan,
                gates: info.gates,
            };
            match start(request).await {
                Ok(handle) => return Ok(Some(handle)),
                Err(why) => self.say(&why)?,
            }
            if ended {
                return Ok(None);
            }
        }
    }

    fn news(&mut self, change: Update) -> std::io::Result<Vec<Command>> {
        match &change {
            Update::Notice { text, .. } => self.say(&format!("[g1] {text}"))?,
            Update::Preview { url: Some(url), .. } => {
                let ssh = report::ssh_line(&self.model, url).unwrap_or_default();
                self.say(&format!("[g1] Running at {url}   over SSH, on your laptop: {ssh}"))?;
            }
            Update::Preview { url: None, note } => self.say(&format!("[g1] {note}"))?,
            Update::Run(_)
            | Update::Event(_)
            | Update::Delta { .. }
            | Update::Progress { .. }
            | Update::Keyboard { .. }
            | Update::Ended { .. } => {}
        }
        let is_run = matches!(change, Update::Run(_));
        let watching = self.model.watching;
        let cmds = update(&mut self.model, Msg::Update(change), Timestamp::now());
        self.model.overlays.clear();
        if watching != self.model.watching {
            let now = if watching { "You have the keyboard now." } else { READ_ONLY };
            self.say(&format!("[g1] {now}"))?;
        }
        if is_run && let Some(run) = self.model.run.clone() {
            self.print(&run)?;
        }
        let commands = cmds.into_iter().filter_map(|cmd| match cmd {
            Cmd::Send(command) => Some(command),
            _ => None,
        });
        Ok(commands.collect())
    }

    /// What the line asks for, unless another screen has the keyboard.
    fn allowed(&mut self, line: &str) -> std::io::Result<Vec<Command>> {
        let mut commands = self.line(line)?;
        let all = commands.len();
        commands.retain(|command| !self.model.watching || !watch::needs_keyboard(command));
        if commands.len() < all {
            self.model.gates.sent.clear();
            self.say(&format!("[g1] {READ_ONLY}"))?;
        }
        if self.model.watching && commands.iter().any(|c| matches!(c, Command::TakeKeyboard { .. })) {
            // It is given to whoever asks: what is typed next counts.
            self.model.watching = false;
            self.say("[g1] You have the keyboard now.")?;
        }
        Ok(commands)
    }

    /// What is new in the run since the last time, once and in order.
    fn print(&mut self, run: &Run) -> std::io::Result<()> {
        let said = self.said;
        for item in run.chat.iter().filter(|c| c.seq > said) {
            let step = item.step.as_ref().map_or_else(String::new, |s| format!(" {s}"));
            self.say(&format!("[{}{step}] {}", item.speaker, item.text.trim_end()))?;
        }
        self.said = run.chat.last().map_or(self.said, |c| c.seq.max(self.said));
        for (i, step) in run.steps().enumerate() {
            let before = self.states.get(i).copied();
            if before != Some(step.state)
                && !matches!(step.state, StepState::Waiting | StepState::AtGate | StepState::Committing)
            {
                let (_, word, _) = timeline::state(step, &self.model.look);
                self.say(&format!("[step {}/{} {}: {word}]", i + 1, run.steps.len(), step.plan.id))?;
            }
        }
        self.states = run.steps().map(|s| s.state).collect();
        for gate in run.open_gates() {
            if self.asked.insert((gate.id, gate.digest.clone())) {
                self.ask(run, gate)?;
            }
        }
        if let RunStatus::Paused { detail, .. } = &run.status {
            self.say(&format!("[g1] Paused. {detail} Type /resume or /quit."))?;
        }
        if run.is_over() && !self.over {
            self.over = true;
            for line in report::lines(&self.model, run, COLUMNS) {
                self.say(text::wrap::plain(&line).trim_end())?;
            }
            self.say("Type /preview, /trace or /quit, or what should come to it.")?;
        }
        self.over &= run.is_over();
        Ok(())
    }

    fn ask(&mut self, run: &Run, gate: &Gate) -> std::io::Result<()> {
        self.say(&format!("--- Gate {} ({}) ---", gate.id, gate.step))?;
        for line in card::lines(&self.model, run, gate, COLUMNS, usize::MAX) {
            self.say(text::wrap::plain(&line).trim_end())?;
        }
        let words = gate_card::actions(run, gate).into_iter().filter_map(|(action, _)| {
            use crate::ui::Action as A;
            Some(match action {
                A::Approve => "approve",
                A::RequestChanges if run.settings.is_offline() => "changes TEXT (the offline engine cannot use it)",
                A::RequestChanges => "changes TEXT",
                A::Fault => "fault TEXT (what is wrong with the code, for its developer)",
                A::ApprovePhase => "rest (approve the rest of the phase)",
                A::Reject => "reject",
                A::EditProposal => "edit",
                A::GateDiff => "diff",
                A::GateContext => "context",
                A::Answer => "/assume A-001 TEXT",
                A::NextPlan => "/plan lean|standard|thorough",
                A::AskMe => "/ask step|phase|plan|risk",
                A::Readings => "/readings",
                _ => return None,
            })
        });
        let words: Vec<&str> = words.collect();
        self.say(&format!("Gate {}: type {}, or later.", gate.id, words.join(", ")))
    }

    /// One typed line: a decision, a slash command, or words for the personas.
    fn line(&mut self, line: &str) -> std::io::Result<Vec<Command>> {
        if let Some(change) = self.sure.take() {
            self.model.draft.clear();
            if matches!(line.to_lowercase().as_str(), "yes" | "y") {
                self.say("[g1] It goes on with that.")?;
                return Ok(vec![Command::Change { change, who: self.model.setup.who.clone() }]);
            }
            self.say("[g1] Nothing was changed.")?;
            // A command is still one.
            if !line.starts_with('/') {
                return Ok(vec![]);
            }
        }
        let gate = self.model.waiting_gate().cloned();
        let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let (word, rest) = (word.trim_start_matches('/').to_lowercase(), rest.trim());
        if let Some(gate) = gate.filter(|g| self.asked.contains(&(g.id, g.digest.clone()))) {
            let key = (gate.id, gate.digest.clone());
            let alone = rest.is_empty();
            let verb = match word.as_str() {
                "approve" | "y" | "yes" | "build" if alone => Some(Verb::Approve),
                "rest" | "a" if alone => Some(Verb::ApprovePhase),
                "changes" | "change" | "f" if !alone => Some(Verb::Changes { text: rest.into() }),
                "fault" | "c" if !alone => Some(Verb::Fault { text: rest.into() }),
                "fault" | "c" => return self.told("Say what is wrong with the code in the same line: fault TEXT"),
                "changes" | "change" | "f" => {
                    let helps = self.model.run.as_deref().and_then(|run| run.instead_of_remarks(&gate));
                    return self
                        .told(helps.as_deref().unwrap_or("Say what must change in the same line: changes TEXT"));
                }
                "reject" | "x" if alone && self.rejecting.as_ref() == Some(&key) => Some(Verb::Reject),
                "reject" | "x" if alone => {
                    if let Some(run) = self.model.run.clone() {
                        self.say(&Confirm::reject(&run, &gate).text)?;
                    }
                    self.rejecting = Some(key);
                    return self.told("Type reject once more to do it.");
                }
                "edit" | "e" if alone => {
                    let folder = self.model.setup.folder.clone();
                    return self.told(&format!(
                        "In another shell: g1 gate show {0} --reply -C {folder} > reply.toml, edit it, then g1 gate edit {0} -f reply.toml -C {folder}. What comes of it is asked here.",
                        gate.id
                    ));
                }
                "diff" | "d" if alone => return self.show_diff(&gate),
                "context" | "v" if alone => return self.slash(&format!("/context {}", gate.step)),
                "later" if alone => return self.told("It stays open. /gate shows it again."),
                _ => None,
            };
            self.rejecting = None;
            if word == "gate" && alone {
                if let Some(run) = self.model.run.clone() {
                    self.ask(&run, &gate)?;
                }
                return Ok(vec![]);
            }
            if let Some(verb) = verb {
                self.model.gates.sent.insert(key);
                return Ok(match Model::decide(&gate, verb, &self.model.setup.who) {
                    Cmd::Send(command) => vec![command],
                    _ => vec![],
                });
            }
        } else if matches!(word.as_str(), "approve" | "y" | "yes" | "rest" | "reject") && rest.is_empty() {
            return self.told("No gate is waiting.");
        }
        if line.is_empty() { Ok(vec![]) } else { self.slash(line) }
    }

    /// Says it; there is nothing to be done.
    fn told(&mut self, words: &str) -> std::io::Result<Vec<Command>> {
        self.say(words)?;
        Ok(vec![])
    }

    fn show_diff(&mut self, gate: &Gate) -> std::io::Result<Vec<Command>> {
        use crate::ui::overlay::pager::{Pager, Source};
        self.model.overlays.push(Overlay::Pager(Pager::new("", Source::Diff(gate.id))));
        self.feed(Msg::Tick)
    }

    /// Slash commands and words go through the screens' own update, so both front ends understand the same things.
    fn slash(&mut self, line: &str) -> std::io::Result<Vec<Command>> {
        self.model.overlays.clear();
        self.model.focus = crate::ui::model::Focus::Input;
        self.model.notice = None;
        self.model.draft.set(line);
        self.feed(Msg::Key { key: Key::plain(Code::Enter), burst: false })
    }

    fn feed(&mut self, msg: Msg) -> std::io::Result<Vec<Command>> {
        let mut commands = Vec::new();
        let mut todo = vec![msg];
        while let Some(msg) = todo.pop() {
            for cmd in update(&mut self.model, msg, Timestamp::now()) {
                match cmd {
                    Cmd::Send(command) => commands.push(command),
                    Cmd::LoadBlob(hash) => {
                        let bytes = self.project.as_ref().and_then(|p| p.blob(&hash)).map(Into::into);
                        todo.push(Msg::Blob { hash, bytes });
                    }
                    Cmd::LoadPrompt(wanted) => {
                        if let Some(project) = &self.project {
                            let text = project.prompt(&wanted).map(Clean::from).map_err(Clean::from);
                            todo.push(Msg::Prompt { pack: wanted.pack, text });
                        }
                    }
                    Cmd::LookAtFiles(run) => {
                        if let Some(project) = &self.project {
                            todo.push(Msg::FilesSeen(project.changed(&run)));
                        }
                    }
                    Cmd::PlanChange(wish) => {
                        if let Some(project) = &self.project {
                            todo.push(Msg::ChangePlanned(project.change(&wish)));
                        }
                    }
                    Cmd::Export(to) => {
                        if let Some(project) = &self.project {
                            todo.push(Msg::Exported(project.export(to.as_deref())));
                        }
                    }
                    Cmd::Compare(other) => {
                        if let Some(project) = &self.project {
                            todo.push(Msg::Compared(project.compare(&other)));
                        }
                    }
                    Cmd::Quit => commands.push(Command::Quit { detach: false }),
                    // Lines have no colours, and whoever reads them is there.
                    Cmd::Highlight { .. } | Cmd::Title(_) | Cmd::Notify(_) | Cmd::Mouse(_) => {}
                    Cmd::Start(_)
                    | Cmd::Copy(_)
                    | Cmd::Edit(_)
                    | Cmd::EditProposal(_)
                    | Cmd::ReadFile(_)
                    | Cmd::Attach(_)
                    | Cmd::Redraw
                    | Cmd::Suspend => {}
                }
            }
        }
        match self.model.overlays.pop() {
            Some(Overlay::Pager(pager)) => {
                for line in pager.texts() {
                    self.say(line.trim_end())?;
                }
            }
            Some(Overlay::Prompt(p)) => {
                if let Purpose::Waive(clause) = &p.purpose {
                    self.say(&format!("Say why in the same line: /waive {clause} WHY"))?;
                }
            }
            Some(Overlay::Confirm(Confirm { sure: Sure::Change(change), text, .. })) => {
                self.say(&text)?;
                self.say("Type yes to do it; anything else keeps it as it is.")?;
                self.sure = Some(change);
            }
            _ => {}
        }
        self.model.overlays.clear();
        if let Some(notice) = self.model.notice.take() {
            let looking_on = self.model.watching && *notice.text == *watch::read_only(&self.model);
            self.say(&format!("[g1] {}", if looking_on { READ_ONLY } else { notice.text.as_str() }))?;
        }
        Ok(commands)
    }
}
