//! The tables as a picture: for each kind of text the share of its demands that a persona is given, by budget.

use crate::{BUDGETS, against::Row};
use std::{collections::BTreeMap, fmt::Write};

type Value = fn(&Row) -> f64;

const LINES: [(&str, &str, Value); 6] = [
    ("hub, all pages of a persona", "#1a7f37", |r| r.hub.persona),
    ("hub without pages, all personas", "#0969da", |r| r.unpaged.persona),
    ("(a) forwards the original", "#8250df", |r| r.forwarded),
    ("(c) head of the text", "#9a6700", |r| r.head),
    ("(b) lossy chain, hop 5, carry .9 (assumed)", "#cf222e", |r| r.careful),
    ("(b) lossy chain, hop 5, carry .7 (assumed)", "#fa4549", |r| r.lossy),
];
const WIDTH: f64 = 230.0;
const HEIGHT: f64 = 180.0;
const LEFT: f64 = 46.0;
const TOP: f64 = 44.0;
const GAP: f64 = 36.0;

pub fn svg(curves: &BTreeMap<(String, u32), Row>) -> String {
    let mut kinds: Vec<&str> = curves.keys().map(|(kind, _)| kind.as_str()).collect();
    kinds.dedup();
    let width = LEFT + kinds.len() as f64 * (WIDTH + GAP);
    let height = TOP + HEIGHT + 40.0 + LINES.len() as f64 * 18.0;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n\
         <text x=\"{LEFT}\" y=\"18\" font-size=\"14\">Share of the demands put before a persona, by tokens a prompt may hold</text>\n"
    );
    // Writing to a string cannot fail.
    for (number, kind) in kinds.iter().enumerate() {
        panel(&mut out, curves, kind, LEFT + number as f64 * (WIDTH + GAP));
    }
    for (number, (name, color, _)) in LINES.iter().enumerate() {
        let y = TOP + HEIGHT + 44.0 + number as f64 * 18.0;
        let _ = writeln!(
            out,
            "<line x1=\"{LEFT}\" y1=\"{y}\" x2=\"{}\" y2=\"{y}\" stroke=\"{color}\" stroke-width=\"2\"/>",
            LEFT + 24.0
        );
        let _ = writeln!(out, "<text x=\"{}\" y=\"{}\">{name}</text>", LEFT + 32.0, y + 4.0);
    }
    out.push_str("</svg>\n");
    out
}

fn panel(out: &mut String, curves: &BTreeMap<(String, u32), Row>, kind: &str, left: f64) {
    let x = |at: usize| left + WIDTH * at as f64 / (BUDGETS.len() - 1) as f64;
    let y = |value: f64| TOP + HEIGHT * (1.0 - value);
    let texts = curves.get(&(kind.to_owned(), BUDGETS[0])).map_or(0, |row| row.hub.texts);
    let _ = writeln!(out, "<text x=\"{left}\" y=\"{}\" font-weight=\"bold\">{kind} ({texts} texts)</text>", TOP - 8.0);
    for tenth in [0.0, 0.25, 0.5, 0.75, 1.0] {
        let _ = writeln!(
            out,
            "<line x1=\"{left}\" y1=\"{0:.1}\" x2=\"{1:.1}\" y2=\"{0:.1}\" stroke=\"#d0d7de\"/>",
            y(tenth),
            left + WIDTH
        );
        let _ = writeln!(
            out,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\" fill=\"#57606a\">{tenth}</text>",
            left - 4.0,
            y(tenth) + 4.0
        );
    }
    for (at, budget) in BUDGETS.iter().enumerate() {
        let _ = writeln!(
            out,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\" fill=\"#57606a\">{}k</text>",
            x(at),
            TOP + HEIGHT + 16.0,
            budget / 1000
        );
    }
    // The hub last, on top of those it equals.
    for (_, color, value) in LINES.iter().rev() {
        let points: Vec<String> = BUDGETS
            .iter()
            .enumerate()
            .filter_map(|(at, budget)| {
                curves.get(&(kind.to_owned(), *budget)).map(|row| format!("{:.1},{:.1}", x(at), y(value(row))))
            })
            .collect();
        let _ = writeln!(
            out,
            "<polyline fill=\"none\" stroke=\"{color}\" stroke-width=\"2\" points=\"{}\"/>",
            points.join(" ")
        );
    }
}
