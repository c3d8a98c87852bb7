//! Who is in charge of a record: `Each repair is looked after by one mechanic.`

use super::chunk::Np;
use super::data::made;
use super::draft::Draft;
use super::field::sentence_case;
use super::sentence::{Pred, Sentence};
use super::tag::Tag;
use crate::models::offline::spec::FieldType;

/// What one does with a record that one is in charge of.
const CHARGE: [&str; 17] = [
    "maintain",
    "manage",
    "handle",
    "supervise",
    "lead",
    "run",
    "teach",
    "repair",
    "give",
    "coach",
    "guide",
    "serve",
    "drive",
    "organize",
    "organise",
    "treat",
    "process",
];

/// Reads that each record of a kind names one person. Several people are more than a record can name: that stays unread.
pub fn read(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    for (pi, pred) in s.preds.iter().enumerate() {
        if shared(d, pred) {
            d.done[si].insert(pi);
            continue;
        }
        let entrusted = entrusted(s, pi);
        let Some((subject, agent)) =
            charged(s, pred).or_else(|| entrusted.clone()).filter(|_| !d.done[si].contains(&pi))
        else {
            continue;
        };
        let Some(e) = d.find(&subject.name()).or_else(|| d.find(&subject.head)) else { continue };
        // whatever it says, it is no right of all those people
        d.done[si].insert(pi);
        if agent.plural || joined(s, &agent) {
            continue;
        }
        let person = d.find(&agent.name()).filter(|p| *p != e && d.entities[*p].person);
        let role = d.role(&agent).filter(|_| d.has_users()).map(|r| (r.name.clone(), r.open));
        match (person, role) {
            (Some(p), _) => {
                d.add_reference(e, p, false, s.id);
            }
            (None, Some((name, open))) => {
                let field = format!("{name}_id");
                if d.field_mut(e, &field).is_none() {
                    let ty = FieldType::UserReference { role: Some(name.clone()).filter(|_| !open) };
                    d.entities[e].entity.fields.push(made(&field, &sentence_case(&name.replace('_', " ")), ty, s.id));
                }
            }
            (None, None) => continue,
        }
        d.touch(e, s.id);
        d.mark_verb(si, pred);
        if entrusted.is_some() {
            d.mark(si, s.preds[pi + 1].range.clone());
            d.done[si].insert(pi + 1);
        }
        for np in [&subject, &agent] {
            d.mark_np(si, np);
            d.mark(si, np.range.clone());
        }
        d.focus = Some(e);
    }
}

/// What is looked after, and by whom: of each, by so many.
fn charged(s: &Sentence, pred: &Pred) -> Option<(Np, Np)> {
    let [subject] = &pred.subject[..] else { return None };
    let by = pred.preps.iter().find(|pp| pp.prep == "by")?;
    let each = matches!(subject.det.as_deref(), Some("each" | "every" | "a" | "an"));
    let agent = by.nps.first()?;
    let counted = agent.number.is_some() || s.words[agent.range.start].is("one");
    let says = pred.verb.passive && !pred.verb.negated && !pred.subordinate && pred.verb.modal.is_none();
    (says && each && counted && CHARGE.contains(&pred.verb.base.as_str())).then(|| (subject.clone(), agent.clone()))
}

/// `Each bed belongs to a gardener who looks after it.`
fn entrusted(s: &Sentence, pi: usize) -> Option<(Np, Np)> {
    let (pred, cares) = (&s.preds[pi], s.preds.get(pi + 1)?);
    let ([subject], [to], [what]) = (&pred.subject[..], &pred.preps[..], &cares.objects[..]) else { return None };
    let [agent] = &to.nps[..] else { return None };
    let each = matches!(subject.det.as_deref(), Some("each" | "every" | "a" | "an"));
    let one = matches!(agent.det.as_deref(), Some("a" | "an")) || s.words[agent.range.start].is("one");
    let says = pred.verb.base == "belong" && to.prep == "to" && !pred.verb.negated && !pred.subordinate;
    let back = matches!(what.pronoun.as_deref(), Some("it" | "them"));
    let does = cares.subordinate && !cares.verb.negated && cares.preps.is_empty();
    let charge = CHARGE.contains(&cares.verb.base.as_str()) && s.words[cares.verb.range.start - 1].is("who");
    (says && each && one && back && does && charge && s.preds.len() == pi + 2).then(|| (subject.clone(), agent.clone()))
}

/// `A mechanic looks after one or more repairs`: which ones each has, and no right of every mechanic to all of them.
fn shared(d: &Draft, pred: &Pred) -> bool {
    let ([subject], [object]) = (&pred.subject[..], &pred.objects[..]) else { return false };
    let each = matches!(subject.det.as_deref(), Some("each" | "every" | "a" | "an"));
    let some =
        object.number.is_some() || object.det.as_deref().is_some_and(|w| matches!(w, "several" | "some" | "many"));
    let says = !pred.verb.passive && !pred.verb.negated && !pred.subordinate && pred.verb.modal.is_none();
    says && each && some && d.role(subject).is_some() && CHARGE.contains(&pred.verb.base.as_str())
}

/// `by one or two educators`, `by one or more of them`
fn joined(s: &Sentence, np: &Np) -> bool {
    let around = [np.range.start.checked_sub(1), Some(np.range.end)];
    np.number.is_some_and(|n| n != 1.0)
        || around.into_iter().flatten().any(|i| s.words.get(i).is_some_and(|w| w.tag == Tag::Conj && w.is("or")))
}
