//! The Chat: what personas say and what people say to them, the result of each step, decisions, and live work.

mod live;
mod moves;

pub use moves::{act, current};

use crate::{
    domain::{
        GateId, StepId,
        run::{Proposal, Run, RunStatus, Step, StepState, Verb},
    },
    ui::{
        Look, Model,
        model::Focus,
        panes::{Pane, timeline},
        report,
        text::{self, markdown, stream::Layout, wrap_plain, wrap_spans},
        widgets::{draw, list::Search},
    },
};
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChatEntry {
    /// Index into `run.chat`.
    Said(usize),
    /// What a step produced and how its checks went.
    Work(StepId),
    Decided(GateId),
    /// A persona at work now.
    Live(StepId),
    /// Why the run stands still, and the ways on.
    Paused,
    End,
}

#[derive(Debug, Clone, Default)]
pub struct ChatState {
    pub entries: Vec<ChatEntry>,
    /// Entry and line at the top of the screen; `None` follows the end.
    pub anchor: Option<(usize, usize)>,
    pub search: Option<Search>,
    /// The entry that folding and copying mean, while it was chosen.
    pub cursor: Option<usize>,
    /// Entries of which only the first line is shown.
    pub folded: BTreeSet<ChatEntry>,
    /// Entries that came while the reader was elsewhere.
    pub unseen: usize,
}

/// Wrapped lines of settled messages; may be dropped at any time.
#[derive(Debug, Default)]
pub struct LineCache {
    settled: HashMap<(u64, usize), Arc<[Line<'static>]>>,
    /// Results and decisions as they stand in one state of the run, which is known by its last event.
    standing: HashMap<(ChatEntry, usize), Arc<[Line<'static>]>>,
    state: u64,
    streams: HashMap<StepId, Layout>,
}

/// More messages than this in the cache and it starts anew.
const CACHE: usize = 2_000;

#[must_use]
pub fn entries(run: &Run) -> Vec<ChatEntry> {
    let mut last_said: HashMap<&StepId, usize> = HashMap::new();
    for (i, item) in run.chat.iter().enumerate() {
        if let Some(step) = &item.step {
            last_said.insert(step, i);
        }
    }
    // (time, order within the same moment) keeps cause before effect when clocks are coarse.
    let mut dated: Vec<(jiff::Timestamp, u8, ChatEntry)> = Vec::with_capacity(run.chat.len() + run.steps.len() * 2);
    dated.extend(run.chat.iter().enumerate().map(|(i, item)| (item.at, 0, ChatEntry::Said(i))));
    for step in &run.steps {
        let id = &step.plan.id;
        let works = matches!(step.state, StepState::Working | StepState::Checking | StepState::Committing);
        if !works && (!step.checks.is_empty() || step.fail_reason.is_some()) {
            let said = last_said.get(id).map(|i| run.chat[*i].at);
            if let Some(at) = said.or(step.ended_at).or(step.started_at) {
                dated.push((at, 1, ChatEntry::Work(id.clone())));
            }
        }
    }
    for gate in run.gates.values() {
        if let Some(decided) = &gate.decided {
            dated.push((decided.at, 2, ChatEntry::Decided(gate.id)));
        }
    }
    dated.sort_by_key(|(at, order, _)| (*at, *order));
    let mut out: Vec<ChatEntry> = dated.into_iter().map(|(_, _, e)| e).collect();
    for step in &run.steps {
        if matches!(step.state, StepState::Working | StepState::Checking | StepState::Committing) {
            out.push(ChatEntry::Live(step.plan.id.clone()));
        }
    }
    if run.is_over() {
        out.push(ChatEntry::End);
    } else if matches!(run.status, RunStatus::Paused { .. }) {
        out.push(ChatEntry::Paused);
    }
    out
}

impl ChatState {
    /// The end, and what comes after it.
    pub fn follow(&mut self) {
        (self.anchor, self.cursor, self.unseen) = (None, None, 0);
    }
    /// Whether an entry has more than its first line to hide.
    #[must_use]
    pub fn folds(entry: &ChatEntry) -> bool {
        matches!(entry, ChatEntry::Said(_) | ChatEntry::Work(_))
    }
    pub fn refresh(&mut self, run: &Run) {
        let entries = entries(run);
        if self.anchor.is_some() && entries.len() > self.entries.len() {
            self.unseen += entries.len() - self.entries.len();
        }
        self.entries = entries;
        if let Some((entry, _)) = self.anchor
            && entry >= self.entries.len()
        {
            self.anchor = None;
        }
        self.cursor = self.cursor.filter(|c| *c < self.entries.len());
    }
}

/// `Requirement Concierge` for `requirement-concierge`.
#[must_use]
pub fn persona_name(id: &str) -> String {
    match id {
        "you" => return "You".into(),
        "g1" => return "G1".into(),
        "qa-specialist" => return "QA Specialist".into(),
        "api-designer" => return "API Designer".into(),
        _ => {}
    }
    let capital = |word: &str| {
        let mut chars = word.chars();
        chars.next().map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
    };
    id.split('-').map(capital).collect::<Vec<_>>().join(" ")
}

fn header(look: &Look, speaker: &str, note: &str) -> Line<'static> {
    let style = look.persona(speaker);
    Line::from(vec![
        Span::styled(format!("{} ", look.glyphs.built), style),
        Span::styled(persona_name(speaker), style),
        Span::styled(if note.is_empty() { String::new() } else { format!("  {note}") }, look.theme.dim),
    ])
}

/// The lines of one entry as shown: all of them, or one when it is folded.
#[must_use]
pub fn lines(model: &Model, run: &Run, entry: &ChatEntry, columns: usize) -> Vec<Line<'static>> {
    if !model.chat.folded.contains(entry) {
        return whole(model, run, entry, columns);
    }
    let t = &model.look.theme;
    let all = whole(model, run, entry, columns);
    let mut said = all.iter().filter(|l| !text::wrap::plain(l).trim().is_empty());
    let (first, hidden) = (said.next().cloned().unwrap_or_default(), said.count());
    let mut line = first;
    let note = format!("  {} {hidden} more line{}", model.look.glyphs.fold_closed, if hidden == 1 { "" } else { "s" });
    line.spans.push(Span::styled(note, t.dim));
    if matches!(entry, ChatEntry::Work(_)) { vec![line] } else { vec![Line::default(), line] }
}

/// All lines of one entry, the blank line before it included.
fn whole(model: &Model, run: &Run, entry: &ChatEntry, columns: usize) -> Vec<Line<'static>> {
    let look = &model.look;
    let t = &look.theme;
    // What a step produced follows its words directly; everything else keeps its distance.
    let mut out = if matches!(entry, ChatEntry::Work(_)) { Vec::new() } else { vec![Line::default()] };
    match entry {
        ChatEntry::Said(i) => {
            let Some(item) = run.chat.get(*i) else { return out };
            let note = item.step.as_ref().map_or_else(String::new, |s| s.to_string());
            out.push(header(look, &item.speaker, &note));
            out.extend(indent(markdown::lines(&item.text, columns.saturating_sub(2), look)));
        }
        ChatEntry::Work(id) => {
            let Some(step) = run.step(id) else { return out };
            out.extend(work(model, run, step, columns));
        }
        ChatEntry::Decided(id) => {
            let Some(gate) = run.gates.get(id) else { return out };
            let text = format!("{} {id} {} {}", look.glyphs.done, gate.step, timeline::gate_word(gate));
            let text = text::cut(&text, columns.saturating_sub(6), look.glyphs.ellipsis);
            let rule = look.glyphs.rule;
            let fill = columns.saturating_sub(text::width(&text) + 4);
            out.push(Line::from(vec![
                Span::styled(format!("{rule}{rule} "), t.border),
                Span::styled(text, t.dim),
                Span::styled(format!(" {}", rule.repeat(fill)), t.border),
            ]));
            if let Some(Verb::Changes { text } | Verb::Fault { text }) = gate.decided.as_ref().map(|d| &d.verb) {
                out.extend(indent(wrap_plain(text, columns.saturating_sub(2), t.you)));
            }
        }
        ChatEntry::Live(id) => {
            let Some(step) = run.step(id) else { return out };
            out.push(live::speaker(model, run, step));
            if let Some(stream) = model.streams.get(id) {
                let (_, lines) = Layout::default().last(stream, columns.saturating_sub(2), look, usize::MAX);
                out.extend(indent(lines));
            }
            out.extend(doing(model, step, columns));
        }
        ChatEntry::End => out.extend(report::lines(model, run, columns)),
        ChatEntry::Paused => {
            if let RunStatus::Paused { detail, .. } = &run.status {
                let t = &look.theme;
                out.extend(wrap_spans(&[("Paused  ".to_owned(), t.title), (detail.to_string(), t.warn)], columns, 2));
                let ways = "/resume goes on from here; /model PROVIDER/MODEL takes another model first; /quit leaves, \
                            nothing is lost";
                out.extend(text::wrap_plain(ways, columns, t.dim));
            }
        }
    }
    out
}

/// What stands below the words of a step at work: its checks so far, and what it is doing.
fn doing(model: &Model, step: &Step, columns: usize) -> Vec<Line<'static>> {
    let look = &model.look;
    let (_, word, _) = timeline::state(step, look);
    let said = model.progress.get(&Some(step.plan.id.clone()));
    let mut text = said.map_or_else(|| word.to_owned(), |p| p.one_line(columns));
    if !model.is_working() {
        text = "stands still until the run goes on".to_owned();
    } else if let Some(silent) = timeline::silence(model, step) {
        // Somebody thinks, or a line is slow: both look alike from here, and neither is a hang.
        let who = model.run.as_deref().map_or("", |r| r.settings.model.as_str());
        let of = if step.in_flight.is_some() { format!(", waiting for {who}") } else { String::new() };
        text = format!("{text}, {silent}{of}; Ctrl-C pauses");
    }
    let mut out = checks(step, columns, look, false);
    out.push(Line::styled(format!("  {} {text}", look.glyphs.running), look.theme.accent));
    out
}

fn indent(lines: Vec<Line<'static>>) -> Vec<Line<'static>> {
    lines
        .into_iter()
        .map(|mut line| {
            line.spans.insert(0, Span::raw("  "));
            line
        })
        .collect()
}

fn work(model: &Model, run: &Run, step: &Step, columns: usize) -> Vec<Line<'static>> {
    let look = &model.look;
    let t = &look.theme;
    let mut out = Vec::new();
    let spoke = run.chat.iter().rev().take(40).any(|i| i.step.as_ref() == Some(&step.plan.id));
    if !spoke {
        out.push(Line::default());
        let who = step.plan.personas.first().map_or("g1", |p| p.as_str());
        out.push(header(look, who, step.plan.id.as_str()));
    }
    let files = match &step.proposal {
        Some(Proposal::Build { files, .. } | Proposal::Test { files, .. }) => files.as_slice(),
        _ => &[],
    };
    const MOST: usize = 8;
    for file in files.iter().take(MOST) {
        let path = text::pad(&file.path, columns.saturating_sub(16).min(40), look.glyphs.ellipsis);
        out.push(Line::from(vec![
            Span::styled(format!("  {} ", look.glyphs.fold_closed), t.dim),
            Span::styled(path, t.text),
            Span::styled(format!(" {:>4} lines", file.lines), t.dim),
        ]));
    }
    if files.len() > MOST {
        out.push(Line::styled(format!("    and {} more files: 4 shows the code", files.len() - MOST), t.dim));
    }
    out.extend(checks(step, columns, look, false));
    if let Some(reason) = &step.fail_reason {
        out.extend(wrap_spans(&[(format!("  {} failed: {reason}", look.glyphs.failed), t.error)], columns, 4));
    }
    out
}

/// `✓ schema   ✓ tests 14 of 14 passed`; failed ones with what failed. `full`: with the words of every check, else of
/// those whose numbers people look for.
#[must_use]
pub fn checks(step: &Step, columns: usize, look: &Look, full: bool) -> Vec<Line<'static>> {
    let (g, t) = (&look.glyphs, &look.theme);
    let mut pieces: Vec<(String, Style)> = vec![("  ".into(), t.text)];
    let mut failed = Vec::new();
    for check in &step.checks {
        let (mark, style) = match check.passed {
            true if check.is_caution() => (g.tested, t.warn),
            true => (g.done, t.ok),
            false if check.is_doubt() => (g.tested, t.warn),
            false => (g.failed, t.error),
        };
        pieces.push((format!("{mark}\u{a0}"), style));
        let numbers = matches!(check.name.as_str(), "drift" | "tests" | "controls" | "searches");
        // A summary that begins with the check's own name says it already.
        let summary = check.summary.replace('\n', " ");
        let summary = summary.strip_prefix(check.name.as_str()).map_or(summary.as_str(), str::trim_start);
        let words = if summary.is_empty() || (check.passed && !check.is_caution() && !full && !numbers) {
            check.name.to_string()
        } else {
            format!("{} {summary}", check.name)
        };
        pieces.push((format!("{words}   "), if check.passed { t.dim } else { style }));
        if !check.passed {
            failed.extend(check.details.iter().take(4).map(|detail| (detail, style)));
        }
    }
    let mut out = if step.checks.is_empty() { Vec::new() } else { wrap_spans(&pieces, columns, 2) };
    for (detail, style) in failed {
        out.extend(wrap_spans(&[(format!("    {detail}").replace('\n', " "), style)], columns, 4));
    }
    out
}

/// The text of an entry: searched and copied.
#[must_use]
pub fn entry_text(model: &Model, run: &Run, entry: &ChatEntry) -> String {
    match entry {
        ChatEntry::Said(i) => run.chat.get(*i).map_or_else(String::new, |c| c.text.to_string()),
        ChatEntry::Live(id) => model.streams.get(id).map_or_else(String::new, |s| (**s).to_owned()),
        _ => whole(model, run, entry, 200).iter().map(|l| format!("{}\n", text::wrap::plain(l).trim())).collect(),
    }
}

/// Asks for the lines of an entry, through the cache when it cannot have changed.
fn cached(model: &Model, run: &Run, entry: &ChatEntry, columns: usize, cache: &mut LineCache) -> Arc<[Line<'static>]> {
    if cache.settled.len() > CACHE {
        cache.settled.clear();
    }
    if cache.state != run.seq || cache.standing.len() > CACHE {
        cache.standing.clear();
        cache.state = run.seq;
    }
    let lines = || whole(model, run, entry, columns).into();
    match entry {
        ChatEntry::Said(i) => {
            let seq = run.chat.get(*i).map_or(0, |c| c.seq);
            cache.settled.entry((seq, columns)).or_insert_with(lines).clone()
        }
        ChatEntry::Work(_) | ChatEntry::Decided(_) => {
            cache.standing.entry((entry.clone(), columns)).or_insert_with(lines).clone()
        }
        ChatEntry::Live(_) | ChatEntry::Paused | ChatEntry::End => lines(),
    }
}

fn shown(model: &Model, run: &Run, entry: &ChatEntry, columns: usize, cache: &mut LineCache) -> Arc<[Line<'static>]> {
    if model.chat.folded.contains(entry) {
        return lines(model, run, entry, columns).into();
    }
    cached(model, run, entry, columns, cache)
}

pub fn view(model: &Model, run: &Run, inner: Rect, cache: &mut LineCache, buf: &mut Buffer) {
    let (columns, height) = (usize::from(inner.width), usize::from(inner.height));
    let chat = &model.chat;
    if chat.entries.is_empty() {
        let text = "Reading the requirement. What the personas say appears here.";
        for (y, line) in wrap_plain(text, columns, model.look.theme.dim).iter().enumerate() {
            draw::line(buf, inner, y, line);
        }
        return;
    }
    let matched: BTreeSet<usize> = chat.search.iter().flat_map(|s| s.matches.iter().copied()).collect();
    let cursor = chat.cursor.filter(|_| model.focus == Focus::Panes && model.pane == Pane::Chat);
    let mut paint = |y: usize, i: usize, line: &Line<'static>| {
        draw::line(buf, inner, y, line);
        if cursor == Some(i) {
            draw::row_style(buf, Rect { width: inner.width.min(1), ..inner }, y, model.look.theme.selection);
        }
        if matched.contains(&i) {
            draw::row_style(buf, Rect { width: inner.width.min(1), ..inner }, y, model.look.theme.matched);
        }
    };
    match chat.anchor {
        Some((first, skip)) => {
            let mut y = 0;
            for (i, entry) in chat.entries.iter().enumerate().skip(first) {
                let entry_lines = shown(model, run, entry, columns, cache);
                let skip = if i == first { skip } else { 0 };
                for line in entry_lines.iter().skip(skip) {
                    paint(y, i, line);
                    y += 1;
                }
                if y >= height {
                    break;
                }
            }
        }
        None => {
            cache.streams.retain(|id, _| model.streams.contains_key(id));
            let lanes = live::Lanes::new(model, run, columns, height);
            let mut stack = Vec::new();
            let mut left = lanes.above();
            for (i, entry) in chat.entries[..lanes.first(chat.entries.len())].iter().enumerate().rev() {
                let entry_lines = shown(model, run, entry, columns, cache);
                let n = entry_lines.len();
                stack.push((i, entry_lines));
                if n >= left {
                    left = 0;
                    break;
                }
                left -= n;
            }
            let total: usize = stack.iter().map(|(_, l)| l.len()).sum();
            // The words at work may by now need the rows of older ones.
            let lanes = lanes.lines(model, run, columns, lanes.above() - left, &mut cache.streams);
            let above = (height - lanes.len()).min(total);
            let all = stack.iter().rev().flat_map(|(i, l)| l.iter().map(move |line| (*i, line)));
            for (y, (i, line)) in all.skip(total - above).enumerate() {
                paint(y, i, line);
            }
            for (y, (i, line)) in lanes.iter().enumerate() {
                paint(above + y, *i, line);
            }
        }
    }
}
