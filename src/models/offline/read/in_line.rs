//! Values of a property said in line: `a size of small, medium or large`, `type single/double`.

use super::field::{FieldDraft, choice_values, unit_of};
use super::lexicon::nouns;
use super::sentence::{Sentence, split_list};
use super::tag::{Tag, Word};
use crate::models::offline::spec::{FieldRule, FieldType, Rule};
use std::ops::Range;

/// What has one of a few values, whatever else its word names.
const ONE_OF_FEW: [&str; 20] = [
    "size",
    "type",
    "kind",
    "sort",
    "category",
    "status",
    "state",
    "level",
    "priority",
    "urgency",
    "severity",
    "grade",
    "color",
    "condition",
    "class",
    "mode",
    "zone",
    "gender",
    "stage",
    "importance",
];

/// The elements of a list of properties, each with its values where they stand behind it.
pub fn parts(s: &Sentence, range: Range<usize>) -> Vec<(Range<usize>, Option<Range<usize>>)> {
    let mut out = Vec::new();
    let mut from = range.start;
    while let Some((lead, values)) = (from..range.end).find_map(|i| listed(s, i, range.end)) {
        let front = split_list(&s.words, from..lead);
        let last = front.len().saturating_sub(1);
        let end = values.end;
        out.extend(front.into_iter().enumerate().map(|(k, part)| (part, (k == last).then(|| values.clone()))));
        from = end;
    }
    out.extend(split_list(&s.words, from..range.end).into_iter().map(|part| (part, None)));
    out
}

/// Where the property whose last word stands at `at` has its values behind it: where the property ends, and the values.
fn listed(s: &Sentence, at: usize, end: usize) -> Option<(usize, Range<usize>)> {
    let head = &s.words[at];
    let few = ONE_OF_FEW.contains(&head.base.as_str());
    if head.tag != Tag::Noun || !few && nouns::property(&head.base).is_none() {
        return None;
    }
    let leads = [&["of", "either"][..], &["which", "is", "either"], &["either"], &["being"], &["from"], &["of"], &[]];
    let lead = leads
        .into_iter()
        .find(|lead| lead.iter().enumerate().all(|(k, word)| s.words.get(at + 1 + k).is_some_and(|w| w.is(word))))?;
    let from = at + 1 + lead.len();
    let (values, slashes) = values(&s.words[..end], from)?;
    let count = split_list(&s.words, values.clone()).len();
    // `a color of hair or eyes` names no values; three in a row, or what has one of a few, do
    let either = lead.contains(&"either") || lead.contains(&"being");
    let enough = few || either || !lead.is_empty() && count > 2;
    // without a word between them only signs tell them from the next property
    (enough && count > 1 && (!lead.is_empty() || slashes && few)).then_some((at + 1, values))
}

/// The words from `from` on that are joined by `or` or a slash, each of one or two words; whether there is a slash.
fn values(words: &[Word], from: usize) -> Option<(Range<usize>, bool)> {
    let joins = |w: &Word| w.is("or") || w.is("/");
    // a letter alone is a value, also where it could be an article
    let single =
        |i: usize| words.get(i + 1).is_none_or(|w| joins(w) || matches!(w.tag, Tag::Comma | Tag::Stop | Tag::Conj));
    let value = |i: usize| match words[i].tag {
        Tag::Noun | Tag::Adj | Tag::Num | Tag::Verb(_) | Tag::Adv | Tag::Other => true,
        Tag::Det | Tag::Pron | Tag::Prep => single(i),
        _ => false,
    };
    let (mut at, mut joined, mut slashes) = (from, false, false);
    loop {
        let element = (at..words.len()).take(3).take_while(|i| value(*i)).count();
        if element == 0 || element > 2 {
            return None;
        }
        at += element;
        match words.get(at) {
            Some(w) if joins(w) && words.len() > at + 1 => {
                slashes |= w.is("/");
                joined = true;
                at += 1;
            }
            Some(w) if w.tag == Tag::Comma && !(joined && !slashes) => {
                let next = words.get(at + 1)?;
                at += 1 + usize::from(joins(next));
                joined |= joins(next);
            }
            _ => break,
        }
    }
    joined.then_some((from..at, slashes))
}

/// Makes the property a choice of the values; a bound that was taken from the first of them is none.
pub fn choose(s: &Sentence, draft: &mut FieldDraft, words: Range<usize>, values: Range<usize>) {
    let mut list = choice_values(s, values);
    let number = |v: &str| v.parse::<f64>().is_ok();
    // `20, 40 or 60 minutes`
    if let Some((last, rest)) = list.split_last_mut()
        && let Some((n, unit)) = last.clone().split_once(' ')
        && number(n)
        && rest.iter().all(|v| number(v))
        && let Some(unit) = unit_of(unit)
    {
        n.clone_into(last);
        draft.field.unit = Some(unit);
    }
    if list.len() < 2 {
        return;
    }
    draft.field.ty = FieldType::Choice { values: list };
    draft.field.rules.retain(|r: &FieldRule| !matches!(r.rule, Rule::Min { .. } | Rule::Max { .. }));
    draft.typed = true;
    draft.used.extend(words);
}
