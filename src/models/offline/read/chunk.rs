//! Noun phrases and verb groups over tagged words.

use super::lexicon::{verbs, verbs::Class, words};
use super::tag::{Tag, Word};
use super::verb_group::verb_group;
use std::ops::Range;

/// A noun phrase.
#[derive(Debug, Clone, PartialEq)]
pub struct Np {
    /// All words of the phrase with what belongs to it (`of …`, a bracket).
    pub range: Range<usize>,
    /// Singular, lower case; empty for a pronoun.
    pub head: String,
    pub head_at: usize,
    /// Nouns and adjectives before the head, in order, singular.
    pub mods: Vec<String>,
    /// Those of them that are nouns.
    pub nouns: Vec<String>,
    pub det: Option<String>,
    pub plural: bool,
    pub number: Option<f64>,
    pub pronoun: Option<String>,
    /// `the user's` …
    pub owner: Option<Box<Np>>,
    /// … `of the user`
    pub of: Option<Box<Np>>,
    /// The words inside a bracket right behind it.
    pub paren: Option<Range<usize>>,
}

impl Np {
    /// The head with its noun modifiers, adjectives without meaning of their own left out.
    #[must_use]
    pub fn name(&self) -> String {
        let mut parts: Vec<&str> = self.nouns.iter().map(String::as_str).filter(|m| !words::light(m)).collect();
        parts.push(&self.head);
        parts.join(" ")
    }
    /// Modifiers that say more than the head: neither determiners nor light words.
    pub fn adjectives<'a>(&'a self) -> impl Iterator<Item = &'a str> + 'a {
        self.mods.iter().map(String::as_str).filter(|m| !self.nouns.iter().any(|n| n == m))
    }
    #[must_use]
    pub fn possessed(&self) -> bool {
        self.owner.is_some()
            || self.det.as_deref().is_some_and(words::possessive)
            || self.mods.iter().any(|m| m == "own")
    }
}

/// A verb with its auxiliaries.
#[derive(Debug, Clone, PartialEq)]
pub struct Vg {
    pub range: Range<usize>,
    pub base: String,
    pub class: Class,
    pub modal: Option<String>,
    pub negated: bool,
    pub passive: bool,
    /// `to …`
    pub infinitive: bool,
    /// Finite: can stand as the verb of a clause.
    pub finite: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    Np(Np),
    Vg(Vg),
    Prep(usize),
    Conj(usize),
    Comma(usize),
    Colon(usize),
    Sub(usize),
    Rel(usize),
    Stop(usize),
    Paren(Range<usize>),
    Adj(usize),
    Other(usize),
}

impl Item {
    #[must_use]
    pub fn start(&self) -> usize {
        match self {
            Self::Np(np) => np.range.start,
            Self::Vg(vg) => vg.range.start,
            Self::Paren(r) => r.start,
            Self::Prep(i)
            | Self::Conj(i)
            | Self::Comma(i)
            | Self::Colon(i)
            | Self::Sub(i)
            | Self::Rel(i)
            | Self::Stop(i)
            | Self::Adj(i)
            | Self::Other(i) => *i,
        }
    }
}

/// Chunks a tagged text.
#[must_use]
pub fn chunk(words: &[Word]) -> Vec<Item> {
    let mut items = Vec::new();
    let mut i = 0;
    while i < words.len() {
        if let Some((item, next)) = step(words, i) {
            i = next;
            items.push(item);
        } else {
            i += 1;
        }
    }
    items
}

fn step(words: &[Word], i: usize) -> Option<(Item, usize)> {
    if words[i].is("how")
        && let Some(np) = how(words, i)
    {
        let end = np.range.end;
        return Some((Item::Np(np), end));
    }
    if let Some(np) = asked(words, i) {
        let end = np.range.end;
        return Some((Item::Np(np), end));
    }
    if let Some(np) = noun_phrase(words, i) {
        let end = np.range.end;
        return Some((Item::Np(np), end));
    }
    if let Some(vg) = verb_group(words, i) {
        let end = vg.range.end;
        return Some((Item::Vg(vg), end));
    }
    let item = match words[i].tag {
        Tag::Prep | Tag::To => Item::Prep(i),
        Tag::Conj => Item::Conj(i),
        Tag::Comma => Item::Comma(i),
        Tag::Colon => Item::Colon(i),
        Tag::Sub => Item::Sub(i),
        Tag::Rel => Item::Rel(i),
        Tag::Stop => Item::Stop(i),
        Tag::Adj => Item::Adj(i),
        Tag::Open => {
            let end = closing(words, i);
            return Some((Item::Paren(i..end), end));
        }
        _ => Item::Other(i),
    };
    Some((item, i + 1))
}

/// Behind the bracket that closes the one at `open`.
fn closing(words: &[Word], open: usize) -> usize {
    words[open..].iter().position(|w| w.tag == Tag::Close).map_or(words.len(), |p| open + p + 1)
}

/// `how hard it felt`, `how many people attended`: a property in other words.
fn how(words: &[Word], i: usize) -> Option<Np> {
    let what = words.get(i + 1)?;
    let (head, mods): (&str, Vec<String>) = match what.lower() {
        "many" => (
            "number",
            words.get(i + 2).filter(|w| w.tag == Tag::Noun).map(|w| vec![w.base.clone()]).unwrap_or_default(),
        ),
        "much" => ("amount", Vec::new()),
        "hard" | "difficult" | "tough" => ("difficulty", Vec::new()),
        "long" => ("duration", Vec::new()),
        "far" => ("distance", Vec::new()),
        "often" => ("frequency", Vec::new()),
        "old" => ("age", Vec::new()),
        "good" | "well" | "satisfied" | "happy" => ("rating", Vec::new()),
        "big" | "large" => ("size", Vec::new()),
        "heavy" => ("weight", Vec::new()),
        "tall" | "high" => ("height", Vec::new()),
        "urgent" => ("urgency", Vec::new()),
        "important" => ("importance", Vec::new()),
        "severe" | "serious" => ("severity", Vec::new()),
        "intense" => ("intensity", Vec::new()),
        "fast" => ("speed", Vec::new()),
        _ => return None,
    };
    let mut end = i + 2;
    while end < words.len()
        && !matches!(
            words[end].tag,
            Tag::Comma | Tag::Conj | Tag::Stop | Tag::Prep | Tag::Open | Tag::Close | Tag::Sub | Tag::Rel
        )
    {
        end += 1;
    }
    Some(Np { range: i..end, head: head.into(), head_at: i + 1, mods, ..np_none() })
}

/// `…, whether it is available and where it was found`: an element of a list of properties, said as a question.
fn asked(words: &[Word], i: usize) -> Option<Np> {
    if !matches!(words[i].lower(), "whether" | "where" | "when" | "what" | "who") {
        return None;
    }
    let before = words.get(i.checked_sub(1)?)?;
    let element = matches!(before.tag, Tag::Comma | Tag::Colon | Tag::Open)
        || before.is("and")
        || matches!(before.tag, Tag::Verb(_)) && matches!(before.base.as_str(), "enter" | "record" | "note");
    let separators = words.iter().filter(|w| matches!(w.tag, Tag::Comma | Tag::Colon) || w.is("and")).count();
    let end = words[i..]
        .iter()
        .position(|w| matches!(w.tag, Tag::Comma | Tag::Stop | Tag::Close | Tag::Colon) || w.tag == Tag::Conj)
        .map_or(words.len(), |p| i + p);
    let keeps = words[..i].iter().any(|w| {
        w.tag == Tag::Colon
            || matches!(w.tag, Tag::Verb(_))
                && matches!(verbs::class(&w.base), Class::Create | Class::Have | Class::Manage)
    });
    let says = words[i + 1..end].iter().any(|w| matches!(w.tag, Tag::Be | Tag::Verb(_) | Tag::Adj | Tag::Noun));
    // `…, when it is fixed it becomes resolved` is no property
    let verbs = words[i..end].iter().filter(|w| matches!(w.tag, Tag::Be)).count();
    let goes_on = words.get(end).is_some_and(|w| w.tag == Tag::Comma)
        && words.get(end + 1).is_some_and(|w| matches!(w.tag, Tag::Pron));
    if !(element && keeps && says && separators >= 2 && verbs <= 1 && !goes_on && (3..=7).contains(&(end - i))) {
        return None;
    }
    Some(Np { range: i..end, head: "detail".into(), head_at: i, ..np_none() })
}

/// The noun phrase that begins at `start`.
#[must_use]
pub fn noun_phrase(words: &[Word], start: usize) -> Option<Np> {
    let mut i = start;
    let mut det = None;
    let mut number = None;
    let mut mods: Vec<usize> = Vec::new();
    let mut head = None;
    if words.get(i)?.one_of_quantifiers()
        && words.get(i + 1).is_some_and(|w| matches!(w.tag, Tag::Det | Tag::Poss | Tag::Noun | Tag::Adj | Tag::Pron))
    {
        i += 1;
    }
    // `all of their own loans` are all their own loans
    let named = |i: usize| words.get(i).is_some_and(|w| matches!(w.tag, Tag::Det | Tag::Poss));
    if words[i].one_of_quantifiers() && words.get(i + 1).is_some_and(|w| w.is("of")) && named(i + 2) {
        i += 2;
    }
    while let Some(w) = words.get(i) {
        match w.tag {
            Tag::Det | Tag::Poss if head.is_none() && mods.is_empty() && det.is_none() => {
                det = Some(w.lower().to_owned())
            }
            Tag::Det if head.is_none() && w.is("other") => mods.push(i),
            Tag::Num if head.is_none() => {
                number = w.token.value;
                if words.get(i + 1).is_some_and(|n| n.is("%") || n.is("percent")) {
                    i += 1;
                }
            }
            Tag::Other if head.is_none() && matches!(w.lower(), "€" | "$" | "£" | "\"" | "“" | "‘") => {}
            Tag::Other if head.is_some() && matches!(w.lower(), "\"" | "”") => {}
            Tag::Adj if head.is_none() || words.get(i + 1).is_some_and(|n| n.tag == Tag::Noun) => {
                if let Some(h) = head.take() {
                    mods.push(h);
                }
                mods.push(i);
            }
            Tag::Adv
                if head.is_none()
                    && words.get(i + 1).is_some_and(|n| n.tag == Tag::Adj)
                    && (det.is_some() || !mods.is_empty() || w.is("most")) => {}
            // `for each loom how many …`
            Tag::Noun if w.is("how") && head.is_some() => break,
            Tag::Noun => {
                if let Some(h) = head.replace(i) {
                    mods.push(h);
                }
            }
            Tag::Pron if head.is_none() && mods.is_empty() => {
                if det.is_some() && !w.is("other") && !w.is("ones") && !w.is("one") {
                    break;
                }
                let p = if w.is("other") && det.is_some() { "each other".to_owned() } else { w.lower().to_owned() };
                let mut np = Np { range: start..i + 1, head_at: i, det, number, pronoun: Some(p), ..np_none() };
                if words.get(i + 1).is_some_and(|n| n.tag == Tag::Apos) {
                    return owned(words, np).or(Some(Np { range: start..i + 1, ..np_none() }));
                }
                attach(words, &mut np, i + 1);
                return Some(np);
            }
            _ => break,
        }
        i += 1;
    }
    let Some(h) = head else {
        // `the last two`, `500`, `all`, `each`: a phrase without a noun
        let bare = det.as_deref().is_some_and(|d| {
            matches!(d, "each" | "all" | "both" | "this" | "these" | "those" | "that" | "any" | "some")
        });
        if theirs(words, start, i) {
            let mods = vec!["own".to_owned()];
            return Some(Np { range: start..i, head_at: i - 1, det, mods, pronoun: Some("ones".into()), ..np_none() });
        }
        if number.is_some() && i > start || bare && mods.is_empty() {
            let pronoun = if number.is_some() { None } else { det.clone() };
            let mut np = Np { range: start..i, head_at: i - 1, det, number, pronoun, ..np_none() };
            attach(words, &mut np, i);
            return Some(np);
        }
        return None;
    };
    let mut np = Np {
        range: start..i,
        head: words[h].base.clone(),
        head_at: h,
        mods: mods.iter().map(|m| words[*m].base.clone()).collect(),
        nouns: mods.iter().filter(|m| words[**m].tag == Tag::Noun).map(|m| words[*m].base.clone()).collect(),
        det,
        plural: words[h].base != words[h].lower() || matches!(words[h].lower(), "people" | "staff" | "media"),
        number,
        ..np_none()
    };
    if words.get(i).is_some_and(|w| w.tag == Tag::Apos) {
        return owned(words, np);
    }
    attach(words, &mut np, i);
    reduced(words, &mut np);
    Some(np)
}

/// `Members can change their own`: what is theirs is named elsewhere.
fn theirs(words: &[Word], start: usize, end: usize) -> bool {
    let verb = start.checked_sub(1).is_some_and(|i| matches!(words[i].tag, Tag::Verb(_)));
    let whose = |w: &Word| matches!(w.lower(), "their" | "his" | "her" | "my");
    let own = end >= start + 2 && words[end - 1].is("own") && whose(&words[end - 2]);
    verb && own && !words.get(end).is_some_and(|w| matches!(w.tag, Tag::Noun | Tag::Num | Tag::Det))
}

/// `the year it was bought`: a clause without `that` tells which year.
fn reduced(words: &[Word], np: &mut Np) {
    let at = np.range.end;
    let which =
        matches!(np.head.as_str(), "year" | "date" | "time" | "day" | "place" | "price" | "number" | "amount" | "name");
    let clause = words.get(at).is_some_and(|w| matches!(w.lower(), "it" | "they" | "he" | "she"))
        && words.get(at + 1).is_some_and(|w| w.tag == Tag::Be || matches!(w.tag, Tag::Verb(verbs::Form::Past)));
    if !(which && np.det.is_some() && clause) {
        return;
    }
    let end = words[at..]
        .iter()
        .position(|w| matches!(w.tag, Tag::Comma | Tag::Stop | Tag::Close | Tag::Conj))
        .map_or(words.len(), |p| at + p);
    np.range.end = end;
}

fn np_none() -> Np {
    Np {
        range: 0..0,
        head: String::new(),
        head_at: 0,
        mods: Vec::new(),
        nouns: Vec::new(),
        det: None,
        plural: false,
        number: None,
        pronoun: None,
        owner: None,
        of: None,
        paren: None,
    }
}

/// `a user` + `'s` + `workouts`
fn owned(words: &[Word], owner: Np) -> Option<Np> {
    let after = owner.range.end + 1;
    match noun_phrase(words, after) {
        Some(mut thing) => {
            thing.range.start = owner.range.start;
            thing.owner = Some(Box::new(owner));
            Some(thing)
        }
        None => Some(Np { range: owner.range.start..after, ..owner }),
    }
}

/// What follows a noun phrase and belongs to it: a bracket, `of …`.
fn attach(words: &[Word], np: &mut Np, mut i: usize) {
    if words.get(i).is_some_and(|w| w.tag == Tag::Open) {
        let end = closing(words, i);
        np.paren = Some(i + 1..end.saturating_sub(1).max(i + 1));
        i = end;
        np.range.end = i;
    }
    if words.get(i).is_some_and(|w| w.is("of"))
        && let Some(of) = noun_phrase(words, i + 1)
    {
        np.range.end = of.range.end;
        np.of = Some(Box::new(of));
    }
}

impl Word {
    fn one_of_quantifiers(&self) -> bool {
        matches!(self.lower(), "all" | "only" | "both" | "just" | "also")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::offline::read::{tag::tag, token::tokens};

    fn items(text: &str) -> Vec<String> {
        let words = tag(tokens(text));
        chunk(&words)
            .into_iter()
            .filter_map(|i| match i {
                Item::Np(np) => {
                    Some(format!("n:{}", if np.pronoun.is_some() { np.pronoun.clone()? } else { np.name() }))
                }
                Item::Vg(v) => Some(format!(
                    "v:{}{}{}",
                    if v.negated { "not " } else { "" },
                    v.base,
                    if v.passive { " passive" } else { "" }
                )),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn phrases_have_heads_and_verbs_their_auxiliaries() {
        assert_eq!(
            items("A contractor can write a quote for an assigned defect."),
            ["n:contractor", "v:write", "n:quote", "n:defect"]
        );
        assert_eq!(items("An amount may not be negative."), ["n:amount", "v:not be"]);
        assert_eq!(items("I would like to be able to see my orders"), ["n:i", "v:see", "n:order"]);
        assert_eq!(items("Users must never see each other's workouts."), ["n:user", "v:not see", "n:workout"]);
        assert_eq!(items("It cannot be booked twice."), ["n:it", "v:not book passive"]);
        assert_eq!(items("People sign up with a password."), ["n:person", "v:signup", "n:password"]);
        assert_eq!(items("and how hard it felt from 1 to 10"), ["n:difficulty", "n:", "n:"]);
    }

    #[test]
    fn owners_of_and_brackets_belong_to_their_phrase() {
        let words = tag(tokens("a trainer of the user's workouts (low, high)"));
        let np = noun_phrase(&words, 0).unwrap();
        assert_eq!(np.head, "trainer");
        let of = np.of.unwrap();
        assert_eq!((of.head.as_str(), of.owner.unwrap().head.as_str()), ("workout", "user"));
        assert!(of.paren.is_some());
    }
}
