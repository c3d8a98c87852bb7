//! Is it English?

use super::lexicon::words;
use std::collections::BTreeSet;

/// Share of English function words below which a text of some length is not English.
const SHARE: f64 = 0.12;

/// Whether a clause is written in another language than English.
#[must_use]
pub fn foreign(text: &str) -> bool {
    let words: Vec<String> = text
        .split(|c: char| !c.is_alphanumeric() && c != '\'')
        .filter(|w| !w.is_empty())
        .map(str::to_lowercase)
        .collect();
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let latin = text.chars().filter(|c| c.is_ascii_alphabetic()).count();
    if letters >= 4 && latin * 2 < letters {
        return true;
    }
    if words.len() < 5 {
        return false;
    }
    let english = words.iter().filter(|w| words::english(w)).count() as f64 / words.len() as f64;
    if english >= SHARE {
        return false;
    }
    match whatlang::detect(text) {
        Some(info) => {
            info.lang() != whatlang::Lang::Eng
                && (info.confidence() > 0.6 || english == 0.0 && words.len() >= 6 && info.is_reliable())
                || english == 0.0 && info.lang() != whatlang::Lang::Eng && !known_nouns(&words)
        }
        None => false,
    }
}

/// Lists of English nouns have no function words; that the lexicon knows them tells them from other languages.
fn known_nouns(words: &[String]) -> bool {
    let known = words
        .iter()
        .filter(|w| {
            let s = super::lexicon::nouns::singular(w);
            super::lexicon::verbs::verb(w).is_some()
                || super::lexicon::nouns::property(&s).is_some()
                || super::lexicon::nouns::person(&s).is_some()
                || words::system_noun(&s)
                || words::light(w)
        })
        .collect::<BTreeSet<_>>()
        .len();
    known * 4 >= words.len()
}

/// Whether a whole text is not English: most of its words stand in foreign clauses.
#[must_use]
pub fn wholly_foreign(texts: &[&str]) -> bool {
    let mut foreign_words = 0;
    let mut all = 0;
    for text in texts {
        let n = text.split_whitespace().filter(|w| w.chars().any(char::is_alphabetic)).count();
        all += n;
        if foreign(text) {
            foreign_words += n;
        }
    }
    if all == 0 {
        return false;
    }
    if foreign_words * 2 > all {
        return true;
    }
    let joined = texts.join(" ");
    foreign(&joined)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_languages_are_noticed_and_short_english_is_not() {
        assert!(foreign("Eine Anwendung, mit der Mieter Schäden in ihrer Wohnung melden können."));
        assert!(foreign("Les utilisateurs peuvent créer des recettes et les partager avec leurs amis."));
        assert!(foreign("ユーザーは本を借りることができます"));
        assert!(!foreign("A guest book for our wedding."));
        assert!(!foreign("Room number, floor, capacity, equipment, building"));
        assert!(!foreign("Create a website for a budget control application."));
        assert!(wholly_foreign(&["Ein Gästebuch für unsere Hochzeit mit Namen und Grüßen der Gäste."]));
        assert!(!wholly_foreign(&[
            "Users can add books with a title and an author, and see all of them.",
            "Die Seite soll schön aussehen und schnell laden."
        ]));
    }
}
