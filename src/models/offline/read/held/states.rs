//! Which states there are, what is locked in them, what does not exist: held against what the sentence names.

use super::super::draft::Draft;
use super::super::lexicon::{
    verbs::{self, Class},
    words,
};
use super::super::sentence::{Pred, Sentence};
use super::super::tag::Tag;
use super::Broken;
use crate::models::offline::spec::{Feature, FieldType, Op, Who};
use std::ops::Range;

fn features<'d>(d: &'d Draft, s: &Sentence) -> impl Iterator<Item = &'d Feature> {
    let id = s.id;
    d.features.iter().filter(move |f| f.clauses().contains(&id))
}

/// `close a topic, so that nobody can vote any more`: a purpose that keeps people from something is a demand.
pub fn purpose(d: &Draft, s: &Sentence) -> Option<Broken> {
    let at = s.words.windows(2).position(|pair| pair[0].is("so") && pair[1].is("that"))?;
    let words = &s.words[at + 2..];
    let nobody =
        words.iter().any(|w| w.is("nobody")) || words.windows(2).any(|two| two[0].is("no") && two[1].is("one"));
    let may = |w: &super::super::tag::Word| matches!(w.lower(), "can" | "may" | "could");
    let denied =
        words.iter().any(|w| w.is("cannot")) || words.windows(2).any(|two| may(&two[0]) && two[1].tag == Tag::Not);
    let kept = denied || nobody && words.iter().any(may);
    let does = |w: &super::super::tag::Word| {
        let class = verbs::class(&w.base);
        matches!(w.tag, Tag::Verb(_))
            && matches!(class, Class::Transact | Class::Create | Class::Update | Class::Delete)
    };
    let verb = words.iter().rposition(does).filter(|_| kept)?;
    let keeps = |f: &Feature| {
        use Feature as F;
        matches!(
            f,
            F::Locked { .. }
                | F::Unavailable { .. }
                | F::Forbid { .. }
                | F::Closes { .. }
                | F::NotOwn { .. }
                | F::UniqueTogether { .. }
                | F::NoOverlap { .. }
                | F::Limit { .. }
                | F::LimitIn { .. }
                | F::Capacity { .. }
                | F::Blocking { .. }
        )
    };
    (!features(d, s).any(keeps)).then(|| Broken::new(at..at + 3 + verb, "nothing keeps anybody from it"))
}

fn everything(s: &Sentence) -> Range<usize> {
    0..s.words.len()
}

/// Where a value of a choice stands in the sentence.
fn place(s: &Sentence, value: &str) -> Option<Range<usize>> {
    s.find(value).or_else(|| s.find(&value.replace('-', " ")))
}

/// `Only the cobbler sets a job to mended`, where other steps are taken by others: the steps to what is said are theirs alone.
pub(super) fn stepped(d: &Draft, s: &Sentence, pred: &Pred, act: &super::rights::Act, whos: &[Who]) -> bool {
    let entity = &d.entities[act.e].entity.name;
    let said = |value: &str| place(s, value).is_some_and(|at| pred.range.contains(&at.start));
    features(d, s).any(|f| match f {
        Feature::Workflow { entity: e, field, transitions, .. } if e == entity && act.field.as_ref() == Some(field) => {
            let mut steps = transitions.iter().filter(|step| said(&step.to)).peekable();
            steps.peek().is_some() && steps.all(|step| step.who == whos)
        }
        _ => false,
    })
}

/// `An expense is open, approved or paid.`: these states and no other.
pub fn set(d: &Draft, s: &Sentence) -> Option<Broken> {
    let fields = d.entities.iter().flat_map(|e| &e.entity.fields).filter(|f| f.clauses.contains(&s.id));
    for field in fields {
        let FieldType::Choice { values } = &field.ty else { continue };
        // `may be negative or positive, but not zero`
        if let Some(value) = values.iter().find(|v| v.starts_with("not ")) {
            let built =
                format!("the {} is one of a few words, and “{value}” is one of them", field.label.to_lowercase());
            return Some(Broken::new(everything(s), built));
        }
        let mut named: Vec<Range<usize>> = values.iter().filter_map(|v| place(s, v)).collect();
        named.sort_by_key(|r| r.start);
        let (Some(first), Some(last)) = (named.first(), named.last()) else { continue };
        // one after the other with nothing but commas and `or` between them
        let between = |w: &super::super::tag::Word| {
            matches!(w.tag, Tag::Comma | Tag::Conj) || matches!(w.lower(), "or" | "and" | "/" | "then" | "either")
        };
        let in_a_row =
            named.windows(2).all(|w| (w[0].end..w[1].start).all(|i| between(&s.words[i])) && w[0].end < w[1].start);
        let opens = first
            .start
            .checked_sub(1)
            .is_some_and(|i| matches!(s.words[i].lower(), "is" | "are" | "be" | ":" | "(" | "either" | "of"));
        // `open, approved, paid and so on`
        let closed = s.words.get(last.end).is_none_or(|w| matches!(w.tag, Tag::Stop | Tag::Close) || w.is(","));
        let missing = values.iter().find(|v| place(s, v).is_none());
        if let Some(other) = missing.filter(|_| named.len() > 1 && in_a_row && opens && closed) {
            let built = format!("the {} can be {other} too", field.label.to_lowercase());
            return Some(Broken::new(first.start..last.end, built));
        }
    }
    None
}

/// `Reserved books cannot be extended.`, `Once shipped, an order cannot be changed.`: what is locked is what the sentence says.
pub fn locked(d: &Draft, s: &Sentence) -> Option<Broken> {
    const CHANGES: [&str; 14] = [
        "change",
        "edit",
        "modify",
        "update",
        "alter",
        "correct",
        "amend",
        "touch",
        "adjust",
        "revise",
        "rename",
        "move",
        "overwrite",
        "read",
    ];
    let said = |list: &[&str]| s.words.iter().any(|w| list.contains(&w.base.as_str()) || list.contains(&w.lower()));
    for f in features(d, s) {
        let Feature::Locked { entity, op, field, values, only, .. } = f else { continue };
        let many = entity.replace('_', " ");
        let states = values.join(" or ");
        if *op == Op::Update
            && !said(&CHANGES)
            && !said(&["edited", "changed", "read-only", "final", "fixed", "locked", "frozen"])
        {
            let built = format!(
                "no property of a {many} can be changed while its {field} is {states}, and nothing else is kept from it"
            );
            return Some(Broken::new(everything(s), built));
        }
        // single properties are locked, or all but the state: what else may happen to it was looked at
        if !only.is_empty() {
            continue;
        }
        let rest = |op: Op| {
            let stays = |f: &Feature| match f {
                Feature::Forbid { entity: e, op: o, .. } => e == entity && *o == op,
                Feature::Locked { entity: e, op: o, field: x, values: v, .. } => {
                    e == entity && *o == op && x == field && values.iter().all(|value| v.contains(value))
                }
                _ => false,
            };
            let e = d.find(entity)?;
            let row = d.entities[e].entity.access.iter().find(|a| a.ops.contains(&op))?;
            (!d.features.iter().any(stays)).then(|| d.word_for(&row.who))
        };
        // `Once S, it cannot be changed any more` leaves nothing to be done with it
        let final_state = said(&["once"]) && !said(&["delete", "remove"]);
        if *op == Op::Update
            && final_state
            && let Some(who) = rest(Op::Delete)
        {
            let built = format!("{who} can still delete it while its {field} is {states}");
            return Some(Broken::new(everything(s), built));
        }
    }
    None
}

/// `The number cannot be changed.`, `Nobody may extend his own loan.`, `cannot be deleted by members`: not everything, and
/// not for everybody.
pub fn forbidden(d: &Draft, s: &Sentence) -> Option<Broken> {
    for f in features(d, s) {
        let Feature::Forbid { entity, op, .. } = f else { continue };
        let Some(e) = d.find(entity) else { continue };
        let many = d.entities[e].entity.label_plural.to_lowercase();
        let does = |p: &&Pred| match op {
            Op::Create => matches!(p.verb.class, Class::Create | Class::Transact),
            Op::Read => p.verb.class == Class::Read,
            Op::Update => matches!(p.verb.class, Class::Update | Class::Manage | Class::Transact),
            Op::Delete => matches!(p.verb.class, Class::Delete | Class::Manage),
        };
        let Some(pred) = s.preds.iter().find(does) else { continue };
        let verb = match op {
            Op::Create => "be added",
            Op::Read => "be seen",
            Op::Update => "be changed",
            Op::Delete => "be deleted",
        };
        let objects = if pred.verb.passive { &pred.subject } else { &pred.objects };
        let property = |np: &super::super::chunk::Np| {
            np.pronoun.is_none()
                && ![d.find(&np.name()), d.find(&np.head)].contains(&Some(e))
                && d.field_of(e, np).is_some()
        };
        if *op == Op::Update && !objects.is_empty() && objects.iter().all(property) {
            return Some(Broken::new(everything(s), format!("nothing at all of {many} can {verb}")));
        }
        let some = objects.iter().any(|np| np.owner.is_some() || !np.adjectives().all(words::light));
        if some {
            return Some(Broken::new(everything(s), format!("no {many} at all can {verb}")));
        }
    }
    None
}

/// `There is no export of any kind for pupils.`: what is not to be there is looked for by the words of the sentence, and
/// whether it is there for some people cannot be.
pub fn left_out(d: &Draft, s: &Sentence) -> Option<Broken> {
    features(d, s).find(|f| matches!(f, Feature::Exclusion { .. }))?;
    let export = s.words.iter().any(|w| matches!(w.base.as_str(), "export" | "csv" | "download"));
    let csv = d.features.iter().find_map(|f| match f {
        Feature::Csv { entity, .. } => Some(entity.replace('_', " ")),
        _ => None,
    });
    if let Some(entity) = csv.filter(|_| export) {
        return Some(Broken::new(
            everything(s),
            format!("the list of each {entity} can be downloaded as CSV by whoever sees it"),
        ));
    }
    let at = s.words.iter().position(|w| matches!(w.lower(), "for" | "to" | "by"))?;
    let np = super::super::chunk::noun_phrase(&s.words, at + 1).filter(|np| d.role(np).is_some())?;
    Some(Broken::new(at..np.range.end, "nothing is built for or against these people alone"))
}
