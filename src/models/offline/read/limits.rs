//! At most so many: records of somebody, of something, or what is counted in a unit.

use super::chunk::Np;
use super::draft::Draft;
use super::field;
use super::lexicon::{nouns, verbs::Class, words};
use super::tag::Tag;
use crate::models::offline::spec::{Feature, FieldRule, FieldType, Over, Rule};

/// `A member can borrow at most 3 books.` `no more than 2 bookings per week` (a period is a gap).
pub fn at_most(d: &mut Draft, si: usize) {
    if by_so_many(d, si) {
        return;
    }
    limit(d, si, false);
}

/// `at most three open bookings at the same time`: not all that there are. Which of them count is known when all states are.
pub fn of_some(d: &mut Draft, si: usize) {
    if d.done[si].len() < d.sentences[si].preds.len() {
        limit(d, si, true);
    }
}

fn limit(d: &mut Draft, si: usize, some: bool) {
    let s = &d.sentences[si];
    let phrase = ["at most", "no more than", "a maximum of", "up to", "maximum of"].iter().find_map(|p| s.find(p));
    let negated_more = s.find("more than").filter(|_| s.preds.iter().any(|p| p.verb.negated));
    let Some(range) = phrase.or(negated_more).or_else(|| only_so_many(s)) else { return };
    let Some(value) = s.words.get(range.end).and_then(|w| w.token.value) else { return };
    let Some(np) = super::chunk::noun_phrase(&s.words, range.end) else { return };
    // `at most 30 days ahead`, `for at most 2 weeks`: a time, whatever follows it
    if s.words.get(range.end + 1).is_some_and(time) && np.head_at > range.end + 1 {
        return;
    }
    // how long a text is says nothing of how many records there are
    if matches!(np.head.as_str(), "character" | "letter" | "word" | "digit" | "sign") {
        return;
    }
    let told: Vec<String> = np.adjectives().filter(|a| !words::light(a)).map(str::to_owned).collect();
    let at_once = super::overlaps::at_once(s);
    // `at most 2 bookings per week` is no limit for ever
    if some != (at_once || !told.is_empty()) || periodic(s, np.range.end) {
        return;
    }
    if field::unit_of(&np.head).is_some() {
        return measured(d, si, range, value, &np);
    }
    if per_record(d, si, range.clone(), value, &np) {
        return;
    }
    if s.preds.is_empty()
        && let Some(e) = d.entity_of(&np)
    {
        let per_role = s.words[range.end..].iter().any(|w| w.is("per") || w.is("each"))
            && s.items.iter().any(|i| matches!(i, super::chunk::Item::Np(n) if d.role(n).is_some()));
        if per_role && d.has_users() {
            d.entities[e].entity.owned = true;
            let entity = d.entities[e].entity.name.clone();
            d.feature(Feature::Limit { entity, max: value as u32, per: None, over: None, clauses: vec![s.id] });
            d.touch(e, s.id);
            d.mark(si, 0..s.words.len());
        }
        return;
    }
    for (pi, pred) in s.preds.iter().enumerate() {
        if !pred.range.contains(&range.start) && !pred.subject.iter().any(|x| x.range.contains(&range.start)) {
            continue;
        }
        let record = super::access::record_entity(d, pred);
        // `no more than 3 books on loan` counts the loans, and only those that are not over
        let after: Vec<&str> = s.words[np.range.end.min(s.words.len())..].iter().take(2).map(|w| w.lower()).collect();
        let elsewhere = matches!(after[..], ["on", "loan" | "hire" | "order"] | ["in", "use"]);
        let Some(e) = record.or_else(|| d.entity_of(&np).filter(|_| !elsewhere)) else { continue };
        if !matches!(pred.verb.class, Class::Create | Class::Transact | Class::Have) || within_one(d, si, e, &np) {
            continue;
        }
        // `Members can join at most 3 walks`, where nothing is kept of who joined which: no limit on the walks that are added
        if record.is_none() && super::things::record_of(pred).is_some_and(|made| d.find(made) != Some(e)) {
            let what = s.quote(range.start..np.range.end.min(s.words.len()));
            let why = "the offline engine keeps nothing that tells how many of them each one has";
            return d.gap(s.id, &what, why, true);
        }
        let name = d.entities[e].entity.name.clone();
        // `A member may have at most three tools`: those they took, of what others add
        if record.is_none()
            && d.entities.iter().any(|x| x.about.as_ref() == Some(&name))
            && pred.subject.iter().any(|np| d.role(np).is_some())
        {
            continue;
        }
        // `A tenant may hold at most 5 keys`, which somebody else adds: no record says who holds which
        let theirs = |p: &super::sentence::Pred| {
            let makes = matches!(p.verb.class, Class::Create | Class::Manage | Class::Transact);
            let what = p.objects.iter().chain(p.preps.iter().flat_map(|pp| &pp.nps));
            makes
                && d.actors(p).iter().any(|w| d.actors(pred).contains(w))
                && what.into_iter().any(|x| d.entity_of(x) == Some(e))
        };
        let person = pred.subject.iter().any(|x| d.role(x).is_some());
        if pred.verb.class == Class::Have
            && person
            && record.is_none()
            && d.entities[e].about.is_none()
            && !d.sentences.iter().flat_map(|s| &s.preds).any(theirs)
        {
            let what = s.quote(range.start..np.range.end.min(s.words.len()));
            return d.gap(
                s.id,
                &what,
                "the offline engine keeps nothing that tells how many of them each one has",
                true,
            );
        }
        // `an event has at most 20 registrations`: per referenced record; otherwise per account
        let parent = pred.subject.iter().find_map(|x| d.entity_of(x)).filter(|p| *p != e);
        let per = parent.and_then(|p| d.reference(e, &d.entities[p].entity.name.clone()));
        // what is limited is how many of them something holds, and no record says which it holds
        let holds = |x: &Np| !x.range.contains(&range.start) && x.pronoun.is_none() && d.who(x).is_none();
        if per.is_none() && record.is_none() && pred.subject.iter().any(holds) {
            let what = s.quote(range.start..np.range.end.min(s.words.len()));
            d.gap(s.id, &what, "the offline engine keeps nothing that tells how many of them each one has", true);
            continue;
        }
        if per.is_none() && !d.has_users() {
            let what = s.quote(range.start..np.range.end.min(s.words.len()));
            d.gap(s.id, &what, "without accounts nobody can be told from others", false);
            continue;
        }
        let Ok(over) = not_counted(d, e, &told, at_once) else {
            let what = s.quote(range.start..np.range.end.min(s.words.len()));
            return d.gap(
                s.id,
                &what,
                "no property of the records says which of them count, or when they no longer do",
                true,
            );
        };
        if per.is_none() {
            d.entities[e].entity.owned = true;
        }
        if record.is_some() {
            super::relations::mark_record(d, si, pred, e);
        }
        if at_once {
            for words in ["at the same time", "at a time", "at one time", "at once", "simultaneously"] {
                d.mark_phrase(si, words);
            }
        }
        d.feature(Feature::Limit { entity: name, max: value as u32, per, over, clauses: vec![s.id] });
        d.touch(e, s.id);
        let end = np.range.end.min(s.words.len());
        d.mark(si, range.start..end);
        let subject = pred.subject.clone();
        for n in &subject {
            d.mark_np(si, n);
        }
        d.mark_verb(si, pred);
        d.done[si].insert(pi);
        return;
    }
}

/// `book seats for a screening, at most 4 per booking`: so many in one record, and not so many records.
fn within_one(d: &Draft, si: usize, e: usize, np: &Np) -> bool {
    let s = &d.sentences[si];
    let Some(per) = (np.range.end.saturating_sub(1)..s.words.len()).find(|i| s.words[*i].is("per")) else {
        return false;
    };
    // `booking` may look like a verb
    let name = |w: &super::tag::Word| d.find(w.lower()) == Some(e) || d.find(&w.base) == Some(e);
    s.words.get(per + 1).is_some_and(name)
}

/// `days`, `hours`; a `day` before another noun only tells what kind of thing is counted.
fn time(w: &super::tag::Word) -> bool {
    let unit = matches!(w.base.as_str(), "minute" | "hour" | "day" | "week" | "month" | "year");
    unit && w.base != w.lower()
}

/// Whether what a number stands before is counted within a time: `2 bookings per week`, `3 duties on one day`.
fn periodic(s: &super::sentence::Sentence, from: usize) -> bool {
    let time = |w: &super::tag::Word| {
        matches!(
            w.base.as_str(),
            "hour" | "day" | "week" | "month" | "quarter" | "season" | "term" | "semester" | "year"
        ) || w.lower().ends_with("-year")
    };
    let leads = |w: &super::tag::Word| {
        matches!(
            w.lower(),
            "per" | "a" | "an" | "each" | "every" | "one" | "same" | "any" | "single" | "calendar" | "in"
        )
    };
    (from.max(1)..s.words.len()).any(|i| time(&s.words[i]) && leads(&s.words[i - 1]))
}

/// Of records that are told apart, which do not count; an error where nothing tells them apart.
fn not_counted(d: &Draft, e: usize, told: &[String], at_once: bool) -> Result<Option<Over>, ()> {
    const GOING_ON: [&str; 8] =
        ["open", "active", "current", "running", "outstanding", "ongoing", "unfinished", "unreturned"];
    if told.is_empty() && !at_once {
        return Ok(None);
    }
    let ended = super::lent::over(d, e);
    if told.iter().all(|a| GOING_ON.contains(&a.as_str())) && ended.is_some() {
        return Ok(ended);
    }
    if told.is_empty() {
        // where a record goes when it is over, those that are there are those of now
        let dated = |ty: &FieldType| ty.is_when();
        let lasts = d.status(e).is_some() || d.entities[e].entity.fields.iter().any(|f| dated(&f.ty));
        return if lasts && !super::lent::is_record(d, e) { Err(()) } else { Ok(None) };
    }
    let field = d.status(e).ok_or(())?;
    let ty = d.entities[e].entity.fields.iter().find(|f| f.name == field).map(|f| &f.ty);
    let Some(FieldType::Choice { values }) = ty else { return Err(()) };
    let rest: Vec<String> = values.iter().filter(|v| !told.contains(v)).cloned().collect();
    let known = told.iter().all(|a| values.contains(a)) && !rest.is_empty();
    if known { Ok(Some(Over { field, values: rest })) } else { Err(()) }
}

/// `A pupil can sign up for only one project`: so many in all. Within a time, or of each kind, is another limit.
fn only_so_many(s: &super::sentence::Sentence) -> Option<std::ops::Range<usize>> {
    const OTHERWISE: [&str; 10] = ["per", "each", "every", "same", "time", "day", "week", "month", "year", "or"];
    let at =
        (1..s.words.len()).find(|i| s.words[i - 1].is("only") && s.words[*i].token.value.is_some() && !s.aside[*i])?;
    let taken = s.preds.iter().any(|p| {
        let may = matches!(p.verb.modal.as_deref(), Some("can" | "may")) && !p.verb.negated && !p.subordinate;
        may && matches!(p.verb.class, Class::Transact | Class::Have) && p.verb.range.end < at
    });
    let otherwise = s.words.iter().any(|w| OTHERWISE.contains(&w.lower()));
    (taken && s.preds.len() == 1 && !otherwise).then_some(at - 1..at)
}

/// `An entry has no more than 24 hours.`: a bound on what is counted in that unit.
fn measured(d: &mut Draft, si: usize, range: std::ops::Range<usize>, value: f64, np: &Np) {
    let s = &d.sentences[si];
    let Some(unit) = field::unit_of(&np.head) else { return };
    for (pi, pred) in s.preds.iter().enumerate() {
        if pred.verb.class != Class::Have || !pred.range.contains(&range.start) || pred.subject.len() != 1 {
            continue;
        }
        let Some(e) = d.entity_of(&pred.subject[0]) else { continue };
        let counted = d.entities[e].entity.fields.iter().find(|f| {
            matches!(f.ty, FieldType::Integer | FieldType::Decimal { .. })
                && (f.unit.as_deref() == Some(&unit) || f.name.split('_').any(|w| nouns::singular(w) == np.head))
        });
        let Some(name) = counted.map(|f| f.name.clone()) else { continue };
        if let Some(f) = d.field_mut(e, &name) {
            f.rules.push(FieldRule { rule: Rule::Max { value }, clauses: vec![s.id] });
        }
        d.touch(e, s.id);
        d.mark(si, range.start..np.range.end);
        d.mark_verb(si, pred);
        d.mark_np(si, &pred.subject[0]);
        for earlier in &s.preds[..pi] {
            if earlier.verb.class == Class::Want {
                d.mark_verb(si, earlier);
            }
        }
        d.done[si].insert(pi);
        return;
    }
}

/// `A slot can be booked by one parent only.`, `by at most two parents`: so many records that refer to it. What is lent or
/// lasts is over some day, and then it is free again.
fn by_so_many(d: &mut Draft, si: usize) -> bool {
    let s = &d.sentences[si];
    let [pred] = &s.preds[..] else { return false };
    let may = pred.verb.passive && !pred.verb.negated && matches!(pred.verb.modal.as_deref(), Some("can" | "may"));
    let ([thing], Some(record)) = (&pred.subject[..], super::access::record_entity(d, pred).filter(|_| may)) else {
        return false;
    };
    let people = |np: &&Np| nouns::person(&np.head).is_some() && np.mods.is_empty() && np.of.is_none();
    let at = (pred.verb.range.end..s.words.len()).find(|i| s.words[*i].token.value.is_some());
    let Some(np) = at.and_then(|at| super::chunk::noun_phrase(&s.words, at)).filter(|np| people(&np)) else {
        return false;
    };
    let (Some(at), Some(parent)) = (at, d.entity_of(thing).filter(|e| *e != record)) else { return false };
    let small = |i: usize| matches!(s.words[i].lower(), "by" | "only" | "at" | "most" | "just" | "exactly" | "a");
    let bound = (pred.verb.range.end..s.words.len()).any(|i| matches!(s.words[i].lower(), "only" | "most" | "just"));
    let rest = (pred.verb.range.end..at).chain(np.range.end..s.words.len());
    let whole = rest.filter(|i| s.words[*i].tag != Tag::Stop).all(small);
    let plain = thing.mods.is_empty()
        && thing.of.is_none()
        && matches!(thing.det.as_deref(), Some("a" | "an" | "each" | "every"));
    let lasts = super::lent::is_record(d, record)
        || d.entities[record].entity.fields.iter().any(|f| f.ty.is_when())
        || d.entities[record].about.as_deref() != Some(d.entities[parent].entity.name.as_str());
    let max = s.words[at].token.value.filter(|v| *v >= 1.0 && v.fract() == 0.0 && *v < 10_000.0);
    let Some(max) = max.filter(|_| bound && whole && plain) else { return false };
    if lasts {
        let what = s.quote(pred.verb.range.end..np.range.end);
        d.gap(s.id, &what, "no property of the records says which of them count, or when they no longer do", false);
        return false;
    }
    let per = d.add_reference(record, parent, true, s.id);
    let entity = d.entities[record].entity.name.clone();
    d.feature(Feature::Limit { entity, max: max as u32, per: Some(per), over: None, clauses: vec![s.id] });
    d.touch(record, s.id);
    d.mark(si, 0..s.words.len());
    d.done[si].insert(0);
    d.focus = Some(record);
    true
}

/// `No more than 12 members may sign up for one course.`: so many records below each other record.
fn per_record(d: &mut Draft, si: usize, range: std::ops::Range<usize>, value: f64, np: &Np) -> bool {
    let s = &d.sentences[si];
    for (pi, pred) in s.preds.iter().enumerate() {
        let counted = pred.subject.iter().any(|x| x.range.contains(&range.end)) && nouns::person(&np.head).is_some();
        let Some(record) = super::access::record_entity(d, pred).filter(|_| counted && !pred.verb.passive) else {
            continue;
        };
        let parents: Vec<Np> = pred.objects.iter().chain(pred.preps.iter().flat_map(|pp| &pp.nps)).cloned().collect();
        let Some((parent, below)) =
            parents.iter().find_map(|p| d.entity_of(p).filter(|e| *e != record).map(|e| (p.clone(), e)))
        else {
            continue;
        };
        let per = d.add_reference(record, below, true, s.id);
        let entity = d.entities[record].entity.name.clone();
        d.feature(Feature::Limit { entity, max: value as u32, per: Some(per), over: None, clauses: vec![s.id] });
        d.touch(record, s.id);
        d.mark(si, range.start..np.range.end);
        d.mark_np(si, &parent);
        d.mark_verb(si, pred);
        d.done[si].insert(pi);
        d.focus = Some(record);
        return true;
    }
    false
}
