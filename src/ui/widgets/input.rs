//! The text a person writes: a `TextArea` driven by readline keys only, with history, and its wrapped picture.

use crate::ui::{
    action::Action,
    key::{Code, Key},
    text::wrap::grapheme_width,
};
use tui_textarea::{CursorMove, TextArea};
use unicode_segmentation::UnicodeSegmentation;

#[derive(Debug, Clone)]
pub struct Draft {
    area: TextArea<'static>,
    history: Vec<String>,
    /// Position in the history while browsing, and what was written before.
    browsing: Option<(usize, String)>,
}

impl Default for Draft {
    fn default() -> Self {
        let mut area = TextArea::default();
        area.set_max_histories(200);
        Self { area, history: Vec::new(), browsing: None }
    }
}

/// Messages kept for Up and Ctrl-R.
const HISTORY: usize = 200;

impl Draft {
    #[must_use]
    pub fn text(&self) -> String {
        self.area.lines().join("\n")
    }
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.area.lines().iter().all(String::is_empty)
    }
    #[must_use]
    pub fn line_count(&self) -> usize {
        self.area.lines().len()
    }
    pub fn set(&mut self, text: &str) {
        self.area = TextArea::new(text.split('\n').map(str::to_owned).collect());
        self.area.set_max_histories(200);
        self.area.move_cursor(CursorMove::Bottom);
        self.area.move_cursor(CursorMove::End);
        self.browsing = None;
    }
    pub fn clear(&mut self) {
        self.set("");
    }
    /// The text, taken out and remembered.
    pub fn take(&mut self) -> String {
        let text = self.text();
        if !text.trim().is_empty() && self.history.last() != Some(&text) {
            self.history.push(text.clone());
            if self.history.len() > HISTORY {
                self.history.remove(0);
            }
        }
        self.clear();
        text
    }
    /// Text from a paste or an editor; line ends become newlines.
    pub fn insert(&mut self, text: &str) {
        self.area.insert_str(text.replace("\r\n", "\n").replace('\r', "\n"));
        self.browsing = None;
    }
    pub fn newline(&mut self) {
        self.area.insert_newline();
    }
    /// True (and the mark gone) when the line ends in a backslash, which asks for a newline.
    pub fn continues(&mut self) -> bool {
        let cursor = self.area.cursor();
        let (row, col) = (cursor.0, cursor.1);
        let line = &self.area.lines()[row];
        if line.ends_with('\\') && col == line.chars().count() {
            self.area.delete_char();
            self.area.insert_newline();
            return true;
        }
        false
    }

    /// Keys that edit; false when the key is not one of them.
    pub fn key(&mut self, key: Key) -> bool {
        match key.code {
            Code::Char(c) if !key.ctrl && !key.alt => self.area.insert_char(c),
            Code::Backspace if !key.ctrl && !key.alt => {
                self.area.delete_char();
            }
            Code::Delete => {
                self.area.delete_next_char();
            }
            Code::Left => self.area.move_cursor(CursorMove::Back),
            Code::Right => self.area.move_cursor(CursorMove::Forward),
            _ => return false,
        }
        self.browsing = None;
        true
    }

    /// Actions that edit; false when the action is not one of them.
    pub fn act(&mut self, action: Action) -> bool {
        match action {
            Action::Newline => self.newline(),
            Action::LineStart => self.area.move_cursor(CursorMove::Head),
            Action::LineEnd => self.area.move_cursor(CursorMove::End),
            Action::WordLeft => self.area.move_cursor(CursorMove::WordBack),
            Action::WordRight => self.area.move_cursor(CursorMove::WordForward),
            Action::KillToStart => {
                self.area.delete_line_by_head();
            }
            Action::KillToEnd => {
                self.area.delete_line_by_end();
            }
            Action::KillWord => {
                self.area.delete_word();
            }
            Action::Yank => {
                self.area.paste();
            }
            Action::Undo => {
                self.area.undo();
            }
            Action::HistoryBack => self.back(),
            Action::HistoryForward => self.forward(),
            Action::HistorySearch => self.search_history(),
            _ => return false,
        }
        true
    }

    fn back(&mut self) {
        if self.area.cursor().0 > 0 && self.browsing.is_none() {
            self.area.move_cursor(CursorMove::Up);
            return;
        }
        let (at, before) = match self.browsing.take() {
            Some((at, before)) => (at, before),
            None => (self.history.len(), self.text()),
        };
        let Some(previous) = at.checked_sub(1).and_then(|i| self.history.get(i)).cloned() else {
            self.browsing = (at < self.history.len()).then_some((at, before));
            return;
        };
        self.set(&previous);
        self.browsing = Some((at - 1, before));
    }

    fn forward(&mut self) {
        let Some((at, before)) = self.browsing.take() else {
            self.area.move_cursor(CursorMove::Down);
            return;
        };
        match self.history.get(at + 1).cloned() {
            Some(next) => {
                self.set(&next);
                self.browsing = Some((at + 1, before));
            }
            None => self.set(&before),
        }
    }

    fn search_history(&mut self) {
        let (at, query) = match self.browsing.take() {
            Some((at, before)) => (at, before),
            None => (self.history.len(), self.text()),
        };
        let found = self.history[..at.min(self.history.len())].iter().rposition(|entry| entry.contains(&query));
        match found {
            Some(i) => {
                let entry = self.history[i].clone();
                self.set(&entry);
                self.browsing = Some((i, query));
            }
            None => self.browsing = (at < self.history.len()).then_some((at, query)),
        }
    }

    /// The wrapped rows around the cursor (at most `height`) and the cursor's place among them.
    ///
    /// Only the lines near the cursor are wrapped, so a pasted megabyte costs no more than what is seen.
    #[must_use]
    pub fn picture(&self, columns: usize, height: usize) -> Picture {
        let (columns, height) = (columns.max(1), height.max(1));
        let cursor = self.area.cursor();
        let (row, col) = (cursor.0, cursor.1);
        let lines = self.area.lines();
        let first = row.saturating_sub(height);
        let mut rows = Vec::new();
        let mut at = (0, 0);
        for (i, line) in lines.iter().enumerate().skip(first).take(2 * height + 1) {
            let (wrapped, cursor) = wrap_line(line, columns, (i == row).then_some(col));
            if let Some((y, x)) = cursor {
                at = (rows.len() + y, x);
            }
            rows.extend(wrapped);
        }
        let total = rows.len();
        let start = if at.0 < height { 0 } else { (at.0 + 1 - height).min(total.saturating_sub(height)) };
        let hidden = first + start;
        let rows: Vec<String> = rows.into_iter().skip(start).take(height).collect();
        Picture { rows, cursor: (at.0 - start, at.1), above: hidden > 0 }
    }

    /// Rows the text takes at this width, counted up to `max`.
    #[must_use]
    pub fn rows(&self, columns: usize, max: usize) -> usize {
        let mut rows = 0;
        for line in self.area.lines().iter().take(max) {
            rows += wrap_line(line, columns.max(1), None).0.len();
            if rows >= max {
                return max;
            }
        }
        rows.max(1)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    pub rows: Vec<String>,
    /// Row and column of the cursor.
    pub cursor: (usize, usize),
    /// Rows are hidden above.
    pub above: bool,
}

/// Wraps one line after spaces where it can; gives the cursor's row and column when asked.
fn wrap_line(line: &str, columns: usize, cursor: Option<usize>) -> (Vec<String>, Option<(usize, usize)>) {
    let pieces: Vec<(&str, usize, usize)> = line
        .graphemes(true)
        .map(|g| {
            let w = if g == "\t" { 4.min(columns) } else { grapheme_width(g).min(columns) };
            (g, w, g.chars().count())
        })
        .collect();
    // Where each row starts.
    let mut starts = vec![0];
    let (mut used, mut after_space) = (0, None);
    for (i, (g, w, _)) in pieces.iter().enumerate() {
        let start = starts[starts.len() - 1];
        if used + w > columns && i > start {
            let at = after_space.filter(|at| *at > start && *at <= i).unwrap_or(i);
            starts.push(at);
            used = pieces[at..i].iter().map(|(_, w, _)| w).sum();
        }
        used += w;
        if *g == " " {
            after_space = Some(i + 1);
        }
    }
    let mut rows = Vec::with_capacity(starts.len());
    let mut at = None;
    let mut chars = 0;
    for (n, start) in starts.iter().enumerate() {
        let end = starts.get(n + 1).copied().unwrap_or(pieces.len());
        let (mut row, mut used) = (String::new(), 0);
        for (g, w, count) in &pieces[*start..end] {
            if cursor.is_some_and(|c| c >= chars && c < chars + count) {
                at = Some((n, used));
            }
            row.push_str(if *g == "\t" { "    " } else { g });
            used += w;
            chars += count;
        }
        if n + 1 == starts.len() && cursor.is_some() && at.is_none() {
            if used >= columns {
                rows.push(row);
                rows.push(String::new());
                return (rows, Some((n + 1, 0)));
            }
            at = Some((n, used));
        }
        rows.push(row);
    }
    (rows, at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn typed(text: &str) -> Draft {
        let mut draft = Draft::default();
        for c in text.chars() {
            draft.key(Key::char(c));
        }
        draft
    }

    #[test]
    fn readline_keys_edit() {
        let mut draft = typed("hello brave world");
        draft.act(Action::KillWord);
        assert_eq!(draft.text(), "hello brave ");
        draft.act(Action::LineStart);
        draft.act(Action::KillToEnd);
        assert_eq!(draft.text(), "");
        draft.act(Action::Yank);
        assert_eq!(draft.text(), "hello brave ");
    }

    #[test]
    fn history_goes_back_and_returns_to_the_draft() {
        let mut draft = typed("one");
        draft.take();
        for c in "two".chars() {
            draft.key(Key::char(c));
        }
        draft.take();
        draft.key(Key::char('x'));
        draft.act(Action::HistoryBack);
        assert_eq!(draft.text(), "two");
        draft.act(Action::HistoryBack);
        assert_eq!(draft.text(), "one");
        draft.act(Action::HistoryBack);
        assert_eq!(draft.text(), "one");
        draft.act(Action::HistoryForward);
        draft.act(Action::HistoryForward);
        assert_eq!(draft.text(), "x");
    }

    #[test]
    fn search_in_history_finds_the_last_that_contains_it() {
        let mut draft = typed("add a search page");
        draft.take();
        draft.insert("something else");
        draft.take();
        draft.insert("search");
        draft.act(Action::HistorySearch);
        assert_eq!(draft.text(), "add a search page");
    }

    #[test]
    fn a_trailing_backslash_continues() {
        let mut draft = typed("one\\");
        assert!(draft.continues());
        assert_eq!(draft.text(), "one\n");
        assert!(!draft.continues());
    }

    #[test]
    fn the_picture_shows_the_cursor() {
        let mut draft = Draft::default();
        draft.insert("abcdef\ngh");
        let picture = draft.picture(4, 5);
        assert_eq!(picture.rows, ["abcd", "ef", "gh"]);
        assert_eq!(picture.cursor, (2, 2));
        assert_eq!(draft.picture(4, 2).rows, ["ef", "gh"]);
        draft.set("one two three");
        assert_eq!(draft.picture(8, 5).rows, ["one two ", "three"]);
        assert!(draft.picture(4, 2).above);
    }

    #[test]
    fn a_pasted_megabyte_is_taken_whole() {
        let mut draft = Draft::default();
        let text = "A user records a workout with a date.\r\n".repeat(26_000);
        draft.insert(&text);
        assert_eq!(draft.text().len(), text.len() - 26_000);
        assert_eq!(draft.picture(80, 5).rows.len(), 5);
    }

    proptest! {
        #[test]
        fn the_cursor_is_always_in_the_picture(text in "[a-z日\n\t ]{0,60}", columns in 1_usize..20, height in 1_usize..6, back in 0_usize..30) {
            let mut draft = Draft::default();
            draft.insert(&text);
            for _ in 0..back { draft.key(Key::plain(Code::Left)); }
            let picture = draft.picture(columns, height);
            prop_assert!(picture.cursor.0 < picture.rows.len().max(1));
            prop_assert!(picture.rows.len() <= height);
            prop_assert!(picture.cursor.1 <= columns);
        }
    }
}
