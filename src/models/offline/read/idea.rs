//! Ideas that only name the thing to build: what such a thing collects.

use super::draft::Draft;
use super::lexicon::{nouns, words};
use super::mentions;
use super::sentence::Sentence;
use super::tag::Tag;

/// What a collection with this name is a collection of.
const COLLECTIONS: [(&str, &str); 63] = [
    ("guest book", "entry"),
    ("guestbook", "entry"),
    ("visitor book", "entry"),
    ("log book", "entry"),
    ("logbook", "entry"),
    ("diary", "entry"),
    ("journal", "entry"),
    ("blog", "post"),
    ("weblog", "post"),
    ("forum", "post"),
    ("message board", "message"),
    ("notice board", "notice"),
    ("noticeboard", "notice"),
    ("bulletin board", "notice"),
    ("pinboard", "notice"),
    ("job board", "job"),
    ("address book", "contact"),
    ("phone book", "contact"),
    ("contact list", "contact"),
    ("contact form", "message"),
    ("feedback form", "feedback_message"),
    ("suggestion box", "suggestion"),
    ("to-do list", "task"),
    ("todo list", "task"),
    ("to do list", "task"),
    ("todo app", "task"),
    ("todo", "task"),
    ("task list", "task"),
    ("shopping list", "item"),
    ("grocery list", "item"),
    ("packing list", "item"),
    ("wish list", "wish"),
    ("wishlist", "wish"),
    ("gift registry", "gift"),
    ("reading list", "book"),
    ("bucket list", "wish"),
    ("cookbook", "recipe"),
    ("recipe book", "recipe"),
    ("photo album", "photo"),
    ("photo gallery", "photo"),
    ("gallery", "picture"),
    ("calendar", "event"),
    ("event calendar", "event"),
    ("inventory", "item"),
    ("library", "book"),
    ("bookshelf", "book"),
    ("wiki", "article"),
    ("knowledge base", "article"),
    ("faq", "question"),
    ("leaderboard", "score"),
    ("scoreboard", "score"),
    ("phonebook", "contact"),
    ("budget", "expense"),
    ("finances", "transaction"),
    ("finance", "transaction"),
    ("fitness", "workout"),
    ("guest list", "guest_entry"),
    ("time sheet", "time_entry"),
    ("timesheet", "time_entry"),
    ("lost and found", "lost_item"),
    ("flea market", "offer"),
    ("classifieds", "advertisement"),
    ("waiting list", "waiting_entry"),
];

/// Words that turn the noun before them into the thing collected: `habit tracker`, `member directory`.
const ABOUT: [&str; 30] = [
    "tracker",
    "tracking",
    "manager",
    "management",
    "organizer",
    "organiser",
    "planner",
    "planning",
    "log",
    "logger",
    "database",
    "directory",
    "register",
    "registry",
    "list",
    "catalogue",
    "catalog",
    "collection",
    "archive",
    "system",
    "app",
    "application",
    "website",
    "site",
    "portal",
    "administration",
    "book",
    "board",
    "software",
    "record",
];

/// Things that hold no records; the offline engine does not build them.
const NOT_DATA: [&str; 16] = [
    "game",
    "compiler",
    "calculator",
    "converter",
    "convertor",
    "generator",
    "interpreter",
    "emulator",
    "simulator",
    "algorithm",
    "chatbot",
    "firewall",
    "animation",
    "puzzle",
    "shader",
    "bot",
];

/// Orders to whoever reads, not demands on a product.
const ORDERS: &[&str] = &[
    "ignore",
    "disregard",
    "forget",
    "pretend",
    "print",
    "translate",
    "tell",
    "say",
    "explain",
    "answer",
    "execute",
    "repeat",
    "respond",
    "reply",
];

/// Whether the text says that the product is something that holds no records.
#[must_use]
pub fn not_data(sentences: &[Sentence]) -> Option<String> {
    let s = sentences.iter().find(|s| !s.heading).filter(|s| s.role.is_none())?;
    let ordered = |s: &Sentence| s.words.first().is_some_and(|w| ORDERS.contains(&w.lower()));
    if sentences.iter().filter(|s| !s.heading).all(ordered) {
        return s.words.first().map(|w| format!("{} …", w.lower()));
    }
    // `A puzzle game where …`, `X is a 3D action game`, `Create a web page for a BMI calculator`
    for item in s.items.iter().take(9) {
        if let super::chunk::Item::Np(np) = item {
            let head = np.head.as_str();
            // `Scorers can add a game with a home team and a date`
            if NOT_DATA.contains(&head)
                && !nouns::is_kept(head)
                && !np.nouns.iter().any(|m| matches!(m.as_str(), "manager" | "tracker" | "companion" | "video"))
            {
                return Some(np.name());
            }
            if without_pages(np) && nouns::property(head).is_none() {
                return Some(format!("{} {head}", np.nouns.join(" ")));
            }
            let soft = words::system_noun(head) && np.nouns.last().is_some_and(|m| m == "game");
            if soft {
                return Some("game".into());
            }
        }
    }
    None
}

/// `a command line tool`, `a batch program`: software that nobody opens in a browser.
fn without_pages(np: &super::chunk::Np) -> bool {
    let software = words::system_noun(&np.head) || matches!(np.head.as_str(), "tool" | "utility" | "script");
    let shell = np.nouns.iter().any(|m| matches!(m.as_str(), "batch" | "command-line" | "cli"));
    // an interface may be one of several
    let started = np.nouns.join(" ").contains("command line") && np.head != "interface";
    software && (shell || started)
}

/// Finds what an idea collects when the text names no record otherwise.
pub fn read(d: &mut Draft) {
    for si in 0..d.sentences.len() {
        if !d.entities.is_empty() {
            return;
        }
        if several(d, si) {
            continue;
        }
        let s = &d.sentences[si];
        let flat = s.words.iter().map(|w| w.lower()).collect::<Vec<_>>().join(" ").replace("to-do", "todo");
        let singular = s.words.iter().map(|w| w.base.as_str()).collect::<Vec<_>>().join(" ");
        let hit = COLLECTIONS
            .iter()
            .filter_map(|(name, entity)| {
                find_phrase(&flat, name).or_else(|| find_phrase(&singular, name)).map(|at| (at, *name, *entity))
            })
            .min_by_key(|(at, name, _)| (*at, std::cmp::Reverse(name.len())));
        if let Some((_, name, entity)) = hit {
            make(d, si, entity, name);
            continue;
        }
        let found = s.words.iter().enumerate().find_map(|(i, w)| {
            // `Quest Tracker: a software …`: the name before the colon is a name
            let named = s.words.iter().take(6).position(|w| w.tag == Tag::Colon).is_some_and(|c| i < c);
            let joined =
                |k: &usize| s.words[*k..i].iter().all(|w| matches!(w.tag, Tag::Noun | Tag::Adj | Tag::Verb(_)));
            let is_about = ABOUT.contains(&w.lower()) && !named;
            let before = (0..i).rev().find(|k| {
                s.words[*k].tag == Tag::Noun
                    && !ABOUT.contains(&s.words[*k].lower())
                    && !words::light(&s.words[*k].base)
                    && !words::system_noun(&s.words[*k].base)
            });
            let of = s.words.get(i + 1).is_some_and(|n| n.is("of") || n.is("for"));
            if !is_about {
                return None;
            }
            if of
                && let Some(np) = super::chunk::noun_phrase(&s.words, i + 2)
                && let Some((name, true)) = mentions::thing(&np)
                && np.plural
            {
                return Some(name);
            }
            let k = before.filter(|k| i - k <= 3).filter(joined)?;
            let noun = s.words[k].base.as_str();
            (nouns::person(noun).is_none() || matches!(noun, "member" | "customer" | "client" | "patient" | "student"))
                .then(|| noun.to_owned())
        });
        if let Some(name) = found {
            let phrase = name.clone();
            make(d, si, &name, &phrase);
            continue;
        }
        // `recipes for our family`
        if !s.preds.is_empty() {
            continue;
        }
        let plural = s.items.iter().find_map(|i| match i {
            super::chunk::Item::Np(np) if np.plural => {
                mentions::thing(np).filter(|(_, direct)| *direct).map(|(n, _)| n)
            }
            _ => None,
        });
        if let Some(name) = plural {
            let phrase = name.clone();
            make(d, si, &name, &phrase);
        }
    }
    if d.entities.is_empty() {
        objects(d);
    }
}

/// The last resort before a text is refused: the things, in the plural, that its sentences are about are kept, and all
/// that they say of them stays to be understood.
fn objects(d: &mut Draft) {
    const MOST: usize = 5;
    let mut found: Vec<(usize, String)> = Vec::new();
    for (si, s) in d.sentences.iter().enumerate() {
        // `medical information, including diagnoses and treatments`: the examples are the things
        let from = s.words.iter().position(|w| w.is("including")).map_or(0, |i| i + 1);
        for item in s.items.iter().filter(|item| item.start() >= from) {
            if let super::chunk::Item::Np(np) = item
                && np.plural
                && np.pronoun.is_none()
                && nouns::property(&np.head).is_none()
                && nouns::unsupported(&np.head).is_none()
                && !words::light(&np.head)
                && let Some((name, true)) = mentions::thing(np)
                && !found.iter().any(|(_, n)| *n == name)
            {
                found.push((si, name));
            }
        }
    }
    for (si, name) in found.into_iter().take(MOST) {
        let id = d.sentences[si].id;
        let e = d.add_entity(&name, id);
        d.entities[e].bare = true;
        d.entities[e].weight = 1;
    }
}

/// `A recipe box with recipes, ingredients and a shopping list`: everything it is said to hold.
fn several(d: &mut Draft, si: usize) -> bool {
    let s = &d.sentences[si];
    let Some(with) = s.words.iter().position(|w| w.is("with")).filter(|_| s.preds.is_empty()) else { return false };
    let mut names: Vec<String> = Vec::new();
    for part in super::sentence::split_list(&s.words, with + 1..s.words.len()) {
        let Some(np) = super::chunk::noun_phrase(&s.words, part.start) else { return false };
        let phrase = s.words[part.clone()].iter().map(|w| w.base.as_str()).collect::<Vec<_>>().join(" ");
        let listed = COLLECTIONS.iter().find(|(name, _)| find_phrase(&phrase, name).is_some()).map(|(name, entity)| {
            // what lies on a shopping list is an item of it
            if *entity == "item" {
                format!("{} item", name.split(' ').next().unwrap_or("list"))
            } else {
                entity.replace('_', " ")
            }
        });
        let plural = np.plural && nouns::property(&np.head).is_none_or(|_| np.head == "ingredient");
        match listed
            .or_else(|| plural.then(|| mentions::thing(&np).filter(|(_, direct)| *direct).map(|(n, _)| n)).flatten())
        {
            Some(name) => names.push(name),
            None => return false,
        }
    }
    if names.len() < 2 {
        return false;
    }
    for name in names {
        make(d, si, &name, "");
    }
    true
}

fn find_phrase(text: &str, phrase: &str) -> Option<usize> {
    let at = text.find(phrase)?;
    let free = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    (free(text[..at].chars().last()) && free(text[at + phrase.len()..].chars().next())).then_some(at)
}

fn make(d: &mut Draft, si: usize, entity: &str, _phrase: &str) {
    let s = &d.sentences[si];
    let e = d.add_entity(&entity.replace('_', " "), s.id);
    d.entities[e].bare = true;
    d.entities[e].weight = 3;
    d.mark(si, 0..s.words.len());
    // words that ask for more than the collection stay to be understood: only the naming phrase is taken
    let more: Vec<usize> = (0..s.words.len())
        .filter(|i| nouns::unsupported(&s.words[*i].base).is_some() && !s.words[*i].is("calendar"))
        .collect();
    d.unmark(si, &more);
}
