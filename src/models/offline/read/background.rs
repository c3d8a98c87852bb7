//! What surrounds the demands of a text: furniture of the document, the occasion, goals, how things are today.

use super::chunk::Np;
use super::lexicon::words;
use super::sentence::Sentence;
use super::tag::Tag;
use crate::domain::clause::ClauseKind;

pub fn furniture(s: &Sentence) -> bool {
    let l = s.lower.as_str();
    let numbers_only = s.words.iter().all(|w| matches!(w.tag, Tag::Num | Tag::Stop | Tag::Other | Tag::Colon));
    let page =
        s.words.windows(4).any(|w| w[0].is("page") && w[1].tag == Tag::Num && w[2].is("of") && w[3].tag == Tag::Num)
            && s.words.len() < 20;
    // `NO WARRANTY OR LICENSE`, `No Feature Syntax Description Status`: legal text, the head of a table
    let shouting = s.text.chars().any(char::is_alphabetic) && !s.text.chars().any(char::is_lowercase);
    let legal =
        shouting && ["WARRANT", "LIABILIT", "LICEN", "COPYRIGHT", "DISCLAIM"].iter().any(|w| s.text.contains(w));
    let capitals = s.words.iter().filter(|w| w.token.capitalised()).count();
    let table = s.words.first().is_some_and(|w| w.is("no"))
        && s.words.len() > 5
        && capitals * 3 >= s.words.len() * 2
        && !s.words.iter().any(|w| matches!(w.tag, Tag::Comma | Tag::Stop));
    // the head of a table
    let ruled = l.starts_with('|') && l.contains("--");
    numbers_only
        || ruled
        || page
        || legal
        || table
        || l.starts_with("copyright")
        || l.starts_with("©")
        || l.starts_with("version ") && s.words.len() < 8
        || l.starts_with("prepared by")
        || l.starts_with("table of content")
}

/// `We run a workshop and need a web application for it.`, `The practice wants to replace its card index.`: why the thing
/// is wanted, beside other sentences that say what it does.
fn occasion(s: &Sentence) -> bool {
    let l = s.lower.trim_end_matches(['.', ' ']);
    let wish = [" need ", " needs ", " want ", " wants ", " would like "].iter().any(|w| l.contains(w));
    let product =
        ["application", "app", "system", "website", "software", "tool", "program", "database", "for it", "for this"];
    let names = product.iter().any(|p| l.ends_with(p));
    wish && (l.starts_with("we run ") || l.starts_with("we are ") || l.starts_with("we have ")) && names
        || wish && l.contains(" to replace ") && !l.contains(" with ") && !l.contains(" can ")
}

/// `We would like you to build us a small web application for it.`: that something is wanted, and not what.
fn commission(s: &Sentence) -> bool {
    let Some(asked) = s.preds.last().filter(|_| s.preds.len() <= 2) else { return false };
    let builds = matches!(asked.verb.base.as_str(), "build" | "make" | "create" | "develop" | "write" | "program");
    let you = asked.subject.iter().any(|np| np.pronoun.as_deref() == Some("you"));
    let plain = |m: &str| words::light(m) || matches!(m, "nice" | "little" | "good");
    let product = |np: &Np| words::system_noun(&np.head) && np.mods.iter().all(|m| plain(m)) && np.of.is_none();
    let nothing_more = asked.preps.iter().all(|pp| pp.nps.iter().all(|np| np.pronoun.is_some()));
    let objects: Vec<&Np> = asked.objects.iter().filter(|np| np.pronoun.is_none()).collect();
    builds && you && nothing_more && matches!(objects[..], [np] if product(np))
}

pub fn goal(s: &Sentence) -> Option<ClauseKind> {
    if occasion(s) || commission(s) {
        return Some(ClauseKind::Goal);
    }
    let l = s.lower.as_str();
    let aims = [
        "the goal of",
        "the goal is",
        "our goal",
        "the aim of",
        "the aim is",
        "the purpose of",
        "the objective",
        "objective of",
        "we hope",
        "this will help us",
        "the idea is that",
        "our vision",
        "our mission",
        "this document",
        "the benefit",
        "purpose:",
        "objective:",
        "goal:",
        "aim:",
        "this system aims to",
        "the system aims to",
        "this project aims to",
        "the project aims to",
    ];
    if aims.iter().any(|a| l.starts_with(a))
        && !s.preds.iter().any(|p| p.verb.modal.as_deref().is_some_and(|m| matches!(m, "must" | "shall" | "can")))
    {
        return Some(ClauseKind::Goal);
    }
    let past = [
        "today we",
        "today,",
        "currently",
        "at the moment",
        "right now",
        "so far",
        "until now",
        "in the past",
        "we are a",
        "we're a",
        "our club has",
        "at present",
        "nowadays",
        "background:",
    ];
    if past.iter().any(|p| l.starts_with(p))
        && !s
            .preds
            .iter()
            .any(|p| p.verb.modal.as_deref().is_some_and(|m| matches!(m, "must" | "shall" | "should" | "want")))
    {
        return Some(ClauseKind::Context);
    }
    // `As a company, I want to avoid the failure of the platform`: a wish about the world is still a demand
    None
}
