//! Wrapping by grapheme and display width. Every produced line is at most `width` columns wide.

use ratatui::{
    style::Style,
    text::{Line, Span},
};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Columns of a grapheme as drawn; what terminals disagree about counts as its first scalar does.
#[must_use]
pub fn grapheme_width(grapheme: &str) -> usize {
    grapheme.width().min(2)
}

/// Text whose every byte is one column: what almost all of it is, and what needs no tables.
#[must_use]
pub fn is_simple(text: &str) -> bool {
    text.bytes().all(|b| (b' '..=b'~').contains(&b))
}

#[must_use]
pub fn width(text: &str) -> usize {
    if is_simple(text) {
        return text.len();
    }
    text.graphemes(true).map(grapheme_width).sum()
}

/// At most `max` columns of `text`, ending in `ellipsis` when something was left out.
#[must_use]
pub fn cut(text: &str, max: usize, ellipsis: &str) -> String {
    if width(text) <= max {
        return text.to_owned();
    }
    let room = max.saturating_sub(width(ellipsis));
    let mut used = 0;
    let mut out = String::new();
    if is_simple(text) {
        out.push_str(&text[..room]);
    } else {
        for g in text.graphemes(true) {
            let w = grapheme_width(g);
            if used + w > room {
                break;
            }
            used += w;
            out.push_str(g);
        }
    }
    if max >= width(ellipsis) {
        out.push_str(ellipsis);
    }
    out
}

/// `text` cut or filled with spaces to exactly `columns`.
#[must_use]
pub fn pad(text: &str, columns: usize, ellipsis: &str) -> String {
    let mut out = cut(text, columns, ellipsis);
    let have = width(&out);
    out.extend(std::iter::repeat_n(' ', columns.saturating_sub(have)));
    out
}

/// Wraps plain text; newlines break, tabs are four columns.
#[must_use]
pub fn wrap_plain(text: &str, columns: usize, style: Style) -> Vec<Line<'static>> {
    text.split('\n').flat_map(|line| wrap_spans(&[(line.to_owned(), style)], columns, 0)).collect()
}

/// Wraps one logical line of styled pieces at word boundaries; continuation lines start with `indent` spaces.
#[must_use]
pub fn wrap_spans(pieces: &[(String, Style)], columns: usize, indent: usize) -> Vec<Line<'static>> {
    let columns = columns.max(1);
    let indent = if indent * 2 > columns { 0 } else { indent };
    let mut out = Out { lines: Vec::new(), spans: Vec::new(), used: 0, columns, indent };
    // Words may run over several pieces ("**bold**," is two), so words are collected across them.
    let mut word: Vec<(String, Style)> = Vec::new();
    let mut word_width = 0;
    for (text, style) in pieces {
        if is_simple(text) {
            for (i, part) in text.split(' ').enumerate() {
                if i > 0 {
                    out.word(&mut word, &mut word_width);
                    out.space(*style);
                }
                word_width += part.len();
                match word.last_mut() {
                    _ if part.is_empty() => {}
                    Some((last, s)) if s == style => last.push_str(part),
                    _ => word.push((part.to_owned(), *style)),
                }
            }
            continue;
        }
        for g in text.graphemes(true) {
            if g == "\t" || (g != "\u{a0}" && g.chars().all(char::is_whitespace)) {
                out.word(&mut word, &mut word_width);
                let blanks = if g == "\t" { 4 } else { 1 };
                for _ in 0..blanks {
                    out.space(*style);
                }
                continue;
            }
            word_width += grapheme_width(g);
            match word.last_mut() {
                Some((last, s)) if s == style => last.push_str(g),
                _ => word.push((g.to_owned(), *style)),
            }
        }
    }
    out.word(&mut word, &mut word_width);
    out.flush();
    out.lines
}

struct Out {
    lines: Vec<Line<'static>>,
    spans: Vec<Span<'static>>,
    used: usize,
    columns: usize,
    indent: usize,
}

impl Out {
    fn flush(&mut self) {
        self.lines.push(Line::from(std::mem::take(&mut self.spans)));
        self.used = 0;
    }
    fn start_continuation(&mut self) {
        self.flush();
        if self.indent > 0 {
            self.spans.push(Span::raw(" ".repeat(self.indent)));
            self.used = self.indent;
        }
    }
    fn put(&mut self, text: &str, style: Style, w: usize) {
        self.used += w;
        match self.spans.last_mut() {
            Some(last) if last.style == style => last.content.to_mut().push_str(text),
            _ => self.spans.push(Span::styled(text.to_owned(), style)),
        }
    }
    fn space(&mut self, style: Style) {
        // A space that would open a continuation line is the break itself.
        if (self.lines.is_empty() || self.used > self.indent) && self.used < self.columns {
            self.put(" ", style, 1);
        }
    }
    fn word(&mut self, word: &mut Vec<(String, Style)>, word_width: &mut usize) {
        let w = std::mem::take(word_width);
        let pieces = std::mem::take(word);
        if pieces.is_empty() {
            return;
        }
        let at_start = self.used == 0 || (self.used == self.indent && !self.lines.is_empty());
        // A word that no line can hold (a test name, a path) is broken where it stands.
        if self.used + w > self.columns && !at_start && w <= self.columns - self.indent {
            self.start_continuation();
        }
        if self.used + w <= self.columns {
            for (text, style) in pieces {
                let columns = width(&text);
                self.put(&text, style, columns);
            }
            return;
        }
        for (text, style) in pieces {
            for g in text.graphemes(true) {
                let gw = grapheme_width(g);
                if self.used + gw > self.columns && self.used > 0 {
                    self.start_continuation();
                }
                if gw <= self.columns {
                    self.put(g, style, gw);
                }
            }
        }
    }
}

/// The text of a line without its styles.
#[must_use]
pub fn plain(line: &Line<'_>) -> String {
    line.spans.iter().map(|s| s.content.as_ref()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn texts(lines: &[Line<'_>]) -> Vec<String> {
        lines.iter().map(|l| plain(l).trim_end().to_owned()).collect()
    }

    #[test]
    fn words_wrap_and_long_words_break() {
        let lines = wrap_plain("the quick brown fox", 10, Style::new());
        assert_eq!(texts(&lines), ["the quick", "brown fox"]);
        assert_eq!(texts(&wrap_plain("abcdefghij", 4, Style::new())), ["abcd", "efgh", "ij"]);
        assert_eq!(texts(&wrap_plain("a\n\nb", 4, Style::new())), ["a", "", "b"]);
        let indented = wrap_spans(&[("- one two three".into(), Style::new())], 9, 2);
        assert_eq!(texts(&indented), ["- one two", "  three"]);
    }

    #[test]
    fn cutting_counts_columns() {
        assert_eq!(cut("日本語", 5, "…"), "日本…");
        assert_eq!(pad("ab", 4, "…"), "ab  ");
        assert_eq!(cut("abc", 0, "…"), "");
    }

    proptest! {
        #[test]
        fn simple_text_wraps_like_any_other(text in "[a-z ]{0,60}", columns in 1_usize..30, indent in 0_usize..4) {
            // A mark on every letter makes it other text of the same width; blanks stay what they are.
            let marked: String = text.chars().map(|c| if c == ' ' { " ".into() } else { format!("{c}\u{301}") }).collect();
            let shown = |text: &str| texts(&wrap_spans(&[(text.to_owned(), Style::new())], columns, indent));
            let plainly: Vec<String> = shown(&marked).iter().map(|l| l.replace('\u{301}', "")).collect();
            prop_assert_eq!(shown(&text), plainly);
            prop_assert_eq!(width(&text), width(&marked));
            prop_assert_eq!(cut(&text, columns, "."), cut(&marked, columns, ".").replace('\u{301}', ""));
        }
        #[test]
        fn no_line_is_wider_than_asked(text in "\\PC{0,80}", columns in 1_usize..40) {
            for line in wrap_plain(&text, columns, Style::new()) {
                prop_assert!(width(&plain(&line)) <= columns);
            }
        }
        #[test]
        fn nothing_but_blanks_is_lost(text in "[a-zA-Z0-9 é日\t\n]{0,80}", columns in 2_usize..40) {
            let shown: String = wrap_plain(&text, columns, Style::new()).iter().map(plain).collect();
            let squeeze = |s: &str| s.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            prop_assert_eq!(squeeze(&shown), squeeze(&text));
        }
    }
}
