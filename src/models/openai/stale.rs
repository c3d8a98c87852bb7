//! Whether a reply has stopped saying anything new: it turns in a circle, or says again what it has said several times.
//!
//! A server that holds strings to a length ends a loop within one and the model begins it again in the next, so the circle
//! is not always exact. Seen after some hundred tokens, it saves the rest of what the reply may take.

use std::collections::HashMap;

/// The end of a text that is looked at: some hundred tokens.
const END: usize = 1536;
/// The longest passage that is looked for in an exact circle, and how often it has to come.
const PASSAGE: usize = 1024;
const ROUNDS: usize = 6;
/// Stretches of this length are compared. Honest lists differ within shorter ones: by an id, a number, a name.
const STRETCH: usize = 48;
/// What was said so often before is not said anew.
const BEFORE: u32 = 4;
/// Of so many hashes it is known whether one of what is looked for begins with the same bits.
const FILTER_BITS: u32 = 12;
/// As far back as is looked.
const BACK: usize = 32 * 1024;
/// How many bytes come between two looks.
pub const EVERY: usize = 512;

/// The end of the text says nothing new.
pub fn repeats(text: &[u8]) -> bool {
    circles(text) || says_again(text)
}

/// The end is the same few bytes over and over.
fn circles(text: &[u8]) -> bool {
    (1..=PASSAGE).any(|period| {
        let length = END.max(ROUNDS * period);
        let end = text.len().checked_sub(length).map(|from| &text[from..]);
        end.is_some_and(|end| end[period..] == end[..length - period])
    })
}

/// Most of the end was said several times before it; what is new between is the counting of a list.
fn says_again(text: &[u8]) -> bool {
    if text.len() < END * 3 {
        return false;
    }
    let (before, end) = text[text.len().saturating_sub(BACK)..].split_at(text.len().min(BACK) - END);
    let said: Vec<u64> = hashes(end).step_by(STRETCH / 4).collect();
    let mut times: HashMap<u64, u32> = said.iter().map(|hash| (*hash, 0)).collect();
    // Nearly all that came before is none of it: the map is asked only about what this lets through.
    let mut may_be = [false; 1 << FILTER_BITS];
    let place = |hash: u64| (hash >> (u64::BITS - FILTER_BITS)) as usize;
    said.iter().for_each(|hash| may_be[place(*hash)] = true);
    for hash in hashes(before).filter(|hash| may_be[place(*hash)]) {
        times.entry(hash).and_modify(|times| *times += 1);
    }
    let old = said.iter().filter(|hash| times[hash] >= BEFORE).count();
    old * 5 >= said.len() * 4
}

/// A hash for each stretch of the text, from byte to byte: the rolling hash of Karp and Rabin (1987), modulo 2^64.
fn hashes(text: &[u8]) -> impl Iterator<Item = u64> {
    const BASE: u64 = 0x9E37_79B9_7F4A_7C15;
    let leaves = (0..STRETCH).fold(1_u64, |power, _| power.wrapping_mul(BASE));
    let roll = |hash: u64, byte: u8| hash.wrapping_mul(BASE).wrapping_add(u64::from(byte) + 1);
    let mut hash = text.iter().take(STRETCH).fold(0, |hash, byte| roll(hash, *byte));
    let mut after = text.iter().skip(STRETCH).zip(text);
    let mut next = (text.len() >= STRETCH).then_some(hash);
    std::iter::from_fn(move || {
        let this = next?;
        next = after.next().map(|(enters, left)| {
            hash = roll(hash, *enters).wrapping_sub(leaves.wrapping_mul(u64::from(*left) + 1));
            hash
        });
        Some(this)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_end_that_says_the_same_over_and_over_is_seen() {
        let begin = "{\"text\": \"".repeat(3);
        assert!(repeats(format!("{begin}{}", "1.0.0-".repeat(300)).as_bytes()));
        assert!(repeats(" ".repeat(2000).as_bytes()));
        let passage: String = (0..60).map(|n| format!("note {n}, ")).collect();
        assert!(repeats(passage.repeat(7).as_bytes()), "a long passage in a circle");
        let counted: String = (0..2000).map(|n| format!("{n},")).collect();
        assert!(!repeats(counted.as_bytes()));
        assert!(!repeats("1.0.0-".repeat(100).as_bytes()), "too short to say");
    }

    proptest! {
        #[test]
        fn stretches_have_one_hash_just_if_they_are_the_same(text in "[ab]{0,120}") {
            let text = text.as_bytes();
            let found: Vec<u64> = hashes(text).collect();
            let stretches: Vec<&[u8]> = text.windows(STRETCH).collect();
            prop_assert_eq!(found.len(), stretches.len());
            for (one, this) in found.iter().zip(&stretches) {
                for (other, that) in found.iter().zip(&stretches) {
                    prop_assert_eq!(one == other, this == that);
                }
            }
        }
    }

    #[test]
    fn a_loop_that_a_bound_interrupts_is_seen_after_some_hundred_tokens() {
        // A number that counts on, and strings that end in the middle of the passage wherever their bound lies.
        let passage = "This part is about the main part and the main part is to show the part to the reader. ";
        let mut text = String::from("{\"clauses\": [");
        let mut seen = None;
        for n in 0..200 {
            let said: String = passage.chars().cycle().take(280 + 7 * (n % 3)).collect();
            text.push_str(&format!("    {{\n        \"id\": \"C-{n:03}\",\n        \"kind\": \"function\",\n        \"reason\": \"{said}\"\n    }},\n"));
            if repeats(text.as_bytes()) {
                seen = Some(text.len());
                break;
            }
        }
        assert!(seen.is_some_and(|bytes| bytes < 8_000), "{seen:?}");
    }

    #[test]
    fn honest_lists_and_code_say_something_new_in_every_line() {
        let links: String = (0..400)
            .map(|n| format!("{{\"clause\":\"C-{:03}\",\"path\":\"app/modules/bookings.py\",\"symbol\":\"rule_{n}\",\"lines\":null}},", n / 2))
            .collect();
        let tests: String = (0..200)
            .map(|n| format!("    def test_case_{n}(self):\n        reply = self.client.post(\"/api/bookings\", {{\"seats\": {n}}})\n        self.assertEqual(reply.status, 201)\n\n"))
            .collect();
        let file: String =
            (0..60).map(|n| format!("def helper_{n}(value):\n    return value * {n} + offset({n})\n\n")).collect();
        for text in [links, tests, format!("{file}{file}{file}")] {
            let looked = (EVERY..text.len()).step_by(EVERY);
            assert_eq!(looked.filter(|to| repeats(&text.as_bytes()[..*to])).count(), 0, "{text:.200}");
        }
    }
}
