//! The context inspector: exactly what a persona was given for a step, item by item, what was cut and why, every item
//! word for word, what differs from the step before, and the whole prompt.

use super::pager::{Link, Page};
use crate::{
    domain::{
        Clean, Hash, StepId,
        pack::{ContextPack, PackItem, PackKind},
        run::Run,
    },
    ui::{
        Model,
        text::{self, wrap_spans},
    },
};
use ratatui::{
    style::Style,
    text::{Line, Span},
};
use std::fmt::{self, Display, Formatter};

/// Which call of a step is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub step: StepId,
    /// Its place among the calls of the newest attempt; the newest, when none is chosen.
    pub call: Option<usize>,
}

impl From<StepId> for Seen {
    fn from(step: StepId) -> Self {
        Self { step, call: None }
    }
}

impl Seen {
    /// The blob of what was given.
    #[must_use]
    pub fn blob(&self, run: &Run) -> Option<Hash> {
        let step = run.step(&self.step)?;
        match self.call {
            Some(call) => step.calls.get(call)?.pack.clone(),
            None => step.pack.as_ref().map(|(_, blob)| blob.clone()),
        }
    }
}

impl Display for Seen {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.call {
            Some(call) => write!(f, "{}, call {}", self.step, call + 1),
            None => write!(f, "{}", self.step),
        }
    }
}

const NOTHING_YET: &str = "This step has not been given anything yet: its turn comes later.";

/// The pack of a call, or what to show in its place.
fn pack(model: &Model, run: &Run, seen: &Seen) -> Result<ContextPack, &'static str> {
    run.step(&seen.step).ok_or("There is no such step.")?;
    let blob = seen.blob(run).ok_or(NOTHING_YET)?;
    let text = model.blobs.get(&blob).ok_or("loading")?;
    let text = text.ok_or("The pack is not among the project's blobs: g1 log --verify says more.")?;
    serde_json::from_str(text).map_err(|_| "The pack cannot be read: it was written by another version of G1.")
}

fn word(kind: PackKind) -> String {
    format!("{kind:?}").to_lowercase()
}

/// The table of what was given and what was cut.
#[must_use]
pub fn page(model: &Model, run: &Run, seen: &Seen, columns: usize) -> Page {
    let (g, t) = (&model.look.glyphs, &model.look.theme);
    let pack = match pack(model, run, seen) {
        Ok(pack) => pack,
        Err(why) => return Page::note(why, t.dim),
    };
    let personas: Vec<String> = pack.personas.iter().map(ToString::to_string).collect();
    let mut page = Page::default();
    let cut = match pack.cut.len() {
        0 => "nothing cut".to_owned(),
        1 => "1 item cut".to_owned(),
        n => format!("{n} items cut"),
    };
    let head = [
        (format!("{} of {} tokens, {cut}   ", grouped(pack.tokens()), grouped(pack.budget_tokens)), t.title),
        (format!("attempt {}   {}   pack {}", pack.attempt, personas.join(", "), pack.id.short()), t.dim),
    ];
    page.lines.extend(wrap_spans(&head, columns, 2));
    page.lines.push(bar(&pack, columns, model));
    calls(&mut page, model, run, seen, columns);
    let wide = columns >= 90;
    // Where there is no room for the reasons they stand below the selected row, or in the item itself.
    let (kinds, ids, scores) = if columns < 60 { (10, 12, 6) } else { (15, 16, 7) };
    let head = format!(
        "{:<kinds$}{:<ids$}{:>scores$} {:>7}  {}{}",
        "kind",
        "id",
        "score",
        "tokens",
        if wide { "hash      " } else { "" },
        if columns < 60 { "" } else { "why" }
    );
    let head = head.trim_end();
    page.lines.push(Line::styled(text::cut(head, columns, g.ellipsis), t.title));
    let row = |kind: &str, id: &str, score: &str, tokens: u32, hash: &str, why: &str, style: Style| {
        let left = format!("{} {} ", text::pad(kind, kinds - 1, g.ellipsis), text::pad(id, ids - 1, g.ellipsis));
        let hash = if wide { format!("{hash:<9} ") } else { String::new() };
        let mid = format!("{score:>scores$} {:>7}  {hash}", grouped(tokens));
        let room = columns.saturating_sub(text::width(&left) + text::width(&mid));
        Line::from(vec![
            Span::styled(left, style),
            Span::styled(mid, t.dim),
            Span::styled(text::cut(&why.replace('\n', " "), room, g.ellipsis), t.text),
        ])
    };
    for (i, item) in pack.items.iter().enumerate() {
        let score = item.score.map_or_else(|| "pinned".to_owned(), |s| format!("{s:.2}"));
        let note = format!("{} {}: {}", item.id, item.label, item.why);
        page.link(Link::Item(seen.clone(), i), note);
        page.lines.push(row(&word(item.kind), &item.id, &score, item.tokens, item.hash.short(), &item.why, t.id));
    }
    if !pack.cut.is_empty() {
        let lost: u32 = pack.cut.iter().map(|c| c.tokens).sum();
        let n = if pack.cut.len() == 1 { "1 item".into() } else { format!("{} items", pack.cut.len()) };
        page.lines.push(Line::styled(format!("cut: {n}, {} tokens", grouped(lost)), t.warn));
        for cut in &pack.cut {
            page.link(Link::Nothing, format!("{} was cut: {}", cut.id, cut.why));
            let kind = format!("cut {}", word(cut.kind));
            page.lines.push(row(&kind, &cut.id, "", cut.tokens, cut.hash.short(), &cut.why, t.warn));
        }
    }
    page
}

/// The calls of the step, when there are several, each leading to what it was given.
fn calls(page: &mut Page, model: &Model, run: &Run, seen: &Seen, columns: usize) {
    let (g, t) = (&model.look.glyphs, &model.look.theme);
    let calls = run.step(&seen.step).map_or(&[][..], |step| &step.calls);
    if calls.len() < 2 {
        return;
    }
    page.lines.push(Line::styled(format!("{} calls", calls.len()), t.title));
    let shown = seen.call.unwrap_or(calls.len() - 1);
    for (at, call) in calls.iter().enumerate() {
        let other = Seen { step: seen.step.clone(), call: Some(at) };
        page.link(Link::Call(other), format!("call {}: {}", at + 1, call.title()));
        let about = match call.covers.as_slice() {
            [] => String::new(),
            [one] => format!("   {one}"),
            [first, .., last] => format!("   {} clauses, {first} to {last}", call.covers.len()),
        };
        let (mark, style) = if at == shown { (g.arrow, t.id) } else { (" ", t.dim) };
        let line = format!("{mark} {:>2}  {}{about}", at + 1, call.title());
        page.lines.push(Line::styled(text::cut(&line, columns, g.ellipsis), style));
        for used in call.turn.iter().flat_map(|turn| &turn.uses) {
            let title = format!("What {} {} gave", used.tool, used.argument);
            page.link(Link::Result(used.result.clone(), title), used.line());
            let (sign, style) = if used.ok { (g.done, t.dim) } else { (g.failed, t.error) };
            let line = format!("      {sign} {}", used.line());
            page.lines.push(Line::styled(text::cut(&line, columns, g.ellipsis), style));
        }
    }
}

/// Which kinds the tokens went to, as one bar.
fn bar(pack: &ContextPack, columns: usize, model: &Model) -> Line<'static> {
    let (g, t) = (&model.look.glyphs, &model.look.theme);
    let mut kinds: Vec<(PackKind, u32)> = Vec::new();
    for item in &pack.items {
        match kinds.iter_mut().find(|(k, _)| *k == item.kind) {
            Some((_, n)) => *n += item.tokens,
            None => kinds.push((item.kind, item.tokens)),
        }
    }
    kinds.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    let total = pack.tokens().max(1);
    let parts: Vec<String> = kinds.iter().map(|(k, n)| format!("{} {}%", word(*k), n * 100 / total)).collect();
    Line::styled(text::cut(&parts.join(&format!(" {} ", g.sep)), columns, g.ellipsis), t.dim)
}

/// One item as the persona read it.
#[must_use]
pub fn item(model: &Model, run: &Run, seen: &Seen, index: usize, columns: usize) -> Page {
    let t = &model.look.theme;
    let pack = match pack(model, run, seen) {
        Ok(pack) => pack,
        Err(why) => return Page::note(why, t.dim),
    };
    let Some(item) = pack.items.get(index) else { return Page::note("There is no such item.", t.dim) };
    let mut page = Page::default();
    let head = [
        (format!("{} {} ", word(item.kind), item.id), t.id),
        (format!("{}   {} tokens   {}   {}", item.label, grouped(item.tokens), item.hash.short(), item.why), t.dim),
    ];
    page.lines.extend(wrap_spans(&head, columns, 2));
    page.lines.push(Line::default());
    page.lines.extend(text::wrap_plain(&Clean::new(&item.shown()), columns, t.text));
    page
}

/// The prompt as it was sent, made by the rim from the stored pack.
#[must_use]
pub fn prompt(model: &Model, run: &Run, seen: &Seen, columns: usize) -> Page {
    let t = &model.look.theme;
    let Some(pack) = seen.blob(run) else { return Page::note(NOTHING_YET, t.dim) };
    let text = match model.prompts.get(&pack) {
        Some(Ok(text)) => text,
        Some(Err(why)) => return Page::note(why, t.error),
        None => return Page::note("loading", t.dim),
    };
    Page { lines: text::wrap_plain(text, columns, t.text), ..Page::default() }
}

/// What this step was given that the one before it was not, and the other way round.
#[must_use]
pub fn compare(model: &Model, run: &Run, seen: &Seen, columns: usize) -> Page {
    let t = &model.look.theme;
    let Some(other) = before(run, &seen.step).map(Seen::from) else {
        return Page::note("No step before this one was given anything.", t.dim);
    };
    let (new, old) = match (pack(model, run, seen), pack(model, run, &other)) {
        (Ok(new), Ok(old)) => (new, old),
        (Err(why), _) | (_, Err(why)) => return Page::note(why, t.dim),
    };
    let mut page = Page::default();
    let key = |i: &PackItem| (i.kind, i.id.clone());
    let is_same = |i: &&PackItem| old.items.iter().any(|o| key(o) == key(i) && o.hash == i.hash);
    let head = [
        (format!("{seen} has {} tokens, {other} had {}   ", grouped(new.tokens()), grouped(old.tokens())), t.title),
        (format!("{} items are the same", new.items.iter().filter(is_same).count()), t.dim),
    ];
    page.lines.extend(wrap_spans(&head, columns, 2));
    let row = |mark: &str, item: &PackItem, what: &str| {
        let place = if columns < 60 {
            format!("{mark} {:<13}", item.id)
        } else {
            format!("{mark} {:<15}{:<24} ", word(item.kind), item.id)
        };
        text::cut(&format!("{place}{:>7}  {what}", grouped(item.tokens)), columns, model.look.glyphs.ellipsis)
    };
    for (i, item) in new.items.iter().enumerate() {
        let was = old.items.iter().find(|o| key(o) == key(item));
        let (mark, what, style) = match was {
            Some(o) if o.hash == item.hash => continue,
            Some(_) => ("~", "changed", t.warn),
            None => ("+", "only here", t.add),
        };
        page.link(Link::Item(seen.clone(), i), format!("{}: {}", item.label, item.why));
        page.lines.push(Line::styled(row(mark, item, what), style));
    }
    for (i, item) in old.items.iter().enumerate().filter(|(_, o)| !new.items.iter().any(|n| key(n) == key(o))) {
        page.link(Link::Item(other.clone(), i), format!("{}: {}", item.label, item.why));
        page.lines.push(Line::styled(row("-", item, &format!("only in {other}")), t.del));
    }
    page
}

/// The newest earlier step, in plan order, that was given something.
#[must_use]
pub fn before(run: &Run, step: &StepId) -> Option<StepId> {
    let at = run.steps().position(|s| s.plan.id == *step)?;
    run.steps[..at].iter().rev().find(|s| s.pack.is_some()).map(|s| s.plan.id.clone())
}

/// `6,212`
fn grouped(n: u32) -> String {
    if n < 1_000 { n.to_string() } else { format!("{},{:03}", grouped(n / 1_000), n % 1_000) }
}
