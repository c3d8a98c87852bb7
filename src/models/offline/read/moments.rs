//! When a record is for: `from a start time to an end time`, `on a certain date`.

use super::chunk::Np;
use super::data::made;
use super::draft::Draft;
use super::field;
use super::lexicon::nouns;
use super::overlaps;
use super::sentence::{Pp, Pred};
use crate::models::offline::spec::{Entity, Field, FieldType};

/// `book a room from a start time to an end time`, `a request with the first and the last day`
pub fn from_to(d: &mut Draft, si: usize, pred: &Pred, e: usize) {
    let s = &d.sentences[si];
    if from_one_to_another(d, si, pred, e) {
        return;
    }
    for pp in pred
        .preps
        .iter()
        .filter(|pp| matches!(pp.prep.as_str(), "from" | "to" | "until" | "between" | "at" | "on" | "for"))
    {
        // `one at a time`: how many, not when
        if s.words[pp.at..].iter().map(super::tag::Word::lower).take(3).eq(["at", "a", "time"]) {
            continue;
        }
        if matches!(pp.prep.as_str(), "at" | "on" | "for") {
            moment(d, si, pp, e);
            and_more(d, si, pp, e);
            continue;
        }
        for np in &pp.nps {
            let timed = nouns::property(&np.head).is_some_and(|ty| ty.is_when());
            if !timed || np.mods.is_empty() || np.det.is_none() || np.of.is_some() || np.possessed() {
                continue;
            }
            let Some(draft) = field::field(s, np.range.clone()) else { continue };
            d.add_field(e, draft, s.id);
            d.mark(si, pp.at..pp.at + 1);
            d.mark(si, np.range.clone());
            d.touch(e, s.id);
        }
    }
}

/// `from one day to another`, `from one time to the next`: the first and the last.
fn from_one_to_another(d: &mut Draft, si: usize, pred: &Pred, e: usize) -> bool {
    let s = &d.sentences[si];
    let Some(from) = pred.preps.iter().find(|pp| pp.prep == "from").filter(|pp| pp.nps.len() == 1) else {
        return false;
    };
    let np = &from.nps[0];
    let one = s.words[np.range.start].is("one") || matches!(np.det.as_deref(), Some("a" | "one"));
    let rest: Vec<&str> = s.words[np.range.end..].iter().take(4).map(super::tag::Word::lower).collect();
    let long = match rest[..] {
        ["to" | "until", "another", "day" | "date" | "time", ..] | ["to" | "until", "the", "next" | "other", ..] => 3,
        ["to" | "until", "another", ..] => 2,
        _ => return false,
    };
    let ends = match np.head.as_str() {
        "day" | "date" => [("start_date", "Start date", FieldType::Date), ("end_date", "End date", FieldType::Date)],
        "time" => [("start_time", "Start time", FieldType::Time), ("end_time", "End time", FieldType::Time)],
        _ => return false,
    };
    if !one || !np.nouns.is_empty() {
        return false;
    }
    for (name, label, ty) in ends {
        if d.field_mut(e, name).is_none() {
            d.entities[e].entity.fields.push(made(name, label, ty, s.id));
        }
    }
    d.mark(si, from.at..np.range.end + long);
    d.touch(e, s.id);
    true
}

/// `at a given date and time`, `on a certain date`: when the record is for.
fn moment(d: &mut Draft, si: usize, pp: &Pp, e: usize) {
    let s = &d.sentences[si];
    let heads: Vec<&str> = pp.nps.iter().map(|np| np.head.as_str()).collect();
    let open = pp.nps.first().is_some_and(|np| {
        matches!(np.det.as_deref(), Some("a" | "an")) && np.of.is_none() && np.nouns.is_empty() && !np.possessed()
    });
    let (name, label, ty) = match heads[..] {
        ["date", "time"] => ("date_and_time", "Date and time", FieldType::DateTime),
        // `for a while`, `for a time` say how long, and a day alone is read where all properties are known
        _ if pp.prep == "for" => return,
        ["date"] => ("date", "Date", FieldType::Date),
        ["time"] => ("time", "Time", FieldType::Time),
        _ => return,
    };
    let timed = |f: &Field| f.ty.is_day() || f.ty == ty;
    if !open || d.entities[e].entity.fields.iter().any(timed) {
        return;
    }
    d.entities[e].entity.fields.push(made(name, label, ty, s.id));
    let end = pp.nps.last().map_or(pp.at + 1, |np| np.range.end);
    d.mark(si, pp.at..end);
    d.touch(e, s.id);
}

/// `for a day and a slot (morning or evening)`: what else it is for.
fn and_more(d: &mut Draft, si: usize, pp: &Pp, e: usize) {
    let [day, more @ ..] = &pp.nps[..] else { return };
    let open = |np: &Np| matches!(np.det.as_deref(), Some("a" | "an")) && np.of.is_none() && !np.possessed();
    let new = |np: &Np| d.entity_of(np).is_none() && nouns::person(&np.head).is_none();
    let (Some(last), true) = (more.last(), matches!(day.head.as_str(), "day" | "date") && open(day)) else { return };
    if !more.iter().all(|np| open(np) && new(np)) {
        return;
    }
    let s = &d.sentences[si];
    let (start, end) = (day.range.end, last.paren.as_ref().map_or(last.range.end, |paren| paren.end + 1));
    // `a date and a time` is one moment
    if d.entities[e].entity.fields.iter().any(|f| f.ty == FieldType::DateTime && f.clauses.contains(&s.id)) {
        return;
    }
    if !d.fields_from(si, e, start + 1..end).is_empty() {
        d.mark(si, start..start + 1);
        d.touch(e, s.id);
    }
}

/// The date that says when a record itself was made: `date`, `ordered on`, `order date`; a due date says something else.
#[must_use]
pub fn made_on(entity: &Entity) -> Option<String> {
    const MADE: &str = " date day time datetime created creation entered entry added recorded record posted published \
        publication sent submitted submission received receipt reported report ordered registered registration written \
        taken made logged lent borrowed booked ";
    const SMALL: &str = " on at of from ";
    let of_it = |word: &str| {
        let listed = |list: &str| list.contains(&format!(" {word} "));
        listed(MADE) || listed(SMALL) || entity.name.split('_').any(|part| part == word)
    };
    let dated = entity.fields.iter().filter(|f| f.ty.is_day());
    dated.map(|f| &f.name).find(|name| name.split('_').all(of_it)).cloned()
}

/// A start time and an end time without a day mean a day and a time each.
pub fn spans(d: &mut Draft) {
    for e in 0..d.entities.len() {
        // `a start and an end`
        let fields = &mut d.entities[e].entity.fields;
        let bare = |f: &Field| matches!(f.name.as_str(), "start" | "end") && matches!(f.ty, FieldType::Text { .. });
        let day = fields.iter().any(|f| f.ty == FieldType::Date && matches!(f.name.as_str(), "date" | "day"));
        if fields.iter().filter(|f| bare(f)).count() == 2 {
            let ty = if day { FieldType::Time } else { FieldType::DateTime };
            fields.iter_mut().filter(|f| bare(f)).for_each(|f| f.ty = ty.clone());
        }
        // `the date, the start and the place`: when on that day; beside a destination it is a place
        let ways = fields.iter().any(|f| f.name.contains("destination"));
        if !ways && fields.iter().any(|f| f.ty == FieldType::Date) && fields.iter().filter(|f| bare(f)).count() == 1 {
            fields.iter_mut().filter(|f| bare(f)).for_each(|f| f.ty = FieldType::Time);
        }
        // `a name, a unit and an amount`: so many of the unit, and no money
        if fields.iter().any(|f| f.name == "unit") {
            let amount = |f: &&mut Field| f.name == "amount" && f.unit.is_none();
            fields.iter_mut().filter(amount).for_each(|f| f.ty = FieldType::Decimal { money: false });
        }
        let Some((start, end)) = overlaps::span(d, e) else { continue };
        let times = [&start, &end]
            .iter()
            .all(|n| d.entities[e].entity.fields.iter().any(|f| f.name == **n && f.ty == FieldType::Time));
        let day = |f: &Field| f.ty == FieldType::Date || f.name == "weekday";
        let dated = d.entities[e].entity.fields.iter().any(day);
        if !times || dated {
            continue;
        }
        for name in [start, end] {
            if let Some(f) = d.field_mut(e, &name) {
                f.ty = FieldType::DateTime;
            }
        }
    }
}
