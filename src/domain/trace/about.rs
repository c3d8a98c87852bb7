//! Whether a search for words can say anything about the exclusion it is made for.

use crate::domain::{clause::Clause, made::Made, run::Run};

/// Words that every text has.
const EMPTY: &str = "the and not any are for with without nor its there that this shall must has have was were will from no is it of \
                     to in on or by an a be we as at if do so up us he";

/// Endings that make another form of a word, not another word.
const ENDINGS: [&str; 12] =
    ["ment", "ments", "able", "ation", "ations", "ication", "ications", "ition", "itions", "ings", "izing", "ising"];

/// Whether something that is searched for is, in some form, of the clause or of what was understood of it. Words that are
/// searched for together are found together only, so they have to stand there together: neither `payment zebra` nor
/// `there is no payment` would find a payment.
#[must_use]
pub fn is_about<'a>(run: &Run, clause: &Clause, terms: impl IntoIterator<Item = &'a str>) -> bool {
    let words = crate::domain::words;
    let mut known = vec![words(&clause.text)];
    for one in run.interpretations.values().filter(|one| one.clauses.contains(&clause.id)) {
        known.push(words(&one.statement));
        known.extend(one.acceptance.iter().map(|text| words(text)));
    }
    terms.into_iter().any(|term| is_of(term, &known))
}

fn is_of(term: &str, known: &[Vec<String>]) -> bool {
    if let Some(made) = Made::of(term) {
        return made.is_ok_and(|made| made.is_of(&known.concat()));
    }
    let parts = crate::domain::words(term);
    // An empty word is looked for like any other.
    if parts.is_empty() || parts.iter().any(|part| EMPTY.split_whitespace().any(|empty| empty == part)) {
        return false;
    }
    let together = |text: &Vec<String>| {
        text.windows(parts.len()).any(|window| parts.iter().zip(window).all(|(part, word)| are_related(part, word)))
    };
    known.iter().any(together)
}

/// `pay` and `payment`, `prices` and `pricing`: what they begin with alike is half of the shorter one, and three letters; but
/// not `paymentgateway`, which finds no payment. A language that sets no blanks has the word inside a longer one.
fn are_related(term: &str, word: &str) -> bool {
    let alike = term.chars().zip(word.chars()).take_while(|(a, b)| a == b).count();
    let shorter = term.chars().count().min(word.chars().count());
    let longer = |rest: &str| rest.chars().count() > 3 && !ENDINGS.contains(&rest);
    let is_compound = term.strip_prefix(word).is_some_and(longer);
    term == word || (alike >= shorter.div_ceil(2).max(3) && !is_compound) || (!term.is_ascii() && word.contains(term))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::words;

    #[test]
    fn forms_of_a_word_are_related_and_others_are_not() {
        for (term, text) in [
            ("pay", "No payment."),
            ("payments", "No payment."),
            ("payments", "Nobody can pay."),
            ("credit card", "Without credit cards."),
            ("creditCard", "Without credit cards."),
            ("e-mail", "No reminder by e-mail."),
            ("QR code", "No QR codes."),
            ("支付", "系统不支持在线支付。"),
        ] {
            assert!(is_of(term, &[words(text)]), "{term}: {text}");
        }
        for (term, text) in [
            ("zzz", "No payment."),
            ("not the", "There is not the least payment"),
            ("payload", "No login."),
            ("payment zebra quagga", "No payment."),
            ("no payment", "There is no payment."),
            ("There is no payment", "There is no payment."),
            ("payment zz", "No payment."),
            ("payment payments", "No payment."),
            ("payment_zz", "No payment."),
            ("paymentgateway", "No payment."),
            ("card credit", "Without credit cards."),
            ("payment reminder", "No payment. It has no reminder."),
        ] {
            assert!(!is_of(term, &[words(text)]), "{term}: {text}");
        }
    }
}
