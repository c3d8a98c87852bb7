//! Waiting lists: `When a course is full, further guests are put on the waiting list.`

use super::data::made;
use super::draft::Draft;
use super::lexicon::nouns;
use super::sentence::Sentence;
use super::tag::Tag;
use crate::domain::{ClauseId, clause::ClauseKind};
use crate::models::offline::spec::{Feature, FieldType, Formula, Op, Who};
use std::ops::Range;

const FIELD: &str = "waiting";

/// What a sentence may say of a waiting list that this one does by itself, besides who and what it is about. Whatever
/// else it says is left over, and so a gap.
const SAID: [&str; 43] = [
    "when",
    "if",
    "once",
    "as",
    "soon",
    "full",
    "put",
    "place",
    "go",
    "join",
    "add",
    "get",
    "move",
    "up",
    "take",
    "receive",
    "automatically",
    "waiting",
    "waitlist",
    "list",
    "further",
    "more",
    "other",
    "new",
    "first",
    "next",
    "one",
    "free",
    "become",
    "available",
    "again",
    "somebody",
    "someone",
    "anybody",
    "they",
    "who",
    "cancel",
    "leave",
    "withdraw",
    "spot",
    "seat",
    "give",
    "longest",
];

/// Reads who waits, and that they move up.
pub fn read(d: &mut Draft, kind_of: &dyn Fn(ClauseId) -> Option<ClauseKind>) {
    let demands = |d: &Draft, si: usize| kind_of(d.sentences[si].id) != Some(ClauseKind::Exclusion);
    for si in 0..d.sentences.len() {
        if demands(d, si) {
            full(d, si);
        }
    }
    for si in 0..d.sentences.len() {
        if demands(d, si) {
            moves_up(d, si);
        }
    }
}

/// The parts of a sentence between semicolons.
fn parts(s: &Sentence) -> Vec<Range<usize>> {
    let mut from = 0;
    let mut out = Vec::new();
    for i in 0..=s.words.len() {
        if i == s.words.len() || s.words[i].is(";") {
            out.push(from..i);
            from = i + 1;
        }
    }
    out
}

fn says(s: &Sentence, part: &Range<usize>, words: &[&str]) -> bool {
    s.words[part.clone()].iter().any(|w| words.contains(&w.lower()) || words.contains(&w.base.as_str()))
}

fn on_the_list(s: &Sentence, part: &Range<usize>) -> bool {
    says(s, part, &["waitlist"]) || says(s, part, &["waiting"]) && says(s, part, &["list"])
}

/// Somebody who only may does it by hand: nothing of that happens by itself.
fn by_hand(d: &Draft, si: usize, part: &Range<usize>) -> bool {
    let appointed = |who: &Who| matches!(who, Who::Role(r) if d.roles.iter().any(|x| x.name == *r && !x.open));
    d.sentences[si].preds.iter().any(|p| {
        let within = part.contains(&p.verb.range.start) && !p.verb.passive && !p.verb.negated;
        within
            && matches!(p.verb.base.as_str(), "put" | "place" | "add" | "move" | "give")
            && d.actors(p).iter().any(appointed)
    })
}

/// `when a course is full they are put on the waiting list`: the records of those who take part, and how many there may be.
fn full(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    let Some(part) = parts(s).into_iter().find(|p| on_the_list(s, p) && says(s, p, &["full"])) else { return };
    let negated = s.words[part.clone()].iter().any(|w| w.tag == Tag::Not || w.is("no"));
    if negated || by_hand(d, si, &part) {
        return;
    }
    let named: Vec<usize> = s
        .items
        .iter()
        .filter_map(|i| match i {
            super::chunk::Item::Np(np) if part.contains(&np.range.start) && np.pronoun.is_none() => d.entity_of(np),
            _ => None,
        })
        .collect();
    let found = (0..d.entities.len()).find_map(|e| {
        // who cancels by a state keeps the record, and with it the place
        let kept = d.status(e).is_some() || super::counts::pieces(d, e).is_some();
        let links = d.entities[e].entity.fields.iter().filter_map(|f| match &f.ty {
            FieldType::Reference { entity } => Some((f.name.clone(), d.find(entity)?)),
            _ => None,
        });
        let about = d.entities[e].about.is_some() && !kept;
        let (per, parent) = links.into_iter().find(|(_, parent)| about && named.contains(parent))?;
        Some((e, per, parent, super::counts::room(d, parent, false)?.name.clone()))
    });
    let Some((e, per, parent, capacity)) = found else { return };
    let name = d.entities[e].entity.name.clone();
    let refused = |f: &Feature| matches!(f, Feature::Capacity { entity, .. } if *entity == name);
    if d.features.iter().any(refused) || d.entities[e].entity.fields.iter().any(|f| f.name == FIELD) {
        return;
    }
    let mut field = made(FIELD, "Waiting list", FieldType::Boolean, s.id);
    field.read_only = true;
    d.entities[e].entity.fields.push(field);
    for (of, name) in [(parent, &capacity), (e, &per)] {
        if let Some(f) = d.field_mut(of, name) {
            f.required = true;
        }
    }
    let (id, formula) = (d.sentences[si].id, Formula::Waits { per, capacity });
    // `further students go on a waiting list`: those who take part
    let persons = d.sentences[si].items.iter().filter_map(|i| match i {
        super::chunk::Item::Np(np) if part.contains(&np.range.start) && np.pronoun.is_none() => d.who(np),
        _ => None,
    });
    let persons: Vec<Who> = persons.collect();
    for a in d.entities[e].entity.access.iter_mut() {
        if persons.contains(&a.who) && a.ops.contains(&Op::Create) && !a.clauses.contains(&id) {
            a.clauses.push(id);
        }
    }
    d.feature(Feature::Computed { entity: name, field: FIELD.into(), formula, clauses: vec![id] });
    d.touch(e, id);
    take(d, si, &part, &[e, parent]);
}

/// `When somebody cancels, the first one on the waiting list gets the place.`
fn moves_up(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    let up = |p: &Range<usize>| says(s, p, &["move"]) && says(s, p, &["up"]);
    let Some(part) = parts(s).into_iter().find(|p| {
        let goes = says(s, p, &["cancel", "free", "leave", "withdraw", "available"]);
        goes && says(s, p, &["first", "next"]) && (on_the_list(s, p) || up(p))
    }) else {
        return;
    };
    let one = d.features.iter().enumerate().filter_map(|(k, f)| match f {
        Feature::Computed { entity, formula: Formula::Waits { per, .. }, .. } => Some((k, entity.clone(), per.clone())),
        _ => None,
    });
    let [(k, entity, per)] = &one.collect::<Vec<_>>()[..] else { return };
    if by_hand(d, si, &part) || s.words[part.clone()].iter().any(|w| w.tag == Tag::Not) {
        return;
    }
    let Some(e) = d.find(entity) else { return };
    let parent = d.entities[e].entity.fields.iter().find(|f| f.name == *per).and_then(|f| match &f.ty {
        FieldType::Reference { entity } => d.find(entity),
        _ => None,
    });
    let id = s.id;
    let clauses = d.features[*k].clauses_mut();
    if !clauses.contains(&id) {
        clauses.push(id);
    }
    d.touch(e, id);
    let about: Vec<usize> = parent.into_iter().chain([e]).collect();
    take(d, si, &part, &about);
}

/// What is said is read as far as it is known.
fn take(d: &mut Draft, si: usize, part: &Range<usize>, about: &[usize]) {
    let s = &d.sentences[si];
    let named = |w: &super::tag::Word| {
        about.iter().any(|e| d.entities[*e].entity.name.split('_').any(|p| p == w.base))
            || nouns::person(&w.base).is_some()
            || d.roles.iter().any(|r| r.name == w.base)
    };
    let known = |i: &usize| {
        let w = &s.words[*i];
        SAID.contains(&w.lower()) || SAID.contains(&w.base.as_str()) || named(w)
    };
    let words: Vec<usize> = part.clone().filter(known).collect();
    let done: Vec<usize> = (0..s.preds.len()).filter(|pi| part.contains(&s.preds[*pi].verb.range.start)).collect();
    d.mark_words(si, &words);
    d.done[si].extend(done);
}
