//! The small part of Markdown that personas use: headings, bullets, code, bold; and ids such as `C-004` picked out.

use super::wrap::{cut, wrap_spans};
use crate::ui::theme::Look;
use ratatui::{
    style::{Modifier, Style},
    text::{Line, Span},
};

/// Wrapped lines of `text`. Streaming-safe: an unclosed fence or mark shows as what it is so far.
#[must_use]
pub fn lines(text: &str, columns: usize, look: &Look) -> Vec<Line<'static>> {
    let mut out = Vec::new();
    let mut in_code = false;
    for raw in text.split('\n') {
        let trimmed = raw.trim_start();
        if trimmed.starts_with("```") {
            in_code = !in_code;
            continue;
        }
        if in_code {
            let shown = cut(&raw.replace('\t', "    "), columns.saturating_sub(2), look.glyphs.ellipsis);
            let bar = Span::styled(cut(&format!("{} ", look.glyphs.bar), columns, ""), look.theme.border);
            out.push(Line::from(vec![bar, Span::styled(shown, look.theme.code)]));
            continue;
        }
        let level = trimmed.chars().take_while(|c| *c == '#').count();
        if (1..=4).contains(&level) && trimmed[level..].starts_with(' ') {
            let heading = vec![(trimmed[level..].trim().to_owned(), look.theme.title)];
            out.extend(wrap_spans(&heading, columns, 0));
            continue;
        }
        let lead = raw.len() - trimmed.len();
        if let Some(item) = trimmed.strip_prefix("- ").or_else(|| trimmed.strip_prefix("* ")) {
            let lead = lead.min(8);
            let mut pieces = vec![(format!("{}{} ", " ".repeat(lead), look.glyphs.bullet), look.theme.dim)];
            pieces.extend(inline(item, look));
            out.extend(wrap_spans(&pieces, columns, lead + 2));
            continue;
        }
        if let Some((number, item)) = numbered(trimmed) {
            let lead = lead.min(8);
            let mut pieces = vec![(format!("{}{number} ", " ".repeat(lead)), look.theme.dim)];
            pieces.extend(inline(item, look));
            out.extend(wrap_spans(&pieces, columns, lead + number.len() + 1));
            continue;
        }
        if let Some(quoted) = trimmed.strip_prefix('>') {
            let mut pieces = vec![(format!("{} ", look.glyphs.bar), look.theme.border)];
            pieces.push((quoted.trim_start().to_owned(), look.theme.dim));
            out.extend(wrap_spans(&pieces, columns, 2));
            continue;
        }
        out.extend(wrap_spans(&inline(raw, look), columns, 0));
    }
    out
}

/// `3.` and the rest of a numbered item.
fn numbered(text: &str) -> Option<(&str, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let rest = text.get(digits..)?.strip_prefix(['.', ')'])?;
    ((1..=3).contains(&digits) && rest.starts_with(' ')).then(|| (&text[..=digits], rest.trim_start()))
}

/// Bold, code and ids of one line.
#[must_use]
pub fn inline(text: &str, look: &Look) -> Vec<(String, Style)> {
    let mut pieces = Vec::new();
    let mut rest = text;
    let base = look.theme.text;
    while !rest.is_empty() {
        let next = rest.find(['`', '*']).unwrap_or(rest.len());
        let (before, after) = rest.split_at(next);
        with_ids(before, base, look, &mut pieces);
        let (mark, style) = if after.starts_with("**") {
            ("**", base.add_modifier(Modifier::BOLD))
        } else if after.starts_with('`') {
            ("`", look.theme.code)
        } else {
            let len = after.chars().next().map_or(0, char::len_utf8);
            if len > 0 {
                pieces.push((after[..len].to_owned(), base));
            }
            rest = &after[len..];
            continue;
        };
        match after[mark.len()..].find(mark) {
            Some(end) if end > 0 => {
                pieces.push((after[mark.len()..mark.len() + end].to_owned(), style));
                rest = &after[2 * mark.len() + end..];
            }
            _ => {
                pieces.push((mark.to_owned(), base));
                rest = &after[mark.len()..];
            }
        }
    }
    pieces
}

/// True for `C-004`, `FR-001`, `G-02` and their kin.
#[must_use]
pub fn is_id(word: &str) -> bool {
    let Some((prefix, digits)) = word.split_once('-') else { return false };
    matches!(prefix, "C" | "D" | "A" | "E" | "G" | "FR" | "NFR")
        && (2..=5).contains(&digits.len())
        && digits.bytes().all(|b| b.is_ascii_digit())
}

fn with_ids(text: &str, base: Style, look: &Look, pieces: &mut Vec<(String, Style)>) {
    for word in text.split_inclusive(|c: char| !(c.is_ascii_alphanumeric() || c == '-')) {
        let id = word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
        if is_id(id) {
            pieces.push((id.to_owned(), look.theme.id));
            if id.len() < word.len() {
                pieces.push((word[id.len()..].to_owned(), base));
            }
        } else {
            pieces.push((word.to_owned(), base));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::text::wrap::plain;
    use proptest::prelude::*;

    #[test]
    fn marks_are_taken_off_and_ids_stand_out() {
        let look = Look::default();
        let pieces = inline("**Developer** covers C-004, not `x`", &look);
        let shown: String = pieces.iter().map(|(t, _)| t.as_str()).collect();
        assert_eq!(shown, "Developer covers C-004, not x");
        assert!(pieces.iter().any(|(t, s)| t == "C-004" && *s == look.theme.id));
        let text: Vec<String> = lines("# T\n- a\n```py\nx\n```", 20, &look).iter().map(plain).collect();
        assert_eq!(text, ["T", "• a", "│ x"]);
    }

    #[test]
    fn numbers_and_quotes_hang() {
        let look = Look::default();
        let shown =
            |text: &str| lines(text, 10, &look).iter().map(|l| plain(l).trim_end().to_owned()).collect::<Vec<_>>();
        assert_eq!(shown("12. one two three"), ["12. one", "    two", "    three"]);
        assert_eq!(shown("> one two three"), ["│ one two", "  three"]);
        assert_eq!(shown("2024 was"), ["2024 was"]);
    }

    proptest! {
        #[test]
        fn any_text_renders(text in "[->*`# .a-z0-9C\n]{0,80}", columns in 1_usize..30) {
            let look = Look::default();
            for line in lines(&text, columns, &look) {
                prop_assert!(crate::ui::text::width(&plain(&line)) <= columns.max(1));
            }
        }
    }
}
