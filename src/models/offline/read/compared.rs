//! What a date is held against: `The return date must not be before the loan date.`

use super::chunk::Np;
use super::data::made;
use super::draft::Draft;
use super::field::{identifier, sentence_case};
use super::lexicon::nouns;
use super::sentence::Pred;
use crate::models::offline::spec::{FieldRule, Rule};

/// The other date of the record that a sentence speaks of beside the field `name`; made where no other sentence does. Never
/// the field itself.
pub fn other(d: &mut Draft, si: usize, e: usize, name: &str, pred: &Pred) -> Option<String> {
    let phrases = || pred.objects.iter().chain(pred.preps.iter().flat_map(|pp| &pp.nps));
    let found = phrases().find_map(|np| d.field_of(e, np).filter(|f| f != name && says(d, e, f, np)));
    found.or_else(|| phrases().find_map(|np| unnamed(d, si, e, name, np)))
}

/// `the loan date` is no date of another name, although that is a date too.
fn says(d: &Draft, e: usize, found: &str, np: &Np) -> bool {
    let parts: Vec<&str> = found.split('_').collect();
    let kind = &d.entities[e].entity.name;
    let told = |noun: &String| parts.iter().any(|p| nouns::singular(p) == *noun || p == noun) || kind.contains(noun);
    // of an order, its date is the order date
    let short = identifier(&np.head) == found;
    short
        || np.nouns.iter().all(told) && np.nouns.iter().any(|noun| parts.contains(&noun.as_str()))
        || np.nouns.is_empty()
}

/// A date that is named nowhere else: a property of the record all the same.
fn unnamed(d: &mut Draft, si: usize, e: usize, name: &str, np: &Np) -> Option<String> {
    const NOW: [&str; 10] =
        ["today", "current", "present", "actual", "system", "same", "other", "next", "previous", "following"];
    let id = d.sentences[si].id;
    let ty = d.entities[e].entity.fields.iter().find(|f| f.name == name)?.ty.clone();
    let dated = ty.is_when();
    let date = matches!(np.head.as_str(), "date" | "day" | "time" | "deadline");
    let plain = np.of.is_none() && np.owner.is_none() && np.pronoun.is_none() && !np.plural && np.number.is_none();
    let told = np.mods.iter().all(|m| !NOW.contains(&m.as_str()));
    let elsewhere = np.nouns.iter().any(|n| d.find(n).is_some_and(|x| x != e));
    let which = !np.nouns.is_empty() || np.mods.iter().any(|m| m.ends_with("ed"));
    if !(dated && date && plain && told && which) || elsewhere || np.det.as_deref() != Some("the") {
        return None;
    }
    let label = np.mods.iter().map(String::as_str).chain([np.head.as_str()]).collect::<Vec<_>>().join(" ");
    let field = identifier(&label);
    if field == name {
        return None;
    }
    if d.field_mut(e, &field).is_none() {
        d.entities[e].entity.fields.push(made(&field, &sentence_case(&label), ty, id));
    }
    Some(field)
}

/// `A course cannot end before it starts.`: its last day is not before its first.
pub fn ends_after_it_begins(d: &mut Draft, si: usize) {
    const ENDS: [&str; 2] = ["end", "finish"];
    const BEGINS: [&str; 2] = ["start", "begin"];
    let s = &d.sentences[si];
    let [last, first] = &s.preds[..] else { return };
    let alone = last.objects.is_empty() && last.preps.is_empty() && first.objects.is_empty() && first.preps.is_empty();
    let its = first.subordinate && first.subject.iter().all(|np| np.pronoun.is_some()) && !first.verb.negated;
    let order = s.words.get(last.verb.range.end).map(|w| (w.lower(), last.verb.negated));
    let or_equal = match order {
        Some(("before", true)) => true,
        Some(("after", false)) => false,
        _ => return,
    };
    let verbs = ENDS.contains(&last.verb.base.as_str()) && BEGINS.contains(&first.verb.base.as_str());
    let Some(e) = last.subject.first().and_then(|np| d.entity_of(np)).filter(|_| alone && its && verbs) else { return };
    let Some((start, end)) = super::overlaps::span(d, e) else { return };
    let kind = |name: &str| d.entities[e].entity.fields.iter().find(|f| f.name == name).map(|f| f.ty.clone());
    if kind(&start) != kind(&end) {
        return;
    }
    let (id, all) = (s.id, last.subject[0].range.start..first.range.end);
    if let Some(f) = d.field_mut(e, &end) {
        let rule = Rule::After { field: start, or_equal };
        match f.rules.iter_mut().find(|r| r.rule == rule) {
            Some(r) => r.clauses.push(id),
            None => f.rules.push(FieldRule { rule, clauses: vec![id] }),
        }
    }
    d.touch(e, id);
    d.mark(si, all);
    d.done[si].extend([0, 1]);
}
