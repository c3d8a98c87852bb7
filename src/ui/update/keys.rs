//! Keys and pastes: context, action, or typed text.

use super::{available, change, gate, interrupt, mouse, moves, pager, prompt, quit, slash, watch, welcome};
use crate::{
    domain::{Clean, command::Command, run::Verb},
    ui::{
        Action, Cmd, Code, Key, Look, Model, Wish,
        keymap::{Context, Meaning},
        model::{Focus, Screen},
        overlay::{
            Overlay, Prompt, Purpose,
            pager::{Pager, Source},
            palette::Palette,
        },
        panes::Pane,
        theme::{self, Theme, ThemeError},
        view::layout,
    },
};

pub(super) fn key(model: &mut Model, key: Key, burst: bool, cmds: &mut Vec<Cmd>) {
    let context = model.context();
    if context == Context::Welcome && welcome::key(model, key) {
        return;
    }
    let before = !model.pending.is_empty();
    model.pending.push(key);
    match model.keymap.lookup(context, &model.pending) {
        Meaning::Prefix => return,
        // Nothing to take: it is a letter like any other.
        Meaning::Act(Action::TakeOver) if !model.watching => typed(model, context, key, burst, cmds),
        Meaning::Act(action) => act(model, action, burst, cmds),
        Meaning::Nothing if before && key == Key::plain(Code::Esc) => {}
        Meaning::Nothing if before => {
            let keys: Vec<String> = model.pending.iter().map(ToString::to_string).collect();
            model.say(false, format!("{} means nothing here.", keys.join(" ")));
        }
        Meaning::Nothing => typed(model, context, key, burst, cmds),
    }
    model.pending.clear();
}

fn typed(model: &mut Model, context: Context, key: Key, burst: bool, cmds: &mut Vec<Cmd>) {
    match context {
        Context::EmptyInput | Context::Input if model.draft.key(key) => model.notice = None,
        Context::Prompt => prompt::typed(model, key),
        Context::Confirm => change::typed(model, key, burst, cmds),
        Context::Palette => {
            if let Some(Overlay::Palette(p)) = model.overlays.last_mut()
                && p.draft.key(key)
            {
                p.list = crate::ui::widgets::list::ListState::default();
            }
        }
        Context::Gate if key.typed().is_some() => {
            let (later, help) = (model.key(context, Action::Later), model.key(context, Action::Help));
            model.say(false, format!("{key} does nothing at a gate. {later} closes the card, {help} shows the keys."));
        }
        Context::Panes if key.typed().is_some() => {
            let (esc, help) = (model.key(Context::Panes, Action::ToInput), model.key(Context::Panes, Action::Help));
            model.say(false, format!("{key} does nothing in the panes. {esc} writes, {help} shows the keys."));
        }
        _ => {}
    }
}

/// A paste inserts text; it never sends, never chooses and never decides.
pub(super) fn paste(model: &mut Model, text: &str) {
    if model.overlays.is_empty() && model.screen == Screen::Welcome {
        return welcome::paste(model, text);
    }
    let clean = Clean::new(&text.replace("\r\n", "\n").replace('\r', "\n"));
    match model.overlays.last_mut() {
        Some(Overlay::Prompt(p)) => p.draft.insert(&clean),
        Some(Overlay::Palette(p)) => p.draft.insert(&clean.one_line(80)),
        Some(_) => {
            model.draft.insert(&clean);
            model.say(false, "The pasted text is in the input line below; a paste decides nothing.");
        }
        None => {
            model.draft.insert(&clean);
            model.focus = Focus::Input;
        }
    }
}

/// Does one action, wherever it came from: a key, the palette, a slash command.
pub(super) fn act(model: &mut Model, action: Action, burst: bool, cmds: &mut Vec<Cmd>) {
    use Action as A;
    if model.watching && watch::acts(action) {
        let why = watch::read_only(model);
        return model.say(true, why);
    }
    match action {
        A::TakeOver => return watch::take(model, cmds),
        A::Interrupt => return interrupt(model, cmds),
        A::Redraw => return cmds.push(Cmd::Redraw),
        A::Suspend => return cmds.push(Cmd::Suspend),
        A::Quit => return quit(model, cmds),
        A::Help => return open_pager(model, "Help", Source::Help),
        A::Palette if !matches!(model.overlays.last(), Some(Overlay::Palette(_))) => {
            model.overlays.push(Overlay::Palette(Box::default()));
            return;
        }
        A::Trace => return open_pager(model, "Trace: every clause, its code, its tests", Source::Trace),
        A::Readings => return open_pager(model, "What each clause is taken to demand", Source::Readings),
        A::Report => return open_pager(model, "Report", Source::Report),
        A::Pause if available(model, A::Pause) => {
            cmds.push(Cmd::Send(Command::Pause { who: model.setup.who.clone() }));
            return model.say(false, "The call is stopped, and made again when you go on.");
        }
        A::Resume if available(model, A::Resume) => {
            cmds.push(Cmd::Send(Command::Resume { who: model.setup.who.clone() }));
            return model.say(false, "Going on.");
        }
        A::Pause => return model.say(false, "Nothing is at work, so there is nothing to pause."),
        A::Resume => return model.say(false, "Nothing is paused."),
        A::Preview => {
            cmds.push(Cmd::Send(Command::StartPreview { port: None }));
            return model.say(false, "Starting the application.");
        }
        A::StopPreview => {
            cmds.push(Cmd::Send(Command::StopPreview));
            return;
        }
        A::Context => {
            let step = model.run.as_deref().and_then(|r| r.steps.iter().rev().find(|s| s.pack.is_some()));
            if let Some(id) = step.map(|s| s.plan.id.clone()) {
                open_pager(model, &format!("Context of {id}"), Source::Context(id.into()));
            }
            return;
        }
        A::Theme => return next_theme(model),
        A::Mouse => return mouse::toggle(model, cmds),
        A::AskMe if !matches!(model.overlays.last(), Some(Overlay::Gate(_) | Overlay::Confirm(_))) => {
            return gate::turn_mode(model, cmds);
        }
        _ => {}
    }
    match model.overlays.last() {
        Some(Overlay::Gate(_)) => gate::act(model, action, burst, cmds),
        Some(Overlay::Pager(_)) => pager::act(model, action, cmds),
        Some(Overlay::Prompt(_)) => prompt::act(model, action, cmds),
        Some(Overlay::Palette(_)) => palette(model, action, burst, cmds),
        Some(Overlay::Confirm(_)) => change::confirm(model, action, burst, cmds),
        None if model.screen == Screen::Welcome => welcome::act(model, action, burst, cmds),
        None => work(model, action, burst, cmds),
    }
}

/// The next theme that loads, at once on the screen.
fn next_theme(model: &mut Model) {
    let names = theme::names(&model.setup.themes);
    let at = names.iter().position(|n| *n == model.look.theme.name).unwrap_or(0);
    for name in names.iter().cycle().skip(at + 1).take(names.len()) {
        if set_theme(model, name).is_ok() {
            return;
        }
    }
}

/// Puts a theme on the screen.
pub(super) fn set_theme(model: &mut Model, name: &str) -> Result<(), ThemeError> {
    let theme = Theme::load(name, &model.setup.themes, model.setup.caps.depth)?;
    model.look = Look::of(theme, model.setup.caps);
    model.styled += 1;
    super::refit(model);
    let about = theme::about(name, &model.setup.themes);
    model.say(false, format!("Theme {name}: {about}. theme = \"{name}\" in config.toml keeps it."));
    Ok(())
}

fn work(model: &mut Model, action: Action, burst: bool, cmds: &mut Vec<Cmd>) {
    use Action as A;
    match action {
        A::Hub | A::Chat | A::Timeline | A::Code => {
            if let Some(pane) = Pane::ALL.into_iter().find(|p| p.action() == action) {
                show_pane(model, pane);
                model.focus = Focus::Panes;
            }
        }
        A::ToPanes => model.focus = Focus::Panes,
        A::ToInput => model.focus = Focus::Input,
        A::NextPane if model.focus == Focus::Input && slash::complete(model) => {}
        A::NextPane | A::PrevPane => {
            let pane = if model.focus == Focus::Input && action == A::NextPane {
                model.pane
            } else {
                next_pane(model, action == A::NextPane)
            };
            show_pane(model, pane);
            model.focus = Focus::Panes;
        }
        A::Zoom => {
            model.zoom = !model.zoom;
            super::refit(model);
        }
        A::Cancel => {
            // Esc in the panes takes back one thing at a time: search, text focus, zoom.
            if !moves::clear_search(model) {
                if model.pane == Pane::Code && model.code.in_text {
                    model.code.in_text = false;
                } else if model.zoom {
                    model.zoom = false;
                    super::refit(model);
                } else {
                    // Esc never goes back and forth: once more is no harm.
                    let key = model.key(Context::Panes, A::ToInput);
                    model.say(false, format!("{key} writes, {} shows the keys.", model.key(Context::Panes, A::Help)));
                }
            }
        }
        A::ReviewGate => gate::open_waiting(model),
        A::Send => send(model, burst, cmds),
        A::Editor => cmds.push(Cmd::Edit(model.draft.text())),
        A::Search => {
            model.focus = Focus::Panes;
            let prompt = Prompt::new(&format!("search {}", model.pane.name()), Purpose::SearchPane(model.pane));
            model.overlays.push(Overlay::Prompt(Box::new(prompt)));
        }
        A::Answer => match moves::next_question(model) {
            Some(id) => prompt::ask(model, id),
            None => {
                let why = model.run.as_deref().map_or("There is no run yet.", prompt::no_question);
                model.say(false, why);
            }
        },
        A::Waive => match moves::selected_clause(model) {
            Some(id) => {
                let prompt = Prompt::new(&format!("why waive {id}"), Purpose::Waive(id));
                model.overlays.push(Overlay::Prompt(Box::new(prompt)));
            }
            None => model.say(false, "Select a sentence in the Hub that demands something first."),
        },
        A::ToClause => moves::to_clause(model),
        A::Select => moves::lines(model),
        A::Copy => moves::copy(model, cmds, false),
        A::CopyAll => moves::copy(model, cmds, true),
        A::PageUp | A::PageDown if model.focus == Focus::Input => moves::pane(model, action, cmds),
        _ if model.focus == Focus::Panes => moves::pane(model, action, cmds),
        A::ToggleDiff | A::ShowTests => {
            show_pane(model, Pane::Code);
            moves::pane(model, action, cmds);
        }
        _ => {
            model.draft.act(action);
        }
    }
}

fn next_pane(model: &Model, forward: bool) -> Pane {
    let layout = layout::layout(model);
    // On a wide screen Tab goes through what is there, in reading order.
    let order: Vec<Pane> = match layout.class {
        layout::Class::Four if !model.zoom => layout.panes.iter().map(|(p, _)| *p).collect(),
        _ => return model.pane.turn(forward),
    };
    let at = order.iter().position(|p| *p == model.pane).unwrap_or(0);
    order[(at + if forward { 1 } else { order.len() - 1 }) % order.len()]
}

pub(super) fn show_pane(model: &mut Model, pane: Pane) {
    model.pane = pane;
    if pane != Pane::Chat {
        model.side = pane;
    }
    moves::clamp(model);
}

fn send(model: &mut Model, burst: bool, cmds: &mut Vec<Cmd>) {
    // Without brackets a pasted line end looks like Enter: in a burst it is only a new line.
    if burst {
        return model.draft.newline();
    }
    if model.draft.continues() {
        return;
    }
    let text = model.draft.take();
    let words = text.trim();
    if words.is_empty() {
        return gate::open_waiting(model);
    }
    if words.starts_with('/') && !words.contains('\n') {
        return slash::run(model, words, cmds);
    }
    // Whoever answers a gate in the input means the gate, not the personas.
    if model.waiting_gate().is_some() && ["y", "yes", "ok", "approve"].contains(&words.to_lowercase().as_str()) {
        return gate::by_words(model, Verb::Approve, cmds);
    }
    if model.watching {
        model.draft.set(&text);
        let why = watch::read_only(model);
        return model.say(true, why);
    }
    if model.run.as_deref().is_some_and(crate::domain::run::Run::is_over) {
        model.draft.set(&text);
        return change::wish(model, Wish::Add(words.to_owned()), cmds);
    }
    if model.ended.is_some() {
        model.draft.set(&text);
        return model.say(true, "The run has ended here: leave with /quit; g1 opens it again.");
    }
    let (step, said) = match slash::addressed(model, words) {
        Ok(addressed) => addressed,
        Err(why) => {
            model.draft.set(&text);
            return model.say(true, why);
        }
    };
    let offline = model.run.as_deref().is_some_and(|run| run.settings.is_offline());
    let reaches = match &step {
        _ if offline => {
            "Said, and kept. The offline engine reads no remarks: it works from the clauses and the answers; /model chooses \
             another."
                .to_owned()
        }
        Some(step) => format!("Said to {step}: it reaches the next context packed for it."),
        None => "Said. It reaches the next context that is packed; @NAME speaks to one persona.".to_owned(),
    };
    cmds.push(Cmd::Send(Command::Say { step, text: said.into(), who: model.setup.who.clone() }));
    model.chat.follow();
    model.say(false, reaches);
}

pub(super) fn open_pager(model: &mut Model, title: &str, source: Source) {
    if let Some(Overlay::Pager(p)) = model.overlays.last()
        && p.source == source
    {
        return;
    }
    model.overlays.push(Overlay::Pager(Pager::new(title, source)));
    super::rebuild_overlays(model);
}

fn palette(model: &mut Model, action: Action, burst: bool, cmds: &mut Vec<Cmd>) {
    use crate::ui::overlay::palette;
    use Action as A;
    let Some(Overlay::Palette(p)) = model.overlays.last() else { return };
    let query = p.draft.text();
    let mut list = p.list.clone();
    // What works is judged without the palette on top.
    let Some(top) = model.overlays.pop() else { return };
    let hits = palette::matches(model, &query);
    match action {
        A::Cancel | A::ToPanes => return,
        A::Confirm | A::Send => {
            if let Some(action) = hits.get(list.selected) {
                act(model, *action, burst, cmds);
            }
            return;
        }
        _ => {}
    }
    model.overlays.push(top);
    let rows = palette::rows(layout::layout(model).body);
    let moved = list.act(action, hits.len(), rows.max(1));
    if let Some(Overlay::Palette(p)) = model.overlays.last_mut() {
        let Palette { draft, list: place } = p.as_mut();
        if moved {
            *place = list;
        } else {
            draft.act(action);
        }
    }
}
