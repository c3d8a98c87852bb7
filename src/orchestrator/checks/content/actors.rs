//! Who acts: the people of a requirement, and who is said to do what.

use super::words::{List, Text, Word, listed, set, stem};
use std::{collections::BTreeSet, sync::LazyLock};

/// Nouns for people that requirements are full of; those that a text names itself (`As a …`) come besides.
static PEOPLE: List = LazyLock::new(|| {
    set("user member admin administrator customer guest visitor student pupil teacher trainer trainee coach manager \
employee employer staff owner author editor reviewer approver treasurer secretary librarian clerk doctor nurse patient parent \
child seller buyer vendor supplier driver passenger tenant landlord caretaker contractor board organiser organizer moderator \
operator engineer developer technician analyst auditor accountant cashier chef waiter volunteer participant applicant candidate \
recruiter subscriber reader writer player artist client agent officer director supervisor leader reseller salesman distributor \
dispatcher courier inspector instructor tutor lecturer professor researcher curator archivist donor sponsor borrower lender \
renter reporter assignee requester owner host attendee speaker colleague resident citizen captain referee judge partner trustee")
});

/// Endings of nouns for people, and things that end so, too.
const ENDINGS: [&str; 7] = ["er", "or", "ist", "ian", "man", "ee", "ess"];
static THINGS: List = LazyLock::new(|| {
    set("number order folder server error browser computer header footer letter counter filter parameter router \
monitor editor printer scanner sensor container buffer timer tracker organizer planner register calendar newsletter user \
other whether either another however process address access business list checklist wishlist offer paper motor color colour")
});

/// Subjects that are nobody in particular.
const ANYBODY: &str = "it they he she we you i who which that this anyone everyone anybody everybody somebody someone nobody \
system application app site website page product software service program platform one user person people visitor";

pub const MODALS: &str = "can cannot can't may must mustn't shall should will won't could might";

/// Whom the texts speak of.
#[derive(Debug, Clone, Default)]
pub struct People(BTreeSet<String>);

impl People {
    #[must_use]
    pub fn of<'a>(texts: impl IntoIterator<Item = &'a Text>) -> Self {
        let mut named = BTreeSet::new();
        for text in texts {
            for word in &text.words {
                if PEOPLE.contains(word.stem.as_str()) {
                    named.insert(word.stem.clone());
                }
            }
            named.extend(teller(text));
            let subjects = modal_subjects(text).map(|(_, who)| who).chain(opening(text));
            named.extend(subjects.filter(|who| ends_like_a_person(who)).map(|who| who.stem.clone()));
        }
        Self(named)
    }

    #[must_use]
    pub fn has(&self, stem: &str) -> bool {
        self.0.contains(stem)
    }

    /// The people that a text mentions, in its order.
    #[must_use]
    pub fn in_order<'a>(&self, text: &'a Text) -> Vec<&'a str> {
        text.words.iter().map(|w| w.stem.as_str()).filter(|s| self.has(s)).collect()
    }
}

fn ends_like_a_person(word: &Word) -> bool {
    ENDINGS.iter().any(|ending| word.stem.ends_with(ending)) && !THINGS.contains(word.stem.as_str())
}

/// Whether a subject may be somebody, by the lists and endings alone.
#[must_use]
pub fn may_be_somebody(word: &Word) -> bool {
    PEOPLE.contains(word.stem.as_str()) || ends_like_a_person(word)
}

/// `As a head of department, I want …`: the last word before the comma or the `I`.
fn teller(text: &Text) -> Option<String> {
    let words = &text.words;
    let begins = |at: usize| at == 0 || words[at - 1].sentence != words[at].sentence || words[at - 1].is_number();
    let story = |at: usize| begins(at) && words[at].is("as") && listed("a an the", &words[at + 1].lower);
    let at = (0..words.len().saturating_sub(2)).find(|at| story(*at))?;
    let same: Vec<&Word> = words[at + 2..].iter().take_while(|w| w.sentence == words[at].sentence).collect();
    let to = same.iter().position(|w| w.is("i") || w.is("we"))?;
    let name = same[..to].iter().take(4).take_while(|w| w.is_content()).last()?;
    Some(name.stem.clone())
}

/// Who may or must do what: `(member, add)` of `a member can add a boat`.
#[must_use]
pub fn deeds<'a>(text: &'a Text, people: &People) -> Vec<(&'a str, String)> {
    acting(text).filter(|(who, _)| people.has(&who.stem)).map(|(who, verb)| (who.stem.as_str(), verb)).collect()
}

/// Whether it says what somebody or something can, must or will.
#[must_use]
pub fn obliges(text: &Text) -> bool {
    text.words.iter().any(|w| listed(MODALS, &w.lower))
}

/// The word before each modal, with the verb after it.
fn acting(text: &Text) -> impl Iterator<Item = (&Word, String)> {
    let words = &text.words;
    modal_subjects(text).filter_map(|(at, subject)| Some((subject, verb(&words[at + 1..], words[at].sentence)?)))
}

/// Where each modal stands, with the word before it.
pub fn modal_subjects(text: &Text) -> impl Iterator<Item = (usize, &Word)> {
    let words = &text.words;
    (1..words.len()).filter(|at| listed(MODALS, &words[*at].lower)).filter_map(|at| {
        let before = words[..at].iter().rev().take(3);
        Some((at, before.into_iter().find(|w| w.sentence == words[at].sentence && w.is_content())?))
    })
}

/// `A singer borrows …`, `Singers borrow …`: the noun that begins a sentence, with its verb right behind it.
fn opening(text: &Text) -> impl Iterator<Item = &Word> {
    let words = &text.words;
    (0..words.len()).filter(|at| *at == 0 || words[at - 1].sentence != words[*at].sentence).filter_map(|at| {
        let same: Vec<&Word> = words[at..].iter().take(3).take_while(|w| w.sentence == words[at].sentence).collect();
        match same.as_slice() {
            [article, noun, verb] if listed("a an the each every", &article.lower) => {
                (verb.is_content() && verb.lower.ends_with('s')).then_some(*noun)
            }
            [noun, verb, _] => {
                (noun.lower.ends_with('s') && verb.is_content() && !verb.lower.ends_with('s')).then_some(*noun)
            }
            _ => None,
        }
    })
}

fn verb(after: &[Word], sentence: usize) -> Option<String> {
    let mut words = after.iter().take_while(|w| w.sentence == sentence);
    let first = words.find(|w| w.is_content() || w.is("be") || w.is("have"))?;
    // `can be shown`: who stands before is not who acts
    first.is_content().then(|| first.root())
}

/// Who a text says acts: subjects of modals, who tells a story, and a person that begins a sentence.
#[must_use]
pub fn subjects(text: &Text, people: &People) -> BTreeSet<String> {
    let words = &text.words;
    let mut found: BTreeSet<String> = deeds(text, people).into_iter().map(|(who, _)| who.to_owned()).collect();
    found.extend(teller(text));
    for at in 0..words.len() {
        let begins = at == 0 || words[at - 1].sentence != words[at].sentence;
        if begins {
            let first =
                words[at..].iter().take(4).take_while(|w| w.sentence == words[at].sentence).find(|w| w.is_content());
            found.extend(first.filter(|w| people.has(&w.stem)).map(|w| w.stem.clone()));
        }
    }
    found.retain(|who| !anybody(who));
    found
}

#[must_use]
pub fn anybody(who: &str) -> bool {
    listed(ANYBODY, who) || listed(ANYBODY, &stem(who))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_known_who_does_what() {
        let text = Text::new("A trainer can comment on the log of a member. Entries can be searched.");
        let people = People::of([&text]);
        assert_eq!(people.in_order(&text), ["trainer", "member"]);
        assert_eq!(deeds(&text, &people), [("trainer", "comme".to_owned())]);
        assert_eq!(subjects(&text, &people).into_iter().collect::<Vec<_>>(), ["trainer"]);
    }

    #[test]
    fn a_story_names_its_teller() {
        let story = Text::new("As a harbour master, I want to close a berth.");
        let people = People::of([&story]);
        assert!(people.has("master"));
        assert_eq!(subjects(&story, &people).into_iter().collect::<Vec<_>>(), ["master"]);
    }
}
