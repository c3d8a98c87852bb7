//! Pictures of screens as SVG, for the README.

use ratatui::{
    buffer::Buffer,
    style::{Color, Modifier},
};
use std::fmt::Write;

const WIDTH: f64 = 8.4;
const HEIGHT: f64 = 18.0;
const MARGIN: f64 = 14.0;

fn hex(color: Color, default: &str) -> String {
    match color {
        Color::Rgb(r, g, b) => format!("#{r:02x}{g:02x}{b:02x}"),
        _ => default.to_owned(),
    }
}

/// Screens one below the other, each with a caption.
pub fn svg(screens: &[(&str, &Buffer)], paper: &str, ink: &str) -> String {
    let columns = screens.iter().map(|(_, b)| b.area().width).max().unwrap_or(80);
    let rows: u16 = screens.iter().map(|(_, b)| b.area().height).sum();
    let (width, height) = (
        f64::from(columns) * WIDTH + 2.0 * MARGIN,
        f64::from(rows) * HEIGHT + screens.len() as f64 * (2.0 * MARGIN + 24.0) + MARGIN,
    );
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" font-family=\"ui-monospace, \
         SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace\" font-size=\"14\">\n"
    );
    let mut top = 0.0;
    for (caption, buf) in screens {
        let tall = f64::from(buf.area().height) * HEIGHT;
        let _ = writeln!(
            out,
            "<text x=\"{MARGIN}\" y=\"{:.1}\" fill=\"#888888\" font-family=\"sans-serif\">{}</text>",
            top + 20.0,
            escaped(caption)
        );
        top += 30.0;
        let _ = writeln!(
            out,
            "<rect x=\"2\" y=\"{top:.1}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"8\" fill=\"{paper}\"/>",
            width - 4.0,
            tall + 2.0 * MARGIN
        );
        top += MARGIN;
        for (y, row) in buf.content.chunks(usize::from(buf.area().width).max(1)).enumerate() {
            line(&mut out, row, top + y as f64 * HEIGHT, paper, ink);
        }
        top += tall + 2.0 * MARGIN;
    }
    out.push_str("</svg>\n");
    out
}

fn line(out: &mut String, row: &[ratatui::buffer::Cell], y: f64, paper: &str, ink: &str) {
    let look = |i: usize| {
        let cell = &row[i];
        let (fg, bg) = (hex(cell.fg, ink), hex(cell.bg, paper));
        let (fg, bg) = if cell.modifier.contains(Modifier::REVERSED) { (bg, fg) } else { (fg, bg) };
        (fg, bg, cell.modifier & (Modifier::BOLD | Modifier::ITALIC | Modifier::UNDERLINED))
    };
    let mut at = 0;
    while at < row.len() {
        let style = look(at);
        let end = (at..row.len()).find(|i| look(*i) != style).unwrap_or(row.len());
        let text: String = row[at..end].iter().map(ratatui::buffer::Cell::symbol).collect();
        let x = MARGIN + at as f64 * WIDTH;
        let wide = (end - at) as f64 * WIDTH;
        let (fg, bg, mods) = style;
        if bg != paper {
            let _ = writeln!(
                out,
                "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{wide:.1}\" height=\"{HEIGHT}\" fill=\"{bg}\"/>"
            );
        }
        let trimmed = text.trim_end();
        if !trimmed.is_empty() {
            let chars = trimmed.chars().count();
            let mut style = String::new();
            if mods.contains(Modifier::BOLD) {
                style.push_str(" font-weight=\"bold\"");
            }
            if mods.contains(Modifier::ITALIC) {
                style.push_str(" font-style=\"italic\"");
            }
            let _ = writeln!(
                out,
                "<text x=\"{x:.1}\" y=\"{:.1}\" fill=\"{fg}\"{style} textLength=\"{:.1}\" xml:space=\"preserve\">{}</text>",
                y + HEIGHT * 0.74,
                chars as f64 * WIDTH,
                escaped(trimmed)
            );
        }
        at = end;
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
