//! A server may read only a part of a long request and not say so (Ollama's context is small by default). It shows in what
//! it counted; where that is odd, or where it does not count, two words at both ends of the same text tell.

use super::{Fault, OpenAi, Request, Spent, reader::Ended, shape::Ask};
use crate::models::{Model, memory::Known};
use serde_json::json;
use tokio::{sync::mpsc, time::Instant};

/// Requests below this fit every context in use.
const SMALL: u32 = 3_000;
/// Tokens a check may answer with: two words, and what a model thinks before them.
pub(super) const OUTPUT: u32 = 400;
/// Bytes that a check adds to the text.
pub(super) const WORDS: usize = 400;

/// What a check says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Told {
    Whole,
    /// It saw the end of the text and not its beginning.
    Part,
    /// It understands the question too little to tell.
    Nothing,
    /// There was no answer.
    Failed,
}

impl Known {
    /// A request of `sent` tokens need not be checked: one nearly as long was read whole (our counts are not more exact
    /// than a quarter), or a check of one half as long told nothing.
    fn is_settled(&self, sent: u32) -> bool {
        sent <= self.read_whole.saturating_add(self.read_whole / 4) || sent <= self.asked_in_vain.saturating_mul(2)
    }
}

impl OpenAi {
    /// Whether a request of this length may be followed by a check, as far as is known before it is made.
    pub(super) fn may_check(&self, sent: u32) -> bool {
        let known = self.known();
        sent >= SMALL && !known.counts && !known.is_settled(sent)
    }

    /// An error when the server did not read all of the request that it answered.
    pub(super) async fn read_whole(&self, request: &Request, ended: &Ended, spent: &mut Spent) -> Result<(), Fault> {
        let sent = self.sent_tokens(request);
        let read = ended.counted.map(|counted| counted.input).filter(|input| *input > 0);
        // Ours is not more exact than a quarter.
        let odd = read.is_none_or(|read| read.saturating_mul(4) < u64::from(sent).saturating_mul(3));
        if sent < SMALL {
            return Ok(());
        }
        if !odd {
            self.learn(|known| known.counts = true);
            return Ok(());
        }
        if self.known().is_settled(sent) || !self.fits(request, *spent, u64::from(sent) + 100, u64::from(OUTPUT)) {
            return Ok(());
        }
        match self.reads(&request.system, &said(request), request.hash.as_str(), spent).await {
            Told::Part => return Err(Fault::Truncated { sent, read }),
            Told::Whole => self.learn(|known| known.read_whole = known.read_whole.max(sent)),
            // What it dropped will show in its teach-back.
            Told::Nothing => self.learn(|known| known.asked_in_vain = known.asked_in_vain.max(sent)),
            // Not again in this run; the next one may find the server well.
            Told::Failed => {
                let mut known = self.known();
                known.asked_in_vain = known.asked_in_vain.max(sent);
            }
        }
        Ok(())
    }

    /// Whether a text of this length is read from beginning to end.
    pub(super) async fn reads(&self, system: &str, text: &str, seed: &str, spent: &mut Spent) -> Told {
        let (first, last) = words(seed);
        let user = format!(
            "The first check word is {first}.\n\n{text}\n\nThe text above is ballast. The last check word is {last}. Write the first \
             check word and the last check word, and nothing else."
        );
        let shape = self.shape();
        let ask = Ask { output_tokens: OUTPUT, ..Ask::default() };
        let mut body = super::shape::plain(shape, &self.model, system, &user, ask);
        // Some servers need it to be asked for; those that do not know it have refused it by now.
        if shape.counts() && shape.api == super::Api::Chat {
            body["stream_options"] = json!({"include_usage": true});
        }
        let (deltas, _nobody) = mpsc::channel(1);
        let limits =
            super::Limits { bytes: 64 * 1024, tokens: OUTPUT, idle: self.settings.timeouts.idle(), until: None };
        let sent = u64::from(self.count_tokens(system)) + u64::from(self.count_tokens(&user));
        let began = Instant::now();
        let mut bill = super::Bill::new(super::Reader::new(&deltas, limits), spent, sent, OUTPUT);
        let result = self.exchange(body, shape, None, &mut bill.reader).await;
        let ended = match bill.settle(result) {
            Ok(ended) => ended,
            Err(fault) => {
                if fault.is_trouble() {
                    self.breaker.failed(&fault.short(), began, Instant::now());
                }
                return Told::Failed;
            }
        };
        let has = |word: &str| ended.text.to_ascii_lowercase().contains(word);
        match (has(&first), has(&last)) {
            (true, _) => Told::Whole,
            (false, true) => Told::Part,
            (false, false) => Told::Nothing,
        }
    }
}

/// All that a request sends after its rules, as one text: what was said in turns with tools is what makes it long.
pub(super) fn said(request: &Request) -> String {
    let turns = request.turns.iter().map(|turn| turn.text());
    std::iter::once(request.user.as_str()).chain(turns).collect::<Vec<_>>().join("\n\n")
}

/// Two words that no text has by chance and no tokenizer has as one token.
pub(super) fn words(seed: &str) -> (String, String) {
    let hash = crate::domain::Hash::of(seed.as_bytes());
    let hex: Vec<char> = hash.as_str().chars().filter(char::is_ascii_hexdigit).collect();
    let word = |from: usize| {
        let digits = hex.iter().skip(from).take(6).filter_map(|c| c.to_digit(16));
        digits.map(|d| char::from(b'g' + u8::try_from(d).unwrap_or(0))).collect::<String>()
    };
    (word(0), word(6))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_words_differ_and_are_letters() {
        let (first, last) = words("a request");
        assert_ne!(first, last);
        assert!(first.len() == 6 && first.bytes().all(|b| b.is_ascii_lowercase()));
        assert_ne!(words("another").0, first);
    }
}
