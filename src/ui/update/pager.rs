//! Keys in a text on top of the panes.

use super::{keys, moves};
use crate::ui::{
    Action, Cmd, Model, PromptWanted,
    overlay::{
        Overlay, Prompt, Purpose,
        pager::{Link, Pager, Source},
    },
    text::diff,
};

pub(super) fn act(model: &mut Model, action: Action, cmds: &mut Vec<Cmd>) {
    use Action as A;
    let Some(Overlay::Pager(pager)) = model.overlays.last() else { return };
    let seen = pager.seen().cloned();
    match action {
        A::Cancel | A::Later => {
            // One thing at a time: the selection, the search, the text.
            if let Some(Overlay::Pager(pager)) = model.overlays.last_mut()
                && (pager.mark.take().is_some() || pager.list.search.take().is_some())
            {
                return;
            }
            model.overlays.pop();
        }
        A::Search => {
            let prompt = Prompt::new("search", Purpose::SearchPager);
            model.overlays.push(Overlay::Prompt(Box::new(prompt)));
        }
        A::Copy => copy(model, cmds, false),
        A::CopyAll => copy(model, cmds, true),
        A::Confirm => follow(model, cmds),
        A::Prompt => {
            if let Some(seen) = seen
                && let Some(run) = model.run.clone()
                && let Some(step) = run.step(&seen.step)
            {
                if let Some(pack) = seen.blob(&run) {
                    let call = seen.call.unwrap_or(step.calls.len().saturating_sub(1));
                    let turns = step.turns_before(call).to_vec();
                    let taken = step.calls.iter().take(call).filter(|c| c.turn.is_some()).count() - turns.len();
                    let offered = run.settings.turns.saturating_sub(u32::try_from(taken).unwrap_or(u32::MAX));
                    // The persona's file may have changed since.
                    model.prompts.remove(&pack);
                    let title = crate::domain::Clean::new(run.product(step));
                    cmds.push(Cmd::LoadPrompt(PromptWanted { pack, kind: step.plan.produces, title, turns, offered }));
                }
                keys::open_pager(model, &format!("The prompt of {seen}"), Source::Prompt(seen));
            }
        }
        A::Compare => {
            if let Some(seen) = seen {
                keys::open_pager(model, &format!("{seen} against the step before"), Source::Compare(seen));
            }
        }
        A::Select => {
            if let Some(Overlay::Pager(pager)) = model.overlays.last_mut() {
                if !pager.has_cursor() {
                    pager.list.selected = pager.list.top;
                }
                pager.mark = if pager.mark.is_some() { None } else { Some(pager.list.selected) };
            }
        }
        A::RequestChanges => remark(model),
        A::NextStep | A::PrevStep => section(model, action == A::NextStep),
        _ => scroll(model, action),
    }
}

fn scroll(model: &mut Model, action: Action) {
    let Some(Overlay::Pager(pager)) = model.overlays.last() else { return };
    let (len, height) = (pager.lines.len(), pager.height(model));
    let Some(Overlay::Pager(pager)) = model.overlays.last_mut() else { return };
    match action {
        Action::Open => pager.shift = (pager.shift + 8).min(2_000),
        Action::Back => pager.shift = pager.shift.saturating_sub(8),
        _ if pager.has_cursor() => {
            pager.list.act(action, len, height);
        }
        _ => {
            pager.list.scroll(action, len, height);
        }
    }
}

/// To the next file of a diff, or the next line that leads somewhere.
fn section(model: &mut Model, forward: bool) {
    let Some(Overlay::Pager(pager)) = model.overlays.last() else { return };
    let height = pager.height(model);
    let at = if pager.has_cursor() { pager.list.selected } else { pager.list.top };
    let begins = |i: &usize| {
        let text = crate::ui::text::wrap::plain(&pager.lines[*i]);
        pager.links.contains_key(i) || text.starts_with("+++ ") || text.starts_with("document ")
    };
    let len = pager.lines.len();
    let next = if forward { (at + 1..len).find(begins) } else { (0..at.min(len)).rev().find(begins) };
    let Some(next) = next else { return };
    let Some(Overlay::Pager(pager)) = model.overlays.last_mut() else { return };
    pager.list.selected = next;
    if pager.has_cursor() {
        pager.list.clamp(len, height);
    } else {
        pager.list.top = next.min(len.saturating_sub(height));
    }
}

/// A remark on the selected line of a diff: kept for the words that ask for changes.
fn remark(model: &mut Model) {
    let Some(Overlay::Pager(pager)) = model.overlays.last() else { return };
    let Source::Diff(gate) = &pager.source else { return };
    let Some(gate) = model.run.as_deref().and_then(|r| r.gates.get(gate)).filter(|g| g.is_open()) else {
        return model.say(false, "This gate is decided: nothing can be asked of it any more.");
    };
    let line = pager.texts().get(pager.list.selected).cloned().unwrap_or_default();
    let place = match diff::place(&pager.texts(), pager.list.selected) {
        Some((path, line)) => format!("{path}:{line}"),
        None => line.trim_start_matches(['+', '-']).chars().take(40).collect(),
    };
    let label = format!("on {place}");
    let purpose = Purpose::Remark { gate: gate.id, digest: gate.digest.clone(), place };
    model.overlays.push(Overlay::Prompt(Box::new(Prompt::new(&label, purpose))));
}

/// Where the selected line leads.
fn follow(model: &mut Model, cmds: &mut Vec<Cmd>) {
    let Some(Overlay::Pager(pager)) = model.overlays.last() else { return };
    match pager.links.get(&pager.list.selected).map(|(link, _)| link.clone()) {
        Some(Link::Item(seen, i)) => {
            keys::open_pager(model, &format!("What {seen} saw: item {}", i + 1), Source::Item(seen, i));
        }
        Some(Link::Call(seen)) => {
            keys::open_pager(model, &format!("What {seen} saw"), Source::Context(seen));
        }
        Some(Link::Result(hash, title)) => keys::open_pager(model, &title, Source::Result(hash)),
        Some(Link::Clause(id)) => {
            model.overlays.clear();
            moves::show_clause(model, id);
        }
        Some(Link::Nothing) => {}
        None => scroll(model, Action::Down),
    }
    super::gate::want_blobs(model, cmds);
}

fn copy(model: &mut Model, cmds: &mut Vec<Cmd>, all: bool) {
    let Some(Overlay::Pager(pager)) = model.overlays.last() else { return };
    let texts = logical(pager);
    let range = match pager.selected() {
        Some(range) if !all => range,
        _ if !all && matches!(pager.source, Source::Lines(..)) => (pager.list.selected, pager.list.selected),
        _ => (0, texts.len().saturating_sub(1)),
    };
    let text = texts.get(range.0..=range.1.min(texts.len().saturating_sub(1))).unwrap_or_default().join("\n");
    if text.is_empty() {
        return model.say(false, "There is nothing to copy here.");
    }
    cmds.push(Cmd::Copy(text));
    if let Some(Overlay::Pager(pager)) = model.overlays.last_mut() {
        pager.mark = None;
    }
}

fn logical(pager: &Pager) -> Vec<String> {
    match &pager.source {
        Source::Text(lines) | Source::Lines(_, lines) => lines.to_vec(),
        _ => pager.texts().into_iter().map(|l| l.trim_end().to_owned()).collect(),
    }
}
