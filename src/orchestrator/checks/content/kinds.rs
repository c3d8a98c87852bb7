//! Kinds that the words of a clause speak against: a demand that is marked as none, and an exclusion that is a limit or a
//! ban, which no search can show to be kept.

use super::{
    Original,
    actors::{MODALS, People, may_be_somebody, modal_subjects},
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
                    let words = must(&clause.text).or_else(banned).or_else(|| told(&clause.text))?;
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

/// What is done to things by software, not by people at a desk.
const DONE: &str = "printed shown displayed saved stored sorted rejected refused reported exported imported deleted removed \
returned calculated computed rounded validated filtered uploaded downloaded encrypted hashed";

/// What a text calls the software that it asks for.
const SOFTWARE: &str = "program tool application app system software website command script";

/// Verbs of what software is good for, and what a sentence about it says without asking for anything.
const GOOD_FOR: &str = "is has was does needs helps replaces aims serves supports makes gives brings saves";

/// Words of a sentence about how things are without the software.
const UNTIL_NOW: &str = "today now currently yet already usually often moment far paper hand phone desk spreadsheet spreadsheets \
excel whiteboard old existing present below above following table";

/// A demand that stands without a modal: `no network access`, `the sum is printed`, `the tool prints it`.
fn told(text: &Text) -> Option<String> {
    let words = &text.words;
    let begins = |at: usize| at == 0 || words[at - 1].sentence != words[at].sentence;
    (0..words.len()).filter(|at| begins(*at)).find_map(|at| {
        let behind = &words[at..];
        let same: Vec<&Word> = behind.iter().take_while(|word| word.sentence == words[at].sentence).collect();
        let is_of_today = same.iter().any(|word| word.purpose || listed(UNTIL_NOW, &word.lower));
        if is_of_today { None } else { absent(&same).or_else(|| done(&same)).or_else(|| works(&same)) }
    })
}

/// `No network access`, `without registration`: what follows has no verb.
fn absent(sentence: &[&Word]) -> Option<String> {
    let (first, rest) = sentence.split_first()?;
    let verb =
        |word: &&Word| listed(MODALS, &word.lower) || listed("is are was were has have had do does did", &word.lower);
    let opens =
        listed("no without", &first.lower) && !rest.first().is_some_and(|next| listed("longer one", &next.lower));
    (opens && (1..=4).contains(&rest.len()) && !rest.iter().any(verb))
        .then(|| sentence.iter().map(|word| word.lower.as_str()).collect::<Vec<_>>().join(" "))
}

/// `The sum is printed`; not `a list that is printed`.
fn done(sentence: &[&Word]) -> Option<String> {
    sentence.windows(3).find_map(|three| {
        let [subject, is, done] = three else { return None };
        let told = subject.is_content() && listed("is are", &is.lower) && listed(DONE, &done.lower);
        told.then(|| format!("{} {} {}", subject.lower, is.lower, done.lower))
    })
}

/// `The program prints …`; not `the program helps the clerks`.
fn works(sentence: &[&Word]) -> Option<String> {
    let subject = sentence.iter().take(3).position(|word| listed(SOFTWARE, &word.lower))?;
    let leads = sentence[..subject].iter().all(|word| listed("the this each command line web", &word.lower));
    let verb = sentence.get(subject + 1)?;
    let is_verb = verb.segment == sentence[subject].segment && verb.lower.ends_with('s') && !verb.lower.ends_with("ss");
    (leads && is_verb && !listed(GOOD_FOR, &verb.lower)).then(|| format!("{} {}", sentence[subject].lower, verb.lower))
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
