//! Cutting a requirement into clauses: an exact partition of its bytes, at least at every sentence, list item, user
//! story, heading, table row and numbered item.
//!
//! Two passes, both linear: [`blocks`] finds the lines where something new begins and the headings above it, then
//! [`sentences`] cuts inside blocks of running text. Separators belong to the clause before them; a BOM, line ends and
//! leading white space belong to the first clause.

mod blocks;
mod lines;
mod sentences;
#[cfg(test)]
mod tests;

use crate::domain::{
    ClauseId,
    clause::{Clause, Origin},
};

/// Bytes that are no plain text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotText {
    #[error(
        "the text is not UTF-8: the byte at offset {offset} does not belong; convert it, for example with iconv -t UTF-8"
    )]
    Utf8 { offset: usize },
    #[error(
        "the text holds a NUL byte at offset {offset}, as UTF-16 does; convert it, for example with iconv -f UTF-16BE -t \
         UTF-8, or take the byte out"
    )]
    Nul { offset: usize },
}

/// # Errors
/// The bytes are not UTF-8, or hold NUL bytes; the offset is that of the first byte that does not belong.
pub fn decode(bytes: &[u8]) -> Result<&str, NotText> {
    let text = std::str::from_utf8(bytes).map_err(|e| NotText::Utf8 { offset: e.valid_up_to() })?;
    match text.find('\0') {
        Some(offset) => Err(NotText::Nul { offset }),
        None => Ok(text),
    }
}

/// Cuts `text` into clauses whose spans partition `[0, len)`. No kind is marked; an empty text has none.
#[must_use]
pub fn cut(text: &str) -> Vec<Clause> {
    if text.is_empty() {
        return Vec::new();
    }
    let blocks = blocks::find(text);
    // (start, block it lies in) of every piece.
    let mut starts: Vec<(usize, usize)> = Vec::new();
    let mut inner = Vec::new();
    for (n, block) in blocks.iter().enumerate() {
        starts.push((block.start, n));
        if block.prose {
            inner.clear();
            sentences::ends(&text[block.start..block.end], &mut inner);
            starts.extend(inner.iter().map(|at| (block.start + at, n)));
        }
    }
    let mut clauses: Vec<Clause> = Vec::with_capacity(starts.len());
    // A piece without a letter or digit (a rule, a lone bracket) belongs to the piece before it, or opens the next one.
    let mut open: Option<(usize, usize)> = None;
    let mut last_with_words = false;
    for (i, (start, block)) in starts.iter().enumerate() {
        let end = starts.get(i + 1).map_or(text.len(), |next| next.0);
        let words = text[*start..end].chars().any(char::is_alphanumeric);
        match (open, words) {
            (None, true) => open = Some((*start, *block)),
            (None, false) => open = Some((*start, *block)),
            (Some(_), false) => {}
            (Some((from, in_block)), true) => {
                if last_with_words {
                    push(&mut clauses, text, from, *start, &blocks[in_block].section);
                    open = Some((*start, *block));
                } else {
                    open = Some((from, *block));
                }
            }
        }
        last_with_words |= words;
    }
    if let Some((from, block)) = open {
        push(&mut clauses, text, from, text.len(), &blocks[block].section);
    }
    clauses
}

fn push(clauses: &mut Vec<Clause>, text: &str, start: usize, end: usize, section: &[String]) {
    let number = u32::try_from(clauses.len() + 1).unwrap_or(u32::MAX);
    clauses.push(Clause {
        id: ClauseId(number),
        origin: Origin::Requirement,
        span: Some((start as u64, end as u64)),
        text: text[start..end].to_owned(),
        section: section.to_vec(),
        kind: None,
        kind_reason: None,
        retired: None,
        supersedes: None,
    });
}
