//! What holds only in some state of a record: a reason for a rejection, a list that no longer shows what is done.

use super::draft::Draft;
use super::field;
use super::lexicon::verbs::{self, Class};
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

/// In which state of which records something is asked for, and where the sentence says so.
struct Case {
    entity: usize,
    decider: String,
    value: String,
    /// The words of the condition.
    words: std::ops::Range<usize>,
    pred: Option<usize>,
}

/// `when it is rejected`, `when rejecting it`, `if an inspection fails`
fn subordinate(d: &mut Draft, si: usize) -> Option<Case> {
    let s = &d.sentences[si];
    let (wi, when) = s.preds.iter().enumerate().find(|(_, p)| p.subordinate && !p.subject.is_empty())?;
    let led = (0..when.verb.range.start).rev().find(|i| s.words[*i].tag == Tag::Sub)?;
    if !matches!(s.words[led].lower(), "if" | "when" | "whenever" | "once") {
        return None;
    }
    d.attend(si, wi);
    let decides = when.verb.class == Class::Decide && !when.verb.passive;
    let decided = || when.objects.iter().find_map(|np| d.entity_of(np)).or(d.focus.filter(|_| when.objects.is_empty()));
    let about = when.subject.iter().filter(|np| !decides || np.pronoun.is_none()).find_map(|np| d.entity_of(np));
    let entity = about.or_else(|| decided().filter(|_| decides))?;
    let (decider, value) =
        choices(d, entity).into_iter().find_map(|(name, values)| state(s, when, &values).map(|v| (name, v)))?;
    Some(Case { entity, decider, value, words: led..when.range.end, pred: Some(wi) })
}

/// `a rejection needs a reason`: the noun for what a record has become.
fn nominal(d: &Draft, main: &Pred) -> Option<Case> {
    let [np] = &main.subject[..] else { return None };
    let whole = np.pronoun.is_none() && np.adjectives().all(super::lexicon::words::light) && d.find(&np.head).is_none();
    let of = np.of.as_deref().map(|of| d.entity_of(of));
    let named = |value: &str| verbs::results_of(&np.head).iter().any(|r| r == value);
    let mut found = (0..d.entities.len())
        .filter(|e| whole && of.is_none_or(|of| of == Some(*e)))
        .flat_map(|e| choices(d, e).into_iter().map(move |(decider, values)| (e, decider, values)))
        .filter_map(|(e, decider, values)| values.into_iter().find(|v| named(v)).map(|v| (e, decider, v)));
    match (found.next(), found.next()) {
        (Some((entity, decider, value)), None) => {
            Some(Case { entity, decider, value, words: np.range.clone(), pred: None })
        }
        _ => None,
    }
}

/// `When an application is rejected, the clerk must state a reason.`, `If an inspection fails, remarks are mandatory.`,
/// `A rejection needs a reason.`
fn required_when(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    let gives = |p: &Pred| {
        p.verb.modal.as_deref().is_none_or(|m| matches!(m, "must" | "shall" | "should"))
            && matches!(
                p.verb.base.as_str(),
                "state" | "give" | "enter" | "provide" | "specify" | "write" | "add" | "record" | "note" | "fill"
            )
            && !p.verb.passive
    };
    let must = |p: &Pred| {
        p.verb.class == Class::Be
            && s.words[p.range.clone()].iter().any(|w| matches!(w.lower(), "mandatory" | "required" | "compulsory"))
            || p.verb.passive
                && matches!(p.verb.base.as_str(), "require" | "need" | "give" | "state" | "provide" | "enter")
            || matches!(p.verb.base.as_str(), "require" | "need") && !p.verb.passive
    };
    let asks = |p: &Pred| !p.subordinate && !p.verb.negated && (gives(p) || must(p));
    let all: Vec<usize> = (0..s.preds.len()).filter(|pi| asks(&s.preds[*pi])).collect();
    let [mi] = all[..] else { return };
    let main = &s.preds[mi];
    let more = |p: &Pred| !p.subordinate && p.range != main.range && p.verb.class != Class::Decide;
    if d.done[si].contains(&mi) || s.preds.iter().any(more) {
        return;
    }
    let named = nominal(d, main).filter(|_| must(main));
    let Some(case) = named.or_else(|| subordinate(d, si)) else { return };
    let (e, s) = (case.entity, &d.sentences[si]);
    let subject_given = case.pred.is_some() && must(main) && (main.verb.class == Class::Be || main.verb.passive);
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
    if name == case.decider {
        return;
    }
    let rule = Rule::RequiredWhen { field: case.decider, values: vec![case.value] };
    d.optional.insert((e, name.clone()));
    if let Some(f) = d.field_mut(e, &name) {
        f.rules.push(FieldRule { rule, clauses: vec![s.id] });
    }
    d.touch(e, s.id);
    d.mark(si, case.words);
    d.mark_verb(si, main);
    for np in main.subject.iter().chain(&main.objects) {
        d.mark_np(si, np);
    }
    for i in main.range.clone() {
        if matches!(s.words[i].lower(), "mandatory" | "required" | "compulsory") {
            d.mark(si, i..i + 1);
        }
    }
    d.done[si].extend(case.pred.into_iter().chain([mi]));
    d.focus = Some(e);
}

/// Who may decide, and nothing else, writes what a decision must be given with.
pub fn with_decisions(d: &mut Draft) {
    for e in &mut d.entities {
        let needed: Vec<(String, String)> = e
            .entity
            .fields
            .iter()
            .flat_map(|f| f.rules.iter().map(move |r| (f, r)))
            .filter_map(|(f, r)| match &r.rule {
                Rule::RequiredWhen { field, .. } => Some((field.clone(), f.name.clone())),
                _ => None,
            })
            .collect();
        for a in &mut e.entity.access {
            for (decider, name) in &needed {
                if a.only_fields.contains(decider) && !a.only_fields.contains(name) {
                    a.only_fields.push(name.clone());
                }
            }
        }
    }
}
