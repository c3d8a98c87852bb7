//! Words that are still coming in. What can no longer change is laid out once; each frame lays out only the tail, so the
//! thousandth token costs what the first one did.

use super::markdown;
use crate::{domain::Clean, ui::Look};
use ratatui::text::Line;
use std::ops::Deref;

/// Words kept per stream; older ones are in the settled message later.
const KEPT: usize = 64 << 10;
/// A line without an end is cut at a blank after this many bytes.
const LONG: usize = 2_000;

/// Streamed text: a concatenation of clean pieces, and so clean.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stream {
    text: String,
    /// Bytes that were dropped at the front.
    dropped: usize,
}

impl Stream {
    pub fn push(&mut self, more: &Clean) {
        self.text.push_str(more);
        // Dropped in large pieces: every drop means that what was laid out is laid out again.
        if self.text.len() > KEPT {
            let mut from = self.text.len() - KEPT / 2;
            while !self.text.is_char_boundary(from) {
                from += 1;
            }
            self.text.drain(..from);
            self.dropped += from;
        }
    }
}

impl Deref for Stream {
    type Target = str;
    fn deref(&self) -> &str {
        &self.text
    }
}

/// The laid-out part of a stream; may be dropped at any time.
#[derive(Debug, Default)]
pub struct Layout {
    columns: usize,
    dropped: usize,
    /// Bytes that are laid out for good.
    done: usize,
    lines: Vec<Line<'static>>,
}

impl Layout {
    /// The number of lines of the stream, and the last `most` of them.
    pub fn last(&mut self, stream: &Stream, columns: usize, look: &Look, most: usize) -> (usize, Vec<Line<'static>>) {
        if self.columns != columns || self.dropped != stream.dropped || self.done > stream.len() {
            *self = Self { columns, dropped: stream.dropped, ..Self::default() };
        }
        loop {
            let rest = &stream[self.done..];
            let Some(end) = settled(rest) else { break };
            // The line break that ends the piece is between the lines, not a line of its own.
            let piece = rest[..end].strip_suffix('\n').unwrap_or(&rest[..end]);
            self.lines.extend(markdown::lines(piece, columns, look));
            self.done += end;
        }
        let tail = markdown::lines(&stream[self.done..], columns, look);
        let total = self.lines.len() + tail.len();
        let from_tail = tail.len().min(most);
        let from_done = (most - from_tail).min(self.lines.len());
        let mut last = self.lines[self.lines.len() - from_done..].to_vec();
        last.extend(tail.into_iter().skip(total - self.lines.len() - from_tail));
        (total, last)
    }
}

/// The length of the first piece of `text` that nothing that follows can change: whole lines, a fenced block with its
/// end, or the beginning of an endless line.
fn settled(text: &str) -> Option<usize> {
    let mut fenced = false;
    let mut end = 0;
    for line in text.split_inclusive('\n') {
        if !line.ends_with('\n') {
            break;
        }
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        end += line.len();
        if !fenced {
            return Some(end);
        }
    }
    if end > 0 || fenced || text.len() <= LONG {
        return None;
    }
    let blank = text.char_indices().skip_while(|(at, _)| *at < LONG).find(|(_, c)| c.is_whitespace());
    blank.map(|(at, c)| at + c.len_utf8())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::text::wrap::plain;
    use proptest::prelude::*;

    fn texts(lines: &[Line<'_>]) -> Vec<String> {
        lines.iter().map(plain).collect()
    }

    proptest! {
        #[test]
        fn pieces_look_like_the_whole(
            text in "([a-z]{1,7} |\n|```\n|- |`x` |\\*\\*b\\*\\* ){0,60}", cuts in proptest::collection::vec(0_usize..400, 0..8),
            columns in 4_usize..30, most in 0_usize..40,
        ) {
            let look = Look::default();
            let mut cuts: Vec<usize> = cuts.into_iter().map(|c| c.min(text.len())).collect();
            cuts.sort_unstable();
            cuts.push(text.len());
            let (mut stream, mut layout, mut from) = (Stream::default(), Layout::default(), 0);
            let mut shown = (0, Vec::new());
            for cut in cuts {
                stream.push(&Clean::new(&text[from..cut]));
                from = cut;
                shown = layout.last(&stream, columns, &look, most);
            }
            let whole = texts(&markdown::lines(&text, columns, &look));
            prop_assert_eq!(shown.0, whole.len());
            prop_assert_eq!(texts(&shown.1), &whole[whole.len().saturating_sub(most)..]);
        }
    }

    #[test]
    fn an_endless_line_settles_and_memory_is_bounded() {
        let (mut stream, mut layout, look) = (Stream::default(), Layout::default(), Look::default());
        for _ in 0..20_000 {
            stream.push(&Clean::new("word "));
            assert!(stream.len() <= KEPT);
        }
        let (total, last) = layout.last(&stream, 40, &look, 10);
        assert!(total > 100 && last.len() == 10);
        assert!(stream.len() - layout.done <= LONG + 10, "only the tail is laid out again");
    }
}
