//! So many of something, within two bounds: `between 1 and 500 pots`, `2 to 8 guests`. What is kept is their number.

use super::chunk::{self, Np};
use super::field::{FieldDraft, identifier, sentence_case, unit_of};
use super::lexicon::nouns;
use super::sentence::Sentence;
use super::tag::{Tag, Word};
use crate::models::offline::spec::{Field, FieldRule, FieldType, Rule};
use std::ops::Range;

/// Where what is said behind a property begins: `of 0 to 80 euros` behind `a deposit` is no part of the phrase.
#[must_use]
pub fn behind(words: &[Word], np: &Np) -> usize {
    let end = np.range.end;
    let number = |i: usize| words.get(i).is_some_and(|w| w.token.value.is_some());
    let of = end >= 2 && number(end - 1) && words[end - 2].is("of") && np.head_at < end - 2;
    let goes_on = words.get(end).is_some_and(|w| matches!(w.lower(), "to" | "-" | "–")) && number(end + 1);
    if of && goes_on { end - 2 } else { end }
}

/// The two bounds, and what they stand before.
fn bounds(words: &[Word], range: &Range<usize>) -> Option<(f64, f64, Np)> {
    let first = range.clone().find(|i| !matches!(words[*i].tag, Tag::Conj | Tag::Comma | Tag::Det))?;
    let joins: &[&str] = match words[first].lower() {
        "between" => &["and"],
        "from" => &["to"],
        _ => &["to", "-", "–"],
    };
    let at = first + usize::from(matches!(words[first].lower(), "between" | "from"));
    let number = |i: usize| words.get(i).filter(|_| i < range.end)?.token.value;
    let (least, most) = (number(at)?, number(at + 2)?);
    let joined = joins.iter().any(|w| words[at + 1].is(w));
    let np = chunk::noun_phrase(&words[..range.end], at + 2)?;
    let plain = np.plural && np.of.is_none() && np.owner.is_none() && np.paren.is_none() && np.range.end <= range.end;
    let behind = words[np.range.end..range.end].iter().all(|w| matches!(w.tag, Tag::Stop | Tag::Comma));
    let whole = least.fract() == 0.0 && most.fract() == 0.0 && least <= most;
    let counts = unit_of(&np.head).is_none() && !matches!(np.head.as_str(), "character" | "letter" | "digit" | "word");
    (joined && plain && behind && whole && counts).then_some((least, most, np))
}

/// Whether a phrase says so: the word for what is counted.
#[must_use]
pub fn counted(words: &[Word], range: &Range<usize>) -> Option<Np> {
    bounds(words, range).map(|(.., np)| np)
}

/// The number of them, with its bounds.
#[must_use]
pub fn field(s: &Sentence, range: &Range<usize>) -> Option<FieldDraft> {
    let (least, most, np) = bounds(&s.words, range)?;
    let many = s.words[np.head_at].lower();
    let words: Vec<&str> = np.mods.iter().map(String::as_str).chain([many]).collect();
    let known = matches!(nouns::property(many).or_else(|| nouns::property(&np.head)), Some(FieldType::Integer));
    let name = if known { words.join(" ") } else { format!("number of {}", words.join(" ")) };
    let rule = |rule| FieldRule { rule, clauses: vec![s.id] };
    let field = Field {
        name: identifier(&name),
        label: sentence_case(&name),
        ty: FieldType::Integer,
        // without the number there is no bound
        required: true,
        read_only: false,
        default: None,
        unit: None,
        clauses: vec![s.id],
        rules: vec![rule(Rule::Min { value: least }), rule(Rule::Max { value: most })],
    };
    Some(FieldDraft { field, head: np.head, stated: None, typed: true, used: range.clone().collect(), plain: None })
}
