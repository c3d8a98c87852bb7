//! The Timeline: phases and steps with state, elapsed time, tokens and cost; gates; what is being done right now.

use crate::{
    domain::{
        StepId, counted,
        plan::Phase,
        run::{Gate, Run, Step, StepState, Verb},
        usage::Usage,
    },
    ui::{
        Look, Model, text,
        widgets::{draw, list::ListState},
    },
};
use jiff::Timestamp;
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TimelineRow {
    Phase(Phase),
    Step(StepId),
    Gate(crate::domain::GateId),
}

#[derive(Debug, Clone, Default)]
pub struct TimelineState {
    pub rows: Vec<TimelineRow>,
    pub list: ListState,
}

#[must_use]
pub fn rows(run: &Run) -> Vec<TimelineRow> {
    let mut rows = Vec::new();
    for phase in Phase::ALL {
        let steps: Vec<&Step> = run.steps().filter(|s| s.plan.phase == phase).collect();
        if steps.is_empty() {
            continue;
        }
        rows.push(TimelineRow::Phase(phase));
        for step in steps {
            rows.push(TimelineRow::Step(step.plan.id.clone()));
            rows.extend(run.gates.values().filter(|g| g.step == step.plan.id).map(|g| TimelineRow::Gate(g.id)));
        }
    }
    rows
}

/// Mark, word and style of a step's state.
#[must_use]
pub fn state(step: &Step, look: &Look) -> (&'static str, &'static str, Style) {
    let (g, t) = (&look.glyphs, &look.theme);
    match step.state {
        StepState::Waiting => (g.open, "waiting", t.dim),
        StepState::Working => (g.running, "working", t.accent),
        StepState::Checking if step.open_turn().is_some() => (g.running, "using tools", t.accent),
        StepState::Checking => (g.running, "checking", t.accent),
        StepState::AtGate => (g.gate, "at gate", t.gate),
        StepState::Committing => (g.running, "writing", t.accent),
        StepState::Done => (g.done, "done", t.ok),
        StepState::Failed => (g.failed, "failed", t.error),
        StepState::Blocked => (g.blocked, "blocked", t.warn),
    }
}

/// `0:07`, `12:41`, `1:02:03`.
#[must_use]
pub fn clock(from: Timestamp, to: Timestamp) -> String {
    let s = to.duration_since(from).as_secs().max(0);
    if s >= 3600 {
        format!("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)
    } else {
        format!("{}:{:02}", s / 60, s % 60)
    }
}

/// `812 tok`, `38k tok`.
#[must_use]
pub fn tokens(n: u64) -> String {
    match n {
        0..1_000 => format!("{n} tok"),
        1_000..10_000 => format!("{:.1}k tok", n as f64 / 1e3),
        10_000..1_000_000 => format!("{}k tok", n / 1_000),
        _ => format!("{:.1}M tok", n as f64 / 1e6),
    }
}

#[must_use]
pub fn money(usage: &Usage) -> String {
    dollars(usage.cost_micros)
}

#[must_use]
pub fn dollars(micros: u64) -> String {
    format!("${:.2}", micros as f64 / 1e6)
}

/// A time that is only estimated.
#[must_use]
pub fn about(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds.div_ceil(60)),
        _ => format!("{:.1} h", seconds as f64 / 3_600.0),
    }
}

#[must_use]
pub fn elapsed(model: &Model, step: &Step) -> String {
    let Some(start) = step.started_at else { return String::new() };
    let running =
        matches!(step.state, StepState::Working | StepState::Checking | StepState::Committing) && model.is_working();
    // While a person thinks at a gate nobody works.
    let run = model.run.as_deref();
    let gate = run.and_then(|r| r.gates.values().rfind(|g| g.step == step.plan.id && g.opened_at >= start));
    let end = match (gate, step.ended_at) {
        _ if running => model.now,
        (Some(gate), _) if step.state == StepState::AtGate => gate.opened_at,
        (Some(gate), Some(end)) => end.min(gate.opened_at),
        (_, end) => end.unwrap_or(start),
    };
    clock(start, end)
}

/// `12 s silent`: how long nothing was heard of a step at work, once that is worth saying.
#[must_use]
pub fn silence(model: &Model, step: &Step) -> Option<String> {
    let at_work = matches!(step.state, StepState::Working | StepState::Checking) && model.is_working();
    let heard = model.heard.get(&step.plan.id).copied().max(step.started_at).filter(|_| at_work)?;
    let seconds = model.now.duration_since(heard).as_secs();
    (seconds >= 5)
        .then(|| format!("{} silent", if seconds < 60 { format!("{seconds} s") } else { clock(heard, model.now) }))
}

/// What was decided at a gate, and by whom.
#[must_use]
pub fn gate_word(gate: &Gate) -> String {
    match &gate.decided {
        None if gate.withdrawn.is_some() => "withdrawn".into(),
        None if gate.is_red() => "red, waits for you".into(),
        None => "waits for you".into(),
        Some(d) => {
            let verb = match d.verb {
                Verb::Approve => "approved",
                Verb::ApprovePhase => "approved with the rest of the phase",
                Verb::Changes { .. } => "changes asked",
                Verb::Fault { .. } => "sent to the developer",
                Verb::Reject => "rejected",
            };
            if d.by_policy { format!("{verb} by policy") } else { format!("{verb} by {}", d.who) }
        }
    }
}

fn row_line(model: &Model, run: &Run, row: &TimelineRow, columns: usize) -> Line<'static> {
    let look = &model.look;
    let (g, t) = (&look.glyphs, &look.theme);
    match row {
        TimelineRow::Phase(phase) => {
            let steps = || run.steps().filter(|s| s.plan.phase == *phase);
            let done = steps().filter(|s| s.state == StepState::Done).count();
            Line::from(vec![
                Span::styled(phase.name().to_owned(), t.title),
                Span::styled(format!("  {done}/{}", steps().count()), t.dim),
            ])
        }
        TimelineRow::Step(id) => {
            let Some(step) = run.step(id) else { return Line::default() };
            let (mark, word, style) = state(step, look);
            let who = step.plan.personas.first().map_or_else(String::new, ToString::to_string);
            let seats = step.plan.personas.len().saturating_sub(1);
            let who = if seats > 0 { format!("{who} +{seats}") } else { who };
            let mut tail: Vec<String> = silence(model, step).into_iter().collect();
            tail.push(elapsed(model, step));
            // On a narrow screen the name and what it is doing come first.
            if columns >= 46 && step.usage.calls > 0 {
                tail.extend([tokens(step.usage.tokens()), money(&step.usage)]);
            } else if columns >= 46 && step.state == StepState::Waiting {
                tail.extend(run.expected(id).map(|e| format!("≈ {}", tokens(e.tokens))));
            }
            if step.attempt > 1 {
                tail.insert(0, format!("attempt {}", step.attempt));
            }
            let progress = model.progress.get(&Some(id.clone())).filter(|_| word == "working" || word == "checking");
            let word = progress.map_or_else(|| word.to_owned(), |p| p.one_line(28));
            let tail = tail.into_iter().filter(|s| !s.is_empty()).collect::<Vec<_>>().join("  ");
            let room = columns.saturating_sub(text::width(&tail) + 1);
            let head = vec![
                (format!("  {mark} "), style),
                (text::pad(id.as_str(), 18.min(room / 2), g.ellipsis), t.text),
                (format!(" {}", text::pad(&word, 10, g.ellipsis)), style),
                (format!(" {who}"), look.persona(step.plan.personas.first().map_or("", |p| p.as_str()))),
            ];
            let mut spans = Vec::new();
            let mut used = 0;
            for (piece, style) in head {
                let left = room.saturating_sub(used);
                // The beginning of a name says nothing.
                let piece = if left < 7 && left < text::width(&piece) {
                    String::new()
                } else {
                    text::cut(&piece, left, g.ellipsis)
                };
                used += text::width(&piece);
                spans.push(Span::styled(piece, style));
            }
            spans.push(Span::raw(" ".repeat((columns.saturating_sub(text::width(&tail))).saturating_sub(used))));
            spans.push(Span::styled(tail, t.dim));
            Line::from(spans)
        }
        TimelineRow::Gate(id) => {
            let Some(gate) = run.gates.get(id) else { return Line::default() };
            let style = match (gate.is_open(), gate.is_red()) {
                (true, true) => t.error,
                (true, false) => t.gate,
                _ => t.dim,
            };
            let mark = match (gate.is_open(), &gate.decided) {
                (true, _) => g.gate,
                (false, Some(_)) => g.done,
                (false, None) => g.quiet,
            };
            Line::styled(text::cut(&format!("      {mark} {id} {}", gate_word(gate)), columns, g.ellipsis), style)
        }
    }
}

#[must_use]
pub fn row_text(run: &Run, row: &TimelineRow) -> String {
    match row {
        TimelineRow::Phase(p) => p.name().to_owned(),
        TimelineRow::Step(id) => run.step(id).map_or_else(String::new, |s| {
            let who: Vec<String> = s.plan.personas.iter().map(ToString::to_string).collect();
            format!("{id} {} {}", s.plan.title, who.join(" "))
        }),
        TimelineRow::Gate(id) => run.gates.get(id).map_or_else(String::new, |g| format!("{id} {}", gate_word(g))),
    }
}

pub fn view(model: &Model, run: &Run, inner: Rect, focused: bool, buf: &mut Buffer) {
    let list = &model.timeline.list;
    let columns = usize::from(inner.width);
    if inner.width >= 120 && !focused {
        return lanes(model, run, inner, buf);
    }
    let height = if focused { list_height(inner) } else { usize::from(inner.height) };
    let top = if focused { list.top } else { follow_top(model, run, height) };
    for (y, (i, row)) in model.timeline.rows.iter().enumerate().skip(top).take(height).enumerate() {
        draw::line(buf, inner, y, &row_line(model, run, row, columns));
        if list.search.as_ref().is_some_and(|s| s.matches.binary_search(&i).is_ok()) {
            draw::row_style(buf, Rect { width: inner.width.min(2), ..inner }, y, model.look.theme.matched);
        }
        if i == list.selected && focused {
            draw::row_style(buf, inner, y, model.look.theme.selection);
        }
    }
    if height < usize::from(inner.height)
        && let Some(row) = model.timeline.rows.get(list.selected)
    {
        let rule = model.look.glyphs.rule.repeat(columns);
        draw::line(buf, inner, height, &Line::styled(rule, model.look.theme.border));
        let rows = usize::from(inner.height) - height - 1;
        for (y, line) in details(model, run, row, columns).iter().take(rows).enumerate() {
            draw::line(buf, inner, height + 1 + y, line);
        }
    }
}

/// Rows left for the list when the detail of the selection is shown below it.
#[must_use]
pub fn list_height(inner: Rect) -> usize {
    usize::from(inner.height - if inner.height >= 14 { 6 } else { 0 })
}

/// Everything known about the selected row.
fn details(model: &Model, run: &Run, row: &TimelineRow, columns: usize) -> Vec<Line<'static>> {
    let t = &model.look.theme;
    let mut out = Vec::new();
    let mut field = |name: &str, text: String| {
        if !text.is_empty() {
            let mut pieces = vec![(format!("{name}  "), t.dim)];
            pieces.extend(text::markdown::inline(&text.replace('\n', " "), &model.look));
            out.extend(text::wrap_spans(&pieces, columns, 2));
        }
    };
    match row {
        TimelineRow::Phase(phase) => {
            let steps: Vec<&Step> = run.steps().filter(|s| s.plan.phase == *phase).collect();
            let done = steps.iter().filter(|s| s.state == StepState::Done).count();
            let (calls, spent) = steps.iter().fold((0, 0), |(c, t), s| (c + s.usage.calls, t + s.usage.tokens()));
            field(
                "phase",
                format!(
                    "{}: {done} of {} done, {}, {}",
                    phase.name(),
                    counted(steps.len(), "step"),
                    counted(calls as usize, "call"),
                    tokens(spent)
                ),
            );
            let titles: Vec<String> = steps.iter().map(|s| s.plan.title.to_string()).collect();
            field("steps", titles.join(", "));
        }
        TimelineRow::Step(id) => {
            let Some(step) = run.step(id) else { return out };
            field("step", format!("{id}: {}", step.plan.title));
            let stood_in = step.stood_in.as_ref();
            field(
                "stood in",
                stood_in.map_or_else(String::new, |why| format!("by G1, for no reply could be used: {why}")),
            );
            field("failed", step.fail_reason.as_ref().map_or_else(String::new, ToString::to_string));
            let names = |ids: Vec<String>| ids.join(" ");
            field("who", names(step.plan.personas.iter().map(ToString::to_string).collect()));
            field("after", names(step.plan.after.iter().map(ToString::to_string).collect()));
            let usage = &step.usage;
            if usage.calls > 0 {
                let n = if usage.calls == 1 { "1 call".into() } else { format!("{} calls", usage.calls) };
                let read = format!("{} read, {} written", tokens(usage.input_tokens), tokens(usage.output_tokens));
                field("cost", format!("{n}, {read}, {}", money(usage)));
            }
            field("clauses", names(step.plan.clauses.iter().map(ToString::to_string).collect()));
        }
        TimelineRow::Gate(id) => {
            let Some(gate) = run.gates.get(id) else { return out };
            field("gate", format!("{id} of {}: {}", gate.step, gate_word(gate)));
            if let Some(Verb::Changes { text } | Verb::Fault { text }) = gate.decided.as_ref().map(|d| &d.verb) {
                field("asked", text.to_string());
            }
            field("digest", gate.digest.short().to_owned());
        }
    }
    out
}

/// The phases side by side, their steps below them: the timeline of a wide screen.
fn lanes(model: &Model, run: &Run, inner: Rect, buf: &mut Buffer) {
    let look = &model.look;
    let (g, t) = (&look.glyphs, &look.theme);
    let current = current_phase(run);
    let width = inner.width / 6;
    for (n, phase) in Phase::ALL.into_iter().enumerate() {
        let x = inner.x + width * u16::try_from(n).unwrap_or(0);
        let lane = Rect { x, width: width.saturating_sub(2), ..inner };
        let columns = usize::from(lane.width);
        let steps: Vec<&Step> = run.steps().filter(|s| s.plan.phase == phase).collect();
        let done = steps.iter().filter(|s| s.state == StepState::Done).count();
        let name = if current == Some(phase) && !run.is_over() { t.accent } else { t.title };
        let head = vec![
            Span::styled(phase.name().to_owned(), name),
            Span::styled(if steps.is_empty() { String::new() } else { format!(" {done}/{}", steps.len()) }, t.dim),
        ];
        draw::line(buf, lane, 0, &Line::from(head));
        let rows = usize::from(lane.height.saturating_sub(1));
        // What has ended scrolls away first when a lane is full.
        let full = steps.len() > rows;
        let room = if full { rows.saturating_sub(1) } else { rows };
        let busy = steps.iter().position(|s| !s.settled()).unwrap_or(steps.len());
        let skip = busy.saturating_sub(1).min(steps.len().saturating_sub(room));
        for (y, step) in steps.iter().skip(skip).take(room).enumerate() {
            let (mark, word, style) = state(step, look);
            let gate = run.gates.values().find(|x| x.step == step.plan.id && x.is_open()).map(|x| x.id.to_string());
            let doing = model.progress.get(&Some(step.plan.id.clone())).map(|p| p.one_line(16));
            let note = match step.state {
                StepState::Waiting => String::new(),
                StepState::Done => elapsed(model, step),
                StepState::AtGate => gate.unwrap_or_else(|| word.into()),
                StepState::Failed | StepState::Blocked => word.into(),
                _ => doing.unwrap_or_else(|| elapsed(model, step)),
            };
            let room = columns.saturating_sub(text::width(&note) + 3);
            let line = Line::from(vec![
                Span::styled(format!("{mark} "), style),
                Span::styled(
                    text::pad(step.plan.id.as_str(), room, g.ellipsis),
                    if step.state == StepState::Waiting { t.dim } else { t.text },
                ),
                Span::styled(format!(" {note}"), if step.state == StepState::Done { t.dim } else { style }),
            ]);
            draw::line(buf, lane, y + 1, &line);
        }
        if full {
            draw::line(
                buf,
                lane,
                rows,
                &Line::styled(format!("{} of {} shown", room.min(steps.len()), steps.len()), t.dim),
            );
        }
    }
}

/// Unfocused, the list follows the work: the last step that has started stays in sight.
fn follow_top(model: &Model, run: &Run, height: usize) -> usize {
    let rows = &model.timeline.rows;
    let started = rows.iter().rposition(|r| match r {
        TimelineRow::Step(id) => run.step(id).is_some_and(|s| s.started_at.is_some()),
        _ => false,
    });
    let bottom = rows.len().saturating_sub(height);
    started.map_or(0, |i| (i + 4).saturating_sub(height)).min(bottom)
}

/// The phases side by side, with a mark per step: the strip of a low screen.
#[must_use]
pub fn strip(model: &Model, run: &Run, columns: usize, rows: usize) -> Vec<Line<'static>> {
    let look = &model.look;
    let t = &look.theme;
    let mut spans = vec![Span::raw(" ")];
    let current = current_phase(run);
    for phase in Phase::ALL {
        let steps: Vec<&Step> = run.steps().filter(|s| s.plan.phase == phase).collect();
        let name = if Some(phase) == current { t.title } else { t.dim };
        spans.push(Span::styled(phase.name().to_owned(), name));
        spans.push(Span::raw(" "));
        if steps.is_empty() {
            spans.push(Span::styled(look.glyphs.open, t.dim));
        }
        for step in steps {
            let (mark, _, style) = state(step, look);
            spans.push(Span::styled(mark, style));
        }
        spans.push(Span::raw("   "));
    }
    let mut lines = vec![Line::from(spans)];
    if rows > 1 {
        let busy: Vec<String> = run
            .steps
            .iter()
            .filter(|s| !matches!(s.state, StepState::Waiting | StepState::Done | StepState::Blocked))
            .map(|s| {
                let (mark, word, _) = state(s, look);
                let doing =
                    model.progress.get(&Some(s.plan.id.clone())).map_or_else(|| word.into(), |p| p.one_line(30));
                let silent = silence(model, s).map_or_else(String::new, |s| format!(" ({s})"));
                format!("{mark} {} {doing} {}{silent}", s.plan.id, elapsed(model, s))
            })
            .collect();
        let text = if busy.is_empty() { summary(run) } else { busy.join("   ") };
        lines.push(Line::styled(
            format!(" {}", text::cut(&text, columns.saturating_sub(1), look.glyphs.ellipsis)),
            t.dim,
        ));
    }
    for row in model.timeline.rows.iter().skip(follow_top(model, run, rows.saturating_sub(2))) {
        if lines.len() >= rows {
            break;
        }
        lines.push(row_line(model, run, row, columns));
    }
    lines
}

#[must_use]
pub fn current_phase(run: &Run) -> Option<Phase> {
    let busy = run.steps().find(|s| !matches!(s.state, StepState::Done | StepState::Waiting | StepState::Blocked));
    busy.or_else(|| run.steps().find(|s| s.state == StepState::Waiting)).map(|s| s.plan.phase)
}

/// `▸ Development 9/14` in one line.
#[must_use]
pub fn one_line(model: &Model, run: &Run) -> String {
    let done = run.steps().filter(|s| s.state == StepState::Done).count();
    let phase = if run.is_over() { "Done" } else { current_phase(run).map_or("Requirements", Phase::name) };
    let busy = run.steps().find(|s| matches!(s.state, StepState::Working | StepState::Checking));
    let doing = busy.filter(|_| model.is_working()).map_or_else(String::new, |s| {
        let word =
            model.progress.get(&Some(s.plan.id.clone())).map_or_else(String::new, |p| format!(" {}", p.one_line(18)));
        format!("{word} {}", silence(model, s).unwrap_or_else(|| elapsed(model, s)))
    });
    format!("{} {phase} {done}/{}{doing}", model.look.glyphs.fold_closed, run.steps.len())
}

#[must_use]
pub fn summary(run: &Run) -> String {
    let n = run.usage.calls;
    format!("{n} call{}  {}  {}", if n == 1 { "" } else { "s" }, tokens(run.usage.tokens()), money(&run.usage))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_amounts_read_well() {
        let t = |s| Timestamp::from_second(s).unwrap();
        assert_eq!([20, 119, 121, 9_000].map(about), ["20 s", "119 s", "3 min", "2.5 h"]);
        assert_eq!(clock(t(0), t(7)), "0:07");
        assert_eq!(clock(t(0), t(3_723)), "1:02:03");
        assert_eq!(clock(t(9), t(7)), "0:00");
        assert_eq!(tokens(812), "812 tok");
        assert_eq!(tokens(4_120), "4.1k tok");
        assert_eq!(tokens(38_900), "38k tok");
        assert_eq!(dollars(21_000), "$0.02");
    }
}
