//! The picture at the top of the README: a gate of the recorded run, and `g1 verify` after a line of it was deleted.

use crate::{
    bench::Bench,
    support::{
        real::{self, At},
        svg::svg,
    },
};
use g1::ui::{Caps, theme::Depth};
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::{Color, Style},
};
use std::{fs, path::Path};

const PAPER: &str = "#1e1e2e";
const INK: &str = "#cdd6f4";

/// What stood in the terminal, as it was printed.
fn verified() -> Buffer {
    let text = format!("$ sed -i '/Search(\"title\")/d' app/modules/books.py\n$ g1 verify\n{}", real::verified());
    let lines: Vec<&str> = text.lines().collect();
    let mut buf = Buffer::empty(Rect::new(0, 0, 118, lines.len() as u16));
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

#[test]
fn the_picture_of_the_readme_is_what_the_workbench_shows() {
    let caps = Caps { depth: Depth::Rgb, ..Caps::default() };
    let mut bench = Bench::real_themed(At::Plan, 118, 40, caps, "catppuccin");
    bench.draw();
    bench.wait(2_500);
    bench.draw();
    bench.wait(400);
    let gate = bench.draw();
    let verify = verified();
    let sentence = real::run(At::End).clauses[&g1::domain::ClauseId(6)].text.trim().to_owned();
    let later = format!("Later somebody deletes a line of the code. C-006 is the sentence \u{201c}{sentence}\u{201d}");
    let made = svg(
        &[
            ("The first gate: what was understood, what was assumed, what cannot be done, what it costs.", &gate),
            (&later, &verify),
        ],
        PAPER,
        INK,
    );
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/workbench.svg");
    if std::env::var("INSTA_UPDATE").is_ok_and(|v| v == "always") {
        fs::write(&path, &made).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == made,
        "docs/workbench.svg is not what the screen shows: run with INSTA_UPDATE=always and look at it"
    );
}
