//! What shall not be part of the product.

use super::draft::Draft;
use super::lexicon::{nouns, verbs::Class, words};
use super::sentence::{Sentence, split_list};
use super::tag::Tag;
use crate::domain::ClauseId;
use crate::models::offline::spec::Feature;

/// Openings of a list of unwanted things.
const OPENINGS: [&str; 20] = [
    "not wanted",
    "out of scope",
    "not in scope",
    "not needed",
    "not required",
    "non-goals",
    "we do not want",
    "we don't want",
    "not included",
    "excluded",
    "exclusions",
    "won't have",
    "will not have",
    "explicitly not",
    "what we do not need",
    "what we don't need",
    "what we do not want",
    "what we don't want",
    "what is not needed",
    "what it does not do",
];

/// Nouns for dealing with a thing.
const DEALING: [&str; 12] = [
    "handling",
    "processing",
    "management",
    "support",
    "integration",
    "functionality",
    "feature",
    "function",
    "facility",
    "option",
    "module",
    "capability",
];
/// The longest phrase, in words, that code or pages would name a thing by.
const MOST_WORDS: usize = 3;

/// Whether the whole clause names things the product shall not have.
#[must_use]
pub fn is_exclusion(s: &Sentence) -> bool {
    let alone = s.words.len() < 2;
    if s.heading || alone && !(s.item && unwanted_section(s)) {
        return false;
    }
    if super::unwanted::banned(s).is_some() {
        return true;
    }
    let l = s.lower.as_str();
    // `no libraries other than those listed above`: what is allowed stands elsewhere, no search can tell the rest
    if ["not listed", "not mentioned", "other than", "listed above", "mentioned above"].iter().any(|w| l.contains(w)) {
        return false;
    }
    if OPENINGS.iter().any(|o| l.starts_with(o)) {
        return true;
    }
    if unwanted_section(s) && s.words.len() < 40 {
        return true;
    }
    // `No payment, no e-mail.`
    // `No double bookings` is a rule for bookings
    if ["double book", "double-book", "overlap", "duplicate"].iter().any(|w| l.contains(w)) {
        return false;
    }
    // `No of claims` is a number
    let numbers = s.words.get(1).is_some_and(|w| w.is("of")) || s.words.get(1).is_some_and(|w| w.is("."));
    // `No more than 10 guests per table` limits what is there
    let bounds =
        s.words.get(1).is_some_and(|w| matches!(w.lower(), "more" | "fewer" | "less" | "longer" | "later" | "earlier"))
            && s.words.get(2).is_some_and(|w| w.is("than"));
    if bounds || s.words[0].is("no") && timed(s) {
        return false;
    }
    if s.words[0].is("no") && !numbers && s.preds.iter().all(|p| p.subordinate) {
        return true;
    }
    if not_kept(s) {
        return true;
    }
    // `No mobile app is needed.`
    const NEEDED: [&str; 6] = [" needed", " required", " wanted", " necessary", " planned", " desired"];
    if s.words[0].is("no") && !numbers && NEEDED.iter().any(|n| l.trim_end_matches(['.', ' ']).ends_with(n)) {
        return true;
    }
    let trailing = [
        "is out of scope",
        "are out of scope",
        "is not wanted",
        "are not wanted",
        "is not needed",
        "are not needed",
        "is not part of",
        "are not part of",
        "is not required",
        "are not required",
        "is not necessary",
        "are not necessary",
        "handled elsewhere",
        "managed elsewhere",
        "done elsewhere",
        "outside the system",
        "outside this system",
        "outside of the system",
    ];
    if trailing.iter().any(|t| l.contains(t)) && !l.contains("field") && !acts(s) {
        return true;
    }
    // `The system shall not send e-mails`, `There must be no advertising`, `It does not need payments`
    s.preds.iter().all(|p| {
        let about_system = p.subject.iter().all(|np| {
            words::system_noun(&np.head)
                || matches!(np.pronoun.as_deref(), Some("there" | "it" | "we"))
                || np.head.is_empty()
        });
        about_system
            && (p.verb.negated
                && matches!(p.verb.class, Class::Unsupported | Class::Have | Class::Allow | Class::Want)
                && !p.objects.is_empty()
                && !behaviour(s)
                || p.verb.base == "be"
                    && l.starts_with("there")
                    && l.contains(" no ")
                    && !l.contains(" can ")
                    && !l.contains("more than"))
    }) && !s.preds.is_empty()
}

/// Words for keeping something.
const KEPT: [&str; 6] = ["stored", "kept", "saved", "recorded", "collected", "archived"];

/// `No diagnoses are stored.`: what is named is not part of it, and no record of which there are none.
fn not_kept(s: &Sentence) -> bool {
    const ANYTHING: [&str; 8] = ["data", "information", "detail", "record", "history", "log", "change", "entry"];
    let [pred] = &s.preds[..] else { return false };
    let [np] = &pred.subject[..] else { return false };
    let no = np.det.as_deref() == Some("no") && np.of.is_none() && s.words[0].is("no");
    let kept = s.words[pred.verb.range.clone()].last().is_some_and(|w| KEPT.contains(&w.lower()));
    let ends = pred.objects.is_empty() && pred.preps.is_empty() && pred.verb.modal.is_none();
    no && kept
        && pred.verb.passive
        && ends
        && np.adjectives().all(words::light)
        && !ANYTHING.contains(&np.head.as_str())
}

/// Whether a heading above says that what stands below is not wanted.
fn unwanted_section(s: &Sentence) -> bool {
    const TITLES: [&str; 7] =
        ["out of scope", "not wanted", "non-goals", "not in scope", "exclusions", "won't have", "not included"];
    s.section.iter().map(|h| h.to_lowercase()).any(|h| TITLES.iter().any(|title| h.contains(title)))
}

/// `No bookings on Sundays`, `No deliveries after 6 pm`: when something may not be is a rule for what there is.
fn timed(s: &Sentence) -> bool {
    const TIMES: [&str; 19] = [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "weekend",
        "weekday",
        "holiday",
        "night",
        "morning",
        "evening",
        "noon",
        "midnight",
        "pm",
        "am",
        "month",
        "year",
    ];
    let led = |w: &super::tag::Word| {
        matches!(
            w.lower(),
            "on" | "at" | "in" | "during" | "before" | "after" | "between" | "over" | "until" | "within"
        )
    };
    let Some(lead) = s.words.iter().skip(2).position(led) else { return false };
    let when = |w: &super::tag::Word| TIMES.contains(&w.base.as_str()) || nouns::singular(w.lower()) == "sunday";
    s.words[lead + 3..]
        .iter()
        .any(|w| when(w) || TIMES.contains(&nouns::singular(w.lower()).as_str()) || w.token.value.is_some())
}

/// Beside what is not needed the sentence asks for something: `A guest leaves a message, and a photo is not needed.`
fn acts(s: &Sentence) -> bool {
    s.preds.iter().any(|p| {
        !p.subordinate
            && !p.verb.negated
            && !p.objects.is_empty()
            && p.subject.iter().any(|np| nouns::person(&np.head).is_some() || np.pronoun.is_some())
            && !matches!(p.verb.class, Class::Be | Class::Have | Class::Want)
    })
}

/// A number, a comparison or a condition says how the product shall behave: `not allow two bookings of the same room`.
fn behaviour(s: &Sentence) -> bool {
    const TELLS: [&str; 12] =
        ["same", "than", "if", "when", "while", "unless", "until", "without", "once", "twice", "again", "already"];
    s.words.iter().any(|w| w.token.value.is_some() || w.tag == Tag::To || TELLS.contains(&w.lower()))
}

/// The exclusion as a feature with terms to search for.
pub fn read(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    if let Some(terms) = super::unwanted::banned(s) {
        d.mark(si, 0..s.words.len());
        return d.feature(Feature::Exclusion { terms, clauses: vec![s.id] });
    }
    let mut terms: Vec<String> = Vec::new();
    let mut vague: Vec<String> = Vec::new();
    // `because …` says why, not what
    let end = s.words.iter().position(|w| w.tag == Tag::Sub).filter(|i| *i > 1).unwrap_or(s.words.len());
    // `… is not part of the requirements`: what it is no part of is nothing to look for
    let end = s.find("not part of").map_or(end, |r| end.min(r.start));
    for part in split_list(&s.words, start_of_list(s).min(end)..end) {
        // one of several bans that says itself what would show it
        let bans = s.preds.iter().filter(|p| part.contains(&p.verb.range.start));
        let shown: Vec<&str> = bans.filter_map(|p| super::unwanted::shown_by(s, p)).flatten().copied().collect();
        if !shown.is_empty() {
            for term in shown.into_iter().map(str::to_owned) {
                if !terms.contains(&term) {
                    terms.push(term);
                }
            }
            continue;
        }
        let nouns: Vec<&super::tag::Word> = s.words[part.clone()]
            .iter()
            .filter(|w| {
                matches!(w.tag, Tag::Noun | Tag::Adj | Tag::Verb(_))
                    && !words::light(w.lower())
                    && !KEPT.contains(&w.lower())
                    && !matches!(
                        w.lower(),
                        "scope"
                            | "wanted"
                            | "needed"
                            | "required"
                            | "necessary"
                            | "part"
                            | "no"
                            | "excluded"
                            | "planned"
                            | "desired"
                            | "elsewhere"
                            | "handled"
                            | "managed"
                            | "latter"
                            | "former"
                            | "done"
                            | "system"
                    )
            })
            .collect();
        if nouns.is_empty() {
            continue;
        }
        // `credit card handling`: the thing is the card; nobody would name the handling of it so
        let thing = nouns.len() - nouns.iter().rev().take_while(|w| DEALING.contains(&w.base.as_str())).count();
        let phrase = nouns[..thing.max(1)].iter().map(|w| w.base.as_str()).collect::<Vec<_>>().join(" ");
        // a search for a long phrase finds nothing whatever the application does
        if thing > MOST_WORDS {
            vague.push(phrase);
            continue;
        }
        for term in search_terms(&phrase) {
            if !terms.contains(&term) {
                terms.push(term);
            }
        }
    }
    let all = 0..s.words.len();
    let (id, text) = (s.id, s.text.clone());
    if terms.is_empty() {
        d.gap(id, &text, super::lexicon::NOT_UNDERSTOOD, true);
        return;
    }
    for phrase in vague {
        d.gap(id, &phrase, "no search of the application can show that this is not there", false);
    }
    d.mark(si, all);
    d.feature(Feature::Exclusion { terms, clauses: vec![id] });
}

/// `A password is not necessary` beside sentences that ask for accounts: what is built for those has a password, so the
/// exclusion is not kept, and that is said before anything is built.
pub fn unkept(d: &mut Draft) {
    if !d.has_users() {
        return;
    }
    let accounts = |terms: &[String]| terms.iter().any(|t| matches!(t.as_str(), "password" | "logIn" | "signUp"));
    let broken: Vec<ClauseId> = d
        .features
        .iter()
        .filter_map(|f| match f {
            Feature::Exclusion { terms, clauses } if accounts(terms) => Some(clauses.clone()),
            _ => None,
        })
        .flatten()
        .collect();
    d.features.retain(|f| !matches!(f, Feature::Exclusion { terms, .. } if accounts(terms)));
    for id in broken {
        let Some(text) = d.sentences.iter().find(|s| s.id == id).map(|s| s.text.clone()) else { continue };
        d.gap(id, &text, "the accounts that other sentences ask for log in with a password here", true);
    }
}

fn start_of_list(s: &Sentence) -> usize {
    s.words.iter().position(|w| w.tag == Tag::Colon).map_or(0, |i| i + 1)
}

/// Words that would show the thing in code, API or pages. Sending e-mail is not the same as having an e-mail address.
fn search_terms(phrase: &str) -> Vec<String> {
    let has = |w: &str| phrase.split(' ').any(|p| p == w);
    let list = |items: &[&str]| items.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
    if has("email") || has("sending") && has("message") || has("newsletter") || has("mail") {
        return list(&["smtplib", "smtp", "sendmail", "send_mail", "send_email", "newsletter"]);
    }
    if ["payment", "pay", "paying", "credit", "paypal"].iter().any(|w| has(w)) {
        return list(&["payment", "paypal", "checkout", "credit card", "credit_card"]);
    }
    if has("sms") || has("text") && has("message") {
        return list(&["sms", "twilio"]);
    }
    if has("notification") {
        return list(&["notification", "notify"]);
    }
    if has("login") || has("account") || has("registration") || has("authentication") {
        return list(&["signUp", "logIn", "password"]);
    }
    if has("advertising") || has("advertisement") || has("ad") {
        return list(&["advert", "adsense", "sponsored"]);
    }
    if has("javascript") {
        return list(&["<script", "javascript:"]);
    }
    if has("upload") {
        return list(&["multipart/form-data", "type=\"file\"", "upload"]);
    }
    if has("tracking") || has("cookie") && !has("session") {
        return list(&["analytics", "gtag", "tracking pixel"]);
    }
    if has("chat") {
        return list(&["chat", "websocket"]);
    }
    let spaced = phrase.to_owned();
    let mut out = vec![spaced.clone()];
    if phrase.contains(' ') {
        out.push(phrase.replace(' ', "_"));
    } else {
        let plural = nouns::plural(phrase);
        if plural != phrase && !plural.ends_with("_records") {
            out.push(plural);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ClauseId;

    fn is(text: &str) -> bool {
        is_exclusion(&Sentence::new(ClauseId(1), text, &[]))
    }

    #[test]
    fn unwanted_things_are_exclusions_and_banned_behaviour_is_not() {
        assert!(is("Not wanted: no e-mail sending, no payment."));
        assert!(is("No payment."));
        assert!(is("There should be no advertising."));
        assert!(is("The system shall not send e-mails."));
        assert!(is("Payments are out of scope."));
        assert!(!is("Users must never see each other's workouts."));
        assert!(!is("A room cannot be booked twice."));
        assert!(!is("The system shall not allow two bookings of the same room at the same time."));
        assert!(!is("The application must not allow a guest to leave without an address."));
        assert!(!is("A guest can leave a message with a title, and a photo is not needed."));
        assert!(!is("No appointments on Sundays."));
        assert!(!is("No deliveries after 6 pm."));
        assert!(is("No payment in the first version."));
        assert!(is("The system shall not allow payments."));
        assert!(!is("An amount may not be negative."));
        assert!(!is("There is no limit on the number of notes a user can have."));
    }
}
