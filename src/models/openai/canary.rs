//! A server may read only a part of a long request and not say so (Ollama's context is small by default). It shows in what
//! it counted; where that is odd, or where it does not count, three words in the same text tell: at its beginning, in its
//! middle and at its end.

use super::{Fault, OpenAi, Request, Spent, reader::Ended, shape::Ask};
use crate::models::{Model, memory::Known};
use serde_json::json;
use tokio::{sync::mpsc, time::Instant};

/// Requests below this fit every context in use.
const SMALL: u32 = 3_000;
/// Tokens a check may answer with: three words, and what a model thinks before them.
pub(super) const OUTPUT: u32 = 400;
/// Bytes that a check adds to the text.
pub(super) const WORDS: usize = 400;

/// What a check says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Told {
    Whole,
    /// It saw the end of the text and not its beginning, or both and not the middle.
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
        let odd = read.is_none_or(|read| is_short(read, u64::from(sent)));
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
        let [first, middle, last] = words(seed);
        let (one_half, other_half) = halves(text);
        let user = format!(
            "The first check word is {first}.\n\n{one_half}\n\nThe middle check word is {middle}.\n\n{other_half}\n\nThe text above is \
             ballast. The last check word is {last}. Write the first check word, the middle check word and the last check word, \
             and nothing else."
        );
        let shape = self.shape();
        let ask = Ask { output_tokens: OUTPUT, ..Ask::default() };
        let mut body = super::shape::plain(shape, &self.model, system, &user, ask);
        // Some servers need it to be asked for; those that do not know it have refused it by now.
        if shape.counts() && shape.api == super::Api::Chat {
            body["stream_options"] = json!({"include_usage": true});
        }
        let (deltas, _nobody) = mpsc::channel(1);
        let limits = super::Limits {
            bytes: 64 * 1024,
            tokens: OUTPUT,
            idle: super::Patience::usual(self.settings.timeouts.idle()),
            until: None,
        };
        let sent = u64::from(self.count_tokens(system)) + u64::from(self.count_tokens(&user));
        let began = Instant::now();
        let mut bill = super::Bill::new(super::Reader::new(&deltas, limits), spent, sent, OUTPUT);
        let result = self.exchange(body, shape, None, &mut bill).await;
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
        let short = ended.counted.is_some_and(|counted| counted.input > 0 && is_short(counted.input, sent));
        match (has(&first), has(&middle), has(&last)) {
            (true, true, _) => Told::Whole,
            (false, _, true) => Told::Part,
            // A weak model may pass over a word between others: what was counted has to say the same.
            (true, false, true) if short => Told::Part,
            _ => Told::Nothing,
        }
    }
}

/// All that a request sends after its rules, as one text: what was said in turns with tools is what makes it long.
pub(super) fn said(request: &Request) -> String {
    let turns = request.turns.iter().map(|turn| turn.text());
    std::iter::once(request.user.as_str()).chain(turns).collect::<Vec<_>>().join("\n\n")
}

/// It counted fewer tokens than it was sent; our count is not more exact than a quarter.
fn is_short(read: u64, sent: u64) -> bool {
    read.saturating_mul(4) < sent.saturating_mul(3)
}

/// The text in two, between lines where there are any near its middle.
fn halves(text: &str) -> (&str, &str) {
    let border = |at: usize| (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let (near, middle) = (border(text.len() / 8 * 3), border(text.len() / 2));
    let at = text[near..middle].rfind('\n').map_or(middle, |at| near + at);
    text.split_at(at)
}

/// Three words that no text has by chance and no tokenizer has as one token.
pub(super) fn words(seed: &str) -> [String; 3] {
    let hash = crate::domain::Hash::of(seed.as_bytes());
    let hex: Vec<char> = hash.as_str().chars().filter(char::is_ascii_hexdigit).collect();
    let word = |from: usize| {
        let digits = hex.iter().skip(from).take(6).filter_map(|c| c.to_digit(16));
        digits.map(|d| char::from(b'g' + u8::try_from(d).unwrap_or(0))).collect::<String>()
    };
    [word(0), word(6), word(12)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_words_differ_and_are_letters() {
        let [first, middle, last] = words("a request");
        assert!(first != last && first != middle && middle != last);
        assert!(middle.len() == 6 && middle.bytes().all(|b| b.is_ascii_lowercase()));
        assert_ne!(words("another")[0], first);
    }

    #[test]
    fn a_text_is_cut_between_lines_near_its_middle() {
        for (text, one) in [("one\ntwo\nthree\nfour", "one\ntwo"), ("üüüü", "üü"), ("ü", ""), ("", "")] {
            let (first, second) = halves(text);
            assert_eq!((first, format!("{first}{second}").as_str()), (one, text));
        }
    }
}
