//! Moving in the chat: by lines, by steps, by matches; folding.

use super::{ChatEntry, ChatState, lines};
use crate::{
    domain::run::Run,
    ui::{Action, Model},
};
use std::collections::BTreeSet;

/// Entry and line at the top when the end is at the bottom.
fn bottom_anchor(model: &Model, run: &Run, columns: usize, height: usize) -> (usize, usize) {
    let mut left = height;
    for (i, entry) in model.chat.entries.iter().enumerate().rev() {
        let n = lines(model, run, entry, columns).len();
        if n >= left {
            return (i, n - left);
        }
        left -= n;
    }
    (0, 0)
}

/// Moves the view; the cost is that of the lines passed, not of the whole chat.
pub fn act(model: &mut Model, run: &Run, action: Action, columns: usize, height: usize) -> bool {
    let bottom = bottom_anchor(model, run, columns, height);
    let at = model.chat.anchor.unwrap_or(bottom).min(bottom);
    let by = match action {
        Action::Down => 1,
        Action::Up => -1,
        Action::HalfDown => half(height),
        Action::HalfUp => -half(height),
        Action::PageDown => half(height) * 2 - 1,
        Action::PageUp => -(half(height) * 2 - 1),
        Action::Top => {
            model.chat.anchor = Some((0, 0)).filter(|_| bottom > (0, 0));
            return true;
        }
        Action::Bottom => {
            model.chat.follow();
            return true;
        }
        Action::SearchNext | Action::SearchPrev => {
            let found = model.chat.search.as_ref().and_then(|s| s.next(at.0, action == Action::SearchNext));
            if let Some(entry) = found {
                model.chat.anchor = Some((entry, 0)).filter(|a| *a < bottom);
                model.chat.cursor = Some(entry);
            }
            return true;
        }
        Action::NextStep | Action::PrevStep => {
            step(model, run, action == Action::NextStep, bottom);
            return true;
        }
        Action::Fold => {
            fold(model, bottom);
            return true;
        }
        Action::FoldAll => {
            let chat = &mut model.chat;
            let all: BTreeSet<ChatEntry> = chat.entries.iter().filter(|e| ChatState::folds(e)).cloned().collect();
            chat.folded = if chat.folded.is_superset(&all) { BTreeSet::new() } else { all };
            chat.anchor = chat.anchor.map(|(entry, _)| (entry, 0));
            return true;
        }
        _ => return false,
    };
    model.chat.cursor = None;
    let (mut entry, mut line) = at;
    let count = |entry: usize| model.chat.entries.get(entry).map_or(0, |e| lines(model, run, e, columns).len());
    if by < 0 {
        let mut up = by.unsigned_abs();
        while up > 0 {
            if line >= up {
                line -= up;
                break;
            }
            up -= line;
            if entry == 0 {
                line = 0;
                break;
            }
            entry -= 1;
            line = count(entry);
        }
    } else {
        line += by.unsigned_abs();
        while line >= count(entry).max(1) && entry + 1 < model.chat.entries.len() {
            line -= count(entry);
            entry += 1;
        }
    }
    if (entry, line) >= bottom {
        model.chat.follow();
    } else {
        model.chat.anchor = Some((entry, line));
    }
    true
}

fn half(height: usize) -> isize {
    isize::try_from(height.div_ceil(2)).unwrap_or(1).max(1)
}

/// The entry at hand: the chosen one, else the first on screen, or the last one when following.
#[must_use]
pub fn current(model: &Model) -> Option<&ChatEntry> {
    let chat = &model.chat;
    match chat.cursor.or(chat.anchor.map(|(entry, _)| entry)) {
        Some(entry) => chat.entries.get(entry),
        None => chat.entries.last(),
    }
}

/// Whether an entry begins what a step says, what a person says, or the end.
fn begins(model: &Model, run: &Run, at: usize) -> bool {
    let step = |i: usize| match model.chat.entries.get(i) {
        Some(ChatEntry::Said(n)) => run.chat.get(*n).and_then(|c| c.step.clone()),
        Some(ChatEntry::Work(id) | ChatEntry::Live(id)) => Some(id.clone()),
        _ => None,
    };
    match model.chat.entries.get(at) {
        Some(ChatEntry::Decided(_)) | None => false,
        Some(ChatEntry::End | ChatEntry::Paused) => true,
        Some(_) => at == 0 || step(at).is_none() || step(at) != step(at - 1),
    }
}

fn step(model: &mut Model, run: &Run, forward: bool, bottom: (usize, usize)) {
    let n = model.chat.entries.len();
    let at = model.chat.cursor.or(model.chat.anchor.map(|(e, _)| e)).unwrap_or(n);
    let found = if forward {
        (at + 1..n).find(|i| begins(model, run, *i))
    } else {
        (0..at.min(n)).rev().find(|i| begins(model, run, *i))
    };
    match found {
        Some(entry) => {
            model.chat.anchor = Some((entry, 0)).filter(|a| *a < bottom);
            model.chat.cursor = Some(entry);
        }
        None if forward => model.chat.follow(),
        None => {}
    }
}

fn fold(model: &mut Model, bottom: (usize, usize)) {
    let chat = &mut model.chat;
    let at = chat.cursor.unwrap_or_else(|| chat.anchor.unwrap_or(bottom).0);
    // What cannot fold stands under what can.
    let Some(at) =
        (0..=at.min(chat.entries.len().saturating_sub(1))).rev().find(|i| ChatState::folds(&chat.entries[*i]))
    else {
        return;
    };
    let entry = chat.entries[at].clone();
    if !chat.folded.remove(&entry) {
        chat.folded.insert(entry);
    }
    chat.cursor = Some(at);
    chat.anchor = chat.anchor.map(|(e, line)| if e == at { (e, 0) } else { (e, line) });
}
