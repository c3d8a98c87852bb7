//! How many records there are of each state or kind: `the number of appointments per status`.

use super::chunk;
use super::draft::Draft;
use super::field::identifier;
use super::lexicon::verbs::Class;
use super::sums::{groups, overseers};
use super::tag::Tag;
use crate::models::offline::spec::{Feature, Field, FieldType, Op, Scope};

/// Notes the sentences that count records by something; which states there are may be said later.
pub fn read(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    let word = |i: usize| s.words.get(i).map_or("", |w| w.lower());
    let found = (0..s.words.len()).find_map(|i| {
        let from = match (word(i), word(i + 1)) {
            ("number", "of") | ("how", "many") if !s.aside[i] => i + 2,
            _ => return None,
        };
        let np = chunk::noun_phrase(&s.words, from).filter(|np| np.plural && np.of.is_none())?;
        let e = d.find(&np.name()).or_else(|| d.find(&np.head))?;
        let split = (np.range.end..s.words.len()).any(|k| matches!(word(k), "per" | "each" | "every" | "by"));
        (split || state(s, np.range.end).is_some()).then_some((i, e))
    });
    let Some((at, e)) = found else { return };
    let Some(pi) = s.preds.iter().position(|p| {
        p.verb.class == Class::Read
            && !p.verb.negated
            && (p.range.contains(&at) || p.verb.range.end == at || p.subject.iter().any(|x| x.range.contains(&at)))
    }) else {
        return;
    };
    if d.done[si].is_empty() {
        d.pending_counts.push((si, at, e));
        // `how many quotes there are`
        let asked = s.preds.iter().enumerate().filter(|(_, p)| p.verb.class == Class::Be && p.range.start > at);
        d.done[si].extend(asked.map(|(k, _)| k).chain([pi]));
    }
}

/// `how many loans are overdue at the moment`: the words of the state.
fn state(s: &super::sentence::Sentence, at: usize) -> Option<String> {
    let says_be = s.words.get(at).is_some_and(|w| w.tag == Tag::Be);
    let now = |w: &&super::tag::Word| {
        w.tag != Tag::Stop
            && !matches!(w.lower(), "at" | "the" | "moment" | "now" | "currently" | "still" | "right" | "present")
    };
    let rest: Vec<&str> = s.words.get(at + 1..)?.iter().filter(now).map(|w| w.lower()).collect();
    (says_be && (1..=3).contains(&rest.len())).then(|| rest.join(" "))
}

/// `how many contacts they have made`, `the number of their own contacts`: of whoever looks.
fn counts_own(s: &super::sentence::Sentence, at: usize) -> bool {
    let Some(np) = chunk::noun_phrase(&s.words, at + 2) else { return false };
    let whose = np.possessed() && np.owner.is_none() && !matches!(np.det.as_deref(), Some("our" | "its"));
    let they = s.words.get(np.range.end).is_some_and(|w| matches!(w.lower(), "they" | "he" | "she" | "i" | "you"));
    whose || they
}

/// The field that has the state behind `how many Xs are`.
fn stated(d: &Draft, si: usize, at: usize, e: usize) -> Option<String> {
    let s = &d.sentences[si];
    let np = chunk::noun_phrase(&s.words, at + 2)?;
    let said = state(s, np.range.end)?;
    let has = |f: &&Field| matches!(&f.ty, FieldType::Choice { values } if values.contains(&said));
    d.entities[e].entity.fields.iter().find(has).map(|f| f.name.clone())
}

/// Makes the numbers of what was noted.
pub fn finish(d: &mut Draft) {
    for (si, at, e) in std::mem::take(&mut d.pending_counts) {
        let s = &d.sentences[si];
        let groups = groups(d, si, at, e);
        let fields = &d.entities[e].entity.fields;
        let told = |f: &&crate::models::offline::spec::Field| {
            Some(&f.name) == groups.by.as_ref() && matches!(f.ty, FieldType::Choice { .. } | FieldType::Boolean)
        };
        let of_state = stated(d, si, at, e);
        let by = fields.iter().find(told).map(|f| f.name.clone()).filter(|_| groups.each.is_none());
        let by = by.or(of_state.clone());
        // `the number of bookings per month`
        let each = groups.each.filter(|_| by.is_none() && groups.by.is_none());
        let date_field = each.and_then(|_| d.date_of(e));
        let Some(split) = by.clone().or(each.filter(|_| date_field.is_some()).map(|span| span.word().to_owned()))
        else {
            continue;
        };
        let (entity, many) = (&d.entities[e].entity, d.entities[e].entity.label_plural.clone());
        let (name, label) = (entity.name.clone(), format!("{many} by {}", split.replace('_', " ")));
        let path = identifier(&label);
        let (readers, others) = overseers(d, si, e);
        let id = s.id;
        // `how many contacts they have made`: their own, and nobody else's
        let own = counts_own(s, at);
        if own && !d.has_users() {
            d.gap(id, &s.quote(at..s.words.len()), "without accounts nobody can be told from others", true);
            continue;
        }
        d.entities[e].entity.owned |= own;
        let others = others && !own;
        for who in readers.into_iter().filter(|_| others) {
            d.allow(e, who, &[Op::Read], Scope::All, id);
        }
        d.feature(Feature::Totals {
            name: path,
            label,
            entity: name,
            measures: Vec::new(),
            date_field,
            days: None,
            group_by: by,
            each,
            everyone: d.has_users() && !own,
            clauses: vec![id],
        });
        d.touch(e, id);
        d.unnamed_readers.push((e, id));
        d.mark_words(si, &groups.used);
        d.mark(si, at..at + 2);
        for pi in d.done[si].clone() {
            let pred = &s.preds[pi];
            d.mark_verb(si, pred);
            for np in pred.subject.iter().chain(&pred.objects) {
                d.mark_np(si, np);
            }
        }
        // `are waiting`
        if of_state.is_some() {
            d.mark(si, at..s.words.len());
        }
        // `there are`, `in each`
        let plain = |i: &usize| {
            matches!(s.words[*i].lower(), "there" | "in" | "homepage" | "overview" | "dashboard")
                || d.find(&s.words[*i].base) == Some(e)
        };
        let plain: Vec<usize> = (0..s.words.len()).filter(plain).collect();
        d.mark_words(si, &plain);
    }
}
