//! Searching, filtering, sorting and exporting lists.

use super::chunk::Np;
use super::draft::Draft;
use super::features::{main_entity, mentioned};
use super::lexicon::{
    nouns,
    verbs::{Class, Form},
    words,
};
use super::sentence::{Pred, Sentence};
use super::tag::Tag;
use crate::models::offline::spec::{Feature, FieldType, Op};

/// `Bookings are listed by start time.`: an order, when what follows `by` is a property and nobody who lists.
pub fn ordered(d: &Draft, si: usize, pred: &Pred) -> bool {
    let base = pred.verb.base.as_str();
    let lists = matches!(base, "list" | "show" | "display" | "present" | "arrange" | "order");
    let by = |e: usize| {
        pred.preps.iter().any(|pp| {
            pp.prep == "by" && !pp.nps.is_empty() && pp.nps.iter().all(|np| direction(np) || named(d, e, np).is_some())
        })
    };
    // `see the requests listed by day`, `list the requests by day`
    let shows = pred.verb.passive || base == "list" || participle(&d.sentences[si], pred);
    lists && shows && !pred.verb.negated && entity(d, si, pred).is_some_and(by)
}

/// `see all lessons, sorted by date`: how the list comes, and nothing that whoever sees it does.
fn participle(s: &Sentence, pred: &Pred) -> bool {
    s.words.get(pred.verb.range.start).is_some_and(|w| w.tag == Tag::Verb(Form::Past))
}

/// The property that a phrase names; `by day`, of what has one date whatever that is called.
fn named(d: &Draft, e: usize, np: &Np) -> Option<String> {
    let day = matches!(np.head.as_str(), "day" | "date") && np.mods.is_empty() && np.of.is_none();
    d.field_of(e, np).or_else(|| {
        let mut days = d.entities[e].entity.fields.iter().filter(|f| f.ty.is_day() && !f.read_only);
        let only = days.next().filter(|_| day && days.next().is_none());
        only.map(|f| f.name.clone())
    })
}

/// `by date, the earliest first`
fn direction(np: &Np) -> bool {
    matches!(np.head.as_str(), "earliest" | "latest" | "newest" | "oldest" | "highest" | "lowest" | "cheapest")
}

pub fn by_which(pred: &Pred) -> bool {
    matches!(pred.verb.base.as_str(), "find" | "look") && pred.preps.iter().any(|pp| pp.prep == "by")
}

/// The entity a predicate is about; the one spoken of last when it only says `results` or `list`.
pub fn entity(d: &Draft, si: usize, pred: &Pred) -> Option<usize> {
    // `see all applications sorted by date`: of what was just named, or of nothing known
    let before = d.sentences[si].preds.iter().rev().find(|p| p.range.start < pred.range.start);
    let unknown = before.is_some_and(|p| {
        p.objects
            .last()
            .is_some_and(|np| np.pronoun.is_none() && !words::system_noun(&np.head) && d.entity_of(np).is_none())
    });
    let all = if pred.verb.passive { &pred.subject } else { &pred.objects };
    all.iter()
        .find_map(|np| d.entity_of(np))
        .or_else(|| {
            pred.preps.iter().filter(|pp| pp.prep != "by").flat_map(|pp| &pp.nps).find_map(|np| d.entity_of(np))
        })
        .or_else(|| {
            d.focus
                .filter(|_| !unknown)
                .filter(|_| all.is_empty() || all.iter().any(|np| bare_list(np) || np.pronoun.is_some()))
        })
}

/// `the list`, `the start page`; `the waiting list` is that of something else than what was spoken of.
fn bare_list(np: &Np) -> bool {
    let of_the_site = |noun: &String| {
        words::system_noun(noun) || words::light(noun) || matches!(noun.as_str(), "start" | "front" | "home")
    };
    words::system_noun(&np.head) && np.nouns.iter().all(of_the_site)
}

pub fn reads(d: &mut Draft, si: usize, pred: &Pred, e: usize) {
    let id = d.sentences[si].id;
    let mut whos = d.actors(pred);
    if whos.is_empty() || pred.verb.passive {
        return d.touch(e, id);
    }
    for who in whos.drain(..) {
        // who may search may at least see what anyone in that role sees
        let has = d.entities[e].entity.access.iter().any(|a| a.who == who && a.ops.contains(&Op::Read));
        if !has {
            d.searchers.push((e, who, id));
        }
    }
    d.touch(e, id);
}

pub fn take(d: &mut Draft, si: usize, pred: &Pred) {
    d.mark_verb(si, pred);
    let objects = if pred.verb.passive { pred.subject.clone() } else { pred.objects.clone() };
    for np in objects.iter().chain(&pred.subject) {
        if d.entity_of(np).is_some() || words::system_noun(&np.head) || nouns::person(&np.head).is_some() {
            d.mark_np(si, np);
        }
    }
    for pp in &pred.preps {
        if pp.prep != "by"
            && pp.prep != "as"
            && pp.nps.iter().any(|np| d.entity_of(np).is_some() || words::system_noun(&np.head))
        {
            d.mark(si, pp.at..pp.at + 1);
            for np in &pp.nps {
                d.mark_np(si, np);
            }
        }
    }
}

/// The fields a `by …` phrase names; words that name none stay open.
fn by_fields(d: &mut Draft, si: usize, pred: &Pred, e: usize) -> (Vec<String>, bool) {
    let mut out = Vec::new();
    let mut by = false;
    let s = &d.sentences[si];
    for pp in pred.preps.iter().filter(|pp| matches!(pp.prep.as_str(), "by" | "on" | "for" | "based on" | "from")) {
        if pp.prep != "by" && pp.nps.iter().any(|np| d.entity_of(np).is_some() && d.field_of(e, np).is_none()) {
            continue;
        }
        by |= pp.prep == "by";
        for np in pp.nps.iter().filter(|np| !direction(np)) {
            // `by date of registration` is no date of birth; records are numbered as they are entered
            let another = np.of.as_deref().filter(|of| {
                !of.head.is_empty() && d.entity_of(of).is_none() && d.role(of).is_none() && of.pronoun.is_none()
            });
            let named = named(d, e, np).filter(|f| another.is_none_or(|of| f.split('_').any(|w| w == of.head)));
            let entered = another.is_some_and(|of| {
                np.head == "date" && matches!(of.head.as_str(), "registration" | "submission" | "creation" | "entry")
            });
            if named.is_none() && entered {
                d.mark(si, np.range.clone());
                out.push("id".to_owned());
                continue;
            }
            let found = named.or_else(|| {
                // an entity the record refers to
                d.entity_of(np).and_then(|t| d.reference(e, &d.entities[t].entity.name.clone()))
            });
            let found = match another {
                None => found.or_else(|| add_named(d, si, e, np, by && pred.verb.class == Class::Filter)),
                Some(_) => found,
            };
            if let Some(f) = found {
                d.mark_np(si, np);
                d.mark(si, np.range.start..np.head_at + 1);
                if !out.contains(&f) {
                    out.push(f);
                }
            }
        }
        if !out.is_empty() {
            d.mark(si, pp.at..pp.at + 1);
        }
    }
    let _ = s;
    (out, by)
}

/// `filter by price` of something whose price nobody mentioned before: the demand implies the field.
fn add_named(d: &mut Draft, si: usize, e: usize, np: &Np, any: bool) -> Option<String> {
    let plain = any
        && np.mods.is_empty()
        && np.of.is_none()
        && !np.plural
        && np.owner.is_none()
        && d.find(&np.head).is_none()
        && d.role(np).is_none()
        && nouns::person(&np.head).is_none()
        && !words::system_noun(&np.head);
    if nouns::property(&np.head).is_none() && !plain || np.pronoun.is_some() || np.head.is_empty() || counts(np) {
        return None;
    }
    let s = &d.sentences[si];
    let draft = super::field::field(s, np.range.start..np.head_at + 1)?;
    Some(d.add_field(e, draft, s.id))
}

/// `by number of votes`: how many there are is counted, and nobody enters it; `by date`, of what has none: which one, the text
/// does not say.
fn counts(np: &Np) -> bool {
    let count = matches!(np.head.as_str(), "number" | "count" | "amount" | "total" | "sum");
    count && np.of.is_some() || matches!(np.head.as_str(), "day" | "date" | "time") && np.mods.is_empty()
}

/// The entity of a list that is only called so: the one that has the properties named.
fn listed(d: &Draft, si: usize, pred: &Pred) -> Option<usize> {
    let all = if pred.verb.passive { &pred.subject } else { &pred.objects };
    let unnamed = !all.is_empty()
        && all.iter().all(|np| {
            (words::system_noun(&np.head) || np.pronoun.is_some())
                && d.entity_of(&Np { pronoun: None, ..np.clone() }).is_none()
        });
    let named: Vec<&Np> = pred.preps.iter().filter(|pp| pp.prep == "by").flat_map(|pp| &pp.nps).collect();
    if !unnamed || named.is_empty() {
        return entity(d, si, pred);
    }
    let has = |e: usize| {
        named
            .iter()
            .filter(|np| {
                d.field_of(e, np).is_some()
                    || d.entity_of(np).is_some_and(|t| d.reference(e, &d.entities[t].entity.name).is_some())
            })
            .count()
    };
    let spoken_of = entity(d, si, pred);
    let best = spoken_of
        .into_iter()
        .chain(0..d.entities.len())
        .max_by_key(|e| (has(*e), Some(*e) == spoken_of, d.entities[*e].weight));
    best.filter(|e| has(*e) > 0).or(spoken_of)
}

pub fn search(d: &mut Draft, si: usize, pred: &Pred) {
    let Some(e) = listed(d, si, pred) else { return };
    let id = d.sentences[si].id;
    let (fields, by) = by_fields(d, si, pred, e);
    let text: Vec<String> = fields
        .iter()
        .filter(|f| {
            d.entities[e].entity.fields.iter().any(|x| {
                x.name == **f
                    && matches!(x.ty, FieldType::Text { .. } | FieldType::Email | FieldType::Phone | FieldType::Url)
            })
        })
        .cloned()
        .collect();
    let name = d.entities[e].entity.name.clone();
    for f in fields.iter().filter(|f| !text.contains(f)) {
        d.feature(Feature::Filter { entity: name.clone(), field: f.clone(), clauses: vec![id] });
    }
    if !by || !text.is_empty() {
        d.feature(Feature::Search { entity: name, fields: text, clauses: vec![id] });
    }
    reads(d, si, pred, e);
    take(d, si, pred);
    d.focus = Some(e);
}

pub fn filter(d: &mut Draft, si: usize, pred: &Pred) {
    let Some(e) = listed(d, si, pred) else { return };
    let id = d.sentences[si].id;
    let (fields, _) = by_fields(d, si, pred, e);
    if fields.is_empty() {
        return;
    }
    let name = d.entities[e].entity.name.clone();
    for f in fields {
        d.feature(Feature::Filter { entity: name.clone(), field: f, clauses: vec![id] });
    }
    reads(d, si, pred, e);
    take(d, si, pred);
    d.focus = Some(e);
}

pub fn sort(d: &mut Draft, si: usize, pred: &Pred) {
    let Some(e) = listed(d, si, pred) else { return };
    let s = &d.sentences[si];
    let (fields, _) = by_fields(d, si, pred, e);
    if fields.is_empty() {
        return;
    }
    let name = d.entities[e].entity.name.clone();
    let descending = ["newest", "latest", "descending", "highest", "most recent"].iter().any(|w| s.lower.contains(w));
    let default = pred.verb.passive
        || participle(s, pred)
        || pred.verb.base == "list"
        || pred.subject.iter().all(|np| nouns::person(&np.head).is_none() && np.pronoun.is_none());
    // `by name and date, the newest first`: what is new is a day, and the names go up all the same
    let says = |list: &[&str]| list.iter().any(|w| s.lower.contains(w));
    let down = |f: &String| {
        let mut typed = d.entities[e].entity.fields.iter().filter(|x| x.name == *f).map(|x| &x.ty);
        typed.any(|ty| match ty {
            FieldType::Date | FieldType::DateTime | FieldType::Time => says(&["newest", "latest", "most recent"]),
            FieldType::Integer | FieldType::Decimal { .. } => says(&["highest"]),
            _ => false,
        }) || says(&["descending"])
    };
    let descending = if fields.len() > 1 { down(&fields[0]) } else { descending };
    let downs: Vec<bool> = fields.iter().map(down).collect();
    let way = |(f, down): (&String, &bool)| if *down { format!("-{f}") } else { f.clone() };
    let mut then: Vec<String> = fields.iter().zip(&downs).skip(1).map(way).collect();
    if then.is_empty() {
        then = super::order::time_of(d, e, &fields[0], descending);
    }
    for (i, f) in fields.into_iter().enumerate() {
        let default = default && i == 0;
        let descending = if i == 0 { descending } else { downs[i] };
        d.feature(Feature::Sort {
            entity: name.clone(),
            field: f,
            then: if default { std::mem::take(&mut then) } else { Vec::new() },
            descending,
            default,
            clauses: vec![s.id],
        });
    }
    for w in [
        "newest first",
        "latest first",
        "descending",
        "ascending",
        "alphabetically",
        "in ascending order",
        "in descending order",
        "oldest first",
        "most recent first",
        "earliest first",
        "highest first",
        "lowest first",
        "cheapest first",
    ] {
        d.mark_phrase(si, w);
    }
    reads(d, si, pred, e);
    take(d, si, pred);
    d.focus = Some(e);
}

/// Features named by a noun: `with search and CSV export of books`, `provides search and filter functionalities`
pub fn nominal(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    for i in 0..s.words.len() {
        if d.is_used(si, i) || s.aside[i] || s.words[i].tag != Tag::Noun {
            continue;
        }
        let word = s.words[i].base.clone();
        let is = |list: &[&str]| list.contains(&word.as_str()) || list.contains(&s.words[i].lower());
        if !is(&["search", "searching", "filter", "filtering", "csv", "sorting", "pagination"]) {
            continue;
        }
        let Some(e) = mentioned(d, si).or(d.focus).or_else(|| main_entity(d)) else { continue };
        let name = d.entities[e].entity.name.clone();
        if is(&["search", "searching"]) {
            if s.words.get(i + 1).is_some_and(|w| matches!(w.base.as_str(), "result" | "engine")) {
                // `search results`, `search engine`: the search itself
                d.mark(si, i..i + 2);
            }
            d.feature(Feature::Search { entity: name, fields: Vec::new(), clauses: vec![s.id] });
        } else if is(&["filter", "filtering"]) {
            let choice = d.entities[e]
                .entity
                .fields
                .iter()
                .find(|f| matches!(f.ty, FieldType::Choice { .. } | FieldType::Date | FieldType::Boolean))
                .or(d.entities[e].entity.fields.first())
                .map(|f| f.name.clone());
            let Some(field) = choice else { continue };
            d.feature(Feature::Filter { entity: name, field, clauses: vec![s.id] });
        } else if is(&["csv"]) {
            d.feature(Feature::Csv { entity: name, only: Vec::new(), clauses: vec![s.id] });
        } else if is(&["pagination"]) {
            d.feature(Feature::Pagination { entity: name, per_page: 20, clauses: vec![s.id] });
        } else {
            continue;
        }
        d.touch(e, s.id);
        d.mark(si, i..i + 1);
    }
}
