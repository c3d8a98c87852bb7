//! Who is a person because of what they do, whatever the word: who signs up, asks for something, is told something or
//! approves. [`nouns::person`] knows the words that are learned here as long as the text is worked on.

use super::chunk::{Item, Np};
use super::lexicon::{
    nouns::{self, Person},
    verbs::{self, Class},
    words,
};
use super::sentence::{Pred, Sentence};
use std::collections::BTreeMap;

/// What only people do. No list, form or programme is said to.
const PEOPLE_ONLY: &str = "approve decide borrow book reserve hire buy enrol enroll vote donate sign see wish volunteer withdraw promise \
    forget";
/// What people are allowed to do or do in numbers, and other things seldom: said twice, it is said of people.
const PEOPLE_MAY: &str = "accept reject decline refuse cancel order choose pick type view add edit delete create enter write post submit \
    assign manage download export note comment rate review read confirm search swap claim offer upload log register join bid \
    subscribe change remove";
/// What is done to somebody.
const TO_PEOPLE: [&str; 6] = ["tell", "inform", "notify", "remind", "ask", "invite"];
/// What one does for oneself.
const FOR_ONESELF: &str = "apply book borrow reserve hire order buy enrol enroll vote donate choose pick volunteer ask request join bid subscribe";
/// How much has to be said of somebody.
const ENOUGH: u32 = 2;

#[derive(Default)]
struct Seen {
    acts: u32,
    /// Does what nobody could do who is nobody: signs up, has an account, is told.
    surely: bool,
    signs_up: bool,
    decides: bool,
    for_oneself: bool,
    several: bool,
    made: bool,
    /// Puts records into a state: `The bursar can mark an order as paid`.
    puts: bool,
    /// A property of records: `A task has a title and an assignee`.
    had: bool,
}

/// The nouns (singular) that name people in this text and that no list knows.
pub fn people(sentences: &[Sentence]) -> BTreeMap<String, Person> {
    let mut seen: BTreeMap<String, Seen> = BTreeMap::new();
    for s in sentences.iter().filter(|s| !s.heading) {
        for pred in &s.preds {
            look(&mut seen, s, pred);
        }
        for item in &s.items {
            let Item::Np(np) = item else { continue };
            if s.words.get(np.range.end).is_some_and(|w| w.is("who")) && could(np) {
                note(&mut seen, np).surely = true;
            }
        }
    }
    let house = |noun: &str| super::background::HOUSES.contains(&noun);
    let enough = |seen: &Seen| seen.acts >= ENOUGH || seen.puts && !seen.had;
    let acts = |noun: &str, seen: &Seen| seen.surely || enough(seen) && !seen.made && !house(noun);
    seen.into_iter().filter(|(noun, seen)| acts(noun, seen)).map(|(noun, seen)| (noun, kind(&seen))).collect()
}

fn kind(seen: &Seen) -> Person {
    let appointed = seen.decides && !seen.for_oneself || !seen.several;
    if appointed && !seen.signs_up { Person::Appointed } else { Person::Ordinary }
}

fn note<'s>(seen: &'s mut BTreeMap<String, Seen>, np: &Np) -> &'s mut Seen {
    let entry = seen.entry(np.head.clone()).or_default();
    entry.several |= np.plural || np.det.as_deref().is_some_and(|d| d != "the");
    entry
}

fn look(seen: &mut BTreeMap<String, Seen>, s: &Sentence, pred: &Pred) {
    let base = pred.verb.base.as_str();
    let among = |list: &str| list.split_whitespace().any(|v| v == base);
    if pred.verb.passive {
        let told = TO_PEOPLE.contains(&base);
        for np in pred.subject.iter().filter(|np| could(np)) {
            let entry = note(seen, np);
            entry.surely |= told;
            entry.made |= makes(pred);
        }
        let by = pred.preps.iter().filter(|pp| pp.prep == "by").flat_map(|pp| &pp.nps);
        let weight = if among(PEOPLE_ONLY) { ENOUGH } else { u32::from(among(PEOPLE_MAY)) };
        for np in by.filter(|np| could(np) && weight > 0) {
            let entry = note(seen, np);
            entry.acts += weight;
            entry.decides |= rules(pred);
        }
        return;
    }
    let enters =
        matches!(pred.verb.class, Class::SignUp | Class::LogIn | Class::LogOut) || super::sign_in::registers(pred);
    let account =
        pred.verb.class == Class::Have && pred.objects.iter().any(|np| matches!(np.head.as_str(), "account" | "login"));
    let may = pred.verb.modal.as_deref().is_some_and(|m| m != "would");
    let own = pred.objects.iter().any(|np| np.det.as_deref() == Some("their"));
    // `Lectors put themselves down`; what updates itself is nobody
    let reflexive = |np: &Np| matches!(np.pronoun.as_deref(), Some("themselves" | "himself" | "herself"));
    let themselves = pred.objects.iter().any(reflexive);
    // `The master assigns jobs to craftsmen`
    let to = pred.preps.iter().filter(|pp| pp.prep == "to").flat_map(|pp| &pp.nps);
    let hands_out = base == "assign" && to.into_iter().any(|np| nouns::person(&np.head).is_some());
    // `The sacristan can add a service with a title and a date`
    let property = |np: &Np| nouns::property(&np.head).is_some();
    let listed = pred.preps.iter().filter(|pp| matches!(pp.prep.as_str(), "with" | ":"));
    let told = listed.flat_map(|pp| &pp.nps).any(property);
    let adds = match pred.verb.modal.as_deref() {
        Some("can" | "may") => among("add enter create record"),
        // `The ledger records payments with an amount` tells of a list
        None => among("add enter create") && !pred.verb.negated && !pred.subordinate,
        Some(_) => false,
    };
    let keeps = told && adds;
    let into = pred.preps.iter().any(|pp| matches!(pp.prep.as_str(), "as" | "to"));
    let puts = may && into && matches!(base, "mark" | "set") && !pred.objects.is_empty();
    let told_of = pred.preps.iter().filter(|pp| pp.prep == "with").flat_map(|pp| &pp.nps);
    let had = pred.objects.iter().filter(|_| pred.verb.class == Class::Have);
    told_of.chain(had).filter(|np| could(np)).for_each(|np| note(seen, np).had = true);
    for np in pred.subject.iter().filter(|np| could(np)) {
        let entry = note(seen, np);
        entry.decides |= puts;
        entry.puts |= puts;
        let does = !pred.objects.is_empty() && (may || np.plural || own) && among(PEOPLE_MAY);
        entry.acts += if among(PEOPLE_ONLY) || keeps || hands_out { ENOUGH } else { u32::from(does).max(asks(pred)) };
        entry.surely |= enters || account || themselves;
        entry.signs_up |= pred.verb.class == Class::SignUp || super::sign_in::registers(pred);
        entry.decides |= rules(pred);
        entry.for_oneself |= among(FOR_ONESELF);
    }
    for np in pred.objects.iter().filter(|np| could(np)) {
        // `the program tells the hirer whether …`
        let told = TO_PEOPLE.contains(&base)
            && s.words.get(np.range.end).is_some_and(|w| matches!(w.lower(), "whether" | "that" | "when" | "why"));
        let entry = note(seen, np);
        entry.surely |= told;
        entry.made |= makes(pred);
    }
}

/// `asks for the hall`, `applies for a stand`; a wizard asks somebody for something, or for a property.
fn asks(pred: &Pred) -> u32 {
    let asked = pred.preps.iter().filter(|pp| pp.prep == "for").flat_map(|pp| &pp.nps).chain(&pred.objects);
    let asked: Vec<&Np> = asked.collect();
    let somebody = pred.objects.iter().any(|np| np.pronoun.is_some() || nouns::person(&np.head).is_some());
    match pred.verb.base.as_str() {
        "ask" | "request" if somebody || asked.is_empty() => 0,
        "ask" | "request" if asked.iter().all(|np| nouns::property(&np.head).is_some()) => 1,
        "ask" | "request" => ENOUGH,
        "apply" if pred.preps.iter().any(|pp| pp.prep == "for") => ENOUGH,
        _ => 0,
    }
}

/// Decides about what others asked for.
fn rules(pred: &Pred) -> bool {
    matches!(pred.verb.class, Class::Decide | Class::Manage | Class::Assign) || pred.verb.base == "decide"
}

/// Makes a record of something that is nobody: people are entered, added and listed, too.
fn makes(pred: &Pred) -> bool {
    const PEOPLE_TOO: [&str; 12] = [
        "add", "enter", "register", "record", "keep", "list", "note", "track", "invite", "collect", "nominate", "rate",
    ];
    matches!(pred.verb.class, Class::Create | Class::Transact)
        && !PEOPLE_TOO.contains(&pred.verb.base.as_str())
        && !TO_PEOPLE.contains(&pred.verb.base.as_str())
}

/// Whether the phrase could name somebody: no property, no part of a program, nothing that is an act.
fn could(np: &Np) -> bool {
    const ACTS: [&str; 13] =
        ["ing", "tion", "sion", "ment", "ness", "ity", "ance", "ence", "ure", "sheet", "book", "list", "card"];
    const DEVICES: &str = "tool plugin plug-in script engine service agent model algorithm validator loader parser command method \
        object component repository device robot machine bot rule node step wizard tab workflow pipeline scheme law policy price";
    const TIMES: [&str; 8] = ["morning", "afternoon", "evening", "night", "weekend", "noon", "midnight", "lunch"];
    let head = np.head.as_str();
    np.pronoun.is_none()
        && (np.det.is_some() || np.plural)
        && head.len() > 2
        && head.chars().all(|c| c.is_alphabetic() || c == '-')
        && nouns::person(head).is_none()
        && nouns::property(head).is_none()
        && nouns::unsupported(head).is_none()
        && !words::system_noun(head)
        && !words::light(head)
        && verbs::verb(head).is_none()
        && super::field::unit_of(head).is_none()
        && !TIMES.contains(&head)
        && !DEVICES.split_whitespace().any(|w| w == head)
        && !ACTS.iter().any(|end| head.ends_with(end))
        && !super::people::thing_that_does(head)
}
