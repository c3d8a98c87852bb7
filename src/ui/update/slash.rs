//! Slash commands: the words people type by habit. `plain` understands the same ones.

use super::{gate, keys};
use crate::{
    domain::{
        AssumptionId, ClauseId, Clean, StepId,
        command::Command,
        plan::PlanVariant,
        run::{GateMode, StepState, Verb},
    },
    ui::{
        Action, Cmd, Model, Wish,
        overlay::{Overlay, Prompt, Purpose, card, pager::Source},
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
    "plan", "/plan [lean|standard|thorough]", "The steps; at the first gate, another way of carrying them out";
    "add", "/add TEXT", "Ask for more, once the run has ended";
    "amend", "/amend C-003 TEXT", "Say a sentence of the requirement differently, once the run has ended";
    "remove", "/remove C-007", "Take sentences out of the requirement, once the run has ended";
    "pause", "/pause", "Pause after the current call";
    "resume", "/resume", "Go on with a paused run";
    "rewind", "/rewind STEP [aside]", "Back to before a step: hub, files and conversation (aside: moves away files you changed)";
    "fork", "/fork STEP|now DIR", "Another project in DIR that begins with the state before a step";
    "compare", "/compare DIR", "This run beside the one in another folder, such as a fork of it";
    "readings", "/readings", "What each clause is taken to demand";
    "trace", "/trace", "Every clause with its code, tests and status";
    "report", "/report", "What is proven and what is not";
    "files", "/files", "The files of the application";
    "tests", "/tests", "Results of the tests that G1 ran";
    "context", "/context [STEP]", "Exactly what a persona was given, and what was cut";
    "preview", "/preview [PORT]", "Run the built application on 127.0.0.1";
    "stop", "/stop", "Stop the running application, or else pause the run";
    "diff", "/diff", "What the step at the gate would change";
    "hub", "/hub [WORDS]", "The sentences and what became of them; searches for WORDS";
    "cost", "/cost", "Calls, tokens and money so far";
    "status", "/status", "How far the run is";
    "model", "/model [PROVIDER/MODEL]", "Which model this run uses, or another one from now on";
    "theme", "/theme [NAME]", "How it looks: the next theme, or this one";
    "mouse", "/mouse", "Take the mouse for scrolling and clicking, or leave it to the terminal";
    "export", "/export [PATH]", "The whole run as one bundle: requirement, trace, decisions, evidence, application";
    "copy", "/copy", "Copy what is selected in the pane";
    "take", "/take", "Take the keyboard over from the screen that has it";
    "redraw", "/redraw", "Draw the whole screen again";
    "quit", "/quit", "Leave; the project keeps everything";
}

/// `@build:core make it blue` speaks to that step, `@developer …` to the step that this persona works on or takes up
/// next; anything else to whoever works next.
///
/// # Errors
/// There is no such persona or step in this run.
pub fn addressed<'a>(model: &Model, words: &'a str) -> Result<(Option<StepId>, &'a str), Clean> {
    let Some(rest) = words.strip_prefix('@') else { return Ok((None, words)) };
    let (name, said) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let said = said.trim();
    let Some(run) = model.run.as_deref() else { return Ok((None, words)) };
    let step = match StepId::new(name) {
        Ok(id) if run.step(&id).is_some() => Some(id),
        _ => {
            let seats = |s: &&crate::domain::run::Step| s.plan.personas.iter().any(|p| p.as_str() == name);
            let open = run.steps().filter(|s| !s.settled());
            open.clone()
                .filter(seats)
                .find(|s| s.state != StepState::Waiting)
                .or_else(|| open.clone().find(seats))
                .map(|s| s.plan.id.clone())
        }
    };
    match step {
        Some(_) if said.is_empty() => Err(Clean::from(format!("Say something to {name} in the same line."))),
        Some(step) => Ok((Some(step), said)),
        None => {
            let seats = |s: &&crate::domain::run::Step| s.plan.personas.iter().any(|p| p.as_str() == name);
            Err(Clean::from(match run.steps().rfind(seats) {
                Some(done) => format!(
                    "What {name} had to do is done. `/rewind {}` takes it back; then tell {name} what to change, and /resume",
                    done.plan.id
                ),
                None => format!("Nobody called '{name}' has work left. There are {}", names(model).join(" ")),
            }))
        }
    }
}

/// Whom one can speak to: the personas and steps with work left.
#[must_use]
pub fn names(model: &Model) -> Vec<String> {
    let Some(run) = model.run.as_deref() else { return Vec::new() };
    let mut names: Vec<String> = Vec::new();
    let open = || run.steps().filter(|s| !s.settled());
    let personas = open().flat_map(|s| s.plan.personas.iter().map(ToString::to_string));
    for name in personas.chain(open().map(|s| s.plan.id.to_string())) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// What the word being written could become, with a few words about it: commands after `/`, names after `@`.
#[must_use]
pub fn suggestions(model: &Model) -> Vec<(String, String)> {
    let text = model.draft.text();
    if text.contains(char::is_whitespace) {
        return Vec::new();
    }
    if let Some(word) = text.strip_prefix('/') {
        let hits = COMMANDS.iter().filter(|c| c.name.starts_with(word));
        return hits.map(|c| (format!("/{}", c.name), format!("{}  {}", c.usage, c.doc))).collect();
    }
    let Some(word) = text.strip_prefix('@') else { return Vec::new() };
    let about = |name: &str| match StepId::new(name).ok().and_then(|id| model.run.as_deref()?.step(&id).cloned()) {
        Some(step) => step.plan.title.one_line(80),
        None => crate::ui::panes::chat::persona_name(name),
    };
    names(model).into_iter().filter(|n| n.starts_with(word)).map(|n| (format!("@{n}"), about(&n))).collect()
}

/// Tab after `/` or `@`: as much as all suggestions share, the whole word when there is one. False when nothing fits.
pub(super) fn complete(model: &mut Model) -> bool {
    let hits = suggestions(model);
    let Some((first, _)) = hits.first() else { return false };
    let shared = hits
        .iter()
        .fold(first.len(), |n, (hit, _)| first.bytes().zip(hit.bytes()).take(n).take_while(|(a, b)| a == b).count());
    let text = model.draft.text();
    if hits.len() == 1 || first.len() == text.len() {
        model.draft.set(&format!("{first} "));
    } else if shared > text.len() {
        model.draft.set(&first[..shared]);
    } else {
        return !text.is_empty();
    }
    true
}

pub(super) fn run(model: &mut Model, words: &str, cmds: &mut Vec<Cmd>) {
    let (name, rest) = words[1..].split_once(char::is_whitespace).unwrap_or((&words[1..], ""));
    let rest = rest.trim();
    let act = |model: &mut Model, action, cmds: &mut Vec<Cmd>| keys::act(model, action, false, cmds);
    match name {
        "help" | "?" => act(model, Action::Help, cmds),
        "quit" | "q" | "exit" => act(model, Action::Quit, cmds),
        "approve" | "yes" => gate::by_words(model, Verb::Approve, cmds),
        "changes" | "change" => changes(model, rest, cmds),
        "gate" => {
            if model.waiting_gate().is_none() {
                model.say(false, "No gate is waiting.");
            }
            gate::open_waiting(model);
        }
        "assume" | "answer" => answer(model, rest, cmds),
        "waive" => waive(model, rest, cmds),
        "ask" => ask(model, rest, cmds),
        "add" if rest.is_empty() => model.say(true, "Say what comes to it: /add TEXT"),
        "add" => super::change::wish(model, Wish::Add(rest.to_owned()), cmds),
        "amend" => amend(model, rest, cmds),
        "remove" => remove(model, rest, cmds),
        "pause" => act(model, Action::Pause, cmds),
        "resume" => act(model, Action::Resume, cmds),
        "trace" => act(model, Action::Trace, cmds),
        "readings" => act(model, Action::Readings, cmds),
        "report" => act(model, Action::Report, cmds),
        "files" => act(model, Action::Code, cmds),
        "tests" => {
            model.code.mode = crate::ui::panes::code::Mode::Tests;
            keys::show_pane(model, Pane::Code);
        }
        "context" => context(model, rest, cmds),
        "preview" => preview(model, rest, cmds),
        "stop" if model.preview.url.is_some() => act(model, Action::StopPreview, cmds),
        "stop" => act(model, Action::Pause, cmds),
        "model" | "models" => use_model(model, rest, cmds),
        "diff" => diff(model),
        "hub" if rest.is_empty() => act(model, Action::Hub, cmds),
        "hub" | "search" | "find" => super::moves::search(model, Pane::Hub, rest, cmds),
        "chat" => act(model, Action::Chat, cmds),
        "plan" if !rest.is_empty() => match PlanVariant::ALL.into_iter().find(|v| v.word() == rest) {
            Some(plan) => gate::set_plan(model, plan, cmds),
            None => model.say(true, "Write /plan lean, /plan standard or /plan thorough."),
        },
        "timeline" | "steps" | "plan" => act(model, Action::Timeline, cmds),
        "code" => act(model, Action::Code, cmds),
        "cost" | "usage" | "tokens" => cost(model),
        "status" => status(model),
        "theme" | "themes" if rest.is_empty() => act(model, Action::Theme, cmds),
        "theme" => {
            if let Err(wrong) = keys::set_theme(model, rest) {
                model.say(true, wrong.to_string());
            }
        }
        "mouse" => act(model, Action::Mouse, cmds),
        "export" | "save" => {
            model.say(false, "Writing the bundle.");
            cmds.push(Cmd::Export(Some(rest.to_owned()).filter(|to| !to.is_empty())));
        }
        "clear" | "compact" | "reset" => {
            model.say(
                false,
                "Nothing needs clearing: each persona sees only its context pack (/context), never the whole talk.",
            );
        }
        "new" | "init" => {
            model.say(false, "One folder, one project: leave with /quit and start g1 in an empty folder.");
        }
        "undo" | "rewind" => rewind(model, rest, cmds),
        "fork" => fork(model, rest, cmds),
        "keys" | "keymap" => act(model, Action::Help, cmds),
        "palette" | "commands" => act(model, Action::Palette, cmds),
        "compare" if rest.is_empty() => {
            model.say(true, "Name the folder of the other run: /compare ../other (g1 projects lists them).");
        }
        "compare" => {
            model.say(false, "Reading both.");
            cmds.push(Cmd::Compare(rest.to_owned()));
        }
        "attach" => {
            model.say(
                false,
                "Files come with a requirement when its run starts: /attach on the first screen, or g1 run --attach.",
            );
        }
        "take" | "takeover" if model.watching => act(model, Action::TakeOver, cmds),
        "take" | "takeover" => model.say(false, "This screen has the keyboard."),
        "copy" => act(model, Action::Copy, cmds),
        "redraw" => act(model, Action::Redraw, cmds),
        _ => unknown(model, name),
    }
}

fn changes(model: &mut Model, words: &str, cmds: &mut Vec<Cmd>) {
    if words.is_empty() {
        model.say(true, "Say what must change: /changes TEXT");
    } else {
        gate::by_words(model, Verb::Changes { text: words.into() }, cmds);
    }
}

fn answer(model: &mut Model, words: &str, cmds: &mut Vec<Cmd>) {
    match id_and_text::<AssumptionId>(words) {
        Ok((assumption, answer)) => {
            super::prompt::answered(model, assumption, answer, cmds);
        }
        Err(why) => model.say(true, format!("{why}. Write /assume A-002 your answer")),
    }
}

/// Without a reason, a prompt asks for it.
fn waive(model: &mut Model, words: &str, cmds: &mut Vec<Cmd>) {
    if let Ok(id) = words.parse::<ClauseId>() {
        let prompt = Prompt::new(&format!("why waive {id}"), Purpose::Waive(id));
        return model.overlays.push(Overlay::Prompt(Box::new(prompt)));
    }
    match id_and_text::<ClauseId>(words) {
        Ok((clause, why)) => {
            let who = model.setup.who.clone();
            cmds.push(Cmd::Send(Command::Waive { clause, why: why.into(), who }));
            model.say(false, format!("{clause} waived in your name."));
        }
        Err(why) => model.say(true, format!("{why}. Write /waive C-012 why")),
    }
}

fn ask(model: &mut Model, words: &str, cmds: &mut Vec<Cmd>) {
    let gates = match words {
        "step" => GateMode::Step,
        "phase" => GateMode::Phase,
        "plan" => GateMode::Plan,
        "risk" | "red" => GateMode::Risk,
        _ => return model.say(true, "Write /ask step, /ask phase, /ask plan or /ask risk."),
    };
    cmds.push(Cmd::Send(Command::SetGates { gates, who: model.setup.who.clone() }));
    model.say(false, format!("From now on you are asked: {}.", card::mode_name(gates)));
}

fn amend(model: &mut Model, words: &str, cmds: &mut Vec<Cmd>) {
    match id_and_text::<ClauseId>(words) {
        Ok((id, text)) => super::change::wish(model, Wish::Amend(id, text.to_owned()), cmds),
        Err(why) => model.say(true, format!("{why}. Write /amend C-003 the new sentence")),
    }
}

fn remove(model: &mut Model, words: &str, cmds: &mut Vec<Cmd>) {
    match words.split_whitespace().map(str::parse).collect::<Result<Vec<ClauseId>, _>>() {
        Ok(ids) if !ids.is_empty() => super::change::wish(model, Wish::Remove(ids), cmds),
        _ => model.say(true, "Name the sentences: /remove C-007"),
    }
}

fn context(model: &mut Model, words: &str, cmds: &mut Vec<Cmd>) {
    match (words.is_empty(), StepId::new(words)) {
        (true, _) => keys::act(model, Action::Context, false, cmds),
        (_, Ok(id)) if model.run.as_deref().is_some_and(|r| r.step(&id).is_some()) => {
            keys::open_pager(model, &format!("What {id} saw"), Source::Context(id.into()));
        }
        _ => model.say(true, Clean::from(format!("There is no step '{words}': 3 shows the Timeline."))),
    }
}

fn preview(model: &mut Model, words: &str, cmds: &mut Vec<Cmd>) {
    let port = if words.is_empty() { Ok(None) } else { words.parse::<u16>().map(Some) };
    match port {
        Ok(port) => {
            cmds.push(Cmd::Send(Command::StartPreview { port }));
            model.say(false, "Starting the application.");
        }
        Err(_) => model.say(true, "A port is a number from 1 to 65535: /preview 8123"),
    }
}

/// Without a name, says which one is used.
fn use_model(model: &mut Model, words: &str, cmds: &mut Vec<Cmd>) {
    if words.is_empty() {
        let name = model.run.as_deref().map_or("none yet", |r| r.settings.model.as_str());
        let told = format!("This run uses {name}. /model PROVIDER/MODEL takes another one; g1 models lists them.");
        return model.say(false, told);
    }
    cmds.push(Cmd::Send(Command::UseModel { model: words.to_owned(), who: model.setup.who.clone() }));
    model.say(false, format!("Asking {words} from now on."));
}

fn diff(model: &mut Model) {
    match model.waiting_gate().map(|g| (g.id, g.step.clone())) {
        Some((id, step)) => {
            keys::open_pager(model, &format!("{step} against the last approval"), Source::Diff(id));
        }
        None => model.say(false, "No gate is waiting; d in the Code pane shows a file's diff."),
    }
}

fn cost(model: &mut Model) {
    let text = model.run.as_deref().map(|run| format!("So far {}.", crate::ui::panes::timeline::summary(run)));
    model.say(false, text.unwrap_or_else(|| "No run yet.".into()));
}

fn status(model: &mut Model) {
    let text = model.run.as_deref().map(|run| {
        format!("{}: {}", crate::ui::panes::timeline::one_line(model, run), crate::ui::report::verdict(model, run))
    });
    model.say(false, text.unwrap_or_else(|| "No run yet.".into()));
}

fn rewind(model: &mut Model, words: &str, cmds: &mut Vec<Cmd>) {
    let (step, aside) = words.split_once(char::is_whitespace).unwrap_or((words, ""));
    match (StepId::new(step), aside.trim()) {
        (Ok(step), "" | "aside") => {
            let who = model.setup.who.clone();
            cmds.push(Cmd::Send(Command::Rewind { step, aside: !aside.is_empty(), who }));
        }
        (Ok(step), _) => {
            let said = format!(
                "/rewind takes a step alone. First `/rewind {step}`, then @{step} and what to change, then /resume."
            );
            model.say(true, said);
        }
        (Err(_), _) => model.say(true, "Write /rewind and a step, such as /rewind design: 3 shows them all."),
    }
}

fn fork(model: &mut Model, words: &str, cmds: &mut Vec<Cmd>) {
    match words.split_once(char::is_whitespace).map(|(step, dir)| (step, dir.trim())) {
        Some((step, dir)) if !dir.is_empty() && (step == "now" || StepId::new(step).is_ok()) => {
            cmds.push(Cmd::Send(Command::Fork {
                step: StepId::new(step).ok().filter(|_| step != "now"),
                dir: dir.into(),
                who: model.setup.who.clone(),
            }));
        }
        _ => model.say(true, "Write /fork, a step or now, and a folder: /fork design ../other"),
    }
}

fn unknown(model: &mut Model, name: &str) {
    let near = COMMANDS.iter().find(|c| c.name.starts_with(name) || name.starts_with(c.name));
    let hint = near.map_or_else(|| "/help shows them all".to_owned(), |c| format!("{} {}", c.usage, c.doc));
    model.say(true, Clean::from(format!("There is no /{name}. {hint}.")));
}

/// `A-002 the text` → the id and the text.
pub fn id_and_text<T>(words: &str) -> Result<(T, &str), String>
where
    T: std::str::FromStr,
    T::Err: std::fmt::Display,
{
    if words.is_empty() {
        return Err("The id is missing".into());
    }
    let (id, text) = words.split_once(char::is_whitespace).unwrap_or((words, ""));
    let id = id.parse().map_err(|e: T::Err| Clean::from(e.to_string()).to_string())?;
    match text.trim() {
        "" => Err("the text is missing".into()),
        text => Ok((id, text)),
    }
}
