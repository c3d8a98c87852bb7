//! `Visitors need no account to see the plots`, `Nobody has to log in to see them`: they can see them without an account, and
//! that is how the grammar is given it. Each word keeps how it was written.

use super::lexicon::verbs::{self, Form};
use super::token::{Kind, Token};
use std::ops::Range;

const ACCOUNTS: [&str; 6] = ["account", "accounts", "login", "registration", "password", "passwords"];
/// What somebody does to be known.
const ENTERING: [&[&str]; 10] = [
    &["log", "in"],
    &["sign", "in"],
    &["sign", "up"],
    &["register"],
    &["have", "an", "account"],
    &["create", "an", "account"],
    &["open", "an", "account"],
    &["be", "logged", "in"],
    &["be", "signed", "in"],
    &["be", "registered"],
];

/// The tokens with every such wording put plainly.
#[must_use]
pub fn plain(tokens: Vec<Token>) -> Vec<Token> {
    let Some(found) = (0..tokens.len()).find_map(|at| waiver(&tokens, at)) else { return tokens };
    let Waiver { said, anyone } = found;
    let end = (said.end..tokens.len()).find(|i| ends(&tokens, *i)).unwrap_or(tokens.len());
    let text: Vec<&str> = tokens[said.clone()].iter().map(|t| t.text.as_str()).collect();
    let mut can = made("can");
    (can.text, can.spaced) = (text.join(" "), true);
    let mut out = tokens[..said.start].to_vec();
    if anyone {
        out.push(Token { spaced: true, ..made("anyone") });
    }
    out.push(can);
    out.extend_from_slice(&tokens[said.end..end]);
    out.extend(["without", "an", "account"].map(made));
    out.extend_from_slice(&tokens[end..]);
    out
}

fn made(word: &str) -> Token {
    Token { text: String::new(), lower: word.to_owned(), kind: Kind::Word, value: None, spaced: false }
}

/// Where it is said that no account is needed, up to before what is done; whether nobody in particular is named.
struct Waiver {
    said: Range<usize>,
    anyone: bool,
}

fn waiver(tokens: &[Token], at: usize) -> Option<Waiver> {
    let impersonal = is(tokens, at, &["no"]) && account(tokens, at + 1).is_some();
    let (end, anyone) = if impersonal {
        (needed(tokens, account(tokens, at + 1)?)?, true)
    } else if is(tokens, at, &["nobody"]) || is(tokens, at, &["no"]) && is(tokens, at + 1, &["one"]) {
        let verb = at + if is(tokens, at, &["no"]) { 2 } else { 1 };
        (needs(tokens, verb)?, true)
    } else {
        (need_nothing(tokens, at)?, false)
    };
    let end = end + if is(tokens, end, &["in"]) && is(tokens, end + 1, &["order"]) { 2 } else { 0 };
    let does = tokens.get(end + 1).and_then(|t| verbs::verb(&t.lower)).is_some_and(|(_, form)| form == Form::Base);
    (is(tokens, end, &["to"]) && does).then_some(Waiver { said: at..end + 1, anyone })
}

/// `need no account`, `do not need an account`, `do not have to log in`, `need not log in`: where it ends.
fn need_nothing(tokens: &[Token], at: usize) -> Option<usize> {
    if is(tokens, at, &["need", "needs", "require", "requires"]) {
        return match tokens.get(at + 1)?.lower.as_str() {
            "no" => account(tokens, at + 2),
            "not" => entering(tokens, at + 2),
            _ => None,
        };
    }
    let not = is(tokens, at, &["do", "does"]) && is(tokens, at + 1, &["not", "n't"]);
    let joined = is(tokens, at, &["don't", "doesn't"]);
    let verb = at + if not { 2 } else { 1 };
    if not || joined { needs(tokens, verb) } else { None }
}

/// Behind what would be needed: `need an account`, `has to log in`.
fn needs(tokens: &[Token], at: usize) -> Option<usize> {
    if !is(tokens, at, &["need", "needs", "require", "requires", "have", "has"]) {
        return None;
    }
    if is(tokens, at + 1, &["to"]) {
        return entering(tokens, at + 2);
    }
    let article = is(tokens, at + 1, &["an", "a", "any"]);
    let has = is(tokens, at, &["have", "has"]);
    account(tokens, at + 1 + usize::from(article)).filter(|_| !has)
}

fn entering(tokens: &[Token], at: usize) -> Option<usize> {
    let said = |words: &&&[&str]| words.iter().enumerate().all(|(k, word)| is(tokens, at + k, &[word]));
    ENTERING.iter().filter(said).map(|words| at + words.len()).max()
}

/// Behind `account`, `user account`.
fn account(tokens: &[Token], at: usize) -> Option<usize> {
    let at = at + usize::from(is(tokens, at, &["user"]));
    is(tokens, at, &ACCOUNTS).then_some(at + 1)
}

/// `is needed`, `is necessary`
fn needed(tokens: &[Token], at: usize) -> Option<usize> {
    let said = is(tokens, at, &["is", "are"]) && is(tokens, at + 1, &["needed", "required", "necessary"]);
    said.then_some(at + 2)
}

/// Where what they do ends: at the end of the sentence, or before what else is said.
fn ends(tokens: &[Token], at: usize) -> bool {
    let t = &tokens[at];
    let more = |at: usize| is(tokens, at, &["but", "only", "while", "whereas", "except", "nor"]);
    let stop = t.kind == Kind::Punct && matches!(t.lower.as_str(), "." | ";" | "!" | "?" | ":" | "(" | "–" | "—");
    stop || more(at) || t.is(",") && (more(at + 1) || !listed(tokens, at))
}

/// Whether a comma stands between things that are done or named: `the plots, the tools and the sheds`.
fn listed(tokens: &[Token], at: usize) -> bool {
    let joins = |t: &Token| matches!(t.lower.as_str(), "and" | "or");
    let stop = |t: &Token| t.kind == Kind::Punct && !t.is(",");
    tokens[at + 1..].iter().take_while(|t| !stop(t)).any(joins)
}

fn is(tokens: &[Token], at: usize, words: &[&str]) -> bool {
    tokens.get(at).is_some_and(|t| words.contains(&t.lower.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::offline::read::token::tokens;

    #[test]
    fn what_needs_no_account_is_done_without_one() {
        let lower = |text: &str| plain(tokens(text)).into_iter().map(|t| t.lower).collect::<Vec<_>>().join(" ");
        for text in [
            "Guests need no account to see the plots.",
            "Guests do not need an account to see the plots.",
            "Guests don't need an account to see the plots.",
            "Guests do not have to log in to see the plots.",
            "Guests need not sign up to see the plots.",
            "Guests do not need to be logged in to see the plots.",
        ] {
            assert_eq!(lower(text), "guests can see the plots without an account .", "{text}");
        }
        for text in [
            "Nobody needs an account to see the plots.",
            "No one has to register to see the plots.",
            "No account is needed to see the plots.",
            "No registration is required in order to see the plots.",
        ] {
            assert_eq!(lower(text), "anyone can see the plots without an account .", "{text}");
        }
        assert_eq!(
            lower("Guests need no account to see the plots, but to book one."),
            "guests can see the plots without an account , but to book one ."
        );
        for text in ["Guests need no account.", "Nobody needs a key to open the gate.", "They need an account to book."]
        {
            assert_eq!(lower(text), tokens(text).into_iter().map(|t| t.lower).collect::<Vec<_>>().join(" "));
        }
    }
}
