//! Text to word pieces, as the encoder was trained with: lower case, no accents, the longest pieces that the vocabulary
//! knows.

use std::collections::HashMap;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

const START: u32 = 101;
const END: u32 = 102;
const UNKNOWN: u32 = 100;
/// With start and end. A clause has fewer; of what is longer the beginning is read.
const MOST: usize = 128;
const LONGEST_WORD: usize = 100;

#[derive(Debug)]
pub(super) struct Tokens {
    whole: HashMap<&'static str, u32>,
    /// Pieces within a word, without their `##`.
    inner: HashMap<&'static str, u32>,
}

impl Tokens {
    pub fn new(vocabulary: &'static str) -> Self {
        let (mut whole, mut inner) = (HashMap::new(), HashMap::new());
        for (id, piece) in (0..).zip(vocabulary.lines()) {
            match piece.strip_prefix("##") {
                Some(rest) if !rest.is_empty() => inner.insert(rest, id),
                _ => whole.insert(piece, id),
            };
        }
        Self { whole, inner }
    }

    pub fn ids(&self, text: &str) -> Vec<u32> {
        let mut ids = vec![START];
        for word in words(text) {
            self.word(&word, &mut ids);
            if ids.len() >= MOST - 1 {
                ids.truncate(MOST - 1);
                break;
            }
        }
        ids.push(END);
        ids
    }

    fn word(&self, word: &str, ids: &mut Vec<u32>) {
        let before = ids.len();
        if word.chars().count() > LONGEST_WORD {
            ids.push(UNKNOWN);
            return;
        }
        let mut rest = word;
        let mut pieces = &self.whole;
        while !rest.is_empty() {
            let ends = rest.char_indices().map(|(at, c)| at + c.len_utf8()).rev();
            let found = ends.into_iter().find_map(|end| Some((end, *pieces.get(&rest[..end])?)));
            let Some((end, id)) = found else {
                ids.truncate(before);
                ids.push(UNKNOWN);
                return;
            };
            ids.push(id);
            rest = &rest[end..];
            pieces = &self.inner;
        }
    }
}

/// Words, and every punctuation mark and ideograph by itself.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut close = |word: &mut String| {
        if !word.is_empty() {
            words.push(std::mem::take(word));
        }
    };
    for c in text.chars().filter(|c| !invisible(*c)).nfd().filter(|c| !is_combining_mark(*c)) {
        if c.is_whitespace() {
            close(&mut word);
        } else if alone(c) {
            close(&mut word);
            word.extend(c.to_lowercase());
            close(&mut word);
        } else {
            word.extend(c.to_lowercase());
        }
    }
    close(&mut word);
    words
}

fn invisible(c: char) -> bool {
    (c.is_control() && !c.is_whitespace())
        || matches!(c, '\u{fffd}' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

fn alone(c: char) -> bool {
    c.is_ascii_punctuation()
        || matches!(c,
            '\u{a1}' | '\u{a7}' | '\u{ab}' | '\u{b6}' | '\u{b7}' | '\u{bb}' | '\u{bf}'
            | '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205e}' | '\u{3001}'..='\u{3003}' | '\u{3008}'..='\u{3011}'
            | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{2ffff}')
}
