//! Bans on what applications do and the offline engine never builds: `No e-mail is sent.`, `Visitors never pay.`, `It does
//! not track anyone.` Such a ban is kept by an application that has nothing of the kind, whomever it speaks of.

use super::chunk::Np;
use super::lexicon::{nouns, verbs::Class, words};
use super::sentence::{Pred, Sentence, content};
use super::tag::Tag;

/// One thing that applications do.
struct Deed {
    /// Nouns that name it, where one of `dealt` is said of them: an e-mail that is seen is an address.
    things: &'static str,
    dealt: &'static str,
    /// Verbs that name it by themselves.
    acts: &'static str,
    /// Words that code, API or pages would show it by.
    terms: &'static [&'static str],
}

const MAIL: [&str; 6] = ["smtplib", "smtp", "sendmail", "send_mail", "send_email", "newsletter"];

const DEEDS: [Deed; 10] = [
    Deed {
        things: "email mail newsletter mailing",
        dealt: "send get receive go deliver write dispatch",
        acts: "email mail",
        terms: &MAIL,
    },
    Deed {
        things: "notification reminder message sms letter",
        dealt: "send get receive go deliver push text",
        acts: "notify remind inform alert",
        terms: &[
            "smtplib",
            "smtp",
            "sendmail",
            "send_mail",
            "send_email",
            "newsletter",
            "sms",
            "twilio",
            "notification",
            "notify",
            "reminder",
        ],
    },
    Deed {
        things: "payment money card fee",
        dealt: "charge take handle process accept collect make transfer change",
        acts: "pay charge refund cost",
        terms: &["payment", "paypal", "stripe", "checkout", "credit card", "credit_card"],
    },
    Deed { things: "tracking analytics", dealt: "use", acts: "track", terms: &["analytics", "gtag", "tracking pixel"] },
    Deed { things: "cookie", dealt: "use set store need", acts: "", terms: &["cookie"] },
    Deed {
        things: "ad advert advertisement advertising banner commercial",
        dealt: "show display see have contain carry run include",
        acts: "advertise",
        terms: &["advert", "adsense", "sponsored"],
    },
    Deed {
        things: "file attachment",
        dealt: "upload attach store",
        acts: "upload attach",
        terms: &["multipart/form-data", "type=\"file\"", "upload"],
    },
    Deed {
        things: "photo picture image video",
        dealt: "store keep upload save need publish show",
        acts: "",
        terms: &["multipart/form-data", "type=\"file\"", "upload", "photo", "picture", "video"],
    },
    Deed { things: "", dealt: "", acts: "print", terms: &["window.print", "@media print"] },
    Deed { things: "chat", dealt: "have offer need use", acts: "chat", terms: &["chat", "websocket"] },
];

/// What nobody needs where there are no accounts.
const ACCOUNTS: &[&str] = &["signUp", "logIn", "password"];

/// Words that make such a ban no narrower.
const EMPTY: &str = "anyone anybody anything anywhere nothing nobody ever here hand person email mail post sms real \
    automatic automatically online external electronic personal charge credit debit bank";

fn among(list: &str, word: &str) -> bool {
    list.split_whitespace().any(|w| w == word)
}

/// The terms whose absence shows that the whole sentence, which only bans such things, is kept.
#[must_use]
pub fn banned(s: &Sentence) -> Option<Vec<String>> {
    if s.heading || s.role.is_some() || s.preds.is_empty() {
        return None;
    }
    let mut terms: Vec<String> = Vec::new();
    let mut named: Vec<&str> = Vec::new();
    for pred in &s.preds {
        let (found, words) = ban(s, pred)?;
        named.extend(words);
        terms.extend(found.iter().map(|t| (*t).to_owned()).filter(|t| !terms.contains(t)).collect::<Vec<_>>());
    }
    let said = |i: usize| {
        let w = &s.words[i];
        let narrows = matches!(w.tag, Tag::Sub | Tag::Rel)
            || w.tag == Tag::Poss && !w.is("its")
            || w.tag == Tag::Apos
            || w.tag == Tag::Prep && !among("by to in on from with through via at for", w.lower())
            || matches!(w.lower(), "only" | "but" | "than" | "first" | "other" | "others" | "else");
        let known = !content(w)
            || [w.lower(), w.base.as_str()].iter().any(|x| {
                among(EMPTY, x)
                    || super::background::HOUSES.contains(x)
                    || named.contains(x)
                    || words::system_noun(x)
                    || nouns::person(x).is_some()
            });
        s.aside[i] || known && !narrows
    };
    (0..s.words.len()).all(said).then_some(terms)
}

/// The terms by which code, API or pages would show what one predicate bans.
pub fn shown_by(s: &Sentence, pred: &Pred) -> Option<&'static [&'static str]> {
    ban(s, pred).map(|(terms, _)| terms)
}

/// What one predicate bans, with the words that say so.
fn ban<'s>(s: &'s Sentence, pred: &'s Pred) -> Option<(&'static [&'static str], Vec<&'s str>)> {
    let none = |np: &Np| np.det.as_deref() == Some("no") || np.head == "nothing";
    let phrases = || pred.subject.iter().chain(&pred.objects).chain(pred.preps.iter().flat_map(|pp| &pp.nps));
    if !pred.verb.negated && !pred.subject.iter().chain(&pred.objects).any(none) || pred.subordinate {
        return None;
    }
    let verb = pred.verb.base.as_str();
    let whom = |np: &Np| {
        np.pronoun.is_some()
            || matches!(np.head.as_str(), "nothing" | "anything")
            || nouns::person(&np.head).is_some()
            || words::system_noun(&np.head)
    };
    // `Nobody needs to log in`: for who may, the text has other words
    let everybody = pred.subject.iter().all(|np| np.pronoun.is_some() || words::system_noun(&np.head) || none(np));
    let account = |np: &Np| matches!(np.head.as_str(), "account" | "login" | "password" | "registration");
    let enters = matches!(pred.verb.class, Class::SignUp | Class::LogIn) && pred.verb.modal.is_some();
    let needs = matches!(verb, "need" | "require" | "want") && phrases().any(account);
    if everybody && (enters || needs) {
        let words = phrases().filter(|np| account(np)).map(|np| np.head.as_str());
        let verbs = s.words[pred.verb.range.clone()].iter().map(|w| w.base.as_str());
        return Some((ACCOUNTS, words.chain(verbs).collect()));
    }
    // `Guests send no messages`: a right that they do not have, where messages are records
    let acts = |np: &Np| np.pronoun.is_some() || nouns::person(&np.head).is_some();
    let recorded = |np: &Np| matches!(np.head.as_str(), "message" | "letter" | "reminder" | "file");
    let sender = !pred.verb.passive && !matches!(verb, "get" | "receive") && pred.subject.iter().any(acts);
    let uploads = verb == "upload" || verb == "attach";
    let ours = pred.subject.iter().all(|np| matches!(np.pronoun.as_deref(), Some("it" | "we")));
    if sender && !uploads && !ours && phrases().any(recorded) {
        return None;
    }
    // `The board does not need a calendar`, `It has no map`
    let alien = phrases().find(|np| nouns::unsupported(&np.head).is_some());
    if let Some(np) = absent(s, pred) {
        let deed = DEEDS.iter().find(|deed| among(deed.things, &np.head) && !recorded(np))?;
        return Some((deed.terms, vec![np.head.as_str()]));
    }
    DEEDS
        .iter()
        .find_map(|deed| {
            let thing = phrases().find(|np| among(deed.things, &np.head)).filter(|_| among(deed.dealt, verb));
            // `Nobody pays a deposit` is about deposits
            let itself = among(deed.acts, verb) && phrases().all(|np| whom(np) || among(deed.things, &np.head));
            (thing.is_some() || itself)
                .then(|| (deed.terms, [Some(verb), thing.map(|np| np.head.as_str())].into_iter().flatten().collect()))
        })
        .or_else(|| {
            let np =
                alien.filter(|_| matches!(verb, "have" | "need" | "use" | "show" | "offer" | "contain" | "include"))?;
            let known = TERMS.iter().find(|(noun, _)| *noun == np.head)?;
            Some((known.1, vec![verb, np.head.as_str()]))
        })
}

/// `There is no payment`: the thing, where nothing narrows it and its name alone says what is meant.
fn absent<'s>(s: &Sentence, pred: &'s Pred) -> Option<&'s Np> {
    let there = pred.verb.range.start.checked_sub(1).is_some_and(|i| s.words[i].is("there"));
    let [np] = &pred.objects[..] else { return None };
    let bare =
        np.nouns.is_empty() && np.of.is_none() && np.adjectives().all(|a| among(EMPTY, a)) && pred.preps.is_empty();
    let vague = matches!(np.head.as_str(), "fee" | "card" | "money" | "attachment" | "file");
    (there && pred.verb.base == "be" && np.det.as_deref() == Some("no") && bare && !vague).then_some(np)
}

/// Further things that an application may have, by words that show them.
const TERMS: [(&str, &[&str]); 8] = [
    ("map", &["map", "leaflet", "openstreetmap"]),
    ("calendar", &["calendar"]),
    ("chart", &["chart"]),
    ("graph", &["graph"]),
    ("diagram", &["diagram"]),
    ("barcode", &["barcode"]),
    ("camera", &["camera", "getUserMedia"]),
    ("newsletter", &MAIL),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ClauseId;

    fn terms(text: &str) -> Option<Vec<String>> {
        banned(&Sentence::new(ClauseId(2), text, &[]))
    }

    #[test]
    fn bans_on_what_is_never_built_are_known_by_what_would_show_it() {
        for (text, term) in [
            ("No e-mail is sent.", "smtplib"),
            ("No e-mails are sent.", "smtplib"),
            ("The application sends no e-mail.", "smtplib"),
            ("Nothing is sent by e-mail.", "smtplib"),
            ("Nobody gets a mail.", "smtplib"),
            ("E-mails are never sent.", "smtplib"),
            ("We send no newsletters.", "smtplib"),
            ("The app never sends messages.", "notification"),
            ("No reminders go out.", "reminder"),
            ("Nobody is notified.", "notification"),
            ("No card is charged.", "payment"),
            ("No money changes hands.", "payment"),
            ("Visitors never pay.", "payment"),
            ("Neighbours do not pay anything.", "payment"),
            ("No e-mail is sent and no card is charged.", "payment"),
            ("No e-mail is sent and nobody pays.", "payment"),
            ("It does not track anyone.", "analytics"),
            ("The site does not track its visitors.", "analytics"),
            ("Nobody is tracked.", "analytics"),
            ("No cookies are used.", "cookie"),
            ("No ads are shown.", "advert"),
            ("The site shows no advertising.", "advert"),
            ("No files can be uploaded.", "upload"),
            ("Nobody can upload pictures.", "upload"),
            ("No photos are stored.", "photo"),
            ("The app does not print anything.", "window.print"),
            ("Nobody needs an account.", "signUp"),
            ("Nobody needs to log in.", "signUp"),
            ("Nobody has to sign up.", "signUp"),
            ("It has no map.", "map"),
            ("No e-mail is sent, and there is no payment.", "payment"),
            ("There is no payment and no e-mail is sent.", "smtplib"),
            ("The board does not need a calendar.", "calendar"),
        ] {
            let found = terms(text).unwrap_or_default();
            assert!(found.iter().any(|t| t == term), "{text}: {found:?}");
        }
    }

    #[test]
    fn what_narrows_a_ban_or_is_about_records_is_none() {
        for text in [
            "No e-mail is sent before the order is confirmed.",
            "No more than 3 e-mails are sent.",
            "Nobody sees the e-mail of others.",
            "Members never see each other's payments.",
            "A member who has not paid cannot borrow a book.",
            "Visitors never pay more than 5 euros.",
            "The e-mail is sent.",
            "Members do not have to pay the deposit.",
            "Nobody may delete a message.",
            "A message cannot be changed.",
            "Guests must not track their own orders.",
            "Visitors do not have to log in.",
            "No fee is charged for members under 18.",
            "Guests never send messages.",
            "Nobody sends a message.",
            "There is no payment for members.",
            "There are no messages and nobody pays.",
            "There is no late payment.",
        ] {
            assert_eq!(terms(text), None, "{text}");
        }
    }
}
