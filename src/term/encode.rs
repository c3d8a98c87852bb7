//! What changed between two frames, in as few bytes as terminals understand everywhere: short cursor moves, erasing
//! instead of writing blanks, only the attributes that differ, colours of the terminal's own palette by their own
//! numbers. Over a slow line this decides how the workbench feels.

use ratatui::{
    buffer::{Buffer, Cell, CellWidth},
    layout::Position,
    style::{Color, Modifier},
};
use std::io::Write;

/// Blanks that are cheaper erased than written.
const ERASE_TAIL: usize = 4;
const ERASE_RUN: u16 = 6;
/// A longer payload hides the cursor while it is drawn, for terminals that do not know synchronized updates.
const FLICKERS: usize = 200;
/// Attributes that show on a blank.
const VISIBLE: Modifier = Modifier::REVERSED.union(Modifier::UNDERLINED).union(Modifier::CROSSED_OUT);

/// Attributes with the numbers that turn them on and off.
const ATTRIBUTES: [(Modifier, u8, u8); 6] = [
    (Modifier::BOLD, 1, 22),
    (Modifier::DIM, 2, 22),
    (Modifier::ITALIC, 3, 23),
    (Modifier::UNDERLINED, 4, 24),
    (Modifier::REVERSED, 7, 27),
    (Modifier::CROSSED_OUT, 9, 29),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Pen {
    fg: Color,
    bg: Color,
    on: Modifier,
}

const PLAIN: Pen = Pen { fg: Color::Reset, bg: Color::Reset, on: Modifier::empty() };

/// Turns frames into bytes; knows where the terminal's cursor stands.
#[derive(Debug, Default)]
pub struct Encoder {
    /// `None`: not known.
    at: Option<(u16, u16)>,
    /// `None`: not known.
    visible: Option<bool>,
    color: bool,
}

struct Writing<'a> {
    out: Vec<u8>,
    next: &'a Buffer,
    at: Option<(u16, u16)>,
    pen: Pen,
    color: bool,
}

impl Encoder {
    /// Colours are left out unless `color`; attributes always stay.
    #[must_use]
    pub fn new(color: bool) -> Self {
        Self { color, ..Self::default() }
    }

    /// Where the cursor stands, and whether it shows, is not known any more.
    pub fn forget(&mut self) {
        self.at = None;
        self.visible = None;
    }

    /// The bytes that turn `before` (or, when that is not known, anything) into `next`, in one synchronized update;
    /// empty when nothing differs. Both buffers have the same area.
    pub fn frame(&mut self, before: Option<&Buffer>, next: &Buffer, cursor: Option<Position>) -> Vec<u8> {
        let empty;
        let before = match before {
            Some(before) => before,
            None => {
                self.forget();
                empty = Buffer::empty(*next.area());
                &empty
            }
        };
        let fresh = self.visible.is_none();
        let mut w = Writing { out: Vec::new(), next, at: self.at, pen: PLAIN, color: self.color };
        if fresh {
            w.out.extend_from_slice(b"\x1b[m\x1b[H\x1b[2J");
            w.at = Some((0, 0));
        }
        w.changes(before);
        w.pen_to(PLAIN);
        let hide = self.visible != Some(false) && (cursor.is_none() || w.out.len() > FLICKERS);
        if let Some(p) = cursor {
            w.move_to(p.x, p.y);
        }
        let show = cursor.is_some() && (hide || self.visible != Some(true));
        self.at = w.at;
        self.visible = Some(cursor.is_some());
        if w.out.is_empty() && !hide && !show {
            return w.out;
        }
        let mut bytes = Vec::with_capacity(w.out.len() + 32);
        bytes.extend_from_slice(b"\x1b[?2026h");
        if hide {
            bytes.extend_from_slice(b"\x1b[?25l");
        }
        bytes.append(&mut w.out);
        if show {
            bytes.extend_from_slice(b"\x1b[?25h");
        }
        bytes.extend_from_slice(b"\x1b[?2026l");
        bytes
    }
}

/// A blank that looks like nothing, whatever its foreground.
fn blank(cell: &Cell) -> bool {
    cell.symbol() == " " && cell.bg == Color::Reset && !cell.modifier.intersects(VISIBLE)
}

/// Where terminals agree how far the cursor goes: single characters of one column.
fn certain(symbol: &str) -> bool {
    let mut chars = symbol.chars();
    chars.next().is_some() && chars.next().is_none() && symbol.cell_width() == 1
}

fn digits(n: u16) -> usize {
    match n {
        0..=9 => 1,
        10..=99 => 2,
        100..=999 => 3,
        _ => 5,
    }
}

/// The cells to write, row by row.
fn updates<'a>(before: &Buffer, next: &'a Buffer) -> Vec<(u16, u16, &'a Cell)> {
    let width = usize::from(next.area().width).max(1);
    let mut updates = Vec::new();
    let mut changed = vec![false; width];
    for (y, (old, new)) in before.content.chunks(width).zip(next.content.chunks(width)).enumerate() {
        let mut any = false;
        for ((changed, a), b) in changed.iter_mut().zip(old).zip(new) {
            *changed = a != b && !(blank(a) && blank(b));
            any |= *changed;
        }
        if !any {
            continue;
        }
        let wide = |c: &Cell| c.symbol().len() > 1 && c.cell_width() > 1;
        if old.iter().chain(new).any(wide) {
            // Writing one half of a wide character takes the other half away: both are written then.
            let pairs: Vec<usize> = (0..width - 1).filter(|x| wide(&old[*x]) || wide(&new[*x])).collect();
            while let Some(x) = pairs.iter().find(|x| changed[**x] != changed[**x + 1]) {
                changed[*x] = true;
                changed[*x + 1] = true;
            }
        }
        let mut x = 0;
        while x < width {
            if changed[x] {
                updates.push((u16::try_from(x).unwrap_or(u16::MAX), u16::try_from(y).unwrap_or(u16::MAX), &new[x]));
            }
            x += if wide(&new[x]) { 2 } else { 1 };
        }
    }
    updates
}

impl Writing<'_> {
    fn changes(&mut self, before: &Buffer) {
        let next = self.next;
        let width = next.area().width;
        let updates = updates(before, next);
        let mut i = 0;
        while let Some(&(x, y, cell)) = updates.get(i) {
            if blank(cell) {
                let rest = updates[i..].iter().take_while(|u| u.1 == y).count();
                let tail = (x..width).all(|x| next.cell((x, y)).is_some_and(blank));
                if tail && rest >= ERASE_TAIL {
                    self.move_to(x, y);
                    self.pen_to(PLAIN);
                    self.out.extend_from_slice(b"\x1b[K");
                    i += rest;
                    continue;
                }
                // Blanks that stay may be erased as well: words that go leave the blanks between them.
                let end = (x..width).find(|x| !next.cell((*x, y)).is_some_and(blank)).unwrap_or(width);
                let run = updates[i..].iter().take_while(|u| u.1 == y && u.0 < end).count();
                if let Some(last) = updates[i..].get(run - 1)
                    && last.0 - x >= ERASE_RUN
                {
                    self.move_to(x, y);
                    self.pen_to(PLAIN);
                    let _ = write!(self.out, "\x1b[{}X", last.0 - x + 1);
                    i += run;
                    continue;
                }
            }
            self.move_to(x, y);
            self.put(cell);
            i += 1;
        }
    }

    /// Writes the cell where the cursor is.
    fn put(&mut self, cell: &Cell) {
        let want = Pen { fg: cell.fg, bg: cell.bg, on: cell.modifier };
        if !blank(cell) {
            self.pen_to(want);
        } else if self.pen.bg != Color::Reset || self.pen.on.intersects(VISIBLE) {
            self.pen_to(Pen { on: self.pen.on.difference(VISIBLE), bg: Color::Reset, ..self.pen });
        }
        let symbol = if cell.symbol().is_empty() { " " } else { cell.symbol() };
        self.out.extend_from_slice(symbol.as_bytes());
        // After anything else an error of the terminal's would shift what follows.
        self.at = if certain(symbol) { self.at.map(|(x, y)| (x + 1, y)) } else { None };
    }

    fn move_to(&mut self, x: u16, y: u16) {
        if self.at == Some((x, y)) {
            return;
        }
        let width = self.next.area().width;
        let absolute = match (x, y) {
            (0, 0) => 3,
            (0, y) => 3 + digits(y + 1),
            (x, y) => 4 + digits(x + 1) + digits(y + 1),
        };
        match self.at {
            // Past the last column terminals wait with the line break; only an absolute move is sure.
            Some((cx, cy)) if cy == y && x > cx && cx < width => {
                let by = x - cx;
                let skip = 3 + if by == 1 { 0 } else { digits(by) };
                match self.again(cx, x, y) {
                    Some(cells) if cells.len() <= skip.min(absolute) => self.out.extend_from_slice(&cells),
                    _ if skip < absolute && by == 1 => self.out.extend_from_slice(b"\x1b[C"),
                    _ if skip < absolute => drop(write!(self.out, "\x1b[{by}C")),
                    _ => self.absolute(x, y),
                }
            }
            Some((_, cy)) if cy == y && x == 0 => self.out.push(b'\r'),
            Some((_, cy)) if cy + 1 == y && x == 0 => self.out.extend_from_slice(b"\r\n"),
            // A line feed in raw mode keeps the column.
            Some((cx, cy)) if cy + 1 == y && cx == x => self.out.push(b'\n'),
            Some((cx, cy)) if cy + 1 == y && cx < width && x > cx && x - cx <= 9 => {
                let _ = write!(self.out, "\n\x1b[{}C", x - cx);
            }
            Some((cx, cy)) if (cy == y || cy + 1 == y) && cx < width && x < cx && cx - x <= 4 => {
                if cy < y {
                    self.out.push(b'\n');
                }
                self.out.extend(std::iter::repeat_n(8, usize::from(cx - x)));
            }
            Some((_, cy)) if cy + 1 == y && x <= 9 => drop(write!(self.out, "\r\n\x1b[{x}C")),
            _ => self.absolute(x, y),
        }
        self.at = Some((x, y));
    }

    fn absolute(&mut self, x: u16, y: u16) {
        let _ = match (x, y) {
            (0, 0) => write!(self.out, "\x1b[H"),
            (0, y) => write!(self.out, "\x1b[{}H", y + 1),
            (x, y) => write!(self.out, "\x1b[{};{}H", y + 1, x + 1),
        };
    }

    /// The cells between two columns once more, when they are plain letters in the present attributes.
    fn again(&self, from: u16, to: u16, y: u16) -> Option<Vec<u8>> {
        if to - from > 8 {
            return None;
        }
        let pen = self.pen;
        let cell = |x: u16| {
            let cell = self.next.cell((x, y))?;
            let bare = pen.bg == Color::Reset && !pen.on.intersects(VISIBLE);
            let same = Pen { fg: cell.fg, bg: cell.bg, on: cell.modifier } == pen || (blank(cell) && bare);
            let byte = *cell.symbol().as_bytes().first()?;
            (same && cell.symbol().len() == 1 && byte >= b' ').then_some(byte)
        };
        (from..to).map(cell).collect()
    }

    fn pen_to(&mut self, want: Pen) {
        let want = if self.color { want } else { Pen { fg: Color::Reset, bg: Color::Reset, ..want } };
        if want == self.pen {
            return;
        }
        let mut change = String::new();
        let gone = self.pen.on.difference(want.on);
        let mut on = self.pen.on;
        for (bit, _, off) in ATTRIBUTES {
            if gone.contains(bit) && on.contains(bit) {
                param(&mut change, &off.to_string());
                // One number ends bold and dim.
                on -= ATTRIBUTES.iter().filter(|a| a.2 == off).fold(Modifier::empty(), |all, a| all | a.0);
            }
        }
        attributes(&mut change, want.on.difference(on));
        if want.fg != self.pen.fg {
            param(&mut change, &color(want.fg, 30));
        }
        if want.bg != self.pen.bg {
            param(&mut change, &color(want.bg, 40));
        }
        let mut anew = String::new();
        if want != PLAIN {
            anew.push('0');
            attributes(&mut anew, want.on);
            if want.fg != Color::Reset {
                param(&mut anew, &color(want.fg, 30));
            }
            if want.bg != Color::Reset {
                param(&mut anew, &color(want.bg, 40));
            }
        }
        let params = if anew.len() < change.len() { anew } else { change };
        let _ = write!(self.out, "\x1b[{params}m");
        self.pen = want;
    }
}

fn param(to: &mut String, text: &str) {
    if !to.is_empty() {
        to.push(';');
    }
    to.push_str(text);
}

fn attributes(to: &mut String, on: Modifier) {
    for (bit, number, _) in ATTRIBUTES {
        if on.contains(bit) {
            param(to, &number.to_string());
        }
    }
}

/// The SGR parameters of a colour; `base` is 30 for the foreground, 40 for the background.
fn color(color: Color, base: u8) -> String {
    let named = |n: u8| (base + n).to_string();
    let bright = |n: u8| (base + 60 + n).to_string();
    match color {
        Color::Reset => named(9),
        Color::Black => named(0),
        Color::Red => named(1),
        Color::Green => named(2),
        Color::Yellow => named(3),
        Color::Blue => named(4),
        Color::Magenta => named(5),
        Color::Cyan => named(6),
        Color::Gray => named(7),
        Color::DarkGray => bright(0),
        Color::LightRed => bright(1),
        Color::LightGreen => bright(2),
        Color::LightYellow => bright(3),
        Color::LightBlue => bright(4),
        Color::LightMagenta => bright(5),
        Color::LightCyan => bright(6),
        Color::White => bright(7),
        Color::Indexed(n) => format!("{};5;{n}", base + 8),
        Color::Rgb(r, g, b) => format!("{};2;{r};{g};{b}", base + 8),
    }
}

#[cfg(test)]
mod tests;
