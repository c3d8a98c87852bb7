//! Before something is undone: what would be lost, with the safe choice selected.

use crate::{
    domain::{
        Clean, GateId, Hash,
        change::{self, Change},
        run::{Gate, Proposal, Run},
    },
    ui::{Model, text::wrap_plain, widgets::draw},
};
use jiff::Timestamp;
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
};

/// What is done once a person is sure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sure {
    Reject { gate: GateId, digest: Hash },
    Change(Change),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirm {
    pub sure: Sure,
    pub title: &'static str,
    pub text: Clean,
    /// What the two choices are called, the safe one first.
    pub choices: [&'static str; 2],
    /// False, the safe choice, when it opens.
    pub yes: bool,
    /// When it came up on the screen.
    pub since: Timestamp,
}

impl Confirm {
    #[must_use]
    pub fn since(self, since: Timestamp) -> Self {
        Self { since, ..self }
    }

    /// Before a finished run is taken up again: what hangs on the change, and what it takes.
    #[must_use]
    pub fn change(run: &Run, change: Change) -> Self {
        let mut lines = change::describe(run, &change, &change::dependents(run, &change));
        lines.push(format!("You are asked: {}. m changes that.", super::card::mode_name(run.settings.gates)));
        Self {
            sure: Sure::Change(change),
            title: "Change what was asked for?",
            text: lines.join("\n").into(),
            choices: ["keep it as it is", "do it"],
            yes: false,
            since: Timestamp::MIN,
        }
    }

    #[must_use]
    pub fn reject(run: &Run, gate: &Gate) -> Self {
        let step = run.step(&gate.step);
        let what = match step.and_then(|s| s.proposal.as_ref()) {
            Some(Proposal::Build { files, .. } | Proposal::Test { files, .. }) => {
                let lines: u32 = files.iter().map(|f| f.lines).sum();
                format!(
                    "{} ({lines} lines) dropped; the workspace does not have them yet",
                    if files.len() == 1 {
                        "1 proposed file is".into()
                    } else {
                        format!("{} proposed files are", files.len())
                    }
                )
            }
            Some(Proposal::Design { decisions, artifacts, .. }) => {
                format!("{} decisions and {} design documents are dropped", decisions.len(), artifacts.len())
            }
            Some(Proposal::Plan { plan }) => format!("the plan of {} steps is dropped", plan.steps.len()),
            Some(Proposal::Understand { interpretations, .. }) => {
                format!("{} interpretations are dropped", interpretations.len())
            }
            Some(Proposal::Verify { .. }) => "the verifier's findings are dropped".into(),
            None => "nothing has been proposed, so nothing is dropped".into(),
        };
        let text = format!(
            "Reject {} ({}): {what}. What was approved before stays. The run pauses; /resume does the step again.",
            gate.id, gate.step
        );
        Self {
            sure: Sure::Reject { gate: gate.id, digest: gate.digest.clone() },
            title: "Reject and roll back?",
            text: text.into(),
            choices: ["keep it", "reject it"],
            yes: false,
            since: Timestamp::MIN,
        }
    }
}

pub fn view(model: &Model, confirm: &Confirm, body: Rect, buf: &mut Buffer) {
    let look = &model.look;
    let width = body.width.min(if matches!(confirm.sure, Sure::Change(_)) { 96 } else { 72 });
    let mut text = wrap_plain(&confirm.text, usize::from(width.saturating_sub(4)), look.theme.text);
    let most = usize::from(body.height.saturating_sub(4)).max(1);
    if text.len() > most {
        let left = text.len() - (most - 1);
        text.truncate(most - 1);
        text.push(Line::styled(format!("{} and {left} more lines", look.glyphs.down), look.theme.warn));
    }
    let height = u16::try_from(text.len()).unwrap_or(8) + 4;
    let area = draw::centred(body, width, height);
    draw::clear(buf, area);
    let inner = draw::frame(buf, area, vec![Span::styled(confirm.title, look.theme.error)], true, look);
    let pad = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    for (y, line) in text.iter().enumerate() {
        draw::line(buf, pad, y, line);
    }
    let choice = |label: &str, on: bool| {
        let mark = if on { look.glyphs.radio_on } else { look.glyphs.radio_off };
        let style = if on { look.theme.selection } else { look.theme.text };
        Span::styled(format!(" {mark} {label} "), style)
    };
    let key = |key: &'static str| Span::styled(key, look.theme.key);
    let line = Line::from(vec![
        key("n"),
        choice(confirm.choices[0], !confirm.yes),
        Span::raw("   "),
        key("y"),
        choice(confirm.choices[1], confirm.yes),
    ]);
    draw::line(buf, pad, text.len() + 1, &line);
}
