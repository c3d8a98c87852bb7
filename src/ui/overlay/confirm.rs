//! Before something is undone: what would be lost, with the safe choice selected.

use crate::{
    domain::{
        Clean, GateId, Hash,
        run::{Gate, Proposal, Run},
    },
    ui::{Model, text::wrap_plain, widgets::draw},
};
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
};

/// Rejecting is the only thing that needs it so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirm {
    pub gate: GateId,
    pub digest: Hash,
    pub text: Clean,
    /// False, the safe choice, when it opens.
    pub yes: bool,
}

impl Confirm {
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
        Self { gate: gate.id, digest: gate.digest.clone(), text: text.into(), yes: false }
    }
}

pub fn view(model: &Model, confirm: &Confirm, body: Rect, buf: &mut Buffer) {
    let look = &model.look;
    let width = body.width.min(72);
    let text = wrap_plain(&confirm.text, usize::from(width.saturating_sub(4)), look.theme.text);
    let height = u16::try_from(text.len()).unwrap_or(8) + 4;
    let area = draw::centred(body, width, height);
    draw::clear(buf, area);
    let inner = draw::frame(buf, area, vec![Span::styled("Reject and roll back?", look.theme.error)], true, look);
    let pad = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    for (y, line) in text.iter().enumerate() {
        draw::line(buf, pad, y, line);
    }
    let choice = |label: &str, on: bool| {
        let mark = if on { look.glyphs.radio_on } else { look.glyphs.radio_off };
        let style = if on { look.theme.selection } else { look.theme.text };
        Span::styled(format!(" {mark} {label} "), style)
    };
    let line = Line::from(vec![choice("keep it", !confirm.yes), Span::raw("  "), choice("reject it", confirm.yes)]);
    draw::line(buf, pad, text.len() + 1, &line);
}
