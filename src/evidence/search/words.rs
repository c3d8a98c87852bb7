//! Words and their forms: `pay` is in `payments_total` and `PaymentForm`, not in `payload`.

/// A word or a phrase to search for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Term {
    words: Vec<Word>,
}

impl Term {
    /// `None` when there is no word in it.
    pub(super) fn new(text: &str) -> Option<Self> {
        let words = words(text);
        (!words.is_empty()).then_some(Self { words })
    }

    /// All its words, one after the other, in some form.
    pub(super) fn is_in(&self, line: &str) -> bool {
        let line = words(line);
        line.windows(self.words.len()).any(|window| window.iter().zip(&self.words).all(|(a, b)| a.is_related(b)))
    }
}

/// The words of a text; identifiers are taken apart.
fn words(text: &str) -> Vec<Word> {
    let mut words = vec![];
    let mut word = String::new();
    let mut before = ' ';
    let mut dotted = false;
    for c in text.chars().chain([' ']) {
        let camel = c.is_uppercase() && before.is_lowercase();
        if (!c.is_alphanumeric() || camel) && !word.is_empty() {
            // The end of a host name is no word of the application.
            if !(dotted && word == "com") {
                words.push(Word::new(&word));
            }
            word.clear();
        }
        if word.is_empty() {
            dotted = before == '.';
        }
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
        before = c;
    }
    words
}

/// A word and what it may be a form of: `sharing` is one of `shar` or `share`, `stripe` only of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Word(Vec<String>);

impl Word {
    fn new(word: &str) -> Self {
        let keep = |stem: &str| stem.chars().count() >= 3 && stem.chars().any(|c| "aeiouy".contains(c));
        let mut forms = vec![word.to_owned()];
        if let Some(stem) = word.strip_suffix("ies").filter(|stem| keep(stem)) {
            forms.push(format!("{stem}y"));
        } else if ["sses", "xes", "ches", "shes", "zes"].iter().any(|end| word.ends_with(end)) {
            forms.extend(word.strip_suffix("es").map(str::to_owned));
        }
        if !["ss", "us", "is"].iter().any(|end| word.ends_with(end)) {
            forms.extend(word.strip_suffix('s').filter(|stem| keep(stem)).map(str::to_owned));
        }
        for form in forms.clone() {
            for stem in ["ing", "ed"].iter().filter_map(|end| form.strip_suffix(end)).filter(|stem| keep(stem)) {
                forms.push(stem.to_owned());
                forms.push(format!("{stem}e"));
                let mut last = stem.chars().rev();
                if let (Some(a), Some(b)) = (last.next(), last.next())
                    && a == b
                {
                    forms.push(stem.chars().take(stem.chars().count() - 1).collect());
                }
            }
        }
        Self(forms)
    }

    /// The same word, or one made from the other.
    fn is_related(&self, other: &Self) -> bool {
        self.0.iter().any(|a| other.0.iter().any(|b| related(a, b)))
    }
}

fn related(a: &str, b: &str) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let derived = ["ment", "er", "or", "able", "ation", "ion"];
    short == long
        || (short.chars().count() >= 3 && long.strip_prefix(short).is_some_and(|rest| derived.contains(&rest)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn found(term: &str, line: &str) -> bool {
        Term::new(term).unwrap().is_in(line)
    }

    #[test]
    fn forms_of_a_word_are_found() {
        for (term, line) in [
            ("pay", "def payments_total(self):"),
            ("payment", "class PaymentForm:"),
            ("payment", "they pay here"),
            ("pay", "payable"),
            ("pay", "PAYING"),
            ("share", "sharing = True"),
            ("sharing", "<a href='/share'>"),
            ("newsletter", "Newsletters"),
            ("credit card", "credit_cards"),
            ("credit cards", "creditCard"),
            ("category", "categories"),
            ("advertise", "advertisement"),
            ("chat", "chatted"),
            ("like", "likes"),
            ("search box", "a search boxes b"),
        ] {
            assert!(found(term, line), "{term} in {line}");
        }
    }

    #[test]
    fn other_words_are_not() {
        for (term, line) in [
            ("pay", "payload = 1"),
            ("comment", "https://example.com/x"),
            ("ad", "add header"),
            ("chat", "character"),
            ("like", "likely"),
            ("credit card", "card credit"),
            ("stripe", "text.strip()"),
            ("star", "start = stare(1)"),
            ("post", "postal"),
        ] {
            assert!(!found(term, line), "{term} in {line}");
        }
        assert_eq!(Term::new("-- !"), None);
    }

    proptest! {
        #[test]
        fn a_word_is_found_in_itself_wherever_it_stands(word in "[a-z]{1,12}", before in "[ _./<]{0,3}", after in "[ _./>]{1,3}") {
            prop_assume!(word != "com");
            let line = format!("x {before}{word}{after}y");
            prop_assert!(found(&word, &line));
        }

        #[test]
        fn any_text_can_be_searched(term in "\\PC{0,20}", line in "\\PC{0,60}") {
            if let Some(term) = Term::new(&term) {
                let _ = term.is_in(&line);
            }
        }
    }
}
