//! `Hello, …`, `Dear team, …`: words to the reader before the first thing that is said.

/// Words that greet by themselves, and those behind which somebody is named.
const BARE: [&str; 6] =
    ["good morning", "good afternoon", "good evening", "good day", "greetings", "to whom it may concern"];
const NAMED: [&str; 4] = ["hello", "hi", "hey", "dear"];
/// Whoever a greeting is for.
const READERS: [&str; 16] = [
    "all",
    "everyone",
    "everybody",
    "there",
    "team",
    "colleagues",
    "friends",
    "folks",
    "together",
    "sir",
    "madam",
    "developer",
    "developers",
    "sirs",
    "you",
    "ladies",
];
/// The longest name of whoever is greeted, in words.
const LONGEST: usize = 4;

/// The text behind a greeting, or all of it where there is none or nothing else.
#[must_use]
pub fn behind(text: &str) -> &str {
    let end = text.find([',', '!', ':', '–', '—']).filter(|end| *end > 0);
    let Some(end) = end else { return text };
    let rest = text[end..].trim_start_matches([',', '!', ':', '–', '—', ' ']);
    if greets(&text[..end]) && rest.starts_with(char::is_alphanumeric) { rest } else { text }
}

fn greets(words: &str) -> bool {
    let lower = words.to_lowercase();
    let whom = |opening: &str| lower.strip_prefix(opening).filter(|tail| tail.is_empty() || tail.starts_with(' '));
    if let Some(tail) = NAMED.iter().find_map(|n| whom(n)) {
        return tail.split_whitespace().count() <= LONGEST;
    }
    let reader = |w: &str| READERS.contains(&w) || matches!(w, "to" | "and" | "or" | "dear");
    BARE.iter().find_map(|b| whom(b)).is_some_and(|tail| tail.split_whitespace().all(reader))
}

#[cfg(test)]
mod tests {
    use super::behind;

    #[test]
    fn only_words_to_the_reader_go() {
        for (text, rest) in [
            ("Hello, our theatre needs a list.", "our theatre needs a list."),
            ("Hi there – we run a bakery.", "we run a bakery."),
            ("Dear Sir or Madam, members add boats.", "members add boats."),
            ("Good morning everybody! Members add boats.", "Members add boats."),
            (
                "Good morning shifts, late shifts and nights are listed.",
                "Good morning shifts, late shifts and nights are listed.",
            ),
            ("High tides, low tides and winds are noted.", "High tides, low tides and winds are noted."),
            ("Dear team,", "Dear team,"),
            ("Hello!", "Hello!"),
            ("Boats, oars and helmets are listed.", "Boats, oars and helmets are listed."),
        ] {
            assert_eq!(behind(text), rest);
        }
    }
}
