//! How well something has to be, and not what it does.

use super::lexicon::{nouns, verbs::Class};
use super::sentence::Sentence;

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
    QUALITIES.iter().any(|q| if q.contains(' ') { s.lower.contains(q) } else { word(q) })
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
