//! Slash commands: the words people type by habit. `plain` understands the same ones.

use super::{gate, keys};
use crate::{
    domain::{
        AssumptionId, ClauseId, Clean, StepId,
        command::Command,
        run::{GateMode, Verb},
    },
    ui::{
        Action, Cmd, Model,
        overlay::{Overlay, Prompt, Purpose, pager::Source},
        panes::Pane,
    },
};

#[derive(Debug, Clone, Copy)]
pub struct Slash {
    pub name: &'static str,
    pub usage: &'static str,
    pub doc: &'static str,
}

macro_rules! slash {
    ($($name:literal, $usage:literal, $doc:literal;)*) => {
        pub const COMMANDS: &[Slash] = &[$(Slash { name: $name, usage: $usage, doc: $doc }),*];
    };
}

slash! {
    "help", "/help", "Every key and command";
    "approve", "/approve", "Approve the open gate (opens its card first if you have not read it)";
    "changes", "/changes TEXT", "Send the step at the gate back with your words";
    "gate", "/gate", "Open the card of the waiting gate";
    "assume", "/assume A-002 TEXT", "Answer an open question in your own words";
    "waive", "/waive C-012 WHY", "Live without a clause, in your name";
    "ask", "/ask step|phase|plan|risk", "When you are asked";
    "pause", "/pause", "Pause after the current call";
    "resume", "/resume", "Go on with a paused run";
    "trace", "/trace", "Every clause with its code, tests and status";
    "report", "/report", "What is proven and what is not";
    "files", "/files", "The files of the application";
    "tests", "/tests", "Results of the tests that G1 ran";
    "context", "/context [STEP]", "Exactly what a persona was given, and what was cut";
    "preview", "/preview [PORT]", "Run the built application on 127.0.0.1";
    "stop", "/stop", "Stop the running application, or else pause the run";
    "model", "/model", "Which model this run uses";
    "copy", "/copy", "Copy what is selected in the pane";
    "redraw", "/redraw", "Draw the whole screen again";
    "quit", "/quit", "Leave; the project keeps everything";
}

/// `@build:core make it blue` speaks to that step; anything else to whoever works next.
#[must_use]
pub fn addressed<'a>(model: &Model, words: &'a str) -> (Option<StepId>, &'a str) {
    let known = || {
        let (name, rest) = words.strip_prefix('@')?.split_once(char::is_whitespace)?;
        let id = StepId::new(name).ok()?;
        model.run.as_deref()?.step(&id)?;
        Some((Some(id), rest.trim()))
    };
    known().unwrap_or((None, words))
}

pub(super) fn run(model: &mut Model, words: &str, cmds: &mut Vec<Cmd>) {
    let (name, rest) = words[1..].split_once(char::is_whitespace).unwrap_or((&words[1..], ""));
    let rest = rest.trim();
    let who = model.setup.who.clone();
    let act = |model: &mut Model, action, cmds: &mut Vec<Cmd>| keys::act(model, action, false, cmds);
    match name {
        "help" | "?" => act(model, Action::Help, cmds),
        "quit" | "q" | "exit" => act(model, Action::Quit, cmds),
        "approve" | "yes" => gate::by_words(model, Verb::Approve, cmds),
        "changes" | "change" => {
            if rest.is_empty() {
                model.say(true, "Say what must change: /changes TEXT");
            } else {
                gate::by_words(model, Verb::Changes { text: rest.into() }, cmds);
            }
        }
        "gate" => {
            if model.waiting_gate().is_none() {
                model.say(false, "No gate is waiting.");
            }
            gate::open_waiting(model);
        }
        "assume" | "answer" => match id_and_text::<AssumptionId>(rest) {
            Ok((id, answer)) => {
                cmds.push(Cmd::Send(Command::AnswerAssumption { assumption: id, answer: answer.into(), who }));
                model.say(false, format!("{id} answered; what depended on it is done again."));
            }
            Err(why) => model.say(true, format!("{why}. Write /assume A-002 your answer")),
        },
        "waive" => match rest.parse::<ClauseId>() {
            Ok(id) => model
                .overlays
                .push(Overlay::Prompt(Box::new(Prompt::new(&format!("why waive {id}"), Purpose::Waive(id))))),
            Err(_) => match id_and_text::<ClauseId>(rest) {
                Ok((clause, why)) => {
                    cmds.push(Cmd::Send(Command::Waive { clause, why: why.into(), who }));
                    model.say(false, format!("{clause} waived in your name."));
                }
                Err(why) => model.say(true, format!("{why}. Write /waive C-012 why")),
            },
        },
        "ask" => {
            let gates = match rest {
                "step" => GateMode::Step,
                "phase" => GateMode::Phase,
                "plan" => GateMode::Plan,
                "risk" | "red" => GateMode::Risk,
                _ => return model.say(true, "Write /ask step, /ask phase, /ask plan or /ask risk."),
            };
            cmds.push(Cmd::Send(Command::SetGates { gates, who }));
        }
        "pause" => act(model, Action::Pause, cmds),
        "resume" => act(model, Action::Resume, cmds),
        "trace" => act(model, Action::Trace, cmds),
        "report" => act(model, Action::Report, cmds),
        "files" => act(model, Action::Code, cmds),
        "tests" => {
            model.code.mode = crate::ui::panes::code::Mode::Tests;
            keys::show_pane(model, Pane::Code);
        }
        "context" => match (rest.is_empty(), StepId::new(rest)) {
            (true, _) => act(model, Action::Context, cmds),
            (_, Ok(id)) if model.run.as_deref().is_some_and(|r| r.step(&id).is_some()) => {
                keys::open_pager(model, &format!("What {id} saw"), Source::Context(id));
            }
            _ => model.say(true, Clean::from(format!("There is no step '{rest}': 3 shows the Timeline."))),
        },
        "preview" => {
            let port = if rest.is_empty() { Ok(None) } else { rest.parse::<u16>().map(Some) };
            match port {
                Ok(port) => cmds.push(Cmd::Send(Command::StartPreview { port })),
                Err(_) => model.say(true, "A port is a number from 1 to 65535: /preview 8123"),
            }
        }
        "stop" if model.preview.url.is_some() => act(model, Action::StopPreview, cmds),
        "stop" => act(model, Action::Pause, cmds),
        "model" => {
            let name = model.run.as_deref().map_or("none yet", |r| r.settings.model.as_str());
            model.say(false, format!("This run uses {name}. Another one: g1 resume -m PROVIDER/MODEL"));
        }
        "copy" => act(model, Action::Copy, cmds),
        "redraw" => act(model, Action::Redraw, cmds),
        _ => {
            let near = COMMANDS.iter().find(|c| c.name.starts_with(name) || name.starts_with(c.name));
            let hint = near.map_or_else(|| "/help shows them all".to_owned(), |c| format!("{} {}", c.usage, c.doc));
            model.say(true, Clean::from(format!("There is no /{name}. {hint}.")));
        }
    }
}

/// `A-002 the text` → the id and the text.
pub fn id_and_text<T>(words: &str) -> Result<(T, &str), String>
where
    T: std::str::FromStr,
    T::Err: std::fmt::Display,
{
    let (id, text) = words.split_once(char::is_whitespace).unwrap_or((words, ""));
    let id = id.parse().map_err(|e: T::Err| Clean::from(e.to_string()).to_string())?;
    match text.trim() {
        "" => Err("the text is missing".into()),
        text => Ok((id, text)),
    }
}
