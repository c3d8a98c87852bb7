//! What holds only in some state of a record: a reason for a rejection, a list that no longer shows what is done.

use super::draft::Draft;
use super::field;
use super::lexicon::verbs;
use super::sentence::{Pred, Sentence};
use super::tag::Tag;
use crate::models::offline::spec::{FieldRule, FieldType, Rule};

/// Reads the conditions of a sentence.
pub fn read(d: &mut Draft, si: usize) {
    required_when(d, si);
}

/// The state that a predicate names, of the states a record has or is given by this very sentence: `is rejected`, `fails`.
fn state(s: &Sentence, pred: &Pred, known: &[String]) -> Option<String> {
    let words = &s.words[pred.range.clone()];
    let named = known.iter().find(|v| words.iter().any(|w| w.is(v))).cloned();
    named
        .or_else(|| Some(verbs::state_of(&pred.verb.base)).filter(|v| known.contains(v)))
        .filter(|_| !pred.verb.negated && !words.iter().any(|w| w.tag == Tag::Not))
}

/// The choice field of `e` that has the state among its values.
fn choices(d: &Draft, e: usize) -> Vec<(String, Vec<String>)> {
    d.entities[e]
        .entity
        .fields
        .iter()
        .filter_map(|f| match &f.ty {
            FieldType::Choice { values } if values.len() > 1 => Some((f.name.clone(), values.clone())),
            _ => None,
        })
        .collect()
}

/// `When an application is rejected, the clerk must state a reason.`, `If an inspection fails, remarks are mandatory.`
fn required_when(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    let Some((wi, when)) = s.preds.iter().enumerate().find(|(_, p)| p.subordinate && !p.subject.is_empty()) else {
        return;
    };
    let led = (0..when.verb.range.start).rev().find(|i| s.words[*i].tag == Tag::Sub);
    let Some(led) = led.filter(|i| matches!(s.words[*i].lower(), "if" | "when" | "whenever" | "once")) else { return };
    let Some(e) = when.subject.iter().find_map(|np| d.entity_of(np)) else { return };
    let found = choices(d, e).into_iter().find_map(|(name, values)| state(s, when, &values).map(|v| (name, v)));
    let Some((decider, value)) = found else { return };
    let main: Vec<(usize, &Pred)> = s.preds.iter().enumerate().filter(|(_, p)| !p.subordinate).collect();
    let [(mi, main)] = main[..] else { return };
    let gives = main.verb.modal.as_deref().is_some_and(|m| matches!(m, "must" | "shall" | "should"))
        && matches!(
            main.verb.base.as_str(),
            "state" | "give" | "enter" | "provide" | "specify" | "write" | "add" | "record" | "note" | "fill"
        )
        && !main.verb.passive;
    let must = main.verb.class == super::lexicon::verbs::Class::Be
        && s.words[main.range.clone()].iter().any(|w| matches!(w.lower(), "mandatory" | "required" | "compulsory"))
        || main.verb.passive
            && matches!(main.verb.base.as_str(), "require" | "need" | "give" | "state" | "provide" | "enter")
        || matches!(main.verb.base.as_str(), "require" | "need") && !main.verb.passive;
    if !(gives || must) || main.verb.negated {
        return;
    }
    let subject_given = must && (main.verb.class == super::lexicon::verbs::Class::Be || main.verb.passive);
    let phrases = if subject_given { &main.subject } else { &main.objects };
    let [np] = &phrases[..] else { return };
    let name = match d.field_of(e, np) {
        Some(name) => name,
        None => {
            let known = super::lexicon::nouns::property(&np.head).is_some();
            let Some(draft) = field::field(s, np.range.start..np.head_at + 1).filter(|_| known) else { return };
            let name = d.add_field(e, draft, s.id);
            d.optional.insert((e, name.clone()));
            name
        }
    };
    if name == decider {
        return;
    }
    let rule = Rule::RequiredWhen { field: decider, values: vec![value] };
    d.optional.insert((e, name.clone()));
    if let Some(f) = d.field_mut(e, &name) {
        f.rules.push(FieldRule { rule, clauses: vec![s.id] });
    }
    d.touch(e, s.id);
    d.mark(si, led..when.range.end);
    d.mark_verb(si, main);
    for np in main.subject.iter().chain(&main.objects) {
        d.mark_np(si, np);
    }
    for i in main.range.clone() {
        if matches!(s.words[i].lower(), "mandatory" | "required" | "compulsory") {
            d.mark(si, i..i + 1);
        }
    }
    d.done[si].extend([wi, mi]);
    d.focus = Some(e);
}
