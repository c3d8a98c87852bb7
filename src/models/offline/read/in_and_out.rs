//! Checking in and out: `Staff check a dog in and check it out again.` says what is true of the record, and who says so.

use super::chunk::Np;
use super::data::made;
use super::decisions::{agents_by, merge_guard};
use super::draft::Draft;
use super::sentence::{Pred, Sentence};
use super::tag::Tag;
use super::verb_group::{CHECK_IN, CHECK_OUT};
use crate::models::offline::spec::{FieldType, Op, Scope};

/// What is true of a record that is in, or out.
pub const FIELDS: [&str; 2] = ["checked_in", "checked_out"];

/// Reads who checks records in and out. The way that is named first names the property; the other one takes it back.
pub fn read(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    for (pi, pred) in s.preds.iter().enumerate() {
        let first = match pred.verb.base.as_str() {
            CHECK_IN => FIELDS[0],
            CHECK_OUT => FIELDS[1],
            _ => continue,
        };
        if pred.subordinate || pred.verb.negated || d.done[si].contains(&pi) {
            continue;
        }
        d.attend(si, pi);
        let phrases = if pred.verb.passive { &pred.subject } else { &pred.objects };
        let [np] = &phrases[..] else { continue };
        let Some(e) = d.entity_of(np).filter(|_| plain(np)) else { continue };
        let whos = if pred.verb.passive { agents_by(d, last_said(s, pi)) } else { d.actors(pred) };
        if whos.is_empty() {
            continue;
        }
        let there = FIELDS.into_iter().find(|name| d.field_named(e, name).is_some());
        let field = there.unwrap_or(first);
        match d.field_mut(e, field) {
            Some(f) if f.ty == FieldType::Boolean => {
                if !f.clauses.contains(&s.id) {
                    f.clauses.push(s.id);
                }
            }
            Some(_) => continue,
            None => {
                let label = super::field::sentence_case(&field.replace('_', " "));
                d.entities[e].entity.fields.push(made(field, &label, FieldType::Boolean, s.id));
            }
        }
        for who in &whos {
            d.allow_fields(e, who.clone(), &[Op::Update], Scope::All, &[field.to_owned()], s.id);
            d.allow(e, who.clone(), &[Op::Read], Scope::All, s.id);
        }
        if d.has_users() {
            let entity = d.entities[e].entity.name.clone();
            merge_guard(d, &entity, field, &whos, s.id);
        }
        d.touch(e, s.id);
        d.mark_verb(si, pred);
        for np in pred.subject.iter().chain(&pred.objects) {
            d.mark_np(si, np);
        }
        mark_way(d, si, pred);
        d.focus = Some(e);
        d.done[si].insert(pi);
    }
}

/// `Dogs are checked in and checked out by staff`: who does it stands behind the last of them.
fn last_said(s: &Sentence, pi: usize) -> &Pred {
    let pred = &s.preds[pi];
    let other_half = |next: &&Pred| {
        let way = matches!(next.verb.base.as_str(), CHECK_IN | CHECK_OUT);
        way && pred.preps.is_empty() && next.verb.passive && next.subject == pred.subject && !next.subordinate
    };
    s.preds.get(pi + 1).filter(other_half).unwrap_or(pred)
}

/// Every record of the kind, and not only some of them.
fn plain(np: &Np) -> bool {
    !np.possessed() && np.of.is_none() && np.adjectives().next().is_none()
}

/// The particle behind the object, `again`, and who does it; what else is said of it stays unread.
fn mark_way(d: &mut Draft, si: usize, pred: &Pred) {
    let s = &d.sentences[si];
    for pp in &pred.preps {
        match (pp.prep.as_str(), &pp.nps[..]) {
            ("in" | "out", []) => d.mark(si, pp.at..pp.at + 1),
            ("by", people) if pred.verb.passive => {
                for np in people {
                    d.mark_np(si, np);
                }
                d.mark(si, pp.at..pp.at + 1);
            }
            _ => {}
        }
    }
    for i in pred.range.clone().filter(|i| s.words[*i].tag == Tag::Adv && s.words[*i].is("again")) {
        d.mark(si, i..i + 1);
    }
}
