//! The gate card: what a person decides on, and the guard that nobody decides what was not wholly on screen.

use crate::{
    domain::{
        GateId, Hash,
        run::{Gate, GateReason, Proposal, Run},
    },
    ui::{
        Action, Model,
        keymap::Context,
        model::GATE_GUARD,
        msg::ShownCard,
        overlay::card,
        panes::{chat, code},
        text::{self, diff, wrap_spans},
        view::layout,
        widgets::draw,
    },
};
use jiff::Timestamp;
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
};
use std::sync::Arc;

/// A card with fewer rows than this shows one row of keys.
const LOW: u16 = 9;

#[derive(Debug, Clone)]
pub struct Card {
    pub gate: GateId,
    pub digest: Hash,
    pub lines: Arc<[Line<'static>]>,
    /// Grows whenever the lines change, so that a frame of older lines counts for nothing.
    pub version: u64,
    pub top: usize,
    /// Which lines have been on screen.
    pub seen: Vec<bool>,
    /// How wide the lines are.
    columns: usize,
    /// Its words were read in another width.
    was_read: bool,
    /// Since when all of them have been seen with the card in front.
    pub complete_since: Option<Timestamp>,
    /// The selected question of the first gate.
    pub question: usize,
}

impl Card {
    #[must_use]
    pub fn new(model: &Model, run: &Run, gate: &Gate) -> Self {
        let mut card = Self {
            gate: gate.id,
            digest: gate.digest.clone(),
            lines: Arc::new([]),
            version: 0,
            top: 0,
            seen: Vec::new(),
            columns: 0,
            was_read: false,
            complete_since: None,
            question: 0,
        };
        card.rebuild(model, run, gate);
        card
    }

    /// Makes the lines anew; of what differs nothing has been seen.
    pub fn rebuild(&mut self, model: &Model, run: &Run, gate: &Gate) {
        let columns = usize::from(inner(area_for(model, u16::MAX)).width).max(1);
        let lines = card::lines(model, run, gate, columns, self.question);
        if lines[..] != self.lines[..] || self.digest != gate.digest {
            // Another wording of the same number of lines at the same digest (a mark) is still a change, but of those
            // lines alone: whoever turned it is not sent back to the top.
            let digest = self.digest == gate.digest;
            // The same words in another width have been read.
            let refitted = digest && columns != self.columns && (self.was_read || self.ready(model.now));
            let same = digest && lines.len() == self.lines.len();
            let old = self.seen.iter().zip(self.lines.iter());
            self.seen = match same && !refitted {
                true => old.zip(&lines).map(|((seen, was), is)| *seen && was == is).collect(),
                false => vec![refitted; lines.len()],
            };
            self.was_read = refitted;
            self.columns = columns;
            self.digest = gate.digest.clone();
            self.complete_since = None;
            self.version += 1;
            self.lines = lines.into();
        }
        self.top = self.top.min(self.last_top(model));
    }

    /// Brings the marked question on the screen, if it is not there.
    pub fn show_question(&mut self, model: &Model) {
        let mark = format!("{} ", model.look.glyphs.fold_closed);
        let Some(at) = self.lines.iter().position(|line| text::wrap::plain(line).starts_with(&mark)) else { return };
        let visible = self.visible(model);
        // Its answer may take a second row.
        if at < self.top || at + 1 >= self.top + visible {
            self.top = at.saturating_sub(visible / 2).min(self.last_top(model));
        }
    }

    fn last_top(&self, model: &Model) -> usize {
        self.lines.len().saturating_sub(self.visible(model))
    }

    /// Lines on screen at once.
    #[must_use]
    pub fn visible(&self, model: &Model) -> usize {
        let area = area_for(model, self.wanted(model));
        usize::from(inner(area).height).saturating_sub(footer(model, self, model.now).len()).max(1)
    }

    fn wanted(&self, model: &Model) -> u16 {
        u16::try_from(self.lines.len() + footer(model, self, model.now).len() + 2).unwrap_or(u16::MAX)
    }

    pub fn scroll(&mut self, model: &Model, action: Action) -> bool {
        let (page, last) = (self.visible(model), self.last_top(model));
        self.top = match action {
            Action::Down => self.top + 1,
            Action::Up => self.top.saturating_sub(1),
            Action::HalfDown => self.top + page.div_ceil(2),
            Action::HalfUp => self.top.saturating_sub(page.div_ceil(2)),
            Action::PageDown => self.top + page.saturating_sub(1).max(1),
            Action::PageUp => self.top.saturating_sub(page.saturating_sub(1).max(1)),
            Action::Top => 0,
            Action::Bottom => last,
            _ => return false,
        }
        .min(last);
        true
    }

    /// Takes note of a frame that reached the terminal.
    pub fn drawn(&mut self, shown: Option<&ShownCard>, now: Timestamp) {
        let Some(shown) = shown else {
            self.complete_since = None;
            return;
        };
        if shown.gate != self.gate || shown.digest != self.digest || shown.version != self.version {
            return;
        }
        for seen in self.seen.iter_mut().take(shown.last).skip(shown.first) {
            *seen = true;
        }
        if self.complete_since.is_none() && self.seen.iter().all(|s| *s) {
            self.complete_since = Some(now);
        }
    }

    /// All of it has been on screen and in front for long enough.
    #[must_use]
    pub fn ready(&self, now: Timestamp) -> bool {
        self.complete_since.is_some_and(|since| now.duration_since(since) >= GATE_GUARD)
    }
    /// All that has not been seen lies above what is shown.
    #[must_use]
    pub fn rests_above(&self) -> bool {
        self.seen.iter().skip(self.top).all(|seen| *seen)
    }
    #[must_use]
    pub fn wholly_seen(&self) -> bool {
        self.seen.iter().all(|s| *s)
    }
}

fn area_for(model: &Model, wanted: u16) -> Rect {
    let body = layout::layout(model).body;
    let width = if body.width > 130 { 126 } else { body.width };
    let height = wanted.min(body.height);
    Rect { x: body.x + (body.width - width) / 2, y: body.y + body.height - height, width, height }
}

fn inner(area: Rect) -> Rect {
    let inner = layout::inside(area);
    Rect { x: inner.x.saturating_add(1), width: inner.width.saturating_sub(2), ..inner }
}

/// The keys, from the live key map; those that do not decide yet are dim.
fn footer(model: &Model, card: &Card, now: Timestamp) -> Vec<Line<'static>> {
    let t = &model.look.theme;
    let room = inner(area_for(model, u16::MAX));
    let columns = usize::from(room.width).max(1);
    let Some(run) = model.run.as_deref() else { return Vec::new() };
    let Some(gate) = run.gates.get(&card.gate) else { return Vec::new() };
    let ready = card.ready(now) && !model.watching;
    let stands_in = run.stands_in_at(gate).is_some();
    let (mut pieces, mut acting) = (Vec::new(), Vec::new());
    for (action, decides) in actions(run, gate) {
        let label = match (action, &gate.reason) {
            (Action::Approve, GateReason::Plan) => "build",
            (Action::Approve, GateReason::Red { .. }) if stands_in => "let G1 stand in",
            (Action::Approve, GateReason::Red { .. }) => "accept it red",
            (Action::Approve, GateReason::Budget { .. }) => "spend it",
            (Action::Approve, GateReason::Result) => "accept the result",
            (Action::RequestChanges, GateReason::Plan) => "correct me",
            (Action::RequestChanges, _) => "request changes",
            (Action::Reject, _) => "reject & roll back",
            _ => action.label(),
        };
        let remarks = model.gates.remarks.get(&(gate.id, gate.digest.clone())).map_or(0, Vec::len);
        let label = match (action, remarks) {
            (Action::RequestChanges, 1) => format!("{label} (1 remark)"),
            (Action::RequestChanges, n) if n > 1 => format!("{label} ({n} remarks)"),
            _ => label.to_owned(),
        };
        let key = model.key(Context::Gate, action);
        // Asking for something else waits for nothing.
        let acts = ready || !decides || (asks(action) && !model.watching);
        let (of_key, of_word) = if acts { (t.key, t.text) } else { (t.dim, t.dim) };
        // A no-break space keeps key and word together when the row wraps.
        let piece =
            [(format!("{key}\u{a0}"), of_key), (label.replace(' ', "\u{a0}"), of_word), ("   ".to_owned(), t.text)];
        if acts {
            acting.extend(piece.clone());
        }
        pieces.extend(piece);
    }
    // On a low screen the rows belong to what is to be read: one, of the keys that act; the help has the rest.
    let low = room.height < LOW;
    let mut lines = wrap_spans(if low { &acting } else { &pieces }, columns, 0);
    if low {
        lines.truncate(1);
    }
    for line in &mut lines {
        for span in &mut line.spans {
            span.content = span.content.replace('\u{a0}', " ").into();
        }
    }
    lines
}

/// Asking for something else approves of nothing, so that it need not wait till all is read.
#[must_use]
pub fn asks(action: Action) -> bool {
    matches!(action, Action::RequestChanges | Action::Fault)
}

/// What can be done at a gate, and whether it decides something.
#[must_use]
pub fn actions(run: &Run, gate: &Gate) -> Vec<(Action, bool)> {
    use Action as A;
    let mut out = vec![(A::Approve, true)];
    if !matches!(gate.reason, GateReason::Budget { .. }) {
        out.push((A::RequestChanges, true));
    }
    if run.build_at_fault(gate).is_some() {
        out.push((A::Fault, true));
    }
    if !run.editable(gate).is_empty() {
        out.push((A::EditProposal, false));
    }
    match gate.reason {
        GateReason::Plan => {
            out.extend([(A::Readings, false), (A::NextPlan, false), (A::AskMe, false), (A::Answer, false)]);
        }
        GateReason::Budget { .. } | GateReason::Result => out.push((A::Readings, false)),
        _ => {
            let proposed = run.step(&gate.step).is_some_and(|step| step.proposal.is_some());
            out.extend(proposed.then_some((A::GateDiff, false)));
            out.push((A::Readings, false));
        }
    }
    out.push((A::GateContext, false));
    if matches!(gate.reason, GateReason::Step) {
        out.push((A::ApprovePhase, true));
    }
    if !matches!(gate.reason, GateReason::Result) {
        out.push((A::Reject, true));
    }
    out.push((A::Later, false));
    out
}

/// Paints the card and says what of it is on screen.
pub fn view(model: &Model, card: &Card, focused: bool, buf: &mut Buffer) -> Option<ShownCard> {
    let run = model.run.as_deref()?;
    let gate = run.gates.get(&card.gate)?;
    let look = &model.look;
    let t = &look.theme;
    let area = area_for(model, card.wanted(model));
    draw::clear(buf, area);
    let step = run.step(&gate.step);
    let who = step.and_then(|s| s.plan.personas.first()).map_or_else(String::new, |p| chat::persona_name(p.as_str()));
    let sep = look.glyphs.sep;
    let phase = step.map_or("", |s| s.plan.phase.name());
    let style = if gate.is_red() { t.error } else { t.gate };
    let mut title = vec![Span::styled(format!("Gate {}", gate.id), style)];
    title.push(Span::raw(match &gate.reason {
        GateReason::Plan => format!(" {sep} understanding and plan"),
        GateReason::Result => format!(" {sep} the result"),
        GateReason::PhaseEnd => format!(" {sep} end of {phase}"),
        GateReason::Red { .. } => format!(" {sep} {} {sep} RED", gate.step),
        GateReason::Budget { .. } => format!(" {sep} {} {sep} budget", gate.step),
        GateReason::Step => format!(" {sep} {} {sep} {who} {sep} {phase}", gate.step),
    }));
    draw::frame(buf, area, title, focused, look);
    let inner = inner(area);
    let foot = footer(model, card, model.now);
    let visible = usize::from(inner.height).saturating_sub(foot.len()).max(1).min(usize::from(inner.height));
    let last = (card.top + visible).min(card.lines.len());
    for (y, line) in card.lines[card.top.min(last)..last].iter().enumerate() {
        draw::line(buf, inner, y, line);
    }
    for (y, line) in foot.iter().enumerate() {
        draw::line(buf, inner, usize::from(inner.height).saturating_sub(foot.len()) + y, line);
    }
    draw::scrollbar(buf, area, card.top, visible, card.lines.len(), look);
    let note = rest(model, run, card, card.lines.len() - last, usize::from(area.width.saturating_sub(4)));
    if !note.is_empty() && area.height > 2 {
        let row = Rect { x: area.x + 2, y: area.y + area.height - 1, width: area.width.saturating_sub(4), height: 1 };
        draw::right(buf, row, 0, &Line::styled(note, t.warn));
    }
    // A card whose text has no room counts as not shown.
    let room = inner.width >= 20 && usize::from(inner.height) > foot.len();
    (focused && room).then(|| ShownCard {
        gate: card.gate,
        digest: card.digest.clone(),
        version: card.version,
        first: card.top,
        last,
        total: card.lines.len(),
    })
}

/// What is still to be read, and which keys wait for that.
fn rest(model: &Model, run: &Run, card: &Card, below: usize, room: usize) -> String {
    let Some(gate) = run.gates.get(&card.gate) else { return String::new() };
    let (g, key) = (&model.look.glyphs, |action| model.key(Context::Gate, action));
    let unread = !card.wholly_seen() && !model.watching;
    if below == 0 {
        let above = unread && card.complete_since.is_none() && card.top > 0;
        return if above { format!(" {} there is more above: {} ", g.up, key(Action::Up)) } else { String::new() };
    }
    let waits = |(action, decides): (Action, bool)| (decides && !asks(action)).then(|| key(action));
    let then: Vec<String> = actions(run, gate).into_iter().filter_map(waits).collect();
    let (then, page, down) = (then.join(" "), key(Action::PageDown), g.down);
    let how = format!(" {down} {below} more: read on with {} or {page}", key(Action::Down));
    let fits = |note: &String| unread && text::width(note) <= room;
    let whole = Some(format!("{how}, then {then} ")).filter(fits);
    let short = || Some(format!(" {down} {below} more: {page}, then {then} ")).filter(fits);
    whole.or_else(short).unwrap_or(how + " ")
}

/// What the step would change: files as unified diffs, everything else as added and removed lines.
#[must_use]
pub fn diff_lines(model: &Model, run: &Run, gate: GateId) -> Vec<Line<'static>> {
    let look = &model.look;
    let Some(step) = run.gates.get(&gate).and_then(|g| run.step(&g.step)) else { return Vec::new() };
    let text: Vec<String> = match &step.proposal {
        Some(Proposal::Build { files, .. } | Proposal::Test { files, .. }) => {
            let mut out = Vec::new();
            for file in files {
                let old = run.files.get(&file.path).filter(|o| o.sha256 != file.sha256);
                let same = run.files.get(&file.path).is_some_and(|o| o.sha256 == file.sha256);
                let Some(new) = model.blobs.text(&file.sha256) else {
                    out.push(format!("{}: loading", file.path));
                    continue;
                };
                let before = match old.map(|o| model.blobs.text(&o.sha256)) {
                    Some(None) => {
                        out.push(format!("{}: loading the approved version", file.path));
                        continue;
                    }
                    other => other.flatten(),
                };
                if !same {
                    out.extend(diff::unified(&file.path, before.map(AsRef::as_ref), new));
                }
            }
            out
        }
        other => {
            let mut out = card::plain_diff(run, other.as_ref());
            if let Some(Proposal::Design { artifacts, .. }) = other {
                for a in artifacts {
                    let old = run.artifacts.get(a.name.as_str()).and_then(|o| model.blobs.text(&o.hash));
                    match model.blobs.text(&a.hash) {
                        Some(new) => out.extend(diff::unified(&a.name, old.map(AsRef::as_ref), new)),
                        None => out.push(format!("document {}: loading", a.name)),
                    }
                }
            }
            out
        }
    };
    if text.is_empty() {
        return vec![Line::styled("Nothing changes since the last approval.", look.theme.dim)];
    }
    text.iter().map(|l| code::diff_line(l, 2_000, look)).collect()
}
