//! Kinds that the words of a clause speak against: a demand that is marked as none, and an exclusion that is a limit or a
//! ban, which no search can show to be kept.

use super::{
    Original,
    actors::{People, may_be_somebody, modal_subjects},
    compare::Wording,
    words::{Text, Word, listed, negator},
};
use crate::domain::{clause::ClauseKind, reply::UnderstandReply};

impl Original {
    pub(super) fn kinds(&self, reply: &UnderstandReply) -> Vec<String> {
        let marks = reply.clauses.iter().filter_map(|mark| Some((mark, self.clauses.get(&mark.id.parse().ok()?)?)));
        let fault = |(mark, (clause, _)): (&crate::domain::reply::MarkedClause, &(Wording, _))| {
            let what = match mark.kind {
                // what it begins, the items below it say
                ClauseKind::Goal | ClauseKind::Context if self.leads_others(&mark.id) => return None,
                ClauseKind::Goal | ClauseKind::Context => {
                    let banned = || ban(&clause.text, &self.people).map(|(_, words)| words);
                    let words = must(&clause.text).or_else(banned)?;
                    format!("it says \"{words}\": a clause with a demand in it is neither goal nor context")
                }
                ClauseKind::Exclusion => {
                    let banned = || ban(&clause.text, &self.people).filter(|(at, _)| !is_whole(&clause.text, *at));
                    let words = limit(clause).or_else(|| banned().map(|(_, words)| words))?;
                    format!(
                        "it says \"{words}\": a limit, or what somebody must not do, is a constraint and needs a test; only \
                         what shall not be there at all is an exclusion"
                    )
                }
                _ => return None,
            };
            Some(format!("{} is marked {}, but {what}", mark.id, mark.kind.word()))
        };
        marks.filter_map(fault).collect()
    }
}

/// A modal of duty behind its subject; a heading (`Must have`) has none.
fn must(text: &Text) -> Option<String> {
    modal_subjects(text)
        .find(|(at, _)| listed("must mustn't shall", &text.words[*at].lower) && !text.words[*at].purpose)
        .map(|(at, subject)| format!("{} {}", subject.lower, text.words[at].lower))
}

/// What somebody must not do, and where it begins: `nobody sees`, `members never`, `a guest cannot`, `only members`.
fn ban(text: &Text, people: &People) -> Option<(usize, String)> {
    let words = &text.words;
    let is_somebody = |word: &Word| people.has(&word.stem) || may_be_somebody(word);
    let begins = |at: usize| at == 0 || words[at - 1].sentence != words[at].sentence;
    let inside =
        |at: usize, of: usize| words.get(at).filter(|word| word.sentence == words[of].sentence && !word.purpose);
    (0..words.len()).find_map(|at| {
        let next = inside(at + 1, at)?;
        let told = || Some((at, format!("{} {}", words[at].lower, next.lower)));
        match words[at].lower.as_str() {
            "nobody" if begins(at) => told(),
            "only" if begins(at) && inside(at + 2, at).is_some_and(|after| is_somebody(next) || is_somebody(after)) => {
                told()
            }
            _ if is_somebody(&words[at]) && !words[at].purpose => {
                let modal = listed("must may can shall will", &next.lower)
                    && inside(at + 2, at).is_some_and(|word| word.is("not"));
                let denies = next.is("never") || listed("cannot can't mustn't", &next.lower);
                (modal || denies).then(told).flatten()
            }
            _ => None,
        }
    })
}

/// `Visitors never pay`, `nobody logs in`: the act as a whole shall not be there, to nothing and by no way that is named.
fn is_whole(text: &Text, at: usize) -> bool {
    let behind = &text.words[at + 1..];
    let mut rest = behind.iter().take_while(|word| word.sentence == text.words[at].sentence && !word.purpose);
    !text.words[at].is("only")
        && rest.by_ref().any(Word::is_content)
        && rest.all(|word| listed("in out up on off anything at all", &word.lower))
}

/// `no more than 10 notes`, `at most two`.
fn limit(clause: &Wording) -> Option<String> {
    let words = &clause.text.words;
    // What is left out may have a number of its own: `no discounts over 10 percent`.
    let opens = words.first().is_some_and(|_| negator(words, 0));
    clause.amounts.iter().find(|amount| amount.bound.is_some() && !opens).map(|amount| amount.words.clone())
}
