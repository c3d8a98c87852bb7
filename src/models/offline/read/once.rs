//! What may be there only once for each of something: `Only one booking per boat and date.`

use super::chunk::Item;
use super::counts::{counted, dated, day, finish, per, person};
use super::draft::Draft;
use super::sentence::Sentence;
use super::tag::Tag;
use crate::models::offline::spec::{Feature, Field, FieldType};

/// `Employees can like a suggestion once.`: what somebody thinks of something is said of each once.
fn each_once(s: &Sentence) -> bool {
    let ends = |i: usize| s.words.get(i).is_none_or(|w| w.tag == Tag::Stop);
    let last = (0..s.words.len()).any(|i| s.words[i].is("once") && ends(i + 1));
    let [pred] = &s.preds[..] else { return false };
    let thinks = matches!(pred.verb.base.as_str(), "like" | "vote" | "rate" | "review" | "favorite" | "nominate");
    last && thinks && !pred.verb.negated && !pred.verb.passive && pred.objects.len() == 1
}

/// `A space can be reserved only once per day.`, `Each member votes only once per poll.`
pub fn read(d: &mut Draft, si: usize) -> bool {
    let s = &d.sentences[si];
    let one = s.items.iter().find_map(|i| match i {
        Item::Np(np) if np.number == Some(1.0) && np.pronoun.is_none() => Some(np.head_at),
        _ => None,
    });
    let per_word = s.words.iter().any(|w| w.is("per"));
    let once = s.words.iter().any(|w| w.is("once"))
        && (per_word || s.words.iter().any(|w| w.is("only")) || s.lower.contains("at most once"))
        || (s.words.iter().any(|w| w.is("twice")) || s.find("more than once").is_some())
            && s.preds.iter().any(|p| p.verb.negated)
        || one.is_some()
            && per_word
            && (s.preds.is_empty() || s.lower.contains("only one") || s.lower.contains("at most one"));
    if !(once || each_once(s)) || s.lower.contains("same time") {
        return false;
    }
    let Some((e, np)) = counted(d, si) else { return false };
    let mut keys = per(d, si, e, np.as_ref());
    // `by only one customer per day`: how many of them there are is what is counted, so none of them is told apart
    if only_one_person(d, s) {
        keys.retain(|k| k != "owner_id");
    }
    // whoever does it, when nobody else is named: `a recipe can be rated only once`
    let whose =
        !only_one_person(d, s) && s.preds.iter().any(|p| !p.verb.passive && p.subject.iter().any(|np| person(d, np)));
    let by_name = |k: &String| {
        let fields = &d.entities[e].entity.fields;
        k == "owner_id" || fields.iter().any(|f| f.name == *k && matches!(f.ty, FieldType::UserReference { .. }))
    };
    if whose && !keys.iter().any(by_name) && d.has_users() && keys.len() < 2 && day(d, si).is_none() {
        keys.push("owner_id".into());
    }
    let mut at = 0;
    if let Some(i) = day(d, si) {
        let Some(date) = dated(d, e) else { return false };
        if d.entities[e].entity.fields.iter().any(|f| f.name == date && f.ty != FieldType::Date) {
            return false;
        }
        if !keys.contains(&date) {
            keys.push(date);
        }
        at = i;
    }
    if let ([key], true) = (&keys[..], per_word) {
        return one_each(d, si, e, key);
    }
    if keys.len() < 2 || keys.len() > 3 {
        return false;
    }
    if keys.iter().any(|k| k == "owner_id") {
        d.entities[e].entity.owned = true;
    }
    for f in &mut d.entities[e].entity.fields {
        if keys.contains(&f.name) {
            f.required = true;
        }
    }
    let entity = d.entities[e].entity.name.clone();
    let fields = as_said_before(d, &entity, keys);
    d.feature(Feature::UniqueTogether { entity, fields, over: None, clauses: vec![s.id] });
    finish(d, si, e, at)
}

/// `reserved by only one customer`, `Only one customer can reserve …`: not two of them, whoever they are.
fn only_one_person(d: &Draft, s: &Sentence) -> bool {
    let only = |at: Option<usize>| {
        let word = at.and_then(|at| s.words.get(at));
        word.is_some_and(|w| matches!(w.lower(), "only" | "just" | "most"))
    };
    s.items.iter().any(|item| match item {
        Item::Np(np) if np.number == Some(1.0) && person(d, np) => {
            only(np.range.start.checked_sub(1)) || only(Some(np.range.start)) || only(Some(np.range.end))
        }
        _ => false,
    })
}

/// `Only one vote per member.`, `Only one rating per guest list.`: one in all, where it does not end some day.
fn one_each(d: &mut Draft, si: usize, e: usize, key: &str) -> bool {
    let id = d.sentences[si].id;
    let fields = &d.entities[e].entity.fields;
    let refers = |f: &Field| f.name == key && matches!(f.ty, FieldType::Reference { .. });
    let lasts = super::lent::is_record(d, e) || fields.iter().any(|f| f.ty.is_when());
    let per = fields.iter().any(refers).then(|| key.to_owned());
    if lasts || per.is_none() && key != "owner_id" {
        return false;
    }
    d.entities[e].entity.owned |= per.is_none();
    let entity = d.entities[e].entity.name.clone();
    d.feature(Feature::Limit { entity, max: 1, per, over: None, clauses: vec![id] });
    finish(d, si, e, 0)
}

/// The same properties in the order of another sentence that names them.
fn as_said_before(d: &Draft, entity: &str, keys: Vec<String>) -> Vec<String> {
    let same = |f: &&Vec<String>| f.len() == keys.len() && keys.iter().all(|k| f.contains(k));
    let told = d.features.iter().filter_map(|f| match f {
        Feature::UniqueTogether { entity: of, fields, .. } if of == entity => Some(fields),
        _ => None,
    });
    told.into_iter().find(same).cloned().unwrap_or(keys)
}
