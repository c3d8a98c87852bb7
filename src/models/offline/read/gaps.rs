//! What of each demand no element of the specification fulfils.

use super::draft::Draft;
use super::lexicon::{self, nouns, verbs};
use super::sentence::{Sentence, content};
use super::tag::Tag;
use crate::domain::ClauseId;
use std::collections::BTreeSet;

/// Adds a gap for every demand of which words are left over. `linked`: clauses that some element fulfils.
pub fn find(d: &mut Draft, linked: &BTreeSet<ClauseId>) {
    for si in 0..d.sentences.len() {
        let s = &d.sentences[si];
        if d.gaps.iter().any(|g| g.clause == s.id && g.whole) {
            continue;
        }
        let left = left(d, si);
        // that there are such records is not what it asks for
        let built = linked.contains(&s.id) && (left.is_empty() || !only_named(d, s));
        if built {
            if !left.is_empty() {
                let what = phrases(s, &left);
                let reason = reason(s, &left).unwrap_or(lexicon::NOT_UNDERSTOOD);
                d.gap(s.id, &what, reason, false);
            }
        } else {
            whole(d, s, lexicon::NOT_UNDERSTOOD);
        }
    }
}

/// The words of a sentence that say something and were not read.
#[must_use]
pub fn left(d: &Draft, si: usize) -> Vec<usize> {
    let s = &d.sentences[si];
    let says = |i: &usize| !s.aside[*i] && (content(&s.words[*i]) || stated(s, *i)) && !example(s, *i);
    (0..s.words.len()).filter(|i| !d.is_used(si, *i) && says(i)).collect()
}

/// Whether of a sentence that says what becomes of records nothing is built but that there are some.
fn only_named(d: &Draft, s: &Sentence) -> bool {
    let told = s.preds.iter().any(|p| p.verb.passive || p.verb.negated || p.verb.modal.is_some());
    told && !super::assemble::built(d).contains(&s.id)
}

/// Adds the gap of a sentence of which nothing is fulfilled. `otherwise`: the reason if no word says one.
pub fn whole(d: &mut Draft, s: &Sentence, otherwise: &str) {
    let all: Vec<usize> = (0..s.words.len()).filter(|i| !s.aside[*i]).collect();
    let reason = reason(s, &all).unwrap_or(otherwise);
    let what = crate::domain::Clean::new(&s.text).one_line(160);
    d.gap(s.id, &what, reason, true);
}

/// The words of a clause that say `what`, from the first of them to the last; the clause where it says it in other words.
#[must_use]
pub fn quoted(text: &str, what: &str) -> String {
    const SMALL: [&str; 12] = ["of", "the", "that", "can", "for", "their", "own", "rule", "a", "and", "is", "to"];
    let text = super::token::plain(text.trim());
    let told: BTreeSet<String> = what
        .split(|c: char| !c.is_alphanumeric())
        .map(str::to_lowercase)
        .filter(|w| !w.is_empty() && !SMALL.contains(&w.as_str()))
        .map(|w| nouns::singular(&w))
        .collect();
    let said = |word: &&str| told.contains(&nouns::singular(&word.to_lowercase()));
    let at = |word: &str| word.as_ptr() as usize - text.as_ptr() as usize;
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(said).collect();
    let span = match (words.first(), words.last()) {
        // one word alone says nothing of what is missing
        (Some(first), Some(last)) if at(first) < at(last) => &text[at(first)..at(last) + last.len()],
        _ => text.trim_end_matches('.'),
    };
    crate::domain::Clean::new(span).one_line(160)
}

/// `which tools are out`: a small word that says in which state something is.
fn stated(s: &Sentence, at: usize) -> bool {
    let ends = |w: &super::tag::Word| matches!(w.tag, Tag::Stop | Tag::Comma | Tag::Conj | Tag::Sub);
    let state = matches!(s.words[at].lower(), "out" | "in" | "off" | "on" | "up" | "down" | "away" | "back");
    let before = s.words[..at].iter().rev().find(|w| !matches!(w.tag, Tag::Adv | Tag::Not));
    state && before.is_some_and(|w| w.tag == Tag::Be) && s.words.get(at + 1).is_none_or(ends)
}

/// `for example running 100 km`: shows what is meant, asks for nothing of its own.
pub fn example(s: &Sentence, at: usize) -> bool {
    let Some(from) = s
        .find("for example")
        .map(|r| r.start)
        .or_else(|| s.find("for instance").map(|r| r.start))
        .or_else(|| s.words.iter().position(|w| w.is("e.g.")))
    else {
        return false;
    };
    if at < from {
        return false;
    }
    let mut depth = 0;
    for i in from..at {
        match s.words[i].tag {
            Tag::Open => depth += 1,
            Tag::Close if depth == 0 => return false,
            Tag::Close => depth -= 1,
            // the sentence goes on after its example
            Tag::Comma
                if depth == 0
                    && i > from + 2
                    && s.words.get(i + 1).is_some_and(|w| w.tag == Tag::Conj)
                    && s.words.get(i + 2).is_some_and(|w| matches!(w.tag, Tag::Verb(_))) =>
            {
                return false;
            }
            Tag::Stop => return false,
            _ => {}
        }
    }
    true
}

/// The left-over words as phrases of the text.
fn phrases(s: &Sentence, left: &[usize]) -> String {
    let mut out: Vec<String> = Vec::new();
    let mut i = 0;
    while i < left.len() {
        let mut j = i;
        // small words between two left-over ones stay with them
        while j + 1 < left.len()
            && left[j + 1] - left[j] <= 2
            && !matches!(s.words[left[j] + 1].tag, Tag::Comma | Tag::Stop)
        {
            j += 1;
        }
        out.push(s.quote(so_often(s, left[i])..left[j] + 1));
        i = j + 1;
    }
    let text = out.join(", ");
    crate::domain::Clean::new(&text).one_line(160)
}

/// `one desk per day`: how many and how often are one demand, and the day alone tells nobody what is missing.
fn so_often(s: &Sentence, at: usize) -> usize {
    let unit = matches!(s.words[at].base.as_str(), "day" | "week" | "month" | "year" | "hour");
    let each = at > 1 && matches!(s.words[at - 1].lower(), "per" | "each" | "every" | "a" | "same" | "one");
    let number = (at.saturating_sub(5)..at).rev().find(|i| s.words[*i].token.value.is_some());
    if unit && each { number.unwrap_or(at - 1).min(at - 1) } else { at }
}

/// Why the engine cannot do what the words ask for, when a word says it.
fn reason(s: &Sentence, words: &[usize]) -> Option<&'static str> {
    // `training plans` are plans
    let names = |i: usize| {
        s.words[i].tag == Tag::Verb(verbs::Form::Ing) && s.words.get(i + 1).is_some_and(|w| w.tag == Tag::Noun)
    };
    let verb = words.iter().find_map(|i| match s.words[*i].tag {
        Tag::Verb(_) if !names(*i) => verbs::unsupported(&s.words[*i].base),
        _ => None,
    });
    let gets = words.iter().any(|i| matches!(s.words[*i].base.as_str(), "get" | "receive" | "obtain" | "forward"))
        && words.iter().any(|i| {
            matches!(s.words[*i].base.as_str(), "email" | "sms" | "message" | "notification" | "reminder" | "letter")
        });
    if gets {
        return Some(lexicon::SENDS_NOTHING);
    }
    let judged = [
        "intuitive",
        "attractive",
        "user-friendly",
        "friendly",
        "modern",
        "beautiful",
        "easy",
        "simple",
        "quick",
        "short",
        "trustworthy",
        "reliable",
        "nice",
        "pleasant",
        "clear",
        "visually",
        "appealing",
        "engaging",
        "professional",
    ];
    let judgement = || words.iter().any(|i| judged.contains(&s.words[*i].lower())).then_some(lexicon::NO_JUDGEMENT);
    verb.or_else(judgement)
        .or_else(|| {
            words
                .iter()
                .filter(|i| s.words[**i].tag == Tag::Noun || s.words[**i].tag == Tag::Adj)
                .find_map(|i| nouns::unsupported(&s.words[*i].base).or_else(|| nouns::unsupported(s.words[*i].lower())))
        })
        .or_else(|| {
            words
                .iter()
                .any(|i| {
                    matches!(
                        s.words[*i].lower(),
                        "personalized" | "personalised" | "recommended" | "popular" | "intelligent" | "smart"
                    )
                })
                .then_some(lexicon::NO_ANALYSIS)
        })
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_gap_quotes_words_of_its_clause() {
        for (text, what, expected) in [
            ("Each repair order has a status: new or done.", "Status of repair orders", "repair order has a status"),
            (
                "An order that is collected cannot be changed.",
                "locked of orders",
                "An order that is collected cannot be changed",
            ),
            ("Only the baker may add cakes.", "that the baker can see cakes", "baker may add cakes"),
            ("- No more of that.", "Loans", "No more of that"),
        ] {
            assert_eq!(quoted(text, what), expected);
        }
    }
}
