//! What cannot be had while it is in some state: `A retired desk cannot be booked.`

use super::answers::Asked;
use super::chunk::Np;
use super::draft::Draft;
use super::field::{identifier, sentence_case};
use super::lexicon::{nouns, verbs, verbs::Class, words};
use super::sentence::Pred;
use super::tag::Tag;
use crate::models::offline::spec::{Feature, FieldType};
use std::ops::Range;

/// The words of a state, and where they stand.
struct State {
    words: String,
    range: Range<usize>,
    denied: bool,
}

/// Reads what a sentence says is not to be had.
pub fn read(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    for (pi, pred) in s.preds.iter().enumerate() {
        if pred.subordinate || !pred.verb.negated || d.done[si].contains(&pi) {
            continue;
        }
        let Some((record, parent, np)) = about(d, pred) else { continue };
        let name = d.entities[parent].entity.name.clone();
        let Some(per) = d.reference(record, &name).filter(|_| record != parent) else { continue };
        let Some(state) = adjective(d, si, parent, &np).or_else(|| clause(d, si, pi, parent)) else { continue };
        // `a tool that is out`: that there is a record of it says so, and nobody sets it beside that
        let had = matches!(state.words.as_str(), "out" | "away" | "gone" | "taken" | "on loan" | "in use" | "same");
        if had && field_of(d, parent, &state.words).is_none() {
            continue;
        }
        let Some((field, values)) = field(d, si, parent, &state) else { continue };
        let id = s.id;
        if used(d, pred).is_some() {
            let [what, made] = [parent, record].map(|e| super::readings::a(&d.entities[e].entity.label.to_lowercase()));
            let verb = s.quote(pred.verb.range.end - 1..pred.verb.range.end);
            let question = format!("What records that {what} is {verb}?");
            d.ask_only(Asked { key: &format!("use:{name}"), question: &question, default: &made, clauses: &[id] });
        }
        let entity = d.entities[record].entity.name.clone();
        d.feature(Feature::Unavailable { entity, per: per.clone(), field, values, clauses: vec![id] });
        // what names nothing would not be refused
        if let Some(f) = d.field_mut(record, &per) {
            f.required = true;
        }
        d.touch(record, id);
        d.mark(si, state.range.clone());
        d.mark_verb(si, pred);
        for np in pred.subject.iter().chain(&pred.objects) {
            d.mark_np(si, np);
        }
        // who is not given something makes no record of it
        if super::access::record_entity(d, pred).is_some() {
            super::relations::mark_record(d, si, pred, record);
        }
        d.done[si].extend((0..s.preds.len()).filter(|k| s.preds[*k].range.start <= pred.range.end));
        d.focus = Some(record);
    }
}

/// The property that says whether something is in a state.
fn field_of<'d>(d: &'d Draft, parent: usize, state: &str) -> Option<&'d str> {
    let says = |f: &&crate::models::offline::spec::Field| match &f.ty {
        FieldType::Choice { values } => values.iter().any(|v| v == state),
        FieldType::Boolean => f.name == identifier(state),
        _ => false,
    };
    d.entities[parent].entity.fields.iter().find(says).map(|f| f.name.as_str())
}

/// What is not made, for what: of `A retired desk cannot be booked` bookings and the desk, of `A blocked household cannot
/// get a parcel` parcels and the household.
fn about(d: &Draft, pred: &Pred) -> Option<(usize, usize, Np)> {
    let phrases = if pred.verb.passive { &pred.subject } else { &pred.objects };
    let kind = |np: &Np| d.find(&np.name()).or_else(|| d.find(&np.head)).filter(|_| np.pronoun.is_none());
    if let Some(record) = super::access::record_entity(d, pred) {
        let np = phrases.iter().find(|np| kind(np).is_some_and(|e| e != record))?;
        return Some((record, kind(np)?, np.clone()));
    }
    if let Some(found) = used(d, pred) {
        return Some(found);
    }
    let gets = matches!(pred.verb.base.as_str(), "get" | "receive" | "have" | "be given") && !pred.verb.passive;
    let (Some(np), Some(record), true) = (pred.subject.first(), pred.objects.iter().find_map(kind), gets) else {
        return None;
    };
    Some((record, kind(np)?, np.clone()))
}

/// `A damaged boat cannot be rowed` where outings are kept, each with a boat: what is done with it is the one kind of
/// records that name it.
fn used(d: &Draft, pred: &Pred) -> Option<(usize, usize, Np)> {
    let [np] = &pred.subject[..] else { return None };
    let plain =
        pred.verb.passive && pred.verb.class == Class::Other && pred.verb.modal.is_some() && pred.preps.is_empty();
    let parent = d.find(&np.name()).or_else(|| d.find(&np.head)).filter(|_| plain && np.pronoun.is_none())?;
    let name = &d.entities[parent].entity.name;
    let by: Vec<usize> = (0..d.entities.len()).filter(|e| *e != parent && d.reference(*e, name).is_some()).collect();
    let others = |e: usize| {
        let kind = |f: &&crate::models::offline::spec::Field| matches!(f.ty, FieldType::Reference { .. });
        d.entities[e].entity.fields.iter().filter(kind).count() == 1
    };
    // said of what is kept, and not of looks: `cannot be seen`, `cannot be undone`
    let acts =
        !pred.verb.base.starts_with("un") && !matches!(pred.verb.base.as_str(), "do" | "leave" | "lose" | "exceed");
    match by[..] {
        [e] if others(e) && acts => Some((e, parent, np.clone())),
        _ => None,
    }
}

/// `retired` of `a retired desk`
fn adjective(d: &Draft, si: usize, parent: usize, np: &Np) -> Option<State> {
    let s = &d.sentences[si];
    let name = &d.entities[parent].entity.name;
    let end = np.paren.as_ref().map_or(np.range.end, |p| p.start).min(np.head_at);
    let fields = &d.entities[parent].entity.fields;
    let known = |word: &str| {
        fields.iter().any(|f| matches!(&f.ty, FieldType::Choice { values } if values.iter().any(|v| v == word)))
    };
    let says = |i: &usize| {
        let w = &s.words[*i];
        let plain = matches!(w.tag, Tag::Adj | Tag::Verb(verbs::Form::Past)) && !words::light(w.lower());
        (plain || known(w.lower())) && !name.contains(w.lower())
    };
    let said: Vec<usize> = (np.range.start..end).filter(says).collect();
    let [one] = said[..] else { return None };
    Some(State { words: s.words[one].lower().to_owned(), range: one..one + 1, denied: false })
}

/// `that is out of service`, `while it is retired`, `if it is broken`
fn clause(d: &Draft, si: usize, pi: usize, parent: usize) -> Option<State> {
    let s = &d.sentences[si];
    // `that is damaged`, where that is one of its states
    let known = |p: &Pred| p.verb.passive && field_of(d, parent, s.words[p.verb.range.end - 1].lower()).is_some();
    let state = |p: &Pred| p.verb.class == Class::Be || p.verb.passive && p.verb.class == Class::Decide || known(p);
    let when = s.preds.iter().enumerate().find(|(k, p)| *k != pi && p.subordinate && state(p))?.1;
    let about = when.subject.iter().all(|np| np.pronoun.is_some() || d.entity_of(np) == Some(parent));
    let lead = when.verb.range.start.checked_sub(1 + when.subject.iter().map(|n| n.range.len()).max().unwrap_or(0));
    let relative = s.words.get(when.verb.range.start.checked_sub(1)?).is_some_and(|w| w.tag == Tag::Rel);
    let lead = if relative { when.verb.range.start - 1 } else { lead? };
    let conditional = matches!(s.words[lead].lower(), "while" | "if" | "when" | "once" | "that" | "which" | "unless");
    if !about || !conditional {
        return None;
    }
    let main = &s.preds[pi].verb.range;
    let stop = when.range.end.min(if when.range.start < main.start { main.start } else { s.words.len() });
    // `that is closed` is a state as well as what somebody has done
    let from = when.verb.range.end - usize::from(when.verb.class != Class::Be);
    let tail: Vec<usize> =
        (from..stop).filter(|i| !matches!(s.words[*i].tag, Tag::Stop | Tag::Comma | Tag::Not)).collect();
    let plain = !tail.is_empty() && tail.len() <= 3;
    let text = tail.iter().map(|i| s.words[*i].lower()).collect::<Vec<_>>().join(" ");
    let denied = when.verb.negated != s.words[lead].is("unless");
    plain.then_some(State { words: text, range: lead..stop, denied })
}

/// The field that says so, made as a yes or no where the text names no such state elsewhere.
fn field(d: &mut Draft, si: usize, parent: usize, state: &State) -> Option<(String, Vec<String>)> {
    let id = d.sentences[si].id;
    let fields = &d.entities[parent].entity.fields;
    for f in fields {
        if let FieldType::Choice { values } = &f.ty {
            let positive = state.words.strip_prefix("un").unwrap_or(&state.words);
            let known = [state.words.as_str(), positive].into_iter().find(|w| values.iter().any(|v| v == w));
            if let Some(known) = known {
                let denied = state.denied != (known != state.words);
                let chosen: Vec<String> = values.iter().filter(|v| (*v == known) != denied).cloned().collect();
                return (!chosen.is_empty() && chosen.len() < values.len()).then(|| (f.name.clone(), chosen));
            }
        }
    }
    let name = identifier(&state.words);
    if let Some(f) = fields.iter().find(|f| f.ty == FieldType::Boolean && f.name == name) {
        return (!state.denied).then(|| (f.name.clone(), vec!["true".into()]));
    }
    // what the text calls a state without saying which there are: it is or it is not
    let open = fields.iter().any(|f| matches!(f.name.as_str(), "status" | "state"));
    if state.denied || open || nouns::property(&state.words).is_some() {
        return None;
    }
    let made = super::data::made(&name, &sentence_case(&state.words), FieldType::Boolean, id);
    d.entities[parent].entity.fields.push(made);
    d.optional.insert((parent, name.clone()));
    d.touch(parent, id);
    Some((name, vec!["true".into()]))
}
