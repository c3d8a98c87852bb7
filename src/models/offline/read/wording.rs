//! Roundabout wordings, put the way the grammar knows: `it would be great to …` asks for what `it should be possible to …`
//! asks for. Each word keeps how it was written.

use super::lexicon::verbs::{self, Form};
use super::token::{Kind, Token};

/// Stands for any word that praises.
const GOOD: &str = "*";

const ROUNDABOUT: [(&[&str], &[&str]); 18] = [
    (&["it", "would", "be", GOOD, "to"], &["it", "should", "be", "possible", "to"]),
    (&["it", "would", "be", GOOD, "to", "be", "able", "to"], &["it", "should", "be", "possible", "to"]),
    (&["there", "should", "be", "a", "way", "to"], &["it", "should", "be", "possible", "to"]),
    (&["there", "must", "be", "a", "way", "to"], &["it", "must", "be", "possible", "to"]),
    (&["there", "should", "be", "an", "option", "to"], &["it", "should", "be", "possible", "to"]),
    (&["there", "must", "be", "an", "option", "to"], &["it", "must", "be", "possible", "to"]),
    (&["make", "it", "possible", "to"], &["it", "should", "be", "possible", "to"]),
    (&["each", "consisting", "of"], &["with"]),
    (&["consisting", "of"], &["with"]),
    (&["together", "with"], &["with"]),
    (&["along", "with"], &["with"]),
    (&["by", "stating"], &["with"]),
    (&["each", "with"], &["with"]),
    (&["has", "a", "maximum", "of"], &["has", "at", "most"]),
    (&["has", "to", "have"], &["must", "have"]),
    (&["have", "to", "have"], &["must", "have"]),
    (&["keep", "a", "record", "of"], &["record"]),
    (&["keeps", "a", "record", "of"], &["records"]),
];

fn praises(word: &str) -> bool {
    matches!(
        word,
        "great" | "nice" | "good" | "helpful" | "useful" | "cool" | "ideal" | "perfect" | "handy" | "lovely" | "best"
    )
}

/// The tokens with every roundabout wording replaced.
#[must_use]
pub fn plain(tokens: Vec<Token>) -> Vec<Token> {
    let mut out: Vec<Token> = Vec::with_capacity(tokens.len());
    let mut i = 0;
    while i < tokens.len() {
        let says = |pattern: &[&str]| {
            pattern
                .iter()
                .enumerate()
                .all(|(k, word)| tokens.get(i + k).is_some_and(|t| t.is(word) || *word == GOOD && praises(&t.lower)))
        };
        let hit = ROUNDABOUT.iter().filter(|(pattern, _)| says(pattern)).max_by_key(|(pattern, _)| pattern.len());
        let Some((pattern, words)) = hit else {
            out.push(tokens[i].clone());
            i += 1;
            continue;
        };
        for (k, word) in words.iter().enumerate() {
            let mut token = tokens[(i + k).min(i + pattern.len() - 1)].clone();
            // the last word stands for all that are left
            if k + 1 == words.len() {
                let rest = &tokens[i + k.min(pattern.len() - 1)..i + pattern.len()];
                token.text = rest.iter().map(|t| t.text.as_str()).collect::<Vec<_>>().join(" ");
            } else if k >= pattern.len() - 1 {
                token.text.clear();
            }
            token.lower = (*word).to_owned();
            out.push(token);
        }
        i += pattern.len();
    }
    choices(&lengths(suitable(neither(out))))
}

/// `can neither change nor delete an entry`: can not change or delete it.
fn neither(mut tokens: Vec<Token>) -> Vec<Token> {
    const MODALS: [&str; 7] = ["can", "may", "must", "shall", "should", "will", "could"];
    let act = |i: usize| {
        let base = |t: &Token| verbs::verb(&t.lower).is_some_and(|(_, form)| form == Form::Base);
        tokens.get(i).is_some_and(|t| t.is("be") || base(t))
    };
    let led = |i: usize| tokens.get(i).is_some_and(|t| MODALS.contains(&t.lower.as_str()));
    let Some(at) = (1..tokens.len()).find(|i| tokens[*i].is("neither") && led(i - 1) && act(i + 1)) else {
        return tokens;
    };
    let passive = tokens[at + 1].is("be");
    let nors: Vec<usize> = (at + 2..tokens.len()).filter(|i| tokens[*i].is("nor")).collect();
    // `can neither add books nor authors` denies two things
    let acts = |i: &usize| act(i + 1) || passive && verbs::looks_past(&tokens[i + 1].lower);
    if nors.is_empty() || !nors.iter().all(|i| i + 1 < tokens.len() && acts(i)) {
        return tokens;
    }
    "not".clone_into(&mut tokens[at].lower);
    for nor in nors {
        "or".clone_into(&mut tokens[nor].lower);
    }
    tokens
}

/// `an age from which it is suitable (1 to 8)`: what the age is for stands before its bounds, and bounds nothing.
fn suitable(mut tokens: Vec<Token>) -> Vec<Token> {
    let is = |i: usize, list: &[&str]| tokens.get(i).is_some_and(|t| list.contains(&t.lower.as_str()));
    let found = (1..tokens.len()).find(|i| {
        let led = is(*i, &["from", "for"]) && is(i + 1, &["which"]) && is(i + 2, &["it", "they"]);
        let bounds = is(i + 5, &["("]) && tokens.get(i + 6).is_some_and(|t| t.value.is_some());
        led && is(i + 3, &["is", "are"]) && bounds && is(i - 1, &["age", "ages"])
    });
    if let Some(at) = found {
        let said: Vec<String> = tokens.drain(at..at + 5).map(|t| t.text).collect();
        let age = &mut tokens[at - 1];
        age.text = format!("{} {}", age.text, said.join(" "));
    }
    tokens
}

/// `is optional and at most 100 characters long`: what it is and how much it has are two things.
fn lengths(mut tokens: Vec<Token>) -> Vec<Token> {
    let is = |i: usize, list: &[&str]| tokens.get(i).is_some_and(|t| list.contains(&t.lower.as_str()));
    let found = (0..tokens.len()).find(|i| {
        let bound = is(i + 2, &["at", "up"]) && is(i + 3, &["most", "least", "to"]);
        let number = tokens.get(i + 4).is_some_and(|t| t.value.is_some());
        let measured = number && is(i + 5, &["character", "characters", "letters"]);
        is(*i, &["optional", "required", "mandatory"]) && is(i + 1, &["and"]) && bound && measured
    });
    if let Some(at) = found {
        let has = Token { text: String::new(), lower: "has".into(), kind: Kind::Word, value: None, spaced: false };
        tokens.insert(at + 2, has);
    }
    tokens
}

/// `lasting 20, 40 or 60 minutes`, `a duration of 1 or 2 hours`: the values stand as in brackets.
fn choices(tokens: &[Token]) -> Vec<Token> {
    const MEASURES: [&str; 8] = ["duration", "length", "size", "term", "width", "height", "capacity", "level"];
    let mut out: Vec<Token> = Vec::with_capacity(tokens.len());
    let mut i = 0;
    while i < tokens.len() {
        let lead: &[&str] = match tokens[i].lower.as_str() {
            "lasting" => &["with", "a", "duration"],
            "lasts" => &["has", "a", "duration"],
            "of" if i > 0 && MEASURES.contains(&tokens[i - 1].lower.as_str()) => &[],
            _ => &["-"],
        };
        let end = numbers(tokens, i + 1).filter(|_| lead != ["-"]);
        let Some(end) = end else {
            out.push(tokens[i].clone());
            i += 1;
            continue;
        };
        let made = |lower: &str, kind| Token {
            text: String::new(),
            lower: lower.to_owned(),
            kind,
            value: None,
            spaced: false,
        };
        out.extend(lead.iter().map(|word| made(word, Kind::Word)));
        // what is quoted is what is written
        let mut open = made("(", Kind::Punct);
        (open.text, open.spaced) = (tokens[i].text.clone(), tokens[i].spaced);
        out.push(open);
        out.extend(tokens[i + 1..end].iter().cloned());
        out.push(made(")", Kind::Punct));
        i = end;
    }
    out
}

/// Where a list of at least two numbers with `or` ends, its unit included.
fn numbers(tokens: &[Token], from: usize) -> Option<usize> {
    let number = |i: usize| tokens.get(i).is_some_and(|t| t.kind == Kind::Number);
    let mut at = from;
    let mut or = false;
    while number(at) {
        at += 1;
        let comma = usize::from(tokens.get(at).is_some_and(|t| t.is(",")));
        let joined = tokens.get(at + comma).is_some_and(|t| t.is("or"));
        let step = comma + usize::from(joined);
        if step == 0 || !number(at + step) {
            break;
        }
        or |= joined;
        at += step;
    }
    let unit = tokens.get(at).is_some_and(|t| super::value::unit_of(&t.lower).is_some());
    let end = at + usize::from(unit);
    let ends = tokens.get(end).is_none_or(|t| t.kind == Kind::Punct || matches!(t.lower.as_str(), "and" | "long"));
    (or && ends).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::offline::read::token::tokens;

    #[test]
    fn wishes_become_demands_and_keep_their_words() {
        let lower = |text: &str| plain(tokens(text)).into_iter().map(|t| t.lower).collect::<Vec<_>>().join(" ");
        assert_eq!(lower("It'd be great to sort by name"), "it should be possible to sort by name");
        assert_eq!(lower("There must be a way to export it"), "it must be possible to export it");
        assert_eq!(lower("visits, each consisting of a date"), "visits , with a date");
        assert_eq!(lower("it would be red"), "it would be red");
        assert_eq!(lower("They can neither add nor delete it"), "they can not add or delete it");
        assert_eq!(lower("It may neither be changed nor deleted"), "it may not be changed or deleted");
        assert_eq!(lower("They see neither books nor pupils"), "they see neither books nor pupils");
        assert_eq!(lower("an age from which it is suitable (1 to 8)"), "an age ( 1 to 8 )");
        assert_eq!(
            lower("a visit at a time, lasting 20, 40 or 60 minutes"),
            "a visit at a time , with a duration ( 20 , 40 or 60 minutes )"
        );
        assert_eq!(lower("A lesson lasts 1 or 2 hours."), "a lesson has a duration ( 1 or 2 hours ) .");
        assert_eq!(lower("a table with a length of 80 or 120 cm"), "a table with a length ( 80 or 120 cm )");
        assert_eq!(lower("It lasts 20 minutes and 2 or 3 people come"), "it lasts 20 minutes and 2 or 3 people come");
        let text: Vec<String> =
            plain(tokens("It would be nice to be able to print")).into_iter().map(|t| t.text).collect();
        assert_eq!(text.join(" "), "It would be nice to be able to print");
    }
}
