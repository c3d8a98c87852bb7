//! What structures a document and demands nothing: headings, titles, lists of those who will use it.

use super::chunk::Item;
use super::lexicon::{nouns, verbs::Class};
use super::sentence::{Sentence, split_list};
use super::tag::Tag;
use super::token;

/// Headings that only structure a document.
const HEADINGS: [&str; 44] = [
    "introduction",
    "purpose",
    "scope",
    "overview",
    "references",
    "reference",
    "glossary",
    "definitions",
    "background",
    "objective",
    "objectives",
    "functional requirements",
    "non-functional requirements",
    "nonfunctional requirements",
    "requirements",
    "user stories",
    "features",
    "table of contents",
    "table of content",
    "contents",
    "revision history",
    "version history",
    "appendix",
    "assumptions",
    "dependencies",
    "product functions",
    "product overview",
    "project scope",
    "general",
    "summary",
    "motivation",
    "stakeholders",
    "users",
    "actors",
    "constraints",
    "data",
    "interfaces",
    "system design",
    "security",
    "quality requirements",
    "use cases",
    "document history",
    "goals",
    "description",
];

/// How deep a line stands that heads what follows: `## Scope`, `**Must have**`, `Not wanted:`. The smaller the higher.
#[must_use]
pub fn level(line: &str) -> Option<usize> {
    const BOLD: usize = 8;
    const LABEL: usize = 9;
    let line = line.trim();
    let marks = line.bytes().take_while(|b| *b == b'#').count();
    if marks > 0 {
        return Some(marks);
    }
    if line.contains('\n') {
        return None;
    }
    if is_bold(line) {
        return Some(BOLD);
    }
    (line.ends_with(':') && line.split_whitespace().count() <= 5).then_some(LABEL)
}

/// `**Must have**`, `1. **Menu**`: nothing but words in bold.
#[must_use]
pub fn is_bold(line: &str) -> bool {
    let line = line.trim();
    let numbered = line.split_once(". ").filter(|(n, _)| n.bytes().all(|b| b.is_ascii_digit()));
    let rest = numbered.map_or(line, |(_, rest)| rest.trim()).trim_end_matches(':');
    ["**", "__"].iter().any(|mark| {
        rest.strip_prefix(mark)
            .and_then(|r| r.strip_suffix(mark))
            .is_some_and(|inner| !inner.is_empty() && !inner.contains(mark))
    })
}

/// Whether the clause is a heading, without a mark that says so.
#[must_use]
pub fn is_heading(s: &Sentence) -> bool {
    let l = s.lower.trim_end_matches([':', '.', ' ']);
    if HEADINGS.contains(&l) {
        return true;
    }
    let ends = s.text.ends_with(['.', '!', '?', ';']);
    // `Requirements:` opens a list; `Room: number, floor` is a demand
    if s.text.ends_with(':') && s.words.len() <= 8 && s.preds.iter().all(|p| p.verb.modal.is_none()) {
        return true;
    }
    let word_count = s.words.iter().filter(|w| !matches!(w.tag, Tag::Stop | Tag::Comma)).count();
    let capitals = s.words.iter().filter(|w| w.token.capitalised()).count();
    let shouting = s.text.chars().any(char::is_alphabetic) && !s.text.chars().any(char::is_lowercase);
    !ends
        && s.preds.iter().all(|p| p.verb.modal.is_none())
        && s.role.is_none()
        && word_count <= 8
        && !s.words.iter().any(|w| w.tag == Tag::Comma)
        && (shouting
            || s.preds.is_empty()
                && capitals * 2 >= word_count
                && word_count >= 1
                && s.section.is_empty()
                && capitals == word_count)
}

/// The first line of a text that goes on below it, without a verb or a full stop: its title.
#[must_use]
pub fn titles(s: &Sentence, all: &[Sentence]) -> bool {
    s.title
        && all.first().is_some_and(|first| first.id == s.id)
        && all.len() > 2
        // `Parking permits for a town` has no verb, whatever its words could be elsewhere
        && s.preds.iter().all(|p| s.apart && p.verb.modal.is_none() && p.verb.range.start > 0)
        && s.role.is_none()
        && s.words.len() <= 14
        && !s.text.ends_with(['.', '!', '?', ';', ':', ','])
        && !s.words.iter().any(|w| matches!(w.tag, Tag::Colon))
}

/// `Leave planner for our office.`: the first words of a text, which only name it, with a full stop behind them. Whoever is
/// told to do something is told with `a` or `the`.
#[must_use]
pub fn named_with_a_stop(s: &Sentence, all: &[Sentence]) -> bool {
    let spoken = |s: &&Sentence| !s.heading && !super::background::courtesy(s);
    let opens = all.iter().find(spoken).is_some_and(|first| first.id == s.id) && all.len() > 1;
    if opens && is_a_house(s) {
        return true;
    }
    let words: Vec<&super::tag::Word> = s.words.iter().take_while(|w| w.tag != Tag::Stop).collect();
    let ends = s.words.len() == words.len() + 1 && s.text.ends_with('.') && all.len() > 2;
    let first = s.words.first().map(|w| w.tag);
    let singular = |w: &&&super::tag::Word| w.tag == Tag::Noun && w.base == w.lower();
    // `planner` may be the object of `leave`, and the two of them a name
    let bare =
        matches!(first, Some(Tag::Verb(super::lexicon::verbs::Form::Base))) && words.get(1).filter(singular).is_some();
    let named = matches!(first, Some(Tag::Noun | Tag::Adj)) || bare;
    // `Anonymous voting for our club.` asks for more than voting
    let light = |w: &super::tag::Word| {
        super::lexicon::words::light(w.lower())
            || matches!(w.lower(), "online" | "digital" | "local" | "new" | "little")
    };
    let plain = |w: &&super::tag::Word| match w.tag {
        Tag::Noun | Tag::Poss | Tag::Apos => true,
        Tag::Adj => light(w),
        Tag::Det => !matches!(w.lower(), "no" | "all" | "each" | "every" | "any"),
        Tag::Prep => matches!(w.lower(), "for" | "of" | "in" | "at"),
        Tag::Conj => w.is("and"),
        _ => false,
    };
    let only_names = s.preds.iter().all(|p| p.verb.range == (0..1) && p.verb.modal.is_none() && bare);
    opens
        && ends
        && named
        && only_names
        && s.role.is_none()
        && !s.item
        && (2..=9).contains(&words.len())
        && words.iter().skip(usize::from(bare)).all(plain)
}

/// `The parish library.`, `Parish library`: nothing but whose software it is.
fn is_a_house(s: &Sentence) -> bool {
    let [Item::Np(np), rest @ ..] = &s.items[..] else { return false };
    let plain = matches!(np.det.as_deref(), None | Some("the" | "our")) && np.of.is_none() && np.owner.is_none();
    let house = super::background::HOUSES.contains(&np.head.as_str()) && !np.plural && np.number.is_none();
    let all = np.range == (0..s.words.len() - rest.len()) && rest.iter().all(|item| matches!(item, Item::Stop(_)));
    plain && house && all && s.preds.is_empty() && s.role.is_none() && !s.item && np.mods.len() <= 4
}

/// `iv. Claim Entry`, `B) Boat Repair` above a sentence: the name of what follows, although its first word may be a verb.
#[must_use]
pub fn numbered(s: &Sentence, all: &[Sentence]) -> bool {
    const SMALL: [&str; 9] = ["of", "and", "or", "for", "to", "in", "the", "a", "by"];
    let titled = |s: &Sentence| {
        s.numbered
            && s.words.len() <= 6
            && !s.text.ends_with(['.', '!', '?', ';', ',', ':'])
            && s.words.iter().all(|w| w.token.capitalised() || SMALL.contains(&w.lower()))
    };
    let next = || all.iter().skip_while(|x| x.id != s.id).nth(1);
    titled(s)
        && s.words.iter().all(|w| w.tag != Tag::Modal)
        && next().is_some_and(|n| !titled(n) && n.words.len() > 4 && n.preds.iter().any(|p| p.verb.finite))
}

/// `Feature: Boat hire`, `Scenario: A guest pays`, `Epic: Hire`: what the sentences below it are about.
#[must_use]
pub fn scenario(s: &Sentence, all: &[Sentence]) -> bool {
    let played = || all.iter().any(|x| x.lower.starts_with("scenario"));
    let bare = s.preds.iter().all(|p| p.verb.modal.is_none());
    s.lower.starts_with("scenario:")
        || bare && (s.lower.starts_with("epic:") || s.lower.starts_with("feature:") && played())
}

/// `- Office staff` below `Users`, `Roles: member, trainer`: who there is, and nothing that they do.
#[must_use]
pub fn lists_people(s: &Sentence) -> bool {
    const LISTS: [&str; 12] = [
        "users",
        "user",
        "actors",
        "roles",
        "user roles",
        "users and roles",
        "stakeholders",
        "personas",
        "target users",
        "target audience",
        "user groups",
        "who uses it",
    ];
    let bare = |h: &str| {
        let h = token::plain(h).to_lowercase();
        // `There are three kinds of users: …`
        let counted = |w: &str| {
            let number = token::tokens(w).first().is_some_and(|t| t.value.is_some());
            number
                || matches!(
                    w,
                    "we" | "have" | "there" | "are" | "the" | "kinds" | "types" | "of" | "different" | "following"
                )
        };
        let rest: Vec<&str> = h.split(' ').skip_while(|w| counted(w)).collect();
        LISTS.contains(&rest.join(" ").trim_end_matches([':', '.', ' ']))
    };
    let colon = s.words.iter().position(|w| w.tag == Tag::Colon);
    let from = match colon {
        Some(c) if bare(&s.quote(0..c)) => c + 1,
        None if s.section.last().is_some_and(|h| bare(h)) => 0,
        _ => return false,
    };
    let person = |part: &std::ops::Range<usize>| {
        let words = &s.words[part.clone()];
        let end = words.iter().position(|w| w.tag == Tag::Open).unwrap_or(words.len());
        words[..end].iter().rev().find(|w| w.tag != Tag::Stop).is_some_and(|w| nouns::person(&w.base).is_some())
    };
    let parts = split_list(&s.words, from..s.words.len());
    // `There are …`, `We have …` before the list
    let opens = |p: &super::sentence::Pred| p.verb.range.end < from && matches!(p.verb.class, Class::Be | Class::Have);
    s.preds.iter().all(opens) && !parts.is_empty() && parts.iter().all(person)
}

/// A paragraph that is no list item ends the list that a label such as `Not wanted:` opened.
#[must_use]
pub fn ends_list(text: &str) -> bool {
    let line = text.trim_start();
    !(line.starts_with(['-', '*', '+', '•', '–', '·', '▪', '\u{f0b7}'])
        || line.starts_with(|c: char| c.is_ascii_digit() || c == '('))
}
