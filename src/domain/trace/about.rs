//! Whether a search for words can say anything about the exclusion it is made for.

use crate::domain::{clause::Clause, made::Made, run::Run};

/// Words that every text has.
const EMPTY: &str =
    "the and not any are for with without nor its there that this shall must has have was were will from";

/// Whether something that is searched for is, in some form, of the clause or of what was understood of it. Words that are
/// searched for together are found together only, so each of them has to be: `payment zebra` would find no payment.
#[must_use]
pub fn is_about<'a>(run: &Run, clause: &Clause, terms: impl IntoIterator<Item = &'a str>) -> bool {
    let mut known = words(&clause.text);
    for one in run.interpretations.values().filter(|one| one.clauses.contains(&clause.id)) {
        known.extend(words(&one.statement));
        known.extend(one.acceptance.iter().flat_map(|text| words(text)));
    }
    terms.into_iter().any(|term| is_of(term, &known))
}

fn is_of(term: &str, known: &[String]) -> bool {
    if let Some(made) = Made::of(term) {
        return made.is_ok_and(|made| made.is_of(known));
    }
    let parts: Vec<Vec<String>> = term.split_whitespace().map(words).filter(|part| !part.is_empty()).collect();
    let is_known = |part: &Vec<String>| part.iter().any(|term| known.iter().any(|word| are_related(term, word)));
    !parts.is_empty() && parts.iter().all(is_known)
}

/// Without short and empty ones.
fn words(text: &str) -> Vec<String> {
    let empty = |word: &str| EMPTY.split(' ').any(|one| one == word);
    crate::domain::words(text).into_iter().filter(|word| word.len() > 2 && !empty(word)).collect()
}

/// `pay` and `payment`, `prices` and `pricing`: what they begin with alike is half of the shorter one, and three letters.
/// A language that sets no blanks has the word inside a longer one.
fn are_related(term: &str, word: &str) -> bool {
    let alike = term.chars().zip(word.chars()).take_while(|(a, b)| a == b).count();
    let shorter = term.chars().count().min(word.chars().count());
    alike >= shorter.div_ceil(2).max(3) || (!term.is_ascii() && word.contains(term))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_a_word_are_related_and_others_are_not() {
        for (term, text) in [
            ("pay", "No payment."),
            ("credit card", "Without credit cards."),
            ("send_mail", "No reminder by e-mail"),
            ("PriceList", "No prices, no invoices."),
            ("支付", "系统不支持在线支付。"),
        ] {
            let known = words(text);
            assert!(is_of(term, &known), "{term}: {text}");
        }
        for (term, text) in [
            ("zzz", "No payment."),
            ("not the", "There is not the least payment"),
            ("payload", "No login."),
            ("payment zebra quagga", "No payment."),
        ] {
            assert!(!is_of(term, &words(text)), "{term}: {text}");
        }
    }
}
