//! The small part of Markdown that personas use: headings, bullets, code, bold; and ids such as `C-004` picked out.

use super::wrap::{cut, wrap_spans};
use crate::ui::theme::Look;
use ratatui::{
    style::{Modifier, Style},
    text::Line,
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
            let shown = format!("  {}", raw.replace('\t', "    "));
            out.push(Line::styled(cut(&shown, columns, look.glyphs.ellipsis), look.theme.code));
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
        out.extend(wrap_spans(&inline(raw, look), columns, 0));
    }
    out
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
        assert_eq!(text, ["T", "• a", "  x"]);
    }

    proptest! {
        #[test]
        fn any_text_renders(text in "[-*`# a-z0-9C\n]{0,80}", columns in 1_usize..30) {
            let look = Look::default();
            for line in lines(&text, columns, &look) {
                prop_assert!(crate::ui::text::width(&plain(&line)) <= columns.max(1));
            }
        }
    }
}
