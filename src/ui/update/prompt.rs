//! Questions in the place of the input line: what must change, an answer, a search.

use crate::{
    domain::{
        AssumptionId, Clean,
        command::Command,
        run::{Run, Verb},
    },
    ui::{
        Action, Cmd, Key, Model,
        model::Screen,
        overlay::{Overlay, Prompt, Purpose, card},
        widgets::list::Search,
    },
};

/// Asks the person a question that the text leaves open.
pub(super) fn ask(model: &mut Model, id: AssumptionId) {
    let mut prompt = Prompt::new(&format!("answer {id}"), Purpose::Answer(id));
    let run = model.run.clone();
    if let Some(asked) = run.iter().flat_map(|run| card::questions(run)).find(|a| a.id == id) {
        prompt.about.push(asked.question.to_string());
        prompt.about.push(format!("In force: {}", asked.answer));
        prompt.choices.clone_from(&asked.choices);
    }
    model.overlays.push(Overlay::Prompt(Box::new(prompt)));
}

/// Why there is none to ask.
pub(super) fn no_question(run: &Run) -> &'static str {
    if run.assumptions.is_empty() {
        "There is no question to answer."
    } else if run.takes_answers() {
        "Every question has your answer."
    } else {
        "No question can be answered any more: what rests on them is approved. When the run has ended, type what shall be \
         different."
    }
}

pub(super) fn typed(model: &mut Model, key: Key) {
    if let Some(Overlay::Prompt(p)) = model.overlays.last_mut() {
        match key.typed().and_then(|c| p.numbered(c)).cloned() {
            Some(choice) => p.draft.set(&choice),
            None => {
                p.draft.key(key);
            }
        }
        model.notice = None;
    }
}

pub(super) fn act(model: &mut Model, action: Action, cmds: &mut Vec<Cmd>) {
    let Some(Overlay::Prompt(p)) = model.overlays.last_mut() else { return };
    match action {
        Action::Cancel | Action::ToPanes => {
            model.overlays.pop();
        }
        Action::HistoryBack | Action::PrevPane if !p.choices.is_empty() => p.turn(false),
        Action::HistoryForward | Action::NextPane if !p.choices.is_empty() => p.turn(true),
        Action::Editor => {
            let text = p.draft.text();
            cmds.push(Cmd::Edit(text));
        }
        Action::Send => {
            if p.draft.continues() {
                return;
            }
            let (text, purpose) = (p.draft.take(), p.purpose.clone());
            model.overlays.pop();
            answer(model, &purpose, text.trim(), cmds);
        }
        _ => {
            p.draft.act(action);
        }
    }
}

fn answer(model: &mut Model, purpose: &Purpose, text: &str, cmds: &mut Vec<Cmd>) {
    let who = model.setup.who.clone();
    match purpose {
        Purpose::SearchPane(pane) => super::moves::search(model, *pane, text, cmds),
        Purpose::SearchPager => {
            let Some(Overlay::Pager(pager)) = model.overlays.last_mut() else { return };
            let search = Search::new(text, pager.texts().into_iter());
            if search.matches.is_empty() {
                pager.list.search = None;
                return model.say(false, Clean::from(format!("'{text}' is not in this text.")));
            }
            pager.list.selected = search.matches.first().copied().unwrap_or(0);
            pager.list.top = pager.list.selected.saturating_sub(3);
            pager.list.search = Some(search);
        }
        _ if text.is_empty() => model.say(false, "Nothing was written, so nothing was sent."),
        Purpose::Changes { gate, digest } => {
            super::gate::send(model, *gate, digest.clone(), Verb::Changes { text: text.into() }, cmds);
        }
        Purpose::Fault { gate, digest } => {
            super::gate::send(model, *gate, digest.clone(), Verb::Fault { text: text.into() }, cmds);
        }
        Purpose::Remark { gate, digest, place } => {
            let remarks = model.gates.remarks.entry((*gate, digest.clone())).or_default();
            remarks.push(format!("{place}: {text}"));
            let n = remarks.len();
            model.say(
                false,
                format!("{n} remark{} kept; asking for changes on the card sends them.", if n == 1 { "" } else { "s" }),
            );
        }
        Purpose::Answer(id) => {
            answered(model, *id, text, cmds);
        }
        Purpose::Waive(clause) => {
            cmds.push(Cmd::Send(Command::Waive { clause: *clause, why: text.into(), who }));
            model.say(false, format!("{clause} waived in your name."));
        }
    }
}

/// An answer goes to the run; the card that comes of it says how it was taken.
pub(super) fn answered(model: &mut Model, assumption: AssumptionId, text: &str, cmds: &mut Vec<Cmd>) {
    let who = model.setup.who.clone();
    cmds.push(Cmd::Send(Command::AnswerAssumption { assumption, answer: text.into(), who }));
    model.gates.answered = Some(assumption);
    model.say(false, format!("{assumption} answered; what depended on it is done again."));
}

/// The text came back from the editor.
pub(super) fn edited(model: &mut Model, text: &str) {
    if model.overlays.is_empty() && model.screen == Screen::Welcome {
        return model.welcome.take_over(text);
    }
    let clean = Clean::new(text);
    let text = clean.trim_end();
    match model.overlays.last_mut() {
        Some(Overlay::Prompt(p)) => p.draft.set(text),
        _ => model.draft.set(text),
    }
}
