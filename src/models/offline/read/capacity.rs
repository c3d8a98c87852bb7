//! How many there is room for: `A course has at most 12 places; when it is full nobody can join.`

use super::chunk::{self, Np};
use super::data::made;
use super::draft::Draft;
use super::lexicon::{nouns, verbs::Class};
use super::sentence::{Sentence, content};
use super::tag::{Tag, Word};
use crate::models::offline::spec::{Feature, FieldRule, FieldType, Rule};
use std::ops::Range;

const PLACES: &str = "number_of_places";

/// What a sentence says there is room for.
struct Room {
    thing: Np,
    max: f64,
    /// From the verb to what is counted.
    words: Range<usize>,
    /// Where `at most` begins.
    lead: usize,
}

/// The places of things that others book, before the lists of properties are read: a word for how many are left means
/// the same number.
pub fn ahead(d: &mut Draft) {
    for si in 0..d.sentences.len() {
        let s = &d.sentences[si];
        let Some(room) = room(s) else { continue };
        let Some(e) = d.find(&room.thing.head).filter(|e| taken(d, *e).is_some()) else { continue };
        let named = |w: &Word| matches!(w.base.as_str(), "capacity" | "maximum");
        let counts = |s: &Sentence| s.words.iter().any(named) || s.find("number of").is_some();
        // a text that names the number itself has it among the properties
        if d.sentences.iter().any(|other| other.id != s.id && counts(other)) || d.field_mut(e, PLACES).is_some() {
            continue;
        }
        let mut field = made(PLACES, "Number of places", FieldType::Integer, s.id);
        field.required = true;
        field.rules.push(FieldRule { rule: Rule::Max { value: room.max }, clauses: vec![s.id] });
        // `A workshop has a title, a date and at most 12 places`
        let from = s.preds[0].verb.range.end;
        if room.lead > from {
            d.fields_from(si, e, from..room.lead);
        }
        d.entities[e].entity.fields.push(field);
        d.touch(e, s.id);
        d.mark(si, room.thing.range.start..room.words.start + 1);
        d.mark(si, room.lead..room.words.end);
        d.done[si].insert(0);
    }
}

/// Nobody takes a place of what is full.
pub fn read(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    let Some(room) = room(s) else { return };
    let Some(e) = d.find(&room.thing.head) else { return };
    let id = s.id;
    let said = |f: &crate::models::offline::spec::Field| f.name == PLACES && f.clauses.contains(&id);
    let Some(record) = taken(d, e).filter(|_| d.entities[e].entity.fields.iter().any(said)) else { return };
    let full = when_full(s, room.words.end);
    let per = d.add_reference(record, e, true, id);
    let entity = d.entities[record].entity.name.clone();
    d.feature(Feature::Capacity { entity, per, capacity: PLACES.into(), amount: None, over: None, clauses: vec![id] });
    d.touch(record, id);
    d.mark(si, room.thing.range.start..room.words.start + 1);
    d.mark(si, room.lead..room.words.end);
    let end = full.as_ref().map_or(room.words.end, |f| f.end);
    if let Some(full) = full {
        d.mark(si, full);
    }
    d.done[si].extend((0..s.preds.len()).filter(|k| s.preds[*k].verb.range.start < end));
    d.focus = Some(e);
}

/// `A course has at most 12 places`, `Every class has room for up to 16 pupils`
fn room(s: &Sentence) -> Option<Room> {
    const MOST: [&[&str]; 7] = [
        &["at", "most"],
        &["up", "to"],
        &["no", "more", "than"],
        &["not", "more", "than"],
        &["a", "maximum", "of"],
        &["room", "for"],
        &["space", "for"],
    ];
    let pred = s.preds.first().filter(|p| p.verb.class == Class::Have && !p.verb.negated && !p.subordinate)?;
    let [thing] = &pred.subject[..] else { return None };
    let every = thing.pronoun.is_none() && !thing.plural && thing.mods.is_empty() && thing.of.is_none();
    let at = (pred.verb.range.end..pred.range.end).find(|i| s.words[*i].token.value.is_some())?;
    let max = s.words[at].token.value.filter(|v| *v >= 1.0 && v.fract() == 0.0 && *v < 100_000.0)?;
    let before = |m: &&&[&str]| at >= m.len() && m.iter().zip(&s.words[at - m.len()..at]).all(|(m, w)| w.is(m));
    let led = MOST.iter().filter(before).map(|m| at - m.len()).min();
    let what = chunk::noun_phrase(&s.words, at).filter(|np| np.head_at == at + 1 && np.of.is_none())?;
    let place = matches!(what.head.as_str(), "place" | "seat" | "spot" | "participant");
    let people = nouns::person(&what.head).is_some() && s.words[pred.verb.range.end..at].iter().any(|w| w.is("for"));
    // `per day`, `for each member`: another rule
    let ends = s.words.get(at + 2).is_none_or(|w| matches!(w.tag, Tag::Stop | Tag::Comma | Tag::Conj | Tag::Sub));
    let lead = led.filter(|_| every && (place || people) && ends)?;
    // the word that joins the last of a list
    let joined = lead > pred.verb.range.end && s.words[lead - 1].tag == Tag::Conj;
    let lead = if joined { lead - 1 } else { lead };
    Some(Room { thing: thing.clone(), max, words: pred.verb.range.start..at + 2, lead })
}

/// The one kind of records by which somebody takes a place of it.
fn taken(d: &Draft, e: usize) -> Option<usize> {
    let name = &d.entities[e].entity.name;
    let about = |r: &usize| {
        let a = d.entities[*r].about.as_deref().map(super::field::identifier);
        a.as_deref() == Some(name) && *r != e
    };
    match (0..d.entities.len()).filter(about).collect::<Vec<_>>()[..] {
        [one] => Some(one),
        _ => None,
    }
}

/// `; when it is full nobody can join`: that the number is kept to. Where those words end.
fn when_full(s: &Sentence, from: usize) -> Option<Range<usize>> {
    let end = (from + 1..s.words.len()).find(|i| matches!(s.words[*i].tag, Tag::Stop)).unwrap_or(s.words.len());
    let words = &s.words[from..end];
    let full = words.iter().any(|w| w.is("full")) && words.iter().any(|w| matches!(w.lower(), "when" | "once" | "if"));
    let nobody = words.iter().any(|w| matches!(w.lower(), "nobody"))
        || words.windows(2).any(|two| two[0].is("no") && matches!(two[1].lower(), "more" | "further"));
    let joins = |w: &Word| {
        matches!(super::lexicon::verbs::class(&w.base), Class::Transact | Class::SignUp)
            || matches!(w.lower(), "full" | "else" | "more" | "further" | "up" | "it" | "nobody")
            || nouns::person(&w.base).is_some()
    };
    (full && nobody && words.iter().filter(|w| content(w)).all(joins)).then_some(from..end)
}
