//! How well something has to be, and not what it does.

use super::chunk::Np;
use super::lexicon::{nouns, verbs::Class, words};
use super::sentence::{Pred, Sentence};

/// Words that a quality demand is recognised by.
const QUALITIES: [&str; 44] = [
    "usable",
    "responsive",
    "fast",
    "quick",
    "quickly",
    "intuitive",
    "reliable",
    "scalable",
    "secure",
    "maintainable",
    "accessible",
    "available 24",
    "user-friendly",
    "user friendly",
    "easy to use",
    "easy-to-use",
    "performance",
    "response time",
    "milliseconds",
    "within",
    "uptime",
    "availability",
    "mobile phone",
    "on a phone",
    "on phones",
    "smartphone",
    "mobile-friendly",
    "mobile friendly",
    "concurrent",
    "simultaneous",
    "seconds",
    "robust",
    "wcag",
    "looks",
    "modern",
    "simple interface",
    "clean interface",
    "backup",
    "browsers",
    "browser",
    "easily",
    "encrypted",
    "hashed",
    "load",
];

/// Whether one of those words is said.
#[must_use]
pub fn quality_words(s: &Sentence) -> bool {
    // `a keeper who looks after it`
    let particle = |i: usize| s.words.get(i + 1).is_some_and(|w| matches!(w.lower(), "after" | "at" | "for" | "up"));
    let word = |q: &str| s.words.iter().enumerate().any(|(i, w)| w.is(q) && !(q == "looks" && particle(i)));
    let said = |q: &&str| if q.contains(' ') { s.lower.contains(*q) } else { word(q) };
    QUALITIES.into_iter().filter(|q| said(q)).any(|q| q != "seconds" || !measures(s))
}

/// `a length in seconds`, `The length must be under 600 seconds.`: what is kept of records is measured, and nothing that
/// the application does.
fn measures(s: &Sentence) -> bool {
    let number = |np: &Np| {
        let lasts = matches!(np.head.as_str(), "length" | "duration" | "age");
        lasts
            && np.nouns.iter().all(|n| !words::system_noun(n) && !matches!(n.as_str(), "response" | "loading" | "load"))
    };
    let of_a_record = |p: &Pred| match p.verb.class {
        Class::Have => p.objects.iter().any(|np| nouns::property(&np.head).is_some()),
        Class::Be => !p.subject.is_empty() && p.subject.iter().all(number),
        _ => false,
    };
    let mut main = s.preds.iter().filter(|p| !p.subordinate).peekable();
    main.peek().is_some() && main.all(of_a_record)
}

/// Whether that is what the sentence demands, and not a function on whose way such a word stands.
#[must_use]
pub fn quality(s: &Sentence) -> bool {
    if !quality_words(s) {
        return false;
    }
    // a function that mentions such a word on the way stays a function
    let acts = s.preds.iter().any(|p| {
        !p.subordinate
            && !p.objects.is_empty()
            && (!p.subject.is_empty() && p.subject.iter().all(|np| nouns::person(&np.head).is_some())
                || p.subject.is_empty()
                || p.verb.class == Class::Allow)
            && !matches!(p.verb.class, Class::Be | Class::Have | Class::Other | Class::Want)
    });
    let timed = s.words.iter().any(|w| matches!(w.lower(), "ms" | "milliseconds" | "uptime" | "wcag"));
    let has_list = s.preds.iter().any(|p| p.objects.len() > 2);
    (timed || !acts) && !has_list
}
