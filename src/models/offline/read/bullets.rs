//! A list whose lead begins what each of its items ends: `Editors can:` above `- add photos`, `An order has:` above
//! `- a delivery day`. Each item is read with the words of the lead before it.

use super::chunk::Np;
use super::lexicon::{
    nouns,
    verbs::{Class, Form},
    words,
};
use super::sentence::{Pred, Sentence};
use super::tag::{Tag, Word};

/// What such a list goes on with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Goes {
    /// Properties: `has:`, `has the following fields:`, `add orders with:`
    Properties,
    /// What somebody does: `can:`, `must be able to:`
    Acts,
}

/// Joins leads and items.
pub fn settle(all: &mut [Sentence]) {
    let mut i = 0;
    while i < all.len() {
        let Some((goes, lead)) = lead(all, i) else {
            i += 1;
            continue;
        };
        let heads = i;
        let mut joined = false;
        i += 1;
        while let Some(s) = all.get(i) {
            if s.item && !s.text.ends_with(':') && !s.heading {
                if let Some(whole) = with_lead(&lead, s, goes) {
                    all[i] = whole;
                    joined = true;
                }
            } else if s.item || all[i - 1].title {
                break;
            }
            i += 1;
        }
        if joined {
            all[heads].heading = true;
        }
    }
}

/// The words that each item goes on with.
fn lead(all: &[Sentence], at: usize) -> Option<(Goes, String)> {
    let s = &all[at];
    if let Some(people) = named(all, at) {
        return Some((Goes::Acts, people));
    }
    if !s.text.ends_with(':') || s.heading || !s.title {
        return None;
    }
    let end = s.words.iter().rposition(|w| w.tag == Tag::Colon)?;
    let pred = s.preds.last().filter(|p| !p.subordinate);
    let said = |range: std::ops::Range<usize>| s.quote(range);
    let last = s.words.get(end.checked_sub(1)?)?;
    let people = |np: &Np| nouns::person(&np.head).is_some() || np.pronoun.is_some();
    // the verb is still to come
    let open = last.tag == Tag::Modal || matches!(last.tag, Tag::To | Tag::Prep) && last.is("to");
    if s.role.is_some() {
        return open.then(|| (Goes::Acts, said(0..end)));
    }
    if open && s.preds.iter().all(|p| p.verb.class == Class::Be || p.objects.is_empty()) {
        let np = super::chunk::noun_phrase(&s.words, 0)?;
        let modal = s.words[np.range.end..end].iter().all(|w| {
            matches!(w.tag, Tag::Modal | Tag::Be | Tag::To | Tag::Not | Tag::Prep)
                || matches!(w.lower(), "able" | "allowed" | "want" | "wants" | "also" | "only" | "need" | "needs")
        });
        return (people(&np) && modal).then(|| (Goes::Acts, said(0..end)));
    }
    let pred = pred.filter(|p| !p.verb.negated && !p.verb.passive)?;
    let small = |w: &Word| {
        matches!(w.tag, Tag::Det)
            || matches!(w.lower(), "following" | "these" | "those")
            || matches!(w.base.as_str(), "field" | "property" | "detail" | "information" | "data" | "attribute")
    };
    // `For each note we record:`, `We record for every boat:`: what each of them has
    if matches!(pred.verb.class, Class::Create | Class::Manage) && pred.objects.is_empty() {
        let at = if s.words[0].is("for") {
            Some(0)
        } else {
            pred.preps.first().filter(|pp| pp.prep == "for").map(|pp| pp.at)
        };
        let np = at.and_then(|at| super::chunk::noun_phrase(&s.words, at + 1))?;
        let every = matches!(np.det.as_deref(), Some("each" | "every")) && nouns::person(&np.head).is_none();
        let ends = if at == Some(0) { pred.verb.range.end } else { np.range.end };
        return (every && ends == end).then(|| (Goes::Properties, format!("Each {} has", np.name())));
    }
    let with = pred.preps.iter().find(|pp| pp.prep == "with");
    let made = matches!(pred.verb.class, Class::Create | Class::Manage) && !pred.objects.is_empty();
    let these = |np: &Np| matches!(np.det.as_deref(), Some("this" | "that" | "these" | "those"));
    // `A hive record contains:`
    let record = |np: &Np| np.head == "record" && !np.nouns.is_empty();
    let thing = |np: &Np| np.pronoun.is_none() && (!words::system_noun(&np.head) || record(np)) && !these(np);
    // `Reports should include:` may go on with anything
    let kept = pred.verb.class == Class::Have && (pred.verb.base != "include" || pred.verb.modal.is_none());
    let from = match with {
        Some(pp) if made && pred.objects.iter().all(thing) => pp.at + 1,
        _ if kept && s.preds.len() == 1 && pred.subject.len() == 1 && pred.subject.iter().all(thing) => {
            pred.verb.range.end
        }
        _ => return None,
    };
    (from <= end && s.words[from..end].iter().all(small)).then(|| (Goes::Properties, said(0..from)))
}

/// `Editors:`, `## Editors`, `**The editors**`: those who do what is listed below. Who is in no list of people is somebody who
/// acts elsewhere, or of whom the first item says what they can do.
fn named(all: &[Sentence], at: usize) -> Option<String> {
    let s = &all[at];
    let label = s.heading || s.text.ends_with(':');
    let words: Vec<&Word> = s.words.iter().filter(|w| !matches!(w.tag, Tag::Colon | Tag::Stop)).collect();
    // `User management` heads anything
    let last = words.last().filter(|w| w.tag == Tag::Noun && !w.is("management"))?;
    let does = |p: &Pred| {
        let acts = !matches!(p.verb.class, Class::Be | Class::Have | Class::Allow | Class::Want | Class::Other);
        acts && !p.verb.passive && p.subject.iter().any(|np| np.head == last.base)
    };
    let can = all.get(at + 1).is_some_and(|next| next.item && next.words.first().is_some_and(|w| w.tag == Tag::Modal));
    let known = nouns::person(&last.base).is_some()
        || !words::system_noun(&last.base) && (can || all.iter().flat_map(|s| &s.preds).any(does));
    let plain = words.len() <= 3 && words.iter().all(|w| matches!(w.tag, Tag::Noun | Tag::Adj | Tag::Det));
    let text = s.quote(0..s.words.iter().rposition(|w| w.lower() == last.lower())? + 1);
    (label && known && plain && s.title && s.role.is_none()).then_some(text)
}

/// An item with its lead, where the two make a sentence.
fn with_lead(lead: &str, item: &Sentence, goes: Goes) -> Option<Sentence> {
    let text = item.text.trim_end_matches(['.', ';', ',', ' ']);
    let text = text.strip_suffix(" and").or_else(|| text.strip_suffix(" or")).unwrap_or(text);
    let text = text.trim_end_matches([';', ',', ' ']);
    let main = |p: &Pred| !p.subordinate && p.verb.finite && !p.subject.is_empty();
    if text.is_empty() || item.preds.iter().any(main) {
        return None;
    }
    // `- the page` is no page of the application
    let text = match text.strip_prefix("the ").or_else(|| text.strip_prefix("The ")) {
        Some(rest) if goes == Goes::Properties => one_element(&format!("a {rest}")),
        _ if goes == Goes::Properties => one_element(text),
        _ => text.to_owned(),
    };
    let small = text.chars().next().filter(|c| c.is_uppercase() && text.chars().nth(1).is_some_and(char::is_lowercase));
    let text = small.map_or_else(|| text.clone(), |c| text.replacen(c, &c.to_lowercase().to_string(), 1));
    let bare = matches!(item.words.first().map(|w| w.tag), Some(Tag::Verb(Form::Base)));
    let led = Sentence::new(item.id, lead, &[]).words;
    let lead = if goes == Goes::Acts && bare && led.last().is_some_and(|w| w.tag == Tag::Noun) {
        format!("{lead} can")
    } else {
        lead.to_owned()
    };
    let mut whole = Sentence::new(item.id, &format!("{lead} {text}.\n"), &item.section);
    let led = Sentence::new(item.id, &lead, &[]).words.len();
    let acts = |p: &Pred| p.verb.range.end > led && p.verb.range.start < led + 2 && !p.subject.is_empty();
    let fits = match goes {
        Goes::Acts => whole.preds.first().is_some_and(acts),
        Goes::Properties => matches!(&whole.preds[..], [p] if p.range.end > led),
    };
    if !fits || whole.words.len() <= led {
        return None;
    }
    whole.text.clone_from(&item.text);
    whole.lead = led;
    (whole.item, whole.numbered, whole.title, whole.apart) = (item.item, item.numbered, item.title, item.apart);
    Some(whole)
}

/// `number of pots, between 1 and 500`: the comma divides nothing, and what a property begins with is no preposition.
fn one_element(text: &str) -> String {
    const SAID_OF_IT: [&str; 13] = [
        "between",
        "from",
        "at most",
        "at least",
        "up to",
        "no more than",
        "required",
        "mandatory",
        "optional",
        "unique",
        "in",
        "maximum",
        "minimum",
    ];
    let joined =
        SAID_OF_IT.iter().fold(text.to_owned(), |text, said| text.replace(&format!(", {said}"), &format!(" {said}")));
    // `colour: red, blue or green`
    if let Some((name, values)) = joined.split_once(": ")
        && name.split(' ').count() <= 3
        && (values.contains(", ") || values.contains(" or "))
    {
        return format!("{name} ({values})");
    }
    let bounds = joined.strip_prefix("between ").and_then(|rest| rest.split_once(" and "));
    let bounds = bounds.filter(|(least, _)| least.bytes().all(|b| b.is_ascii_digit()));
    bounds.map_or(joined.clone(), |(least, rest)| format!("{least} to {rest}"))
}
