//! The welcome screen's keys.

use super::keys;
use crate::{
    domain::{Clean, attachment::Attachment},
    ui::{
        Action, Cmd, Code, Key, Model,
        model::Screen,
        msg::{FileText, StartRequest},
        welcome::{EXAMPLE, Field},
    },
};

/// Keys that the key map does not decide: choices and typed text. True when taken.
pub(super) fn key(model: &mut Model, key: Key) -> bool {
    if model.welcome.starting {
        return !(key.ctrl && matches!(key.code, Code::Char('c' | 'l' | 'z')));
    }
    let w = &mut model.welcome;
    if w.field == Field::Requirement && w.draft.is_empty() && key == Key::char('?') {
        keys::act(model, Action::Help, false, &mut Vec::new());
        return true;
    }
    match key.code {
        Code::Up | Code::Down if matches!(w.field, Field::Model | Field::Recent) => {
            w.choose(key.code == Code::Down);
            true
        }
        // Nothing to choose upwards or downwards here: they go from field to field.
        Code::Up | Code::Down if matches!(w.field, Field::Ask | Field::Folder) => {
            w.step_field(key.code == Code::Down);
            true
        }
        Code::Left | Code::Right if w.field == Field::Ask => {
            w.choose(key.code == Code::Right);
            true
        }
        Code::Left | Code::Right if w.field == Field::Model && !w.asks_name() => {
            w.choose(key.code == Code::Right);
            true
        }
        Code::Char('b')
            if !key.ctrl && !w.asks_name() && matches!(w.field, Field::Model | Field::Recent | Field::Ask) =>
        {
            brownfield(model);
            true
        }
        Code::Char(' ') if matches!(w.field, Field::Model | Field::Recent | Field::Ask) => {
            w.choose(true);
            true
        }
        _ => {
            let taken = match w.field {
                Field::Requirement => w.draft.key(key),
                Field::Folder => w.folder.key(key),
                Field::Model if w.asks_name() => w.name.key(key),
                Field::Model | Field::Ask | Field::Recent => false,
            };
            if taken {
                model.notice = None;
            }
            taken
        }
    }
}

pub(super) fn paste(model: &mut Model, text: &str) {
    if model.welcome.starting {
        return;
    }
    // Terminals send a lone CR for the line ends of a paste.
    let text = &if text.contains('\n') { text.to_owned() } else { text.replace('\r', "\n") };
    match model.welcome.field {
        Field::Folder => model.welcome.folder.insert(text.lines().next().unwrap_or("")),
        Field::Model if model.welcome.asks_name() => {
            model.welcome.name.insert(Clean::new(text).lines().next().unwrap_or("").trim());
        }
        // The first paste is taken as it came; into a text that is being written it is inserted.
        _ if model.welcome.draft.is_empty() => model.welcome.take_over(text),
        _ => {
            model.welcome.field = Field::Requirement;
            model.welcome.draft.insert(&Clean::new(text));
        }
    }
}

pub(super) fn act(model: &mut Model, action: Action, burst: bool, cmds: &mut Vec<Cmd>) {
    if model.welcome.starting {
        return;
    }
    match action {
        Action::NextPane => model.welcome.step_field(true),
        Action::PrevPane => model.welcome.step_field(false),
        Action::Example => example(model),
        Action::Editor => {
            model.welcome.field = Field::Requirement;
            cmds.push(Cmd::Edit(model.welcome.draft.text()));
        }
        Action::Start | Action::Send if burst => model.welcome.draft.newline(),
        Action::Start | Action::Send => start(model, cmds),
        Action::ToPanes => model.welcome.field = Field::Requirement,
        _ => match model.welcome.field {
            Field::Requirement => {
                model.welcome.draft.act(action);
            }
            Field::Folder if action != Action::Newline => {
                model.welcome.folder.act(action);
            }
            Field::Model if action != Action::Newline && model.welcome.asks_name() => {
                model.welcome.name.act(action);
            }
            _ => {}
        },
    }
}

fn example(model: &mut Model) {
    model.welcome.field = Field::Requirement;
    model.welcome.draft.set(EXAMPLE);
}

/// From something new to the software that is there, and back.
fn brownfield(model: &mut Model) {
    let w = &mut model.welcome;
    w.existing = !w.existing;
    // Nothing else is meant by "the folder" than the one that G1 was started for; another one can be typed.
    if w.existing && w.folder.text().trim().is_empty() {
        w.folder.set(&w.info.here);
    } else if !w.existing && w.folder.text() == w.info.here {
        w.folder.set(&w.info.folder);
    }
    let text = match w.existing {
        true => {
            "The software in the folder is changed, on a branch of its own; your files stay as they are. b or /existing again: something new."
        }
        false => "Something new is built.",
    };
    model.say(false, text);
}

fn start(model: &mut Model, cmds: &mut Vec<Cmd>) {
    let w = &mut model.welcome;
    let unnamed = w.asks_name() && w.name.text().trim().is_empty();
    match w.field {
        Field::Model if unnamed => return name_it(model),
        // Enter in a list takes the choice and returns to the text; only the text and a recent project start something.
        Field::Model | Field::Ask | Field::Folder => {
            w.field = Field::Requirement;
            return;
        }
        Field::Recent => {
            if let Some(recent) = w.info.recent.get(w.recent) {
                let folder = recent.folder.clone();
                w.starting = true;
                cmds.push(Cmd::Start(StartRequest::Open { folder }));
            }
            return;
        }
        Field::Requirement => {}
    }
    if w.draft.continues() {
        return;
    }
    let text = w.draft.text();
    let words = text.trim();
    if words.is_empty() {
        return model.say(false, "Write what should be built first, or /example for one to try.");
    }
    if let Some((before, path)) = w.attach_line() {
        w.draft.set(&before);
        cmds.push(Cmd::Attach(path));
        return;
    }
    if !words.contains('\n') {
        if let Some(path) = words.strip_prefix('@') {
            cmds.push(Cmd::ReadFile(path.trim().to_owned()));
            return;
        }
        if let Some(command) = words.strip_prefix('/') {
            let command = command.to_owned();
            w.draft.clear();
            return match command.as_str() {
                "example" => example(model),
                "existing" => brownfield(model),
                "quit" | "q" | "exit" => cmds.push(Cmd::Quit),
                "attach" => {
                    model.say(false, "Say which file: /attach prices.csv, alone or as the last line of the text.")
                }
                "help" | "?" => keys::act(model, Action::Help, false, cmds),
                _ => model.say(
                    true,
                    Clean::from(format!("There is no /{command} here: /example /existing /attach FILE /help /quit")),
                ),
            };
        }
    }
    if unnamed {
        return name_it(model);
    }
    let folder = w.folder.text().trim().to_owned();
    let (plan, gates) = (w.info.plan, w.info.gates);
    let request = StartRequest::New {
        requirement: w.bytes(),
        files: w.document.iter().chain(&w.beside).cloned().collect(),
        folder,
        existing: w.existing,
        model: w.model(),
        plan,
        gates,
    };
    w.starting = true;
    model.say(false, "Starting: the requirement is stored word for word.");
    cmds.push(Cmd::Start(request));
}

/// A provider alone is no model: nothing is asked there until one is named.
fn name_it(model: &mut Model) {
    model.welcome.field = Field::Model;
    let provider = model.welcome.model();
    model.say(true, format!("Write behind {provider} what the model is called there; Up and Down choose another."));
}

pub(super) fn attached(model: &mut Model, file: (String, Attachment)) {
    let name = Clean::new(&file.1.name);
    let w = &mut model.welcome;
    w.beside.retain(|(_, other)| other.name != file.1.name);
    w.beside.push(file);
    model.say(false, format!("{name} goes with the requirement."));
}

pub(super) fn started(model: &mut Model, result: Result<(), Clean>) {
    model.welcome.starting = false;
    match result {
        Ok(()) => {
            model.screen = Screen::Work;
            model.notice = None;
        }
        Err(why) => model.say(true, why),
    }
}

pub(super) fn file_read(model: &mut Model, file: FileText) {
    model.welcome.take_over(&file.text);
    if let Some((path, original)) = &file.original {
        let unread: Vec<&str> = original.unread.iter().map(Clean::as_str).collect();
        let unread = if unread.is_empty() { String::new() } else { format!(": {}", unread.join("; ")) };
        model.say(
            !original.unread.is_empty(),
            Clean::from(format!("This is the text of {path}; the file is kept with it{unread}.")),
        );
    }
    model.welcome.document = file.original;
}
