//! What may not be at the same time.

mod intervals;

use super::chunk::Np;
use super::draft::Draft;
use super::lexicon::verbs::{self, Class};
use crate::models::offline::spec::{Feature, Field, FieldType, Formula, Over};

const STARTS_ONLY: &str = "the offline engine compares when they begin, and not how long they last; a model (-m) may";

/// `A room cannot be booked twice at the same time.` `Bookings of the same room may not overlap.`
pub fn read(d: &mut Draft, si: usize) {
    if one_at_a_time(d, si) {
        return;
    }
    let s = &d.sentences[si];
    let l = &s.lower;
    let overlap = l.contains("overlap")
        || l.contains("double-book")
        || l.contains("double book")
        || l.contains("at the same time")
        || l.contains("booked twice")
        || l.contains("reserved twice")
        || l.contains("lent twice")
        || l.contains("rented twice");
    let timed = |d: &Draft, e: usize| d.date_of(e).is_some();
    let bans = s.preds.iter().any(|p| p.verb.negated)
        || l.contains("no two")
        || l.starts_with("no ")
        || l.contains("not allowed")
        || l.contains("prevent")
        || l.contains("avoid");
    if !overlap || !bans {
        return;
    }
    // the entity with a beginning and an end
    let record = s
        .preds
        .iter()
        .find_map(|p| (p.verb.class == Class::Transact).then(|| verbs::record_of(&p.verb.base)).flatten())
        .and_then(|r| d.find(r));
    let phrases = || s.preds.iter().flat_map(|p| p.subject.iter().chain(&p.objects));
    // `cannot join two shifts that overlap`: the shifts do, and who joins which is another record
    let lap =
        s.preds.iter().filter(|p| p.verb.base == "overlap").flat_map(|p| &p.subject).find_map(|np| d.entity_of(np));
    if record.is_some() && lap.is_some() && lap != record {
        return;
    }
    let overlapping = l.contains("overlap").then(|| phrases().find_map(|np| d.entity_of(np))).flatten();
    let mentioned = phrases().find_map(|np| d.entity_of(np).filter(|e| span(d, *e).is_some())).or(overlapping);
    // `A vet cannot be booked twice`: the records that name the vet and have a time
    let people: Vec<String> =
        s.preds.iter().flat_map(|p| &p.subject).filter_map(|np| d.role(np).map(|r| r.name.clone())).collect();
    let named = |e: usize| super::rules::names(d, e, &people).filter(|f| !f.contains('.'));
    let person = (0..d.entities.len()).find(|e| named(*e).is_some() && timed(d, *e));
    // `Two lessons cannot be in the same room at the same time`
    let two = |d: &Draft| {
        let subjects = || s.preds.iter().filter(|p| p.verb.negated).flat_map(|p| &p.subject);
        subjects().filter(|np| np.number == Some(2.0)).find_map(|np| d.entity_of(np)).filter(|e| timed(d, *e))
    };
    let Some(e) = record
        .or(mentioned)
        .or_else(|| two(d))
        .or(person)
        .or_else(|| (0..d.entities.len()).find(|e| span(d, *e).is_some()))
    else {
        return;
    };
    let spoken_of = record == Some(e) || mentioned == Some(e);
    if span(d, e).is_none() && l.contains("overlap") && spoken_of && !timed(d, e) {
        // what overlaps has a beginning and an end
        for (name, label) in [("start", "Start"), ("end", "End")] {
            match d.field_mut(e, name) {
                // said to be there, but not what they are
                Some(f) if matches!(f.ty, FieldType::Text { .. }) => {
                    f.ty = FieldType::DateTime;
                    f.clauses.push(s.id);
                }
                Some(_) => {}
                None => {
                    let f = super::data::made(name, label, FieldType::DateTime, s.id);
                    d.entities[e].entity.fields.push(f);
                }
            }
        }
    }
    let named = |e: usize| super::rules::names(d, e, &people).filter(|f| !f.contains('.'));
    let by_person = named(e);
    let unnamed = by_person.is_none();
    let per = s
        .preds
        .iter()
        .flat_map(|p| p.subject.iter().chain(&p.objects).chain(p.preps.iter().flat_map(|pp| &pp.nps)))
        .filter_map(|np| d.entity_of(np))
        .find_map(|x| d.reference(e, &d.entities[x].entity.name));
    // `Two lessons cannot be in the same room`: the room, whatever else a lesson refers to
    let mut per = by_person.or(per).or_else(|| same_property(d, si, e)).or_else(|| {
        d.entities[e].entity.fields.iter().find(|f| matches!(f.ty, FieldType::Reference { .. })).map(|f| f.name.clone())
    });
    // a time and a length: where they end is worked out by nobody
    if l.contains("overlap") && span(d, e).is_none() {
        return;
    }
    // `for the same room`: which room, or nothing is the same
    let same = s.items.iter().find_map(|i| match i {
        super::chunk::Item::Np(np) => {
            let all = [Some(np), np.of.as_deref()];
            let same = all.into_iter().flatten().find(|n| n.mods.iter().any(|m| m == "same") && n.head != "time");
            same.and_then(|n| d.find(&n.name()).or_else(|| d.find(&n.head))).filter(|x| *x != e)
        }
        _ => None,
    });
    // `two requests of the same employee`: of whoever made them, unless they name the employee
    let whose = s.items.iter().any(|i| match i {
        super::chunk::Item::Np(np) => {
            let of = [Some(np), np.of.as_deref()].into_iter().flatten();
            of.into_iter().any(|n| n.mods.iter().any(|m| m == "same") && d.role(n).is_some())
        }
        _ => false,
    });
    if whose && unnamed && d.has_users() {
        d.entities[e].entity.owned = true;
        per = Some("owner_id".into());
    }
    let per = match same {
        Some(x) => Some(d.add_reference(e, x, true, s.id)),
        None if let Some(name) = same_value(d, si, e) => Some(name),
        None if per.is_none()
            && let Some(name) = same_property(d, si, e) =>
        {
            Some(name)
        }
        None if per.is_none()
            && s.words
                .iter()
                .enumerate()
                .any(|(i, w)| w.is("same") && s.words.get(i + 1).is_some_and(|n| !n.is("time") && !n.is("day"))) =>
        {
            return;
        }
        None => per,
    };
    let name = d.entities[e].entity.name.clone();
    match span(d, e) {
        Some((start, end)) => {
            // a booking without a time, or of nothing in particular, overlaps with nothing
            let day = d.entities[e].entity.fields.iter().find(|f| f.ty == FieldType::Date).map(|f| f.name.clone());
            for f in &mut d.entities[e].entity.fields {
                let named = [day.as_ref(), per.as_ref()].contains(&Some(&f.name));
                if f.name == start || f.name == end || named {
                    f.required = true;
                }
            }
            d.feature(Feature::NoOverlap { entity: name, start, end, per, over: None, clauses: vec![s.id] });
        }
        None => {
            let date = d.date_of(e);
            let (Some(date), Some(per)) = (date, per) else { return };
            for f in d.entities[e].entity.fields.iter_mut().filter(|f| f.name == date || f.name == per) {
                f.required = true;
            }
            let time = d.entities[e].entity.fields.iter().find(|f| f.ty == FieldType::Time).map(|f| f.name.clone());
            if let Some(f) = time.as_ref().and_then(|t| d.field_mut(e, t)) {
                f.required = true;
            }
            // two that begin at different times may meet all the same
            let lasts = |f: &Field| {
                f.name.split('_').any(|w| matches!(w, "length" | "duration" | "minutes" | "hours"))
                    && matches!(f.ty, FieldType::Integer | FieldType::Decimal { .. } | FieldType::Choice { .. })
            };
            if d.entities[e].entity.fields.iter().any(lasts) {
                d.gap(s.id, "at the same time", STARTS_ONLY, false);
            }
            d.feature(Feature::UniqueTogether {
                entity: name,
                fields: [per, date].into_iter().chain(time).collect(),
                over: None,
                clauses: vec![s.id],
            });
        }
    }
    d.touch(e, s.id);
    d.mark(si, 0..s.words.len());
    for pi in 0..s.preds.len() {
        d.done[si].insert(pi);
    }
}

/// Whether a sentence speaks of what somebody has at one time.
pub fn at_once(s: &super::sentence::Sentence) -> bool {
    const AT_ONCE: [&str; 5] = ["at a time", "at once", "at one time", "at the same time", "simultaneously"];
    AT_ONCE.iter().any(|w| s.lower.contains(w))
}

/// `A tool can only be lent once at a time`, `Nobody borrows two tools at once`: one record at any time, of a thing or of a
/// person. Whether this is what the sentence says, be it read or not.
fn one_at_a_time(d: &mut Draft, si: usize) -> bool {
    let s = &d.sentences[si];
    if !at_once(s) {
        return false;
    }
    let [pred] = &s.preds.iter().filter(|p| !p.subordinate).collect::<Vec<_>>()[..] else { return false };
    let Some(e) = super::access::record_entity(d, pred) else { return false };
    let says = |list: &[&str]| list.iter().any(|w| s.lower.contains(w));
    let limits = s.words.iter().any(|w| w.is("only") || w.is("just")) || says(&["at most", "to one "]);
    let one = limits && s.words.iter().any(|w| w.is("once") || w.is("one"));
    let two = pred.verb.negated && says(&["two ", "twice", "several ", "more than one ", "more than once"]);
    let things = if pred.verb.passive { &pred.subject } else { &pred.objects };
    let of = |np: &Np| d.find(&np.name()).or_else(|| d.find(&np.head)).filter(|x| *x != e);
    let Some((np, parent)) = things.iter().find_map(|np| Some((np, of(np)?))).filter(|_| one || two) else {
        return false;
    };
    // `two rooms at the same time`: rooms are many and somebody is one; `a room twice`: the room is one
    let many = np.number.is_some_and(|n| n <= 2.0) || says(&["several ", "more than one "]) && np.plural;
    let people = !pred.verb.passive && many;
    let alone = matches!(np.number, None | Some(1.0)) && !np.plural || np.det.as_deref() == Some("no");
    // that no two of one thing are at the same time is read with those that overlap
    let same_time = s.lower.contains("at the same time");
    if !people && (same_time || !pred.verb.passive || !alone) {
        return false;
    }
    let (id, entity) = (s.id, d.entities[e].entity.name.clone());
    let per = if people {
        if !d.has_users() {
            let what = s.quote(np.range.clone());
            d.gap(id, &what, "without accounts nobody can be told from others", true);
            return true;
        }
        d.entities[e].entity.owned = true;
        "owner_id".to_owned()
    } else {
        d.add_reference(e, parent, true, id)
    };
    match span(d, e) {
        Some((start, end)) => {
            let day = d.entities[e].entity.fields.iter().find(|f| f.ty == FieldType::Date).map(|f| f.name.clone());
            let named = |name: &String| [&start, &end, &per].contains(&name) || day.as_ref() == Some(name);
            for f in d.entities[e].entity.fields.iter_mut().filter(|f| named(&f.name)) {
                f.required = true;
            }
            d.feature(Feature::NoOverlap { entity, start, end, per: Some(per), over: None, clauses: vec![id] });
        }
        // a record that is there means that it is not over, unless it has states
        None if d.status(e).is_none() => {
            let per = Some(per).filter(|_| !people);
            d.feature(Feature::Limit { entity, max: 1, per, over: None, clauses: vec![id] });
        }
        None => return true,
    }
    d.touch(e, id);
    d.touch(parent, id);
    d.mark(si, 0..s.words.len());
    d.done[si].extend(0..s.preds.len());
    d.focus = Some(e);
    true
}

/// `slots of the same weekday`: a property that the record has.
fn same_value(d: &Draft, si: usize, e: usize) -> Option<String> {
    let nps = d.sentences[si].items.iter().filter_map(|item| match item {
        super::chunk::Item::Np(np) => Some([Some(np), np.of.as_deref()]),
        _ => None,
    });
    let same = nps.flatten().flatten().find(|np| np.mods.iter().any(|m| m == "same"))?;
    let day = matches!(same.head.as_str(), "time" | "day" | "date" | "hour" | "moment");
    let plain = |f: &&Field| f.name == same.head && !f.ty.is_when();
    d.entities[e].entity.fields.iter().find(plain).filter(|_| !day).map(|f| f.name.clone())
}

/// `two courses in the same kitchen`: a property of the record that nothing else names.
fn same_property(d: &mut Draft, si: usize, e: usize) -> Option<String> {
    let s = &d.sentences[si];
    let at = s.words.windows(2).position(|two| matches!(two[0].lower(), "in" | "at") && two[1].is("the"))?;
    let np = super::chunk::noun_phrase(&s.words, at + 1)?;
    let plain = np.mods == ["same"] && np.of.is_none() && !np.plural && np.owner.is_none();
    let person = super::lexicon::nouns::person(&np.head).is_some() || d.role(&np).is_some();
    let timed = matches!(np.head.as_str(), "time" | "day" | "date" | "week" | "month" | "year" | "hour" | "slot");
    if !plain || person || timed || d.find(&np.head).is_some() {
        return None;
    }
    if let Some(name) = d.field_of(e, &np) {
        return Some(name);
    }
    let draft = super::field::field(s, np.head_at..np.head_at + 1)?;
    Some(d.add_field(e, draft, s.id))
}

/// `Two accepted requests must not overlap`: those in any other state keep no time taken.
fn others_than_said(d: &Draft, feature: &Feature) -> Option<Over> {
    let Feature::NoOverlap { entity, clauses, .. } = feature else { return None };
    let e = d.find(entity)?;
    let status = d.status(e).and_then(|name| d.entities[e].entity.fields.iter().find(|f| f.name == name))?;
    let FieldType::Choice { values } = &status.ty else { return None };
    let of_record = |np: &&Np| d.entity_of(np) == Some(e);
    let told_by = d.sentences.iter().filter(|s| clauses.contains(&s.id));
    let record = told_by.flat_map(|s| &s.preds).flat_map(|p| p.subject.iter().chain(&p.objects)).find(of_record)?;
    let said = |value: &&String| record.adjectives().any(|word| word == value.as_str());
    let (_, others): (Vec<_>, Vec<_>) = values.iter().partition(said);
    let told = !others.is_empty() && others.len() < values.len();
    told.then(|| Over { field: status.name.clone(), values: others.into_iter().cloned().collect() })
}

/// What was refused, called off or brought back keeps no time taken.
pub fn settle(d: &mut Draft) {
    let ends: Vec<Option<Over>> = d.features.iter().map(|f| others_than_said(d, f).or_else(|| freed(d, f))).collect();
    for (feature, end) in d.features.iter_mut().zip(ends) {
        if let Feature::NoOverlap { over, .. } = feature {
            *over = end;
        }
    }
    intervals::settle(d);
}

/// What was refused or called off counts as little against what there may be at most, or only once.
pub fn settle_numbers(d: &mut Draft) {
    let ends: Vec<Option<Over>> = d.features.iter().map(|f| freed(d, f)).collect();
    for (feature, end) in d.features.iter_mut().zip(ends) {
        if let Feature::Limit { over: over @ None, .. }
        | Feature::LimitIn { over: over @ None, .. }
        | Feature::UniqueTogether { over: over @ None, .. }
        | Feature::Capacity { over: over @ None, .. }
        | Feature::Computed { formula: Formula::Left { over: over @ None, .. }, .. } = feature
        {
            *over = end;
        }
    }
}

/// When a record of a rule takes no time or room any more, as far as it says so itself.
fn freed(d: &Draft, feature: &Feature) -> Option<Over> {
    const FREE: [&str; 11] = [
        "refused",
        "rejected",
        "declined",
        "denied",
        "disapproved",
        "cancelled",
        "canceled",
        "withdrawn",
        "revoked",
        "expired",
        "returned",
    ];
    let (Feature::NoOverlap { entity, .. }
    | Feature::Limit { entity, .. }
    | Feature::LimitIn { entity, .. }
    | Feature::UniqueTogether { entity, .. }
    | Feature::Capacity { entity, .. }
    | Feature::Computed { formula: Formula::Left { entity, .. }, .. }) = feature
    else {
        return None;
    };
    let fields = &d.entities[d.find(entity)?].entity.fields;
    let state = fields.iter().find_map(|f| match &f.ty {
        FieldType::Choice { values } => {
            let (free, held): (Vec<_>, Vec<_>) = values.iter().cloned().partition(|v| FREE.contains(&v.as_str()));
            (!free.is_empty() && !held.is_empty()).then(|| Over { field: f.name.clone(), values: free })
        }
        _ => None,
    });
    let told = |f: &&Field| f.ty == FieldType::Boolean && FREE.contains(&f.name.as_str());
    let told = || fields.iter().find(told).map(|f| Over { field: f.name.clone(), values: vec!["true".into()] });
    state.or_else(told)
}

/// The fields with which a record begins and ends.
#[must_use]
pub fn span(d: &Draft, e: usize) -> Option<(String, String)> {
    let fields = &d.entities[e].entity.fields;
    let timed = |f: &&crate::models::offline::spec::Field| f.ty.is_when();
    let start = fields.iter().filter(timed).find(|f| {
        ["start", "begin", "from", "check_in", "arrival", "pick", "first"].iter().any(|w| f.name.starts_with(w))
    })?;
    let end = fields.iter().filter(timed).find(|f| {
        ["end", "until", "to_", "check_out", "departure", "return", "due", "last", "finish"]
            .iter()
            .any(|w| f.name.starts_with(w))
    })?;
    Some((start.name.clone(), end.name.clone()))
}
