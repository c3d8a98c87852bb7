//! Changes to one clause of a text, chosen by a seed.

use super::Inputs;
use g1::{domain::ClauseId, models::offline::spec::AppSpec};
use std::collections::BTreeSet;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Negate,
    Number,
    Role,
    Swap,
    Condition,
    Drop,
}

impl Kind {
    pub const ALL: [Self; 6] = [Self::Negate, Self::Number, Self::Role, Self::Swap, Self::Condition, Self::Drop];
    /// Those that make another demand of a clause, seen from the clause as well as from what is said of it.
    pub const BOTH_WAYS: [Self; 4] = [Self::Negate, Self::Number, Self::Role, Self::Swap];
    pub fn words(self) -> &'static str {
        match self {
            Self::Negate => "negated",
            Self::Number => "another number",
            Self::Role => "another role",
            Self::Swap => "roles changed places",
            Self::Condition => "without its condition",
            Self::Drop => "dropped",
        }
    }
}

/// xorshift: the same seed and text make the same choices on every machine.
pub struct Luck(u64);

impl Luck {
    pub fn new(seed: u64, text: &str) -> Self {
        let mixed =
            text.bytes().fold(seed ^ 0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3));
        Self(mixed | 1)
    }
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit.max(1) as u64).unwrap_or_default()
    }
    fn shuffle<T>(&mut self, list: &mut [T]) {
        for at in (1..list.len()).rev() {
            list.swap(at, self.below(at + 1));
        }
    }
}

/// The text with one clause changed, once for each clause that allows it, in the order of chance, with what was done.
/// Only what demands something and is not left out as a whole is changed: nobody would miss the rest.
pub fn places(kind: Kind, inputs: &Inputs, spec: &AppSpec, luck: &mut Luck) -> Vec<(ClauseId, Inputs, String)> {
    let whole: BTreeSet<ClauseId> = spec.gaps.iter().filter(|g| g.whole).map(|g| g.clause).collect();
    let demanding = spec.marks.iter().filter(|m| m.kind.demands()).map(|m| m.clause);
    of_these(kind, inputs, &demanding.filter(|id| !whole.contains(id)).collect(), &roles(spec), luck)
}

/// The roles of a text that have a name of one word.
pub fn roles(spec: &AppSpec) -> Vec<String> {
    spec.users.iter().flat_map(|u| &u.roles).map(|r| r.label.to_lowercase()).filter(|r| !r.contains(' ')).collect()
}

/// The same of given clauses, with given names of roles.
pub fn of_these(
    kind: Kind,
    inputs: &Inputs,
    clauses: &BTreeSet<ClauseId>,
    roles: &[String],
    luck: &mut Luck,
) -> Vec<(ClauseId, Inputs, String)> {
    let mut order: Vec<usize> = (0..inputs.len()).filter(|at| clauses.contains(&inputs[*at].0)).collect();
    luck.shuffle(&mut order);
    order
        .into_iter()
        .filter_map(|at| {
            let (id, text) = &inputs[at];
            let mut changed = inputs.clone();
            let new = match kind {
                Kind::Drop => {
                    changed.remove(at);
                    return Some((*id, changed, format!("{id}: {}", line(text))));
                }
                Kind::Negate => negated(text),
                Kind::Number => renumbered(text, luck),
                Kind::Role => recast(text, roles, luck),
                Kind::Swap => swapped(text, roles),
                Kind::Condition => unconditional(text),
            }?;
            let note = format!("{id}: {}  →  {}", line(text), line(&new));
            changed[at].1 = new;
            Some((*id, changed, note))
        })
        .collect()
}

fn line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Where a word stands in a text: bytes.
fn words(text: &str) -> Vec<(usize, &str)> {
    let mut out = Vec::new();
    let mut from = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        match (c.is_alphanumeric() || c == '\'', from) {
            (true, None) => from = Some(at),
            (false, Some(start)) => {
                out.push((start, &text[start..at]));
                from = None;
            }
            _ => {}
        }
    }
    out
}

/// `must` ↔ `must not`, `can` ↔ `cannot`, `is` ↔ `is not`, `I want to` → `I do not want to`; an `only` is taken away.
fn negated(text: &str) -> Option<String> {
    let words = words(text);
    for (n, (at, word)) in words.iter().enumerate() {
        let end = at + word.len();
        let next = words.get(n + 1).map(|(_, w)| w.to_lowercase());
        let with = |new: &str, end: usize| Some(format!("{}{new}{}", &text[..*at], &text[end..]));
        match word.to_lowercase().as_str() {
            "cannot" => return with("can", end),
            "never" => return with("always", end),
            "must" | "can" | "may" | "shall" | "should" | "will" => {
                return match next.as_deref() {
                    Some("not") => with(word, words[n + 1].0 + 3),
                    Some("never") => with(word, words[n + 1].0 + 5),
                    _ => with(&format!("{word} not"), end),
                };
            }
            "want" => return with("do not want", end),
            "only" => return with("also", end),
            "are" | "is" if next.is_some() => return with(&format!("{word} not"), end),
            _ => {}
        }
    }
    None
}

/// A number written in digits becomes another one; the number of an item or a heading is none.
fn renumbered(text: &str, luck: &mut Luck) -> Option<String> {
    let lead = text.len() - text.trim_start().len();
    let found: Vec<(usize, &str)> = words(text)
        .into_iter()
        .filter(|(at, word)| {
            let alone = !text[..*at].ends_with(['.', '-', ':', '/', '#', ','])
                && !text[at + word.len()..].starts_with(['.', '-', ':', '/', ',']);
            *at > lead
                && word.bytes().all(|b| b.is_ascii_digit())
                && word.len() < 7
                && (alone || text[at + word.len()..].trim() == ".")
        })
        .collect();
    let (at, word) = *found.get(luck.below(found.len()))?;
    let number: u64 = word.parse().ok()?;
    let other = number * 2 + 3 + luck.below(5) as u64;
    Some(format!("{}{other}{}", &text[..at], &text[at + word.len()..]))
}

/// Where a role of the text is named: the byte, the word, the role.
fn named<'a>(text: &'a str, roles: &'a [String]) -> Vec<(usize, &'a str, &'a String)> {
    let is = |word: &str, role: &str| {
        let word = word.to_lowercase();
        word == role || word == format!("{role}s")
    };
    words(text).into_iter().filter_map(|(at, word)| Some((at, word, roles.iter().find(|r| is(word, r))?))).collect()
}

/// The first two different roles of a sentence stand in each other's places.
fn swapped(text: &str, roles: &[String]) -> Option<String> {
    let found = named(text, roles);
    let (at, one, role) = *found.first()?;
    let (from, two, _) = *found.iter().find(|(_, _, r)| *r != role)?;
    let (end, stop) = (at + one.len(), from + two.len());
    let between = words(&text[end..from]);
    // `Members and guests` are the same the other way round.
    let says =
        between.iter().any(|(_, word)| !["and", "or", "a", "an", "the", "nor"].contains(&word.to_lowercase().as_str()));
    let apart = text[end..from].contains(['.', ';', '!', '?']);
    (says && !apart).then(|| format!("{}{two}{}{one}{}", &text[..at], &text[end..from], &text[stop..]))
}

/// What stands behind `unless`, `if` or `when` goes, up to the next comma or the end.
fn unconditional(text: &str) -> Option<String> {
    let words = words(text);
    let opens = |word: &str| ["unless", "if", "when", "until", "except"].contains(&word.to_lowercase().as_str());
    // A condition in front is not cut: the rest would begin in the middle.
    let (at, _) = *words.iter().skip(3).find(|(_, word)| opens(word))?;
    let stop = text[at..].find([',', '.', ';', ':', '\n', ')']).map_or(text.len(), |n| at + n);
    let only = text[..at].trim_end().strip_suffix("only").map_or(at, str::len);
    Some(format!("{}{}", text[..only.min(at)].trim_end(), &text[stop..]))
}

/// Another role of the text stands where one stood.
fn recast(text: &str, roles: &[String], luck: &mut Luck) -> Option<String> {
    let found = named(text, roles);
    let (at, word, role) = *found.first()?;
    let others: Vec<&String> = roles.iter().filter(|r| *r != role).collect();
    let other = others.get(luck.below(others.len()))?;
    let plural = if word.to_lowercase() == **role { "" } else { "s" };
    Some(format!("{}{other}{plural}{}", &text[..at], &text[at + word.len()..]))
}
