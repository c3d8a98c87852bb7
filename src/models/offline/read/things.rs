//! Which phrases name a thing of which records could be kept.

use super::chunk::{Item, Np};
use super::lexicon::{nouns, verbs, verbs::Class, words};
use super::sentence::{Pred, Sentence};
use super::tag::{Tag, Word};
use std::collections::BTreeSet;

/// The name of the thing a phrase speaks of, and whether it speaks of it directly (not of a property or list of it).
#[must_use]
pub fn thing(np: &Np) -> Option<(String, bool)> {
    if np.pronoun.is_some() {
        return np.of.as_deref().and_then(thing).map(|(n, _)| (n, false));
    }
    let head = np.head.as_str();
    if nouns::is_kept(head) && np.nouns.iter().all(|n| !words::system_noun(n)) {
        return Some((np.name(), true));
    }
    // an application one hands in; the application is what is being built
    if head == "application" && np.nouns.is_empty() && (np.plural || np.possessed()) {
        return Some((head.to_owned(), true));
    }
    // what is to be built
    if matches!(head, "planner" | "tracker" | "organizer" | "organiser" | "scheduler") {
        return None;
    }
    if head.is_empty() || nouns::person(head).is_some() || head.chars().any(|c| c.is_ascii_digit()) || head.len() < 3 {
        return None;
    }
    // spare parts are things; a part of something is not, nor is `part` in `take part`
    let bare = !np.plural && np.det.is_none() && np.nouns.is_empty();
    let part = head == "part" && (bare || np.of.is_some());
    let collection = words::system_noun(head)
        || part
        || matches!(
            head,
            "overview"
                | "history"
                | "collection"
                | "library"
                | "archive"
                | "group-of"
                | "majority"
                | "copy"
                | "progress"
                | "change"
                | "ability"
                | "name"
                | "availability"
                | "feedback-on"
        );
    // `free places`: how many are left, no place in itself
    let left = np.adjectives().any(|a| matches!(a, "free" | "available" | "remaining" | "vacant" | "left"));
    if left && matches!(head, "place" | "seat") {
        return None;
    }
    let property = nouns::property(head).is_some();
    let by_modifier = || {
        let mods: Vec<&str> = np
            .nouns
            .iter()
            .map(String::as_str)
            .filter(|m| {
                !words::light(m)
                    && !words::system_noun(m)
                    && nouns::property(m).is_none()
                    && nouns::person(m).is_none()
                    && nouns::unsupported(m).is_none()
            })
            .collect();
        if mods.is_empty() { None } else { Some((mods.join(" "), false)) }
    };
    if collection || property && !nouns::property_or_thing(head) {
        let whose = np
            .of
            .as_deref()
            .and_then(thing)
            .map(|(n, direct)| (n, direct && collection && np.of.as_deref().is_some_and(|o| o.plural)));
        return whose.or_else(|| np.owner.as_deref().and_then(thing).map(|(n, _)| (n, false))).or_else(by_modifier);
    }
    if property && (np.of.is_some() || np.owner.as_deref().is_some_and(|o| nouns::person(&o.head).is_none())) {
        return np.of.as_deref().or(np.owner.as_deref()).and_then(thing).map(|(n, _)| (n, false));
    }
    let measured = super::field::unit_of(head).is_some() && (head != "piece" || np.number.is_some());
    if measured || nouns::unsupported(head).is_some() || words::light(head) {
        return None;
    }
    if matches!(
        head,
        "example"
            | "everything"
            | "something"
            | "anything"
            | "nothing"
            | "life"
            | "world"
            | "future"
            | "past"
            | "use"
            | "need"
            | "goal-of"
            | "point"
            | "order-to"
            | "term"
            | "basis"
            | "help"
            | "interest"
            | "habit"
            | "decision-making"
            | "productivity"
            | "security"
            | "privacy"
            | "performance"
            | "quality"
    ) {
        return None;
    }
    if no_thing(head, named(np)) {
        return None;
    }
    Some((np.name(), true))
}

/// `A guest has a name and a nationality.`, where no guest does anything: people of whom records are kept.
#[must_use]
pub fn told_of(np: &Np, roles: &[super::draft::RoleDraft]) -> bool {
    let id = super::field::identifier;
    let acts = roles.iter().any(|r| r.name == id(&np.name()) || r.name == id(&np.head));
    matches!(np.head.as_str(), "guest" | "visitor" | "person") && np.of.is_none() && !np.possessed() && !acts
}

/// Nouns that elsewhere name a part of the application, or what it cannot do, where the text says what is kept of each:
/// `add a payment with a date and an amount`, `A result has a score and a date`.
#[must_use]
pub fn kept(sentences: &[Sentence]) -> BTreeSet<String> {
    let property = |np: &Np| nouns::property(&np.head).is_some() && np.pronoun.is_none();
    let mut found = BTreeSet::new();
    for s in sentences.iter().filter(|s| !s.heading && !super::exclusion::is_exclusion(s)) {
        for pred in s.preds.iter().filter(|p| !p.verb.negated) {
            let listed =
                |prep: &str| pred.preps.iter().find(|pp| pp.prep == prep).is_some_and(|pp| pp.nps.iter().any(property));
            // `The library lends puzzles`: what goes from hand to hand is there
            let lends = matches!(pred.verb.base.as_str(), "lend" | "borrow" | "loan");
            let told: &[Np] = match pred.verb.class {
                Class::Transact if lends && !pred.verb.passive => &pred.objects,
                Class::Create | Class::Manage if listed("with") || listed(":") => {
                    if pred.verb.passive {
                        &pred.subject
                    } else {
                        &pred.objects
                    }
                }
                Class::Have if pred.verb.modal.is_none() && pred.objects.iter().any(property) => &pred.subject,
                Class::Be if in_states(s, pred) => &pred.subject,
                _ => continue,
            };
            let [np] = told else { continue };
            let one = matches!(np.det.as_deref(), Some("a" | "an" | "each" | "every")) || np.plural && np.det.is_none();
            // every page has a title: that is what it looks like, unless somebody adds pages
            let looks = pred.verb.class == Class::Have && surface(&np.head);
            if one
                && np.of.is_none()
                && (np.nouns.is_empty() || lends)
                && (doubtful(&np.head) || lends && nouns::person(&np.head).is_none())
                && !looks
            {
                found.insert(np.head.clone());
            }
        }
    }
    found
}

/// `A suggestion is open, ordered or refused.`
fn in_states(s: &Sentence, pred: &Pred) -> bool {
    let behind = &s.words[pred.verb.range.end..];
    let joined = behind.iter().any(|w| w.tag == Tag::Comma) && behind.iter().any(|w| w.is("or"));
    let plain =
        |w: &Word| matches!(w.tag, Tag::Adj | Tag::Verb(_) | Tag::Noun | Tag::Comma | Tag::Conj | Tag::Stop | Tag::Adv);
    joined && behind.iter().all(plain) && !pred.verb.negated && !pred.subordinate
}

/// What a transaction is about. Who borrows chairs borrows nobody who presides.
#[must_use]
pub fn taken(pred: &Pred, np: &Np) -> Option<String> {
    let people = pred.subject.iter().any(|np| nouns::person(&np.head).is_some());
    let goes = matches!(pred.verb.base.as_str(), "borrow" | "lend" | "loan") && np.pronoun.is_none() && people;
    thing(np).map(|(name, _)| name).or_else(|| goes.then(|| np.name()).filter(|name| !name.is_empty()))
}

/// Whether people book or join what goes by this name.
#[must_use]
pub fn attended(sentences: &[Sentence], name: &str) -> bool {
    let takes = |p: &Pred| {
        let what = p.objects.iter().chain(p.preps.iter().flat_map(|pp| &pp.nps)).chain(&p.subject);
        p.verb.class == Class::Transact && record_of(p).is_some() && what.into_iter().any(|np| np.head == name)
    };
    sentences.iter().flat_map(|s| &s.preds).any(takes)
}

/// Words that name records only where a text says what is kept of each.
fn doubtful(head: &str) -> bool {
    const RECORDS: &str = "payment refund suggestion recommendation prediction analysis insight stream sensor terminal printer camera \
        scanner barcode backup calendar map chart graph diagram \
        result session page case meter summary registration right action operation panel section area table tablet phone smartphone \
        computer pc laptop server module program programme function form entry application release version example requirement environment engine \
        experience package permission role window offer game field town city village country region district";
    RECORDS.split_whitespace().any(|word| word == head)
}

fn surface(head: &str) -> bool {
    const SURFACE: &str = "application page form window section panel area table module program programme function engine environment role \
        permission right action operation map chart graph diagram calendar field game phone smartphone computer pc laptop tablet server";
    SURFACE.split_whitespace().any(|word| word == head)
}

/// `record payments`: keeping a list of them is no payment processing. `submit an application`: no program is meant.
pub fn recorded(pred: &Pred, np: &Np) -> Option<(String, bool)> {
    const HANDED_IN: &str = "submit file modify withdraw approve reject accept decline review assess";
    if np.head == "application" && np.nouns.is_empty() && HANDED_IN.split(' ').any(|v| v == pred.verb.base) {
        return Some((np.name(), true));
    }
    // `create a record with a signature and a period`
    let listed = pred.preps.iter().any(|pp| matches!(pp.prep.as_str(), "with" | ":") && pp.nps.len() > 1);
    let created = matches!(pred.verb.base.as_str(), "create" | "add" | "enter") && !pred.verb.passive;
    if np.head == "record" && np.nouns.is_empty() && np.of.is_none() && listed && created {
        return Some((np.name(), true));
    }
    let keeps = matches!(pred.verb.base.as_str(), "record" | "log" | "note" | "track" | "enter" | "register" | "list");
    (keeps && matches!(np.head.as_str(), "payment" | "refund" | "file" | "video" | "notification" | "backup"))
        .then(|| (np.name(), true))
}

/// `log my hours with a date and an activity`: an entry of hours, where the unit alone is no thing.
pub fn measured(pred: &Pred, np: &Np) -> Option<(String, bool)> {
    let listed = pred.preps.iter().any(|pp| matches!(pp.prep.as_str(), "with" | ":") && pp.nps.len() > 1);
    let worked = np.nouns.iter().all(|n| matches!(n.as_str(), "working" | "work"));
    let unit = np.plural && np.number.is_none() && worked && super::field::unit_of(&np.head).is_some();
    (unit && listed).then(|| (format!("{} entry", np.head), true))
}

/// `a talk`, `my talks`, `accepted talks`: a determiner or a plural makes any word a noun.
fn named(np: &Np) -> bool {
    const ACTS: &str = "start end use try look feel return stop wait go come begin access search sort filter login need help display view \
        overlap happen occur appear become mean seem know think exit edit create add delete save remove see select choose set put get let allow enable say tell keep continue exist";
    (np.det.is_some() || np.plural || np.number.is_some()) && !ACTS.split_whitespace().any(|w| w == np.head)
}

/// Words that are tagged as nouns for want of a better guess, and name nothing.
fn no_thing(head: &str, named: bool) -> bool {
    const BOTH: &str = "report request order review comment note record post offer plan message file place vote bid issue test document question \
        answer schedule contact favorite bookmark reply purchase update change design draft list meeting booking rating training listing \
        building posting painting drawing recording reading outing wedding setting holding filing finding opening share rent loan book \
        visit call charge claim match play print scan import export refund match race track score   group form  use work run \
        drive study cost measure tag label move mark sale train stream show display view watch monitor host store stage  guide process \
        delivery supply produce exchange    trade exercise experience interest rank   sum  screen \
        download backup chat email invite   install deposit address point link press result lead base cause concern    tie";
    let reflexive = head.ends_with("self") || head.ends_with("selves");
    let verb = verbs::verb(head).is_some_and(|(_, form)| !matches!(form, verbs::Form::Third))
        && !named
        && !BOTH.split_whitespace().any(|w| w == head);
    reflexive
        || verb
        || words::adjective(head)
        || words::adverb(head)
        || matches!(
            head,
            "sure"
                | "else"
                | "like"
                | "etc"
                | "gov"
                | "lot"
                | "bit"
                | "kind"
                | "today"
                | "tomorrow"
                | "everybody"
                | "easier"
                | "better"
                | "opportunity"
                | "purpose"
                | "matter"
                | "manner"
                | "circumstance"
                | "environment"
        )
        || !head.chars().all(|c| c.is_alphabetic() || c == '-')
}

/// `add tickets to the cart`: the name of the record (`cart item`) and what is collected.
#[must_use]
pub fn collecting(pred: &Pred) -> Option<(String, Vec<Np>)> {
    if pred.verb.passive || !matches!(pred.verb.base.as_str(), "add" | "put" | "save" | "remove" | "place" | "delete") {
        return None;
    }
    let pp = pred.preps.iter().find(|pp| matches!(pp.prep.as_str(), "to" | "in" | "into" | "from" | "on"))?;
    let holder = pp.nps.first()?;
    let name = match holder.head.as_str() {
        "cart" | "basket" | "trolley" => "cart item".to_owned(),
        "wishlist" | "watchlist" | "playlist" | "shortlist" => format!("{} item", holder.head),
        "favorite" => "favorite".to_owned(),
        // `delete the node from the node list` is about the node alone
        "list" if pred.objects.iter().any(|o| holder.nouns.contains(&o.head)) => return None,
        "list" if !holder.nouns.is_empty() => format!("{} list item", holder.nouns.join(" ")),
        _ => return None,
    };
    (!pred.objects.is_empty()).then(|| (name, pred.objects.clone()))
}

/// `book an appointment`: what is booked is the record itself.
#[must_use]
pub fn books_itself(pred: &Pred) -> bool {
    let objects = if pred.verb.passive { &pred.subject } else { &pred.objects };
    let itself = |np: &Np| {
        let head = np.head.as_str();
        matches!(head, "appointment" | "reservation" | "booking" | "visit" | "viewing" | "consultation" | "stay")
    };
    objects.iter().any(itself) && matches!(pred.verb.base.as_str(), "book" | "reserve" | "rent" | "hire" | "order")
}

/// The record that a transaction makes: a booking for `book a room`. `book an appointment` names it itself.
#[must_use]
pub fn record_of(pred: &Pred) -> Option<&'static str> {
    if books_itself(pred) {
        return None;
    }
    let objects = if pred.verb.passive { &pred.subject } else { &pred.objects };
    if pred.verb.base == "request" {
        return objects.iter().any(|np| np.pronoun.is_none() && np.head != "request").then_some("request");
    }
    verbs::record_of(&pred.verb.base)
}

/// `see the schedule`, `look at the ranking`: unless somebody makes them, they only show other records.
#[must_use]
pub fn view(np: &Np) -> bool {
    matches!(
        np.head.as_str(),
        "schedule"
            | "timetable"
            | "programme"
            | "agenda"
            | "ranking"
            | "standing"
            | "leaderboard"
            | "inventory"
            | "balance"
    )
}

/// `Room: number, floor` names properties, `pH value: 0 to 14, optional` says what one of them is.
#[must_use]
pub fn names_several(s: &Sentence) -> bool {
    let named = |i: &&Item| matches!(i, Item::Np(np) if !np.head.is_empty() && np.number.is_none());
    s.items.iter().filter(named).count() > 2
}
