//! How much there is room for on each day.

use super::draft::Draft;
use super::lexicon::verbs::Class;
use super::tag::Tag;
use crate::models::offline::spec::{Feature, FieldType};

/// `Each day has room for at most 12 dogs.`, `There is room for up to 12 dogs per day.`: of everybody's together.
pub fn room(d: &mut Draft, si: usize) -> bool {
    const MOST: [&[&str]; 6] = [
        &["at", "most"],
        &["up", "to"],
        &["no", "more", "than"],
        &["not", "more", "than"],
        &["a", "maximum", "of"],
        &["maximum"],
    ];
    const SAID: [&str; 22] = [
        "each", "every", "a", "per", "day", "have", "be", "there", "room", "space", "place", "capacity", "for", "at",
        "most", "up", "to", "no", "not", "more", "than", "maximum",
    ];
    let s = &d.sentences[si];
    let daily = s.words.windows(2).any(|w| matches!(w[0].lower(), "each" | "every" | "per" | "a") && w[1].is("day"));
    let room = s.words.iter().any(|w| matches!(w.base.as_str(), "room" | "space" | "place" | "capacity"));
    let [pred] = &s.preds[..] else { return false };
    if !daily || !room || pred.verb.negated || !matches!(pred.verb.class, Class::Have | Class::Be) {
        return false;
    }
    let found = (0..s.words.len()).find_map(|i| {
        let max = s.words[i].token.value.filter(|v| *v >= 1.0 && v.fract() == 0.0 && *v < 100_000.0)?;
        let led = MOST.iter().any(|m| i >= m.len() && m.iter().zip(&s.words[i - m.len()..i]).all(|(m, w)| w.is(m)));
        let what = s.words.get(i + 1).filter(|w| led && w.tag == Tag::Noun)?;
        Some((i, max as u32, d.find(&what.base)?))
    });
    let Some((at, max, what)) = found else { return false };
    let about = |e: &usize| {
        *e == what
            || d.entities[*e].about.as_deref().and_then(|a| d.find(a)) == Some(what)
                && super::counts::pieces(d, *e).is_none()
    };
    let one_day = |e: usize| {
        let days: Vec<_> =
            d.entities[e].entity.fields.iter().filter(|f| f.ty == FieldType::Date && !f.read_only).collect();
        let [one] = days[..] else { return None };
        Some((e, one.name.clone()))
    };
    // records of a day: what is booked, before what has a date for another reason
    let records: Vec<usize> = (0..d.entities.len()).filter(about).collect();
    let record = records.iter().copied().filter(|e| *e != what).find_map(one_day);
    let Some((e, date)) = record.or_else(|| records.iter().copied().filter(|e| *e == what).find_map(one_day)) else {
        return false;
    };
    let words: Vec<usize> = (0..s.words.len())
        .filter(|i| {
            *i == at || *i == at + 1 || SAID.contains(&s.words[*i].base.as_str()) || SAID.contains(&s.words[*i].lower())
        })
        .collect();
    let (id, entity) = (s.id, d.entities[e].entity.name.clone());
    if let Some(f) = d.field_mut(e, &date) {
        f.required = true;
    }
    d.feature(Feature::Limit { entity, max, per: Some(date), over: None, clauses: vec![id] });
    d.touch(e, id);
    d.mark_words(si, &words);
    d.done[si].insert(0);
    true
}
