//! Personas at work, while the end of the chat is followed. Each has a lane: who it is on top, what it does at the
//! bottom, its words between them. Words fill the lane and then jump by most of it: lines that moved up with every line
//! that came could not be read, and would be sent again and again.

use super::{ChatEntry, doing, header, indent};
use crate::{
    domain::{
        StepId,
        run::{Run, Step},
    },
    ui::{
        Model,
        panes::timeline,
        text::stream::{Layout, Stream},
    },
};
use ratatui::text::Line;
use std::collections::HashMap;

/// After a jump a sixth of the words stays in sight, and at most so many lines.
const OVERLAP: usize = 5;
/// Fewer rows of words are not worth a lane.
const LEAST: usize = 2;

/// Who is at work and how far.
pub(super) fn speaker(model: &Model, run: &Run, step: &Step) -> Line<'static> {
    let id = &step.plan.id;
    let who = step.plan.personas.first().map_or("g1", |p| p.as_str());
    let nth = run.steps().position(|s| s.plan.id == *id).map_or(0, |i| i + 1);
    let note = format!("{id}  step {nth}/{}  {}", run.steps.len(), timeline::elapsed(model, step));
    header(&model.look, who, &note)
}

struct Lane<'a> {
    entry: usize,
    step: &'a Step,
    words: Option<&'a Stream>,
    doing: Vec<Line<'static>>,
}

/// The last entries of the chat, side by side in time and below each other on screen.
pub(super) struct Lanes<'a> {
    lanes: Vec<Lane<'a>>,
    /// How many of them say something.
    voices: usize,
    /// Rows for words when a blank line and the speaker stand above each lane.
    room: usize,
}

impl<'a> Lanes<'a> {
    /// Empty when nobody says anything, when it is folded, and when there is no room.
    pub fn new(model: &'a Model, run: &'a Run, columns: usize, height: usize) -> Self {
        let mut lanes = Vec::new();
        for (i, entry) in model.chat.entries.iter().enumerate().rev() {
            let ChatEntry::Live(id) = entry else { break };
            let Some(step) = run.step(id).filter(|_| !model.chat.folded.contains(entry)) else { break };
            lanes.push(Lane { entry: i, step, words: model.streams.get(id), doing: doing(model, step, columns) });
        }
        lanes.reverse();
        let voices = lanes.iter().filter(|l| l.words.is_some()).count();
        let fixed: usize = lanes.iter().map(|l| 2 + l.doing.len()).sum();
        let room = height.saturating_sub(fixed);
        if room < LEAST * voices.max(1) {
            lanes.clear();
        }
        if lanes.is_empty() || voices == 0 {
            return Self { lanes: Vec::new(), voices: 0, room: height };
        }
        Self { lanes, voices, room }
    }

    /// The entries before this one have no lanes.
    pub fn first(&self, entries: usize) -> usize {
        entries - self.lanes.len()
    }

    /// Rows that older entries may fill: one voice leaves some of what came before it in sight until it needs the room.
    pub fn above(&self) -> usize {
        match self.voices {
            0 => self.room,
            1 => self.room / 3,
            _ => 0,
        }
    }

    /// The lanes' lines with their entries, when `older` rows are filled above them: as many as that leaves, or all
    /// rows of the pane when the words need them.
    pub fn lines(
        &self,
        model: &Model,
        run: &Run,
        columns: usize,
        older: usize,
        layouts: &mut HashMap<StepId, Layout>,
    ) -> Vec<(usize, Line<'static>)> {
        // Without anything above it the first lane needs no blank line.
        let all = (self.room + 1) / self.voices.max(1);
        let at_first = if older > 0 { self.room - older } else { all };
        let mut said: Vec<Option<(usize, Vec<Line<'static>>)>> = Vec::new();
        for lane in &self.lanes {
            said.push(lane.words.map(|words| {
                let layout = layouts.entry(lane.step.plan.id.clone()).or_default();
                layout.last(words, columns.saturating_sub(2), &model.look, all)
            }));
        }
        let jumped = said.iter().flatten().any(|(total, _)| *total > at_first);
        let rows = if jumped { all } else { at_first };
        let mut out: Vec<(usize, Line<'static>)> = Vec::new();
        for (lane, said) in self.lanes.iter().zip(said) {
            let mut words = Vec::new();
            if let Some((total, mut last)) = said {
                words = last.split_off(last.len() - (total - top(total, at_first, all)));
                words.resize(rows, Line::default());
            }
            let apart = !out.is_empty() || (older > 0 && !jumped);
            let head = apart.then(Line::default).into_iter().chain([speaker(model, run, lane.step)]);
            let lines = head.chain(indent(words)).chain(lane.doing.iter().cloned());
            out.extend(lines.map(|line| (lane.entry, line)));
        }
        out
    }
}

/// The first of `total` lines in sight, when `first` have room before the first jump and `rows` after it.
fn top(total: usize, first: usize, rows: usize) -> usize {
    if total <= first {
        return 0;
    }
    let overlap = (rows / 6).clamp(1, OVERLAP).min(first);
    let by = rows - overlap;
    first - overlap + (total - first - 1) / by * by
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_last_line_is_in_sight_and_jumps_are_long(total in 1_usize..500, first in 1_usize..40, rows in 2_usize..60) {
            let first = first.min(rows);
            let top_now = top(total, first, rows);
            let shown = if total <= first { first } else { rows };
            prop_assert!(top_now < total && total - top_now <= shown);
            let moved = top(total + 1, first, rows) - top_now;
            prop_assert!(moved == 0 || moved >= rows / 2 || total == first, "jumped by {}", moved);
            prop_assert!(moved <= rows, "no line is skipped");
        }
    }
}
