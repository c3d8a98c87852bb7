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
    if english >= SHARE || known(&words) {
        return false;
    }
    // A few words are too little to tell a language by how its letters follow each other: one of its small words is.
    let small = words.iter().any(|w| SMALL_WORDS.contains(&w.as_str()));
    let accented = text.chars().any(|c| c.is_alphabetic() && !c.is_ascii());
    whatlang::detect(text).is_some_and(|info| {
        info.lang() != whatlang::Lang::Eng
            && (small || accented || words.len() >= 8 && info.is_reliable() && info.confidence() > 0.6)
    })
}

/// Small words of other languages that are none in English.
const SMALL_WORDS: [&str; 66] = [
    "der", "das", "und", "ein", "eine", "einen", "mit", "auf", "ist", "sind", "oder", "nicht", "werden", "dem", "den",
    "zu", "le", "la", "les", "des", "du", "et", "une", "avec", "dans", "est", "sont", "pour", "qui", "sur", "leurs",
    "el", "los", "las", "con", "por", "pueden", "su", "sus", "y", "il", "gli", "della", "delle", "che", "una", "het",
    "een", "kunnen", "zijn", "voor", "niet", "os", "um", "uma", "podem", "oraz", "jest", "och", "att", "og", "til",
    "ve", "bir", "ja", "je",
];

/// Short demands and lists have few function words; that the lexicon knows every third of their words tells them from
/// other languages.
fn known(words: &[String]) -> bool {
    let spoken = words.iter().filter(|w| w.chars().any(char::is_alphabetic));
    let (mut all, mut hits) = (0, BTreeSet::new());
    for w in spoken {
        all += 1;
        let s = super::lexicon::nouns::singular(w);
        let said = super::lexicon::verbs::verb(w).is_some()
            || super::lexicon::nouns::property(&s).is_some()
            || super::lexicon::nouns::person(&s).is_some()
            || words::system_noun(&s)
            || words::light(w)
            || words::adjective(w)
            || w.len() > 3 && (words::preposition(w) || words::adverb(w) || words::pronoun(w) || words::determiner(w))
            || w.len() > 5 && w.ends_with("ly");
        if said {
            hits.insert(w);
        }
    }
    hits.len() * 3 >= all
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
        for english in [
            "Entries disappear after 30 days.",
            "Sort notices alphabetically, newest first.",
            "Colours: green, blue, red, yellow, brown.",
            "Old notices vanish overnight without warning.",
            "Big fonts help elderly neighbours.",
            "Gardeners water tomatoes, beans, lettuce.",
        ] {
            assert!(!foreign(english), "{english}");
        }
        for other in [
            "Händler können Stände löschen, Besucher suchen.",
            "Mitglieder leihen Werkzeuge und geben sie zurück.",
            "Les membres empruntent des outils chaque semaine.",
            "Los miembros pueden ver el total.",
            "De leden kunnen een boot reserveren.",
            "Członkowie mogą rezerwować łodzie co tydzień.",
        ] {
            assert!(foreign(other), "{other}");
        }
        assert!(wholly_foreign(&["Ein Gästebuch für unsere Hochzeit mit Namen und Grüßen der Gäste."]));
        assert!(!wholly_foreign(&[
            "Users can add books with a title and an author, and see all of them.",
            "Die Seite soll schön aussehen und schnell laden."
        ]));
    }
}
