//! What surrounds the demands of a text: furniture of the document, the occasion, goals, how things are today.

use super::chunk::{Item, Np};
use super::lexicon::{
    nouns,
    verbs::{self, Class, Form},
    words,
};
use super::sentence::{Pred, Sentence};
use super::tag::Tag;
use crate::domain::{ClauseId, clause::ClauseKind};
use std::collections::{BTreeMap, BTreeSet};

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
    // `Overview ........ 7`: a line of a table of contents
    let led = s.text.contains(".....");
    // the head of a table
    let ruled = l.starts_with('|') && l.contains("--");
    numbers_only
        || led
        || ruled
        || page
        || legal
        || table
        || l.starts_with("copyright")
        || l.starts_with("©")
        || l.starts_with("version ") && s.words.len() < 8
        || l.starts_with("prepared by")
        || s.id == ClauseId(1) && ["subject:", "re:", "fwd:"].iter().any(|w| l.starts_with(w)) && s.preds.is_empty()
        || l.starts_with("table of content")
}

/// What a long document says on many of its pages, but for numbers: `Continued on next page`, `Specification – version 2`.
/// Lines that name properties come again in many lists.
pub fn repeated(all: &[Sentence]) -> BTreeSet<ClauseId> {
    const LONG: usize = 60;
    const OFTEN: usize = 4;
    if all.len() < LONG {
        return BTreeSet::new();
    }
    let line = |s: &Sentence| {
        let plain = !s.item && !s.numbered && (2..=14).contains(&s.words.len());
        let asks = s.preds.iter().any(|p| p.verb.modal.is_some() || !p.subject.is_empty());
        let kept = s.words.iter().any(|w| nouns::property(&w.base).is_some() || nouns::person(&w.base).is_some());
        (plain && !asks && !kept).then(|| s.lower.chars().filter(|c| !c.is_ascii_digit()).collect::<String>())
    };
    let mut places: BTreeMap<String, Vec<ClauseId>> = BTreeMap::new();
    for s in all {
        if let Some(line) = line(s) {
            places.entry(line).or_default().push(s.id);
        }
    }
    places.into_values().filter(|ids| ids.len() >= OFTEN).flatten().collect()
}

/// `We run a workshop and need a web application for it.`, `The practice wants to replace its card index.`: why the thing
/// is wanted, beside other sentences that say what it does.
fn occasion(s: &Sentence) -> bool {
    let l = s.lower.trim_end_matches(['.', ' ']);
    let wish = [" need ", " needs ", " want ", " wants ", " would like "].iter().any(|w| l.contains(w));
    let product = [
        "application",
        "app",
        "system",
        "website",
        "site",
        "page",
        "software",
        "tool",
        "program",
        "database",
        "for it",
        "for this",
    ];
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

/// `Our beekeepers' association wants a web page.`: who wants it, and that it is one; what it does stands elsewhere.
fn ordered(s: &Sentence) -> bool {
    let [p] = &s.preds[..] else { return false };
    let plain = |m: &str| words::light(m) || words::system_noun(m) || matches!(m, "nice" | "little" | "good" | "own");
    let product = |np: &Np| words::system_noun(&np.head) && np.mods.iter().all(|m| plain(m)) && np.of.is_none();
    let house = |np: &Np| HOUSES.contains(&np.head.as_str());
    let nothing_more = p.preps.iter().all(|pp| pp.nps.iter().all(|np| np.pronoun.is_some()));
    orders(p)
        && s.role.is_none()
        && !p.subordinate
        && p.subject.iter().all(house)
        && p.objects.iter().all(product)
        && nothing_more
        && !s.words.iter().any(|w| matches!(w.tag, Tag::Colon | Tag::Comma | Tag::Rel | Tag::Sub))
}

pub fn goal(s: &Sentence) -> Option<ClauseKind> {
    if occasion(s) || commission(s) || ordered(s) {
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
    // `The purpose of a permit is chosen from work and travel`: a property of what is kept
    let picked = |p: &Pred| p.verb.passive && matches!(p.verb.base.as_str(), "choose" | "select" | "pick" | "require");
    if aims.iter().any(|a| l.starts_with(a))
        && !s.preds.iter().any(picked)
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
        "at present",
        "nowadays",
        "background:",
    ];
    // `Our club has 200 members.`
    let named = (1..s.words.len().min(4)).find(|i| HOUSES.contains(&s.words[*i].lower()));
    let house = s.words.first().is_some_and(|w| w.is("our"))
        && named.is_some_and(|i| {
            s.words[1..i].iter().all(|w| matches!(w.tag, Tag::Noun | Tag::Adj))
                && s.words.get(i + 1).is_some_and(|w| ["has", "is", "was"].iter().any(|v| w.is(v)))
        });
    if (house || past.iter().any(|p| l.starts_with(p)))
        && !s
            .preds
            .iter()
            .any(|p| p.verb.modal.as_deref().is_some_and(|m| matches!(m, "must" | "shall" | "should" | "want")))
    {
        return Some(ClauseKind::Context);
    }
    // `We want children to read more.`
    let better = [" more", " less", " better", " healthier", " happier", " safer"];
    let end = l.trim_end_matches(['.', '!', ' ']);
    if (l.starts_with("we want ") || l.starts_with("we would like ")) && better.iter().any(|b| end.ends_with(b)) {
        return Some(ClauseKind::Goal);
    }
    // `As a company, I want to avoid the failure of the platform`: a wish about the world is still a demand
    None
}

/// `An audit trail is a record of …`: says what a word means.
pub fn defines(s: &Sentence, p: &Pred) -> bool {
    let article = |i: usize| s.words.get(i).is_some_and(|w| w.is("a") || w.is("an"));
    p.verb.modal.is_none()
        && !p.verb.negated
        && p.subject.first().is_some_and(|np| article(np.range.start))
        && article(p.verb.range.end)
        && s.words.iter().all(|w| w.token.value.is_none())
}

/// A piece of code or of a console.
pub fn code(s: &Sentence) -> bool {
    s.text.starts_with("```") || s.text.starts_with("~~~")
}

/// Whether a sentence without a known demand surely is none: it speaks of us, of the past, of how things are done today,
/// of the document itself, or it is no sentence.
pub fn tells(s: &Sentence) -> bool {
    // `We fix bicycles on Saturdays.`: a verb that no application has
    if s.preds.is_empty() && s.words.first().is_some_and(|w| w.is("we")) {
        return true;
    }
    let spoken = s.words.iter().filter(|w| !matches!(w.tag, Tag::Stop | Tag::Comma | Tag::Other)).count();
    if spoken < 2 || code(s) || s.text.ends_with(':') || s.aside.iter().all(|a| *a) || courtesy(s) || titled(s) {
        return true;
    }
    let mut main: Vec<&Pred> = s.preds.iter().filter(|p| !p.subordinate).collect();
    if main.is_empty() {
        main = s.preds.iter().collect();
    }
    !main.is_empty()
        && !reports(s)
        && !answers(s)
        && !does_it(s)
        && !concludes(s)
        && (main.iter().all(|p| past(s, p))
            || main.iter().all(|p| of_us(s, p))
            || main[0].subject.len() == 1 && defines(s, main[0]))
        || today(s)
}

/// Words to the reader, or about the document.
pub fn courtesy(s: &Sentence) -> bool {
    const STARTS: [&str; 20] = [
        "hello",
        "hi ",
        "hi,",
        "dear ",
        "thank",
        "best regards",
        "kind regards",
        "regards",
        "good morning",
        "good afternoon",
        "so that ",
        "because ",
        "in order to ",
        "this section",
        "this chapter",
        "this text",
        "this paragraph",
        "this appendix",
        "the following",
        "you are ",
    ];
    STARTS.iter().any(|start| s.lower.starts_with(start))
}

/// `Tool Lending`, `2.1 Borrower Administration`: a line of names without a verb or an end.
fn titled(s: &Sentence) -> bool {
    let minor = |w: &super::tag::Word| w.lower().len() < 4 || !w.lower().starts_with(char::is_alphabetic);
    s.preds.is_empty()
        && (!s.item || s.numbered)
        && s.words.len() <= 10
        && !s.text.ends_with(['.', '!', '?', ';', ','])
        && s.words.iter().all(|w| w.token.capitalised() || minor(w))
}

/// `Two keys were lost last year.`, `A member forgot the fee.`
fn past(s: &Sentence, p: &Pred) -> bool {
    if p.verb.modal.is_some() {
        return false;
    }
    let words = &s.words[p.verb.range.clone()];
    // `messages sorted by date` names messages
    let object = s.words.get(p.verb.range.end).is_some_and(|w| matches!(w.tag, Tag::Det | Tag::Noun | Tag::Num));
    let said = !p.verb.passive && !p.subject.is_empty();
    let told = said && words.iter().any(|w| PRETERITES.contains(&w.lower()));
    over(s, p) || told || object && said && words.iter().any(|w| w.tag == Tag::Verb(Form::Past))
}

/// Past tenses that are no participle, so that no noun is described by them.
const PRETERITES: [&str; 18] = [
    "got", "went", "came", "took", "gave", "saw", "knew", "wrote", "forgot", "began", "fell", "broke", "stole",
    "threw", "ate", "became", "chose", "lost",
];

/// `Two keys were lost`, `The list was thrown away`: what was or had been is over, unless it was still to come, or a step
/// of a scenario tells what is then to be seen.
pub fn over(s: &Sentence, p: &Pred) -> bool {
    let words = &s.words[p.verb.range.clone()];
    let was = words.iter().any(|w| matches!(w.lower(), "was" | "were" | "had"));
    let to_come = words.iter().any(|w| w.tag == Tag::To);
    was && p.verb.modal.is_none() && !to_come && !s.lower.starts_with("then ") && !s.lower.starts_with("and ")
}

/// `It was agreed that members can cancel.`: what was said then is what is asked for now.
fn reports(s: &Sentence) -> bool {
    const SAID: [&str; 12] = [
        "agree", "decide", "require", "ask", "say", "insist", "vote", "want", "propose", "suggest", "resolve", "demand",
    ];
    let says = |w: &super::tag::Word| matches!(w.tag, Tag::Verb(_)) && SAID.contains(&w.base.as_str());
    s.words.windows(2).any(|two| says(&two[0]) && two[1].is("that"))
}

/// `When I put myself down for a tool, then I am shown as its user.`: what is then to be seen is asked for.
fn answers(s: &Sentence) -> bool {
    let ahead = ["when ", "if ", "once ", "as soon as ", "given "].iter().any(|w| s.lower.starts_with(w));
    let then = s.lower.starts_with("then ") || ahead && s.words.iter().any(|w| w.is("then") && !s.aside[0]);
    then && !s.preds.iter().any(|p| p.subject.iter().any(|np| np.pronoun.as_deref() == Some("we")))
}

/// `The gardener who made the offer accepts or declines the request.`: the clause tells which person, and what they do, in a
/// word that was not understood, stands behind it.
fn does_it(s: &Sentence) -> bool {
    let Some(Item::Np(np)) = s.items.first() else { return false };
    let which = s.words.get(np.range.end).is_some_and(|w| w.tag == Tag::Rel);
    let person = nouns::person(&np.head).is_some() && np.pronoun.is_none();
    let Some(last) = s.preds.last().filter(|_| which && person && s.preds.iter().all(|p| p.subordinate)) else {
        return false;
    };
    let acts = |w: &super::tag::Word| {
        verbs::verb(w.lower()).is_some_and(|(base, form)| form == Form::Third && verbs::class(base) != Class::Other)
    };
    s.words[last.verb.range.end..].iter().any(acts)
}

/// `We are closed on Sundays, so no orders can be collected then.`: what follows from how things are is asked for.
fn concludes(s: &Sentence) -> bool {
    let Some(so) = s.words.iter().position(|w| w.is("so") && w.tag == Tag::Sub).filter(|at| *at > 0) else {
        return false;
    };
    let ours = |p: &Pred| p.subject.iter().all(|np| matches!(np.pronoun.as_deref(), Some("we" | "i")));
    s.preds
        .iter()
        .any(|p| p.verb.range.start > so && !s.aside[p.verb.range.start] && p.verb.modal.is_some() && !ours(p))
}

/// `The village hall wants a program for …`: whoever wants a program has it made, whatever the word.
pub fn orders(p: &Pred) -> bool {
    let wants = p.verb.class == Class::Want || p.verb.base == "need";
    let named = |np: &Np| np.pronoun.is_none() && (np.det.is_some() || np.owner.is_some());
    let product = |np: &Np| words::system_noun(&np.head) && matches!(np.det.as_deref(), Some("a" | "an"));
    wants && !p.verb.negated && p.subject.iter().any(named) && p.objects.iter().any(product)
}

/// Words for those who have software made.
pub const HOUSES: [&str; 28] = [
    "club",
    "company",
    "firm",
    "school",
    "team",
    "practice",
    "museum",
    "library",
    "bakery",
    "shop",
    "office",
    "village",
    "town",
    "city",
    "association",
    "society",
    "hospital",
    "clinic",
    "university",
    "workshop",
    "family",
    "business",
    "market",
    "hotel",
    "church",
    "pharmacy",
    "cooperative",
    "kindergarten",
];

/// `We run a bakery.`, `Our club has 200 members.`, `The school lies at the harbour.`: who we are and what we do.
fn of_us(s: &Sentence, p: &Pred) -> bool {
    let stated = p.verb.modal.as_deref().is_none_or(|m| matches!(m, "do" | "does" | "did"));
    let wished = matches!(
        p.verb.base.as_str(),
        "want" | "need" | "wish" | "like" | "love" | "prefer" | "expect" | "require" | "ask" | "see"
    );
    let we = p.subject.iter().any(|np| matches!(np.pronoun.as_deref(), Some("we" | "i")));
    let ours = || p.subject.iter().any(|np| s.words.get(np.range.start).is_some_and(|w| w.is("our") || w.is("my")));
    let house = || p.subject.iter().any(|np| HOUSES.contains(&np.head.as_str()));
    let acts = matches!(p.verb.class, Class::Be | Class::Have | Class::Other);
    stated && !wished && (we || !measured(s) && (ours() || house() && acts))
}

/// `The list often gets lost.`, `Loans are written down on paper.`
fn today(s: &Sentence) -> bool {
    const HABITS: [&str; 6] = ["currently", "nowadays", "often", "sometimes", "usually", "traditionally"];
    let habit = s.words.iter().any(|w| HABITS.contains(&w.lower()));
    // `a paper list`; a lecturer who grades a paper has one to grade
    let sheet = s.words.windows(3).any(|w| w[0].is("a") && w[1].is("paper") && w[2].tag == Tag::Noun);
    let paper = sheet || ["by hand", "on paper", "spreadsheet"].iter().any(|w| s.lower.contains(w));
    (habit || paper) && !measured(s) && s.preds.iter().all(|p| p.verb.modal.is_none())
}

/// `200 ms`, `3 days`, `99 %`: a measure that something can be held to.
fn measured(s: &Sentence) -> bool {
    const UNITS: [&str; 14] = [
        "ms",
        "s",
        "sec",
        "second",
        "seconds",
        "millisecond",
        "milliseconds",
        "minute",
        "minutes",
        "hour",
        "hours",
        "day",
        "days",
        "percent",
    ];
    s.lower.contains('%') || s.words.windows(2).any(|w| w[0].token.value.is_some() && UNITS.contains(&w[1].lower()))
}
