//! The picture at the top of the README: a gate of the recorded run, and `g1 verify` after a line of it was deleted.

use super::{
    real::{self, At},
    svg::svg,
};
use g1::{
    domain::{ClauseId, command::Update},
    ui::{Cache, Caps, Model, Msg, Setup, theme::Depth, update, view},
};
use jiff::SignedDuration;
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::{Color, Style},
};
use std::sync::Arc;

const PAPER: &str = "#1e1e2e";
const INK: &str = "#cdd6f4";
const SIZE: (u16, u16) = (118, 40);

/// The first gate, read and ready to be decided.
fn gate() -> Buffer {
    let run = real::run(At::Plan);
    let now = run.updated_at + SignedDuration::from_secs(3);
    let caps = Caps { depth: Depth::Rgb, ..Caps::default() };
    let setup = Setup { caps, theme: "catppuccin".into(), ..Setup::default() };
    let mut model = Model::new(setup, SIZE, now);
    update(&mut model, Msg::Update(Update::Run(Arc::new(run))), now);
    let mut buf = Buffer::empty(Rect::new(0, 0, SIZE.0, SIZE.1));
    for wait in [0, 400] {
        let at = now + SignedDuration::from_millis(wait);
        update(&mut model, Msg::Tick, at);
        buf.reset();
        let frame = view(&model, &mut Cache::default(), &mut buf);
        update(&mut model, Msg::Drawn(frame.shown), at);
    }
    buf
}

/// What stood in the terminal, as it was printed.
fn verified() -> Buffer {
    let text = format!("$ sed -i '/Search(\"title\")/d' app/modules/books.py\n$ g1 verify\n{}", real::verified());
    let lines: Vec<&str> = text.lines().collect();
    let mut buf = Buffer::empty(Rect::new(0, 0, SIZE.0, lines.len() as u16));
    let (green, red) = (Color::Rgb(0xa6, 0xe3, 0xa1), Color::Rgb(0xf3, 0x8b, 0xa8));
    for (y, line) in lines.iter().enumerate() {
        let style = match line {
            l if l.contains("FAILED") => Style::new().fg(red),
            l if l.contains("holds") => Style::new().fg(green),
            _ => Style::new(),
        };
        buf.set_string(0, y as u16, line, style);
    }
    buf
}

pub fn picture() -> String {
    let sentence = real::run(At::End).clauses[&ClauseId(6)].text.trim().to_owned();
    let later = format!("Later somebody deletes a line of the code. C-006 is the sentence \u{201c}{sentence}\u{201d}");
    let first = "The first gate: what was understood, what was assumed, what cannot be done, what it costs.";
    svg(&[(first, &gate()), (&later, &verified())], PAPER, INK)
}
