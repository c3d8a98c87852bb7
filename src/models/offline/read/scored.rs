//! `Judges give points from 0 to 10 to an entry`, `give each entry a score from 0 to 10`: they rate it, with that number.

use super::chunk::Np;
use super::token::{Kind, Token};

const SCORES: [&str; 8] = ["point", "points", "score", "scores", "mark", "marks", "grade", "grades"];

/// Whether a phrase names the number that somebody rates with.
#[must_use]
pub fn score(np: &Np) -> bool {
    np.number.is_none() && np.pronoun.is_none() && SCORES.contains(&np.head.as_str())
}

/// The tokens with every such wording put as a rating.
#[must_use]
pub fn plain(tokens: Vec<Token>) -> Vec<Token> {
    let Some(at) = tokens.iter().position(|t| gives(t).is_some()) else { return tokens };
    let found = given_to(&tokens, at + 1).or_else(|| given(&tokens, at + 1));
    let (Some((whom, number, end)), Some(rates)) = (found, gives(&tokens[at])) else { return tokens };
    let mut verb = tokens[at].clone();
    rates.clone_into(&mut verb.lower);
    let with = Token { text: String::new(), lower: "with".into(), kind: Kind::Word, value: None, spaced: false };
    let mut out = tokens[..at].to_vec();
    out.push(verb);
    out.extend(whom);
    out.push(with);
    out.extend(number);
    out.extend_from_slice(&tokens[end..]);
    out
}

fn gives(t: &Token) -> Option<&'static str> {
    match t.lower.as_str() {
        "give" | "award" | "assign" => Some("rate"),
        "gives" | "awards" | "assigns" => Some("rates"),
        _ => None,
    }
}

/// Whom, the number with its bounds, and where the tokens go on.
type Found = (Vec<Token>, Vec<Token>, usize);

/// `points from 0 to 10 to an entry`
fn given_to(tokens: &[Token], from: usize) -> Option<Found> {
    let number = scored(tokens, from)?;
    let to = tokens.get(number).filter(|t| t.is("to"))?;
    let end = phrase(tokens, number + 1).filter(|end| to.spaced && *end > number + 1)?;
    Some((tokens[number + 1..end].to_vec(), tokens[from..number].to_vec(), end))
}

/// `an entry points from 0 to 10`, `each entry 0 to 10 points`
fn given(tokens: &[Token], from: usize) -> Option<Found> {
    let article = tokens.get(from).is_some_and(determines);
    let whom = (from + 1 + usize::from(article)..from + 4)
        .find(|at| scored(tokens, *at).is_some() || range(tokens, *at).is_some_and(|end| is_score(tokens, end)))?;
    let words = tokens[from..whom].iter().all(|t| t.kind == Kind::Word && t.value.is_none());
    if !words {
        return None;
    }
    let whose = tokens[from..whom].to_vec();
    if let Some(end) = scored(tokens, whom) {
        return ends(tokens, end).then(|| (whose, tokens[whom..end].to_vec(), end));
    }
    let end = range(tokens, whom)?;
    // `0 to 10 points` are points from 0 to 10
    let mut led = tokens[whom].clone();
    (led.text, led.lower, led.kind, led.value) = (String::new(), "from".into(), Kind::Word, None);
    let number = [&tokens[end..=end], &[led], &tokens[whom..end]].concat();
    ends(tokens, end + 1).then_some((whose, number, end + 1))
}

fn determines(t: &Token) -> bool {
    matches!(t.lower.as_str(), "a" | "an" | "each" | "every" | "the" | "any" | "all")
}

fn is_score(tokens: &[Token], at: usize) -> bool {
    tokens.get(at).is_some_and(|t| SCORES.contains(&t.lower.as_str()))
}

/// Behind `a score from 0 to 10`.
fn scored(tokens: &[Token], from: usize) -> Option<usize> {
    let at = from + usize::from(tokens.get(from).is_some_and(|t| matches!(t.lower.as_str(), "a" | "the")));
    let led = tokens.get(at + 1).is_some_and(|t| matches!(t.lower.as_str(), "from" | "between"));
    range(tokens, at + 2).filter(|_| led && is_score(tokens, at))
}

/// Behind `0 to 10`.
fn range(tokens: &[Token], from: usize) -> Option<usize> {
    let number = |i: usize| tokens.get(i).is_some_and(|t| t.value.is_some());
    let joined = tokens.get(from + 1).is_some_and(|t| matches!(t.lower.as_str(), "to" | "and" | "-" | "–"));
    (number(from) && joined && number(from + 2)).then_some(from + 3)
}

fn ends(tokens: &[Token], at: usize) -> bool {
    tokens.get(at).is_none_or(|t| t.kind == Kind::Punct)
}

/// Behind a phrase of a few words that ends its sentence or part of it: `an entry`.
fn phrase(tokens: &[Token], from: usize) -> Option<usize> {
    let end = (from..tokens.len()).find(|i| tokens[*i].kind == Kind::Punct).unwrap_or(tokens.len());
    (end <= from + 4).then_some(end)
}
