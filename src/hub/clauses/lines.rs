//! What one line is, seen alone.

/// Bullets that PDF and word processors leave, Markdown's included.
const BULLETS: &str = "-*+•◦▪▫●○■□‣⁃·–—➢➤►✓✔✗";

/// A bullet; private-use characters and C1 controls are what is left of one in a symbol font.
fn is_bullet(c: char) -> bool {
    BULLETS.contains(c) || matches!(c, '\u{80}'..='\u{9f}' | '\u{e000}'..='\u{f8ff}')
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Blank,
    /// Opens or closes a fenced block.
    Fence,
    /// Markdown heading of that level.
    Heading(u8),
    /// `===` or `---` under a line: level 1 or 2.
    Underline(u8),
    /// Starts with a bullet.
    Bullet,
    /// Starts with a number: how many parts (`1.` one, `1.2` two), and the last of them.
    Numbered(u8, u32),
    /// `a)`, `(iv)`.
    Lettered,
    /// A row of a table.
    Row,
    /// Starts as a user story or scenario does.
    Story,
    /// A running header or footer of a page.
    Furniture,
    Text,
}

/// One line: where it is and what it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'a> {
    pub start: usize,
    /// Without surrounding white space, BOM and line end.
    pub text: &'a str,
    pub shape: Shape,
    /// A page begins here: there is a form feed in its white space.
    pub page: bool,
}

pub(super) fn split(text: &str) -> Vec<Line<'_>> {
    let mut start = 0;
    let mut lines = Vec::new();
    for raw in text.split_inclusive('\n') {
        let trimmed = raw.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        let page = raw.contains('\u{c}');
        // A page break that stands alone belongs to what it separates as little as a page number does.
        let shape = if page && trimmed.is_empty() { Shape::Furniture } else { shape(trimmed) };
        lines.push(Line { start, text: trimmed, shape, page });
        start += raw.len();
    }
    lines
}

fn shape(line: &str) -> Shape {
    let Some(first) = line.chars().next() else { return Shape::Blank };
    if line.starts_with("```") || line.starts_with("~~~") {
        return Shape::Fence;
    }
    if first == '#' {
        let level = line.bytes().take_while(|b| *b == b'#').count();
        if level <= 6 && line[level..].starts_with([' ', '\t']) {
            return Shape::Heading(u8::try_from(level).unwrap_or(6));
        }
    }
    if line.len() >= 3 {
        if line.bytes().all(|b| b == b'=') {
            return Shape::Underline(1);
        }
        if line.bytes().all(|b| b == b'-') {
            return Shape::Underline(2);
        }
    }
    if first == '|' && line.len() > 1 {
        return Shape::Row;
    }
    if is_bullet(first) && line[first.len_utf8()..].starts_with(|c: char| c.is_whitespace()) {
        return Shape::Bullet;
    }
    // Bullets of PDF texts often stand without a space; the ASCII ones need it.
    if is_bullet(first) && !first.is_ascii() && !matches!(first, '–' | '—' | '·') {
        return Shape::Bullet;
    }
    // Word's second-level bullet, as text.
    if line.strip_prefix("o ").is_some_and(|rest| rest.trim_start().starts_with(char::is_uppercase)) {
        return Shape::Bullet;
    }
    if is_furniture(line) {
        return Shape::Furniture;
    }
    if let Some((parts, last)) = numbered(line) {
        return Shape::Numbered(parts, last);
    }
    if lettered(line) {
        return Shape::Lettered;
    }
    if is_story(line) {
        return Shape::Story;
    }
    Shape::Text
}

/// `1. x`, `2) x`, `(3) x`, `1.2 x`, `1.2.3. x`, `4.1: x`; a bare `1.` too. A plain `3 apples` is none.
fn numbered(line: &str) -> Option<(u8, u32)> {
    let (open, rest) = match line.strip_prefix('(') {
        Some(rest) => (true, rest),
        None => (false, line),
    };
    let number_len = rest.bytes().take_while(|b| b.is_ascii_digit() || *b == b'.').count();
    let (number, after) = rest.split_at(number_len);
    let dotted = number.ends_with('.');
    let parts: Vec<&str> = number.trim_end_matches('.').split('.').collect();
    if number.is_empty() || parts.iter().any(|p| p.is_empty() || p.len() > 3) {
        return None;
    }
    let last = parts.last()?.parse().ok()?;
    let closed = after.starts_with([')', ':']);
    let after = if closed { &after[1..] } else { after };
    let spaced = after.is_empty() || after.starts_with(char::is_whitespace);
    let marked = match (open, closed) {
        (true, closed) => closed && parts.len() == 1,
        // "10:30 to 11:00" is no item: what follows the mark must be space. "1.5 litres" is not one either, unless the
        // text after it begins as a title does.
        (false, true) => true,
        (false, false) => dotted || (parts.len() > 1 && after.trim_start().starts_with(char::is_uppercase)),
    };
    (marked && spaced).then(|| (u8::try_from(parts.len()).unwrap_or(u8::MAX), last))
}

/// `a) x`, `(b) x`, `iv) x`, `a. x`.
fn lettered(line: &str) -> bool {
    let rest = line.strip_prefix('(').unwrap_or(line);
    let open = rest.len() < line.len();
    let word = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
    let roman = rest[..word].bytes().all(|b| matches!(b.to_ascii_lowercase(), b'i' | b'v' | b'x'));
    let after = &rest[word..];
    let stop = !open && after.starts_with('.') && line.as_bytes()[0] != b'I' && (word == 1 || roman);
    let closed = after.starts_with(')') || stop;
    (word == 1 || (roman && word <= 4 && word > 0)) && closed && after[1..].starts_with(char::is_whitespace)
}

fn is_story(line: &str) -> bool {
    let lower: String = line.chars().take(24).flat_map(char::to_lowercase).collect();
    const STARTS: [&str; 10] = [
        "as a ",
        "as an ",
        "as the ",
        "given ",
        "scenario:",
        "feature:",
        "story ",
        "user story",
        "us-",
        "in order to ",
    ];
    let code = lower.split_once([' ', ':']).is_some_and(|(word, _)| {
        let (letters, digits) = word.split_once('-').unwrap_or(("", ""));
        (1..=5).contains(&letters.len())
            && letters.bytes().all(|b| b.is_ascii_lowercase())
            && !digits.is_empty()
            && digits.trim_end_matches([':', '.']).bytes().all(|b| b.is_ascii_digit())
    });
    STARTS.iter().any(|s| lower.starts_with(s)) || code
}

/// `Page 4 of 33`, `Copyright © 2005 …`, `- 7 -`, a lone page number.
fn is_furniture(line: &str) -> bool {
    if line.len() > 160 {
        return false;
    }
    if line.starts_with('©') || line.starts_with("Copyright ©") || line.starts_with("Copyright (c)") {
        return true;
    }
    if line.len() <= 4 && line.bytes().all(|b| b.is_ascii_digit()) {
        return true;
    }
    let words: Vec<&str> = line.split_whitespace().collect();
    let number = |w: &str| !w.is_empty() && w.bytes().all(|b| b.is_ascii_digit());
    match words.as_slice() {
        [.., page, n, of, m] if page.eq_ignore_ascii_case("page") && of.eq_ignore_ascii_case("of") => {
            number(n) && number(m)
        }
        [page, n] if page.eq_ignore_ascii_case("page") => number(n),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_told_apart() {
        for (line, expected) in [
            ("", Shape::Blank),
            ("## Users", Shape::Heading(2)),
            ("#hashtag", Shape::Text),
            ("- a", Shape::Bullet),
            ("-5 degrees", Shape::Text),
            ("•a", Shape::Bullet),
            ("* a", Shape::Bullet),
            ("**bold** text", Shape::Text),
            ("1. a", Shape::Numbered(1, 1)),
            ("12) a", Shape::Numbered(1, 12)),
            ("(3) a", Shape::Numbered(1, 3)),
            ("3.1 User administration", Shape::Numbered(2, 1)),
            ("4.1. Use Case: Search", Shape::Numbered(2, 1)),
            ("1.5 litres of milk", Shape::Text),
            ("3 apples", Shape::Text),
            ("2026 is the year", Shape::Text),
            ("a) x", Shape::Lettered),
            ("(iv) x", Shape::Lettered),
            ("I. am", Shape::Text),
            ("a. x", Shape::Lettered),
            ("ii. Staff", Shape::Lettered),
            ("o Bank name", Shape::Bullet),
            ("\u{83} To target", Shape::Bullet),
            ("| a | b |", Shape::Row),
            ("As a user, I want", Shape::Story),
            ("FR-12: The system", Shape::Story),
            ("e-mail: required", Shape::Text),
            ("Software Requirement Specification for V Page 4 of 33", Shape::Furniture),
            ("33", Shape::Furniture),
            ("===", Shape::Underline(1)),
            ("10:30 to 11:00", Shape::Text),
        ] {
            assert_eq!(shape(line), expected, "{line:?}");
        }
    }
}
